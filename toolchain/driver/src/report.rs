//! Errors on the user's terminal, in Go's form: a `# package` line, then `file:line:col: message` sorted by position,
//! without repetitions and at most ten.

use syntax::{Pos, Position};

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

/// Renders the errors of one package, each ended by a newline.
pub fn render(errors: &[Diagnostic], all: bool) -> String {
    let mut rows: Vec<(Position, &str)> =
        errors.iter().map(|e| (e.pos.position(), e.text.as_str())).collect();
    rows.sort_by(|(a, x), (b, y)| {
        (a.file.as_str(), a.line, a.col, *x).cmp(&(b.file.as_str(), b.line, b.col, *y))
    });
    // One message per line and text, as Go's compiler has it.
    rows.dedup_by(|(b, y), (a, x)| (a.file, a.line) == (b.file, b.line) && x == y);
    let mut out = String::new();
    for (i, (pos, text)) in rows.iter().enumerate() {
        if i == LIMIT && !all {
            out.push_str(&format!("{}: too many errors\n", rows[LIMIT - 1].0));
            break;
        }
        out.push_str(&format!("{pos}: {text}\n"));
    }
    out
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
        assert!(text.starts_with("./r.go:1:1: e0\n./r.go:2:1: e1\n"));
        assert!(text.ends_with("./r.go:10:1: e9\n./r.go:10:1: too many errors\n"));
        assert_eq!(render(&errors, true).lines().count(), 12);
    }
}
