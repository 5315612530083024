//! Flags that `oxigo test` takes as `go test` does. Most are handed to the test program.

use std::path::PathBuf;

use super::{Options, boolean};
use crate::cover::Mode;

/// Vet's checks that go before tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Checks {
    /// Those that are hardly ever wrong.
    #[default]
    Usual,
    Off,
    All,
    /// By name.
    Named(Vec<String>),
}

/// The names that `-vet` takes; those that are usual. Go's command has them in its `flagdefs.go` and `test.go`.
const CHECKS: &[(&str, bool)] = &[
    ("appends", false),
    ("asmdecl", false),
    ("assign", false),
    ("atomic", true),
    ("bool", false),
    ("bools", true),
    ("buildtag", true),
    ("buildtags", false),
    ("cgocall", false),
    ("composites", false),
    ("copylocks", false),
    ("defers", false),
    ("directive", true),
    ("errorsas", true),
    ("framepointer", false),
    ("hostport", false),
    ("httpresponse", false),
    ("ifaceassert", true),
    ("loopclosure", false),
    ("lostcancel", false),
    ("methods", false),
    ("nilfunc", true),
    ("printf", true),
    ("rangeloops", false),
    ("shift", false),
    ("sigchanyzer", false),
    ("slog", true),
    ("stdmethods", false),
    ("stdversion", true),
    ("stringintconv", true),
    ("structtag", false),
    ("testinggoroutine", false),
    ("tests", true),
    ("timeformat", false),
    ("unmarshal", false),
    ("unreachable", false),
    ("unsafeptr", false),
    ("unusedresult", false),
    ("waitgroup", false),
];

impl Checks {
    /// What follows `-vet`.
    fn parse(value: &str) -> Result<Checks, String> {
        if value.is_empty() {
            return Ok(Checks::Usual);
        }
        if value.contains('=') {
            return Err("-vet argument cannot contain equal signs".into());
        }
        if value.contains(' ') {
            return Err("-vet argument is comma-separated list, cannot contain spaces".into());
        }
        let (mut named, mut single) = (Vec::new(), None);
        for name in value.split(',') {
            match name {
                "" => return Err("-vet argument contains empty list element".into()),
                "all" | "off" => single = Some(name),
                _ if CHECKS.iter().any(|c| c.0 == name) => named.push(name.to_string()),
                _ => {
                    return Err(format!(
                        "-vet argument must be a supported analyzer or a distinguished value; found {name}"
                    ));
                }
            }
        }
        match single {
            None => Ok(Checks::Named(named)),
            Some(single) if !named.is_empty() => {
                Err(format!("-vet does not accept {single:?} in a list with other analyzers"))
            }
            Some("off") => Ok(Checks::Off),
            Some(_) => Ok(Checks::All),
        }
    }

    /// The flags of `go vet` for packages of the library, or for others; `None`: it is not asked.
    pub fn flags(&self, std: bool) -> Option<Vec<String>> {
        let flag = |name: &str| format!("-{name}");
        match self {
            Checks::Off => None,
            Checks::All => Some(Vec::new()),
            // The library is held to all that does not speak of its unsafe pointers, or of code that is switched off.
            Checks::Usual if std => Some(vec!["-unsafeptr=false".into(), "-unreachable=false".into()]),
            Checks::Usual => Some(CHECKS.iter().filter(|c| c.1).map(|c| flag(c.0)).collect()),
            Checks::Named(names) => Some(names.iter().map(|n| flag(n)).collect()),
        }
    }
}

/// Flags of `oxigo test`.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    /// Flags for the test program, as it knows them (`-test.run=X`).
    pub flags: Vec<String>,
    /// Output is wanted as it comes, of what passes too.
    pub verbose: bool,
    /// Print events instead of lines.
    pub json: bool,
    /// Compile only.
    pub compile: bool,
    /// A program with arguments that starts the test program.
    pub exec: Option<String>,
    /// -cover, or a flag that means it.
    pub cover: bool,
    pub cover_mode: Mode,
    /// The patterns of -coverpkg.
    pub cover_patterns: Vec<String>,
    /// What they were found to select, with commas.
    pub cover_packages: Option<String>,
    pub cover_profile: Option<PathBuf>,
    /// Vet's checks that go before.
    pub vet: Checks,
    /// This is one of several packages: what passes is told in a line, what vet found comes by standard input.
    pub in_list: bool,
}

