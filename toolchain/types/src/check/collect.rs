//! Collecting a package's names, and the names every program has.
use super::decl::{Color, DeclInfo, DeclKind};
use crate::{
    checker::{Checker, GO_VERSION, PackageInput, PkgData},
    constant::ConstValue,
    info::{FileInfo, NodeInfo},
    intern::*,
    object::*,
    table::*,
};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use syntax::{
    Pos, Sym,
    ast::{self, Decl, Expr, ExprKind, Ident},
};

/// Stands for a package that could not be found.
pub(crate) const NO_PKG: PkgId = PkgId(u32::MAX);

/// Methods by the name of their receiver's type: (base type, name) to the method, in order of source.
struct Method {
    obj: ObjId,
    ptr: bool,
    base: Sym,
}

impl Checker {
    /// Adds a package whose imports have been added, and collects its names.
    pub fn add_package(&mut self, input: PackageInput) -> PkgId {
        let info = PkgInfo { path: input.path, name: input.name };
        let id = self.table.new_pkg(info.clone());
        debug_assert_eq!(id.0 as usize, self.pkgs.len());
        self.keep(&input.files);
        let version = input.go_version.unwrap_or(GO_VERSION);
        let mut data = PkgData::new(info);
        data.version = version;
        data.infos = input
            .files
            .iter()
            .map(|f| FileInfo {
                nodes: vec![NodeInfo::default(); f.node_count as usize],
                ..FileInfo::default()
            })
            .collect();
        data.versions = input
            .files
            .iter()
            .map(|f| match f.go_version.and_then(|v| minor_version(v.as_str())) {
                Some(v) => v.max(21),
                None => version,
            })
            .collect();
        data.file_scopes = vec![FxHashMap::default(); input.files.len()];
        data.files = input.files;
        data.in_goroot = input.in_goroot;
        data.import_map = input.imports;
        self.pkgs.push(data);
        self.collect(id);
        id
    }

    fn collect(&mut self, pkg: PkgId) {
        let saved = self.env.clone();
        let mut methods = Vec::new();
        let count = self.pkg(pkg).files.len();
        for file in 0..count as u32 {
            let fr = FileRef { pkg, file };
            self.env = self.new_env(fr, 0);
            let ast = self.ast(fr);
            if let Some(v) = ast.go_version.and_then(|v| minor_version(v.as_str()))
                && v > GO_VERSION
            {
                self.error(ast.package.pos, format!("file requires newer Go version go1.{v}"));
            }
            if ast.package.name.is_blank() {
                self.error(ast.package.pos, "invalid package name _");
            } else if ast.package.name != self.pkg(pkg).info.name {
                let want = self.pkg(pkg).info.name;
                let msg =
                    format!("package {}; expected package {}", ast.package.name.as_str(), want.as_str());
                self.error(ast.package.pos, msg);
            }
            for (index, decl) in ast.decls.iter().enumerate() {
                self.collect_decl(fr, index as u32, decl, &mut methods);
            }
        }
        self.check_file_scopes(pkg);
        self.collect_methods(pkg, methods);
        self.env = saved;
    }

