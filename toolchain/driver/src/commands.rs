//! What each command does.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::{self, Invocation, Options};
use crate::context::Context;
use crate::load::{Config, Place, Program};
use crate::module::{self, Modules};
use crate::overlay::Overlay;
use crate::pipeline::{self, Goal, Timings};
use crate::report::visible;
use crate::scratch::{self, Scratch};
use crate::{godebug, goroot, link, runtime_lib, variant};

/// Exit statuses, as Go's tools have them.
const OK: u8 = 0;
const FAILED: u8 = 1;
const USAGE: u8 = 2;

fn usage() -> String {
    format!(
        "Oxigo compiles Go programs.\n\n\
         usage: oxigo COMMAND [FLAGS] [PACKAGES | FILES.go]\n\n\
         commands:\n  \
         build    compile a program to a static executable\n  \
         run      compile and run a program; what follows the package is for the program\n  \
         test     compile and run a package's tests; what follows the package is for the tests\n  \
         check    report errors only\n  \
         targets  list what can be compiled for\n  \
         env      print where things are\n  \
         version  print the versions of Oxigo and of Go\n\n\
         flags:\n{}",
        cli::flag_help()
    )
}

/// A problem that ends a command: exit status, and what to print on standard error.
#[derive(Debug)]
pub(crate) struct Failure(u8, String);

impl Failure {
    fn build(text: impl Into<String>) -> Failure {
        Failure(FAILED, text.into())
    }
}

/// Runs a command line (without the program's name); the result is the exit status.
pub fn run(args: Vec<String>) -> u8 {
    let Some(command) = args.first() else {
        eprint!("{}", usage());
        return USAGE;
    };
    let rest = &args[1..];
    let result = match command.as_str() {
        "build" => parsed(rest, false).and_then(|i| build(&i)),
        "run" => parsed(rest, true).and_then(|i| run_program(&i)),
        "test" => parsed(rest, true).and_then(|i| test(&i)),
        "check" => parsed(rest, false).and_then(|i| check(&i)),
        "targets" => Ok(targets()),
        "env" => parsed(rest, false).and_then(|i| env(&i)),
        "version" | "--version" | "-V" => Ok(version()),
        "help" | "--help" | "-h" | "-help" => {
            print!("{}", usage());
            Ok(OK)
        }
        other => Err(Failure(USAGE, format!("oxigo {other}: unknown command\nRun 'oxigo help' for usage."))),
    };
    match result {
        Ok(status) => status,
        Err(Failure(status, text)) => {
            if !text.is_empty() {
                eprintln!("{}", visible(text.trim_end_matches('\n')));
            }
            status
        }
    }
}

fn parsed(args: &[String], program_args: bool) -> Result<Invocation, Failure> {
    if args.iter().take_while(|a| a.starts_with('-')).any(|a| matches!(a.as_str(), "-h" | "-help" | "--help"))
    {
        print!("{}", usage());
        return Err(Failure(OK, String::new()));
    }
    cli::parse(args, program_args).map_err(|e| Failure(USAGE, format!("{e}\nRun 'oxigo help' for usage.")))
}

/// Operating system and row of the architecture table.
pub struct Target {
    pub os: String,
    pub arch: &'static reflect::arch::Arch,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.arch.name)
    }
}

/// What code can be generated for today.
const TARGETS: &[(&str, &str)] = &[("linux", "amd64")];

fn target(options: &Options) -> Result<Target, Failure> {
    let env = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let text = options.target.clone().unwrap_or_else(|| {
        let os = env("GOOS").unwrap_or_else(|| "linux".into());
        let arch = env("GOARCH").unwrap_or_else(|| "amd64".into());
        format!("{os}/{arch}")
    });
    let unsupported = || Failure(USAGE, format!("not supported: target {text} (see 'oxigo targets')"));
    let (os, arch) = text.split_once('/').ok_or_else(unsupported)?;
    let row = reflect::arch::Arch::by_name(arch).ok_or_else(unsupported)?;
    if !TARGETS.contains(&(os, arch)) {
        return Err(unsupported());
    }
    variant::check(arch, env).map_err(|e| Failure(USAGE, e))?;
    Ok(Target { os: os.into(), arch: row })
}

