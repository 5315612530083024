//! Reads the text form that [`crate::print`] describes.
//!
//! Tests may write signatures shortly: `sig1 = go (i64, {ptr, i64}, [24:8:101]) -> (f64)`: scalars, flat structs of
//! consecutive leaves, and memory values (size, alignment, pointer words), placed by amd64's register counts or an architecture's.
use crate::func::{Body, InlinedCall, Term};
use crate::op::Callee;
use crate::print::{BOUNDS, FLAGS, RELOCS, SECTIONS, SIMPLE};
use crate::ptrmap::PtrMap;
use crate::sig::{Part, PartLoc, RegStep};
use crate::target::{FUSED, OPS};
use crate::{
    Block, BlockCall, Data, DataId, EntityId, Func, FuncId, Op, Program, Reloc, Section, Sig, SigId, Slot,
    SlotData, SymRef, Target, Ty, Value, ValueData, ValueDef,
};
use reflect::arch::{Arch, Ops};
use smallvec::SmallVec;
use syntax::{Pos, Sym};

/// Where and why parsing failed.
#[derive(Debug)]
pub struct ParseError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

type Res<T> = Result<T, String>;

/// A line's tokens.
struct Line<'a> {
    rest: &'a str,
    target: Target,
    /// Registers for a signature's integers and floats.
    regs: [u8; 2],
}

/// amd64's.
const REGS: [u8; 2] = [9, 15];

impl<'a> Line<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }
    /// Takes `s` if it comes next.
    fn eat(&mut self, s: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(s) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
    fn expect(&mut self, s: &str) -> Res<()> {
        if self.eat(s) { Ok(()) } else { Err(format!("expected {s:?} before {:?}", self.rest)) }
    }
    /// A word: letters, digits, `_`, `.`.
    fn word(&mut self) -> Res<&'a str> {
        self.skip();
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
            .unwrap_or(self.rest.len());
        if end == 0 {
            return Err(format!("expected a word before {:?}", self.rest));
        }
        let (w, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(w)
    }
    /// The next word without taking it.
    fn peek(&mut self) -> &'a str {
        let saved = self.rest;
        let w = self.word().unwrap_or("");
        self.rest = saved;
        w
    }
    fn keyword(&mut self, s: &str) -> bool {
        if self.peek() == s { self.word().is_ok() } else { false }
    }
    fn number(&mut self) -> Res<i64> {
        self.skip();
        let negative = self.eat("-");
        let w = self.word()?;
        let n = match w.strip_prefix("0x") {
            Some(h) => u64::from_str_radix(h, 16).map_err(|e| e.to_string())?,
            None => w.parse::<u64>().map_err(|e| format!("{w:?}: {e}"))?,
        };
        Ok(if negative { (n as i64).wrapping_neg() } else { n as i64 })
    }
    fn field<T: TryFrom<i64>>(&mut self, name: &str) -> Res<T> {
        self.expect(name)?;
        let n = self.number()?;
        T::try_from(n).map_err(|_| format!("{name} {n} is out of range"))
    }
    /// `v12` and the like.
    fn id<T: EntityId>(&mut self, prefix: &str) -> Res<T> {
        let w = self.word()?;
        let n = w.strip_prefix(prefix).and_then(|n| n.parse::<usize>().ok());
        n.map(T::new).ok_or_else(|| format!("expected {prefix}N, found {w:?}"))
    }
    fn quoted(&mut self) -> Res<Sym> {
        self.expect("\"")?;
        let mut s = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[i + 1..];
                    return Ok(Sym::new(&s));
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => s.push('\n'),
                    Some((_, c)) => s.push(c),
                    None => break,
                },
                c => s.push(c),
            }
        }
        Err("unterminated name".into())
    }
    fn bits(&mut self) -> Res<PtrMap> {
        self.expect("ptrs")?;
        if self.eat("-") {
            return Ok(PtrMap::default());
        }
        Ok(self.word()?.chars().map(|c| c == '1').collect())
    }
    fn ty(&mut self) -> Res<Ty> {
        let w = self.word()?;
        if w == "word" {
            return Ok(self.target.word_ty());
        }
        [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::F32, Ty::F64, Ty::Ptr]
            .into_iter()
            .find(|t| t.name() == w)
            .ok_or_else(|| format!("{w:?} is no kind"))
    }
    fn pos(&mut self) -> Res<Pos> {
        if self.eat("@") { Ok(Pos(self.number()? as u32)) } else { Ok(Pos::NONE) }
    }
    fn symref(&mut self) -> Res<SymRef> {
        if self.peek().starts_with('f') {
            Ok(SymRef::Func(self.id("f")?))
        } else {
            Ok(SymRef::Data(self.id("d")?))
        }
    }
    fn end(&mut self) -> Res<()> {
        self.skip();
        if self.rest.is_empty() { Ok(()) } else { Err(format!("unexpected {:?}", self.rest)) }
    }
    fn values(&mut self) -> Res<SmallVec<[Value; 4]>> {
        let mut out = SmallVec::new();
        while self.peek().starts_with('v') {
            out.push(self.id("v")?);
            if !self.eat(",") {
                break;
            }
        }
        Ok(out)
    }
}

