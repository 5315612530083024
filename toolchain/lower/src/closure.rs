//! Closures: function literals, bound methods, method expressions.
//!
//! A func value is a pointer to `{code, captures…}`. A variable that never changes after its declaration is captured by
//! value if it is not large, any other by its address. One whose value is a constant is not captured: the closure's code has it.
use crate::analyze::Facts;
use crate::call::{Method, MethodKind, Plan, Target};
use crate::fx::{Env, Fx, VarLoc};
use crate::program::{Prog, Work};
use crate::rangefunc::RangeBody;
use crate::value::{Addr, Val};
use ir::{Func, FuncFlags, FuncId, Op, SymRef, Ty, Value};
use std::rc::Rc;
use syntax::ast::{self, Block, FuncLit, Ident, NodeId};
use syntax::{Pos, Sym};
use types::info::{Selection, SelectionKind};
use types::object::ObjId;
use types::table::{Basic, Field, PkgId, TypeId, basic};

/// A captured variable.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The variable.
    pub obj: ObjId,
    /// Its type.
    pub ty: TypeId,
    /// Whether its address is captured.
    pub by_ref: bool,
    /// The leaves of a constant, which are made again where the variable is used.
    pub constant: Option<Vec<Op>>,
}

/// What a closure's function is made from.
pub enum LitBody<'a> {
    /// A function literal.
    Lit(&'a FuncLit),
    /// The body of a range-over-func loop.
    Range(Box<RangeBody<'a>>),
}

/// A closure's function, to be lowered.
pub struct LitSource<'a> {
    /// Its environment.
    pub env: Rc<Env<'a>>,
    /// Its number in the environment's facts.
    pub idx: u32,
    /// The code.
    pub body: LitBody<'a>,
    /// What it captures.
    pub captures: Vec<Capture>,
    /// Parameter types.
    pub params: Vec<TypeId>,
    /// Result types.
    pub results: Vec<TypeId>,
}

impl<'a> Prog<'a> {
    /// `unsafe.Pointer`
    pub fn unsafe_ptr(&self) -> TypeId {
        basic(Basic::UnsafePointer)
    }
    /// The type of a closure object with these captures.
    pub fn closure_type(&mut self, captures: &[TypeId]) -> TypeId {
        let field = |name: String, ty| Field {
            name: Sym::new(&name),
            pkg: PkgId(0),
            ty,
            embedded: false,
            tag: Sym::default(),
        };
        let mut fields = vec![field("F".into(), basic(Basic::Uintptr))];
        fields.extend(captures.iter().enumerate().map(|(i, &t)| field(format!("X{i}"), t)));
        self.ck.table.strukt(fields)
    }
}

