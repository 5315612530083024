package runtime

import (
	"internal/coverage/rtcov"
	"internal/profilerecord"
	"unsafe"
)

// ---- memory statistics

// MemProfileRate is how many bytes of allocation one sample of the memory profile stands for.
// There is no memory profile yet: programs may set it.
var MemProfileRate int = 512 * 1024

// MemStats are statistics of the memory allocator; the meaning of each field is Go's.
type MemStats struct {
	Alloc, TotalAlloc, Sys, Lookups, Mallocs, Frees                    uint64
	HeapAlloc, HeapSys, HeapIdle, HeapInuse, HeapReleased, HeapObjects uint64
	StackInuse, StackSys, MSpanInuse, MSpanSys, MCacheInuse, MCacheSys uint64
	BuckHashSys, GCSys, OtherSys, NextGC, LastGC, PauseTotalNs         uint64
	PauseNs, PauseEnd                                                  [256]uint64
	NumGC, NumForcedGC                                                 uint32
	GCCPUFraction                                                      float64
	EnableGC, DebugGC                                                  bool
	BySize                                                             [61]struct {
		Size           uint32
		Mallocs, Frees uint64
	}
}

// readmemstats fills m with the world stopped.
func readmemstats(m *MemStats)

// ReadMemStats fills m.
func ReadMemStats(m *MemStats) { readmemstats(m) }

// gcCollect runs a complete collection.
func gcCollect()

// GC runs a complete collection and lets finalizers begin.
func GC() {
	gcCollect()
	Gosched()
}

// ---- profiles: none is recorded. Each function answers like a program without events.

// A StackRecord is a stack of a profile.
type StackRecord struct {
	Stack0 [32]uintptr // ends at the first 0
}

func stackPrefix(s *[32]uintptr) []uintptr {
	for i, v := range s {
		if v == 0 {
			return s[:i]
		}
	}
	return s[:]
}

// Stack is the record's stack.
func (r *StackRecord) Stack() []uintptr { return stackPrefix(&r.Stack0) }

// A BlockProfileRecord is a stack where goroutines blocked.
type BlockProfileRecord struct {
	Count  int64
	Cycles int64
	StackRecord
}

// A MemProfileRecord is a stack that allocated.
type MemProfileRecord struct {
	AllocBytes, FreeBytes     int64
	AllocObjects, FreeObjects int64
	Stack0                    [32]uintptr
}

// InUseBytes is allocated less freed bytes.
func (r *MemProfileRecord) InUseBytes() int64 { return r.AllocBytes - r.FreeBytes }

// InUseObjects is allocated less freed objects.
func (r *MemProfileRecord) InUseObjects() int64 { return r.AllocObjects - r.FreeObjects }

// Stack is the record's stack.
func (r *MemProfileRecord) Stack() []uintptr { return stackPrefix(&r.Stack0) }

// BlockProfile has no records.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// MutexProfile has no records.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// MemProfile has no records.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) { return 0, true }

// ThreadCreateProfile has no records.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

// goroutineStacks stores up to max stacks of depth addresses each at pcs and returns how many
// goroutines there are.
func goroutineStacks(pcs *uintptr, depth, max int) int

// GoroutineProfile stores the stacks of all goroutines, if p has room for them.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	n = NumGoroutine()
	if n > len(p) {
		return n, false
	}
	if len(p) > 0 {
		n = goroutineStacks(&p[0].Stack0[0], len(p[0].Stack0), len(p))
	}
	return n, n <= len(p)
}

// CPUProfile is gone, as in Go.
func CPUProfile() []byte { panic("CPUProfile no longer available") }

// SetCPUProfileRate has no profiler to set.
func SetCPUProfileRate(hz int) {}

// SetBlockProfileRate has no profiler to set.
func SetBlockProfileRate(rate int) {}

// SetMutexProfileFraction has no profiler to set.
func SetMutexProfileFraction(rate int) int { return 0 }

// StartTrace is refused.
func StartTrace() error { return plainError("not supported: execution traces") }

// StopTrace has nothing to stop.
func StopTrace() {}

// ReadTrace is at its end.
func ReadTrace() (buf []byte) { return nil }

func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	return 0, true
}
func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return 0, true
}
func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }
func pprof_makeProfStack() []uintptr              { return make([]uintptr, 128) }

