//! No architecture's name stands in code generation outside of the architectures' folders and the table in `isa/mod.rs`.
use std::fs;
use std::path::{Path, PathBuf};

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("the sources are there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Whether a line has this name as a word.
fn names(line: &str, name: &str) -> bool {
    line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == name)
}

#[test]
fn architectures_stand_in_their_folders_and_the_table() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    let mut seen = 0;
    let mut found = Vec::new();
    for path in all {
        let place = path.strip_prefix(&src).expect("it is inside").to_path_buf();
        let mut parts = place.components().map(|c| c.as_os_str().to_string_lossy().into_owned());
        let of_a_machine = parts.next().as_deref() == Some("isa")
            && parts
                .next()
                .is_some_and(|p| p == "mod.rs" || reflect::arch::ALL.iter().any(|a| a.family == p));
        if of_a_machine {
            seen += 1;
            continue;
        }
        let text = fs::read_to_string(&path).expect("it is text");
        for (n, line) in text.lines().enumerate() {
            for a in &reflect::arch::ALL {
                if names(line, a.name) || names(line, a.family) {
                    found.push(format!("{}:{}: {}: {}", place.display(), n + 1, a.name, line.trim()));
                }
            }
        }
    }
    assert!(seen > 5, "the machines' own files are somewhere else");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A folder has the same five files everywhere, and stays small. What two machines share may stand in a folder of its own.
#[test]
fn folders_have_the_same_files() {
    const SHARED: &str = "x86";
    let isa = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/isa");
    let folders = fs::read_dir(&isa).expect("the sources are there").map(|e| e.expect("an entry").path());
    let folders: Vec<PathBuf> = folders.filter(|p| p.is_dir()).collect();
    assert!(folders.len() > 5, "the machines' folders are somewhere else");
    for dir in folders {
        let family = dir.file_name().expect("it has one").to_string_lossy().into_owned();
        let main = fs::read_to_string(dir.join("mod.rs")).expect("each has a mod.rs");
        let shares = main.contains(&format!("super::{SHARED}::"));
        for file in ["mod", "regs", "inst", "rules", "encode", "frame"] {
            let here = dir.join(format!("{file}.rs")).is_file();
            let there = shares && isa.join(SHARED).join(format!("{file}.rs")).is_file();
            let not_shared = family == SHARED && matches!(file, "regs" | "frame");
            assert!(here || there || not_shared, "{family} lacks {file}.rs");
        }
        assert!(family == SHARED || reflect::arch::ALL.iter().any(|a| a.family == family), "{family}");
        let mut all = Vec::new();
        files(&dir, &mut all);
        let is_test = |p: &PathBuf| p.ends_with("tests.rs") || p.ends_with("encodings.rs");
        let lines = |p: &PathBuf| fs::read_to_string(p).expect("it is text").lines().count();
        let sum: usize = all.iter().filter(|p| !is_test(p)).map(lines).sum();
        assert!(sum <= 3500, "{family} has {sum} lines");
    }
}
