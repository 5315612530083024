//! Emission: what all machines do alike between an instruction and the bytes of their encoders. Jumps and calls, switches,
//! and the cold code behind a function's blocks.
use super::addr::Addr;
use super::buf::{Buf, Label};
use super::frame::Frame;
use super::homes::Home;
use super::inst::{Any, SwitchInfo, Target};
use super::{Case, Cfi, Encode, Frames, Machine, regs};
use crate::fixup::FixupTarget;
use crate::isa::Calls;
use crate::regalloc::{Move, Reg};
use ir::{FuncId, SymRef};

/// Names of assembly routines that code calls without the Go calling convention.
pub mod routine {
    /// Gives way to the scheduler.
    pub const POLL: &str = "runtime.poll_slow";
    /// Grows the stack, with the closure context.
    pub const MORESTACK: &str = "runtime.morestack";
    /// Grows the stack.
    pub const MORESTACK_NOCTXT: &str = "runtime.morestack_noctxt";
    /// The write barrier.
    pub const WRITE_BARRIER: &str = "runtime.gcWriteBarrier";
    /// Enters the Rust runtime.
    pub const HOOKCALL: &str = "rt_hookcall";
}

/// Where a cold path finds a number that it passes on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Source {
    /// In a register or spill slot.
    Place(Reg),
    /// In memory.
    Mem(Addr),
    /// It is this one.
    Imm(i64),
}

impl Source {
    fn reads(&self, r: Reg) -> bool {
        match self {
            Source::Place(s) => *s == r,
            Source::Mem(a) => a.reads(r),
            Source::Imm(_) => false,
        }
    }
}

/// Code that is reached rarely, written behind the function's blocks.
pub enum Cold {
    /// The slow path of a poll; live pointers in registers and frame words.
    Poll {
        /// Its start.
        at: Label,
        /// Where it goes on.
        back: Label,
        /// Registers with live pointers.
        regs: u32,
        /// Words of the frame with live pointers.
        words: Vec<u32>,
    },
    /// Moves index and length to the panic's argument registers and calls it.
    Bounds {
        /// Its start.
        at: Label,
        /// The index.
        index: Source,
        /// The length.
        len: Source,
        /// The function that panics.
        panic: FuncId,
    },
    /// The slow path of a write barrier.
    Barrier {
        /// Its start.
        at: Label,
        /// Where it goes on.
        back: Label,
        /// What is to be overwritten.
        addr: Addr,
        /// Bytes.
        size: u32,
    },
}

/// State of one function's emission.
pub struct Emit<'a, M: Machine> {
    /// The bytes.
    pub buf: Buf<M>,
    /// The frame.
    pub frame: &'a Frame,
    /// Labels of the machine blocks.
    pub blocks: Vec<Label>,
    /// Cold code with the index of its line.
    pub colds: Vec<(Cold, usize)>,
    /// Whom it calls, for the stack check.
    pub calls: Vec<Calls>,
    /// Jump tables: table, targets.
    pub tables: Vec<(Label, Vec<Label>)>,
    /// Index of the current line, for cold code.
    pub line: usize,
    /// The block that follows in the layout.
    pub next_block: u32,
    /// Changes of debuggers' rules, with their marks.
    pub cfi: Vec<(u32, Cfi)>,
    /// Spill slots where parameters came in that nothing has been moved to yet.
    pub new_homes: Vec<Home>,
    /// The collector's "marking" flag.
    pub wb_flag: Option<SymRef>,
}

