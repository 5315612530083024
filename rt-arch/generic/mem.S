/* Memory routines with Go's ABI, for machines where plain loops do. Leaves without stack use. Words that are aligned
 * on both sides are moved whole, so that a concurrent collector never sees half a pointer.
 */
#include "frame.h"

/* memmove(to, from unsafe.Pointer, n uintptr). */
FUNC(runtime.memmove)
    ARG(0, A0)
    ARG(1, A1)
    ARG(2, A2)
    LI(A3, WORD)
    SUB(T0, A0, A1)
    BLTU(T0, A2, 5f)
    OR(T0, A0, A1)
    ANDI(T0, T0, WORD - 1)
    BNEZ(T0, 3f)
1:  BLTU(A2, A3, 3f)
    LDW(T1, 0, A1)
    STW(T1, 0, A0)
    ADDI(A0, A0, WORD)
    ADDI(A1, A1, WORD)
    ADDI(A2, A2, -WORD)
    JL(1b)
3:  BEQZ(A2, 4f)
    LDBU(T1, 0, A1)
    STB(T1, 0, A0)
    ADDI(A0, A0, 1)
    ADDI(A1, A1, 1)
    ADDI(A2, A2, -1)
    JL(3b)
4:  RET
5:  ADD(A0, A0, A2)                         /* overlapping from below: backward */
    ADD(A1, A1, A2)
    OR(T0, A0, A1)
    ANDI(T0, T0, WORD - 1)
    BNEZ(T0, 7f)
6:  BLTU(A2, A3, 7f)
    ADDI(A0, A0, -WORD)
    ADDI(A1, A1, -WORD)
    LDW(T1, 0, A1)
    STW(T1, 0, A0)
    ADDI(A2, A2, -WORD)
    JL(6b)
7:  BEQZ(A2, 4b)
    ADDI(A0, A0, -1)
    ADDI(A1, A1, -1)
    LDBU(T1, 0, A1)
    STB(T1, 0, A0)
    ADDI(A2, A2, -1)
    JL(7b)
LEAF_END(runtime.memmove)

/* memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr). */
FUNC(runtime.memclrNoHeapPointers)
    ARG(0, A0)
    ARG(1, A1)
    LI(T1, 0)
    LI(A2, WORD)
1:  BEQZ(A1, 4f)                            /* bytes up to a word boundary */
    ANDI(T0, A0, WORD - 1)
    BEQZ(T0, 2f)
    STB(T1, 0, A0)
    ADDI(A0, A0, 1)
    ADDI(A1, A1, -1)
    JL(1b)
2:  BLTU(A1, A2, 3f)
    STW(T1, 0, A0)
    ADDI(A0, A0, WORD)
    ADDI(A1, A1, -WORD)
    JL(2b)
3:  BEQZ(A1, 4f)
    STB(T1, 0, A0)
    ADDI(A0, A0, 1)
    ADDI(A1, A1, -1)
    JL(3b)
4:  RET
LEAF_END(runtime.memclrNoHeapPointers)

#define EQUAL_BODY(nargs) \
    BEQ(A0, A1, 8f); \
    LI(A3, WORD); \
    OR(T0, A0, A1); \
    ANDI(T0, T0, WORD - 1); \
    BNEZ(T0, 3f); \
1:  BLTU(A2, A3, 3f); \
    LDW(T1, 0, A0); \
    LDW(T2, 0, A1); \
    BNE(T1, T2, 9f); \
    ADDI(A0, A0, WORD); \
    ADDI(A1, A1, WORD); \
    ADDI(A2, A2, -WORD); \
    JL(1b); \
3:  BEQZ(A2, 8f); \
    LDBU(T1, 0, A0); \
    LDBU(T2, 0, A1); \
    BNE(T1, T2, 9f); \
    ADDI(A0, A0, 1); \
    ADDI(A1, A1, 1); \
    ADDI(A2, A2, -1); \
    JL(3b); \
8:  LI(A0, 1); \
    RESULTB(nargs); \
    RET; \
9:  LI(A0, 0); \
    RESULTB(nargs); \
    RET

/* memequal(p, q unsafe.Pointer, size uintptr) bool. */
FUNC(runtime.memequal)
    ARG(0, A0)
    ARG(1, A1)
    ARG(2, A2)
    EQUAL_BODY(3)
LEAF_END(runtime.memequal)

/* memequal_varlen(p, q unsafe.Pointer) bool: the size stands in the closure. */
FUNC(runtime.memequal_varlen)
    ARG(0, A0)
    ARG(1, A1)
    LDW(A2, WORD, RCTX)
    EQUAL_BODY(2)
