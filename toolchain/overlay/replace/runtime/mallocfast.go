package runtime

import (
	"internal/goarch"
	"internal/runtime/sys"
	"unsafe"
)

// The fast path of allocation. Rust fills the caches (rt-core/src/mem/cache.rs); taking an object out of one is a bit scan. Nothing between taking an object and returning
// it may be a safepoint, or the goroutine could go on with another P: mallocgc and mallocTiny have no
// loops, and what they call there are assembly leaves and nosplit functions.

const (
	spanPage      = 8192
	spanBitmap    = spanPage / goarch.PtrSize / 8
	maxInSpan     = goarch.PtrSize * goarch.PtrSize * 8 // larger objects with pointers have a header
	maxFastNoscan = 1024
	tinySize      = 16
	tinyClass     = 2<<1 | 1
	minInPieces   = 1 << 20
	clearPiece    = 256 << 10
)

// mallocgcSlow is allocation in full; a safepoint.
func mallocgcSlow(size uintptr, typ *_type, needzero bool) unsafe.Pointer

// mallocgc allocates size bytes for objects of type typ (nil: no pointers), zeroed if asked for.
func mallocgc(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	if size-1 >= maxFastNoscan {
		if size >= minInPieces {
			return mallocLarge(size, typ, needzero)
		}
		if size == 0 {
			return unsafe.Pointer(&zerobase)
		}
		return mallocgcSlow(size, typ, needzero)
	}
	// The P stays the same up to the return: see above.
	c := getg().m.p.mcache
	if typ == nil || typ.PtrBytes == 0 {
		if size < tinySize {
			return mallocTiny(size, typ)
		}
		s := cacheSlot(c, size, 1)
		free := s.free
		if free == 0 {
			return mallocgcSlow(size, typ, needzero)
		}
		s.free = free & (free - 1)
		elem := uintptr(s.elemSize)
		p := unsafe.Pointer(s.base + uintptr(sys.TrailingZeros64(free))*elem)
		if needzero && s.needzero != 0 {
			memclrNoHeapPointers(p, elem)
		}
		publicationBarrier()
		return p
	}
	if size > maxInSpan {
		return mallocgcSlow(size, typ, needzero)
	}
	s := cacheSlot(c, size, 0)
	free := s.free
	if free == 0 {
		return mallocgcSlow(size, typ, needzero)
	}
	var mask uintptr
	if typ.Size_ == size && typ.PtrBytes <= 8*goarch.PtrSize {
		mask = uintptr(*typ.GCData)
	} else if typ.Size_ == goarch.PtrSize {
		mask = ^uintptr(0) >> ((8*goarch.PtrSize - size/goarch.PtrSize) & (8*goarch.PtrSize - 1))
	} else if mask = typeMask(typ, size); mask == 0 {
		return mallocgcSlow(size, typ, needzero)
	}
	return takeScan(s, free, mask)
}

// takeScan takes an object with pointers out of a slot. It is zero, and so are its bits in the bitmap at the end of its page.
//
//go:nosplit
func takeScan(s *mcacheSlot, free uint64, mask uintptr) unsafe.Pointer {
	s.free = free & (free - 1)
	addr := s.base + uintptr(sys.TrailingZeros64(free))*uintptr(s.elemSize)
	at := addr % spanPage / goarch.PtrSize
	shift := at % (8 * goarch.PtrSize)
	w := (*uintptr)(unsafe.Pointer(addr&^(spanPage-1) + at/(8*goarch.PtrSize)*goarch.PtrSize + (spanPage - spanBitmap)))
	*w |= mask << shift
	if high := mask >> 1 >> (8*goarch.PtrSize - 1 - shift); high != 0 {
		w = (*uintptr)(unsafe.Pointer(uintptr(unsafe.Pointer(w)) + goarch.PtrSize))
		*w |= high
	}
	publicationBarrier()
	return unsafe.Pointer(addr)
}

// newScan is newobject of a type whose objects have their bits in the span. The compiler knows their class, and the bits.
func newScan(typ *_type, class, mask uintptr) unsafe.Pointer {
	s := slotOf(getg().m.p.mcache, class<<1)
	free := s.free
	if free == 0 {
		return mallocgcSlow(typ.Size_, typ, true)
	}
	return takeScan(s, free, mask)
}