struct Parser<'a> {
    lines: Vec<&'a str>,
    at: usize,
    program: Program,
    regs: [u8; 2],
}

/// Reads a program. One that names no target is for words of 8 bytes, little-endian.
pub fn program(text: &str) -> Result<Program, ParseError> {
    program_for(Target::SHAPES[0], text)
}

/// Reads a program that is for this target if it names none itself.
pub fn program_for(target: Target, text: &str) -> Result<Program, ParseError> {
    Parser::read(text, target, REGS)
}

/// Reads a program that is for an architecture, and has its signatures placed as there.
pub fn program_of(arch: &Arch, text: &str) -> Result<Program, ParseError> {
    let abi = arch.abi_internal();
    Parser::read(text, Target::of(arch), [abi.ints, abi.floats])
}

fn lookup<T: Clone>(table: &[(&str, T)], name: &str) -> Res<T> {
    table.iter().find(|e| e.0 == name).map(|e| e.1.clone()).ok_or_else(|| format!("unknown {name:?}"))
}

impl<'a> Parser<'a> {
    fn read(text: &'a str, target: Target, regs: [u8; 2]) -> Result<Program, ParseError> {
        let mut p = Parser { lines: text.lines().collect(), at: 0, program: Program::new(target), regs };
        p.all().map_err(|message| ParseError { line: p.at, message })?;
        Ok(p.program)
    }
    /// The next line that is not empty, without its comment.
    fn line(&mut self) -> Option<Line<'a>> {
        while let Some(&text) = self.lines.get(self.at) {
            self.at += 1;
            let text = if text.trim_start().starts_with('#') { "" } else { text.trim() };
            if !text.is_empty() {
                return Some(Line { rest: text, target: self.program.target, regs: self.regs });
            }
        }
        None
    }
    fn needed(&mut self) -> Res<Line<'a>> {
        self.line().ok_or_else(|| "unexpected end of text".into())
    }

    fn all(&mut self) -> Res<()> {
        while let Some(mut l) = self.line() {
            match l.peek() {
                "target" => self.program.target = target(&mut l)?,
                "data" => self.data(&mut l)?,
                "func" => self.func(&mut l)?,
                "main" => {
                    l.expect("main")?;
                    self.program.image.main = Some(l.id("f")?);
                }
                "init" => {
                    l.expect("init")?;
                    self.program.image.inits.push(l.id("f")?);
                }
                "settled" => {
                    l.expect("settled")?;
                    let data = l.id("d")?;
                    self.program.settled.insert(data);
                }
                "typelink" => {
                    l.expect("typelink")?;
                    self.program.image.typelinks.push(l.id("d")?);
                }
                "itab" => {
                    l.expect("itab")?;
                    self.program.image.itabs.push(l.id("d")?);
                }
                w if w.starts_with("sig") => self.sig(&mut l)?,
                w => return Err(format!("unexpected {w:?}")),
            }
        }
        Ok(())
    }

    fn sig(&mut self, l: &mut Line) -> Res<()> {
        let id: SigId = l.id("sig")?;
        if id.index() != self.program.sigs.len() {
            return Err(format!("{id} is out of order"));
        }
        l.expect("=")?;
        let sig = if l.keyword("go") {
            short_sig(l)?
        } else {
            l.expect("sig")?;
            let mut s = Sig {
                args_size: l.field("args")?,
                ret_offset: l.field("ret")?,
                area_size: l.field("area")?,
                abi0: false,
                ..Sig::default()
            };
            s.abi0 = l.keyword("abi0");
            loop {
                let mut l = self.needed()?;
                match l.word()? {
                    "end" => break,
                    "param" => s.params.push(part(&mut l)?),
                    "result" => s.results.push(part(&mut l)?),
                    w => return Err(format!("unexpected {w:?}")),
                }
            }
            s
        };
        self.program.sigs.push(sig.clone());
        self.program.sig_ids.insert(sig, id);
        Ok(())
    }

    fn data(&mut self, l: &mut Line) -> Res<()> {
        l.expect("data")?;
        let id: DataId = l.id("d")?;
        if id.index() != self.program.datas.len() {
            return Err(format!("{id} is out of order"));
        }
        let name = l.quoted()?;
        let section: Section = lookup(SECTIONS, l.word()?)?;
        let (align, size) = (l.field("align")?, l.field("size")?);
        let mut d = Data {
            name,
            section,
            align,
            size,
            bytes: Vec::new(),
            relocs: Vec::new(),
            ptrs: PtrMap::default(),
        };
        loop {
            let mut l = self.needed()?;
            match l.peek() {
                "end" => break,
                "ptrs" => d.ptrs = l.bits()?,
                "bytes" => {
                    l.expect("bytes")?;
                    let hex = l.word()?;
                    for i in (0..hex.len()).step_by(2) {
                        let byte = hex.get(i..i + 2).ok_or("odd number of digits")?;
                        d.bytes.push(u8::from_str_radix(byte, 16).map_err(|e| e.to_string())?);
                    }
                }
                "reloc" => {
                    l.expect("reloc")?;
                    let off = l.number()? as u32;
                    let kind = lookup(RELOCS, l.word()?)?;
                    let target = l.symref()?;
                    l.expect("+")?;
                    d.relocs.push(Reloc { off, kind, target, addend: l.number()? });
                }
                w => return Err(format!("unexpected {w:?}")),
            }
        }
        self.program.datas.push(d);
        Ok(())
    }

    fn func(&mut self, l: &mut Line) -> Res<()> {
        l.expect("func")?;
        let id: FuncId = if l.peek().is_empty() { self.program.funcs.next_id() } else { l.id("f")? };
        if id.index() != self.program.funcs.len() {
            return Err(format!("{id} is out of order"));
        }
        let name = l.quoted()?;
        let mut f = Func::new(name, l.id("sig")?, &[], Pos::NONE);
        f.blocks = Default::default();
        while !l.peek().is_empty() {
            match l.word()? {
                "hook" => f.body = Body::Hook { symbol: l.quoted()?.as_str().into() },
                "asm" => f.body = Body::Asm { symbol: l.quoted()?.as_str().into() },
                w => match FLAGS.iter().find(|x| x.0 == w) {
                    Some((_, get)) => *get(&mut f.flags) = true,
                    None => return Err(format!("unknown flag {w:?}")),
                },
            }
        }
        f.pos = l.pos()?;
        l.end()?;
        let mut reader = BodyReader { f, defined: Vec::new() };
        let mut block = None;
        loop {
            let mut l = self.needed()?;
            if l.keyword("end") {
                break;
            }
            reader.line(&mut l, &mut block)?;
        }
        let mut f = reader.finish()?;
        if f.blocks.is_empty() {
            f.new_block();
        }
        self.program.by_name.insert(f.name, id);
        self.program.funcs.push(f);
        Ok(())
    }
}

