//! Constants, exact: integers and rationals of any size. Floats too large for rationals in reasonable space are big floats
//! (512 bits of mantissa, as Go's own compiler has).
//!
//! Values are normalised: a number that is integral is `Int` or `BigInt` whatever its Go type, and a rational has no more than
//! [`MAX_RAT_BITS`] bits above or below the line. So a float constant `1.0` is `Int(1)`: what a value is comes from its type,
//! and operations that depend on it (division) are told.
use dashu::{
    base::{BitTest, Sign, Signed, UnsignedAbs},
    float::FBig,
    integer::{IBig, UBig},
    rational::RBig,
};
use std::{cmp::Ordering, sync::Arc};

pub use crate::literal::from_literal;
use crate::{table::Basic, text::Text};

/// Rationals with more bits above or below the line become floats.
const MAX_RAT_BITS: usize = 4096;
/// Mantissa of big floats.
const FLOAT_BITS: usize = 512;

/// A constant's value. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub enum ConstValue {
    /// Not known (after an error).
    #[default]
    Unknown,
    /// A bool.
    Bool(bool),
    /// A string: bytes, not necessarily UTF-8.
    Str(Arc<Text>),
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

/// Operations on constants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are the operators'")]
pub enum ConstOp {
    Add,
    Sub,
    Mul,
    /// Division of floats and complex numbers.
    Div,
    /// Division of integers, truncated.
    IntDiv,
    Rem,
    And,
    Or,
    Xor,
    AndNot,
    AndAnd,
    OrOr,
}

/// A big float from its parts, rounded to the mantissa's size.
pub(crate) fn big_float(mantissa: IBig, exponent: isize) -> FBig {
    FBig::from_parts(mantissa, exponent).with_precision(FLOAT_BITS).value()
}

impl From<i64> for ConstValue {
    fn from(v: i64) -> Self {
        ConstValue::Int(v)
    }
}

impl From<bool> for ConstValue {
    fn from(v: bool) -> Self {
        ConstValue::Bool(v)
    }
}

impl From<u64> for ConstValue {
    fn from(v: u64) -> Self {
        match i64::try_from(v) {
            Ok(v) => ConstValue::Int(v),
            Err(_) => ConstValue::BigInt(Arc::new(IBig::from(v))),
        }
    }
}

impl From<IBig> for ConstValue {
    fn from(v: IBig) -> Self {
        match i64::try_from(&v) {
            Ok(v) => ConstValue::Int(v),
            Err(_) => ConstValue::BigInt(Arc::new(v)),
        }
    }
}

impl From<RBig> for ConstValue {
    fn from(v: RBig) -> Self {
        if v.is_int() {
            return v.into_parts().0.into();
        }
        if v.numerator().bit_len() > MAX_RAT_BITS || v.denominator().bit_len() > MAX_RAT_BITS {
            let (n, d) = v.into_parts();
            return (big_float(n, 0) / big_float(d.into(), 0)).into();
        }
        ConstValue::Rat(Arc::new(v))
    }
}

impl From<FBig> for ConstValue {
    fn from(v: FBig) -> Self {
        let repr = v.repr();
        if repr.is_infinite() {
            return ConstValue::Unknown;
        }
        let (mantissa, exponent) = (repr.significand(), repr.exponent());
        if mantissa.is_zero() {
            return ConstValue::Int(0);
        }
        let top = mantissa.bit_len() as isize + exponent;
        // As far as an exponent of 32 bits goes.
        if top > i32::MAX as isize {
            return ConstValue::Unknown;
        }
        if top < i32::MIN as isize {
            return ConstValue::Int(0);
        }
        if exponent >= 0 && top <= MAX_RAT_BITS as isize {
            return (mantissa.clone() << exponent as usize).into();
        }
        if exponent < 0 && -exponent < MAX_RAT_BITS as isize && top.unsigned_abs() < MAX_RAT_BITS {
            return RBig::from_parts(mantissa.clone(), UBig::ONE << (-exponent) as usize).into();
        }
        ConstValue::Float(Arc::new(v))
    }
}

