//! For build scripts: does for Go packages what the crate `cc` does for C.
//!
//! ```no_run
//! // build.rs
//! oxigo_build::Package::new("./go/hello").compile("hello");
//! ```
//!
//! The package, a program (`package main`), is compiled by the command `oxigo` (`$OXIGO`, or the one on the `PATH`) and linked into the
//! executables of the crate whose build script it is. `$OUT_DIR/hello.rs` gets a Rust function for each exported Go function:
//! the crate includes it by `oxigo_host::include_go!("hello")`. docs/RUST.md has the rules.
//!
//! Reading order: `target`: cargo's targets and ours; `api` (and `json`): what the command says of a program; `bind`: the Rust
//! text (`names`: its names; `rust`: its types).
#![deny(missing_docs)]

mod api;
mod bind;
mod json;
mod names;
mod rust;
mod target;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use api::Api;

/// The image of this build script's crate: the process has one Go runtime.
static IMAGE: Mutex<Option<String>> = Mutex::new(None);

/// A Go package to be compiled.
#[derive(Clone, Debug)]
pub struct Package {
    dir: PathBuf,
    flags: Vec<String>,
}

impl Package {
    /// The package in a folder, relative to the crate's.
    pub fn new(dir: impl AsRef<Path>) -> Package {
        Package { dir: dir.as_ref().into(), flags: Vec::new() }
    }

    /// Adds a build tag.
    pub fn tag(&mut self, tag: &str) -> &mut Package {
        self.flag("--tags").flag(tag)
    }

    /// Adds a flag of `oxigo build`.
    pub fn flag(&mut self, flag: &str) -> &mut Package {
        self.flags.push(flag.into());
        self
    }

    /// Compiles the package, has cargo link it, and writes the bindings `$OUT_DIR/NAME.rs`. If that cannot be done, cargo shows why,
    /// and the build script ends.
    pub fn compile(&self, name: &str) {
        if let Err(errors) = self.try_compile(name) {
            for line in errors.lines().filter(|l| !l.starts_with("# ")) {
                println!("cargo::error={line}");
            }
            std::process::exit(1);
        }
    }

    /// As [`compile`](Package::compile); the error is what to tell the user, lines of `file:line:column: message` if Go code is wrong.
    pub fn try_compile(&self, name: &str) -> Result<(), String> {
        if let Some(first) = IMAGE.lock().expect("nothing panics meanwhile").replace(name.into()) {
            return Err(format!(
                "a program has one Go image: {first} is compiled already, so {name} cannot be; \
                 let one Go package import the other"
            ));
        }
        let var = |name: &str| env::var(name).map_err(|_| format!("no {name}: not in a build script"));
        let triple = var("TARGET")?;
        let target = target::of(target::Cargo {
            triple: &triple,
            arch: &var("CARGO_CFG_TARGET_ARCH")?,
            os: &var("CARGO_CFG_TARGET_OS")?,
            env: &env::var("CARGO_CFG_TARGET_ENV").unwrap_or_default(),
        })?;
        let out = PathBuf::from(var("OUT_DIR")?);
        let (object, description) =
            (out.join(name).with_extension("o"), out.join(name).with_extension("json"));
        let root = PathBuf::from(var("CARGO_MANIFEST_DIR")?);
        println!("cargo::rerun-if-env-changed=OXIGO");
        let oxigo = env::var_os("OXIGO").filter(|o| !o.is_empty()).unwrap_or_else(|| "oxigo".into());
        if Path::new(&oxigo).components().count() > 1 {
            println!("cargo::rerun-if-changed={}", Path::new(&oxigo).display());
        }
        // Until the description says better: what is wrong may be mended in any of its files.
        println!("cargo::rerun-if-changed={}", self.dir.display());
        let mut command = Command::new(&oxigo);
        command.current_dir(&root).args(["build", "--host-object", "--target", &target]);
        command.arg("--host-api").arg(&description).arg("-o").arg(&object).args(&self.flags);
        let output = command.arg(package(&self.dir)).output().map_err(|e| {
            format!(
                "cannot run {}: {e}: install Oxigo's command, or set OXIGO to it",
                Path::new(&oxigo).display()
            )
        })?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(said.into_owned());
        }
        eprint!("{said}");
        let text = std::fs::read_to_string(&description)
            .map_err(|e| format!("cannot read {}: {e}", description.display()))?;
        let api =
            Api::read(&text).ok_or("the command oxigo is of another version than the crate oxigo-build")?;
        rerun(&root, &api);
        let bindings = bind::bindings(name, &api);
        for refused in &bindings.refused {
            println!("cargo::warning=no binding for Go's {refused}");
        }
        let file = out.join(name).with_extension("rs");
        std::fs::write(&file, bindings.text).map_err(|e| format!("cannot write {}: {e}", file.display()))?;
        link(&object);
        Ok(())
    }
}

/// How Go is told of a folder: what is no absolute path begins with a dot.
fn package(dir: &Path) -> PathBuf {
    if dir.is_absolute() || dir.starts_with(".") || dir.starts_with("..") {
        return dir.into();
    }
    Path::new(".").join(dir)
}

/// What the image was made of. A folder is looked at whole, for files to come, unless the crate is in it.
fn rerun(root: &Path, api: &Api) {
    for file in &api.files {
        println!("cargo::rerun-if-changed={file}");
    }
    for folder in &api.folders {
        if !root.starts_with(folder) {
            println!("cargo::rerun-if-changed={folder}");
        }
        for above in Path::new(folder).ancestors() {
            let module = above.join("go.mod");
            if module.is_file() {
                println!("cargo::rerun-if-changed={}", module.display());
                break;
            }
        }
    }
}

/// Has cargo link the object.
fn link(object: &Path) {
    println!("cargo::rustc-link-arg={}", object.display());
    // Its tables are found by their bounds only.
    println!("cargo::rustc-link-arg=-Wl,-z,nostart-stop-gc");
}
