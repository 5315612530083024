//! Bodies of functions, and whole packages.
use super::decl::{Color, DeclKind};
use crate::{checker::Checker, intern::for_each_child, object::*, table::*};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{Sym, ast};

impl Checker {
    /// Checks a declared function's body, with the function literals in it.
    pub fn check_body(&mut self, func: ObjId) {
        self.resolve(func);
        if self.st(func).body_done {
            return;
        }
        self.st(func).body_done = true;
        let decl = self.st(func).decl;
        let DeclKind::Func(d) = self.decls[decl as usize].kind else { return };
        let Some(body) = &d.body else { return };
        let file = self.decls[decl as usize].file;
        let env = self.new_env(file, decl);
        let saved = std::mem::replace(&mut self.env, env);
        let locals = std::mem::replace(&mut self.local_types, 0);
        let top = self.delayed.len();
        self.env.func = func;
        self.env.depth = 1;
        let tparams: Vec<TypeParamId> = match &self.obj(func).kind {
            ObjKind::Func(f) => f.recv_tparams.iter().chain(&f.tparams).copied().collect(),
            _ => Vec::new(),
        };
        self.open_scope();
        for &p in &tparams {
            let obj = self.table.tparam_info(p).obj;
            self.declare(obj);
        }
        self.env.tparams = tparams.into();
        if let Some(recv) = &d.recv {
            self.declare_params(std::slice::from_ref(recv));
        }
        self.function_body(&d.ty, body);
        self.settle(top);
        self.env = saved;
        self.local_types = locals;
    }

    /// Checks a function literal's body; the environment is that of the literal.
    pub(crate) fn func_lit_body(&mut self, f: &'static ast::FuncLit) {
        self.env.depth += 1;
        if self.env.func == ObjId::NONE {
            let decl = self.env.decl;
            self.env.func = self.decls[decl as usize].obj;
        }
        self.open_scope();
        self.function_body(&f.ty, &f.body);
    }

    /// Checks a body in the scope that was opened for the function, and closes that.
    fn function_body(&mut self, ty: &'static ast::FuncType, body: &'static ast::Block) {
        let unused = self.unused.len();
        self.declare_params(&ty.params);
        let results = self.declare_params(&ty.results);
        self.env.results = results.into_iter().map(|o| (o, self.obj(o).ty)).collect::<Vec<_>>().into();
        self.env.named_results = ty.results.first().is_some_and(|f| !f.names.is_empty());
        self.stmts(&body.stmts);
        if !self.env.results.is_empty() && !self.list_terminates(&body.stmts) {
            self.error(body.rbrace, "missing return");
        }
        self.close_scope();
        self.report_unused(unused);
    }

    /// Binds parameters whose objects `func_type` made; returns all of them, those without names too.
    fn declare_params(&mut self, fields: &'static [ast::Field]) -> Vec<ObjId> {
        let mut all = Vec::new();
        for f in fields {
            if f.names.is_empty() {
                all.push(self.node(f.id).obj);
            }
            for name in &f.names {
                let obj = self.node(name.id).obj;
                all.push(obj);
                if obj != ObjId::NONE {
                    self.declare(obj);
                }
            }
        }
        all
    }

    /// Checks all of a package: every declaration and body, the order of initialisation, unused imports.
    pub fn check_package(&mut self, pkg: PkgId) {
        if std::mem::replace(&mut self.pkgs[pkg.0 as usize].checked, true) {
            return;
        }
        if !self.pkg(pkg).in_goroot {
            self.choose_spellings(pkg);
        }
        let data = self.pkg(pkg);
        let types = data.types.clone();
        let mut funcs: Vec<ObjId> = data.funcs.iter().chain(&data.methods).copied().collect();
        funcs.sort_unstable();
        let mut others: Vec<ObjId> = data.consts.iter().chain(&data.vars).chain(&funcs).copied().collect();
        // In the order of the source, which decides where cycles are met first.
        others.sort_unstable();
        let (aliases, defined): (Vec<ObjId>, Vec<ObjId>) = types
            .into_iter()
            .partition(|&o| matches!(self.obj(o).kind, ObjKind::TypeName { alias: true, .. }));
        self.direct_cycles(pkg);
        for o in defined.into_iter().chain(aliases) {
            self.resolve(o);
        }
        for &o in &others {
            self.resolve(o);
            match self.obj(o).kind {
                ObjKind::Var(_) => self.check_var(o),
                ObjKind::Const(_) => {
                    let decl = self.st(o).decl;
                    self.check_literals(decl);
                }
                _ => {}
            }
        }
        for f in funcs {
            self.check_body(f);
        }
        for (pos, name, other) in std::mem::take(&mut self.duplicates) {
            self.duplicate_method(pos, name, other);
        }
        self.init_order(pkg);
        self.unused_imports(pkg);
        self.endless_instances(pkg);
        if self.diags.is_empty() && !self.pkg(pkg).in_goroot {
            self.anonymous_cycles(pkg);
        }
    }

    /// Reports interface literals whose methods mention the literal itself, which Go's compiler does not support.
    fn anonymous_cycles(&mut self, pkg: PkgId) {
        let mut cyclic: FxHashMap<TypeId, bool> = FxHashMap::default();
        let mut literals = std::mem::take(&mut self.literals);
        literals.sort_by_key(|&(_, _, pos)| pos);
        for (file, node, pos) in literals {
            let ty = self.file_info(file).nodes[node.index()].ty;
            if file.pkg == pkg && self.has_literal_cycle(ty, &mut cyclic) {
                let msg = "invalid recursive type: anonymous interface refers to itself \
                           (see https://go.dev/issue/56103)";
                self.error(pos, msg);
                // Each cycle is reported once.
                cyclic.values_mut().for_each(|c| *c = false);
            }
        }
    }

