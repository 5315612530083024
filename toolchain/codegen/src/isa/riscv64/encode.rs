//! From allocated instructions to words: one arm for each instruction of [`super::inst`].
pub mod words;

use super::Riscv64;
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

type Emitter<'a> = Emit<'a, Riscv64>;

/// What an address comes to: a register and a distance, or a symbol.
enum Place {
    Near(Reg, i64),
    Symbol(FixupTarget, i64),
}

impl Emitter<'_> {
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
    /// An address in a register.
    pub fn lea(&mut self, dst: Reg, a: &Addr) {
        match self.place(a) {
            Place::Near(base, disp) => self.buf.add_imm(dst, base, disp),
            Place::Symbol(target, addend) => self.buf.address(dst, target, addend),
        }
    }
    pub fn jump_if(&mut self, t: Test, to: Label) {
        self.buf.branch(Jump::Test(t), to)
    }
    fn own(&mut self, inst: &Inst) {
        let b = &mut self.buf;
        match inst {
            Inst::Imm { dst, imm } => b.imm(*dst, *imm),
            Inst::Lea { dst, addr } => self.lea(*dst, addr),
            Inst::Load { cell, dst, addr } => self.access(true, *cell, *dst, addr),
            Inst::Store { cell, addr, src } => self.access(false, *cell, *src, addr),
            Inst::Alu { op, sz, dst, a, b: second } => b.alu(*op, *sz, *dst, *a, *second),
            Inst::F3 { op, w, dst, a, b: second } => b.f3(*op, *w, *dst, *a, *second),
            Inst::FMac { op, w, dst, a, b: second, c } => b.fmac(*op, *w, *dst, *a, *second, *c),
            Inst::FSqrt { w, dst, a } => b.f2(0x5800_7000, *w, *dst, *a, 0),
            Inst::FCmp { op, w, dst, a, b: second } => b.fcmp(*op, *w, *dst, *a, *second),
            // To the wider one nothing is rounded.
            Inst::FCvt { w: Fw::S, dst, a } => b.f2(0x4000_0000, Fw::D, *dst, *a, 0),
            Inst::FCvt { w: Fw::D, dst, a } => b.f2(0x4000_7000, Fw::S, *dst, *a, 1),
            Inst::IntToF { signed, sz, w, dst, a } => {
                let exact = *sz == Sz::W && *w == Fw::D;
                let rounds = if exact { 0 } else { 0x7000 };
                b.f2(0xd000_0000 | rounds, *w, *dst, *a, kind(*signed, *sz))
            }
            Inst::FToInt { signed, sz, w, dst, a } => b.f2(0xc000_1000, *w, *dst, *a, kind(*signed, *sz)),
            Inst::GToF { w, dst, a } => b.f2(0xf000_0000, *w, *dst, *a, 0),
            Inst::FToG { w, dst, a } => b.f2(0xe000_0000, *w, *dst, *a, 0),
            Inst::Br { test, then, els } => {
                self.branch(Jump::Test(*test), Jump::Test(test.invert()), *then, *els)
            }
            Inst::Choose { test, dst, a, b: other } => {
                debug_assert_eq!(dst, a);
                let done = b.label();
                b.branch(Jump::Test(*test), done);
                Riscv64::mov(self, Move { from: *other, to: *dst });
                self.buf.bind(done);
            }
            Inst::Bounds(info) => self.bounds(info),
            Inst::LoadAtomic { cell, dst, addr } => {
                b.fence(3, 3);
                b.near(true, *cell, *dst, *addr, 0);
                b.fence(2, 3);
            }
            Inst::StoreAtomic { bytes, addr, src } => {
                b.fence(3, 1);
                b.near(false, Cell::U(*bytes), *src, *addr, 0);
            }
            Inst::Amo { op, bytes, dst, addr, src } => b.atomic(*op as u32, 3, *bytes, *dst, *addr, *src),
            Inst::Cas { bytes, addr, old, new, mask, t, found } => {
                let (again, done) = (b.label(), b.label());
                b.bind(again);
                b.load_reserved(*bytes, *found, *addr);
                let (have, new) = match mask.zip(*t) {
                    None => (*found, *new),
                    Some((mask, t)) => {
                        b.alu(AluOp::And, Sz::X, TMP, *found, Src::R(mask));
                        b.alu(AluOp::Xor, Sz::X, t, *found, Src::R(TMP));
                        b.alu(AluOp::Or, Sz::X, t, t, Src::R(*new));
                        (TMP, t)
                    }
                };
                b.branch(Jump::Test(Test::new(Cmp::Ne, have, *old)), done);
                b.store_conditional(*bytes, TMP, *addr, new);
                b.branch(Jump::Test(Test::new(Cmp::Ne, TMP, ZERO)), again);
                b.bind(done);
            }
            Inst::Part { op, addr, src, mask, dst, t } => {
                let again = b.label();
                b.bind(again);
                b.load_reserved(4, *dst, *addr);
                // Of what is to be there, the difference from what is, within the mask.
                let value = match op {
                    PartOp::Swap => *src,
                    PartOp::Add => {
                        b.alu(AluOp::Add, Sz::X, *t, *dst, Src::R(*src));
                        *t
                    }
                };
                b.alu(AluOp::Xor, Sz::X, *t, *dst, Src::R(value));
                b.alu(AluOp::And, Sz::X, *t, *t, Src::R(*mask));
                b.alu(AluOp::Xor, Sz::X, *t, *t, Src::R(*dst));
                b.store_conditional(4, TMP, *addr, *t);
                b.branch(Jump::Test(Test::new(Cmp::Ne, TMP, ZERO)), again);
            }
            Inst::Words { dst, src, count, t: [to, from, n, word] } => {
                b.mv(*to, *dst);
                src.iter().for_each(|s| b.mv(*from, *s));
                b.mv(*n, *count);
                let again = b.label();
                b.bind(again);
                let word = match src {
                    Some(_) => {
                        b.near(true, Cell::U(8), *word, *from, 0);
                        b.add_imm(*from, *from, 8);
                        *word
                    }
                    None => ZERO,
                };
                b.near(false, Cell::U(8), word, *to, 0);
                b.add_imm(*to, *to, 8);
                b.add_imm(*n, *n, -1);
                b.branch(Jump::Test(Test::new(Cmp::Ne, *n, ZERO)), again);
            }
            Inst::Probe { addr } => self.access(true, Cell::U(1), ZERO, addr),
            Inst::ReadG { dst } => b.mv(*dst, G),
            Inst::FixedRegs => Riscv64::load_fixed(self),
            // A fence that orders nothing: where there is no such hint it does nothing.
            Inst::Pause => b.fence(1, 0),
            Inst::Break => b.word(0x0010_0073),
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
        let (idx, len) = (self.number(&info.idx, TMP), self.number(&info.len, FAR));
        self.jump_if(
            match info.inclusive {
                false => Test::new(Cmp::Geu, idx, len),
                true => Test::new(Cmp::Ltu, len, idx),
            },
            at,
        );
    }
}

/// How a conversion says which integers it is about.
fn kind(signed: bool, sz: Sz) -> u8 {
    u8::from(!signed) | u8::from(sz == Sz::X) << 1
}

impl Encode for Riscv64 {
    const JUMP: Jump = Jump::Always;
    const PAD: &'static [u8] = &[0; 4];

    fn inst(e: &mut Emitter, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emitter, m: Move) {
        let (from, to) = (m.from, m.to);
        let cell = if from.is_float() { Cell::F(8) } else { Cell::U(8) };
        let slot = |r: Reg| e.frame.spill_offset(r.index()) as i64;
        match (from.is_spill(), to.is_spill()) {
            (true, _) => e.buf.access(true, cell, to, SP, slot(from)),
            (_, true) => e.buf.access(false, cell, from, SP, slot(to)),
            _ if from.is_float() => e.buf.f3(FOp::Sgnj, Fw::D, to, from, from),
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
        let link = if jump { ZERO } else { LINK };
        let through = match t {
            Target::Func(f) => return e.buf.jump_symbol(link, FixupTarget::Sym(SymRef::Func(*f))),
            Target::Ext(name) => return e.buf.jump_symbol(link, FixupTarget::Ext(name.to_string())),
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
        e.buf.jump_register(link, through)
    }
    fn trap(e: &mut Emitter) {
        e.buf.word(0xc000_1073)
    }
    fn case(e: &mut Emitter, s: &SwitchInfo, case: i64, test: Case, to: Label) {
        let b = e.number(&Src::I(case), s.temps[0]);
        let cmp = if test == Case::Equal { Cmp::Eq } else { Cmp::Ge };
        e.jump_if(Test::new(cmp, s.value, b), to);
    }
    fn jump_table(e: &mut Emitter, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        let [t, t2] = s.temps;
        // Values are extended with their sign: the difference is right in 64 bits.
        e.buf.add_imm(t, s.value, low.wrapping_neg());
        e.buf.imm(t2, span as i64);
        e.jump_if(Test::new(Cmp::Ltu, t2, t), default);
        e.buf.branch(Jump::Address(t2), table);
        e.buf.alu(AluOp::Sll, Sz::X, t, t, Src::I(2));
        e.buf.alu(AluOp::Add, Sz::X, t, t, Src::R(t2));
        e.buf.near(true, Cell::S(4), t, t, 0);
        e.buf.alu(AluOp::Add, Sz::X, t, t, Src::R(t2));
        e.buf.jump_register(ZERO, t);
    }
    fn forms(b: Jump) -> &'static [Form] {
        words::forms(b)
    }
    fn write_branch(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
        words::jump(b, form, distance, out)
    }
    fn marker(b: &mut Buf<Self>) {
        b.word(0);
        b.word(0)
    }
    fn nop(b: &mut Buf<Self>) {
        b.alu(AluOp::Add, Sz::X, ZERO, ZERO, Src::I(0))
    }
    fn name(r: Reg) -> String {
        name(r)
    }
}
