//! What machines have in common, and what one must say of itself: the porting contract (docs/PORTING.md is the recipe).
//!
//! A machine is a type without values that implements four traits, one for each file of its folder beside `regs`:
//! [`Inst`] (`inst`), [`Rules`] (`rules`), [`Encode`] (`encode`) and [`Frames`] (`frame`), and [`Machine`] for its constants.
//!
//! The way of a function ([`compile`]): [`select`] walks its blocks backwards and asks the machine's rules for instructions
//! ([`call`] lays out what the calling convention wants, [`memory`] copies and clears, [`edges`] splits critical edges), [`split`] and
//! [`lazy`] give values names of their own in loops and around seldom made calls (on a [`graph`]), the allocator
//! chooses places, [`frame`] lays the frame out, [`slots`] finds the live words of stack objects, [`emit`] writes bytes
//! into a [`buf`] with markers, cold code and jump tables. [`hook`] writes the stubs that enter the Rust runtime, [`listing`]
//! shows what came out. [`operand`], [`addr`] and [`inst`] are the vocabulary, [`rules`] the form of rules,
//! [`dataflow`] the one solver.
pub mod addr;
pub mod buf;
pub mod call;
#[cfg(test)]
pub mod cases;
pub mod compile;
pub mod copies;
pub mod dataflow;
pub mod declare;
pub mod edges;
pub mod emit;
pub mod extended;
pub mod frame;
pub mod graph;
pub mod homes;
mod hook;
pub mod inst;
pub mod lazy;
pub mod leaves;
pub mod listing;
pub mod memory;
pub mod operand;
#[cfg(test)]
pub mod planted;
pub mod regs;
pub mod rules;
pub mod select;
pub mod shapes;
pub mod slots;
pub mod split;

use crate::fixup::{Fixup, FixupKind, FixupTarget, Veneer};
use crate::regalloc::{Move, Reg};
use addr::Addr;
use buf::{Buf, Label};
use emit::Emit;
use extended::Upper;
use inst::{Inst, SwitchInfo, Target};
use ir::{InstData, Ty, Value};
use object::elf;
use reflect::arch::Arch;
use select::Select;

/// A machine: a type without values. Its row in the table of architectures has its registers, its word, its byte order
/// and how calls leave the return address; here is what only code generation needs.
pub trait Machine: Sized + 'static {
    /// Its instructions (file `inst`).
    type Inst: Inst;
    /// What decides the bytes of a jump within a function beside its distance: a condition, registers compared.
    type Branch: Copy + std::fmt::Debug;
    /// Whether programs are made for it: its code has passed Go's test programs. Until then it is compiled and tested here only.
    const OFFERED: bool = true;
    /// Its row.
    const ROW: &'static Arch;
    /// Registers of the row's `scratch` that encoding keeps for itself; they are not allocated.
    const RESERVED: &'static [Reg] = &[];
    /// A poll needs a register of its own: g has none, and encoding keeps none for itself.
    const POLL_TEMP: bool = false;
    /// Float registers that are no arguments, which the table does not name.
    const MORE_FLOATS: &'static [Reg] = &[];
    /// Bytes in a word.
    const WORD: u32 = Self::ROW.ptr_size as u32;
    /// What object files say of it.
    const ELF: Elf;
    /// Its kinds of fixups.
    const FIXUPS: &'static [FixupKind];
    /// The least alignment of data: more than a byte where instructions cannot name each address.
    const DATA_ALIGN: u64 = 1;
    /// How it calls what is too far for a call; `None`: nothing is.
    const VENEER: Option<Veneer> = None;
    /// The type of sections with debug information in object files.
    const DEBUG_SECTIONS: elf::SectionType = elf::SHT_PROGBITS;
    /// The kinds of fixups of addresses, calls, and of the place of g, in users' assembly.
    const NATIVE: crate::isa::native::Kinds;
    /// Without a system g is in an ordinary variable: what relocates its place where code for threads reads it by a thread's base of
    /// 0 and an address. `None`: such code finds no g there.
    const ABSOLUTE_G: Option<u32> = None;
    /// Assembly leaves g where compiled code has it.
    const KEEPS_G: bool = false;
    /// What the debugger's tables say before a function's own rules.
    const DEBUG: DebugFrame;
    /// Whether the allocator should take this register first: one with shorter encodings.
    fn preferred(_r: Reg) -> bool {
        true
    }
}

