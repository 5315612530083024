package runtime

import (
	"internal/abi"
	"unsafe"
)

// chanFed says that a timer feeds the channel. Only the operations in Rust deal with it.
const chanFed = 1 << 31

// What the operations in Rust answer.
const (
	chanBlocked = iota // not done: it would block
	chanDone
	chanClosed
	chanParked // selectstart only: ask selectfinish
	chanTimer  // the channel's timer has gone off: run its function, and try again
)

// What elem points to is copied; elem itself is kept only while its goroutine waits.
//
//go:noescape
func chansend(c *hchan, elem unsafe.Pointer, block bool) int
func chanrecv(c *hchan, elem unsafe.Pointer, block bool) int
func chanclose(c *hchan) bool // false: it was closed
func parkForever(reason int)

// chanwake wakes one who sleeps for the channel's lock.
//
//go:nosplit
func chanwake(c *hchan)

func selectstart(cas0 *scase, order0 *uint16, nsends, nrecvs int, block bool) (int, int)
func selectfinish(cas0 *scase, order0 *uint16, nsends, nrecvs int) (int, int)

// Wait reasons of parkForever; the table is rt-core/src/task/g.rs's.
const (
	waitNilRecv = iota
	waitNilSend
	waitSelectNoCases
)

const hchanSize = unsafe.Sizeof(hchan{})

func makechan(t *abi.ChanType, size int) *hchan {
	elem := t.Elem
	mem, over := mulOverflow(elem.Size_, uintptr(size))
	if over || mem > maxAlloc-hchanSize || size < 0 {
		panic(plainError("makechan: size out of range"))
	}
	c := new(hchan)
	if mem != 0 {
		if elem.PtrBytes == 0 {
			c.buf = mallocgc(mem, nil, true)
		} else {
			c.buf = mallocgc(mem, elem, true)
		}
	}
	c.elemsize = uint16(elem.Size_)
	c.elemtype = elem
	c.dataqsiz = uint(size)
	if b := getg().bubble; b != nil {
		c.special = b.id
	}
	return c
}

func makechan64(t *abi.ChanType, size int64) *hchan { return makechan(t, int(size)) }

// The fast path: values go into the buffer and come out of it without a switch to Rust if nobody waits in the queue that
// matters and the lock is free. While the lock is held nothing may be a safepoint, or a stopped world would wait for those
// who wait for the lock: these functions do not check the stack, have no loops, and call nothing that has.

// chanput sends to a buffer with room. False: chansend knows why.
//
//go:nosplit
func chanput(c *hchan, elem unsafe.Pointer) bool {
	if c.qcount >= c.dataqsiz || !chanlock(c) {
		return false
	}
	ok := c.closed == 0 && c.recvq[0] == 0 && c.qcount < c.dataqsiz && (!writeBarrier.enabled || c.elemtype.PtrBytes == 0)
	if ok {
		i := c.sendx
		chancopy(unsafe.Pointer(uintptr(c.buf)+uintptr(i)*uintptr(c.elemsize)), elem, uintptr(c.elemsize))
		if i++; i == c.dataqsiz {
			i = 0
		}
		c.sendx = i
		c.qcount++
	}
	chanunlock(c)
	return ok
}

// chantake receives from a buffer that is not empty, to elem if that is not nil. False: chanrecv knows why.
//
//go:nosplit
func chantake(c *hchan, elem unsafe.Pointer) bool {
	if c.qcount == 0 || !chanlock(c) {
		return false
	}
	pointers := c.elemtype.PtrBytes != 0
	ok := c.qcount != 0 && c.sendq[0] == 0 && !(writeBarrier.enabled && pointers)
	if ok {
		i := c.recvx
		slot := unsafe.Pointer(uintptr(c.buf) + uintptr(i)*uintptr(c.elemsize))
		if elem != nil {
			chancopy(elem, slot, uintptr(c.elemsize))
		}
		if pointers {
			memclrNoHeapPointers(slot, uintptr(c.elemsize))
		}
		if i++; i == c.dataqsiz {
			i = 0
		}
		c.recvx = i
		c.qcount--
	}
	chanunlock(c)
	return ok
}

