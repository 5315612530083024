//! Assembles the board's way in and its exceptions.
use std::env;

#[path = "src/list.rs"]
#[allow(dead_code, reason = "one number is of use here")]
mod list;

fn main() {
    println!("cargo:rerun-if-changed=src");
    if env::var_os("CARGO_FEATURE_BARE").is_none() {
        return;
    }
    let say = |name: &str| env::var(format!("DEP_OXIGO_RT_ARCH_{name}")).unwrap();
    let family = say("FAMILY");
    let mut cc = cc::Build::new();
    cc.file(format!("src/{family}/boot.S"))
        .compiler(env::var("OXIGO_CLANG").unwrap_or("clang-19".into()))
        .archiver(env::var("OXIGO_LLVM_AR").unwrap_or("llvm-ar-19".into()))
        .no_default_flags(true)
        .define("CORES", list::MOST_CORES.to_string().as_str())
        .flag(say("TARGET"))
        .flags(say("FLAGS").split_whitespace());
    cc.compile("oxigo_board");
}
