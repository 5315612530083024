//! `-m`: what is inlined and what escapes to the heap, in the words of Go's compiler.
//!
//! Remarks come from the passes with positions only; the expressions' texts and the parameters' names are read from the
//! syntax trees here.

use ir::passes::remarks::{Flow, Remark, What};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::{Decl, Expr, ExprKind, Field, File, FuncType, UnaryOp};
use syntax::walk::{Visitor, walk_decl};
use syntax::{Pos, Sym};

use crate::load::Program;
use crate::report::{Diagnostic, render};

/// Where a function's name counts as standing, and its parameters (receiver first) and results: names with positions.
struct FuncNames {
    pos: Pos,
    params: Vec<Option<Param>>,
    results: Vec<Option<Sym>>,
}

/// A named parameter.
#[derive(Clone, Copy)]
struct Param {
    name: Sym,
    pos: Pos,
    /// What its pointers point at holds no pointers, as far as the text of its type says.
    plain: bool,
}

/// What the trees say about the positions that remarks name.
#[derive(Default)]
struct Sources {
    wanted: FxHashSet<Pos>,
    /// Expressions by their own position: where Go shows them, and their text.
    exprs: FxHashMap<Pos, (Pos, String)>,
    /// Outermost expressions by their leftmost position.
    starts: FxHashMap<Pos, (Pos, String)>,
    funcs: FxHashMap<Pos, FuncNames>,
}

fn text(x: &Expr) -> String {
    match &x.kind {
        ExprKind::FuncLit(_) => "func literal".into(),
        _ => syntax::print::expr_string(x).replace('…', "..."),
    }
}

/// The expression as Go shows it: conversions count as standing at their operand.
fn shown(x: &Expr) -> (Pos, String) {
    if let ExprKind::Call { fun, args, .. } = &x.kind
        && let [arg] = &args[..]
    {
        match &fun.kind {
            ExprKind::Ident(name) if *name == "string" => return (arg.pos, text(x)),
            ExprKind::SliceType(_) => return (arg.pos, format!("({})({})", text(fun), text(arg))),
            _ => {}
        }
    }
    (x.pos, text(x))
}

fn is_basic(x: &Expr) -> bool {
    const NUMBERS: &[&str] = &["bool", "byte", "rune", "float32", "float64", "complex64", "complex128"];
    let ExprKind::Ident(name) = x.kind else { return false };
    let name = name.as_str();
    NUMBERS.contains(&name)
        || ["int", "uint"].iter().any(|p| {
            name.strip_prefix(p).is_some_and(|n| n.parse::<u8>().is_ok() || n.is_empty() || n == "ptr")
        })
}

fn names(fields: &[Field]) -> Vec<Option<Param>> {
    let one = |f: &Field| {
        let plain = match &f.ty.kind {
            ExprKind::Ident(name) => *name == "string",
            ExprKind::SliceType(x) | ExprKind::Star(x) | ExprKind::Ellipsis(x) => is_basic(x),
            _ => false,
        };
        match f.names.is_empty() {
            true => vec![None],
            false => f.names.iter().map(|n| Some(Param { name: n.name, pos: n.pos, plain })).collect(),
        }
    };
    fields.iter().flat_map(one).collect()
}

impl Sources {
    fn func(&mut self, at: Pos, pos: Pos, recv: Option<&Field>, ty: &FuncType) {
        if !self.wanted.contains(&at) {
            return;
        }
        let mut params = recv.map_or(Vec::new(), |r| names(std::slice::from_ref(r)));
        params.extend(names(&ty.params));
        let results = names(&ty.results).into_iter().map(|r| r.map(|r| r.name)).collect();
        self.funcs.insert(at, FuncNames { pos, params, results });
    }

    fn file(&mut self, file: &File) {
        for d in &file.decls {
            if let Decl::Func(f) = d {
                // Go counts a method from its receiver.
                let pos = f.recv.as_ref().map_or(f.name.pos, |_| f.pos);
                self.func(f.name.pos, pos, f.recv.as_ref(), &f.ty);
            }
            walk_decl(self, d);
        }
    }
}

