//! The runtime's archive: built by cargo when it is older than its sources, and kept under the workspace's target
//! directory.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::cli::Options;
use crate::commands::Target;
use crate::stamp;

/// The runtime's own list of its hooks; it stands alone.
#[path = "../../../rt-core/src/hooks/list.rs"]
#[allow(dead_code, reason = "the runtime's tests look at all of it")]
mod hooks;

/// The machines that there is a board for; it stands alone too.
#[path = "../../../rt-core/boards/src/list.rs"]
mod boards;
pub use boards::{BOARDS, CORES, FLAT_LINE, MOST_CORES, VIRTIO};

#[path = "../../../rt-arch/build/cross.rs"]
pub mod cross;

/// Link names of the Go functions that the runtime defines in Rust.
pub fn hook_names(target: &Target) -> FxHashSet<String> {
    let bare: &[_] = if target.is_bare() { hooks::BARE } else { &[] };
    hooks::HOOKS.iter().chain(bare).map(|(name, _)| name.to_string()).collect()
}

/// The crate whose static library is linked into every program, and what cargo calls that.
fn package(target: &Target) -> (&'static str, &'static str) {
    if target.is_bare() { ("oxigo-boards", "libboards.a") } else { ("oxigo-rt", "liboxigo_rt.a") }
}

/// Where the runtime's sources are: `$OXIGO_RUNTIME_SRC`, or the workspace that this command was built from.
pub fn workspace() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = std::env::var_os("OXIGO_RUNTIME_SRC").map_or(own, PathBuf::from);
    std::fs::canonicalize(dir).ok().filter(|d| d.join("rt-core").is_dir())
}

/// Whether Rust programs can be hosts of Go code there: the machine's folder has the call from a thread's stack.
pub fn has_host(target: &Target) -> bool {
    !target.is_bare()
        && workspace().is_some_and(|w| w.join("rt-arch").join(target.arch.family).join("gocall.S").is_file())
}

/// Folders whose files the archive depends on.
const SOURCES: &[&str] = &["reflect", "rt-arch", "rt-core", "Cargo.lock", "Cargo.toml"];

fn newest(path: &Path) -> Option<std::time::SystemTime> {
    let meta = std::fs::metadata(path).ok()?;
    if !meta.is_dir() {
        return meta.modified().ok();
    }
    let entries = std::fs::read_dir(path).ok()?;
    let paths = entries.flatten().map(|e| e.path()).filter(|p| !p.ends_with("target"));
    paths.filter_map(|p| newest(&p)).max()
}

/// Debian's packages that the machine's runtime is built with and that are not there.
pub fn missing(target: &Target) -> Vec<&'static str> {
    if target.builds_core() { cross::missing() } else { Vec::new() }
}

/// The archive for a target, built if need be.
pub fn find(target: &Target, options: &Options) -> Result<PathBuf, String> {
    let root =
        workspace().ok_or("cannot find the runtime's sources: set OXIGO_RUNTIME_SRC to Oxigo's workspace")?;
    let (package, archive) = package(target);
    // Directories of their own: cargo's lock on the main one may be held by whoever runs us.
    // What is not an absolute path means the workspace, as it does to cargo there, and never the user's folder.
    let out = root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into()));
    let archive =
        cross::directory(&out, target.arch, options.pie).join(target.triple()).join("release").join(archive);
    let modified = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
    let built = modified(&archive);
    let own = std::env::current_exe().ok().and_then(|exe| modified(&exe));
    if (built.is_none() || built > own) && stamp::of(&root).to_string() != env!("OXIGO_STAMP") {
        return Err(format!(
            "the runtime's sources in {} are not those that oxigo was built with: build oxigo again",
            root.display()
        ));
    }
    let changed = SOURCES.iter().filter_map(|s| newest(&root.join(s))).max();
    if built.is_some() && built >= changed {
        return Ok(archive);
    }
    let looked = std::time::SystemTime::now();
    // For whoever waits; what programs read stays the same, first time or not.
    if std::io::stderr().is_terminal() {
        eprintln!("oxigo: building the runtime for {target}");
    }
    let wanted = missing(target);
    if !wanted.is_empty() {
        return Err(format!(
            "the runtime for {target} is built with tools that are missing: install {}",
            wanted.join(" ")
        ));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = cross::cargo(cargo, "rustc", &out, target.arch, target.is_bare(), options.pie);
    cargo
        .current_dir(&root)
        .args(["--package", package, "--lib", "--crate-type", "staticlib"])
        .args(target.is_bare().then_some("--features=bare"))
        .args(options.pie.then_some("--features=pie"));
    if options.commands {
        eprintln!("{cargo:?}");
    }
    let output = cargo.output().map_err(|e| format!("cannot run cargo: {e}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        // The build script's own words, without cargo's frame around them.
        if let Some(line) = text.lines().find(|l| l.contains("libclang is missing")) {
            return Err(format!("building the runtime failed: {}", line.trim()));
        }
        return Err(format!("building the runtime failed:\n{text}"));
    }
    // Cargo leaves an up-to-date archive alone: remember when its sources were looked at. They may have changed since.
    if let Ok(file) = std::fs::File::options().append(true).open(&archive) {
        let _ = file.set_modified(looked);
    }
    Ok(archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nextest starts two samples of emulated machines at a time, whose runtimes are built in one directory each.
    #[test]
    fn nextest_knows_the_directories() {
        let text = std::fs::read_to_string(workspace().unwrap().join(".config/nextest.toml")).unwrap();
        for slot in ["0", "1"] {
            let (before, _) = text.split_once(&format!("test-group = \"emulated-{slot}\"")).unwrap();
            let filter = before.trim_end().lines().last().unwrap();
            let (_, list) = filter.rsplit_once("test(/^(").unwrap();
            let mut listed: Vec<&str> = list.split_once(")::/)").unwrap().0.split('|').collect();
            // Programs for Linux on this machine are no samples.
            let others =
                Target::all().filter(|t| t.to_string() != "linux/amd64" && cross::slot(t.arch) == slot);
            let mut wanted: Vec<&str> = others
                .map(|t| if t.to_string() == "none/amd64" { "amd64::none" } else { t.arch.name })
                .collect();
            listed.sort();
            wanted.sort();
            wanted.dedup();
            assert_eq!(listed, wanted, "emulated-{slot}");
        }
    }

    /// The columns of the assembly layer and programs' runtimes share Rust's libraries in a directory: those are built once if the profiles agree.
    #[test]
    fn release_profiles_agree() {
        let root = workspace().unwrap();
        let release = |file: &str| {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            let (_, rest) = text.split_once("[profile.release]\n").unwrap();
            rest.split_once("\n\n").unwrap().0.to_string()
        };
        assert_eq!(release("Cargo.toml"), release("rt-arch/harness/Cargo.toml"));
    }
}
