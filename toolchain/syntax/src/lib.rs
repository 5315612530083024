//! How does Go source text become a syntax tree? In reading order:
//!
//! - `sym`: interned names; `pos`: positions and the set of source files
//! - `ast`: the tree; `walk`: visitors and a printer for expressions as error messages show them

pub mod ast;
pub mod pos;
pub mod sym;

pub use pos::{Pos, Position};
pub use sym::{Sym, names};
