//! Expressions with one value.
use crate::fx::Fx;
use crate::place::{Index, Number, Opd};
use crate::tyq::K;
use crate::value::{Addr, Leaves, Val};
use ir::op::{BoundsKind, Cc};
use ir::{Block, Op, Ty, Value};
use smallvec::smallvec;
use syntax::ast::{BinaryOp, Expr, ExprKind, Ident, UnaryOp};
use types::info::{Mode, SelectionKind};
use types::object::{ObjId, ObjKind};
use types::table::TypeId;

impl<'p, 'a> Fx<'p, 'a> {
    /// An expression's value, of its own type.
    pub fn expr(&mut self, e: &'a Expr) -> Val {
        let info = self.info(e.id);
        if info.mode == Mode::Const
            && let Some(c) = self.constant(e)
        {
            let t = self.ty(info.ty);
            return self.const_val(&c, t);
        }
        if info.mode == Mode::Nil {
            let t = self.ty(info.ty);
            return self.zero_val(t);
        }
        if let Some(mut vals) = self.take_ahead(e) {
            return vals.swap_remove(0);
        }
        match &e.kind {
            ExprKind::Paren(x) => self.expr(x),
            ExprKind::Ident(_) => self.ident(e, info.obj),
            ExprKind::FuncLit(lit) => {
                self.s.pos = e.pos;
                self.func_lit(e.id, lit)
            }
            ExprKind::CompositeLit { .. } => {
                let t = self.ty(info.ty);
                self.literal(e, t)
            }
            ExprKind::Selector { sel, .. } => self.selector(e, sel),
            ExprKind::Index { x, indices } => self.index_expr(e, x, indices),
            ExprKind::Slice { x, index, full } => self.slice_expr(e, x, index, *full),
            ExprKind::TypeAssert { x, .. } => self.type_assert(e, x),
            ExprKind::Call { .. } => {
                let mut r = self.call(e, None);
                match r.len() {
                    0 => Val::unit(),
                    _ => r.swap_remove(0),
                }
            }
            ExprKind::Star(_) => {
                let o = self.operand(e);
                let t = self.ty(info.ty);
                self.s.pos = e.pos;
                self.read(&o, t)
            }
            ExprKind::Unary { op, x } => self.unary(e, *op, x),
            ExprKind::Binary { op, x, y } => self.binary_expr(e, *op, x, y),
            other => panic!("{}: no value: {other:?}", e.pos),
        }
    }
    /// An expression with one leaf.
    pub fn scalar(&mut self, e: &'a Expr) -> Value {
        self.expr(e).single()
    }
    /// An expression as a value of type `to`, to which it is assignable.
    pub fn expr_as(&mut self, e: &'a Expr, to: TypeId) -> Val {
        if self.mode(e) == Mode::Nil {
            return self.zero_val(to);
        }
        let from = self.ty_of(e);
        if self.p.is_iface(to) && !self.p.is_iface(from) {
            return self.expr_to_iface(e, from, to);
        }
        if let (Mode::Const, Some(c)) = (self.mode(e), self.constant(e))
            && !self.p.is_iface(to)
        {
            return self.const_val(&c, to);
        }
        let v = self.expr(e);
        self.assign_conv(v, from, to)
    }
    /// Evaluates an expression as `t` into fresh memory at `to` (whose contents do not matter).
    pub fn expr_into(&mut self, e: &'a Expr, t: TypeId, to: Addr) {
        if !self.p.is_flat(t) && self.order.is_empty() {
            let inner = e.unparen();
            match &inner.kind {
                ExprKind::CompositeLit { .. } if self.ty_of(inner) == t || !self.p.is_iface(t) => {
                    return self.literal_into(inner, t, to, false);
                }
                // A result is stored without write barriers: only into the stack.
                ExprKind::Call { .. } if to.stack && self.mode(inner) != Mode::Const => {
                    let v = self.call(inner, Some(to)).swap_remove(0);
                    match v {
                        Val::Mem(a, _) if a.base == to.base && a.off == to.off => {}
                        v => self.store_val(t, to, &v),
                    }
                    return;
                }
                _ => {}
            }
        }
        let v = self.expr_as(e, t);
        self.store_val(t, to, &v);
    }

