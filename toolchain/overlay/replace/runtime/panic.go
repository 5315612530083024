package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/runtime/sys"
	"unsafe"
)

// Fills startPC and startSP with the frame of the caller, and sp and pc with the caller's caller.
func panicStart(p *_panic)

// Moves p to the next frame that has pending defers: one whose SP is the newest record's, or
// one with open-coded defers. False at the bottom of the stack.
func panicNextFrame(p *_panic) bool

// Resumes the frame of p at its deferreturn point. Does not return.
func recovery(p *_panic)

// Whether recover, called by the caller's caller, was called by a function that gopanic of p
// called, wrappers not counted.
func canRecover(p *_panic) bool

// Prints the signal line and the tracebacks, and exits.
// If the panic reports the deadlock of a bubble, its goroutines are shown.
func dopanic(p *_panic, bubble uint32)

func throw(s string)
func fatal(s string)

//go:noinline
func deferproc(fn func()) {
	d := new(_defer)
	d.heap = true
	d.fn = fn
	gp := getg()
	d.link = gp._defer
	d.pc = sys.GetCallerPC()
	d.sp = sys.GetCallerSP()
	gp._defer = d
}

//go:noinline
//go:nosplit
func deferprocStack(d *_defer) {
	// The caller has set fn only.
	gp := getg()
	d.heap = false
	d.rangefunc = false
	d.sp = sys.GetCallerSP()
	d.pc = sys.GetCallerPC()
	d.link = gp._defer
	d.head = nil
	gp._defer = d
}

// deferrangefunc begins the defers of a range-over-func loop: it puts a record into the outer
// function's list, to which deferprocat adds.
//
//go:noinline
func deferrangefunc() any {
	d := new(_defer)
	h := new(deferHead)
	d.heap = true
	d.rangefunc = true
	d.head = h
	gp := getg()
	d.link = gp._defer
	d.pc = sys.GetCallerPC()
	d.sp = sys.GetCallerSP()
	gp._defer = d
	return h
}

func deferprocat(fn func(), frame any) {
	h := frame.(*deferHead)
	d := new(_defer)
	d.heap = true
	d.fn = fn
	if h.closed {
		throw("defer after range func returned")
	}
	d.link = h.first
	h.first = d
}

// expandRangeDefers replaces the range-over-func record at the head of the list by its own records. Only what is on
// the goroutine's list follows the stack when it moves, which it may at each turn of these loops: the frame's SP goes
// from one record to the other while both are on it.
func expandRangeDefers(gp *g) {
	r := gp._defer
	h := r.head
	h.closed = true
	if h.first == nil {
		gp._defer = r.link
		return
	}
	last := h.first
	for last.link != nil {
		last = last.link
	}
	last.link = r
	gp._defer = h.first
	h.first = nil
	for d := gp._defer; d != r; d = d.link {
		d.sp = r.sp
		d.pc = r.pc
	}
	last.link = r.link
}

// deferreturn runs the pending defers of its caller. The record is unlinked before the call, so
// that a panic in it goes on with the next one.
//
//go:noinline
func deferreturn() {
	sp := sys.GetCallerSP()
	gp := getg()
	if gp.openSP != 0 {
		if gp.openSP == sp {
			runOpenDefers(gp)
		}
	}
	for {
		gp := getg()
		d := gp._defer
		if d == nil {
			return
		}
		// The caller's SP anew: the stack may have moved during the last call.
		if d.sp != sys.GetCallerSP() {
			return
		}
		if d.rangefunc {
			expandRangeDefers(gp)
			continue
		}
		fn := d.fn
		gp._defer = d.link
		if d.heap {
			d.fn = nil
		}
		fn()
	}
}

func runOpenDefers(gp *g) {
	bits := (*uint8)(unsafe.Pointer(gp.openBits))
	slots := unsafe.Pointer(gp.openSlots)
	gp.openSP = 0
	gp.openBits = 0
	gp.openSlots = 0
	for *bits != 0 {
		i := topBit(*bits)
		*bits &^= 1 << i
		fn := *(*func())(add(slots, i*goarch.PtrSize))
		fn()
	}
}

func topBit(b uint8) uintptr {
	i := uintptr(7)
	for b&0x80 == 0 {
		b <<= 1
		i--
	}
	return i
}

