//! Gives variables with `//go:embed` lines their values: the tree gets an initialiser, as if it had been written.
//! Strings and slices of bytes get a literal; an `embed.FS` gets a call of a function that the overlay adds to package
//! embed.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use syntax::ast::*;
use syntax::print::expr_string;
use syntax::{Options, Pos, Sym, parse, pos};

use super::EmbedFile;
use crate::report::Diagnostic;

/// What a variable's type can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    Bytes,
    Files,
    /// Not by itself, but slices of it can.
    Byte,
}

const MAKE_FS: &str = "oxigo_embedFS";

/// Declares the function that makes file systems, without its body.
const DECLARATION: &str = "
import \"embed\"
import _ \"unsafe\"
//go:linkname oxigo_embedFS embed.oxigo_embedFS
func oxigo_embedFS(list ...string) embed.FS
";

/// Writes the initialisers of a package's variables; `embeds` has the files by the position of the directive.
pub(super) fn apply(
    files: &mut Vec<File>,
    embeds: &FxHashMap<Pos, Vec<EmbedFile>>,
    errors: &mut Vec<Diagnostic>,
) {
    let kinds = named_kinds(files);
    let mut need_fs = false;
    for file in files.iter_mut() {
        let embed_name = file.decls.iter().find_map(|d| match d {
            Decl::Import(i) if i.path == "embed" => Some(i.name.map_or(Sym::new("embed"), |n| n.name)),
            _ => None,
        });
        let mut next = file.node_count;
        for decl in &mut file.decls {
            let Decl::Var(v) = decl else { continue };
            if v.embeds.is_empty() || v.names.len() != 1 || !v.values.is_empty() {
                continue;
            }
            let Some(ty) = &v.ty else { continue };
            let mut list: Vec<&EmbedFile> =
                v.embeds.iter().filter_map(|e| embeds.get(&e.pos)).flatten().collect();
            list.sort();
            list.dedup();
            let mut make = Maker { next: &mut next, pos: v.pos };
            let value = match kind_of(ty, embed_name, &kinds) {
                None | Some(Kind::Byte) => {
                    Err(format!("go:embed cannot apply to var of type {}", expr_string(ty)))
                }
                Some(Kind::Files) => make.file_system(&list),
                Some(_) if list.len() != 1 => {
                    Err(format!("invalid go:embed: multiple files for type {}", expr_string(ty)))
                }
                Some(Kind::String) => make.contents(list[0]),
                Some(Kind::Bytes) => make.contents(list[0]).map(|text| make.bytes(text, elem_name(ty))),
            };
            match value {
                Ok(value) => {
                    need_fs |= matches!(value.kind, ExprKind::Call { ellipsis: None, ref fun, .. } if fun.as_ident().is_some_and(|n| n == MAKE_FS));
                    v.values.push(value);
                }
                Err(text) => errors.push(Diagnostic::new(v.pos, text)),
            }
        }
        file.node_count = next;
    }
    if need_fs {
        let text = format!("package {}{DECLARATION}", files[0].package.name);
        let source = pos::add_file("oxigo/embed.go", text.into_bytes());
        files.extend(parse(source, Options::default()).0);
    }
}

/// Kinds of the package's own types with a suitable underlying type.
fn named_kinds(files: &[File]) -> FxHashMap<Sym, Kind> {
    let mut kinds = FxHashMap::default();
    loop {
        let before = kinds.len();
        for decl in files.iter().flat_map(|f| &f.decls) {
            if let Decl::Type(t) = decl
                && let Some(kind) = kind_of(&t.ty, None, &kinds)
            {
                kinds.insert(t.name.name, kind);
            }
        }
        if kinds.len() == before {
            return kinds;
        }
    }
}

fn kind_of(ty: &Expr, embed_name: Option<Sym>, named: &FxHashMap<Sym, Kind>) -> Option<Kind> {
    match &ty.kind {
        ExprKind::Ident(name) => named.get(name).copied().or_else(|| match *name {
            n if n == syntax::names::STRING => Some(Kind::String),
            n if n == syntax::names::BYTE || n == syntax::names::UINT8 => Some(Kind::Byte),
            _ => None,
        }),
        ExprKind::SliceType(elem) => {
            elem.as_ident()?;
            (kind_of(elem, None, named) == Some(Kind::Byte)).then_some(Kind::Bytes)
        }
        ExprKind::Selector { x, sel } => {
            (x.as_ident().is_some() && x.as_ident() == embed_name && sel.name == "FS").then_some(Kind::Files)
        }
        _ => None,
    }
}

