//! From allocated instructions to words: one arm for each instruction of [`super::inst`].
pub mod words;

use super::Ppc64;
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

type Emitter<'a, const BIG: bool> = Emit<'a, Ppc64<BIG>>;

/// What an address comes to: a register and a distance, or a symbol and whether its address is a multiple of 4.
enum Place {
    Near(Reg, i64),
    Symbol(FixupTarget, i64, bool),
}

impl<const BIG: bool> Emitter<'_, BIG> {
    fn place(&self, a: &Addr) -> Place {
        debug_assert!(a.index.is_none(), "no rule adds an index");
        let disp = a.disp as i64;
        let sp = |off: u32| Place::Near(SP, off as i64 + disp);
        match a.base {
            Base::Reg(r) => Place::Near(r, disp),
            Base::Slot(s) => sp(self.frame.slot_offset(s)),
            Base::InArg => sp(self.frame.in_args()),
            Base::OutArg => sp(self.frame.out_args()),
            Base::Sym(s) => Place::Symbol(FixupTarget::Sym(s), disp, false),
            Base::Pool(bits, size) => {
                Place::Symbol(FixupTarget::Pool(bits, size), disp, size >= 4 && disp == 0)
            }
        }
    }
    /// A load (then `load`) or store.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, a: &Addr) {
        match self.place(a) {
            Place::Near(base, disp) => self.buf.access(load, cell, t, base, disp),
            Place::Symbol(target, addend, aligned) => {
                self.buf.access_symbol(load, cell, t, target, addend, aligned)
            }
        }
    }
    /// An address in a register.
    pub fn lea(&mut self, dst: Reg, a: &Addr) {
        match self.place(a) {
            Place::Near(base, disp) => self.buf.add_imm(dst, base, disp),
            Place::Symbol(target, addend, _) => self.buf.address(dst, target, addend),
        }
    }
    /// Compares and jumps.
    pub fn jump_if(&mut self, t: Test, to: Label) {
        self.buf.compare(&t);
        self.buf.branch(Jump::If(t.bit, t.want), to)
    }
    fn own(&mut self, inst: &Inst) {
        let b = &mut self.buf;
        match inst {
            Inst::Imm { dst, imm } => b.imm(*dst, *imm),
            Inst::Lea { dst, addr } => self.lea(*dst, addr),
            Inst::Load { cell, dst, addr } => self.access(true, *cell, *dst, addr),
            Inst::Store { cell, addr, src } => self.access(false, *cell, *src, addr),
            Inst::Alu { op, sz, dst, a, b: second } => b.alu(*op, *sz, *dst, *a, *second),
            Inst::Op2 { op, sz, dst, a } => b.op2(*op, *sz, *dst, *a),
            Inst::Bits { dst, a, left, keep } => b.bits(*dst, *a, *left as u32, *keep as u32),
            Inst::Carry { sub, dst, out, a, b: second, carry } => {
                self.carry(*sub, *dst, *out, *a, *second, *carry)
            }
            Inst::F3 { op, w, dst, a, b: second } => b.f3(*op, *w, *dst, *a, *second),
            Inst::FMac { sub, w, dst, a, b: factor, acc } => b.fmac(*sub, *w, *dst, [*a, *factor, *acc]),
            Inst::F2 { op, w, dst, a } => match op {
                FOp2::Neg => b.f2(Fw::D, 40, *dst, *a),
                FOp2::Abs => b.f2(Fw::D, 264, *dst, *a),
                FOp2::Sqrt => b.f2(*w, 22, *dst, *a),
                FOp2::Round => b.f2(Fw::D, 12, *dst, *a),
            },
            Inst::IntToF { signed, sz, w, dst, a } => {
                // mtvsrd, mtvsrwa, mtvsrwz
                b.to_float(
                    match (sz, signed) {
                        (Sz::X, _) => 179,
                        (Sz::W, true) => 211,
                        (Sz::W, false) => 243,
                    },
                    FTMP,
                    *a,
                );
                b.f2(*w, if *signed { 846 } else { 974 }, *dst, FTMP);
            }
            Inst::FToInt { sz, dst, a } => {
                b.f2(Fw::D, if *sz == Sz::X { 815 } else { 15 }, FTMP, *a);
                b.to_int(*dst, FTMP);
            }
            Inst::GToF { w: Fw::D, dst, a } => b.to_float(179, *dst, *a),
            Inst::GToF { w: Fw::S, dst, a } => {
                b.alu(AluOp::Shl, Sz::X, TMP, *a, Src::I(32));
                b.to_float(179, FTMP, TMP);
                b.single(false, *dst, FTMP);
            }
            Inst::FToG { w: Fw::D, dst, a } => b.to_int(*dst, *a),
            Inst::FToG { w: Fw::S, dst, a } => {
                b.single(true, FTMP, *a);
                b.to_int(*dst, FTMP);
                b.bits(*dst, *dst, 32, 32);
            }
            Inst::Br { test, then, els } => {
                b.compare(test);
                let Test { bit, want, .. } = *test;
                self.branch(Jump::If(bit, want), Jump::If(bit, !want), *then, *els)
            }
            Inst::Set { test, dst } => {
                b.compare(test);
                b.imm(*dst, 1);
                b.choose(*dst, *dst, ZERO, test.bit, test.want);
            }
            Inst::FChoose { test, dst, a, b: other } => {
                debug_assert_eq!(dst, a);
                let done = b.label();
                self.jump_if(*test, done);
                Ppc64::mov(self, Move { from: *other, to: *dst });
                self.buf.bind(done);
            }
            Inst::Choose { test, dst, a, b: other } => {
                b.compare(test);
                b.choose(*dst, *a, *other, test.bit, test.want);
            }
            Inst::Bounds(info) => self.bounds(info),
            Inst::LoadAtomic { cell, dst, addr } => {
                b.sync();
                b.near(true, *cell, *dst, *addr, 0);
                // What waits for a branch on the value waits for the value.
                b.compare(&Test::new(How::Signed(Sz::X), *dst, Src::R(*dst), Bit::Eq, true));
                let next = b.label();
                b.branch(Jump::If(Bit::Eq, false), next);
                b.bind(next);
                b.isync();
            }
            Inst::StoreAtomic { bytes, addr, src } => {
                b.sync();
                b.near(false, Cell::U(*bytes), *src, *addr, 0);
            }
            Inst::Rmw { op, bytes, old, new, addr, src } => {
                b.sync();
                let again = b.label();
                b.bind(again);
                b.load_reserved(*bytes, *old, *addr);
                let op = match op {
                    RmwOp::Add => Some(AluOp::Add),
                    RmwOp::And => Some(AluOp::And),
                    RmwOp::Or => Some(AluOp::Or),
                    RmwOp::Swap => None,
                };
                op.iter().for_each(|op| b.alu(*op, Sz::X, *new, *old, Src::R(*src)));
                b.store_conditional(*bytes, op.map_or(*src, |_| *new), *addr);
                b.branch(Jump::If(Bit::Eq, false), again);
                b.isync();
            }
            Inst::Cas { bytes, addr, old, new, found, dst } => {
                b.sync();
                let (again, done) = (b.label(), b.label());
                b.bind(again);
                b.load_reserved(*bytes, *found, *addr);
                let sz = if *bytes == 8 { Sz::X } else { Sz::W };
                b.compare(&Test::new(How::Unsigned(sz), *found, Src::R(*old), Bit::Eq, true));
                b.branch(Jump::If(Bit::Eq, false), done);
                b.store_conditional(*bytes, *new, *addr);
                b.branch(Jump::If(Bit::Eq, false), again);
                b.bind(done);
                b.isync();
                // Either comparison has left "equal" as it is asked for.
                b.imm(*dst, 1);
                b.choose(*dst, *dst, ZERO, Bit::Eq, true);
            }
            Inst::Words { dst, src, count, t: [to, from, word] } => {
                b.imm(*word, *count as i64);
                b.to_count(*word);
                b.mv(*to, *dst);
                src.iter().for_each(|s| b.mv(*from, *s));
                let again = b.label();
                b.bind(again);
                if src.is_some() {
                    b.near(true, Cell::U(8), *word, *from, 0);
                    b.add_imm(*from, *from, 8);
                }
                b.near(false, Cell::U(8), if src.is_some() { *word } else { ZERO }, *to, 0);
                b.add_imm(*to, *to, 8);
                b.branch(Jump::Count, again);
            }
            Inst::Probe { addr } => self.access(true, Cell::U(1), FAR, addr),
            Inst::ReadG { dst } => b.mv(*dst, G),
            Inst::FixedRegs => Ppc64::load_fixed(self),
            // or 27, 27, 27
            Inst::Pause => b.word(0x7f7b_db78),
            Inst::Break => b.word(0x7fe0_0008),
        }
    }
    /// The machine's carry is the opposite of a borrow.
    fn carry(&mut self, sub: bool, dst: Reg, out: Reg, a: Reg, b: Reg, carry: Option<Reg>) {
        let buf = &mut self.buf;
        let arith =
            |buf: &mut Buf<Ppc64<BIG>>, xo: u32, d: Reg, a: Reg, b: Reg| buf.x((31 << 26) | xo << 1, d, a, b);
        match (sub, carry) {
            // addc, subfc
            (false, None) => arith(buf, 10, dst, a, b),
            (true, None) => arith(buf, 8, dst, b, a),
            (false, Some(c)) => {
                // addic: c - 1 carries if it is 1; adde
                buf.word(12 << 26 | (FAR.hw() as u32) << 21 | (c.hw() as u32) << 16 | 0xffff);
                arith(buf, 138, dst, a, b);
            }
            (true, Some(c)) => {
                // subfic: 0 - c does not borrow if it is 0; subfe
                buf.word(8 << 26 | (FAR.hw() as u32) << 21 | (c.hw() as u32) << 16);
                arith(buf, 136, dst, b, a);
            }
        }
        match sub {
            // addze
            false => arith(buf, 202, out, ZERO, ZERO),
            // subfe: -1 if it borrows
            true => {
                arith(buf, 136, out, ZERO, ZERO);
                buf.op2(Op2::Neg, Sz::X, out, out);
            }
        }
    }
    /// A number in a register: in its own, in zero's, or in one that the encoder keeps.
    fn number(&mut self, x: &Src, into: Reg) -> Reg {
        match *x {
            Src::R(r) => r,
            Src::I(0) => ZERO,
            Src::I(i) => {
                self.buf.imm(into, i);
                into
            }
        }
    }
    fn bounds(&mut self, info: &BoundsInfo) {
        let source = |x: &Src| match x {
            Src::R(r) => Source::Place(*r),
            Src::I(i) => Source::Imm(*i),
        };
        let at = self.bounds_failure(source(&info.idx), source(&info.len), info.panic);
        let unsigned = How::Unsigned(Sz::X);
        let test = match (info.idx, info.len) {
            // With the operands exchanged.
            (idx @ Src::I(_), Src::R(len)) => match info.inclusive {
                false => Test::new(unsigned, len, idx, Bit::Gt, false),
                true => Test::new(unsigned, len, idx, Bit::Lt, true),
            },
            (idx, len) => {
                let idx = self.number(&idx, TMP);
                match info.inclusive {
                    false => Test::new(unsigned, idx, len, Bit::Lt, false),
                    true => Test::new(unsigned, idx, len, Bit::Gt, true),
                }
            }
        };
        self.jump_if(test, at);
    }
}

impl<const BIG: bool> Buf<Ppc64<BIG>> {
    /// d = a if the bit is `want`, else b.
    fn choose(&mut self, d: Reg, a: Reg, b: Reg, bit: Bit, want: bool) {
        let (a, b) = if want { (a, b) } else { (b, a) };
        self.isel(d, a, b, bit);
    }
}

impl<const BIG: bool> Encode for Ppc64<BIG> {
    const JUMP: Jump = Jump::Always;
    const PAD: &'static [u8] = &[0; 4];

    fn inst(e: &mut Emitter<BIG>, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emitter<BIG>, m: Move) {
        let (from, to) = (m.from, m.to);
        let cell = if from.is_float() { Cell::F(8) } else { Cell::U(8) };
        let slot = |r: Reg| e.frame.spill_offset(r.index()) as i64;
        match (from.is_spill(), to.is_spill()) {
            (true, _) => e.buf.access(true, cell, to, SP, slot(from)),
            (_, true) => e.buf.access(false, cell, from, SP, slot(to)),
            _ if from.is_float() => e.buf.f2(Fw::D, 72, to, from),
            _ => e.buf.mv(to, from),
        }
    }
    fn imm(e: &mut Emitter<BIG>, dst: Reg, imm: i64) {
        e.buf.imm(dst, imm)
    }
    fn load_word(e: &mut Emitter<BIG>, dst: Reg, addr: &Addr) {
        e.access(true, Cell::U(8), dst, addr)
    }
    /// Within Go's text nobody needs a table of contents: R2 stays C's, and R12 need not have the target.
    fn call(e: &mut Emitter<BIG>, t: &Target, jump: bool) {
        let through = match t {
            Target::Func(f) => return e.buf.jump_symbol(!jump, FixupTarget::Sym(SymRef::Func(*f))),
            Target::Ext(name) => return e.buf.jump_symbol(!jump, FixupTarget::Ext(name.to_string())),
            Target::Closure => {
                e.buf.near(true, Cell::U(8), FAR, CTXT, 0);
                FAR
            }
            Target::Mem(a) => {
                e.access(true, Cell::U(8), FAR, a);
                FAR
            }
            Target::Reg(r) | Target::Place(r) | Target::Fixed(r) => *r,
        };
        e.buf.jump_register(!jump, through)
    }
    /// The word that is no instruction.
    fn trap(e: &mut Emitter<BIG>) {
        e.buf.word(0)
    }
    fn case(e: &mut Emitter<BIG>, s: &SwitchInfo, case: i64, test: Case, to: Label) {
        let b = match fits16(case) {
            true => Src::I(case),
            false => Src::R(e.number(&Src::I(case), s.temps[0])),
        };
        let how = How::Signed(if s.bytes == 8 { Sz::X } else { Sz::W });
        let test = match test {
            Case::Equal => Test::new(how, s.value, b, Bit::Eq, true),
            Case::AtLeast => Test::new(how, s.value, b, Bit::Lt, false),
        };
        e.jump_if(test, to);
    }
    fn jump_table(e: &mut Emitter<BIG>, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        let [t, t2] = s.temps;
        e.buf.imm(t2, low.wrapping_neg());
        e.buf.alu(AluOp::Add, Sz::X, t, s.value, Src::R(t2));
        if s.bytes < 8 {
            e.buf.bits(t, t, 0, 32);
        }
        e.buf.imm(t2, span as i64);
        e.jump_if(Test::new(How::Unsigned(Sz::X), t, Src::R(t2), Bit::Gt, true), default);
        e.buf.branch(Jump::Address(t2), table);
        e.buf.alu(AluOp::Shl, Sz::X, t, t, Src::I(2));
        e.buf.indexed(true, Cell::S(4), t, t2, t);
        e.buf.alu(AluOp::Add, Sz::X, t, t, Src::R(t2));
        e.buf.jump_register(false, t);
    }
    fn forms(b: Jump) -> &'static [Form] {
        words::forms(b)
    }
    fn write_branch(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
        words::jump(BIG, b, form, distance, out)
    }
    fn marker(b: &mut Buf<Self>) {
        b.word(0);
        b.word(0)
    }
    /// ori 0, 0, 0
    fn nop(b: &mut Buf<Self>) {
        b.word(24 << 26)
    }
    fn name(r: Reg) -> String {
        name(r)
    }
}
