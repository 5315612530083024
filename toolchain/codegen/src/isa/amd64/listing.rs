//! Listings: machine instructions before allocation (`--debug machine`), and the code of functions (`-S`): offset,
//! source line, instruction, in the notation of [`super::inst`] with the machine's register names.
use super::inst::Inst;
use super::isel::Selected;
use super::regs;
use crate::regalloc::Reg;
use ir::Func;
use std::fmt::Write;

/// The function's blocks in layout order.
pub fn machine(f: &Func, sel: &Selected) -> String {
    let mut s = format!("{}:\n", f.name);
    for &b in &sel.order {
        let block = &sel.blocks[b as usize];
        let _ = writeln!(s, "m{b}{:?}:", block.params);
        for (i, _) in &block.insts {
            let _ = writeln!(s, "    {i:?}");
        }
        if !block.args.is_empty() {
            let _ = writeln!(s, "    -> {:?}", block.args);
        }
    }
    s
}

/// The text of an allocated instruction.
pub fn text(i: &Inst) -> String {
    let raw = format!("{i:?}");
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.as_str();
    // Registers print as r0 or x0: give them their names.
    while let Some(at) = rest.find(['r', 'x']) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let digits = tail[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len() - 1);
        let starts_word = !out.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        match tail[1..=digits].parse::<u8>() {
            Ok(n) if starts_word && n < 16 => {
                let r = if tail.starts_with('r') { Reg::int(n) } else { Reg::float(n) };
                out.push_str(&regs::name(r, 8));
                rest = &tail[1 + digits..];
            }
            _ => {
                out.push_str(&tail[..1]);
                rest = &tail[1..];
            }
        }
    }
    out + rest
}

/// The head of a function in a listing.
pub fn head(f: &Func, size: usize, frame: u32, args: u32) -> String {
    let nosplit = if f.flags.nosplit { " NOSPLIT" } else { "" };
    format!("{} STEXT{nosplit} size={size:#x} args={args:#x} locals={frame:#x}\n", f.name)
}
