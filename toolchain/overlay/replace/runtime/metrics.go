package runtime

import (
	"internal/godebugs"
	"internal/runtime/gc"
	"unsafe"
)

// ---- runtime/metrics

// A metricSample is a metrics.Sample.
type metricSample struct {
	name    string
	kind    metricKind
	scalar  uint64
	pointer unsafe.Pointer
}

type metricKind int

const (
	metricBad metricKind = iota
	metricUint64
	metricFloat64
	metricHistogram
)

// A float64Histogram is a metrics.Float64Histogram: counts, and the bounds between them.
type float64Histogram struct {
	counts  []uint64
	buckets []float64
}

// durations are counts: under 0, then up to 2^minDuration and of each power of two up to 2^maxDuration by parts, then longer ones.
type durations = [durationCounts]uint64

// readMetricNumbers is exact after readmemstats. states: also count goroutines by what they do.
//
//go:linkname readMetricNumbers runtime.metricNumbers
func readMetricNumbers(n *metricNumbers, states bool)

func (n *metricNumbers) collecting() uint64 { return n.assist + n.dedicated + n.idleMark + n.pause }

// user returns what is left for the program, so that the classes add up.
func (n *metricNumbers) user() uint64 {
	others := n.collecting() + n.idle + n.scavengeAssist + n.scavengeBackground
	return n.total - min(others, n.total)
}

type metricState struct {
	mem MemStats
	num metricNumbers
}

var metrics struct {
	lock  uint32
	state metricState
}

