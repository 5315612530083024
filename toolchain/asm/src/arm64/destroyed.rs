//! Which registers may an instruction change? Those that it names as operands (what it only reads counts too: the tables do not say
//! which), the base of an address that moves, and R27, which serves what does not fit into one instruction.
//!
//! An instruction whose effects are not known here gives no answer, so that its function destroys everything.
use super::encode::TMP;
use super::operand::{Base, Class, Mem, Operand, Reg};
use crate::Registers;
use crate::parse::Inst;

/// Words that may be anything, and ways out of the program.
const UNKNOWN: &[&str] = &["WORD", "DWORD", "SVC", "HVC", "SMC", "ERET", "DRPS", "DCPS1", "DCPS2", "DCPS3"];

fn bit(n: u8) -> u32 {
    1u32.checked_shl(n.into()).unwrap_or(0)
}

fn register(r: &Reg) -> Registers {
    match r.class {
        Class::R => Registers { general: bit(r.num), vector: 0 },
        Class::F | Class::V => vector(r.num),
    }
}

fn vector(n: u8) -> Registers {
    Registers { general: 0, vector: bit(n % 32) }
}

/// What an instruction changes at most; `None` if that is not known.
pub fn by(inst: &Inst<Operand>) -> Option<Registers> {
    let (stem, suffix) = inst.name.split_once('.').unwrap_or((&inst.name, ""));
    if UNKNOWN.contains(&stem) {
        return None;
    }
    let mut all = Registers { general: bit(TMP), vector: 0 };
    if matches!(stem, "BL" | "CALL") {
        all.general |= bit(30);
    }
    for arg in &inst.args {
        let more = match arg {
            Operand::Reg(r) => register(r),
            Operand::Pair(a, b) => register(a).with(register(b)),
            Operand::Vec(n, _) | Operand::Elem(n, ..) => vector(*n),
            Operand::List(first, count, _) => {
                (0..*count).fold(Registers::default(), |all, i| all.with(vector(first + i)))
            }
            Operand::Mem(Mem { base: Base::Reg(n), .. }) if !suffix.is_empty() => {
                register(&Reg { class: Class::R, num: *n })
            }
            _ => continue,
        };
        all = all.with(more);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm64::operand::Arr;
    use syntax::Pos;

    fn of(name: &str, args: &[Operand]) -> Option<Registers> {
        by(&Inst { pos: Pos::NONE, name: name.into(), args: args.to_vec() })
    }

    #[test]
    fn what_is_named_and_what_is_not() {
        let r = |num| Operand::Reg(Reg { class: Class::R, num });
        let at = |num| Operand::Mem(Mem { base: Base::Reg(num), index: None, disp: 8 });
        let tmp = 1 << 27;
        assert_eq!(of("ADD", &[r(1), r(2)]).unwrap().general, tmp | 6);
        assert_eq!(of("MOVD", &[at(3), r(2)]).unwrap().general, tmp | 4);
        assert_eq!(of("MOVD.P", &[at(3), r(2)]).unwrap().general, tmp | 12);
        assert_eq!(of("CMP", &[r(31), r(63)]).unwrap().general, tmp | 1 << 31);
        let list = Operand::List(31, 2, Arr::B16);
        assert_eq!(of("VLD1", &[at(3), list]).unwrap().vector, 1 << 31 | 1);
        assert_eq!(of("SVC", &[]), None);
    }
}
