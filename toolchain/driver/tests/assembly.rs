//! Programs with assembly: what the switches for wrappers say and do, and how mistakes are reported. Each case is a little module.

mod support;

use std::time::Duration;
use support::{Column, Outcome, Scratch, oxigo, run};

const MAIN: &str = "package main

import \"os\"

func add(a, b int) int
func double(a int) int
func viaGo(a int) int

//go:noinline
func back(a int) int { return a + 1 }

func main() {
\tf := add
\tg := double
\tif len(os.Args) > 1 {
\t\tf, g = nil, nil
\t}
\tprintln(f(1, 2), g(4), viaGo(6))
}
";

const ASM: &str = "#include \"textflag.h\"
#include \"funcdata.h\"

TEXT ·add(SB), NOSPLIT, $0-24
\tMOVQ a+0(FP), AX
\tADDQ b+8(FP), AX
\tMOVQ AX, ret+16(FP)
\tRET

TEXT ·double(SB), NOSPLIT, $0-16
\tMOVQ a+0(FP), AX
\tADDQ AX, AX
\tMOVQ AX, ret+8(FP)
\tRET

TEXT ·viaGo(SB), $16-16
\tNO_LOCAL_POINTERS
\tMOVQ a+0(FP), AX
\tMOVQ AX, 0(SP)
\tCALL ·back(SB)
\tMOVQ 8(SP), AX
\tMOVQ AX, ret+8(FP)
\tRET
";

fn installed() -> bool {
    let goroot = oxigo().args(["env", "GOROOT"]).output().expect("oxigo runs");
    !goroot.stdout.trim_ascii().is_empty()
}

/// Builds a module of these two files; the result is what the build said, and what the program did if there is one.
fn build(name: &str, main: &str, assembly: &str, flags: &[&str]) -> (Outcome, Option<Outcome>) {
    let dir = Scratch::new(name);
    std::fs::write(dir.path("go.mod"), "module example.com/m\n\ngo 1.27\n").expect("the folder is writable");
    std::fs::write(dir.path("main.go"), main).expect("the folder is writable");
    std::fs::write(dir.path("asm_amd64.s"), assembly).expect("the folder is writable");
    // Not for this machine.
    std::fs::write(dir.path("asm_arm64.s"), "nonsense").expect("the folder is writable");
    let exe = dir.path("a.out");
    let mut command = oxigo();
    command.arg("build").args(flags).arg("-o").arg(&exe).arg(".").current_dir(&dir.0);
    let built = run(&mut command, Duration::from_secs(300)).expect("oxigo runs");
    let ran = (built.status == 0).then(|| {
        run(&mut std::process::Command::new(&exe), Duration::from_secs(60)).expect("the program runs")
    });
    (built, ran)
}

#[test]
fn switches() {
    if !installed() {
        return;
    }
    let all = "abiwrap: ABIInternal to ABI0 wrapper for main.add
abiwrap: ABIInternal to ABI0 wrapper for main.double
abiwrap: ABI0 to ABIInternal wrapper for main.back
";
    let (built, ran) = build("abiwrap_all", MAIN, ASM, &["--debug", "abiwrap"]);
    assert_eq!((built.output.as_str(), built.status), (all, 0));
    assert_eq!(ran.expect("it was built").output, "3 8 7\n");

    // The first two: the third crossing dies.
    let (built, ran) = build("abiwrap_limit", MAIN, ASM, &["--abiwrap-limit", "3"]);
    assert_eq!(built.output, "abiwrap: limit reached after the wrapper for main.double\n");
    let ran = ran.expect("it was built");
    assert_eq!(ran.status, 2, "{}", ran.output);
    let want = "fatal error: abiwrap: no wrapper from ABI0 to ABIInternal for main.back\n";
    assert!(ran.output.starts_with(want), "{}", ran.output);

    for flags in [&["--abiwrap=false"][..], &["-abiwrap-limit=1"]] {
        let (built, ran) = build("abiwrap_none", MAIN, ASM, flags);
        assert_eq!((built.output.as_str(), built.status), ("", 0));
        let ran = ran.expect("it was built");
        let want = "fatal error: abiwrap: no wrapper from ABIInternal to ABI0 for main.add\n";
        assert!(ran.output.starts_with(want) && ran.status == 2, "{}", ran.output);
    }

    // Direct calls need none.
    let direct = "package main\n\nfunc add(a, b int) int\n\nfunc main() { println(add(1, 2)) }\n";
    let (built, ran) =
        build("abiwrap_direct", direct, &ASM[..ASM.find("TEXT ·double").unwrap()], &["--abiwrap=false"]);
    assert_eq!(built.output, "");
    assert_eq!(ran.expect("it was built").output, "3\n");
}

fn refused(name: &str, main: &str, assembly: &str, want: &str) {
    let (built, _) = build(name, main, assembly, &[]);
    assert_eq!((built.output.as_str(), built.status), (want, 1), "{name}");
}

