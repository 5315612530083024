//! Gathers fault where two of destination, indices and a vector that is the mask are one register: they are refused as by Go's assembler.
use super::Problem;
use crate::amd64::operand::{Class, Mem, Operand};

/// Refuses a gather whose registers are not distinct.
pub fn distinct(name: &str, args: &[Operand]) -> Result<(), Problem> {
    let gather = name.starts_with("VGATHER") || name.starts_with("VPGATHER");
    let vector = |o: &Operand| match o {
        Operand::Reg(r) if matches!(r.class, Class::X | Class::Y | Class::Z) => Some(r.num),
        Operand::Mem(Mem { index: Some((x, _)), .. }) => Some(x.num),
        _ => None,
    };
    let [first, second, last] = args else { return Ok(()) };
    if !gather {
        return Ok(());
    }
    let (one, two, three) = (vector(first), vector(second), vector(last));
    match two {
        // The mask is a mask register.
        None if one == three => {
            Err(Problem::Text("index and destination registers should be distinct".into()))
        }
        Some(_) if one == two || two == three || one == three => {
            Err(Problem::Text("mask, index, and destination registers should be distinct".into()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amd64::encode::encode;
    use crate::amd64::operand::{Base, Reg};

    fn reg(class: Class, num: u8) -> Operand {
        Operand::Reg(Reg { class, num })
    }

    fn at(class: Class, num: u8) -> Operand {
        Operand::Mem(Mem { base: Base::Reg(0), index: Some((Reg { class, num }, 4)), disp: 0 })
    }

    #[test]
    fn registers_that_are_one() {
        use Class::{K, X, Y, Z};
        let vex = |mask, index, to| encode("VPGATHERDD", &[reg(Y, mask), at(Y, index), reg(Y, to)]);
        assert!(vex(1, 2, 3).is_ok());
        for (mask, index, to) in [(1, 1, 3), (1, 2, 1), (1, 2, 2)] {
            assert!(matches!(vex(mask, index, to), Err(Problem::Text(t)) if t.starts_with("mask, index")));
        }
        let evex = |index, to| encode("VPGATHERDD", &[at(Z, index), reg(K, 1), reg(Z, to)]);
        assert!(evex(30, 14).is_ok());
        assert!(matches!(evex(30, 30), Err(Problem::Text(t)) if t.starts_with("index and")));
        // Nothing is gathered without a mask, and no other instruction has such an operand.
        assert_eq!(encode("VPGATHERDD", &[at(Z, 30), reg(Z, 14)]), Err(Problem::Operands));
        assert_eq!(encode("VPGATHERDD", &[at(Z, 30), reg(K, 0), reg(Z, 14)]), Err(Problem::Operands));
        assert_eq!(encode("VMOVDQU", &[at(X, 2), reg(X, 3)]), Err(Problem::Operands));
        assert_eq!(encode("VPSCATTERDD", &[reg(Z, 14), reg(K, 1), at(Y, 30)]), Err(Problem::Operands));
    }
}
