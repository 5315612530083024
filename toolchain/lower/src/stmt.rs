//! Statements.
use crate::fx::{Fx, Target, VarLoc};
use crate::order::Operand;
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::Block;
use syntax::Sym;
use syntax::ast::{self, BranchKind, Decl, Expr, ExprKind, ForStmt, IfStmt, Stmt, StmtKind, UnaryOp};
use types::object::ObjId;
use types::table::TypeId;

impl<'p, 'a> Fx<'p, 'a> {
    /// A block's statements.
    pub fn block(&mut self, b: &'a ast::Block) {
        self.stmts(&b.stmts);
    }
    /// Statements in order.
    pub fn stmts(&mut self, list: &'a [Stmt]) {
        // What cannot be reached (behind a constant condition, say) needs no code, and nothing it calls.
        if self.s.dead() {
            return; // No goto jumps into a block.
        }
        self.edge();
        for s in list {
            if self.s.dead() {
                match &s.kind {
                    // No goto jumps over a declaration.
                    StmtKind::Define { .. } | StmtKind::Decl(_) => return,
                    StmtKind::Labeled { label, .. } if self.env.facts.gotos.contains(&label.name) => {}
                    _ => continue,
                }
            }
            self.stmt(s);
        }
    }
    /// One statement.
    pub fn stmt(&mut self, s: &'a Stmt) {
        self.s.pos = s.pos;
        let label = self.next_label.take();
        match &s.kind {
            StmtKind::Empty => {}
            StmtKind::Block(b) => {
                // `break L` may leave a labelled block only as a loop, switch or select: nothing to note here.
                self.block(b);
            }
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Send { chan, value } => self.send(s, chan, value),
            StmtKind::IncDec { x, inc } => {
                self.inc_dec(x, *inc);
                self.note_assigned(std::slice::from_ref(x));
            }
            StmtKind::Assign { lhs, rhs } => {
                self.assign(lhs, rhs);
                self.note_assigned(lhs);
            }
            StmtKind::Define { lhs, rhs } => self.define(lhs, rhs),
            StmtKind::OpAssign { op, lhs, rhs } => {
                self.op_assign(s, *op, lhs, rhs);
                self.note_assigned(std::slice::from_ref(lhs));
            }
            StmtKind::Go(e) => self.go_stmt(e),
            StmtKind::Defer(e) => self.defer_stmt(e),
            StmtKind::Return(list) => self.return_stmt(list),
            StmtKind::Branch { kind, label } => self.branch_to(*kind, label.map(|l| l.name)),
            StmtKind::Labeled { label, stmt } => {
                if self.env.facts.gotos.contains(&label.name) {
                    let b = self.label_block(label.name);
                    self.s.jump(b);
                    self.s.start(b);
                    self.loops += 1;
                }
                self.next_label = Some(label.name);
                self.stmt(stmt);
                self.next_label = None;
            }
            StmtKind::If(i) => self.if_stmt(i),
            StmtKind::Switch(w) => self.switch_stmt(w, label),
            StmtKind::TypeSwitch(w) => self.type_switch(w, label),
            StmtKind::Select { clauses, .. } => self.select_stmt(clauses, label),
            StmtKind::For(f) => self.for_stmt(f, label),
            StmtKind::Range(r) => self.range_stmt(s.id, r, label),
            StmtKind::Decl(list) => {
                for d in list {
                    if let Decl::Var(v) = d {
                        self.var_decl(v);
                    }
                }
            }
        }
    }
    fn expr_stmt(&mut self, e: &'a Expr) {
        match &e.unparen().kind {
            ExprKind::Call { .. } => {
                self.call(e.unparen(), None);
            }
            ExprKind::Unary { op: UnaryOp::Recv, x } => self.recv_drop(e, x),
            _ => {
                self.expr(e);
            }
        }
    }

