//! The assembly layer on every architecture: builds rt-arch/harness for it, links it against the bare kernel and runs
//! it, natively or under qemu-user. Names begin with the GOARCH: `cargo nextest run -E 'test(/^arm64::/)'`.
//!
//! A column whose tools are missing says what to install and is skipped; with OXIGO_MATRIX=all it fails instead.
//! `columns` lists them all. OXIGO_SIGNATURES and OXIGO_SEED change the random signatures.
//!
//! Mutants: the build script, told so by OXIGO_MUTATE, breaks one line of the printed assembly. Each must turn its
//! column red, or the tests prove nothing.

use reflect::arch::{ALL, Arch};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("harness")
}

/// Whether `program` can be started.
fn have(program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    program.contains('/') && Path::new(program).exists()
        || env::split_paths(&paths).any(|d| d.join(program).exists())
}

/// The rustc that has core's sources beside it, for targets without a prebuilt core.
fn cross_rustc() -> String {
    env::var("OXIGO_CROSS_RUSTC").unwrap_or("/usr/bin/rustc".into())
}

/// What is missing to run an architecture's column.
fn missing(a: &Arch) -> Vec<&'static str> {
    let mut out = Vec::new();
    if a.tools.stock_core {
        return out;
    }
    if !have("clang-19") {
        out.push("clang-19");
    }
    if !have("ld.lld-19") {
        out.push("lld-19");
    }
    if !have("llvm-ar-19") {
        out.push("llvm-19");
    }
    if !have(a.tools.qemu_user) {
        out.push("qemu-user-static");
    }
    if !have(&cross_rustc()) || !Path::new("/usr/lib/rustlib/src").exists() {
        out.push("rustc-web rust-web-src");
    }
    out
}

fn goarch(name: &str) -> &'static Arch {
    Arch::by_name(name).unwrap()
}

/// Builds the harness for `a` and returns the program. `mutant` breaks the printed assembly.
fn build(a: &Arch, mutant: Option<&str>) -> PathBuf {
    let target = if a.tools.stock_core { a.tools.rust_target } else { a.tools.rust_target_bare };
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("harness");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root())
        .args(["build", "-q", "--release", "-j1", "--target", target, "--target-dir"])
        .arg(&dir)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    if !a.tools.stock_core {
        let key = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
        cargo
            .env("RUSTC", cross_rustc())
            .env("RUSTC_BOOTSTRAP", "1")
            .env(key, a.tools.rust_flags.join(" "))
            .args(["-Zbuild-std=core,alloc,compiler_builtins", "-Zbuild-std-features=compiler-builtins-mem"]);
    }
    match mutant {
        Some(m) => cargo.env("OXIGO_MUTATE", m),
        None => cargo.env_remove("OXIGO_MUTATE"),
    };
    // One build at a time, and the library is copied away before the next one overwrites it.
    fs::create_dir_all(&dir).unwrap();
    let lock = fs::File::create(dir.join(".lock")).unwrap();
    lock.lock().unwrap();
    let out = cargo.output().unwrap();
    assert!(out.status.success(), "{}: {}", a.name, String::from_utf8_lossy(&out.stderr));
    let lib = dir.join(target).join("release/liboxigo_rt_arch_harness.a");
    let exe = dir.join(format!("{}-{}", a.name, mutant.unwrap_or("proof")));
    let lld = if a.tools.stock_core {
        let sysroot =
            Command::new("rustc").args(["--print", "sysroot"]).current_dir(root()).output().unwrap();
        let sysroot = String::from_utf8(sysroot.stdout).unwrap();
        let mut c =
            Command::new(format!("{}/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld", sysroot.trim()));
        c.args(["-flavor", "gnu"]);
        c
    } else {
        Command::new("ld.lld-19")
    };
    let mut lld = lld;
    lld.args([
        "-m",
        a.tools.lld_emulation,
        "-static",
        "--gc-sections",
        "-e",
        "_start",
        "-z",
        "noexecstack",
        "-o",
    ]);
    let linked = lld.arg(&exe).arg(&lib).output().unwrap();
    assert!(linked.status.success(), "{}: {}", a.name, String::from_utf8_lossy(&linked.stderr));
    exe
}

fn run(a: &Arch, exe: &Path, signatures: &str) -> Output {
    let seed = env::var("OXIGO_SEED").unwrap_or("12345".into());
    let mut c = Command::new("timeout");
    c.arg("120");
    if !a.tools.stock_core {
        c.arg(a.tools.qemu_user);
    }
    c.arg(exe).args([signatures, &seed]).output().unwrap()
}

/// Whether the column runs here.
fn ready(a: &Arch) -> bool {
    let missing = missing(a);
    if missing.is_empty() {
        return true;
    }
    assert!(env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "{}: install {}", a.name, missing.join(" "));
    eprintln!("{}: not run; install {}", a.name, missing.join(" "));
    false
}

fn proof(name: &str) {
    let a = goarch(name);
    if !ready(a) {
        return;
    }
    let out = run(a, &build(a, None), &env::var("OXIGO_SIGNATURES").unwrap_or("500".into()));
    println!("{}", String::from_utf8_lossy(&out.stdout));
    assert!(out.status.success(), "{name}: {:?} {}", out.status, String::from_utf8_lossy(&out.stdout));
}

fn mutants(name: &str) {
    let a = goarch(name);
    if !ready(a) {
        return;
    }
    for m in ["swap", "drop", "offset"] {
        let out = run(a, &build(a, Some(m)), "200");
        assert!(!out.status.success(), "{name}: the proof does not notice mutant {m}");
        println!("{name}: mutant {m} noticed: {}", String::from_utf8_lossy(&out.stdout).trim());
    }
}

macro_rules! columns {
    ($($module:ident $name:literal)*) => {
        $(mod $module {
            mod linux {
                #[test]
                fn proof() {
                    crate::proof($name);
                }
                #[test]
                #[ignore = "slow; for the full profile"]
                fn mutants() {
                    crate::mutants($name);
                }
            }
        })*
        const COLUMNS: &[&str] = &[$($name),*];
    };
}

columns! {
    amd64 "amd64" i386 "386" arm "arm" arm64 "arm64" mips "mips" mipsle "mipsle" mips64 "mips64" mips64le "mips64le"
    ppc64 "ppc64" ppc64le "ppc64le" riscv64 "riscv64" s390x "s390x"
}

/// Every native row has its column and its files; says which columns run on this machine.
#[test]
fn columns() {
    const OWN: [&str; 2] = ["signal.S", "isa.h"];
    const ALL_FILES: [&str; 8] =
        ["switch.S", "morestack.S", "spill.S", "call.S", "makefunc.S", "mem.S", "misc.S", "entry.S"];
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lacking = Vec::new();
    for a in ALL.iter().filter(|a| a.family != "wasm") {
        assert!(COLUMNS.contains(&a.name), "{} has a row but no column", a.name);
        let native = a.link.is_none();
        for f in ALL_FILES.iter().chain(&OWN) {
            let own = dir.join(a.family).join(f).exists();
            let shared = !native && dir.join("generic").join(f).exists();
            if !own && !shared && !(native && *f == "isa.h") {
                lacking.push(format!("{}/{f}", a.family));
            }
        }
        match missing(a).as_slice() {
            [] => println!("{:9} runs here", a.name),
            m => println!("{:9} needs {}", a.name, m.join(" ")),
        }
    }
    assert!(lacking.is_empty(), "missing files: {}", lacking.join(" "));
}
