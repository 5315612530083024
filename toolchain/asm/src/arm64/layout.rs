//! Where pieces lie: branches that do not reach go by way of another, constants stand behind the function.
use super::encode::{Code, Literal};
use crate::func::{Body, Laid};
use crate::{Error, Reloc};

/// A piece of a function.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Words; `ends`: nothing goes on behind them.
    Code { code: Code, ends: bool },
    /// To piece `to`; `far`: by way of a branch behind it.
    Branch { word: u32, field: Field, to: usize, far: bool },
    /// Up to a multiple of so many bytes.
    Align(u32),
}

/// The field of a branch's distance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// 26 bits from bit 0 on, in words.
    Always,
    /// 19 bits from bit 5 on, in words.
    Condition,
    /// 14 bits from bit 5 on, in words.
    Bit,
    /// 21 bits in bytes: the lowest two at bit 29, the others at bit 5.
    Address,
}

impl Field {
    /// Distances from here on go the long way. A little is left for what grows in between.
    fn reach(self) -> Option<i64> {
        match self {
            Field::Condition => Some((1 << 20) - 10),
            Field::Bit => Some((1 << 15) - 10),
            Field::Always | Field::Address => None,
        }
    }
    fn fill(self, distance: i64) -> Option<u32> {
        let words = distance / 4;
        let fits = |bits: u32, v: i64| (-(1 << (bits - 1))..1 << (bits - 1)).contains(&v);
        match self {
            Field::Always if fits(26, words) => Some(words as u32 & 0x3ff_ffff),
            Field::Condition if fits(19, words) => Some((words as u32 & 0x7_ffff) << 5),
            Field::Bit if fits(14, words) => Some((words as u32 & 0x3fff) << 5),
            Field::Address if fits(21, distance) => {
                Some((distance as u32 & 3) << 29 | ((distance >> 2) as u32 & 0x7_ffff) << 5)
            }
            _ => None,
        }
    }
}

impl Piece {
    /// Words.
    pub fn code(code: Code) -> Piece {
        Piece::Code { code, ends: false }
    }
    /// Says where a branch leads.
    pub fn aim(&mut self, target: usize) {
        if let Piece::Branch { to, .. } = self {
            *to = target;
        }
    }
    fn ends(&self) -> bool {
        match self {
            Piece::Code { ends, .. } => *ends,
            Piece::Branch { word, .. } => *word == B,
            Piece::Align(_) => false,
        }
    }
}

/// An unconditional branch.
pub const B: u32 = 0x1400_0000;
const NOOP: u32 = 0xd503_201f;
/// Functions' code is a multiple of this.
const FUNCTION_ALIGN: usize = 16;

/// Makes branches long that do not reach, until all do, and puts the words together.
pub fn layout(b: &mut Body<Piece>) -> Result<Laid, Error> {
    let mut offsets = vec![0u32; b.pieces.len() + 1];
    loop {
        let mut at = 0u32;
        for (n, p) in b.pieces.iter().enumerate() {
            offsets[n] = at;
            at += match p {
                Piece::Code { code, .. } => 4 * code.words.len() as u32,
                Piece::Align(a) => at.next_multiple_of(*a) - at,
                Piece::Branch { far, .. } => {
                    if *far {
                        12
                    } else {
                        4
                    }
                }
            };
        }
        offsets[b.pieces.len()] = at;
        let mut changed = false;
        for n in 0..b.pieces.len() {
            if let Piece::Branch { field, to, far, .. } = &mut b.pieces[n]
                && !*far
                && let Some(reach) = field.reach()
            {
                let d = offsets[*to] as i64 - offsets[n] as i64;
                (*far, changed) = (d.abs() >= reach, changed || d.abs() >= reach);
            }
        }
        if !changed {
            break;
        }
    }
    let mut words: Vec<u32> = Vec::with_capacity(offsets[b.pieces.len()] as usize / 4);
    let mut relocs = Vec::new();
    let mut literals: Vec<Literal> = Vec::new();
    // Words that load a literal, and its number.
    let mut loads: Vec<(usize, usize)> = Vec::new();
    let too_far = |n: usize| Error { pos: b.pos[n], text: "branch too far".into() };
    for (n, p) in b.pieces.iter().enumerate() {
        match p {
            Piece::Code { code, .. } => {
                relocs.extend(code.relocs.iter().map(|r| Reloc { at: r.at + offsets[n], ..*r }));
                if let Some(l) = code.literal {
                    let known = literals.iter().position(|k| k.value == l.value);
                    loads.push((words.len(), known.unwrap_or(literals.len())));
                    if known.is_none() {
                        literals.push(l);
                    }
                }
                words.extend(&code.words);
            }
            Piece::Align(_) => words.resize(offsets[n + 1] as usize / 4, NOOP),
            Piece::Branch { word, field, to, far } => {
                let d = offsets[*to] as i64 - offsets[n] as i64;
                let near = if *far { 8 } else { d };
                words.push(word | field.fill(near).ok_or_else(|| too_far(n))?);
                if *far {
                    words.push(B | 2);
                    words.push(B | Field::Always.fill(d - 8).ok_or_else(|| too_far(n))?);
                }
            }
        }
    }
    if !literals.is_empty() && !b.pieces.last().is_some_and(Piece::ends) {
        // Nothing may run into the constants.
        words.push(0);
    }
    let starts: Vec<usize> = literals
        .iter()
        .map(|l| {
            let at = words.len();
            words.push(l.value as u32);
            if l.wide {
                words.push((l.value >> 32) as u32);
            }
            at
        })
        .collect();
    for (at, literal) in loads {
        let d = 4 * (starts[literal] - at) as i64;
        words[at] |= Field::Condition.fill(d).ok_or_else(|| too_far(0))?;
    }
    let mut code: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    code.resize(code.len().next_multiple_of(FUNCTION_ALIGN), 0);
    Ok((code, relocs, offsets))
}
