//! Executables of small programs are small: without symbols, for amd64, each at most so large.

mod support;

use support::{Scratch, oxigo};

/// Name, program, most bytes. A change that makes them smaller lowers the last.
const PROGRAMS: &[(&str, &str, u64)] = &[
    ("println", "package main\nfunc main() { println(\"hi\") }\n", 195_000),
    ("fmt", "package main\nimport \"fmt\"\nfunc main() { fmt.Println(\"hi\") }\n", 446_000),
    (
        "json",
        "package main\nimport (\"encoding/json\"; \"os\")\n\
         func main() { json.NewEncoder(os.Stdout).Encode(map[string]any{\"a\": 1}) }\n",
        1_385_000,
    ),
];

#[test]
fn small_programs_are_small() {
    let dir = Scratch::new("sizes");
    for (name, text, most) in PROGRAMS {
        std::fs::write(dir.path("p.go"), text).unwrap();
        let mut build = oxigo();
        build.current_dir(&dir.0).args([
            "build",
            "--ldflags",
            "-s -w",
            "--target",
            "linux/amd64",
            "-o",
            "p",
            "p.go",
        ]);
        let output = build.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let size = std::fs::metadata(dir.path("p")).unwrap().len();
        assert!(size <= *most, "{name}: {size} bytes, not at most {most}");
        // The bound means something.
        assert!(size > most - most / 8, "{name}: {size} bytes, far below {most}: lower the bound");
    }
}

/// What `oxigo build FLAGS` prints and whether it succeeded, for a program that calls fmt.Println and has a function that nothing calls.
fn told(flags: &[&str]) -> (String, bool) {
    let dir = Scratch::new(&format!("told{}", flags.len()));
    let text = "package main\nimport \"fmt\"\nfunc unused() {}\nvar f = unused\nfunc main() { fmt.Println(\"hi\") }\n";
    std::fs::write(dir.path("p.go"), text).unwrap();
    let output =
        oxigo().current_dir(&dir.0).arg("build").args(flags).args(["-o", "p", "p.go"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (text.into_owned(), output.status.success())
}

#[test]
fn sizes_and_reasons_are_told() {
    let (text, _) = told(&["--size"]);
    let bytes = |of: &str| -> Vec<u64> {
        let line =
            text.lines().find(|l| l.ends_with(&format!("  {of}"))).unwrap_or_else(|| panic!("{of}: {text}"));
        line.split_whitespace().map_while(|n| n.parse().ok()).collect()
    };
    let (all, fmt, types) = (bytes("all packages"), bytes("fmt"), bytes("type:"));
    assert!(all[0] > 100_000 && fmt[0] > 1000 && all[0] > fmt[0] && types[1] > 10_000, "{text}");
    assert!(bytes("names of functions and files")[0] > 1000);

    let (text, _) = told(&["--why", "fmt.Println"]);
    let want = "fmt.Println\n  is needed by main.main\n  which is where the program starts\n";
    // Once inlined, it is Fprintln that main needs.
    let inlined = told(&["--why", "fmt.Fprintln", "-e"]).0;
    assert!(text == want || inlined == want.replace("fmt.Println", "fmt.Fprintln"), "{text}{inlined}");

    let (text, built) = told(&["--why", "main.nothing", "-e", "-e"]);
    assert!(!built && text.contains("no package of the program mentions that symbol"), "{text}");
}
