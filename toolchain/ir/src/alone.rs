//! A function by itself: what it becomes can be kept for other builds, in which everything around it has other numbers.
//!
//! [`Alone::new`] copies a function so that it speaks of symbols, signatures and positions by numbers of its own, in the order in which it
//! mentions them. [`Alone::digest`] is then all of it: functions with equal digests become the same, if the program gives equal answers
//! to what is asked meanwhile ([`crate::view`]). Questions and answers are noted in the function's own numbers, in order, and so is what
//! they bring in: a symbol that an answer names first has the next number. Whoever finds the result of another build asks the same
//! questions again ([`Names::replay`]); if each has the answer that it had, the numbers stand for the same things, and the result is right.
use crate::func::{Body, InlinedCall};
use crate::op::Callee;
use crate::view::{Answer, Question, View};
use crate::{
    Block, BlockData, DataId, Func, FuncId, IndexVec, Inst, InstData, Op, Program, Sig, SigId, SlotData,
    SymRef, Term, Value, ValueData, ValueDef,
};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use syntax::{Pos, Sym};

/// A function with numbers of its own.
pub struct Alone {
    /// The function.
    pub func: Func,
    /// What its numbers stand for.
    pub names: Names,
}

/// Things by numbers, in the order in which they came.
struct Table<T> {
    all: Vec<T>,
    numbers: FxHashMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table { all: Vec::new(), numbers: FxHashMap::default() }
    }
}

impl<T: Copy + Eq + Hash> Table<T> {
    fn number(&mut self, thing: T) -> u32 {
        let next = self.all.len() as u32;
        let n = *self.numbers.entry(thing).or_insert(next);
        if n == next {
            self.all.push(thing);
        }
        n
    }
}

/// What a function's own numbers stand for in the program, and what was asked.
#[derive(Default)]
pub struct Names {
    /// Symbols: functions and data in one row.
    symbols: RefCell<Table<SymRef>>,
    sigs: RefCell<Table<SigId>>,
    /// Positions, from number 1 on.
    places: RefCell<Table<Pos>>,
    asked: RefCell<Asked>,
}

#[derive(Default)]
struct Asked {
    known: FxHashMap<Question, Answer>,
    /// In order.
    log: Vec<(Question, Answer)>,
}

impl Names {
    /// The program's signature.
    pub(crate) fn sig(&self, id: SigId) -> SigId {
        self.sigs.borrow().all[id.0 as usize]
    }
    /// The program's symbol, if there is one with this number, of this kind.
    pub fn symbol(&self, symbol: SymRef) -> Option<SymRef> {
        let (SymRef::Func(FuncId(n)) | SymRef::Data(DataId(n))) = symbol;
        let found = *self.symbols.borrow().all.get(n as usize)?;
        let same = matches!(found, SymRef::Func(_)) == matches!(symbol, SymRef::Func(_));
        same.then_some(found)
    }
    /// The program's function.
    pub fn func(&self, f: FuncId) -> Option<FuncId> {
        match self.symbol(SymRef::Func(f)) {
            Some(SymRef::Func(f)) => Some(f),
            _ => None,
        }
    }
    fn data(&self, d: DataId) -> Option<DataId> {
        match self.symbol(SymRef::Data(d)) {
            Some(SymRef::Data(d)) => Some(d),
            _ => None,
        }
    }
    /// The position in the program's sources.
    pub fn place(&self, pos: Pos) -> Option<Pos> {
        match pos.0.checked_sub(1) {
            None => Some(pos),
            Some(n) => self.places.borrow().all.get(n as usize).copied(),
        }
    }
    fn own_symbol(&self, symbol: SymRef) -> SymRef {
        let n = self.symbols.borrow_mut().number(symbol);
        match symbol {
            SymRef::Func(_) => SymRef::Func(FuncId(n)),
            SymRef::Data(_) => SymRef::Data(DataId(n)),
        }
    }
    fn own_func(&self, f: FuncId) -> FuncId {
        FuncId(self.symbols.borrow_mut().number(SymRef::Func(f)))
    }
    fn own_data(&self, d: DataId) -> DataId {
        DataId(self.symbols.borrow_mut().number(SymRef::Data(d)))
    }
    fn own_sig(&self, id: SigId) -> SigId {
        SigId(self.sigs.borrow_mut().number(id))
    }
    fn own_place(&self, pos: Pos) -> Pos {
        if pos.is_none() { pos } else { Pos(self.places.borrow_mut().number(pos) + 1) }
    }

