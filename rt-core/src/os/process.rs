//! Linux: signals, descriptors, the poller, processors, by raw system calls.

pub use super::machine::EpollEvent;
use super::machine::{CONTEXT_SP_PC, nr_process as nr, syscall6};

const SA_SIGINFO: usize = 4;
const SA_RESTORER: usize = 0x0400_0000;
const SA_ONSTACK: usize = 0x0800_0000;
const SA_RESTART: usize = 0x1000_0000;
const SIG_SETMASK: usize = 2;

/// The kernel's record of a handler.
#[repr(C)]
struct SigAction {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: u64,
}

/// Readable, writable, error, hang-up, the other side's hang-up, edge-triggered.
pub const EPOLLIN: u32 = 1;
#[allow(missing_docs, reason = "named above")]
pub const EPOLLOUT: u32 = 4;
#[allow(missing_docs, reason = "named above")]
pub const EPOLLERR: u32 = 8;
#[allow(missing_docs, reason = "named above")]
pub const EPOLLHUP: u32 = 16;
#[allow(missing_docs, reason = "named above")]
pub const EPOLLRDHUP: u32 = 0x2000;
#[allow(missing_docs, reason = "named above")]
pub const EPOLLET: u32 = 1 << 31;

/// Random bytes from the kernel; false if it has none.
pub fn random(b: &mut [u8]) -> bool {
    // SAFETY: the kernel writes the slice.
    unsafe { syscall6(nr::GETRANDOM, b.as_mut_ptr() as usize, b.len(), 1, 0, 0, 0) == b.len() as isize }
}

/// Sets this thread's signal mask; the old one.
pub fn sigprocmask(mask: u64) -> u64 {
    let mut old = 0u64;
    // SAFETY: the kernel reads and writes the two masks.
    unsafe {
        syscall6(nr::RT_SIGPROCMASK, SIG_SETMASK, &raw const mask as usize, &raw mut old as usize, 8, 0, 0)
    };
    old
}

/// Installs a handler (0: default, 1: ignore) with its return trampoline.
pub fn sigaction(sig: u32, handler: usize, restorer: usize) {
    let flags = if handler > 1 { SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_RESTART } else { 0 };
    let a = SigAction { handler, flags, restorer, mask: if handler > 1 { u64::MAX } else { 0 } };
    // SAFETY: the kernel reads the record; the handler is the runtime's own.
    unsafe { syscall6(nr::RT_SIGACTION, sig as usize, &raw const a as usize, 0, 8, 0, 0) };
}

/// The handler of a signal now.
pub fn sigaction_get(sig: u32) -> usize {
    let mut a = SigAction { handler: 0, flags: 0, restorer: 0, mask: 0 };
    // SAFETY: the kernel writes the record.
    unsafe { syscall6(nr::RT_SIGACTION, sig as usize, 0, &raw mut a as usize, 8, 0, 0) };
    a.handler
}

/// Where this thread's handlers run.
pub fn sigaltstack(lo: usize, size: usize) {
    let st = [lo, 0, size];
    // SAFETY: the kernel reads the record; the stack is the thread's own.
    unsafe { syscall6(nr::SIGALTSTACK, st.as_ptr() as usize, 0, 0, 0, 0, 0) };
}

/// Sends a signal to this thread.
pub fn kill_self(sig: u32) {
    // SAFETY: no memory is involved.
    unsafe {
        let pid = syscall6(nr::GETPID, 0, 0, 0, 0, 0, 0) as usize;
        let tid = syscall6(nr::GETTID, 0, 0, 0, 0, 0, 0) as usize;
        syscall6(nr::TGKILL, pid, tid, sig as usize, 0, 0, 0);
    }
}

/// Sends SIGPROF for every so many microseconds of processor time; 0: never.
pub fn profile_timer(us: usize) {
    let t = [us / 1_000_000, us % 1_000_000];
    let timer = [t, t];
    const ITIMER_PROF: usize = 2;
    // SAFETY: the kernel reads the record.
    unsafe { syscall6(nr::SETITIMER, ITIMER_PROF, timer.as_ptr() as usize, 0, 0, 0, 0) };
}

