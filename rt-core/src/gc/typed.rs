//! Moving and clearing typed memory, with barriers. All leaves: none of them is a safepoint.

use super::barrier::pre_write;
use crate::mem::cache::MCache;
use crate::mem::sizes::PTR;
use crate::mem::types::Type;

/// Copies one value: `typedmemmove`.
///
/// # Safety
/// The P's own cache; `dst` and `src` are values of the type and may overlap.
pub unsafe fn memmove(c: *mut MCache, t: *const Type, dst: *mut u8, src: *const u8) {
    // SAFETY: the caller's promise.
    unsafe {
        if !core::ptr::eq(dst, src) {
            pre_write_if(c, t, dst, (*t).size);
            dst.copy_from(src, (*t).size);
        }
    }
}

/// Clears one value: `typedmemclr`.
///
/// # Safety
/// As `memmove`.
pub unsafe fn memclr(c: *mut MCache, t: *const Type, dst: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe {
        pre_write_if(c, t, dst, (*t).size);
        dst.write_bytes(0, (*t).size);
    }
}

/// Clears bytes `[off, off + size)` of a value; `dst` is the address of the first of them.
///
/// # Safety
/// As `memmove`.
pub unsafe fn memclr_partial(c: *mut MCache, t: *const Type, dst: *mut u8, off: usize, size: usize) {
    // SAFETY: the caller's promise; the memory's own layout says where pointers are.
    unsafe {
        if (*t).ptr_bytes > off {
            pre_write(c, dst as usize, size / PTR * PTR, core::ptr::null());
        }
        dst.write_bytes(0, size);
    }
}

/// Clears an array: `typedarrayclear`.
///
/// # Safety
/// As `memmove`.
pub unsafe fn array_clear(c: *mut MCache, elem: *const Type, p: *mut u8, len: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        pre_write_if(c, elem, p, (*elem).size * len);
        p.write_bytes(0, (*elem).size * len);
    }
}

/// Copies `n` elements: `typedslicecopy` after the lengths were compared.
///
/// # Safety
/// As `memmove`.
pub unsafe fn slice_copy(c: *mut MCache, elem: *const Type, dst: *mut u8, src: *const u8, n: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if n != 0 && !core::ptr::eq(dst, src) {
            pre_write_if(c, elem, dst, (*elem).size * n);
            dst.copy_from(src, (*elem).size * n);
        }
    }
}

/// Clears memory that may hold pointers: `memclrHasPointers`.
///
/// # Safety
/// The P's own cache; word-aligned Go memory.
pub unsafe fn memclr_has_pointers(c: *mut MCache, p: *mut u8, n: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        pre_write(c, p as usize, n, core::ptr::null());
        p.write_bytes(0, n);
    }
}

/// The barrier before `size` bytes at `dst` are overwritten; `typ` may be null (see
/// `gc::barrier::pre_write`). `src` is unused: the marking is a snapshot.
///
/// # Safety
/// As `gc::barrier::pre_write`.
pub unsafe fn bulk_barrier_pre_write(c: *mut MCache, dst: usize, _src: usize, size: usize, typ: *const Type) {
    // SAFETY: the caller's promise.
    unsafe { pre_write(c, dst, size, typ) }
}

unsafe fn pre_write_if(c: *mut MCache, t: *const Type, dst: *mut u8, size: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*t).ptr_bytes != 0 {
            pre_write(c, dst as usize, size, t);
        }
    }
}
