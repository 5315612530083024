//! Assembly, the user's and GOROOT's, and the wrappers between its ABI and ours.
//!
//! A function of assembly has ABI0 (a few of GOROOT's have ABIInternal, and cross nothing), a Go function ABIInternal. Which crosses is known from what the assembler's object defines and
//! refers to, so a symbol here is a name *and* an ABI:
//!
//! - A Go declaration without body whose symbol is a TEXT: func values, method tables and the like take the ABIInternal wrapper,
//!   which lays the arguments out in its frame and calls; direct calls call the ABI0 function itself.
//! - A name in assembly that is a Go function: the assembly gets the ABI0 wrapper, which sets up the fixed registers, loads the
//!   others from the caller's frame and calls; with nothing on the stack and no results it jumps instead.
//!
//! The wrappers are functions of one call, marked as such: tracebacks, `recover` and `Callers` do not see them. Like all else they
//! are made when something reachable asks for them.
use crate::fx::Fx;
use crate::link;
use crate::program::{Options, Prog, Work};
use asm::{RelocKind, Target};
use ir::func::Body;
use ir::native::{Native, NativeCall, NativeField, NativeReloc, NativeTarget, Registers};
use ir::op::Callee;
use ir::sig::PartLoc;
use ir::{DataId, Func, FuncFlags, FuncId, Part, Reloc, RelocKind as DataReloc, Section, Sig, SigId, SymRef};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::{Pos, Sym};
use types::checker::Checker;
use types::object::ObjId;
use types::table::TypeId;

/// The switches for wrappers.
#[derive(Clone, Copy, Debug)]
pub struct WrapperOptions {
    /// Make wrappers at all.
    pub enabled: bool,
    /// 1: none; below 1: no limit; N: the first N - 1.
    pub limit: i64,
    /// A note for each.
    pub notes: bool,
}

impl Default for WrapperOptions {
    fn default() -> Self {
        WrapperOptions { enabled: true, limit: 0, notes: false }
    }
}

/// Assembly files of which it is known what they define before they are assembled.
pub trait Library {
    /// The global symbols, functions (`true`) and data, with the number of the file that defines them.
    fn symbols(&self) -> Vec<(Sym, bool, usize)>;
    /// Assembles a file.
    fn assemble(&self, ck: &mut Checker, file: usize) -> Result<asm::Object, Vec<asm::Error>>;
}

/// A function or data of an assembly file: file and index.
type Item = (usize, usize);

/// The program's assembly.
#[derive(Default)]
pub struct Natives<'a> {
    objects: Vec<Arc<asm::Object>>,
    texts: FxHashMap<Sym, Item>,
    datas: FxHashMap<Sym, Item>,
    library: Option<&'a dyn Library>,
    /// What the library's files define, as long as they are not assembled.
    pending: FxHashMap<Sym, (bool, usize)>,
    funcs: FxHashMap<Item, FuncId>,
    data_ids: FxHashMap<Item, DataId>,
    /// What a direct call of an ABIInternal wrapper calls instead.
    direct: FxHashMap<FuncId, FuncId>,
    /// ABI0 entries of Go functions, by symbol.
    entries: FxHashMap<Sym, FuncId>,
    /// Methods by symbol, once a name asks for one.
    methods: Option<FxHashMap<Sym, ObjId>>,
    wrappers: WrapperOptions,
    /// Wrappers made so far.
    made: i64,
}

impl<'a> Natives<'a> {
    /// For the files of the options; their global names are distinct.
    pub fn new(options: &Options<'a>) -> Natives<'a> {
        let mut n = Natives { wrappers: options.wrappers, library: options.library, ..Natives::default() };
        for object in &options.natives {
            n.add(object.clone());
        }
        if let Some(library) = n.library {
            n.pending.extend(library.symbols().into_iter().map(|(s, function, file)| (s, (function, file))));
        }
        n
    }
    fn add(&mut self, object: asm::Object) {
        let f = self.objects.len();
        let texts = object.texts.iter().enumerate().filter(|t| !t.1.name.local);
        self.texts.extend(texts.map(|(i, t)| (t.name.sym, (f, i))));
        let datas = object.datas.iter().enumerate().filter(|d| !d.1.name.local);
        self.datas.extend(datas.map(|(i, d)| (d.name.sym, (f, i))));
        self.objects.push(Arc::new(object));
    }
    fn any(&self) -> bool {
        !self.objects.is_empty() || self.library.is_some()
    }
    /// The function that a direct call of `f` calls.
    pub fn direct(&self, f: FuncId) -> FuncId {
        self.direct.get(&f).copied().unwrap_or(f)
    }
}

/// Which way a wrapper leads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// ABIInternal outside, ABI0 inside.
    ToAssembly,
    /// ABI0 outside.
    ToGo,
}

