//! Errors on the user's terminal, in Go's form: a `# package` line, then `file:line:col: message` sorted by position,
//! without repetitions and at most ten.

use syntax::{Pos, Position, Sym};

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
