//! Does the assembly of wasm keep its promises?
//!
//! A WASI command with a runtime of one thread. `run` starts a goroutine that calls a closure through reflectcall; the
//! closures are makeFuncStub's, so that one call passes through callN, the stub and the hooks in both directions, or
//! test functions in `asm/`. Values pass through linear memory: with zero registers there is no other way.
//!
//! Arguments: number of signatures, seed. Prints counts; ends with status 0, or 1 after saying what failed.
#![no_std]
#![cfg(target_arch = "wasm32")]
#![allow(clippy::missing_safety_doc)]

extern crate alloc;

#[path = "../../harness/src/api.rs"]
mod api;
#[path = "../../harness/src/base.rs"]
mod base;
mod collect;
mod leaf;
mod nested;
mod os;
mod rt;
#[path = "../../harness/src/sig.rs"]
mod sig;
mod tests;
