//! The whole program: a worklist of functions and data that something reachable refers to.
use crate::analyze;
use crate::call::Uintptrs;
use crate::closure::LitSource;
use crate::externs;
use crate::fx::{Env, Fx};
use crate::link::{self, Links};
use crate::names::path_to_prefix;
use crate::tyq::{Cls, allocated_align};
use ir::func::Body;
use ir::{
    Data, DataId, Func, FuncFlags, FuncId, IndexVec, Program, Reloc, RelocKind, Section, SigId, SymRef,
    Target,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use syntax::ast::{self, Decl, NodeId, Pragma};
use syntax::{Pos, Sym};
use types::checker::{Checker, Diagnostic};
use types::constant::ConstValue;
use types::info::{NodeInfo, Selection};
use types::object::{FileRef, FuncObj, ObjId, ObjKind};
use types::table::{PkgId, Subst, TypeId};

/// Files of all packages, kept apart from the checker so that functions can be lowered while the checker works.
pub struct Files(Vec<Vec<Arc<ast::File>>>);

impl Files {
    /// The files of the checker's packages.
    pub fn of(ck: &Checker) -> Files {
        Files(ck.pkgs.iter().map(|p| p.files.clone()).collect())
    }
    /// One file.
    pub fn get(&self, f: FileRef) -> &ast::File {
        &self.0[f.pkg.0 as usize][f.file as usize]
    }
}

/// What can be chosen.
#[derive(Clone)]
pub struct Options<'a> {
    /// Target architecture.
    pub arch: &'static reflect::Arch,
    /// Names of the runtime's functions in Rust: a function without Go body must be one of them (or in assembly). `None`: any may,
    /// for tests of targets whose assembly has no replacement yet.
    pub hooks: Option<FxHashSet<String>>,
    /// What the packages' assembly files hold.
    pub natives: Vec<asm::Object>,
    /// Further assembly, of which what is reached is put together.
    pub library: Option<&'a dyn crate::natives::Library>,
    /// Wrappers between the ABIs.
    pub wrappers: crate::natives::WrapperOptions,
    /// Lower every function that is not generic, reachable or not: for tests.
    pub everything: bool,
    /// Lower those of the main package, for `-m` and `-S`.
    pub whole_main: bool,
    /// Code that is not seen here will be linked, and may bring types with methods.
    pub open: bool,
    /// Packages through which ways are counted, for a fuzzer.
    pub counted: &'a [PkgId],
}

/// How to make a function that has no source.
pub type Generate<'a> = Box<dyn FnOnce(&mut Prog<'a>, FuncId) -> Func + 'a>;

