package runtime

import (
	"internal/abi"
	"internal/runtime/maps"
	"unsafe"
)

// What nothing here needs but packages outside pull by //go:linkname: Go keeps these names for them, with these signatures.

// ---- random numbers, under the names of several versions

//go:linkname legacy_fastrand runtime.fastrand
func legacy_fastrand() uint32 { return uint32(rand()) }

//go:linkname legacy_fastrand64 runtime.fastrand64
func legacy_fastrand64() uint64 { return rand() }

//go:linkname legacy_fastrandn runtime.fastrandn
func legacy_fastrandn(n uint32) uint32 { return randn(n) }

func cheaprand() uint32          { return uint32(rand()) }
func cheaprand64() int64         { return int64(rand()) }
func cheaprandn(n uint32) uint32 { return randn(n) }

// ---- parking

// gopark parks the calling goroutine until goready, unless unlockf says that it need not. What becomes ready while unlockf
// still runs does not wait.
func gopark(unlockf func(*g, unsafe.Pointer) bool, lock unsafe.Pointer, reason, trace uint8, skip int) {
	gp := getg()
	if unlockf == nil || unlockf(gp, lock) {
		semacquire(&gp.parksema)
	}
}

func goready(gp *g, skip int) { semrelease(&gp.parksema) }

func goyield() { Gosched() }

// wakep has nothing to do: who makes a goroutine ready wakes a processor for it.
func wakep() {}

func procPin() int { return sync_procPin() }

//go:nosplit
func procUnpin() { sync_procUnpin() }

func getm() uintptr { return uintptr(unsafe.Pointer(getg().m)) }

//go:linkname isync_canSpin internal/sync.runtime_canSpin
func isync_canSpin(i int) bool

//go:linkname isync_doSpin internal/sync.runtime_doSpin
func isync_doSpin()

//go:linkname sync_canSpin sync.runtime_canSpin
func sync_canSpin(i int) bool { return isync_canSpin(i) }

//go:linkname sync_doSpin sync.runtime_doSpin
func sync_doSpin() { isync_doSpin() }

// ---- maps, as they were walked once

// linknameIter begins as the iterators of programs that pull mapiterinit; its words are theirs to read, and fewer than they make
// room for.
type linknameIter struct {
	key, elem unsafe.Pointer
	typ       *abi.MapType
	it        *maps.Iter
}

func (l *linknameIter) next() {
	l.it.Next()
	l.key, l.elem = l.it.Key(), l.it.Elem()
}

func mapiterinit(t *abi.MapType, m *maps.Map, l *linknameIter) {
	l.typ, l.it = t, new(maps.Iter)
	l.it.Init(t, m)
	l.next()
}

func mapiternext(l *linknameIter) { l.next() }

//go:linkname reflect_mapiterinit reflect.mapiterinit
func reflect_mapiterinit(t *abi.MapType, m *maps.Map, l *linknameIter) { mapiterinit(t, m, l) }

//go:linkname reflect_mapiternext reflect.mapiternext
func reflect_mapiternext(l *linknameIter) { l.next() }

//go:linkname reflect_mapiterkey reflect.mapiterkey
func reflect_mapiterkey(l *linknameIter) unsafe.Pointer { return l.it.Key() }

//go:linkname reflect_mapiterelem reflect.mapiterelem
func reflect_mapiterelem(l *linknameIter) unsafe.Pointer { return l.it.Elem() }

// ---- types

// reflect_typelinks has what reflect.compiledTypelinks has as distances from where all descriptors begin, for reflect.rtypeOff.
//
//go:linkname reflect_typelinks reflect.typelinks
func reflect_typelinks() (sections []unsafe.Pointer, offsets [][]int32) {
	types, _ := reflect_compiledTypelinks()
	from := make([]int32, len(types))
	for i, t := range types {
		from[i] = int32(uintptr(unsafe.Pointer(t)) - typesStart)
	}
	return []unsafe.Pointer{unsafe.Pointer(typesStart)}, [][]int32{from}
}

// ---- memory

//go:linkname reflect_memclrNoHeapPointers reflect.memclrNoHeapPointers
func reflect_memclrNoHeapPointers(p unsafe.Pointer, n uintptr) { memclrNoHeapPointers(p, n) }

func chanbuf(c *hchan, i uint) unsafe.Pointer { return add(c.buf, uintptr(i)*uintptr(c.elemsize)) }

func heapObjectsCanMove() bool { return false }

//go:nosplit
func noescape(p unsafe.Pointer) unsafe.Pointer {
	x := uintptr(p)
	return unsafe.Pointer(x ^ 0)
}

func stringHash(s string, seed uintptr) uintptr { return strhash(unsafe.Pointer(&s), seed) }

func gobytes(p *byte, n int) []byte {
	if n == 0 {
		return make([]byte, 0)
	}
	return append([]byte(nil), unsafe.Slice(p, n)...)
}

func gostringn(p *byte, n int) string { return string(unsafe.Slice(p, n)) }

//go:linkname unix_gostring internal/syscall/unix.gostring
func unix_gostring(p *byte) string { return gostring(p) }

// ---- what a test waits for

func blockUntilEmptyFinalizerQueue(timeout int64) bool { return finalizersDone(timeout) }
