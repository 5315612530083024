//! `--embed-files DIR`: a folder becomes the file system of a program without an operating system. The archive is what
//! `rt-core/src/os/bare/files/tree.rs` unpacks: for each entry the length of its path (4 bytes), its mode (4), its size (8), all
//! little-endian, then path and contents; folders come before what is in them.

use std::fs;
use std::path::Path;

/// The mode of a folder.
const FOLDER: u32 = 0o40000;

/// The folder as an archive, in the order of names.
pub fn archive(dir: &Path) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    add(dir, "", &mut out)?;
    Ok(out)
}

fn add(dir: &Path, prefix: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let failed = |path: &Path, e: std::io::Error| format!("--embed-files: {}: {e}", path.display());
    let entries = fs::read_dir(dir).map_err(|e| failed(dir, e))?;
    let mut names = entries
        .map(|e| e.map(|e| e.file_name()).map_err(|e| failed(dir, e)))
        .collect::<Result<Vec<_>, _>>()?;
    names.sort();
    for name in names {
        let path = dir.join(&name);
        let name = name.to_str().ok_or_else(|| format!("--embed-files: {}: not UTF-8", path.display()))?;
        if name.len() > 255 {
            return Err(format!("--embed-files: {}: name too long", path.display()));
        }
        let inside = format!("{prefix}{name}");
        // What a link leads to is not followed: it may be anywhere.
        let kind = fs::symlink_metadata(&path).map_err(|e| failed(&path, e))?.file_type();
        if kind.is_dir() {
            entry(out, &inside, FOLDER | 0o755, &[]);
            add(&path, &format!("{inside}/"), out)?;
        } else if kind.is_file() {
            entry(out, &inside, 0o644, &fs::read(&path).map_err(|e| failed(&path, e))?);
        } else {
            return Err(format!("--embed-files: {}: not a file or folder", path.display()));
        }
    }
    Ok(())
}

fn entry(out: &mut Vec<u8>, path: &str, mode: u32, contents: &[u8]) {
    out.extend((path.len() as u32).to_le_bytes());
    out.extend(mode.to_le_bytes());
    out.extend((contents.len() as u64).to_le_bytes());
    out.extend(path.as_bytes());
    out.extend(contents);
}

/// Copies what tests expect in the folder that they run in: the package's own files, and its `testdata`.
pub fn copy_of_package(from: &Path, to: &Path) -> Result<(), String> {
    const DATA: &str = "testdata";
    let failed = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    let mut folders = vec![(from.to_path_buf(), to.to_path_buf())];
    while let Some((from, to)) = folders.pop() {
        fs::create_dir_all(&to).map_err(|e| failed(&to, e))?;
        for entry in fs::read_dir(&from).map_err(|e| failed(&from, e))? {
            let path = entry.map_err(|e| failed(&from, e))?.path();
            let name = path.file_name().expect("an entry has a name");
            let own = to.join(name);
            if path.is_file() {
                fs::copy(&path, &own).map_err(|e| failed(&path, e))?;
            } else if path.is_dir() && (name == DATA || to.components().any(|c| c.as_os_str() == DATA)) {
                folders.push((path, own));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn in_the_order_of_names() {
        let dir = Scratch::new("test", false).unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        fs::write(dir.path().join("b/c"), "see").unwrap();
        fs::write(dir.path().join("a"), "").unwrap();
        let mut want = Vec::new();
        entry(&mut want, "a", 0o644, b"");
        entry(&mut want, "b", FOLDER | 0o755, b"");
        entry(&mut want, "b/c", 0o644, b"see");
        assert_eq!(archive(dir.path()).unwrap(), want);
        std::os::unix::fs::symlink("a", dir.path().join("link")).unwrap();
        assert!(archive(dir.path()).unwrap_err().ends_with("link: not a file or folder"));
    }
}
