//! Assembles the test functions with the headers that rt-arch's build script printed.
use std::env;

fn main() {
    println!("cargo:rerun-if-changed=asm");
    println!("cargo:rerun-if-changed=../wasm");
    let mut cc = cc::Build::new();
    cc.include("../wasm").include(env::var("DEP_OXIGO_RT_ARCH_HEADERS").unwrap()).file("asm/wasm.S");
    cc.compiler(env::var("OXIGO_CLANG").unwrap_or("clang-19".into()))
        .archiver(env::var("OXIGO_LLVM_AR").unwrap_or("llvm-ar-19".into()))
        .no_default_flags(true)
        .flag(env::var("DEP_OXIGO_RT_ARCH_TARGET").unwrap());
    for f in env::var("DEP_OXIGO_RT_ARCH_FLAGS").unwrap().split_whitespace() {
        cc.flag(f);
    }
    cc.compile("harness");
}
