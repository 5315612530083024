//! The prologue with the stack check, the epilogue, and what code does at a frame's edges. A frame keeps the link register
//! at its bottom.
use super::Mips;
use super::encode::words::{Cond, Jump};
use super::inst::*;
use super::regs::*;
use crate::fixup::FixupTarget;
use crate::mach::buf::{Buf, Label};
use crate::mach::emit::{Emit, routine};
use crate::mach::frame::{STACK_BIG, STACK_SMALL};
use crate::mach::inst::Target;
use crate::mach::{Cfi, Encode, Frames, Machine};
use crate::regalloc::Reg;

/// Words that the prologue zeroes at once in a loop.
const AT_ONCE: u32 = 8;

impl<const WIDE: bool, const BIG: bool> Emit<'_, Mips<WIDE, BIG>> {
    /// Jumps if SP, or a register that stands for it, is not above the guard.
    fn below_guard(&mut self, sp: Reg, to: Label) {
        let guard = Mips::<WIDE, BIG>::WORD as i64 * reflect::image::G_STACKGUARD0_WORD as i64;
        self.buf.access(true, Buf::<Mips<WIDE, BIG>>::WORD, FAR, G, guard);
        self.jump_if(Test::new(Cmp::Geu, FAR, sp), to);
    }
    fn on_stack(&mut self, load: bool, r: Reg, off: u32) {
        self.buf.access(load, Buf::<Mips<WIDE, BIG>>::WORD, r, SP, off as i64);
    }
}

fn cell(r: Reg, bytes: u32) -> Cell {
    if r.is_float() { Cell::F(bytes as u8) } else { Cell::U(bytes as u8) }
}

impl<const WIDE: bool, const BIG: bool> Frames for Mips<WIDE, BIG> {
    const SAVES_FP: bool = false;

    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label) {
        if size <= STACK_SMALL {
            return e.below_guard(SP, grow);
        }
        e.buf.add_imm(TMP2, SP, -((size - STACK_SMALL) as i64));
        if size > STACK_BIG {
            // It may have wrapped around.
            e.jump_if(Test::new(Cmp::Ltu, SP, TMP2), grow);
        }
        e.below_guard(TMP2, grow);
    }
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label) {
        e.buf.mv(TMP, LINK);
        Self::call(e, &Target::Ext(routine), false);
        e.buf.jmp(body);
    }
    fn prologue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        let size = e.frame.size;
        e.buf.add_imm(SP, SP, -(size as i64));
        e.cfi(Cfi::CfaOffset(size));
        e.on_stack(false, LINK, 0);
        e.cfi(Cfi::Saved(LINK.hw(), size));
        let (from, to) = e.frame.zero;
        let mut at = from;
        let block = AT_ONCE * Self::WORD;
        if to - from > 4 * block {
            let end = from + (to - from) / block * block;
            e.buf.add_imm(TMP, SP, from as i64);
            e.buf.add_imm(TMP2, SP, end as i64);
            let again = e.buf.label();
            e.buf.bind(again);
            for i in 0..AT_ONCE {
                e.buf.near(false, Buf::<Self>::WORD, ZERO, TMP, (i * Self::WORD) as i64);
            }
            e.buf.add_imm(TMP, TMP, block as i64);
            e.buf.branch(Jump::If(Cond::Ne(TMP, TMP2)), again);
            at = end;
        }
        while at < to {
            Self::sp_zero(e, at);
            at += Self::WORD;
        }
    }
    fn epilogue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        e.on_stack(true, LINK, 0);
        e.buf.add_imm(SP, SP, e.frame.size as i64);
        e.cfi(Cfi::Remember);
        e.cfi(Cfi::CfaOffset(0));
        e.cfi(Cfi::Same(LINK.hw()));
    }
    fn ret(e: &mut Emit<Self>) {
        e.buf.jump_register(false, LINK)
    }
    fn poll(e: &mut Emit<Self>, slow: Label) {
        e.below_guard(SP, slow);
    }
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label) {
        e.buf.access_symbol(true, Cell::U(1), FAR, flag, 0);
        e.buf.branch(Jump::If(Cond::Ne(FAR, ZERO)), slow);
    }
    /// The register that the address goes in is allocated, and keeps its value.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32) {
        let room = Self::ROW.stack_align as i64;
        e.lea(TMP, addr);
        e.buf.near(true, Cell::U(1), ZERO, TMP, 0);
        e.buf.add_imm(SP, SP, -room);
        e.on_stack(false, BARRIER, 0);
        e.buf.mv(BARRIER, TMP);
        e.buf.imm(TMP2, size as i64);
        Self::call(e, &Target::Ext(routine::WRITE_BARRIER), false);
        e.on_stack(true, BARRIER, 0);
        e.buf.add_imm(SP, SP, room);
    }
    /// R30 = g, from where the thread keeps it.
    fn load_fixed(e: &mut Emit<Self>) {
        e.buf.load_thread(G, FixupTarget::TlsG);
    }
    /// A frame that saves all registers; others save the link register.
    fn assembly(name: &str) -> u32 {
        let word = Self::WORD;
        match name {
            routine::POLL => 16 + 32 * word + if WIDE { 32 } else { 16 } * 8,
            routine::WRITE_BARRIER => 8 * word,
            _ => 16,
        }
    }
    fn sp_store(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        e.buf.access(false, cell(r, bytes), r, SP, off as i64);
    }
    fn sp_load(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        e.buf.access(true, cell(r, bytes), r, SP, off as i64);
    }
    fn sp_zero(e: &mut Emit<Self>, off: u32) {
        e.on_stack(false, ZERO, off)
    }
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32) {
        e.buf.add_imm(A0, SP, area as i64);
        e.buf.address(CTXT, FixupTarget::Ext(symbol.to_string()), 0);
        Self::call(e, &Target::Ext(routine::HOOKCALL), false);
    }
}
