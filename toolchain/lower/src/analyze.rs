//! What must be known of a function's local variables before it is lowered: which closures use them, whether their
//! address is taken, whether they change after their declaration. One walk over the function with all closures in it.
use crate::program::Prog;
use crate::tyq::K;
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Sym;
use syntax::ast::{
    self, Block, BranchKind, Decl, Expr, ExprKind, FuncLit, FuncType, NodeId, Stmt, StmtKind, UnaryOp,
};
use types::info::{Mode, SelectionKind};
use types::object::{Builtin, FileRef, ObjId, ObjKind};
use types::table::{Subst, Type, TypeId};

/// A local variable.
#[derive(Clone, Copy, Debug, Default)]
pub struct VarFact {
    /// Which function declares it (index into `Facts::funcs`).
    pub func: u32,
    /// A closure uses it.
    pub captured: bool,
    /// Its address is taken.
    pub addr: bool,
    /// It is assigned after its declaration.
    pub assigned: bool,
}

/// A function: the outermost one (index 0), a function literal, or the body of a range-over-func loop.
#[derive(Clone, Debug, Default)]
pub struct FuncFact {
    /// The function around it.
    pub parent: u32,
    /// Variables of functions around it that it or closures in it use, in order of first use.
    pub free: Vec<ObjId>,
    /// It defers (for loop bodies: the defers belong to the function around it).
    pub defers: bool,
    /// It calls `recover`.
    pub recovers: bool,
    /// It is the body of a range-over-func loop.
    pub range_body: bool,
    /// It contains a range-over-func loop whose body defers: a token for such defers is needed.
    pub range_defers: bool,
    /// How many `defer` statements it has of its own.
    pub defer_stmts: u32,
    /// A `defer` of its own may run more than once: it stands in a loop.
    pub loop_defers: bool,
    /// Its `return` statements, those in range-over-func bodies included.
    pub returns: u32,
}

/// All about one outermost function.
#[derive(Debug, Default)]
pub struct Facts {
    /// Local variables.
    pub vars: FxHashMap<ObjId, VarFact>,
    /// Functions.
    pub funcs: Vec<FuncFact>,
    /// Function literals and range-over-func statements, by their node.
    pub by_node: FxHashMap<NodeId, u32>,
    /// Labels that some `goto` names.
    pub gotos: FxHashSet<Sym>,
}

struct Walk<'w, 'a> {
    p: &'w Prog<'a>,
    file: FileRef,
    subst: &'w Subst,
    facts: Facts,
    cur: u32,
    free: Vec<FxHashSet<ObjId>>,
    /// The named results of each function.
    results: Vec<Vec<ObjId>>,
    /// Loops around the statement, inside of its function.
    loops: u32,
}

/// Walks a declared function.
pub fn function(p: &Prog, file: FileRef, subst: &Subst, decl: &ast::FuncDecl) -> Facts {
    let mut w = Walk::new(p, file, subst);
    if let Some(r) = &decl.recv {
        w.declare_fields(std::slice::from_ref(r));
    }
    w.signature(&decl.ty);
    if let Some(b) = &decl.body {
        w.block(b);
    }
    w.facts
}

/// Walks a package variable's initialiser.
pub fn expression(p: &Prog, file: FileRef, e: &Expr) -> Facts {
    let subst = Subst::default();
    let mut w = Walk::new(p, file, &subst);
    w.expr(e);
    w.facts
}