impl From<f64> for ConstValue {
    /// The exact value; infinities and NaN are unknown.
    fn from(v: f64) -> Self {
        if !v.is_finite() {
            return ConstValue::Unknown;
        }
        let bits = v.to_bits();
        let (exp, frac) = ((bits >> 52 & 0x7ff) as isize, (bits & ((1 << 52) - 1)) as i64);
        let (mantissa, exponent) = if exp == 0 { (frac, -1074) } else { (frac | 1 << 52, exp - 1075) };
        let mantissa = if v < 0.0 { -mantissa } else { mantissa };
        if exponent >= 0 {
            (IBig::from(mantissa) << exponent as usize).into()
        } else {
            RBig::from_parts(IBig::from(mantissa), UBig::ONE << (-exponent) as usize).into()
        }
    }
}

impl ConstValue {
    /// A string constant.
    pub fn string(bytes: impl Into<Arc<[u8]>>) -> ConstValue {
        ConstValue::Str(Arc::new(Text::new(bytes.into())))
    }

    /// A complex number; an imaginary part of zero is dropped.
    pub fn complex(re: ConstValue, im: ConstValue) -> ConstValue {
        match (&re, &im) {
            (_, ConstValue::Int(0)) => re,
            (ConstValue::Unknown, _) | (_, ConstValue::Unknown) => ConstValue::Unknown,
            _ => ConstValue::Complex(Arc::new((re, im))),
        }
    }

    /// After an error?
    pub fn is_unknown(&self) -> bool {
        matches!(self, ConstValue::Unknown)
    }

    /// An integral number, whatever its type?
    pub fn is_int(&self) -> bool {
        matches!(self, ConstValue::Int(_) | ConstValue::BigInt(_))
    }

    /// A number?
    pub fn is_numeric(&self) -> bool {
        !matches!(self, ConstValue::Unknown | ConstValue::Bool(_) | ConstValue::Str(_))
    }

