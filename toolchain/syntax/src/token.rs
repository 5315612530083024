//! Tokens. `Token` is small enough to be a bit in a set of 64: the parser's follow sets are such numbers.

use crate::ast::BinaryOp;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Token {
    Eof,
    Name,
    Literal,
    /// Any operator but `*`; which one is in `Scanner::op`.
    Operator,
    /// `op=`
    AssignOp,
    /// `++` or `--`
    IncOp,
    Assign,
    Define,
    Arrow,
    Star,
    Lparen,
    Lbrack,
    Lbrace,
    Rparen,
    Rbrack,
    Rbrace,
    Comma,
    Semi,
    Colon,
    Dot,
    DotDotDot,
    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

/// The operator of an `Operator`, `Star`, `AssignOp` or `IncOp` token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    Not,
    Tilde,
    Binary(BinaryOp),
}

impl Op {
    pub fn as_str(self) -> &'static str {
        match self {
            Op::Not => "!",
            Op::Tilde => "~",
            Op::Binary(op) => op.as_str(),
        }
    }
}

use Token::*;

const KEYWORDS: [(&str, Token); 25] = [
    ("break", Break),
    ("case", Case),
    ("chan", Chan),
    ("const", Const),
    ("continue", Continue),
    ("default", Default),
    ("defer", Defer),
    ("else", Else),
    ("fallthrough", Fallthrough),
    ("for", For),
    ("func", Func),
    ("go", Go),
    ("goto", Goto),
    ("if", If),
    ("import", Import),
    ("interface", Interface),
    ("map", Map),
    ("package", Package),
    ("range", Range),
    ("return", Return),
    ("select", Select),
    ("struct", Struct),
    ("switch", Switch),
    ("type", Type),
    ("var", Var),
];

/// No two keywords share a slot; `keyword` compares the text.
const fn hash(text: &[u8]) -> usize {
    (((text[0] as usize) << 4 ^ text[1] as usize) + text.len()) & 63
}

const TABLE: [u8; 64] = {
    let mut table = [u8::MAX; 64];
    let mut i = 0;
    while i < KEYWORDS.len() {
        let slot = hash(KEYWORDS[i].0.as_bytes());
        assert!(table[slot] == u8::MAX, "two keywords share a slot");
        table[slot] = i as u8;
        i += 1;
    }
    table
};

/// The keyword that `text` is.
pub fn keyword(text: &[u8]) -> Option<Token> {
    if text.len() < 2 {
        return None;
    }
    let &(name, token) = KEYWORDS.get(TABLE[hash(text)] as usize)?;
    (name.as_bytes() == text).then_some(token)
}

impl Token {
    pub fn is_keyword(self) -> bool {
        self >= Break
    }

    /// As source text shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Eof => "EOF",
            Name => "name",
            Literal => "literal",
            Operator => "op",
            AssignOp => "op=",
            IncOp => "opop",
            Assign => "=",
            Define => ":=",
            Arrow => "<-",
            Star => "*",
            Lparen => "(",
            Lbrack => "[",
            Lbrace => "{",
            Rparen => ")",
            Rbrack => "]",
            Rbrace => "}",
            Comma => ",",
            Semi => ";",
            Colon => ":",
            Dot => ".",
            DotDotDot => "...",
            keyword => KEYWORDS[keyword as usize - Break as usize].0,
        }
    }

    /// As messages name it.
    pub fn describe(self) -> String {
        match self {
            Comma => "comma".into(),
            Semi => "semicolon or newline".into(),
            t if t.is_keyword() => format!("keyword {}", t.as_str()),
            t => t.as_str().into(),
        }
    }

    pub const fn bit(self) -> u64 {
        1 << self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_in_order() {
        for (i, (name, token)) in KEYWORDS.iter().enumerate() {
            assert_eq!(*token as usize, Break as usize + i);
            assert_eq!(keyword(name.as_bytes()), Some(*token));
        }
        assert_eq!(keyword(b"breaks"), None);
    }
}
