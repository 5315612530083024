//! What is right but too large: types beyond the address space, channel elements, map keys and elements, arguments, variables.
//! Go's compiler finds these while it compiles; here a pass over a checked package does, and whatever is compiled later may rely
//! on sizes that fit.
use crate::{checker::*, info::Mode, layout::View, object::*, table::*};
use reflect::abi::{RegBudget, assign};
use rustc_hash::FxHashMap;
use syntax::{Pos, Sym, ast, walk::Visitor};

/// Go calls it MaxWidth: no value is larger.
const MAX_WIDTH: u64 = 1 << 50;
/// Bytes of a channel's element.
const MAX_CHAN_ELEM: u64 = 1 << 16;
/// Bytes of a map's key or element.
const MAX_MAP_PART: u64 = 1 << 31;
/// Bytes of a symbol.
const MAX_SYMBOL: u64 = 2_000_000_000;
/// Bytes of a frame's arguments.
const MAX_ARGS: u64 = 1 << 30;

/// Finds what is too large in a package that was checked without errors.
pub fn check(c: &Checker, pkg: PkgId, budget: RegBudget) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let data = c.pkg(pkg);
    for (i, file) in data.files.iter().enumerate() {
        let file_ref = FileRef { pkg, file: i as u32 };
        let mut v =
            Limits { c, file: file_ref, budget, known: Default::default(), seen: Vec::new(), out: &mut out };
        syntax::walk::walk_file(&mut v, file);
    }
    out
}

/// A type that is too large, and the message.
#[derive(Clone)]
struct Fault {
    culprit: TypeId,
    text: String,
}

struct Limits<'a> {
    c: &'a Checker,
    file: FileRef,
    budget: RegBudget,
    known: FxHashMap<TypeId, Option<Fault>>,
    /// Faulty types that were reported; a declaration reports them again.
    seen: Vec<TypeId>,
    out: &'a mut Vec<Diagnostic>,
}

