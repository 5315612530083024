//! The command line. Flags may be written with one or two dashes, with `=` or a following argument, as Go's tools
//! take them.

use std::path::PathBuf;

use crate::module::Choices;

/// What all commands that compile take.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `os/arch`.
    pub target: Option<String>,
    pub output: Option<PathBuf>,
    /// Print what each phase took.
    pub time: bool,
    /// Print assembly.
    pub asm: bool,
    /// Explain escape analysis and inlining; given twice, in more detail.
    pub explain: u32,
    /// Functions whose intermediate code is shown, with the pass.
    pub dump_ssa: Vec<(String, String)>,
    pub tags: Vec<String>,
    /// No limit on the number of errors.
    pub all_errors: bool,
    /// Leave out symbols.
    pub strip: bool,
    /// Leave out debug information.
    pub no_debug_info: bool,
    /// Show the commands that are run.
    pub commands: bool,
    /// Keep intermediate files, and say where.
    pub work: bool,
    /// No wrappers between the ABIs; and how many to make (1: none, below 1: no limit, N: N - 1).
    pub no_abiwrap: bool,
    pub abiwrap_limit: i64,
    /// `--debug NAME`: switches for developers (`noopt`, `noinline`, …).
    pub debug: Vec<String>,
    /// Link what the runtime's developers built, instead of building the runtime.
    pub runtime_lib: Option<PathBuf>,
    /// Compile the packages that the files of this directory make up, as the tests of Go's `rundir` kind want it.
    pub dir_packages: Option<PathBuf>,
    /// Write an object that a Rust program links, instead of an executable.
    pub host_object: bool,
    /// Number of threads; 0 for one per processor.
    pub jobs: usize,
    /// Where modules are looked for.
    pub modules: Choices,
}

/// A parsed command line.
#[derive(Clone, Debug)]
pub struct Invocation {
    pub options: Options,
    /// Packages or files.
    pub targets: Vec<String>,
    /// Arguments for the program that `run` starts.
    pub args: Vec<String>,
}

enum Kind {
    Switch(fn(&mut Options, bool)),
    Value(fn(&mut Options, String) -> Result<(), String>),
}

struct Flag {
    name: &'static str,
    value: &'static str,
    help: &'static str,
    kind: Kind,
}

const fn switch(name: &'static str, help: &'static str, set: fn(&mut Options, bool)) -> Flag {
    Flag { name, value: "", help, kind: Kind::Switch(set) }
}

