//! Goroutines as they stand: their records, their stacks, what is on those, and where code is.
//!
//! - [`g`]: the records of goroutines, threads and processors
//! - [`current`]: who calls; `hook`: how a function that compiled code calls is written
//! - [`state`]: what a goroutine is doing; [`change`]: how that changes, and what is measured of it
//! - [`stack`]: memory for stacks; growing and shrinking them
//! - [`unwind`]: walking frames; [`stackscan`]: what they keep alive
//! - [`symtab`]: names, files and lines of code addresses; [`sites`]: what walks remember of them
//! - [`traceback`]: printing stacks, and dying
//! - [`tracing`]: what execution traces hear of
//! - [`panic`]: panics, deferred calls, recovery

pub mod change;
pub mod current;
pub mod g;
mod hook;
pub mod panic;
pub mod sites;
pub mod stack;
pub mod stackscan;
pub mod state;
pub mod symtab;
pub mod traceback;
pub mod tracing;
pub mod unwind;

pub(crate) use hook::hook;
pub use hook::{End, Next};
