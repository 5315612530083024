//! `for … range` over everything but functions.
use crate::fx::Fx;
use crate::place::Opd;
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::Cc;
use ir::{Block, Ty, Value};
use syntax::Sym;
use syntax::ast::{Expr, NodeId, RangeStmt};
use types::info::Mode;
use types::object::ObjId;
use types::table::{Basic, TypeId, basic};

impl<'p, 'a> Fx<'p, 'a> {
    /// A range loop.
    pub fn range_stmt(&mut self, node: NodeId, r: &'a RangeStmt, label: Option<Sym>) {
        let t = self.ty_of(&r.x);
        if self.one_set_of_vars(r) {
            for l in &r.lhs {
                let obj = self.obj(l.id);
                if obj != ObjId::NONE && !l.as_ident().is_some_and(|n| n.is_blank()) {
                    let t = self.obj_ty(obj);
                    self.declare_zero(obj, t);
                }
            }
        }
        match self.p.kind(t) {
            K::Func => self.range_func(node, r, label),
            K::Int { .. } => self.range_int(r, t, label),
            K::Slice(el) => {
                let el = self.ty(el);
                let v = self.passing_bytes(&r.x);
                let o = Opd::Val(v.clone());
                self.range_indexed(r, label, v.leaf(1), |s, i| {
                    let size = s.p.size_of(el);
                    let off = s.mul_imm(i, size);
                    let Opd::Val(v) = &o else { unreachable!("made above") };
                    let p = s.ptr_add(v.leaf(0), off);
                    (s.load_val(el, Addr::new(p)), el)
                });
            }
            K::Array(el, n) => {
                let el = self.ty(el);
                let wants_value = wanted(&r.lhs, 1);
                let len = self.word(n as i64);
                let o = if wants_value {
                    // The loop runs over a copy.
                    let v = self.expr(&r.x);
                    Opd::Val(self.settle(t, v))
                } else {
                    if self.acts(&r.x) {
                        self.evaluate(&r.x);
                    }
                    Opd::Val(Val::unit())
                };
                self.range_indexed(r, label, len, |s, i| (s.elem_value(&o, el, n, i), el));
            }
            K::Ptr(arr) => {
                let K::Array(el, n) = self.p.kind(arr) else { panic!("{}: range over a pointer", r.pos) };
                let el = self.ty(el);
                let p = self.scalar(&r.x);
                let len = self.word(n as i64);
                self.range_indexed(r, label, len, |s, i| {
                    let o = s.pointee(p);
                    (s.elem_value(&o, el, n, i), el)
                });
            }
            K::Str => self.range_string(r, label),
            K::Map(..) => self.range_map(r, t, label),
            K::Chan(_, el) => self.range_chan(r, el, label),
            k => panic!("{}: range over {k:?}", r.pos),
        }
    }

