//! What everything else stands on and what knows nothing of Go: locks, atomics, printing, random numbers.
//!
//! - [`lock`]: locks, and statics whose rule is the comment beside them
//! - [`atomic`]: atomics that every machine has
//! - [`pool`]: records that are used again
//! - [`print`]: printing without formatting machinery, and dying
//! - [`rand`]: random numbers
//! - [`env`]: what the process was started with; [`image`]: what the program is
//! - [`layout`]: structs that Go code has too
//! - [`stopped`]: that the world is stopped, as a value
//! - [`meter`]: times that programs can ask for
//! - [`seam`]: what `protocol` stands on

pub mod atomic;
pub mod env;
pub mod image;
pub mod layout;
pub mod lock;
pub mod meter;
pub mod pool;
pub mod print;
pub mod rand;
pub mod seam;
pub mod stopped;
