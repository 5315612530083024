//! The tables of an executable, as the compiler writes and the runtime reads them.
//!
//! All addresses are 8 bytes wide on every architecture, all numbers have the target's byte order, so one
//! `repr(C)` definition serves every target. The symbol [`IMAGE_SYMBOL`] names the one [`Image`].
//!
//! ```text
//!   Image ──> funcs: [FuncEntry] sorted by entry        strings: bytes
//!     │         │ name ───────────────────────────────> uvarint length, bytes
//!     │         │ file ──> files: [u32] ──────────────> (same form)
//!     │         │ pcline, inline_tree ──> pclines: bytes (varints)
//!     │         └ stackmaps, args_map, open_defers ──> stackmaps: u32 words
//!     ├──> types, itabs, typelinks                      (Go 1.27's internal/abi layout)
//!     ├──> data and bss with a bitmap each: the roots
//!     └──> main.main, initialisers, build strings
//! ```
//!
//! Offset 0 means "none" wherever an offset may be missing: every blob starts with 4 bytes that nothing refers to.
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

/// The symbol of the [`Image`].
pub const IMAGE_SYMBOL: &str = "oxigo_image";
/// The section in which assembly describes its functions as [`AsmFunc`]s; the linker bounds it with
/// `__start_oxigo_asmfuncs` and `__stop_oxigo_asmfuncs`.
pub const ASM_FUNCS_SECTION: &str = "oxigo_asmfuncs";
/// `Image::magic`, in the target's byte order.
pub const MAGIC: u64 = u64::from_be_bytes(*b"oxigo\0i1");

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
    /// `[FuncEntry]`, sorted by entry. A TextOff in a type is an index into it.
    pub funcs: Range,
    /// Names, files.
    pub strings: Range,
    /// `[u32]`: offsets of file names in `strings`.
    pub files: Range,
    /// Line tables and inline trees.
    pub pclines: Range,
    /// Stack maps, argument maps, open-coded defers. Length in bytes, address 4-aligned.
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
pub const G_STACKGUARD0_WORD: u8 = 2;
/// Bytes below the guard that a frame may use without a check of its size.
pub const STACK_SMALL: u32 = 128;

bitflags::bitflags! {
    /// Properties of a function.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
        /// SP moves in the body: `open_defers` is the offset of a table, u32 count, then (code offset, bytes from SP to
        /// the return address from there on); before its first row it is `frame`.
        const SP_TABLE = 1 << 15;
        /// Assembly that does not say which words of its locals hold pointers: its frame cannot be scanned.
        const UNTYPED_LOCALS = 1 << 16;
        /// Assembly without a Go declaration, but with arguments.
        const UNTYPED_ARGS = 1 << 17;
    }
}

/// One function. 64 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FuncEntry {
    /// Absolute address of the first instruction.
    pub entry: u64,
    /// Bytes of code.
    pub size: u32,
    /// Bytes of frame (see the module's picture).
    pub frame: u32,
    /// Bytes of stack arguments and stack results.
    pub args: u32,
    /// Properties.
    pub flags: FuncFlags,
    /// Offset of the name in `strings`.
    pub name: u32,
    /// Index of the file in `files`.
    pub file: u32,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// Offset of the line table in `pclines`.
    pub pcline: u32,
    /// Offset of the table of stack maps in `stackmaps`.
    pub stackmaps: u32,
    /// Offset of the map of incoming stack arguments in `stackmaps`. It holds at entry, and in the user's assembly throughout;
    /// beyond, what is alive of them is in the maps of safepoints.
    pub args_map: u32,
    /// Offset from `entry` of the place where recovery resumes (the call of deferreturn); 0: none.
    pub deferreturn: u32,
    /// Offset of an [`OpenDefers`] in `stackmaps`.
    pub open_defers: u32,
    /// Offset of the inline tree in `pclines`.
    pub inline_tree: u32,
    /// A bit for each int argument register that carries a pointer at entry. morestack needs it. The context
    /// register always counts as a pointer.
    pub arg_reg_ptrs: u16,
    /// Zero.
    pub reserved: u16,
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
    /// As in [`FuncEntry`]; on machines without argument registers a bit for each word of the stack arguments.
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

const _: () = assert!(size_of::<FuncEntry>() == 64 && size_of::<AsmFunc>() == 48);

