//! What each command does. `build` and `test` have files of their own.

mod build;
mod env;
mod events;
mod forward;
mod list;
mod machine;
mod target;
mod test;
mod vet;
mod watch;

pub use machine::{status, status_line};
pub use target::{Target, runs_by_itself, starter};

use std::path::Path;

use crate::abi::Request;
use crate::cache;
use crate::cli::{self, Grammar, Invocation, Options};
use crate::context::Context;
use crate::goroot;
use crate::load::{Config, Place, Program};
use crate::module::{self, Modules};
use crate::overlay::Overlay;
use crate::pipeline::{self, Goal, Timings};
use crate::report::visible;
use crate::scratch::{self, Scratch};
use crate::terminal;
use target::target;

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
         list     tell of packages\n  \
         abi      tell where the arguments and results of a package's function live, or of all its functions\n  \
         targets  list what can be compiled for\n  \
         clean    empty the cache of compiled functions\n  \
         env      print where things are\n  \
         version  print the versions of Oxigo and of Go, or those that executables were made with\n\n\
         commands that Go's own go command carries out, where one is installed:\n{}\n\
         flags:\n{}",
        forward::COMMANDS.iter().map(|(name, what)| format!("  {name:<8} {what}\n")).collect::<String>(),
        cli::flag_help()
    )
}

/// A problem that ends a command: exit status, and what to print on standard error.
#[derive(Debug)]
pub struct Failure(pub u8, pub String);

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
    let mut rest = &args[1..];
    // -C comes first, as all others are understood in that folder.
    if let Some((dir, behind)) = change_dir(rest) {
        if let Err(e) = std::env::set_current_dir(&dir) {
            eprintln!("oxigo: chdir {dir}: {}", plain(&e));
            return FAILED;
        }
        rest = behind;
    }
    let result = match command.as_str() {
        "build" => parsed(rest, Grammar::Build).and_then(|i| build::build(&i)),
        "run" => parsed(rest, Grammar::Run).and_then(|i| run_program(&i)),
        "test" => parsed(rest, Grammar::Test).and_then(|i| test::test(&i)),
        "check" => parsed(rest, Grammar::Build).and_then(|i| check(&i)),
        "abi" => parsed(rest, Grammar::Abi).and_then(|i| abi(&i)),
        "targets" => Ok(target::list()),
        "list" => parsed(rest, Grammar::List).and_then(|i| list::list(&i, rest)),
        "clean" => clean(rest),
        "env" => env::env(rest),
        "version" | "--version" | "-V" => env::version(rest),
        "help" if rest.first().is_some_and(|topic| !is_command(topic)) => {
            Err(Failure(USAGE, format!("oxigo help {}: unknown help topic. Run 'oxigo help'.", rest[0])))
        }
        "help" | "--help" | "-h" | "-help" => {
            print!("{}", usage());
            Ok(OK)
        }
        name if forward::COMMANDS.iter().any(|c| c.0 == name) => forward::run(name, rest),
        other => Err(Failure(USAGE, format!("oxigo {other}: unknown command\nRun 'oxigo help' for usage."))),
    };
    match result {
        Ok(status) => status,
        Err(Failure(status, text)) => {
            if !text.is_empty() {
                terminal::tell(&format!("{}\n", text.trim_end_matches('\n')));
            }
            status
        }
    }
}

/// The commands of our own.
const COMMANDS: &[&str] =
    &["build", "run", "test", "check", "list", "abi", "targets", "clean", "env", "version", "help"];

fn is_command(name: &str) -> bool {
    COMMANDS.contains(&name) || forward::COMMANDS.iter().any(|c| c.0 == name)
}

/// The folder that `-C` names, and the arguments behind it.
fn change_dir(args: &[String]) -> Option<(String, &[String])> {
    let first = args.first()?;
    let flag = first.strip_prefix("--").or_else(|| first.strip_prefix('-'))?;
    match (flag.strip_prefix("C="), flag) {
        (Some(dir), _) => Some((dir.into(), &args[1..])),
        (None, "C") => Some((args.get(1)?.clone(), &args[2..])),
        _ => None,
    }
}

fn parsed(args: &[String], grammar: Grammar) -> Result<Invocation, Failure> {
    if args.iter().take_while(|a| a.starts_with('-')).any(|a| matches!(a.as_str(), "-h" | "-help" | "--help"))
    {
        print!("{}", usage());
        return Err(Failure(OK, String::new()));
    }
    cli::parse(args, grammar).map_err(|e| match cli::is_refusal(&e) {
        true => Failure::build(e),
        false => Failure(USAGE, format!("{e}\nRun 'oxigo help' for usage.")),
    })
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
    let mut defines = options.defines.clone();
    if !options.trim_path {
        // The command line's own come later, and count.
        defines.insert(0, ("runtime.defaultGOROOT".into(), goroot.display().to_string()));
    }
    let goexit = goroot::goexit_place(&goroot, target.arch.name, options.trim_path);
    defines.extend(goexit.map(|place| ("runtime.goexitPlace".to_string(), place)));
    Ok(Config {
        dir_packages,
        context: Context::new(target.os, target.arch.name, &options.tags),
        goroot,
        modules,
        overlay: Overlay::load(target.arch).map_err(Failure::build)?,
        cwd,
        jobs: options.jobs,
        testing: false,
        tested: None,
        cover: None,
        host_object: options.host_object,
        defines,
        trim_path: options.trim_path,
        godebug: String::new(),
    })
}

