//! Composite literals.
use crate::fx::Fx;
use crate::staticinit::{LitField, Readonly};
use crate::tyq::K;
use crate::value::{Addr, Leaves, Val};
use ir::Value;
use smallvec::smallvec;
use syntax::Sym;
use syntax::ast::{Expr, ExprKind};
use types::table::TypeId;

/// Literals of at least this size are copied from read-only data if they are constant.
const MIN_STATIC: u64 = 32;

impl<'p, 'a> Fx<'p, 'a> {
    /// A literal of type `t` as a value.
    pub fn literal(&mut self, e: &'a Expr, t: TypeId) -> Val {
        let ExprKind::CompositeLit { elems, .. } = &e.kind else { panic!("{}: no literal", e.pos) };
        self.elements_first(e, t);
        match self.p.kind(t) {
            // Elided `&T` in a literal of pointers.
            K::Ptr(el) => {
                let el = self.ty(el);
                Val::one(self.new_literal(e, el))
            }
            K::Struct if self.p.is_flat(t) => {
                let c = self.p.cls(t);
                let kinds = c.leaves.as_ref().expect("a flat type");
                let mut leaves: Vec<Option<Value>> = vec![None; kinds.len()];
                for f in self.lit_fields(e, t) {
                    let v = self.expr_as(f.value, f.ty);
                    if f.blank {
                        continue;
                    }
                    let mut at = 0;
                    let mut st = t;
                    for &i in &f.path {
                        at += self.p.field_leaf(st, i as usize);
                        st = self.ty(self.p.fields(st)[i as usize].ty);
                    }
                    v.leaves().iter().enumerate().for_each(|(i, &l)| leaves[at + i] = Some(l));
                }
                let tys: Vec<ir::Ty> = kinds.iter().map(|k| k.0).collect();
                let full: Leaves =
                    leaves.into_iter().zip(tys).map(|(l, ty)| l.unwrap_or_else(|| self.s.zero(ty))).collect();
                Val::Flat(full)
            }
            K::Array(el, n) if self.p.is_flat(t) => {
                let el = self.ty(el);
                let mut v = self.zero_val(t);
                for (_, x) in self.lit_elems(elems) {
                    let x = self.elem_value_of(x, el);
                    if n == 1 {
                        v = x;
                    }
                }
                v
            }
            K::Struct | K::Array(..) => {
                if let Some(Readonly::Zero) = self.constant_literal(e, t) {
                    return self.zero_val(t);
                }
                let a = self.temp(t);
                self.literal_into(e, t, a, false);
                Val::Mem(a, true)
            }
            K::Slice(el) => {
                let el = self.ty(el);
                let list = self.lit_elems(elems);
                let n = list.iter().map(|x| x.0 + 1).max().unwrap_or(0);
                let arr = self.p.ck.table.array(el, n);
                self.s.pos = e.pos;
                let p = self.new_object(arr, Sym::new("slice literal"));
                self.array_into(e, &list, el, arr, Addr::new(p), true);
                let len = self.word(n as i64);
                Val::Flat(smallvec![p, len, len])
            }
            K::Map(k, v) => {
                let (k, v) = (self.ty(k), self.ty(v));
                self.s.pos = e.pos;
                let n = elems.len();
                let hint = self.word(n as i64);
                let m = self.make_map(t, Some(hint), n <= 8);
                for el in elems {
                    let ExprKind::KeyValue { key, value } = &el.kind else { continue };
                    let kv = self.elem_value_of(key, k);
                    let kv = self.settle(k, kv);
                    let vv = self.elem_value_of(value, v);
                    self.s.pos = el.pos;
                    let p = self.map_assign(t, m, &kv);
                    self.store_val(v, Addr::new(p), &vv);
                }
                Val::one(m)
            }
            k => panic!("{}: literal of {k:?}", e.pos),
        }
    }
    /// An element of a literal, whose own type may be left out.
    fn elem_value_of(&mut self, x: &'a Expr, t: TypeId) -> Val {
        if let ExprKind::CompositeLit { ty: None, .. } = &x.kind
            && !self.order.has(x)
        {
            return self.literal(x, t);
        }
        self.expr_as(x, t)
    }
    fn elem_into(&mut self, x: &'a Expr, t: TypeId, to: Addr, zeroed: bool) {
        match &x.unparen().kind {
            _ if self.order.has(x.unparen()) => self.expr_into(x, t, to),
            ExprKind::CompositeLit { .. }
                if !self.p.is_flat(t) && !matches!(self.p.kind(t), K::Ptr(_)) && !self.p.is_iface(t) =>
            {
                self.literal_into(x.unparen(), t, to, zeroed)
            }
            ExprKind::CompositeLit { ty: None, .. } => {
                let v = self.literal(x, t);
                self.store_val(t, to, &v);
            }
            _ => self.expr_into(x, t, to),
        }
    }
    /// `&T{…}`
    pub fn new_literal(&mut self, e: &'a Expr, t: TypeId) -> Value {
        self.s.pos = e.pos;
        if self.p.is_flat(t) || !matches!(self.p.kind(t), K::Struct | K::Array(..)) {
            let v = self.literal(e, t);
            self.s.pos = e.pos;
            let p = self.new_object(t, Sym::new("&literal"));
            self.store_val(t, Addr::new(p), &v);
            return p;
        }
        let p = self.new_object(t, Sym::new("&literal"));
        self.literal_into(e, t, Addr::new(p), true);
        p
    }
    /// A struct or array literal into fresh memory.
    pub fn literal_into(&mut self, e: &'a Expr, t: TypeId, to: Addr, zeroed: bool) {
        let ExprKind::CompositeLit { elems, .. } = &e.kind else { panic!("{}: no literal", e.pos) };
        self.elements_first(e, t);
        match self.p.kind(t) {
            K::Struct => {
                if self.static_copy(e, t, to, zeroed) {
                    return;
                }
                let list = self.lit_fields(e, t);
                let every = list.len() == self.p.fields(t).len();
                let full = every && list.iter().all(|f| f.path.len() == 1 && !f.blank);
                if !zeroed && !full {
                    self.zero_mem(t, to);
                }
                for f in list {
                    if f.blank {
                        self.expr_as(f.value, f.ty);
                        continue;
                    }
                    self.elem_into(f.value, f.ty, to.plus(f.off), zeroed || !full);
                }
            }
            K::Array(el, _) => {
                let el = self.ty(el);
                let list = self.lit_elems(elems);
                self.array_into(e, &list, el, t, to, zeroed);
            }
            _ => {
                let v = self.literal(e, t);
                self.store_val(t, to, &v);
            }
        }
    }
    fn array_into(
        &mut self,
        e: &'a Expr,
        list: &[(u64, &'a Expr)],
        el: TypeId,
        arr: TypeId,
        to: Addr,
        zeroed: bool,
    ) {
        if self.static_copy(e, arr, to, zeroed) {
            return;
        }
        let K::Array(_, n) = self.p.kind(arr) else { panic!("{}: no array", e.pos) };
        let full = list.len() as u64 == n;
        if !zeroed && !full {
            self.zero_mem(arr, to);
        }
        let size = self.p.size_of(el);
        for &(i, x) in list {
            self.elem_into(x, el, to.plus(i * size), zeroed || !full);
        }
    }
    /// Copies a literal from read-only data if it is constant.
    fn static_copy(&mut self, e: &'a Expr, t: TypeId, to: Addr, zeroed: bool) -> bool {
        if self.p.size_of(t) < MIN_STATIC {
            return false;
        }
        match self.constant_literal(e, t) {
            Some(Readonly::Zero) if zeroed => {}
            Some(Readonly::Zero) => self.zero_mem(t, to),
            Some(Readonly::Data(d)) => {
                let from = self.data_addr(d);
                self.copy(t, to, Addr::new(from));
            }
            None => return false,
        }
        true
    }
    /// Is it a literal of the type `t`, which lives in memory, with nothing in it but zeros?
    pub fn is_zero_literal(&mut self, e: &'a Expr, t: TypeId) -> bool {
        let inner = e.unparen();
        matches!(inner.kind, ExprKind::CompositeLit { .. })
            && !self.order.has(inner)
            && matches!(self.p.kind(t), K::Struct | K::Array(..))
            && !self.p.is_flat(t)
            && matches!(self.constant_literal(inner, t), Some(Readonly::Zero))
    }
    fn constant_literal(&mut self, e: &'a Expr, t: TypeId) -> Option<Readonly> {
        let env = self.env.clone();
        crate::staticinit::readonly(self.p, &env, e, t)
    }
    /// Fields of a struct literal.
    pub fn lit_fields(&mut self, e: &'a Expr, t: TypeId) -> Vec<LitField<'a>> {
        crate::staticinit::lit_fields(self.p, &self.env, e, t)
    }
    /// Elements of an array or slice literal with their indices.
    pub fn lit_elems(&self, elems: &'a [Expr]) -> Vec<(u64, &'a Expr)> {
        crate::staticinit::lit_elems(self.p, self.env.file, elems)
    }
}
