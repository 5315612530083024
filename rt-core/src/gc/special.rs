//! Specials: records attached to objects: finalizers, weak handles, cleanups, bubbles.
//!
//! A span's specials are a list sorted by offset and kind, under the span's `attached_lock`; the
//! arena has a bit for each span with specials. Rules:
//! - A finalizer keeps everything reachable *from* its object alive, not the object, so of two
//!   objects with finalizers the one that points to the other goes first, and cycles never go.
//! - An unreachable object with a finalizer is revived by the sweep; its weak handles are cleared
//!   before the finalizer is queued; its cleanups stay.
//! - An object that is gone clears its weak handles and queues its cleanups.
//!
//! A queued finalizer or cleanup is a root until it is taken.

use super::mark::Marker;
use super::{barrier, sweep};
use crate::base::lock::{Global, Mutex};
use crate::base::meter::SUMS;
use crate::base::stopped::Stopped;
use crate::mem::arena::{self, ARENA_PAGES, Arena};
use crate::mem::cache::MCache;
use crate::mem::sizes::PTR;
use crate::mem::span::{Span, State};
use crate::mem::types::Type;
use crate::mem::{find_object, meta, sampling};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering::*};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
#[repr(u8)]
enum Kind {
    Finalizer,
    Weak,
    Cleanup,
    /// The memory profile counts the object; `func` is its bucket.
    Sample,
    /// The object belongs to bubble `id` (testing/synctest).
    Bubble,
}

/// A finalizer or cleanup to call.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Call {
    /// The closure.
    pub func: usize,
    /// The object (finalizers), 0 for cleanups.
    pub arg: usize,
    /// Bytes of results (finalizers).
    pub nret: usize,
    /// Type of the function's parameter, and of the argument.
    pub fint: *const Type,
    pub ot: *const Type,
}

/// One record.
#[repr(C)]
pub struct Special {
    next: *mut Special,
    offset: usize,
    kind: Kind,
    /// Cleanups: to stop it.
    id: u64,
    /// `func` is the handle's address for `Weak`.
    call: Call,
}

struct Queued {
    next: *mut Queued,
    call: Call,
}

struct Queue {
    first: *mut Queued,
    last: *mut Queued,
}

impl Queue {
    const fn new() -> Queue {
        Queue { first: null_mut(), last: null_mut() }
    }

    unsafe fn push(&mut self, call: Call) {
        let q = meta::alloc(size_of::<Queued>()) as *mut Queued;
        // SAFETY: a fresh record; the list is proper.
        unsafe {
            *q = Queued { next: null_mut(), call };
            if self.first.is_null() {
                self.first = q;
            } else {
                (*self.last).next = q;
            }
            self.last = q;
        }
    }

    unsafe fn pop(&mut self) -> Option<Call> {
        let q = self.first;
        if q.is_null() {
            return None;
        }
        // SAFETY: first of the list, made by `push`.
        unsafe {
            let call = (*q).call;
            self.first = (*q).next;
            meta::free(q as *mut u8, size_of::<Queued>());
            Some(call)
        }
    }
}

static QUEUE_LOCK: Mutex = Mutex::new();
/// Under `QUEUE_LOCK`: finalizers, cleanups.
static QUEUES: Global<[Queue; 2]> = Global::new([Queue::new(), Queue::new()]);
/// Calls waiting in each queue.
static WAITING: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];
static NEXT_ID: AtomicUsize = AtomicUsize::new(1);

fn enqueue(which: usize, call: Call) {
    let _g = QUEUE_LOCK.lock();
    // SAFETY: under the lock.
    unsafe { (*QUEUES.get())[which].push(call) };
    WAITING[which].fetch_add(1, Release);
    [&SUMS.finalizers_queued, &SUMS.cleanups_queued][which].fetch_add(1, Relaxed);
}

fn dequeue(which: usize) -> Option<Call> {
    if WAITING[which].load(Acquire) == 0 {
        return None;
    }
    let _g = QUEUE_LOCK.lock();
    // SAFETY: under the lock.
    let c = unsafe { (*QUEUES.get())[which].pop() };
    if c.is_some() {
        WAITING[which].fetch_sub(1, Release);
    }
    c
}