/// Reads one function's body. Values have the numbers of the text.
struct BodyReader {
    f: Func,
    defined: Vec<bool>,
}

impl BodyReader {
    fn define(&mut self, v: Value, ty: Ty, def: ValueDef) -> Res<()> {
        let n = v.index() + 1;
        if self.f.values.len() < n {
            let hole = ValueData { ty: Ty::I64, def: ValueDef::Param(Block(u32::MAX), 0) };
            self.f.values.resize(n, hole);
            self.defined.resize(n, false);
        }
        if std::mem::replace(&mut self.defined[v.index()], true) {
            return Err(format!("{v} is defined twice"));
        }
        self.f.values[v] = ValueData { ty, def };
        Ok(())
    }
    fn finish(self) -> Res<Func> {
        let check = |v: Value| {
            if self.defined.get(v.index()) == Some(&true) {
                Ok(())
            } else {
                Err(format!("{v} is not defined"))
            }
        };
        for b in self.f.blocks.iter() {
            for &i in &b.insts {
                self.f.insts[i].args.iter().try_for_each(|&v| check(v))?;
            }
            let mut result = Ok(());
            b.term.for_each_arg(|v| {
                if result.is_ok() {
                    result = check(v)
                }
            });
            result?;
        }
        Ok(self.f)
    }

