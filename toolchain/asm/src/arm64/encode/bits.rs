//! Arithmetic and logic with all forms of their operands, shifts by constants, bit fields, remainders, moves of constants.
use super::constant::{self, Kind};
use super::{Code, Encoded, Problem, TMP, refused};
use crate::arm64::operand::{Class, Operand, RSP, Reg, ZR};
use crate::arm64::table;

const WIDE: u32 = 1 << 31;
/// Arithmetic sets the flags.
const FLAGS: u32 = 1 << 29;

/// The instruction, if it is of these.
pub fn encode(name: &str, args: &[Operand]) -> Option<Encoded> {
    let (stem, wide) = match name.strip_suffix('W') {
        Some(stem) => (stem, 0),
        None => (name, WIDE),
    };
    match stem {
        "ADD" => Some(arithmetic(0x0b00_0000 | wide, args)),
        "ADDS" => Some(arithmetic(0x2b00_0000 | wide, args)),
        "SUB" => Some(arithmetic(0x4b00_0000 | wide, args)),
        "SUBS" => Some(arithmetic(0x6b00_0000 | wide, args)),
        "CMP" => Some(compare(0x6b00_0000 | wide, args)),
        "CMN" => Some(compare(0x2b00_0000 | wide, args)),
        "AND" | "BIC" | "ORR" | "ORN" | "EOR" | "EON" | "ANDS" | "BICS" | "TST" => logic(name, wide, args),
        "NEG" | "NEGS" | "MVN" => negated(name, wide, args),
        "LSL" | "LSR" | "ASR" | "ROR" => shift(stem, wide, args),
        "BFI" | "BFXIL" | "SBFIZ" | "SBFX" | "UBFIZ" | "UBFX" => Some(field(stem, wide, args)),
        "REM" => Some(remainder(0x1ac0_0c00 | wide, args)),
        "UREM" => Some(remainder(0x1ac0_0800 | wide, args)),
        "MOVK" => Some(wide_move(0x7280_0000 | wide, args)),
        "MOVN" => Some(wide_move(0x1280_0000 | wide, args)),
        "MOVZ" => Some(wide_move(0x5280_0000 | wide, args)),
        // ZR is the same extended.
        _ if stem.starts_with("SXT") || stem.starts_with("UXT") => match args {
            [from, to] if plain(from) == Some(ZR) => {
                Some(Ok(Code::of(&[three(0x2a00_0000, ZR, ZR, plain(to)?)])))
            }
            _ => None,
        },
        _ => None,
    }
}

fn r(o: &Operand) -> Option<u8> {
    match o {
        Operand::Reg(Reg { class: Class::R, num }) => Some(*num),
        _ => None,
    }
}

/// A register that is not RSP.
fn plain(o: &Operand) -> Option<u8> {
    r(o).filter(|n| *n != RSP)
}

fn three(word: u32, m: u8, n: u8, d: u8) -> u32 {
    word | u32::from(m & 31) << 16 | u32::from(n & 31) << 5 | u32::from(d & 31)
}

/// `op from, rn, rd` and `op from, rd`.
fn arithmetic(word: u32, args: &[Operand]) -> Encoded {
    let (from, n, d) = match args {
        [from, d] => (from, d, d),
        [from, n, d] => (from, n, d),
        _ => return Err(Problem::Operands),
    };
    let (Some(n), Some(d)) = (r(n), r(d)) else { return Err(Problem::Operands) };
    if d == RSP && word & FLAGS != 0 {
        return refused("illegal destination register");
    }
    sum(word, from, n, d, false)
}

fn compare(word: u32, args: &[Operand]) -> Encoded {
    let [from, n] = args else { return Err(Problem::Operands) };
    let n = r(n).ok_or(Problem::Operands)?;
    sum(word, from, n, ZR, true)
}

/// The form with an extended register: the only one in which 31 is RSP.
fn extended(word: u32) -> u32 {
    word | 1 << 21
}

fn sum(word: u32, from: &Operand, n: u8, d: u8, compares: bool) -> Encoded {
    let wide = word & WIDE != 0;
    let has_sp = n == RSP || d == RSP;
    let whole = if wide { 3 } else { 2 };
    let one = |w: u32| Ok(Code::of(&[w]));
    match *from {
        Operand::Reg(Reg { class: Class::R, num }) if num != RSP => match has_sp {
            // ZR and RSP have one number.
            true if n == ZR || d == ZR && !compares => Err(Problem::Operands),
            true => one(three(extended(word) | whole << 13, num, n, d)),
            false => one(three(word, num, n, d)),
        },
        Operand::Shift(num, op, by) if has_sp => match op {
            0 if by > 4 => refused("shift amount out of range 0 to 4"),
            0 => one(three(extended(word) | whole << 13 | u32::from(by) << 10, num, n, d)),
            _ => Err(Problem::Operands),
        },
        Operand::Shift(num, op @ 0..=2, by) => {
            if !wide && by > 31 {
                return refused("shift amount out of range 0 to 31");
            }
            one(three(word | u32::from(op) << 22 | u32::from(by) << 10, num, n, d))
        }
        Operand::Ext(num, ext, by) => {
            if by > 4 {
                return refused("shift amount out of range 0 to 4");
            }
            one(three(extended(word) | u32::from(ext) << 13 | u32::from(by) << 10, num, n, d))
        }
        Operand::Imm(v) => add_constant(word, v, n, d, compares),
        _ => Err(Problem::Operands),
    }
}

/// The immediate form of a sum: 12 bits, shifted or not.
pub fn add_imm(word: u32, v: u32, n: u8, d: u8) -> u32 {
    let (v, shift) = if v > 0xfff { (v >> 12, 1 << 22) } else { (v, 0) };
    let word = word & !0x0f00_0000 | 0x1100_0000;
    word | shift | (v & 0xfff) << 10 | u32::from(n & 31) << 5 | u32::from(d & 31)
}

fn add_constant(word: u32, v: i64, n: u8, d: u8, compares: bool) -> Encoded {
    let wide = word & WIDE != 0;
    let bits = if wide { v } else { i64::from(v as u32) };
    match constant::kind(v, wide) {
        Kind::Zero | Kind::Small { .. } | Kind::Shifted { .. } => {
            // There 31 is RSP on both sides, but not where flags are all that is wanted.
            if n == ZR || d == ZR && !compares && word & FLAGS == 0 {
                return Err(Problem::Operands);
            }
            return Ok(Code::of(&[add_imm(word, bits as u32, n, d)]));
        }
        Kind::Long if word & FLAGS == 0 && n != ZR && d != ZR => {
            let low = add_imm(word, bits as u32 & 0xfff, n, d);
            return Ok(Code::of(&[low, add_imm(word, bits as u32 & 0xff_f000, d, d)]));
        }
        _ => {}
    }
    let one = constant::one(v, wide, TMP).is_some();
    let mut words = constant::in_tmp(v, wide, n)?;
    if n == RSP || d == RSP {
        if compares && !one {
            return Err(Problem::Operands);
        }
        // A constant of several words is added as 64 bits whatever the sum's width.
        let whole = if wide || !one { 3 } else { 2 };
        words.push(three(extended(word) | whole << 13, TMP, n, d));
    } else {
        words.push(three(word, TMP, n, d));
    }
    Ok(Code { words, ..Code::default() })
}

/// The word of a row with three, or without, registers.
fn word_of(name: &str) -> u32 {
    table::rows(name).first().map_or(0, |row| row.word)
}

/// What rows do not have: shifted registers and constants.
fn logic(name: &str, wide: u32, args: &[Operand]) -> Option<Encoded> {
    let word = word_of(name);
    let tests = name.starts_with("TST");
    let (from, n, d) = match args {
        [from, n] if tests => (from, r(n)?, ZR),
        [from, d] => (from, r(d)?, r(d)?),
        [from, n, d] if !tests => (from, r(n)?, r(d)?),
        _ => return None,
    };
    match *from {
        Operand::Shift(num, op, by) if n != RSP && d != RSP => Some(shifted(word, wide, num, op, by, n, d)),
        Operand::Imm(v) => Some(mask(word, v, n, d)),
        _ => None,
    }
}

fn shifted(word: u32, wide: u32, num: u8, op: u8, by: u8, n: u8, d: u8) -> Encoded {
    if wide == 0 && by > 31 {
        return refused("shift amount out of range 0 to 31");
    }
    Ok(Code::of(&[three(word | u32::from(op) << 22 | u32::from(by) << 10, num, n, d)]))
}

/// Logic with a constant. Only where it is a bit mask, and no flags are set, the result may go to RSP.
fn mask(word: u32, v: i64, n: u8, d: u8) -> Encoded {
    let wide = word & WIDE != 0;
    let inverted = word & 1 << 21 != 0;
    let sets_flags = word & 0x6000_0000 == 0x6000_0000;
    if n == RSP {
        return refused("illegal source register");
    }
    let bits = if inverted { !v } else { v } as u64;
    // There 31 is RSP as the destination, unless flags are set.
    let nameless = d == ZR && !sets_flags;
    if let Some(m) = constant::bit_mask(bits, wide).filter(|_| !nameless) {
        if d == RSP && sets_flags {
            return Err(Problem::Operands);
        }
        let word = word & !0x0f20_0000 & !31 | 0x1200_0000;
        return Ok(Code::of(&[word | m | u32::from(n & 31) << 5 | u32::from(d & 31)]));
    }
    if d == RSP {
        return Err(Problem::Operands);
    }
    let mut words = constant::in_tmp(v, wide, n)?;
    words.push(three(word & !31, TMP, n, d));
    Ok(Code { words, ..Code::default() })
}

