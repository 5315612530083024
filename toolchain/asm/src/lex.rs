//! Text to tokens: identifiers (with `·` for the dot and `∕` for the slash of a path), numbers, strings, operators, line ends.
use crate::Error;
use syntax::{Pos, SourceFile};

/// A token's kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Tok {
    /// A name, with `·` and `∕` already replaced.
    Ident(Box<str>),
    /// An integer or character.
    Int(u64),
    /// A number with a fraction or exponent.
    Float(f64),
    /// A string's value.
    Str(Vec<u8>),
    /// A single character, or `<` twice (`«`), `>` twice (`»`).
    Op(char),
    /// The end of a line.
    Newline,
}

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Kind.
    pub tok: Tok,
    /// Where it begins.
    pub pos: Pos,
    /// It follows the one before without a space: tells `#define f(x)` from `#define f (x)`.
    pub glued: bool,
}

/// Tokens of a whole file. Comments are gone, `\` stands before a line end that does not count.
pub fn tokens(file: &SourceFile) -> Result<Vec<Token>, Error> {
    let Ok(text) = std::str::from_utf8(&file.text) else {
        return Err(Error { pos: file.pos(0), text: "invalid UTF-8 encoding".into() });
    };
    let mut out = Vec::new();
    let mut s = Scanner { text, at: 0, file };
    let mut glued = false;
    while let Some(c) = s.peek() {
        let pos = s.pos();
        let tok = match c {
            '\n' => {
                s.next();
                Tok::Newline
            }
            c if c.is_whitespace() || c == '\u{feff}' => {
                s.next();
                glued = false;
                continue;
            }
            '/' if s.text[s.at..].starts_with("//") => {
                s.skip_while(|c| c != '\n');
                continue;
            }
            '/' if s.text[s.at..].starts_with("/*") => {
                let Some(len) = s.text[s.at + 2..].find("*/") else {
                    return Err(s.error(pos, "comment not terminated"));
                };
                // A comment over several lines does not end the statement, as in Go's assembler.
                s.at += len + 4;
                glued = false;
                continue;
            }
            c if is_ident(c, true) => {
                let from = s.at;
                s.skip_while(|c| is_ident(c, false));
                Tok::Ident(s.text[from..s.at].replace('·', ".").replace('∕', "/").into())
            }
            c if c.is_ascii_digit() => s.number(pos)?,
            '"' => Tok::Str(s.string(pos)?),
            '\'' => s.character(pos)?,
            _ => {
                s.next();
                let double = |s: &mut Scanner, c: char, d: char| {
                    if s.peek() == Some(c) {
                        s.next();
                        d
                    } else {
                        c
                    }
                };
                Tok::Op(match c {
                    '<' => double(&mut s, '<', '«'),
                    '>' => double(&mut s, '>', '»'),
                    c => c,
                })
            }
        };
        out.push(Token { tok, pos, glued });
        glued = true;
    }
    out.push(Token { tok: Tok::Newline, pos: file.end(), glued: false });
    Ok(out)
}

fn is_ident(c: char, first: bool) -> bool {
    c.is_alphabetic() || c == '_' || c == '·' || c == '∕' || !first && c.is_numeric()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    file: &'a SourceFile,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }
    fn skip_while(&mut self, f: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&f) {
            self.next();
        }
    }
    fn pos(&self) -> Pos {
        self.file.pos(self.at)
    }
    fn error(&self, pos: Pos, text: &str) -> Error {
        Error { pos, text: text.into() }
    }

    fn number(&mut self, pos: Pos) -> Result<Tok, Error> {
        let from = self.at;
        let rest = &self.text[from..];
        let radix = |p: &str, q: &str| rest.starts_with(p) || rest.starts_with(q);
        let base = match () {
            () if radix("0x", "0X") => 16,
            () if radix("0b", "0B") => 2,
            () if radix("0o", "0O") => 8,
            () => 10,
        };
        if base != 10 {
            self.at += 2;
            let digits = self.at;
            self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_');
            let text = self.text[digits..self.at].replace('_', "");
            return match u64::from_str_radix(&text, base) {
                Ok(v) => Ok(Tok::Int(v)),
                Err(_) => Err(self.error(pos, &format!("bad number {:?}", &self.text[from..self.at]))),
            };
        }
        let mut float = false;
        let mut last = ' ';
        while let Some(c) = self.peek() {
            match c {
                '0'..='9' | '_' => {}
                '.' | 'e' | 'E' => float = true,
                '+' | '-' if matches!(last, 'e' | 'E') => {}
                c if c.is_ascii_alphabetic() => {
                    self.skip_while(|c| c.is_ascii_alphanumeric());
                    let text = format!("bad number {:?}", &self.text[from..self.at]);
                    return Err(self.error(pos, &text));
                }
                _ => break,
            }
            last = c;
            self.next();
        }
        let text = self.text[from..self.at].replace('_', "");
        let bad = |s: &Self| s.error(pos, &format!("bad number {text:?}"));
        if float {
            return text.parse().map(Tok::Float).map_err(|_| bad(self));
        }
        let octal = text.len() > 1 && text.starts_with('0');
        u64::from_str_radix(&text, if octal { 8 } else { 10 }).map(Tok::Int).map_err(|_| bad(self))
    }

    /// An escape behind a backslash: the bytes it stands for.
    fn escape(&mut self, pos: Pos, out: &mut Vec<u8>) -> Result<(), Error> {
        let bad = |s: &Self| s.error(pos, "invalid escape sequence");
        let c = self.next().ok_or_else(|| bad(self))?;
        let simple = b"abfnrtv\\'\"".iter().position(|&b| b as char == c);
        if let Some(i) = simple {
            out.push(b"\x07\x08\x0c\n\r\t\x0b\\'\""[i]);
            return Ok(());
        }
        let (digits, radix) = match c {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => {
                self.at -= 1;
                (3, 8)
            }
            _ => return Err(bad(self)),
        };
        let mut v = 0u32;
        for _ in 0..digits {
            let d = self.next().and_then(|c| c.to_digit(radix)).ok_or_else(|| bad(self))?;
            v = v.wrapping_mul(radix) + d;
        }
        if matches!(c, 'u' | 'U') {
            let c = char::from_u32(v).ok_or_else(|| bad(self))?;
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            out.push(u8::try_from(v).map_err(|_| bad(self))?);
        }
        Ok(())
    }
    fn string(&mut self, pos: Pos) -> Result<Vec<u8>, Error> {
        self.next();
        let mut out = Vec::new();
        loop {
            match self.next() {
                Some('"') => return Ok(out),
                Some('\\') => self.escape(pos, &mut out)?,
                None | Some('\n') => return Err(self.error(pos, "string not terminated")),
                Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }
    fn character(&mut self, pos: Pos) -> Result<Tok, Error> {
        self.next();
        let bad = |s: &Self| s.error(pos, "invalid character literal");
        let v = match self.next() {
            Some('\\') => {
                let mut bytes = Vec::new();
                self.escape(pos, &mut bytes)?;
                match std::str::from_utf8(&bytes).ok().and_then(|s| s.chars().next()) {
                    Some(c) => c as u64,
                    None => bytes.first().copied().unwrap_or(0) as u64,
                }
            }
            None | Some('\n' | '\'') => return Err(bad(self)),
            Some(c) => c as u64,
        };
        if self.next() != Some('\'') {
            return Err(bad(self));
        }
        Ok(Tok::Int(v))
    }
}
