package runtime

import (
	"internal/abi"
	"internal/goarch"
	"internal/unsafeheader"
	"math/bits"
	"unsafe"
)

// 48 bits of addresses, or all 32.
const maxAlloc = 1<<(32+16*(goarch.PtrSize/8)) - 1 + goarch.PtrSize/8

func panicmakeslicelen() { panic(errorString("makeslice: len out of range")) }
func panicmakeslicecap() { panic(errorString("makeslice: cap out of range")) }

func mulOverflow(a, b uintptr) (uintptr, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return uintptr(lo), hi != 0 || uint64(uintptr(lo)) != lo
}

func makeslice(et *_type, len, cap int) unsafe.Pointer {
	mem, over := mulOverflow(et.Size_, uintptr(cap))
	if over || mem > maxAlloc || len < 0 || len > cap {
		// The length's fault is named first, as for make([]T, n) with one huge n.
		mem, over := mulOverflow(et.Size_, uintptr(len))
		if over || mem > maxAlloc || len < 0 {
			panicmakeslicelen()
		}
		panicmakeslicecap()
	}
	return mallocgc(mem, et, true)
}

func makeslice64(et *_type, len64, cap64 int64) unsafe.Pointer {
	if int64(int(len64)) != len64 {
		panicmakeslicelen()
	}
	if int64(int(cap64)) != cap64 {
		panicmakeslicecap()
	}
	return makeslice(et, int(len64), int(cap64))
}

// makeslicecopy is make([]T, tolen) followed by a copy from another slice.
func makeslicecopy(et *_type, tolen, fromlen int, from unsafe.Pointer) unsafe.Pointer {
	n := fromlen
	if tolen < n {
		n = tolen
	}
	p := makeslice(et, tolen, tolen)
	memmove(p, from, uintptr(n)*et.Size_)
	return p
}

// nextslicecap is the growth formula: double while small, then smoothly towards a quarter more.
func nextslicecap(newLen, oldCap int) int {
	if newLen > oldCap+oldCap {
		return newLen
	}
	const threshold = 256
	if oldCap < threshold {
		return oldCap + oldCap
	}
	c := oldCap
	for uint(c) < uint(newLen) {
		c += (c + 3*threshold) >> 2
	}
	if c <= 0 {
		return newLen
	}
	return c
}

// growslice gives append a larger array: newLen elements in use, of which the last num are new.
func growslice(oldPtr unsafe.Pointer, newLen, oldCap, num int, et *_type) slice {
	oldLen := newLen - num
	if newLen < 0 {
		panic(errorString("growslice: len out of range"))
	}
	if et.Size_ == 0 {
		return slice{unsafe.Pointer(&zerobase), newLen, newLen}
	}
	newcap := nextslicecap(newLen, oldCap)
	lenmem := uintptr(oldLen) * et.Size_
	noscan := et.PtrBytes == 0
	capmem, over := mulOverflow(et.Size_, uintptr(newcap))
	if over || capmem > maxAlloc {
		panic(errorString("growslice: len out of range"))
	}
	capmem = roundupsize(capmem, noscan)
	switch et.Size_ {
	case 1:
		newcap = int(capmem)
	case 8:
		newcap = int(capmem >> 3)
		capmem = uintptr(newcap) << 3
	default:
		newcap = int(capmem / et.Size_)
		capmem = uintptr(newcap) * et.Size_
	}
	if capmem > maxAlloc {
		panic(errorString("growslice: len out of range"))
	}
	var p unsafe.Pointer
	if noscan {
		p = mallocgc(capmem, nil, false)
		used := uintptr(newLen) * et.Size_
		memclrNoHeapPointers(add(p, used), capmem-used)
	} else {
		p = mallocgc(capmem, et, true)
	}
	memmove(p, oldPtr, lenmem)
	return slice{p, newLen, newcap}
}

//go:linkname reflect_growslice reflect.growslice
func reflect_growslice(et *_type, old unsafeheader.Slice, num int) unsafeheader.Slice {
	// As if num elements were appended to old[:cap].
	num -= old.Cap - old.Len
	s := growslice(old.Data, old.Cap+num, old.Cap, num, et)
	if et.PtrBytes == 0 {
		// growslice leaves what append would overwrite; here nothing does.
		oldmem := uintptr(old.Cap) * et.Size_
		newmem := uintptr(s.len) * et.Size_
		memclrNoHeapPointers(add(s.array, oldmem), newmem-oldmem)
	}
	return unsafeheader.Slice{Data: s.array, Len: old.Len, Cap: s.cap}
}

func slicecopy(to unsafe.Pointer, toLen int, from unsafe.Pointer, fromLen int, width uintptr) int {
	n := fromLen
	if toLen < n {
		n = toLen
	}
	if n == 0 || width == 0 {
		return n
	}
	memmove(to, from, uintptr(n)*width)
	return n
}

// moveSlice copies a slice that was built in a stack buffer to the heap.
func moveSlice(et *_type, old unsafe.Pointer, len, cap int) (unsafe.Pointer, int, int) {
	if cap == 0 {
		if old != nil {
			old = unsafe.Pointer(&zerobase)
		}
		return old, 0, 0
	}
	capmem := uintptr(cap) * et.Size_
	p := mallocgc(capmem, et, true)
	memmove(p, old, uintptr(len)*et.Size_)
	return p, len, cap
}

//go:linkname reflect_typedslicecopy reflect.typedslicecopy
func reflect_typedslicecopy(et *abi.Type, dst, src unsafeheader.Slice) int {
	return typedslicecopy(et, dst.Data, dst.Len, src.Data, src.Len)
}
