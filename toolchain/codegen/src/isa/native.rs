//! Functions of the user's assembly: the code is there; what the tables need is put together here.
use super::{Calls, Compiled, Line, Safepoint};
use crate::fixup::{Fixup, FixupTarget};
use ir::native::{Native, NativeField, NativeTarget};
use ir::sig::PartLoc;
use ir::{Sig, SymRef};

/// The words of the frame (counted from SP) that hold the results' pointers, `depth` bytes below the return address.
fn result_words(sig: &Sig, depth: u32, word: u32) -> Vec<u32> {
    let area = depth / word + 1;
    let mut words = Vec::new();
    for p in &sig.results {
        if let PartLoc::Stack(off) = p.loc {
            words.extend(p.ptrs.iter().map(|w| area + off / word + w as u32));
        }
    }
    words
}

fn target(t: &NativeTarget) -> FixupTarget {
    match t {
        NativeTarget::Sym(s) => FixupTarget::Sym(*s),
        NativeTarget::Ext(name) => FixupTarget::Ext(name.clone()),
        NativeTarget::Const(bits, size) => FixupTarget::Pool(*bits, *size),
        NativeTarget::TlsG => FixupTarget::TlsG,
    }
}

/// A machine's kinds of fixups for the fields of assembly.
#[derive(Clone, Copy, Debug)]
pub struct Kinds {
    /// Addresses.
    pub address: u8,
    /// Calls and jumps.
    pub call: u8,
    /// Where the thread keeps its g.
    pub tls: u8,
    /// Addresses whose second instruction accesses 1, 2, 4, ... bytes, where the machine has such pairs.
    pub access: &'static [u8],
}

/// A line of the cache. Where short loops of assembly lie in one is their author's choice: it counts from the function's start.
const LINE: u32 = 64;

/// What the image's tables say of it.
pub fn compiled(sig: &Sig, n: &Native, word: u32, kinds: &Kinds) -> Compiled {
    let fixups = n.relocs.iter().map(|r| {
        let kind = match (&r.target, r.field) {
            (NativeTarget::TlsG, _) => kinds.tls,
            (_, NativeField::Call) => kinds.call,
            (_, NativeField::Access(size)) => kinds.access[size as usize],
            (_, NativeField::Address) => kinds.address,
        };
        Fixup { at: r.at, kind, target: target(&r.target), addend: r.addend }
    });
    let depth_at = |pc: u32| n.sp.iter().rev().find(|s| s.0 < pc).map_or(n.frame, |s| s.1);
    let mut safepoints: Vec<Safepoint> = n
        .calls
        .iter()
        .filter(|c| c.ret != 0 && c.results)
        .map(|c| Safepoint { pc: c.ret, regs: 0, words: result_words(sig, depth_at(c.ret), word) })
        .collect();
    safepoints.sort_unstable_by_key(|s| s.pc);
    let mut calls: Vec<Calls> = Vec::new();
    for c in &n.calls {
        let call = match &c.target {
            Some(NativeTarget::Sym(SymRef::Func(f))) => Calls::Func(*f),
            Some(NativeTarget::Ext(name)) => Calls::Ext(name.clone()),
            _ => Calls::Indirect,
        };
        if !calls.contains(&call) {
            calls.push(call);
        }
    }
    Compiled {
        code: n.code.clone(),
        fixups: fixups.collect(),
        frame: n.frame,
        pushed: n.depth.saturating_sub(n.frame),
        sp: n.sp.clone(),
        safepoints,
        lines: n.lines.iter().map(|&(pc, pos)| Line { pc, pos, inl: 0 }).collect(),
        positions: n.lines.iter().map(|&(pc, pos)| Line { pc, pos, inl: 0 }).collect(),
        checks_stack: n.checks_stack,
        // What it loops over is not looked for.
        loops: true,
        align: n.align.max(LINE),
        calls,
        native: Some(super::NativeFacts {
            sp_write: n.sp_write,
            untyped_locals: n.untyped_locals,
            untyped_args: n.untyped_args,
            args: n.args,
        }),
        listing: String::new(),
        ..Compiled::default()
    }
}
