//! What machine code is this assembly? Go's assembler syntax, file by file, to code, data and references.
//!
//! Reading order: [`lex`] (text to tokens), [`preproc`] (`#include`, `#define`, `#ifdef`), [`operand`] (what all machines' operands are
//! made of), [`parse`] (lines to statements), [`func`] (files, and what functions have in common). The rest is a machine's, in a folder of its
//! name with the same files in each: `operand`, `func` (a function's frame, prologue, jumps), `encode` (an instruction to bytes by the
//! rows of `table`), `destroyed` (the registers that it changes). [`MACHINES`] lists them.
//!
//! The bytes are those of Go's own assembler, which a test checks against an installed one. What it would take and we do not
//! have is refused by name at its position. Nothing here knows the program: symbols are names with an ABI, and who reads the
//! result resolves them.
pub mod amd64;
pub mod arm64;
pub mod func;
pub mod lex;
pub mod operand;
pub mod parse;
pub mod preproc;

use std::sync::Arc;
use syntax::pos::LineDirective;
use syntax::{Pos, SourceFile, Sym};

/// A machine that there is an assembler for.
pub struct Machine {
    /// GOARCH.
    pub name: &'static str,
    /// What is `#define`d besides GOOS and GOARCH.
    pub defines: &'static [&'static str],
    /// Tokens to code.
    file: fn(&[lex::Token], operand::Scope) -> Result<Object, Vec<Error>>,
}

/// All of them.
pub const MACHINES: &[Machine] =
    &[machine::<amd64::Amd64>("amd64", &["GOAMD64_v1"]), machine::<arm64::Arm64>("arm64", &[])];

const fn machine<M: Isa>(name: &'static str, defines: &'static [&'static str]) -> Machine {
    Machine { name, defines, file: file::<M> }
}

/// The machine of a GOARCH.
pub fn machine_of(goarch: &str) -> Option<&'static Machine> {
    MACHINES.iter().find(|m| m.name == goarch)
}

/// What a machine says of its assembly.
pub trait Isa {
    /// Operands of instructions.
    type Operand;
    /// Whether there is an instruction of this name, without what follows its dots.
    fn known(stem: &str) -> bool;
    /// Whether its operands may be labels.
    fn is_jump(word: &str) -> bool;
    /// Whether it is a register's name.
    fn is_register(name: &str) -> bool;
    /// Parses an operand; of a jump, a name is a label.
    fn operand(op: &[lex::Token], scope: operand::Scope, jump: bool) -> Result<Self::Operand, String>;
    /// Assembles a function: what stands behind its TEXT, without directives for data.
    fn function(head: &parse::Head, body: &[&parse::Statement<Self::Operand>]) -> (Option<Text>, Vec<Error>);
}

/// A set of registers, by their numbers in encodings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Registers {
    /// General registers.
    pub general: u32,
    /// Vector registers, whatever their width.
    pub vector: u32,
}

impl Registers {
    /// All of both.
    pub fn with(self, other: Registers) -> Registers {
        Registers { general: self.general | other.general, vector: self.vector | other.vector }
    }
}

/// An error at a place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where.
    pub pos: Pos,
    /// What.
    pub text: String,
}

/// A symbol's name. A static one (`name<>`) belongs to its file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Name {
    /// The link name, complete with the package's path.
    pub sym: Sym,
    /// Only known in its file.
    pub local: bool,
    /// With Go's register ABI (`name<ABIInternal>`): arguments in registers, no wrapper.
    pub internal: bool,
}

/// What a field of code or data holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelocKind {
    /// An address, as the machine's instructions hold one. Where that is a distance from the field, `addend` makes up for what follows it
    /// in the instruction.
    Address,
    /// The same in two instructions, the second of which accesses memory; log2 of the bytes, of which the address is a multiple.
    Access(u8),
    /// A call's or jump's target.
    Call,
    /// An 8-byte address.
    Abs64,
    /// Where the thread's g stands, from the thread pointer; 4 bytes.
    TlsG,
}

/// What a relocation refers to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// A symbol.
    Name(Name),
    /// A constant in read-only memory: its bits and size.
    Const(u128, u8),
    /// Nothing (`RelocKind::TlsG`).
    None,
}

/// A field to be filled by who places the symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reloc {
    /// Offset of the field.
    pub at: u32,
    /// What it holds.
    pub kind: RelocKind,
    /// Whose address.
    pub target: Target,
    /// Added.
    pub addend: i64,
}

/// A call in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The return address's offset; 0 for a jump out of the function.
    pub ret: u32,
    /// The callee, if it is known.
    pub target: Option<Name>,
    /// `GO_RESULTS_INITIALIZED` holds here: results on the stack are values.
    pub results: bool,
}

/// Flags of TEXT, DATA and GLOBL; numbers are those of Go's textflag.h.
pub mod flag {
    /// No stack check.
    pub const NOSPLIT: u32 = 4;
    /// Data that is never written.
    pub const RODATA: u32 = 8;
    /// Data without pointers.
    pub const NOPTR: u32 = 16;
    /// Counts as a wrapper.
    pub const WRAPPER: u32 = 32;
    /// The function is a closure's code.
    pub const NEEDCTXT: u32 = 64;
    /// No frame pointer is saved.
    pub const NOFRAME: u32 = 512;
    /// The outermost frame of a stack.
    pub const TOPFRAME: u32 = 2048;
}

