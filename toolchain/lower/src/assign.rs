//! Assignments.
use crate::fx::Fx;
use crate::order::Operand;
use crate::place::{Opd, Place, Root};
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::{Op, Value};
use smallvec::smallvec;
use syntax::ast::{BinaryOp, Expr, ExprKind, Stmt, UnaryOp};
use types::object::ObjId;
use types::table::{Basic, TypeId, basic};

/// Values of one assignment that are held as such; those of longer ones wait in memory, since all of them live at once.
const MAX_HELD: usize = 64;

/// A left side whose operands are evaluated.
pub enum Left {
    /// `_`
    Blank,
    /// A variable or a part of one.
    Place(Place, TypeId),
    /// A map's element.
    #[allow(missing_docs, reason = "the types say it")]
    Map { t: TypeId, m: Value, key: Val, elem: TypeId },
}

impl<'p, 'a> Fx<'p, 'a> {
    /// Evaluates the operands of a left side.
    pub fn left(&mut self, e: &'a Expr) -> Left {
        let inner = e.unparen();
        match &inner.kind {
            ExprKind::Ident(n) if n.is_blank() => return Left::Blank,
            ExprKind::Index { x, indices } => {
                let t = self.ty_of(x);
                if let K::Map(k, v) = self.p.kind(t) {
                    let (_, m, key) = self.map_operands(x, &indices[0], true);
                    let key = self.settle(self.ty(k), key);
                    return Left::Map { t, m, key, elem: self.ty(v) };
                }
            }
            _ => {}
        }
        let t = match self.info(inner.id).obj {
            obj if obj != ObjId::NONE && matches!(inner.kind, ExprKind::Ident(_)) => self.obj_ty(obj),
            _ => self.ty_of(inner),
        };
        match self.operand(inner) {
            Opd::Place(p) => Left::Place(p, t),
            Opd::Val(_) => panic!("{}: assignment to a value", e.pos),
        }
    }
    fn left_ty(&self, l: &Left) -> Option<TypeId> {
        match l {
            Left::Blank => None,
            Left::Place(_, t) => Some(*t),
            Left::Map { elem, .. } => Some(*elem),
        }
    }
    fn store_left(&mut self, l: &Left, v: &Val) {
        match l {
            Left::Blank => {}
            Left::Place(p, t) => self.write(p, *t, v),
            Left::Map { t, m, key, elem } => {
                let at = self.map_assign(*t, *m, key);
                self.store_val(*elem, Addr::new(at), v);
            }
        }
    }

    /// Stores a value of type `from`.
    pub fn store_left_as(&mut self, l: &Left, v: &Val, from: TypeId) {
        if let Some(t) = self.left_ty(l) {
            let v = self.assign_conv(v.clone(), from, t);
            self.store_left(l, &v);
        }
    }

    /// `lhs = rhs`
    pub fn assign(&mut self, lhs: &'a [Expr], rhs: &'a [Expr]) {
        let pos = self.s.pos;
        if lhs.len() == rhs.len() || matches!(rhs[0].unparen().kind, ExprKind::Call { .. }) {
            let to = lhs.iter().map(|l| (lhs.len() == rhs.len() && !is_blank(l)).then(|| self.ty_of(l)));
            let operands: Vec<Operand<'a>> = rhs.iter().zip(to).collect();
            self.operands_first(&lhs.iter().collect::<Vec<_>>(), &operands);
        }
        if let ([l], [r]) = (lhs, rhs) {
            let left = self.left(l);
            let Some(t) = self.left_ty(&left) else { return self.evaluate(r) };
            if let Left::Place(p, _) = &left
                && self.is_zero_literal(r, t)
            {
                self.s.pos = pos;
                let to = self.opd_addr(&Opd::Place(p.clone()), t);
                return self.zero_mem(t, to);
            }
            let v = self.expr_as(r, t);
            self.s.pos = pos;
            if matches!(l.unparen().kind, ExprKind::Star(_)) && self.move_array(&left, t, &v) {
                return;
            }
            return self.store_left(&left, &v);
        }
        let lefts: Vec<Left> = lhs.iter().map(|l| self.left(l)).collect();
        if lhs.len() != rhs.len() {
            let (vals, tys) = self.multi(&rhs[0], lhs.len());
            self.s.pos = pos;
            for ((l, v), from) in lefts.iter().zip(vals).zip(tys) {
                if let Some(t) = self.left_ty(l) {
                    let v = self.assign_conv(v, from, t);
                    self.store_left(l, &v);
                }
            }
            return;
        }
        let held = (lhs.len() > MAX_HELD).then(|| {
            let types: Vec<TypeId> = lefts.iter().filter_map(|l| self.left_ty(l)).collect();
            let t = self.p.closure_type(&types);
            (t, self.temp(t))
        });
        let mut vals = Vec::new();
        let mut fields = 1..;
        for (l, r) in lefts.iter().zip(rhs) {
            let Some(t) = self.left_ty(l) else {
                self.evaluate(r);
                vals.push(Val::unit());
                continue;
            };
            let v = self.expr_as(r, t);
            vals.push(match (held, fields.next()) {
                (Some((all, memory)), Some(i)) => {
                    let at = memory.plus(self.p.field_offset(all, i));
                    self.store_val(t, at, &v);
                    Val::Mem(at, true)
                }
                _ => self.settle(t, v),
            });
        }
        self.s.pos = pos;
        for (l, v) in lefts.iter().zip(vals) {
            // From memory to memory they are copied: read, they would be known as the values again that they were stored from.
            let v = match (v, l) {
                (Val::Mem(at, _), Left::Place(p, t)) if matches!(p.root, Root::Leaves(_)) => {
                    self.load_val(*t, at)
                }
                (v, _) => v,
            };
            self.store_left(l, &v);
        }
    }

