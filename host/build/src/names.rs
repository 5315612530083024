//! Rust names for Go names.

/// Words that no name in Rust may be without `r#`.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that cannot be names at all.
const RESERVED: &[&str] = &["self", "Self", "super", "crate", "_"];

/// The words of a name: `HTTPGetURL2` is `http`, `get`, `url2`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (i, &c) in chars.iter().enumerate() {
        if c == '_' {
            words.push(String::new());
            continue;
        }
        let before = i.checked_sub(1).map(|k| chars[k]);
        let starts = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_numeric()
                    || b.is_uppercase() && chars.get(i + 1).is_some_and(|n| n.is_lowercase())
            });
        if starts || words.is_empty() {
            words.push(String::new());
        }
        words.last_mut().expect("there is one").extend(c.to_lowercase());
    }
    words.retain(|w| !w.is_empty());
    words
}

/// A function's, a field's or a parameter's name.
pub fn snake(name: &str) -> String {
    let out = words(name).join("_");
    if RESERVED.contains(&out.as_str()) || out.is_empty() {
        format!("{out}_")
    } else if KEYWORDS.contains(&out.as_str()) {
        format!("r#{out}")
    } else {
        out
    }
}

/// A constant's name.
pub fn constant(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

/// A type's name, for one that Go writes `time.Duration` or `Pair[int,string]`.
pub fn typ(name: &str) -> String {
    let own = name.split('[').next().unwrap_or(name);
    let (_, last) = own.rsplit_once('.').unwrap_or(("", own));
    let arguments = name.strip_prefix(own).unwrap_or("");
    let out: String = last.chars().chain(arguments.chars().filter(|c| c.is_alphanumeric())).collect();
    if RESERVED.contains(&out.as_str()) { format!("{out}_") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (go, rust) in [
            ("Add", "add"),
            ("HTTPGetURL2", "http_get_url2"),
            ("X", "x"),
            ("NewV2Map", "new_v2_map"),
            ("snake_case", "snake_case"),
            ("Type", "r#type"),
            ("Self", "self_"),
            ("_", "_"),
            ("Größe", "größe"),
        ] {
            assert_eq!(snake(go), rust, "{go}");
        }
        assert_eq!(constant("ColorRed"), "COLOR_RED");
        assert_eq!((typ("time.Duration"), typ("Pair[int,x.y]")), ("Duration".into(), "Pairintxy".into()));
    }
}
