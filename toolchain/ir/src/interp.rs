//! A small interpreter: the meaning of operations in the plainest code, against which tests compare generated code.
//!
//! Memory is made of objects (slots, data, allocations); a pointer is the object's number in the upper half of a word and the
//! offset in the lower one, so that arithmetic inside an object works and code can't depend on addresses.
use crate::func::{Body, Term};
use crate::op::{Asked, AtomicOp, BoundsKind, Callee, Cc, Fcc, Rounding};
use crate::sig::Part;
use crate::{Block, EntityId, Func, FuncId, InstData, Op, Program, SymRef, Target, Ty, Value};

/// Why interpretation stopped.
#[derive(Debug, PartialEq)]
pub enum Stop {
    /// A nil or wild pointer.
    Fault,
    /// A failed bounds check: kind, index, length.
    Bounds(BoundsKind, i64, i64),
    /// `Unreachable` was reached.
    Unreachable,
    /// The step limit.
    Steps,
    /// An operation that only a machine has.
    Unsupported(String),
}

/// An interpreter of a program.
pub struct Interp<'a> {
    program: &'a Program,
    target: Target,
    objects: Vec<Vec<u8>>,
    /// Object number of each data symbol.
    datas: Vec<u64>,
    steps: u64,
    natives: Option<Native>,
}

/// What functions without IR do, by symbol: operands as a call passes them, results as it takes them.
pub type Native = fn(&mut Interp, &str, &[u64]) -> Result<Vec<u64>, Stop>;

/// What `SymRef::Func` addresses look like: this bit, the last but one of a word, and the function's number.
fn code_bit(t: Target) -> u64 {
    1 << (8 * t.word - 2)
}

impl<'a> Interp<'a> {
    /// With fresh data; `steps` limits the number of instructions.
    pub fn new(program: &'a Program, steps: u64) -> Interp<'a> {
        let target = program.target;
        let mut i =
            Interp { program, target, objects: vec![Vec::new()], datas: Vec::new(), steps, natives: None };
        for d in program.datas.iter() {
            let mut bytes = d.bytes.clone();
            bytes.resize(d.size as usize, 0);
            let at = i.object(bytes);
            i.datas.push(at);
        }
        for d in program.datas.iter_enumerated() {
            for r in &d.1.relocs {
                let v = i.address(r.target).wrapping_add_signed(r.addend);
                let at = i.datas[d.0.index()] + r.off as u64;
                let _ = i.store(at, v, Ty::Ptr);
            }
        }
        i
    }
    /// The program's target.
    pub fn target(&self) -> Target {
        self.target
    }
    /// With these functions for hooks.
    pub fn with_natives(mut self, natives: Native) -> Interp<'a> {
        self.natives = Some(natives);
        self
    }
    /// Bits of a pointer's offset.
    fn half(&self) -> u32 {
        4 * self.target.word
    }
    fn object(&mut self, bytes: Vec<u8>) -> u64 {
        self.objects.push(bytes);
        (self.objects.len() as u64 - 1) << self.half()
    }
    fn address(&self, s: SymRef) -> u64 {
        match s {
            SymRef::Data(d) => self.datas[d.index()],
            SymRef::Func(f) => code_bit(self.target) | f.0 as u64,
        }
    }
    fn func_at(&self, code: u64) -> FuncId {
        FuncId((code & !code_bit(self.target)) as u32)
    }
    fn bytes(&mut self, at: u64, n: usize) -> Result<&mut [u8], Stop> {
        let at = self.target.zext(at as i64, Ty::Ptr);
        let (object, off) = ((at >> self.half()) as usize, (at & ((1 << self.half()) - 1)) as usize);
        let bytes = self.objects.get_mut(object).ok_or(Stop::Fault)?;
        bytes.get_mut(off..off.checked_add(n).ok_or(Stop::Fault)?).ok_or(Stop::Fault)
    }
    /// A value in memory.
    pub fn load(&mut self, at: u64, ty: Ty) -> Result<u64, Stop> {
        let t = self.target;
        Ok(t.get(self.bytes(at, t.size(ty) as usize)?))
    }
    /// Writes a value to memory.
    pub fn store(&mut self, at: u64, v: u64, ty: Ty) -> Result<(), Stop> {
        let t = self.target;
        t.put(self.bytes(at, t.size(ty) as usize)?, v);
        Ok(())
    }
    fn copy(&mut self, to: u64, from: u64, n: u32) -> Result<(), Stop> {
        let bytes = self.bytes(from, n as usize)?.to_vec();
        self.bytes(to, n as usize)?.copy_from_slice(&bytes);
        Ok(())
    }

