package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/runtime/atomic"
	"unsafe"
)

func addfinalizer(p unsafe.Pointer, fn *funcval, nret uintptr, fint, ot *_type) bool
func removefinalizer(p unsafe.Pointer)

// findobject returns the start of the heap object around p; nil if it is none.
func findobject(p unsafe.Pointer) (base unsafe.Pointer, size uintptr)

// nextfinalizer waits for work. A nil fn says that a collection has ended, or (nret is not 0) that there is work to ask for.
func nextfinalizer(out *finalizerWork)

func addcleanup(p unsafe.Pointer, fn func()) uint64
func stopcleanup(p uintptr, id uint64)

//go:noescape
func reflectcall(stackArgsType *_type, fn, stackArgs unsafe.Pointer, stackArgsSize, stackRetOffset, frameSize uint32, regArgs *abi.RegArgs)

// SetFinalizer makes finalizer run with obj as its argument some time after obj becomes unreachable;
// nil removes it.
func SetFinalizer(obj any, finalizer any) {
	e := efaceOf(&obj)
	et := e._type
	if et == nil {
		throw("runtime.SetFinalizer: first argument is nil")
	}
	if et.Kind() != abi.Pointer {
		throw("runtime.SetFinalizer: first argument is " + typeString(et) + ", not pointer")
	}
	ot := (*abi.PtrType)(unsafe.Pointer(et))
	if ot.Elem == nil {
		throw("nil elem type!")
	}
	if e.data == nil {
		throw("runtime.SetFinalizer: pointer is nil")
	}
	f := efaceOf(&finalizer)
	if f._type == nil {
		removefinalizer(e.data)
		return
	}
	ft := f._type
	if ft.Kind() != abi.Func {
		throw("runtime.SetFinalizer: second argument is " + typeString(ft) + ", not a function")
	}
	t := (*abi.FuncType)(unsafe.Pointer(ft))
	if t.IsVariadic() {
		throw("runtime.SetFinalizer: cannot pass " + typeString(et) + " to finalizer " + typeString(ft) + " because dotdotdot")
	}
	if t.InCount != 1 {
		throw("runtime.SetFinalizer: cannot pass " + typeString(et) + " to finalizer " + typeString(ft))
	}
	fint := t.InSlice()[0]
	ok := fint == et
	switch {
	case ok:
	case fint.Kind() == abi.Pointer:
		// Assignable if one of the two is unnamed and the elements agree.
		ok = (fint.Uncommon() == nil || et.Uncommon() == nil) && (*abi.PtrType)(unsafe.Pointer(fint)).Elem == ot.Elem
	case fint.Kind() == abi.Interface:
		inter := (*abi.InterfaceType)(unsafe.Pointer(fint))
		ok = len(inter.Methods) == 0 || getitab(inter, et, true) != nil
	}
	if !ok {
		throw("runtime.SetFinalizer: cannot pass " + typeString(et) + " to finalizer " + typeString(ft))
	}
	base, _ := findobject(e.data)
	if base == nil {
		// Static data lives for ever.
		return
	}
	if base != e.data && (ot.Elem.PtrBytes != 0 || ot.Elem.Size_ >= 16) {
		throw("runtime.SetFinalizer: pointer not at beginning of allocated block")
	}
	nret := uintptr(0)
	for _, r := range t.OutSlice() {
		nret = (nret+uintptr(r.Align_)-1)&^(uintptr(r.Align_)-1) + r.Size_
	}
	nret = (nret + 7) &^ 7
	if !addfinalizer(e.data, (*funcval)(f.data), nret, fint, et) {
		throw("runtime.SetFinalizer: finalizer already set")
	}
}

// finalizersRun and cleanupsRun count those that have returned.
var finalizersRun, cleanupsRun atomic.Uint64

// finalizerLoop runs finalizers and cleanups, one after the other.
func finalizerLoop() {
	w := new(finalizerWork)
	for {
		nextfinalizer(w)
		if w.fn == nil {
			continue
		}
		if w.arg == nil {
			fn := w.fn
			w.fn = nil
			(*(*func())(unsafe.Pointer(&fn)))()
			cleanupsRun.Add(1)
			continue
		}
		runFinalizer(w)
		finalizersRun.Add(1)
		*w = finalizerWork{}
	}
}

// finalizersDone waits until all finalizers and cleanups that are due have returned, or the time is over.
func finalizersDone(timeout int64) bool {
	for start := nanotime(); nanotime()-start < timeout; Gosched() {
		if !finalizing() {
			return true
		}
	}
	return false
}

