//! Patterns of Go's `path.Match`, for one element of a path.

/// A pattern, taken apart.
pub(super) struct Glob(Vec<Piece>);

enum Piece {
    /// `*`
    Some,
    /// `?`
    Any,
    One(char),
    /// `[a-z]`, or with `^` what is not in it.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Glob {
    /// `None` if it is none: classes are closed and not empty, ranges whole, and something follows a `\`.
    pub(super) fn new(pattern: &str) -> Option<Glob> {
        let mut rest = pattern.chars().peekable();
        let mut pieces = Vec::new();
        while let Some(c) = rest.next() {
            pieces.push(match c {
                '*' => Piece::Some,
                '?' => Piece::Any,
                '\\' => Piece::One(rest.next()?),
                '[' => {
                    let negated = rest.next_if_eq(&'^').is_some();
                    let mut ranges = Vec::new();
                    while ranges.is_empty() || rest.next_if_eq(&']').is_none() {
                        let low = member(&mut rest)?;
                        let high = if rest.next_if_eq(&'-').is_some() { member(&mut rest)? } else { low };
                        ranges.push((low, high));
                    }
                    Piece::Class { negated, ranges }
                }
                c => Piece::One(c),
            });
        }
        Some(Glob(pieces))
    }

    /// The name that it stands for, if it can be only one.
    pub(super) fn literal(&self) -> Option<String> {
        self.0.iter().map(|p| if let Piece::One(c) = p { Some(*c) } else { None }).collect()
    }

    /// Only the last `*` is ever tried again: what earlier ones took need not change.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut piece, mut at) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while at < name.len() || piece < self.0.len() {
            let fits = match self.0.get(piece) {
                Some(Piece::Some) => {
                    star = Some((piece + 1, at));
                    piece += 1;
                    continue;
                }
                Some(p) => name.get(at).is_some_and(|&c| p.takes(c)),
                None => false,
            };
            if fits {
                (piece, at) = (piece + 1, at + 1);
                continue;
            }
            let Some((behind, taken)) = star.filter(|s| s.1 < name.len()) else { return false };
            star = Some((behind, taken + 1));
            (piece, at) = (behind, taken + 1);
        }
        true
    }
}

impl Piece {
    fn takes(&self, c: char) -> bool {
        match self {
            Piece::Some | Piece::Any => true,
            Piece::One(own) => *own == c,
            Piece::Class { negated, ranges } => {
                ranges.iter().any(|&(low, high)| low <= c && c <= high) != *negated
            }
        }
    }
}

/// A character of a class.
fn member(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn matching() {
        for (pattern, name, want) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.md", false),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("a?c", "abc", true),
            ("a?c", "aéc", true),
            ("a?", "a", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[α-ω]", "λ", true),
            ("[\\]a]", "]", true),
            ("[\\--a]", "a", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Glob::new(pattern).unwrap().matches(name), want, "{pattern} {name}");
        }
        // One `*` after the other costs nothing.
        let many = "a*".repeat(40) + "b";
        assert!(!Glob::new(&many).unwrap().matches(&"a".repeat(200)));
    }

    #[test]
    fn what_is_a_pattern() {
        for bad in ["[", "[]", "[]a]", "[a", "[a-]", "[-a]", "[a-", "[^]", "a\\", "[\\", "[a\\"] {
            assert!(Glob::new(bad).is_none(), "{bad}");
        }
        for good in ["]", "[^^]", "a-b", "[a-b-c]", "[a\\-b]", "*?"] {
            assert_eq!(Glob::new(good).is_some(), good != "[a-b-c]", "{good}");
        }
        assert_eq!(Glob::new("a\\[b").unwrap().literal().as_deref(), Some("a[b"));
        assert_eq!(Glob::new("a?").unwrap().literal(), None);
    }
}
