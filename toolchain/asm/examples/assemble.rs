//! Assembles files and prints each function's bytes: `assemble GOARCH INCLUDE_DIR FILE.s …`.
use oxigo_asm as asm;
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [goarch, dir, files @ ..] = &args[..] else {
        eprintln!("usage: assemble GOARCH INCLUDE_DIR FILE.s ...");
        std::process::exit(2)
    };
    let Some(machine) = asm::machine_of(goarch) else {
        eprintln!("assemble: no assembler for {goarch}");
        std::process::exit(2)
    };
    let named = format!("GOARCH_{goarch}");
    let defines: Vec<&str> =
        ["GOOS_linux", &*named].into_iter().chain(machine.defines.iter().copied()).collect();
    let include = |name: &str, from: &syntax::SourceFile| {
        let beside = Path::new(&from.path).with_file_name(name);
        let path = if beside.is_file() { beside } else { Path::new(dir).join(name) };
        Some(syntax::pos::add_file(&path.display().to_string(), std::fs::read(&path).ok()?))
    };
    for file in files {
        let text = std::fs::read(file).unwrap_or_default();
        let source = syntax::pos::add_file(file, text);
        asm::hide_columns(&source);
        let options =
            asm::Options { machine, prefix: "main", defines: &defines, include: &include, selectors: true };
        match asm::assemble(&source, &options) {
            Ok(o) => {
                for t in o.texts {
                    let hex: String = t.code.iter().map(|b| format!("{b:02x}")).collect();
                    println!("{} {} {hex}", t.name.sym, t.code.len());
                }
            }
            Err(errors) => errors.iter().for_each(|e| println!("{}: {}", e.pos, e.text)),
        }
    }
}
