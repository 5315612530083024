//! The printed assembly is what the table says: it is assembled with clang, disassembled, and each store and load compared
//! with the row's registers and with the layout of RegArgs. And the comparison can fail: a row with two registers
//! exchanged does not pass for the original.

use reflect::arch::{ALL, Arch, Reg};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

#[allow(dead_code, reason = "the build script and its tests use different parts of it")]
#[path = "../build/print.rs"]
mod print;

/// A register that is no argument, as the assembler writes a base.
fn base(a: &Arch) -> Option<String> {
    let r = a.scratch.first()?;
    Some(match a.family {
        "amd64" | "386" | "s390x" => format!("%{}", r.asm),
        "mips" | "mips64" => format!("${}", r.asm),
        _ => r.asm.into(),
    })
}

/// Whether clang and objdump are here.
fn ready() -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    let have = |p: &str| env::split_paths(&paths).any(|d| d.join(p).exists());
    let ok = have("clang-19") && have("llvm-objdump-19");
    assert!(ok || env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "install clang-19 llvm-19");
    if !ok {
        eprintln!("not run; install clang-19 llvm-19");
    }
    ok
}

/// Assembles SPILL_ARGS and UNSPILL_ARGS as printed for `printed`, with the tools of that row; the disassembly of each.
fn listings(printed: &Arch, name: &str) -> [Vec<String>; 2] {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("rows-{name}"));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("regs.h"), print::regs_header(printed)).unwrap();
    let base = base(printed).unwrap();
    let source = format!("#include \"regs.h\"\nspill:\nSPILL_ARGS({base})\nunspill:\nUNSPILL_ARGS({base})\n");
    fs::write(dir.join("rows.S"), source).unwrap();
    let object = dir.join("rows.o");
    let mut clang = Command::new("clang-19");
    clang.arg(format!("--target={}", printed.tools.clang_target)).args(printed.tools.clang_flags);
    run(clang.args(["-c", "-Ulinux", "-Uunix", "-nostdinc", "-o"]).arg(&object).arg(dir.join("rows.S")));
    let mut objdump = Command::new("llvm-objdump-19");
    objdump.args(["-d", "--no-show-raw-insn", "--no-leading-addr"]);
    if printed.family == "riscv64" {
        objdump.args(["-M", "numeric"]);
    }
    let text = run(objdump.arg(&object));
    ["<spill>:", "<unspill>:"].map(|label| {
        let lines = text.lines().skip_while(|l| !l.ends_with(label)).skip(1);
        lines
            .take_while(|l| !l.ends_with(':'))
            .map(|l| l.trim().to_string())
            .filter(|l| !l.is_empty())
            .collect()
    })
}

fn run(c: &mut Command) -> String {
    let out = c.output().unwrap();
    assert!(out.status.success(), "{c:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// Operands of a line, without prefixes; a memory operand is in parentheses or brackets.
fn operands(line: &str) -> (Vec<String>, Option<u32>) {
    let rest = line.split_once(char::is_whitespace).map_or("", |l| l.1);
    let rest = rest.split('#').next().filter(|_| rest.contains('(')).unwrap_or(rest);
    let (mut registers, mut offset) = (Vec::new(), None);
    let at = rest.find('[').unwrap_or(rest.len());
    let (plain, bracket) = rest.split_at(at);
    for o in plain.split(',').map(str::trim).filter(|o| !o.is_empty()) {
        match o.split_once('(') {
            Some((number, _)) => offset = Some(parse(number)),
            None => registers.push(o.trim_start_matches(['%', '$']).to_string()),
        }
    }
    if !bracket.is_empty() {
        let inside = bracket.trim_matches(['[', ']']);
        offset = Some(inside.split_once(", ").map_or(0, |(_, n)| parse(n.trim_start_matches('#'))));
    }
    (registers, offset)
}

fn parse(n: &str) -> u32 {
    match n.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).unwrap(),
        None if n.is_empty() => 0,
        None => n.parse().unwrap(),
    }
}

