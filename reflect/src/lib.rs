//! How are Go values passed, described and found? One answer for the compiler and for the runtime.
//!
//! Reading order:
//! - [`kind`]: Go's kinds, numbered as in `internal/abi`.
//! - [`arch`]: the one table of architectures: registers, frames, tool names.
//! - [`abi`]: which parameter goes into which register or stack slot.
//! - [`regs`]: values in the image of the argument registers.
//! - [`raw`]: a call as assembly sees it.
//! - [`image`]: the tables in an executable (functions, lines, stack maps, roots), readers and writers.
//! - [`heap`]: sizes of heap objects; [`records`]: records of the runtime that Go, Rust and assembly share.
//! - [`types`], [`value`], [`func`], [`held`]: the Rust user's types, values, calls both ways (feature `alloc`).
//! - [`gotype`]: Rust structs as Go types (feature `derive` for the macro).
//! - [`rtype`]: a read-only view of type descriptors in memory; [`word`]: Go's words where Rust's are narrower.
#![no_std]
#![deny(missing_docs)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;

pub mod abi;
pub mod arch;
pub mod heap;
pub mod image;
pub mod kind;
pub mod raw;
pub mod records;
pub mod regs;
pub mod rtype;
pub mod word;

#[cfg(feature = "alloc")]
pub mod doc;
#[cfg(feature = "alloc")]
pub mod func;
#[cfg(feature = "alloc")]
pub mod gotype;
#[cfg(feature = "alloc")]
pub mod held;
#[cfg(feature = "alloc")]
pub mod image_writer;
#[cfg(feature = "alloc")]
mod plan;
#[cfg(feature = "alloc")]
pub mod types;
#[cfg(feature = "alloc")]
pub mod value;

pub use abi::{RegBudget, TypeView};
pub use arch::Arch;
pub use kind::Kind;