    /// Calls a function. Arguments as a call passes them, without the addresses of memory results; results likewise,
    /// with addresses for memory results.
    pub fn call(&mut self, id: FuncId, args: &[u64], context: u64) -> Result<Vec<u64>, Stop> {
        let program = self.program;
        let f = &program.funcs[id];
        if let (Body::Hook { symbol }, Some(native)) = (&f.body, self.natives) {
            return native(self, symbol, args);
        }
        let sig = &program.sigs[f.sig];
        let mut values = vec![0u64; f.values.len()];
        let mut n = 0;
        for p in &sig.params {
            for k in 0..p.value_count() {
                let v = f.blocks[Block(0)].params[n];
                values[v.index()] = self.target.zext(args[n] as i64, f.ty(v));
                if p.leaves.is_none() && k == 0 {
                    // The callee gets a copy of its own.
                    let copy = self.object(vec![0; p.size as usize]);
                    self.copy(copy, args[n], p.size)?;
                    values[v.index()] = copy;
                }
                n += 1;
            }
        }
        let slots: Vec<u64> = f
            .slots
            .iter()
            .map(|s| s.size as usize)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|n| self.object(vec![0; n]))
            .collect();
        let mut block = Block(0);
        loop {
            let t = self.target;
            let mask = |v: u64, ty: Ty| t.zext(v as i64, ty);
            for &i in &f.blocks[block].insts {
                self.steps = self.steps.checked_sub(1).ok_or(Stop::Steps)?;
                let d = &f.insts[i];
                let a: Vec<u64> =
                    d.args.iter().map(|&v| mask(values[f.resolve(v).index()], f.ty(f.resolve(v)))).collect();
                let r = self.inst(f, d, &a, &slots, context)?;
                for (&v, x) in d.results.iter().zip(r) {
                    values[v.index()] = mask(x, f.ty(v));
                }
            }
            self.steps = self.steps.checked_sub(1).ok_or(Stop::Steps)?;
            let get = |v: Value| values[f.resolve(v).index()];
            let next = match &f.blocks[block].term {
                Term::Jump(t) => t.clone(),
                Term::Br { cond, then, els, .. } => if get(*cond) != 0 { then } else { els }.clone(),
                Term::Switch { value, cases, default } => {
                    let x = t.sext(get(*value) as i64, f.ty(f.resolve(*value)));
                    block = cases.iter().find(|c| c.0 == x).map_or(*default, |c| c.1);
                    continue;
                }
                Term::Ret(args) => return Ok(args.iter().map(|&v| get(v)).collect()),
                Term::TailCall { callee, sig, args } => {
                    let args: Vec<u64> = args.iter().map(|&v| get(v)).collect();
                    return self.transfer(*callee, *sig, &args);
                }
                Term::Unreachable | Term::None => return Err(Stop::Unreachable),
            };
            let passed: Vec<u64> = next.args.iter().map(|&v| get(v)).collect();
            for (&p, v) in f.blocks[next.block].params.iter().zip(passed) {
                values[p.index()] = v;
            }
            block = next.block;
        }
    }

    /// A call's callee with its arguments (memory results' addresses ignored); results as `ret` gives them.
    fn transfer(&mut self, callee: Callee, sig: crate::SigId, args: &[u64]) -> Result<Vec<u64>, Stop> {
        let n: usize = self.program.sigs[sig].params.iter().map(Part::value_count).sum();
        match callee {
            Callee::Static(id) => self.call(id, &args[..n], 0),
            Callee::Closure => {
                let code = self.load(args[0], Ty::Ptr)?;
                self.call(self.func_at(code), &args[1..1 + n], args[0])
            }
            Callee::Code => self.call(self.func_at(args[0]), &args[1..1 + n], 0),
        }
    }

    fn inst(
        &mut self,
        f: &Func,
        d: &InstData,
        a: &[u64],
        slots: &[u64],
        context: u64,
    ) -> Result<Vec<u64>, Stop> {
        let ty = d.results.first().map_or(Ty::I64, |&v| f.ty(v));
        let arg_ty = |i: usize| f.ty(f.resolve(d.args[i]));
        let t = self.target;
        let sext = |v: u64, ty: Ty| t.sext(v as i64, ty);
        let bits = t.bits(ty) as u64;
        let one = |v: u64| Ok(vec![v]);
        let int = |v: i64| Ok(vec![v as u64]);
        let float = |i: usize| match arg_ty(i) {
            Ty::F32 => f32::from_bits(a[i] as u32) as f64,
            _ => f64::from_bits(a[i]),
        };
        let put = |x: f64| match ty {
            Ty::F32 => (x as f32).to_bits() as u64,
            _ => x.to_bits(),
        };
        match &d.op {
            Op::Iconst(c) => int(*c),
            Op::Fconst(b) => one(*b),
            Op::Sym(s, off) => one(self.address(*s).wrapping_add_signed(*off)),
            Op::SlotAddr(s, off) => one(slots[s.index()] + *off as u64),
            Op::Add => one(a[0].wrapping_add(a[1])),
            Op::Sub => one(a[0].wrapping_sub(a[1])),
            Op::Mul => one(a[0].wrapping_mul(a[1])),
            Op::SDiv => int(sext(a[0], ty).wrapping_div(sext(a[1], ty))),
            Op::SRem => int(sext(a[0], ty).wrapping_rem(sext(a[1], ty))),
            Op::UDiv => one(a[0] / a[1]),
            Op::URem => one(a[0] % a[1]),
            Op::And => one(a[0] & a[1]),
            Op::Or => one(a[0] | a[1]),
            Op::Xor => one(a[0] ^ a[1]),
            Op::Shl(_) => one(if a[1] >= bits { 0 } else { a[0] << a[1] }),
            Op::LShr(_) => one(if a[1] >= bits { 0 } else { a[0] >> a[1] }),
            Op::AShr(_) => int(sext(a[0], ty) >> a[1].min(bits - 1)),
            Op::RotL => {
                let n = a[1] % bits;
                one(if n == 0 { a[0] } else { a[0] << n | a[0] >> (bits - n) })
            }
            Op::Neg => one(a[0].wrapping_neg()),
            Op::Not => one(!a[0]),
            Op::Clz => one(a[0].leading_zeros() as u64 - (64 - bits)),
            Op::Ctz => one((a[0].trailing_zeros() as u64).min(bits)),
            Op::Popcnt => one(a[0].count_ones() as u64),
            Op::Bswap => one(a[0].swap_bytes() >> (64 - bits)),
            Op::UMulWide => {
                let p = a[0] as u128 * a[1] as u128;
                Ok(vec![(p >> bits) as u64, p as u64])
            }
            Op::SMulHi => one(((sext(a[0], ty) as i128 * sext(a[1], ty) as i128) >> bits) as u64),
            Op::UDivWide => {
                let n = (a[0] as u128) << bits | a[1] as u128;
                Ok(vec![(n / a[2] as u128) as u64, (n % a[2] as u128) as u64])
            }
            Op::AddCarry => {
                let s = a[0] as u128 + a[1] as u128 + a[2] as u128;
                Ok(vec![s as u64, (s >> bits) as u64])
            }
            Op::SubBorrow => {
                let s = (a[0] as u128).wrapping_sub(a[1] as u128).wrapping_sub(a[2] as u128);
                Ok(vec![s as u64, (s >> 127) as u64])
            }
            Op::FAdd | Op::FSub | Op::FMul | Op::FDiv => {
                if ty == Ty::F32 {
                    let (x, y) = (f32::from_bits(a[0] as u32), f32::from_bits(a[1] as u32));
                    let z = match d.op {
                        Op::FAdd => x + y,
                        Op::FSub => x - y,
                        Op::FMul => x * y,
                        _ => x / y,
                    };
                    return one(z.to_bits() as u64);
                }
                let (x, y) = (f64::from_bits(a[0]), f64::from_bits(a[1]));
                one(match d.op {
                    Op::FAdd => x + y,
                    Op::FSub => x - y,
                    Op::FMul => x * y,
                    _ => x / y,
                }
                .to_bits())
            }
            Op::FNeg => one(a[0] ^ 1 << (bits - 1)),
            Op::FAbs => one(a[0] & !(1 << (bits - 1))),
            Op::FSqrt if ty == Ty::F32 => one(f32::from_bits(a[0] as u32).sqrt().to_bits() as u64),
            Op::FSqrt => one(f64::from_bits(a[0]).sqrt().to_bits()),
            Op::FRound => one(a[0]),
            Op::Fma if ty == Ty::F32 => {
                let [x, y, z] = [a[0], a[1], a[2]].map(|v| f32::from_bits(v as u32));
                one(x.mul_add(y, z).to_bits() as u64)
            }
            Op::Fma => {
                let [x, y, z] = [a[0], a[1], a[2]].map(f64::from_bits);
                one(x.mul_add(y, z).to_bits())
            }
            Op::Asked(Asked::Popcnt) => one(a[0].count_ones() as u64),
            Op::Asked(Asked::Fma) => {
                let [x, y, z] = [a[0], a[1], a[2]].map(f64::from_bits);
                one(x.mul_add(y, z).to_bits())
            }
            Op::Asked(Asked::Round(how)) => {
                let x = f64::from_bits(a[0]);
                let rounded = match how {
                    Rounding::Even => x.round_ties_even(),
                    Rounding::Down => x.floor(),
                    Rounding::Up => x.ceil(),
                    Rounding::Zero => x.trunc(),
                };
                one(rounded.to_bits())
            }
            Op::FCopysign => {
                let sign = 1u64 << (bits - 1);
                one(a[0] & !sign | a[1] & sign)
            }
            Op::Sext => int(sext(a[0], arg_ty(0))),
            Op::Zext | Op::Trunc | Op::Bitcast => one(a[0]),
            Op::SiToF => {
                let x = sext(a[0], arg_ty(0));
                one(if ty == Ty::F32 { (x as f32).to_bits() as u64 } else { (x as f64).to_bits() })
            }
            Op::UiToF => {
                one(if ty == Ty::F32 { (a[0] as f32).to_bits() as u64 } else { (a[0] as f64).to_bits() })
            }
            Op::FToSi => {
                let x = float(0).trunc();
                let limit = if bits == 32 { 2147483648.0 } else { 9223372036854775808.0 };
                let fits = x >= -limit && x < limit;
                int(if fits { x as i64 } else { i64::MIN >> (64 - bits) })
            }
            Op::FToUi if bits == 32 => int(float(0).trunc().clamp(0.0, u32::MAX as f64) as i64),
            Op::FToUi => {
                const TOP: f64 = 9223372036854775808.0;
                let signed = |x: f64| {
                    if x.trunc() >= -TOP && x.trunc() < TOP { x as i64 as u64 } else { 1 << 63 }
                };
                // As amd64 converts: the top bit tells that 2^63 must be subtracted.
                let x = float(0);
                let low = signed(x);
                let high = if arg_ty(0) == Ty::F32 {
                    signed((x as f32 - TOP as f32) as f64)
                } else {
                    signed(x - TOP)
                };
                one(if low >> 63 == 0 { low } else { low | high })
            }
            Op::FCvt => one(put(float(0))),
            Op::Icmp(cc) => {
                let ty = arg_ty(0);
                let (x, y, sx, sy) = (a[0], a[1], sext(a[0], ty), sext(a[1], ty));
                one(match cc {
                    Cc::Eq => x == y,
                    Cc::Ne => x != y,
                    Cc::Slt => sx < sy,
                    Cc::Sle => sx <= sy,
                    Cc::Sgt => sx > sy,
                    Cc::Sge => sx >= sy,
                    Cc::Ult => x < y,
                    Cc::Ule => x <= y,
                    Cc::Ugt => x > y,
                    Cc::Uge => x >= y,
                } as u64)
            }
            Op::Fcmp(cc) => {
                let (x, y) = (float(0), float(1));
                one(match cc {
                    Fcc::Eq => x == y,
                    Fcc::Ne => x != y,
                    Fcc::Lt => x < y,
                    Fcc::Le => x <= y,
                    Fcc::Gt => x > y,
                    Fcc::Ge => x >= y,
                } as u64)
            }
            Op::Select => one(if a[0] != 0 { a[1] } else { a[2] }),
            Op::PtrAdd => one(a[0].wrapping_add(a[1])),
            Op::NilCheck => {
                if a[0] >> self.half() == 0 {
                    Err(Stop::Fault)
                } else {
                    Ok(Vec::new())
                }
            }
            Op::Load { off } => one(self.load(a[0].wrapping_add_signed(*off as i64), ty)?),
            Op::Store { off, .. } => {
                self.store(a[0].wrapping_add_signed(*off as i64), a[1], arg_ty(1))?;
                Ok(Vec::new())
            }
            Op::MemCopy { size, .. } => {
                self.copy(a[0], a[1], *size)?;
                Ok(Vec::new())
            }
            Op::MemZero { size, .. } => {
                self.bytes(a[0], *size as usize)?.fill(0);
                Ok(Vec::new())
            }
            Op::WriteBarrier { .. } | Op::Poll | Op::KeepAlive | Op::Escape | Op::Edge | Op::SpinHint => {
                Ok(Vec::new())
            }
            Op::AtomicLoad => one(self.load(a[0], ty)?),
            Op::AtomicStore => {
                self.store(a[0], a[1], arg_ty(1))?;
                Ok(Vec::new())
            }
            Op::AtomicRmw(op) => {
                let old = self.load(a[0], ty)?;
                let new = match op {
                    AtomicOp::Add => old.wrapping_add(a[1]),
                    AtomicOp::And => old & a[1],
                    AtomicOp::Or => old | a[1],
                    AtomicOp::Xchg => a[1],
                };
                self.store(a[0], new, ty)?;
                one(if *op == AtomicOp::Add { new } else { old })
            }
            Op::AtomicCas => {
                let t = arg_ty(1);
                let same = self.load(a[0], t)? == a[1];
                if same {
                    self.store(a[0], a[2], t)?;
                }
                one(same as u64)
            }
            Op::New { size, .. } => one(self.object(vec![0; *size as usize])),
            Op::Call { callee, sig } => {
                let mut results = Vec::new();
                let s = &self.program.sigs[*sig];
                let params: usize = s.params.iter().map(Part::value_count).sum();
                let first = params + !matches!(callee, Callee::Static(_)) as usize;
                let mut addresses = a[first..].iter();
                let mut values = self.transfer(*callee, *sig, a)?.into_iter();
                for p in &s.results {
                    if p.leaves.is_some() {
                        results.extend(values.by_ref().take(p.value_count()));
                    } else if let (Some(from), Some(&to)) = (values.next(), addresses.next()) {
                        self.copy(to, from, p.size)?;
                    }
                }
                Ok(results)
            }
            Op::BoundsCheck { kind, .. } => {
                let fine = if *kind == BoundsKind::Index { a[0] < a[1] } else { a[0] <= a[1] };
                if fine { Ok(Vec::new()) } else { Err(Stop::Bounds(*kind, a[0] as i64, a[1] as i64)) }
            }
            Op::GetClosure => one(context),
            op => Err(Stop::Unsupported(format!("{op:?}"))),
        }
    }
}
