package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"weak"
)

type heapObj struct {
	next *heapObj
	val  [6]int
}

type holder struct {
	n    int
	h    *heapObj
	link *holder
}

type watch struct {
	name string
	p    weak.Pointer[heapObj]
}

var watched []watch

func object(name string, val int) *heapObj {
	h := &heapObj{}
	h.val[2] = val
	watched = append(watched, watch{name, weak.Make(h)})
	return h
}

// Says which objects are still there.
//
//go:noinline
func alive(at string) {
	runtime.GC()
	var names []string
	for _, w := range watched {
		if w.p.Value() != nil {
			names = append(names, w.name)
		}
	}
	fmt.Printf("%s: %s\n", at, strings.Join(names, " "))
}

//go:noinline
func grow(n int) int {
	var pad [300]byte
	pad[n%300] = byte(n)
	if n == 0 {
		return 0
	}
	return grow(n-1) + int(pad[n%300])&1
}

//go:noinline
func keep(*holder) {}

// The object dies with the last use of the pointer, though the frame it lies in goes on.
func callee() {
	var s holder
	s.h = object("callee", 1)
	inner(&s)
	alive("after inner")
}

//go:noinline
func inner(s *holder) {
	alive("in inner")
	grow(100)
	keep(s)
	alive("inner's end")
}

// Objects in the frame lead to each other; one pointer to the first holds them all.
func chain() {
	var a, b, c holder
	a.h, b.h, c.h = object("a", 1), object("b", 2), object("c", 3)
	a.link, b.link = &b, &c
	p := follow(&a)
	alive("chain")
	grow(200)
	p = p.link
	alive("from b")
	sum := 0
	for q := p; q != nil; q = q.link {
		sum += q.h.val[2]
	}
	fmt.Println(sum)
	alive("chain's end")
}

//go:noinline
func follow(h *holder) *holder { return h }

// Each round has its own object in the same place.
func rounds() {
	for i := range 3 {
		var s holder
		s.h = object(fmt.Sprint("round", i), i)
		follow(&s)
		keep(&s)
		alive("between")
	}
}

// Which of two a pointer points to.
//
//go:noinline
func either(first bool) {
	var a, b holder
	a.h, b.h = object("first", 1), object("second", 2)
	p := follow(&a)
	if !first {
		p = follow(&b)
	}
	alive("either")
	grow(150)
	fmt.Println(p.h.val[2])
}

// Closures and interfaces in the frame.
func closures() {
	x, y := object("x", 1), object("y", 2)
	f := func(n int) int { grow(n); return x.val[2] }
	var g any = &holder{h: y}
	alive("closures")
	fmt.Println(call(f))
	alive("without f")
	fmt.Println(g.(*holder).h.val[2])
}

//go:noinline
func call(f func(int) int) int {
	alive("in call")
	return f(100)
}

// A goroutine that waits receives into its frame, and sends from it.
func waiting() {
	in, out, made := make(chan holder), make(chan holder), make(chan bool)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		h := holder{h: object("sent", 5)}
		grow(10)
		made <- true
		out <- h
	}()
	go func() {
		defer wg.Done()
		var h holder
		select {
		case h = <-in:
		case h = <-make(chan holder):
		}
		grow(50)
		fmt.Println(h.h.val[2])
	}()
	<-made
	for range 20 {
		runtime.Gosched()
	}
	alive("waiting")
	h := <-out
	in <- h
	wg.Wait()
}

// What only deferred calls use lives until they have run, also after a fault.
func deferred(p *int) (r int) {
	s := holder{h: object("deferred", 7)}
	var t holder
	t.link = &s
	defer func() {
		recover()
		alive("in deferred")
		grow(120)
		r = t.link.h.val[2]
	}()
	grow(30)
	return *p
}

func record(n int, p *int) (r int) {
	for i := range n {
		s := holder{h: object(fmt.Sprint("record", i), i+1)}
		defer func() {
			recover()
			grow(20 * i)
			alive("record")
			r = 10*r + s.h.val[2]
		}()
	}
	return *p
}

// Frames that point into their callers'.
//
//go:noinline
func deep(n int, up *holder) int {
	s := holder{n: n, link: up}
	if n%50 == 0 {
		s.h = &heapObj{val: [6]int{2: n}}
	}
	r := 0
	if n > 0 {
		r = deep(n-1, &s)
	} else {
		runtime.GC()
		for q := &s; q != nil; q = q.link {
			if q.h != nil {
				r += q.h.val[2]
			}
		}
	}
	if s.h != nil {
		return r + s.h.val[2]
	}
	return r
}

func main() {
	callee()
	chain()
	rounds()
	either(true)
	either(false)
	closures()
	waiting()
	alive("before deferred")
	fmt.Println(deferred(nil))
	fmt.Println(record(3, nil))
	fmt.Println(deep(2000, nil))
	alive("end")
}

/* output
in inner: callee
inner's end: 
after inner: 
chain: a b c
from b: b c
5
chain's end: 
between: 
between: 
between: 
either: first
1
either: second
2
closures: x y
in call: x y
1
without f: y
2
waiting: sent
5
before deferred: 
in deferred: deferred
7
record: record0 record1 record2
record: record0 record1
record: record0
321
82000
end: 
*/