/// The next finalizer to run. Its pointers are only safe in a place that is scanned or on a
/// goroutine's stack; nothing may reach a safepoint before they are there.
pub fn next_finalizer() -> Option<Call> {
    dequeue(0)
}

/// The next cleanup to run (its closure in `func`); as `next_finalizer`.
pub fn next_cleanup() -> Option<Call> {
    dequeue(1)
}

/// Number of finalizers and cleanups waiting to run.
pub fn waiting() -> (usize, usize) {
    (WAITING[0].load(Acquire), WAITING[1].load(Acquire))
}

/// Marks what queued calls need.
pub fn mark_queues(m: &mut Marker, _: &Stopped) {
    let _g = QUEUE_LOCK.lock();
    // SAFETY: under the lock.
    unsafe {
        for q in &*QUEUES.get() {
            let mut p = q.first;
            while !p.is_null() {
                mark_call(&(*p).call, m);
                m.mark((*p).call.arg);
                p = (*p).next;
            }
        }
    }
}

/// Calls `f` with each finalizer that is queued.
pub fn each_queued(_: &Stopped, mut f: impl FnMut(&Call)) {
    let _g = QUEUE_LOCK.lock();
    // SAFETY: under the lock.
    unsafe {
        let mut p = (*QUEUES.get())[0].first;
        while !p.is_null() {
            f(&(*p).call);
            p = (*p).next;
        }
    }
}

/// Calls `f` with each finalizer of a span's objects, and its object.
///
/// # Safety
/// The span stays.
pub unsafe fn each_finalizer(s: *mut Span, f: impl FnMut(usize, &Call)) {
    // SAFETY: the caller's promise.
    unsafe { each_of(s, Kind::Finalizer, f) }
}

/// Calls `f` with each object of a span that the memory profile counts, and its bucket.
///
/// # Safety
/// The span stays.
pub unsafe fn each_sample(s: *mut Span, mut f: impl FnMut(usize, usize)) {
    // SAFETY: the caller's promise.
    unsafe { each_of(s, Kind::Sample, |object, c| f(object, c.func)) }
}

unsafe fn each_of(s: *mut Span, kind: Kind, mut f: impl FnMut(usize, &Call)) {
    // SAFETY: the list under its lock.
    unsafe {
        let _g = (*s).attached_lock.lock();
        let mut r = *first(s);
        while !r.is_null() {
            if (*r).kind == kind {
                f((*s).base + (*r).offset, &(*r).call);
            }
            r = (*r).next;
        }
    }
}

fn mark_call(c: &Call, m: &mut Marker) {
    m.mark(c.func);
    m.mark(c.fint as usize);
    m.mark(c.ot as usize);
}

/// The link to a span's first record.
unsafe fn first(s: *mut Span) -> *mut *mut Special {
    // SAFETY: under the span's lock.
    unsafe { (&raw mut (*s).attached).cast() }
}

/// Place in the list for (offset, kind): the link that points to the first record not before it.
unsafe fn find(s: *mut Span, offset: usize, kind: Kind) -> *mut *mut Special {
    // SAFETY: under the span's special lock.
    unsafe {
        let last = (*s).last_attached.cast::<Special>();
        let before =
            !last.is_null() && ((*last).offset < offset || (*last).offset == offset && (*last).kind < kind);
        let mut link = if before { &raw mut (*last).next } else { first(s) };
        while !(*link).is_null() {
            let r = *link;
            if (*r).offset > offset || (*r).offset == offset && (*r).kind >= kind {
                break;
            }
            link = &raw mut (*r).next;
        }
        link
    }
}

unsafe fn insert(s: *mut Span, link: *mut *mut Special, offset: usize, kind: Kind, id: u64, call: Call) {
    let r = meta::alloc(size_of::<Special>()) as *mut Special;
    // SAFETY: under the span's special lock.
    unsafe {
        *r = Special { next: *link, offset, kind, id, call };
        *link = r;
        (*s).last_attached = r.cast();
        arena::set_has_attached((*s).base, true);
    }
}

