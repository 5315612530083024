//! The replay of stack maps sees planted faults.
use super::S390x;

crate::mach::planted::planted!(S390x);
