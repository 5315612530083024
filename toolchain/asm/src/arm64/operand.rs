//! Operands: registers, whole or by vector arrangement, element, shift and extension; pairs and lists of registers; immediates; memory;
//! and names that mean something to a few instructions only.
use crate::Name;
use crate::lex::{Tok, Token};
use crate::operand::{Cursor, Goal, Origin, Place, Result, Scope, text};

/// Classes of registers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// R0 to R30, ZR, RSP.
    R,
    /// F0 to F31.
    F,
    /// V0 to V31.
    V,
}

/// A register. Of the general ones 31 is ZR, and RSP is 63: the same number in an encoding.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reg {
    /// Class.
    pub class: Class,
    /// Number.
    pub num: u8,
}

/// The zero register.
pub const ZR: u8 = 31;
/// The stack pointer: 31 in encodings.
pub const RSP: u8 = 63;

/// How a vector register is divided.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it: kind of element, and how many")]
pub enum Arr {
    B8,
    B16,
    H4,
    H8,
    S2,
    S4,
    D1,
    D2,
    Q1,
}

impl Arr {
    /// log2 of an element's bytes.
    pub fn size(self) -> u32 {
        match self {
            Arr::B8 | Arr::B16 => 0,
            Arr::H4 | Arr::H8 => 1,
            Arr::S2 | Arr::S4 => 2,
            Arr::D1 | Arr::D2 => 3,
            Arr::Q1 => 4,
        }
    }
    /// It takes all 128 bits.
    pub fn full(self) -> bool {
        matches!(self, Arr::B16 | Arr::H8 | Arr::S4 | Arr::D2 | Arr::Q1)
    }
}

const ARRANGEMENTS: [(&str, Arr); 9] = [
    ("B8", Arr::B8),
    ("B16", Arr::B16),
    ("H4", Arr::H4),
    ("H8", Arr::H8),
    ("S2", Arr::S2),
    ("S4", Arr::S4),
    ("D1", Arr::D1),
    ("D2", Arr::D2),
    ("Q1", Arr::Q1),
];

/// How an extended register is extended, by its number in encodings.
const EXTENSIONS: [&str; 8] = ["UXTB", "UXTH", "UXTW", "UXTX", "SXTB", "SXTH", "SXTW", "SXTX"];

/// What a memory operand counts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// Nothing.
    None,
    /// A general register.
    Reg(u8),
    /// A symbol: `name(SB)`.
    Sym(Name),
    /// The caller's arguments: `name+off(FP)`.
    Arg,
    /// The frame's locals: `name-off(SP)`.
    Auto,
}

/// An index register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Index {
    /// The register.
    pub reg: u8,
    /// Its extension, if it has one or is shifted; a plain shift is UXTX.
    pub ext: Option<u8>,
    /// The shift.
    pub amount: u8,
}

/// A memory operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mem {
    /// Base.
    pub base: Base,
    /// Index.
    pub index: Option<Index>,
    /// Offset.
    pub disp: i64,
}

/// An operand.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// A register.
    Reg(Reg),
    /// `V1.B16`.
    Vec(u8, Arr),
    /// `V1.S[2]`: register, log2 of the element's bytes, index.
    Elem(u8, u8, u8),
    /// `[V1.B16, V2.B16]`: the first register, and how many.
    List(u8, u8, Arr),
    /// `R1<<3`: register, shift (`<<`, `>>`, `->`, `@>`), by how much.
    Shift(u8, u8, u8),
    /// `R1.UXTB<<2`: register, extension, shift.
    Ext(u8, u8, u8),
    /// `(R1, R2)`.
    Pair(Reg, Reg),
    /// `$integer`.
    Imm(i64),
    /// `$float`.
    Float(f64),
    /// Memory.
    Mem(Mem),
    /// `$symbol(SB)`, `$8(R1)` and the like: an address.
    Addr(Mem),
    /// Where a jump leads; `sym(SB)` in a jump is `Mem`.
    Goal(Goal),
    /// A condition, a system register, an operation of a cache.
    Special(Box<str>),
}

/// The register of this name.
pub fn register(name: &str) -> Option<Reg> {
    let general = |num| Some(Reg { class: Class::R, num });
    match name {
        "ZR" => return general(ZR),
        "RSP" => return general(RSP),
        "g" => return general(28),
        "LR" => return general(30),
        // The platform's register, and g by its number, are not to be used by mistake.
        "R18_PLATFORM" => return general(18),
        "R18" | "R28" => return None,
        _ => {}
    }
    let (letter, digits) = name.split_at_checked(1)?;
    if digits.is_empty() || digits.len() > 2 || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    numbered(letter, digits.parse().ok()?)
}