    fn collect_decl(&mut self, file: FileRef, index: u32, decl: &'static Decl, methods: &mut Vec<Method>) {
        let pkg = file.pkg;
        match decl {
            Decl::Import(d) => self.collect_import(file, d),
            Decl::Const(group) => {
                for (i, spec) in group.specs.iter().enumerate() {
                    let (ty, values) = group.effective(i);
                    let inherited = spec.inherit.is_some();
                    for (n, name) in spec.names.iter().enumerate() {
                        let obj = self.new_package_obj(pkg, name, ObjKind::Const(ConstValue::Unknown));
                        let kind = DeclKind::Const { ty, init: values.get(n), inherited, iota: spec.iota };
                        self.declare_package_obj(file, name, obj, index, kind);
                        self.pkgs[pkg.0 as usize].consts.push(obj);
                    }
                    self.arity(spec.pos, &spec.names, values, true, inherited);
                }
            }
            Decl::Var(d) => {
                let objs: Vec<ObjId> = d
                    .names
                    .iter()
                    .map(|name| {
                        let kind = ObjKind::Var(VarObj {
                            global: true,
                            param: false,
                            captured: false,
                            addr_taken: false,
                            reassigned: false,
                            file: Some(file),
                        });
                        self.new_package_obj(pkg, name, kind)
                    })
                    .collect();
                let lhs: Rc<[ObjId]> = objs.into();
                let shared = d.values.len() == 1 && lhs.len() > 1;
                for (n, name) in d.names.iter().enumerate() {
                    let obj = lhs[n];
                    let value = if shared { 0 } else { n as u32 };
                    let kind = DeclKind::Var {
                        lhs: if shared { lhs.clone() } else { Rc::new([obj]) },
                        ty: d.ty.as_ref(),
                        init: d.values.get(value as usize),
                        value,
                    };
                    if shared && n > 0 {
                        // One declaration for all: the first one's.
                        let first = self.st(lhs[0]).decl;
                        self.declare_name(file, name, obj);
                        self.st(obj).decl = first;
                    } else {
                        self.declare_package_obj(file, name, obj, index, kind);
                    }
                    self.pkgs[pkg.0 as usize].vars.push(obj);
                }
                if d.ty.is_none() || !d.values.is_empty() {
                    self.arity(d.pos, &d.names, &d.values, false, false);
                }
            }
            Decl::Type(d) => {
                let kind = ObjKind::TypeName { alias: d.alias, tparams: Vec::new() };
                let obj = self.new_package_obj(pkg, &d.name, kind);
                if !d.alias {
                    self.new_defined(obj, d, None);
                }
                self.declare_package_obj(file, &d.name, obj, index, DeclKind::Type(d));
                self.pkgs[pkg.0 as usize].types.push(obj);
            }
            Decl::Func(d) => self.collect_func(file, index, d, methods),
        }
    }

    /// Makes a defined type for a declaration; its type is known at once unless it is generic.
    pub(crate) fn new_defined(
        &mut self,
        obj: ObjId,
        d: &ast::TypeDecl,
        local: Option<(ObjId, u32)>,
    ) -> NamedId {
        let named = self.table.new_named(NamedInfo {
            obj,
            tparams: Vec::new(),
            own_tparams: 0,
            underlying: TypeId::default(),
            methods: Vec::new(),
            local,
            not_in_heap: false,
        });
        self.st(obj).named = named.0 + 1;
        if d.type_params.is_empty() {
            let ty = self.table.named(named, Vec::new());
            self.table.objs[obj.0 as usize].ty = ty;
        }
        named
    }

    fn collect_func(
        &mut self,
        file: FileRef,
        index: u32,
        d: &'static ast::FuncDecl,
        methods: &mut Vec<Method>,
    ) {
        let pkg = file.pkg;
        let func = FuncObj {
            decl: Some((file, index)),
            recv: None,
            ptr_recv: false,
            recv_tparams: Vec::new(),
            tparams: Vec::new(),
        };
        let obj = self.new_package_obj(pkg, &d.name, ObjKind::Func(func));
        let name = d.name.name;
        let main = self.pkg(pkg).info.name.as_str() == "main";
        if let Some(recv) = &d.recv {
            let (ptr, base) = unpack_receiver(&recv.ty);
            if let Some(base) = base.as_ident()
                && !name.is_blank()
            {
                methods.push(Method { obj, ptr, base });
            }
            self.record_obj(d.name.id, obj);
            if let Some(p) = d.ty.type_params.first() {
                self.need_version(p.pos, 27, "generic method");
            }
            self.pkgs[pkg.0 as usize].methods.push(obj);
        } else {
            let special = name.as_str() == "init" || name.as_str() == "main" && main;
            if let Some(p) = d.ty.type_params.first() {
                if special {
                    self.soft_error(p.pos, format!("func {} must have no type parameters", name.as_str()));
                } else {
                    self.need_version(p.pos, 18, "type parameter");
                }
            }
            if special && !(d.ty.params.is_empty() && d.ty.results.is_empty()) {
                let msg = format!("func {} must have no arguments and no return values", name.as_str());
                self.soft_error(d.name.pos, msg);
            }
            if name.as_str() == "init" {
                self.record_obj(d.name.id, obj);
                if d.body.is_none() {
                    self.soft_error(d.name.pos, "func init must have a body");
                }
                self.pkgs[pkg.0 as usize].inits.push(obj);
            } else {
                self.declare_in_package(file, &d.name, obj);
            }
            self.pkgs[pkg.0 as usize].funcs.push(obj);
        }
        self.new_decl(file, obj, index, DeclKind::Func(d));
    }

