//! Which encodings does an instruction have? Rows in the order in which they are tried; the first whose operands fit is taken.
//!
//! A line holds many instructions of one shape, whose operands may be written in several ways:
//!
//! ```text
//!   operands; operands | NAME:word NAME:word ...
//! ```
//!
//! Operands stand in Go's order, the destination last. `NAME*` is two instructions: NAME has bit 31 set, NAMEW has not; `NAME^` are NAMES
//! and NAMED, which has bit 22 set. The letters behind an operand's first say into which fields it goes:
//! `d` bits 0 to 4, `n` 5 to 9, `a` 10 to 14, `m` 16 to 20.
//!
//! | operand | takes |
//! |---|---|
//! | `rd` `rdn` | a general register or ZR |
//! | `fd` `vd` | an F, a V register |
//! | `vd.t` | a vector, its arrangement as the next table says |
//! | `pda` | two general registers, each into one field |
//! | `cd` | the same, the second behind the first, which is even; its number alone is encoded |
//! | `(n)` | memory at a register |
//! | `cond` `!cond` | a condition, or the opposite of one, into bits 12 to 15 |
//! | `u5@16` | an unsigned number of 5 bits, from bit 16 on |
//! | `0` `0.0` | zero |
//! | `>>` `<<` | a shift of the narrower arrangement's elements, to the right or left |
//! | `=<<` | no operand: such a shift by 0 |
//!
//! | arrangement | is one of | sets |
//! |---|---|---|
//! | `t` | B8 B16 H4 H8 S2 S4 D2 | Q (bit 30) and size (22); with a shift Q |
//! | `h` `q` `e` | of these no D2; B and H alone; no S2 and D2 | the same |
//! | `b` | B8 B16 | Q |
//! | `f` | S2 S4 D2 | Q and bit 22 |
//! | `w` | H8 S4 D2 | nothing |
//! | `x` `X` | half as wide elements as `w`: half a register, or a whole one | size, and Q for `X` |
//! | `16b` `2d` ... | this one | nothing |
mod general;
pub mod system;
mod vector;

use super::operand::Arr;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Bits of the fields that an operand goes into.
pub type Fields = u32;

/// What an operand may be, and where it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the module's table says what they are")]
pub enum Slot {
    General(Fields),
    Float(Fields),
    Whole(Fields),
    Vector(Fields, Shape),
    Pair(Fields, Fields),
    Couple(Fields),
    Memory,
    Condition { opposite: bool },
    Number { bits: u32, at: u32 },
    Zero,
    ZeroFloat,
    ShiftRight,
    ShiftLeft,
    NoShift,
}

/// Kinds of arrangements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the module's table says what they are")]
pub enum Shape {
    T,
    H,
    Q,
    E,
    B,
    F,
    Wide,
    Narrow { second: bool },
    Exact(Arr),
}

/// One way to encode an instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Operands.
    pub slots: Vec<Slot>,
    /// The instruction, with the operands' fields empty.
    pub word: u32,
}

static ROWS: LazyLock<FxHashMap<String, Vec<Row>>> = LazyLock::new(|| {
    let mut all: FxHashMap<String, Vec<Row>> = FxHashMap::default();
    let generated = general::generated();
    for line in [general::LINES, vector::LINES, &generated].into_iter().flat_map(str::lines) {
        let line = line.trim();
        if !line.is_empty() {
            add_line(&mut all, line);
        }
    }
    all
});

fn add_line(all: &mut FxHashMap<String, Vec<Row>>, line: &str) {
    let Some((operands, names)) = line.split_once('|') else { panic!("bad row {line:?}") };
    for item in names.split_whitespace() {
        let (name, word) = item.split_once(':').unwrap_or_else(|| panic!("no word in {item:?}"));
        let word = u32::from_str_radix(word, 16).unwrap_or_else(|_| panic!("bad word in {item:?}"));
        let forms = match (name.strip_suffix('*'), name.strip_suffix('^')) {
            (Some(stem), _) => vec![(stem.to_string(), word | 1 << 31), (format!("{stem}W"), word)],
            (_, Some(stem)) => vec![(format!("{stem}S"), word), (format!("{stem}D"), word | 1 << 22)],
            _ => vec![(name.to_string(), word)],
        };
        for (name, word) in forms {
            for way in operands.split(';') {
                let slots = way.split(',').map(str::trim).filter(|o| !o.is_empty()).map(slot).collect();
                all.entry(name.clone()).or_default().push(Row { slots, word });
            }
        }
    }
}

