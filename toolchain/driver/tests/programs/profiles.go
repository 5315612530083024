// The block profile counts each wait under the stack that waited, the mutex profile charges who unlocks, the CPU profile finds the
// function that computes, with the goroutine's labels.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

//go:noinline
func receive(c chan int) int { return <-c }

//go:noinline
func choose(c, d chan int) int {
	select {
	case x := <-c:
		return x
	case x := <-d:
		return x
	}
}

//go:noinline
func lockIt(mu *sync.Mutex) { mu.Lock() }

//go:noinline
func unlockIt(mu *sync.Mutex) { mu.Unlock() }

const pause = 2 * time.Millisecond

// counts are the events recorded with a function on the stack, and whether they took long enough.
func counts(profile func([]runtime.BlockProfileRecord) (int, bool), function string) (n int64, long bool) {
	p := make([]runtime.BlockProfileRecord, 100)
	k, ok := profile(p)
	if !ok {
		panic("too many records")
	}
	var ns int64
	for _, r := range p[:k] {
		frames := runtime.CallersFrames(r.Stack())
		for {
			f, more := frames.Next()
			if f.Function == "main."+function {
				n += r.Count
				ns += r.Cycles
			}
			if !more {
				break
			}
		}
	}
	return n, ns >= n*int64(pause)*9/10
}

func waits() {
	c := make(chan int)
	later := func(f func()) {
		go func() {
			time.Sleep(pause)
			f()
		}()
	}
	for range 5 {
		later(func() { c <- 1 })
		receive(c)
	}
	for range 3 {
		later(func() { c <- 1 })
		choose(make(chan int), c)
	}
	var mu sync.Mutex
	for range 4 {
		mu.Lock()
		done := make(chan bool)
		go func() {
			lockIt(&mu)
			mu.Unlock()
			done <- true
		}()
		time.Sleep(2 * pause)
		unlockIt(&mu)
		<-done
	}
}

var result uint64

//go:noinline
func compute(n int) (s uint64) {
	for i := range n {
		s = s*31 + uint64(i)
	}
	return
}

func burn(context.Context) {
	for start := time.Now(); time.Since(start) < time.Second/2; {
		result += compute(1e6)
	}
}

func main() {
	waits()
	fmt.Println(counts(runtime.BlockProfile, "receive"))
	runtime.SetBlockProfileRate(1)
	fmt.Println(runtime.SetMutexProfileFraction(1), runtime.SetMutexProfileFraction(-1))
	waits()
	runtime.SetBlockProfileRate(0)
	runtime.SetMutexProfileFraction(0)
	waits()
	fmt.Println(counts(runtime.BlockProfile, "receive"))
	fmt.Println(counts(runtime.BlockProfile, "choose"))
	fmt.Println(counts(runtime.BlockProfile, "lockIt"))
	fmt.Println(counts(runtime.MutexProfile, "unlockIt"))

	var file bytes.Buffer
	if err := pprof.StartCPUProfile(&file); err != nil {
		fmt.Println(err)
	}
	pprof.Do(context.Background(), pprof.Labels("what", "burning"), burn)
	pprof.StopCPUProfile()
	z, err := gzip.NewReader(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	profile, err := io.ReadAll(z)
	fmt.Println(strings.Contains(string(profile), "main.compute"), strings.Contains(string(profile), "burning"), err)
	fmt.Println(pprof.Lookup("threadcreate").Count() > 0)
}

/* output
0 true
0 1
5 true
3 true
4 true
4 true
true true <nil>
true
*/
