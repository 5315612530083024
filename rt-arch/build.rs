//! Prints the repetitive assembly from reflect's table of architectures, turns layout.h into Rust constants, and
//! assembles the architecture's files.

use bindgen::callbacks::IntKind;
use reflect::arch::Arch;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code, reason = "the build script and its tests use different parts of it")]
#[path = "build/print.rs"]
mod print;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=include");
    println!("cargo:rerun-if-env-changed=OXIGO_MUTATE");
    println!("cargo:rerun-if-env-changed=LIBCLANG_PATH");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap());
    let arch = target_row();
    println!("cargo:rerun-if-changed={}", arch.family);
    println!("cargo:rerun-if-changed=generic");

    fs::write(out.join("regs.h"), print::regs_header(arch)).unwrap();
    fs::write(out.join("records.h"), print::records_header(arch)).unwrap();
    let constants = layout_constants(arch, &out);
    if arch.family == "wasm" {
        fs::write(out.join("layout_num.h"), numbers(&constants)).unwrap();
    }
    fs::write(out.join("layout.rs"), constants).unwrap();

    let dir = Path::new(arch.family);
    if !dir.is_dir() {
        println!("cargo:warning=no assembly for {} yet", arch.name);
        return;
    }
    let bare = env::var_os("CARGO_FEATURE_BARE").is_some();
    let files = print::files(arch, Path::new("."), bare, |feature| env::var_os(feature).is_some());
    let files: Vec<PathBuf> = files.into_iter().map(|f| mutated(&f, &out).unwrap_or(f)).collect();
    let mut cc = cc::Build::new();
    cc.include("include").include(dir).include(&out).flag("-Ulinux").flag("-Uunix").files(&files);
    if bare {
        cc.define("OXIGO_BARE", None);
    }
    if arch.name != "amd64" || bare {
        // One clang assembles every other architecture; cc's own choice of flags does not fit all of them.
        cc.compiler(env::var("OXIGO_CLANG").unwrap_or("clang-19".into()))
            .archiver(env::var("OXIGO_LLVM_AR").unwrap_or("llvm-ar-19".into()))
            .no_default_flags(true)
            .flag(format!("--target={}", arch.tools.clang_target))
            .flags(arch.tools.clang_flags)
            .flags(["-ffreestanding", "-nostdinc"]);
        // clang 19 has no debug information for wasm's assembly.
        cc.flags((arch.family != "wasm").then_some("-g"));
    }
    cc.compile("oxigo_rt_arch");

    // For crates with assembly of their own (the test harness).
    println!("cargo:headers={}", out.display());
    println!("cargo:family={}", arch.family);
    println!("cargo:target=--target={}", arch.tools.clang_target);
    let g = if arch.family == "wasm" { "" } else { "-g" };
    println!("cargo:flags={} {g} -ffreestanding -nostdinc", arch.tools.clang_flags.join(" "));
}

/// layout.h's constants without expressions, which the assembler for wasm does not take in instructions.
fn numbers(constants: &str) -> String {
    let define = |item: &str| {
        let (name, value) = item.trim().strip_prefix("pub const ")?.split_once(':')?;
        Some(format!(
            "#define {} {}\n",
            name.trim(),
            value.split_once('=')?.1.trim().trim_end_matches("usize")
        ))
    };
    constants.split(';').filter_map(define).collect()
}

/// A mutant of one file: OXIGO_MUTATE=file|text|other text. Where the assembly is not printed from registers, the tests
/// break it this way.
fn mutated(file: &Path, out: &Path) -> Option<PathBuf> {
    let mutation = env::var("OXIGO_MUTATE").ok()?;
    let mut parts = mutation.split('|');
    let (name, from, to) = (parts.next()?, parts.next()?, parts.next()?);
    if !file.ends_with(name) {
        return None;
    }
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from}", file.display());
    let mutant = out.join(Path::new(name).file_name()?);
    fs::write(&mutant, text.replacen(from, to, 1)).unwrap();
    Some(mutant)
}

/// The row of the target that cargo builds for.
fn target_row() -> &'static Arch {
    let machine = env::var("CARGO_CFG_TARGET_ARCH").unwrap();
    let big = env::var("CARGO_CFG_TARGET_ENDIAN").unwrap() == "big";
    let name = match (machine.as_str(), big) {
        ("x86_64", _) => "amd64",
        ("x86", _) => "386",
        ("aarch64", _) => "arm64",
        ("mips", true) => "mips",
        ("mips", false) => "mipsle",
        ("mips64", true) => "mips64",
        ("mips64", false) => "mips64le",
        ("powerpc64", true) => "ppc64",
        ("powerpc64", false) => "ppc64le",
        ("wasm32", _) => "wasm",
        (same, _) => same,
    };
    Arch::by_name(name).unwrap_or_else(|| panic!("no row for target architecture {machine}"))
}

/// Rust constants from the object-like macros of layout.h and of the printed regs.h, as clang reads them.
fn layout_constants(arch: &Arch, out: &Path) -> String {
    /// Every constant is an offset or a size.
    #[derive(Debug)]
    struct Sizes;
    impl bindgen::callbacks::ParseCallbacks for Sizes {
        fn int_macro(&self, _name: &str, _value: i64) -> Option<IntKind> {
            Some(IntKind::Custom { name: "usize", is_signed: false })
        }
    }
    if std::panic::catch_unwind(bindgen::clang_version).is_err() {
        eprintln!(
            "libclang is missing: bindgen reads rt-arch/include/layout.h with it. Run ci/setup, install Debian's \
             libclang1-19, or set LIBCLANG_PATH to the folder of another libclang"
        );
        std::process::exit(1);
    }
    let bindings = bindgen::builder()
        .header_contents("rust.h", "#include \"regs.h\"\n#include \"layout.h\"\n")
        .clang_args(["-I", out.to_str().unwrap(), "-Iinclude", "-nostdinc"])
        .clang_arg(format!("--target={}", arch.tools.clang_target))
        .clang_args(arch.tools.clang_flags)
        .blocklist_item("OXIGO_.*")
        .parse_callbacks(Box::new(Sizes))
        .formatter(bindgen::Formatter::None)
        .layout_tests(false)
        .generate();
    bindings.unwrap_or_else(|e| panic!("layout.h: {e}")).to_string()
}