    fn ident(&mut self, e: &'a Expr, obj: ObjId) -> Val {
        self.s.pos = e.pos;
        match &self.p.ck.table.obj(obj).kind {
            ObjKind::Var(_) => {
                let o = self.var_opd(obj);
                let t = self.obj_ty(obj);
                self.read(&o, t)
            }
            ObjKind::Func(_) => {
                let args = self.inst_args(e.id);
                self.func_value(obj, args)
            }
            ObjKind::Nil => Val::one(self.nil()),
            other => panic!("{}: no value: {other:?}", e.pos),
        }
    }
    /// A declared function as a value.
    pub fn func_value(&mut self, obj: ObjId, args: Vec<TypeId>) -> Val {
        let f = self.p.func(obj, args, self.s.pos);
        let d = self.p.funcval(f);
        Val::one(self.data_addr(d))
    }

    fn selector(&mut self, e: &'a Expr, sel: &'a Ident) -> Val {
        let Some(s) = self.selection(e.id) else {
            let obj = self.obj(sel.id);
            self.s.pos = e.pos;
            return match &self.p.ck.table.obj(obj).kind {
                ObjKind::Func(_) => {
                    let args = self.inst_args(sel.id);
                    self.func_value(obj, args)
                }
                _ => {
                    let o = self.var_opd(obj);
                    let t = self.obj_ty(obj);
                    self.read(&o, t)
                }
            };
        };
        match s.kind {
            SelectionKind::Field => {
                let o = self.operand(e);
                let t = self.ty_of(e);
                self.s.pos = sel.pos;
                self.read(&o, t)
            }
            SelectionKind::MethodVal | SelectionKind::InterfaceMethodVal => self.method_value(e, sel, &s),
            SelectionKind::MethodExpr | SelectionKind::InterfaceMethodExpr => self.method_expr(sel, &s),
        }
    }

    fn index_expr(&mut self, e: &'a Expr, x: &'a Expr, indices: &'a [Expr]) -> Val {
        if self.mode(x) != Mode::Type
            && let Some(obj) = self.generic_func(x)
        {
            self.s.pos = e.pos;
            let id = func_node(x);
            if self.selection(x.unparen().id).is_some() {
                return self.expr(x);
            }
            let args = self.inst_args(id);
            return self.func_value(obj, args);
        }
        let t = self.ty_of(x);
        match self.p.kind(t) {
            K::Str => {
                self.calls_first(&[x, &indices[0]]);
                let v = self.expr(x);
                let mut i = self.index(&indices[0], v.leaf(1));
                if let (Some(c), Some(k)) = (self.constant(x), i.number.known) {
                    i.safe = c.as_bytes().is_some_and(|b| (k as u64) < b.len() as u64);
                }
                self.s.pos = e.pos;
                self.check_index(&i, 1);
                let a = self.ptr_add(v.leaf(0), i.number.word);
                Val::one(self.load(Ty::I8, Addr::new(a)))
            }
            K::Map(..) => self.map_index(e, x, &indices[0]),
            _ => {
                let o = self.operand(e);
                let t = self.ty_of(e);
                self.s.pos = e.pos;
                self.read(&o, t)
            }
        }
    }
    /// The function that `x` (in `x[T]`) names, if it is one.
    pub fn generic_func(&self, x: &Expr) -> Option<ObjId> {
        let x = x.unparen();
        let id = match &x.kind {
            ExprKind::Ident(_) => x.id,
            ExprKind::Selector { sel, .. } => match self.selection(x.id) {
                Some(s) if s.kind == SelectionKind::Field => return None,
                Some(s) => return Some(s.method),
                None => sel.id,
            },
            _ => return None,
        };
        let obj = self.obj(id);
        matches!(self.p.ck.table.obj(obj).kind, ObjKind::Func(_)).then_some(obj)
    }

