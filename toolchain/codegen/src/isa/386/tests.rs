//! The replay of stack maps sees planted faults.
use super::I386;

crate::mach::planted::planted!(I386);
