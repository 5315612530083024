//! Linux's binary interface, a file a machine: numbers of system calls and signals, flags, and the kernel's records as `repr(C)`
//! structs. Each file says what its machine differs in from [`generic`]; all have the same names. The only `cfg` on machines
//! is the choice of files.
//!
//! The harness of the assembly crate takes this folder too (`rt-arch/harness`): its system calls, signals and threads run with
//! these numbers and records under every column of the matrix.

mod generic;
#[cfg(any(target_arch = "mips", target_arch = "mips64"))]
mod mips_both;
#[cfg(any(target_arch = "mips", target_arch = "mips64"))]
mod mips_names;
mod names;
#[cfg_attr(target_arch = "x86_64", path = "amd64.rs")]
#[cfg_attr(target_arch = "x86", path = "386.rs")]
#[cfg_attr(target_arch = "arm", path = "arm.rs")]
#[cfg_attr(target_arch = "aarch64", path = "arm64.rs")]
#[cfg_attr(target_arch = "mips", path = "mips.rs")]
#[cfg_attr(target_arch = "mips64", path = "mips64.rs")]
#[cfg_attr(target_arch = "powerpc64", path = "ppc64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "s390x", path = "s390x.rs")]
mod own;

pub use generic::FileCall;
#[cfg(any(target_arch = "mips", target_arch = "mips64"))]
pub use mips_names::{errno, open, socket};
#[cfg(not(any(target_arch = "mips", target_arch = "mips64")))]
pub use names::{errno, open, socket};
pub use own::{
    Context, EpollEvent, FILE_CALLS, HashWord, SigAction, SigInfo, SigStack, Stat, flags, nr, sig,
};

/// A set of signals as the kernel takes it: signal n is bit n-1 of an array of words.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignalSet([usize; sig::COUNT as usize / usize::BITS as usize]);

impl SignalSet {
    /// No signal.
    pub const NONE: SignalSet = SignalSet([0; sig::COUNT as usize / usize::BITS as usize]);
    /// Every signal.
    pub const ALL: SignalSet = SignalSet([usize::MAX; sig::COUNT as usize / usize::BITS as usize]);

    /// All but the named signals.
    pub const fn all_but(signals: &[u32]) -> SignalSet {
        let mut set = SignalSet::ALL;
        let mut i = 0;
        while i < signals.len() {
            let bit = (signals[i] - 1) as usize;
            set.0[bit / usize::BITS as usize] &= !(1 << (bit % usize::BITS as usize));
            i += 1;
        }
        set
    }
}
