//! Lines to statements: labels, directives, instructions with their operands.
use crate::lex::{Tok, Token};
use crate::operand::{self, Scope, Value};
use crate::{Error, Isa, Name};
use syntax::Pos;

/// An instruction.
#[derive(Clone, Debug)]
pub struct Inst<O> {
    /// Where.
    pub pos: Pos,
    /// Its name.
    pub name: Box<str>,
    /// Operands in the source's order.
    pub args: Vec<O>,
}

/// The head of a function: `TEXT name(SB), flags, $frame-args`
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the line says what they are")]
pub struct Head {
    pub pos: Pos,
    pub name: Name,
    pub flags: u32,
    pub frame: i64,
    pub args: Option<u32>,
}

/// A line; `O` are the machine's operands.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the lines say what they are")]
pub enum Statement<O> {
    /// `name:`
    Label(Pos, Box<str>),
    /// An instruction.
    Inst(Inst<O>),
    /// `TEXT`
    Text(Head),
    /// `DATA name+off(SB)/size, $value`
    Data { pos: Pos, name: Name, off: u64, size: u32, value: Value },
    /// `GLOBL name(SB), flags, $size`
    Globl { pos: Pos, name: Name, flags: u32, size: u64 },
    /// `FUNCDATA $index, name(SB)`
    FuncData { index: i64, name: Name },
    /// `PCDATA $index, $value`
    PcData { index: i64, value: i64 },
    /// `PCALIGN $bytes`
    Align { pos: Pos, bytes: i64 },
}

/// Largest frame, argument area and data symbol: what Go's linker takes.
const MAX_SIZE: u64 = 2_000_000_000;

/// Parses a file's tokens. Every line with an error is reported.
pub fn file<M: Isa>(tokens: &[Token], scope: Scope) -> Result<Vec<Statement<M::Operand>>, Vec<Error>> {
    let mut p = Parser::<M> { scope, out: Vec::new(), behind_jump: false };
    let mut errors = Vec::new();
    let ends = |t: &Token| matches!(t.tok, Tok::Newline | Tok::Op(';'));
    for line in tokens.split(ends) {
        if let Err(e) = p.line(line) {
            errors.push(e);
        }
    }
    if errors.is_empty() { Ok(p.out) } else { Err(errors) }
}

struct Parser<'a, M: Isa> {
    scope: Scope<'a>,
    out: Vec<Statement<M::Operand>>,
    /// Is the last instruction a jump or a call?
    behind_jump: bool,
}