LEAF_END(runtime.memequal_varlen)

/* Order of A0[A1] against A2[A3]. */
#define COMPARE_BODY(nargs) \
    MOV(T0, A1); \
    BLTU(A1, A3, 1f); \
    MOV(T0, A3); \
1:  OR(T1, A0, A2); \
    ANDI(T1, T1, WORD - 1); \
    BNEZ(T1, 7f); \
6:  LI(T1, WORD);                           /* skip equal words */ \
    BLTU(T0, T1, 7f); \
    LDW(T1, 0, A0); \
    LDW(T2, 0, A2); \
    BNE(T1, T2, 7f); \
    ADDI(A0, A0, WORD); \
    ADDI(A2, A2, WORD); \
    ADDI(T0, T0, -WORD); \
    JL(6b); \
7:  BEQZ(T0, 3f); \
    LDBU(T1, 0, A0); \
    LDBU(T2, 0, A2); \
    BNE(T1, T2, 2f); \
    ADDI(A0, A0, 1); \
    ADDI(A2, A2, 1); \
    ADDI(T0, T0, -1); \
    JL(7b); \
2:  BLTU(T1, T2, 4f); \
    JL(5f); \
3:  BLTU(A1, A3, 4f); \
    BLTU(A3, A1, 5f); \
    LI(A0, 0); \
    RESULT(nargs); \
    RET; \
4:  LI(A0, 0); \
    ADDI(A0, A0, -1); \
    RESULT(nargs); \
    RET; \
5:  LI(A0, 1); \
    RESULT(nargs); \
    RET

/* cmpstring(a, b string) int, CompareString likewise. */
FUNC(runtime.cmpstring)
GLOBAL(internal/bytealg.CompareString)
    ARG(0, A0)
    ARG(1, A1)
    ARG(2, A2)
    ARG(3, A3)
    COMPARE_BODY(4)
LEAF_END(runtime.cmpstring)

/* Compare(a, b []byte) int. */
FUNC(internal/bytealg.Compare)
#if NUM_INT_ARGS
    MOV(A2, A3)
    MOV(A3, A4)
#else
    ARG(0, A0)
    ARG(1, A1)
    ARG(3, A2)
    ARG(4, A3)
#endif
    COMPARE_BODY(6)
LEAF_END(internal/bytealg.Compare)

/* Index of byte c in A0[A1], or -1. */
#define INDEX_BODY(c, nargs) \
    MOV(T0, A0); \
    ADD(T1, A0, A1); \
1:  BEQ(T0, T1, 2f); \
    LDBU(T2, 0, T0); \
    BEQ(T2, c, 3f); \
    ADDI(T0, T0, 1); \
    JL(1b); \
2:  LI(A0, 0); \
    ADDI(A0, A0, -1); \
    RESULT(nargs); \
    RET; \
3:  SUB(A0, T0, A0); \
    RESULT(nargs); \
    RET

/* How often byte c occurs in A0[A1]. */
#define COUNT_BODY(c, nargs) \
    MOV(T0, A0); \
    ADD(T1, A0, A1); \
    LI(A0, 0); \
1:  BEQ(T0, T1, 3f); \
    LDBU(T2, 0, T0); \
    ADDI(T0, T0, 1); \
    BNE(T2, c, 1b); \
    ADDI(A0, A0, 1); \
    JL(1b); \
3:  RESULT(nargs); \
    RET

/* IndexByte(b []byte, c byte) int, IndexByteString(s string, c byte) int, Count, CountString. */
FUNC(internal/bytealg.IndexByte)
    ARG(0, A0)
    ARG(1, A1)
    ARGB(3, A3)
    INDEX_BODY(A3, 4)
LEAF_END(internal/bytealg.IndexByte)

FUNC(internal/bytealg.IndexByteString)
    ARG(0, A0)
    ARG(1, A1)
    ARGB(2, A2)
    INDEX_BODY(A2, 3)
LEAF_END(internal/bytealg.IndexByteString)

FUNC(internal/bytealg.Count)
    ARG(0, A0)
    ARG(1, A1)
    ARGB(3, A3)
    COUNT_BODY(A3, 4)
LEAF_END(internal/bytealg.Count)

FUNC(internal/bytealg.CountString)
    ARG(0, A0)
    ARG(1, A1)
    ARGB(2, A2)
    COUNT_BODY(A2, 3)
LEAF_END(internal/bytealg.CountString)
