//! What passes over one function, and code generation, may know of the program around it.
//!
//! They get no [`Program`], but a [`View`], which answers a few questions. So what a function becomes depends on the function, on the
//! target and options, and on these answers, and on nothing else: who keeps the result for another build writes the answers down with it
//! ([`crate::alone`]), and none can be forgotten. A new question is a variant of [`Question`], and its answer stands in [`answer`].
use crate::alone::{Names, sig_content};
use crate::func::Body;
use crate::native::{NativeTarget, Registers};
use crate::{DataId, Func, FuncId, Program, RelocKind, Section, Sig, SigId, SymRef, Target};
use std::borrow::Cow;
use syntax::Sym;

/// Something that passes want to know of the program.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// Where data lives.
    Section(DataId),
    /// Whether so many bytes from an offset on are read-only bytes of a section without descriptors.
    ReadOnly(DataId, i64, u32),
    /// Whether these are zero, and no address.
    Zero(DataId, i64, u32),
    /// What a load of so many bytes, at most 8, gives, if the data is read-only.
    Load(DataId, i64, u32),
    /// The function that a func value without captures is.
    FuncValue(DataId),
    /// A function by its link name.
    Helper(Cow<'static, str>),
    /// A function's signature.
    Sig(FuncId),
    /// The flag that says whether pointers that are overwritten are recorded.
    WriteBarrier,
    /// What a call of a function in assembly destroys, in which nothing but a fault can stop.
    Destroys(FuncId),
    /// Whether a variable never changes once code runs that reads it.
    Settled(DataId),
}

/// What the program says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// There is no such thing.
    No,
    /// It is so.
    Yes,
    /// A section.
    Section(Section),
    /// Bytes as a number.
    Bytes(u64),
    /// An address.
    Address(SymRef, i64),
    /// A function.
    Func(FuncId),
    /// A signature, and its content.
    Sig(SigId, Box<[u8]>),
    /// Data.
    Data(DataId),
    /// Registers.
    Registers(Registers),
}

/// What a load from read-only data gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// These bytes, as a number.
    Bytes(u64),
    /// The address of a symbol, and what is added.
    Address(SymRef, i64),
}

/// The program, as far as one function's passes may see it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    program: &'a Program,
    write_barrier: Option<Option<DataId>>,
    /// Signatures as the target has them, which those of whole values became ([`crate::passes::legalize`]).
    legal: bool,
    /// The names of a function that stands alone: its numbers are its own.
    names: Option<&'a Names>,
}

impl<'a> View<'a> {
    /// For a function that has the program's numbers.
    pub fn new(program: &'a Program) -> View<'a> {
        View { program, write_barrier: None, legal: false, names: None }
    }
    /// The same, for someone who asks for it again and again.
    pub fn knowing(program: &'a Program, write_barrier: Option<DataId>) -> View<'a> {
        View { write_barrier: Some(write_barrier), ..View::new(program) }
    }
    /// For a function that stands alone.
    pub fn of<'b>(self, names: &'b Names) -> View<'b>
    where
        'a: 'b,
    {
        View { names: Some(names), ..self }
    }
    /// For a function that is legal.
    pub fn legal(self) -> View<'a> {
        View { legal: true, ..self }
    }
    /// The machine.
    pub fn target(&self) -> Target {
        self.program.target
    }
    /// A signature: the function's text has its content.
    pub fn sig(&self, id: SigId) -> &'a Sig {
        let id = self.names.map_or(id, |n| n.sig(id));
        match &self.program.whole_sigs {
            Some(whole) if !self.legal => &whole[id],
            _ => &self.program.sigs[id],
        }
    }
    /// The link name of a symbol, for listings: code with the program's numbers.
    pub fn link_name(&self, symbol: SymRef) -> Sym {
        assert!(self.names.is_none(), "what stands alone knows no names");
        match symbol {
            SymRef::Func(f) => self.program.funcs[f].name,
            SymRef::Data(d) => self.program.datas[d].name,
        }
    }
    /// A function's text, with the program's numbers.
    pub fn text(&self, f: &Func) -> String {
        let original = || self.program.funcs.iter().find(|own| own.name == f.name);
        match (self.names, self.names.and_then(|_| original())) {
            (Some(names), Some(original)) => names.text(f, original),
            _ => f.to_string(),
        }
    }
    /// A text about the function in which symbols stand as `Debug` shows them, with the program's numbers.
    pub fn debug_text(&self, text: String) -> String {
        match self.names {
            Some(names) => names.outward_text(&text),
            None => text,
        }
    }
    /// Whether there is a function with this number, for the verifier.
    pub(crate) fn has_func(&self, id: FuncId) -> bool {
        self.names.is_some() || self.program.funcs.get(id).is_some()
    }

    /// Where data lives.
    pub fn section(&self, data: DataId) -> Section {
        match self.ask(Question::Section(data)) {
            Answer::Section(s) => s,
            other => unreachable!("{other:?}"),
        }
    }
    /// Whether `size` bytes from `off` on are in read-only data other than descriptors.
    pub fn read_only(&self, data: DataId, off: i64, size: u32) -> bool {
        self.ask(Question::ReadOnly(data, off, size)) == Answer::Yes
    }
    /// Whether these bytes are zero, and no address.
    pub fn is_zero(&self, data: DataId, off: i64, size: u32) -> bool {
        self.ask(Question::Zero(data, off, size)) == Answer::Yes
    }
    /// What a load of `size` bytes, at most 8, gives: of read-only data, itabs, type descriptors.
    pub fn load(&self, data: DataId, off: i64, size: u32) -> Option<Known> {
        match self.ask(Question::Load(data, off, size)) {
            Answer::Bytes(n) => Some(Known::Bytes(n)),
            Answer::Address(symbol, addend) => Some(Known::Address(symbol, addend)),
            _ => None,
        }
    }
    /// The code of a func value without captures.
    pub fn func_value(&self, data: DataId) -> Option<FuncId> {
        match self.ask(Question::FuncValue(data)) {
            Answer::Func(f) => Some(f),
            _ => None,
        }
    }
    /// A function that passes or code generation call by its link name.
    pub fn helper(&self, name: impl Into<Cow<'static, str>>) -> Option<FuncId> {
        match self.ask(Question::Helper(name.into())) {
            Answer::Func(f) => Some(f),
            _ => None,
        }
    }
    /// The signature of a helper.
    pub fn sig_of(&self, f: FuncId) -> SigId {
        match self.ask(Question::Sig(f)) {
            Answer::Sig(sig, _) => sig,
            other => unreachable!("{other:?}"),
        }
    }
    /// The flag that says whether pointers that are overwritten are recorded.
    pub fn write_barrier(&self) -> Option<DataId> {
        match self.ask(Question::WriteBarrier) {
            Answer::Data(d) => Some(d),
            _ => None,
        }
    }
    /// What a call of a function in assembly destroys; `None`: all registers, and it may be stopped in.
    pub fn destroys(&self, f: FuncId) -> Option<Registers> {
        match self.ask(Question::Destroys(f)) {
            Answer::Registers(r) => Some(r),
            _ => None,
        }
    }
    /// Whether a variable never changes once code runs that reads it.
    pub fn settled(&self, data: DataId) -> bool {
        self.ask(Question::Settled(data)) == Answer::Yes
    }

    fn ask(&self, question: Question) -> Answer {
        match self.names {
            None => self.answer(&question),
            Some(names) => names.ask(question, |q| self.answer(q)),
        }
    }
    /// What the program says, in its own numbers.
    pub(crate) fn answer(&self, question: &Question) -> Answer {
        match (question, self.write_barrier) {
            (Question::WriteBarrier, Some(known)) => known.map_or(Answer::No, Answer::Data),
            _ => answer(self.program, question),
        }
    }
}