/// Selection (file `rules`): which instructions an operation becomes. Blocks are walked backwards; a value's instructions are
/// written only if somebody behind it asked for its register with [`Select::reg`], so that whatever a rule folds into itself
/// disappears.
///
/// The bits of a register above a narrow value are undefined.
pub trait Rules: Machine {
    /// Copies and clears up to this size are unrolled.
    const UNROLL: u32;
    /// The largest piece of a copy: 16, 8 or 4 bytes.
    const PIECE: u32;
    /// Whether areas of less alignment than their size suggests are copied and cleared in a way of their own, because accesses that are
    /// not aligned fault.
    const ALIGNED_COPIES: bool = false;
    /// Whether 32-bit constants in registers are extended with their sign, as the results of this machine's instructions are.
    const SIGN_EXTENDS: bool = false;

    /// What an operation's instructions leave in the upper half of a register that a value of 32 bits is in. Asked if
    /// [`Rules::SIGN_EXTENDS`].
    fn upper(_d: &InstData) -> Upper {
        Upper::Unknown
    }

    /// Instructions for an operation: arithmetic, comparisons, atomics and bounds checks, and of what [`Select::memory`] can do
    /// for all machines what this one does better. Whether a rule fitted; [`rules::rules`] writes such functions.
    fn select<'a>(s: &mut Select<'a, Self>, d: &'a InstData) -> bool;
    /// The branch at the end of a block.
    fn branch(s: &mut Select<Self>, cond: Value, then: u32, els: u32);
    /// The address `p + off`, with as much arithmetic folded in as addresses of loads and stores can hold. Without index, a
    /// distance may be too far for the machine: loads and stores see to that.
    fn addr(s: &mut Select<Self>, p: Value, off: i32) -> Addr {
        s.address(p, off, false)
    }
    /// An address in a register.
    fn lea(s: &mut Select<Self>, dst: Reg, addr: Addr);
    /// Loads a value of type `ty`.
    fn load(s: &mut Select<Self>, dst: Reg, ty: Ty, addr: Addr);
    /// Stores a register.
    fn store_reg(s: &mut Select<Self>, src: Reg, ty: Ty, addr: Addr);
    /// Stores a value to an address that was computed before; machines that store constants do better than this.
    fn store(s: &mut Select<Self>, v: Value, addr: Addr) {
        let (src, ty) = (s.reg(v), s.ty(v));
        Self::store_reg(s, src, ty, addr);
    }
    /// A constant in a register.
    fn imm(s: &mut Select<Self>, dst: Reg, imm: i64);
    /// A float constant in a register.
    fn fconst(s: &mut Select<Self>, dst: Reg, ty: Ty, bits: u64);
    /// A narrow integer extended to 32 bits; wider ones as they are.
    fn extended(s: &mut Select<Self>, v: Value, signed: bool) -> Reg;
    /// Whether the register of a narrow value is known to be zero above it.
    fn zero_extended(_s: &Select<Self>, _v: Value) -> bool {
        false
    }
    /// What a call of a code address jumps to. `fold`: a load of it may move to the call.
    fn callee(s: &mut Select<Self>, code: Value, _fold: bool) -> Target {
        Target::Reg(s.reg(code))
    }
    /// The current g in a register.
    fn read_g(s: &mut Select<Self>, dst: Reg);
    /// Makes the registers that compiled code relies on right again, after a call of code of ABI0.
    fn fixed_regs(s: &mut Select<Self>);
    /// Faults if the address is nil's, and does nothing else.
    fn probe(s: &mut Select<Self>, addr: Addr);
    /// Copies `n` bytes (at most [`Rules::PIECE`]).
    fn copy_piece(s: &mut Select<Self>, dst: Addr, src: Addr, n: u32);
    /// Copies so many words, more than are unrolled.
    fn copy_words(s: &mut Select<Self>, dst: Addr, src: Addr, words: u32);
    /// Zeroes `n` bytes.
    fn zero_piece(s: &mut Select<Self>, dst: Addr, n: u32);
    /// Zeroes so many words.
    fn zero_words(s: &mut Select<Self>, dst: Addr, words: u32);
    /// Copies bytes between areas that need not be aligned.
    fn copy_unaligned(_s: &mut Select<Self>, _dst: Addr, _src: Addr, _size: u32) {
        unreachable!("copies do not mind")
    }
    /// Zeroes bytes of such an area.
    fn zero_unaligned(_s: &mut Select<Self>, _dst: Addr, _size: u32) {
        unreachable!("clears do not mind")
    }
}

