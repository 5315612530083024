//! arm64.
use super::{Go, compare, compare_in, files};
use oxigo_asm::arm64::table::{self, Row, Shape, Slot};

/// The `n`th way to write a row's operands.
fn operands(row: &Row, n: usize) -> Vec<String> {
    const REGS: [&str; 9] = ["R0", "R5", "R13", "R26", "g", "R30", "ZR", "R27", "R18_PLATFORM"];
    const CONDITIONS: [&str; 14] =
        ["EQ", "NE", "HS", "LO", "MI", "PL", "VS", "VC", "HI", "LS", "GE", "LT", "GT", "LE"];
    const WIDE: [[&str; 3]; 3] = [["H8", "B8", "B16"], ["S4", "H4", "H8"], ["D2", "S2", "S4"]];
    const ARRANGEMENTS: [&str; 7] = ["B8", "B16", "H4", "H8", "S2", "S4", "D2"];
    let of = |list: &[&str]| list[n % list.len()].to_string();
    // All of a row's operands are in the same way arranged, or wide and narrow.
    let arrangement = |shape: Shape| match shape {
        Shape::T => of(&ARRANGEMENTS),
        Shape::H => of(&ARRANGEMENTS[..6]),
        Shape::Q => of(&ARRANGEMENTS[..4]),
        Shape::E => of(&["B8", "B16", "H4", "H8", "S4"]),
        Shape::B => of(&ARRANGEMENTS[..2]),
        Shape::F => of(&ARRANGEMENTS[4..]),
        Shape::Wide => WIDE[n % 3][0].into(),
        Shape::Narrow { second } => WIDE[n % 3][1 + usize::from(second)].into(),
        Shape::Exact(a) => format!("{a:?}"),
    };
    let bits = row.slots.iter().find_map(|s| match s {
        Slot::Vector(_, shape @ Shape::Narrow { .. }) => Some(arrangement(*shape)),
        _ => None,
    });
    let bits = bits.or_else(|| match row.slots.last() {
        Some(Slot::Vector(_, shape)) => Some(arrangement(*shape)),
        _ => None,
    });
    let width = bits.map_or(8, |a| match &a[..1] {
        "B" => 8,
        "H" => 16,
        "S" => 32,
        _ => 64,
    });
    let mut out = Vec::new();
    for (i, slot) in row.slots.iter().enumerate() {
        // Step the operands against each other.
        let k = n + 3 * i * (1 + n / 7);
        out.push(match *slot {
            Slot::General(_) => REGS[k % REGS.len()].into(),
            Slot::Float(_) => format!("F{}", k * 7 % 32),
            Slot::Whole(_) => format!("V{}", k * 7 % 32),
            Slot::Vector(_, shape) => format!("V{}.{}", k * 7 % 32, arrangement(shape)),
            Slot::Pair(..) => format!("(R{}, R{})", k % 13, 19 + k % 8),
            Slot::Couple(_) => format!("(R{}, R{})", k % 8 * 2, k % 8 * 2 + 1),
            Slot::Memory => ["(R14)", "(RSP)", "(R1)"][k % 3].into(),
            Slot::Condition { .. } => CONDITIONS[k % CONDITIONS.len()].into(),
            Slot::Number { bits, .. } => format!("${}", [0, 1, (1 << bits) - 1, (1 << bits) / 3][k % 4]),
            Slot::Zero => "$0".into(),
            Slot::ZeroFloat => "$(0.0)".into(),
            Slot::ShiftRight => format!("${}", [1, width, width / 2 + 1][k % 3]),
            Slot::ShiftLeft => format!("${}", [0, width - 1, width / 2][k % 3]),
            Slot::NoShift => continue,
        });
    }
    out
}

/// What is not to be tried: registers that must differ, and the second of two ways to write the same constant.
fn odd(name: &str, ops: &[String]) -> bool {
    let store = name.starts_with("ST");
    // ZR takes the place of such a zero.
    (store && ops.len() == 3 && ops[..2].iter().any(|o| o.contains(&*ops[2])))
        || name == "CLREX" && ops.len() == 1 && ops[0] == "$0"
        // Go's assembler gives another instruction there.
        || matches!(name, "VREV16" | "VREV32" | "VREV64" | "VCLS" | "VCLZ") && ops[0].contains(".D")
}