impl<M: Isa> Parser<'_, M> {
    fn line(&mut self, mut line: &[Token]) -> Result<(), Error> {
        let Some(first) = line.first() else { return Ok(()) };
        let pos = first.pos;
        let error = |text: String| Error { pos, text };
        loop {
            let Some(first) = line.first() else { return Ok(()) };
            let Tok::Ident(word) = &first.tok else {
                return Err(error(format!("expected identifier, found {:?}", operand::text(&first.tok))));
            };
            line = &line[1..];
            match line.first().map(|t| &t.tok) {
                Some(Tok::Op(':')) => {
                    self.out.push(Statement::Label(pos, word.clone()));
                    line = &line[1..];
                }
                _ => {
                    let (word, line) = suffixes(word, line).map_err(error)?;
                    let operands = split(line).map_err(error)?;
                    let s = self.statement(pos, &word, &operands).map_err(error)?;
                    self.out.push(s);
                    return Ok(());
                }
            }
        }
    }

    fn statement(&mut self, pos: Pos, word: &str, ops: &[&[Token]]) -> Result<Statement<M::Operand>, String> {
        match word {
            "TEXT" => self.text(pos, ops),
            "DATA" => self.data(pos, ops),
            "GLOBL" => {
                let (name, flags) = match ops {
                    [n, _] => (n, 0),
                    [n, f, _] => (n, self.integer("GLOBL", f)? as u32),
                    _ => return Err("expect two or three operands for GLOBL".into()),
                };
                let (name, _) = self.name("GLOBL", name, false)?;
                let size = self.integer("GLOBL", ops[ops.len() - 1])? as u64;
                if size > MAX_SIZE {
                    return Err(format!("GLOBL {}: bad size {}", name.sym, size as i64));
                }
                Ok(Statement::Globl { pos, name, flags, size })
            }
            "FUNCDATA" => {
                let [index, name] = ops else { return Err("expect two operands for FUNCDATA".into()) };
                let index = self.integer("FUNCDATA", index)?;
                Ok(Statement::FuncData { index, name: self.name("FUNCDATA", name, true)?.0 })
            }
            "PCDATA" => {
                let [index, value] = ops else { return Err("expect two operands for PCDATA".into()) };
                let index = self.integer("PCDATA", index)?;
                Ok(Statement::PcData { index, value: self.integer("PCDATA", value)? })
            }
            "PCALIGN" => {
                let [bytes] = ops else { return Err("expect one operand for PCALIGN".into()) };
                let bytes = self.integer("PCALIGN", bytes)?;
                if !(8..=2048).contains(&bytes) || bytes & (bytes - 1) != 0 {
                    return Err(
                        "alignment value of an instruction must be a power of two and in the range [8, 2048]"
                            .into(),
                    );
                }
                Ok(Statement::Align { pos, bytes })
            }
            _ => {
                if !M::known(word.split('.').next().unwrap_or(word)) {
                    return Err(unknown(word));
                }
                let jump = M::is_jump(word);
                self.behind_jump = jump && word != "RET";
                let args =
                    ops.iter().map(|o| M::operand(o, self.scope, jump)).collect::<Result<Vec<_>, _>>()?;
                Ok(Statement::Inst(Inst { pos, name: word.into(), args }))
            }
        }
    }

    /// A constant operand of a directive.
    fn integer(&self, word: &str, op: &[Token]) -> Result<i64, String> {
        // Go's assembler takes a name for a label there if the last instruction has labels, and so `NOSPLIT` for 0 in a file that does
        // not include textflag.h. Files that programs translated from C rely on it.
        if let [Token { tok: Tok::Ident(name), .. }] = op
            && self.behind_jump
            && !M::is_register(name)
        {
            return Ok(0);
        }
        match operand::value(op, self.scope)? {
            Value::Int(v) | Value::Plain(v) => Ok(v),
            _ => Err(format!("{word}: expected integer constant")),
        }
    }

    /// A `symbol(SB)`.
    fn name(&self, word: &str, op: &[Token], offset: bool) -> Result<(Name, i64), String> {
        let shown: String = op.iter().map(|t| operand::text(&t.tok)).collect();
        match operand::value(op, self.scope)? {
            Value::Sym(name, off) if offset || off == 0 => Ok((name, off)),
            Value::Sym(..) => Err(format!("{word} symbol {shown:?} must not be offset from SB")),
            _ => Err(format!("{word} symbol {shown:?} must be a symbol(SB)")),
        }
    }

    fn text(&self, pos: Pos, ops: &[&[Token]]) -> Result<Statement<M::Operand>, String> {
        let (name, flags, size) = match ops {
            [n, s] => (n, 0, s),
            [n, f, s] => (n, self.integer("TEXT", f)? as u32, s),
            _ => return Err("expect two or three operands for TEXT".into()),
        };
        let (name, _) = self.name("TEXT", name, false)?;
        let bad = || format!("TEXT {}: frame size must be an immediate constant", name.sym);
        let mut toks = size.iter().map(|t| &t.tok).peekable();
        if toks.next() != Some(&Tok::Op('$')) {
            return Err(bad());
        }
        let negative = toks.next_if_eq(&&Tok::Op('-')).is_some();
        let Some(&Tok::Int(frame)) = toks.next() else { return Err(bad()) };
        if frame > MAX_SIZE {
            return Err(format!("TEXT {}: frame size too large", name.sym));
        }
        let frame = if negative { -(frame as i64) } else { frame as i64 };
        let args = match (toks.next(), toks.next(), toks.next()) {
            (None, ..) => None,
            (Some(Tok::Op('-')), Some(&Tok::Int(n)), None) if n <= MAX_SIZE => Some(n as u32),
            _ => return Err(format!("TEXT {}: argument size must be of form -integer", name.sym)),
        };
        Ok(Statement::Text(Head { pos, name, flags, frame, args }))
    }

    fn data(&self, pos: Pos, ops: &[&[Token]]) -> Result<Statement<M::Operand>, String> {
        let [place, value] = ops else { return Err("expect two operands for DATA".into()) };
        let [place @ .., Token { tok: Tok::Op('/'), .. }, Token { tok: Tok::Int(size), .. }] = place else {
            return Err("expect /size for DATA argument".into());
        };
        let (name, off) = self.name("DATA", place, true)?;
        let value = operand::value(value, self.scope)?;
        let fits = match &value {
            Value::Int(_) if matches!(size, 1 | 2 | 4 | 8) => Ok(()),
            Value::Int(_) => Err(format!("bad int size for DATA argument: {size}")),
            Value::Float(_) if matches!(size, 4 | 8) => Ok(()),
            Value::Float(_) => Err(format!("bad float size for DATA argument: {size}")),
            Value::Str(s) if s.len() as u64 <= *size && *size <= 1 << 20 => Ok(()),
            Value::Str(s) => Err(format!("bad string size for DATA argument: {} in {size}", s.len())),
            Value::Addr(..) if *size == 8 => Ok(()),
            Value::Addr(..) => Err(format!("bad addr size for DATA argument: {size}")),
            Value::Plain(_) | Value::Sym(..) => {
                Err("DATA value must be an immediate constant or address".into())
            }
        };
        fits?;
        if off < 0 || off as u64 > MAX_SIZE {
            return Err(format!("DATA {}: bad offset {off}", name.sym));
        }
        Ok(Statement::Data { pos, name, off: off as u64, size: *size as u32, value })
    }
}

