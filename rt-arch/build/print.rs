//! The assembly that is printed from a row of reflect's table. The build script writes it; tests/rows.rs assembles it and
//! compares what comes out with the row.

use reflect::arch::Arch;
use reflect::raw::{FEW_ARGS, FEW_RESULTS};
use reflect::records::RECORDS;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The frame sizes of the reflectcall family: powers of two from 16 bytes to 1 GiB.
const CALL_SIZES: std::ops::RangeInclusive<u32> = 4..=30;

/// The files of every architecture, and the cargo feature that wants them.
const FILES: &[(&str, Option<&str>)] = &[
    ("switch.S", None),
    ("morestack.S", None),
    ("abi0.S", None),
    ("spill.S", None),
    ("call.S", None),
    ("gocall.S", None),
    ("makefunc.S", None),
    ("mem.S", None),
    ("barrier.S", None),
    ("signal.S", None),
    ("misc.S", None),
    ("cpu.S", None),
    ("cmem.S", Some("CARGO_FEATURE_MEM")),
    ("entry.S", Some("CARGO_FEATURE_START")),
];

/// The files of an architecture in rt-arch's directory `root`: its own, or those for all load/store machines.
pub fn files(arch: &Arch, root: &Path, bare: bool, feature: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let wanted = FILES
        .iter()
        .filter(|(name, _)| !(bare && *name == "signal.S"))
        .filter(|(_, f)| f.is_none_or(&feature));
    let dirs = [root.join(arch.family), root.join("generic")];
    wanted.filter_map(|(name, _)| dirs.iter().map(|d| d.join(name)).find(|p| p.exists())).collect()
}

/// `regs.h`: sizes, the spill and unspill sequences, and the list of call sizes.
pub fn regs_header(arch: &Arch) -> String {
    let l = arch.reg_args();
    let (word, regs_size) = (arch.ptr_size as u32, l.ptrs);
    let mut s = format!(
        "/* Printed from the row of {}. */\n#define WORD {word}\n#define REGS_SIZE {regs_size}\n",
        arch.name
    );
    let _ = writeln!(s, "#define LINK_WORDS {}", arch.link.is_some() as u32);
    if arch.big_endian {
        s += "#define OXIGO_BIG_ENDIAN 1\n";
    }
    let (ni, nf) = (arch.int_args.len(), arch.float_args.len());
    let _ = writeln!(
        s,
        "#define NUM_INT_ARGS {ni}\n#define NUM_FLOAT_ARGS {nf}\n#define REGARGS_PTRS {}\n#define \
         REGARGS_RETURN_IS_PTR {}\n#define REGARGS_SIZE {}",
        l.ptrs, l.return_is_ptr, l.size
    );
    // C, as which bindgen reads this file, has no `#` in such macros; arm's assembler wants it.
    s += "\n#ifdef __ASSEMBLER__\n";
    for (name, store) in [("SPILL_ARGS", true), ("UNSPILL_ARGS", false)] {
        let ints = arch
            .int_args
            .iter()
            .enumerate()
            .map(|(i, r)| move_int(arch.family, r.asm, i as u32 * word, store));
        let floats = arch
            .float_args
            .iter()
            .enumerate()
            .map(|(i, r)| move_arg_float(arch, r.asm, l.floats + 8 * i as u32, store));
        let _ = writeln!(s, "\n/* Ints and Floats of the RegArgs at `base`. */");
        s += &macro_text(name, ints.chain(floats).collect());
    }
    s += &partial_macros(arch, word);
    s += &general_macros(arch.family, word);
    let _ = write!(s, "\n/* The reflectcall family. */\n#define CALL_SIZES(F)");
    for k in CALL_SIZES {
        let _ = write!(s, " \\\n    F({});", 1u32 << k);
    }
    s += "\n#endif\n";
    s
}

/// `records.h`: where assembly finds fields of the records that it shares with Go and Rust, and how large they are.
pub fn records_header(arch: &Arch) -> String {
    let mut s = format!("/* Printed from reflect's table of records for {}. */\n", arch.name);
    for record in &RECORDS {
        for (i, field) in record.fields.iter().enumerate() {
            if let Some(name) = field.asm {
                let (offset, size) = (record.offset(i, arch), field.size(arch));
                let _ = writeln!(
                    s,
                    "#define {name} {offset} /* {}.{} */\n#define {name}_SIZE {size}",
                    record.name, field.go
                );
            }
        }
    }
    s
}

