//! Our Go files that stand in for GOROOT's. `replace/<package>` is the whole package; the declarations of
//! `patch/<package>` take the place of those with the same names, and others are added.
//!
//! The files are part of the binary. `$OXIGO_OVERLAY` names a directory of the same form to be used instead, while
//! one works on the runtime.

use std::path::{Path, PathBuf};

use reflect::arch::Arch;
use reflect::records::{RECORDS, go_source};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::*;
use syntax::walk::{Visitor, walk_decl};
use syntax::{Sym, names};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/overlay.rs"));
}

/// A Go file: name and text.
pub type Text = (String, Vec<u8>);

/// The files by package.
#[derive(Default)]
pub struct Overlay {
    replace: FxHashMap<String, Vec<Text>>,
    patch: FxHashMap<String, Vec<Text>>,
    /// What positions in these files begin with.
    pub prefix: String,
}

/// What Go code must know of the machine, from its row in reflect's table: package, file, text.
fn of_machine(arch: &Arch) -> [(&'static str, Text); 2] {
    let (ints, floats) = (arch.int_args.len(), arch.float_args.len());
    let abi = format!(
        "package abi\n\nconst (\n\tIntArgRegs = {ints}\n\tFloatArgRegs = {floats}\n\tEffectiveFloatRegSize = {}\n)\n",
        arch.float_size
    );
    let text = |name: &str, text: String| (name.to_string(), text.into_bytes());
    [("internal/abi", text("machine.go", abi)), ("runtime", text("records.go", go_source(&RECORDS, arch)))]
}

impl Overlay {
    pub fn load(arch: &Arch) -> Result<Overlay, String> {
        let mut overlay = match std::env::var_os("OXIGO_OVERLAY").filter(|d| !d.is_empty()) {
            Some(dir) => Overlay::from_dir(Path::new(&dir))?,
            None => Overlay::embedded(),
        };
        for (package, file) in of_machine(arch) {
            let replaced = overlay.replace.get_mut(package);
            let files = replaced.unwrap_or_else(|| overlay.patch.entry(package.into()).or_default());
            files.push(file);
        }
        Ok(overlay)
    }

    fn embedded() -> Overlay {
        let collect = |table: &[(&str, &str, &str)]| {
            let mut map: FxHashMap<String, Vec<Text>> = FxHashMap::default();
            for &(package, name, text) in table {
                map.entry(package.into()).or_default().push((name.into(), text.as_bytes().to_vec()));
            }
            map
        };
        let prefix = "oxigo/overlay".to_string();
        Overlay { replace: collect(embedded::REPLACE), patch: collect(embedded::PATCH), prefix }
    }

    fn from_dir(dir: &Path) -> Result<Overlay, String> {
        let mut overlay = Overlay { prefix: dir.display().to_string(), ..Overlay::default() };
        for (kind, map) in [("replace", &mut overlay.replace), ("patch", &mut overlay.patch)] {
            let root = dir.join(kind);
            let mut pending = vec![root.clone()];
            while let Some(dir) = pending.pop() {
                let Ok(entries) = std::fs::read_dir(&dir) else { continue };
                let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
                paths.sort();
                for path in paths {
                    if path.is_dir() {
                        pending.push(path);
                    } else if path.extension().is_some_and(|e| e == "go") {
                        let package = dir.strip_prefix(&root).unwrap_or(&dir).to_string_lossy().to_string();
                        let name = path.file_name().unwrap_or_default().to_string_lossy().to_string();
                        let text = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                        map.entry(package).or_default().push((name, text));
                    }
                }
            }
        }
        Ok(overlay)
    }

    /// The files that are the package, if it is replaced.
    pub fn replacement(&self, package: &str) -> Option<&[Text]> {
        self.replace.get(package).map(Vec::as_slice)
    }

    /// The files that patch the package.
    pub fn patches(&self, package: &str) -> &[Text] {
        self.patch.get(package).map_or(&[], Vec::as_slice)
    }
}

/// The key under which a function or method is replaced.
fn func_key(f: &FuncDecl) -> String {
    let Some(recv) = &f.recv else { return f.name.name.to_string() };
    let mut ty = recv.ty.unparen();
    loop {
        ty = match &ty.kind {
            ExprKind::Star(x) | ExprKind::Index { x, .. } => x.unparen(),
            ExprKind::Ident(name) => return format!("{name}.{}", f.name.name),
            _ => return String::new(),
        };
    }
}

/// The names that a file declares; `init` and `_` replace nothing.
fn declared(file: &File) -> impl Iterator<Item = String> + '_ {
    let names = file.decls.iter().flat_map(|d| -> Vec<String> {
        match d {
            Decl::Import(_) => Vec::new(),
            Decl::Const(g) => g.specs.iter().flat_map(|s| &s.names).map(|n| n.name.to_string()).collect(),
            Decl::Type(t) => vec![t.name.name.to_string()],
            Decl::Var(v) => v.names.iter().map(|n| n.name.to_string()).collect(),
            Decl::Func(f) => vec![func_key(f)],
        }
    });
    names.filter(|n| n != "_" && n != "init")
}