unsafe fn remove(s: *mut Span, link: *mut *mut Special) -> Special {
    // SAFETY: under the span's special lock; `*link` is a record.
    unsafe {
        let r = *link;
        *link = (*r).next;
        (*s).last_attached = null_mut();
        let copy = core::ptr::read(r);
        meta::free(r as *mut u8, size_of::<Special>());
        if (*s).attached.is_null() {
            arena::set_has_attached((*s).base, false);
        }
        copy
    }
}

unsafe fn is(link: *mut *mut Special, offset: usize, kind: Kind) -> bool {
    // SAFETY: a link of `find`.
    unsafe { !(*link).is_null() && (**link).offset == offset && (**link).kind == kind }
}

/// The span of a live object, swept, so that its specials are this cycle's.
unsafe fn swept_span(p: usize) -> Option<*mut Span> {
    let (s, _, _) = find_object(p)?;
    // SAFETY: the caller holds a pointer into the object, so the span stays.
    unsafe { sweep::ensure_swept(s) };
    Some(s)
}

/// What `SetFinalizer` found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Done.
    Yes,
    /// The object has a finalizer already.
    Already,
    /// Not an object of the heap.
    NotHeap,
}

/// Sets the finalizer of the object that `p` points to (its start, or a tiny value).
///
/// # Safety
/// `p` is a live pointer of the caller, `call` valid with `arg` = p.
pub unsafe fn add_finalizer(p: usize, call: Call) -> Added {
    // SAFETY: live object, its span swept; lists under the lock.
    unsafe {
        let Some(s) = swept_span(p) else { return Added::NotHeap };
        let _g = (*s).attached_lock.lock();
        let off = p - (*s).base;
        let link = find(s, off, Kind::Finalizer);
        if is(link, off, Kind::Finalizer) {
            return Added::Already;
        }
        insert(s, link, off, Kind::Finalizer, 0, call);
        Added::Yes
    }
}

/// Has the end of a sampled object counted: the object at `p` of a swept span, live and just allocated.
///
/// # Safety
/// See above; the bucket is the memory profile's.
pub unsafe fn add_sample(s: *mut Span, p: usize, bucket: usize) {
    // SAFETY: live object, its span swept; the list under its lock.
    unsafe {
        let _g = (*s).attached_lock.lock();
        let off = p - (*s).base;
        let link = find(s, off, Kind::Sample);
        let call = Call { func: bucket, arg: 0, nret: 0, fint: core::ptr::null(), ot: core::ptr::null() };
        insert(s, link, off, Kind::Sample, 0, call);
    }
}

/// Removes the finalizer of an object, if it has one.
///
/// # Safety
/// `p` is a live pointer of the caller.
pub unsafe fn remove_finalizer(p: usize) {
    // SAFETY: as in `add_finalizer`.
    unsafe {
        let Some(s) = swept_span(p) else { return };
        let _g = (*s).attached_lock.lock();
        let off = p - (*s).base;
        let link = find(s, off, Kind::Finalizer);
        if is(link, off, Kind::Finalizer) {
            remove(s, link);
        }
    }
}

/// Adds a cleanup: `func` (a closure without arguments) is queued once the object that `p` points
/// into is gone. Returns its id, 0 if `p` is not in the heap (then it never runs).
///
/// # Safety
/// `p` and `func` are live pointers of the caller.
pub unsafe fn add_cleanup(p: usize, func: usize) -> u64 {
    // SAFETY: as in `add_finalizer`.
    unsafe {
        let Some(s) = swept_span(p) else { return 0 };
        let id = NEXT_ID.fetch_add(1, Relaxed) as u64;
        let _g = (*s).attached_lock.lock();
        let off = p - (*s).base;
        let link = find(s, off, Kind::Cleanup);
        let call = Call { func, arg: 0, nret: 0, fint: core::ptr::null(), ot: core::ptr::null() };
        insert(s, link, off, Kind::Cleanup, id, call);
        id
    }
}

