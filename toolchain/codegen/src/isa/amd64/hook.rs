//! Stubs that enter the Rust runtime: Go's convention outside, inside a call of `rt_hookcall` with the address of an
//! area that holds parameters and results in the layout of ABI0.
//!
//! ```text
//!   | incoming stack arguments and results |
//!   | return address                       |
//!   | saved BP                             |
//!   | results, zero at the call            |
//!   | parameters                           | <- SP = RDI = the area
//! ```
use super::emit::RuntimeSymbols;
use super::encode::*;
use super::inst::*;
use super::regs::*;
use crate::isa::{Calls, Compiled, Env, FrameMoves, Line, RelocTarget, Safepoint};
use ir::sig::{Part, PartLoc};
use ir::{Func, Sig};

/// Offsets of parameters and results in the area, and its size.
fn abi0(sig: &Sig) -> (Vec<u32>, Vec<u32>, u32) {
    let mut at = 0u32;
    let mut place = |parts: &[Part]| -> Vec<u32> {
        let offsets = parts
            .iter()
            .map(|p| {
                at = at.next_multiple_of(p.align.max(1));
                let off = at;
                at += p.size;
                off
            })
            .collect();
        at = at.next_multiple_of(8);
        offsets
    };
    let (params, results) = (place(&sig.params), place(&sig.results));
    (params, results, at)
}

/// Moves between a register and memory at `off` from SP, in the width of the piece.
fn transfer(b: &mut Buf, reg: crate::regalloc::Reg, bytes: u32, off: u32, store: bool) {
    let m = RmE::M(Mem::reg(SP.hw(), off as i32));
    if reg.is_float() {
        let prefix = if bytes == 4 { PF3 } else { PF2 };
        return b.op(prefix, false, &[0x0f, if store { 0x11 } else { 0x10 }], reg.hw(), &m, false, 0);
    }
    match (store, bytes) {
        (true, _) => b.int(Sz::of(bytes), 0x88, reg.hw(), &m, 0),
        (false, 1) => b.op(0, false, &[0x0f, 0xb6], reg.hw(), &m, false, 0),
        (false, 2) => b.op(0, false, &[0x0f, 0xb7], reg.hw(), &m, false, 0),
        (false, n) => b.op(0, n == 8, &[0x8b], reg.hw(), &m, false, 0),
    }
}

/// Copies memory within the stack, through R12.
fn copy(b: &mut Buf, to: u32, from: u32, size: u32) {
    let mut at = 0;
    while at < size {
        let n = [8, 4, 2, 1].into_iter().find(|&n| n <= size - at).unwrap_or(1);
        transfer(b, R12, n, from + at, false);
        transfer(b, R12, n, to + at, true);
        at += n;
    }
}

/// The stub of a hook.
pub fn stub(env: &Env, f: &Func, symbol: &str, symbols: &RuntimeSymbols) -> Compiled {
    let sig = &env.program.sigs[f.sig];
    let (params, results, size) = abi0(sig);
    let mut b = Buf::default();
    let (body, grow) = (b.label(), b.label());
    let check = !f.flags.nosplit;
    let frame = size + 8;
    if check {
        // The frame and what the switch to the system stack pushes fit below the guard unless there are many arguments.
        let guard = RmE::M(Mem::reg(G.hw(), super::frame::STACKGUARD0));
        if frame <= super::frame::STACK_SMALL {
            b.op(0, true, &[0x3b], SP.hw(), &guard, false, 0);
        } else {
            let below = RmE::M(Mem::reg(SP.hw(), -((frame - super::frame::STACK_SMALL) as i32)));
            b.op(0, true, &[0x8d], R12.hw(), &below, false, 0);
            b.op(0, true, &[0x3b], R12.hw(), &guard, false, 0);
        }
        b.jcc(Cond::Be, grow);
    }
    b.bind(body);
    b.byte(0x55);
    let pushed = b.mark();
    b.op(0, true, &[0x89], SP.hw(), &RmE::R(BP.hw()), false, 0);
    if size != 0 {
        b.alu_imm(AluOp::Sub as u8, Sz::Q, &RmE::R(SP.hw()), size as i32);
    }
    let in_args = size + 16;
    let mut words = Vec::new();
    for (p, &off) in sig.params.iter().zip(&params) {
        match &p.loc {
            PartLoc::Regs(steps) => {
                for s in steps {
                    let r = arg_reg(s.reg, s.ty.is_float());
                    transfer(&mut b, r, s.ty.size(8), off + s.offset, true);
                }
            }
            PartLoc::Stack(from) => copy(&mut b, off, in_args + from, p.size),
        }
        words.extend(p.ptrs.iter().enumerate().filter(|w| *w.1).map(|w| off / 8 + w.0 as u32));
    }
    let first_result = results.first().copied().unwrap_or(size);
    let mut at = first_result;
    while at < size {
        b.op(P66, false, &[0x0f, 0xd6], X15.hw(), &RmE::M(Mem::reg(SP.hw(), at as i32)), false, 0);
        at += 8;
    }
    for (p, &off) in sig.results.iter().zip(&results) {
        words.extend(p.ptrs.iter().enumerate().filter(|w| *w.1).map(|w| off / 8 + w.0 as u32));
    }
    b.op(0, true, &[0x89], SP.hw(), &RmE::R(DI.hw()), false, 0);
    let target = RmE::M(Mem { base: MBase::Rip(RelocTarget::Ext(symbol.to_string())), index: None, disp: 0 });
    b.op(0, true, &[0x8d], AX.hw(), &target, false, 0);
    b.call(0xe8, RelocTarget::Ext("rt_hookcall".into()));
    let after = b.mark();
    for (p, &off) in sig.results.iter().zip(&results) {
        if let PartLoc::Stack(to) = &p.loc {
            copy(&mut b, in_args + to, off, p.size);
        }
    }
    for (p, &off) in sig.results.iter().zip(&results) {
        if let PartLoc::Regs(steps) = &p.loc {
            for s in steps {
                let r = arg_reg(s.reg, s.ty.is_float());
                transfer(&mut b, r, s.ty.size(8), off + s.offset, false);
            }
        }
    }
    if size != 0 {
        b.alu_imm(AluOp::Add as u8, Sz::Q, &RmE::R(SP.hw()), size as i32);
    }
    b.byte(0x5d);
    let popped = b.mark();
    b.byte(0xc3);
    let end = b.mark();
    if check {
        b.bind(grow);
        b.call(0xe8, RelocTarget::Ext(symbols.morestack_noctxt.to_string()));
        b.jmp(body);
    }
    let done = b.finish();
    Compiled {
        code: done.code,
        relocs: done.relocs,
        frame,
        safepoints: vec![Safepoint { pc: done.marks[after as usize], regs: 0, words }],
        lines: vec![Line { pc: 0, pos: f.pos, inl: 0 }],
        frame_moves: FrameMoves {
            pushed: Some(done.marks[pushed as usize]),
            left: vec![(done.marks[popped as usize], done.marks[end as usize])],
        },
        checks_stack: check,
        calls: vec![Calls::Ext("rt_hookcall".into())],
        ..Compiled::default()
    }
}