/// `LOAD_INTS_LOW`, `STORE_FLOATS_HIGH` and so on: the registers that most calls use, and the others.
fn partial_macros(arch: &Arch, word: u32) -> String {
    let mut s = String::from("\n/* Parts of the same sequences. */\n");
    let floats_at = arch.reg_args().floats;
    for (verb, store, low) in [("LOAD", false, FEW_ARGS as usize), ("STORE", true, FEW_RESULTS as usize)] {
        let ints = arch.int_args.iter().zip(0..).map(|(r, i)| move_int(arch.family, r.asm, i * word, store));
        let floats = arch
            .float_args
            .iter()
            .zip(0..)
            .map(|(r, i)| move_arg_float(arch, r.asm, floats_at + 8 * i, store));
        for (what, lines) in [("INTS", ints.collect::<Vec<_>>()), ("FLOATS", floats.collect())] {
            let (first, rest) = lines.split_at(low.min(lines.len()));
            let _ = writeln!(s, "#define {verb}_{what}_LOW_COUNT {}", first.len());
            s += &macro_text(&format!("{verb}_{what}_LOW"), first.to_vec());
            s += &macro_text(&format!("{verb}_{what}_HIGH"), rest.to_vec());
        }
    }
    s
}

/// A general register to or from `base`, as the assembler of a family writes it. `base` is a macro parameter.
fn move_int(family: &str, reg: &str, off: u32, store: bool) -> String {
    let (st, ld) = match family {
        "amd64" => ("movq", "movq"),
        "arm64" | "arm" => ("str", "ldr"),
        "ppc64" => ("std", "ld"),
        "riscv64" | "mips64" => ("sd", "ld"),
        "s390x" => ("stg", "lg"),
        "mips" => ("sw", "lw"),
        "386" => ("movl", "movl"),
        other => panic!("{other} has no such assembly"),
    };
    place(family, if store { st } else { ld }, reg, off, store)
}

/// A float register, its 8 bytes.
fn move_float(family: &str, reg: &str, off: u32, store: bool) -> String {
    let (st, ld) = match family {
        "amd64" | "386" => ("movsd", "movsd"),
        "arm64" => ("str", "ldr"),
        "arm" => ("vstr", "vldr"),
        "ppc64" => ("stfd", "lfd"),
        "riscv64" => ("fsd", "fld"),
        "s390x" => ("std", "ld"),
        "mips" | "mips64" => ("sdc1", "ldc1"),
        other => panic!("{other} has no such assembly"),
    };
    place(family, if store { st } else { ld }, reg, off, store)
}

/// A float argument register. RegArgs is word-aligned only, and mips wants 8-byte moves aligned: there they go by halves
/// through R2, which is no argument.
fn move_arg_float(arch: &Arch, reg: &str, off: u32, store: bool) -> String {
    if arch.family != "mips" {
        return move_float(arch.family, reg, off, store);
    }
    let (low, high) = if arch.big_endian { (off + 4, off) } else { (off, off + 4) };
    if store {
        format!("mfc1 $2, ${reg}; sw $2, {low}(base); mfhc1 $2, ${reg}; sw $2, {high}(base)")
    } else {
        format!("lw $2, {low}(base); mtc1 $2, ${reg}; lw $2, {high}(base); mthc1 $2, ${reg}")
    }
}

fn place(family: &str, op: &str, reg: &str, off: u32, store: bool) -> String {
    match family {
        "amd64" | "386" if store => format!("{op} %{reg}, {off}(base)"),
        "amd64" | "386" => format!("{op} {off}(base), %{reg}"),
        "arm" => format!("{op} {reg}, [base, #{off}]"),
        "arm64" => format!("{op} {reg}, [base, {off}]"),
        "s390x" => format!("{op} %{reg}, {off}(base)"),
        "mips" | "mips64" => format!("{op} ${reg}, {off}(base)"),
        _ => format!("{op} {reg}, {off}(base)"),
    }
}

/// How `SAVE_GENERAL` sees a family: the names of general and float registers without their numbers, how many there
/// are, and which general ones it leaves out: fixed ones, SP, and the one that holds the base (T0 of isa.h).
struct General {
    int: &'static str,
    ints: u32,
    skip: &'static [u32],
    float: &'static str,
    floats: &'static [u32],
}

