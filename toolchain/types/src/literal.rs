//! Values of literals.
use crate::constant::{ConstValue, big_float};
use dashu::{
    integer::{IBig, UBig},
    rational::RBig,
};
use syntax::ast::LitKind;

/// The value of a literal as it is written; unknown if it is malformed (which the scanner reports).
pub fn from_literal(kind: LitKind, text: &str) -> ConstValue {
    match kind {
        LitKind::Int => integer(text).unwrap_or_default(),
        LitKind::Float => float(text).unwrap_or_default(),
        LitKind::Imag => {
            let Some(number) = text.strip_suffix('i') else { return ConstValue::Unknown };
            // For backward compatibility a leading 0 does not make it octal.
            let decimal = number.bytes().all(|b| b.is_ascii_digit() || b == b'_');
            let value = if decimal { float(number) } else { integer(number).or_else(|| float(number)) };
            value.map_or(ConstValue::Unknown, |im| ConstValue::complex(ConstValue::Int(0), im))
        }
        LitKind::Char => {
            let Some(body) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) else {
                return ConstValue::Unknown;
            };
            let mut rest = body;
            match unescape(&mut rest) {
                Some(Piece::Char(c)) if rest.is_empty() => ConstValue::Int(i64::from(c)),
                Some(Piece::Byte(b)) if rest.is_empty() => ConstValue::Int(i64::from(b)),
                _ => ConstValue::Unknown,
            }
        }
        LitKind::String => unquote(text).map_or(ConstValue::Unknown, ConstValue::string),
    }
}

fn integer(text: &str) -> Option<ConstValue> {
    let bytes = text.as_bytes();
    let (radix, digits) = match bytes {
        [b'0', b'x' | b'X', ..] => (16, &text[2..]),
        [b'0', b'b' | b'B', ..] => (2, &text[2..]),
        [b'0', b'o' | b'O', ..] => (8, &text[2..]),
        [b'0', _, ..] => (8, &text[1..]),
        _ => (10, text),
    };
    if !digits.starts_with(['+', '-'])
        && let Ok(v) = i64::from_str_radix(digits, radix)
    {
        return Some(ConstValue::Int(v));
    }
    let digits: String = digits.chars().filter(|&c| c != '_').collect();
    IBig::from_str_radix(&digits, radix).ok().map(Into::into)
}

