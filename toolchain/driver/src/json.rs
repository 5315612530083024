//! JSON as Go's encoding/json writes it.

use std::fmt::Write;

/// A string: what is special in HTML is escaped, as Go does by default.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(out, "\\u{:04x}", c as u32).expect("a string takes all");
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// Numbers, booleans and null, as they are written.
    Word(String),
}

impl Json {
    pub fn fields(&self) -> &[(String, Json)] {
        if let Json::Object(fields) = self { fields } else { &[] }
    }

    pub fn field(&self, name: &str) -> Option<&Json> {
        self.fields().iter().find(|f| f.0 == name).map(|f| &f.1)
    }

    pub fn text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }

    pub fn items(&self) -> &[Json] {
        if let Json::Array(items) = self { items } else { &[] }
    }
}

/// How deep values may be nested.
const DEPTH: usize = 100;

/// The values of a text, one behind the other, up to the first fault.
pub fn values(text: &str) -> Vec<Json> {
    let mut rest = text.trim_start();
    std::iter::from_fn(|| {
        let (value, behind) = value(rest, DEPTH)?;
        rest = behind.trim_start();
        Some(value)
    })
    .collect()
}

/// The value that a text begins with, and what is behind it.
fn value(text: &str, depth: usize) -> Option<(Json, &str)> {
    let (first, depth) = (text.chars().next()?, depth.checked_sub(1)?);
    match first {
        '"' => string(&text[1..]).map(|(s, rest)| (Json::Text(s), rest)),
        '[' => {
            let (mut items, mut rest) = (Vec::new(), text[1..].trim_start());
            while !rest.starts_with(']') {
                let (item, behind) = value(rest, depth)?;
                items.push(item);
                rest = separated(behind, ']')?;
            }
            Some((Json::Array(items), &rest[1..]))
        }
        '{' => {
            let (mut fields, mut rest) = (Vec::new(), text[1..].trim_start());
            while !rest.starts_with('}') {
                let (name, behind) = string(rest.strip_prefix('"')?)?;
                let (field, behind) = value(behind.trim_start().strip_prefix(':')?.trim_start(), depth)?;
                fields.push((name, field));
                rest = separated(behind, '}')?;
            }
            Some((Json::Object(fields), &rest[1..]))
        }
        _ => {
            let end =
                text.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(text.len());
            (end > 0).then(|| (Json::Word(text[..end].into()), &text[end..]))
        }
    }
}

/// Behind a comma, or at the end.
fn separated(text: &str, end: char) -> Option<&str> {
    let text = text.trim_start();
    match text.strip_prefix(',') {
        Some(rest) => Some(rest.trim_start()),
        None => text.starts_with(end).then_some(text),
    }
}

/// A string behind its first quote.
fn string(text: &str) -> Option<(String, &str)> {
    let (mut units, mut chars) = (Vec::new(), text.chars());
    loop {
        let c = match chars.next()? {
            '"' => break,
            '\\' => match chars.next()? {
                'u' => {
                    let digits = chars.as_str().get(..4)?;
                    units.push(u16::from_str_radix(digits, 16).ok()?);
                    chars = chars.as_str()[4..].chars();
                    continue;
                }
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\x08',
                'f' => '\x0c',
                c => c,
            },
            c => c,
        };
        units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    }
    Some((String::from_utf16_lossy(&units), chars.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read() {
        let text = "{}\n{\"a\\n\": [1, \"\\u003c\\ud83d\\ude00é\", {\"b\":null}], \"c\": []} [";
        let read = values(text);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0], Json::Object(Vec::new()));
        let items = read[1].field("a\n").unwrap().items();
        assert_eq!(items[0], Json::Word("1".into()));
        assert_eq!(items[1].text(), Some("<😀é"));
        assert_eq!(items[2].fields(), [("b".to_string(), Json::Word("null".into()))]);
        assert!(read[1].field("c").unwrap().items().is_empty());
        assert_eq!(values(&"[".repeat(1000)), []);
        assert_eq!(values("{\"a\" 1}"), []);
    }

    #[test]
    fn quoted() {
        assert_eq!(super::quote("a\"\\\n<é\x16"), "\"a\\\"\\\\\\n\\u003cé\\u0016\"");
    }
}