    /// Whether all iterations share the variables that a loop declares: the rule before go1.22.
    fn one_set_of_vars(&mut self, r: &RangeStmt) -> bool {
        r.define && !self.p.ck.loop_vars_per_iteration(self.env.file) && {
            let t = self.ty_of(&r.x);
            !matches!(self.p.kind(t), K::Func)
        }
    }
    /// Declares or assigns the iteration variables.
    pub fn bind_range(&mut self, r: &'a RangeStmt, vals: &[(Val, TypeId)]) {
        if r.define {
            for (l, (v, from)) in r.lhs.iter().zip(vals) {
                let obj = self.obj(l.id);
                if obj == ObjId::NONE || l.as_ident().is_some_and(|n| n.is_blank()) {
                    continue;
                }
                let t = self.obj_ty(obj);
                let v = self.assign_conv(v.clone(), *from, t);
                if self.one_set_of_vars(r) {
                    let loc = self.var_loc(obj);
                    self.write_loc(loc, t, &v);
                } else {
                    self.declare(obj, t, &v);
                }
            }
            return;
        }
        self.assign_vals(&r.lhs, vals);
    }
    fn range_indexed(
        &mut self,
        r: &'a RangeStmt,
        label: Option<Sym>,
        len: Value,
        mut elem: impl FnMut(&mut Self, Value) -> (Val, TypeId),
    ) {
        let word = self.word_ty();
        let i = self.s.var(word);
        let zero = self.word(0);
        self.s.write(i, zero);
        let (head, body, cont, exit) = self.loop_blocks();
        let iv = self.s.read(i);
        let more = self.icmp(Cc::Slt, iv, len);
        self.s.br(more, body, exit);
        self.s.start_sealed(body);
        let mut vals = vec![(Val::one(iv), self.p.int())];
        if wanted(&r.lhs, 1) {
            vals.push(elem(self, iv));
        }
        self.bind_range(r, &vals);
        self.loop_body(label, exit, cont, &r.body);
        self.s.jump(cont);
        self.s.start_sealed(cont);
        let next = self.add_imm(iv, 1);
        self.s.write(i, next);
        self.end_loop(head, exit);
    }
    /// Blocks of a loop; goes on in the head, which is not sealed.
    fn loop_blocks(&mut self) -> (Block, Block, Block, Block) {
        let (head, body, cont, exit) = (self.s.block(), self.s.block(), self.s.block(), self.s.block());
        self.s.jump(head);
        self.s.start(head);
        (head, body, cont, exit)
    }
    fn end_loop(&mut self, head: Block, exit: Block) {
        self.s.jump(head);
        self.s.seal(head);
        self.s.start_sealed(exit);
    }

    fn range_int(&mut self, r: &'a RangeStmt, t: TypeId, label: Option<Sym>) {
        // An untyped constant has the iteration variable's type.
        let t = match r.lhs.first() {
            Some(l) if !l.as_ident().is_some_and(|n| n.is_blank()) && self.mode(&r.x) == Mode::Const => {
                match (r.define, self.obj(l.id)) {
                    (true, obj) if obj != ObjId::NONE => self.obj_ty(obj),
                    (false, _) => self.ty_of(l),
                    _ => t,
                }
            }
            _ => t,
        };
        let n = self.expr_as(&r.x, t).single();
        let ty = self.s.f.ty(n);
        let signed = matches!(self.p.kind(t), K::Int { signed: true, .. });
        let i = self.s.var(ty);
        let zero = self.iconst(ty, 0);
        self.s.write(i, zero);
        let (head, body, cont, exit) = self.loop_blocks();
        let iv = self.s.read(i);
        let more = self.icmp(if signed { Cc::Slt } else { Cc::Ult }, iv, n);
        self.s.br(more, body, exit);
        self.s.start_sealed(body);
        self.bind_range(r, &[(Val::one(iv), t)]);
        self.loop_body(label, exit, cont, &r.body);
        self.s.jump(cont);
        self.s.start_sealed(cont);
        let next = self.add_imm(iv, 1);
        self.s.write(i, next);
        self.end_loop(head, exit);
    }

    fn range_string(&mut self, r: &'a RangeStmt, label: Option<Sym>) {
        let v = self.expr(&r.x);
        let (ptr, len) = (v.leaf(0), v.leaf(1));
        let word = self.word_ty();
        let (i, next_i, rune) = (self.s.var(word), self.s.var(word), self.s.var(Ty::I32));
        let zero = self.word(0);
        self.s.write(i, zero);
        let (head, body, cont, exit) = self.loop_blocks();
        let iv = self.s.read(i);
        let more = self.icmp(Cc::Slt, iv, len);
        self.s.br(more, body, exit);
        self.s.start_sealed(body);
        // ASCII needs no decoding.
        let p = self.ptr_add(ptr, iv);
        let b = self.load(Ty::I8, Addr::new(p));
        let b = self.resize(b, Ty::I32, false);
        let after = self.add_imm(iv, 1);
        self.s.write(rune, b);
        self.s.write(next_i, after);
        let ascii = self.icmp_imm(Cc::Ult, b, 0x80);
        let (multi, go_on) = (self.s.block(), self.s.block());
        self.s.br_likely(ascii, go_on, multi, Some(true));
        self.s.start_sealed(multi);
        let d = self.rt("decoderune", &[ptr, len, iv]);
        self.s.write(rune, d[0]);
        self.s.write(next_i, d[1]);
        self.s.jump(go_on);
        self.s.start_sealed(go_on);
        let rv = self.s.read(rune);
        let vals = [(Val::one(iv), self.p.int()), (Val::one(rv), basic(Basic::Int32))];
        self.bind_range(r, &vals);
        self.loop_body(label, exit, cont, &r.body);
        self.s.jump(cont);
        self.s.start_sealed(cont);
        let next = self.s.read(next_i);
        self.s.write(i, next);
        self.end_loop(head, exit);
    }

