/* Where the kernel starts a Linux program, 386: argc at SP, argv above it. */
#include "asm.h"

FUNC(_start)
    .cfi_undefined %eip
    xorl %ebp, %ebp
    movl (%esp), %eax
    leal 4(%esp), %ecx
    andl $-16, %esp
    subl $8, %esp
    pushl %ecx
    pushl %eax
    call oxigo_rt_start
    ud2
CEND(_start)
