//! `oxigo test`: compiles and runs the tests of packages, and prints what `go test` prints. Of several packages each is a process
//! of its own; results come in the packages' order.

use std::io::{Stdout, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Instant;

use super::events::Events;
use super::machine;
use super::target::{self, Target, target};
use super::vet::{Unit, Vet};
use super::watch::{limit, watch};
use super::{FAILED, Failure, OK, config, load, places};
use crate::cli::Invocation;
use crate::cover::{self, Cover};
use crate::embedded;
use crate::fuzz;
use crate::godebug;
use crate::load::{Config, Place};
use crate::pipeline::{self, Goal, Timings};
use crate::report::visible;
use crate::scratch::Scratch;
use crate::terminal;

/// What the test program ends after, if it has not ended before.
const TIMEOUT: &str = "10m0s";

/// Runs the command.
pub(super) fn test(i: &Invocation) -> Result<u8, Failure> {
    let target = target(&i.options)?;
    let config = Config { testing: true, ..config(&i.options, &target)? };
    let (mut places, unknown) = known_places(i, &config)?;
    let mut config = config;
    let flags = &i.options.test;
    if flags.fuzzes() {
        fuzz::refused(flags, &config, &target, &places).map_err(Failure::build)?;
    }
    if let (Some(profile), 2..) = (flags.profile(), places.len()) {
        return Err(Failure::build(format!("cannot use -{profile} flag with multiple packages")));
    }
    config.cover = cover(i, &config, &places)?;
    let vet = match i.options.test.in_list {
        true => Vet::of_parent(),
        false => Vet::start(i, &config, &target, &places),
    };
    let status = match places.len() {
        0 => OK,
        1 => {
            let scratch = Scratch::new("test", i.options.work).map_err(Failure::build)?;
            one(i, config, places.remove(0), scratch.path(), &vet)?
        }
        _ => several(i, config.cover.as_ref(), &places, &vet)?,
    };
    let status = if unknown { FAILED } else { status };
    // Of the package in the current folder the line that tells of it is the last.
    let test = &i.options.test;
    let quiet = test.in_list || test.json || test.compile || test.fuzzes();
    if status != OK && !i.targets.is_empty() && !quiet {
        println!("FAIL");
    }
    Ok(status)
}

/// The packages that the arguments mean. An argument that means none is a package that cannot be set up: that is told, and the
/// result is true.
fn known_places(i: &Invocation, config: &Config) -> Result<(Vec<Place>, bool), Failure> {
    let (targets, test) = (&i.targets, &i.options.test);
    let files = targets.iter().any(|t| t.ends_with(".go"));
    if targets.is_empty() || files || test.in_list || test.json || i.options.dir_packages.is_some() {
        return Ok((places(config, targets)?, false));
    }
    let (mut found, mut unknown): (Vec<Place>, bool) = (Vec::new(), false);
    for target in targets {
        match places(config, std::slice::from_ref(target)) {
            Ok(more) => more.into_iter().for_each(|p| {
                if !found.contains(&p) {
                    found.push(p);
                }
            }),
            Err(Failure(_, text)) => {
                let target = visible(target);
                terminal::tell(&format!("# {target}\n{text}\n"));
                println!("FAIL\t{target} [setup failed]");
                unknown = true;
            }
        }
    }
    Ok((found, unknown))
}

/// What is to be covered; each of several packages by itself, if nothing else is asked for.
fn cover(i: &Invocation, config: &Config, places: &[Place]) -> Result<Option<Cover>, Failure> {
    let test = &i.options.test;
    if !test.cover {
        return Ok(None);
    }
    let (mode, patterns) = (test.cover_mode, test.cover_patterns.clone());
    let packages = match &test.cover_packages {
        Some(list) => cover::names(config, list).map_err(Failure::build)?,
        None if !patterns.is_empty() => {
            let (found, unmatched) = cover::select(config, places, &patterns).map_err(Failure::build)?;
            for pattern in unmatched {
                eprintln!(
                    "warning: no packages being tested depend on matches for pattern {}",
                    visible(&pattern)
                );
            }
            found
        }
        None if places.len() > 1 => Vec::new(),
        None => places.to_vec(),
    };
    Ok(Some(Cover { mode, packages, patterns }))
}

/// Every package in a process of its own, several at a time.
fn several(i: &Invocation, cover: Option<&Cover>, places: &[Place], vet: &Vet) -> Result<u8, Failure> {
    if let Some(out) = i.options.output.as_ref().filter(|o| !o.is_dir() && **o != Path::new("/dev/null")) {
        let text = format!(
            "with multiple packages, -o must refer to a directory or /dev/null ({} is none)",
            out.display()
        );
        return Err(Failure::build(text));
    }
    let own = std::env::current_exe().map_err(|e| Failure::build(format!("oxigo: {e}")))?;
    // Each writes a profile of its own.
    let scratch = Scratch::new("cover", i.options.work).map_err(Failure::build)?;
    let profile = |at: usize| scratch.path().join(format!("{at}.out"));
    let mut profiles = cover.map(|c| format!("mode: {}\n", c.mode.as_str())).unwrap_or_default();
    let run = |at: usize, place: &Place| -> std::io::Result<Output> {
        let mut command = Command::new(&own);
        command.arg("test").args(&i.flags).arg("-in-list").arg(&place.dir);
        if let Some(cover) = cover.filter(|c| !c.patterns.is_empty()) {
            let paths: Vec<&str> = cover.packages.iter().map(|p| p.path.as_str()).collect();
            command.arg("-cover-packages").arg(paths.join(","));
        }
        if i.options.test.cover_profile.is_some() {
            command.arg("-coverprofile").arg(profile(at));
        }
        if !i.args.is_empty() {
            command.arg("-args").args(&i.args);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        // It compiles meanwhile, and waits for this before it runs anything.
        vet.write(&place.path, child.stdin.take().expect("it is piped"));
        child.wait_with_output()
    };
    // Benchmarks are alone on the machine.
    let workers = match (i.options.test.runs_on(), i.options.jobs) {
        (true, _) => 1,
        (false, 0) => std::thread::available_parallelism().map_or(1, |n| n.get()),
        (false, n) => n,
    };
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<std::io::Result<Output>>>> = Mutex::new(places.iter().map(|_| None).collect());
    let changed = Condvar::new();
    let mut status = OK;
    std::thread::scope(|s| {
        for _ in 0..workers.min(places.len()) {
            s.spawn(|| {
                while let Some((at, place)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    places.get(at).map(|p| (at, p))
                } {
                    let output = run(at, place);
                    done.lock().unwrap()[at] = Some(output);
                    changed.notify_all();
                }
            });
        }
        for at in 0..places.len() {
            let mut list = done.lock().unwrap();
            let output = loop {
                match list[at].take() {
                    Some(output) => break output,
                    None => list = changed.wait(list).unwrap(),
                }
            };
            drop(list);
            match output {
                Ok(output) => {
                    let _ = std::io::stderr().write_all(&output.stderr);
                    let _ = std::io::stdout().write_all(&output.stdout);
                    if !output.status.success() {
                        status = FAILED;
                    }
                    let text = std::fs::read_to_string(profile(at)).unwrap_or_default();
                    profiles += text.split_once('\n').map_or("", |lines| lines.1);
                }
                Err(e) => {
                    eprintln!("oxigo: cannot start {}: {e}", own.display());
                    status = FAILED;
                }
            }
        }
    });
    if let Some(file) = &i.options.test.cover_profile {
        write_profile(file, &profiles)?;
    }
    Ok(status)
}

fn write_profile(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|e| Failure::build(format!("cannot write {}: {e}", file.display())))
}

/// Compiles and runs the tests of a package; `dir` is for what comes and goes.
fn one(i: &Invocation, mut config: Config, place: Place, dir: &Path, vet: &Vet) -> Result<u8, Failure> {
    let (path, package_dir) = (visible(&place.path).to_string(), place.dir.clone());
    let failed_as = |e: Failure, what: &str, variant: &str| {
        // Packages that are compiled anew for a test are told apart.
        let tests = [format!("# {path}\n"), format!("# {path}_test\n")];
        let text = tests.iter().fold(e.1, |text, heading| {
            text.replace(heading.as_str(), &format!("{}{variant}\n", heading.trim_end()))
        });
        // Errors of loading do not say whose they are.
        let text = if text.starts_with("# ") { text } else { format!("# {path}\n{text}") };
        let text = text.trim_end();
        let (said, last) = (visible(text), format!("FAIL\t{path} [{what} failed]\n"));
        match events(i, &path) {
            Some(mut events) => {
                let import = format!("{path}{variant}");
                events.build_failed(&[(import, said.into_owned())], &last);
            }
            None => {
                terminal::tell(&format!("{text}\n"));
                // Of a program that is not to run only the faults are told.
                if !i.options.test.compile {
                    print!("{last}");
                }
            }
        }
        Ok(FAILED)
    };
    let failed = |e: Failure, what: &str| failed_as(e, what, &format!(" [{path}.test]"));
    let tested = match crate::load::prepare_tests(&config, place.clone(), dir) {
        Ok(Some(tested)) => tested,
        Ok(None) => {
            // What does not compile fails, with tests or without.
            if !place.std {
                let mut timings = Timings::new(&i.options);
                let program = match load(&config, &i.options, vec![place.clone()], &mut timings) {
                    Ok(program) => program,
                    Err(e) => return failed_as(e, "setup", ""),
                };
                let target = target(&i.options)?;
                if let Err(text) =
                    pipeline::run(&config, &target, &i.options, program, Goal::Check, &mut timings)
                {
                    return failed_as(Failure::build(text), "build", "");
                }
            }
            if let Some(status) = refused(i, &path, false, vet.of(&place.path)) {
                return Ok(status);
            }
            let cover = config.cover.as_ref().filter(|c| c.has(&place.path));
            let nothing_ran = cover.and_then(|c| cover::without_tests(&config, &place, c));
            if let (Some(file), Some(text)) = (&i.options.test.cover_profile, &nothing_ran) {
                write_profile(file, text)?;
            }
            let line = match nothing_ran {
                Some(_) => format!("\t{path}\t\tcoverage: 0.0% of statements\n"),
                None => format!("?   \t{path}\t[no test files]\n"),
            };
            match events(i, &path) {
                Some(mut events) => {
                    events.start();
                    events.end(&line, "skip", 0.0);
                }
                None => print!("{line}"),
            }
            return Ok(OK);
        }
        Err(text) => return failed(Failure::build(text), "setup"),
    };
    let package = tested.is_there.then(|| tested.package.clone());
    let roots = [Some(tested.main.clone()), package, tested.external.clone()];
    let mut lines = config.godebug_lines(&tested.package);
    lines.extend(tested.test_places().iter().flat_map(|p| config.godebug_lines(p)));
    config.godebug = godebug::defaults(&config.goroot, &config.modules, &lines).map_err(Failure::build)?;
    // Then the package is compiled anew.
    let has_own_tests = !tested.internal.is_empty() || config.cover.is_some();
    config.tested = Some(tested);
    // testing.Testing() tells the truth in initialisers too.
    config.defines.push(("testing.testBinary".into(), "1".into()));
    let mut timings = Timings::new(&i.options);
    let program = match load(&config, &i.options, roots.into_iter().flatten().collect(), &mut timings) {
        Ok(program) => program,
        Err(e) => return failed(e, "setup"),
    };
    let vetted = || refused(i, &path, has_own_tests, vet.of(&place.path));
    // A program that stays is not even written.
    if let Some(status) = i.options.test.compile.then(vetted).flatten() {
        return Ok(status);
    }
    let exe = executable(i, &path, dir);
    super::build::make_folder(&exe)?;
    let target = target(&i.options)?;
    let goal = Goal::Executable(exe.clone());
    let mut options = i.options.clone();
    if target.is_bare() && options.embed_files.is_none() {
        // Its folder is not there, but what is in it.
        let files = dir.join("files");
        embedded::copy_of_package(&package_dir, &files).map_err(Failure::build)?;
        options.embed_files = Some(files);
    }
    let result = pipeline::run(&config, &target, &options, program, goal, &mut timings);
    timings.print();
    if let Err(text) = result {
        return failed(Failure::build(text), "build");
    }
    if i.options.test.compile {
        return Ok(OK);
    }
    if let Some(status) = vetted() {
        return Ok(status);
    }
    run(i, &target, &exe, &place)
}

/// Prints what vet says of a package, if it says anything: that counts as a build that failed.
fn refused(i: &Invocation, path: &str, has_own_tests: bool, units: Vec<Unit>) -> Option<u8> {
    let said = units.iter().map(|unit| {
        let shown = visible(&unit.path);
        let text = visible(&unit.text);
        match shown != path || has_own_tests {
            true => (format!("{shown} [{path}.test]"), format!("# {shown}\n# [{shown}]\n{text}")),
            false => (shown.to_string(), format!("# {shown}\n{text}")),
        }
    });
    let said: Vec<(String, String)> = said.collect();
    if said.is_empty() {
        return None;
    }
    let last = format!("FAIL\t{path} [build failed]\n");
    match events(i, path) {
        Some(mut events) => events.build_failed(&said, &last),
        None => {
            said.iter().for_each(|(_, text)| eprint!("{text}"));
            if !i.options.test.compile {
                print!("{last}");
            }
        }
    }
    Some(FAILED)
}

/// What tells of a package, if that is not to be told in lines.
fn events(i: &Invocation, path: &str) -> Option<Events<Stdout>> {
    i.options.test.json.then(|| Events::new(std::io::stdout(), path))
}

/// Where the test program is written.
fn executable(i: &Invocation, path: &str, dir: &Path) -> PathBuf {
    let name = format!("{}.test", path.rsplit('/').next().unwrap_or("main"));
    match &i.options.output {
        Some(out) if out.is_dir() => out.join(name),
        Some(out) => std::path::absolute(out).unwrap_or_else(|_| out.clone()),
        None if i.options.test.compile => name.into(),
        None => dir.join(name),
    }
}

/// Runs the test program in its package's folder.
fn run(i: &Invocation, target: &Target, exe: &Path, place: &Place) -> Result<u8, Failure> {
    let (test, path, package_dir) = (&i.options.test, &*visible(&place.path), &place.dir);
    let exe = std::path::absolute(exe).unwrap_or_else(|_| exe.to_path_buf());
    let mut args = vec!["-test.paniconexit0".to_string()];
    let timeout = test.flag("timeout");
    if timeout.is_none() {
        args.push(format!("-test.timeout={TIMEOUT}"));
    }
    if test.fuzzes() {
        args.push(format!(
            "-test.fuzzcachedir={}",
            fuzz::cache(&place.path).map_err(Failure::build)?.display()
        ));
    }
    args.extend(test.cover_profile.iter().map(|f| format!("-test.coverprofile={}", f.display())));
    args.extend(test.flags.iter().chain(&i.args).cloned());
    let mut starter = test.exec.iter().flat_map(|e| e.split_whitespace());
    let mut command = match starter.next() {
        Some(program) => {
            let mut c = Command::new(program);
            c.args(starter).arg(&exe).args(args);
            c
        }
        None => target::starter(target, &exe, &args, &[], None)?,
    };
    let line = machine::status_line(&command);
    command.current_dir(package_dir).env("PWD", package_dir);
    if test.in_list {
        // Ours is not for it.
        command.stdin(Stdio::null());
    }
    // One package in the current folder is watched; of packages that were named only failures are shown.
    let local = i.targets.is_empty() && !test.in_list;
    let watched = local || test.runs_on();
    let streamed = watched || test.verbose;
    let mut events = events(i, path);
    if let Some(events) = &mut events {
        events.start();
    }
    let start = Instant::now();
    let mut told = |bytes: &[u8]| match &mut events {
        Some(events) => {
            events.write(bytes);
            Ok(())
        }
        None if streamed => std::io::stdout().write_all(bytes).and_then(|()| std::io::stdout().flush()),
        None => Ok(()),
    };
    let limit = (!test.runs_on()).then(|| limit(timeout.unwrap_or(TIMEOUT))).flatten();
    let (status, output) = watch(command, limit, &mut told)
        .map_err(|e| Failure::build(format!("oxigo: cannot run {}: {e}", exe.display())))?;
    let seconds = start.elapsed().as_secs_f64();
    let status = machine::ended(target, line.as_deref(), status);
    let mut last = String::new();
    if status.success() {
        // Of what was watched nothing is told again.
        let text = if watched { Default::default() } else { String::from_utf8_lossy(&output) };
        let none = text.lines().any(|l| l == "testing: warning: no tests to run");
        let note = if none { " [no tests to run]" } else { "" };
        let covered = text.lines().find_map(|l| l.strip_prefix("coverage: ")).filter(|_| test.cover);
        let covered = covered.map(|c| format!("\tcoverage: {c}")).unwrap_or_default();
        last += &format!("ok  \t{path}\t{seconds:.3}s{covered}{note}\n");
    } else {
        if !streamed && events.is_none() {
            let _ = std::io::stdout().write_all(&output);
        }
        if !output.is_empty() && !output.ends_with(b"\n") && events.is_none() {
            last.push('\n');
        }
        // A program that said nothing, or is watched, is told by its status.
        if output.is_empty() || watched && events.is_none() {
            last += &format!("{}\n", super::status_text(status));
        }
        last += &format!("FAIL\t{path}\t{seconds:.3}s\n");
    }
    match events {
        Some(mut events) => events.end(&last, if status.success() { "pass" } else { "fail" }, seconds),
        None => print!("{last}"),
    }
    Ok(if status.success() { OK } else { FAILED })
}
