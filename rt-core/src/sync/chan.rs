//! Channels: sending, receiving, closing. The record is Go memory, made by the overlay's makechan;
//! its queues hold sudogs, which are not.
//!
//! A sudog's element may be in the stack of the goroutine that waits. Values are copied straight
//! between stacks: a parked goroutine's stack moves only while the world is stopped, and no
//! channel operation is under way then.
//!
//! What needs only the buffer is done by the overlay's Go code, under the same lock (`chanput`, `chantake`).

use super::timer;
use crate::base::layout::shared_record;
use crate::base::print::throw;
use crate::gc::typed;
use crate::mem::Type;
use crate::mem::blocks::Blocks;
use crate::mem::sizes::PAGE;
use crate::os;
use crate::sched::timer::GoTimer;
use crate::sched::*;
use crate::sync::synctest;
use crate::task::g::*;
use crate::task::{hook, stackscan};
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::*};

/// A queue of waiting goroutines.
#[repr(C)]
pub struct WaitQ {
    pub first: *mut Sudog,
    pub last: *mut Sudog,
}

reflect::record! { hchan => shared_record { pub struct Hchan {}} }

/// In `Hchan::special`: a timer feeds it. All of its operations come to Rust.
pub const FED: u32 = 1 << 31;

/// Results, as the overlay has them.
pub const BLOCKED: isize = 0;
pub const DONE: isize = 1;
pub const CLOSED: isize = 2;
pub const PARKED: isize = 3;
/// Its timer has gone off: the receiver runs the timer's function and tries again.
pub const TIMER: isize = 4;

impl Hchan {
    /// Takes the channel's lock: spins, then sleeps.
    pub fn lock(&self) {
        if self.lock.compare_exchange(0, 1, Acquire, Relaxed).is_ok() {
            return;
        }
        for _ in 0..50 {
            core::hint::spin_loop();
            if self.lock.load(Relaxed) == 0 && self.lock.compare_exchange(0, 1, Acquire, Relaxed).is_ok() {
                return;
            }
        }
        while self.lock.swap(2, Acquire) != 0 {
            os::futex_wait(&self.lock, 2, -1);
        }
    }
    /// The bubble it belongs to; 0: none.
    pub fn bubble(&self) -> u32 {
        self.special & !FED
    }
    /// Takes it for the current goroutine, which must be in the channel's bubble, if that has one.
    ///
    /// # Safety
    /// In a hook.
    #[inline]
    pub unsafe fn enter(&self, fault: &str) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.bubble() != 0 {
                synctest::check(self, fault);
            }
            self.lock();
        }
    }
    /// Releases it.
    pub fn unlock(&self) {
        if self.lock.swap(0, Release) == 2 {
            os::futex_wake(&self.lock, 1);
        }
    }
    /// Takes back what its timer sent and nobody received: whether there was anything.
    ///
    /// # Safety
    /// The channel's lock is held.
    pub unsafe fn drop_value(&mut self) -> bool {
        // SAFETY: the channel's lock is held; nothing is received.
        unsafe {
            let was = self.qcount > 0;
            if was {
                try_recv(self, null_mut());
            }
            was
        }
    }
    /// Takes one receiver who is to see to the timer, if that has gone off, as `ripe` says under the lock.
    ///
    /// # Safety
    /// The channel's timer feeds it.
    pub unsafe fn timer_due(&mut self, ripe: impl FnOnce() -> bool) -> *mut G {
        // SAFETY: under the channel's lock; who waits in a queue stays until taken out.
        unsafe {
            self.lock();
            let s = if ripe() { self.recvq.dequeue() } else { null_mut() };
            let g = if s.is_null() { null_mut() } else { finish(s, TIMER) };
            self.unlock();
            g
        }
    }
    unsafe fn slot(&self, i: usize) -> *mut u8 {
        // SAFETY: an index within the buffer.
        unsafe { self.buf.add(i * self.elemsize as usize) }
    }
}

impl WaitQ {
    /// Adds at the end.
    ///
    /// # Safety
    /// The channel's lock is held.
    pub unsafe fn enqueue(&mut self, s: *mut Sudog) {
        // SAFETY: sudogs in a queue are live, and on no other.
        unsafe {
            (*s).next = null_mut();
            (*s).prev = self.last;
            if self.last.is_null() {
                self.first = s;
            } else {
                (*self.last).next = s;
            }
            self.last = s;
        }
    }
    /// Takes the first whose select, if any, has not been won by another case.
    ///
    /// # Safety
    /// The channel's lock is held.
    pub unsafe fn dequeue(&mut self) -> *mut Sudog {
        // SAFETY: sudogs in a queue are live, and so are their goroutines.
        unsafe {
            loop {
                let s = self.first;
                if s.is_null() {
                    return s;
                }
                self.remove(s);
                if (*s).is_select && (*(*s).g).select_done.compare_exchange(0, 1, AcqRel, Relaxed).is_err() {
                    continue;
                }
                stackscan::before_touch((*s).g);
                return s;
            }
        }
    }
    /// Takes `s` out, if it is in.
    ///
    /// # Safety
    /// The channel's lock is held.
    pub unsafe fn remove(&mut self, s: *mut Sudog) {
        // SAFETY: sudogs in a queue are live; one that is in none has no neighbours.
        unsafe {
            let (n, p) = ((*s).next, (*s).prev);
            if n.is_null() && p.is_null() && self.first != s {
                return;
            }
            if p.is_null() {
                self.first = n;
            } else {
                (*p).next = n;
            }
            if n.is_null() {
                self.last = p;
            } else {
                (*n).prev = p;
            }
            (*s).next = null_mut();
            (*s).prev = null_mut();
        }
    }
}

