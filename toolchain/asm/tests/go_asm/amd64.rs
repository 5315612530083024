//! amd64.
use super::{Go, compare, files};
use oxigo_asm::amd64::table::{self, Evex, Kind};

/// Operands that fit, the `n`th choice.
fn operand(kind: Kind, n: usize, evex: bool) -> String {
    let pick = |list: &[&'static str]| list[n % list.len()].to_string();
    // Registers that no other operand has: gathers want them distinct.
    let indices = |class: char| {
        let memory = pick(&[
            "(BX)", "8(BP)", "", "(R13)", "64(R12)", "-4(SP)", "508(AX)", "1024(DI)", "16(R9)", "-3(R8)",
        ]);
        let register = if evex { [2, 10, 28, 18, 14][n % 5] } else { [2, 10, 14][n % 3] };
        format!("{memory}({class}{register}*{})", 1 << (n % 4))
    };
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
        let list = if n.is_multiple_of(2) { regs } else { MEMS };
        list[n / 2 % list.len()].to_string()
    };
    match kind {
        Kind::Reg => pick(REGS),
        Kind::RegMem => mixed(REGS),
        Kind::ByteReg => pick(&["CX", "SI", "R9", "BP", "BX"]),
        Kind::ByteRegMem => mixed(&["CX", "SI", "R9", "BP", "BX"]),
        Kind::Mem => pick(MEMS),
        Kind::XIndex => indices('X'),
        Kind::YIndex => indices('Y'),
        Kind::ZIndex => indices('Z'),
        Kind::X => pick(xs),
        Kind::XMem => mixed(xs),
        Kind::Y => pick(ys),
        Kind::YMem => mixed(ys),
        Kind::Z => pick(ZS),
        Kind::ZMem => mixed(ZS),
        Kind::K => pick(KS),
        Kind::KMem => mixed(KS),
        Kind::Ax => "AX".into(),
        Kind::Al => "AL".into(),
        Kind::Cl => pick(&["CX", "CL"]),
        Kind::X0 => "X0".into(),
        Kind::One => "$1".into(),
        Kind::I8 => pick(&["$2", "$-5", "$127", "$-128"]),
        Kind::U8 => pick(&["$2", "$5", "$127"]),
        Kind::B8 => pick(&["$2", "$-5", "$127", "$200", "$-128"]),
        Kind::U2 => pick(&["$2", "$0", "$3"]),
        Kind::I32 => pick(&["$300", "$-70000", "$2147483647", "$129"]),
    }
}

/// A mask and a suffix as the prefix allows them, by turns.
fn decorate(e: &Evex, n: usize, ops: &mut Vec<String>) -> &'static str {
    let in_memory = ops.iter().any(|o| o.contains('('));
    let masked = e.must || e.mask && n.is_multiple_of(3);
    if masked {
        ops.insert(ops.len() - 1, ["K1", "K5", "K7"][n / 3 % 3].into());
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
    let Some(go) = Go::installed("amd64") else { return };
    let mut names: Vec<&str> = table::names().collect();
    names.sort_unstable();
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        for row in table::rows(name).expect("it has rows") {
            for n in 0..20 {
                // Step the operands against each other.
                let mut ops: Vec<String> = row
                    .slots
                    .iter()
                    .enumerate()
                    .map(|(i, s)| operand(s.kind, n + 3 * i * (1 + n / 7), row.evex.is_some()))
                    .collect();
                // Go's assembler forgets the REX prefix here, and so takes CH or DH instead.
                if name == "CRC32B" && matches!(&*ops[0], "BP" | "SI") {
                    continue;
                }
                let suffix = row.evex.map_or("", |e| decorate(&e, n, &mut ops));
                lines.push(format!("{name}{suffix} {}", ops.join(", ")));
            }
        }
    }
    lines.sort_unstable();
    lines.dedup();
    compare(&go, "rows", &lines);
    assert!(lines.len() > 10_000, "{} lines", lines.len());
}

#[test]
fn what_is_not_in_the_rows() {
    let Some(go) = Go::installed("amd64") else { return };
    let lines = "MOVQ $0, AX;MOVQ $1, R9;MOVQ $-1, R12;MOVQ $0x80000000, BP;MOVQ $0x123456789a, R15;MOVL $-1, R8;MOVW $5, DI
        VPSHUFD $-79, Y3, Y3;VPSLLW $-1, X3, X4;RORXQ $-2, R9, AX
        MOVQ $x<>+8(SB), R9;MOVL $x<>(SB), AX;MOVQ $8(SP), AX;MOVQ $a+8(FP), AX;MOVQ a+0(FP), BX
        MOVQ (TLS), CX;MOVQ 0(TLS), R14;MOVQ TLS, BX;MOVQ 0(BX)(TLS*1), BX;MOVB AH, BX;MOVB CH, (BX);MOVB AL, SIB;MOVBLZX DIB, AX
        CALL AX;CALL R9;CALL (AX);CALL 8(R12)(R9*8);CALL x<>(SB);JMP R13;JMP (SP);JMP x<>(SB);JMP 0(PC);JNE 0(PC);NOP
        MOVSD $1.5, X9;MOVSS $0.25, X3;MOVSD $0.0, X12;MOVSD $(-2.5), X1;ADDSD $1e10, X2;DIVSS $3.0, X2;MOVSD $-0.0, X1
        REP; MOVSB;LOCK; XADDQ AX, (BX);REPN; SCASQ;BYTE $0x90;WORD $0x1234;LONG $0x12345678;QUAD $0x123456789abcdef0;INT $3;INT $0x80
        CMPPS X1, X2, 5;CMPSD X1, X2, $6;MUL X;LOOP l;l: LOOPEQ l;JCXZQ l;JCXZL l;PUSHQ AX; POPQ BX; RET;SHLQ $1, AX, BX;SALQ $3, DX
        XCHGQ AX, AX;XCHGL AX, AX;MOVL $0xffffffff, AX;ADDQ $0xffffffff, AX;CMPB BX, $0xff;ANDL $0xfffffff0, CX;TESTQ $0x80000000, AX
        MULQ DX:AX;SHLQ $63, AX;ADDQ $128, SP;SUBQ $-128, BX;LEAL 3755991008(DX), SI;LEAL -2147483649(AX)(BX*4), R9;LEAL 0x123456789(SP), AX;ADJSP $128; ADJSP $-128;ADJSP $16; MOVQ b+8(FP), AX; ADJSP $-16; ADJSP $-112, SP; MOVQ b+8(FP), AX; ADJSP $112, SP; RET";
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
    compare(&go, "lines", &lines);
}

#[test]
fn files_of_go() {
    let Some(go) = Go::installed("amd64") else { return };
    files(&go, 100);
}