/// The packages that the arguments mean; no argument is the current directory.
fn places(config: &Config, targets: &[String]) -> Result<Vec<Place>, Failure> {
    if let Some(main) = config.dir_main() {
        return Ok(vec![main]);
    }
    // A name like x.go among the arguments means files, as long as it is no folder.
    if targets.iter().any(|t| t.ends_with(".go") && !config.cwd.join(t).is_dir()) {
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
    if options.verbose {
        for &r in program.roots.iter().filter(|&&r| !program.packages[r].std) {
            eprintln!("{}", program.packages[r].path);
        }
    }
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
    let mut timings = Timings::new(&i.options);
    let program = load(&config, &i.options, places, &mut timings)?;
    let result = pipeline::run(&config, &target, &i.options, program, Goal::Check, &mut timings);
    timings.print();
    result.map(|_| OK).map_err(Failure::build)
}

/// `oxigo clean`: of all that Go's command cleans, there is the cache.
fn clean(args: &[String]) -> Result<u8, Failure> {
    let known = |a: &&String| matches!(a.trim_start_matches('-'), "cache") && a.starts_with('-');
    if let Some(other) = args.iter().find(|a| !known(a)) {
        return Err(Failure(USAGE, format!("oxigo clean empties the cache, and knows no {other}")));
    }
    cache::clean().map(|()| OK).map_err(|e| Failure::build(format!("oxigo clean: {e}")))
}

/// `oxigo abi PACKAGE [FUNCTION]`.
fn abi(i: &Invocation) -> Result<u8, Failure> {
    let target = target(&i.options)?;
    let config = config(&i.options, &target)?;
    let files = i.targets.iter().take_while(|t| t.ends_with(".go")).count();
    let (package, funcs) = i.targets.split_at(files.max(1).min(i.targets.len()));
    let places = places(&config, package)?;
    if places.len() != 1 || funcs.len() > 1 {
        return Err(Failure(USAGE, "usage: oxigo abi [-json] [FLAGS] PACKAGE [FUNCTION]".into()));
    }
    let mut timings = Timings::new(&i.options);
    let program = load(&config, &i.options, places, &mut timings)?;
    let request = Request { func: funcs.first().cloned(), json: i.options.list.json.is_some() };
    let result = pipeline::run(&config, &target, &i.options, program, Goal::Abi(request), &mut timings);
    timings.print();
    result.map(|_| OK).map_err(Failure::build)
}

fn run_program(i: &Invocation) -> Result<u8, Failure> {
    if i.targets.is_empty() {
        return Err(Failure::build("oxigo: no go files listed"));
    }
    let files = || i.targets.iter().filter(|t| t.ends_with(".go"));
    if let Some(file) = files().find(|f| f.ends_with("_test.go")) {
        return Err(Failure::build(format!("oxigo: cannot run *_test.go files ({file})")));
    }
    if let Some(file) = files().find(|f| !Path::new(f).exists()) {
        return Err(Failure::build(format!("stat {file}: no such file or directory")));
    }
    let target = target(&i.options)?;
    let places = places(&config(&i.options, &target)?, &i.targets)?;
    let scratch = Scratch::new("run", i.options.work).map_err(Failure::build)?;
    let built = build::compile(i, places, true, &|place| scratch.path().join(build::default_output(place)));
    built.and_then(|exe| {
        start(&target, &exe.expect("compile gives a program"), &i.args, i.options.network.as_deref())
    })
}

/// Runs a program to its end; like `go run`, prints its status if it fails. The status is handed on.
fn start(target: &Target, exe: &Path, args: &[String], network: Option<&str>) -> Result<u8, Failure> {
    use std::os::unix::process::ExitStatusExt;
    let _foreground = scratch::foreground();
    let mut command = target::starter(target, exe, args, &[], network)?;
    let line = machine::status_line(&command);
    let status = command.status();
    let status = status.map_err(|e| Failure::build(format!("oxigo: cannot run {}: {e}", exe.display())))?;
    let status = machine::ended(target, line.as_deref(), status);
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(OK),
        (Some(code), _) => Err(Failure(code as u8, status_text(status))),
        (None, signal) => Err(Failure(128 + signal.unwrap_or(0) as u8, status_text(status))),
    }
}

/// A system's error in Go's words, without its number.
pub(crate) fn plain(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or("").to_lowercase()
}

/// A status as Go's tools print it.
fn status_text(status: std::process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => format!("signal: {}", status.signal().unwrap_or(0)),
    }
}
