//! Comparisons.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::{Leaves, Val};
use ir::op::{Cc, Fcc};
use ir::{Op, Ty, Value};
use smallvec::smallvec;
use syntax::ast::{BinaryOp, Expr};
use types::info::Mode;
use types::table::TypeId;

impl<'p, 'a> Fx<'p, 'a> {
    /// `x op y`, a bool.
    pub fn compare_expr(&mut self, e: &'a Expr, op: BinaryOp, x: &'a Expr, y: &'a Expr) -> Value {
        // Comparison with nil.
        for (nil, other) in [(y, x), (x, y)] {
            if self.mode(nil) == Mode::Nil && self.mode(other) != Mode::Nil {
                let v = self.expr(other);
                self.s.pos = e.pos;
                let cc = if op == BinaryOp::Eq { Cc::Eq } else { Cc::Ne };
                return self.icmp_imm(cc, v.leaf(0), 0);
            }
        }
        self.calls_first(&[x, y]);
        let (tx, ty) = (self.ty_of(x), self.ty_of(y));
        let (ix, iy) = (self.p.is_iface(tx), self.p.is_iface(ty));
        if ix != iy && !(self.mode(x) == Mode::Const && self.constant(x).is_none()) {
            // An interface with a concrete value: the types first.
            let a = self.expr(x);
            let a = self.settle_before(tx, a, y);
            let b = self.expr(y);
            self.s.pos = e.pos;
            let (iface, it, val, vt) = if ix { (a, tx, b, ty) } else { (b, ty, a, tx) };
            let eq = self.iface_eq_concrete(&iface, it, &val, vt);
            return if op == BinaryOp::Eq { eq } else { self.not(eq) };
        }
        // Untyped operands have the other's type; interfaces of different types are compared as what they hold.
        let t = if self.mode(x) == Mode::Const { ty } else { tx };
        let a = if ix { self.expr(x) } else { self.passing_string(x, t) };
        let a = self.settle_before(t, a, y);
        let b = if iy { self.expr(y) } else { self.passing_string(y, t) };
        self.s.pos = e.pos;
        if ix && iy && tx != ty {
            let a = self.to_eface(&a, tx);
            let b = self.to_eface(&b, ty);
            let eq = self.eface_eq(&a, &b);
            return if op == BinaryOp::Eq { eq } else { self.not(eq) };
        }
        self.compare(op, t, &a, &b)
    }

    /// The left operand as it is before the right one is evaluated, which may change it: what changes nothing is compared where it is.
    fn settle_before(&mut self, t: TypeId, v: Val, right: &'a Expr) -> Val {
        if self.acts(right) { self.settle(t, v) } else { v }
    }