    /// The block of a label that some goto names.
    pub fn label_block(&mut self, label: Sym) -> Block {
        match self.labels.get(&label) {
            Some(&b) => b,
            None => {
                let b = self.s.block();
                self.labels.insert(label, b);
                b
            }
        }
    }
    /// `goto`, `break`, `continue`.
    pub fn branch_to(&mut self, kind: BranchKind, label: Option<Sym>) {
        match kind {
            BranchKind::Goto => {
                let label = label.expect("goto has a label");
                if self.leaves_range_body(kind, Some(label)) {
                    return;
                }
                let b = self.label_block(label);
                self.s.jump(b);
            }
            BranchKind::Break | BranchKind::Continue => {
                let is_break = kind == BranchKind::Break;
                let found = self.targets.iter().rev().find(|t| match label {
                    Some(l) => t.label == Some(l),
                    None => is_break || t.cont.is_some(),
                });
                match found {
                    Some(t) => {
                        let b = if is_break { t.brk } else { t.cont.expect("continue names a loop") };
                        self.s.jump(b);
                    }
                    None => {
                        let left = self.leaves_range_body(kind, label);
                        assert!(left, "{}: a branch without target", self.s.pos);
                    }
                }
            }
            // The clause before handles it.
            BranchKind::Fallthrough => {}
        }
    }

    fn if_stmt(&mut self, i: &'a IfStmt) {
        if let Some(init) = &i.init {
            self.stmt(init);
        }
        let (yes, join) = (self.s.block(), self.s.block());
        let no = if i.els.is_some() || self.counts_edges() { self.s.block() } else { join };
        self.s.pos = i.cond.start_pos();
        self.cond(&i.cond, yes, no);
        self.s.start_sealed(yes);
        self.block(&i.then);
        self.s.jump(join);
        if no != join {
            self.s.start_sealed(no);
            match &i.els {
                Some(els) => {
                    if !matches!(els.kind, StmtKind::Block(_)) {
                        self.edge();
                    }
                    self.stmt(els);
                }
                None => self.edge(),
            }
            self.s.jump(join);
        }
        self.s.start_sealed(join);
    }

    fn for_stmt(&mut self, f: &'a ForStmt, label: Option<Sym>) {
        let mut copied: Vec<(ObjId, TypeId)> = Vec::new();
        if let Some(init) = &f.init {
            self.stmt(init);
            if let StmtKind::Define { lhs, .. } = &init.kind
                && self.p.ck.loop_vars_per_iteration(self.env.file)
            {
                for l in lhs {
                    let obj = self.obj(l.id);
                    if obj != ObjId::NONE && self.vars.contains_key(&obj) {
                        let t = self.obj_ty(obj);
                        if self.needs_memory(obj, t) {
                            copied.push((obj, t));
                        }
                    }
                }
            }
        }
        // What condition and post statement only count with is a value between the iterations; an iteration's variable is in its body.
        let mut carried: Vec<(ObjId, TypeId, u32)> = Vec::new();
        let names: Vec<Sym> = copied.iter().map(|c| self.p.ck.table.obj(c.0).name).collect();
        let cond_counts = f.cond.as_ref().is_none_or(|c| only_counts(c, &names));
        if cond_counts && f.post.as_ref().is_none_or(|s| only_counts_stmt(s, &names)) {
            let scalar = |k| matches!(k, K::Int { .. } | K::Float(_) | K::Bool | K::Ptr(_) | K::Str);
            for (obj, t) in copied.extract_if(.., |c| scalar(self.p.kind(c.1))).collect::<Vec<_>>() {
                let placed = self.var_loc(obj);
                let v = self.read_loc(placed, t);
                let first = self.leaf_vars(t);
                self.write_leaves(first, v.leaves());
                self.vars.insert(obj, VarLoc::Ssa(first));
                carried.push((obj, t, first));
            }
        }
        let (head, body, cont, exit) = (self.s.block(), self.s.block(), self.s.block(), self.s.block());
        self.s.jump(head);
        self.s.start(head);
        match &f.cond {
            Some(c) => {
                self.s.pos = c.start_pos();
                self.cond(c, body, exit);
            }
            None => self.s.jump(body),
        }
        self.s.start_sealed(body);
        for &(obj, t, first) in &carried {
            let v = self.read_loc(VarLoc::Ssa(first), t);
            let loc = self.place_var(obj, t);
            self.write_loc(loc, t, &v);
        }
        self.loop_body(label, exit, cont, &f.body);
        self.s.jump(cont);
        self.s.start_sealed(cont);
        for &(obj, t, first) in &carried {
            let own = self.var_loc(obj);
            let v = self.read_loc(own, t);
            self.write_leaves(first, v.leaves());
            self.vars.insert(obj, VarLoc::Ssa(first));
        }
        for (obj, t) in copied {
            // Each iteration has its own variable, which begins with the value of the one before.
            let old = self.var_loc(obj);
            let v = self.read_loc(old, t);
            let loc = self.place_var(obj, t);
            self.write_loc(loc, t, &v);
        }
        if let Some(post) = &f.post {
            self.stmt(post);
        }
        self.s.jump(head);
        self.s.seal(head);
        self.s.start_sealed(exit);
    }
    /// A loop's body with its targets.
    pub fn loop_body(&mut self, label: Option<Sym>, brk: Block, cont: Block, body: &'a ast::Block) {
        self.targets.push(Target { label, brk, cont: Some(cont) });
        self.loops += 1;
        self.block(body);
        self.loops -= 1;
        self.targets.pop();
    }

