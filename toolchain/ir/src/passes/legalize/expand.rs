//! What a machine has no instruction for, in other operations or by a call.
use super::{Helpers, Writer};
use crate::op::{Callee, Cc, Fcc};
use crate::{Block, BlockCall, Func, Inst, InstData, Op, Target, Term, Ty, Value, magic};
use smallvec::SmallVec;

/// Whether the result depends on the upper bits of a small operand's register.
pub fn sees_upper_bits(op: &Op) -> bool {
    matches!(
        op,
        Op::SDiv
            | Op::UDiv
            | Op::SRem
            | Op::URem
            | Op::Shl(_)
            | Op::LShr(_)
            | Op::AShr(_)
            | Op::RotL
            | Op::Clz
            | Op::Ctz
            | Op::Popcnt
            | Op::Bswap
            | Op::Icmp(_)
    )
}

struct Expand<'a> {
    w: Writer<'a>,
    /// Blocks that begin (or end, if there is nothing else) with a call of a func value that was checked.
    checked: Vec<Block>,
}

/// Replaces what the target lacks. Nothing has halves any more.
pub fn run(t: Target, helpers: &Helpers, f: &mut Func) {
    let mut e = Expand { w: Writer::with(t, helpers, f), checked: Vec::new() };
    let mut b = Block(0);
    // Blocks that are split put their ends behind all others.
    while (b.0 as usize) < e.w.f.blocks.len() {
        e.block(b);
        b.0 += 1;
    }
}

/// Replaces divisions by what tidying up has found to be constant. Whether there were any.
pub fn found_divisors(t: Target, helpers: &Helpers, f: &mut Func) -> bool {
    let is_one = |f: &Func, d: &InstData| {
        matches!(d.op, Op::SDiv | Op::UDiv | Op::SRem | Op::URem) && super::illegal(t, f, d).is_some()
    };
    let has_one = |f: &Func, b: &Block| f.blocks[*b].insts.iter().any(|&i| is_one(f, &f.insts[i]));
    let blocks: Vec<Block> = f.blocks.ids().filter(|b| has_one(f, b)).collect();
    let mut e = Expand { w: Writer::with(t, helpers, f), checked: Vec::new() };
    for &b in &blocks {
        for i in std::mem::take(&mut e.w.f.blocks[b].insts) {
            let d = e.w.f.insts[i].clone();
            e.w.at(&d);
            match is_one(e.w.f, &d) {
                true => e.inst(i, &d),
                false => e.w.out.push(i),
            }
        }
        e.w.f.blocks[b].insts = std::mem::take(&mut e.w.out);
    }
    !blocks.is_empty()
}

