//! Timers: one heap by time. An entry wakes a sleeping goroutine, passes a descriptor's deadline, or
//! is a Go timer, whose function the overlay's timer goroutine runs.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    reason = "records are raw pointers throughout; all functions run on g0 of a live M"
)]

use crate::atomic::AtomicU64;
use crate::chan::Hchan;
use crate::g::*;
use crate::gc::mark::Marker;
use crate::hook;
use crate::netpoll;
use crate::os;
use crate::sched::protocol::watch::Armed;
use crate::sched::*;
use crate::sync::{Global, Mutex};
use crate::synctest::{self, Bubble};
use core::ptr::{copy_nonoverlapping, null_mut};
use core::sync::atomic::{AtomicI32, Ordering::*};

/// The beginning of the overlay's `timeTimer`.
#[repr(C)]
pub struct GoTimer {
    c: usize,
    init: bool,
    pub when: i64,
    pub period: i64,
    /// Index in the heap + 1; 0: not there.
    pub index: usize,
    pub seq: u64,
    firing: AtomicI32,
    send_lock: u32,
    /// The channel it feeds, if it does.
    pub channel: *mut Hchan,
    /// Whose clock it follows; null: the world's.
    pub bubble: *mut Bubble,
}

impl GoTimer {
    /// It is taken from its heap, and its function is about to be run.
    pub fn start_firing(&self) {
        self.firing.fetch_add(1, SeqCst);
    }
}

/// The overlay's `dueTimer`.
#[repr(C)]
pub struct Due {
    t: *mut GoTimer,
    seq: u64,
    delay: i64,
}

/// When a ticker that was due at `when` is next, having gone off `delay` late. Ticks that were missed are left out.
pub fn next_tick(when: i64, period: i64, delay: i64) -> i64 {
    when.saturating_add(period.saturating_mul(1 + delay / period))
}

impl Due {
    /// Writes one to a record of Go's heap.
    pub unsafe fn hand_out(out: *mut Due, t: *mut GoTimer, seq: u64, delay: i64) {
        crate::gc::barrier::pre_write(cache(), out as usize, size_of::<Due>(), core::ptr::null());
        out.write(Due { t, seq, delay });
    }
}

#[derive(Clone, Copy)]
enum What {
    Sleep(*mut G),
    Go(*mut GoTimer),
    /// Descriptor record, mode, sequence number.
    Poll(*mut netpoll::Desc, u8, u32),
}

#[derive(Clone, Copy)]
struct Entry {
    when: i64,
    what: What,
}

struct Heap {
    items: *mut Entry,
    len: usize,
    cap: usize,
    /// Go timers that are due, for the timer goroutine: a ring.
    due: *mut Due,
    due_head: usize,
    due_len: usize,
    due_cap: usize,
    /// The timer goroutine, if it waits, and where it wants the next one.
    waiter: *mut G,
    waiter_out: *mut Due,
}

static LOCK: Mutex = Mutex::new();
static HEAP: Global<Heap> = Global::new(Heap {
    items: null_mut(),
    len: 0,
    cap: 0,
    due: null_mut(),
    due_head: 0,
    due_len: 0,
    due_cap: 0,
    waiter: null_mut(),
    waiter_out: null_mut(),
});
/// When the first timer is due; 0: there is none.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// When the first timer is due; 0: there is none.
pub fn next_when() -> u64 {
    NEXT.load(SeqCst)
}

unsafe fn grow<T>(items: *mut T, cap: usize) -> (*mut T, usize) {
    let new = if cap == 0 { 64 } else { cap * 2 };
    let p = os::map((new * size_of::<T>() + 4095) & !4095) as *mut T;
    if p.is_null() {
        crate::print::throw("runtime: cannot allocate memory");
    }
    if cap > 0 {
        copy_nonoverlapping(items, p, cap);
        os::unmap(items.cast(), (cap * size_of::<T>() + 4095) & !4095);
    }
    (p, new)
}

