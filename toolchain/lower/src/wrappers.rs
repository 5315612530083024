//! Methods as functions: promoted methods, value methods called through pointers, method values and expressions, and the entries
//! of itabs and method tables.
//!
//! A method table has two functions for a method of type T: `tfn` takes the receiver as T is passed, `ifn` as an interface holds
//! it, in one word. For pointer-shaped types they are the same, for others `ifn` is the method of *T.
//!
//! A wrapper whose own receiver and whose method's receiver are pointers (or an interface's data word) only adjusts the receiver
//! and jumps: a tail call, with all other arguments in place. Such a wrapper leaves no frame and is not marked as one. The rest
//! calls and returns, and is marked: transparent to panics, recover and tracebacks.
use crate::fx::Fx;
use crate::program::Prog;
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::{Callee, Cc};
use ir::{Func, FuncFlags, FuncId, Op, Ty, Value};
use smallvec::SmallVec;
use syntax::{Pos, Sym};
use types::lookup::MethodEntry;
use types::object::ObjId;
use types::table::{Basic, Field, PkgId, Type, TypeId, basic};

/// Where a wrapper's receiver is on its way through embedded fields.
enum Place {
    /// A value at hand.
    Val(Val, TypeId),
    /// A value in memory; the address is known not to be nil.
    At(Addr, TypeId),
}

impl<'a> Prog<'a> {
    /// The method `name` (of package `pkg`, if unexported) in the method set of `recv`.
    pub fn find_method(&mut self, recv: TypeId, pkg: PkgId, name: Sym) -> Option<&'static MethodEntry> {
        let set = self.method_set(recv);
        set.iter().find(|m| m.name == name && (name.is_exported() || m.pkg == pkg))
    }

    /// The method set of a type, all signatures resolved.
    pub fn method_set(&mut self, t: TypeId) -> &'static [MethodEntry] {
        self.resolve_methods(t);
        self.ck.table.method_set(t)
    }

    /// Makes sure that the signatures of all methods that `t` may have are known.
    pub fn resolve_methods(&mut self, t: TypeId) {
        let (base, _) = self.ck.table.deref(t);
        if !self.rtypes.resolved.insert(base) {
            return;
        }
        if let Type::Named(id, _) = self.get(base) {
            for m in self.ck.table.named_info(*id).methods.clone() {
                self.ck.resolve(m);
            }
        }
        if let Type::Struct(fields) = self.under_get(base) {
            for f in fields.iter().filter(|f| f.embedded) {
                self.resolve_methods(f.ty);
            }
        }
    }

    /// Parameter and result types of a method's signature.
    fn method_types(&self, m: &MethodEntry) -> (Vec<TypeId>, Vec<TypeId>) {
        let s = self.signature(m.sig);
        let fix = |&t: &TypeId| self.ck.table.canon(t);
        (s.params.iter().map(fix).collect(), s.results.iter().map(fix).collect())
    }

    /// The function of a method with the receiver passed as a value of type `recv`, whose method set has `m`.
    pub fn method_func(&mut self, recv: TypeId, m: &MethodEntry) -> FuncId {
        let recv = self.ck.table.canon(recv);
        let is_ptr = matches!(self.get(recv), Type::Pointer(_));
        if m.obj != ObjId::NONE && m.path.is_empty() && m.ptr_recv == is_ptr {
            return self.declared_method(m);
        }
        let name = self.wrapper_name(recv, m);
        let (params, results) = self.method_types(m);
        let sig = self.sig(&prepend(recv, &params), &results);
        let flags = FuncFlags { wrapper: !(is_ptr && takes_word(m)), ..FuncFlags::default() };
        let m = m.clone();
        self.generated(&name, sig, flags, move |p, id| gen_method(p, id, recv, &m))
    }

    fn declared_method(&mut self, m: &MethodEntry) -> FuncId {
        let args = match self.get(m.owner) {
            Type::Named(_, args) => args.iter().map(|&t| self.ck.table.canon(t)).collect(),
            _ => Vec::new(),
        };
        self.func(m.obj, args, Pos::NONE)
    }

    fn wrapper_name(&self, recv: TypeId, m: &MethodEntry) -> String {
        let mut name = self.method_name(recv, m.name);
        if !m.name.is_exported() {
            // Unexported methods of several packages may meet in one type.
            let (base, _) = self.ck.table.deref(recv);
            let own = match self.get(base) {
                Type::Named(id, _) => Some(self.ck.table.named_pkg(*id)),
                _ => None,
            };
            if own != Some(m.pkg) {
                let at = name.len() - m.name.as_str().len();
                name.insert_str(at, &format!("{}.", self.pkg_prefix(m.pkg)));
            }
        }
        name
    }

    /// The function of a method as itabs and method tables hold it: the receiver is the interface's data word.
    pub fn iface_method_func(&mut self, t: TypeId, m: &MethodEntry) -> FuncId {
        let t = self.ck.table.canon(t);
        if !self.is_direct(t) {
            let ptr = self.ptr_to(t);
            let entry = self.find_method(ptr, m.pkg, m.name).expect("a method of T is one of *T");
            return self.method_func(ptr, entry);
        }
        let plain = self.method_func(t, m);
        let (params, results) = self.method_types(m);
        let sig = self.sig(&prepend(basic(Basic::UnsafePointer), &params), &results);
        if self.prog.funcs[plain].sig == sig
            || matches!(self.kind(t), K::Ptr(_) | K::Func | K::Map(..) | K::Chan(..) | K::UnsafePtr)
        {
            return plain;
        }
        // One pointer, but not passed like one (next to fields of size zero, say).
        let name = format!("{}·ifn", self.wrapper_name(t, m));
        let flags = FuncFlags { wrapper: true, ..FuncFlags::default() };
        self.generated(&name, sig, flags, move |p, id| {
            let mut fx = Fx::synthetic(p, id);
            fx.s.pos = fx.p.prog.funcs[plain].pos;
            let vals = fx.params();
            let recv = fx.from_data_word(t, vals[0]);
            let mut args = fx.call_operand(&recv);
            args.extend_from_slice(&vals[1..]);
            fx.call_and_return(Callee::Static(plain), None, sig_of(&fx, plain), &args, &results);
            fx.s.finish()
        })
    }

    /// The closure type of a bound method `x.M` with a receiver of type `recv`: code, then the receiver.
    pub fn bound_method_type(&mut self, recv: TypeId) -> TypeId {
        let field = |name: &str, ty| Field {
            name: Sym::new(name),
            pkg: PkgId(0),
            ty,
            embedded: false,
            tag: Sym::default(),
        };
        self.ck.table.strukt(vec![field("F", basic(Basic::Uintptr)), field("R", recv)])
    }

    /// The code of a bound method: called with the parameters, receiver in the closure (see [`Prog::bound_method_type`]).
    pub fn bound_method_func(&mut self, recv: TypeId, m: &MethodEntry) -> FuncId {
        let recv = self.ck.table.canon(recv);
        let name = format!("{}-fm", self.wrapper_name(recv, m));
        let (params, results) = self.method_types(m);
        let sig = self.sig(&params, &results);
        let flags = FuncFlags { wrapper: true, ..FuncFlags::default() };
        let m = m.clone();
        self.generated(&name, sig, flags, move |p, id| {
            let clo = p.bound_method_type(recv);
            let off = p.field_offset(clo, 1);
            let f = p.method_func(recv, &m);
            let mut fx = Fx::synthetic(p, id);
            fx.s.pos = fx.p.prog.funcs[f].pos;
            let vals = fx.params();
            let ctx = fx.ins(Op::GetClosure, &[], Ty::Ptr);
            let r = fx.load_val(recv, Addr::new(ctx).plus(off));
            let mut args = fx.call_operand(&r);
            args.extend_from_slice(&vals);
            fx.call_and_return(Callee::Static(f), None, sig_of(&fx, f), &args, &results);
            fx.s.finish()
        })
    }
}

