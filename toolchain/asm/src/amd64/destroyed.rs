//! Which registers may an instruction change? Those that it names as operands (what it only reads counts too: the tables do not say
//! which), and those that it changes without naming them. Registers in addresses are only read.
//!
//! An instruction whose effects are not known here gives no answer, so that its function destroys everything.
use super::operand::{Class, Operand};
use super::table;
use crate::Registers;
use crate::parse::Inst;

fn general(numbers: &[u8]) -> Registers {
    Registers { general: numbers.iter().fold(0, |m, n| m | 1 << n), vector: 0 }
}

const AX: u8 = 0;
const CX: u8 = 1;
const DX: u8 = 2;
const BX: u8 = 3;
const SI: u8 = 6;
const DI: u8 = 7;

/// Instructions without operands, and with one, that may be answered for, with what they change unnamed. Names without the suffix of width.
const FEW: &[(&str, &[u8])] = &[
    ("CALL JMP RET NOP PAUSE UNDEF UD2 LOCK REP REPN", &[]),
    ("MFENCE LFENCE SFENCE CLC STC CMC CLD VZEROUPPER EMMS", &[]),
    ("CPUID", &[AX, BX, CX, DX]),
    ("RDTSC RDTSCP XGETBV", &[AX, CX, DX]),
    ("CBW CWDE CDQE CWD CDQ CQO", &[AX, DX]),
    ("MOVS CMPS STOS LODS SCAS", &[AX, CX, SI, DI]),
    ("MUL IMUL DIV IDIV", &[AX, DX]),
    ("CMPXCHG8 CMPXCHG16", &[AX, BX, CX, DX]),
    ("INC DEC NOT NEG BSWAP PUSH POP RDRAND RDSEED", &[]),
    ("PREFETCHNTA PREFETCHT0 PREFETCHT1 PREFETCHT2 STMXCSR", &[]),
    ("JCXZ", &[]),
    ("LOOP LOOPEQ LOOPNE", &[CX]),
];
/// With more operands: those that change something they do not name.
const MORE: &[(&str, Registers)] = &[
    ("CMPXCHG", Registers { general: 1 << AX, vector: 0 }),
    ("PCMPESTRI PCMPESTRM PCMPISTRI PCMPISTRM", Registers { general: 1 << CX, vector: 1 }),
    ("VPCMPESTRI VPCMPESTRM VPCMPISTRI VPCMPISTRM", Registers { general: 1 << CX, vector: 1 }),
];

fn of<T: Copy>(rows: &[(&str, T)], name: &str) -> Option<T> {
    let stem = name.strip_suffix(['B', 'W', 'L', 'Q']);
    let is = |n: &str| n == name || Some(n) == stem;
    rows.iter().find(|row| row.0.split(' ').any(is)).map(|row| row.1)
}

/// What an instruction changes at most; `None` if that is not known.
pub fn by(inst: &Inst<Operand>) -> Option<Registers> {
    let name = &*inst.name;
    let mut all = if inst.args.len() >= 2 {
        of(MORE, name).unwrap_or_default()
    } else if table::condition(name).is_some() || name.starts_with("SET") {
        Registers::default()
    } else {
        general(of(FEW, name)?)
    };
    for arg in &inst.args {
        let Operand::Reg(r) = arg else { continue };
        match r.class {
            Class::G | Class::B => all.general |= 1 << r.num,
            Class::H => all.general |= 1 << (r.num - 4),
            Class::X | Class::Y | Class::Z if r.num < 16 => all.vector |= 1 << r.num,
            Class::X | Class::Y | Class::Z | Class::K | Class::Tls => {}
            Class::Other => return None,
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amd64::operand::Reg;
    use syntax::Pos;

    /// Short instructions that have no answer.
    const UNKNOWN: &[&str] = &[
        "CLFLUSH",
        "CLFLUSHOPT",
        "CLWB",
        "HLT",
        "LAHF",
        "LDMXCSR",
        "LEAVEQ",
        "POPFQ",
        "PUSHFQ",
        "RDPMC",
        "SAHF",
        "STD",
        "SYSCALL",
        "VLDMXCSR",
        "VSTMXCSR",
        "VZEROALL",
        "XABORT",
        "XEND",
        "XLAT",
        "XTEST",
    ];

    fn inst(name: &str, args: &[(Class, u8)]) -> Inst<Operand> {
        let args = args.iter().map(|&(class, num)| Operand::Reg(Reg { class, num })).collect();
        Inst { pos: Pos::NONE, name: name.into(), args }
    }

    fn general(name: &str, args: &[(Class, u8)]) -> Option<u32> {
        by(&inst(name, args)).map(|r| r.general)
    }

    #[test]
    fn what_is_named_and_what_is_not() {
        assert_eq!(general("ADDQ", &[(Class::G, 9), (Class::G, 3)]), Some(1 << 9 | 1 << 3));
        assert_eq!(general("MULQ", &[(Class::G, 9)]), Some(1 << 9 | 1 << AX | 1 << DX));
        assert_eq!(general("IMULQ", &[(Class::G, 9), (Class::G, 8)]), Some(1 << 9 | 1 << 8));
        assert_eq!(general("MOVSB", &[]), Some(1 << AX | 1 << CX | 1 << SI | 1 << DI));
        assert_eq!(general("MOVB", &[(Class::H, 5), (Class::B, 3)]), Some(1 << CX | 1 << BX));
        assert_eq!(general("CMPXCHGQ", &[(Class::G, 9), (Class::G, 8)]), Some(1 << 9 | 1 << 8 | 1 << AX));
        assert_eq!(by(&inst("VPADDD", &[(Class::Y, 1), (Class::Y, 2), (Class::Z, 30)])).unwrap().vector, 6);
        assert_eq!(by(&inst("PCMPESTRI", &[(Class::X, 1), (Class::X, 2)])).unwrap().vector, 7);
        assert_eq!(general("SYSCALL", &[]), None);
        assert_eq!(general("LONG", &[]), None);
        assert_eq!(general("POPFQ", &[]), None);
    }

    #[test]
    fn short_instructions_are_all_thought_of() {
        let no_answer = |name: &&str| general(name, &[]).is_none();
        let short = |name: &&str| table::rows(name).is_some_and(|rows| rows.iter().any(|r| r.fewest() < 2));
        let mut found: Vec<&str> = table::names().filter(short).filter(no_answer).collect();
        found.sort_unstable();
        assert_eq!(found, UNKNOWN);
    }
}