    fn has_literal_cycle(&self, t: TypeId, cyclic: &mut FxHashMap<TypeId, bool>) -> bool {
        self.table.type_set(t).methods.iter().any(|m| self.in_literal_cycle(m.sig, cyclic))
    }

    fn in_literal_cycle(&self, t: TypeId, cyclic: &mut FxHashMap<TypeId, bool>) -> bool {
        match self.table.get(t) {
            Type::Basic(_) | Type::Named(..) | Type::TypeParam(_) => false,
            Type::Interface(i) if i.methods.is_empty() && i.embeds.is_empty() => false,
            Type::Interface(_) => {
                if let Some(&known) = cyclic.get(&t) {
                    return known;
                }
                cyclic.insert(t, true);
                let found = self.has_literal_cycle(t, cyclic);
                cyclic.insert(t, found);
                found
            }
            ty => {
                let mut found = false;
                for_each_child(ty, |c| found = found || self.in_literal_cycle(c, cyclic));
                found
            }
        }
    }

    /// Finds type names that are declared as each other, and makes them invalid.
    fn direct_cycles(&mut self, pkg: PkgId) {
        let mut finished: FxHashSet<ObjId> = FxHashSet::default();
        for start in self.pkg(pkg).types.clone() {
            let mut path: Vec<ObjId> = Vec::new();
            let mut next = Some(start);
            while let Some(o) = next {
                if finished.contains(&o) {
                    break;
                }
                if let Some(i) = path.iter().position(|&p| p == o) {
                    let cycle = path[i..].to_vec();
                    self.env = self.new_env(FileRef { pkg, file: 0 }, 0);
                    self.cycle_error(&cycle);
                    for o in cycle {
                        self.st(o).color = Color::Black;
                    }
                    break;
                }
                path.push(o);
                let decl = self.st(o).decl;
                next = match self.decls[decl as usize].kind {
                    DeclKind::Type(d) => d.ty.as_ident().and_then(|n| self.pkg(pkg).scope.get(&n).copied()),
                    _ => None,
                };
                next = next.filter(|&o| matches!(self.obj(o).kind, ObjKind::TypeName { .. }));
            }
            finished.extend(path);
        }
    }

    /// How messages about a package spell types that have two names, and packages whose name others have too.
    fn choose_spellings(&mut self, pkg: PkgId) {
        let (mut byte, mut rune, mut uint8, mut int32) = (false, false, false, false);
        for file in &self.pkg(pkg).files {
            let text = &file.source.text;
            let mut words = text.split(|b| !b.is_ascii_alphanumeric() && *b != b'_');
            for w in &mut words {
                match w {
                    b"byte" => byte = true,
                    b"rune" => rune = true,
                    b"uint8" => uint8 = true,
                    b"int32" => int32 = true,
                    _ => {}
                }
            }
        }
        self.table.spell_byte.set(byte || !uint8);
        self.table.spell_rune.set(rune || !int32);
        self.table.spell_fixed.set((!byte || !uint8, !rune || !int32));
        let mut paths: FxHashMap<Sym, PkgId> = FxHashMap::default();
        let mut seen: FxHashSet<PkgId> = FxHashSet::default();
        let mut work = vec![pkg];
        let mut ambiguous = FxHashSet::default();
        while let Some(p) = work.pop() {
            if !seen.insert(p) {
                continue;
            }
            let data = self.pkg(p);
            if *paths.entry(data.info.name).or_insert(p) != p {
                ambiguous.insert(data.info.name);
            }
            work.extend_from_slice(&data.imports);
        }
        self.table.ambiguous.insert(pkg, ambiguous);
    }

    /// Reports generic functions and types that need ever more instances.
    fn endless_instances(&mut self, pkg: PkgId) {
        let mut mono = std::mem::take(&mut self.mono);
        if self.diags.iter().any(|d| !d.soft) {
            return;
        }
        let Some(cycle) = mono.find_cycle() else { return };
        let Some(first) = cycle.first() else { return };
        let pos = self.obj(self.table.tparam_info(first.tparam).obj).pos;
        let mut msg = "instantiation cycle:".to_string();
        for step in &cycle {
            let name = self.table.tparam_name(step.tparam).as_str();
            let ty = self.table.type_string(step.ty, pkg);
            msg.push_str(&format!("\n\t{}: {name} instantiated as {ty}", step.pos));
        }
        self.error(pos, msg);
    }

    fn unused_imports(&mut self, pkg: PkgId) {
        for (obj, _) in self.pkg(pkg).pkg_names.clone() {
            let name = self.obj(obj).name;
            if name.is_blank() || self.st(obj).used {
                continue;
            }
            let ObjKind::PkgName { imported } = self.obj(obj).kind else { continue };
            let path = self.pkg(imported).info.path.as_str();
            let last = path.rsplit('/').next().unwrap_or(path);
            let pos = self.obj(obj).pos;
            let msg = if name.as_str() == "." || name.as_str() == last || name.is_empty() {
                format!("{path:?} imported and not used")
            } else {
                format!("{path:?} imported as {} and not used", name.as_str())
            };
            self.soft_error(pos, msg);
        }
    }
}
