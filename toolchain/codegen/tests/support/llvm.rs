//! LLVM's disassembler, as a process. Shared by tests of several crates.
use std::io::Write;
use std::process::{Command, Stdio};

/// How a machine is disassembled: its GOARCH, arguments, and an instruction that nothing of ours contains: code and text.
pub struct Machine {
    name: &'static str,
    args: &'static [&'static str],
    stop: (&'static str, &'static str),
}

const fn machine(
    name: &'static str,
    args: &'static [&'static str],
    code: &'static str,
    text: &'static str,
) -> Machine {
    Machine { name, args, stop: (code, text) }
}

static MACHINES: [Machine; 12] = [
    machine("amd64", &["--triple=x86_64", "--output-asm-variant=1"], "[0xf4]", "hlt"),
    machine("386", &["--triple=i386", "--output-asm-variant=1"], "[0xf4]", "hlt"),
    machine("arm64", &["--triple=aarch64"], "[0x00 0x00 0x40 0xd4]", "hlt #0"),
    machine(
        "arm",
        &["--triple=armv7a-none-eabihf", "--mattr=-neon,+vfp3d16"],
        "[0x03 0xf0 0x20 0xe3]",
        "wfi",
    ),
    machine(
        "riscv64",
        &["--triple=riscv64", "--mattr=+m,+a,+f,+d,+c", "-M", "numeric"],
        "[0x73 0x00 0x50 0x10]",
        "wfi",
    ),
    machine("s390x", &["--triple=s390x", "--mcpu=z13"], "[0x0a 0x00]", "svc 0"),
    machine("ppc64", &["--triple=powerpc64", "--mcpu=pwr8"], "[0x44 0x00 0x00 0x02]", "sc"),
    machine("ppc64le", &["--triple=powerpc64le", "--mcpu=pwr8"], "[0x02 0x00 0x00 0x44]", "sc"),
    machine("mips", &["--triple=mips", "--mcpu=mips32r2"], "[0x42 0x00 0x00 0x18]", "eret"),
    machine("mipsle", &["--triple=mipsel", "--mcpu=mips32r2"], "[0x18 0x00 0x00 0x42]", "eret"),
    machine("mips64", &["--triple=mips64", "--mcpu=mips64r2"], "[0x42 0x00 0x00 0x18]", "eret"),
    machine("mips64le", &["--triple=mips64el", "--mcpu=mips64r2"], "[0x18 0x00 0x00 0x42]", "eret"),
];

/// What `llvm-mc` prints for each piece of amd64's code, in Intel syntax; see [`disassemble_for`].
#[allow(dead_code, reason = "each user has a machine")]
pub fn disassemble(pieces: &[&[u8]]) -> Vec<String> {
    disassemble_for("amd64", pieces)
}

/// What `llvm-mc` prints for each piece of a GOARCH's code; instructions of one piece are separated by `; `.
/// Spaces are as in our listings: one between prefix, mnemonic and operands.
pub fn disassemble_for(name: &str, pieces: &[&[u8]]) -> Vec<String> {
    let machine = MACHINES.iter().find(|m| m.name == name).expect("it is in the table");
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
