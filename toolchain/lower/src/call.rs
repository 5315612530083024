//! Calls of functions, methods and func values.
use crate::fx::Fx;
use crate::iface::itab_fun;
use crate::intrinsics;
use crate::order::Operand;
use crate::place::Opd;
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::Callee;
use ir::{FuncId, Op, SigId, SymRef, Ty, Value};
use syntax::Sym;
use syntax::ast::{Expr, ExprKind, Ident};
use types::info::{Mode, Selection, SelectionKind};
use types::object::{Builtin, ObjId, ObjKind};
use types::table::{Basic, Type, TypeId, basic};

/// Whom a planned call calls.
#[derive(Clone, Debug)]
pub enum Target {
    /// A function of the program.
    Func(FuncId),
    /// Code that stands for a call.
    Intrinsic(intrinsics::Intrinsic),
    /// A func value.
    Closure(Value),
    /// A code address.
    Code(Value),
}

/// A call whose operands are evaluated.
pub struct Plan {
    /// Whom.
    pub target: Target,
    /// Receiver and arguments.
    pub args: Vec<Val>,
    /// Their types (an interface method's receiver is an unsafe.Pointer).
    pub params: Vec<TypeId>,
    /// Result types.
    pub results: Vec<TypeId>,
    /// Pointers that arguments were converted from, to be kept alive over the call.
    pub keep: Vec<Value>,
}

/// What a callee's `//go:uintptr…` directive asks for arguments `uintptr(p)` with an unsafe.Pointer p.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Uintptrs {
    /// Nothing: they are numbers.
    Plain,
    /// What p points at is kept alive over the call (`//go:uintptrkeepalive`).
    Keep,
    /// It is in the heap as well, so that it does not move (`//go:uintptrescapes`).
    Escape,
}

/// A method as found for a concrete receiver type.
#[derive(Clone, Debug)]
pub struct Method {
    /// Embedded fields from the receiver operand to the method's receiver.
    pub path: Vec<u32>,
    /// The type found there.
    pub owner: TypeId,
    /// What to call.
    pub kind: MethodKind,
}

/// Kinds of methods.
#[derive(Clone, Debug)]
pub enum MethodKind {
    /// A declared method with its type arguments; `ptr`: it has a pointer receiver.
    Declared { obj: ObjId, args: Vec<TypeId>, ptr: bool },
    /// Method number of the interface type `owner`.
    Interface(usize),
}

impl<'p, 'a> Fx<'p, 'a> {
    /// Calls; gives the results. A single memory result may be put at `into`, fresh memory.
    pub fn call(&mut self, e: &'a Expr, into: Option<Addr>) -> Vec<Val> {
        let ExprKind::Call { fun, args, .. } = &e.kind else { panic!("{}: no call", e.pos) };
        if self.mode(fun) == Mode::Type {
            let to = self.ty_of(fun);
            return vec![self.conversion(e, &args[0], to)];
        }
        if let Some(vals) = self.take_ahead(e) {
            return vals;
        }
        if let Some(b) = self.builtin_of(fun) {
            return self.builtin(e, b, args).into_iter().collect();
        }
        let plan = self.plan(e);
        self.s.pos = e.pos;
        self.run(plan, into)
    }
    /// The built-in function that an expression names.
    pub fn builtin_of(&self, fun: &Expr) -> Option<Builtin> {
        let fun = fun.unparen();
        let id = match &fun.kind {
            ExprKind::Ident(_) => fun.id,
            ExprKind::Selector { sel, .. } if self.selection(fun.id).is_none() => sel.id,
            _ => return None,
        };
        match self.p.ck.table.obj(self.obj(id)).kind {
            ObjKind::Builtin(b) => Some(b),
            _ => None,
        }
    }
    /// Carries out a planned call.
    pub fn run(&mut self, plan: Plan, into: Option<Addr>) -> Vec<Val> {
        let (callee, target) = match plan.target {
            Target::Intrinsic(name) => {
                let results = intrinsics::expand(self, name, &plan.args, &plan.params, &plan.results);
                plan.keep.iter().for_each(|&p| self.ins0(Op::KeepAlive, &[p]));
                return results;
            }
            Target::Func(f) => (Callee::Static(self.p.natives.direct(f)), None),
            Target::Closure(v) => (Callee::Closure, Some(v)),
            Target::Code(v) => (Callee::Code, Some(v)),
        };
        let sig = match callee {
            Callee::Static(f) => self.p.prog.funcs[f].sig,
            _ => self.p.sig(&plan.params, &plan.results),
        };
        let results = self.call_vals(callee, sig, target, &plan.args, &plan.results, into);
        plan.keep.iter().for_each(|&p| self.ins0(Op::KeepAlive, &[p]));
        results
    }

