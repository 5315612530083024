//! Constants as values.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::Val;
use ir::{Op, Ty, Value};
use smallvec::smallvec;
use std::sync::Arc;
use types::constant::ConstValue;
use types::table::{Basic, TypeId, basic};

/// The bits of an integer constant (two's complement).
pub fn int_bits(c: &ConstValue) -> i64 {
    c.to_bits().unwrap_or(0) as i64
}

/// The bits of a float constant as an IEEE number of `size` bytes.
pub fn float_bits(c: &ConstValue, size: u32) -> u64 {
    if size == 4 { c.to_f32().to_bits() as u64 } else { c.to_f64().to_bits() }
}

/// The type that an untyped constant gets in an interface.
pub fn default_type(c: &ConstValue) -> TypeId {
    basic(match c {
        ConstValue::Bool(_) => Basic::Bool,
        ConstValue::Str(_) => Basic::String,
        ConstValue::Int(_) | ConstValue::BigInt(_) | ConstValue::Unknown => Basic::Int,
        ConstValue::Rat(_) | ConstValue::Float(_) => Basic::Float64,
        ConstValue::Complex(_) => Basic::Complex128,
    })
}

impl<'p, 'a> Fx<'p, 'a> {
    /// A constant of type `t` (no interface).
    pub fn const_val(&mut self, c: &ConstValue, t: TypeId) -> Val {
        match self.p.kind(t) {
            K::Bool => Val::one(self.bool(c.as_bool().unwrap_or(false))),
            K::Int { size, .. } => Val::one(self.iconst(Ty::int(size), sign_extend(int_bits(c), size))),
            K::Float(size) => Val::one(self.fconst(float_bits(c, size), size)),
            K::Complex(size) => {
                let half = size / 2;
                let re = self.fconst(float_bits(&c.real(), half), half);
                let im = self.fconst(float_bits(&c.imag(), half), half);
                Val::Flat(smallvec![re, im])
            }
            K::Str => self.str_val(c.as_bytes().unwrap_or_default()),
            K::Iface(_) => {
                let from = default_type(c);
                let v = self.const_val(c, from);
                self.to_iface(&v, from, t)
            }
            K::Ptr(_) | K::UnsafePtr => {
                let n = int_bits(c);
                Val::one(self.iconst(Ty::Ptr, n))
            }
            k => panic!("a constant of kind {k:?}"),
        }
    }
    /// A float constant by its bits.
    pub fn fconst(&mut self, bits: u64, size: u32) -> Value {
        self.ins(Op::Fconst(bits), &[], if size == 4 { Ty::F32 } else { Ty::F64 })
    }
    /// A string constant.
    pub fn str_val(&mut self, bytes: &[u8]) -> Val {
        let len = self.word(bytes.len() as i64);
        let ptr = if bytes.is_empty() {
            self.nil()
        } else {
            let d = self.p.string_data(&Arc::from(bytes));
            self.data_addr(d)
        };
        Val::Flat(smallvec![ptr, len])
    }
}

/// The low `size` bytes of `n`, sign-extended: how integer constants stand in the IR.
pub fn sign_extend(n: i64, size: u32) -> i64 {
    let shift = 64 - size * 8;
    n << shift >> shift
}
