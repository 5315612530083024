//! Package variables: memory laid out without code where possible, initialisers as functions otherwise.
//!
//! A value is first written to an [`Image`], which notes what it points to without creating anything; only when the whole
//! value turned out static is the image made real. So a failed attempt leaves nothing behind.
use crate::analyze;
use crate::fx::{Env, Fx};
use crate::konst;
use crate::program::{Prog, Work};
use crate::tyq::{K, allocated_align};
use crate::value::Addr;
use ir::{DataId, FuncFlags, FuncId, Reloc, RelocKind, Section, SymRef};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use std::sync::Arc;
use syntax::ast::{BinaryOp, Decl, Expr, ExprKind, UnaryOp};
use types::checker::Initializer;
use types::constant::ConstValue;
use types::info::{Mode, SelectionKind};
use types::object::{Builtin, FileRef, ObjId, ObjKind};
use types::table::{PkgId, Subst, TypeId};

/// The runtime's table of small numbers: interfaces and slices of reflect point into it, and nobody may change it.
const READ_ONLY: &str = "runtime.staticuint64s";

/// What is known of packages' initialisers.
#[derive(Default)]
pub struct Statics {
    order: FxHashMap<PkgId, Rc<Vec<Initializer>>>,
    /// Variable to its package's initialiser.
    by_var: FxHashMap<ObjId, usize>,
    done: FxHashSet<(PkgId, usize)>,
    funcs: FxHashMap<(PkgId, usize), FuncId>,
    count: FxHashMap<PkgId, u32>,
}

/// Functions without effect: an initialiser that calls only these is needed only if its variable is.
const PURE: &[&str] = &["errors.New", "sync.NewCond", "strings.NewReplacer", "unicode/utf8.RuneLen"];

// ---- images

enum Target {
    Str(Arc<[u8]>),
    Sub(Box<Image>, Section, u32),
    Func(ObjId, Vec<TypeId>),
    Rtype(TypeId),
    Itab(TypeId, TypeId),
    Var(ObjId, i64),
    Lit(FuncSource),
}

/// A function literal without captures: made real by the caller's environment.
struct FuncSource {
    node: *const Expr,
}

/// Bytes and what they point to.
struct Image {
    bytes: Vec<u8>,
    size: u64,
    align: u32,
    ptrs: Arc<ir::PtrMap>,
    targets: Vec<(u32, Target)>,
}

struct Build<'x, 'a> {
    p: &'x mut Prog<'a>,
    env: &'x Rc<Env<'a>>,
    /// The value belongs to a variable: it may point to data that can be written.
    owned: bool,
}

impl Image {
    fn put(&mut self, target: ir::Target, off: u64, n: u64, size: u32) {
        let end = off as usize + size as usize;
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        target.put(&mut self.bytes[off as usize..end], n);
    }
    fn point(&mut self, off: u64, target: Target) {
        self.targets.push((off as u32, target));
    }
}

