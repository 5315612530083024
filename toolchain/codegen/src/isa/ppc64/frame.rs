//! The prologue with the stack check, the epilogue, and what code does at a frame's edges. A frame keeps the link register
//! at its bottom.
use super::Ppc64;
use super::encode::words::Jump;
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

impl<const BIG: bool> Emit<'_, Ppc64<BIG>> {
    fn unsigned(&mut self, a: Reg, b: Reg, bit: Bit, want: bool, to: Label) {
        self.jump_if(Test::new(How::Unsigned(Sz::X), a, Src::R(b), bit, want), to);
    }
    /// Jumps if SP, or a register that stands for it, is not above the guard.
    fn below_guard(&mut self, sp: Reg, to: Label) {
        self.buf.access(true, Cell::U(8), FAR, G, STACKGUARD0);
        self.unsigned(sp, FAR, Bit::Gt, false, to);
    }
    fn on_stack(&mut self, load: bool, cell: Cell, r: Reg, off: u32) {
        self.buf.access(load, cell, r, SP, off as i64);
    }
}

fn cell(r: Reg, bytes: u32) -> Cell {
    if r.is_float() { Cell::F(bytes as u8) } else { Cell::U(bytes as u8) }
}

impl<const BIG: bool> Frames for Ppc64<BIG> {
    const SAVES_FP: bool = false;

    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label) {
        if size <= STACK_SMALL {
            return e.below_guard(SP, grow);
        }
        e.buf.add_imm(TMP, SP, -((size - STACK_SMALL) as i64));
        if size > STACK_BIG {
            // It may have wrapped around.
            e.unsigned(SP, TMP, Bit::Lt, true, grow);
        }
        e.below_guard(TMP, grow);
    }
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label) {
        e.buf.from_link(TMP);
        Self::call(e, &Target::Ext(routine), false);
        e.buf.jmp(body);
    }
    fn prologue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        let size = e.frame.size;
        e.buf.from_link(FAR);
        e.buf.store_update(FAR, SP, -(size as i64));
        e.cfi(Cfi::CfaOffset(size));
        e.cfi(Cfi::Saved(DWARF_LINK, size));
        let (from, to) = e.frame.zero;
        let mut at = from;
        if to - from > 256 {
            let blocks = (to - from) / 64;
            e.buf.imm(TMP, blocks as i64);
            e.buf.to_count(TMP);
            e.buf.add_imm(FAR, SP, from as i64);
            let again = e.buf.label();
            e.buf.bind(again);
            for i in 0..8 {
                e.buf.near(false, Cell::U(8), ZERO, FAR, 8 * i);
            }
            e.buf.add_imm(FAR, FAR, 64);
            e.buf.branch(Jump::Count, again);
            at += 64 * blocks;
        }
        while at < to {
            Self::sp_zero(e, at);
            at += 8;
        }
    }
    fn epilogue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        e.on_stack(true, Cell::U(8), FAR, 0);
        e.buf.to_link(FAR);
        e.buf.add_imm(SP, SP, e.frame.size as i64);
        e.cfi(Cfi::Remember);
        e.cfi(Cfi::CfaOffset(0));
        e.cfi(Cfi::Same(DWARF_LINK));
    }
    /// blr
    fn ret(e: &mut Emit<Self>) {
        e.buf.word(0x4e80_0020)
    }
    fn poll(e: &mut Emit<Self>, slow: Label) {
        e.below_guard(SP, slow);
    }
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label) {
        e.buf.access_symbol(true, Cell::U(1), FAR, flag, 0, false);
        e.jump_if(Test::new(How::Unsigned(Sz::W), FAR, Src::I(0), Bit::Eq, false), slow);
    }
    /// The registers that address and size go in are allocated, and keep their values.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32) {
        let [at, bytes] = BARRIER;
        e.lea(TMP, addr);
        e.buf.near(true, Cell::U(1), FAR, TMP, 0);
        e.buf.add_imm(SP, SP, -16);
        e.on_stack(false, Cell::U(8), at, 0);
        e.on_stack(false, Cell::U(8), bytes, 8);
        e.buf.mv(at, TMP);
        e.buf.imm(bytes, size as i64);
        Self::call(e, &Target::Ext(routine::WRITE_BARRIER), false);
        e.on_stack(true, Cell::U(8), at, 0);
        e.on_stack(true, Cell::U(8), bytes, 8);
        e.buf.add_imm(SP, SP, 16);
    }
    /// R0 = 0, and R30 = g, from where the thread keeps it.
    fn load_fixed(e: &mut Emit<Self>) {
        e.buf.imm(ZERO, 0);
        e.buf.load_thread(G, FixupTarget::TlsG);
    }
    /// A frame that saves all registers; others save the link register.
    fn assembly(name: &str) -> u32 {
        match name {
            routine::POLL => 16 + 32 * 8 + 32 * 8,
            routine::WRITE_BARRIER => 16 + 48,
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
        e.on_stack(false, Cell::U(8), ZERO, off)
    }
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32) {
        e.buf.add_imm(A0, SP, area as i64);
        e.buf.address(CTXT, FixupTarget::Ext(symbol.to_string()), 0);
        Self::call(e, &Target::Ext(routine::HOOKCALL), false);
    }
}
