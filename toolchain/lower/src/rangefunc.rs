//! Range over functions: the loop's body becomes a function that the iterator calls.
//!
//! Body and loop share a *state* object: the loop's state (checked as `panicrangestate` explains it), the way it was left,
//! the values of a `return` in the body, and the token for defers. A body that leaves the loop notes how, and returns
//! false; when the iterator has returned, the loop carries out what was noted, which may lead further out in the same way.
use crate::closure::LitBody;
use crate::fx::{Fx, ResultVar};
use crate::value::{Addr, Val};
use ir::op::Cc;
use ir::{Func, Ty};
use syntax::Sym;
use syntax::ast::{BranchKind, CaseClause, NodeId, RangeStmt, Stmt, StmtKind};
use types::table::{Field, PkgId, TypeId};

/// States, numbered as in internal/abi.
mod state {
    pub const DONE: i64 = 0;
    pub const READY: i64 = 1;
    pub const PANIC: i64 = 2;
    pub const EXHAUSTED: i64 = 3;
    pub const MISSING_PANIC: i64 = 4;
}

/// Ways to leave: the loop itself (by break), a return with values, a bare return; then those listed in `RangeBody::exits`.
const LEAVE_LOOP: i64 = 0;
const RETURN: i64 = -1;
const RETURN_BARE: i64 = -2;

/// A loop's body as a function.
pub struct RangeBody<'a> {
    /// The loop.
    pub stmt: &'a RangeStmt,
    /// Its label.
    pub label: Option<Sym>,
    /// Result types of the function around all.
    pub outer_results: Vec<TypeId>,
    /// Branches that lead out of the body.
    pub exits: Vec<(BranchKind, Sym)>,
    /// In the body's function: variable that holds the state object's address.
    pub state: u32,
    /// Type of the state object.
    pub state_ty: TypeId,
    /// Byte offsets of its fields: state, way, token, results….
    pub offsets: Vec<u64>,
}

impl RangeBody<'_> {
    /// Offset of the token for defers.
    pub fn token_addr(&self) -> u64 {
        self.offsets[2]
    }
}

impl<'p, 'a> Fx<'p, 'a> {
    fn state_type(&mut self, results: &[TypeId]) -> (TypeId, Vec<u64>) {
        let int = self.p.int();
        let mut tys = vec![int, int, types::intern::EMPTY_INTERFACE];
        tys.extend_from_slice(results);
        let fields = tys
            .iter()
            .enumerate()
            .map(|(i, &ty)| Field {
                name: Sym::new(&format!("s{i}")),
                pkg: PkgId(0),
                ty,
                embedded: false,
                tag: Sym::default(),
            })
            .collect();
        let t = self.p.ck.table.strukt(fields);
        let offsets = (0..tys.len()).map(|i| self.p.field_offset(t, i)).collect();
        (t, offsets)
    }

