//! One instruction to words: those of the table by the first row that its operands fit, the others by code of their own, which may make
//! several words of one line, with R27 in between.
mod bits;
pub mod constant;
mod memory;
mod system;
mod vector;

use super::operand::{Arr, Class, Operand, Reg, ZR, condition};
use super::table::{self, Row, Shape, Slot};
use crate::Reloc;

/// The register for what does not fit into one instruction.
pub const TMP: u8 = 27;

/// A word that loads a constant from behind the function: into its 19-bit field goes the distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its value.
    pub value: i64,
    /// It has 8 bytes.
    pub wide: bool,
}

/// Words with fields to fill.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Code {
    /// The instructions.
    pub words: Vec<u32>,
    /// Fields, by bytes from the first.
    pub relocs: Vec<Reloc>,
    /// What the first word loads.
    pub literal: Option<Literal>,
}

impl Code {
    /// Words alone.
    pub fn of(words: &[u32]) -> Code {
        Code { words: words.to_vec(), ..Code::default() }
    }
}

/// Why an instruction has no encoding.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// There is no such form.
    Operands,
    /// Something else.
    Text(String),
}

/// The encoding.
pub type Encoded = Result<Code, Problem>;

fn refused<T>(text: &str) -> Result<T, Problem> {
    Err(Problem::Text(text.into()))
}

/// Instructions whose `$0` is ZR.
const ZERO_IS_ZR: &[&str] = &[
    "MOVD", "MOVW", "MOVWU", "MOVH", "MOVHU", "MOVB", "MOVBU", "SBC", "SBCW", "SBCS", "SBCSW", "ADC", "ADCW",
    "ADCS", "ADCSW", "FMOVD", "FMOVS", "MSR",
];

/// Encodes an instruction; addresses of arguments and locals are already relative to RSP. The name may end in `.P` or `.W`.
pub fn encode(name: &str, args: &[Operand]) -> Encoded {
    let (stem, suffix) = name.split_once('.').unwrap_or((name, ""));
    let index = match suffix {
        "" => memory::Indexing::Offset,
        "P" => memory::Indexing::Post,
        "W" => memory::Indexing::Pre,
        _ => return Err(Problem::Text(format!("unrecognized suffix .{suffix}"))),
    };
    let mut args = args.to_vec();
    if let Some(Operand::Imm(0)) = args.first()
        && ZERO_IS_ZR.contains(&stem)
    {
        args[0] = Operand::Reg(Reg { class: Class::R, num: ZR });
    }
    if let Some(done) = memory::encode(stem, index, &args).or_else(|| vector::encode(stem, index, &args)) {
        return done;
    }
    if index != memory::Indexing::Offset {
        return Err(Problem::Operands);
    }
    if let Some(done) = bits::encode(stem, &args).or_else(|| system::encode(stem, &args)) {
        return done;
    }
    let word = table::rows(stem).iter().find_map(|row| fill(row, &args)).ok_or(Problem::Operands)?;
    Ok(Code::of(&[word]))
}

