//! A file's tokens: where a statement ends, and which lines of a stretch hold code.

use syntax::scanner::{Scanner, source_errors};
use syntax::token::Token;

/// Offsets, and the lines where it begins and ends.
struct Mark {
    start: usize,
    end: usize,
    lines: (u32, u32),
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Brace,
    /// A semicolon that is written.
    Semicolon,
}

pub(super) struct Tokens {
    marks: Vec<Mark>,
    /// Offsets where lines begin.
    lines: Vec<usize>,
}

impl Tokens {
    pub(super) fn new(text: &[u8]) -> Tokens {
        let newlines = text.iter().enumerate().filter(|t| *t.1 == b'\n').map(|t| t.0 + 1);
        let mut out = Tokens { marks: Vec::new(), lines: std::iter::once(0).chain(newlines).collect() };
        let clean = source_errors(text, &mut Vec::new());
        let mut scanner = Scanner::new(clean.as_deref().unwrap_or(text));
        loop {
            scanner.next();
            let kind = match scanner.tok {
                Token::Eof => return out,
                Token::Semi if scanner.lit != "semicolon" => continue,
                Token::Semi => Kind::Semicolon,
                Token::Lbrace | Token::Rbrace => Kind::Brace,
                _ => Kind::Code,
            };
            let (start, end) = (scanner.start, scanner.end());
            let lines = (out.line(start), out.line(end - 1));
            out.marks.push(Mark { start, end, lines, kind });
        }
    }

    fn line(&self, offset: usize) -> u32 {
        self.lines.partition_point(|&l| l <= offset) as u32
    }

    /// Line and column of an offset, both from 1.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.line(offset);
        (line, (offset - self.lines[line as usize - 1]) as u32 + 1)
    }

    /// The end of what stands in front of `limit`: of the last token before it that is no semicolon.
    pub(super) fn end_before(&self, limit: usize) -> usize {
        let before = &self.marks[..self.marks.partition_point(|m| m.start < limit)];
        before.iter().rev().find(|m| m.kind != Kind::Semicolon).map_or(limit, |m| m.end)
    }

    /// The first token at or behind an offset.
    pub(super) fn next(&self, offset: usize) -> usize {
        self.marks.get(self.marks.partition_point(|m| m.start < offset)).map_or(offset, |m| m.start)
    }

    /// The parts of a stretch without lines that are blank or hold comments or braces alone; an empty one if all do.
    pub(super) fn code(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let from = self.marks.partition_point(|m| m.start < start);
        let inside =
            self.marks[from..].iter().take_while(|m| m.start < end).filter(|m| m.kind != Kind::Brace);
        let mut parts: Vec<(usize, usize)> = Vec::new();
        let mut open: Option<(usize, u32)> = None;
        for m in inside {
            open = match open {
                None => Some((m.start, m.lines.1)),
                Some((first, last)) if m.lines.0 > last + 1 => {
                    parts.push((first, self.lines[last as usize]));
                    Some((m.start, m.lines.1))
                }
                Some((first, last)) => Some((first, last.max(m.lines.1))),
            };
        }
        let Some((first, last)) = open else {
            return vec![(start, start)];
        };
        // Lines behind the last one with code do not count, be it a brace's.
        let more = self.lines.get(last as usize).filter(|&&next| next <= end);
        parts.push((first, more.copied().unwrap_or(end)));
        parts
    }
}
