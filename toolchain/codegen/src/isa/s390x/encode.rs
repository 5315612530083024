//! From allocated instructions to bytes: one arm for each instruction of [`super::inst`].
//!
//! Nothing here but comparisons (and what does not stand between one and its user) changes the condition code.
pub mod words;

use super::S390x;
use super::inst::*;
use super::regs::*;
use crate::fixup::FixupTarget;
use crate::mach::buf::{Buf, Label};
use crate::mach::emit::{Emit, Source};
use crate::mach::inst::{SwitchInfo, Target};
use crate::mach::{Case, Encode, Form, Frames};
use crate::regalloc::{Move, Reg};
use ir::SymRef;
use words::*;

type Emitter<'a> = Emit<'a, S390x>;

/// What an address comes to: registers and a distance, or a symbol.
enum Place {
    Near(Mem),
    Symbol(FixupTarget, i64),
}

impl Emitter<'_> {
    fn place(&self, a: &Addr) -> Place {
        let index = a.index.map(|(r, scale)| {
            debug_assert!(scale == 0, "no instruction scales an index");
            r
        });
        let near = |base: Reg, off: u32| Place::Near(Mem { base, index, disp: off as i64 + a.disp as i64 });
        match a.base {
            Base::Reg(r) => near(r, 0),
            Base::Slot(s) => near(SP, self.frame.slot_offset(s)),
            Base::InArg => near(SP, self.frame.in_args()),
            Base::OutArg => near(SP, self.frame.out_args()),
            Base::Sym(s) => Place::Symbol(FixupTarget::Sym(s), a.disp as i64),
            Base::Pool(bits, size) => Place::Symbol(FixupTarget::Pool(bits, size), a.disp as i64),
        }
    }
    /// As an instruction with 20 bits and an index has it, perhaps through FAR.
    pub fn mem(&mut self, a: &Addr) -> Mem {
        match self.place(a) {
            Place::Near(m) if fits20(m.disp) => m,
            Place::Near(m) => {
                self.buf.imm(FAR, m.disp);
                if let Some(index) = m.index {
                    self.buf.la(FAR, Mem { base: FAR, index: Some(index), disp: 0 });
                }
                Mem { index: Some(FAR), disp: 0, ..m }
            }
            Place::Symbol(target, addend) => {
                let odd = self.buf.address(FAR, target, addend);
                Mem::new(FAR, odd)
            }
        }
    }
    /// As one with 12 bits and no index has it; what does not fit goes through `by`.
    fn mem12(&mut self, a: &Addr, by: Reg) -> Mem {
        let m = self.mem(a);
        if m.index.is_none() && fits12(m.disp) && (m.base != FAR || by == FAR) {
            return m;
        }
        self.buf.la(by, m);
        Mem::new(by, 0)
    }
    fn access(&mut self, load: bool, cell: Cell, t: Reg, a: &Addr) {
        let m = self.mem(a);
        self.buf.access(load, cell, t, m);
    }
    /// An address in a register.
    pub fn lea(&mut self, dst: Reg, a: &Addr) {
        match self.place(a) {
            Place::Near(_) => {
                let m = self.mem(a);
                self.buf.la(dst, m)
            }
            Place::Symbol(target, addend) => {
                if self.buf.address(dst, target, addend) != 0 {
                    self.buf.la(dst, Mem::new(dst, 1));
                }
            }
        }
    }
    /// Sets the condition code, unless the jump that it comes back with does that itself.
    fn compared(&mut self, t: Test) -> Jump {
        if compares(t.what) {
            return Jump::Compare(t);
        }
        self.buf.compare(t.what);
        Jump::On(t.mask)
    }
    pub fn jump_if(&mut self, t: Test, to: Label) {
        let jump = self.compared(t);
        self.buf.branch(jump, to)
    }
    fn own(&mut self, inst: &Inst) {
        let b = &mut self.buf;
        match inst {
            Inst::Imm { dst, imm } => b.imm(*dst, *imm),
            Inst::Lea { dst, addr } => self.lea(*dst, addr),
            Inst::Load { cell, dst, addr } => self.access(true, *cell, *dst, addr),
            Inst::Store { cell, addr, src } => self.access(false, *cell, *src, addr),
            Inst::StoreImm { bytes, addr, imm } => {
                let m = self.mem12(addr, FAR);
                self.buf.store_imm(*bytes, m, *imm);
            }
            Inst::Alu { op, dst, a, b: second } => b.alu(*op, *dst, *a, *second),
            Inst::Neg { dst, a } => b.rre(0xb903, *dst, *a),
            Inst::Mul { dst, a, b: second } => {
                debug_assert_eq!(dst, a);
                match *second {
                    Src::R(second) => b.rre(0xb90c, *dst, second),
                    Src::I(i) if fits16(i) => b.ri(0xa7d, dst.hw(), i),
                    Src::I(i) => b.ril(0xc20, dst.hw(), i),
                }
            }
            Inst::MulWide { hi, lo, a, b: second } => {
                b.mv(FAR, *a);
                b.rre(0xb986, ACC, *second);
                b.mv(*hi, ACC);
                b.mv(*lo, FAR);
            }
            Inst::Div { signed, sz, rem, dst, a, b: second } => {
                self.divide(*signed, *sz, *a, *second);
                self.buf.mv(*dst, if *rem { ACC } else { FAR });
            }
            Inst::DivWide { quot, rem, hi, lo, d } => {
                b.mv(ACC, *hi);
                b.mv(FAR, *lo);
                b.rre(0xb987, ACC, *d);
                b.mv(*quot, FAR);
                b.mv(*rem, ACC);
            }
            Inst::Carry { sub, sum, carry, a, b: second, c } => {
                // Subtracting 1 from a carry carries if there is one; subtracting it from 0 borrows.
                match (c, sub) {
                    (None, _) => {}
                    (Some(c), false) => b.rie(0xecdb, ACC.hw(), c.hw(), -1),
                    (Some(c), true) => {
                        b.imm(ACC, 0);
                        b.rre(0xb90b, ACC, *c);
                    }
                }
                b.mv(ACC, *a);
                let op = match (sub, c.is_some()) {
                    (false, false) => 0xb90a,
                    (false, true) => 0xb988,
                    (true, false) => 0xb90b,
                    (true, true) => 0xb989,
                };
                b.rre(op, ACC, *second);
                b.truth(if *sub { mask::BORROW } else { mask::CARRY }, *carry);
                b.mv(*sum, ACC);
            }
            Inst::Shift { op, sz, dst, a, n } => b.shift(*op, *sz, *dst, *a, *n),
            Inst::Bits { dst, a, from, to, by } => b.bits(*dst, *a, *from, *to, *by),
            Inst::Extend { signed, bytes, dst, a } => b.extend(*signed, *bytes, *dst, *a),
            Inst::Clz { sz, dst, a } => {
                let (a, more) = match sz {
                    Sz::X => (*a, 0),
                    Sz::W => {
                        b.extend(false, 4, FAR, *a);
                        (FAR, -32)
                    }
                };
                // The second of the pair gets the number without its highest one.
                b.rre(0xb983, ACC, a);
                b.rie(0xecd9, dst.hw(), ACC.hw(), more);
            }
            Inst::Bswap { sz, dst, a } => b.rre(if *sz == Sz::X { 0xb90f } else { 0xb91f }, *dst, *a),
            Inst::F3 { op, w, dst, a, b: second } => {
                debug_assert_eq!(dst, a);
                // Of products the two widths' opcodes differ more: the one of 32 bits could have a longer result.
                let double = if *op == FOp::Mul { 0x1c } else { *op as u16 | 0x10 };
                b.rre(0xb300 | if *w == Fw::S { *op as u16 } else { double }, *dst, *second)
            }
            Inst::FMac { sub, w, dst, acc, a, b: second } => {
                debug_assert_eq!(dst, acc);
                let op = 0xb30e | u16::from(*sub) | if *w == Fw::D { 0x10 } else { 0 };
                b.rrf(op, dst.hw(), 0, *a, *second)
            }
            Inst::F1 { op, w, dst, a } => b.rre(
                match (op, w) {
                    (FOne::Sqrt, Fw::S) => 0xb314,
                    (FOne::Sqrt, Fw::D) => 0xb315,
                    (FOne::Neg, _) => 0xb373,
                    (FOne::Abs, _) => 0xb370,
                },
                *dst,
                *a,
            ),
            Inst::FCopysign { dst, a, sign } => b.rrf(0xb372, sign.hw(), 0, *dst, *a),
            Inst::FZero { dst } => b.rre(0xb375, *dst, ACC),
            Inst::FCvt { w: Fw::S, dst, a } => b.rre(0xb304, *dst, *a),
            Inst::FCvt { w: Fw::D, dst, a } => b.rre(0xb344, *dst, *a),
            Inst::IntToF { signed, sz, w, dst, a } => {
                b.rre(conversion(if *signed { 0xb394 } else { 0xb390 }, *sz, *w), *dst, *a)
            }
            Inst::FToInt { signed, sz, w, dst, a } => {
                const TOWARDS_ZERO: u8 = 5;
                let op = conversion(if *signed { 0xb398 } else { 0xb39c }, *sz, *w);
                b.rrf(op, TOWARDS_ZERO, 0, *dst, *a)
            }
            Inst::GToF { w: Fw::D, dst, a } => b.rre(0xb3c1, *dst, *a),
            Inst::GToF { w: Fw::S, dst, a } => {
                b.shift(ShOp::Shl, Sz::X, ACC, *a, Src::I(32));
                b.rre(0xb3c1, *dst, ACC);
            }
            Inst::FToG { w: Fw::D, dst, a } => b.rre(0xb3cd, *dst, *a),
            Inst::FToG { w: Fw::S, dst, a } => {
                b.rre(0xb3cd, ACC, *a);
                b.shift(ShOp::Shr, Sz::X, *dst, ACC, Src::I(32));
            }
            Inst::Br { test, then, els } => {
                let (jump, inverted) = match self.compared(*test) {
                    Jump::Compare(t) => (Jump::Compare(t), Jump::Compare(t.invert())),
                    _ => (Jump::On(test.mask), Jump::On(test.invert().mask)),
                };
                self.branch(jump, inverted, *then, *els)
            }
            Inst::Truth { test, dst } => {
                b.compare(test.what);
                b.truth(test.mask, *dst);
            }
            Inst::Choose { test, dst, a, b: other } => {
                debug_assert_eq!(dst, a);
                match *other {
                    Src::R(f) if f.is_float() => {
                        let done = b.label();
                        self.jump_if(*test, done);
                        S390x::mov(self, Move { from: f, to: *dst });
                        self.buf.bind(done);
                    }
                    Src::R(r) => {
                        b.compare(test.what);
                        b.mv_on(test.invert().mask, *dst, r);
                    }
                    Src::I(i) => {
                        b.compare(test.what);
                        b.imm_on(test.invert().mask, *dst, i);
                    }
                }
            }
            Inst::Bounds(info) => self.bounds(info),
            Inst::Fence => b.fence(),
            Inst::Amo { op, bytes, dst, addr, src } => {
                // The form of 64 bits has one bit less.
                let op = if *bytes == 8 { *op as u16 & !0x10 } else { *op as u16 };
                b.rsy(0xeb00 | op, *dst, *src, *addr, 0)
            }
            Inst::Swap { bytes, dst, addr, src } => {
                let again = b.label();
                b.access(true, Cell::U(*bytes), ACC, Mem::new(*addr, 0));
                b.bind(again);
                b.cas(*bytes, ACC, *src, *addr);
                b.branch(Jump::On(mask::NE), again);
                b.mv(*dst, ACC);
            }
            Inst::Cas { bytes, addr, old, new, mask: None, dst } => {
                b.mv(ACC, *old);
                b.cas(*bytes, ACC, *new, *addr);
                b.truth(mask::EQ, *dst);
            }
            Inst::Cas { addr, old, new, mask: Some(mask), dst, .. } => {
                let (again, done) = (b.label(), b.label());
                let found = What::Int { signed: false, sz: Sz::W, a: FAR, b: Src::R(*old) };
                b.access(true, Cell::U(4), ACC, Mem::new(*addr, 0));
                b.bind(again);
                b.alu(AluOp::And, FAR, ACC, Src::R(*mask));
                b.branch(Jump::Compare(Test { what: found, mask: mask::NE }), done);
                b.alu(AluOp::Xor, FAR, FAR, Src::R(ACC));
                b.alu(AluOp::Or, FAR, FAR, Src::R(*new));
                b.cas(4, ACC, FAR, *addr);
                b.branch(Jump::On(mask::NE), again);
                b.bind(done);
                b.alu(AluOp::And, FAR, ACC, Src::R(*mask));
                b.compare(found);
                b.truth(mask::EQ, *dst);
            }
            Inst::Part { op, addr, src, mask, dst } => {
                let again = b.label();
                b.access(true, Cell::U(4), ACC, Mem::new(*addr, 0));
                b.bind(again);
                // Of what is to be there, the difference from what is, within the mask.
                match op {
                    PartOp::Swap => b.alu(AluOp::Xor, FAR, ACC, Src::R(*src)),
                    PartOp::Add => {
                        b.alu(AluOp::Add, FAR, ACC, Src::R(*src));
                        b.alu(AluOp::Xor, FAR, FAR, Src::R(ACC));
                    }
                }
                b.alu(AluOp::And, FAR, FAR, Src::R(*mask));
                b.alu(AluOp::Xor, FAR, FAR, Src::R(ACC));
                b.cas(4, ACC, FAR, *addr);
                b.branch(Jump::On(mask::NE), again);
                b.mv(*dst, ACC);
            }
            Inst::Block { dst, src, bytes, t } => self.block(dst, src.as_ref(), *bytes, *t),
            Inst::Probe { addr } => self.access(true, Cell::U(1), ACC, addr),
            Inst::ReadG { dst } => b.mv(*dst, G),
            Inst::FixedRegs => S390x::load_fixed(self),
            Inst::Pause => S390x::nop(b),
            Inst::Break => b.bytes(&[0, 1]),
        }
    }
    /// The quotient in FAR, the remainder in ACC.
    fn divide(&mut self, signed: bool, sz: Sz, a: Reg, b: Reg) {
        let buf = &mut self.buf;
        match (signed, sz) {
            (true, Sz::W) => {
                buf.extend(true, 4, FAR, a);
                buf.rre(0xb91d, ACC, b);
            }
            (true, Sz::X) => {
                // The least number divided by -1 would trap: -1 negates instead.
                let done = buf.label();
                let divides = buf.label();
                buf.mv(FAR, a);
                self.jump_if(Test::signed(mask::NE, b, Src::I(-1)), divides);
                self.buf.rre(0xb903, FAR, FAR);
                self.buf.imm(ACC, 0);
                self.buf.jmp(done);
                self.buf.bind(divides);
                self.buf.rre(0xb90d, ACC, b);
                self.buf.bind(done);
            }
            (false, _) => {
                buf.mv(FAR, a);
                buf.imm(ACC, 0);
                buf.rre(if sz == Sz::X { 0xb987 } else { 0xb997 }, ACC, b);
            }
        }
    }
    fn bounds(&mut self, info: &BoundsInfo) {
        let source = |x: &Src| match x {
            Src::R(r) => Source::Place(*r),
            Src::I(i) => Source::Imm(*i),
        };
        let at = self.bounds_failure(source(&info.idx), source(&info.len), info.panic);
        // Constants stand on the right.
        let test = match (info.idx, info.len) {
            (Src::R(idx), len) => Test::unsigned(if info.inclusive { mask::GT } else { mask::GE }, idx, len),
            (idx, Src::R(len)) => Test::unsigned(if info.inclusive { mask::LT } else { mask::LE }, len, idx),
            (Src::I(idx), len) => {
                self.buf.imm(FAR, idx);
                Test::unsigned(if info.inclusive { mask::GT } else { mask::GE }, FAR, len)
            }
        };
        self.jump_if(test, at);
    }
    /// In pieces of 256 bytes, which are counted down if there are many.
    fn block(&mut self, dst: &Addr, src: Option<&Addr>, bytes: u32, t: [Reg; 2]) {
        const PIECE: u32 = 256;
        let piece = |b: &mut Buf<S390x>, n: u32, to: Mem, from: Option<Mem>| match from {
            Some(from) => b.ss(0xd2, n, to, from),
            // Bytes are exclusively or'd with themselves.
            None => b.ss(0xd7, n, to, to),
        };
        let (rounds, rest) = (bytes / PIECE, bytes % PIECE);
        if rounds == 0 {
            let to = self.mem12(dst, t[0]);
            let from = src.map(|a| self.mem12(a, t[1]));
            return piece(&mut self.buf, rest, to, from);
        }
        self.lea(t[0], dst);
        src.iter().for_each(|a| self.lea(t[1], a));
        let b = &mut self.buf;
        let (to, from) = (Mem::new(t[0], 0), src.map(|_| Mem::new(t[1], 0)));
        b.imm(ACC, rounds as i64);
        let again = b.here();
        piece(b, PIECE, to, from);
        for m in [Some(to), from].into_iter().flatten() {
            b.la(m.base, Mem::new(m.base, PIECE as i64));
        }
        b.count_down(ACC, again);
        if rest > 0 {
            piece(b, rest, to, from);
        }
    }
}