    fn new_package_obj(&mut self, pkg: PkgId, name: &Ident, kind: ObjKind) -> ObjId {
        self.new_obj(Object { name: name.name, pkg, pos: name.pos, ty: TypeId::default(), kind })
    }

    fn new_decl(&mut self, file: FileRef, obj: ObjId, index: u32, kind: DeclKind) {
        let decl = self.decls.len() as u32;
        self.decls.push(DeclInfo { file, obj, index, kind, deps: Vec::new(), literals: Vec::new() });
        self.st(obj).decl = decl;
    }

    fn declare_package_obj(&mut self, file: FileRef, name: &Ident, obj: ObjId, index: u32, kind: DeclKind) {
        self.new_decl(file, obj, index, kind);
        self.declare_name(file, name, obj);
    }

    fn declare_name(&mut self, file: FileRef, name: &Ident, obj: ObjId) {
        if name.name.as_str() == "init" {
            self.error(name.pos, "cannot declare init - must be func");
            return;
        }
        if name.name.as_str() == "main" && self.pkg(file.pkg).info.name.as_str() == "main" {
            self.error(name.pos, "cannot declare main - must be func");
            return;
        }
        self.declare_in_package(file, name, obj);
    }

    fn declare_in_package(&mut self, file: FileRef, name: &Ident, obj: ObjId) {
        self.record_obj(name.id, obj);
        if name.name.is_blank() || name.name.is_empty() {
            return;
        }
        if let Some(&alt) = self.pkg(file.pkg).scope.get(&name.name) {
            let other = self.alt_decl(alt);
            self.error(name.pos, format!("{} redeclared in this block{other}", name.name.as_str()));
            return;
        }
        self.pkgs[file.pkg.0 as usize].scope.insert(name.name, obj);
    }

    /// Compares the numbers of names and of initial values.
    pub(crate) fn arity(
        &mut self,
        pos: Pos,
        names: &[Ident],
        values: &[Expr],
        constant: bool,
        inherited: bool,
    ) {
        let (l, r) = (names.len(), values.len());
        if l < r {
            let extra = &values[l];
            if inherited {
                self.error(pos, format!("extra init expr at {}", extra.pos));
            } else {
                self.error(
                    extra.start_pos(),
                    format!("extra init expr {}", syntax::print::expr_string(extra)),
                );
            }
        } else if l > r && (constant || r != 1) {
            let name = &names[r];
            self.error(name.pos, format!("missing init expr for {}", name.name.as_str()));
        }
    }

    fn collect_import(&mut self, file: FileRef, d: &'static ast::ImportDecl) {
        if d.bad {
            return;
        }
        if let Some(text) = bad_import_path(d.path.as_str()) {
            self.error(d.path_pos, text);
            // An absolute path might still be one of a package.
            if !d.path.as_str().starts_with('/') {
                return;
            }
        }
        let pkg = file.pkg;
        let imported = if d.path.as_str() == "unsafe" {
            UNSAFE
        } else {
            self.pkg(pkg).import_map.get(&d.path).copied().unwrap_or(NO_PKG)
        };
        let own_name = match imported {
            NO_PKG => Sym::new(d.path.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or("")),
            p => self.pkg(p).info.name,
        };
        let name = d.name.map_or(own_name, |n| n.name);
        let pos = d.name.map_or(d.pos, |n| n.pos);
        if name.as_str() == "init" {
            self.error(pos, "cannot import package as init - init must be a func");
            return;
        }
        if imported != NO_PKG && !self.pkg(pkg).imports.contains(&imported) {
            self.pkgs[pkg.0 as usize].imports.push(imported);
        }
        let kind = ObjKind::PkgName { imported };
        let obj = self.new_obj(Object { name, pkg, pos, ty: TypeId::default(), kind });
        let st = self.st(obj);
        st.color = Color::Black;
        st.used = imported == NO_PKG;
        self.record_obj(d.name.map_or(d.id, |n| n.id), obj);
        self.pkgs[pkg.0 as usize].pkg_names.push((obj, file.file));
        if name.is_blank() {
            return;
        }
        if name.as_str() == "." {
            if imported == NO_PKG {
                return;
            }
            let mut names: Vec<(Sym, ObjId)> = self
                .pkg(imported)
                .scope
                .iter()
                .map(|(&n, &o)| (n, o))
                .filter(|(n, _)| n.is_exported())
                .collect();
            names.sort_by_key(|&(_, o)| o);
            for (n, o) in names {
                if let Some(&alt) = self.pkg(pkg).file_scopes[file.file as usize].get(&n) {
                    let other = self.alt_decl(alt);
                    self.error(pos, format!("{} redeclared in this block{other}", n.as_str()));
                } else {
                    let data = &mut self.pkgs[pkg.0 as usize];
                    data.file_scopes[file.file as usize].insert(n, o);
                    data.dot_imports.insert((file.file, n), obj);
                }
            }
            return;
        }
        let scope = &mut self.pkgs[pkg.0 as usize].file_scopes[file.file as usize];
        if let Some(&alt) = scope.get(&name) {
            let other = self.alt_decl(alt);
            self.error(pos, format!("{} redeclared in this block{other}", name.as_str()));
            return;
        }
        scope.insert(name, obj);
    }

