//! From allocated instructions to bytes, each instruction of [`super::inst`].
pub mod bytes;

use super::inst::*;
use super::{AX, DX, SP, X86};
use crate::fixup::{Fixup, FixupTarget};
use crate::mach::buf::{Buf, Label};
use crate::mach::emit::{Emit, Source};
use crate::mach::inst::{SwitchInfo, Target};
use crate::mach::{Case, Decoded, Encode, Form};
use crate::regalloc::{Move, Reg};
use bytes::*;
use ir::SymRef;
use ir::op::Rounding;

fn reg_op(r: Reg) -> u8 {
    r.hw()
}

impl<M: X86> Emit<'_, M> {
    fn spill(&self, r: Reg) -> Mem {
        Mem::reg(4, self.frame.spill_offset(r.index()) as i32)
    }
    pub fn mem(&self, a: &Addr) -> Mem {
        let index = a.index.map(|(r, s)| (r.hw(), s));
        let sp = |off: u32| Mem { base: MBase::Reg(4), index, disp: a.disp + off as i32 };
        let fixed = |t: FixupTarget| Mem { base: MBase::Sym(t), index: None, disp: a.disp };
        match a.base {
            Base::Reg(r) => Mem { base: MBase::Reg(r.hw()), index, disp: a.disp },
            Base::Slot(s) => sp(self.frame.slot_offset(s)),
            Base::InArg => sp(self.frame.in_args()),
            Base::OutArg => sp(self.frame.out_args()),
            Base::Sym(s) => fixed(FixupTarget::Sym(s)),
            Base::Pool(bits, size) => fixed(FixupTarget::Pool(bits, size)),
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
            (true, RmE::R(_)) => self.buf.op(0, false, &[0x0f, 0x28], to.hw(), src, false, &[]),
            (true, RmE::M(_)) => self.buf.op(PF2, false, &[0x0f, 0x10], to.hw(), src, false, &[]),
            (false, _) => self.buf.op(0, M::LONG, &[0x8b], to.hw(), src, false, &[]),
        }
    }
    fn scalar_prefix(w: Fw) -> u16 {
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
                self.buf.int(sz, 0x38, reg_op(*b), &m, &[]);
            }
            (Rmi::R(a), Rmi::R(b)) if a.is_spill() => {
                let m = self.rm_reg(*a);
                self.buf.int(sz, 0x38, reg_op(*b), &m, &[]);
            }
            (Rmi::R(a), Rmi::R(b)) => {
                let m = self.rm_reg(*b);
                self.buf.int(sz, 0x3a, reg_op(*a), &m, &[]);
            }
            (Rmi::R(a), Rmi::M(b)) => {
                let m = self.m(b);
                self.buf.int(sz, 0x3a, reg_op(*a), &m, &[]);
            }
            (Rmi::R(a), Rmi::I(0)) if a.is_phys() => {
                self.buf.int(sz, 0x84, reg_op(*a), &RmE::R(reg_op(*a)), &[]);
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
            Inst::Imm { dst, imm } => M::imm(self, *dst, *imm),
            Inst::Lea { dst, addr, sz } => {
                let m = self.m(addr);
                self.buf.op(0, *sz == Sz::Q, &[0x8d], dst.hw(), &m, false, &[]);
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
                if byte_src {
                    return self.buf.byte_source(w, opcode, dst.hw(), &src);
                }
                self.buf.op(0, w, opcode, dst.hw(), &src, false, &[]);
            }
            Inst::FLoad { w, dst, addr } => {
                let m = self.m(addr);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x10], dst.hw(), &m, false, &[]);
            }
            Inst::FStore { w, addr, src } => {
                let m = self.m(addr);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x11], src.hw(), &m, false, &[]);
            }
            Inst::Store { sz, addr, src } => {
                let m = self.m(addr);
                match src {
                    Rmi::R(r) => self.buf.int(*sz, 0x88, reg_op(*r), &m, &[]),
                    Rmi::I(i) => {
                        let len = sz.bytes().min(4) as usize;
                        self.buf.int(*sz, 0xc6, 0, &m, &i.to_le_bytes()[..len]);
                    }
                    Rmi::M(_) => unreachable!(),
                }
            }
            Inst::Alu { op, sz, dst, b, .. } => match b {
                Rmi::I(1) if *op == AluOp::Add && *sz != Sz::B => {
                    self.buf.int(*sz, 0xfe, 0, &RmE::R(dst.hw()), &[])
                }
                Rmi::I(-1) if *op == AluOp::Add && *sz != Sz::B => {
                    self.buf.int(*sz, 0xfe, 1, &RmE::R(dst.hw()), &[])
                }
                Rmi::I(i) => self.buf.alu_imm(*op as u8, *sz, &RmE::R(dst.hw()), *i),
                Rmi::R(r) => {
                    let m = self.rm_reg(*r);
                    self.buf.int(*sz, (*op as u8) << 3 | 2, dst.hw(), &m, &[]);
                }
                Rmi::M(a) => {
                    let m = self.m(a);
                    self.buf.int(*sz, (*op as u8) << 3 | 2, dst.hw(), &m, &[]);
                }
            },
            Inst::AluM { op, sz, addr, src } => self.alu_mem(0, *op, *sz, addr, src),
            Inst::LockAlu { op, sz, addr, src } => self.alu_mem(LOCK, *op, *sz, addr, src),
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
                    Rmi::R(r) => self.buf.int(*sz, 0x84, reg_op(*r), &m, &[]),
                    Rmi::I(i) => {
                        let len = sz.bytes().min(4) as usize;
                        self.buf.int(*sz, 0xf6, 0, &m, &i.to_le_bytes()[..len]);
                    }
                    Rmi::M(_) => unreachable!(),
                }
            }
            Inst::Imul { sz, dst, b, .. } => {
                let b = self.rm(b);
                self.buf.op(0, *sz == Sz::Q, &[0x0f, 0xaf], dst.hw(), &b, false, &[]);
            }
            Inst::ImulI { sz, dst, a, imm } => {
                let a = self.rm(a);
                let short = i8::try_from(*imm).is_ok();
                let (opcode, len) = if short { (0x6b, 1) } else { (0x69, 4) };
                let imm = &imm.to_le_bytes()[..len];
                self.buf.op(0, *sz == Sz::Q, &[opcode], dst.hw(), &a, false, imm);
            }
            Inst::Un { op, sz, dst, .. } => match op {
                UnOp::Not => self.buf.int(*sz, 0xf6, 2, &RmE::R(dst.hw()), &[]),
                UnOp::Neg => self.buf.int(*sz, 0xf6, 3, &RmE::R(dst.hw()), &[]),
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
                    self.buf.int(*sz, 0xd0, *op as u8, &RmE::R(dst.hw()), &[]);
                } else {
                    self.buf.int(*sz, 0xc0, *op as u8, &RmE::R(dst.hw()), &[*n]);
                }
            }
            Inst::ShC { op, sz, dst, .. } => self.buf.int(*sz, 0xd2, *op as u8, &RmE::R(dst.hw()), &[]),
            Inst::MulWide { signed, b, .. } => {
                let b = self.rm(b);
                self.buf.op(0, M::LONG, &[0xf7], if *signed { 5 } else { 4 }, &b, false, &[]);
            }
            Inst::Div { signed, sz, d, check, .. } => self.div(*signed, *sz, *d, *check),
            Inst::DivWide { d, .. } => self.buf.op(0, M::LONG, &[0xf7], 6, &RmE::R(d.hw()), false, &[]),
            Inst::Scan { rev, sz, dst, src } => {
                let src = self.rm(src);
                self.buf.op(0, *sz == Sz::Q, &[0x0f, 0xbc | *rev as u8], dst.hw(), &src, false, &[]);
            }
            Inst::Popcnt { sz, dst, src } => {
                self.buf.op(PF3, *sz == Sz::Q, &[0x0f, 0xb8], dst.hw(), &RmE::R(src.hw()), false, &[]);
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
                let how = match how {
                    Rounding::Even => 0,
                    Rounding::Down => 1,
                    Rounding::Up => 2,
                    Rounding::Zero => 3,
                };
                self.buf.op(P66, false, &[0x0f, 0x3a, 0x0b], dst.hw(), &src, false, &[how]);
            }
            Inst::Setcc { cc, dst } => {
                self.buf.op(0, false, &[0x0f, 0x90 | *cc as u8], 0, &RmE::R(dst.hw()), true, &[])
            }
            Inst::Cmov { cc, sz, dst, b, .. } => {
                let b = self.rm(b);
                self.buf.op(0, *sz == Sz::Q, &[0x0f, 0x40 | *cc as u8], dst.hw(), &b, false, &[]);
            }
            Inst::CarryMask { sz, dst } => {
                self.buf.op(0, *sz == Sz::Q, &[0x19], dst.hw(), &RmE::R(dst.hw()), false, &[])
            }
            Inst::FAlu { op, w, dst, b, .. } => {
                let b = self.rm(b);
                let prefix =
                    if matches!(op, FOp::And | FOp::Or | FOp::Xor) { 0 } else { Self::scalar_prefix(*w) };
                self.buf.op(prefix, false, &[0x0f, *op as u8], dst.hw(), &b, false, &[]);
            }
            Inst::Sqrt { w, dst, src } => {
                let src = self.rm(src);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x51], dst.hw(), &src, false, &[]);
            }
            Inst::FCvt { w, dst, src } => {
                let src = self.rm(src);
                self.buf.op(Self::scalar_prefix(*w), false, &[0x0f, 0x5a], dst.hw(), &src, false, &[]);
            }
            Inst::FCmp { w, a, b } => {
                let b = self.rm(b);
                let prefix = if *w == Fw::F64 { P66 } else { 0 };
                self.buf.op(prefix, false, &[0x0f, 0x2e], a.hw(), &b, false, &[]);
            }
            Inst::FZero { dst } => self.fzero(*dst),
            Inst::IntToF { sz, w, dst, src } => {
                let src = self.rm(src);
                self.fzero(*dst);
                self.buf.op(Self::scalar_prefix(*w), *sz == Sz::Q, &[0x0f, 0x2a], dst.hw(), &src, false, &[]);
            }
            Inst::UintToF { w, dst, src, t1, t2 } => self.uint_to_f(*w, *dst, *src, *t1, *t2),
            Inst::FToInt { sz, w, dst, src } => {
                let src = self.rm(src);
                self.buf.op(Self::scalar_prefix(*w), *sz == Sz::Q, &[0x0f, 0x2c], dst.hw(), &src, false, &[]);
            }
            Inst::FToUint { w, dst, src, t, t2 } if M::LONG => self.f_to_uint(*w, *dst, *src, *t, *t2),
            Inst::FToUint { w, dst, src, .. } => self.f_to_low_word(*w, *dst, *src),
            Inst::GToX { sz, dst, src } => {
                self.buf.op(P66, *sz == Sz::Q, &[0x0f, 0x6e], dst.hw(), &RmE::R(src.hw()), false, &[])
            }
            Inst::XToG { sz, dst, src } => {
                self.buf.op(P66, *sz == Sz::Q, &[0x0f, 0x7e], src.hw(), &RmE::R(dst.hw()), false, &[])
            }
            Inst::SetFeq { ne, dst, temp } => {
                let (p, e, op) = if *ne { (Cond::P, Cond::Ne, 0x08) } else { (Cond::Np, Cond::E, 0x20) };
                self.buf.op(0, false, &[0x0f, 0x90 | p as u8], 0, &RmE::R(temp.hw()), true, &[]);
                self.buf.op(0, false, &[0x0f, 0x90 | e as u8], 0, &RmE::R(dst.hw()), true, &[]);
                self.buf.op(0, false, &[op | 1], temp.hw(), &RmE::R(dst.hw()), false, &[]);
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
                self.cmp(M::PTR, first, second);
                let at = self.bounds_failure(source(&b.idx), source(&b.len), b.panic);
                self.buf.jcc(b.fail, at);
            }
            Inst::Int3 => self.buf.byte(0xcc),
            Inst::Pause => self.buf.bytes(&[0xf3, 0x90]),
            Inst::FixedRegs => M::load_fixed(self),
            Inst::Xchg { sz, addr, dst, .. } => {
                let m = self.m(addr);
                self.buf.int(*sz, 0x86, dst.hw(), &m, &[]);
            }
            Inst::Xadd { sz, addr, dst, .. } => {
                let m = self.m(addr);
                self.locked(*sz, 0xc0, dst.hw(), &m);
            }
            Inst::CmpXchg { sz, addr, new, .. } => {
                let m = self.m(addr);
                self.locked(*sz, 0xb0, new.hw(), &m);
            }
            Inst::AtomicLoop { op, sz, addr, src, temp, .. } => {
                let (m, again) = (self.m(addr), self.buf.label());
                self.buf.int(*sz, 0x8a, AX.hw(), &m, &[]);
                self.buf.bind(again);
                self.buf.op(0, M::LONG, &[0x8b], temp.hw(), &RmE::R(AX.hw()), false, &[]);
                self.buf.op(0, M::LONG, &[(*op as u8) << 3 | 3], temp.hw(), &RmE::R(src.hw()), false, &[]);
                self.locked(*sz, 0xb0, temp.hw(), &m);
                self.buf.jcc(Cond::Ne, again);
            }
            Inst::StoreZero { bytes, addr } => {
                let m = self.mem(addr);
                M::store_zero(&mut self.buf, &m, *bytes);
            }
            Inst::RepMovs { .. } => self.repeated(0xa5),
            Inst::RepStos { .. } => self.repeated(0xab),
            Inst::ZeroLoop { end, bytes, index } => {
                M::imm(self, *index, -(*bytes as i64));
                let again = self.buf.label();
                self.buf.bind(again);
                for disp in (0..64).step_by(16) {
                    let m = Mem { base: MBase::Reg(end.hw()), index: Some((index.hw(), 0)), disp };
                    M::store_zero(&mut self.buf, &m, 16);
                }
                self.buf.alu_imm(AluOp::Add as u8, M::PTR, &RmE::R(index.hw()), 64);
                self.buf.jcc(Cond::Ne, again);
            }
            Inst::Probe { addr } => {
                let m = self.m(addr);
                self.buf.op(0, false, &[0x84], AX.hw(), &m, true, &[]);
            }
            Inst::ReadG { dst } => M::read_g(&mut self.buf, *dst),
        }
    }

    fn alu_mem(&mut self, lock: u16, op: AluOp, sz: Sz, addr: &Addr, src: &Rmi) {
        let m = self.m(addr);
        let opcode = (op as u8) << 3 | (sz != Sz::B) as u8;
        match src {
            Rmi::R(r) => self.buf.locked(lock, sz, &[opcode], reg_op(*r), &m, &[]),
            Rmi::I(i) => self.buf.locked_imm(lock, op as u8, sz, &m, *i),
            Rmi::M(_) => unreachable!(),
        }
    }
    /// Two-byte instructions with an 8-bit form.
    fn locked(&mut self, sz: Sz, opcode: u8, reg: u8, m: &RmE) {
        self.buf.locked(LOCK, sz, &[0x0f, opcode | (sz != Sz::B) as u8], reg, m, &[])
    }
    /// A string instruction on words.
    fn repeated(&mut self, opcode: u8) {
        self.buf.byte(0xf3);
        if M::LONG {
            self.buf.byte(0x48);
        }
        self.buf.byte(opcode);
    }
    fn fzero(&mut self, dst: Reg) {
        self.buf.op(0, false, &[0x0f, 0x57], dst.hw(), &RmE::R(dst.hw()), false, &[])
    }

    /// Divides AX. A signed division by -1 overflows for the smallest number: it becomes a negation.
    fn div(&mut self, signed: bool, sz: Sz, d: Reg, check: bool) {
        let w = sz == Sz::Q;
        let done = self.buf.label();
        if check {
            let fine = self.buf.label();
            self.buf.alu_imm(7, sz, &RmE::R(d.hw()), -1);
            self.buf.jcc(Cond::Ne, fine);
            self.buf.op(0, w, &[0xf7], 3, &RmE::R(AX.hw()), false, &[]);
            self.buf.op(0, false, &[0x31], DX.hw(), &RmE::R(DX.hw()), false, &[]);
            self.buf.jmp(done);
            self.buf.bind(fine);
        }
        if signed {
            if w {
                self.buf.byte(0x48);
            }
            self.buf.byte(0x99);
        } else {
            self.buf.op(0, false, &[0x31], DX.hw(), &RmE::R(DX.hw()), false, &[]);
        }
        self.buf.op(0, w, &[0xf7], if signed { 7 } else { 6 }, &RmE::R(d.hw()), false, &[]);
        self.buf.bind(done);
    }

    /// Halves large numbers (keeping the lowest bit for rounding), converts, doubles.
    fn uint_to_f(&mut self, w: Fw, dst: Reg, src: Reg, t1: Reg, t2: Reg) {
        let p = Self::scalar_prefix(w);
        let (large, done) = (self.buf.label(), self.buf.label());
        let (s, d, a, b) = (RmE::R(src.hw()), RmE::R(dst.hw()), RmE::R(t1.hw()), RmE::R(t2.hw()));
        self.fzero(dst);
        self.buf.op(0, true, &[0x85], src.hw(), &s, false, &[]);
        self.buf.jcc(Cond::S, large);
        self.buf.op(p, true, &[0x0f, 0x2a], dst.hw(), &s, false, &[]);
        self.buf.jmp(done);
        self.buf.bind(large);
        self.buf.op(0, true, &[0x8b], t1.hw(), &s, false, &[]);
        self.buf.op(0, true, &[0x8b], t2.hw(), &s, false, &[]);
        self.buf.op(0, true, &[0xd1], 5, &a, false, &[]);
        self.buf.op(0, false, &[0x83], 4, &b, false, &[1]);
        self.buf.op(0, true, &[0x0b], t1.hw(), &b, false, &[]);
        self.buf.op(p, true, &[0x0f, 0x2a], dst.hw(), &a, false, &[]);
        self.buf.op(p, false, &[0x0f, FOp::Add as u8], dst.hw(), &d, false, &[]);
        self.buf.bind(done);
    }

    /// What fits 63 bits is converted as it is. For the rest (the result is then negative) 2^63 is subtracted first; the
    /// first conversion has left the top bit. Negative numbers and those out of range give what Go gives.
    fn f_to_uint(&mut self, w: Fw, dst: Reg, src: Reg, t: Reg, t2: Reg) {
        let p = Self::scalar_prefix(w);
        let (bits, size) = if w == Fw::F64 { (0x43e0_0000_0000_0000u128, 8) } else { (0x5f00_0000, 4) };
        let limit = RmE::M(Mem { base: MBase::Sym(FixupTarget::Pool(bits, size)), index: None, disp: 0 });
        let done = self.buf.label();
        let s = RmE::R(src.hw());
        self.buf.op(p, true, &[0x0f, 0x2c], dst.hw(), &s, false, &[]);
        self.buf.op(0, true, &[0x85], dst.hw(), &RmE::R(dst.hw()), false, &[]);
        self.buf.jcc(Cond::Ns, done);
        self.buf.op(0, false, &[0x0f, 0x28], t.hw(), &s, false, &[]);
        self.buf.op(p, false, &[0x0f, FOp::Sub as u8], t.hw(), &limit, false, &[]);
        self.buf.op(p, true, &[0x0f, 0x2c], t2.hw(), &RmE::R(t.hw()), false, &[]);
        self.buf.op(0, true, &[0x0b], dst.hw(), &RmE::R(t2.hw()), false, &[]);
        self.buf.bind(done);
    }
}