impl<'p, 'a> Fx<'p, 'a> {
    /// A function literal's value.
    pub fn func_lit(&mut self, node: NodeId, lit: &'a FuncLit) -> Val {
        let idx = self.env.facts.by_node[&node];
        let name = self.closure_name(0);
        let ft = self.ty(self.info(node).ty);
        let (params, results) = self.sig_types(ft);
        let (code, captures) = self.closure_func(&name, idx, LitBody::Lit(lit), params, results, lit.ty.pos);
        let vals = self.capture_vals(&captures);
        Val::one(self.make_closure(code, &vals))
    }
    /// A name for a closure in this function: 0 literal, 1 go, 2 defer, 3 loop body.
    pub fn closure_name(&mut self, kind: usize) -> String {
        self.counts[kind] += 1;
        let n = self.counts[kind];
        match kind {
            // A literal in a literal is numbered only.
            0 if self.idx != 0 && !self.env.facts.funcs[self.idx as usize].range_body => {
                format!("{}.{n}", self.name)
            }
            0 => format!("{}.func{n}", self.name),
            1 => format!("{}.gowrap{n}", self.name),
            2 => format!("{}.deferwrap{n}", self.name),
            _ => format!("{}-range{n}", self.name),
        }
    }
    /// Adds a closure's function to the worklist. Also gives what it captures here.
    pub fn closure_func(
        &mut self,
        name: &str,
        idx: u32,
        body: LitBody<'a>,
        params: Vec<TypeId>,
        results: Vec<TypeId>,
        pos: Pos,
    ) -> (FuncId, Vec<Capture>) {
        let captures = self.captures(idx);
        let sig = self.p.sig(&params, &results);
        let f = self.p.new_func(name, sig, pos);
        if self.s.f.flags.nosplit {
            self.p.prog.funcs[f].flags.nosplit = false;
        }
        let env = self.env.clone();
        let src = LitSource { env, idx, body, captures: captures.clone(), params, results };
        self.p.enqueue(f, Work::Lit(Box::new(src)));
        (f, captures)
    }
    fn captures(&mut self, idx: u32) -> Vec<Capture> {
        let env = self.env.clone();
        let free = env.facts.funcs[idx as usize].free.iter();
        free.map(|&obj| {
            let ty = self.obj_ty(obj);
            let by_ref = self.by_ref(obj, ty);
            let constant = if by_ref || !self.p.is_flat(ty) {
                None
            } else {
                match self.var_loc(obj) {
                    loc @ VarLoc::Ssa(_) => {
                        let v = self.read_loc(loc, ty);
                        v.leaves().iter().map(|&l| self.constant_op(l)).collect()
                    }
                    _ => None,
                }
            };
            Capture { obj, ty, by_ref, constant }
        })
        .collect()
    }
    /// The operation that gives a value anywhere.
    pub fn constant_op(&self, v: Value) -> Option<Op> {
        let op = &self.s.f.def_inst(v)?.op;
        matches!(op, Op::Iconst(_) | Op::Fconst(_) | Op::Sym(SymRef::Data(_), _)).then(|| op.clone())
    }
    /// The object of a loop's body, which captures the loop's state object first.
    pub fn range_closure(&mut self, code: FuncId, captures: &[Capture], state: Value) -> Value {
        let mut vals = self.capture_vals(captures);
        vals.insert(0, (Val::one(state), self.p.unsafe_ptr()));
        self.make_closure(code, &vals)
    }
    fn capture_vals(&mut self, caps: &[Capture]) -> Vec<(Val, TypeId)> {
        caps.iter()
            .filter(|c| c.constant.is_none())
            .map(|c| {
                let loc = self.var_loc(c.obj);
                if c.by_ref {
                    let Some(a) = self.loc_addr(loc) else { panic!("a captured variable has an address") };
                    (Val::one(self.addr_value(a)), self.p.ptr_to(c.ty))
                } else {
                    (self.read_loc(loc, c.ty), c.ty)
                }
            })
            .collect()
    }
    /// A closure object with these captures.
    pub fn make_closure(&mut self, code: FuncId, captures: &[(Val, TypeId)]) -> Value {
        if captures.is_empty() {
            let d = self.p.funcval(code);
            return self.data_addr(d);
        }
        let tys: Vec<TypeId> = captures.iter().map(|c| c.1).collect();
        let t = self.p.closure_type(&tys);
        let p = self.new_object(t, Sym::new(ir::op::FUNC_LITERAL));
        let addr = self.code_addr(code);
        self.store(Addr::new(p), addr);
        for (i, (v, ct)) in captures.iter().enumerate() {
            let off = self.p.field_offset(t, i + 1);
            self.store_val(*ct, Addr::new(p).plus(off), v);
        }
        p
    }
    /// The captures, in the closure's own function.
    pub fn load_captures(&mut self, tys: &[TypeId]) -> Vec<Addr> {
        let ctx = self.ins(Op::GetClosure, &[], Ty::Ptr);
        let t = self.p.closure_type(tys);
        (0..tys.len()).map(|i| Addr::new(ctx).plus(self.p.field_offset(t, i + 1))).collect()
    }
    /// Binds captured variables at a closure's entry. `state`: a pointer is captured before them; gives its place.
    pub fn bind_captures(&mut self, caps: &[Capture], state: bool) -> Option<Addr> {
        for c in caps {
            if let Some(ops) = &c.constant {
                let tys: Vec<Ty> = self.p.cls(c.ty).leaves.iter().flatten().map(|l| l.0).collect();
                let leaves: Vec<Value> =
                    ops.iter().zip(tys).map(|(op, ty)| self.ins(op.clone(), &[], ty)).collect();
                let first = self.leaf_vars(c.ty);
                self.write_leaves(first, &leaves);
                self.vars.insert(c.obj, VarLoc::Ssa(first));
            }
        }
        let caps: Vec<&Capture> = caps.iter().filter(|c| c.constant.is_none()).collect();
        if caps.is_empty() && !state {
            return None;
        }
        let mut tys: Vec<TypeId> =
            caps.iter().map(|c| if c.by_ref { self.p.ptr_to(c.ty) } else { c.ty }).collect();
        if state {
            tys.insert(0, self.p.unsafe_ptr());
        }
        let mut at = self.load_captures(&tys);
        let state = state.then(|| at.remove(0));
        for (c, a) in caps.iter().zip(at) {
            let loc = if c.by_ref {
                let var = self.s.var(Ty::Ptr);
                let p = self.load(Ty::Ptr, a);
                self.s.write(var, p);
                VarLoc::Ptr(var, false)
            } else if self.p.is_flat(c.ty) {
                let first = self.leaf_vars(c.ty);
                let v = self.load_val(c.ty, a);
                self.write_leaves(first, v.leaves());
                VarLoc::Ssa(first)
            } else {
                let var = self.s.var(Ty::Ptr);
                let p = self.addr_value(a);
                self.s.write(var, p);
                VarLoc::Ptr(var, false)
            };
            self.vars.insert(c.obj, loc);
        }
        state
    }