/// Which register goes where, in the order of the listing. On mips a float goes by halves through R2.
fn moves(listing: &[String], store: bool) -> Vec<(String, u32)> {
    let (mut out, mut through) = (Vec::new(), None);
    let mut visit = |line: &String| {
        let (registers, offset) = operands(line);
        match (offset, registers.as_slice()) {
            (Some(at), [r]) => {
                out.push((if r == "2" { through.take() } else { None }.unwrap_or(r.clone()), at))
            }
            (None, [_, float]) => through = Some(float.clone()),
            _ => {}
        }
    };
    if store {
        listing.iter().for_each(&mut visit);
    } else {
        listing.iter().rev().for_each(&mut visit);
        out.reverse();
    }
    out
}

/// What the row asks for.
fn wanted(a: &Arch) -> Vec<(String, u32)> {
    let layout = a.reg_args();
    let at = |r: &Reg, off: u32| (r.asm.to_string(), off);
    let ints = a.int_args.iter().zip(0..).map(|(r, i)| at(r, i * a.ptr_size as u32));
    let floats = a.float_args.iter().zip(0..).flat_map(|(r, i)| {
        let off = layout.floats + 8 * i;
        match (a.family, a.big_endian) {
            ("mips", true) => vec![at(r, off + 4), at(r, off)],
            ("mips", false) => vec![at(r, off), at(r, off + 4)],
            _ => vec![at(r, off)],
        }
    });
    ints.chain(floats).collect()
}

/// Whether what is printed for `printed` spills and unspills as `a` says.
fn agrees(printed: &Arch, a: &Arch, name: &str) -> bool {
    let [spill, unspill] = listings(printed, name);
    moves(&spill, true) == wanted(a) && moves(&unspill, false) == wanted(a)
}

#[test]
fn listings_show_the_rows() {
    if !ready() {
        return;
    }
    let mut compared = 0;
    for a in ALL.iter().filter(|a| !a.int_args.is_empty()) {
        let [spill, unspill] = listings(a, a.name);
        assert_eq!(moves(&spill, true), wanted(a), "{}: {spill:#?}", a.name);
        assert_eq!(moves(&unspill, false), wanted(a), "{}: {unspill:#?}", a.name);
        compared += 1;
    }
    assert_eq!(compared, 11, "rows with argument registers");
}

#[test]
fn a_changed_row_is_seen() {
    if !ready() {
        return;
    }
    for a in ALL.iter().filter(|a| !a.int_args.is_empty()) {
        let swapped = |regs: &[Reg]| -> &'static [Reg] {
            let mut regs = regs.to_vec();
            regs.swap(1, 2);
            regs.leak()
        };
        let ints = Arch { int_args: swapped(a.int_args), ..*a };
        assert!(!agrees(&ints, a, &format!("{}-ints", a.name)), "{}: exchanged integer registers", a.name);
        let floats = Arch { float_args: swapped(a.float_args), ..*a };
        assert!(!agrees(&floats, a, &format!("{}-floats", a.name)), "{}: exchanged float registers", a.name);
        let short = Arch { int_args: &a.int_args[1..], ..*a };
        assert!(!agrees(&short, a, &format!("{}-short", a.name)), "{}: a register less", a.name);
    }
}

/// The rows name registers twice, for the assembler and as numbers in instructions: the same register.
#[test]
fn names_and_numbers_agree() {
    for a in ALL.iter().filter(|a| !matches!(a.family, "amd64" | "386" | "wasm")) {
        for r in a.int_args.iter().chain(a.float_args).chain(a.scratch).chain(&a.g).chain(&a.ctxt) {
            let digits = r.asm.trim_start_matches(|c: char| !c.is_ascii_digit());
            assert_eq!(digits.parse(), Ok(r.num), "{}: {}", a.name, r.go);
        }
    }
}
