// Literals of types that live in memory: all zero, mostly zero, full; stored, passed, boxed; what holds one is never changed by another's use.
package main

import "fmt"

type T struct {
	n   int
	buf [300]int
	p   *int
	s   string
}
type A [64]int

//go:noinline
func reset(p *T) { *p = T{} }

//go:noinline
func resetZ(p *T) { *p = T{n: 0, s: ""} }

//go:noinline
func self(p *T) { *p = T{n: p.n + 1, s: p.s} }

//go:noinline
func sparse(p *T) { *p = T{buf: [300]int{1: 5}, s: "x"} }

//go:noinline
func dense() A { return A{1, 2, 3, 63: 9} }

//go:noinline
func far() [2000]int { return [2000]int{1: 5, 1999: 7} }

//go:noinline
func iface() any { return T{} }

//go:noinline
func iface2() any { return A{} }

//go:noinline
func field(p *struct{ a, b T }) { p.b = T{}; p.a.buf = [300]int{} }

//go:noinline
func elem(s []T, i int) { s[i] = T{} }

//go:noinline
func mapel(m map[int]T) { m[1] = T{}; fmt.Println(m[2].n, m[1].s == "") }

//go:noinline
func byval(t T) int { t.n++; return t.n + t.buf[3] }

//go:noinline
func swap(p, q *T)   { *p, *q = T{}, *p }
func (t T) m() int   { t.n += 5; return t.n }
func (t *T) pm() int { t.n += 5; return t.n }
func idx(i int) int  { return A{}[i] + [64]int{5: 1}[i] }

func main() {
	x := T{n: 1, p: new(int), s: "s"}
	x.buf[7] = 8
	y := x
	reset(&y)
	fmt.Println(y.n, y.buf[7], y.p == nil, "s="+y.s)
	y = x
	resetZ(&y)
	fmt.Println(y.n, y.buf[7], y.p == nil, "s="+y.s)
	y = x
	self(&y)
	fmt.Println(y.n, y.buf[7], y.p == nil, "s="+y.s)
	sparse(&y)
	fmt.Println(y.n, y.buf[1], y.buf[7], y.p == nil, "s="+y.s)
	fmt.Println(dense(), far()[1999], far()[1], far()[0])
	fmt.Println(iface().(T).n, iface2().(A)[3], iface() == iface(), iface2() == any(A{}))
	var s struct{ a, b T }
	s.a, s.b = x, x
	field(&s)
	fmt.Println(s.a.n, s.a.buf[7], s.b.n, s.b.buf[7])
	l := []T{x, x, T{}}
	elem(l, 1)
	fmt.Println(l[0].buf[7], l[1].buf[7], l[1].n, l[2].s == "")
	mapel(map[int]T{1: x})
	fmt.Println(byval(T{}), byval(T{}), T{}.m(), T{}.m(), (&T{}).pm(), (&T{}).pm())
	z := x
	swap(&y, &z)
	swap(&z, &y)
	fmt.Println(y.n, z.n, idx(5), idx(6))
	func() {
		defer func() { fmt.Println(recover()) }()
		var none *T
		*none = T{}
	}()
	for i := range 3 {
		v := T{}
		v.n += i
		w := [100]int{}
		w[i]++
		fmt.Print(v.n, w, ";")
	}
	fmt.Println()
	c := make(chan T, 1)
	c <- T{}
	close(c)
	a, ok := <-c
	b, ok2 := <-c
	fmt.Println(a.n, ok, b.n, ok2)
	b.n = 7
	d := <-c
	fmt.Println(d.n)
}

/* output
0 0 true s=
0 0 true s=
2 0 true s=s
0 5 0 true s=x
[1 2 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9] 7 5 0
0 0 true true
1 0 0 0
8 0 0 true
0 true
1 1 5 5 5 5
0 0 1 0
runtime error: invalid memory address or nil pointer dereference
0 [1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0];1 [0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0];2 [0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0];
0 true 0 false
0
*/
