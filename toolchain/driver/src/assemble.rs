//! The assembly files of the packages outside GOROOT: `go_asm.h` is written from the checker's tables, then the assembler runs.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::{Pos, SourceFile, Sym, pos};
use types::checker::Checker;
use types::object::ObjKind;
use types::table::PkgId;

use crate::load::{Config, Program};
use crate::report::Diagnostic;

/// The program's assembly.
#[derive(Default)]
pub struct Assembly {
    /// One object a file.
    pub objects: Vec<asm::Object>,
    /// The global symbols that they define.
    pub defined: FxHashMap<Sym, Pos>,
}

/// Assembles all files; errors go to their packages. Packages with errors are left out: what they declare is not known.
pub fn all(config: &Config, checker: &mut Checker, ids: &[PkgId], program: &mut Program) -> Assembly {
    let mut out = Assembly::default();
    let headers: RefCell<FxHashMap<String, Option<Arc<SourceFile>>>> = RefCell::default();
    for (i, package) in program.packages.iter_mut().enumerate() {
        if package.assembly.is_empty() || !package.errors.is_empty() {
            continue;
        }
        let go_asm = pos::add_file("go_asm.h", go_asm_h(checker, ids[i]).into_bytes());
        let prefix = lower::names::path_to_prefix(package.link_path.as_str());
        let defines = [format!("GOOS_{}", config.context.goos), format!("GOARCH_{}", config.context.goarch)];
        let include = |name: &str, from: &SourceFile| {
            if name == "go_asm.h" {
                return Some(go_asm.clone());
            }
            let dir = Path::new(&from.path).parent().unwrap_or(&package.dir);
            let places =
                [dir, &package.dir, &config.goroot.join("pkg/include"), &config.goroot.join("src/runtime")];
            places.iter().find_map(|dir| header(config, &headers, &dir.join(name)))
        };
        let options = asm::Options {
            prefix: &prefix,
            defines: &[&defines[0], &defines[1], "GOAMD64_v1"],
            include: &include,
        };
        for file in &package.assembly {
            match asm::assemble(file, &options) {
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