impl Heap {
    unsafe fn set(&mut self, i: usize, e: Entry) {
        self.items.add(i).write(e);
        if let What::Go(t) = e.what {
            (*t).index = i + 1;
        }
    }
    unsafe fn at(&self, i: usize) -> Entry {
        *self.items.add(i)
    }
    unsafe fn up(&mut self, mut i: usize) {
        let e = self.at(i);
        while i > 0 {
            let p = (i - 1) / 4;
            if self.at(p).when <= e.when {
                break;
            }
            self.set(i, self.at(p));
            i = p;
        }
        self.set(i, e);
    }
    unsafe fn down(&mut self, mut i: usize) {
        let e = self.at(i);
        loop {
            let first = 4 * i + 1;
            if first >= self.len {
                break;
            }
            let mut c = first;
            for k in first + 1..(first + 4).min(self.len) {
                if self.at(k).when < self.at(c).when {
                    c = k;
                }
            }
            if self.at(c).when >= e.when {
                break;
            }
            self.set(i, self.at(c));
            i = c;
        }
        self.set(i, e);
    }
    unsafe fn push(&mut self, e: Entry) {
        if self.len == self.cap {
            (self.items, self.cap) = grow(self.items, self.cap);
        }
        self.len += 1;
        self.set(self.len - 1, e);
        self.up(self.len - 1);
        self.note();
    }
    unsafe fn remove(&mut self, i: usize) -> Entry {
        let e = self.at(i);
        if let What::Go(t) = e.what {
            (*t).index = 0;
        }
        self.len -= 1;
        if i < self.len {
            let last = self.at(self.len);
            self.set(i, last);
            self.up(i);
            let i = if let What::Go(t) = last.what { (*t).index - 1 } else { i };
            self.down(i);
        }
        self.note();
        e
    }
    unsafe fn note(&self) {
        NEXT.store(if self.len == 0 { 0 } else { self.at(0).when.max(1) as u64 }, SeqCst);
    }
    unsafe fn add_due(&mut self, d: Due) {
        if self.due_len == self.due_cap {
            let (old, cap, head) = (self.due, self.due_cap, self.due_head);
            let (p, new) = grow::<Due>(null_mut(), 0);
            let (p, new) = if cap < new { (p, new) } else { grow_to::<Due>(p, cap * 2) };
            for i in 0..self.due_len {
                p.add(i).write(old.add((head + i) % cap).read());
            }
            (self.due, self.due_cap, self.due_head) = (p, new, 0);
        }
        self.due.add((self.due_head + self.due_len) % self.due_cap).write(d);
        self.due_len += 1;
    }
}

unsafe fn grow_to<T>(small: *mut T, cap: usize) -> (*mut T, usize) {
    os::unmap(small.cast(), (64 * size_of::<T>() + 4095) & !4095);
    (os::map((cap * size_of::<T>() + 4095) & !4095) as *mut T, cap)
}

/// How far ahead a timer may be that nobody is woken for: busy threads look at the heap when they
/// switch goroutines, who gives its P up does, and sysmon every 10 ms.
const FAR: u64 = 50_000_000;

/// A new first timer: whoever sleeps in the poller must hear of it, or somebody go there.
unsafe fn wake_poller(when: u64) {
    match SCHED.watch.armed(when) {
        Armed::Known => {}
        Armed::WakePoller => netpoll::wake(),
        Armed::Nobody => {
            if when < os::nanotime() + FAR {
                wakep();
            }
        }
    }
}

unsafe fn add(e: Entry) {
    let before;
    {
        let _l = LOCK.lock();
        before = NEXT.load(Relaxed);
        (*HEAP.get()).push(e);
    }
    let when = e.when.max(1) as u64;
    if before == 0 || when < before {
        wake_poller(when);
    }
}

/// A descriptor's deadline.
pub unsafe fn add_poll(d: *mut netpoll::Desc, mode: u8, seq: u32, when: i64) {
    add(Entry { when, what: What::Poll(d, mode, seq) });
}

