//! The replay of stack maps sees planted faults, in both orders of bytes.
mod little {
    crate::mach::planted::planted!(crate::isa::ppc64::Ppc64<false>);
}
mod big {
    crate::mach::planted::planted!(crate::isa::ppc64::Ppc64<true>);
}