fn numbered(letter: &str, num: u64) -> Option<Reg> {
    let (class, limit) = match letter {
        "R" => (Class::R, 31),
        "F" => (Class::F, 32),
        "V" => (Class::V, 32),
        _ => return None,
    };
    (num < limit).then_some(Reg { class, num: num as u8 })
}

/// How a register is written.
pub fn register_name(r: Reg) -> String {
    match (r.class, r.num) {
        (Class::R, ZR) => "ZR".into(),
        (Class::R, RSP) => "RSP".into(),
        (Class::R, 28) => "g".into(),
        (Class::R, n) => format!("R{n}"),
        (Class::F, n) => format!("F{n}"),
        (Class::V, n) => format!("V{n}"),
    }
}

/// The number of a condition.
pub fn condition(name: &str) -> Option<u32> {
    const NAMES: [&str; 16] =
        ["EQ", "NE", "HS", "LO", "MI", "PL", "VS", "VC", "HI", "LS", "GE", "LT", "GT", "LE", "AL", "NV"];
    let name = match name {
        "CS" => "HS",
        "CC" => "LO",
        n => n,
    };
    NAMES.iter().position(|n| *n == name).map(|i| i as u32)
}

/// Parses one operand. `jump`: a bare name is a label.
pub fn parse(toks: &[Token], scope: Scope, jump: bool) -> Result<Operand> {
    let mut c = Cursor::new(toks, scope);
    let o = operand(&mut c, jump)?;
    c.end(o)
}

/// A register where one must stand, also as `R(3)`.
fn register_at(c: &mut Cursor) -> Result<Option<Reg>> {
    let Some(Tok::Ident(n)) = c.peek() else { return Ok(None) };
    if let Some(r) = register(n) {
        c.skip(1);
        return Ok(Some(r));
    }
    if let ("R" | "F" | "V", Some(Tok::Op('(')), Some(Tok::Int(num)), Some(Tok::Op(')'))) =
        (&**n, c.peek_at(1), c.peek_at(2), c.peek_at(3))
    {
        c.skip(4);
        return match numbered(n, *num) {
            Some(r) => Ok(Some(r)),
            None => Err(format!("illegal register {n}({num})")),
        };
    }
    Ok(None)
}

fn operand(c: &mut Cursor, jump: bool) -> Result<Operand> {
    let dollar = c.eat('$');
    if let Some(Tok::Ident(n)) = c.peek() {
        if let Some(r) = register_at(c)? {
            if dollar {
                return Err(format!("prefix $ not allowed for register: ${n}"));
            }
            return modified(c, r);
        }
        c.skip(1);
        if c.peek().is_none() && !jump && !dollar {
            return Ok(Operand::Special(n.clone()));
        }
        return symbol(c, n.clone(), dollar, jump);
    }
    match c.peek() {
        None => return Err("missing operand".into()),
        Some(Tok::Str(s)) => {
            c.skip(1);
            return symbol(c, String::from_utf8_lossy(s).into(), dollar, jump);
        }
        Some(Tok::Op('[')) if !dollar => return list(c),
        _ => {}
    }
    if let Some(v) = c.float()? {
        return if dollar {
            Ok(Operand::Float(v))
        } else {
            Err("floating-point constant must be an immediate".into())
        };
    }
    // A parenthesis in front of a name is not an expression's.
    let names = |c: &Cursor| matches!((c.peek(), c.peek_at(1)), (Some(Tok::Op('(')), Some(Tok::Ident(_))));
    let mut disp = 0;
    if !names(c) {
        disp = c.expr()? as i64;
        if c.peek() != Some(&Tok::Op('(')) {
            return Ok(match dollar {
                true => Operand::Imm(disp),
                false => Operand::Mem(Mem { base: Base::None, index: None, disp }),
            });
        }
    }
    if c.pc(dollar, jump)? {
        return Ok(Operand::Goal(Goal::Pc(disp)));
    }
    memory(c, disp, dollar)
}

