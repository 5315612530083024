//! The replay of stack maps sees planted faults.
use super::Riscv64;

crate::mach::planted::planted!(Riscv64);