// Each metric has one of these functions: for a number, a time, times by length, numbers by size of object.
var metricTable = [...]struct {
	name      string
	number    func(s *metricState) uint64
	time      func(s *metricState) uint64
	durations func(s *metricState) *durations
	sizes     func(s *metricState) *[sizeClasses]uint64
}{
	{name: "/cgo/go-to-c-calls:calls", number: func(s *metricState) uint64 { return 0 }},
	{name: "/cpu/classes/gc/mark/assist:cpu-seconds", time: func(s *metricState) uint64 { return s.num.assist }},
	{name: "/cpu/classes/gc/mark/dedicated:cpu-seconds", time: func(s *metricState) uint64 { return s.num.dedicated }},
	{name: "/cpu/classes/gc/mark/idle:cpu-seconds", time: func(s *metricState) uint64 { return s.num.idleMark }},
	{name: "/cpu/classes/gc/pause:cpu-seconds", time: func(s *metricState) uint64 { return s.num.pause }},
	{name: "/cpu/classes/gc/total:cpu-seconds", time: func(s *metricState) uint64 { return s.num.collecting() }},
	{name: "/cpu/classes/idle:cpu-seconds", time: func(s *metricState) uint64 { return s.num.idle }},
	{name: "/cpu/classes/scavenge/assist:cpu-seconds", time: func(s *metricState) uint64 { return s.num.scavengeAssist }},
	{name: "/cpu/classes/scavenge/background:cpu-seconds", time: func(s *metricState) uint64 { return s.num.scavengeBackground }},
	{name: "/cpu/classes/scavenge/total:cpu-seconds", time: func(s *metricState) uint64 { return s.num.scavengeAssist + s.num.scavengeBackground }},
	{name: "/cpu/classes/total:cpu-seconds", time: func(s *metricState) uint64 { return s.num.total }},
	{name: "/cpu/classes/user:cpu-seconds", time: func(s *metricState) uint64 { return s.num.user() }},
	{name: "/gc/cleanups/executed:cleanups", number: func(s *metricState) uint64 { return cleanupsRun.Load() }},
	{name: "/gc/cleanups/queued:cleanups", number: func(s *metricState) uint64 { return s.num.cleanups }},
	{name: "/gc/cycles/automatic:gc-cycles", number: func(s *metricState) uint64 { return uint64(s.mem.NumGC - s.mem.NumForcedGC) }},
	{name: "/gc/cycles/forced:gc-cycles", number: func(s *metricState) uint64 { return uint64(s.mem.NumForcedGC) }},
	{name: "/gc/cycles/total:gc-cycles", number: func(s *metricState) uint64 { return uint64(s.mem.NumGC) }},
	{name: "/gc/finalizers/executed:finalizers", number: func(s *metricState) uint64 { return finalizersRun.Load() }},
	{name: "/gc/finalizers/queued:finalizers", number: func(s *metricState) uint64 { return s.num.finalizers }},
	{name: "/gc/gogc:percent", number: func(s *metricState) uint64 { return s.num.gogc }},
	{name: "/gc/gomemlimit:bytes", number: func(s *metricState) uint64 { return s.num.limit }},
	{name: "/gc/heap/allocs-by-size:bytes", sizes: func(s *metricState) *[sizeClasses]uint64 { return &s.num.allocs }},
	{name: "/gc/heap/allocs:bytes", number: func(s *metricState) uint64 { return s.mem.TotalAlloc }},
	{name: "/gc/heap/allocs:objects", number: func(s *metricState) uint64 { return s.mem.Mallocs - s.num.tiny }},
	{name: "/gc/heap/frees-by-size:bytes", sizes: func(s *metricState) *[sizeClasses]uint64 { return &s.num.frees }},
	{name: "/gc/heap/frees:bytes", number: func(s *metricState) uint64 { return s.mem.TotalAlloc - s.mem.Alloc }},
	{name: "/gc/heap/frees:objects", number: func(s *metricState) uint64 { return s.mem.Frees - s.num.tiny }},
	{name: "/gc/heap/goal:bytes", number: func(s *metricState) uint64 { return s.mem.NextGC }},
	{name: "/gc/heap/live:bytes", number: func(s *metricState) uint64 { return s.num.marked }},
	{name: "/gc/heap/objects:objects", number: func(s *metricState) uint64 { return s.mem.HeapObjects }},
	{name: "/gc/heap/tiny/allocs:objects", number: func(s *metricState) uint64 { return s.num.tiny }},
	{name: "/gc/limiter/last-enabled:gc-cycle", number: func(s *metricState) uint64 { return 0 }},
	{name: "/gc/pauses:seconds", durations: func(s *metricState) *durations { return &s.num.stoppedGC }},
	{name: "/gc/scan/globals:bytes", number: func(s *metricState) uint64 { return s.num.scanGlobals }},
	{name: "/gc/scan/heap:bytes", number: func(s *metricState) uint64 { return s.num.scanHeap }},
	{name: "/gc/scan/stack:bytes", number: func(s *metricState) uint64 { return s.num.scanStack }},
	{name: "/gc/scan/total:bytes", number: func(s *metricState) uint64 { return s.num.scanGlobals + s.num.scanHeap + s.num.scanStack }},
	{name: "/gc/stack/starting-size:bytes", number: func(s *metricState) uint64 { return s.num.stackSize }},
	{name: "/memory/classes/heap/free:bytes", number: func(s *metricState) uint64 { return s.mem.HeapIdle - s.mem.HeapReleased }},
	{name: "/memory/classes/heap/objects:bytes", number: func(s *metricState) uint64 { return s.mem.HeapAlloc }},
	{name: "/memory/classes/heap/released:bytes", number: func(s *metricState) uint64 { return s.mem.HeapReleased }},
	{name: "/memory/classes/heap/stacks:bytes", number: func(s *metricState) uint64 { return s.mem.StackInuse }},
	{name: "/memory/classes/heap/unused:bytes", number: func(s *metricState) uint64 { return s.mem.HeapInuse - s.mem.HeapAlloc }},
	{name: "/memory/classes/metadata/mcache/free:bytes", number: func(s *metricState) uint64 { return s.mem.MCacheSys - s.mem.MCacheInuse }},
	{name: "/memory/classes/metadata/mcache/inuse:bytes", number: func(s *metricState) uint64 { return s.mem.MCacheInuse }},
	{name: "/memory/classes/metadata/mspan/free:bytes", number: func(s *metricState) uint64 { return s.mem.MSpanSys - s.mem.MSpanInuse }},
	{name: "/memory/classes/metadata/mspan/inuse:bytes", number: func(s *metricState) uint64 { return s.mem.MSpanInuse }},
	{name: "/memory/classes/metadata/other:bytes", number: func(s *metricState) uint64 { return s.mem.GCSys }},
	{name: "/memory/classes/os-stacks:bytes", number: func(s *metricState) uint64 { return s.mem.StackSys - s.mem.StackInuse }},
	{name: "/memory/classes/other:bytes", number: func(s *metricState) uint64 { return s.mem.OtherSys }},
	{name: "/memory/classes/profiling/buckets:bytes", number: func(s *metricState) uint64 { return s.mem.BuckHashSys }},
	{name: "/memory/classes/total:bytes", number: func(s *metricState) uint64 { return s.mem.Sys }},
	{name: "/sched/gomaxprocs:threads", number: func(s *metricState) uint64 { return uint64(GOMAXPROCS(0)) }},
	{name: "/sched/goroutines-created:goroutines", number: func(s *metricState) uint64 { return s.num.created }},
	{name: "/sched/goroutines/not-in-go:goroutines", number: func(s *metricState) uint64 { return s.num.notInGo }},
	{name: "/sched/goroutines/runnable:goroutines", number: func(s *metricState) uint64 { return s.num.runnable }},
	{name: "/sched/goroutines/running:goroutines", number: func(s *metricState) uint64 { return s.num.running }},
	{name: "/sched/goroutines/waiting:goroutines", number: func(s *metricState) uint64 { return s.num.waiting }},
	{name: "/sched/goroutines:goroutines", number: func(s *metricState) uint64 { return uint64(NumGoroutine()) }},
	{name: "/sched/latencies:seconds", durations: func(s *metricState) *durations { return &s.num.latency }},
	{name: "/sched/pauses/stopping/gc:seconds", durations: func(s *metricState) *durations { return &s.num.stoppingGC }},
	{name: "/sched/pauses/stopping/other:seconds", durations: func(s *metricState) *durations { return &s.num.stoppingOther }},
	{name: "/sched/pauses/total/gc:seconds", durations: func(s *metricState) *durations { return &s.num.stoppedGC }},
	{name: "/sched/pauses/total/other:seconds", durations: func(s *metricState) *durations { return &s.num.stoppedOther }},
	{name: "/sched/threads/total:threads", number: func(s *metricState) uint64 { return uint64(threadsMade()) }},
	{name: "/sync/mutex/wait/total:seconds", time: func(s *metricState) uint64 { return s.num.mutexWait }},
}