const fn value(
    name: &'static str,
    value: &'static str,
    help: &'static str,
    set: fn(&mut Options, String) -> Result<(), String>,
) -> Flag {
    Flag { name, value, help, kind: Kind::Value(set) }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

static FLAGS: &[Flag] = &[
    value("o", "FILE", "write the executable to FILE", |o, v| {
        o.output = Some(v.into());
        Ok(())
    }),
    value("target", "OS/ARCH", "compile for this target (see `oxigo targets`)", |o, v| {
        o.target = Some(v);
        Ok(())
    }),
    value("tags", "LIST", "further build tags, separated by commas", |o, v| {
        o.tags.extend(v.split([',', ' ']).filter(|t| !t.is_empty()).map(String::from));
        Ok(())
    }),
    switch("e", "report all errors, not only ten", |o, on| o.all_errors = on),
    switch("s", "leave out the symbol table and debug information", |o, on| o.strip = on),
    switch("w", "leave out debug information", |o, on| o.no_debug_info = on),
    switch("time", "print how long each phase takes", |o, on| o.time = on),
    switch("S", "print assembly", |o, on| o.asm = on),
    switch("m", "explain what escapes to the heap and what is inlined", |o, on| o.explain += u32::from(on)),
    value(
        "dump-ssa",
        "PASS:FUNC",
        "print a function's code after a pass; PASS may be *, or html for a page with all",
        |o, v| {
            o.dump_ssa.push(crate::dump::request(&v)?);
            Ok(())
        },
    ),
    switch("x", "print the commands that are run", |o, on| o.commands = on),
    switch("work", "keep intermediate files and print where they are", |o, on| o.work = on),
    value(
        "debug",
        "NAME",
        "switches for the compiler's developers (packages: list them and their files)",
        |o, v| {
            o.debug.push(v);
            Ok(())
        },
    ),
    switch(
        "abiwrap",
        "make wrappers between the ABIs of assembly and Go (default; =false: none)",
        |o, on| o.no_abiwrap = !on,
    ),
    value("abiwrap-limit", "N", "make the first N-1 wrappers only (1: none, 0: no limit)", |o, v| {
        o.abiwrap_limit = number(&v)?;
        Ok(())
    }),
    value("runtime-lib", "FILE", "link this archive as the runtime", |o, v| {
        o.runtime_lib = Some(v.into());
        Ok(())
    }),
    value(
        "dir-packages",
        "DIR",
        "the files of DIR, grouped by package clause, are the packages; build main",
        |o, v| {
            o.dir_packages = Some(v.into());
            Ok(())
        },
    ),
    switch("host-object", "write an object for a Rust program to link (see docs/ABI.md)", |o, on| {
        o.host_object = on;
    }),
    value(
        "mod",
        "MODE",
        "vendor, readonly or mod: where packages of other modules are taken from",
        |o, v| {
            if !matches!(v.as_str(), "vendor" | "readonly" | "mod") {
                return Err(format!("-mod={v} not supported (can be '', 'mod', 'readonly', or 'vendor')"));
            }
            o.modules.mode = Some(v);
            Ok(())
        },
    ),
    value("modfile", "FILE", "read FILE instead of go.mod", |o, v| {
        o.modules.file = Some(v.into());
        Ok(())
    }),
    value("p", "N", "number of threads", |o, v| {
        o.jobs = number(&v)?;
        Ok(())
    }),
];

/// The flags, one a line.
pub fn flag_help() -> String {
    let rows = FLAGS.iter().map(|f| {
        let dashes = if f.name.len() == 1 { "-" } else { "--" };
        (format!("{dashes}{} {}", f.name, f.value), f.help)
    });
    rows.map(|(left, help)| format!("  {left:<22} {help}\n")).collect()
}

/// Parses what follows the command's name. For `run`, everything behind the package or the files is the program's.
pub fn parse(args: &[String], program_args: bool) -> Result<Invocation, String> {
    let mut options = Options::default();
    options.modules.work = std::env::var("GOWORK").ok();
    let mut targets: Vec<String> = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            targets.extend(rest.cloned());
            break;
        }
        let Some(flag) = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-')).filter(|f| !f.is_empty())
        else {
            targets.push(arg.clone());
            if program_args {
                targets.extend(rest.cloned());
                break;
            }
            continue;
        };
        let (name, inline) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_string())),
            None => (flag, None),
        };
        let flag = FLAGS.iter().find(|f| f.name == name);
        let flag = flag.ok_or_else(|| format!("flag provided but not defined: {arg}"))?;
        match &flag.kind {
            Kind::Switch(set) => {
                let on = match inline.as_deref() {
                    None | Some("true" | "1") => true,
                    Some("false" | "0") => false,
                    Some(other) => return Err(format!("invalid boolean value {other:?} for -{name}")),
                };
                set(&mut options, on);
            }
            Kind::Value(set) => {
                let value = inline.or_else(|| rest.next().cloned());
                let value = value.ok_or_else(|| format!("flag needs an argument: {arg}"))?;
                set(&mut options, value).map_err(|e| format!("{arg}: {e}"))?;
            }
        }
    }
    let mut args = Vec::new();
    if program_args {
        let files = targets.iter().take_while(|t| t.ends_with(".go")).count();
        args = targets.split_off(files.max(1).min(targets.len()));
    }
    Ok(Invocation { options, targets, args })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| s.to_string()).collect()
    }

    #[test]
    fn flags() {
        let i = parse(&strings(&["-o", "x", "--time", "--tags=a,b", "--work=false", "./p"]), false).unwrap();
        assert_eq!(i.options.output.unwrap().to_str(), Some("x"));
        assert!(i.options.time && !i.options.work);
        assert_eq!(i.options.tags, ["a", "b"]);
        assert_eq!(i.targets, ["./p"]);
        assert!(parse(&strings(&["--nope"]), false).is_err());
        assert!(parse(&strings(&["-o"]), false).is_err());
        assert!(parse(&strings(&["-p", "x"]), false).is_err());
    }

    #[test]
    fn program_arguments() {
        let i = parse(&strings(&["-s", "a.go", "b.go", "-x", "y"]), true).unwrap();
        assert_eq!((i.targets, i.args), (strings(&["a.go", "b.go"]), strings(&["-x", "y"])));
        let i = parse(&strings(&["./p", "q"]), true).unwrap();
        assert_eq!((i.targets, i.args), (strings(&["./p"]), strings(&["q"])));
    }
}
