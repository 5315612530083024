//! General instructions.

/// Conditions by number, with Go's name first, then the manual's.
pub const CONDITIONS: [&str; 16] = [
    "OS O",
    "OC NO",
    "CS B C LO NAE",
    "CC AE HS NB NC",
    "EQ E Z",
    "NE NZ",
    "LS BE NA",
    "HI A NBE",
    "MI S",
    "PL NS",
    "PS P PE",
    "PC NP PO",
    "LT L NGE",
    "GE NL",
    "LE NG",
    "GT G NLE",
];

/// Instructions without rows: directives in disguise, and what needs more than a row.
pub const SPECIAL: &[&str] =
    &["BYTE", "WORD", "LONG", "QUAD", "NOP", "UNDEF", "ADJSP", "LOCK", "REP", "REPN", "INT"];

/// Other names.
pub const ALIASES: &[(&str, &str)] = &[("MOVD", "MOVQ")];

/// Rows that follow a pattern.
pub fn generated() -> String {
    let mut out = String::new();
    let mut line = |s: String| {
        out += &s;
        out.push('\n');
    };
    for (n, name) in ["ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR"].into_iter().enumerate() {
        let base = n * 8;
        line(format!("i8,rm | 83 /{n} ib | {name}{{WLQ}}"));
        line(format!("i32,ax | {:02X} iz | {name}{{WLQ}}", base + 5));
        line(format!("i32,rm | 81 /{n} iz | {name}{{WLQ}}"));
        line(format!("i32,al | {:02X} ib | {name}B", base + 4));
        line(format!("i32,rmb | 80 /{n} ib | {name}B"));
        line(format!("r?,rm? | {base:02X}* | {name}{{BWLQ}}"));
        line(format!("m,r? | {:02X}* | {name}{{BWLQ}}", base + 2));
    }
    for (n, name) in
        [(0, "ROL"), (1, "ROR"), (2, "RCL"), (3, "RCR"), (4, "SHL"), (4, "SAL"), (5, "SHR"), (7, "SAR")]
    {
        line(format!("one,rm? | D0* /{n} | {name}{{BWLQ}}"));
        line(format!("u8,rm? | C0* /{n} ib | {name}{{BWLQ}}"));
        line(format!("cl,rm? | D2* /{n} | {name}{{BWLQ}}"));
    }
    for (cc, names) in CONDITIONS.iter().enumerate() {
        let name = names.split(' ').next().unwrap_or_default();
        line(format!("rmb | 0F {:02X} /0 | SET{name}", 0x90 + cc));
        line(format!("rm,r | 0F {:02X} | CMOV{{WLQ}}{name}", 0x40 + cc));
    }
    out
}

