//! The prologue with the stack check, the epilogue, and what code does at a frame's edges. A frame saves BP above its
//! slots.
use super::Amd64;
use super::regs::*;
use crate::fixup::FixupTarget;
use crate::isa::x86::encode::bytes::*;
use crate::isa::x86::inst::*;
use crate::mach::buf::Label;
use crate::mach::emit::{Emit, routine};
use crate::mach::frame::{STACK_BIG, STACK_SMALL};
use crate::mach::inst::Target;
use crate::mach::{Cfi, Encode, Frames};
use crate::regalloc::Reg;

/// Offset of the guard in the g.
const STACKGUARD0: i32 = 8 * reflect::image::G_STACKGUARD0_WORD as i32;

fn guard() -> RmE {
    RmE::M(Mem::reg(G.hw(), STACKGUARD0))
}
fn from_sp(off: u32) -> RmE {
    RmE::M(Mem::reg(SP.hw(), off as i32))
}

impl Frames for Amd64 {
    const SAVES_FP: bool = true;

    fn stack_check(e: &mut Emit<Self>, size: u32, grow: Label) {
        if size <= STACK_SMALL {
            e.buf.op(0, true, &[0x3b], SP.hw(), &guard(), false, &[]);
        } else {
            let below = RmE::M(Mem::reg(SP.hw(), -((size - STACK_SMALL) as i32)));
            e.buf.op(0, true, &[0x8d], R12.hw(), &below, false, &[]);
            if size > STACK_BIG {
                // The subtraction may wrap around: compare with SP itself first.
                e.buf.op(0, true, &[0x39], SP.hw(), &RmE::R(R12.hw()), false, &[]);
                e.buf.jcc(Cond::A, grow);
            }
            e.buf.op(0, true, &[0x3b], R12.hw(), &guard(), false, &[]);
        }
        e.buf.jcc(Cond::Be, grow);
    }
    fn grow_stack(e: &mut Emit<Self>, routine: &'static str, body: Label) {
        Self::call(e, &Target::Ext(routine), false);
        e.buf.jmp(body);
    }
    fn prologue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        e.buf.byte(0x55);
        e.cfi(Cfi::CfaOffset(16));
        e.cfi(Cfi::Saved(DWARF_BP, 16));
        e.buf.op(0, true, &[0x89], SP.hw(), &RmE::R(BP.hw()), false, &[]);
        e.cfi(Cfi::CfaRegister(DWARF_BP));
        if e.frame.size != 0 {
            e.buf.alu_imm(AluOp::Sub as u8, Sz::Q, &RmE::R(SP.hw()), e.frame.size as i32);
        }
        zero_slots(e);
    }
    fn epilogue(e: &mut Emit<Self>) {
        if !e.frame.present {
            return;
        }
        if e.frame.size != 0 {
            e.buf.alu_imm(AluOp::Add as u8, Sz::Q, &RmE::R(SP.hw()), e.frame.size as i32);
        }
        e.buf.byte(0x5d);
        e.cfi(Cfi::Remember);
        e.cfi(Cfi::Cfa(DWARF_SP, 8));
        e.cfi(Cfi::Same(DWARF_BP));
    }
    fn ret(e: &mut Emit<Self>) {
        e.buf.byte(0xc3)
    }
    fn poll(e: &mut Emit<Self>, slow: Label) {
        e.buf.op(0, true, &[0x3b], SP.hw(), &guard(), false, &[]);
        e.buf.jcc(Cond::Be, slow);
    }
    fn barrier_check(e: &mut Emit<Self>, flag: FixupTarget, slow: Label) {
        let flag = RmE::M(Mem { base: MBase::Sym(flag), index: None, disp: 0 });
        e.buf.alu_imm(7, Sz::B, &flag, 0);
        e.buf.jcc(Cond::Ne, slow);
    }
    /// Address and size go in R12 and R13, which keep their values.
    fn barrier_call(e: &mut Emit<Self>, addr: &Addr, size: u32) {
        let mut m = e.mem(addr);
        e.buf.op(0, false, &[0x84], AX.hw(), &RmE::M(m.clone()), true, &[]);
        e.buf.bytes(&[0x41, 0x54, 0x41, 0x55]);
        if m.base == MBase::Reg(SP.hw()) {
            m.disp += 16;
        }
        e.buf.op(0, true, &[0x8d], R12.hw(), &RmE::M(m), false, &[]);
        Self::imm(e, R13, size as i64);
        Self::call(e, &Target::Ext(routine::WRITE_BARRIER), false);
        e.buf.bytes(&[0x41, 0x5d, 0x41, 0x5c]);
    }
    /// X15 = 0 and R14 = g.
    fn load_fixed(e: &mut Emit<Self>) {
        e.buf.op(0, false, &[0x0f, 0x57], X15.hw(), &RmE::R(X15.hw()), false, &[]);
        // mov r14, fs:[oxigo_tls_g@tpoff]
        e.buf.bytes(&[0x64, 0x4c, 0x8b, 0x34, 0x25]);
        e.buf.fixup(TPOFF, FixupTarget::TlsG, 0);
        e.buf.bytes(&[0; 4]);
    }
    fn assembly(routine: &str) -> u32 {
        match routine {
            routine::POLL => 384 + 8,
            routine::WRITE_BARRIER => 40,
            _ => 16,
        }
    }
    fn sp_store(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        if r.is_float() {
            return e.buf.op(scalar(bytes), false, &[0x0f, 0x11], r.hw(), &from_sp(off), false, &[]);
        }
        e.buf.int(Sz::of(bytes), 0x88, r.hw(), &from_sp(off), &[])
    }
    fn sp_load(e: &mut Emit<Self>, r: Reg, bytes: u32, off: u32) {
        let m = from_sp(off);
        match bytes {
            _ if r.is_float() => e.buf.op(scalar(bytes), false, &[0x0f, 0x10], r.hw(), &m, false, &[]),
            1 => e.buf.op(0, false, &[0x0f, 0xb6], r.hw(), &m, false, &[]),
            2 => e.buf.op(0, false, &[0x0f, 0xb7], r.hw(), &m, false, &[]),
            n => e.buf.op(0, n == 8, &[0x8b], r.hw(), &m, false, &[]),
        }
    }
    fn sp_zero(e: &mut Emit<Self>, off: u32) {
        e.buf.op(P66, false, &[0x0f, 0xd6], X15.hw(), &from_sp(off), false, &[])
    }
    fn hook_call(e: &mut Emit<Self>, symbol: &str, area: u32) {
        match area {
            0 => e.buf.op(0, true, &[0x89], SP.hw(), &RmE::R(DI.hw()), false, &[]),
            _ => e.buf.op(0, true, &[0x8d], DI.hw(), &from_sp(area), false, &[]),
        }
        let target = MBase::Sym(FixupTarget::Ext(symbol.to_string()));
        let target = RmE::M(Mem { base: target, index: None, disp: 0 });
        e.buf.op(0, true, &[0x8d], AX.hw(), &target, false, &[]);
        Self::call(e, &Target::Ext(routine::HOOKCALL), false);
    }
}

