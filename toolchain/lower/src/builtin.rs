//! Built-in functions, those of package unsafe included (append and copy are in `slice`, map functions in `map`).
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::{Addr, Leaves, Val};
use ir::op::{Cc, Fcc};
use ir::{Op, Ty, Value};
use smallvec::smallvec;
use syntax::ast::{BinaryOp, Expr, ExprKind};
use types::info::Mode;
use types::intern::EMPTY_INTERFACE;
use types::object::Builtin;
use types::table::TypeId;

/// Largest object for `make([]T, constant)` and `make([]T, n, constant)` that may be put on the stack.
const MAX_MAKE: u64 = 64 << 10;

impl<'p, 'a> Fx<'p, 'a> {
    /// A call of a built-in function.
    pub fn builtin(&mut self, e: &'a Expr, b: Builtin, args: &'a [Expr]) -> Option<Val> {
        if self.mode(e) == Mode::Const
            && let Some(c) = self.constant(e)
        {
            let t = self.ty_of(e);
            return Some(self.const_val(&c, t));
        }
        let word = |s: &mut Self, v: Value| {
            let t = s.word_ty();
            Val::one(s.resize(v, t, true))
        };
        Some(match b {
            Builtin::Len | Builtin::Cap => {
                let v = self.len_cap(&args[0], b == Builtin::Cap);
                word(self, v)
            }
            Builtin::Append => self.append(e, args),
            Builtin::Copy => {
                let (vals, tys) = self.arguments(args, None);
                self.s.pos = e.pos;
                Val::one(self.copy_slices(&vals[0], tys[0], &vals[1]))
            }
            Builtin::Complex => {
                let t = self.ty_of(e);
                let half = self.complex_part(t);
                let (vals, _) = self.arguments(args, Some(half));
                Val::Flat(smallvec![vals[0].single(), vals[1].single()])
            }
            Builtin::Real => Val::one(self.expr(&args[0]).leaf(0)),
            Builtin::Imag => Val::one(self.expr(&args[0]).leaf(1)),
            Builtin::Make => self.make(e, args),
            Builtin::Max | Builtin::Min => {
                let t = self.ty_of(e);
                let (vals, _) = self.arguments(args, Some(t));
                self.s.pos = e.pos;
                let best = |v: Val, w: Val| self.min_max(t, &v, &w, b == Builtin::Max);
                vals.into_iter().reduce(best).expect("the checker wants an argument")
            }
            Builtin::New => {
                let pt = self.ty_of(e);
                let K::Ptr(t) = self.p.kind(pt) else { panic!("{}: new gives no pointer", e.pos) };
                let t = self.ty(t);
                if self.mode(&args[0]) == Mode::Type {
                    self.s.pos = e.pos;
                    return Some(Val::one(self.new_object(t, syntax::Sym::new("new"))));
                }
                // new(value), since 1.26.
                let v = self.expr_as(&args[0], t);
                self.s.pos = e.pos;
                let p = self.new_object(t, syntax::Sym::new("new"));
                self.store_val(t, Addr::new(p), &v);
                Val::one(p)
            }
            Builtin::Recover => {
                self.s.pos = e.pos;
                Val::Flat(self.rt("gorecover", &[]).into_iter().collect())
            }
            Builtin::Panic
            | Builtin::Print
            | Builtin::Println
            | Builtin::Close
            | Builtin::Clear
            | Builtin::Delete => {
                let (vals, tys) = self.builtin_args(b, args);
                self.s.pos = e.pos;
                self.builtin_vals(b, &vals, &tys);
                return None;
            }
            Builtin::Add => {
                let (p, _, n) = self.pointer_and_number(args);
                Val::one(self.ptr_add(p, n))
            }
            Builtin::SliceData => {
                let v = self.expr(&args[0]);
                Val::one(v.leaf(0))
            }
            Builtin::StringData => Val::one(self.expr(&args[0]).leaf(0)),
            Builtin::Slice | Builtin::String => self.unsafe_slice(e, b, args),
            Builtin::Sizeof => {
                let t = self.ty_of(&args[0]);
                let n = self.p.size_of(t);
                Val::one(self.word(n as i64))
            }
            Builtin::Alignof => {
                let t = self.ty_of(&args[0]);
                let n = self.p.align_of(t);
                Val::one(self.word(n as i64))
            }
            Builtin::Offsetof => {
                let n = self.offset_of(&args[0]);
                Val::one(self.word(n as i64))
            }
        })
    }
    fn offset_of(&mut self, e: &'a Expr) -> u64 {
        let e = e.unparen();
        let (ExprKind::Selector { x, .. }, Some(s)) = (&e.kind, self.selection(e.id)) else { return 0 };
        let mut t = self.ty_of(x);
        if let K::Ptr(el) = self.p.kind(t) {
            t = self.ty(el);
        }
        let mut off = 0;
        for &i in &s.path {
            off += self.p.field_offset(t, i as usize);
            t = self.ty(self.p.fields(t)[i as usize].ty);
        }
        off
    }
    fn complex_part(&self, t: TypeId) -> TypeId {
        use types::table::{Basic, basic};
        match self.p.kind(t) {
            K::Complex(8) => basic(Basic::Float32),
            _ => basic(Basic::Float64),
        }
    }

    /// The results of a call that stands for all arguments.
    pub fn several(&mut self, args: &'a [Expr]) -> Option<(Vec<Val>, Vec<TypeId>)> {
        let [only] = args else { return None };
        if self.p.kind(self.ty_of(only)) != K::Tuple {
            return None;
        }
        let tys = self.tuple_types(only);
        Some((self.call(only.unparen(), None), tys))
    }
    /// Evaluates arguments, as values of type `to` or of their own types.
    fn arguments(&mut self, args: &'a [Expr], to: Option<TypeId>) -> (Vec<Val>, Vec<TypeId>) {
        if let Some((vals, tys)) = self.several(args) {
            let vals = vals.into_iter().zip(&tys);
            let vals = vals.map(|(v, &from)| to.map_or(v.clone(), |to| self.assign_conv(v, from, to)));
            return (vals.collect(), tys);
        }
        self.calls_first(&args.iter().collect::<Vec<_>>());
        let tys: Vec<TypeId> = args.iter().map(|a| to.unwrap_or_else(|| self.ty_of(a))).collect();
        (args.iter().zip(&tys).map(|(a, &t)| self.expr_as(a, t)).collect(), tys)
    }
    /// A pointer with its type, and an integer as a word.
    fn pointer_and_number(&mut self, args: &'a [Expr]) -> (Value, TypeId, Value) {
        if let Some((vals, tys)) = self.several(args) {
            let n = self.number_of(vals[1].single(), tys[1]);
            return (vals[0].single(), tys[0], self.word_or_negative(n));
        }
        self.calls_first(&args.iter().collect::<Vec<_>>());
        let p = self.scalar(&args[0]);
        let n = self.index_value(&args[1]);
        (p, self.ty_of(&args[0]), self.word_or_negative(n))
    }

    /// Evaluates the arguments of a built-in function that is used as a statement.
    pub fn builtin_args(&mut self, b: Builtin, args: &'a [Expr]) -> (Vec<Val>, Vec<TypeId>) {
        if let Some((mut vals, mut tys)) = self.several(args) {
            if let (Builtin::Delete, K::Map(k, _)) = (b, self.p.kind(tys[0])) {
                let k = self.ty(k);
                vals[1] = self.assign_conv(vals[1].clone(), tys[1], k);
                tys[1] = k;
            }
            return (vals, tys);
        }
        let mut tys: Vec<TypeId> = args.iter().map(|a| self.ty_of(a)).collect();
        match b {
            Builtin::Panic => tys[0] = EMPTY_INTERFACE,
            Builtin::Delete => {
                if let K::Map(k, _) = self.p.kind(tys[0]) {
                    tys[1] = self.ty(k);
                }
            }
            Builtin::Print | Builtin::Println => {
                for (t, a) in tys.iter_mut().zip(args) {
                    if self.p.kind(*t) == K::Nil {
                        *t = self.p.unsafe_ptr();
                    } else if self.p.is_iface(*t)
                        && let (Mode::Const, Some(c)) = (self.mode(a), self.constant(a))
                    {
                        *t = crate::konst::default_type(&c);
                    }
                }
            }
            _ => {}
        }
        self.calls_first_as(args, &tys);
        let last = self.last_acting(args);
        let vals = args
            .iter()
            .zip(&tys)
            .enumerate()
            .map(|(i, (a, &t))| {
                let v = self.expr_as(a, t);
                if last.is_some_and(|l| i < l) { self.settle(t, v) } else { v }
            })
            .collect();
        (vals, tys)
    }
    /// Carries out a built-in function that is used as a statement.
    pub fn builtin_vals(&mut self, b: Builtin, vals: &[Val], tys: &[TypeId]) {
        match b {
            Builtin::Panic => {
                self.rt("gopanic", vals[0].leaves());
            }
            Builtin::Print | Builtin::Println => self.print(vals, tys, b == Builtin::Println),
            Builtin::Close => {
                self.rt("closechan", &[vals[0].single()]);
            }
            Builtin::Clear => match self.p.kind(tys[0]) {
                K::Map(..) => {
                    let t = self.mem_type_ptr(tys[0]);
                    self.rt("mapclear", &[t, vals[0].single()]);
                }
                K::Slice(el) => {
                    let size = self.p.size_of(el);
                    let n = self.mul_imm(vals[0].leaf(1), size);
                    let f = if self.p.has_ptrs(el) { "memclrHasPointers" } else { "memclrNoHeapPointers" };
                    self.rt(f, &[vals[0].leaf(0), n]);
                }
                k => panic!("clear of {k:?}"),
            },
            Builtin::Delete => self.map_delete(&vals[0], tys[0], &vals[1]),
            Builtin::Copy => {
                self.copy_slices(&vals[0], tys[0], &vals[1]);
            }
            // Deferred directly: effective if the function that defers it is itself called by a panic, which the
            // runtime finds out, as this is in a wrapper.
            Builtin::Recover => {
                self.rt("gorecover", &[]);
            }
            other => panic!("{other:?} as a statement"),
        }
    }

    /// `len(x)` or `cap(x)`
    fn len_cap(&mut self, x: &'a Expr, cap: bool) -> Value {
        let t = self.ty_of(x);
        match self.p.kind(t) {
            K::Str => self.expr(x).leaf(1),
            K::Slice(_) => self.expr(x).leaf(1 + cap as usize),
            K::Map(..) => {
                let m = self.scalar(x);
                self.map_len(m)
            }
            K::Chan(..) => {
                let c = self.scalar(x);
                self.rt1(if cap { "chancap" } else { "chanlen" }, &[c])
            }
            K::Array(_, n) => {
                if self.acts(x) {
                    self.evaluate(x);
                }
                self.word(n as i64)
            }
            K::Ptr(a) => {
                let K::Array(_, n) = self.p.kind(a) else { panic!("{}: len of a pointer", x.pos) };
                if self.acts(x) {
                    self.expr(x);
                }
                self.word(n as i64)
            }
            k => panic!("{}: len of {k:?}", x.pos),
        }
    }

    fn make(&mut self, e: &'a Expr, args: &'a [Expr]) -> Val {
        let t = self.ty_of(e);
        match self.p.kind(t) {
            K::Slice(el) => {
                let el = self.ty(el);
                self.calls_first(&args[1..].iter().collect::<Vec<_>>());
                let len = self.size_arg(&args[1], "panicmakeslicelen");
                let cap = match args.get(2) {
                    Some(c) => self.size_arg(c, "panicmakeslicecap"),
                    None => len,
                };
                self.s.pos = e.pos;
                let size = self.p.size_of(el);
                let known = self.s.f.as_const(len);
                if let Some(c) = self.s.f.as_const(cap)
                    && 0 <= c
                    && (c as u64).checked_mul(size.max(1)).is_some_and(|n| n <= MAX_MAKE)
                    && known.is_none_or(|l| (0..=c).contains(&l))
                {
                    if known.is_none() {
                        // It tells what is wrong with the length.
                        let wrong = self.icmp(Cc::Ugt, len, cap);
                        self.refuse_if(wrong, |s| {
                            let et = s.mem_type_ptr(el);
                            s.rt1("makeslice", &[et, len, cap]);
                        });
                    }
                    let arr = self.p.ck.table.array(el, c as u64);
                    let p = self.new_object(arr, syntax::Sym::new("make"));
                    return Val::Flat(smallvec![p, len, cap]);
                }
                let et = self.mem_type_ptr(el);
                let p = self.rt1("makeslice", &[et, len, cap]);
                Val::Flat(smallvec![p, len, cap])
            }
            K::Map(..) => {
                let hint = args.get(1).map(|a| self.index_value(a));
                self.s.pos = e.pos;
                let small = hint.is_none_or(|h| h.known.is_some_and(|n| n <= 8));
                let hint = hint.map(|h| self.word_or_negative(h));
                Val::one(self.make_map(t, hint, small))
            }
            K::Chan(..) => {
                let n = match args.get(1) {
                    Some(a) => {
                        let n = self.index_value(a);
                        self.word_or_negative(n)
                    }
                    None => self.word(0),
                };
                self.s.pos = e.pos;
                let ct = self.mem_type_ptr(t);
                Val::one(self.rt1("makechan", &[ct, n]))
            }
            k => panic!("{}: make of {k:?}", e.pos),
        }
    }

    fn min_max(&mut self, t: TypeId, a: &Val, b: &Val, max: bool) -> Val {
        match self.p.kind(t) {
            K::Float(_) => Val::one(self.float_min_max(a.single(), b.single(), max)),
            K::Str => {
                let op = if max { BinaryOp::Lt } else { BinaryOp::Gt };
                let worse = self.compare(op, t, a, b);
                let leaves: Leaves =
                    a.leaves().iter().zip(b.leaves()).map(|(&x, &y)| self.select(worse, y, x)).collect();
                Val::Flat(leaves)
            }
            _ => {
                let op = if max { BinaryOp::Lt } else { BinaryOp::Gt };
                let worse = self.compare(op, t, a, b);
                Val::one(self.select(worse, b.single(), a.single()))
            }
        }
    }
    /// NaN if either is NaN; -0 is less than 0.
    fn float_min_max(&mut self, a: Value, b: Value, max: bool) -> Value {
        let fty = self.s.f.ty(a);
        let ity = if fty == Ty::F32 { Ty::I32 } else { Ty::I64 };
        let a_better = self.ins(Op::Fcmp(if max { Fcc::Gt } else { Fcc::Lt }), &[a, b], Ty::I8);
        let b_better = self.ins(Op::Fcmp(if max { Fcc::Lt } else { Fcc::Gt }), &[a, b], Ty::I8);
        // Neither: equal (zeros may differ in sign), or a NaN: then the sum is NaN.
        let (ai, bi) = (self.bitcast(a, ity), self.bitcast(b, ity));
        let both = self.bin(if max { Op::And } else { Op::Or }, ai, bi);
        let both = self.bitcast(both, fty);
        let sum = self.bin(Op::FAdd, a, b);
        let eq = self.ins(Op::Fcmp(Fcc::Eq), &[a, b], Ty::I8);
        let rest = self.select(eq, both, sum);
        let r = self.select(b_better, b, rest);
        self.select(a_better, a, r)
    }

    fn unsafe_slice(&mut self, e: &'a Expr, b: Builtin, args: &'a [Expr]) -> Val {
        let (p, pt, n) = self.pointer_and_number(args);
        let known = self.s.f.as_const(n);
        self.s.pos = e.pos;
        let is_str = b == Builtin::String;
        let (len_panic, nil_panic) = if is_str {
            ("panicunsafestringlen", "panicunsafestringnilptr")
        } else {
            ("panicunsafeslicelen", "panicunsafeslicenilptr")
        };
        let size = match self.p.kind(pt) {
            K::Ptr(el) if !is_str => self.p.size_of(el),
            _ => 1,
        };
        // Of elements, and of all bytes.
        let (most, room) =
            if self.p.word == 8 { (i64::MAX as u64, 1 << 47) } else { (i32::MAX as u64, u32::MAX as u64) };
        let limit = most.min(room.checked_div(size).unwrap_or(most).max(1));
        if !known.is_some_and(|k| 0 <= k && k as u64 <= limit) {
            let bad = self.icmp_imm(Cc::Ugt, n, limit as i64);
            self.panic_if(bad, len_panic);
        }
        // The end must not be beyond the end of memory, and only nothing is at nil.
        let word = self.word_ty();
        let over = if size == 0 {
            let (nil, some) = (self.icmp_imm(Cc::Eq, p, 0), self.icmp_imm(Cc::Ne, n, 0));
            self.bin(Op::And, nil, some)
        } else {
            let addr = self.bitcast(p, word);
            let room = self.ins(Op::Neg, &[addr], word);
            let bytes = self.mul_imm(n, size);
            self.icmp(Cc::Ugt, bytes, room)
        };
        self.refuse_if(over, |s| {
            let nil = s.icmp_imm(Cc::Eq, p, 0);
            let (at_nil, beyond) = (s.s.cold_block(), s.s.cold_block());
            s.s.br(nil, at_nil, beyond);
            s.s.start_sealed(at_nil);
            s.rt(nil_panic, &[]);
            s.s.unreachable();
            s.s.start_sealed(beyond);
            s.rt(len_panic, &[]);
        });
        if is_str { Val::Flat(smallvec![p, n]) } else { Val::Flat(smallvec![p, n, n]) }
    }

    fn print(&mut self, vals: &[Val], tys: &[TypeId], line: bool) {
        self.rt("printlock", &[]);
        for (i, (v, &t)) in vals.iter().zip(tys).enumerate() {
            if line && i > 0 {
                self.rt("printsp", &[]);
            }
            match self.p.kind(t) {
                K::Bool => self.rt("printbool", &[v.single()]),
                K::Int { signed, .. } => {
                    let n = self.resize(v.single(), Ty::I64, signed);
                    let hex = self.p.type_str(t) == "runtime.hex";
                    self.rt(
                        if hex {
                            "printhex"
                        } else if signed {
                            "printint"
                        } else {
                            "printuint"
                        },
                        &[n],
                    )
                }
                K::Float(4) => self.rt("printfloat32", &[v.single()]),
                K::Float(_) => self.rt("printfloat64", &[v.single()]),
                K::Complex(8) => self.rt("printcomplex64", v.leaves()),
                K::Complex(_) => self.rt("printcomplex128", v.leaves()),
                K::Str => self.rt("printstring", v.leaves()),
                K::Slice(_) => self.rt("printslice", v.leaves()),
                K::Iface(true) => self.rt("printeface", v.leaves()),
                K::Iface(false) => self.rt("printiface", v.leaves()),
                _ => self.rt("printpointer", &[v.single()]),
            };
        }
        if line {
            self.rt("printnl", &[]);
        }
        self.rt("printunlock", &[]);
    }
}
