package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// Bubbles: goroutines with a clock of their own (testing/synctest). The bookkeeping is
// rt-core/src/sync/synctest.rs's; the goroutine that calls Run, the root, does what takes Go code.

// bubbleEnter makes a bubble with the caller as its root and starts fn in it, as if by a go
// statement at pc.
func bubbleEnter(fn *funcval, pc uintptr)

// bubbleLeave ends the caller's bubble.
func bubbleLeave()

// bubbleDue wakes sleeping goroutines and returns with the first timer whose function is to be run, if any.
func bubbleDue(out *dueTimer) bool

// bubbleAwait lets the root wait until nobody else in the bubble can run.
func bubbleAwait()

// bubbleAdvance sets the clock to the next timer, if somebody waits for one.
func bubbleAdvance() int

// What bubbleAdvance answers.
const (
	bubbleTicked = iota
	bubbleEnded
	bubbleLeftOver   // goroutines remain, time stands still
	bubbleAllBlocked // for ever
)

// bubbleWait waits until all other goroutines of the bubble are blocked; false: somebody does already.
func bubbleWait() bool

// bubbleHold counts reasons why a bubble is not idle.
func bubbleHold(b *bubble, n int)

// bubbleOwn says whether p belongs to no bubble, to that with the id, or to another one (0, 1, 2). With
// add, what belongs to none and is in the heap belongs to this one from now on.
func bubbleOwn(p unsafe.Pointer, id uint32, add bool) int
func bubbleDisown(p unsafe.Pointer)

// A synctestDeadlockError says that the goroutines of a bubble can't go on.
type synctestDeadlockError struct {
	reason string
	bubble uint32
}

func (e synctestDeadlockError) Error() string { return e.reason }

//go:linkname synctest_Run internal/synctest.Run
func synctest_Run(f func()) {
	gp := getg()
	if gp.bubble != nil {
		panic("synctest.Run called from within a synctest bubble")
	}
	bubbleEnter(*(**funcval)(unsafe.Pointer(&f)), sys.GetCallerPC())
	id := gp.bubble.id
	defer bubbleLeave()
	d := new(dueTimer)
	for {
		for bubbleDue(d) {
			d.run()
		}
		bubbleAwait()
		switch bubbleAdvance() {
		case bubbleEnded:
			return
		case bubbleLeftOver:
			panic(synctestDeadlockError{"deadlock: main bubble goroutine has exited but blocked goroutines remain", id})
		case bubbleAllBlocked:
			panic(synctestDeadlockError{"deadlock: all goroutines in bubble are blocked", id})
		}
	}
}

//go:linkname synctest_Wait internal/synctest.Wait
func synctest_Wait() {
	if getg().bubble == nil {
		panic("goroutine is not in a bubble")
	}
	if !bubbleWait() {
		panic("wait already in progress")
	}
}

//go:linkname synctest_IsInBubble internal/synctest.IsInBubble
func synctest_IsInBubble() bool { return getg().bubble != nil }

//go:linkname synctest_acquire internal/synctest.acquire
func synctest_acquire() any {
	b := getg().bubble
	if b == nil {
		return nil
	}
	bubbleHold(b, 1)
	return b
}

//go:linkname synctest_release internal/synctest.release
func synctest_release(b any) { bubbleHold(b.(*bubble), -1) }

//go:linkname synctest_inBubble internal/synctest.inBubble
func synctest_inBubble(b any, f func()) {
	gp := getg()
	if gp.bubble != nil {
		panic("goroutine is already bubbled")
	}
	gp.bubble = b.(*bubble)
	defer func() { getg().bubble = nil }()
	f()
}

//go:linkname synctest_associate internal/synctest.associate
func synctest_associate(p unsafe.Pointer) int { return bubbleOwn(p, getg().bubble.id, true) }

//go:linkname synctest_disassociate internal/synctest.disassociate
func synctest_disassociate(p unsafe.Pointer) { bubbleDisown(p) }

//go:linkname synctest_isAssociated internal/synctest.isAssociated
func synctest_isAssociated(p unsafe.Pointer) bool { return bubbleOwn(p, getg().bubble.id, false) == 1 }

// bubbleReset starts a timer with a function. One that is due goes off at once, in the calling goroutine: the
// root comes only when all are blocked.
func (t *timeTimer) bubbleReset(when, period int64) bool {
	now := getg().bubble.now
	delay := now - when
	if when < 0 || delay < 0 {
		return timerStart(t, when, period)
	}
	was := false
	if period > 0 {
		was = timerStart(t, when+period*(1+delay/period), period)
	} else {
		was = timerStop(t)
	}
	t.f(t.arg, 0, delay)
	return was
}
