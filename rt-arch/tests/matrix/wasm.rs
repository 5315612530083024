//! wasm's column: the harness of its own, a WASI command, under Node.

use crate::cross::{self, have};
use crate::goarch;
use reflect::arch::Arch;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The files of rt-arch/wasm. There are no signals to enter; `cmem.S` is Rust's own.
const FILES: [&str; 10] = [
    "isa.h",
    "switch.S",
    "morestack.S",
    "spill.S",
    "call.S",
    "makefunc.S",
    "mem.S",
    "barrier.S",
    "misc.S",
    "entry.S",
];

/// Mutants: a file, text in it, and what is put in its place. With zero registers there is no row of registers to swap two
/// in and no store to drop from a spill; offsets, copies and rows there are.
const MUTANTS: [(&str, [&str; 3]); 8] = [
    ("a wrong frame offset: where results begin", ["call.S", "i32.load 36", "i32.load 32"]),
    (
        "a wrong frame offset: a stub's arguments",
        ["makefunc.S", "#define STUB_ARGS 48", "#define STUB_ARGS 40"],
    ),
    ("stack arguments not copied", ["call.S", "memory.copy 0, 0", "drop; drop; drop"]),
    ("stack not popped", ["call.S", "    i32.const 8\n    i32.add\n    SET_SP", "    SET_SP"]),
    ("the closure's pointer map not found", ["makefunc.S", "FL_REFLECT_STUB, 0, 0, 0, 0", "0, 0, 0, 0, 0"]),
    ("the context lost in morestack", ["morestack.S", "GET_CTXT", "i32.const 0"]),
    ("a frame's size wrong in its row", ["call.S", "N + RCM_END, CALL_ARGS", "N, CALL_ARGS"]),
    ("wasm's own stack unbounded", ["switch.S", "    call rt_raise_guard\n", "    drop\n"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("harness-wasm")
}

/// What is missing to run the column.
pub fn missing() -> Vec<&'static str> {
    let tools = [("node", "nodejs"), ("wasm-ld-19", "lld-19")];
    let mut out = cross::missing();
    out.extend(tools.iter().filter(|(tool, _)| !have(tool)).map(|(_, package)| *package));
    out
}

/// The files that are not there.
pub fn lacking() -> Vec<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("wasm");
    FILES.iter().filter(|f| !dir.join(f).exists()).map(|f| format!("wasm/{f}")).collect()
}

/// Builds the module.
fn build(a: &Arch, mutant: Option<&[&str; 3]>) -> PathBuf {
    let target = a.tools.rust_target;
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("harness-wasm");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root())
        .args(["build", "-q", "--release", "-j1", "--target", target, "--target-dir"])
        .arg(&dir)
        .args(cross::CORE)
        .env("RUSTC", cross::rustc())
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    match mutant {
        Some(m) => cargo.env("OXIGO_MUTATE", m.join("|")),
        None => cargo.env_remove("OXIGO_MUTATE"),
    };
    // One build at a time, and the module is linked before the next one overwrites the library.
    fs::create_dir_all(&dir).unwrap();
    let lock = fs::File::create(dir.join(".lock")).unwrap();
    lock.lock().unwrap();
    let out = cargo.output().unwrap();
    assert!(out.status.success(), "wasm: {}", String::from_utf8_lossy(&out.stderr));
    let module = dir.join(if mutant.is_some() { "mutant.wasm" } else { "proof.wasm" });
    let linked = Command::new("wasm-ld-19")
        .args([
            "--gc-sections",
            "-e",
            "_start",
            "--export=_start",
            "-z",
            "stack-size=262144",
            "--stack-first",
        ])
        .arg(dir.join(target).join("release/liboxigo_rt_arch_harness_wasm.a"))
        .arg("-o")
        .arg(&module)
        .output()
        .unwrap();
    assert!(linked.status.success(), "wasm: {}", String::from_utf8_lossy(&linked.stderr));
    module
}

/// Runs the module; whether it passed, and what it printed.
fn run(module: &Path, signatures: &str) -> (bool, String) {
    let seed = env::var("OXIGO_SEED").unwrap_or("12345".into());
    let out = Command::new("timeout")
        .args(["120", "node", "--no-warnings"])
        .arg(root().join("run.mjs"))
        .arg(module)
        .args([signatures, &seed])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let mut text = String::from_utf8_lossy(&out.stdout).trim().to_string();
    if !out.status.success() {
        text += &String::from_utf8_lossy(&out.stderr);
    }
    let summary = text.lines().last().is_some_and(|l| l.contains(" signatures ("));
    (summary && out.status.success(), text)
}

/// Whether the column runs here.
fn ready() -> bool {
    let missing = missing().join(" ");
    assert!(
        missing.is_empty() || env::var("OXIGO_MATRIX").as_deref() != Ok("all"),
        "wasm: install {missing}"
    );
    if !missing.is_empty() {
        eprintln!("wasm: not run; install {missing}");
    }
    missing.is_empty()
}

mod node {
    use super::*;

    #[test]
    fn proof() {
        if !ready() {
            return;
        }
        let signatures = env::var("OXIGO_SIGNATURES").unwrap_or("500".into());
        let (passed, text) = run(&build(goarch("wasm"), None), &signatures);
        println!("{text}");
        assert!(passed, "wasm: {text}");
    }

    #[test]
    fn mutants() {
        if !ready() {
            return;
        }
        for (what, mutant) in &MUTANTS {
            let (passed, text) = run(&build(goarch("wasm"), Some(mutant)), "200");
            assert!(!passed, "wasm: the proof does not notice: {what}");
            let said: String = text.lines().last().unwrap_or("no output").chars().take(100).collect();
            println!("wasm: noticed {what}: {said}");
        }
    }
}
