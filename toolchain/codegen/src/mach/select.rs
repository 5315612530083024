//! Instruction selection: blocks from last to first, each from its end. An instruction is written only if somebody
//! after it asked for its result in a register, so that what users fold into themselves (addresses, constants,
//! comparisons, single loads) disappears, and dead code with it.
//!
//! Here are its state, what rules ask it for, and what every machine selects alike; [`super::call`] follows the calling
//! convention, [`super::memory`] copies and clears. The rest is the machine's [`Rules`].
use super::addr::{Addr, Base};
use super::call::MemoryParams;
use super::inst::{Any, SwitchInfo};
use super::{Rules, edges, extended};
use crate::isa::Env;
use crate::mistake::{Mistake, exchange};
use crate::prep;
use crate::regalloc::Reg;
use ir::func::Term;
use ir::{Block, EntityId, Func, InstData, Op, Sig, Slot, Ty, Value, ValueDef};
use rustc_hash::FxHashMap;
use syntax::Pos;

/// A machine block.
pub struct MBlock<I> {
    /// Instructions with the index of their line.
    pub insts: Vec<(Any<I>, u32)>,
    /// Parameters.
    pub params: Vec<Reg>,
    /// Successors.
    pub succs: Vec<u32>,
    /// Arguments for the only successor's parameters.
    pub args: Vec<Reg>,
}

impl<I> Default for MBlock<I> {
    fn default() -> Self {
        MBlock { insts: Vec::new(), params: Vec::new(), succs: Vec::new(), args: Vec::new() }
    }
}

/// A function in machine instructions.
pub struct Selected<I> {
    /// Its blocks.
    pub blocks: Vec<MBlock<I>>,
    /// Layout order of the blocks.
    pub order: Vec<u32>,
    /// The same blocks in reverse post-order, which is how the allocator wants them.
    pub rpo: Vec<u32>,
    /// Which virtual registers hold pointers.
    pub pointer: Vec<bool>,
    /// Lines: position and inlined call.
    pub lines: Vec<(Pos, u32)>,
    /// Stack objects that have a place in the frame.
    pub slots_used: Vec<bool>,
    /// Those of them that are parameters in the area of incoming arguments, and where.
    pub incoming: Vec<(Slot, u32)>,
    /// Parameters of a word that come in on the stack, and where among the incoming arguments.
    pub stack_params: Vec<(Reg, u32)>,
    /// Bytes of outgoing arguments.
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
    /// What it counts from.
    pub base: Base,
    /// How far.
    pub disp: i64,
}

/// State of one function's selection.
pub struct Select<'a, M: Rules> {
    /// The program around it.
    pub env: &'a Env<'a>,
    /// The function.
    pub f: &'a Func,
    /// Its signature.
    pub sig: &'a Sig,
    /// How often each value is used.
    pub uses: Vec<u32>,
    /// [`prep::carried`].
    pub carried: FxHashMap<Value, Value>,
    /// Whether somebody wants the value in its register.
    pub needed: Vec<bool>,
    /// Whether a value of 32 bits is extended with its sign there ([`extended`]).
    pub extended: Vec<bool>,
    pub(super) pointer: Vec<bool>,
    /// Block of each instruction, and the number of memory barriers before it in the block.
    pub(super) inst_block: Vec<u32>,
    pub(super) epochs: Vec<u32>,
    /// Block of the instruction being selected.
    pub block: Block,
    /// Its position in the block.
    pub index: usize,
    pub(super) epoch: u32,
    pub(super) line: u32,
    /// Instructions written for it, in order.
    pub(super) cur: Vec<(Any<M::Inst>, u32)>,
    /// The block, backwards.
    out: Vec<(Any<M::Inst>, u32)>,
    pub(super) blocks: Vec<MBlock<M::Inst>>,
    pub(super) lines: Vec<(Pos, u32)>,
    pub(super) slots_used: Vec<bool>,
    pub(super) out_args: u32,
    pub(super) calls: bool,
    pub(super) context: bool,
    /// Addresses of memory parameters.
    pub params: Vec<(Value, Place)>,
    pub(super) incoming: Vec<(Slot, u32)>,
    pub(super) stack_params: Vec<(Reg, u32)>,
    /// Pointers accessed later in the block, before anything that can be observed.
    pub probed: Vec<Value>,
}