    /// Compares values of type `t`.
    pub fn compare(&mut self, op: BinaryOp, t: TypeId, a: &Val, b: &Val) -> Value {
        match self.p.kind(t) {
            K::Int { signed, .. } => self.icmp(int_cc(op, signed), a.single(), b.single()),
            K::Float(_) => {
                let cc = match op {
                    BinaryOp::Eq => Fcc::Eq,
                    BinaryOp::Ne => Fcc::Ne,
                    BinaryOp::Lt => Fcc::Lt,
                    BinaryOp::Le => Fcc::Le,
                    BinaryOp::Gt => Fcc::Gt,
                    _ => Fcc::Ge,
                };
                self.ins(Op::Fcmp(cc), &[a.single(), b.single()], Ty::I8)
            }
            K::Str if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) => {
                let r = self.rt1("cmpstring", &[a.leaf(0), a.leaf(1), b.leaf(0), b.leaf(1)]);
                let word = self.word_ty();
                let zero = self.iconst(word, 0);
                self.icmp(int_cc(op, true), r, zero)
            }
            _ => {
                let eq = self.equal(t, a, b);
                if op == BinaryOp::Eq { eq } else { self.not(eq) }
            }
        }
    }

    /// `a == b` for values of type `t`.
    pub fn equal(&mut self, t: TypeId, a: &Val, b: &Val) -> Value {
        match self.p.kind(t) {
            K::Bool
            | K::Int { .. }
            | K::Ptr(_)
            | K::UnsafePtr
            | K::Chan(..)
            | K::Func
            | K::Map(..)
            | K::Nil => self.icmp(Cc::Eq, a.single(), b.single()),
            K::Slice(_) => self.icmp(Cc::Eq, a.leaf(0), b.leaf(0)),
            K::Float(_) => self.ins(Op::Fcmp(Fcc::Eq), &[a.single(), b.single()], Ty::I8),
            K::Complex(_) => {
                let re = self.ins(Op::Fcmp(Fcc::Eq), &[a.leaf(0), b.leaf(0)], Ty::I8);
                let im = self.ins(Op::Fcmp(Fcc::Eq), &[a.leaf(1), b.leaf(1)], Ty::I8);
                self.bin(Op::And, re, im)
            }
            K::Str => self.string_eq(a, b),
            K::Iface(true) => self.eface_eq(a, b),
            K::Iface(false) => {
                let (a, b) = (a.clone(), b.clone());
                let same = self.icmp(Cc::Eq, a.leaf(0), b.leaf(0));
                self.if_else(
                    same,
                    move |s| smallvec![s.rt1("ifaceeq", &[a.leaf(0), a.leaf(1), b.leaf(1)].map(|v| v))],
                    |s| smallvec![s.bool(false)],
                )[0]
            }
            K::Struct | K::Array(..) => self.aggregate_eq(t, a, b),
            k => panic!("comparison of {k:?}"),
        }
    }

    fn string_eq(&mut self, a: &Val, b: &Val) -> Value {
        for (x, y) in [(a, b), (b, a)] {
            if self.s.f.as_const(x.leaf(1)) == Some(0) {
                return self.icmp_imm(Cc::Eq, y.leaf(1), 0);
            }
        }
        let same = self.icmp(Cc::Eq, a.leaf(1), b.leaf(1));
        let (p, q) = (a.leaf(0), b.leaf(0));
        // The length that is a constant helps to expand the comparison.
        let n = if self.s.f.as_const(b.leaf(1)).is_some() { b.leaf(1) } else { a.leaf(1) };
        self.if_else(same, |s| smallvec![s.rt1("memequal", &[p, q, n])], |s| smallvec![s.bool(false)])[0]
    }
    /// `a == b` for empty interfaces.
    pub fn eface_eq(&mut self, a: &Val, b: &Val) -> Value {
        let (at, ad, bt, bd) = (a.leaf(0), a.leaf(1), b.leaf(0), b.leaf(1));
        let same = self.icmp(Cc::Eq, at, bt);
        self.if_else(
            same,
            |s| {
                let typ = s.bitcast(at, Ty::Ptr);
                smallvec![s.rt1("efaceeq", &[typ, ad, bd])]
            },
            |s| smallvec![s.bool(false)],
        )[0]
    }
    /// Whether an interface holds this value.
    pub fn iface_eq_concrete(&mut self, iface: &Val, it: TypeId, v: &Val, vt: TypeId) -> Value {
        let want = self.cmp_word(it, vt);
        let same = self.icmp(Cc::Eq, iface.leaf(0), want);
        let data = iface.leaf(1);
        let v = v.clone();
        self.if_else(
            same,
            |s| {
                let held = s.iface_data(data, vt);
                smallvec![s.equal(vt, &held, &v)]
            },
            |s| smallvec![s.bool(false)],
        )[0]
    }

    fn aggregate_eq(&mut self, t: TypeId, a: &Val, b: &Val) -> Value {
        let c = self.p.cls(t);
        if c.size == 0 {
            return self.bool(true);
        }
        if let (Val::Flat(x), Val::Flat(y)) = (a, b) {
            if self.p.is_plain_memory(t) {
                let pairs: Vec<(Value, Value)> = x.iter().copied().zip(y.iter().copied()).collect();
                return self.all_equal(&pairs);
            }
            return match self.p.kind(t) {
                K::Array(e, _) => self.equal(e, a, b),
                _ => self.fields_eq(t, a, b),
            };
        }
        let (pa, pb) = (self.in_memory(t, a), self.in_memory(t, b));
        let (pa, pb) = (self.addr_value(pa), self.addr_value(pb));
        if self.p.is_plain_memory(t) {
            let n = self.word(c.size as i64);
            return self.rt1("memequal", &[pa, pb, n]);
        }
        let f = crate::alg::eq_func(self.p, t);
        self.call_func(f, &[pa, pb])[0]
    }
    fn all_equal(&mut self, pairs: &[(Value, Value)]) -> Value {
        let mut all = None;
        for &(x, y) in pairs {
            let eq = self.icmp(Cc::Eq, x, y);
            all = Some(all.map_or(eq, |a| self.bin(Op::And, a, eq)));
        }
        match all {
            Some(v) => v,
            None => self.bool(true),
        }
    }
    /// Fields one after the other. Those that need no call come first, but none moves past one whose comparison may panic.
    fn fields_eq(&mut self, t: TypeId, a: &Val, b: &Val) -> Value {
        let fields = self.p.fields(t);
        let mut order: Vec<usize> = Vec::new();
        let mut start = 0;
        for (i, f) in fields.iter().enumerate().filter(|(_, f)| !f.name.is_blank()) {
            order.push(i);
            let calls =
                |&i: &usize| !matches!(self.p.kind(fields[i].ty), K::Int { .. } | K::Ptr(_) | K::Bool);
            if matches!(self.p.kind(f.ty), K::Iface(_) | K::Struct | K::Array(..)) {
                let end = order.len() - 1;
                order[start..end].sort_by_key(calls);
                start = order.len();
            } else if i + 1 == fields.len() {
                order[start..].sort_by_key(calls);
            }
        }
        self.fields_eq_from(t, a, b, &order)
    }
    fn fields_eq_from(&mut self, t: TypeId, a: &Val, b: &Val, order: &[usize]) -> Value {
        let Some((&i, rest)) = order.split_first() else { return self.bool(true) };
        let ft = self.p.fields(t)[i].ty;
        let (x, y) = (self.field_of(t, a, i), self.field_of(t, b, i));
        let eq = self.equal(ft, &x, &y);
        if rest.is_empty() {
            return eq;
        }
        let (a, b) = (a.clone(), b.clone());
        let r: Leaves =
            self.if_else(eq, |s| smallvec![s.fields_eq_from(t, &a, &b, rest)], |s| smallvec![s.bool(false)]);
        r[0]
    }
}

/// The condition code of a comparison of integers.
pub fn int_cc(op: BinaryOp, signed: bool) -> Cc {
    match (op, signed) {
        (BinaryOp::Eq, _) => Cc::Eq,
        (BinaryOp::Ne, _) => Cc::Ne,
        (BinaryOp::Lt, true) => Cc::Slt,
        (BinaryOp::Lt, false) => Cc::Ult,
        (BinaryOp::Le, true) => Cc::Sle,
        (BinaryOp::Le, false) => Cc::Ule,
        (BinaryOp::Gt, true) => Cc::Sgt,
        (BinaryOp::Gt, false) => Cc::Ugt,
        (BinaryOp::Ge, true) => Cc::Sge,
        (_, _) => Cc::Uge,
    }
}