/// What the program says.
fn answer(p: &Program, question: &Question) -> Answer {
    let yes = |is: bool| if is { Answer::Yes } else { Answer::No };
    match question {
        Question::Section(d) => Answer::Section(p.datas[*d].section),
        Question::ReadOnly(d, off, size) => {
            let inside = *off >= 0 && *off as u64 + u64::from(*size) <= p.datas[*d].size;
            yes(p.datas[*d].section == Section::Rodata && inside)
        }
        Question::Zero(d, off, size) => {
            let d = &p.datas[*d];
            let range = *off as usize..*off as usize + *size as usize;
            let zero = d.bytes.iter().skip(range.start).take(range.len()).all(|&b| b == 0);
            yes(zero && !d.relocs.iter().any(|r| range.contains(&(r.off as usize))))
        }
        Question::Load(d, off, size) => load(p, *d, *off, *size),
        Question::FuncValue(d) => p.func_value(*d).map_or(Answer::No, Answer::Func),
        Question::Helper(name) => p.by_name.get(&Sym::new(name)).map_or(Answer::No, |&f| Answer::Func(f)),
        Question::Sig(f) => {
            let sig = p.funcs[*f].sig;
            Answer::Sig(sig, sig_content(View::new(p).sig(sig)))
        }
        Question::WriteBarrier => {
            let name = Sym::new("runtime.writeBarrier");
            let found = p.datas.iter_enumerated().find(|d| d.1.name == name);
            found.map_or(Answer::No, |d| Answer::Data(d.0))
        }
        Question::Settled(d) => yes(p.settled.contains(d)),
        Question::Destroys(f) => destroyed(p, *f).map_or(Answer::No, Answer::Registers),
    }
}

fn load(p: &Program, data: DataId, off: i64, size: u32) -> Answer {
    let data = &p.datas[data];
    let (size, word) = (i64::from(size), i64::from(p.target.word));
    if !matches!(data.section, Section::Rodata | Section::Types) || off < 0 || off + size > data.size as i64 {
        return Answer::No;
    }
    if let Some(r) = data.relocs.iter().find(|r| (r.off as i64) < off + size && (r.off as i64) + word > off) {
        let whole = r.off as i64 == off && size == word && r.kind == RelocKind::Abs;
        return if whole { Answer::Address(r.target, r.addend) } else { Answer::No };
    }
    let mut bytes = [0u8; 8];
    for i in 0..size {
        bytes[i as usize] = data.bytes.get((off + i) as usize).copied().unwrap_or(0);
    }
    Answer::Bytes(p.target.get(&bytes[..size as usize]))
}

/// What a function and all that it jumps to or calls destroy, if nothing there is unknown.
fn destroyed(p: &Program, id: FuncId) -> Option<Registers> {
    let mut all = Registers::default();
    let mut seen = vec![id];
    let mut next = 0;
    while let Some(&f) = seen.get(next) {
        next += 1;
        let Body::Native(native) = &p.funcs[f].body else { return None };
        let own = native.destroys.filter(|_| !native.checks_stack && !native.sp_write)?;
        all.ints |= own.ints;
        all.floats |= own.floats;
        for call in &native.calls {
            let Some(NativeTarget::Sym(SymRef::Func(to))) = call.target else { return None };
            if !seen.contains(&to) {
                seen.push(to);
            }
        }
    }
    Some(all)
}
