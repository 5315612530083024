//! Listings: machine instructions before allocation (`--dump-ssa machine:FUNC`), and the finished code of functions
//! (`-S`).
//!
//! ```text
//! main.f STEXT size=0x5e args=0x8 locals=0x38
//!   # /src/hello.go:6
//!   0000  49 3b 66 10             cmp rsp, qword ptr [r14 + 16]
//!   000a  e8 00 00 00 00          call fmt.Println              # live: sp+8, sp+16
//! ```
//!
//! Offset, bytes before linking, instruction in LLVM's Intel syntax with symbols for what the linker fills in, and
//! behind a call or poll the words of the frame (and at polls the registers) that the collector takes for pointers.
use super::inst::{Any, Inst};
use super::select::Selected;
use super::{Decoded, Encode};
use crate::fixup::{Fixup, FixupTarget};
use crate::isa::Compiled;
use crate::regalloc::Reg;
use ir::{Func, View};
use std::fmt::Write;

/// The function's blocks in layout order, before register allocation.
pub fn machine<I: Inst>(f: &Func, sel: &Selected<I>) -> String {
    let mut s = format!("{}:\n", f.name);
    for &b in &sel.order {
        let block = &sel.blocks[b as usize];
        let _ = writeln!(s, "m{b}{:?}:", block.params);
        for (i, _) in &block.insts {
            let _ = writeln!(s, "    {}", text(i));
        }
        if !block.args.is_empty() {
            let _ = writeln!(s, "    -> {:?}", block.args);
        }
    }
    s
}

/// The text of an instruction before it is encoded, in the notation of [`super::inst`].
fn text<I: Inst>(i: &Any<I>) -> String {
    match i {
        Any::Own(i) => format!("{i:?}"),
        i => format!("{i:?}"),
    }
}

/// What a relocation names.
fn symbol(view: &View, r: &Fixup) -> String {
    match &r.target {
        FixupTarget::Sym(symbol) => view.link_name(*symbol).to_string(),
        FixupTarget::Pool(bits, size) => format!("${bits:#x}:{size}"),
        FixupTarget::Ext(name) => name.clone(),
        FixupTarget::TlsG => "oxigo_tls_g@tpoff".into(),
    }
}

/// Puts symbols in place of what the linker fills in, and the function's own offsets in place of distances.
fn resolve<M: Encode>(view: &View, c: &Compiled, at: u32, d: &Decoded) -> String {
    let end = at + d.len as u32;
    let inside = |r: &&Fixup| (at..end).contains(&r.at);
    match (c.fixups.iter().find(inside), d.branch) {
        (Some(r), Some(_)) => format!("{} {}", d.text, symbol(view, r)),
        (Some(r), None) => {
            let offset = match r.addend + (end - r.at) as i64 {
                0 => String::new(),
                n => format!("{n:+}"),
            };
            M::with_symbol(d, r, &format!("{}{offset}", symbol(view, r)))
        }
        (None, Some(by)) => format!("{} {:#x}", d.text, end as i64 + by as i64),
        (None, None) => d.text.clone(),
    }
}

/// The pointers at a safepoint.
fn live<M: Encode>(words: &[u32], registers: u32) -> String {
    let mut words = words.to_vec();
    words.sort_unstable();
    words.dedup();
    let registers = (0..32).filter(|r| registers >> r & 1 != 0).map(|r| M::name(Reg::int(r)));
    let words = words.iter().map(|w| format!("sp+{}", M::WORD * w));
    let all: Vec<String> = registers.chain(words).collect();
    if all.is_empty() { "no pointers".into() } else { format!("live: {}", all.join(", ")) }
}

/// The listing of a function.
pub fn function<M: Encode>(view: &View, f: &Func, c: &Compiled) -> String {
    let flags =
        [(f.flags.nosplit, " NOSPLIT"), (f.flags.wrapper, " WRAPPER"), (f.flags.topframe, " TOPFRAME")];
    let flags: String = flags.iter().filter(|f| f.0).map(|f| f.1).collect();
    let (size, args, frame) = (c.code.len(), view.sig(f.sig).area_size, c.frame);
    let mut s = format!("{} STEXT{flags} size={size:#x} args={args:#x} locals={frame:#x}\n", f.name);
    let mut positions = c.positions.iter().peekable();
    let (mut now, mut shown) = (f.pos.position(), None);
    let mut tables = c.tables.as_slice();
    let mut at = 0;
    while at < c.code.len() {
        let pc = at as u32;
        while let Some(p) = positions.next_if(|p| p.pc <= pc) {
            now = p.pos.position();
        }
        if shown != Some((now.file, now.line)) {
            shown = Some((now.file, now.line));
            let _ = writeln!(s, "  # {}:{}", now.file, now.line);
        }
        let past_code = c.tables.first().is_some_and(|&t| t <= pc);
        if past_code {
            if let [t, rest @ ..] = tables
                && *t == pc
            {
                let _ = writeln!(s, "  {pc:04x}  # jump table");
                tables = rest;
            }
            let table = c.tables.iter().rev().find(|&&t| t <= pc).copied().unwrap_or(0);
            if let Some(entry) = c.code.get(at..at + 4).and_then(|b| b.try_into().ok()) {
                let read = if M::ROW.big_endian { i32::from_be_bytes } else { i32::from_le_bytes };
                let to = table as i64 + read(entry) as i64;
                let _ = writeln!(s, "  {pc:04x}  {:23} .long {to:#x} - {table:#x}", hex(&entry));
            }
            at += 4;
            continue;
        }
        let Some(d) = M::disassemble(&c.code, at) else {
            let _ = writeln!(s, "  {pc:04x}  {:23} .byte {:#04x}", hex(&c.code[at..=at]), c.code[at]);
            at += 1;
            continue;
        };
        let bytes = &c.code[at..at + d.len];
        at += d.len;
        let text = resolve::<M>(view, c, pc, &d);
        let row = format!("  {pc:04x}  {:23} {text}", hex(bytes));
        let point = c.safepoints.iter().find(|p| p.pc == at as u32 && text.starts_with("call"));
        let _ = match point {
            Some(p) => writeln!(s, "{row:<64}  # {}", live::<M>(&p.words, p.regs)),
            None => writeln!(s, "{row}"),
        };
    }
    s
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ")
}
