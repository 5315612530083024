//! The assembly layer on every architecture: builds rt-arch/harness for it and runs it, on Linux's bare kernel (natively or
//! under qemu-user) and on qemu's standard machines without an operating system; wasm's under Node. Names begin with the
//! GOARCH and the system: `cargo nextest run -E 'test(/^arm64::none::/)'`. `abi0` is a column without argument registers.
//!
//! A column whose tools are missing says what to install and is skipped; with OXIGO_MATRIX=all it fails instead.
//! `columns` lists them all. OXIGO_SIGNATURES and OXIGO_SEED change the random signatures.
//!
//! Mutants (matrix/mutants.rs): assembly with one mistake must turn its column red, or the tests prove nothing.
//!
//! Builds take most of the time, most of that the standard library's core, which both systems of an architecture share, and programs'
//! runtimes too ([`cross`]). Two builds run side by side, in directories of their own, if there is memory for it.

use cross::have;
use reflect::arch::{ALL, Arch};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

#[allow(dead_code, reason = "the compiler uses other parts of it")]
#[path = "../build/cross.rs"]
mod cross;
#[path = "matrix/mutants.rs"]
mod mutants;
#[allow(dead_code, reason = "the build script and its tests use different parts of it")]
#[path = "../build/print.rs"]
mod print;
#[path = "matrix/wasm.rs"]
mod wasm;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("harness")
}

/// Where a program runs.
#[derive(Clone, Copy, PartialEq)]
enum On {
    Linux,
    /// Linux, without argument registers: the ABI0 branches of `generic/`.
    Abi0,
    None,
}

/// Whether the program is built and run by what every developer has.
fn is_native(a: &Arch, on: On) -> bool {
    !cross::builds_core(a, on == On::None)
}

/// What is missing to run an architecture's column.
fn missing(a: &Arch, on: On) -> Vec<&'static str> {
    if is_native(a, on) {
        return Vec::new();
    }
    let mut out = cross::missing();
    if !have("ld.lld-19") {
        out.push("lld-19");
    }
    if on != On::None && !have(a.tools.qemu_user) {
        out.push("qemu-user-static");
    }
    if on == On::None && !have(a.tools.qemu_system[0]) {
        out.push(a.tools.qemu_system_package);
    }
    out
}

fn goarch(name: &str) -> &'static Arch {
    Arch::by_name(name).unwrap()
}

/// The name of files for a column.
fn column(a: &Arch, on: On) -> String {
    let system = match on {
        On::Linux => "linux",
        On::Abi0 => "abi0",
        On::None => "none",
    };
    format!("{}-{system}", a.name)
}

/// Builds the harness for `a` and returns its library.
fn library(a: &Arch, on: On) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let dir = cross::directory(target, a, false);
    fs::create_dir_all(&dir).unwrap();
    // All columns of a machine make the same file: one at a time, which ends with a copy.
    let lock = fs::File::create(dir.join(".lock")).unwrap();
    lock.lock().unwrap();
    let mut cargo = cross::cargo(env!("CARGO"), "build", target, a, on == On::None, false);
    let features: &[&str] = match on {
        On::Linux => &[],
        On::Abi0 => &["--features", "abi0"],
        On::None => &["--no-default-features", "--features", "bare"],
    };
    let out = cargo.current_dir(root()).arg("-j1").args(features).stdin(Stdio::null()).output().unwrap();
    assert!(out.status.success(), "{}: {}", a.name, String::from_utf8_lossy(&out.stderr));
    let built = dir.join(cross::triple(a, on == On::None)).join("release/liboxigo_rt_arch_harness.a");
    let lib = dir.join(format!("{}.a", column(a, on)));
    fs::copy(built, &lib).unwrap();
    lib
}

/// Links the library to the program `exe`. What `objects` define comes from there.
fn link(a: &Arch, on: On, lib: &Path, objects: &[PathBuf], exe: PathBuf) -> PathBuf {
    let native = is_native(a, on);
    let mut lld = if native {
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
    lld.arg(&exe).args(objects).arg(lib);
    if on == On::None {
        let script = exe.with_extension("ld");
        let text =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("include/bare.ld.in")).unwrap();
        let text = text.replace("@BASE@", &format!("{:#x}", a.tools.bare_base)).replace("@NETWORK@", "");
        fs::write(&script, text).unwrap();
        lld.args(["-z", "max-page-size=4096", "-T"]).arg(&script);
    }
    let linked = lld.output().unwrap();
    assert!(linked.status.success(), "{}: {}", a.name, String::from_utf8_lossy(&linked.stderr));
    if on == On::None && a.tools.bare_base == 0 {
        let flat = exe.with_extension("bin");
        let out =
            Command::new("llvm-objcopy-19").args(["-O", "binary"]).arg(&exe).arg(&flat).output().unwrap();
        assert!(out.status.success(), "{}: {}", a.name, String::from_utf8_lossy(&out.stderr));
        return flat;
    }
    exe
}

