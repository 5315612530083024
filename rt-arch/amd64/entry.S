/* Where the kernel starts a Linux program, amd64.
 *
 *       | auxiliary vector |
 *       | environment, 0   |
 *       | argv[0..], 0     |
 *       | argc             | <- SP, 16-aligned
 */
#include "asm.h"

FUNC(_start)
    .cfi_undefined %rip
    xorl %ebp, %ebp
    movq (%rsp), %rdi
    leaq 8(%rsp), %rsi
    andq $-16, %rsp
    call oxigo_rt_start                     /* extern "C" fn(argc: isize, argv: *const *const u8) -> ! */
    ud2
CEND(_start)
