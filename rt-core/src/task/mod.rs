//! Goroutines as they stand: their records, their stacks, what is on those, and where code is.
//!
//! - [`g`]: the records of goroutines, threads and processors
//! - [`stack`]: memory for stacks; growing and shrinking them
//! - [`unwind`]: walking frames; [`stackscan`]: what they keep alive
//! - [`symtab`]: names, files and lines of code addresses
//! - [`traceback`]: printing stacks, and dying
//! - [`panic`]: panics, deferred calls, recovery

pub mod g;
pub mod panic;
pub mod stack;
pub mod stackscan;
pub mod symtab;
pub mod traceback;
pub mod unwind;
