//! The tables of an executable, as the compiler writes and the runtime reads them.
//!
//! All addresses are 8 bytes wide on every architecture, all numbers have the target's byte order, so one
//! `repr(C)` definition serves every target. The symbol [`IMAGE_SYMBOL`] names the one [`Image`].
//!
//! ```text
//!   Image ──> funcs: [FuncRow] sorted by entry          stackmaps: bytes, mostly varints
//!     │         └ record ─────────────────────────────> size, frame, flags, safepoints ([`funcs`])
//!     │                                                   └ facts
//!     │       pclines: bytes, varints <─────────────────────┘
//!     │         └ name, file, lines, inlined calls, defers ([`facts`])
//!     ├──> texts: names of functions and files, by number ([`texts`])
//!     ├──> types, itabs, typelinks                      (Go 1.27's internal/abi layout)
//!     ├──> data and bss with a bitmap each: the roots
//!     └──> main.main, initialisers, build strings
//! ```
//!
//! Offset 0 means "none" wherever an offset may be missing: the blobs start with a byte that nothing refers to.
//!
//! **Frames.** `frame` counts the bytes from SP (after the prologue) up to the return address, exclusive, where
//! the return address is pushed (amd64, 386); where it lies in a link register, `frame` is the whole frame, whose
//! lowest word is the saved return address.
//!
//! ```text
//!   amd64                                      link register machines
//!   | stack args and results (args bytes) |    | args, results | caller's saved LR
//!   +-------------------------------------+    +---------------+ <- CFA = SP + frame
//!   | return address                      |    | locals        |
//!   +-------------------------------------+    | outgoing args |
//!   | saved BP, locals (frame bytes)      |    | saved LR      | <- SP
//!   | outgoing arguments                  |    +---------------+
//!   +-------------------------------------+ <- SP; CFA = SP + frame + 8
//! ```

pub mod facts;
pub mod funcs;
pub mod texts;

use crate::arch::Arch;
use crate::records::Record;
pub use facts::{Callee, FuncFacts, InlinedCall, LineRow, frame_at, inlined_call, line_at};
pub use funcs::{FuncRow, Points, PtrMap, StackObject, StackObjects, find_func};
pub use texts::Texts;

/// The symbol of the [`Image`].
pub const IMAGE_SYMBOL: &str = "oxigo_image";
/// The section in which assembly describes its functions as [`AsmFunc`]s; the linker bounds it with
/// `__start_oxigo_asmfuncs` and `__stop_oxigo_asmfuncs`.
pub const ASM_FUNCS_SECTION: &str = "oxigo_asmfuncs";
/// `Image::magic`, in the target's byte order.
pub const MAGIC: u64 = u64::from_be_bytes(*b"oxigo\0i2");

/// A range of memory: address and number of elements (or bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Range {
    /// Address of the first element.
    pub ptr: u64,
    /// How many.
    pub len: u64,
}

impl Range {
    /// The range as a slice.
    ///
    /// # Safety
    /// The range lies in the running image, holds `len` valid `T`s, and nothing writes to it.
    pub unsafe fn as_slice<T>(&self) -> &'static [T] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: as the caller promises.
        unsafe { core::slice::from_raw_parts(self.ptr as usize as *const T, self.len as usize) }
    }
}

/// A piece of writable data and which of its words hold pointers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Roots {
    /// First byte, word-aligned.
    pub start: u64,
    /// End.
    pub end: u64,
    /// Bitmap, one bit per word from `start`, low bit of the first byte first.
    pub bitmap: u64,
}

