//! Constants: which instructions take them, and how they come into a register otherwise. What is chosen is Go's choice.
use super::{Problem, TMP, refused};
use crate::arm64::operand::ZR;

/// MOVZ, MOVK, MOVN of 32 bits.
const MOVZ: u32 = 0x5280_0000;
const MOVK: u32 = 0x7280_0000;
const MOVN: u32 = 0x1280_0000;
/// ORR of 32 bits with a bit mask.
const ORR: u32 = 0x3200_0000;

/// What a constant is good for, by the first that holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing at all.
    Zero,
    /// 12 bits, for arithmetic; `mask`: for logic too.
    Small { mask: bool },
    /// 12 bits shifted by 12; `mov`: also one MOVZ or MOVN.
    Shifted { mask: bool, mov: bool },
    /// One MOVZ or MOVN; `mask`: for logic too.
    Mov { mask: bool },
    /// For logic.
    Mask,
    /// 24 bits: two additions.
    Long,
    /// None of these.
    Other,
}

/// The kind of a constant of 32 or 64 bits.
pub fn kind(v: i64, wide: bool) -> Kind {
    let (v, not) = if wide { (v as u64, !v as u64) } else { (u64::from(v as u32), u64::from(!v as u32)) };
    let mask = bit_mask(v, wide).is_some();
    let mov = half(v).is_some() || half(not).is_some();
    match () {
        () if v == 0 => Kind::Zero,
        () if v <= 0xfff => Kind::Small { mask },
        () if v & 0xfff == 0 && v >> 12 <= 0xfff => Kind::Shifted { mask, mov },
        () if mov => Kind::Mov { mask },
        () if mask => Kind::Mask,
        () if v <= 0xff_ffff => Kind::Long,
        () => Kind::Other,
    }
}

/// The number of the only 16 bits that are not zero.
pub fn half(v: u64) -> Option<u32> {
    (0..4).find(|i| v & !(0xffff << (16 * i)) == 0)
}

/// N, immr and imms of a bit mask at bit 10, if it is one: a run of ones, rotated, in equal elements.
pub fn bit_mask(v: u64, wide: bool) -> Option<u32> {
    let v = if wide { v } else { v << 32 | v & 0xffff_ffff };
    if v == 0 || v == u64::MAX {
        return None;
    }
    let mut size = 64;
    while size > 2 {
        let half = size / 2;
        let low = (1u64 << half) - 1;
        if v & low != v >> half & low {
            break;
        }
        size = half;
    }
    let element = v & (u64::MAX >> (64 - size));
    let ones = element.count_ones();
    let run = (1u64 << ones) - 1;
    let rotated = |r: u32| {
        if r == 0 { run } else { (run >> r | run << (size - r)) & (u64::MAX >> (64 - size)) }
    };
    let immr = (0..size).find(|&r| rotated(r) == element)?;
    let imms = (!(2 * size - 1) & 0x3f) | (ones - 1);
    Some(u32::from(size == 64) << 22 | immr << 16 | (imms & 0x3f) << 10)
}

fn wide_move(op: u32, wide: bool, v: u64, half: u32, to: u8) -> u32 {
    op | u32::from(wide) << 31 | half << 21 | ((v >> (16 * half) & 0xffff) as u32) << 5 | u32::from(to)
}

/// A constant in one instruction, if there is one.
pub fn one(v: i64, wide: bool, to: u8) -> Option<u32> {
    let (bits, not) = if wide { (v as u64, !v as u64) } else { (u64::from(v as u32), u64::from(!v as u32)) };
    let by_mask = match kind(v, wide) {
        Kind::Mask | Kind::Small { mask: true } | Kind::Shifted { mask: true, .. } => true,
        Kind::Zero | Kind::Small { .. } | Kind::Mov { .. } | Kind::Shifted { mov: true, .. } => false,
        Kind::Shifted { .. } | Kind::Long | Kind::Other => return None,
    };
    if by_mask && to != ZR {
        let mask = bit_mask(bits, wide)?;
        return Some(ORR | u32::from(wide) << 31 | mask | 31 << 5 | u32::from(to & 31));
    }
    match (half(bits), half(not)) {
        (Some(h), _) => Some(wide_move(MOVZ, wide, bits, h, to)),
        (_, Some(h)) => Some(wide_move(MOVN, wide, not, h, to)),
        _ => None,
    }
}

