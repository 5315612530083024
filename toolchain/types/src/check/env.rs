//! Where the checker is, and what names mean there.
//!
//! Local names live in a table indexed by symbol that holds the innermost binding; an undo log restores what was there when a scope
//! closes. A declaration that is resolved in the middle of a body starts a frame of its own: bindings of other frames are
//! invisible to it.
use crate::{
    checker::Checker,
    object::*,
    table::{PkgId, TypeId, TypeParamId},
};
use std::rc::Rc;
use syntax::{Pos, Sym};

/// What is being checked.
#[derive(Clone)]
pub(crate) struct Env {
    pub(crate) file: FileRef,
    /// Index of the package-level declaration whose dependencies are collected; 0: none.
    pub(crate) decl: u32,
    /// Value of `iota`; None outside constant declarations.
    pub(crate) iota: Option<i64>,
    /// Where errors go if not where they are: at a constant that repeats an expression of an earlier line.
    pub(crate) errpos: Pos,
    /// Language version.
    pub(crate) version: u16,
    pub(crate) frame: u32,
    /// The declared function this is in.
    pub(crate) func: ObjId,
    /// Depth of function literals: 0 outside functions, 1 in a declared function's body.
    pub(crate) depth: u16,
    /// Type parameters of the enclosing function (its receiver's too), for local types.
    pub(crate) tparams: Rc<[TypeParamId]>,
    /// Results of the innermost function.
    pub(crate) results: Rc<[(ObjId, TypeId)]>,
    /// The results have names.
    pub(crate) named_results: bool,
    /// The expression being checked contains a call or a receive.
    pub(crate) has_call: bool,
    /// This is within an interface literal.
    pub(crate) in_interface: bool,
}