fn prepend(recv: TypeId, params: &[TypeId]) -> Vec<TypeId> {
    std::iter::once(recv).chain(params.iter().copied()).collect()
}

/// Whether the method's own receiver is one pointer word whatever the type.
fn takes_word(m: &MethodEntry) -> bool {
    m.obj == ObjId::NONE || m.ptr_recv
}

fn sig_of(fx: &Fx<'_, '_>, f: FuncId) -> ir::SigId {
    fx.p.prog.funcs[f].sig
}

fn gen_method(p: &mut Prog<'_>, id: FuncId, recv: TypeId, m: &MethodEntry) -> Func {
    let (params, results) = p.method_types(m);
    let mut fx = Fx::synthetic(p, id);
    // Line tables want a position; the wrapper itself shows in no traceback.
    if m.obj != ObjId::NONE {
        fx.s.pos = fx.p.ck.table.obj(m.obj).pos;
    }
    let vals = fx.params();
    let count = fx.p.cls(recv).leaves.as_ref().map_or(1, Vec::len);
    let (own, rest) = vals.split_at(count);
    let is_ptr = matches!(fx.p.get(recv), Type::Pointer(_));

    let mut place = match *fx.p.get(recv) {
        Type::Pointer(base) => {
            if m.path.is_empty() {
                // A value method called through a nil pointer: Go says which one.
                let nil = fx.icmp_imm(Cc::Eq, own[0], 0);
                fx.panic_if(nil, "panicwrap");
            } else {
                fx.nil_check(own[0]);
            }
            Place::At(Addr::new(own[0]), base)
        }
        _ => match fx.p.cls(recv).leaves {
            Some(_) => Place::Val(Val::Flat(own.iter().copied().collect()), recv),
            None => Place::At(Addr { base: own[0], off: 0, stack: true }, recv),
        },
    };
    for &i in &m.path {
        place = fx.through_pointer(place);
        place = match place {
            Place::At(a, t) => {
                Place::At(a.plus(fx.p.field_offset(t, i as usize)), fx.p.fields(t)[i as usize].ty)
            }
            Place::Val(v, t) => Place::Val(fx.field_of(t, &v, i as usize), fx.p.fields(t)[i as usize].ty),
        };
    }

    let (callee, sig, mut args, code);
    if m.obj == ObjId::NONE {
        let iface = match place {
            Place::At(a, t) => fx.load_val(t, a),
            Place::Val(v, _) => v,
        };
        let (target, s) = fx.method_code(m, &params, &results, iface.leaf(0));
        (callee, sig, code) = (Callee::Code, s, Some(target));
        args = SmallVec::<[Value; 8]>::from_slice(&[iface.leaf(1)]);
    } else {
        let f = fx.p.declared_method(m);
        (callee, sig, code) = (Callee::Static(f), sig_of(&fx, f), None);
        args = if m.ptr_recv {
            SmallVec::from_slice(&[fx.wrapped_pointer(place)])
        } else {
            fx.wrapped_value(place)
        };
    }
    args.extend_from_slice(rest);
    if is_ptr && takes_word(m) {
        let all: SmallVec<[Value; 8]> = code.into_iter().chain(args).collect();
        fx.s.tail_call(callee, sig, &all);
    } else {
        fx.call_and_return(callee, code, sig, &args, &results);
    }
    fx.s.finish()
}

