//! The command line: `mod` parses it and has the flags of all commands that compile; `test_flags` and `list_flags` have those of `oxigo test` and
//! `oxigo list`; `tools`
//! what `-ldflags` and `-gcflags` mean. Flags may be written with one or two dashes, with `=` or a following argument, as Go's tools
//! take them.

pub mod duration;
mod list_flags;
mod test_flags;
#[cfg(test)]
mod tests;
mod tools;

use std::path::PathBuf;

use crate::module::Choices;
use crate::pgo::Pgo;
pub use list_flags::ListOptions;
pub use test_flags::{Checks, TestOptions};

/// What all commands that compile take.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `os/arch`.
    pub target: Option<String>,
    pub output: Option<PathBuf>,
    /// Print what each phase took.
    pub time: bool,
    /// `-a`: nothing is taken from what other builds kept, nor kept.
    pub anew: bool,
    /// Print the bytes of each package.
    pub sizes: bool,
    /// Print what keeps this symbol in the executable.
    pub why: Option<String>,
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
    /// Passes that are left out, and how many functions the others work on.
    pub without_passes: Vec<&'static str>,
    pub pass_limit: Option<usize>,
    /// `--debug NAME`: switches for developers (`noopt`, `noinline`, …).
    pub debug: Vec<String>,
    /// Link what the runtime's developers built, instead of building the runtime.
    pub runtime_lib: Option<PathBuf>,
    /// Compile the packages that the files of this directory make up, as the tests of Go's `rundir` kind want it.
    pub dir_packages: Option<PathBuf>,
    /// A folder that a program without an operating system has as its files.
    pub embed_files: Option<PathBuf>,
    /// The network device of the machine that a program without an operating system is started on: its forwarded ports.
    pub network: Option<String>,
    /// The executable is position-independent.
    pub pie: bool,
    /// Write an object that a Rust program links, instead of an executable.
    pub host_object: bool,
    /// Where to write what the host can call of it.
    pub host_api: Option<PathBuf>,
    /// The profile that the compiler knows hot calls by.
    pub pgo: Pgo,
    /// Number of threads; 0 for one per processor.
    pub jobs: usize,
    /// Where modules are looked for.
    pub modules: Choices,
    /// Print the packages' names as they are compiled.
    pub verbose: bool,
    /// Print the commands, but do not run them.
    pub dry_run: bool,
    /// Names of source files in the program begin with import paths, not with folders.
    pub trim_path: bool,
    /// The program is not stamped with the state of its repository.
    pub no_vcs: bool,
    /// Flags of Go's compiler and linker as they were given.
    pub gcflags: Option<String>,
    pub ldflags: Option<String>,
    /// `-ldflags "-X importpath.name=value"`.
    pub defines: Vec<(String, String)>,
    /// What only `oxigo test` knows.
    pub test: TestOptions,
    /// What only `oxigo list` knows.
    pub list: ListOptions,
}

/// A parsed command line.
#[derive(Clone, Debug)]
pub struct Invocation {
    pub options: Options,
    /// Packages or files.
    pub targets: Vec<String>,
    /// Arguments for the program that `run` or `test` starts.
    pub args: Vec<String>,
    /// The flags as they were given.
    pub flags: Vec<String>,
}

