// Stop and Reset of timers tell the truth; timers and deadlines that nobody refers to leave the heap.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	truth()
	conserved()
	functions()
	tickers()
	selects()
	sharedReceivers()
	small("channels forgotten", func() {
		for range 500000 {
			select {
			case <-time.After(time.Hour):
			default:
			}
		}
	})
	small("functions stopped", func() {
		for range 500000 {
			time.AfterFunc(time.Hour, func() {}).Stop()
		}
	})
	small("selects left", func() {
		c := make(chan int, 1)
		for range 200000 {
			c <- 1
			select {
			case <-c:
			case <-time.After(time.Hour):
			}
		}
		done := make(chan bool)
		go func() {
			for range 100000 {
				select {
				case c <- 1:
				case <-time.After(time.Hour):
				}
			}
			close(done)
		}()
		for range 100000 {
			<-c
		}
		<-done
	})
	small("deadlines moved", deadlines)
	collected()
}

// truth: one goroutine sees a timer as it is.
func truth() {
	wrong, stale := 0, 0
	t := time.NewTimer(time.Hour)
	t.Stop()
	for i := range 3000 {
		if t.Reset(time.Duration(i%60) * time.Microsecond) {
			wrong++
		}
		for s := time.Now(); time.Since(s) < 30*time.Microsecond; {
		}
		if !t.Stop() {
			wrong++ // nobody has received
		}
		if t.Stop() {
			wrong++
		}
		select {
		case <-t.C:
			stale++
		default:
		}
	}
	fmt.Println("truth", wrong, stale, len(t.C), cap(t.C))
}

// conserved: each start of a timer is either received or taken back, beside a receiver.
func conserved() {
	t := time.NewTimer(time.Hour)
	var received, taken atomic.Int64
	quit := make(chan bool)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-t.C:
					received.Add(1)
				case <-quit:
					return
				}
			}
		})
	}
	const n = 20000
	for i := range n {
		if t.Reset(time.Duration(i%20) * time.Microsecond) {
			taken.Add(1)
		}
		if i%7 == 0 {
			runtime.Gosched()
		}
		if i%50 == 0 {
			time.Sleep(20 * time.Microsecond)
		}
	}
	if t.Stop() {
		taken.Add(1)
	}
	time.Sleep(5 * time.Millisecond)
	close(quit)
	wg.Wait()
	fmt.Println("conserved", received.Load()+taken.Load()-n-1, received.Load() > 0)
}

// functions: a function runs as often as it was started and not stopped.
func functions() {
	var ran, stopped atomic.Int64
	const n = 20000
	t := time.AfterFunc(time.Hour, func() { ran.Add(1) })
	started := int64(1)
	for i := range n {
		started++
		if t.Reset(time.Duration(i%30) * time.Microsecond) {
			stopped.Add(1)
		}
		if i%100 == 0 {
			time.Sleep(50 * time.Microsecond)
		}
	}
	if t.Stop() {
		stopped.Add(1)
	}
	for i := 0; ran.Load()+stopped.Load() < started && i < 1000; i++ {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Millisecond)
	fmt.Println("functions", ran.Load()+stopped.Load()-started, ran.Load() > 0)
}

func tickers() {
	start := time.Now()
	tick := time.NewTicker(3 * time.Millisecond)
	last := start
	for range 5 {
		now := <-tick.C
		if now.Sub(start) < 3*time.Millisecond || !now.After(last) {
			fmt.Println("a tick at", now.Sub(start))
		}
		last = now
	}
	time.Sleep(10 * time.Millisecond)
	<-tick.C // one of those that were missed
	select {
	case <-tick.C:
		if time.Since(start) < 28*time.Millisecond {
			fmt.Println("two ticks were kept")
		}
	default:
	}
	tick.Reset(time.Hour)
	select {
	case <-tick.C:
		fmt.Println("tick after Reset")
	case <-time.After(5 * time.Millisecond):
	}
	tick.Stop()
	fmt.Println("tickers")
}

// selects: of two channels that are ready a select takes either; a timer's is one of them.
func selects() {
	never := make(chan int)
	other := make(chan int, 1)
	other <- 1
	n := 0
	for range 1000 {
		t := time.NewTimer(0)
		for s := time.Now(); time.Since(s) < time.Microsecond; {
		}
		select {
		case <-t.C:
			n++
		case <-other:
			other <- 1
		case <-never:
		}
	}
	fmt.Println("selects", n > 400 && n < 600)
}

// sharedReceivers: one value, one receiver; the others go on waiting.
func sharedReceivers() {
	tick := time.NewTicker(100 * time.Microsecond)
	var got, left atomic.Int64
	var wg sync.WaitGroup
	stop := make(chan bool)
	for i := range 8 {
		wg.Go(func() {
			for {
				if i%2 == 0 {
					select {
					case <-tick.C:
					case <-stop:
						left.Add(1)
						return
					}
				} else {
					select {
					case <-stop:
						left.Add(1)
						return
					default:
						<-tick.C
					}
				}
				got.Add(1)
			}
		})
	}
	for got.Load() < 100 {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	wg.Wait()
	fmt.Println("shared", left.Load())
}

func deadlines() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	for range 300000 {
		c.SetDeadline(time.Now().Add(time.Hour))
	}
	start := time.Now()
	c.SetReadDeadline(start.Add(time.Hour))
	c.SetReadDeadline(start.Add(20 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	if d := time.Since(start); d < 20*time.Millisecond || d > 5*time.Second || !os.IsTimeout(err) {
		fmt.Println("read ended after", d, err)
	}
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	c.SetReadDeadline(time.Time{})
	time.AfterFunc(30*time.Millisecond, func() { c.Close() })
	_, err = c.Read(make([]byte, 1))
	if os.IsTimeout(err) {
		fmt.Println("a deadline that was taken back ended the read")
	}
	l.Close()
}

// small runs f, after which the process must not be much larger than before.
func small(name string, f func()) {
	runtime.GC()
	before := rss()
	f()
	runtime.GC()
	if grown := rss() - before; grown > 12<<10 {
		fmt.Println(name, "leave", grown, "KB")
	}
}

func rss() (kb int) {
	b, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	fmt.Sscan(rest, &kb)
	return kb
}

// collected: what a running timer that nobody refers to leads to is garbage.
func collected() {
	gone := make(chan bool)
	func() {
		t := time.NewTicker(time.Millisecond)
		<-t.C
		runtime.AddCleanup(t, func(int) { close(gone) }, 0)
	}()
	for range 50 {
		runtime.GC()
		select {
		case <-gone:
			fmt.Println("collected")
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	fmt.Println("not collected")
}

/* output
truth 0 0 0 0
conserved 0 true
functions 0 true
tickers
selects true
shared 8
collected
*/