/// Takes from the files of a package what its patches declare anew, and blanks imports that are unused then.
pub fn apply_patches(originals: &mut [File], patches: &[File]) {
    let replaced: FxHashSet<String> = patches.iter().flat_map(declared).collect();
    if replaced.is_empty() {
        return;
    }
    let is_replaced = |n: &Ident| replaced.contains(n.name.as_str());
    for file in originals {
        let mut changed = false;
        file.decls.retain_mut(|d| match d {
            Decl::Import(_) => true,
            Decl::Func(f) => {
                let keep = !replaced.contains(&func_key(f));
                changed |= !keep;
                keep
            }
            Decl::Type(t) => {
                let keep = !is_replaced(&t.name);
                changed |= !keep;
                keep
            }
            Decl::Var(v) => {
                let gone = v.names.iter().filter(|n| is_replaced(n)).count();
                changed |= gone > 0;
                blank(&mut v.names, &is_replaced);
                gone < v.names.len()
            }
            Decl::Const(g) => {
                for spec in &mut g.specs {
                    changed |= spec.names.iter().any(is_replaced);
                    blank(&mut spec.names, &is_replaced);
                }
                true
            }
        });
        if changed {
            blank_unused_imports(file);
        }
    }
}

fn blank(names: &mut [Ident], is_replaced: &dyn Fn(&Ident) -> bool) {
    for n in names {
        if is_replaced(n) {
            n.name = names::BLANK;
        }
    }
}

fn blank_unused_imports(file: &mut File) {
    struct Uses(FxHashSet<Sym>);
    impl Visitor for Uses {
        fn expr(&mut self, x: &Expr) -> bool {
            if let ExprKind::Selector { x, .. } = &x.kind {
                self.0.extend(x.as_ident());
            }
            true
        }
    }
    let mut uses = Uses(FxHashSet::default());
    for d in &file.decls {
        walk_decl(&mut uses, d);
    }
    for d in &mut file.decls {
        let Decl::Import(import) = d else { continue };
        let local = match &import.name {
            Some(name) => name.name,
            None => Sym::new(default_name(import.path.as_str())),
        };
        if local == names::DOT || local.is_blank() || uses.0.contains(&local) {
            continue;
        }
        let (id, pos) = (import.id, import.pos);
        import.name = Some(Ident { id, pos, name: names::BLANK });
    }
}

/// The name of a package of the standard library, by its path.
fn default_name(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or(path);
    let is_version =
        last.strip_prefix('v').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()) && !n.is_empty());
    if is_version { parts.next().unwrap_or(last) } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::print::expr_string;
    use syntax::{Options, parse, pos::add_file};

    fn file(text: &str) -> File {
        let (file, errors) = parse(add_file("o.go", text.as_bytes().to_vec()), Options::default());
        assert!(errors.is_empty(), "{errors:?}");
        file.unwrap()
    }

    #[test]
    fn patches_take_the_place_of_declarations() {
        let original = "package p; import \"os\"; import \"math/rand/v2\"
            func f() { os.Exit(1) }; func g() { rand.Int() }; type T int; func (t *T) m() {}; func (t T) n() {}
            var a, b = 1, 2; const ( c = iota; d )
            func init() {}";
        let mut files = [file(original)];
        apply_patches(
            &mut files,
            &[file("package p; func f() {}; func (T) m() {}; var a int; const d = 7; func init() {}")],
        );
        let left: Vec<String> = declared(&files[0]).collect();
        assert_eq!(left, ["g", "T", "T.n", "b", "c"]);
        let Decl::Import(os) = &files[0].decls[0] else { panic!() };
        assert!(os.name.unwrap().name.is_blank());
        let Decl::Import(rand) = &files[0].decls[1] else { panic!() };
        assert!(rand.name.is_none());
        let init = files[0].decls.iter().any(|d| matches!(d, Decl::Func(f) if f.name.name == names::INIT));
        assert!(init);
        let Some(Decl::Var(v)) = files[0].decls.iter().find(|d| matches!(d, Decl::Var(_))) else { panic!() };
        assert_eq!(expr_string(&v.values[1]), "2");
    }
}
