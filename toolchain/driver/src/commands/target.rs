//! What programs are made for: which machine, what it needs here, and how a program for it is started.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use codegen::isa;
use reflect::arch::Arch;

use super::{Failure, OK, USAGE, machine};
use crate::cli::Options;
use crate::context::Context;
use crate::scratch::Scratch;
use crate::{runtime_lib, variant};

/// Operating system (`none`: there is none) and row of the architecture table.
#[derive(Clone, Copy)]
pub struct Target {
    pub os: &'static str,
    pub arch: &'static Arch,
}

impl Target {
    /// All that programs can be made for.
    pub fn all() -> impl Iterator<Item = Target> {
        let of = |os, arch| Target { os, arch };
        let linux = isa::offered().map(move |m| of(OS, m.row));
        let boards = isa::offered().filter(|m| runtime_lib::BOARDS.contains(&m.row.name));
        linux.chain(boards.map(move |m| of(BARE, m.row)))
    }

    /// Whether programs run without an operating system.
    pub fn is_bare(&self) -> bool {
        self.os == BARE
    }

    /// Rust's name for it.
    pub fn triple(&self) -> &'static str {
        runtime_lib::cross::triple(self.arch, self.is_bare())
    }

    /// Whether core has to be built for it: rustup has none.
    pub fn builds_core(&self) -> bool {
        runtime_lib::cross::builds_core(self.arch, self.is_bare())
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.arch.name)
    }
}

/// The operating system that there are programs for, and the name of its absence.
const OS: &str = "linux";
const BARE: &str = "none";

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// What flags and environment name, whether there are programs for it or not.
fn asked(options: &Options) -> String {
    options.target.clone().unwrap_or_else(|| {
        let os = env("GOOS").unwrap_or_else(|| OS.into());
        let arch = env("GOARCH").unwrap_or_else(|| Arch::host().name.into());
        format!("{os}/{arch}")
    })
}

/// What packages are told of for, where nothing is compiled: for any system and machine, files are chosen by their names.
pub(super) fn any(options: &Options) -> Result<(Target, Option<Context>), Failure> {
    let text = asked(options);
    match text.split_once('/').filter(|_| Target::all().all(|t| t.to_string() != text)) {
        None => Ok((target(options)?, None)),
        Some((os, arch)) => {
            let near = Target { os: OS, arch: Arch::by_name(arch).unwrap_or(Arch::host()) };
            Ok((near, Some(Context::new(os, arch, &options.tags))))
        }
    }
}

/// The target that flags and environment name.
pub(super) fn target(options: &Options) -> Result<Target, Failure> {
    let text = asked(options);
    let unsupported = || Failure(USAGE, format!("not supported: target {text} (see 'oxigo targets')"));
    let found = Target::all().find(|t| t.to_string() == text).ok_or_else(unsupported)?;
    variant::check(found.arch.name, env).map_err(|e| Failure(USAGE, e))?;
    if options.pie && (found.is_bare() || !found.arch.tools.pie) {
        return Err(Failure(USAGE, format!("-buildmode=pie not supported on {found}")));
    }
    Ok(found)
}

/// `oxigo targets`: what can be compiled for, and what is missing here.
pub(super) fn list() -> u8 {
    for target in Target::all() {
        let mut notes: Vec<_> = runtime_lib::missing(&target).iter().map(|p| p.to_string()).collect();
        notes.extend(runner(&target).err());
        match notes.is_empty() {
            true => println!("{target}"),
            false => println!("{target} (to install: {})", notes.join(" ")),
        }
    }
    OK
}

/// Whether this machine runs the target's programs without an emulator: they are for it, or its kernel takes them too.
pub fn runs_by_itself(target: &Target) -> bool {
    static KERNEL_TAKES: OnceLock<bool> = OnceLock::new();
    let (arch, host) = (target.arch, Arch::host().name);
    !target.is_bare()
        && (arch.name == host
            || arch.tools.kernel_of.is_some_and(|(kernel, code)| {
                kernel == host && *KERNEL_TAKES.get_or_init(|| kernel_takes(arch, code).unwrap_or(false))
            }))
}

/// Starts a program that consists of this code, which ends with status 0.
fn kernel_takes(arch: &Arch, code: &[u8]) -> Result<bool, String> {
    // An ELF file with words of 4 bytes: a header, a segment that is the whole file, the code.
    const HEADERS: u32 = 52 + 32;
    const BASE: u32 = 0x20_0000;
    let size = HEADERS + code.len() as u32;
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let half = |file: &mut Vec<u8>, all: &[u16]| all.iter().for_each(|n| file.extend(n.to_le_bytes()));
    let word = |file: &mut Vec<u8>, all: &[u32]| all.iter().for_each(|n| file.extend(n.to_le_bytes()));
    half(&mut file, &[2, arch.tools.elf_machine]);
    word(&mut file, &[1, BASE + HEADERS, 52, 0, 0]);
    half(&mut file, &[52, 32, 1, 40, 0, 0]);
    word(&mut file, &[1, 0, BASE, BASE, size, size, 5, 0x1000]);
    file.extend(code);
    let scratch = Scratch::new("kernel", false)?;
    let exe = scratch.path().join("probe");
    let written = std::fs::write(&exe, file)
        .and_then(|()| std::fs::set_permissions(&exe, std::fs::Permissions::from_mode(0o700)));
    written.map_err(|e| e.to_string())?;
    let status = Command::new(&exe).status();
    Ok(status.is_ok_and(|s| s.success()))
}

/// What starts the target's programs here: `None`, they start by themselves. An error is what to install.
pub(super) fn runner(target: &Target) -> Result<Option<PathBuf>, String> {
    let tools = &target.arch.tools;
    let (qemu, package) = match target.is_bare() {
        true => (tools.qemu_system[0], tools.qemu_system_package),
        false if runs_by_itself(target) => return Ok(None),
        false => (tools.qemu_user, "qemu-user-static"),
    };
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&paths).map(|dir| dir.join(qemu)).find(|p| p.is_absolute() && p.is_file());
    found.map(Some).ok_or_else(|| package.into())
}

/// The command that starts a program for the target.
pub fn starter(
    target: &Target,
    exe: &Path,
    args: &[String],
    env: &[(String, String)],
    network: Option<&str>,
) -> Result<Command, Failure> {
    let runner = runner(target).map_err(|package| {
        Failure::build(format!("oxigo: programs for {target} are run by an emulator: install {package}"))
    })?;
    let mut command = Command::new(runner.as_deref().unwrap_or(exe));
    if target.is_bare() {
        machine::describe(&mut command, target, exe, args, env, network)?;
        return Ok(command);
    }
    if network.is_some() {
        return Err(Failure::build(format!(
            "oxigo: --network: programs for {target} have the system's network"
        )));
    }
    command.args(runner.is_some().then_some(exe)).args(args).envs(env.iter().map(|(k, v)| (k, v)));
    Ok(command)
}
