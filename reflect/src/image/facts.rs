//! What tracebacks, panics and reflection ask of a function: its name, its lines, the calls inlined into it, its defers.
//!
//! ```text
//!   facts, in pclines:  uvarint size of the code, uvarint name, uvarint file, uvarint start line, byte `has`, then for each of its bits that is set, low first:
//!     ARGS              uvarint bytes of stack arguments and results
//!     ARGS_MAP          uvarint offset of their map in stackmaps
//!     DEFER_RETURN      uvarint code offset
//!     OPEN_DEFERS       uvarints mask, slots, count
//!     SP_TABLE          uvarint count, then uvarint pc delta, uvarint depth of each row
//!     ARG_REGS          uvarint bits
//!     TREE              uvarint bytes, and so many bytes of inlined calls
//!     MIXED             nothing: code of one body comes from several files (//line directives), so rows and calls say which
//!   then lines:         uvarint number of rows, rows
//!
//!   inlined call:       uvarint offset of the callee, zigzag line of the call less the start line of what contains it,
//!                       uvarint what contains it, zigzag marker less the one before (the first: less the size of the code),
//!                       if MIXED: uvarint file of the call
//!   callee:             uvarint name, uvarint flags, uvarint file, uvarint start line
//!
//!   row:                uvarint (pc delta << 1 | other body), if other body: uvarint inline, and if MIXED: uvarint file; zigzag line
//! ```
//!
//! A row holds until the next one. Its line counts from the row before if that has the same body; otherwise from the last row of the function's own body if it is
//! that again, and from the callee's start line if it is an inlined one. Rows begin at pc 0 with the function's own start line.
use super::{FuncFlags, OpenDefers, unzigzag, uvarint, uvarint2};

bitflags::bitflags! {
    /// Which optional facts there are.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[repr(transparent)]
    pub struct Has: u8 {
        /// Stack arguments or results.
        const ARGS = 1;
        /// Pointers among the stack arguments.
        const ARGS_MAP = 1 << 1;
        /// A place where recovery resumes.
        const DEFER_RETURN = 1 << 2;
        /// Open-coded defers.
        const OPEN_DEFERS = 1 << 3;
        /// SP moves.
        const SP_TABLE = 1 << 4;
        /// Pointers in argument registers.
        const ARG_REGS = 1 << 5;
        /// Inlined calls.
        const TREE = 1 << 6;
        /// Bodies of several files.
        const MIXED = 1 << 7;
    }
}

/// The facts of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FuncFacts {
    /// Number of its name in the table of texts.
    pub name: u32,
    /// Number of the file's name.
    pub file: u32,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// Bytes of stack arguments and stack results.
    pub args: u32,
    /// Offset of the map of incoming stack arguments in `stackmaps`; 0: none. It holds at entry, and in the user's assembly throughout;
    /// beyond, what is alive of them is in the maps of safepoints.
    pub args_map: u32,
    /// Offset from the function's start of the place where recovery resumes (the call of deferreturn); 0: none.
    pub deferreturn: u32,
    /// Open-coded defers.
    pub open_defers: Option<OpenDefers>,
    /// A bit for each int argument register that carries a pointer at entry. morestack needs it. The context
    /// register always counts as a pointer.
    pub arg_reg_ptrs: u16,
    /// Bytes of code.
    pub size: u32,
    mixed: bool,
    sp: usize,
    tree: (usize, usize),
    lines: usize,
}

impl FuncFacts {
    /// Reads the facts at an offset.
    pub fn read(pclines: &[u8], offset: u32) -> FuncFacts {
        let mut at = offset as usize;
        let at = &mut at;
        let number = |at: &mut usize| uvarint2(pclines, at);
        let mut x = FuncFacts {
            size: number(at),
            name: number(at),
            file: number(at),
            start_line: number(at),
            ..FuncFacts::default()
        };
        let has = Has::from_bits_retain(pclines.get(*at).copied().unwrap_or(0));
        *at += 1;
        if has.contains(Has::ARGS) {
            x.args = number(at);
        }
        if has.contains(Has::ARGS_MAP) {
            x.args_map = number(at);
        }
        if has.contains(Has::DEFER_RETURN) {
            x.deferreturn = number(at);
        }
        if has.contains(Has::OPEN_DEFERS) {
            x.open_defers = Some(OpenDefers { mask: number(at), slots: number(at), count: number(at) });
        }
        if has.contains(Has::SP_TABLE) {
            x.sp = *at;
            for _ in 0..2 * number(at) {
                number(at);
            }
        }
        if has.contains(Has::ARG_REGS) {
            x.arg_reg_ptrs = number(at) as u16;
        }
        if has.contains(Has::TREE) {
            let len = number(at) as usize;
            x.tree = (*at, *at + len);
            *at += len;
        }
        x.mixed = has.contains(Has::MIXED);
        x.lines = *at;
        x
    }
}

