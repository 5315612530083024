//! How the runtime, and what proves it, is built for each machine: tools, flags, directories. Who builds does so by [`cargo`] and finds
//! there what others have built before, most of all the standard library's core, which takes longest: it is the same for all, since
//! profile (`release`), flags and directory are. It stands alone: the compiler's driver and the tests of rt-arch and rt-core have it as a
//! module.

use reflect::arch::{ALL, Arch};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Flags of cargo that build core along with the crates.
pub const CORE: [&str; 2] =
    ["-Zbuild-std=core,alloc,compiler_builtins", "-Zbuild-std-features=compiler-builtins-mem"];

/// Whether `program` can be started.
pub fn have(program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    program.contains('/') && Path::new(program).exists()
        || env::split_paths(&paths).any(|d| d.join(program).exists())
}

/// Where rustup has no core for a machine, it is built from the sources that this rustc has beside it.
pub fn rustc() -> String {
    env::var("OXIGO_CROSS_RUSTC").unwrap_or("/usr/bin/rustc".into())
}

/// Rust's name for a machine, with Linux or without a system.
pub fn triple(a: &Arch, bare: bool) -> &'static str {
    if bare { a.tools.rust_target_bare } else { a.tools.rust_target }
}

/// Whether core has to be built: rustup has none.
pub fn builds_core(a: &Arch, bare: bool) -> bool {
    bare || !a.tools.stock_core
}

/// Debian's packages that are missing to build core, and code that is linked with it.
pub fn missing() -> Vec<&'static str> {
    let rustc = rustc();
    let tools = [
        (have("clang-19"), "clang-19"),
        (have("llvm-ar-19"), "llvm-19"),
        (have(&rustc), "rustc-web"),
        (Path::new("/usr/lib/rustlib/src").exists(), "rust-web-src"),
    ];
    tools.into_iter().filter(|(there, _)| !there).map(|(_, package)| package).collect()
}

/// Which of two directories a machine has: cargo builds one thing at a time in each, and what is built for the host there, as bindgen, is
/// built once. Neighbours in the table, and in the order of test names, have different ones; `.config/nextest.toml` knows which machines these are.
pub fn slot(a: &Arch) -> &'static str {
    let at = ALL.iter().position(|b| b.name == a.name);
    if at.is_some_and(|at| at % 2 == 0) { "0" } else { "1" }
}

/// The machine's directory below cargo's, for position-independent code or not. With little memory all machines share one, and cargo's lock
/// lets one build run at a time.
pub fn directory(target: &Path, a: &Arch, pie: bool) -> PathBuf {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = info.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0u64);
    let out = target.join("oxigo-rt").join(if total < 6 << 20 { "0" } else { slot(a) });
    if pie { out.join("pie") } else { out }
}

/// `cargo VERB`, to be run in a workspace whose profile `release` has the main workspace's settings, but for packages of its own.
pub fn cargo(
    cargo: impl AsRef<std::ffi::OsStr>,
    verb: &str,
    target: &Path,
    a: &Arch,
    bare: bool,
    pie: bool,
) -> Command {
    let mut flags = vec!["-Cpanic=abort".to_string()];
    flags.extend(a.tools.rust_flags.iter().map(|f| f.to_string()));
    flags.push(format!("-Crelocation-model={}", if pie { "pic" } else { "static" }));
    let mut cargo = Command::new(cargo);
    cargo
        .args([verb, "--quiet", "--release", "--target", triple(a, bare), "--target-dir"])
        .arg(directory(target, a, pie))
        // Where final files are apart, what they are made from is not.
        .env("CARGO_BUILD_BUILD_DIR", directory(target, a, false))
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    if builds_core(a, bare) {
        cargo.env("RUSTC", rustc()).env("RUSTC_BOOTSTRAP", "1").args(CORE);
    }
    cargo
}