    /// A question in the program's numbers; `None`: it is about something that is not there.
    fn outward(&self, question: &Question) -> Option<Question> {
        Some(match question {
            Question::Section(d) => Question::Section(self.data(*d)?),
            Question::ReadOnly(d, off, size) => Question::ReadOnly(self.data(*d)?, *off, *size),
            Question::Zero(d, off, size) => Question::Zero(self.data(*d)?, *off, *size),
            Question::Load(d, off, size) => Question::Load(self.data(*d)?, *off, *size),
            Question::FuncValue(d) => Question::FuncValue(self.data(*d)?),
            Question::Destroys(f) => Question::Destroys(self.func(*f)?),
            Question::Settled(d) => Question::Settled(self.data(*d)?),
            Question::Sig(f) => Question::Sig(self.func(*f)?),
            Question::Helper(_) | Question::WriteBarrier => question.clone(),
        })
    }
    /// An answer in our own numbers.
    fn inward(&self, answer: Answer) -> Answer {
        match answer {
            Answer::Address(symbol, addend) => Answer::Address(self.own_symbol(symbol), addend),
            Answer::Func(f) => Answer::Func(self.own_func(f)),
            Answer::Sig(sig, content) => Answer::Sig(self.own_sig(sig), content),
            Answer::Data(d) => Answer::Data(self.own_data(d)),
            Answer::No | Answer::Yes | Answer::Section(_) | Answer::Bytes(_) | Answer::Registers(_) => answer,
        }
    }
    /// Asks for the function's passes.
    pub(crate) fn ask(&self, question: Question, answer: impl FnOnce(&Question) -> Answer) -> Answer {
        if let Some(known) = self.asked.borrow().known.get(&question) {
            return known.clone();
        }
        let out = self.outward(&question).expect("passes ask about what they know");
        let answer = self.inward(answer(&out));
        let mut asked = self.asked.borrow_mut();
        asked.log.push((question.clone(), answer.clone()));
        asked.known.insert(question, answer.clone());
        answer
    }
    /// What was asked, in order.
    pub fn log(&self) -> Vec<(Question, Answer)> {
        self.asked.borrow().log.clone()
    }
    /// Whether the program gives these answers to these questions, asked by a function of which nothing was asked yet.
    pub fn replay(&self, view: &View, log: &[(Question, Answer)]) -> bool {
        log.iter().all(|(question, answer)| {
            self.outward(question).is_some_and(|q| self.inward(view.answer(&q)) == *answer)
        })
    }
    /// Forgets what a replay brought in beyond the function's own symbols and signatures.
    pub fn rewind(&self, mark: (usize, usize)) {
        let mut symbols = self.symbols.borrow_mut();
        while symbols.all.len() > mark.0 {
            let last = symbols.all.pop().expect("there is one");
            symbols.numbers.remove(&last);
        }
        let mut sigs = self.sigs.borrow_mut();
        while sigs.all.len() > mark.1 {
            let last = sigs.all.pop().expect("there is one");
            sigs.numbers.remove(&last);
        }
    }
    /// The text of the function as its passes leave it, with the program's numbers and positions, and the names that `original`, the
    /// program's own function, has for slots and inlined calls.
    pub(crate) fn text(&self, f: &Func, original: &Func) -> String {
        let place = |pos: &mut Pos| *pos = self.place(*pos).unwrap_or(Pos::NONE);
        let mut f = f.clone();
        f.sig = self.sig(f.sig);
        place(&mut f.pos);
        for d in f.insts.iter_mut() {
            d.op = op_with(&d.op, &Outward(self));
            place(&mut d.pos);
        }
        for b in f.blocks.iter_mut() {
            b.term = term_with(&b.term, &Outward(self));
            place(&mut b.term_pos);
        }
        f.inlined.clone_from(&original.inlined);
        // Passes make slots behind those that were there.
        f.slots.iter_mut().zip(original.slots.iter()).for_each(|(s, own)| s.name = own.name);
        f.to_string()
    }
    /// A text in which symbols stand as Rust's `Debug` shows them, with the program's numbers.
    pub(crate) fn outward_text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = ["Func(f", "Data(d"].iter().filter_map(|kind| rest.find(kind)).min() {
            let (before, number) = rest.split_at(at + "Func(f".len());
            let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
            let symbol = number[..end].parse().ok().and_then(|n| {
                let func = before.ends_with("Func(f");
                self.symbol(if func { SymRef::Func(FuncId(n)) } else { SymRef::Data(DataId(n)) })
            });
            out += before;
            match symbol {
                Some(SymRef::Func(FuncId(n)) | SymRef::Data(DataId(n))) => out += &n.to_string(),
                None => out += &number[..end],
            }
            rest = &number[end..];
        }
        out + rest
    }
    /// How many symbols and signatures there are.
    pub fn mark(&self) -> (usize, usize) {
        (self.symbols.borrow().all.len(), self.sigs.borrow().all.len())
    }
}

