//! Vectors beyond the table: elements, structures in memory, tables of bytes, immediates.
use super::memory::Indexing;
use super::{Code, Encoded, Problem, refused};
use crate::arm64::operand::{Arr, Base, Class, Mem, Operand, Reg, ZR};

/// Structures: name, load, registers, and whether one element is repeated.
const STRUCTURES: &[(&str, bool, u32, bool)] = &[
    ("VLD1", true, 1, false),
    ("VLD2", true, 2, false),
    ("VLD3", true, 3, false),
    ("VLD4", true, 4, false),
    ("VLD1R", true, 1, true),
    ("VLD2R", true, 2, true),
    ("VLD3R", true, 3, true),
    ("VLD4R", true, 4, true),
    ("VST1", false, 1, false),
    ("VST2", false, 2, false),
    ("VST3", false, 3, false),
    ("VST4", false, 4, false),
];

/// The instruction, if it is of these.
pub fn encode(name: &str, index: Indexing, args: &[Operand]) -> Option<Encoded> {
    if let Some(&(_, load, count, repeat)) = STRUCTURES.iter().find(|s| s.0 == name) {
        let (what, mem) = match args {
            [Operand::Mem(m), what] if load => (what, m),
            [what, Operand::Mem(m)] if !load => (what, m),
            _ => return Some(Err(Problem::Operands)),
        };
        return Some(structure(what, mem, load, count, repeat, index));
    }
    if index != Indexing::Offset {
        return None;
    }
    let word = match (name, args) {
        ("VMOV" | "VDUP", [from, to]) => element(name, from, to)?,
        ("VMOVI", [Operand::Imm(v), Operand::Vec(d, arr)]) => match (u8::try_from(*v), arr) {
            (Ok(v), Arr::B8 | Arr::B16) => {
                let v = u32::from(v);
                Ok(0x0f00_e400 | whole(*arr) | (v >> 5) << 16 | (v & 31) << 5 | u32::from(*d))
            }
            (Err(_), _) => return Some(refused("immediate constant out of range")),
            _ => Err(Problem::Operands),
        },
        ("VTBL" | "VTBX", [Operand::Vec(m, arr), Operand::List(n, count, from), Operand::Vec(d, to)]) => {
            if arr != to || arr.size() != 0 || *from != Arr::B16 {
                return Some(refused("invalid arrangement"));
            }
            let op = u32::from(name == "VTBX") << 12;
            let regs = u32::from(*m) << 16 | u32::from(*n) << 5 | u32::from(*d);
            Ok(0x0e00_0000 | whole(*arr) | u32::from(*count - 1) << 13 | op | regs)
        }
        _ => return None,
    };
    Some(word.map(|w| Code::of(&[w])))
}

/// Bit Q.
fn whole(arr: Arr) -> u32 {
    u32::from(arr.full()) << 30
}

/// The five bits that say an element's size and index.
fn which(size: u32, index: u32) -> u32 {
    (1 << size | index << (size + 1)) << 16
}

