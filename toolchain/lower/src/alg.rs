//! Equality and hashing as functions: what type descriptors (`Equal`) and map types (`Hasher`) point to.
//!
//! Both are func values with Go's signatures, `func(p, q unsafe.Pointer) bool` and `func(p unsafe.Pointer, h uintptr) uintptr`.
//! Basic types take the runtime's functions; structs and arrays get functions of their own, which compare field by field in
//! source order and stop at the first difference (an interface with an incomparable value panics only if it is reached). Runs of
//! fields that are equal exactly if their bytes are, without padding between them, go as one piece. Blank fields do not count,
//! nor do those without size; what has no size leaves the hash as it was.
//!
//! The hash is a function of the type alone: `typehash` in the overlay's runtime/alg.go computes the same from descriptors, as
//! reflection makes maps of types that compiled code has too. A change here is a change there; `ci/fuzz --kind hash` compares them.
use crate::fx::Fx;
use crate::program::Prog;
use crate::tyq::K;
use crate::value::Addr;
use ir::op::{Cc, Fcc};
use ir::{Block, DataId, Func, FuncFlags, FuncId, Op, SigId, Ty, Value};
use syntax::Pos;
use types::table::{Basic, TypeId, basic};

/// Arrays up to this many elements are compared without a loop.
const UNROLL: u64 = 4;

/// What takes more steps than this is compared and hashed by a function of its own where it is part of something else: code would double with every
/// level of a type.
const MOST_STEPS: u32 = 16;

/// A piece of a struct: one field, or a run of plain memory.
enum Piece {
    Plain { off: u64, size: u64, align: u64 },
    Field(TypeId, u64),
}

impl<'a> Prog<'a> {
    fn eq_sig(&mut self) -> SigId {
        let p = basic(Basic::UnsafePointer);
        self.sig(&[p, p], &[basic(Basic::Bool)])
    }
    fn hash_sig(&mut self) -> SigId {
        let (p, w) = (basic(Basic::UnsafePointer), basic(Basic::Uintptr));
        self.sig(&[p, w], &[w])
    }

    /// The func value that compares values of type `t`; `None` if they are not comparable.
    pub fn eq_funcval(&mut self, t: TypeId) -> Option<DataId> {
        if !self.ck.table.comparable(t) {
            return None;
        }
        let f = self.eq_func(t);
        Some(self.funcval(f))
    }

    /// The function that compares values of the comparable type `t`, given their addresses.
    pub fn eq_func(&mut self, t: TypeId) -> FuncId {
        let t = self.ck.table.canon(t);
        if self.is_plain_memory(t) {
            let (size, align) = (self.size_of(t), self.align_of(t) as u64);
            if let Some(bits) = fixed_bits(size, align, self.word as u64) {
                return self.rt_func(&format!("memequal{bits}"), Pos::NONE);
            }
            let sig = self.eq_sig();
            return self.generated(&format!("type:.eqmem.{size}"), sig, alg_flags(), move |p, id| {
                let mut fx = Fx::synthetic(p, id);
                let (a, b) = (fx.params()[0], fx.params()[1]);
                let n = fx.word(size as i64);
                let r = fx.rt1("memequal", &[a, b, n]);
                fx.s.ret(&[r]);
                fx.s.finish()
            });
        }
        let name = match self.kind(t) {
            K::Float(n) => format!("f{}equal", n * 8),
            K::Complex(n) => format!("c{}equal", n * 8),
            K::Str => "strequal".into(),
            K::Iface(true) => "nilinterequal".into(),
            K::Iface(false) => "interequal".into(),
            _ => {
                let name = format!("type:.eq.{}", self.ck.table.link_string(t));
                let sig = self.eq_sig();
                return self.generated(&name, sig, alg_flags(), move |p, id| gen_eq(p, id, t));
            }
        };
        self.rt_func(&name, Pos::NONE)
    }

    /// The func value that hashes values of the comparable type `t`.
    pub fn hash_funcval(&mut self, t: TypeId) -> DataId {
        let f = self.hash_func(t);
        self.funcval(f)
    }

