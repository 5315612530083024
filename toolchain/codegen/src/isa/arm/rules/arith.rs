//! Integer arithmetic, and sums as addresses. Operands of 8 and 16 bits come only where upper bits do not count.
use super::Isel;
use crate::isa::arm::inst::*;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{EntityId, InstData, Value};

rules! {
    /// Operations on integers, each with a result.
    fn integers(s: Isel, d) with out = d.results[0], dst = s.out_reg(out);

    PtrAdd(p, #k) if k == k as i32 as i64 => Inst::Lea { dst, addr: Addr::reg(s.reg(p), k as i32) };
    PtrAdd(p, y @ Shl[_](i, #k)) if s.single_use(y) && amount(k) => s.shifted(AluOp::Add, dst, p, i, k);
    PtrAdd(p, i) => s.alu(AluOp::Add, dst, p, i);
    Add(x, ~i) => s.sum(dst, x, i as u32);
    Add(~i, x) => s.sum(dst, x, i as u32);
    Add(a, m @ Mul(x, y)) if s.single_use(m) => s.mac(false, dst, x, y, a);
    Add(m @ Mul(x, y), a) if s.single_use(m) => s.mac(false, dst, x, y, a);
    Add(x, y @ Shl[_](z, #k)) if s.single_use(y) && amount(k) => s.shifted(AluOp::Add, dst, x, z, k);
    Add(y @ Shl[_](z, #k), x) if s.single_use(y) && amount(k) => s.shifted(AluOp::Add, dst, x, z, k);
    Add(x, y) => s.alu(AluOp::Add, dst, x, y);
    Sub(x, ~i) => s.sum(dst, x, (i as u32).wrapping_neg());
    Sub(~i, x) if modified(i as u32).is_some() => s.alu_imm(AluOp::Rsb, dst, x, i as u32);
    Sub(a, m @ Mul(x, y)) if s.single_use(m) => s.mac(true, dst, x, y, a);
    Sub(x, y @ Shl[_](z, #k)) if s.single_use(y) && amount(k) => s.shifted(AluOp::Sub, dst, x, z, k);
    Sub(x, y) => s.alu(AluOp::Sub, dst, x, y);
    And(x, Not(y)) => s.alu(AluOp::Bic, dst, x, y);
    And(x, #0xff) => Inst::Op2 { op: Op2::Uxtb, dst, a: s.reg(x) };
    And(x, #0xffff) => Inst::Op2 { op: Op2::Uxth, dst, a: s.reg(x) };
    And(x, ~i) if modified(i as u32).is_none() && modified(!i as u32).is_some() => s.alu_imm(AluOp::Bic, dst, x, !i as u32);
    And(x, y) => s.alu(AluOp::And, dst, x, y);
    Or(x, y @ Shl[_](z, #k)) if s.single_use(y) && amount(k) => s.shifted(AluOp::Orr, dst, x, z, k);
    Or(x, y) => s.alu(AluOp::Orr, dst, x, y);
    Xor(x, y @ Shl[_](z, #k)) if s.single_use(y) && amount(k) => s.shifted(AluOp::Eor, dst, x, z, k);
    Xor(x, y) => s.alu(AluOp::Eor, dst, x, y);
    Neg(x) => s.alu_imm(AluOp::Rsb, dst, x, 0);
    Not(x) => Inst::Mov { not: true, dst, b: Src::R(s.reg(x)) };

    Mul(x, y) => Inst::Mul { dst, a: s.reg(x), b: s.reg(y) };
    SMulHi(x, y) => Inst::MulHigh { dst, a: s.reg(x), b: s.reg(y) };
    UMulWide(x, y) => Inst::MulWide { hi: dst, lo: s.out_reg(d.results[1]), a: s.reg(x), b: s.reg(y) };
    AddCarry(x, y, c) => s.chain(d, AluOp::Add, AluOp::Adc, x, y, c);
    SubBorrow(x, y, c) => s.chain(d, AluOp::Sub, AluOp::Sbc, x, y, c);

    Shl[_](x, #k) if (0..32).contains(&k) => s.moved(dst, x, Shift::Lsl, k);
    LShr[_](x, #k) if (0..32).contains(&k) => s.moved(dst, x, Shift::Lsr, k);
    AShr[_](x, #k) if (0..32).contains(&k) => s.moved(dst, x, Shift::Asr, k);
    Shl[bounded](x, n) => Inst::Shift { shift: Shift::Lsl, bounded, dst, a: s.reg(x), n: s.reg(n) };
    LShr[bounded](x, n) => Inst::Shift { shift: Shift::Lsr, bounded, dst, a: s.reg(x), n: s.reg(n) };
    AShr[bounded](x, n) => Inst::Shift { shift: Shift::Asr, bounded, dst, a: s.reg(x), n: s.reg(n) };
    RotL(x, #n) => s.moved(dst, x, Shift::Ror, n.wrapping_neg() & 31);
    RotL(x, n) => s.rotate(dst, x, n);
    Clz(x) => Inst::Op2 { op: Op2::Clz, dst, a: s.reg(x) };
    Ctz(x) => s.trailing_zeros(dst, x);
    Bswap(x) => Inst::Op2 { op: Op2::Rev, dst, a: s.reg(x) };
    Sext(x) => s.extended_from(dst, x, true);
    Zext(x) => s.extended_from(dst, x, false);
    Bitcast(x) if !dst.is_float() && !s.ty(x).is_float() => s.copied(dst, x);
}

/// Whether an operand may be shifted by it.
fn amount(k: i64) -> bool {
    (1..32).contains(&k)
}

impl<'a> Isel<'a> {
    pub fn copied(&mut self, dst: Reg, x: Value) {
        let src = self.reg(x);
        self.mov(dst, src);
    }
    fn alu(&mut self, op: AluOp, dst: Reg, x: Value, y: Value) {
        let (a, b) = (self.reg(x), self.src(y));
        self.push(Inst::Alu { op, flags: false, dst, a, b });
    }
    fn alu_imm(&mut self, op: AluOp, dst: Reg, x: Value, i: u32) {
        let a = self.reg(x);
        self.push(Inst::Alu { op, flags: false, dst, a, b: Src::I(i) });
    }
    fn shifted(&mut self, op: AluOp, dst: Reg, x: Value, y: Value, k: i64) {
        let (a, y) = (self.reg(x), self.reg(y));
        self.push(Inst::Alu { op, flags: false, dst, a, b: Src::S(y, Shift::Lsl, k as u8) });
    }
    /// A sum with a constant, or the difference from its opposite.
    fn sum(&mut self, dst: Reg, x: Value, i: u32) {
        let less = i.wrapping_neg();
        if modified(i).is_none() && modified(less).is_some() {
            return self.alu_imm(AluOp::Sub, dst, x, less);
        }
        if modified(i).is_some() {
            return self.alu_imm(AluOp::Add, dst, x, i);
        }
        let (a, b) = (self.reg(x), self.temp(false));
        self.push(Inst::Imm { dst: b, imm: i });
        self.push(Inst::Alu { op: AluOp::Add, flags: false, dst, a, b: Src::R(b) });
    }
    fn mac(&mut self, sub: bool, dst: Reg, x: Value, y: Value, acc: Value) {
        let (a, b, acc) = (self.reg(x), self.reg(y), self.reg(acc));
        self.push(Inst::Mac { sub, dst, a, b, acc });
    }
    fn moved(&mut self, dst: Reg, x: Value, shift: Shift, k: i64) {
        let a = self.reg(x);
        let b = if k == 0 { Src::R(a) } else { Src::S(a, shift, k as u8) };
        self.push(Inst::Mov { not: false, dst, b });
    }
    /// To the left by n is to the right by -n.
    fn rotate(&mut self, dst: Reg, x: Value, n: Value) {
        let minus = self.temp(false);
        self.alu_imm(AluOp::Rsb, minus, n, 32);
        let low = self.temp(false);
        self.push(Inst::Alu { op: AluOp::And, flags: false, dst: low, a: minus, b: Src::I(31) });
        let a = self.reg(x);
        self.push(Inst::Shift { shift: Shift::Ror, bounded: true, dst, a, n: low });
    }
    /// The leading zeros of the reversed bits.
    fn trailing_zeros(&mut self, dst: Reg, x: Value) {
        let (a, r) = (self.reg(x), self.temp(false));
        self.push(Inst::Op2 { op: Op2::Rbit, dst: r, a });
        self.push(Inst::Op2 { op: Op2::Clz, dst, a: r });
    }
    /// A narrow value extended. A load that only this wants does it itself.
    fn extended_from(&mut self, dst: Reg, x: Value, signed: bool) {
        if let Some(addr) = self.foldable_load(x) {
            let bytes = self.bytes(x);
            let cell = if signed { Cell::S(bytes) } else { Cell::U(bytes) };
            return self.push(Inst::Load { cell, dst, addr });
        }
        let a = self.reg(x);
        let op = match (self.bytes(x), signed) {
            (1, true) => Op2::Sxtb,
            (1, false) => Op2::Uxtb,
            (_, true) => Op2::Sxth,
            (_, false) => Op2::Uxth,
        };
        self.push(Inst::Op2 { op, dst, a });
    }

    /// (x, y, carry 0/1) -> (sum, carry). A carry that comes from the instruction of a lower half, and goes nowhere else, stays in
    /// the flag: the lower half is then made here too.
    fn chain(&mut self, d: &'a InstData, op: AluOp, with: AluOp, x: Value, y: Value, c: Value) {
        let lower = self.lower_half(d, c);
        let low =
            lower.map(|l| (self.out_reg(l.results[0]), self.reg(l.args[0]), self.src(l.args[1]), l.args[2]));
        let (a, b) = (self.reg(x), self.src(y));
        let sub = op == AluOp::Sub;
        let first = low.map_or(c, |l| l.3);
        let begins = self.iconst(first) == Some(0);
        if !begins {
            self.set_carry(sub, first);
        }
        let mut op = if begins { op } else { with };
        let flags = true;
        if let Some((dst, a, b, _)) = low {
            self.push(Inst::Alu { op, flags, dst, a, b });
            op = with;
        }
        let (dst, carry) = (self.out_reg(d.results[0]), d.results[1]);
        self.push(Inst::Alu { op, flags: true, dst, a, b });
        if self.needed[carry.index()] {
            // A borrow is a clear carry flag.
            let cc = if sub { Cond::Lo } else { Cond::Hs };
            let dst = self.out_reg(carry);
            self.push(Inst::Cset { cc, dst });
        }
        if let Some(l) = lower {
            // It is done: whoever wants it comes after this.
            self.needed[l.results[0].index()] = false;
        }
    }
    /// Sets the flag from a number: c - 1 borrows unless it is 1, 0 - c borrows if it is.
    fn set_carry(&mut self, sub: bool, c: Value) {
        let a = self.reg(c);
        match sub {
            false => self.push(Inst::Test { op: TestOp::Cmp, a, b: Src::I(1) }),
            true => {
                let dst = self.temp(false);
                self.push(Inst::Alu { op: AluOp::Rsb, flags: true, dst, a, b: Src::I(0) });
            }
        }
    }
    /// Copies or (without `from`) zeroes many words.
    pub fn put_loop(&mut self, to: Addr, from: Option<Addr>, words: u32) {
        let (dst, count, t) =
            (self.temp_of(ir::Ty::Ptr), self.temp(false), [(); 3].map(|()| self.temp(false)));
        self.push(Inst::Lea { dst, addr: to });
        let src = from.map(|addr| {
            let src = self.temp_of(ir::Ty::Ptr);
            self.push(Inst::Lea { dst: src, addr });
            src
        });
        self.push(Inst::Imm { dst: count, imm: words });
        self.push(Inst::Words { dst, src, count, t });
    }
}
