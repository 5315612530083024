//! Instruction selection: blocks from last to first, each from its end. An instruction is written only if somebody
//! after it asked for its result in a register, so that what users fold into themselves (addresses, constants,
//! comparisons, single loads) disappears, and dead code with it.
//!
//! Files: this one (state, operands, dispatch), `isel_arith`, `isel_cmp`, `isel_mem`, `isel_call`.
use super::inst::*;
use crate::isa::Env;
use crate::prep;
use crate::regalloc::Reg;
use ir::func::Term;
use ir::{Block, EntityId, Func, InstData, Op, Sig, Ty, Value, ValueDef};
use syntax::Pos;

/// A machine block.
#[derive(Default)]
pub struct MBlock {
    /// Instructions with the index of their line.
    pub insts: Vec<(Inst, u32)>,
    pub params: Vec<Reg>,
    pub succs: Vec<u32>,
    /// Arguments for the only successor's parameters.
    pub args: Vec<Reg>,
}

/// A function in machine instructions.
pub struct Selected {
    pub blocks: Vec<MBlock>,
    /// Layout order of the blocks.
    pub order: Vec<u32>,
    /// The same blocks in reverse post-order, which is how the allocator wants them.
    pub rpo: Vec<u32>,
    /// Which virtual registers hold pointers.
    pub pointer: Vec<bool>,
    /// Lines: position and inlined call.
    pub lines: Vec<(Pos, u32)>,
    pub slots_used: Vec<bool>,
    pub out_args: u32,
    /// Whether there is a call or anything else that needs a frame.
    pub calls: bool,
    /// Whether the closure context is read.
    pub context: bool,
    /// The block at which recovery resumes.
    pub defer_return: Option<u32>,
}

/// An address known without a register.
#[derive(Clone, Copy)]
pub struct Place {
    pub base: Base,
    pub disp: i64,
}

pub struct Isel<'a> {
    pub env: &'a Env<'a>,
    pub f: &'a Func,
    pub sig: &'a Sig,
    pub uses: Vec<u32>,
    /// Whether somebody wants the value in its register.
    pub needed: Vec<bool>,
    pub pointer: Vec<bool>,
    /// Block of each instruction, and the number of memory barriers before it in the block.
    pub inst_block: Vec<u32>,
    pub epochs: Vec<u32>,
    /// Of the instruction being selected.
    pub block: Block,
    /// Its position in the block.
    pub index: usize,
    pub epoch: u32,
    pub line: u32,
    /// Instructions written for it, in order.
    pub cur: Vec<(Inst, u32)>,
    /// The block, backwards.
    out: Vec<(Inst, u32)>,
    pub blocks: Vec<MBlock>,
    pub lines: Vec<(Pos, u32)>,
    pub slots_used: Vec<bool>,
    pub out_args: u32,
    pub calls: bool,
    pub context: bool,
    /// Addresses of memory parameters.
    pub params: Vec<(Value, Place)>,
    /// Pointers accessed later in the block, before anything that can be observed.
    pub probed: Vec<Value>,
}

/// Selects instructions for a function that went through [`prep::legalize`]. `params`: places of memory parameters.
pub fn select<'a>(env: &'a Env<'a>, f: &'a Func, params: Vec<(Value, Place)>) -> Selected {
    let order = prep::order(f);
    let mut s = Isel {
        env,
        f,
        sig: &env.program.sigs[f.sig],
        uses: prep::use_counts(f, &order.rpo),
        needed: vec![false; f.values.len()],
        pointer: f.values.iter().map(|v| v.ty == Ty::Ptr).collect(),
        inst_block: vec![u32::MAX; f.insts.len()],
        epochs: vec![0; f.insts.len()],
        block: Block(0),
        index: 0,
        epoch: 0,
        line: 0,
        cur: Vec::new(),
        out: Vec::new(),
        blocks: Vec::new(),
        lines: Vec::new(),
        slots_used: vec![false; f.slots.len()],
        out_args: 0,
        calls: false,
        context: false,
        params,
        probed: Vec::new(),
    };
    s.blocks.resize_with(f.blocks.len(), MBlock::default);
    let mut end_epoch = vec![0; f.blocks.len()];
    for &b in &order.rpo {
        let mut epoch = 0;
        for &i in &f.blocks[b].insts {
            s.inst_block[i.index()] = b.0;
            s.epochs[i.index()] = epoch;
            epoch += prep::is_memory_barrier(f, i) as u32;
        }
        end_epoch[b.index()] = epoch;
    }
    // The lines: one for each instruction that has one of its own; terminators too.
    for &b in order.rpo.iter().rev() {
        s.block(b, end_epoch[b.index()]);
    }
    let mut layout: Vec<u32> = order.layout.iter().map(|b| b.0).collect();
    let defer_return = f.defer_return.map(|d| s.defer_return_edge(d, &mut layout));
    s.split_critical_edges(&mut layout);
    let rpo = s.allocation_order(&order.rpo);
    Selected {
        blocks: s.blocks,
        order: layout,
        rpo,
        pointer: s.pointer,
        lines: s.lines,
        slots_used: s.slots_used,
        out_args: s.out_args,
        calls: s.calls,
        context: s.context,
        defer_return,
    }
}

