package runtime

import (
	"internal/abi"
	"internal/runtime/maps"
	"unsafe"
)

// What the runtime does for a program of Rust that Go code runs in (rt-core/src/host, host/).

// hostExport tells the host of a function.
func hostExport(name string, f any)

// hostPanicStart says whether the goroutine is in a call from the host. If so, what is printed
// until hostPanicEnd is for the host.
func hostPanicStart() bool

// hostPanicEnd ends that call. Does not return.
func hostPanicEnd()

// hostPanicText copies what a closure of Rust's panicked with to the n bytes at to, and returns its length.
func hostPanicText(to *byte, n int) int

// hostServices tells the host of functions that it needs for values. The compiler adds a call to programs for hosts.
func hostServices() {
	hostExport("runtime.hostRaise", hostRaise)
	hostExport("runtime.hostNew", hostNew)
	hostExport("runtime.hostBytes", hostBytes)
	hostExport("runtime.hostStore", hostStore)
	hostExport("runtime.hostErrorText", hostErrorText)
	hostExport("runtime.hostError", hostError)
	hostExport("runtime.hostMapMake", hostMapMake)
	hostExport("runtime.hostMapLen", hostMapLen)
	hostExport("runtime.hostMapGet", hostMapGet)
	hostExport("runtime.hostMapSet", hostMapSet)
	hostExport("runtime.hostMapDelete", hostMapDelete)
	hostExport("runtime.hostMapEntries", hostMapEntries)
	hostExport("runtime.hostChanLen", hostChanLen)
	hostExport("runtime.hostChanSend", hostChanSend)
	hostExport("runtime.hostChanReceive", hostChanReceive)
	hostExport("runtime.hostChanClose", hostChanClose)
}

// A rustPanic is what a closure of Rust's panicked with.
type rustPanic string

func (rustPanic) RuntimeError()   {}
func (e rustPanic) Error() string { return "rust panic: " + string(e) }

// hostRaise is called, as if by the closure's caller, when a closure of Rust's has panicked.
func hostRaise() {
	text := make([]byte, hostPanicText(nil, 0))
	hostPanicText(unsafe.SliceData(text), len(text))
	panic(rustPanic(text))
}

// hostNew allocates n values of a type.
func hostNew(t *abi.Type, n int) unsafe.Pointer { return reflect_unsafe_NewArray(t, n) }

// hostBytes copies n bytes without pointers.
func hostBytes(from unsafe.Pointer, n int) unsafe.Pointer {
	to := make([]byte, n)
	copy(to, unsafe.Slice((*byte)(from), n))
	return unsafe.Pointer(unsafe.SliceData(to))
}

// hostStore stores a value in memory of Go's.
func hostStore(t *abi.Type, to, from unsafe.Pointer) { typedmemmove(t, to, from) }

func hostErrorText(err error) string { return err.Error() }

// A hostText is an error of Rust's.
type hostText string

func (e hostText) Error() string { return string(e) }

// hostError makes one of a text that is Rust's.
func hostError(text string) error { return hostText(append([]byte(nil), text...)) }

func hostMapMake(t *abi.MapType, n int) *maps.Map { return reflect_makemap(t, n) }
func hostMapLen(m *maps.Map) int                  { return reflect_maplen(m) }

// hostMapGet copies an element to where to points, if there is one.
func hostMapGet(t *abi.MapType, m *maps.Map, key, to unsafe.Pointer) bool {
	e, ok := mapaccess2(t, m, key)
	if ok {
		typedmemmove(t.Elem, to, e)
	}
	return ok
}

func hostMapSet(t *abi.MapType, m *maps.Map, key, elem unsafe.Pointer) {
	typedmemmove(t.Elem, mapassign(t, m, key), elem)
}

func hostMapDelete(t *abi.MapType, m *maps.Map, key unsafe.Pointer) { mapdelete(t, m, key) }

// hostMapEntries copies up to n keys and elements to arrays, and returns how many.
func hostMapEntries(t *abi.MapType, m *maps.Map, keys, elems unsafe.Pointer, n int) int {
	var it maps.Iter
	i := 0
	for mapIterStart(t, m, &it); it.Key() != nil && i < n; mapIterNext(&it) {
		typedmemmove(t.Key, add(keys, uintptr(i)*t.Key.Size_), it.Key())
		typedmemmove(t.Elem, add(elems, uintptr(i)*t.Elem.Size_), it.Elem())
		i++
	}
	return i
}

func hostChanLen(c *hchan) int                   { return chanlen(c) }
func hostChanClose(c *hchan)                     { closechan(c) }

// hostChanSend sends what elem points to; try: only if that can be done at once.
func hostChanSend(c *hchan, elem unsafe.Pointer, try bool) bool {
	return reflect_chansend(c, elem, try)
}

// hostChanReceive receives to where elem points. done: something was received, or the channel is closed (ok is false).
func hostChanReceive(c *hchan, elem unsafe.Pointer, try bool) (done, ok bool) {
	return reflect_chanrecv(c, try, elem)
}