/// `(R1)`, `(R1)(R2)`, `(R1)(R2.SXTW<<3)`, `(R1, R2)`.
fn memory(c: &mut Cursor, disp: i64, dollar: bool) -> Result<Operand> {
    c.expect('(')?;
    let shown = c.peek().map(text).unwrap_or_default();
    let Some(first) = register_at(c)? else { return Err(format!("expected register; found {shown}")) };
    if c.eat(',') {
        let Some(second) = register_at(c)? else { return Err("expected a second register".into()) };
        c.expect(')')?;
        if dollar || disp != 0 {
            return Err("illegal address mode for register pair".into());
        }
        return Ok(Operand::Pair(first, second));
    }
    c.expect(')')?;
    if first.class != Class::R || first.num == ZR {
        return Err(format!("invalid base register {shown}"));
    }
    let mut mem = Mem { base: Base::Reg(first.num), index: None, disp };
    if c.eat('(') {
        let shown = c.peek().map(text).unwrap_or_default();
        let Some(r) = register_at(c)? else { return Err(format!("expected register; found {shown}")) };
        let (reg, ext, amount) = match modified(c, r)? {
            Operand::Reg(Reg { class: Class::R, num }) if num != RSP => (num, None, 0),
            Operand::Shift(reg, 0, amount) => (reg, Some(3), amount),
            Operand::Ext(reg, ext @ (2 | 6 | 7), amount) => (reg, Some(ext), amount),
            _ => return Err(format!("invalid index register {shown}")),
        };
        // A factor of 1 is none.
        if c.eat('*') {
            if c.peek() != Some(&Tok::Int(1)) || ext.is_some() {
                return Err("arm64 doesn't support scaled register format".into());
            }
            c.skip(1);
        }
        mem.index = Some(Index { reg, ext, amount });
        c.expect(')')?;
    }
    Ok(if dollar { Operand::Addr(mem) } else { Operand::Mem(mem) })
}

/// What may follow a register: a shift, an extension, an arrangement, an element.
fn modified(c: &mut Cursor, r: Reg) -> Result<Operand> {
    let shift = match (c.peek(), c.peek_at(1)) {
        (Some(Tok::Op('«')), _) => Some((0, 1)),
        (Some(Tok::Op('»')), _) => Some((1, 1)),
        (Some(Tok::Op('-')), Some(Tok::Op('>'))) => Some((2, 2)),
        (Some(Tok::Op('@')), Some(Tok::Op('>'))) => Some((3, 2)),
        _ => None,
    };
    if let Some((op, tokens)) = shift {
        c.skip(tokens);
        let by = c.expr()?;
        if r.class != Class::R || r.num == RSP {
            return Err("invalid register for shift operation".into());
        }
        if by >= 64 {
            return Err(format!("register shift count too large: {by}"));
        }
        return Ok(Operand::Shift(r.num, op, by as u8));
    }
    if !c.eat('.') {
        return Ok(Operand::Reg(r));
    }
    let word = c.ident()?;
    if r.class == Class::V {
        return vector(c, r.num, &word);
    }
    let Some(ext) = EXTENSIONS.iter().position(|e| **e == *word) else {
        return Err(format!("unsupported general register extension type: {word}"));
    };
    if r.class != Class::R || r.num == RSP {
        return Err("invalid register and extension combination".into());
    }
    let mut amount = 0;
    if c.eat('«') {
        amount = c.expr()?;
        if amount > 7 {
            return Err("index shift amount is out of range".into());
        }
    }
    Ok(Operand::Ext(r.num, ext as u8, amount as u8))
}

fn arrangement(word: &str) -> Option<Arr> {
    ARRANGEMENTS.iter().find(|a| a.0 == word).map(|a| a.1)
}

fn vector(c: &mut Cursor, num: u8, word: &str) -> Result<Operand> {
    if let Some(a) = arrangement(word) {
        return Ok(Operand::Vec(num, a));
    }
    let Some(size) = ["B", "H", "S", "D"].iter().position(|l| *l == word) else {
        return Err(format!("unsupported simd register extension type: {word}"));
    };
    c.expect('[')?;
    let index = c.expr()?;
    c.expect(']')?;
    let limit = 16 >> size;
    if index >= limit {
        return Err(format!("register element index out of range 0 to {}", limit - 1));
    }
    Ok(Operand::Elem(num, size as u8, index as u8))
}

/// `[V1.B16, V2.B16]`: up to four that follow each other.
fn list(c: &mut Cursor) -> Result<Operand> {
    c.expect('[')?;
    let mut all: Option<(u8, u8, Arr)> = None;
    while !c.eat(']') {
        let name = c.ident()?;
        let Some(Reg { class: Class::V, num }) = register(&name) else {
            return Err(format!("invalid register in register list: {name}"));
        };
        c.expect('.')?;
        let word = c.ident()?;
        let Some(arr) = arrangement(&word).filter(|a| *a != Arr::Q1) else {
            return Err("invalid arrangement in register list".into());
        };
        all = match all {
            None => Some((num, 1, arr)),
            Some((.., other)) if other != arr => {
                return Err("inconsistent arrangement in register list".into());
            }
            Some((first, n, _)) if (first + n) % 32 == num && n < 4 => Some((first, n + 1, arr)),
            Some(_) => return Err(format!("incontiguous register in register list: {name}")),
        };
        if c.peek() != Some(&Tok::Op(']')) {
            c.expect(',')?;
        }
    }
    match all {
        Some((first, n, arr)) => Ok(Operand::List(first, n, arr)),
        None => Err("invalid register numbers in register list".into()),
    }
}

/// The rest of a symbol reference.
fn symbol(c: &mut Cursor, name: Box<str>, dollar: bool, jump: bool) -> Result<Operand> {
    let (base, disp) = match c.symbol(name, dollar, jump)? {
        Place::Goal(g) => return Ok(Operand::Goal(g)),
        Place::At(Origin::Sym(n), disp) => (Base::Sym(n), disp),
        Place::At(Origin::Arg, disp) => (Base::Arg, disp),
        Place::At(Origin::Auto, disp) => (Base::Auto, disp),
    };
    let mem = Mem { base, index: None, disp };
    Ok(if dollar { Operand::Addr(mem) } else { Operand::Mem(mem) })
}

/// An operand as messages show it.
pub fn shown(o: &Operand) -> String {
    let general = |num: u8| register_name(Reg { class: Class::R, num });
    let ext = |r: u8, e: u8, by: u8| match by {
        0 => format!("{}.{}", general(r), EXTENSIONS[e as usize]),
        _ => format!("{}.{}<<{by}", general(r), EXTENSIONS[e as usize]),
    };
    let mem = |m: &Mem| {
        let disp = if m.disp == 0 { String::new() } else { m.disp.to_string() };
        let index = m.index.map_or(String::new(), |i| match i.ext {
            None => format!("({})", general(i.reg)),
            Some(3) => format!("({}<<{})", general(i.reg), i.amount),
            Some(e) => format!("({})", ext(i.reg, e, i.amount)),
        });
        let sign = if m.disp >= 0 { "+" } else { "" };
        match m.base {
            Base::None => m.disp.to_string(),
            Base::Reg(r) => format!("{disp}({}){index}", general(r)),
            Base::Sym(n) if m.disp == 0 => format!("{}(SB)", n.sym),
            Base::Sym(n) => format!("{}{sign}{}(SB)", n.sym, m.disp),
            Base::Arg => format!("{}(FP)", m.disp),
            Base::Auto => format!("{}(SP)", m.disp),
        }
    };
    match o {
        Operand::Reg(r) => register_name(*r),
        Operand::Vec(n, a) => format!("V{n}.{a:?}"),
        Operand::Elem(n, size, i) => format!("V{n}.{}[{i}]", ["B", "H", "S", "D"][*size as usize & 3]),
        Operand::List(first, n, a) => {
            let regs: Vec<String> = (0..*n).map(|i| format!("V{}.{a:?}", (first + i) % 32)).collect();
            format!("[{}]", regs.join(", "))
        }
        Operand::Shift(r, op, by) => {
            format!("{}{}{by}", general(*r), ["<<", ">>", "->", "@>"][*op as usize & 3])
        }
        Operand::Ext(r, e, by) => ext(*r, *e, *by),
        Operand::Pair(a, b) => format!("({}, {})", register_name(*a), register_name(*b)),
        Operand::Imm(v) => format!("${v}"),
        Operand::Float(v) => format!("$({v})"),
        Operand::Mem(m) => mem(m),
        Operand::Addr(m) => format!("${}", mem(m)),
        Operand::Goal(Goal::Label(l)) => l.to_string(),
        Operand::Goal(Goal::Pc(n)) => format!("{n}(PC)"),
        Operand::Special(s) => s.to_string(),
    }
}
