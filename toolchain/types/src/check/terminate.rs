//! Terminating statements: does control reach the end of a function?
use crate::{checker::Checker, info::Mode, object::*};
use syntax::{
    Sym,
    ast::{BranchKind, CaseClause, ExprKind, Stmt, StmtKind},
};

impl Checker {
    pub(crate) fn list_terminates(&mut self, list: &'static [Stmt]) -> bool {
        match list.iter().rev().find(|s| !matches!(s.kind, StmtKind::Empty)) {
            Some(last) => self.terminates(last, None),
            None => false,
        }
    }

    fn terminates(&mut self, s: &'static Stmt, label: Option<Sym>) -> bool {
        match &s.kind {
            StmtKind::Labeled { label, stmt } => self.terminates(stmt, Some(label.name)),
            StmtKind::Expr(e) => match &e.unparen().kind {
                ExprKind::Call { fun, .. } => {
                    let fun = fun.unparen();
                    let node = *self.node(fun.id);
                    node.mode == Mode::Builtin
                        && matches!(self.obj(node.obj).kind, ObjKind::Builtin(Builtin::Panic))
                }
                _ => false,
            },
            StmtKind::Return(_) => true,
            StmtKind::Branch { kind, .. } => matches!(kind, BranchKind::Goto | BranchKind::Fallthrough),
            StmtKind::Block(b) => self.list_terminates(&b.stmts),
            StmtKind::If(i) => match &i.els {
                Some(els) => self.list_terminates(&i.then.stmts) && self.terminates(els, None),
                None => false,
            },
            StmtKind::Switch(sw) => self.clauses_terminate(&sw.clauses, label),
            StmtKind::TypeSwitch(sw) => self.clauses_terminate(&sw.clauses, label),
            StmtKind::Select { clauses, .. } => {
                clauses.iter().all(|c| self.list_terminates(&c.body) && !list_breaks(&c.body, label, true))
            }
            StmtKind::For(f) => f.cond.is_none() && !list_breaks(&f.body.stmts, label, true),
            _ => false,
        }
    }

    fn clauses_terminate(&mut self, clauses: &'static [CaseClause], label: Option<Sym>) -> bool {
        clauses.iter().any(|c| c.is_default)
            && clauses.iter().all(|c| self.list_terminates(&c.body) && !list_breaks(&c.body, label, true))
    }
}

fn list_breaks(list: &[Stmt], label: Option<Sym>, implicit: bool) -> bool {
    list.iter().any(|s| breaks(s, label, implicit))
}

/// Is there a `break` out of the statement that carries `label`, or an unlabelled one that refers to it (`implicit`)?
fn breaks(s: &Stmt, label: Option<Sym>, implicit: bool) -> bool {
    match &s.kind {
        StmtKind::Labeled { stmt, .. } => breaks(stmt, label, implicit),
        StmtKind::Branch { kind: BranchKind::Break, label: target } => match target {
            None => implicit,
            Some(t) => Some(t.name) == label,
        },
        StmtKind::Block(b) => list_breaks(&b.stmts, label, implicit),
        StmtKind::If(i) => {
            list_breaks(&i.then.stmts, label, implicit)
                || i.els.as_ref().is_some_and(|e| breaks(e, label, implicit))
        }
        StmtKind::Switch(sw) => {
            label.is_some() && sw.clauses.iter().any(|c| list_breaks(&c.body, label, false))
        }
        StmtKind::TypeSwitch(sw) => {
            label.is_some() && sw.clauses.iter().any(|c| list_breaks(&c.body, label, false))
        }
        StmtKind::Select { clauses, .. } => {
            label.is_some() && clauses.iter().any(|c| list_breaks(&c.body, label, false))
        }
        StmtKind::For(f) => label.is_some() && list_breaks(&f.body.stmts, label, false),
        StmtKind::Range(r) => label.is_some() && list_breaks(&r.body.stmts, label, false),
        _ => false,
    }
}
