//! One function being lowered: its variables, results and environment.
use crate::analyze::{Facts, VarFact};
use crate::defer::OpenDefers;
use crate::program::Prog;
use crate::rangefunc::RangeBody;
use crate::ssa::Ssa;
use crate::tyq::K;
use crate::value::{Addr, Leaves, Val};
use ir::op::Callee;
use ir::passes::escape::MAX_OBJECT;
use ir::{Block, Func, FuncId, Op, SigId, Slot, Ty, Value};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::rc::Rc;
use syntax::ast::{self, Expr, NodeId};
use syntax::{Pos, Sym};
use types::constant::ConstValue;
use types::info::{Mode, NodeInfo, Selection};
use types::object::{FileRef, ObjId, ObjKind};
use types::table::{Subst, TypeId};

/// Captured variables up to this size are copied into the closure if they never change.
pub const MAX_COPIED_CAPTURE: u64 = 128;
/// Larger local variables go to the heap, as in Go.
const MAX_STACK_VAR: u64 = 128 << 10;
/// A frame has no room for more.
const MAX_SLOT: u32 = 1 << 30;

/// What a function shares with the closures in it.
pub struct Env<'a> {
    /// Where the source is.
    pub file: FileRef,
    /// The source.
    pub ast: &'a ast::File,
    /// Type arguments in force.
    pub subst: Subst,
    /// What was found out about its variables.
    pub facts: Facts,
    /// Not instantiated: types need no substitution.
    pub plain: bool,
}

/// Where a variable is.
#[derive(Clone, Copy, Debug)]
pub enum VarLoc {
    /// Its leaves are SSA variables from this number on.
    Ssa(u32),
    /// On the stack, never address-taken.
    Slot(Slot),
    /// At the address in this SSA variable; `true`: known to be on the stack.
    Ptr(u32, bool),
}

/// A result of the function.
#[derive(Clone, Copy, Debug)]
pub struct ResultVar {
    /// Type.
    pub ty: TypeId,
    /// The variable, if results are kept in variables (they are named, or the function defers).
    pub loc: Option<VarLoc>,
    /// Where the address of a result in heap memory is kept for the resumption after a recovered panic.
    pub addr_slot: Option<Slot>,
}

/// A statement that `break` or `continue` may leave.
pub struct Target {
    /// Its label.
    pub label: Option<Sym>,
    /// Where `break` goes.
    pub brk: Block,
    /// Where `continue` goes, for loops.
    pub cont: Option<Block>,
}

/// The state of lowering one function.
pub struct Fx<'p, 'a> {
    /// The program.
    pub p: &'p mut Prog<'a>,
    /// The function under construction, and its number.
    pub s: Ssa,
    pub id: FuncId,
    /// Its environment.
    pub env: Rc<Env<'a>>,
    /// Which of the environment's functions it is.
    pub idx: u32,
    /// Its link name; closures' names begin with it.
    pub name: String,
    /// Numbers given to closures: func, gowrap, deferwrap, range.
    pub counts: [u32; 4],
    /// Wrappers of its deferred calls that serve others like them.
    pub deferred: FxHashMap<crate::defer::Alike, FuncId>,
    /// Local variables.
    pub vars: FxHashMap<ObjId, VarLoc>,
    /// Results.
    pub results: Vec<ResultVar>,
    /// Whether the results have names (a bare `return` is possible).
    pub named_results: bool,
    /// Enclosing statements.
    pub targets: Vec<Target>,
    /// Labels as goto targets.
    pub labels: FxHashMap<Sym, Block>,
    /// Label in front of the statement that comes next.
    pub next_label: Option<Sym>,
    /// The block that runs deferred calls and returns: where recovery resumes, and with records every return.
    pub exit: Option<Block>,
    /// Defers without records.
    pub open: Option<OpenDefers>,
    /// Depth of loops and labels around the current statement: a defer there may run more than once.
    pub loops: u32,
    /// Set while lowering the body of a range-over-func loop.
    pub range: Option<RangeBody<'a>>,
    /// What was carried out ahead of its expression: see `order`.
    pub order: crate::order::Order,
}

