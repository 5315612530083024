//! What the self-check of Go's cryptographic module covers (`crypto/internal/fips140/check`).
//!
//! The program's own code and variables of the packages below `crypto/internal/fips140` stand together in each section, and a record
//! says where: Go's `go:fipsinfo`, a variable of package check. The command writes the sum over them into the linked file. What is zero
//! at first, type data, strings and constants of functions are not covered, as in Go.
use ir::{DataId, FuncId, Program, Section, SymRef};
use std::ops::Range;

/// The record's link name, for Go's linker's is only what package check calls it by.
pub const INFO: &str = "crypto/internal/fips140/check.Linkinfo";
/// Its section, so that nothing else moves it.
pub const SECTION: &str = ".go.fipsinfo";
/// What it begins with; the sum of so many bytes follows, then its own address and, of four pieces, start and end.
pub const MAGIC: &[u8; 16] = b"\xff Go fipsinfo \xff\0";
pub const SUM: usize = 32;
/// Code, read-only data, variables without pointers, and with.
pub const PIECES: usize = 4;

/// Whether the program has the module, and linking tells for good what is in memory: the sum of what is moved afterwards is not known then.
pub fn is_checked(program: &Program, options: &crate::Options) -> bool {
    !options.bare && !options.movable && program.datas.iter().any(|d| d.name.as_str() == INFO)
}

/// Whether a function belongs to the module.
pub fn covers(program: &Program, id: FuncId) -> bool {
    is_inside(program, SymRef::Func(id), program.funcs[id].name.as_str())
}

/// Whether a symbol of this link name belongs to the module.
fn is_inside(program: &Program, symbol: SymRef, name: &str) -> bool {
    let inside = |s: &str| s.starts_with("crypto/internal/fips140/");
    inside(name) || program.packages.get(&symbol).is_some_and(|p| inside(p.as_str()))
}

/// The piece that a variable belongs to.
pub fn piece(program: &Program, id: DataId) -> Option<usize> {
    let d = &program.datas[id];
    if !is_inside(program, SymRef::Data(id), d.name.as_str()) {
        return None;
    }
    match d.section {
        Section::Rodata => Some(1),
        Section::Data if !d.ptrs.any() => Some(2),
        Section::Data => Some(3),
        _ => None,
    }
}

/// Makes a piece's range of offsets take in another.
pub fn take_in(piece: &mut Range<u64>, more: Range<u64>) {
    if piece.is_empty() {
        *piece = more;
    } else {
        *piece = piece.start.min(more.start)..piece.end.max(more.end);
    }
}