    /// The function that hashes a value of type `t`, given its address and a seed.
    pub fn hash_func(&mut self, t: TypeId) -> FuncId {
        let t = self.ck.table.canon(t);
        if self.is_plain_memory(t) {
            let (size, align) = (self.size_of(t), self.align_of(t) as u64);
            if let Some(bits) = fixed_bits(size, align, self.word as u64) {
                return self.rt_func(&format!("memhash{bits}"), Pos::NONE);
            }
            let sig = self.hash_sig();
            return self.generated(&format!("type:.hashmem.{size}"), sig, alg_flags(), move |p, id| {
                let mut fx = Fx::synthetic(p, id);
                let (a, h) = (fx.params()[0], fx.params()[1]);
                let n = fx.word(size as i64);
                let r = fx.rt1("hashMemory", &[a, h, n]);
                fx.s.ret(&[r]);
                fx.s.finish()
            });
        }
        let name = match self.kind(t) {
            K::Float(n) => format!("f{}hash", n * 8),
            K::Complex(n) => format!("c{}hash", n * 8),
            K::Str => "strhash".into(),
            K::Iface(true) => "nilinterhash".into(),
            K::Iface(false) => "interhash".into(),
            _ => {
                let name = format!("type:.hash.{}", self.ck.table.link_string(t));
                let sig = self.hash_sig();
                return self.generated(&name, sig, alg_flags(), move |p, id| gen_hash(p, id, t));
            }
        };
        self.rt_func(&name, Pos::NONE)
    }

    /// Whether comparing or hashing takes few steps; levels count too, so that this question itself stays short.
    fn takes_few_steps(&mut self, t: TypeId) -> bool {
        self.steps_left(t, MOST_STEPS).is_some()
    }
    fn steps_left(&mut self, t: TypeId, left: u32) -> Option<u32> {
        let left = left.checked_sub(1)?;
        match self.kind(t) {
            K::Struct => self.pieces(t).into_iter().try_fold(left, |left, piece| match piece {
                Piece::Plain { .. } => left.checked_sub(1),
                Piece::Field(ft, _) => self.steps_left(ft, left),
            }),
            K::Array(e, n) if !self.is_plain_memory(t) => {
                (0..if n <= UNROLL { n } else { 1 }).try_fold(left, |left, _| self.steps_left(e, left))
            }
            _ => Some(left),
        }
    }

    /// The fields of a struct that count, plain ones without padding between them joined.
    fn pieces(&mut self, t: TypeId) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        for (i, f) in self.fields(t).iter().enumerate() {
            let (off, size) = (self.field_offset(t, i), self.size_of(f.ty));
            if f.name.is_blank() || size == 0 {
                continue;
            }
            if !self.is_plain_memory(f.ty) {
                out.push(Piece::Field(f.ty, off));
                continue;
            }
            match out.last_mut() {
                Some(Piece::Plain { off: o, size: s, .. }) if *o + *s == off => *s += size,
                _ => out.push(Piece::Plain { off, size, align: self.align_of(f.ty) as u64 }),
            }
        }
        out
    }
}

/// The function that compares values of the comparable type `t`, given their addresses.
pub fn eq_func(p: &mut Prog<'_>, t: TypeId) -> FuncId {
    p.eq_func(t)
}

fn alg_flags() -> FuncFlags {
    FuncFlags::default()
}

/// The suffix of the runtime's function for plain memory of this size, if there is one: it reads whole integers, so the
/// memory must be aligned for them.
fn fixed_bits(size: u64, align: u64, word: u64) -> Option<u64> {
    match size {
        0 | 1 => Some(size * 8),
        2 | 4 | 8 | 16 if align >= size.min(word) => Some(size * 8),
        _ => None,
    }
}

