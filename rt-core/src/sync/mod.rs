//! How goroutines wait for each other.
//!
//! - [`chan`] and [`select`]: channels
//! - [`sema`]: semaphores and the lists of sync.Cond
//! - `pools`: sync.Pool's part of a collection
//! - `timer`: timers with channels
//! - `coro`: coroutines
//! - `synctest`: bubbles

pub mod chan;
pub mod coro;
pub mod pools;
pub mod select;
pub mod sema;
pub mod synctest;
pub mod timer;
