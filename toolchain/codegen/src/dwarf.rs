//! Debug information, DWARF 4: one compilation unit for all Go code with its functions, the line table, and the call
//! frames. Locals and types are not described; inlined calls show as lines of their callee.
//!
//! Written by hand: the line table is most of it, and goes through every instruction's position once.
use crate::CompiledFuncs;
use crate::isa::{Line, MachineInfo};
use crate::mach::Cfi;
use ir::{FuncId, Program};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::pos::SourceFile;
use syntax::{Pos, Sym};

/// What a field of a section refers to: the start of the text, or of a debug section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// The Go text; a word.
    Text,
    /// `.debug_abbrev`; 4 bytes.
    Abbrev,
    /// `.debug_line`; 4 bytes.
    Line,
    /// `.debug_frame`; 4 bytes.
    Frame,
}

/// A section's bytes, and the fields that the linker fills in: offset, target, addend.
pub struct Blob {
    target: ir::Target,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The fields.
    pub fields: Vec<(u64, Target, u64)>,
}

/// The sections.
pub struct Sections {
    /// `.debug_abbrev`
    pub abbrev: Blob,
    /// `.debug_info`
    pub info: Blob,
    /// `.debug_line`
    pub line: Blob,
    /// `.debug_frame`
    pub frame: Blob,
}

impl Blob {
    fn new(target: ir::Target) -> Blob {
        Blob { target, bytes: Vec::new(), fields: Vec::new() }
    }
    fn number(&mut self, v: u64, bytes: u32) {
        let at = self.bytes.len();
        self.bytes.resize(at + bytes as usize, 0);
        self.target.put(&mut self.bytes[at..], v);
    }
    fn u8(&mut self, v: u8) {
        self.bytes.push(v)
    }
    fn u16(&mut self, v: u16) {
        self.number(v as u64, 2)
    }
    fn u32(&mut self, v: u32) {
        self.number(v as u64, 4)
    }
    fn uleb(&mut self, mut v: u64) {
        while v >= 0x80 {
            self.u8(v as u8 | 0x80);
            v >>= 7;
        }
        self.u8(v as u8)
    }
    fn sleb(&mut self, mut v: i64) {
        while !(-64..64).contains(&v) {
            self.u8(v as u8 | 0x80);
            v >>= 7;
        }
        self.u8(v as u8 & 0x7f)
    }
    fn string(&mut self, s: &str) {
        self.bytes.extend(s.bytes().filter(|&b| b != 0));
        self.u8(0)
    }
    fn address(&mut self, offset: u64) {
        self.fields.push((self.bytes.len() as u64, Target::Text, offset));
        self.number(0, self.target.word)
    }
    fn section(&mut self, t: Target) {
        self.fields.push((self.bytes.len() as u64, t, 0));
        self.u32(0)
    }
    /// Leaves room for a length; [`Blob::close`] fills it in.
    fn open(&mut self) -> usize {
        self.u32(0);
        self.bytes.len()
    }
    fn close(&mut self, from: usize) {
        let n = (self.bytes.len() - from) as u32;
        self.target.put(&mut self.bytes[from - 4..from], n as u64);
    }
}

/// Files by number from 1, and the file that was looked at last.
#[derive(Default)]
struct Files {
    names: Vec<Sym>,
    numbers: FxHashMap<Sym, u32>,
    last: Option<Arc<SourceFile>>,
}

impl Files {
    /// File and line of a position.
    fn place(&mut self, pos: Pos) -> Option<(u32, u32)> {
        if !self.last.as_ref().is_some_and(|f| f.contains(pos)) {
            self.last = Some(syntax::pos::file_of(pos)?);
        }
        let p = self.last.as_ref()?.full_position(pos);
        let number = *self.numbers.entry(p.file).or_insert_with(|| {
            self.names.push(p.file);
            self.names.len() as u32
        });
        Some((number, p.line))
    }
}

