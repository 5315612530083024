//! The register allocator, wrapped: this folder alone names `regalloc2`'s functions.
//!
//! An architecture describes its instructions as a [`Problem`] (plain arrays of operands), marks its safepoints, and
//! gets back a [`Solution`]. Safepoints: `pointers.rs` computes which pointer registers are live across each
//! marked instruction and appends them as extra operands that may be anywhere. A call clobbers every register, so that
//! there each of them ends up in a frame slot; the stack map is read off the extra operands' places.
use crate::mach::operand::{Constraint, Operands, Role};
use regalloc2::{
    Allocation, Block, Edit, Function, Inst, InstRange, MachineEnv, Operand, OperandConstraint, OperandKind,
    OperandPos, PReg, PRegSet, ProgPoint, RegClass, VReg,
};
use smallvec::SmallVec;

mod code;
mod idle;
mod pointers;
mod webs;

/// A register operand: virtual before allocation; a physical register or a spill slot after it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reg(u32);

const PHYS: u32 = 1 << 31;
const SPILL: u32 = 1 << 30;
const FLOAT: u32 = 1 << 29;
const ZERO: u32 = 1 << 28;

impl Reg {
    /// The `n`th virtual register.
    pub fn virt(n: usize, float: bool) -> Reg {
        Reg(n as u32 | if float { FLOAT } else { 0 })
    }
    /// An integer register of the machine.
    pub const fn int(hw: u8) -> Reg {
        Reg(PHYS | hw as u32)
    }
    /// A float register of the machine.
    pub const fn float(hw: u8) -> Reg {
        Reg(PHYS | FLOAT | hw as u32)
    }
    /// This integer register of the machine, which always holds zero: nobody allocates it, and it is no operand.
    pub const fn that_is_zero(self) -> Reg {
        Reg(self.0 | ZERO)
    }
    /// Whether it is such a register.
    pub const fn is_zero(self) -> bool {
        self.0 & (PHYS | ZERO) == PHYS | ZERO
    }
    /// A spill slot.
    #[cfg(test)]
    pub fn spill(n: usize, float: bool) -> Reg {
        Reg(SPILL | n as u32 | if float { FLOAT } else { 0 })
    }
    /// Whether it is (or will be) a float register.
    pub fn is_float(self) -> bool {
        self.0 & FLOAT != 0
    }
    /// Whether it is a spill slot.
    pub const fn is_spill(self) -> bool {
        self.0 & (PHYS | SPILL) == SPILL
    }
    /// Whether it is a machine register.
    pub const fn is_phys(self) -> bool {
        self.0 & PHYS != 0
    }
    /// Whether it is still virtual.
    pub const fn is_virt(self) -> bool {
        self.0 & (PHYS | SPILL) == 0
    }
    /// The machine's number of this register.
    pub const fn hw(self) -> u8 {
        debug_assert!(self.is_phys(), "it is not a machine register");
        (self.0 & 0x3f) as u8
    }
    /// Index of the virtual register or spill slot.
    pub fn index(self) -> usize {
        (self.0 & (FLOAT - 1)) as usize
    }
    fn vreg(self) -> VReg {
        debug_assert!(self.is_virt(), "{self:?} is not virtual");
        VReg::new(self.index(), class(self.is_float()))
    }
    /// The place that an allocation names. `float` is the class of the value in it.
    fn from_allocation(a: Allocation, float: bool) -> Reg {
        if let Some(p) = a.as_reg() {
            return if p.class() == RegClass::Float {
                Reg::float(p.hw_enc() as u8)
            } else {
                Reg::int(p.hw_enc() as u8)
            };
        }
        let slot = a.as_stack().expect("an operand without place");
        Reg(SPILL | slot.index() as u32 | if float { FLOAT } else { 0 })
    }
}

impl std::fmt::Debug for Reg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let class = if self.is_float() { "x" } else { "r" };
        match (self.is_phys(), self.is_spill()) {
            (true, _) => write!(f, "{class}{}", self.hw()),
            (_, true) => write!(f, "spill{}", self.index()),
            _ => write!(f, "%{class}{}", self.index()),
        }
    }
}

fn class(float: bool) -> RegClass {
    if float { RegClass::Float } else { RegClass::Int }
}

fn preg(r: Reg) -> PReg {
    PReg::new(r.hw() as usize, class(r.is_float()))
}

