/* Frames on machines with a link register.
 *
 *       | the caller's outgoing arguments      | SP + frame + MINFRAME
 *       | the caller's saved link register     | SP + frame
 *       +--------------------------------------+
 *       | locals                               |
 *       | outgoing stack arguments             | SP + MINFRAME
 *       | saved link register                  | SP
 *       +--------------------------------------+
 */
#ifndef OXIGO_FRAME_H
#define OXIGO_FRAME_H
#include "asm.h"
#include "isa.h"

#define FRAME(n) (((n) + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN)

/* Opens a small frame of f bytes, which includes the link register's word; uses T0. */
#define ENTER(f) \
    GETLR(T0); \
    ADDI(RSP, RSP, -(f)); \
    STW(T0, 0, RSP); \
    .cfi_def_cfa CFI_SP, f; \
    .cfi_offset CFI_LR, -(f)

#define LEAVE(f) \
    LDW(T0, 0, RSP); \
    ADDI(RSP, RSP, f); \
    .cfi_def_cfa CFI_SP, 0; \
    .cfi_restore CFI_LR; \
    SETLR(T0); \
    RET

#if defined(OXIGO_BARE) && !defined(G_BY_CORE)
#undef SETTLS_T
#undef GETTLS_T
#define SETTLS_T(s, t) LA(t, oxigo_tls_g); STW(s, 0, t)
#define GETTLS_T(d, t) LA(t, oxigo_tls_g); LDW(d, 0, t)
#endif
#define SETTLS(s) SETTLS_T(s, T0)

/* Incoming argument i of a leaf, one word each: it is in A_i, or on the stack. */
#if NUM_INT_ARGS
#define ARG(i, reg)
#define ARGB(i, reg) ANDI(reg, reg, 255)
#define RESULT(nargs)
#define RESULTB(nargs)
#define SYSCALL6_ARGS
#define SYSCALL6_RESULTS
#else
#define ARG(i, reg) LDW(reg, MINFRAME + (i) * WORD, RSP)
#define ARGB(i, reg) LDBU(reg, MINFRAME + (i) * WORD, RSP)
#define RESULT(nargs) STW(A0, MINFRAME + (nargs) * WORD, RSP)
#define RESULTB(nargs) STB(A0, MINFRAME + (nargs) * WORD, RSP)
/* Syscall6(num, a1..a6) (r1, r2, errno): between A0 ... A6, A0 ... A2 and the stack. */
#define SYSCALL6_ARGS \
    ARG(0, A0); \
    ARG(1, A1); \
    ARG(2, A2); \
    ARG(3, A3); \
    ARG(4, A4); \
    ARG(5, A5); \
    ARG(6, A6)
#define SYSCALL6_RESULTS \
    STW(A0, MINFRAME + 7 * WORD, RSP); \
    STW(A1, MINFRAME + 8 * WORD, RSP); \
    STW(A2, MINFRAME + 9 * WORD, RSP)
#endif

#endif