    /// Evaluates the function and the arguments of a call.
    pub fn plan(&mut self, e: &'a Expr) -> Plan {
        let ExprKind::Call { fun, args, ellipsis, .. } = &e.kind else { panic!("{}: no call", e.pos) };
        let fun = fun.unparen();
        let spread = ellipsis.is_some();
        if let ExprKind::Selector { x, sel } = &fun.kind
            && let Some(s) = self.selection(fun.id)
        {
            match s.kind {
                SelectionKind::Field => {}
                SelectionKind::MethodExpr | SelectionKind::InterfaceMethodExpr => {
                    let f = self.method_expr_func(sel, &s);
                    let ft = self.ty_of(fun);
                    return self.plan_func(f, ft, args, spread);
                }
                _ => return self.plan_method(e, x, sel, &s, args, spread),
            }
        }
        if let ExprKind::Index { x, .. } = &fun.kind
            && let ExprKind::Selector { x: recv, sel } = &x.unparen().kind
            && let Some(s) = self.selection(x.unparen().id)
            && s.kind != SelectionKind::Field
        {
            return self.plan_method(e, recv, sel, &s, args, spread);
        }
        // A declared function, perhaps instantiated.
        let name = match &fun.kind {
            ExprKind::Index { x, .. } if self.mode(x) != Mode::Type => x.unparen(),
            _ => fun,
        };
        if let Some(obj) = self.generic_func(name) {
            let id = crate::expr::func_node(name);
            let targs = self.inst_args(id);
            let subst = self.p.decl_subst(obj, &targs);
            let (params, results) = self.p.decl_types(obj, &subst);
            let variadic =
                self.p.ck.table.as_signature(self.p.ck.table.obj(obj).ty).is_some_and(|s| s.variadic);
            let how = self.p.uintptrs(obj);
            let (args, keep) = self.kept_args(args, spread, &params, variadic, how);
            self.s.pos = e.pos;
            let target = match intrinsics::find(self.p, obj) {
                Some(name) => Target::Intrinsic(name),
                None => Target::Func(self.p.callee(obj, targs, e.pos)),
            };
            return Plan { target, args, params, results, keep };
        }
        let ft = self.ty_of(fun);
        let sig = self.p.signature(ft);
        self.callee_and_args_first(fun, false, args, spread, &sig.params, sig.variadic);
        let f = self.scalar(fun);
        let mut vals = self.args(args, spread, &sig.params, sig.variadic);
        if self.looks_only(fun) {
            vals.iter_mut().for_each(|v| self.hide(v));
        }
        let (params, results) = self.sig_types(ft);
        Plan { target: Target::Closure(f), args: vals, params, results, keep: Vec::new() }
    }
    /// The hash and equality functions that type descriptors hold keep nothing of what they are given.
    fn looks_only(&self, fun: &Expr) -> bool {
        let ExprKind::Selector { x, sel } = &fun.kind else { return false };
        let owner = match self.p.kind(self.ty_of(x)) {
            K::Ptr(t) => t,
            _ => return false,
        };
        let table = &self.p.ck.table;
        let Some((n, _)) = table.as_named(owner) else { return false };
        table.pkg_path(table.named_pkg(n)) == "internal/abi"
            && matches!(
                (table.named_name(n).as_str(), sel.name.as_str()),
                ("MapType", "Hasher") | ("Type", "Equal")
            )
    }
    /// Keeps a pointer from escape analysis, as `internal/abi.NoEscape` does.
    fn hide(&mut self, v: &mut Val) {
        if let Val::Flat(leaves) = v
            && let [p] = leaves[..]
            && self.s.f.ty(p) == Ty::Ptr
        {
            let zero = self.word(0);
            let word = self.word_ty();
            let number = self.ins(Op::Bitcast, &[p], word);
            let number = self.ins(Op::Xor, &[number, zero], word);
            leaves[0] = self.ins(Op::Bitcast, &[number], Ty::Ptr);
        }
    }
    fn plan_func(&mut self, f: FuncId, ft: TypeId, args: &'a [Expr], spread: bool) -> Plan {
        let sig = self.p.signature(ft);
        let vals = self.args(args, spread, &sig.params, sig.variadic);
        let (params, results) = self.sig_types(ft);
        Plan { target: Target::Func(f), args: vals, params, results, keep: Vec::new() }
    }
    /// Canonical parameter and result types of a func type.
    pub fn sig_types(&self, ft: TypeId) -> (Vec<TypeId>, Vec<TypeId>) {
        let sig = self.p.signature(ft);
        let canon = |l: &[TypeId]| l.iter().map(|&t| self.p.ck.table.canon(t)).collect();
        (canon(&sig.params), canon(&sig.results))
    }

