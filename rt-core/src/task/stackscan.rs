//! What a goroutine's stack keeps alive. Code reads some words of its frame by the frame's own addresses: those are in the
//! stack maps. Any other object in a frame is alive if a live pointer leads to it, so they are traced like objects of
//! the heap: the walk over the frames, innermost first, lists all objects in ascending order and notes each pointer into
//! the stack; then those are followed.

use crate::base::image::the_image;
use crate::base::pool::{Kept, Pool};
use crate::gc::mark::{self, Marker};
use crate::gc::{self, roots};
use crate::mem::meta;
use crate::os;
use crate::protocol::claim::Held;
use crate::task::current::{cache, getm};
use crate::task::g::{G, Status};
use crate::task::{stack, unwind};
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::Relaxed;
use reflect::image::{PtrMap, StackObject};

/// A list that keeps its memory.
pub struct List<T> {
    ptr: *mut T,
    len: usize,
    cap: usize,
}

impl<T: Copy> List<T> {
    /// Without elements.
    pub const EMPTY: List<T> = List { ptr: null_mut(), len: 0, cap: 0 };
    /// Forgets the elements.
    pub fn clear(&mut self) {
        self.len = 0;
    }
    /// Adds an element.
    pub fn push(&mut self, v: T) {
        if self.len == self.cap {
            let cap = (2 * self.cap).max(512);
            let p = meta::persistent(cap * size_of::<T>(), 16) as *mut T;
            // SAFETY: both have room for `len` elements. The old memory is given up: all of a list's memory together
            // is at most twice the last.
            unsafe { p.copy_from_nonoverlapping(self.ptr, self.len) };
            self.ptr = p;
            self.cap = cap;
        }
        // SAFETY: len < cap.
        unsafe { self.ptr.add(self.len).write(v) };
        self.len += 1;
    }
    fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: it was pushed.
        Some(unsafe { self.ptr.add(self.len).read() })
    }
    /// The elements.
    pub fn elements(&mut self) -> &mut [T] {
        if self.len == 0 {
            return &mut [];
        }
        // SAFETY: pushed elements.
        unsafe { core::slice::from_raw_parts_mut(self.ptr, self.len) }
    }
}

#[derive(Clone, Copy)]
struct Object {
    at: usize,
    size: u32,
    map: u32,
    seen: bool,
}

/// Lists for one scan at a time. Zero memory is empty ones.
struct Scratch {
    objects: List<Object>,
    /// Pointers into the stack, to be followed.
    pointers: List<usize>,
    next: *mut Scratch,
}

/// Those that nobody uses, as many as threads ever scanned at a time.
static SCRATCH: Pool = Pool::new("stack scans", offset_of!(Scratch, next));
/// A P keeps the one that it needs now and then.
const KEPT: usize = 1;

fn kept() -> Option<&'static mut Kept> {
    // SAFETY: a P is used by the thread that runs it alone; Ps are never freed.
    unsafe { (*getm()).p.as_mut().map(|p| &mut p.scans) }
}

fn take() -> *mut Scratch {
    // SAFETY: the P's own.
    match unsafe { SCRATCH.take(kept(), KEPT) } {
        p if p.is_null() => meta::persistent(size_of::<Scratch>(), 16) as *mut Scratch,
        p => p.cast(),
    }
}

