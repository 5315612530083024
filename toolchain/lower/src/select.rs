//! `select`.
use crate::fx::{Fx, Target};
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::Cc;
use ir::{Block, Value};
use syntax::Sym;
use syntax::ast::{CommClause, Expr, ExprKind, Stmt, StmtKind, UnaryOp};
use types::object::ObjId;
use types::table::{Basic, TypeId, basic};

/// A communication whose operands are evaluated.
struct Comm {
    clause: usize,
    chan: Value,
    send: bool,
    /// Memory of the value to send or receive.
    elem: Option<Addr>,
    elem_ty: TypeId,
}

impl<'p, 'a> Fx<'p, 'a> {
    /// `select { … }`
    pub fn select_stmt(&mut self, clauses: &'a [CommClause], label: Option<Sym>) {
        let pos = self.s.pos;
        let exit = self.s.block();
        let default = clauses.iter().position(|c| c.comm.is_none());
        let count = clauses.len() - usize::from(default.is_some());
        self.targets.push(Target { label, brk: exit, cont: None });
        match (count, default) {
            (0, None) => {
                self.rt("block", &[]);
                self.s.unreachable();
            }
            (0, Some(d)) => self.stmts(&clauses[d].body),
            (1, None) => {
                let c = &clauses[0];
                let s = c.comm.as_ref().expect("no default");
                if matches!(s.kind, StmtKind::Send { .. }) {
                    self.stmt(s);
                } else {
                    // What is assigned to is found when the value is there.
                    let comm = self.comm(0, s);
                    let (p, two) = (self.elem_ptr(&comm), recv_parts(s).1.len() > 1);
                    let r = self.rt(if two { "chanrecv2" } else { "chanrecv1" }, &[comm.chan, p]);
                    self.bind_recv(c, &comm, r.first().copied());
                }
                self.stmts(&c.body);
            }
            _ => {
                let comms: Vec<Comm> = clauses
                    .iter()
                    .enumerate()
                    .filter_map(|(i, c)| c.comm.as_ref().map(|s| self.comm(i, s)))
                    .collect();
                self.s.pos = pos;
                if let (1, Some(d)) = (count, default) {
                    self.select_one(clauses, &comms[0], d, exit);
                } else {
                    self.select_many(clauses, &comms, default, exit);
                }
            }
        }
        self.s.jump(exit);
        self.targets.pop();
        self.s.start_sealed(exit);
    }
    /// Evaluates a communication's channel and value.
    fn comm(&mut self, clause: usize, s: &'a Stmt) -> Comm {
        self.s.pos = s.pos;
        if let StmtKind::Send { chan, value } = &s.kind {
            let K::Chan(_, el) = self.p.kind(self.ty_of(chan)) else { panic!("{}: no channel", s.pos) };
            let elem_ty = self.ty(el);
            let c = self.scalar(chan);
            let v = self.expr_as(value, elem_ty);
            let v = self.settle(elem_ty, v);
            let elem = Some(self.in_memory(elem_ty, &v));
            return Comm { clause, chan: c, send: true, elem, elem_ty };
        }
        let (chan, lhs) = recv_parts(s);
        let K::Chan(_, el) = self.p.kind(self.ty_of(chan)) else { panic!("{}: no channel", s.pos) };
        let elem_ty = self.ty(el);
        let c = self.scalar(chan);
        let wanted = lhs.first().is_some_and(|l| !l.as_ident().is_some_and(|n| n.is_blank()));
        let elem = wanted.then(|| {
            let a = self.temp(elem_ty);
            self.zero_mem(elem_ty, a);
            a
        });
        Comm { clause, chan: c, send: false, elem, elem_ty }
    }
    fn elem_ptr(&mut self, c: &Comm) -> Value {
        match c.elem {
            Some(a) => self.addr_value(a),
            None => self.nil(),
        }
    }
    /// One communication and a default.
    fn select_one(&mut self, clauses: &'a [CommClause], c: &Comm, default: usize, exit: Block) {
        let p = self.elem_ptr(c);
        let r = if c.send {
            self.rt("selectnbsend", &[c.chan, p])
        } else {
            self.rt("selectnbrecv", &[p, c.chan])
        };
        let (yes, no) = (self.s.block(), self.s.block());
        self.s.br(r[0], yes, no);
        self.s.start_sealed(yes);
        self.bind_recv(&clauses[c.clause], c, r.get(1).copied());
        self.stmts(&clauses[c.clause].body);
        self.s.jump(exit);
        self.s.start_sealed(no);
        self.stmts(&clauses[default].body);
    }
    fn select_many(
        &mut self,
        clauses: &'a [CommClause],
        comms: &[Comm],
        default: Option<usize>,
        exit: Block,
    ) {
        let n = comms.len();
        let ptr = self.p.unsafe_ptr();
        let w = self.p.word as u64;
        // Records {channel, element}: sends from the front, receives from the back.
        let cases_ty = self.p.ck.table.array(ptr, 2 * n as u64);
        let order_ty = self.p.ck.table.array(basic(Basic::Uint16), 2 * n as u64);
        let (cases, order) = (self.temp(cases_ty), self.temp(order_ty));
        self.zero_mem(cases_ty, cases);
        let (mut sends, mut recvs) = (0, 0);
        let mut index = Vec::with_capacity(n);
        for c in comms {
            let i = if c.send {
                sends += 1;
                sends - 1
            } else {
                recvs += 1;
                n - recvs
            };
            index.push(i as i64);
            let at = cases.plus(2 * w * i as u64);
            self.store(at, c.chan);
            let p = self.elem_ptr(c);
            self.store(at.plus(w), p);
        }
        let (cp, op, nil) = (self.addr_value(cases), self.addr_value(order), self.nil());
        let (ns, nr) = (self.word(sends as i64), self.word(recvs as i64));
        let block = self.bool(default.is_none());
        let r = self.rt("selectgo", &[cp, op, nil, ns, nr, block]);
        let blocks: Vec<Block> = comms.iter().map(|_| self.s.block()).collect();
        let last = self.s.block();
        // The last one needs no test, unless there is a default.
        let tested = if default.is_some() { n } else { n - 1 };
        for i in 0..tested {
            let next = if i + 1 == tested { last } else { self.s.block() };
            let hit = self.icmp_imm(Cc::Eq, r[0], index[i]);
            self.s.br(hit, blocks[i], next);
            if next != last {
                self.s.start_sealed(next);
            }
        }
        self.s.start_sealed(last);
        match default {
            Some(d) => {
                self.stmts(&clauses[d].body);
                self.s.jump(exit);
            }
            None => self.s.jump(blocks[n - 1]),
        }
        for (c, &b) in comms.iter().zip(&blocks) {
            self.s.start_sealed(b);
            self.bind_recv(&clauses[c.clause], c, Some(r[1]));
            self.stmts(&clauses[c.clause].body);
            self.s.jump(exit);
        }
    }
    /// Assigns or declares what a chosen receive got.
    fn bind_recv(&mut self, clause: &'a CommClause, c: &Comm, ok: Option<Value>) {
        let Some(s) = &clause.comm else { return };
        if c.send {
            return;
        }
        let (_, lhs) = recv_parts(s);
        let define = matches!(s.kind, StmtKind::Define { .. });
        self.s.pos = s.pos;
        let mut vals: Vec<(Val, TypeId)> = Vec::new();
        match c.elem {
            Some(a) => vals.push((self.own(c.elem_ty, a), c.elem_ty)),
            None => vals.push((Val::unit(), c.elem_ty)),
        }
        if let Some(ok) = ok {
            vals.push((Val::one(ok), basic(Basic::Bool)));
        }
        for (l, (v, from)) in lhs.iter().zip(vals) {
            if l.as_ident().is_some_and(|n| n.is_blank()) {
                continue;
            }
            let obj = self.obj(l.id);
            if define && obj != ObjId::NONE && self.p.ck.table.obj(obj).pos == l.pos {
                let t = self.obj_ty(obj);
                let v = self.assign_conv(v, from, t);
                self.declare(obj, t, &v);
            } else {
                let left = self.left(l);
                self.store_left_as(&left, &v, from);
            }
        }
    }
}

/// Channel and left sides of a receiving communication.
fn recv_parts(s: &Stmt) -> (&Expr, &[Expr]) {
    let (e, lhs): (&Expr, &[Expr]) = match &s.kind {
        StmtKind::Expr(e) => (e, &[]),
        StmtKind::Assign { lhs, rhs } | StmtKind::Define { lhs, rhs } => (&rhs[0], lhs),
        other => panic!("{}: no communication: {other:?}", s.pos),
    };
    match &e.unparen().kind {
        ExprKind::Unary { op: UnaryOp::Recv, x } => (x, lhs),
        other => panic!("{}: no receive: {other:?}", e.pos),
    }
}
