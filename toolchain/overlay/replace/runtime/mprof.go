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

// BlockProfile has no records.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// MutexProfile has no records.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return 0, true }

// SetBlockProfileRate has no profiler to set.
func SetBlockProfileRate(rate int) {}

// SetMutexProfileFraction has no profiler to set.
func SetMutexProfileFraction(rate int) int { return 0 }

func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return 1e9 }

// ---- threads

// ThreadCreateProfile has no records.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }

// ---- goroutines

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

// SetCPUProfileRate has no profiler to set.
func SetCPUProfileRate(hz int) {}

//go:linkname pprof_readProfile runtime/pprof.readProfile
func pprof_readProfile() ([]uint64, []unsafe.Pointer, bool) { return nil, nil, true }

//go:linkname pprof_getProfLabel runtime/pprof.runtime_getProfLabel
func pprof_getProfLabel() unsafe.Pointer { return getg().labels }

//go:linkname pprof_setProfLabel runtime/pprof.runtime_setProfLabel
func pprof_setProfLabel(labels unsafe.Pointer) { getg().labels = labels }

// ---- frames

func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }
func pprof_makeProfStack() []uintptr              { return make([]uintptr, 128) }

//go:linkname pprof_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func pprof_expandFinalInlineFrame(stk []uintptr) []uintptr { return stk }

//go:linkname pprof_FrameStartLine runtime/pprof.runtime_FrameStartLine
func pprof_FrameStartLine(f *Frame) int { return f.startLine }

//go:linkname pprof_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func pprof_FrameSymbolName(f *Frame) string { return f.Function }
