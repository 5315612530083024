//! From allocated instructions to bytes: one arm for each instruction of [`super::inst`].
pub mod bytes;

use super::inst::*;
use super::regs::*;
use super::{Amd64, disasm};
use crate::fixup::{Fixup, FixupTarget};
use crate::mach::buf::{Buf, Label};
use crate::mach::emit::{Emit, Source};
use crate::mach::inst::{SwitchInfo, Target};
use crate::mach::{Case, Decoded, Encode, Form, Frames};
use crate::regalloc::{Move, Reg};
use bytes::*;
use ir::SymRef;
use ir::op::Rounding;

type Emitter<'a> = Emit<'a, Amd64>;

fn reg_op(r: Reg) -> u8 {
    r.hw()
}

impl Emitter<'_> {
    fn spill(&self, r: Reg) -> Mem {
        Mem::reg(4, self.frame.spill_offset(r.index()) as i32)
    }
    pub fn mem(&self, a: &Addr) -> Mem {
        let index = a.index.map(|(r, s)| (r.hw(), s));
        let sp = |off: u32| Mem { base: MBase::Reg(4), index, disp: a.disp + off as i32 };
        let rip = |t: FixupTarget| Mem { base: MBase::Rip(t), index: None, disp: a.disp };
        match a.base {
            Base::Reg(r) => Mem { base: MBase::Reg(r.hw()), index, disp: a.disp },
            Base::Slot(s) => sp(self.frame.slot_offset(s)),
            Base::InArg => sp(self.frame.in_args()),
            Base::OutArg => sp(self.frame.out_args()),
            Base::Sym(s) => rip(FixupTarget::Sym(s)),
            Base::Pool(bits, size) => rip(FixupTarget::Pool(bits, size)),
        }
    }
    fn rm_reg(&self, r: Reg) -> RmE {
        if r.is_spill() { RmE::M(self.spill(r)) } else { RmE::R(r.hw()) }
    }
    fn m(&self, a: &Addr) -> RmE {
        RmE::M(self.mem(a))
    }
    fn rm(&self, x: &Rm) -> RmE {
        match x {
            Rm::R(r) => self.rm_reg(*r),
            Rm::M(a) => self.m(a),
        }
    }

    fn load_reg(&mut self, to: Reg, src: &RmE) {
        match (to.is_float(), src) {
            (true, RmE::R(_)) => self.buf.op(0, false, &[0x0f, 0x28], to.hw(), src, false, 0),
            (true, RmE::M(_)) => self.buf.op(PF2, false, &[0x0f, 0x10], to.hw(), src, false, 0),
            (false, _) => self.buf.op(0, true, &[0x8b], to.hw(), src, false, 0),
        }
    }
    fn scalar_prefix(w: Fw) -> u8 {
        match w {
            Fw::F32 => PF3,
            Fw::F64 => PF2,
            Fw::X => 0,
        }
    }
    fn cmp(&mut self, sz: Sz, a: &Rmi, b: &Rmi) {
        match (a, b) {
            (Rmi::M(a), Rmi::R(b)) => {
                let m = self.m(a);
                self.buf.int(sz, 0x38, reg_op(*b), &m, 0);
            }
            (Rmi::R(a), Rmi::R(b)) if a.is_spill() => {
                let m = self.rm_reg(*a);
                self.buf.int(sz, 0x38, reg_op(*b), &m, 0);
            }
            (Rmi::R(a), Rmi::R(b)) => {
                let m = self.rm_reg(*b);
                self.buf.int(sz, 0x3a, reg_op(*a), &m, 0);
            }
            (Rmi::R(a), Rmi::M(b)) => {
                let m = self.m(b);
                self.buf.int(sz, 0x3a, reg_op(*a), &m, 0);
            }
            (Rmi::R(a), Rmi::I(0)) if a.is_phys() => {
                self.buf.int(sz, 0x84, reg_op(*a), &RmE::R(reg_op(*a)), 0);
            }
            (Rmi::R(a), Rmi::I(i)) => {
                let m = self.rm_reg(*a);
                self.buf.alu_imm(7, sz, &m, *i);
            }
            (Rmi::M(a), Rmi::I(i)) => {
                let m = self.m(a);
                self.buf.alu_imm(7, sz, &m, *i);
            }
            _ => unreachable!("comparison of {a:?} and {b:?}"),
        }
    }

    /// Writes one instruction.
    fn own(&mut self, inst: &Inst) {
        match inst {
            Inst::Imm { dst, imm } => Amd64::imm(self, *dst, *imm),
            Inst::Lea { dst, addr, sz } => {
                let m = self.m(addr);
                self.buf.op(0, *sz == Sz::Q, &[0x8d], dst.hw(), &m, false, 0);
            }
            Inst::Ext { kind, dst, src } => {
                let byte_src = matches!(kind, Ext::Z(Sz::B) | Ext::SD(Sz::B) | Ext::SQ(Sz::B));
                let (w, opcode): (bool, &[u8]) = match kind {
                    Ext::Z(Sz::B) => (false, &[0x0f, 0xb6]),
                    Ext::Z(Sz::W) => (false, &[0x0f, 0xb7]),
                    Ext::Z(Sz::D) => (false, &[0x8b]),
                    Ext::Z(Sz::Q) => (true, &[0x8b]),
                    Ext::SD(Sz::B) => (false, &[0x0f, 0xbe]),
                    Ext::SD(Sz::W) => (false, &[0x0f, 0xbf]),
                    Ext::SD(_) => (false, &[0x8b]),
                    Ext::SQ(Sz::B) => (true, &[0x0f, 0xbe]),
                    Ext::SQ(Sz::W) => (true, &[0x0f, 0xbf]),
                    Ext::SQ(Sz::D) => (true, &[0x63]),
                    Ext::SQ(Sz::Q) => (true, &[0x8b]),
                };
                let src = self.rm(src);
                // Only the source is a byte: the destination needs no REX for SIL and the like, the source may.
                let need = byte_src && matches!(src, RmE::R(4..=7));
                if need && !w && dst.hw() < 8 {
                    self.buf.byte(0x40);
                }
                self.buf.op(0, w, opcode, dst.hw(), &src, false, 0);
            }
            Inst::FLoad { w, dst, addr } => {
                let m = self.m(addr);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x10], dst.hw(), &m, false, 0);
            }
            Inst::FStore { w, addr, src } => {
                let m = self.m(addr);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x11], src.hw(), &m, false, 0);
            }
            Inst::Store { sz, addr, src } => {
                let m = self.m(addr);
                match src {
                    Rmi::R(r) => self.buf.int(*sz, 0x88, reg_op(*r), &m, 0),
                    Rmi::I(i) => {
                        let len = sz.bytes().min(4);
                        self.buf.int(*sz, 0xc6, 0, &m, len);
                        self.buf.bytes(&i.to_le_bytes()[..len as usize]);
                    }
                    Rmi::M(_) => unreachable!(),
                }
            }
            Inst::Alu { op, sz, dst, b, .. } => match b {
                Rmi::I(1) if *op == AluOp::Add && *sz != Sz::B => {
                    self.buf.int(*sz, 0xfe, 0, &RmE::R(dst.hw()), 0)
                }
                Rmi::I(-1) if *op == AluOp::Add && *sz != Sz::B => {
                    self.buf.int(*sz, 0xfe, 1, &RmE::R(dst.hw()), 0)
                }
                Rmi::I(i) => self.buf.alu_imm(*op as u8, *sz, &RmE::R(dst.hw()), *i),
                Rmi::R(r) => {
                    let m = self.rm_reg(*r);
                    self.buf.int(*sz, (*op as u8) << 3 | 2, dst.hw(), &m, 0);
                }
                Rmi::M(a) => {
                    let m = self.m(a);
                    self.buf.int(*sz, (*op as u8) << 3 | 2, dst.hw(), &m, 0);
                }
            },
            Inst::AluM { op, sz, addr, src } => self.alu_mem(*op, *sz, addr, src),
            Inst::LockAlu { op, sz, addr, src } => {
                self.buf.byte(0xf0);
                self.alu_mem(*op, *sz, addr, src)
            }
            Inst::Cmp { sz, a, b } => {
                let a = match a {
                    Rm::R(r) => Rmi::R(*r),
                    Rm::M(m) => Rmi::M(*m),
                };
                self.cmp(*sz, &a, b)
            }
            Inst::Test { sz, a, b } => {
                let m = self.rm_reg(*a);
                match b {
                    Rmi::R(r) => self.buf.int(*sz, 0x84, reg_op(*r), &m, 0),
                    Rmi::I(i) => {
                        let len = sz.bytes().min(4);
                        self.buf.int(*sz, 0xf6, 0, &m, len);
                        self.buf.bytes(&i.to_le_bytes()[..len as usize]);
                    }
                    Rmi::M(_) => unreachable!(),
                }
            }
            Inst::Imul { sz, dst, b, .. } => {
                let b = self.rm(b);
                self.buf.op(0, *sz == Sz::Q, &[0x0f, 0xaf], dst.hw(), &b, false, 0);
            }
            Inst::ImulI { sz, dst, a, imm } => {
                let a = self.rm(a);
                let short = i8::try_from(*imm).is_ok();
                let len = if short { 1 } else { 4 };
                self.buf.op(0, *sz == Sz::Q, &[if short { 0x6b } else { 0x69 }], dst.hw(), &a, false, len);
                self.buf.bytes(&imm.to_le_bytes()[..len as usize]);
            }
            Inst::Un { op, sz, dst, .. } => match op {
                UnOp::Not => self.buf.int(*sz, 0xf6, 2, &RmE::R(dst.hw()), 0),
                UnOp::Neg => self.buf.int(*sz, 0xf6, 3, &RmE::R(dst.hw()), 0),
                UnOp::Bswap => {
                    let (r, w) = (dst.hw(), *sz == Sz::Q);
                    if w || r >= 8 {
                        self.buf.byte(0x40 | (w as u8) << 3 | r >> 3);
                    }
                    self.buf.bytes(&[0x0f, 0xc8 | r & 7]);
                }
            },
            Inst::ShI { op, sz, dst, n, .. } => {
                if *n == 1 {
                    self.buf.int(*sz, 0xd0, *op as u8, &RmE::R(dst.hw()), 0);
                } else {
                    self.buf.int(*sz, 0xc0, *op as u8, &RmE::R(dst.hw()), 1);
                    self.buf.byte(*n);
                }
            }
            Inst::ShC { op, sz, dst, .. } => self.buf.int(*sz, 0xd2, *op as u8, &RmE::R(dst.hw()), 0),
            Inst::MulWide { signed, b, .. } => {
                let b = self.rm(b);
                self.buf.op(0, true, &[0xf7], if *signed { 5 } else { 4 }, &b, false, 0);
            }
            Inst::Div { signed, sz, d, check, .. } => self.div(*signed, *sz, *d, *check),
            Inst::DivWide { d, .. } => self.buf.op(0, true, &[0xf7], 6, &RmE::R(d.hw()), false, 0),
            Inst::Scan { rev, sz, dst, src } => {
                let src = self.rm(src);
                self.buf.op(0, *sz == Sz::Q, &[0x0f, 0xbc | *rev as u8], dst.hw(), &src, false, 0);
            }
            Inst::Popcnt { sz, dst, src } => {
                // Some machines wait for the destination's old value.
                if dst != src {
                    self.buf.op(0, false, &[0x31], dst.hw(), &RmE::R(dst.hw()), false, 0);
                }
                self.buf.op(PF3, *sz == Sz::Q, &[0x0f, 0xb8], dst.hw(), &RmE::R(src.hw()), false, 0);
            }
            Inst::Fma { dst, a, b, .. } => {
                let (d, a, b) = (dst.hw(), a.hw(), b.hw());
                let extended = (!(d >> 3) & 1) << 7 | 0x40 | (!(b >> 3) & 1) << 5 | 2;
                self.buf.bytes(&[
                    0xc4,
                    extended,
                    0x80 | (!a & 15) << 3 | 1,
                    0xb9,
                    0xc0 | (d & 7) << 3 | b & 7,
                ]);
            }
            Inst::Round { how, dst, src } => {
                let src = self.rm(src);
                self.buf.op(P66, false, &[0x0f, 0x3a, 0x0b], dst.hw(), &src, false, 1);
                self.buf.byte(match how {
                    Rounding::Even => 0,
                    Rounding::Down => 1,
                    Rounding::Up => 2,
                    Rounding::Zero => 3,
                });
            }
            Inst::Setcc { cc, dst } => {
                self.buf.op(0, false, &[0x0f, 0x90 | *cc as u8], 0, &RmE::R(dst.hw()), true, 0)
            }
            Inst::Cmov { cc, sz, dst, b, .. } => {
                let b = self.rm(b);
                self.buf.op(0, *sz == Sz::Q, &[0x0f, 0x40 | *cc as u8], dst.hw(), &b, false, 0);
            }
            Inst::CarryMask { sz, dst } => {
                self.buf.op(0, *sz == Sz::Q, &[0x19], dst.hw(), &RmE::R(dst.hw()), false, 0)
            }
            Inst::FAlu { op, w, dst, b, .. } => {
                let b = self.rm(b);
                let prefix =
                    if matches!(op, FOp::And | FOp::Or | FOp::Xor) { 0 } else { Self::scalar_prefix(*w) };
                self.buf.op(prefix, false, &[0x0f, *op as u8], dst.hw(), &b, false, 0);
            }
            Inst::Sqrt { w, dst, src } => {
                let src = self.rm(src);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x51], dst.hw(), &src, false, 0);
            }
            Inst::FCvt { w, dst, src } => {
                let src = self.rm(src);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x5a], dst.hw(), &src, false, 0);
            }
            Inst::FCmp { w, a, b } => {
                let b = self.rm(b);
                let prefix = if *w == Fw::F64 { P66 } else { 0 };
                self.buf.op(prefix, false, &[0x0f, 0x2e], a.hw(), &b, false, 0);
            }
            Inst::FZero { dst } => self.fzero(*dst),
            Inst::IntToF { sz, w, dst, src } => {
                let src = self.rm(src);
                self.fzero(*dst);
                self.buf.op(Self::scalar_prefix(*w), *sz == Sz::Q, &[0x0f, 0x2a], dst.hw(), &src, false, 0);
            }
            Inst::UintToF { w, dst, src, t1, t2 } => self.uint_to_f(*w, *dst, *src, *t1, *t2),
            Inst::FToInt { sz, w, dst, src } => {
                let src = self.rm(src);
                self.buf.op(Self::scalar_prefix(*w), *sz == Sz::Q, &[0x0f, 0x2c], dst.hw(), &src, false, 0);
            }
            Inst::FToUint { w, dst, src, t, t2 } => self.f_to_uint(*w, *dst, *src, *t, *t2),
            Inst::GToX { sz, dst, src } => {
                self.buf.op(P66, *sz == Sz::Q, &[0x0f, 0x6e], dst.hw(), &RmE::R(src.hw()), false, 0)
            }
            Inst::XToG { sz, dst, src } => {
                self.buf.op(P66, *sz == Sz::Q, &[0x0f, 0x7e], src.hw(), &RmE::R(dst.hw()), false, 0)
            }
            Inst::SetFeq { ne, dst, temp } => {
                let (p, e, op) = if *ne { (Cond::P, Cond::Ne, 0x08) } else { (Cond::Np, Cond::E, 0x20) };
                self.buf.op(0, false, &[0x0f, 0x90 | p as u8], 0, &RmE::R(temp.hw()), true, 0);
                self.buf.op(0, false, &[0x0f, 0x90 | e as u8], 0, &RmE::R(dst.hw()), true, 0);
                self.buf.op(0, false, &[op | 1], temp.hw(), &RmE::R(dst.hw()), false, 0);
            }
            Inst::FSel { cc, dst, b, .. } => {
                let skip = self.buf.label();
                self.buf.jcc(cc.invert(), skip);
                self.mov(Move { from: *b, to: *dst });
                self.buf.bind(skip);
            }
            Inst::Jcc { cc, then, els } => self.branch(Some(*cc), Some(cc.invert()), *then, *els),
            Inst::JccFeq { then, els } => {
                let (t, e) = (self.blocks[*then as usize], self.blocks[*els as usize]);
                self.buf.jcc(Cond::Ne, e);
                if *els == self.next_block {
                    self.buf.jcc(Cond::Np, t);
                } else {
                    self.buf.jcc(Cond::P, e);
                    self.jump_to(*then);
                }
            }
            Inst::Bounds(b) => {
                let source = |x: &Rmi| match x {
                    Rmi::R(r) => Source::Place(*r),
                    Rmi::M(a) => Source::Mem(*a),
                    Rmi::I(i) => Source::Imm(*i as i64),
                };
                let (first, second) = if b.swapped { (&b.len, &b.idx) } else { (&b.idx, &b.len) };
                self.cmp(Sz::Q, first, second);
                let at = self.bounds_failure(source(&b.idx), source(&b.len), b.panic);
                self.buf.jcc(b.fail, at);
            }
            Inst::Int3 => self.buf.byte(0xcc),
            Inst::Pause => self.buf.bytes(&[0xf3, 0x90]),
            Inst::FixedRegs => Amd64::load_fixed(self),
            Inst::Xchg { sz, addr, dst, .. } => {
                let m = self.m(addr);
                self.buf.int(*sz, 0x86, dst.hw(), &m, 0);
            }
            Inst::Xadd { sz, addr, dst, .. } => {
                let m = self.m(addr);
                self.buf.byte(0xf0);
                self.locked(*sz, 0xc0, dst.hw(), &m);
            }
            Inst::CmpXchg { sz, addr, new, .. } => {
                let m = self.m(addr);
                self.buf.byte(0xf0);
                self.locked(*sz, 0xb0, new.hw(), &m);
            }
            Inst::AtomicLoop { op, sz, addr, src, temp, .. } => {
                let (m, again) = (self.m(addr), self.buf.label());
                self.buf.int(*sz, 0x8a, AX.hw(), &m, 0);
                self.buf.bind(again);
                self.buf.op(0, true, &[0x8b], temp.hw(), &RmE::R(AX.hw()), false, 0);
                self.buf.op(0, true, &[(*op as u8) << 3 | 3], temp.hw(), &RmE::R(src.hw()), false, 0);
                self.buf.byte(0xf0);
                self.locked(*sz, 0xb0, temp.hw(), &m);
                self.buf.jcc(Cond::Ne, again);
            }
            Inst::StoreZero { bytes, addr } => {
                let m = self.m(addr);
                match bytes {
                    16 => self.buf.op(0, false, &[0x0f, 0x11], X15.hw(), &m, false, 0),
                    8 => self.buf.op(P66, false, &[0x0f, 0xd6], X15.hw(), &m, false, 0),
                    _ => self.buf.op(PF3, false, &[0x0f, 0x11], X15.hw(), &m, false, 0),
                }
            }
            Inst::RepMovs { .. } => self.buf.bytes(&[0xf3, 0x48, 0xa5]),
            Inst::RepStos { .. } => self.buf.bytes(&[0xf3, 0x48, 0xab]),
            Inst::Probe { addr } => {
                let m = self.m(addr);
                self.buf.op(0, false, &[0x84], AX.hw(), &m, true, 0);
            }
            Inst::ReadG { dst } => self.buf.op(0, true, &[0x8b], dst.hw(), &RmE::R(G.hw()), false, 0),
        }
    }

    fn alu_mem(&mut self, op: AluOp, sz: Sz, addr: &Addr, src: &Rmi) {
        let m = self.m(addr);
        match src {
            Rmi::R(r) => self.buf.int(sz, (op as u8) << 3, reg_op(*r), &m, 0),
            Rmi::I(i) => self.buf.alu_imm(op as u8, sz, &m, *i),
            Rmi::M(_) => unreachable!(),
        }
    }
    /// Two-byte instructions with an 8-bit form.
    fn locked(&mut self, sz: Sz, opcode: u8, reg: u8, m: &RmE) {
        let prefix = if sz == Sz::W { P66 } else { 0 };
        self.buf.op(prefix, sz == Sz::Q, &[0x0f, opcode | (sz != Sz::B) as u8], reg, m, sz == Sz::B, 0)
    }
    fn fzero(&mut self, dst: Reg) {
        self.buf.op(0, false, &[0x0f, 0x57], dst.hw(), &RmE::R(dst.hw()), false, 0)
    }

    /// Divides AX. A signed division by -1 overflows for the smallest number: it becomes a negation.
    fn div(&mut self, signed: bool, sz: Sz, d: Reg, check: bool) {
        let w = sz == Sz::Q;
        let done = self.buf.label();
        if check {
            let fine = self.buf.label();
            self.buf.alu_imm(7, sz, &RmE::R(d.hw()), -1);
            self.buf.jcc(Cond::Ne, fine);
            self.buf.op(0, w, &[0xf7], 3, &RmE::R(AX.hw()), false, 0);
            self.buf.op(0, false, &[0x31], DX.hw(), &RmE::R(DX.hw()), false, 0);
            self.buf.jmp(done);
            self.buf.bind(fine);
        }
        if signed {
            if w {
                self.buf.byte(0x48);
            }
            self.buf.byte(0x99);
        } else {
            self.buf.op(0, false, &[0x31], DX.hw(), &RmE::R(DX.hw()), false, 0);
        }
        self.buf.op(0, w, &[0xf7], if signed { 7 } else { 6 }, &RmE::R(d.hw()), false, 0);
        self.buf.bind(done);
    }

    /// Halves large numbers (keeping the lowest bit for rounding), converts, doubles.
    fn uint_to_f(&mut self, w: Fw, dst: Reg, src: Reg, t1: Reg, t2: Reg) {
        let p = Self::scalar_prefix(w);
        let (large, done) = (self.buf.label(), self.buf.label());
        let (s, d, a, b) = (RmE::R(src.hw()), RmE::R(dst.hw()), RmE::R(t1.hw()), RmE::R(t2.hw()));
        self.fzero(dst);
        self.buf.op(0, true, &[0x85], src.hw(), &s, false, 0);
        self.buf.jcc(Cond::S, large);
        self.buf.op(p, true, &[0x0f, 0x2a], dst.hw(), &s, false, 0);
        self.buf.jmp(done);
        self.buf.bind(large);
        self.buf.op(0, true, &[0x8b], t1.hw(), &s, false, 0);
        self.buf.op(0, true, &[0x8b], t2.hw(), &s, false, 0);
        self.buf.op(0, true, &[0xd1], 5, &a, false, 0);
        self.buf.op(0, false, &[0x83], 4, &b, false, 1);
        self.buf.byte(1);
        self.buf.op(0, true, &[0x0b], t1.hw(), &b, false, 0);
        self.buf.op(p, true, &[0x0f, 0x2a], dst.hw(), &a, false, 0);
        self.buf.op(p, false, &[0x0f, FOp::Add as u8], dst.hw(), &d, false, 0);
        self.buf.bind(done);
    }

    /// What fits 63 bits is converted as it is. For the rest (the result is then negative) 2^63 is subtracted first; the
    /// first conversion has left the top bit. Negative numbers and those out of range give what Go gives.
    fn f_to_uint(&mut self, w: Fw, dst: Reg, src: Reg, t: Reg, t2: Reg) {
        let p = Self::scalar_prefix(w);
        let (bits, size) = if w == Fw::F64 { (0x43e0_0000_0000_0000u128, 8) } else { (0x5f00_0000, 4) };
        let limit = RmE::M(Mem { base: MBase::Rip(FixupTarget::Pool(bits, size)), index: None, disp: 0 });
        let done = self.buf.label();
        let s = RmE::R(src.hw());
        self.buf.op(p, true, &[0x0f, 0x2c], dst.hw(), &s, false, 0);
        self.buf.op(0, true, &[0x85], dst.hw(), &RmE::R(dst.hw()), false, 0);
        self.buf.jcc(Cond::Ns, done);
        self.buf.op(0, false, &[0x0f, 0x28], t.hw(), &s, false, 0);
        self.buf.op(p, false, &[0x0f, FOp::Sub as u8], t.hw(), &limit, false, 0);
        self.buf.op(p, true, &[0x0f, 0x2c], t2.hw(), &RmE::R(t.hw()), false, 0);
        self.buf.op(0, true, &[0x0b], dst.hw(), &RmE::R(t2.hw()), false, 0);
        self.buf.bind(done);
    }
}

