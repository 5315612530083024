//! Errors that Go reports once types are known to be right, though they need none: missing function bodies and
//! linknames that name nothing, and a program without `main`.

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::{Decl, Pragma};
use syntax::{Sym, names};

use crate::load::Package;
use crate::report::Diagnostic;

/// Checks one package.
pub fn check(package: &Package) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut declared: FxHashSet<Sym> = FxHashSet::default();
    for decl in package.files.iter().flat_map(|f| &f.decls) {
        match decl {
            Decl::Func(f) if f.recv.is_none() => drop(declared.insert(f.name.name)),
            Decl::Var(v) => declared.extend(v.names.iter().map(|n| n.name)),
            _ => {}
        }
    }
    let mut linked: FxHashMap<Sym, ()> = FxHashMap::default();
    for l in package.files.iter().flat_map(|f| &f.linknames) {
        let directive = if l.std { "go:linknamestd" } else { "go:linkname" };
        if !declared.contains(&l.local) && !package.std {
            errors.push(Diagnostic::new(
                l.pos,
                format!("//{directive} must refer to declared function or variable"),
            ));
        } else if linked.insert(l.local, ()).is_some() && !package.std {
            errors.push(Diagnostic::new(l.pos, format!("duplicate //{directive} for {}", l.local)));
        }
    }
    for file in &package.files {
        errors.extend(file.late_errors.iter().map(|(pos, text)| Diagnostic::new(*pos, text.as_str())));
        for decl in &file.decls {
            let Decl::Func(f) = decl else { continue };
            if f.body.is_none()
                && !package.bodyless
                && !(f.recv.is_none() && linked.contains_key(&f.name.name))
            {
                errors.push(Diagnostic::new(f.pos, "missing function body"));
            }
            if f.body.is_some() && f.pragma.contains(Pragma::NOESCAPE) {
                let text = "can only use //go:noescape with external func implementations";
                errors.push(Diagnostic::new(f.pos, text));
            }
        }
    }
    errors
}

/// Does a package named main declare the function?
pub fn has_main(package: &Package) -> bool {
    let mut decls = package.files.iter().flat_map(|f| &f.decls);
    decls.any(|d| matches!(d, Decl::Func(f) if f.recv.is_none() && f.name.name == names::MAIN))
}
