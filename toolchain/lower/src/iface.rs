//! Interfaces: making them, taking them apart, calling their methods.
//!
//! A value's first word is its type descriptor (empty interfaces) or itab; the second holds the value if that is exactly
//! one pointer, else the address of a copy that is never changed.
use crate::fx::Fx;
use crate::staticinit::Readonly;
use crate::value::{Addr, Val};
use ir::op::Cc;
use ir::{DataId, Op, Reloc, RelocKind, Section, Ty, Value};
use smallvec::smallvec;
use syntax::ast::{Expr, ExprKind};
use types::info::Mode;
use types::table::TypeId;

/// Offset of the type in an itab, in words.
const ITAB_TYPE: u64 = 1;
/// Offset of the hash in a type descriptor, in words.
const TYPE_HASH: u64 = 2;
/// Entries of the runtime's `itabCache`.
const ITAB_CACHE: i64 = 1024;
/// Offset of the first method in an itab: two words and a hash, padded.
pub fn itab_fun(word: u64, i: usize) -> u64 {
    3 * word + i as u64 * word
}

impl<'p, 'a> Fx<'p, 'a> {
    /// The first word of an interface of type `iface` that holds a `t`.
    pub fn type_word(&mut self, iface: TypeId, t: TypeId) -> Value {
        let d = if self.p.iface_methods(iface).is_empty() {
            self.p.rtype(t)
        } else {
            crate::itab::itab(self.p, iface, t)
        };
        self.data_word(d)
    }
    /// The first word of an interface of type `iface` that holds a `t`, for comparison only.
    pub fn cmp_word(&mut self, iface: TypeId, t: TypeId) -> Value {
        if self.p.iface_methods(iface).is_empty() {
            let d = self.p.rtype_mem(t);
            return self.data_word(d);
        }
        self.type_word(iface, t)
    }
    /// The descriptor of a type, as a pointer.
    pub fn rtype_ptr(&mut self, t: TypeId) -> Value {
        let d = self.p.rtype(t);
        self.data_addr(d)
    }

    /// The descriptor of a type whose memory it is about, as a pointer.
    pub fn mem_type_ptr(&mut self, t: TypeId) -> Value {
        let d = self.p.rtype_mem(t);
        self.data_addr(d)
    }

