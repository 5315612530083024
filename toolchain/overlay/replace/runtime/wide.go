package runtime

import (
	"internal/runtime/atomic"
	"internal/runtime/sys"
	"unsafe"
)

// What compiled code calls for operations that a machine has no instructions for: 64-bit numbers where words have 32 bits, and
// division where there is none. None of it may use what it stands for: sums, products, shifts and comparisons of 64 bits are
// made in line. Divisors are not 0: that was asked before.

//go:nosplit
func uint64div(x, y uint64) uint64 {
	q, _ := divmod64(x, y)
	return q
}

//go:nosplit
func uint64mod(x, y uint64) uint64 {
	_, r := divmod64(x, y)
	return r
}

//go:nosplit
func int64div(x, y int64) int64 {
	q, _ := divmod64(magnitude64(x), magnitude64(y))
	if x^y < 0 {
		return -int64(q)
	}
	return int64(q)
}

//go:nosplit
func int64mod(x, y int64) int64 {
	_, r := divmod64(magnitude64(x), magnitude64(y))
	if x < 0 {
		return -int64(r)
	}
	return int64(r)
}

//go:nosplit
func magnitude64(x int64) uint64 {
	if x < 0 {
		x = -x
	}
	return uint64(x)
}

//go:nosplit
func divmod64(x, y uint64) (q, r uint64) {
	if y>>32 == 0 {
		d := uint32(y)
		upper, rest := uint32(x>>32), uint32(0)
		if upper != 0 {
			upper, rest = upper/d, upper%d
		}
		if rest == 0 {
			lo := uint32(x)
			return uint64(upper)<<32 | uint64(lo/d), uint64(lo % d)
		}
		lower, last := divmod64by32(rest, uint32(x), d)
		return uint64(upper)<<32 | uint64(lower), uint64(last)
	}
	// The quotient has less than 32 bits. Half of x by the leading 32 bits of y is it, or one more.
	n := leadingZeros32(uint32(y >> 32))
	half := x >> 1
	guess, _ := divmod64by32(uint32(half>>32), uint32(half), uint32(y<<n>>32))
	q = uint64(guess >> (31 - n))
	if q != 0 {
		q--
	}
	r = x - q*y
	if r >= y {
		q++
		r -= y
	}
	return q, r
}

// divmod64by32 divides hi<<32 | lo by d, which is larger than hi: two steps with digits of 16 bits.
//
//go:nosplit
func divmod64by32(hi, lo, d uint32) (q, r uint32) {
	s := leadingZeros32(d)
	d <<= s
	if s != 0 {
		hi = hi<<s | lo>>(32-s)
		lo <<= s
	}
	upper, rest := divdigit(hi, lo>>16, d)
	lower, rest := divdigit(rest, lo&0xffff, d)
	return upper<<16 | lower, rest >> s
}

// divdigit divides rest<<16 | next by d, whose top bit is set, for one digit.
//
//go:nosplit
func divdigit(rest, next, d uint32) (q, r uint32) {
	upper, lower := d>>16, d&0xffff
	q = rest / upper
	left := rest - q*upper
	// By the upper digit alone it is at most two too large.
	for left <= 0xffff && (q > 0xffff || q*lower > left<<16|next) {
		q--
		left += upper
	}
	return q, rest<<16 + next - q*d
}

//go:nosplit
func leadingZeros32(x uint32) uint32 { return uint32(sys.LeadingZeros64(uint64(x))) - 32 }

//go:nosplit
func uint32div(x, y uint32) uint32 {
	q, _ := divmod32(x, y)
	return q
}

//go:nosplit
func uint32mod(x, y uint32) uint32 {
	_, r := divmod32(x, y)
	return r
}

//go:nosplit
func int32div(x, y int32) int32 {
	q, _ := divmod32(magnitude32(x), magnitude32(y))
	if x^y < 0 {
		return -int32(q)
	}
	return int32(q)
}

//go:nosplit
func int32mod(x, y int32) int32 {
	_, r := divmod32(magnitude32(x), magnitude32(y))
	if x < 0 {
		return -int32(r)
	}
	return int32(r)
}

//go:nosplit
func magnitude32(x int32) uint32 {
	if x < 0 {
		x = -x
	}
	return uint32(x)
}

//go:nosplit
func divmod32(x, y uint32) (q, r uint32) {
	if x < y {
		return 0, x
	}
	n := leadingZeros32(y) - leadingZeros32(x)
	for y <<= n; ; y >>= 1 {
		q <<= 1
		if x >= y {
			x -= y
			q |= 1
		}
		if n == 0 {
			return q, x
		}
		n--
	}
}

//go:nosplit
func uint64tofloat64(x uint64) float64 {
	// Both halves are exact; their sum is rounded once.
	return float64(uint32(x>>32))*(1<<32) + float64(uint32(x))
}

//go:nosplit
func int64tofloat64(x int64) float64 {
	return float64(int32(x>>32))*(1<<32) + float64(uint32(x))
}

//go:nosplit
func uint64tofloat32(x uint64) float32 {
	if x>>53 != 0 {
		// A float64 would have to round, and a second time would be wrong: the last bit that it has tells of all that are lost.
		if x&0x7ff != 0 {
			x |= 0x800
		}
		x &^= 0x7ff
	}
	return float32(uint64tofloat64(x))
}

//go:nosplit
func int64tofloat32(x int64) float32 {
	if x < 0 {
		return -uint64tofloat32(uint64(-x))
	}
	return uint64tofloat32(uint64(x))
}

//go:nosplit
func float64toint64(f float64) int64 { return int64(float64touint64(f)) }

// float64touint64 is the integer part as far as 64 bits hold it. Beyond that the upper half is what the machine makes of the number as
// an uint32, and the lower half 0: as Go converts on all machines with words of 32 bits.
//
//go:nosplit
func float64touint64(f float64) uint64 {
	bits := *(*uint64)(unsafe.Pointer(&f))
	exp := int32(bits>>52)&0x7ff - 1075
	n := bits&(1<<52-1) | 1<<52
	switch {
	case exp > 11:
		n = uint64(uint32(f)) << 32
	case exp >= 0:
		n <<= uint32(exp)
	case exp > -53:
		n >>= uint32(-exp)
	default:
		n = 0
	}
	if int64(bits) < 0 {
		return -n
	}
	return n
}

// wideLock is held while a 64-bit number is read or written atomically. Its holders are not interrupted by polls.
var wideLock uint32

//go:nosplit
func lockWide(p *uint64) {
	if uintptr(unsafe.Pointer(p))&7 != 0 {
		panicUnalignedWide()
	}
	// Nil faults here, where nothing is held.
	_ = *(*uint8)(unsafe.Pointer(p))
	for !atomic.Cas(&wideLock, 0, 1) {
	}
}

//go:nosplit
func unlockWide() { atomic.Store(&wideLock, 0) }

func panicUnalignedWide() { panic("unaligned 64-bit atomic operation") }

//go:nosplit
func atomicLoad64(p *uint64) uint64 {
	lockWide(p)
	v := *p
	unlockWide()
	return v
}

//go:nosplit
func atomicStore64(p *uint64, v uint64) {
	lockWide(p)
	*p = v
	unlockWide()
}

//go:nosplit
func atomicAdd64(p *uint64, delta uint64) uint64 {
	lockWide(p)
	v := *p + delta
	*p = v
	unlockWide()
	return v
}

//go:nosplit
func atomicAnd64(p *uint64, v uint64) uint64 {
	lockWide(p)
	old := *p
	*p = old & v
	unlockWide()
	return old
}

//go:nosplit
func atomicOr64(p *uint64, v uint64) uint64 {
	lockWide(p)
	old := *p
	*p = old | v
	unlockWide()
	return old
}

//go:nosplit
func atomicXchg64(p *uint64, v uint64) uint64 {
	lockWide(p)
	old := *p
	*p = v
	unlockWide()
	return old
}

//go:nosplit
func atomicCas64(p *uint64, old, new uint64) bool {
	lockWide(p)
	swapped := *p == old
	if swapped {
		*p = new
	}
	unlockWide()
	return swapped
}