/// The opcode of a conversion between integers and floats, from that between those of 32 bits.
fn conversion(op: u16, sz: Sz, w: Fw) -> u16 {
    op + u16::from(w == Fw::D) + if sz == Sz::X { 0x10 } else { 0 }
}

impl Encode for S390x {
    const JUMP: Jump = Jump::On(mask::ALWAYS);
    const PAD: &'static [u8] = &[0; 2];

    fn inst(e: &mut Emitter, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emitter, m: Move) {
        let (from, to) = (m.from, m.to);
        let cell = if from.is_float() { Cell::F(8) } else { Cell::U(8) };
        let slot = |r: Reg| Addr::new(Base::Reg(SP), e.frame.spill_offset(r.index()) as i32);
        match (from.is_spill(), to.is_spill()) {
            (true, _) => e.access(true, cell, to, &slot(from)),
            (_, true) => e.access(false, cell, from, &slot(to)),
            _ if from.is_float() => e.buf.rr(0x28, to.hw(), from.hw()),
            _ => e.buf.mv(to, from),
        }
    }
    fn imm(e: &mut Emitter, dst: Reg, imm: i64) {
        e.buf.imm(dst, imm)
    }
    fn load_word(e: &mut Emitter, dst: Reg, addr: &Addr) {
        e.access(true, Cell::U(8), dst, addr)
    }
    fn call(e: &mut Emitter, t: &Target, jump: bool) {
        let symbol = |e: &mut Emitter, target| match jump {
            true => e.buf.jump_symbol(target),
            false => e.buf.call_symbol(target),
        };
        let through = match t {
            Target::Func(f) => return symbol(e, FixupTarget::Sym(SymRef::Func(*f))),
            Target::Ext(name) => return symbol(e, FixupTarget::Ext(name.to_string())),
            Target::Closure => {
                e.buf.access(true, Cell::U(8), FAR, Mem::new(CTXT, 0));
                FAR
            }
            Target::Mem(a) => {
                e.access(true, Cell::U(8), FAR, a);
                FAR
            }
            Target::Reg(r) | Target::Place(r) | Target::Fixed(r) => *r,
        };
        match jump {
            true => e.buf.jump_register(through),
            false => e.buf.call_register(through),
        }
    }
    fn trap(e: &mut Emitter) {
        e.buf.bytes(&[0, 0])
    }
    fn case(e: &mut Emitter, s: &SwitchInfo, case: i64, test: Case, to: Label) {
        let sz = if s.bytes == 8 { Sz::X } else { Sz::W };
        let b = match i32::try_from(case) {
            Ok(i) => Src::I(i as i64),
            Err(_) => {
                e.buf.imm(FAR, case);
                Src::R(FAR)
            }
        };
        let mask = if test == Case::Equal { mask::EQ } else { mask::GE };
        e.jump_if(Test { what: What::Int { signed: true, sz, a: s.value, b }, mask }, to);
    }
    fn jump_table(e: &mut Emitter, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        let [t, t2] = s.temps;
        e.buf.add_imm(t, s.value, low.wrapping_neg());
        if s.bytes < 8 {
            e.buf.extend(false, 4, t, t);
        }
        e.jump_if(Test::unsigned(mask::GT, t, Src::I(span as i64)), default);
        e.buf.branch(Jump::Address(t2), table);
        e.buf.shift(ShOp::Shl, Sz::X, t, t, Src::I(2));
        e.buf.access(true, Cell::S(4), t, Mem { base: t, index: Some(t2), disp: 0 });
        e.buf.la(t, Mem { base: t, index: Some(t2), disp: 0 });
        e.buf.jump_register(t);
    }
    fn forms(b: Jump) -> &'static [Form] {
        words::forms(b)
    }
    fn write_branch(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
        words::jump(b, form, distance, out)
    }
    fn marker(b: &mut Buf<Self>) {
        b.bytes(&[0; 6])
    }
    fn nop(b: &mut Buf<Self>) {
        b.rr(0x07, 0, 0)
    }
    fn name(r: Reg) -> String {
        name(r)
    }
}