impl<'x, 'a> Build<'x, 'a> {
    fn image(&mut self, t: TypeId) -> Image {
        let c = self.p.cls(t);
        let ptrs = self.p.ptr_map(t);
        Image { bytes: Vec::new(), size: c.size, align: c.align, ptrs, targets: Vec::new() }
    }
    fn ty_of(&self, e: &Expr) -> TypeId {
        let t = self.p.node(self.env.file, e.id).ty;
        let t = if self.env.plain { t } else { self.p.ck.table.subst(t, &self.env.subst) };
        self.p.ck.table.canon(t)
    }
    fn put(&self, img: &mut Image, off: u64, n: u64, size: u32) {
        img.put(self.p.prog.target, off, n, size);
    }
    fn constant(&mut self, c: &ConstValue, t: TypeId, img: &mut Image, off: u64) -> bool {
        let w = self.p.word;
        match self.p.kind(t) {
            K::Bool => self.put(img, off, c.as_bool().unwrap_or(false) as u64, 1),
            K::Int { size, .. } => self.put(img, off, konst::int_bits(c) as u64, size),
            K::Float(size) => self.put(img, off, konst::float_bits(c, size), size),
            K::Complex(size) => {
                let half = size / 2;
                self.put(img, off, konst::float_bits(&c.real(), half), half);
                self.put(img, off + half as u64, konst::float_bits(&c.imag(), half), half);
            }
            K::Str => {
                let bytes: Arc<[u8]> = Arc::from(c.as_bytes().unwrap_or_default());
                if !bytes.is_empty() {
                    self.put(img, off + w as u64, bytes.len() as u64, w);
                    img.point(off, Target::Str(bytes));
                }
            }
            K::Iface(_) => {
                let from = konst::default_type(c);
                let mut held = self.image(from);
                if !self.constant(c, from, &mut held, 0) {
                    return false;
                }
                self.type_word(t, from, img, off);
                let align = held.align;
                img.point(off + w as u64, Target::Sub(Box::new(held), Section::Rodata, align));
            }
            K::UnsafePtr | K::Ptr(_) => self.put(img, off, konst::int_bits(c) as u64, w),
            _ => return false,
        }
        true
    }
    fn type_word(&mut self, iface: TypeId, t: TypeId, img: &mut Image, off: u64) {
        if self.p.iface_methods(iface).is_empty() {
            img.point(off, Target::Rtype(t));
        } else {
            img.point(off, Target::Itab(iface, t));
        }
    }

