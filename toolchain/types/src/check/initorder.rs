//! The order in which package-level variables are initialised.
//!
//! A variable waits for all variables of its package that its initial value refers to, be it through functions and methods.
//! Among those that wait for nothing the one declared first is next. Constants take part because cycles among them are found here.
use super::decl::DeclKind;
use crate::{
    checker::{Checker, Initializer},
    object::*,
    table::*,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{cmp::Reverse, collections::BinaryHeap};

impl Checker {
    /// The variable initialisations of a package in order. Checks all initial values, and the bodies of functions that these refer to.
    pub fn init_order(&mut self, pkg: PkgId) -> Vec<Initializer> {
        self.check_for_init(pkg);
        let data = self.pkg(pkg);
        let mut nodes: Vec<ObjId> = data.vars.iter().chain(&data.consts).copied().collect();
        nodes.sort_unstable();
        let number: FxHashMap<ObjId, u32> = nodes.iter().enumerate().map(|(i, &o)| (o, i as u32)).collect();
        // What each node waits for, functions left out, and who waits for it.
        let mut waits: Vec<u32> = Vec::with_capacity(nodes.len());
        let mut waiters: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
        for (i, &o) in nodes.iter().enumerate() {
            let deps = self.value_deps(pkg, o);
            waits.push(deps.len() as u32);
            for d in deps {
                if let Some(&k) = number.get(&d) {
                    waiters[k as usize].push(i as u32);
                } else {
                    waits[i] -= 1;
                }
            }
        }
        let is_const = |c: &Checker, o: ObjId| matches!(c.obj(o).kind, ObjKind::Const(_));
        let mut heap = BinaryHeap::new();
        for (i, &o) in nodes.iter().enumerate() {
            heap.push(Reverse((!is_const(self, o), waits[i], i as u32)));
        }
        let mut done = vec![false; nodes.len()];
        let mut emitted: FxHashSet<u32> = FxHashSet::default();
        let mut order = Vec::new();
        while let Some(Reverse((_, n, i))) = heap.pop() {
            let k = i as usize;
            // Entries with an old count are stale.
            if done[k] || n != waits[k] {
                continue;
            }
            done[k] = true;
            let obj = nodes[k];
            if n > 0
                && let Some(cycle) = self.find_path(pkg, obj, obj, &mut FxHashSet::default())
            {
                self.report_init_cycle(&cycle);
            }
            for &w in &waiters[k] {
                let w_ = w as usize;
                waits[w_] = waits[w_].saturating_sub(1);
                if !done[w_] {
                    heap.push(Reverse((!is_const(self, nodes[w_]), waits[w_], w)));
                }
            }
            let decl = self.st(obj).decl;
            let info = &self.decls[decl as usize];
            if let DeclKind::Var { lhs, init: Some(_), value, .. } = &info.kind
                && emitted.insert(decl)
            {
                order.push(Initializer {
                    lhs: lhs.to_vec(),
                    file: info.file,
                    decl: info.index,
                    value: *value,
                });
            }
        }
        order
    }

    /// Checks what the order depends on.
    fn check_for_init(&mut self, pkg: PkgId) {
        let data = self.pkg(pkg);
        let vars = data.vars.clone();
        let consts = if data.checked { data.consts.clone() } else { Vec::new() };
        for c in consts {
            self.resolve(c);
        }
        let mut work: Vec<ObjId> = Vec::new();
        let mut seen: FxHashSet<ObjId> = FxHashSet::default();
        for v in vars {
            self.check_var(v);
            let decl = self.st(v).decl;
            work.extend_from_slice(&self.decls[decl as usize].deps);
        }
        while let Some(f) = work.pop() {
            if self.obj(f).pkg != pkg || !matches!(self.obj(f).kind, ObjKind::Func(_)) || !seen.insert(f) {
                continue;
            }
            self.check_body(f);
            let decl = self.st(f).decl;
            work.extend_from_slice(&self.decls[decl as usize].deps);
        }
    }

    /// The variables and constants of its package that an object needs, through functions too.
    fn value_deps(&mut self, pkg: PkgId, obj: ObjId) -> Vec<ObjId> {
        let decl = self.st(obj).decl;
        if self.decls[decl as usize].deps.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        let mut seen: FxHashSet<ObjId> = FxHashSet::default();
        let mut work: Vec<ObjId> = self.decls[decl as usize].deps.clone();
        while let Some(d) = work.pop() {
            if self.obj(d).pkg != pkg || !seen.insert(d) {
                continue;
            }
            if let ObjKind::Func(_) = self.obj(d).kind {
                let decl = self.st(d).decl;
                work.extend_from_slice(&self.decls[decl as usize].deps);
            } else {
                out.push(d);
            }
        }
        out
    }

    fn find_path(
        &mut self,
        pkg: PkgId,
        from: ObjId,
        to: ObjId,
        seen: &mut FxHashSet<ObjId>,
    ) -> Option<Vec<ObjId>> {
        if !seen.insert(from) {
            return None;
        }
        let decl = self.st(from).decl;
        let mut deps = self.decls[decl as usize].deps.clone();
        deps.retain(|&d| self.obj(d).pkg == pkg);
        deps.sort_unstable();
        deps.dedup();
        for d in deps {
            if d == to {
                return Some(vec![d]);
            }
            if let Some(mut p) = self.find_path(pkg, d, to, seen) {
                p.push(d);
                return Some(p);
            }
        }
        None
    }

    fn report_init_cycle(&mut self, cycle: &[ObjId]) {
        let mut obj = cycle[0];
        let name = |c: &Checker, o: ObjId| c.obj(o).name.as_str();
        let pos = self.obj(obj).pos;
        if cycle.len() == 1 {
            let msg = format!("initialization cycle: {} refers to itself", name(self, obj));
            self.error(pos, msg);
            return;
        }
        let mut msg = format!("initialization cycle for {}", name(self, obj));
        for &next in cycle.iter().rev() {
            let at = self.obj(obj).pos;
            msg.push_str(&format!("\n\t{at}: {} refers to {}", name(self, obj), name(self, next)));
            obj = next;
        }
        self.error(pos, msg);
    }
}
