//! A machine of which nothing special is known.

#[cfg(not(feature = "bare"))]
pub use rt_arch::rt_syscall6 as syscall6;

/// No hint is given.
#[inline(always)] // nothing
pub fn prefetch(_addr: usize) {}

/// How much of the frame there is in a prologue is not known from the code.
///
/// # Safety
/// None is needed.
pub unsafe fn frame_so_far(_entry: usize, _pc: usize) -> Option<usize> {
    None
}
