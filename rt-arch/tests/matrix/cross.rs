//! Rust for other machines: the tools, and builds that share what takes longest, the standard library's core. Who builds for a
//! machine does so by [`cargo`], with the same profile and flags in the same directory, and finds core there.

use reflect::arch::{ALL, Arch};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Whether `program` can be started.
pub fn have(program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    program.contains('/') && Path::new(program).exists()
        || env::split_paths(&paths).any(|d| d.join(program).exists())
}

/// The rustc that has core's sources beside it, for targets without a prebuilt core.
pub fn rustc() -> String {
    env::var("OXIGO_CROSS_RUSTC").unwrap_or("/usr/bin/rustc".into())
}

/// The packages that are missing to compile.
pub fn missing() -> Vec<&'static str> {
    let mut out = Vec::new();
    if !have("clang-19") {
        out.push("clang-19");
    }
    if !have("llvm-ar-19") {
        out.push("llvm-19");
    }
    if !have(&rustc()) || !Path::new("/usr/lib/rustlib/src").exists() {
        out.push("rustc-web rust-web-src");
    }
    out
}

/// Which of two build directories an architecture has: neighbours in the order of test names have different ones.
/// With little memory all share one, and its lock lets one build run at a time.
fn slot(a: &Arch) -> usize {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = info.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0u64);
    let name = |n: &str| format!("{}::", if n == "386" { "i386" } else { n });
    let before = ALL.iter().filter(|c| name(c.name) < name(a.name)).count();
    if total < 6 << 20 { 0 } else { before % 2 }
}

/// The directory, and its lock: one build at a time, which ends with what was built copied elsewhere.
pub fn directory(a: &Arch) -> (PathBuf, fs::File) {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("harness-{}", slot(a)));
    fs::create_dir_all(&dir).unwrap();
    let lock = fs::File::create(dir.join(".lock")).unwrap();
    lock.lock().unwrap();
    (dir, lock)
}

/// `cargo VERB` in the workspace at `root`, which has a profile `matrix`. `native`: by what every developer has, with the core of
/// the stock toolchain.
pub fn cargo(verb: &str, root: &Path, dir: &Path, a: &Arch, native: bool) -> Command {
    let target = if native { a.tools.rust_target } else { a.tools.rust_target_bare };
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root)
        .args([verb, "-q", "--profile", "matrix", "-j1", "--target", target, "--target-dir"])
        .arg(dir)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    if !native {
        let key = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
        cargo
            .env("RUSTC", rustc())
            .env("RUSTC_BOOTSTRAP", "1")
            .env(key, a.tools.rust_flags.join(" "))
            .args(["-Zbuild-std=core,alloc,compiler_builtins", "-Zbuild-std-features=compiler-builtins-mem"]);
    }
    cargo
}
