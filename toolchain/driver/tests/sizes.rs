//! Executables of small programs are small: without symbols, for amd64, each at most so large.

mod support;

use support::{Scratch, oxigo};

/// Name, program, most bytes. A change that makes them smaller lowers the last.
const PROGRAMS: &[(&str, &str, u64)] = &[
    ("println", "package main\nfunc main() { println(\"hi\") }\n", 258_000),
    ("fmt", "package main\nimport \"fmt\"\nfunc main() { fmt.Println(\"hi\") }\n", 480_000),
    (
        "json",
        "package main\nimport (\"encoding/json\"; \"os\")\n\
         func main() { json.NewEncoder(os.Stdout).Encode(map[string]any{\"a\": 1}) }\n",
        1_450_000,
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