func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	const depth = 64
	n = NumGoroutine()
	if n > len(p) {
		return n, false
	}
	all := make([]uintptr, depth*len(p))
	if len(p) > 0 {
		n = goroutineStacks(&all[0], depth, len(p))
	}
	if n > len(p) {
		return n, false
	}
	for i := range p[:n] {
		s := all[i*depth : (i+1)*depth]
		k := 0
		for k < depth && s[k] != 0 {
			k++
		}
		p[i].Stack = s[:k]
	}
	return n, true
}

//go:linkname pprof_readProfile runtime/pprof.readProfile
func pprof_readProfile() ([]uint64, []unsafe.Pointer, bool) { return nil, nil, true }

//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return 1e9 }

//go:linkname pprof_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func pprof_expandFinalInlineFrame(stk []uintptr) []uintptr { return stk }

//go:linkname pprof_FrameStartLine runtime/pprof.runtime_FrameStartLine
func pprof_FrameStartLine(f *Frame) int { return f.startLine }

//go:linkname pprof_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func pprof_FrameSymbolName(f *Frame) string { return f.Function }

//go:linkname pprof_getProfLabel runtime/pprof.runtime_getProfLabel
func pprof_getProfLabel() unsafe.Pointer { return getg().labels }

//go:linkname pprof_setProfLabel runtime/pprof.runtime_setProfLabel
func pprof_setProfLabel(labels unsafe.Pointer) { getg().labels = labels }

//go:linkname pprof_goroutineLeakGC runtime/pprof.runtime_goroutineLeakGC
func pprof_goroutineLeakGC() { GC() }

//go:linkname pprof_goroutineleakcount runtime/pprof.runtime_goroutineleakcount
func pprof_goroutineleakcount() int { return 0 }

//go:linkname metrics_read runtime/metrics.runtime_readMetrics
func metrics_read(samples unsafe.Pointer, n, cap int) {
	// metrics.Sample is {name string; kind int; scalar uint64; pointer}: kind 0 says "unknown".
	for i := 0; i < n; i++ {
		*(*int)(add(samples, uintptr(i)*40+16)) = 0
	}
}

// ---- execution traces: none

func traceAdvance(stopTrace bool) {}
func traceClockNow() uint64       { return uint64(nanotime()) }

//go:linkname trace_clockUnits runtime/trace.runtime_traceClockUnitsPerSecond
func trace_clockUnits() uint64 { return 1e9 }

//go:linkname trace_userTaskCreate runtime/trace.userTaskCreate
func trace_userTaskCreate(id, parentID uint64, taskType string) {}

//go:linkname trace_userTaskEnd runtime/trace.userTaskEnd
func trace_userTaskEnd(id uint64) {}

//go:linkname trace_userRegion runtime/trace.userRegion
func trace_userRegion(id, mode uint64, name string) {}

//go:linkname trace_userLog runtime/trace.userLog
func trace_userLog(id uint64, category, message string) {}

// ---- runtime/debug

func setCrashFD(fd uintptr) uintptr { return ^uintptr(0) }

//go:linkname debug_modinfo runtime/debug.modinfo
func debug_modinfo() string { return imageString(1) }

//go:linkname debug_setPanicOnFault runtime/debug.setPanicOnFault
func debug_setPanicOnFault(on bool) (old bool) {
	gp := getg()
	old = gp.paniconfault
	gp.paniconfault = on
	return old
}

//go:linkname debug_WriteHeapDump runtime/debug.WriteHeapDump
func debug_WriteHeapDump(fd uintptr) { throw("not supported: heap dumps") }

// setMaxStack sets the limit of a goroutine's stack.
//
//go:linkname setMaxStack runtime/debug.setMaxStack
func setMaxStack(n int) int

// setTracebackLevel is what GOTRACEBACK says.
func setTracebackLevel(level string)

//go:linkname debug_SetTraceback runtime/debug.SetTraceback
func debug_SetTraceback(level string) { setTracebackLevel(level) }

//go:linkname debug_setMaxThreads runtime/debug.setMaxThreads
func debug_setMaxThreads(n int) int {
	old := maxThreads
	maxThreads = n
	return old
}

var maxThreads = 10000

//go:linkname coverage_getCovCounterList internal/coverage/cfile.getCovCounterList
func coverage_getCovCounterList() []rtcov.CovCounterBlob { return nil }

//go:linkname bcache_registerCache crypto/internal/boring/bcache.registerCache
func bcache_registerCache(p unsafe.Pointer) {}