    /// Writes `e` as a `t`; false if it is not static.
    fn expr(&mut self, e: &'a Expr, t: TypeId, img: &mut Image, off: u64) -> bool {
        let info = self.p.node(self.env.file, e.id);
        if info.mode == Mode::Nil {
            return true;
        }
        let from = match &e.kind {
            ExprKind::CompositeLit { ty: None, .. } => t,
            _ => self.ty_of(e),
        };
        if self.p.is_iface(t) && !self.p.is_iface(from) {
            return self.boxed(e, from, t, img, off);
        }
        if info.mode == Mode::Const
            && let Some(c) = self.p.const_of(self.env.file, e.id)
        {
            return self.constant(&c, t, img, off);
        }
        if from != t && self.p.is_iface(t) {
            return false;
        }
        match &e.kind {
            ExprKind::Paren(x) => self.expr(x, t, img, off),
            ExprKind::Ident(_) => self.func_ref(info.obj, e.id, img, off),
            ExprKind::Selector { sel, .. } => {
                if self.p.selection(self.env.file, e.id).is_some() {
                    return false;
                }
                let obj = self.p.node(self.env.file, sel.id).obj;
                self.func_ref(obj, sel.id, img, off)
            }
            ExprKind::Unary { op: UnaryOp::Addr, x } => self.owned && self.address(x.unparen(), img, off),
            ExprKind::CompositeLit { elems, .. } => self.literal(e, elems, t, img, off),
            ExprKind::FuncLit(_) => {
                if !self.owned {
                    return false;
                }
                let Some(&idx) = self.env.facts.by_node.get(&e.id) else { return false };
                if !self.env.facts.funcs[idx as usize].free.is_empty() {
                    return false;
                }
                img.point(off, Target::Lit(FuncSource { node: e }));
                true
            }
            ExprKind::Call { fun, args, .. } if self.p.node(self.env.file, fun.id).mode == Mode::Type => {
                let (to, xt) = (self.ty_of(fun), self.ty_of(&args[0]));
                let same = self.p.under(to) == self.p.under(xt)
                    || matches!(
                        (self.p.kind(to), self.p.kind(xt)),
                        (K::UnsafePtr | K::Ptr(_), K::UnsafePtr | K::Ptr(_))
                    );
                same && !self.p.is_iface(to) && self.expr(&args[0], to, img, off)
            }
            _ => false,
        }
    }
    fn func_ref(&mut self, obj: ObjId, id: syntax::ast::NodeId, img: &mut Image, off: u64) -> bool {
        if !matches!(self.p.ck.table.obj(obj).kind, ObjKind::Func(_)) {
            return false;
        }
        let args = self.p.instance(self.env.file, id);
        let args = args
            .into_iter()
            .map(|t| self.p.ck.table.canon(self.p.ck.table.subst(t, &self.env.subst)))
            .collect();
        img.point(off, Target::Func(obj, args));
        true
    }
    /// `&x`
    fn address(&mut self, x: &'a Expr, img: &mut Image, off: u64) -> bool {
        if let ExprKind::CompositeLit { elems, .. } = &x.kind {
            let t = self.ty_of(x);
            let mut sub = self.image(t);
            if sub.size == 0 || !self.literal(x, elems, t, &mut sub, 0) {
                return false;
            }
            let align = sub.align;
            img.point(off, Target::Sub(Box::new(sub), Section::Data, align));
            return true;
        }
        match self.global_place(x) {
            Some((obj, at)) => {
                img.point(off, Target::Var(obj, at as i64));
                true
            }
            None => false,
        }
    }
    /// A package variable, or a part of one at a constant offset.
    fn global_place(&mut self, x: &'a Expr) -> Option<(ObjId, u64)> {
        match &x.kind {
            ExprKind::Paren(x) => self.global_place(x),
            ExprKind::Ident(_) => self.global(self.p.node(self.env.file, x.id).obj),
            ExprKind::Selector { x: base, sel } => match self.p.selection(self.env.file, x.id) {
                None => self.global(self.p.node(self.env.file, sel.id).obj),
                Some(s) if s.kind == SelectionKind::Field && !s.indirect => {
                    let mut t = self.ty_of(base);
                    if matches!(self.p.kind(t), K::Ptr(_)) {
                        return None;
                    }
                    let (obj, mut at) = self.global_place(base)?;
                    for &i in &s.path {
                        at += self.p.field_offset(t, i as usize);
                        t = self.p.ck.table.canon(self.p.fields(t)[i as usize].ty);
                    }
                    Some((obj, at))
                }
                _ => None,
            },
            ExprKind::Index { x: base, indices } => {
                let K::Array(el, n) = self.p.kind(self.ty_of(base)) else { return None };
                let i = self.p.const_of(self.env.file, indices[0].id)?.as_u64().filter(|&i| i < n)?;
                let (obj, at) = self.global_place(base)?;
                Some((obj, at + i * self.p.size_of(el)))
            }
            _ => None,
        }
    }
    fn global(&self, obj: ObjId) -> Option<(ObjId, u64)> {
        matches!(&self.p.ck.table.obj(obj).kind, ObjKind::Var(v) if v.global).then_some((obj, 0))
    }
    fn boxed(&mut self, e: &'a Expr, from: TypeId, t: TypeId, img: &mut Image, off: u64) -> bool {
        let w = self.p.word as u64;
        if self.p.is_direct(from) {
            if !self.expr(e, from, img, off + w) {
                return false;
            }
        } else {
            let mut held = self.image(from);
            if held.size == 0 || !self.expr(e, from, &mut held, 0) {
                return false;
            }
            let align = held.align;
            img.point(off + w, Target::Sub(Box::new(held), Section::Rodata, align));
        }
        self.type_word(t, from, img, off);
        true
    }
    fn literal(&mut self, e: &'a Expr, elems: &'a [Expr], t: TypeId, img: &mut Image, off: u64) -> bool {
        match self.p.kind(t) {
            K::Ptr(el) => {
                let el = self.p.ck.table.canon(el);
                if !self.owned || self.p.size_of(el) == 0 {
                    return false;
                }
                let mut sub = self.image(el);
                if !self.literal(e, elems, el, &mut sub, 0) {
                    return false;
                }
                let align = sub.align;
                img.point(off, Target::Sub(Box::new(sub), Section::Data, align));
                true
            }
            K::Struct => lit_fields(self.p, self.env, e, t).into_iter().all(|f| {
                if f.blank {
                    let mut unused = self.image(f.ty);
                    return self.expr(f.value, f.ty, &mut unused, 0);
                }
                self.expr(f.value, f.ty, img, off + f.off)
            }),
            K::Array(el, _) => {
                let el = self.p.ck.table.canon(el);
                let size = self.p.size_of(el);
                let list = lit_elems(self.p, self.env.file, elems);
                list.into_iter().all(|(i, x)| self.expr(x, el, img, off + i * size))
            }
            K::Slice(el) => {
                let el = self.p.ck.table.canon(el);
                let list = lit_elems(self.p, self.env.file, elems);
                let n = list.iter().map(|x| x.0 + 1).max().unwrap_or(0);
                if !self.owned || n == 0 || self.p.size_of(el) == 0 {
                    return false;
                }
                let arr = self.p.ck.table.array(el, n);
                let mut sub = self.image(arr);
                let size = self.p.size_of(el);
                if !list.into_iter().all(|(i, x)| self.expr(x, el, &mut sub, i * size)) {
                    return false;
                }
                let align = sub.align;
                img.point(off, Target::Sub(Box::new(sub), Section::Data, align));
                let w = self.p.word;
                self.put(img, off + w as u64, n, w);
                self.put(img, off + 2 * w as u64, n, w);
                true
            }
            _ => false,
        }
    }

