//! What the runtime asks of the system, as plain functions. One folder holds every `cfg` on the
//! operating system; callers never ask which one it is. Feature `bare` means that there is none (Rust's
//! target can't tell: one target serves hosted and bare programs).

#[cfg(not(feature = "bare"))]
mod linux;
#[cfg(not(feature = "bare"))]
mod lock;
mod machine;
#[cfg(not(feature = "bare"))]
mod process;
#[cfg(not(feature = "bare"))]
pub mod vdso;
#[cfg(not(feature = "bare"))]
pub use linux::*;
#[cfg(not(feature = "bare"))]
pub use lock::RawLock;
pub use machine::{frame_so_far, prefetch};
#[cfg(not(feature = "bare"))]
pub use process::*;

#[cfg(feature = "bare")]
mod none;
#[cfg(feature = "bare")]
pub use none::*;