/// Machine code before allocation, as the allocator sees it.
#[derive(Default)]
pub struct Problem {
    operands: Vec<Operand>,
    /// End of each instruction's operands.
    operand_ends: Vec<u32>,
    /// Machine registers that an instruction destroys: index + 1 into `clobber_sets`.
    clobbers: Vec<u16>,
    clobber_sets: Vec<PRegSet>,
    flags: Vec<u8>,
    /// End of each block's instructions.
    block_ends: Vec<u32>,
    succs: Vec<SmallVec<[Block; 2]>>,
    preds: Vec<SmallVec<[Block; 2]>>,
    params: Vec<SmallVec<[VReg; 2]>>,
    /// Arguments of the jump that ends a block, for its only successor.
    args: Vec<SmallVec<[VReg; 2]>>,
    num_vregs: usize,
    /// Words in a spill slot of a float.
    float_words: usize,
    /// Whether a virtual register holds a pointer.
    pointer: Vec<bool>,
    safepoints: Vec<u32>,
}

const IS_RET: u8 = 1;
const IS_BRANCH: u8 = 2;
const IS_COPY: u8 = 4;

/// How an instruction ends its block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// It does not.
    Next,
    /// Jump or branch to the block's successors.
    Branch,
    /// No successor.
    Ret,
}

/// What the allocator knows of an instruction beside its operands.
#[derive(Clone, Copy)]
pub struct Is {
    /// How it ends its block.
    pub flow: Flow,
    /// Whether live pointers are found there.
    pub safepoint: bool,
    /// Whether it copies its only operand that it reads into the other, and nothing else.
    pub copy: bool,
}

fn operand(role: Role, constraint: Constraint, r: Reg) -> Operand {
    let (kind, pos) = match role {
        Role::Use => (OperandKind::Use, OperandPos::Early),
        Role::LateUse => (OperandKind::Use, OperandPos::Late),
        Role::Temp => (OperandKind::Def, OperandPos::Early),
        Role::Def => (OperandKind::Def, OperandPos::Late),
    };
    let constraint = match constraint {
        Constraint::Reg => OperandConstraint::Reg,
        Constraint::Any => OperandConstraint::Any,
        Constraint::Fixed(at) => OperandConstraint::FixedReg(preg(at)),
        Constraint::Reuse(n) => OperandConstraint::Reuse(n),
    };
    Operand::new(r.vreg(), constraint, kind, pos)
}

impl Problem {
    /// Starts with the number of virtual registers, which of them hold pointers, and the bytes of a word.
    pub fn new(pointer: Vec<bool>, word: u32) -> Problem {
        Problem { num_vregs: pointer.len(), pointer, float_words: (8 / word) as usize, ..Problem::default() }
    }
    /// Which virtual registers hold pointers.
    pub fn pointers(self) -> Vec<bool> {
        self.pointer
    }
    /// Appends an instruction; `visit` names its operands.
    pub fn inst(&mut self, kind: Is, clobbers: &[Reg], visit: impl FnOnce(&mut Operands)) {
        if kind.safepoint {
            self.safepoints.push(self.flags.len() as u32);
        }
        let mut collect = |role, constraint, r: &mut Reg| self.operands.push(operand(role, constraint, *r));
        visit(&mut Operands::new(&mut collect, &mut |_| {}));
        self.operand_ends.push(self.operands.len() as u32);
        let flow = match kind.flow {
            Flow::Next => 0,
            Flow::Branch => IS_BRANCH,
            Flow::Ret => IS_RET,
        };
        self.flags.push(flow | if kind.copy { IS_COPY } else { 0 });
        let mut set = PRegSet::empty();
        for &c in clobbers {
            set.add(preg(c));
        }
        let n = if clobbers.is_empty() {
            0
        } else {
            self.clobber_sets.iter().position(|&s| s == set).map_or_else(
                || {
                    self.clobber_sets.push(set);
                    self.clobber_sets.len()
                },
                |i| i + 1,
            )
        };
        self.clobbers.push(u16::try_from(n).expect("few registers hold results"));
    }
    /// Ends a block. `args` go to the only successor's parameters.
    pub fn end_block(&mut self, params: &[Reg], succs: &[usize], args: &[Reg]) {
        self.block_ends.push(self.flags.len() as u32);
        self.succs.push(succs.iter().map(|&s| Block::new(s)).collect());
        self.params.push(params.iter().map(|r| r.vreg()).collect());
        self.args.push(args.iter().map(|r| r.vreg()).collect());
    }
    fn finish(&mut self) {
        self.preds = vec![SmallVec::new(); self.succs.len()];
        for (b, succs) in self.succs.iter().enumerate() {
            for s in succs {
                self.preds[s.index()].push(Block::new(b));
            }
        }
        self.add_live_pointers();
    }
    /// Whether an instruction copies, and nothing else.
    fn copies(&self, inst: usize) -> bool {
        self.flags[inst] & IS_COPY != 0
    }
    fn operand_range(&self, inst: usize) -> std::ops::Range<usize> {
        let from = if inst == 0 { 0 } else { self.operand_ends[inst - 1] as usize };
        from..self.operand_ends[inst] as usize
    }
    fn block_range(&self, block: usize) -> std::ops::Range<usize> {
        let from = if block == 0 { 0 } else { self.block_ends[block - 1] as usize };
        from..self.block_ends[block] as usize
    }
}

