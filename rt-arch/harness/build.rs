//! Assembles the test functions with the headers that rt-arch's build script printed.
use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=asm");
    println!("cargo:rerun-if-changed=../include");
    let headers = PathBuf::from(env::var("DEP_OXIGO_RT_ARCH_HEADERS").unwrap());
    let family = env::var("DEP_OXIGO_RT_ARCH_FAMILY").unwrap();
    let mut cc = cc::Build::new();
    cc.include("../include").include(headers).flag("-Ulinux").flag("-Uunix").include(format!("../{family}"));
    let own = format!("asm/{family}.S");
    cc.file(if std::path::Path::new(&own).exists() { &own } else { "asm/generic.S" });
    println!("cargo:rerun-if-changed=../generic");
    let bare = env::var_os("CARGO_FEATURE_BARE").is_some();
    if bare {
        println!("cargo:rerun-if-changed=bare");
        cc.define("OXIGO_BARE", None).file(format!("bare/{family}.S"));
    }
    println!("cargo:rerun-if-env-changed=OXIGO_SIGNATURES");
    if family != "amd64" || bare {
        cc.compiler(env::var("OXIGO_CLANG").unwrap_or("clang-19".into()))
            .archiver(env::var("OXIGO_LLVM_AR").unwrap_or("llvm-ar-19".into()))
            .no_default_flags(true)
            .flag(env::var("DEP_OXIGO_RT_ARCH_TARGET").unwrap());
        for f in env::var("DEP_OXIGO_RT_ARCH_FLAGS").unwrap().split_whitespace() {
            cc.flag(f);
        }
    }
    cc.compile("harness");
}