    /// `*p = *q` for arrays, which may overlap in part when the pointers come from slices. Not for others: false.
    fn move_array(&mut self, l: &Left, t: TypeId, v: &Val) -> bool {
        let (Left::Place(p, _), &Val::Mem(from, false)) = (l, v) else { return false };
        let K::Array(el, n) = self.p.kind(t) else { return false };
        if n < 2 {
            return false;
        }
        let el = self.ty(el);
        let to = self.opd_addr(&Opd::Place(p.clone()), t);
        let (to, from, n) = (self.addr_value(to), self.addr_value(from), self.word(n as i64));
        self.move_elems(to, from, el, n);
        true
    }

    /// An expression that gives several values: a call, or a comma-ok form.
    pub fn multi(&mut self, e: &'a Expr, n: usize) -> (Vec<Val>, Vec<TypeId>) {
        let e = e.unparen();
        let bool_ty = basic(Basic::Bool);
        match &e.kind {
            ExprKind::Index { x, indices } if n == 2 => {
                let (t, m, key) = self.map_operands(x, &indices[0], false);
                self.s.pos = e.pos;
                let (v, ok) = self.map_get_ok(t, m, &key);
                let K::Map(_, elem) = self.p.kind(t) else { unreachable!("map_operands checked it") };
                (vec![v, Val::one(ok)], vec![self.ty(elem), bool_ty])
            }
            ExprKind::TypeAssert { x, ty } => {
                let (from, to) = (self.ty_of(x), self.ty_of(ty));
                let v = self.expr(x);
                self.s.pos = e.pos;
                let (v, ok) = self.type_assert_ok(&v, from, to);
                (vec![v, Val::one(ok)], vec![to, bool_ty])
            }
            ExprKind::Unary { op: UnaryOp::Recv, x } => {
                let K::Chan(_, elem) = self.p.kind(self.ty_of(x)) else { panic!("{}: no channel", x.pos) };
                let elem = self.ty(elem);
                let (v, ok) = self.recv_ok(e, x, elem);
                (vec![v, Val::one(ok)], vec![elem, bool_ty])
            }
            _ => {
                let tys = self.tuple_types(e);
                (self.call(e, None), tys)
            }
        }
    }

