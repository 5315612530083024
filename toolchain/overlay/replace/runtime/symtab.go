package runtime

import "unsafe"

// callers fills pcs with an address for each logical frame of the calling goroutine, leaving out
// skip of them; 0 is the caller of callers. It is the return address; for a frame into which the
// next inner one is inlined, one that the line table knows as that call's.
//
//go:noescape
func callers(skip int, pcs *uintptr, n int) int

// pcLookup describes logical frame depth (0: innermost) at address pc itself.
func pcLookup(pc uintptr, depth int, out *pcInfo) bool

// goexitPlace is where the library's assembly has goexit, FILE:LINE, in the form of other files' names; the compiler sets it. Our own
// goexit is elsewhere, but who reads frames knows it by the file's name.
var goexitPlace string

// lookup is pcLookup with a place for goexit.
func lookup(pc uintptr, depth int, out *pcInfo) bool {
	if !pcLookup(pc, depth, out) {
		return false
	}
	if out.fn == 0 && out.name == "runtime.goexit" {
		for end := len(goexitPlace) - 1; end > 0; end-- {
			if goexitPlace[end] != ':' {
				continue
			}
			out.file, out.line = goexitPlace[:end], 0
			for _, digit := range goexitPlace[end+1:] {
				out.line = out.line*10 + int(digit-'0')
			}
			break
		}
	}
	return true
}

// fnLookup describes a function of the image's table.
func fnLookup(fn uintptr, out *pcInfo)

// Callers fills pc with the return addresses of the calling goroutine's function calls.
//
//go:noinline
func Callers(skip int, pc []uintptr) int {
	if len(pc) == 0 {
		return 0
	}
	return callers(skip, &pc[0], len(pc))
}

// Caller reports where the function calls of the calling goroutine are made.
//
//go:noinline
func Caller(skip int) (pc uintptr, file string, line int, ok bool) {
	var pcs [1]uintptr
	if callers(skip+1, &pcs[0], 1) < 1 {
		return 0, "", 0, false
	}
	var i pcInfo
	pc = pcs[0] - 1
	if !lookup(pc, 0, &i) {
		return 0, "", 0, false
	}
	return pc, i.file, i.line, true
}

// Frames turns the addresses that Callers returns into functions, files and lines.
type Frames struct {
	callers []uintptr
}

// A Frame is one of Frames.
type Frame struct {
	// PC is the place in this frame; for all but the innermost frame the return address less one.
	PC uintptr
	// Func is the function; nil for an inlined one.
	Func *Func
	// Function is its package-path-qualified name.
	Function string
	// File and Line are where the frame is.
	File string
	Line int

	startLine int

	// Entry is the function's entry address.
	Entry uintptr
}

// CallersFrames takes addresses from Callers.
func CallersFrames(callers []uintptr) *Frames { return &Frames{callers: callers} }

// Next returns the next frame, and whether there is another one.
func (ci *Frames) Next() (frame Frame, more bool) {
	for len(ci.callers) > 0 {
		pc := ci.callers[0]
		ci.callers = ci.callers[1:]
		var i pcInfo
		if pc == 0 || !lookup(pc-1, 0, &i) {
			continue
		}
		if i.wrapper {
			continue
		}
		f := Frame{PC: pc - 1, Function: i.name, File: i.file, Line: i.line, startLine: i.startLine, Entry: i.entry}
		if !i.more {
			f.Func = (*Func)(unsafe.Pointer(i.fn))
		}
		return f, len(ci.callers) > 0
	}
	return Frame{}, false
}

// A Func is a function of the program: an entry of the image's table, or a funcInl.
type Func struct{ opaque struct{} }

// funcInl stands for an inlined call or a function in assembly, as FuncForPC returns it.
type funcInl struct {
	marker uint64 // no entry address is this
	info   pcInfo
}

const inlMarker = ^uint64(0)

// FuncForPC returns the function that contains pc, the innermost one if it was inlined.
func FuncForPC(pc uintptr) *Func {
	var i pcInfo
	if !lookup(pc, 0, &i) {
		return nil
	}
	if i.more || i.fn == 0 {
		return (*Func)(unsafe.Pointer(&funcInl{inlMarker, i}))
	}
	return (*Func)(unsafe.Pointer(i.fn))
}

func (f *Func) inl() *funcInl {
	if p := (*funcInl)(unsafe.Pointer(f)); p.marker == inlMarker {
		return p
	}
	return nil
}

// Name is the function's name.
func (f *Func) Name() string {
	if f == nil {
		return ""
	}
	if p := f.inl(); p != nil {
		return p.info.name
	}
	var i pcInfo
	fnLookup(uintptr(unsafe.Pointer(f)), &i)
	return i.name
}

// Entry is the function's entry address.
func (f *Func) Entry() uintptr {
	if p := f.inl(); p != nil {
		return p.info.entry
	}
	var i pcInfo
	fnLookup(uintptr(unsafe.Pointer(f)), &i)
	return i.entry
}

// FileLine is the source of the instruction at pc.
func (f *Func) FileLine(pc uintptr) (file string, line int) {
	if p := f.inl(); p != nil {
		return p.info.file, p.info.line
	}
	var i pcInfo
	if !lookup(pc, 0, &i) {
		return "?", 0
	}
	// The function's own line: the outermost logical frame.
	for d := 1; i.more; d++ {
		lookup(pc, d, &i)
	}
	return i.file, i.line
}

func (f *Func) startLine() int {
	var i pcInfo
	fnLookup(uintptr(unsafe.Pointer(f)), &i)
	return i.startLine
}

func funcNameForPC(pc uintptr) string {
	var i pcInfo
	if !lookup(pc-1, 0, &i) {
		return ""
	}
	return i.name
}

// Stack formats the calling goroutine's stack, or all, into buf and returns the length.
func Stack(buf []byte, all bool) int
