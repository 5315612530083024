//! Random numbers: a generator per thread (wyrand over a 128-bit state), seeded by the kernel. The
//! overlay steps the same state.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    reason = "works on the record of the calling thread"
)]

use crate::os;
use crate::task::g::M;

/// Seeds a thread's generator.
pub unsafe fn seed(m: *mut M) {
    let s = &mut (*m).rng;
    if !os::random(core::slice::from_raw_parts_mut(s.as_mut_ptr().cast(), 16)) {
        *s = [os::nanotime() ^ m as u64, os::walltime().rotate_left(32)];
    }
}

/// The next number.
#[inline]
pub unsafe fn next(m: *mut M) -> u64 {
    let s = &mut (*m).rng;
    s[0] = s[0].wrapping_add(0xa076_1d64_78bd_642f);
    let t = (s[0] as u128) * ((s[0] ^ s[1]) as u128 | 1);
    let r = (t >> 64) as u64 ^ t as u64;
    s[1] = s[1].rotate_left(23).wrapping_add(r);
    r
}
