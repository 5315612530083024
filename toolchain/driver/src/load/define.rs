//! `-ldflags "-X importpath.name=value"`: the variable's initialiser is a string, as if it had been written.

use syntax::ast::*;
use syntax::{Sym, names};

use super::embed_values::quote;

/// Is this a constant string, as far as the text tells?
fn is_constant(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::BasicLit { kind: LitKind::String, .. } => true,
        ExprKind::Paren(x) => is_constant(x),
        ExprKind::Binary { x, y, .. } => is_constant(x) && is_constant(y),
        _ => false,
    }
}

/// Gives variables of a package, which symbols call `path`, their values. What is no string, or is computed, stays.
pub(super) fn apply(files: &mut [File], path: &str, defines: &[(String, String)]) {
    for (variable, value) in defines {
        let Some(name) = variable.strip_prefix(path).and_then(|rest| rest.strip_prefix('.')) else {
            continue;
        };
        for file in files.iter_mut() {
            let mut next = file.node_count;
            for decl in &mut file.decls {
                let Decl::Var(v) = decl else { continue };
                let Some(at) = v.names.iter().position(|n| n.name.as_str() == name) else { continue };
                let is_string = v.ty.as_ref().is_none_or(|t| t.as_ident() == Some(names::STRING));
                let constant = v.values.is_empty() || v.values.get(at).is_some_and(is_constant);
                if !is_string || !constant || !v.embeds.is_empty() {
                    continue;
                }
                let mut literal = |text: &str| {
                    next += 1;
                    let text = Sym::new(&quote(text.as_bytes()));
                    let kind = ExprKind::BasicLit { kind: LitKind::String, text, bad: false };
                    Expr { id: NodeId(next - 1), pos: v.pos, kind }
                };
                if v.values.is_empty() {
                    v.values = v.names.iter().map(|_| literal("")).collect();
                }
                v.values[at] = literal(value);
            }
            file.node_count = next;
        }
    }
}
