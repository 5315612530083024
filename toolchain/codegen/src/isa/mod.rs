//! Machine code of one function, by architecture. Nothing outside a folder below names an architecture ([`x86`] is what two of them share
//! and names none); this file holds what all of them deliver.
use crate::fixup::{Fixup, FixupKind, Veneer};
use crate::mach::compile::{self, Worker};
use crate::mach::listing;
use crate::mach::{Cfi, DebugFrame, Elf, Frames, Rules};
use crate::mistake::Mistake;
use ir::op::BoundsKind;
use ir::passes::trace::Trace;
use ir::{Func, FuncId, Program, Target, View};
use reflect::arch::Arch;
use reflect::image::OpenDefers;

pub mod amd64;
#[cfg(feature = "every-machine")]
pub mod arm;
#[cfg(feature = "every-machine")]
pub mod arm64;
#[cfg(feature = "every-machine")]
#[path = "386/mod.rs"]
pub mod i386;
#[cfg(feature = "every-machine")]
pub mod mips;
pub mod native;
#[cfg(feature = "every-machine")]
pub mod ppc64;
#[cfg(feature = "every-machine")]
pub mod riscv64;
#[cfg(feature = "every-machine")]
pub mod s390x;
pub mod x86;

/// The machines that there is code generation for. Without the feature `every-machine` it is one: for who works at what machines do
/// alike, and waits for the compiler to be built.
pub static MACHINES: &[MachineInfo] = &[
    MachineInfo::of::<amd64::Amd64>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<i386::I386>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<arm::Arm>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<arm64::Arm64>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<mips::Mips<false, true>>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<mips::Mips<false, false>>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<mips::Mips<true, true>>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<mips::Mips<true, false>>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<ppc64::Ppc64<true>>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<ppc64::Ppc64<false>>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<riscv64::Riscv64>(),
    #[cfg(feature = "every-machine")]
    MachineInfo::of::<s390x::S390x>(),
];

/// The machine that tests of what all machines do alike use.
#[cfg(test)]
pub type Host = amd64::Amd64;

/// The machines that programs are made for.
pub fn offered() -> impl Iterator<Item = &'static MachineInfo> {
    MACHINES.iter().filter(|m| m.offered)
}

/// What others ask of a machine.
pub struct MachineInfo {
    /// Its row in the table of architectures.
    pub row: &'static Arch,
    /// Whether programs are made for it.
    pub offered: bool,
    /// Its debuggers' rules.
    pub debug: DebugFrame,
    /// What object files say of it.
    pub elf: Elf,
    /// And of sections with debug information.
    pub debug_sections: object::elf::SectionType,
    /// Its kinds of fixups.
    pub fixups: &'static [FixupKind],
    /// What relocates g's place without a system.
    pub absolute_g: Option<u32>,
    /// Assembly leaves g where compiled code has it.
    pub keeps_g: bool,
    /// The least alignment of data.
    pub data_align: u64,
    /// How it calls what is too far.
    pub veneer: Option<Veneer>,
    /// Fills the room between functions.
    pub pad: &'static [u8],
    /// Stack that the runtime's assembly needs.
    pub assembly: fn(&str) -> u32,
    /// What a thread keeps between functions.
    pub worker: fn() -> Worker,
    /// The listing of a function's code.
    pub list: fn(&View, &Func, &Compiled) -> String,
    /// Compiles a function; `None` if it has no code of ours.
    pub compile: fn(&Env, Func, &mut Worker) -> Result<Option<Compiled>, String>,
}

impl MachineInfo {
    const fn of<M: Rules + Frames>() -> MachineInfo {
        MachineInfo {
            row: M::ROW,
            offered: M::OFFERED,
            debug: M::DEBUG,
            elf: M::ELF,
            debug_sections: M::DEBUG_SECTIONS,
            fixups: M::FIXUPS,
            absolute_g: M::ABSOLUTE_G,
            keeps_g: M::KEEPS_G,
            data_align: M::DATA_ALIGN,
            veneer: M::VENEER,
            pad: M::PAD,
            assembly: M::assembly,
            worker: Worker::new::<M>,
            list: listing::function::<M>,
            compile: compile::compile::<M>,
        }
    }
}

/// The machine of that architecture; without one, the first of the program's shape.
pub fn machine(program: &Program, arch: Option<&Arch>) -> Result<&'static MachineInfo, String> {
    let fits = |m: &&MachineInfo| match arch {
        Some(arch) => m.row.name == arch.name,
        None => Target::of(m.row) == program.target,
    };
    let none = || format!("no code can be made for {}", arch.map_or("machines of this shape", |a| a.name));
    MACHINES.iter().find(fits).ok_or_else(none)
}

