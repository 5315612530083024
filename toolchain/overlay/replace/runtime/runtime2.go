// Package runtime is the Go half of Oxigo's runtime. The other half is Rust (rt-core): functions
// declared here without a body are its hooks (rt-core/src/hooks/list.rs) or assembly routines.
//
// Reading order: runtime2 (shared layouts), proc (start, goroutines), panic, error, print,
// string, slice, malloc, mbarrier, iface, alg, map, chan, time, synctest, mfinal, symtab, extern, debug.
package runtime

import (
	"internal/abi"
	"internal/runtime/maps"
	"unsafe"
)

type _type = abi.Type
type itab = abi.ITab
type mapType = abi.MapType

// The layout of g begins as rt-core/src/task/g.rs and rt-arch/include/layout.h have it; the rest of
// the record is Rust's own.
type g struct {
	stacklo     uintptr
	stackhi     uintptr
	stackguard0 uintptr
	m           *m
	_panic      *_panic // innermost panic, newest first
	_defer      *_defer // newest defer record
	schedsp     uintptr
	schedpc     uintptr
	schedctxt   unsafe.Pointer
	morepc      uintptr
	moreentry   uintptr
	moreregs    [moreRegWords]uintptr

	goid uint64

	// A recovered frame's open-coded defers that its deferreturn still has to run.
	// Stack addresses; stack copying adjusts them.
	openSP    uintptr
	openBits  uintptr
	openSlots uintptr

	// The signal that is about to become a panic.
	sigcode0 uintptr
	sigcode1 uintptr
	sigpc    uintptr
	sig      uint32

	paniconfault  bool
	fipsIndicator uint8
	fipsBypass    bool
	_             uint8

	labels unsafe.Pointer
	bubble *bubble

	// What gopark waits for.
	parksema uint32
}

// The Go-visible beginning of an M.
type m struct {
	g0        *g
	curg      *g
	gsignal   *g
	tls       uintptr
	p         *p
	locks     int32 // above 0: the goroutine may not be preempted
	mallocing int32
	rng       [2]uint64
}

// The Go-visible beginning of a P.
type p struct {
	mcache unsafe.Pointer
	id     int32
}

func getg() *g

type funcval struct {
	fn uintptr
}

type eface struct {
	_type *_type
	data  unsafe.Pointer
}

type iface struct {
	tab  *itab
	data unsafe.Pointer
}

type slice struct {
	array unsafe.Pointer
	len   int
	cap   int
}

type stringStruct struct {
	str unsafe.Pointer
	len int
}

// A _defer is a pending deferred call. The compiler reserves records of deferprocStack in the
// frame; the layout is rt-core/src/task/g.rs's Defer.
type _defer struct {
	heap      bool
	rangefunc bool
	sp        uintptr // frame that defers
	pc        uintptr // return address into it
	fn        func()
	link      *_defer
	head      *deferHead // rangefunc: the records of the loop body
}

// A deferHead collects the defers of a range-over-func body, which attach to the outer function.
type deferHead struct {
	first  *_defer
	closed bool
}

// A _panic is a panic or Goexit in progress. It is always on the heap; its stack addresses are
// adjusted when the stack moves. The layout is rt-core/src/task/g.rs's Panic.
type _panic struct {
	arg     any
	link    *_panic
	startPC uintptr // return address into gopanic or Goexit
	startSP uintptr // and its frame
	sp      uintptr // frame whose defers are being run
	pc      uintptr // where that frame goes on
	bits    uintptr // its open-coded defers: bit mask
	slots   uintptr // and closures
	retpc   uintptr // where recovery resumes in it

	recovered  bool
	repanicked bool
	goexit     bool
}

func efaceOf(p *any) *eface { return (*eface)(unsafe.Pointer(p)) }

func add(p unsafe.Pointer, x uintptr) unsafe.Pointer {
	return unsafe.Pointer(uintptr(p) + x)
}

func typeString(t *_type) string { return rtypeOf(t).string() }

// Keeps the package's import of maps honest where only linknames use it.
var _ = (*maps.Map)(nil)

// Addresses that Rust needs, handed over once at start by setShared.
type sharedVars struct {
	writeBarrier   unsafe.Pointer
	sigpanic       uintptr
	goexitResume   uintptr
	memProfileRate *int
}