impl Encode for Amd64 {
    const JUMP: Option<Cond> = None;
    const PAD: &'static [u8] = &[0xcc];

    fn inst(e: &mut Emitter, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emitter, m: Move) {
        let (from, to) = (m.from, m.to);
        if to.is_phys() {
            let src = e.rm_reg(from);
            return e.load_reg(to, &src);
        }
        let dst = e.rm_reg(to);
        match from.is_float() {
            true => e.buf.op(PF2, false, &[0x0f, 0x11], from.hw(), &dst, false, 0),
            false => e.buf.op(0, true, &[0x89], from.hw(), &dst, false, 0),
        }
    }
    fn imm(e: &mut Emitter, dst: Reg, imm: i64) {
        let r = dst.hw();
        if imm == 0 {
            e.buf.op(0, false, &[0x31], r, &RmE::R(r), false, 0);
        } else if u32::try_from(imm).is_ok() {
            if r >= 8 {
                e.buf.byte(0x41);
            }
            e.buf.byte(0xb8 | r & 7);
            e.buf.bytes(&(imm as u32).to_le_bytes());
        } else if let Ok(i) = i32::try_from(imm) {
            e.buf.op(0, true, &[0xc7], 0, &RmE::R(r), false, 4);
            e.buf.bytes(&i.to_le_bytes());
        } else {
            e.buf.bytes(&[0x48 | r >> 3, 0xb8 | r & 7]);
            e.buf.bytes(&imm.to_le_bytes());
        }
    }
    fn load_word(e: &mut Emitter, dst: Reg, addr: &Addr) {
        let m = e.m(addr);
        e.load_reg(dst, &m);
    }
    fn call(e: &mut Emitter, t: &Target, jump: bool) {
        let (opcode, digit) = if jump { (0xe9, 4) } else { (0xe8, 2) };
        let through = match t {
            Target::Func(f) => return e.buf.call(opcode, FixupTarget::Sym(SymRef::Func(*f))),
            Target::Ext(name) => return e.buf.call(opcode, FixupTarget::Ext(name.to_string())),
            Target::Closure => RmE::M(Mem::reg(DX.hw(), 0)),
            Target::Mem(a) => e.m(a),
            Target::Reg(r) | Target::Place(r) | Target::Fixed(r) => e.rm_reg(*r),
        };
        e.buf.op(0, false, &[0xff], digit, &through, false, 0);
    }
    fn trap(e: &mut Emitter) {
        e.buf.bytes(&[0x0f, 0x0b])
    }
    fn case(e: &mut Emitter, s: &SwitchInfo, case: i64, test: Case, to: Label) {
        let sz = Sz::of(s.bytes as u32);
        match i32::try_from(case) {
            Ok(i) => e.cmp(sz, &Rmi::R(s.value), &Rmi::I(i)),
            Err(_) => {
                Self::imm(e, s.temps[0], case);
                e.cmp(sz, &Rmi::R(s.value), &Rmi::R(s.temps[0]));
            }
        }
        e.buf.jcc(if test == Case::Equal { Cond::E } else { Cond::Ge }, to);
    }
    fn jump_table(e: &mut Emitter, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        // The index: value - low in the switch's width, zero-extended.
        let (v, [t, t2], sz) = (RmE::R(s.value.hw()), s.temps, Sz::of(s.bytes as u32));
        e.buf.op(0, sz == Sz::Q, &[0x8b], t.hw(), &v, false, 0);
        match i32::try_from(low) {
            Ok(0) => {}
            Ok(i) => e.buf.alu_imm(AluOp::Sub as u8, sz, &RmE::R(t.hw()), i),
            Err(_) => {
                Self::imm(e, t2, low);
                e.buf.int(sz, 0x2a, t.hw(), &RmE::R(t2.hw()), 0);
            }
        }
        e.buf.alu_imm(7, sz, &RmE::R(t.hw()), span as i32);
        e.buf.jcc(Cond::A, default);
        let m = RmE::M(Mem { base: MBase::Label(table), index: None, disp: 0 });
        e.buf.op(0, true, &[0x8d], t2.hw(), &m, false, 0);
        let entry = RmE::M(Mem { base: MBase::Reg(t2.hw()), index: Some((t.hw(), 2)), disp: 0 });
        e.buf.op(0, true, &[0x63], t.hw(), &entry, false, 0);
        e.buf.op(0, true, &[0x03], t.hw(), &RmE::R(t2.hw()), false, 0);
        e.buf.op(0, false, &[0xff], 4, &RmE::R(t.hw()), false, 0);
    }
    fn forms(b: Option<Cond>) -> &'static [Form] {
        bytes::forms(b)
    }
    fn write_branch(b: Option<Cond>, form: usize, distance: i64, out: &mut Vec<u8>) {
        bytes::jump(b, form, distance, out)
    }
    fn marker(b: &mut Buf<Self>) {
        b.bytes(&[0xcc, 0xcc])
    }
    fn nop(b: &mut Buf<Self>) {
        b.byte(0x90)
    }
    fn disassemble(code: &[u8], at: usize) -> Option<Decoded> {
        disasm::decode(code, at)
    }
    fn with_symbol(d: &Decoded, _: &Fixup, symbol: &str) -> String {
        d.text.replacen("[rip]", &format!("[rip + {symbol}]"), 1)
    }
    fn name(r: Reg) -> String {
        name(r, 8)
    }
}
