//! The checker's parts. Reading order: `env` (scopes), `collect` (a package's names), `decl` (resolving them), `delayed` (what is
//! judged later), `typexpr`, `signature` and `structs` (types), `operand` (what an expression is), `expr`, `untyped`, `binary`,
//! `compos`, `index`, `selector`, `call`, `inst`, `builtin` (expressions), `assign`, `stmt`, `switches`, `range`, `terminate`
//! (statements), `initorder`, `size`.
pub(crate) mod assign;
pub(crate) mod binary;
pub(crate) mod builtin;
pub(crate) mod call;
pub(crate) mod collect;
pub(crate) mod compos;
pub(crate) mod convert;
pub(crate) mod decl;
pub(crate) mod delayed;
pub(crate) mod env;
pub(crate) mod expr;
pub(crate) mod index;
pub(crate) mod initorder;
pub(crate) mod inst;
pub(crate) mod operand;
pub(crate) mod package;
pub(crate) mod range;
pub(crate) mod selector;
pub(crate) mod signature;
pub(crate) mod size;
pub(crate) mod stmt;
pub(crate) mod structs;
pub(crate) mod switches;
pub(crate) mod terminate;
pub(crate) mod typexpr;
pub(crate) mod untyped;