// ---- sudogs

static SUDOGS: Blocks = Blocks::new("sudogs", offset_of!(Sudog, next), size_of::<Sudog>(), PAGE);
/// How many a P keeps.
const KEPT_SUDOGS: usize = 128;

/// A cleared sudog for the goroutine.
///
/// # Safety
/// The goroutine is the caller's.
pub unsafe fn new_sudog(g: *mut G) -> *mut Sudog {
    // SAFETY: the P is the calling thread's; what comes from the pool is the caller's alone.
    unsafe {
        let p = (*getm()).p.as_mut();
        let s = SUDOGS.take(p.map(|p| &mut p.sudogs), KEPT_SUDOGS) as *mut Sudog;
        if s.is_null() {
            throw("out of memory (waiting operations)");
        }
        s.write_bytes(0, 1);
        (*s).g = g;
        s
    }
}

/// Gives it back.
///
/// # Safety
/// It is in no queue, and nobody's.
pub unsafe fn free_sudog(s: *mut Sudog) {
    // SAFETY: the P is the calling thread's.
    unsafe {
        let p = (*getm()).p.as_mut();
        SUDOGS.give(p.map(|p| &mut p.sudogs), KEPT_SUDOGS, s.cast());
    }
}

/// After a collection: gives memory back that waiting operations have not needed since the last one.
pub fn give_back() {
    SUDOGS.give_back();
}

/// A goroutine that waited in a plain operation is done: tells it the result, forgets the sudog.
/// For a select it leaves both to selectfinish.
unsafe fn finish(s: *mut Sudog, result: isize) -> *mut G {
    // SAFETY: taken out of its queue under the channel's lock, so its goroutine is the caller's to wake; that stands in chansend's or chanrecv's hook.
    unsafe {
        let g = (*s).g;
        (*s).success = result == DONE;
        (*g).param = s;
        if !(*s).is_select {
            // chansend's and chanrecv's only result, behind (c, elem, block).
            *(((*g).hook_args + 3 * size_of::<usize>()) as *mut isize) = result;
            (*g).waiting = null_mut();
            free_sudog(s);
        }
        g
    }
}

/// Copies an element to Go memory that may be heap.
unsafe fn put(c: *mut Hchan, dst: *mut u8, src: *const u8) {
    // SAFETY: `dst` and `src` are values of the channel's type; the thread holds a P in a hook.
    unsafe {
        typed::memmove(cache(), (*c).elemtype, dst, src);
    }
}

unsafe fn clear(c: *mut Hchan, dst: *mut u8) {
    // SAFETY: as `put`.
    unsafe {
        typed::memclr(cache(), (*c).elemtype, dst);
    }
}

fn next(i: usize, n: usize) -> usize {
    if i + 1 == n { 0 } else { i + 1 }
}

/// Tries to send with the lock held; on DONE the goroutine to make ready, if any.
///
/// # Safety
/// The channel's lock is held, in a hook; `elem` is a value of its type.
pub unsafe fn try_send(c: *mut Hchan, elem: *const u8) -> (isize, *mut G) {
    // SAFETY: the caller's promise. Waiting goroutines' stacks stay where they are, since the world can't stop.
    unsafe {
        let ch = &mut *c;
        if ch.closed.load(Relaxed) != 0 {
            return (CLOSED, null_mut());
        }
        let s = ch.recvq.dequeue();
        if !s.is_null() {
            if !(*s).elem.is_null() {
                put(c, (*s).elem, elem);
            }
            return (DONE, finish(s, DONE));
        }
        if ch.qcount < ch.dataqsiz {
            put(c, ch.slot(ch.sendx), elem);
            ch.sendx = next(ch.sendx, ch.dataqsiz);
            ch.qcount += 1;
            return (DONE, null_mut());
        }
        (BLOCKED, null_mut())
    }
}

