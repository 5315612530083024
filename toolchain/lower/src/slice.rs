//! `append` and `copy`.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::Cc;
use ir::{Op, Value};
use smallvec::smallvec;
use syntax::ast::{Expr, ExprKind};
use types::info::Mode;
use types::object::Builtin;
use types::table::TypeId;

impl<'p, 'a> Fx<'p, 'a> {
    /// `append(s, …)`
    pub fn append(&mut self, e: &'a Expr, args: &'a [Expr]) -> Val {
        let ExprKind::Call { ellipsis, .. } = &e.kind else { panic!("{}: no call", e.pos) };
        let t = self.ty_of(e);
        let K::Slice(el) = self.p.kind(t) else { panic!("{}: append to no slice", e.pos) };
        let el = self.ty(el);
        if let Some((vals, tys)) = self.several(args) {
            let rest: Vec<Val> =
                vals[1..].iter().zip(&tys[1..]).map(|(v, &vt)| self.assign_conv(v.clone(), vt, el)).collect();
            return self.append_vals(&vals[0], el, &rest);
        }
        let made = args.get(1).filter(|_| ellipsis.is_some()).and_then(|x| self.length_of_make(x));
        match made {
            Some(n) => self.calls_first(&[&args[0], n]),
            None if ellipsis.is_some() => self.calls_first(&[&args[0], &args[1]]),
            None => self.calls_first_as(
                args,
                &std::iter::once(t).chain(args[1..].iter().map(|_| el)).collect::<Vec<_>>(),
            ),
        }
        let s = self.expr_as(&args[0], t);
        if ellipsis.is_some() {
            if self.mode(&args[1]) == Mode::Nil {
                return s;
            }
            if let Some(n) = made {
                let number = self.index_value(n);
                let n = self.word_or_negative(number);
                self.s.pos = e.pos;
                if number.known.is_none() {
                    let negative = self.icmp_imm(Cc::Slt, n, 0);
                    self.when(negative, |s| {
                        s.rt("panicmakeslicelen", &[]);
                    });
                }
                return self.append_zeros(&s, el, n);
            }
            let src = self.expr(&args[1]);
            self.s.pos = e.pos;
            return self.append_slice(&s, el, &src);
        }
        let last = self.last_acting(args);
        let mut vals = Vec::with_capacity(args.len() - 1);
        for (i, a) in args[1..].iter().enumerate() {
            let v = self.expr_as(a, el);
            let v = if last.is_some_and(|l| i + 1 < l) { self.settle(el, v) } else { v };
            vals.push(v);
        }
        self.s.pos = e.pos;
        self.append_vals(&s, el, &vals)
    }

    /// Makes room for `n` more elements: the grown slice's pointer and capacity, and its new length.
    fn grow(&mut self, s: &Val, el: TypeId, n: Value) -> (Value, Value, Value) {
        let (ptr, len, cap) = (s.leaf(0), s.leaf(1), s.leaf(2));
        let new_len = self.bin(Op::Add, len, n);
        let full = self.icmp(Cc::Ugt, new_len, cap);
        let (slow, go_on) = (self.s.cold_block(), self.s.block());
        let (pv, cv) = (self.s.var(ir::Ty::Ptr), self.s.var(self.word_ty()));
        self.s.write(pv, ptr);
        self.s.write(cv, cap);
        self.s.br_likely(full, slow, go_on, Some(false));
        self.s.start_sealed(slow);
        let et = self.mem_type_ptr(el);
        let r = self.rt("growslice", &[ptr, new_len, cap, n, et]);
        self.s.write(pv, r[0]);
        self.s.write(cv, r[2]);
        self.s.jump(go_on);
        self.s.start_sealed(go_on);
        (self.s.read(pv), new_len, self.s.read(cv))
    }
    /// Appends values.
    pub fn append_vals(&mut self, s: &Val, el: TypeId, vals: &[Val]) -> Val {
        if vals.is_empty() {
            return s.clone();
        }
        let n = self.word(vals.len() as i64);
        let (ptr, new_len, cap) = self.grow(s, el, n);
        let size = self.p.size_of(el);
        let off = self.mul_imm(s.leaf(1), size);
        let at = self.ptr_add(ptr, off);
        for (i, v) in vals.iter().enumerate() {
            self.store_val(el, Addr::new(at).plus(i as u64 * size), v);
        }
        Val::Flat(smallvec![ptr, new_len, cap])
    }
    /// Appends all elements of a slice (or bytes of a string).
    fn append_slice(&mut self, s: &Val, el: TypeId, src: &Val) -> Val {
        let n = src.leaf(1);
        let (ptr, new_len, cap) = self.grow(s, el, n);
        let size = self.p.size_of(el);
        let off = self.mul_imm(s.leaf(1), size);
        // Nothing to copy: the place behind the last element may be outside the object.
        let some = self.icmp_imm(Cc::Ne, n, 0);
        let src_ptr = src.leaf(0);
        self.when(some, |s| {
            let at = s.ptr_add(ptr, off);
            s.move_elems(at, src_ptr, el, n);
        });
        Val::Flat(smallvec![ptr, new_len, cap])
    }
    /// The length in `make([]T, n)`: to append that needs no second slice.
    fn length_of_make(&self, e: &'a Expr) -> Option<&'a Expr> {
        let ExprKind::Call { fun, args, .. } = &e.unparen().kind else { return None };
        let made =
            self.builtin_of(fun) == Some(Builtin::Make) && matches!(self.p.kind(self.ty_of(e)), K::Slice(_));
        if made && args.len() == 2 { Some(&args[1]) } else { None }
    }
    fn append_zeros(&mut self, s: &Val, el: TypeId, n: Value) -> Val {
        let (ptr, new_len, cap) = self.grow(s, el, n);
        let size = self.p.size_of(el);
        let some = self.icmp_imm(Cc::Ne, n, 0);
        let off = self.mul_imm(s.leaf(1), size);
        let clear = if self.p.has_ptrs(el) { "memclrHasPointers" } else { "memclrNoHeapPointers" };
        self.when(some, |s| {
            let at = s.ptr_add(ptr, off);
            let bytes = s.mul_imm(n, size);
            s.rt(clear, &[at, bytes]);
        });
        Val::Flat(smallvec![ptr, new_len, cap])
    }
    /// Copies `n` elements between areas that may overlap.
    pub fn move_elems(&mut self, to: Value, from: Value, el: TypeId, n: Value) {
        if self.p.has_ptrs(el) {
            let et = self.mem_type_ptr(el);
            self.rt("typedslicecopy", &[et, to, n, from, n]);
        } else {
            let size = self.p.size_of(el);
            let bytes = self.mul_imm(n, size);
            self.rt("memmove", &[to, from, bytes]);
        }
    }
    /// `copy(d, s)`
    pub fn copy_slices(&mut self, d: &Val, dt: TypeId, s: &Val) -> Value {
        let K::Slice(el) = self.p.kind(dt) else { panic!("copy to no slice") };
        let el = self.ty(el);
        let fewer = self.icmp(Cc::Slt, d.leaf(1), s.leaf(1));
        let n = self.select(fewer, d.leaf(1), s.leaf(1));
        if self.p.size_of(el) == 0 {
            return n;
        }
        let some = self.icmp_imm(Cc::Ne, n, 0);
        let (to, from) = (d.leaf(0), s.leaf(0));
        self.when(some, |s| s.move_elems(to, from, el, n));
        n
    }
}