fn targets() -> u8 {
    for (os, arch) in TARGETS {
        println!("{os}/{arch}");
    }
    OK
}

fn version() -> u8 {
    let go = goroot::find().ok().and_then(|root| std::fs::read_to_string(root.join("VERSION")).ok());
    let go = go.as_deref().and_then(|t| t.lines().next()).unwrap_or("no Go library found");
    println!("oxigo version {} ({go})", env!("CARGO_PKG_VERSION"));
    OK
}

fn env(i: &Invocation) -> Result<u8, Failure> {
    let target = target(&i.options)?;
    let cwd = std::env::current_dir().unwrap_or_default();
    let rows = [
        ("GOROOT", goroot::find().map(|r| r.display().to_string()).unwrap_or_default()),
        ("GOOS", target.os.clone()),
        ("GOARCH", target.arch.name.to_string()),
        (
            "GOMOD",
            module::find_root(&cwd).map(|r| r.join("go.mod").display().to_string()).unwrap_or_default(),
        ),
        ("OXIGO_HOME", goroot::oxigo_home().display().to_string()),
        ("OXIGO_OVERLAY", std::env::var("OXIGO_OVERLAY").unwrap_or_default()),
        ("OXIGO_RUNTIME_SRC", runtime_lib::workspace().map(|w| w.display().to_string()).unwrap_or_default()),
        ("OXIGO_LINKER", link::find_linker().map(|l| l.display().to_string()).unwrap_or_default()),
    ];
    for (name, value) in rows {
        if i.targets.is_empty() {
            println!("{name}='{value}'");
        } else if i.targets.iter().any(|t| t == name) {
            println!("{value}");
        }
    }
    Ok(OK)
}

pub(crate) fn config(options: &Options, target: &Target) -> Result<Config, Failure> {
    let goroot = goroot::find().map_err(Failure::build)?;
    let cwd =
        std::env::current_dir().map_err(|e| Failure::build(format!("oxigo: no working directory: {e}")))?;
    // The library itself is a module named std; it has its own rules.
    let modules = match cwd.starts_with(&goroot) {
        true => Modules::default(),
        false => module::load(&cwd, &options.modules).map_err(Failure::build)?,
    };
    let dir_packages = match &options.dir_packages {
        Some(dir) => crate::load::group_by_package(&cwd.join(dir))
            .map_err(|e| Failure::build(format!("{}: {e}", dir.display())))?,
        None => Default::default(),
    };
    Ok(Config {
        dir_packages,
        context: Context::new(&target.os, target.arch.name, &options.tags),
        goroot,
        modules,
        overlay: Overlay::load().map_err(Failure::build)?,
        cwd,
        jobs: options.jobs,
        tested: None,
        host_object: options.host_object,
        godebug: String::new(),
    })
}

/// The packages that the arguments mean; no argument is the current directory.
fn places(config: &Config, targets: &[String]) -> Result<Vec<Place>, Failure> {
    if let Some(main) = config.dir_main() {
        return Ok(vec![main]);
    }
    if !targets.is_empty() && targets.iter().all(|t| t.ends_with(".go")) {
        return config.files_package(targets).map(|p| vec![p]).map_err(Failure::build);
    }
    let here = [".".to_string()];
    let targets = if targets.is_empty() { &here } else { targets };
    let mut out: Vec<Place> = Vec::new();
    for t in targets {
        for place in config.expand(t).map_err(Failure::build)? {
            if !out.contains(&place) {
                out.push(place);
            }
        }
    }
    Ok(out)
}

fn load(
    config: &Config,
    options: &Options,
    places: Vec<Place>,
    timings: &mut Timings,
) -> Result<Program, Failure> {
    let program = timings.phase("load", || crate::load::load(config, places, pipeline::NEEDED_PACKAGES));
    let program = program.map_err(|errors| Failure::build(errors.join("\n")))?;
    if options.debug.iter().any(|d| d == "packages") {
        for p in &program.packages {
            let names: Vec<&str> = p.files.iter().filter_map(|f| f.source.path.rsplit('/').next()).collect();
            println!("{}", visible(&format!("{} {}", p.path, names.join(" "))));
        }
    }
    timings.note(|| {
        let files: usize = program.packages.iter().map(|p| p.files.len()).sum();
        let bytes: usize = program.packages.iter().flat_map(|p| &p.files).map(|f| f.source.text.len()).sum();
        format!("{} packages, {files} files, {} KB of source", program.packages.len(), bytes / 1024)
    });
    Ok(program)
}

