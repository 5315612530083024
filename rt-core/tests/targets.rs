//! The runtime compiles, without a warning, for every native architecture, on Linux and without a system, there with its board if it has
//! one. Names begin with the GOARCH: `cargo nextest run -p oxigo-rt-core -E 'test(/^mips::/)'`.
//!
//! Only checked, not linked: what runs on the other architectures is `oxigo-rt-arch`'s matrix. An architecture whose tools are
//! missing is skipped, as in the matrix; with OXIGO_MATRIX=all it fails instead.

use reflect::arch::{ALL, Arch};
use std::env;
use std::path::Path;
use std::process::Stdio;

#[path = "../boards/src/list.rs"]
mod boards;
#[allow(dead_code, reason = "the compiler uses other parts of it")]
#[path = "../../rt-arch/build/cross.rs"]
mod cross;

fn checks(goarch: &str, bare: bool) {
    let a = Arch::by_name(goarch).unwrap();
    let missing = if cross::builds_core(a, bare) { cross::missing() } else { Vec::new() }.join(" ");
    if !missing.is_empty() {
        assert!(env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "{goarch}: install {missing}");
        eprintln!("{goarch}: not checked; install {missing}");
        return;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let board = (bare && boards::BOARDS.contains(&goarch)).then(|| root.join("boards"));
    for package in [Some(root.to_path_buf()), board].into_iter().flatten() {
        let mut cargo = cross::cargo(env!("CARGO"), "check", target, a, bare, false);
        cargo.current_dir(package).args(["-j1", "--lib"]).args(bare.then_some("--features=bare"));
        let out = cargo.stdin(Stdio::null()).output().unwrap();
        // Warnings about a place in the sources count; to deny them would be other flags, and so another core.
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && !said.contains(" --> "), "{goarch}: {said}");
    }
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
