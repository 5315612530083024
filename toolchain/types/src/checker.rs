//! The checker: packages go in, facts about syntax nodes and errors come out.
//!
//! Everything is done when it is asked for. Declarations are resolved when something refers to them ([`Checker::resolve`]), bodies
//! and initialisers by [`Checker::check_body`] and [`Checker::check_var`]; [`Checker::check_package`] asks for all of a package.
//! Asking twice costs nothing.
//!
//! How types come to be (`check::decl`, `check::typexpr`): a defined type has its `NamedId` from the start, and a type expression
//! needs no more than that of the types it names, so naming a type only queues it (`Checker::pending`); its underlying type is found
//! when the outermost declaration is done, or before an expression needs it. So types that refer to each other need no recursion,
//! and real cycles are those that meet a declaration in progress.
//!
//! What cannot be judged while types are incomplete (is this key comparable? does this type argument fit?) is noted as an
//! `Action` and judged when they are.
use crate::{
    info::{FileInfo, Mode, NodeInfo},
    intern::{UNIVERSE, UNSAFE},
    object::*,
    table::*,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::{
    Pos, Sym,
    ast::{self, NodeId},
};

use crate::check::{
    decl::{Color, DeclInfo, ObjState},
    delayed::Delayed,
    env::{Bindings, Env},
};

pub use crate::check::collect::{bad_import_path, minor_version};

/// The language version this checker knows: go1.27.
pub const GO_VERSION: u16 = 27;

/// A package to check.
pub struct PackageInput {
    /// Import path.
    pub path: Sym,
    /// Its name.
    pub name: Sym,
    /// Parsed files, in the order they are to be seen.
    pub files: Vec<Arc<ast::File>>,
    /// Which package an import path stands for in this package. What is missing was reported by whoever looked for it.
    pub imports: FxHashMap<Sym, PkgId>,
    /// Part of the standard library.
    pub in_goroot: bool,
    /// Minor language version that go.mod asks for (21 for go1.21); None: the current one.
    pub go_version: Option<u16>,
}

/// A package in the checker.
pub struct PkgData {
    /// Path and name.
    pub info: PkgInfo,
    /// Syntax.
    pub files: Vec<Arc<ast::File>>,
    /// What was found out, by file.
    pub infos: Vec<FileInfo>,
    /// Package-level names.
    pub scope: FxHashMap<Sym, ObjId>,
    /// Imported packages, in order of appearance, each once.
    pub imports: Vec<PkgId>,
    /// Part of the standard library.
    pub in_goroot: bool,
    /// Minor language version of the module.
    pub(crate) version: u16,
    /// Minor language version of each file.
    pub versions: Vec<u16>,
    /// Functions (no methods), in source order; `init` functions and those named `_` too.
    pub funcs: Vec<ObjId>,
    /// Methods, in source order.
    pub methods: Vec<ObjId>,
    /// Variables, in source order.
    pub vars: Vec<ObjId>,
    /// Type names, in source order.
    pub types: Vec<ObjId>,
    /// Constants, in source order.
    pub consts: Vec<ObjId>,
    /// `init` functions, in source order.
    pub inits: Vec<ObjId>,
    pub(crate) import_map: FxHashMap<Sym, PkgId>,
    pub(crate) file_scopes: Vec<FxHashMap<Sym, ObjId>>,
    /// Import declarations (objects), for "imported and not used".
    pub(crate) pkg_names: Vec<(ObjId, u32)>,
    /// Names that dot imports brought into a file, with the import.
    pub(crate) dot_imports: FxHashMap<(u32, Sym), ObjId>,
    pub(crate) checked: bool,
}

/// One step of a package's initialisation: `lhs = rhs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initializer {
    /// The variables.
    pub lhs: Vec<ObjId>,
    /// File of the declaration.
    pub file: FileRef,
    /// Index into the file's `decls`: a `Decl::Var`.
    pub decl: u32,
    /// Index into the declaration's `values`.
    pub value: u32,
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub pos: Pos,
    /// The message, with further lines after "\n\t".
    pub msg: String,
    /// The program still makes sense (something is unused, say).
    pub soft: bool,
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.pos, self.msg)
    }
}