/// Does what is due. Called while looking for work.
pub unsafe fn run_due() {
    let first = next_when();
    if first == 0 {
        return;
    }
    let now = os::nanotime();
    if first > now {
        return;
    }
    let mut list = GList::new();
    // Deadlines are passed on without the lock.
    let mut polls = [(null_mut(), 0u8, 0u32); 16];
    let mut npolls = 0;
    {
        let _l = LOCK.lock();
        let h = &mut *HEAP.get();
        while h.len > 0 && h.at(0).when as u64 <= now && npolls < polls.len() {
            let e = h.at(0);
            match e.what {
                What::Sleep(g) => {
                    h.remove(0);
                    list.push(g);
                }
                What::Poll(d, mode, seq) => {
                    h.remove(0);
                    polls[npolls] = (d, mode, seq);
                    npolls += 1;
                }
                What::Go(t) => {
                    let delay = now as i64 - e.when;
                    h.remove(0);
                    (*t).start_firing();
                    let seq = (*t).seq;
                    if (*t).period > 0 {
                        let when = next_tick(e.when, (*t).period, delay);
                        (*t).when = when;
                        h.push(Entry { when, what: What::Go(t) });
                    }
                    h.add_due(Due { t, seq, delay });
                }
            }
        }
        if h.due_len > 0 && !h.waiter.is_null() {
            let g = h.waiter;
            h.waiter = null_mut();
            hand_over(h);
            list.push(g);
        }
    }
    for &(d, mode, seq) in &polls[..npolls] {
        netpoll::deadline(d, mode, seq);
    }
    // Local, so that they run on this P soon.
    loop {
        let g = list.pop();
        if g.is_null() {
            break;
        }
        ready_at(g, false);
    }
}

/// Gives the first due timer to the timer goroutine.
unsafe fn hand_over(h: &mut Heap) {
    let d = h.due.add(h.due_head).read();
    h.due_head = (h.due_head + 1) % h.due_cap;
    h.due_len -= 1;
    Due::hand_out(h.waiter_out, d.t, d.seq, d.delay);
}

hook! { fn "runtime.timerNext"(out: *mut Due) parking {
    let l = LOCK.lock();
    let h = &mut *HEAP.get();
    h.waiter_out = out;
    if h.due_len > 0 {
        hand_over(h);
    } else {
        h.waiter = prepare_park(Wait::Timers);
        drop(l);
        schedule();
    }
}}

unsafe fn stop(h: &mut Heap, t: *mut GoTimer) -> bool {
    (*t).seq += 1;
    if (*t).index == 0 {
        return false;
    }
    h.remove((*t).index - 1);
    true
}

hook! { fn "runtime.timerStop"(t: *mut GoTimer) -> bool, leaf {
    let _l = LOCK.lock();
    stop(&mut *HEAP.get(), t)
}}
hook! { fn "runtime.timerStart"(t: *mut GoTimer, when: i64, period: i64) -> bool, leaf {
    let l = LOCK.lock();
    let was = stop(&mut *HEAP.get(), t);
    let when = if when < 0 { i64::MAX } else { when };
    (*t).when = when;
    (*t).period = period;
    drop(l);
    add(Entry { when, what: What::Go(t) });
    was
}}

hook! { fn "time.Sleep"(ns: i64) parking {
    if ns > 0 {
        if !(*curg()).bubble.is_null() {
            synctest::sleep(ns);
        }
        let when = (os::nanotime() as i64).saturating_add(ns);
        // The lock first: the timer must not fire before the goroutine waits.
        let l = LOCK.lock();
        let before = NEXT.load(Relaxed);
        let g = prepare_park(Wait::Sleep);
        (*HEAP.get()).push(Entry { when, what: What::Sleep(g) });
        drop(l);
        if before == 0 || (when as u64) < before {
            wake_poller(when as u64);
        }
        schedule()
    }
}}

/// Marks the Go timers; the world is stopped.
pub unsafe fn scan(m: &mut Marker) {
    let h = &*HEAP.get();
    for i in 0..h.len {
        if let What::Go(t) = h.at(i).what {
            m.mark(t as usize);
        }
    }
    for i in 0..h.due_len {
        m.mark((*h.due.add((h.due_head + i) % h.due_cap)).t as usize);
    }
}
