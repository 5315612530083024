/* How a function is written in assembly: FUNC(name) opens it in a section of its own, with call frame information;
 * END closes it and, as the row of a table, tells the runtime what a stack walk needs (reflect::image::AsmFunc).
 *
 *   FUNC(runtime.example)
 *       ...
 *   END(runtime.example, frame, args, flags, ptrs_offset, ptrs_words, arg_reg_ptrs, regs_offset)
 *
 * Names may hold dots and slashes. The row's section is tied to the function's (SHF_LINK_ORDER), so an unused
 * function disappears with its row.
 */
#ifndef OXIGO_ASM_H
#define OXIGO_ASM_H

#include "layout.h"
#include "regs.h"

#define STR_(...) #__VA_ARGS__
#define STR(...) STR_(__VA_ARGS__)

#if defined(__arm__)
#define AT(x) %x
#else
#define AT(x) @x
#endif

/* oxigo_tls_g: a thread-local variable, or on bare metal an ordinary one, of which each core may have its own (`G_BY_CORE`). */
#ifdef OXIGO_BARE
#define TLS_SECTION .bss
#else
#define TLS_SECTION .section .tbss, "awT", AT(nobits)
#endif

#if WORD == 8
#define PTR64(x) .quad x
#elif defined(OXIGO_BIG_ENDIAN)
#define PTR64(x) .long 0, x
#else
#define PTR64(x) .long x, 0
#endif

#define GLOBAL(sym) \
    .globl STR(sym); \
    .type STR(sym), AT(function); \
STR(sym):

#define FUNC(sym) \
    .section STR(.text.sym), "ax", AT(progbits); \
    .balign 16; \
    GLOBAL(sym) \
    .cfi_startproc;

/* A function that no stack walk ever meets: C conventions, or a leaf that cannot fault. */
#define CEND(sym) \
    .cfi_endproc; \
    .size STR(sym), . - STR(sym)

#define END(sym, frame, args, flags, ptrs_off, ptrs_words, arg_ptrs, regs_off) \
    END_NAMED(sym, sym, frame, args, flags, ptrs_off, ptrs_words, arg_ptrs, regs_off)

#define END_NAMED(sym, shown, ...) END_ROW(__COUNTER__, sym, shown, __VA_ARGS__)
#define END_ROW(...) END_ROW_(__VA_ARGS__)
/* `.Lasm_n` stands for the function because GNU as takes no quoted name as the symbol a section is tied to. */
#define END_ROW_(n, sym, shown, frame, args, flags, ptrs_off, ptrs_words, arg_ptrs, regs_off) \
    .cfi_endproc; \
    .size STR(sym), . - STR(sym); \
    .set .Lasm_##n, STR(sym); \
    .pushsection oxigo_asmfuncs, "awo", AT(progbits), .Lasm_##n; \
    .balign 8; \
    PTR64(STR(sym)); \
    PTR64(7771f); \
    .long 7770f - .Lasm_##n, frame, args, (flags) | FL_ASM, ptrs_off, ptrs_words, arg_ptrs, regs_off; \
    .section .rodata.oxigo_asmnames, "aMS", AT(progbits), 1; \
7771: .asciz STR(shown); \
    .popsection; \
7770:

/* A leaf with Go's conventions, no frame and no stack arguments. */
#define LEAF_END(sym) END(sym, 0, 0, FL_NOSPLIT, 0, 0, 0, 0)

#endif
