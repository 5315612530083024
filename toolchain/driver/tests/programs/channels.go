// Channels, select, mutexes, timers, contexts, once, pools, atomics.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func producer(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i
		}
	}()
	return c
}

func fanIn(cs ...<-chan int) int {
	var wg sync.WaitGroup
	var total atomic.Int64
	for _, c := range cs {
		wg.Go(func() {
			for v := range c {
				total.Add(int64(v))
			}
		})
	}
	wg.Wait()
	return int(total.Load())
}

func selects() {
	a, b := make(chan int, 1), make(chan string, 1)
	select {
	case v := <-a:
		fmt.Println("a", v)
	default:
		fmt.Println("empty")
	}
	a <- 1
	b <- "x"
	seen := map[string]bool{}
	for range 2 {
		select {
		case v := <-a:
			seen[fmt.Sprint("a", v)] = true
		case s, ok := <-b:
			seen[fmt.Sprint("b", s, ok)] = true
		}
	}
	fmt.Println(len(seen), seen["a1"], seen["bxtrue"])
	close(b)
	s, ok := <-b
	fmt.Printf("%q %v\n", s, ok)
	select {
	case a <- 5:
		fmt.Println("sent", len(a), cap(a))
	case <-time.After(time.Second):
		fmt.Println("timeout")
	}
	var none chan int
	select {
	case <-none:
	case <-time.After(5 * time.Millisecond):
		fmt.Println("timed out")
	}
}

func main() {
	fmt.Println(fanIn(producer(100), producer(1000), producer(10)))
	selects()
	var mu sync.RWMutex
	m := map[int]int{}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 200 {
				mu.Lock()
				m[i] += g
				mu.Unlock()
				mu.RLock()
				_ = m[i/2]
				mu.RUnlock()
			}
		}()
	}
	wg.Wait()
	fmt.Println(len(m), m[7])
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err(), errors.Is(ctx.Err(), context.DeadlineExceeded))
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	cond := sync.NewCond(&sync.Mutex{})
	ready := 0
	for range 3 {
		go func() {
			cond.L.Lock()
			ready++
			cond.L.Unlock()
			cond.Broadcast()
		}()
	}
	cond.L.Lock()
	for ready < 3 {
		cond.Wait()
	}
	cond.L.Unlock()
	fmt.Println("ready", ready)
	t := time.NewTicker(2 * time.Millisecond)
	for range 3 {
		<-t.C
	}
	t.Stop()
	fired := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { fired <- true })
	fmt.Println(<-fired)
	done := make(chan struct{})
	results := make([]int, 50)
	go func() {
		defer close(done)
		ping, pong := make(chan int), make(chan int)
		go func() {
			for v := range ping {
				pong <- v * 2
			}
			close(pong)
		}()
		for i := range results {
			ping <- i
			results[i] = <-pong
		}
		close(ping)
	}()
	<-done
	fmt.Println(results[49])
	var sm sync.Map
	sm.Store("k", 1)
	v, ok := sm.LoadOrStore("k", 2)
	fmt.Println(v, ok)
	pool := sync.Pool{New: func() any { return new(int) }}
	pool.Put(pool.Get())
}

/* output
504495
empty
2 true true
"" false
sent 1 1
timed out
200 28
context deadline exceeded true
once
ready 3
true
98
1 true
*/
