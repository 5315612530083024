package runtime

import (
	"internal/godebugs"
	"unsafe"
)

// ---- runtime/metrics: what the runtime measures. Metrics that it doesn't stay of kind "bad".

// A metricSample is a metrics.Sample.
type metricSample struct {
	name    string
	kind    int // 0: bad, 1: uint64
	scalar  uint64
	pointer unsafe.Pointer
}

// metricNumbers returns what MemStats doesn't have: GOGC, GOMEMLIMIT, the bytes that the last
// collection marked, and the values in tiny blocks. Together with readmemstats it is exact.
func metricNumbers() (gogc int, limit, marked, tiny uint64)

type metricState struct {
	mem                 MemStats
	gogc                int
	limit, marked, tiny uint64
}

var metrics struct {
	lock  uint32
	state metricState
}

var metricTable = [...]struct {
	name string
	read func(s *metricState) uint64
}{
	{"/cgo/go-to-c-calls:calls", func(*metricState) uint64 { return 0 }},
	{"/gc/cycles/automatic:gc-cycles", func(s *metricState) uint64 { return uint64(s.mem.NumGC - s.mem.NumForcedGC) }},
	{"/gc/cycles/forced:gc-cycles", func(s *metricState) uint64 { return uint64(s.mem.NumForcedGC) }},
	{"/gc/cycles/total:gc-cycles", func(s *metricState) uint64 { return uint64(s.mem.NumGC) }},
	{"/gc/gogc:percent", func(s *metricState) uint64 { return uint64(s.gogc) }},
	{"/gc/gomemlimit:bytes", func(s *metricState) uint64 { return s.limit }},
	{"/gc/heap/allocs:bytes", func(s *metricState) uint64 { return s.mem.TotalAlloc }},
	{"/gc/heap/allocs:objects", func(s *metricState) uint64 { return s.mem.Mallocs - s.tiny }},
	{"/gc/heap/frees:bytes", func(s *metricState) uint64 { return s.mem.TotalAlloc - s.mem.Alloc }},
	{"/gc/heap/frees:objects", func(s *metricState) uint64 { return s.mem.Frees - s.tiny }},
	{"/gc/heap/goal:bytes", func(s *metricState) uint64 { return s.mem.NextGC }},
	{"/gc/heap/live:bytes", func(s *metricState) uint64 { return s.marked }},
	{"/gc/heap/objects:objects", func(s *metricState) uint64 { return s.mem.HeapObjects }},
	{"/gc/heap/tiny/allocs:objects", func(s *metricState) uint64 { return s.tiny }},
	{"/memory/classes/heap/free:bytes", func(s *metricState) uint64 { return s.mem.HeapIdle - s.mem.HeapReleased }},
	{"/memory/classes/heap/objects:bytes", func(s *metricState) uint64 { return s.mem.HeapAlloc }},
	{"/memory/classes/heap/released:bytes", func(s *metricState) uint64 { return s.mem.HeapReleased }},
	{"/memory/classes/heap/stacks:bytes", func(s *metricState) uint64 { return s.mem.StackInuse }},
	{"/memory/classes/heap/unused:bytes", func(s *metricState) uint64 { return s.mem.HeapInuse - s.mem.HeapAlloc }},
	{"/memory/classes/metadata/other:bytes", func(s *metricState) uint64 { return s.mem.GCSys }},
	{"/memory/classes/total:bytes", func(s *metricState) uint64 { return s.mem.Sys }},
	{"/sched/gomaxprocs:threads", func(*metricState) uint64 { return uint64(GOMAXPROCS(0)) }},
	{"/sched/goroutines:goroutines", func(*metricState) uint64 { return uint64(NumGoroutine()) }},
	{"/sched/threads/total:threads", func(*metricState) uint64 { return uint64(threadsMade()) }},
}

// metrics_read fills samples, whose names say what is wanted.
//
//go:linkname metrics_read runtime/metrics.runtime_readMetrics
func metrics_read(samples unsafe.Pointer, n, cap int) {
	spinLock(&metrics.lock)
	s := &metrics.state
	readmemstats(&s.mem)
	s.gogc, s.limit, s.marked, s.tiny = metricNumbers()
	list := unsafe.Slice((*metricSample)(samples), n)
	for i := range list {
		readMetric(&list[i], s)
	}
	spinUnlock(&metrics.lock)
}

func readMetric(m *metricSample, s *metricState) {
	m.kind, m.scalar, m.pointer = 0, 0, nil
	for j := range metricTable {
		if metricTable[j].name == m.name {
			m.kind, m.scalar = 1, metricTable[j].read(s)
			return
		}
	}
	const prefix, suffix = "/godebug/non-default-behavior/", ":events"
	if len(m.name) <= len(prefix)+len(suffix) || m.name[:len(prefix)] != prefix || m.name[len(m.name)-len(suffix):] != suffix {
		return
	}
	for c := godebugCounters; c != nil; c = c.next {
		if c.name == m.name {
			m.kind, m.scalar = 1, c.read()
			return
		}
	}
	// Settings that did nothing yet have not registered.
	setting := godebugs.Lookup(m.name[len(prefix) : len(m.name)-len(suffix)])
	if setting != nil && !setting.Opaque {
		m.kind = 1
	}
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
