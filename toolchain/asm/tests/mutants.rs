//! Damaged sources: whatever the text, the assembler answers with code or with errors at positions, and never panics.
use oxigo_asm as asm;

/// Sources, one a machine.
const SOURCES: &[(&str, &str)] = &[("amd64", AMD64), ("arm64", ARM64)];

const AMD64: &str = "#include \"textflag.h\"
#define TWICE(x, n) \\
\tADDQ x, x; \\
\tSHLQ $n, x
#define ONE 1
#ifdef GOARCH_amd64
DATA tab<>+0(SB)/8, $0x1122334455667788
DATA tab<>+8(SB)/4, $1.5
DATA tab<>+12(SB)/4, $\"abc\\n\"
GLOBL tab<>(SB), RODATA|NOPTR, $(8+8*ONE)
#else
nonsense
#endif
// func f(a int, b float64) (c int)
TEXT ·f(SB), NOSPLIT, $24-24
\tNO_LOCAL_POINTERS
\tMOVQ a+0(FP), AX
\tTWICE(AX, 3)
loop:\tDECQ AX
\tJNZ loop
\tMOVSD $-2.5, X1; MOVSD b+8(FP), X0
\tLEAQ tab<>+8(SB), R9
\tMOVQ 8(R9)(AX*4), BX
\tPUSHQ BX
\tCALL other∕pkg·g(SB)
\tPOPQ BX
\tVPADDD Y1, Y2, Y13
\tPCALIGN $16
\tLOCK; XADDQ AX, 0(SP)
\tMOVQ AX, c+16(FP)
\tJMP -2(PC)
\tBYTE $'x'
\tRET
TEXT ·h(SB), $5000-0
\tCALL (AX)
\tRET
";

const ARM64: &str = "#include \"textflag.h\"
#define TWICE(x, n) \\
\tADD x, x; \\
\tLSL $n, x
#ifndef GOARCH_arm64
nonsense
#endif
DATA tab<>+0(SB)/8, $0x1122334455667788
GLOBL tab<>(SB), RODATA|NOPTR, $8
TEXT ·f(SB), NOSPLIT, $24-24
\tNO_LOCAL_POINTERS
\tMOVD a+0(FP), R0
\tTWICE(R0, 3)
loop:\tSUBS $1, R0, R1
\tBNE loop; TBZ $3, R0, loop
\tFMOVD $(-2.5), F1; FMOVD $0.1, F0
\tMOVD $tab<>+8(SB), R9
\tMOVD (R9)(R0<<3), R2
\tLDP.P 16(R9), (R3, R4)
\tCALL other∕pkg·g(SB)
\tVADD V1.S4, V2.S4, V13.S4
\tVLD1.P (R9)(R2), [V30.B16, V31.B16]
\tVMOV V3.D[1], R5; VDUP R5, V3.H8
\tADD R1.UXTB<<2, R2, R3; AND $0x123456789, R4
\tPCALIGN $16
\tMRS TPIDR_EL0, R6; DC ZVA, R6; PRFM 8(R6), PLDL1KEEP
\tCSEL LT, R1, R2, R3; CASD R1, (R2), R3
\tMOVD R0, c+16(FP)
\tMOVD 0x12345678(R1), R2
\tJMP -2(PC)
\tWORD $'x'
\tRET
TEXT ·h(SB), $5000-0
\tCALL (R1)
\tRET
";

/// A small generator of numbers: the test is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

fn assemble(goarch: &str, text: Vec<u8>) -> Result<asm::Object, Vec<asm::Error>> {
    let file = syntax::pos::add_file("mutant.s", text);
    let include = |name: &str, _: &syntax::SourceFile| {
        let text = "#define NOSPLIT 4\n#define RODATA 8\n#define NOPTR 16\n#define NO_LOCAL_POINTERS FUNCDATA $1, no_pointers_stackmap(SB)\n";
        (name == "textflag.h").then(|| syntax::pos::add_file(name, text.into()))
    };
    asm::assemble(
        &file,
        &asm::Options {
            machine: asm::machine_of(goarch).expect("it is one"),
            prefix: "main",
            defines: &[&format!("GOARCH_{goarch}")],
            include: &include,
            selectors: true,
        },
    )
}

#[test]
fn the_source_itself_is_right() {
    for (goarch, source) in SOURCES {
        let object = assemble(goarch, (*source).into()).unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(object.texts.len(), 2);
        let abis =
            "def main.f ABI0\ndef main.h ABI0\nref other/pkg.g ABI0\nref runtime.morestack_noctxt ABI0\n";
        assert_eq!(object.symabis(), abis);
    }
}

#[test]
fn damaged_sources_never_panic() {
    for (goarch, source) in SOURCES {
        damaged(goarch, source);
    }
}

fn damaged(goarch: &str, source: &str) {
    let mut r = Random(1);
    let words: Vec<&str> = source.split_whitespace().collect();
    let (mut good, mut bad) = (0, 0);
    for _ in 0..6000 {
        let mut text = source.as_bytes().to_vec();
        for _ in 0..1 + r.below(4) {
            let at = r.below(text.len());
            match r.below(6) {
                0 => text[at] = b"$()<>+-*/,;:\\\"'#x0~%&|^.\n\xff"[r.below(26)],
                1 => drop(text.remove(at)),
                2 => text.insert(at, b"$()<>+-*/,;:\\\"'#9\n"[r.below(18)]),
                3 => {
                    let to = (at + r.below(40)).min(text.len());
                    text.drain(at..to);
                }
                4 => {
                    let word = words[r.below(words.len())];
                    text.splice(at..at, word.bytes());
                }
                _ => {
                    let from = r.below(text.len());
                    let part = text[from..(from + r.below(60)).min(text.len())].to_vec();
                    text.splice(at..at, part);
                }
            }
        }
        match assemble(goarch, text) {
            Ok(_) => good += 1,
            Err(errors) => {
                assert!(errors.iter().all(|e| e.pos.is_some() && !e.text.is_empty()), "{errors:?}");
                bad += 1;
            }
        }
    }
    assert!(good > 100 && bad > 1000, "{good} good, {bad} bad");
}