/// Reads an unsigned varint at `*at` and moves past it; 0 at the end of the data.
pub fn uvarint(bytes: &[u8], at: &mut usize) -> u32 {
    let (mut v, mut shift) = (0u32, 0);
    while let Some(&b) = bytes.get(*at) {
        *at += 1;
        v |= (b as u32 & 0x7f).wrapping_shl(shift);
        if b & 0x80 == 0 {
            break;
        }
        shift += 7;
    }
    v
}

/// Undoes the zigzag coding of a signed number.
pub const fn unzigzag(v: u32) -> i32 {
    (v >> 1) as i32 ^ -((v & 1) as i32)
}

/// The string at `offset` of the strings blob.
pub fn string(strings: &[u8], offset: u32) -> &[u8] {
    let mut at = offset as usize;
    let len = uvarint(strings, &mut at) as usize;
    strings.get(at..at + len).unwrap_or(&[])
}

/// Where an instruction comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineRow {
    /// First code offset (from the function's entry) of the row.
    pub pc: u32,
    /// Index in `files`.
    pub file: u32,
    /// Line.
    pub line: u32,
    /// 0: the function itself; i + 1: inlined call i of the function's inline tree.
    pub inline: u32,
}

/// The rows of a line table.
///
/// ```text
///   uvarint number of rows
///   each row: uvarint (pc delta << 1 | more), zigzag line delta, and if more: zigzag file delta, uvarint inline
/// ```
///
/// A row holds until the next one. Deltas start from pc 0, the function's own file and its first line, inline 0.
#[derive(Clone)]
pub struct LineRows<'a> {
    bytes: &'a [u8],
    at: usize,
    left: u32,
    row: LineRow,
}

impl<'a> LineRows<'a> {
    /// The rows of function `f`; none if it has no table.
    pub fn new(pclines: &'a [u8], f: &FuncEntry) -> LineRows<'a> {
        let mut at = f.pcline as usize;
        let left = if f.pcline == 0 { 0 } else { uvarint(pclines, &mut at) };
        LineRows {
            bytes: pclines,
            at,
            left,
            row: LineRow { pc: 0, file: f.file, line: f.start_line, inline: 0 },
        }
    }
}

impl Iterator for LineRows<'_> {
    type Item = LineRow;
    fn next(&mut self) -> Option<LineRow> {
        self.left = self.left.checked_sub(1)?;
        let head = uvarint(self.bytes, &mut self.at);
        self.row.pc += head >> 1;
        let line = unzigzag(uvarint(self.bytes, &mut self.at));
        self.row.line = self.row.line.wrapping_add_signed(line);
        if head & 1 != 0 {
            let file = unzigzag(uvarint(self.bytes, &mut self.at));
            self.row.file = self.row.file.wrapping_add_signed(file);
            self.row.inline = uvarint(self.bytes, &mut self.at);
        }
        Some(self.row)
    }
}

/// Where the instruction at code offset `pc` comes from. For a return address ask for the byte before it.
pub fn line_at(pclines: &[u8], f: &FuncEntry, pc: u32) -> LineRow {
    let mut found = LineRow { pc: 0, file: f.file, line: f.start_line, inline: 0 };
    for row in LineRows::new(pclines, f) {
        if row.pc > pc {
            break;
        }
        found = row;
    }
    found
}

/// An inlined call.
///
/// ```text
///   inline tree: uvarint count, then for each call seven uvarints in this order:
///   name (in strings), flags, start line, call file, call line, parent, marker
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InlinedCall {
    /// Offset of the callee's name in `strings`.
    pub name: u32,
    /// The callee's flags.
    pub flags: FuncFlags,
    /// Line of the callee's `func` keyword.
    pub start_line: u32,
    /// File of the call.
    pub call_file: u32,
    /// Line of the call.
    pub call_line: u32,
    /// What contains the call: 0 the function itself, i + 1 inlined call i.
    pub parent: u32,
    /// Code offset that stands for the call, as its return address less one would if it were one: two bytes behind
    /// the function's code that are never executed, with a line table row of their own. So each logical frame has a pc.
    pub marker: u32,
}

