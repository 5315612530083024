//! Instructions with an EVEX prefix: registers up to 31, masks, and what the dots behind a name say.
use super::{Code, Problem, memory};
use crate::amd64::operand::{Base, Class, Operand};
use crate::amd64::table::{Evex, Modrm, Role, Row};

/// Prefix byte.
const ESCAPE: u8 = 0x62;

/// What stands behind an instruction's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Suffix {
    /// Elements that the mask leaves out are zero.
    zero: bool,
    /// One element of memory for all.
    broadcast: bool,
    /// No exceptions.
    sae: bool,
    /// Rounding: EVEX.L'L.
    round: Option<u8>,
}

impl Suffix {
    /// `BCST.Z` and the like.
    pub fn parse(text: &str) -> Result<Suffix, String> {
        let (rest, zero) = match text.strip_suffix(".Z") {
            _ if text == "Z" => ("", true),
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let mut s = Suffix { zero, ..Suffix::default() };
        match rest {
            "" => {}
            "BCST" => s.broadcast = true,
            "SAE" => s.sae = true,
            "RN_SAE" => s.round = Some(0),
            "RD_SAE" => s.round = Some(1),
            "RU_SAE" => s.round = Some(2),
            "RZ_SAE" => s.round = Some(3),
            _ => return Err(format!("bad suffix combination {text:?}")),
        }
        Ok(s)
    }
    /// Is there nothing?
    pub fn is_none(&self) -> bool {
        *self == Suffix::default()
    }
}

/// The mask in front of the destination, and the other operands. K0 is none.
pub fn split_mask(args: &[Operand]) -> Option<(u8, Vec<Operand>)> {
    let at = args.len().checked_sub(2)?;
    let Operand::Reg(k) = args[at] else { return None };
    if k.class != Class::K || k.num == 0 {
        return None;
    }
    Some((k.num, args[..at].iter().chain(&args[at + 1..]).cloned().collect()))
}

/// The bytes. `mask` 0: none.
pub fn code(row: &Row, e: &Evex, args: &[Operand], mask: u8, suffix: &Suffix) -> Result<Code, Problem> {
    let (mut reg, mut vvvv, mut imm) = (0, 0, None);
    let mut rm: Option<&Operand> = None;
    for (s, o) in row.slots.iter().zip(args) {
        match (s.role, o) {
            (Role::Rm, _) => rm = Some(o),
            (Role::Reg, Operand::Reg(r)) => reg = r.num,
            (Role::Vvvv, Operand::Reg(r)) => vvvv = r.num,
            (Role::Imm, Operand::Imm(v)) => imm = Some(*v),
            _ => return Err(Problem::Operands),
        }
    }
    if let Modrm::Digit(d) = row.modrm {
        reg = d;
    }
    let in_memory = matches!(rm, Some(Operand::Mem(_)));
    allowed(e, mask, suffix, in_memory).map_err(|t| Problem::Text(t.into()))?;
    // Bits 3 and 4 of ModRM.rm; an index takes the place of the latter. A vector of indices has a fifth bit, where vvvv has its own.
    let (low, high) = match rm {
        Some(Operand::Reg(r)) => (r.num >> 3 & 1, r.num >> 4),
        Some(Operand::Mem(m)) => {
            let base = if let Base::Reg(n) = m.base { n >> 3 } else { 0 };
            let index = m.index.map_or(0, |i| i.0.num);
            vvvv |= index & 16;
            (base, index >> 3 & 1)
        }
        _ => return Err(Problem::Operands),
    };
    let length = suffix.round.unwrap_or(e.length);
    let special = suffix.broadcast || suffix.sae || suffix.round.is_some();
    let rxb = (!(reg >> 3) & 1) << 7 | (!high & 1) << 6 | (!low & 1) << 5 | (!(reg >> 4) & 1) << 4;
    let mut c = Code::of(&[
        ESCAPE,
        rxb | e.map,
        u8::from(row.wide) << 7 | (!vvvv & 15) << 3 | 4 | e.pp,
        u8::from(suffix.zero) << 7 | length << 5 | u8::from(special) << 4 | (!(vvvv >> 4) & 1) << 3 | mask,
    ]);
    c.bytes.extend_from_slice(&row.opcode);
    match rm {
        Some(Operand::Reg(r)) => c.bytes.push(0xc0 | (reg & 7) << 3 | r.num & 7),
        Some(Operand::Mem(m)) => {
            let unit = if suffix.broadcast { e.broadcast } else { e.unit };
            memory(&mut c, (reg & 7) << 3, m, i32::from(unit))?;
        }
        _ => {}
    }
    if let Some(v) = imm {
        c.imm(v, 1);
    }
    c.count_from_end();
    Ok(c)
}

/// Why a suffix may not stand there.
fn allowed(e: &Evex, mask: u8, s: &Suffix, in_memory: bool) -> Result<(), &'static str> {
    let problems = [
        (s.zero && !e.zero, "unsupported zeroing"),
        (s.zero && mask == 0, "mask register must be specified for .Z instructions"),
        (s.round.is_some() && in_memory, "illegal rounding with memory argument"),
        (s.round.is_some() && !e.round, "unsupported rounding"),
        (s.broadcast && !in_memory, "illegal broadcast without memory argument"),
        (s.broadcast && e.broadcast == 0, "unsupported broadcast"),
        (s.sae && in_memory, "illegal SAE with memory argument"),
        (s.sae && !e.sae, "unsupported SAE"),
    ];
    problems.iter().find(|p| p.0).map_or(Ok(()), |p| Err(p.1))
}
