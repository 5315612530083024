package main

// What unsafe.String and unsafe.Slice refuse, and in which words: a nil pointer with a length, and lengths that memory cannot hold.

import (
	"fmt"
	"unsafe"
)

//go:noinline
func str(p *byte, n int) (r string) {
	defer func() {
		if e := recover(); e != nil {
			r = fmt.Sprint(e)
		}
	}()
	return unsafe.String(p, n)
}

//go:noinline
func slice[T any](p *T, n int) (l int, r string) {
	defer func() {
		if e := recover(); e != nil {
			r = fmt.Sprint(e)
		}
	}()
	return len(unsafe.Slice(p, n)), ""
}

func show(l int, r string) { fmt.Printf("%d %q\n", l, r) }

func main() {
	b := [4]byte{'a', 'b', 'c', 'd'}
	var w [4]uint64
	var e struct{}
	const most = int(^uint(0) >> 1)
	fmt.Println(str(&b[1], 2), str(nil, 0), str(nil, 1), str(nil, -1), str(&b[0], -1), str(&b[0], -most-1))
	show(slice(&w[0], 3))
	show(slice[uint64](nil, 0))
	show(slice[uint64](nil, 1))
	show(slice(&w[0], -1))
	show(slice(&w[0], most))
	l, r := slice(&e, most)
	fmt.Printf("%t %q\n", l == most, r)
	show(slice[struct{}](nil, 1))
	show(slice[struct{}](nil, 0))
	show(slice[struct{}](nil, -1))
}

/* output
bc  runtime error: unsafe.String: ptr is nil and len is not zero runtime error: unsafe.String: len out of range runtime error: unsafe.String: len out of range runtime error: unsafe.String: len out of range
3 ""
0 ""
0 "runtime error: unsafe.Slice: ptr is nil and len is not zero"
0 "runtime error: unsafe.Slice: len out of range"
0 "runtime error: unsafe.Slice: len out of range"
true ""
0 "runtime error: unsafe.Slice: ptr is nil and len is not zero"
0 ""
0 "runtime error: unsafe.Slice: len out of range"
*/
