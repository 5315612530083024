//! Finding packages: what `oxigo check` says about modules, missing packages, cycles and constraints, in the words of
//! `go build`. Each case is a little tree of files.

mod support;

use support::{Scratch, oxigo};

/// Runs `oxigo check TARGET` in a tree of files; the result is the exit status and what it printed, with the tree's
/// path as `DIR`. `None` if no Go library is installed here.
fn check(name: &str, files: &[(&str, &str)], target: &str) -> Option<(i32, String)> {
    let goroot = oxigo().args(["env", "GOROOT"]).output().unwrap();
    let goroot = String::from_utf8_lossy(&goroot.stdout).trim().to_string();
    if goroot.is_empty() {
        eprintln!("skipped: no Go library is installed");
        return None;
    }
    let dir = Scratch::new(name);
    for (path, text) in files {
        let path = dir.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output = oxigo().args(["check", target]).current_dir(&dir.0).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).replace(dir.0.to_str().unwrap(), "DIR");
    Some((output.status.code().unwrap(), text.replace(&goroot, "GOROOT")))
}

fn fails(name: &str, files: &[(&str, &str)], target: &str, want: &str) {
    if let Some(got) = check(name, files, target) {
        assert_eq!(got, (1, want.to_string()), "{name}");
    }
}

const MOD: (&str, &str) = ("go.mod", "module example.com/m\n\ngo 1.27\n");

#[test]
fn missing_packages() {
    let text = "package main\n\nimport (\n\t\"foo/bar\"\n\t\"example.com/other/z\"\n\t\"example.com/m/nope\"\n\t\"./rel\"\n)\n";
    let want = "\
x.go:4:2: package foo/bar is not in std (GOROOT/src/foo/bar)
x.go:5:2: no required module provides package example.com/other/z; to add it:
\tgo get example.com/other/z
x.go:6:2: no required module provides package example.com/m/nope; to add it:
\tgo get example.com/m/nope
x.go:7:2: \"./rel\" is relative, but relative import paths are not supported in module mode
";
    fails("missing", &[MOD, ("x.go", text)], ".", want);
    fails("no_such_dir", &[MOD], "./nosuch", "stat DIR/nosuch: directory not found\n");
    fails("no_such_path", &[MOD], "fmtx", "package fmtx is not in std (GOROOT/src/fmtx)\n");
    let want = "no required module provides package a.b/c: go.mod file not found in current directory or any parent \
                directory; see 'go help modules'\n";
    fails("no_module", &[], "a.b/c", want);
}

#[test]
fn import_cycles() {
    let files = [
        MOD,
        ("a/a.go", "package a\n\nimport _ \"example.com/m/b\"\n"),
        ("b/b.go", "package b\n\nimport _ \"example.com/m/c\"\n"),
        ("c/c.go", "package c\n\nimport _ \"example.com/m/a\"\n"),
    ];
    let want = "\
package example.com/m/a
\timports example.com/m/b from a.go
\timports example.com/m/c from b.go
\timports example.com/m/a from c.go: import cycle not allowed
";
    fails("cycle", &files, "./a", want);
    let files = [&files[..], &[("m.go", "package main\n\nimport _ \"example.com/m/b\"\n\nfunc main() {}\n")]]
        .concat();
    let want = "\
package example.com/m
\timports example.com/m/b from m.go
\timports example.com/m/c from b.go
\timports example.com/m/a from c.go
\timports example.com/m/b from a.go: import cycle not allowed
";
    fails("cycle_behind", &files, ".", want);
}

#[test]
fn order_of_errors() {
    let files = [
        MOD,
        ("m.go", "package main\n\nimport \"example.com/m/p\"\n\nfunc main() { p.P(); var unused int }\n"),
        ("p/b.go", "package p\n\nimport \"os\"\n\nfunc P() {}\n\nvar T = 1\n"),
        ("p/z.go", "package p\n\nimport \"fmt\"\n\nfunc P() {}\n\ntype T int\n"),
    ];
    // Importers of a package with errors are not compiled. The file with the first error comes first.
    let want = "\
# example.com/m/p
p/z.go:3:8: \"fmt\" imported and not used
p/z.go:5:6: P redeclared in this block
\tp/b.go:5:6: other declaration of P
p/z.go:7:6: T redeclared in this block
\tp/b.go:7:5: other declaration of T
p/b.go:3:8: \"os\" imported and not used
";
    fails("order_of_errors", &files, ".", want);
}