/// What a copy of a function needs: new numbers for values and instructions that are still in a block.
struct Copying<'a> {
    from: &'a Func,
    to: Func,
    names: Names,
    values: Vec<Option<Value>>,
}

impl Alone {
    /// Copies a function with IR; what is in no block is left out. `None` if it uses what is defined nowhere.
    pub fn new(f: &Func) -> Option<Alone> {
        // Each field has its place in the copy and in the digest.
        let Func {
            name,
            sig,
            pos,
            flags,
            body,
            blocks,
            values,
            insts: _,
            slots,
            inlined,
            defer_return,
            open_defers,
            lengths,
        } = f;
        if !matches!(body, Body::Ssa) {
            return None;
        }
        let names = Names::default();
        let to = Func {
            name: *name,
            sig: names.own_sig(*sig),
            pos: names.own_place(*pos),
            flags: *flags,
            body: Body::Ssa,
            blocks: IndexVec::new(),
            values: IndexVec::new(),
            insts: IndexVec::new(),
            slots: slots
                .iter()
                .map(|s| SlotData { name: Sym::default(), ..s.clone() })
                .collect::<Vec<_>>()
                .into(),
            inlined: inlined.iter().map(|c| alone_call(&names, c)).collect(),
            defer_return: *defer_return,
            open_defers: *open_defers,
            lengths: lengths.clone(),
        };
        let mut copy = Copying { from: f, to, names, values: vec![None; values.len()] };
        copy.define(blocks);
        copy.use_values()?;
        Some(Alone { func: copy.to, names: copy.names })
    }

    /// All that the function is.
    pub fn digest(&self, program: &Program) -> Vec<u8> {
        let mut out = Digest(Vec::with_capacity(64 + 16 * self.func.insts.len()));
        digest(&self.func, &mut out);
        let view = View::new(program).of(&self.names);
        let sigs = self.names.sigs.borrow().all.len();
        sigs.hash(&mut out);
        (0..sigs).for_each(|n| view.sig(SigId(n as u32)).hash(&mut out));
        out.0
    }
}

/// What tables need of an inlined call (its name and its line) they take from the program's own function.
fn alone_call(names: &Names, c: &InlinedCall) -> InlinedCall {
    let InlinedCall { parent, name: _, start: _, call_pos, wrapper } = *c;
    let call_pos = names.own_place(call_pos);
    InlinedCall { parent, name: Sym::default(), start: Pos::NONE, call_pos, wrapper }
}

