package runtime

import (
	"internal/profilerecord"
	"unsafe"
)

// ---- profiles: Rust counts (rt-core/src/profile); here are the forms in which programs read them.

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

// profileWords are the records of a profile: each the length of the stack, some counts, the stack.
// fill stores as much as there is room for, and returns how many records and words there are.
func profileWords(fill func(to *uint64, room int) (n, words int)) (w []uint64, n int) {
	n, words := fill(nil, 0)
	for words > len(w) {
		w = make([]uint64, words+words/8+256)
		n, words = fill(&w[0], len(w))
	}
	return w, n
}

// nextStack takes a record with the given number of counts off w.
func nextStack(w *[]uint64, counts int) (c []uint64, stack []uint64) {
	n := int((*w)[0])
	c = (*w)[1 : 1+counts]
	stack = (*w)[1+counts : 1+counts+n]
	*w = (*w)[1+counts+n:]
	return c, stack
}

func fillStack(to *[32]uintptr, stack []uint64) {
	*to = [32]uintptr{}
	for i := 0; i < len(stack) && i < len(to); i++ {
		to[i] = uintptr(stack[i])
	}
}

func newStack(stack []uint64) []uintptr {
	s := make([]uintptr, len(stack))
	for i, pc := range stack {
		s[i] = uintptr(pc)
	}
	return s
}

// ---- memory

// memProfileCopy stores the memory profile; idle: also stacks of which nothing is in use. Programs
// that contain it sample their allocations.
// The counts are the size of the objects, how many were allocated, how many freed.
func memProfileCopy(to *uint64, room int, idle bool) (n, words int)

// memProfileRateSet follows each assignment to MemProfileRate; the compiler calls it.
func memProfileRateSet()

func memProfile(idle bool) ([]uint64, int) {
	return profileWords(func(to *uint64, room int) (int, int) { return memProfileCopy(to, room, idle) })
}

// MemProfile stores the memory profile as of the last complete collection, if p has room for it.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) {
	w, n := memProfile(inuseZero)
	if n > len(p) {
		return n, false
	}
	for i := range p[:n] {
		c, stack := nextStack(&w, 3)
		r := &p[i]
		r.AllocBytes, r.FreeBytes = int64(c[0]*c[1]), int64(c[0]*c[2])
		r.AllocObjects, r.FreeObjects = int64(c[1]), int64(c[2])
		fillStack(&r.Stack0, stack)
	}
	return n, true
}

func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	w, n := memProfile(inuseZero)
	if n > len(p) {
		return n, false
	}
	for i := range p[:n] {
		c, stack := nextStack(&w, 3)
		p[i] = profilerecord.MemProfileRecord{
			ObjectSize:   int64(c[0]),
			AllocObjects: int64(c[1]), FreeObjects: int64(c[2]),
			Stack: newStack(stack),
		}
	}
	return n, true
}

// ---- blocking and locks

// lockProfileCopy stores the block profile, or the mutex profile: stacks with numbers of events and
// nanoseconds.
func lockProfileCopy(mutex bool, to *uint64, room int) (n, words int)

func setBlockProfileRate(ns int)

// blockevent counts as if the caller had waited; tests of runtime/pprof call it.
func blockevent(ns int64, skip int)

func setMutexProfileFraction(rate int) int

// SetBlockProfileRate has one event recorded for every rate nanoseconds of waiting; 1: all of
// them; 0: none.
func SetBlockProfileRate(rate int) { setBlockProfileRate(rate) }

// SetMutexProfileFraction has one of rate events recorded; 0: none. It returns what was set
// before; a negative rate changes nothing.
func SetMutexProfileFraction(rate int) int { return setMutexProfileFraction(rate) }

func lockProfile(mutex bool) ([]uint64, int) {
	return profileWords(func(to *uint64, room int) (int, int) { return lockProfileCopy(mutex, to, room) })
}

func lockRecords(p []BlockProfileRecord, mutex bool) (n int, ok bool) {
	w, n := lockProfile(mutex)
	if n > len(p) {
		return n, false
	}
	for i := range p[:n] {
		c, stack := nextStack(&w, 2)
		p[i].Count, p[i].Cycles = int64(c[0]), int64(c[1])
		fillStack(&p[i].Stack0, stack)
	}
	return n, true
}

func pprofLockRecords(p []profilerecord.BlockProfileRecord, mutex bool) (n int, ok bool) {
	w, n := lockProfile(mutex)
	if n > len(p) {
		return n, false
	}
	for i := range p[:n] {
		c, stack := nextStack(&w, 2)
		p[i] = profilerecord.BlockProfileRecord{Count: int64(c[0]), Cycles: int64(c[1]), Stack: newStack(stack)}
	}
	return n, true
}

// BlockProfile stores where goroutines waited, if p has room for it.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return lockRecords(p, false) }

// MutexProfile stores who unlocked what others waited for, if p has room for it.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return lockRecords(p, true) }

func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return pprofLockRecords(p, false)
}
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return pprofLockRecords(p, true)
}

//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return 1e9 }

// ---- threads

// threadsMade is how many threads the runtime has made.
func threadsMade() int

// ThreadCreateProfile stores a record for each thread. The stacks are empty: threads are made on
// the scheduler's own stacks.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) {
	n = threadsMade()
	if n > len(p) {
		return n, false
	}
	clear(p[:n])
	return n, true
}

func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) {
	n = threadsMade()
	if n > len(p) {
		return n, false
	}
	clear(p[:n])
	return n, true
}

// ---- goroutines

// goroutineStacks stores up to max stacks of depth addresses each at pcs and returns how many
// goroutines there are; if labels is not nil, also their labels.
func goroutineStacks(pcs *uintptr, depth, max int, labels *unsafe.Pointer) int