impl Way {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Way::ToAssembly => ("ABIInternal", "ABI0"),
            Way::ToGo => ("ABI0", "ABIInternal"),
        }
    }
}

/// Stack arguments that an ABI0 wrapper may pass on and still make no stack check.
const NOSPLIT_ARGS: u32 = 128;

impl<'a> Prog<'a> {
    /// What a direct call of a declared function calls: assembly itself, without a wrapper.
    pub fn callee(&mut self, obj: ObjId, args: Vec<TypeId>, pos: Pos) -> FuncId {
        if self.natives.any() && !link::has_body(self.ck, obj) {
            let renamed = self.links.renamed.get(&obj).copied();
            let symbol = renamed.unwrap_or_else(|| Sym::new(&self.func_name(obj, &[])));
            // A body under that name comes first, as in `func`.
            if !self.links.funcs.contains_key(&symbol)
                && let Some(item) = self.native_text(symbol)
            {
                self.ck.resolve(obj);
                let f = self.native_func(item);
                let abi0 = self.prog.sigs[self.prog.funcs[f].sig].abi0;
                let (params, results) = self.decl_types(obj, &Default::default());
                let declared = self.sig_abi(&params, &results, abi0);
                if self.alike(declared, self.prog.funcs[f].sig) {
                    return f;
                }
            }
        }
        self.func(obj, args, pos)
    }

    /// Assembles the library's file that defines a symbol, if there is one.
    fn load(&mut self, symbol: Sym, function: bool) {
        let Some(&(kind, file)) = self.natives.pending.get(&symbol) else { return };
        let (Some(library), true) = (self.natives.library, kind == function) else { return };
        self.natives.pending.retain(|_, p| p.1 != file);
        match library.assemble(self.ck, file) {
            Ok(object) => self.natives.add(object),
            Err(errors) => errors.into_iter().for_each(|e| self.error(e.pos, e.text)),
        }
    }
    /// The TEXT of a symbol.
    fn native_text(&mut self, symbol: Sym) -> Option<Item> {
        self.load(symbol, true);
        self.natives.texts.get(&symbol).copied()
    }
    /// The DATA of a symbol.
    fn native_item(&mut self, symbol: Sym) -> Option<Item> {
        self.load(symbol, false);
        self.natives.datas.get(&symbol).copied()
    }

    /// The ABIInternal function of a declaration without body that assembly defines: a wrapper, if the assembly has ABI0.
    pub(crate) fn native_wrapper(&mut self, obj: ObjId, symbol: Sym) -> Option<FuncId> {
        let item = self.native_text(symbol)?;
        let target = self.native_func(item);
        if self.natives.objects[item.0].texts[item.1].name.internal {
            return Some(target);
        }
        let (params, results) = self.decl_types(obj, &Default::default());
        let sig = self.sig(&params, &results);
        let pos = self.ck.table.obj(obj).pos;
        let f = self.wrapper(Way::ToAssembly, symbol, pos, sig, FuncFlags::default(), target, results);
        self.natives.direct.insert(f, target);
        Some(f)
    }

    /// A wrapper, or what stands in its place if there is to be none.
    #[allow(clippy::too_many_arguments, reason = "what a wrapper is made of")]
    fn wrapper(
        &mut self,
        way: Way,
        symbol: Sym,
        pos: Pos,
        sig: SigId,
        flags: FuncFlags,
        target: FuncId,
        results: Vec<TypeId>,
    ) -> FuncId {
        let f = self.new_func(symbol.as_str(), sig, pos);
        let noreturn = self.prog.funcs[f].flags.noreturn;
        let flags = FuncFlags { wrapper: true, abiwrapper: true, noinline: true, noreturn, ..flags };
        self.prog.funcs[f].flags = flags;
        if self.may_wrap(way, symbol) {
            self.enqueue(f, Work::Gen(Box::new(move |p, id| p.wrapper_body(id, way, target, &results))));
        } else {
            let (from, to) = way.names();
            let text = format!("abiwrap: no wrapper from {from} to {to} for {symbol}");
            self.enqueue(f, Work::Gen(Box::new(move |p, id| p.dead_end(id, &text))));
        }
        f
    }