#[test]
fn mistakes() {
    if !installed() {
        return;
    }
    let main = "package main\n\nfunc f()\n\nfunc main() { f() }\n";
    let at = |line: u32, text: &str| format!("# example.com/m\n./asm_amd64.s:{line}: {text}\n");
    let text = "TEXT ·f(SB), $0\n\tRET\n\tADDQ X0, AX\n\tJMP nowhere\n\tMOVQ (AX)(SP*2), BX\nx:\nx:\n";
    let want = "# example.com/m
./asm_amd64.s:5: SP cannot be an index
";
    refused("asm_syntax", main, text, want);
    let text = text.replace("\tMOVQ (AX)(SP*2), BX\n", "");
    let want = "# example.com/m
./asm_amd64.s:3: invalid instruction: ADDQ X0, AX
./asm_amd64.s:4: branch to undefined label \"nowhere\"
./asm_amd64.s:6: label \"x\" multiply defined
";
    refused("asm_encoding", main, &text, want);
    refused("asm_include", main, "#include \"nope.h\"\n", &at(1, "open nope.h: no such file or directory"));
    // Who has assembly may have bodies elsewhere: only linking tells.
    refused(
        "asm_missing",
        main,
        "TEXT ·g(SB), $0\n\tRET\n",
        "# example.com/m\n./main.go:5:16: main.f: relocation target not defined (function declared without body)\n",
    );
    let want = at(1, "main.f: relocation target main.g not defined");
    refused("asm_target", main, "TEXT ·f(SB), $0\n\tCALL ·g(SB)\n\tRET\n", &want);
    let want = at(2, "unbalanced PUSH/POP");
    refused("asm_push", main, "TEXT ·f(SB), $0\n\tPUSHQ AX; RET\n", &want);
    let body = "package main\n\nfunc f() {}\n\nfunc main() { f() }\n";
    let want = "# example.com/m\n./main.go:3:6: duplicated definition of symbol main.f\n\tother definition at ./asm_amd64.s:1\n";
    refused("asm_twice", body, "TEXT ·f(SB), $0\n\tRET\n", want);
}

#[test]
fn stack_rules() {
    if !installed() {
        return;
    }
    // A chain without checks that needs more than there is below the guard, wrapper included.
    let main =
        "package main\n\nfunc f()\n\n//go:nosplit\nfunc g(a [50]int) { _ = a }\n\nfunc main() { f() }\n";
    let text = "#include \"textflag.h\"\nTEXT ·f(SB), NOSPLIT, $800\n\tCALL ·h(SB)\n\tRET\nTEXT ·h(SB), NOSPLIT, $200\n\tCALL ·f(SB)\n\tRET\n";
    let (built, _) = build("asm_chain", main, text, &[]);
    assert_eq!(built.status, 1);
    assert!(
        built.output.contains("nosplit stack overflow: infinite cycle: main.f calls main.h"),
        "{}",
        built.output
    );
    let text = text.replace("\tCALL ·f(SB)\n\tRET\n", "\tRET\n");
    let (built, _) = build("asm_deep", main, &text, &[]);
    assert_eq!(built.status, 1);
    assert!(built.output.contains("main.f: nosplit stack over"), "{}", built.output);

    // Locals that nobody describes: fatal when the stack is scanned, as in Go.
    let main = "package main\n\nimport \"runtime\"\n\nfunc f()\n\nfunc g() { runtime.GC() }\n\nfunc main() { f() }\n";
    let (_, ran) = build("asm_locals", main, "TEXT ·f(SB), $8-0\n\tCALL ·g(SB)\n\tRET\n", &[]);
    let ran = ran.expect("it was built");
    assert!(
        ran.output.starts_with("runtime: frame main.f untyped locals\nfatal error: missing stackmap"),
        "{}",
        ran.output
    );
    assert_eq!(ran.status, 2);
}

/// The Linux of a machine, if its programs can be made and run here.
fn column(goarch: &str) -> Option<Column> {
    let all = Column::all().into_iter();
    all.filter(|c| c.0.arch.name == goarch && !c.0.is_bare()).find(|c| c.ready())
}

/// GOROOT's assembly chooses by the processor's features, and GODEBUG takes these away.
#[test]
fn features_of_the_processor() {
    let amd64 = [
        "all",
        "avx512f",
        "avx2",
        "avx",
        "fma",
        "popcnt",
        "sse41",
        "sse42",
        "bmi2",
        "adx",
        "pclmulqdq",
        "sha",
        "aes",
    ];
    features("amd64", &amd64, "cpu.avx2=off,http2client=0,cpu.sse42=off,cpu.aes=off", &[]);
}

/// The same on arm64, where the emulator has processors with few and with many.
#[test]
fn features_of_the_processor_arm64() {
    let arm64 = ["all", "aes", "pmull", "sha1", "sha2", "sha512", "sha3", "crc32", "atomics"];
    features("arm64", &arm64, "cpu.sha3=off,http2client=0,cpu.sha2=off", &["cortex-a57", "max"]);
}