/// Inlined call `index` (a row's `inline` minus 1) of function `f`.
pub fn inlined_call(pclines: &[u8], f: &FuncEntry, index: u32) -> Option<InlinedCall> {
    let mut at = f.inline_tree as usize;
    if at == 0 || index >= uvarint(pclines, &mut at) {
        return None;
    }
    let mut c = InlinedCall::default();
    for _ in 0..=index {
        c.name = uvarint(pclines, &mut at);
        c.flags = FuncFlags::from_bits_retain(uvarint(pclines, &mut at));
        c.start_line = uvarint(pclines, &mut at);
        c.call_file = uvarint(pclines, &mut at);
        c.call_line = uvarint(pclines, &mut at);
        c.parent = uvarint(pclines, &mut at);
        c.marker = uvarint(pclines, &mut at);
    }
    Some(c)
}

/// Which words hold pointers.
///
/// ```text
///   map: u32 registers, u32 words, ceil(words / 32) x u32 of bits (low bit first)
///
///   stack map of a frame          bit 0 = word at SP, upward to frame / word size; missing bits are 0
///   argument map                  bit 0 = first word of the argument area
///   registers                     bit n = the general register that instructions encode as n; only for polls,
///                                 whose callee saves all registers (FuncFlags::SAVES_REGS)
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PtrMap<'a> {
    /// General registers that hold pointers.
    pub regs: u32,
    /// Number of words that have a bit.
    pub words: u32,
    bits: &'a [u32],
}

impl<'a> PtrMap<'a> {
    /// The map at byte offset `offset` of the stack map blob.
    #[inline]
    pub fn at(stackmaps: &'a [u32], offset: u32) -> Option<PtrMap<'a>> {
        if offset == 0 {
            return None;
        }
        let m = stackmaps.get(offset as usize / 4..)?;
        let (&regs, &words) = (m.first()?, m.get(1)?);
        Some(PtrMap { regs, words, bits: m.get(2..2 + words.div_ceil(32) as usize)? })
    }

    /// Whether word `i` holds a pointer.
    pub fn get(&self, i: u32) -> bool {
        i < self.words && self.bits[i as usize / 32] >> (i % 32) & 1 != 0
    }

    /// The indices of the pointer words, ascending.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.bits.iter().enumerate().flat_map(|(k, &w)| {
            let mut w = w;
            core::iter::from_fn(move || {
                if w == 0 {
                    return None;
                }
                let i = w.trailing_zeros();
                w &= w - 1;
                Some(k as u32 * 32 + i)
            })
        })
    }
}

/// The stack map of function `f` at code offset `pc`: of a call, its return address.
///
/// ```text
///   table of a function, in stackmaps: u32 offset of the stack objects or 0, u32 count,
///                                      then count x {u32 pc, u32 offset of the map}, sorted by pc
/// ```
pub fn stack_map<'a>(stackmaps: &'a [u32], f: &FuncEntry, pc: u32) -> Option<PtrMap<'a>> {
    if f.stackmaps == 0 {
        return None;
    }
    let rows = stack_map_rows(stackmaps, f);
    let (mut lo, mut hi) = (0, rows.len() / 2);
    while lo < hi {
        let mid = (lo + hi) / 2;
        if rows[2 * mid] < pc { lo = mid + 1 } else { hi = mid }
    }
    (rows.get(2 * lo) == Some(&pc)).then(|| PtrMap::at(stackmaps, rows[2 * lo + 1]))?
}

/// The rows of a function's table of stack maps: pc and map's offset in turn.
pub fn stack_map_rows<'a>(stackmaps: &'a [u32], f: &FuncEntry) -> &'a [u32] {
    let rows = || {
        let t = stackmaps.get(f.stackmaps as usize / 4..)?;
        t.get(2..2 + 2 * *t.get(1)? as usize)
    };
    if f.stackmaps == 0 { &[] } else { rows().unwrap_or(&[]) }
}

/// An object in a frame that holds pointers and to which pointers may point. The maps of safepoints name what code reads
/// of it by the frame's own addresses; otherwise it is alive if a live pointer leads to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StackObject {
    /// Offset from SP.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
    /// Offset of the [`PtrMap`] of its words.
    pub map: u32,
}

