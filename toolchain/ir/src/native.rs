//! Functions that are machine code already: what the assembler made of the user's assembly, with its symbols resolved.
use crate::SymRef;
use syntax::Pos;

/// What a field of the code refers to.
#[derive(Clone, PartialEq, Debug)]
pub enum NativeTarget {
    /// A function or data of the program.
    Sym(SymRef),
    /// A symbol of the runtime archive.
    Ext(String),
    /// A constant: bits and size.
    Const(u128, u8),
    /// Where the thread keeps its g, from the thread pointer.
    TlsG,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NativeField {
    /// An address, as the machine's instructions hold one.
    Address,
    /// The same with an access in the second instruction; log2 of the bytes, of which the address is a multiple.
    Access(u8),
    /// A call's or jump's target.
    Call,
}

/// A field to be filled with a target's address plus `addend`.
#[derive(Clone, PartialEq, Debug)]
pub struct NativeReloc {
    /// Offset of the field.
    pub at: u32,
    /// Target.
    pub target: NativeTarget,
    /// Added.
    pub addend: i64,
    /// What the field holds.
    pub field: NativeField,
}

/// A call in the code.
#[derive(Clone, PartialEq, Debug)]
pub struct NativeCall {
    /// The return address's offset; 0: a jump out of the function.
    pub ret: u32,
    /// The callee; `None`: known at run time only.
    pub target: Option<NativeTarget>,
    /// The function's own results on the stack are values by then.
    pub results: bool,
}

/// A set of registers of the machine, a bit for each number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Registers {
    /// Registers of integers.
    pub ints: u32,
    /// Registers of floats.
    pub floats: u32,
}

/// Machine code. Its signature is an ABI0 one: all arguments and results lie above the return address.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Native {
    /// The code.
    pub code: Vec<u8>,
    /// Fields to fill.
    pub relocs: Vec<NativeReloc>,
    /// Bytes from SP in the body up to the return address.
    pub frame: u32,
    /// The most that is ever between SP and the return address.
    pub depth: u32,
    /// Where it differs from `frame`: from these offsets on, that many bytes.
    pub sp: Vec<(u32, u32)>,
    /// Bytes of arguments and results.
    pub args: u32,
    /// Rows of the line table.
    pub lines: Vec<(u32, Pos)>,
    /// Calls.
    pub calls: Vec<NativeCall>,
    /// What its own code may change, if that can be told.
    pub destroys: Option<Registers>,
    /// SP is written in ways that cannot be followed.
    pub sp_write: bool,
    /// The least alignment of the code.
    pub align: u32,
    /// It has a stack check.
    pub checks_stack: bool,
    /// Nobody says which words of its locals hold pointers.
    pub untyped_locals: bool,
    /// Nobody says which of its arguments are pointers: there is no Go declaration.
    pub untyped_args: bool,
}