/// Whose command line is parsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grammar {
    /// Flags and packages in any order.
    Build,
    /// What follows the package or the files is the program's.
    Run,
    /// Flags and packages in any order; unknown flags, and what follows them, are the test program's.
    Test,
    /// Flags and packages in any order; some flags mean something else.
    List,
    /// A package, a function and flags in any order; `-json`.
    Abi,
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
    text.parse().map_err(|_| "parse error".into())
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
    switch("n", "print the commands, but do not run them", |o, on| (o.dry_run, o.commands) = (on, on)),
    switch("v", "print the names of packages as they are compiled; tests: print all tests", |o, on| {
        o.verbose = on;
    }),
    switch("a", "compile everything anew, without the cache of compiled functions", |o, on| o.anew = on),
    switch("trimpath", "leave folders out of the names of source files", |o, on| o.trim_path = on),
    value(
        "buildvcs",
        "MODE",
        "auto, true or false: stamp programs with the state of the git repository they are in",
        |o, v| {
            o.no_vcs = match v.as_str() {
                "auto" => false,
                other => !boolean("buildvcs", Some(other)).map_err(|_| {
                    format!(
                        "invalid boolean value {other:?} for -buildvcs: value is neither 'auto' nor a valid bool"
                    )
                })?,
            };
            Ok(())
        },
    ),
    value("buildmode", "MODE", "exe, default, or pie: position-independent; others are refused", |o, v| {
        o.pie = v == "pie";
        match v.as_str() {
            "exe" | "default" | "pie" => Ok(()),
            other => Err(format!("not supported: -buildmode={other}")),
        }
    }),
    value(
        "pgo",
        "FILE",
        "a CPU profile of the program, for which it is made; auto: default.pgo beside main; off",
        |o, v| {
            o.pgo = Pgo::new(v);
            Ok(())
        },
    ),
    value("ldflags", "LIST", "-s, -w and -X importpath.name=value", tools::ldflags),
    value("gcflags", "LIST", "-e, -l, -m, -N and -S", tools::gcflags),
    value("asmflags", "LIST", "none is known", |_, v| match v.is_empty() {
        true => Ok(()),
        false => Err(format!("not supported: -asmflags={v}")),
    }),
    switch("size", "print how many bytes of the executable each package is", |o, on| o.sizes = on),
    value(
        "why",
        "SYMBOL",
        "print what keeps a function or variable (fmt.Fprintln) in the executable",
        |o, v| {
            o.why = Some(v);
            Ok(())
        },
    ),
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
    value("passes", "LIST", "leave out passes: -gvn,-licm (see docs/DEBUGGING.md)", |o, v| {
        o.without_passes.extend(ir::passes::without(&v)?);
        Ok(())
    }),
    value("pass-limit", "N", "optimise the program's first N functions only, and name the last", |o, v| {
        o.pass_limit = Some(number(&v)?);
        Ok(())
    }),
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
        "embed-files",
        "DIR",
        "what is in DIR are the files of a program without an operating system (--target none/...)",
        |o, v| {
            o.embed_files = Some(v.into());
            Ok(())
        },
    ),
    value(
        "network",
        "PORTS",
        "run: give the machine of --target none/... a network device, and programs here its TCP ports: HOST:GUEST,...; none: user",
        |o, v| {
            o.network = Some(v);
            Ok(())
        },
    ),
    value(
        "dir-packages",
        "DIR",
        "the files of DIR, grouped by package clause, are the packages; build main",
        |o, v| {
            o.dir_packages = Some(v.into());
            Ok(())
        },
    ),
    switch("host-object", "write an object for a Rust program to link (see docs/RUST.md)", |o, on| {
        o.host_object = on;
    }),
    value(
        "host-api",
        "FILE",
        "with --host-object: describe in FILE what the Rust program can call",
        |o, v| {
            o.host_api = Some(v.into());
            Ok(())
        },
    ),
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
    switch("modcacherw", "leave folders of the module cache writable (nothing is put there)", |_, _| {}),
    value("p", "N", "number of threads", |o, v| {
        o.jobs = match number::<i64>(&v)? {
            n if n < 1 => return Err(format!("not supported: -p={n}, which must be a positive integer")),
            n => n as usize,
        };
        Ok(())
    }),
];

/// Flags of Go's tools that ask for what there is not.
const REFUSED: &[&str] = &[
    "race",
    "msan",
    "asan",
    "cover",
    "covermode",
    "coverpkg",
    "coverprofile",
    "linkshared",
    "toolexec",
    "overlay",
    "pkgdir",
    "compiler",
    "installsuffix",
];

/// The flags, one a line.
pub fn flag_help() -> String {
    let rows = FLAGS.iter().map(|f| {
        let dashes = if f.name.len() == 1 { "-" } else { "--" };
        (format!("{dashes}{} {}", f.name, f.value), f.help)
    });
    let build: String = rows.map(|(left, help)| format!("  {left:<22} {help}\n")).collect();
    let list: String = list_flags::FLAGS
        .iter()
        .map(|(name, help)| format!("  {:<22} {help}\n", format!("-{name}")))
        .collect();
    format!("{build}\nflags of test:\n{}\nflags of list:\n{list}", test_flags::help())
}

