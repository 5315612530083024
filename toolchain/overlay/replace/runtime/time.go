package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// A timeTimer is what time.Timer and time.Ticker are to the runtime; it begins with their fields.
// The layout up to bubble is rt-core/src/timer.rs's GoTimer.
type timeTimer struct {
	c    unsafe.Pointer
	init bool

	when   int64
	period int64
	index  int    // place in the heap + 1; 0: not there
	seq    uint64 // counts starts and stops
	firing int32  // taken from the heap, function not yet run

	sendLock uint32  // held while a channel timer sends, stops or starts
	channel  *hchan  // that it feeds
	bubble   *bubble // whose clock it follows
	f        func(arg any, seq uintptr, delay int64)
	arg      any
}

// dueTimer is a timer whose function is to be run.
type dueTimer struct {
	t     *timeTimer
	seq   uint64
	delay int64
}

func timerStart(t *timeTimer, when, period int64) bool // whether it was running
func timerStop(t *timeTimer) bool                      // whether it was running

// timerNext waits until a timer is due.
func timerNext(out *dueTimer)

var timersStarted uint32

//go:linkname time_newTimer time.newTimer
func time_newTimer(when, period int64, f func(any, uintptr, int64), arg any, c *hchan) *timeTimer {
	t := new(timeTimer)
	t.f = f
	t.arg = arg
	if c != nil {
		t.channel = c
		c.timer = t
	}
	t.init = true
	if b := getg().bubble; b != nil {
		t.bubble = b
		t.bubbleReset(when, period)
		return t
	}
	if load32(&timersStarted) == 0 && cas32(&timersStarted, 0, 1) {
		goSystem(bgtimers)
	}
	timerStart(t, when, period)
	return t
}

// stopTimer and resetTimer of a channel timer also take back a value that nobody received, so that
// no stale value can be seen.

//go:linkname time_stopTimer time.stopTimer
func time_stopTimer(t *timeTimer) bool {
	if t.bubble != nil {
		return t.bubbleStop()
	}
	if t.channel == nil {
		return timerStop(t)
	}
	spinLock(&t.sendLock)
	pending := timerStop(t)
	if t.retract() {
		pending = true
	}
	spinUnlock(&t.sendLock)
	return pending
}

//go:linkname time_resetTimer time.resetTimer
func time_resetTimer(t *timeTimer, when, period int64) bool {
	if t.bubble != nil {
		return t.bubbleReset(when, period)
	}
	if t.channel == nil {
		return timerStart(t, when, period)
	}
	spinLock(&t.sendLock)
	pending := timerStop(t)
	if t.retract() {
		pending = true
	}
	timerStart(t, when, period)
	spinUnlock(&t.sendLock)
	return pending
}

// retract undoes a firing: one under way is made void by the new seq, a sent value is removed.
func (t *timeTimer) retract() bool {
	undone := atomic.Loadint32(&t.firing) != 0
	if c := t.channel; c.qcount > 0 {
		var buf [4]uint64 // a time.Time
		if chanrecv(c, unsafe.Pointer(&buf), false) == chanDone {
			undone = true
		}
	}
	return undone
}

// bgtimers runs the functions of timers. They don't block.
func bgtimers() {
	d := new(dueTimer)
	for {
		timerNext(d)
		d.run()
	}
}

func (d *dueTimer) run() {
	t := d.t
	if t.channel != nil {
		spinLock(&t.sendLock)
		if t.seq == d.seq {
			t.f(t.arg, uintptr(d.seq), d.delay)
		}
		atomic.Xaddint32(&t.firing, -1)
		spinUnlock(&t.sendLock)
	} else {
		atomic.Xaddint32(&t.firing, -1)
		t.f(t.arg, uintptr(d.seq), d.delay)
	}
	d.t = nil
}

func nanotime() int64
func walltime() (sec int64, nsec int32)

//go:linkname time_now time.now
func time_now() (sec int64, nsec int32, mono int64) {
	sec, nsec = walltime()
	return sec, nsec, nanotime()
}

//go:linkname time_runtimeNow time.runtimeNow
func time_runtimeNow() (sec int64, nsec int32, mono int64) {
	if b := getg().bubble; b != nil {
		// Without a monotonic part: times from inside and outside are comparable.
		return b.now / 1e9, int32(b.now % 1e9), 0
	}
	return time_now()
}

//go:linkname time_runtimeNano time.runtimeNano
func time_runtimeNano() int64 {
	if b := getg().bubble; b != nil {
		return b.now
	}
	return nanotime()
}

//go:linkname time_runtimeIsBubbled time.runtimeIsBubbled
func time_runtimeIsBubbled() bool { return getg().bubble != nil }

//go:linkname sync_nanotime internal/sync.runtime_nanotime
func sync_nanotime() int64 { return nanotime() }

//go:linkname fips_monoTime crypto/internal/fips140deps/time.monoTime
func fips_monoTime() int64 { return nanotime() }