/// Moves from and to elements. `None`: the table may have it.
fn element(name: &str, from: &Operand, to: &Operand) -> Option<Result<u32, Problem>> {
    let duplicates = name == "VDUP";
    let general = |r: &Reg| r.class == Class::R && r.num <= ZR;
    Some(Ok(match (from, to) {
        (&Operand::Elem(n, size, i), Operand::Reg(d)) if !duplicates && general(d) => {
            let q = u32::from(size == 3) << 30;
            0x0e00_3c00 | q | which(size.into(), i.into()) | u32::from(n) << 5 | u32::from(d.num)
        }
        (&Operand::Elem(n, size, i), &Operand::Elem(d, other, j)) if !duplicates => {
            if size != other {
                return Some(refused("operand mismatch"));
            }
            let second = u32::from(i) << size << 11;
            0x6e00_0400 | which(size.into(), j.into()) | second | u32::from(n) << 5 | u32::from(d)
        }
        (&Operand::Elem(n, size, i), Operand::Reg(Reg { class: Class::V, num })) => {
            0x5e00_0400 | which(size.into(), i.into()) | u32::from(n) << 5 | u32::from(*num)
        }
        (&Operand::Elem(n, size, i), &Operand::Vec(d, arr)) if duplicates => {
            if arr.size() != u32::from(size) || matches!(arr, Arr::D1 | Arr::Q1) {
                return Some(refused("invalid arrangement"));
            }
            0x0e00_0400 | whole(arr) | which(size.into(), i.into()) | u32::from(n) << 5 | u32::from(d)
        }
        (Operand::Reg(r), &Operand::Vec(d, arr)) if general(r) && !matches!(arr, Arr::D1 | Arr::Q1) => {
            0x0e00_0c00 | whole(arr) | which(arr.size(), 0) | u32::from(r.num) << 5 | u32::from(d)
        }
        (Operand::Reg(r), &Operand::Elem(d, size, i)) if general(r) && !duplicates => {
            0x4e00_1c00 | which(size.into(), i.into()) | u32::from(r.num) << 5 | u32::from(d)
        }
        _ => return None,
    }))
}

/// The base, and what is added to it behind the access: bits 16 to 20, and bit 23. `bytes` are those that the access moves.
fn writeback(m: &Mem, index: Indexing, bytes: i64) -> Result<u32, Problem> {
    let Base::Reg(n) = m.base else { return Err(Problem::Operands) };
    let base = u32::from(n & 31) << 5;
    match (index, m.index, m.disp) {
        (Indexing::Offset, None, 0) => Ok(base),
        (Indexing::Post, Some(x), 0) if x.ext.is_none() && x.reg != ZR => {
            Ok(base | 1 << 23 | u32::from(x.reg) << 16)
        }
        // Without an offset it is the same.
        (Indexing::Post, None, v) if v == bytes || v == 0 => Ok(base | 1 << 23 | 31 << 16),
        (Indexing::Post, None, _) => refused("invalid post-increment offset"),
        _ => Err(Problem::Operands),
    }
}

fn structure(what: &Operand, m: &Mem, load: bool, count: u32, repeat: bool, index: Indexing) -> Encoded {
    let load = u32::from(load) << 22;
    let word = match *what {
        Operand::List(first, regs, arr) => {
            let regs = u32::from(regs);
            if (count > 1 || repeat) && regs != count {
                return Err(Problem::Text(format!("expected {count} registers, got {regs}")));
            }
            let each = if repeat { 1 << arr.size() } else { if arr.full() { 16 } else { 8 } };
            let opcode = match (repeat, count, regs) {
                (true, 1 | 2, _) => 0xc,
                (true, ..) => 0xe,
                (_, 1, 1) => 7,
                (_, 1, 2) => 10,
                (_, 1, 3) => 6,
                (_, 1, _) => 2,
                (_, 2, _) => 8,
                (_, 3, _) => 4,
                _ => 0,
            };
            let pair = u32::from(repeat && count.is_multiple_of(2)) << 21;
            let base = if repeat { 0x0d00_0000 } else { 0x0c00_0000 };
            let form = whole(arr) | opcode << 12 | arr.size() << 10 | pair;
            base | load | form | u32::from(first) | writeback(m, index, i64::from(regs) * each)?
        }
        Operand::Elem(t, size, i) if count == 1 && !repeat => {
            let (size, i) = (u32::from(size), u32::from(i));
            // The index fills Q, S and as much of the size's field as the element leaves.
            let bits = i << size;
            let form = (bits >> 3) << 30 | (bits >> 2 & 1) << 12 | (bits & 3 | u32::from(size == 3)) << 10;
            let opcode = [0, 2, 4, 4][size as usize & 3] << 13;
            0x0d00_0000 | load | form | opcode | u32::from(t) | writeback(m, index, 1 << size)?
        }
        _ => return Err(Problem::Operands),
    };
    Ok(Code::of(&[word]))
}