    /// The bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            ConstValue::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The string's bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            ConstValue::Str(s) => Some(s.bytes()),
            _ => None,
        }
    }

    /// Number of the string's bytes, without making them.
    pub fn str_len(&self) -> Option<u64> {
        match self {
            ConstValue::Str(s) => Some(s.len()),
            _ => None,
        }
    }

    /// The integer, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            ConstValue::Int(v) => Some(*v),
            _ => None,
        }
    }

    /// The integer, if it is one that fits.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            ConstValue::Int(v) => u64::try_from(*v).ok(),
            ConstValue::BigInt(v) => u64::try_from(&**v).ok(),
            _ => None,
        }
    }

    /// The integer as a big one.
    pub fn as_big(&self) -> Option<IBig> {
        match self {
            ConstValue::Int(v) => Some(IBig::from(*v)),
            ConstValue::BigInt(v) => Some((**v).clone()),
            _ => None,
        }
    }

    /// The low 64 bits of an integer in two's complement: what a register holds for a constant of any integer type.
    pub fn to_bits(&self) -> Option<u64> {
        match self {
            ConstValue::Int(v) => Some(*v as u64),
            _ => self.as_u64(),
        }
    }

    /// Real part.
    pub fn real(&self) -> ConstValue {
        match self {
            ConstValue::Complex(c) => c.0.clone(),
            v if v.is_numeric() => v.clone(),
            _ => ConstValue::Unknown,
        }
    }

    /// Imaginary part.
    pub fn imag(&self) -> ConstValue {
        match self {
            ConstValue::Complex(c) => c.1.clone(),
            v if v.is_numeric() => ConstValue::Int(0),
            _ => ConstValue::Unknown,
        }
    }

    /// -1, 0 or 1. 1 for complex numbers and what is no number.
    pub fn sign(&self) -> i32 {
        match self {
            ConstValue::Int(v) => v.signum() as i32,
            ConstValue::BigInt(v) if v.is_negative() => -1,
            ConstValue::Rat(v) if v.sign() == Sign::Negative => -1,
            ConstValue::Float(v) if v.repr().sign() == Sign::Negative => -1,
            _ => 1,
        }
    }

    /// Number of bits of an integer's magnitude.
    pub fn bit_len(&self) -> usize {
        match self {
            ConstValue::Int(v) => 64 - v.unsigned_abs().leading_zeros() as usize,
            ConstValue::BigInt(v) => (**v).clone().unsigned_abs().bit_len(),
            _ => 0,
        }
    }

    fn to_rat(&self) -> Option<RBig> {
        match self {
            ConstValue::Int(v) => Some(RBig::from(*v)),
            ConstValue::BigInt(v) => Some(RBig::from((**v).clone())),
            ConstValue::Rat(v) => Some((**v).clone()),
            _ => None,
        }
    }

    fn to_float(&self) -> Option<FBig> {
        match self {
            ConstValue::Int(v) => Some(big_float(IBig::from(*v), 0)),
            ConstValue::BigInt(v) => Some(big_float((**v).clone(), 0)),
            ConstValue::Rat(v) => {
                let (n, d) = (**v).clone().into_parts();
                Some(big_float(n, 0) / big_float(d.into(), 0))
            }
            ConstValue::Float(v) => Some((**v).clone()),
            _ => None,
        }
    }

    /// Rounded to the nearest float64, ties to even; overflows give infinity. Complex numbers: their real part.
    pub fn to_f64(&self) -> f64 {
        let (negative, bits) = self.round(52, 1023);
        f64::from_bits(bits | (negative as u64) << 63)
    }

    /// Rounded to the nearest float32 (once), ties to even; overflows give infinity.
    pub fn to_f32(&self) -> f32 {
        let (negative, bits) = self.round(23, 127);
        f32::from_bits(bits as u32 | (negative as u32) << 31)
    }

    /// Sign and IEEE bits without sign, for a format with that many fraction bits and that bias.
    fn round(&self, fraction: u32, bias: isize) -> (bool, u64) {
        // The value is n / d * 2^exponent.
        let (n, d, exponent) = match self {
            ConstValue::Int(0) => return (false, 0),
            ConstValue::Int(v) => (IBig::from(*v), UBig::ONE, 0),
            ConstValue::BigInt(v) => ((**v).clone(), UBig::ONE, 0),
            ConstValue::Rat(v) => {
                let (n, d) = (**v).clone().into_parts();
                (n, d, 0)
            }
            ConstValue::Float(v) => (v.repr().significand().clone(), UBig::ONE, v.repr().exponent()),
            ConstValue::Complex(c) => return c.0.round(fraction, bias),
            _ => return (false, 0),
        };
        let negative = n.is_negative();
        let n = n.unsigned_abs();
        // Scale so that the quotient has 66 or 67 bits, and let the remainder make it odd: that decides ties.
        let shift = 66 - (n.bit_len() as isize - d.bit_len() as isize);
        let (n, d) = if shift >= 0 { (n << shift as usize, d) } else { (n, d << (-shift) as usize) };
        let (q, r) = (&n / &d, &n % &d);
        let mut q = u128::try_from(q).unwrap_or(u128::MAX);
        if !r.is_zero() {
            q |= 1;
        }
        // value = q * 2^scale, q with `len` bits
        let scale = exponent - shift;
        let len = 128 - q.leading_zeros() as isize;
        let top = scale + len - 1;
        if top > bias {
            return (negative, ((2 * bias + 1) as u64) << fraction);
        }
        // Bits of q below the last bit kept: more for subnormal numbers.
        let lowest = (top - fraction as isize).max(1 - bias - fraction as isize);
        let drop = lowest - scale;
        if drop > 127 {
            return (negative, 0);
        }
        let mut kept = (q >> drop) as u64;
        let rest = q & ((1u128 << drop) - 1);
        let half = 1u128 << (drop - 1);
        if rest > half || rest == half && kept & 1 == 1 {
            kept += 1;
        }
        // A carry out of the fraction moves into the exponent by itself.
        let biased = if top < 1 - bias { 0 } else { (top + bias - 1) as u64 };
        (negative, (biased << fraction) + kept)
    }

    /// `x op y`; both are of one kind. Unknown operands give an unknown result; so does a division by zero.
    pub fn binary(op: ConstOp, x: &ConstValue, y: &ConstValue) -> ConstValue {
        use ConstValue::*;
        match (x, y) {
            (Int(a), Int(b)) => int_op(op, *a, *b),
            (Bool(a), Bool(b)) => match op {
                ConstOp::AndAnd => Bool(*a && *b),
                ConstOp::OrOr => Bool(*a || *b),
                _ => Unknown,
            },
            (Str(a), Str(b)) if op == ConstOp::Add => Str(Arc::new(Text::join(a, b))),
            (Complex(_), _) | (_, Complex(_)) => complex_op(op, x, y),
            _ => {
                if let (Some(a), Some(b)) = (x.as_big(), y.as_big()) {
                    return big_op(op, a, b);
                }
                if let (Some(a), Some(b)) = (x.to_rat(), y.to_rat()) {
                    return match op {
                        ConstOp::Add => (a + b).into(),
                        ConstOp::Sub => (a - b).into(),
                        ConstOp::Mul => (a * b).into(),
                        ConstOp::Div if !b.is_zero() => (a / b).into(),
                        _ => Unknown,
                    };
                }
                let (Some(a), Some(b)) = (x.to_float(), y.to_float()) else { return Unknown };
                match op {
                    ConstOp::Add => (a + b).into(),
                    ConstOp::Sub => (a - b).into(),
                    ConstOp::Mul => (a * b).into(),
                    ConstOp::Div if !b.repr().significand().is_zero() => (a / b).into(),
                    _ => Unknown,
                }
            }
        }
    }

    /// `-x`.
    pub fn neg(&self) -> ConstValue {
        match self {
            ConstValue::Complex(c) => ConstValue::complex(c.0.neg(), c.1.neg()),
            _ => ConstValue::binary(ConstOp::Sub, &ConstValue::Int(0), self),
        }
    }

    /// `!x`.
    pub fn not(&self) -> ConstValue {
        self.as_bool().map_or(ConstValue::Unknown, |b| ConstValue::Bool(!b))
    }

    /// `^x`; for an unsigned type its number of bits.
    pub fn complement(&self, unsigned_bits: Option<u32>) -> ConstValue {
        let Some(v) = self.as_big() else { return ConstValue::Unknown };
        match unsigned_bits {
            None => (-v - IBig::ONE).into(),
            Some(bits) => (((IBig::ONE << bits as usize) - IBig::ONE) ^ v).into(),
        }
    }

    /// `x << s` or `x >> s`.
    pub fn shift(&self, left: bool, s: u32) -> ConstValue {
        if let (ConstValue::Int(v), false) = (self, left) {
            return ConstValue::Int(v >> s.min(63));
        }
        let Some(v) = self.as_big() else { return ConstValue::Unknown };
        if left { (v << s as usize).into() } else { (v >> s as usize).into() }
    }

    /// The order of two numbers or strings; complex numbers and bools only compare equal or not.
    pub fn compare(&self, other: &ConstValue) -> Option<Ordering> {
        use ConstValue::*;
        match (self, other) {
            (Int(a), Int(b)) => Some(a.cmp(b)),
            (Str(a), Str(b)) => Some(a.bytes().cmp(b.bytes())),
            (Bool(a), Bool(b)) => Some(a.cmp(b)),
            (Complex(a), Complex(b)) => {
                let same =
                    a.0.compare(&b.0) == Some(Ordering::Equal) && a.1.compare(&b.1) == Some(Ordering::Equal);
                Some(if same { Ordering::Equal } else { Ordering::Less })
            }
            (Complex(_), y) if y.is_numeric() => Some(Ordering::Less),
            (x, Complex(_)) if x.is_numeric() => Some(Ordering::Less),
            _ => {
                if let (Some(a), Some(b)) = (self.to_rat(), other.to_rat()) {
                    return Some(a.cmp(&b));
                }
                let (a, b) = (self.to_float()?, other.to_float()?);
                Some(a.cmp(&b))
            }
        }
    }

    /// The value as one of that basic type, rounded if need be; None if it cannot be. Word-sized integers have `word` bytes.
    /// Unknown values fit everywhere.
    pub fn representable(&self, ty: Basic, word: u32) -> Option<ConstValue> {
        use Basic::*;
        if self.is_unknown() {
            return Some(ConstValue::Unknown);
        }
        match ty {
            Bool | UntypedBool => self.as_bool().map(ConstValue::Bool),
            String | UntypedString => self.str_len().map(|_| self.clone()),
            UntypedInt | UntypedRune => self.is_int().then(|| self.clone()),
            UntypedFloat => {
                (self.is_numeric() && !matches!(self, ConstValue::Complex(_))).then(|| self.clone())
            }
            UntypedComplex => self.is_numeric().then(|| self.clone()),
            Float32 | Float64 => {
                if !self.is_numeric() || matches!(self, ConstValue::Complex(_)) {
                    return None;
                }
                self.rounded(ty == Float32)
            }
            Complex64 | Complex128 => {
                if !self.is_numeric() {
                    return None;
                }
                let single = ty == Complex64;
                Some(ConstValue::complex(self.real().rounded(single)?, self.imag().rounded(single)?))
            }
            _ => {
                let (bits, signed) = int_size(ty, word)?;
                let fits = match self {
                    ConstValue::Int(v) if signed => {
                        bits == 64 || (-1i64 << (bits - 1) <= *v && *v < 1i64 << (bits - 1))
                    }
                    ConstValue::Int(v) => *v >= 0 && (bits == 64 || *v < 1i64 << bits),
                    ConstValue::BigInt(_) => !signed && bits == 64 && self.as_u64().is_some(),
                    _ => false,
                };
                fits.then(|| self.clone())
            }
        }
    }

    fn rounded(&self, single: bool) -> Option<ConstValue> {
        // These are exact in both formats.
        if let ConstValue::Int(v) = self
            && v.unsigned_abs() < 1 << 24
        {
            return Some(self.clone());
        }
        let v = if single { f64::from(self.to_f32()) } else { self.to_f64() };
        v.is_finite().then(|| v.into())
    }

    /// As messages show it. `float`: the constant has a floating-point or complex type.
    pub fn show(&self, float: bool) -> std::string::String {
        match self {
            ConstValue::Unknown => "unknown".into(),
            ConstValue::Bool(b) => b.to_string(),
            ConstValue::Str(s) => show_string(s.bytes()),
            ConstValue::Int(v) if !float => v.to_string(),
            ConstValue::BigInt(v) if !float => v.to_string(),
            ConstValue::Complex(c) => format!("({} + {}i)", c.0.show(true), c.1.show(true)),
            _ => show_float(self),
        }
    }
}