/// The checker.
pub struct Checker {
    /// Types and objects.
    pub table: TypeTable,
    /// Packages by `PkgId`; the universe and `unsafe` have no files.
    pub pkgs: Vec<PkgData>,
    /// Size of a word of the target: decides what fits an int, and what `unsafe.Sizeof` says.
    pub word: u32,
    pub(crate) universe: FxHashMap<Sym, ObjId>,
    pub(crate) diags: Vec<Diagnostic>,
    pub(crate) state: Vec<ObjState>,
    pub(crate) decls: Vec<DeclInfo>,
    pub(crate) env: Env,
    pub(crate) bind: Bindings,
    /// Declarations in progress, outermost first.
    pub(crate) path: Vec<ObjId>,
    /// Defined types that were named but are not resolved.
    pub(crate) pending: Vec<ObjId>,
    /// Defined types that are declared as others which were in progress.
    pub(crate) unfinished: Vec<NamedId>,
    /// Where the program first writes an instance of a generic type.
    pub(crate) instance_pos: FxHashMap<TypeId, Pos>,
    /// Lengths of `path` where types began to be completed by the way: what is on the path before does not depend on them.
    pub(crate) barriers: Vec<usize>,
    pub(crate) delayed: Vec<Delayed>,
    /// How many type declarations are in progress.
    pub(crate) type_depth: u32,
    pub(crate) local_types: u32,
    /// Methods that package-level interfaces have twice: reported after all bodies, as in Go.
    pub(crate) duplicates: Vec<(Pos, Sym, Pos)>,
    /// The program's interface literals that are not within others.
    pub(crate) literals: Vec<(FileRef, NodeId, Pos)>,
    /// Unused variables of the function at hand: number of the scope, position, name.
    pub(crate) unused: Vec<(u32, Pos, Sym)>,
    /// How many declarations of aliases are in progress.
    pub(crate) aliases: u32,
    /// Instantiations in the package that is being checked in full, to find those without end.
    pub(crate) mono: crate::mono::Mono,
    pub(crate) methods_ready: Vec<bool>,
    pub(crate) valid_types: Vec<bool>,
    /// By `NamedId`, the type that stands in the declaration.
    pub(crate) declared_as: Vec<TypeId>,
    pub(crate) iota: ObjId,
    /// Keeps the files that `&'static` references point into.
    kept: Vec<Arc<ast::File>>,
}

impl Default for Checker {
    fn default() -> Self {
        Checker::new()
    }
}

impl Checker {
    /// A checker without packages.
    pub fn new() -> Checker {
        let mut c = Checker {
            table: TypeTable::new(),
            pkgs: Vec::new(),
            word: 8,
            universe: FxHashMap::default(),
            diags: Vec::new(),
            state: Vec::new(),
            decls: vec![DeclInfo::none()],
            env: Env::default(),
            bind: Bindings::default(),
            path: Vec::new(),
            pending: Vec::new(),
            unfinished: Vec::new(),
            instance_pos: FxHashMap::default(),
            barriers: Vec::new(),
            delayed: Vec::new(),
            type_depth: 0,
            local_types: 0,
            duplicates: Vec::new(),
            literals: Vec::new(),
            unused: Vec::new(),
            aliases: 0,
            mono: Default::default(),
            methods_ready: Vec::new(),
            valid_types: Vec::new(),
            declared_as: Vec::new(),
            iota: ObjId::NONE,
            kept: Vec::new(),
        };
        for p in [UNIVERSE, UNSAFE] {
            let info = c.table.pkgs[p.0 as usize].clone();
            c.pkgs.push(PkgData::new(info));
        }
        c.declare_universe();
        c
    }

    /// An object.
    #[inline]
    pub fn obj(&self, o: ObjId) -> &Object {
        &self.table.objs[o.0 as usize]
    }

    /// A package.
    #[inline]
    pub fn pkg(&self, p: PkgId) -> &PkgData {
        &self.pkgs[p.0 as usize]
    }

    /// What is known about a file's nodes.
    #[inline]
    pub fn file_info(&self, f: FileRef) -> &FileInfo {
        &self.pkgs[f.pkg.0 as usize].infos[f.file as usize]
    }

    /// A file's syntax.
    #[inline]
    pub fn file(&self, f: FileRef) -> &Arc<ast::File> {
        &self.pkgs[f.pkg.0 as usize].files[f.file as usize]
    }

    /// Whether `for` loops of a file make new variables for every iteration (since go1.22).
    pub fn loop_vars_per_iteration(&self, f: FileRef) -> bool {
        self.pkgs[f.pkg.0 as usize].versions[f.file as usize] >= 22
    }

    /// All errors so far, in the order in which they were found.
    pub fn errors(&self) -> Vec<Diagnostic> {
        self.diags.clone()
    }

    /// Errors that make a program meaningless.
    pub fn has_hard_errors(&self) -> bool {
        self.diags.iter().any(|d| !d.soft)
    }