fn slot(text: &str) -> Slot {
    match text {
        "(n)" => return Slot::Memory,
        "cond" => return Slot::Condition { opposite: false },
        "!cond" => return Slot::Condition { opposite: true },
        "0" => return Slot::Zero,
        "0.0" => return Slot::ZeroFloat,
        ">>" => return Slot::ShiftRight,
        "<<" => return Slot::ShiftLeft,
        "=<<" => return Slot::NoShift,
        _ => {}
    }
    if let Some((bits, at)) = text.strip_prefix('u').and_then(|t| t.split_once('@')) {
        let number = |t: &str| t.parse().unwrap_or_else(|_| panic!("bad operand {text:?}"));
        return Slot::Number { bits: number(bits), at: number(at) };
    }
    let (place, shape) = text.split_once('.').map_or((text, None), |(p, s)| (p, Some(shape(s))));
    let (class, letters) = place.split_at(1);
    let field = |letter: char| match letter {
        'd' => 1,
        'n' => 1 << 5,
        'a' => 1 << 10,
        'm' => 1 << 16,
        _ => panic!("bad operand {text:?}"),
    };
    let all = letters.chars().map(field).sum();
    match (class, shape) {
        ("r", None) => Slot::General(all),
        ("f", None) => Slot::Float(all),
        ("v", None) => Slot::Whole(all),
        ("v", Some(s)) => Slot::Vector(all, s),
        ("c", None) => Slot::Couple(all),
        ("p", None) => {
            let mut each = letters.chars().map(field);
            Slot::Pair(each.next().unwrap_or(0), each.next().unwrap_or(0))
        }
        _ => panic!("bad operand {text:?}"),
    }
}

fn shape(text: &str) -> Shape {
    match text {
        "t" => Shape::T,
        "h" => Shape::H,
        "q" => Shape::Q,
        "e" => Shape::E,
        "b" => Shape::B,
        "f" => Shape::F,
        "w" => Shape::Wide,
        "x" => Shape::Narrow { second: false },
        "X" => Shape::Narrow { second: true },
        "8b" => Shape::Exact(Arr::B8),
        "16b" => Shape::Exact(Arr::B16),
        "8h" => Shape::Exact(Arr::H8),
        "2s" => Shape::Exact(Arr::S2),
        "4s" => Shape::Exact(Arr::S4),
        "1d" => Shape::Exact(Arr::D1),
        "2d" => Shape::Exact(Arr::D2),
        "1q" => Shape::Exact(Arr::Q1),
        _ => panic!("bad arrangement {text:?}"),
    }
}

/// The encodings of an instruction.
pub fn rows(name: &str) -> &'static [Row] {
    ROWS.get(name).map(Vec::as_slice).unwrap_or_default()
}

/// All names of the table, for tests.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.keys().map(String::as_str)
}

/// Instructions that have no rows, but code of their own in [`super::encode`] or [`super::func`].
const SPECIAL: &str = "
    ADD ADDW ADDS ADDSW SUB SUBW SUBS SUBSW CMP CMPW CMN CMNW REM REMW UREM UREMW
    BFI BFIW BFXIL BFXILW SBFIZ SBFIZW SBFX SBFXW UBFIZ UBFIZW UBFX UBFXW
    MOVB MOVBU MOVH MOVHU MOVW MOVWU MOVD FMOVQ VMOVS VMOVD VMOVQ MOVK MOVKW MOVN MOVNW MOVZ MOVZW
    LDP LDPW LDPSW STP STPW FLDPS FLDPD FLDPQ FSTPS FSTPD FSTPQ
    VLD1 VLD2 VLD3 VLD4 VLD1R VLD2R VLD3R VLD4R VST1 VST2 VST3 VST4 VDUP VMOVI VTBL VTBX
    MRS MSR SYS SYSL TLBI DC PRFM RPRFM BTI NOP WORD DWORD
";

/// Is it an instruction that the assembler has?
pub fn known(name: &str) -> bool {
    ROWS.contains_key(name) || is_jump(name) || SPECIAL.split_whitespace().any(|n| n == name)
}

/// Does it take a label?
pub fn is_jump(name: &str) -> bool {
    matches!(
        name,
        "B" | "JMP" | "BL" | "CALL" | "RET" | "CBZ" | "CBZW" | "CBNZ" | "CBNZW" | "TBZ" | "TBNZ" | "ADR"
    ) || condition(name).is_some()
}

/// Condition of a conditional branch.
pub fn condition(name: &str) -> Option<u32> {
    super::operand::condition(name.strip_prefix('B')?).filter(|c| *c < 14)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of an operand, as a mask.
    fn mask(s: &Slot) -> u32 {
        match *s {
            Slot::General(f) | Slot::Float(f) | Slot::Whole(f) | Slot::Vector(f, _) | Slot::Couple(f) => {
                f * 31
            }
            Slot::Pair(f, g) => (f | g) * 31,
            Slot::Memory => 31 << 5,
            Slot::Condition { .. } => 15 << 12,
            Slot::Number { bits, at } => ((1 << bits) - 1) << at,
            Slot::ShiftRight | Slot::ShiftLeft | Slot::NoShift => 0x7f << 16,
            Slot::Zero | Slot::ZeroFloat => 0,
        }
    }

    #[test]
    fn operands_have_fields_of_their_own() {
        assert!(names().count() > 500);
        for name in names() {
            for r in rows(name) {
                let mut used = 0;
                for s in &r.slots {
                    assert_eq!(used & mask(s), 0, "{name}: {r:?}");
                    used |= mask(s);
                }
                // CMP and the like have ones where no register is.
                assert_eq!(r.word & used, 0, "{name}: {r:?}");
            }
        }
    }

    #[test]
    fn conditions_have_all_their_names() {
        for (name, cc) in [("BEQ", 0), ("BHS", 2), ("BCS", 2), ("BLO", 3), ("BCC", 3), ("BLE", 13)] {
            assert_eq!(condition(name), Some(cc), "{name}");
        }
        assert_eq!(condition("BL"), None);
    }
}
