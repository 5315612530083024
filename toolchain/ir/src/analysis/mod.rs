//! Facts about a function that passes compute when they need them: nothing here changes IR.
pub mod bits;
pub mod cfg;
pub mod dom;
pub mod loops;