// nextDefer takes the next pending deferred function of the goroutine, going from frame to frame.
func (p *_panic) nextDefer() (func(), bool) {
	gp := getg()
	if gp._panic != p {
		throw("bad panic stack")
	}
	if p.recovered {
		recovery(p)
		throw("recovery failed")
	}
	for {
		if p.bits != 0 {
			bits := (*uint8)(unsafe.Pointer(p.bits))
			if *bits != 0 {
				i := topBit(*bits)
				*bits &^= 1 << i
				return *(*func())(unsafe.Pointer(p.slots + i*goarch.PtrSize)), true
			}
			p.bits = 0
		}
		if d := gp._defer; d != nil && d.sp == p.sp {
			if d.rangefunc {
				expandRangeDefers(gp)
				continue
			}
			fn := d.fn
			d.fn = nil
			gp._defer = d.link
			d.link = nil
			return fn, true
		}
		if !panicNextFrame(p) {
			return nil, false
		}
	}
}

//go:noinline
func gopanic(e any) {
	if e == nil {
		if godebugValue("panicnil") != "1" {
			e = new(PanicNilError)
		} else if godebugIncNonDefault != nil {
			godebugIncNonDefault("panicnil")()
		}
	}
	gp := getg()
	if gp.m.mallocing != 0 {
		printlock()
		print("panic: ")
		printpanicval(e)
		print("\n")
		printunlock()
		throw("panic during malloc")
	}
	p := new(_panic)
	p.arg = e
	p.link = gp._panic
	gp._panic = p
	panicStart(p)
	for {
		fn, ok := p.nextDefer()
		if !ok {
			break
		}
		fn()
	}
	bubble := uint32(0)
	if d, ok := e.(synctestDeadlockError); ok {
		bubble = d.bubble
	}
	preprintpanics(p)
	printlock()
	host := hostPanicStart()
	reporting = crashFD != ^uintptr(0) && !host
	printpanics(p)
	if host {
		hostPanicEnd()
	}
	reporting = false
	printunlock()
	dopanic(p, bubble)
}

// Goexit ends the calling goroutine after running its deferred calls.
//
//go:noinline
func Goexit() {
	gp := getg()
	p := new(_panic)
	p.goexit = true
	p.link = gp._panic
	gp._panic = p
	panicStart(p)
	for {
		fn, ok := p.nextDefer()
		if !ok {
			break
		}
		fn()
	}
	goexit1()
}

// goexitResume goes on with a Goexit whose deferred call panicked and was recovered further up:
// recovery cuts the stack back to Goexit's frame and makes it call this.
func goexitResume() {
	p := getg()._panic
	for {
		fn, ok := p.nextDefer()
		if !ok {
			break
		}
		fn()
	}
	goexit1()
}

//go:noinline
func gorecover() any {
	p := getg()._panic
	if p == nil || p.goexit || p.recovered || !canRecover(p) {
		return nil
	}
	p.recovered = true
	return p.arg
}

// preprintpanics turns the values of all panics into what is printed, while user code may still run.
func preprintpanics(p *_panic) {
	defer func() {
		const text = "panic while printing panic value"
		switch r := recover().(type) {
		case nil:
		case string:
			throw(text + ": " + r)
		default:
			throw(text + ": type " + typeString(efaceOf(&r)._type))
		}
	}()
	for ; p != nil; p = p.link {
		if l := p.link; l != nil && *efaceOf(&l.arg) == *efaceOf(&p.arg) {
			// The same value again: it is printed once.
			l.repanicked = true
			continue
		}
		switch v := p.arg.(type) {
		case error:
			p.arg = v.Error()
		case stringer:
			p.arg = v.String()
		}
	}
}

func printpanics(p *_panic) {
	if p.link != nil {
		printpanics(p.link)
		if p.link.repanicked {
			return
		}
		if !p.link.goexit {
			print("\t")
		}
	}
	if p.goexit {
		return
	}
	print("panic: ")
	printpanicval(p.arg)
	if p.recovered {
		if p.repanicked {
			print(" [recovered, repanicked]")
		} else {
			print(" [recovered]")
		}
	}
	print("\n")
}

// A PanicNilError is what panic(nil) panics with.
type PanicNilError struct {
	_ [0]*PanicNilError // no other struct is identical to this one
}

func (*PanicNilError) Error() string { return "runtime error: panic called with nil argument" }
func (*PanicNilError) RuntimeError() {}

var divideError = error(errorString("integer divide by zero"))
var overflowError = error(errorString("integer overflow"))
var shiftError = error(errorString("negative shift amount"))
var memoryError = error(errorString("invalid memory address or nil pointer dereference"))
var floatError = error(errorString("floating point error"))

//go:linkname bits_divideError math/bits.divideError
var bits_divideError error

//go:linkname bits_overflowError math/bits.overflowError
var bits_overflowError error

func panicdivide()   { panic(divideError) }
func panicoverflow() { panic(overflowError) }
func panicshift()    { panic(shiftError) }
func panicfloat()    { panic(floatError) }
func panicmem()      { panic(memoryError) }
func panicmemAddr(addr uintptr) {
	panic(errorAddressString{msg: "invalid memory address or nil pointer dereference", addr: addr})
}
func panicnil() { panicmem() }

