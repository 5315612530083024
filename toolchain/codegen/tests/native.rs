//! Runs the functions of `*.ssa` files beside this one. A file is a program in text form with lines
//!
//! ```text
//! # call NAME(ARGS) = RESULTS
//! ```
//!
//! whose numbers are integers or floats (with a point), one for each leaf.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod support;

use ir::Ty;
use ir::passes::trace::Trace;
use std::sync::Arc;
use support::Loaded;

fn number(text: &str, ty: Ty) -> u64 {
    let text = text.trim();
    let bits = 8 * ty.size(8);
    let v = match ty {
        Ty::F64 => text.parse::<f64>().map(f64::to_bits).unwrap_or_else(|_| integer(text)),
        Ty::F32 => text.parse::<f32>().map(|f| f.to_bits() as u64).unwrap_or_else(|_| integer(text)),
        _ => integer(text),
    };
    if bits == 64 { v } else { v & ((1 << bits) - 1) }
}

fn integer(text: &str) -> u64 {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let n = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    let n = n.unwrap_or_else(|e| panic!("{text}: {e}"));
    if negative { n.wrapping_neg() } else { n }
}

fn list(text: &str, tys: &[Ty]) -> Vec<u64> {
    let items: Vec<&str> = text.split(',').filter(|t| !t.trim().is_empty()).collect();
    assert_eq!(items.len(), tys.len(), "{text:?} for {tys:?}");
    items.iter().zip(tys).map(|(t, &ty)| number(t, ty)).collect()
}

#[test]
fn ssa_files() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "ssa"));
    files.sort();
    assert!(!files.is_empty());
    let only = std::env::var("SSA").unwrap_or_default();
    for path in files.iter().filter(|p| p.to_string_lossy().contains(&only)) {
        let text = std::fs::read_to_string(path).unwrap();
        let file = path.file_name().unwrap().to_string_lossy();
        let program = ir::parse::program(&text).unwrap_or_else(|e| panic!("{file}:{e}"));
        ir::verify::program(&program).unwrap_or_else(|e| panic!("{file}: {e:#?}"));
        let trace = Arc::new(Trace::new(match std::env::var("DUMP") {
            Ok(stage) => vec![(stage, "*".into())],
            Err(_) => Vec::new(),
        }));
        let options = oxigo_codegen::Options { trace: Some(trace.clone()), ..Default::default() };
        let loaded = Loaded::new(program, &options);
        trace.stages().iter().for_each(|s| eprintln!("# {} after {}\n{}", s.func, s.pass, s.text));
        let mut calls = 0;
        for (n, line) in text.lines().enumerate() {
            let Some(call) = line.trim().strip_prefix("# call ") else { continue };
            calls += 1;
            let (name, rest) = call.split_once('(').unwrap();
            let (args, want) = rest.split_once(')').unwrap();
            let id = loaded.find(name);
            let sig = &loaded.program.sigs[loaded.program.funcs[id].sig];
            let args = list(args, &sig.param_tys());
            let want = list(want.trim().trim_start_matches('='), &sig.result_tys());
            let (have, polls) = loaded.call_polled(id, &args, name.contains("poll"));
            assert_eq!(have, want, "{file}:{}: {call}", n + 1);
            assert!(polls > 0 || !name.contains("poll"), "{file}:{}: no poll", n + 1);
        }
        assert!(calls > 0, "{file} tests nothing");
    }
}