    /// Names of imports must not be names of the package.
    fn check_file_scopes(&mut self, pkg: PkgId) {
        let data = self.pkg(pkg);
        let mut clashes = Vec::new();
        for scope in &data.file_scopes {
            for (name, &obj) in scope {
                if let Some(&alt) = data.scope.get(name) {
                    clashes.push((alt, obj));
                }
            }
        }
        for (alt, obj) in clashes {
            let name = self.obj(alt).name.as_str();
            let (how, what) = match self.obj(obj).kind {
                ObjKind::PkgName { imported } => ("import", imported),
                _ => ("dot-import", self.obj(obj).pkg),
            };
            let what = match what {
                NO_PKG => "package".to_string(),
                p => {
                    let info = &self.pkg(p).info;
                    format!("package {} ({:?})", info.name.as_str(), info.path.as_str())
                }
            };
            let other = self.alt_decl(obj);
            let pos = self.obj(alt).pos;
            self.error(pos, format!("{name} already declared through {how} of {what}{other}"));
        }
    }

    /// Gives the defined types their methods.
    fn collect_methods(&mut self, pkg: PkgId, methods: Vec<Method>) {
        let mut seen: FxHashMap<(NamedId, Sym), ObjId> = FxHashMap::default();
        for m in methods {
            let Some((ptr, named)) = self.receiver_base(pkg, m.ptr, m.base) else { continue };
            let (name, pos) = (self.obj(m.obj).name, self.obj(m.obj).pos);
            if let Some(&alt) = seen.get(&(named, name)) {
                let at = self.obj(alt).pos;
                let type_name = self.table.named_name(named).as_str();
                self.error(pos, format!("method {type_name}.{} already declared at {at}", name.as_str()));
                continue;
            }
            seen.insert((named, name), m.obj);
            if let ObjKind::Func(f) = &mut self.table.objs[m.obj.0 as usize].kind {
                f.ptr_recv = ptr;
            }
            self.table.nameds[named.0 as usize].methods.push(m.obj);
        }
    }

    /// The defined type that a receiver's base name stands for, through aliases as the source writes them.
    fn receiver_base(&mut self, pkg: PkgId, mut ptr: bool, mut name: Sym) -> Option<(bool, NamedId)> {
        for _ in 0..100 {
            let &obj = self.pkg(pkg).scope.get(&name)?;
            if !matches!(self.obj(obj).kind, ObjKind::TypeName { .. }) {
                return None;
            }
            let named = self.st(obj).named;
            if named != 0 {
                return Some((ptr, NamedId(named - 1)));
            }
            let decl = self.st(obj).decl;
            let DeclKind::Type(d) = self.decls[decl as usize].kind else { return None };
            if !d.type_params.is_empty() {
                return None;
            }
            let mut ty = d.ty.unparen();
            if let ExprKind::Star(inner) = &ty.kind {
                if ptr {
                    return None;
                }
                ptr = true;
                ty = inner.unparen();
            }
            name = ty.as_ident()?;
        }
        None
    }

