//! File tests of passes: text in, text out, for words of 4 and 8 bytes in both orders.
//!
//! A file of `ir/tests/passes` begins with comments (`//`) that say what is shown, then `passes: NAMES`, and `call: NUMBERS` for calls of `f0` that
//! must give the same before and after. The program follows, and behind a line `----` its functions as the passes leave them. With `BLESS=1` in the
//! environment, what comes out is written there.
use super::{Options, escape, inline, pass, run_passes};
use crate::{FuncId, Program, Target, func::Body, interp::Interp};
use std::fmt::Write;

/// The program as the passes leave it, and what calls gave.
fn outcome(t: Target, passes: &[&str], calls: &[Vec<u64>], text: &str) -> String {
    let mut p: Program = crate::parse::program_for(t, text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let call = |p: &Program| -> Vec<_> {
        calls.iter().map(|a| format!("{:?}", Interp::new(p, 100_000).call(FuncId(0), a, 0))).collect()
    };
    let before = call(&p);
    for name in passes {
        match (*name, pass(name)) {
            ("inline", _) => inline::run(&mut p, &Options::default(), &mut Vec::new()),
            ("escape", _) => escape::run(&mut p, &Options::default(), &mut Vec::new()),
            (_, Some(pass)) => {
                for id in p.funcs.ids() {
                    let mut f = inline::take(&mut p, id);
                    if matches!(f.body, Body::Ssa) {
                        run_passes(&crate::View::new(&p), &mut f, id, &[pass], &Options::default());
                    }
                    p.funcs[id] = f;
                }
            }
            _ => panic!("no pass is named {name}"),
        }
    }
    let mut out = String::new();
    for f in p.funcs.iter().filter(|f| matches!(f.body, Body::Ssa)) {
        let _ = write!(out, "{f}");
    }
    assert_eq!(call(&p), before, "calls give something else\n{out}");
    let word = t.word_ty().name();
    out.replace(&format!(": {word} "), ": word ")
        .replace(&format!(": {word},"), ": word,")
        .replace(&format!(": {word})"), ": word)")
}

#[test]
fn files() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/passes");
    let mut paths: Vec<_> = std::fs::read_dir(dir).expect("a folder").map(|e| e.unwrap().path()).collect();
    paths.sort();
    let mut wrong = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a text");
        let (input, want) = text.split_once("\n----\n").unwrap_or((text.trim_end(), ""));
        let (mut passes, mut calls, mut program) = (Vec::new(), Vec::new(), String::new());
        for line in input.lines() {
            if let Some(list) = line.strip_prefix("passes: ") {
                passes.extend(list.split(' '));
            } else if let Some(list) = line.strip_prefix("call:") {
                calls.push(
                    list.split_whitespace().map(|n| n.parse::<i64>().expect("a number") as u64).collect(),
                );
            } else if !line.starts_with("//") {
                program.push_str(line);
                program.push('\n');
            }
        }
        let got = crate::target::for_all(|t| outcome(t, &passes, &calls, &program));
        if got != want {
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&path, format!("{input}\n----\n{got}")).expect("it can be written");
            } else {
                wrong.push(format!("{}: got\n{got}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