    /// `x op= y`
    pub fn op_assign(&mut self, s: &'a Stmt, op: BinaryOp, lhs: &'a Expr, rhs: &'a Expr) {
        self.operands_first(&[lhs], &[(rhs, None)]);
        let left = self.left(lhs);
        let Some(t) = self.left_ty(&left) else { panic!("{}: op= to blank", s.pos) };
        if op.is_shift() {
            return self.update(s, left, t, |fx, old| Val::one(fx.shift_expr(rhs, op, old.single(), t, rhs)));
        }
        let in_place = matches!(left, Left::Place(..));
        // Of two indices out of range the left one counts, as in `x = x op y`.
        let v = (!in_place || !self.is_late(rhs)).then(|| self.expr_as(rhs, t));
        // `s += a + b` is one concatenation.
        let concatenates = in_place && op == BinaryOp::Add && self.p.kind(t) == K::Str;
        self.update(s, left, t, |fx, old| {
            let v = v.unwrap_or_else(|| fx.expr_as(rhs, t));
            if concatenates { fx.concat_vals(&[old.clone(), v]) } else { fx.arith(op, t, old, &v) }
        })
    }
    /// After an assignment: the allocator has to know when `runtime.MemProfileRate` changes.
    pub fn note_assigned(&mut self, lhs: &'a [Expr]) {
        for e in lhs {
            if let ExprKind::Selector { sel, .. } = &e.unparen().kind
                && sel.name == self.p.names.mem_profile_rate
                && self.selection(e.unparen().id).is_none()
                && self.is_runtime_var(self.obj(sel.id))
            {
                self.rt("memProfileRateSet", &[]);
            }
        }
    }
    fn is_runtime_var(&self, obj: ObjId) -> bool {
        let o = self.p.ck.table.obj(obj);
        o.pkg == self.p.runtime_pkg && matches!(o.kind, types::object::ObjKind::Var(_))
    }
    /// `x++`, `x--`
    pub fn inc_dec(&mut self, x: &'a Expr, inc: bool) {
        let pos = self.s.pos;
        let left = self.left(x);
        let Some(t) = self.left_ty(&left) else { panic!("{pos}: ++ of blank") };
        let one = self.const_val(&types::constant::ConstValue::Int(1), t);
        let op = if inc { BinaryOp::Add } else { BinaryOp::Sub };
        self.s.pos = pos;
        match left {
            Left::Place(..) => {
                let (place, v) = self.read_once(&left, t);
                let v = self.arith(op, t, &v, &one);
                self.write(&place, t, &v);
            }
            Left::Map { t: mt, m, ref key, .. } => {
                let at = self.map_assign(mt, m, key);
                let v = self.load_val(t, Addr::new(at));
                let v = self.arith(op, t, &v, &one);
                self.store_val(t, Addr::new(at), &v);
            }
            Left::Blank => {}
        }
    }
    fn update(&mut self, s: &Stmt, left: Left, t: TypeId, f: impl FnOnce(&mut Self, &Val) -> Val) {
        self.s.pos = s.pos;
        match left {
            Left::Blank => {}
            Left::Place(..) => {
                let (place, old) = self.read_once(&left, t);
                let v = f(self, &old);
                self.s.pos = s.pos;
                self.write(&place, t, &v);
            }
            Left::Map { t: mt, m, key, elem } => {
                // Read first: what `f` does may panic, and then no element must be made.
                let old = self.map_get(mt, m, &key);
                let old = self.settle(elem, old);
                let v = f(self, &old);
                self.s.pos = s.pos;
                let at = self.map_assign(mt, m, &key);
                self.store_val(elem, Addr::new(at), &v);
            }
        }
    }
    /// Reads a place whose checks are carried out once for reading and writing.
    fn read_once(&mut self, left: &Left, t: TypeId) -> (Place, Val) {
        let Left::Place(p, _) = left else { unreachable!("only places are read once") };
        let root = match self.settle_place(p) {
            Some(a) => Root::Mem(a),
            None => p.root,
        };
        let place = Place { root, steps: smallvec![], pos: p.pos };
        let v = self.read(&Opd::Place(place.clone()), t);
        (place, v)
    }

    // ---- channels

    /// `c <- v`
    pub fn send(&mut self, s: &'a Stmt, chan: &'a Expr, value: &'a Expr) {
        let K::Chan(_, elem) = self.p.kind(self.ty_of(chan)) else { panic!("{}: no channel", s.pos) };
        let elem = self.ty(elem);
        self.operands_first(&[], &[(chan, None), (value, Some(elem))]);
        let c = self.scalar(chan);
        let v = self.expr_as(value, elem);
        self.s.pos = s.pos;
        let a = self.in_memory(elem, &v);
        let a = self.addr_value(a);
        self.rt("chansend1", &[c, a]);
    }
    /// `<-c` for its effect.
    pub fn recv_drop(&mut self, e: &'a Expr, chan: &'a Expr) {
        let c = self.scalar(chan);
        self.s.pos = e.pos;
        let nil = self.nil();
        self.rt("chanrecv1", &[c, nil]);
    }
    /// `<-c` with one value.
    pub fn recv_expr(&mut self, e: &'a Expr, chan: &'a Expr) -> Val {
        let K::Chan(_, elem) = self.p.kind(self.ty_of(chan)) else { panic!("{}: no channel", e.pos) };
        let elem = self.ty(elem);
        let c = self.scalar(chan);
        self.s.pos = e.pos;
        let a = self.temp(elem);
        self.zero_mem(elem, a);
        let p = self.addr_value(a);
        self.rt("chanrecv1", &[c, p]);
        self.own(elem, a)
    }
    /// `<-c` with two values.
    fn recv_ok(&mut self, e: &'a Expr, chan: &'a Expr, elem: TypeId) -> (Val, Value) {
        let c = self.scalar(chan);
        self.s.pos = e.pos;
        let a = self.temp(elem);
        self.zero_mem(elem, a);
        let p = self.addr_value(a);
        let ok = self.rt1("chanrecv2", &[c, p]);
        (self.own(elem, a), ok)
    }
    /// The value in a temporary.
    pub fn own(&mut self, t: TypeId, a: Addr) -> Val {
        match self.load_val(t, a) {
            Val::Mem(a, _) => Val::Mem(a, true),
            v => v,
        }
    }
    /// A pointer that an instruction keeps alive.
    pub fn keep_alive(&mut self, v: Value) {
        self.ins0(Op::KeepAlive, &[v]);
    }
}

fn is_blank(e: &Expr) -> bool {
    e.unparen().as_ident().is_some_and(|n| n.is_blank())
}