    /// `for … range f`
    pub fn range_func(&mut self, node: NodeId, r: &'a RangeStmt, label: Option<Sym>) {
        let ft = self.ty_of(&r.x);
        let f = self.scalar(&r.x);
        self.s.pos = r.pos;
        let outer_results: Vec<TypeId> = match &self.range {
            Some(b) => b.outer_results.clone(),
            None => self.results.iter().map(|r| r.ty).collect(),
        };
        let (state_ty, offsets) = self.state_type(&outer_results);
        let st = self.new_object(state_ty, Sym::new("range state"));
        let at = Addr::new(st);
        let ready = self.word(state::READY);
        self.store(at.plus(offsets[0]), ready);
        let any = types::intern::EMPTY_INTERFACE;
        let idx = self.env.facts.by_node[&node];
        let body_fact = &self.env.facts.funcs[idx as usize];
        let token = match &self.range {
            Some(b) => {
                let (outer, off) = (self.s.read(b.state), b.token_addr());
                Some(self.load_val(any, Addr::new(outer).plus(off)))
            }
            // Each time around, the outermost loop's defers get a place of their own among this function's defers.
            None if body_fact.defers || body_fact.range_defers => {
                Some(Val::Flat(self.rt("deferrangefunc", &[]).into_iter().collect()))
            }
            None => None,
        };
        if let Some(token) = token {
            self.store_val(any, at.plus(offsets[2]), &token);
        }

        let yield_ty = self.ty(self.p.signature(ft).params[0]);
        let (params, results) = self.sig_types(yield_ty);
        let mut exits = Vec::new();
        collect_exits(&r.body.stmts, &mut Vec::new(), &mut exits);
        exits.retain(|e| Some(e.1) != label || e.0 == BranchKind::Goto);
        let name = self.closure_name(3);
        let body = RangeBody {
            stmt: r,
            label,
            outer_results: outer_results.clone(),
            exits: exits.clone(),
            state: 0,
            state_ty,
            offsets: offsets.clone(),
        };
        let (code, captures) =
            self.closure_func(&name, idx, LitBody::Range(Box::new(body)), params, results, r.pos);
        let body_fn = self.range_closure(code, &captures, st);
        let sig = self.p.sig_of_type(None, ft);
        self.call_raw(ir::op::Callee::Closure, sig, &[f, body_fn]);

        // The iterator has returned.
        let word = self.word_ty();
        let s = self.load(word, at.plus(offsets[0]));
        let lost = self.icmp_imm(Cc::Eq, s, state::PANIC);
        self.when(lost, |fx| {
            let n = fx.word(state::MISSING_PANIC);
            fx.rt("panicrangestate", &[n]);
        });
        let done = self.word(state::EXHAUSTED);
        self.store(at.plus(offsets[0]), done);
        let way = self.load(word, at.plus(offsets[1]));
        let exit = self.s.block();
        let returns = contains_return(&r.body.stmts);
        let mut ways: Vec<(i64, ir::Block)> = Vec::new();
        if returns {
            ways.push((RETURN, self.s.block()));
            ways.push((RETURN_BARE, self.s.block()));
        }
        for i in 0..exits.len() {
            ways.push((i as i64 + 1, self.s.block()));
        }
        if ways.is_empty() {
            self.s.jump(exit);
        } else {
            self.s.switch(way, &ways, exit);
        }
        for (code, b) in ways {
            self.s.start_sealed(b);
            match code {
                RETURN => {
                    let vals: Vec<Val> = outer_results
                        .iter()
                        .enumerate()
                        .map(|(i, &t)| self.load_val(t, at.plus(offsets[3 + i])))
                        .collect();
                    match self.range {
                        Some(_) => self.range_return(Some(&vals)),
                        None => self.return_vals(&vals),
                    }
                }
                RETURN_BARE => match self.range {
                    Some(_) => self.range_return(None),
                    None => self.leave_any(),
                },
                n => {
                    let (kind, label) = exits[n as usize - 1];
                    self.branch_to(kind, Some(label));
                }
            }
        }
        self.s.start_sealed(exit);
    }
    fn leave_any(&mut self) {
        if self.results.is_empty() && self.exit.is_none() {
            self.s.ret(&[]);
        } else {
            self.leave();
        }
    }

    /// In a loop's body: notes how it is left, and returns to the iterator.
    fn leave_body(&mut self, way: i64, go_on: bool) {
        let Some(r) = &self.range else { panic!("{}: not in a loop's body", self.s.pos) };
        let (var, st, w) = (r.state, r.offsets[0], r.offsets[1]);
        let at = Addr::new(self.s.read(var));
        let n = self.word(if go_on { state::READY } else { state::DONE });
        self.store(at.plus(st), n);
        if way != LEAVE_LOOP {
            let n = self.word(way);
            self.store(at.plus(w), n);
        }
        let b = self.bool(go_on);
        self.s.ret(&[b]);
    }
    /// `return` in a loop's body.
    pub fn range_return(&mut self, vals: Option<&[Val]>) {
        let Some(r) = &self.range else { panic!("{}: not in a loop's body", self.s.pos) };
        let Some(vals) = vals else { return self.leave_body(RETURN_BARE, false) };
        let (var, offsets, tys) = (r.state, r.offsets.clone(), r.outer_results.clone());
        let at = Addr::new(self.s.read(var));
        for ((v, t), off) in vals.iter().zip(tys).zip(&offsets[3..]) {
            self.store_val(t, at.plus(*off), v);
        }
        self.leave_body(RETURN, false);
    }
    /// A branch that leaves the body of a range-over-func loop; false if this is none.
    pub fn leaves_range_body(&mut self, kind: BranchKind, label: Option<Sym>) -> bool {
        let Some(r) = &self.range else { return false };
        let own = label.is_none() || label == r.label;
        if own && kind != BranchKind::Goto {
            self.leave_body(LEAVE_LOOP, kind == BranchKind::Continue);
            return true;
        }
        let Some(label) = label else { return false };
        match r.exits.iter().position(|&e| e == (kind, label)) {
            Some(i) => {
                self.leave_body(i as i64 + 1, false);
                true
            }
            None => false,
        }
    }
}