/// Tries to receive with the lock held.
///
/// # Safety
/// The channel's lock is held, in a hook; `elem` is null or has room for a value of its type.
pub unsafe fn try_recv(c: *mut Hchan, elem: *mut u8) -> (isize, *mut G) {
    // SAFETY: as `try_send`.
    unsafe {
        let ch = &mut *c;
        if ch.closed.load(Relaxed) != 0 && ch.qcount == 0 {
            if !elem.is_null() {
                clear(c, elem);
            }
            return (CLOSED, null_mut());
        }
        let s = if ch.closed.load(Relaxed) == 0 { ch.sendq.dequeue() } else { null_mut() };
        if !s.is_null() {
            if ch.dataqsiz == 0 {
                if !elem.is_null() {
                    put(c, elem, (*s).elem);
                }
            } else {
                // Full: the head of the queue is ours, the sender's value takes its place.
                let slot = ch.slot(ch.recvx);
                if !elem.is_null() {
                    put(c, elem, slot);
                }
                put(c, slot, (*s).elem);
                ch.recvx = next(ch.recvx, ch.dataqsiz);
                ch.sendx = ch.recvx;
            }
            return (DONE, finish(s, DONE));
        }
        if ch.qcount > 0 {
            let slot = ch.slot(ch.recvx);
            if !elem.is_null() {
                put(c, elem, slot);
            }
            clear(c, slot);
            ch.recvx = next(ch.recvx, ch.dataqsiz);
            ch.qcount -= 1;
            return (DONE, null_mut());
        }
        (BLOCKED, null_mut())
    }
}

/// Sends what a timer's function sends; the lock is held. It never waits.
unsafe fn timer_send(c: *mut Hchan, elem: *const u8) -> isize {
    // SAFETY: the channel's lock is held until it is released here, once.
    unsafe {
        let t = (*c).timer;
        if !timer::may_send(t) {
            (*c).unlock();
            return BLOCKED;
        }
        let (r, g) = try_send(c, elem);
        let first = timer::sent(t);
        (*c).unlock();
        if !g.is_null() {
            ready(g);
        }
        first.announce();
        r
    }
}

/// Waits in one of the channel's queues; the lock is held, and released.
#[inline(always)]
unsafe fn wait(c: *mut Hchan, elem: *mut u8, send: bool) -> Next {
    // SAFETY: the channel's lock is held. `elem` may be in the goroutine's stack: copying that adjusts the sudog.
    unsafe {
        let g = curg();
        let s = new_sudog(g);
        (*s).elem = elem;
        (*s).c = c.cast();
        (*g).waiting = s;
        (*g).param = null_mut();
        let q = if send { &mut (*c).sendq } else { &mut (*c).recvq };
        q.enqueue(s);
        // In its heap before a bubble may find that all are blocked.
        let first = timer::awaited(c);
        prepare_park(if send { Wait::Send } else { Wait::Recv });
        (*c).unlock();
        first.announce();
        Next::Search
    }
}

hook! { fn "runtime.chansend"(c: *mut Hchan, elem: *mut u8, block: bool) -> isize, parking {
    (*c).enter("send on synctest channel from outside bubble");
    if (*c).timer.is_null() {
        let (r, g) = try_send(c, elem);
        if r == BLOCKED && block {
            return Parked(wait(c, elem, true));
        }
        (*c).unlock();
        if !g.is_null() {
            ready(g);
        }
        Done(r)
    } else {
        Done(timer_send(c, elem))
    }
}}

hook! { fn "runtime.chanrecv"(c: *mut Hchan, elem: *mut u8, block: bool) -> isize, parking {
    (*c).enter("receive on synctest channel from outside bubble");
    let (mut r, g) = try_recv(c, elem);
    if r == BLOCKED && !(*c).timer.is_null() && timer::is_ripe((*c).timer) {
        r = TIMER;
    }
    if r == BLOCKED && block {
        return Parked(wait(c, elem, false));
    }
    (*c).unlock();
    if !g.is_null() {
        ready(g);
    }
    Done(r)
}}

hook! { fn "runtime.chanwake"(c: *mut Hchan) leaf {
    os::futex_wake(&(*c).lock, 1);
}}

hook! { fn "runtime.chanclose"(c: *mut Hchan) -> bool, leaf {
    (*c).enter("close of synctest channel from outside bubble");
    if (*c).closed.load(Relaxed) != 0 {
        (*c).unlock();
        false
    } else {
        (*c).closed.store(1, Release);
        let mut list = GList::new();
        loop {
            let s = (*c).recvq.dequeue();
            if s.is_null() {
                break;
            }
            if !(*s).elem.is_null() {
                clear(c, (*s).elem);
            }
            list.push(finish(s, CLOSED));
        }
        loop {
            let s = (*c).sendq.dequeue();
            if s.is_null() {
                break;
            }
            list.push(finish(s, CLOSED));
        }
        (*c).unlock();
        loop {
            let g = list.pop();
            if g.is_null() {
                break;
            }
            ready(g);
        }
        true
    }
}}
