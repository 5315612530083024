//! Operands: variables and parts of them, before it is known whether they are read, written or addressed.
//!
//! Go evaluates the operands of an assignment's left side before the right side, but panics for a nil pointer or an index
//! out of range only when it assigns. So a place keeps its checks as steps that are carried out on access.
use crate::fx::{Fx, VarLoc};
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::{BoundsKind, Cc};
use ir::{Op, Ty, Value};
use smallvec::{SmallVec, smallvec};
use syntax::Pos;
use syntax::ast::{Expr, ExprKind};
use types::info::{Mode, SelectionKind};
use types::object::{ObjId, ObjKind};
use types::table::TypeId;

/// What remains to be done to get at a part of memory.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Check that the address so far is not nil.
    Nil,
    /// Go on by this many bytes.
    Off(u64),
    /// Element of an array or slice.
    Index(Index, u64),
}

/// An index with its bound.
#[derive(Clone, Copy, Debug)]
pub struct Index {
    /// The index.
    pub number: Number,
    /// The length.
    pub len: Value,
    /// Known to be in range.
    pub safe: bool,
}

/// What an expression of an integer type says where a word is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// As a word.
    pub word: Value,
    /// Known value.
    pub known: Option<i64>,
    /// It has a signed type.
    pub signed: bool,
    /// All of it, if its type is wider than a word, which then has the lower half.
    pub wide: Option<Value>,
}

/// A variable or a part of one.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it begins.
    pub root: Root,
    /// Steps from there.
    pub steps: SmallVec<[Step; 4]>,
    /// Where the checks report.
    pub pos: Pos,
}

/// Where a place begins.
#[derive(Clone, Copy, Debug)]
pub enum Root {
    /// SSA variables from this number on. `Off` steps do not occur; `Index` steps check only (arrays of length 1).
    Leaves(u32),
    /// Memory.
    Mem(Addr),
}

/// An operand.
#[derive(Clone, Debug)]
pub enum Opd {
    /// Addressable, or in variables.
    Place(Place),
    /// A value.
    Val(Val),
}

impl<'p, 'a> Fx<'p, 'a> {
    fn mem(&self, a: Addr, steps: SmallVec<[Step; 4]>) -> Opd {
        Opd::Place(Place { root: Root::Mem(a), steps, pos: self.s.pos })
    }
    /// What a pointer points to.
    pub fn pointee(&self, ptr: Value) -> Opd {
        self.mem(Addr::new(ptr), smallvec![Step::Nil])
    }
    /// A variable.
    pub fn var_opd(&mut self, obj: ObjId) -> Opd {
        if self.is_global(obj) {
            let d = self.p.var(obj);
            let base = self.data_addr(d);
            return self.mem(Addr::new(base), smallvec![]);
        }
        let loc = self.var_loc(obj);
        self.loc_opd(loc)
    }
    /// A variable by its location.
    pub fn loc_opd(&mut self, loc: VarLoc) -> Opd {
        match (loc, self.loc_addr(loc)) {
            (_, Some(a)) => self.mem(a, smallvec![]),
            (VarLoc::Ssa(first), None) => {
                Opd::Place(Place { root: Root::Leaves(first), steps: smallvec![], pos: self.s.pos })
            }
            _ => unreachable!("only SSA variables have no memory"),
        }
    }

