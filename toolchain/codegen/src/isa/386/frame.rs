//! The prologue with the stack check, the epilogue, and what code does at a frame's edges. At a function's entry only the closure context
//! is in a register.
use super::I386;
use super::regs::*;
use crate::fixup::FixupTarget;
use crate::isa::x86::encode::bytes::*;
use crate::isa::x86::inst::*;
use crate::isa::x86::{AX, CX, DI, SI, SP, X86};
use crate::mach::buf::Label;
use crate::mach::emit::{Emit, Source, routine};
use crate::mach::frame::{STACK_BIG, STACK_SMALL};
use crate::mach::inst::Target;
use crate::mach::{Cfi, Encode, Frames};
use crate::regalloc::{Move, Reg};

/// Offset of the guard in the g.
const STACKGUARD0: i32 = 4 * reflect::image::G_STACKGUARD0_WORD as i32;

fn from_sp(off: u32) -> RmE {
    RmE::M(Mem::reg(SP.hw(), off as i32))
}

/// Compares SP, or a register that stands for it, with the guard.
fn compare_guard(e: &mut Emit<I386>, sp: Reg, temp: Reg) {
    I386::read_g(&mut e.buf, temp);
    e.buf.op(0, false, &[0x3b], sp.hw(), &RmE::M(Mem::reg(temp.hw(), STACKGUARD0)), false, &[]);
}

impl Frames for I386 {
    const SAVES_FP: bool = false;

    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label) {
        let mut sp = SP;
        if size > STACK_SMALL {
            sp = AX;
            let below = RmE::M(Mem::reg(SP.hw(), -((size - STACK_SMALL) as i32)));
            e.buf.op(0, false, &[0x8d], sp.hw(), &below, false, &[]);
            if size > STACK_BIG {
                // The subtraction may wrap around: compare with SP itself first.
                e.buf.op(0, false, &[0x39], SP.hw(), &RmE::R(sp.hw()), false, &[]);
                e.buf.jcc(Cond::A, grow);
            }
        }
        compare_guard(e, sp, CX);
        e.buf.jcc(Cond::Be, grow);
    }
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label) {
        Self::call(e, &Target::Ext(routine), false);
        e.buf.jmp(body);
    }
    fn prologue(e: &mut Emit<Self>) {
        if !e.frame.present || e.frame.size == 0 {
            return;
        }
        e.buf.alu_imm(AluOp::Sub as u8, Sz::D, &RmE::R(SP.hw()), e.frame.size as i32);
        e.cfi(Cfi::CfaOffset(e.frame.size + 4));
        zero_slots(e);
    }
    fn epilogue(e: &mut Emit<Self>) {
        if !e.frame.present || e.frame.size == 0 {
            return;
        }
        e.buf.alu_imm(AluOp::Add as u8, Sz::D, &RmE::R(SP.hw()), e.frame.size as i32);
        e.cfi(Cfi::Remember);
        e.cfi(Cfi::Cfa(DWARF_SP, 4));
    }
    fn ret(e: &mut Emit<Self>) {
        e.buf.byte(0xc3)
    }
    fn poll_with(e: &mut Emit<Self>, temp: Reg, slow: Label) {
        compare_guard(e, SP, temp);
        e.buf.jcc(Cond::Be, slow);
    }
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label) {
        let flag = RmE::M(Mem { base: MBase::Sym(flag), index: None, disp: 0 });
        e.buf.alu_imm(7, Sz::B, &flag, 0);
        e.buf.jcc(Cond::Ne, slow);
    }
    /// Address and size go in DI and SI, which keep their values.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32) {
        let mut m = e.mem(addr);
        e.buf.op(0, false, &[0x84], AX.hw(), &RmE::M(m.clone()), true, &[]);
        e.buf.bytes(&[0x50 | DI.hw(), 0x50 | SI.hw()]);
        if m.base == MBase::Reg(SP.hw()) {
            m.disp += 8;
        }
        e.buf.op(0, false, &[0x8d], DI.hw(), &RmE::M(m), false, &[]);
        Self::imm(e, SI, size as i64);
        Self::call(e, &Target::Ext(routine::WRITE_BARRIER), false);
        e.buf.bytes(&[0x58 | SI.hw(), 0x58 | DI.hw()]);
    }
    /// To the callee's words, through registers that neither is read from: nothing else lives any more.
    fn stack_args(e: &mut Emit<Self>, index: &Source, len: &Source) {
        let reads = |s: &Source, r: Reg| match s {
            Source::Place(p) => *p == r,
            Source::Mem(a) => a.reads(r),
            Source::Imm(_) => false,
        };
        let temp = (0..8).map(Reg::int).find(|&r| r != SP && !reads(index, r) && !reads(len, r));
        let temp = temp.expect("two operands read at most four registers");
        for (off, source) in [(0, index), (4, len)] {
            let from = match source {
                Source::Place(r) if r.is_phys() => *r,
                Source::Place(r) => {
                    e.mov(Move { from: *r, to: temp });
                    temp
                }
                Source::Mem(a) => {
                    Self::load_word(e, temp, a);
                    temp
                }
                Source::Imm(i) => {
                    Self::imm(e, temp, *i);
                    temp
                }
            };
            Self::sp_store(e, from, 4, off);
        }
    }
    /// g is where all find it.
    fn load_fixed(_: &mut Emit<Self>) {}
    fn assembly(routine: &str) -> u32 {
        match routine {
            routine::POLL => 96 + 8,
            routine::WRITE_BARRIER => 8 + 16,
            _ => 16,
        }
    }
    fn sp_store(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        e.buf.int(Sz::of(bytes), 0x88, r.hw(), &from_sp(off), &[])
    }
    fn sp_load(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        let opcode: &[u8] = match bytes {
            1 => &[0x0f, 0xb6],
            2 => &[0x0f, 0xb7],
            _ => &[0x8b],
        };
        e.buf.op(0, false, opcode, r.hw(), &from_sp(off), false, &[])
    }
    fn sp_zero(e: &mut Emit<Self>, off: u32) {
        Self::store_zero(&mut e.buf, &Mem::reg(SP.hw(), off as i32), 4)
    }
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32) {
        match area {
            0 => e.buf.op(0, false, &[0x89], SP.hw(), &RmE::R(DI.hw()), false, &[]),
            _ => e.buf.op(0, false, &[0x8d], DI.hw(), &from_sp(area), false, &[]),
        }
        e.buf.byte(0xb8 | AX.hw());
        e.buf.fixup(ADDRESS, FixupTarget::Ext(symbol.to_string()), 0);
        e.buf.field(0);
        Self::call(e, &Target::Ext(routine::HOOKCALL), false);
    }
}

