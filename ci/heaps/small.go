package main

import (
	"fmt"
	"runtime"
	"strconv"
	"sync"
)

//go:noinline
func deep(depth int, pcs []uintptr) int {
	if depth == 0 {
		return runtime.Callers(0, pcs)
	}
	return deep(depth-1, pcs) + 1
}

// runtime.Callers, 20 calls deep.
func callers(n int) func() {
	return func() {
		pcs := make([]uintptr, 64)
		for range n {
			must(deep(20, pcs) > 40, "callers")
		}
	}
}

//go:noinline
func deferred(n int, sum *int) {
	for i := range n {
		defer func() { *sum += i }()
	}
}

// defer in a loop of eight rounds.
func defers(n int) func() {
	return func() {
		sum := 0
		for range n {
			deferred(8, &sum)
		}
		must(sum == n*28, "deferred calls")
	}
}

//go:noinline
func panicking(i int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	if i >= 0 {
		panic(odd)
	}
	return nil
}

var odd = fmt.Errorf("odd")

// A panic and its recovery.
func panics(n int) func() {
	return func() {
		for i := range n {
			must(panicking(i) == odd, "recovered panic")
		}
	}
}

type named interface{ name() string }
type (
	first  int
	second struct{ a, b int }
	third  string
	fourth float64
)

func (first) name() string   { return "first" }
func (*second) name() string { return "second" }
func (third) name() string   { return "third" }

var values = []any{first(1), &second{}, third("x"), fourth(1), first(2), 5}

// Type assertions to an interface, of types that have it and some that have not.
func asserts(n int) func() {
	return func() {
		length := 0
		for i := range n {
			if x, ok := values[i%len(values)].(named); ok {
				length += len(x.name())
			}
		}
		must(length > 3*n, "names")
	}
}

// A map with strings: found, not found, deleted, added.
func stringMap(n int) func() {
	keys := make([]string, 50_000)
	for i := range keys {
		keys[i] = "key number " + strconv.Itoa(i*7919)
	}
	return func() {
		for range n {
			m := map[string]int{}
			for i, k := range keys {
				m[k] = i
			}
			sum := 0
			for i := 0; i < len(keys); i += 3 {
				delete(m, keys[i])
			}
			for _, k := range keys {
				sum += m[k]
			}
			must(sum > 0 && len(m) == len(keys)-(len(keys)+2)/3, "map")
		}
	}
}

var from, to [64 << 10]byte

// Copies of 1 KiB, from and to addresses of all kinds.
func copies(n int) func() {
	for i := range from {
		from[i] = byte(i)
	}
	return func() {
		a, b := 0, 0
		for range n {
			copy(to[b:b+1024], from[a:a+1024])
			a, b = (a+1027)&0x7fff, (b+2051)&0x7fff
		}
		must(to[b+5] == to[b+5], "copy")
	}
}

// Goroutines that do next to nothing, a hundred at a time.
func spawn(n int) func() {
	return func() {
		var sum [100]int
		for range n {
			var all sync.WaitGroup
			for i := range sum {
				all.Add(1)
				go func() {
					sum[i]++
					all.Done()
				}()
			}
			all.Wait()
		}
		must(sum[0] == n && sum[99] == n, "goroutines")
	}
}

// runtime.GC with 200,000 objects and a thousand goroutines that wait.
func collect(n int) func() {
	live := grow(17)
	stop := make(chan bool)
	for range 1000 {
		go func() { <-stop }()
	}
	return func() {
		for range n {
			runtime.GC()
		}
		must(live.size() == 2<<17-1, "tree")
		close(stop)
	}
}
