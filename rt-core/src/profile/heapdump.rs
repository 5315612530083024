//! `debug.WriteHeapDump`: everything in the heap and what leads to it, in the format that Go calls `go1.7 heap dump`
//! (go.dev/s/go15heapdump): records of numbers as `encoding/binary`'s uvarints, and of ranges of memory.
//!
//! What Go's records have and this runtime has not is 0, as there where it does not apply. Objects that begin with a type header are written
//! with it, as Go's.

use super::mem;
use crate::base::env;
use crate::base::layout::shared_record;
use crate::base::lock::Global;
use crate::base::stopped::{Stopped, Why};
use crate::gc::mark::each_object_slot;
use crate::gc::special::{self, Call};
use crate::gc::stats::MemStats;
use crate::gc::{self, roots, sweep};
use crate::mem::arena;
use crate::mem::arenas_high;
use crate::mem::sizes::{PAGE, PTR};
use crate::mem::span::{Span, State};
use crate::os;
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;
use crate::task::stackscan::{self, List};
use crate::task::symtab::{Str, Text, logical};
use crate::task::unwind::{self, Frame, Unwinder};

/// What kind of record begins.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Tag {
    Eof = 0,
    Object = 1,
    Type = 3,
    Goroutine = 4,
    Frame = 5,
    Params = 6,
    Finalizer = 7,
    Itab = 8,
    Thread = 9,
    MemStats = 10,
    QueuedFinalizer = 11,
    Data = 12,
    Bss = 13,
    Defer = 14,
    Panic = 15,
    MemProf = 16,
    AllocSample = 17,
}

reflect::record! { itab => shared_record { struct Itab {}} }

const ROOM: usize = 4096;
/// Bytes to write, while the world is stopped for a dump.
static PENDING: Global<[u8; ROOM]> = Global::new([0; ROOM]);
/// Addresses of pointers on a stack, likewise.
static SLOTS: Global<List<usize>> = Global::new(List::EMPTY);

struct Dump<'a> {
    fd: i32,
    pending: &'a mut [u8; ROOM],
    n: usize,
    stopped: &'a Stopped,
}