impl TestOptions {
    /// The value of a flag that the test program gets: what was said last counts.
    pub fn flag(&self, name: &str) -> Option<&str> {
        let value = |f: &'_ String| -> Option<usize> {
            let (flag, _) = f.strip_prefix("-test.")?.split_once('=')?;
            (flag == name).then_some("-test.=".len() + name.len())
        };
        self.flags.iter().rev().find_map(|f| value(f).map(|at| &f[at..]))
    }

    /// -fuzz: code is made that tells a fuzzer which ways it takes.
    pub fn fuzzes(&self) -> bool {
        self.flag("fuzz").is_some_and(|pattern| !pattern.is_empty())
    }

    /// Benchmarks, or a fuzzer, may take any time and are watched.
    pub fn runs_on(&self) -> bool {
        self.fuzzes() || self.flag("bench").is_some_and(|pattern| !pattern.is_empty())
    }

    /// The first flag that asks for a profile, as Go's command counts.
    pub fn profile(&self) -> Option<&'static str> {
        let kinds = ["blockprofile", "cpuprofile", "memprofile", "mutexprofile", "trace"];
        let asked = |kind: &&str| self.flag(kind).is_some_and(|file| !file.is_empty());
        kinds.into_iter().find(asked)
    }
}

/// What to do with a flag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// `-test.NAME=VALUE` for the test program.
    Value,
    /// The same, without a value of its own.
    Switch,
    /// A file that the test program writes, in the folder where the command was started.
    File,
    /// For the command itself.
    Own,
    OwnSwitch,
}

static FLAGS: &[(&str, Use, &str)] = &[
    ("bench", Use::Value, "run the benchmarks that match"),
    ("benchmem", Use::Switch, "benchmarks print allocations"),
    ("benchtime", Use::Value, "how long, or how often (100x), a benchmark runs"),
    ("blockprofile", Use::File, "write a profile of blocking"),
    ("blockprofilerate", Use::Value, "see runtime.SetBlockProfileRate"),
    ("c", Use::OwnSwitch, "compile the test program only"),
    ("count", Use::Value, "run everything so often"),
    ("cover", Use::OwnSwitch, "tell which part of the statements ran"),
    ("cover-packages", Use::Own, "as -coverpkg, of packages that were looked for already"),
    ("covermode", Use::Own, "set, count or atomic: how statements are counted"),
    ("coverpkg", Use::Own, "count the statements of these packages (patterns, with commas)"),
    ("coverprofile", Use::Own, "write what ran to this file"),
    ("cpu", Use::Value, "run with each of these values of GOMAXPROCS"),
    ("cpuprofile", Use::File, "write a CPU profile"),
    ("exec", Use::Own, "start the test program with this program"),
    ("failfast", Use::Switch, "start no test after a failure"),
    ("fullpath", Use::Switch, "print whole names of files"),
    ("fuzz", Use::Value, "run the one fuzz test that matches, with inputs made to reach new code"),
    ("fuzzminimizetime", Use::Value, "how long, or how often (100x), a failing input is made smaller (60s)"),
    ("fuzztime", Use::Value, "how long, or how often (1000x), it is run (until it fails)"),
    ("in-list", Use::OwnSwitch, "print as for one of several packages"),
    ("json", Use::OwnSwitch, "print events, a JSON object a line"),
    ("list", Use::Value, "list what matches"),
    ("memprofile", Use::File, "write a profile of allocations"),
    ("memprofilerate", Use::Value, "see runtime.MemProfileRate"),
    ("mutexprofile", Use::File, "write a profile of locks"),
    ("mutexprofilefraction", Use::Value, "see runtime.SetMutexProfileFraction"),
    ("outputdir", Use::Value, "the folder for profiles"),
    ("parallel", Use::Value, "how many tests run at a time"),
    ("run", Use::Value, "run the tests and examples that match"),
    ("short", Use::Switch, "tests take less time"),
    ("shuffle", Use::Value, "off, on, or the seed of a random order"),
    ("skip", Use::Value, "leave out what matches"),
    ("timeout", Use::Value, "end the program after this time (10m)"),
    ("trace", Use::File, "write an execution trace"),
    ("v", Use::Switch, "print all tests"),
    ("vet", Use::Own, "checks of Go's vet that go before: names with commas, all or off"),
];

