//! `oxigo test`: a module whose package has tests in the package, beside it, and examples; what passes, what fails, and
//! what the program says. And what `oxigo build` does not overwrite.

mod support;

use support::{Scratch, oxigo};

const FILES: &[(&str, &str)] = &[
    ("go.mod", "module example.com/m\n\ngo 1.27\n"),
    (
        "p/p.go",
        "package p\n\nfunc Twice(x int) int { return helper(x) * 2 }\n\nfunc helper(x int) int { return x }\n",
    ),
    (
        "p/in_test.go",
        "package p\n\nimport \"testing\"\n\nvar Exported = helper\n\nvar early = testing.Testing()\n\nfunc TestHelper(t *testing.T) {\n\tif \
         helper(3) != 3 {\n\t\tt.Fatal()\n\t}\n\tif !early || !testing.Testing() {\n\t\tt.Error(\"not testing\")\n\t}\n}\n\nfunc TestFails(t *testing.T) {\n\t\
         t.Errorf(\"wrong by %d\", 7)\n}\n",
    ),
    (
        "p/out_test.go",
        "package p_test\n\nimport (\n\t\"example.com/m/p\"\n\t\"fmt\"\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) \
         {\n\tfmt.Println(\"begin\")\n\tos.Exit(m.Run())\n}\n\nfunc TestTwice(t *testing.T) {\n\tif \
         p.Twice(p.Exported(4)) != 8 {\n\t\tt.Fatal()\n\t}\n}\n\nfunc ExampleTwice() {\n\tfmt.Println(p.Twice(2))\n\t// \
         Output: 4\n}\n\nfunc ExampleTwice_wrong() {\n\tfmt.Println(p.Twice(2))\n\t// Output: 5\n}\n",
    ),
    ("q/q.go", "package q\n"),
    ("only/only_test.go", "package only\n\nimport \"testing\"\n\nfunc TestOnly(t *testing.T) {}\n"),
    ("beside/out_test.go", "package beside_test\n\nimport \"testing\"\n\nfunc TestBeside(t *testing.T) {}\n"),
    (
        "cmd/main.go",
        "package main\n\nvar state = 1\n\nfunc main() { state = answer() }\n\nfunc answer() int { return 42 }\n",
    ),
    (
        "cmd/main_test.go",
        "package main\n\nimport \"testing\"\n\nfunc TestMain2(t *testing.T) {\n\tmain()\n\tif state != 42 {\n\t\tt.Fatal()\n\t}\n}\n",
    ),
];

fn run(dir: &Scratch, args: &[&str]) -> (i32, String) {
    let output = oxigo().args(args).current_dir(&dir.0).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text.to_string())
}