/// A constant in as many instructions as it takes.
pub fn load(v: i64, wide: bool, to: u8) -> Vec<u32> {
    if let Some(word) = one(v, wide, to) {
        return vec![word];
    }
    several(v, wide, to)
}

/// A constant in MOVZ or MOVN and MOVKs, or a mask and a MOVK.
fn several(v: i64, wide: bool, to: u8) -> Vec<u32> {
    let bits = v as u64;
    if !wide {
        return vec![wide_move(MOVZ, false, bits, 0, to), wide_move(MOVK, false, bits, 1, to)];
    }
    let halves: Vec<u64> = (0..4).map(|i| bits >> (16 * i) & 0xffff).collect();
    let count = |h| halves.iter().filter(|x| **x == h).count();
    let (zeros, ones) = (count(0), count(0xffff));
    // Halves that are not what the first move makes of all.
    let by_halves = |rest: u64| {
        let (op, first) = if rest == 0 { (MOVZ, bits) } else { (MOVN, !bits) };
        let mut which = (0..4u32).filter(|i| halves[*i as usize] != rest);
        let start = which.next().unwrap_or(0);
        let mut words = vec![wide_move(op, true, first, start, to)];
        words.extend(which.map(|i| wide_move(MOVK, true, bits, i, to)));
        words
    };
    if zeros >= 2 {
        return by_halves(0);
    }
    if ones >= 2 {
        return by_halves(0xffff);
    }
    for i in 0..4u32 {
        let mask = 0xffffu64 << (16 * i);
        for period in [16, 32] {
            let like = bits & !mask | bits.rotate_left(period) & mask;
            if let Some(m) = bit_mask(like, true) {
                let orr = ORR | 1 << 31 | m | 31 << 5 | u32::from(to);
                return vec![orr, wide_move(MOVK, true, bits, i, to)];
            }
        }
    }
    if zeros == 1 {
        return by_halves(0);
    }
    if ones == 1 {
        return by_halves(0xffff);
    }
    let mut words = vec![wide_move(MOVZ, true, bits, 0, to)];
    words.extend((1..4).map(|i| wide_move(MOVK, true, bits, i, to)));
    words
}

/// A constant operand of an instruction that does not take it: in [`TMP`], which must not be a source of the instruction then.
pub fn in_tmp(v: i64, wide: bool, source: u8) -> Result<Vec<u32>, Problem> {
    if source == TMP {
        return refused("cannot use REGTMP as source");
    }
    Ok(load(v, wide, TMP))
}

/// A float as FMOV has it: sign, three bits of the exponent, four of the fraction. 2.0, whose bits are none, is left to memory, as Go does.
pub fn float(v: f64) -> Option<u32> {
    let bits = v.to_bits();
    let exponent = bits >> 54 & 0x1ff;
    if bits & 0xffff_ffff_ffff != 0 || !matches!(exponent, 0x100 | 0xff) {
        return None;
    }
    let sign = (bits >> 63) as u32;
    let all = sign << 7 | u32::from(exponent == 0xff) << 6 | (bits >> 48 & 0x3f) as u32;
    (all != 0).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        assert_eq!(kind(1, true), Kind::Small { mask: true });
        assert_eq!(kind(0xaaa000, true), Kind::Shifted { mask: false, mov: false });
        assert_eq!(kind(-5, true), Kind::Mov { mask: true });
        assert_eq!(kind(-1, false), Kind::Mov { mask: false });
        assert_eq!(kind(0x186a0, true), Kind::Long);
        assert_eq!(kind(0x12345678, true), Kind::Other);
    }

    #[test]
    fn floats() {
        assert_eq!(float(1.0), Some(0x70));
        assert_eq!(float(-2.5), Some(0x84));
        assert_eq!([0.0, 0.1, 64.0, 2.0].map(float), [None; 4]);
    }
}
