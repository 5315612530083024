#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

// func add(a, b int) int
TEXT ·add(SB), NOSPLIT, $0-24
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	ADD R1, R0
	MOVD R0, ret+16(FP)
	RET

// func mixed(a int8, b uint16, c float32, d float64, e bool, f string) (int64, float64, string)
TEXT ·mixed(SB), NOSPLIT, $0-72
	MOVB a+0(FP), R0
	MOVHU b+2(FP), R1
	ADD R1, R0
	MOVBU e+16(FP), R2
	ADD R2<<1, R0
	MOVD R0, ret+40(FP)
	FMOVS c+4(FP), F0
	FCVTSD F0, F0
	FMOVD d+8(FP), F1
	FADDD F1, F0
	FMOVD F0, ret1+48(FP)
	LDP f_base+24(FP), (R0, R1)
	STP (R0, R1), ret2_base+56(FP)
	// What is the caller's own is not kept.
	MOVD $-1, R26
	MOVD $-1, R0
	RET

// func swapPair(p pair) pair
TEXT ·swapPair(SB), NOSPLIT, $0-32
	MOVW p_a+pair_a(FP), R0
	FMOVD p_b+pair_b(FP), F0
	FCVTZSD F0, R1
	SCVTFD R0, F0
	MOVW R1, ret_a+(16+pair_a)(FP)
	FMOVD F0, ret_b+(16+pair_b)(FP)
	RET

// func sum(p []int32) (total int64)
TEXT ·sum(SB), NOSPLIT, $0-32
	MOVD p_base+0(FP), R1
	MOVD p_len+8(FP), R2
	MOVD ZR, R0
	CBZ R2, done
loop:
	MOVW.P 4(R1), R3
	ADD R3, R0
	SUBS $1, R2
	BNE loop
done:
	MOVD R0, total+24(FP)
	RET

// func sumArray(a [4]int, k int) [2]int
TEXT ·sumArray(SB), NOSPLIT, $0-56
	MOVD $a_0+0(FP), R5
	LDP (R5), (R0, R1)
	LDP 16(R5), (R2, R3)
	MOVD k+32(FP), R4
	ADD R1, R0
	ADD R2, R0
	ADD R3, R0
	ADD R4, R0
	LSL $1, R0, R1
	STP (R0, R1), ret_0+40(FP)
	RET

// func shifted(x uint64) uint64
TEXT ·shifted(SB), NOSPLIT, $0-16
	MOVD x+0(FP), R0
	LSL $const_shift, R0
	MOVD R0, ret+8(FP)
	RET

// func score(r *record) (float64, *record)
TEXT ·score(SB), NOSPLIT, $0-24
	MOVD r+0(FP), R0
	FMOVD record_score(R0), F0
	FMOVD F0, ret+8(FP)
	MOVD record_next(R0), R1
	MOVD R1, ret1+16(FP)
	CMP $record__size, R1
	RET

TEXT ·nothing(SB), NOSPLIT, $0-0
	MOVD ZR, R26
	RET

// func fill(p *[8]byte, v byte)
TEXT ·fill(SB), NOSPLIT, $0-9
	MOVD p+0(FP), R0
	MOVBU v+8(FP), R1
	VDUP R1, V0.B8
	FMOVD F0, (R0)
	RET

// func callBack(n int, s string) (string, int)
TEXT ·callBack(SB), $56-48
	NO_LOCAL_POINTERS
	MOVD n+0(FP), R0
	MOVD R0, 8(RSP)
	LDP s_base+8(FP), (R0, R1)
	STP (R0, R1), 16(RSP)
	CALL ·back(SB)
	LDP 32(RSP), (R0, R1)
	MOVD 48(RSP), R2
	STP (R0, R1), ret_base+24(FP)
	MOVD R2, ret1+40(FP)
	RET

// func callMethod(c *counter, by int) int
TEXT ·callMethod(SB), $40-24
	NO_LOCAL_POINTERS
	MOVD c+0(FP), R0
	MOVD by+8(FP), R1
	STP (R0, R1), 8(RSP)
	CALL example∕com∕asm_calls·counterIncImpl(SB)
	MOVD 24(RSP), R0
	SUB $20, R0
	MOVD R0, 16(RSP)
	MOVD ZR, 16(RSP)
	CALL "main.(*counter).inc"(SB)
	MOVD 24(RSP), R0
	MOVD R0, ret+16(FP)
	RET

// func callPanic(what *string)
TEXT ·callPanic(SB), $8-8
	NO_LOCAL_POINTERS
	MOVD what+0(FP), R0
	MOVD R0, 8(RSP)
	CALL ·fail(SB)
	RET

// func callDeep(n int) int
TEXT ·callDeep(SB), $24-16
	NO_LOCAL_POINTERS
	MOVD n+0(FP), R0
	MOVD R0, 8(RSP)
	CALL ·deep(SB)
	MOVD 16(RSP), R0
	MOVD R0, ret+8(FP)
	RET

