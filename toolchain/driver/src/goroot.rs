//! Finds the Go installation whose standard library is compiled: `$GOROOT`, what `go env GOROOT` says, or the pinned
//! one that `ci/setup` installs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The Go release that this compiler is made for.
pub const GO_VERSION: &str = "go1.27";
/// The release that `ci/setup` installs.
pub const PINNED: &str = "go1.27.3";

/// Where Oxigo keeps what it downloads and builds.
pub fn oxigo_home() -> PathBuf {
    if let Some(home) = std::env::var_os("OXIGO_HOME") {
        return home.into();
    }
    let data =
        std::env::var_os("XDG_DATA_HOME").filter(|d| !d.is_empty()).map(PathBuf::from).unwrap_or_else(|| {
            let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_else(|| "/".into());
            home.join(".local/share")
        });
    data.join("oxigo")
}

/// The release in a Go installation, from its VERSION file.
fn version(root: &Path) -> Option<String> {
    let text = std::fs::read_to_string(root.join("VERSION")).ok()?;
    Some(text.lines().next()?.trim().to_string())
}

fn fits(version: &str) -> bool {
    let rest = version.strip_prefix(GO_VERSION);
    rest.is_some_and(|r| !r.starts_with(|c: char| c.is_ascii_digit()))
}

/// The root directory, or why there is none.
pub fn find() -> Result<PathBuf, String> {
    let mut rejected = Vec::new();
    let mut consider = |root: PathBuf, origin: &str| -> Option<PathBuf> {
        match version(&root) {
            Some(v) if fits(&v) && root.join("src/fmt").is_dir() => Some(root),
            Some(v) => {
                rejected.push(format!("{} ({origin}) is {v}", root.display()));
                None
            }
            None => {
                rejected.push(format!("{} ({origin}) is no Go installation", root.display()));
                None
            }
        }
    };
    if let Some(root) = std::env::var_os("GOROOT").filter(|r| !r.is_empty())
        && let Some(root) = consider(root.into(), "$GOROOT")
    {
        return Ok(root);
    }
    let pinned = oxigo_home().join(PINNED);
    if pinned.is_dir()
        && let Some(root) = consider(pinned, "pinned")
    {
        return Ok(root);
    }
    // Asked elsewhere than here: a go.mod or go.work beside the user's sources names a Go to be downloaded and run.
    let mut go = Command::new("go");
    go.args(["env", "GOROOT"]).current_dir("/").env("GOTOOLCHAIN", "local");
    if let Ok(output) = go.output() {
        let root = String::from_utf8_lossy(&output.stdout).trim().to_string();
        if output.status.success()
            && !root.is_empty()
            && let Some(root) = consider(root.into(), "go env GOROOT")
        {
            return Ok(root);
        }
    }
    let mut message =
        format!("cannot find the standard library of {GO_VERSION}: set GOROOT, or run ci/setup");
    for r in rejected {
        message.push_str(&format!("\n\t{r}"));
    }
    Err(message)
}

/// `FILE:LINE` of the first instruction of goexit in the library's assembly; `trimmed`: without the library's folder.
pub fn goexit_place(root: &Path, goarch: &str, trimmed: bool) -> Option<String> {
    // One file may be for both byte orders.
    let both = format!("{}x", goarch.trim_end_matches("le"));
    [goarch, both.as_str()].into_iter().find_map(|name| {
        let name = format!("runtime/asm_{name}.s");
        let text = std::fs::read_to_string(root.join("src").join(&name)).ok()?;
        let line = text.lines().position(|l| l.starts_with("TEXT runtime·goexit(SB)"))? + 2;
        let file = if trimmed { name } else { root.join("src").join(name).display().to_string() };
        Some(format!("{file}:{line}"))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions() {
        for (v, want) in
            [("go1.27", true), ("go1.27.3", true), ("go1.27rc1", true), ("go1.270", false), ("go1.26", false)]
        {
            assert_eq!(super::fits(v), want, "{v}");
        }
    }
}
