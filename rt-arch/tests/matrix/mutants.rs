//! Assembly with one mistake, for every column: two registers exchanged in a printed row, a store left out of a spill, a load
//! from a wrong slot, a frame that the table of functions says to be a word larger than it is, and a write barrier that does not see
//! its buffer full. Each must turn the column red; the same assembly without a mistake, put together the same way, must not.
//!
//! Only the assembly is made anew: its objects stand before the harness's library on the linker's command line, so that
//! nothing is missing that the library's own assembly would be taken for.

use crate::print::{Mistake, files, mistaken_regs_header, records_header, regs_header};
use crate::{On, column, goarch, library, link, ready, run};
use reflect::arch::Arch;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A mistake, or none.
#[derive(Clone, Copy, Debug)]
enum Mutant {
    Control,
    Regs(Mistake),
    Frame,
    /// The write barrier does not see that its buffer is full.
    Barrier,
}

const MUTANTS: [(&str, Mutant); 6] = [
    ("control", Mutant::Control),
    ("swap", Mutant::Regs(Mistake::Swap)),
    ("drop", Mutant::Regs(Mistake::Drop)),
    ("offset", Mutant::Regs(Mistake::Offset)),
    ("frame", Mutant::Frame),
    ("barrier", Mutant::Barrier),
];

/// Runs all mutants of a column.
pub fn all(name: &str, on: On) {
    let a = goarch(name);
    if !ready(a, on) || !have_clang(a) {
        return;
    }
    let lib = library(a, on);
    let mut wrong = Vec::new();
    for (mutant_name, mutant) in MUTANTS {
        let dir =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mutants").join(column(a, on)).join(mutant_name);
        let objects = assemble(a, on, mutant, &dir);
        let exe = link(a, on, &lib, &objects, dir.join("proof"));
        let (passed, text) = run(a, on, &exe, "200", "60");
        let says = text.lines().last().unwrap_or("no output");
        println!("{}: mutant {mutant_name}: {}: {says}", column(a, on), if passed { "green" } else { "red" });
        if passed != matches!(mutant, Mutant::Control) {
            wrong.push(mutant_name);
        }
    }
    assert!(wrong.is_empty(), "{}: unexpected colour of {wrong:?}", column(a, on));
}

/// clang assembles the mutants of the native column too.
fn have_clang(a: &Arch) -> bool {
    let ok = crate::have("clang-19");
    assert!(ok || env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "{}: install clang-19", a.name);
    if !ok {
        eprintln!("{}: not run; install clang-19", a.name);
    }
    ok
}

/// The objects of an architecture's assembly with a mistake.
fn assemble(a: &Arch, on: On, mutant: Mutant, dir: &Path) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bare = on == On::None;
    fs::create_dir_all(dir).unwrap();
    let regs = match mutant {
        Mutant::Regs(m) => mistaken_regs_header(a, m),
        _ => regs_header(a),
    };
    assert!(
        !matches!(mutant, Mutant::Regs(_)) || regs != regs_header(a),
        "{}: no mistake in {mutant:?}",
        a.name
    );
    fs::write(dir.join("regs.h"), regs).unwrap();
    fs::write(dir.join("records.h"), records_header(a)).unwrap();
    let sources = files(a, root, bare, |f| f == "CARGO_FEATURE_MEM" || f == "CARGO_FEATURE_START" && !bare);
    let assemble = |source: PathBuf| {
        let name = source.file_name().unwrap().to_str().unwrap().to_string();
        let mut text = fs::read_to_string(&source).unwrap();
        if matches!(mutant, Mutant::Frame) && name == "call.S" {
            let frame = match a.family {
                "amd64" => "N + CALL_EXTRA",
                "386" => "F(N)",
                _ => "CALL_FRAME(N)",
            };
            let row = format!("END(runtime.call##N, {frame}");
            assert!(text.contains(&row), "{} has no {row}", source.display());
            text = text.replacen(&row, &format!("{row} + WORD"), 1);
        }
        if matches!(mutant, Mutant::Barrier) && name == "barrier.S" {
            let full = if a.link.is_some() { "    BGEU(A0, RCTX, 2f)\n" } else { "    jae 2f\n" };
            assert!(text.contains(full), "{} has no {full}", source.display());
            text = text.replacen(full, "", 1);
        }
        let (copy, object) = (dir.join(&name), dir.join(&name).with_extension("o"));
        fs::write(&copy, text).unwrap();
        let mut clang = Command::new("clang-19");
        clang.arg(format!("--target={}", a.tools.clang_target)).args(a.tools.clang_flags);
        clang.arg("-I").arg(dir).arg("-I").arg(root.join("include")).arg("-I").arg(root.join(a.family));
        clang.args(["-Ulinux", "-Uunix", "-ffreestanding", "-nostdinc"]).args(bare.then_some("-DOXIGO_BARE"));
        let out = clang.arg("-c").arg("-o").arg(&object).arg(&copy).output().unwrap();
        assert!(out.status.success(), "{}: {name}: {}", a.name, String::from_utf8_lossy(&out.stderr));
        object
    };
    sources.into_iter().map(assemble).collect()
}