/// Zeroes the slots that the collector may see before the program has stored to them.
fn zero_slots(e: &mut Emit<I386>) {
    let (from, to) = e.frame.zero;
    const ZERO: Reg = Reg::float(0);
    let store = |e: &mut Emit<I386>, base: Reg, off: u32, bytes: u32| {
        let m = Mem::reg(base.hw(), off as i32);
        match bytes {
            16 => e.buf.op(0, false, &[0x0f, 0x11], ZERO.hw(), &RmE::M(m), false, &[]),
            8 => e.buf.op(P66, false, &[0x0f, 0xd6], ZERO.hw(), &RmE::M(m), false, &[]),
            _ => I386::store_zero(&mut e.buf, &m, 4),
        }
    };
    if to - from >= 8 {
        e.buf.op(0, false, &[0x0f, 0x57], ZERO.hw(), &RmE::R(ZERO.hw()), false, &[]);
    }
    let mut at = from;
    if to - from > 256 {
        let blocks = (to - from) / 64;
        e.buf.op(0, false, &[0x8d], AX.hw(), &from_sp(from), false, &[]);
        I386::imm(e, CX, blocks as i64);
        let again = e.buf.label();
        e.buf.bind(again);
        for i in 0..4 {
            store(e, AX, 16 * i, 16);
        }
        e.buf.alu_imm(AluOp::Add as u8, Sz::D, &RmE::R(AX.hw()), 64);
        e.buf.alu_imm(AluOp::Sub as u8, Sz::D, &RmE::R(CX.hw()), 1);
        e.buf.jcc(Cond::Ne, again);
        at += 64 * blocks;
    }
    while at < to {
        let n = [16, 8, 4].into_iter().find(|&n| n <= to - at).unwrap_or(4);
        store(e, SP, at, n);
        at += n;
    }
}