/// What Go calls the module data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Image {
    /// [`MAGIC`].
    pub magic: u64,
    /// First byte of Go text.
    pub text: u64,
    /// End of Go text.
    pub text_end: u64,
    /// `[FuncRow]`, sorted by entry, without the row that ends it. A TextOff in a type is an index into it.
    pub funcs: Range,
    /// Names of functions and files.
    pub texts: Range,
    /// `[u32]`: where their blocks begin.
    pub text_index: Range,
    /// Facts: names, lines, inlined calls.
    pub pclines: Range,
    /// Records of functions, stack maps.
    pub stackmaps: Range,
    /// Type data; NameOff and TypeOff count from its start. Length in bytes.
    pub types: Range,
    /// `[*Itab]`.
    pub itabs: Range,
    /// `[*abi.Type]`, sorted by type string.
    pub typelinks: Range,
    /// Initialised data.
    pub data: Roots,
    /// Zero-initialised data.
    pub bss: Roots,
    /// Func value (address of a word that holds the code address) of `main.main`; 0 in a library.
    pub main_main: u64,
    /// `[funcval address]`: initialisers in order.
    pub inits: Range,
    /// Go version string (`go1.27.3`), bytes.
    pub version: Range,
    /// Module information as `debug.ReadBuildInfo` parses it, bytes.
    pub modinfo: Range,
    /// Default GODEBUG settings, bytes.
    pub godebug: Range,
    /// Address of FIPS information, 0 if none.
    pub fipsinfo: u64,
    /// Address of the runtime's `rt_memprofile` if the program can read a memory profile, otherwise 0.
    pub memprofile: u64,
}

/// Which word of a g is `stackguard0`, all that compiled code knows of one.
pub const G_STACKGUARD0_WORD: u8 = {
    let arch = Arch::host();
    (Record::named("g").offset_of("stackguard0", arch) / arch.ptr_size as usize) as u8
};
/// Bytes below the guard that a frame may use without a check of its size.
pub const STACK_SMALL: u32 = 128;

bitflags::bitflags! {
    /// Properties of a function.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(transparent)]
    pub struct FuncFlags: u32 {
        /// A compiler-made wrapper: absent from tracebacks, transparent to recover.
        const WRAPPER = 1;
        /// An ABI wrapper (also `WRAPPER`).
        const ABIWRAPPER = 1 << 1;
        /// Makes no stack check.
        const NOSPLIT = 1 << 2;
        /// The outermost frame of a stack.
        const TOPFRAME = 1 << 3;
        /// This function is `runtime.deferreturn`.
        const DEFERRETURN = 1 << 4;
        /// Written in assembly.
        const ASM = 1 << 5;
        /// Writes SP in ways the frame size does not tell.
        const SPWRITE = 1 << 6;
        /// Part of morestack.
        const MORESTACK = 1 << 7;
        /// Runs on the system stack only.
        const SYSTEMSTACK = 1 << 8;
        /// Its frame is a save area of all general registers: its caller's stack map speaks of registers too
        /// (`runtime.poll_slow`).
        const SAVES_REGS = 1 << 9;
        /// `reflect.makeFuncStub` and `reflect.methodValueCall`: the map of the incoming stack arguments stands in the
        /// closure, whose address is the lowest word of the frame above the architecture's fixed part.
        const REFLECT_STUB = 1 << 10;
        /// Initialises a package.
        const PKGINIT = 1 << 11;
        /// Has a deferred call somewhere (recorded or open-coded).
        const HAS_DEFER = 1 << 12;
        /// Takes no arguments, receiver included: a traceback shows `f()`, and `f(...)` for others.
        const NO_ARGS = 1 << 13;
        /// A call from a Rust host: panics of what it calls go no further.
        const HOST_CALL = 1 << 14;
        /// SP moves in the body: the facts have a table of code offsets, and the bytes from SP to the return address from
        /// there on; before its first row it is `frame`.
        const SP_TABLE = 1 << 15;
        /// Assembly that does not say which words of its locals hold pointers: its frame cannot be scanned.
        const UNTYPED_LOCALS = 1 << 16;
        /// Assembly without a Go declaration, but with arguments.
        const UNTYPED_ARGS = 1 << 17;
    }
}