/// Bits and signedness of an integer type.
pub fn int_size(ty: Basic, word: u32) -> Option<(u32, bool)> {
    use Basic::*;
    Some(match ty {
        Int => (word * 8, true),
        Int8 => (8, true),
        Int16 => (16, true),
        Int32 => (32, true),
        Int64 => (64, true),
        Uint | Uintptr => (word * 8, false),
        Uint8 => (8, false),
        Uint16 => (16, false),
        Uint32 => (32, false),
        Uint64 => (64, false),
        _ => return None,
    })
}

fn int_op(op: ConstOp, a: i64, b: i64) -> ConstValue {
    let exact = match op {
        ConstOp::Add => a.checked_add(b),
        ConstOp::Sub => a.checked_sub(b),
        ConstOp::Mul => a.checked_mul(b),
        ConstOp::And => Some(a & b),
        ConstOp::Or => Some(a | b),
        ConstOp::Xor => Some(a ^ b),
        ConstOp::AndNot => Some(a & !b),
        ConstOp::IntDiv if b != 0 => a.checked_div(b),
        ConstOp::Rem if b != 0 => a.checked_rem(b),
        ConstOp::Div if b != 0 => {
            if a.checked_rem(b) == Some(0) {
                a.checked_div(b)
            } else {
                None
            }
        }
        _ => return ConstValue::Unknown,
    };
    match exact {
        Some(v) => ConstValue::Int(v),
        None => big_op(op, IBig::from(a), IBig::from(b)),
    }
}

