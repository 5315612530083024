//! The replay of stack maps sees planted faults.
use super::Arm64;

crate::mach::planted::planted!(Arm64);
