//! Assembly files: `go_asm.h` is written from the checker's tables, then the assembler runs. Files outside GOROOT are all assembled, so
//! that every error is reported; of GOROOT's those that something reachable asks for ([`lower::natives::Library`]).

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::{Pos, SourceFile, Sym, pos};
use types::checker::Checker;
use types::object::ObjKind;
use types::table::PkgId;

use crate::load::{Config, Program};
use crate::report::Diagnostic;

/// The assembly of the packages outside GOROOT.
#[derive(Default)]
pub struct Assembly {
    /// One object a file.
    pub objects: Vec<asm::Object>,
    /// The global symbols that they define.
    pub defined: FxHashMap<Sym, Pos>,
}

/// A package with assembly.
struct Owner {
    /// Its number in the program.
    index: usize,
    id: PkgId,
    /// What its symbols begin with.
    prefix: String,
    dir: PathBuf,
    std: bool,
    files: Vec<Arc<SourceFile>>,
    go_asm: OnceCell<Arc<SourceFile>>,
}

/// Assembles files of a program.
pub struct Assembler<'a> {
    config: &'a Config,
    owners: Vec<Owner>,
    headers: RefCell<FxHashMap<String, Option<Arc<SourceFile>>>>,
    /// GOROOT's files: owner and number there.
    library: Vec<(usize, usize)>,
}

impl<'a> Assembler<'a> {
    /// For the packages' files; `ids` are the checker's numbers of the packages.
    pub fn new(config: &'a Config, ids: &[PkgId], program: &Program) -> Assembler<'a> {
        let with_assembly = program.packages.iter().enumerate().filter(|(_, p)| !p.assembly.is_empty());
        let owners: Vec<Owner> = with_assembly
            .map(|(index, p)| Owner {
                index,
                id: ids[index],
                prefix: lower::names::path_to_prefix(p.link_path.as_str()),
                dir: p.dir.clone(),
                std: p.std,
                files: p.assembly.clone(),
                go_asm: OnceCell::new(),
            })
            .collect();
        let std = owners.iter().enumerate().filter(|(_, o)| o.std);
        let library = std.flat_map(|(i, o)| (0..o.files.len()).map(move |f| (i, f))).collect();
        Assembler { config, owners, headers: RefCell::default(), library }
    }

    /// Assembles all files outside GOROOT; errors go to their packages. Packages with errors are left out: what they declare is not
    /// known.
    pub fn all(&self, checker: &mut Checker, program: &mut Program) -> Assembly {
        let mut out = Assembly::default();
        for owner in self.owners.iter().filter(|o| !o.std) {
            let package = &mut program.packages[owner.index];
            if !package.errors.is_empty() {
                continue;
            }
            for file in &owner.files {
                match self.file(checker, owner, file) {
                    Ok(object) => {
                        let texts = object.texts.iter().map(|t| (t.name, t.pos));
                        let names = texts.chain(object.datas.iter().map(|d| (d.name, d.pos)));
                        for (name, pos) in names.filter(|n| !n.0.local) {
                            if let Some(other) = out.defined.insert(name.sym, pos) {
                                let text = format!(
                                    "duplicated definition of symbol {}\n\tother definition at {other}",
                                    name.sym
                                );
                                package.errors.push(Diagnostic::new(pos, text));
                            }
                        }
                        out.objects.push(object);
                    }
                    Err(errors) => {
                        package.errors.extend(errors.into_iter().map(|e| Diagnostic::new(e.pos, e.text)));
                    }
                }
            }
        }
        out
    }

    fn file(
        &self,
        checker: &mut Checker,
        owner: &Owner,
        file: &Arc<SourceFile>,
    ) -> Result<asm::Object, Vec<asm::Error>> {
        let config = self.config;
        let machine = asm::machine_of(&config.context.goarch)
            .expect("files are kept where there is an assembler (load/files.rs)");
        let named = [format!("GOOS_{}", config.context.goos), format!("GOARCH_{}", config.context.goarch)];
        let defines: Vec<&str> =
            named.iter().map(String::as_str).chain(machine.defines.iter().copied()).collect();
        let checker = RefCell::new(checker);
        let include = |name: &str, from: &SourceFile| {
            if name == "go_asm.h" {
                let text = || go_asm_h(&mut checker.borrow_mut(), owner.id).into_bytes();
                return Some(owner.go_asm.get_or_init(|| pos::add_file("go_asm.h", text())).clone());
            }
            let dir = Path::new(&from.path).parent().unwrap_or(&owner.dir);
            let places =
                [dir, &owner.dir, &config.goroot.join("pkg/include"), &config.goroot.join("src/runtime")];
            places.iter().find_map(|dir| header(config, &self.headers, &dir.join(name)))
        };
        let options = asm::Options {
            machine,
            prefix: &owner.prefix,
            defines: &defines,
            include: &include,
            selectors: owner.std,
        };
        asm::assemble(file, &options)
    }
}

impl lower::natives::Library for Assembler<'_> {
    fn symbols(&self) -> Vec<(Sym, bool, usize)> {
        let mut out = Vec::new();
        for (number, &(owner, file)) in self.library.iter().enumerate() {
            let owner = &self.owners[owner];
            let text = String::from_utf8_lossy(&owner.files[file].text);
            let symbols = asm::outline(&text, &owner.prefix).into_iter();
            out.extend(symbols.map(|(symbol, function)| (symbol, function, number)));
        }
        out
    }
    fn assemble(&self, checker: &mut Checker, file: usize) -> Result<asm::Object, Vec<asm::Error>> {
        let (owner, file) = self.library[file];
        let owner = &self.owners[owner];
        self.file(checker, owner, &owner.files[file])
    }
}