    fn plan_method(
        &mut self,
        e: &'a Expr,
        x: &'a Expr,
        sel: &'a Ident,
        s: &Selection,
        args: &'a [Expr],
        spread: bool,
    ) -> Plan {
        let m = self.find_method(sel, s);
        let t = self.ty_of(x);
        match &m.kind {
            MethodKind::Declared { obj, args: targs, ptr } => {
                let reads = s.indirect || (!ptr && matches!(self.p.kind(m.owner), K::Ptr(_)));
                let subst = self.p.decl_subst(*obj, targs);
                let (params, _) = self.p.decl_types(*obj, &subst);
                let variadic = self.is_variadic(*obj);
                self.callee_and_args_first(x, reads, args, spread, &params[1..], variadic);
            }
            MethodKind::Interface(i) => {
                let owner = self.path_type(t, &m.path);
                let sig = self.p.signature(self.ty(self.p.iface_methods(owner)[*i].sig));
                self.callee_and_args_first(x, !m.path.is_empty(), args, spread, &sig.params, sig.variadic);
            }
        }
        let o = self.operand(x);
        self.s.pos = sel.pos;
        let (o, owner) = self.walk_path(o, t, &m.path);
        match m.kind {
            MethodKind::Declared { obj, args: targs, ptr } => {
                let (recv, _) = self.receiver(&o, owner, ptr);
                let subst = self.p.decl_subst(obj, &targs);
                let (params, results) = self.p.decl_types(obj, &subst);
                let recv = if args.is_empty() { recv } else { self.settle(params[0], recv) };
                let variadic = self.is_variadic(obj);
                let mut vals = vec![recv];
                let how = self.p.uintptrs(obj);
                let (args, keep) = self.kept_args(args, spread, &params[1..], variadic, how);
                vals.extend(args);
                let f = self.p.func(obj, targs, e.pos);
                Plan { target: Target::Func(f), args: vals, params, results, keep }
            }
            MethodKind::Interface(i) => {
                let v = self.read(&o, owner);
                self.p.use_method(owner, i);
                let method = &self.p.iface_methods(owner)[i];
                let ft = self.ty(method.sig);
                let sig = self.p.signature(ft);
                let mut vals = vec![Val::one(v.leaf(1))];
                vals.extend(self.args(args, spread, &sig.params, sig.variadic));
                let (params, results) = self.sig_types(ft);
                self.s.pos = e.pos;
                let code = self.iface_code(v.leaf(0), owner, i);
                let params = std::iter::once(self.p.unsafe_ptr()).chain(params).collect();
                Plan { target: Target::Code(code), args: vals, params, results, keep: Vec::new() }
            }
        }
    }
    fn is_variadic(&self, obj: ObjId) -> bool {
        self.p.ck.table.as_signature(self.p.ck.table.obj(obj).ty).is_some_and(|s| s.variadic)
    }
    /// What comes first in a func value or a receiver, and in the arguments. `reads`: the receiver is found through pointers.
    fn callee_and_args_first(
        &mut self,
        callee: &'a Expr,
        reads: bool,
        args: &'a [Expr],
        spread: bool,
        params: &[TypeId],
        variadic: bool,
    ) {
        let params: Vec<TypeId> = params.iter().map(|&t| self.ty(t)).collect();
        let tys = self.parameter_types(args.len(), spread, &params, variadic);
        if self.last_acting(args).is_some() {
            self.known_receiver_first(callee);
        }
        let args = args.iter().zip(tys.into_iter().map(Some).chain(std::iter::repeat(None)));
        let operands: Vec<Operand<'a>> = std::iter::once((callee, None)).chain(args).collect();
        self.operands_first_of(reads, &[], &operands);
    }
    /// The receiver for a method from an operand of type `t`: its address, its value, or what it points to.
    pub fn receiver(&mut self, o: &Opd, t: TypeId, ptr: bool) -> (Val, TypeId) {
        match (self.p.kind(t), ptr) {
            (K::Ptr(_), true) => (self.read(o, t), t),
            (_, true) => {
                let a = self.opd_addr(o, t);
                let pt = self.p.ptr_to(t);
                (Val::one(self.addr_value(a)), pt)
            }
            (K::Ptr(e), false) if !matches!(self.p.get(t), Type::Named(..)) => {
                let p = self.read(o, t).single();
                let e = self.ty(e);
                let o = self.pointee(p);
                (self.read(&o, e), e)
            }
            (_, false) => (self.read(o, t), t),
        }
    }
    /// The code of method `i` of an itab word; faults if it is nil.
    pub fn iface_code(&mut self, itab: Value, iface: TypeId, i: usize) -> Value {
        let tab = self.bitcast(itab, Ty::Ptr);
        self.nil_check(tab);
        let off = itab_fun(self.p.word as u64, i);
        let ty = self.word_ty();
        let code = self.load(ty, Addr::new(tab).plus(off));
        self.note_method_load(code, iface, i);
        code
    }

