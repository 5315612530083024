//! Rust programs that link Go code: `examples/rust-host` and `rust-tokio`, built with the command under test, and run also with a collection
//! at every chance and with moving stacks; a new project outside of the repository; and what users get wrong.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repository() -> PathBuf {
    std::fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// All have one folder for what they build, and so build the runtime once.
fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-host")
}

fn cargo(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(args)
        .args(["--jobs", "2", "--target-dir"])
        .arg(target_dir())
        .current_dir(dir)
        .env("OXIGO", env!("CARGO_BIN_EXE_oxigo"))
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap()
}

#[test]
fn example_prints_what_it_should() {
    prints_what_it_should("rust-host");
}

#[test]
fn tokio_example_prints_what_it_should() {
    prints_what_it_should("rust-tokio");
}

fn prints_what_it_should(name: &str) {
    let example = repository().join("examples").join(name);
    let built = cargo(&example, &["build", "--locked"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let want = std::fs::read_to_string(example.join("expected.txt")).unwrap();
    for (switch, value) in [
        ("OXIGO_NOTHING", "1"),
        ("GOMAXPROCS", "1"),
        ("GOGC", "1"),
        ("OXIGO_GCSTRESS", "1"),
        ("OXIGO_STACKSTRESS", "1"),
    ] {
        let run = Command::new("timeout")
            .arg("60")
            .arg(target_dir().join("debug").join(name))
            .env(switch, value)
            .output()
            .unwrap();
        let got = String::from_utf8_lossy(&run.stdout);
        let errors = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success() && got == want, "{switch}={value}: {}\n{got}{errors}", run.status);
    }
}

/// A project of its own in the system's folder for such, gone when the test is over.
struct Project(PathBuf);

impl Drop for Project {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const BUILD: &str = "fn main() { oxigo_build::Package::new(\"go/hello\").compile(\"hello\"); }\n";

const GO: &str = "package main

import \"errors\"

type Mood int

const (
	Good Mood = iota
	Bad
)

type Person struct {
	Name string
	Age  uint8
}

type secret struct{ n int }

type Safe struct{ secret }

func Greet(p Person, m Mood) (string, error) {
	if m == Bad {
		return \"\", errors.New(\"no\")
	}
	return \"Hello, \" + p.Name, nil
}

func Add(a, b int) int                  { return a + b }
func Each(xs []int, f func(int)) error  { for _, x := range xs { f(x) }; return nil }
func Open(s Safe) int                   { return s.n }
func Table() map[string]int             { return nil }

func main() {}
";

impl Project {
    fn new(name: &str) -> Project {
        let dir = std::env::temp_dir().join(format!("oxigo-{name}-{}", std::process::id()));
        let project = Project(dir);
        let root = repository();
        let path = |of: &str| root.join(of).display().to_string();
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\noxigo-host = {{ path = {:?} }}\n\n\
                 [build-dependencies]\noxigo-build = {{ path = {:?} }}\n\n\
                 [workspace]\n\n[profile.dev]\nopt-level = 1\n",
                path("host"),
                path("host/build")
            ),
        );
        project.write("build.rs", BUILD);
        project.write("go/hello/hello.go", GO);
        project.write("src/main.rs", "fn main() {}\n");
        project
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.0.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// What cargo says; the packages are there, since the example has been built, or are fetched.
    fn check(&self, args: &[&str]) -> (bool, String) {
        let done = cargo(&self.0, args);
        (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
    }
}

/// A program around some statements.
fn main_of(body: &str) -> String {
    format!(
        "mod hello {{ oxigo_host::include_go!(\"hello\"); }}\n#[allow(unused)]\n\
         fn main() -> Result<(), oxigo_host::GoError> {{\n{body}\nOk(())\n}}\n"
    )
}

#[test]
fn project_elsewhere() {
    let project = Project::new("greeter");
    project.write(
        "src/main.rs",
        &main_of(
            "let p = hello::Person { name: \"you\".into(), age: 3 };
             println!(\"{} {:?} {:?}\", hello::greet(&p, hello::Mood::GOOD)?, hello::greet(&p, hello::Mood::BAD), p);
             println!(\"{}\", hello::add(20, 22)?);",
        ),
    );
    let (built, said) = project.check(&["build"]);
    assert!(built, "{said}");
    // What Rust has nothing for is named.
    assert!(
        said.contains("no binding for Go's Open: not supported: parameter of type Safe, which"),
        "{said}"
    );
    let run = || {
        let output = Command::new(target_dir().join("debug/greeter")).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let want = "Hello, you Err(Error(\"no\")) Person { name: \"you\", age: 3 }\n42\n";
    assert_eq!(run(), want);
    // A change of the Go code is noticed, as are a new file and an error.
    project.write("go/hello/hello.go", &GO.replace("Hello, ", "Hi, "));
    assert!(project.check(&["build"]).0);
    assert_eq!(run(), want.replace("Hello", "Hi"));
    project.write("go/hello/more.go", "package main\n\nfunc Wrong() int { return undefined }\n");
    let (built, said) = project.check(&["build"]);
    let error = "error: greeter@0.1.0: go/hello/more.go:3:27: undefined: undefined";
    assert!(!built && said.contains(error), "{said}");
}

/// Programs that do not compile, and what rustc says.
const WRONG: &[(&str, &str)] = &[
    ("hello::add(1, \"2\")?;", "expected `isize`, found `&str`"),
    ("hello::add(1)?;", "takes 2 arguments but 1 argument was supplied"),
    ("let n: i32 = hello::add(1, 2)?;", "expected `i32`, found `isize`"),
    ("hello::greet(&hello::Person { name: \"x\".into() }, hello::Mood::GOOD)?;", "missing field `age`"),
    ("hello::greet(&hello::Person::default(), 1)?;", "expected `Mood`, found integer"),
    ("hello::open();", "cannot find function `open` in module `hello`"),
    ("hello::each(&[1], |x: isize| x + 1)?;", "expected `()`, found `isize`"),
    (
        "let n = std::cell::Cell::new(0); hello::each(&[1], move |x| n.set(x))?;",
        "`Cell<isize>` cannot be shared between threads safely",
    ),
    ("let n = 0isize; hello::each(&[1], |x| assert_eq!(x, n))?;", "may outlive"),
    ("let s: Option<String> = hello::table()?.get(\"x\")?;", "expected `Option<String>`"),
    ("hello::table()?.get(&1)?;", "`String: Borrow<"),
];

#[test]
fn misuse() {
    let project = Project::new("misuse");
    for (i, (body, _)) in WRONG.iter().enumerate() {
        project.write(&format!("src/bin/wrong{i}.rs"), &main_of(body));
    }
    let (_, said) = project.check(&["check", "--keep-going"]);
    for (i, (body, want)) in WRONG.iter().enumerate() {
        let file = format!("src/bin/wrong{i}.rs:");
        let mut errors = said.split("\nerror").filter(|e| e.contains(&file));
        assert!(errors.any(|e| e.contains(want)), "{body}\n{said}");
    }
    std::fs::remove_dir_all(project.0.join("src/bin")).unwrap();
    let none = "Go code is not compiled for aarch64-unknown-none-softfloat, where floats are not passed as Go \
                passes them: use aarch64-unknown-none";
    let cases = [
        (
            "oxigo_build::Package::new(\"go/hello\").compile(\"one\");
             oxigo_build::Package::new(\"go/hello\").compile(\"two\");",
            "a program has one Go image: one is compiled already, so two cannot be",
        ),
        ("oxigo_build::Package::new(\"go/none\").compile(\"none\");", "go/none"),
        (
            "oxigo_build::Package::new(\"go/hello\").flag(\"--nope\").compile(\"x\");",
            "flag provided but not defined: -nope",
        ),
        (
            "// SAFETY: nothing else runs.
             unsafe { std::env::set_var(\"OXIGO\", \"/no/oxigo\") };
             oxigo_build::Package::new(\"go/hello\").compile(\"x\");",
            "cannot run /no/oxigo: No such file or directory",
        ),
        (
            "// SAFETY: nothing else runs.
             unsafe {
                 std::env::set_var(\"TARGET\", \"aarch64-unknown-none-softfloat\");
                 std::env::set_var(\"CARGO_CFG_TARGET_ARCH\", \"aarch64\");
                 std::env::set_var(\"CARGO_CFG_TARGET_OS\", \"none\");
             }
             oxigo_build::Package::new(\"go/hello\").compile(\"x\");",
            none,
        ),
    ];
    for (build, want) in cases {
        project.write("build.rs", &format!("fn main() {{ {build} }}\n"));
        let (checked, said) = project.check(&["check"]);
        assert!(!checked && said.contains("error: misuse@0.1.0: ") && said.contains(want), "{build}\n{said}");
    }
    // A package that is no program.
    project.write("build.rs", BUILD);
    project.write("go/hello/hello.go", "package hello\n");
    let (checked, said) = project.check(&["check"]);
    assert!(!checked && said.contains("is not a main package"), "{said}");
}
