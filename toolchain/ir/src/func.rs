//! A function in SSA form with block parameters.
use crate::{IndexVec, Op, Ty, op::Callee, sig::SigId};
use smallvec::SmallVec;
use syntax::{Pos, Sym};

crate::entity! {
    /// A basic block. Block 0 is the entry; its parameters are the function's (`Sig::param_tys`).
    Block = "b";
    /// An SSA value.
    Value = "v";
    /// An instruction.
    Inst = "i";
    /// A stack object of the frame.
    Slot = "s";
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueDef {
    /// The `n`th result of an instruction.
    Inst(Inst, u32),
    /// The `n`th parameter of a block.
    Param(Block, u32),
    /// Replaced by another value; `Func::resolve` follows.
    Alias(Value),
}

/// A value: its kind and its definition.
#[derive(Clone, Copy, Debug)]
pub struct ValueData {
    /// Kind.
    pub ty: Ty,
    /// Definition.
    pub def: ValueDef,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct InstData {
    /// What it does.
    pub op: Op,
    /// Operands.
    pub args: SmallVec<[Value; 3]>,
    /// Defined values.
    pub results: SmallVec<[Value; 1]>,
    /// Source position, for line tables and messages.
    pub pos: Pos,
    /// Index + 1 into `Func::inlined`: the inlined call this came from; 0 = this function's own.
    pub inl: u32,
}

/// A jump target with the arguments for its block parameters.
#[derive(Clone, Hash, Debug)]
pub struct BlockCall {
    /// Target.
    pub block: Block,
    /// One argument for each parameter of the target.
    pub args: SmallVec<[Value; 2]>,
}

/// How a block ends.
#[derive(Clone, Hash, Debug)]
pub enum Term {
    /// Not yet ended (only while building).
    None,
    /// Jump.
    Jump(BlockCall),
    /// `cond` (i8) != 0 ? then : else. `likely`: Some(true) = then.
    Br { cond: Value, then: BlockCall, els: BlockCall, likely: Option<bool> },
    /// Dispatch on an integer: case values (sign-extended, distinct), targets have no arguments.
    Switch { value: Value, cases: Vec<(i64, Block)>, default: Block },
    /// Return; operands as `Sig::ret_tys`.
    Ret(SmallVec<[Value; 4]>),
    /// Pop the frame and jump. Operands as of `Op::Call`; memory results are the caller's own.
    TailCall { callee: Callee, sig: SigId, args: SmallVec<[Value; 4]> },
    /// Control never gets here (after a call that does not return).
    Unreachable,
}

/// A block.
#[derive(Clone, Debug)]
pub struct BlockData {
    /// Parameters.
    pub params: SmallVec<[Value; 2]>,
    /// Instructions in order.
    pub insts: Vec<Inst>,
    /// The end.
    pub term: Term,
    /// Position of the terminator.
    pub term_pos: Pos,
    /// Rarely executed (panics, slow paths): laid out last.
    pub cold: bool,
    /// Header of a loop that runs so few rounds that none of them polls.
    pub counted: bool,
}

/// A stack object: an address-taken or aggregate local. Where the collector might see pointers in it that nobody has written yet, the function's
/// prologue zeroes it.
#[derive(Clone, Debug)]
pub struct SlotData {
    /// Bytes.
    pub size: u32,
    /// Alignment, at most 16.
    pub align: u32,
    /// Which words hold pointers.
    pub ptrs: std::sync::Arc<crate::PtrMap>,
    /// Whether the prologue zeroes all of it in any case.
    pub zeroed: bool,
    /// Variable's name, for dumps.
    pub name: Sym,
}

/// A call that was inlined.
#[derive(Clone, Debug)]
pub struct InlinedCall {
    /// Index + 1 of the call this one was inlined into; 0 = the function itself.
    pub parent: u32,
    /// The callee's display name.
    pub name: Sym,
    /// Line of the callee's declaration.
    pub start: Pos,
    /// Where it was called.
    pub call_pos: Pos,
    /// The callee is a wrapper: invisible to tracebacks and recover.
    pub wrapper: bool,
}

/// Properties of a function. Plain bools: read by name everywhere.
#[derive(Clone, Copy, Hash, Debug, Default)]
pub struct FuncFlags {
    /// No stack check, no polls.
    pub nosplit: bool,
    /// Method wrapper or the like: invisible to tracebacks and recover.
    pub wrapper: bool,
    /// ABI wrapper (implies the properties of `wrapper`).
    pub abiwrapper: bool,
    /// `//go:noinline`, or it contains recover/defer and must keep its frame.
    pub noinline: bool,
    /// Contains defer: results and captured variables are in slots before anything that may panic.
    pub has_defer: bool,
    /// Calls recover().
    pub has_recover: bool,
    /// Runs on g0 or without g: no calls to hooks that need a goroutine.
    pub systemstack: bool,
    /// Bottom of a goroutine's stack.
    pub topframe: bool,
    /// `runtime.deferreturn` itself.
    pub deferreturn: bool,
    /// `//go:uintptrkeepalive` / `uintptrescapes`: callers keep alive what uintptr arguments were converted from, so it is
    /// not inlined.
    pub uintptrescapes: bool,
    /// Pointer arguments do not escape (`//go:noescape`, for functions without Go body).
    pub noescape: bool,
    /// Never returns normally.
    pub noreturn: bool,
    /// Ways through it are not counted for a fuzzer, nor those through what is inlined into it.
    pub uncounted: bool,
}

/// What stands behind a function's symbol.
#[derive(Clone, Debug)]
pub enum Body {
    /// IR.
    Ssa,
    /// A hook: an entry stub is generated that calls this Rust symbol on g0 (`rt_hookcall`).
    Hook { symbol: String },
    /// Defined in assembly (or a C-less runtime routine) under this link name, with the ABI of its signature.
    Asm { symbol: String },
    /// Machine code, of ABI0.
    Native(std::sync::Arc<crate::native::Native>),
}

/// A function.
#[derive(Clone, Debug)]
pub struct Func {
    /// Link name as Go spells it: `pkg/path.Func`, `pkg.(*T).Method`, `pkg.Func.func1`, `pkg.Func[...]`.
    pub name: Sym,
    /// Signature.
    pub sig: SigId,
    /// Position of the declaration.
    pub pos: Pos,
    /// Flags.
    pub flags: FuncFlags,
    /// What kind of body.
    pub body: Body,
    /// Blocks; `Block(0)` is the entry.
    pub blocks: IndexVec<Block, BlockData>,
    /// Values.
    pub values: IndexVec<Value, ValueData>,
    /// Instructions (also those no longer in a block).
    pub insts: IndexVec<Inst, InstData>,
    /// Stack objects.
    pub slots: IndexVec<Slot, SlotData>,
    /// Inlined calls.
    pub inlined: Vec<InlinedCall>,
    /// Where recovery resumes: a block without parameters that calls `runtime.deferreturn`, loads the results from slots
    /// and returns. It is reached with no value live: everything it uses is in slots. Counts as a root beside the entry.
    pub defer_return: Option<Block>,
    /// Open-coded defers: slot of the bitmask (1 byte) and slot of the closures (pointer array), count.
    pub open_defers: Option<(Slot, Slot, u32)>,
    /// Parameters that are lengths or capacities, with the bytes of an element: of what exists, so they are not negative.
    pub lengths: Vec<(Value, u64)>,
}

impl Func {
    /// A function with an empty entry block whose parameters have kinds `params`.
    pub fn new(name: Sym, sig: SigId, params: &[Ty], pos: Pos) -> Func {
        let mut f = Func {
            name,
            sig,
            pos,
            flags: FuncFlags::default(),
            body: Body::Ssa,
            blocks: IndexVec::new(),
            values: IndexVec::new(),
            insts: IndexVec::new(),
            slots: IndexVec::new(),
            inlined: Vec::new(),
            defer_return: None,
            open_defers: None,
            lengths: Vec::new(),
        };
        let entry = f.new_block();
        for &ty in params {
            f.add_param(entry, ty);
        }
        f
    }
    /// Appends an empty block.
    pub fn new_block(&mut self) -> Block {
        self.blocks.push(BlockData {
            params: SmallVec::new(),
            insts: Vec::new(),
            term: Term::None,
            term_pos: Pos::NONE,
            cold: false,
            counted: false,
        })
    }
    /// Adds a parameter to a block.
    pub fn add_param(&mut self, block: Block, ty: Ty) -> Value {
        let n = self.blocks[block].params.len() as u32;
        let v = self.values.push(ValueData { ty, def: ValueDef::Param(block, n) });
        self.blocks[block].params.push(v);
        v
    }
    /// Creates an instruction with results of kinds `tys`, not yet in a block.
    pub fn make_inst(&mut self, op: Op, args: &[Value], tys: &[Ty], pos: Pos) -> Inst {
        let inst = self.insts.next_id();
        let results = tys
            .iter()
            .enumerate()
            .map(|(i, &ty)| self.values.push(ValueData { ty, def: ValueDef::Inst(inst, i as u32) }))
            .collect();
        self.insts.push(InstData { op, args: SmallVec::from_slice(args), results, pos, inl: 0 })
    }
    /// Appends an instruction to a block.
    pub fn push_inst(&mut self, block: Block, op: Op, args: &[Value], tys: &[Ty], pos: Pos) -> Inst {
        let inst = self.make_inst(op, args, tys, pos);
        self.blocks[block].insts.push(inst);
        inst
    }
    /// Adds a stack object.
    pub fn new_slot(
        &mut self,
        size: u32,
        align: u32,
        ptrs: std::sync::Arc<crate::PtrMap>,
        name: Sym,
    ) -> Slot {
        self.slots.push(SlotData { size, align, ptrs, zeroed: false, name })
    }
    /// Follows aliases.
    pub fn resolve(&self, mut v: Value) -> Value {
        while let ValueDef::Alias(w) = self.values[v].def {
            v = w;
        }
        v
    }
    /// The kind of a value.
    pub fn ty(&self, v: Value) -> Ty {
        self.values[v].ty
    }
    /// Makes `v` another name of `to`.
    pub fn alias(&mut self, v: Value, to: Value) {
        debug_assert_ne!(self.resolve(to), v);
        self.values[v].def = ValueDef::Alias(to);
    }
}

impl Term {
    /// The jumps out of this end, in order.
    pub fn targets(&self) -> SmallVec<[Block; 2]> {
        match self {
            Term::Jump(t) => smallvec::smallvec![t.block],
            Term::Br { then, els, .. } => smallvec::smallvec![then.block, els.block],
            Term::Switch { cases, default, .. } => {
                cases.iter().map(|c| c.1).chain(std::iter::once(*default)).collect()
            }
            _ => SmallVec::new(),
        }
    }
}

impl Term {
    /// Calls `f` on every operand.
    pub fn for_each_arg(&self, mut f: impl FnMut(Value)) {
        match self {
            Term::None | Term::Unreachable => {}
            Term::Jump(t) => t.args.iter().for_each(|&v| f(v)),
            Term::Br { cond, then, els, .. } => {
                f(*cond);
                then.args.iter().chain(&els.args).for_each(|&v| f(v));
            }
            Term::Switch { value, .. } => f(*value),
            Term::Ret(args) => args.iter().for_each(|&v| f(v)),
            Term::TailCall { args, .. } => args.iter().for_each(|&v| f(v)),
        }
    }
    /// Calls `f` on every operand, to change it.
    pub fn for_each_arg_mut(&mut self, mut f: impl FnMut(&mut Value)) {
        match self {
            Term::None | Term::Unreachable => {}
            Term::Jump(t) => t.args.iter_mut().for_each(f),
            Term::Br { cond, then, els, .. } => {
                f(cond);
                then.args.iter_mut().chain(&mut els.args).for_each(f);
            }
            Term::Switch { value, .. } => f(value),
            Term::Ret(args) => args.iter_mut().for_each(f),
            Term::TailCall { args, .. } => args.iter_mut().for_each(f),
        }
    }
    /// Calls `f` on every jump that carries arguments, to change it.
    pub fn for_each_call_mut(&mut self, mut f: impl FnMut(&mut BlockCall)) {
        match self {
            Term::Jump(t) => f(t),
            Term::Br { then, els, .. } => {
                f(then);
                f(els);
            }
            _ => {}
        }
    }
    /// Replaces jump targets.
    pub fn retarget(&mut self, mut f: impl FnMut(Block) -> Block) {
        match self {
            Term::Jump(t) => t.block = f(t.block),
            Term::Br { then, els, .. } => {
                then.block = f(then.block);
                els.block = f(els.block);
            }
            Term::Switch { cases, default, .. } => {
                cases.iter_mut().for_each(|c| c.1 = f(c.1));
                *default = f(*default);
            }
            _ => {}
        }
    }
}

impl Func {
    /// Blocks from which control can start: the entry, and the point where recovery resumes.
    pub fn roots(&self) -> impl Iterator<Item = Block> + use<> {
        std::iter::once(Block(0)).chain(self.defer_return.filter(|b| b.0 != 0))
    }
    /// Rewrites all operands to what they are aliases of; afterwards no operand is an alias.
    pub fn apply_aliases(&mut self) {
        let Func { blocks, values, insts, .. } = self;
        let resolve = |v: &mut Value| {
            while let ValueDef::Alias(w) = values[*v].def {
                *v = w;
            }
        };
        for block in blocks.iter_mut() {
            for &inst in &block.insts {
                insts[inst].args.iter_mut().for_each(resolve);
            }
            block.term.for_each_arg_mut(resolve);
        }
    }
    /// The instruction that defines `v`, if one does.
    pub fn def_inst(&self, v: Value) -> Option<&InstData> {
        match self.values[self.resolve(v)].def {
            ValueDef::Inst(i, _) => Some(&self.insts[i]),
            _ => None,
        }
    }
    /// The value of an integer constant.
    pub fn as_const(&self, v: Value) -> Option<i64> {
        match self.def_inst(v)?.op {
            crate::Op::Iconst(c) => Some(c),
            _ => None,
        }
    }
}
