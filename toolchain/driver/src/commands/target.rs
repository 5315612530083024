//! What programs are made for: which machine, what it needs here, and how a program for it is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use codegen::isa;
use reflect::arch::Arch;

use super::{Failure, OK, USAGE};
use crate::cli::Options;
use crate::{runtime_lib, variant};

/// Operating system and row of the architecture table.
pub struct Target {
    pub os: String,
    pub arch: &'static Arch,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.arch.name)
    }
}

/// The operating system that there are programs for.
const OS: &str = "linux";

/// The target that flags and environment name.
pub(super) fn target(options: &Options) -> Result<Target, Failure> {
    let env = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let text = options.target.clone().unwrap_or_else(|| {
        let os = env("GOOS").unwrap_or_else(|| OS.into());
        let arch = env("GOARCH").unwrap_or_else(|| Arch::host().name.into());
        format!("{os}/{arch}")
    });
    let unsupported = || Failure(USAGE, format!("not supported: target {text} (see 'oxigo targets')"));
    let (os, arch) = text.split_once('/').ok_or_else(unsupported)?;
    let machine = isa::offered().find(|m| m.row.name == arch).ok_or_else(unsupported)?;
    if os != OS {
        return Err(unsupported());
    }
    variant::check(arch, env).map_err(|e| Failure(USAGE, e))?;
    Ok(Target { os: os.into(), arch: machine.row })
}

/// `oxigo targets`: what can be compiled for, and what is missing here.
pub(super) fn list() -> u8 {
    for machine in isa::offered() {
        let arch = machine.row;
        let mut notes = runtime_lib::missing(arch);
        notes.extend(runner(arch).err());
        match notes.is_empty() {
            true => println!("{OS}/{}", arch.name),
            false => println!("{OS}/{} (to install: {})", arch.name, notes.join(" ")),
        }
    }
    OK
}

/// What starts the machine's programs here: `None`, they start by themselves. An error is what to install.
fn runner(arch: &Arch) -> Result<Option<PathBuf>, String> {
    if arch.name == Arch::host().name {
        return Ok(None);
    }
    let qemu = arch.tools.qemu_user;
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&paths).map(|dir| dir.join(qemu)).find(|p| p.is_absolute() && p.is_file());
    found.map(Some).ok_or_else(|| "qemu-user-static".into())
}

/// The command that starts a program for the target, without its arguments.
pub(super) fn starter(target: &Target, exe: &Path) -> Result<Command, Failure> {
    match runner(target.arch) {
        Ok(None) => Ok(Command::new(exe)),
        Ok(Some(qemu)) => {
            let mut command = Command::new(qemu);
            command.arg(exe);
            Ok(command)
        }
        Err(package) => {
            let qemu = target.arch.tools.qemu_user;
            Err(Failure::build(format!("oxigo: programs for {target} are run by {qemu}: install {package}")))
        }
    }
}
