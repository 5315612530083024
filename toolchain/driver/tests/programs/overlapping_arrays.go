package main

// Arrays reached through pointers that were made from slices of one array overlap in part.

import "fmt"

type word [6]int32
type names [3]string

func forward(s []int32)  { *(*[6]int32)(s) = *(*[6]int32)(s[2:]) }
func backward(s []int32) { *(*[6]int32)(s[2:]) = *(*[6]int32)(s) }
func named(s []int32)    { *(*word)(s[1:]) = word(*(*[6]int32)(s)) }

//go:noinline
func through(p, q *[6]int32) { *p = *q }

//go:noinline
func large(p, q *[300]byte) { *p = *q }

func strings(p, q *names) { *p = *q }

func local(p, q *[6]int32) {
	x := *q
	*p = x
}

func value(q *[6]int32) [6]int32 { return *q }

func inlined(p, q *[6]int32) { *p = value(q) }

func tuple(p, q *[6]int32) (n int) {
	*p, n = *q, 1
	return
}

func swap(p, q *[6]int32) { *p, *q = *q, *p }

func generic[T any](p, q *T) { *p = *q }

func field(p *struct{ a [6]int32 }, q *[6]int32) { p.a = *q }

func fresh() []int32 { return []int32{0, 1, 2, 3, 4, 5, 6, 7, 8} }

func main() {
	for i, f := range []func(p, q *[6]int32){through, local, inlined, swap, generic[[6]int32], func(p, q *[6]int32) { tuple(p, q) }} {
		up, down := fresh(), fresh()
		f((*[6]int32)(up[1:]), (*[6]int32)(up))
		f((*[6]int32)(down), (*[6]int32)(down[3:]))
		fmt.Println(i, up, down)
	}
	for _, f := range []func([]int32){forward, backward, named} {
		s := fresh()
		f(s)
		fmt.Println(s)
	}
	b := make([]byte, 310)
	for i := range b {
		b[i] = byte(i)
	}
	large((*[300]byte)(b[10:]), (*[300]byte)(b))
	large((*[300]byte)(b), (*[300]byte)(b[1:]))
	sum := int64(0)
	for i, x := range b {
		sum = sum*31 + int64(i)*int64(x)
	}
	fmt.Println(sum)
	n := []string{"a", "b", "c", "d", "e"}
	strings((*names)(n[1:]), (*names)(n))
	strings((*names)(n), (*names)(n[2:]))
	fmt.Println(n)
	var x struct{ a [6]int32 }
	field(&x, (*[6]int32)(fresh()[3:]))
	field(&x, &x.a)
	fmt.Println(x)
	defer func() { fmt.Println(recover()) }()
	through(nil, &x.a)
}

/* output
0 [0 0 1 2 3 4 5 7 8] [3 4 5 6 7 8 6 7 8]
1 [0 0 1 2 3 4 5 7 8] [3 4 5 6 7 8 6 7 8]
2 [0 0 1 2 3 4 5 7 8] [3 4 5 6 7 8 6 7 8]
3 [1 2 3 4 5 6 5 7 8] [3 4 5 0 1 2 3 4 5]
4 [0 0 1 2 3 4 5 7 8] [3 4 5 6 7 8 6 7 8]
5 [0 0 1 2 3 4 5 7 8] [3 4 5 6 7 8 6 7 8]
[2 3 4 5 6 7 6 7 8]
[0 1 0 1 2 3 4 5 8]
[0 0 1 2 3 4 5 7 8]
-3110505965613128009
[b c e c e]
{[3 4 5 6 7 8]}
runtime error: invalid memory address or nil pointer dereference
*/