/// Runs the program; whether it passed, and what it printed.
fn run(a: &Arch, on: On, exe: &Path, signatures: &str, seconds: &str) -> (bool, String) {
    let seed = env::var("OXIGO_SEED").unwrap_or("12345".into());
    let mut c = Command::new("timeout");
    c.arg(seconds);
    if on != On::None {
        if !is_native(a, on) {
            c.arg(a.tools.qemu_user);
        }
        c.arg(exe).args([signatures, &seed]);
    } else {
        c.args(a.tools.qemu_system).arg(if a.tools.bare_base == 0 { "-bios" } else { "-kernel" }).arg(exe);
        c.args(["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot", "-nodefaults"]);
    }
    let out = c.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).trim().to_string();
    // Machines end in ways of their own; the last line on the console is the same everywhere.
    let summary = text.lines().last().is_some_and(|l| l.contains(" signatures ("));
    (summary && (on == On::None || out.status.success()), text)
}

/// Whether the column runs here.
fn ready(a: &Arch, on: On) -> bool {
    let missing = missing(a, on);
    if missing.is_empty() {
        return true;
    }
    assert!(env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "{}: install {}", a.name, missing.join(" "));
    eprintln!("{}: not run; install {}", a.name, missing.join(" "));
    false
}

fn proof(name: &str, on: On) {
    let a = goarch(name);
    if !ready(a, on) {
        return;
    }
    let signatures = env::var("OXIGO_SIGNATURES").unwrap_or("500".into());
    let start = Instant::now();
    let lib = library(a, on);
    let exe = link(a, on, &lib, &[], lib.with_extension("proof"));
    let built = start.elapsed();
    let (passed, text) = run(a, on, &exe, &signatures, "300");
    println!("{text}");
    println!("{name}: build {} s, run {} s", built.as_secs(), (start.elapsed() - built).as_secs());
    assert!(passed, "{name}: {text}");
}

macro_rules! columns {
    ($($module:ident $name:literal $(+ $abi0:ident)?)*) => {
        $(mod $module {
            mod linux {
                #[test]
                fn proof() {
                    crate::proof($name, crate::On::Linux);
                }
                $(#[test]
                fn $abi0() {
                    crate::proof($name, crate::On::Abi0);
                })?
                #[test]
                fn mutants() {
                    crate::mutants::all($name, crate::On::Linux);
                }
            }
            mod none {
                #[test]
                fn proof() {
                    crate::proof($name, crate::On::None);
                }
                #[test]
                fn mutants() {
                    crate::mutants::all($name, crate::On::None);
                }
            }
        })*
        const COLUMNS: &[&str] = &[$($name),*];
    };
}

columns! {
    amd64 "amd64" i386 "386" arm "arm" + abi0 arm64 "arm64" + abi0 mips "mips" + abi0 mipsle "mipsle" + abi0 mips64 "mips64" + abi0
    mips64le "mips64le" + abi0 ppc64 "ppc64" + abi0 ppc64le "ppc64le" + abi0 riscv64 "riscv64" + abi0 s390x "s390x" + abi0
}

/// What a row lacks to have a column: files, and the column itself.
fn lacking(a: &Arch) -> Vec<String> {
    const OWN: [&str; 2] = ["signal.S", "isa.h"];
    const ALL_FILES: [&str; 9] = [
        "switch.S",
        "morestack.S",
        "spill.S",
        "call.S",
        "makefunc.S",
        "mem.S",
        "barrier.S",
        "misc.S",
        "entry.S",
    ];
    if a.family == "wasm" {
        return wasm::lacking();
    }
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pushes = a.link.is_none();
    let found = |f: &str| {
        let own = dir.join(a.family).join(f).exists();
        let shared = !pushes && dir.join("generic").join(f).exists();
        let needless = pushes && f == "isa.h";
        own || shared || needless
    };
    let files =
        ALL_FILES.iter().chain(&OWN).filter(|f| !found(f)).map(|f| format!("rt-arch/{}/{f}", a.family));
    let bare = dir.join("harness/bare").join(format!("{}.S", a.family));
    let boot = (!bare.exists()).then(|| format!("rt-arch/harness/bare/{}.S", a.family));
    let column =
        (!COLUMNS.contains(&a.name)).then(|| format!("{} in rt-arch/tests/matrix.rs, columns!", a.name));
    files.chain(boot).chain(column).collect()
}

/// Every row has its column and its files; says which columns run on this machine, and what to install for the others.
#[test]
fn columns() {
    let mut missing_files = Vec::new();
    for a in &ALL {
        missing_files.extend(lacking(a));
        let systems = match a.family {
            "wasm" => vec![("node", wasm::missing())],
            _ => vec![("linux", missing(a, On::Linux)), ("none", missing(a, On::None))],
        };
        for (system, missing) in systems {
            match missing.as_slice() {
                [] => println!("{:9} {system:6} runs here", a.name),
                m => println!("{:9} {system:6} needs {}", a.name, m.join(" ")),
            }
        }
    }
    assert!(missing_files.is_empty(), "missing: {}", missing_files.join(", "));
}

/// A row without files and without a column is told what it lacks.
#[test]
fn columns_of_a_new_architecture() {
    let new = Arch { name: "loong64", family: "loong64", ..*goarch("riscv64") };
    let want =
        ["loong64/signal.S", "loong64/isa.h", "harness/bare/loong64.S", "loong64 in rt-arch/tests/matrix.rs"];
    let got = lacking(&new);
    assert!(got.len() == want.len() && want.iter().all(|w| got.iter().any(|g| g.contains(w))), "{got:?}");
    // Without a link register nothing is shared.
    let pushes = Arch { link: None, ..new };
    assert!(
        ["call.S", "morestack.S"].iter().all(|f| lacking(&pushes).contains(&format!("rt-arch/loong64/{f}")))
    );
}
