//! Expression switches.
use crate::fx::{Fx, Target};
use crate::konst;
use crate::tyq::K;
use crate::value::Val;
use ir::op::Cc;
use ir::{Block, Op, Ty, Value};
use rustc_hash::FxHashMap;
use syntax::Sym;
use syntax::ast::{BinaryOp, BranchKind, CaseClause, Expr, Stmt, StmtKind, SwitchStmt};
use types::info::Mode;
use types::table::{Basic, TypeId, basic};

/// So many integer cases are worth a table or binary search.
const MIN_TABLE: usize = 5;
/// So many string cases are worth a dispatch on the length first.
const MIN_STRINGS: usize = 6;
/// So many of one length are worth a search in a table.
const MIN_SEARCH: usize = 24;

impl<'p, 'a> Fx<'p, 'a> {
    /// `switch init; tag { … }`
    pub fn switch_stmt(&mut self, w: &'a SwitchStmt, label: Option<Sym>) {
        if let Some(init) = &w.init {
            self.stmt(init);
        }
        let exit = self.s.block();
        let bodies: Vec<Block> = w.clauses.iter().map(|_| self.s.block()).collect();
        let own = w.clauses.iter().position(|c| c.is_default).map(|i| bodies[i]);
        let default = self.no_clause(own, exit);
        match &w.tag {
            None => {
                for (c, &body) in w.clauses.iter().zip(&bodies) {
                    for e in &c.cases {
                        let next = self.s.block();
                        self.s.pos = e.start_pos();
                        if self.p.is_iface(self.ty_of(e)) {
                            let yes = Val::one(self.bool(true));
                            let eq = self.case_eq(&yes, basic(Basic::Bool), e);
                            self.s.br(eq, body, next);
                        } else {
                            self.cond(e, body, next);
                        }
                        self.s.start_sealed(next);
                    }
                }
                self.s.jump(default);
            }
            Some(tag) => {
                let t = self.ty_of(tag);
                // Constants change no bytes that the tag is made of.
                let constant = |e: &'a Expr| self.mode(e) == Mode::Const;
                let passing =
                    self.p.kind(t) == K::Str && w.clauses.iter().flat_map(|c| &c.cases).all(constant);
                let v = if passing { self.passing_string(tag, t) } else { self.expr(tag) };
                let v = self.settle(t, v);
                self.dispatch(&v, t, &w.clauses, &bodies, default);
            }
        }
        self.end_no_clause(own, default, exit);
        self.bodies(&w.clauses, &bodies, exit, label);
    }
    /// Clause bodies with fallthrough; goes on in `exit`.
    fn bodies(&mut self, clauses: &'a [CaseClause], bodies: &[Block], exit: Block, label: Option<Sym>) {
        self.targets.push(Target { label, brk: exit, cont: None });
        for (i, c) in clauses.iter().enumerate() {
            // A body may be entered by falling through from the one before: that jump is there already.
            self.s.start_sealed(bodies[i]);
            self.stmts(&c.body);
            let to = if falls_through(&c.body) { bodies[i + 1] } else { exit };
            self.s.jump(to);
        }
        self.targets.pop();
        self.s.start_sealed(exit);
    }