impl Visitor for Sources {
    fn expr(&mut self, x: &Expr) -> bool {
        if let ExprKind::Unary { op: UnaryOp::Addr, x: inner } = &x.kind
            && let ExprKind::CompositeLit { .. } = inner.kind
            && self.wanted.contains(&inner.pos)
        {
            self.exprs.entry(inner.pos).or_insert_with(|| (x.pos, text(x)));
        }
        if let ExprKind::FuncLit(f) = &x.kind {
            self.func(f.ty.pos, x.pos, None, &f.ty);
            self.func(x.pos, x.pos, None, &f.ty);
        }
        if self.wanted.contains(&x.pos) && !matches!(x.kind, ExprKind::Ident(_) | ExprKind::Unary { .. }) {
            self.exprs.entry(x.pos).or_insert_with(|| shown(x));
        }
        let start = x.start_pos();
        if self.wanted.contains(&start) {
            let comparison = matches!(&x.kind, ExprKind::Binary { op, .. } if *op as u8 <= syntax::ast::BinaryOp::Ge as u8);
            if !comparison {
                self.starts.entry(start).or_insert_with(|| shown(x));
            }
        }
        true
    }
}

/// A function's name as one package sees it: without the package if it is its own, else with the package's last element.
fn seen_from(func: Sym, package: &str) -> String {
    let func = func.as_str();
    if let Some(own) = func.strip_prefix(package).and_then(|f| f.strip_prefix('.')) {
        return own.to_string();
    }
    let end = func.find(['[', '(']).unwrap_or(func.len());
    func[..end].rfind('/').map_or(func, |slash| &func[slash + 1..]).to_string()
}

/// What Go says about a parameter.
fn flow_texts(name: Sym, flow: &Flow, results: &[Option<Sym>]) -> Vec<String> {
    let mut out = Vec::new();
    match flow.heap {
        Some(0) => out.push(format!("leaking param: {name}")),
        Some(_) => out.push(format!("leaking param content: {name}")),
        None => {}
    }
    // What leaks to the heap as it is need not be followed further.
    for (i, level) in flow.results.iter().filter(|_| flow.heap != Some(0)) {
        let result = match results.get(*i) {
            Some(Some(r)) => r.to_string(),
            _ => format!("~r{i}"),
        };
        out.push(format!("leaking param: {name} to result {result} level={level}"));
    }
    if out.is_empty() {
        out.push(format!("{name} does not escape"));
    }
    out
}

/// The remarks about the packages of the command line, sorted by position. `detail`: how often `-m` was given.
pub fn render_remarks(program: &Program, remarks: &[Remark], detail: u32) -> String {
    let mut sources = Sources::default();
    for r in remarks {
        match r.what {
            What::Object { origin, .. } => sources.wanted.extend([r.pos, origin]),
            _ => drop(sources.wanted.insert(r.pos)),
        }
    }
    for file in program.packages.iter().flat_map(|p| &p.files) {
        let range = file.source.base..file.source.base + file.source.text.len() as u32;
        if sources.wanted.iter().any(|w| range.contains(&w.0)) {
            sources.file(file);
        }
    }
    let mut out = String::new();
    for &root in &program.roots {
        let package = &program.packages[root];
        let bases: FxHashSet<u32> = package.files.iter().map(|f| f.source.base).collect();
        let here = |pos: Pos| syntax::pos::file_of(pos).is_some_and(|f| bases.contains(&f.base));
        let own = remarks.iter().filter(|r| here(r.pos));
        let lines = lines(&sources, own, package.link_path.as_str(), detail);
        if !lines.is_empty() {
            out += &format!("# {}\n{}", package.path, render(&lines, true));
        }
    }
    out
}

