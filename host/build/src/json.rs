//! A reader for the JSON that `oxigo` writes.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Bool(bool),
    Number(i128),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text; None if it is no JSON, or has what `oxigo` does not write: null, fractions.
    pub fn parse(text: &str) -> Option<Json> {
        let mut rest = text;
        let value = value(&mut rest)?;
        rest.trim_start().is_empty().then_some(value)
    }

    /// A field of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.iter().find(|f| f.0 == name).map(|f| &f.1),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(t) => Some(t),
            _ => None,
        }
    }

    pub fn list(&self) -> Option<&[Json]> {
        match self {
            Json::List(l) => Some(l),
            _ => None,
        }
    }
}

fn token(rest: &mut &str, text: &str) -> Option<()> {
    *rest = rest.trim_start().strip_prefix(text)?;
    Some(())
}

fn value(rest: &mut &str) -> Option<Json> {
    *rest = rest.trim_start();
    match rest.chars().next()? {
        '"' => Some(Json::Text(string(rest)?)),
        '[' => Some(Json::List(items(rest, "[", "]", value)?)),
        '{' => {
            let field = |rest: &mut &str| {
                *rest = rest.trim_start();
                let name = string(rest)?;
                token(rest, ":")?;
                Some((name, value(rest)?))
            };
            Some(Json::Object(items(rest, "{", "}", field)?))
        }
        't' => token(rest, "true").map(|()| Json::Bool(true)),
        'f' => token(rest, "false").map(|()| Json::Bool(false)),
        _ => {
            let end = rest.find(|c: char| c != '-' && !c.is_ascii_digit()).unwrap_or(rest.len());
            let (number, behind) = rest.split_at(end);
            *rest = behind;
            number.parse().ok().map(Json::Number)
        }
    }
}

fn items<T>(
    rest: &mut &str,
    open: &str,
    close: &str,
    item: impl Fn(&mut &str) -> Option<T>,
) -> Option<Vec<T>> {
    token(rest, open)?;
    let mut out = Vec::new();
    while token(rest, close).is_none() {
        if !out.is_empty() {
            token(rest, ",")?;
        }
        out.push(item(rest)?);
    }
    Some(out)
}

fn string(rest: &mut &str) -> Option<String> {
    let mut chars = rest.strip_prefix('"')?.chars();
    let mut out = String::new();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => out.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\x08',
                'f' => '\x0c',
                'u' => {
                    let code = chars.as_str().get(..4)?;
                    chars = chars.as_str()[4..].chars();
                    char::from_u32(u32::from_str_radix(code, 16).ok()?)?
                }
                c => c,
            }),
            c => out.push(c),
        }
    }
    *rest = chars.as_str();
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let text = |t: &str| Json::Text(t.into());
        let parsed = Json::parse(" {\"a\": [1, -2, true], \"b\\n\\u003c\": {}, \"c\": [ ] } ").unwrap();
        assert_eq!(
            parsed,
            Json::Object(vec![
                ("a".into(), Json::List(vec![Json::Number(1), Json::Number(-2), Json::Bool(true)])),
                ("b\n<".into(), Json::Object(vec![])),
                ("c".into(), Json::List(vec![])),
            ])
        );
        assert_eq!(Json::parse("[\"x\", \"y\"]"), Some(Json::List(vec![text("x"), text("y")])));
        for bad in ["", "[1", "[1 2]", "\"x", "{\"a\"}", "[] x", "1.5", "null"] {
            assert_eq!(Json::parse(bad), None, "{bad}");
        }
    }
}