#[test]
fn tests_and_examples() {
    let dir = Scratch::new("test_command");
    for (path, text) in FILES {
        let path = dir.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (status, text) = run(&dir, &["test", "./p", "-v", "-run", "TestHelper|TestTwice|ExampleTwice$"]);
    assert_eq!(status, 0, "{text}");
    for want in [
        "begin\n",
        "--- PASS: TestHelper",
        "--- PASS: TestTwice",
        "--- PASS: ExampleTwice",
        "\nPASS\n",
        "ok  ",
    ] {
        assert!(text.contains(want), "no {want:?} in:\n{text}");
    }
    let (status, text) = run(&dir, &["test", "./cmd"]);
    assert_eq!((status, text.contains("ok  \texample.com/m/cmd")), (0, true), "{text}");
    let (status, text) = run(&dir, &["test", "./..."]);
    assert_eq!(status, 1, "{text}");
    for want in [
        "--- FAIL: TestFails",
        "in_test.go:19: wrong by 7",
        "--- FAIL: ExampleTwice_wrong",
        "FAIL\texample.com/m/p",
        "?   \texample.com/m/q\t[no test files]",
        // Nothing but test files.
        "ok  \texample.com/m/only\t",
        "ok  \texample.com/m/beside\t",
    ] {
        assert!(text.contains(want), "no {want:?} in:\n{text}");
    }
    let (status, text) = run(&dir, &["test", "runtime"]);
    assert_eq!((status, text.contains("not supported: tests of runtime")), (1, true), "{text}");
}

fn write(dir: &Scratch, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = dir.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn flags_around_several_packages() {
    let dir = Scratch::new("test_flags");
    write(
        &dir,
        &[
            FILES[0],
            (
                "a/a_test.go",
                "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { println(\"quiet\") }\n",
            ),
            (
                "b/b_test.go",
                "package b\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestA(t *testing.T) { println(os.Getenv(\"PWD\")) }\n\n\
                 func TestB(t *testing.T) { t.Error(\"bad\") }\n",
            ),
            ("c/c_test.go", "package c\n\nfunc TestC() { x }\n"),
        ],
    );
    // What passes is a line; what fails is shown.
    let (status, text) = run(&dir, &["test", "./a", "./b", "./c", "-short", "-count=1"]);
    assert_eq!(status, 1, "{text}");
    for want in [
        "ok  \texample.com/m/a\t",
        "--- FAIL: TestB",
        "    b_test.go:10: bad\nFAIL\nFAIL\texample.com/m/b\t",
        "FAIL\texample.com/m/c [build failed]\nFAIL\n",
        "# example.com/m/c [example.com/m/c.test]\nc/c_test.go:3:16: undefined: x\n",
    ] {
        assert!(text.contains(want), "no {want:?} in:\n{text}");
    }
    assert!(!text.contains("quiet") && text.contains(&format!("{}/b\n", dir.0.display())), "{text}");
    let (status, text) = run(&dir, &["-C"]);
    assert_eq!(status, 2, "{text}");
    let (status, text) = run(&dir, &["test", "-C", "a", "-run", "TestNone"]);
    assert_eq!(status, 0, "{text}");
    assert!(
        text.contains("testing: warning: no tests to run\nPASS\nok  \texample.com/m/a\t")
            && text.ends_with("s\n"),
        "{text}"
    );
    let (status, text) = run(&dir, &["test", "-c", "-o", "programs/a.test", "./a"]);
    assert_eq!((status, text.as_str()), (0, ""));
    assert!(dir.path("programs/a.test").is_file());
}

#[test]
fn outputs_and_definitions() {
    let dir = Scratch::new("outputs");
    let main = "package main\n\nvar version, other = \"none\", \"same\"\n\nvar number = 1\n\nfunc main() { println(version, other, number) }\n";
    write(&dir, &[FILES[0], ("cmd/x/x.go", main), ("cmd/y/y.go", main), ("p/p.go", "package p\n")]);
    let define = "-ldflags=-s -X 'main.version=v1 \"two\"' -X main.number=2";
    let (status, text) = run(&dir, &["build", "./...", define, "-o", "out/bin/"]);
    assert_eq!((status, text.as_str()), (0, ""));
    for name in ["x", "y"] {
        let output = std::process::Command::new(dir.path("out/bin").join(name)).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "v1 \"two\" same 1\n");
    }
    let (status, text) = run(&dir, &["build", "-o", "file", "./..."]);
    assert_eq!((status, text.as_str()), (1, "oxigo: cannot write multiple packages to non-directory file\n"));
    let (status, text) = run(&dir, &["build", "-o", "out/", "./p", "example.com/m/p"]);
    assert_eq!((status, text.as_str()), (1, "oxigo: no main packages to build\n"));
}

#[test]
fn special_files_are_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let dir = Scratch::new("special_output");
    std::fs::write(dir.path("x.go"), "package main\n\nfunc main() {}\n").unwrap();
    assert!(std::process::Command::new("mkfifo").arg(dir.path("fifo")).status().unwrap().success());
    let (status, text) = run(&dir, &["build", "-o", "fifo", "x.go"]);
    assert_eq!((status, text.as_str()), (0, ""));
    assert!(std::fs::metadata(dir.path("fifo")).unwrap().file_type().is_fifo());
}

/// Shells have the interrupt key ignored for what runs in the background; test programs do not inherit that, as with the go command.
#[test]
fn tests_in_the_background_are_interrupted() {
    let dir = Scratch::new("test_in_background");
    std::fs::write(dir.path("go.mod"), "module example.com/m\n\ngo 1.27\n").unwrap();
    let test = "package m\n\nimport (\n\t\"os\"\n\t\"os/signal\"\n\t\"syscall\"\n\t\"testing\"\n)\n\nfunc TestIgnored(t *testing.T) {\n\tif \
                signal.Ignored(os.Interrupt) || signal.Ignored(syscall.SIGQUIT) || !signal.Ignored(syscall.SIGHUP) {\n\t\tt.Fail()\n\t}\n}\n";
    std::fs::write(dir.path("m_test.go"), test).unwrap();
    let command = format!("trap '' INT QUIT HUP; exec '{}' test .", oxigo().get_program().to_str().unwrap());
    let output =
        std::process::Command::new("sh").args(["-c", &command]).current_dir(&dir.0).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
