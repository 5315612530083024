//! The module cache on disk, and `go.sum`, which says what must be in it.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::regular;

/// Upper-case letters are written `!x` in the module cache.
fn escape(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// `$GOMODCACHE`, or where the go command has it.
pub fn module_cache() -> PathBuf {
    let env = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    env("GOMODCACHE")
        .or_else(|| env("GOPATH").map(|p| p.join("pkg/mod")))
        .unwrap_or_else(|| env("HOME").unwrap_or_default().join("go/pkg/mod"))
}

/// The directory of a version of a module.
pub fn dir(path: &str, version: &str) -> PathBuf {
    module_cache().join(format!("{}@{}", escape(path), escape(version)))
}

fn download(path: &str, version: &str, kind: &str) -> PathBuf {
    let name = format!("cache/download/{}/@v/{}.{kind}", escape(path), escape(version));
    module_cache().join(name)
}

/// `go.mod` of a version whose files are not unpacked.
pub fn read_mod((path, version): (&str, &str)) -> Option<String> {
    regular::read_to_string(&download(path, version, "mod")).ok()
}

/// The hash that the go command wrote down when it unpacked a version.
pub fn sum(path: &str, version: &str) -> Option<String> {
    Some(regular::read_to_string(&download(path, version, "ziphash")).ok()?.trim().to_string())
}

/// The lines of `go.sum` files: hashes by module and version.
#[derive(Clone, Debug, Default)]
pub struct Sums(FxHashMap<(String, String), Vec<String>>);

impl Sums {
    /// Those of the main modules' folders.
    pub fn read<'a>(dirs: impl Iterator<Item = &'a PathBuf>) -> Sums {
        let mut sums = Sums::default();
        for text in dirs.filter_map(|d| regular::read_to_string(&d.join("go.sum")).ok()) {
            sums.add(&text);
        }
        sums
    }

    fn add(&mut self, text: &str) {
        for line in text.lines() {
            if let [path, version, hash] = line.split_whitespace().collect::<Vec<_>>()[..] {
                self.0.entry((path.into(), version.into())).or_default().push(hash.into());
            }
        }
    }

    /// Is the version that lies in `dir` the one that `go.sum` knows?
    pub fn verify(&self, path: &str, version: &str, dir: &Path) -> Result<(), String> {
        let Some(known) = self.0.get(&(path.to_string(), version.to_string())) else {
            return Err(format!(
                "missing go.sum entry for module providing package {path}; to add:\n\tgo mod download {path}"
            ));
        };
        // The go command wrote down the hash when it unpacked the module.
        let Some(hash) = sum(path, version) else { return Ok(()) };
        if !dir.is_dir() || known.contains(&hash) {
            return Ok(());
        }
        let want = known.first().map_or("", |k| k.as_str());
        Err(format!(
            "verifying {path}@{version}: checksum mismatch\n\tdownloaded: {hash}\n\tgo.sum:     {want}\n\nSECURITY ERROR\n\
             This download does NOT match an earlier download recorded in go.sum.\nThe bits may have been replaced on \
             the origin server, or an attacker may\nhave intercepted the download attempt.\n\nFor more information, see \
             'go help module-auth'."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped() {
        assert_eq!(escape("x/AbC"), "x/!ab!c");
    }

    #[test]
    fn sums() {
        let mut sums = Sums::default();
        sums.add("ex.com/q v1.0.0 h1:abc=\nex.com/q v1.0.0/go.mod h1:def=\nbroken line\n");
        assert_eq!(sums.verify("ex.com/q", "v1.0.0", Path::new("/nonexistent")), Ok(()));
        let text = sums.verify("ex.com/q", "v1.1.0", Path::new("/")).unwrap_err();
        assert!(text.starts_with("missing go.sum entry for module providing package ex.com/q;"), "{text}");
    }
}
