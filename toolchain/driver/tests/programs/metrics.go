// Metrics that are measured agree with what the program did and with runtime.MemStats; others are of kind "bad".
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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
*/
