//! What a program says of how it was made (`debug.ReadBuildInfo`, `go version -m`): its package, the modules it is made of, and the
//! settings of the build, as text in the go command's form.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::cli::Options;
use crate::commands::Target;
use crate::load::{Config, Program};
use crate::module::{self, Module};
use crate::{variant, vcs};

/// Between these the runtime and other programs find the text in a file; package runtime/debug cuts off 16 bytes on both sides.
const START: [u8; 16] = *b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6";
const END: [u8; 16] = *b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2";

/// The text between its marks.
pub fn marked(
    config: &Config,
    target: &Target,
    options: &Options,
    program: &Program,
    pgo: Option<&Path>,
) -> Vec<u8> {
    [&START[..], text(config, target, options, program, pgo).as_bytes(), &END].concat()
}

fn text(
    config: &Config,
    target: &Target,
    options: &Options,
    program: &Program,
    pgo: Option<&Path>,
) -> String {
    let root = &program.packages[program.roots[0]];
    let path = config.tested.as_ref().map_or(root.path.as_str(), |t| &t.main.path);
    let mut out = format!("path\t{path}\n");
    let place = config.tested.as_ref().map_or(&root.dir, |t| &t.package.dir);
    let main = config.modules.of_dir(place).filter(|_| config.modules.main().is_some());
    if let Some(main) = main {
        out.push_str(&line("mod", main));
    }
    let user = program.packages.iter().filter(|p| !p.std);
    let used = user.filter_map(|p| config.modules.of_dir(&p.dir));
    let others: BTreeMap<&str, &Module> =
        used.filter(|m| main.is_none_or(|own| own.path != m.path)).map(|m| (m.path.as_str(), m)).collect();
    others.values().for_each(|m| out.push_str(&line("dep", m)));
    let vcs = match main {
        Some(main) if !options.no_vcs && config.tested.is_none() => vcs::state(&main.dir),
        _ => Vec::new(),
    };
    // A folder's name says where it was built.
    let shown = pgo.and_then(|p| if options.trim_path { p.file_name() } else { Some(p.as_os_str()) });
    let profile = shown.map(|p| ("-pgo", p.to_string_lossy().to_string()));
    for (key, value) in settings(config, target, options).into_iter().chain(vcs).chain(profile) {
        if !value.is_empty() {
            let _ = writeln!(out, "build\t{key}={}", quoted(&value));
        }
    }
    out
}

/// A module, and behind an arrow what is in its place.
fn line(kind: &str, m: &Module) -> String {
    let row = |kind: &str, path: &str, version: Option<&str>, sum: Option<String>| {
        let version = version.unwrap_or("(devel)");
        format!("{kind}\t{path}\t{version}\t{}\n", sum.unwrap_or_default())
    };
    let version = m.version.as_deref();
    match &m.replaced {
        Some((path, other)) => {
            let sum = other.as_deref().and_then(|v| module::sum(path, v));
            let own = format!("{kind}\t{}\t{}\n", m.path, version.unwrap_or("(devel)"));
            own + &row("=>", path, other.as_deref(), sum)
        }
        None => row(kind, &m.path, version, version.and_then(|v| module::sum(&m.path, v))),
    }
}

fn settings(config: &Config, target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let written = |flag: &Option<String>| flag.clone().unwrap_or_default();
    let mut rows = vec![
        ("-buildmode", if options.pie { "pie" } else { "exe" }.to_string()),
        ("-compiler", "gc".into()),
        ("-gcflags", written(&options.gcflags)),
        // Folders may stand in them.
        ("-ldflags", if options.trim_path { String::new() } else { written(&options.ldflags) }),
        ("-tags", options.tags.join(",")),
        ("-trimpath", if options.trim_path { "true".into() } else { String::new() }),
        ("DefaultGODEBUG", config.godebug.clone()),
        ("CGO_ENABLED", "0".into()),
        ("GOARCH", target.arch.name.into()),
        ("GOOS", config.context.goos.clone()),
    ];
    rows.extend(variant::setting(target.arch.name).map(|(name, value)| (name, value.to_string())));
    rows
}

/// In quotes where a reader would take it apart.
fn quoted(value: &str) -> String {
    let apart = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n' | '"' | '`');
    if value.contains(apart) { format!("{value:?}") } else { value.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules() {
        let module = |version: Option<&str>, replaced: Option<(&str, Option<&str>)>| Module {
            path: "ex.com/q".into(),
            version: version.map(String::from),
            dir: "/nowhere".into(),
            go_version: None,
            main: version.is_none(),
            replaced: replaced.map(|(p, v)| (p.into(), v.map(String::from))),
        };
        assert_eq!(line("mod", &module(None, None)), "mod\tex.com/q\t(devel)\t\n");
        assert_eq!(
            line("dep", &module(Some("v1.0.0"), Some(("../q", None)))),
            "dep\tex.com/q\tv1.0.0\n=>\t../q\t(devel)\t\n"
        );
        assert_eq!((quoted("-s -w"), quoted("a=b")), ("\"-s -w\"".into(), "a=b".into()));
    }
}