fn features(goarch: &str, less: &[&str], several: &str, processors: &[&str]) {
    let Some(column) = column(goarch).filter(|_| installed()) else { return };
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/library_assembly.go");
    let dir = Scratch::new(&format!("features_{goarch}"));
    let exe = dir.path("a.out");
    let mut command = column.build();
    command.arg("-o").arg(&exe).arg(source);
    let built = run(&mut command, column.build_limit()).expect("oxigo runs");
    assert_eq!((built.output.as_str(), built.status), ("", 0));
    let with_env = |name: &str, value: &str| {
        let mut command = column.start(&exe, &[], &[(name.into(), value.into())]);
        let ran = column.run(&mut command, 120).expect("the program runs");
        assert_eq!(ran.status, 0, "{name}={value}: {}", ran.output);
        ran.output
    };
    let with = |settings: &str| with_env("GODEBUG", settings);
    let all = with("");
    for name in less {
        assert_eq!(with(&format!("cpu.{name}=off")), all, "without {name}");
    }
    assert_eq!(with(several), all);
    assert_eq!(with("cpu.nonesuch=off"), format!("GODEBUG: unknown cpu feature \"nonesuch\"\n{all}"));
    for processor in processors {
        assert_eq!(with_env("QEMU_CPU", processor), all, "on a {processor}");
    }
}

/// Functions that nothing can stop in keep what they do not change in its registers, and nothing else.
#[test]
fn registers_across_leaves() {
    if !installed() {
        return;
    }
    // Each destroys its registers in another way; all leave n+1.
    let leaves = [
        ("named", "XORL CX, CX\n\tMOVQ $-1, R9\n\tMOVQ $-2, R10\n\tPXOR X0, X0\n\tPCMPEQL X1, X1"),
        ("implied", "MOVQ $-3, BX\n\tMULQ BX\n\tMOVQ $77, BX\n\tXORL DX, DX\n\tDIVQ BX"),
        ("string", "MOVQ SP, DI\n\tMOVL $1, CX\n\tSUBQ $128, DI\n\tCLD\n\tREP; STOSB"),
        ("bytes", "BYTE $0x4d; BYTE $0x31; BYTE $0xdb // XORQ R11, R11"),
        ("exchange", "MOVQ $5, R8\n\tXCHGQ R8, R13\n\tMOVQ $-6, R8\n\tXADDQ R8, R12"),
        ("identify", "XORL AX, AX\n\tXORL CX, CX\n\tCPUID"),
        ("stacked", "PUSHQ $9\n\tPOPQ R15\n\tCALL inner<>(SB)"),
        ("zeroed", "PXOR X15, X15\n\tPCMPEQL X15, X15\n\tXORL R14, R14"),
    ];
    let mut asm =
        String::from("#include \"textflag.h\"\n\nTEXT inner<>(SB), NOSPLIT, $0-0\n\tMOVQ $3, SI\n\tRET\n");
    let mut main = String::from("package main\n\nimport \"runtime\"\n\n");
    let mut calls = String::new();
    for (name, body) in leaves {
        asm += &format!(
            "\nTEXT ·{name}(SB), NOSPLIT, $0-16\n\tMOVQ n+0(FP), AX\n\t{body}\n\tMOVQ n+0(FP), AX\n\tINCQ AX\n\tMOVQ AX, ret+8(FP)\n\tRET\n"
        );
        main += &format!("//go:noescape\nfunc {name}(n int) int\n");
        calls += &format!(
            "\t\ta, b, c, d, e, f = b+{name}(a), c^a, d+b, e^c, f+d, a\n\
             \t\tx, y, z = y+1, z+x, x*0.5\n\t\tp, q, r = q, r, &node{{p.left, a}}\n\t\tsum += p.value+q.value\n"
        );
    }
    main += &format!(
        "
type node struct {{ left *node; value int }}

//go:noinline
func mix(n int) (int, float64) {{
\ta, b, c, d, e, f := n, n+1, n*3, n^5, n-7, n|9
\tx, y, z := 1.5, float64(n), 3.25
\tp, q, r := &node{{nil, a}}, &node{{nil, b}}, &node{{nil, c}}
\tsum := 0
\tfor range 50 {{
{calls}\t\tif a&63 == 0 {{ runtime.GC() }}
\t}}
\treturn a ^ b<<1 ^ c<<2 ^ d<<3 ^ e<<4 ^ f<<5 + sum + r.value, x + y + z
}}

func main() {{
\tfor n := range 20 {{
\t\ti, f := mix(n)
\t\tprintln(i, f)
\t}}
}}
"
    );
    // It prints what it prints with functions in Go instead.
    let (built, ran) = build("leaves", &main, &asm, &[]);
    assert_eq!((built.status, built.output.as_str()), (0, ""));
    let go = main.replace("//go:noescape\n", "");
    let go = leaves.iter().fold(go, |text, (name, _)| {
        let declared = format!("func {name}(n int) int");
        text.replace(&declared, &format!("{declared} {{ return n + 1 }}"))
    });
    let (built, plain) = build("leaves-go", &go, "", &[]);
    assert_eq!((built.status, built.output.as_str()), (0, ""));
    let (ran, plain) = (ran.expect("it was built"), plain.expect("it was built"));
    assert_eq!(plain.status, 0, "{}", plain.output);
    assert_eq!((ran.status, ran.output), (plain.status, plain.output));
}
