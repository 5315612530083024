// only 64-bit
// Objects over 4 GiB: offsets, lengths and indices beyond 32 bits, and maps of pointers of that size.
package main

import "fmt"

// Objects over 4 GiB whose pages are touched here and there.
type Big [1<<32 + 16]byte

type Far struct {
	first int
	b     Big
	p     *int
	last  [3]int
}

//go:noinline
func far(f *Far) (*int, int) { return f.p, f.last[1] }

//go:noinline
func at(b *Big, i int) byte { return b[i] }

func main() {
	p := new(Big)
	p[0], p[1<<32], p[15] = 1, 2, 3
	fmt.Println(len(p), at(p, 0), at(p, 1<<32), at(p, 15), at(p, 1<<32+15))
	f := new(Far)
	f.p, f.last[1], f.b[1<<32+3] = &seven, 8, 9
	q, n := far(f)
	fmt.Println(*q, n, at(&f.b, 1<<32+3), f.first)
	s := p[1<<32-1:]
	fmt.Println(len(s), cap(s), s[1])
	func() {
		defer func() { fmt.Println(recover()) }()
		at(p, 1<<32+16)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		var none *Far
		fmt.Println(none.last[2])
	}()
	ptrs := new([1 << 26]struct {
		n int
		p *int
	})
	ptrs[1<<25].p = q
	fmt.Println(*ptrs[1<<25].p, table[1<<26] == nil, len(table))
}

var seven = 7

var table [1<<26 + 1]*int

/* output
4294967312 1 2 3 0
7 8 9 0
17 17 2
runtime error: index out of range [4294967312] with length 4294967312
runtime error: invalid memory address or nil pointer dereference
7 true 67108865
*/
