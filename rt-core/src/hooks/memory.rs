//! Hooks of allocation, barriers, finalizers and statistics; what the collector asks of goroutines.

use crate::base::stopped::{Stopped, Why};
use crate::gc::mark::Marker;
use crate::gc::stats::MemStats;
use crate::gc::{self, special};
use crate::mem::{self, MCache, Type, meta};
use crate::sched::timer;
use crate::sched::{finalizer, *};
use crate::sync::{chan, pools, synctest};
use crate::task::g::*;
use crate::task::hook;
use crate::task::stackscan;
use crate::task::tracing::{self, Happens};
use core::sync::atomic::Ordering::*;

hook! { fn "runtime.mallocgcSlow"(size: usize, typ: *const Type, needzero: bool) -> *mut u8, safepoint {
    allocate(size, |c| mem::mallocgc(c, size, typ, needzero))
}}
hook! { fn "runtime.newLarge"(size: usize, noscan: bool, needzero: bool) -> (p: *mut u8, dirty: usize) safepoint {
    allocate(size, |c| mem::new_large(c, size, noscan, needzero))
}}
hook! { fn "runtime.knowLarge"(p: *mut u8, typ: *const Type) leaf { mem::know_large(p, typ) }}

/// Allocates from the P's cache, and records the object if the profile wants it.
unsafe fn allocate<R>(size: usize, from: impl FnOnce(*mut MCache) -> R) -> R {
    // SAFETY: in a hook of a thread with a P.
    unsafe {
        let m = getm();
        (*m).mallocing += 1;
        let c = (*(*m).p).cache;
        let result = from(c);
        let sampled = core::mem::take(&mut (*c).sampled);
        if sampled != 0
            && let Some(ops) = crate::mem::sampling::ops()
        {
            (ops.record)(sampled, size);
        }
        (*m).mallocing -= 1;
        result
    }
}

hook! { fn "runtime.bulkBarrierPreWrite"(dst: usize, src: usize, size: usize, typ: *const Type) leaf {
    gc::typed::bulk_barrier_pre_write(cache(), dst, src, size, typ)
}}
hook! { fn "runtime.gcShade"(old: usize, new: usize) leaf {
    gc::barrier::shade(cache(), old);
    gc::barrier::shade(cache(), new);
}}
hook! { fn "runtime.roundupsize"(size: usize, noscan: bool) -> usize, leaf { mem::sizes::round_up_size(size, noscan) }}
hook! { fn "runtime.persistentalloc"(size: usize) -> *mut u8, leaf { meta::persistent(size, 8) }}
hook! { fn "reflect.verifyNotInHeapPtr"(p: usize) -> bool, leaf { !mem::is_heap_address(p) && p != usize::MAX }}
hook! { fn "runtime.findobject"(p: usize) -> (base: usize, size: usize) leaf {
    match mem::find_object(p) {
        Some((s, _, base)) => (base, (*s).elem_size),
        None => (0, 0),
    }
}}
// Sets byte i of n where the object that begins at or before p has a pointer at p + i words.
hook! { fn "runtime.pointerSlots"(p: usize, mask: *mut u8, n: usize) leaf {
    if let Some((s, i, base)) = mem::find_object(p)
        && !(*s).noscan()
    {
        let end = (base + (*s).elem_size).min(p + n * size_of::<usize>());
        gc::mark::each_object_slot(s, i, p, end.saturating_sub(p), |slot| {
            mask.add((slot - p) / size_of::<usize>()).write(1);
        });
    }
}}

/// A reflect call has returned: copies the stack results to their place and shows the collector
/// the pointers among the register results.
#[unsafe(no_mangle)]
unsafe extern "C" fn rt_reflectcallmove(b: *mut rt_arch::ReflectCallMove) {
    // SAFETY: the assembly's record: results of so many bytes, and the arguments' registers laid out by the machine's row.
    unsafe {
        let b = &*b;
        if !b.typ.is_null() && b.size >= size_of::<usize>() {
            let size = b.size & !(size_of::<usize>() - 1);
            gc::barrier::pre_write(cache(), b.dst as usize, size, core::ptr::null());
        }
        core::ptr::copy(b.src, b.dst, b.size);
        let row = reflect::Arch::host();
        let l = row.reg_args();
        for i in 0..row.int_args.len() {
            if *b.regs.add(l.return_is_ptr as usize + i / 8) >> (i % 8) & 1 != 0 {
                let word = *b.regs.cast::<usize>().add(i);
                b.regs.add(l.ptrs as usize).cast::<usize>().add(i).write(word);
            }
        }
    }
}
hook! { fn "rt_badreflectcall"() safepoint { crate::base::print::throw("reflect.call: frame too large") }}

// ---- collection