fn check(i: &Invocation) -> Result<u8, Failure> {
    let target = target(&i.options)?;
    let config = config(&i.options, &target)?;
    let places = places(&config, &i.targets)?;
    let mut timings = Timings::new(i.options.time);
    let program = load(&config, &i.options, places, &mut timings)?;
    let result = pipeline::run(&config, &target, &i.options, program, Goal::Check, &mut timings);
    timings.print();
    result.map(|_| OK).map_err(Failure::build)
}

/// The executable's name if the user gives none.
fn default_output(place: &Place) -> PathBuf {
    let name = match &place.files {
        Some(files) => files[0].file_stem().unwrap_or_default().to_string_lossy().to_string(),
        None => {
            let mut parts = place.path.trim_end_matches('/').rsplit('/');
            let last = parts.next().unwrap_or("main");
            let is_version =
                last.len() > 1 && last.starts_with('v') && last[1..].bytes().all(|b| b.is_ascii_digit());
            if is_version { parts.next().unwrap_or(last).into() } else { last.into() }
        }
    };
    PathBuf::from(name)
}

/// The same for an object.
fn object_output(options: &Options, place: &Place) -> PathBuf {
    let name = default_output(place);
    if options.host_object { name.with_extension("o") } else { name }
}

/// Compiles the one package that the arguments mean; `output` is decided when the package is known to be a program.
fn compile(
    i: &Invocation,
    program_only: bool,
    output: &dyn Fn(&Place) -> PathBuf,
) -> Result<Option<PathBuf>, Failure> {
    let target = target(&i.options)?;
    let mut config = config(&i.options, &target)?;
    let places = places(&config, &i.targets)?;
    let mut timings = Timings::new(i.options.time);
    if places.len() > 1 && i.options.output.is_some() {
        return Err(Failure(USAGE, "-o needs one package: several are not supported".into()));
    }
    let place = places[0].clone();
    let many = places.len() > 1;
    config.godebug = godebug::defaults(&config.goroot, &config.modules, &config.godebug_lines(&place))
        .map_err(Failure::build)?;
    let program = load(&config, &i.options, places, &mut timings)?;
    let is_main = program.roots.iter().any(|&r| program.packages[r].name == syntax::names::MAIN);
    if program_only && (!is_main || many) {
        let path = &program.packages[program.roots[0]].path;
        return Err(Failure::build(format!("package {path} is not a main package")));
    }
    let out = output(&place);
    // As in Go, packages that are no program are compiled for their errors only.
    let goal = if is_main && !many { Goal::Executable(out.clone()) } else { Goal::Check };
    let built = matches!(goal, Goal::Executable(_));
    let result = pipeline::run(&config, &target, &i.options, program, goal, &mut timings);
    timings.print();
    result.map_err(Failure::build)?;
    Ok(built.then_some(out))
}

fn build(i: &Invocation) -> Result<u8, Failure> {
    compile(i, false, &|place| match &i.options.output {
        Some(out) if out.is_dir() => out.join(object_output(&i.options, place)),
        Some(out) => out.clone(),
        None => object_output(&i.options, place),
    })?;
    Ok(OK)
}

/// Flags of test programs that `go test` takes without their prefix `test.`.
const TEST_FLAGS: &[&str] = &[
    "bench",
    "benchmem",
    "benchtime",
    "count",
    "cpu",
    "failfast",
    "fullpath",
    "list",
    "parallel",
    "run",
    "short",
    "shuffle",
    "skip",
    "timeout",
    "v",
];

/// The arguments of a test program as the program knows them.
fn test_args(args: &[String]) -> Vec<String> {
    let known = |arg: &String| {
        let flag = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-'))?;
        TEST_FLAGS.contains(&flag.split('=').next()?).then(|| format!("-test.{flag}"))
    };
    args.iter().map(|arg| known(arg).unwrap_or_else(|| arg.clone())).collect()
}

