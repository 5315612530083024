//! `go` and `defer`: calls that are evaluated now and carried out later, as closures without arguments.
//!
//! A deferred call is either a record in the goroutine's list, or *open-coded*: the function keeps its closure and a bit that
//! says whether it is pending in its frame, and calls it inline where it returns. The function's table tells where bits
//! and closures are, so that a panic finds them. Which of the two is decided once for all defers of a function.
use crate::call::{Plan, Target};
use crate::fx::Fx;
use crate::value::{Addr, Val};
use ir::op::{Callee, Cc};
use ir::{FuncFlags, FuncId, Op, Slot, Ty, Value};
use std::sync::Arc;
use syntax::Sym;
use syntax::ast::{Expr, ExprKind};
use types::info::Mode;
use types::object::Builtin;
use types::table::{Basic, TypeId, basic};

/// As many open-coded defers as the mask has bits.
const MAX_OPEN_DEFERS: u32 = 8;
/// Each return carries a copy of the calls: this many at most.
const MAX_OPEN_CALLS: u32 = 15;
/// Records in a frame: each call behind them has a map of all.
const MAX_RECORDS: u32 = 256;

/// The open-coded defers of a function.
pub struct OpenDefers {
    mask: Slot,
    slots: Slot,
    /// The mask as a variable; memory holds the same, since a panic may look at any time.
    bits: u32,
    sites: Vec<OpenDefer>,
}

/// A `defer` statement.
struct OpenDefer {
    /// Variable: whether it is pending here. Where one path leads to a return, a constant.
    pending: u32,
    /// Variable: the closure.
    closure: u32,
    /// The closure, if it is a constant.
    known: Option<Op>,
}

/// What a wrapper does with its captures.
enum Later {
    /// A call; the captures are its target (if that is a value), its arguments, and `keep` pointers to be kept alive.
    Call { target: LaterTarget, params: Vec<TypeId>, results: Vec<TypeId>, keep: usize },
    /// A built-in function.
    Builtin(Builtin),
    /// Nothing.
    Nothing,
}

enum LaterTarget {
    Known(Target),
    Closure,
    Code,
}

/// What deferred calls of a function have alike that one wrapper can carry out. Nothing that shows where they are from fails in it.
#[derive(PartialEq, Eq, Hash)]
pub struct Alike {
    callee: Result<FuncId, Builtin>,
    captures: Vec<TypeId>,
    keep: usize,
}

impl Later {
    fn alike(&self, captures: &[TypeId]) -> Option<Alike> {
        let (callee, keep) = match *self {
            Later::Call { target: LaterTarget::Known(Target::Func(f)), keep, .. } => (Ok(f), keep),
            Later::Builtin(b @ (Builtin::Print | Builtin::Println)) => (Err(b), 0),
            _ => return None,
        };
        Some(Alike { callee, captures: captures.to_vec(), keep })
    }
}