    /// A file's syntax for as long as the checker works.
    ///
    /// The reference is only kept in the checker's private state, and used while one of its methods runs.
    pub(crate) fn ast(&self, f: FileRef) -> &'static ast::File {
        let file: *const ast::File = &**self.file(f);
        // SAFETY: `keep` put a clone of every package's Arcs into `kept`, from which nothing is ever removed, so the file
        // lives as long as `self`; a File has no interior mutability. The lifetime is a lie only in that it outlives
        // `self`: no such reference is handed out by a public function, and those in private fields go with `self`.
        unsafe { &*file }
    }

    pub(crate) fn keep(&mut self, files: &[Arc<ast::File>]) {
        self.kept.extend(files.iter().cloned());
    }

    /// The state of an object.
    #[inline]
    pub(crate) fn st(&mut self, o: ObjId) -> &mut ObjState {
        let i = o.0 as usize;
        if i >= self.state.len() {
            self.state.resize(self.table.objs.len().max(i + 1), ObjState::default());
        }
        &mut self.state[i]
    }

    pub(crate) fn color(&mut self, o: ObjId) -> Color {
        self.st(o).color
    }

    #[inline]
    pub(crate) fn node(&mut self, n: NodeId) -> &mut NodeInfo {
        let f = self.env.file;
        &mut self.pkgs[f.pkg.0 as usize].infos[f.file as usize].nodes[n.index()]
    }

    #[inline]
    pub(crate) fn info(&mut self) -> &mut FileInfo {
        let f = self.env.file;
        &mut self.pkgs[f.pkg.0 as usize].infos[f.file as usize]
    }

    pub(crate) fn record_obj(&mut self, n: NodeId, obj: ObjId) {
        self.node(n).obj = obj;
    }

    pub(crate) fn record_type(&mut self, n: NodeId, ty: TypeId) {
        let node = self.node(n);
        node.ty = ty;
        node.mode = Mode::Type;
    }

    /// Reports an error.
    #[cold]
    pub(crate) fn error(&mut self, pos: Pos, msg: impl Into<String>) {
        self.report(pos, msg.into(), false);
    }

    /// Reports an error that does not make the program meaningless.
    #[cold]
    pub(crate) fn soft_error(&mut self, pos: Pos, msg: impl Into<String>) {
        self.report(pos, msg.into(), true);
    }

    #[cold]
    fn report(&mut self, pos: Pos, msg: String, soft: bool) {
        // What mentions something invalid follows from an error that was reported.
        if !self.diags.is_empty() {
            // The lists of what a call or return has and wants may have it.
            let list = |l: &str| l.starts_with("\thave (") || l.starts_with("\twant (");
            let mut lines = msg.lines().filter(|l| !list(l));
            if lines.any(|l| l.contains("invalid operand") || l.contains("invalid type")) {
                return;
            }
        }
        let pos = if self.env.errpos.is_some() { self.env.errpos } else { pos };
        // Go says the same about a line only once in a row.
        if let Some(last) = self.diags.last()
            && last.msg == msg
            && (pos.position().file, pos.position().line)
                == (last.pos.position().file, last.pos.position().line)
        {
            return;
        }
        self.diags.push(Diagnostic { pos, msg, soft });
    }

    /// Does the language version in force have what came with go1.`minor`?
    pub(crate) fn allows(&self, minor: u16) -> bool {
        self.env.version >= minor
    }

    /// Reports what needs a later language version; true if this one will do.
    pub(crate) fn need_version(&mut self, pos: Pos, minor: u16, what: &str) -> bool {
        if self.allows(minor) {
            return true;
        }
        self.version_error(pos, minor, what);
        false
    }

    #[cold]
    pub(crate) fn version_error(&mut self, pos: Pos, minor: u16, what: &str) {
        let why = self.version_origin();
        self.error(pos, format!("{what} requires go1.{minor} or later{why}"));
    }

    /// Where the language version in force comes from.
    pub(crate) fn version_origin(&self) -> String {
        match self.file(self.env.file).go_version {
            Some(own) if minor_version(own.as_str()) == Some(self.env.version) => {
                format!(" (file declares //go:build {})", own.as_str())
            }
            _ => format!(" (-lang was set to go1.{}; check go.mod)", self.pkg(self.env.file.pkg).version),
        }
    }

    /// A type as messages show it.
    pub(crate) fn ts(&self, t: TypeId) -> String {
        self.table.type_string(t, self.env.file.pkg)
    }

    /// "other declaration of x", for the second line of a message.
    pub(crate) fn alt_decl(&self, obj: ObjId) -> String {
        let o = self.obj(obj);
        if o.pos.is_none() {
            return String::new();
        }
        let pkg = self.pkg(o.pkg);
        if pkg.in_goroot {
            let (at, name, path) = (o.pos.position(), o.name.as_str(), pkg.info.path.as_str());
            let file = at.file.as_str().rsplit('/').next().unwrap_or("");
            let (line, col) = (at.line, at.col);
            return format!("\n\t$GOROOT/src/{path}/{file}:{line}:{col}: other declaration of {name}");
        }
        format!("\n\t{}: other declaration of {}", o.pos, o.name.as_str())
    }
}

impl PkgData {
    pub(crate) fn new(info: PkgInfo) -> PkgData {
        PkgData {
            info,
            files: Vec::new(),
            infos: Vec::new(),
            scope: FxHashMap::default(),
            imports: Vec::new(),
            in_goroot: true,
            version: GO_VERSION,
            versions: Vec::new(),
            funcs: Vec::new(),
            methods: Vec::new(),
            vars: Vec::new(),
            types: Vec::new(),
            consts: Vec::new(),
            inits: Vec::new(),
            import_map: FxHashMap::default(),
            file_scopes: Vec::new(),
            pkg_names: Vec::new(),
            dot_imports: FxHashMap::default(),
            checked: false,
        }
    }
}
