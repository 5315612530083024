//! Resolving declarations, with detection of cycles.
//!
//! A declaration is white (not looked at), grey (in progress, on `Checker::path`) or black (done).
use super::{
    delayed::Action,
    expr::E,
    operand::{OpMode, Operand},
};
use crate::{checker::Checker, object::*, table::*};
use std::rc::Rc;
use syntax::ast;

/// Progress of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Color {
    #[default]
    White,
    Grey,
    Black,
}

/// What the checker remembers about an object.
#[derive(Clone, Copy, Default)]
pub(crate) struct ObjState {
    /// Index of its declaration; 0 for objects that have none (local ones, and predeclared).
    pub(crate) decl: u32,
    /// One more than its `NamedId`, for the names of defined types.
    pub(crate) named: u32,
    /// The last declaration that was noted to depend on it.
    pub(crate) dep_of: u32,
    /// Function literal depth of local variables.
    pub(crate) depth: u16,
    pub(crate) color: Color,
    pub(crate) used: bool,
    /// A type switch's variable was used in its clause.
    pub(crate) used_in_switch: bool,
    /// A variable declared with a type, be it an invalid one.
    pub(crate) typed: bool,
    /// The body of a function, or the initial value of a variable, was checked.
    pub(crate) body_done: bool,
    /// Queued in `Checker::pending`.
    pub(crate) queued: bool,
}

/// A package-level declaration (or method).
pub(crate) struct DeclInfo {
    pub(crate) file: FileRef,
    pub(crate) obj: ObjId,
    /// Index into the file's declarations.
    pub(crate) index: u32,
    pub(crate) kind: DeclKind,
    /// Package-level objects that it refers to (some twice).
    pub(crate) deps: Vec<ObjId>,
    /// Function literals outside functions whose bodies are not checked yet.
    pub(crate) literals: Vec<Literal>,
}

