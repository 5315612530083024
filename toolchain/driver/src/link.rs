//! The final link: our object file and the runtime's archive, by the lld that comes with rustc.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::cli::Options;
use crate::commands::Target;

/// A fresh directory for intermediate files.
pub fn temporary_dir(purpose: &str) -> Result<PathBuf, String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("oxigo-{purpose}-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&dir).map_err(|e| format!("cannot create {}: {e}", dir.display()))?;
    Ok(dir)
}

/// `$OXIGO_LINKER`, or `rust-lld` beside rustc.
pub fn find_linker() -> Option<PathBuf> {
    if let Some(linker) = std::env::var_os("OXIGO_LINKER").filter(|l| !l.is_empty()) {
        return Some(linker.into());
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    hosts.flatten().map(|h| h.path().join("bin/rust-lld")).find(|p| p.is_file())
}

/// Links an object (the bytes of a relocatable ELF file) with the runtime into a static executable.
pub fn link(
    target: &Target,
    options: &Options,
    object: &[u8],
    runtime: &Path,
    output: &Path,
) -> Result<(), String> {
    let linker = find_linker().ok_or("cannot find rust-lld beside rustc: set OXIGO_LINKER to an ld.lld")?;
    let dir = temporary_dir("link")?;
    let object_file = dir.join("go.o");
    // The linker puts a new file in the output's place: a device like /dev/null must not be replaced.
    let special = std::fs::metadata(output).is_ok_and(|m| !m.is_file() && !m.is_dir());
    let discarded = dir.join("discarded");
    let output = if special { &discarded } else { output };
    let result = std::fs::write(&object_file, object)
        .map_err(|e| format!("cannot write {}: {e}", object_file.display()))
        .and_then(|()| run_linker(&linker, target, options, &object_file, runtime, output));
    if options.work {
        eprintln!("WORK={}", dir.display());
    } else {
        let _ = std::fs::remove_dir_all(&dir);
    }
    result
}

fn run_linker(
    linker: &Path,
    target: &Target,
    options: &Options,
    object: &Path,
    runtime: &Path,
    output: &Path,
) -> Result<(), String> {
    let mut command = Command::new(linker);
    if linker.file_name().is_some_and(|n| n == "rust-lld") {
        command.args(["-flavor", "gnu"]);
    }
    command
        .args(["-m", target.arch.tools.lld_emulation, "-static", "--no-relax", "--build-id=none"])
        // Unused parts of the runtime may go; tables that are only found by their bounds stay.
        .args([
            "--gc-sections",
            "-z",
            "nostart-stop-gc",
            "-z",
            "noexecstack",
            "-z",
            "norelro",
            "--entry",
            "_start",
        ]);
    if options.strip {
        command.arg("--strip-all");
    } else if options.no_debug_info {
        command.arg("--strip-debug");
    }
    command.arg("-o").arg(output).arg(object).arg(runtime);
    if options.commands {
        eprintln!("{command:?}");
    }
    let result = command.output().map_err(|e| format!("cannot run {}: {e}", linker.display()))?;
    if !result.status.success() {
        return Err(format!("linking failed:\n{}", String::from_utf8_lossy(&result.stderr)));
    }
    Ok(())
}