impl<'a> Isel<'a> {
    fn block(&mut self, b: Block, end_epoch: u32) {
        let f = self.f;
        let data = &f.blocks[b];
        self.block = b;
        self.out.clear();
        self.probed.clear();
        self.epoch = end_epoch;
        self.set_line(data.term_pos, 0);
        self.terminator(&data.term);
        self.flush();
        for (index, &i) in data.insts.iter().enumerate().rev() {
            self.index = index;
            let d = &f.insts[i];
            self.epoch = self.epochs[i.index()];
            let wanted = has_effect(&d.op) || d.results.iter().any(|r| self.needed[r.index()]);
            if !wanted {
                continue;
            }
            self.set_line(d.pos, d.inl);
            if prep::is_memory_barrier(f, i) {
                self.probed.clear();
            }
            self.inst(d);
            self.flush();
        }
        if b == Block(0) {
            self.set_line(f.pos, 0);
            self.entry();
            self.flush();
        } else {
            self.blocks[b.index()].params =
                data.params.iter().map(|&p| Reg::virt(p.index(), f.ty(p).is_float())).collect();
        }
        let mut insts = std::mem::take(&mut self.out);
        insts.reverse();
        self.blocks[b.index()].insts = insts;
    }
    fn flush(&mut self) {
        while let Some(i) = self.cur.pop() {
            self.out.push(i);
        }
    }
    fn set_line(&mut self, pos: Pos, inl: u32) {
        if self.lines.last() != Some(&(pos, inl)) {
            self.lines.push((pos, inl));
        }
        self.line = self.lines.len() as u32 - 1;
    }

    // ---- writing

    pub fn push(&mut self, i: Inst) {
        self.cur.push((i, self.line));
    }
    /// A new virtual register.
    pub fn temp(&mut self, float: bool) -> Reg {
        self.pointer.push(false);
        Reg::virt(self.pointer.len() - 1, float)
    }
    /// A new virtual register for a value of kind `ty`.
    pub fn temp_of(&mut self, ty: Ty) -> Reg {
        self.pointer.push(ty == Ty::Ptr);
        Reg::virt(self.pointer.len() - 1, ty.is_float())
    }
    /// The register of a result.
    pub fn out_reg(&self, v: Value) -> Reg {
        Reg::virt(v.index(), self.f.ty(v).is_float())
    }

    // ---- looking at operands