    /// Evaluates an expression as far as needed to read, write or address it.
    pub fn operand(&mut self, e: &'a Expr) -> Opd {
        let info = self.info(e.id);
        if info.mode == Mode::Const {
            return Opd::Val(self.expr(e));
        }
        match &e.kind {
            ExprKind::Paren(x) => self.operand(x),
            ExprKind::Ident(_) if matches!(self.p.ck.table.obj(info.obj).kind, ObjKind::Var(_)) => {
                self.s.pos = e.pos;
                self.var_opd(info.obj)
            }
            ExprKind::Star(x) => {
                let p = self.scalar(x);
                self.s.pos = e.pos;
                self.pointee(p)
            }
            ExprKind::Selector { x, sel } => match self.selection(e.id) {
                None => {
                    let obj = self.obj(sel.id);
                    if matches!(self.p.ck.table.obj(obj).kind, ObjKind::Var(_)) {
                        self.s.pos = e.pos;
                        return self.var_opd(obj);
                    }
                    Opd::Val(self.expr(e))
                }
                Some(s) if s.kind == SelectionKind::Field => {
                    let o = self.operand(x);
                    let t = self.ty_of(x);
                    self.s.pos = sel.pos;
                    self.walk_path(o, t, &s.path).0
                }
                Some(_) => Opd::Val(self.expr(e)),
            },
            ExprKind::Index { x, indices } if indices.len() == 1 => {
                let t = self.ty_of(x);
                match self.p.kind(t) {
                    K::Slice(elem) => {
                        self.calls_first(&[x, &indices[0]]);
                        let v = self.expr(x);
                        let i = self.index(&indices[0], v.leaf(1));
                        self.s.pos = e.pos;
                        let size = self.p.size_of(elem);
                        self.mem(Addr::new(v.leaf(0)), smallvec![Step::Index(i, size)])
                    }
                    K::Array(elem, n) => {
                        self.calls_first(&[x, &indices[0]]);
                        let o = self.operand(x);
                        self.index_array(o, elem, n, &indices[0], e.pos)
                    }
                    K::Ptr(arr) => {
                        let K::Array(elem, n) = self.p.kind(arr) else {
                            panic!("index of a pointer to no array")
                        };
                        self.calls_first(&[x, &indices[0]]);
                        let p = self.scalar(x);
                        self.s.pos = e.pos;
                        let o = self.pointee(p);
                        self.index_array(o, elem, n, &indices[0], e.pos)
                    }
                    _ => Opd::Val(self.expr(e)),
                }
            }
            _ => Opd::Val(self.expr(e)),
        }
    }
    fn index_array(&mut self, o: Opd, elem: TypeId, n: u64, index: &'a Expr, pos: Pos) -> Opd {
        let len = self.word(n as i64);
        let mut i = self.index(index, len);
        i.safe |= i.number.known.is_some_and(|k| (k as u64) < n);
        self.s.pos = pos;
        self.elem_at(o, elem, n, i)
    }
    /// Element `i` of an array operand.
    pub fn elem_at(&mut self, o: Opd, elem: TypeId, n: u64, i: Index) -> Opd {
        let size = self.p.size_of(elem);
        match o {
            Opd::Place(mut p) => {
                p.steps.push(Step::Index(i, size));
                p.pos = self.s.pos;
                Opd::Place(p)
            }
            Opd::Val(v) => {
                if let (Val::Mem(..), Some(k), true) = (&v, i.number.known, i.safe) {
                    return Opd::Val(self.elem_of(elem, &v, k as u64));
                }
                self.check_index(&i, size);
                match v {
                    Val::Mem(a, own) => {
                        let off = self.mul_imm(i.number.word, size);
                        let base = self.addr_value(a);
                        let base = self.ptr_add(base, off);
                        match self.load_val(elem, Addr { base, off: 0, stack: a.stack }) {
                            Val::Mem(a, _) => Opd::Val(Val::Mem(a, own)),
                            v => Opd::Val(v),
                        }
                    }
                    v if n == 1 => Opd::Val(v),
                    // An array without elements: the check panics.
                    _ => Opd::Val(self.zero_val(elem)),
                }
            }
        }
    }
    /// An index expression as a word.
    pub fn index(&mut self, e: &'a Expr, len: Value) -> Index {
        Index { number: self.index_value(e), len, safe: false }
    }
    /// An integer expression as a word.
    pub fn index_value(&mut self, e: &'a Expr) -> Number {
        if let Some(c) = self.constant(e) {
            let n = crate::konst::int_bits(&c);
            return Number { word: self.word(n), known: Some(n), signed: true, wide: None };
        }
        let t = self.ty_of(e);
        let v = self.scalar(e);
        self.number_of(v, t)
    }
    /// A value of the integer type `t` as a word.
    pub fn number_of(&mut self, v: Value, t: TypeId) -> Number {
        let K::Int { size, signed } = self.p.kind(t) else { panic!("a number of no integer type") };
        let ty = self.word_ty();
        let word = self.resize(v, ty, signed);
        Number { word, known: None, signed, wide: (size > self.p.word).then_some(v) }
    }
    /// The number as a word; -1 stands for those that are none.
    pub fn word_or_negative(&mut self, n: Number) -> Value {
        let Some(wide) = n.wide else { return n.word };
        let beyond = self.icmp_imm(Cc::Ugt, wide, i64::from(u32::MAX));
        let none = self.word(-1);
        self.select(beyond, none, n.word)
    }
    /// The panic for a number that is not from 0 to `bound`.
    pub fn check_number(&mut self, kind: BoundsKind, unit: u64, n: &Number, bound: Value) {
        if let Some(wide) = n.wide {
            let beyond = self.icmp_imm(Cc::Ugt, wide, i64::from(u32::MAX));
            let (bad, ok) = (self.s.cold_block(), self.s.block());
            self.s.br_likely(beyond, bad, ok, Some(false));
            self.s.start_sealed(bad);
            let (signed, code) = (self.iconst(Ty::I8, n.signed as i64), self.iconst(Ty::I8, kind as i64));
            self.rt("goPanicBounds", &[wide, signed, bound, code]);
            self.s.unreachable();
            self.s.start_sealed(ok);
        }
        self.ins0(Op::BoundsCheck { kind, signed: n.signed, unit }, &[n.word, bound]);
    }
    /// The panic for an index out of range, of elements with `unit` bytes.
    pub fn check_index(&mut self, i: &Index, unit: u64) {
        if !i.safe {
            self.check_number(BoundsKind::Index, unit, &i.number, i.len);
        }
    }

