//! Jumps in their short or long forms, and the function's bytes.
use super::encode::Code;
use crate::func::{Body, Laid};
use crate::{Error, Reloc};

/// A piece of a function whose size may depend on where things are.
pub enum Piece {
    Code(Code),
    /// To piece `to`, or a symbol; `None` condition: always.
    Jump {
        opcode: Jump,
        to: usize,
        short: bool,
    },
    Align(u32),
}

#[derive(Clone, Copy)]
pub enum Jump {
    Always,
    If(u8),
    /// LOOP, JCXZ: one byte of distance, with these opcode bytes.
    Byte(u8, bool),
}

impl Piece {
    /// Says where a jump leads.
    pub fn aim(&mut self, target: usize) {
        if let Piece::Jump { to, .. } = self {
            *to = target;
        }
    }
}

/// The standard forms of a no-operation of 1 to 9 bytes.
const NOPS: [&[u8]; 9] = [
    &[0x90],
    &[0x66, 0x90],
    &[0x0f, 0x1f, 0x00],
    &[0x0f, 0x1f, 0x40, 0],
    &[0x0f, 0x1f, 0x44, 0, 0],
    &[0x66, 0x0f, 0x1f, 0x44, 0, 0],
    &[0x0f, 0x1f, 0x80, 0, 0, 0, 0],
    &[0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
    &[0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
];

/// Makes jumps long that do not reach, until all do.
pub fn layout(b: &mut Body<Piece>) -> Result<Laid, Error> {
    let mut offsets = vec![0u32; b.pieces.len() + 1];
    loop {
        let mut at = 0u32;
        for (n, p) in b.pieces.iter().enumerate() {
            offsets[n] = at;
            at += match p {
                Piece::Code(c) => c.bytes.len() as u32,
                Piece::Align(a) => at.next_multiple_of(*a) - at,
                Piece::Jump { opcode, short, .. } => match (opcode, short) {
                    (Jump::Byte(_, prefix), _) => 2 + u32::from(*prefix),
                    (_, true) => 2,
                    (Jump::Always, _) => 5,
                    (Jump::If(_), _) => 6,
                },
            };
        }
        offsets[b.pieces.len()] = at;
        let mut changed = false;
        for n in 0..b.pieces.len() {
            if let Piece::Jump { opcode, to, short } = &mut b.pieces[n]
                && *short
            {
                let d = offsets[*to] as i64 - offsets[n + 1] as i64;
                if i8::try_from(d).is_err() {
                    if matches!(opcode, Jump::Byte(..)) {
                        return Err(Error { pos: b.pos[n], text: "branch too far".into() });
                    }
                    *short = false;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let mut code = Vec::with_capacity(offsets[b.pieces.len()] as usize);
    let mut relocs = Vec::new();
    for (n, p) in b.pieces.iter().enumerate() {
        match p {
            Piece::Code(c) => {
                relocs.extend(c.relocs.iter().map(|r| Reloc { at: r.at + offsets[n], ..*r }));
                code.extend_from_slice(&c.bytes);
            }
            Piece::Align(_) => {
                let mut left = (offsets[n + 1] - offsets[n]) as usize;
                while left > 0 {
                    let len = left.min(NOPS.len());
                    code.extend_from_slice(NOPS[len - 1]);
                    left -= len;
                }
            }
            Piece::Jump { opcode, to, short } => {
                let d = offsets[*to] as i64 - offsets[n + 1] as i64;
                match (opcode, short) {
                    (Jump::Byte(op, prefix), _) => {
                        if *prefix {
                            code.push(0x67);
                        }
                        code.extend_from_slice(&[*op, d as u8]);
                    }
                    (Jump::Always, true) => code.extend_from_slice(&[0xeb, d as u8]),
                    (Jump::If(cc), true) => code.extend_from_slice(&[0x70 | cc, d as u8]),
                    (Jump::Always, false) => code.push(0xe9),
                    (Jump::If(cc), false) => code.extend_from_slice(&[0x0f, 0x80 | cc]),
                }
                if !short {
                    code.extend_from_slice(&(d as i32).to_le_bytes());
                }
            }
        }
    }
    Ok((code, relocs, offsets))
}
