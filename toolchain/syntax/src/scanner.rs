//! From bytes to tokens. The scanner sees valid UTF-8 without NULs and byte order marks: `source_errors` reports those
//! beforehand and hands over a copy in which they are blanks, so that the inner loops need no checks.
//!
//! Errors and directives are collected in vectors; the parser takes directives when it reaches a declaration.
//! Texts and columns of messages are those of cmd/compile/internal/syntax.

use crate::ast::{BinaryOp, LitKind};
use crate::token::{Op, Token, keyword};
use crate::unicode::{is_digit, is_letter};

/// A `//go:…`, `//line …` or `/*line …*/` comment.
pub struct Directive {
    /// Byte offset of the comment.
    pub start: usize,
    /// Offset behind it (before the newline of a line comment).
    pub end: usize,
    /// Nothing but blanks stands before it on its line.
    pub blank: bool,
}

pub struct Scanner<'a> {
    pub src: &'a [u8],
    /// Next byte to read.
    at: usize,
    /// A newline or the end of the file becomes a semicolon.
    nlsemi: bool,
    pub tok: Token,
    /// Offset of the token.
    pub start: usize,
    /// Text of a name or literal; "semicolon", "newline" or "EOF" for `Semi`.
    pub lit: &'a str,
    pub kind: LitKind,
    pub bad: bool,
    pub op: Op,
    pub errors: Vec<(usize, String)>,
    pub directives: Vec<Directive>,
}

/// Reports NULs, invalid UTF-8 and misplaced byte order marks. If there are any, or a mark at the start, the result is
/// a text of the same length without them.
pub fn source_errors(src: &[u8], errors: &mut Vec<(usize, String)>) -> Option<Vec<u8>> {
    if !src.contains(&0)
        && !src.windows(3).any(|w| w == [0xEF, 0xBB, 0xBF])
        && std::str::from_utf8(src).is_ok()
    {
        return None;
    }
    let mut clean = src.to_vec();
    let mut at = 0;
    for chunk in src.utf8_chunks() {
        for (i, c) in chunk.valid().char_indices() {
            let message = match c {
                '\0' => "invalid NUL character",
                '\u{FEFF}' if at + i > 0 => "invalid BOM in the middle of the file",
                '\u{FEFF}' => "",
                _ => continue,
            };
            if !message.is_empty() {
                errors.push((at + i, message.into()));
            }
            clean[at + i..at + i + c.len_utf8()].fill(b' ');
        }
        at += chunk.valid().len();
        for i in 0..chunk.invalid().len() {
            errors.push((at + i, "invalid UTF-8 encoding".into()));
            clean[at + i] = b' ';
        }
        at += chunk.invalid().len();
    }
    Some(clean)
}

/// Go's `%#U`.
fn code_point(c: char) -> String {
    if c.is_control() { format!("U+{:04X}", c as u32) } else { format!("U+{:04X} '{c}'", c as u32) }
}

/// Go's `%q` of a character.
fn quoted(c: char) -> String {
    match c {
        '\'' => "'\\''".into(),
        '\\' => "'\\\\'".into(),
        '\n' => "'\\n'".into(),
        '\r' => "'\\r'".into(),
        '\t' => "'\\t'".into(),
        '\x07' => "'\\a'".into(),
        '\x08' => "'\\b'".into(),
        '\x0b' => "'\\v'".into(),
        '\x0c' => "'\\f'".into(),
        c if c.is_ascii_control() => format!("'\\x{:02x}'", c as u32),
        c if c.is_control() => format!("'\\u{:04x}'", c as u32),
        c => format!("'{c}'"),
    }
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const HEX: u8 = 4;
/// Classes of ASCII characters.
const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut c = 0;
    while c < 128 {
        let b = c as u8;
        if b.is_ascii_alphabetic() || b == b'_' {
            table[c] |= LETTER;
        }
        if b.is_ascii_digit() {
            table[c] |= DIGIT;
        }
        if b.is_ascii_hexdigit() {
            table[c] |= HEX;
        }
        c += 1;
    }
    table
};

