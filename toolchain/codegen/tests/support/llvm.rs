//! LLVM's disassembler, as a process. Shared by tests of several crates.
use std::io::Write;
use std::process::{Command, Stdio};

/// How a machine is disassembled: arguments, and an instruction that nothing of ours contains: code and text.
pub struct Machine {
    args: &'static [&'static str],
    stop: (&'static str, &'static str),
}

pub const AMD64: Machine =
    Machine { args: &["--triple=x86_64", "--output-asm-variant=1"], stop: ("[0xf4]", "hlt") };
#[allow(dead_code, reason = "each user has a machine")]
pub const I386: Machine =
    Machine { args: &["--triple=i386", "--output-asm-variant=1"], stop: ("[0xf4]", "hlt") };
#[allow(dead_code, reason = "each user has a machine")]
pub const ARM64: Machine = Machine { args: &["--triple=aarch64"], stop: ("[0x00 0x00 0x40 0xd4]", "hlt #0") };

#[allow(dead_code, reason = "each user has a machine")]
pub const ARM: Machine = Machine {
    args: &["--triple=armv7a-none-eabihf", "--mattr=-neon,+vfp3d16"],
    stop: ("[0x03 0xf0 0x20 0xe3]", "wfi"),
};

#[allow(dead_code, reason = "each user has a machine")]
pub const RISCV64: Machine = Machine {
    args: &["--triple=riscv64", "--mattr=+m,+a,+f,+d,+c", "-M", "numeric"],
    stop: ("[0x73 0x00 0x50 0x10]", "wfi"),
};

#[allow(dead_code, reason = "each user has a machine")]
pub const S390X: Machine =
    Machine { args: &["--triple=s390x", "--mcpu=z13"], stop: ("[0x0a 0x00]", "svc 0") };
#[allow(dead_code, reason = "each user has a machine")]
pub const PPC64: Machine =
    Machine { args: &["--triple=powerpc64", "--mcpu=pwr8"], stop: ("[0x44 0x00 0x00 0x02]", "sc") };
#[allow(dead_code, reason = "each user has a machine")]
pub const PPC64LE: Machine =
    Machine { args: &["--triple=powerpc64le", "--mcpu=pwr8"], stop: ("[0x02 0x00 0x00 0x44]", "sc") };

#[allow(dead_code, reason = "each user has a machine")]
pub const MIPS: Machine =
    Machine { args: &["--triple=mips", "--mcpu=mips32r2"], stop: ("[0x42 0x00 0x00 0x18]", "eret") };
#[allow(dead_code, reason = "each user has a machine")]
pub const MIPSLE: Machine =
    Machine { args: &["--triple=mipsel", "--mcpu=mips32r2"], stop: ("[0x18 0x00 0x00 0x42]", "eret") };
#[allow(dead_code, reason = "each user has a machine")]
pub const MIPS64: Machine =
    Machine { args: &["--triple=mips64", "--mcpu=mips64r2"], stop: ("[0x42 0x00 0x00 0x18]", "eret") };
#[allow(dead_code, reason = "each user has a machine")]
pub const MIPS64LE: Machine =
    Machine { args: &["--triple=mips64el", "--mcpu=mips64r2"], stop: ("[0x18 0x00 0x00 0x42]", "eret") };

/// What `llvm-mc` prints for each piece of amd64's code, in Intel syntax; see [`disassemble_for`].
#[allow(dead_code, reason = "each user has a machine")]
pub fn disassemble(pieces: &[&[u8]]) -> Vec<String> {
    disassemble_for(&AMD64, pieces)
}

/// What `llvm-mc` prints for each piece of code; instructions of one piece are separated by `; `.
/// Spaces are as in our listings: one between prefix, mnemonic and operands.
pub fn disassemble_for(machine: &Machine, pieces: &[&[u8]]) -> Vec<String> {
    // It stands between the pieces: a piece that LLVM refuses then is an empty text.
    let stop = machine.stop;
    let mut input = String::new();
    for p in pieces {
        let bytes: Vec<String> = p.iter().map(|b| format!("{b:#04x}")).collect();
        input += &format!("[{}]\n{}\n", bytes.join(" "), stop.0);
    }
    let tool =
        ["llvm-mc-19", "llvm-mc"].into_iter().find(|t| Command::new(t).arg("--version").output().is_ok());
    let tool = tool.expect("llvm-mc-19 is missing: `ci/setup test` installs it (Debian's package llvm-19)");
    let mut child = Command::new(tool)
        .arg("--disassemble")
        .args(machine.args)
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
        // Behind `//` or `@` it explains numbers.
        let line = line.split("//").next().and_then(|l| l.split('@').next()).unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let line = words.join(" ");
        // On x86 it writes fused products out behind `#`, which is no immediate's there.
        let line = line.split(" # ").next().unwrap_or_default().to_string();
        if line == stop.1 {
            texts.push(now.join("; "));
            now.clear();
        } else if let Some(last) = now.last_mut().filter(|l| *l == "lock") {
            *last = format!("lock {line}");
        } else {
            now.push(line);
        }
    }
    assert_eq!(texts.len(), pieces.len(), "llvm-mc has not answered for every piece");
    texts
}