    fn range_map(&mut self, r: &'a RangeStmt, t: TypeId, label: Option<Sym>) {
        let K::Map(k, v) = self.p.kind(t) else { unreachable!("a map") };
        let (k, v) = (self.ty(k), self.ty(v));
        let Some(iter_ty) = self.p.type_in("internal/runtime/maps", "Iter") else {
            panic!("{}: package internal/runtime/maps has no Iter", r.pos)
        };
        let m = self.scalar(&r.x);
        let it = self.temp(iter_ty);
        self.zero_mem(iter_ty, it);
        let mt = self.mem_type_ptr(t);
        let itp = self.addr_value(it);
        self.rt("mapIterStart", &[mt, m, itp]);
        let (head, body, cont, exit) = self.loop_blocks();
        // The iterator begins with pointers to key and element; a nil key ends the loop.
        let key = self.load(Ty::Ptr, it);
        let more = self.icmp_imm(Cc::Ne, key, 0);
        self.s.br(more, body, exit);
        self.s.start_sealed(body);
        let mut vals = Vec::new();
        if wanted(&r.lhs, 0) || wanted(&r.lhs, 1) {
            vals.push((self.load_val(k, Addr::new(key)), k));
        }
        if wanted(&r.lhs, 1) {
            let elem = self.load(Ty::Ptr, it.plus(self.p.word as u64));
            vals.push((self.load_val(v, Addr::new(elem)), v));
        }
        self.bind_range(r, &vals);
        self.loop_body(label, exit, cont, &r.body);
        self.s.jump(cont);
        self.s.start_sealed(cont);
        let itp = self.addr_value(it);
        self.rt("mapIterNext", &[itp]);
        self.end_loop(head, exit);
    }

    fn range_chan(&mut self, r: &'a RangeStmt, el: TypeId, label: Option<Sym>) {
        let el = self.ty(el);
        let c = self.scalar(&r.x);
        let a = self.temp(el);
        let (head, body, cont, exit) = self.loop_blocks();
        self.zero_mem(el, a);
        let p = self.addr_value(a);
        let ok = self.rt1("chanrecv2", &[c, p]);
        self.s.br(ok, body, exit);
        self.s.start_sealed(body);
        let v = self.load_val(el, a);
        self.bind_range(r, &[(v, el)]);
        self.loop_body(label, exit, cont, &r.body);
        self.s.jump(cont);
        self.s.start_sealed(cont);
        self.end_loop(head, exit);
    }
    /// Assigns values to left sides.
    fn assign_vals(&mut self, lhs: &'a [Expr], vals: &[(Val, TypeId)]) {
        let places: smallvec::SmallVec<[_; 2]> = lhs.iter().map(|l| self.left(l)).collect();
        let vals: Vec<(Val, TypeId)> = vals
            .iter()
            .map(|(v, t)| (if lhs.len() > 1 { self.settle(*t, v.clone()) } else { v.clone() }, *t))
            .collect();
        for (p, (v, t)) in places.iter().zip(&vals) {
            self.store_left_as(p, v, *t);
        }
    }
}

/// Whether the `i`th iteration variable is there and not blank.
pub fn wanted(lhs: &[Expr], i: usize) -> bool {
    lhs.get(i).is_some_and(|l| !l.as_ident().is_some_and(|n| n.is_blank()))
}