/// PC and SP of an interrupted thread.
///
/// # Safety
/// `ctx` is a signal handler's context.
pub unsafe fn context_pc_sp(ctx: *const u8) -> (usize, usize) {
    // SAFETY: the kernel's layout.
    unsafe {
        let (sp, pc) = CONTEXT_SP_PC;
        (*(ctx.add(pc) as *const usize), *(ctx.add(sp) as *const usize))
    }
}

/// Makes an interrupted thread go on elsewhere.
///
/// # Safety
/// As `context_pc_sp`; the thread can go on there.
pub unsafe fn set_context(ctx: *mut u8, new_pc: usize, new_sp: usize) {
    // SAFETY: the kernel's layout.
    unsafe {
        let (sp, pc) = CONTEXT_SP_PC;
        *(ctx.add(pc) as *mut usize) = new_pc;
        *(ctx.add(sp) as *mut usize) = new_sp;
    }
}

/// Gives the fixed registers of compiled code their values in an interrupted thread: the user's assembly need not keep them.
///
/// # Safety
/// As `context_pc_sp`.
pub unsafe fn set_fixed_registers(ctx: *mut u8, g: usize) {
    let Some((r, float, zero)) = super::machine::CONTEXT_FIXED else { return };
    // SAFETY: the kernel's layout; the float state is there whenever its pointer is.
    unsafe {
        *(ctx.add(r) as *mut usize) = g;
        let float = *(ctx.add(float) as *const *mut u8);
        if !float.is_null() {
            *(float.add(zero) as *mut [u64; 2]) = [0, 0];
        }
    }
}

/// Reads; the kernel's result.
pub fn read(fd: i32, b: &mut [u8]) -> isize {
    // SAFETY: the kernel writes the slice.
    unsafe { syscall6(nr::READ, fd as usize, b.as_mut_ptr() as usize, b.len(), 0, 0, 0) }
}

/// fcntl with an integer argument.
pub fn fcntl(fd: i32, cmd: i32, arg: i32) -> i32 {
    // SAFETY: commands with integer arguments only.
    unsafe { syscall6(nr::FCNTL, fd as usize, cmd as usize, arg as usize, 0, 0, 0) as i32 }
}

/// A poller, closed on exec.
pub fn epoll_create() -> i32 {
    // SAFETY: no memory is involved.
    unsafe { syscall6(nr::EPOLL_CREATE1, 0x80000, 0, 0, 0, 0, 0) as i32 }
}

/// A counter that can be polled, non-blocking, closed on exec.
pub fn eventfd() -> i32 {
    // SAFETY: no memory is involved.
    unsafe { syscall6(nr::EVENTFD2, 0, 0x80800, 0, 0, 0, 0) as i32 }
}

/// Watches a descriptor; 0 or a negative error.
pub fn epoll_add(ep: i32, fd: i32, events: u32, data: u64) -> isize {
    let e = EpollEvent { events, data };
    // SAFETY: the kernel reads the record.
    unsafe { syscall6(nr::EPOLL_CTL, ep as usize, 1, fd as usize, &raw const e as usize, 0, 0) }
}

/// Watches it no more.
pub fn epoll_del(ep: i32, fd: i32) {
    let e = EpollEvent { events: 0, data: 0 };
    // SAFETY: the kernel reads the record.
    unsafe { syscall6(nr::EPOLL_CTL, ep as usize, 2, fd as usize, &raw const e as usize, 0, 0) };
}

/// Waits for events; their number or a negative error.
pub fn epoll_wait(ep: i32, events: &mut [EpollEvent], ms: i32) -> isize {
    // SAFETY: the kernel writes the slice.
    unsafe {
        syscall6(
            nr::EPOLL_PWAIT,
            ep as usize,
            events.as_mut_ptr() as usize,
            events.len(),
            ms as isize as usize,
            0,
            8,
        )
    }
}

/// CPUs this process may run on.
pub fn ncpu() -> usize {
    let mut mask = [0u64; 128];
    // SAFETY: the kernel writes the mask.
    let n = unsafe {
        syscall6(nr::SCHED_GETAFFINITY, 0, size_of_val(&mask), mask.as_mut_ptr() as usize, 0, 0, 0)
    };
    if n <= 0 {
        return 1;
    }
    (mask.iter().map(|w| w.count_ones()).sum::<u32>() as usize).max(1)
}