    /// What a method selector denotes under the current type arguments.
    pub fn find_method(&mut self, sel: &Ident, s: &Selection) -> Method {
        let recv = self.ty(s.recv);
        let own = self.inst_args(sel.id);
        let mut path = s.path.clone();
        let mut owner = self.path_type(recv, &path);
        if s.method != ObjId::NONE
            && matches!(s.kind, SelectionKind::MethodVal | SelectionKind::MethodExpr)
            && self.method_fits(s.method, owner)
        {
            return self.declared(path, owner, s.method, own);
        }
        let (name, pkg) = (sel.name, self.env.file.pkg);
        if self.p.is_iface(owner) {
            let i = self.iface_method_index(owner, name);
            return Method { path, owner, kind: MethodKind::Interface(i) };
        }
        // A method of a type parameter's constraint: now the type argument's own.
        let found = self.p.ck.table.lookup_field_or_method(owner, true, pkg, name).found();
        let Some(f) = found else {
            panic!("{}: {} has no method {name}", sel.pos, self.p.type_str(owner));
        };
        path.extend(&f.path);
        owner = self.path_type(owner, &f.path);
        if f.obj == ObjId::NONE {
            let i = self.iface_method_index(owner, name);
            return Method { path, owner, kind: MethodKind::Interface(i) };
        }
        self.declared(path, owner, f.obj, own)
    }
    fn method_fits(&self, method: ObjId, owner: TypeId) -> bool {
        let tt = &self.p.ck.table;
        let base = |t| tt.as_named(tt.deref(t).0).map(|n| n.0);
        match self.p.func_obj(method).recv {
            Some(r) => base(r) == base(owner),
            None => false,
        }
    }
    fn declared(&mut self, path: Vec<u32>, owner: TypeId, obj: ObjId, own: Vec<TypeId>) -> Method {
        self.p.ck.resolve(obj);
        let tt = &self.p.ck.table;
        let mut args: Vec<TypeId> = match tt.as_named(tt.deref(owner).0) {
            Some((_, args)) => args.iter().map(|&a| tt.canon(a)).collect(),
            None => Vec::new(),
        };
        let f = self.p.func_obj(obj);
        args.truncate(f.recv_tparams.len());
        args.extend(own);
        let ptr = f.ptr_recv;
        Method { path, owner, kind: MethodKind::Declared { obj, args, ptr } }
    }
    /// The type at the end of a path of fields.
    pub fn path_type(&self, mut t: TypeId, path: &[u32]) -> TypeId {
        for &i in path {
            if let K::Ptr(e) = self.p.kind(t) {
                t = e;
            }
            t = self.ty(self.p.fields(t)[i as usize].ty);
        }
        t
    }
    /// The number of an interface's method in its itabs.
    pub fn iface_method_index(&self, t: TypeId, name: Sym) -> usize {
        let pkg = self.env.file.pkg;
        match self.p.ck.table.type_set(t).lookup(pkg, name, false) {
            Some(i) => i,
            None => panic!("{}: {} has no method {name}", self.s.pos, self.p.type_str(t)),
        }
    }