    fn return_stmt(&mut self, list: &'a [Expr]) {
        let pos = self.s.pos;
        let tys: Vec<TypeId> = match &self.range {
            Some(r) => r.outer_results.clone(),
            None => self.results.iter().map(|r| r.ty).collect(),
        };
        if list.is_empty() {
            if self.range.is_some() {
                return self.range_return(None);
            }
            if tys.is_empty() {
                match self.exit {
                    Some(_) => self.leave(),
                    None => self.s.ret(&[]),
                }
            } else {
                self.leave();
            }
            return;
        }
        let vals: Vec<Val> = match list {
            [only] if tys.len() > 1 => {
                let from = self.tuple_types(only);
                let vals = self.call(only.unparen(), None);
                vals.into_iter().zip(from).zip(&tys).map(|((v, f), &t)| self.assign_conv(v, f, t)).collect()
            }
            _ => {
                let many = list.len() > 1;
                self.calls_first_as(list, &tys);
                list.iter()
                    .zip(&tys)
                    .map(|(e, &t)| {
                        let v = self.expr_as(e, t);
                        if many { self.settle(t, v) } else { v }
                    })
                    .collect()
            }
        };
        self.s.pos = pos;
        if self.range.is_some() {
            return self.range_return(Some(&vals));
        }
        self.return_vals(&vals);
    }

    // ---- declarations

