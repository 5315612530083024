//! The kinds of scalar values.

/// The kind of a value: what fits a register, and whether the collector sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// 8-bit integer or bool (0 or 1). The upper bits of its register are undefined.
    I8,
    /// 16-bit integer; upper bits undefined.
    I16,
    /// 32-bit integer; upper bits undefined.
    I32,
    /// 64-bit integer.
    I64,
    /// IEEE single.
    F32,
    /// IEEE double.
    F64,
    /// A pointer that the collector and stack copying see. Code addresses and `uintptr` are integers.
    Ptr,
}

impl Ty {
    /// Size in bytes on a machine with words of `word` bytes ([`crate::Target::size`]).
    pub fn size(self, word: u32) -> u32 {
        match self {
            Ty::I8 => 1,
            Ty::I16 => 2,
            Ty::I32 | Ty::F32 => 4,
            Ty::I64 | Ty::F64 => 8,
            Ty::Ptr => word,
        }
    }
    /// Bits of an integer kind; a `Ptr` has as many as the machine says ([`crate::Target::bits`]).
    pub fn int_bits(self) -> u32 {
        match self {
            Ty::I8 => 8,
            Ty::I16 => 16,
            Ty::I32 => 32,
            Ty::I64 => 64,
            _ => panic!("{self:?} is no integer"),
        }
    }
    /// Whether the value lives in a float register.
    pub fn is_float(self) -> bool {
        matches!(self, Ty::F32 | Ty::F64)
    }
    /// The integer kind of `bytes` bytes (1, 2, 4 or 8).
    pub fn int(bytes: u32) -> Ty {
        match bytes {
            1 => Ty::I8,
            2 => Ty::I16,
            4 => Ty::I32,
            8 => Ty::I64,
            _ => panic!("no integer of {bytes} bytes"),
        }
    }
    /// The name in the text form.
    pub fn name(self) -> &'static str {
        match self {
            Ty::I8 => "i8",
            Ty::I16 => "i16",
            Ty::I32 => "i32",
            Ty::I64 => "i64",
            Ty::F32 => "f32",
            Ty::F64 => "f64",
            Ty::Ptr => "ptr",
        }
    }
}
