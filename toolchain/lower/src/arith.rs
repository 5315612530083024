//! Arithmetic on values of basic types.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::Val;
use ir::op::Cc;
use ir::{Op, Ty, Value};
use smallvec::smallvec;
use syntax::ast::BinaryOp;
use types::table::TypeId;

impl<'p, 'a> Fx<'p, 'a> {
    /// `a op b` for operands of type `t`; no comparisons, no shifts.
    pub fn arith(&mut self, op: BinaryOp, t: TypeId, a: &Val, b: &Val) -> Val {
        match self.p.kind(t) {
            K::Int { signed, .. } => Val::one(self.int_arith(op, signed, a.single(), b.single())),
            K::Float(_) => {
                let op = match op {
                    BinaryOp::Add => Op::FAdd,
                    BinaryOp::Sub => Op::FSub,
                    BinaryOp::Mul => Op::FMul,
                    BinaryOp::Div => Op::FDiv,
                    _ => panic!("{op} of floats"),
                };
                Val::one(self.bin(op, a.single(), b.single()))
            }
            K::Complex(_) => self.complex_arith(op, a, b),
            K::Str => self.concat_vals(&[a.clone(), b.clone()]),
            K::Bool => {
                let op = if op == BinaryOp::And { Op::And } else { Op::Or };
                Val::one(self.bin(op, a.single(), b.single()))
            }
            k => panic!("{op} of {k:?}"),
        }
    }

    fn int_arith(&mut self, op: BinaryOp, signed: bool, a: Value, b: Value) -> Value {
        let op = match op {
            BinaryOp::Add => Op::Add,
            BinaryOp::Sub => Op::Sub,
            BinaryOp::Mul => Op::Mul,
            BinaryOp::And => Op::And,
            BinaryOp::Or => Op::Or,
            BinaryOp::Xor => Op::Xor,
            BinaryOp::AndNot => {
                let ty = self.s.f.ty(b);
                let nb = self.ins(Op::Not, &[b], ty);
                return self.bin(Op::And, a, nb);
            }
            BinaryOp::Div | BinaryOp::Rem => {
                if self.s.f.as_const(b).is_none_or(|n| n == 0) {
                    let zero = self.icmp_imm(Cc::Eq, b, 0);
                    self.panic_if(zero, "panicdivide");
                }
                match (op, signed) {
                    (BinaryOp::Div, true) => Op::SDiv,
                    (BinaryOp::Div, false) => Op::UDiv,
                    (_, true) => Op::SRem,
                    (_, false) => Op::URem,
                }
            }
            _ => panic!("{op} of integers"),
        };
        self.bin(op, a, b)
    }

    fn complex_arith(&mut self, op: BinaryOp, a: &Val, b: &Val) -> Val {
        let (ar, ai, br, bi) = (a.leaf(0), a.leaf(1), b.leaf(0), b.leaf(1));
        let (re, im) = match op {
            BinaryOp::Add => (self.bin(Op::FAdd, ar, br), self.bin(Op::FAdd, ai, bi)),
            BinaryOp::Sub => (self.bin(Op::FSub, ar, br), self.bin(Op::FSub, ai, bi)),
            BinaryOp::Mul => {
                // complex64 is multiplied in double precision, as gc does.
                let narrow = self.s.f.ty(ar) == Ty::F32;
                let wide = |s: &mut Self, v| if narrow { s.ins(Op::FCvt, &[v], Ty::F64) } else { v };
                let (ar, ai) = (wide(self, ar), wide(self, ai));
                let (br, bi) = (wide(self, br), wide(self, bi));
                let (rr, ii) = (self.bin(Op::FMul, ar, br), self.bin(Op::FMul, ai, bi));
                let (ri, ir) = (self.bin(Op::FMul, ar, bi), self.bin(Op::FMul, ai, br));
                let (re, im) = (self.bin(Op::FSub, rr, ii), self.bin(Op::FAdd, ri, ir));
                if narrow {
                    (self.ins(Op::FCvt, &[re], Ty::F32), self.ins(Op::FCvt, &[im], Ty::F32))
                } else {
                    (re, im)
                }
            }
            BinaryOp::Div => {
                let narrow = self.s.f.ty(ar) == Ty::F32;
                let mut args = [ar, ai, br, bi];
                if narrow {
                    args = args.map(|v| self.ins(Op::FCvt, &[v], Ty::F64));
                }
                let r = self.rt("complex128div", &args);
                if narrow {
                    (self.ins(Op::FCvt, &[r[0]], Ty::F32), self.ins(Op::FCvt, &[r[1]], Ty::F32))
                } else {
                    (r[0], r[1])
                }
            }
            _ => panic!("{op} of complex numbers"),
        };
        Val::Flat(smallvec![re, im])
    }

    /// A shift by a constant.
    pub fn shift_const(&mut self, op: BinaryOp, a: Value, t: TypeId, n: u64) -> Value {
        let K::Int { size, signed } = self.p.kind(t) else { panic!("shift of no integer") };
        let width = size as u64 * 8;
        let ty = self.s.f.ty(a);
        if n >= width {
            if op == BinaryOp::Shr && signed {
                let c = self.iconst(ty, width as i64 - 1);
                return self.ins(Op::AShr(true), &[a, c], ty);
            }
            return self.iconst(ty, 0);
        }
        let c = self.iconst(ty, n as i64);
        self.ins(shift_op(op, signed, true), &[a, c], ty)
    }
    /// A shift by a value of type `ct`.
    pub fn shift(&mut self, op: BinaryOp, a: Value, t: TypeId, count: Value, ct: TypeId) -> Value {
        let K::Int { signed, .. } = self.p.kind(t) else { panic!("shift of no integer") };
        if matches!(self.p.kind(ct), K::Int { signed: true, .. }) {
            let neg = self.icmp_imm(Cc::Slt, count, 0);
            self.panic_if(neg, "panicshift");
        }
        let ty = self.s.f.ty(a);
        self.ins(shift_op(op, signed, false), &[a, count], ty)
    }
}

fn shift_op(op: BinaryOp, signed: bool, bounded: bool) -> Op {
    match (op, signed) {
        (BinaryOp::Shl, _) => Op::Shl(bounded),
        (_, true) => Op::AShr(bounded),
        (_, false) => Op::LShr(bounded),
    }
}