/// Stops a cleanup, if it has not been queued.
///
/// # Safety
/// `p` is the number that was a pointer to the object, which may be gone.
pub unsafe fn remove_cleanup(p: usize, id: u64) {
    // SAFETY: span records are type-stable, see `make_strong`.
    unsafe {
        let Some(s) = swept_span(p) else { return };
        let _g = (*s).attached_lock.lock();
        let off = p.wrapping_sub((*s).base);
        let mut link = find(s, off, Kind::Cleanup);
        while is(link, off, Kind::Cleanup) {
            if (**link).id == id {
                remove(s, link);
                return;
            }
            link = &raw mut (**link).next;
        }
    }
}

/// The bubble that the object at `p` belongs to, 0 for none. If `id` is not 0, an object of the heap that
/// belongs to none belongs to that one from now on.
///
/// # Safety
/// `p` is a live pointer of the caller.
pub unsafe fn bubble_of(p: usize, id: u32) -> u32 {
    // SAFETY: as in `add_finalizer`.
    unsafe {
        let Some(s) = swept_span(p) else { return 0 };
        let _g = (*s).attached_lock.lock();
        let off = p - (*s).base;
        let link = find(s, off, Kind::Bubble);
        if is(link, off, Kind::Bubble) {
            return (**link).id as u32;
        }
        if id != 0 {
            let call = Call { func: 0, arg: 0, nret: 0, fint: core::ptr::null(), ot: core::ptr::null() };
            insert(s, link, off, Kind::Bubble, id as u64, call);
        }
        id
    }
}

/// The object at `p` belongs to no bubble any more.
///
/// # Safety
/// `p` is a live pointer of the caller.
pub unsafe fn remove_bubble(p: usize) {
    // SAFETY: as in `add_finalizer`.
    unsafe {
        let Some(s) = swept_span(p) else { return };
        let _g = (*s).attached_lock.lock();
        let off = p - (*s).base;
        let link = find(s, off, Kind::Bubble);
        if is(link, off, Kind::Bubble) {
            remove(s, link);
        }
    }
}

/// Weak handles of things outside the heap: they live forever, and so do their handles.
struct Immortal {
    next: *mut Immortal,
    handle: usize,
}
static IMMORTAL_LOCK: Mutex = Mutex::new();
/// Under `IMMORTAL_LOCK`; 64 chains by address.
static IMMORTAL: Global<[*mut Immortal; 64]> = Global::new([null_mut(); 64]);

fn immortal_handle(p: usize) -> *mut usize {
    let _g = IMMORTAL_LOCK.lock();
    // SAFETY: under the lock.
    unsafe {
        let chain = &mut (*IMMORTAL.get())[p / PTR % 64];
        let mut r = *chain;
        while !r.is_null() {
            if (*r).handle == p {
                return &raw mut (*r).handle;
            }
            r = (*r).next;
        }
        r = meta::persistent(size_of::<Immortal>(), PTR) as *mut Immortal;
        *r = Immortal { next: *chain, handle: p };
        *chain = r;
        &raw mut (*r).handle
    }
}

/// The handle for weak pointers to `p`: a word that holds `p` until the object is gone. One for
/// each pointer value, so that equal pointers have equal handles. Null: out of memory. A leaf.
///
/// # Safety
/// The P's own cache; `p` is a live pointer of the caller.
pub unsafe fn weak_handle(c: *mut MCache, p: usize) -> *mut usize {
    // SAFETY: as in `add_finalizer`.
    unsafe {
        let Some(s) = swept_span(p) else { return immortal_handle(p) };
        const CLASS: usize = 1 << 1 | 1;
        // Twice, if all are held back.
        while (*c).slots[CLASS].free == 0 {
            if !(*c).refill(CLASS) {
                return null_mut();
            }
        }
        let _g = (*s).attached_lock.lock();
        let off = p - (*s).base;
        let link = find(s, off, Kind::Weak);
        if is(link, off, Kind::Weak) {
            let h = (**link).call.func;
            // Reachable through the special, which a marker may not have come to yet.
            barrier::shade(c, h);
            return h as *mut usize;
        }
        let h = (*c).take(CLASS).0 as *mut usize;
        h.write(p);
        let call = Call { func: h as usize, arg: 0, nret: 0, fint: core::ptr::null(), ot: core::ptr::null() };
        insert(s, link, off, Kind::Weak, 0, call);
        h
    }
}