impl<M: X86> Emit<'_, M> {
    /// The low half of what the number is as 64 bits, 0 beyond, as Go has it: the old floating-point unit converts to these, and rounds as
    /// its control word says.
    fn f_to_low_word(&mut self, w: Fw, dst: Reg, src: Reg) {
        const CUT: u128 = 0x0f7f;
        const USUAL: u128 = 0x037f;
        let word = |bits| RmE::M(Mem { base: MBase::Sym(FixupTarget::Pool(bits, 4)), index: None, disp: 0 });
        let top = RmE::M(Mem::reg(SP.hw(), 0));
        self.buf.alu_imm(AluOp::Sub as u8, Sz::D, &RmE::R(SP.hw()), 8);
        self.buf.op(Self::scalar_prefix(w), false, &[0x0f, 0x11], src.hw(), &top, false, &[]);
        self.buf.op(0, false, &[if w == Fw::F64 { 0xdd } else { 0xd9 }], 0, &top, false, &[]);
        self.buf.op(0, false, &[0xd9], 5, &word(CUT), false, &[]);
        self.buf.op(0, false, &[0xdf], 7, &top, false, &[]);
        self.buf.op(0, false, &[0xd9], 5, &word(USUAL), false, &[]);
        self.buf.op(0, false, &[0x8b], dst.hw(), &top, false, &[]);
        self.buf.alu_imm(AluOp::Add as u8, Sz::D, &RmE::R(SP.hw()), 8);
    }
}

