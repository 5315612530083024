//! Every row of the tables against Go's own assembler: the same lines through both, byte for byte. So are all assembly files of an
//! installed Go that need nothing generated. Without an installed Go (`$GOROOT`, or `go` in the path) the tests pass unrun.
use oxigo_asm as asm;
use oxigo_asm::amd64::table::{self, Evex, Kind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn goroot() -> Option<PathBuf> {
    let from_env = std::env::var_os("GOROOT").map(PathBuf::from).filter(|p| p.join("VERSION").is_file());
    let root = from_env.or_else(|| {
        let out = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
        Some(PathBuf::from(String::from_utf8(out.stdout).ok()?.trim())).filter(|p| p.is_absolute())
    })?;
    // The encodings of another version may differ.
    let version = std::fs::read_to_string(root.join("VERSION")).ok()?;
    (version.starts_with("go1.27") && tool(&root).is_file()).then_some(root)
}

fn tool(root: &Path) -> PathBuf {
    root.join("pkg/tool/linux_amd64/asm")
}

/// Functions' bytes by name as Go's assembler lists them, and its messages.
fn go(root: &Path, file: &Path) -> (BTreeMap<String, Vec<u8>>, String) {
    let dir = file.parent().expect("it is in a folder");
    let object = std::env::temp_dir().join(format!("oxigo-asm-{}.o", std::process::id()));
    let out = Command::new(tool(root))
        .args(["-S", "-e", "-p", "main", "-D", "GOOS_linux", "-D", "GOARCH_amd64", "-D", "GOAMD64_v1", "-I"])
        .arg(root.join("pkg/include"))
        .arg("-I")
        .arg(dir)
        .arg("-o")
        .arg(&object)
        .arg(file)
        .env("GOROOT", root)
        .env("GOOS", "linux")
        .env("GOARCH", "amd64")
        .output()
        .expect("Go's assembler runs");
    let _ = std::fs::remove_file(&object);
    let mut funcs: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut current = None;
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        if !line.starts_with('\t') {
            current = line.split_once(" STEXT").map(|(name, _)| name.to_string());
            if let Some(name) = &current {
                funcs.insert(name.clone(), Vec::new());
            }
        } else if let (Some(name), Some((_, rest))) =
            (&current, line.strip_prefix("\t0x").and_then(|l| l.split_once(' ')))
        {
            // Bytes of a dump: pairs of digits up to a double space; listing lines have a decimal offset there.
            let bytes: Option<Vec<u8>> = rest
                .split("  ")
                .next()
                .unwrap_or_default()
                .split(' ')
                .map(|b| (b.len() == 2).then(|| u8::from_str_radix(b, 16).ok()).flatten())
                .collect();
            if let (Some(mut bytes), Some(f)) = (bytes, funcs.get_mut(name)) {
                f.append(&mut bytes);
            }
        }
    }
    (funcs, String::from_utf8_lossy(&out.stderr).into_owned())
}

/// A function's name and bytes, and whether it is its file's alone.
type Function = (String, Vec<u8>, bool);

fn ours(root: &Path, file: &Path) -> Result<Vec<Function>, Vec<String>> {
    let include = |name: &str, from: &syntax::SourceFile| {
        let beside = Path::new(&from.path).with_file_name(name);
        let path = if beside.is_file() { beside } else { root.join("pkg/include").join(name) };
        Some(syntax::pos::add_file(&path.display().to_string(), std::fs::read(&path).ok()?))
    };
    let text = std::fs::read(file).expect("the file can be read");
    let source = syntax::pos::add_file(&file.display().to_string(), text);
    asm::hide_columns(&source);
    let defines = &["GOOS_linux", "GOARCH_amd64", "GOAMD64_v1"];
    let object = asm::assemble(
        &source,
        &asm::Options {
            machine: asm::machine_of("amd64").expect("it is one"),
            prefix: "main",
            defines,
            include: &include,
            selectors: false,
        },
    );
    match object {
        Ok(o) => Ok(o.texts.into_iter().map(|t| (t.name.sym.to_string(), t.code, t.name.local)).collect()),
        Err(e) => Err(e.iter().map(|e| format!("{}: {}", e.pos, e.text)).collect()),
    }
}

