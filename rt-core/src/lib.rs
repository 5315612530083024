//! The runtime of compiled Go programs.
//!
//! Everything here runs on a thread's system stack (g0): compiled code enters through stubs that
//! switch stacks first, so no Rust frame ever sits on a goroutine's stack. Nothing here uses
//! `core::fmt`; see `print`.
//!
//! Reading order: [`g`] (records), [`start`], [`sched`], [`seam`], [`proc`], [`stack`], [`unwind`], [`symtab`],
//! [`traceback`], [`panic`], [`chan`], [`select`], [`sema`], [`timer`], [`synctest`], [`netpoll`], [`signal`],
//! [`hooks`]; `host` (feature `host`: Go code in a program of Rust); [`heap`] and [`gc`]; [`os`], [`machine`], [`print`], [`sync`], [`atomic`], [`rand`].
#![cfg_attr(not(test), no_std)]
#![allow(clippy::macro_metavars_in_unsafe, reason = "the body of a hook is unsafe code by its nature")]

#[cfg(feature = "host")]
extern crate alloc;

pub mod atomic;
pub mod chan;
pub mod g;
pub mod gc;
pub mod heap;
pub mod hooks;
#[cfg(feature = "host")]
pub mod host;
pub mod machine;
pub mod netpoll;
pub mod os;
pub mod panic;
pub mod print;
pub mod proc;
pub mod profile;
pub mod rand;
pub mod sched;
pub mod seam;
pub mod select;
pub mod sema;
pub mod signal;
pub mod stack;
pub mod stackscan;
pub mod start;
pub mod symtab;
pub mod sync;
pub mod synctest;
pub mod timer;
pub mod traceback;
pub mod unwind;