fn big_op(op: ConstOp, a: IBig, b: IBig) -> ConstValue {
    match op {
        ConstOp::Add => (a + b).into(),
        ConstOp::Sub => (a - b).into(),
        ConstOp::Mul => (a * b).into(),
        ConstOp::And => (a & b).into(),
        ConstOp::Or => (a | b).into(),
        ConstOp::Xor => (a ^ b).into(),
        ConstOp::AndNot => (a & !b).into(),
        _ if b.is_zero() => ConstValue::Unknown,
        ConstOp::IntDiv => (a / b).into(),
        ConstOp::Rem => (a % b).into(),
        ConstOp::Div => (RBig::from(a) / RBig::from(b)).into(),
        _ => ConstValue::Unknown,
    }
}

fn complex_op(op: ConstOp, x: &ConstValue, y: &ConstValue) -> ConstValue {
    let f = |op, a: &ConstValue, b: &ConstValue| ConstValue::binary(op, a, b);
    let (a, b, c, d) = (x.real(), x.imag(), y.real(), y.imag());
    match op {
        ConstOp::Add | ConstOp::Sub => ConstValue::complex(f(op, &a, &c), f(op, &b, &d)),
        ConstOp::Mul => {
            let re = f(ConstOp::Sub, &f(ConstOp::Mul, &a, &c), &f(ConstOp::Mul, &b, &d));
            let im = f(ConstOp::Add, &f(ConstOp::Mul, &b, &c), &f(ConstOp::Mul, &a, &d));
            ConstValue::complex(re, im)
        }
        ConstOp::Div => {
            let s = f(ConstOp::Add, &f(ConstOp::Mul, &c, &c), &f(ConstOp::Mul, &d, &d));
            let re = f(ConstOp::Add, &f(ConstOp::Mul, &a, &c), &f(ConstOp::Mul, &b, &d));
            let im = f(ConstOp::Sub, &f(ConstOp::Mul, &b, &c), &f(ConstOp::Mul, &a, &d));
            ConstValue::complex(f(ConstOp::Div, &re, &s), f(ConstOp::Div, &im, &s))
        }
        _ => ConstValue::Unknown,
    }
}

