/* Entry on qemu's s390-ccw-virtio, s390x: 64-bit, float registers on; service calls. Boot code of the harness only: no interrupts. */
    .section .text.boot,"ax",@progbits
    .globl _start
_start:                           /* z/Architecture 64-bit, DAT off, all interrupts masked */
    j 1f
    .org 0x490                    /* qemu puts a command line in between */
1:
    larl %r1,cr0val
    lctlg %c0,%c0,0(%r1)
    larl %r15,boot_stack_top
    aghi %r15,-160
    larl %r1,pgm_psw              /* program-check new PSW (0x1d0) -> crash */
    mvc 0x1d0(16,%r0),0(%r1)
    lghi %r2,0
    lghi %r3,0
    lghi %r4,0
    lghi %r5,0
    xc 0(8,%r15),0(%r15)
    brasl %r14,bare_main
1:  j 1b
    .p2align 3
cr0val: .quad 0x40000|0x800|0xe0  /* AFP registers | clock-comparator subclass | architected 1s */
pgm_psw: .quad 0x0002000180000000,0xdead   /* disabled wait: qemu reports a guest panic */
off_psw: .quad 0x0002000180000000,0xfff    /* disabled wait at 0xfff: qemu powers off */
err_psw: .quad 0x0002000180000000,0xdead00
    .text
    .globl servc, halt
servc: lgr %r0,%r2
    .insn rre,0xb2200000,%r2,%r3
    ipm %r2
    srl %r2,28
    chi %r2,2
    je 2f                         /* cc 2: busy, retry */
    lgfr %r2,%r2
    br %r14
2:  lgr %r2,%r0
    j servc
halt: larl %r1,off_psw
    ltgr %r2,%r2
    je 1f
    larl %r1,err_psw              /* low byte of the PSW address carries the status */
    lg %r3,8(%r1)
    nill %r2,0xff
    ogr %r3,%r2
    stg %r3,8(%r1)
1:  lpswe 0(%r1)
    .bss
    .p2align 4
    .skip 65536
boot_stack_top:
