//! From allocated instructions to words: one arm for each instruction of [`super::inst`].
pub mod words;

use super::Arm;
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

type Emitter<'a> = Emit<'a, Arm>;

impl Emitter<'_> {
    /// Base register and distance of an address. Symbols' addresses come into FAR.
    fn place(&mut self, a: &Addr) -> (Reg, i64) {
        let disp = a.disp as i64;
        let target = match a.base {
            Base::Reg(r) => return (r, disp),
            Base::Slot(s) => return (SP, self.frame.slot_offset(s) as i64 + disp),
            Base::InArg => return (SP, self.frame.in_args() as i64 + disp),
            Base::OutArg => return (SP, self.frame.out_args() as i64 + disp),
            Base::Sym(s) => FixupTarget::Sym(s),
            Base::Pool(bits, size) => FixupTarget::Pool(bits, size),
        };
        self.buf.address(FAR, target, disp);
        (FAR, 0)
    }
    /// A load (then `load`) or store.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, a: &Addr) {
        let (base, disp) = self.place(a);
        match a.index {
            None => self.buf.access(load, cell, t, base, disp),
            Some(index) => self.buf.access_indexed(load, cell, t, base, index, disp),
        }
    }
    /// An address in a register.
    pub fn lea(&mut self, dst: Reg, a: &Addr) {
        if let (Base::Sym(s), None) = (a.base, a.index) {
            return self.buf.address(dst, FixupTarget::Sym(s), a.disp as i64);
        }
        let (base, disp) = self.place(a);
        match a.index {
            None => self.buf.add_imm(dst, base, disp),
            Some(index) => {
                let sum = if disp == 0 { dst } else { FAR };
                self.buf.add_scaled(sum, base, index);
                self.buf.add_imm(dst, sum, disp);
            }
        }
    }
    pub fn jump_if(&mut self, cc: Cond, to: Label) {
        self.buf.branch(Jump::If(cc), to)
    }
    /// Flags of a register and a number, which goes to `t` if the instruction does not hold it.
    fn cmp_imm(&mut self, a: Reg, i: u32, t: Reg) {
        let (op, b) = match (modified(i), modified(i.wrapping_neg())) {
            (Some(_), _) => (TestOp::Cmp, Src::I(i)),
            (_, Some(_)) => (TestOp::Cmn, Src::I(i.wrapping_neg())),
            _ => {
                self.buf.imm(t, i);
                (TestOp::Cmp, Src::R(t))
            }
        };
        self.buf.test(op, a, b)
    }
    fn own(&mut self, inst: &Inst) {
        let b = &mut self.buf;
        match inst {
            Inst::Imm { dst, imm } => b.imm(*dst, *imm),
            Inst::Lea { dst, addr } => self.lea(*dst, addr),
            Inst::Load { cell, dst, addr } => self.access(true, *cell, *dst, addr),
            Inst::Store { cell, addr, src } => self.access(false, *cell, *src, addr),
            Inst::StoreZero { bytes, addr } => {
                b.imm(TMP2, 0);
                self.access(false, Cell::U((*bytes).min(4)), TMP2, addr);
                if *bytes == 8 {
                    self.access(false, Cell::U(4), TMP2, &addr.offset(4));
                }
            }
            Inst::Alu { op, flags, dst, a, b: second } => b.alu(*op, *flags, *dst, *a, *second),
            Inst::Mov { not, dst, b: second } => b.mov_if(Cond::Al, *not, *dst, *second),
            Inst::Shift { shift, bounded: true, dst, a, n } => b.shift_if(Cond::Al, *shift, *dst, *a, *n),
            Inst::Shift { shift, bounded: false, dst, a, n } => {
                // Up to 255 the machine shifts everything out by itself.
                b.test(TestOp::Cmp, *n, Src::I(255));
                b.shift_if(Cond::Ls, *shift, *dst, *a, *n);
                let out = if *shift == Shift::Asr { Src::S(*a, Shift::Asr, 31) } else { Src::I(0) };
                b.mov_if(Cond::Hi, false, *dst, out);
            }
            Inst::Test { op, a, b: second } => b.test(*op, *a, *second),
            Inst::Mul { dst, a, b: second } => b.mul(*dst, *a, *second),
            Inst::Mac { sub, dst, a, b: second, acc } => b.mac(*sub, *dst, *a, *second, *acc),
            Inst::MulWide { hi, lo, a, b: second } => b.mul_wide(*hi, *lo, *a, *second),
            Inst::MulHigh { dst, a, b: second } => b.mul_high(*dst, *a, *second),
            Inst::Op2 { op, dst, a } => b.op2(*op, *dst, *a),
            Inst::Choose { cc, dst, b: other, a } => {
                debug_assert_eq!(dst, other);
                match dst.is_float() {
                    true => b.f2_if(*cc, FOp2::Mov as u32, Fw::D, *dst, *a),
                    false => b.mov_if(*cc, false, *dst, Src::R(*a)),
                }
            }
            Inst::Cset { cc, dst } => {
                b.mov_if(Cond::Al, false, *dst, Src::I(0));
                b.mov_if(*cc, false, *dst, Src::I(1));
            }
            Inst::F3 { op, w, dst, a, b: second } => b.f3(*op, *w, *dst, *a, *second),
            Inst::F2 { op, w, dst, a } => b.f2(*op as u32, *w, *dst, *a),
            Inst::FCmp { w, a, b: second } => b.fcmp(*w, *a, *second),
            Inst::FZero { dst } => {
                b.imm(TMP, 0);
                b.float_words(*dst, TMP);
            }
            Inst::FCvt { w, dst, a } => b.f2(0x0eb7_0ac0, *w, *dst, *a),
            Inst::IntToF { w, dst, a } => {
                b.float_word(false, FTMP, false, *a);
                b.f2(0x0eb8_0ac0, *w, *dst, FTMP);
            }
            Inst::FToInt { signed, w, dst, a } => {
                b.f2(if *signed { 0x0ebd_0ac0 } else { 0x0ebc_0ac0 }, *w, FTMP, *a);
                b.float_word(true, FTMP, false, *dst);
            }
            Inst::Copysign { w, dst, a, b: second } => {
                let upper = *w == Fw::D;
                b.float_word(true, *a, upper, TMP);
                b.float_word(true, *second, upper, TMP2);
                b.mov_if(Cond::Al, false, TMP2, Src::S(TMP2, Shift::Lsr, 31));
                b.put_sign(TMP, TMP2);
                if dst != a {
                    b.f2(FOp2::Mov as u32, Fw::D, *dst, *a);
                }
                b.float_word(false, *dst, upper, TMP);
            }
            Inst::GToF { dst, a } => b.float_word(false, *dst, false, *a),
            Inst::FToG { dst, a } => b.float_word(true, *a, false, *dst),
            Inst::Br { cc, then, els } => self.branch(Jump::If(*cc), Jump::If(cc.invert()), *then, *els),
            Inst::Bounds(info) => self.bounds(info),
            Inst::LoadAcquire { bytes, dst, addr } => {
                b.access(true, Cell::U(*bytes), *dst, *addr, 0);
                b.fence();
            }
            Inst::StoreOrdered { bytes, addr, src } => {
                b.fence();
                b.access(false, Cell::U(*bytes), *src, *addr, 0);
                b.fence();
            }
            Inst::Rmw { op, bytes, dst, addr, src, new } => {
                b.fence();
                let again = b.label();
                b.bind(again);
                b.load_exclusive(*bytes, *dst, *addr);
                let value = match op {
                    RmwOp::Xchg => src,
                    RmwOp::Add | RmwOp::And | RmwOp::Or => {
                        let op = [AluOp::Add, AluOp::And, AluOp::Orr][*op as usize];
                        b.alu(op, false, *new, *dst, Src::R(*src));
                        new
                    }
                };
                b.store_exclusive(*bytes, TMP, *addr, *value);
                b.test(TestOp::Cmp, TMP, Src::I(0));
                b.branch(Jump::If(Cond::Ne), again);
                b.fence();
            }
            Inst::Cas { bytes, addr, old, new, found } => {
                // A narrow one is compared without what its register has above it.
                if *bytes == 1 {
                    b.op2(Op2::Uxtb, TMP2, *old);
                }
                let old = if *bytes == 1 { TMP2 } else { *old };
                b.fence();
                let (again, done) = (b.label(), b.label());
                b.bind(again);
                b.load_exclusive(*bytes, *found, *addr);
                b.test(TestOp::Cmp, *found, Src::R(old));
                b.branch(Jump::If(Cond::Ne), done);
                b.store_exclusive(*bytes, TMP, *addr, *new);
                b.test(TestOp::Cmp, TMP, Src::I(0));
                b.branch(Jump::If(Cond::Ne), again);
                b.bind(done);
                b.fence();
            }
            Inst::Words { dst, src, count, t: [to, from, n] } => {
                b.mov(*to, *dst);
                match src {
                    Some(src) => b.mov(*from, *src),
                    None => b.imm(TMP, 0),
                }
                b.mov(*n, *count);
                let again = b.label();
                b.bind(again);
                if src.is_some() {
                    b.next_word(true, TMP, *from);
                }
                b.next_word(false, TMP, *to);
                b.alu(AluOp::Sub, true, *n, *n, Src::I(1));
                b.branch(Jump::If(Cond::Ne), again);
            }
            Inst::Probe { addr } => self.access(true, Cell::U(1), TMP, addr),
            Inst::ReadG { dst } => b.mov(*dst, G),
            Inst::FixedRegs => Arm::load_fixed(self),
            Inst::Yield => b.always(0x0320_f001),
            Inst::Break => b.always(0x0120_0070),
        }
    }
    fn bounds(&mut self, info: &BoundsInfo) {
        let source = |x: &Src| match x {
            Src::R(r) | Src::S(r, ..) => Source::Place(*r),
            Src::I(i) => Source::Imm(*i as i64),
        };
        let (first, second) = if info.swapped { (&info.len, &info.idx) } else { (&info.idx, &info.len) };
        if let Src::R(r) = first {
            self.buf.test(TestOp::Cmp, *r, *second);
        }
        let at = self.bounds_failure(source(&info.idx), source(&info.len), info.panic);
        self.jump_if(info.fail, at);
    }
}

