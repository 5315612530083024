//! Statements. Labels and jumps are the parser's business.
use super::{
    binary::Operation,
    call::Call,
    decl::Color,
    expr::{E, Kind},
    operand::{OpMode, Operand},
};
use crate::{checker::Checker, constant::ConstValue, object::*, table::*};
use syntax::{
    Pos,
    ast::{self, Decl, ExprKind, Stmt, StmtKind, UnaryOp},
    print::expr_string,
};

impl Checker {
    pub(crate) fn stmts(&mut self, list: &'static [Stmt]) {
        for s in list {
            self.stmt(s);
        }
    }

    pub(crate) fn block(&mut self, b: &'static ast::Block) {
        self.open_scope();
        self.stmts(&b.stmts);
        self.close_scope();
    }

    pub(crate) fn stmt(&mut self, s: &'static Stmt) {
        let top = self.delayed.len();
        self.stmt_kind(s);
        self.settle(top);
    }

    fn stmt_kind(&mut self, s: &'static Stmt) {
        match &s.kind {
            StmtKind::Empty | StmtKind::Branch { .. } => {}
            StmtKind::Block(b) => self.block(b),
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Send { chan, value } => {
                let ch = self.expr(None, chan);
                let mut val = self.generic_expr(value, None);
                if ch.valid()
                    && val.valid()
                    && let Some(elem) = self.chan_elem(chan.start_pos(), &ch, false)
                {
                    self.assignment(&mut val, Some(elem), "send".into());
                }
            }
            StmtKind::IncDec { x, inc } => {
                let mut v = self.expr(None, x);
                if !v.valid() {
                    return;
                }
                if !self.table.all_numeric(v.ty) {
                    if self.table.underlying(v.ty).0 != 0 {
                        let op = if *inc { "++" } else { "--" };
                        let (xs, t) = (expr_string(x), self.ts(v.ty));
                        let msg = format!("invalid operation: {xs}{op} (non-numeric type {t})");
                        self.error(x.start_pos(), msg);
                    }
                    return;
                }
                self.assign_var(x, Err(&mut v), "assignment".into());
            }
            StmtKind::Assign { lhs, rhs } => self.assign_vars(lhs, rhs),
            StmtKind::Define { lhs, rhs } => self.short_var_decl(s.pos, lhs, rhs),
            StmtKind::OpAssign { op, lhs, rhs } => {
                let mut x = self.expr(None, lhs);
                let y = self.expr(None, rhs);
                self.binary(&mut x, y, Operation { e: None, lhs, rhs, op: *op, pos: s.pos });
                self.assign_var(lhs, Err(&mut x), "assignment".into());
            }
            StmtKind::Go(e) => self.suspended_call("go", e),
            StmtKind::Defer(e) => self.suspended_call("defer", e),
            StmtKind::Return(values) => self.return_stmt(s.pos, values),
            StmtKind::Labeled { stmt, .. } => self.stmt(stmt),
            StmtKind::If(i) => {
                self.open_scope();
                if let Some(init) = &i.init {
                    self.stmt(init);
                }
                self.condition(&i.cond, "non-boolean condition in if statement");
                self.block(&i.then);
                if let Some(els) = &i.els {
                    self.stmt(els);
                }
                self.close_scope();
            }
            StmtKind::Switch(sw) => self.switch_stmt(sw),
            StmtKind::TypeSwitch(sw) => self.type_switch_stmt(sw),
            StmtKind::Select { clauses, .. } => self.select_stmt(clauses),
            StmtKind::For(f) => {
                self.open_scope();
                if let Some(init) = &f.init {
                    self.stmt(init);
                }
                if let Some(cond) = &f.cond {
                    self.condition(cond, "non-boolean condition in for statement");
                }
                if let Some(post) = &f.post {
                    self.stmt(post);
                }
                self.block(&f.body);
                self.close_scope();
            }
            StmtKind::Range(r) => self.range_stmt(r),
            StmtKind::Decl(list) => {
                for d in list {
                    self.decl_stmt(d);
                }
            }
        }
    }

    fn condition(&mut self, e: E, msg: &'static str) {
        let x = self.expr(None, e);
        if !x.valid() {
            return;
        }
        if !self.table.all_boolean(x.ty) {
            if self.table.underlying(x.ty).0 != 0 {
                self.error(e.start_pos(), msg);
            }
        } else if self.table.is_untyped(x.ty) {
            self.update_expr_type(e, basic(Basic::Bool), true);
        }
    }