/// The pointer of a weak handle, kept alive from now on, or 0 if the object is gone. A leaf.
///
/// # Safety
/// The P's own cache; `h` came from `weak_handle` and is alive.
pub unsafe fn make_strong(c: *mut MCache, h: *mut usize) -> usize {
    // SAFETY: sweeping clears the handle before the object's span goes. Span records are recycled
    // only as span records, and a recycled one is never unswept, so looking at a stale one ends.
    unsafe {
        let handle = AtomicUsize::from_ptr(h);
        let p = handle.load(Acquire);
        if p == 0 {
            return 0;
        }
        let s = arena::span_of(p);
        if s.is_null() || (*s).state() != State::InUse {
            // Outside the heap, or gone this very moment.
            return handle.load(Acquire);
        }
        sweep::ensure_swept(s);
        let p = handle.load(Acquire);
        if p != 0 {
            barrier::shade(c, p);
        }
        p
    }
}

/// Marks what the specials of an arena's spans keep alive.
pub fn mark_arena(a: &Arena, m: &mut Marker) {
    for (w, word) in a.attached.iter().enumerate() {
        let mut bits = word.load(Acquire);
        while bits != 0 {
            let page = w * 32 + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            debug_assert!(page < ARENA_PAGES);
            let s = a.span(page);
            if s.is_null() {
                continue;
            }
            // SAFETY: while marking, spans in use stay; the list under its lock.
            unsafe {
                let _g = (*s).attached_lock.lock();
                let mut r = *first(s);
                while !r.is_null() {
                    if (*r).kind != Kind::Sample {
                        mark_call(&(*r).call, m);
                    }
                    if (*r).kind == Kind::Finalizer {
                        m.mark_contents(s, (*s).index_of((*s).base + (*r).offset));
                    }
                    r = (*r).next;
                }
            }
        }
    }
}

/// Handles the specials of a span that is being swept: those of unmarked objects. True if calls
/// were queued.
///
/// # Safety
/// The caller sweeps the span.
pub unsafe fn sweep(s: *mut Span) -> bool {
    let mut queued = false;
    // SAFETY: marks and list belong to the sweeper (and the lock).
    unsafe {
        let _g = (*s).attached_lock.lock();
        let mut link = first(s);
        while !(*link).is_null() {
            let i = (*s).index_of((*s).base + (**link).offset);
            if (*s).is_marked(i) {
                link = &raw mut (**link).next;
                continue;
            }
            let end = (*s).object(i) - (*s).base + (*s).elem_size;
            let mut has_finalizer = false;
            let mut r = *link;
            while !r.is_null() && (*r).offset < end {
                has_finalizer |= (*r).kind == Kind::Finalizer;
                r = (*r).next;
            }
            if has_finalizer {
                (*s).set_marked(i);
            }
            // Weak handles first, then finalizers.
            let mut at = link;
            while !(*at).is_null() && (**at).offset < end {
                if (**at).kind == Kind::Weak {
                    let h = remove(s, at).call.func as *mut usize;
                    AtomicUsize::from_ptr(h).store(0, Release);
                } else {
                    at = &raw mut (**at).next;
                }
            }
            let mut at = link;
            while !(*at).is_null() && (**at).offset < end {
                match (**at).kind {
                    Kind::Finalizer => {
                        enqueue(0, remove(s, at).call);
                        queued = true;
                    }
                    Kind::Cleanup if !has_finalizer => {
                        enqueue(1, remove(s, at).call);
                        queued = true;
                    }
                    Kind::Sample if !has_finalizer => {
                        let bucket = remove(s, at).call.func;
                        if let Some(ops) = sampling::ops() {
                            (ops.freed)(bucket);
                        }
                    }
                    Kind::Bubble if !has_finalizer => {
                        remove(s, at);
                    }
                    _ => at = &raw mut (**at).next,
                }
            }
            // What is left of a revived object is passed over by the mark test above.
        }
    }
    queued
}