fn gen_eq(p: &mut Prog<'_>, id: FuncId, t: TypeId) -> Func {
    let mut fx = Fx::synthetic(p, id);
    let (a, b) = (fx.params()[0], fx.params()[1]);
    let no = fx.s.block();
    fx.unequal_jump(t, Addr::new(a), Addr::new(b), no);
    let yes = fx.bool(true);
    fx.s.ret(&[yes]);
    fx.s.start_sealed(no);
    let r = fx.bool(false);
    fx.s.ret(&[r]);
    fx.s.finish()
}

fn gen_hash(p: &mut Prog<'_>, id: FuncId, t: TypeId) -> Func {
    let mut fx = Fx::synthetic(p, id);
    let (a, h) = (fx.params()[0], fx.params()[1]);
    let r = fx.hash_at(t, Addr::new(a), h);
    fx.s.ret(&[r]);
    fx.s.finish()
}

impl<'p, 'a> Fx<'p, 'a> {
    /// Goes on if the values of the comparable type `t` at `a` and `b` are equal, else jumps to `no` (not sealed yet).
    pub fn unequal_jump(&mut self, t: TypeId, a: Addr, b: Addr, no: Block) {
        match self.p.kind(t) {
            K::Struct => {
                for piece in self.p.pieces(t) {
                    match piece {
                        Piece::Plain { off, size, align } => {
                            self.unequal_memory(a.plus(off), b.plus(off), size, align, no);
                        }
                        Piece::Field(ft, off) => self.unequal_part(ft, a.plus(off), b.plus(off), no),
                    }
                }
            }
            _ if self.p.is_plain_memory(t) => {
                let (size, align) = (self.p.size_of(t), self.p.align_of(t) as u64);
                self.unequal_memory(a, b, size, align, no);
            }
            K::Array(e, n) if n <= UNROLL => {
                let size = self.p.size_of(e);
                for i in 0..n {
                    self.unequal_part(e, a.plus(i * size), b.plus(i * size), no);
                }
            }
            K::Array(e, n) => {
                let (a, b) = (self.addr_value(a), self.addr_value(b));
                self.each_element(e, n, |fx, off| {
                    let (x, y) = (fx.ptr_add(a, off), fx.ptr_add(b, off));
                    fx.unequal_part(e, Addr::new(x), Addr::new(y), no);
                });
            }
            K::Float(n) => self.unequal_float(n, a, b, no),
            K::Complex(n) => {
                let half = n / 2;
                self.unequal_float(half, a, b, no);
                self.unequal_float(half, a.plus(half as u64), b.plus(half as u64), no);
            }
            K::Str => {
                let (w, word) = (self.word_ty(), self.p.word as u64);
                let (n, m) = (self.load(w, a.plus(word)), self.load(w, b.plus(word)));
                self.go_on_if_equal(n, m, no);
                let (x, y) = (self.load(Ty::Ptr, a), self.load(Ty::Ptr, b));
                let r = self.rt1("memequal", &[x, y, n]);
                self.go_on_if(r, no);
            }
            K::Iface(empty) => {
                let (w, word) = (self.word_ty(), self.p.word as u64);
                let (x, y) = (self.load(w, a), self.load(w, b));
                self.go_on_if_equal(x, y, no);
                let tab = self.bitcast(x, Ty::Ptr);
                let (d, e) = (self.load(Ty::Ptr, a.plus(word)), self.load(Ty::Ptr, b.plus(word)));
                let r = self.rt1(if empty { "efaceeq" } else { "ifaceeq" }, &[tab, d, e]);
                self.go_on_if(r, no);
            }
            _ => panic!("{} is not comparable", self.p.type_str(t)),
        }
    }

    /// The same for a part of something.
    fn unequal_part(&mut self, t: TypeId, a: Addr, b: Addr, no: Block) {
        if self.p.takes_few_steps(t) {
            return self.unequal_jump(t, a, b, no);
        }
        let f = self.p.eq_func(t);
        let (x, y) = (self.addr_value(a), self.addr_value(b));
        let equal = self.call_func(f, &[x, y])[0];
        self.go_on_if(equal, no);
    }

