// limit 120
// Who yields has its turn again soon, also behind thousands of others while some that hand over to each other are never done. The
// best of some tries counts, for the machine may be busy with other things.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	var stop atomic.Bool
	values := make(chan int)
	for range 50 {
		go func() {
			for !stop.Load() {
				values <- 1
			}
		}()
		go func() {
			for range values {
			}
		}()
	}
	best := time.Hour
	for try := 0; try < 5 && best > 2*time.Second; try++ {
		end := make(chan bool)
		for range 5000 {
			go func() { <-end }()
		}
		start := time.Now()
		runtime.Gosched()
		best = min(best, time.Since(start))
		close(end)
	}
	stop.Store(true)
	fmt.Println(best <= 2*time.Second)
}

/* output
true
*/
