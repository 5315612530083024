//! 64-bit values on machines with words of 4 bytes, as pairs of 32-bit ones.
use super::{Helpers, Writer};
use crate::analysis::cfg::Cfg;
use crate::op::{AtomicOp, Cc};
use crate::{
    Block, Func, Inst, InstData, Op, Part, Program, Slot, Target, Term, Ty, Value, ValueData, ValueDef,
};
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;
use syntax::Sym;

/// A value's halves.
#[derive(Clone, Copy)]
struct Pair {
    lo: Value,
    hi: Value,
}

/// Leaves of two words become two leaves. Where the ABI uses registers its steps are words already.
pub fn signatures(program: &mut Program) {
    let split = |p: &mut Part| {
        let Some(leaves) = &mut p.leaves else { return };
        *leaves = leaves
            .iter()
            .flat_map(|&(ty, off)| match ty {
                Ty::I64 => smallvec![(Ty::I32, off), (Ty::I32, off + 4)],
                _ => SmallVec::<[(Ty, u32); 2]>::from_slice(&[(ty, off)]),
            })
            .collect();
    };
    for sig in program.sigs.iter_mut() {
        sig.params.iter_mut().chain(&mut sig.results).for_each(split);
    }
    program.sig_ids = program.sigs.iter_enumerated().map(|(id, s)| (s.clone(), id)).collect();
}

struct Halves<'a> {
    w: Writer<'a>,
    pairs: Vec<Option<Pair>>,
    /// Memory through which bits go between floats and integers.
    slot: Option<Slot>,
}

/// Splits what a function computes.
pub fn run(t: Target, helpers: &Helpers, f: &mut Func) {
    let rpo = Cfg::new(f).rpo;
    let pairs = vec![None; f.values.len()];
    let mut h = Halves { w: Writer::with(t, helpers, f), pairs, slot: None };
    for &b in &rpo {
        h.params(b);
    }
    for &b in &rpo {
        for i in std::mem::take(&mut h.w.f.blocks[b].insts) {
            h.inst(i);
        }
        h.term(b);
    }
}

impl Halves<'_> {
    fn is_wide(&self, v: Value) -> bool {
        self.w.f.ty(v) == Ty::I64
    }
    fn pair(&self, v: Value) -> Pair {
        self.pairs[v.0 as usize].expect("definitions come first")
    }
    fn lo(&self, v: Value) -> Value {
        self.pair(v).lo
    }
    fn set(&mut self, v: Value, lo: Value, hi: Value) {
        self.pairs[v.0 as usize] = Some(Pair { lo, hi });
    }
    /// First and second word in memory.
    fn in_memory(&self, p: Pair) -> [Value; 2] {
        if self.w.t.big_endian { [p.hi, p.lo] } else { [p.lo, p.hi] }
    }
    fn of_memory(&self, first: Value, second: Value) -> Pair {
        if self.w.t.big_endian { Pair { lo: second, hi: first } } else { Pair { lo: first, hi: second } }
    }
    /// Operands with pairs in place of wide values.
    fn flat<A: smallvec::Array<Item = Value>>(&self, args: &[Value]) -> SmallVec<A> {
        let mut out = SmallVec::new();
        for &v in args {
            if self.is_wide(v) {
                out.extend(self.in_memory(self.pair(v)));
            } else {
                out.push(v);
            }
        }
        out
    }
    /// Places for values that something else defines: a block's parameters, a call's results.
    fn defined(&mut self, old: &[Value], def: impl Fn(u32) -> ValueDef) -> Vec<Value> {
        let mut new: Vec<Value> = Vec::with_capacity(old.len());
        for &v in old {
            if self.is_wide(v) {
                let mut half = || {
                    let data = ValueData { ty: Ty::I32, def: def(new.len() as u32) };
                    new.push(self.w.f.values.push(data));
                    new[new.len() - 1]
                };
                let (first, second) = (half(), half());
                self.pairs[v.0 as usize] = Some(self.of_memory(first, second));
            } else {
                self.w.f.values[v].def = def(new.len() as u32);
                new.push(v);
            }
        }
        new
    }
    fn params(&mut self, b: Block) {
        let old = std::mem::take(&mut self.w.f.blocks[b].params);
        let new = self.defined(&old, |n| ValueDef::Param(b, n));
        self.w.f.blocks[b].params = new.into();
    }

    fn term(&mut self, b: Block) {
        let mut term = std::mem::replace(&mut self.w.f.blocks[b].term, Term::None);
        term.for_each_call_mut(|t| t.args = self.flat(&t.args));
        match &mut term {
            Term::Ret(args) | Term::TailCall { args, .. } => *args = self.flat(args),
            Term::Switch { value, cases, default } if self.is_wide(*value) => {
                term = self.switch(b, *value, std::mem::take(cases), *default);
            }
            _ => {}
        }
        self.w.f.blocks[b].term = term;
        self.w.f.blocks[b].insts = std::mem::take(&mut self.w.out);
    }
    /// On the upper half, then for each of its values on the lower one.
    fn switch(&mut self, b: Block, value: Value, mut cases: Vec<(i64, Block)>, default: Block) -> Term {
        let p = self.pair(value);
        let (pos, cold) = (self.w.f.blocks[b].term_pos, self.w.f.blocks[b].cold);
        cases.sort_by_key(|c| c.0);
        let mut outer = Vec::new();
        for group in cases.chunk_by(|a, b| a.0 >> 32 == b.0 >> 32) {
            let inner = self.w.f.new_block();
            let data = &mut self.w.f.blocks[inner];
            (data.term_pos, data.cold) = (pos, cold);
            let lower = group.iter().map(|c| (c.0 as i32 as i64, c.1)).collect();
            data.term = Term::Switch { value: p.lo, cases: lower, default };
            outer.push((group[0].0 >> 32, inner));
        }
        Term::Switch { value: p.hi, cases: outer, default }
    }

    fn inst(&mut self, i: Inst) {
        let d = self.w.f.insts[i].clone();
        self.w.at(&d);
        if let Op::Call { .. } = d.op {
            let results = self.defined(&d.results, |n| ValueDef::Inst(i, n));
            let args = self.flat(&d.args);
            let inst = &mut self.w.f.insts[i];
            (inst.args, inst.results) = (args, results.into());
            return self.w.out.push(i);
        }
        let wide = d.results.first().is_some_and(|&r| self.is_wide(r));
        if wide {
            let p = self.wide_result(&d);
            self.set(d.results[0], p.lo, p.hi);
        } else if d.args.iter().any(|&a| self.is_wide(a)) {
            let v = self.wide_operand(i, &d);
            if let (Some(v), Some(&r)) = (v, d.results.first()) {
                self.w.f.alias(r, v);
            }
        } else {
            self.w.out.push(i);
        }
    }

    /// The value of an operation that takes wide operands and gives no wide value, if it is another one.
    fn wide_operand(&mut self, i: Inst, d: &InstData) -> Option<Value> {
        let ty = d.results.first().map(|&r| self.w.f.ty(r));
        match d.op {
            Op::Shl(bounded) | Op::LShr(bounded) | Op::AShr(bounded) => {
                let n = self.count(d.args[1], bounded);
                self.w.f.insts[i].args[1] = n;
                self.w.out.push(i);
                None
            }
            Op::RotL => {
                self.w.f.insts[i].args[1] = self.lo(d.args[1]);
                self.w.out.push(i);
                None
            }
            Op::Trunc => {
                let lo = self.lo(d.args[0]);
                let ty = ty?;
                Some(if ty == Ty::I32 { lo } else { self.w.ins(Op::Trunc, &[lo], ty) })
            }
            Op::Icmp(cc) => Some(self.compare(cc, d.args[0], d.args[1])),
            Op::SiToF | Op::UiToF => Some(self.float_of(d.args[0], ty?, d.op == Op::SiToF)),
            Op::Bitcast => {
                let slot = self.slot();
                let at = self.w.ins(Op::SlotAddr(slot, 0), &[], Ty::Ptr);
                self.store(at, 0, d.args[0]);
                Some(self.w.ins(Op::Load { off: 0 }, &[at], ty?))
            }
            Op::Store { off, .. } => {
                self.store(d.args[0], off, d.args[1]);
                None
            }
            Op::AtomicStore => {
                let args = self.flat::<[Value; 3]>(&d.args);
                self.w.call("atomicStore64", &args, &[]);
                None
            }
            Op::AtomicCas => {
                let args = self.flat::<[Value; 8]>(&d.args);
                Some(self.w.call("atomicCas64", &args, &[Ty::I8])[0])
            }
            // Numbers need not be kept alive.
            Op::KeepAlive => None,
            ref op => panic!("{op:?} of two words"),
        }
    }

    fn wide_result(&mut self, d: &InstData) -> Pair {
        let w = &mut self.w;
        let pair = |lo, hi| Pair { lo, hi };
        let half = |w: &mut Writer, n: i64| w.konst(Ty::I32, n);
        match d.op {
            Op::Iconst(c) => pair(half(w, c), half(w, c >> 32)),
            Op::Add | Op::Sub => {
                let (x, y) = (self.pair(d.args[0]), self.pair(d.args[1]));
                self.sum(d.op == Op::Add, x, y)
            }
            Op::Neg => {
                let zero = half(w, 0);
                let x = self.pair(d.args[0]);
                self.sum(false, pair(zero, zero), x)
            }
            Op::Mul => {
                let (x, y) = (self.pair(d.args[0]), self.pair(d.args[1]));
                let w = &mut self.w;
                let r = w.insn(Op::UMulWide, &[x.lo, y.lo], &[Ty::I32, Ty::I32]);
                let (a, b) = (w.bin(Op::Mul, x.lo, y.hi), w.bin(Op::Mul, x.hi, y.lo));
                let cross = w.bin(Op::Add, a, b);
                pair(r[1], w.bin(Op::Add, r[0], cross))
            }
            Op::SDiv => self.by_call("int64div", d),
            Op::SRem => self.by_call("int64mod", d),
            Op::UDiv => self.by_call("uint64div", d),
            Op::URem => self.by_call("uint64mod", d),
            Op::And | Op::Or | Op::Xor => {
                let (x, y) = (self.pair(d.args[0]), self.pair(d.args[1]));
                let w = &mut self.w;
                pair(w.bin(d.op.clone(), x.lo, y.lo), w.bin(d.op.clone(), x.hi, y.hi))
            }
            Op::Not => {
                let x = self.pair(d.args[0]);
                let w = &mut self.w;
                pair(w.ins(Op::Not, &[x.lo], Ty::I32), w.ins(Op::Not, &[x.hi], Ty::I32))
            }
            Op::Shl(_) | Op::LShr(_) | Op::AShr(_) => self.shift(d),
            Op::RotL => self.rotate(d),
            Op::Clz | Op::Ctz => {
                let x = self.pair(d.args[0]);
                let (near, far) = if d.op == Op::Clz { (x.hi, x.lo) } else { (x.lo, x.hi) };
                let w = &mut self.w;
                let (n, m) = (w.ins(d.op.clone(), &[near], Ty::I32), w.ins(d.op.clone(), &[far], Ty::I32));
                let m = w.imm(Op::Add, m, 32);
                let some = w.icmp_imm(Cc::Ne, near, 0);
                pair(w.select(some, n, m), half(w, 0))
            }
            Op::Popcnt => {
                let x = self.pair(d.args[0]);
                let w = &mut self.w;
                let (n, m) = (w.ins(Op::Popcnt, &[x.lo], Ty::I32), w.ins(Op::Popcnt, &[x.hi], Ty::I32));
                pair(w.bin(Op::Add, n, m), half(w, 0))
            }
            Op::Bswap => {
                let x = self.pair(d.args[0]);
                let w = &mut self.w;
                pair(w.ins(Op::Bswap, &[x.hi], Ty::I32), w.ins(Op::Bswap, &[x.lo], Ty::I32))
            }
            Op::Sext => {
                let lo = w.extend(d.args[0], Ty::I32, true);
                pair(lo, w.imm(Op::AShr(true), lo, 31))
            }
            Op::Zext => pair(w.extend(d.args[0], Ty::I32, false), half(w, 0)),
            Op::FToSi => self.by_truncation("float64toint64", d.args[0]),
            Op::FToUi => self.by_truncation("float64touint64", d.args[0]),
            Op::Bitcast => {
                let slot = self.slot();
                let at = self.w.ins(Op::SlotAddr(slot, 0), &[], Ty::Ptr);
                self.w.insn(Op::Store { off: 0, wb: false }, &[at, d.args[0]], &[]);
                self.load(at, 0)
            }
            Op::Select => {
                let (x, y) = (self.pair(d.args[1]), self.pair(d.args[2]));
                let w = &mut self.w;
                pair(w.select(d.args[0], x.lo, y.lo), w.select(d.args[0], x.hi, y.hi))
            }
            Op::Load { off } => self.load(d.args[0], off),
            Op::AtomicLoad => self.by_call("atomicLoad64", d),
            Op::AtomicRmw(op) => {
                let name = match op {
                    AtomicOp::Add => "atomicAdd64",
                    AtomicOp::And => "atomicAnd64",
                    AtomicOp::Or => "atomicOr64",
                    AtomicOp::Xchg => "atomicXchg64",
                };
                self.by_call(name, d)
            }
            ref op => panic!("{op:?} of two words"),
        }
    }

    /// A helper with the operation's operands.
    fn by_call(&mut self, name: &'static str, d: &InstData) -> Pair {
        let args = self.flat::<[Value; 4]>(&d.args);
        let r = self.w.call(name, &args, &[Ty::I32, Ty::I32]);
        self.of_memory(r[0], r[1])
    }
    fn sum(&mut self, add: bool, x: Pair, y: Pair) -> Pair {
        let op = if add { Op::AddCarry } else { Op::SubBorrow };
        let two = [Ty::I32, Ty::I32];
        let none = self.w.konst(Ty::I32, 0);
        let lo = self.w.insn(op.clone(), &[x.lo, y.lo, none], &two);
        let hi = self.w.insn(op, &[x.hi, y.hi, lo[1]], &two);
        Pair { lo: lo[0], hi: hi[0] }
    }

    fn compare(&mut self, cc: Cc, x: Value, y: Value) -> Value {
        let zero = self.w.f.as_const(y) == Some(0);
        let (x, y) = (self.pair(x), self.pair(y));
        let w = &mut self.w;
        match cc {
            Cc::Eq | Cc::Ne => {
                let (a, b) = (w.bin(Op::Xor, x.lo, y.lo), w.bin(Op::Xor, x.hi, y.hi));
                let differ = w.bin(Op::Or, a, b);
                w.icmp_imm(cc, differ, 0)
            }
            // The sign is in the upper half.
            Cc::Slt | Cc::Sge if zero => w.icmp_imm(cc, x.hi, 0),
            _ => {
                // x < y borrows from above; x > y is y < x, and what is left is their opposites.
                let (x, y) =
                    if matches!(cc, Cc::Ugt | Cc::Sgt | Cc::Ule | Cc::Sle) { (y, x) } else { (x, y) };
                let (mut a, mut b) = (x.hi, y.hi);
                if matches!(cc, Cc::Slt | Cc::Sle | Cc::Sgt | Cc::Sge) {
                    // In the order of unsigned numbers.
                    (a, b) = (w.imm(Op::Xor, a, 1 << 31), w.imm(Op::Xor, b, 1 << 31));
                }
                let two = [Ty::I32, Ty::I32];
                let none = w.konst(Ty::I32, 0);
                let low = w.insn(Op::SubBorrow, &[x.lo, y.lo, none], &two);
                let high = w.insn(Op::SubBorrow, &[a, b, low[1]], &two);
                let less = matches!(cc, Cc::Ult | Cc::Slt | Cc::Ugt | Cc::Sgt);
                w.icmp_imm(if less { Cc::Ne } else { Cc::Eq }, high[1], 0)
            }
        }
    }

    /// A shift's count as a word: the largest number for one that is too large for a word.
    fn count(&mut self, n: Value, bounded: bool) -> Value {
        if !self.is_wide(n) {
            return self.w.extend(n, Ty::I32, false);
        }
        let n = self.pair(n);
        if bounded {
            return n.lo;
        }
        let small = self.w.icmp_imm(Cc::Eq, n.hi, 0);
        let most = self.w.konst(Ty::I32, -1);
        self.w.select(small, n.lo, most)
    }

    fn shift(&mut self, d: &InstData) -> Pair {
        let x = self.pair(d.args[0]);
        if let Some(n) = self.w.f.as_const(d.args[1]) {
            let n = self.w.t.zext(n, self.w.f.ty(d.args[1]));
            return self.shift_by(&d.op, x, n);
        }
        let bounded = matches!(d.op, Op::Shl(true) | Op::LShr(true) | Op::AShr(true));
        let mut n = self.count(d.args[1], bounded);
        let w = &mut self.w;
        let signed = matches!(d.op, Op::AShr(_));
        let fits = (!bounded).then(|| w.icmp_imm(Cc::Ult, n, 64));
        if let (Some(fits), true) = (fits, signed) {
            let all = w.konst(Ty::I32, 63);
            n = w.select(fits, n, all);
        }
        // Within a half, and then by a whole one.
        let k = w.imm(Op::And, n, 31);
        let back = w.imm(Op::Xor, k, 31);
        let whole = w.imm(Op::And, n, 32);
        let whole = w.icmp_imm(Cc::Ne, whole, 0);
        let left = matches!(d.op, Op::Shl(_));
        let (from, to) = if left { (x.lo, x.hi) } else { (x.hi, x.lo) };
        let (there, here, op) = if left {
            (Op::Shl(true), Op::LShr(true), Op::Shl(true))
        } else {
            (Op::LShr(true), Op::Shl(true), Op::LShr(true))
        };
        let op = if signed { Op::AShr(true) } else { op };
        let last = w.bin(op, from, k);
        let kept = w.bin(there, to, k);
        // What crosses over, by 32 - k: a shift by 32 would not be one.
        let one = w.imm(here.clone(), from, 1);
        let crossing = w.bin(here, one, back);
        let first = w.bin(Op::Or, kept, crossing);
        let fill = if signed { w.imm(Op::AShr(true), x.hi, 31) } else { w.konst(Ty::I32, 0) };
        let mut far = w.select(whole, last, first);
        let mut near = w.select(whole, fill, last);
        if let (Some(fits), false) = (fits, signed) {
            (far, near) = (w.select(fits, far, fill), w.select(fits, near, fill));
        }
        if left { Pair { lo: near, hi: far } } else { Pair { lo: far, hi: near } }
    }
    /// A shift by a constant.
    fn shift_by(&mut self, op: &Op, x: Pair, n: u64) -> Pair {
        let w = &mut self.w;
        let signed = matches!(op, Op::AShr(_));
        let left = matches!(op, Op::Shl(_));
        if n == 0 {
            return x;
        }
        let (there, here) = match (left, signed) {
            (true, _) => (Op::Shl(true), Op::LShr(true)),
            (_, true) => (Op::AShr(true), Op::Shl(true)),
            _ => (Op::LShr(true), Op::Shl(true)),
        };
        let (from, to) = if left { (x.lo, x.hi) } else { (x.hi, x.lo) };
        let fill = if signed { w.imm(Op::AShr(true), x.hi, 31) } else { w.konst(Ty::I32, 0) };
        let (near, far) = match n {
            1..32 => {
                let near = w.imm(there.clone(), from, n as i64);
                let kept = w.imm(if left { Op::Shl(true) } else { Op::LShr(true) }, to, n as i64);
                let crossing = w.imm(here, from, 32 - n as i64);
                (near, w.bin(Op::Or, kept, crossing))
            }
            32 => (fill, from),
            33..64 => (fill, w.imm(there, from, n as i64 - 32)),
            _ => (fill, fill),
        };
        if left { Pair { lo: near, hi: far } } else { Pair { lo: far, hi: near } }
    }
    fn rotate(&mut self, d: &InstData) -> Pair {
        let x = self.pair(d.args[0]);
        let n = match self.is_wide(d.args[1]) {
            true => self.lo(d.args[1]),
            false => self.w.extend(d.args[1], Ty::I32, false),
        };
        let w = &mut self.w;
        let k = w.imm(Op::And, n, 31);
        let back = w.imm(Op::Xor, k, 31);
        let whole = w.imm(Op::And, n, 32);
        let whole = w.icmp_imm(Cc::Ne, whole, 0);
        let (a, b) = (w.select(whole, x.lo, x.hi), w.select(whole, x.hi, x.lo));
        let mut part = |upper: Value, lower: Value| {
            let kept = w.bin(Op::Shl(true), upper, k);
            let one = w.imm(Op::LShr(true), lower, 1);
            let crossing = w.bin(Op::LShr(true), one, back);
            w.bin(Op::Or, kept, crossing)
        };
        Pair { hi: part(a, b), lo: part(b, a) }
    }

    fn slot(&mut self) -> Slot {
        let f = &mut self.w.f;
        *self.slot.get_or_insert_with(|| f.new_slot(8, 4, Arc::default(), Sym::new(".bits")))
    }
    fn load(&mut self, at: Value, off: i32) -> Pair {
        let (at, off) = self.reach(at, off);
        let first = self.w.ins(Op::Load { off }, &[at], Ty::I32);
        let second = self.w.ins(Op::Load { off: off + 4 }, &[at], Ty::I32);
        self.of_memory(first, second)
    }
    fn store(&mut self, at: Value, off: i32, v: Value) {
        let (at, off) = self.reach(at, off);
        for (k, half) in self.in_memory(self.pair(v)).into_iter().enumerate() {
            self.w.insn(Op::Store { off: off + 4 * k as i32, wb: false }, &[at, half], &[]);
        }
    }
    /// An address for which the second word's offset is no overflow.
    fn reach(&mut self, at: Value, off: i32) -> (Value, i32) {
        if off.checked_add(4).is_some() {
            return (at, off);
        }
        let n = self.w.konst(Ty::I32, off as i64);
        (self.w.ins(Op::PtrAdd, &[at, n], Ty::Ptr), 0)
    }

    fn float_of(&mut self, v: Value, ty: Ty, signed: bool) -> Value {
        // What has 32 bits needs no call, however it was made.
        let p = self.pair(v);
        let sign = |d: &InstData| {
            d.op == Op::AShr(true) && d.args[0] == p.lo && self.w.f.as_const(d.args[1]) == Some(31)
        };
        if signed && self.w.f.def_inst(p.hi).is_some_and(sign) {
            return self.w.ins(Op::SiToF, &[p.lo], ty);
        }
        if self.w.f.as_const(p.hi) == Some(0) {
            if self.w.f.def_inst(p.lo).is_some_and(|d| d.op == Op::Zext) {
                return self.w.ins(Op::SiToF, &[p.lo], ty);
            }
            // As a signed number it is 2^31 less; exact as a float of 64 bits.
            let less = self.w.imm(Op::Xor, p.lo, 1 << 31);
            let less = self.w.ins(Op::SiToF, &[less], Ty::F64);
            let offset = self.w.ins(Op::Fconst(2147483648f64.to_bits()), &[], Ty::F64);
            let sum = self.w.bin(Op::FAdd, less, offset);
            return if ty == Ty::F64 { sum } else { self.w.ins(Op::FCvt, &[sum], ty) };
        }
        let name = match (signed, ty) {
            (true, Ty::F64) => "int64tofloat64",
            (true, _) => "int64tofloat32",
            (false, Ty::F64) => "uint64tofloat64",
            (false, _) => "uint64tofloat32",
        };
        let args = self.flat::<[Value; 2]>(&[v]);
        self.w.call(name, &args, &[ty])[0]
    }
    fn by_truncation(&mut self, name: &'static str, x: Value) -> Pair {
        let x = if self.w.f.ty(x) == Ty::F64 { x } else { self.w.ins(Op::FCvt, &[x], Ty::F64) };
        let r = self.w.call(name, &[x], &[Ty::I32, Ty::I32]);
        self.of_memory(r[0], r[1])
    }
}