impl Encode for Arm {
    const JUMP: Jump = Jump::If(Cond::Al);
    const PAD: &'static [u8] = &[0; 4];

    fn inst(e: &mut Emitter, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emitter, m: Move) {
        let (from, to) = (m.from, m.to);
        let cell = if from.is_float() { Cell::F(8) } else { Cell::U(4) };
        let slot = |r: Reg| e.frame.spill_offset(r.index()) as i64;
        match (from.is_spill(), to.is_spill()) {
            (true, _) => e.buf.access(true, cell, to, SP, slot(from)),
            (_, true) => e.buf.access(false, cell, from, SP, slot(to)),
            _ if from.is_float() => e.buf.f2(FOp2::Mov as u32, Fw::D, to, from),
            _ => e.buf.mov(to, from),
        }
    }
    fn imm(e: &mut Emitter, dst: Reg, imm: i64) {
        e.buf.imm(dst, imm as u32)
    }
    fn load_word(e: &mut Emitter, dst: Reg, addr: &Addr) {
        e.access(true, Cell::U(4), dst, addr)
    }
    fn call(e: &mut Emitter, t: &Target, jump: bool) {
        let through = match t {
            Target::Func(f) => return e.buf.jump_symbol(!jump, FixupTarget::Sym(SymRef::Func(*f))),
            Target::Ext(name) => return e.buf.jump_symbol(!jump, FixupTarget::Ext(name.to_string())),
            Target::Closure => {
                e.buf.access(true, Cell::U(4), FAR, CTXT, 0);
                FAR
            }
            Target::Mem(a) => {
                e.access(true, Cell::U(4), FAR, a);
                FAR
            }
            Target::Reg(r) | Target::Place(r) | Target::Fixed(r) => *r,
        };
        e.buf.jump_register(!jump, through)
    }
    fn trap(e: &mut Emitter) {
        e.buf.always(0x07f0_00f0)
    }
    fn case(e: &mut Emitter, s: &SwitchInfo, case: i64, test: Case, to: Label) {
        e.cmp_imm(s.value, case as u32, s.temps[0]);
        e.jump_if(if test == Case::Equal { Cond::Eq } else { Cond::Ge }, to);
    }
    fn jump_table(e: &mut Emitter, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        let [t, t2] = s.temps;
        e.buf.add_imm(t, s.value, low.wrapping_neg());
        e.cmp_imm(t, span, t2);
        e.jump_if(Cond::Hi, default);
        e.buf.branch(Jump::Address(t2), table);
        e.buf.access_indexed(true, Cell::U(4), t, t2, (t, 2), 0);
        e.buf.alu(AluOp::Add, false, t, t, Src::R(t2));
        e.buf.jump_register(false, t);
    }
    fn forms(b: Jump) -> &'static [Form] {
        words::forms(b)
    }
    fn write_branch(b: Jump, _form: usize, distance: i64, out: &mut Vec<u8>) {
        words::jump(b, distance, out)
    }
    fn marker(b: &mut Buf<Self>) {
        b.word(0);
        b.word(0)
    }
    fn nop(b: &mut Buf<Self>) {
        b.always(0x0320_f000)
    }
    fn name(r: Reg) -> String {
        name(r)
    }
}
