//! Constants, exact: integers and rationals of any size. Floats too large for rationals in reasonable space are big floats
//! (512 bits of mantissa, as Go's own compiler has).
use dashu::{float::FBig, integer::IBig, rational::RBig};
use std::sync::Arc;

/// A constant's value. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub enum ConstValue {
    /// Not known (after an error).
    #[default]
    Unknown,
    /// A bool.
    Bool(bool),
    /// A string: bytes, not necessarily UTF-8.
    Str(Arc<[u8]>),
    /// An integer that fits.
    Int(i64),
    /// A bigger integer.
    BigInt(Arc<IBig>),
    /// A rational.
    Rat(Arc<RBig>),
    /// A binary float.
    Float(Arc<FBig>),
    /// Real and imaginary part (each Int, BigInt, Rat or Float).
    Complex(Arc<(ConstValue, ConstValue)>),
}
