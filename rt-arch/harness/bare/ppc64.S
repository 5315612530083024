/* Entry on qemu's pseries as firmware, ppc64 and ppc64le; hypervisor calls. Boot code of the harness only: no interrupts. */
    .abiversion 2
/* Image is pseries "firmware" (-bios image.bin): raw bytes at physical 0, entry 0x100, big-endian,
   64-bit real mode, r3 = flattened device tree. */
    .section .text.boot,"ax",@progbits
    .skip 0x100
    .globl _start
_start:
#ifdef __LITTLE_ENDIAN__
    /* executed big-endian: byte-wise encodings */
    .byte 0x39,0x40,0x01,0x40     /* li 10,0x140 */
    .byte 0x7d,0x60,0x00,0xa6     /* mfmsr 11 */
    .byte 0x61,0x6b,0x00,0x01     /* ori 11,11,MSR_LE */
    .byte 0x7d,0x5a,0x03,0xa6     /* mtsrr0 10 */
    .byte 0x7d,0x7b,0x03,0xa6     /* mtsrr1 11 */
    .byte 0x4c,0x00,0x00,0x24     /* rfid */
#else
    b 1f
#endif
    .org 0x140
1:  mfmsr 11
    lis 12,0x0280                 /* MSR_VEC 1<<25, MSR_VSX 1<<23 */
    ori 12,12,0x2000              /* MSR_FP 1<<13 */
    or 11,11,12
    mtmsrd 11
    isync
    lis 2,.TOC.@h
    ori 2,2,.TOC.@l
    lis 1,boot_stack_top@h
    ori 1,1,boot_stack_top@l
    li 0,0
    stdu 0,-112(1)
    lis 4,boot_fdt@h
    ori 4,4,boot_fdt@l
    std 3,0(4)
    mr 31,3
#ifdef __LITTLE_ENDIAN__
    li 3,0x31c                    /* H_SET_MODE(1, LPCR.ILE = 4, 0, 0): take interrupts little-endian */
    li 4,1
    li 5,4
    li 6,0
    li 7,0
    sc 1
#endif
    mr 3,31
    li 4,0
    li 5,0
    li 6,0
    bl bare_main
    nop
    b .
    .org 0x1000
    .text
    .globl hcall
hcall: sc 1
    blr
    .bss
    .globl boot_fdt
    .p2align 4
boot_fdt: .skip 16
    .skip 65536
boot_stack_top:
