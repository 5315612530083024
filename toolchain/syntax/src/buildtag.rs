//! Build constraints: `//go:build` and `// +build` lines as expressions over tags (the grammar of Go's go/build/constraint).

/// A constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    Tag(String),
    Not(Box<Constraint>),
    And(Box<Constraint>, Box<Constraint>),
    Or(Box<Constraint>, Box<Constraint>),
}

/// Nested parentheses and negations beyond which a line is refused.
const MAX_DEPTH: usize = 1000;

/// Is this line a `//go:build` line?
pub fn is_build_line(line: &str) -> bool {
    let line = line.trim();
    line.strip_prefix("//go:build").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// Parses a `//go:build` line.
pub fn parse(line: &str) -> Result<Constraint, String> {
    if !is_build_line(line) {
        return Err("not a build constraint".into());
    }
    let text = &line.trim()["//go:build".len()..];
    let mut parser = Parser { text, at: 0, depth: 0 };
    let expr = parser.or()?;
    match parser.token()? {
        "" => Ok(expr),
        t => Err(format!("unexpected token {t}")),
    }
}

/// What stands behind `// +build`, the constraints' form before Go 1.17.
fn plus_text(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("//")?.trim_start().strip_prefix("+build")?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

/// Is this line a `// +build` line?
pub fn is_plus_line(line: &str) -> bool {
    plus_text(line).is_some()
}

/// The most operators in a `// +build` line.
const MAX_PLUS: usize = 100;

/// Parses a `// +build` line: words are alternatives, what commas separate in a word must hold together. What is no tag is
/// the tag `ignore`, which nobody sets; a line with too many operators says nothing.
pub fn parse_plus(line: &str) -> Option<Constraint> {
    let text = plus_text(line)?;
    if text.split_whitespace().count() + text.matches(',').count() > MAX_PLUS + 1 {
        return None;
    }
    let tag = |name: &str| Constraint::Tag(name.into());
    let literal = |lit: &str| {
        let (negated, name) = lit.strip_prefix('!').map_or((false, lit), |name| (true, name));
        let valid = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        match (negated, !name.is_empty() && name.chars().all(valid)) {
            (true, _) if name.is_empty() || name.starts_with('!') => tag("ignore"),
            (true, true) => Constraint::Not(Box::new(tag(name))),
            (true, false) => Constraint::Not(Box::new(tag("ignore"))),
            (false, true) => tag(name),
            (false, false) => tag("ignore"),
        }
    };
    let both = |a, b| Constraint::And(Box::new(a), Box::new(b));
    let either = |a, b| Constraint::Or(Box::new(a), Box::new(b));
    let words = text.split_whitespace().filter_map(|word| word.split(',').map(literal).reduce(both));
    Some(words.reduce(either).unwrap_or_else(|| tag("ignore")))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// The next token without consuming it; empty at the end.
    fn token(&mut self) -> Result<&'a str, String> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t']);
        self.at = self.text.len() - rest.len();
        if rest.is_empty() {
            return Ok("");
        }
        if let Some(op) = ["&&", "||", "!", "(", ")"].iter().find(|op| rest.starts_with(**op)) {
            return Ok(&rest[..op.len()]);
        }
        let in_tag = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        match rest.find(|c| !in_tag(c)).unwrap_or(rest.len()) {
            0 => Err(format!("invalid syntax at {}", rest.chars().next().unwrap_or(' '))),
            n => Ok(&rest[..n]),
        }
    }

    fn or(&mut self) -> Result<Constraint, String> {
        let mut x = self.and()?;
        while self.token()? == "||" {
            self.at += 2;
            x = Constraint::Or(Box::new(x), Box::new(self.and()?));
        }
        Ok(x)
    }

    fn and(&mut self) -> Result<Constraint, String> {
        let mut x = self.not()?;
        while self.token()? == "&&" {
            self.at += 2;
            x = Constraint::And(Box::new(x), Box::new(self.not()?));
        }
        Ok(x)
    }

    fn not(&mut self) -> Result<Constraint, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("build expression too large".into());
        }
        let token = self.token()?;
        let result = match token {
            "" => Err("unexpected end of expression".into()),
            "!" => {
                self.at += 1;
                if self.token()? == "!" {
                    return Err("double negation not allowed".into());
                }
                Ok(Constraint::Not(Box::new(self.not()?)))
            }
            "(" => {
                self.at += 1;
                let x = self.or()?;
                if self.token()? != ")" {
                    return Err("missing close paren".into());
                }
                self.at += 1;
                Ok(x)
            }
            ")" | "&&" | "||" => Err(format!("unexpected token {token}")),
            tag => {
                self.at += tag.len();
                Ok(Constraint::Tag(tag.into()))
            }
        };
        self.depth -= 1;
        result
    }
}

impl Constraint {
    /// Does the constraint hold if `has` tells the tags that are set?
    pub fn eval(&self, has: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Constraint::Tag(tag) => has(tag),
            Constraint::Not(x) => !x.eval(has),
            Constraint::And(x, y) => x.eval(has) && y.eval(has),
            Constraint::Or(x, y) => x.eval(has) || y.eval(has),
        }
    }

    /// The least Go version that the constraint implies, as `go1.N`.
    pub fn go_version(&self) -> Option<String> {
        match self.min_version(true) {
            v if v < 0 => None,
            0 => Some("go1".into()),
            v => Some(format!("go1.{v}")),
        }
    }

    fn min_version(&self, positive: bool) -> i64 {
        match self {
            Constraint::Tag(tag) => match tag.strip_prefix("go1") {
                Some("") if positive => 0,
                Some(rest) if positive => rest.strip_prefix('.').and_then(|n| n.parse().ok()).unwrap_or(-1),
                _ => -1,
            },
            Constraint::Not(x) => x.min_version(!positive),
            Constraint::And(x, y) | Constraint::Or(x, y) => {
                let (x_version, y_version) = (x.min_version(positive), y.min_version(positive));
                if matches!(self, Constraint::And(..)) == positive {
                    x_version.max(y_version)
                } else {
                    x_version.min(y_version)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluation() {
        let has = |t: &str| ["linux", "amd64", "go1.20"].contains(&t);
        for (text, want) in [
            ("linux", true),
            ("!linux", false),
            ("linux && !arm", true),
            ("arm || (linux && amd64)", true),
            ("arm || linux && windows", false),
            ("!(arm || amd64)", false),
        ] {
            assert_eq!(parse(&format!("//go:build {text}")).unwrap().eval(&has), want, "{text}");
        }
        for text in ["", "a b", "!!a", "(a", "a &&", "a & b", ")"] {
            assert!(parse(&format!("//go:build {text}")).is_err(), "{text}");
        }
        assert!(parse("//go:buildx").is_err());
    }

    #[test]
    fn versions() {
        for (text, want) in [
            ("go1.21", Some("go1.21")),
            ("go1.21 && go1.22", Some("go1.22")),
            ("go1.21 || go1.22", Some("go1.21")),
            ("linux", None),
            ("linux || go1.5", None),
            ("!go1.5", None),
            ("go1", Some("go1")),
        ] {
            assert_eq!(parse(&format!("//go:build {text}")).unwrap().go_version().as_deref(), want, "{text}");
        }
    }
}