#[test]
fn what_a_directory_holds() {
    let two = [MOD, ("p/a.go", "package a\n"), ("p/b.go", "package b\n")];
    fails("two_names", &two, "./p", "found packages a (a.go) and b (b.go) in DIR/p\n");
    let tests = [MOD, ("p/a_test.go", "package a\n")];
    fails("only_tests", &tests, "./p", "example.com/m/p: no non-test Go files in DIR/p\n");
    let excluded = [MOD, ("p/a_windows.go", "package a\n"), ("p/b.go", "//go:build ignore\n\npackage b\n")];
    let want = "package example.com/m/p: build constraints exclude all Go files in DIR/p\n";
    fails("excluded", &excluded, "./p", want);
    let bad = [MOD, ("p/a.go", "//go:build a b\n\npackage p\n")];
    fails("bad_constraint", &bad, "./p", "p/a.go: parsing //go:build line: unexpected token b\n");
}

#[test]
fn who_may_import_what() {
    let program = [
        MOD,
        ("cmd/c.go", "package main\n\nfunc main() {}\n"),
        ("p/p.go", "package p\n\nimport _ \"example.com/m/cmd\"\n"),
    ];
    let want = "p/p.go:3:8: import \"example.com/m/cmd\" is a program, not an importable package\n";
    fails("program", &program, "./p", want);
    let internal = [
        MOD,
        ("r/internal/k/k.go", "package k\n"),
        ("r/ok/ok.go", "package ok\n\nimport _ \"example.com/m/r/internal/k\"\n"),
        ("s/s.go", "package s\n\nimport _ \"example.com/m/r/ok\"\nimport _ \"example.com/m/r/internal/k\"\n"),
    ];
    let want = "package example.com/m/s\n\ts/s.go:4:8: use of internal package example.com/m/r/internal/k not allowed\n";
    fails("internal", &internal, "./s", want);
    let std = [MOD, ("s/s.go", "package s\n\nimport _ \"internal/abi\"\n")];
    let want = "package example.com/m/s\n\ts/s.go:3:8: use of internal package internal/abi not allowed\n";
    fails("internal_std", &std, "./s", want);
}

#[test]
fn unsupported_things_are_refused_by_name() {
    // Files that need C are left out, as with CGO_ENABLED=0; but not if they are named.
    let cgo = [MOD, ("p.go", "package p\n\nimport (\n\t\"C\"\n)\n")];
    fails("cgo", &cgo, ".", "package example.com/m: build constraints exclude all Go files in DIR\n");
    let want = "# command-line-arguments\n./p.go:4:2: not supported: cgo (import \"C\")\n";
    fails("cgo_file", &cgo, "p.go", want);
    let both = [
        cgo[0],
        cgo[1],
        ("q.go", "package p\n\nconst C = \"C\"\n"),
        ("r.go", "// +build cgo\n\npackage r\n"),
    ];
    fails(
        "cgo_half",
        &[&both[..], &[("s.go", "package p\n\nvar _ = D\n")]].concat(),
        ".",
        "# example.com/m\n./s.go:3:9: undefined: D\n",
    );
    let text = "TEXT ·f(SB), $0\n\tFOO AX\n\tADDQ X0, AX\n\tJMP nowhere\n\tRET\n";
    let want = "# example.com/m\n./p_amd64.s:2: not supported: instruction FOO\n";
    fails("asm", &[MOD, ("p.go", "package p\n\nfunc f()\n"), ("p_amd64.s", text)], ".", want);
}

#[test]
fn syntax_errors_and_embedding() {
    let files = [MOD, ("p.go", "package p\n\nfunc f() { x( }\n\nvar y = 1 2\n")];
    let want = "\
# example.com/m
./p.go:3:15: syntax error: unexpected }, expected expression
./p.go:5:11: syntax error: unexpected literal 2 after top level declaration
";
    fails("syntax", &files, ".", want);
    let files = [MOD, ("p.go", "package p\n\nimport _ \"embed\"\n\n//go:embed nope.txt\nvar x string\n")];
    fails("embed", &files, ".", "p.go:5:12: pattern nope.txt: no matching files found\n");
}

