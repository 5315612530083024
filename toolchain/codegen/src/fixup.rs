//! Fixups: fields of instructions that are filled in when addresses are known. A machine lists their kinds in a table, so that
//! object writing and calls within the text know no machine.
use ir::SymRef;
use std::ops::RangeInclusive;

/// What code refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FixupTarget {
    /// A function or data of the program.
    Sym(SymRef),
    /// A constant: bits and size.
    Pool(u128, u8),
    /// A symbol of the runtime archive.
    Ext(String),
    /// Where the thread keeps its g, as a distance from the thread pointer.
    TlsG,
}

/// A field to be filled in.
#[derive(Clone, Debug)]
pub struct Fixup {
    /// Offset in the function's code.
    pub at: u32,
    /// Index into the machine's table.
    pub kind: u8,
    /// Target.
    pub target: FixupTarget,
    /// Added to the target's address. On machines with words of 4 bytes the field holds it already, as ELF files there have it
    /// (REL); it stands here for who fills the field in.
    pub addend: i64,
}

/// A kind of field.
#[derive(Clone, Debug)]
pub struct FixupKind {
    /// Relocation type in ELF files.
    pub elf: u32,
    /// Writes the distance from the field to its target; `None`: only the linker can.
    pub patch: Option<fn(&mut [u8], i64)>,
    /// Distances that it can hold.
    pub range: RangeInclusive<i64>,
    /// A call or jump: it may go through a veneer.
    pub call: bool,
    /// A second field that the linker fills in for the same target.
    pub pair: Option<Pair>,
}

/// The second field of a pair: the low part of an address whose high part is in the first.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Its distance from the first.
    pub at: u32,
    /// Relocation type in ELF files.
    pub elf: u32,
    /// It refers to the place of the first field rather than to the target.
    pub anchored: bool,
}

impl FixupKind {
    /// Fills the field at the start of `code` in; `false` if the distance is too far or only the linker can.
    pub fn fill(&self, code: &mut [u8], distance: i64) -> bool {
        match self.patch {
            Some(patch) if self.range.contains(&distance) => {
                patch(code, distance);
                true
            }
            _ => false,
        }
    }
    /// How far it reaches both ways.
    pub fn reach(&self) -> u64 {
        self.range.end().unsigned_abs().min(self.range.start().unsigned_abs())
    }
}

/// Code that jumps on to a target that is too far for a call: it may destroy scratch registers that encoding keeps for itself.
#[derive(Clone, Copy, Debug)]
pub struct Veneer {
    /// The instructions.
    pub code: &'static [u8],
    /// Offset of their fixup.
    pub at: u32,
    /// Its kind, which reaches everything.
    pub kind: u8,
}

/// A field of 4 bytes, low byte first, that holds the whole distance.
pub fn little32(code: &mut [u8], distance: i64) {
    code[..4].copy_from_slice(&(distance as i32).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_that_do_not_fit_are_refused() {
        let kind = FixupKind {
            elf: 0,
            patch: Some(little32),
            range: i32::MIN as i64..=i32::MAX as i64,
            call: true,
            pair: None,
        };
        let mut code = [0; 6];
        assert!(kind.fill(&mut code, -2) && code == [0xfe, 0xff, 0xff, 0xff, 0, 0]);
        assert!(!kind.fill(&mut code, 1 << 31) && code[0] == 0xfe);
        assert_eq!(kind.reach(), i32::MAX as u64);
        assert!(!FixupKind { patch: None, ..kind }.fill(&mut code, 0));
    }
}
