//! Where the runtime has its scheduler: of that, the handshakes.

#[path = "../../src/sched/protocol/mod.rs"]
pub mod protocol;