impl Default for Env {
    fn default() -> Self {
        Env {
            file: FileRef { pkg: PkgId(0), file: 0 },
            decl: 0,
            iota: None,
            errpos: Pos::NONE,
            version: crate::checker::GO_VERSION,
            frame: 0,
            func: ObjId::NONE,
            depth: 0,
            tparams: Rc::new([]),
            results: Rc::new([]),
            named_results: false,
            has_call: false,
            in_interface: false,
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Slot {
    obj: ObjId,
    frame: u32,
    scope: u32,
}

/// Bindings of local names.
#[derive(Default)]
pub(crate) struct Bindings {
    slots: Vec<Slot>,
    undo: Vec<(Sym, Slot)>,
    /// For each open scope: its number and the length of the undo log when it was opened.
    scopes: Vec<(u32, u32)>,
    last_scope: u32,
    last_frame: u32,
}

impl Bindings {
    fn slot(&self, name: Sym) -> Slot {
        self.slots.get(name.0 as usize).copied().unwrap_or_default()
    }

    fn scope(&self) -> u32 {
        self.scopes.last().map_or(0, |s| s.0)
    }
}

impl Checker {
    /// An environment for a package-level declaration.
    pub(crate) fn new_env(&mut self, file: FileRef, decl: u32) -> Env {
        self.bind.last_frame += 1;
        Env {
            file,
            decl,
            version: self.pkgs[file.pkg.0 as usize].versions[file.file as usize],
            frame: self.bind.last_frame,
            ..Env::default()
        }
    }

    pub(crate) fn open_scope(&mut self) {
        self.bind.last_scope += 1;
        let entry = (self.bind.last_scope, self.bind.undo.len() as u32);
        self.bind.scopes.push(entry);
    }

    /// Closes the innermost scope and notes its unused variables.
    pub(crate) fn close_scope(&mut self) {
        let Some((scope, mark)) = self.bind.scopes.pop() else { return };
        while self.bind.undo.len() > mark as usize {
            let Some((name, old)) = self.bind.undo.pop() else { break };
            let obj = std::mem::replace(&mut self.bind.slots[name.0 as usize], old).obj;
            if let ObjKind::Var(v) = &self.obj(obj).kind
                && !v.param
                && !self.st(obj).used
            {
                let pos = self.obj(obj).pos;
                self.unused.push((scope, pos, name));
            }
        }
    }

    /// Reports what a function's scopes noted since there were `start` notes, outer scopes first.
    pub(crate) fn report_unused(&mut self, start: usize) {
        let mut unused = self.unused.split_off(start);
        unused.sort_unstable_by_key(|&(scope, pos, _)| (scope, pos));
        for (_, pos, name) in unused {
            self.soft_error(pos, format!("declared and not used: {}", name.as_str()));
        }
    }

    /// The local object that a name means here.
    pub(crate) fn lookup_local(&self, name: Sym) -> Option<ObjId> {
        let slot = self.bind.slot(name);
        (slot.obj != ObjId::NONE && slot.frame == self.env.frame).then_some(slot.obj)
    }

    /// What the innermost scope itself binds a name to.
    pub(crate) fn lookup_innermost(&self, name: Sym) -> Option<ObjId> {
        let slot = self.bind.slot(name);
        (slot.obj != ObjId::NONE && slot.frame == self.env.frame && slot.scope == self.bind.scope())
            .then_some(slot.obj)
    }

    /// The object that a name means here.
    pub(crate) fn lookup(&self, name: Sym) -> Option<ObjId> {
        if let Some(obj) = self.lookup_local(name) {
            return Some(obj);
        }
        let f = self.env.file;
        let pkg = &self.pkgs[f.pkg.0 as usize];
        if let Some(&obj) = pkg.file_scopes.get(f.file as usize).and_then(|s| s.get(&name)) {
            return Some(obj);
        }
        if let Some(&obj) = pkg.scope.get(&name) {
            return Some(obj);
        }
        let obj = *self.universe.get(&name)?;
        if !pkg.in_goroot {
            self.table.note_spelling(self.obj(obj));
        }
        Some(obj)
    }

    /// Binds an object's name in the innermost scope.
    pub(crate) fn declare(&mut self, obj: ObjId) {
        let (name, pos) = (self.obj(obj).name, self.obj(obj).pos);
        if name.is_blank() || name.is_empty() {
            return;
        }
        if let Some(alt) = self.lookup_innermost(name) {
            let other = self.alt_decl(alt);
            self.error(pos, format!("{} redeclared in this block{other}", name.as_str()));
            return;
        }
        let i = name.0 as usize;
        if i >= self.bind.slots.len() {
            self.bind.slots.resize(i + 1024, Slot::default());
        }
        let slot = Slot { obj, frame: self.env.frame, scope: self.bind.scope() };
        let old = std::mem::replace(&mut self.bind.slots[i], slot);
        self.bind.undo.push((name, old));
    }

    /// A new local variable (not yet bound).
    pub(crate) fn new_local(&mut self, name: Sym, pos: Pos, ty: TypeId) -> ObjId {
        self.new_var(name, pos, ty, false)
    }

    pub(crate) fn new_var(&mut self, name: Sym, pos: Pos, ty: TypeId, param: bool) -> ObjId {
        let kind = ObjKind::Var(VarObj {
            global: false,
            param,
            captured: false,
            addr_taken: false,
            reassigned: false,
            file: Some(self.env.file),
        });
        let obj = self.new_obj(Object { name, pkg: self.env.file.pkg, pos, ty, kind });
        let depth = self.env.depth;
        let st = self.st(obj);
        st.color = super::decl::Color::Black;
        st.depth = depth;
        obj
    }

    pub(crate) fn new_obj(&mut self, obj: Object) -> ObjId {
        self.table.new_obj(obj)
    }

    pub(crate) fn var_mut(&mut self, obj: ObjId) -> Option<&mut VarObj> {
        match &mut self.table.objs[obj.0 as usize].kind {
            ObjKind::Var(v) => Some(v),
            _ => None,
        }
    }
}