    fn line(&mut self, l: &mut Line, block: &mut Option<Block>) -> Res<()> {
        let w = l.peek();
        match w {
            "slot" => {
                l.expect("slot")?;
                let id: Slot = l.id("s")?;
                if id.index() != self.f.slots.len() {
                    return Err(format!("{id} is out of order"));
                }
                let (size, align) = (l.field("size")?, l.field("align")?);
                let ptrs = std::sync::Arc::new(l.bits()?);
                let zeroed = l.keyword("zeroed");
                let name = l.quoted()?;
                self.f.slots.push(SlotData { size, align, ptrs, zeroed, name });
            }
            "inlined" => {
                let parent = l.field("inlined")?;
                let name = l.quoted()?;
                let (start, call_pos) = (l.pos()?, l.pos()?);
                let wrapper = l.keyword("wrapper");
                self.f.inlined.push(InlinedCall { parent, name, start, call_pos, wrapper });
            }
            "defer_return" => {
                l.expect("defer_return")?;
                self.f.defer_return = Some(l.id("b")?);
            }
            "open_defers" => {
                l.expect("open_defers")?;
                self.f.open_defers = Some((l.id("s")?, l.id("s")?, l.number()? as u32));
            }
            "length" => {
                l.expect("length")?;
                self.f.lengths.push((l.id("v")?, l.field("unit")?));
            }
            _ if w.starts_with('b') && w[1..].parse::<u32>().is_ok() => {
                let id: Block = l.id("b")?;
                if id.index() != self.f.blocks.len() {
                    return Err(format!("{id} is out of order"));
                }
                self.f.new_block();
                *block = Some(id);
                if l.eat("(") {
                    let mut n = 0;
                    while !l.eat(")") {
                        let v: Value = l.id("v")?;
                        l.expect(":")?;
                        let ty = l.ty()?;
                        self.define(v, ty, ValueDef::Param(id, n))?;
                        self.f.blocks[id].params.push(v);
                        n += 1;
                        l.eat(",");
                    }
                }
                l.expect(":")?;
                if l.keyword("removed") {
                    *block = None;
                }
                self.f.blocks[id].cold = l.keyword("cold");
                self.f.blocks[id].counted = l.keyword("counted");
            }
            _ => {
                let b = block.ok_or("an instruction outside a block")?;
                self.inst(l, b)?;
            }
        }
        l.end()
    }

    fn target(&self, l: &mut Line) -> Res<BlockCall> {
        let block = l.id("b")?;
        let mut args = SmallVec::new();
        if l.eat("(") {
            args.extend(l.values()?);
            l.expect(")")?;
        }
        Ok(BlockCall { block, args })
    }

    fn term(&self, l: &mut Line) -> Res<Option<Term>> {
        let t = match l.peek() {
            "jump" => {
                l.expect("jump")?;
                Term::Jump(self.target(l)?)
            }
            "br" => {
                l.expect("br")?;
                let cond = l.id("v")?;
                l.expect(",")?;
                let then = self.target(l)?;
                l.expect(",")?;
                let els = self.target(l)?;
                let likely = match l.peek() {
                    "likely" => Some(true),
                    "unlikely" => Some(false),
                    _ => None,
                };
                if likely.is_some() {
                    l.word()?;
                }
                Term::Br { cond, then, els, likely }
            }
            "switch" => {
                l.expect("switch")?;
                let value = l.id("v")?;
                l.expect(",")?;
                let default = l.id("b")?;
                l.expect("[")?;
                let mut cases = Vec::new();
                while !l.eat("]") {
                    let v = l.number()?;
                    l.expect(":")?;
                    cases.push((v, l.id("b")?));
                    l.eat(",");
                }
                Term::Switch { value, cases, default }
            }
            "ret" => {
                l.expect("ret")?;
                Term::Ret(l.values()?)
            }
            "tailcall" => {
                l.expect("tailcall")?;
                let (callee, sig, args) = call(l)?;
                Term::TailCall { callee, sig, args }
            }
            "unreachable" => {
                l.expect("unreachable")?;
                Term::Unreachable
            }
            "none" => {
                l.expect("none")?;
                Term::None
            }
            _ => return Ok(None),
        };
        Ok(Some(t))
    }