impl Function for Problem {
    fn num_insts(&self) -> usize {
        self.flags.len()
    }
    fn num_blocks(&self) -> usize {
        self.block_ends.len()
    }
    fn entry_block(&self) -> Block {
        Block::new(0)
    }
    fn block_insns(&self, block: Block) -> InstRange {
        let r = self.block_range(block.index());
        InstRange::new(Inst::new(r.start), Inst::new(r.end))
    }
    fn block_succs(&self, block: Block) -> &[Block] {
        &self.succs[block.index()]
    }
    fn block_preds(&self, block: Block) -> &[Block] {
        &self.preds[block.index()]
    }
    fn block_params(&self, block: Block) -> &[VReg] {
        &self.params[block.index()]
    }
    fn is_ret(&self, inst: Inst) -> bool {
        self.flags[inst.index()] & IS_RET != 0
    }
    fn is_branch(&self, inst: Inst) -> bool {
        self.flags[inst.index()] & IS_BRANCH != 0
    }
    fn branch_blockparams(&self, block: Block, _: Inst, _: usize) -> &[VReg] {
        &self.args[block.index()]
    }
    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        &self.operands[self.operand_range(inst.index())]
    }
    fn inst_clobbers(&self, inst: Inst) -> PRegSet {
        match self.clobbers[inst.index()] {
            0 => PRegSet::empty(),
            n => self.clobber_sets[n as usize - 1],
        }
    }
    fn num_vregs(&self) -> usize {
        self.num_vregs
    }
    fn spillslot_size(&self, class: RegClass) -> usize {
        if class == RegClass::Float { self.float_words } else { 1 }
    }
}

/// The registers that may be allocated.
pub struct Env(MachineEnv);

impl Env {
    /// Integer and float registers, preferred ones first.
    pub fn new(preferred: &[Reg], others: &[Reg]) -> Env {
        let set = |regs: &[Reg], float: bool| {
            regs.iter().filter(|r| r.is_float() == float).map(|&r| preg(r)).collect::<PRegSet>()
        };
        Env(MachineEnv {
            preferred_regs_by_class: [set(preferred, false), set(preferred, true), PRegSet::empty()],
            non_preferred_regs_by_class: [set(others, false), set(others, true), PRegSet::empty()],
            scratch_by_class: [None, None, None],
            fixed_stack_slots: Vec::new(),
        })
    }
}

/// Memory that allocations reuse; one a thread.
#[derive(Default)]
pub struct Context(regalloc2::Ctx);

/// The places of everything.
pub struct Solution {
    /// Number of word-sized spill slots.
    pub spill_slots: usize,
    edits: Vec<(ProgPoint, Edit)>,
    allocs: Vec<Allocation>,
    offsets: Vec<u32>,
    /// The virtual register of each operand, if the result is to be checked.
    values: Vec<u32>,
}

/// A move that the allocator wants.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// Source place.
    pub from: Reg,
    /// Target place.
    pub to: Reg,
}