/// Operands that fit, the `n`th choice.
fn operand(kind: Kind, n: usize, evex: bool) -> &'static str {
    let pick = |list: &[&'static str]| list[n % list.len()];
    const REGS: &[&str] = &["CX", "SI", "R9", "R13", "BP", "R12", "BX", "DI"];
    const MEMS: &[&str] = &[
        "(BX)",
        "8(BP)",
        "x<>+4(SB)",
        "(R13)",
        "300(R12)(R9*4)",
        "-1(SP)",
        "(AX*8)",
        "(R10)(BP*1)",
        "16(R13)(CX*2)",
        "(R12)",
    ];
    const XS: &[&str] = &["X1", "X9", "X3", "X15", "X0", "X12", "X7"];
    const YS: &[&str] = &["Y1", "Y9", "Y3", "Y15", "Y0", "Y12", "Y7"];
    const ZS: &[&str] = &["Z1", "Z9", "Z19", "Z31", "Z0", "Z25", "Z7"];
    const KS: &[&str] = &["K1", "K7", "K0", "K3", "K5"];
    const HIGH_XS: &[&str] = &["X17", "X9", "X31", "X25", "X0", "X20", "X7"];
    const HIGH_YS: &[&str] = &["Y17", "Y9", "Y31", "Y25", "Y0", "Y20", "Y7"];
    let (xs, ys) = if evex { (HIGH_XS, HIGH_YS) } else { (XS, YS) };
    let mixed = |regs: &[&'static str]| {
        if n.is_multiple_of(2) { regs[n / 2 % regs.len()] } else { MEMS[n / 2 % MEMS.len()] }
    };
    match kind {
        Kind::Reg => pick(REGS),
        Kind::RegMem => mixed(REGS),
        Kind::ByteReg => pick(&["CX", "SI", "R9", "BP", "BX"]),
        Kind::ByteRegMem => mixed(&["CX", "SI", "R9", "BP", "BX"]),
        Kind::Mem => pick(MEMS),
        Kind::X => pick(xs),
        Kind::XMem => mixed(xs),
        Kind::Y => pick(ys),
        Kind::YMem => mixed(ys),
        Kind::Z => pick(ZS),
        Kind::ZMem => mixed(ZS),
        Kind::K => pick(KS),
        Kind::KMem => mixed(KS),
        Kind::Ax => "AX",
        Kind::Al => "AL",
        Kind::Cl => pick(&["CX", "CL"]),
        Kind::X0 => "X0",
        Kind::One => "$1",
        Kind::I8 => pick(&["$2", "$-5", "$127", "$-128"]),
        Kind::U8 => pick(&["$2", "$5", "$127"]),
        Kind::B8 => pick(&["$2", "$-5", "$127", "$200", "$-128"]),
        Kind::U2 => pick(&["$2", "$0", "$3"]),
        Kind::I32 => pick(&["$300", "$-70000", "$2147483647", "$129"]),
    }
}

