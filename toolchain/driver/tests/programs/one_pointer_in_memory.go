// Types of exactly one pointer that are no single leaf, for an array of empty elements stands beside it: interfaces hold the pointer itself.
// Go 1.27.3 itself prints addresses for static values of such types and loses the receivers of their method values.
package main

import (
	"fmt"
	"reflect"
)

type empty struct{}

type odd struct {
	_ [2]empty
	p *int
}

func (o odd) get() int      { return *o.p }
func (o *odd) set(n int)    { *o.p = n }
func (o odd) String() string { return fmt.Sprint("odd ", *o.p) }

type getter interface{ get() int }

type behind struct {
	c chan int
	f [3]struct{ x [0]int }
}

var n, m = 1, 2

var (
	static    any    = odd{p: &n}
	staticGet getter = odd{p: &m}
	table            = map[any]string{odd{p: &n}: "n", odd{p: &m}: "m"}
)

//go:noinline
func dynamic(p *int) any { return odd{p: p} }

func kind(x any) string {
	switch x := x.(type) {
	case odd:
		return fmt.Sprint("odd of ", *x.p)
	case behind:
		return fmt.Sprint("behind, ", len(x.c))
	case *odd:
		return "pointer"
	}
	return "other"
}

func box[T any](x T) any { return x }

func main() {
	x := odd{p: &n}
	y := any(x)
	fmt.Println(y == dynamic(&n), y == dynamic(&m), y == static, static == any(odd{p: &m}))
	fmt.Println(kind(y), kind(dynamic(&m)), kind(&x), kind(3))
	c := make(chan int, 3)
	c <- 1
	fmt.Println(kind(behind{c: c}), any(behind{c: c}) == box(behind{c: c}), any(behind{}) == any(behind{c: c}))
	z := y.(odd)
	z.set(7)
	fmt.Println(n, z.get(), y.(getter).get(), staticGet.get(), staticGet)
	o, ok := y.(odd)
	_, not := y.(behind)
	none, never := any(nil).(odd)
	fmt.Println(o.p == &n, ok, not, none.p == nil, never)
	f, g := y.(getter).get, odd.get
	fmt.Println(f(), g(x), getter.get(staticGet))
	fmt.Println(table[x], table[dynamic(&m)], len(table[odd{}]))
	r := reflect.ValueOf(y)
	fmt.Println(r.Type(), r.NumField(), r.Interface() == y, reflect.Zero(r.Type()).Interface() == any(odd{}))
	fmt.Println(r.MethodByName("String").Call(nil)[0])
	defer func() {
		fmt.Println(recover().(odd).p == &m)
	}()
	func() {
		defer fmt.Println(y, dynamic(&m))
		panic(odd{p: &m})
	}()
}

/* output
true false true false
odd of 1 odd of 2 pointer other
behind, 1 true false
7 7 7 2 odd 2
true true false true false
7 7 2
n m 0
main.odd 2 true true
odd 7
odd 7 odd 2
true
*/