/// Selects instructions for a function that went through [`prep::legalize`].
pub fn select<'a, M: Rules>(env: &'a Env<'a>, f: &'a Func, params: MemoryParams) -> Selected<M::Inst> {
    let order = prep::order(f);
    let mut s: Select<M> = Select {
        env,
        f,
        sig: env.view.sig(f.sig),
        uses: prep::use_counts(f, &order.rpo),
        carried: prep::carried(f, &order.rpo),
        needed: vec![false; f.values.len()],
        extended: extended::extended::<M>(f, &order.rpo),
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
        params: params.places,
        incoming: params.incoming,
        stack_params: Vec::new(),
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
    let defer_return = f.defer_return.map(|d| edges::defer_return(&mut s.blocks, d, &mut layout));
    edges::split_critical(&mut s.blocks, f, &mut layout);
    let rpo = edges::allocation_order(&s.blocks, f, &order.rpo);
    Selected {
        blocks: s.blocks,
        order: layout,
        rpo,
        pointer: s.pointer,
        lines: s.lines,
        slots_used: s.slots_used,
        incoming: s.incoming,
        stack_params: s.stack_params,
        out_args: s.out_args,
        calls: s.calls,
        context: s.context,
        defer_return,
    }
}

impl<'a, M: Rules> Select<'a, M> {
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

    /// Writes an instruction of the machine.
    pub fn push(&mut self, i: M::Inst) {
        self.put(Any::Own(i));
    }
    /// Writes an instruction.
    pub fn put(&mut self, i: Any<M::Inst>) {
        self.cur.push((i, self.line));
    }
    /// A copy.
    pub fn mov(&mut self, dst: Reg, src: Reg) {
        self.put(Any::Move { dst, src });
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

    /// A value's type.
    pub fn ty(&self, v: Value) -> Ty {
        self.f.ty(v)
    }
    /// The instruction that defines it.
    pub fn def(&self, v: Value) -> Option<&'a InstData> {
        match self.f.values[v].def {
            ValueDef::Inst(i, _) => Some(&self.f.insts[i]),
            _ => None,
        }
    }
    /// Its number, if it is constant.
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
    /// Whether it has one user.
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
    /// Gives a stack object a place in the frame.
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
            M::lea(self, t, Addr::new(p.base, p.disp as i32));
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
                        Ty::I32 if M::SIGN_EXTENDS => c as i32 as i64,
                        Ty::I32 => c as u32 as i64,
                        _ => c,
                    };
                    M::imm(self, t, imm);
                    return t;
                }
                Op::Fconst(bits) => {
                    let t = self.temp(true);
                    M::fconst(self, t, ty, bits);
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
                Op::Zext if M::zero_extended(self, d.args[0]) => return self.reg(d.args[0]),
                _ => {}
            }
        }
        self.needed[v.index()] = true;
        Reg::virt(v.index(), ty.is_float())
    }
    /// The address of a load that may be moved to the instruction being selected, which is its only user.
    pub fn foldable_load(&mut self, v: Value) -> Option<Addr> {
        if !self.single_use(v) {
            return None;
        }
        let ValueDef::Inst(i, _) = self.f.values[v].def else { return None };
        let d = &self.f.insts[i];
        let Op::Load { off } = d.op else { return None };
        if self.inst_block[i.index()] != self.block.0 || self.epochs[i.index()] != self.epoch {
            return None;
        }
        // If the instruction stops, then where it loads.
        self.set_line(d.pos, d.inl);
        self.probe(d.args[0], off as i64);
        Some(M::addr(self, d.args[0], off))
    }
    // ---- instructions

    fn inst(&mut self, d: &'a InstData) {
        // A frame saves the link register, which a call that is made seldom destroys too.
        let may_call = matches!(d.op, Op::Poll | Op::BoundsCheck { .. } | Op::WriteBarrier { .. });
        self.calls |= may_call && M::ROW.link.is_some();
        if matches!(d.op, Op::BoundsCheck { .. }) && M::ROW.int_args.len() < 2 {
            self.out_args = self.out_args.max(2 * M::WORD);
        }
        match &d.op {
            // Always recomputed by their users; `reg` never asks for them.
            Op::Iconst(_) | Op::Fconst(_) | Op::SlotAddr(..) | Op::Sym(..) => {}
            Op::New { .. } => unreachable!("legalized"),
            Op::Call { callee, sig } => self.call(d, *callee, *sig),
            Op::Poll => {
                let temp = M::POLL_TEMP.then(|| self.temp(false));
                self.put(Any::Poll { temp });
            }
            Op::Escape | Op::Edge => {}
            Op::KeepAlive => {
                let src = self.reg(d.args[0]);
                self.put(Any::Keep { src });
            }
            Op::GetG => {
                let dst = self.out_reg(d.results[0]);
                M::read_g(self, dst);
            }
            // Defined with the parameters.
            Op::GetClosure => self.context = true,
            Op::GetCallerPc => {
                let dst = self.out_reg(d.results[0]);
                let (ty, word) = (self.ty(d.results[0]), M::WORD as i32);
                let addr = match M::ROW.link {
                    None => Addr::new(Base::InArg, -word),
                    // Where the frame, which there must be, has saved it.
                    Some(_) => {
                        self.calls = true;
                        Addr::new(Base::OutArg, -(M::ROW.min_frame as i32))
                    }
                };
                M::load(self, dst, ty, addr);
            }
            Op::GetCallerSp => {
                let dst = self.out_reg(d.results[0]);
                M::lea(self, dst, Addr::new(Base::InArg, -(M::ROW.min_frame as i32)));
            }
            _ => {
                let from = self.cur.len();
                if !M::select(self, d) {
                    self.memory(d)
                }
                if self.env.mistake == Some(Mistake::Registers) && d.op == Op::Sub {
                    self.cur[from..].iter_mut().for_each(|i| exchange(&mut i.0));
                }
            }
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
                self.put(Any::Jump(to.block.0));
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
                M::branch(self, *cond, then_block, els_block);
            }
            Term::Switch { value, cases, default } => {
                let mut succs: Vec<u32> = cases.iter().map(|c| c.1.0).chain([default.0]).collect();
                succs.sort_unstable();
                succs.dedup();
                let only = (succs.len() == 1).then(|| succs[0]);
                self.blocks[b.index()].succs.extend(succs);
                if let Some(to) = only {
                    // All cases are empty. A dispatch would be an end with operands and one successor, which the allocator refuses.
                    return self.put(Any::Jump(to));
                }
                let bytes = self.ty(*value).size(M::WORD).max(4) as u8;
                let value = M::extended(self, *value, true);
                let mut cases: Vec<(i64, u32)> = cases.iter().map(|c| (c.0, c.1.0)).collect();
                cases.sort_unstable();
                let temps = [self.temp(false), self.temp(false)];
                let default = default.0;
                self.put(Any::Switch(Box::new(SwitchInfo { value, bytes, cases, default, temps })));
            }
            Term::Ret(args) => self.ret(args),
            Term::TailCall { callee, sig, args } => self.tail_call(*callee, *sig, args),
            Term::Unreachable => self.put(Any::Trap),
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
        self.put(Any::Jump(to.0));
        let insts = std::mem::replace(&mut self.cur, saved);
        (self.block, self.epoch) = (block, epoch);
        self.blocks.push(MBlock { insts, params: Vec::new(), succs: vec![to.0], args });
        self.blocks.len() as u32 - 1
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
