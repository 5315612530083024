//! Integer arithmetic.
use super::Isel;
use crate::isa::arm64::Arm64;
use crate::isa::arm64::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{EntityId, InstData, Value};

rules! {
    /// Operations on integers, each with a result.
    fn integers(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), sz = s.sz(out), bits = s.bits(out);

    Add(Shl[_](x, #m), LShr[_](y, #n)) if x == y && turns(m, n, bits) => Inst::RorI { sz, dst, a: s.reg(x), n: n as u8 };
    Or(Shl[_](x, #m), LShr[_](y, #n)) if x == y && turns(m, n, bits) => Inst::RorI { sz, dst, a: s.reg(x), n: n as u8 };
    Or(LShr[_](x, #n), Shl[_](y, #m)) if x == y && turns(m, n, bits) => Inst::RorI { sz, dst, a: s.reg(x), n: n as u8 };
    Xor(Shl[_](x, #m), LShr[_](y, #n)) if x == y && turns(m, n, bits) => Inst::RorI { sz, dst, a: s.reg(x), n: n as u8 };

    Add(#i, x) if super::sum_imm(i) => s.alu(AluOp::Add, dst, x, Src::I(i));
    Add(x, #i) if super::sum_imm(i) => s.alu(AluOp::Add, dst, x, Src::I(i));
    Add(x, #i) if super::sum_imm(i.wrapping_neg()) => s.alu(AluOp::Sub, dst, x, Src::I(-i));
    Add(a, m @ Mul(x, y)) if s.single_use(m) => s.mac(false, dst, x, y, a);
    Add(m @ Mul(x, y), a) if s.single_use(m) => s.mac(false, dst, x, y, a);
    Add(x, y @ Shl[_](z, #k)) if s.single_use(y) && small(k, sz) => s.shifted(AluOp::Add, dst, x, z, k);
    Add(y @ Shl[_](z, #k), x) if s.single_use(y) && small(k, sz) => s.shifted(AluOp::Add, dst, x, z, k);
    Add(x, y) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    Sub(x, #i) if super::sum_imm(i) => s.alu(AluOp::Sub, dst, x, Src::I(i));
    Sub(x, #i) if super::sum_imm(i.wrapping_neg()) => s.alu(AluOp::Add, dst, x, Src::I(-i));
    Sub(a, m @ Mul(x, y)) if s.single_use(m) => s.mac(true, dst, x, y, a);
    Sub(x, y @ Shl[_](z, #k)) if s.single_use(y) && small(k, sz) => s.shifted(AluOp::Sub, dst, x, z, k);
    Sub(x, y) => Inst::Alu { op: AluOp::Sub, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    And(x, Not(y)) => Inst::Alu { op: AluOp::Bic, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    And(x, y) => Inst::Alu { op: AluOp::And, sz, dst, a: s.reg(x), b: s.mask_src(y) };
    Or(x, y @ Shl[_](z, #k)) if s.single_use(y) && small(k, sz) => s.shifted(AluOp::Orr, dst, x, z, k);
    Or(x, y) => Inst::Alu { op: AluOp::Orr, sz, dst, a: s.reg(x), b: s.mask_src(y) };
    Xor(x, y @ Shl[_](z, #k)) if s.single_use(y) && small(k, sz) => s.shifted(AluOp::Eor, dst, x, z, k);
    Xor(x, y) => Inst::Alu { op: AluOp::Eor, sz, dst, a: s.reg(x), b: s.mask_src(y) };
    Neg(x) => Inst::FromZero { op: AluOp::Sub, sz, dst, b: s.reg(x) };
    Not(x) => Inst::FromZero { op: AluOp::Orn, sz, dst, b: s.reg(x) };

    Mul(x, y) => Inst::Op3 { op: Op3::Mul, sz, dst, a: s.reg(x), b: s.reg(y) };
    SMulHi(x, y) => Inst::Op3 { op: Op3::SMulh, sz, dst, a: s.reg(x), b: s.reg(y) };
    UMulWide(x, y) => s.mul_wide(d, x, y);
    SDiv(x, y) => s.divide(Op3::SDiv, dst, sz, x, y);
    UDiv(x, y) => s.divide(Op3::UDiv, dst, sz, x, y);
    SRem(x, y) => s.remainder(Op3::SDiv, dst, sz, x, y);
    URem(x, y) => s.remainder(Op3::UDiv, dst, sz, x, y);
    AddCarry(x, y, c) => s.carry(d, false, x, y, c);
    SubBorrow(x, y, c) => s.carry(d, true, x, y, c);

    Shl[_](x, #k) if small(k, sz) => s.bits_moved(false, dst, sz, x, k, Shift::Lsl);
    LShr[_](x, #k) if small(k, sz) => s.bits_moved(false, dst, sz, x, k, Shift::Lsr);
    AShr[_](x, #k) if small(k, sz) => s.bits_moved(true, dst, sz, x, k, Shift::Asr);
    Shl[bounded](x, n) => s.shift(Op3::Lsl, dst, sz, bounded, x, n);
    LShr[bounded](x, n) => s.shift(Op3::Lsr, dst, sz, bounded, x, n);
    AShr[bounded](x, n) => s.shift(Op3::Asr, dst, sz, bounded, x, n);
    RotL(x, #n) if bits >= 32 => Inst::RorI { sz, dst, a: s.reg(x), n: (n.wrapping_neg() as u32 % bits) as u8 };
    RotL(x, n) => s.rotate(dst, bits, x, n);
    Clz(x) => s.clz(dst, x, bits);
    Ctz(x) => s.ctz(dst, x, bits);
    Popcnt(x) => Inst::Popcnt { dst, a: s.zext64(x), t: s.temp(true) };
    Bswap(x) if bits == 16 => Inst::Op2 { op: Op2::Rev16, sz: Sz::W, dst, a: s.reg(x) };
    Bswap(x) => Inst::Op2 { op: Op2::Rev, sz, dst, a: s.reg(x) };
    Sext(x) => Inst::Bfm { signed: true, sz, dst, a: s.reg(x), immr: 0, imms: s.bits(x) as u8 - 1 };
    Zext(x) => Inst::Bfm { signed: false, sz: Sz::X, dst, a: s.reg(x), immr: 0, imms: s.bits(x) as u8 - 1 };
    Bitcast(x) if !dst.is_float() && !s.ty(x).is_float() => s.copied(dst, x);
}

/// Whether shifts by `m` and `n` bits, the other way, make a rotation of a whole register.
fn turns(m: i64, n: i64, bits: u32) -> bool {
    m > 0 && n > 0 && m + n == bits as i64 && bits >= 32
}
/// Whether an instruction shifts by it.
fn small(k: i64, sz: Sz) -> bool {
    (0..if sz == Sz::X { 64 } else { 32 }).contains(&k)
}

impl<'a> Isel<'a> {
    pub fn copied(&mut self, dst: Reg, x: Value) {
        let src = self.reg(x);
        self.mov(dst, src);
    }
    fn width(dst: Reg, s: &Isel) -> Sz {
        // Results' registers are numbered as their values.
        s.sz(Value::new(dst.index()))
    }
    fn alu(&mut self, op: AluOp, dst: Reg, x: Value, b: Src) {
        let (sz, a) = (Self::width(dst, self), self.reg(x));
        self.push(Inst::Alu { op, sz, dst, a, b });
    }
    fn shifted(&mut self, op: AluOp, dst: Reg, x: Value, y: Value, k: i64) {
        let y = self.reg(y);
        self.alu(op, dst, x, Src::S(y, Shift::Lsl, k as u8));
    }
    fn mac(&mut self, sub: bool, dst: Reg, x: Value, y: Value, acc: Value) {
        let sz = Self::width(dst, self);
        let (a, b, acc) = (self.reg(x), self.reg(y), self.reg(acc));
        self.push(Inst::Mac { sub, sz, dst, a, b, acc });
    }
    fn mul_wide(&mut self, d: &InstData, x: Value, y: Value) {
        let (hi, lo) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let (a, b) = (self.reg(x), self.reg(y));
        self.push(Inst::Op3 { op: Op3::UMulh, sz: Sz::X, dst: hi, a, b });
        self.push(Inst::Op3 { op: Op3::Mul, sz: Sz::X, dst: lo, a, b });
    }
    /// Narrow operands are extended; division by zero was checked before, and the smallest number by -1 is itself.
    fn divide(&mut self, op: Op3, dst: Reg, sz: Sz, x: Value, y: Value) {
        let signed = op == Op3::SDiv;
        let (a, b) = (Arm64::extended(self, x, signed), Arm64::extended(self, y, signed));
        self.push(Inst::Op3 { op, sz, dst, a, b });
    }
    fn remainder(&mut self, op: Op3, dst: Reg, sz: Sz, x: Value, y: Value) {
        let signed = op == Op3::SDiv;
        let (a, b) = (Arm64::extended(self, x, signed), Arm64::extended(self, y, signed));
        let q = self.temp(false);
        self.push(Inst::Op3 { op, sz, dst: q, a, b });
        self.push(Inst::Mac { sub: true, sz, dst, a: q, b, acc: a });
    }
    /// (x, y, carry 0/1) -> (sum, carry). A borrow is a clear carry flag.
    fn carry(&mut self, d: &InstData, sub: bool, x: Value, y: Value, c: Value) {
        let (sum, carry) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let (a, b) = (self.reg(x), self.reg(y));
        let sz = Sz::X;
        if self.iconst(c) == Some(0) {
            let op = if sub { AluOp::Subs } else { AluOp::Adds };
            self.push(Inst::Alu { op, sz, dst: sum, a, b: Src::R(b) });
        } else {
            // Sets the flag from the number: c - 1 borrows unless it is 1, 0 - c borrows if it is.
            let (c, t) = (self.reg(c), self.temp(false));
            match sub {
                false => self.push(Inst::Alu { op: AluOp::Subs, sz, dst: t, a: c, b: Src::I(1) }),
                true => self.push(Inst::FromZero { op: AluOp::Subs, sz, dst: t, b: c }),
            }
            self.push(Inst::Op3 { op: if sub { Op3::Sbcs } else { Op3::Adcs }, sz, dst: sum, a, b });
        }
        self.push(Inst::Cset { cc: if sub { Cond::Lo } else { Cond::Hs }, dst: carry });
    }
    /// Right shifts of narrow values shift their extension.
    fn bits_moved(&mut self, signed: bool, dst: Reg, sz: Sz, x: Value, k: i64, shift: Shift) {
        let (width, k) = (if sz == Sz::X { 64 } else { 32 }, k as u8);
        let (a, immr, imms) = match shift {
            Shift::Lsl => (self.reg(x), (width - k) % width, width - 1 - k),
            _ => (Arm64::extended(self, x, signed), k, width - 1),
        };
        self.push(Inst::Bfm { signed, sz, dst, a, immr, imms });
    }
    /// Counts beyond the width shift everything out.
    fn shift(&mut self, op: Op3, dst: Reg, sz: Sz, bounded: bool, x: Value, n: Value) {
        let a = match op {
            Op3::Lsl => self.reg(x),
            _ => Arm64::extended(self, x, op == Op3::Asr),
        };
        if bounded {
            let n = self.unmasked(n, if sz == Sz::X { 64 } else { 32 });
            let b = self.reg(n);
            return self.push(Inst::Op3 { op, sz, dst, a, b });
        }
        let b = Arm64::extended(self, n, false);
        let (width, count) = (if sz == Sz::X { 64 } else { 32 }, self.sz(n));
        let (t, limit) = (self.temp(false), self.temp(false));
        let most = if op == Op3::Asr { width - 1 } else { 0 };
        self.push(Inst::Imm { dst: limit, imm: most });
        if op == Op3::Asr {
            self.push(Inst::Cmp { sz: count, a: b, b: Src::I(width) });
            self.push(Inst::Csel { cc: Cond::Lo, sz: Sz::X, dst: t, a: b, b: limit });
            self.push(Inst::Op3 { op, sz, dst, a, b: t });
        } else {
            self.push(Inst::Op3 { op, sz, dst: t, a, b });
            self.push(Inst::Cmp { sz: count, a: b, b: Src::I(width) });
            self.push(Inst::Csel { cc: Cond::Lo, sz, dst, a: t, b: limit });
        }
    }
    /// To the left by n is to the right by -n; narrow values are doubled first.
    fn rotate(&mut self, dst: Reg, bits: u32, x: Value, n: Value) {
        let (b, minus) = (self.reg(n), self.temp(false));
        self.push(Inst::FromZero { op: AluOp::Sub, sz: Sz::W, dst: minus, b });
        if bits >= 32 {
            let (a, sz) = (self.reg(x), if bits == 64 { Sz::X } else { Sz::W });
            return self.push(Inst::Op3 { op: Op3::Ror, sz, dst, a, b: minus });
        }
        let mut a = Arm64::extended(self, x, false);
        let mut have = bits as u8;
        while have < 32 {
            let t = self.temp(false);
            self.push(Inst::Alu { op: AluOp::Orr, sz: Sz::W, dst: t, a, b: Src::S(a, Shift::Lsl, have) });
            (a, have) = (t, 2 * have);
        }
        self.push(Inst::Op3 { op: Op3::Ror, sz: Sz::W, dst, a, b: minus });
    }
    fn clz(&mut self, dst: Reg, x: Value, bits: u32) {
        let a = Arm64::extended(self, x, false);
        if bits >= 32 {
            let sz = self.sz(x);
            return self.push(Inst::Op2 { op: Op2::Clz, sz, dst, a });
        }
        let t = self.temp(false);
        self.push(Inst::Op2 { op: Op2::Clz, sz: Sz::W, dst: t, a });
        self.push(Inst::Alu { op: AluOp::Sub, sz: Sz::W, dst, a: t, b: Src::I(32 - bits as i64) });
    }
    /// The leading zeros of the reversed bits; a bit just above a narrow value ends the count.
    fn ctz(&mut self, dst: Reg, x: Value, bits: u32) {
        let (mut a, sz, r) = (self.reg(x), self.sz(x), self.temp(false));
        if bits < 32 {
            let t = self.temp(false);
            self.push(Inst::Alu { op: AluOp::Orr, sz, dst: t, a, b: Src::I(1 << bits) });
            a = t;
        }
        self.push(Inst::Op2 { op: Op2::Rbit, sz, dst: r, a });
        self.push(Inst::Op2 { op: Op2::Clz, sz, dst, a: r });
    }
    /// A value extended with zeros to 64 bits.
    fn zext64(&mut self, x: Value) -> Reg {
        let (a, bits) = (self.reg(x), self.bits(x));
        if bits == 64 {
            return a;
        }
        let dst = self.temp(false);
        self.push(Inst::Bfm { signed: false, sz: Sz::X, dst, a, immr: 0, imms: bits as u8 - 1 });
        dst
    }
}
