//! The scheduler's handshakes: what threads that hold no common lock promise each other, as code over atomics only.
//!
//! Each file is one protocol and says at its head who publishes what, which fence stands behind it, and who looks.
//! They know no goroutine and no system call but the futex: all that they stand on is `crate::base::seam`. The crate
//! `rt-core/models` compiles these very files with loom's atomics in its place and tries all interleavings; each `Step`
//! can be left out there, and then a model must fail.
//!
//! - [`runq`]: a processor's queue, which others steal from
//! - [`idle`]: giving a processor up, and waking a thread for new work
//! - [`watch`]: one thread sleeps in the poller until the next timer
//! - [`park`]: a thread's own sleeping place
//! - [`stop`]: stopping the world against system calls
//! - [`mail`]: signals on their way to who receives them
//! - [`claim`]: goroutines that do not run are scanned before anybody touches them
//!
//! Orders: a store, then a look at what the other side stores (Dekker's pattern) has a full fence between on both sides,
//! `fence(SeqCst)`; orders of single accesses are no substitute, since a SeqCst load may pass an earlier store of another
//! order. All else is Release and Acquire.

pub mod claim;
pub mod idle;
pub mod mail;
pub mod park;
pub mod runq;
pub mod stop;
pub mod want;
pub mod watch;

use crate::base::seam::atomic::{Ordering::SeqCst, fence};
use crate::base::seam::undone;

/// What a protocol cannot do without; models leave them out one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Who makes work looks for sleepers behind a fence.
    WakeFence,
    /// Who gives a P up looks for work behind a fence ...
    RestFence,
    /// ... looks at all,
    RestLook,
    /// and puts the P among the idle ones first.
    RestPutFirst,
    /// Who finds no P for the thread it wanted to wake says so under the lock.
    UnclaimLocked,
    /// Who looked for work and found some lets another look.
    FoundWakes,
    /// Who takes an idle P looks behind a fence whether the monitor sleeps deeply,
    TakeFence,
    /// which looks behind a fence whether all Ps idle.
    DeepFence,
    /// Who arms a timer looks at the other sets and the poller behind a fence,
    ArmFence,
    /// and sees to those behind one that is gone already;
    ArmRest,
    /// who goes to the poller looks at the timers behind a fence,
    SettleFence,
    /// and sleeps no longer than it has said.
    SettleAsSaid,
    /// Who comes back from the poller leaves it before it looks for a P.
    LeaveFirst,
    /// A thread is woken after it was told why.
    UnparkAfter,
    /// Who enters a system call looks for a stop behind a fence,
    SyscallFence,
    /// who stops the world looks at system calls behind a fence.
    StopFence,
    /// The last to stop wakes who waits for it.
    StopWake,
    /// A queue looks empty only if nothing moved within it meanwhile.
    EmptyTwice,
    /// What is in the queue is there before it is counted.
    PutRelease,
    /// Who writes into the frame of a goroutine that waits keeps others off,
    HoldTakes,
    /// and what it wrote is there when it lets go.
    LetGoRelease,
    /// Who leaves a P for a thread to come looks at the poller behind a fence,
    LeaveFence,
    /// and who goes there looks behind a fence whether one was left.
    EnterFence,
    /// A handler that has announced itself looks behind a fence whether its signal is wanted,
    DeliverFence,
    /// who wants it no more looks for handlers behind a fence.
    IdleFence,
    /// A signal is taken only when its receiver no longer counts as waiting.
    TakeReceiverFirst,
    /// Who waits for signals has the forwarder look again.
    WaitBumps,
}

/// A full fence, as that step.
#[inline]
pub fn fence_as(step: Step) {
    if !undone(step) {
        fence(SeqCst);
    }
}
