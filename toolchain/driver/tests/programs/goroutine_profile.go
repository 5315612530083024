// A goroutine profile shows the finalizer goroutine while it calls a finalizer, and only then.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

type obj struct{ x, y *int }

func main() {
	show := func() bool {
		var b bytes.Buffer
		pprof.Lookup("goroutine").WriteTo(&b, 1)
		return strings.Contains(b.String(), "inalizer")
	}
	fmt.Println(show())
	ch, done := make(chan bool), make(chan bool)
	o := &obj{new(int), new(int)}
	runtime.SetFinalizer(o, func(*obj) { ch <- true; <-done })
	o = nil
	for i := 0; i < 100; i++ {
		runtime.GC()
		select {
		case <-ch:
			fmt.Println(show())
			close(done)
			time.Sleep(10 * time.Millisecond)
			fmt.Println(show())
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

/* output
false
true
false
*/
