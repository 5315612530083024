//! The prologue with the stack check, the epilogue, and what code does at a frame's edges. A frame keeps the link register
//! at its bottom.
use super::Arm64;
use super::encode::words::*;
use super::inst::*;
use super::regs::*;
use crate::fixup::FixupTarget;
use crate::mach::buf::Label;
use crate::mach::emit::{Emit, routine};
use crate::mach::frame::{STACK_BIG, STACK_SMALL};
use crate::mach::inst::Target;
use crate::mach::{Cfi, Encode, Frames};
use crate::regalloc::Reg;

/// Offset of the guard in the g.
const STACKGUARD0: i64 = 8 * reflect::image::G_STACKGUARD0_WORD as i64;
/// DWARF's number of the link register.
const DWARF_LINK: u8 = 30;

impl Emit<'_, Arm64> {
    fn guard(&mut self) {
        self.buf.access(true, Cell::U(8), FAR.hw(), G.hw(), None, STACKGUARD0);
    }
    fn move_sp(&mut self, by: i64) {
        self.buf.add_imm(SP.hw(), SP.hw(), by);
    }
}

impl Frames for Arm64 {
    const SAVES_FP: bool = false;

    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label) {
        e.guard();
        if size <= STACK_SMALL {
            e.buf.alu_sp(AluOp::Subs, ZERO, SP.hw(), FAR.hw());
        } else {
            e.buf.imm(TMP2.hw(), (size - STACK_SMALL) as i64);
            e.buf.alu_sp(AluOp::Subs, TMP.hw(), SP.hw(), TMP2.hw());
            if size > STACK_BIG {
                // The subtraction may wrap around.
                e.jump_if(Test::Cc(Cond::Lo), grow);
            }
            e.cmp(Sz::X, TMP, &Src::R(FAR));
        }
        e.jump_if(Test::Cc(Cond::Ls), grow);
    }
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label) {
        e.buf.alu(AluOp::Orr, Sz::X, MORE.hw(), ZERO, &Src::R(LINK));
        Self::call(e, &Target::Ext(routine), false);
        e.buf.jmp(body);
    }
    fn prologue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        let size = e.frame.size;
        match size {
            // str x30, [sp, -size]!
            ..=255 => e.buf.rr(0xf800_0c00 | field(-(size as i64), 9, 12), LINK.hw(), SP.hw()),
            _ => {
                e.move_sp(-(size as i64));
                e.buf.access(false, Cell::U(8), LINK.hw(), SP.hw(), None, 0);
            }
        }
        e.cfi(Cfi::CfaOffset(size));
        e.cfi(Cfi::Saved(DWARF_LINK, size));
        let (from, to) = e.frame.zero;
        let mut at = from;
        if to - from > 256 {
            let blocks = (to - from) / 64;
            e.buf.add_imm(FAR.hw(), SP.hw(), from as i64);
            e.buf.imm(TMP.hw(), blocks as i64);
            let again = e.buf.label();
            e.buf.bind(again);
            for i in 0..4 {
                e.buf.two(0xa900_0000, ZERO, ZERO, FAR.hw(), 16 * i);
            }
            e.buf.add_imm(FAR.hw(), FAR.hw(), 64);
            e.buf.alu(AluOp::Subs, Sz::X, TMP.hw(), TMP.hw(), &Src::I(1));
            e.jump_if(Test::Cc(Cond::Ne), again);
            at += 64 * blocks;
        }
        while at < to {
            if to - at >= 16 && at <= 504 {
                e.buf.two(0xa900_0000, ZERO, ZERO, SP.hw(), at as i64);
                at += 16;
            } else {
                Self::sp_zero(e, at);
                at += 8;
            }
        }
    }
    fn epilogue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        let size = e.frame.size;
        match size {
            // ldr x30, [sp], size
            ..=255 => e.buf.rr(0xf840_0400 | field(size as i64, 9, 12), LINK.hw(), SP.hw()),
            _ => {
                e.buf.access(true, Cell::U(8), LINK.hw(), SP.hw(), None, 0);
                e.move_sp(size as i64);
            }
        }
        e.cfi(Cfi::Remember);
        e.cfi(Cfi::CfaOffset(0));
        e.cfi(Cfi::Same(DWARF_LINK));
    }
    fn ret(e: &mut Emit<Self>) {
        e.buf.rr(0xd65f_0000, 0, LINK.hw())
    }
    fn poll(e: &mut Emit<Self>, slow: Label) {
        e.guard();
        e.buf.alu_sp(AluOp::Subs, ZERO, SP.hw(), FAR.hw());
        e.jump_if(Test::Cc(Cond::Ls), slow);
    }
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label) {
        e.buf.address(FAR.hw(), flag, 0);
        e.buf.access(true, Cell::U(1), FAR.hw(), FAR.hw(), None, 0);
        e.jump_if(Test::Zero(Sz::W, FAR, true), slow);
    }
    /// Address and size go in the first two scratch registers that are allocated, which keep their values.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32) {
        let [at, bytes] = BARRIER;
        e.lea(TMP2, addr);
        e.buf.access(true, Cell::U(1), ZERO, TMP2.hw(), None, 0);
        // stp at, bytes, [sp, -16]!
        e.buf.two(0xa980_0000, at.hw(), bytes.hw(), SP.hw(), -16);
        e.buf.alu(AluOp::Orr, Sz::X, at.hw(), ZERO, &Src::R(TMP2));
        e.buf.imm(bytes.hw(), size as i64);
        Self::call(e, &Target::Ext(routine::WRITE_BARRIER), false);
        e.buf.two(0xa8c0_0000, at.hw(), bytes.hw(), SP.hw(), 16);
    }
    /// R28 is g in assembly too, which calls it so.
    fn load_fixed(_: &mut Emit<Self>) {}
    /// A frame that saves all registers; others save the link register.
    fn assembly(name: &str) -> u32 {
        match name {
            routine::POLL => 16 + 32 * 8 + 32 * 8,
            routine::WRITE_BARRIER => 64,
            _ => 16,
        }
    }
    fn sp_store(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        let cell = if r.is_float() { Cell::F(bytes as u8) } else { Cell::U(bytes as u8) };
        e.buf.access(false, cell, r.hw(), SP.hw(), None, off as i64)
    }
    fn sp_load(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        let cell = if r.is_float() { Cell::F(bytes as u8) } else { Cell::U(bytes as u8) };
        e.buf.access(true, cell, r.hw(), SP.hw(), None, off as i64)
    }
    fn sp_zero(e: &mut Emit<Self>, off: u32) {
        e.buf.access(false, Cell::U(8), ZERO, SP.hw(), None, off as i64)
    }
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32) {
        e.buf.add_imm(R0.hw(), SP.hw(), area as i64);
        e.buf.address(CTXT.hw(), FixupTarget::Ext(symbol.to_string()), 0);
        Self::call(e, &Target::Ext(routine::HOOKCALL), false);
    }
}