#[test]
fn every_row() {
    let Some(go) = Go::installed("arm64") else { return };
    let mut names: Vec<&str> = table::names().collect();
    names.sort_unstable();
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        for row in table::rows(name) {
            for n in 0..14 {
                let ops = operands(row, n);
                if !odd(name, &ops) {
                    lines.push(format!("{name} {}", ops.join(", ")));
                }
            }
        }
    }
    lines.sort_unstable();
    lines.dedup();
    compare(&go, "rows", &lines);
    assert!(lines.len() > 4000, "{} lines", lines.len());
}

/// `{a,b}` stands for both, all combinations of a line's.
fn expand(text: &str) -> Vec<String> {
    let Some((head, rest)) = text.split_once('{') else { return vec![text.into()] };
    let (choices, tail) = rest.split_once('}').expect("a closing brace");
    choices.split('|').flat_map(|c| expand(&format!("{head}{c}{tail}"))).collect()
}

#[test]
fn what_is_not_in_the_rows() {
    let Some(go) = Go::installed("arm64") else { return };
    let text = "
        {ADD|ADDW|SUB|SUBW|ADDS|SUBSW} ${0|1|4095|4096|0xfff000|0xaaaaaa|0x10001|-1|-6|0x12345678|0x5555555555555555}, R3, R9
        {ADD|SUBW} ${1|4095|4096|0xaaaaaa|-1}, RSP, R4; {ADD|SUB} ${16|4096|0x1010}, {RSP|R3, RSP}
        {ADD|SUB|ADDW|SUBS} {R1|ZR|R1<<3|R1>>7|R1->9|R1.UXTB|R1.SXTX<<4|R1.UXTW<<2}, R2, R3
        {ADD|SUB|ADDW} {R1|R1<<3|R1.SXTW<<1}, RSP, {R3|RSP}
        {CMP|CMPW|CMN|CMNW} {R1|ZR|R1<<3|R1.SXTH<<2|$0|$7|$4096|$-1|$0x12345|$0x123456789}, R6
        {CMP|CMNW} {R1|R1<<2|R1.SXTX|$5|$0x22220000}, RSP
        {AND|ORRW|EOR|BIC|ORN|EONW|ANDS|BICSW} ${1|0|-2|0xff00|0x5555555555555555|0x12345|0xaaa000|0x1234567890abcdef}, R3, R9
        {AND|ORR|EOR} $0xff00, R4, RSP
        {AND|EORW|BIC|ANDS|ORN} {R7<<5|R7>>5|R7->5|R7@>5}, R4, R5
        {TST|TSTW} {R1|R1@>6|$1|$0xff0|$0x1234567}, R9
        {NEG|NEGS|NEGW} {R3<<4|R3->4}, R5; {MVN|MVNW} R3@>4, R5
        {LSL|LSR|ASR|ROR} {$0|$1|$33|$63|R4}, {R5|R5, R6}; {LSLW|LSRW|ASRW|RORW} {$0|$31|R4}, R5, R6
        {BFI|BFXIL|SBFIZ|SBFX|UBFIZ|UBFX} ${0|5|30}, R4, ${1|17}, R6; {BFIW|SBFXW|UBFIZW} $5, R4, $17, R6
        {REM|REMW|UREM|UREMW} R3, {R4|R4, R5}
        {MOVK|MOVKW|MOVZ|MOVNW} $({7|0xffff}<<{0|16}), R9; {MOVK|MOVZ|MOVN} $(0x1234<<48), R9
        {MOVD|MOVW} ${0|1|-1|0xffff|0x10000|0x12340000|-0x12340000|0xff00ff00|0x12345678|-0x12345678|0xaaa000}, R9
        MOVD ${0x123456789abc|0x1234ffff5678ffff|0x123400005678|-0x123456789|0x5555555555551234|0x5555000055550000|0x00ff00ff00ff1234|0x123456789abcdef0}, R9
        MOVD {$0xff00ff00ff00ff00|R3|RSP}, RSP; MOVD RSP, R4
        {MOVB|MOVBU|MOVH|MOVHU|MOVW|MOVWU|MOVD} {R3|ZR|$0}, R4
        {MOVB|MOVHU|MOVW|MOVWU|MOVD} {0|1|8|255|-256|-257|2041|4095|-4095|4104|32760|0x10008|0xfffff8|0x12345671}({R3|RSP}), R4
        {MOVB|MOVH|MOVW|MOVD} R4, {0|1|8|255|-256|-257|2041|4095|-4095|4104|32760|0x10008|0xfffff8|0x12345671}({R3|RSP})
        {FMOVS|FMOVD|FMOVQ} {0|4|8|16|-3|300|-300|65520|0x10010|-70000|0x12345671}(R3), F4
        {FMOVS|FMOVD|FMOVQ} F4, {0|4|8|16|-3|300|-300|65520|0x10010|-70000|0x12345671}(R3)
        {MOVB|MOVBU|MOVH|MOVHU|MOVW|MOVWU|MOVD|FMOVQ}{.P|.W} {16|-256|255}({R3|RSP}), {R4|F4}
        {MOVB|MOVH|MOVW|MOVD}{.P|.W} R4, {16|-256|255}({R3|RSP}); {FMOVS|FMOVD|FMOVQ}{.P|.W} {16|-256}(R3), F4
        {FMOVS|FMOVD|FMOVQ}{.P|.W} F4, {16|-256}(R3)
        {MOVB|MOVBU} ({R3|RSP})({R5|R5*1|R5.UXTW|R5.SXTX}), R4; {MOVH|MOVHU} (R3)({R5|R5<<1|R5.SXTW<<1|R5.UXTW}), R4
        {MOVW|MOVWU} (R3)({R5|R5<<2|R5.SXTW<<2}), R4; MOVD (R3)({R5|R5<<3|R5.SXTX<<3}), R4; FMOVD (R3)({R5|R5<<3}), F4
        MOVD R4, (R3)({R5|R5<<3|R5.SXTW}); MOVB R4, (R3)(R5); FMOVS F4, (R3)({R5|R5<<2}); MOVH ZR, (R3)(R5<<1)
        {MOVD|MOVW|MOVWU|MOVB|MOVHU|FMOVD|FMOVS|FMOVQ} x<>+{0|3|8}(SB), {R4|F4}; {MOVD|MOVW|MOVB} R4, x<>+{0|3|8}(SB); {FMOVD|FMOVQ} F4, x<>(SB)
        MOVD ${x<>(SB)|x<>+8(SB)|8(R3)|-8(RSP)|4096(R3)|70000(RSP)|-70000(R3)|0x12345678(R3)|a+8(FP)|a-8(SP)}, R4
        {MOVD|MOVW|MOVB} {a+8(FP)|a-8(SP)|a+5000(FP)}, R4; FMOVD F3, a+8(FP)
        LDPSW {0|8|-256|248|1000|12|5000}(R3), (R4, R5)
        {LDP|LDPW} {0|8|-256|248|504|1000|-1000|12|5000|0x12348|-70000|0x12345678}({R3|RSP}), (R4, R5)
        {STP|STPW} (R4, {R5|ZR}), {0|8|-256|504|1000|-1000|5000|0x12348|0x12345678}(R3)
        {FLDPS|FLDPD|FLDPQ} {0|16|-240|1008|5000}(R3), (F4, F5); {FSTPS|FSTPD|FSTPQ} (F4, F5), {0|16|-240|1008|5000}(R3)
        {LDP|STP|LDPW|STPW}{.P|.W} {16(R3), (R4, R5)|16(RSP), (R4, R5)}
        {LDP|FLDPQ} x<>+4(SB), {(R4, R5)|(F4, F5)}; STP (R4, R5), x<>(SB)
        FMOVD ${0.0|1.0|-2.5|2.0|0.1|31.0|1e300}, F4; FMOVS ${0.0|0.5|0.1|(-0.0)}, F4; {FMOVD|FMOVS} {R3|ZR|F3}, F4; FMOVD F3, R4
        VMOVS $0x11223344, V4; VMOVD $0x1122334455667788, V4; VMOVQ $0x1122334455667788, $0x99aabbccddeeff00, V4
        VMOV {V3.B[15]|V3.H[7]|V3.S[2]|V3.D[1]}, {R4|V4}; VMOV R3, {V4.B[15]|V4.H[7]|V4.S[2]|V4.D[1]|V4.B16|V4.H4|V4.S2|V4.D2}
        VMOV V3.{B[3], V4.B[15]|H[3], V4.H[7]|S[3], V4.S[1]|D[0], V4.D[1]|B16, V4.B16}; VMOVI ${0|82|255}, V4.{B8|B16}
        VDUP {R3, V4.B8|R3, V4.D2|V3.B[5], V4.B16|V3.H[7], V4.H4|V3.S[1], V4.S4|V3.D[1], V4.D2|V3.S[1], V4}
        {VTBL|VTBX} V3.B16, [{V5.B16|V5.B16, V6.B16|V30.B16, V31.B16, V0.B16|V5.B16, V6.B16, V7.B16, V8.B16}], V4.B16
        {VLD1|VLD1.P} ({R3|RSP}), [{V5.B16|V5.D1|V5.H4, V6.H4|V31.S2, V0.S2, V1.S2|V5.D2, V6.D2, V7.D2, V8.D2}]
        VLD1.P {16(R3), [V5.B16]|32(R3), [V5.B16, V6.B16]|24(R3), [V5.B8, V6.B8, V7.B8]|(R3)(R4), [V5.S4]}
        VST1.P {[V5.B16], 16(R3)|[V5.B16, V6.B16], (R3)(R4)|[V5.S4], (R3)}; VST1 [V5.B8, V6.B8], (R3)
        VLD{2|2.P} (R3), [V5.H8, V6.H8]; VST2.P [V5.H8, V6.H8], 32(R3); VLD3 (R3), [V5.S4, V6.S4, V7.S4]; VST4 [V5.B8, V6.B8, V7.B8, V8.B8], (R3)
        VLD1R.P {1(R3), [V5.B16]|8(R3), [V5.D2]|(R3)(R4), [V5.S4]}; VLD2R (R3), [V5.H8, V6.H8]; VLD3R (R3), [V5.S4, V6.S4, V7.S4]; VLD4R.P 16(R3), [V5.S4, V6.S4, V7.S4, V8.S4]
        VLD1 (R3), {V5.B[15]|V5.H[7]|V5.S[3]|V5.D[1]}; VLD1.P {1(R3), V5.B[9]|8(R3), V5.D[1]|(R3)(R4), V5.S[2]}
        VST1 {V5.B[15]|V5.H[7]|V5.S[3]|V5.D[1]}, (R3); VST1.P {V5.H[5], 2(R3)|V5.S[1], 4(R3)|V5.S[2], (R3)(R4)}
        MRS {TPIDR_EL0|NZCV|FPCR|MIDR_EL1|DIT}, R4; MSR {R4|ZR}, {TPIDR_EL0|FPSR|DIT}; MSR $1, {DIT|SPSel|DAIFSet|DAIFClr}; MOVD NZCV, R4; MOVD R4, FPSR
        SYS $32768; SYS $32768, R4; SYSL $0, R4; TLBI VMALLE1IS; TLBI VAE1IS, R4; DC {ZVA|CIVAC}, R4; BTI {C|J|JC}; HINT $6
        PRFM {(R3)|240(RSP)}, {PLDL1KEEP|PSTL3STRM|PLIL2KEEP|$25}; RPRFM (R3), R4, {PLDKEEP|PSTSTRM|$43}
        B (R3); JMP (R3); BL (R3); CALL R3; RET; RET (R3); B x<>(SB); CALL x<>+4(SB); JMP 0(PC); BEQ 0(PC); CBZ R3, 0(PC); CBNZW R3, 0(PC)
        TBZ ${0|31|32|63}, R3, 0(PC); TBNZ $5, R3, 0(PC); ADR 0(PC), R3; {BHS|BCC|BMI|BVC|BLE} 0(PC); WORD $0x12345678; WORD $-2
        DWORD $0x123456789abcdef0; NOP; UNDEF; SVC; SVC $3; BRK $1; DMB $11; ISB $15; YIELD; CLREX; CLREX $3; ERET; MOVD a+8(FP), R(4)
    ";
    // A register of the wrong class, and a pair of a load where a store's is.
    let bad = |l: &str| {
        let others = if l.starts_with('F') { [", R4", "(R4, R5)"] } else { [", F4", "(F4, F5)"] };
        others.iter().any(|o| l.contains(o)) || l.starts_with("ST") && l.ends_with(", (R4, R5)")
    };
    let lines = text.split([';', '\n']).map(str::trim).filter(|l| !l.is_empty());
    let mut lines: Vec<String> = lines.flat_map(expand).filter(|l| !bad(l)).collect();
    lines.sort_unstable();
    lines.dedup();
    compare(&go, "lines", &lines);
    assert!(lines.len() > 1000, "{} lines", lines.len());
}