    pub fn ty(&self, v: Value) -> Ty {
        self.f.ty(v)
    }
    pub fn sz(&self, v: Value) -> Sz {
        Sz::of(self.f.ty(v).size(8))
    }
    pub fn def(&self, v: Value) -> Option<&'a InstData> {
        match self.f.values[v].def {
            ValueDef::Inst(i, _) => Some(&self.f.insts[i]),
            _ => None,
        }
    }
    pub fn iconst(&self, v: Value) -> Option<i64> {
        match self.def(v)?.op {
            Op::Iconst(c) => Some(c),
            // Truncation of constants is left to whoever reads the low bits.
            _ => None,
        }
    }
    /// A constant that fits a sign-extended 32-bit immediate of the value's width.
    pub fn imm32(&self, v: Value) -> Option<i32> {
        let c = self.iconst(v)?;
        match self.ty(v) {
            Ty::I8 => Some(c as i8 as i32),
            Ty::I16 => Some(c as i16 as i32),
            Ty::I32 => Some(c as i32),
            _ => i32::try_from(c).ok(),
        }
    }
    pub fn single_use(&self, v: Value) -> bool {
        self.uses[v.index()] == 1
    }
    /// An address that needs no register.
    pub fn place(&self, v: Value) -> Option<Place> {
        if let Some((_, p)) = self.params.iter().find(|p| p.0 == v) {
            return Some(*p);
        }
        let d = self.def(v)?;
        match d.op {
            Op::SlotAddr(s, off) => Some(Place { base: Base::Slot(s), disp: off as i64 }),
            Op::Sym(s, off) => Some(Place { base: Base::Sym(s), disp: off }),
            Op::PtrAdd => {
                let c = self.iconst(d.args[1])?;
                let p = self.place(d.args[0])?;
                let disp = p.disp.checked_add(c)?;
                i32::try_from(disp).ok()?;
                Some(Place { base: p.base, disp })
            }
            _ => None,
        }
    }
    pub fn use_slot(&mut self, base: Base) {
        if let Base::Slot(s) = base {
            self.slots_used[s.index()] = true;
        }
    }

    /// The value in a register.
    pub fn reg(&mut self, v: Value) -> Reg {
        if let Some(p) = self.place(v) {
            self.use_slot(p.base);
            let t = self.temp_of(Ty::Ptr);
            // Addresses of functions are no pointers to the collector, but marking them does no harm.
            self.push(Inst::Lea { dst: t, addr: Amode::new(p.base, p.disp as i32), sz: Sz::Q });
            return t;
        }
        let ty = self.ty(v);
        if let Some(d) = self.def(v) {
            match d.op {
                Op::Iconst(c) => {
                    let t = self.temp_of(ty);
                    let imm = match ty {
                        Ty::I8 => c as u8 as i64,
                        Ty::I16 => c as u16 as i64,
                        Ty::I32 => c as u32 as i64,
                        _ => c,
                    };
                    self.push(Inst::Imm { dst: t, imm });
                    return t;
                }
                Op::Fconst(bits) => {
                    let t = self.temp(true);
                    self.fconst(t, ty, bits);
                    return t;
                }
                Op::Trunc => return self.reg(d.args[0]),
                // Not of a pointer: an address as a number stays what it was when the stack moves.
                Op::Bitcast
                    if ty != Ty::Ptr
                        && !ty.is_float()
                        && !matches!(self.ty(d.args[0]), Ty::Ptr | Ty::F32 | Ty::F64) =>
                {
                    return self.reg(d.args[0]);
                }
                Op::Zext if self.is_zero_extended(d.args[0]) => return self.reg(d.args[0]),
                _ => {}
            }
        }
        self.needed[v.index()] = true;
        Reg::virt(v.index(), ty.is_float())
    }
    /// Whether the register of a narrow value is known to be zero above it.
    fn is_zero_extended(&self, v: Value) -> bool {
        let Some(d) = self.def(v) else { return false };
        match self.ty(v) {
            Ty::I32 => matches!(
                d.op,
                Op::Add
                    | Op::Sub
                    | Op::Mul
                    | Op::And
                    | Op::Or
                    | Op::Xor
                    | Op::Shl(_)
                    | Op::LShr(_)
                    | Op::Load { .. }
                    | Op::Iconst(_)
            ),
            Ty::I8 | Ty::I16 => matches!(d.op, Op::Load { .. } | Op::Iconst(_)),
            _ => false,
        }
    }
    pub fn fconst(&mut self, dst: Reg, ty: Ty, bits: u64) {
        let (w, size, bits) =
            if ty == Ty::F32 { (Fw::F32, 4, bits as u32 as u64) } else { (Fw::F64, 8, bits) };
        if bits == 0 {
            self.push(Inst::FZero { dst });
        } else {
            self.push(Inst::FLoad { w, dst, addr: Amode::new(Base::Pool(bits as u128, size), 0) });
        }
    }

    /// The address of a load that may be moved to the instruction being selected, which is its only user.
    pub fn foldable_load(&mut self, v: Value) -> Option<Amode> {
        if !self.single_use(v) {
            return None;
        }
        let ValueDef::Inst(i, _) = self.f.values[v].def else { return None };
        let d = &self.f.insts[i];
        let Op::Load { off } = d.op else { return None };
        if self.inst_block[i.index()] != self.block.0 || self.epochs[i.index()] != self.epoch {
            return None;
        }
        if self.lines.get(self.line as usize).is_some_and(|l| l.0 == d.pos) {
            // It faults in the same line.
            self.probe(d.args[0], off as i64);
        }
        Some(self.amode(d.args[0], off))
    }
    /// Register or, where the operation reads exactly as many bytes, memory.
    pub fn rm(&mut self, v: Value, fold: bool) -> Rm {
        if fold && let Some(a) = self.foldable_load(v) {
            return Rm::M(a);
        }
        if self.ty(v).is_float()
            && let Some(InstData { op: Op::Fconst(bits), .. }) = self.def(v)
            && *bits != 0
        {
            let (bits, size) =
                if self.ty(v) == Ty::F32 { (*bits as u32 as u128, 4) } else { (*bits as u128, 8) };
            return Rm::M(Amode::new(Base::Pool(bits, size), 0));
        }
        Rm::R(self.reg(v))
    }
    /// Register, memory or immediate.
    pub fn rmi(&mut self, v: Value, fold: bool) -> Rmi {
        if let Some(i) = self.imm32(v) {
            return Rmi::I(i);
        }
        match self.rm(v, fold) {
            Rm::R(r) => Rmi::R(r),
            Rm::M(a) => Rmi::M(a),
        }
    }
    /// Register or immediate.
    pub fn ri(&mut self, v: Value) -> Rmi {
        match self.imm32(v) {
            Some(i) => Rmi::I(i),
            None => Rmi::R(self.reg(v)),
        }
    }

    // ---- instructions

    fn inst(&mut self, d: &'a InstData) {
        match &d.op {
            // Always recomputed by their users; `reg` never asks for them.
            Op::Iconst(_) | Op::Fconst(_) | Op::SlotAddr(..) | Op::Sym(..) => {}
            Op::Icmp(_) | Op::Fcmp(_) | Op::Select => self.compare(d),
            Op::PtrAdd
            | Op::NilCheck
            | Op::Load { .. }
            | Op::Store { .. }
            | Op::MemCopy { .. }
            | Op::MemZero { .. }
            | Op::WriteBarrier { .. }
            | Op::AtomicLoad
            | Op::AtomicStore
            | Op::AtomicRmw(_)
            | Op::AtomicCas
            | Op::BoundsCheck { .. } => self.memory(d),
            Op::New { .. } => unreachable!("legalized"),
            Op::Call { callee, sig } => self.call(d, *callee, *sig),
            Op::Poll => self.push(Inst::Poll),
            Op::Escape => {}
            Op::KeepAlive => {
                let src = self.reg(d.args[0]);
                self.push(Inst::Keep { src });
            }
            Op::GetG => {
                let dst = self.out_reg(d.results[0]);
                self.push(Inst::ReadG { dst });
            }
            // Defined with the parameters.
            Op::GetClosure => self.context = true,
            Op::GetCallerPc => {
                let dst = self.out_reg(d.results[0]);
                let src = Rm::M(Amode::new(Base::InArg, -8));
                self.push(Inst::Ext { kind: Ext::Z(Sz::Q), dst, src });
            }
            Op::GetCallerSp => {
                let dst = self.out_reg(d.results[0]);
                self.push(Inst::Lea { dst, addr: Amode::new(Base::InArg, 0), sz: Sz::Q });
            }
            Op::SpinHint => self.push(Inst::Pause),
            Op::Breakpoint => self.push(Inst::Int3),
            _ => self.arith(d),
        }
    }

    fn terminator(&mut self, t: &'a Term) {
        let b = self.block;
        match t {
            Term::None => unreachable!("{} has an unfinished block", self.f.name),
            Term::Jump(to) => {
                let args = self.jump_args(&to.args);
                let mb = &mut self.blocks[b.index()];
                mb.succs.push(to.block.0);
                mb.args = args;
                self.push(Inst::Jmp(to.block.0));
            }
            Term::Br { cond, then, els, .. } => {
                let edge = |s: &mut Self, to: &'a ir::BlockCall, other: &ir::BlockCall| {
                    if to.args.is_empty() && to.block != other.block {
                        return to.block.0;
                    }
                    // A block of its own for the arguments; the layout places it later.
                    s.edge_block(&to.args, to.block)
                };
                let then_block = edge(self, then, els);
                let els_block = edge(self, els, then);
                self.blocks[b.index()].succs.extend([then_block, els_block]);
                self.branch(*cond, then_block, els_block);
            }
            Term::Switch { value, cases, default } => {
                let mut succs: Vec<u32> = cases.iter().map(|c| c.1.0).chain([default.0]).collect();
                succs.sort_unstable();
                succs.dedup();
                let only = (succs.len() == 1).then(|| succs[0]);
                self.blocks[b.index()].succs.extend(succs);
                if let Some(to) = only {
                    // All cases are empty. A dispatch would be an end with operands and one successor, which the allocator refuses.
                    return self.push(Inst::Jmp(to));
                }
                let sz = self.sz(*value).reg();
                let value = self.extended(*value, true);
                let mut cases: Vec<(i64, u32)> = cases.iter().map(|c| (c.0, c.1.0)).collect();
                cases.sort_unstable();
                let (temp, temp2) = (self.temp(false), self.temp(false));
                let default = default.0;
                self.push(Inst::Switch(Box::new(SwitchInfo { value, sz, cases, default, temp, temp2 })));
            }
            Term::Ret(args) => self.ret(args),
            Term::TailCall { callee, sig, args } => self.tail_call(*callee, *sig, args),
            Term::Unreachable => self.push(Inst::Trap),
        }
    }
    fn jump_args(&mut self, args: &[Value]) -> Vec<Reg> {
        args.iter().map(|&a| self.reg(a)).collect()
    }
    /// A machine block that passes `args` on. Its instructions are written here, since it has no IR block.
    fn edge_block(&mut self, args: &[Value], to: Block) -> u32 {
        let saved = std::mem::take(&mut self.cur);
        let (block, epoch) = (self.block, self.epoch);
        // Nothing folds loads into it.
        let args = self.jump_args(args);
        self.push(Inst::Jmp(to.0));
        let insts = std::mem::replace(&mut self.cur, saved);
        (self.block, self.epoch) = (block, epoch);
        self.blocks.push(MBlock { insts, params: Vec::new(), succs: vec![to.0], args });
        self.blocks.len() as u32 - 1
    }

    /// Splits edges from blocks with several successors to blocks with several predecessors, and places all blocks
    /// that were added.
    fn split_critical_edges(&mut self, layout: &mut Vec<u32>) {
        let mut preds = vec![0u32; self.blocks.len()];
        let mut placed = vec![false; self.blocks.len()];
        layout.iter().for_each(|&b| placed[b as usize] = true);
        for (b, block) in self.blocks.iter().enumerate() {
            if placed[b] || b >= self.f.blocks.len() {
                for &s in &block.succs {
                    preds[s as usize] += 1;
                }
            }
        }
        let old = std::mem::take(layout);
        let first_added = self.f.blocks.len() as u32;
        let total = self.blocks.len() as u32;
        let mut last = Vec::new();
        for &b in &old {
            layout.push(b);
            let succs = self.blocks[b as usize].succs.clone();
            if succs.len() < 2 {
                continue;
            }
            let is_entry = matches!(self.blocks[b as usize].insts.last(), Some((Inst::EntryJmp { .. }, _)));
            for s in succs {
                // Blocks made for arguments have one predecessor already.
                let made = s >= first_added && s < total && !placed[s as usize];
                let edge = if made {
                    s
                } else if preds[s as usize] > 1 {
                    let line = self.blocks[b as usize].insts.last().map_or(0, |i| i.1);
                    let insts = vec![(Inst::Jmp(s), line)];
                    self.blocks.push(MBlock { insts, succs: vec![s], ..MBlock::default() });
                    let e = self.blocks.len() as u32 - 1;
                    redirect(&mut self.blocks[b as usize], s, e);
                    e
                } else {
                    continue;
                };
                let target = self.blocks[edge as usize].succs[0];
                if is_entry || self.f.blocks.get(Block(target)).is_some_and(|t| t.cold) {
                    last.push(edge);
                } else {
                    layout.push(edge);
                }
            }
        }
        layout.append(&mut last);
    }
    /// The blocks in reverse post-order; those without IR block behind the one that jumps to them.
    fn allocation_order(&self, rpo: &[Block]) -> Vec<u32> {
        let first_added = self.f.blocks.len() as u32;
        let mut placed = vec![false; self.blocks.len()];
        let mut out = Vec::with_capacity(self.blocks.len());
        for &b in rpo {
            let mut work = vec![b.0];
            while let Some(b) = work.pop() {
                if std::mem::replace(&mut placed[b as usize], true) {
                    continue;
                }
                out.push(b);
                work.extend(self.blocks[b as usize].succs.iter().rev().filter(|&&s| s >= first_added));
            }
        }
        out
    }
    /// The block that recovery resumes at, with an edge from the entry that only the allocator believes in.
    fn defer_return_edge(&mut self, d: Block, layout: &mut Vec<u32>) -> u32 {
        // The real entry's instructions move behind a new first block only in spirit: parameters must be defined in
        // block 0, so that the jump goes at its end instead: split it there.
        let old_entry = 0usize;
        let rest = self.blocks.len() as u32;
        let entry = std::mem::take(&mut self.blocks[old_entry]);
        let (args, body): (Vec<_>, Vec<_>) = {
            let n = entry.insts.iter().take_while(|i| matches!(i.0, Inst::Args(_))).count();
            let mut insts = entry.insts;
            let body = insts.split_off(n);
            (insts, body)
        };
        self.blocks.push(MBlock { insts: body, params: Vec::new(), succs: entry.succs, args: entry.args });
        let pad = self.blocks.len() as u32;
        let line = args.first().map_or(0, |i| i.1);
        self.blocks.push(MBlock {
            insts: vec![(Inst::Jmp(d.0), line)],
            succs: vec![d.0],
            ..MBlock::default()
        });
        let mut insts = args;
        insts.push((Inst::EntryJmp { then: rest, other: pad }, line));
        self.blocks[old_entry] = MBlock { insts, succs: vec![rest, pad], ..MBlock::default() };
        layout.insert(1, rest);
        pad
    }
}