/// Lowers a loop's body.
pub fn lower_body<'a>(mut fx: Fx<'_, 'a>, mut body: RangeBody<'a>, state: Addr, params: &[TypeId]) -> Func {
    let r = body.stmt;
    let var = fx.s.var(Ty::Ptr);
    let p = fx.load(Ty::Ptr, state);
    fx.s.write(var, p);
    body.state = var;
    let bool_ty = types::table::basic(types::table::Basic::Bool);
    fx.results.push(ResultVar { ty: bool_ty, loc: None, addr_slot: None });
    let off = body.offsets[0];
    fx.range = Some(body);
    fx.s.pos = r.pos;
    let word = fx.word_ty();
    let at = Addr::new(p).plus(off);
    let s = fx.load(word, at);
    let bad = fx.icmp_imm(Cc::Ne, s, state::READY);
    fx.when(bad, |fx| {
        fx.rt("panicrangestate", &[s]);
    });
    let n = fx.word(state::PANIC);
    fx.store(at, n);
    let vals: Vec<(Val, TypeId)> = fx.param_vals(params).into_iter().zip(params.iter().copied()).collect();
    let n = vals.len().min(r.lhs.len());
    fx.bind_range(r, &vals[..n]);
    fx.mark_uncounted();
    fx.block(&r.body);
    fx.s.pos = r.body.rbrace;
    fx.leave_body(LEAVE_LOOP, true);
    fx.s.finish()
}

/// Branches to labels that are not inside.
fn collect_exits(list: &[Stmt], inner: &mut Vec<Sym>, out: &mut Vec<(BranchKind, Sym)>) {
    // Labels anywhere in the body may be the targets of branches in it.
    for_each_stmt(list, &mut |s| {
        if let StmtKind::Labeled { label, .. } = &s.kind {
            inner.push(label.name);
        }
    });
    for_each_stmt(list, &mut |s| {
        if let StmtKind::Branch { kind, label: Some(l) } = &s.kind
            && !inner.contains(&l.name)
            && !out.contains(&(*kind, l.name))
        {
            out.push((*kind, l.name));
        }
    });
}

fn contains_return(list: &[Stmt]) -> bool {
    let mut found = false;
    for_each_stmt(list, &mut |s| found |= matches!(s.kind, StmtKind::Return(_)));
    found
}

/// Calls `f` on all statements, not those in function literals.
fn for_each_stmt(list: &[Stmt], f: &mut dyn FnMut(&Stmt)) {
    let clauses =
        |l: &[CaseClause], f: &mut dyn FnMut(&Stmt)| l.iter().for_each(|c| for_each_stmt(&c.body, f));
    let one = |s: &Stmt, f: &mut dyn FnMut(&Stmt)| for_each_stmt(std::slice::from_ref(s), f);
    for s in list {
        f(s);
        match &s.kind {
            StmtKind::Block(b) => for_each_stmt(&b.stmts, f),
            StmtKind::Labeled { stmt, .. } => one(stmt, f),
            StmtKind::If(i) => {
                for_each_stmt(&i.then.stmts, f);
                if let Some(e) = &i.els {
                    one(e, f);
                }
            }
            StmtKind::Switch(w) => clauses(&w.clauses, f),
            StmtKind::TypeSwitch(w) => clauses(&w.clauses, f),
            StmtKind::Select { clauses, .. } => clauses.iter().for_each(|c| for_each_stmt(&c.body, f)),
            StmtKind::For(l) => for_each_stmt(&l.body.stmts, f),
            StmtKind::Range(r) => for_each_stmt(&r.body.stmts, f),
            _ => {}
        }
    }
}