/// Something to lower.
pub enum Work<'a> {
    /// A declared function under type arguments (the receiver's first).
    Decl(ObjId, Vec<TypeId>),
    /// A function literal or a loop body.
    Lit(Box<LitSource<'a>>),
    /// Anything else.
    Gen(Generate<'a>),
}

/// Names used often.
pub struct Names {
    /// Of temporaries.
    pub tmp: Sym,
    /// Of unnamed results.
    pub result: Sym,
    /// Of `runtime.MemProfileRate`.
    pub mem_profile_rate: Sym,
}

/// The program under construction.
pub struct Prog<'a> {
    /// The checker; bodies are checked when they are needed.
    pub ck: &'a mut Checker,
    /// Syntax.
    pub files: &'a Files,
    /// The result.
    pub prog: Program,
    /// The target's ABI; sizes and the order of bytes stand in `prog.target`.
    pub arch: &'static reflect::Arch,
    /// Bytes in a word, as in `prog.target`: asked for everywhere.
    pub word: u32,
    /// Names used often.
    pub names: Names,
    /// Errors.
    pub errors: Vec<Diagnostic>,
    /// Link names.
    pub links: Links,
    /// The user's assembly.
    pub natives: crate::natives::Natives<'a>,
    hooks: Option<FxHashSet<String>>,
    work: VecDeque<(FuncId, Work<'a>)>,
    decls: FxHashMap<(ObjId, Vec<TypeId>), FuncId>,
    gens: FxHashMap<Sym, FuncId>,
    externs: FxHashMap<Sym, FuncId>,
    pub(crate) classes: FxHashMap<TypeId, Arc<Cls>>,
    pub(crate) ptr_maps: FxHashMap<TypeId, Arc<ir::PtrMap>>,
    /// Whether equal memory means equal values, of structs.
    pub(crate) plain_structs: FxHashMap<TypeId, bool>,
    pub(crate) sig_cache: FxHashMap<(Vec<TypeId>, Vec<TypeId>, bool), SigId>,
    strings: FxHashMap<Arc<[u8]>, DataId>,
    funcvals: FxHashMap<FuncId, DataId>,
    zeros: FxHashMap<u64, DataId>,
    /// The itab that places of type assertions have at first.
    pub(crate) no_itab: Option<DataId>,
    /// Code that is not seen here will be linked.
    pub(crate) open: bool,
    pub(crate) edges: crate::edges::Edges,
    pub(crate) method_loads: Vec<crate::devirtualise::MethodLoad>,
    /// Constants that say whether an interface may hold a float or complex value.
    pub(crate) float_questions: Vec<(FuncId, ir::Inst)>,
    pub(crate) var_data: FxHashMap<ObjId, DataId>,
    pub(crate) used_vars: Vec<ObjId>,
    pub(crate) statics: crate::staticinit::Statics,
    pub(crate) rtypes: crate::rtype::Rtypes<'a>,
    pub(crate) runtime_pkg: PkgId,
    no_env: Option<Rc<Env<'a>>>,
}

impl<'a> Prog<'a> {
    /// An empty program for the checker's packages.
    pub fn new(ck: &'a mut Checker, files: &'a Files, options: &Options<'a>) -> Prog<'a> {
        let links = link::collect(ck);
        let natives = crate::natives::Natives::new(options);
        let runtime = Sym::new(externs::RUNTIME);
        let runtime_pkg = ck.pkgs.iter().position(|p| p.info.path == runtime).unwrap_or(0);
        let target = Target::of(options.arch);
        let edges = crate::edges::Edges::new(ck, options.counted);
        Prog {
            ck,
            files,
            prog: Program::new(target),
            arch: options.arch,
            word: target.word,
            names: Names {
                tmp: Sym::new(".tmp"),
                result: Sym::new("~r"),
                mem_profile_rate: Sym::new("MemProfileRate"),
            },
            errors: Vec::new(),
            links,
            natives,
            hooks: options.hooks.clone(),
            work: VecDeque::new(),
            decls: FxHashMap::default(),
            gens: FxHashMap::default(),
            externs: FxHashMap::default(),
            classes: FxHashMap::default(),
            ptr_maps: FxHashMap::default(),
            plain_structs: FxHashMap::default(),
            sig_cache: FxHashMap::default(),
            strings: FxHashMap::default(),
            funcvals: FxHashMap::default(),
            zeros: FxHashMap::default(),
            no_itab: None,
            open: options.open,
            edges,
            method_loads: Vec::new(),
            float_questions: Vec::new(),
            var_data: FxHashMap::default(),
            used_vars: Vec::new(),
            statics: Default::default(),
            rtypes: Default::default(),
            runtime_pkg: PkgId(runtime_pkg as u32),
            no_env: None,
        }
    }

    /// Reports an error.
    pub fn error(&mut self, pos: Pos, msg: impl Into<String>) {
        self.errors.push(Diagnostic { pos, msg: msg.into(), soft: false });
    }

    // ---- the checker's tables

    /// A node's record.
    pub fn node(&self, f: FileRef, id: NodeId) -> NodeInfo {
        self.ck.file_info(f).nodes[id.index()]
    }
    /// The value of a constant expression.
    pub fn const_of(&self, f: FileRef, id: NodeId) -> Option<ConstValue> {
        self.ck.file_info(f).consts.get(&id).cloned()
    }
    /// How a selector was resolved.
    pub fn selection(&self, f: FileRef, id: NodeId) -> Option<Selection> {
        self.ck.file_info(f).selections.get(&id).cloned()
    }
    /// Type arguments of an instantiated use, as written.
    pub fn instance(&self, f: FileRef, id: NodeId) -> Vec<TypeId> {
        self.ck.file_info(f).instances.get(&id).cloned().unwrap_or_default()
    }
    /// A function object's details.
    pub fn func_obj(&self, obj: ObjId) -> &FuncObj {
        self.ck.table.func_obj(obj)
    }
    /// An environment for functions without source.
    pub fn no_env(&mut self) -> Rc<Env<'a>> {
        if self.no_env.is_none() {
            let file = self.any_file();
            self.no_env = Some(Rc::new(Env {
                file,
                ast: self.files.get(file),
                subst: Subst::default(),
                facts: Default::default(),
                plain: true,
            }));
        }
        self.no_env.clone().expect("set above")
    }
    fn any_file(&self) -> FileRef {
        let pkg = self.ck.pkgs.iter().position(|p| !p.files.is_empty()).expect("a program has a file");
        FileRef { pkg: PkgId(pkg as u32), file: 0 }
    }

    // ---- functions

    /// Adds a function without body yet.
    pub fn new_func(&mut self, name: &str, sig: SigId, pos: Pos) -> FuncId {
        let mut f = Func::new(Sym::new(name), sig, &[], pos);
        f.blocks = IndexVec::new();
        f.flags.noreturn = externs::contains(externs::NORETURN, name);
        if name == "runtime.deferreturn" {
            f.flags.deferreturn = true;
        }
        self.prog.funcs.push(f)
    }
    /// Puts something on the worklist.
    pub fn enqueue(&mut self, f: FuncId, work: Work<'a>) {
        self.work.push_back((f, work));
    }
    /// A function made by `body`, one for each name.
    pub fn generated(
        &mut self,
        name: &str,
        sig: SigId,
        flags: FuncFlags,
        body: impl FnOnce(&mut Prog<'a>, FuncId) -> Func + 'a,
    ) -> FuncId {
        let key = Sym::new(name);
        if let Some(&f) = self.gens.get(&key) {
            return f;
        }
        let f = self.new_func(name, sig, Pos::NONE);
        self.prog.funcs[f].flags = flags;
        self.gens.insert(key, f);
        self.enqueue(f, Work::Gen(Box::new(body)));
        f
    }
    /// Whether a generated function of that name exists.
    pub fn generated_before(&self, name: &str) -> Option<FuncId> {
        self.gens.get(&Sym::new(name)).copied()
    }

    /// The function of a declaration under type arguments (the receiver's first), following link names.
    pub fn func(&mut self, obj: ObjId, args: Vec<TypeId>, pos: Pos) -> FuncId {
        if let Some(&f) = self.decls.get(&(obj, args.clone())) {
            return f;
        }
        self.ck.resolve(obj);
        if !link::has_body(self.ck, obj) {
            let f = match crate::intrinsics::find(self, obj) {
                Some(i) => crate::intrinsics::as_function(self, obj, i),
                None => self.bodyless(obj, pos),
            };
            self.decls.insert((obj, args), f);
            return f;
        }
        self.check_link_name(obj);
        let name = match self.links.renamed.get(&obj) {
            Some(s) => s.to_string(),
            None => self.func_name(obj, &args),
        };
        let sig = self.decl_sig(obj, &args);
        let o_pos = self.ck.table.obj(obj).pos;
        let f = self.new_func(&name, sig, o_pos);
        let FuncFlags { noreturn, deferreturn, .. } = self.prog.funcs[f].flags;
        let flags = self.decl_flags(obj);
        let wrapper = externs::contains(externs::WRAPPERS, &name);
        let noinline = wrapper || flags.noinline;
        self.prog.funcs[f].flags = FuncFlags { noreturn, deferreturn, wrapper, noinline, ..flags };
        self.decls.insert((obj, args.clone()), f);
        self.enqueue(f, Work::Decl(obj, args));
        f
    }

    /// A function declared without body: whatever defines its symbol.
    fn bodyless(&mut self, obj: ObjId, pos: Pos) -> FuncId {
        let symbol = match self.links.renamed.get(&obj) {
            Some(&s) => s,
            None => Sym::new(&self.func_name(obj, &[])),
        };
        // What assembly and the runtime define has the signature of the declaration whose own name the symbol is.
        let owner = self.links.bodyless.get(&symbol).copied().unwrap_or(obj);
        self.ck.resolve(owner);
        let f = self.definition(owner, symbol, pos);
        self.pulled(obj, symbol, f)
    }
    fn definition(&mut self, obj: ObjId, symbol: Sym, pos: Pos) -> FuncId {
        if let Some(&target) = self.links.funcs.get(&symbol) {
            return self.func(target, Vec::new(), pos);
        }
        if let Some(&f) = self.externs.get(&symbol) {
            return f;
        }
        if let Some(f) = self.linked_method(symbol) {
            self.externs.insert(symbol, f);
            return f;
        }
        if let Some(f) = self.native_wrapper(obj, symbol) {
            self.externs.insert(symbol, f);
            return f;
        }
        let sig = self.decl_sig(obj, &[]);
        let o_pos = self.ck.table.obj(obj).pos;
        let f = self.new_func(symbol.as_str(), sig, o_pos);
        let flags = self.decl_flags(obj);
        let func = &mut self.prog.funcs[f];
        func.flags = FuncFlags { noreturn: func.flags.noreturn, ..flags };
        // What is assembly where there is a kernel may be a hook where there is none.
        let hook = self.hooks.as_ref().is_some_and(|h| h.contains(symbol.as_str()));
        if !hook && externs::contains(externs::ASM, symbol.as_str()) {
            func.body = Body::Asm { symbol: symbol.to_string() };
            for (_, pkg, callees) in externs::ASM_CALLS.iter().filter(|(s, ..)| *s == symbol.as_str()) {
                for name in *callees {
                    if let Some(callee) = self.func_in(pkg, name, pos) {
                        self.prog.asm_calls.entry(f).or_default().push(callee);
                        self.prog.by_name.insert(Sym::new(&format!("{pkg}.{name}")), callee);
                    }
                }
            }
        } else {
            // Between these two the goroutine has no P: it may not be stopped there. What is assembly elsewhere has places in the stack
            // among its arguments as numbers (system calls): the stack may not move on the way.
            func.flags.nosplit |= matches!(symbol.as_str(), "runtime.entersyscall" | "runtime.exitsyscall")
                || externs::contains(externs::ASM, symbol.as_str());
            func.body = Body::Hook { symbol: symbol.to_string() };
            if self.hooks.is_some() && !hook {
                self.error(
                    pos,
                    format!("{symbol}: relocation target not defined (function declared without body)"),
                );
            }
        }
        self.externs.insert(symbol, f);
        f
    }

    /// The method that a symbol names: `pkg.T.M` or `pkg.(*T).M`, of a type that is not generic; also one that `*T` has of `T`, or
    /// either of an embedded field.
    fn linked_method(&mut self, symbol: Sym) -> Option<FuncId> {
        let (recv, method) = symbol.as_str().rsplit_once('.')?;
        let (path, base, pointer) = match recv.strip_suffix(')') {
            Some(r) => r.rsplit_once(".(*").map(|(path, base)| (path, base, true))?,
            None => recv.rsplit_once('.').map(|(path, base)| (path, base, false))?,
        };
        let pkg = self.ck.pkgs.iter().position(|p| path_to_prefix(p.info.path.as_str()) == path)?;
        let &obj = self.ck.pkgs[pkg].scope.get(&Sym::new(base))?;
        self.ck.resolve(obj);
        let o = self.ck.table.obj(obj);
        let t = self.ck.table.canon(o.ty);
        if !matches!(o.kind, ObjKind::TypeName { .. }) || self.ck.table.has_type_params(t) || self.is_iface(t)
        {
            return None;
        }
        let recv = if pointer { self.ptr_to(t) } else { t };
        let entry = self.find_method(recv, PkgId(pkg as u32), Sym::new(method))?;
        Some(self.method_func(recv, entry))
    }
    /// A function that takes a name which another with a body has.
    fn check_link_name(&mut self, obj: ObjId) {
        let Some(&symbol) = self.links.renamed.get(&obj) else { return };
        let Some(&other) = self.links.funcs.get(&symbol).filter(|&&o| o != obj) else { return };
        let (o, other) = (self.ck.table.obj(obj), self.ck.table.obj(other));
        if !self.ck.pkg(o.pkg).in_goroot {
            let (here, there) = (self.ck.table.pkg_path(o.pkg), self.ck.table.pkg_path(other.pkg));
            let text = format!("duplicated definition of symbol {symbol}, from {here} and {there}");
            self.error(o.pos, text);
        }
    }

    /// Bindings of a declared function's type parameters.
    pub fn decl_subst(&self, obj: ObjId, args: &[TypeId]) -> Subst {
        let f = self.func_obj(obj);
        f.recv_tparams.iter().chain(&f.tparams).copied().zip(args.iter().copied()).collect()
    }
    pub(crate) fn decl_sig(&mut self, obj: ObjId, args: &[TypeId]) -> SigId {
        let subst = self.decl_subst(obj, args);
        let (params, results) = self.decl_types(obj, &subst);
        self.sig(&params, &results)
    }
    /// Parameter types (receiver first) and result types of a declared function.
    pub fn decl_types(&self, obj: ObjId, subst: &Subst) -> (Vec<TypeId>, Vec<TypeId>) {
        let tt = &self.ck.table;
        let s = tt.as_signature(tt.obj(obj).ty).expect("a function has a signature");
        let fix = |&t: &TypeId| tt.canon(tt.subst(t, subst));
        let recv = self.func_obj(obj).recv;
        (recv.iter().chain(&s.params).map(fix).collect(), s.results.iter().map(fix).collect())
    }
    fn decl_of(&self, obj: ObjId) -> (FileRef, &'a ast::FuncDecl) {
        let (file, i) = self.func_obj(obj).decl.expect("a declared function");
        let files: &'a Files = self.files;
        match &files.get(file).decls[i as usize] {
            Decl::Func(d) => (file, d),
            _ => panic!("the declaration of a function is none"),
        }
    }
    /// What a declared function's directives ask for its uintptr arguments.
    pub fn uintptrs(&self, obj: ObjId) -> Uintptrs {
        if self.func_obj(obj).decl.is_none() {
            return Uintptrs::Plain;
        }
        let pragma = self.decl_of(obj).1.pragma;
        if pragma.contains(Pragma::UINTPTRESCAPES) {
            Uintptrs::Escape
        } else if pragma.contains(Pragma::UINTPTRKEEPALIVE) {
            Uintptrs::Keep
        } else {
            Uintptrs::Plain
        }
    }
    pub(crate) fn decl_flags(&self, obj: ObjId) -> FuncFlags {
        let (_, d) = self.decl_of(obj);
        let has = |p| d.pragma.contains(p);
        FuncFlags {
            nosplit: has(Pragma::NOSPLIT),
            noinline: has(Pragma::NOINLINE),
            systemstack: has(Pragma::SYSTEMSTACK),
            uintptrescapes: has(Pragma::UINTPTRESCAPES) || has(Pragma::UINTPTRKEEPALIVE),
            noescape: has(Pragma::NOESCAPE),
            ..FuncFlags::default()
        }
    }

    /// A function of package runtime, or pushed into it.
    pub fn rt_func(&mut self, name: &str, pos: Pos) -> FuncId {
        match self.rt_func_opt(name, pos) {
            Some(f) => f,
            None => panic!("{pos}: package runtime has no function {name}"),
        }
    }
    /// The same if there is one.
    pub fn rt_func_opt(&mut self, name: &str, pos: Pos) -> Option<FuncId> {
        let obj = self.rt_obj(name)?;
        Some(self.func(obj, Vec::new(), pos))
    }
    fn rt_obj(&self, name: &str) -> Option<ObjId> {
        let symbol = Sym::new(&format!("{}.{name}", externs::RUNTIME));
        if let Some(&obj) = self.links.funcs.get(&symbol) {
            return Some(obj);
        }
        let obj = *self.ck.pkg(self.runtime_pkg).scope.get(&Sym::new(name))?;
        matches!(self.ck.table.obj(obj).kind, ObjKind::Func(_)).then_some(obj)
    }
    /// The function `name` of the package with this path.
    pub fn func_in(&mut self, pkg: &str, name: &str, pos: Pos) -> Option<FuncId> {
        let path = Sym::new(pkg);
        let data = self.ck.pkgs.iter().find(|p| p.info.path == path)?;
        let obj = *data.scope.get(&Sym::new(name))?;
        matches!(self.ck.table.obj(obj).kind, ObjKind::Func(_)).then(|| self.func(obj, Vec::new(), pos))
    }
    /// The type `name` of the package with this path.
    pub fn type_in(&mut self, pkg: &str, name: &str) -> Option<TypeId> {
        let path = Sym::new(pkg);
        let data = self.ck.pkgs.iter().find(|p| p.info.path == path)?;
        let obj = *data.scope.get(&Sym::new(name))?;
        self.ck.resolve(obj);
        Some(self.ck.table.canon(self.ck.table.obj(obj).ty))
    }

    // ---- data

    /// Adds a data symbol.
    pub fn data(&mut self, name: &str, section: Section, align: u32, bytes: Vec<u8>) -> DataId {
        let size = bytes.len() as u64;
        let (relocs, ptrs) = (Vec::new(), ir::PtrMap::default());
        self.prog.datas.push(Data { name: Sym::new(name), section, align, size, bytes, relocs, ptrs })
    }
    /// The bytes of a string constant.
    pub fn string_data(&mut self, bytes: &Arc<[u8]>) -> DataId {
        if let Some(&d) = self.strings.get(bytes) {
            return d;
        }
        let name = format!("go:string.{}", self.strings.len());
        let d = self.data(&name, Section::Rodata, 1, bytes.to_vec());
        self.strings.insert(bytes.clone(), d);
        d
    }
    /// A func value without captures.
    pub fn funcval(&mut self, f: FuncId) -> DataId {
        if let Some(&d) = self.funcvals.get(&f) {
            return d;
        }
        let name = format!("{}·f", self.prog.funcs[f].name);
        let d = self.data(&name, Section::Rodata, self.word, vec![0; self.word as usize]);
        self.prog.datas[d].relocs.push(Reloc {
            off: 0,
            kind: RelocKind::Abs,
            target: SymRef::Func(f),
            addend: 0,
        });
        self.funcvals.insert(f, d);
        d
    }
    /// Zeros that nobody writes, at least `size` bytes. Many take no room in the file.
    pub fn zero_data(&mut self, size: u64, _align: u32) -> DataId {
        const LARGE: u64 = 64 << 10;
        let size = size.next_power_of_two().max(1024);
        if let Some(&d) = self.zeros.get(&size) {
            return d;
        }
        let section = if size > LARGE { Section::Bss } else { Section::Rodata };
        let d = self.data(&format!("go:zero.{size}"), section, 16, Vec::new());
        self.prog.datas[d].size = size;
        self.zeros.insert(size, d);
        d
    }
    /// Is it from [`Prog::zero_data`]?
    pub fn is_zero_data(&self, d: DataId) -> bool {
        self.prog.datas[d].name.as_str().starts_with("go:zero.")
    }
    /// The memory of a package variable.
    pub fn var(&mut self, obj: ObjId) -> DataId {
        if let Some(&d) = self.var_data.get(&obj) {
            return d;
        }
        if let Some(&symbol) = self.links.renamed.get(&obj)
            && let Some(&owner) = self.links.vars.get(&symbol)
            && owner != obj
        {
            let d = self.var(owner);
            self.var_data.insert(obj, d);
            return d;
        }
        self.ck.check_var(obj);
        let t = self.ck.table.canon(self.ck.table.obj(obj).ty);
        let (c, ptrs) = (self.cls(t), self.ptr_map(t));
        let name = self.var_name(obj);
        // As Go's linker has it: what is larger than a word begins like one. The runtime's zeros are bytes to it, and anything to others.
        let align = if c.size >= self.word as u64 { self.word } else { 1 };
        let d = self.data(&name, Section::Bss, align.max(allocated_align(c.size, c.align)), Vec::new());
        let data = &mut self.prog.datas[d];
        data.size = c.size;
        data.ptrs = (*ptrs).clone();
        self.var_data.insert(obj, d);
        self.used_vars.push(obj);
        self.native_contents(Sym::new(&name), d);
        d
    }
    /// A variable of package runtime.
    pub fn runtime_var(&mut self, name: &str) -> DataId {
        match self.ck.pkg(self.runtime_pkg).scope.get(&Sym::new(name)) {
            Some(&obj) => self.var(obj),
            None => panic!("package runtime has no variable {name}"),
        }
    }

    // ---- the worklist

    /// Lowers until nothing is left.
    pub fn drain(&mut self) {
        loop {
            while let Some((id, work)) = self.work.pop_front() {
                if self.rtypes.holds(self.prog.funcs[id].name.as_str()) {
                    self.rtypes.held.push((id, work));
                    continue;
                }
                let f = match work {
                    Work::Decl(obj, args) => self.lower_decl(id, obj, &args),
                    Work::Lit(src) => crate::closure::lower_lit(self, id, *src),
                    Work::Gen(make) => make(self, id),
                };
                let keep = self.prog.funcs[id].flags.noreturn;
                self.prog.funcs[id] = f;
                self.prog.funcs[id].flags.noreturn |= keep;
            }
            while let Some(obj) = self.used_vars.pop() {
                crate::staticinit::variable(self, obj);
            }
            crate::rtype::drain(self);
            if self.rtypes.by_reflection {
                let held = std::mem::take(&mut self.rtypes.held);
                self.work.extend(held);
            }
            if self.work.is_empty() && self.used_vars.is_empty() {
                return;
            }
        }
    }

    fn lower_decl(&mut self, id: FuncId, obj: ObjId, args: &[TypeId]) -> Func {
        self.ck.check_body(obj);
        let (file, decl) = self.decl_of(obj);
        let subst = self.decl_subst(obj, args);
        let (param_tys, result_tys) = self.decl_types(obj, &subst);
        if self.ck.has_hard_errors() {
            // Reported by the checker; what it knows of this body may be incomplete.
            return self.prog.funcs[id].clone();
        }
        let facts = analyze::function(self, file, &subst, decl);
        let files: &'a Files = self.files;
        let env = Rc::new(Env { file, ast: files.get(file), plain: subst.is_empty(), subst, facts });
        let fx = Fx::new(self, id, env, 0);
        let params = decl.recv.iter().chain(&decl.ty.params);
        fx.function(
            params,
            &decl.ty.results,
            &param_tys,
            &result_tys,
            decl.body.as_ref().expect("it has a body"),
        )
    }

    /// Functions of the table that the runtime has, for passes and code generation.
    pub fn add_entries(&mut self) {
        let target = self.prog.target;
        let helpers = ir::passes::legalize::HELPERS.iter().filter(|h| h.1(target)).map(|h| h.0);
        for name in externs::ENTRIES.iter().copied().chain(helpers) {
            if let Some(f) = self.rt_func_opt(name, Pos::NONE) {
                self.prog.by_name.insert(Sym::new(&format!("{}.{name}", externs::RUNTIME)), f);
            }
        }
    }
}
