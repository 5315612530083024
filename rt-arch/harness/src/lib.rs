//! Does the assembly of this architecture keep its promises?
//!
//! A program on the bare kernel with a runtime of one thread and one goroutine at a time. `run` starts a goroutine
//! that calls a closure through reflectcall; the closures are makeFuncStub's, so that one call passes through
//! spill, unspill, callN, the stub and the hooks in both directions, or test functions in `asm/`.
//!
//! Arguments: number of signatures, seed, and optionally the words `small` (bare metal's limits). Prints counts; ends
//! with status 0, or 1 after saying what failed.
#![no_std]
#![allow(clippy::missing_safety_doc)]

extern crate alloc;

mod api;
mod base;
#[cfg(all(target_arch = "x86_64", not(feature = "bare")))]
mod bench;
mod gc;
mod leaf;
#[cfg_attr(feature = "bare", path = "bare.rs")]
#[cfg_attr(not(feature = "bare"), path = "linux.rs")]
mod os;
mod rt;
mod sig;
#[cfg(not(feature = "bare"))]
mod signals;
mod tests;

pub use rt::println;