/// Where pointers are at one return address.
#[derive(Clone, Debug, Default)]
pub struct Safepoint {
    /// Code offset behind the call.
    pub pc: u32,
    /// Registers that hold pointers (polls only).
    pub regs: u32,
    /// Words of the frame that hold pointers.
    pub words: Vec<u32>,
}

/// A line row before files have numbers: pc, position, inlined call.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Code offset.
    pub pc: u32,
    /// Position.
    pub pos: syntax::Pos,
    /// Index + 1 into the function's inlined calls.
    pub inl: u32,
}

/// Whom a function calls, for the stack check.
#[derive(Clone, Debug, PartialEq)]
pub enum Calls {
    /// A function of the program.
    Func(FuncId),
    /// A symbol of the runtime archive.
    Ext(String),
    /// A func value or method.
    Indirect,
}

/// A stack object that pointers may point to, and that holds pointers.
#[derive(Clone, Debug, PartialEq)]
pub struct StackObject {
    /// Offset from SP.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
    /// Its words that hold pointers.
    pub words: Vec<u32>,
}

/// Everything about one compiled function.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// Machine code (with the jump tables at its end).
    pub code: Vec<u8>,
    /// References to be resolved.
    pub fixups: Vec<Fixup>,
    /// Bytes of frame, as `reflect::image` draws it.
    pub frame: u32,
    /// Stack maps, ascending.
    pub safepoints: Vec<Safepoint>,
    /// Stack objects, ascending.
    pub objects: Vec<StackObject>,
    /// Line rows, ascending.
    pub lines: Vec<Line>,
    /// For each inlined call the offset that stands for it in tables; 0: it is in none.
    pub markers: Vec<u32>,
    /// Where each instruction comes from: a row for each change, whether or not a traceback can stop there. Only with
    /// debug information or a listing.
    pub positions: Vec<Line>,
    /// Changes of debuggers' rules for the caller's frame, by code offset.
    pub cfi: Vec<(u32, Cfi)>,
    /// Offsets of the jump tables behind the code.
    pub tables: Vec<u32>,
    /// Offset of the defer-return point.
    pub deferreturn: u32,
    /// Open-coded defers.
    pub open_defers: Option<OpenDefers>,
    /// Whether it checks the stack.
    pub checks_stack: bool,
    /// Whether it has loops that poll.
    pub loops: bool,
    /// Alignment that it asks for.
    pub align: u32,
    /// Callees with the bytes of stack in use at the call, beside the return address of the call.
    pub calls: Vec<Calls>,
    /// The listing, if asked for.
    pub listing: String,
    /// The most that is pushed on top of the frame.
    pub pushed: u32,
    /// Where SP is not `frame` bytes below the return address: from these offsets on, that many bytes.
    pub sp: Vec<(u32, u32)>,
    /// What only functions of the user's assembly have.
    pub native: Option<NativeFacts>,
}

/// What is known of a function in assembly.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeFacts {
    /// SP is written in ways that cannot be followed.
    pub sp_write: bool,
    /// Nobody says which words of its locals hold pointers.
    pub untyped_locals: bool,
    /// Nobody says which of its arguments are pointers.
    pub untyped_args: bool,
    /// Bytes of arguments and results as the TEXT line has them.
    pub args: u32,
}

/// What a function's compilation may look at.
pub struct Env<'a> {
    /// The program around it.
    pub view: View<'a>,
    /// [`crate::Options::check`].
    pub check: bool,
    /// Whether the places that instructions come from are needed.
    pub positions: bool,
    /// Records functions on their way.
    pub trace: Option<&'a Trace>,
    /// [`crate::Options::mistake`].
    pub mistake: Option<Mistake>,
}

impl<'a> Env<'a> {
    /// What a function's code may depend on.
    pub fn new(view: View<'a>, wanted: Wanted, trace: Option<&'a Trace>) -> Env<'a> {
        Env { view, check: wanted.check, positions: wanted.positions, trace, mistake: wanted.mistake }
    }
    /// Records a stage if it is wanted.
    pub(crate) fn record(&self, f: &ir::Func, stage: &'static str, text: impl FnOnce() -> String) {
        if let Some(trace) = self.trace {
            trace.record(f.name, stage, text);
        }
    }
    /// What a failed bounds check calls.
    pub(crate) fn bounds_panic(&self, kind: BoundsKind, signed: bool) -> FuncId {
        let name = crate::bounds_panic(kind, signed);
        self.view.helper(name.clone()).unwrap_or_else(|| panic!("the program lacks {name}"))
    }
}

/// What the code of a function depends on beside the function, the target and the passes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Wanted {
    /// [`crate::Options::check`].
    pub check: bool,
    /// Whether the places that instructions come from are needed.
    pub positions: bool,
    /// [`crate::Options::mistake`].
    pub mistake: Option<Mistake>,
}