/// Compiles and runs the tests of packages; each of several in a process of its own.
fn test(i: &Invocation) -> Result<u8, Failure> {
    let target = target(&i.options)?;
    let mut config = config(&i.options, &target)?;
    let mut places = places(&config, &i.targets)?;
    if places.len() > 1 {
        let mut status = OK;
        let own = std::env::current_exe().map_err(|e| Failure::build(format!("oxigo: {e}")))?;
        for place in &places {
            let mut command = Command::new(&own);
            command.arg("test").arg(&place.dir).args(&i.args);
            if !command.status().is_ok_and(|s| s.success()) {
                status = FAILED;
            }
        }
        return Ok(status);
    }
    let place = places.remove(0);
    let (path, package_dir) = (place.path.clone(), place.dir.clone());
    let scratch = Scratch::new("test", i.options.work).map_err(Failure::build)?;
    let run = || {
        let Some(tested) =
            crate::load::prepare_tests(&config, place, scratch.path()).map_err(Failure::build)?
        else {
            println!("?   \t{}\t[no test files]", visible(&path));
            return Ok(OK);
        };
        let roots = [Some(tested.main.clone()), Some(tested.package.clone()), tested.external.clone()];
        let mut lines = config.godebug_lines(&tested.package);
        lines.extend(tested.test_places().iter().flat_map(|p| config.godebug_lines(p)));
        config.godebug =
            godebug::defaults(&config.goroot, &config.modules, &lines).map_err(Failure::build)?;
        config.tested = Some(tested);
        let mut timings = Timings::new(i.options.time);
        let program = load(&config, &i.options, roots.into_iter().flatten().collect(), &mut timings)?;
        let exe = i.options.output.clone().unwrap_or_else(|| scratch.path().join("test"));
        let goal = Goal::Executable(exe.clone());
        let result = pipeline::run(&config, &target, &i.options, program, goal, &mut timings);
        timings.print();
        result.map_err(|text| Failure::build(format!("{}\nFAIL\t{path} [build failed]", text.trim_end())))?;
        if i.options.output.is_some() {
            return Ok(OK);
        }
        let start = std::time::Instant::now();
        let _foreground = scratch::foreground();
        let status = Command::new(&exe).args(test_args(&i.args)).current_dir(&package_dir).status();
        let passed = status.is_ok_and(|s| s.success());
        let word = if passed { "ok  " } else { "FAIL" };
        println!("{word}\t{}\t{:.3}s", visible(&path), start.elapsed().as_secs_f64());
        Ok(if passed { OK } else { FAILED })
    };
    run()
}

fn run_program(i: &Invocation) -> Result<u8, Failure> {
    if i.targets.is_empty() {
        return Err(Failure(USAGE, "oxigo: no go files listed".into()));
    }
    let scratch = Scratch::new("run", i.options.work).map_err(Failure::build)?;
    let built = compile(i, true, &|place| scratch.path().join(default_output(place)));
    built.and_then(|exe| start(&exe.expect("compile gives a program"), &i.args))
}

/// Runs a program to its end; like `go run`, prints its status if it fails. The status is handed on.
fn start(exe: &Path, args: &[String]) -> Result<u8, Failure> {
    use std::os::unix::process::ExitStatusExt;
    let _foreground = scratch::foreground();
    let status = Command::new(exe).args(args).status();
    let status = status.map_err(|e| Failure::build(format!("oxigo: cannot run {}: {e}", exe.display())))?;
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(OK),
        (Some(code), _) => Err(Failure(code as u8, format!("exit status {code}"))),
        (None, signal) => {
            let signal = signal.unwrap_or(0);
            Err(Failure(128 + signal as u8, format!("signal: {signal}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_names() {
        let place = |path: &str| Place {
            path: path.into(),
            dir: "/".into(),
            std: false,
            files: None,
            go_version: None,
        };
        assert_eq!(default_output(&place("a.b/c/d")), PathBuf::from("d"));
        assert_eq!(default_output(&place("a.b/c/v2")), PathBuf::from("c"));
        let files = Place { files: Some(vec!["/x/y.go".into()]), ..place("command-line-arguments") };
        assert_eq!(default_output(&files), PathBuf::from("y"));
    }
}