    pub(crate) fn declare_universe(&mut self) {
        use Basic::*;
        let types = [
            ("bool", Bool),
            ("int", Int),
            ("int8", Int8),
            ("int16", Int16),
            ("int32", Int32),
            ("int64", Int64),
            ("uint", Uint),
            ("uint8", Uint8),
            ("uint16", Uint16),
            ("uint32", Uint32),
            ("uint64", Uint64),
            ("uintptr", Uintptr),
            ("float32", Float32),
            ("float64", Float64),
            ("complex64", Complex64),
            ("complex128", Complex128),
            ("string", String),
            ("byte", Uint8),
            ("rune", Int32),
        ];
        for (name, b) in types {
            let alias = matches!(name, "byte" | "rune");
            self.predeclare(name, basic(b), ObjKind::TypeName { alias, tparams: Vec::new() });
        }
        self.predeclare("any", ANY, ObjKind::TypeName { alias: true, tparams: Vec::new() });
        for (name, obj) in [("error", ERROR_OBJ), ("comparable", COMPARABLE_OBJ)] {
            self.universe.insert(Sym::new(name), obj);
            self.st(obj).color = Color::Black;
        }
        self.st(ERROR_ERROR_OBJ).color = Color::Black;
        for (name, v) in [("true", true), ("false", false)] {
            self.predeclare(name, basic(UntypedBool), ObjKind::Const(ConstValue::Bool(v)));
        }
        self.iota = self.predeclare("iota", basic(UntypedInt), ObjKind::Const(ConstValue::Int(0)));
        self.predeclare("nil", basic(UntypedNil), ObjKind::Nil);
        for b in BUILTINS {
            if (b as u8) < Builtin::Add as u8 {
                self.predeclare(super::builtin::name(b), TypeId::default(), ObjKind::Builtin(b));
            } else {
                let name = Sym::new(super::builtin::name(b).strip_prefix("unsafe.").unwrap_or(""));
                let obj = self.new_universe_obj(name, UNSAFE, TypeId::default(), ObjKind::Builtin(b));
                self.pkgs[UNSAFE.0 as usize].scope.insert(name, obj);
            }
        }
        let kind = ObjKind::TypeName { alias: false, tparams: Vec::new() };
        let pointer = self.new_universe_obj(Sym::new("Pointer"), UNSAFE, basic(UnsafePointer), kind);
        self.pkgs[UNSAFE.0 as usize].scope.insert(Sym::new("Pointer"), pointer);
    }

    fn predeclare(&mut self, name: &str, ty: TypeId, kind: ObjKind) -> ObjId {
        let name = Sym::new(name);
        let obj = self.new_universe_obj(name, UNIVERSE, ty, kind);
        self.universe.insert(name, obj);
        obj
    }

    fn new_universe_obj(&mut self, name: Sym, pkg: PkgId, ty: TypeId, kind: ObjKind) -> ObjId {
        let obj = self.new_obj(Object { name, pkg, pos: Pos::NONE, ty, kind });
        self.st(obj).color = Color::Black;
        obj
    }
}

const BUILTINS: [Builtin; 26] = {
    use Builtin::*;
    [
        Append, Cap, Clear, Close, Complex, Copy, Delete, Imag, Len, Make, Max, Min, New, Panic, Print,
        Println, Real, Recover, Add, Alignof, Offsetof, Sizeof, Slice, SliceData, String, StringData,
    ]
};

/// A receiver's type expression: is it a pointer, and the base type's expression without type parameters.
pub(crate) fn unpack_receiver(ty: &Expr) -> (bool, &Expr) {
    let mut base = ty.unparen();
    let mut ptr = false;
    if let ExprKind::Star(inner) = &base.kind {
        ptr = true;
        base = inner.unparen();
    }
    if let ExprKind::Index { x, .. } = &base.kind {
        base = x;
    }
    (ptr, base)
}

/// What is wrong with an import path, whatever packages there are.
pub fn bad_import_path(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("invalid import path (empty string)".into());
    }
    let bad =
        |c: &char| c.is_control() || c.is_whitespace() || "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd}".contains(*c);
    if let Some(c) = path.chars().find(bad) {
        let shown = if c.is_control() { String::new() } else { format!(" '{c}'") };
        return Some(format!("invalid import path (invalid character U+{:04X}{shown})", c as u32));
    }
    path.starts_with('/').then(|| format!("could not import {path} (import path cannot be absolute path)"))
}

/// `go1.21` and `go1.21.3` are 21.
pub fn minor_version(text: &str) -> Option<u16> {
    let rest = text.strip_prefix("go1.")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}