const LINE_BASE: i64 = -4;
const LINE_RANGE: i64 = 12;
const OPCODE_BASE: u8 = 13;

/// State of the line number machine.
struct Rows {
    out: Blob,
    pc: u64,
    file: u32,
    line: i64,
}

impl Rows {
    fn row(&mut self, pc: u64, file: u32, line: u32) {
        if file != self.file {
            self.out.u8(4);
            self.out.uleb(file as u64);
            self.file = file;
        }
        let (by, lines) = ((pc - self.pc) as i64, line as i64 - self.line);
        self.pc = pc;
        self.line = line as i64;
        let special = |by: i64, lines: i64| {
            let n = lines - LINE_BASE + LINE_RANGE * by + OPCODE_BASE as i64;
            ((0..LINE_RANGE).contains(&(lines - LINE_BASE)) && (OPCODE_BASE as i64..256).contains(&n))
                .then_some(n as u8)
        };
        if let Some(n) = special(by, lines) {
            return self.out.u8(n);
        }
        self.out.u8(2);
        self.out.uleb(by as u64);
        match special(0, lines) {
            Some(n) => self.out.u8(n),
            None => {
                self.out.u8(3);
                self.out.sleb(lines);
                self.out.u8(1);
            }
        }
    }
}

/// Makes the sections. `order`: functions in text order with their offsets.
pub fn sections(
    program: &Program,
    machine: &MachineInfo,
    funcs: &CompiledFuncs,
    order: &[(FuncId, u64)],
    text_len: u64,
    name: &str,
    producer: &str,
) -> Sections {
    let mut files = Files::default();
    let target = program.target;
    let mut info = Blob::new(target);
    let from = unit(&mut info, text_len, name, producer);
    let mut rows = Rows { out: Blob::new(target), pc: 0, file: 1, line: 1 };
    rows.out.bytes.extend_from_slice(&[0, 1 + target.word as u8, 2]);
    rows.out.address(0);
    for &(id, start) in order {
        let (f, Some(c)) = (&program.funcs[id], &funcs[id]) else { continue };
        let own = files.place(f.pos);
        let (file, line) = own.unwrap_or((1, 0));
        info.u8(2);
        info.string(f.name.as_str());
        info.address(start);
        info.u32(c.code.len() as u32);
        info.uleb(file as u64);
        info.uleb(line as u64);

        let mut last = (file, line);
        rows.row(start, file, line);
        let places: &[Line] = if c.positions.is_empty() { &c.lines } else { &c.positions };
        for l in places {
            let Some(now) = files.place(l.pos) else { continue };
            if now != last {
                rows.row(start + l.pc as u64, now.0, now.1);
                last = now;
            }
        }
    }
    info.u8(0);
    info.close(from);
    let mut abbrev = Blob::new(target);
    abbreviations(&mut abbrev);
    Sections {
        abbrev,
        info,
        line: line_table(rows, &files, text_len),
        frame: frames(machine, target, funcs, order),
    }
}

// Attributes with their forms, in the order in which `unit` and `sections` write them.
const UNIT: &[(u8, u8)] =
    &[(0x25, 0x08), (0x13, 0x05), (0x03, 0x08), (0x1b, 0x08), (0x10, 0x17), (0x11, 0x01), (0x12, 0x07)];
const SUBPROGRAM: &[(u8, u8)] =
    &[(0x03, 0x08), (0x11, 0x01), (0x12, 0x06), (0x3a, 0x0f), (0x3b, 0x0f), (0x3f, 0x19)];

fn abbreviations(out: &mut Blob) {
    for (code, tag, children, attributes) in [(1, 0x11, 1, UNIT), (2, 0x2e, 0, SUBPROGRAM)] {
        out.bytes.extend_from_slice(&[code, tag, children]);
        for &(at, form) in attributes {
            out.bytes.extend_from_slice(&[at, form]);
        }
        out.u16(0);
    }
    out.u8(0);
}

