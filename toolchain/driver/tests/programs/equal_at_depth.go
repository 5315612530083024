// Values of types that double in size with each level are compared and hashed, by code that does not double.
package main

import "fmt"

type pair[A, B any] struct {
	a A
	b B
}
type l1 = pair[[2]string, string]
type l2 = pair[[2]l1, l1]
type l3 = pair[[3]l2, [2]l2]
type l4 = pair[l3, [2]l3]
type l5 = pair[[2]l4, l4]
type l6 = pair[[2]l5, l5]
type l7 = pair[[5]l6, float64]

// 2 to the 40th strings, of which no value is ever made.
type e1 [2]pair[string, [2]string]
type e2 [2][2][2][2]e1
type e3 [2][2][2][2]pair[e2, e2]
type e4 [2][2][2][2]pair[e3, e3]
type e5 [2][2][2][2]pair[e4, [2][2]e4]
type e6 [2][2][2][2]pair[e5, [2][2]e5]
type e7 [2][2][2][2]e6

//go:noinline
func same(x, y *l7) bool { return *x == *y }

//go:noinline
func ask(v any) bool { p, ok := v.(*e7); return ok && p == nil }

func main() {
	x, y := new(l7), new(l7)
	fmt.Println(same(x, y))
	last := &x.a[4].b.b.b[1].b[1].b.b
	*last = "z"
	fmt.Println(same(x, y))
	y.a[4].b.b.b[1].b[1].b.b = "z"
	fmt.Println(same(x, y))
	x.b, y.b = 1, 2
	fmt.Println(same(x, y))
	y.b = 1
	m := map[l7]int{*x: 7}
	fmt.Println(m[*y], any(*x) == any(*y))
	*last = "y"
	fmt.Println(m[*x], any(*x) == any(*y))
	fmt.Println(ask((*e7)(nil)), ask(x))
}

/* output
true
false
true
false
7 true
0 false
true false
*/
