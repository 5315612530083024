//! Values and places while lowering, and moving them between registers and memory.
use crate::fx::Fx;
use crate::tyq::Cls;
use ir::op::Cc;
use ir::{DataId, Op, SymRef, Ty, Value};
use smallvec::SmallVec;
use types::table::TypeId;

/// Scalars in memory order.
pub type Leaves = SmallVec<[Value; 4]>;

/// More bytes are copied or zeroed by the runtime: operations on memory have sizes and offsets of 32 bits.
const MAX_MEM_OP: u64 = 1 << 30;

/// A memory operand.
#[derive(Clone, Copy, Debug)]
pub struct Addr {
    /// Address.
    pub base: Value,
    /// Added to it.
    pub off: i64,
    /// Known to be on this function's stack: no write barriers.
    pub stack: bool,
}

impl Addr {
    /// The address in `base`, anywhere.
    pub fn new(base: Value) -> Addr {
        Addr { base, off: 0, stack: false }
    }
    /// Further on by `n` bytes.
    pub fn plus(self, n: u64) -> Addr {
        Addr { off: self.off + n as i64, ..self }
    }
}

/// A value of a Go type.
#[derive(Clone, Debug)]
pub enum Val {
    /// Leaves of a flat type.
    Flat(Leaves),
    /// In memory; `true`: nobody else writes it before it is used (a temporary, or read-only data).
    Mem(Addr, bool),
}

impl Val {
    /// A value of one leaf.
    pub fn one(v: Value) -> Val {
        Val::Flat(smallvec::smallvec![v])
    }
    /// A value of no leaves.
    pub fn unit() -> Val {
        Val::Flat(SmallVec::new())
    }
    /// The only leaf.
    pub fn single(&self) -> Value {
        match self {
            Val::Flat(l) if l.len() == 1 => l[0],
            other => panic!("a value of one leaf, not {other:?}"),
        }
    }
    /// Leaf `i`.
    pub fn leaf(&self, i: usize) -> Value {
        match self {
            Val::Flat(l) => l[i],
            Val::Mem(..) => panic!("leaf {i} of a value in memory"),
        }
    }
    /// All leaves.
    pub fn leaves(&self) -> &[Value] {
        match self {
            Val::Flat(l) => l,
            Val::Mem(..) => panic!("leaves of a value in memory"),
        }
    }
}

impl<'p, 'a> Fx<'p, 'a> {
    // ---- scalars