/// A function written in assembly, as [`ASM_FUNCS_SECTION`] holds it. 48 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct AsmFunc {
    /// Address of the first instruction.
    pub entry: u64,
    /// Address of the name, which ends with a zero byte.
    pub name: u64,
    /// Bytes of code.
    pub size: u32,
    /// Bytes of frame.
    pub frame: u32,
    /// Bytes of stack arguments and stack results.
    pub args: u32,
    /// Properties.
    pub flags: FuncFlags,
    /// Offset from SP of the words of the frame that always hold pointers or nil.
    pub ptrs_offset: u32,
    /// How many words those are.
    pub ptrs_words: u32,
    /// As in [`FuncFacts`]; on machines without argument registers a bit for each word of the stack arguments.
    pub arg_reg_ptrs: u32,
    /// With `SAVES_REGS`: offset from SP of the register save area.
    pub regs_offset: u32,
}

/// Where a panic finds the open-coded defers of a frame. All offsets are from SP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct OpenDefers {
    /// The byte whose bit i says that closure i is pending.
    pub mask: u32,
    /// The first closure slot; slot i lies i words above it.
    pub slots: u32,
    /// Number of slots.
    pub count: u32,
}

const _: () = assert!(size_of::<FuncRow>() == 12 && size_of::<AsmFunc>() == 48);

/// Reads an unsigned varint at `*at` and moves past it; 0 at the end of the data.
pub fn uvarint(bytes: &[u8], at: &mut usize) -> u32 {
    let (mut v, mut shift) = (0, 0);
    while let Some(&b) = bytes.get(*at) {
        *at += 1;
        v |= u32::from(b & 0x7f).wrapping_shl(shift);
        if b & 0x80 == 0 {
            break;
        }
        shift += 7;
    }
    v
}

/// The same, where one byte or two are the rule and time counts.
#[inline(always)] // Measured: walks over stacks are slower by a third with calls here, as there are where code is to be small.
pub fn uvarint2(bytes: &[u8], at: &mut usize) -> u32 {
    match bytes.get(*at..*at + 2) {
        Some(&[a, _]) if a < 0x80 => {
            *at += 1;
            u32::from(a)
        }
        Some(&[a, b]) if b < 0x80 => {
            *at += 2;
            u32::from(a & 0x7f) | u32::from(b) << 7
        }
        _ => uvarint(bytes, at),
    }
}

/// Undoes the zigzag coding of a signed number.
pub const fn unzigzag(v: u32) -> i32 {
    (v >> 1) as i32 ^ -((v & 1) as i32)
}

impl Image {
    /// The functions.
    ///
    /// # Safety
    /// `self` is the running program's own image.
    #[inline]
    pub unsafe fn functions(&self) -> &'static [FuncRow] {
        // SAFETY: the compiler wrote a range of rows, which are read-only.
        unsafe { self.funcs.as_slice() }
    }

    /// Records of functions and stack maps.
    ///
    /// # Safety
    /// As for [`Image::functions`].
    #[inline]
    pub unsafe fn stackmaps(&self) -> &'static [u8] {
        // SAFETY: read-only bytes.
        unsafe { self.stackmaps.as_slice() }
    }

    /// What else is known of functions.
    ///
    /// # Safety
    /// As for [`Image::functions`].
    pub unsafe fn pclines(&self) -> &'static [u8] {
        // SAFETY: read-only bytes.
        unsafe { self.pclines.as_slice() }
    }

    /// Names of functions and files.
    ///
    /// # Safety
    /// As for [`Image::functions`].
    pub unsafe fn texts(&self) -> Texts<'static> {
        // SAFETY: read-only bytes, and u32s.
        unsafe { Texts { index: self.text_index.as_slice(), bytes: self.texts.as_slice() } }
    }

    /// The function with this name.
    ///
    /// # Safety
    /// As for [`Image::functions`].
    pub unsafe fn func_named(&self, wanted: &[u8]) -> Option<&'static FuncRow> {
        // SAFETY: as the caller promises.
        unsafe {
            let (records, tables, texts) = (self.stackmaps(), self.pclines(), self.texts());
            let name = |f: &FuncRow| FuncFacts::read(tables, f.facts(records)).name;
            self.functions().iter().find(|f| texts.with(name(f), |n| n == wanted))
        }
    }
}
