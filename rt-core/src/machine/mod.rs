//! The machine: what only the instruction set decides. Rules about frames follow from its row in reflect's table; single
//! instructions are in a file a machine, or are done without. The only place of this crate that asks for the architecture, but for
//! the system's binary interface (`os/linux/abi`).

#[cfg_attr(target_arch = "x86_64", path = "amd64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "arm64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")),
    path = "any.rs"
)]
mod own;
#[cfg(not(feature = "bare"))]
pub use own::syscall6;
pub use own::{frame_so_far, prefetch};

use reflect::arch::Arch;

const ROW: &Arch = Arch::host();
const WORD: usize = size_of::<usize>();

/// A call leaves the return address in a register, and functions with a frame save it at the frame's bottom. Otherwise it is
/// pushed.
pub const LINK: bool = ROW.link.is_some();

/// How far from the thread pointer to the middle of the block of thread-local storage: some machines' pointer stands beyond the
/// block, for the reach of their instructions.
pub const TLS_BIAS: usize = ROW.tls_bias as usize;

/// Between SP before a call and its stack arguments.
pub const ARGS: usize = ROW.min_frame as usize;

/// SP before the call, of a function whose frame, of that size, begins at `sp`.
pub const fn sp_before(sp: usize, frame: usize) -> usize {
    if LINK { sp + frame } else { sp + frame + WORD }
}

/// Where the return address of a function is whose frame goes from `sp` to `before`, SP before its call; None: in the link
/// register, for the function has no frame.
pub const fn return_slot(sp: usize, before: usize) -> Option<usize> {
    if !LINK {
        Some(before - WORD)
    } else if before > sp {
        Some(sp)
    } else {
        None
    }
}

/// Stack that `os::fake_call` takes to save the link register: the function that it interrupts may be one without a frame.
pub const FAKED: usize = if !LINK {
    0
} else if ROW.stack_align as usize > WORD {
    ROW.stack_align as usize
} else {
    WORD
};
