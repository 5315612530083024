//! Folders for intermediate files. Their names cannot be guessed and only their owner may enter them. None outlives the command:
//! they go when they are dropped, when the compiler panics, and before a signal ends it.

use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// What is to be removed, whatever happens.
static OPEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A program runs that the terminal's signals are for.
static FOREGROUND: AtomicBool = AtomicBool::new(false);

/// A number that others cannot foresee: each `RandomState` has keys that go back to the system's random numbers.
pub fn unguessable() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// A folder that is there as long as this value.
pub struct Scratch {
    dir: PathBuf,
    keep: bool,
}

impl Scratch {
    /// A new one; `keep`: leave it behind, and say where it is.
    pub fn new(purpose: &str, keep: bool) -> Result<Scratch, String> {
        static GUARDED: Once = Once::new();
        GUARDED.call_once(guard);
        // Made while the list is locked: a signal finds it there, or it does not come to be.
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = std::env::temp_dir().join(format!("oxigo-{purpose}-{:016x}", unguessable()));
        // Fails if anything has that name, a link to nowhere included.
        std::fs::DirBuilder::new().mode(0o700).create(&dir).map_err(|e| {
            format!("cannot create a temporary folder in {}: {e}", std::env::temp_dir().display())
        })?;
        if keep {
            eprintln!("WORK={}", dir.display());
        } else {
            open.push(dir.clone());
        }
        Ok(Scratch { dir, keep })
    }

    pub fn path(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            let _ = std::fs::remove_dir_all(&self.dir);
            OPEN.lock().unwrap_or_else(PoisonError::into_inner).retain(|d| *d != self.dir);
        }
    }
}

/// Removes all, for a process that is about to end: nothing can be made afterwards.
pub(crate) fn remove_all() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    for dir in open.iter() {
        let _ = std::fs::remove_dir_all(dir);
    }
    open
}

/// As long as the result lives, the terminal's interrupt and quit keys are for a program that we wait for.
pub fn foreground() -> impl Drop {
    struct Foreground;
    impl Drop for Foreground {
        fn drop(&mut self) {
            FOREGROUND.store(false, Ordering::Release);
        }
    }
    FOREGROUND.store(true, Ordering::Release);
    Foreground
}

/// The signals that end a process: the terminal's, also if whoever started us has them ignored (shells do so for what runs in the background, and
/// test programs would inherit that; the go command takes them likewise), and others unless they are to be ignored (as by `nohup`).
fn deadly() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let others = [SIGHUP, SIGTERM].into_iter().filter(|s| ignored >> (s - 1) & 1 == 0);
    [SIGINT, SIGQUIT].into_iter().chain(others).collect()
}

fn guard() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        drop(remove_all());
    }));
    let Ok(mut signals) = Signals::new(deadly()) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if FOREGROUND.load(Ordering::Acquire) && matches!(signal, SIGINT | SIGQUIT) {
                continue;
            }
            let _last = remove_all();
            let _ = emulate_default_handler(signal);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn private_and_gone() {
        let (a, b) = (Scratch::new("test", false).unwrap(), Scratch::new("test", false).unwrap());
        let path = a.path().to_path_buf();
        assert_ne!(path, b.path());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(!path.to_str().unwrap().contains(&std::process::id().to_string()));
        drop(a);
        assert!(!path.exists() && b.path().exists());
    }
}