    fn slice_expr(&mut self, e: &'a Expr, x: &'a Expr, index: &'a [Option<Box<Expr>>; 3], full: bool) -> Val {
        let operands: Vec<&'a Expr> =
            std::iter::once(x).chain(index.iter().flatten().map(|i| &**i)).collect();
        self.calls_first(&operands);
        let t = self.ty_of(x);
        // What is sliced: base, length (for strings), capacity, element size.
        let (base, len, cap, size, is_str) = match self.p.kind(t) {
            K::Str => {
                let v = self.expr(x);
                (v.leaf(0), v.leaf(1), v.leaf(1), 1, true)
            }
            K::Slice(el) => {
                let v = self.expr(x);
                (v.leaf(0), v.leaf(1), v.leaf(2), self.p.size_of(el), false)
            }
            k => {
                let (arr, ptr) = match k {
                    K::Ptr(a) => (a, self.scalar(x)),
                    _ => (t, self.address_of(x)),
                };
                let K::Array(el, n) = self.p.kind(arr) else { panic!("{}: slice of {k:?}", e.pos) };
                if matches!(k, K::Ptr(_)) {
                    self.s.pos = e.pos;
                    self.nil_check(ptr);
                }
                let n = self.word(n as i64);
                (ptr, n, n, self.p.size_of(el), false)
            }
        };
        let mut idx: [Option<Number>; 3] = [None; 3];
        for (slot, i) in idx.iter_mut().zip(index) {
            *slot = i.as_ref().map(|i| self.index_value(i));
        }
        self.s.pos = e.pos;
        let is_array = !is_str && !matches!(self.p.kind(t), K::Slice(_));
        let zero = self.word(0);
        let lo = idx[0].map_or(zero, |i| i.word);
        let hi = idx[1].map_or(len, |i| i.word);
        let max = idx[2].map_or(cap, |i| i.word);
        let check = |s: &mut Self, kind, i: Option<Number>, bound| {
            if let Some(n) = i {
                s.check_number(kind, size, &n, bound);
            }
        };
        let lo_is_zero = idx[0].is_none_or(|i| i.known == Some(0));
        if full {
            check(self, if is_array { BoundsKind::Slice3Alen } else { BoundsKind::Slice3Acap }, idx[2], cap);
            check(self, BoundsKind::Slice3B, idx[1], max);
            if !lo_is_zero {
                check(self, BoundsKind::Slice3C, idx[0], hi);
            }
        } else {
            let alen = is_str || is_array;
            check(self, if alen { BoundsKind::SliceAlen } else { BoundsKind::SliceAcap }, idx[1], cap);
            if !lo_is_zero {
                // `s[i:]` of a slice: the length bounds i, too.
                check(self, BoundsKind::SliceB, idx[0], hi);
            }
        }
        let (new_len, new_cap) =
            if lo_is_zero { (hi, max) } else { (self.bin(Op::Sub, hi, lo), self.bin(Op::Sub, max, lo)) };
        let ptr = if lo_is_zero {
            base
        } else {
            // An empty rest must not point behind the object: then nothing is added.
            let rest = if is_str { new_len } else { new_cap };
            let off = self.mul_imm(lo, size);
            let empty = self.icmp_imm(Cc::Eq, rest, 0);
            let off = self.select(empty, zero, off);
            self.ptr_add(base, off)
        };
        if is_str { Val::Flat(smallvec![ptr, new_len]) } else { Val::Flat(smallvec![ptr, new_len, new_cap]) }
    }

    fn unary(&mut self, e: &'a Expr, op: UnaryOp, x: &'a Expr) -> Val {
        let t = self.ty_of(e);
        match op {
            UnaryOp::Addr => Val::one(self.address_of(x)),
            UnaryOp::Recv => self.recv_expr(e, x),
            UnaryOp::Plus => self.expr(x),
            UnaryOp::Not => {
                let v = self.scalar(x);
                self.s.pos = e.pos;
                Val::one(self.not(v))
            }
            UnaryOp::Neg => {
                let v = self.expr(x);
                self.s.pos = e.pos;
                let op = if matches!(self.p.kind(t), K::Int { .. }) { Op::Neg } else { Op::FNeg };
                Val::Flat(
                    v.leaves()
                        .iter()
                        .map(|&l| self.ins(op.clone(), &[l], self.s.f.ty(l)))
                        .collect::<Leaves>(),
                )
            }
            UnaryOp::BitNot => {
                let v = self.scalar(x);
                self.s.pos = e.pos;
                let ty = self.s.f.ty(v);
                Val::one(self.ins(Op::Not, &[v], ty))
            }
            UnaryOp::Tilde => panic!("{}: ~ outside a constraint", e.pos),
        }
    }