impl Copying<'_> {
    /// Blocks, instructions and values, with operands as they were.
    fn define(&mut self, blocks: &IndexVec<Block, BlockData>) {
        for (b, data) in blocks.iter_enumerated() {
            let BlockData { params, insts, term, term_pos, cold, counted } = data;
            let params = params.iter().enumerate();
            let params = params.map(|(n, &v)| self.value(v, ValueDef::Param(b, n as u32))).collect();
            let insts = insts.iter().map(|&i| self.inst(&self.from.insts[i])).collect();
            let (term, term_pos) = (term_with(term, &Inward(&self.names)), self.names.own_place(*term_pos));
            self.to.blocks.push(BlockData { params, insts, term, term_pos, cold: *cold, counted: *counted });
        }
    }
    fn value(&mut self, old: Value, def: ValueDef) -> Value {
        let new = self.to.values.push(ValueData { ty: self.from.ty(old), def });
        self.values[old.0 as usize] = Some(new);
        new
    }
    fn inst(&mut self, data: &InstData) -> Inst {
        let InstData { op, args, results, pos, inl } = data;
        let inst = self.to.insts.next_id();
        let results = results.iter().enumerate();
        let results = results.map(|(n, &v)| self.value(v, ValueDef::Inst(inst, n as u32))).collect();
        let (op, pos) = (op_with(op, &Inward(&self.names)), self.names.own_place(*pos));
        self.to.insts.push(InstData { op, args: args.clone(), results, pos, inl: *inl })
    }
    /// Puts the new values in place of the old ones.
    fn use_values(&mut self) -> Option<()> {
        let Copying { from, to, values, .. } = self;
        let mut fine = true;
        let mut renamed = |v: &mut Value| match values[from.resolve(*v).0 as usize] {
            Some(new) => *v = new,
            None => fine = false,
        };
        to.insts.iter_mut().flat_map(|d| &mut d.args).for_each(&mut renamed);
        to.lengths.iter_mut().for_each(|l| renamed(&mut l.0));
        to.blocks.iter_mut().for_each(|b| b.term.for_each_arg_mut(&mut renamed));
        fine.then_some(())
    }
}

/// Other numbers for symbols and signatures.
trait Numbers {
    fn symbol(&self, symbol: SymRef) -> SymRef;
    fn sig(&self, sig: SigId) -> SigId;

    fn func(&self, f: FuncId) -> FuncId {
        match self.symbol(SymRef::Func(f)) {
            SymRef::Func(f) => f,
            SymRef::Data(_) => unreachable!("functions stay functions"),
        }
    }
    fn data(&self, d: DataId) -> DataId {
        match self.symbol(SymRef::Data(d)) {
            SymRef::Data(d) => d,
            SymRef::Func(_) => unreachable!("data stays data"),
        }
    }
    fn callee(&self, callee: Callee) -> Callee {
        match callee {
            Callee::Static(f) => Callee::Static(self.func(f)),
            Callee::Closure | Callee::Code => callee,
        }
    }
}

/// The function's own.
struct Inward<'a>(&'a Names);

impl Numbers for Inward<'_> {
    fn symbol(&self, symbol: SymRef) -> SymRef {
        self.0.own_symbol(symbol)
    }
    fn sig(&self, sig: SigId) -> SigId {
        self.0.own_sig(sig)
    }
}

/// The program's.
struct Outward<'a>(&'a Names);

impl Numbers for Outward<'_> {
    fn symbol(&self, symbol: SymRef) -> SymRef {
        self.0.symbol(symbol).expect("passes know no other symbols")
    }
    fn sig(&self, sig: SigId) -> SigId {
        self.0.sig(sig)
    }
}

fn term_with(term: &Term, numbers: &impl Numbers) -> Term {
    match term {
        Term::TailCall { callee, sig, args } => {
            Term::TailCall { callee: numbers.callee(*callee), sig: numbers.sig(*sig), args: args.clone() }
        }
        Term::None
        | Term::Jump(_)
        | Term::Br { .. }
        | Term::Switch { .. }
        | Term::Ret(_)
        | Term::Unreachable => term.clone(),
    }
}