/// Replaces a successor in a block's terminator.
fn redirect(b: &mut MBlock, from: u32, to: u32) {
    for s in &mut b.succs {
        if *s == from {
            *s = to;
        }
    }
    let fix = |x: &mut u32| {
        if *x == from {
            *x = to
        }
    };
    match &mut b.insts.last_mut().expect("a terminator").0 {
        Inst::Jmp(t) => fix(t),
        Inst::Jcc { then, els, .. } | Inst::JccFeq { then, els } => {
            fix(then);
            fix(els);
        }
        Inst::EntryJmp { then, other } => {
            fix(then);
            fix(other);
        }
        Inst::Switch(s) => {
            fix(&mut s.default);
            s.cases.iter_mut().for_each(|c| fix(&mut c.1));
        }
        i => unreachable!("{i:?} has several successors"),
    }
}

/// Whether an instruction does more than define its results.
fn has_effect(op: &Op) -> bool {
    matches!(
        op,
        Op::NilCheck
            | Op::Store { .. }
            | Op::MemCopy { .. }
            | Op::MemZero { .. }
            | Op::WriteBarrier { .. }
            | Op::AtomicLoad
            | Op::AtomicStore
            | Op::AtomicRmw(_)
            | Op::AtomicCas
            | Op::New { .. }
            | Op::Call { .. }
            | Op::Poll
            | Op::BoundsCheck { .. }
            | Op::KeepAlive
            | Op::SpinHint
            | Op::Breakpoint
    )
}
