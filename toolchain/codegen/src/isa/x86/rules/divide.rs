//! Division, above all by constants: products with reciprocals.
use super::Isel;
use crate::isa::x86::X86;
use crate::isa::x86::inst::*;
use crate::mach::Rules;
use crate::regalloc::Reg;
use ir::{InstData, Op, magic};

impl<'a, M: X86> Isel<'a, M> {
    pub fn div(&mut self, d: &'a InstData, dst: Reg) {
        let signed = matches!(d.op, Op::SDiv | Op::SRem);
        let rem = matches!(d.op, Op::SRem | Op::URem);
        let bits = self.sz(d.results[0]).bits();
        let sz = self.sz(d.results[0]).reg();
        if M::LONG
            && let Some(c) = self.iconst(d.args[1])
        {
            let c = if bits == 64 {
                c
            } else if signed {
                c << (64 - bits) >> (64 - bits)
            } else {
                ((c as u64) << (64 - bits) >> (64 - bits)) as i64
            };
            let usable = c != 0 && !(signed && c.unsigned_abs() == 1 << (sz.bits() - 1));
            if usable {
                let x = M::extended(self, d.args[0], signed);
                return self.div_const(dst, sz, x, c, signed, rem);
            }
        }
        let (a, y) = (M::extended(self, d.args[0], signed), M::extended(self, d.args[1], signed));
        // Narrow operands cannot overflow in 32 bits.
        let check = signed && bits >= 32 && self.iconst(d.args[1]).is_none();
        let other = self.temp(false);
        let (quot, rem) = if rem { (other, dst) } else { (dst, other) };
        self.push(Inst::Div { signed, sz, quot, rem, a, d: y, check });
    }