    /// Lowers a declared function or a literal: binds parameters and results, then the body.
    pub fn function(
        mut self,
        params: impl Iterator<Item = &'a ast::Field>,
        results: &'a [ast::Field],
        param_tys: &[TypeId],
        result_tys: &[TypeId],
        body: &'a Block,
    ) -> Func {
        let facts: &Facts = &self.env.facts;
        let fact = &facts.funcs[self.idx as usize];
        let (defers, recovers) = (fact.defers, fact.recovers);
        self.s.f.flags.has_defer = defers;
        self.s.f.flags.has_recover = recovers;
        self.s.f.flags.noinline |= defers || recovers;
        self.mark_uncounted();
        self.open_defers();
        let params = self.named(params, param_tys);
        self.bind_params(&params);
        let named = results.iter().any(|f| !f.names.is_empty());
        let results = self.named(results.iter(), result_tys);
        self.bind_results(&results, named, defers);
        self.block(body);
        self.finish(body.rbrace)
    }
    /// Pairs types with the objects of named parameters.
    fn named(
        &self,
        fields: impl Iterator<Item = &'a ast::Field>,
        tys: &[TypeId],
    ) -> Vec<(Option<ObjId>, TypeId)> {
        let mut objs = Vec::new();
        for f in fields {
            match f.names.len() {
                0 => objs.push(None),
                _ => objs.extend(f.names.iter().map(|n| {
                    let obj = self.obj(n.id);
                    (obj != ObjId::NONE && !n.name.is_blank()).then_some(obj)
                })),
            }
        }
        assert_eq!(objs.len(), tys.len(), "{}: parameters of {}", self.s.pos, self.name);
        objs.into_iter().zip(tys.iter().copied()).collect()
    }

    // ---- methods as values