impl<'p, 'a> Fx<'p, 'a> {
    /// Follows a pointer to a struct, if that is where the place is.
    fn through_pointer(&mut self, place: Place) -> Place {
        let t = match &place {
            Place::At(_, t) | Place::Val(_, t) => *t,
        };
        let K::Ptr(elem) = self.p.kind(t) else { return place };
        let p = match place {
            Place::At(a, _) => self.load(Ty::Ptr, a),
            Place::Val(v, _) => v.single(),
        };
        self.nil_check(p);
        Place::At(Addr::new(p), elem)
    }

    /// The receiver of a pointer method: the pointer there, or the place's address.
    fn wrapped_pointer(&mut self, place: Place) -> Value {
        match place {
            Place::At(a, t) => {
                if matches!(self.p.kind(t), K::Ptr(_)) {
                    self.load(Ty::Ptr, a)
                } else {
                    self.addr_value(a)
                }
            }
            Place::Val(v, _) => v.single(),
        }
    }

    /// The receiver of a value method: what is there, or what the pointer there points to.
    fn wrapped_value(&mut self, place: Place) -> SmallVec<[Value; 8]> {
        // A pointer literal is followed; a defined type that is a pointer has no methods.
        let v = match self.through_pointer(place) {
            Place::At(a, t) => self.load_val(t, a),
            Place::Val(v, _) => v,
        };
        self.call_operand(&v)
    }

    /// A value as operands of a call.
    pub fn call_operand(&mut self, v: &Val) -> SmallVec<[Value; 8]> {
        match v {
            Val::Flat(l) => l.iter().copied().collect(),
            Val::Mem(a, _) => SmallVec::from_slice(&[self.addr_value(*a)]),
        }
    }

    /// Code address and signature of an interface's method; `tab` is the itab word. Says that the method is called.
    pub fn method_code(
        &mut self,
        m: &MethodEntry,
        params: &[TypeId],
        results: &[TypeId],
        tab: Value,
    ) -> (Value, ir::SigId) {
        let index = self
            .p
            .iface_methods(m.owner)
            .iter()
            .position(|x| x.name == m.name && (m.name.is_exported() || x.pkg == m.pkg))
            .expect("the interface has the method");
        self.p.use_method(m.owner, index);
        let sig = self.p.sig(&prepend(basic(Basic::UnsafePointer), params), results);
        let tab = self.bitcast(tab, Ty::Ptr);
        self.nil_check(tab);
        let w = self.word_ty();
        let off = crate::itab::fun_offset(self.p.word) + index as u64 * self.p.word as u64;
        let code = self.load(w, Addr::new(tab).plus(off));
        self.note_method_load(code, m.owner, index);
        (code, sig)
    }

    /// Calls and returns what the callee returned.
    pub fn call_and_return(
        &mut self,
        callee: Callee,
        code: Option<Value>,
        sig: ir::SigId,
        args: &[Value],
        results: &[TypeId],
    ) {
        let mut list: SmallVec<[Value; 8]> = code.into_iter().chain(args.iter().copied()).collect();
        let mut mems = Vec::new();
        for &t in results {
            if !self.p.is_flat(t) {
                let a = self.temp(t);
                let v = self.addr_value(a);
                list.push(v);
                mems.push(v);
            }
        }
        let flat = self.call_raw(callee, sig, &list);
        let mut ops: SmallVec<[Value; 8]> = SmallVec::new();
        let (mut at, mut mem) = (0, 0);
        for &t in results {
            let c = self.p.cls(t);
            if c.leaves.is_some() {
                ops.extend_from_slice(&flat[at..at + c.count()]);
                at += c.count();
            } else {
                ops.push(mems[mem]);
                mem += 1;
            }
        }
        if !self.s.dead() {
            self.s.ret(&ops);
        }
    }
}
