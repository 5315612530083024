//! Sources that are not to be trusted: building them runs nothing of theirs, writes nothing but the output, and what is said of
//! them does not control the terminal. And intermediate files are nobody else's, and do not stay.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{Scratch, oxigo, run};

/// What does not end at all is stopped; the first build may make the runtime's archive.
const LIMIT: Duration = Duration::from_secs(330);

fn tree(name: &str, files: &[(&str, &str)]) -> Scratch {
    let dir = Scratch::new(name);
    for (path, text) in files {
        let path = dir.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs `oxigo` in a folder; status and output. It ends.
fn run_in(dir: &Path, args: &[&str]) -> (i32, String) {
    let outcome = run(oxigo().args(args).current_dir(dir), LIMIT).unwrap();
    assert!(!outcome.timed_out, "{args:?} does not end");
    (outcome.status, outcome.output)
}

const MAIN: &str = "package main\n\nfunc main() { println(\"ran\") }\n";

#[test]
fn nothing_beside_the_sources_runs() {
    let dir = tree(
        "nothing_runs",
        &[
            ("go.mod", "module example.com/m\n\ngo 1.27\n\ntoolchain go1.27.9\n"),
            ("x.go", MAIN),
            ("rust-toolchain.toml", "[toolchain]\npath = \"evil\"\n"),
            (
                ".cargo/config.toml",
                "[build]\nrustc-wrapper = \"evil/bin/rustc\"\n[env]\nOXIGO_LINKER = \"evil\"\n",
            ),
            (".git/config", "[core]\n\tfsmonitor = evil/bin/git\n\thooksPath = evil\n"),
        ],
    );
    let seen = dir.path("seen");
    let text = format!("#!/bin/sh\necho \"$0 $*\" >>'{}'\nexit 1\n", seen.display());
    for name in ["rustc", "cargo", "git", "go", "ld.lld", "cc"] {
        script(&dir.path("evil/bin").join(name), &text);
        script(&dir.path(name), &text);
    }
    // The runtime's archive is there: building it is no part of this build.
    assert_eq!(run_in(Path::new("/"), &["run", dir.path("x.go").to_str().unwrap()]).1, "ran\n");
    let own: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect();
    let paths = [PathBuf::from("."), dir.path("evil/bin")].into_iter().chain(own);
    let path = std::env::join_paths(paths).unwrap();
    let mut command = oxigo();
    command.args(["run", "."]).current_dir(&dir.0).env_remove("OXIGO_LINKER").env("PATH", path);
    let outcome = run(&mut command, LIMIT).unwrap();
    assert_eq!((outcome.status, outcome.output.as_str()), (0, "ran\n"));
    assert_eq!(std::fs::read_to_string(seen).unwrap_or_default(), "");
}

#[test]
fn sources_are_not_overwritten() {
    let dir = tree("overwritten", &[("x.go", MAIN), ("notes.txt", "mine\n"), ("empty", "")]);
    std::os::unix::fs::symlink("notes.txt", dir.path("link")).unwrap();
    std::fs::create_dir(dir.path("x")).unwrap();
    for name in ["x.go", "notes.txt", "link"] {
        let before = std::fs::read(dir.path(name)).unwrap();
        for more in [&[][..], &["--host-object"]] {
            let args = [&["build", "-o", name], more, &["x.go"]].concat();
            let want = format!("build output {name:?} already exists and is not an object file\n");
            assert_eq!(run_in(&dir.0, &args), (1, want));
            assert_eq!(std::fs::read(dir.path(name)).unwrap(), before);
        }
    }
    let want = "build output \"x\" already exists and is a directory\n";
    assert_eq!(run_in(&dir.0, &["build", "x.go"]), (1, want.to_string()));
    // What a build made may be built again.
    for _ in 0..2 {
        assert_eq!(run_in(&dir.0, &["build", "-o", "empty", "x.go"]), (0, String::new()));
    }
}

#[test]
fn messages_do_not_control_the_terminal() {
    let text = "package main\n\n//line \u{1b}[2Jgone.go:7:1\nfunc main() { x := `\u{1b}]0;title\u{7}\u{9b}31m\u{202e}` + 1 }\n\n\
                func f() { var a \u{1b}[31m int }\n";
    let dir = tree("terminal", &[("x.go", text)]);
    let odd = "a\u{1b}[31mb.go";
    std::fs::write(dir.path(odd), "package main\n\nfunc main() { x }\n").unwrap();
    for args in [&["build", "x.go"], &["build", odd], &["run", "\u{1b}[2J.go"]] {
        let (status, output) = run_in(&dir.0, args);
        assert_ne!(status, 0);
        let bad = |c: char| c.is_control() && c != '\n' && c != '\t' || c == '\u{202e}';
        assert!(output.contains("\\x1b") && !output.contains(bad), "{args:?}: {output:?}");
    }
}

/// The folders that oxigo has made in a folder for temporary files.
fn temporary(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir).unwrap().flatten().map(|e| e.path()).collect()
}

#[test]
fn intermediate_files_are_private_and_go() {
    let dir = tree(
        "intermediate",
        &[
            ("ok.go", MAIN),
            ("bad.go", "package main\n\nfunc main() { x }\n"),
            (
                "wait.go",
                "package main\n\nfunc main() { println(\"here\"); select {} }\n\nfunc init() { go func() { for { } }() }\n",
            ),
        ],
    );
    let tmp = dir.path("tmp");
    std::fs::create_dir(&tmp).unwrap();
    for (args, status) in [(["run", "ok.go"], 0), (["run", "bad.go"], 1), (["build", "ok.go"], 0)] {
        let mut command = oxigo();
        command.args(args).current_dir(&dir.0).env("TMPDIR", &tmp);
        assert_eq!(run(&mut command, LIMIT).unwrap().status, status, "{args:?}");
        assert_eq!(temporary(&tmp), [] as [PathBuf; 0], "{args:?}");
    }
    for signal in ["TERM", "HUP"] {
        let mut command = oxigo();
        command.args(["run", "wait.go"]).current_dir(&dir.0).env("TMPDIR", &tmp);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        let program = loop {
            let made = temporary(&tmp);
            let built = made.iter().map(|d| d.join("wait")).find(|exe| exe.exists());
            assert!(start.elapsed() < LIMIT, "nothing is built");
            if let Some(exe) = built {
                break exe;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        for folder in temporary(&tmp) {
            let mode = std::fs::metadata(&folder).map(|m| m.permissions().mode() & 0o777).unwrap_or(0o700);
            assert_eq!(mode, 0o700);
        }
        assert!(support::signal(signal, &child.id().to_string()));
        let status = child.wait().unwrap();
        use std::os::unix::process::ExitStatusExt;
        assert!(status.signal().is_some(), "{signal}: {status}");
        assert_eq!(temporary(&tmp), [] as [PathBuf; 0], "{signal}");
        kill_those_running(&program);
    }
}

/// Ends the processes whose executable was this file.
fn kill_those_running(exe: &Path) {
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let runs = std::fs::read_link(process.path().join("exe")).unwrap_or_default();
        if runs.to_string_lossy().starts_with(exe.to_str().unwrap()) {
            let id = process.file_name().to_string_lossy().to_string();
            support::signal("KILL", &id);
        }
    }
}

#[test]
fn a_pipe_is_no_source() {
    let dir = tree("pipe", &[("m/go.mod", "module m\n\ngo 1.27\n"), ("m/x.go", MAIN), ("ok.go", MAIN)]);
    for name in ["p.go", "m/y.go", "n/go.mod", "n/vendor/modules.txt"] {
        std::fs::create_dir_all(dir.path(name).parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(dir.path(name)).status().unwrap().success());
    }
    std::fs::write(dir.path("n/x.go"), MAIN).unwrap();
    let (status, output) = run_in(&dir.0, &["check", "p.go"]);
    assert!(status == 1 && output.contains("p.go"), "{output}");
    // A folder's other files are not its package's.
    assert_eq!(run_in(&dir.path("m"), &["check"]), (0, String::new()));
    run_in(&dir.path("n"), &["check"]);
}

/// Chains in which each link doubles or repeats all that is behind it: one pass over a chain is enough.
#[test]
fn long_chains_are_compiled_soon() {
    let chain = |n: usize, link: &dyn Fn(usize) -> String| (0..n).map(link).collect::<String>();
    let calls = chain(60, &|i| format!("func f{i}() {{ f{0}(); f{0}() }}\n", i + 1));
    let methods = chain(3000, &|i| format!("type I{i} interface {{ I{}; m{i}() }}\n", i + 1));
    let unions = chain(2000, &|i| format!("type U{i} interface {{ U{} | [{i}]int }}\n", i + 1));
    let cases = [
        (format!("{calls}func f60() {{}}\nfunc main() {{ f0() }}\n"), ""),
        (format!("{methods}type I3000 interface{{}}\nvar x I0\nfunc main() {{ println(x == nil) }}\n"), ""),
        (
            format!("{unions}type U2000 interface{{ int }}\nfunc f[T U0]() {{}}\nfunc main() {{}}\n"),
            "cannot handle more than 100 union terms (implementation limitation)",
        ),
    ];
    for (n, (text, error)) in cases.iter().enumerate() {
        let dir = tree(&format!("chain{n}"), &[("x.go", &format!("package main\n\n{text}"))]);
        let began = Instant::now();
        let (status, output) = run_in(&dir.0, &["build", "-o", "x", "x.go"]);
        assert_eq!(status, !error.is_empty() as i32, "{output}");
        assert!(output.contains(error), "{output}");
        assert!(began.elapsed() < Duration::from_secs(60), "{n}: {:?}", began.elapsed());
    }
}
