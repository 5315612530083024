//! One instruction to bytes: the first row that its operands fit, then prefixes, opcode, ModRM, displacement, immediates.
mod evex;
mod gather;

use crate::amd64::operand::{Base, Class, Mem, Operand, SP};
use crate::amd64::table::{self, Kind, Modrm, Role, Row};
use crate::{Reloc, RelocKind, Target};

/// Bytes with fields to fill.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Code {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Fields, from the start of `bytes`.
    pub relocs: Vec<Reloc>,
}

impl Code {
    /// Bytes alone.
    pub fn of(bytes: &[u8]) -> Code {
        Code { bytes: bytes.to_vec(), relocs: Vec::new() }
    }
    /// Distances count from the end of the instruction.
    fn count_from_end(&mut self) {
        let end = self.bytes.len() as i64;
        for r in &mut self.relocs {
            if r.kind == RelocKind::Address {
                r.addend -= end - r.at as i64;
            }
        }
    }
    fn imm(&mut self, v: i64, len: u8) {
        self.bytes.extend_from_slice(&v.to_le_bytes()[..len as usize]);
    }
}

/// Why an instruction has no encoding.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// No row fits the operands.
    Operands,
    /// Something else.
    Text(String),
}

/// Does an operand fit? Only EVEX has registers from 16 on.
fn fits(kind: Kind, o: &Operand, evex: bool) -> bool {
    let reg = |classes: &[Class]| matches!(o, Operand::Reg(r) if classes.contains(&r.class) && (evex || r.num < 16));
    let one = |class, num| matches!(o, Operand::Reg(r) if r.class == class && r.num == num);
    let mem = matches!(o, Operand::Mem(m) if m.index.is_none_or(|(x, _)| x.class == Class::G));
    let indices = |class| matches!(o, Operand::Mem(Mem { index: Some((x, _)), .. }) if x.class == class && (evex || x.num < 16));
    let imm = |from: i64, to: i64| matches!(o, Operand::Imm(v) if (from..=to).contains(v));
    match kind {
        Kind::Reg => reg(&[Class::G]),
        Kind::RegMem => mem || reg(&[Class::G]),
        Kind::ByteReg => reg(&[Class::G, Class::B, Class::H]),
        Kind::ByteRegMem => mem || reg(&[Class::G, Class::B, Class::H]),
        Kind::Mem => mem,
        Kind::XIndex => indices(Class::X),
        Kind::YIndex => indices(Class::Y),
        Kind::ZIndex => indices(Class::Z),
        Kind::X => reg(&[Class::X]),
        Kind::XMem => mem || reg(&[Class::X]),
        Kind::Y => reg(&[Class::Y]),
        Kind::YMem => mem || reg(&[Class::Y]),
        Kind::Z => reg(&[Class::Z]),
        Kind::ZMem => mem || reg(&[Class::Z]),
        Kind::K => reg(&[Class::K]),
        Kind::KMem => mem || reg(&[Class::K]),
        Kind::Ax => one(Class::G, 0),
        Kind::Al => one(Class::B, 0),
        Kind::Cl => one(Class::G, 1) || one(Class::B, 1),
        Kind::X0 => one(Class::X, 0),
        Kind::One => imm(1, 1),
        Kind::I8 => imm(-128, 127),
        Kind::U8 => imm(0, 255),
        Kind::B8 => imm(-128, 255),
        Kind::U2 => imm(0, 3),
        Kind::I32 => imm(i32::MIN as i64, u32::MAX as i64),
    }
}

