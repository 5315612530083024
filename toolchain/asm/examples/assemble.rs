//! Assembles files and prints each function's bytes: `assemble INCLUDE_DIR FILE.s …`.
use oxigo_asm as asm;
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((dir, files)) = args.split_first() else {
        eprintln!("usage: assemble INCLUDE_DIR FILE.s ...");
        std::process::exit(2)
    };
    let include = |name: &str, from: &syntax::SourceFile| {
        let beside = Path::new(&from.path).with_file_name(name);
        let path = if beside.is_file() { beside } else { Path::new(dir).join(name) };
        Some(syntax::pos::add_file(&path.display().to_string(), std::fs::read(&path).ok()?))
    };
    for file in files {
        let text = std::fs::read(file).unwrap_or_default();
        let source = syntax::pos::add_file(file, text);
        asm::hide_columns(&source);
        let options = asm::Options {
            machine: asm::machine_of("amd64").expect("it is one"),
            prefix: "main",
            defines: &["GOOS_linux", "GOARCH_amd64", "GOAMD64_v1"],
            include: &include,
            selectors: true,
        };
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
