//! The runtime compiles, without a warning, for every native architecture, on Linux and without a system. Names begin with the
//! GOARCH: `cargo nextest run -p oxigo-rt-core -E 'test(/^mips::/)'`.
//!
//! Only checked, not linked: what runs on the other architectures is `oxigo-rt-arch`'s matrix. An architecture whose tools are
//! missing is skipped, as in the matrix; with OXIGO_MATRIX=all it fails instead.

use reflect::arch::{ALL, Arch};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// The rustc that has core's sources beside it.
fn cross_rustc() -> String {
    env::var("OXIGO_CROSS_RUSTC").unwrap_or("/usr/bin/rustc".into())
}

fn checks(goarch: &str, bare: bool) {
    let a = Arch::by_name(goarch).unwrap();
    let native = a.tools.stock_core && !bare;
    let tools = Path::new(&cross_rustc()).exists()
        && Path::new("/usr/lib/rustlib/src").exists()
        && Path::new("/usr/bin/clang-19").exists();
    if !native && !tools {
        let wanted = "install clang-19 llvm-19 rustc-web rust-web-src";
        assert!(env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "{goarch}: {wanted}");
        eprintln!("{goarch}: not checked; {wanted}");
        return;
    }
    let target = if bare { a.tools.rust_target_bare } else { a.tools.rust_target };
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("targets");
    let mut flags: Vec<&str> = a.tools.rust_flags.to_vec();
    flags.push("-Dwarnings");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["check", "-q", "--lib", "--target", target, "--target-dir"])
        .arg(&dir)
        .args(bare.then_some("--features=bare"))
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .env(format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_")), flags.join(" "));
    if !native {
        cargo.env("RUSTC", cross_rustc()).env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=core");
    }
    // One at a time: they share what is built for the host.
    fs::create_dir_all(&dir).unwrap();
    let lock = fs::File::create(dir.join(".lock")).unwrap();
    lock.lock().unwrap();
    let out = cargo.stdin(Stdio::null()).output().unwrap();
    assert!(out.status.success(), "{goarch}: {}", String::from_utf8_lossy(&out.stderr));
}

macro_rules! targets {
    ($($module:ident $name:literal)*) => {
        $(mod $module {
            #[test]
            fn linux() {
                crate::checks($name, false);
            }
            #[test]
            fn none() {
                crate::checks($name, true);
            }
        })*
        const TARGETS: &[&str] = &[$($name),*];
    };
}

targets! {
    amd64 "amd64" i386 "386" arm "arm" arm64 "arm64" mips "mips" mipsle "mipsle" mips64 "mips64" mips64le "mips64le" ppc64 "ppc64"
    ppc64le "ppc64le" riscv64 "riscv64" s390x "s390x"
}

/// Every row but wasm's is checked.
#[test]
fn every_row() {
    let missing: Vec<_> =
        ALL.iter().map(|a| a.name).filter(|n| *n != "wasm" && !TARGETS.contains(n)).collect();
    assert!(missing.is_empty(), "not in targets!: {missing:?}");
}
