//! `vendor/modules.txt`: which packages are in a vendor folder, and of which module, in which language version, each is.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::Module;
use super::gomod::GoMod;
use super::version;

/// A vendor folder.
#[derive(Clone, Debug, Default)]
pub struct Vendor {
    pub dir: PathBuf,
    pub modules: Vec<Module>,
    /// By import path, the module's index.
    packages: FxHashMap<String, usize>,
    /// Modules whose requirement `go.mod` itself states.
    explicit: Vec<(String, Option<String>)>,
}

impl Vendor {
    /// Parses `modules.txt` of the folder `dir`.
    pub fn parse(dir: PathBuf, text: &str) -> Vendor {
        let mut vendor = Vendor { dir, ..Vendor::default() };
        for line in text.lines() {
            if let Some(notes) = line.strip_prefix("## ") {
                let Some(module) = vendor.modules.last_mut() else { continue };
                for note in notes.split(';').map(str::trim) {
                    if note == "explicit" {
                        vendor.explicit.push((module.path.clone(), module.version.clone()));
                    } else if let Some(go) = note.strip_prefix("go ") {
                        module.go_version = Some(version::language(go));
                    }
                }
            } else if let Some(header) = line.strip_prefix("# ") {
                let (path, rest) = header.split_once(' ').unwrap_or((header, ""));
                let (own, new) = rest.split_once("=>").map_or((rest, None), |(own, new)| (own, Some(new)));
                let own = own.trim();
                let replaced = new.map(|new| {
                    let (path, version) = new.trim().split_once(' ').unzip();
                    (path.unwrap_or(new.trim()).to_string(), version.map(String::from))
                });
                vendor.modules.push(Module {
                    path: path.into(),
                    version: (!own.is_empty()).then(|| own.into()),
                    dir: vendor.dir.join(path),
                    go_version: Some(version::OLDEST.into()),
                    main: false,
                    replaced,
                });
            } else if !line.is_empty() && !line.starts_with('#') && !vendor.modules.is_empty() {
                vendor.packages.insert(line.trim().into(), vendor.modules.len() - 1);
            }
        }
        vendor
    }

    /// The module and directory of a vendored package.
    pub fn find(&self, import: &str) -> Option<(&Module, PathBuf)> {
        let module = &self.modules[*self.packages.get(import)?];
        Some((module, self.dir.join(import)))
    }

    /// What `go.mod` and the folder say differently, in the go command's words.
    pub fn inconsistency(&self, file: &GoMod, root: &Path) -> Option<String> {
        // Older modules' folders say too little to tell.
        if file.go.as_deref().and_then(version::minor).is_none_or(|minor| minor < 14) {
            return None;
        }
        let mut lines = String::new();
        for (path, v) in &file.require {
            let listed = self.explicit.iter().find(|e| e.0 == *path);
            if listed.is_none_or(|e| e.1.as_deref().is_some_and(|l| l != v)) {
                lines.push_str(&format!(
                    "\n\t{path}@{v}: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt"
                ));
            }
        }
        for (path, v) in &self.explicit {
            let required = |r: &(String, String)| r.0 == *path && v.as_deref().is_none_or(|v| v == r.1);
            if !file.require.iter().any(required) && !file.replace.iter().any(|r| r.old == *path) {
                let v = v.as_deref().map(|v| format!("@{v}")).unwrap_or_default();
                lines.push_str(&format!(
                    "\n\t{path}{v}: is marked as explicit in vendor/modules.txt, but not explicitly required in go.mod"
                ));
            }
        }
        if lines.is_empty() {
            return None;
        }
        let help = "\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n\tTo sync the vendor directory, run:\n\t\tgo mod vendor";
        Some(format!("go: inconsistent vendoring in {}:{lines}\n\n{help}", root.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::gomod::parse;

    const TEXT: &str = "# ex.com/q v1.0.0\n## explicit; go 1.20\nex.com/q\nex.com/q/sub\n# ex.com/old v0.1.0 => ../old\nex.com/old\n";

    #[test]
    fn packages_and_versions() {
        let v = Vendor::parse("/m/vendor".into(), TEXT);
        let (module, dir) = v.find("ex.com/q/sub").unwrap();
        assert_eq!((module.path.as_str(), module.go_version.as_deref()), ("ex.com/q", Some("go1.20")));
        assert_eq!(dir, PathBuf::from("/m/vendor/ex.com/q/sub"));
        let (module, _) = v.find("ex.com/old").unwrap();
        assert_eq!(
            (module.version.as_deref(), module.go_version.as_deref()),
            (Some("v0.1.0"), Some("go1.16"))
        );
        assert!(v.find("ex.com").is_none());
    }

    #[test]
    fn consistency() {
        let v = Vendor::parse("/m/vendor".into(), TEXT);
        let problem = |text: &str| v.inconsistency(&parse(text, Path::new("")).0, Path::new("/m"));
        assert_eq!(problem("go 1.27\nrequire ex.com/q v1.0.0\n"), None);
        assert_eq!(problem("go 1.13\n"), None);
        let text = problem("go 1.27\nrequire ex.com/q v1.1.0\nrequire ex.com/z v1.0.0\n").unwrap();
        assert!(
            text.contains("ex.com/q@v1.1.0: is explicitly required") && text.contains("ex.com/z@v1.0.0: is")
        );
        assert!(problem("go 1.27\n").unwrap().contains("ex.com/q@v1.0.0: is marked as explicit"));
    }
}