/// What a case of a switch asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Case {
    /// The value is the case's.
    Equal,
    /// It is that or greater, signed.
    AtLeast,
}

/// One form of a jump: its length, and from where to where it reaches, counted from its start.
pub type Form = (u32, std::ops::RangeInclusive<i64>);

/// Encoding (file `encode`). Operands are places: registers, or spill slots where [`operand::Constraint::Any`] was asked for.
pub trait Encode: Machine {
    /// The jump without condition.
    const JUMP: Self::Branch;
    /// Fills room between functions and before tables; the smallest instruction's size. Never run.
    const PAD: &'static [u8];
    /// Jumps across or up to the borders of windows of so many bytes are slow; 0: nowhere.
    const JUMP_WINDOW: u32 = 0;

    /// One of the machine's own instructions.
    fn inst(e: &mut Emit<Self>, i: &Self::Inst);
    /// A move between two different places, within a class. At most one of them is a spill slot.
    fn mov(e: &mut Emit<Self>, m: Move);
    /// A constant in a register.
    fn imm(e: &mut Emit<Self>, dst: Reg, imm: i64);
    /// Loads a word.
    fn load_word(e: &mut Emit<Self>, dst: Reg, addr: &Addr);
    /// A call or (then `jump`) a jump out of the function.
    fn call(e: &mut Emit<Self>, t: &Target, jump: bool);
    /// An instruction that kills the program.
    fn trap(e: &mut Emit<Self>);
    /// Jumps to `to` if a switch's value compares so with `case`.
    fn case(e: &mut Emit<Self>, s: &SwitchInfo, case: i64, test: Case, to: Label);
    /// Jumps through `table`, whose 4-byte entries are distances from it, if the value is among `span` values from `low`; else
    /// to `default`.
    fn jump_table(e: &mut Emit<Self>, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label);
    /// A jump's forms, longest first. The longest must reach everything in a function.
    fn forms(b: Self::Branch) -> &'static [Form];
    /// Writes a jump in a form, over `distance` from its start.
    fn write_branch(b: Self::Branch, form: usize, distance: i64, out: &mut Vec<u8>);
    /// Something that stands for an inlined call in tables: long enough that a return address in it is in it, too. Never run.
    fn marker(b: &mut Buf<Self>);
    /// An instruction that does nothing.
    fn nop(b: &mut Buf<Self>);
    /// As few of them as make `n` bytes, where there is a [`Encode::JUMP_WINDOW`].
    fn nops(_n: u32, _out: &mut Vec<u8>) {
        unreachable!("nothing is filled up")
    }
    /// Disassembles the instruction at `at`; `None`: the listing shows bytes.
    fn disassemble(_code: &[u8], _at: usize) -> Option<Decoded> {
        None
    }
    /// Puts the symbol (and an offset to it) that the linker fills in into an instruction's text.
    fn with_symbol(d: &Decoded, _r: &Fixup, symbol: &str) -> String {
        format!("{} {symbol}", d.text)
    }
    /// The assembler's name of an integer register of the machine.
    fn name(r: Reg) -> String {
        format!("{r:?}")
    }
}

