package runtime

import (
	"internal/abi"
	"internal/goarch"
	"unsafe"
)

// bulkBarrierPreWrite keeps for the collector, which marks a snapshot, what the pointer words of
// [dst, dst+size) hold before they are overwritten. typ describes the repeated element; nil asks
// the memory itself. src is not looked at.
func bulkBarrierPreWrite(dst, src, size uintptr, typ *_type)

// Assembly.
func memmove(to, from unsafe.Pointer, n uintptr)
func memclrNoHeapPointers(p unsafe.Pointer, n uintptr)
func memequal(a, b unsafe.Pointer, n uintptr) bool

// writeBarrier.enabled is tested before every pointer store to memory that is not the stack's.
var writeBarrier struct {
	enabled bool
	_       [7]byte
}

// zerobase is the address of all objects of size 0.
var zerobase uintptr

// zeroVal is what a map access without element points at.
var zeroVal [1024]byte

func newobject(typ *_type) unsafe.Pointer {
	return mallocgc(typ.Size_, typ, true)
}

func newarray(typ *_type, n int) unsafe.Pointer {
	if n == 1 {
		return mallocgc(typ.Size_, typ, true)
	}
	mem, over := mulOverflow(typ.Size_, uintptr(n))
	if over || mem > maxAlloc || n < 0 {
		panic(plainError("runtime: allocation size out of range"))
	}
	return mallocgc(mem, typ, true)
}

//go:linkname reflect_unsafe_New reflect.unsafe_New
func reflect_unsafe_New(typ *_type) unsafe.Pointer { return mallocgc(typ.Size_, typ, true) }

//go:linkname reflectlite_unsafe_New internal/reflectlite.unsafe_New
func reflectlite_unsafe_New(typ *_type) unsafe.Pointer { return mallocgc(typ.Size_, typ, true) }

//go:linkname maps_newobject internal/runtime/maps.newobject
func maps_newobject(typ *_type) unsafe.Pointer { return newobject(typ) }

//go:linkname reflect_unsafe_NewArray reflect.unsafe_NewArray
func reflect_unsafe_NewArray(typ *_type, n int) unsafe.Pointer { return newarray(typ, n) }

//go:linkname maps_newarray internal/runtime/maps.newarray
func maps_newarray(typ *_type, n int) unsafe.Pointer { return newarray(typ, n) }

// ---- copying and clearing typed memory

func typedmemmove(typ *abi.Type, dst, src unsafe.Pointer) {
	if dst == src {
		return
	}
	if writeBarrier.enabled && typ.PtrBytes != 0 {
		bulkBarrierPreWrite(uintptr(dst), uintptr(src), typ.PtrBytes, typ)
	}
	memmove(dst, src, typ.Size_)
}

func wbMove(typ *_type, dst, src unsafe.Pointer) {
	bulkBarrierPreWrite(uintptr(dst), uintptr(src), typ.PtrBytes, typ)
}

func wbZero(typ *_type, dst unsafe.Pointer) {
	bulkBarrierPreWrite(uintptr(dst), 0, typ.PtrBytes, typ)
}

func typedmemclr(typ *_type, p unsafe.Pointer) {
	if writeBarrier.enabled && typ.PtrBytes != 0 {
		bulkBarrierPreWrite(uintptr(p), 0, typ.PtrBytes, typ)
	}
	memclrNoHeapPointers(p, typ.Size_)
}

func typedslicecopy(typ *_type, dst unsafe.Pointer, dstLen int, src unsafe.Pointer, srcLen int) int {
	n := dstLen
	if srcLen < n {
		n = srcLen
	}
	if n == 0 || dst == src {
		return n
	}
	size := uintptr(n) * typ.Size_
	if writeBarrier.enabled && typ.PtrBytes != 0 {
		bulkBarrierPreWrite(uintptr(dst), uintptr(src), size-typ.Size_+typ.PtrBytes, typ)
	}
	memmove(dst, src, size)
	return n
}

// memclrHasPointers clears memory of unknown type that may hold pointers, word by word.
func memclrHasPointers(p unsafe.Pointer, n uintptr) {
	if writeBarrier.enabled {
		bulkBarrierPreWrite(uintptr(p), 0, n, nil)
	}
	memclrNoHeapPointers(p, n)
}

//go:linkname reflect_typedmemmove reflect.typedmemmove
func reflect_typedmemmove(typ *abi.Type, dst, src unsafe.Pointer) { typedmemmove(typ, dst, src) }

//go:linkname reflectlite_typedmemmove internal/reflectlite.typedmemmove
func reflectlite_typedmemmove(typ *abi.Type, dst, src unsafe.Pointer) { typedmemmove(typ, dst, src) }

