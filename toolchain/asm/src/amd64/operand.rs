//! Operands: registers, immediates, memory.
use crate::Name;
use crate::lex::{Tok, Token};
use crate::operand::{Cursor, Goal, Origin, Place, Result, Scope, text};

/// Classes of registers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// General registers by their plain names; the instruction says how wide.
    G,
    /// Low bytes by name: AL, R8B.
    B,
    /// AH, CH, DH, BH: numbers 4 to 7 without REX prefix.
    H,
    /// XMM; from 16 on for AVX-512 only.
    X,
    /// YMM; likewise.
    Y,
    /// ZMM.
    Z,
    /// Masks.
    K,
    /// MMX, x87, segment and control registers: names only.
    Other,
    /// The thread-local base.
    Tls,
}

/// A register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reg {
    /// Class.
    pub class: Class,
    /// Number in encodings.
    pub num: u8,
}

/// SP's number.
pub const SP: u8 = 4;

const GENERAL: [&str; 16] =
    ["AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"];
const BYTES: [&str; 16] = [
    "AL", "CL", "DL", "BL", "SPB", "BPB", "SIB", "DIB", "R8B", "R9B", "R10B", "R11B", "R12B", "R13B", "R14B",
    "R15B",
];
const HIGH: [&str; 4] = ["AH", "CH", "DH", "BH"];

/// The register of this name.
pub fn register(name: &str) -> Option<Reg> {
    let find = |list: &[&str], class, base: u8| {
        list.iter().position(|&n| n == name).map(|i| Reg { class, num: base + i as u8 })
    };
    if let Some(r) =
        find(&GENERAL, Class::G, 0).or_else(|| find(&BYTES, Class::B, 0)).or_else(|| find(&HIGH, Class::H, 4))
    {
        return Some(r);
    }
    if name == "TLS" {
        return Some(Reg { class: Class::Tls, num: 0 });
    }
    if name == "g" {
        return Some(Reg { class: Class::G, num: 14 });
    }
    let (letter, digits) = name.split_at_checked(1)?;
    if matches!(name, "CS" | "SS" | "DS" | "ES" | "FS" | "GS") {
        return Some(Reg { class: Class::Other, num: 0 });
    }
    if matches!(name, "GDTR" | "IDTR" | "LDTR" | "MSW" | "TASK") {
        return Some(Reg { class: Class::Other, num: 0 });
    }
    let (letter, digits) = match digits.strip_prefix('R') {
        Some(d) if matches!(letter, "C" | "D" | "T") => ("F", d),
        _ => (letter, digits),
    };
    if digits.is_empty() || digits.len() > 2 || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    let n: u8 = digits.parse().ok()?;
    let (class, limit) = match letter {
        "X" => (Class::X, 32),
        "Y" => (Class::Y, 32),
        "Z" => (Class::Z, 32),
        "K" => (Class::K, 8),
        "M" | "F" => (Class::Other, 16),
        _ => return None,
    };
    (n < limit).then_some(Reg { class, num: n })
}

/// How a register is written.
pub fn register_name(r: Reg) -> String {
    let n = r.num as usize;
    match r.class {
        Class::G => GENERAL[n].into(),
        Class::B => BYTES[n].into(),
        Class::H => HIGH[n - 4].into(),
        Class::X => format!("X{n}"),
        Class::Y => format!("Y{n}"),
        Class::Z => format!("Z{n}"),
        Class::K => format!("K{n}"),
        Class::Other => "(special register)".into(),
        Class::Tls => "TLS".into(),
    }
}

/// What a memory operand counts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// Nothing: an absolute address, or an index alone.
    None,
    /// A register.
    Reg(u8),
    /// A symbol: `name(SB)`.
    Sym(Name),
    /// The caller's arguments: `name+off(FP)`.
    Arg,
    /// The frame's locals: `name-off(SP)`.
    Auto,
    /// The thread pointer.
    Tls,
}

/// A memory operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mem {
    /// Base.
    pub base: Base,
    /// Index register, general or a vector of indices, and scale (1, 2, 4, 8).
    pub index: Option<(Reg, u8)>,
    /// Offset.
    pub disp: i64,
}

/// An operand.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// A register.
    Reg(Reg),
    /// `$integer`.
    Imm(i64),
    /// `$float`.
    Float(f64),
    /// `$"string"`.
    Str(Vec<u8>),
    /// Memory.
    Mem(Mem),
    /// `$symbol(SB)` and the like: an address.
    Addr(Mem),
    /// Where a jump leads; `sym(SB)` in a jump is `Mem`.
    Goal(Goal),
}