impl<'p, 'a> Fx<'p, 'a> {
    /// Starts a function with an empty entry block.
    pub fn new(p: &'p mut Prog<'a>, id: FuncId, env: Rc<Env<'a>>, idx: u32) -> Fx<'p, 'a> {
        let decl = &p.prog.funcs[id];
        let (name, sig, pos, flags) = (decl.name, decl.sig, decl.pos, decl.flags);
        let params = p.prog.sigs[sig].param_tys();
        let mut f = Func::new(name, sig, &params, pos);
        f.flags = flags;
        Fx {
            p,
            s: Ssa::new(f),
            id,
            env,
            idx,
            name: name.to_string(),
            counts: [0; 4],
            deferred: FxHashMap::default(),
            vars: FxHashMap::default(),
            results: Vec::new(),
            named_results: false,
            targets: Vec::new(),
            labels: FxHashMap::default(),
            next_label: None,
            exit: None,
            open: None,
            loops: 0,
            range: None,
            order: Default::default(),
        }
    }

    /// A function without source of its own.
    pub fn synthetic(p: &'p mut Prog<'a>, id: FuncId) -> Fx<'p, 'a> {
        let env = p.no_env();
        Fx::new(p, id, env, 0)
    }

    /// Appends an instruction with one result.
    pub fn ins(&mut self, op: Op, args: &[Value], ty: Ty) -> Value {
        self.s.ins(op, args, ty)
    }
    /// Appends an instruction without result.
    pub fn ins0(&mut self, op: Op, args: &[Value]) {
        self.s.ins0(op, args)
    }
    /// The function's own parameters.
    pub fn params(&self) -> SmallVec<[Value; 8]> {
        self.s.f.blocks[Block(0)].params.iter().copied().collect()
    }

    // ---- what the checker knows

    /// A type under the instance's type arguments.
    pub fn ty(&self, t: TypeId) -> TypeId {
        let t = if self.env.plain { t } else { self.p.ck.table.subst(t, &self.env.subst) };
        self.p.ck.table.canon(t)
    }
    /// The checker's record of a node.
    pub fn info(&self, id: NodeId) -> NodeInfo {
        self.p.node(self.env.file, id)
    }
    /// The type of an expression.
    pub fn ty_of(&self, e: &Expr) -> TypeId {
        self.ty(self.info(e.id).ty)
    }
    /// The mode of an expression.
    pub fn mode(&self, e: &Expr) -> Mode {
        self.info(e.id).mode
    }
    /// The object of an identifier node.
    pub fn obj(&self, id: NodeId) -> ObjId {
        self.info(id).obj
    }
    /// The type of an object.
    pub fn obj_ty(&self, obj: ObjId) -> TypeId {
        self.ty(self.p.ck.table.obj(obj).ty)
    }
    /// The value of a constant expression.
    pub fn constant(&self, e: &Expr) -> Option<ConstValue> {
        self.p.const_of(self.env.file, e.id)
    }
    /// How a selector was resolved.
    pub fn selection(&self, id: NodeId) -> Option<Selection> {
        self.p.selection(self.env.file, id)
    }
    /// Type arguments at an instantiated use.
    pub fn inst_args(&self, id: NodeId) -> Vec<TypeId> {
        let args = self.p.instance(self.env.file, id);
        args.into_iter().map(|t| self.ty(t)).collect()
    }
    /// What is known of a local variable.
    pub fn fact(&self, obj: ObjId) -> VarFact {
        self.env.facts.vars.get(&obj).copied().unwrap_or_default()
    }
    /// Whether an object is a package variable.
    pub fn is_global(&self, obj: ObjId) -> bool {
        matches!(&self.p.ck.table.obj(obj).kind, ObjKind::Var(v) if v.global)
    }

    // ---- variables

