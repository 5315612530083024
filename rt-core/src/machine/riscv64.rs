//! riscv64.

#[cfg(not(feature = "bare"))]
pub use rt_arch::rt_syscall6 as syscall6;

/// Asks the cache for the line of an address, which need not be valid.
#[inline(always)] // one instruction
pub fn prefetch(addr: usize) {
    // An or into the register of zero, with 1 in the place of a second register, is the hint prefetch.r; to processors that do not
    // know it, it is nothing.
    // SAFETY: without effect on the program.
    unsafe { core::arch::asm!("ori x0, {}, 1", in(reg) addr, options(nostack, readonly, preserves_flags)) }
}

/// How much of the frame there is in a prologue is not known from the code.
///
/// # Safety
/// None is needed.
pub unsafe fn frame_so_far(_entry: usize, _pc: usize) -> Option<usize> {
    None
}
