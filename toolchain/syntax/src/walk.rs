//! Visiting a tree in source order. A visitor's methods return false to skip what is below a node.

use crate::ast::*;

/// What to do at each node on the way.
pub trait Visitor {
    fn expr(&mut self, _: &Expr) -> bool {
        true
    }

    fn stmt(&mut self, _: &Stmt) -> bool {
        true
    }

    /// Declared or selected names, labels and bound names.
    fn ident(&mut self, _: &Ident) {}
}

pub fn walk_file(v: &mut impl Visitor, file: &File) {
    v.ident(&file.package);
    for d in &file.decls {
        walk_decl(v, d);
    }
}

pub fn walk_decl(v: &mut impl Visitor, decl: &Decl) {
    match decl {
        Decl::Import(d) => {
            if let Some(name) = &d.name {
                v.ident(name);
            }
        }
        Decl::Const(group) => {
            for spec in &group.specs {
                spec.names.iter().for_each(|n| v.ident(n));
                if let Some(ty) = &spec.ty {
                    walk_expr(v, ty);
                }
                walk_exprs(v, &spec.values);
            }
        }
        Decl::Type(d) => {
            v.ident(&d.name);
            walk_fields(v, &d.type_params);
            walk_expr(v, &d.ty);
        }
        Decl::Var(d) => {
            d.names.iter().for_each(|n| v.ident(n));
            if let Some(ty) = &d.ty {
                walk_expr(v, ty);
            }
            walk_exprs(v, &d.values);
        }
        Decl::Func(d) => {
            if let Some(recv) = &d.recv {
                walk_field(v, recv);
            }
            v.ident(&d.name);
            walk_func_type(v, &d.ty);
            if let Some(body) = &d.body {
                walk_block(v, body);
            }
        }
    }
}

fn walk_field(v: &mut impl Visitor, field: &Field) {
    field.names.iter().for_each(|n| v.ident(n));
    walk_expr(v, &field.ty);
}

fn walk_fields(v: &mut impl Visitor, fields: &[Field]) {
    fields.iter().for_each(|f| walk_field(v, f));
}

pub fn walk_func_type(v: &mut impl Visitor, ty: &FuncType) {
    walk_fields(v, &ty.type_params);
    walk_fields(v, &ty.params);
    walk_fields(v, &ty.results);
}

pub fn walk_block(v: &mut impl Visitor, block: &Block) {
    walk_stmts(v, &block.stmts);
}

pub fn walk_stmts(v: &mut impl Visitor, stmts: &[Stmt]) {
    stmts.iter().for_each(|s| walk_stmt(v, s));
}

fn walk_exprs(v: &mut impl Visitor, exprs: &[Expr]) {
    exprs.iter().for_each(|x| walk_expr(v, x));
}

fn walk_opt_stmt(v: &mut impl Visitor, stmt: &Option<Stmt>) {
    if let Some(s) = stmt {
        walk_stmt(v, s);
    }
}