func goPanicBounds(x int64, signed bool, y int, code abi.BoundsErrorCode) {
	panic(boundsError{x: x, signed: signed, y: y, code: code})
}
func goPanicIndex(x int, y int)        { goPanicBounds(int64(x), true, y, abi.BoundsIndex) }
func goPanicIndexU(x uint, y int)      { goPanicBounds(int64(x), false, y, abi.BoundsIndex) }
func goPanicSliceAlen(x int, y int)    { goPanicBounds(int64(x), true, y, abi.BoundsSliceAlen) }
func goPanicSliceAlenU(x uint, y int)  { goPanicBounds(int64(x), false, y, abi.BoundsSliceAlen) }
func goPanicSliceAcap(x int, y int)    { goPanicBounds(int64(x), true, y, abi.BoundsSliceAcap) }
func goPanicSliceAcapU(x uint, y int)  { goPanicBounds(int64(x), false, y, abi.BoundsSliceAcap) }
func goPanicSliceB(x int, y int)       { goPanicBounds(int64(x), true, y, abi.BoundsSliceB) }
func goPanicSliceBU(x uint, y int)     { goPanicBounds(int64(x), false, y, abi.BoundsSliceB) }
func goPanicSlice3Alen(x int, y int)   { goPanicBounds(int64(x), true, y, abi.BoundsSlice3Alen) }
func goPanicSlice3AlenU(x uint, y int) { goPanicBounds(int64(x), false, y, abi.BoundsSlice3Alen) }
func goPanicSlice3Acap(x int, y int)   { goPanicBounds(int64(x), true, y, abi.BoundsSlice3Acap) }
func goPanicSlice3AcapU(x uint, y int) { goPanicBounds(int64(x), false, y, abi.BoundsSlice3Acap) }
func goPanicSlice3B(x int, y int)      { goPanicBounds(int64(x), true, y, abi.BoundsSlice3B) }
func goPanicSlice3BU(x uint, y int)    { goPanicBounds(int64(x), false, y, abi.BoundsSlice3B) }
func goPanicSlice3C(x int, y int)      { goPanicBounds(int64(x), true, y, abi.BoundsSlice3C) }
func goPanicSlice3CU(x uint, y int)    { goPanicBounds(int64(x), false, y, abi.BoundsSlice3C) }
func goPanicSliceConvert(x int, y int) { goPanicBounds(int64(x), true, y, abi.BoundsConvert) }

func panicrangestate(state int) {
	switch abi.RF_State(state) {
	case abi.RF_DONE:
		panic(rangeDoneError)
	case abi.RF_PANIC:
		panic(rangePanicError)
	case abi.RF_EXHAUSTED:
		panic(rangeExhaustedError)
	case abi.RF_MISSING_PANIC:
		panic(rangeMissingPanicError)
	}
	throw("unexpected state passed to panicrangestate")
}

var rangeDoneError = error(errorString("range function continued iteration after function for loop body returned false"))
var rangePanicError = error(errorString("range function continued iteration after loop body panic"))
var rangeExhaustedError = error(errorString("range function continued iteration after whole loop exit"))
var rangeMissingPanicError = error(errorString("range function recovered a loop body panic and did not resume panicking"))

func unreachableMethod() { throw("unreachable method called. linker bug?") }
func throwinit()         { throw("recursive call during initialization - linker skew") }

const (
	sigFPE  = 8
	sigSEGV = 11

	// Codes that tell why.
	busADRERR  = 2
	segvMAPERR = 1
	segvACCERR = 2
)

// sigpanic is called, by injection, as if the faulting instruction had called it.
func sigpanic() {
	gp := getg()
	switch gp.sig {
	default:
		// Only these codes come with an address: 0 beside another, as for one that no pointer can have, says nothing.
		told := gp.sigcode0 == 0 || gp.sigcode0 == segvMAPERR || gp.sigcode0 == segvACCERR
		if gp.sig != sigSEGV {
			// A bus error, which not all machines number alike.
			told = gp.sigcode0 == busADRERR
		}
		if told && gp.sigcode1 < 4096 {
			panicmem()
		}
		if gp.paniconfault {
			panicmemAddr(gp.sigcode1)
		}
		printlock()
		print("unexpected fault address ")
		printhex(uint64(gp.sigcode1))
		print("\n")
		printunlock()
		throw("fault")
	case sigFPE:
		switch gp.sigcode0 {
		case 1:
			panicdivide()
		case 2:
			panicoverflow()
		}
		panicfloat()
	}
}
