//! The runtime of compiled Go programs.
//!
//! Everything here runs on a thread's system stack (g0): compiled code enters through stubs that
//! switch stacks first, so no Rust frame ever sits on a goroutine's stack. Nothing here uses
//! `core::fmt`; see [`base::print`].
//!
//! It is made of layers, a folder each, in the order below (docs/RUNTIME.md draws them). Feature `host` is for
//! programs of Rust that Go code runs in.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(not(test), deny(clippy::undocumented_unsafe_blocks, clippy::missing_safety_doc))]
#![allow(clippy::macro_metavars_in_unsafe, reason = "the body of a hook is unsafe code by its nature")]

#[cfg(feature = "host")]
extern crate alloc;
#[cfg(feature = "host")]
extern crate std;

pub mod machine;
pub mod os;

pub mod base;
pub mod protocol;

pub mod mem;

pub mod gc;

pub mod task;

pub mod sched;

pub mod sync;

pub mod profile;

pub mod hooks;
pub mod start;

pub mod host;
