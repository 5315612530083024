//! What Go's own programs do for Oxigo: commands about sources and modules, not about code. They are those of the Go installation whose
//! library is compiled; nothing is looked for along `PATH`.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;

use super::Failure;
use crate::{goroot, scratch};

/// The commands that `go` itself carries out, and what they do.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    ("vet", "report what is likely wrong in packages"),
    ("fmt", "format packages' sources"),
    ("doc", "show documentation"),
    ("mod", "look after go.mod: tidy, verify, graph, download, vendor, edit, init, why"),
    ("work", "look after go.work"),
    ("get", "change what go.mod requires"),
    ("fix", "bring sources up to date"),
    ("generate", "run the commands of //go:generate lines"),
    ("tool", "run a tool of Go's"),
];

/// The `go` of the installation.
pub(super) fn go() -> Result<PathBuf, String> {
    let root = goroot::find()?;
    let go = root.join("bin/go");
    if go.is_file() { Ok(go) } else { Err(format!("no go program in {}", root.join("bin").display())) }
}

/// `go` with these arguments: this installation's, whatever `toolchain` lines say.
pub(super) fn command(args: &[&str]) -> Result<Command, String> {
    let go = go()?;
    let mut command = Command::new(&go);
    command.args(args).env("GOTOOLCHAIN", "local");
    command.env("GOROOT", go.parent().and_then(|bin| bin.parent()).expect("below the root"));
    Ok(command)
}

/// Runs a command of [`COMMANDS`]; its status is ours.
pub(super) fn run(name: &str, args: &[String]) -> Result<u8, Failure> {
    let all: Vec<&str> = std::iter::once(name).chain(args.iter().map(String::as_str)).collect();
    let refused = |e: String| Failure::build(format!("oxigo {name}: needs Go's own go command: {e}"));
    let mut command = command(&all).map_err(refused)?;
    let _foreground = scratch::foreground();
    let status = command.status().map_err(|e| refused(e.to_string()))?;
    Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)) as u8)
}