// chanlock takes the lock, if it is free and the channel not special. That is never written once others know the channel: a plain load.
//
//go:nosplit
func chanlock(c *hchan) bool {
	return c.special == 0 && cas32(&c.lock, 0, 1)
}

//go:nosplit
func chanunlock(c *hchan) {
	if !cas32(&c.lock, 1, 0) {
		store32(&c.lock, 0)
		chanwake(c)
	}
}

//go:nosplit
func chancopy(dst, src unsafe.Pointer, n uintptr) {
	switch n {
	case 4:
		*(*[4]byte)(dst) = *(*[4]byte)(src)
	case 8:
		*(*[8]byte)(dst) = *(*[8]byte)(src)
	case 16:
		*(*[16]byte)(dst) = *(*[16]byte)(src)
	default:
		memmove(dst, src, n)
	}
}

func chansend1(c *hchan, elem unsafe.Pointer) {
	if c == nil {
		parkForever(waitNilSend)
	}
	if chanput(c, elem) {
		return
	}
	if chansend(c, elem, true) == chanClosed {
		panic(plainError("send on closed channel"))
	}
}

func chanrecv1(c *hchan, elem unsafe.Pointer) {
	if c == nil {
		parkForever(waitNilRecv)
	}
	if chantake(c, elem) {
		return
	}
	chanreceive(c, elem, true)
}

// chanreceive is chanrecv, and runs the timer's function when it is time.
func chanreceive(c *hchan, elem unsafe.Pointer, block bool) int {
	for {
		r := chanrecv(c, elem, block)
		if r != chanTimer {
			return r
		}
		c.timer.send()
	}
}

func chanrecv2(c *hchan, elem unsafe.Pointer) bool {
	if c == nil {
		parkForever(waitNilRecv)
	}
	return chantake(c, elem) || chanreceive(c, elem, true) == chanDone
}

func closechan(c *hchan) {
	if c == nil {
		panic(plainError("close of nil channel"))
	}
	if !chanclose(c) {
		panic(plainError("close of closed channel"))
	}
}

// A channel that is obviously not ready needs no lock, as in a polling loop. (Special channels are
// left to Rust, which looks who uses them and what time it is.)
func chanSendBusy(c *hchan) bool {
	if load32(&c.closed) != 0 || c.special != 0 {
		return false
	}
	if c.dataqsiz == 0 {
		return loadUintptr(&c.recvq[0]) == 0
	}
	return loadUintptr((*uintptr)(unsafe.Pointer(&c.qcount))) == uintptr(c.dataqsiz)
}

func chanRecvBusy(c *hchan) bool {
	if c.special != 0 {
		return false
	}
	if c.dataqsiz == 0 {
		if loadUintptr(&c.sendq[0]) != 0 {
			return false
		}
	} else if loadUintptr((*uintptr)(unsafe.Pointer(&c.qcount))) != 0 {
		return false
	}
	return load32(&c.closed) == 0
}

func selectnbsend(c *hchan, elem unsafe.Pointer) bool {
	if c == nil || chanSendBusy(c) {
		return false
	}
	if chanput(c, elem) {
		return true
	}
	r := chansend(c, elem, false)
	if r == chanClosed {
		panic(plainError("send on closed channel"))
	}
	return r == chanDone
}

func selectnbrecv(elem unsafe.Pointer, c *hchan) (selected, received bool) {
	if c == nil || chanRecvBusy(c) {
		return false, false
	}
	if chantake(c, elem) {
		return true, true
	}
	r := chanreceive(c, elem, false)
	return r != chanBlocked, r == chanDone
}

