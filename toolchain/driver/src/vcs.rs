//! The state of the repository that a module is in, as builds are stamped with it. Only git is asked, only in folders of the user's
//! own, and none of what a repository can make it run (hooks, watchers, filters of contents) runs.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::time;

/// The rows of a stamp; none where there is no repository, or where it cannot be asked.
pub fn state(dir: &Path) -> Vec<(&'static str, String)> {
    repository(dir).and_then(|root| rows(&root)).unwrap_or_default()
}

/// The folder at or above `dir` with a repository, if both belong to who runs the command.
fn repository(dir: &Path) -> Option<PathBuf> {
    let own = std::fs::metadata("/proc/self").ok()?.uid();
    let root = dir.ancestors().find(|d| d.join(".git").exists())?;
    let is_own = |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|m| m.uid() == own);
    let git = root.join(".git");
    (is_own(root) && is_own(&git) && (!git.is_dir() || is_own(&git.join("config"))))
        .then(|| root.to_path_buf())
}

fn rows(root: &Path) -> Option<Vec<(&'static str, String)>> {
    let head = git(root, &["log", "-1", "--format=%H:%ct", "--no-show-signature"])?;
    let (revision, seconds) = head.trim().split_once(':')?;
    let modified = !git(root, &["status", "--porcelain", "--ignore-submodules=dirty"])?.is_empty();
    Some(vec![
        ("vcs", "git".into()),
        ("vcs.revision", revision.into()),
        ("vcs.time", time::seconds(seconds.parse().ok()?) + "Z"),
        ("vcs.modified", modified.to_string()),
    ])
}

/// What git prints; `None` if there is no git, or it fails. A repository whose settings name filters is not asked: git would run them.
fn git(root: &Path, args: &[&str]) -> Option<String> {
    // Found as Go's tools find programs: never in the current folder.
    let path = std::env::var_os("PATH")?;
    let program = std::env::split_paths(&path).filter(|d| d.is_absolute()).map(|d| d.join("git"));
    let program = program.into_iter().find(|p| p.is_file())?;
    let run = |args: &[&str]| {
        let mut command = Command::new(&program);
        command.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
        command.args(["-c", "core.untrackedCache=false"]).args(args);
        command.current_dir(root).env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").output().ok()
    };
    let filters =
        run(&["config", "--local", "--includes", "--get-regexp", r"^filter\..*\.(clean|process)$"])?;
    if filters.status.success() {
        return None;
    }
    let output = run(args)?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
