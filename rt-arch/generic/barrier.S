/* The write barrier, on machines with a link register.
 *
 * runtime.gcWriteBarrier: called, while the collector marks, before pointers in the heap or in data are overwritten.
 *   in:   T1 = address, T2 = size in bytes (words), RG = g
 *   out:  all registers preserved, T1 and T2 included, but T0 and the link register
 * As on amd64 (amd64/barrier.S): one word goes into the P's buffer; for more words, or a full buffer, the hook, with the registers
 * in the cache's save area meanwhile.
 *
 *       | A0             | SP + MINFRAME + WORD
 *       | RCTX           | SP + MINFRAME
 *       | return address | SP
 */
#include "frame.h"

#if GENERAL_SIZE > C_WB_SAVE_SIZE
#error the save area of the write barrier is too small
#endif

#define WB_CTX (FRAME(MINFRAME))
#define WB_A0 (FRAME(MINFRAME) + WORD)
#define WB_FRAME FRAME(FRAME(MINFRAME) + 2 * WORD)
/* The cache of the P. */
#define WB_CACHE(d) \
    LDW(d, G_M, RG); \
    LDW(d, M_P, d); \
    LDW(d, P_CACHE, d)

FUNC(runtime.gcWriteBarrier)
    ENTER(WB_FRAME)
    STW(RCTX, WB_CTX, RSP)
    STW(A0, WB_A0, RSP)
    WB_CACHE(T0)
    LI(A0, WORD)
    BNE(T2, A0, 2f)
    LDW(RCTX, 0, T1)
    BEQZ(RCTX, 1f)
    LDW(A0, C_WB_NEXT, T0)
    STW(RCTX, 0, A0)
    ADDI(A0, A0, WORD)
    STW(A0, C_WB_NEXT, T0)
    LDW(RCTX, C_WB_END, T0)
    BGEU(A0, RCTX, 2f)
1:  LDW(RCTX, WB_CTX, RSP)
    LDW(A0, WB_A0, RSP)
    LEAVE(WB_FRAME)
2:  .cfi_def_cfa CFI_SP, WB_FRAME
    LDW(RCTX, WB_CTX, RSP)
    LDW(A0, WB_A0, RSP)
    ADDI(T0, T0, C_WB_SAVE)
    SAVE_GENERAL(T0)
    WB_CACHE(T0)
    STW(T0, C_WB_AREA, T0)
    STW(T1, C_WB_AREA + WORD, T0)
    STW(T2, C_WB_AREA + 2 * WORD, T0)
    ADDI(C0, T0, C_WB_AREA)
    LA(RCTX, rt_gc_write_barrier)
    CALL(rt_hookcall)
    WB_CACHE(T0)
    ADDI(T0, T0, C_WB_SAVE)
    RESTORE_GENERAL(T0)
    LEAVE(WB_FRAME)
END(runtime.gcWriteBarrier, WB_FRAME, 0, FL_NOSPLIT, 0, 0, 0, 0)