fn is(b: u8, class: u8) -> bool {
    CLASS[b as usize] & class != 0
}

fn base_name(base: u32) -> &'static str {
    match base {
        2 => "binary",
        8 => "octal",
        10 => "decimal",
        _ => "hexadecimal",
    }
}

impl<'a> Scanner<'a> {
    /// `src` must be clean as `source_errors` makes it.
    pub fn new(src: &'a [u8]) -> Scanner<'a> {
        Scanner {
            src,
            at: 0,
            nlsemi: false,
            tok: Token::Eof,
            start: 0,
            lit: "",
            kind: LitKind::Int,
            bad: false,
            op: Op::Not,
            errors: Vec::new(),
            directives: Vec::new(),
        }
    }

    /// The offset behind the token.
    pub fn end(&self) -> usize {
        self.at
    }

    fn peek(&self) -> u8 {
        self.src.get(self.at).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.at >= self.src.len()
    }

    /// The character at the reading position.
    fn peek_char(&self) -> Option<char> {
        let rest = &self.src[self.at..self.src.len().min(self.at + 4)];
        rest.utf8_chunks().next()?.valid().chars().next()
    }

    fn skip_char(&mut self) {
        self.at += 1;
        while self.at < self.src.len() && self.src[self.at] & 0xC0 == 0x80 {
            self.at += 1;
        }
    }

    fn got(&mut self, b: u8) -> bool {
        let yes = self.peek() == b;
        self.at += yes as usize;
        yes
    }

    fn error(&mut self, offset: usize, message: impl Into<String>) {
        self.errors.push((offset, message.into()));
    }

    fn text(&self, from: usize, to: usize) -> &'a str {
        let src: &'a [u8] = self.src;
        std::str::from_utf8(&src[from..to]).unwrap_or("")
    }

    /// Gives up: what follows counts as absent.
    pub fn stop(&mut self) {
        self.at = self.src.len();
        self.nlsemi = false;
        self.tok = Token::Eof;
        self.start = self.at;
    }

    fn binary(&mut self, op: BinaryOp) -> Token {
        self.op = Op::Binary(op);
        if self.got(b'=') { Token::AssignOp } else { Token::Operator }
    }

    fn comparison(&mut self, op: BinaryOp) -> Token {
        self.op = Op::Binary(op);
        Token::Operator
    }