impl<M: X86> Encode for M {
    const JUMP: Option<Cond> = None;
    const PAD: &'static [u8] = &[0xcc];
    /// Intel's processors of 2015 to 2019 decode such jumps each time anew ("Mitigations for Jump Conditional Code Erratum", 2019).
    const JUMP_WINDOW: u32 = if M::LONG { 32 } else { 0 };

    fn inst(e: &mut Emit<M>, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emit<M>, m: Move) {
        let (from, to) = (m.from, m.to);
        if to.is_phys() {
            let src = e.rm_reg(from);
            return e.load_reg(to, &src);
        }
        let dst = e.rm_reg(to);
        match from.is_float() {
            true => e.buf.op(PF2, false, &[0x0f, 0x11], from.hw(), &dst, false, &[]),
            false => e.buf.op(0, M::LONG, &[0x89], from.hw(), &dst, false, &[]),
        }
    }
    fn imm(e: &mut Emit<M>, dst: Reg, imm: i64) {
        let r = dst.hw();
        let imm = if M::LONG { imm } else { imm as u32 as i64 };
        if imm == 0 {
            e.buf.op(0, false, &[0x31], r, &RmE::R(r), false, &[]);
        } else if let Ok(i) = u32::try_from(imm) {
            if r >= 8 {
                e.buf.byte(0x41);
            }
            e.buf.byte(0xb8 | r & 7);
            e.buf.bytes(&i.to_le_bytes());
        } else if let Ok(i) = i32::try_from(imm) {
            e.buf.op(0, true, &[0xc7], 0, &RmE::R(r), false, &i.to_le_bytes());
        } else {
            e.buf.bytes(&[0x48 | r >> 3, 0xb8 | r & 7]);
            e.buf.bytes(&imm.to_le_bytes());
        }
    }
    fn load_word(e: &mut Emit<M>, dst: Reg, addr: &Addr) {
        let m = e.m(addr);
        e.load_reg(dst, &m);
    }
    fn call(e: &mut Emit<M>, t: &Target, jump: bool) {
        let (opcode, digit) = if jump { (0xe9, 4) } else { (0xe8, 2) };
        let through = match t {
            Target::Func(f) => return e.buf.call(opcode, FixupTarget::Sym(SymRef::Func(*f))),
            Target::Ext(name) => return e.buf.call(opcode, FixupTarget::Ext(name.to_string())),
            Target::Closure => RmE::M(Mem::reg(DX.hw(), 0)),
            Target::Mem(a) => e.m(a),
            Target::Reg(r) | Target::Place(r) | Target::Fixed(r) => e.rm_reg(*r),
        };
        e.buf.op(0, false, &[0xff], digit, &through, false, &[]);
    }
    fn trap(e: &mut Emit<M>) {
        e.buf.bytes(&[0x0f, 0x0b])
    }
    fn case(e: &mut Emit<M>, s: &SwitchInfo, case: i64, test: Case, to: Label) {
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
    fn jump_table(e: &mut Emit<M>, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        // The index: value - low in the switch's width, zero-extended.
        let (v, [t, t2], sz) = (RmE::R(s.value.hw()), s.temps, Sz::of(s.bytes as u32));
        e.buf.op(0, sz == Sz::Q, &[0x8b], t.hw(), &v, false, &[]);
        match i32::try_from(low) {
            Ok(0) => {}
            Ok(i) => e.buf.alu_imm(AluOp::Sub as u8, sz, &RmE::R(t.hw()), i),
            Err(_) => {
                Self::imm(e, t2, low);
                e.buf.int(sz, 0x2a, t.hw(), &RmE::R(t2.hw()), &[]);
            }
        }
        e.buf.alu_imm(7, sz, &RmE::R(t.hw()), span as i32);
        e.buf.jcc(Cond::A, default);
        let past = M::table(&mut e.buf, t2, table);
        let entry = RmE::M(Mem { base: MBase::Reg(t2.hw()), index: Some((t.hw(), 2)), disp: past });
        match M::LONG {
            true => e.buf.op(0, true, &[0x63], t.hw(), &entry, false, &[]),
            false => e.buf.op(0, false, &[0x8b], t.hw(), &entry, false, &[]),
        }
        match past {
            0 => e.buf.op(0, M::LONG, &[0x03], t.hw(), &RmE::R(t2.hw()), false, &[]),
            _ => {
                let sum = Mem { base: MBase::Reg(t2.hw()), index: Some((t.hw(), 0)), disp: past };
                e.buf.op(0, M::LONG, &[0x8d], t.hw(), &RmE::M(sum), false, &[]);
            }
        }
        e.buf.op(0, false, &[0xff], 4, &RmE::R(t.hw()), false, &[]);
    }
    fn forms(b: Option<Cond>) -> &'static [Form] {
        bytes::forms(b)
    }
    fn write_branch(b: Option<Cond>, form: usize, distance: i64, out: &mut Vec<u8>) {
        bytes::jump(b, form, distance, out)
    }
    fn marker(b: &mut Buf<M>) {
        b.bytes(&[0xcc, 0xcc])
    }
    fn nop(b: &mut Buf<M>) {
        b.byte(0x90)
    }
    fn nops(n: u32, out: &mut Vec<u8>) {
        bytes::nops(n, out)
    }
    fn disassemble(code: &[u8], at: usize) -> Option<Decoded> {
        M::decode(code, at)
    }
    fn with_symbol(d: &Decoded, _: &Fixup, symbol: &str) -> String {
        d.text.replacen("[rip]", &format!("[rip + {symbol}]"), 1)
    }
    fn name(r: Reg) -> String {
        M::register(r, M::WORD as u8)
    }
}