// GoroutineProfile stores the stacks of all goroutines, if p has room for them.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	n = NumGoroutine()
	if n > len(p) {
		return n, false
	}
	if len(p) > 0 {
		n = goroutineStacks(&p[0].Stack0[0], len(p[0].Stack0), len(p), nil)
	}
	return n, n <= len(p)
}

func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	const depth = 64
	n = NumGoroutine()
	if n > len(p) {
		return n, false
	}
	all := make([]uintptr, depth*len(p))
	if len(p) > 0 {
		var tags *unsafe.Pointer
		if len(labels) >= len(p) {
			clear(labels)
			tags = &labels[0]
		}
		n = goroutineStacks(&all[0], depth, len(p), tags)
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

func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_goroutineLeakGC runtime/pprof.runtime_goroutineLeakGC
func pprof_goroutineLeakGC() { GC() }

//go:linkname pprof_goroutineleakcount runtime/pprof.runtime_goroutineleakcount
func pprof_goroutineleakcount() int { return 0 }

// ---- processor time

// CPUProfile is gone, as in Go.
func CPUProfile() []byte { panic("CPUProfile no longer available") }

// What samples outside of Go code are counted for (newstack: a stack grows); never called.
func _System()       { _System() }
func _ExternalCode() { _ExternalCode() }
func _GC()           { _GC() }
func newstack()      { newstack() }

// cpuProfileStart has samples taken into a buffer; the others are code addresses.
func cpuProfileStart(hz int, system, external, collector, growing uintptr) bool
func cpuProfileStop()

// cpuProfileRead takes samples out of the buffer, as far as there is room, with their labels; with
// nil it only counts. lost is how many there was no room for in the buffer.
func cpuProfileRead(data *uint64, words int, tags *unsafe.Pointer, ntags int) (nwords, n, lost int)

var cpuProfile struct {
	lock    uint32
	on      bool
	hz      int
	reading bool // somebody has yet to read up to the end
	header  bool // and has not read the first record
}

// SetCPUProfileRate has hz samples a second taken; 0: no more. What is taken can be read through
// runtime/pprof only.
func SetCPUProfileRate(hz int) {
	if hz < 0 {
		hz = 0
	}
	if hz > 1000000 {
		hz = 1000000
	}
	c := &cpuProfile
	spinLock(&c.lock)
	defer spinUnlock(&c.lock)
	if hz == 0 {
		if c.on {
			cpuProfileStop()
			c.on = false
		}
		return
	}
	if c.on || c.reading {
		print("runtime: cannot set CPU profile rate until previous profile has finished.\n")
		return
	}
	if cpuProfileStart(hz, funcCode(_System)+1, funcCode(_ExternalCode)+1, funcCode(_GC)+1, funcCode(newstack)+1) {
		c.on = true
		c.hz = hz
		c.reading = true
		c.header = true
	}
}

// pprof_readProfile gives what was recorded since the last call, in the form that runtime/pprof
// takes apart: records of their length, the time and a count, and a stack; the first one has the
// rate, and records with count 0 say how many were lost.
//
//go:linkname pprof_readProfile runtime/pprof.readProfile
func pprof_readProfile() (data []uint64, tags []unsafe.Pointer, eof bool) {
	c := &cpuProfile
	spinLock(&c.lock)
	defer spinUnlock(&c.lock)
	if !c.reading {
		return nil, nil, true
	}
	// Before reading: what was recorded up to the end is read then.
	eof = !c.on
	words, n, _ := cpuProfileRead(nil, 0, nil, 0)
	data = make([]uint64, 8, 8+words)
	tags = make([]unsafe.Pointer, 2, 2+n)
	head, nhead := 0, 0
	if c.header {
		data[0], data[2] = 3, uint64(c.hz)
		head, nhead = 3, 1
		c.header = false
	}
	var lost int
	if n > 0 {
		words, n, lost = cpuProfileRead(&data[:8+words][8], words, &tags[:2+n][2], n)
	}
	if lost != 0 {
		data[head], data[head+2], data[head+3] = 4, 0, uint64(lost)
		head, nhead = head+4, nhead+1
	}
	// Close the gap in front of the samples.
	data = append(data[:head], data[8:8+words]...)
	tags = append(tags[:nhead], tags[2:2+n]...)
	if eof {
		c.reading = false
	}
	return data, tags, eof
}

//go:linkname pprof_getProfLabel runtime/pprof.runtime_getProfLabel
func pprof_getProfLabel() unsafe.Pointer { return getg().labels }

//go:linkname pprof_setProfLabel runtime/pprof.runtime_setProfLabel
func pprof_setProfLabel(labels unsafe.Pointer) { getg().labels = labels }

// ---- frames

func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }
func pprof_makeProfStack() []uintptr              { return make([]uintptr, 128) }

// inlinedInto stores the return addresses of the frames that the call at pc is inlined into.
func inlinedInto(pc uintptr, pcs *uintptr, max int) int

// pprof_expandFinalInlineFrame completes a stack that was cut off within inlined calls.
//
//go:linkname pprof_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func pprof_expandFinalInlineFrame(stk []uintptr) []uintptr {
	if len(stk) == 0 {
		return stk
	}
	var outer [64]uintptr
	n := inlinedInto(stk[len(stk)-1], &outer[0], len(outer))
	return append(stk, outer[:n]...)
}

//go:linkname pprof_FrameStartLine runtime/pprof.runtime_FrameStartLine
func pprof_FrameStartLine(f *Frame) int { return f.startLine }

//go:linkname pprof_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func pprof_FrameSymbolName(f *Frame) string { return f.Function }
