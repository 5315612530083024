//! `ci/libclang` answers what bindgen would: which libclang can be loaded, if any. What is named like one is none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What `ci/libclang` finds in a folder that holds these files.
fn ask(name: &str, files: &[(&str, &Path)]) -> Result<String, String> {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("libclang-{name}"));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    for (name, original) in files {
        std::os::unix::fs::symlink(original, dir.join(name)).unwrap();
    }
    let command = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci/libclang");
    let out = Command::new(command).env("LIBCLANG_PATH", &dir).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().replace(dir.to_str().unwrap(), "DIR");
    if out.status.success() { Ok(text(&out.stdout)) } else { Err(text(&out.stderr)) }
}

/// The libclang that this crate was built with.
fn real() -> PathBuf {
    let out =
        Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci/libclang")).output().expect("it runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().into()
}

#[test]
fn only_what_loads_is_one() {
    let real = real();
    assert_eq!(ask("real", &[("libclang-19.so.1", &real)]).unwrap(), "DIR/libclang-19.so.1");
    // The library of clang's C++ API, which LLVM's packages have without the other one.
    assert!(ask("cpp", &[("libclang-cpp.so.14", &real)]).unwrap_err().contains("no libclang found"));
    assert!(ask("none", &[]).unwrap_err().contains("no libclang found"));
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let said = ask("text", &[("libclang.so", &text)]).unwrap_err();
    assert!(said.contains("DIR/libclang.so is not a libclang that can be loaded"), "{said}");
}

#[test]
fn the_highest_version_is_asked() {
    let real = real();
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let files = [("libclang.so", &*real), ("libclang-9.so.1", &text), ("libclang.so.14", &real)];
    assert_eq!(ask("highest", &files).unwrap(), "DIR/libclang.so.14");
    let files = [("libclang-14.so.1", &*real), ("libclang-19.so.19", &text)];
    assert!(ask("broken", &files).unwrap_err().starts_with("DIR/libclang-19.so.19"));
}
