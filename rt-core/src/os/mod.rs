//! What the runtime asks of the system, as plain functions. One folder holds every `cfg` on the
//! operating system; callers never ask which one it is.

#[cfg(target_os = "linux")]
mod linux;
mod machine;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
pub use linux::*;
pub use machine::prefetch;
#[cfg(target_os = "linux")]
pub use process::*;

#[cfg(not(target_os = "linux"))]
mod none;
#[cfg(not(target_os = "linux"))]
pub use none::*;