/// Parses what follows the command's name.
pub fn parse(args: &[String], grammar: Grammar) -> Result<Invocation, String> {
    let mut options = Options { no_vcs: grammar != Grammar::Build, ..Options::default() };
    options.modules.work = std::env::var("GOWORK").ok();
    let mut i = Invocation { options, targets: Vec::new(), args: Vec::new(), flags: Vec::new() };
    let environment = std::env::var("GOFLAGS").unwrap_or_default();
    for word in environment.split_whitespace() {
        let (name, value) = split(word).ok_or(format!("parsing $GOFLAGS: non-flag {word:?}"))?;
        // A flag may be for another command.
        if !apply(&mut i.options, name, value, &mut [].iter(), grammar)? && !test_flags::knows(name) {
            return Err(format!("parsing $GOFLAGS: unknown flag -{name}"));
        }
    }
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            i.targets.extend(rest.cloned());
            break;
        }
        let Some((name, value)) = split(arg) else {
            i.targets.push(arg.clone());
            if grammar == Grammar::Run {
                i.targets.extend(rest.cloned());
                break;
            }
            continue;
        };
        if grammar == Grammar::Test && name == "args" {
            i.args.extend(rest.cloned());
            break;
        }
        let before = rest.len();
        if apply(&mut i.options, name, value, &mut rest, grammar)? {
            let taken = before - rest.len();
            let from = args.len() - before - 1;
            i.flags.extend_from_slice(&args[from..=from + taken]);
        } else if grammar == Grammar::Test {
            i.args.push(arg.clone());
            i.args.extend(rest.cloned());
            break;
        } else {
            let hint = nearest(name).map(|n| format!(" (did you mean -{n}?)")).unwrap_or_default();
            return Err(format!("flag provided but not defined: -{name}{hint}"));
        }
    }
    if grammar == Grammar::Run {
        let files = i.targets.iter().take_while(|t| t.ends_with(".go")).count();
        i.args = i.targets.split_off(files.max(1).min(i.targets.len()));
    }
    Ok(i)
}

/// Name and value of a flag.
fn split(arg: &str) -> Option<(&str, Option<String>)> {
    let flag = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-')).filter(|f| !f.is_empty())?;
    Some(match flag.split_once('=') {
        Some((name, value)) => (name, Some(value.to_string())),
        None => (flag, None),
    })
}

fn boolean(name: &str, value: Option<&str>) -> Result<bool, String> {
    match value {
        None | Some("true" | "1" | "t" | "T" | "TRUE" | "True") => Ok(true),
        Some("false" | "0" | "f" | "F" | "FALSE" | "False") => Ok(false),
        Some(other) => Err(format!("invalid boolean value {other:?} for -{name}: parse error")),
    }
}

/// Does what a flag says; false if there is no such flag.
fn apply<'a>(
    options: &mut Options,
    name: &str,
    value: Option<String>,
    rest: &mut impl Iterator<Item = &'a String>,
    grammar: Grammar,
) -> Result<bool, String> {
    let taken = match grammar {
        Grammar::Test => test_flags::apply(options, name, &value, rest)?,
        Grammar::List => list_flags::apply(options, name, &value, rest)?,
        Grammar::Abi if name == "json" => list_flags::apply(options, name, &value, rest)?,
        Grammar::Build | Grammar::Run | Grammar::Abi => false,
    };
    if taken {
        return Ok(true);
    }
    let Some(flag) = FLAGS.iter().find(|f| f.name == name) else {
        if !REFUSED.contains(&name) {
            return Ok(false);
        }
        // Switched off, or left as it is by default, it is what we do.
        return match value.as_deref() {
            Some("" | "false" | "0" | "off") => Ok(true),
            Some("gc") if name == "compiler" => Ok(true),
            _ => Err(format!("not supported: -{name}")),
        };
    };
    match &flag.kind {
        Kind::Switch(set) => set(options, boolean(name, value.as_deref())?),
        Kind::Value(set) => {
            let value = value.or_else(|| rest.next().cloned());
            let value = value.ok_or_else(|| format!("flag needs an argument: -{name}"))?;
            // What a whole sentence says stands for itself.
            set(options, value.clone()).map_err(|e| match is_refusal(&e) || e.starts_with("invalid ") {
                true => e,
                false => format!("invalid value {value:?} for flag -{name}: {e}"),
            })?;
        }
    }
    Ok(true)
}

/// Says an error that a flag's value is understood, but that there is no such thing here? It is then not the command line that is wrong.
pub fn is_refusal(error: &str) -> bool {
    error.starts_with("not supported") || error.contains(" not supported")
}

/// The known flag that differs least, if it does so little.
fn nearest(name: &str) -> Option<&'static str> {
    let known =
        FLAGS.iter().map(|f| f.name).chain(test_flags::names()).chain(list_flags::FLAGS.iter().map(|f| f.0));
    let near = known.map(|k| (distance(name, k), k)).min()?;
    (near.0 <= 1 + name.len() / 4).then_some(near.1)
}

/// How many characters must be inserted, removed or replaced.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