    /// Counts the wrapper, and says what the switches want said.
    fn may_wrap(&mut self, way: Way, symbol: Sym) -> bool {
        let WrapperOptions { enabled, limit, notes } = self.natives.wrappers;
        if !enabled || limit == 1 || limit > 1 && self.natives.made >= limit - 1 {
            return false;
        }
        self.natives.made += 1;
        if notes {
            let (from, to) = way.names();
            self.prog.notes.push(format!("abiwrap: {from} to {to} wrapper for {symbol}"));
        }
        if limit > 1 && self.natives.made == limit - 1 {
            self.prog.notes.push(format!("abiwrap: limit reached after the wrapper for {symbol}"));
        }
        true
    }

    /// One call with the wrapper's own arguments.
    fn wrapper_body(&mut self, id: FuncId, way: Way, target: FuncId, results: &[TypeId]) -> Func {
        let sig = self.prog.funcs[target].sig;
        let internal = &self.prog.sigs[sig];
        let in_registers = |p: &Part| matches!(p.loc, PartLoc::Regs(_)) && p.leaves.is_some();
        let jump = way == Way::ToGo && results.is_empty() && internal.params.iter().all(in_registers);
        let mut fx = Fx::synthetic(self, id);
        fx.s.pos = fx.p.prog.funcs[id].pos;
        let args = fx.params();
        if jump {
            fx.s.tail_call(Callee::Static(target), sig, &args);
        } else {
            fx.call_and_return(Callee::Static(target), None, sig, &args, results);
        }
        fx.s.finish()
    }

    /// A function that dies with these words.
    fn dead_end(&mut self, id: FuncId, text: &str) -> Func {
        let throw = self.rt_func("throw", Pos::NONE);
        let sig = self.prog.funcs[throw].sig;
        let mut fx = Fx::synthetic(self, id);
        let message = fx.str_val(text.as_bytes());
        let message = fx.call_operand(&message);
        fx.call_raw(Callee::Static(throw), sig, &message);
        if !fx.s.dead() {
            fx.s.unreachable();
        }
        fx.s.finish()
    }

    // ---- functions of assembly

    /// The ABI0 function of a TEXT.
    fn native_func(&mut self, item: Item) -> FuncId {
        if let Some(&f) = self.natives.funcs.get(&item) {
            return f;
        }
        let object = self.natives.objects[item.0].clone();
        let text = &object.texts[item.1];
        let declared = match text.name.local {
            false => self.natives_decl(text.name.sym),
            true => None,
        };
        let sig = match declared {
            Some(obj) => {
                self.ck.resolve(obj);
                let (params, results) = self.decl_types(obj, &Default::default());
                self.sig_abi(&params, &results, !text.name.internal)
            }
            None => self.prog.sig(Sig {
                area_size: text.args.unwrap_or(0),
                abi0: !text.name.internal,
                ..Sig::default()
            }),
        };
        let f = self.new_func(text.name.sym.as_str(), sig, text.pos);
        if text.name.local {
            self.prog.packages.insert(SymRef::Func(f), object.package);
        }
        let on = |flag| text.flags & flag != 0;
        self.prog.funcs[f].flags = FuncFlags {
            nosplit: !text.checks_stack,
            wrapper: on(asm::flag::WRAPPER),
            topframe: on(asm::flag::TOPFRAME),
            noinline: true,
            noescape: declared.is_some_and(|o| self.decl_flags(o).noescape),
            ..FuncFlags::default()
        };
        self.natives.funcs.insert(item, f);
        let typed = declared.is_some();
        self.enqueue(f, Work::Gen(Box::new(move |p, id| p.native_body(id, item, typed))));
        f
    }

    /// The Go declaration of a symbol that assembly defines.
    fn natives_decl(&mut self, symbol: Sym) -> Option<ObjId> {
        let obj = self.links.bodyless.get(&symbol).copied();
        obj.or_else(|| self.method_by_symbol(symbol)).filter(|&o| !link::has_body(self.ck, o))
    }

