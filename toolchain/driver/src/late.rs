//! Errors that Go reports once types are known to be right, though they need none: missing function bodies and
//! linknames that name nothing, and a program without `main`. Assembly is a body too.

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::{Decl, FuncDecl, Pragma};
use syntax::{Pos, Sym, names};

use crate::load::Package;
use crate::report::Diagnostic;

/// Checks one package. `defined`: the symbols that assembly defines.
pub fn check(package: &Package, defined: &FxHashMap<Sym, Pos>) -> Vec<Diagnostic> {
    let prefix = lower::names::path_to_prefix(package.link_path.as_str());
    let in_assembly = |f: &FuncDecl| match f.recv {
        None => defined.get(&Sym::new(&format!("{prefix}.{}", f.name.name))).copied(),
        Some(_) => {
            let end = format!(".{}", f.name.name);
            let is_it = |s: &Sym| s.as_str().starts_with(&prefix) && s.as_str().ends_with(&end);
            defined.iter().find(|d| is_it(d.0) && d.0.as_str().len() > prefix.len() + end.len()).map(|d| *d.1)
        }
    };
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
                && in_assembly(f).is_none()
            {
                errors.push(Diagnostic::new(f.pos, "missing function body"));
            }
            if f.body.is_some()
                && f.recv.is_none()
                && let Some(other) = in_assembly(f)
            {
                let text = format!(
                    "duplicated definition of symbol {prefix}.{}\n\tother definition at {}",
                    f.name.name, other
                );
                errors.push(Diagnostic::new(f.pos, text));
            }
            if f.body.is_some() && f.pragma.contains(Pragma::NOESCAPE) {
                let text = "can only use //go:noescape with external func implementations";
                errors.push(Diagnostic::new(f.pos, text));
            }
        }
    }
    errors
}

/// Functions whose locals need more than any stack has, once `passes` are done with them.
pub fn frames(program: &ir::Program, passes: &ir::passes::Options) -> Vec<types::checker::Diagnostic> {
    const MAX: u64 = 1 << 30;
    let mut errors = Vec::new();
    for (id, f) in program.funcs.iter_enumerated() {
        let mut locals: u64 = f.slots.iter().map(|s| u64::from(s.size)).sum();
        if locals >= MAX {
            // The last passes may find that there is less. What they tell is told when it is compiled.
            let mut f = f.clone();
            let quiet = ir::passes::Options { trace: None, ..passes.clone() };
            ir::passes::finish(ir::View::new(program), &mut f, id, &quiet);
            let slot = |i: &ir::InstData| if let ir::Op::SlotAddr(s, _) = i.op { Some(s.0) } else { None };
            let used: FxHashSet<u32> = f.insts.iter().filter_map(slot).collect();
            let sizes = f.slots.iter_enumerated().filter(|(s, _)| used.contains(&s.0));
            locals = sizes.map(|(_, s)| u64::from(s.size)).sum();
        }
        if locals >= MAX {
            let args = program.sigs[f.sig].area_size;
            let msg =
                format!("stack frame too large (>1GB): {} MB locals + {} MB args", locals >> 20, args >> 20);
            errors.push(types::checker::Diagnostic { pos: f.pos, msg, soft: false });
        }
    }
    errors.sort_by_key(|e| e.pos);
    errors
}

/// Whether a program's package has where it starts; what Go's linker says, if not.
pub fn needs_main(package: &Package) -> Result<(), String> {
    let mut decls = package.files.iter().flat_map(|f| &f.decls);
    if decls.any(|d| matches!(d, Decl::Func(f) if f.recv.is_none() && f.name.name == names::MAIN)) {
        return Ok(());
    }
    let path = &package.path;
    Err(format!("# {path}\nruntime.main_main·f: function main is undeclared in the main package"))
}