    /// An integer constant.
    pub fn iconst(&mut self, ty: Ty, n: i64) -> Value {
        self.ins(Op::Iconst(n), &[], ty)
    }
    /// A word.
    pub fn word(&mut self, n: i64) -> Value {
        let ty = self.word_ty();
        self.iconst(ty, n)
    }
    /// The integer kind of a word.
    pub fn word_ty(&self) -> Ty {
        self.p.prog.target.word_ty()
    }
    /// A nil pointer.
    pub fn nil(&mut self) -> Value {
        self.iconst(Ty::Ptr, 0)
    }
    /// A bool.
    pub fn bool(&mut self, b: bool) -> Value {
        self.iconst(Ty::I8, b as i64)
    }
    /// Two operands and a result of one kind.
    pub fn bin(&mut self, op: Op, a: Value, b: Value) -> Value {
        let ty = self.s.f.ty(a);
        self.ins(op, &[a, b], ty)
    }
    /// A comparison.
    pub fn icmp(&mut self, cc: Cc, a: Value, b: Value) -> Value {
        self.ins(Op::Icmp(cc), &[a, b], Ty::I8)
    }
    /// A comparison with a constant.
    pub fn icmp_imm(&mut self, cc: Cc, a: Value, n: i64) -> Value {
        let ty = self.s.f.ty(a);
        let b = self.iconst(ty, n);
        self.icmp(cc, a, b)
    }
    /// `!b` of a bool.
    pub fn not(&mut self, b: Value) -> Value {
        let one = self.iconst(Ty::I8, 1);
        self.bin(Op::Xor, b, one)
    }
    /// `v + n`
    pub fn add_imm(&mut self, v: Value, n: i64) -> Value {
        if n == 0 {
            return v;
        }
        let ty = self.s.f.ty(v);
        let n = self.iconst(ty, n);
        self.bin(Op::Add, v, n)
    }
    /// `v * n`
    pub fn mul_imm(&mut self, v: Value, n: u64) -> Value {
        if n == 1 {
            return v;
        }
        let ty = self.s.f.ty(v);
        let n = self.iconst(ty, n as i64);
        self.bin(Op::Mul, v, n)
    }
    /// The same bits as another kind of the same size.
    pub fn bitcast(&mut self, v: Value, ty: Ty) -> Value {
        if self.s.f.ty(v) == ty { v } else { self.ins(Op::Bitcast, &[v], ty) }
    }
    /// An integer brought to another width.
    pub fn resize(&mut self, v: Value, ty: Ty, signed: bool) -> Value {
        let from = self.s.f.ty(v);
        let w = self.p.word;
        match from.size(w).cmp(&ty.size(w)) {
            std::cmp::Ordering::Equal => self.bitcast(v, ty),
            std::cmp::Ordering::Less if signed => self.ins(Op::Sext, &[v], ty),
            std::cmp::Ordering::Less => self.ins(Op::Zext, &[v], ty),
            std::cmp::Ordering::Greater => self.ins(Op::Trunc, &[v], ty),
        }
    }
    /// `if c { a } else { b }`
    pub fn select(&mut self, c: Value, a: Value, b: Value) -> Value {
        let ty = self.s.f.ty(a);
        self.ins(Op::Select, &[c, a, b], ty)
    }
    /// Address of a data symbol.
    pub fn data_addr(&mut self, d: DataId) -> Value {
        self.ins(Op::Sym(SymRef::Data(d), 0), &[], Ty::Ptr)
    }
    /// Address of a data symbol as a word (type and itab words of interfaces).
    pub fn data_word(&mut self, d: DataId) -> Value {
        let ty = self.word_ty();
        self.ins(Op::Sym(SymRef::Data(d), 0), &[], ty)
    }
    /// `base + off`
    pub fn ptr_add(&mut self, base: Value, off: Value) -> Value {
        self.ins(Op::PtrAdd, &[base, off], Ty::Ptr)
    }
    /// The address as one pointer.
    pub fn addr_value(&mut self, a: Addr) -> Value {
        if a.off == 0 {
            return a.base;
        }
        let off = self.word(a.off);
        self.ptr_add(a.base, off)
    }
    /// Faults if `p` is nil.
    pub fn nil_check(&mut self, p: Value) {
        self.ins0(Op::NilCheck, &[p]);
    }

    // ---- memory