pub fn walk_expr(v: &mut impl Visitor, x: &Expr) {
    if !v.expr(x) {
        return;
    }
    match &x.kind {
        ExprKind::Bad | ExprKind::Ident(_) | ExprKind::BasicLit { .. } => {}
        ExprKind::CompositeLit { ty, elems, .. } => {
            if let Some(ty) = ty {
                walk_expr(v, ty);
            }
            walk_exprs(v, elems);
        }
        ExprKind::KeyValue { key, value } | ExprKind::MapType { key, value } => {
            walk_expr(v, key);
            walk_expr(v, value);
        }
        ExprKind::FuncLit(f) => {
            walk_func_type(v, &f.ty);
            walk_block(v, &f.body);
        }
        ExprKind::Selector { x, sel } => {
            walk_expr(v, x);
            v.ident(sel);
        }
        ExprKind::Index { x, indices } => {
            walk_expr(v, x);
            walk_exprs(v, indices);
        }
        ExprKind::Slice { x, index, .. } => {
            walk_expr(v, x);
            index.iter().flatten().for_each(|i| walk_expr(v, i));
        }
        ExprKind::TypeAssert { x, ty } => {
            walk_expr(v, x);
            walk_expr(v, ty);
        }
        ExprKind::TypeSwitchGuard { bind, x } => {
            if let Some(name) = bind {
                v.ident(name);
            }
            walk_expr(v, x);
        }
        ExprKind::Call { fun, args, .. } => {
            walk_expr(v, fun);
            walk_exprs(v, args);
        }
        ExprKind::Binary { x, y, .. } => {
            walk_expr(v, x);
            walk_expr(v, y);
        }
        ExprKind::ArrayType { len, elem } => {
            if let Some(len) = len {
                walk_expr(v, len);
            }
            walk_expr(v, elem);
        }
        ExprKind::StructType(fields) => {
            for f in fields {
                f.names.iter().for_each(|n| v.ident(n));
                walk_expr(v, &f.ty);
            }
        }
        ExprKind::FuncType(ty) => walk_func_type(v, ty),
        ExprKind::InterfaceType(elems) => {
            for e in elems {
                match e {
                    InterfaceElem::Method { name, ty, .. } => {
                        v.ident(name);
                        walk_func_type(v, ty);
                    }
                    InterfaceElem::Embed { ty, .. } => walk_expr(v, ty),
                }
            }
        }
        ExprKind::Paren(x)
        | ExprKind::Star(x)
        | ExprKind::Unary { x, .. }
        | ExprKind::SliceType(x)
        | ExprKind::ChanType { elem: x, .. }
        | ExprKind::Ellipsis(x) => walk_expr(v, x),
    }
}

pub fn walk_stmt(v: &mut impl Visitor, s: &Stmt) {
    if !v.stmt(s) {
        return;
    }
    match &s.kind {
        StmtKind::Empty => {}
        StmtKind::Block(b) => walk_block(v, b),
        StmtKind::Expr(x) | StmtKind::IncDec { x, .. } | StmtKind::Go(x) | StmtKind::Defer(x) => {
            walk_expr(v, x)
        }
        StmtKind::Send { chan: x, value: y } | StmtKind::OpAssign { lhs: x, rhs: y, .. } => {
            walk_expr(v, x);
            walk_expr(v, y);
        }
        StmtKind::Assign { lhs, rhs } | StmtKind::Define { lhs, rhs } => {
            walk_exprs(v, lhs);
            walk_exprs(v, rhs);
        }
        StmtKind::Return(results) => walk_exprs(v, results),
        StmtKind::Branch { label, .. } => {
            if let Some(label) = label {
                v.ident(label);
            }
        }
        StmtKind::Labeled { label, stmt } => {
            v.ident(label);
            walk_stmt(v, stmt);
        }
        StmtKind::If(s) => {
            walk_opt_stmt(v, &s.init);
            walk_expr(v, &s.cond);
            walk_block(v, &s.then);
            walk_opt_stmt(v, &s.els);
        }
        StmtKind::Switch(s) => {
            walk_opt_stmt(v, &s.init);
            if let Some(tag) = &s.tag {
                walk_expr(v, tag);
            }
            walk_clauses(v, &s.clauses);
        }
        StmtKind::TypeSwitch(s) => {
            walk_opt_stmt(v, &s.init);
            if let Some(name) = &s.bind {
                v.ident(name);
            }
            walk_expr(v, &s.x);
            walk_clauses(v, &s.clauses);
        }
        StmtKind::Select { clauses, .. } => {
            for c in clauses {
                if let Some(comm) = &c.comm {
                    walk_stmt(v, comm);
                }
                walk_stmts(v, &c.body);
            }
        }
        StmtKind::For(s) => {
            walk_opt_stmt(v, &s.init);
            if let Some(cond) = &s.cond {
                walk_expr(v, cond);
            }
            walk_opt_stmt(v, &s.post);
            walk_block(v, &s.body);
        }
        StmtKind::Range(s) => {
            walk_exprs(v, &s.lhs);
            walk_expr(v, &s.x);
            walk_block(v, &s.body);
        }
        StmtKind::Decl(decls) => decls.iter().for_each(|d| walk_decl(v, d)),
    }
}

fn walk_clauses(v: &mut impl Visitor, clauses: &[CaseClause]) {
    for c in clauses {
        walk_exprs(v, &c.cases);
        walk_stmts(v, &c.body);
    }
}