    /// Reads the next token.
    pub fn next(&mut self) {
        let nlsemi = std::mem::take(&mut self.nlsemi);
        loop {
            let before = self.at;
            while let b' ' | b'\t' | b'\r' = self.peek() {
                self.at += 1;
            }
            if !nlsemi {
                while let b' ' | b'\t' | b'\r' | b'\n' = self.peek() {
                    self.at += 1;
                }
            }
            self.start = self.at;
            let b = self.peek();
            if is(b, LETTER) {
                self.ident();
                return;
            }
            self.at += 1;
            self.tok = match b {
                0 => {
                    self.at -= 1;
                    if nlsemi {
                        self.lit = "EOF";
                        Token::Semi
                    } else {
                        Token::Eof
                    }
                }
                b'\n' => {
                    self.lit = "newline";
                    Token::Semi
                }
                b'0'..=b'9' => return self.number(false),
                b'"' => return self.string(),
                b'`' => return self.raw_string(),
                b'\'' => return self.character(),
                b'(' => Token::Lparen,
                b'[' => Token::Lbrack,
                b'{' => Token::Lbrace,
                b',' => Token::Comma,
                b';' => {
                    self.lit = "semicolon";
                    Token::Semi
                }
                b')' => {
                    self.nlsemi = true;
                    Token::Rparen
                }
                b']' => {
                    self.nlsemi = true;
                    Token::Rbrack
                }
                b'}' => {
                    self.nlsemi = true;
                    Token::Rbrace
                }
                b':' if self.got(b'=') => Token::Define,
                b':' => Token::Colon,
                b'.' if is(self.peek(), DIGIT) => return self.number(true),
                b'.' if self.src[self.at..].starts_with(b"..") => {
                    self.at += 2;
                    Token::DotDotDot
                }
                b'.' => Token::Dot,
                b'+' | b'-' => {
                    let op = if b == b'+' { BinaryOp::Add } else { BinaryOp::Sub };
                    if self.got(b) {
                        self.op = Op::Binary(op);
                        self.nlsemi = true;
                        Token::IncOp
                    } else {
                        self.binary(op)
                    }
                }
                b'*' => match self.binary(BinaryOp::Mul) {
                    Token::Operator => Token::Star,
                    t => t,
                },
                b'/' if self.peek() == b'/' => {
                    self.line_comment(before);
                    continue;
                }
                b'/' if self.peek() == b'*' => {
                    let newline = self.full_comment(before);
                    if !(newline && nlsemi) {
                        continue;
                    }
                    self.lit = "newline";
                    Token::Semi
                }
                b'/' => self.binary(BinaryOp::Div),
                b'%' => self.binary(BinaryOp::Rem),
                b'&' if self.got(b'&') => self.comparison(BinaryOp::AndAnd),
                b'&' if self.got(b'^') => self.binary(BinaryOp::AndNot),
                b'&' => self.binary(BinaryOp::And),
                b'|' if self.got(b'|') => self.comparison(BinaryOp::OrOr),
                b'|' => self.binary(BinaryOp::Or),
                b'^' => self.binary(BinaryOp::Xor),
                b'<' if self.got(b'=') => self.comparison(BinaryOp::Le),
                b'<' if self.got(b'<') => self.binary(BinaryOp::Shl),
                b'<' if self.got(b'-') => Token::Arrow,
                b'<' => self.comparison(BinaryOp::Lt),
                b'>' if self.got(b'=') => self.comparison(BinaryOp::Ge),
                b'>' if self.got(b'>') => self.binary(BinaryOp::Shr),
                b'>' => self.comparison(BinaryOp::Gt),
                b'=' if self.got(b'=') => self.comparison(BinaryOp::Eq),
                b'=' => Token::Assign,
                b'!' if self.got(b'=') => self.comparison(BinaryOp::Ne),
                b'!' => {
                    self.op = Op::Not;
                    Token::Operator
                }
                b'~' => {
                    self.op = Op::Tilde;
                    Token::Operator
                }
                _ => {
                    self.at -= 1;
                    if b >= 0x80 && self.ident_char(true) {
                        self.ident();
                        return;
                    }
                    let c = self.peek_char().unwrap_or(' ');
                    self.error(self.at, format!("invalid character {}", code_point(c)));
                    self.skip_char();
                    continue;
                }
            };
            return;
        }
    }

    fn ident(&mut self) {
        while is(self.peek(), LETTER | DIGIT) {
            self.at += 1;
        }
        if self.peek() >= 0x80 {
            while self.ident_char(false) {
                self.skip_char();
            }
        }
        let bytes = &self.src[self.start..self.at];
        if let Some(token) = keyword(bytes) {
            self.nlsemi =
                matches!(token, Token::Break | Token::Continue | Token::Fallthrough | Token::Return);
            self.tok = token;
            return;
        }
        self.nlsemi = true;
        self.lit = self.text(self.start, self.at);
        self.tok = Token::Name;
    }

    /// Does the character at hand belong to an identifier? Non-ASCII characters that don't are reported, and count.
    fn ident_char(&mut self, first: bool) -> bool {
        let b = self.peek();
        if b < 0x80 {
            return is(b, LETTER | DIGIT);
        }
        let Some(c) = self.peek_char() else { return false };
        if is_letter(c) {
        } else if is_digit(c) {
            if first {
                self.error(self.at, format!("identifier cannot begin with digit {}", code_point(c)));
            }
        } else {
            self.error(self.at, format!("invalid character {} in identifier", code_point(c)));
        }
        true
    }

