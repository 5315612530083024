//! Flags that `oxigo test` takes as `go test` does. Most are handed to the test program.

use super::{Options, boolean};
use crate::cover::Mode;

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
    ("vet", Use::Own, "off: which checks go before (there are none)"),
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
    match (name, what) {
        ("exec", _) => test.exec = Some(value),
        ("vet", _) => {}
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
