//! From allocated instructions to words: one arm for each instruction of [`super::inst`].
pub mod words;

use super::Mips;
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

type Emitter<'a, const WIDE: bool, const BIG: bool> = Emit<'a, Mips<WIDE, BIG>>;

/// What an address comes to: a register and a distance, or a symbol.
enum Place {
    Near(Reg, i64),
    Symbol(FixupTarget, i64),
}

impl<const WIDE: bool, const BIG: bool> Emitter<'_, WIDE, BIG> {
    fn place(&self, a: &Addr) -> Place {
        debug_assert!(a.index.is_none(), "no instruction adds an index");
        let disp = a.disp as i64;
        let sp = |off: u32| Place::Near(SP, off as i64 + disp);
        match a.base {
            Base::Reg(r) => Place::Near(r, disp),
            Base::Slot(s) => sp(self.frame.slot_offset(s)),
            Base::InArg => sp(self.frame.in_args()),
            Base::OutArg => sp(self.frame.out_args()),
            Base::Sym(s) => Place::Symbol(FixupTarget::Sym(s), disp),
            Base::Pool(bits, size) => Place::Symbol(FixupTarget::Pool(bits, size), disp),
        }
    }
    /// A load (then `load`) or store.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, a: &Addr) {
        match self.place(a) {
            Place::Near(base, disp) => self.buf.access(load, cell, t, base, disp),
            Place::Symbol(target, addend) => self.buf.access_symbol(load, cell, t, target, addend),
        }
    }
    /// The same of a place that need not be aligned.
    fn unaligned(&mut self, load: bool, bytes: u8, t: Reg, a: &Addr) {
        if bytes == 1 {
            return self.access(load, Cell::U(1), t, a);
        }
        let (base, disp) = match self.place(a) {
            Place::Near(base, disp) => self.buf.reach(base, disp),
            Place::Symbol(target, addend) => {
                self.buf.address(FAR, target, addend);
                (FAR, 0)
            }
        };
        self.buf.unaligned(load, bytes, t, base, disp);
    }
    /// An address in a register.
    pub fn lea(&mut self, dst: Reg, a: &Addr) {
        match self.place(a) {
            Place::Near(base, disp) => self.buf.add_imm(dst, base, disp),
            Place::Symbol(target, addend) => self.buf.address(dst, target, addend),
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
    /// Compares; what a jump has to ask then. An order goes through TMP, but for that beside zero.
    fn compare(&mut self, t: &Test) -> Cond {
        let (cmp, a, b) = match *t {
            Test::Float { cmp, w, a, b, want } => {
                self.buf.fcmp(cmp, w, a, b);
                return Cond::Flag(want);
            }
            Test::Int { cmp, a, b: Src::I(0) } => (cmp, a, Src::R(ZERO)),
            Test::Int { cmp, a, b } => (cmp, a, b),
        };
        let zero = b == Src::R(ZERO);
        match (cmp, b) {
            (Cmp::Eq, _) => Cond::Eq(a, self.number(&b, TMP)),
            (Cmp::Ne, _) => Cond::Ne(a, self.number(&b, TMP)),
            (Cmp::Lt, _) if zero => Cond::Ltz(a),
            (Cmp::Ge, _) if zero => Cond::Gez(a),
            (Cmp::Lt, Src::R(b)) if a == ZERO => Cond::Gtz(b),
            (Cmp::Ge, Src::R(b)) if a == ZERO => Cond::Lez(b),
            (Cmp::Lt | Cmp::Ltu, _) => {
                self.less(cmp, TMP, a, b);
                Cond::Ne(TMP, ZERO)
            }
            (Cmp::Ge | Cmp::Geu, _) => {
                self.less(cmp, TMP, a, b);
                Cond::Eq(TMP, ZERO)
            }
        }
    }
    fn less(&mut self, cmp: Cmp, d: Reg, a: Reg, b: Src) {
        let signed = matches!(cmp, Cmp::Lt | Cmp::Ge);
        self.buf.whole(if signed { AluOp::Slt } else { AluOp::Sltu }, d, a, b)
    }
    pub fn jump_if(&mut self, t: Test, to: Label) {
        let cond = self.compare(&t);
        self.buf.branch(Jump::If(cond), to)
    }
    /// dst = a if the test is true.
    fn move_if(&mut self, t: &Test, dst: Reg, a: Reg) {
        let (cmp, x, y) = match *t {
            Test::Float { cmp, w, a: x, b: y, want } => {
                self.buf.fcmp(cmp, w, x, y);
                return self.buf.move_if_flag(want, dst, a);
            }
            Test::Int { cmp, a, b } => (cmp, a, b),
        };
        let (decides, zero) = match (cmp, y) {
            (Cmp::Eq | Cmp::Ne, Src::R(ZERO) | Src::I(0)) => (x, cmp == Cmp::Eq),
            (Cmp::Eq | Cmp::Ne, _) => {
                let y = self.number(&y, TMP);
                self.buf.alu(AluOp::Xor, Sz::W, TMP, x, Src::R(y));
                (TMP, cmp == Cmp::Eq)
            }
            _ => {
                self.less(cmp, TMP, x, y);
                (TMP, matches!(cmp, Cmp::Ge | Cmp::Geu))
            }
        };
        self.buf.move_if(zero, dst, a, decides);
    }
    fn own(&mut self, inst: &Inst) {
        let b = &mut self.buf;
        match inst {
            Inst::Imm { dst, imm } => b.imm(*dst, *imm),
            Inst::Lea { dst, addr } => self.lea(*dst, addr),
            Inst::Load { cell, dst, addr } => self.access(true, *cell, *dst, addr),
            Inst::Store { cell, addr, src } => self.access(false, *cell, *src, addr),
            Inst::Copy { bytes, to, from } => {
                self.unaligned(true, *bytes, TMP, from);
                self.unaligned(false, *bytes, TMP, to);
            }
            Inst::Clear { bytes, to } => self.unaligned(false, *bytes, ZERO, to),
            Inst::Alu { op, sz, dst, a, b: second } => b.alu(*op, *sz, *dst, *a, *second),
            Inst::Op2 { op, sz, dst, a } => b.op2(*op, *sz, *dst, *a),
            Inst::Bits { dst, a, keep } => b.bits(*dst, *a, *keep as u32),
            Inst::Pair { op, sz, hi, lo, a, b: second } => b.pair(*op, *sz, *hi, *lo, *a, *second),
            Inst::F3 { op, w, dst, a, b: second } => b.f3(*op, *w, *dst, *a, *second),
            Inst::F2 { op, w, dst, a } => b.f2(*op as u32, *w, *dst, *a),
            Inst::FCvt { w: Fw::S, dst, a } => b.f2(0x21, Fw::S, *dst, *a),
            Inst::FCvt { w: Fw::D, dst, a } => b.f2(0x20, Fw::D, *dst, *a),
            Inst::IntToF { sz, w, dst, a } => {
                b.to_float(*sz, FTMP, *a);
                b.from_int(*sz, *w, *dst, FTMP);
            }
            Inst::FToInt { sz, w, dst, a } => {
                b.f2(if *sz == Sz::X { 0x09 } else { 0x0d }, *w, FTMP, *a);
                b.to_int(*sz, *dst, FTMP);
            }
            Inst::GToF { w: Fw::D, dst, a } if !WIDE => {
                b.to_float(Sz::W, *dst, *a);
                b.to_float(Sz::W, upper(*dst), *a);
            }
            Inst::GToF { w, dst, a } => b.to_float(bits(*w), *dst, *a),
            Inst::FToG { w, dst, a } => b.to_int(bits(*w), *dst, *a),
            Inst::Copysign { w, dst, a, b: second } => {
                let (sz, half) = match *w {
                    Fw::D if WIDE => (Sz::X, false),
                    Fw::D => (Sz::W, true),
                    Fw::S => (Sz::W, false),
                };
                let part = |f: Reg| if half { upper(f) } else { f };
                b.to_int(sz, TMP, part(*a));
                b.to_int(sz, TMP2, part(*second));
                b.alu(AluOp::Shr, sz, TMP2, TMP2, Src::I(if sz == Sz::X { 63 } else { 31 }));
                b.put_sign(sz, TMP, TMP2);
                if half && dst != a {
                    b.f2(FOp2::Mov as u32, Fw::D, *dst, *a);
                }
                b.to_float(sz, part(*dst), TMP);
            }
            Inst::Br { test, then, els } => {
                let cond = self.compare(test);
                self.branch(Jump::If(cond), Jump::If(cond.invert()), *then, *els)
            }
            Inst::Set { test, dst } => {
                b.imm(*dst, 1);
                self.move_if(&test.invert(), *dst, ZERO);
            }
            Inst::Choose { test, dst, a, b: other } => {
                debug_assert_eq!(dst, other);
                self.move_if(test, *dst, *a);
            }
            Inst::Bounds(info) => self.bounds(info),
            Inst::LoadAtomic { cell, dst, addr } => {
                b.sync();
                b.near(true, *cell, *dst, *addr, 0);
                b.sync();
            }
            Inst::StoreAtomic { bytes, addr, src } => {
                b.sync();
                b.near(false, Cell::U(*bytes), *src, *addr, 0);
                b.sync();
            }
            Inst::Rmw { op, bytes, old, new, addr, src, mask } => {
                let again = b.label();
                b.sync();
                b.bind(again);
                b.load_linked(*bytes, *old, *addr);
                let sz = if *bytes == 8 { Sz::X } else { Sz::W };
                match op {
                    RmwOp::Swap => b.mv(*new, *src),
                    RmwOp::Add => b.alu(AluOp::Add, sz, *new, *old, Src::R(*src)),
                    RmwOp::And => b.alu(AluOp::And, sz, *new, *old, Src::R(*src)),
                    RmwOp::Or => b.alu(AluOp::Or, sz, *new, *old, Src::R(*src)),
                }
                match mask {
                    None => b.mv(TMP, *new),
                    Some(mask) => {
                        // Of what is to be there, the difference from what is, within the mask.
                        b.alu(AluOp::Xor, Sz::W, TMP, *old, Src::R(*new));
                        b.alu(AluOp::And, Sz::W, TMP, TMP, Src::R(*mask));
                        b.alu(AluOp::Xor, Sz::W, TMP, TMP, Src::R(*old));
                    }
                }
                b.store_conditional(*bytes, TMP, *addr);
                b.branch(Jump::If(Cond::Eq(TMP, ZERO)), again);
                b.sync();
            }
            Inst::Cas { bytes, addr, old, new, mask, found, dst } => {
                let (again, done) = (b.label(), b.label());
                b.sync();
                b.bind(again);
                b.load_linked(*bytes, *found, *addr);
                let have = match mask {
                    None => found,
                    Some(mask) => {
                        b.alu(AluOp::And, Sz::W, *dst, *found, Src::R(*mask));
                        dst
                    }
                };
                b.branch(Jump::If(Cond::Ne(*have, *old)), done);
                match mask {
                    None => b.mv(TMP, *new),
                    Some(_) => {
                        b.alu(AluOp::Xor, Sz::W, TMP, *found, Src::R(*have));
                        b.alu(AluOp::Or, Sz::W, TMP, TMP, Src::R(*new));
                    }
                }
                b.store_conditional(*bytes, TMP, *addr);
                b.branch(Jump::If(Cond::Eq(TMP, ZERO)), again);
                b.bind(done);
                b.alu(AluOp::Xor, Sz::W, *dst, *have, Src::R(*old));
                b.alu(AluOp::Sltu, Sz::W, *dst, *dst, Src::I(1));
                b.sync();
            }
            Inst::Words { dst, src, bytes, aligned, t: [to, from, end] } => {
                let (word, size) = (Buf::<Mips<WIDE, BIG>>::WORD, if WIDE { 8 } else { 4 });
                let step = |b: &mut Buf<Mips<WIDE, BIG>>, load: bool, t: Reg, at: Reg| {
                    match aligned {
                        true => b.near(load, word, t, at, 0),
                        false => b.unaligned(load, size, t, at, 0),
                    }
                    b.add_imm(at, at, size as i64);
                };
                b.mv(*to, *dst);
                src.iter().for_each(|s| b.mv(*from, *s));
                b.add_imm(*end, *dst, *bytes as i64);
                let again = b.label();
                b.bind(again);
                if src.is_some() {
                    step(b, true, TMP, *from);
                }
                step(b, false, if src.is_some() { TMP } else { ZERO }, *to);
                b.branch(Jump::If(Cond::Ne(*to, *end)), again);
            }
            Inst::Probe { addr } => self.access(true, Cell::U(1), ZERO, addr),
            Inst::ReadG { dst } => b.mv(*dst, G),
            Inst::FixedRegs => Mips::<WIDE, BIG>::load_fixed(self),
            Inst::Pause => b.nop(),
            Inst::Break => b.word(0x0d),
        }
    }
    fn bounds(&mut self, info: &BoundsInfo) {
        let source = |x: &Src| match x {
            Src::R(r) => Source::Place(*r),
            Src::I(i) => Source::Imm(*i),
        };
        let at = self.bounds_failure(source(&info.idx), source(&info.len), info.panic);
        let (idx, len) = (info.idx, info.len);
        let test = match info.inclusive {
            false => Test::Int { cmp: Cmp::Geu, a: self.number(&idx, TMP), b: len },
            true => Test::Int { cmp: Cmp::Ltu, a: self.number(&len, TMP), b: idx },
        };
        self.jump_if(test, at);
    }
}

/// The integer's width that a float's bits have.
fn bits(w: Fw) -> Sz {
    if w == Fw::S { Sz::W } else { Sz::X }
}
/// The second register of a pair.
fn upper(f: Reg) -> Reg {
    Reg::float(f.hw() + 1)
}

impl<const WIDE: bool, const BIG: bool> Encode for Mips<WIDE, BIG> {
    const JUMP: Jump = ALWAYS;
    const PAD: &'static [u8] = &[0; 4];

    fn inst(e: &mut Emit<Self>, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emit<Self>, m: Move) {
        let (from, to) = (m.from, m.to);
        let cell = if from.is_float() { Cell::F(8) } else { Buf::<Self>::WORD };
        let slot = |r: Reg| e.frame.spill_offset(r.index()) as i64;
        match (from.is_spill(), to.is_spill()) {
            (true, _) => e.buf.access(true, cell, to, SP, slot(from)),
            (_, true) => e.buf.access(false, cell, from, SP, slot(to)),
            _ if from.is_float() => e.buf.f2(FOp2::Mov as u32, Fw::D, to, from),
            _ => e.buf.mv(to, from),
        }
    }
    fn imm(e: &mut Emit<Self>, dst: Reg, imm: i64) {
        e.buf.imm(dst, imm)
    }
    fn load_word(e: &mut Emit<Self>, dst: Reg, addr: &Addr) {
        e.access(true, Buf::<Self>::WORD, dst, addr)
    }
    fn call(e: &mut Emit<Self>, t: &Target, jump: bool) {
        let word = Buf::<Self>::WORD;
        let through = match t {
            Target::Func(f) => return e.buf.jump_symbol(!jump, FixupTarget::Sym(SymRef::Func(*f))),
            Target::Ext(name) => return e.buf.jump_symbol(!jump, FixupTarget::Ext(name.to_string())),
            Target::Closure => {
                e.buf.near(true, word, FAR, CTXT, 0);
                FAR
            }
            Target::Mem(a) => {
                e.access(true, word, FAR, a);
                FAR
            }
            Target::Reg(r) | Target::Place(r) | Target::Fixed(r) => *r,
        };
        e.buf.jump_register(!jump, through)
    }
    /// teq of two registers that are equal
    fn trap(e: &mut Emit<Self>) {
        e.buf.word(0x34)
    }
    fn case(e: &mut Emit<Self>, s: &SwitchInfo, case: i64, test: Case, to: Label) {
        let cmp = if test == Case::Equal { Cmp::Eq } else { Cmp::Ge };
        let b = match cmp {
            Cmp::Ge if fits16(case) => Src::I(case),
            _ => Src::R(e.number(&Src::I(case), s.temps[0])),
        };
        e.jump_if(Test::Int { cmp, a: s.value, b }, to);
    }
    fn jump_table(e: &mut Emit<Self>, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        let [t, t2] = s.temps;
        // Values are extended with their sign: the difference is right in all of a register.
        e.buf.add_imm(t, s.value, low.wrapping_neg());
        e.buf.imm(t2, span as i64);
        e.jump_if(Test::new(Cmp::Ltu, t2, t), default);
        e.buf.branch(Jump::Address(t2), table);
        e.buf.whole(AluOp::Shl, t, t, Src::I(2));
        e.buf.whole(AluOp::Add, t, t, Src::R(t2));
        e.buf.near(true, Cell::S(4), t, t, 0);
        e.buf.whole(AluOp::Add, t, t, Src::R(t2));
        e.buf.jump_register(false, t);
    }
    fn forms(b: Jump) -> &'static [Form] {
        words::forms(b)
    }
    fn write_branch(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
        words::jump(WIDE, BIG, b, form, distance, out)
    }
    fn marker(b: &mut Buf<Self>) {
        b.nop();
        b.nop()
    }
    fn nop(b: &mut Buf<Self>) {
        b.word(0)
    }
    fn name(r: Reg) -> String {
        name(r)
    }
}
