// limit 60
// Goroutines that sleep for a microsecond, alone and beside others, always wake: whoever goes to the poller learns of the timer
// that is armed meanwhile.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func main() {
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		for range 20000 {
			time.Sleep(time.Microsecond)
		}
		var wg sync.WaitGroup
		for range 64 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range 500 {
					time.Sleep(time.Microsecond)
				}
			}()
		}
		wg.Wait()
	}
	fmt.Println("awake")
}

/* output
awake
*/
