// Closures, loop variables, defer, panic, recover, Goexit order.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
)

func counter() (func() int, func()) {
	n := 0
	return func() int { n++; return n }, func() { n = 100 }
}

func order() (s string) {
	for i := range 4 {
		defer func() { s += fmt.Sprint(i) }()
	}
	defer func(x string) { s += x }("arg ")
	s = "start "
	return s + "body "
}

func nested() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("outer caught %v", r)
		}
	}()
	defer func() {
		defer func() {
			fmt.Println("inner caught", recover())
			panic("second")
		}()
		panic("first")
	}()
	panic("zeroth")
}

func repanic() {
	defer func() {
		fmt.Println("re:", recover())
	}()
	defer func() {
		r := recover()
		panic(fmt.Sprint(r, "+"))
	}()
	panic("base")
}

func noRecover() {
	defer func() { fmt.Println("direct:", recover()) }()
	defer func() {
		func() { fmt.Println("too deep:", recover()) }()
	}()
	panic("x")
}

type res struct{ log *strings.Builder }

func (r res) Close()            { r.log.WriteString("closed;") }
func (r *res) Done(n int) error { fmt.Fprintf(r.log, "done %d;", n); return nil }

func methods() string {
	var b strings.Builder
	func() {
		r := res{&b}
		defer r.Close()
		defer r.Done(1)
		f := r.Done
		defer f(2)
		g := (*res).Done
		g(&r, 3)
	}()
	return b.String()
}

func conditional(n int) (out []int) {
	if n > 0 {
		defer func() { out = append(out, 1) }()
	}
	for i := range n {
		defer func(k int) { out = append(out, k*10) }(i)
	}
	if n > 1 {
		defer func() { out = append(out, 2) }()
	}
	return
}

func result() (x int, err error) {
	defer func() {
		if e := recover(); e != nil {
			x, err = -1, errors.New("bad")
		}
	}()
	x = 5
	var m map[string]int
	m["a"] = 1
	return 7, nil
}

func main() {
	next, reset := counter()
	next()
	next()
	reset()
	fmt.Println(next(), order())
	fmt.Println(nested())
	repanic()
	noRecover()
	fmt.Println(methods())
	fmt.Println(conditional(0), conditional(1), conditional(3))
	fmt.Println(result())
	var fs []func() int
	for i := 0; i < 3; i++ {
		i := i * i
		fs = append(fs, func() int { i++; return i })
	}
	for j := 0; j < 3; j++ {
		fs = append(fs, func() int { return j })
	}
	for _, f := range fs {
		fmt.Print(f(), " ")
	}
	fmt.Println(fs[0]())
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer fmt.Println("goexit deferred")
		func() {
			defer func() { fmt.Println("recover in goexit:", recover()) }()
			runtime.Goexit()
		}()
		fmt.Println("not reached")
	}()
	wg.Wait()
	defer fmt.Println("main deferred")
	defer func() {
		e := recover().(error)
		var re runtime.Error
		fmt.Println(errors.As(e, &re), e)
	}()
	var p *struct{ a [10]int }
	p.a[3] = 1
}

/* output
101 start body arg 3210
inner caught first
outer caught second
re: base+
too deep: <nil>
direct: x
done 3;done 2;done 1;closed;
[] [0 1] [2 20 10 0 1]
-1 bad
1 2 5 0 1 2 2
recover in goexit: <nil>
goexit deferred
true runtime error: invalid memory address or nil pointer dereference
main deferred
*/