    // ---- making images real

    fn fill(&mut self, img: Image, data: DataId, name: &str) {
        let ptrs = img.ptrs;
        let d = &mut self.p.prog.datas[data];
        d.size = img.size;
        d.align = allocated_align(img.size, img.align).max(d.align);
        d.bytes = img.bytes;
        d.ptrs = (*ptrs).clone();
        for (off, target) in img.targets {
            let (target, addend) = match target {
                Target::Str(b) => (SymRef::Data(self.p.string_data(&b)), 0),
                Target::Sub(sub, section, align) => {
                    let sub_name = format!("{name}..stmp");
                    let d = self.p.data(&sub_name, section, align.max(1), Vec::new());
                    self.fill(*sub, d, name);
                    (SymRef::Data(d), 0)
                }
                Target::Func(obj, args) => {
                    let f = self.p.func(obj, args, syntax::Pos::NONE);
                    (SymRef::Data(self.p.funcval(f)), 0)
                }
                Target::Rtype(t) => (SymRef::Data(self.p.rtype(t)), 0),
                Target::Itab(i, t) => (SymRef::Data(crate::itab::itab(self.p, i, t)), 0),
                Target::Var(obj, n) => (SymRef::Data(self.p.var(obj)), n),
                Target::Lit(src) => {
                    // SAFETY: the pointer was made from a `&'a Expr` of the environment's file in `expr`.
                    let e: &'a Expr = unsafe { &*src.node };
                    (SymRef::Data(self.func_lit(e)), 0)
                }
            };
            let kind = RelocKind::Abs;
            self.p.prog.datas[data].relocs.push(Reloc { off, kind, target, addend });
        }
    }
    fn func_lit(&mut self, e: &'a Expr) -> DataId {
        let ExprKind::FuncLit(lit) = &e.kind else { unreachable!("only literals get here") };
        let t = self.ty_of(e);
        let s = self.p.signature(t);
        let canon = |l: &[TypeId]| l.iter().map(|&t| self.p.ck.table.canon(t)).collect::<Vec<_>>();
        let (params, results) = (canon(&s.params), canon(&s.results));
        let idx = self.env.facts.by_node[&e.id];
        let name = init_closure_name(self.p, self.env.file.pkg);
        let sig = self.p.sig(&params, &results);
        let f = self.p.new_func(&name, sig, lit.ty.pos);
        let src = crate::closure::LitSource {
            env: self.env.clone(),
            idx,
            body: crate::closure::LitBody::Lit(lit),
            captures: Vec::new(),
            params,
            results,
        };
        self.p.enqueue(f, Work::Lit(Box::new(src)));
        self.p.funcval(f)
    }
}

fn init_closure_name(p: &mut Prog, pkg: PkgId) -> String {
    let n = p.statics.count.entry(pkg).or_default();
    *n += 1;
    format!("{}.init.func{n}", crate::names::path_to_prefix(p.ck.table.pkg_path(pkg)))
}

/// A constant of a type that lives in memory.
pub enum Readonly {
    /// It is zero throughout.
    Zero,
    /// Its bytes.
    Data(DataId),
}