fn scalar(bytes: u32) -> u16 {
    if bytes == 4 { PF3 } else { PF2 }
}

/// Zeroes the slots that the collector may see before the program has stored to them.
fn zero_slots(e: &mut Emit<Amd64>) {
    let (from, to) = e.frame.zero;
    let store = |e: &mut Emit<Amd64>, base: u8, off: u32, bytes: u32| {
        let m = RmE::M(Mem::reg(base, off as i32));
        if bytes == 16 {
            e.buf.op(0, false, &[0x0f, 0x11], X15.hw(), &m, false, &[])
        } else {
            e.buf.op(P66, false, &[0x0f, 0xd6], X15.hw(), &m, false, &[])
        }
    };
    let mut at = from;
    if to - from > 256 {
        let blocks = (to - from) / 64;
        e.buf.op(0, true, &[0x8d], R12.hw(), &RmE::M(Mem::reg(SP.hw(), from as i32)), false, &[]);
        e.buf.bytes(&[0x41, 0xbd]);
        e.buf.bytes(&blocks.to_le_bytes());
        let again = e.buf.label();
        e.buf.bind(again);
        for i in 0..4 {
            store(e, R12.hw(), 16 * i, 16);
        }
        e.buf.alu_imm(AluOp::Add as u8, Sz::Q, &RmE::R(R12.hw()), 64);
        e.buf.alu_imm(AluOp::Sub as u8, Sz::D, &RmE::R(R13.hw()), 1);
        e.buf.jcc(Cond::Ne, again);
        at += 64 * blocks;
    }
    while at < to {
        let n = if to - at >= 16 { 16 } else { 8 };
        store(e, SP.hw(), at, n);
        at += n;
    }
}