    fn div_const(&mut self, dst: Reg, sz: Sz, x: Reg, c: i64, signed: bool, rem: bool) {
        let w = sz.bits() as u8;
        let magnitude = if signed { c.unsigned_abs() } else { c as u64 };
        if magnitude == 1 {
            return match (rem, c) {
                (true, _) => self.push(Inst::Imm { dst, imm: 0 }),
                (false, 1) => self.push(Inst::Ext { kind: Ext::Z(sz), dst, src: Rm::R(x) }),
                (false, _) => self.push(Inst::Un { op: UnOp::Neg, sz, dst, a: x }),
            };
        }
        let alu = |s: &mut Self, op: AluOp, dst: Option<Reg>, a: Reg, b: Rmi| {
            let dst = dst.unwrap_or_else(|| s.temp(false));
            s.push(Inst::Alu { op, sz, dst, a, b });
            dst
        };
        let shift = |s: &mut Self, op: ShOp, dst: Option<Reg>, a: Reg, n: u8| {
            if n == 0 && dst.is_none() {
                return a;
            }
            let dst = dst.unwrap_or_else(|| s.temp(false));
            if n == 0 {
                s.push(Inst::Ext { kind: Ext::Z(sz), dst, src: Rm::R(a) });
            } else {
                s.push(Inst::ShI { op, sz, dst, a, n });
            }
            dst
        };
        if magnitude.is_power_of_two() {
            let k = magnitude.trailing_zeros() as u8;
            if !signed {
                if !rem {
                    shift(self, ShOp::Shr, Some(dst), x, k);
                    return;
                }
                let m = self.mask_operand(magnitude - 1, sz);
                alu(self, AluOp::And, Some(dst), x, m);
                return;
            }
            // Negative numbers are rounded towards zero: add 2^k - 1 to them first.
            let sign = if k == 1 { x } else { shift(self, ShOp::Sar, None, x, w - 1) };
            let bias = shift(self, ShOp::Shr, None, sign, w - k);
            let biased = alu(self, AluOp::Add, None, x, Rmi::R(bias));
            if rem {
                let m = self.mask_operand(!(magnitude - 1), sz);
                let down = alu(self, AluOp::And, None, biased, m);
                alu(self, AluOp::Sub, Some(dst), x, Rmi::R(down));
            } else if c > 0 {
                shift(self, ShOp::Sar, Some(dst), biased, k);
            } else {
                let q = shift(self, ShOp::Sar, None, biased, k);
                self.push(Inst::Un { op: UnOp::Neg, sz, dst, a: q });
            }
            return;
        }
        let q = if rem { self.temp(false) } else { dst };
        match (signed, sz) {
            (false, Sz::D) => {
                let p = self.temp(false);
                self.push(Inst::Ext { kind: Ext::Z(Sz::D), dst: p, src: Rm::R(x) });
                let (m, lo) = (self.temp(false), self.temp(false));
                self.push(Inst::Imm { dst: m, imm: magic::unsigned32(magnitude as u32) as i64 });
                self.push(Inst::MulWide { signed: false, hi: q, lo, a: p, b: Rm::R(m) });
            }
            (false, _) => {
                let (m, add, s) = magic::unsigned64(magnitude);
                let (mr, lo, hi) = (self.temp(false), self.temp(false), self.temp(false));
                self.push(Inst::Imm { dst: mr, imm: m as i64 });
                self.push(Inst::MulWide { signed: false, hi, lo, a: x, b: Rm::R(mr) });
                if add {
                    let d = alu(self, AluOp::Sub, None, x, Rmi::R(hi));
                    let half = shift(self, ShOp::Shr, None, d, 1);
                    let sum = alu(self, AluOp::Add, None, half, Rmi::R(hi));
                    shift(self, ShOp::Shr, Some(q), sum, s - 1);
                } else {
                    shift(self, ShOp::Shr, Some(q), hi, s);
                }
            }
            (true, Sz::D) => {
                let (m, s) = magic::signed(magnitude, 32);
                let (wide, mr, p, t) =
                    (self.temp(false), self.temp(false), self.temp(false), self.temp(false));
                self.push(Inst::Ext { kind: Ext::SQ(Sz::D), dst: wide, src: Rm::R(x) });
                self.push(Inst::Imm { dst: mr, imm: m as i64 });
                self.push(Inst::Imul { sz: Sz::Q, dst: p, a: wide, b: Rm::R(mr) });
                self.push(Inst::ShI { op: ShOp::Sar, sz: Sz::Q, dst: t, a: p, n: 32 + s });
                let sign = shift(self, ShOp::Sar, None, x, 31);
                let (a, b) = if c > 0 { (t, sign) } else { (sign, t) };
                alu(self, AluOp::Sub, Some(q), a, Rmi::R(b));
            }
            (true, _) => {
                let (m, s) = magic::signed(magnitude, 64);
                let (mr, lo, hi) = (self.temp(false), self.temp(false), self.temp(false));
                self.push(Inst::Imm { dst: mr, imm: m as i64 });
                self.push(Inst::MulWide { signed: true, hi, lo, a: x, b: Rm::R(mr) });
                // The multiplier's top bit counts as positive.
                let t = alu(self, AluOp::Add, None, hi, Rmi::R(x));
                let t = shift(self, ShOp::Sar, None, t, s);
                let sign = shift(self, ShOp::Sar, None, x, 63);
                let (a, b) = if c > 0 { (t, sign) } else { (sign, t) };
                alu(self, AluOp::Sub, Some(q), a, Rmi::R(b));
            }
        }
        if rem {
            let p = self.temp(false);
            match i32::try_from(c) {
                Ok(imm) => self.push(Inst::ImulI { sz, dst: p, a: Rm::R(q), imm }),
                Err(_) => {
                    let m = self.temp(false);
                    self.push(Inst::Imm { dst: m, imm: c });
                    self.push(Inst::Imul { sz, dst: p, a: q, b: Rm::R(m) });
                }
            }
            alu(self, AluOp::Sub, Some(dst), x, Rmi::R(p));
        }
    }
    fn mask_operand(&mut self, m: u64, sz: Sz) -> Rmi {
        let m = if sz == Sz::D { m as u32 as i32 as i64 } else { m as i64 };
        match i32::try_from(m) {
            Ok(i) => Rmi::I(i),
            Err(_) => {
                let t = self.temp(false);
                self.push(Inst::Imm { dst: t, imm: m });
                Rmi::R(t)
            }
        }
    }
}