    /// A value as an interface.
    pub fn to_iface(&mut self, v: &Val, from: TypeId, to: TypeId) -> Val {
        if self.p.is_iface(from) {
            return self.iface_conv(v, from, to);
        }
        let word = self.type_word(to, from);
        let data = self.boxed(v, from);
        Val::Flat(smallvec![word, data])
    }
    /// The data word for a value.
    fn boxed(&mut self, v: &Val, t: TypeId) -> Value {
        if self.p.is_direct(t) {
            return self.data_word_of(v);
        }
        let c = self.p.cls(t);
        if c.size == 0 {
            let d = self.p.runtime_var("zerobase");
            return self.data_addr(d);
        }
        if c.size == 1 {
            // One of the runtime's table of small numbers.
            let d = self.p.runtime_var("staticuint64s");
            let table = self.data_addr(d);
            let word = self.word_ty();
            let n = self.resize(v.leaf(0), word, false);
            let mut off = self.mul_imm(n, 8);
            if self.p.prog.target.big_endian {
                off = self.add_imm(off, 7);
            }
            return self.ptr_add(table, off);
        }
        if let Some(d) = self.constant_data(v, t) {
            return self.data_addr(d);
        }
        let p = self.new_object(t, self.p.names.tmp);
        self.store_val(t, Addr::new(p), v);
        p
    }
    /// A constant in memory that nobody writes.
    fn constant_data(&mut self, v: &Val, t: TypeId) -> Option<DataId> {
        let Val::Flat(leaves) = v else { return None };
        let ops: Vec<Op> = leaves.iter().map(|&l| self.constant_op(l)).collect::<Option<_>>()?;
        let c = self.p.cls(t);
        let target = self.p.prog.target;
        let (mut bytes, mut relocs) = (vec![0; c.size as usize], Vec::new());
        for (op, &(ty, off)) in ops.iter().zip(c.leaves.iter().flatten()) {
            let raw = match *op {
                Op::Iconst(n) => n as u64,
                Op::Fconst(bits) => bits,
                Op::Sym(target, addend) => {
                    relocs.push(Reloc { off, target, addend, kind: RelocKind::Abs });
                    continue;
                }
                _ => return None,
            };
            let size = target.size(ty) as usize;
            target.put(&mut bytes[off as usize..off as usize + size], raw);
        }
        let d = self.p.data("go:stmp", Section::Rodata, c.align, bytes);
        self.p.prog.datas[d].relocs = relocs;
        Some(d)
    }
    /// An expression as an interface: constants and other static values need no allocation.
    pub fn expr_to_iface(&mut self, e: &'a Expr, from: TypeId, to: TypeId) -> Val {
        if self.mode(e) == Mode::Nil {
            return self.zero_val(to);
        }
        if !self.p.is_direct(from) {
            let inner = e.unparen();
            let fixed = match &inner.kind {
                _ if self.mode(e) == Mode::Const => true,
                ExprKind::CompositeLit { .. } => true,
                _ => false,
            };
            if fixed
                && !self.order.has(inner)
                && self.p.cls(from).size > 0
                && let Some(constant) = crate::staticinit::readonly(self.p, &self.env.clone(), e, from)
            {
                let word = self.type_word(to, from);
                let d = match constant {
                    Readonly::Data(d) => d,
                    Readonly::Zero => {
                        let c = self.p.cls(from);
                        self.p.zero_data(c.size, c.align)
                    }
                };
                let data = self.data_addr(d);
                return Val::Flat(smallvec![word, data]);
            }
        }
        let v = self.expr(e);
        self.s.pos = e.start_pos();
        self.to_iface(&v, from, to)
    }
    /// What an interface's data word holds, if the dynamic type is `t`.
    pub fn iface_data(&mut self, data: Value, t: TypeId) -> Val {
        if self.p.is_direct(t) {
            return self.from_data_word(t, data);
        }
        match self.load_val(t, Addr::new(data)) {
            Val::Mem(a, _) => Val::Mem(a, true),
            v => v,
        }
    }
    /// The data word for a value that is one pointer. Not each is a leaf: an array of empty elements beside it keeps it in memory.
    fn data_word_of(&mut self, v: &Val) -> Value {
        match v {
            Val::Flat(_) => v.single(),
            Val::Mem(a, _) => self.load(Ty::Ptr, *a),
        }
    }
    /// The value of type `t` that is the data word itself: a type of one pointer.
    pub fn from_data_word(&mut self, t: TypeId, word: Value) -> Val {
        if self.p.cls(t).leaves.as_ref().is_some_and(|l| l.len() == 1) {
            return Val::one(word);
        }
        let a = self.temp(t);
        self.store(a, word);
        match self.load_val(t, a) {
            Val::Mem(a, _) => Val::Mem(a, true),
            v => v,
        }
    }
    /// The dynamic type's word (0 for nil).
    pub fn dynamic_type(&mut self, v: &Val, t: TypeId) -> Value {
        let word = v.leaf(0);
        if self.p.iface_methods(t).is_empty() {
            return word;
        }
        let nil = self.icmp_imm(Cc::Eq, word, 0);
        self.if_else(
            nil,
            |s| smallvec![s.word(0)],
            |s| {
                let tab = s.bitcast(word, Ty::Ptr);
                let off = ITAB_TYPE * s.p.word as u64;
                let ty = s.word_ty();
                smallvec![s.load(ty, Addr::new(tab).plus(off))]
            },
        )[0]
    }
    /// An interface value as an empty interface.
    pub fn to_eface(&mut self, v: &Val, t: TypeId) -> Val {
        let typ = self.dynamic_type(v, t);
        Val::Flat(smallvec![typ, v.leaf(1)])
    }
    /// An interface as another interface that it is known to implement.
    pub fn iface_conv(&mut self, v: &Val, from: TypeId, to: TypeId) -> Val {
        if from == to {
            return v.clone();
        }
        let to_empty = self.p.iface_methods(to).is_empty();
        if to_empty {
            return self.to_eface(v, from);
        }
        let typ = self.dynamic_type(v, from);
        let nil = self.icmp_imm(Cc::Eq, typ, 0);
        let tab = self.if_else(nil, |s| smallvec![s.word(0)], |s| smallvec![s.table_for(typ, to, false)]);
        Val::Flat(smallvec![tab[0], v.leaf(1)])
    }
    /// Implicit conversion on assignment.
    pub fn assign_conv(&mut self, v: Val, from: TypeId, to: TypeId) -> Val {
        if from != to && self.p.is_iface(to) { self.to_iface(&v, from, to) } else { v }
    }

