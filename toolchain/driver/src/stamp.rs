//! What the compiler and the runtime must agree on, as a number: table formats, layouts, the list of hooks and the overlay. The build
//! script notes it in the command; a runtime from other sources is refused instead of linked. (The build script includes this file.)

use std::path::{Path, PathBuf};

const SHARED: &[&str] = &["reflect/src", "rt-arch/include", "rt-core/src/hooks/list.rs", "toolchain/overlay"];

fn files(path: &Path, out: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|e| files(&e.path(), out)),
        Err(_) => out.push(path.to_path_buf()),
    }
}

/// FNV-1a over the contents of the files, in the order of their paths.
pub fn of(workspace: &Path) -> u64 {
    let mut list = Vec::new();
    SHARED.iter().for_each(|s| files(&workspace.join(s), &mut list));
    list.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in list.iter().flat_map(|p| std::fs::read(p).unwrap_or_default()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    hash
}
