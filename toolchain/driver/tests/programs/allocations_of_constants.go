// A variable that has a constant's value for all its life is that constant in function literals too, and in an interface it is static data. What only compares,
// hashes or clones values keeps none of them. Beside each of these stands what changes, or is kept.
package main

import (
	"fmt"
	"hash/maphash"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unique"
)

type point struct {
	x, y int32
	name string
}

var (
	seed   = maphash.MakeSeed()
	byName sync.Map
	bytes  = []byte("some bytes that no buffer in a frame has room for, however short they are")
	n      int
	last   any
	text   unique.Handle[string]
	pairs  unique.Handle[[2]string]
)

//go:noinline
func keep(args ...any) { last = args[0] }

//go:noinline
func call(f func()) { f() }

//go:noinline
func deep(n int) int {
	var room [1000]int
	room[n%1000] = n
	if n == 0 {
		return 0
	}
	return deep(n-1) + room[(n+1)%1000]
}

func counted(yield func(int) bool) {
	for i := range 3 {
		if !yield(i) {
			return
		}
	}
}

func captured() {
	i, s, f, p := 2000, "abc", 2.5, point{1, 2, "p"}
	changed, later := 3000, 4000
	var zero int
	var list []func() any
	for k := 5000; k < 5003; k++ {
		list = append(list, func() any { return k + i })
	}
	show := func() {
		fmt.Println(i, s, f, p, changed, later, zero, func() string { return s + fmt.Sprint(i, changed) }())
	}
	show()
	changed++
	call(func() { later = 4001 })
	show()
	for _, g := range list {
		fmt.Print(g(), " ")
	}
	for k := range counted {
		fmt.Print(k+i, s, " ")
		later += k
	}
	fmt.Println(later)
	q := &p
	q.x = 7
	copied := any(p)
	p.y = 8
	fmt.Println(copied, p)
	if b, ok := copied.(point); ok {
		b.name = "b"
		fmt.Println(copied, b)
	}
	if n > 100 {
		zero = 1
	}
	defer func() { fmt.Println("deferred", i, s, zero) }()
}

type number interface{ ~int | ~float64 }

func generic[T number](give T) func() any {
	const one = 1
	base := T(one)
	sum := base + give
	return func() any { return base + sum }
}

// The address of a value in a frame is no good for a hash: the frame may move.
func pointers() {
	x := 5
	h := maphash.Comparable(seed, &x)
	deep(100)
	fmt.Println("moved", h == maphash.Comparable(seed, &x), x)
	type mixed struct {
		name string
		of   *int
	}
	h = maphash.Comparable(seed, mixed{"m", &x})
	deep(300)
	fmt.Println("mixed", h == maphash.Comparable(seed, mixed{"m", &x}))
}

func main() {
	p := func(s string, f func()) { fmt.Println(s, testing.AllocsPerRun(100, f)) }
	number, name, from := 2000, "abc", strings.Repeat("z", 50)
	p("constants", func() { keep(number, name) })
	counter := 3000
	p("no constant", func() { counter++; keep(counter) })
	byName.Store(from, 1)
	p("looked up", func() {
		if v, ok := byName.Load(from); ok {
			n += v.(int)
		}
	})
	p("stored", func() { byName.Store(from, 1) })
	boxed := any(from)
	p("compared", func() {
		if boxed == any(from+"z") {
			n++
		}
	})
	p("hashed", func() { n += int(maphash.Comparable(seed, "a"+from) & 1) })
	p("hashed with others", func() { n += int(maphash.Comparable(seed, struct{ a, b string }{"a", "b" + from}) & 1) })
	p("callers", func() {
		var pcs [4]uintptr
		n += runtime.Callers(0, pcs[:]) & 1
	})
	p("unique", func() {
		var b [16]byte
		b[3] = 'a'
		text = unique.Make(string(b[:]))
		pairs = unique.Make([2]string{string(b[:]), string(b[:4])})
	})
	text = unique.Make(string(bytes))
	bytes[0] = 'S'
	upper := unique.Make(string(bytes))
	fmt.Println(text.Value()[:4], upper.Value()[:4], text == upper, pairs.Value()[1] == "\x00\x00\x00a")
	captured()
	fmt.Println(generic(41)(), generic(0.5)())
	pointers()
	keep(number)
	runtime.GC()
	fmt.Println(last, number)
}

/* output
constants 0
no constant 1
looked up 0
stored 2
compared 1
hashed 1
hashed with others 1
callers 0
unique 0
some Some false true
2000 abc 2.5 {1 2 p} 3000 4000 0 abc2000 3000
2000 abc 2.5 {1 2 p} 3001 4001 0 abc2000 3001
7000 7001 7002 2000abc 2001abc 2002abc 4004
{7 2 p} {7 8 p}
{7 2 p} {7 2 b}
deferred 2000 abc 1
43 2.5
moved true 5
mixed true
2000 2000
*/