    /// Whether closures hold the variable itself (by address), not a copy.
    pub fn by_ref(&self, obj: ObjId, t: TypeId) -> bool {
        let f = self.fact(obj);
        f.captured && (f.assigned || f.addr || self.p.size_of(t) > MAX_COPIED_CAPTURE)
    }
    /// Whether a variable needs an address that may outlive the function.
    pub fn needs_memory(&self, obj: ObjId, t: TypeId) -> bool {
        self.fact(obj).addr || self.by_ref(obj, t) || self.is_too_large(obj, t)
    }
    /// Whether a local variable is too large for a frame.
    fn is_too_large(&self, obj: ObjId, t: TypeId) -> bool {
        let local = matches!(&self.p.ck.table.obj(obj).kind, ObjKind::Var(v) if !v.param);
        local && self.p.size_of(t) > MAX_STACK_VAR
    }
    /// Allocates a zeroed object.
    pub fn new_object(&mut self, t: TypeId, name: Sym) -> Value {
        let c = self.p.cls(t);
        if c.size == 0 {
            let d = self.p.runtime_var("zerobase");
            return self.data_addr(d);
        }
        let typ = self.p.rtype_mem(t);
        let ptrs = if c.size > MAX_OBJECT { Default::default() } else { self.p.ptr_map(t) };
        let op = Op::New { typ, size: c.size, align: c.align, ptrs, name };
        self.ins(op, &[], Ty::Ptr)
    }
    /// SSA variables for the leaves of a flat type.
    pub fn leaf_vars(&mut self, t: TypeId) -> u32 {
        let c = self.p.cls(t);
        let leaves = c.leaves.as_ref().expect("a flat type");
        let first = self.s.var(Ty::I8);
        // The first number only marks the place when there are no leaves.
        let mut vars = leaves.iter().map(|l| self.s.var(l.0)).collect::<Vec<_>>();
        vars.drain(..).next().unwrap_or(first)
    }
    /// Makes room for a variable without giving it a value.
    pub fn place_var(&mut self, obj: ObjId, t: TypeId) -> VarLoc {
        let (name, declared) = (self.p.ck.table.obj(obj).name, self.p.ck.table.obj(obj).pos);
        let loc = if self.needs_memory(obj, t) {
            // A variable is made where its name stands.
            let here = std::mem::replace(&mut self.s.pos, declared);
            let p = self.new_object(t, name);
            self.s.pos = here;
            let var = match self.vars.get(&obj) {
                Some(&VarLoc::Ptr(var, _)) => var,
                _ => self.s.var(Ty::Ptr),
            };
            self.s.write(var, p);
            VarLoc::Ptr(var, false)
        } else if let Some(&loc) = self.vars.get(&obj) {
            loc
        } else if self.p.is_flat(t) {
            VarLoc::Ssa(self.leaf_vars(t))
        } else {
            VarLoc::Slot(self.slot(t, name))
        };
        self.vars.insert(obj, loc);
        loc
    }
    /// A stack slot for a type.
    pub fn slot(&mut self, t: TypeId, name: Sym) -> Slot {
        let c = self.p.cls(t);
        let (size, ptrs) = match u32::try_from(c.size) {
            Ok(size) if size <= MAX_SLOT => (size, self.p.ptr_map(t)),
            // More than any frame has room for: the driver says so.
            _ => (MAX_SLOT + 1, Default::default()),
        };
        self.s.f.new_slot(size, c.align, ptrs, name)
    }
    /// The address of a slot.
    pub fn slot_addr(&mut self, slot: Slot) -> Addr {
        let base = self.ins(Op::SlotAddr(slot, 0), &[], Ty::Ptr);
        Addr { base, off: 0, stack: true }
    }
    /// Declares a variable with a value.
    pub fn declare(&mut self, obj: ObjId, t: TypeId, v: &Val) {
        let loc = self.place_var(obj, t);
        self.write_loc(loc, t, v);
    }
    /// Declares a variable with its zero value.
    pub fn declare_zero(&mut self, obj: ObjId, t: TypeId) {
        match self.place_var(obj, t) {
            loc @ VarLoc::Ssa(_) => {
                let z = self.zero_val(t);
                self.write_loc(loc, t, &z);
            }
            VarLoc::Slot(s) => {
                let a = self.slot_addr(s);
                self.zero_mem(t, a);
            }
            VarLoc::Ptr(..) => {}
        }
    }
    /// The memory of a variable, if it has some.
    pub fn loc_addr(&mut self, loc: VarLoc) -> Option<Addr> {
        match loc {
            VarLoc::Ssa(_) => None,
            VarLoc::Slot(s) => Some(self.slot_addr(s)),
            VarLoc::Ptr(var, stack) => Some(Addr { base: self.s.read(var), off: 0, stack }),
        }
    }
    /// Reads a variable.
    pub fn read_loc(&mut self, loc: VarLoc, t: TypeId) -> Val {
        match self.loc_addr(loc) {
            Some(a) => self.load_val(t, a),
            None => {
                let VarLoc::Ssa(first) = loc else { unreachable!("only SSA variables have no memory") };
                let n = self.p.cls(t).count() as u32;
                Val::Flat((first..first + n).map(|v| self.s.read(v)).collect())
            }
        }
    }
    /// Writes a variable.
    pub fn write_loc(&mut self, loc: VarLoc, t: TypeId, v: &Val) {
        match self.loc_addr(loc) {
            Some(a) => self.store_val(t, a, v),
            None => {
                let VarLoc::Ssa(first) = loc else { unreachable!("only SSA variables have no memory") };
                self.write_leaves(first, v.leaves());
            }
        }
    }
    /// Writes consecutive SSA variables.
    pub fn write_leaves(&mut self, first: u32, leaves: &[Value]) {
        leaves.iter().enumerate().for_each(|(i, &v)| self.s.write(first + i as u32, v));
    }
    /// The location of a local variable.
    pub fn var_loc(&mut self, obj: ObjId) -> VarLoc {
        match self.vars.get(&obj) {
            Some(&loc) => loc,
            None => {
                let o = self.p.ck.table.obj(obj);
                panic!("{}: variable {} is used before it is placed in {}", self.s.pos, o.name, self.name)
            }
        }
    }

