// Pauses and memory: a goroutine ticks while others make the collector work. Prints the longest time between two ticks and the longest
// pause that the runtime has noted, in milliseconds, and the resident memory at the end, in megabytes.
//
//	parked N   N goroutines wait
//	deep N     the same, 60 frames deep
//	ended N    N goroutines waited and have ended
//	large N    1 GiB is made N times
//	heap BITS  2^BITS small objects live
//	map N      a map with N entries
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

type tree struct {
	left, right *tree
	_           [6]int
}

func grow(depth int) *tree {
	if depth == 0 {
		return nil
	}
	return &tree{left: grow(depth - 1), right: grow(depth - 1)}
}

//go:noinline
func wait(depth int, ready *sync.WaitGroup, end chan int, p *int) int {
	if depth == 0 {
		ready.Done()
		return <-end
	}
	var here int
	return wait(depth-1, ready, end, &here) + *p
}

func park(n, depth int, end chan int) {
	var ready sync.WaitGroup
	for range n {
		ready.Add(1)
		go func() {
			var here int
			wait(depth, &ready, end, &here)
		}()
	}
	ready.Wait()
}

// tick returns the longest time between two of its rounds, in which it allocates a little.
func tick(stop chan bool, longest chan time.Duration) {
	var worst time.Duration
	var made []int
	for last := time.Now(); ; {
		select {
		case <-stop:
			longest <- worst
			return
		default:
		}
		made = append(made[:0:0], 1)
		now := time.Now()
		worst = max(worst, now.Sub(last))
		last = now
	}
}

func resident() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}

var (
	bytes []byte
	live  *tree
	table map[int]*int
)

func main() {
	mode := os.Args[1]
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	end := make(chan int)
	switch mode {
	case "parked", "ended":
		park(n, 0, end)
	case "deep":
		park(n, 60, end)
	case "heap":
		live = grow(n)
	}
	stop, longest := make(chan bool), make(chan time.Duration)
	go tick(stop, longest)
	switch mode {
	case "large":
		for range n {
			bytes = make([]byte, 1<<30)
			bytes[5] = 1
			time.Sleep(10 * time.Millisecond)
		}
	case "map":
		table = map[int]*int{}
		for i := range n {
			table[i] = new(int)
		}
	default:
		for range 5 {
			runtime.GC()
		}
	}
	stop <- true
	gap := <-longest
	if mode == "ended" {
		close(end)
		for range 20 {
			time.Sleep(200 * time.Millisecond)
			runtime.GC()
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var pause uint64
	for _, p := range m.PauseNs {
		pause = max(pause, p)
	}
	fmt.Printf("%.1f %.2f %.0f\n", gap.Seconds()*1e3, float64(pause)/1e6, resident())
	runtime.KeepAlive(live)
}