/// What a slice type that is written out has for elements; bytes for one that has a name.
fn elem_name(ty: &Expr) -> Sym {
    let elem = if let ExprKind::SliceType(elem) = &ty.kind { elem.as_ident() } else { None };
    elem.unwrap_or(syntax::names::BYTE)
}

/// Makes nodes with fresh ids.
struct Maker<'a> {
    next: &'a mut u32,
    pos: Pos,
}

impl Maker<'_> {
    fn node(&mut self, kind: ExprKind) -> Expr {
        let id = NodeId(*self.next);
        *self.next += 1;
        Expr { id, pos: self.pos, kind }
    }

    fn string(&mut self, bytes: &[u8]) -> Expr {
        let text = Sym::new(&quote(bytes));
        self.node(ExprKind::BasicLit { kind: LitKind::String, text, bad: false })
    }

    fn contents(&mut self, file: &EmbedFile) -> Result<Expr, String> {
        let bytes = crate::regular::read(&file.path).map_err(|e| format!("embedding {}: {e}", file.name))?;
        Ok(self.string(&bytes))
    }

    fn bytes(&mut self, text: Expr, elem: Sym) -> Expr {
        let byte = self.node(ExprKind::Ident(elem));
        let fun = Box::new(self.node(ExprKind::SliceType(Box::new(byte))));
        let rparen = self.pos;
        self.node(ExprKind::Call { fun, args: vec![text], ellipsis: None, rparen })
    }

    /// A call with the names and contents of files and, with a slash at the end, of the directories they are in.
    fn file_system(&mut self, list: &[&EmbedFile]) -> Result<Expr, String> {
        let mut names: BTreeSet<(String, String, Option<usize>)> = BTreeSet::new();
        for (i, file) in list.iter().enumerate() {
            let (dir, elem) = split(&file.name);
            names.insert((dir.into(), elem.into(), Some(i)));
            let mut dir = dir;
            while dir != "." {
                let (parent, elem) = split(dir);
                names.insert((parent.into(), elem.into(), None));
                dir = parent;
            }
        }
        let mut args = Vec::with_capacity(2 * names.len());
        for (dir, elem, file) in names {
            let path = if dir == "." { elem } else { format!("{dir}/{elem}") };
            match file {
                Some(i) => {
                    args.push(self.string(path.as_bytes()));
                    args.push(self.contents(list[i])?);
                }
                None => {
                    args.push(self.string(format!("{path}/").as_bytes()));
                    args.push(self.string(b""));
                }
            }
        }
        let fun = Box::new(self.node(ExprKind::Ident(Sym::new(MAKE_FS))));
        let rparen = self.pos;
        Ok(self.node(ExprKind::Call { fun, args, ellipsis: None, rparen }))
    }
}

/// Directory and last element of a name.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or((".", name))
}

/// A string literal for any bytes.
pub(super) fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 4 + 2);
    out.push('"');
    for &b in bytes {
        match b {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(b as char);
            }
            b' '..=b'~' => out.push(b as char),
            b'\n' => out.push_str("\\n"),
            _ => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.push_str("\\x");
                out.push(HEX[usize::from(b >> 4)] as char);
                out.push(HEX[usize::from(b & 15)] as char);
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_bytes_come_back() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(syntax::literal::unquote(&quote(&all)), Some(all));
    }

    #[test]
    fn directories_come_in_lookup_order() {
        let file = |name: &str| EmbedFile {
            name: name.into(),
            path: concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into(),
        };
        let list = [file("a/b/c"), file("a/x"), file("z")];
        let mut next = 0;
        let mut make = Maker { next: &mut next, pos: Pos::NONE };
        let call = make.file_system(&list.iter().collect::<Vec<_>>()).unwrap();
        let ExprKind::Call { args, .. } = &call.kind else { panic!() };
        let names: Vec<String> = args.iter().step_by(2).map(expr_string).collect();
        assert_eq!(names, ["\"a/\"", "\"z\"", "\"a/b/\"", "\"a/x\"", "\"a/b/c\""]);
    }
}
