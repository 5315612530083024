//! Maps: calls of the entry points of internal/runtime/maps.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::{Cc, MAP_GROUP};
use ir::{Ty, Value};
use smallvec::smallvec;
use syntax::Sym;
use syntax::ast::Expr;
use types::table::TypeId;

/// Elements up to this size may be read from the runtime's zero value; others need a zero of their own.
const ZERO_VAL: u64 = 1024;
/// Elements beyond this size have no fast variants.
pub const MAX_FAST_ELEM: u64 = 128;

/// Variants of the access functions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fast {
    No,
    B32,
    B64,
    Ptr,
    Str,
}

impl<'p, 'a> Fx<'p, 'a> {
    fn fast(&mut self, key: TypeId, elem: TypeId) -> Fast {
        if self.p.size_of(elem) > MAX_FAST_ELEM {
            return Fast::No;
        }
        match self.p.kind(key) {
            K::Int { size: 4, .. } => Fast::B32,
            K::Int { size: 8, .. } => Fast::B64,
            K::Ptr(_) | K::UnsafePtr | K::Chan(..) if self.p.word == 8 && self.p.has_ptrs(key) => Fast::Ptr,
            K::Str => Fast::Str,
            _ => Fast::No,
        }
    }
    /// Whether the access functions take such keys by value.
    pub fn key_is_word(&mut self, key: TypeId, elem: TypeId) -> bool {
        self.fast(key, elem) != Fast::No
    }
    /// Arguments and suffix of an access function.
    fn map_args(&mut self, t: TypeId, m: Value, key: &Val, assign: bool) -> (Vec<Value>, &'static str) {
        let K::Map(k, v) = self.p.kind(t) else { panic!("access to no map") };
        let (k, v) = (self.ty(k), self.ty(v));
        let rt = self.mem_type_ptr(t);
        let mut args = vec![rt, m];
        let suffix = match self.fast(k, v) {
            Fast::No => {
                let a = self.in_memory(k, key);
                args.push(self.addr_value(a));
                ""
            }
            Fast::B32 => {
                args.push(key.single());
                "_fast32"
            }
            Fast::B64 => {
                args.push(key.single());
                "_fast64"
            }
            Fast::Ptr if assign => {
                args.push(key.single());
                "_fast64ptr"
            }
            Fast::Ptr => {
                args.push(self.bitcast(key.single(), Ty::I64));
                "_fast64"
            }
            Fast::Str => {
                args.extend_from_slice(key.leaves());
                "_faststr"
            }
        };
        (args, suffix)
    }
    /// Address of the element (of a zero if there is none), and whether there is one.
    fn map_access(&mut self, t: TypeId, m: Value, key: &Val, two: bool) -> (Value, Option<Value>) {
        let K::Map(_, v) = self.p.kind(t) else { panic!("access to no map") };
        let size = self.p.size_of(v);
        let (mut args, suffix) = self.map_args(t, m, key, false);
        let name = if two { "mapaccess2" } else { "mapaccess1" };
        let r = if size > ZERO_VAL {
            let d = self.p.zero_data(size, 8);
            args.push(self.data_addr(d));
            self.rt(&format!("{name}_fat"), &args)
        } else {
            self.rt(&format!("{name}{suffix}"), &args)
        };
        (r[0], r.get(1).copied())
    }
    /// `m[k]`
    pub fn map_index(&mut self, e: &'a Expr, x: &'a Expr, k: &'a Expr) -> Val {
        let (t, m, key) = self.map_operands(x, k, false);
        self.s.pos = e.pos;
        self.map_get(t, m, &key)
    }
    /// Evaluates map and key; `keep`: the map may get the key.
    pub fn map_operands(&mut self, x: &'a Expr, k: &'a Expr, keep: bool) -> (TypeId, Value, Val) {
        let t = self.ty_of(x);
        let K::Map(kt, _) = self.p.kind(t) else { panic!("{}: index of no map", x.pos) };
        let kt = self.ty(kt);
        self.calls_first(&[x, k]);
        let m = self.scalar(x);
        let key = if keep { self.expr_as(k, kt) } else { self.passing_string(k, kt) };
        (t, m, key)
    }
    /// The element of a key.
    pub fn map_get(&mut self, t: TypeId, m: Value, key: &Val) -> Val {
        let K::Map(_, v) = self.p.kind(t) else { panic!("access to no map") };
        let v = self.ty(v);
        let (p, _) = self.map_access(t, m, key, false);
        self.load_val(v, Addr::new(p))
    }
    /// The element of a key and whether it is there.
    pub fn map_get_ok(&mut self, t: TypeId, m: Value, key: &Val) -> (Val, Value) {
        let K::Map(_, v) = self.p.kind(t) else { panic!("access to no map") };
        let v = self.ty(v);
        let (p, ok) = self.map_access(t, m, key, true);
        let val = self.load_val(v, Addr::new(p));
        (val, ok.expect("mapaccess2 has two results"))
    }
    /// The place of a key's element, made if there is none.
    pub fn map_assign(&mut self, t: TypeId, m: Value, key: &Val) -> Value {
        let (args, suffix) = self.map_args(t, m, key, true);
        self.rt1(&format!("mapassign{suffix}"), &args)
    }
    /// `delete(m, k)`
    pub fn map_delete(&mut self, m: &Val, t: TypeId, key: &Val) {
        let (args, suffix) = self.map_args(t, m.single(), key, false);
        self.rt(&format!("mapdelete{suffix}"), &args);
    }
    /// `len(m)`: the first word of a map.
    pub fn map_len(&mut self, m: Value) -> Value {
        let nil = self.icmp_imm(Cc::Eq, m, 0);
        let word = self.word_ty();
        self.if_else(
            nil,
            |s| smallvec![s.word(0)],
            |s| {
                let n = s.load(Ty::I64, Addr::new(m));
                smallvec![s.resize(n, word, false)]
            },
        )[0]
    }
    /// `make(map…)`
    pub fn make_map(&mut self, t: TypeId, hint: Option<Value>, small: bool) -> Value {
        if small {
            let K::Map(k, v) = self.p.kind(t) else { unreachable!("a map's type") };
            let (k, v) = (self.ty(k), self.ty(v));
            let group = self.p.map_group(k, v);
            let group = self.new_object(group, Sym::new(MAP_GROUP));
            return self.rt1("makemap_small", &[group]);
        }
        let rt = self.mem_type_ptr(t);
        let nil = self.nil();
        let hint = hint.expect("a map that is not small has a size hint");
        self.rt1("makemap", &[rt, hint, nil])
    }
}
