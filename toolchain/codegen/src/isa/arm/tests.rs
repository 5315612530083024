//! The replay of stack maps sees planted faults.
use super::Arm;

crate::mach::planted::planted!(Arm);
