//! The replay of stack maps sees planted faults, in both widths and both orders of bytes.
mod little {
    crate::mach::planted::planted!(crate::isa::mips::Mips<false, false>);
}
mod big {
    crate::mach::planted::planted!(crate::isa::mips::Mips<false, true>);
}
mod wide_little {
    crate::mach::planted::planted!(crate::isa::mips::Mips<true, false>);
}
mod wide_big {
    crate::mach::planted::planted!(crate::isa::mips::Mips<true, true>);
}
