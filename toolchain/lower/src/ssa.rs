//! Building one function in SSA form: blocks, instructions, and variables that become block parameters.
//!
//! Variables are numbered scalars. [`Ssa::write`] and [`Ssa::read`] follow Braun et al.: a read in a block that is not
//! *sealed* (more predecessors may come) or that has several predecessors makes a parameter, whose arguments are added
//! to the predecessors' ends. Superfluous parameters are removed by [`Ssa::finish`], which also drops unreachable
//! blocks and puts the rest into reverse post-order.
//!
//! Invariants: a block is ended once; an end's targets are distinct; targets of `Switch` have that one predecessor.
use ir::{Block, BlockCall, EntityId, Func, Op, Term, Ty, Value, ValueDef};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use syntax::Pos;

/// Placeholder for an argument that is filled in later.
const HOLE: Value = Value(u32::MAX);

#[derive(Default)]
struct Blk {
    preds: SmallVec<[Block; 2]>,
    sealed: bool,
    defs: FxHashMap<u32, Value>,
    /// Parameters made while not sealed: (variable, index of the parameter).
    open: Vec<(u32, u32)>,
}

/// The function under construction and the state of its variables.
pub struct Ssa {
    /// The function.
    pub f: Func,
    /// Where instructions go.
    pub cur: Block,
    /// Position given to instructions.
    pub pos: Pos,
    blks: Vec<Blk>,
    vars: Vec<Ty>,
}

impl Ssa {
    /// Starts building `f`, which has an empty entry block.
    pub fn new(f: Func) -> Ssa {
        let pos = f.pos;
        let mut s = Ssa { f, cur: Block(0), pos, blks: Vec::new(), vars: Vec::new() };
        s.blks.push(Blk { sealed: true, ..Blk::default() });
        s
    }

    /// A new variable of kind `ty`.
    pub fn var(&mut self, ty: Ty) -> u32 {
        self.vars.push(ty);
        self.vars.len() as u32 - 1
    }
    /// The kind of a variable.
    pub fn var_ty(&self, var: u32) -> Ty {
        self.vars[var as usize]
    }

    /// A new block, not sealed.
    pub fn block(&mut self) -> Block {
        let b = self.f.new_block();
        self.blks.push(Blk::default());
        b
    }
    /// A new block that is laid out with the rarely executed ones.
    pub fn cold_block(&mut self) -> Block {
        let b = self.block();
        self.f.blocks[b].cold = true;
        b
    }
    /// Goes on in `b`.
    pub fn start(&mut self, b: Block) {
        self.cur = b;
    }
    /// Seals `b` and goes on in it.
    pub fn start_sealed(&mut self, b: Block) {
        self.seal(b);
        self.cur = b;
    }
    /// Whether the current block cannot be reached (as far as known).
    pub fn dead(&self) -> bool {
        let b = &self.blks[self.cur.index()];
        self.cur != Block(0) && b.sealed && b.preds.is_empty() && self.f.defer_return != Some(self.cur)
    }
    /// Whether any block jumps to `b`.
    pub fn has_preds(&self, b: Block) -> bool {
        !self.blks[b.index()].preds.is_empty()
    }

    /// Appends an instruction with one result.
    pub fn ins(&mut self, op: Op, args: &[Value], ty: Ty) -> Value {
        let i = self.f.push_inst(self.cur, op, args, &[ty], self.pos);
        self.f.insts[i].results[0]
    }
    /// Appends an instruction without result.
    pub fn ins0(&mut self, op: Op, args: &[Value]) {
        self.f.push_inst(self.cur, op, args, &[], self.pos);
    }
    /// Appends an instruction with any number of results.
    pub fn insn(&mut self, op: Op, args: &[Value], tys: &[Ty]) -> SmallVec<[Value; 4]> {
        let i = self.f.push_inst(self.cur, op, args, tys, self.pos);
        self.f.insts[i].results.iter().copied().collect()
    }
    /// A zero of kind `ty`.
    pub fn zero(&mut self, ty: Ty) -> Value {
        self.ins(if ty.is_float() { Op::Fconst(0) } else { Op::Iconst(0) }, &[], ty)
    }