    /// Address with an offset that fits the instruction.
    fn small(&mut self, a: Addr, extra: u32) -> Addr {
        if i32::try_from(a.off + extra as i64).is_ok() {
            return a;
        }
        let base = self.addr_value(a);
        Addr { base, off: 0, stack: a.stack }
    }
    /// Loads a scalar.
    pub fn load(&mut self, ty: Ty, a: Addr) -> Value {
        let a = self.small(a, 0);
        self.ins(Op::Load { off: a.off as i32 }, &[a.base], ty)
    }
    /// Stores a scalar.
    pub fn store(&mut self, a: Addr, v: Value) {
        let a = self.small(a, 0);
        let wb = !a.stack && self.s.f.ty(v) == Ty::Ptr;
        self.ins0(Op::Store { off: a.off as i32, wb }, &[a.base, v]);
    }
    /// The value of type `t` at `a`: loaded if flat, else the place itself.
    pub fn load_val(&mut self, t: TypeId, a: Addr) -> Val {
        let c = self.p.cls(t);
        let Some(leaves) = &c.leaves else { return Val::Mem(a, false) };
        let a = self.small(a, c.size as u32);
        Val::Flat(leaves.iter().map(|&(ty, off)| self.load(ty, a.plus(off as u64))).collect())
    }
    /// Stores a value of type `t` at `a`.
    pub fn store_val(&mut self, t: TypeId, a: Addr, v: &Val) {
        match v {
            Val::Flat(vals) => {
                let c = self.p.cls(t);
                let leaves = c.leaves.as_ref().unwrap_or_else(|| panic!("leaves for {}", self.p.type_str(t)));
                assert_eq!(leaves.len(), vals.len(), "leaves of {}", self.p.type_str(t));
                let a = self.small(a, c.size as u32);
                for (&(_, off), &v) in leaves.iter().zip(vals) {
                    self.store(a.plus(off as u64), v);
                }
            }
            Val::Mem(from, _) => self.copy(t, a, *from),
        }
    }
    /// Copies a value of type `t`.
    pub fn copy(&mut self, t: TypeId, to: Addr, from: Addr) {
        let c = self.p.cls(t);
        if c.size == 0 {
            return;
        }
        if let Some(Op::Sym(SymRef::Data(d), _)) = self.s.f.def_inst(from.base).map(|i| &i.op)
            && self.p.is_zero_data(*d)
        {
            return self.zero_mem(t, to);
        }
        let typ = self.barrier_type(t, &c, to);
        let (d, s) = (self.addr_value(to), self.addr_value(from));
        if c.size > MAX_MEM_OP {
            match typ {
                Some(typ) => {
                    let typ = self.data_addr(typ);
                    self.rt("typedmemmove", &[typ, d, s]);
                }
                None => {
                    let n = self.word(c.size as i64);
                    self.rt("memmove", &[d, s, n]);
                }
            }
            return;
        }
        let align = Op::align_of_area(c.size as u32, c.align);
        self.ins0(Op::MemCopy { size: c.size as u32, align, typ }, &[d, s]);
    }
    /// Zeroes a value of type `t`.
    pub fn zero_mem(&mut self, t: TypeId, to: Addr) {
        let c = self.p.cls(t);
        if c.size == 0 {
            return;
        }
        if let Some(leaves) = c.leaves.as_ref().filter(|l| l.len() <= 2) {
            for &(ty, off) in leaves {
                let z = self.s.zero(ty);
                self.store(to.plus(off as u64), z);
            }
            return;
        }
        let typ = self.barrier_type(t, &c, to);
        let d = self.addr_value(to);
        if c.size > MAX_MEM_OP {
            let f = if typ.is_some() { "memclrHasPointers" } else { "memclrNoHeapPointers" };
            let n = self.word(c.size as i64);
            self.rt(f, &[d, n]);
            return;
        }
        let align = Op::align_of_area(c.size as u32, c.align);
        self.ins0(Op::MemZero { size: c.size as u32, align, typ }, &[d]);
    }
    fn barrier_type(&mut self, t: TypeId, c: &Cls, to: Addr) -> Option<DataId> {
        (c.has_ptrs() && !to.stack).then(|| self.p.rtype_mem(t))
    }

    // ---- values

