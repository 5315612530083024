//! What `-ldflags` and `-gcflags` mean here: the flags of Go's linker and compiler that have a counterpart.

use super::Options;

/// Words separated by blanks; quotes keep blanks together.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, behind) = match first {
            '"' | '\'' => rest[1..].split_once(first).unwrap_or((&rest[1..], "")),
            _ => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        out.push(word.to_string());
        rest = behind.trim_start();
    }
    out
}

/// `pattern=flags` is for some packages: everything is compiled as one.
fn without_pattern(text: &str) -> &str {
    let name = text.split('=').next().unwrap_or("");
    if text.starts_with('-') || !text.contains('=') { text } else { &text[name.len() + 1..] }
}

pub(super) fn ldflags(o: &mut Options, text: String) -> Result<(), String> {
    o.ldflags = Some(text.clone());
    let mut words = words(without_pattern(&text)).into_iter();
    while let Some(word) = words.next() {
        let flag = word.trim_start_matches('-');
        match flag.split_once('=').unwrap_or((flag, "")) {
            ("s", "") => o.strip = true,
            ("w", "") => o.no_debug_info = true,
            ("buildid", _) => {}
            ("X", value) => {
                let own = words.as_slice().first().cloned();
                let definition = if value.is_empty() { own.unwrap_or_default() } else { value.to_string() };
                if value.is_empty() {
                    words.next();
                }
                let (name, value) = definition
                    .split_once('=')
                    .filter(|(name, _)| name.contains('.'))
                    .ok_or("-X flag requires argument of the form importpath.name=value")?;
                o.defines.push((name.into(), value.into()));
            }
            _ => return Err(format!("not supported: -ldflags={word}")),
        }
    }
    Ok(())
}

pub(super) fn gcflags(o: &mut Options, text: String) -> Result<(), String> {
    o.gcflags = Some(text.clone());
    for word in words(without_pattern(&text)) {
        match word.as_str() {
            "-m" | "-m=1" => o.explain += 1,
            "-m=2" => o.explain += 2,
            "-l" => o.debug.push("noinline".into()),
            "-N" => o.debug.push("noopt".into()),
            "-S" => o.asm = true,
            "-e" => o.all_errors = true,
            _ => return Err(format!("not supported: -gcflags={word}")),
        }
    }
    Ok(())
}