    fn end(&mut self, term: Term) {
        let b = self.cur;
        debug_assert!(matches!(self.f.blocks[b].term, Term::None), "{b} is ended twice");
        // A jump out of unreachable code does not make its target reachable.
        let dead = self.dead();
        for t in term.targets() {
            debug_assert!(!self.blks[t.index()].sealed, "{t} is sealed before a jump to it");
            if !dead {
                self.blks[t.index()].preds.push(b);
            }
        }
        self.f.blocks[b].term = term;
        self.f.blocks[b].term_pos = self.pos;
        // What follows, if anything does, is unreachable.
        let next = self.block();
        self.start_sealed(next);
    }
    /// Ends the block with a jump.
    pub fn jump(&mut self, to: Block) {
        self.end(Term::Jump(call(to)));
    }
    /// Ends the block with a conditional jump on `cond` (i8).
    pub fn br(&mut self, cond: Value, then: Block, els: Block) {
        self.br_likely(cond, then, els, None);
    }
    /// The same with a hint: `Some(true)` means that `then` is likely.
    pub fn br_likely(&mut self, cond: Value, then: Block, els: Block, likely: Option<bool>) {
        if then == els {
            return self.jump(then);
        }
        self.end(Term::Br { cond, then: call(then), els: call(els), likely });
    }
    /// Ends the block with a dispatch. Each distinct target gets a block of its own that jumps on.
    pub fn switch(&mut self, value: Value, cases: &[(i64, Block)], default: Block) {
        let mut hops: FxHashMap<Block, Block> = FxHashMap::default();
        let mut order = Vec::new();
        let mut hop = |s: &mut Ssa, to: Block| {
            *hops.entry(to).or_insert_with(|| {
                let b = s.block();
                order.push((b, to));
                b
            })
        };
        let cases: Vec<(i64, Block)> = cases.iter().map(|&(n, b)| (n, hop(self, b))).collect();
        let default = hop(self, default);
        // A hop is one predecessor for all its cases: record it once.
        let from = self.cur;
        self.f.blocks[from].term = Term::Switch { value, cases, default };
        self.f.blocks[from].term_pos = self.pos;
        for (b, to) in order {
            self.blks[b.index()].preds.push(from);
            self.start_sealed(b);
            self.jump(to);
        }
    }
    /// Ends the function.
    pub fn ret(&mut self, vals: &[Value]) {
        self.end(Term::Ret(SmallVec::from_slice(vals)));
    }
    /// Ends the block with a tail call.
    pub fn tail_call(&mut self, callee: ir::op::Callee, sig: ir::SigId, args: &[Value]) {
        self.end(Term::TailCall { callee, sig, args: SmallVec::from_slice(args) });
    }
    /// Ends a block whose end is not reached.
    pub fn unreachable(&mut self) {
        self.end(Term::Unreachable);
    }

    /// Sets a variable.
    pub fn write(&mut self, var: u32, v: Value) {
        debug_assert_eq!(self.vars[var as usize], self.f.ty(v), "kind of the value of variable {var}");
        self.blks[self.cur.index()].defs.insert(var, v);
    }
    /// The variable's value here; zero where it was never set.
    pub fn read(&mut self, var: u32) -> Value {
        let mut todo = Vec::new();
        let v = self.lookup(var, self.cur, &mut todo);
        self.fill(todo);
        v
    }
    /// No more predecessors will come.
    pub fn seal(&mut self, b: Block) {
        debug_assert!(!self.blks[b.index()].sealed);
        self.blks[b.index()].sealed = true;
        let open = std::mem::take(&mut self.blks[b.index()].open);
        self.fill(open.into_iter().map(|(var, n)| (b, var, n)).collect());
    }

    /// Finds the definition that reaches the end of `b`; new parameters whose arguments are missing go to `todo`.
    fn lookup(&mut self, var: u32, mut b: Block, todo: &mut Vec<(Block, u32, u32)>) -> Value {
        let mut chain: SmallVec<[Block; 8]> = SmallVec::new();
        let v = loop {
            if let Some(&v) = self.blks[b.index()].defs.get(&var) {
                break v;
            }
            chain.push(b);
            let blk = &self.blks[b.index()];
            // A loop that nothing enters, only its own end, leads around for ever.
            let around = chain.len() > self.blks.len();
            if blk.sealed && blk.preds.len() == 1 && !around {
                b = blk.preds[0];
                continue;
            }
            if blk.sealed && blk.preds.is_empty() || around {
                // Never set on this path. The zero goes to the block's start, so that it is there for all of it.
                let ty = self.vars[var as usize];
                let op = if ty.is_float() { Op::Fconst(0) } else { Op::Iconst(0) };
                let i = self.f.make_inst(op, &[], &[ty], self.pos);
                self.f.blocks[b].insts.insert(0, i);
                break self.f.insts[i].results[0];
            }
            let n = self.f.blocks[b].params.len() as u32;
            let p = self.f.add_param(b, self.vars[var as usize]);
            if self.blks[b.index()].sealed {
                todo.push((b, var, n));
            } else {
                self.blks[b.index()].open.push((var, n));
            }
            break p;
        };
        for b in chain {
            self.blks[b.index()].defs.insert(var, v);
        }
        v
    }

