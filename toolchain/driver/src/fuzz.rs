//! `oxigo test -fuzz`: when it is possible, what is counted for the fuzzer, and where it keeps what it finds worth another try.

use std::path::PathBuf;

use types::table::PkgId;

use crate::cli::TestOptions;
use crate::commands::Target;
use crate::load::{Config, Place, Program};

/// What the fuzzer itself runs meanwhile, and what begins before anything can be counted: as Go's command and compiler have it.
const NOT_COUNTED: &[&str] = &[
    "context",
    "internal/abi",
    "internal/bytealg",
    "internal/byteorder",
    "internal/chacha8rand",
    "internal/coverage/rtcov",
    "internal/cpu",
    "internal/fuzz",
    "internal/goarch",
    "internal/godebug",
    "internal/godebugs",
    "internal/goexperiment",
    "internal/goos",
    "internal/profilerecord",
    "internal/strconv",
    "internal/stringslite",
    "internal/sync",
    "reflect",
    "runtime",
    "sync",
    "sync/atomic",
    "syscall",
    "testing",
    "time",
];

/// The packages whose code counts where control goes: those that the tests or the package import, however far away, but those above. What
/// only the program imports that starts the tests is the fuzzer's.
pub fn counted(program: &Program, ids: &[PkgId]) -> Vec<PkgId> {
    let mut reached = vec![false; program.packages.len()];
    program.roots[1..].iter().for_each(|&root| reached[root] = true);
    // Importers come after what they import.
    for (n, p) in program.packages.iter().enumerate().rev() {
        if reached[n] {
            p.imports.iter().for_each(|&(_, target)| reached[target] = true);
        }
    }
    let inside =
        |path: &str| NOT_COUNTED.binary_search(&path).is_ok() || path.starts_with("internal/runtime/");
    let packages = program.packages.iter().enumerate();
    packages.filter(|(n, p)| reached[*n] && !(p.std && inside(&p.path))).map(|(n, _)| ids[n]).collect()
}

/// Why these packages cannot be fuzzed with these flags, in the order in which Go's command asks.
pub fn refused(test: &TestOptions, config: &Config, target: &Target, places: &[Place]) -> Result<(), String> {
    if target.is_bare() {
        return Err(format!("-fuzz flag is not supported on {}/{}", target.os, target.arch.name));
    }
    let [place] = places else { return Err("cannot use -fuzz flag with multiple packages".into()) };
    if test.cover_profile.is_some() {
        return Err("cannot use -coverprofile flag with -fuzz flag".into());
    }
    if let Some(profile) = test.profile() {
        return Err(format!("cannot use -{profile} flag with -fuzz flag"));
    }
    // A failing input is written beside the package: that is no place of others.
    let module = config.modules.of_dir(&place.dir).filter(|_| place.files.is_none());
    let own = module.map_or(!place.std || config.modules.list.is_empty(), |m| m.main);
    match own {
        true => build_cache().map(|_| ()),
        false => Err("cannot use -fuzz flag on package outside the main module".into()),
    }
}

/// The folder of a package's inputs that found new ways.
pub fn cache(path: &str) -> Result<PathBuf, String> {
    Ok(build_cache()?.join("fuzz").join(path))
}

/// `GOCACHE`, as Go's command finds it.
fn build_cache() -> Result<PathBuf, String> {
    const UNDEFINED: &str = "build cache is required, but could not be located: GOCACHE is not defined and";
    match std::env::var_os("GOCACHE").filter(|v| !v.is_empty()) {
        Some(off) if off == "off" => {
            Err("build cache is disabled by GOCACHE=off, but required as of Go 1.12".into())
        }
        Some(dir) if PathBuf::from(&dir).is_absolute() => Ok(dir.into()),
        Some(_) => {
            Err("build cache is required, but could not be located: GOCACHE is not an absolute path".into())
        }
        None => {
            let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
            match (set("XDG_CACHE_HOME"), set("HOME")) {
                (Some(dir), _) if dir.is_absolute() => Ok(dir.join("go-build")),
                (Some(_), _) => Err(format!("{UNDEFINED} path in $XDG_CACHE_HOME is relative")),
                (None, Some(home)) => Ok(home.join(".cache/go-build")),
                (None, None) => Err(format!("{UNDEFINED} neither $XDG_CACHE_HOME nor $HOME are defined")),
            }
        }
    }
}