    // ---- calls

    /// Calls a function of package runtime by its leaves.
    ///
    /// Words and pointers are converted to what the declaration says.
    pub fn rt(&mut self, name: &str, args: &[Value]) -> SmallVec<[Value; 4]> {
        let f = self.p.rt_func(name, self.s.pos);
        self.call_func(f, args)
    }
    /// Brings words and pointers to the kinds that a declaration has: two declarations of one symbol may differ in them.
    fn coerce(&mut self, vals: &[Value], want: impl Iterator<Item = Ty>) -> SmallVec<[Value; 8]> {
        let word = self.word_ty();
        vals.iter()
            .zip(want)
            .map(|(&v, want)| match (self.s.f.ty(v), want) {
                (Ty::Ptr, w) if w == word => self.bitcast(v, w),
                (w, Ty::Ptr) if w == word => self.bitcast(v, Ty::Ptr),
                _ => v,
            })
            .collect()
    }
    /// The same for a function with one result leaf.
    pub fn rt1(&mut self, name: &str, args: &[Value]) -> Value {
        let r = self.rt(name, args);
        assert_eq!(r.len(), 1, "results of runtime.{name}");
        r[0]
    }
    /// Calls a known function by leaves.
    pub fn call_func(&mut self, f: FuncId, args: &[Value]) -> SmallVec<[Value; 4]> {
        let sig = self.p.prog.funcs[f].sig;
        let tys = self.p.prog.sigs[sig].arg_tys();
        assert_eq!(args.len(), tys.len(), "{}: arguments of {}", self.s.pos, self.p.prog.funcs[f].name);
        let args = self.coerce(args, tys.into_iter());
        self.call_raw(Callee::Static(f), sig, &args)
    }
    /// A call by leaves; `args` as of `Op::Call`.
    pub fn call_raw(&mut self, callee: Callee, sig: SigId, args: &[Value]) -> SmallVec<[Value; 4]> {
        let s = &self.p.prog.sigs[sig];
        if cfg!(debug_assertions) {
            let skip = usize::from(!matches!(callee, Callee::Static(_)));
            let got: Vec<Ty> = args[skip..].iter().map(|&v| self.s.f.ty(v)).collect();
            let name = match callee {
                Callee::Static(f) => self.p.prog.funcs[f].name.as_str(),
                _ => "a function value",
            };
            assert_eq!(got, s.arg_tys(), "{}: arguments of {name} in {}", self.s.pos, self.name);
        }
        let tys = s.result_tys();
        let r = self.s.insn(Op::Call { callee, sig }, args, &tys);
        if let Callee::Static(f) = callee
            && self.p.prog.funcs[f].flags.noreturn
        {
            self.s.unreachable();
        }
        r
    }
    /// A call with whole values: gives whole results. A memory result goes to `into` if given (then there must be just one result).
    pub fn call_vals(
        &mut self,
        callee: Callee,
        sig: SigId,
        target: Option<Value>,
        args: &[Val],
        results: &[TypeId],
        into: Option<Addr>,
    ) -> Vec<Val> {
        let mut list: SmallVec<[Value; 8]> = target.into_iter().collect();
        for a in args {
            match a {
                Val::Flat(l) => list.extend_from_slice(l),
                Val::Mem(a, _) => list.push(self.addr_value(*a)),
            }
        }
        let mut mems = Vec::new();
        for &t in results {
            if !self.p.is_flat(t) {
                let a = match into {
                    Some(a) => a,
                    None => self.temp(t),
                };
                list.push(self.addr_value(a));
                mems.push(a);
            }
        }
        if let Callee::Static(_) = callee {
            let tys = self.p.prog.sigs[sig].arg_tys();
            list = self.coerce(&list, tys.into_iter());
        }
        let leaves = self.call_raw(callee, sig, &list);
        self.split_results(results, &leaves, &mems)
    }
    fn split_results(&mut self, results: &[TypeId], leaves: &[Value], mems: &[Addr]) -> Vec<Val> {
        let (mut at, mut mem) = (0, 0);
        results
            .iter()
            .map(|&t| {
                let c = self.p.cls(t);
                if let Some(kinds) = &c.leaves {
                    at += kinds.len();
                    let vals = self.coerce(&leaves[at - kinds.len()..at], kinds.iter().map(|k| k.0));
                    Val::Flat(vals.into_iter().collect())
                } else {
                    mem += 1;
                    Val::Mem(mems[mem - 1], true)
                }
            })
            .collect()
    }

