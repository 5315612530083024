//! Debug information: LLVM finds no fault in it, addresses lead to Go's names, files and lines, gdb (where it is
//! installed) steps by lines and walks the stack, and `-s` and `-w` leave it out.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Scratch, oxigo};

const PROGRAM: &str = "package main

import \"os\"
var large bool
//go:noinline
func inner(n int) int {
\tif n > 3 {
\t\tlarge = true
\t}
\treturn n * 2
}

//go:noinline
func outer(n int) int {
\tx := inner(n)
\treturn x + 1
}

func main() {
\tprintln(outer(len(os.Args)))
}
";

/// Builds the program; the result is what was printed.
fn build(dir: &Scratch, flags: &[&str]) -> String {
    std::fs::write(dir.path("p.go"), PROGRAM).unwrap();
    let output =
        oxigo().current_dir(&dir.0).arg("build").args(flags).args(["-o", "p", "p.go"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}");
    text
}

/// Runs one of LLVM's tools.
fn llvm(tool: &str, args: &[&str], file: &Path) -> String {
    let names = [format!("{tool}-19"), tool.to_string()];
    let output = names.iter().find_map(|n| Command::new(n).args(args).arg(file).output().ok());
    let output =
        output.unwrap_or_else(|| panic!("{tool}-19 is missing: `ci/setup test` installs it (llvm-19)"));
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn llvm_verifies_the_object() {
    let dir = Scratch::new("dwarf_object");
    let said = build(&dir, &["--work"]);
    let work = said.lines().find_map(|l| l.strip_prefix("WORK=")).expect("--work names the folder");
    let object = PathBuf::from(work).join("go.o");
    let verified = llvm("llvm-dwarfdump", &["--verify"], &object);
    let lines = llvm("llvm-dwarfdump", &["--debug-line"], &object);
    let _ = std::fs::remove_dir_all(work);
    assert!(verified.contains("No errors."), "{verified}");
    assert!(lines.contains("p.go\""), "the line table lacks the file");
}

#[test]
fn addresses_have_names_and_lines() {
    let dir = Scratch::new("dwarf_lines");
    build(&dir, &[]);
    let symbols = llvm("llvm-nm", &[], &dir.path("p"));
    let address =
        symbols.lines().find_map(|l| l.strip_suffix(" main.outer")?.split(' ').next().map(String::from));
    let address = format!("0x{}", address.expect("main.outer has a symbol"));
    let place = llvm("llvm-symbolizer", &[&address, "--obj"], &dir.path("p"));
    assert!(place.starts_with("main.outer\n") && place.contains("p.go:14:"), "{place}");
}

#[test]
fn stripping_leaves_it_out() {
    let dir = Scratch::new("dwarf_strip");
    for flag in ["-s", "-w"] {
        build(&dir, &[flag]);
        let bytes = std::fs::read(dir.path("p")).unwrap();
        assert!(!bytes.windows(11).any(|w| w == b".debug_info"), "{flag} leaves debug information in");
    }
}

#[test]
fn gdb_steps_by_lines() {
    let dir = Scratch::new("dwarf_gdb");
    build(&dir, &[]);
    std::fs::write(
        dir.path("g"),
        "set pagination off\nset confirm off\nbreak main.inner\nrun\nbt\nnext\nfinish\nkill\nquit\n",
    )
    .unwrap();
    let gdb = Command::new("timeout")
        .args(["120", "gdb", "-q", "-batch", "-nx", "-x", "g", "./p"])
        .current_dir(&dir.0)
        .output();
    let text = gdb.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    // Absent, or not allowed to trace here.
    if !text.contains("hit Breakpoint 1") {
        eprintln!("skipped: gdb is not installed or cannot run programs here: {text}");
        return;
    }
    assert!(text.contains("main.inner () at ") && text.contains("p.go:7\n7\t\tif n > 3 {"), "{text}");
    assert!(text.contains(" in main.outer () at ") && text.contains("p.go:15\n"), "{text}");
    assert!(text.contains(" in main.main () at ") && text.contains("p.go:20\n"), "{text}");
    assert!(text.contains("\n10\t\treturn n * 2\n"), "{text}");
}