    /// Follows field indices from an operand of type `t`; pointers on the way are followed. Gives the field and its type.
    pub fn walk_path(&mut self, mut o: Opd, mut t: TypeId, path: &[u32]) -> (Opd, TypeId) {
        for &i in path {
            if let K::Ptr(e) = self.p.kind(t) {
                let p = self.read(&o, t).single();
                o = self.pointee(p);
                t = self.ty(e);
            }
            o = self.field_at(o, t, i as usize);
            t = self.ty(self.p.fields(t)[i as usize].ty);
        }
        (o, t)
    }
    /// Field `i` of an operand of struct type `t`.
    pub fn field_at(&mut self, o: Opd, t: TypeId, i: usize) -> Opd {
        match o {
            Opd::Val(v) => Opd::Val(self.field_of(t, &v, i)),
            Opd::Place(mut p) => {
                match &mut p.root {
                    Root::Leaves(first) => *first += self.p.field_leaf(t, i) as u32,
                    Root::Mem(_) => {
                        let off = self.p.field_offset(t, i);
                        match p.steps.last_mut() {
                            Some(Step::Off(n)) => *n += off,
                            _ => p.steps.push(Step::Off(off)),
                        }
                    }
                }
                Opd::Place(p)
            }
        }
    }
    /// Carries out a place's checks; gives its memory if it has some.
    pub fn settle_place(&mut self, p: &Place) -> Option<Addr> {
        let pos = std::mem::replace(&mut self.s.pos, p.pos);
        let r = match p.root {
            Root::Leaves(_) => {
                for s in &p.steps {
                    if let Step::Index(i, size) = s {
                        self.check_index(i, *size);
                    }
                }
                None
            }
            Root::Mem(mut a) => {
                for s in &p.steps {
                    match *s {
                        Step::Nil => {
                            let v = self.addr_value(a);
                            self.nil_check(v);
                            a = Addr { base: v, off: 0, stack: a.stack };
                        }
                        Step::Off(n) => a = a.plus(n),
                        Step::Index(i, size) => {
                            self.check_index(&i, size);
                            match i.number.known {
                                Some(k) if i.safe => a = a.plus(k as u64 * size),
                                _ => {
                                    let off = self.mul_imm(i.number.word, size);
                                    let base = self.addr_value(a);
                                    a = Addr { base: self.ptr_add(base, off), off: 0, stack: a.stack };
                                }
                            }
                        }
                    }
                }
                Some(a)
            }
        };
        self.s.pos = pos;
        r
    }
    /// Reads an operand of type `t`.
    pub fn read(&mut self, o: &Opd, t: TypeId) -> Val {
        match o {
            Opd::Val(v) => v.clone(),
            Opd::Place(p) => match (self.settle_place(p), p.root) {
                (Some(a), _) => self.load_val(t, a),
                (None, Root::Leaves(first)) => {
                    let n = self.p.cls(t).count() as u32;
                    Val::Flat((first..first + n).map(|v| self.s.read(v)).collect())
                }
                _ => unreachable!("memory has an address"),
            },
        }
    }
    /// Writes to a place of type `t`.
    pub fn write(&mut self, p: &Place, t: TypeId, v: &Val) {
        match (self.settle_place(p), p.root) {
            (Some(a), _) => self.store_val(t, a, v),
            (None, Root::Leaves(first)) => self.write_leaves(first, v.leaves()),
            _ => unreachable!("memory has an address"),
        }
    }
    /// The address of an operand; values that have none are put into a temporary.
    pub fn opd_addr(&mut self, o: &Opd, t: TypeId) -> Addr {
        match o {
            Opd::Place(p) => match self.settle_place(p) {
                Some(a) => a,
                None => {
                    let v = self.read(o, t);
                    self.in_memory(t, &v)
                }
            },
            Opd::Val(v) => self.in_memory(t, v),
        }
    }
    /// `&e`
    pub fn address_of(&mut self, e: &'a Expr) -> Value {
        let inner = e.unparen();
        if let ExprKind::CompositeLit { .. } = &inner.kind {
            let t = self.ty_of(inner);
            return self.new_literal(inner, t);
        }
        match self.operand(inner) {
            Opd::Place(p) => {
                let Some(a) = self.settle_place(&p) else {
                    panic!("{}: address of a value in registers", e.pos)
                };
                // The address of a part of what a nil pointer points to: the check came before.
                self.addr_value(a)
            }
            Opd::Val(v) => {
                let t = self.ty_of(inner);
                let p = self.new_object(t, self.p.names.tmp);
                self.store_val(t, Addr::new(p), &v);
                p
            }
        }
    }
    /// The kind of a pointer operand: pointers are words.
    pub fn is_ptr(&self, v: Value) -> bool {
        self.s.f.ty(v) == Ty::Ptr
    }
}