    fn binary_expr(&mut self, e: &'a Expr, op: BinaryOp, x: &'a Expr, y: &'a Expr) -> Val {
        match op {
            BinaryOp::AndAnd | BinaryOp::OrOr => {
                let (yes, no, join) = (self.s.block(), self.s.block(), self.s.block());
                let var = self.s.var(Ty::I8);
                self.cond(e, yes, no);
                for (b, n) in [(yes, true), (no, false)] {
                    self.s.start_sealed(b);
                    let v = self.bool(n);
                    self.s.write(var, v);
                    self.s.jump(join);
                }
                self.s.start_sealed(join);
                Val::one(self.s.read(var))
            }
            _ if op.is_comparison() => Val::one(self.compare_expr(e, op, x, y)),
            BinaryOp::Shl | BinaryOp::Shr => {
                self.calls_first(&[x, y]);
                let t = self.ty_of(e);
                let a = self.expr_as(x, t).single();
                Val::one(self.shift_expr(e, op, a, t, y))
            }
            BinaryOp::Add if self.p.kind(self.ty_of(e)) == K::Str => self.concat(e),
            _ => {
                self.calls_first(&[x, y]);
                let t = self.ty_of(e);
                let a = self.expr_as(x, t);
                let b = self.expr_as(y, t);
                self.s.pos = e.pos;
                self.arith(op, t, &a, &b)
            }
        }
    }
    /// A shift by an expression.
    pub fn shift_expr(&mut self, e: &'a Expr, op: BinaryOp, a: Value, t: TypeId, y: &'a Expr) -> Value {
        if let Some(c) = self.constant(y) {
            let n = crate::konst::int_bits(&c) as u64;
            self.s.pos = e.pos;
            return self.shift_const(op, a, t, n);
        }
        let count = self.scalar(y);
        let ct = self.ty_of(y);
        self.s.pos = e.pos;
        self.shift(op, a, t, count, ct)
    }

    /// Jumps on a condition. Both blocks are sealed by the caller.
    pub fn cond(&mut self, e: &'a Expr, yes: Block, no: Block) {
        if let Some(v) = self.take_ahead(e) {
            return self.s.br(v[0].single(), yes, no);
        }
        match &e.kind {
            _ if self.mode(e) == Mode::Const => {
                let c = self.constant(e).and_then(|c| c.as_bool()).unwrap_or(false);
                self.s.jump(if c { yes } else { no });
            }
            ExprKind::Paren(x) => self.cond(x, yes, no),
            ExprKind::Unary { op: UnaryOp::Not, x } => self.cond(x, no, yes),
            ExprKind::Binary { op: BinaryOp::AndAnd, x, y } => {
                let more = self.s.block();
                self.cond(x, more, no);
                self.s.start_sealed(more);
                self.edge();
                self.cond(y, yes, no);
            }
            ExprKind::Binary { op: BinaryOp::OrOr, x, y } => {
                let more = self.s.block();
                self.cond(x, yes, more);
                self.s.start_sealed(more);
                self.edge();
                self.cond(y, yes, no);
            }
            _ => {
                let c = self.scalar(e);
                self.s.pos = e.start_pos();
                self.s.br(c, yes, no);
            }
        }
    }

    /// An index that is known to be in range.
    pub fn safe_index(&self, idx: Value, len: Value) -> Index {
        Index { number: Number { word: idx, known: None, signed: true, wide: None }, len, safe: true }
    }
    /// Element of a slice or array operand at an index in range.
    pub fn elem_value(&mut self, o: &Opd, elem: TypeId, n: u64, idx: Value) -> Val {
        let len = self.word(n as i64);
        let i = self.safe_index(idx, len);
        let o = self.elem_at(o.clone(), elem, n, i);
        self.read(&o, elem)
    }
}

/// The node that has the object and the type arguments of a (possibly qualified) function name.
pub fn func_node(x: &Expr) -> syntax::ast::NodeId {
    let x = x.unparen();
    match &x.kind {
        ExprKind::Selector { sel, .. } => sel.id,
        ExprKind::Index { x, .. } => func_node(x),
        _ => x.id,
    }
}