    // ---- entry and exit

    /// Binds parameters (objects may be missing for unnamed ones) to the entry block's values.
    pub fn bind_params(&mut self, params: &[(Option<ObjId>, TypeId)]) {
        let vals = self.params();
        let mut at = 0;
        for &(obj, t) in params {
            let c = self.p.cls(t);
            let v = match &c.leaves {
                Some(l) => {
                    at += l.len();
                    Val::Flat(vals[at - l.len()..at].iter().copied().collect())
                }
                None => {
                    at += 1;
                    Val::Mem(Addr { base: vals[at - 1], off: 0, stack: true }, false)
                }
            };
            self.lengths_of_param(t, &v);
            let Some(obj) = obj else { continue };
            match v {
                // The callee's own copy serves as the variable.
                Val::Mem(a, _) if !self.needs_memory(obj, t) => {
                    let var = self.s.var(Ty::Ptr);
                    self.s.write(var, a.base);
                    self.vars.insert(obj, VarLoc::Ptr(var, true));
                }
                v => self.declare(obj, t, &v),
            }
        }
    }
    /// The lengths and capacities of a slice or string that is a parameter.
    fn lengths_of_param(&mut self, t: TypeId, v: &Val) {
        let Val::Flat(leaves) = v else { return };
        let unit = match self.p.kind(t) {
            K::Slice(elem) => self.p.size_of(elem),
            K::Str => 1,
            _ => return,
        };
        self.s.f.lengths.extend(leaves[1..].iter().map(|&n| (n, unit)));
    }
    /// Declares the results. Objects are missing for unnamed ones.
    pub fn bind_results(&mut self, results: &[(Option<ObjId>, TypeId)], named: bool, defers: bool) {
        self.named_results = named;
        for &(obj, ty) in results {
            let name = obj.map_or(self.p.names.result, |o| self.p.ck.table.obj(o).name);
            let mut r = ResultVar { ty, loc: None, addr_slot: None };
            if defers && !obj.is_some_and(|o| self.needs_memory(o, ty)) {
                let slot = self.slot(ty, name);
                r.loc = Some(VarLoc::Slot(slot));
                let a = self.slot_addr(slot);
                self.zero_mem(ty, a);
                if let Some(o) = obj {
                    self.vars.insert(o, VarLoc::Slot(slot));
                }
            } else if let Some(o) = obj {
                self.declare_zero(o, ty);
                let loc = self.var_loc(o);
                r.loc = Some(loc);
                if let (true, VarLoc::Ptr(var, _)) = (defers, loc) {
                    let ptr = self.p.ptr_to(ty);
                    let slot = self.slot(ptr, name);
                    let (a, v) = (self.slot_addr(slot), self.s.read(var));
                    self.store(a, v);
                    r.addr_slot = Some(slot);
                }
            }
            self.results.push(r);
        }
        if defers {
            let exit = self.s.block();
            self.s.f.defer_return = Some(exit);
            self.exit = Some(exit);
        }
    }
    /// Returns these values.
    pub fn return_vals(&mut self, vals: &[Val]) {
        if self.exit.is_some() {
            self.store_results(vals);
            return self.leave();
        }
        if self.results.iter().any(|r| matches!(r.loc, Some(VarLoc::Ptr(..)))) {
            self.store_results(vals);
        }
        let ops = self.ret_operands(vals);
        self.s.ret(&ops);
    }
    /// Puts values into the result variables.
    pub fn store_results(&mut self, vals: &[Val]) {
        for (i, v) in vals.iter().enumerate() {
            let r = self.results[i];
            if let Some(loc) = r.loc {
                self.write_loc(loc, r.ty, v);
            }
        }
    }
    /// Returns what is in the result variables.
    pub fn leave(&mut self) {
        match self.exit {
            Some(_) if self.open.is_some() => {
                self.run_open_defers();
                self.return_results();
            }
            Some(exit) => self.s.jump(exit),
            None => {
                let vals: Vec<Val> = (0..self.results.len())
                    .map(|i| {
                        let r = self.results[i];
                        match r.loc {
                            Some(loc) => self.read_loc(loc, r.ty),
                            None => self.zero_val(r.ty),
                        }
                    })
                    .collect();
                let ops = self.ret_operands(&vals);
                self.s.ret(&ops);
            }
        }
    }
    fn ret_operands(&mut self, vals: &[Val]) -> Leaves {
        let mut ops = Leaves::new();
        for v in vals {
            match v {
                Val::Flat(l) => ops.extend_from_slice(l),
                Val::Mem(a, _) => ops.push(self.addr_value(*a)),
            }
        }
        ops
    }
    /// Ends the function's last block, emits the exit block and gives the finished function.
    pub fn finish(mut self, end: Pos) -> Func {
        self.s.pos = end;
        if self.results.is_empty() {
            self.leave();
        } else {
            self.s.unreachable();
        }
        if let Some(exit) = self.exit {
            self.s.start_sealed(exit);
            self.rt("deferreturn", &[]);
            self.return_results();
        }
        self.s.finish()
    }
    /// Returns what the memory of the results holds, in a function that defers.
    fn return_results(&mut self) {
        let mut vals = Vec::new();
        for i in 0..self.results.len() {
            let r = self.results[i];
            let a = match (r.addr_slot, r.loc) {
                (Some(slot), _) => {
                    let a = self.slot_addr(slot);
                    Addr::new(self.load(Ty::Ptr, a))
                }
                (None, Some(VarLoc::Slot(slot))) => self.slot_addr(slot),
                other => unreachable!("result of a deferring function in {other:?}"),
            };
            vals.push(self.load_val(r.ty, a));
        }
        let ops = self.ret_operands(&vals);
        self.s.ret(&ops);
    }
}