    fn var_decl(&mut self, v: &'a ast::VarDecl) {
        if v.values.is_empty() {
            for n in &v.names {
                let obj = self.obj(n.id);
                if obj != ObjId::NONE && !n.name.is_blank() {
                    let t = self.obj_ty(obj);
                    self.declare_zero(obj, t);
                }
            }
            return;
        }
        let ids: Vec<(ObjId, bool)> = v.names.iter().map(|n| (self.obj(n.id), n.name.is_blank())).collect();
        self.init_vars(&ids, &v.values);
    }
    /// Declares variables with values; blank ones are only evaluated.
    fn init_vars(&mut self, vars: &[(ObjId, bool)], values: &'a [Expr]) {
        let real = |&(obj, blank): &(ObjId, bool)| (obj != ObjId::NONE && !blank).then_some(obj);
        if vars.len() != values.len() {
            let (vals, tys) = self.multi(&values[0], vars.len());
            for ((v, from), var) in vals.into_iter().zip(tys).zip(vars) {
                if let Some(obj) = real(var) {
                    let t = self.obj_ty(obj);
                    let v = self.assign_conv(v, from, t);
                    self.declare(obj, t, &v);
                }
            }
            return;
        }
        if let ([var], [value]) = (vars, values) {
            match real(var) {
                Some(obj) => {
                    let t = self.obj_ty(obj);
                    self.declare_expr(obj, t, value);
                }
                None => self.evaluate(value),
            }
            return;
        }
        let to = vars.iter().map(|v| real(v).map(|obj| self.obj_ty(obj)));
        let operands: Vec<Operand<'a>> = values.iter().zip(to).collect();
        self.operands_first(&[], &operands);
        let mut vals = Vec::new();
        for (var, value) in vars.iter().zip(values) {
            match real(var) {
                Some(obj) => {
                    let t = self.obj_ty(obj);
                    let v = self.expr_as(value, t);
                    let v = self.settle(t, v);
                    vals.push((obj, t, v));
                }
                None => self.evaluate(value),
            }
        }
        for (obj, t, v) in vals {
            self.declare(obj, t, &v);
        }
    }
    /// Declares a variable with an expression's value.
    pub fn declare_expr(&mut self, obj: ObjId, t: TypeId, e: &'a Expr) {
        if self.p.is_flat(t) {
            let v = self.expr_as(e, t);
            return self.declare(obj, t, &v);
        }
        let loc = self.place_var(obj, t);
        let a = self.loc_addr(loc).expect("a value that is not flat is in memory");
        self.expr_into(e, t, a);
    }
    /// Evaluates for side effects.
    pub fn evaluate(&mut self, e: &'a Expr) {
        if matches!(self.p.kind_or_none(self.ty_of(e)), None | Some(K::Nil)) {
            return;
        }
        match self.operand(e) {
            crate::place::Opd::Place(p) => {
                self.settle_place(&p);
            }
            crate::place::Opd::Val(_) => {}
        }
    }
    /// `a, b := …`
    pub fn define(&mut self, lhs: &'a [Expr], rhs: &'a [Expr]) {
        let is_new = |s: &Self, l: &Expr| {
            let obj = s.obj(l.id);
            obj != ObjId::NONE && s.p.ck.table.obj(obj).pos == l.pos
        };
        let blank = |l: &Expr| l.as_ident().is_some_and(|n| n.is_blank());
        if lhs.iter().all(|l| blank(l) || is_new(self, l)) {
            let vars: Vec<(ObjId, bool)> = lhs.iter().map(|l| (self.obj(l.id), blank(l))).collect();
            return self.init_vars(&vars, rhs);
        }
        if lhs.len() == rhs.len() {
            let to = |l: &Expr| Some(self.obj(l.id)).filter(|&o| o != ObjId::NONE && !blank(l));
            let operands: Vec<Operand<'a>> =
                lhs.iter().zip(rhs).map(|(l, r)| (r, to(l).map(|obj| self.obj_ty(obj)))).collect();
            self.operands_first(&[], &operands);
        }
        // Some are assigned: evaluate everything, then declare or assign.
        let (vals, tys) = if lhs.len() == rhs.len() {
            let mut vals = Vec::new();
            let mut tys = Vec::new();
            for (l, r) in lhs.iter().zip(rhs) {
                let obj = self.obj(l.id);
                let t = if blank(l) || obj == ObjId::NONE { self.ty_of(r) } else { self.obj_ty(obj) };
                let v = self.expr_as(r, t);
                vals.push(self.settle(t, v));
                tys.push(t);
            }
            (vals, tys)
        } else {
            self.multi(&rhs[0], lhs.len())
        };
        for ((l, v), from) in lhs.iter().zip(vals).zip(tys) {
            if blank(l) {
                continue;
            }
            let obj = self.obj(l.id);
            let t = self.obj_ty(obj);
            let v = self.assign_conv(v, from, t);
            if is_new(self, l) {
                self.declare(obj, t, &v);
            } else {
                let loc = self.var_loc(obj);
                self.write_loc(loc, t, &v);
            }
        }
    }
    /// A stack temporary that holds a value.
    pub fn temp_of(&mut self, t: TypeId, v: &Val) -> Addr {
        let a = self.temp(t);
        self.store_val(t, a, v);
        a
    }
}

/// Whether an expression can neither capture nor take the address of variables with these names.
fn only_counts(e: &Expr, names: &[Sym]) -> bool {
    let counts = |e: &Expr| only_counts(e, names);
    match &e.kind {
        ExprKind::Ident(_) | ExprKind::BasicLit { .. } => true,
        ExprKind::Paren(x) | ExprKind::Star(x) => counts(x),
        ExprKind::Unary { op, x } => *op != UnaryOp::Addr && counts(x),
        ExprKind::Binary { x, y, .. } => counts(x) && counts(y),
        ExprKind::Index { x, indices } => counts(x) && indices.iter().all(counts),
        ExprKind::Call { fun, args, .. } => counts(fun) && args.iter().all(counts),
        // A method may take the address of what it is called of.
        ExprKind::Selector { x, .. } => match &x.unparen().kind {
            ExprKind::Ident(name) => !names.contains(name),
            _ => counts(x),
        },
        _ => false,
    }
}

fn only_counts_stmt(s: &Stmt, names: &[Sym]) -> bool {
    let counts = |e: &Expr| only_counts(e, names);
    match &s.kind {
        StmtKind::IncDec { x, .. } | StmtKind::Expr(x) => counts(x),
        StmtKind::Assign { lhs, rhs } => lhs.iter().chain(rhs).all(counts),
        StmtKind::OpAssign { lhs, rhs, .. } => counts(lhs) && counts(rhs),
        _ => false,
    }
}