#[test]
fn frames() {
    let Some(go) = Go::installed("arm64") else { return };
    let leaf = "MOVD a+8(FP), R1\n\tMOVD R1, b-8(SP)\n\tMOVD $c-16(SP), R2\n\tRET";
    let bodies = [
        leaf.to_string(),
        format!("CALL (R3)\n\t{leaf}"),
        "CALL (R3)\n\tRET (R4)".into(),
        "B again\nagain: BL x<>(SB)\n\tCBZ R1, again\n\tRET x<>(SB)".into(),
        "CALL (R3)\n\tSUB $16, RSP\n\tADD $16, RSP\n\tRET\n\tMOVD $0x12345678(R1), R2".into(),
        format!("TBZ $1, R1, far\n\t{}\nfar:\tRET", "WORD $0\n\t".repeat(8200)),
    ];
    for size in [0, 8, 24, 40, 104, 120, 136, 232, 248, 4000, 4088, 4104, 5000, 70008] {
        for flags in ["0", "NOSPLIT", "NEEDCTXT"] {
            compare_in(&go, "frames", &format!("{flags}, ${size}-32"), &bodies);
        }
    }
    compare_in(&go, "frames", "NOSPLIT|NOFRAME, $0-32", &bodies);
    compare_in(&go, "frames", "NOSPLIT, $-8-32", &bodies);
}