/// Bytes between SP and the return address at code offset `pc` of a function whose frame has so many without its table
/// (`FuncFlags::SP_TABLE`); for a return address, ask for the byte before it.
pub fn frame_at(pclines: &[u8], x: &FuncFacts, frame: u32, pc: u32) -> u32 {
    let mut found = frame;
    let mut at = x.sp;
    if at == 0 {
        return found;
    }
    let mut here = 0;
    for _ in 0..uvarint(pclines, &mut at) {
        here += uvarint(pclines, &mut at);
        let depth = uvarint(pclines, &mut at);
        if here > pc {
            break;
        }
        found = depth;
    }
    found
}

/// Where an instruction comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineRow {
    /// First code offset (from the function's entry) of the row.
    pub pc: u32,
    /// Number of the file's name.
    pub file: u32,
    /// Line.
    pub line: u32,
    /// 0: the function itself; i + 1: inlined call i of the function's inline tree.
    pub inline: u32,
}

/// Where the instruction at code offset `pc` comes from. For a return address ask for the byte before it.
pub fn line_at(pclines: &[u8], x: &FuncFacts, pc: u32) -> LineRow {
    let mut found = LineRow { pc: 0, file: x.file, line: x.start_line, inline: 0 };
    let mut at = x.lines;
    let n = uvarint2(pclines, &mut at);
    // `line` counts from the start line of the row's body until the end; `own`: the last one of the function's own.
    let (mut row, mut own) = (LineRow { line: 0, ..found }, 0u32);
    let mut any = false;
    for _ in 0..n {
        let head = uvarint2(pclines, &mut at);
        row.pc += head >> 1;
        if head & 1 != 0 {
            row.inline = uvarint2(pclines, &mut at);
            row.line = if row.inline == 0 { own } else { 0 };
            if x.mixed {
                row.file = uvarint2(pclines, &mut at);
            }
        }
        row.line = row.line.wrapping_add_signed(unzigzag(uvarint2(pclines, &mut at)));
        if row.inline == 0 {
            own = row.line;
        }
        if row.pc > pc {
            break;
        }
        (found, any) = (row, true);
    }
    if !any {
        return found;
    }
    let (start, file) = match found.inline {
        0 => (x.start_line, x.file),
        i => callee(pclines, x, i - 1).map_or((0, x.file), |(c, _)| (c.start_line, c.file)),
    };
    found.line = found.line.wrapping_add(start);
    if !x.mixed {
        found.file = file;
    }
    found
}

/// An inlined call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InlinedCall {
    /// The function that was inlined.
    pub callee: Callee,
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

/// A function that was inlined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Callee {
    /// Number of its name in the table of texts.
    pub name: u32,
    /// Its flags.
    pub flags: FuncFlags,
    /// Its file.
    pub file: u32,
    /// Line of the callee's `func` keyword.
    pub start_line: u32,
}

/// What an inlined call says by itself.
struct Raw {
    line: i32,
    parent: u32,
    marker: u32,
    file: u32,
}

/// Inlined call `index`: the callee, and the rest.
fn callee(pclines: &[u8], x: &FuncFacts, index: u32) -> Option<(Callee, Raw)> {
    let (mut at, end) = x.tree;
    let mut marker = x.size;
    let mut n = 0;
    while at < end {
        let mut of = uvarint(pclines, &mut at) as usize;
        let line = unzigzag(uvarint(pclines, &mut at));
        let parent = uvarint(pclines, &mut at);
        marker = marker.wrapping_add_signed(unzigzag(uvarint(pclines, &mut at)));
        let file = if x.mixed { uvarint(pclines, &mut at) } else { 0 };
        if n == index {
            let name = uvarint(pclines, &mut of);
            let flags = FuncFlags::from_bits_retain(uvarint(pclines, &mut of));
            let (source, start_line) = (uvarint(pclines, &mut of), uvarint(pclines, &mut of));
            let callee = Callee { name, flags, file: source, start_line };
            return Some((callee, Raw { line, parent, marker, file }));
        }
        n += 1;
    }
    None
}

/// Inlined call `index` (a row's `inline` minus 1) of a function.
pub fn inlined_call(pclines: &[u8], x: &FuncFacts, index: u32) -> Option<InlinedCall> {
    let (callee_, raw) = callee(pclines, x, index)?;
    let (start, file) = match raw.parent {
        0 => (x.start_line, x.file),
        p => callee(pclines, x, p - 1).map(|(c, _)| (c.start_line, c.file))?,
    };
    Some(InlinedCall {
        callee: callee_,
        call_file: if x.mixed { raw.file } else { file },
        call_line: start.wrapping_add_signed(raw.line),
        parent: raw.parent,
        marker: raw.marker,
    })
}