impl<'p, 'a> Fx<'p, 'a> {
    /// `go f(x)`
    pub fn go_stmt(&mut self, e: &'a Expr) {
        let pos = self.s.pos;
        let f = self.later(e, 1);
        self.s.pos = pos;
        self.rt("newproc", &[f]);
    }
    /// `defer f(x)`
    pub fn defer_stmt(&mut self, e: &'a Expr) {
        let pos = self.s.pos;
        let f = self.later(e, 2);
        self.s.pos = pos;
        if let Some(r) = &self.range {
            let token = r.token_addr();
            let state = self.s.read(r.state);
            let any = types::intern::EMPTY_INTERFACE;
            let token = self.load_val(any, Addr::new(state).plus(token));
            self.rt("deferprocat", &[f, token.leaf(0), token.leaf(1)]);
            return;
        }
        if self.open.is_some() {
            return self.open_defer(f);
        }
        if self.loops > 0 || self.env.facts.funcs[self.idx as usize].defer_stmts > MAX_RECORDS {
            self.rt("deferproc", &[f]);
            return;
        }
        let Some(t) = self.p.type_in("runtime", "_defer") else {
            panic!("{pos}: package runtime has no _defer")
        };
        let slot = self.slot(t, Sym::new(".defer"));
        let rec = self.slot_addr(slot);
        let i = self.p.fields(t).iter().position(|f| f.name == "fn").expect("_defer has a field fn");
        let off = self.p.field_offset(t, i);
        self.store(rec.plus(off), f);
        self.rt("deferprocStack", &[rec.base]);
    }
    /// At the function's start: decides whether its defers are open-coded, and makes room for them.
    pub fn open_defers(&mut self) {
        let fact = &self.env.facts.funcs[self.idx as usize];
        let n = fact.defer_stmts;
        // Falling off the end returns, too. A label that is jumped to may make a loop.
        let calls = n * (fact.returns + 1);
        let open = n > 0
            && n <= MAX_OPEN_DEFERS
            && calls <= MAX_OPEN_CALLS
            && !fact.loop_defers
            && !fact.range_defers
            && !fact.range_body
            && self.env.facts.gotos.is_empty();
        if !open {
            return;
        }
        let word = self.p.word;
        let mask = self.s.f.new_slot(1, 1, Arc::default(), Sym::new(".deferbits"));
        let ptrs = std::sync::Arc::new(ir::PtrMap::full(n as usize));
        let slots = self.s.f.new_slot(n * word, word, ptrs, Sym::new(".defers"));
        self.s.f.open_defers = Some((mask, slots, n));
        let bits = self.s.var(Ty::I8);
        self.open = Some(OpenDefers { mask, slots, bits, sites: Vec::new() });
        self.set_bits(0, 0);
    }
    /// Changes the mask, here and in memory.
    fn set_bits(&mut self, clear: i64, set: i64) {
        let Some(&OpenDefers { mask, bits, .. }) = self.open.as_ref() else { return };
        let old = self.s.read(bits);
        let new = match self.s.f.as_const(old) {
            Some(c) => self.iconst(Ty::I8, (c & !clear | set) as i8 as i64),
            None if set != 0 => {
                let set = self.iconst(Ty::I8, set as i8 as i64);
                self.bin(Op::Or, old, set)
            }
            None => {
                let keep = self.iconst(Ty::I8, !clear as i8 as i64);
                self.bin(Op::And, old, keep)
            }
        };
        self.s.write(bits, new);
        let a = self.slot_addr(mask);
        self.store(a, new);
    }
    fn open_defer(&mut self, f: Value) {
        let known = self.s.f.def_inst(f).map(|d| d.op.clone()).filter(|op| matches!(op, Op::Sym(..)));
        let site = OpenDefer { pending: self.s.var(Ty::I8), closure: self.s.var(Ty::Ptr), known };
        let one = self.iconst(Ty::I8, 1);
        self.s.write(site.pending, one);
        self.s.write(site.closure, f);
        let Some(open) = &mut self.open else { return };
        let (n, slots) = (open.sites.len(), open.slots);
        open.sites.push(site);
        let a = self.slot_addr(slots).plus(n as u64 * self.p.word as u64);
        self.store(a, f);
        self.set_bits(0, 1 << n);
    }
    /// Before a return: carries out what is pending, the latest first. Its bit is cleared before each call.
    pub fn run_open_defers(&mut self) {
        let Some(open) = &self.open else { return };
        let slots = open.slots;
        for i in (0..open.sites.len()).rev() {
            let Some(site) = self.open.as_ref().map(|o| &o.sites[i]) else { return };
            let (pending, closure, known) = (site.pending, site.closure, site.known.clone());
            let run = move |fx: &mut Self| {
                fx.set_bits(1 << i, 0);
                let f = match known {
                    Some(op) => fx.ins(op, &[], Ty::Ptr),
                    None => {
                        // The closure made here, if all ways come from there; otherwise what the frame holds.
                        let f = fx.s.read(closure);
                        match fx.s.f.def_inst(f) {
                            Some(d) if matches!(d.op, Op::New { .. }) => f,
                            _ => {
                                let a = fx.slot_addr(slots).plus(i as u64 * fx.p.word as u64);
                                fx.load(Ty::Ptr, a)
                            }
                        }
                    }
                };
                let sig = fx.p.sig(&[], &[]);
                fx.call_raw(Callee::Closure, sig, &[f]);
            };
            let p = self.s.read(pending);
            match self.s.f.as_const(p) {
                Some(0) => {}
                Some(_) => run(self),
                None => {
                    let p = self.icmp_imm(Cc::Ne, p, 0);
                    self.when(p, run);
                }
            }
        }
    }