/// A string as messages show it: quoted, cut after 72 characters.
fn show_string(bytes: &[u8]) -> String {
    let quoted = quote(&bytes[..bytes.len().min(4 * 73)]);
    if quoted.chars().count() <= 72 {
        return quoted;
    }
    let mut cut: String = quoted.chars().take(72 - 3).collect();
    cut.push_str("...");
    cut
}

/// A Go string literal for these bytes.
pub fn quote(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\u{7}' => out.push_str("\\a"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{b}' => out.push_str("\\v"),
                c if (c as u32) < 0x20 || c == '\u{7f}' => {
                    let _ = write!(out, "\\x{:02x}", c as u32);
                }
                c if c.is_control() || c == '\u{feff}' => {
                    let _ = write!(out, "\\u{:04x}", c as u32);
                }
                c => out.push(c),
            }
        }
        for b in chunk.invalid() {
            let _ = write!(out, "\\x{b:02x}");
        }
    }
    out.push('"');
    out
}

/// `%.6g`, for any magnitude.
fn show_float(v: &ConstValue) -> String {
    let f = v.to_f64();
    if v.sign() == 0 || f != 0.0 && f.is_finite() {
        let text = show_g(f);
        if !v.is_int() && !text.contains('.') {
            return show_shortest(f);
        }
        return text;
    }
    // Out of float64's range: mantissa and decimal exponent from the binary ones.
    let Some(x) = v.to_float() else { return "unknown".into() };
    let (m, e) = (x.repr().significand().clone(), x.repr().exponent());
    let len = m.bit_len() as isize;
    let head = ConstValue::from(big_float(m, -len)).to_f64();
    let log = head.abs().log10() + (e + len) as f64 * std::f64::consts::LOG10_2;
    let mut exponent = log.floor();
    let mut mantissa = 10f64.powf(log - exponent);
    // What six digits round up to ten.
    if mantissa >= 10.0 - 5e-6 {
        (mantissa, exponent) = (mantissa / 10.0, exponent + 1.0);
    }
    let sign = if head < 0.0 { "-" } else { "" };
    format!("{sign}{}e{:+}", show_g(mantissa), exponent as i64)
}

