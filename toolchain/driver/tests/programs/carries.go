// Sums and differences of several words, with carries that go from one to the next, that somebody else wants too, and that start as a
// number; against the same in halves of words.
package main

import (
	"fmt"
	"math/bits"
)

type wide [6]uint64

//go:noinline
func add(x, y *wide, c uint64) (z wide, out uint64) {
	z[0], c = bits.Add64(x[0], y[0], c)
	z[1], c = bits.Add64(x[1], y[1], c)
	z[2], c = bits.Add64(x[2], y[2], uint64(uint8(c)))
	z[3], c = bits.Add64(x[3], y[3], c)
	z[4], c = bits.Add64(x[4], y[4], c)
	z[5], c = bits.Add64(x[5], y[5], c)
	return z, c
}

//go:noinline
func sub(x, y *wide, c uint64) (z wide, out uint64) {
	z[0], c = bits.Sub64(x[0], y[0], c)
	z[1], c = bits.Sub64(x[1], y[1], c)
	first := c
	z[2], c = bits.Sub64(x[2], y[2], c)
	z[3], c = bits.Sub64(x[3], 1, c)
	z[4], c = bits.Sub64(x[4], z[3]^y[4], c)
	z[5], c = bits.Sub64(x[5], ^uint64(0), c)
	return z, c<<1 | first
}

// The sum of a lower word is an operand of a higher one.
//
//go:noinline
func twisted(a, b uint64) (x, y, z, c uint64) {
	x, c = bits.Add64(a, b, 0)
	y, c = bits.Add64(x, b, c)
	z, c = bits.Add64(y, x, c)
	return
}

func half(x, y, c uint64, minus bool) (z, out uint64) {
	if minus {
		y, c = ^y, c^1
	}
	lo := x&0xffffffff + y&0xffffffff + c
	hi := x>>32 + y>>32 + lo>>32
	out = hi >> 32
	if minus {
		out ^= 1
	}
	return hi<<32 | lo&0xffffffff, out
}

func main() {
	seed := uint64(1)
	next := func() uint64 {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		switch seed >> 60 {
		case 0:
			return 0
		case 1, 2:
			return ^uint64(0)
		case 3:
			return 1
		}
		return seed
	}
	wrong := 0
	check := func(got, want uint64) {
		if got != want {
			wrong++
		}
	}
	for range 20000 {
		var x, y wide
		for i := range x {
			x[i], y[i] = next(), next()
		}
		for c := range uint64(2) {
			z, out := add(&x, &y, c)
			k := c
			for i := range x {
				var w uint64
				w, k = half(x[i], y[i], k, false)
				check(z[i], w)
			}
			check(out, k)
			d, both := sub(&x, &y, c)
			var w, first uint64
			w, k = half(x[0], y[0], c, true)
			check(d[0], w)
			w, k = half(x[1], y[1], k, true)
			check(d[1], w)
			first = k
			w, k = half(x[2], y[2], k, true)
			check(d[2], w)
			w, k = half(x[3], 1, k, true)
			check(d[3], w)
			w, k = half(x[4], d[3]^y[4], k, true)
			check(d[4], w)
			w, k = half(x[5], ^uint64(0), k, true)
			check(d[5], w)
			check(both, k<<1|first)
		}
		p, q, r, c := twisted(x[0], y[0])
		p1, k := half(x[0], y[0], 0, false)
		q1, k := half(p1, y[0], k, false)
		r1, k := half(q1, p1, k, false)
		check(p, p1)
		check(q, q1)
		check(r, r1)
		check(c, k)
	}
	fmt.Println("wrong:", wrong)
}

/* output
wrong: 0
*/