    fn expr_stmt(&mut self, e: E) {
        let (x, kind) = self.raw_expr(None, e, None, false);
        let what = match x.mode {
            OpMode::Builtin => "must be called",
            OpMode::Type => "is not an expression",
            _ if kind == Kind::Statement => return,
            _ => "is not used",
        };
        if !x.valid() {
            return;
        }
        let msg = format!("{} {what}", self.op_str(&x));
        self.error(x.pos(), msg);
    }

    fn suspended_call(&mut self, keyword: &'static str, e: E) {
        if Call::of(e).is_none() {
            self.error(e.start_pos(), format!("expression in {keyword} must be function call"));
            self.use_expr(e);
            return;
        }
        let (x, kind) = self.raw_expr(None, e, None, false);
        if !x.valid() {
            return;
        }
        let what = match kind {
            Kind::Conversion => "requires function call, not conversion",
            Kind::Expression => "discards result of",
            Kind::Statement => return,
        };
        let msg = format!("{keyword} {what} {}", self.op_str(&x));
        self.error(x.pos(), msg);
    }

    fn return_stmt(&mut self, pos: Pos, values: &'static [ast::Expr]) {
        let results = self.env.results.clone();
        if values.is_empty() && !results.is_empty() && self.env.named_results {
            for &(obj, _) in results.iter() {
                let name = self.obj(obj).name;
                if name.is_blank() {
                    continue;
                }
                if let Some(alt) = self.lookup(name)
                    && alt != obj
                {
                    let n = name.as_str();
                    let what = self.object_string(obj);
                    let at = self.obj(alt).pos;
                    let msg = format!(
                        "result parameter {n} not in scope at return\n\t{at}: inner declaration of {what}"
                    );
                    self.error(pos, msg);
                }
            }
            return;
        }
        if results.is_empty() {
            if let Some(first) = values.first()
                && self.use_exprs(values)
            {
                let list = self.expr_list(values);
                let have: Vec<TypeId> = list.iter().map(|x| x.ty).collect();
                let have = self.types_summary(&have, false, false);
                self.error(first.start_pos(), format!("too many return values\n\thave {have}\n\twant ()"));
            }
            return;
        }
        let lhs: Vec<ObjId> = results.iter().map(|r| r.0).collect();
        if self.env.named_results {
            for &v in &lhs {
                if let Some(v) = self.var_mut(v) {
                    v.reassigned = true;
                }
            }
        }
        self.init_vars(&lhs, values, Some(pos));
    }

    /// `var x int`, `const c untyped int`, …
    fn object_string(&self, obj: ObjId) -> String {
        let o = self.obj(obj);
        let kind = match o.kind {
            ObjKind::Const(_) => "const",
            ObjKind::TypeName { .. } => "type",
            ObjKind::Var(_) => "var",
            ObjKind::Func(_) => "func",
            _ => "",
        };
        format!("{kind} {} {}", o.name.as_str(), self.ts(o.ty))
    }

    fn select_stmt(&mut self, clauses: &'static [ast::CommClause]) {
        let mut first: Option<Pos> = None;
        for c in clauses {
            if c.comm.is_none() {
                match first {
                    Some(at) => self.error(c.pos, format!("multiple defaults (first at {at})")),
                    None => first = Some(c.pos),
                }
            }
        }
        for c in clauses {
            let recv = match c.comm.as_deref().map(|s| &s.kind) {
                None | Some(StmtKind::Send { .. }) => None,
                Some(StmtKind::Assign { rhs, .. } | StmtKind::Define { rhs, .. }) if rhs.len() == 1 => {
                    Some(&rhs[0])
                }
                Some(StmtKind::Expr(e)) => Some(e),
                Some(_) => {
                    self.bad_select_case(c);
                    continue;
                }
            };
            if let Some(e) = recv
                && !matches!(e.unparen().kind, ExprKind::Unary { op: UnaryOp::Recv, .. })
            {
                self.bad_select_case(c);
                continue;
            }
            self.open_scope();
            if let Some(comm) = &c.comm {
                self.stmt(comm);
            }
            self.stmts(&c.body);
            self.close_scope();
        }
    }