//go:linkname maps_typedmemmove internal/runtime/maps.typedmemmove
func maps_typedmemmove(typ *abi.Type, dst, src unsafe.Pointer) { typedmemmove(typ, dst, src) }

//go:linkname reflect_typedmemclr reflect.typedmemclr
func reflect_typedmemclr(typ *_type, p unsafe.Pointer) { typedmemclr(typ, p) }

//go:linkname maps_typedmemclr internal/runtime/maps.typedmemclr
func maps_typedmemclr(typ *_type, p unsafe.Pointer) { typedmemclr(typ, p) }

//go:linkname reflect_typedmemclrpartial reflect.typedmemclrpartial
func reflect_typedmemclrpartial(typ *_type, p unsafe.Pointer, off, size uintptr) {
	if writeBarrier.enabled && typ.PtrBytes != 0 {
		// The whole value's type, seen from its start.
		bulkBarrierPreWrite(uintptr(p)-off, 0, typ.PtrBytes, typ)
	}
	memclrNoHeapPointers(p, size)
}

//go:linkname reflect_typedarrayclear reflect.typedarrayclear
func reflect_typedarrayclear(typ *_type, p unsafe.Pointer, n int) {
	size := uintptr(n) * typ.Size_
	if size == 0 {
		return
	}
	if writeBarrier.enabled && typ.PtrBytes != 0 {
		bulkBarrierPreWrite(uintptr(p), 0, size-typ.Size_+typ.PtrBytes, typ)
	}
	memclrNoHeapPointers(p, size)
}

//go:linkname reflect_memmove reflect.memmove
func reflect_memmove(to, from unsafe.Pointer, n uintptr) { memmove(to, from, n) }

//go:linkname reflect_adjustAIXGCDataForRuntime reflect.adjustAIXGCDataForRuntime
func reflect_adjustAIXGCDataForRuntime(p *byte) *byte { return p }

// ---- atomics on pointers, with write barriers

func gcShade(old, new unsafe.Pointer)

//go:nosplit
func atomicwb(ptr *unsafe.Pointer, new unsafe.Pointer) {
	if writeBarrier.enabled {
		gcShade(*ptr, new)
	}
}

//go:linkname sync_atomic_StorePointer sync/atomic.StorePointer
func sync_atomic_StorePointer(ptr *unsafe.Pointer, new unsafe.Pointer) {
	atomicwb(ptr, new)
	storeUintptr((*uintptr)(unsafe.Pointer(ptr)), uintptr(new))
}

//go:linkname sync_atomic_SwapPointer sync/atomic.SwapPointer
func sync_atomic_SwapPointer(ptr *unsafe.Pointer, new unsafe.Pointer) unsafe.Pointer {
	atomicwb(ptr, new)
	return unsafe.Pointer(swapUintptr((*uintptr)(unsafe.Pointer(ptr)), uintptr(new)))
}

//go:linkname sync_atomic_CompareAndSwapPointer sync/atomic.CompareAndSwapPointer
func sync_atomic_CompareAndSwapPointer(ptr *unsafe.Pointer, old, new unsafe.Pointer) bool {
	atomicwb(ptr, new)
	return casUintptr((*uintptr)(unsafe.Pointer(ptr)), uintptr(old), uintptr(new))
}

//go:linkname atomic_storePointer internal/runtime/atomic.storePointer
func atomic_storePointer(ptr *unsafe.Pointer, new unsafe.Pointer) {
	atomicwb(ptr, new)
	storeUintptr((*uintptr)(unsafe.Pointer(ptr)), uintptr(new))
}

//go:linkname atomic_casPointer internal/runtime/atomic.casPointer
func atomic_casPointer(ptr *unsafe.Pointer, old, new unsafe.Pointer) bool {
	atomicwb(ptr, new)
	return casUintptr((*uintptr)(unsafe.Pointer(ptr)), uintptr(old), uintptr(new))
}

// roundupsize is the size that an allocation of size bytes really gets.
func roundupsize(size uintptr, noscan bool) uintptr

func pointerSlots(p unsafe.Pointer, mask *byte, n uintptr)

// reflect_gcbits returns a byte for each word of the heap object that the pointer in x points at, from there on: 1 where the collector
// looks for a pointer. Behind the last one there are none.
//
//go:linkname reflect_gcbits reflect.gcbits
func reflect_gcbits(x any) []byte {
	p := efaceOf(&x).data
	base, size := findobject(p)
	if base == nil {
		return nil
	}
	mask := make([]byte, (uintptr(base)+size-uintptr(p))/goarch.PtrSize)
	if len(mask) > 0 {
		pointerSlots(p, &mask[0], uintptr(len(mask)))
	}
	for len(mask) > 0 && mask[len(mask)-1] == 0 {
		mask = mask[:len(mask)-1]
	}
	return mask
}
