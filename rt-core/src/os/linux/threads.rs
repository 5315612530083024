//! Linux: threads of the runtime's own. In a program of Rust they are libc's (`os/host.rs`).

use core::ffi::c_void;
use core::ptr::null_mut;

/// As many threads as are wanted can be had, beside one for each processor.
pub const THREADS: bool = true;

/// A stack for the next thread: where it begins, and its size.
pub fn stack(size: usize) -> (usize, usize) {
    (super::map(size) as usize, size)
}

/// The kernel's: the thread shares memory, files, handlers; it belongs to this process; its thread pointer is set.
const CLONE_FLAGS: usize = 0x100 | 0x200 | 0x400 | 0x800 | 0x1_0000 | 0x4_0000 | 0x8_0000;

/// Starts a thread that runs `f(arg)` on a stack of its own, whose top is given, with the signal mask of the caller: its number,
/// or a negative error.
///
/// # Safety
/// The stack and the block of thread-local storage around `tls` are the thread's alone.
pub unsafe fn start_thread(
    stack_top: usize,
    tls: usize,
    f: unsafe extern "C" fn(*mut c_void),
    arg: *mut c_void,
) -> isize {
    // SAFETY: the caller's promise.
    unsafe {
        rt_arch::rt_clone(CLONE_FLAGS, stack_top as *mut u8, null_mut(), null_mut(), tls as *mut u8, f, arg)
    }
}

/// Ends the calling thread and unmaps its stack.
///
/// # Safety
/// The stack is the thread's, made by `map`, and nobody else's; no handler runs on the thread any more.
pub unsafe fn end_thread(stack: usize, size: usize) -> ! {
    // SAFETY: the caller's promise.
    unsafe { rt_arch::rt_exit_thread(stack as *mut u8, size) }
}

/// Makes a block of thread-local storage the calling thread's.
///
/// # Safety
/// As `start_thread`.
pub unsafe fn set_tls(tls: usize) {
    // SAFETY: the caller's promise.
    unsafe { rt_arch::rt_set_tls(tls as *mut u8) };
}
