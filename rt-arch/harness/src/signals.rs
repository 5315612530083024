//! Signal entry: the handler gets the g whose stack was in use, whatever the g register held, on the signal stack.

use crate::leaf::{go_fault, go_syscall};
use crate::rt::abi::{Context, SigAction, SigInfo, SigStack, SignalSet, flags, nr, sig};
use crate::rt::{self, G, check, syscall};
use core::ptr::{addr_of, null_mut};
use oxigo_reflect::arch::Arch;
use oxigo_rt_arch as arch;

const STACK: usize = 64 << 10;
/// The page is there, but may not be touched. For ppc64 qemu-user 7.2 says that there is none, so there the kernel's code and
/// that one are right; everywhere else only the kernel's is.
const SEGV_CODES: &[i32] = if cfg!(target_arch = "powerpc64") { &[2, 1] } else { &[2] };

/// What the handler saw last, and how often it ran.
static mut SIGNAL: u32 = 0;
static mut SEEN: *mut G = null_mut();
static mut COUNT: usize = 0;
static mut STACK_LO: usize = 0;
/// A page that may not be touched before the handler has said so.
static mut PAGE: usize = 0;

pub unsafe fn on_signal(sig: u32, info: &SigInfo, ctx: &mut Context, g: *mut G) {
    let local = 0u8;
    // SAFETY: the one thread waits for this handler.
    unsafe {
        (SIGNAL, SEEN) = (sig, g);
        COUNT += 1;
        check(
            (addr_of!(local) as usize).wrapping_sub(STACK_LO) < STACK,
            "the handler runs on the signal stack",
        );
        if sig == sig::SEGV {
            check(SEGV_CODES.contains(&info.code()), "the fault's code");
            check(PAGE != 0 && info.addr().wrapping_sub(PAGE) < STACK, "the fault's address");
            let memequal = rt::find(runtime_memequal as *const () as usize);
            check(core::ptr::eq(rt::find(ctx.pc()), memequal), "the interrupted function");
            check(rt::in_stack(g, ctx.sp()), "the interrupted stack");
            if Arch::host().link.is_some() {
                check(rt::find(ctx.lr()).entry != memequal.entry, "the link register of a leaf");
            }
            // As it is, but written: the instruction is made again with these.
            let (pc, sp, lr) = (ctx.pc(), ctx.sp(), ctx.lr());
            ctx.set_sp(sp);
            ctx.set_lr(lr);
            ctx.set_fixed(g as usize);
            ctx.set_pc(pc);
            check((ctx.pc(), ctx.sp(), ctx.lr()) == (pc, sp, lr), "the context keeps what is set");
            check(syscall(nr::MPROTECT, [PAGE, STACK, 3, 0, 0, 0]) == 0, "mprotect in the handler");
        }
    }
}

unsafe extern "C" {
    #[link_name = "runtime.memequal"]
    fn runtime_memequal();
}

unsafe fn sigaction(sig: u32) {
    let action = SigAction::new(
        arch::rt_sigtramp as *const () as usize,
        flags::SA_SIGINFO | flags::SA_ONSTACK | flags::SA_RESTART,
        arch::rt_sigreturn as *const () as usize,
        SignalSet::ALL,
    );
    let mut now = SigAction::new(0, 0, 0, SignalSet::NONE);
    let size = size_of::<SignalSet>();
    // SAFETY: a handler that may run at any time.
    unsafe {
        let r = syscall(nr::RT_SIGACTION, [sig as usize, &raw const action as usize, 0, size, 0, 0]);
        check(r == 0, "sigaction");
        let r = syscall(nr::RT_SIGACTION, [sig as usize, 0, &raw mut now as usize, size, 0, 0]);
        check(r == 0 && now.handler() == action.handler(), "sigaction tells what was set");
    }
}

/// A signal on the thread's own stack, one on a goroutine's, and a fault in Go's memory routine. Returns how many came.
pub fn run() -> usize {
    // SAFETY: one thread.
    unsafe {
        STACK_LO = rt::map(STACK);
        let stack = SigStack::new(STACK_LO, STACK);
        check(syscall(nr::SIGALTSTACK, [&raw const stack as usize, 0, 0, 0, 0, 0]) == 0, "sigaltstack");
        sigaction(sig::USR1);
        sigaction(sig::SEGV);
        // Held back, it comes when it is let through.
        let mask = |set: SignalSet| {
            let at = &raw const set as usize;
            let r = syscall(nr::RT_SIGPROCMASK, [flags::SIG_SETMASK, at, 0, size_of::<SignalSet>(), 0, 0]);
            check(r == 0, "sigprocmask");
        };

        arch::rt_setg(rt::g0().cast());
        let (pid, tid) = (syscall(nr::GETPID, [0; 6]) as usize, syscall(nr::GETTID, [0; 6]) as usize);
        mask(SignalSet::ALL);
        check(syscall(nr::TGKILL, [pid, tid, sig::USR1 as usize, 0, 0, 0]) == 0, "tgkill");
        mask(SignalSet::all_but(&[sig::USR1]));
        check(COUNT == 1, "a signal that was held back");
        mask(SignalSet::NONE);
        check(COUNT == 1 && SIGNAL == sig::USR1 && SEEN == rt::g0(), "a signal on g0's stack finds g0");

        check(go_syscall(nr::TGKILL, [pid, tid, sig::USR1 as usize]) == 0, "tgkill from a goroutine");
        check(COUNT == 2 && SIGNAL == sig::USR1 && SEEN == rt::cur(), "a signal on a goroutine finds its g");

        // After the handler the load is made again, and everything is as it was.
        let page = rt::map(STACK);
        *(page as *mut [u8; 64]) = core::array::from_fn(|i| i as u8);
        check(syscall(nr::MPROTECT, [page, STACK, 0, 0, 0, 0]) == 0, "mprotect");
        PAGE = page;
        check(go_fault(page), "memory compared after a fault");
        check(COUNT == 3 && SIGNAL == sig::SEGV && SEEN == rt::cur(), "a fault finds its goroutine");
        COUNT
    }
}
