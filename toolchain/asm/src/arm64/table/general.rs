//! Integers, branches apart: arithmetic, bits, conditions, exclusive and atomic accesses, the system.

pub const LINES: &str = "
    rm,rn,rd; rm,rdn | ADC*:1a000000 ADCS*:3a000000 SBC*:5a000000 SBCS*:7a000000
    rm,rn,rd; rm,rdn | AND*:0a000000 BIC*:0a200000 ORR*:2a000000 ORN*:2a200000 EOR*:4a000000 EON*:4a200000
    rm,rn,rd; rm,rdn | ANDS*:6a000000 BICS*:6a200000
    rm,rn | TST*:6a00001f
    rm,rn,rd; rm,rdn | LSL*:1ac02000 LSR*:1ac02400 ASR*:1ac02800 ROR*:1ac02c00 SDIV*:1ac00c00 UDIV*:1ac00800
    rm,rn,rd; rm,rdn | MUL*:1b007c00 MNEG*:1b00fc00 SMULL:9b207c00 UMULL:9ba07c00 SMNEGL:9b20fc00 UMNEGL:9ba0fc00
    rm,rn,rd; rm,rdn | SMULH:9b407c00 UMULH:9bc07c00
    rm,rn,rd; rm,rdn | CRC32B:1ac04000 CRC32H:1ac04400 CRC32W:1ac04800 CRC32X:9ac04c00
    rm,rn,rd; rm,rdn | CRC32CB:1ac05000 CRC32CH:1ac05400 CRC32CW:1ac05800 CRC32CX:9ac05c00
    rm,ra,rn,rd | MADD*:1b000000 MSUB*:1b008000 SMADDL:9b200000 SMSUBL:9b208000 UMADDL:9ba00000 UMSUBL:9ba08000
    rm,rd | NEG*:4b0003e0 NEGS*:6b0003e0
    rm,rd | MVN*:2a2003e0 NGC*:5a0003e0 NGCS*:7a0003e0
    rn,rd | CLS*:5ac01400 CLZ*:5ac01000 RBIT*:5ac00000 REV:dac00c00 REVW:5ac00800 REV16*:5ac00400 REV32:dac00800
    rn,rd | SXTB:93401c00 SXTH:93403c00 SXTW:93407c00 UXTB:d3401c00 UXTH:d3403c00 UXTW:d3407c00
    rn,rd | SXTBW:13001c00 SXTHW:13003c00 UXTBW:53001c00 UXTHW:53003c00
    cond,rn,rm,rd | CSEL*:1a800000 CSINC*:1a800400 CSINV*:5a800000 CSNEG*:5a800400
    !cond,rnm,rd | CINC*:1a800400 CINV*:5a800000 CNEG*:5a800400
    !cond,rd | CSET*:1a9f07e0 CSETM*:5a9f03e0
    cond,rn,rm,u4@0 | CCMP*:7a400000 CCMN*:3a400000
    cond,rn,u5@16,u4@0 | CCMP*:7a400800 CCMN*:3a400800
    u6@10,rm,rn,rd | EXTR:93c00000
    u5@10,rm,rn,rd | EXTRW:13800000
    u6@16,rn,u6@10,rd | BFM:b3400000 SBFM:93400000 UBFM:d3400000
    u5@16,rn,u5@10,rd | BFMW:33000000 SBFMW:13000000 UBFMW:53000000

    (n),rd | LDAR:c8dffc00 LDARW:88dffc00 LDARB:08dffc00 LDARH:48dffc00
    (n),rd | LDXR:c85f7c00 LDXRW:885f7c00 LDXRB:085f7c00 LDXRH:485f7c00
    (n),rd | LDAXR:c85ffc00 LDAXRW:885ffc00 LDAXRB:085ffc00 LDAXRH:485ffc00
    (n),pda | LDXP:c87f0000 LDXPW:887f0000 LDAXP:c87f8000 LDAXPW:887f8000
    rd,(n) | STLR:c89ffc00 STLRW:889ffc00 STLRB:089ffc00 STLRH:489ffc00
    rd,(n),rm | STXR:c8007c00 STXRW:88007c00 STXRB:08007c00 STXRH:48007c00
    rd,(n),rm | STLXR:c800fc00 STLXRW:8800fc00 STLXRB:0800fc00 STLXRH:4800fc00
    pda,(n),rm | STXP:c8200000 STXPW:88200000 STLXP:c8208000 STLXPW:88208000
    cm,(n),cd | CASPD:48207c00 CASPW:08207c00

    | ERET:d69f03e0 DRPS:d6bf03e0 NOOP:d503201f YIELD:d503203f WFE:d503205f WFI:d503207f SEV:d503209f SEVL:d50320bf
    | PACIASP:d503233f AUTIASP:d50323bf PACIBSP:d503237f AUTIBSP:d50323ff AUTIA1716:d503219f AUTIB1716:d50321df
    | SB:d50330ff CLREX:d5033f5f UNDEF:00000000
    | SVC:d4000001 HVC:d4000002 SMC:d4000003 BRK:d4200000 HLT:d4400000 DCPS1:d4a00001 DCPS2:d4a00002 DCPS3:d4a00003
    u16@5 | SVC:d4000001 HVC:d4000002 SMC:d4000003 BRK:d4200000 HLT:d4400000
    u16@5 | DCPS1:d4a00001 DCPS2:d4a00002 DCPS3:d4a00003
    u4@8 | CLREX:d503305f DMB:d50330bf DSB:d503309f ISB:d50330df
    u7@5 | HINT:d503201f
";

/// Instructions whose names say size and order of an access: `LDADDALW`.
pub fn generated() -> String {
    let sizes = [("B", 0u32), ("H", 1), ("W", 2), ("D", 3)];
    let orders = [("", 0u32), ("A", 2), ("L", 1), ("AL", 3)];
    let mut out = String::from("rm,(n),rd |");
    for (size, s) in sizes {
        for (order, o) in orders {
            let operations =
                [("LDADD", 0u32), ("LDCLR", 0x1000), ("LDEOR", 0x2000), ("LDOR", 0x3000), ("SWP", 0x8000)];
            for (name, bits) in operations {
                out += &format!(" {name}{order}{size}:{:08x}", 0x3820_0000 | s << 30 | o << 22 | bits);
            }
            let (acquire, release) = (o >> 1, o & 1);
            // Narrow ones are not ordered, or both ways.
            if s >= 2 || acquire == release {
                let bits = 0x08a0_7c00 | s << 30 | acquire << 22 | release << 15;
                out += &format!(" CAS{order}{size}:{bits:08x}");
            }
        }
    }
    out
}
