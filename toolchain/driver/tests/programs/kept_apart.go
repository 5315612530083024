package main

import (
	"errors"
	"fmt"
	"testing"
)

// What a func value has captured, and the words of an object, are told apart; what is written back to where it was read from goes
// nowhere; variables of a loop's body carry nothing to the next round.

type want struct {
	ready chan struct{}
	err   error
}

var kept []*want

func (w *want) cancel(err error) {
	w.err = err
	kept = append(kept, w)
}

// The deferred function captures err's address beside w, which it keeps.
//
//go:noinline
func acquire(wait bool) (n int, err error) {
	if wait {
		w := &want{ready: make(chan struct{}, 1)}
		defer func() {
			if err != nil {
				w.cancel(err)
			}
		}()
		return 0, errors.New("busy")
	}
	n, err = len(kept), nil
	return n, err
}

type numbers struct{ limbs []uint }

//go:noinline
func (x *numbers) reset(n int) *numbers {
	if cap(x.limbs) < n {
		x.limbs = make([]uint, n)
		return x
	}
	x.limbs = x.limbs[:n]
	clear(x.limbs)
	return x
}

func fresh() *numbers { return &numbers{make([]uint, 0, 8)} }

//go:noinline
func sum(n int) (s uint) {
	a, b := fresh(), fresh()
	for i := range n {
		a.reset(4).limbs[3] = uint(i)
		b.reset(3).limbs[1] = 1
		s += a.limbs[3] + b.limbs[1]
	}
	return s
}

type halves struct{ high, low uint64 }

func (h halves) both() [2]*uint64 { return [2]*uint64{&h.high, &h.low} }

func (h halves) at(i int) uint16 { return uint16(*h.both()[i/4] >> (16 * (i % 4))) }

//go:noinline
func list(h halves) (s int) {
	for i := range 8 {
		s = s*3 + int(h.at(i))
	}
	return s
}

// What a round keeps in a variable from outside of the loop is another object each time.
//
//go:noinline
func outside(n int) (s int) {
	var last [2]*int
	for i := range n {
		x := i
		last[i%2] = &x
		if i > 0 {
			s += *last[(i+1)%2]
		}
	}
	return s
}

// A word that is written through a pointer elsewhere is seen.
//
//go:noinline
func swap(p *[2]*int) { p[0], p[1] = p[1], p[0] }

//go:noinline
func swapped() *int {
	a, b := 1, 2
	pair := [2]*int{&a, &b}
	swap(&pair)
	return pair[0]
}

//go:noinline
func called(n int) (s int) {
	f := func(p *int) int { *p += n; return *p }
	for i := range 4 {
		x := i
		s += f(&x)
		if s < 0 {
			f = nil
		}
	}
	return s
}

func main() {
	_, err := acquire(true)
	n, _ := acquire(false)
	fmt.Println(err, n, kept[0].err)
	h := halves{0x0004_0003_0002_0001, 0x0008_0007_0006_0005}
	fmt.Println(sum(10), list(h), outside(5), *swapped(), called(3))
	for _, f := range []func(){func() { acquire(false) }, func() { sum(10) }, func() { list(h) }} {
		fmt.Println(testing.AllocsPerRun(100, f))
	}
	keep := swapped()
	for range 100 {
		sum(100)
		acquire(true)
	}
	fmt.Println(*keep, len(kept))
}

/* output
busy 1 busy
55 4916 6 2 18
0
0
0
2 101
*/