/// What Go tries its own assembler with, line by line, as far as its sources are installed. Vectors of any length are not ours.
#[test]
fn lines_of_go() {
    let Some(go) = Go::installed("arm64") else { return };
    let folder = go.root.join("src/cmd/asm/internal/asm/testdata");
    for file in ["arm64.s", "arm64enc.s"] {
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else { return };
        let own = |l: &&str| {
            let word = l.split_whitespace().next().unwrap_or_default();
            let labels = ["next", "again", "label", "loop", "foo", "bar"].iter().any(|n| l.contains(n));
            let any_length = |t: &str| {
                t.len() > 1
                    && t.starts_with(['Z', 'P'])
                    && t.trim_start_matches(['Z', 'P', 'N']).parse::<u8>().is_ok()
            };
            let scalable = l.split(|c: char| !c.is_alphanumeric()).any(any_length);
            !matches!(word, "" | "TEXT" | "END" | "DATA" | "GLOBL")
                && !l.starts_with(['#', ';'])
                && !word.ends_with(':')
                && !labels
                && !scalable
                && !l.contains("(PC)")
        };
        let stripped = text.lines().map(|l| l.split("//").next().unwrap_or_default().trim());
        let mut lines: Vec<String> = stripped.filter(own).map(String::from).collect();
        lines.sort_unstable();
        lines.dedup();
        compare(&go, file, &lines);
        assert!(lines.len() > 500, "{file}: {} lines", lines.len());
    }
}

#[test]
fn files_of_go() {
    let Some(go) = Go::installed("arm64") else { return };
    files(&go, 100);
}
