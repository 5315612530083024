package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
)

var log []string

func note(format string, args ...any) { log = append(log, fmt.Sprintf(format, args...)) }

func flush(name string) {
	fmt.Println(name+":", strings.Join(log, " "))
	log = nil
}

type tally struct{ n int }

func (t *tally) add(k int)        { t.n += k; note("add%d", k) }
func (t tally) show(label string) { note("%s=%d", label, t.n) }

type adder interface{ add(int) }

// In the middle: the first two are pending, the third is not yet.
func middle(p *int) (r int, err error) {
	defer func() { note("first"); r += 100 }()
	defer func() {
		if e := recover(); e != nil {
			err = e.(error)
			r = 7
			note("recovered")
		}
	}()
	r = *p
	defer note("never")
	return r, nil
}

func conditional(a, b, c bool) (s string) {
	defer func() { s += "." }()
	if a {
		defer func() { s += "a" }()
	}
	if b {
		defer note("b")
		if c {
			return "early"
		}
	}
	if c {
		defer func(x string) { s += x }("c")
	}
	return "late"
}

func eight() (r int) {
	defer func() { r = r*10 + 1 }()
	defer func() { r = r*10 + 2 }()
	defer func() { r = r*10 + 3 }()
	defer func() { r = r*10 + 4 }()
	defer func() { r = r*10 + 5 }()
	defer func() { r = r*10 + 6 }()
	defer func() { r = r*10 + 7 }()
	defer func() { r = r*10 + 8 }()
	return 9
}

func nine() (r int) {
	defer func() { r = r*10 + 1 }()
	defer func() { r = r*10 + 2 }()
	defer func() { r = r*10 + 3 }()
	defer func() { r = r*10 + 4 }()
	defer func() { r = r*10 + 5 }()
	defer func() { r = r*10 + 6 }()
	defer func() { r = r*10 + 7 }()
	defer func() { r = r*10 + 8 }()
	defer func() { r = r*10 + 9 }()
	return 0
}

func here() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprint(file[strings.LastIndexByte(file, '/')+1:], ":", line)
}

// The nil function faults when it is called, after the one deferred later.
func nilFunc(f func()) (at string, err any) {
	defer func() {
		err = recover()
		pcs := make([]uintptr, 20)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
		for {
			f, more := frames.Next()
			if strings.HasSuffix(f.Function, "main.nilFunc") {
				at = fmt.Sprint(f.Line)
			}
			if !more {
				break
			}
		}
	}()
	defer f()
	defer note("after")
	return "unset", nil // The call stands here, as far as tracebacks know.
}

func repanic() (err error) {
	defer func() {
		err = fmt.Errorf("outer: %w", recover().(error))
	}()
	defer func() {
		e := recover()
		panic(fmt.Errorf("inner: %w", e.(error)))
	}()
	panic(errors.New("base"))
}

// A deferred call panics while the function returns normally: what is pending recovers it.
func panicAtExit(n int) (r int) {
	defer func() { note("last"); r++ }()
	defer func() {
		if e := recover(); e != nil {
			note("%v", e)
			r *= 2
		}
	}()
	defer func() {
		a := []int{1, 2, 3}
		r += a[n]
	}()
	return 10
}

func goexit() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer note("outer")
		func() {
			defer func() { note("recover %v", recover()) }()
			defer func() {
				defer func() { note("caught %v", recover()) }()
				panic("in goexit")
			}()
			runtime.Goexit()
		}()
		note("unreachable")
	}()
	wg.Wait()
}

type node struct {
	next *node
	val  [8]int
}

var sink any

func garbage(n int) {
	for i := 0; i < n; i++ {
		sink = &node{val: [8]int{i}}
	}
}

func grow(n int) int {
	var pad [512]byte
	pad[n&511] = byte(n)
	if n == 0 {
		garbage(2000)
		runtime.GC()
		return 0
	}
	return grow(n-1) + int(pad[n&511])&0
}

// The captured objects must outlive collections and moves of the stack, also while a panic runs them.
func collected(fail bool) (r string) {
	l := &node{val: [8]int{1, 2, 3}}
	m := &node{next: l, val: [8]int{4}}
	defer func() {
		if e := recover(); e != nil {
			grow(40)
			r += fmt.Sprint(e, l.val[:3])
		}
	}()
	defer func(x *node) {
		grow(60)
		r += fmt.Sprint(x.val[0], x.next.val[2], " ")
	}(m)
	defer m.next.print(&r)
	l, m = &node{val: [8]int{7, 8, 9}}, nil
	grow(20)
	garbage(1000)
	if fail {
		panic("fail ")
	}
	return "ok "
}

