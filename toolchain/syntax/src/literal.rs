//! Values of string and character literals. Numbers are evaluated by the checker, which has big arithmetic.

/// The bytes that a string literal (interpreted or raw) stands for; `None` if the scanner would have complained.
pub fn unquote(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    if bytes.len() < 2 || bytes.last() != Some(&quote) {
        return None;
    }
    let inner = &text[1..text.len() - 1];
    match quote {
        b'`' => Some(inner.bytes().filter(|&b| b != b'\r').collect()),
        b'"' => {
            let mut out = Vec::with_capacity(inner.len());
            let mut rest = inner;
            while let Some(at) = rest.find('\\') {
                out.extend_from_slice(&rest.as_bytes()[..at]);
                let (value, is_byte, length) = escape(&rest[at..])?;
                if is_byte {
                    out.push(value as u8);
                } else {
                    let mut buffer = [0; 4];
                    out.extend_from_slice(char::from_u32(value)?.encode_utf8(&mut buffer).as_bytes());
                }
                rest = &rest[at + length..];
            }
            out.extend_from_slice(rest.as_bytes());
            Some(out)
        }
        _ => None,
    }
}

/// The value of a character literal.
pub fn unquote_char(text: &str) -> Option<u32> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    if inner.starts_with('\\') {
        let (value, _, length) = escape(inner)?;
        return (length == inner.len()).then_some(value);
    }
    let mut chars = inner.chars();
    let c = chars.next()?;
    chars.next().is_none().then_some(c as u32)
}

/// Value, whether it is a byte rather than a character, and length of the escape sequence that `text` begins with.
fn escape(text: &str) -> Option<(u32, bool, usize)> {
    let bytes = text.as_bytes();
    let simple = |c: char| Some((c as u32, false, 2));
    let number = |from: usize, digits: usize, base: u32, is_byte: bool| {
        let value = u32::from_str_radix(text.get(from..from + digits)?, base).ok()?;
        Some((value, is_byte, from + digits))
    };
    match bytes.get(1)? {
        b'a' => simple('\x07'),
        b'b' => simple('\x08'),
        b'f' => simple('\x0c'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\x0b'),
        b'\\' => simple('\\'),
        b'\'' => simple('\''),
        b'"' => simple('"'),
        b'x' => number(2, 2, 16, true),
        b'u' => number(2, 4, 16, false),
        b'U' => number(2, 8, 16, false),
        b'0'..=b'7' => number(1, 3, 8, true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_characters() {
        assert_eq!(unquote(r#""a\n\x41\101\u00e9\xff""#).unwrap(), b"a\nAA\xc3\xa9\xff");
        assert_eq!(unquote("`a\\n\r\n`").unwrap(), b"a\\n\n");
        assert_eq!(unquote("\"abc"), None);
        assert_eq!(unquote("\""), None);
        assert_eq!(unquote_char(r"'\''"), Some(39));
        assert_eq!(unquote_char("'日'"), Some(0x65E5));
        assert_eq!(unquote_char(r"'\xff'"), Some(255));
        assert_eq!(unquote_char("'ab'"), None);
    }
}
