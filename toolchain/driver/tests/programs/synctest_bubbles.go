// testing/synctest: the fake clock, timers in order, what blocks durably and what does not, Wait, deadlocks.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func main() {
	tests := []testing.InternalTest{
		{"clock", clock}, {"sleepers", sleepers}, {"timers", timers}, {"tickers", tickers}, {"wait", wait},
		{"contexts", contexts}, {"waitGroup", waitGroup}, {"outside", outside}, {"mutex", mutex},
		{"pipe", pipe}, {"parallel", parallel}, {"deadlocks", deadlocks}, {"after", after},
	}
	testing.Main(func(pat, str string) (bool, error) { return true, nil }, tests, nil, nil)
}

func clock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		fmt.Println(start.UTC())
		time.Sleep(36 * time.Hour)
		time.Sleep(-1)
		fmt.Println(time.Now().UTC(), time.Since(start))
	})
}

func sleepers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sum time.Duration
		var mu sync.Mutex
		start := time.Now()
		for i := range 1000 {
			go func() {
				time.Sleep(time.Duration((i*7919)%1000) * time.Second)
				mu.Lock()
				sum += time.Since(start)
				mu.Unlock()
			}()
		}
		time.Sleep(1000 * time.Second)
		synctest.Wait()
		fmt.Println("slept", sum)
	})
}

func timers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		at := func(name string) { fmt.Println(name, "after", time.Since(start)) }
		time.AfterFunc(3*time.Second, func() { at("third") })
		time.AfterFunc(time.Second, func() {
			at("first")
			time.AfterFunc(time.Second, func() { at("second") })
		})
		stopped := time.AfterFunc(2*time.Second, func() { at("never") })
		tm := time.NewTimer(5 * time.Second)
		fmt.Println(tm.Reset(4*time.Second), stopped.Stop(), stopped.Stop())
		<-tm.C
		at("fourth")
		fmt.Println(tm.Stop(), tm.Reset(time.Second))
		time.Sleep(2 * time.Second)
		got := <-tm.C
		fmt.Println("fired after", got.Sub(start), "read after", time.Since(start))
		tm.Reset(0)
		select {
		case <-tm.C:
			at("at once")
		default:
			fmt.Println("not fired")
		}
	})
}

func tickers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		tick := time.NewTicker(10 * time.Second)
		for range 2 {
			fmt.Println((<-tick.C).Sub(start))
		}
		time.Sleep(35 * time.Second)
		fmt.Println((<-tick.C).Sub(start), time.Since(start))
		fmt.Println((<-tick.C).Sub(start), time.Since(start))
		tick.Reset(time.Minute)
		fmt.Println((<-tick.C).Sub(start))
		tick.Stop()
	})
}

func wait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		steps := 0
		next := make(chan bool)
		go func() {
			for range next {
				steps++
			}
			steps = -1
		}()
		for range 3 {
			next <- true
			synctest.Wait()
			fmt.Print(steps, " ")
		}
		close(next)
		synctest.Wait()
		fmt.Println(steps)

		var cond = sync.NewCond(new(sync.Mutex))
		woken := 0
		for range 5 {
			go func() {
				cond.L.Lock()
				cond.Wait()
				woken++
				cond.L.Unlock()
			}()
		}
		synctest.Wait()
		cond.Signal()
		synctest.Wait()
		fmt.Print("woken ", woken)
		cond.Broadcast()
		synctest.Wait()
		fmt.Println(" and", woken)
	})
}

func contexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		context.AfterFunc(ctx, func() { fmt.Println("done after", time.Since(start)) })
		time.Sleep(5*time.Second - 1)
		synctest.Wait()
		fmt.Println(ctx.Err())
		time.Sleep(1)
		synctest.Wait()
		fmt.Println(ctx.Err())
	})
}

func waitGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() { time.Sleep(time.Duration(i) * time.Minute) })
		}
		wg.Wait()
		fmt.Println("all done after", time.Since(start))
	})
}

// A channel from outside: no reason for the clock to go on.
func outside(t *testing.T) {
	c := make(chan string)
	go func() {
		time.Sleep(20 * time.Millisecond)
		c <- "from outside"
	}()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		go time.Sleep(time.Hour)
		fmt.Println(<-c, time.Since(start))
		time.Sleep(time.Hour)
	})
}

func mutex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.RWMutex
		n := 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 1000 {
					mu.Lock()
					n++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		fmt.Println(n, time.Since(start))
	})
}

func pipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		go func() {
			time.Sleep(time.Second)
			fmt.Fprintln(a, "through a pipe")
			a.Close()
		}()
		b.SetReadDeadline(time.Now().Add(time.Minute))
		text, err := io.ReadAll(b)
		fmt.Printf("%q %v\n", text, err)
	})
}

func parallel(t *testing.T) {
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			synctest.Test(t, func(t *testing.T) {
				c := make(chan int)
				go func() {
					defer close(c)
					for i := range 50 {
						time.Sleep(time.Second)
						c <- i
					}
				}()
				sum := 0
				for i := range c {
					sum += i
				}
				if sum != 1225 {
					t.Error(sum)
				}
			})
		})
	}
	wg.Wait()
	fmt.Println("parallel done")
}

func deadlocks(t *testing.T) {
	try := func(f func(t *testing.T)) {
		defer func() { fmt.Println(recover()) }()
		synctest.Test(t, f)
	}
	try(func(t *testing.T) { select {} })
	try(func(t *testing.T) { go func() { <-make(chan int) }() })
	// A ticker that nobody listens to does not count; one that somebody waits for does, until main ends.
	try(func(t *testing.T) {
		time.NewTicker(time.Second)
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
	})
	try(func(t *testing.T) {
		go func() {
			for range time.Tick(time.Second) {
				fmt.Println("tick")
			}
		}()
		time.Sleep(2*time.Second + 1)
	})
	try(func(t *testing.T) {
		go synctest.Wait()
		go func() { fmt.Println("ran") }()
		time.Sleep(1)
		synctest.Wait()
		fmt.Println("waited")
	})
}

func after(t *testing.T) {
	fmt.Println("real time again:", time.Now().Year() > 2020)
}

/* output
2000-01-01 00:00:00 +0000 UTC
2000-01-02 12:00:00 +0000 UTC 36h0m0s
slept 138h45m0s
true true false
first after 1s
second after 2s
third after 3s
fourth after 4s
false false
fired after 5s read after 6s
at once after 6s
10s
20s
30s 55s
1m0s 1m0s
2m0s
1 2 3 -1
woken 1 and 5
<nil>
done after 5s
context deadline exceeded
all done after 9m0s
from outside 0s
8000 0s
"through a pipe\n" <nil>
parallel done
deadlock: all goroutines in bubble are blocked
deadlock: main bubble goroutine has exited but blocked goroutines remain
deadlock: all goroutines in bubble are blocked
tick
tick
deadlock: main bubble goroutine has exited but blocked goroutines remain
ran
waited
<nil>
real time again: true
PASS
*/
