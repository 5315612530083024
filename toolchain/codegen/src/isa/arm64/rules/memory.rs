//! Sums as addresses, comparisons and what fuses with them, atomics, bounds checks, long copies.
use super::Isel;
use crate::isa::arm64::Arm64;
use crate::isa::arm64::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use ir::op::{AtomicOp, BoundsKind, Cc, Fcc};
use ir::{InstData, Op, Ty, Value};

rules! {
    /// Memory where something better is known than what all machines do, comparisons, and the rest.
    fn accesses(s: Isel, d);

    PtrAdd(p, #k) if k == k as i32 as i64 => Inst::Lea { dst: s.out_reg(d.results[0]), addr: Addr::reg(s.reg(p), k as i32) };
    PtrAdd(p, y @ Shl[_](i, #k)) if s.single_use(y) && (0..64).contains(&k) =>
        Inst::Alu { op: AluOp::Add, sz: Sz::X, dst: s.out_reg(d.results[0]), a: s.reg(p), b: Src::S(s.reg(i), Shift::Lsl, k as u8) };
    PtrAdd(p, i) => Inst::Alu { op: AluOp::Add, sz: Sz::X, dst: s.out_reg(d.results[0]), a: s.reg(p), b: Src::R(s.reg(i)) };
    Icmp[cc](x, y) => s.truth(d, cc, x, y);
    Fcmp[cc](x, y) => s.float_truth(d, cc, x, y);
    Select(cond, x, y) => s.choice(d, cond, x, y);
    AtomicLoad(p) => s.atomic_load(d, p);
    AtomicStore(p, x) => s.atomic_store(p, x);
    AtomicRmw[op](p, x) => s.atomic(d, op, p, x);
    AtomicCas(p, old, new) => s.compare_and_swap(d, p, old, new);
    BoundsCheck{kind, signed}(index, len) => s.bounds_check(kind, signed, index, len);
    SpinHint() => Inst::Yield;
    Breakpoint() => Inst::Break;
}

fn condition(cc: Cc) -> Cond {
    match cc {
        Cc::Eq => Cond::Eq,
        Cc::Ne => Cond::Ne,
        Cc::Slt => Cond::Lt,
        Cc::Sle => Cond::Le,
        Cc::Sgt => Cond::Gt,
        Cc::Sge => Cond::Ge,
        Cc::Ult => Cond::Lo,
        Cc::Ule => Cond::Ls,
        Cc::Ugt => Cond::Hi,
        Cc::Uge => Cond::Hs,
    }
}

impl<'a> Isel<'a> {
    /// Sets flags. Narrow values are extended as the comparison wants.
    fn icmp(&mut self, cc: Cc, x: Value, y: Value) -> Cond {
        let signed = matches!(cc, Cc::Slt | Cc::Sle | Cc::Sgt | Cc::Sge);
        let bits = self.bits(x);
        let (sz, a) = (self.sz(x), Arm64::extended(self, x, signed));
        let constant = self.iconst(y).map(|c| match (bits, signed) {
            (64, _) => c,
            (n, true) => c << (64 - n) >> (64 - n),
            (n, false) => ((c as u64) << (64 - n) >> (64 - n)) as i64,
        });
        let b = match constant {
            Some(c @ -4095..4096) => Src::I(c),
            _ => Src::R(Arm64::extended(self, y, signed)),
        };
        self.push(Inst::Cmp { sz, a, b });
        condition(cc)
    }
    /// Conditions that are false for NaN, but for "not equal".
    fn fcmp(&mut self, cc: Fcc, x: Value, y: Value) -> Cond {
        let (w, a, b) = (self.fw(x), self.reg(x), self.reg(y));
        self.push(Inst::FCmp { w, a, b });
        match cc {
            Fcc::Eq => Cond::Eq,
            Fcc::Ne => Cond::Ne,
            Fcc::Lt => Cond::Mi,
            Fcc::Le => Cond::Ls,
            Fcc::Gt => Cond::Gt,
            Fcc::Ge => Cond::Ge,
        }
    }
    fn truth(&mut self, d: &InstData, cc: Cc, x: Value, y: Value) {
        let cc = self.icmp(cc, x, y);
        let dst = self.out_reg(d.results[0]);
        self.push(Inst::Cset { cc, dst });
    }
    fn float_truth(&mut self, d: &InstData, cc: Fcc, x: Value, y: Value) {
        let cc = self.fcmp(cc, x, y);
        let dst = self.out_reg(d.results[0]);
        self.push(Inst::Cset { cc, dst });
    }
    /// Sets flags for a boolean: its comparison, or a test of the value.
    fn flags(&mut self, cond: Value) -> Cond {
        match self.def(cond).map(|d| (&d.op, &d.args)) {
            Some((Op::Icmp(cc), args)) => self.icmp(*cc, args[0], args[1]),
            Some((Op::Fcmp(cc), args)) => self.fcmp(*cc, args[0], args[1]),
            _ => {
                let a = self.reg(cond);
                self.push(Inst::Tst { sz: Sz::W, a, b: Src::I(0xff) });
                Cond::Ne
            }
        }
    }
    /// What a branch asks for a boolean: zero and not zero need no flags.
    pub fn test(&mut self, cond: Value) -> Test {
        if let Some(InstData { op: Op::Icmp(cc @ (Cc::Eq | Cc::Ne)), args, .. }) = self.def(cond)
            && self.iconst(args[1]) == Some(0)
            && self.bits(args[0]) >= 32
        {
            return Test::Zero(self.sz(args[0]), self.reg(args[0]), *cc == Cc::Ne);
        }
        Test::Cc(self.flags(cond))
    }
    fn choice(&mut self, d: &InstData, cond: Value, x: Value, y: Value) {
        let out = d.results[0];
        let dst = self.out_reg(out);
        let (a, b) = (self.reg(x), self.reg(y));
        let cc = self.flags(cond);
        match dst.is_float() {
            true => self.push(Inst::FCsel { cc, w: Fw::D, dst, a, b }),
            false => self.push(Inst::Csel { cc, sz: Sz::X, dst, a, b }),
        }
    }
    fn atomic_load(&mut self, d: &InstData, p: Value) {
        let (dst, bytes) = (self.out_reg(d.results[0]), self.ty(d.results[0]).size(8) as u8);
        let addr = self.reg(p);
        self.push(Inst::LoadAcquire { bytes, dst, addr });
        self.probe(p, 0);
    }
    fn atomic_store(&mut self, p: Value, x: Value) {
        let (bytes, addr, src) = (self.ty(x).size(8) as u8, self.reg(p), self.reg(x));
        self.push(Inst::StoreRelease { bytes, addr, src });
        self.probe(p, 0);
    }
    fn atomic(&mut self, d: &InstData, op: AtomicOp, p: Value, x: Value) {
        let op = match op {
            AtomicOp::Add => RmwOp::Add,
            AtomicOp::And => RmwOp::And,
            AtomicOp::Or => RmwOp::Or,
            AtomicOp::Xchg => RmwOp::Xchg,
        };
        let (bytes, addr, src) = (self.ty(x).size(8) as u8, self.reg(p), self.reg(x));
        let (dst, new) = (self.out_reg(d.results[0]), self.temp(false));
        // The sum is the result of an addition, the old value that of the others.
        match op {
            RmwOp::Add => {
                let old = self.temp(false);
                self.push(Inst::Rmw { op, bytes, dst: old, addr, src, new });
                self.push(Inst::Alu { op: AluOp::Add, sz: Sz::X, dst, a: old, b: Src::R(src) });
            }
            _ => self.push(Inst::Rmw { op, bytes, dst, addr, src, new }),
        }
        self.probe(p, 0);
    }
    fn compare_and_swap(&mut self, d: &InstData, p: Value, old: Value, new: Value) {
        let (bytes, dst) = (self.ty(old).size(8) as u8, self.out_reg(d.results[0]));
        let (addr, old, new) = (self.reg(p), self.reg(old), self.reg(new));
        let found = self.temp(false);
        self.push(Inst::Cas { bytes, addr, old, new, found });
        self.push(Inst::Cset { cc: Cond::Eq, dst });
        self.probe(p, 0);
    }
    fn bounds_check(&mut self, kind: BoundsKind, signed: bool, index: Value, len: Value) {
        let panic = self.env.bounds_panic(kind, signed);
        // index < len, or index <= len for slices; all unsigned.
        let fail = if kind == BoundsKind::Index { Cond::Hs } else { Cond::Hi };
        let constant = |s: &Self, v: Value| s.iconst(v).filter(|c| (0..4096).contains(c)).map(Src::I);
        let info = match (constant(self, index), constant(self, len)) {
            (Some(idx), None) => {
                let len = Src::R(self.reg(len));
                BoundsInfo { idx, len, fail: fail.swap(), swapped: true, panic }
            }
            (_, len_constant) => {
                let idx = Src::R(self.reg(index));
                let len = len_constant.unwrap_or_else(|| Src::R(self.reg(len)));
                BoundsInfo { idx, len, fail, swapped: false, panic }
            }
        };
        self.push(Inst::Bounds(Box::new(info)));
    }
    /// Copies or (without `from`) zeroes many words.
    pub fn put_loop(&mut self, to: Addr, from: Option<Addr>, words: u32) {
        let (dst, count, t) = (self.temp_of(Ty::Ptr), self.temp(false), [(); 4].map(|()| self.temp(false)));
        self.push(Inst::Lea { dst, addr: to });
        let src = from.map(|addr| {
            let src = self.temp_of(Ty::Ptr);
            self.push(Inst::Lea { dst: src, addr });
            src
        });
        self.push(Inst::Imm { dst: count, imm: words as i64 });
        self.push(Inst::Words { dst, src, count, t });
    }
}