    pub fn go_on_if(&mut self, cond: Value, no: Block) {
        let next = self.s.block();
        self.s.br(cond, next, no);
        self.s.start_sealed(next);
    }
    fn go_on_if_equal(&mut self, x: Value, y: Value, no: Block) {
        let c = self.icmp(Cc::Eq, x, y);
        self.go_on_if(c, no);
    }
    fn unequal_float(&mut self, size: u32, a: Addr, b: Addr, no: Block) {
        let ty = if size == 4 { Ty::F32 } else { Ty::F64 };
        let (x, y) = (self.load(ty, a), self.load(ty, b));
        let c = self.ins(Op::Fcmp(Fcc::Eq), &[x, y], Ty::I8);
        self.go_on_if(c, no);
    }
    fn unequal_memory(&mut self, a: Addr, b: Addr, size: u64, align: u64, no: Block) {
        let word = self.p.word as u64;
        // A few aligned loads, else a call.
        if size <= 4 * align.min(word) {
            let mut off = 0;
            while off < size {
                let left = size - off;
                let mut step = align.min(word);
                while step > left {
                    step /= 2;
                }
                let ty = Ty::int(step as u32);
                let (x, y) = (self.load(ty, a.plus(off)), self.load(ty, b.plus(off)));
                self.go_on_if_equal(x, y, no);
                off += step;
            }
            return;
        }
        let (x, y, n) = (self.addr_value(a), self.addr_value(b), self.word(size as i64));
        let r = self.rt1("memequal", &[x, y, n]);
        self.go_on_if(r, no);
    }

    /// Runs `body` with the byte offset of each of `n` elements.
    fn each_element(&mut self, elem: TypeId, n: u64, body: impl FnOnce(&mut Self, Value)) {
        let w = self.word_ty();
        let var = self.s.var(w);
        let size = self.p.size_of(elem);
        let zero = self.word(0);
        self.s.write(var, zero);
        let (head, inside, done) = (self.s.block(), self.s.block(), self.s.block());
        self.s.jump(head);
        self.s.start(head);
        let off = self.s.read(var);
        let c = self.icmp_imm(Cc::Ult, off, (n * size) as i64);
        self.s.br(c, inside, done);
        self.s.start_sealed(inside);
        body(self, off);
        let next = self.add_imm(off, size as i64);
        self.s.write(var, next);
        self.s.jump(head);
        self.s.seal(head);
        self.s.start_sealed(done);
    }

    /// The hash of the value of type `t` at `a`, from `h` on.
    pub fn hash_at(&mut self, t: TypeId, a: Addr, h: Value) -> Value {
        match self.p.kind(t) {
            K::Struct => {
                let mut h = h;
                for piece in self.p.pieces(t) {
                    h = match piece {
                        Piece::Plain { off, size, .. } => {
                            let (x, n) = (self.addr_value(a.plus(off)), self.word(size as i64));
                            self.rt1("hashMemory", &[x, h, n])
                        }
                        Piece::Field(ft, off) => self.hash_part(ft, a.plus(off), h),
                    };
                }
                h
            }
            K::Array(e, n) if !self.p.is_plain_memory(t) => {
                let base = self.addr_value(a);
                let w = self.word_ty();
                let var = self.s.var(w);
                self.s.write(var, h);
                self.each_element(e, n, |fx, off| {
                    let x = fx.ptr_add(base, off);
                    let h = fx.s.read(var);
                    let h = fx.hash_part(e, Addr::new(x), h);
                    fx.s.write(var, h);
                });
                self.s.read(var)
            }
            _ => {
                let f = self.p.hash_func(t);
                let x = self.addr_value(a);
                self.call_func(f, &[x, h])[0]
            }
        }
    }

    /// The same for a part of something.
    fn hash_part(&mut self, t: TypeId, a: Addr, h: Value) -> Value {
        if self.p.takes_few_steps(t) {
            return self.hash_at(t, a, h);
        }
        let f = self.p.hash_func(t);
        let x = self.addr_value(a);
        self.call_func(f, &[x, h])[0]
    }
}
