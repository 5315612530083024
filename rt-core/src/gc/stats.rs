//! The numbers behind `runtime.MemStats`.

use super::pacer;
use crate::base::layout::go_layout;
use crate::mem::sizes::*;
use crate::mem::{CENTRAL, HEAP, mapped, meta};
use core::sync::atomic::{AtomicUsize, Ordering::*};

go_layout! {
    /// Counts of a size class.
    #[derive(Clone, Copy)]
    pub struct BySize {
        /// Object size.
        pub size: u32,
        /// Objects allocated.
        pub mallocs: u64,
        /// Objects freed.
        pub frees: u64,
    }
}

/// Number of entries of `MemStats::by_size`.
pub const BY_SIZE: usize = 61;

go_layout! {
    /// `runtime.MemStats`, field by field in its layout.
    pub struct MemStats {
        pub alloc: u64,
        pub total_alloc: u64,
        pub sys: u64,
        pub lookups: u64,
        pub mallocs: u64,
        pub frees: u64,
        pub heap_alloc: u64,
        pub heap_sys: u64,
        pub heap_idle: u64,
        pub heap_inuse: u64,
        pub heap_released: u64,
        pub heap_objects: u64,
        pub stack_inuse: u64,
        pub stack_sys: u64,
        pub mspan_inuse: u64,
        pub mspan_sys: u64,
        pub mcache_inuse: u64,
        pub mcache_sys: u64,
        pub buckhash_sys: u64,
        pub gc_sys: u64,
        pub other_sys: u64,
        pub next_gc: u64,
        pub last_gc: u64,
        pub pause_total_ns: u64,
        pub pause_ns: [u64; 256],
        pub pause_end: [u64; 256],
        pub num_gc: u32,
        pub num_forced_gc: u32,
        pub gc_cpu_fraction: f64,
        pub enable_gc: bool,
        pub debug_gc: bool,
        pub by_size: [BySize; BY_SIZE],
    }
}

/// Fills in the statistics. For exact numbers the world is stopped and `gc::flush_caches` was
/// called; otherwise what caches hold counts as free.
pub fn read(m: &mut MemStats) {
    let (mut mallocs, mut frees, mut bytes, mut freed) = (0u64, 0u64, 0u64, 0u64);
    for (i, b) in m.by_size.iter_mut().enumerate() {
        *b = BySize { size: class_size(i) as u32, mallocs: 0, frees: 0 };
    }
    for (class, c) in CENTRAL.iter().enumerate() {
        let (nm, nf, large, large_freed) = c.with(|l| (l.nmalloc, l.nfree, l.alloc_bytes, l.free_bytes));
        let size = class_size(class >> 1) as u64;
        mallocs += nm;
        frees += nf;
        bytes += nm * size + large;
        freed += nf * size + large_freed;
        if class >> 1 != 0 && class >> 1 < BY_SIZE {
            m.by_size[class >> 1].mallocs += nm;
            m.by_size[class >> 1].frees += nf;
        }
    }
    let tiny = HEAP.tiny_allocs.load(Relaxed) as u64;
    let (mapped, released) = mapped();
    let (mapped, released) = (mapped as u64, released as u64);
    m.alloc = bytes.saturating_sub(freed);
    m.total_alloc = bytes;
    m.mallocs = mallocs + tiny;
    m.frees = frees + tiny;
    m.heap_objects = mallocs.saturating_sub(frees);
    m.heap_alloc = m.alloc;
    m.stack_inuse = (HEAP.pages_manual.load(Relaxed) << PAGE_SHIFT) as u64;
    m.stack_sys = m.stack_inuse;
    m.heap_sys = mapped.saturating_sub(m.stack_inuse);
    m.heap_inuse = (HEAP.pages_in_use.load(Relaxed) << PAGE_SHIFT) as u64;
    m.heap_idle = m.heap_sys.saturating_sub(m.heap_inuse);
    m.heap_released = released;
    let of = |n: &AtomicUsize| n.load(Relaxed) as u64;
    let records = of(&meta::META_SYS);
    m.mspan_inuse = of(&meta::SPANS);
    m.mspan_sys = of(&meta::SPANS_PEAK);
    m.mcache_inuse = of(&meta::CACHES);
    m.mcache_sys = m.mcache_inuse;
    m.buckhash_sys = of(&meta::BUCKETS);
    m.gc_sys = records.saturating_sub(m.mspan_sys + m.mcache_sys + m.buckhash_sys);
    m.other_sys = 0;
    m.lookups = 0;
    m.stack_sys += of(&meta::THREAD_STACKS);
    m.sys = m.heap_sys + m.stack_sys + m.mspan_sys + m.mcache_sys + m.buckhash_sys + m.gc_sys;
    pacer::read_stats(m);
}