// metrics_read fills samples, whose names say what is wanted.
//
//go:linkname metrics_read runtime/metrics.runtime_readMetrics
func metrics_read(samples unsafe.Pointer, n, cap int) {
	list := unsafe.Slice((*metricSample)(samples), n)
	memory, states := false, false
	for i := range list {
		name := list[i].name
		memory = memory || hasPrefix(name, "/gc/") || hasPrefix(name, "/memory/")
		states = states || hasPrefix(name, "/sched/goroutines/")
	}
	spinLock(&metrics.lock)
	s := &metrics.state
	// The world stops for what only then is exact.
	if memory {
		readmemstats(&s.mem)
	}
	readMetricNumbers(&s.num, states)
	for i := range list {
		readMetric(&list[i], s)
	}
	spinUnlock(&metrics.lock)
}

func hasPrefix(s, prefix string) bool { return len(s) >= len(prefix) && s[:len(prefix)] == prefix }

func readMetric(m *metricSample, s *metricState) {
	for j := range metricTable {
		t := &metricTable[j]
		if t.name != m.name {
			continue
		}
		switch {
		case t.number != nil:
			m.kind, m.scalar, m.pointer = metricUint64, t.number(s), nil
		case t.time != nil:
			seconds := float64(t.time(s)) / 1e9
			m.kind, m.scalar, m.pointer = metricFloat64, *(*uint64)(unsafe.Pointer(&seconds)), nil
		case t.durations != nil:
			copy(m.histogram(len(durations{}), durationBounds), t.durations(s)[:])
		default:
			// Class 0 is of objects that are larger than those of the others.
			n := t.sizes(s)
			counts := m.histogram(sizeClasses, sizeBounds)
			copy(counts, n[1:])
			counts[sizeClasses-1] = n[0]
		}
		return
	}
	m.kind, m.scalar, m.pointer = metricBad, 0, nil
	const prefix, suffix = "/godebug/non-default-behavior/", ":events"
	if len(m.name) <= len(prefix)+len(suffix) || !hasPrefix(m.name, prefix) || m.name[len(m.name)-len(suffix):] != suffix {
		return
	}
	for c := godebugCounters; c != nil; c = c.next {
		if c.name == m.name {
			m.kind, m.scalar = metricUint64, c.read()
			return
		}
	}
	// Settings that did nothing yet have not registered.
	setting := godebugs.Lookup(m.name[len(prefix) : len(m.name)-len(suffix)])
	if setting != nil && !setting.Opaque {
		m.kind = metricUint64
	}
}

// histogram returns n counts to fill in: those of the sample's last reading, if it had some.
func (m *metricSample) histogram(n int, bounds func() []float64) []uint64 {
	if m.kind == metricHistogram && m.pointer != nil {
		if h := (*float64Histogram)(m.pointer); len(h.counts) == n {
			return h.counts
		}
	}
	h := &float64Histogram{make([]uint64, n), bounds()}
	m.kind, m.scalar, m.pointer = metricHistogram, 0, unsafe.Pointer(h)
	return h.counts
}

// sizeBounds returns the least sizes of objects of each class, and at the end infinity.
func sizeBounds() []float64 {
	b := make([]float64, sizeClasses+1)
	for i := range sizeClasses {
		b[i] = float64(gc.SizeClassToSize[i]) + 1
	}
	b[sizeClasses] = inf
	return b
}

// durationBounds returns the bounds of durations in seconds.
func durationBounds() []float64 {
	b := make([]float64, 0, len(durations{})+1)
	b = append(b, -inf)
	for power := minDuration - 1; power < maxDuration; power++ {
		low := uint64(1) << power
		step := low / durationParts
		if power < minDuration {
			low, step = 0, 1<<minDuration/durationParts
		}
		for q := range uint64(durationParts) {
			b = append(b, float64(low+q*step)/1e9)
		}
	}
	return append(b, float64(uint64(1)<<maxDuration)/1e9, inf)
}


// A godebugCounter counts the times that a GODEBUG setting made a difference.
type godebugCounter struct {
	name string
	read func() uint64
	next *godebugCounter
}

var godebugCounters *godebugCounter

//go:linkname godebug_registerMetric internal/godebug.registerMetric
func godebug_registerMetric(name string, read func() uint64) {
	spinLock(&metrics.lock)
	godebugCounters = &godebugCounter{name, read, godebugCounters}
	spinUnlock(&metrics.lock)
}

//go:linkname metrics_names runtime/metrics_test.runtime_readMetricNames
func metrics_names() []string {
	var names []string
	for i := range metricTable {
		names = append(names, metricTable[i].name)
	}
	for _, s := range godebugs.All {
		if !s.Opaque {
			names = append(names, "/godebug/non-default-behavior/"+s.Name+":events")
		}
	}
	return names
}