    /// The operand p of an argument `uintptr(p)`, if p is an unsafe.Pointer.
    fn pointer_of(&self, e: &'a Expr) -> Option<&'a Expr> {
        let e = e.unparen();
        let ExprKind::Call { fun, args, .. } = &e.kind else { return None };
        let is = |t, want| self.p.ck.table.underlying(t) == basic(want);
        let fits = self.mode(fun) == Mode::Type
            && self.mode(&args[0]) != Mode::Nil
            && is(self.ty_of(fun), Basic::Uintptr)
            && is(self.ty_of(&args[0]), Basic::UnsafePointer);
        fits.then(|| &args[0])
    }
    fn kept_pointer(&mut self, p: Value, how: Uintptrs, keep: &mut Vec<Value>) {
        if how == Uintptrs::Escape {
            self.ins0(Op::Escape, &[p]);
        }
        keep.push(p);
    }
    /// Evaluates arguments, and gives the pointers that some are converted from. These become numbers at the very end, since
    /// evaluating other arguments may move the stack.
    fn kept_args(
        &mut self,
        args: &'a [Expr],
        spread: bool,
        params: &[TypeId],
        variadic: bool,
        how: Uintptrs,
    ) -> (Vec<Val>, Vec<Value>) {
        let mut keep = Vec::new();
        if how == Uintptrs::Plain || !args.iter().any(|a| self.pointer_of(a).is_some()) {
            return (self.args(args, spread, params, variadic), keep);
        }
        let params: Vec<TypeId> = params.iter().map(|&t| self.ty(t)).collect();
        let fixed = if variadic && !spread { params.len() - 1 } else { params.len() };
        let mut out = Vec::with_capacity(params.len());
        let mut late = Vec::new();
        let last = self.last_acting(args);
        for (i, (a, &t)) in args.iter().zip(&params[..fixed]).enumerate() {
            if let Some(x) = self.pointer_of(a) {
                let p = self.scalar(x);
                self.kept_pointer(p, how, &mut keep);
                late.push((i, p));
                out.push(Val::one(p));
                continue;
            }
            let v = self.expr_as(a, t);
            out.push(if last.is_some_and(|l| i < l) { self.settle(t, v) } else { v });
        }
        if variadic && !spread {
            let rest = &args[fixed.min(args.len())..];
            out.push(self.rest_slice(
                params[fixed],
                rest.len(),
                |s, i, elem, to| match s.pointer_of(&rest[i]) {
                    Some(x) => {
                        let p = s.scalar(x);
                        s.kept_pointer(p, how, &mut keep);
                        let word = s.word_ty();
                        let n = s.bitcast(p, word);
                        s.store_val(elem, to, &Val::one(n));
                    }
                    None => s.expr_into(&rest[i], elem, to),
                },
            ));
        }
        for (i, p) in late {
            let word = self.word_ty();
            out[i] = Val::one(self.bitcast(p, word));
        }
        (out, keep)
    }
    /// Evaluates arguments as the parameters' types.
    pub fn args(&mut self, args: &'a [Expr], spread: bool, params: &[TypeId], variadic: bool) -> Vec<Val> {
        let params: Vec<TypeId> = params.iter().map(|&t| self.ty(t)).collect();
        if let [only] = args
            && let K::Tuple = self.p.kind(self.ty_of(only))
        {
            let tys = self.tuple_types(only);
            let vals = self.call(only, None);
            self.s.pos = only.pos;
            return self.bind_args(vals, &tys, &params, variadic);
        }
        let fixed = if variadic && !spread { params.len() - 1 } else { params.len() };
        let tys = self.parameter_types(args.len(), spread, &params, variadic);
        self.calls_first_as(args, &tys);
        let last = self.last_acting(args);
        let mut out = Vec::with_capacity(params.len());
        for (i, (a, &t)) in args.iter().zip(&params[..fixed]).enumerate() {
            let v = self.expr_as(a, t);
            let v = if last.is_some_and(|l| i < l) { self.settle(t, v) } else { v };
            out.push(v);
        }
        if variadic && !spread {
            let rest = &args[fixed.min(args.len())..];
            let slice = params[fixed];
            out.push(self.rest_slice(slice, rest.len(), |s, i, elem, to| s.expr_into(&rest[i], elem, to)));
        }
        out
    }
    /// The type that each of `n` arguments gets.
    fn parameter_types(&mut self, n: usize, spread: bool, params: &[TypeId], variadic: bool) -> Vec<TypeId> {
        let mut tys = params.to_vec();
        if variadic
            && !spread
            && let Some(last) = tys.pop()
            && let K::Slice(elem) = self.p.kind(last)
        {
            let elem = self.ty(elem);
            tys.resize(n.max(tys.len()), elem);
        }
        tys
    }
    /// Types of the results of a call with several.
    pub fn tuple_types(&self, e: &Expr) -> Vec<TypeId> {
        match self.p.get(self.ty_of(e)) {
            Type::Tuple(l) => l.iter().map(|&t| self.ty(t)).collect(),
            _ => vec![self.ty_of(e)],
        }
    }
    fn bind_args(&mut self, vals: Vec<Val>, tys: &[TypeId], params: &[TypeId], variadic: bool) -> Vec<Val> {
        let fixed = if variadic { params.len() - 1 } else { params.len() };
        let mut out: Vec<Val> =
            (0..fixed).map(|i| self.assign_conv(vals[i].clone(), tys[i], params[i])).collect();
        if variadic {
            let slice = params[fixed];
            let n = vals.len() - fixed;
            out.push(self.rest_slice(slice, n, |s, i, elem, to| {
                let v = s.assign_conv(vals[fixed + i].clone(), tys[fixed + i], elem);
                s.store_val(elem, to, &v);
            }));
        }
        out
    }
    /// A slice of `n` new elements that `fill` stores.
    pub fn rest_slice(
        &mut self,
        slice: TypeId,
        n: usize,
        mut fill: impl FnMut(&mut Self, usize, TypeId, Addr),
    ) -> Val {
        if n == 0 {
            return self.zero_val(slice);
        }
        let K::Slice(elem) = self.p.kind(slice) else { panic!("variadic parameter of no slice type") };
        let elem = self.ty(elem);
        let arr = self.p.ck.table.array(elem, n as u64);
        let p = self.new_object(arr, Sym::new("..."));
        let size = self.p.size_of(elem);
        for i in 0..n {
            fill(self, i, elem, Addr::new(p).plus(i as u64 * size));
        }
        let len = self.word(n as i64);
        Val::Flat(smallvec::smallvec![p, len, len])
    }
    /// The address of a function's code.
    pub fn code_addr(&mut self, f: FuncId) -> Value {
        let ty = self.word_ty();
        self.ins(Op::Sym(SymRef::Func(f), 0), &[], ty)
    }
    /// Signature of a method called through an interface.
    pub fn iface_sig(&mut self, ft: TypeId) -> SigId {
        let (params, results) = self.sig_types(ft);
        let params: Vec<TypeId> = std::iter::once(self.p.unsafe_ptr()).chain(params).collect();
        self.p.sig(&params, &results)
    }
}
