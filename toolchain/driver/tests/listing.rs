//! Listings and dumps. The listing of a whole program (`--dump-ssa 'asm:*'`) says what LLVM's disassembler says: text, lengths, and that
//! nothing is left over.

#[path = "../../codegen/tests/support/llvm.rs"]
mod llvm;
mod support;

use support::{Scratch, oxigo};

const PROGRAM: &str = r#"package main

import (
	"fmt"
	"os"
	"sync/atomic"
)

type point struct{ x, y float64 }

var count atomic.Int32

func classify(n int, p *point) (string, uint64) {
	switch n {
	case 1:
		return "one", uint64(p.x)
	case 2, 3, 4, 5, 6, 7, 8, 9:
		p.y += float64(uint32(n))
		return "some", uint64(p.y)
	}
	count.Add(int32(n))
	return os.Args[0], uint64(n) / 7
}

func main() {
	fmt.Println(classify(len(os.Args), &point{1, 2}))
}
"#;

/// A listing's rows: bytes and text. Those of assembly are left out: what the compiler never makes is listed byte by byte there.
fn rows(listing: &str) -> Vec<(Vec<u8>, String)> {
    let mut rows = Vec::new();
    let mut assembly = false;
    for line in listing.lines().filter(|l| l.starts_with("  ") && !l.contains("  # jump table")) {
        if let Some(place) = line.strip_prefix("  # ") {
            assembly = place.rsplit_once(':').is_some_and(|(file, _)| file.ends_with(".s"));
        }
        if assembly {
            continue;
        }
        let Some((_, rest)) = line[2..].split_once("  ").filter(|r| !r.0.starts_with('#')) else { continue };
        let bytes: Vec<u8> = rest
            .split(' ')
            .map_while(|w| if w.len() == 2 { u8::from_str_radix(w, 16).ok() } else { None })
            .collect();
        let text = rest[3 * bytes.len()..].trim_start();
        let text = text.split("  # ").next().unwrap_or(text).trim_end();
        rows.push((bytes, text.to_string()));
    }
    rows
}

/// LLVM and the listing agree but for what the linker fills in and where jumps are counted from.
fn same(llvm: &str, ours: &str) -> bool {
    let branch = |t: &str| t.starts_with('j') || t.starts_with("call");
    let cut = |t: &str| match (t.find("[rip"), t.rfind(']')) {
        (Some(from), Some(to)) if from < to => format!("{}{}", &t[..from], &t[to..]),
        _ => t.to_string(),
    };
    if branch(llvm)
        && !llvm.contains("ptr [")
        && llvm.split(' ').nth(1).is_some_and(|n| n.parse::<i64>().is_ok())
    {
        return llvm.split(' ').next() == ours.split(' ').next();
    }
    cut(llvm) == cut(ours)
}

#[test]
fn a_program_lists_as_llvm_disassembles_it() {
    let dir = Scratch::new("listing");
    let source = dir.path("p.go");
    std::fs::write(&source, PROGRAM).unwrap();
    let output = oxigo()
        .args(["build", "--dump-ssa", "asm:*", "-o"])
        .args([&dir.path("p"), &source])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listing = String::from_utf8_lossy(&output.stdout);
    let functions = listing.lines().filter(|l| l.contains(" STEXT")).count();
    let rows: Vec<_> = rows(&listing).into_iter().filter(|r| !r.1.starts_with(".long")).collect();
    assert!(functions > 500 && rows.len() > 20_000, "{functions} functions, {} instructions", rows.len());
    let pieces: Vec<&[u8]> = rows.iter().map(|r| &r.0[..]).collect();
    let wrong: Vec<String> = llvm::disassemble(&pieces)
        .iter()
        .zip(&rows)
        .filter(|(l, r)| !same(l, &r.1))
        .map(|(l, r)| format!("{:02x?}: LLVM says {l:?}, the listing {:?}", r.0, r.1))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

#[test]
fn the_listing_shows_the_program_of_the_command_line() {
    let dir = Scratch::new("listing_own");
    let source = dir.path("p.go");
    std::fs::write(&source, PROGRAM).unwrap();
    let output = oxigo().args(["build", "-S", "-o"]).args([&dir.path("p"), &source]).output().unwrap();
    let listing = String::from_utf8_lossy(&output.stdout);
    assert!(listing.contains("main.main STEXT size=0x"), "{listing}");
    assert!(
        listing.contains("p.go:26\n") && listing.contains(" call fmt.") && listing.contains("# live: sp+")
    );
    assert!(listing.contains("  # jump table\n") && listing.contains(".long 0x"), "{listing}");
    assert!(!listing.contains("\nfmt.") && !listing.contains(".byte"), "{listing}");
}

/// A dump of one pass, and the page with all of them.
#[test]
fn dumps_and_pages() {
    let dir = Scratch::new("dump");
    let source = dir.path("p.go");
    std::fs::write(&source, PROGRAM).unwrap();
    let run = |requests: &[&str]| {
        let mut oxigo = oxigo();
        oxigo.current_dir(&dir.0).arg("build");
        for r in requests {
            oxigo.args(["--dump-ssa", r]);
        }
        let output = oxigo.args(["-o", "p", "p.go"]).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (text, errors) = run(&["gvn:main.main", "html:main.main", "gvn:main.nothing"]);
    assert!(text.starts_with("# main.main after gvn\nfunc \"main.main\""), "{text}");
    assert!(text.contains("@26\n") && text.contains("<fmt.Fprintln>"), "{text}");
    assert_eq!(text.matches("# main.main after").count(), 1);
    assert!(text.ends_with("dumped SSA for main.main to ./main.main.html\n"), "{text}");
    assert!(errors.contains("--dump-ssa gvn:main.nothing: the program has no such function"), "{errors}");
    let (text, _) = run(&["machine:main.main"]);
    assert!(text.contains("Call(CallInfo { target: Func(f") && text.contains("<fmt.Fprintln>"), "{text}");
    let page = std::fs::read_to_string(dir.path("main.main.html")).unwrap();
    for stage in ["source", "build", "inline", "escape", "gvn", "poll", "machine", "asm"] {
        assert!(page.contains(&format!("<h2>{stage}")), "the page lacks {stage}");
    }
    assert!(page.contains("<i class=\"l26\">26</i>"), "{}", &page[..3000]);
    assert!(!page.contains("http:"));
    let (_, errors) = run(&["nosuch:main.main"]);
    assert!(errors.contains("no pass is named nosuch"), "{errors}");
}