    fn inst(&mut self, l: &mut Line, b: Block) -> Res<()> {
        if let Some(t) = self.term(l)? {
            self.f.blocks[b].term = t;
            self.f.blocks[b].term_pos = l.pos()?;
            return Ok(());
        }
        let inst = self.f.insts.next_id();
        let mut results = SmallVec::new();
        if l.peek().starts_with('v') {
            let mut n = 0;
            loop {
                let v: Value = l.id("v")?;
                l.expect(":")?;
                let ty = l.ty()?;
                self.define(v, ty, ValueDef::Inst(inst, n))?;
                results.push(v);
                n += 1;
                if !l.eat(",") {
                    break;
                }
            }
            l.expect("=")?;
        }
        let (op, args) = op(l)?;
        let pos = l.pos()?;
        let inl = if l.eat("^") { l.number()? as u32 } else { 0 };
        self.f.insts.push(crate::InstData { op, args: args.into_iter().collect(), results, pos, inl });
        self.f.blocks[b].insts.push(inst);
        Ok(())
    }
}

type Args = SmallVec<[Value; 4]>;

fn call(l: &mut Line) -> Res<(Callee, SigId, Args)> {
    let callee = match l.peek() {
        "closure" => {
            l.word()?;
            Callee::Closure
        }
        "code" => {
            l.word()?;
            Callee::Code
        }
        _ => Callee::Static(l.id("f")?),
    };
    let sig = l.id("sig")?;
    l.expect("(")?;
    let args = l.values()?;
    l.expect(")")?;
    Ok((callee, sig, args))
}

fn op(l: &mut Line) -> Res<(Op, Args)> {
    let name = l.word()?;
    if let Ok(op) = lookup(SIMPLE, name) {
        return Ok((op, l.values()?));
    }
    let none = Args::new();
    let area = |l: &mut Line| -> Res<(u32, u8)> {
        let size = l.field("size")?;
        let align = if l.peek().starts_with("align") { l.field("align")? } else { 8 };
        Ok((size, Op::align_of_area(size, align)))
    };
    let typ = |l: &mut Line| -> Res<Option<DataId>> {
        if l.keyword("typ") { Ok(Some(l.id("d")?)) } else { Ok(None) }
    };
    Ok(match name {
        "iconst" => (Op::Iconst(l.number()?), none),
        "fconst" => (Op::Fconst(l.number()? as u64), none),
        "sym" => {
            let s = l.symref()?;
            (Op::Sym(s, l.field("+")?), none)
        }
        "slotaddr" => {
            let s = l.id("s")?;
            (Op::SlotAddr(s, l.field("+")?), none)
        }
        "load" => {
            let args = l.values()?;
            (Op::Load { off: l.field("+")? }, args)
        }
        "store" => {
            let args = l.values()?;
            let off = l.field("+")?;
            (Op::Store { off, wb: l.keyword("wb") }, args)
        }
        "memcopy" => {
            let args = l.values()?;
            let (size, align) = area(l)?;
            (Op::MemCopy { size, align, typ: typ(l)? }, args)
        }
        "memzero" => {
            let args = l.values()?;
            let (size, align) = area(l)?;
            (Op::MemZero { size, align, typ: typ(l)? }, args)
        }
        "writebarrier" => {
            let args = l.values()?;
            (Op::WriteBarrier { off: l.field("+")?, size: l.field("size")? }, args)
        }
        "new" => {
            let typ = l.id("d")?;
            let (size, align) = (l.field("size")?, l.field("align")?);
            let ptrs = std::sync::Arc::new(l.bits()?);
            (Op::New { typ, size, align, ptrs, name: l.quoted()? }, none)
        }
        "call" => {
            let (callee, sig, args) = call(l)?;
            (Op::Call { callee, sig }, args)
        }
        w => match w.strip_prefix("boundscheck.") {
            Some(rest) => {
                let (kind, sign) = rest.rsplit_once('.').ok_or("a bounds check without sign")?;
                let kind = lookup(BOUNDS, kind)?;
                let (sign, unit) = sign.split_at_checked(1).ok_or("a bounds check without sign")?;
                let unit = unit.parse().map_err(|_| "a bounds check without an element's size")?;
                (Op::BoundsCheck { kind, signed: sign == "s", unit }, l.values()?)
            }
            None => return Err(format!("unknown operation {w:?}")),
        },
    })
}

