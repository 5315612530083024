// limit 60
// A goroutine that ends while it is wired to its thread takes that along, by return or Goexit; the
// first thread stays. Threads that were given back serve others.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

func init() { runtime.LockOSThread() }

func alive(tid int) bool {
	_, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", tid))
	return err == nil
}

func main() {
	ends := []func(){func() {}, runtime.Goexit}
	for i := range 20 {
		tid := make(chan int)
		go func() {
			runtime.LockOSThread()
			runtime.LockOSThread()
			tid <- syscall.Gettid()
			ends[i%2]()
		}()
		t := <-tid
		for tries := 0; t != os.Getpid() && alive(t); tries++ {
			if tries == 500 {
				fmt.Println("alive", i)
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	// One that gave its thread back does not end it.
	tid := make(chan int)
	go func() {
		runtime.LockOSThread()
		runtime.UnlockOSThread()
		tid <- syscall.Gettid()
	}()
	t := <-tid
	time.Sleep(10 * time.Millisecond)
	fmt.Println(alive(t))
	// The first thread's goroutine ends; the others go on.
	go func() {
		time.Sleep(10 * time.Millisecond)
		fmt.Println("done")
		os.Exit(0)
	}()
	runtime.Goexit()
}

/* output
true
done
*/
