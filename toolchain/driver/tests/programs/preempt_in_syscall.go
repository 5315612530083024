// A goroutine that is asked to make room right when it enters a system call goes on: between entering and leaving it has no
// processor to give up.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	null, err := os.OpenFile("/dev/null", os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	var stop atomic.Bool
	done := make(chan int)
	for range 3 {
		go func() {
			n := 0
			for !stop.Load() {
				fmt.Fprintln(null, n)
				n++
			}
			done <- n
		}()
	}
	// Each collection stops the world: requests arrive at all moments.
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		runtime.GC()
	}
	stop.Store(true)
	for range 3 {
		if <-done == 0 {
			panic("no progress")
		}
	}
	fmt.Println("ok")
}

/* output
ok
*/
