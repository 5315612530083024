// Parameters that are passed on the stack are alive as long as they are read or pointed to, and move with the stack until then.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

type node struct {
	value int
	_     [56]byte
}

// An array of two has no place in registers.
type pair struct{ of [2]*node }

var (
	dead   atomic.Bool
	absent pair
	sink   *node
)

func watched() pair {
	dead.Store(false)
	n := &node{value: 7}
	runtime.SetFinalizer(n, func(*node) { dead.Store(true) })
	return pair{[2]*node{n, {value: 8}}}
}

func collected(rounds int) bool {
	for i := 0; i < rounds && !dead.Load(); i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return dead.Load()
}

//go:noinline
func use(n *node) int { return n.value }

//go:noinline
func look(p *pair) {}

//go:noinline
func readFirst(p pair) { fmt.Println(use(p.of[0]), collected(500)) }

//go:noinline
func readLast(p pair) { fmt.Println(collected(5), use(p.of[0])) }

//go:noinline
func unread(p pair) { fmt.Println(collected(500)) }

//go:noinline
func readTheOther(p pair) { fmt.Println(collected(500), use(p.of[1])) }

//go:noinline
func overwritten(p pair, n *node) {
	fmt.Print(use(p.of[0]), " ")
	p.of[0] = n
	fmt.Println(collected(500), use(p.of[0])+use(p.of[1]))
}

//go:noinline
func pointedTo(p pair, yes bool) {
	at := &absent
	if yes {
		at = &p
	}
	look(at)
	fmt.Print(collected(5), " ")
	sink = at.of[0]
	fmt.Print(collected(5), " ")
	sink = nil
	fmt.Println(collected(500))
}

//go:noinline
func inLoop(p pair, n int) {
	sum := 0
	for i := range n {
		if i == n-1 {
			sum += use(p.of[0])
			continue
		}
		collected(2)
	}
	fmt.Println(sum, collected(500))
}

//go:noinline
func recovering(p pair) (sum int) {
	defer func() {
		recover()
		sum += use(p.of[0])
	}()
	collected(5)
	var nobody *pair
	return use(nobody.of[1])
}

//go:noinline
func deep(n int) int {
	var room [100]int
	if n == 0 {
		return 0
	}
	room[n%100] = n
	return deep(n-1) + room[n%100] - n
}

type pointers struct{ to [2]*int }

//go:noinline
func moved(p pointers, depth int) int {
	sum := deep(depth)
	*p.to[0]++
	return sum + *p.to[0] + *p.to[1]
}

type inner struct{ add int }

//go:noinline
func (i *inner) read(p pair, depth int) int { return deep(depth) + use(p.of[0]) + use(p.of[1]) + i.add }

type outer struct {
	_ int
	*inner
}

type reader interface{ read(p pair, depth int) int }

func main() {
	readFirst(watched())
	readLast(watched())
	unread(watched())
	readTheOther(watched())
	overwritten(watched(), &node{value: 9})
	pointedTo(watched(), true)
	pointedTo(watched(), false)
	inLoop(watched(), 4)
	fmt.Println(recovering(watched()))
	done := make(chan bool)
	go func() {
		a, b := 1, 2
		fmt.Println(moved(pointers{[2]*int{&a, &b}}, 1000), a, b)
		done <- true
	}()
	<-done
	go func() {
		var r reader = outer{0, &inner{100}}
		fmt.Println(r.read(watched(), 1000))
		done <- true
	}()
	<-done
}

/* output
7 true
false 7
true
false 8
7 true 17
false false true
true true true
7 true
7
4 2 2
115
*/
