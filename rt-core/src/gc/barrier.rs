//! The write barrier.
//!
//! While marking, compiled code tells before it overwrites pointers: `runtime.gcWriteBarrier(address,
//! size)` (assembly, preserves all registers) puts the old pointer into its P's buffer and calls
//! `rt_gc_write_barrier` here when that is full, or for more than one word. The buffer is flushed
//! into the P's queue of grey objects. What is written needs no record: see `roots`.
//!
//! Rust code that writes pointers into Go memory other than a stack calls `pre_write` first.

use super::mark::{self, Marker};
use super::{marking, roots};
use crate::mem::arena;
use crate::mem::cache::MCache;
use crate::mem::span::State;
use crate::mem::types::{self, Type};

/// Marks what the buffer holds and empties it. A leaf: no safepoint.
///
/// # Safety
/// The cache of the caller's P, or the world is stopped.
pub unsafe fn flush(c: *mut MCache) {
    // SAFETY: the caller's promise; `next` lies in the buffer.
    unsafe {
        let first = (*c).wb.words();
        let n = (*c).wb.next.offset_from(first) as usize;
        if marking() {
            let mut m = Marker::new(&mut (*c).gcw);
            for i in 0..n {
                let p = *first.add(i);
                if p != 0 {
                    m.mark(p);
                }
            }
        }
        (*c).wb.reset();
    }
}

/// Marks one object right away: for runtime code that makes a pointer reachable in a way the
/// barrier doesn't see (a weak pointer made strong).
///
/// # Safety
/// The cache of the caller's P.
pub unsafe fn shade(c: *mut MCache, p: usize) {
    if marking() {
        // SAFETY: the caller's promise.
        Marker::new(unsafe { &mut (*c).gcw }).mark(p);
    }
}

/// To be called before `size` bytes at `dst` are overwritten by anything but compiled stores: keeps
/// what the old pointers there point to. The layout is `typ`'s (one value or an array of it) or,
/// if that is null, the memory's own. Does nothing for stacks or when not marking. A leaf.
///
/// # Safety
/// The cache of the caller's P; `dst` is word-aligned Go memory.
pub unsafe fn pre_write(c: *mut MCache, dst: usize, size: usize, typ: *const Type) {
    if !marking() || size == 0 {
        return;
    }
    let s = arena::span_of(dst);
    // SAFETY: the caller's promises; heap memory is in spans in use.
    unsafe {
        let mut m = Marker::new(&mut (*c).gcw);
        if s.is_null() {
            if roots::in_data(dst) {
                roots::each_data_slot(dst, size, |a| m.mark_slot(a));
            }
            return;
        }
        if (*s).state() != State::InUse || (*s).noscan() {
            return;
        }
        if typ.is_null() {
            mark::each_object_slot(s, (*s).index_of(dst), dst, size, |a| m.mark_slot(a));
        } else if (*typ).ptr_bytes != 0 {
            types::each_slot(typ, dst, dst, size, |a| m.mark_slot(a));
        }
    }
}

/// The slow part of `gcWriteBarrier`: `area` is {cache, address, size}. A leaf hook.
///
/// # Safety
/// Called by the assembly only, on the system stack of the thread that runs the cache's P.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_gc_write_barrier(area: *mut usize) {
    // SAFETY: the assembly's promise.
    unsafe {
        let c = *area as *mut MCache;
        flush(c);
        pre_write(c, *area.add(1), *area.add(2), core::ptr::null());
    }
}
