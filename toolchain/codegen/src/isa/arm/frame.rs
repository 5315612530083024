//! The prologue with the stack check, the epilogue, and what code does at a frame's edges. A frame keeps the link register
//! at its bottom.
use super::Arm;
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
const STACKGUARD0: i64 = 4 * reflect::image::G_STACKGUARD0_WORD as i64;
/// DWARF's number of the link register.
const DWARF_LINK: u8 = 14;
/// Frames below this size are made and left by the instruction that saves or loads the link register.
const ONE_STEP: u32 = 4096;

impl Emit<'_, Arm> {
    /// Jumps if SP, or a register that stands for it, is not above the guard.
    fn below_guard(&mut self, sp: Reg, to: Label) {
        self.buf.access(true, Cell::U(4), FAR, G, STACKGUARD0);
        self.buf.test(TestOp::Cmp, sp, Src::R(FAR));
        self.jump_if(Cond::Ls, to);
    }
    fn on_stack(&mut self, load: bool, cell: Cell, r: Reg, off: u32) {
        self.buf.access(load, cell, r, SP, off as i64);
    }
}

fn cell(r: Reg, bytes: u32) -> Cell {
    if r.is_float() { Cell::F(bytes as u8) } else { Cell::U(bytes as u8) }
}

impl Frames for Arm {
    const SAVES_FP: bool = false;

    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label) {
        if size <= STACK_SMALL {
            return e.below_guard(SP, grow);
        }
        e.buf.imm(TMP2, size - STACK_SMALL);
        e.buf.alu(AluOp::Sub, true, TMP, SP, Src::R(TMP2));
        if size > STACK_BIG {
            // The subtraction may wrap around.
            e.jump_if(Cond::Lo, grow);
        }
        e.below_guard(TMP, grow);
    }
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label) {
        e.buf.mov(TMP, LINK);
        Self::call(e, &Target::Ext(routine), false);
        e.buf.jmp(body);
    }
    fn prologue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        let size = e.frame.size;
        if size < ONE_STEP {
            e.buf.push_link(size);
        } else {
            e.buf.add_imm(SP, SP, -(size as i64));
            e.on_stack(false, Cell::U(4), LINK, 0);
        }
        e.cfi(Cfi::CfaOffset(size));
        e.cfi(Cfi::Saved(DWARF_LINK, size));
        let (from, to) = e.frame.zero;
        if from == to {
            return;
        }
        e.buf.imm(TMP2, 0);
        if to - from <= 64 {
            return (from..to).step_by(4).for_each(|at| e.on_stack(false, Cell::U(4), TMP2, at));
        }
        e.buf.add_imm(FAR, SP, from as i64);
        e.buf.imm(TMP, (to - from) / 4);
        let again = e.buf.label();
        e.buf.bind(again);
        e.buf.next_word(false, TMP2, FAR);
        e.buf.alu(AluOp::Sub, true, TMP, TMP, Src::I(1));
        e.jump_if(Cond::Ne, again);
    }
    fn epilogue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        let size = e.frame.size;
        if size < ONE_STEP {
            e.buf.pop_link(size);
        } else {
            e.on_stack(true, Cell::U(4), LINK, 0);
            e.buf.add_imm(SP, SP, size as i64);
        }
        e.cfi(Cfi::Remember);
        e.cfi(Cfi::CfaOffset(0));
        e.cfi(Cfi::Same(DWARF_LINK));
    }
    fn ret(e: &mut Emit<Self>) {
        e.buf.jump_register(false, LINK)
    }
    fn poll(e: &mut Emit<Self>, slow: Label) {
        e.below_guard(SP, slow);
    }
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label) {
        e.buf.address(FAR, flag, 0);
        e.buf.access(true, Cell::U(1), FAR, FAR, 0);
        e.buf.test(TestOp::Cmp, FAR, Src::I(0));
        e.jump_if(Cond::Ne, slow);
    }
    /// The register that the address goes in is allocated, and keeps its value.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32) {
        e.lea(TMP, addr);
        e.buf.access(true, Cell::U(1), FAR, TMP, 0);
        e.buf.add_imm(SP, SP, -8);
        e.on_stack(false, Cell::U(4), BARRIER, 0);
        e.buf.mov(BARRIER, TMP);
        e.buf.imm(TMP2, size);
        Self::call(e, &Target::Ext(routine::WRITE_BARRIER), false);
        e.on_stack(true, Cell::U(4), BARRIER, 0);
        e.buf.add_imm(SP, SP, 8);
    }
    fn load_fixed(e: &mut Emit<Self>) {
        e.buf.load_g();
    }
    /// A frame that saves all registers; others save the link register.
    fn assembly(name: &str) -> u32 {
        match name {
            routine::POLL => 16 + 16 * 4 + 16 * 8,
            routine::WRITE_BARRIER => 32,
            _ => 16,
        }
    }
    fn sp_store(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        e.on_stack(false, cell(r, bytes), r, off)
    }
    fn sp_load(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        e.on_stack(true, cell(r, bytes), r, off)
    }
    fn sp_zero(e: &mut Emit<Self>, off: u32) {
        e.buf.imm(TMP2, 0);
        e.on_stack(false, Cell::U(4), TMP2, off)
    }
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32) {
        e.buf.add_imm(R0, SP, area as i64);
        e.buf.address(CTXT, FixupTarget::Ext(symbol.to_string()), 0);
        Self::call(e, &Target::Ext(routine::HOOKCALL), false);
    }
}