/// Calls `mark` with each live slot that points outside of the stack (or is nil).
///
/// # Safety
/// As `unwind::each_slot`.
pub unsafe fn each_live_slot(g: *mut G, mark: &mut dyn FnMut(*mut usize)) {
    // SAFETY: slots and objects come from the compiler's tables; the scratch is ours.
    unsafe {
        let (lo, size) = ((*g).stack_lo, (*g).stack_hi - (*g).stack_lo);
        let scratch = take();
        let Scratch { objects, pointers, .. } = &mut *scratch;
        objects.clear();
        pointers.clear();
        let mut see = |pointers: &mut List<usize>, slot: *mut usize| {
            let v = slot.read_volatile();
            if v.wrapping_sub(lo) < size { pointers.push(v) } else { mark(slot) }
        };
        unwind::each_slot_and_object(
            g,
            |slot| see(pointers, slot),
            |sp, o: StackObject| {
                objects.push(Object { at: sp + o.offset as usize, size: o.size, map: o.map, seen: false })
            },
        );
        // Records of defers in frames, and what a waiting goroutine sends from or receives into.
        let inside = |v: usize| v.wrapping_sub(lo) < size;
        let mut d = (*g).defer;
        while !d.is_null() {
            if inside(d as usize) {
                pointers.push(d as usize);
            }
            d = (*d).link;
        }
        let mut s = (*g).waiting;
        while !s.is_null() {
            if inside((*s).elem as usize) {
                pointers.push((*s).elem as usize);
            }
            s = (*s).waitlink;
        }
        let maps = the_image().stackmaps();
        let list = objects.elements();
        debug_assert!(list.is_sorted_by(|a, b| a.at + a.size as usize <= b.at));
        while let Some(p) = pointers.pop() {
            let Some(i) = list.partition_point(|o| o.at <= p).checked_sub(1) else { continue };
            let o = &mut list[i];
            if p - o.at >= o.size as usize || o.seen {
                continue;
            }
            o.seen = true;
            let Some(map) = PtrMap::at(maps, o.map) else { continue };
            for w in map.iter() {
                see(pointers, (o.at as *mut usize).add(w as usize));
            }
        }
        SCRATCH.give(kept(), KEPT, scratch.cast());
    }
}

/// Before a goroutine that does not run is touched, by whatever reads or writes what a scan of it reads: it is switched to, its
/// value is taken or it is given one, it is no longer waiting. See `protocol::claim`.
///
/// # Safety
/// The thread holds a P, and the goroutine does not run, or comes back from a system call.
#[inline]
pub unsafe fn before_touch(g: *mut G) {
    // SAFETY: the caller's promise.
    unsafe {
        if !(*g).claim.is_done(roots::cycle()) {
            scan_first(g);
        }
    }
}

#[cold]
unsafe fn scan_first(g: *mut G) {
    // SAFETY: as `before_touch`.
    unsafe { scan_if_due(g, &mut Marker::new(&mut (*cache()).gcw), false) }
}

/// What somebody does to a goroutine that waits and that it is to wake, but cannot mark for, lacking a P, or stopping the world.
///
/// # Safety
/// The record exists.
pub unsafe fn hold<'a>(g: *mut G) -> Held<'a> {
    // SAFETY: records are never freed.
    unsafe { (*g).claim.hold(os::yield_now) }
}

/// Marks what a goroutine keeps alive that has not run since the cycle began, if nobody has. `shrink`: gives stack that it does
/// not need back as well.
///
/// # Safety
/// The record exists, and marking is not ended meanwhile.
pub unsafe fn scan_if_due(g: *mut G, m: &mut Marker, shrink: bool) {
    // SAFETY: while it is held it does not run, and nobody changes what is read here.
    unsafe {
        let Some(held) = (*g).claim.claim(roots::cycle(), os::yield_now) else { return };
        let status = (*g).status();
        // A thread of a host may have been attached as a cycle began or ended: it waits for its first call.
        if !gc::marking() || matches!(status, Status::Dead | Status::Idle) {
            return;
        }
        scan(g, m);
        if shrink && status == Status::Waiting {
            stack::shrink(g, &held);
        }
    }
}

/// Marks what a goroutine keeps alive: its stack and the pointers in its record.
///
/// # Safety
/// It is held, or stands at a safepoint of a stopped world.
pub unsafe fn scan(g: *mut G, m: &mut Marker) {
    // SAFETY: the caller's promise.
    unsafe {
        each_live_slot(g, &mut |slot| m.mark_slot(slot as usize));
        let bytes = (*g).stack_hi.saturating_sub((*g).sched_sp);
        m.work += bytes;
        mark::STACKS.fetch_add(bytes, Relaxed);
        for p in [(*g).panic as usize, (*g).defer as usize, (*g).labels] {
            if p != 0 {
                m.mark(p);
            }
        }
        let mut s = (*g).waiting;
        while !s.is_null() {
            for p in [(*s).elem as usize, (*s).c as usize] {
                if p != 0 {
                    m.mark(p);
                }
            }
            s = (*s).waitlink;
        }
        // Defer records in frames are stack objects, which the scan found; those on the heap hold their closures themselves.
    }
}