/// The value of `e` as a `t`, if that is constant. A large one that is mostly zero is none: storing the rest takes less room.
pub fn readonly<'a>(p: &mut Prog<'a>, env: &Rc<Env<'a>>, e: &'a Expr, t: TypeId) -> Option<Readonly> {
    const LARGE: u64 = 16 << 20;
    const SPARSE: u64 = 4 << 10;
    let lit = match &e.unparen().kind {
        ExprKind::CompositeLit { elems, .. } => Some(elems),
        _ => None,
    };
    if lit.is_some_and(|elems| elems.is_empty()) && matches!(p.kind(t), K::Struct | K::Array(..)) {
        return Some(Readonly::Zero);
    }
    if p.size_of(t) > LARGE {
        return None;
    }
    let mut b = Build { p, env, owned: false };
    let mut img = b.image(t);
    let ok = match lit {
        // A slice literal's backing array comes here as an array.
        Some(elems) => b.literal(e.unparen(), elems, t, &mut img, 0),
        None => b.expr(e, t, &mut img, 0),
    };
    if !ok {
        return None;
    }
    if img.targets.is_empty() && img.bytes.iter().all(|&b| b == 0) {
        return Some(Readonly::Zero);
    }
    let used = img.targets.iter().map(|t| t.0 as u64).max().unwrap_or(0).max(img.bytes.len() as u64);
    if img.size > SPARSE && used < img.size / 8 {
        return None;
    }
    let d = p.data("go:stmp", Section::Rodata, img.align.max(1), Vec::new());
    Build { p, env, owned: false }.fill(img, d, "go:stmp");
    Some(Readonly::Data(d))
}

/// A field that a struct literal names.
pub struct LitField<'a> {
    /// Its place in the literal.
    pub off: u64,
    pub ty: TypeId,
    pub value: &'a Expr,
    /// It is evaluated, but the field stays zero.
    pub blank: bool,
    /// The way to it by index, through embedded fields.
    pub path: Vec<u32>,
}

/// Fields of a struct literal of type `t`.
pub fn lit_fields<'a>(p: &mut Prog<'a>, env: &Env<'a>, e: &'a Expr, t: TypeId) -> Vec<LitField<'a>> {
    let ExprKind::CompositeLit { elems, .. } = &e.kind else { return Vec::new() };
    let mut out = Vec::with_capacity(elems.len());
    for (i, x) in elems.iter().enumerate() {
        let (path, value): (Vec<u32>, &'a Expr) = match &x.kind {
            ExprKind::KeyValue { key, value } => match p.selection(env.file, key.id) {
                Some(s) => (s.path, value),
                None => {
                    let name = key.as_ident().expect("a field's name");
                    let i = p.fields(t).iter().position(|f| f.name == name).expect("a field of the struct");
                    (vec![i as u32], value)
                }
            },
            _ => (vec![i as u32], x),
        };
        let (mut ty, mut off, mut blank) = (t, 0, false);
        for &i in &path {
            off += p.field_offset(ty, i as usize);
            let f = &p.fields(ty)[i as usize];
            blank = f.name.is_blank();
            ty = p.ck.table.canon(f.ty);
        }
        out.push(LitField { off, ty, value, blank, path });
    }
    out
}

/// Elements of an array or slice literal with their indices.
pub fn lit_elems<'a>(p: &Prog<'a>, file: FileRef, elems: &'a [Expr]) -> Vec<(u64, &'a Expr)> {
    let mut next = 0;
    elems
        .iter()
        .map(|x| {
            let (i, value) = match &x.kind {
                ExprKind::KeyValue { key, value } => {
                    (p.const_of(file, key.id).and_then(|c| c.as_u64()).unwrap_or(next), &**value)
                }
                _ => (next, x),
            };
            next = i + 1;
            (i, value)
        })
        .collect()
}

// ---- variables and initialisers

fn order(p: &mut Prog, pkg: PkgId) -> Rc<Vec<Initializer>> {
    if let Some(o) = p.statics.order.get(&pkg) {
        return o.clone();
    }
    let o = Rc::new(p.ck.init_order(pkg));
    for (i, init) in o.iter().enumerate() {
        for &v in &init.lhs {
            p.statics.by_var.insert(v, i);
        }
    }
    p.statics.order.insert(pkg, o.clone());
    o
}