    /// A closure without arguments that carries out a call whose operands are evaluated here.
    fn later(&mut self, e: &'a Expr, kind: usize) -> Value {
        let e = e.unparen();
        let ExprKind::Call { fun, args, .. } = &e.kind else { panic!("{}: no call", e.pos) };
        if self.mode(fun) == Mode::Type {
            // A conversion as a statement: only its operand is evaluated.
            self.evaluate(&args[0]);
            return self.later_func(kind, Later::Nothing, Vec::new());
        }
        if let Some(b) = self.builtin_of(fun) {
            let (vals, tys) = self.builtin_args(b, args);
            let caps = vals.into_iter().zip(tys).collect();
            return self.later_func(kind, Later::Builtin(b), caps);
        }
        let plan = self.plan(e);
        self.s.pos = e.pos;
        let simple = plan.args.is_empty() && plan.results.is_empty();
        let mut caps: Vec<(Val, TypeId)> = Vec::new();
        let target = match plan.target {
            Target::Closure(v) if simple => return v,
            Target::Func(f) if simple => {
                let d = self.p.funcval(f);
                return self.data_addr(d);
            }
            Target::Closure(v) => {
                if kind == 1 {
                    // A nil func value is found out by the `go` statement.
                    self.nil_check(v);
                }
                caps.push((Val::one(v), self.p.unsafe_ptr()));
                LaterTarget::Closure
            }
            Target::Code(v) => {
                caps.push((Val::one(v), basic(Basic::Uintptr)));
                LaterTarget::Code
            }
            known => LaterTarget::Known(known),
        };
        caps.extend(plan.args.into_iter().zip(plan.params.iter().copied()));
        // What an argument was converted from must be alive then, and at the same place.
        plan.keep.iter().for_each(|&p| self.ins0(Op::Escape, &[p]));
        let keep = plan.keep.len();
        caps.extend(plan.keep.into_iter().map(|p| (Val::one(p), basic(Basic::UnsafePointer))));
        let what = Later::Call { target, params: plan.params, results: plan.results, keep };
        self.later_func(kind, what, caps)
    }
    fn later_func(&mut self, kind: usize, what: Later, caps: Vec<(Val, TypeId)>) -> Value {
        let tys: Vec<TypeId> = caps.iter().map(|c| c.1).collect();
        let alike = if kind == 2 { what.alike(&tys) } else { None };
        if let Some(&f) = alike.as_ref().and_then(|a| self.deferred.get(a)) {
            return self.make_closure(f, &caps);
        }
        let name = self.closure_name(kind);
        let sig = self.p.sig(&[], &[]);
        let flags = FuncFlags { wrapper: true, ..FuncFlags::default() };
        let pos = self.s.pos;
        let f = self.p.new_func(&name, sig, pos);
        self.deferred.extend(alike.map(|a| (a, f)));
        self.p.prog.funcs[f].flags = flags;
        if let Later::Builtin(Builtin::Recover) = what {
            let flags = &mut self.p.prog.funcs[f].flags;
            (flags.has_recover, flags.noinline) = (true, true);
        }
        let make = move |p: &mut crate::program::Prog<'a>, id| {
            let mut fx = Fx::synthetic(p, id);
            fx.s.pos = pos;
            let at = if tys.is_empty() { Vec::new() } else { fx.load_captures(&tys) };
            let mut vals: Vec<Val> = at.iter().zip(&tys).map(|(&a, &t)| fx.load_val(t, a)).collect();
            match what {
                Later::Nothing => {}
                Later::Builtin(b) => fx.builtin_vals(b, &vals, &tys),
                Later::Call { target, params, results, keep } => {
                    let target = match target {
                        LaterTarget::Known(t) => t,
                        LaterTarget::Closure => Target::Closure(vals.remove(0).single()),
                        LaterTarget::Code => Target::Code(vals.remove(0).single()),
                    };
                    let keep = vals.split_off(vals.len() - keep).iter().map(Val::single).collect();
                    fx.run(Plan { target, args: vals, params, results, keep }, None);
                }
            }
            fx.return_plain(&[], &[])
        };
        self.p.enqueue(f, crate::program::Work::Gen(Box::new(make)));
        self.make_closure(f, &caps)
    }
    /// The current g.
    pub fn getg(&mut self) -> Value {
        self.ins(Op::GetG, &[], Ty::Ptr)
    }
}
