//! Stubs that enter the Rust runtime: Go's convention outside, inside a call of `rt_hookcall` with the address of an
//! area that holds parameters and results in the layout of ABI0.
//!
//! ```text
//!   | incoming stack arguments and results |
//!   | return address, saved registers      |
//!   | results, zero at the call            |
//!   | parameters                           | <- the area, above the frame's fixed part
//! ```
use super::emit::{Emit, routine};
use super::frame::Frame;
use super::inst::Any;
use super::{Frames, regs};
use crate::isa::{Calls, Compiled, Env, Line, Safepoint};
use ir::sig::{Part, PartLoc};
use ir::{Func, Sig};

/// Offsets of parameters and results in the area, and its size.
fn abi0(sig: &Sig, word: u32) -> (Vec<u32>, Vec<u32>, u32) {
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
        at = at.next_multiple_of(word);
        offsets
    };
    let (params, results) = (place(&sig.params), place(&sig.results));
    (params, results, at)
}

/// Copies memory within the stack, through a scratch register.
fn copy<M: Frames>(e: &mut Emit<M>, to: u32, from: u32, size: u32) {
    let mut at = 0;
    while at < size {
        let n = [8, 4, 2, 1].into_iter().find(|&n| n <= (size - at).min(e.frame.word())).unwrap_or(1);
        M::sp_load(e, regs::scratch::<M>(), n, from + at);
        M::sp_store(e, regs::scratch::<M>(), n, to + at);
        at += n;
    }
}

/// The stub of a hook.
pub fn stub<M: Frames>(env: &Env, f: &Func, symbol: &str) -> Compiled {
    let sig = env.view.sig(f.sig);
    let word = M::WORD;
    let (params, results, size) = abi0(sig, word);
    let frame = Frame::plain::<M>(size, true);
    let mut e: Emit<M> = Emit::new(&frame);
    let (body, grow) = (e.buf.label(), e.buf.label());
    let check = !f.flags.nosplit;
    if check {
        // The frame and what the switch to the system stack pushes fit below the guard unless there are many arguments.
        M::stack_check(&mut e, frame.to_return_address(), grow);
    }
    e.buf.bind(body);
    M::prologue(&mut e);
    let (area, in_args) = (frame.out_args(), frame.in_args());
    let mut words = Vec::new();
    let mut pointers = |p: &Part, off: u32| {
        words.extend(p.ptrs.iter().map(|w| (area + off) / word + w as u32));
    };
    for (p, &off) in sig.params.iter().zip(&params) {
        match &p.loc {
            PartLoc::Regs(steps) => {
                for s in steps {
                    let r = regs::arg(M::ROW, s.reg, s.ty.is_float());
                    M::sp_store(&mut e, r, s.ty.size(M::WORD), area + off + s.offset);
                }
            }
            PartLoc::Stack(from) => copy(&mut e, area + off, in_args + from, p.size),
        }
        pointers(p, off);
    }
    let first_result = results.first().copied().unwrap_or(size);
    (first_result..size).step_by(word as usize).for_each(|at| M::sp_zero(&mut e, area + at));
    sig.results.iter().zip(&results).for_each(|(p, &off)| pointers(p, off));
    M::hook_call(&mut e, symbol, area);
    let after = e.buf.mark();
    for (p, &off) in sig.results.iter().zip(&results) {
        if let PartLoc::Stack(to) = &p.loc {
            copy(&mut e, in_args + to, area + off, p.size);
        }
    }
    for (p, &off) in sig.results.iter().zip(&results) {
        if let PartLoc::Regs(steps) = &p.loc {
            for s in steps {
                let r = regs::arg(M::ROW, s.reg, s.ty.is_float());
                M::sp_load(&mut e, r, s.ty.size(M::WORD), area + off + s.offset);
            }
        }
    }
    e.inst(&Any::Ret(Vec::new()));
    if check {
        e.buf.bind(grow);
        M::grow_stack(&mut e, routine::MORESTACK_NOCTXT, body);
    }
    let cfi = std::mem::take(&mut e.cfi);
    let done = e.buf.finish();
    Compiled {
        code: done.code,
        fixups: done.fixups,
        frame: frame.to_return_address(),
        safepoints: vec![Safepoint { pc: done.marks[after as usize], regs: 0, words }],
        lines: vec![Line { pc: 0, pos: f.pos, inl: 0 }],
        cfi: cfi.into_iter().map(|(m, c)| (done.marks[m as usize], c)).collect(),
        checks_stack: check,
        calls: vec![Calls::Ext(routine::HOOKCALL.into())],
        ..Compiled::default()
    }
}
