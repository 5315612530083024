//! `oxigo env` and `oxigo version`: our own variables and version, and what the installed Go says beside them.

use std::process::Command;

use super::target::{runner, target};
use super::{FAILED, Failure, OK, USAGE, forward};
use crate::cli::Options;
use crate::json::quote;
use crate::{cache, goroot, link, module, runtime_lib};

/// Variables that are not as Go's command has them, and our own.
fn own() -> Result<Vec<(&'static str, String)>, Failure> {
    let target = target(&Options::default())?;
    let cwd = std::env::current_dir().unwrap_or_default();
    let shown = |path: Option<std::path::PathBuf>| path.map(|p| p.display().to_string()).unwrap_or_default();
    Ok(vec![
        ("GOROOT", shown(goroot::find().ok())),
        ("GOOS", target.os.to_string()),
        ("GOARCH", target.arch.name.to_string()),
        // Outside of modules, as Go's command has it.
        ("GOMOD", shown(module::find_root(&cwd).map(|r| r.join("go.mod")).or(Some("/dev/null".into())))),
        ("CGO_ENABLED", "0".into()),
        ("OXIGO_CACHE", cache::folder().map_or("off".into(), |d| d.display().to_string())),
        ("OXIGO_HOME", goroot::oxigo_home().display().to_string()),
        ("OXIGO_OVERLAY", std::env::var("OXIGO_OVERLAY").unwrap_or_default()),
        ("OXIGO_RUNTIME_SRC", shown(runtime_lib::workspace())),
        ("OXIGO_LINKER", shown(link::find_linker())),
        // What the target's programs are started with here: empty, they start by themselves or nothing is installed.
        ("OXIGO_EMULATOR", shown(runner(&target).ok().flatten())),
    ])
}

/// What Go's command prints for these arguments.
fn gos(args: &[&str]) -> Result<String, Failure> {
    let failed = |e: String| Failure::build(format!("oxigo {}: needs Go's own go command: {e}", args[0]));
    let mut command: Command = forward::command(args).map_err(failed)?;
    let output = command.env("CGO_ENABLED", "0").output().map_err(|e| failed(e.to_string()))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Failure(
            output.status.code().unwrap_or(FAILED.into()) as u8,
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )),
    }
}

/// Runs `oxigo env`.
pub(super) fn env(args: &[String]) -> Result<u8, Failure> {
    let (flags, names): (Vec<&str>, Vec<&str>) =
        args.iter().map(String::as_str).partition(|a| a.starts_with('-'));
    let plain: Vec<&str> = flags.iter().map(|f| f.trim_start_matches('-')).collect();
    if plain.iter().any(|f| matches!(*f, "w" | "u" | "changed")) {
        return forward::run("env", args);
    }
    if let Some(other) = plain.iter().find(|f| **f != "json") {
        return Err(Failure(
            USAGE,
            format!("flag provided but not defined: -{other}\nRun 'oxigo help' for usage."),
        ));
    }
    let own = own()?;
    let mut rows: Vec<(String, String)> = Vec::new();
    if names.is_empty() {
        rows.extend(own.iter().map(|(name, value)| (name.to_string(), value.clone())));
        let theirs = gos(&["env"]).unwrap_or_default();
        let pairs = theirs.lines().filter_map(|l| l.split_once('='));
        let theirs = pairs.map(|(name, value)| (name.to_string(), value.trim_matches('\'').to_string()));
        rows.extend(theirs.filter(|(name, _)| own.iter().all(|o| o.0 != name)));
        rows.sort();
    }
    for name in names {
        let value = match own.iter().find(|o| o.0 == name) {
            Some((_, value)) => value.clone(),
            None => gos(&["env", name]).unwrap_or_default().trim_end_matches('\n').to_string(),
        };
        rows.push((name.to_string(), value));
    }
    if plain.contains(&"json") {
        let fields: Vec<String> =
            rows.iter().map(|(name, value)| format!("\t{}: {}", quote(name), quote(value))).collect();
        println!("{{\n{}\n}}", fields.join(",\n"));
    } else if args.is_empty() {
        rows.iter().for_each(|(name, value)| println!("{name}='{value}'"));
    } else {
        rows.iter().for_each(|(_, value)| println!("{value}"));
    }
    Ok(OK)
}

/// Runs `oxigo version`; of files, Go's command tells what they were made with.
pub(super) fn version(args: &[String]) -> Result<u8, Failure> {
    if !args.is_empty() {
        return forward::run("version", args);
    }
    let target = target(&Options::default())?;
    let go = goroot::find().ok().and_then(|root| std::fs::read_to_string(root.join("VERSION")).ok());
    let go = go.as_deref().and_then(|t| t.lines().next()).unwrap_or("(no Go library found)");
    // In the places where Go's command has them.
    println!("oxigo version {go} {target} (oxigo {})", env!("CARGO_PKG_VERSION"));
    Ok(OK)
}