/// Rows by hand.
pub const LINES: &str = "
    rm,i8   | 83 /7 ib  | CMP{WLQ}
    ax,i32  | 3D iz     | CMP{WLQ}
    rm,i32  | 81 /7 iz  | CMP{WLQ}
    al,i32  | 3C ib     | CMPB
    rmb,i32 | 80 /7 ib  | CMPB
    rm?,r?  | 38*       | CMP{BWLQ}
    r?,m    | 3A*       | CMP{BWLQ}
    i32,ax  | A9 iz     | TEST{WLQ}
    i32,rm  | F7 /0 iz  | TEST{WLQ}
    i32,al  | A8 ib     | TESTB
    i32,rmb | F6 /0 ib  | TESTB
    r?,rm?  | 84*       | TEST{BWLQ}
    m,r?    | 84*       | TEST{BWLQ}

    rb,rmb  | 88        | MOVB
    m,rb    | 8A        | MOVB
    i32,rbu | B0 +r ib  | MOVB
    i32,m   | C6 /0 ib  | MOVB
    xm,x    | F3 0F 7E  | MOVQ
    x,m     | 66 0F D6  | MOVQ
    r,rm    | 89        | MOV{WLQ}
    m,r     | 8B        | MOV{WLQ}
    i32,ru  | B8 +r iw  | MOV{W}
    i32,ru  | B8 +r id  | MOV{L}
    i32,m   | C7 /0 iz  | MOV{WLQ}
    rm,x    | 66 0F 6E  | MOV{LQ}
    x,rm    | 66 0F 7E  | MOV{LQ}

    rmb,r   | @   | MOVBLZX:0F.B6 MOVBWZX:66.0F.B6 MOVBQZX:W.0F.B6 MOVBLSX:0F.BE MOVBWSX:66.0F.BE MOVBQSX:W.0F.BE
    rm,r    | @   | MOVWLZX:0F.B7 MOVWQZX:W.0F.B7 MOVWLSX:0F.BF MOVWQSX:W.0F.BF MOVLQSX:W.63 MOVLQZX:8B
    m,r     | @   | MOVBEWW:66.0F.38.F0 MOVBELL:0F.38.F0 MOVBEQQ:W.0F.38.F0
    r,m     | @   | MOVBEWW:66.0F.38.F1 MOVBELL:0F.38.F1 MOVBEQQ:W.0F.38.F1
    m,r     | 8D        | LEA{WLQ}
    ax,ru   | 90 +r     | XCHG{WLQ}
    ru,ax   | 90 +r     | XCHG{WLQ}
    r?,rm?  | 86*       | XCHG{BWLQ}
    m,r?    | 86*       | XCHG{BWLQ}
    ru      | @ +r      | PUSHQ:50 POPQ:58 PUSHW:66.50 POPW:66.58
    m       | @         | PUSHQ:FF/6 POPQ:8F/0 PUSHW:66.FF/6 POPW:66.8F/0
    i8      | 6A ib     | PUSHQ
    i32     | 68 id     | PUSHQ

    rm?     | @         | INC{BWLQ}:FE*/0 DEC{BWLQ}:FE*/1 NOT{BWLQ}:F6*/2 NEG{BWLQ}:F6*/3
    rm?     | @         | MUL{BWLQ}:F6*/4 IMUL{BWLQ}:F6*/5 DIV{BWLQ}:F6*/6 IDIV{BWLQ}:F6*/7
    i8,rr   | 6B ib     | IMUL{WLQ}
    i32,rr  | 69 iz     | IMUL{WLQ}
    rm,r    | 0F AF     | IMUL{WLQ}
    i8,rm,r | 6B ib     | IMUL3{WLQ}
    i32,rm,r | 69 iz    | IMUL3{WLQ}
    u8,r,rm | 0F @ ib   | SHL{WLQ}:A4 SHR{WLQ}:AC
    cl,r,rm | 0F @      | SHL{WLQ}:A5 SHR{WLQ}:AD
    i8,rm   | 0F BA @ ib | BT{WLQ}:/4 BTS{WLQ}:/5 BTR{WLQ}:/6 BTC{WLQ}:/7
    r,rm    | 0F @      | BT{WLQ}:A3 BTS{WLQ}:AB BTR{WLQ}:B3 BTC{WLQ}:BB
    rm,r    | 0F @      | BSF{WLQ}:BC BSR{WLQ}:BD
    rm,r    | F3 0F @   | POPCNT{WLQ}:B8 TZCNT{WLQ}:BC LZCNT{WLQ}:BD
    ru      | 0F C8 +r  | BSWAP{LQ}
    r?,rm?  | 0F @      | XADD{BWLQ}:C0* CMPXCHG{BWLQ}:B0*
    m       | @         | CMPXCHG8B:0F.C7/1 CMPXCHG16B:W.0F.C7/1
    rm,r    | @         | ADCX{LQ}:66.0F.38.F6 ADOX{LQ}:F3.0F.38.F6
    rm?,r   | F2 0F 38 @ | CRC32{BWLQ}:F0*
    ru      | 0F C7 @   | RDRAND{WLQ}:/6 RDSEED{WLQ}:/7

            | @         | CPUID:0F.A2 RDTSC:0F.31 RDTSCP:0F.01.F9 RDPMC:0F.33 XGETBV:0F.01.D0 PAUSE:F3.90
            | @         | MFENCE:0F.AE.F0 LFENCE:0F.AE.E8 SFENCE:0F.AE.F8 SYSCALL:0F.05 HLT:F4 UD2:0F.0B
            | @         | CLC:F8 STC:F9 CMC:F5 CLD:FC STD:FD LAHF:9F SAHF:9E XLAT:D7 LEAVEQ:C9 EMMS:0F.77
            | @         | CBW:66.98 CWDE:98 CDQE:W.98 CWD:66.99 CDQ:99 CQO:W.99 PUSHFQ:9C POPFQ:9D XEND:0F.01.D5 XTEST:0F.01.D6
            | @         | MOVS{BWLQ}:A4* CMPS{BWLQ}:A6* STOS{BWLQ}:AA* LODS{BWLQ}:AC* SCAS{BWLQ}:AE*
    u8      | C6 F8 ib  | XABORT
    m       | 0F @      | PREFETCHNTA:18/0 PREFETCHT0:18/1 PREFETCHT1:18/2 PREFETCHT2:18/3
    m       | @         | CLFLUSH:0F.AE/7 CLFLUSHOPT:66.0F.AE/7 LDMXCSR:0F.AE/2 STMXCSR:0F.AE/3 CLWB:66.0F.AE/6
    rm      | 0F 1F /0  | NOP{WL}

    rm,rv,r | V 0F38 @  | ANDN{LQ}:F2
    rv,rm,r | V 0F38 @  | BEXTR{LQ}:F7 BZHI{LQ}:F5
    rm,rv   | V 0F38 @  | BLSR{LQ}:F3/1 BLSMSK{LQ}:F3/2 BLSI{LQ}:F3/3
    rm,rv,r | VF2 0F38 @ | MULX{LQ}:F6 PDEP{LQ}:F5
    rm,rv,r | VF3 0F38 @ | PEXT{LQ}:F5
    b8,rm,r | VF2 0F3A @ ib | RORX{LQ}:F0
    rv,rm,r | @         | SARX{LQ}:VF3.0F38.F7 SHLX{LQ}:V66.0F38.F7 SHRX{LQ}:VF2.0F38.F7
";
