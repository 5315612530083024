//! Which objects the memory profile samples: the profile (`profile::mem`) decides and counts; here is what the allocator and
//! the collector call, and only in programs that can read it.

use crate::base::image::the_image;
use crate::base::stopped::Stopped;

/// What the allocator and the collector call, if the program can read a memory profile.
pub struct Ops {
    /// How many of `n` objects of `size` bytes come before the next that is sampled; of the randomness, one step.
    pub before: fn(random: &mut u64, n: usize, size: usize) -> usize,
    /// Records an object just allocated by the current goroutine, which asked for `size` bytes.
    pub record: unsafe fn(object: usize, size: usize),
    /// A recorded object is gone; the address of its bucket.
    pub freed: unsafe fn(bucket: usize),
    /// Marking has ended.
    pub next_cycle: fn(&Stopped),
    /// The world runs again.
    pub flush: fn(),
    /// A complete collection has ended, sweep included.
    pub collected: fn(),
}

/// The operations, if the program can read a memory profile.
#[inline]
pub fn ops() -> Option<&'static Ops> {
    // SAFETY: the compiler writes the address of `rt_memprofile`, or 0.
    unsafe { (the_image().memprofile as usize as *const Ops).as_ref() }
}