    fn set_literal(&mut self, kind: LitKind, ok: bool) {
        self.nlsemi = true;
        self.tok = Token::Literal;
        self.lit = self.text(self.start, self.at);
        self.kind = kind;
        self.bad = !ok;
    }

    /// Accepts digits and `_`: whether there were digits, and separators. `invalid` is the first digit too big.
    fn digits(&mut self, base: u32, invalid: &mut Option<usize>) -> (bool, bool) {
        let (mut digits, mut separators) = (false, false);
        let class = if base <= 10 { DIGIT } else { HEX };
        loop {
            match self.peek() {
                b'_' => separators = true,
                b if is(b, class) => {
                    digits = true;
                    if base <= 10 && u32::from(b - b'0') >= base && invalid.is_none() {
                        *invalid = Some(self.at);
                    }
                }
                _ => return (digits, separators),
            }
            self.at += 1;
        }
    }

    /// The first digit, or the point before it, is consumed.
    fn number(&mut self, mut point: bool) {
        let mut ok = true;
        let mut kind = LitKind::Int;
        let (mut base, mut prefix) = (10, 0);
        let (mut digits, mut separators) = (false, false);
        let mut invalid = None;
        if !point {
            if self.src[self.start] == b'0' {
                (base, prefix) = match self.peek() | 0x20 {
                    b'x' => (16, b'x'),
                    b'o' => (8, b'o'),
                    b'b' => (2, b'b'),
                    _ => (8, b'0'),
                };
                if prefix == b'0' {
                    digits = true;
                } else {
                    self.at += 1;
                }
            } else {
                self.at -= 1;
            }
            let found = self.digits(base, &mut invalid);
            digits |= found.0;
            separators |= found.1;
            if self.peek() == b'.' {
                if matches!(prefix, b'o' | b'b') {
                    self.error(self.at, format!("invalid radix point in {} literal", base_name(base)));
                    ok = false;
                }
                self.at += 1;
                point = true;
            }
        }
        if point {
            kind = LitKind::Float;
            let found = self.digits(base, &mut invalid);
            digits |= found.0;
            separators |= found.1;
        }
        if !digits && ok {
            self.error(self.at, format!("{} literal has no digits", base_name(base)));
            ok = false;
        }
        let e = self.peek();
        if matches!(e | 0x20, b'e' | b'p') {
            let needs = match e | 0x20 {
                b'e' if prefix != 0 && prefix != b'0' => Some("decimal"),
                b'p' if prefix != b'x' => Some("hexadecimal"),
                _ => None,
            };
            if let (true, Some(needs)) = (ok, needs) {
                self.error(self.at, format!("'{}' exponent requires {needs} mantissa", e as char));
                ok = false;
            }
            self.at += 1;
            kind = LitKind::Float;
            if let b'+' | b'-' = self.peek() {
                self.at += 1;
            }
            let found = self.digits(10, &mut None);
            separators |= found.1;
            if !found.0 && ok {
                self.error(self.at, "exponent has no digits");
                ok = false;
            }
        } else if prefix == b'x' && kind == LitKind::Float && ok {
            self.error(self.at, "hexadecimal mantissa requires a 'p' exponent");
            ok = false;
        }
        if self.got(b'i') {
            kind = LitKind::Imag;
        }
        if let (LitKind::Int, Some(at), true) = (kind, invalid, ok) {
            let digit = self.src[at] as char;
            self.error(at, format!("invalid digit '{digit}' in {} literal", base_name(base)));
            ok = false;
        }
        if separators
            && ok
            && let Some(i) = invalid_separator(&self.src[self.start..self.at])
        {
            self.error(self.start + i, "'_' must separate successive digits");
            ok = false;
        }
        self.set_literal(kind, ok);
    }