    fn native_body(&mut self, id: FuncId, item: Item, typed: bool) -> Func {
        let object = self.natives.objects[item.0].clone();
        let text = &object.texts[item.1];
        let target = |p: &mut Self, t: Target| match t {
            Target::Name(n) => p.native_target(item.0, n, text.name.sym, text.pos),
            Target::Const(bits, size) => NativeTarget::Const(bits, size),
            Target::None => NativeTarget::TlsG,
        };
        let mut relocs = Vec::with_capacity(text.relocs.len());
        for r in &text.relocs {
            let target = target(self, r.target);
            if let NativeTarget::Sym(SymRef::Data(d)) = target {
                let data = &mut self.prog.datas[d];
                data.align = data.align.max(linker_align(data.size));
            }
            let field = match r.kind {
                RelocKind::Call => NativeField::Call,
                RelocKind::Access(size) => {
                    if let NativeTarget::Sym(SymRef::Data(d)) = target {
                        let align = &mut self.prog.datas[d].align;
                        *align = (*align).max(1 << size);
                    }
                    NativeField::Access(size)
                }
                RelocKind::Address | RelocKind::Abs64 | RelocKind::TlsG => NativeField::Address,
            };
            relocs.push(NativeReloc { at: r.at, target, addend: r.addend, field });
        }
        let mut calls = Vec::with_capacity(text.calls.len());
        for c in &text.calls {
            let to = c.target.map(|n| target(self, Target::Name(n)));
            calls.push(NativeCall { ret: c.ret, target: to, results: c.results });
        }
        let mut f = self.prog.funcs[id].clone();
        let has_calls = calls.iter().any(|c| c.ret != 0);
        f.body = Body::Native(Arc::new(Native {
            code: text.code.clone(),
            relocs,
            frame: text.frame,
            depth: text.depth,
            sp: text.sp.clone(),
            args: text.args.unwrap_or_else(|| self.prog.sigs[f.sig].area_size),
            lines: text.lines.clone(),
            calls,
            destroys: text.destroys.map(|r| Registers { ints: r.general, floats: r.vector }),
            sp_write: text.sp_write && has_calls,
            align: text.align,
            checks_stack: text.checks_stack,
            untyped_locals: !text.locals_known,
            untyped_args: !typed && text.args.is_some_and(|n| n != 0),
        }));
        f
    }

    /// What a name in assembly stands for. `user`: whose code it is in.
    fn native_target(&mut self, file: usize, name: asm::Name, user: Sym, pos: Pos) -> NativeTarget {
        let symbol = name.sym;
        if name.local {
            let object = self.natives.objects[file].clone();
            if let Some(i) = object.texts.iter().position(|t| t.name == name) {
                return NativeTarget::Sym(SymRef::Func(self.native_func((file, i))));
            }
            if let Some(i) = object.datas.iter().position(|d| d.name == name) {
                return NativeTarget::Sym(SymRef::Data(self.native_data((file, i))));
            }
        } else {
            // Our own assembly serves prologues directly. Where there is a link register, Go's keep it elsewhere than ours.
            if matches!(symbol.as_str(), "runtime.morestack" | "runtime.morestack_noctxt") {
                let suffix = if self.arch.link.is_some() { ".abi0" } else { "" };
                return NativeTarget::Ext(format!("{symbol}{suffix}"));
            }
            let entry = match name.internal {
                true => self.internal_entry(symbol),
                false => self.abi0_entry(symbol),
            };
            if let Some(f) = entry {
                return NativeTarget::Sym(SymRef::Func(f));
            }
            if let Some(item) = self.native_item(symbol) {
                return NativeTarget::Sym(SymRef::Data(self.native_data(item)));
            }
            if let Some(&obj) = self.links.vars.get(&symbol) {
                return NativeTarget::Sym(SymRef::Data(self.var(obj)));
            }
            // A func value without captures.
            if let Some(func) = symbol.as_str().strip_suffix(".f")
                && let Some(obj) = self.go_func(Sym::new(func))
            {
                let f = self.func(obj, Vec::new(), pos);
                return NativeTarget::Sym(SymRef::Data(self.funcval(f)));
            }
        }
        self.error(pos, format!("{user}: relocation target {symbol} not defined"));
        NativeTarget::Ext(symbol.to_string())
    }

    /// The ABI0 function of a symbol: assembly's own, or a wrapper of a Go function.
    fn abi0_entry(&mut self, symbol: Sym) -> Option<FuncId> {
        if let Some(item) = self.native_text(symbol) {
            return Some(self.native_func(item));
        }
        if let Some(&f) = self.natives.entries.get(&symbol) {
            return Some(f);
        }
        let obj = self.go_func(symbol)?;
        let target = self.func(obj, Vec::new(), Pos::NONE);
        let (params, results) = self.decl_types(obj, &Default::default());
        let internal = self.sig(&params, &results);
        let sig = self.sig_abi(&params, &results, true);
        let nosplit = self.prog.sigs[internal].area_size <= NOSPLIT_ARGS;
        let flags = FuncFlags { nosplit, ..FuncFlags::default() };
        let pos = self.ck.table.obj(obj).pos;
        let f = self.wrapper(Way::ToGo, symbol, pos, sig, flags, target, results);
        self.natives.entries.insert(symbol, f);
        Some(f)
    }

