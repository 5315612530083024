//! Puts the overlay's Go files into the binary: a table of (package, file, text) for `replace` and for `patch`; and notes what
//! the runtime's sources are and where the linker is.

use std::fmt::Write;
use std::path::{Path, PathBuf};

#[path = "src/stamp.rs"]
mod stamp;
#[path = "src/sysroot.rs"]
mod sysroot;

fn go_files(dir: &Path, out: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", dir.display());
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            go_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "go") {
            println!("cargo::rerun-if-changed={}", path.display());
            out.push(path);
        }
    }
}

/// The linker that comes with the rustc that builds the command: it then needs no rustc.
fn rust_lld() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC")?;
    let output = std::process::Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    sysroot::rust_lld(Path::new(String::from_utf8_lossy(&output.stdout).trim()))
}

fn main() {
    // Asked of cargo now: a checkout may have been moved or copied since this script was compiled.
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let overlay = here.join("../overlay");
    let mut text = String::new();
    for (kind, name) in [("replace", "REPLACE"), ("patch", "PATCH")] {
        let root = overlay.join(kind);
        let mut files = Vec::new();
        go_files(&root, &mut files);
        files.sort();
        writeln!(text, "pub static {name}: &[(&str, &str, &str)] = &[").unwrap();
        for file in files {
            let relative = file.strip_prefix(&root).unwrap();
            let package = relative.parent().unwrap().to_str().unwrap().replace('\\', "/");
            let name = relative.file_name().unwrap().to_str().unwrap();
            writeln!(text, "    ({package:?}, {name:?}, include_str!({:?})),", file.to_str().unwrap())
                .unwrap();
        }
        text.push_str("];\n");
    }
    let workspace = here.join("../..");
    for shared in ["reflect/src", "rt-arch/include", "rt-core/src/hooks/list.rs"] {
        println!("cargo::rerun-if-changed={}", workspace.join(shared).display());
    }
    println!("cargo::rustc-env=OXIGO_RUST_LLD={}", rust_lld().unwrap_or_default().display());
    println!("cargo::rustc-env=OXIGO_STAMP={}", stamp::of(&workspace));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap()).join("overlay.rs");
    std::fs::write(out, text).unwrap();
}