    fn character(&mut self) {
        let mut ok = true;
        let mut count = 0;
        loop {
            if self.at_end() {
                if ok {
                    self.error(self.start, "rune literal not terminated");
                    ok = false;
                }
                break;
            }
            match self.peek() {
                b'\'' => {
                    if ok && count == 0 {
                        self.error(self.at, "empty rune literal or unescaped '");
                        ok = false;
                    } else if ok && count != 1 {
                        self.error(self.start, "more than one character in rune literal");
                        ok = false;
                    }
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    self.at += 1;
                    ok &= self.escape(b'\'');
                }
                b'\n' => {
                    if ok {
                        self.error(self.at, "newline in rune literal");
                        ok = false;
                    }
                    break;
                }
                _ => self.skip_char(),
            }
            count += 1;
        }
        self.set_literal(LitKind::Char, ok);
    }

    fn string(&mut self) {
        let mut ok = true;
        loop {
            if self.at_end() {
                self.error(self.start, "string not terminated");
                ok = false;
                break;
            }
            match self.src[self.at] {
                b'"' => {
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    self.at += 1;
                    ok &= self.escape(b'"');
                }
                b'\n' => {
                    self.error(self.at, "newline in string");
                    ok = false;
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.set_literal(LitKind::String, ok);
    }

    fn raw_string(&mut self) {
        let end = self.src[self.at..].iter().position(|&b| b == b'`');
        match end {
            Some(n) => self.at += n + 1,
            None => {
                self.error(self.start, "string not terminated");
                self.at = self.src.len();
            }
        }
        self.set_literal(LitKind::String, end.is_some());
    }

    /// Behind the backslash. An escape cut off by the end of the file is left to the caller.
    fn escape(&mut self, quote: u8) -> bool {
        if self.at_end() {
            return true;
        }
        let (n, base, max) = match self.peek() {
            b if b == quote || b"abfnrtv\\".contains(&b) => {
                self.at += 1;
                return true;
            }
            b'0'..=b'7' => (3, 8, 255),
            b'x' => (2, 16, 255),
            b'u' => (4, 16, 0x10FFFF),
            b'U' => (8, 16, 0x10FFFF),
            _ => {
                self.error(self.at, "unknown escape");
                return false;
            }
        };
        if base == 16 {
            self.at += 1;
        }
        let mut x = 0u32;
        for _ in 0..n {
            let Some(c) = self.peek_char() else { return true };
            match c.to_digit(base) {
                Some(d) => x = x.wrapping_mul(base).wrapping_add(d),
                None => {
                    let text = format!("invalid character {} in {} escape", quoted(c), base_name(base));
                    self.error(self.at, text);
                    return false;
                }
            }
            self.at += 1;
        }
        if x > max && base == 8 {
            self.error(self.at, format!("octal escape value {x} > 255"));
            return false;
        }
        if x > max || (max > 255 && char::from_u32(x).is_none()) {
            self.error(self.at, format!("escape is invalid Unicode code point U+{x:04X}"));
            return false;
        }
        true
    }

    /// Nothing but blanks between the line's start and `offset`, given that a token ended at `before`.
    fn is_blank_before(&self, before: usize, offset: usize) -> bool {
        before == 0 || self.src[before - 1] == b'\n' || self.src[before..offset].contains(&b'\n')
    }

    fn line_comment(&mut self, before: usize) {
        let rest = &self.src[self.start..];
        let length = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        self.at = self.start + length;
        if rest.starts_with(b"//go:") || rest.starts_with(b"//line ") {
            let blank = self.is_blank_before(before, self.start);
            self.directives.push(Directive { start: self.start, end: self.at, blank });
        }
    }

    /// Is there a newline in the comment?
    fn full_comment(&mut self, before: usize) -> bool {
        let body = self.start + 2;
        match self.src[body..].windows(2).position(|w| w == b"*/") {
            Some(n) => {
                self.at = body + n + 2;
                if self.src[body..].starts_with(b"line ") {
                    let blank = self.is_blank_before(before, self.start);
                    self.directives.push(Directive { start: self.start, end: self.at, blank });
                }
            }
            None => {
                self.error(self.start, "comment not terminated");
                self.at = self.src.len();
            }
        }
        self.src[self.start..self.at].contains(&b'\n')
    }
}

/// Index of the first `_` that does not stand between two digits (a base prefix counts as one).
fn invalid_separator(text: &[u8]) -> Option<usize> {
    let mut hex = false;
    // The kind of the previous character: '_', '0' for a digit, '.' for anything else.
    let mut previous = b'.';
    let mut i = 0;
    if text.len() >= 2 && text[0] == b'0' {
        let prefix = text[1] | 0x20;
        hex = prefix == b'x';
        if matches!(prefix, b'x' | b'o' | b'b') {
            previous = b'0';
            i = 2;
        }
    }
    while i < text.len() {
        let b = text[i];
        let kind = match b {
            b'_' => b'_',
            b if is(b, DIGIT) || hex && is(b, HEX) => b'0',
            _ => b'.',
        };
        if kind == b'_' && previous != b'0' {
            return Some(i);
        }
        if kind == b'.' && previous == b'_' {
            return Some(i - 1);
        }
        previous = kind;
        i += 1;
    }
    (previous == b'_').then(|| text.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(src: &str) -> Vec<(usize, String)> {
        let mut s = Scanner::new(src.as_bytes());
        loop {
            s.next();
            if s.tok == Token::Eof {
                return s.errors;
            }
        }
    }

    #[test]
    fn literal_errors() {
        for (src, at, message) in [
            ("0b12", 3, "invalid digit '2' in binary literal"),
            ("089", 1, "invalid digit '8' in octal literal"),
            ("1__0", 2, "'_' must separate successive digits"),
            ("0x", 2, "hexadecimal literal has no digits"),
            ("1e", 2, "exponent has no digits"),
            ("0x1.0", 5, "hexadecimal mantissa requires a 'p' exponent"),
            ("1p3", 1, "'p' exponent requires hexadecimal mantissa"),
            ("''", 1, "empty rune literal or unescaped '"),
            ("'ab'", 0, "more than one character in rune literal"),
            ("\"\\q\"", 2, "unknown escape"),
            ("\"abc", 0, "string not terminated"),
            ("\"abc\n", 4, "newline in string"),
            ("'\\400'", 5, "octal escape value 256 > 255"),
            ("'\\ud800'", 7, "escape is invalid Unicode code point U+D800"),
            ("/* x", 0, "comment not terminated"),
            ("a @ b", 2, "invalid character U+0040 '@'"),
            ("'\\x4g'", 4, "invalid character 'g' in hexadecimal escape"),
        ] {
            assert_eq!(errors(src), [(at, message.to_string())], "{src}");
        }
        for src in [
            "089.5",
            "09i",
            "0x1p-2",
            "1_000.5_0e1_0",
            "0b_1",
            ".5",
            "0x_ffp0",
            "'\\''",
            "\"\\xff\\377\\U0010FFFF\"",
            "`\\`",
        ] {
            assert_eq!(errors(src), [], "{src}");
        }
    }

    #[test]
    fn semicolons() {
        let mut s = Scanner::new(b"x\n) // c\n/* \n */ return /*\n*/ + \n 1");
        let mut seen = Vec::new();
        loop {
            s.next();
            if s.tok == Token::Eof {
                break;
            }
            seen.push(s.tok);
        }
        use Token::*;
        assert_eq!(seen, [Name, Semi, Rparen, Semi, Return, Semi, Operator, Literal, Semi]);
    }

    #[test]
    fn bad_bytes_become_blanks() {
        let mut errors = Vec::new();
        let clean = source_errors(b"\xEF\xBB\xBFa\0b\xFFc", &mut errors).unwrap();
        assert_eq!(clean, b"   a b c");
        assert_eq!(
            errors,
            [(4, "invalid NUL character".to_string()), (6, "invalid UTF-8 encoding".to_string())]
        );
        assert!(source_errors("äöü".as_bytes(), &mut errors).is_none());
    }
}