// newNoscan is newobject of a type without pointers, from tinySize to maxFastNoscan bytes. The compiler knows the class.
func newNoscan(typ *_type, class uintptr) unsafe.Pointer {
	s := slotOf(getg().m.p.mcache, class<<1|1)
	free := s.free
	if free == 0 {
		return mallocgcSlow(typ.Size_, typ, true)
	}
	s.free = free & (free - 1)
	elem := uintptr(s.elemSize)
	p := unsafe.Pointer(s.base + uintptr(sys.TrailingZeros64(free))*elem)
	if s.needzero != 0 {
		memclrNoHeapPointers(p, elem)
	}
	publicationBarrier()
	return p
}

// newLarge allocates a large object, of which dirty bytes are to be cleared. The collector finds no pointers in it before
// knowLarge. A safepoint.
func newLarge(size uintptr, noscan, needzero bool) (p unsafe.Pointer, dirty uintptr)
func knowLarge(p unsafe.Pointer, typ *_type)

// mallocLarge clears in pieces, between which the goroutine can be stopped: nobody waits for all of it.
//
//go:noinline
func mallocLarge(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	noscan := typ == nil || typ.PtrBytes == 0
	p, dirty := newLarge(size, noscan, needzero)
	for at := uintptr(0); at < dirty; at += clearPiece {
		memclrNoHeapPointers(unsafe.Pointer(uintptr(p)+at), min(clearPiece, dirty-at))
	}
	if !noscan {
		knowLarge(p, typ)
	}
	publicationBarrier()
	return p
}

// cacheSlot is the slot for objects of size bytes, up to 1024.
//
//go:nosplit
func cacheSlot(c *mcache, size, noscan uintptr) *mcacheSlot {
	class := uintptr(*(*uint8)(unsafe.Pointer(uintptr(unsafe.Pointer(c.small)) + (size+7)>>3)))
	return slotOf(c, class<<1|noscan)
}

// slotOf is the slot of a span class.
//
//go:nosplit
func slotOf(c *mcache, class uintptr) *mcacheSlot {
	return (*mcacheSlot)(unsafe.Pointer(uintptr(unsafe.Pointer(c)) + unsafe.Offsetof(c.slots) + class*unsafe.Sizeof(mcacheSlot{})))
}

// typeMask is the pointer mask of size bytes of values of type typ, at most one word of bits; 0 if
// only the slow path can tell. Not inlined: its loops must not become safepoints of mallocgc.
//
//go:nosplit
//go:noinline
func typeMask(typ *_type, size uintptr) uintptr {
	if typ.TFlag&(1<<4) != 0 {
		return 0
	}
	var mask uintptr
	data := uintptr(unsafe.Pointer(typ.GCData))
	for i := uintptr(0); i*8 < typ.PtrBytes/goarch.PtrSize; i++ {
		mask |= uintptr(*(*uint8)(unsafe.Pointer(data + i))) << (i * 8)
	}
	all := size / goarch.PtrSize
	for done := typ.Size_ / goarch.PtrSize; done < all; done *= 2 {
		mask |= mask << done
	}
	return mask & (^uintptr(0) >> (8*goarch.PtrSize - all))
}

// mallocTiny puts several values of less than 16 bytes without pointers into one block.
func mallocTiny(size uintptr, typ *_type) unsafe.Pointer {
	c := getg().m.p.mcache
	off := c.tinyOffset
	if size&7 == 0 || goarch.PtrSize == 4 && size == 12 {
		off = (off + 7) &^ 7
	} else if size&3 == 0 {
		off = (off + 3) &^ 3
	} else if size&1 == 0 {
		off = (off + 1) &^ 1
	}
	if off+size <= tinySize && c.tiny != 0 {
		c.tinyOffset = off + size
		c.tinyAllocs++
		return unsafe.Pointer(c.tiny + off)
	}
	s := &c.slots[tinyClass]
	free := s.free
	if free == 0 {
		return mallocgcSlow(size, typ, true)
	}
	s.free = free & (free - 1)
	addr := s.base + uintptr(sys.TrailingZeros64(free))*tinySize
	b := (*[2]uint64)(unsafe.Pointer(addr))
	b[0] = 0
	b[1] = 0
	publicationBarrier()
	if c.tiny == 0 || size < c.tinyOffset {
		c.tiny = addr
		c.tinyOffset = size
	}
	return unsafe.Pointer(addr)
}
