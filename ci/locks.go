// Goroutines that spawn, talk, select, yield and allocate on as many processors as GOMAXPROCS says, and how many operations that were.
// For ci/locks.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

var operations atomic.Int64

// Each mode does n operations in each of its goroutines.
var modes = map[string]func(n int){
	"chan": func(n int) {
		pairs(func() {
			a, b := make(chan int), make(chan int)
			go func() {
				for range n {
					b <- <-a
				}
			}()
			for i := range n {
				a <- i
				<-b
			}
			operations.Add(int64(4 * n))
		})
	},
	"spawn": func(n int) {
		pairs(func() {
			var wg sync.WaitGroup
			for range n {
				wg.Add(1)
				go wg.Done()
			}
			wg.Wait()
			operations.Add(int64(n))
		})
	},
	"select": func(n int) {
		pairs(func() {
			a, b, quit := make(chan int), make(chan int), make(chan bool)
			for _, c := range []chan int{a, b} {
				go func() {
					for {
						select {
						case c <- 1:
						case <-quit:
							return
						}
					}
				}()
			}
			for range n {
				select {
				case <-a:
				case <-b:
				}
			}
			close(quit)
			operations.Add(int64(2 * n))
		})
	},
	"yield": func(n int) {
		pairs(func() {
			for range n {
				runtime.Gosched()
			}
			operations.Add(int64(n))
		})
	},
	"stacks": func(n int) {
		pairs(func() {
			var wg sync.WaitGroup
			for range n / 16 {
				wg.Add(1)
				go func() {
					deep(60)
					wg.Done()
				}()
			}
			wg.Wait()
			operations.Add(int64(n / 16))
		})
	},
	"timers": func(n int) {
		pairs(func() {
			for range n / 64 {
				time.Sleep(time.Microsecond)
			}
			operations.Add(int64(n / 64))
		})
	},
	"allocate": func(n int) {
		pairs(func() {
			var keep [16]*[4]int
			for i := range n {
				keep[i%16] = &[4]int{i}
			}
			runtime.KeepAlive(keep)
			operations.Add(int64(n))
		})
	},
}

func deep(n int) int {
	var room [8]int
	if n > 0 {
		room[n%8] = deep(n - 1)
	}
	return room[0] + 1
}

// pairs runs f in twice as many goroutines as there are processors.
func pairs(f func()) {
	var wg sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f()
		}()
	}
	wg.Wait()
}

func main() {
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	modes[os.Args[1]](n)
	fmt.Println(operations.Load())
}