/// A package variable is used: lays it out, or makes its initialiser.
pub fn variable<'a>(p: &mut Prog<'a>, obj: ObjId) {
    let pkg = p.ck.table.obj(obj).pkg;
    let order = order(p, pkg);
    if let Some(&i) = p.statics.by_var.get(&obj) {
        initializer(p, pkg, i, &order[i]);
    }
}

fn init_expr<'a>(p: &Prog<'a>, init: &Initializer) -> &'a Expr {
    let files: &'a crate::program::Files = p.files;
    match &files.get(init.file).decls[init.decl as usize] {
        Decl::Var(v) => &v.values[init.value as usize],
        _ => panic!("an initialiser belongs to a variable"),
    }
}

fn initializer<'a>(p: &mut Prog<'a>, pkg: PkgId, i: usize, init: &Initializer) {
    if !p.statics.done.insert((pkg, i)) {
        return;
    }
    for &v in &init.lhs {
        p.ck.check_var(v);
    }
    if p.ck.has_hard_errors() {
        return;
    }
    let e = init_expr(p, init);
    let facts = analyze::expression(p, init.file, e);
    let files: &'a crate::program::Files = p.files;
    let ast = files.get(init.file);
    let env = Rc::new(Env { file: init.file, ast, subst: Subst::default(), facts, plain: true });
    if let [obj] = init.lhs[..]
        && !p.ck.table.obj(obj).name.is_blank()
    {
        let t = p.ck.table.canon(p.ck.table.obj(obj).ty);
        let mut b = Build { p, env: &env, owned: true };
        let mut img = b.image(t);
        if b.expr(e, t, &mut img, 0) {
            let d = p.var(obj);
            if !img.bytes.is_empty() || !img.targets.is_empty() {
                let name = p.prog.datas[d].name.to_string();
                p.prog.datas[d].section = if name == READ_ONLY { Section::Rodata } else { Section::Data };
                Build { p, env: &env, owned: true }.fill(img, d, &name);
            }
            return;
        }
    }
    let sig = p.sig(&[], &[]);
    let name = format!("{}.init.var{i}", p.pkg_prefix(pkg));
    let f = p.new_func(&name, sig, e.pos);
    p.statics.funcs.insert((pkg, i), f);
    let lhs = init.lhs.clone();
    p.enqueue(
        f,
        Work::Gen(Box::new(move |p, id| {
            let mut fx = Fx::new(p, id, env, 0);
            fx.name = format!("{}.init", fx.p.pkg_prefix(pkg));
            fx.counts[0] = fx.p.statics.count.get(&pkg).copied().unwrap_or(0);
            fx.s.pos = e.pos;
            fx.init_globals(&lhs, e);
            let n = fx.counts[0];
            fx.p.statics.count.insert(pkg, n);
            fx.finish(e.pos)
        })),
    );
}

impl<'p, 'a> Fx<'p, 'a> {
    fn init_globals(&mut self, lhs: &[ObjId], e: &'a Expr) {
        let store = |s: &mut Self, obj: ObjId| {
            let d = s.p.var(obj);
            Addr::new(s.data_addr(d))
        };
        if let [obj] = *lhs {
            if self.p.ck.table.obj(obj).name.is_blank() {
                return self.evaluate(e);
            }
            let t = self.obj_ty(obj);
            let v = self.expr_as(e, t);
            let a = store(self, obj);
            return self.store_val(t, a, &v);
        }
        let (vals, tys) = self.multi(e, lhs.len());
        for ((v, from), &obj) in vals.into_iter().zip(tys).zip(lhs) {
            if self.p.ck.table.obj(obj).name.is_blank() {
                continue;
            }
            let t = self.obj_ty(obj);
            let v = self.assign_conv(v, from, t);
            let a = store(self, obj);
            self.store_val(t, a, &v);
        }
    }
}

/// Makes the initialisers of a package that must run whether or not their variables are used.
pub fn required(p: &mut Prog, pkg: PkgId) {
    let order = order(p, pkg);
    for (i, init) in order.iter().enumerate() {
        let e = init_expr(p, init);
        if has_effects(p, init.file, e) {
            initializer(p, pkg, i, init);
        }
    }
}