/// An included file, read once.
fn header(
    config: &Config,
    known: &RefCell<FxHashMap<String, Option<Arc<SourceFile>>>>,
    path: &Path,
) -> Option<Arc<SourceFile>> {
    let key = path.display().to_string();
    if let Some(found) = known.borrow().get(&key) {
        return found.clone();
    }
    let file = path.is_file().then(|| std::fs::read(path).ok()).flatten().map(|text| {
        let file = pos::add_file_at(&config.display(path), &key, text);
        asm::hide_columns(&file);
        file
    });
    known.borrow_mut().insert(key, file.clone());
    file
}

/// The constants and struct layouts of a package, as Go's compiler writes them for assembly: `const_NAME`, `TYPE__size`,
/// `TYPE_field`.
fn go_asm_h(checker: &mut Checker, pkg: PkgId) -> String {
    let mut out = String::from("// made by oxigo\n");
    let data = checker.pkg(pkg);
    let (consts, types) = (data.consts.clone(), data.types.clone());
    for obj in consts {
        checker.resolve(obj);
        let o = checker.obj(obj);
        let ObjKind::Const(v) = &o.kind else { continue };
        if o.name == *"_" {
            continue;
        }
        let value = match (v.as_bool(), v.as_bytes()) {
            (Some(b), _) => b.to_string(),
            (_, Some(bytes)) => types::constant::quote(bytes),
            _ if v.is_int() => v.show(false),
            _ => continue,
        };
        out += &format!("#define const_{} {value}\n", o.name);
    }
    for obj in types {
        checker.resolve(obj);
        let o = checker.obj(obj);
        let tt = &checker.table;
        let generic = matches!(&o.kind, ObjKind::TypeName { tparams, .. } if !tparams.is_empty());
        let ty = tt.canon(o.ty);
        if o.name == *"_" || generic || tt.has_type_params(ty) || !tt.is_valid(ty) {
            continue;
        }
        if let Some((id, _)) = tt.as_named(ty)
            && !tt.named_info(id).tparams.is_empty()
        {
            continue;
        }
        let types::table::Type::Struct(fields) = tt.under(ty) else { continue };
        let layout = tt.layout(ty, checker.word as u8);
        out += &format!("#define {}__size {}\n", o.name, layout.size);
        for (f, off) in fields.iter().zip(&layout.offsets) {
            if f.name != *"_" {
                out += &format!("#define {}_{} {off}\n", o.name, f.name);
            }
        }
    }
    out
}
