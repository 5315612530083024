//! Expressions as error messages show them: on one line, bodies and literal contents shortened to `{…}`, without
//! parentheses that the tree does not have.

use std::fmt::Write;

use crate::ast::*;

/// The text of an expression.
pub fn expr_string(x: &Expr) -> String {
    let mut out = String::new();
    expr(&mut out, x);
    out
}

/// Expressions separated by commas.
pub fn expr_list_string(list: &[Expr]) -> String {
    let mut out = String::new();
    expr_list(&mut out, list);
    out
}

/// The text of one side of an assignment, with parentheses around a binary expression.
pub(crate) fn emphasize(list: &[Expr]) -> String {
    let text = expr_list_string(list);
    match list {
        [Expr { kind: ExprKind::Binary { .. }, .. }] => format!("({text})"),
        _ => text,
    }
}

fn expr_list(out: &mut String, list: &[Expr]) {
    for (i, x) in list.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        expr(out, x);
    }
}

fn optional(out: &mut String, x: &Option<Box<Expr>>) {
    if let Some(x) = x {
        expr(out, x);
    }
}

fn expr(out: &mut String, x: &Expr) {
    match &x.kind {
        ExprKind::Bad => out.push_str("<bad expr>"),
        ExprKind::Ident(name) => out.push_str(name.as_str()),
        ExprKind::BasicLit { text, .. } => out.push_str(text.as_str()),
        ExprKind::CompositeLit { ty, elems, .. } => {
            optional(out, ty);
            out.push_str(if elems.is_empty() { "{}" } else { "{…}" });
        }
        ExprKind::KeyValue { key, value } => {
            expr(out, key);
            out.push_str(": ");
            expr(out, value);
        }
        ExprKind::FuncLit(f) => {
            out.push_str("func");
            signature(out, &f.ty);
            out.push_str(if f.body.stmts.is_empty() { " {}" } else { " {…}" });
        }
        ExprKind::Paren(x) => {
            out.push('(');
            expr(out, x);
            out.push(')');
        }
        ExprKind::Selector { x, sel } => {
            expr(out, x);
            let _ = write!(out, ".{}", sel.name);
        }
        ExprKind::Index { x, indices } => {
            expr(out, x);
            out.push('[');
            expr_list(out, indices);
            out.push(']');
        }
        ExprKind::Slice { x, index, .. } => {
            expr(out, x);
            out.push('[');
            optional(out, &index[0]);
            out.push(':');
            optional(out, &index[1]);
            if let Some(k) = &index[2] {
                out.push(':');
                expr(out, k);
            }
            out.push(']');
        }
        ExprKind::TypeAssert { x, ty } => {
            expr(out, x);
            out.push_str(".(");
            expr(out, ty);
            out.push(')');
        }
        ExprKind::TypeSwitchGuard { bind, x } => {
            if let Some(name) = bind {
                let _ = write!(out, "{} := ", name.name);
            }
            expr(out, x);
            out.push_str(".(type)");
        }
        ExprKind::Call { fun, args, ellipsis, .. } => {
            expr(out, fun);
            out.push('(');
            expr_list(out, args);
            if ellipsis.is_some() {
                out.push_str("...");
            }
            out.push(')');
        }
        ExprKind::Star(x) => {
            out.push('*');
            expr(out, x);
        }
        ExprKind::Unary { op, x } => {
            out.push_str(op.as_str());
            expr(out, x);
        }
        ExprKind::Binary { op, x, y } => {
            expr(out, x);
            let _ = write!(out, " {op} ");
            expr(out, y);
        }
        ExprKind::ArrayType { len, elem } => {
            out.push('[');
            match len {
                Some(len) => expr(out, len),
                None => out.push_str("..."),
            }
            out.push(']');
            expr(out, elem);
        }
        ExprKind::SliceType(elem) => {
            out.push_str("[]");
            expr(out, elem);
        }
        ExprKind::StructType(fields) => struct_type(out, fields),
        ExprKind::FuncType(ty) => {
            out.push_str("func");
            signature(out, ty);
        }
        ExprKind::InterfaceType(elems) => interface_type(out, elems),
        ExprKind::MapType { key, value } => {
            out.push_str("map[");
            expr(out, key);
            out.push(']');
            expr(out, value);
        }
        ExprKind::ChanType { dir, elem } => {
            out.push_str(match dir {
                ChanDir::Both => "chan ",
                ChanDir::Send => "chan<- ",
                ChanDir::Recv => "<-chan ",
            });
            let parens =
                *dir == ChanDir::Both && matches!(elem.kind, ExprKind::ChanType { dir: ChanDir::Recv, .. });
            if parens {
                out.push('(');
            }
            expr(out, elem);
            if parens {
                out.push(')');
            }
        }
        ExprKind::Ellipsis(elem) => {
            out.push_str("...");
            expr(out, elem);
        }
    }
}

fn idents(out: &mut String, names: &[Ident]) {
    for (i, n) in names.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(n.name.as_str());
    }
}

fn struct_type(out: &mut String, fields: &[StructField]) {
    out.push_str("struct{");
    for (i, f) in fields.iter().enumerate() {
        if i > 0 {
            out.push_str("; ");
        }
        idents(out, &f.names);
        if !f.names.is_empty() {
            out.push(' ');
        }
        expr(out, &f.ty);
        if let Some(tag) = &f.tag {
            let _ = write!(out, " {:?}", String::from_utf8_lossy(&tag.value));
        }
    }
    out.push('}');
}

fn interface_type(out: &mut String, elems: &[InterfaceElem]) {
    out.push_str("interface{");
    for (i, e) in elems.iter().enumerate() {
        if i > 0 {
            out.push_str("; ");
        }
        match e {
            InterfaceElem::Method { name, ty, .. } => {
                out.push_str(name.name.as_str());
                signature(out, ty);
            }
            InterfaceElem::Embed { ty, .. } => expr(out, ty),
        }
    }
    out.push('}');
}

fn params(out: &mut String, list: &[Field]) {
    out.push('(');
    for (i, f) in list.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        idents(out, &f.names);
        if !f.names.is_empty() {
            out.push(' ');
        }
        expr(out, &f.ty);
    }
    out.push(')');
}

fn signature(out: &mut String, ty: &FuncType) {
    params(out, &ty.params);
    match ty.results.as_slice() {
        [] => {}
        [one] if one.names.is_empty() => {
            out.push(' ');
            expr(out, &one.ty);
        }
        list => {
            out.push(' ');
            params(out, list);
        }
    }
}