impl<'w, 'a> Walk<'w, 'a> {
    fn new(p: &'w Prog<'a>, file: FileRef, subst: &'w Subst) -> Self {
        let facts = Facts { funcs: vec![FuncFact::default()], ..Facts::default() };
        Walk {
            p,
            file,
            subst,
            facts,
            cur: 0,
            free: vec![FxHashSet::default()],
            results: vec![Vec::new()],
            loops: 0,
        }
    }
    fn ty(&self, e: &Expr) -> TypeId {
        self.p.ck.table.subst(self.p.node(self.file, e.id).ty, self.subst)
    }
    fn signature(&mut self, t: &FuncType) {
        self.declare_fields(&t.params);
        self.declare_fields(&t.results);
        let names = t.results.iter().flat_map(|f| &f.names);
        self.results[self.cur as usize] = names.map(|n| self.p.node(self.file, n.id).obj).collect();
    }
    fn declare_fields(&mut self, fields: &[ast::Field]) {
        for f in fields {
            f.names.iter().for_each(|n| self.declare(n.id));
        }
    }
    fn declare(&mut self, id: NodeId) {
        let obj = self.p.node(self.file, id).obj;
        if obj != ObjId::NONE {
            self.facts.vars.insert(obj, VarFact { func: self.cur, ..VarFact::default() });
        }
    }
    fn used(&mut self, obj: ObjId) {
        let Some(v) = self.facts.vars.get_mut(&obj) else { return };
        let home = v.func;
        let mut f = self.cur;
        while f != home {
            v.captured = true;
            if self.free[f as usize].insert(obj) {
                self.facts.funcs[f as usize].free.push(obj);
            }
            f = self.facts.funcs[f as usize].parent;
        }
    }
    fn enter(&mut self, node: NodeId, range_body: bool) -> u32 {
        let idx = self.facts.funcs.len() as u32;
        self.facts.funcs.push(FuncFact { parent: self.cur, range_body, ..FuncFact::default() });
        self.free.push(FxHashSet::default());
        self.results.push(Vec::new());
        self.facts.by_node.insert(node, idx);
        std::mem::replace(&mut self.cur, idx)
    }
    fn func_lit(&mut self, node: NodeId, lit: &FuncLit) {
        let outer = self.enter(node, false);
        let loops = std::mem::take(&mut self.loops);
        self.signature(&lit.ty);
        self.block(&lit.body);
        self.cur = outer;
        self.loops = loops;
    }