/// A mask and a suffix as the prefix allows them, by turns.
fn decorate(e: &Evex, n: usize, ops: &mut Vec<&'static str>) -> &'static str {
    let in_memory = ops.iter().any(|o| o.contains(['(']));
    let masked = e.mask && n.is_multiple_of(3);
    if masked {
        ops.insert(ops.len() - 1, ["K1", "K5", "K7"][n / 3 % 3]);
    }
    let zero = masked && e.zero && n.is_multiple_of(2);
    let rounding = [
        (".RN_SAE", ".RN_SAE.Z"),
        (".RU_SAE", ".RU_SAE.Z"),
        (".RZ_SAE", ".RZ_SAE.Z"),
        (".RD_SAE", ".RD_SAE.Z"),
    ];
    let (plain, with_zero) = match n % 4 {
        1 | 2 if in_memory && e.broadcast != 0 => (".BCST", ".BCST.Z"),
        1 | 2 if !in_memory && e.round => rounding[n / 4 % 4],
        1 | 2 if !in_memory && e.sae => (".SAE", ".SAE.Z"),
        _ => ("", ".Z"),
    };
    if zero { with_zero } else { plain }
}

#[test]
fn every_row() {
    let Some(root) = goroot() else { return };
    let mut names: Vec<&str> = table::names().collect();
    names.sort_unstable();
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        for row in table::rows(name).expect("it has rows") {
            for n in 0..20 {
                // Step the operands against each other.
                let mut ops: Vec<&str> = row
                    .slots
                    .iter()
                    .enumerate()
                    .map(|(i, s)| operand(s.kind, n + 3 * i * (1 + n / 7), row.evex.is_some()))
                    .collect();
                // Go's assembler forgets the REX prefix here, and so takes CH or DH instead.
                if name == "CRC32B" && matches!(ops[0], "BP" | "SI") {
                    continue;
                }
                let suffix = row.evex.map_or("", |e| decorate(&e, n, &mut ops));
                lines.push(format!("{name}{suffix} {}", ops.join(", ")));
            }
        }
    }
    lines.sort_unstable();
    lines.dedup();
    let file = std::env::temp_dir().join(format!("oxigo-asm-rows-{}.s", std::process::id()));
    compare(&root, &file, &lines);
    assert!(lines.len() > 10_000, "{} lines", lines.len());
}

#[test]
fn what_is_not_in_the_rows() {
    let Some(root) = goroot() else { return };
    let lines = "MOVQ $0, AX;MOVQ $1, R9;MOVQ $-1, R12;MOVQ $0x80000000, BP;MOVQ $0x123456789a, R15;MOVL $-1, R8;MOVW $5, DI
        VPSHUFD $-79, Y3, Y3;VPSLLW $-1, X3, X4;RORXQ $-2, R9, AX
        MOVQ $x<>+8(SB), R9;MOVL $x<>(SB), AX;MOVQ $8(SP), AX;MOVQ $a+8(FP), AX;MOVQ a+0(FP), BX
        MOVQ (TLS), CX;MOVQ 0(TLS), R14;MOVQ TLS, BX;MOVQ 0(BX)(TLS*1), BX;MOVB AH, BX;MOVB CH, (BX);MOVB AL, SIB;MOVBLZX DIB, AX
        CALL AX;CALL R9;CALL (AX);CALL 8(R12)(R9*8);CALL x<>(SB);JMP R13;JMP (SP);JMP x<>(SB);JMP 0(PC);JNE 0(PC);NOP
        MOVSD $1.5, X9;MOVSS $0.25, X3;MOVSD $0.0, X12;MOVSD $(-2.5), X1;ADDSD $1e10, X2;DIVSS $3.0, X2;MOVSD $-0.0, X1
        REP; MOVSB;LOCK; XADDQ AX, (BX);REPN; SCASQ;BYTE $0x90;WORD $0x1234;LONG $0x12345678;QUAD $0x123456789abcdef0;INT $3;INT $0x80
        CMPPS X1, X2, 5;CMPSD X1, X2, $6;MUL X;LOOP l;l: LOOPEQ l;JCXZQ l;JCXZL l;PUSHQ AX; POPQ BX; RET;SHLQ $1, AX, BX;SALQ $3, DX
        XCHGQ AX, AX;XCHGL AX, AX;MOVL $0xffffffff, AX;ADDQ $0xffffffff, AX;CMPB BX, $0xff;ANDL $0xfffffff0, CX;TESTQ $0x80000000, AX
        MULQ DX:AX;SHLQ $63, AX;ADDQ $128, SP;SUBQ $-128, BX;ADJSP $128; ADJSP $-128;ADJSP $16; MOVQ b+8(FP), AX; ADJSP $-16; ADJSP $-112, SP; MOVQ b+8(FP), AX; ADJSP $112, SP; RET";
    // A few are no instructions.
    let bad = ["MUL X", "MULQ DX:AX", "LOOP l", "JCXZQ l", "JCXZL l", "l: LOOPEQ l"];
    let lines: Vec<String> = lines
        .split([';', '\n'])
        .map(|l| l.trim().to_string())
        .collect::<Vec<_>>()
        .join(";")
        .split(';')
        .map(String::from)
        .filter(|l| !l.is_empty() && !bad.contains(&l.as_str()))
        .collect();
    let file = std::env::temp_dir().join(format!("oxigo-asm-lines-{}.s", std::process::id()));
    compare(&root, &file, &lines);
}