/// An operation with other numbers. Every one is listed: who adds one with a number of the program's has to say so here.
#[rustfmt::skip]
fn op_with(op: &Op, numbers: &impl Numbers) -> Op {
    let typ = |t: &Option<DataId>| t.map(|t| numbers.data(t));
    match op {
        Op::Sym(symbol, off) => Op::Sym(numbers.symbol(*symbol), *off),
        Op::MemCopy { size, align, typ: t } => Op::MemCopy { size: *size, align: *align, typ: typ(t) },
        Op::MemZero { size, align, typ: t } => Op::MemZero { size: *size, align: *align, typ: typ(t) },
        Op::New { typ, size, align, ptrs, name } => Op::New {
            typ: numbers.data(*typ),
            size: *size,
            align: *align,
            ptrs: ptrs.clone(),
            name: *name,
        },
        Op::Call { callee, sig } => Op::Call { callee: numbers.callee(*callee), sig: numbers.sig(*sig) },
        Op::Iconst(_) | Op::Fconst(_) | Op::SlotAddr(..) | Op::Add | Op::Sub | Op::Mul | Op::SDiv
        | Op::UDiv | Op::SRem | Op::URem | Op::And | Op::Or | Op::Xor | Op::Shl(_) | Op::LShr(_)
        | Op::AShr(_) | Op::RotL | Op::Neg | Op::Not | Op::Clz | Op::Ctz | Op::Popcnt | Op::Bswap
        | Op::UMulWide | Op::SMulHi | Op::UDivWide | Op::AddCarry | Op::SubBorrow | Op::FAdd
        | Op::FSub | Op::FMul | Op::FDiv | Op::FNeg | Op::FAbs | Op::FSqrt | Op::FCopysign
        | Op::FRound | Op::Fma | Op::Asked(_) | Op::Sext | Op::Zext | Op::Trunc | Op::SiToF | Op::UiToF
        | Op::FToSi | Op::FToUi | Op::FCvt | Op::Bitcast | Op::Icmp(_) | Op::Fcmp(_) | Op::Select
        | Op::PtrAdd | Op::NilCheck | Op::Load { .. } | Op::Store { .. } | Op::WriteBarrier { .. }
        | Op::AtomicLoad | Op::AtomicStore | Op::AtomicRmw(_) | Op::AtomicCas | Op::Poll
        | Op::BoundsCheck { .. } | Op::KeepAlive | Op::Escape | Op::Edge | Op::GetG | Op::GetClosure
        | Op::GetCallerPc | Op::GetCallerSp | Op::SpinHint | Op::Breakpoint => op.clone(),
    }
}

/// The content of a signature.
pub(crate) fn sig_content(sig: &Sig) -> Box<[u8]> {
    let mut out = Digest(Vec::new());
    sig.hash(&mut out);
    out.0.into()
}

/// Takes what is hashed as bytes that can be told apart again: numbers as they are long.
#[derive(Default)]
pub struct Digest(pub Vec<u8>);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        unreachable!("the bytes are the result")
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn write_u8(&mut self, n: u8) {
        self.0.push(n);
    }
    fn write_u16(&mut self, n: u16) {
        self.write_u64(n.into());
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }
    fn write_u64(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
    fn write_isize(&mut self, n: isize) {
        self.write_u64(n as u64);
    }
}

fn digest(f: &Func, out: &mut Digest) {
    // A new field has to find its place here.
    let Func {
        name,
        sig,
        pos,
        flags,
        body: _,
        blocks,
        values,
        insts,
        slots,
        inlined,
        defer_return,
        open_defers,
        lengths,
    } = f;
    name.as_str().hash(out);
    (sig, pos, flags, defer_return, open_defers, lengths).hash(out);
    // Where a value is defined its block or instruction says.
    values.len().hash(out);
    values.iter().for_each(|v| v.ty.hash(out));
    blocks.len().hash(out);
    for b in blocks.iter() {
        let BlockData { params, insts: all, term, term_pos, cold, counted } = b;
        (params, all.len(), term_pos, cold, counted).hash(out);
        for &i in all {
            let InstData { op, args, results, pos, inl } = &insts[i];
            match op {
                // Its name is a number that other processes do not know.
                Op::New { typ, size, align, ptrs, name } => {
                    std::mem::discriminant(op).hash(out);
                    (typ, size, align, ptrs).hash(out);
                    name.as_str().hash(out);
                }
                _ => op.hash(out),
            }
            (args, results, pos, inl).hash(out);
        }
        term.hash(out);
    }
    slots.len().hash(out);
    for s in slots.iter() {
        let SlotData { size, align, ptrs, zeroed, name: _ } = s;
        (size, align, ptrs, zeroed).hash(out);
    }
    inlined.len().hash(out);
    for c in inlined {
        let InlinedCall { parent, name: _, start: _, call_pos, wrapper } = c;
        (parent, call_pos, wrapper).hash(out);
    }
}
