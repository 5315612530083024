//! Operands: registers, immediates, memory, symbols with the pseudo-registers SB, FP, SP and PC.
use crate::Name;
use crate::lex::{Tok, Token};
use syntax::Sym;

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
    /// Index register and scale (1, 2, 4, 8).
    pub index: Option<(u8, u8)>,
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
    /// A label, or `sym(SB)` in a jump is `Mem`.
    Label(Box<str>),
    /// `n(PC)`: the nth instruction from here.
    Pc(i64),
}

/// What names mean.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The package's path as symbols have it.
    pub prefix: &'a str,
    /// `<ABIInternal>` and `<ABI0>` are understood.
    pub selectors: bool,
}

type Result<T> = std::result::Result<T, String>;

struct Parser<'a> {
    toks: &'a [Token],
    at: usize,
    scope: Scope<'a>,
}

/// Parses one operand. `jump`: a bare name is a label.
pub fn parse(toks: &[Token], scope: Scope, jump: bool) -> Result<Operand> {
    let mut p = Parser { toks, at: 0, scope };
    let o = p.operand(jump)?;
    match p.peek() {
        None => Ok(o),
        Some(t) => Err(format!("expected end of operand, found {}", text(t))),
    }
}

/// A token as messages show it.
pub fn text(t: &Tok) -> String {
    match t {
        Tok::Ident(n) => n.to_string(),
        Tok::Int(v) => v.to_string(),
        Tok::Float(v) => v.to_string(),
        Tok::Str(s) => format!("{:?}", String::from_utf8_lossy(s)),
        Tok::Op('«') => "<<".into(),
        Tok::Op('»') => ">>".into(),
        Tok::Op(c) => c.to_string(),
        Tok::Newline => "end of line".into(),
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Tok> {
        self.toks.get(self.at).map(|t| &t.tok)
    }
    fn peek_at(&self, n: usize) -> Option<&Tok> {
        self.toks.get(self.at + n).map(|t| &t.tok)
    }
    fn eat(&mut self, c: char) -> bool {
        let hit = self.peek() == Some(&Tok::Op(c));
        self.at += usize::from(hit);
        hit
    }
    fn expect(&mut self, c: char) -> Result<()> {
        if self.eat(c) {
            return Ok(());
        }
        match self.peek() {
            Some(t) => Err(format!("expected '{c}', found {}", text(t))),
            None => Err(format!("expected '{c}', found end of operand")),
        }
    }
    fn ident(&mut self) -> Result<Box<str>> {
        match self.peek() {
            Some(Tok::Ident(n)) => {
                let n = n.clone();
                self.at += 1;
                Ok(n)
            }
            Some(t) => Err(format!("expected identifier, found {}", text(t))),
            None => Err("expected identifier, found end of operand".into()),
        }
    }

    fn operand(&mut self, jump: bool) -> Result<Operand> {
        let dollar = self.eat('$');
        let star = !dollar && self.eat('*');
        match self.peek() {
            None => return Err("missing operand".into()),
            Some(Tok::Ident(n)) => {
                let n = n.clone();
                if let Some(r) = register(&n) {
                    self.at += 1;
                    if dollar {
                        return Err(format!("prefix $ not allowed for register: ${n}"));
                    }
                    return Ok(Operand::Reg(r));
                }
                self.at += 1;
                return self.symbol(n, dollar, jump);
            }
            Some(Tok::Str(s)) if dollar => {
                let s = s.clone();
                // A quoted symbol name, or a string constant.
                self.at += 1;
                if matches!(self.peek(), Some(Tok::Op('(' | '<' | '+' | '-'))) {
                    return self.symbol(String::from_utf8_lossy(&s).into(), dollar, jump);
                }
                return Ok(Operand::Str(s));
            }
            Some(Tok::Str(s)) => {
                let name: Box<str> = String::from_utf8_lossy(s).into();
                self.at += 1;
                return self.symbol(name, dollar, jump);
            }
            _ => {}
        }
        if let Some(v) = self.float()? {
            return if dollar {
                Ok(Operand::Float(v))
            } else {
                Err("floating-point constant must be an immediate".into())
            };
        }
        let is_register = |t: Option<&Tok>| matches!(t, Some(Tok::Ident(n)) if register(n).is_some());
        let mut disp = 0;
        let mut constant = false;
        if self.peek() != Some(&Tok::Op('(')) || !is_register(self.peek_at(1)) {
            disp = self.expr()? as i64;
            constant = true;
        }
        if constant && self.peek() != Some(&Tok::Op('(')) {
            return Ok(match dollar {
                true => Operand::Imm(disp),
                false => Operand::Mem(Mem { base: Base::None, index: None, disp }),
            });
        }
        // n(PC)
        if let (Some(Tok::Op('(')), Some(Tok::Ident(n))) = (self.peek(), self.peek_at(1))
            && matches!(&**n, "PC" | "FP" | "SB")
        {
            if **n != *"PC" || dollar || !jump {
                return Err(format!("illegal use of pseudo-register {n} without a name"));
            }
            self.at += 2;
            self.expect(')')?;
            return Ok(Operand::Pc(disp));
        }
        let mut mem = Mem { base: Base::None, index: None, disp };
        self.indirect(&mut mem)?;
        let _ = star;
        Ok(if dollar { Operand::Addr(mem) } else { Operand::Mem(mem) })
    }

    /// `(reg)`, `(index*scale)`, `(reg)(index*scale)`.
    fn indirect(&mut self, mem: &mut Mem) -> Result<()> {
        while self.eat('(') {
            let n = self.ident()?;
            let Some(r) = register(&n) else { return Err(format!("expected register; found {n}")) };
            if self.eat('*') {
                let scale = match self.peek() {
                    Some(Tok::Int(s @ (1 | 2 | 4 | 8))) => *s as u8,
                    Some(t) => return Err(format!("bad scale: {}", text(t))),
                    None => return Err("bad scale".into()),
                };
                self.at += 1;
                if mem.index.is_some() {
                    return Err("unimplemented two-register form".into());
                }
                match r.class {
                    Class::G if r.num == SP => return Err("SP cannot be an index".into()),
                    Class::G => mem.index = Some((r.num, scale)),
                    Class::Tls => mem.base = Base::Tls,
                    Class::X | Class::Y | Class::Z => {
                        return Err(format!("not supported: vector index register {n}"));
                    }
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
            self.expect(')')?;
        }
        Ok(())
    }

    /// The rest of a symbol reference.
    fn symbol(&mut self, name: Box<str>, dollar: bool, jump: bool) -> Result<Operand> {
        let (mut local, mut internal) = (false, false);
        if self.eat('<') {
            local = self.eat('>');
            if !local {
                let abi = self.ident()?;
                self.expect('>')?;
                if !self.scope.selectors {
                    return Err(format!(
                        "ABI selector only permitted when compiling runtime, reference was to {name:?}"
                    ));
                }
                internal = match &*abi {
                    "ABIInternal" => true,
                    "ABI0" => false,
                    other => {
                        return Err(format!("malformed ABI selector {other:?} in reference to {name:?}"));
                    }
                };
            }
        }
        let mut disp = 0;
        if matches!(self.peek(), Some(Tok::Op('+' | '-'))) {
            disp = self.expr()? as i64;
        }
        if self.peek().is_none() {
            if jump && !dollar && !local {
                return Ok(Operand::Label(name));
            }
            return Err(format!("illegal or missing addressing mode for symbol {name}"));
        }
        self.expect('(')?;
        let reg = self.ident()?;
        self.expect(')')?;
        let base = match &*reg {
            "SB" => {
                let full = if name.starts_with('.') {
                    format!("{}{name}", self.scope.prefix)
                } else {
                    name.to_string()
                };
                Base::Sym(Name { sym: Sym::new(&full), local, internal })
            }
            "FP" => Base::Arg,
            "SP" => Base::Auto,
            "PC" if jump && !dollar => return Ok(Operand::Pc(disp)),
            "PC" => return Err("illegal addressing mode for PC".into()),
            other => return Err(format!("expected pseudo-register; found {other}")),
        };
        let mut mem = Mem { base, index: None, disp };
        // An index may follow.
        if self.peek() == Some(&Tok::Op('(')) {
            self.indirect(&mut mem)?;
        }
        Ok(if dollar { Operand::Addr(mem) } else { Operand::Mem(mem) })
    }

    /// A float constant with its signs, if that is what comes.
    fn float(&mut self) -> Result<Option<f64>> {
        let mut n = 0;
        let mut negative = false;
        while let Some(Tok::Op(c @ ('+' | '-' | '('))) = self.peek_at(n) {
            negative ^= *c == '-';
            n += 1;
        }
        let Some(Tok::Float(v)) = self.peek_at(n) else { return Ok(None) };
        let v = if negative { -*v } else { *v };
        let parens = self.toks[self.at..self.at + n].iter().filter(|t| t.tok == Tok::Op('(')).count();
        self.at += n + 1;
        for _ in 0..parens {
            self.expect(')')?;
        }
        Ok(Some(v))
    }

    /// Sums; `^` and `|` bind as weakly as `+`.
    fn expr(&mut self) -> Result<u64> {
        self.sum(0)
    }
    fn sum(&mut self, depth: u32) -> Result<u64> {
        let mut v = self.term(depth)?;
        loop {
            let Some(Tok::Op(op)) = self.peek() else { return Ok(v) };
            let op = *op;
            if !matches!(op, '+' | '-' | '|' | '^') {
                return Ok(v);
            }
            self.at += 1;
            let w = self.term(depth)?;
            v = match op {
                '+' => v.wrapping_add(w),
                '-' => v.wrapping_sub(w),
                '|' => v | w,
                _ => v ^ w,
            };
        }
    }
    fn term(&mut self, depth: u32) -> Result<u64> {
        let mut v = self.factor(depth)?;
        loop {
            let Some(Tok::Op(op)) = self.peek() else { return Ok(v) };
            let op = *op;
            if !matches!(op, '*' | '/' | '%' | '«' | '»' | '&') {
                return Ok(v);
            }
            self.at += 1;
            let w = self.factor(depth)?;
            let shift = u32::try_from(w).unwrap_or(u32::MAX);
            v = match op {
                '*' => v.wrapping_mul(w),
                '«' | '»' if (w as i64) < 0 => return Err(format!("negative shift count: {}", w as i64)),
                '«' => v.checked_shl(shift).unwrap_or(0),
                '»' if (v as i64) < 0 => return Err("right shift of value with high bit set".into()),
                '»' => v.checked_shr(shift).unwrap_or(0),
                '&' => v & w,
                _ if w == 0 => return Err("division by zero".into()),
                _ if (v as i64) < 0 => return Err("divide of value with high bit set".into()),
                '/' => v / w,
                _ => v % w,
            };
        }
    }
    fn factor(&mut self, depth: u32) -> Result<u64> {
        if depth > 200 {
            return Err("expression nested too deeply".into());
        }
        let Some(t) = self.peek().cloned() else { return Err("unexpected end of expression".into()) };
        self.at += 1;
        match t {
            Tok::Int(v) => Ok(v),
            Tok::Op('+') => self.factor(depth + 1),
            Tok::Op('-') => Ok(self.factor(depth + 1)?.wrapping_neg()),
            Tok::Op('~') => Ok(!self.factor(depth + 1)?),
            Tok::Op('(') => {
                let v = self.sum(depth + 1)?;
                if !self.eat(')') {
                    return Err("missing closing paren".into());
                }
                Ok(v)
            }
            t => Err(format!("unexpected {} evaluating expression", text(&t))),
        }
    }
}