    /// `x.(T)` with one value.
    pub fn type_assert(&mut self, e: &'a Expr, x: &'a Expr) -> Val {
        let to = self.ty_of(e);
        let from = self.ty_of(x);
        let v = self.expr(x);
        self.s.pos = e.pos;
        if self.p.is_iface(to) {
            return self.assert_iface(&v, from, to);
        }
        let want = self.cmp_word(from, to);
        let same = self.icmp(Cc::Eq, v.leaf(0), want);
        let (ok, bad) = (self.s.block(), self.s.cold_block());
        self.s.br_likely(same, ok, bad, Some(true));
        self.s.start_sealed(bad);
        let (want, inter) = (self.rtype_ptr(to), self.rtype_ptr(from));
        let f = if self.p.iface_methods(from).is_empty() { "panicdottypeE" } else { "panicdottypeI" };
        self.rt(f, &[v.leaf(0), want, inter]);
        self.s.unreachable();
        self.s.start_sealed(ok);
        self.iface_data(v.leaf(1), to)
    }
    fn assert_iface(&mut self, v: &Val, from: TypeId, to: TypeId) -> Val {
        let typ = self.dynamic_type(v, from);
        if self.p.iface_methods(to).is_empty() {
            let nil = self.icmp_imm(Cc::Eq, typ, 0);
            let (ok, bad) = (self.s.block(), self.s.cold_block());
            self.s.br_likely(nil, bad, ok, Some(false));
            self.s.start_sealed(bad);
            let want = self.rtype_ptr(to);
            self.rt("panicnildottype", &[want]);
            self.s.unreachable();
            self.s.start_sealed(ok);
            return Val::Flat(smallvec![typ, v.leaf(1)]);
        }
        let tab = self.table_for(typ, to, false);
        Val::Flat(smallvec![tab, v.leaf(1)])
    }
    /// The itab of interface `to` for a dynamic type, as a word. If the type lacks a method it is 0 where that `can_fail`, which takes a type
    /// that is not nil, else a panic.
    ///
    /// Each such place remembers one itab: that of the first type which came by, where `can_fail` also one that says that a method is missing.
    /// It is one word, so that goroutines may read and write it as they like.
    pub fn table_for(&mut self, typ: Value, to: TypeId, can_fail: bool) -> Value {
        let site = self.p.assertion_site();
        let word = self.word_ty();
        let place = self.data_addr(site);
        let last = self.load(word, Addr::new(place));
        let tab = self.bitcast(last, Ty::Ptr);
        let its = self.load(word, Addr::new(tab).plus(ITAB_TYPE * self.p.word as u64));
        let same = self.icmp(Cc::Eq, its, typ);
        self.if_else(
            same,
            |s| {
                if !can_fail {
                    return smallvec![last];
                }
                let first = s.load(word, Addr::new(tab).plus(itab_fun(s.p.word as u64, 0)));
                let there = s.icmp_imm(Cc::Ne, first, 0);
                let none = s.word(0);
                smallvec![s.select(there, last, none)]
            },
            |s| smallvec![s.cached_table(typ, to, can_fail, site)],
        )[0]
    }
    /// The same where another type came by first: from the runtime's cache of tables, so that nothing is called where several types take
    /// turns. If it is not there the runtime finds it.
    fn cached_table(&mut self, typ: Value, to: TypeId, can_fail: bool, site: DataId) -> Value {
        let (word, word_bytes) = (self.word_ty(), self.p.word as u64);
        let (slow, done) = (self.s.cold_block(), self.s.block());
        let result = self.s.var(word);
        let inter = self.rtype_ptr(to);
        if !can_fail {
            let there = self.icmp_imm(Cc::Ne, typ, 0);
            self.go_on_if(there, slow);
        }
        let typ_at = self.bitcast(typ, Ty::Ptr);
        let [a, b] = [inter, typ_at].map(|t| self.load(Ty::I32, Addr::new(t).plus(TYPE_HASH * word_bytes)));
        let hash = self.bin(Op::Xor, a, b);
        let mask = self.iconst(Ty::I32, ITAB_CACHE - 1);
        let at = self.bin(Op::And, hash, mask);
        let at = self.resize(at, word, false);
        let offset = self.mul_imm(at, word_bytes);
        let cache = self.p.runtime_var("itabCache");
        let cache = self.data_addr(cache);
        let entry = self.ptr_add(cache, offset);
        let last = self.load(word, Addr::new(entry));
        let tab = self.bitcast(last, Ty::Ptr);
        let its = self.load(word, Addr::new(tab).plus(ITAB_TYPE * word_bytes));
        let same = self.icmp(Cc::Eq, its, typ);
        self.go_on_if(same, slow);
        let its = self.load(Ty::Ptr, Addr::new(tab));
        let same = self.icmp(Cc::Eq, its, inter);
        self.go_on_if(same, slow);
        let first = self.load(word, Addr::new(tab).plus(itab_fun(word_bytes, 0)));
        let there = self.icmp_imm(Cc::Ne, first, 0);
        let table = if can_fail {
            let none = self.word(0);
            self.select(there, last, none)
        } else {
            self.go_on_if(there, slow);
            last
        };
        self.s.write(result, table);
        self.s.jump(done);
        self.s.start_sealed(slow);
        let place = self.data_addr(site);
        let tab = self.rt1(if can_fail { "assertE2I2At" } else { "assertE2IAt" }, &[inter, typ, place]);
        let tab = self.bitcast(tab, word);
        self.s.write(result, tab);
        self.s.jump(done);
        self.s.start_sealed(done);
        self.s.read(result)
    }
    /// `x.(T)` with two values.
    pub fn type_assert_ok(&mut self, v: &Val, from: TypeId, to: TypeId) -> (Val, Value) {
        if self.p.is_iface(to) {
            let (word, ok) = self.assert_word(v, from, to);
            let nil = self.nil();
            let data = self.select(ok, v.leaf(1), nil);
            return (Val::Flat(smallvec![word, data]), ok);
        }
        let want = self.cmp_word(from, to);
        let ok = self.icmp(Cc::Eq, v.leaf(0), want);
        if self.p.is_direct(to) {
            let nil = self.nil();
            let word = self.select(ok, v.leaf(1), nil);
            return (self.from_data_word(to, word), ok);
        }
        let c = self.p.cls(to);
        let d = self.p.zero_data(c.size, c.align);
        let zero = self.data_addr(d);
        let at = self.select(ok, v.leaf(1), zero);
        (self.iface_data(at, to), ok)
    }
    /// The first word of `v` as interface `to`, or 0, and whether it implements it.
    pub fn assert_word(&mut self, v: &Val, from: TypeId, to: TypeId) -> (Value, Value) {
        let typ = self.dynamic_type(v, from);
        let word = if self.p.iface_methods(to).is_empty() {
            typ
        } else {
            let nil = self.icmp_imm(Cc::Eq, typ, 0);
            self.if_else(nil, |s| smallvec![s.word(0)], |s| smallvec![s.table_for(typ, to, true)])[0]
        };
        let ok = self.icmp_imm(Cc::Ne, word, 0);
        (word, ok)
    }
}
