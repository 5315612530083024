//! Go's own test programs, run where Debian's golang-1.19-src installs them, one case each, with three ways of running:
//! as they are, with a collection at every allocation slow path, and with the stack moved at every prologue check and poll.
//!
//! `ci/conformance/cases.txt` lists the programs (action `run` or `rundir`) that Go 1.27.3 itself passes. `ci/conformance/ledger.txt`
//! holds those that do not pass here, with one reason each from a closed list; a ledgered case that passes fails, so the
//! ledger only shrinks. `ci/conformance/slow.txt` names those that a stress run leaves out: `MODE CASE: WHY`.
mod support;
use std::{collections::HashMap, path::PathBuf};
use support::{Case, Column, Scratch};

/// Why a case may be in the ledger.
const REASONS: &[&str] =
    &["not yet", "needs the go command", "cgo", "race detector", "compiler-internal flag"];
/// So many passing cases are in the sample of each of the stress runs that CI makes.
const SAMPLE: usize = 50;
/// The same of the emulated machines together.
const EMULATED_SAMPLE: usize = 8;

fn tests_folder() -> PathBuf {
    std::env::var_os("OXIGO_GO_TESTS").map_or_else(|| PathBuf::from("/usr/share/go-1.19/test"), PathBuf::from)
}

fn main() {
    let ledger: HashMap<String, String> = support::list("ledger.txt")
        .iter()
        .map(|l| {
            let (case, reason) = l.split_once(": ").unwrap_or_else(|| panic!("ledger: no reason in {l:?}"));
            assert!(REASONS.contains(&reason), "ledger: {reason:?} is not one of {REASONS:?}");
            (case.to_string(), reason.to_string())
        })
        .collect();
    let names = support::list("cases.txt");
    for case in ledger.keys() {
        let name = case.rsplit(' ').next().map(String::from).unwrap_or_default();
        assert!(names.contains(&name), "ledger: {case} is not in cases.txt");
    }
    let mut cases = Vec::new();
    let fails = |column: Column, name: &str| {
        ledger.contains_key(name) || ledger.contains_key(&format!("{} {name}", column.0))
    };
    let beyond = support::list("qemu.txt");
    for column in Column::all() {
        let known = |name: &String| support::beyond_qemu(column, name, &beyond);
        for (i, name) in names.iter().filter(|n| !known(n)).enumerate() {
            let group = format!("conformance::{}", column.group(i));
            cases.push(case(column, group.trim_end_matches("::"), name, &[], fails(column, name)));
        }
    }
    let slow = support::list("slow.txt");
    for (mode, variable) in [("gcstress", "OXIGO_GCSTRESS"), ("stackstress", "OXIGO_STACKSTRESS")] {
        let left_out = |name: &str| slow.iter().any(|l| l.starts_with(&format!("{mode} {name}: ")));
        let run: Vec<&String> = names.iter().filter(|n| !left_out(n)).collect();
        for column in Column::all() {
            let can = |n: &&&String| !fails(column, n) && !support::beyond_qemu(column, n, &beyond);
            let run: Vec<&&String> = run.iter().filter(can).collect();
            let sample = if column.is_native() { SAMPLE } else { EMULATED_SAMPLE };
            let step = run.len().div_ceil(sample).max(1);
            for (i, name) in run.iter().enumerate() {
                let turn = if column.is_native() { i % step == 0 } else { column.has_turn(i, step) };
                let group = format!("{mode}::{}", if turn { "sample" } else { "rest" });
                cases.push(case(column, &group, name, &[(variable, "1")], false));
            }
        }
    }
    support::main(cases)
}

fn case(
    column: Column,
    group: &str,
    name: &str,
    env: &[(&'static str, &'static str)],
    expect_failure: bool,
) -> Case {
    let (name, env) = (name.to_string(), env.to_vec());
    let full = format!("{}::{group}::{}", column.prefix(), name.trim_end_matches(".go"));
    Case {
        name: full,
        run: Box::new(move || match (run_case(column, &name, &env), expect_failure) {
            (Err(_), true) => Ok(()),
            (Ok(()), true) => Err(format!("{name} passes: take it out of ci/conformance/ledger.txt")),
            (result, false) => result,
        }),
    }
}

/// The first comment line that names an action, split into words.
fn action(source: &str) -> Vec<String> {
    source
        .lines()
        .filter_map(|l| l.strip_prefix("// "))
        .find(|l| l.starts_with("run"))
        .map(|l| l.split_whitespace().map(String::from).collect())
        .unwrap_or_default()
}

fn run_case(column: Column, name: &str, env: &[(&str, &str)]) -> Result<(), String> {
    if !column.ready() {
        return Ok(());
    }
    let tests = tests_folder();
    let source = tests.join(name);
    let text = std::fs::read(&source)
        .map_err(|e| format!("{}: {e} (ci/setup installs Go's tests)", source.display()))?;
    let words = action(&String::from_utf8_lossy(&text));
    let scratch = Scratch::new(name);
    let exe = scratch.path("a.out");
    let mut build = column.build();
    build.arg("-o").arg(&exe);
    match words.first().map(String::as_str) {
        Some("run") => build.arg(name).current_dir(&tests),
        Some("rundir") => build.arg("--dir-packages").arg(name.replace(".go", ".dir")).current_dir(&tests),
        other => return Err(format!("{name}: action {other:?}")),
    };
    let built = support::run(&mut build, column.build_limit())?;
    if built.status != 0 || built.timed_out {
        return Err(format!("oxigo build: exit status {}\n{}", built.status, built.output));
    }
    let args = words.iter().skip(1).skip_while(|w| w.starts_with('-') || w.as_str() == "-l=4");
    let args: Vec<String> = args.cloned().collect();
    let env: Vec<(String, String)> = env.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let mut command = column.start(&exe, &args, &env);
    command.current_dir(&tests);
    let ran = column.run(&mut command, if env.is_empty() { 60 } else { 240 })?;
    if ran.timed_out {
        return Err(format!("timed out\n{}", tail(&ran.output)));
    }
    if ran.status != 0 {
        return Err(format!("exit status {}\n{}", ran.status, tail(&ran.output)));
    }
    let expected = std::fs::read_to_string(source.with_extension("out")).unwrap_or_default();
    if ran.output.replace("\r\n", "\n") != expected {
        return Err(support::difference(&expected, &ran.output));
    }
    Ok(())
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines[..lines.len().min(40)].join("\n")
}