#[derive(Clone)]
pub(crate) enum DeclKind {
    None,
    Const { ty: Option<E>, init: Option<E>, inherited: bool, iota: u32 },
    Var { lhs: Rc<[ObjId]>, ty: Option<E>, init: Option<E>, value: u32 },
    Type(&'static ast::TypeDecl),
    Func(&'static ast::FuncDecl),
}

/// A function literal that waits for its body to be checked.
pub(crate) struct Literal {
    pub(crate) lit: &'static ast::FuncLit,
    pub(crate) file: FileRef,
    pub(crate) iota: Option<i64>,
    pub(crate) errpos: syntax::Pos,
}

impl DeclInfo {
    pub(crate) fn none() -> DeclInfo {
        DeclInfo {
            file: FileRef { pkg: PkgId(0), file: 0 },
            obj: ObjId::NONE,
            index: 0,
            kind: DeclKind::None,
            deps: Vec::new(),
            literals: Vec::new(),
        }
    }
}

impl Checker {
    /// Finds out what a package-level object is: its type, a constant's value, a defined type's underlying type. A variable's
    /// initial value is only looked at if its type depends on it.
    pub fn resolve(&mut self, obj: ObjId) {
        match self.color(obj) {
            Color::Black => return,
            Color::Grey => return self.meet_grey(obj),
            Color::White => {}
        }
        let decl = self.st(obj).decl;
        if decl == 0 {
            return;
        }
        let file = self.decls[decl as usize].file;
        let kind = self.decls[decl as usize].kind.clone();
        if matches!(kind, DeclKind::Const { .. } | DeclKind::Var { .. }) && !self.pending.is_empty() {
            // A type that waits may need this very constant (for an array's length): it is no cycle if the type comes
            // first, but would look like one while the constant is in progress.
            self.complete_pending();
            if self.color(obj) != Color::White {
                return self.resolve(obj);
            }
        }
        let env = self.new_env(file, decl);
        let saved = std::mem::replace(&mut self.env, env);
        let top = self.delayed.len();
        self.st(obj).color = Color::Grey;
        self.path.push(obj);
        match kind {
            DeclKind::None => {}
            DeclKind::Const { ty, init, inherited, iota } => self.const_decl(obj, ty, init, inherited, iota),
            DeclKind::Var { lhs, ty, init, .. } => self.var_decl(obj, &lhs, ty, init),
            DeclKind::Type(d) => {
                self.env.decl = 0;
                self.type_decl(obj, d);
            }
            DeclKind::Func(d) => {
                self.env.decl = 0;
                self.func_decl(obj, d);
            }
        }
        self.path.pop();
        self.st(obj).color = Color::Black;
        // What is completed by the way leaves judgement to whoever asked.
        if self.path.is_empty() && self.barriers.is_empty() {
            self.settle(top);
        }
        self.env = saved;
    }

    /// Makes sure that everything that was named has its underlying type.
    #[inline]
    pub(crate) fn complete_pending(&mut self) {
        if !self.pending.is_empty() {
            self.complete_pending_slow();
        }
    }

    fn complete_pending_slow(&mut self) {
        self.barriers.push(self.path.len());
        while !self.pending.is_empty() {
            let list = std::mem::take(&mut self.pending);
            for obj in list {
                if self.color(obj) == Color::White {
                    self.resolve(obj);
                }
            }
        }
        self.barriers.pop();
    }

    /// A defined type that is not looked at was named. In the library it is enough to note that it will be needed; the user's types are
    /// resolved in the order in which they are met, which decides how cycles read.
    pub(crate) fn need_type(&mut self, obj: ObjId) {
        let pkg = self.obj(obj).pkg;
        if !self.pkg(pkg).in_goroot && self.aliases == 0 {
            return self.resolve(obj);
        }
        let st = self.st(obj);
        if st.color == Color::White && !st.queued {
            st.queued = true;
            self.pending.push(obj);
        }
    }

    /// A declaration needs itself.
    fn meet_grey(&mut self, obj: ObjId) {
        let Some(start) = self.path.iter().position(|&o| o == obj) else { return };
        if matches!(self.obj(obj).kind, ObjKind::Func(_)) {
            return;
        }
        let cycle = self.path[start..].to_vec();
        let (mut values, mut types) = (0, 0);
        for &o in &cycle {
            match &self.obj(o).kind {
                ObjKind::Const(_) | ObjKind::Var(_) => values += 1,
                ObjKind::TypeName { alias: false, .. } => types += 1,
                _ => {}
            }
        }
        // Cycles of values are found again when the order of initialisation is; those through a defined type are fine.
        if values == cycle.len() || values == 0 && types > 0 {
            return;
        }
        self.cycle_error(&cycle);
    }

    /// A type in progress is named: fine, unless a value that it depends on does so.
    /// Returns whether it is.
    pub(crate) fn meet_type(&mut self, obj: ObjId) -> bool {
        let Some(start) = self.path.iter().position(|&o| o == obj) else { return true };
        let value = |o: &ObjId| matches!(self.obj(*o).kind, ObjKind::Const(_) | ObjKind::Var(_));
        if self.path[start..].iter().any(value) && !self.barriers.iter().any(|&b| b > start) {
            let cycle = self.path[start..].to_vec();
            self.cycle_error(&cycle);
            return false;
        }
        true
    }

    /// Reports a cycle, beginning with what comes first in the source.
    pub(crate) fn cycle_error(&mut self, cycle: &[ObjId]) {
        let start = (0..cycle.len()).min_by_key(|&i| self.obj(cycle[i]).pos).unwrap_or(0);
        self.cycle_error_from(cycle, start);
    }

    fn cycle_error_from(&mut self, cycle: &[ObjId], start: usize) {
        let is_type = matches!(self.obj(cycle[start]).kind, ObjKind::TypeName { .. });
        let from = self.env.file.pkg;
        let steps: Vec<_> = cycle.iter().map(|&o| (self.obj(o).pos, self.table.qualified(o, from))).collect();
        self.cycle_error_of(is_type, &steps, start);
    }

    /// Reports a cycle of which each step has a position and a name.
    pub(crate) fn cycle_error_of(&mut self, is_type: bool, cycle: &[(syntax::Pos, String)], start: usize) {
        let (pos, what) = &cycle[start];
        let pos = *pos;
        if cycle.len() == 1 {
            let msg = if is_type {
                format!("invalid recursive type: {what} refers to itself")
            } else {
                format!("invalid cycle in declaration: {what} refers to itself")
            };
            return self.report_cycle(pos, msg);
        }
        let mut msg = if is_type {
            format!("invalid recursive type {what}")
        } else {
            format!("invalid cycle in declaration of {what}")
        };
        for i in 0..cycle.len() {
            let (pos, name) = &cycle[(start + i) % cycle.len()];
            let (_, next) = &cycle[(start + i + 1) % cycle.len()];
            msg.push_str(&format!("\n\t{pos}: {name} refers to {next}"));
        }
        self.report_cycle(pos, msg);
    }

    fn report_cycle(&mut self, pos: syntax::Pos, msg: String) {
        // A cycle may be met from several sides.
        if self.diags.iter().any(|d| d.pos == pos && d.msg == msg) {
            return;
        }
        self.error(pos, msg);
    }

    /// Is a type complete, or one whose declaration is in progress (which is reported)?
    pub(crate) fn is_complete(&mut self, t: TypeId) -> bool {
        if self.type_depth == 0 {
            return true;
        }
        let mut t = t;
        // Through types that are declared as each other: `type A B; type B [unsafe.Sizeof(A{})]int`.
        for _ in 0..1000 {
            let Some((named, _)) = self.table.as_named(t) else { return true };
            let obj = self.table.named_info(named).obj;
            if self.color(obj) == Color::Grey {
                if let Some(start) = self.path.iter().position(|&o| o == obj) {
                    let cycle = self.path[start..].to_vec();
                    self.cycle_error(&cycle);
                }
                return false;
            }
            t = self.declared_as.get(named.0 as usize).copied().unwrap_or_default();
        }
        true
    }

    pub(crate) fn set_type(&mut self, obj: ObjId, ty: TypeId) {
        self.table.objs[obj.0 as usize].ty = ty;
    }

    pub(crate) fn const_decl(
        &mut self,
        obj: ObjId,
        ty: Option<E>,
        init: Option<E>,
        inherited: bool,
        iota: u32,
    ) {
        let (iota, errpos) = (
            self.env.iota.replace(i64::from(iota)),
            std::mem::replace(&mut self.env.errpos, syntax::Pos::NONE),
        );
        let mut declared = TypeId::default();
        let mut ok = true;
        if let Some(e) = ty {
            declared = self.typ(e);
            self.complete_pending();
            if !self.table.is_const_type(declared) {
                if self.table.underlying(declared).0 != 0 {
                    let t = self.ts(declared);
                    self.error(e.start_pos(), format!("invalid constant type {t}"));
                }
                ok = false;
            }
        }
        if ok {
            let mut x = Operand::default();
            if let Some(e) = init {
                if inherited {
                    self.env.errpos = self.obj(obj).pos;
                }
                x = self.expr(None, e);
            }
            self.init_const(obj, declared, x);
        }
        self.env.iota = iota;
        self.env.errpos = errpos;
    }

    fn init_const(&mut self, obj: ObjId, declared: TypeId, mut x: Operand) {
        if !x.valid() || x.ty.0 == 0 {
            self.set_type(obj, declared);
            return;
        }
        if x.mode != OpMode::Const {
            let msg = format!("{} is not constant", self.op_str(&x));
            self.error(x.pos(), msg);
            self.set_type(obj, declared);
            return;
        }
        let ty = if declared.0 == 0 { x.ty } else { declared };
        self.set_type(obj, ty);
        self.assignment(&mut x, Some(ty), "constant declaration".into());
        if x.valid() {
            self.table.objs[obj.0 as usize].kind = ObjKind::Const(x.val);
        }
    }

    fn var_decl(&mut self, obj: ObjId, lhs: &Rc<[ObjId]>, ty: Option<E>, init: Option<E>) {
        if let Some(e) = ty {
            let t = self.var_type(e);
            for &o in lhs.iter() {
                self.set_type(o, t);
                self.st(o).color = Color::Black;
                self.st(o).typed = true;
            }
            return;
        }
        if init.is_some() {
            // Mark all as done in time, since they have one declaration.
            self.init_vars_of(lhs, init);
            for &o in lhs.iter() {
                if o != obj {
                    self.st(o).color = Color::Black;
                }
            }
        }
    }

    /// Checks a package-level variable's initial value, without the bodies of function literals in it.
    fn init_vars_of(&mut self, lhs: &Rc<[ObjId]>, init: Option<E>) {
        let Some(init) = init else { return };
        let Some(&first) = lhs.first() else { return };
        if self.st(first).body_done {
            return;
        }
        self.st(first).body_done = true;
        if lhs.len() == 1 {
            self.complete_pending();
            let (ty, name) = (self.obj(first).ty, self.obj(first).name);
            let target = self.target(Some(ty), name.as_str());
            let mut x = self.expr(target.as_ref(), init);
            self.init_var(first, &mut x, "variable declaration".into());
        } else {
            self.init_vars(lhs, std::slice::from_ref(init), None);
        }
    }

    /// Checks a package-level variable's declaration, with its initial value and all function literals in it.
    pub fn check_var(&mut self, obj: ObjId) {
        self.resolve(obj);
        let decl = self.st(obj).decl;
        if decl == 0 {
            return;
        }
        let file = self.decls[decl as usize].file;
        let DeclKind::Var { lhs, init, .. } = self.decls[decl as usize].kind.clone() else { return };
        let env = self.new_env(file, decl);
        let saved = std::mem::replace(&mut self.env, env);
        let top = self.delayed.len();
        self.init_vars_of(&lhs, init);
        self.settle(top);
        self.env = saved;
        self.check_literals(decl);
    }

    /// Checks the bodies of function literals in a declaration outside functions.
    pub(crate) fn check_literals(&mut self, decl: u32) {
        while let Some(l) = self.decls[decl as usize].literals.pop() {
            let mut env = self.new_env(l.file, decl);
            env.iota = l.iota;
            env.errpos = l.errpos;
            let saved = std::mem::replace(&mut self.env, env);
            let top = self.delayed.len();
            self.func_lit_body(l.lit);
            self.settle(top);
            self.env = saved;
        }
    }

    /// A type declaration, at package level or in a function.
    pub(crate) fn type_decl(&mut self, obj: ObjId, d: &'static ast::TypeDecl) {
        self.type_depth += 1;
        self.open_scope();
        if d.alias {
            if let Some(p) = d.type_params.first() {
                self.need_version(p.pos, 23, "generic type alias");
            } else {
                self.need_version(d.pos, 9, "type alias");
            }
            // What an alias mentions can wait until it is known itself.
            self.aliases += 1;
            let tparams = self.declare_tparams(&d.type_params);
            if let ObjKind::TypeName { tparams: list, .. } = &mut self.table.objs[obj.0 as usize].kind {
                *list = tparams.clone();
            }
            self.bound_tparams(&d.type_params, &tparams);
            let mut ty = self.typ(&d.ty);
            if let Some(p) = self.table.as_tparam(ty)
                && tparams.contains(&p)
            {
                self.error(
                    d.ty.start_pos(),
                    "cannot use type parameter declared in alias declaration as RHS",
                );
                ty = TypeId::default();
            }
            self.set_type(obj, ty);
            self.aliases -= 1;
        } else {
            if let Some(p) = d.type_params.first() {
                self.need_version(p.pos, 18, "type parameter");
            }
            let named = NamedId(self.st(obj).named.wrapping_sub(1));
            self.later(Action::Defined { obj });
            let own = self.declare_tparams(&d.type_params);
            let mut all = own.clone();
            all.extend(self.env.tparams.iter().copied());
            if !all.is_empty() {
                let args = all.iter().map(|&p| self.table.tparam(p)).collect();
                let info = &mut self.table.nameds[named.0 as usize];
                info.own_tparams = own.len();
                info.tparams = all;
                let ty = self.table.named(named, args);
                self.set_type(obj, ty);
            }
            self.bound_tparams(&d.type_params, &own);
            let rhs = self.typ(&d.ty);
            let i = named.0 as usize;
            if i >= self.declared_as.len() {
                self.declared_as.resize(self.table.nameds.len(), TypeId::default());
            }
            self.declared_as[i] = rhs;
            let under = if self.table.is_type_param(rhs) {
                self.error(d.ty.start_pos(), "cannot use a type parameter as RHS in type declaration");
                TypeId::default()
            } else if let Some((origin, _)) = self.table.as_named(rhs) {
                let origin = self.table.named_info(origin).obj;
                if self.color(origin) == Color::Grey && self.st(origin).decl == 0 {
                    // A local type in terms of itself.
                    let start = self.path.iter().position(|&o| o == origin);
                    let cycle = start.map_or_else(|| vec![origin], |s| self.path[s..].to_vec());
                    self.cycle_error(&cycle);
                    TypeId::default()
                } else {
                    self.resolve(origin);
                    self.table.underlying(rhs)
                }
            } else {
                rhs
            };
            self.table.set_underlying(named, under);
            if under.0 == 0 && self.table.as_named(rhs).is_some() {
                self.unfinished.push(named);
            }
            self.finish_types();
        }
        self.close_scope();
        self.type_depth -= 1;
    }

    /// Finishes types that were declared as others whose declaration was in progress then.
    fn finish_types(&mut self) {
        loop {
            let before = self.unfinished.len();
            for named in std::mem::take(&mut self.unfinished) {
                let rhs = self.declared_as[named.0 as usize];
                match self.table.underlying(rhs) {
                    TypeId(0) => self.unfinished.push(named),
                    under => self.table.set_underlying(named, under),
                }
            }
            if self.unfinished.len() == before {
                break;
            }
        }
        if self.path.len() <= 1 {
            // What is left is a cycle.
            self.unfinished.clear();
        }
    }

    fn func_decl(&mut self, obj: ObjId, d: &'static ast::FuncDecl) {
        // What refers to the function from inside its own signature sees this.
        let unknown = self.table.func(Vec::new(), Vec::new(), false);
        self.set_type(obj, unknown);
        self.type_depth += 1;
        self.open_scope();
        let mut recv = None;
        let mut recv_obj = None;
        let mut recv_tparams = Vec::new();
        if let Some(field) = &d.recv {
            let (var, ty, list) = self.receiver(field);
            (recv_obj, recv) = (Some(var), Some(ty));
            recv_tparams = list;
        }
        let (sig, tparams) = self.func_type_of(&d.ty, Some(obj), recv_obj);
        if let ObjKind::Func(f) = &mut self.table.objs[obj.0 as usize].kind {
            f.recv = recv;
            f.recv_tparams = recv_tparams;
            f.tparams = tparams.clone();
        }
        self.set_type(obj, sig);
        self.close_scope();
        self.type_depth -= 1;
        if !tparams.is_empty() && d.body.is_none() {
            self.soft_error(d.pos, "generic function is missing function body");
        }
    }

    /// Notes that the declaration being checked refers to `to`.
    #[inline]
    pub(crate) fn add_dep(&mut self, to: ObjId) {
        let from = self.env.decl;
        if from == 0 {
            return;
        }
        let st = self.st(to);
        if st.decl != 0 && st.dep_of != from {
            st.dep_of = from;
            self.decls[from as usize].deps.push(to);
        }
    }
}
