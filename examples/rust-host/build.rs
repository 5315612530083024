//! Compiles the Go package to an object, and links it.
use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=go");
    println!("cargo:rerun-if-env-changed=OXIGO");
    let object = PathBuf::from(env::var_os("OUT_DIR").unwrap()).join("go.o");
    let oxigo = env::var_os("OXIGO").unwrap_or_else(|| "oxigo".into());
    // Named by its path, as in the toolchain's tests, it may have changed as well.
    if std::path::Path::new(&oxigo).components().count() > 1 {
        println!("cargo:rerun-if-changed={}", oxigo.display());
    }
    let status =
        Command::new(&oxigo).args(["build", "--host-object", "-o"]).arg(&object).arg("./go").status();
    assert!(status.is_ok_and(|s| s.success()), "{oxigo:?} build failed: set OXIGO to the command");
    println!("cargo:rustc-link-arg={}", object.display());
    // The object is not position-independent, and its tables are found by their bounds only.
    println!("cargo:rustc-link-arg=-no-pie");
    println!("cargo:rustc-link-arg=-Wl,-z,nostart-stop-gc");
}
