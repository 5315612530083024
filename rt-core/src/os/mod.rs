//! What the runtime asks of the system, as plain functions of the same names for each. One folder holds every `cfg` on the
//! operating system; callers never ask which one it is. Feature `bare` means that there is none (Rust's
//! target can't tell: one target serves hosted and bare programs).
//!
//! | room | functions |
//! |---|---|
//! | start | `init`, `ncpu`, `random` |
//! | memory | `page_size`, `map`, `map_at`, `unmap`, `decommit`, `heap_origin` |
//! | waiting | `futex_wait`, `futex_wake`, `yield_now`, [`RawLock`] |
//! | time | `nanotime`, `walltime` |
//! | descriptors | `read`, `write`, `fcntl` |
//! | poller | `poller_open`, `poller_watch`, `poller_forget`, `poller_wait`, `poller_wake` |
//! | threads | `THREADS`, `stack`, `start_thread`, `end_thread`, `set_tls`, `thread_id`; `system_call`, which all make |
//! | signals | `sigaction`, `sigprocmask`, `sigaltstack`, `kill_self`, `signal_thread`, `die_of`, `profile_timer`; [`fake_call`], [`return_at_entry`]; [`Context`], [`SigInfo`], [`SignalSet`], [`sig`] |
//! | the end | `exit` |

mod interrupted;
mod signal;
pub mod usual_signals;

#[cfg_attr(feature = "bare", path = "bare/mod.rs")]
#[cfg_attr(not(feature = "bare"), path = "linux/mod.rs")]
mod system;

/// In a build for a system only for its tests; where there is none, `system` has it.
#[cfg(all(test, not(feature = "bare")))]
#[path = "bare/files/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests use a part")]
mod files;
#[cfg(all(test, not(feature = "bare")))]
#[path = "bare/net/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests use a part")]
mod net;
pub use interrupted::{fake_call, return_at_entry};
pub use signal::{Action, die_of, signal_name};
pub use system::*;

mod lock;
#[cfg(not(feature = "bare"))]
pub use lock::RawLock;