/// Allocates registers. With `check`, a symbolic replay verifies the result.
pub fn allocate(p: &mut Problem, env: &Env, ctx: &mut Context, check: bool) -> Result<Solution, String> {
    p.finish();
    let options = regalloc2::RegallocOptions { validate_ssa: check, ..Default::default() };
    let out = regalloc2::run_with_ctx(p, &env.0, &options, &mut ctx.0).map_err(|e| format!("{e:?}"))?;
    if check {
        let mut checker = regalloc2::checker::Checker::new(p, &env.0);
        checker.prepare(out);
        checker.run().map_err(|e| format!("register allocation is wrong: {e:?}"))?;
    }
    // This knows which instructions copy, and the checker does not: the replay of stack maps does.
    let mut out = out.clone();
    webs::slots(p, &mut out);
    Ok(Solution {
        spill_slots: out.num_spillslots,
        edits: out.edits,
        allocs: out.allocs,
        offsets: out.inst_alloc_offsets,
        values: if check { p.operands.iter().map(|o| o.vreg().vreg() as u32).collect() } else { Vec::new() },
    })
}

impl Solution {
    fn range(&self, inst: usize) -> std::ops::Range<usize> {
        let to = self.offsets.get(inst + 1).map_or(self.allocs.len(), |&o| o as usize);
        self.offsets[inst] as usize..to
    }
    fn places(&self, inst: usize) -> &[Allocation] {
        &self.allocs[self.range(inst)]
    }
    /// The virtual registers of an instruction's operands, then those of the pointers that are live across it. Only if the
    /// allocation was checked.
    pub fn values(&self, inst: usize) -> &[u32] {
        &self.values[self.range(inst)]
    }
    /// Writes the places of an instruction's operands back; `visit` as given to [`Problem::inst`]. Returns the places of
    /// the pointers that are live across it, if it is a safepoint.
    pub fn apply(&self, inst: usize, visit: impl FnOnce(&mut Operands)) -> impl Iterator<Item = Reg> {
        let places = self.places(inst);
        // Operands come in the order in which they were collected.
        let mut next = 0;
        let mut write = |_, _, r: &mut Reg| {
            *r = Reg::from_allocation(places[next], r.is_float());
            next += 1;
        };
        visit(&mut Operands::new(&mut write, &mut |_| {}));
        places[next..].iter().map(|&p| Reg::from_allocation(p, false))
    }
    /// An instruction's operands, which still have their own names, and where they are.
    pub fn named(&self, inst: usize, visit: impl FnOnce(&mut Operands)) -> Vec<(Role, Reg, Reg)> {
        let mut places = self.places(inst).iter();
        let mut out = Vec::new();
        let mut each = |role, _, r: &mut Reg| {
            let place = places.next().map(|&p| Reg::from_allocation(p, r.is_float()));
            out.extend(place.map(|place| (role, *r, place)));
        };
        visit(&mut Operands::new(&mut each, &mut |_| {}));
        out
    }
    /// Whether moves come before or after instruction `inst`.
    pub fn has_moves(&self, inst: usize) -> bool {
        let from = self.edits.partition_point(|e| e.0 < ProgPoint::before(Inst::new(inst)));
        self.edits.get(from).is_some_and(|e| e.0 <= ProgPoint::after(Inst::new(inst)))
    }
    /// The moves before and after each instruction from `inst` on, in program order.
    pub fn cursor(&self, inst: usize) -> MoveCursor<'_> {
        let from = self.edits.partition_point(|e| e.0 < ProgPoint::before(Inst::new(inst)));
        MoveCursor { edits: &self.edits[from..] }
    }
}

/// Hands out moves in program order.
pub struct MoveCursor<'a> {
    edits: &'a [(ProgPoint, Edit)],
}

impl MoveCursor<'_> {
    /// Calls `f` for the moves that come before instruction `inst` and were not handed out yet.
    pub fn before(&mut self, inst: usize, f: impl FnMut(Move)) {
        self.upto(ProgPoint::before(Inst::new(inst)), f)
    }
    /// The same for those right behind it.
    pub fn after(&mut self, inst: usize, f: impl FnMut(Move)) {
        self.upto(ProgPoint::after(Inst::new(inst)), f)
    }
    fn upto(&mut self, point: ProgPoint, mut f: impl FnMut(Move)) {
        while let Some((at, Edit::Move { from, to })) = self.edits.first() {
            if *at > point {
                break;
            }
            self.edits = &self.edits[1..];
            let float = [from, to].iter().any(|a| a.as_reg().is_some_and(|p| p.class() == RegClass::Float));
            f(Move { from: Reg::from_allocation(*from, float), to: Reg::from_allocation(*to, float) });
        }
    }
}