func (n *node) print(to *string) { *to += fmt.Sprint(n.val[1], " ") }

func methods() (r int) {
	t := &tally{}
	var a adder = t
	f := t.add
	defer t.show("after") // copies *t now
	defer func() { r = t.n }()
	defer a.add(1)
	defer f(2)
	defer t.add(4)
	defer (*tally).add(t, 8)
	defer tally.show(*t, "expr")
	t.n = 100
	return 0
}

func builtins() {
	m := map[string]int{"x": 1, "y": 2}
	ch := make(chan int, 1)
	func() {
		defer delete(m, "x")
		defer close(ch)
		defer copy([]int{1}, []int{2})
	}()
	_, open := <-ch
	note("%d %v", len(m), open)
}

// Results in memory, and a variable of the heap kind.
func results(big bool) (arr [6]int, s string, err error) {
	defer func() {
		if recover() != nil {
			arr[5] = 55
			err = errors.New("recovered")
		}
	}()
	arr[0], s = 1, "set"
	if big {
		var m map[string]int
		m["x"] = 1
	}
	arr[1] = 2
	return arr, s + "!", nil
}

func noResultNames(fail bool) (int, string) {
	defer func() { recover() }()
	if fail {
		panic("x")
	}
	return 3, "three"
}

func sub(k int) (r int) {
	defer func() { r += k }()
	return k
}

func callers() (line string) {
	defer func() { line = here() + "<" + caller(2) }()
	return ""
}

func caller(skip int) string {
	_, _, line, _ := runtime.Caller(skip)
	return fmt.Sprint(line)
}

func loopAndTop(n int) (r []int) {
	defer func() { r = append(r, -1) }()
	for i := range n {
		defer func() { r = append(r, i) }()
	}
	defer func() { r = append(r, -2) }()
	return nil
}

func inLoopCall() (r int) {
	for i := range 5 {
		func() {
			defer func() { r += i }()
			if i == 3 {
				defer func() { recover(); r += 1000 }()
				panic("three")
			}
		}()
	}
	return
}

// A recovered panic leaves the frame's other defers to its end; a nested one belongs to the inner function.
func nested() {
	defer note("n1")
	defer func() {
		defer note("n2")
		defer func() { note("in %v", recover()) }()
		defer note("n3")
		panic(fmt.Sprint("second after ", recover()))
	}()
	defer note("n4")
	panic("one")
}

func main() {
	r, err := middle(nil)
	note("%d %v", r, err)
	flush("middle")
	x := 5
	r, err = middle(&x)
	note("%d %v", r, err)
	flush("middle fine")
	for i := range 8 {
		note("%s", conditional(i&1 != 0, i&2 != 0, i&4 != 0))
	}
	flush("conditional")
	fmt.Println(eight(), nine())
	at, e := nilFunc(nil)
	note("%s %v", at, e)
	flush("nil")
	fmt.Println(repanic())
	fmt.Println(panicAtExit(1), panicAtExit(3))
	flush("at exit")
	goexit()
	flush("goexit")
	fmt.Println(collected(false), collected(true))
	fmt.Println(methods())
	flush("methods")
	builtins()
	flush("builtins")
	fmt.Println(results(false))
	fmt.Println(results(true))
	fmt.Println(noResultNames(false))
	fmt.Println(noResultNames(true))
	fmt.Println(sub(1), sub(2), sub(sub(3)))
	fmt.Println(callers())
	fmt.Println(loopAndTop(3))
	fmt.Println(inLoopCall())
	nested()
	flush("nested")
	done := make(chan string)
	go func() {
		defer func() { done <- fmt.Sprint(recover()) }()
		collected(true)
		nilFunc(func() { grow(30) })
		var p *node
		p.val[3]++
	}()
	fmt.Println(<-done)
}

/* output
middle: recovered first 107 runtime error: invalid memory address or nil pointer dereference
middle fine: never first 105 <nil>
conditional: late. latea. b late. b latea. latec. lateca. b early. b earlya.
987654321 987654321
nil: after 107 runtime error: invalid memory address or nil pointer dereference
outer: inner: base
13 21
at exit: last runtime error: index out of range [3] with length 3 last
goexit: caught in goexit recover <nil> outer
ok 2 4 3  2 4 3 fail [7 8 9]
115
methods: expr=0 add8 add4 add2 add1 after=0
builtins: 1 false
[1 2 0 0 0 0] set! <nil>
[1 0 0 0 0 55] set recovered
3 three
0 
2 4 12
defer_open.go:264<265
[-2 2 1 0 -1]
1010
nested: n4 n3 in second after one n2 n1
runtime error: invalid memory address or nil pointer dereference
*/