// Both answer false if somebody else is at it. The caller lets others run then: the other one may need this P to go on.
hook! { fn "runtime.gcCollect"() -> bool, safepoint {
    let done = gc::collect(cache());
    if done {
        finalizer::wake();
    }
    done
}}
hook! { fn "runtime.gcFreeMemory"() -> bool, safepoint { gc::free_os_memory(cache()) }}
hook! { fn "runtime/debug.setGCPercent"(p: i32) -> i32, leaf { gc::pacer::set_percent(p) }}
hook! { fn "runtime/debug.setMemoryLimit"(n: i64) -> i64, leaf { gc::pacer::set_limit(n) }}
hook! { fn "runtime.readmemstats"(m: *mut MemStats) safepoint {
    let stopped = stop_the_world(Why::MemStats);
    gc::flush_caches(&stopped);
    gc::stats::read(&mut *m);
    start_the_world(stopped);
}}
hook! { fn "runtime/debug.readGCStats"(p: *mut [usize; 3]) safepoint {
    // A slice of time.Duration with room for 2*256+3.
    let stopped = stop_the_world(Why::MemStats);
    let n = gc::pacer::read_gc_stats((*p)[0] as *mut u64, &stopped);
    (*p)[1] = n;
    start_the_world(stopped);
}}

// ---- finalizers

hook! { fn "runtime.addfinalizer"(p: usize, func: usize, nret: usize, fint: *const Type, ot: *const Type) -> bool, leaf {
    let call = special::Call { func, arg: p, nret, fint, ot };
    !matches!(special::add_finalizer(p, call), special::Added::Already)
}}
hook! { fn "runtime.removefinalizer"(p: usize) leaf { special::remove_finalizer(p) }}
hook! { fn "runtime.addcleanup"(p: usize, func: usize) -> u64, leaf { special::add_cleanup(p, func) }}
hook! { fn "runtime.stopcleanup"(p: usize, id: u64) leaf { special::remove_cleanup(p, id) }}
hook! { fn "weak.runtime_registerWeakPointer"(p: usize) -> *mut usize, leaf { special::weak_handle(cache(), p) }}
hook! { fn "weak.runtime_makeStrongFromWeak"(h: *mut usize) -> usize, leaf {
    if h.is_null() { 0 } else { special::make_strong(cache(), h) }
}}

// ---- for the collector

unsafe fn each_cache(_: &Stopped, f: &mut dyn FnMut(*mut MCache)) {
    // SAFETY: no P is in use while the world is stopped, and those that exist have a cache.
    unsafe {
        for i in 0..SCHED.nprocs.load(Relaxed) {
            f((*SCHED.p(i)).cache);
        }
    }
}
unsafe fn goroutines(_: &Stopped) -> usize {
    ALLGS.len()
}
/// Those that run: they stand in hooks, with their Ps in place.
unsafe fn scan_running(_: &Stopped, m: &mut Marker) {
    // SAFETY: no goroutine runs while the world is stopped.
    unsafe {
        for i in 0..SCHED.nprocs.load(Relaxed) {
            let p = SCHED.p(i);
            let thread = (*p).m.get();
            if !(*p).in_place || thread.is_null() {
                continue;
            }
            let g = (*thread).curg.get();
            if !g.is_null() {
                (*g).claim.made(gc::roots::cycle(), crate::os::yield_now);
                stackscan::scan(g, m);
            }
        }
    }
}
unsafe fn scan_goroutine(i: usize, m: &mut Marker) {
    // SAFETY: the slot was counted when the cycle began, which lasts.
    unsafe { stackscan::scan_if_due(ALLGS.get(i), m, true) }
}
unsafe fn scan_runtime(stopped: &Stopped, m: &mut Marker) {
    // SAFETY: nobody changes these records while the world is stopped; what a host holds is registered with its size.
    unsafe {
        timer::scan(m, stopped);
        crate::profile::cpu::scan(m, stopped);
        synctest::scan(m, stopped);
        #[cfg(feature = "host")]
        reflect::held::each_range(|p, words| m.mark_conservative(p as usize, words * size_of::<usize>()));
    }
}

unsafe fn note(n: gc::Note) {
    // SAFETY: the collector's side calls this on a thread with a P.
    unsafe { tracing::happens(Happens::Collector(n)) }
}

/// After a collection.
unsafe fn give_back() {
    // SAFETY: a function of the collector's table.
    unsafe { proc::give_back() };
    chan::give_back();
}

/// What the collector asks of the scheduler.
pub fn world() -> gc::World {
    gc::World {
        stop: stop_the_world,
        start: start_the_world,
        each_cache,
        goroutines,
        scan_running,
        scan_goroutine,
        scan_runtime,
        empty_pools: pools::empty,
        wake_finalizers: finalizer::wake,
        note,
        give_back,
    }
}
