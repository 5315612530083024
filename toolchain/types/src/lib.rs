//! The type checker: Go 1.27 in full, generics included.
//!
//! Reading order: [`table`] (types, hash-consed), [`object`] (what names denote), [`info`] (what the checker found out about each
//! syntax node), [`constant`] and [`text`] (exact constants); then what is known of types: [`intern`] (making them), [`query`] and [`canon`] (underlying
//! types, identity, predicates), [`typeset`], [`lookup`] (fields, methods), [`relate`] (assignable, convertible, implements), [`subst`],
//! [`unify`] and [`infer`] (type arguments), [`string`](mod@string) (how they print), [`layout`] (sizes), [`limits`] (what is too large). The checker proper: [`checker`] (its interface), `check` (its parts).
//!
//! Invariants
//! - One [`TypeTable`] and one object table for the whole program; ids never move.
//! - Types are hash-consed: equal ids are identical types. The converse holds for all types but interfaces (and types made of
//!   them), whose sets of methods may be written differently: `TypeTable::canon` gives the one representative.
//! - Function bodies are checked on demand and once; a generic body once for all instances.
pub mod canon;
pub mod check;
pub mod checker;
pub mod constant;
pub mod infer;
pub mod info;
pub mod intern;
pub mod layout;
pub mod limits;
pub mod literal;
pub mod lookup;
pub mod mono;
pub mod object;
pub mod query;
pub mod relate;
pub mod string;
pub mod subst;
pub mod table;
pub mod text;
pub mod typeset;
pub mod unify;

#[cfg(test)]
mod tests;