/// NEG and MVN of a shifted register.
fn negated(name: &str, wide: u32, args: &[Operand]) -> Option<Encoded> {
    let [Operand::Shift(num, op, by), d] = args else { return None };
    let d = plain(d)?;
    if *op == 3 && !name.starts_with("MVN") {
        return Some(refused("unsupported shift operator"));
    }
    Some(shifted(word_of(name), wide, *num, *op, *by, ZR, d))
}

/// Bits `immr` and `imms` of a bit field's instruction.
fn bitfield(word: u32, wide: u32, immr: i64, imms: i64, n: u8, d: u8) -> Encoded {
    let limit = if wide == 0 { 32 } else { 64 };
    if !(0..limit).contains(&immr) || !(0..limit).contains(&imms) {
        return refused("illegal bit number");
    }
    let word = word | wide | wide >> 9 | (immr as u32) << 16 | (imms as u32) << 10;
    Ok(Code::of(&[word | u32::from(n) << 5 | u32::from(d)]))
}

const SIGNED: u32 = 0x1300_0000;
const INSERT: u32 = 0x3300_0000;
const UNSIGNED: u32 = 0x5300_0000;

/// Shifts by a constant; by a register they have rows.
fn shift(stem: &str, wide: u32, args: &[Operand]) -> Option<Encoded> {
    let (v, n, d) = match args {
        [Operand::Imm(v), d] => (*v, plain(d)?, plain(d)?),
        [Operand::Imm(v), n, d] => (*v, plain(n)?, plain(d)?),
        _ => return None,
    };
    let bits = if wide == 0 { 32 } else { 64 };
    if !(0..bits).contains(&v) {
        return Some(refused("illegal bit number"));
    }
    Some(match stem {
        "LSL" => bitfield(UNSIGNED, wide, (bits - v) % bits, bits - 1 - v, n, d),
        "LSR" => bitfield(UNSIGNED, wide, v, bits - 1, n, d),
        "ASR" => bitfield(SIGNED, wide, v, bits - 1, n, d),
        _ => Ok(Code::of(&[three(0x1380_0000 | wide | wide >> 9 | (v as u32) << 10, n, n, d)])),
    })
}

/// `op $low, rn, $width, rd`.
fn field(stem: &str, wide: u32, args: &[Operand]) -> Encoded {
    let (low, n, width, d) = match args {
        [Operand::Imm(low), n, Operand::Imm(width), d] => (*low, plain(n), *width, plain(d)),
        _ => return Err(Problem::Operands),
    };
    let (Some(n), Some(d)) = (n, d) else { return Err(Problem::Operands) };
    let bits = if wide == 0 { 32 } else { 64 };
    if !(0..bits).contains(&low) || !(1..=bits - low).contains(&width) {
        return refused("illegal bit number");
    }
    let (word, inserts) = match stem {
        "BFI" => (INSERT, true),
        "BFXIL" => (INSERT, false),
        "SBFIZ" => (SIGNED, true),
        "SBFX" => (SIGNED, false),
        "UBFIZ" => (UNSIGNED, true),
        _ => (UNSIGNED, false),
    };
    match inserts {
        true => bitfield(word, wide, (bits - low) % bits, width - 1, n, d),
        false => bitfield(word, wide, low, low + width - 1, n, d),
    }
}

/// A division into R27, a product and a difference.
fn remainder(division: u32, args: &[Operand]) -> Encoded {
    let (m, n, d) = match args {
        [m, d] => (plain(m), plain(d), plain(d)),
        [m, n, d] => (plain(m), plain(n), plain(d)),
        _ => return Err(Problem::Operands),
    };
    let (Some(m), Some(n), Some(d)) = (m, n, d) else { return Err(Problem::Operands) };
    let subtract = 0x1b00_8000 | division & WIDE | u32::from(n) << 10;
    Ok(Code::of(&[three(division, m, n, TMP), three(subtract, m, TMP, d)]))
}

/// `MOVK $(bits<<16), rd`.
fn wide_move(word: u32, args: &[Operand]) -> Encoded {
    let [Operand::Imm(v), d] = args else { return Err(Problem::Operands) };
    let d = plain(d).ok_or(Problem::Operands)?;
    let half = constant::half(*v as u64).filter(|h| *v != 0 && (word & WIDE != 0 || *h < 2));
    let Some(half) = half else { return refused("the constant must be 16 bits, shifted by 0, 16, 32 or 48") };
    let bits = (*v as u64 >> (16 * half)) as u32 & 0xffff;
    Ok(Code::of(&[word | half << 21 | bits << 5 | u32::from(d)]))
}
