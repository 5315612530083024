//! Memory for the runtime's own records, outside the collected heap. Bigger pieces are never
//! given back; small records go through free lists by size.

use crate::base::lock::{Global, Shared};
use crate::base::print::throw;
use crate::os;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering::*};

const CHUNK: usize = 64 << 10;
/// Records up to this size are recycled, in classes of 16 bytes.
const MAX_POOLED: usize = 256;

struct Meta {
    next: usize,
    end: usize,
    free: [*mut u8; MAX_POOLED / 16 + 1],
}

static LOCK: Shared = Shared::new("records");
/// Guarded by `LOCK`.
static META: Global<Meta> = Global::new(Meta { next: 0, end: 0, free: [null_mut(); MAX_POOLED / 16 + 1] });
/// Bytes taken from the system for records.
pub static META_SYS: AtomicUsize = AtomicUsize::new(0);
/// What of those are records of spans, in use and at most so far; caches of processors; buckets of profiles.
pub static SPANS: AtomicUsize = AtomicUsize::new(0);
pub static SPANS_PEAK: AtomicUsize = AtomicUsize::new(0);
pub static CACHES: AtomicUsize = AtomicUsize::new(0);
pub static BUCKETS: AtomicUsize = AtomicUsize::new(0);
/// Bytes of threads' stacks.
pub static THREAD_STACKS: AtomicUsize = AtomicUsize::new(0);

/// Counts the record of a span.
pub fn count_span(bytes: usize) {
    SPANS_PEAK.fetch_max(SPANS.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

fn carve(m: &mut Meta, size: usize, align: usize) -> *mut u8 {
    let mut p = (m.next + align - 1) & !(align - 1);
    if m.next == 0 || p + size > m.end {
        let c = os::map(CHUNK) as usize;
        if c == 0 {
            throw("runtime: cannot allocate memory");
        }
        META_SYS.fetch_add(CHUNK, Relaxed);
        // Mappings tend to be neighbours; keep the rest of the old piece then.
        if c != m.end {
            m.next = c;
        }
        m.end = c + CHUNK;
        p = (m.next + align - 1) & !(align - 1);
    }
    m.next = p + size;
    p as *mut u8
}

/// Zeroed memory that is never freed.
pub fn persistent(size: usize, align: usize) -> *mut u8 {
    if size > CHUNK / 4 {
        let size = (size + 4095) & !4095;
        let p = os::map(size);
        if p.is_null() {
            throw("runtime: cannot allocate memory");
        }
        META_SYS.fetch_add(size, Relaxed);
        return p;
    }
    let _g = LOCK.lock();
    // SAFETY: under the lock.
    carve(unsafe { &mut *META.get() }, size, align)
}

/// A zeroed record of `size` bytes, 16-byte aligned, to be given back with `free`.
pub fn alloc(size: usize) -> *mut u8 {
    if size > MAX_POOLED {
        return persistent(size, 16);
    }
    let class = size.div_ceil(16);
    let g = LOCK.lock();
    // SAFETY: under the lock; records on a free list hold the next one's address in front.
    unsafe {
        let m = &mut *META.get();
        let p = m.free[class];
        if p.is_null() {
            return carve(m, class * 16, 16);
        }
        m.free[class] = *(p as *mut *mut u8);
        drop(g);
        p.write_bytes(0, class * 16);
        p
    }
}

/// Gives a record back.
///
/// # Safety
/// `p` came from `alloc(size)` with the same size, at most once, and is no longer used.
pub unsafe fn free(p: *mut u8, size: usize) {
    if size > MAX_POOLED {
        return;
    }
    let class = size.div_ceil(16);
    let _g = LOCK.lock();
    // SAFETY: under the lock; the record is ours again.
    unsafe {
        let m = &mut *META.get();
        *(p as *mut *mut u8) = m.free[class];
        m.free[class] = p;
    }
}
