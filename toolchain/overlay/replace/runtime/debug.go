package runtime

import (
	"internal/bytealg"
	"internal/coverage/rtcov"
	"unsafe"
)

// ---- memory statistics

// MemProfileRate is how many bytes of allocation one sample of the memory profile stands for.
// 0: no memory profile; 1: all of them. Best set once, at the start of main.
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
func ReadMemStats(m *MemStats) {
	semacquire(&gcsema)
	readmemstats(m)
	semrelease(&gcsema)
}

// gcCollect runs a complete collection, unless somebody else collects; gcFreeMemory also gives all free memory back.
func gcCollect() bool
func gcFreeMemory() bool

// finalizing tells whether finalizers are being called, or about to be.
func finalizing() bool

// patience is how long a collection that was asked for waits for finalizers, in nanoseconds.
const patience = 10e6

// GC runs a complete collection and lets finalizers run. It waits for them a little, for what programs count on who look for their
// effects afterwards, and no longer: they may wait for the caller.
func GC() {
	collectBy(gcCollect)
	Gosched()
	for end := nanotime() + patience; finalizing() && nanotime() < end; {
		Gosched()
	}
}

//go:linkname debug_freeOSMemory runtime/debug.freeOSMemory
func debug_freeOSMemory() { collectBy(gcFreeMemory) }

func collectBy(f func() bool) {
	semacquire(&gcsema)
	for !f() {
		// Whoever collects may need this processor.
		Gosched()
	}
	semrelease(&gcsema)
}

// ---- runtime/debug

// setCrashOutput says where tracebacks go too.
func setCrashOutput(fd uintptr)

func setCrashFD(fd uintptr) (old uintptr) {
	printlock()
	old, crashFD = crashFD, fd
	setCrashOutput(fd)
	printunlock()
	return old
}

//go:linkname debug_modinfo runtime/debug.modinfo
func debug_modinfo() string { return imageString(1) }

//go:linkname debug_setPanicOnFault runtime/debug.setPanicOnFault
func debug_setPanicOnFault(on bool) (old bool) {
	gp := getg()
	old = gp.paniconfault
	gp.paniconfault = on
	return old
}

// writeHeapDump stops the world and writes the dump.
func writeHeapDump(fd uintptr, m *MemStats, tabs *dumpedItab, n int)

//go:linkname debug_WriteHeapDump runtime/debug.WriteHeapDump
func debug_WriteHeapDump(fd uintptr) {
	t := (*itabTable)(loadPointer(unsafe.Pointer(&itabs)))
	tabs := make([]dumpedItab, 0, len(t.entries))
	for _, tab := range t.entries {
		if tab == nil {
			continue
		}
		typ := tab.Type
		name := rtypeOf(typ).string()
		if path := rtypeOf(typ).pkgpath(); path != "" && typ.HasName() {
			// The path in place of the package's name.
			name = path + name[bytealg.IndexByteString(name, '.'):]
		}
		tabs = append(tabs, dumpedItab{tab, typ, typ.Size_, name, !typ.IsDirectIface() || typ.Pointers()})
	}
	m := new(MemStats)
	semacquire(&gcsema)
	writeHeapDump(fd, m, unsafe.SliceData(tabs), len(tabs))
	semrelease(&gcsema)
	KeepAlive(tabs)
}

// setMaxStack sets the limit of a goroutine's stack.
//
//go:linkname setMaxStack runtime/debug.setMaxStack
func setMaxStack(n int) int

// setTracebackLevel is what GOTRACEBACK says.
func setTracebackLevel(level string)

//go:linkname debug_SetTraceback runtime/debug.SetTraceback
func debug_SetTraceback(level string) { setTracebackLevel(level) }

//go:linkname debug_setMaxThreads runtime/debug.setMaxThreads
func debug_setMaxThreads(n int) int { return setMaxThreads(n) }

// setMaxThreads limits how many threads there may be, and ends the program if there are more.
func setMaxThreads(n int) int

//go:linkname coverage_getCovCounterList internal/coverage/cfile.getCovCounterList
func coverage_getCovCounterList() []rtcov.CovCounterBlob { return nil }

//go:linkname bcache_registerCache crypto/internal/boring/bcache.registerCache
func bcache_registerCache(p unsafe.Pointer) {
	boringCaches = append(boringCaches, p)
	registerCaches(&boringCaches)
}

func registerCaches(p *[]unsafe.Pointer)

// boringCaches are pointers that each collection sets to nil. Packages register them as they are initialised.
var boringCaches []unsafe.Pointer