    /// The ABIInternal function of a symbol.
    fn internal_entry(&mut self, symbol: Sym) -> Option<FuncId> {
        if let Some(item) = self.native_text(symbol)
            && self.natives.objects[item.0].texts[item.1].name.internal
        {
            return Some(self.native_func(item));
        }
        let obj = self.go_func(symbol)?;
        Some(self.func(obj, Vec::new(), Pos::NONE))
    }

    /// The Go function or method of a symbol, if it needs no type arguments.
    fn go_func(&mut self, symbol: Sym) -> Option<ObjId> {
        let mut obj = self.links.funcs.get(&symbol).copied();
        if obj.is_none() {
            // Functions that the runtime has in Rust or assembly.
            let (path, name) = symbol.as_str().rsplit_once('.')?;
            let path = Sym::new(path);
            let pkg = self.ck.pkgs.iter().find(|p| p.info.path == path);
            let found = pkg.and_then(|p| p.scope.get(&Sym::new(name)).copied());
            obj = found.filter(|&o| matches!(self.ck.obj(o).kind, types::object::ObjKind::Func(_)));
        }
        let obj = obj.or_else(|| self.method_by_symbol(symbol))?;
        self.ck.resolve(obj);
        let f = self.func_obj(obj);
        (f.tparams.is_empty() && f.recv_tparams.is_empty()).then_some(obj)
    }

    fn method_by_symbol(&mut self, symbol: Sym) -> Option<ObjId> {
        // Package, type, method: dots of the package's path stand in front of a slash, or are escaped.
        let last = symbol.as_str().rsplit('/').next().unwrap_or_default();
        if last.matches('.').count() < 2 {
            return None;
        }
        if self.natives.methods.is_none() {
            let all: Vec<ObjId> = self.ck.pkgs.iter().flat_map(|p| p.methods.iter().copied()).collect();
            let mut map = FxHashMap::default();
            for obj in all {
                self.ck.resolve(obj);
                if self.func_obj(obj).recv.is_some() && self.func_obj(obj).recv_tparams.is_empty() {
                    map.insert(Sym::new(&self.func_name(obj, &[])), obj);
                }
            }
            self.natives.methods = Some(map);
        }
        self.natives.methods.as_ref()?.get(&symbol).copied()
    }

    // ---- data of assembly

    fn native_data(&mut self, item: Item) -> DataId {
        if let Some(&d) = self.natives.data_ids.get(&item) {
            return d;
        }
        let object = self.natives.objects[item.0].clone();
        let data = &object.datas[item.1];
        if !data.name.local
            && let Some(&obj) = self.links.vars.get(&data.name.sym)
        {
            return self.var(obj);
        }
        let id = self.data(data.name.sym.as_str(), Section::Bss, 1, Vec::new());
        if data.name.local {
            self.prog.packages.insert(SymRef::Data(id), object.package);
        }
        self.fill_native(item, id);
        id
    }

    /// A package variable without initialiser may have its contents from assembly.
    pub(crate) fn native_contents(&mut self, symbol: Sym, id: DataId) {
        if let Some(item) = self.native_item(symbol) {
            self.fill_native(item, id);
        }
    }

    fn fill_native(&mut self, item: Item, id: DataId) {
        self.natives.data_ids.insert(item, id);
        let object = self.natives.objects[item.0].clone();
        let data = &object.datas[item.1];
        let section = match () {
            () if data.flags & asm::flag::RODATA != 0 => Section::Rodata,
            () if data.bytes.is_empty() => Section::Bss,
            () => Section::Data,
        };
        let to = &mut self.prog.datas[id];
        to.section = section;
        to.align = to.align.max(linker_align(data.size));
        to.size = to.size.max(data.size);
        to.bytes = data.bytes.clone();
        if section == Section::Rodata {
            to.ptrs = ir::PtrMap::default();
        }
        for r in &data.relocs {
            let Target::Name(n) = r.target else { continue };
            if let NativeTarget::Sym(target) = self.native_target(item.0, n, data.name.sym, data.pos) {
                let (off, kind) = (r.at, DataReloc::Abs);
                self.prog.datas[id].relocs.push(Reloc { off, kind, target, addend: r.addend });
            }
        }
    }
}

/// The alignment that Go's linker gives all data, and that vector instructions of assembly rely on.
fn linker_align(size: u64) -> u32 {
    if size >= 32 { 32 } else { 1 << size.max(1).ilog2() }
}
