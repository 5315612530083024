#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

// func add(a, b int) int
TEXT ·add(SB), NOSPLIT, $0-24
	MOVQ a+0(FP), AX
	ADDQ b+8(FP), AX
	MOVQ AX, ret+16(FP)
	RET

// func mixed(a int8, b uint16, c float32, d float64, e bool, f string) (int64, float64, string)
TEXT ·mixed(SB), NOSPLIT, $0-72
	MOVBQSX a+0(FP), AX
	MOVWQZX b+2(FP), BX
	ADDQ BX, AX
	MOVBQZX e+16(FP), CX
	LEAQ (AX)(CX*2), AX
	MOVQ AX, ret+40(FP)
	CVTSS2SD c+4(FP), X0
	ADDSD d+8(FP), X0
	MOVSD X0, ret1+48(FP)
	MOVQ f_base+24(FP), AX
	MOVQ f_len+32(FP), BX
	MOVQ AX, ret2_base+56(FP)
	MOVQ BX, ret2_len+64(FP)
	// None of the fixed registers survives.
	MOVQ $-1, R14
	PCMPEQL X15, X15
	RET

// func swapPair(p pair) pair
TEXT ·swapPair(SB), NOSPLIT, $0-32
	MOVLQSX p_a+pair_a(FP), AX
	CVTTSD2SQ p_b+pair_b(FP), BX
	CVTSQ2SD AX, X0
	MOVL BX, ret_a+(16+pair_a)(FP)
	MOVSD X0, ret_b+(16+pair_b)(FP)
	RET

// func sum(p []int32) (total int64)
TEXT ·sum(SB), NOSPLIT, $0-32
	MOVQ p_base+0(FP), SI
	MOVQ p_len+8(FP), CX
	XORL AX, AX
	TESTQ CX, CX
	JZ done
loop:
	MOVLQSX (SI), DX
	ADDQ DX, AX
	ADDQ $4, SI
	DECQ CX
	JNZ loop
done:
	MOVQ AX, total+24(FP)
	RET

// func sumArray(a [4]int, k int) [2]int
TEXT ·sumArray(SB), NOSPLIT, $0-56
	MOVQ a_0+0(FP), AX
	ADDQ a_1+8(FP), AX
	ADDQ a_2+16(FP), AX
	ADDQ a_3+24(FP), AX
	ADDQ k+32(FP), AX
	MOVQ AX, ret_0+40(FP)
	SHLQ $1, AX
	MOVQ AX, ret_1+48(FP)
	RET

// func shifted(x uint64) uint64
TEXT ·shifted(SB), NOSPLIT, $0-16
	MOVQ x+0(FP), AX
	SHLQ $const_shift, AX
	MOVQ AX, ret+8(FP)
	RET

// func score(r *record) (float64, *record)
TEXT ·score(SB), NOSPLIT, $0-24
	MOVQ r+0(FP), AX
	MOVSD record_score(AX), X0
	MOVSD X0, ret+8(FP)
	MOVQ record_next(AX), BX
	MOVQ BX, ret1+16(FP)
	CMPQ BX, $record__size
	RET

TEXT ·nothing(SB), NOSPLIT, $0-0
	XORL R14, R14
	RET

// func fill(p *[8]byte, v byte)
TEXT ·fill(SB), NOSPLIT, $0-9
	MOVQ p+0(FP), DI
	MOVB v+8(FP), AX
	MOVQ $8, CX
	CLD
	REP; STOSB
	RET

// func callBack(n int, s string) (string, int)
TEXT ·callBack(SB), $48-48
	NO_LOCAL_POINTERS
	MOVQ n+0(FP), AX
	MOVQ AX, 0(SP)
	MOVQ s_base+8(FP), AX
	MOVQ AX, 8(SP)
	MOVQ s_len+16(FP), AX
	MOVQ AX, 16(SP)
	XORL R14, R14
	PCMPEQL X15, X15
	CALL ·back(SB)
	MOVQ 24(SP), AX
	MOVQ AX, ret_base+24(FP)
	MOVQ 32(SP), AX
	MOVQ AX, ret_len+32(FP)
	MOVQ 40(SP), AX
	MOVQ AX, ret1+40(FP)
	RET

// func callMethod(c *counter, by int) int
TEXT ·callMethod(SB), $24-24
	NO_LOCAL_POINTERS
	MOVQ c+0(FP), AX
	MOVQ AX, 0(SP)
	MOVQ by+8(FP), AX
	MOVQ AX, 8(SP)
	CALL example∕com∕asm_calls·counterIncImpl(SB)
	MOVQ 16(SP), AX
	SUBQ $20, AX
	MOVQ AX, 8(SP)
	MOVQ $0, 8(SP)
	CALL "main.(*counter).inc"(SB)
	MOVQ 16(SP), AX
	MOVQ AX, ret+16(FP)
	RET