// Tests of the library wait for it by these names.
//
//go:linkname unique_blockUntilEmptyCleanupQueue unique.runtime_blockUntilEmptyCleanupQueue
func unique_blockUntilEmptyCleanupQueue(timeout int64) bool { return finalizersDone(timeout) }

//go:linkname sync_test_blockUntilEmptyCleanupQueue sync_test.runtime_blockUntilEmptyCleanupQueue
func sync_test_blockUntilEmptyCleanupQueue(timeout int64) bool { return finalizersDone(timeout) }

func runFinalizer(w *finalizerWork) {
	// The argument's words: a pointer, perhaps with a type or table in front.
	var words [2]uintptr
	n := 0
	if w.fint.Kind() != abi.Pointer {
		inter := (*abi.InterfaceType)(unsafe.Pointer(w.fint))
		if len(inter.Methods) == 0 {
			words[0] = uintptr(unsafe.Pointer(w.ot))
		} else {
			words[0] = uintptr(unsafe.Pointer(getitab(inter, w.ot, false)))
		}
		n = 1
	}
	words[n] = uintptr(w.arg)
	var regs abi.RegArgs
	ints, ptrs := regs.Ints[:], regs.Ptrs[:]
	// Behind arguments on the stack, if there are any, come results that don't fit registers; nobody looks at them.
	var args uintptr
	if len(ints) >= len(words) {
		copy(ints, words[:n+1])
		ptrs[n] = w.arg
	} else {
		args = uintptr(n+1) * goarch.PtrSize
	}
	var frame unsafe.Pointer
	if size := args + w.nret; size != 0 {
		frame = mallocgc(size, nil, true)
		copy(unsafe.Slice((*uintptr)(frame), args/goarch.PtrSize), words[:])
	}
	reflectcall(nil, unsafe.Pointer(w.fn), frame, uint32(args+w.nret), uint32(args), uint32(args+w.nret), &regs)
}

// A Cleanup is a handle to a registered cleanup function.
type Cleanup struct {
	id  uint64
	ptr uintptr
}

// AddCleanup makes cleanup(arg) run some time after *ptr becomes unreachable.
func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	p := unsafe.Pointer(ptr)
	if p == nil {
		panic(plainError("runtime.AddCleanup: ptr is nil"))
	}
	a := any(arg)
	if ptrSame(&a, p) {
		panic(plainError("runtime.AddCleanup: ptr is equal to arg, cleanup will never run"))
	}
	base, _ := findobject(p)
	if base == nil {
		// Static data lives for ever.
		return Cleanup{}
	}
	return Cleanup{addcleanup(base, func() { cleanup(arg) }), uintptr(base)}
}

func ptrSame(a *any, p unsafe.Pointer) bool {
	e := efaceOf(a)
	return e._type != nil && e._type.Kind() == abi.Pointer && e.data == p
}

// Stop cancels the cleanup, if it has not begun.
func (c Cleanup) Stop() {
	if c.id != 0 {
		stopcleanup(c.ptr, c.id)
	}
}

// A Pinner keeps objects where they are; here none ever moves, so it only keeps them alive.
type Pinner struct{ *pinner }

type pinner struct{ refs []unsafe.Pointer }

// Pin keeps the object that pointer points at alive and in place until Unpin.
func (p *Pinner) Pin(pointer any) {
	e := efaceOf(&pointer)
	if e._type == nil {
		panic(errorString("runtime.Pinner: argument is nil"))
	}
	if k := e._type.Kind(); k != abi.Pointer && k != abi.UnsafePointer {
		panic(errorString("runtime.Pinner: argument is not a pointer: " + typeString(e._type)))
	}
	if p.pinner == nil {
		q := new(pinner)
		p.pinner = q
		pinners.add(q)
	}
	p.refs = append(p.refs, e.data)
}

// Unpin releases all pinned objects.
func (p *Pinner) Unpin() {
	if p.pinner != nil {
		pinners.remove(p.pinner)
		p.pinner = nil
	}
}

type pinnerSet struct {
	lock uint32
	m    map[*pinner]struct{}
}

var pinners pinnerSet

func (s *pinnerSet) add(p *pinner) {
	spinLock(&s.lock)
	if s.m == nil {
		s.m = make(map[*pinner]struct{})
	}
	s.m[p] = struct{}{}
	spinUnlock(&s.lock)
}

func (s *pinnerSet) remove(p *pinner) {
	spinLock(&s.lock)
	delete(s.m, p)
	spinUnlock(&s.lock)
}

// KeepAlive marks x as reachable up to here; a compiler intrinsic.
func KeepAlive(x any)
