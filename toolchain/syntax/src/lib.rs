//! How does Go source text become a syntax tree? In reading order:
//!
//! - `sym`: interned names; `pos`: positions and the set of source files
//! - `ast`: the tree; `print`: expressions as error messages show them; `walk`: visitors
//! - `token`, `scanner`: text to tokens; `literal`: values of strings and characters; `unicode`: Go's classes
//! - `parser`: tokens to tree; `branches`: labels and jumps of a body
//! - `buildtag`: `//go:build` expressions
//!
//! Errors have the texts and places of Go's compiler.

pub mod ast;
mod branches;
pub mod buildtag;
pub mod literal;
mod parser;
pub mod pos;
pub mod print;
pub mod scanner;
pub mod sym;
pub mod token;
pub mod unicode;
pub mod walk;

pub use parser::{Error, MAX_DEPTH, Options, STACK_SIZE, parse};
pub use pos::{Pos, Position, SourceFile};
pub use sym::{Sym, names};