    /// `x.M`
    pub fn method_value(&mut self, e: &'a ast::Expr, sel: &'a Ident, s: &Selection) -> Val {
        let ast::ExprKind::Selector { x, .. } = &e.kind else { panic!("{}: no selector", e.pos) };
        let m = self.find_method(sel, s);
        let t = self.ty_of(x);
        let o = self.operand(x);
        self.s.pos = e.pos;
        let (o, owner) = self.walk_path(o, t, &m.path);
        match &m.kind {
            MethodKind::Declared { obj, args, ptr } => {
                let (recv, rt) = self.receiver(&o, owner, *ptr);
                let f = self.p.func(*obj, args.clone(), e.pos);
                let subst = self.p.decl_subst(*obj, args);
                let (params, results) = self.p.decl_types(*obj, &subst);
                let name = format!("{}-fm", self.p.prog.funcs[f].name);
                let code =
                    bound_method(self.p, &name, rt, BoundTarget::Func(f), params[1..].to_vec(), results);
                Val::one(self.make_closure(code, &[(recv, rt)]))
            }
            MethodKind::Interface(i) => {
                let v = self.read(&o, owner);
                let tab = self.bitcast(v.leaf(0), Ty::Ptr);
                self.nil_check(tab);
                self.p.use_method(owner, *i);
                let method = &self.p.iface_methods(owner)[*i];
                let ft = self.ty(method.sig);
                let (params, results) = self.sig_types(ft);
                let name = format!("{}-fm", self.p.method_name(owner, sel.name));
                let code = bound_method(self.p, &name, owner, BoundTarget::Iface(*i), params, results);
                Val::one(self.make_closure(code, &[(v, owner)]))
            }
        }
    }
    /// `T.M`
    pub fn method_expr(&mut self, sel: &'a Ident, s: &Selection) -> Val {
        let f = self.method_expr_func(sel, s);
        let d = self.p.funcval(f);
        Val::one(self.data_addr(d))
    }
    /// The function that a method expression denotes: the method itself, or a wrapper.
    pub fn method_expr_func(&mut self, sel: &Ident, s: &Selection) -> FuncId {
        let m = self.find_method(sel, s);
        let recv = self.ty(s.recv);
        if let MethodKind::Declared { obj, args, ptr } = &m.kind
            && m.path.is_empty()
            && *ptr == matches!(self.p.get(recv), types::table::Type::Pointer(_))
        {
            return self.p.func(*obj, args.clone(), sel.pos);
        }
        let plain =
            !matches!(&m.kind, MethodKind::Declared { obj, .. } if !self.p.func_obj(*obj).tparams.is_empty());
        if plain
            && !self.p.is_iface(recv)
            && let Some(entry) = self.p.find_method(recv, self.env.file.pkg, sel.name)
        {
            return self.p.method_func(recv, entry);
        }
        if let MethodKind::Interface(i) = m.kind {
            self.p.use_method(m.owner, i);
        }
        method_wrapper(self.p, recv, sel.name, m)
    }
}

/// What a bound method calls.
#[derive(Clone, Copy)]
pub enum BoundTarget {
    /// A method.
    Func(FuncId),
    /// Method number of the captured interface.
    Iface(usize),
}

/// The function of a method value: loads the receiver from the closure and calls.
fn bound_method<'a>(
    p: &mut Prog<'a>,
    name: &str,
    recv: TypeId,
    target: BoundTarget,
    params: Vec<TypeId>,
    results: Vec<TypeId>,
) -> FuncId {
    let sig = p.sig(&params, &results);
    let flags = FuncFlags { wrapper: true, ..FuncFlags::default() };
    p.generated(name, sig, flags, move |p, id| {
        let mut fx = Fx::synthetic(p, id);
        let at = fx.load_captures(&[recv])[0];
        let recv_val = fx.load_val(recv, at);
        let mut args = fx.param_vals(&params);
        let mut tys = params.clone();
        let target = match target {
            BoundTarget::Func(f) => {
                args.insert(0, recv_val);
                tys.insert(0, recv);
                Target::Func(f)
            }
            BoundTarget::Iface(i) => {
                args.insert(0, Val::one(recv_val.leaf(1)));
                tys.insert(0, fx.p.unsafe_ptr());
                Target::Code(fx.iface_code(recv_val.leaf(0), recv, i))
            }
        };
        let vals =
            fx.run(Plan { target, args, params: tys, results: results.clone(), keep: Vec::new() }, None);
        fx.return_plain(&results, &vals)
    })
}

