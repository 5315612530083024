//! The prologue with the stack check, the epilogue, and what code does at a frame's edges. A frame keeps the link register
//! at its bottom.
use super::S390x;
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
const DWARF_LINK: u8 = 14;

impl Emit<'_, S390x> {
    /// Jumps if SP, or a register that stands for it, is not above the guard.
    fn below_guard(&mut self, sp: Reg, to: Label) {
        self.buf.rxy(0xe321, sp.hw(), Mem::new(G, STACKGUARD0));
        self.buf.branch(Jump::On(mask::LE), to);
    }
    fn on_stack(&mut self, load: bool, cell: Cell, r: Reg, off: u32) {
        let m = self.mem(&Addr::reg(SP, off as i32));
        self.buf.access(load, cell, r, m);
    }
    /// Zeroes some of the frame's words, up to 256 bytes at once.
    fn zero_words(&mut self, from: u32, to: u32) {
        const PIECE: u32 = 256;
        let (mut base, mut at) = (SP, from as i64);
        if to - from > PIECE || !fits12(to as i64) {
            self.buf.add_imm(FAR, SP, at);
            (base, at) = (FAR, 0);
        }
        let rounds = (to - from) / PIECE;
        let piece = |e: &mut Self, n: u32| {
            let m = Mem::new(base, at);
            if n > 0 {
                e.buf.ss(0xd7, n, m, m);
            }
        };
        if rounds > 0 && base == FAR {
            self.buf.imm(ACC, rounds as i64);
            let again = self.buf.here();
            piece(self, PIECE);
            self.buf.la(FAR, Mem::new(FAR, PIECE as i64));
            self.buf.count_down(ACC, again);
            return piece(self, (to - from) % PIECE);
        }
        piece(self, to - from)
    }
}

fn cell(r: Reg, bytes: u32) -> Cell {
    if r.is_float() { Cell::F(bytes as u8) } else { Cell::U(bytes as u8) }
}

impl Frames for S390x {
    const SAVES_FP: bool = false;

    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label) {
        if size <= STACK_SMALL {
            return e.below_guard(SP, grow);
        }
        e.buf.add_imm(FAR, SP, -((size - STACK_SMALL) as i64));
        if size > STACK_BIG {
            // It may have wrapped around.
            e.jump_if(Test::unsigned(mask::LT, SP, Src::R(FAR)), grow);
        }
        e.below_guard(FAR, grow);
    }
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label) {
        e.buf.mv(FAR, LINK);
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
        e.on_stack(false, Cell::U(8), LINK, 0);
        e.cfi(Cfi::Saved(DWARF_LINK, size));
        let (from, to) = e.frame.zero;
        if from < to {
            e.zero_words(from, to);
        }
    }
    fn epilogue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        e.on_stack(true, Cell::U(8), LINK, 0);
        e.buf.add_imm(SP, SP, e.frame.size as i64);
        e.cfi(Cfi::Remember);
        e.cfi(Cfi::CfaOffset(0));
        e.cfi(Cfi::Same(DWARF_LINK));
    }
    fn ret(e: &mut Emit<Self>) {
        e.buf.jump_register(LINK)
    }
    fn poll(e: &mut Emit<Self>, slow: Label) {
        e.below_guard(SP, slow);
    }
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label) {
        let odd = e.buf.address(FAR, flag, 0);
        // A byte compared with 0.
        e.buf.bytes(&[0x95, 0, FAR.hw() << 4, odd as u8]);
        e.buf.branch(Jump::On(mask::NE), slow);
    }
    /// The registers that address and size go in are allocated, and keep their values.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32) {
        let [at, bytes] = BARRIER;
        e.lea(FAR, addr);
        e.buf.access(true, Cell::U(1), ACC, Mem::new(FAR, 0));
        e.buf.add_imm(SP, SP, -16);
        e.on_stack(false, Cell::U(8), at, 0);
        e.on_stack(false, Cell::U(8), bytes, 8);
        e.buf.mv(at, FAR);
        e.buf.imm(bytes, size as i64);
        Self::call(e, &Target::Ext(routine::WRITE_BARRIER), false);
        e.on_stack(true, Cell::U(8), at, 0);
        e.on_stack(true, Cell::U(8), bytes, 8);
        e.buf.add_imm(SP, SP, 16);
    }
    /// R13 = g, from where the thread keeps it.
    fn load_fixed(e: &mut Emit<Self>) {
        e.buf.load_thread(G, FixupTarget::TlsG);
    }
    /// A frame that saves all registers; others save the link register.
    fn assembly(name: &str) -> u32 {
        match name {
            routine::POLL => 16 + 16 * 8 + 16 * 8,
            routine::WRITE_BARRIER => 64,
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
        Emit::zero_words(e, off, off + 8)
    }
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32) {
        e.buf.add_imm(ARG, SP, area as i64);
        let odd = e.buf.address(CTXT, FixupTarget::Ext(symbol.to_string()), 0);
        debug_assert_eq!(odd, 0);
        Self::call(e, &Target::Ext(routine::HOOKCALL), false);
    }
}
