//! What `oxigo` does where `go` stands, beside compiling: events of tests, what programs say of how they were made, and the commands that
//! Go's own go command carries out.

mod support;

use std::process::Command;

use support::{Scratch, oxigo};

fn module(name: &str, files: &[(&str, &str)]) -> Scratch {
    let dir = Scratch::new(name);
    for (path, text) in [("go.mod", "module example.com/m\n\ngo 1.27\n")].iter().chain(files) {
        let path = dir.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn run(dir: &Scratch, args: &[&str]) -> (i32, String) {
    let output = oxigo().args(args).current_dir(&dir.0).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text.to_string())
}

/// The `go` of the library, if its programs are installed too.
fn go() -> Option<String> {
    let output = oxigo().args(["env", "GOROOT"]).output().unwrap();
    let go = format!("{}/bin/go", String::from_utf8_lossy(&output.stdout).trim());
    std::path::Path::new(&go).is_file().then_some(go)
}

#[test]
fn events() {
    let test = "package p\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.Log(\"<a>\") }\n";
    let wrong = "package w\n\nimport \"testing\"\n\nfunc TestW(t *testing.T) { var x int = \"\" }\n";
    let dir = module("events", &[("p/p_test.go", test), ("q/q.go", "package q\n"), ("w/w_test.go", wrong)]);
    let (status, text) = run(&dir, &["test", "-json", "./p"]);
    assert_eq!(status, 0, "{text}");
    // Without the times.
    let lines: Vec<String> = text
        .lines()
        .map(|l| l.split_once("\"Action\"").map_or(l.into(), |(_, rest)| format!("\"Action\"{rest}")))
        .collect();
    for want in [
        r#""Action":"start","Package":"example.com/m/p"}"#,
        r#""Action":"run","Package":"example.com/m/p","Test":"TestA"}"#,
        r#""Action":"output","Package":"example.com/m/p","Test":"TestA","Output":"=== RUN   TestA\n","OutputType":"frame"}"#,
        r#""Action":"output","Package":"example.com/m/p","Test":"TestA","Output":"    p_test.go:5: \u003ca\u003e\n"}"#,
        r#""Action":"pass","Package":"example.com/m/p","Test":"TestA","Elapsed":0}"#,
        r#""Action":"output","Package":"example.com/m/p","Output":"PASS\n","OutputType":"frame"}"#,
    ] {
        assert!(lines.iter().any(|l| l == want), "no {want} in:\n{text}");
    }
    assert!(
        lines.last().unwrap().starts_with(r#""Action":"pass","Package":"example.com/m/p","Elapsed":0"#),
        "{text}"
    );
    let (status, text) = run(&dir, &["test", "-json", "./q", "./w"]);
    assert_eq!(status, 1, "{text}");
    for want in [
        r#""Package":"example.com/m/q","Output":"?   \texample.com/m/q\t[no test files]\n"}"#,
        r#""Action":"skip","Package":"example.com/m/q","Elapsed":0}"#,
        r#"{"ImportPath":"example.com/m/w [example.com/m/w.test]","Action":"build-fail"}"#,
        r#""FailedBuild":"example.com/m/w [example.com/m/w.test]"}"#,
    ] {
        assert!(text.contains(want), "no {want} in:\n{text}");
    }
}

const TELLS: &str = "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime/debug\"\n\n\t\"example.com/q\"\n)\n\nfunc main() {\n\t\
                     info, ok := debug.ReadBuildInfo()\n\tfmt.Println(ok, q.Q)\n\tfmt.Print(info)\n}\n";

#[test]
fn build_information() {
    let dir = module(
        "build_information",
        &[
            (
                "go.mod",
                "module example.com/m\n\ngo 1.27\n\nrequire example.com/q v1.0.0\n\nreplace example.com/q => ./q\n",
            ),
            ("q/go.mod", "module example.com/q\n\ngo 1.27\n"),
            ("q/q.go", "package q\n\nconst Q = 1\n"),
            ("main.go", TELLS),
        ],
    );
    let said = |flags: &[&str]| {
        let (status, text) = run(&dir, &[&["build", "-o", "x"], flags].concat());
        assert_eq!(status, 0, "{text}");
        String::from_utf8(Command::new(dir.path("x")).output().unwrap().stdout).unwrap()
    };
    let text = said(&["-tags", "a,b", "-ldflags=-s -w"]);
    let want = "path\texample.com/m\nmod\texample.com/m\t(devel)\t\ndep\texample.com/q\tv1.0.0\n=>\t./q\t(devel)\t\n\nbuild\t-buildmode=exe\nbuild\t-compiler=gc\nbuild\t-ldflags=\"-s -w\"\nbuild\t-tags=a,b\n\
                build\tCGO_ENABLED=0\nbuild\tGOARCH=";
    assert!(text.starts_with("true 1\ngo\tgo1.27") && text.contains(want), "{text}");
    let Some(go) = go() else { return };
    // Go's program finds the same in the file.
    let (status, found) = run(&dir, &["version", "-m", "x"]);
    assert_eq!(status, 0, "{found}");
    let without_tabs = found.lines().skip(1).map(|l| format!("{}\n", l.trim_start_matches('\t')));
    assert_eq!(text.split_once("path\t").unwrap().1, &without_tabs.collect::<String>()["path\t".len()..]);
    // And says the same of itself when it made the program.
    let build = ["build", "-o", "y", "-tags", "a,b", "-ldflags=-s -w"];
    let env = [("GOFLAGS", ""), ("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0"), ("GOPROXY", "off")];
    let made = Command::new(go).args(build).envs(env).current_dir(&dir.0).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let theirs = Command::new(dir.path("y")).output().unwrap().stdout;
    assert_eq!(text, String::from_utf8(theirs).unwrap());
}

#[test]
fn stamps() {
    let dir = module("stamps", &[("main.go", &TELLS.replace("\"example.com/q\"", "").replace(", q.Q", ""))]);
    let git = |args: &[&str]| {
        let own = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
        Command::new("git")
            .args(own)
            .args(args)
            .current_dir(&dir.0)
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if !git(&["init"]) {
        eprintln!("skipped: no git is installed");
        return;
    }
    let said = |flags: &[&str]| {
        let (status, text) = run(&dir, &[&["build", "-o", "../stamps.exe"], flags].concat());
        assert_eq!(status, 0, "{text}");
        let exe = dir.path("../stamps.exe");
        let output = Command::new(&exe).output().unwrap();
        std::fs::remove_file(exe).unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(git(&["add", "."]) && git(&["commit", "-m", "x"]));
    let text = said(&[]);
    assert!(text.contains("build\tvcs=git\nbuild\tvcs.revision="), "{text}");
    assert!(text.contains("build\tvcs.modified=false\n"), "{text}");
    // What a repository names as its watcher does not run.
    let watcher = dir.path("watcher");
    std::fs::write(&watcher, "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\n").unwrap();
    let _ = Command::new("chmod").arg("+x").arg(&watcher).status();
    assert!(git(&["config", "core.fsmonitor", watcher.to_str().unwrap()]));
    assert!(said(&[]).contains("build\tvcs.modified=true\n"));
    assert!(!dir.path("ran").exists());
    // Neither do filters: such a repository is not asked.
    assert!(git(&["config", "filter.x.clean", watcher.to_str().unwrap()]));
    assert!(!said(&[]).contains("vcs"));
    assert!(git(&["config", "--unset", "filter.x.clean"]));
    assert!(!said(&["-buildvcs=false"]).contains("vcs"));
}

#[test]
fn commands_of_go() {
    let bad = "package m\n\nimport \"fmt\"\n\nfunc F() { fmt.Printf(\"%d\", \"x\") }\n";
    let dir = module("commands_of_go", &[("m.go", bad), ("f/f.go", "package f\nvar  X=1\n")]);
    let (status, text) = run(&dir, &["version"]);
    assert!(status == 0 && text.starts_with("oxigo version go1.27"), "{text}");
    let (status, text) = run(&dir, &["env", "-json", "GOARCH", "CGO_ENABLED"]);
    assert!(
        status == 0
            && text.starts_with("{\n\t\"GOARCH\": \"")
            && text.ends_with("\"CGO_ENABLED\": \"0\"\n}\n"),
        "{text}"
    );
    if go().is_none() {
        let (status, text) = run(&dir, &["vet", "."]);
        assert!(status == 1 && text.contains("oxigo vet: needs Go's own go command"), "{text}");
        return;
    }
    let (status, text) = run(&dir, &["fmt", "./f"]);
    assert_eq!((status, text.as_str()), (0, "f/f.go\n"));
    assert_eq!(std::fs::read_to_string(dir.path("f/f.go")).unwrap(), "package f\n\nvar X = 1\n");
    let (status, text) = run(&dir, &["mod", "edit", "-json"]);
    assert!(status == 0 && text.contains("\"Path\": \"example.com/m\""), "{text}");
    let (status, text) = run(&dir, &["vet", "."]);
    assert!(status == 1 && text.contains("has arg \"x\" of wrong type string"), "{text}");
}

/// `oxigo list` and Go's own say the same, field by field, of a module with tests inside and beside its packages, embedded files, files
/// that are left out, and imports that are not there.
#[test]
fn lists() {
    let dir = module(
        "lists",
        &[
            (
                "p/p.go",
                "// Package p is one. And more.\npackage p\n\nimport (\n\t_ \"embed\"\n\t\"strings\"\n)\n\n//go:embed a.txt\nvar A string\n\nvar B = strings.ToUpper(A)\n",
            ),
            ("p/a.txt", "a"),
            ("p/p_windows.go", "package p\n"),
            ("p/c.go", "//go:build never\n\npackage p\n"),
            ("p/in_test.go", "package p\n\nimport \"testing\"\n\nfunc TestP(t *testing.T) {}\n"),
            (
                "p/out_test.go",
                "package p_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m/q\"\n)\n\nfunc TestQ(t *testing.T) { q.Q() }\n",
            ),
            ("q/q.go", "package q\n\nimport \"example.com/m/p\"\n\nfunc Q() string { return p.B }\n"),
            ("main.go", "package main\n\nimport \"example.com/m/q\"\n\nfunc main() { println(q.Q()) }\n"),
            ("bad/bad.go", "package bad\n\nimport (\n\t_ \"example.com/m/nope\"\n\t_ \"os\"\n)\n"),
            ("only/only_test.go", "package only\n\nimport \"testing\"\n\nfunc TestO(t *testing.T) {}\n"),
        ],
    );
    let (status, text) =
        run(&dir, &["list", "-f", "{{.ImportPath}} {{.Name}}: {{join .GoFiles \",\"}}", "./p", "."]);
    assert_eq!((status, text.as_str()), (0, "example.com/m/p p: p.go\nexample.com/m main: main.go\n"));
    let (status, text) = run(&dir, &["list", "./bad"]);
    assert!(
        status == 1 && text.contains("bad.go:4:4: no required module provides package example.com/m/nope"),
        "{text}"
    );
    let Some(go) = go() else { return };
    for args in [
        &["list", "-find", "-f", "{{.ImportPath}} {{.GoFiles}} {{context.GOOS}}", "./..."][..],
        &["list", "-find", "./..."],
        &["list", "-f", "{{range .Deps}}{{.}} {{end}}{{with .Module}}{{.Path}} {{.Main}}{{end}}", ".", "fmt"],
        &["list", "-f", "{{context.GOARCH}} {{context.Compiler}} {{context.ReleaseTags}}", "unsafe"],
    ] {
        let env = [("GOFLAGS", ""), ("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0"), ("GOPROXY", "off")];
        // For systems, too, that nothing is compiled for.
        let system = ["linux", "windows"][usize::from(args.contains(&"./..."))];
        let theirs =
            Command::new(&go).args(args).envs(env).env("GOOS", system).current_dir(&dir.0).output().unwrap();
        let theirs = String::from_utf8(theirs.stdout).unwrap();
        let ours = String::from_utf8(
            oxigo().args(args).env("GOOS", system).current_dir(&dir.0).output().unwrap().stdout,
        )
        .unwrap();
        assert!(ours == theirs, "{args:?}\n{}", support::difference(&theirs, &ours));
    }
}

/// `oxigo … | head` ends where head does, silently.
#[test]
fn nobody_reads() {
    use std::os::unix::process::ExitStatusExt;
    const SIGPIPE: i32 = 13;
    for (args, to_stderr) in [(&["env"][..], false), (&["list", "fmt"], false), (&["build", "nowhere"], true)]
    {
        let closed = || std::io::pipe().unwrap().1;
        let mut command = oxigo();
        command.args(args);
        let output =
            if to_stderr { command.stderr(closed()) } else { command.stdout(closed()) }.output().unwrap();
        assert_eq!(output.status.signal(), Some(SIGPIPE), "{args:?}");
        assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0), "{args:?}");
    }
}