impl Expand<'_> {
    fn block(&mut self, b: Block) {
        let insts = std::mem::take(&mut self.w.f.blocks[b].insts);
        let explicit = self.w.t.nil_page == 0;
        let mut checked = self.checked.contains(&b);
        for (k, &i) in insts.iter().enumerate() {
            let d = self.w.f.insts[i].clone();
            self.w.at(&d);
            match d.op {
                Op::NilCheck if explicit => {
                    self.nil_check(b, d.args[0], insts[k + 1..].to_vec());
                    return;
                }
                Op::Call { callee: Callee::Closure, .. } if explicit && !checked => {
                    let rest = self.nil_check(b, d.args[0], insts[k..].to_vec());
                    return self.checked.push(rest);
                }
                _ => self.inst(i, &d),
            }
            checked = false;
        }
        if let Term::TailCall { callee: Callee::Closure, args, .. } = &self.w.f.blocks[b].term
            && explicit
            && !checked
        {
            let closure = args[0];
            (self.w.pos, self.w.inl) = (self.w.f.blocks[b].term_pos, 0);
            let rest = self.nil_check(b, closure, Vec::new());
            return self.checked.push(rest);
        }
        self.term(b);
        self.w.f.blocks[b].insts = std::mem::take(&mut self.w.out);
    }
    fn term(&mut self, b: Block) {
        let Term::Switch { value, .. } = self.w.f.blocks[b].term else { return };
        if !self.w.t.ops.narrow && self.small(value) {
            // Cases are sign-extended.
            let wide = self.w.ins(Op::Sext, &[value], Ty::I32);
            if let Term::Switch { value, .. } = &mut self.w.f.blocks[b].term {
                *value = wide;
            }
        }
    }

    /// Ends the block with the question whether `p` is nil; the rest goes to a block of its own.
    fn nil_check(&mut self, b: Block, p: Value, rest: Vec<Inst>) -> Block {
        let nil = self.w.icmp_imm(Cc::Eq, p, 0);
        let insts = std::mem::take(&mut self.w.out);
        let pos = self.w.pos;
        let panic = self.w.f.new_block();
        self.w.call("panicmem", &[], &[]);
        let data = &mut self.w.f.blocks[panic];
        data.insts = std::mem::take(&mut self.w.out);
        (data.term, data.term_pos, data.cold) = (Term::Unreachable, pos, true);
        let go_on = self.w.f.new_block();
        let old = &mut self.w.f.blocks[b];
        old.insts = insts;
        let to = |block| BlockCall { block, args: SmallVec::new() };
        let ask = Term::Br { cond: nil, then: to(panic), els: to(go_on), likely: Some(false) };
        let (term, term_pos, cold) =
            (std::mem::replace(&mut old.term, ask), std::mem::replace(&mut old.term_pos, pos), old.cold);
        let data = &mut self.w.f.blocks[go_on];
        (data.insts, data.term, data.term_pos, data.cold) = (rest, term, term_pos, cold);
        go_on
    }

    fn small(&self, v: Value) -> bool {
        matches!(self.w.f.ty(v), Ty::I8 | Ty::I16)
    }

    fn inst(&mut self, i: Inst, d: &InstData) {
        let wrong = super::illegal(self.w.t, self.w.f, d).is_some();
        if !wrong || d.results.len() != 1 {
            return self.w.out.push(i);
        }
        let ty = self.w.f.ty(d.results[0]);
        let v = self.make(&d.op, &d.args, ty);
        self.w.f.alias(d.results[0], v);
    }

    /// An operation in legal ones.
    fn make(&mut self, op: &Op, args: &[Value], ty: Ty) -> Value {
        let ops = self.w.t.ops;
        if !ops.narrow && sees_upper_bits(op) && args.iter().any(|&a| self.small(a)) {
            return self.widened(op, args, ty);
        }
        match op {
            Op::Popcnt if !ops.popcount => self.popcount(args[0]),
            Op::Clz if !ops.clz => self.leading_zeros(args[0]),
            Op::Ctz if !ops.ctz => self.trailing_zeros(args[0]),
            Op::Bswap if !ops.bswap => self.swap_bytes(args[0]),
            Op::RotL if !ops.rotate => self.rotate(args[0], args[1]),
            Op::UiToF if !ops.unsigned_float => self.unsigned_to_float(args[0], ty),
            Op::FToUi if !ops.unsigned_float => self.float_to_unsigned(args[0]),
            Op::SDiv | Op::UDiv | Op::SRem | Op::URem => self.divide(op, args[0], args[1]),
            _ => self.w.ins(op.clone(), args, ty),
        }
    }

    /// An operation on 8 or 16 bits, in 32.
    fn widened(&mut self, op: &Op, args: &[Value], ty: Ty) -> Value {
        let signed =
            matches!(op, Op::SDiv | Op::SRem | Op::AShr(_) | Op::Icmp(Cc::Slt | Cc::Sle | Cc::Sgt | Cc::Sge));
        let from = self.w.f.ty(args[0]);
        let is_small = self.small(args[0]);
        let bits = self.w.t.bits(from) as i64;
        let mut x = match is_small {
            true => self.w.extend(args[0], Ty::I32, signed),
            false => args[0],
        };
        let r = match op {
            Op::Icmp(_) => {
                let y = self.w.extend(args[1], Ty::I32, signed);
                return self.w.ins(op.clone(), &[x, y], Ty::I8);
            }
            // The count may be what is small.
            Op::Shl(_) | Op::LShr(_) | Op::AShr(_) => {
                let n = match self.small(args[1]) {
                    true => self.w.extend(args[1], Ty::I32, false),
                    false => args[1],
                };
                self.w.bin(op.clone(), x, n)
            }
            Op::RotL => {
                let n = match self.small(args[1]) {
                    true => self.w.extend(args[1], Ty::I32, false),
                    false => args[1],
                };
                if !is_small {
                    return self.make(op, &[x, n], ty);
                }
                let k = self.w.imm(Op::And, n, bits - 1);
                let up = self.w.bin(Op::Shl(true), x, k);
                let k = self.w.ins(Op::Neg, &[k], self.w.f.ty(k));
                let k = self.w.imm(Op::And, k, bits - 1);
                let down = self.w.bin(Op::LShr(true), x, k);
                self.w.bin(Op::Or, up, down)
            }
            Op::Bswap => {
                let (up, down) = (self.w.imm(Op::Shl(true), x, 8), self.w.imm(Op::LShr(true), x, 8));
                self.w.bin(Op::Or, up, down)
            }
            Op::Ctz => {
                // Zero has all its width.
                x = self.w.imm(Op::Or, x, 1 << bits);
                self.make(op, &[x], Ty::I32)
            }
            Op::Clz => {
                let n = self.make(op, &[x], Ty::I32);
                self.w.imm(Op::Sub, n, 32 - bits)
            }
            Op::Popcnt => self.make(op, &[x], Ty::I32),
            _ => {
                let y = match self.w.f.as_const(args[1]) {
                    Some(c) if signed => self.w.konst(Ty::I32, c),
                    Some(c) => self.w.konst(Ty::I32, self.w.t.zext(c, from) as i64),
                    None => self.w.extend(args[1], Ty::I32, signed),
                };
                self.divide(op, x, y)
            }
        };
        if self.w.f.ty(r) == ty { r } else { self.w.ins(Op::Trunc, &[r], ty) }
    }

    /// Adds neighbours' counts, of 1, 2 and 4 bits, and then all bytes by a multiplication.
    fn popcount(&mut self, x: Value) -> Value {
        let ty = self.w.f.ty(x);
        let w = &mut self.w;
        let fill = |byte: u8| i64::from_ne_bytes([byte; 8]);
        let odd = w.imm(Op::LShr(true), x, 1);
        let odd = w.imm(Op::And, odd, fill(0x55));
        let pairs = w.bin(Op::Sub, x, odd);
        let upper = w.imm(Op::LShr(true), pairs, 2);
        let (upper, lower) = (w.imm(Op::And, upper, fill(0x33)), w.imm(Op::And, pairs, fill(0x33)));
        let fours = w.bin(Op::Add, upper, lower);
        let upper = w.imm(Op::LShr(true), fours, 4);
        let sum = w.bin(Op::Add, fours, upper);
        let bytes = w.imm(Op::And, sum, fill(0x0f));
        let all = w.imm(Op::Mul, bytes, fill(0x01));
        let bits = w.t.bits(ty) as i64;
        w.imm(Op::LShr(true), all, bits - 8)
    }
    fn count(&mut self, op: Op, x: Value) -> Value {
        let ty = self.w.f.ty(x);
        self.make(&op, &[x], ty)
    }
    fn leading_zeros(&mut self, mut x: Value) -> Value {
        // All bits below the first one are set; what is not is in front of it.
        let ty = self.w.f.ty(x);
        let mut k = 1;
        while k < self.w.t.bits(ty) as i64 {
            let y = self.w.imm(Op::LShr(true), x, k);
            x = self.w.bin(Op::Or, x, y);
            k *= 2;
        }
        let zeros = self.w.ins(Op::Not, &[x], ty);
        self.count(Op::Popcnt, zeros)
    }
    fn trailing_zeros(&mut self, x: Value) -> Value {
        // Ones where the zeros were.
        let ty = self.w.f.ty(x);
        let less = self.w.imm(Op::Sub, x, 1);
        let not = self.w.ins(Op::Not, &[x], ty);
        let zeros = self.w.bin(Op::And, less, not);
        if self.w.t.ops.popcount || !self.w.t.ops.clz {
            return self.count(Op::Popcnt, zeros);
        }
        let n = self.count(Op::Clz, zeros);
        let bits = self.w.konst(ty, self.w.t.bits(ty) as i64);
        self.w.bin(Op::Sub, bits, n)
    }
    fn swap_bytes(&mut self, mut x: Value) -> Value {
        let bits = self.w.t.bits(self.w.f.ty(x)) as i64;
        let w = &mut self.w;
        // Bytes, then pairs of them, change places with their neighbours.
        for (k, mask) in [(8, 0x00ff_00ff_00ff_00ff_u64), (16, 0x0000_ffff_0000_ffff), (32, 0xffff_ffff)] {
            if k >= bits {
                break;
            }
            let (mut down, mut up) = (w.imm(Op::LShr(true), x, k), x);
            if 2 * k < bits {
                (down, up) = (w.imm(Op::And, down, mask as i64), w.imm(Op::And, up, mask as i64));
            }
            let up = w.imm(Op::Shl(true), up, k);
            x = w.bin(Op::Or, down, up);
        }
        x
    }
    fn rotate(&mut self, x: Value, n: Value) -> Value {
        let bits = self.w.t.bits(self.w.f.ty(x)) as i64;
        let w = &mut self.w;
        let k = w.imm(Op::And, n, bits - 1);
        let up = w.bin(Op::Shl(true), x, k);
        let k = w.ins(Op::Neg, &[k], w.f.ty(k));
        let k = w.imm(Op::And, k, bits - 1);
        let down = w.bin(Op::LShr(true), x, k);
        w.bin(Op::Or, up, down)
    }

    fn unsigned_to_float(&mut self, x: Value, ty: Ty) -> Value {
        let w = &mut self.w;
        // Half of a large number; the bit that is lost stays to decide how it is rounded.
        let large = w.icmp_imm(Cc::Slt, x, 0);
        let (half, last) = (w.imm(Op::LShr(true), x, 1), w.imm(Op::And, x, 1));
        let half = w.bin(Op::Or, half, last);
        let x = w.select(large, half, x);
        let y = w.ins(Op::SiToF, &[x], ty);
        let twice = w.bin(Op::FAdd, y, y);
        w.select(large, twice, y)
    }
    fn float_to_unsigned(&mut self, x: Value) -> Value {
        let w = &mut self.w;
        let ty = w.f.ty(x);
        let limit = 2f64.powi(63);
        let bits = if ty == Ty::F64 { limit.to_bits() } else { (limit as f32).to_bits() as u64 };
        let limit = w.ins(Op::Fconst(bits), &[], ty);
        // As Go has it: what is no number goes the way of large ones.
        let small = w.ins(Op::Fcmp(Fcc::Lt), &[x, limit], Ty::I8);
        let less = w.bin(Op::FSub, x, limit);
        let x = w.select(small, x, less);
        let n = w.ins(Op::FToSi, &[x], Ty::I64);
        let (top, none) = (w.konst(Ty::I64, i64::MIN), w.konst(Ty::I64, 0));
        let top = w.select(small, none, top);
        w.bin(Op::Xor, n, top)
    }

    fn divide(&mut self, op: &Op, x: Value, y: Value) -> Value {
        let ty = self.w.f.ty(x);
        let signed = matches!(op, Op::SDiv | Op::SRem);
        let rem = matches!(op, Op::SRem | Op::URem);
        let ops = self.w.t.ops;
        if let (Some(c), false) = (self.w.f.as_const(y), ops.const_div) {
            if self.small(x) {
                let wide = self.w.extend(x, Ty::I32, signed);
                let c = if signed { c } else { self.w.t.zext(c, ty) as i64 };
                let r = self.divide_by(wide, c, signed, rem);
                return self.w.ins(Op::Trunc, &[r], ty);
            }
            return self.divide_by(x, c, signed, rem);
        }
        if ops.divide {
            return self.w.bin(op.clone(), x, y);
        }
        assert_eq!(ty, Ty::I32, "machines with larger words divide");
        let name = match op {
            Op::SDiv => "int32div",
            Op::SRem => "int32mod",
            Op::UDiv => "uint32div",
            _ => "uint32mod",
        };
        self.w.call(name, &[x, y], &[ty])[0]
    }

    /// Division of 32 or 64 bits by a constant.
    fn divide_by(&mut self, x: Value, c: i64, signed: bool, rem: bool) -> Value {
        let ty = self.w.f.ty(x);
        let bits = self.w.t.bits(ty);
        let magnitude = if signed { c.unsigned_abs() } else { self.w.t.zext(c, ty) };
        let w = &mut self.w;
        if magnitude <= 1 {
            // Nobody divides by zero: that was asked before.
            return match (rem || magnitude == 0, signed && c < 0) {
                (true, _) => w.konst(ty, 0),
                (_, true) => w.ins(Op::Neg, &[x], ty),
                _ => x,
            };
        }
        let k = magnitude.trailing_zeros() as i64;
        let q = match (magnitude.is_power_of_two(), signed) {
            (true, false) if rem => return w.imm(Op::And, x, (magnitude - 1) as i64),
            (true, false) => return w.imm(Op::LShr(true), x, k),
            (true, true) => {
                // Negative numbers are rounded towards zero: 2^k - 1 is added to them first.
                let sign = w.imm(Op::AShr(true), x, bits as i64 - 1);
                let bias = w.imm(Op::LShr(true), sign, bits as i64 - k);
                let biased = w.bin(Op::Add, x, bias);
                let q = w.imm(Op::AShr(true), biased, k);
                if c < 0 { w.ins(Op::Neg, &[q], ty) } else { q }
            }
            (false, false) => self.unsigned_quotient(x, magnitude),
            (false, true) => {
                let t = self.signed_quotient(x, magnitude);
                let w = &mut self.w;
                let sign = w.imm(Op::AShr(true), x, bits as i64 - 1);
                if c > 0 { w.bin(Op::Sub, t, sign) } else { w.bin(Op::Sub, sign, t) }
            }
        };
        if !rem {
            return q;
        }
        let product = self.w.imm(Op::Mul, q, c);
        self.w.bin(Op::Sub, x, product)
    }
    fn unsigned_quotient(&mut self, x: Value, d: u64) -> Value {
        let w = &mut self.w;
        let ty = w.f.ty(x);
        if ty != w.t.word_ty() {
            let wide = w.ins(Op::Zext, &[x], Ty::I64);
            let m = w.konst(Ty::I64, magic::unsigned32(d as u32) as i64);
            let hi = w.insn(Op::UMulWide, &[wide, m], &[Ty::I64, Ty::I64])[0];
            return w.ins(Op::Trunc, &[hi], ty);
        }
        let (m, add, s) = magic::unsigned(d, w.t.bits(ty));
        let m = w.konst(ty, m as i64);
        let hi = w.insn(Op::UMulWide, &[x, m], &[ty, ty])[0];
        if !add {
            return w.imm(Op::LShr(true), hi, s as i64);
        }
        // The multiplier has a bit more than a word.
        let rest = w.bin(Op::Sub, x, hi);
        let half = w.imm(Op::LShr(true), rest, 1);
        let sum = w.bin(Op::Add, half, hi);
        w.imm(Op::LShr(true), sum, s as i64 - 1)
    }
    /// The quotient, one too small for negative numbers.
    fn signed_quotient(&mut self, x: Value, d: u64) -> Value {
        let w = &mut self.w;
        let ty = w.f.ty(x);
        let (m, s) = magic::signed(d, w.t.bits(ty));
        if ty != w.t.word_ty() {
            let wide = w.ins(Op::Sext, &[x], Ty::I64);
            let product = w.imm(Op::Mul, wide, m as i64);
            let t = w.imm(Op::AShr(true), product, 32 + s as i64);
            return w.ins(Op::Trunc, &[t], ty);
        }
        let m = w.konst(ty, m as i64);
        let hi = w.ins(Op::SMulHi, &[x, m], ty);
        // The multiplier's top bit counts as positive.
        let t = w.bin(Op::Add, hi, x);
        w.imm(Op::AShr(true), t, s as i64)
    }
}
