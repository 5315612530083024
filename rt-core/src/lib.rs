//! The runtime of compiled Go programs.
//!
//! Everything here runs on a thread's system stack (g0): compiled code enters through stubs that
//! switch stacks first, so no Rust frame ever sits on a goroutine's stack. Nothing here uses
//! `core::fmt`; see `print`.
#![cfg_attr(not(test), no_std)]

pub mod gc;
pub mod heap;
pub mod os;
pub mod print;
pub mod sync;
