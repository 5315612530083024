//! Timers with channels, and timers of bubbles.
//!
//! A timer with a channel is armed while `when` is set, but in its set's heap only while somebody waits in the channel's
//! queue, so nobody need stop it: when its user forgets it, it is garbage. When its time has come nothing is sent:
//! one receiver wakes up, or comes by later, and is told TIMER by the channel's operation. It runs the function, which sends
//! (`timerRipe` notes the time that the timer was set to; a send is void if it is set to another by then), and
//! tries again. All of this happens under the channel's lock, so that stopping takes back what was sent, and
//! no receiver sees a time from before.

use super::chan::Hchan;
use super::synctest;
use crate::os;
use crate::sched::timer::{self, First, GoTimer, Home, change_world, next_tick};
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;

/// Has the scheduler's timers find channels; at start.
pub fn init() {
    timer::set_channel_due(channel_due);
}

/// Its channel, or null.
unsafe fn channel(t: *const GoTimer) -> *mut Hchan {
    // SAFETY: the caller holds the timer alive.
    unsafe { (*t).channel.cast() }
}

/// Takes one receiver who is to see to the timer.
unsafe fn channel_due(t: *mut GoTimer, now: i64) -> *mut G {
    // SAFETY: the timer was in the heap, so somebody waits at its channel and holds both alive.
    unsafe { (*channel(t)).timer_due(|| (*t).when != 0 && (*t).when <= now) }
}

/// `f` changes the timer; then it goes where it belongs. The lock of its channel is held, if it has one.
unsafe fn change(t: *mut GoTimer, f: impl FnOnce()) -> First {
    // SAFETY: the caller holds the timer alive, and its channel's lock; its set's lock is taken here.
    unsafe {
        let c = channel(t);
        let place = |set: &mut timer::Timers| {
            f();
            set.place(t, c.is_null() || !(*c).recvq.first.is_null());
        };
        if (*t).bubble.is_null() {
            change_world(Home::of(t), place)
        } else {
            let (_l, set) = synctest::timers((*t).bubble);
            place(set);
            First::SAME
        }
    }
}

hook! { fn "time.Sleep"(ns: i64) parking {
    if ns <= 0 {
        return Done(());
    }
    if !(*curg()).bubble.is_null() {
        return synctest::sleep(ns);
    }
    let when = (os::nanotime() as i64).saturating_add(ns);
    // Under the timers' lock: the timer must not fire before the goroutine waits.
    change_world(Home::here(), |set| set.add_sleeper(prepare_park(Wait::Sleep), when)).announce();
    Parked(Next::Search)
}}

/// Starts (`when` not 0) or stops a timer: whether it was running, that is, whether this took something back that
/// would have come.
unsafe fn restart(t: *mut GoTimer, when: i64, period: i64, fault: &str) -> bool {
    // SAFETY: the caller holds the timer alive, in a hook; a bubble that it has left exists if that still has it.
    unsafe {
        let c = channel(t);
        if !c.is_null() {
            (*c).enter(fault);
        }
        let b = (*curg()).bubble;
        let mut was = false;
        if !(*t).bubble.is_null() && (*t).bubble != b {
            // A function's timer moves to another bubble. The old one exists if it still has the timer.
            was = synctest::release((*t).bubble, t);
            (*t).bubble = b;
        }
        let first = change(t, || {
            was |= (*t).when != 0 || (*t).due != 0;
            ((*t).when, (*t).period, (*t).due) = (when, period, 0);
        });
        if !c.is_null() {
            was |= (*c).drop_value();
            (*c).unlock();
        }
        first.announce();
        was
    }
}

hook! { fn "runtime.timerStart"(t: *mut GoTimer, when: i64, period: i64) -> bool, leaf {
    restart(t, if when < 0 { i64::MAX } else { when.max(1) }, period, "reset of synctest timer from outside bubble")
}}

hook! { fn "runtime.timerStop"(t: *mut GoTimer) -> bool, leaf {
    restart(t, 0, 0, "stop of synctest timer from outside bubble")
}}

// A receiver is about to run the timer's function: how late that is, below 0 if it is not time. What the function sends is
// for the time that the timer is set to now.
hook! { fn "runtime.timerRipe"(t: *mut GoTimer) -> i64, leaf {
    let c = channel(t);
    (*c).lock();
    let when = (*t).when;
    (*c).unlock();
    (*curg()).timer_when = when;
    if when == 0 { -1 } else { (*t).now() - when }
}}

/// Whether the timer has gone off and nobody has seen to it. Its channel's lock is held.
///
/// # Safety
/// Its channel's lock is held.
pub unsafe fn is_ripe(t: *const GoTimer) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (*t).when != 0 && (*t).when <= (*t).now() }
}

/// Whether the current goroutine may send what it was told to: the timer has not been set anew meanwhile. Its
/// channel's lock is held.
///
/// # Safety
/// Its channel's lock is held, in a hook.
pub unsafe fn may_send(t: *const GoTimer) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (*t).when != 0 && (*t).when == (*curg()).timer_when }
}

/// It has been sent, or dropped because there is a value already: a ticker goes on. Its channel's lock is held.
///
/// # Safety
/// Its channel's lock is held.
pub unsafe fn sent(t: *mut GoTimer) -> First {
    // SAFETY: the caller's promise.
    unsafe {
        let now = (*t).now();
        change(t, || {
            let (when, period) = ((*t).when, (*t).period);
            (*t).when = if period > 0 { next_tick(when, period, now - when) } else { 0 };
        })
    }
}

/// The channel's queue of receivers has changed: its timer, if it has one, is in the heap if somebody waits. The lock is held.
///
/// # Safety
/// The channel's lock is held.
#[inline]
pub unsafe fn awaited(c: *mut Hchan) -> First {
    // SAFETY: the caller's promise.
    unsafe {
        let t = (*c).timer;
        if t.is_null() { First::SAME } else { change(t, || {}) }
    }
}
