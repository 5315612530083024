//! Prints the repetitive assembly from reflect's table of architectures, turns layout.h into Rust constants, and
//! assembles the architecture's files.

use reflect::arch::{Arch, Reg};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The frame sizes of the reflectcall family: powers of two from 16 bytes to 1 GiB.
const CALL_SIZES: std::ops::RangeInclusive<u32> = 4..=30;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=include");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap());
    let arch = target_row();
    println!("cargo:rerun-if-changed={}", arch.family);

    let word = arch.ptr_size as u32;
    let regs_size = arch.reg_args().ptrs;
    fs::write(out.join("regs.h"), regs_header(arch, word, regs_size)).unwrap();
    let layout = fs::read_to_string("include/layout.h").unwrap();
    fs::write(out.join("layout.rs"), layout_constants(&layout, word, regs_size)).unwrap();

    let dir = Path::new(arch.family);
    if !dir.is_dir() {
        println!("cargo:warning=no assembly for {} yet", arch.name);
        return;
    }
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension() == Some("S".as_ref()))
        .collect();
    files.sort();
    if env::var_os("CARGO_FEATURE_MEM").is_none() {
        files.retain(|p| p.file_stem() != Some("cmem".as_ref()));
    }
    if env::var_os("CARGO_FEATURE_START").is_none() {
        files.retain(|p| p.file_stem() != Some("entry".as_ref()));
    }
    let mut cc = cc::Build::new();
    cc.include("include").include(dir).include(&out).flag("-Ulinux").flag("-Uunix").files(&files);
    if arch.name != "amd64" {
        // One clang assembles every other architecture; cc's own choice of flags does not fit all of them.
        cc.compiler(env::var("OXIGO_CLANG").unwrap_or("clang-19".into()))
            .archiver(env::var("OXIGO_LLVM_AR").unwrap_or("llvm-ar-19".into()))
            .no_default_flags(true)
            .flag(format!("--target={}", arch.tools.clang_target))
            .flags(arch.tools.clang_flags)
            .flags(["-g", "-ffreestanding", "-nostdinc"]);
    }
    cc.compile("oxigo_rt_arch");

    // For crates with assembly of their own (the test harness).
    println!("cargo:headers={}", out.display());
    println!("cargo:family={}", arch.family);
    println!("cargo:target=--target={}", arch.tools.clang_target);
    println!("cargo:flags={} -g -ffreestanding -nostdinc", arch.tools.clang_flags.join(" "));
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

/// `regs.h`: sizes, the spill and unspill sequences, and the list of call sizes.
fn regs_header(arch: &Arch, word: u32, regs_size: u32) -> String {
    let l = arch.reg_args();
    let mut s = format!(
        "/* Printed from the row of {}. */\n#define WORD {word}\n#define REGS_SIZE {regs_size}\n",
        arch.name
    );
    if arch.big_endian {
        s += "#define OXIGO_BIG_ENDIAN 1\n";
    }
    let (ni, nf) = (arch.int_args.len(), arch.float_args.len());
    let _ = writeln!(
        s,
        "#define NUM_INT_ARGS {ni}\n#define NUM_FLOAT_ARGS {nf}\n#define REGARGS_PTRS {}\n#define \
         REGARGS_RETURN_IS_PTR {}\n#define REGARGS_SIZE {}",
        l.ptrs, l.return_is_ptr, l.size
    );
    for (name, store) in [("SPILL_ARGS", true), ("UNSPILL_ARGS", false)] {
        let _ = write!(s, "\n/* Ints and Floats of the RegArgs at `base`. */\n#define {name}(base)");
        let ints =
            arch.int_args.iter().enumerate().map(|(i, r)| move_int(arch.family, r, i as u32 * word, store));
        let floats = arch
            .float_args
            .iter()
            .enumerate()
            .map(|(i, r)| move_float(arch.family, r, l.floats + 8 * i as u32, store));
        for line in ints.chain(floats) {
            let _ = write!(s, " \\\n    {line};");
        }
        s += "\n";
    }
    let _ = write!(s, "\n/* The reflectcall family. */\n#define CALL_SIZES(F)");
    for k in CALL_SIZES {
        let _ = write!(s, " \\\n    F({});", 1u32 << k);
    }
    s += "\n";
    s
}

/// One register to or from `base`, as the assembler of a family writes it. `base` is a macro parameter.
fn move_int(family: &str, r: &Reg, off: u32, store: bool) -> String {
    let (reg, pick) = (r.asm, |st: &'static str, ld: &'static str| if store { st } else { ld });
    match family {
        "amd64" if store => format!("movq %{reg}, {off}(base)"),
        "amd64" => format!("movq {off}(base), %{reg}"),
        "arm64" => format!("{} {reg}, [base, #{off}]", pick("str", "ldr")),
        "ppc64" => format!("{} {reg}, {off}(base)", pick("std", "ld")),
        "riscv64" => format!("{} {reg}, {off}(base)", pick("sd", "ld")),
        "s390x" => format!("{} %{reg}, {off}(base)", pick("stg", "lg")),
        other => panic!("{other} has no integer argument registers"),
    }
}

fn move_float(family: &str, r: &Reg, off: u32, store: bool) -> String {
    let (reg, pick) = (r.asm, |st: &'static str, ld: &'static str| if store { st } else { ld });
    match family {
        "amd64" if store => format!("movsd %{reg}, {off}(base)"),
        "amd64" => format!("movsd {off}(base), %{reg}"),
        "arm64" => format!("{} {reg}, [base, #{off}]", pick("str", "ldr")),
        "ppc64" => format!("{} {reg}, {off}(base)", pick("stfd", "lfd")),
        "riscv64" => format!("{} {reg}, {off}(base)", pick("fsd", "fld")),
        "s390x" => format!("{} %{reg}, {off}(base)", pick("std", "ld")),
        other => panic!("{other} has no float argument registers"),
    }
}

/// Rust constants from the `#define NAME expression` lines of layout.h.
fn layout_constants(header: &str, word: u32, regs_size: u32) -> String {
    let mut known = HashMap::from([("WORD".to_string(), word), ("REGS_SIZE".to_string(), regs_size)]);
    let mut out = String::new();
    for line in header.lines() {
        let Some((name, expr)) =
            line.strip_prefix("#define ").and_then(|l| l.split_once(char::is_whitespace))
        else {
            continue;
        };
        let value: u32 = expr
            .trim_matches(|c: char| c == '(' || c == ')' || c.is_whitespace())
            .split('+')
            .map(|sum| {
                sum.split('*')
                    .map(|f| match f.trim().parse() {
                        Ok(n) => n,
                        Err(_) => {
                            *known.get(f.trim()).unwrap_or_else(|| panic!("layout.h: {} in {name}", f.trim()))
                        }
                    })
                    .product::<u32>()
            })
            .sum();
        known.insert(name.to_string(), value);
        let _ = writeln!(out, "/// See layout.h.\npub const {name}: usize = {value};");
    }
    out
}
