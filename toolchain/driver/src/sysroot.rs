//! What comes with rustc. (The build script includes this file.)

use std::path::{Path, PathBuf};

/// The linker in a sysroot of rustc.
pub fn rust_lld(sysroot: &Path) -> Option<PathBuf> {
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    hosts.flatten().map(|h| h.path().join("bin/rust-lld")).find(|p| p.is_file())
}
