//! Programs for a Rust host: the main package gets an initialiser that tells the runtime its exported functions, with
//! their types, as if it had been written.

use syntax::ast::*;
use syntax::{Options, parse, pos};

/// Adds the file that does so.
pub(super) fn export(files: &mut Vec<File>) {
    let mut names: Vec<&str> = Vec::new();
    for decl in files.iter().flat_map(|f| &f.decls) {
        if let Decl::Func(f) = decl
            && f.recv.is_none()
            && f.ty.type_params.is_empty()
            && f.name.name.as_str().starts_with(char::is_uppercase)
        {
            names.push(f.name.name.as_str());
        }
    }
    let mut text = String::from(
        "package main\n\nimport _ \"unsafe\"\n\n//go:linkname oxigo_hostExport runtime.hostExport\n\
         func oxigo_hostExport(name string, f any)\n\nfunc init() {\n",
    );
    for n in names {
        text.push_str(&format!("\toxigo_hostExport({n:?}, {n})\n"));
    }
    text.push_str("}\n");
    let source = pos::add_file("oxigo/host.go", text.into_bytes());
    files.extend(parse(source, Options::default()).0);
}
