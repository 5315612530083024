//! Signal entry: the handler gets the g whose stack was in use, whatever the g register held, on the signal stack.

use crate::leaf::{go_fault, go_syscall};
use crate::rt::{self, G, SYS, check, syscall};
use core::ptr::{addr_of, null_mut};
use oxigo_rt_arch as arch;

const MIPS: bool = cfg!(any(target_arch = "mips", target_arch = "mips64"));
const SIGUSR1: usize = if MIPS { 16 } else { 10 };
const SIGSEGV: usize = 11;
const SA_SIGINFO: usize = if MIPS { 8 } else { 4 };
const SA_ONSTACK: usize = 0x0800_0000;
const SA_RESTORER: usize = 0x0400_0000;
const STACK: usize = 64 << 10;

/// What the handler saw last, and how often it ran.
static mut SIGNAL: i32 = 0;
static mut SEEN: *mut G = null_mut();
static mut COUNT: usize = 0;
static mut STACK_LO: usize = 0;
/// A page that may not be touched before the handler has said so.
static mut PAGE: usize = 0;

pub unsafe fn on_signal(sig: i32, info: *const usize, g: *mut G) {
    let local = 0u8;
    // SAFETY: the one thread waits for this handler.
    unsafe {
        (SIGNAL, SEEN) = (sig, g);
        COUNT += 1;
        check(
            (addr_of!(local) as usize).wrapping_sub(STACK_LO) < STACK,
            "the handler runs on the signal stack",
        );
        if sig as usize == SIGSEGV {
            // Three ints, aligned to a word, then the address.
            let at = *info.byte_add(12usize.next_multiple_of(size_of::<usize>()));
            check(PAGE != 0 && at.wrapping_sub(PAGE) < STACK, "the fault's address");
            check(syscall(SYS.mprotect, [PAGE, STACK, 3, 0, 0, 0]) == 0, "mprotect in the handler");
        }
    }
}

/// The kernel's struct sigaction.
unsafe fn sigaction(sig: usize) {
    let (handler, restorer) =
        (arch::rt_sigtramp as *const () as usize, arch::rt_sigreturn as *const () as usize);
    let flags = SA_SIGINFO | SA_ONSTACK;
    let action: [usize; 8] = if MIPS {
        // The flags are an unsigned int, in front.
        let flags = if cfg!(all(target_arch = "mips64", target_endian = "big")) {
            (flags as u64).rotate_left(32) as usize
        } else {
            flags
        };
        [flags, handler, 0, 0, 0, 0, 0, 0]
    } else if cfg!(target_arch = "riscv64") {
        [handler, flags, 0, 0, 0, 0, 0, 0]
    } else {
        [handler, flags | SA_RESTORER, restorer, 0, 0, 0, 0, 0]
    };
    let mask = if MIPS { 16 } else { 8 };
    // SAFETY: a handler that may run at any time.
    let r = unsafe { syscall(SYS.sigaction, [sig, action.as_ptr() as usize, 0, mask, 0, 0]) };
    check(r == 0, "sigaction");
}

/// A signal on the thread's own stack, one on a goroutine's, and a fault in Go's memory routine. Returns how many came.
pub fn run() -> usize {
    // SAFETY: one thread.
    unsafe {
        STACK_LO = rt::map(STACK);
        let stack = if MIPS { [STACK_LO, STACK, 0] } else { [STACK_LO, 0, STACK] };
        check(syscall(SYS.sigaltstack, [stack.as_ptr() as usize, 0, 0, 0, 0, 0]) == 0, "sigaltstack");
        sigaction(SIGUSR1);
        sigaction(SIGSEGV);

        arch::rt_setg(rt::g0().cast());
        let pid = syscall(SYS.getpid, [0; 6]) as usize;
        check(syscall(SYS.kill, [pid, SIGUSR1, 0, 0, 0, 0]) == 0, "kill");
        check(
            COUNT == 1 && SIGNAL as usize == SIGUSR1 && SEEN == rt::g0(),
            "a signal on g0's stack finds g0",
        );

        check(go_syscall(SYS.kill, [pid, SIGUSR1]) == 0, "kill from a goroutine");
        check(
            COUNT == 2 && SIGNAL as usize == SIGUSR1 && SEEN == rt::cur(),
            "a signal on a goroutine finds its g",
        );

        // After the handler the load is made again, and everything is as it was.
        let page = rt::map(STACK);
        *(page as *mut [u8; 64]) = core::array::from_fn(|i| i as u8);
        check(syscall(SYS.mprotect, [page, STACK, 0, 0, 0, 0]) == 0, "mprotect");
        PAGE = page;
        check(go_fault(page), "memory compared after a fault");
        check(COUNT == 3 && SIGNAL as usize == SIGSEGV && SEEN == rt::cur(), "a fault finds its goroutine");
        COUNT
    }
}
