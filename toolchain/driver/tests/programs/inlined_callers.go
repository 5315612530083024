package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

var pcs [20]uintptr

func leaf() int { return runtime.Callers(1, pcs[:]) }

func middle() int { return leaf() + 0 }

func outer() int {
	n := middle()
	return n
}

type t struct{ n int }

func (x *t) method() int { return outer() + x.n }

type wrap struct{ *t }

// Each logical frame has its own pc, by which function and line are found.
func raw(name string, n int) {
	fmt.Println(name)
	seen := map[uintptr]bool{}
	for _, pc := range pcs[:n] {
		f := runtime.FuncForPC(pc - 1)
		if !strings.HasPrefix(f.Name(), "main.") {
			break
		}
		file, line := f.FileLine(pc - 1)
		fmt.Println("  ", f.Name(), filepath.Base(file), line, seen[pc], f.Entry() <= pc)
		seen[pc] = true
	}
}

func frames(name string, list []uintptr) {
	fmt.Println(name)
	fs := runtime.CallersFrames(list)
	for {
		f, more := fs.Next()
		if strings.HasPrefix(f.Function, "main.") {
			fmt.Println("  ", f.Function, f.Line)
		}
		if !more {
			break
		}
	}
}

// A piece of the addresses is as good as all of them.
func one(skip int) string {
	var pc [1]uintptr
	runtime.Callers(skip, pc[:])
	f, more := runtime.CallersFrames(pc[:]).Next()
	return fmt.Sprint(f.Function, ":", f.Line, " ", more)
}

func log1() string { return one(3) }
func log2() string { return log1() }
func log3() string { return log2() }

func where(skip int) string {
	pc, file, line, ok := runtime.Caller(skip)
	return fmt.Sprint(runtime.FuncForPC(pc).Name(), " ", filepath.Base(file), ":", line, " ", ok)
}

func a(skip int) string { return where(skip) }
func b(skip int) string { return a(skip) }
func c(skip int) string { return b(skip) }

func deref(p *int) int { return *p }
func index(s []int, i int) int {
	return s[i] +
		deref(nil)
}

// After a fault in inlined code the deferred call sees all of it.
func fault(s []int) {
	defer func() {
		n := runtime.Callers(0, pcs[:])
		recover()
		frames("fault", pcs[:n])
	}()
	index(s, 0)
}

func callback(f func()) { f() }

func main() {
	raw("raw", outer())
	x := wrap{&t{0}}
	raw("method", x.method())
	frames("frames", pcs[:x.method()])
	frames("some", pcs[2:4])
	fmt.Println(log3())
	for i := range 5 {
		fmt.Println(c(i))
	}
	for i := 5; i < 8; i++ {
		fmt.Println(strings.Fields(c(i) + " ")[0])
	}
	fault([]int{1})
	callback(func() {
		fmt.Println(where(1))
		raw("closure", outer())
	})
	done := make(chan bool)
	go func() {
		defer close(done)
		fmt.Println(where(1), strings.Fields(where(2))[0])
	}()
	<-done
}

/* output
raw
   main.leaf inlined_callers.go 12 false true
   main.middle inlined_callers.go 14 false true
   main.outer inlined_callers.go 17 false true
   main.main inlined_callers.go 96 false true
method
   main.leaf inlined_callers.go 12 false true
   main.middle inlined_callers.go 14 false true
   main.outer inlined_callers.go 17 false true
   main.(*t).method inlined_callers.go 23 false true
   main.main inlined_callers.go 98 false true
frames
   main.leaf 12
   main.middle 14
   main.outer 17
   main.(*t).method 23
   main.main 99
some
   main.outer 17
   main.(*t).method 23
main.log2:65 false
main.where inlined_callers.go:69 true
main.a inlined_callers.go:73 true
main.b inlined_callers.go:74 true
main.c inlined_callers.go:75 true
main.main inlined_callers.go:103 true
runtime.main
runtime.goexit
.:0
fault
   main.fault.func1 86
   main.deref 77
   main.index 80
   main.fault 90
   main.main 108
main.main.func1 inlined_callers.go:110 true
closure
   main.leaf inlined_callers.go 12 false true
   main.middle inlined_callers.go 14 false true
   main.outer inlined_callers.go 17 false true
   main.main.func1 inlined_callers.go 111 false true
   main.callback inlined_callers.go 93 false true
   main.main inlined_callers.go 109 false true
main.main.func2 inlined_callers.go:116 true runtime.goexit
*/
