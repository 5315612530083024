//! `go` and `defer`: calls that are evaluated now and carried out later, as closures without arguments.
use crate::call::{Plan, Target};
use crate::fx::{Fx, VarLoc};
use crate::value::{Addr, Val};
use ir::{FuncFlags, Op, Ty, Value};
use syntax::Sym;
use syntax::ast::{Expr, ExprKind};
use types::info::Mode;
use types::object::Builtin;
use types::table::{Basic, TypeId, basic};

/// What a wrapper does with its captures.
enum Later {
    /// A call; the captures are its target (if that is a value) and its arguments.
    Call { target: LaterTarget, params: Vec<TypeId>, results: Vec<TypeId> },
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
        if self.loops > 0 {
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
    /// Before the body: a token for defers in range-over-func loops.
    pub fn body_prologue(&mut self) {
        let fact = &self.env.facts.funcs[self.idx as usize];
        if fact.range_defers && !fact.range_body {
            let any = types::intern::EMPTY_INTERFACE;
            let first = self.leaf_vars(any);
            let token = self.rt("deferrangefunc", &[]);
            self.write_leaves(first, &token);
            self.defer_token = Some(VarLoc::Ssa(first));
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
        self.later_func(kind, Later::Call { target, params: plan.params, results: plan.results }, caps)
    }
    fn later_func(&mut self, kind: usize, what: Later, caps: Vec<(Val, TypeId)>) -> Value {
        let name = self.closure_name(kind);
        let sig = self.p.sig(&[], &[]);
        let flags = FuncFlags { wrapper: true, ..FuncFlags::default() };
        let tys: Vec<TypeId> = caps.iter().map(|c| c.1).collect();
        let pos = self.s.pos;
        let f = self.p.new_func(&name, sig, pos);
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
                Later::Call { target, params, results } => {
                    let target = match target {
                        LaterTarget::Known(t) => t,
                        LaterTarget::Closure => Target::Closure(vals.remove(0).single()),
                        LaterTarget::Code => Target::Code(vals.remove(0).single()),
                    };
                    fx.run(Plan { target, args: vals, params, results }, None);
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