fn part(l: &mut Line) -> Res<Part> {
    let leaves = if l.keyword("mem") {
        None
    } else {
        l.expect("flat")?;
        l.expect("(")?;
        let mut leaves = Vec::new();
        while !l.eat(")") {
            leaves.push((l.ty()?, l.field("+")?));
            l.eat(",");
        }
        Some(leaves)
    };
    let (size, align) = (l.field("size")?, l.field("align")?);
    let ptrs = l.bits()?;
    let loc = if l.keyword("stack") {
        l.expect("(")?;
        let off = l.number()? as u32;
        l.expect(")")?;
        PartLoc::Stack(off)
    } else {
        l.expect("regs")?;
        l.expect("(")?;
        let mut steps = Vec::new();
        while !l.eat(")") {
            steps.push(RegStep { ty: l.ty()?, offset: l.field("+")?, reg: l.field("=")? });
            l.eat(",");
        }
        PartLoc::Regs(steps)
    };
    l.end()?;
    Ok(Part { leaves, size, align, ptrs, loc })
}

fn target(l: &mut Line) -> Res<Target> {
    let word = match l.field("target word")? {
        word @ (4u32 | 8) => word,
        n => return Err(format!("no machine has words of {n} bytes")),
    };
    let big_endian = l.keyword("big");
    let unaligned = l.keyword("unaligned");
    let shape = Target::SHAPES.into_iter().find(|s| s.word == word && s.big_endian == big_endian);
    let mut t = Target { unaligned, ..shape.expect("there are both orders of both sizes") };
    if l.keyword("fuses") {
        t.fused = lookup(FUSED, l.word()?)?;
    }
    if l.keyword("lacks") {
        while !l.peek().is_empty() {
            match l.word()? {
                "nil_page" => t.nil_page = 0,
                "all" => t.ops = Ops::NONE,
                w => *lookup(OPS, w)?(&mut t.ops) = false,
            }
        }
    }
    l.end()?;
    Ok(t)
}

/// The short form of a signature.
fn short_sig(l: &mut Line) -> Res<Sig> {
    let mut s = Sig::default();
    let mut stack = 0;
    s.params = short_parts(l, &mut stack)?;
    s.args_size = stack;
    stack = stack.next_multiple_of(l.target.word);
    s.ret_offset = stack;
    l.expect("->")?;
    s.results = short_parts(l, &mut stack)?;
    s.area_size = stack.next_multiple_of(l.target.word);
    l.end()?;
    Ok(s)
}

