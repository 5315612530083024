//! Errors on the user's terminal, in Go's form: a `# package` line, then `file:line:col: message` sorted by position,
//! without repetitions and at most ten.

use std::borrow::Cow;
use std::fmt::Write;

use syntax::{Pos, Position, Sym};

/// Text that may quote sources or name files, fit for a terminal: what would control it, or turn the direction of writing,
/// becomes an escape as Go's `%q` has it.
pub fn visible(text: &str) -> Cow<'_, str> {
    let bad = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(bad) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            _ if !bad(c) => out.push(c),
            '\0'..='\x7f' => write!(out, "\\x{:02x}", c as u32).expect("a string takes all"),
            _ => write!(out, "\\u{:04x}", c as u32).expect("a string takes all"),
        }
    }
    out.into()
}

/// An error at a place in the source. Continuation lines of the text begin with a tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub pos: Pos,
    pub text: String,
}

impl Diagnostic {
    pub fn new(pos: Pos, text: impl Into<String>) -> Diagnostic {
        Diagnostic { pos, text: text.into() }
    }
}

impl From<syntax::Error> for Diagnostic {
    fn from(e: syntax::Error) -> Diagnostic {
        Diagnostic { pos: e.pos, text: e.message }
    }
}

/// Errors after which the rest is not shown.
const LIMIT: usize = 10;

/// Renders the errors of one package, which come in the order in which they were found, each ended by a newline.
/// As in Go's compiler, the limit counts those found first, and then they are sorted.
pub fn render(errors: &[Diagnostic], all: bool) -> String {
    let limited = !all && errors.len() >= LIMIT;
    let shown = if limited { &errors[..LIMIT] } else { errors };
    let mut rows: Vec<(Position, &str)> = shown.iter().map(|e| (e.pos.position(), e.text.as_str())).collect();
    // Files in the order of their first errors. What is said about one place stays in order.
    let mut files: Vec<Sym> = Vec::new();
    for (pos, _) in &rows {
        if !files.contains(&pos.file) {
            files.push(pos.file);
        }
    }
    let rank = |p: &Position| files.iter().position(|&f| f == p.file);
    rows.sort_by_key(|(p, _)| (rank(p), p.line, p.col));
    rows.dedup_by(|(b, y), (a, x)| (a.file, a.line, a.col) == (b.file, b.line, b.col) && x == y);
    let mut out: String = rows.iter().map(|(pos, text)| format!("{}: {text}\n", located(pos))).collect();
    if limited {
        out.push_str(&format!("{}: too many errors\n", located(&shown[LIMIT - 1].pos.position())));
    }
    out
}

/// A position; without the column if Go's compiler cannot represent it.
fn located(pos: &Position) -> String {
    if pos.col >= 255 { format!("{}:{}", pos.file, pos.line) } else { pos.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::pos::add_file;

    #[test]
    fn what_controls_terminals_is_escaped() {
        assert_eq!(visible("a\tβ\n"), "a\tβ\n");
        assert_eq!(
            visible("\x1b[2J\r\0\x7f\u{9b}1m\u{202e}\u{2066}é"),
            "\\x1b[2J\\x0d\\x00\\x7f\\u009b1m\\u202e\\u2066é"
        );
    }

    #[test]
    fn sorted_deduplicated_and_limited() {
        let f = add_file("./r.go", "\n".repeat(30).into_bytes());
        let mut errors: Vec<_> = (0..12).rev().map(|i| Diagnostic::new(f.pos(i), format!("e{i}"))).collect();
        errors.push(Diagnostic::new(f.pos(0), "e0"));
        let text = render(&errors, false);
        assert!(text.starts_with("./r.go:3:1: e2\n./r.go:4:1: e3\n"));
        assert!(text.ends_with("./r.go:12:1: e11\n./r.go:3:1: too many errors\n"));
        assert_eq!(render(&errors, true).lines().count(), 12);
    }
}