impl Dump<'_> {
    fn flush(&mut self) {
        let mut left = &self.pending[..core::mem::take(&mut self.n)];
        while !left.is_empty() {
            // Go does not tell either that it could not write.
            let n = os::write(self.fd, left);
            if n <= 0 {
                return;
            }
            left = &left[n as usize..];
        }
    }

    /// Bytes, through the buffer however many they are: that they may change while they are written is of no concern.
    unsafe fn raw(&mut self, mut from: *const u8, mut len: usize) {
        while len > 0 {
            if self.n == ROOM {
                self.flush();
            }
            let part = len.min(ROOM - self.n);
            // SAFETY: the caller's range, and room in the buffer.
            unsafe {
                self.pending.as_mut_ptr().add(self.n).copy_from_nonoverlapping(from, part);
                from = from.add(part);
            }
            self.n += part;
            len -= part;
        }
    }

    fn int(&mut self, v: impl TryInto<u64>) {
        let mut v = v.try_into().unwrap_or(0);
        while v >= 0x80 {
            self.bytes(&[v as u8 | 0x80]);
            v >>= 7;
        }
        self.bytes(&[v as u8]);
    }

    fn ints<const N: usize>(&mut self, all: [usize; N]) {
        all.iter().for_each(|&v| self.int(v));
    }

    fn tag(&mut self, tag: Tag) {
        self.int(tag as u64);
    }

    fn bytes(&mut self, b: &[u8]) {
        // SAFETY: a slice.
        unsafe { self.raw(b.as_ptr(), b.len()) }
    }

    fn string(&mut self, b: &[u8]) {
        self.int(b.len());
        self.bytes(b);
    }

    /// A range of memory with its length.
    unsafe fn memory(&mut self, from: usize, len: usize) {
        self.int(len);
        // SAFETY: the caller's range.
        unsafe { self.raw(from as *const u8, len) }
    }

    /// There is a pointer so far from the start of what was written last.
    fn pointer(&mut self, offset: usize) {
        self.ints([1, offset]);
    }

    fn no_more_pointers(&mut self) {
        self.int(0u64);
    }

    fn params(&mut self) {
        self.tag(Tag::Params);
        self.int(cfg!(target_endian = "big") as u64);
        self.int(PTR);
        let mut there = (0..arenas_high()).filter(|&i| arena::at(i).is_some());
        let first = there.next();
        let last = there.next_back().or(first);
        self.int(first.map_or(0, arena::address_of));
        self.int(last.map_or(0, |i| arena::address_of(i) + arena::ARENA_PAGES * PAGE));
        self.string(reflect::Arch::host().name.as_bytes());
        // SAFETY: the image is the program's own.
        self.string(unsafe { crate::base::image::the_image().version.as_slice::<u8>() });
        self.int(env::ncpu());
    }

    fn itabs(&mut self, all: &[Itab]) {
        for (i, tab) in all.iter().enumerate() {
            if i == 0 || all[i - 1].typ != tab.typ {
                self.tag(Tag::Type);
                self.ints([tab.typ, tab.size]);
                // SAFETY: the Go side's strings, which its slice keeps alive.
                self.string(unsafe { tab.name.bytes() });
                self.int(tab.pointers as u64);
            }
            self.tag(Tag::Itab);
            self.ints([tab.table, tab.typ]);
        }
    }

    /// Calls `f` with each span of objects.
    fn each_span(&mut self, mut f: impl FnMut(&mut Self, *mut Span)) {
        for i in 0..arenas_high() {
            let Some(a) = arena::at(i) else { continue };
            for page in 0..arena::ARENA_PAGES {
                let (s, here) = (a.span(page), arena::address_of(i) + page * PAGE);
                // SAFETY: the world is stopped and all is swept: spans stay.
                if !s.is_null() && unsafe { (*s).state() == State::InUse && (*s).base == here } {
                    f(self, s);
                }
            }
        }
    }

    fn objects(&mut self) {
        self.each_span(|d, s| {
            // SAFETY: objects in use of a span that stays.
            unsafe {
                let size = (*s).elem_size;
                for i in (0..(*s).nelems as usize).filter(|&i| !(*s).is_free(i)) {
                    let (at, header) = ((*s).object(i), (*s).header());
                    d.tag(Tag::Object);
                    d.int(at);
                    d.memory(at, size);
                    if !(*s).noscan() && (header == 0 || *(at as *const usize) != 0) {
                        each_object_slot(s, i, at + header, size - header, |slot| d.pointer(slot - at));
                    }
                    d.no_more_pointers();
                }
            }
        });
    }

    /// Those that run stand in hooks.
    unsafe fn goroutines(&mut self) {
        // SAFETY: records are never freed; while the world is stopped only a marker looks into them, and not while they are held.
        unsafe {
            for i in 0..ALLGS.len() {
                let g = ALLGS.get(i);
                if matches!((*g).status(), Status::Dead | Status::Idle) {
                    continue;
                }
                let held = stackscan::hold(g);
                self.goroutine(g);
                drop(held);
            }
        }
    }

    unsafe fn goroutine(&mut self, g: *mut G) {
        // SAFETY: it is held, or stands in a hook.
        unsafe {
            let status = (*g).status();
            let syscall = status == Status::Syscall;
            self.tag(Tag::Goroutine);
            self.ints([g as usize, if syscall { (*g).syscall_sp } else { (*g).sched_sp }]);
            self.int((*g).goid);
            self.ints([(*g).gopc, status as usize, (*g).system as usize, 0]);
            self.int((*g).wait_since);
            let waits = status == Status::Waiting;
            self.string(if waits { WAIT_TEXT[(*g).wait_reason as usize].as_bytes() } else { b"" });
            self.ints([(*g).sched_ctxt, (*g).m as usize, (*g).defer as usize, (*g).panic as usize]);
            self.frames(g);
            let mut d = (*g).defer;
            while !d.is_null() {
                self.tag(Tag::Defer);
                self.ints([d as usize, g as usize, (*d).sp, (*d).pc, (*d).func, code((*d).func)]);
                self.int((*d).link as usize);
                d = (*d).link;
            }
            let mut p = (*g).panic;
            while !p.is_null() {
                self.tag(Tag::Panic);
                self.ints([p as usize, g as usize, (*p).arg[0], (*p).arg[1], 0, (*p).link as usize]);
                p = (*p).link;
            }
        }
    }

    /// The frames, each up to the next one's: a frame's arguments on the stack are their caller's. Pointers are also those in dead stack objects.
    unsafe fn frames(&mut self, g: *mut G) {
        // SAFETY: as `goroutine`; the list is the dump's.
        unsafe {
            let slots = &mut *SLOTS.get();
            slots.clear();
            let on_stack = (*g).stack_lo..(*g).stack_hi;
            unwind::each_slot(g, |slot| {
                if on_stack.contains(&(slot as usize)) {
                    (*SLOTS.get()).push(slot as usize);
                }
            });
            let slots = slots.elements();
            slots.sort_unstable();
            let mut walk = Unwinder::new(g);
            let (mut depth, mut child) = (0, 0);
            while let Some(f) = walk.frame {
                walk.step();
                let end = walk.frame.map_or(f.args(), |outer| outer.sp).min((*g).stack_hi);
                self.frame(&f, end, depth, child);
                let mut last = 0;
                for &slot in &slots[slots.partition_point(|&s| s < f.sp)..slots.partition_point(|&s| s < end)]
                {
                    if core::mem::replace(&mut last, slot) != slot {
                        self.pointer(slot - f.sp);
                    }
                }
                self.no_more_pointers();
                (depth, child) = (depth + 1, f.sp);
            }
        }
    }

    unsafe fn frame(&mut self, f: &Frame, end: usize, depth: usize, child: usize) {
        self.tag(Tag::Frame);
        self.ints([f.sp, depth, child]);
        // SAFETY: a frame of a stack that nobody moves.
        unsafe { self.memory(f.sp, end.saturating_sub(f.sp)) };
        self.ints([f.func.entry(), f.pc, f.pc]);
        f.func.name().with(|name| self.string(name));
    }

    unsafe fn threads(&mut self) {
        // SAFETY: records are never freed.
        unsafe {
            everywhere::each(|m| {
                self.tag(Tag::Thread);
                self.int(m as usize);
                self.int((*m).id);
                self.int((*m).tid.load(core::sync::atomic::Ordering::Relaxed));
            });
        }
    }

    fn data(&mut self) {
        for (i, r) in roots::ranges().iter().enumerate() {
            self.tag(if i == 0 { Tag::Data } else { Tag::Bss });
            self.int(r.base);
            // SAFETY: registered as readable.
            unsafe { self.memory(r.base, r.len) };
            roots::each_data_slot(r.base, r.len, |slot| self.pointer(slot - r.base));
            self.no_more_pointers();
        }
    }

    unsafe fn finalizer(&mut self, tag: Tag, object: usize, c: &Call) {
        self.tag(tag);
        // SAFETY: a finalizer's closure.
        self.ints([object, c.func, unsafe { code(c.func) }, c.fint as usize, c.ot as usize]);
    }

    fn finalizers(&mut self) {
        self.each_span(|d, s| {
            // SAFETY: the span stays, and its records' closures are alive.
            unsafe { special::each_finalizer(s, |object, c| d.finalizer(Tag::Finalizer, object, c)) };
        });
        // SAFETY: closures that the queue keeps alive.
        special::each_queued(self.stopped, |c| unsafe { self.finalizer(Tag::QueuedFinalizer, c.arg, c) });
    }

    fn statistics(&mut self, m: &MemStats) {
        self.tag(Tag::MemStats);
        let counts = [
            m.alloc,
            m.total_alloc,
            m.sys,
            m.lookups,
            m.mallocs,
            m.frees,
            m.heap_alloc,
            m.heap_sys,
            m.heap_idle,
            m.heap_inuse,
            m.heap_released,
            m.heap_objects,
            m.stack_inuse,
            m.stack_sys,
            m.mspan_inuse,
            m.mspan_sys,
            m.mcache_inuse,
            m.mcache_sys,
            m.buckhash_sys,
            m.gc_sys,
            m.other_sys,
            m.next_gc,
            m.last_gc,
            m.pause_total_ns,
        ];
        counts.into_iter().for_each(|v| self.int(v));
        for i in 0..256 {
            self.int(m.pause_ns[i]);
        }
        self.int(m.num_gc);
    }

    fn samples(&mut self) {
        mem::each_bucket(|bucket, size, stack, allocs, frees| {
            self.tag(Tag::MemProf);
            self.ints([bucket as usize, size, stack.len()]);
            for &pc in stack {
                let found = unwind::find_func(pc - 1).and_then(|f| logical(&f, pc - 1, 0));
                let unknown = Text::Bytes(b"?");
                found.as_ref().map_or(unknown, |l| l.name).with(|s| self.string(s));
                found.as_ref().map_or(unknown, |l| l.file).with(|s| self.string(s));
                self.int(found.map_or(0, |l| l.line));
            }
            self.int(allocs);
            self.int(frees);
        });
        self.each_span(|d, s| {
            let sample = |object, bucket| {
                d.tag(Tag::AllocSample);
                d.ints([object, bucket]);
            };
            // SAFETY: the span stays.
            unsafe { special::each_sample(s, sample) };
        });
    }
}

/// The code of a func value.
unsafe fn code(closure: usize) -> usize {
    // SAFETY: nil, or a closure, which begins with its code's address.
    if closure == 0 { 0 } else { unsafe { *(closure as *const usize) } }
}

hook! { fn "runtime.writeHeapDump"(fd: usize, stats: *mut MemStats, itabs: *const Itab, count: usize) safepoint {
    let stopped = stop_the_world(Why::HeapDump);
    gc::flush_caches(&stopped);
    sweep::finish();
    gc::stats::read(&mut *stats);
    let mut d = Dump { fd: fd as i32, pending: &mut *PENDING.get(), n: 0, stopped: &stopped };
    d.bytes(b"go1.7 heap dump\n");
    d.params();
    d.itabs(core::slice::from_raw_parts(itabs, count));
    d.objects();
    d.goroutines();
    d.threads();
    d.data();
    d.finalizers();
    d.statistics(&*stats);
    d.samples();
    d.tag(Tag::Eof);
    d.flush();
    start_the_world(stopped);
}}