/// What is said of an instruction that the tables lack.
fn unknown(word: &str) -> String {
    let stem = word.split('.').next().unwrap_or(word);
    if stem.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        format!("not supported: instruction {word}")
    } else {
        format!("unrecognized instruction {word:?}")
    }
}

/// An instruction's name with what follows its dots, `VADDPD.BCST.Z`, and the rest of the line.
fn suffixes<'a>(word: &str, mut line: &'a [Token]) -> Result<(Box<str>, &'a [Token]), String> {
    let mut name = word.to_string();
    while let [Token { tok: Tok::Op('.'), .. }, rest @ ..] = line {
        let [Token { tok: Tok::Ident(suffix), .. }, rest @ ..] = rest else {
            return Err(format!("instruction suffix expected behind {name}."));
        };
        name = format!("{name}.{suffix}");
        line = rest;
    }
    Ok((name.into(), line))
}

/// Splits at the commas outside of parentheses. `a:b` is an old way to write the pair `b, a`.
fn split(line: &[Token]) -> Result<Vec<&[Token]>, String> {
    let mut out: Vec<&[Token]> = Vec::new();
    if line.is_empty() {
        return Ok(out);
    }
    let (mut nesting, mut from, mut colon) = (0i32, 0, None);
    let swap = |out: &mut Vec<&[Token]>, colon: &mut Option<usize>| {
        if let Some(c) = *colon
            && out.len() == c + 2
        {
            out.swap(c, c + 1);
            *colon = None;
        }
    };
    for (i, t) in line.iter().enumerate() {
        match t.tok {
            Tok::Op('(' | '[') => nesting += 1,
            Tok::Op(')' | ']') => nesting -= 1,
            Tok::Op(c @ (',' | ':')) if nesting == 0 => {
                if from == i {
                    return Err("missing operand".into());
                }
                out.push(&line[from..i]);
                swap(&mut out, &mut colon);
                if c == ':' {
                    if colon.is_some() {
                        return Err("invalid ':' in operand".into());
                    }
                    colon = Some(out.len() - 1);
                }
                from = i + 1;
            }
            _ => {}
        }
    }
    if from == line.len() {
        return Err("missing operand".into());
    }
    out.push(&line[from..]);
    swap(&mut out, &mut colon);
    Ok(out)
}
