//! Which function or variable stands behind a link name: `//go:linkname` in both directions, for the whole program.
//!
//! A *push* gives a declaration with a body (or a variable with a value) another symbol; a *pull* makes a declaration
//! without body refer to a symbol that some other package defines. Both are the same directive; only the body tells.
use rustc_hash::FxHashMap;
use syntax::Sym;
use syntax::ast::Decl;
use types::checker::Checker;
use types::object::{FileRef, ObjId, ObjKind};
use types::table::PkgId;

use crate::names::path_to_prefix;

/// The program's link names.
#[derive(Default)]
pub struct Links {
    /// Functions with a body, by each symbol they have.
    pub funcs: FxHashMap<Sym, ObjId>,
    /// Variables that own their memory, by symbol.
    pub vars: FxHashMap<Sym, ObjId>,
    /// Functions without a body, by symbol: what assembly defines. The one whose own name the symbol is comes before those that name it.
    pub bodyless: FxHashMap<Sym, ObjId>,
    /// The symbol that a directive gives a function or variable.
    pub renamed: FxHashMap<ObjId, Sym>,
}

/// Reads all packages' directives.
pub fn collect(ck: &Checker) -> Links {
    let mut links = Links::default();
    for (p, pkg) in ck.pkgs.iter().enumerate() {
        let prefix = path_to_prefix(pkg.info.path.as_str());
        for file in &pkg.files {
            for l in &file.linknames {
                let (Some(&obj), Some(remote)) = (pkg.scope.get(&l.local), l.remote) else { continue };
                // The standard library's mere marks (`//go:linkname f` without a target) are skipped above; a
                // directive that repeats the own name changes nothing.
                if remote.as_str() != format!("{prefix}.{}", l.local) {
                    links.renamed.insert(obj, remote);
                }
            }
        }
        for &obj in &pkg.funcs {
            if !has_body(ck, obj) {
                continue;
            }
            let o = ck.obj(obj);
            links.funcs.entry(Sym::new(&format!("{prefix}.{}", o.name))).or_insert(obj);
        }
        for &obj in pkg.vars.iter() {
            let o = ck.obj(obj);
            if !links.renamed.contains_key(&obj) {
                links.vars.entry(Sym::new(&format!("{prefix}.{}", o.name))).or_insert(obj);
            }
        }
        let _ = PkgId(p as u32);
    }
    // Pushed symbols come last: they must not hide a body that has the name by itself.
    let renamed: Vec<(ObjId, Sym)> = links.renamed.iter().map(|(&o, &s)| (o, s)).collect();
    for pkg in &ck.pkgs {
        let prefix = path_to_prefix(pkg.info.path.as_str());
        for &obj in pkg.funcs.iter().filter(|&&o| !has_body(ck, o)) {
            match links.renamed.get(&obj) {
                Some(&symbol) => drop(links.bodyless.entry(symbol).or_insert(obj)),
                None => drop(links.bodyless.insert(Sym::new(&format!("{prefix}.{}", ck.obj(obj).name)), obj)),
            }
        }
    }
    for (obj, symbol) in renamed {
        match &ck.obj(obj).kind {
            ObjKind::Func(_) if has_body(ck, obj) => {
                links.funcs.entry(symbol).or_insert(obj);
            }
            ObjKind::Var(v) if v.global => {
                // Both sides of a variable's link are plain declarations; the one whose own name it is owns it. If
                // there is none, the first that names it does.
                links.vars.entry(symbol).or_insert(obj);
            }
            _ => {}
        }
    }
    links
}

/// Whether a function is declared with a body.
pub fn has_body(ck: &Checker, obj: ObjId) -> bool {
    match &ck.obj(obj).kind {
        ObjKind::Func(f) => f.decl.is_some_and(|(file, i)| decl_has_body(ck, file, i)),
        _ => false,
    }
}

fn decl_has_body(ck: &Checker, file: FileRef, i: u32) -> bool {
    matches!(&ck.file(file).decls[i as usize], Decl::Func(d) if d.body.is_some())
}