/// The stack objects of function `f`, ascending.
///
/// ```text
///   u32 count, then count x {u32 offset from SP, u32 size, u32 offset of the map}
/// ```
pub fn stack_objects<'a>(stackmaps: &'a [u32], f: &FuncEntry) -> StackObjects<'a> {
    let list = || {
        let at = *stackmaps.get(f.stackmaps as usize / 4)? as usize / 4;
        let n = if at == 0 { 0 } else { *stackmaps.get(at)? as usize };
        stackmaps.get(at + 1..at + 1 + 3 * n)
    };
    StackObjects(if f.stackmaps == 0 { &[] } else { list().unwrap_or(&[]) })
}

/// Gives the stack objects of a function. Cheap to copy, to go over them again.
#[derive(Clone, Copy, Debug)]
pub struct StackObjects<'a>(&'a [u32]);

impl Iterator for StackObjects<'_> {
    type Item = StackObject;
    #[inline]
    fn next(&mut self) -> Option<StackObject> {
        let (&[offset, size, map], rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(StackObject { offset, size, map })
    }
}

/// The open-coded defers of function `f`.
pub fn open_defers(stackmaps: &[u32], f: &FuncEntry) -> Option<OpenDefers> {
    if f.open_defers == 0 || f.flags.contains(FuncFlags::SP_TABLE) {
        return None;
    }
    let at = f.open_defers as usize / 4;
    let w = stackmaps.get(at..at + 3)?;
    Some(OpenDefers { mask: w[0], slots: w[1], count: w[2] })
}

/// Bytes between SP and the return address at code offset `pc` of `f`; for a return address, ask for the byte before it.
pub fn frame_at(stackmaps: &[u32], f: &FuncEntry, pc: u32) -> u32 {
    if !f.flags.contains(FuncFlags::SP_TABLE) {
        return f.frame;
    }
    let mut found = f.frame;
    let Some(t) = stackmaps.get(f.open_defers as usize / 4..) else { return found };
    let Some((&n, rows)) = t.split_first() else { return found };
    for row in rows.chunks_exact(2).take(n as usize) {
        if row[0] > pc {
            break;
        }
        found = row[1];
    }
    found
}

/// The function that contains address `pc`.
pub fn find_func(funcs: &[FuncEntry], pc: u64) -> Option<(usize, &FuncEntry)> {
    let i = funcs.partition_point(|f| f.entry <= pc).checked_sub(1)?;
    let f = &funcs[i];
    (pc - f.entry < f.size as u64).then_some((i, f))
}

impl Image {
    /// The function table.
    ///
    /// # Safety
    /// `self` is the running program's own image.
    pub unsafe fn funcs(&self) -> &'static [FuncEntry] {
        // SAFETY: the compiler wrote a range of entries, which are read-only.
        unsafe { self.funcs.as_slice() }
    }

    /// The stack map blob as words.
    ///
    /// # Safety
    /// As for [`Image::funcs`].
    pub unsafe fn stackmaps(&self) -> &'static [u32] {
        // SAFETY: the blob is 4-aligned and read-only.
        unsafe { Range { ptr: self.stackmaps.ptr, len: self.stackmaps.len / 4 }.as_slice() }
    }

    /// The line table blob.
    ///
    /// # Safety
    /// As for [`Image::funcs`].
    pub unsafe fn pclines(&self) -> &'static [u8] {
        // SAFETY: read-only bytes.
        unsafe { self.pclines.as_slice() }
    }

    /// The strings blob.
    ///
    /// # Safety
    /// As for [`Image::funcs`].
    pub unsafe fn strings(&self) -> &'static [u8] {
        // SAFETY: read-only bytes.
        unsafe { self.strings.as_slice() }
    }

    /// The name of function `f`.
    ///
    /// # Safety
    /// As for [`Image::funcs`].
    pub unsafe fn func_name(&self, f: &FuncEntry) -> &'static [u8] {
        // SAFETY: as the caller promises.
        string(unsafe { self.strings() }, f.name)
    }

    /// The name of file number `index`.
    ///
    /// # Safety
    /// As for [`Image::funcs`].
    pub unsafe fn file_name(&self, index: u32) -> &'static [u8] {
        // SAFETY: as the caller promises; the file table holds u32s.
        let files: &'static [u32] = unsafe { self.files.as_slice() };
        // SAFETY: as the caller promises.
        files.get(index as usize).map_or(&[], |&off| string(unsafe { self.strings() }, off))
    }
}
