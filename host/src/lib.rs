//! Go packages in a Rust program.
//!
//! `oxigo-build` compiles a Go package in the build script and writes a Rust function for each of its exported ones. This
//! crate is what these functions are made of, and the types of what cannot be copied: pointers, maps, channels, funcs.
//! docs/RUST.md shows how they are used. Reading order:
//!
//! - [`mirror`]: which Rust type stands for which Go type, and how values are copied; [`text`]: strings and slices
//! - [`call`]: an exported function, and how it is called; [`service`]: the runtime's own that values need
//! - [`shapes`]: macros for structs and defined types
//! - [`handle`]: pointers, maps and channels; [`func`]: func values both ways
#![deny(missing_docs)]
#![deny(clippy::undocumented_unsafe_blocks, clippy::missing_safety_doc)]

pub mod call;
mod error;
pub mod func;
pub mod handle;
pub mod mirror;
mod service;
mod shapes;
pub mod text;

pub use error::{ErrorValue, GoError};
pub use func::GoFunc;
pub use handle::{Chan, Map, MapArg, Ref};
pub use rt_core::host::Host;
pub use text::GoStr;

/// Includes the bindings that `oxigo_build::Package::compile` wrote under this name.
///
/// ```ignore
/// mod hello {
///     oxigo_host::include_go!("hello");
/// }
/// ```
#[macro_export]
macro_rules! include_go {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}

/// Starts the Go side, which the first call of a Go function does otherwise: its runtime and its packages' initialisers.
pub fn start() -> Host {
    Host::start()
}

/// What generated code names.
#[doc(hidden)]
pub mod generated {
    pub use crate::mirror::{FromGo, Mirror, Place, ToGo};
    pub use reflect::kind::Kind;
    pub use reflect::types::Type;
}