    fn fill(&mut self, mut todo: Vec<(Block, u32, u32)>) {
        while let Some((b, var, n)) = todo.pop() {
            for pred in self.blks[b.index()].preds.clone() {
                let v = self.lookup(var, pred, &mut todo);
                for c in calls(&mut self.f.blocks[pred].term) {
                    if c.block == b {
                        if c.args.len() <= n as usize {
                            c.args.resize(n as usize + 1, HOLE);
                        }
                        c.args[n as usize] = v;
                    }
                }
            }
        }
    }

    /// Completes the function.
    pub fn finish(mut self) -> Func {
        for b in self.f.blocks.ids() {
            if !self.blks[b.index()].sealed {
                self.seal(b);
            }
            if matches!(self.f.blocks[b].term, Term::None) {
                self.f.blocks[b].term = Term::Unreachable;
            }
        }
        let order = reverse_post_order(&self.f);
        let mut new_id = vec![None; self.f.blocks.len()];
        for (i, &b) in order.iter().enumerate() {
            new_id[b.index()] = Some(Block::new(i));
        }
        drop_params(&mut self.f, &order);
        let mut old = std::mem::take(&mut self.f.blocks).iter().cloned().map(Some).collect::<Vec<_>>();
        for &b in &order {
            self.f.blocks.push(old[b.index()].take().expect("each block stands in the order once"));
        }
        self.f.defer_return = self.f.defer_return.and_then(|b| new_id[b.index()]);
        let renumber = |b: Block| new_id[b.index()].expect("a reachable block jumps to reachable ones");
        for b in self.f.blocks.ids() {
            let mut data = std::mem::replace(&mut self.f.blocks[b].term, Term::None);
            match &mut data {
                Term::Switch { cases, default, .. } => {
                    cases.iter_mut().for_each(|c| c.1 = renumber(c.1));
                    *default = renumber(*default);
                }
                t => calls(t).for_each(|c| c.block = renumber(c.block)),
            }
            each_term_value(&mut data, &mut |v| *v = self.f.resolve(*v));
            self.f.blocks[b].term = data;
            for (n, p) in self.f.blocks[b].params.clone().into_iter().enumerate() {
                self.f.values[p].def = ValueDef::Param(b, n as u32);
            }
            for i in self.f.blocks[b].insts.clone() {
                for n in 0..self.f.insts[i].args.len() {
                    let v = self.f.resolve(self.f.insts[i].args[n]);
                    self.f.insts[i].args[n] = v;
                }
            }
        }
        self.f
    }
}

fn call(block: Block) -> BlockCall {
    BlockCall { block, args: SmallVec::new() }
}

/// The jumps of an end that take arguments.
fn calls(term: &mut Term) -> impl Iterator<Item = &mut BlockCall> {
    let (a, b) = match term {
        Term::Jump(t) => (Some(t), None),
        Term::Br { then, els, .. } => (Some(then), Some(els)),
        _ => (None, None),
    };
    a.into_iter().chain(b)
}

fn each_term_value(term: &mut Term, f: &mut dyn FnMut(&mut Value)) {
    match term {
        Term::Jump(t) => t.args.iter_mut().for_each(f),
        Term::Br { cond, then, els, .. } => {
            f(cond);
            then.args.iter_mut().for_each(&mut *f);
            els.args.iter_mut().for_each(f);
        }
        Term::Switch { value, .. } => f(value),
        Term::Ret(vals) => vals.iter_mut().for_each(f),
        Term::TailCall { args, .. } => args.iter_mut().for_each(f),
        Term::None | Term::Unreachable => {}
    }
}