/// Encodes an instruction of the table. Addresses of arguments and locals are already relative to SP.
pub fn encode(name: &str, args: &[Operand]) -> Result<Code, Problem> {
    if let ("MOVQ" | "MOVD", [Operand::Imm(v), Operand::Reg(r)]) = (name, args)
        && r.class == Class::G
    {
        return Ok(load_constant(*v, r.num));
    }
    let (stem, suffix) = name.split_once('.').unwrap_or((name, ""));
    let suffix = evex::Suffix::parse(suffix).map_err(Problem::Text)?;
    let rows = table::rows(stem).unwrap_or_default();
    let fit = |r: &Row, args: &[Operand]| {
        r.slots.len() == args.len()
            && r.slots.iter().zip(args).all(|(s, o)| fits(s.kind, o, r.evex.is_some()))
    };
    let masked = evex::split_mask(args);
    gather::distinct(stem, args)?;
    // Its result has 32 bits, so that more of the offset does not count.
    let cut: Vec<Operand>;
    let args = match args {
        [Operand::Mem(m), to] if stem == "LEAL" => {
            cut = vec![Operand::Mem(Mem { disp: i64::from(m.disp as i32), ..*m }), to.clone()];
            &cut
        }
        _ => args,
    };
    for row in rows {
        match (&row.evex, &masked) {
            (None, _) if suffix.is_none() && fit(row, args) => return row_code(row, args),
            (Some(e), _) if !e.must && fit(row, args) => return evex::code(row, e, args, 0, &suffix),
            (Some(e), Some((mask, args))) if e.mask && fit(row, args) => {
                return evex::code(row, e, args, *mask, &suffix);
            }
            _ => {}
        }
    }
    Err(Problem::Operands)
}

/// A 64-bit constant in its shortest form that leaves the flags alone.
fn load_constant(v: i64, reg: u8) -> Code {
    let mut c = Code::default();
    if u32::try_from(v).is_ok() {
        if reg >= 8 {
            c.bytes.push(0x41);
        }
        c.bytes.push(0xb8 | reg & 7);
        c.imm(v, 4);
    } else if i32::try_from(v).is_ok() {
        c.bytes.extend_from_slice(&[0x48 | reg >> 3, 0xc7, 0xc0 | reg & 7]);
        c.imm(v, 4);
    } else {
        c.bytes.extend_from_slice(&[0x48 | reg >> 3, 0xb8 | reg & 7]);
        c.imm(v, 8);
    }
    c
}

fn row_code(row: &Row, args: &[Operand]) -> Result<Code, Problem> {
    let mut reg = 0;
    let mut rm: Option<&Operand> = None;
    let (mut vvvv, mut is4) = (0, None);
    let mut imms = Vec::new();
    // A byte operand in SPL to DIL needs a REX prefix, one in AH to BH must not have one.
    let (mut force, mut high) = (false, false);
    for (s, o) in row.slots.iter().zip(args) {
        let num = match o {
            Operand::Reg(r) => {
                if matches!(s.kind, Kind::ByteReg | Kind::ByteRegMem) {
                    force |= r.class != Class::H && (4..8).contains(&r.num);
                    high |= r.class == Class::H;
                }
                r.num
            }
            _ => 0,
        };
        match s.role {
            Role::Reg => reg = num,
            Role::Rm => rm = Some(o),
            Role::Both => {
                reg = num;
                rm = Some(o);
            }
            Role::Vvvv => vvvv = num,
            Role::Is4 => is4 = Some(num),
            Role::Imm => {
                if let Operand::Imm(v) = o {
                    imms.push(*v);
                }
            }
            Role::None => {}
        }
    }
    if let Modrm::Digit(d) = row.modrm {
        reg = d;
    }
    let (mut b, mut x) = (0, 0);
    match rm {
        Some(Operand::Reg(r)) => b = r.num >> 3,
        Some(Operand::Mem(m)) => {
            if let Base::Reg(n) = m.base {
                b = n >> 3;
            }
            x = m.index.map_or(0, |i| i.0.num >> 3);
        }
        _ => {}
    }
    let mut c = Code::default();
    if let Some(Operand::Mem(Mem { base: Base::Tls, .. })) = rm {
        c.bytes.push(0x64);
    }
    match &row.vex {
        Some(v) => {
            let last = (!vvvv & 15) << 3 | u8::from(v.long) << 2 | v.pp;
            if v.map == 1 && !row.wide && b == 0 && x == 0 {
                c.bytes.extend_from_slice(&[0xc5, (!(reg >> 3) & 1) << 7 | last]);
            } else {
                let rxb = (!(reg >> 3) & 1) << 7 | (!x & 1) << 6 | (!b & 1) << 5;
                c.bytes.extend_from_slice(&[0xc4, rxb | v.map, u8::from(row.wide) << 7 | last]);
            }
        }
        None => {
            c.bytes.extend_from_slice(&row.prefixes);
            let rex = u8::from(row.wide) << 3 | (reg >> 3) << 2 | x << 1 | b;
            if rex != 0 || force {
                if high {
                    return Err(Problem::Text("AH, CH, DH and BH cannot be used with a REX prefix".into()));
                }
                c.bytes.push(0x40 | rex);
            }
        }
    }
    c.bytes.extend_from_slice(&row.opcode);
    match (row.modrm, rm) {
        (Modrm::Plus, Some(Operand::Reg(r))) => {
            if let Some(last) = c.bytes.last_mut() {
                *last |= r.num & 7;
            }
        }
        (Modrm::None, _) | (_, None) => {}
        (_, Some(Operand::Reg(r))) => c.bytes.push(0xc0 | (reg & 7) << 3 | r.num & 7),
        (_, Some(Operand::Mem(m))) => memory(&mut c, (reg & 7) << 3, m, 1)?,
        (_, Some(_)) => return Err(Problem::Operands),
    }
    for (v, len) in imms.iter().zip(&row.imms) {
        c.imm(*v, *len);
    }
    if let Some(r) = is4 {
        c.bytes.push(r << 4);
    }
    c.count_from_end();
    Ok(c)
}

