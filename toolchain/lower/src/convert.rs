//! Explicit conversions `T(x)`.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::{Addr, Leaves, Val};
use ir::op::{BoundsKind, Cc};
use ir::{Op, Ty, Value};
use syntax::ast::Expr;
use types::info::Mode;
use types::table::TypeId;

impl<'p, 'a> Fx<'p, 'a> {
    /// `T(x)`
    pub fn conversion(&mut self, e: &'a Expr, x: &'a Expr, to: TypeId) -> Val {
        if self.mode(x) == Mode::Nil {
            return self.zero_val(to);
        }
        let from = self.ty_of(x);
        if self.p.is_iface(to) && !self.p.is_iface(from) {
            return self.expr_to_iface(x, from, to);
        }
        if self.mode(x) == Mode::Const
            && let Some(c) = self.constant(x)
            && !matches!(
                (self.p.kind(from), self.p.kind(to)),
                (K::Int { .. }, K::Str) | (K::Str, K::Slice(_))
            )
            && !self.p.is_iface(to)
        {
            // In a generic function: what is no constant there may still begin with one.
            let v = self.const_val(&c, from);
            return self.convert(&v, from, to);
        }
        let v = self.expr(x);
        self.s.pos = e.pos;
        self.convert(&v, from, to)
    }

    /// Converts a value.
    pub fn convert(&mut self, v: &Val, from: TypeId, to: TypeId) -> Val {
        if from == to {
            return v.clone();
        }
        match (self.p.kind(from), self.p.kind(to)) {
            (_, K::Iface(_)) => self.to_iface(v, from, to),
            (K::Int { .. } | K::Float(_), K::Int { .. } | K::Float(_)) => {
                Val::one(self.number(v.single(), from, to))
            }
            (K::Complex(_), K::Complex(n)) => {
                let ty = if n == 8 { Ty::F32 } else { Ty::F64 };
                Val::Flat(v.leaves().iter().map(|&l| self.fcvt(l, ty)).collect::<Leaves>())
            }
            (K::Int { signed, .. }, K::Str) => {
                let n = self.resize(v.single(), Ty::I64, signed);
                let nil = self.nil();
                Val::Flat(self.rt("intstring", &[nil, n]).into_iter().collect())
            }
            (K::Str, K::Slice(el)) => {
                let f = if self.p.size_of(el) == 1 { "stringtoslicebyte" } else { "stringtoslicerune" };
                let nil = self.nil();
                Val::Flat(self.rt(f, &[nil, v.leaf(0), v.leaf(1)]).into_iter().collect())
            }
            (K::Slice(el), K::Str) => {
                let nil = self.nil();
                let r = if self.p.size_of(el) == 1 {
                    self.rt("slicebytetostring", &[nil, v.leaf(0), v.leaf(1)])
                } else {
                    self.rt("slicerunetostring", &[nil, v.leaf(0), v.leaf(1), v.leaf(2)])
                };
                Val::Flat(r.into_iter().collect())
            }
            (K::Slice(_), K::Array(_, n)) => {
                self.check_convert(v, n);
                match self.load_val(to, Addr::new(v.leaf(0))) {
                    // The slice's memory may change: a copy.
                    Val::Mem(a, _) => self.settle(to, Val::Mem(a, false)),
                    v => v,
                }
            }
            (K::Slice(_), K::Ptr(arr)) => {
                let K::Array(_, n) = self.p.kind(arr) else { panic!("conversion of a slice to a pointer") };
                self.check_convert(v, n);
                Val::one(v.leaf(0))
            }
            (K::Int { .. }, K::UnsafePtr | K::Ptr(_)) => Val::one(self.bitcast(v.single(), Ty::Ptr)),
            (K::UnsafePtr | K::Ptr(_), K::Int { .. }) => {
                let word = self.word_ty();
                Val::one(self.bitcast(v.single(), word))
            }
            _ => v.clone(),
        }
    }
    fn check_convert(&mut self, v: &Val, n: u64) {
        let n = self.word(n as i64);
        self.ins0(Op::BoundsCheck { kind: BoundsKind::Convert, signed: true }, &[n, v.leaf(1)]);
    }
    fn fcvt(&mut self, v: Value, ty: Ty) -> Value {
        if self.s.f.ty(v) == ty { v } else { self.ins(Op::FCvt, &[v], ty) }
    }

    /// Converts between numeric types.
    pub fn number(&mut self, v: Value, from: TypeId, to: TypeId) -> Value {
        match (self.p.kind(from), self.p.kind(to)) {
            (K::Int { signed, .. }, K::Int { size, .. }) => self.resize(v, Ty::int(size), signed),
            (K::Int { size, signed }, K::Float(n)) => {
                let ty = if n == 4 { Ty::F32 } else { Ty::F64 };
                let wide = self.resize(v, Ty::I64, signed);
                if size == 8 && !signed {
                    self.ins(Op::UiToF, &[wide], ty)
                } else {
                    self.ins(Op::SiToF, &[wide], ty)
                }
            }
            (K::Float(_), K::Int { size, signed }) => match (size, signed) {
                (8, false) => self.ins(Op::FToUi, &[v], Ty::I64),
                (8, true) => self.ins(Op::FToSi, &[v], Ty::I64),
                (4, false) => {
                    let n = self.ins(Op::FToSi, &[v], Ty::I64);
                    self.resize(n, Ty::I32, true)
                }
                _ => {
                    let n = self.ins(Op::FToSi, &[v], Ty::I32);
                    self.resize(n, Ty::int(size), true)
                }
            },
            (K::Float(_), K::Float(n)) => self.fcvt(v, if n == 4 { Ty::F32 } else { Ty::F64 }),
            other => panic!("conversion between numbers of kinds {other:?}"),
        }
    }

    /// A size argument as an int; the panic if it does not fit.
    pub fn size_arg(&mut self, e: &'a Expr, panic: &'static str) -> Value {
        let t = self.ty_of(e);
        let word = self.word_ty();
        if let Some(c) = self.constant(e) {
            return self.word(crate::konst::int_bits(&c));
        }
        let v = self.scalar(e);
        match self.p.kind(t) {
            K::Int { size, signed } => {
                if size == self.p.word && !signed {
                    let neg = self.icmp_imm(Cc::Slt, v, 0);
                    self.panic_if(neg, panic);
                }
                self.resize(v, word, signed)
            }
            k => panic!("a size of kind {k:?}"),
        }
    }
}