impl<'a, M: Frames> Emit<'a, M> {
    /// Starts a function.
    pub fn new(frame: &'a Frame) -> Emit<'a, M> {
        Emit {
            buf: Buf::default(),
            frame,
            blocks: Vec::new(),
            colds: Vec::new(),
            calls: Vec::new(),
            tables: Vec::new(),
            line: 0,
            next_block: u32::MAX,
            cfi: Vec::new(),
            new_homes: Vec::new(),
            wb_flag: None,
        }
    }
    /// Debuggers' rules change here.
    pub fn cfi(&mut self, c: Cfi) {
        let mark = self.buf.mark();
        self.cfi.push((mark, c));
    }

    /// A move of the allocator.
    pub fn mov(&mut self, m: Move) {
        if m.from != m.to {
            M::mov(self, m);
        }
    }
    /// To a block, unless it follows.
    pub fn jump_to(&mut self, block: u32) {
        if block != self.next_block {
            let l = self.blocks[block as usize];
            self.buf.jmp(l);
        }
    }
    /// Branches to `then` or else to `els`; `inverted` is the opposite of `branch`.
    pub fn branch(&mut self, branch: M::Branch, inverted: M::Branch, then: u32, els: u32) {
        if then == self.next_block {
            let l = self.blocks[els as usize];
            self.buf.branch(inverted, l);
        } else {
            let l = self.blocks[then as usize];
            self.buf.either(branch, inverted, l);
            self.jump_to(els);
        }
    }
    /// Records a callee for the stack check.
    fn note_call(&mut self, c: Calls) {
        if !self.calls.contains(&c) {
            self.calls.push(c);
        }
    }
    fn call(&mut self, t: &Target, jump: bool) {
        self.note_call(match t {
            Target::Func(f) => Calls::Func(*f),
            Target::Ext(name) => Calls::Ext(name.to_string()),
            _ => Calls::Indirect,
        });
        M::call(self, t, jump);
    }
    /// Removes the frame, and ends the function here with `end`.
    fn leave(&mut self, end: impl FnOnce(&mut Self)) {
        let rules = self.cfi.len();
        M::epilogue(self);
        let changed = self.cfi.len() > rules;
        end(self);
        if changed {
            self.cfi(Cfi::Restore);
        }
    }

    /// Writes one instruction.
    pub fn inst(&mut self, inst: &Any<M::Inst>) {
        match inst {
            Any::Args(_) | Any::Keep { .. } | Any::KeepSlot { .. } => {}
            Any::Move { dst, src } | Any::Stash { dst, src } => self.mov(Move { from: *src, to: *dst }),
            Any::Jump(to) | Any::EntryJump { then: to, .. } => self.jump_to(*to),
            Any::Switch(s) => self.switch(s),
            Any::Call(c) | Any::LeafCall(c, _) => self.call(&c.target, false),
            Any::TailCall(c) => self.leave(|e| e.call(&c.target, true)),
            Any::Ret(_) => self.leave(M::ret),
            Any::Poll { .. } => unreachable!("written with its stack map"),
            Any::Trap => M::trap(self),
            Any::Barrier { addr, size } => self.barrier(*addr, *size),
            Any::Own(i) => M::inst(self, i),
        }
    }

    /// A jump to the panic of a bounds check, which the machine's instruction takes with its own condition.
    pub fn bounds_failure(&mut self, index: Source, len: Source, panic: FuncId) -> Label {
        let at = self.buf.label();
        self.note_call(Calls::Func(panic));
        self.colds.push((Cold::Bounds { at, index, len, panic }, self.line));
        at
    }
    /// A poll with its live pointers.
    pub fn poll(&mut self, temp: Option<Reg>, regs: u32, words: Vec<u32>) {
        let (at, back) = (self.buf.label(), self.buf.label());
        match temp {
            Some(temp) => M::poll_with(self, temp, at),
            None => M::poll(self, at),
        }
        self.buf.bind(back);
        self.colds.push((Cold::Poll { at, back, regs, words }, self.line));
    }
    /// Nothing while the collector sleeps.
    fn barrier(&mut self, addr: Addr, size: u32) {
        let (at, back) = (self.buf.label(), self.buf.label());
        let flag = self.wb_flag.map_or(FixupTarget::Ext("runtime.writeBarrier".into()), FixupTarget::Sym);
        M::barrier_check(self, flag, at);
        self.buf.bind(back);
        self.colds.push((Cold::Barrier { at, back, addr, size }, self.line));
    }
    /// Writes a piece of cold code; `safepoint` gets the pointers behind its call.
    pub fn cold(&mut self, cold: Cold, mut safepoint: impl FnMut(&mut Self, Option<(u32, Vec<u32>)>)) {
        match cold {
            Cold::Poll { at, back, regs, words } => {
                self.buf.bind(at);
                self.call(&Target::Ext(routine::POLL), false);
                safepoint(self, Some((regs, words)));
                self.buf.jmp(back);
            }
            Cold::Bounds { at, index, len, panic } => {
                self.buf.bind(at);
                self.bounds_args(&index, &len);
                self.call(&Target::Func(panic), false);
                safepoint(self, None);
                M::trap(self);
            }
            Cold::Barrier { at, back, addr, size } => {
                self.buf.bind(at);
                self.note_call(Calls::Ext(routine::WRITE_BARRIER.to_string()));
                M::barrier_call(self, &addr, size);
                self.buf.jmp(back);
            }
        }
    }
    /// The panic's arguments, from wherever the check had them.
    fn bounds_args(&mut self, index: &Source, len: &Source) {
        let row = M::ROW;
        let get = |e: &mut Self, to: Reg, from: &Source| match from {
            Source::Place(r) => e.mov(Move { from: *r, to }),
            Source::Imm(i) => M::imm(e, to, *i),
            Source::Mem(a) => M::load_word(e, to, a),
        };
        if row.int_args.len() < 2 {
            return M::stack_args(self, index, len);
        }
        let (first, second) = (regs::arg(row, 0, false), regs::arg(row, 1, false));
        if !len.reads(first) {
            get(self, first, index);
            get(self, second, len);
        } else if !index.reads(second) {
            get(self, second, len);
            get(self, first, index);
        } else {
            let free =
                |r: &Reg| !r.is_float() && !index.reads(*r) && !len.reads(*r) && *r != first && *r != second;
            let all = row.scratch.iter().chain(&row.ctxt).chain(row.int_args).map(|r| Reg::int(r.num));
            let t = { all }
                .filter(|r| !M::RESERVED.contains(r))
                .find(free)
                .expect("two operands read at most four registers");
            get(self, t, len);
            get(self, first, index);
            self.mov(Move { from: t, to: second });
        }
    }

    /// Few cases are compared in turn, many are searched or (if they are dense) looked up.
    fn switch(&mut self, s: &SwitchInfo) {
        let n = s.cases.len();
        let dense = n >= 8 && {
            let span = s.cases[n - 1].0.wrapping_sub(s.cases[0].0) as u64;
            span < 4 * n as u64
        };
        if !dense {
            return self.search(s, 0, n, true);
        }
        let (low, high) = (s.cases[0].0, s.cases[n - 1].0);
        let default = self.blocks[s.default as usize];
        let table = self.buf.label();
        let mut targets = vec![default; (high - low) as usize + 1];
        for &(v, b) in &s.cases {
            targets[(v - low) as usize] = self.blocks[b as usize];
        }
        self.tables.push((table, targets));
        M::jump_table(self, s, low, (high - low) as u32, default, table);
    }
    /// Binary search among sorted cases; falls through only if `last` and the default follows.
    fn search(&mut self, s: &SwitchInfo, from: usize, to: usize, last: bool) {
        if to - from <= 3 {
            for &(v, b) in &s.cases[from..to] {
                let l = self.blocks[b as usize];
                M::case(self, s, v, Case::Equal, l);
            }
            if last {
                self.jump_to(s.default);
            } else {
                let l = self.blocks[s.default as usize];
                self.buf.jmp(l);
            }
            return;
        }
        let mid = (from + to) / 2;
        let upper = self.buf.label();
        M::case(self, s, s.cases[mid].0, Case::AtLeast, upper);
        self.search(s, from, mid, false);
        self.buf.bind(upper);
        self.search(s, mid, to, last);
    }
    /// Writes the jump tables; the result is their labels.
    pub fn write_tables(&mut self) -> Vec<Label> {
        let mut labels = Vec::new();
        for (table, targets) in std::mem::take(&mut self.tables) {
            labels.push(table);
            while !self.buf.here().is_multiple_of(4) {
                self.buf.bytes(<M as Encode>::PAD);
            }
            self.buf.bind(table);
            for t in targets {
                self.buf.table_entry(table, t);
            }
        }
        labels
    }
}