fn float(text: &str) -> Option<ConstValue> {
    let clean: String = text.chars().filter(|&c| c != '_').collect();
    let hex = clean.starts_with("0x") || clean.starts_with("0X");
    let body = if hex { &clean[2..] } else { &clean[..] };
    let marks: &[char] = if hex { &['p', 'P'] } else { &['e', 'E'] };
    let (mantissa, exponent) = match body.split_once(marks) {
        Some((m, e)) => (m, e.parse::<i64>().ok()?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let radix = if hex { 16 } else { 10 };
    let digits = IBig::from_str_radix(&digits, radix).ok()?;
    if digits.is_zero() {
        return Some(ConstValue::Int(0));
    }
    if hex {
        let exponent = exponent.checked_sub(4 * fraction.len() as i64)?;
        let exponent = isize::try_from(exponent).ok().filter(|e| e.unsigned_abs() < 1 << 31)?;
        return Some(big_float(digits, exponent).into());
    }
    let exponent = exponent.checked_sub(fraction.len() as i64)?;
    match exponent {
        0..=1200 => Some((digits * IBig::from(10).pow(exponent as usize)).into()),
        -1200..0 => Some(RBig::from_parts(digits, UBig::from(10u8).pow((-exponent) as usize)).into()),
        // Far beyond what a binary exponent of 32 bits can say: infinite, or nothing at all.
        700_000_000.. => None,
        ..-700_000_000 => Some(ConstValue::Int(0)),
        _ => {
            let power =
                big_float(IBig::from(10), 0).with_precision(600).value().powi(IBig::from(exponent.abs()));
            let digits = big_float(digits, 0);
            Some(
                if exponent < 0 { digits / power } else { digits * power }.with_precision(512).value().into(),
            )
        }
    }
}

/// The bytes of a string literal.
pub fn unquote(text: &str) -> Option<Vec<u8>> {
    if let Some(raw) = text.strip_prefix('`') {
        let raw = raw.strip_suffix('`')?;
        return Some(raw.bytes().filter(|&b| b != b'\r').collect());
    }
    let body = text.strip_prefix('"')?.strip_suffix('"')?;
    if !body.contains('\\') {
        return Some(body.as_bytes().to_vec());
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        match unescape(&mut rest)? {
            Piece::Byte(b) => out.push(b),
            Piece::Char(c) => {
                // Surrogates are refused by the scanner.
                let c = char::from_u32(c)?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    Some(out)
}

enum Piece {
    Char(u32),
    Byte(u8),
}

/// Takes one character or escape sequence off the front.
fn unescape(rest: &mut &str) -> Option<Piece> {
    let mut chars = rest.chars();
    let c = chars.next()?;
    if c != '\\' {
        *rest = chars.as_str();
        return Some(Piece::Char(c as u32));
    }
    let c = chars.next()?;
    let simple = match c {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        '\\' | '\'' | '"' => c as u32,
        'x' | 'u' | 'U' | '0'..='7' => {
            let tail = chars.as_str();
            let (digits, radix, tail) = match c {
                'x' => (tail.get(..2)?, 16, tail.get(2..)?),
                'u' => (tail.get(..4)?, 16, tail.get(4..)?),
                'U' => (tail.get(..8)?, 16, tail.get(8..)?),
                _ => (rest.get(1..4)?, 8, rest.get(4..)?),
            };
            let value = u32::from_str_radix(digits, radix).ok()?;
            *rest = tail;
            return match c {
                'u' | 'U' => Some(Piece::Char(value)),
                _ => u8::try_from(value).ok().map(Piece::Byte),
            };
        }
        _ => return None,
    };
    *rest = chars.as_str();
    Some(Piece::Char(simple))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: LitKind, text: &str) -> String {
        from_literal(kind, text).show(kind != LitKind::Int && kind != LitKind::Char)
    }

    #[test]
    fn numbers() {
        assert_eq!(shown(LitKind::Int, "0x_ff"), "255");
        assert_eq!(shown(LitKind::Int, "0b11"), "3");
        assert_eq!(shown(LitKind::Int, "017"), "15");
        assert_eq!(shown(LitKind::Int, "1_000"), "1000");
        assert_eq!(shown(LitKind::Int, "18446744073709551616"), "18446744073709551616");
        assert_eq!(from_literal(LitKind::Float, "0x1p-2").to_f64(), 0.25);
        assert_eq!(from_literal(LitKind::Float, ".5e1").to_f64(), 5.0);
        assert_eq!(
            from_literal(LitKind::Float, "4.940656458412465441765687928682213723651e-324").to_f64(),
            5e-324
        );
        assert_eq!(shown(LitKind::Float, "1e5000"), "1e+5000");
        assert_eq!(shown(LitKind::Float, "1e646456992"), "1e+646456992");
        assert_eq!(shown(LitKind::Float, "123e646456990"), "1.23e+646456992");
        assert!(from_literal(LitKind::Float, "1e646456994").is_unknown());
        assert_eq!(shown(LitKind::Float, "1e-646456999"), "0");
        assert_eq!(from_literal(LitKind::Imag, "010i").imag().as_i64(), Some(10));
        assert_eq!(shown(LitKind::Char, "'\\u00e9'"), "233");
        assert_eq!(shown(LitKind::Char, "'\\377'"), "255");
    }

    #[test]
    fn strings() {
        assert_eq!(unquote(r#""a\x41\n\u00e9\101""#).unwrap(), "aA\n\u{e9}A".as_bytes());
        assert_eq!(unquote("`a\r\\n`").unwrap(), b"a\\n");
    }
}