fn short_parts(l: &mut Line, stack: &mut u32) -> Res<Vec<Part>> {
    l.expect("(")?;
    let mut parts = Vec::new();
    let word = l.target.word;
    let (mut ints, mut floats) = (0u8, 0u8);
    while !l.eat(")") {
        let mut leaves = Vec::new();
        let (mut size, mut align) = (0u32, 1u32);
        let mut p = if l.eat("[") {
            let size = l.number()? as u32;
            l.expect(":")?;
            let align = l.number()? as u32;
            l.expect(":")?;
            let ptrs = l.word()?.chars().map(|c| c == '1').collect();
            l.expect("]")?;
            Part { leaves: None, size, align, ptrs, loc: PartLoc::Stack(0) }
        } else {
            let braces = l.eat("{");
            loop {
                let ty = l.ty()?;
                let n = l.target.size(ty);
                // Nothing is aligned better than words are.
                let a = n.min(word);
                let off = size.next_multiple_of(a);
                leaves.push((ty, off));
                (size, align) = (off + n, align.max(a));
                if !braces || !l.eat(",") {
                    break;
                }
            }
            if braces {
                l.expect("}")?;
            }
            let mut ptrs = PtrMap::new(size.div_ceil(word) as usize);
            leaves.iter().filter(|x| x.0 == Ty::Ptr).for_each(|x| ptrs.set((x.1 / word) as usize));
            let size = size.next_multiple_of(align);
            Part { leaves: Some(leaves.clone()), size, align, ptrs, loc: PartLoc::Stack(0) }
        };
        let (mut i, mut f) = (ints, floats);
        let mut steps = Vec::new();
        for &(ty, offset) in &leaves {
            let n = if ty.is_float() { &mut f } else { &mut i };
            steps.push(RegStep { ty, offset, reg: *n });
            *n += 1;
        }
        if p.leaves.is_some() && i <= l.regs[0] && f <= l.regs[1] {
            (ints, floats) = (i, f);
            p.loc = PartLoc::Regs(steps);
        } else {
            *stack = stack.next_multiple_of(p.align);
            p.loc = PartLoc::Stack(*stack);
            *stack += p.size;
        }
        parts.push(p);
        l.eat(",");
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use crate::{SigId, Target, Ty};

    #[test]
    fn prints_what_it_read() {
        let text = r#"
            target word 8 unaligned
            sig0 = go (i64, {ptr, i64}, [24:8:101], f64) -> (i64, [40:8:00000])
            sig1 = go () -> ()
            data d0 "a\"b" data align 8 size 16
              bytes 00ff10
              reloc 8 abs f1 + 4
              ptrs 01
            end
            func f0 "p.f" sig0 nosplit has_defer @12
              slot s0 size 40 align 8 ptrs 00000 zeroed "x"
              inlined 0 "p.g" @3 @4
              defer_return b2
              length v2 unit 8
            b0(v0: i64, v1: ptr, v2: i64, v3: ptr, v4: f64):
              v5: i64 = iconst -7 @40
              v6: i64 = add v0, v5 @41 ^1
              v7: i8 = icmp.slt v6, v2
              v8: i64 = load v3 + 8
              store v1, v8 + 16
              v9: ptr = new d0 size 16 align 8 ptrs 10 "y"
              store v9, v1 + 0 wb
              boundscheck.slice3alen.s8 v6, v8
              call f1 sig1()
              v12: ptr = slotaddr s0 + 0
              br v7, b1(v6), b2 likely
            b1(v10: i64):
              switch v10, b2 [-1: b2, 5: b2]
            b2: cold
              v11: i64 = iconst 0
              v13: ptr = slotaddr s0 + 0
              ret v11, v13
            end
            func f1 "p.g" sig1 hook "rt_g"
            end
            main f0
        "#;
        let p = super::program(text).unwrap_or_else(|e| panic!("{e}"));
        let once = p.to_string();
        let twice = super::program(&once).unwrap_or_else(|e| panic!("{e}\n{once}")).to_string();
        assert_eq!(once, twice);
        for line in text.lines().map(str::trim).filter(|l| !l.contains("go (")) {
            assert!(line.is_empty() || once.lines().any(|l| l.trim() == line), "{line}\nnot in\n{once}");
        }
        crate::verify::program(&p).unwrap_or_else(|e| panic!("{e:?}"));
    }

    #[test]
    fn words_are_the_targets() {
        for (line, t) in [
            ("target word 8 unaligned", Target::SHAPES[0]),
            ("target word 8 big unaligned", Target::SHAPES[1]),
            ("target word 4", Target::SHAPES[2]),
            ("target word 4 big", Target::SHAPES[3]),
        ] {
            let p = super::program(&format!("{line}\nsig0 = go ({{i8, word}}, ptr) -> (i64)\n"));
            let p = p.unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(p.target, t);
            let want = vec![Ty::I8, t.word_ty(), Ty::Ptr];
            assert_eq!(p.sigs[SigId(0)].param_tys(), want);
            assert_eq!(p.sigs[SigId(0)].params[0].size, 2 * t.word);
            assert!(p.to_string().starts_with(&format!("{line}\n")));
        }
        let e = super::program("target word 3\n").map(|_| ()).unwrap_err();
        assert_eq!(e.to_string(), "1: no machine has words of 3 bytes");
    }

    #[test]
    fn errors_have_lines() {
        let e = super::program("sig0 = go () -> ()\nfunc f0 \"x\" sig0\nb0:\n  v1: i64 = nonsense\nend\n");
        assert_eq!(e.map(|_| ()).unwrap_err().to_string(), "4: unknown operation \"nonsense\"");
    }
}
