/* Entry on qemu's malta, mips and mips64, both byte orders: mapped as on the boards (rt-core/boards/src/mips/boot.S), floats on; UHI calls. Boot code of the harness only: no interrupts. */
#if __mips == 32 || !defined(__mips64)
    .module fp=xx
    .module nooddspreg
# define LA(r,s) lui r,%hi(s); addiu r,r,%lo(s)
# define SZ 4
# define SR sw
# define LR lw
# define ADDI addiu
# define MTC mtc0
# define MFC mfc0
# define ST0 0x10000000           /* CU0; FR stays 0 */
#else
# define LA(r,s) lui r,%hi(s); daddiu r,r,%lo(s)
# define SZ 8
# define SR sd
# define LR ld
# define ADDI daddiu
# define MTC dmtc0
# define MFC dmfc0
# define ST0 0x140000e0           /* CU0 | FR | KX SX UX */
#endif
    .set noreorder
    .set noat
    .section .text.boot,"ax",@progbits
    .globl _start
#ifdef __mips64
    .equ _start, begin + 0xffffffff60000000
#else
    .equ _start, begin + 0x60000000
#endif
    .macro set register, value
    li $t0, \value
    mtc0 $t0, \register
    .endm
begin:                            /* a0 argc, a1 argv, a2 env, a3 low RAM size */
    lui $t0,%hi(ST0|0x20000000)   /* + CU1; BEV = EXL = ERL = IE = 0 */
    ori $t0,$t0,%lo(ST0|0x20000000)
    mtc0 $t0,$12
    set $6, 0
    set $0, 0
    set $5, 0x1fffe000
    set $10, 0x20000000
    set $2, 0x80000000 >> 6 | 0x1f
    set $3, 0x90000000 >> 6 | 0x1f
    ehb
    tlbwi
    ehb
    LA($sp,boot_stack_top)
    ADDI $sp,$sp,-32
    move $fp,$zero
    LA($t9,bare_main)
    jalr $t9
    nop
1:  b 1b
    nop
    .text
    .globl uhi
uhi: move $25,$a0                 /* UHI: op in t9, args a0.. ; op 1 = exit(a0) */
    move $a0,$a1
    sdbbp 1
    jr $ra
    nop
    .bss
    .p2align 4
    .skip 65536
boot_stack_top:
