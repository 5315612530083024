// What machines compute, group by group: numbers of all sizes, floats, switches, memory, atomics, calls with many arguments. A number
// stands for all results of a group and those before it; Go has the same on all machines.
package main

import (
	"math"
	"math/bits"
	"sync/atomic"
)

var h uint64 = 14695981039346656037
var cell32 uint32
var cell64 uint64
var cell8 [8]uint8

//go:noinline
func mix(x uint64) { h = (h ^ x) * 1099511628211; h ^= h >> 29 }

//go:noinline
func arith(a, b int64, c, d uint64) {
	mix(uint64(a + b))
	mix(uint64(a - b))
	mix(uint64(a * b))
	mix(c * d)
	mix(c - d)
	if b != 0 {
		mix(uint64(a / b))
		mix(uint64(a % b))
	}
	if d != 0 {
		mix(c / d)
		mix(c % d)
	}
	mix(uint64(a << (c & 127)))
	mix(uint64(a >> (c & 127)))
	mix(d >> (c & 127))
	mix(uint64(int32(a) << (c & 1023)))
	mix(uint64(int32(a) >> uint16(c)))
	mix(uint64(uint32(a) >> (d & 511)))
	mix(bits.RotateLeft64(c, int(d&255)))
	mix(uint64(bits.RotateLeft32(uint32(c), int(d&255))))
	mix(uint64(bits.RotateLeft16(uint16(c), int(d&255))))
	mix(uint64(bits.RotateLeft8(uint8(c), int(d&255))))
	mix(uint64(bits.LeadingZeros64(c)))
	mix(uint64(bits.TrailingZeros64(c)))
	mix(uint64(bits.OnesCount64(c)))
	mix(uint64(bits.LeadingZeros16(uint16(c))))
	mix(uint64(bits.TrailingZeros8(uint8(c))))
	mix(bits.ReverseBytes64(c))
	mix(uint64(bits.ReverseBytes16(uint16(c))))
	s, k := bits.Add64(c, d, uint64(a)&1)
	mix(s)
	mix(k)
	s, k = bits.Sub64(c, d, uint64(a)&1)
	mix(s)
	mix(k)
	hi, lo := bits.Mul64(c, d)
	mix(hi)
	mix(lo)
	x, y := int32(a), int32(b)
	mix(uint64(x + y))
	mix(uint64(x*y + 77))
	mix(uint64(x - x*y))
	mix(uint64(x &^ y))
	mix(uint64(x&0xff | y<<3))
	mix(uint64(x ^ 0x12345))
	mix(uint64(x + 4097))
	mix(uint64(x - 65537))
	mix(uint64(1000 - x))
	mix(uint64(-x))
	mix(uint64(^x))
	if y != 0 {
		mix(uint64(x / y))
		mix(uint64(x % y))
		mix(uint64(uint32(x) / uint32(y)))
		mix(uint64(uint32(x) % uint32(y)))
	}
	mix(uint64(x / 7))
	mix(uint64(x % 10))
	mix(uint64(uint32(x) / 10))
	mix(uint64(uint32(x) % 1000003))
	mix(uint64(x / -8))
	mix(uint64(a / 1000))
	mix(c % 10)
	p, q := int8(a), int8(b)
	mix(uint64(p + q))
	mix(uint64(p >> (c & 15)))
	mix(uint64(uint8(p) >> 3))
	mix(uint64(int16(a) * int16(b)))
	if q != 0 {
		mix(uint64(p / q))
		mix(uint64(p % q))
		mix(uint64(uint16(a) / uint16(uint8(q))))
	}
	cmp := uint64(0)
	for i, t := range [...]bool{a < b, a <= b, a == b, c < d, c <= d, c != d, x < y, x >= y, uint32(x) < uint32(y), p < q, uint8(p) > uint8(q), int16(a) <= int16(b)} {
		if t {
			cmp |= 1 << uint(i)
		}
	}
	mix(cmp)
	mix(uint64(min(a, b)))
	mix(max(c, d))
}

//go:noinline
func floats(f, g float64) {
	bitsOf := func(f float64) {
		if f != f {
			mix(1)
		} else {
			mix(math.Float64bits(f))
		}
	}
	bits32 := func(f float32) {
		if f != f {
			mix(2)
		} else {
			mix(uint64(math.Float32bits(f)))
		}
	}
	bitsOf(f + g)
	bitsOf(f - g)
	bitsOf(f * g)
	bitsOf(f / g)
	bitsOf(-f)
	bitsOf(math.Abs(f))
	bitsOf(math.Sqrt(g))
	bitsOf(math.Copysign(f, g))
	a, b := float32(f), float32(g)
	bits32(a + b)
	bits32(a - b)
	bits32(a * b)
	bits32(a / b)
	bits32(-a)
	n := uint64(0)
	for i, t := range [...]bool{f < g, f <= g, f == g, f != g, f > g, f >= g, a < b, !(a < b), a >= b} {
		if t {
			n |= 1 << uint(i)
		}
	}
	mix(n)
	if math.Abs(f) < 1e9 {
		mix(uint64(int32(f)))
		mix(uint64(int64(f)))
		mix(uint64(int8(int32(f))))
	}
	if f >= 0 && f < 1e19 {
		mix(uint64(f))
	}
	if f >= 0 && f < 4e9 {
		mix(uint64(uint32(f)))
	}
	bitsOf(float64(int32(n * 77777777)))
	bits32(float32(int32(n * 77777777)))
	bitsOf(float64(h))
	bits32(float32(h))
	bitsOf(float64(int64(h)))
	bitsOf(float64(uint32(h)))
	bits32(float32(uint8(h)))
	m := f
	if f < g {
		m = g
	}
	bitsOf(m)
}

//go:noinline
func sw(n int) int {
	switch n {
	case 0:
		return 5
	case 1:
		return 17
	case 2:
		return 3
	case 3:
		return 99
	case 4:
		return 1
	case 5:
		return 44
	case 6:
		return 42
	case 7:
		return 8
	case 9:
		return 10
	case 1000:
		return 77
	case -5:
		return 6
	}
	return -n
}

type S struct {
	a uint8
	b uint16
	c int64
	d float32
	e [9]byte
	f float64
	g *int32
}

//go:noinline
func memory(n int, s S, t *[40]int32) S {
	var u [100]uint64
	for i := range u {
		u[i] = uint64(i*n) ^ s.b2()
	}
	var sum uint64
	for i, x := range u {
		sum += x << uint(i&31)
	}
	mix(sum)
	w := u
	w[n&63] = 7
	for i := range t {
		t[i] += int32(i) * int32(n)
		cell8[i&7] += uint8(t[i])
	}
	for _, x := range w {
		mix(x)
	}
	s.c += int64(t[n&31])
	s.e[n%9]++
	s.a--
	s.b += 3
	s.d *= 1.5
	s.f = float64(s.d) + s.f
	return s
}
func (s *S) b2() uint64 { return uint64(s.b) * uint64(s.a) }

//go:noinline
func many(a, b, c, d, e, f, g, h2, i int, x, y, z, w, v, u, t, s, r float64, j int64) int64 {
	mix(uint64(a + b*2 + c*3 + d*4 + e*5 + f*6 + g*7 + h2*8 + i*9))
	mix(math.Float64bits(x + y*2 + z*3 + w*4 + v*5 + u*6 + t*7 + s*8 + r*9))
	return j*int64(i) + int64(a)
}

var ints = [...]int64{0, 1, -1, 2, 7, -13, 255, 256, 65535, -32768, 1 << 31, -1 << 31, 1<<32 - 1, 1 << 33, 0x123456789abcdef, -0x7edcba9876543210, 1<<63 - 1, -1 << 63}

var reals = [...]float64{0, 1, -1, 0.1, -1.5, 1e10, 3.7e18, -2.5e5, 1e300, 123456.789, math.Inf(1), math.NaN(), 4294967295}

func main() {
	for _, a := range ints {
		for _, b := range ints {
			arith(a, b, uint64(b)*3, uint64(a))
		}
	}
	println("integers", h)
	for _, f := range reals {
		for _, g := range reals {
			floats(f, g)
		}
	}
	println("floats", h)
	for n := -10; n < 20; n++ {
		mix(uint64(sw(n)))
	}
	mix(uint64(sw(1000)))
	println("switches", h)
	var t [40]int32
	var k int32 = 9
	s := S{a: 3, b: 65530, c: -5, d: 2.25, f: 1.125, g: &k}
	for n := range 30 {
		s = memory(n, s, &t)
	}
	mix(uint64(s.a))
	mix(uint64(s.b))
	mix(uint64(s.c))
	mix(uint64(math.Float32bits(s.d)))
	mix(math.Float64bits(s.f))
	mix(uint64(*s.g))
	for _, e := range s.e {
		mix(uint64(e))
	}
	for _, c := range cell8 {
		mix(uint64(c))
	}
	println("memory", h)
	mix(uint64(atomic.AddUint32(&cell32, 5)))
	mix(uint64(atomic.SwapUint32(&cell32, 9)))
	if atomic.CompareAndSwapUint32(&cell32, 9, 11) {
		mix(3)
	}
	if atomic.CompareAndSwapUint32(&cell32, 9, 12) {
		mix(4)
	}
	mix(uint64(atomic.LoadUint32(&cell32)))
	atomic.StoreUint32(&cell32, 8)
	atomic.OrUint32(&cell32, 3)
	mix(uint64(atomic.AndUint32(&cell32, 6)))
	mix(uint64(cell32))
	mix(atomic.AddUint64(&cell64, 1<<40-3))
	mix(atomic.SwapUint64(&cell64, 9))
	if atomic.CompareAndSwapUint64(&cell64, 9, 1<<50) {
		mix(5)
	}
	mix(atomic.LoadUint64(&cell64))
	println("atomics", h)
	mix(uint64(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, -77)))
	println("calls", h)
}

/* output
integers 16404977879863610989
floats 3984725818400073380
switches 9089821057881968383
memory 5319418170390678316
atomics 9497098940478527672
calls 17095539317711140893
*/