/// `%g`: as many digits as it takes.
fn show_shortest(f: f64) -> String {
    let text = format!("{f:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..21).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    format!("{f}")
}

fn show_g(f: f64) -> String {
    if f == 0.0 {
        return "0".into();
    }
    let text = format!("{f:.5e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let digits =
            if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let fixed = format!("{f:.*}", (5 - exponent).max(0) as usize);
    if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.').to_string() } else { fixed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding() {
        for f in [
            0.1,
            1.0 / 3.0,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::MIN_POSITIVE.next_down(),
            -1e300,
            123456789.0,
        ] {
            assert_eq!(ConstValue::from(f).to_f64(), f);
        }
        let third = ConstValue::binary(ConstOp::Div, &ConstValue::Int(1), &ConstValue::Int(3));
        assert_eq!(third.to_f64(), 1.0 / 3.0);
        assert_eq!(third.to_f32(), 1.0f32 / 3.0);
        let big = ConstValue::Int(1).shift(true, 1024);
        assert!(big.to_f64().is_infinite());
        assert!(big.representable(Basic::Float64, 8).is_none());
        let edge = ConstValue::binary(ConstOp::Sub, &big, &ConstValue::Int(3).shift(true, 969));
        assert_eq!(edge.to_f64(), f64::MAX);
    }

    #[test]
    fn fitting() {
        assert!(ConstValue::Int(255).representable(Basic::Uint8, 8).is_some());
        assert!(ConstValue::Int(256).representable(Basic::Uint8, 8).is_none());
        assert!(ConstValue::Int(-129).representable(Basic::Int8, 8).is_none());
        assert!(ConstValue::Int(1 << 40).representable(Basic::Int, 4).is_none());
        assert!(ConstValue::from(u64::MAX).representable(Basic::Uint64, 8).is_some());
        assert!(ConstValue::from(u64::MAX).representable(Basic::Int64, 8).is_none());
        assert_eq!(ConstValue::from(u64::MAX).to_bits(), Some(u64::MAX));
    }

    #[test]
    fn shown() {
        assert_eq!(ConstValue::from(1e100).show(true), "1e+100");
        assert_eq!(ConstValue::from(0.1).show(true), "0.1");
        assert_eq!(ConstValue::from(1234567.0).show(true), "1.23457e+06");
        assert_eq!(ConstValue::Int(1234567).show(false), "1234567");
        assert_eq!(ConstValue::string(*b"a\n\xff").show(false), "\"a\\n\\xff\"");
        assert_eq!(ConstValue::Int(-7).complement(None).show(false), "6");
        assert_eq!(ConstValue::Int(1).complement(Some(8)).show(false), "254");
    }
}
