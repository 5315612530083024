//! Stopping the world against system calls.
//!
//! Who stops writes how many Ps it waits for and that it stops; fence; takes the Ps that are in system calls. Who enters a
//! system call writes that into its P; fence; looks whether somebody stops, and takes the P for it then. Both do so by the same
//! compare-exchange, so one succeeds. Running Ps are asked (again and again, see `world`) and come by themselves; idle ones are
//! taken under the lock.
//!
//! Each P that stops counts down; the last one bumps `note` and wakes the stopper.

use super::{Step, fence_as};
use crate::base::seam::atomic::{AtomicI32, AtomicU32, Ordering::*};
use crate::base::seam::{futex_wait, futex_wake, undone};

/// States of a processor.
#[allow(missing_docs, reason = "the names say it")]
pub mod pstatus {
    pub const IDLE: u32 = 0;
    pub const RUNNING: u32 = 1;
    pub const SYSCALL: u32 = 2;
    pub const GCSTOP: u32 = 3;
    pub const DEAD: u32 = 4;
}

/// The stop.
pub struct Stop {
    /// Somebody stops the world.
    stopping: AtomicU32,
    wait: AtomicI32,
    note: AtomicU32,
}

/// Takes a P out of its system call: for another thread, for the stop, or back.
pub fn take_from_syscall(status: &AtomicU32, new: u32) -> bool {
    status.compare_exchange(pstatus::SYSCALL, new, AcqRel, Relaxed).is_ok()
}

impl Stop {
    /// Nobody stops.
    pub const fn from(stopping: AtomicU32, wait: AtomicI32, note: AtomicU32) -> Stop {
        Stop { stopping, wait, note }
    }

    /// Whether somebody stops the world.
    #[inline]
    pub fn asked(&self) -> bool {
        self.stopping.load(Acquire) != 0
    }

    /// A stop of `n` Ps begins; afterwards the caller takes those in system calls.
    pub fn begin(&self, n: usize) {
        self.wait.store(n as i32, Relaxed);
        self.stopping.store(1, Release);
        fence_as(Step::StopFence);
    }

    /// The stop is over.
    pub fn end(&self) {
        self.stopping.store(0, Release);
    }

    /// A P has stopped. True if it was the last.
    pub fn arrived(&self) -> bool {
        if self.wait.fetch_sub(1, AcqRel) != 1 {
            return false;
        }
        self.note.fetch_add(1, Release);
        if !undone(Step::StopWake) {
            futex_wake(&self.note, 1);
        }
        true
    }

    /// A P's thread enters a system call. True if the P must be taken for a stop, under the lock, by `surrender`.
    #[inline]
    pub fn enter_syscall(&self, status: &AtomicU32) -> bool {
        status.store(pstatus::SYSCALL, Release);
        fence_as(Step::SyscallFence);
        self.stopping.load(Relaxed) != 0
    }

    /// Takes the P of a system call for the stop, the lock held; false if somebody else has.
    pub fn surrender(&self, status: &AtomicU32) -> bool {
        let taken = self.stopping.load(Relaxed) != 0 && take_from_syscall(status, pstatus::GCSTOP);
        if taken {
            self.arrived();
        }
        taken
    }

    /// Waits until all Ps have stopped; for at most `patience` ns at a time, calling `ask` in between.
    pub fn wait(&self, patience: i64, ask: impl Fn()) {
        while self.wait.load(Acquire) > 0 {
            let seen = self.note.load(Acquire);
            if self.wait.load(Acquire) <= 0 {
                break;
            }
            futex_wait(&self.note, seen, patience);
            ask();
        }
    }
}