    fn bad_select_case(&mut self, c: &'static ast::CommClause) {
        let pos = c.comm.as_ref().map_or(c.pos, |s| stmt_start(s));
        self.error(pos, "select case must be send or receive (possibly with assignment)");
    }

    fn decl_stmt(&mut self, d: &'static Decl) {
        match d {
            Decl::Const(group) => {
                for (i, spec) in group.specs.iter().enumerate() {
                    let top = self.delayed.len();
                    let (ty, values) = group.effective(i);
                    let inherited = spec.inherit.is_some();
                    let mut objs = Vec::with_capacity(spec.names.len());
                    for (n, name) in spec.names.iter().enumerate() {
                        let obj = self.new_obj(Object {
                            name: name.name,
                            pkg: self.env.file.pkg,
                            pos: name.pos,
                            ty: TypeId::default(),
                            kind: ObjKind::Const(ConstValue::Unknown),
                        });
                        self.st(obj).color = Color::Black;
                        self.const_decl(obj, ty, values.get(n), inherited, spec.iota);
                        self.record_obj(name.id, obj);
                        objs.push(obj);
                    }
                    self.arity(spec.pos, &spec.names, values, true, inherited);
                    self.settle(top);
                    for obj in objs {
                        self.declare(obj);
                    }
                }
            }
            Decl::Var(v) => self.local_vars(v),
            Decl::Type(t) => {
                let kind = ObjKind::TypeName { alias: t.alias, tparams: Vec::new() };
                let obj = self.new_obj(Object {
                    name: t.name.name,
                    pkg: self.env.file.pkg,
                    pos: t.name.pos,
                    ty: TypeId::default(),
                    kind,
                });
                self.record_obj(t.name.id, obj);
                if !t.alias {
                    let number = self.local_types;
                    self.local_types += 1;
                    self.new_defined(obj, t, Some((self.env.func, number)));
                }
                self.declare(obj);
                let top = self.delayed.len();
                self.st(obj).color = Color::Grey;
                self.path.push(obj);
                self.type_decl(obj, t);
                self.path.pop();
                self.st(obj).color = Color::Black;
                self.settle(top);
            }
            Decl::Import(_) | Decl::Func(_) => {}
        }
    }

    fn local_vars(&mut self, d: &'static ast::VarDecl) {
        let top = self.delayed.len();
        let objs: Vec<ObjId> =
            d.names.iter().map(|n| self.new_local(n.name, n.pos, TypeId::default())).collect();
        if let Some(e) = &d.ty {
            let t = self.var_type(e);
            self.complete_pending();
            for &o in &objs {
                self.set_type(o, t);
                self.st(o).typed = true;
            }
        }
        let (l, r) = (objs.len(), d.values.len());
        if r == 1 && l > 1 {
            self.init_vars(&objs, &d.values, None);
        } else {
            for (&o, e) in objs.iter().zip(&d.values) {
                let (ty, name) = (self.obj(o).ty, self.obj(o).name);
                let target = self.target(Some(ty), name.as_str());
                let mut x = self.expr(target.as_ref(), e);
                self.init_var(o, &mut x, "variable declaration".into());
            }
            for e in d.values.iter().skip(l) {
                self.use_expr(e);
            }
        }
        if d.ty.is_none() || r > 0 {
            self.arity(d.pos, &d.names, &d.values, false, false);
        }
        self.settle(top);
        for (name, &obj) in d.names.iter().zip(&objs) {
            self.record_obj(name.id, obj);
            self.declare(obj);
        }
    }

    /// A value of a type, standing for what is assigned to `e`.
    pub(crate) fn value_for(&self, ty: TypeId, e: E) -> Operand {
        Operand::of(ty, e)
    }
}

/// Where messages about a statement go.
fn stmt_start(s: &Stmt) -> Pos {
    match &s.kind {
        StmtKind::Assign { lhs, .. } | StmtKind::Define { lhs, .. } => {
            lhs.first().map_or(s.pos, |e| e.start_pos())
        }
        StmtKind::Expr(e) | StmtKind::OpAssign { lhs: e, .. } | StmtKind::IncDec { x: e, .. } => {
            e.start_pos()
        }
        StmtKind::Send { chan, .. } => chan.start_pos(),
        _ => s.pos,
    }
}