/// ModRM, SIB and displacement, which is counted in units where it has one byte.
fn memory(c: &mut Code, reg: u8, m: &Mem, unit: i32) -> Result<(), Problem> {
    let Ok(disp) = i32::try_from(m.disp) else {
        return Err(Problem::Text(format!("offset too large: {}", m.disp)));
    };
    let sib = |base: u8| match m.index {
        Some((x, scale)) => (scale.trailing_zeros() as u8) << 6 | (x.num & 7) << 3 | base,
        None => 4 << 3 | base,
    };
    let at = c.bytes.len() as u32;
    match m.base {
        Base::Reg(base) => {
            let low = base & 7;
            let form = match disp {
                0 if low != 5 => 0x00,
                _ if disp % unit == 0 && (-128..=127).contains(&(disp / unit)) => 0x40,
                _ => 0x80,
            };
            if m.index.is_some() || low == SP {
                c.bytes.extend_from_slice(&[form | reg | 4, sib(low)]);
            } else {
                c.bytes.push(form | reg | low);
            }
            match form {
                0x40 => c.bytes.push((disp / unit) as u8),
                0x80 => c.imm(disp as i64, 4),
                _ => {}
            }
        }
        Base::None => {
            c.bytes.extend_from_slice(&[reg | 4, sib(5)]);
            c.imm(disp as i64, 4);
        }
        Base::Tls => {
            c.bytes.extend_from_slice(&[reg | 4, 0x25]);
            let (target, addend) = (Target::None, disp as i64);
            c.relocs.push(Reloc { at: at + 2, kind: RelocKind::TlsG, target, addend });
            c.imm(0, 4);
        }
        // The program may lie anywhere: there is no form with an index.
        Base::Sym(_) if m.index.is_some() => return Err(Problem::Operands),
        Base::Sym(name) => {
            c.bytes.push(reg | 5);
            let (target, addend) = (Target::Name(name), disp as i64);
            c.relocs.push(Reloc { at: at + 1, kind: RelocKind::Address, target, addend });
            c.imm(0, 4);
        }
        Base::Arg | Base::Auto => return Err(Problem::Text("illegal use of a pseudo-register".into())),
    }
    Ok(())
}
