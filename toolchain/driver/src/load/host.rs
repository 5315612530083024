//! Programs for a Rust host: the main package gets an initialiser that tells the runtime its exported functions and
//! methods and types, as if it had been written. `crate::host_api` describes them to who writes bindings.

use syntax::ast::*;
use syntax::{Options, parse, pos};

/// How Go writes the function: `Name`, `Type.Name`, `(*Type).Name`. None if a host cannot call it: it is not exported, or generic.
pub fn exported(f: &FuncDecl) -> Option<String> {
    let name = f.name.name.as_str();
    if !name.starts_with(char::is_uppercase) || !f.ty.type_params.is_empty() {
        return None;
    }
    let Some(recv) = &f.recv else { return Some(name.into()) };
    let (pointer, of) = match &recv.ty.kind {
        ExprKind::Star(of) => (true, of.as_ref()),
        _ => (false, &recv.ty),
    };
    let ExprKind::Ident(of) = &of.kind else { return None };
    let of = of.as_str();
    of.starts_with(char::is_uppercase)
        .then(|| if pointer { format!("(*{of}).{name}") } else { format!("{of}.{name}") })
}

/// Adds the file that does so.
pub(super) fn export(files: &mut Vec<File>) {
    let mut text = String::from(
        "package main\n\nimport _ \"unsafe\"\n\n//go:linkname oxigo_hostExport runtime.hostExport\n\
         func oxigo_hostExport(name string, f any)\n\n//go:linkname oxigo_hostServices runtime.hostServices\n\
         func oxigo_hostServices()\n\nfunc init() {\n\toxigo_hostServices()\n",
    );
    for decl in files.iter().flat_map(|f| &f.decls) {
        match decl {
            Decl::Func(f) => {
                let Some(name) = exported(f) else { continue };
                text.push_str(&format!("\toxigo_hostExport({name:?}, {name})\n"));
                // What a value can do a pointer can, too.
                if let Some((of, method)) = name.split_once('.').filter(|(of, _)| !of.starts_with('(')) {
                    let name = format!("(*{of}).{method}");
                    text.push_str(&format!("\toxigo_hostExport({name:?}, {name})\n"));
                }
            }
            Decl::Type(t) if t.type_params.is_empty() => {
                let name = t.name.name.as_str();
                if name.starts_with(char::is_uppercase) {
                    text.push_str(&format!("\toxigo_hostExport(\"type {name}\", (*{name})(nil))\n"));
                }
            }
            _ => {}
        }
    }
    text.push_str("}\n");
    let source = pos::add_file("oxigo/host.go", text.into_bytes());
    files.extend(parse(source, Options::default()).0);
}
