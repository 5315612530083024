package runtime

import "unsafe"

// A timeTimer is what time.Timer and time.Ticker are to the runtime (rt-core/src/sched/timer.rs says how timers work).
type timeTimer struct {
	timerRecord
	f   func(arg any, seq uintptr, delay int64)
	arg any
}

// Whether it was running: for a channel's timer, whether a value would have come or was taken back.
func timerStart(t *timeTimer, when, period int64) bool
func timerStop(t *timeTimer) bool

// timerRipe announces that the caller runs the function of a channel's timer, unless it answers below 0.
func timerRipe(t *timeTimer) (delay int64)

// timerNext waits until a function is to be run.
func timerNext(out *dueTimer)

var timersStarted uint32

// haveHighResSleep is for the tests of package time: sleeping is exact to a millisecond or less.
var haveHighResSleep = true

//go:linkname time_newTimer time.newTimer
func time_newTimer(when, period int64, f func(any, uintptr, int64), arg any, c *hchan) *timeTimer {
	t := new(timeTimer)
	t.f = f
	t.arg = arg
	t.bubble = getg().bubble
	if c != nil {
		t.channel = c
		c.timer = t
		c.special |= chanFed
	} else if t.bubble == nil && load32(&timersStarted) == 0 && cas32(&timersStarted, 0, 1) {
		goSystem(bgtimers)
	}
	t.init = true
	t.reset(when, period)
	return t
}

//go:linkname time_stopTimer time.stopTimer
func time_stopTimer(t *timeTimer) bool {
	if t.bubble != nil && getg().bubble == nil {
		fatal("stop of synctest timer from outside bubble")
	}
	return timerStop(t)
}

//go:linkname time_resetTimer time.resetTimer
func time_resetTimer(t *timeTimer, when, period int64) bool {
	if t.bubble != nil && getg().bubble == nil {
		fatal("reset of synctest timer from outside bubble")
	}
	return t.reset(when, period)
}

func (t *timeTimer) reset(when, period int64) bool {
	if t.bubble != nil && t.channel == nil {
		return t.bubbleReset(when, period)
	}
	return timerStart(t, when, period)
}

// send runs the function of a channel's timer, which is time.sendTime.
func (t *timeTimer) send() {
	if delay := timerRipe(t); delay >= 0 {
		t.f(t.arg, 0, delay)
	}
}

// bgtimers runs the functions of timers without a channel. They don't block.
func bgtimers() {
	d := new(dueTimer)
	for {
		timerNext(d)
		d.run()
	}
}

func (d *dueTimer) run() {
	t := d.t
	d.t = nil
	t.f(t.arg, 0, d.delay)
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