// func callPanic(what *string)
TEXT ·callPanic(SB), $8-8
	NO_LOCAL_POINTERS
	MOVQ what+0(FP), AX
	MOVQ AX, 0(SP)
	CALL ·fail(SB)
	RET

// func callDeep(n int) int
TEXT ·callDeep(SB), $16-16
	NO_LOCAL_POINTERS
	MOVQ n+0(FP), AX
	MOVQ AX, 0(SP)
	CALL ·deep(SB)
	MOVQ 8(SP), AX
	MOVQ AX, ret+8(FP)
	RET

// func keep(p *int) *int
TEXT ·keep(SB), $16-16
	NO_LOCAL_POINTERS
	MOVQ p+0(FP), AX
	MOVQ AX, ret+8(FP)
	GO_RESULTS_INITIALIZED
	MOVQ AX, 0(SP)
	CALL ·keepBack(SB)
	MOVQ ret+8(FP), AX
	MOVQ p+0(FP), BX
	CMPQ AX, BX
	JNE bad
	MOVQ 8(SP), AX
	MOVQ AX, ret+8(FP)
	RET
bad:
	UNDEF

// func pushes(a int) int
TEXT ·pushes(SB), $8-16
	NO_LOCAL_POINTERS
	MOVQ $1, t-8(SP)
	PUSHQ t-8(SP)
	PUSHQ $2
	MOVQ a+0(FP), AX
	ADJSP $16
	MOVQ AX, 0(SP)
	CALL ·twice(SB)
	MOVQ 8(SP), AX
	ADJSP $-16
	POPQ BX
	POPQ CX
	ADDQ BX, AX
	ADDQ CX, AX
	ADDQ BX, AX
	MOVQ AX, ret+8(FP)
	RET

// func table(i int) uint32
DATA words<>+0(SB)/4, $10
DATA words<>+4(SB)/4, $20
DATA words<>+8(SB)/8, $0x2800000001e
GLOBL words<>(SB), RODATA|NOPTR, $16
TEXT ·table(SB), NOSPLIT, $0-12
	MOVQ i+0(FP), AX
	LEAQ words<>(SB), BX
	CMPQ AX, $3
	JNE 3(PC)
	MOVL $40, CX
	JMP out
	MOVL (BX)(AX*4), CX
out:
	MOVL CX, ret+8(FP)
	RET

DATA ·primes+0(SB)/4, $2
DATA ·primes+4(SB)/4, $3
DATA ·primes+8(SB)/4, $5
GLOBL ·primes(SB), NOPTR, $12

// func bump() int
TEXT ·bump(SB), NOSPLIT, $0-8
	INCQ ·total(SB)
	MOVQ ·total(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func addABI0() uintptr
DATA addr<>+0(SB)/8, $·add(SB)
GLOBL addr<>(SB), NOPTR, $8
TEXT ·addABI0(SB), NOSPLIT, $0-8
	MOVQ $·add(SB), AX
	CMPQ AX, addr<>(SB)
	JEQ same
	XORL AX, AX
same:
	MOVQ AX, ret+0(FP)
	RET

// func simd(dst, a, b *[4]float32)
TEXT ·simd(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVUPS (SI), X0
	MOVUPS (DX), X1
	ADDPS X1, X0
	MOVUPS X0, (DI)
	RET

// func viaValue(f func(int) int, x int) int: through registers, as compiled code does
TEXT ·viaValue(SB), $0-24
	NO_LOCAL_POINTERS
	MOVQ f+0(FP), DX
	MOVQ x+8(FP), AX
	MOVQ (TLS), R14
	XORPS X15, X15
	MOVQ 0(DX), CX
	CALL CX
	MOVQ AX, ret+16(FP)
	RET

#define COPY(from, to) \
	MOVQ from(FP), AX; \
	MOVQ AX, to(SP)

// func manyArgs(a, b, c, d, e, f, g, h, i, j, k int, s []string) (int, []string)
TEXT ·manyArgs(SB), $144-144
	NO_LOCAL_POINTERS
	LEAQ a+0(FP), SI
	LEAQ 0(SP), DI
	MOVQ $11, CX
	REP
	MOVSQ
	COPY(s_base+88, 88)
	COPY(s_len+96, 96)
	COPY(s_cap+104, 104)
	CALL ·manyBack(SB)
	LEAQ ret+112(FP), DI
	LEAQ 112(SP), SI
	MOVQ $4, CX
	REP
	MOVSQ
	RET

// func jumpTo(x int) int: a tail call into Go
TEXT ·jumpTo(SB), NOSPLIT|NOFRAME, $0-16
	JMP ·landing(SB)

// func fault(p *int) int
TEXT ·fault(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), AX
	PUSHQ AX
	XORL R14, R14
	PCMPEQL X15, X15
	MOVQ (AX), BX
	POPQ AX
	MOVQ BX, ret+8(FP)
	RET

TEXT ·callTrace(SB), $0-0
	NO_LOCAL_POINTERS
	CALL ·traced(SB)
	RET
