//! Boards: what the runtime needs of a machine without an operating system. A board is a folder by GOARCH with
//!
//! - `boot.S`: `_start`, which makes the machine fit for compiled code (a stack, floats, memory that takes any access) and calls
//!   `oxigo_board_start`; and the machine's exceptions, which keep all registers and call `oxigo_board_trap`;
//! - `mod.rs`: what [`rt_core::os::Board`] asks for, the memory, and which exception is which signal.
//!
//! docs/BOARDS.md tells how to write one.
#![cfg(feature = "bare")]
#![no_std]
#![deny(missing_docs)]

pub mod list;

#[cfg_attr(target_arch = "x86", path = "386/mod.rs")]
#[cfg_attr(target_arch = "x86_64", path = "amd64/mod.rs")]
#[cfg_attr(target_arch = "arm", path = "arm/mod.rs")]
#[cfg_attr(target_arch = "aarch64", path = "arm64/mod.rs")]
#[cfg_attr(any(target_arch = "mips", target_arch = "mips64"), path = "mips/mod.rs")]
#[cfg_attr(target_arch = "powerpc64", path = "ppc64/mod.rs")]
#[cfg_attr(target_arch = "s390x", path = "s390x/mod.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64/mod.rs")]
mod board;
#[allow(dead_code, reason = "not every machine has a calendar, or a line for the status")]
mod calendar;
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")),
    path = "no_guards.rs"
)]
mod guards;
#[allow(dead_code, reason = "some machines have more")]
mod one_core;
#[allow(dead_code, reason = "not every firmware leaves a tree")]
mod tree;
#[allow(dead_code, reason = "not every machine has one, and firmware may have set it up")]
mod uart;
mod vectors;
#[cfg_attr(
    any(target_arch = "mips", target_arch = "mips64", target_arch = "powerpc64", target_arch = "s390x"),
    path = "virtio/none.rs"
)]
mod virtio;

// The archive must hold it, though nothing here calls it.
use core::sync::atomic::{AtomicBool, Ordering::*};
use oxigo_rt as _;
use rt_core::os::{self, Board, Context, SLICE_NS, SigInfo};
use rt_core::sched::sysmon;

const _: () = assert!(list::MOST_CORES == os::MOST);

unsafe extern "C" {
    /// The linker's: the end of the program in memory.
    static _end: u8;
    fn oxigo_rt_start(argc: isize, argv: *const *const u8) -> !;
    fn rt_sighandler(sig: i32, info: *const SigInfo, ctx: *mut Context, g: *mut core::ffi::c_void);
}

static BOARD: Board = Board {
    write: board::write,
    nanotime: board::nanotime,
    walltime: board::walltime,
    random: board::random,
    read: board::read,
    idle: board::idle,
    core: board::core,
    stack: guards::stack,
    start: board::start,
    wake,
    exit: board::exit,
    let_in: board::lines::let_in,
    mask: board::lines::mask,
    reach: board::lines::reach,
    port: board::lines::port,
};

/// Called by the board's `_start`, on its stack.
#[unsafe(no_mangle)]
unsafe extern "C" fn oxigo_board_start(firmware: usize) -> ! {
    board::init();
    board::guard();
    // SAFETY: once, before anything else of the runtime; memory above the program is nobody's.
    unsafe {
        let (argc, argv, low) = vectors::lay_out(board::command_line(firmware), &raw const _end as usize);
        let (end, cores) = (board::memory_end(firmware), board::cores(firmware));
        os::give_memory(low, end, board::ZERO_MEMORY, cores, &BOARD);
        board::start_clock();
        oxigo_rt_start(argc, argv)
    }
}

/// Called by `boot.S` on each core but the first, on its own stack.
#[unsafe(no_mangle)]
unsafe extern "C" fn oxigo_board_core(core: usize) -> ! {
    board::begin(core);
    // SAFETY: once a core.
    unsafe { os::enter(core) }
}

/// Called by the board's exceptions while one is handled, with the address that could not be used, if the machine has told one: a bug of the
/// runtime, of which the console may still tell.
#[unsafe(no_mangle)]
extern "C" fn oxigo_board_nested(address: usize) -> ! {
    guards::look(address);
    board::write(b"fault while a fault was handled\n");
    board::exit(2)
}

/// What each core was woken for since it was idle last: a device has interrupted, or another core wants something.
static WOKEN: [AtomicBool; list::MOST_CORES] = [const { AtomicBool::new(false) }; list::MOST_CORES];

/// Whether this core was woken, once. Asked by `idle`, without interrupts: one that comes behind it ends the wait.
#[allow(dead_code, reason = "not every board has a device that interrupts")]
fn woken() -> bool {
    let woken = &WOKEN[board::core()];
    woken.load(Relaxed) && woken.swap(false, AcqRel)
}

/// Wakes a core, unless somebody has and it has not seen that yet.
fn wake(core: usize) {
    if !WOKEN[core].swap(true, AcqRel) && core != board::core() {
        board::signal(core);
    }
}

/// What an exception is.
enum Trap {
    /// The clock has come to the end of the time slice.
    Tick,
    /// A device has something by a line; the controller has been told that it was seen.
    #[allow(dead_code, reason = "as above")]
    Device(usize),
    /// Another core has sent it, or the core's own clock has come to what `idle` was told.
    #[allow(dead_code, reason = "as above")]
    Woken,
    /// A signal, its code as Linux numbers it, and the address that could not be used.
    Fault(u32, i32, usize),
}

/// Called by the board's exceptions with the registers they have kept, on a stack of their own; they take them back from there.
#[unsafe(no_mangle)]
unsafe extern "C" fn oxigo_board_trap(regs: &mut board::Registers) {
    match regs.trap() {
        Trap::Tick => {
            board::next_tick();
            // The first core's ticks are for all.
            if board::core() == 0 {
                sysmon::tick();
            }
        }
        Trap::Woken => {}
        Trap::Device(line) => {
            wake(board::core());
            if os::lines::interrupted(line) {
                sysmon::device();
            }
            os::poller_news();
        }
        Trap::Fault(sig, code, addr) => {
            guards::look(addr);
            let mut ctx = Context::new(regs.pc(), regs.sp(), regs.lr());
            // SAFETY: what the runtime expects of a signal: registers, and the goroutine that runs.
            unsafe { rt_sighandler(sig as i32, &SigInfo::new(code, addr), &mut ctx, rt_arch::rt_getg()) };
            regs.go_on(ctx.pc(), ctx.sp(), ctx.lr(), ctx.fixed());
        }
    }
}