// func keep(p *int) *int
TEXT ·keep(SB), $24-16
	NO_LOCAL_POINTERS
	MOVD p+0(FP), R0
	MOVD R0, ret+8(FP)
	GO_RESULTS_INITIALIZED
	MOVD R0, 8(RSP)
	CALL ·keepBack(SB)
	MOVD ret+8(FP), R0
	MOVD p+0(FP), R1
	CMP R1, R0
	BNE bad
	MOVD 16(RSP), R0
	MOVD R0, ret+8(FP)
	RET
bad:
	UNDEF

// func pushes(a int) int: SP moves
TEXT ·pushes(SB), $24-16
	NO_LOCAL_POINTERS
	MOVD $6, R1
	MOVD R1, t-8(SP)
	MOVD a+0(FP), R0
	SUB $32, RSP
	MOVD R0, 8(RSP)
	CALL ·twice(SB)
	MOVD 16(RSP), R0
	ADD $32, RSP
	MOVD t-8(SP), R1
	SUB $1, R1
	ADD R1, R0
	MOVD R0, ret+8(FP)
	RET

// func table(i int) uint32
DATA words<>+0(SB)/4, $10
DATA words<>+4(SB)/4, $20
DATA words<>+8(SB)/8, $0x2800000001e
GLOBL words<>(SB), RODATA|NOPTR, $16
TEXT ·table(SB), NOSPLIT, $0-12
	MOVD i+0(FP), R0
	MOVD $words<>(SB), R1
	CMP $3, R0
	BNE 3(PC)
	MOVD $40, R2
	B out
	MOVWU (R1)(R0<<2), R2
out:
	MOVW R2, ret+8(FP)
	RET

DATA ·primes+0(SB)/4, $2
DATA ·primes+4(SB)/4, $3
DATA ·primes+8(SB)/4, $5
GLOBL ·primes(SB), NOPTR, $12

// func bump() int
TEXT ·bump(SB), NOSPLIT, $0-8
	MOVD ·total(SB), R0
	ADD $1, R0
	MOVD R0, ·total(SB)
	MOVD ·total(SB), R1
	MOVD R1, ret+0(FP)
	RET

// func addABI0() uintptr
DATA addr<>+0(SB)/8, $·add(SB)
GLOBL addr<>(SB), NOPTR, $8
TEXT ·addABI0(SB), NOSPLIT, $0-8
	MOVD $·add(SB), R0
	MOVD addr<>(SB), R1
	CMP R1, R0
	CSEL EQ, R0, ZR, R0
	MOVD R0, ret+0(FP)
	RET

// func simd(dst, a, b *[4]float32)
TEXT ·simd(SB), NOSPLIT, $0-24
	MOVD dst+0(FP), R0
	MOVD a+8(FP), R1
	MOVD b+16(FP), R2
	VLD1 (R1), [V0.S4]
	VLD1 (R2), [V1.S4]
	VFADD V1.S4, V0.S4, V0.S4
	VST1 [V0.S4], (R0)
	RET

// func viaValue(f func(int) int, x int) int: through registers, as compiled code does
TEXT ·viaValue(SB), $8-24
	NO_LOCAL_POINTERS
	MOVD f+0(FP), R26
	MOVD x+8(FP), R0
	MOVD (R26), R1
	CALL (R1)
	MOVD R0, ret+16(FP)
	RET

#define COPY(from, to) \
	MOVD from(FP), R0; \
	MOVD R0, to(RSP)

// func manyArgs(a, b, c, d, e, f, g, h, i, j, k int, s []string) (int, []string)
TEXT ·manyArgs(SB), $152-144
	NO_LOCAL_POINTERS
	MOVD $a+0(FP), R1
	MOVD $8(RSP), R2
	MOVD $11, R3
copy:
	MOVD.P 8(R1), R0
	MOVD.P R0, 8(R2)
	SUBS $1, R3
	BNE copy
	COPY(s_base+88, 96)
	COPY(s_len+96, 104)
	COPY(s_cap+104, 112)
	CALL ·manyBack(SB)
	LDP 120(RSP), (R0, R1)
	LDP 136(RSP), (R2, R3)
	STP (R0, R1), ret+112(FP)
	STP (R2, R3), ret1_len+128(FP)
	RET

// func jumpTo(x int) int: a tail call into Go
TEXT ·jumpTo(SB), NOSPLIT|NOFRAME, $0-16
	JMP ·landing(SB)

// func fault(p *int) int
TEXT ·fault(SB), NOSPLIT, $8-16
	MOVD p+0(FP), R0
	SUB $16, RSP
	MOVD (R0), R1
	ADD $16, RSP
	MOVD R1, ret+8(FP)
	RET

TEXT ·callTrace(SB), $8-0
	NO_LOCAL_POINTERS
	CALL ·traced(SB)
	RET