    /// The zero value.
    pub fn zero_val(&mut self, t: TypeId) -> Val {
        let c = self.p.cls(t);
        match &c.leaves {
            Some(leaves) => Val::Flat(leaves.iter().map(|&(ty, _)| self.s.zero(ty)).collect()),
            None => {
                let d = self.p.zero_data(c.size, c.align);
                let base = self.data_addr(d);
                Val::Mem(Addr { base, off: 0, stack: false }, true)
            }
        }
    }
    /// A temporary on the stack; its contents are undefined (but zero in its pointers).
    pub fn temp(&mut self, t: TypeId) -> Addr {
        let name = self.p.names.tmp;
        let slot = self.slot(t, name);
        self.slot_addr(slot)
    }
    /// The value in memory of its own, nil-safe to hand to a routine that reads it.
    pub fn in_memory(&mut self, t: TypeId, v: &Val) -> Addr {
        match v {
            Val::Mem(a, _) => *a,
            Val::Flat(_) => {
                let a = self.temp(t);
                self.store_val(t, a, v);
                a
            }
        }
    }
    /// The value as it is now, whatever is written later.
    pub fn settle(&mut self, t: TypeId, v: Val) -> Val {
        match v {
            Val::Mem(from, false) => {
                let a = self.temp(t);
                self.copy(t, a, from);
                Val::Mem(a, true)
            }
            v => v,
        }
    }
    /// Field `i` of a struct value.
    pub fn field_of(&mut self, t: TypeId, v: &Val, i: usize) -> Val {
        let ft = self.p.fields(t)[i].ty;
        match v {
            Val::Flat(l) => {
                let (at, n) = (self.p.field_leaf(t, i), self.p.cls(ft).count());
                Val::Flat(l[at..at + n].iter().copied().collect())
            }
            Val::Mem(a, own) => {
                let off = self.p.field_offset(t, i);
                match self.load_val(ft, a.plus(off)) {
                    Val::Mem(a, _) => Val::Mem(a, *own),
                    v => v,
                }
            }
        }
    }
    /// Element `i` (constant) of an array value.
    pub fn elem_of(&mut self, elem: TypeId, v: &Val, i: u64) -> Val {
        match v {
            Val::Flat(_) => v.clone(),
            Val::Mem(a, own) => {
                let size = self.p.size_of(elem);
                match self.load_val(elem, a.plus(i * size)) {
                    Val::Mem(a, _) => Val::Mem(a, *own),
                    v => v,
                }
            }
        }
    }

    // ---- short control flow

    /// Runs `then` if `cond` and gives its result, else `els`'s; both give leaves of the same kinds.
    pub fn if_else(
        &mut self,
        cond: Value,
        then: impl FnOnce(&mut Self) -> Leaves,
        els: impl FnOnce(&mut Self) -> Leaves,
    ) -> Leaves {
        let (a, b, join) = (self.s.block(), self.s.block(), self.s.block());
        self.s.br(cond, a, b);
        self.s.start_sealed(a);
        let x = then(self);
        let vars: SmallVec<[u32; 4]> = x.iter().map(|&v| self.s.var(self.s.f.ty(v))).collect();
        vars.iter().zip(&x).for_each(|(&var, &v)| self.s.write(var, v));
        self.s.jump(join);
        self.s.start_sealed(b);
        let y = els(self);
        vars.iter().zip(&y).for_each(|(&var, &v)| self.s.write(var, v));
        self.s.jump(join);
        self.s.start_sealed(join);
        vars.iter().map(|&var| self.s.read(var)).collect()
    }
    /// Runs `then` if `cond`.
    pub fn when(&mut self, cond: Value, then: impl FnOnce(&mut Self)) {
        let (a, join) = (self.s.block(), self.s.block());
        self.s.br(cond, a, join);
        self.s.start_sealed(a);
        then(self);
        self.s.jump(join);
        self.s.start_sealed(join);
    }
    /// Calls the runtime's `panic` function if `cond`.
    pub fn panic_if(&mut self, cond: Value, panic: &'static str) {
        self.refuse_if(cond, |s| {
            s.rt(panic, &[]);
        });
    }
    /// If `cond`, does what does not return.
    pub fn refuse_if(&mut self, cond: Value, panics: impl FnOnce(&mut Self)) {
        let (bad, ok) = (self.s.cold_block(), self.s.block());
        self.s.br_likely(cond, bad, ok, Some(false));
        self.s.start_sealed(bad);
        panics(self);
        self.s.unreachable();
        self.s.start_sealed(ok);
    }
}
