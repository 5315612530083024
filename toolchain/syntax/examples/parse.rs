//! Parses files and prints their errors as Go's compiler does: `cargo run --example parse -- FILES`.

use oxigo_syntax::{Options, STACK_SIZE, parse, pos};

fn main() {
    let run = || {
        for path in std::env::args().skip(1) {
            let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
            let (_, errors) = parse(pos::add_file(&path, text), Options::default());
            for e in errors {
                println!("{}: {}", e.pos, e.message);
            }
        }
    };
    std::thread::Builder::new().stack_size(STACK_SIZE).spawn(run).unwrap().join().unwrap();
}
