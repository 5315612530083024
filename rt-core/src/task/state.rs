//! The states of a goroutine, and the one function that changes them.
//!
//! ```text
//!          ┌──────────────────────────────┐
//!          v                              │
//! Dead ─> Runnable ─> Running ─> Waiting ─┤
//!          ^            │  │  ^            │
//!          └────────────┘  v  └─ Syscall ──┘
//!                        Dead
//! ```
//! A new record is Idle until it is either Dead, as those of goroutines that have ended, or a thread's own, Running for good.
//! Who creates a goroutine may have it wait (coroutines), run (a Rust host's) or be in a system call (its threads') at once.

use crate::base::print;
use core::sync::atomic::{AtomicU32, Ordering::*};

/// What a goroutine is doing; numbered as Go does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Status {
    /// A record of zeros.
    Idle = 0,
    /// In a queue, or on its way there.
    Runnable = 1,
    /// A thread's `curg`.
    Running = 2,
    /// A thread's `curg`, without a P: others may have that.
    Syscall = 3,
    /// Somebody else is to make it runnable.
    Waiting = 4,
    /// It has ended, or not begun.
    Dead = 6,
}

use Status::*;

/// Whether a goroutine may go from one state to the other.
const fn may(from: Status, to: Status) -> bool {
    matches!(
        (from, to),
        (Idle, Dead | Running)
            | (Dead, Runnable | Waiting | Running | Syscall)
            | (Runnable, Running)
            | (Running, Runnable | Waiting | Syscall | Dead)
            | (Syscall, Running | Waiting)
            // To Running: it found what it was to wait for while it went to wait.
            | (Waiting, Runnable | Running)
    )
}

/// A goroutine's state. Zero is Idle.
#[repr(transparent)]
pub struct State(AtomicU32);

impl State {
    /// The state.
    #[inline]
    pub fn get(&self) -> Status {
        match self.0.load(Acquire) {
            1 => Runnable,
            2 => Running,
            3 => Syscall,
            4 => Waiting,
            6 => Dead,
            _ => Idle,
        }
    }

    /// From the state that it is in to another; dies if it is not in that, or may not. A waiting goroutine may be found by
    /// several, of whom one is to wake it, so that is an exchange. In the other states it belongs to the caller.
    #[inline(always)] // both states are constants: the rule costs nothing
    pub fn change(&self, from: Status, to: Status) {
        let was = if matches!(from, Waiting) {
            self.0.compare_exchange(from as u32, to as u32, AcqRel, Relaxed).unwrap_or_else(|now| now)
        } else {
            let now = self.0.load(Relaxed);
            self.0.store(to as u32, Release);
            now
        };
        if !may(from, to) || was != from as u32 {
            wrong(was, from, to);
        }
    }
}

/// Dies of a bug in the runtime.
#[cold]
fn wrong(was: u32, from: Status, to: Status) -> ! {
    print::str("runtime: goroutine in state ");
    print::dec(u64::from(was));
    print::str(" was to go from ");
    print::dec(from as u64);
    print::str(" to ");
    print::dec(to as u64);
    print::str("\n");
    print::throw("bad goroutine state")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_state(s: Status) -> State {
        State(AtomicU32::new(s as u32))
    }

    #[test]
    fn a_life() {
        let s = in_state(Idle);
        let life =
            [Dead, Runnable, Running, Waiting, Runnable, Running, Syscall, Running, Runnable, Running, Dead];
        for to in life {
            s.change(s.get(), to);
            assert_eq!(s.get(), to);
        }
    }

    #[test]
    #[should_panic(expected = "bad goroutine state")]
    fn woken_twice() {
        let s = in_state(Waiting);
        s.change(Waiting, Runnable);
        s.change(Waiting, Runnable);
    }

    #[test]
    #[should_panic(expected = "bad goroutine state")]
    fn not_from_the_dead() {
        in_state(Waiting).change(Waiting, Dead);
    }

    #[test]
    #[should_panic(expected = "bad goroutine state")]
    fn somebody_elses() {
        in_state(Syscall).change(Running, Waiting);
    }
}