fn reverse_post_order(f: &Func) -> Vec<Block> {
    let mut seen = vec![false; f.blocks.len()];
    let mut post = Vec::new();
    // The entry comes last here, so that it is first in the reversed order.
    for root in f.defer_return.into_iter().chain([Block(0)]) {
        if std::mem::replace(&mut seen[root.index()], true) {
            continue;
        }
        let mut stack = vec![(root, f.blocks[root].term.targets(), 0)];
        while let Some((b, targets, next)) = stack.last_mut() {
            let Some(&t) = targets.get(targets.len().wrapping_sub(1 + *next)) else {
                post.push(*b);
                stack.pop();
                continue;
            };
            *next += 1;
            if !std::mem::replace(&mut seen[t.index()], true) {
                stack.push((t, f.blocks[t].term.targets(), 0));
            }
        }
    }
    post.reverse();
    post
}

/// Removes parameters that only ever get one value (or themselves).
fn drop_params(f: &mut Func, order: &[Block]) {
    let mut reachable = vec![false; f.blocks.len()];
    order.iter().for_each(|b| reachable[b.index()] = true);
    let mut incoming: Vec<SmallVec<[Block; 4]>> = vec![SmallVec::new(); f.blocks.len()];
    for &b in order {
        for t in f.blocks[b].term.targets() {
            if !incoming[t.index()].contains(&b) {
                incoming[t.index()].push(b);
            }
        }
    }
    loop {
        let mut changed = false;
        for &b in order {
            for n in 0..f.blocks[b].params.len() {
                let p = f.blocks[b].params[n];
                if f.resolve(p) != p {
                    continue;
                }
                let mut only = None;
                let mut several = false;
                for &pred in &incoming[b.index()] {
                    for c in calls(&mut f.blocks[pred].term.clone()) {
                        if c.block != b {
                            continue;
                        }
                        let v = f.resolve(c.args[n]);
                        if v != p && only != Some(v) {
                            several |= only.is_some();
                            only = Some(v);
                        }
                    }
                }
                if let (Some(v), false) = (only, several) {
                    f.alias(p, v);
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    for &b in order {
        let params = std::mem::take(&mut f.blocks[b].params);
        let keep: Vec<bool> = params.iter().map(|&p| f.resolve(p) == p).collect();
        if keep.iter().all(|&k| k) {
            f.blocks[b].params = params;
            continue;
        }
        for &pred in &incoming[b.index()] {
            for c in calls(&mut f.blocks[pred].term) {
                if c.block == b {
                    c.args = c.args.iter().zip(&keep).filter(|(_, k)| **k).map(|(v, _)| *v).collect();
                }
            }
        }
        f.blocks[b].params = params.into_iter().zip(&keep).filter(|(_, k)| **k).map(|(p, _)| p).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ir::{SigId, op::Cc};
    use syntax::Sym;

    /// `i := 0; for i < n { i = i + 1 }; return i`: one loop parameter stays, that of `n` goes.
    #[test]
    fn loop_variable_becomes_the_only_parameter() {
        let mut s = Ssa::new(Func::new(Sym::new("f"), SigId(0), &[Ty::I64], Pos::NONE));
        let (i, n) = (s.var(Ty::I64), s.var(Ty::I64));
        let param = s.f.blocks[Block(0)].params[0];
        s.write(n, param);
        let zero = s.zero(Ty::I64);
        s.write(i, zero);
        let (head, body, exit) = (s.block(), s.block(), s.block());
        s.jump(head);
        s.start(head);
        let (a, b) = (s.read(i), s.read(n));
        let c = s.ins(Op::Icmp(Cc::Slt), &[a, b], Ty::I8);
        s.br(c, body, exit);
        s.start_sealed(body);
        let (a, one) = (s.read(i), s.ins(Op::Iconst(1), &[], Ty::I64));
        let next = s.ins(Op::Add, &[a, one], Ty::I64);
        s.write(i, next);
        s.jump(head);
        s.seal(head);
        s.start_sealed(exit);
        let a = s.read(i);
        s.ret(&[a]);
        let f = s.finish();
        assert_eq!(f.blocks.len(), 4);
        let params: Vec<usize> = f.blocks.iter().map(|b| b.params.len()).collect();
        assert_eq!(params, [1, 1, 0, 0]);
        let Term::Jump(back) = &f.blocks[Block(2)].term else { panic!("the body jumps back") };
        assert_eq!((back.block, back.args.len()), (Block(1), 1));
    }
}
