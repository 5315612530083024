//! LLVM's disassembler, as a process. Shared by tests of several crates.
use std::io::Write;
use std::process::{Command, Stdio};

/// What `llvm-mc` prints for each piece of code, in Intel syntax; instructions of one piece are separated by `; `.
/// Spaces are as in our listings: one between prefix, mnemonic and operands.
pub fn disassemble(pieces: &[&[u8]]) -> Vec<String> {
    // HLT, which nothing of ours contains, stands between the pieces: a piece that LLVM refuses then is an empty text.
    let mut input = String::new();
    for p in pieces {
        let bytes: Vec<String> = p.iter().map(|b| format!("{b:#04x}")).collect();
        input += &format!("[{}]\n[0xf4]\n", bytes.join(" "));
    }
    let tool =
        ["llvm-mc-19", "llvm-mc"].into_iter().find(|t| Command::new(t).arg("--version").output().is_ok());
    let tool = tool.expect("llvm-mc-19 is missing: `ci/setup test` installs it (Debian's package llvm-19)");
    let mut child = Command::new(tool)
        .args(["--disassemble", "--triple=x86_64", "--output-asm-variant=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("llvm-mc runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("llvm-mc runs");
    writer.join().expect("the writer ends").expect("llvm-mc reads all");
    let mut texts = Vec::with_capacity(pieces.len());
    let mut now: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines().skip(1) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let line = words.join(" ");
        if line == "hlt" {
            texts.push(now.join("; "));
            now.clear();
        } else if now.last().is_some_and(|l| l == "lock") {
            now[0] = format!("lock {line}");
        } else {
            now.push(line);
        }
    }
    assert_eq!(texts.len(), pieces.len(), "llvm-mc has not answered for every piece");
    texts
}
