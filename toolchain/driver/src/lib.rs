//! How does `oxigo` get from a command line to an executable? In reading order:
//!
//! - `cli`: flags; `commands`: what each command does
//! - `goroot`, `context`, `variant`, `module`, `overlay`: where packages come from and which files count; `godebug`: default settings
//! - `regular`: reading files; `load`: packages, their files and imports, in dependency order
//! - `pipeline`: the phases, with timings; `dump`: what `--dump-ssa` shows; `explain`: what `-m` says; `report`: errors as Go prints them; `late`: those that need no types
//! - `json`, `time`: how these are written; `output`: `print!` and its like for pipes that nobody reads
//! - `abi`: where arguments and results live; `host_api`: what a Rust host can call of a program
//! - `buildinfo`, `vcs`: what a program says of how it was made; `cache`: what builds keep for the next ones
//! - `runtime_lib`, `stamp`, `sysroot`, `link`: the runtime's archive and the final link; `scratch`: folders for intermediate files

#[macro_use]
mod output;

mod abi;
pub mod assemble;
pub mod buildinfo;
pub mod cache;
pub mod cli;
pub mod commands;
pub mod context;
pub mod cover;
pub mod dump;
pub mod embedded;
pub mod explain;
mod fips;
mod fuzz;
pub mod godebug;
pub mod goroot;
mod host_api;
mod json;
pub mod late;
pub mod link;
pub mod load;
pub mod module;
pub mod overlay;
pub mod pgo;
pub mod pipeline;
mod regular;
pub mod report;
pub mod runtime_lib;
pub mod scratch;
mod sha256;
mod stamp;
mod sysroot;
mod terminal;
mod time;
mod variant;
mod vcs;