/// The functions that initialise a package, in order: its variables, then its `init`s.
pub fn package_init(p: &mut Prog, pkg: PkgId) -> Option<FuncId> {
    let mut list: Vec<FuncId> = Vec::new();
    let n = p.statics.order.get(&pkg).map_or(0, |o| o.len());
    for i in 0..n {
        list.extend(p.statics.funcs.get(&(pkg, i)));
    }
    for (i, obj) in p.ck.pkg(pkg).inits.clone().into_iter().enumerate() {
        let f = p.func(obj, Vec::new(), syntax::Pos::NONE);
        let name = format!("{}.init.{i}", p.pkg_prefix(pkg));
        p.prog.funcs[f].name = syntax::Sym::new(&name);
        list.push(f);
    }
    if list.is_empty() {
        return None;
    }
    let sig = p.sig(&[], &[]);
    let name = format!("{}.init.all", p.pkg_prefix(pkg));
    let flags = FuncFlags::default();
    Some(p.generated(&name, sig, flags, move |p, id| {
        let mut fx = Fx::synthetic(p, id);
        for f in list {
            fx.s.pos = fx.p.prog.funcs[f].pos;
            fx.call_func(f, &[]);
        }
        fx.finish(syntax::Pos::NONE)
    }))
}

/// Whether evaluating an initialiser can do anything but give a value.
fn has_effects(p: &Prog, file: FileRef, e: &Expr) -> bool {
    let mode = p.node(file, e.id).mode;
    if matches!(mode, Mode::Const | Mode::Type | Mode::Nil) {
        return false;
    }
    let any = |list: &[Expr]| list.iter().any(|x| has_effects(p, file, x));
    match &e.kind {
        ExprKind::Ident(_) | ExprKind::FuncLit(_) | ExprKind::BasicLit { .. } => false,
        ExprKind::Paren(x) => has_effects(p, file, x),
        ExprKind::Selector { x, .. } => match p.selection(file, e.id) {
            None => false,
            Some(s) => s.indirect || s.kind == SelectionKind::InterfaceMethodVal || has_effects(p, file, x),
        },
        ExprKind::CompositeLit { elems, .. } => elems.iter().any(|x| match &x.kind {
            ExprKind::KeyValue { key, value } => {
                let field = p.selection(file, key.id).is_some() || p.node(file, key.id).mode == Mode::None;
                !field && has_effects(p, file, key) || has_effects(p, file, value)
            }
            _ => has_effects(p, file, x),
        }),
        ExprKind::Unary { op, x } => *op == UnaryOp::Recv || has_effects(p, file, x),
        ExprKind::Binary { op, x, y } => {
            matches!(op, BinaryOp::Div | BinaryOp::Rem) || has_effects(p, file, x) || has_effects(p, file, y)
        }
        ExprKind::Call { fun, args, .. } => {
            if p.node(file, fun.id).mode == Mode::Type {
                return any(args)
                    || matches!(p.kind_or_none(p.node(file, e.id).ty), Some(K::Array(..) | K::Ptr(_)));
            }
            let f = fun.unparen();
            let obj = match &f.kind {
                ExprKind::Ident(_) => p.node(file, f.id).obj,
                ExprKind::Selector { sel, .. } if p.selection(file, f.id).is_none() => {
                    p.node(file, sel.id).obj
                }
                _ => ObjId::NONE,
            };
            match &p.ck.table.obj(obj).kind {
                ObjKind::Builtin(b) => {
                    !matches!(
                        b,
                        Builtin::Len
                            | Builtin::Cap
                            | Builtin::New
                            | Builtin::Append
                            | Builtin::Complex
                            | Builtin::Real
                            | Builtin::Imag
                            | Builtin::Min
                            | Builtin::Max
                    ) || any(args)
                }
                ObjKind::Func(_) => {
                    let o = p.ck.table.obj(obj);
                    let name = format!("{}.{}", p.ck.table.pkg_path(o.pkg), o.name);
                    !PURE.contains(&name.as_str()) || any(args)
                }
                _ => true,
            }
        }
        _ => true,
    }
}
