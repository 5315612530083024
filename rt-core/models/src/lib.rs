//! Models of the scheduler's handshakes: the runtime's own files (`rt-core/src/protocol`) with loom's atomics beneath,
//! which tries every order in which threads can come to go on and every value that memory may show them.
//!
//! `tests/` has the models, and for each `Step` that a protocol takes a test that leaves it out and must see a model fail.
//! `LOOM_MAX_PREEMPTIONS=N` looks further (docs/RUNTIME.md, "Models").

pub mod base;
#[path = "../../src/protocol/mod.rs"]
pub mod protocol;