/// A function.
#[derive(Clone, Debug)]
pub struct Text {
    /// Name.
    pub name: Name,
    /// Position of the TEXT.
    pub pos: Pos,
    /// `flag`.
    pub flags: u32,
    /// Bytes from SP in the body up to the return address.
    pub frame: u32,
    /// Bytes of arguments and results, if given.
    pub args: Option<u32>,
    /// Machine code.
    pub code: Vec<u8>,
    /// Fields to fill.
    pub relocs: Vec<Reloc>,
    /// Where the code comes from: offset, position.
    pub lines: Vec<(u32, Pos)>,
    /// Calls and jumps out.
    pub calls: Vec<Call>,
    /// What its own instructions may change, if that can be told.
    pub destroys: Option<Registers>,
    /// Bytes between SP and the return address from each offset on, if they are not `frame` everywhere behind the prologue.
    pub sp: Vec<(u32, u32)>,
    /// The most of these.
    pub depth: u32,
    /// Whether SP is written in ways that cannot be followed.
    pub sp_write: bool,
    /// Whether there is a stack check.
    pub checks_stack: bool,
    /// What PCALIGN asks of the function's place.
    pub align: u32,
    /// `NO_LOCAL_POINTERS`, or nothing that could hold any.
    pub locals_known: bool,
}

/// A data symbol.
#[derive(Clone, Debug)]
pub struct Data {
    /// Name.
    pub name: Name,
    /// Position of the GLOBL.
    pub pos: Pos,
    /// `flag`.
    pub flags: u32,
    /// Size.
    pub size: u64,
    /// Contents; the rest is zero.
    pub bytes: Vec<u8>,
    /// Fields to fill.
    pub relocs: Vec<Reloc>,
}

/// What a file defines.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// The package's path as symbols have it.
    pub package: Sym,
    /// Functions, of ABI0 unless their names say otherwise.
    pub texts: Vec<Text>,
    /// Data.
    pub datas: Vec<Data>,
}

impl Object {
    /// The names in a function's or data's code that are not defined in this file, with the place of the first reference.
    pub fn references(&self) -> Vec<(Name, Pos)> {
        let texts = self.texts.iter().map(|t| (t.pos, &t.relocs));
        let all = texts.chain(self.datas.iter().map(|d| (d.pos, &d.relocs)));
        let mut out: Vec<(Name, Pos)> = Vec::new();
        for (pos, relocs) in all {
            for r in relocs {
                if let Target::Name(n) = r.target
                    && !out.iter().any(|o| o.0 == n)
                    && !self.texts.iter().any(|t| t.name == n)
                    && !self.datas.iter().any(|d| d.name == n)
                {
                    out.push((n, pos));
                }
            }
        }
        out
    }

    /// The facts of Go's symabis files: `def NAME ABI0` for each function, `ref NAME ABI0` for each name used as one.
    pub fn symabis(&self) -> String {
        let mut out = String::new();
        for t in self.texts.iter().filter(|t| !t.name.local) {
            out += &format!("def {} ABI0\n", t.name.sym);
        }
        for (n, _) in self.references() {
            if !n.local {
                out += &format!("ref {} ABI0\n", n.sym);
            }
        }
        out
    }
}

/// Finds the file of an `#include`: name as written, and the file that includes it.
pub type Include<'a> = dyn Fn(&str, &SourceFile) -> Option<Arc<SourceFile>> + 'a;

/// How to assemble.
pub struct Options<'a> {
    /// For which machine.
    pub machine: &'a Machine,
    /// The package's path as symbols have it: what a name that begins with a dot lacks.
    pub prefix: &'a str,
    /// `#define`d from the start, as 1.
    pub defines: &'a [&'a str],
    /// Finds included files.
    pub include: &'a Include<'a>,
    /// Names may select an ABI, as in the packages of Go's runtime.
    pub selectors: bool,
}

impl Options<'_> {
    fn scope(&self) -> operand::Scope<'_> {
        operand::Scope { prefix: self.prefix, selectors: self.selectors }
    }
}

/// Assembles a file. All errors of the source are found, at most one a line.
pub fn assemble(file: &Arc<SourceFile>, options: &Options) -> Result<Object, Vec<Error>> {
    let tokens = preproc::run(file, options).map_err(|e| vec![e])?;
    let object = (options.machine.file)(&tokens, options.scope())?;
    Ok(Object { package: Sym::new(options.prefix), ..object })
}

fn file<M: Isa>(tokens: &[lex::Token], scope: operand::Scope) -> Result<Object, Vec<Error>> {
    func::object::<M>(&parse::file::<M>(tokens, scope)?)
}

/// The global names that a file defines, by its lines alone: functions (`true`) and data. It costs next to nothing, and sees none that a
/// macro defines.
pub fn outline(text: &str, prefix: &str) -> Vec<(Sym, bool)> {
    let mut out = Vec::new();
    for line in text.lines() {
        let function = line.starts_with("TEXT");
        let Some(rest) = line.strip_prefix(if function { "TEXT" } else { "GLOBL" }) else { continue };
        let Some((name, _)) = rest.split_once("(SB)") else { continue };
        let name = name.trim();
        let name = name.strip_suffix("<ABIInternal>").unwrap_or(name);
        if name.ends_with("<>") || !rest.starts_with([' ', '\t']) {
            continue;
        }
        let name = name.replace('·', ".").replace('∕', "/");
        let full = if name.starts_with('.') { format!("{prefix}{name}") } else { name };
        out.push((Sym::new(&full), function));
    }
    out
}

/// Whether a file holds nothing but comments and line ends: some packages have one for what its presence tells Go's compiler, that
/// functions may lack a body. It is the same for every machine.
pub fn is_empty(file: &SourceFile) -> bool {
    lex::tokens(file).is_ok_and(|tokens| tokens.iter().all(|t| t.tok == lex::Tok::Newline))
}

/// Positions in assembly show no column, as Go's assembler prints them. Once for each file that is registered.
pub fn hide_columns(file: &SourceFile) {
    file.add_directive(LineDirective { offset: 0, file: file.name, line: 1, col: 0 });
}