/// A row's word with the operands in it, if they fit.
fn fill(row: &Row, args: &[Operand]) -> Option<u32> {
    let taken = row.slots.iter().filter(|s| **s != Slot::NoShift).count();
    if taken != args.len() {
        return None;
    }
    let mut word = row.word;
    // All vectors of one kind have the same arrangement, wide and narrow ones go together.
    let mut same: Option<Arr> = None;
    let mut size: Option<u32> = None;
    let shifts = row.slots.iter().any(|s| matches!(s, Slot::ShiftRight | Slot::ShiftLeft | Slot::NoShift));
    let mut rest = args.iter();
    for slot in &row.slots {
        if *slot == Slot::NoShift {
            continue;
        }
        match (*slot, rest.next()?) {
            (Slot::General(f), Operand::Reg(Reg { class: Class::R, num })) if *num <= ZR => {
                word |= f * u32::from(*num);
            }
            (Slot::Float(f), Operand::Reg(Reg { class: Class::F, num })) => word |= f * u32::from(*num),
            (Slot::Whole(f), Operand::Reg(Reg { class: Class::V, num })) => word |= f * u32::from(*num),
            (Slot::Vector(f, shape), Operand::Vec(num, arr)) => {
                word |= f * u32::from(*num);
                word |= arranged(shape, *arr, shifts, &mut same, &mut size)?;
            }
            (Slot::Pair(f, g), Operand::Pair(a, b)) if general(a) && general(b) => {
                word |= (f * u32::from(a.num)) | (g * u32::from(b.num));
            }
            (Slot::Couple(f), Operand::Pair(a, b)) if general(a) && a.num % 2 == 0 && b.num == a.num + 1 => {
                word |= f * u32::from(a.num);
            }
            (Slot::Memory, Operand::Mem(m)) => word |= memory::bare(m)? << 5,
            (Slot::Condition { opposite }, Operand::Special(name)) => {
                let cc = condition(name).filter(|c| !opposite || *c < 14)?;
                word |= (cc ^ u32::from(opposite)) << 12;
            }
            (Slot::Number { bits, at }, Operand::Imm(v)) => {
                word |= u32::try_from(*v).ok().filter(|v| *v < 1 << bits)? << at;
            }
            (Slot::Zero, Operand::Imm(0)) => {}
            (Slot::ZeroFloat, Operand::Float(v)) if v.to_bits() == 0 => {}
            (Slot::ShiftRight | Slot::ShiftLeft, Operand::Imm(_)) => {}
            _ => return None,
        }
    }
    if shifts {
        let bits = 8 << size?;
        let by = match (row.slots.first(), args.first()) {
            (Some(Slot::NoShift), _) => bits,
            (Some(Slot::ShiftRight), Some(Operand::Imm(v))) if (1..=bits).contains(v) => 2 * bits - v,
            (Some(Slot::ShiftLeft), Some(Operand::Imm(v))) if (0..bits).contains(v) => bits + v,
            _ => return None,
        };
        word |= (by as u32) << 16;
    }
    Some(word)
}

pub use memory::bare as base_of;

fn general(r: &Reg) -> bool {
    r.class == Class::R && r.num <= ZR
}

/// The bits that an arrangement sets, if it is of this kind and goes with those in front of it.
fn arranged(
    shape: Shape,
    arr: Arr,
    shifts: bool,
    same: &mut Option<Arr>,
    size: &mut Option<u32>,
) -> Option<u32> {
    let q = u32::from(arr.full()) << 30;
    let element = arr.size();
    let plain = !matches!(arr, Arr::D1 | Arr::Q1);
    let (allowed, narrow) = match shape {
        Shape::T => (plain, element),
        Shape::H => (plain && element < 3, element),
        Shape::Q => (element < 2, element),
        Shape::E => (element < 2 || arr == Arr::S4, element),
        Shape::B => (element == 0, element),
        Shape::F => (plain && element >= 2, element),
        Shape::Wide => (plain && arr.full() && element > 0, element.checked_sub(1)?),
        Shape::Narrow { second } => (plain && element < 3 && arr.full() == second, element),
        Shape::Exact(a) => return (a == arr).then_some(0),
    };
    if !allowed || *size.get_or_insert(narrow) != narrow {
        return None;
    }
    let is_pair = matches!(shape, Shape::Wide | Shape::Narrow { .. });
    if !is_pair && *same.get_or_insert(arr) != arr {
        return None;
    }
    let size_bits = if shifts { 0 } else { element << 22 };
    Some(match shape {
        Shape::T | Shape::H | Shape::Q | Shape::E | Shape::Narrow { .. } => q | size_bits,
        Shape::B => q,
        Shape::F => q | (element & 1) << 22,
        _ => 0,
    })
}
