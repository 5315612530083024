//! Explicit conversions `T(x)`.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::{Addr, Leaves, Val};
use ir::op::TEMP_BUFFER;
use ir::op::{BoundsKind, Cc, Fcc};
use ir::{Op, Ty, Value};
use reflect::arch::Fused;
use smallvec::smallvec;
use syntax::Sym;
use syntax::ast::{Expr, ExprKind};
use types::constant::ConstValue;
use types::info::Mode;
use types::table::{Basic, TypeId, basic};

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
            return self.convert_const(&c, from, to);
        }
        let v = self.expr(x);
        self.s.pos = e.pos;
        match (self.p.kind(from), self.p.kind(to)) {
            (K::Float(m), K::Float(n)) | (K::Complex(m), K::Complex(n)) if m == n => self.rounded(&v),
            _ => self.convert(&v, from, to),
        }
    }

    /// What an explicit conversion makes of a float or complex number of the same size: a product that is not fused with a sum.
    fn rounded(&mut self, v: &Val) -> Val {
        if self.p.arch.fused == Fused::None {
            return v.clone();
        }
        let mark = |&l: &Value| {
            let ty = self.s.f.ty(l);
            self.ins(Op::FRound, &[l], ty)
        };
        let leaves: Leaves = v.leaves().iter().map(mark).collect();
        if let [one] = leaves[..] { Val::one(one) } else { Val::Flat(leaves) }
    }

    /// A constant's conversion. In a generic function the result is no constant: the operand is of its default type first (and
    /// rounded to it), which need not be of the kind of the type argument.
    fn convert_const(&mut self, c: &ConstValue, from: TypeId, to: TypeId) -> Val {
        match (self.p.kind(from), self.p.kind(to)) {
            (K::Int { .. } | K::Float(_), K::Complex(n)) => {
                let (part, half) = (basic(if n == 8 { Basic::Float32 } else { Basic::Float64 }), n / 2);
                let re = self.convert_const(c, from, part).single();
                Val::Flat(smallvec![re, self.fconst(0, half)])
            }
            (K::Complex(_), K::Int { .. } | K::Float(_)) => {
                self.convert_const(&c.real(), basic(Basic::Float64), to)
            }
            _ => {
                let v = self.const_val(c, from);
                self.convert(&v, from, to)
            }
        }
    }

    /// The operand of a conversion from bytes to a string, or from a string to bytes.
    fn text_conversion(&self, e: &'a Expr) -> Option<&'a Expr> {
        let e = e.unparen();
        let ExprKind::Call { fun, args, .. } = &e.kind else { return None };
        let [x] = &args[..] else { return None };
        if self.mode(fun) != Mode::Type || matches!(self.mode(e), Mode::Const) || self.mode(x) == Mode::Nil {
            return None;
        }
        let is_bytes = |k| matches!(k, K::Slice(el) if self.p.size_of(el) == 1);
        let (from, to) = (self.p.kind(self.ty_of(x)), self.p.kind(self.ty_of(fun)));
        ((is_bytes(from) && to == K::Str) || (from == K::Str && is_bytes(to))).then_some(x)
    }
    /// A string that is read at once and not kept: `string(bytes)` is the bytes themselves.
    pub fn passing_string(&mut self, e: &'a Expr, t: TypeId) -> Val {
        match self.text_conversion(e) {
            Some(x) if self.p.kind(t) == K::Str && self.p.kind(self.ty_of(e)) == K::Str => {
                let v = self.expr(x);
                Val::Flat(smallvec![v.leaf(0), v.leaf(1)])
            }
            _ => self.expr_as(e, t),
        }
    }
    /// A slice that is read once and not kept: `[]byte(text)` is the text itself.
    pub fn passing_bytes(&mut self, e: &'a Expr) -> Val {
        match self.text_conversion(e) {
            Some(x) if matches!(self.p.kind(self.ty_of(e)), K::Slice(_)) && !self.order.has(e.unparen()) => {
                let v = self.expr(x);
                Val::Flat(smallvec![v.leaf(0), v.leaf(1), v.leaf(1)])
            }
            _ => self.expr(e),
        }
    }
    /// Room for a short result in the frame, or nil where the result leaves the frame: escape analysis decides.
    pub fn temp_buffer(&mut self, elem: Basic) -> Value {
        const LEN: u64 = 32;
        let t = self.p.ck.table.array(basic(elem), LEN);
        self.new_object(t, Sym::new(TEMP_BUFFER))
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
                let buf = self.temp_buffer(Basic::Uint8);
                Val::Flat(self.rt("intstring", &[buf, n]).into_iter().collect())
            }
            (K::Str, K::Slice(el)) => {
                let (f, el) = match self.p.size_of(el) {
                    1 => ("stringtoslicebyte", Basic::Uint8),
                    _ => ("stringtoslicerune", Basic::Int32),
                };
                let buf = self.temp_buffer(el);
                Val::Flat(self.rt(f, &[buf, v.leaf(0), v.leaf(1)]).into_iter().collect())
            }
            (K::Slice(el), K::Str) => {
                let buf = self.temp_buffer(Basic::Uint8);
                let r = if self.p.size_of(el) == 1 {
                    self.rt("slicebytetostring", &[buf, v.leaf(0), v.leaf(1)])
                } else {
                    self.rt("slicerunetostring", &[buf, v.leaf(0), v.leaf(1), v.leaf(2)])
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
        self.ins0(Op::BoundsCheck { kind: BoundsKind::Convert, signed: true, unit: 0 }, &[n, v.leaf(1)]);
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
                (4, false) if self.p.word == 4 => self.float_to_word(v),
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

    /// A float as an unsigned word of 4 bytes.
    fn float_to_word(&mut self, v: Value) -> Value {
        if self.p.prog.target.ops.unsigned_float {
            return self.ins(Op::FToUi, &[v], Ty::I32);
        }
        let ty = self.s.f.ty(v);
        let limit = 2f64.powi(31);
        let bits = if ty == Ty::F32 { (limit as f32).to_bits().into() } else { limit.to_bits() };
        let limit = self.ins(Op::Fconst(bits), &[], ty);
        let low = self.ins(Op::FToSi, &[v], Ty::I32);
        let rest = self.bin(Op::FSub, v, limit);
        let high = self.ins(Op::FToSi, &[rest], Ty::I32);
        let top = self.iconst(Ty::I32, i32::MIN.into());
        let high = self.bin(Op::Xor, high, top);
        let small = self.ins(Op::Fcmp(Fcc::Lt), &[v, limit], Ty::I8);
        self.select(small, low, high)
    }

    /// A size argument as an int; the panic if it does not fit.
    pub fn size_arg(&mut self, e: &'a Expr, panic: &'static str) -> Value {
        let n = self.index_value(e);
        if n.known.is_none()
            && (n.wide.is_some() || self.p.size_of(self.ty_of(e)) == self.p.word.into() && !n.signed)
        {
            let word = self.word_or_negative(n);
            let neg = self.icmp_imm(Cc::Slt, word, 0);
            self.panic_if(neg, panic);
        }
        n.word
    }
}