const ALL32: &[u32] = &[
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31,
];
const EVEN32: &[u32] = &[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30];

fn general(family: &str) -> Option<General> {
    let g = |int, ints, skip, float, floats| General { int, ints, skip, float, floats };
    Some(match family {
        "arm64" => g("x", 31, &[18, 19], "d", ALL32),
        "riscv64" => g("x", 32, &[0, 2, 3, 4, 5], "f", ALL32),
        "ppc64" => g("", 32, &[1, 2, 13, 21], "", ALL32),
        "s390x" => g("r", 16, &[1, 15], "f", &ALL32[..16]),
        // SP is the base.
        "386" => g("", 8, &[4], "xmm", &ALL32[..8]),
        "arm" => g("r", 15, &[3, 13], "d", &ALL32[..16]),
        "mips" => g("", 32, &[0, 1, 3, 26, 27, 28, 29], "f", EVEN32),
        "mips64" => g("", 32, &[0, 1, 3, 26, 27, 28, 29], "f", ALL32),
        _ => return None,
    })
}

/// `SAVE_GENERAL` and `RESTORE_GENERAL`: general register n in word n, then the floats.
fn general_macros(family: &str, word: u32) -> String {
    let Some(g) = general(family) else { return String::new() };
    let floats_at = (g.ints * word).next_multiple_of(8);
    let mut s = format!("\n#define GENERAL_SIZE {}\n", floats_at + 8 * g.floats.len() as u32);
    for (name, store) in [("SAVE_GENERAL", true), ("RESTORE_GENERAL", false)] {
        let reg =
            |n: u32| if family == "386" { X86_NAMES[n as usize].into() } else { format!("{}{n}", g.int) };
        let ints =
            (0..g.ints).filter(|n| !g.skip.contains(n)).map(|n| move_int(family, &reg(n), n * word, store));
        let floats =
            g.floats.iter().enumerate().map(|(k, n)| {
                move_float(family, &format!("{}{n}", g.float), floats_at + 8 * k as u32, store)
            });
        s += &macro_text(name, ints.chain(floats).collect());
    }
    s
}

const X86_NAMES: [&str; 8] = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];

/// A macro of the given lines.
fn macro_text(name: &str, lines: Vec<String>) -> String {
    let mut s = format!("#define {name}(base)");
    for line in lines {
        let _ = write!(s, " \\\n    {line};");
    }
    s + "\n"
}

/// A mistake in one printed macro, which the tests must notice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mistake {
    /// Two registers exchanged in what is loaded.
    Swap,
    /// A store left out.
    Drop,
    /// A load from a wrong slot.
    Offset,
}

/// regs.h with one mistake: in the argument registers' macro or, where there are none, in the general registers'.
pub fn mistaken_regs_header(arch: &Arch, mistake: Mistake) -> String {
    let text = regs_header(arch);
    let store = mistake == Mistake::Drop;
    let name = match (arch.int_args.is_empty(), store) {
        (false, true) => "#define SPILL_ARGS(",
        (false, false) => "#define UNSPILL_ARGS(",
        (true, true) => "#define SAVE_GENERAL(",
        (true, false) => "#define RESTORE_GENERAL(",
    };
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    let at = lines.iter().position(|l| l.starts_with(name)).unwrap_or_else(|| panic!("no {name} in regs.h"));
    // The second and third register: arguments on every architecture, and not what the tests' own code holds.
    let (one, two) = (lines[at + 2].clone(), lines[at + 3].clone());
    let (a, b) = (operands(&one), operands(&two));
    match mistake {
        Mistake::Swap => {
            lines[at + 2] = one.replace(&a, "@").replace('@', &b);
            lines[at + 3] = two.replace(&b, "@").replace('@', &a);
        }
        Mistake::Drop => drop(lines.remove(at + 3)),
        Mistake::Offset => lines[at + 2] = two.replace(&b, &a),
    }
    lines.join("\n") + "\n"
}

/// The register of a printed move.
fn operands(line: &str) -> String {
    let is_memory = |o: &str| o.contains("base");
    let line = line.trim().trim_end_matches(['\\', ' ', ';']);
    let (_, rest) = line.split_once(' ').unwrap_or(("", line));
    let parts: Vec<&str> = rest.split(", ").collect();
    parts.iter().find(|o| !is_memory(o) && !o.ends_with(']')).map_or(String::new(), |o| o.to_string())
}
