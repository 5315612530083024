// Metrics agree with what the program did and with runtime.MemStats; all that Go describes are of the kind it says.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

func read(name string) uint64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		fmt.Println(name, "is of kind", s[0].Value.Kind())
		return 0
	}
	return s[0].Value.Uint64()
}

var keep [][]byte

func main() {
	debug.SetGCPercent(150)
	forced := read("/gc/cycles/forced:gc-cycles")
	runtime.GC()
	runtime.GC()
	fmt.Println(read("/gc/cycles/forced:gc-cycles") - forced)
	fmt.Println(read("/gc/cycles/automatic:gc-cycles")+read("/gc/cycles/forced:gc-cycles") == read("/gc/cycles/total:gc-cycles"))
	fmt.Println(read("/gc/gogc:percent"), read("/gc/gomemlimit:bytes"))

	allocs, objects, live := read("/gc/heap/allocs:bytes"), read("/gc/heap/allocs:objects"), read("/gc/heap/live:bytes")
	for range 1000 {
		keep = append(keep, make([]byte, 1024))
	}
	n := read("/gc/heap/allocs:bytes") - allocs
	fmt.Println(n >= 1000*1024 && n < 2000*1024)
	n = read("/gc/heap/allocs:objects") - objects
	fmt.Println(n >= 1000 && n < 1200)
	runtime.GC()
	n = read("/gc/heap/live:bytes") - live
	fmt.Println(n >= 1000*1024 && n < 2000*1024)
	fmt.Println(read("/gc/heap/objects:objects") == read("/gc/heap/allocs:objects")-read("/gc/heap/frees:objects"))

	stop := make(chan bool)
	for range 10 {
		go func() { <-stop }()
	}
	fmt.Println(read("/sched/goroutines:goroutines"), read("/sched/gomaxprocs:threads") == uint64(runtime.GOMAXPROCS(0)))

	var sum uint64
	for _, class := range []string{"free", "objects", "released", "stacks", "unused"} {
		sum += read("/memory/classes/heap/" + class + ":bytes")
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println(sum >= m.HeapSys, sum <= read("/memory/classes/total:bytes"))
	fmt.Println(read("/godebug/non-default-behavior/http2client:events"))

	s := []metrics.Sample{{Name: "/no/such:metric"}, {Name: "/gc/heap/goal:bytes"}}
	metrics.Read(s)
	fmt.Println(s[0].Value.Kind() == metrics.KindBad, s[1].Value.Uint64() > 1000*1024)
	runtime.KeepAlive(keep)
	all()
}

// all reads every metric, after some waiting.
func all() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 10 {
				mu.Lock()
				time.Sleep(50 * time.Microsecond)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	var samples []metrics.Sample
	for _, d := range metrics.All() {
		samples = append(samples, metrics.Sample{Name: d.Name})
	}
	metrics.Read(samples)
	value := map[string]float64{}
	count := map[string]uint64{}
	for i, d := range metrics.All() {
		v := samples[i].Value
		if v.Kind() != d.Kind {
			fmt.Println(d.Name, "is of kind", v.Kind())
			continue
		}
		switch v.Kind() {
		case metrics.KindUint64:
			value[d.Name] = float64(v.Uint64())
		case metrics.KindFloat64:
			value[d.Name] = v.Float64()
		case metrics.KindFloat64Histogram:
			h := v.Float64Histogram()
			if len(h.Buckets) != len(h.Counts)+1 {
				fmt.Println(d.Name, len(h.Buckets), len(h.Counts))
			}
			for _, n := range h.Counts {
				count[d.Name] += n
			}
		}
	}
	class := func(name string) float64 { return value["/cpu/classes/"+name+":cpu-seconds"] }
	near := func(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 }
	fmt.Println(near(class("gc/mark/assist")+class("gc/mark/dedicated")+class("gc/mark/idle")+class("gc/pause"), class("gc/total")),
		near(class("gc/total")+class("scavenge/total")+class("idle")+class("user"), class("total")), class("idle") > 0)
	fmt.Println(float64(count["/gc/heap/allocs-by-size:bytes"]) == value["/gc/heap/allocs:objects"],
		float64(count["/gc/pauses:seconds"]) >= value["/gc/cycles/total:gc-cycles"], count["/sched/latencies:seconds"] > 0,
		count["/sched/pauses/total/other:seconds"] > 0, value["/sync/mutex/wait/total:seconds"] > 0)
}

/* output
2
true
150 9223372036854775807
true
true
true
true
11 true
true true
0
true true
true true true
true true true true true
*/
