//! How goroutines wait for each other.
//!
//! - [`chan`] and [`select`]: channels
//! - [`sema`]: semaphores and the lists of sync.Cond
//! - [`synctest`]: bubbles

pub mod chan;
pub mod select;
pub mod sema;
pub mod synctest;
