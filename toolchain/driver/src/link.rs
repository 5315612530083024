//! The final link: our object file and the runtime's archive, by the lld that comes with rustc.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::Options;
use crate::commands::Target;
use crate::embedded;
use crate::fips;
use crate::runtime_lib;
use crate::scratch::Scratch;
use crate::sysroot::rust_lld;

/// `$OXIGO_LINKER`, or `rust-lld` of the rustc that this command was built with, or of the one that there is now.
pub fn find_linker() -> Option<PathBuf> {
    if let Some(linker) = std::env::var_os("OXIGO_LINKER").filter(|l| !l.is_empty()) {
        return Some(linker.into());
    }
    let own = Path::new(env!("OXIGO_RUST_LLD"));
    if own.is_file() {
        return Some(own.into());
    }
    // Asked elsewhere than here: rustup would run the rustc that a file beside the user's sources names.
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).current_dir("/").output().ok()?;
    rust_lld(Path::new(String::from_utf8_lossy(&output.stdout).trim()))
}

/// How many bytes of a file decide what it is.
const MAGIC: u64 = 8;

/// How the files begin that a build may put another in the place of: executables, objects and archives.
const OBJECTS: &[&[u8]] = &[
    b"\x7fELF",
    b"!<arch>\n",
    b"<bigaf>\n",
    b"\0asm",
    // Mach-O
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    // PE
    b"MZ\x90\0\x03\0",
    b"MZ\x78\0\x01\0",
];

/// May a build write this file? As Go has it, a directory is not replaced, nor is a file that is no object.
pub fn check_output(output: &Path) -> Result<(), String> {
    let Ok(meta) = std::fs::metadata(output) else { return Ok(()) };
    let name = output.display().to_string();
    if meta.is_dir() {
        return Err(format!("build output {name:?} already exists and is a directory"));
    }
    if !meta.is_file() || meta.len() == 0 {
        return Ok(());
    }
    let mut start = Vec::new();
    let read = std::fs::File::open(output).and_then(|f| f.take(MAGIC).read_to_end(&mut start));
    if read.is_err() || !OBJECTS.iter().any(|magic| start.starts_with(magic)) {
        return Err(format!("build output {name:?} already exists and is not an object file"));
    }
    Ok(())
}

/// How debuggers and hosts walk over the runtime's frames: nothing in a program reads it. Its layout is the linker's own otherwise.
const WITHOUT_UNWINDING: &str = "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.gcc_except_table*) *(.ARM.exidx*) *(.comment) } } INSERT AFTER .bss;\n";

/// Low on all machines, as in Go's programs; for some the linker's own choice is 256 MiB. Addresses may have to be below 2 GiB.
const PLACED: &[&str] = &["-z", "norelro", "--image-base=0x200000"];

/// The kernel places it, and the runtime writes the addresses in and closes what holds them (`os/linux/relocate.rs`).
const PLACED_LATE: &[&str] = &["-pie", "--no-dynamic-linker", "-z", "text", "-z", "relro"];

/// What a program asks of its linking.
pub struct Needs {
    /// It opens sockets.
    pub sockets: bool,
    /// Its cryptographic module checks itself by a sum.
    pub checksum: bool,
}

/// Links an object (the bytes of a relocatable ELF file) with the runtime into a static executable.
pub fn link(
    target: &Target,
    options: &Options,
    object: &[u8],
    runtime: &Path,
    output: &Path,
    needs: &Needs,
) -> Result<(), String> {
    let linker = find_linker().ok_or("cannot find rust-lld beside rustc: set OXIGO_LINKER to an ld.lld")?;
    let scratch = Scratch::new("link", options.work)?;
    let object_file = scratch.path().join("go.o");
    // The linker puts a new file in the output's place: a device like /dev/null must not be replaced.
    let special = std::fs::metadata(output).is_ok_and(|m| !m.is_file() && !m.is_dir());
    let discarded = scratch.path().join("discarded");
    let output = if special { &discarded } else { output };
    std::fs::write(&object_file, object)
        .map_err(|e| format!("cannot write {}: {e}", object_file.display()))?;
    run_linker(&linker, target, options, &object_file, runtime, output, needs.sockets)?;
    if needs.checksum && !options.dry_run { fips::seal(output) } else { Ok(()) }
}

