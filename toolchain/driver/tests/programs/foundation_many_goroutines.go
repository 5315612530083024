// 100,000 parked goroutines fit in 2 GB of address space.
// ulimit -v 2097152
package main

import (
	"fmt"
	"sync"
)

func main() {
	const n = 100000
	var ready, done sync.WaitGroup
	release := make(chan struct{})
	var sum int64
	var mu sync.Mutex
	ready.Add(n)
	done.Add(n)
	for i := range n {
		go func() {
			ready.Done()
			<-release
			mu.Lock()
			sum += int64(i)
			mu.Unlock()
			done.Done()
		}()
	}
	ready.Wait()
	close(release)
	done.Wait()
	fmt.Println(sum)
}

/* output
4999950000
*/
