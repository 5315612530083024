//! What a Rust host can call of a program, as JSON (`--host-api`): the exported functions and methods of the main package, the
//! defined types that they lead to, and the files that the program is made of. The crate `oxigo-build` makes Rust of it.
//!
//! A type is a word (`"int"`, `"error"`, `"any"`) or a list that begins with one: `["named", NAME]`, `["pointer", T]`,
//! `["slice", T]`, `["array", N, T]`, `["map", K, T]`, `["chan", "both", T]`, `["func", [T...], [T...], VARIADIC]`,
//! `["struct", [[NAME, T]...]]`, `["other", TEXT]`.

use rustc_hash::FxHashSet;
use syntax::ast::Decl;
use syntax::{Sym, names};
use types::checker::Checker;
use types::object::ObjKind;
use types::table::{Basic, ChanDir, PkgId, Signature, Type, TypeId};

use crate::commands::Target;
use crate::json::quote;
use crate::load::{Program, exported};

/// Describes the program whose main package is `main`.
pub fn describe(checker: &Checker, main: PkgId, program: &Program, target: &Target) -> String {
    let mut d = Describer { checker, main, wanted: Vec::new(), seen: FxHashSet::default() };
    let funcs = d.funcs();
    let mut types = Vec::new();
    while let Some(t) = d.wanted.pop() {
        types.push(d.defined(t));
    }
    let own = || program.packages.iter().filter(|p| !p.std);
    let folders = own().map(|p| quote(&p.dir.to_string_lossy()));
    let files = own().flat_map(|p| p.files.iter().map(|f| &f.source).chain(&p.assembly));
    let files = files.filter(|f| std::path::Path::new(f.path.as_str()).is_file()).map(|f| quote(&f.path));
    format!(
        "{{\n\"target\": {},\n\"folders\": {},\n\"files\": {},\n\"funcs\": {},\n\"types\": {}\n}}\n",
        quote(&target.to_string()),
        list(folders),
        list(files),
        lines(funcs),
        lines(types)
    )
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

fn lines(items: Vec<String>) -> String {
    format!("[\n{}\n]", items.join(",\n"))
}

struct Describer<'a> {
    checker: &'a Checker,
    main: PkgId,
    /// Defined types that are still to be described, and all that were met.
    wanted: Vec<TypeId>,
    seen: FxHashSet<TypeId>,
}

impl Describer<'_> {
    /// The functions and methods, in the order of the sources.
    fn funcs(&mut self) -> Vec<String> {
        let data = self.checker.pkg(self.main);
        let mut out = Vec::new();
        for &f in data.funcs.iter().chain(&data.methods) {
            let object = self.checker.obj(f);
            let ObjKind::Func(func) = &object.kind else { continue };
            let Some((file, decl)) = func.decl else { continue };
            let Decl::Func(decl) = &self.checker.file(file).decls[decl as usize] else { continue };
            let Type::Func(sig) = self.checker.table.get(object.ty) else { continue };
            let Some(export) = exported(decl) else { continue };
            let recv = match func.recv {
                Some(t) => format!(", \"recv\": {}", self.typ(t)),
                None => String::new(),
            };
            let names = decl.ty.params.iter().flat_map(|p| &p.names).map(|n| n.name);
            let names: Vec<Sym> =
                names.chain(std::iter::repeat(names::BLANK)).take(sig.params.len()).collect();
            let params: Vec<String> =
                names.iter().zip(&sig.params).map(|(n, &t)| list([quote(n.as_str()), self.typ(t)])).collect();
            out.push(format!(
                "{{\"name\": {}, \"export\": {}{recv}, \"params\": {}, \"results\": {}, \"variadic\": {}}}",
                quote(object.name.as_str()),
                quote(&export),
                list(params),
                self.types(&sig.results),
                sig.variadic
            ));
        }
        out
    }

    fn types(&mut self, types: &[TypeId]) -> String {
        list(types.iter().map(|&t| self.typ(t)).collect::<Vec<_>>())
    }

    /// A type as it is referred to.
    fn typ(&mut self, t: TypeId) -> String {
        let table = &self.checker.table;
        let mut of = |kind: &str, t: TypeId| format!("[\"{kind}\", {}]", self.typ(t));
        match table.get(t) {
            Type::Basic(Basic::UnsafePointer) => quote("unsafe.Pointer"),
            Type::Basic(_) => quote(&table.type_string(t, self.main)),
            Type::Pointer(e) => of("pointer", *e),
            Type::Slice(e) => of("slice", *e),
            Type::Array(e, n) => format!("[\"array\", {n}, {}]", self.typ(*e)),
            Type::Map(k, e) => format!("[\"map\", {}, {}]", self.typ(*k), self.typ(*e)),
            Type::Chan(dir, e) => {
                let dir = match dir {
                    ChanDir::Both => "both",
                    ChanDir::Send => "send",
                    ChanDir::Recv => "receive",
                };
                format!("[\"chan\", \"{dir}\", {}]", self.typ(*e))
            }
            Type::Func(Signature { params, results, variadic, .. }) => {
                format!("[\"func\", {}, {}, {variadic}]", self.types(params), self.types(results))
            }
            Type::Struct(fields) => {
                let fields = fields.iter().map(|f| list([quote(f.name.as_str()), self.typ(f.ty)]));
                format!("[\"struct\", {}]", list(fields.collect::<Vec<_>>()))
            }
            Type::Named(..) => match table.type_string(t, self.main).as_str() {
                "error" => quote("error"),
                name => {
                    if self.seen.insert(t) {
                        self.wanted.push(t);
                    }
                    format!("[\"named\", {}]", quote(name))
                }
            },
            Type::Interface(i) if i.methods.is_empty() && i.embeds.is_empty() => quote("any"),
            _ => format!("[\"other\", {}]", quote(&table.type_string(t, self.main))),
        }
    }

    /// A defined type: what is underneath, and the constants that its package declares of it.
    fn defined(&mut self, t: TypeId) -> String {
        let table = &self.checker.table;
        let name = quote(&table.type_string(t, self.main));
        let under = self.typ(table.underlying(t));
        let Type::Named(id, _) = table.get(t) else { unreachable!("defined types only") };
        let package = self.checker.pkg(table.obj(table.named_info(*id).obj).pkg);
        let constants = package.consts.iter().map(|&c| self.checker.obj(c)).filter(|c| c.ty == t);
        let constants = constants.filter(|c| c.name.as_str().starts_with(char::is_uppercase));
        let constants = constants.filter_map(|c| match &c.kind {
            ObjKind::Const(v) if v.is_int() => Some(list([quote(c.name.as_str()), v.show(false)])),
            _ => None,
        });
        format!("{{\"name\": {name}, \"type\": {under}, \"constants\": {}}}", list(constants))
    }
}
