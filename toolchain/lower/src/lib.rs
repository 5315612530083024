//! Syntax and types to IR: the whole program, from its entry points on.
//!
//! Reading order: [`program`] (the worklist), [`fx`] (one function), [`ssa`] (building SSA form), [`value`] and [`place`]
//! (what expressions become), then by concern: `expr`, `call`, `closure`, `stmt`, `assign`, `range`, …
//!
//! Invariants
//! - Only what something reachable refers to is lowered, once for each combination of type arguments.
//! - Types in the IR-building code are concrete and canonical: substitution happens when a type is read from the checker.
//! - Values of flat types are SSA values; all others are addresses of memory that nobody changes while the value is used.
pub mod alg;
pub mod analyze;
pub mod arith;
pub mod assign;
pub mod builtin;
pub mod call;
pub mod closure;
pub mod compare;
pub mod composite;
pub mod convert;
pub mod defer;
mod devirtualise;
mod edges;
pub mod expr;
pub mod externs;
pub mod fx;
pub mod iface;
pub mod intrinsics;
pub mod itab;
pub mod konst;
pub mod link;
pub mod map;
pub mod names;
pub mod natives;
pub mod order;
pub mod place;
pub mod program;
mod pulled;
pub mod range;
pub mod rangefunc;
pub mod rtype;
pub mod rtype_emit;
pub mod select;
pub mod sig;
pub mod slice;
pub mod ssa;
pub mod staticinit;
pub mod stmt;
pub mod string;
pub mod switch;
pub mod typeswitch;
pub mod tyq;
mod unmade;
pub mod value;
pub mod wrappers;

pub use program::{Files, Options, Prog};

use rustc_hash::FxHashSet;
use syntax::{Pos, Sym};
use types::checker::{Checker, Diagnostic};
use types::object::ObjId;
use types::table::PkgId;

/// Lowers the program whose main package is `main`.
///
/// Needs a deep stack for deeply nested source: call it on a thread with some hundred megabytes.
pub fn lower_program<'a>(
    ck: &'a mut Checker,
    main: PkgId,
    options: &Options<'a>,
) -> Result<ir::Program, Vec<Diagnostic>> {
    let files = Files::of(ck);
    let mut p = Prog::new(ck, &files, options);
    let main_obj = p.ck.pkg(main).scope.get(&Sym::new("main")).copied().unwrap_or(ObjId::NONE);
    if main_obj == ObjId::NONE {
        p.error(Pos::NONE, "function main is undeclared in the main package");
        return Err(p.errors);
    }
    p.add_entries();
    let main_func = p.func(main_obj, Vec::new(), Pos::NONE);
    let order = init_order(&p, main);
    for &pkg in &order {
        staticinit::required(&mut p, pkg);
        for obj in p.ck.pkg(pkg).inits.clone() {
            p.func(obj, Vec::new(), Pos::NONE);
        }
    }
    if options.everything {
        lower_everything(&mut p, &order);
    } else if options.whole_main {
        lower_everything(&mut p, &[main]);
    }
    p.drain();
    let mut inits = Vec::new();
    for &pkg in &order {
        inits.extend(staticinit::package_init(&mut p, pkg));
    }
    p.drain();
    p.drop_held();
    p.drain();
    p.few_methods();
    p.decide_types();
    p.finish_rtypes();
    p.finish_edges();
    if p.ck.has_hard_errors() {
        return Err(p.ck.errors());
    }
    if !p.errors.is_empty() {
        return Err(p.errors);
    }
    p.prog.image.main = Some(main_func);
    p.prog.image.inits = inits;
    if cfg!(debug_assertions)
        && let Err(problems) = ir::verify::program(&p.prog)
    {
        panic!("the lowered program is not well-formed:\n{}", problems[..problems.len().min(20)].join("\n"));
    }
    Ok(p.prog)
}

/// Puts all functions on the worklist that need no type arguments.
fn lower_everything(p: &mut Prog, packages: &[PkgId]) {
    for &pkg in packages {
        let data = p.ck.pkg(pkg);
        let all: Vec<ObjId> = data.funcs.iter().chain(&data.methods).copied().collect();
        for obj in all {
            p.ck.resolve(obj);
            let f = p.func_obj(obj);
            if f.tparams.is_empty() && f.recv_tparams.is_empty() && link::has_body(p.ck, obj) {
                p.func(obj, Vec::new(), Pos::NONE);
            }
        }
    }
}

/// The packages to initialise, in Go's order: the runtime and what it needs, then the rest; of those that are ready, the
/// one with the least import path comes first.
pub fn init_order(p: &Prog, main: PkgId) -> Vec<PkgId> {
    let mut order = Vec::new();
    let mut done: FxHashSet<PkgId> = FxHashSet::default();
    for root in [p.runtime_pkg, main] {
        let mut todo = reachable(p, root);
        todo.retain(|q| !done.contains(q));
        todo.sort_by_key(|&q| p.ck.table.pkg_path(q));
        while !todo.is_empty() {
            let ready =
                todo.iter().position(|&q| p.ck.pkg(q).imports.iter().all(|i| i.0 < 2 || done.contains(i)));
            let q = todo.remove(ready.unwrap_or(0));
            done.insert(q);
            order.push(q);
        }
    }
    order
}

fn reachable(p: &Prog, root: PkgId) -> Vec<PkgId> {
    let mut list = vec![root];
    let mut seen: FxHashSet<PkgId> = [root].into_iter().collect();
    let mut next = 0;
    while next < list.len() {
        for &i in &p.ck.pkg(list[next]).imports {
            if i.0 >= 2 && seen.insert(i) {
                list.push(i);
            }
        }
        next += 1;
    }
    list
}