    /// Assignment to `e`: marks the variable that changes.
    fn assigned(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Paren(x) => self.assigned(x),
            ExprKind::Ident(_) => {
                let obj = self.p.node(self.file, e.id).obj;
                if let Some(v) = self.facts.vars.get_mut(&obj) {
                    v.assigned = true;
                }
                self.used(obj);
            }
            ExprKind::Selector { x, .. } => {
                if self.is_inside(e) {
                    self.assigned(x);
                } else {
                    self.expr(e);
                }
            }
            ExprKind::Index { x, indices } => {
                if self.is_inside(e) {
                    self.assigned(x);
                    indices.iter().for_each(|i| self.expr(i));
                } else {
                    self.expr(e);
                }
            }
            _ => self.expr(e),
        }
    }
    /// Whether `x.f` or `x[i]` is a part of the variable x (no pointer, slice or map between).
    fn is_inside(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Selector { x, .. } => match self.p.selection(self.file, e.id) {
                Some(s) => {
                    s.kind == SelectionKind::Field
                        && !s.indirect
                        && !matches!(self.p.kind(self.ty(x)), K::Ptr(_))
                }
                None => false,
            },
            ExprKind::Index { x, .. } => matches!(self.p.kind_or_none(self.ty(x)), Some(K::Array(..))),
            _ => false,
        }
    }
    /// The address of `e` is taken.
    fn address(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Paren(x) => self.address(x),
            ExprKind::Ident(_) => {
                let obj = self.p.node(self.file, e.id).obj;
                if let Some(v) = self.facts.vars.get_mut(&obj) {
                    v.addr = true;
                }
            }
            ExprKind::Selector { x, .. } | ExprKind::Index { x, .. } if self.is_inside(e) => self.address(x),
            _ => {}
        }
    }

    fn exprs(&mut self, list: &[Expr]) {
        list.iter().for_each(|e| self.expr(e));
    }

    fn expr(&mut self, e: &Expr) {
        let info = self.p.node(self.file, e.id);
        if matches!(info.mode, Mode::Type | Mode::Const) {
            return;
        }
        match &e.kind {
            ExprKind::Ident(_) => self.used(info.obj),
            ExprKind::CompositeLit { elems, .. } => {
                let is_struct = matches!(self.p.kind_or_none(self.lit_type(info.ty)), Some(K::Struct));
                for el in elems {
                    match &el.kind {
                        ExprKind::KeyValue { key, value } => {
                            if !is_struct {
                                self.expr(key);
                            }
                            self.expr(value);
                        }
                        _ => self.expr(el),
                    }
                }
            }
            ExprKind::KeyValue { key, value } => {
                self.expr(key);
                self.expr(value);
            }
            ExprKind::FuncLit(lit) => self.func_lit(e.id, lit),
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::TypeSwitchGuard { x, .. } => self.expr(x),
            ExprKind::TypeAssert { x, .. } => self.expr(x),
            ExprKind::Selector { x, .. } => {
                if let Some(s) = self.p.selection(self.file, e.id) {
                    let to_ptr = matches!(s.kind, SelectionKind::MethodVal)
                        && s.method != ObjId::NONE
                        && self.has_ptr_recv(s.method)
                        && !s.indirect
                        && !matches!(self.p.kind_or_none(self.ty(x)), Some(K::Ptr(_)));
                    if to_ptr {
                        self.address(x);
                    }
                    if !matches!(s.kind, SelectionKind::MethodExpr | SelectionKind::InterfaceMethodExpr) {
                        self.expr(x);
                    }
                }
            }
            ExprKind::Index { x, indices } => {
                self.expr(x);
                self.exprs(indices);
            }
            ExprKind::Slice { x, index, .. } => {
                if matches!(self.p.kind_or_none(self.ty(x)), Some(K::Array(..))) {
                    self.address(x);
                }
                self.expr(x);
                index.iter().flatten().for_each(|i| self.expr(i));
            }
            ExprKind::Call { fun, args, .. } => {
                if let ObjKind::Builtin(Builtin::Recover) = self.callee_kind(fun) {
                    self.facts.funcs[self.cur as usize].recovers = true;
                }
                self.expr(fun);
                self.exprs(args);
            }
            ExprKind::Unary { op, x } => {
                if *op == UnaryOp::Addr {
                    self.address(x);
                }
                self.expr(x);
            }
            ExprKind::Binary { x, y, .. } => {
                self.expr(x);
                self.expr(y);
            }
            _ => {}
        }
    }
    fn callee_kind(&self, fun: &Expr) -> ObjKind {
        let fun = fun.unparen();
        let obj = match &fun.kind {
            ExprKind::Ident(_) => self.p.node(self.file, fun.id).obj,
            _ => ObjId::NONE,
        };
        self.p.ck.table.obj(obj).kind.clone()
    }
    fn has_ptr_recv(&self, method: ObjId) -> bool {
        match &self.p.ck.table.obj(method).kind {
            ObjKind::Func(f) => f.recv.is_some_and(|r| matches!(self.p.get(r), Type::Pointer(_))),
            _ => false,
        }
    }
    /// The type that a literal's elements belong to (`&T{}` elided in a literal of pointers has the pointer's type).
    fn lit_type(&self, t: TypeId) -> TypeId {
        let t = self.p.ck.table.subst(t, self.subst);
        match self.p.kind_or_none(t) {
            Some(K::Ptr(e)) => e,
            _ => t,
        }
    }

    fn block(&mut self, b: &Block) {
        self.stmts(&b.stmts);
    }
    fn stmts(&mut self, list: &[Stmt]) {
        list.iter().for_each(|s| self.stmt(s));
    }
    fn opt(&mut self, s: &Option<Stmt>) {
        if let Some(s) = s {
            self.stmt(s);
        }
    }
    /// The left side of `:=`: a new variable, or one that is assigned.
    fn define(&mut self, e: &Expr) {
        let obj = self.p.node(self.file, e.id).obj;
        if self.facts.vars.contains_key(&obj) {
            self.assigned(e);
        } else {
            self.declare(e.id);
        }
    }
    fn stmt(&mut self, s: &Stmt) {
        match &s.kind {
            StmtKind::Empty => {}
            StmtKind::Branch { kind, label } => {
                if let (BranchKind::Goto, Some(l)) = (kind, label) {
                    self.facts.gotos.insert(l.name);
                }
            }
            StmtKind::Block(b) => self.block(b),
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Go(e) => self.expr(e),
            StmtKind::Defer(e) => {
                let mut f = self.cur as usize;
                self.facts.funcs[f].defers = true;
                self.facts.funcs[f].defer_stmts += 1;
                self.facts.funcs[f].loop_defers |= self.loops > 0;
                while self.facts.funcs[f].range_body {
                    f = self.facts.funcs[f].parent as usize;
                    self.facts.funcs[f].range_defers = true;
                }
                self.facts.funcs[f].defers = true;
                self.expr(e);
            }
            StmtKind::Send { chan, value } => {
                self.expr(chan);
                self.expr(value);
            }
            StmtKind::IncDec { x, .. } => self.assigned(x),
            StmtKind::Assign { lhs, rhs } => {
                self.exprs(rhs);
                lhs.iter().for_each(|e| self.assigned(e));
            }
            StmtKind::Define { lhs, rhs } => {
                self.exprs(rhs);
                lhs.iter().for_each(|e| self.define(e));
            }
            StmtKind::OpAssign { lhs, rhs, .. } => {
                self.expr(rhs);
                self.assigned(lhs);
            }
            StmtKind::Return(list) => {
                let mut f = self.cur as usize;
                self.facts.funcs[f].returns += 1;
                while self.facts.funcs[f].range_body {
                    f = self.facts.funcs[f].parent as usize;
                    self.facts.funcs[f].returns += 1;
                }
                self.exprs(list);
                if !list.is_empty() {
                    // A deferred closure sees what is returned.
                    for obj in &self.results[f] {
                        if let Some(v) = self.facts.vars.get_mut(obj) {
                            v.assigned = true;
                        }
                    }
                }
            }
            StmtKind::Labeled { stmt, .. } => self.stmt(stmt),
            StmtKind::If(i) => {
                self.opt(&i.init);
                self.expr(&i.cond);
                self.block(&i.then);
                self.opt(&i.els);
            }
            StmtKind::Switch(w) => {
                self.opt(&w.init);
                if let Some(t) = &w.tag {
                    self.expr(t);
                }
                for c in &w.clauses {
                    self.exprs(&c.cases);
                    self.stmts(&c.body);
                }
            }
            StmtKind::TypeSwitch(w) => {
                self.opt(&w.init);
                self.expr(&w.x);
                for c in &w.clauses {
                    self.declare(c.id);
                    self.stmts(&c.body);
                }
            }
            StmtKind::Select { clauses, .. } => {
                for c in clauses {
                    if let Some(s) = &c.comm {
                        self.stmt(s);
                    }
                    self.stmts(&c.body);
                }
            }
            StmtKind::For(f) => {
                self.opt(&f.init);
                if let Some(c) = &f.cond {
                    self.expr(c);
                }
                self.loops += 1;
                self.block(&f.body);
                self.opt(&f.post);
                self.loops -= 1;
            }
            StmtKind::Range(r) => {
                self.expr(&r.x);
                let over_func = matches!(self.p.kind_or_none(self.ty(&r.x)), Some(K::Func));
                let outer = if over_func { self.enter(s.id, true) } else { self.cur };
                for e in &r.lhs {
                    if r.define {
                        self.declare(e.id);
                        if !over_func && !self.p.ck.loop_vars_per_iteration(self.file) {
                            self.assigned(e);
                        }
                    } else {
                        self.assigned(e);
                    }
                }
                self.loops += 1;
                self.block(&r.body);
                self.loops -= 1;
                self.cur = outer;
            }
            StmtKind::Decl(list) => {
                for d in list {
                    if let Decl::Var(v) = d {
                        self.exprs(&v.values);
                        v.names.iter().for_each(|n| self.declare(n.id));
                    }
                }
            }
        }
    }
}
