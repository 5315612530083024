// The first word of a variable may be an atomic of 64 bits, also where such numbers are aligned to 4 bytes: package variables, those that
// initialised pointers lead to, and what is allocated.
package main

import (
	"fmt"
	"sync/atomic"
)

type counter struct {
	n     int64
	other int32
}

type named struct {
	n    uint64
	name *string
}

var (
	a = int32(1)
	b int64
	c uint32
	d counter
	e = byte(2)
	f = &counter{3, 4}
	g = int32(5)
	h = [3]uint64{6, 7, 8}
	i uint32
	j [3]int64
	k = &named{9, nil}
	l = int32(10)
	m = uint64(11)
	n = &[2]int64{12, 13}
)

//go:noinline
func allocated() (sum int64) {
	for range 5 {
		small, x, y := new(int32), new(counter), new(named)
		large := make([]named, 100)
		*small++
		sum += atomic.AddInt64(&x.n, 1) + int64(atomic.AddUint64(&y.n, 1)+atomic.AddUint64(&large[0].n, 1))
	}
	return
}

func main() {
	fmt.Println(atomic.AddInt64(&b, 1), atomic.AddInt64(&d.n, 2), atomic.AddInt64(&f.n, 3), atomic.AddUint64(&h[2], 4))
	fmt.Println(atomic.AddInt64(&j[0], 6), atomic.AddInt64(&j[2], 7), atomic.AddUint64(&k.n, 8), atomic.AddUint64(&m, 9), atomic.AddInt64(&n[1], 10))
	fmt.Println(a, c, e, g, i, l, allocated())
}

/* output
1 2 6 12
6 7 17 20 23
1 0 2 5 0 10 15
*/