/// Flags whose values are numbers.
const NUMBERS: &[&str] = &["count", "parallel", "blockprofilerate", "memprofilerate", "mutexprofilefraction"];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FLAGS.iter().map(|f| f.0)
}

pub(super) fn knows(name: &str) -> bool {
    names().any(|n| n == name)
}

pub(super) fn help() -> String {
    FLAGS.iter().map(|(name, _, help)| format!("  {:<22} {help}\n", format!("-{name}"))).collect()
}

/// Does what a flag says; false if it is none of these.
pub(super) fn apply<'a>(
    options: &mut Options,
    name: &str,
    value: &Option<String>,
    rest: &mut impl Iterator<Item = &'a String>,
) -> Result<bool, String> {
    let name = name.strip_prefix("test.").unwrap_or(name);
    let Some(&(name, what, _)) = FLAGS.iter().find(|f| f.0 == name) else { return Ok(false) };
    let test = &mut options.test;
    if matches!(what, Use::Switch | Use::OwnSwitch) {
        // `-v=test2json` is a value of -v.
        let on = if name == "v" && value.as_deref() == Some("test2json") {
            test.flags.push("-test.v=test2json".into());
            test.verbose = true;
            return Ok(true);
        } else {
            boolean(name, value.as_deref())?
        };
        match name {
            "c" => test.compile = on,
            "cover" => test.cover = on,
            "json" => {
                test.json = on;
                test.flags.extend(on.then(|| "-test.v=test2json".to_string()));
            }
            "in-list" => test.in_list = on,
            _ => test.flags.push(format!("-test.{name}={on}")),
        }
        test.verbose |= name == "v" && on;
        return Ok(true);
    }
    let value = value.clone().or_else(|| rest.next().cloned());
    let value = value.ok_or_else(|| format!("flag needs an argument: -{name}"))?;
    let invalid = || Err(format!("invalid value {value:?} for flag -{name}: parse error"));
    if NUMBERS.contains(&name) && value.parse::<i64>().is_err()
        || name == "timeout" && super::duration::seconds(&value).is_none()
    {
        return invalid();
    }
    if name == "shuffle" && !matches!(value.as_str(), "on" | "off") && value.parse::<i64>().is_err() {
        return Err(format!(
            "invalid value {value:?} for flag -shuffle: -shuffle argument must be \"on\", \"off\", or an int64"
        ));
    }
    match (name, what) {
        ("exec", _) => test.exec = Some(value),
        ("vet", _) => {
            test.vet =
                Checks::parse(&value).map_err(|e| format!("invalid value {value:?} for flag -vet: {e}"))?;
        }
        ("covermode", _) => {
            let known = Mode::parse(&value);
            test.cover_mode = known.ok_or_else(|| {
                format!("invalid value {value:?} for flag -covermode: valid modes are \"set\", \"count\", or \"atomic\"")
            })?;
            test.cover = true;
        }
        ("coverpkg", _) => {
            test.cover_patterns = value.split(',').filter(|p| !p.is_empty()).map(String::from).collect();
            test.cover = true;
        }
        ("cover-packages", _) => test.cover_packages = Some(value),
        ("coverprofile", _) => {
            test.cover_profile = Some(std::env::current_dir().unwrap_or_default().join(value));
            test.cover = true;
        }
        (_, Use::File) => {
            let here = std::env::current_dir().unwrap_or_default();
            test.flags.push(format!("-test.{name}={}", here.join(value).display()));
        }
        _ => {
            test.verbose |= matches!(name, "bench" | "list");
            test.flags.push(format!("-test.{name}={value}"));
        }
    }
    Ok(true)
}