#[test]
fn modules_and_replacements() {
    let files = [
        (
            "m/go.mod",
            "module example.com/m\n\ngo 1.27\n\nrequire example.com/d v1.0.0\n\nreplace example.com/d => ../d\n",
        ),
        ("m/x.go", "package m\n\nimport _ \"example.com/d/sub\"\n"),
        ("d/go.mod", "module example.com/d\n\ngo 1.21\n"),
        ("d/sub/s.go", "package sub\n"),
    ];
    let dir = "m";
    let Some(_) = check("replace_probe", &files, "./nosuch") else { return };
    let scratch = Scratch::new("replace");
    for (path, text) in files {
        let path = scratch.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output = oxigo().args(["check", "."]).current_dir(scratch.path(dir)).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

#[test]
fn workspaces_and_vendor_folders() {
    let work = [
        ("go.work", "go 1.27\n\nuse (\n\t./a\n\t./b\n)\n"),
        ("a/go.mod", "module example.com/a\n\ngo 1.27\n"),
        ("a/a.go", "package a\n\nimport \"example.com/b/p\"\n\nvar _ int = p.X\n"),
        ("b/go.mod", "module example.com/b\n\ngo 1.27\n"),
        ("b/p/p.go", "package p\n\nconst X = \"\"\n"),
    ];
    let want = "# example.com/a\na/a.go:5:13: cannot use p.X (untyped string constant \"\") as int value in variable declaration\n";
    fails("work", &work, "./a", want);
    let vendor = [
        ("go.mod", "module m\n\ngo 1.27\n\nrequire example.com/q v1.1.0\n"),
        ("vendor/modules.txt", "# example.com/q v1.0.0\n## explicit\nexample.com/q\n"),
        ("m.go", "package m\n"),
    ];
    let want = "\
go: inconsistent vendoring in DIR:
\texample.com/q@v1.1.0: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt
\texample.com/q@v1.0.0: is marked as explicit in vendor/modules.txt, but not explicitly required in go.mod

\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.
\tTo sync the vendor directory, run:
\t\tgo mod vendor
";
    fails("inconsistent", &vendor, ".", want);
    let bad = [("go.mod", "module m\n\nfrob x\n"), ("m.go", "package m\n")];
    fails("bad_go_mod", &bad, ".", "go: errors parsing go.mod:\ngo.mod:3: unknown directive: frob\n");
}

#[test]
fn usage_errors() {
    for args in [
        &["frobnicate"][..],
        &["check", "--nope"],
        &["build", "-o"],
        &["check", "--target", "plan9/vax"],
        &[],
    ] {
        let status = oxigo().args(args).output().unwrap().status;
        assert_eq!(status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn broken_surroundings() {
    let dir = Scratch::new("no_goroot");
    std::fs::write(dir.path("x.go"), "package main\n\nfunc main() {}\n").unwrap();
    let mut command = oxigo();
    command.args(["check", "x.go"]).current_dir(&dir.0).env_clear().env("GOROOT", dir.path("none"));
    let output = command.env("OXIGO_HOME", dir.path("home")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(
        text.starts_with("cannot find the standard library of go1.27: set GOROOT, or run ci/setup"),
        "{text}"
    );
    fails(
        "no_module_line",
        &[("go.mod", "go 1.27\n"), ("x.go", "package x\n")],
        ".",
        "go: error reading go.mod: missing module declaration. To specify the module path:\n\tgo mod edit -module=example.com/mod\n",
    );
    let later = [("go.mod", "module m\n\ngo 1.99\n"), ("x.go", "package x\n")];
    fails("later_go", &later, ".", "go: go.mod requires go >= 1.99 (oxigo compiles go1.27)\n");
    let nul = [MOD, ("x.go", "package x\n\nvar a\0 int\n")];
    fails("nul", &nul, ".", "# example.com/m\n./x.go:3:6: invalid NUL character\n");
}

#[test]
fn a_size_that_depends_on_an_error_elsewhere() {
    let files = [
        MOD,
        ("d/d.go", "package d\n\ntype T struct{ X missing }\n"),
        (
            "x.go",
            "package main\n\nimport \"example.com/m/d\"\n\ntype S struct{ A d.T }\n\nfunc main() { _ = S{} }\n",
        ),
    ];
    fails("size_of_error", &files, ".", "# example.com/m/d\nd/d.go:3:18: undefined: missing\n");
}
