//! System registers, operations on caches, prefetches.
use super::{Code, Encoded, Problem, refused};
use crate::arm64::operand::{Base, Class, Operand, Reg, ZR};
use crate::arm64::table::system;

const MRS: u32 = 0xd520_0000;
const MSR: u32 = 0xd500_0000;
const SYS: u32 = 0xd508_0000;

/// The instruction, if it is of these.
pub fn encode(name: &str, args: &[Operand]) -> Option<Encoded> {
    let special = |o: &Operand| match o {
        Operand::Special(s) => Some(s.clone()),
        _ => None,
    };
    let general = |o: &Operand| match o {
        Operand::Reg(Reg { class: Class::R, num }) if *num <= ZR => Some(u32::from(*num)),
        _ => None,
    };
    let word = match (name, args) {
        ("MRS" | "MOVD", [Operand::Special(s), to]) => read(s, general(to)?),
        ("MSR" | "MOVD", [Operand::Imm(v), Operand::Special(s)]) => state(*v, s),
        ("MSR" | "MOVD", [from, Operand::Special(s)]) => write(s, general(from)?),
        ("SYS", [Operand::Imm(v)]) => argument(*v).map(|v| SYS | v | u32::from(ZR)),
        ("SYS", [Operand::Imm(v), r]) => {
            argument(*v).and_then(|v| Ok(SYS | v | general(r).ok_or(Problem::Operands)?))
        }
        ("SYSL", [Operand::Imm(v), r]) => {
            argument(*v).and_then(|v| Ok(SYS | 1 << 21 | v | general(r).ok_or(Problem::Operands)?))
        }
        ("TLBI" | "DC", [op]) => operation(name, &special(op)?, None),
        ("TLBI" | "DC", [op, r]) => operation(name, &special(op)?, Some(general(r)?)),
        ("BTI", [op]) => match special(op)?.as_ref() {
            "C" => Ok(0xd503_245f),
            "J" => Ok(0xd503_249f),
            "JC" => Ok(0xd503_24df),
            _ => refused("illegal argument"),
        },
        ("PRFM", [Operand::Mem(m), op]) => match (m.base, m.index, prefetch(op)) {
            (Base::Reg(n), None, Some(op)) if m.disp % 8 == 0 && (0..0x8000).contains(&m.disp) => {
                Ok(0xf980_0000 | (m.disp as u32 / 8) << 10 | u32::from(n & 31) << 5 | op)
            }
            (_, _, None) => refused("illegal prefetch operation"),
            _ => Err(Problem::Operands),
        },
        ("RPRFM", [Operand::Mem(m), r, op]) => match (super::memory::bare(m), general(r)?, range(op)) {
            (Some(n), m, Some(op)) => {
                let op = (op & 32) << 10 | (op & 16) << 9 | (op & 8) << 9 | op & 7;
                Ok(0xf8a0_4818 | m << 16 | n << 5 | op)
            }
            (_, _, None) => refused("illegal range prefetch operation"),
            _ => Err(Problem::Operands),
        },
        _ => return None,
    };
    Some(word.map(|w| Code::of(&[w])))
}

/// op1, CRn, CRm and op2 as an instruction has them.
fn placed(v: u32) -> u32 {
    v << 5
}

fn register(name: &str, refuses: char, what: &str) -> Result<u32, Problem> {
    match system::find(system::REGISTERS, name) {
        None => Err(Problem::Text(format!("illegal system register {name}"))),
        Some((_, letter)) if letter == Some(refuses) => {
            Err(Problem::Text(format!("system register is not {what}: {name}")))
        }
        Some((v, _)) => Ok(placed(v)),
    }
}

fn read(name: &str, to: u32) -> Result<u32, Problem> {
    Ok(MRS | register(name, 'w', "readable")? | to)
}

fn write(name: &str, from: u32) -> Result<u32, Problem> {
    Ok(MSR | register(name, 'r', "writable")? | from)
}

/// A field of the processor's state.
fn state(v: i64, name: &str) -> Result<u32, Problem> {
    match (system::find(system::STATE, name), u32::try_from(v)) {
        (Some((field, _)), Ok(v @ 0..=15)) => Ok(MSR | placed(field) | v << 8 | u32::from(ZR)),
        (Some(_), _) => refused("illegal immediate for PSTATE field"),
        _ => refused("illegal PSTATE field for immediate move"),
    }
}

/// The argument of SYS: the fields are in place already.
fn argument(v: i64) -> Result<u32, Problem> {
    match u32::try_from(v) {
        Ok(v) if v & !0x7_ffe0 == 0 => Ok(v),
        _ => refused("illegal SYS argument"),
    }
}

fn operation(name: &str, op: &str, r: Option<u32>) -> Result<u32, Problem> {
    let crn = if name == "TLBI" { 8 } else { 7 };
    let Some((v, letter)) = system::find(system::OPERATIONS, op).filter(|o| o.0 >> 7 & 15 == crn) else {
        return refused("illegal argument");
    };
    match (letter, r) {
        (Some(_), Some(_)) => refused("extraneous register at operand 2"),
        (None, None) => refused("missing register at operand 2"),
        _ => Ok(SYS | placed(v) | r.unwrap_or(ZR.into())),
    }
}

fn prefetch(op: &Operand) -> Option<u32> {
    match op {
        Operand::Special(s) => system::prefetch(s),
        Operand::Imm(v @ 0..=31) => Some(*v as u32),
        _ => None,
    }
}

fn range(op: &Operand) -> Option<u32> {
    match op {
        Operand::Special(s) => system::RANGES.iter().find(|r| r.0 == &**s).map(|r| r.1),
        Operand::Imm(v @ 0..=63) => Some(*v as u32),
        _ => None,
    }
}
