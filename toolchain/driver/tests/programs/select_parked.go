// A goroutine that is parked for several channels may be woken, run and have its stack moved while the thread that parked it still
// unlocks the channels.
// env OXIGO_STACKSTRESS=1
package main

import (
	"fmt"
	"sync"
)

// deal sends n numbers, each to whoever takes it.
func deal(n int, c [8]chan int) {
	for i := range n {
		select {
		case c[0] <- i:
		case c[1] <- i:
		case c[2] <- i:
		case c[3] <- i:
		case c[4] <- i:
		case c[5] <- i:
		case c[6] <- i:
		case c[7] <- i:
		}
	}
	for _, c := range c {
		close(c)
	}
}

func main() {
	const n = 50000
	var c [8]chan int
	var wg sync.WaitGroup
	// Takers hand on what they took, so that the dealer waits for them all.
	hands := make(chan int)
	for i := range c {
		c[i] = make(chan int)
		wg.Add(1)
		go func() {
			for v := range c[i] {
				hands <- v
			}
			wg.Done()
		}()
	}
	go deal(n, c)
	go func() {
		wg.Wait()
		close(hands)
	}()
	sum := 0
	for v := range hands {
		sum += v
	}
	fmt.Println(sum == n*(n-1)/2)
}

/* output
true
*/