/// Parses one operand. `jump`: a bare name is a label.
pub fn parse(toks: &[Token], scope: Scope, jump: bool) -> Result<Operand> {
    let mut c = Cursor::new(toks, scope);
    let o = operand(&mut c, jump)?;
    c.end(o)
}

fn operand(c: &mut Cursor, jump: bool) -> Result<Operand> {
    let dollar = c.eat('$');
    if !dollar {
        c.eat('*');
    }
    match c.peek() {
        None => return Err("missing operand".into()),
        Some(Tok::Ident(n)) => {
            c.skip(1);
            return match register(n) {
                Some(_) if dollar => Err(format!("prefix $ not allowed for register: ${n}")),
                Some(r) => Ok(Operand::Reg(r)),
                None => symbol(c, n.clone(), dollar, jump),
            };
        }
        Some(Tok::Str(s)) => {
            // A quoted symbol name, or a string constant.
            c.skip(1);
            if dollar && !matches!(c.peek(), Some(Tok::Op('(' | '<' | '+' | '-'))) {
                return Ok(Operand::Str(s.clone()));
            }
            return symbol(c, String::from_utf8_lossy(s).into(), dollar, jump);
        }
        _ => {}
    }
    if let Some(v) = c.float()? {
        return if dollar {
            Ok(Operand::Float(v))
        } else {
            Err("floating-point constant must be an immediate".into())
        };
    }
    let is_register = |t: Option<&Tok>| matches!(t, Some(Tok::Ident(n)) if register(n).is_some());
    let mut disp = 0;
    let mut constant = false;
    if c.peek() != Some(&Tok::Op('(')) || !is_register(c.peek_at(1)) {
        disp = c.expr()? as i64;
        constant = true;
    }
    if constant && c.peek() != Some(&Tok::Op('(')) {
        return Ok(match dollar {
            true => Operand::Imm(disp),
            false => Operand::Mem(Mem { base: Base::None, index: None, disp }),
        });
    }
    if c.pc(dollar, jump)? {
        return Ok(Operand::Goal(Goal::Pc(disp)));
    }
    let mut mem = Mem { base: Base::None, index: None, disp };
    indirect(c, &mut mem)?;
    Ok(if dollar { Operand::Addr(mem) } else { Operand::Mem(mem) })
}

/// `(reg)`, `(index*scale)`, `(reg)(index*scale)`.
fn indirect(c: &mut Cursor, mem: &mut Mem) -> Result<()> {
    while c.eat('(') {
        let n = c.ident()?;
        let Some(r) = register(&n) else { return Err(format!("expected register; found {n}")) };
        if c.eat('*') {
            let scale = match c.peek() {
                Some(Tok::Int(s @ (1 | 2 | 4 | 8))) => *s as u8,
                Some(t) => return Err(format!("bad scale: {}", text(t))),
                None => return Err("bad scale".into()),
            };
            c.skip(1);
            if mem.index.is_some() {
                return Err("unimplemented two-register form".into());
            }
            match r.class {
                Class::G if r.num == SP => return Err("SP cannot be an index".into()),
                Class::G | Class::X | Class::Y | Class::Z => mem.index = Some((r, scale)),
                Class::Tls => mem.base = Base::Tls,
                _ => return Err(format!("invalid index register {n}")),
            }
        } else {
            if mem.base != Base::None {
                return Err("unimplemented two-register form".into());
            }
            match r.class {
                Class::G => mem.base = Base::Reg(r.num),
                Class::Tls => mem.base = Base::Tls,
                Class::Other => return Err(format!("not supported: addresses relative to {n}")),
                _ => return Err(format!("invalid base register {n}")),
            }
        }
        c.expect(')')?;
    }
    Ok(())
}

/// The rest of a symbol reference.
fn symbol(c: &mut Cursor, name: Box<str>, dollar: bool, jump: bool) -> Result<Operand> {
    let (base, disp) = match c.symbol(name, dollar, jump)? {
        Place::Goal(g) => return Ok(Operand::Goal(g)),
        Place::At(Origin::Sym(n), disp) => (Base::Sym(n), disp),
        Place::At(Origin::Arg, disp) => (Base::Arg, disp),
        Place::At(Origin::Auto, disp) => (Base::Auto, disp),
    };
    let mut mem = Mem { base, index: None, disp };
    // An index may follow.
    if c.peek() == Some(&Tok::Op('(')) {
        indirect(c, &mut mem)?;
    }
    Ok(if dollar { Operand::Addr(mem) } else { Operand::Mem(mem) })
}
