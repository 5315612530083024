//! A Rust program that links Go code (`examples/rust-host`): built with the command under test, and run also with a
//! collection at every chance and with moving stacks.

use std::path::Path;
use std::process::Command;

#[test]
fn example_prints_what_it_should() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/rust-host");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-host");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--jobs", "2", "--target-dir"])
        .arg(&target)
        .current_dir(&example)
        .env("OXIGO", env!("CARGO_BIN_EXE_oxigo"))
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let want = std::fs::read_to_string(example.join("expected.txt")).unwrap();
    for (name, value) in [
        ("OXIGO_NOTHING", "1"),
        ("GOMAXPROCS", "1"),
        ("GOGC", "1"),
        ("OXIGO_GCSTRESS", "1"),
        ("OXIGO_STACKSTRESS", "1"),
    ] {
        let run = Command::new("timeout")
            .arg("60")
            .arg(target.join("debug/rust-host"))
            .env(name, value)
            .output()
            .unwrap();
        let got = String::from_utf8_lossy(&run.stdout);
        let errors = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success() && got == want, "{name}={value}: {}\n{got}{errors}", run.status);
    }
}