impl Limits<'_> {
    fn error(&mut self, pos: Pos, msg: String) {
        self.out.push(Diagnostic { pos, msg, soft: false });
    }

    fn size(&self, t: TypeId) -> u64 {
        self.c.table.size_of(t, self.budget.ptr_size)
    }

    /// What is wrong with `t` or with a type that it is written with. Defined types are looked at where they are declared,
    /// instances wherever they are used.
    fn fault(&mut self, t: TypeId) -> Option<Fault> {
        let tt = &self.c.table;
        let skip = match tt.get(t) {
            Type::Basic(_) | Type::Interface(_) | Type::TypeParam(_) | Type::Union(_) => true,
            Type::Named(_, args) => args.is_empty(),
            _ => false,
        };
        if skip || tt.has_type_params(t) || tt.has_invalid(t) {
            return None;
        }
        if let Some(known) = self.known.get(&t) {
            return known.clone();
        }
        // An instance may lead to itself.
        self.known.insert(t, None);
        let fault = self.fault_below(t);
        self.known.insert(t, fault.clone());
        fault
    }

    fn fault_below(&mut self, t: TypeId) -> Option<Fault> {
        let tt = &self.c.table;
        let mut below = |list: &[TypeId]| list.iter().find_map(|&t| self.fault(t));
        let found = match tt.under(t) {
            Type::Array(e, _) | Type::Pointer(e) | Type::Slice(e) | Type::Chan(_, e) => below(&[*e]),
            Type::Map(k, e) => below(&[*k, *e]),
            Type::Struct(fields) => fields.iter().find_map(|f| below(&[f.ty])),
            Type::Func(s) => below(&s.params).or_else(|| below(&s.results)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        let text = match tt.under(t) {
            Type::Array(e, n) if self.size(*e).checked_mul(*n).is_none_or(|size| size >= MAX_WIDTH) => {
                format!("type {} larger than address space", tt.type_string(t, self.file.pkg))
            }
            Type::Struct(_) if self.size(t) >= MAX_WIDTH => {
                format!("type {} too large", tt.type_string(t, self.file.pkg))
            }
            Type::Chan(_, e) if self.size(*e) >= MAX_CHAN_ELEM => {
                "channel element type too large (>64kB)".into()
            }
            Type::Map(_, e) if self.size(*e) >= MAX_MAP_PART => "map element type too large".into(),
            Type::Map(k, _) if self.size(*k) >= MAX_MAP_PART => "map key type too large".into(),
            _ => return None,
        };
        Some(Fault { culprit: t, text })
    }

    /// Reports a faulty type; where none is declared, only once.
    fn check_type(&mut self, pos: Pos, t: TypeId, declares: bool) -> bool {
        let Some(Fault { culprit, text }) = self.fault(t) else { return false };
        if declares || !self.seen.contains(&culprit) {
            self.seen.push(culprit);
            self.error(pos, text);
        }
        true
    }

    fn args(&mut self, pos: Pos, recv: Option<TypeId>, sig: TypeId) {
        let tt = &self.c.table;
        let (Some(s), false) = (tt.as_signature(sig), tt.has_type_params(sig)) else { return };
        let params: Vec<TypeId> = recv.into_iter().chain(s.params.iter().copied()).collect();
        if tt.has_invalid(sig) || params.iter().any(|&t| tt.has_type_params(t)) {
            return;
        }
        let total: u64 = params.iter().chain(&s.results).map(|&t| self.size(t)).fold(0, u64::saturating_add);
        // Most functions are told apart by this; registers hold next to nothing.
        if !(MAX_ARGS..MAX_WIDTH).contains(&total) {
            return;
        }
        let view = |list: &[TypeId]| -> Vec<View<'_>> {
            list.iter().map(|&ty| View { tt, ty, word: self.budget.ptr_size }).collect()
        };
        let width = assign(&view(&params), &view(&s.results), None, self.budget).args_size;
        if width >= MAX_ARGS {
            self.error(pos, format!("stack frame too large (>1GB): 0 MB locals + {} MB args", width >> 20));
        }
    }

    /// An object that an identifier defines.
    fn definition(&mut self, name: Sym, pos: Pos, o: &Object) {
        match &o.kind {
            ObjKind::TypeName { alias: false, .. } => {
                self.check_type(pos, self.c.table.underlying(o.ty), true);
            }
            ObjKind::Var(v) => {
                if self.check_type(pos, o.ty, true) || !v.global || name.as_str() == "_" {
                    return;
                }
                let size = self.size(o.ty);
                if size > MAX_SYMBOL {
                    let path = self.c.pkg(self.file.pkg).info.path;
                    let text = format!("{path}.{name}: symbol too large ({size} bytes > {MAX_SYMBOL} bytes)");
                    self.error(pos, text);
                }
            }
            ObjKind::Func(f) => {
                let decl = f.decl.map(|(file, i)| &self.c.file(file).decls[i as usize]);
                let at = if let Some(ast::Decl::Func(d)) = decl { d.pos } else { pos };
                if f.tparams.is_empty() && f.recv_tparams.is_empty() {
                    self.args(at, f.recv, o.ty);
                }
            }
            _ => {}
        }
    }
}

impl Visitor for Limits<'_> {
    fn ident(&mut self, ident: &ast::Ident) {
        let obj = self.c.file_info(self.file).nodes[ident.id.index()].obj;
        let o = self.c.obj(obj);
        if obj != ObjId::NONE && o.pos == ident.pos && o.pkg == self.file.pkg {
            let o = o.clone();
            self.definition(ident.name, ident.pos, &o);
        }
    }

    fn expr(&mut self, e: &ast::Expr) -> bool {
        let node = self.c.file_info(self.file).nodes[e.id.index()];
        if matches!(node.mode, Mode::Value | Mode::Var | Mode::Type | Mode::CommaOk | Mode::MapIndex) {
            self.check_type(e.pos, node.ty, false);
            if let ast::ExprKind::FuncLit { .. } = e.kind {
                self.args(e.pos, None, node.ty);
            }
        }
        true
    }
}
