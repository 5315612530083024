// Goexit and panics inside iter.Pull are their caller's; panic(nil) with panicnil=1 is nil; Breakpoint is a func value.
// env GODEBUG=panicnil=0,panicnil=1
package main

import (
	"fmt"
	"iter"
	"os"
	"reflect"
	"runtime"
)

var breakpoint = reflect.ValueOf(runtime.Breakpoint)

func main() {
	for range 100 {
		done := make(chan bool)
		reached := false
		go func() {
			defer close(done)
			next, _ := iter.Pull(func(yield func(int) bool) {
				defer func() { reached = true }()
				yield(1)
				runtime.Goexit()
			})
			next()
			next()
			fmt.Println("not reached")
		}()
		<-done
		if !reached {
			fmt.Println("a deferred call was not made")
		}
	}
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		next, stop := iter.Pull(func(yield func(int) bool) { panic("in the iterator") })
		defer stop()
		next()
	}()
	for _, setting := range []string{"", "panicnil=0", "http2client=0,panicnil=1", "xpanicnil=1"} {
		if setting != "" {
			os.Setenv("GODEBUG", setting)
		}
		func() {
			defer func() { fmt.Println(recover()) }()
			panic(nil)
		}()
	}
	fmt.Println(breakpoint.IsNil())
}

/* output
recovered in the iterator
<nil>
runtime error: panic called with nil argument
<nil>
runtime error: panic called with nil argument
false
*/