/// The head of the compilation unit.
fn unit(info: &mut Blob, text_len: u64, name: &str, producer: &str) -> usize {
    let from = info.open();
    info.u16(4);
    info.section(Target::Abbrev);
    info.u8(info.target.word as u8);
    info.u8(1);
    info.string(producer);
    info.u16(0x16); // DW_LANG_Go
    info.string(name);
    info.string("");
    info.section(Target::Line);
    info.address(0);
    info.number(text_len, 8);
    from
}

fn line_table(mut rows: Rows, files: &Files, text_len: u64) -> Blob {
    rows.out.u8(2);
    rows.out.uleb(text_len - rows.pc);
    rows.out.bytes.extend_from_slice(&[0, 1, 1]);
    let mut out = Blob::new(rows.out.target);
    let unit = out.open();
    out.u16(4);
    let header = out.open();
    out.bytes.extend_from_slice(&[1, 1, 1, LINE_BASE as u8, LINE_RANGE as u8, OPCODE_BASE]);
    out.bytes.extend_from_slice(&[0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]);
    out.u8(0);
    for f in &files.names {
        out.string(f.as_str());
        out.bytes.extend_from_slice(&[0, 0, 0]);
    }
    out.u8(0);
    out.close(header);
    let base = out.bytes.len() as u64;
    out.bytes.extend_from_slice(&rows.out.bytes);
    out.fields.extend(rows.out.fields.iter().map(|&(at, t, a)| (base + at, t, a)));
    out.close(unit);
    out
}

/// Where the caller's frame is: what holds at entry, and each function's changes.
fn frames(machine: &MachineInfo, target: ir::Target, funcs: &CompiledFuncs, order: &[(FuncId, u64)]) -> Blob {
    let word = machine.row.ptr_size as usize;
    let debug = &machine.debug;
    let mut out = Blob::new(target);
    let entry = |out: &mut Blob, from: usize| {
        while !(out.bytes.len() - from + 4).is_multiple_of(word) {
            out.u8(0);
        }
        out.close(from);
    };
    let from = out.open();
    out.u32(u32::MAX);
    // Version, no augmentation, address size, segment size.
    out.bytes.extend_from_slice(&[4, 0, word as u8, 0]);
    out.uleb(debug.code_align as u64);
    out.sleb(-(word as i64));
    out.uleb(debug.return_column as u64);
    debug.entry.iter().for_each(|&c| rule(&mut out, c, word as u32));
    entry(&mut out, from);
    for &(id, start) in order {
        let Some(c) = &funcs[id] else { continue };
        let from = out.open();
        out.section(Target::Frame);
        out.address(start);
        out.number(c.code.len() as u64, target.word);
        let mut at = 0;
        for &(pc, change) in &c.cfi {
            if pc != at {
                out.u8(0x04);
                out.u32((pc - at) / debug.code_align as u32);
                at = pc;
            }
            rule(&mut out, change, word as u32);
        }
        entry(&mut out, from);
    }
    out
}

fn rule(out: &mut Blob, c: Cfi, word: u32) {
    match c {
        Cfi::Cfa(r, off) => {
            out.bytes.extend_from_slice(&[0x0c, r]);
            out.uleb(off as u64);
        }
        Cfi::CfaOffset(off) => {
            out.u8(0x0e);
            out.uleb(off as u64);
        }
        Cfi::CfaRegister(r) => out.bytes.extend_from_slice(&[0x0d, r]),
        Cfi::Saved(r @ ..64, below) => {
            out.u8(0x80 | r);
            out.uleb((below / word) as u64);
        }
        Cfi::Saved(r, below) => {
            out.bytes.extend_from_slice(&[0x05, r]);
            out.uleb((below / word) as u64);
        }
        Cfi::Same(r @ ..64) => out.u8(0xc0 | r),
        Cfi::Same(r) => out.bytes.extend_from_slice(&[0x06, r]),
        Cfi::Remember => out.u8(0x0a),
        Cfi::Restore => out.u8(0x0b),
    }
}