// selectfast does the one case that looks ready, if it can be done in the buffer: the case's index. -1 if there is none such, or
// several: the choice between these is selectstart's.
func selectfast(cas0 *scase, nsends, n int) int {
	found := -1
	cases := unsafe.Slice(cas0, n)
	for i := range cases {
		c := cases[i].c
		if c == nil || i < nsends && chanSendBusy(c) || i >= nsends && chanRecvBusy(c) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	if found < 0 {
		return -1
	}
	c := cases[found].c
	if found < nsends && chanput(c, cases[found].elem) || found >= nsends && chantake(c, cases[found].elem) {
		return found
	}
	return -1
}

// selectgo runs a select statement: cases cas0[:nsends] are sends, the nrecvs after them receives.
// It returns the index of the chosen case (-1: default) and whether a value was received.
func selectgo(cas0 *scase, order0 *uint16, pc0 *uintptr, nsends, nrecvs int, block bool) (int, bool) {
	if i := selectfast(cas0, nsends, nsends+nrecvs); i >= 0 {
		return i, i >= nsends
	}
	i, r := chanTimer, chanTimer
	for r == chanTimer {
		i, r = selectstart(cas0, order0, nsends, nrecvs, block)
		if r == chanParked {
			i, r = selectfinish(cas0, order0, nsends, nrecvs)
		}
		if r == chanTimer {
			// The choice is made, unless another goroutine has the value now.
			cas := unsafe.Slice(cas0, i+1)[i]
			cas.c.timer.send()
			if chanrecv(cas.c, cas.elem, false) == chanDone {
				return i, true
			}
		}
	}
	if i >= 0 && i < nsends {
		if r == chanClosed {
			panic(plainError("send on closed channel"))
		}
		return i, false
	}
	return i, r == chanDone
}

// block is a select without cases.
func block() { parkForever(waitSelectNoCases) }

func chanlen(c *hchan) int {
	if c == nil || c.timer != nil {
		return 0
	}
	return int(c.qcount)
}

func chancap(c *hchan) int {
	if c == nil || c.timer != nil {
		return 0
	}
	return int(c.dataqsiz)
}

//go:linkname reflect_chanlen reflect.chanlen
func reflect_chanlen(c *hchan) int { return chanlen(c) }

//go:linkname reflectlite_chanlen internal/reflectlite.chanlen
func reflectlite_chanlen(c *hchan) int { return chanlen(c) }

//go:linkname reflect_chancap reflect.chancap
func reflect_chancap(c *hchan) int { return chancap(c) }

//go:linkname reflect_chanclose reflect.chanclose
func reflect_chanclose(c *hchan) { closechan(c) }

//go:linkname reflect_makechan reflect.makechan
func reflect_makechan(t *abi.ChanType, size int) *hchan { return makechan(t, size) }

//go:linkname reflect_chansend reflect.chansend0
func reflect_chansend(c *hchan, elem unsafe.Pointer, nb bool) bool {
	if nb {
		return selectnbsend(c, elem)
	}
	chansend1(c, elem)
	return true
}

//go:linkname reflect_chanrecv reflect.chanrecv
func reflect_chanrecv(c *hchan, nb bool, elem unsafe.Pointer) (selected, received bool) {
	if nb {
		return selectnbrecv(elem, c)
	}
	return true, chanrecv2(c, elem)
}

// runtimeSelect is reflect's description of a case.
type runtimeSelect struct {
	dir int // 1 send, 2 receive, 3 default
	typ unsafe.Pointer
	ch  *hchan
	val unsafe.Pointer
}

//go:linkname reflect_rselect reflect.rselect
func reflect_rselect(cases []runtimeSelect) (int, bool) {
	if len(cases) == 0 {
		block()
	}
	sel := make([]scase, len(cases))
	orig := make([]int, len(cases))
	nsends, nrecvs, dflt := 0, 0, -1
	for i, c := range cases {
		switch c.dir {
		case 3:
			dflt = i
			continue
		case 1:
			sel[nsends] = scase{c.ch, c.val}
			orig[nsends] = i
			nsends++
		case 2:
			nrecvs++
			sel[len(cases)-nrecvs] = scase{c.ch, c.val}
			orig[len(cases)-nrecvs] = i
		}
	}
	if nsends+nrecvs == 0 {
		return dflt, false
	}
	if nsends+nrecvs < len(cases) {
		copy(sel[nsends:], sel[len(cases)-nrecvs:])
		copy(orig[nsends:], orig[len(cases)-nrecvs:])
	}
	order := make([]uint16, 2*(nsends+nrecvs))
	chosen, ok := selectgo(&sel[0], &order[0], nil, nsends, nrecvs, dflt == -1)
	if chosen < 0 {
		return dflt, false
	}
	return orig[chosen], ok
}