fn run_linker(
    linker: &Path,
    target: &Target,
    options: &Options,
    object: &Path,
    runtime: &Path,
    output: &Path,
    sockets: bool,
) -> Result<(), String> {
    let mut command = Command::new(linker);
    if linker.file_name().is_some_and(|n| n == "rust-lld") {
        command.args(["-flavor", "gnu"]);
    }
    command
        .args(["-m", target.arch.tools.lld_emulation, "-static", "--no-relax", "--build-id=none"])
        .args(if options.pie { PLACED_LATE } else { PLACED })
        // Unused parts of the runtime may go; tables that are only found by their bounds stay.
        .args(["--gc-sections", "-z", "nostart-stop-gc", "-z", "noexecstack", "--entry", "_start"]);
    if options.strip {
        command.arg("--strip-all");
    } else if options.no_debug_info {
        command.arg("--strip-debug");
    }
    let large_pages = target.arch.tools.large_pages && !target.is_bare();
    command.args(["-z", if large_pages { "max-page-size=65536" } else { "max-page-size=4096" }]);
    if target.is_bare() {
        let script = layout(target, object.parent().expect("in a folder"), sockets)?;
        command.arg("-T").arg(script);
    } else if options.strip || options.no_debug_info {
        let script = object.with_file_name("without.ld");
        std::fs::write(&script, WITHOUT_UNWINDING)
            .map_err(|e| format!("cannot write {}: {e}", script.display()))?;
        command.arg("-T").arg(script);
    }
    command.arg("-o").arg(output).arg(object).arg(runtime);
    if let Some(dir) = &options.embed_files {
        if !target.is_bare() {
            return Err(format!("--embed-files: programs for {target} have the system's files"));
        }
        // The linker's script finds it by its name.
        let files = object.with_file_name("oxigo.files");
        std::fs::write(&files, embedded::archive(dir)?)
            .map_err(|e| format!("cannot write {}: {e}", files.display()))?;
        command.arg("--format=binary").arg(files);
    }
    if options.commands {
        eprintln!("{command:?}");
    }
    if options.dry_run {
        return Ok(());
    }
    let result = command.output().map_err(|e| format!("cannot run {}: {e}", linker.display()))?;
    if !result.status.success() {
        return Err(format!("linking failed:\n{}", String::from_utf8_lossy(&result.stderr)));
    }
    Ok(())
}

/// The linker's script of a program without an operating system: where the machine loads it, and whether it brings a network.
fn layout(target: &Target, folder: &Path, sockets: bool) -> Result<PathBuf, String> {
    let root = runtime_lib::workspace().ok_or("cannot find the runtime's sources: set OXIGO_RUNTIME_SRC")?;
    let script = root.join("rt-arch/include/bare.ld.in");
    let text = std::fs::read_to_string(&script).map_err(|e| format!("{}: {e}", script.display()))?;
    let placed = folder.join("bare.ld");
    let base = format!("{:#x}", target.arch.tools.bare_base);
    let network = format!("oxigo_network = oxigo_network_{};", if sockets { "on" } else { "off" });
    std::fs::write(&placed, text.replace("@BASE@", &base).replace("@NETWORK@", &network))
        .map_err(|e| format!("{}: {e}", placed.display()))?;
    Ok(placed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_replaced() {
        let scratch = Scratch::new("test", false).unwrap();
        let path = scratch.path().join("f");
        assert_eq!(check_output(&path), Ok(()));
        let long = [b"\x7fELF".as_slice(), &[1; 100]].concat();
        let objects: [&[u8]; 5] = [b"", b"\x7fELF", &long, b"!<arch>\nx", b"\0asm\x01\0\0\0"];
        for bytes in objects {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(check_output(&path), Ok(()), "{bytes:?}");
        }
        let others: [&[u8]; 5] = [b"package main\n", b"#!/bin/sh\n", b"\x7fEL", b"MZ", b"\n"];
        for bytes in others {
            std::fs::write(&path, bytes).unwrap();
            let said = check_output(&path).unwrap_err();
            assert!(said.ends_with("f\" already exists and is not an object file"), "{said}");
        }
        let said = check_output(scratch.path()).unwrap_err();
        assert!(said.ends_with("already exists and is a directory"), "{said}");
    }
}