fn lines<'a>(
    sources: &Sources,
    remarks: impl Iterator<Item = &'a Remark>,
    package: &str,
    detail: u32,
) -> Vec<Diagnostic> {
    let mut lines = Vec::new();
    let mut objects: FxHashMap<(Pos, String), bool> = FxHashMap::default();
    let mut params = Vec::new();
    for r in remarks {
        match &r.what {
            What::CanInline { func, cost } => {
                let pos = sources.funcs.get(&r.pos).map_or(r.pos, |f| f.pos);
                let cost = if detail > 1 { format!(" with cost {cost}") } else { String::new() };
                lines.push(Diagnostic::new(pos, format!("can inline {}{cost}", seen_from(*func, package))));
            }
            What::Inlined { callee } => {
                let unexported =
                    callee.as_str().rsplit('.').next().is_some_and(|n| n.starts_with(char::is_lowercase));
                let helper =
                    callee.as_str().starts_with("runtime.") || callee.as_str().starts_with("internal/");
                if !(helper && unexported) {
                    lines.push(Diagnostic::new(
                        r.pos,
                        format!("inlining call to {}", seen_from(*callee, package)),
                    ));
                }
            }
            What::Object { name, escapes, origin } => {
                let inlined = *origin != r.pos;
                let expr = |found: Option<&(Pos, String)>| found.cloned();
                let found = match name.as_str() {
                    "..." if inlined || sources.exprs.contains_key(origin) => {
                        Some((*origin, "... argument".to_string()))
                    }
                    ".tmp" => expr(sources.starts.get(origin)),
                    "func literal" => Some((*origin, "func literal".to_string())),
                    "&literal" | "slice literal" | "new" | "make" | "call" => expr(sources.exprs.get(origin)),
                    "range state" | "..." => None,
                    _ => {
                        // Variables that stay in the frame are nothing special.
                        if *escapes {
                            lines.push(Diagnostic::new(r.pos, format!("moved to heap: {name}")));
                        }
                        None
                    }
                };
                if let Some((pos, text)) = found {
                    let pos = if inlined { r.pos } else { pos };
                    *objects.entry((pos, text)).or_default() |= escapes;
                }
            }
            What::Param { func, index, flow } => {
                let Some(names) = sources.funcs.get(func) else { continue };
                if let Some(Some(p)) = names.params.get(*index)
                    && p.name != "_"
                {
                    // What the pointers point at can only be copied.
                    let flow = match flow.heap {
                        Some(derefs) if p.plain && derefs > 0 => Flow { heap: None, ..flow.clone() },
                        _ => flow.clone(),
                    };
                    params.push((p.pos, p.name, flow_texts(p.name, &flow, &names.results)));
                }
            }
        }
    }
    for ((pos, text), escapes) in objects {
        let verb = if escapes { "escapes to heap" } else { "does not escape" };
        lines.push(Diagnostic::new(pos, format!("{text} {verb}")));
    }
    for (pos, name, texts) in params {
        let moved = format!("moved to heap: {name}");
        if !lines.iter().any(|l| l.pos == pos && l.text == moved) {
            lines.extend(texts.into_iter().map(|t| Diagnostic::new(pos, t)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_a_package_sees_them() {
        let seen = |f: &str| seen_from(Sym::new(f), "example.com/a");
        assert_eq!(seen("example.com/a.(*T).M"), "(*T).M");
        assert_eq!(seen("encoding/json.Marshal"), "json.Marshal");
        assert_eq!(seen("slices.Sort[example.com/x.T]"), "slices.Sort[example.com/x.T]");
    }

    #[test]
    fn flows() {
        let p = Sym::new("p");
        let texts = |heap, results: &[(usize, i32)]| {
            flow_texts(p, &Flow { heap, results: results.to_vec() }, &[None, Some(Sym::new("err"))])
        };
        assert_eq!(texts(None, &[]), ["p does not escape"]);
        assert_eq!(texts(Some(0), &[(0, 0)]), ["leaking param: p"]);
        assert_eq!(texts(Some(1), &[]), ["leaking param content: p"]);
        let both = ["leaking param: p to result ~r0 level=0", "leaking param: p to result err level=1"];
        assert_eq!(texts(None, &[(0, 0), (1, 1)]), both);
    }
}