    fn dispatch(&mut self, v: &Val, t: TypeId, clauses: &'a [CaseClause], bodies: &[Block], default: Block) {
        let mut consts = Vec::new();
        let mut all_const = true;
        for (c, &body) in clauses.iter().zip(bodies) {
            for e in &c.cases {
                match (self.mode(e), self.constant(e)) {
                    (Mode::Const, Some(k)) => consts.push((k, body)),
                    _ => all_const = false,
                }
            }
        }
        match self.p.kind(t) {
            K::Int { size, .. } if all_const && consts.len() >= MIN_TABLE => {
                let mut seen: FxHashMap<i64, Block> = FxHashMap::default();
                let mut cases = Vec::new();
                for (k, body) in consts {
                    let n = konst::sign_extend(konst::int_bits(&k), size);
                    seen.entry(n).or_insert_with(|| {
                        cases.push((n, body));
                        body
                    });
                }
                cases.sort_by_key(|c| c.0);
                self.s.switch(v.single(), &cases, default);
            }
            K::Str if all_const && consts.len() >= MIN_STRINGS => {
                type Case = (Vec<u8>, Block);
                let mut by_len: Vec<(i64, Vec<Case>)> = Vec::new();
                for (k, body) in consts {
                    let bytes = k.as_bytes().unwrap_or_default().to_vec();
                    let n = bytes.len() as i64;
                    match by_len.iter_mut().find(|g| g.0 == n) {
                        Some(g) => g.1.push((bytes, body)),
                        None => by_len.push((n, vec![(bytes, body)])),
                    }
                }
                by_len.sort_by_key(|g| g.0);
                let groups: Vec<(i64, Block)> = by_len.iter().map(|g| (g.0, self.s.block())).collect();
                self.s.switch(v.leaf(1), &groups, default);
                for ((_, mut group), (n, b)) in by_len.into_iter().zip(groups) {
                    self.s.start_sealed(b);
                    if group.len() >= MIN_SEARCH {
                        group.sort_by(|a, b| a.0.cmp(&b.0));
                        self.search(v.leaf(0), n, &group, default);
                        continue;
                    }
                    for (bytes, body) in group {
                        let next = self.s.block();
                        let eq = self.bytes_eq(v.leaf(0), &bytes, n);
                        self.s.br(eq, body, next);
                        self.s.start_sealed(next);
                    }
                    self.s.jump(default);
                }
            }
            _ => {
                for (c, &body) in clauses.iter().zip(bodies) {
                    for e in &c.cases {
                        let next = self.s.block();
                        let eq = self.case_eq(v, t, e);
                        self.s.br(eq, body, next);
                        self.s.start_sealed(next);
                    }
                }
                self.s.jump(default);
            }
        }
    }
    /// Goes where the text at `p`, of `n` bytes, leads: a function finds its number among the sorted cases.
    fn search(&mut self, p: Value, n: i64, cases: &[(Vec<u8>, Block)], default: Block) {
        let table: Vec<u8> = cases.iter().flat_map(|c| c.0.iter().copied()).collect();
        let table = self.str_val(&table);
        let (count, n) = (self.word(cases.len() as i64), self.word(n));
        let found = self.rt1("searchstrings", &[p, table.leaf(0), count, n]);
        let cases: Vec<(i64, Block)> = cases.iter().enumerate().map(|(k, c)| (k as i64, c.1)).collect();
        self.s.switch(found, &cases, default);
    }
    /// Whether the bytes at `p` are these.
    fn bytes_eq(&mut self, p: Value, bytes: &[u8], n: i64) -> Value {
        if n == 0 {
            return self.bool(true);
        }
        let c = self.str_val(bytes);
        let n = self.word(n);
        self.rt1("memequal", &[p, c.leaf(0), n])
    }
    /// Whether the tag equals a case.
    fn case_eq(&mut self, v: &Val, t: TypeId, e: &'a Expr) -> Value {
        self.s.pos = e.start_pos();
        if self.mode(e) == Mode::Nil {
            return self.icmp_imm(Cc::Eq, v.leaf(0), 0);
        }
        let ct = self.ty_of(e);
        match (self.p.is_iface(t), self.p.is_iface(ct)) {
            (true, false) => {
                let c = self.expr(e);
                self.iface_eq_concrete(v, t, &c, ct)
            }
            (false, true) => {
                let c = self.expr(e);
                self.iface_eq_concrete(&c, ct, v, t)
            }
            (true, true) if t != ct => {
                let c = self.expr(e);
                let (a, b) = (self.to_eface(v, t), self.to_eface(&c, ct));
                self.eface_eq(&a, &b)
            }
            _ => {
                let c = self.expr_as(e, t);
                self.s.pos = e.start_pos();
                if self.p.kind(t) == K::Bool {
                    let x = self.bin(Op::Xor, v.single(), c.single());
                    let one = self.iconst(Ty::I8, 1);
                    return self.bin(Op::Xor, x, one);
                }
                self.compare(BinaryOp::Eq, t, v, &c)
            }
        }
    }
}

/// Whether a clause ends with `fallthrough`.
fn falls_through(body: &[Stmt]) -> bool {
    let mut last = body.iter().rev().find(|s| !matches!(s.kind, StmtKind::Empty));
    while let Some(Stmt { kind: StmtKind::Labeled { stmt, .. }, .. }) = last {
        last = Some(stmt);
    }
    matches!(last.map(|s| &s.kind), Some(StmtKind::Branch { kind: BranchKind::Fallthrough, .. }))
}