#[test]
fn files_of_go() {
    let Some(root) = goroot() else { return };
    let mut files = Vec::new();
    assembly_files(&root.join("src"), &mut files);
    let (mut funcs, mut bad) = (0, Vec::new());
    for file in files {
        let (theirs, messages) = go(&root, &file);
        // Packages of the runtime may do more, and some files need headers that the compiler writes.
        if !messages.is_empty() {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("text");
        let outline: Vec<String> =
            asm::outline(&text, "main").into_iter().filter(|o| o.1).map(|o| o.0.to_string()).collect();
        match ours(&root, &file) {
            Ok(list) if list.iter().any(|f| !f.2 && !outline.contains(&f.0)) => {
                bad.push(format!("{}: {outline:?} is not what the file defines", file.display()));
            }
            Err(e) => bad.push(format!("{}: {e:?}", file.display())),
            Ok(list) => {
                for (name, code, _) in list {
                    funcs += 1;
                    if theirs.get(&name) != Some(&code) {
                        bad.push(format!("{}: {name} differs", file.display()));
                    }
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(funcs > 100, "{funcs} functions");
}

fn assembly_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for e in std::fs::read_dir(dir).expect("a folder").flatten() {
        let (path, name) = (e.path(), e.file_name().to_string_lossy().into_owned());
        if path.is_dir() && name != "testdata" && name != "cmd" {
            assembly_files(&path, out);
        } else if name.ends_with("_amd64.s") {
            out.push(path);
        }
    }
}

/// Each line as a function of its own through both assemblers.
fn compare(root: &Path, file: &Path, lines: &[String]) {
    let mut text = String::from("#include \"textflag.h\"\nDATA x<>+0(SB)/8, $1\nGLOBL x<>(SB), NOPTR, $16\n");
    for (i, l) in lines.iter().enumerate() {
        text += &format!("TEXT ·f{i}(SB), NOSPLIT|NOFRAME, $0\n\t{l}\n");
    }
    std::fs::write(file, text).expect("the temporary folder is writable");
    let (theirs, messages) = go(root, file);
    let ours = ours(root, file);
    std::fs::remove_file(file).expect("it was written");
    let ours =
        ours.unwrap_or_else(|e| panic!("{} errors of ours:\n{}", e.len(), e[..e.len().min(40)].join("\n")));
    let listed: Vec<&str> = messages.lines().take(60).collect();
    assert!(messages.is_empty(), "Go's assembler says:\n{}", listed.join("\n"));
    let mut bad = Vec::new();
    for (name, code, _) in &ours {
        let line = &lines[name["main.f".len()..].parse::<usize>().expect("a number")];
        if theirs.get(name) != Some(code) {
            bad.push(format!("{line}\n  Go   {:02x?}\n  ours {code:02x?}", theirs.get(name)));
        }
    }
    assert!(
        bad.is_empty(),
        "{} of {} differ:\n{}",
        bad.len(),
        ours.len(),
        bad[..bad.len().min(400)].join("\n")
    );
    assert_eq!(ours.len(), lines.len());
}