/// Frames (file `frame`): how they are made and left, and what code does at their edges.
pub trait Frames: Encode {
    /// Whether a frame saves the caller's frame pointer above its slots.
    const SAVES_FP: bool;

    /// Jumps to `grow` if there is no room for a frame of `size` bytes. Before anything of the frame is there.
    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label);
    /// Calls the routine that grows the stack and starts the function again; the jump behind it, to `body`, is for a runtime that
    /// does not want the check made again.
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label);
    /// Makes the frame and zeroes its words that the collector may see before the program has stored to them
    /// ([`frame::Frame::zero`]). Says so to debuggers with [`Emit::cfi`].
    fn prologue(e: &mut Emit<Self>);
    /// Removes the frame.
    fn epilogue(e: &mut Emit<Self>);
    /// Returns, when the frame is gone.
    fn ret(e: &mut Emit<Self>);
    /// Jumps to `slow` if the scheduler wants the thread.
    fn poll(_e: &mut Emit<Self>, _slow: Label) {
        unreachable!("it has a register")
    }
    /// The same with a register that is free inside, where [`Machine::POLL_TEMP`] asks for one.
    fn poll_with(_e: &mut Emit<Self>, _temp: Reg, _slow: Label) {
        unreachable!("it needs none")
    }
    /// Jumps to `slow` if the collector marks, which the byte at `flag` tells.
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label);
    /// Calls the write barrier, which takes address and size in scratch registers and keeps all others. A nil pointer
    /// faults here, in code of the function, as it would in the store that follows.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32);
    /// Stores the arguments of a bounds check's panic where machines without argument registers pass them.
    fn stack_args(_e: &mut Emit<Self>, _index: &emit::Source, _len: &emit::Source) {
        unreachable!("arguments go in registers")
    }
    /// As [`Rules::fixed_regs`], at the entry of a function that assembly calls.
    fn load_fixed(e: &mut Emit<Self>);

    /// Stack that a routine in the runtime's assembly needs below the caller's frame and, where calls push it, the return
    /// address.
    fn assembly(routine: &str) -> u32;
    /// Stores `bytes` bytes of a register at `off` from SP. In hooks' stubs, as the following.
    fn sp_store(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32);
    /// Loads them, narrow integers extended with zeros.
    fn sp_load(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32);
    /// Zeroes a word.
    fn sp_zero(e: &mut Emit<Self>, off: u32);
    /// Calls `rt_hookcall` with the address of the area at `area` from SP, and of the Rust function.
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32);
}

/// One disassembled instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Bytes.
    pub len: usize,
    /// Mnemonic and operands as LLVM's disassembler prints them, with one space between prefix, mnemonic and operands.
    pub text: String,
    /// Distance from the instruction's end, of jumps and direct calls.
    pub branch: Option<i32>,
}

/// A change of the rule by which a debugger finds the caller's frame: its CFA, the address just above the frame of this
/// function, and the caller's registers. Registers have DWARF's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cfi {
    /// The CFA is so many bytes above a register.
    Cfa(u8, u32),
    /// It is that far above the register that it was said to be.
    CfaOffset(u32),
    /// It counts from this register.
    CfaRegister(u8),
    /// The caller's register is in memory, so many bytes below the CFA.
    Saved(u8, u32),
    /// It is where it was at entry.
    Same(u8),
    /// Keeps all rules.
    Remember,
    /// Takes the rules that were kept.
    Restore,
}

/// What object files say of a machine beside its row.
#[derive(Clone, Copy, Debug)]
pub struct Elf {
    /// As the object writer calls it.
    pub architecture: object::Architecture,
    /// Relocation type of an address, a word.
    pub address: u32,
    /// That of a distance within a debug section, 4 bytes.
    pub half: u32,
}

/// The constant part of a machine's frame tables.
#[derive(Clone, Copy, Debug)]
pub struct DebugFrame {
    /// Instructions' size in bytes, or a divisor of it.
    pub code_align: u8,
    /// DWARF's number of the return address.
    pub return_column: u8,
    /// What holds at a function's entry.
    pub entry: &'static [Cfi],
}
