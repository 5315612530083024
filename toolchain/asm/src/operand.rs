//! What operands are made of on every machine: expressions, floats, names with the pseudo-registers SB, FP, SP and PC; and the
//! operands of directives, which have no others.
use crate::Name;
use crate::lex::{Tok, Token};
use syntax::Sym;

/// What names mean.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The package's path as symbols have it.
    pub prefix: &'a str,
    /// `<ABIInternal>` and `<ABI0>` are understood.
    pub selectors: bool,
}

/// What a name with a pseudo-register counts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A symbol: `name(SB)`.
    Sym(Name),
    /// The caller's arguments: `name+off(FP)`.
    Arg,
    /// The frame's locals: `name-off(SP)`.
    Auto,
}

/// What a name stands for.
#[derive(Clone, PartialEq, Debug)]
pub enum Place {
    /// So many bytes from there.
    At(Origin, i64),
    /// In a jump.
    Goal(Goal),
}

/// Where a jump within a function leads.
#[derive(Clone, PartialEq, Debug)]
pub enum Goal {
    /// A label.
    Label(Box<str>),
    /// `n(PC)`: the nth instruction from the jump.
    Pc(i64),
}

/// A directive's operand.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `$integer`.
    Int(i64),
    /// An integer without a dollar, as flags are written.
    Plain(i64),
    /// `$float`.
    Float(f64),
    /// `$"string"`.
    Str(Vec<u8>),
    /// `$symbol+offset(SB)`.
    Addr(Name, i64),
    /// `symbol+offset(SB)`.
    Sym(Name, i64),
}

/// What parsing gives.
pub type Result<T> = std::result::Result<T, String>;

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

/// Parses a directive's operand.
pub fn value(toks: &[Token], scope: Scope) -> Result<Value> {
    let mut c = Cursor::new(toks, scope);
    let dollar = c.eat('$');
    let named = match c.peek() {
        None => return Err("missing operand".into()),
        Some(Tok::Ident(n)) => Some(n.clone()),
        Some(Tok::Str(s)) if dollar && !matches!(c.peek_at(1), Some(Tok::Op('(' | '<' | '+' | '-'))) => {
            let s = s.clone();
            c.skip(1);
            return c.end(Value::Str(s));
        }
        Some(Tok::Str(s)) => Some(String::from_utf8_lossy(s).into()),
        _ => None,
    };
    if let Some(name) = named {
        c.skip(1);
        let v = match c.symbol(name, dollar, false)? {
            Place::At(Origin::Sym(n), off) if dollar => Value::Addr(n, off),
            Place::At(Origin::Sym(n), off) => Value::Sym(n, off),
            _ => return Err("operand must be a constant or a symbol(SB)".into()),
        };
        return c.end(v);
    }
    match c.float()? {
        Some(v) if dollar => c.end(Value::Float(v)),
        Some(_) => Err("floating-point constant must be an immediate".into()),
        None => {
            let v = c.expr()? as i64;
            c.end(if dollar { Value::Int(v) } else { Value::Plain(v) })
        }
    }
}

/// Reads the tokens of one operand.
pub struct Cursor<'a> {
    toks: &'a [Token],
    at: usize,
    scope: Scope<'a>,
}

impl<'a> Cursor<'a> {
    /// At the first token.
    pub fn new(toks: &'a [Token], scope: Scope<'a>) -> Cursor<'a> {
        Cursor { toks, at: 0, scope }
    }
    /// The next token.
    pub fn peek(&self) -> Option<&'a Tok> {
        self.peek_at(0)
    }
    /// The `n`th from here.
    pub fn peek_at(&self, n: usize) -> Option<&'a Tok> {
        self.toks.get(self.at + n).map(|t| &t.tok)
    }
    /// Passes over `n` tokens.
    pub fn skip(&mut self, n: usize) {
        self.at += n;
    }
    /// Passes over this one, if it comes.
    pub fn eat(&mut self, c: char) -> bool {
        let hit = self.peek() == Some(&Tok::Op(c));
        self.at += usize::from(hit);
        hit
    }
    /// The same, but it must come.
    pub fn expect(&mut self, c: char) -> Result<()> {
        if self.eat(c) {
            return Ok(());
        }
        match self.peek() {
            Some(t) => Err(format!("expected '{c}', found {}", text(t))),
            None => Err(format!("expected '{c}', found end of operand")),
        }
    }
    /// A name.
    pub fn ident(&mut self) -> Result<Box<str>> {
        match self.peek() {
            Some(Tok::Ident(n)) => {
                self.at += 1;
                Ok(n.clone())
            }
            Some(t) => Err(format!("expected identifier, found {}", text(t))),
            None => Err("expected identifier, found end of operand".into()),
        }
    }
    /// `v`, if nothing follows.
    pub fn end<T>(&self, v: T) -> Result<T> {
        match self.peek() {
            None => Ok(v),
            Some(t) => Err(format!("expected end of operand, found {}", text(t))),
        }
    }

    /// The rest of a reference to a name. `jump`: a bare name is a label.
    pub fn symbol(&mut self, name: Box<str>, dollar: bool, jump: bool) -> Result<Place> {
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
                return Ok(Place::Goal(Goal::Label(name)));
            }
            return Err(format!("illegal or missing addressing mode for symbol {name}"));
        }
        self.expect('(')?;
        let reg = self.ident()?;
        self.expect(')')?;
        let origin = match &*reg {
            "SB" => {
                let full = if name.starts_with('.') {
                    format!("{}{name}", self.scope.prefix)
                } else {
                    name.to_string()
                };
                Origin::Sym(Name { sym: Sym::new(&full), local, internal })
            }
            "FP" => Origin::Arg,
            "SP" => Origin::Auto,
            "PC" if jump && !dollar => return Ok(Place::Goal(Goal::Pc(disp))),
            "PC" => return Err("illegal addressing mode for PC".into()),
            other => return Err(format!("expected pseudo-register; found {other}")),
        };
        Ok(Place::At(origin, disp))
    }

    /// `(PC)` behind a number, in a jump; other pseudo-registers need a name in front.
    pub fn pc(&mut self, dollar: bool, jump: bool) -> Result<bool> {
        let (Some(Tok::Op('(')), Some(Tok::Ident(n))) = (self.peek(), self.peek_at(1)) else {
            return Ok(false);
        };
        if !matches!(&**n, "PC" | "FP" | "SB") {
            return Ok(false);
        }
        if **n != *"PC" || dollar || !jump {
            return Err(format!("illegal use of pseudo-register {n} without a name"));
        }
        self.at += 2;
        self.expect(')')?;
        Ok(true)
    }

    /// A float constant with its signs, if that is what comes.
    pub fn float(&mut self) -> Result<Option<f64>> {
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
    pub fn expr(&mut self) -> Result<u64> {
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
