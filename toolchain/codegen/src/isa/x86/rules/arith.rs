//! Selection of integer and float arithmetic and of conversions.
use super::Isel;
use crate::isa::x86::X86;
use crate::isa::x86::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::op::Asked;
use ir::{EntityId, InstData, Op, Ty, Value};
use smallvec::SmallVec;

rules! {
    /// Arithmetic and conversions, each with a result.
    fn arith<type M: X86>(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), full = s.sz(out), sz = full.reg(), w = fw(s.ty(out));

    // x << n combined with x >> width - n.
    Add(Shl[_](x, #m), LShr[_](y, #n)) if x == y && turns(m, n, full) => rol(full, dst, s.reg(x), m);
    Add(LShr[_](x, #n), Shl[_](y, #m)) if x == y && turns(m, n, full) => rol(full, dst, s.reg(x), m);
    Or(Shl[_](x, #m), LShr[_](y, #n)) if x == y && turns(m, n, full) => rol(full, dst, s.reg(x), m);
    Or(LShr[_](x, #n), Shl[_](y, #m)) if x == y && turns(m, n, full) => rol(full, dst, s.reg(x), m);
    Xor(Shl[_](x, #m), LShr[_](y, #n)) if x == y && turns(m, n, full) => rol(full, dst, s.reg(x), m);
    Xor(LShr[_](x, #n), Shl[_](y, #m)) if x == y && turns(m, n, full) => rol(full, dst, s.reg(x), m);

    // An operand that lives on is not overwritten.
    Add(~i, x) if s.single_use(x) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: Rmi::I(i) };
    Add(~i, x) => Inst::Lea { dst, addr: Addr::reg(s.reg(x), i), sz };
    Add(x, ~i) if s.single_use(x) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: Rmi::I(i) };
    Add(x, ~i) => Inst::Lea { dst, addr: Addr::reg(s.reg(x), i), sz };
    Add(x, y @ Shl[_](z, #k)) if s.single_use(y) && scale(k) => Inst::Lea { dst, addr: s.indexed(x, z, k as u8), sz };
    Add(y @ Shl[_](z, #k), x) if s.single_use(y) && scale(k) => Inst::Lea { dst, addr: s.indexed(x, z, k as u8), sz };
    Add(x, y) if !s.single_use(x) && !s.single_use(y) => Inst::Lea { dst, addr: s.indexed(x, y, 0), sz };
    Add(x, y) if s.single_use(x) => s.commutative(AluOp::Add, sz, dst, x, y);
    Add(x, y) => s.commutative(AluOp::Add, sz, dst, y, x);
    Sub(x, ~i) if i != i32::MIN && s.single_use(x) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: Rmi::I(-i) };
    Sub(x, ~i) if i != i32::MIN => Inst::Lea { dst, addr: Addr::reg(s.reg(x), -i), sz };
    Sub(x, y) => s.alu(AluOp::Sub, sz, dst, x, y);
    // Masks that a move extends.
    And(x, #0xff) => Inst::Ext { kind: Ext::Z(Sz::B), dst, src: Rm::R(s.reg(x)) };
    And(x, #0xffff) => Inst::Ext { kind: Ext::Z(Sz::W), dst, src: Rm::R(s.reg(x)) };
    And(x, #0xffff_ffff) if sz == Sz::Q => Inst::Ext { kind: Ext::Z(Sz::D), dst, src: Rm::R(s.reg(x)) };
    And(x, y) => s.commutative(AluOp::And, sz, dst, x, y);
    Or(x, y) => s.commutative(AluOp::Or, sz, dst, x, y);
    Xor(x, y) => s.commutative(AluOp::Xor, sz, dst, x, y);
    Neg(x) => Inst::Un { op: UnOp::Neg, sz, dst, a: s.reg(x) };
    Not(x) => Inst::Un { op: UnOp::Not, sz, dst, a: s.reg(x) };

    Mul(~c, x) => s.mul_by(dst, sz, x, c);
    Mul(x, ~c) => s.mul_by(dst, sz, x, c);
    Mul(x, y) if !s.ends_here(x) && s.ends_here(y) => Inst::Imul { sz, dst, a: s.reg(y), b: Rm::R(s.reg(x)) };
    Mul(x, y) => Inst::Imul { sz, dst, a: s.reg(x), b: s.rm(y, full == sz) };
    UMulWide(x, y) =>
        Inst::MulWide { signed: false, hi: dst, lo: s.out_reg(d.results[1]), a: s.reg(x), b: Rm::R(s.reg(y)) };
    SMulHi(x, y) => Inst::MulWide { signed: true, hi: dst, lo: s.temp(false), a: s.reg(x), b: Rm::R(s.reg(y)) };
    UDivWide(hi, lo, y) =>
        Inst::DivWide { quot: dst, rem: s.out_reg(d.results[1]), hi: s.reg(hi), lo: s.reg(lo), d: s.reg(y) };
    SDiv(_, _) => s.div(d, dst);
    UDiv(_, _) => s.div(d, dst);
    SRem(_, _) => s.div(d, dst);
    URem(_, _) => s.div(d, dst);
    AddCarry(_, _, _) => s.carry(d, AluOp::Adc);
    SubBorrow(_, _, _) => s.carry(d, AluOp::Sbb);

    Shl[bounded](_, _) => s.shift(d, dst, ShOp::Shl, bounded);
    LShr[bounded](_, _) => s.shift(d, dst, ShOp::Shr, bounded);
    AShr[bounded](_, _) => s.shift(d, dst, ShOp::Sar, bounded);
    RotL(x, #n) if (n as u32).is_multiple_of(full.bits()) => s.copied(dst, x);
    RotL(x, #n) => rol(full, dst, s.reg(x), (n as u32 % full.bits()) as i64);
    RotL(x, y) => Inst::ShC { op: ShOp::Rol, sz: full, dst, a: s.reg(x), count: s.reg(y) };
    Clz(x) => s.clz(dst, x);
    Ctz(x) => s.ctz(dst, x);
    Popcnt(x) => s.popcnt(dst, x);
    Asked[Asked::Popcnt](x) => Inst::Popcnt { sz, dst, src: s.reg(x) };
    Asked[Asked::Fma](x, y, z) => Inst::Fma { dst, c: s.reg(z), a: s.reg(x), b: s.reg(y) };
    // Results of one operand change half of a register: in the operand's own they wait for nothing else.
    Asked[Asked::Round(how)](x) => Inst::Round { how, dst, src: Rm::R(s.reg(x)) };
    Bswap(x) if full == Sz::W => rol(full, dst, s.reg(x), 8);
    Bswap(x) => Inst::Un { op: UnOp::Bswap, sz, dst, a: s.reg(x) };

    // A left operand in memory changes sides.
    FAdd(x, y) if s.in_memory(x) && !s.in_memory(y) => Inst::FAlu { op: FOp::Add, w, dst, a: s.reg(y), b: s.rm(x, true) };
    FAdd(x, y) => Inst::FAlu { op: FOp::Add, w, dst, a: s.reg(x), b: s.rm(y, true) };
    FMul(x, y) if s.in_memory(x) && !s.in_memory(y) => Inst::FAlu { op: FOp::Mul, w, dst, a: s.reg(y), b: s.rm(x, true) };
    FMul(x, y) => Inst::FAlu { op: FOp::Mul, w, dst, a: s.reg(x), b: s.rm(y, true) };
    FSub(x, y) => Inst::FAlu { op: FOp::Sub, w, dst, a: s.reg(x), b: s.rm(y, true) };
    FDiv(x, y) => Inst::FAlu { op: FOp::Div, w, dst, a: s.reg(x), b: s.rm(y, true) };
    FNeg(x) => Inst::FAlu { op: FOp::Xor, w: Fw::X, dst, a: s.reg(x), b: mask(s.ty(out), true) };
    FAbs(x) => Inst::FAlu { op: FOp::And, w: Fw::X, dst, a: s.reg(x), b: mask(s.ty(out), false) };
    FCopysign(x, y) => s.copysign(dst, x, y);
    FSqrt(x) => Inst::Sqrt { w, dst, src: Rm::R(s.reg(x)) };

    Sext(x) if sz == Sz::Q => Inst::Ext { kind: Ext::SQ(s.sz(x)), dst, src: s.rm(x, true) };
    Sext(x) => Inst::Ext { kind: Ext::SD(s.sz(x)), dst, src: s.rm(x, true) };
    Zext(x) => Inst::Ext { kind: Ext::Z(s.sz(x)), dst, src: s.rm(x, true) };
    SiToF(x) => Inst::IntToF { sz: s.sz(x).reg(), w, dst, src: s.rm(x, true) };
    UiToF(x) => Inst::UintToF { w, dst, src: s.reg(x), t1: s.temp(false), t2: s.temp(false) };
    FToSi(x) => Inst::FToInt { sz, w: fw(s.ty(x)), dst, src: s.rm(x, true) };
    FToUi(x) => Inst::FToUint { w: fw(s.ty(x)), dst, src: s.reg(x), t: s.temp(true), t2: s.temp(false) };
    FCvt(x) => Inst::FCvt { w: fw(s.ty(x)), dst, src: Rm::R(s.reg(x)) };
    Bitcast(x) if dst.is_float() && !s.ty(x).is_float() => Inst::GToX { sz, dst, src: s.reg(x) };
    Bitcast(x) if !dst.is_float() && s.ty(x).is_float() => Inst::XToG { sz, dst, src: s.reg(x) };
    Bitcast(x) => s.copied(dst, x);
}

/// Whether shifts by `m` and `n` bits, the other way, make a rotation.
fn turns(m: i64, n: i64, sz: Sz) -> bool {
    m > 0 && n > 0 && m + n == sz.bits() as i64
}
fn rol(sz: Sz, dst: Reg, a: Reg, n: i64) -> Inst {
    Inst::ShI { op: ShOp::Rol, sz, dst, a, n: n as u8 }
}
/// Whether addresses scale by 2^k.
fn scale(k: i64) -> bool {
    (1..=3).contains(&k)
}

impl<'a, M: X86> Isel<'a, M> {
    fn copied(&mut self, dst: Reg, x: Value) {
        let src = self.reg(x);
        self.mov(dst, src);
    }
    fn indexed(&mut self, base: Value, index: Value, scale: u8) -> Addr {
        let (base, index) = (self.reg(base), self.reg(index));
        Addr { base: Base::Reg(base), index: Some((index, scale)), disp: 0 }
    }
    /// Whether an operand is, or can be, read from memory.
    fn in_memory(&self, v: Value) -> bool {
        self.def(v).is_some_and(|x| matches!(x.op, Op::Load { .. } | Op::Fconst(_)))
    }
    fn copysign(&mut self, dst: Reg, x: Value, y: Value) {
        let ty = self.ty(x);
        let (m, t) = (self.temp(true), self.temp(true));
        let (a, b) = (self.reg(x), self.reg(y));
        self.push(Inst::FAlu { op: FOp::And, w: Fw::X, dst: m, a, b: mask(ty, false) });
        self.push(Inst::FAlu { op: FOp::And, w: Fw::X, dst: t, a: b, b: mask(ty, true) });
        self.push(Inst::FAlu { op: FOp::Or, w: Fw::X, dst, a: m, b: Rm::R(t) });
    }
    fn alu(&mut self, op: AluOp, sz: Sz, dst: Reg, a: Value, b: Value) {
        let a = self.reg(a);
        let fold = self.sz(b) == sz;
        let b = self.rmi(b, fold);
        self.push(Inst::Alu { op, sz, dst, a, b });
    }
    fn commutative(&mut self, op: AluOp, sz: Sz, dst: Reg, a: Value, b: Value) {
        let foldable = |s: &Self, v: Value| {
            s.imm32(v).is_some()
                || s.single_use(v) && s.def(v).is_some_and(|d| matches!(d.op, Op::Load { .. }))
        };
        // The left operand is overwritten: rather what the result is the next value of, or what is not wanted any more.
        let carried = self.carried.get(&Value(dst.index() as u32)).copied();
        let swap = if foldable(self, b) || carried == Some(a) {
            false
        } else if carried == Some(b) {
            true
        } else {
            foldable(self, a) || !self.ends_here(a) && self.ends_here(b)
        };
        if swap { self.alu(op, sz, dst, b, a) } else { self.alu(op, sz, dst, a, b) }
    }
    fn mul_by(&mut self, dst: Reg, sz: Sz, a: Value, c: i32) {
        let shift = |c: i32| (c > 0 && (c as u32).is_power_of_two()).then(|| c.trailing_zeros() as u8);
        match c {
            0 => self.push(Inst::Imm { dst, imm: 0 }),
            1 => {
                // A real operation, so that the upper half is zero after it.
                let src = Rm::R(self.reg(a));
                self.push(Inst::Ext { kind: Ext::Z(sz), dst, src });
            }
            -1 => {
                let a = self.reg(a);
                self.push(Inst::Un { op: UnOp::Neg, sz, dst, a });
            }
            3 | 5 | 9 => {
                let r = self.reg(a);
                let scale = (c - 1).trailing_zeros() as u8;
                let addr = Addr { base: Base::Reg(r), index: Some((r, scale)), disp: 0 };
                self.push(Inst::Lea { dst, addr, sz });
            }
            _ if shift(c).is_some() => {
                let a = self.reg(a);
                self.push(Inst::ShI { op: ShOp::Shl, sz, dst, a, n: shift(c).unwrap_or(0) });
            }
            // 15, 31, ...: a shift and a subtraction are faster than a multiplication.
            _ if c >= 15 && shift(c.wrapping_add(1)).is_some() => {
                let (t, a) = (self.temp(false), self.reg(a));
                let n = shift(c.wrapping_add(1)).unwrap_or(0);
                self.push(Inst::ShI { op: ShOp::Shl, sz, dst: t, a, n });
                self.push(Inst::Alu { op: AluOp::Sub, sz, dst, a: t, b: Rmi::R(a) });
            }
            _ => {
                let fold = self.sz(a) == sz;
                let a = self.rm(a, fold);
                self.push(Inst::ImulI { sz, dst, a, imm: c });
            }
        }
    }

    fn shift(&mut self, d: &'a InstData, dst: Reg, op: ShOp, bounded: bool) {
        let (x, count) = (d.args[0], d.args[1]);
        let narrow = self.sz(x);
        let sz = narrow.reg();
        // Right shifts of narrow values shift their extension.
        let a = match op {
            ShOp::Shl => self.reg(x),
            _ => M::extended(self, x, op == ShOp::Sar),
        };
        if let Some(c) = self.iconst(count) {
            let c = match self.ty(count) {
                Ty::I8 => c as u8 as u64,
                Ty::I16 => c as u16 as u64,
                Ty::I32 => c as u32 as u64,
                _ => c as u64,
            };
            let n = match op {
                ShOp::Sar => c.min(sz.bits() as u64 - 1),
                _ if c >= sz.bits() as u64 => return self.push(Inst::Imm { dst, imm: 0 }),
                _ => c,
            } as u8;
            return match (op, n) {
                (_, 0) => self.push(Inst::Ext { kind: Ext::Z(sz), dst, src: Rm::R(a) }),
                (ShOp::Shl, 1) if !self.single_use(x) => {
                    let addr = Addr { base: Base::Reg(a), index: Some((a, 0)), disp: 0 };
                    self.push(Inst::Lea { dst, addr, sz })
                }
                _ => self.push(Inst::ShI { op, sz, dst, a, n }),
            };
        }
        if bounded {
            let count = self.unmasked(count, sz.bits());
            let count = self.reg(count);
            return self.push(Inst::ShC { op, sz, dst, a, count });
        }
        let c = self.reg(count);
        let csz = self.sz(count);
        let compare = |bits: u32| Inst::Cmp { sz: csz, a: Rm::R(c), b: Rmi::I(bits as i32) };
        if op == ShOp::Sar {
            // Counts beyond the width count as width - 1.
            let (max, n) = (self.temp(false), self.temp(false));
            self.push(Inst::Imm { dst: max, imm: sz.bits() as i64 - 1 });
            self.push(compare(sz.bits()));
            self.push(Inst::Cmov { cc: Cond::B, sz: Sz::D, dst: n, a: max, b: Rm::R(c) });
            self.push(Inst::ShC { op, sz, dst, a, count: n });
        } else {
            let (r, m) = (self.temp(false), self.temp(false));
            self.push(Inst::ShC { op, sz, dst: r, a, count: c });
            self.push(compare(sz.bits()));
            self.push(Inst::CarryMask { sz, dst: m });
            self.push(Inst::Alu { op: AluOp::And, sz, dst, a: r, b: Rmi::R(m) });
        }
    }

    fn clz(&mut self, dst: Reg, v: Value) {
        let (sz, bits) = (self.sz(v), self.sz(v).bits() as i32);
        let (t, u) = (self.temp(false), self.temp(false));
        if sz == M::PTR {
            // 63 - bsr(x), where bsr(0) counts as -1.
            let x = self.reg(v);
            let m = self.temp(false);
            self.push(Inst::Imm { dst: m, imm: -1 });
            self.push(Inst::Scan { rev: true, sz, dst: t, src: Rm::R(x) });
            self.push(Inst::Cmov { cc: Cond::E, sz, dst: u, a: t, b: Rm::R(m) });
        } else {
            // bsr(2x + 1) is defined for all x.
            let x = if sz == Sz::D {
                let (src, dst) = (Rm::R(self.reg(v)), self.temp(false));
                self.push(Inst::Ext { kind: Ext::Z(Sz::D), dst, src });
                dst
            } else {
                M::extended(self, v, false)
            };
            let addr = Addr { base: Base::Reg(x), index: Some((x, 0)), disp: 1 };
            self.push(Inst::Lea { dst: t, addr, sz: M::PTR });
            self.push(Inst::Scan { rev: true, sz: M::PTR, dst: u, src: Rm::R(t) });
        }
        let n = self.temp(false);
        self.push(Inst::Un { op: UnOp::Neg, sz: Sz::D, dst: n, a: u });
        let top = if sz == M::PTR { bits - 1 } else { bits };
        self.push(Inst::Alu { op: AluOp::Add, sz: Sz::D, dst, a: n, b: Rmi::I(top) });
    }
    fn ctz(&mut self, dst: Reg, v: Value) {
        let sz = self.sz(v);
        let x = self.reg(v);
        let t = self.temp(false);
        match sz {
            _ if sz == M::PTR => {
                let m = self.temp(false);
                self.push(Inst::Imm { dst: m, imm: sz.bits() as i64 });
                self.push(Inst::Scan { rev: false, sz, dst: t, src: Rm::R(x) });
                self.push(Inst::Cmov { cc: Cond::E, sz, dst, a: t, b: Rm::R(m) });
            }
            Sz::D => {
                let m = self.temp(false);
                self.push(Inst::Imm { dst: m, imm: 1 << 32 });
                self.push(Inst::Alu { op: AluOp::Or, sz: Sz::Q, dst: t, a: m, b: Rmi::R(x) });
                self.push(Inst::Scan { rev: false, sz: Sz::Q, dst, src: Rm::R(t) });
            }
            _ => {
                self.push(Inst::Alu { op: AluOp::Or, sz: Sz::D, dst: t, a: x, b: Rmi::I(1 << sz.bits()) });
                self.push(Inst::Scan { rev: false, sz: Sz::D, dst, src: Rm::R(t) });
            }
        }
    }
    /// Adds neighbouring bits, pairs, nibbles, and then all bytes by a multiplication.
    fn popcnt(&mut self, dst: Reg, v: Value) {
        let sz = self.sz(v).reg();
        let x = M::extended(self, v, false);
        let ones = |byte: u64| if sz == Sz::Q { byte * 0x0101_0101_0101_0101 } else { byte * 0x0101_0101 };
        let and = |s: &mut Self, a: Reg, c: u64| {
            let (m, r) = (s.temp(false), s.temp(false));
            s.push(Inst::Imm { dst: m, imm: c as i64 });
            s.push(Inst::Alu { op: AluOp::And, sz, dst: r, a, b: Rmi::R(m) });
            r
        };
        let shr = |s: &mut Self, a: Reg, n: u8| {
            let r = s.temp(false);
            s.push(Inst::ShI { op: ShOp::Shr, sz, dst: r, a, n });
            r
        };
        let h = shr(self, x, 1);
        let h = and(self, h, ones(0x55));
        let p = self.temp(false);
        self.push(Inst::Alu { op: AluOp::Sub, sz, dst: p, a: x, b: Rmi::R(h) });
        let lo = and(self, p, ones(0x33));
        let hi = shr(self, p, 2);
        let hi = and(self, hi, ones(0x33));
        let n = self.temp(false);
        self.push(Inst::Alu { op: AluOp::Add, sz, dst: n, a: lo, b: Rmi::R(hi) });
        let q = shr(self, n, 4);
        let b = self.temp(false);
        self.push(Inst::Alu { op: AluOp::Add, sz, dst: b, a: n, b: Rmi::R(q) });
        let b = and(self, b, ones(0x0f));
        let (m, r) = (self.temp(false), self.temp(false));
        self.push(Inst::Imm { dst: m, imm: ones(1) as i64 });
        self.push(Inst::Imul { sz, dst: r, a: b, b: Rm::R(m) });
        self.push(Inst::ShI { op: ShOp::Shr, sz, dst, a: r, n: sz.bits() as u8 - 8 });
    }

    /// (x, y, carry 0/1) -> (sum, carry). A carry that comes from the instruction of the word below, and goes nowhere else, stays in the
    /// flag: the words below are then made here too.
    fn carry(&mut self, d: &'a InstData, with: AluOp) {
        let sz = M::PTR;
        let mut op = if with == AluOp::Adc { AluOp::Add } else { AluOp::Sub };
        // From the lowest word up. What has to be brought into registers comes first, since it may change flags.
        let words: SmallVec<[&InstData; 4]> = self.words_below(d).into_iter().rev().chain([d]).collect();
        let operands: SmallVec<[(Reg, Rmi); 4]> = words.iter().map(|w| self.addends(w)).collect();
        let c = words[0].args[2];
        if self.iconst(c) != Some(0) {
            // The opposite of a number that is not 0 sets the flag.
            let (c, t) = (self.reg(c), self.temp(false));
            self.push(Inst::Un { op: UnOp::Neg, sz: Sz::D, dst: t, a: c });
            op = with;
        }
        for (w, (a, b)) in words.iter().zip(operands) {
            let dst = self.out_reg(w.results[0]);
            self.push(Inst::Alu { op, sz, dst, a, b });
            op = with;
            // It is done: whoever wants it comes after this.
            self.needed[w.results[0].index()] = false;
        }
        let carry = d.results[1];
        if self.needed[carry.index()] {
            let (m, dst) = (self.temp(false), self.out_reg(carry));
            self.push(Inst::CarryMask { sz, dst: m });
            self.push(Inst::Un { op: UnOp::Neg, sz, dst, a: m });
        }
    }
    /// What is added, or subtracted. Additions of 1 and -1 would be INC and DEC, which leave the carry alone.
    fn addends(&mut self, d: &'a InstData) -> (Reg, Rmi) {
        let a = self.reg(d.args[0]);
        match self.imm32(d.args[1]) {
            Some(1 | -1) => (a, Rmi::R(self.reg(d.args[1]))),
            _ => (a, self.ri(d.args[1])),
        }
    }
}

pub fn fw(ty: Ty) -> Fw {
    if ty == Ty::F32 { Fw::F32 } else { Fw::F64 }
}

/// The sign bit, or all other bits, as an operand of a 16-byte instruction.
fn mask(ty: Ty, sign: bool) -> Rm {
    let m = if ty == Ty::F32 { 0x8000_0000u128 } else { 0x8000_0000_0000_0000 };
    let m = if sign {
        m
    } else if ty == Ty::F32 {
        0x7fff_ffff
    } else {
        0x7fff_ffff_ffff_ffff
    };
    Rm::M(Addr::new(Base::Pool(m, 16), 0))
}
