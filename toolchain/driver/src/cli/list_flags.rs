//! Flags that `oxigo list` takes as `go list` does.

use super::{Options, boolean};

/// Flags of `oxigo list`.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// `-json`, with the fields that are wanted; none named: all.
    pub json: Option<Vec<String>>,
    /// `-f`, a template.
    pub format: Option<String>,
    /// With all that is imported.
    pub deps: bool,
    /// With the packages that tests are compiled from.
    pub test: bool,
    /// Faulty packages are told, not refused.
    pub errors: bool,
    /// What packages import is not looked for.
    pub find: bool,
    /// With the files that are compiled.
    pub compiled: bool,
    /// Of modules, which Go's own command tells.
    pub modules: bool,
}

pub(super) static FLAGS: &[(&str, &str)] = &[
    ("compiled", "tell the files that are compiled"),
    ("deps", "with all packages that are imported, these first"),
    ("e", "faulty packages are told, not refused"),
    ("f", "a template for each package, in Go's text/template"),
    ("find", "do not look for what packages import"),
    ("json", "as JSON; -json=Name,Dir: these fields"),
    ("m", "tell of modules (Go's own go command does)"),
    ("test", "with the packages that tests are compiled from"),
    ("export", "false: there are no files with what packages export"),
];

/// Does what a flag says; false if it is none of these.
pub(super) fn apply<'a>(
    options: &mut Options,
    name: &str,
    value: &Option<String>,
    rest: &mut impl Iterator<Item = &'a String>,
) -> Result<bool, String> {
    let list = &mut options.list;
    if !FLAGS.iter().any(|f| f.0 == name) {
        // Further flags of -m.
        return Ok(list.modules && matches!(name, "u" | "versions" | "retracted" | "reuse"));
    }
    let given = || boolean(name, value.as_deref());
    match name {
        "json" => {
            list.json = match value.as_deref() {
                None | Some("true") => Some(Vec::new()),
                Some("false") => None,
                Some(fields) => Some(fields.split(',').map(String::from).collect()),
            };
        }
        "f" => {
            let value = value.clone().or_else(|| rest.next().cloned());
            let value = value.ok_or_else(|| format!("flag needs an argument: -{name}"))?;
            list.format = Some(value);
        }
        "export" if given()? => return Err("not supported: -export".into()),
        "export" => {}
        "compiled" => list.compiled = given()?,
        "deps" => list.deps = given()?,
        "e" => list.errors = given()?,
        "find" => list.find = given()?,
        "m" => list.modules = given()?,
        _ => list.test = given()?,
    }
    Ok(true)
}