/// A function `(recv, params…)` that calls a method found through embedded fields or behind a pointer.
pub fn method_wrapper<'a>(p: &mut Prog<'a>, recv: TypeId, name: Sym, m: Method) -> FuncId {
    let (mut params, results) = match &m.kind {
        MethodKind::Declared { obj, args, .. } => {
            let subst = p.decl_subst(*obj, args);
            let (mut params, results) = p.decl_types(*obj, &subst);
            params.remove(0);
            (params, results)
        }
        MethodKind::Interface(i) => {
            let sig = p.iface_methods(m.owner)[*i].sig;
            let s = p.signature(sig);
            let canon = |l: &[TypeId]| l.iter().map(|&t| p.ck.table.canon(t)).collect::<Vec<_>>();
            (canon(&s.params), canon(&s.results))
        }
    };
    params.insert(0, recv);
    let sig = p.sig(&params, &results);
    let flags = FuncFlags { wrapper: true, ..FuncFlags::default() };
    let link = p.method_name(recv, name);
    p.generated(&link, sig, flags, move |p, id| {
        let mut fx = Fx::synthetic(p, id);
        let mut args = fx.param_vals(&params);
        let recv_val = args.remove(0);
        let (o, owner) = fx.walk_path(crate::place::Opd::Val(recv_val), params[0], &m.path);
        let mut tys = params[1..].to_vec();
        let target = match m.kind {
            MethodKind::Declared { obj, args: targs, ptr } => {
                let (v, t) = fx.receiver(&o, owner, ptr);
                args.insert(0, v);
                tys.insert(0, t);
                Target::Func(fx.p.func(obj, targs, Pos::NONE))
            }
            MethodKind::Interface(i) => {
                let v = fx.read(&o, owner);
                args.insert(0, Val::one(v.leaf(1)));
                tys.insert(0, fx.p.unsafe_ptr());
                Target::Code(fx.iface_code(v.leaf(0), owner, i))
            }
        };
        let vals =
            fx.run(Plan { target, args, params: tys, results: results.clone(), keep: Vec::new() }, None);
        fx.return_plain(&results, &vals)
    })
}

impl<'p, 'a> Fx<'p, 'a> {
    /// The function's own parameters as values.
    pub fn param_vals(&mut self, tys: &[TypeId]) -> Vec<Val> {
        let vals = self.params();
        let mut at = 0;
        tys.iter()
            .map(|&t| {
                let c = self.p.cls(t);
                match &c.leaves {
                    Some(l) => {
                        at += l.len();
                        Val::Flat(vals[at - l.len()..at].iter().copied().collect())
                    }
                    None => {
                        at += 1;
                        Val::Mem(Addr { base: vals[at - 1], off: 0, stack: true }, true)
                    }
                }
            })
            .collect()
    }
    /// Ends a function made of one call.
    pub fn return_plain(mut self, results: &[TypeId], vals: &[Val]) -> Func {
        for &ty in results {
            self.results.push(crate::fx::ResultVar { ty, loc: None, addr_slot: None });
        }
        if !self.s.dead() {
            self.return_vals(vals);
        }
        self.s.finish()
    }
}

/// Lowers a closure's function.
pub fn lower_lit<'a>(p: &mut Prog<'a>, id: FuncId, src: LitSource<'a>) -> Func {
    let mut fx = Fx::new(p, id, src.env.clone(), src.idx);
    let is_range = matches!(src.body, LitBody::Range(_));
    let state = fx.bind_captures(&src.captures, is_range);
    match src.body {
        LitBody::Lit(lit) => {
            fx.function(lit.ty.params.iter(), &lit.ty.results, &src.params, &src.results, &lit.body)
        }
        LitBody::Range(body) => {
            let state = state.expect("a loop's body captures its state");
            crate::rangefunc::lower_body(fx, *body, state, &src.params)
        }
    }
}

/// Whether a selector denotes an interface's method.
pub fn is_interface_method(s: &Selection) -> bool {
    matches!(s.kind, SelectionKind::InterfaceMethodVal | SelectionKind::InterfaceMethodExpr)
}
