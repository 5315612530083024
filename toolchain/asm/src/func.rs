//! A file's functions and data, and what is alike in functions on every machine: pieces of code, labels, calls, the way of SP.
use crate::operand::{Goal, Value};
use crate::parse::{Head, Inst, Statement};
use crate::{Call, Data, Error, Isa, Name, Object, Registers, Reloc, RelocKind, Target, Text, flag};
use rustc_hash::FxHashMap;
use syntax::Pos;

/// Puts a file's statements together.
pub fn object<M: Isa>(statements: &[Statement<M::Operand>]) -> Result<Object, Vec<Error>> {
    let mut out = Object::default();
    let mut errors = Vec::new();
    let mut datas: FxHashMap<Name, Data> = FxHashMap::default();
    let mut order: Vec<(Name, bool)> = Vec::new();
    let mut at = 0;
    while at < statements.len() {
        match &statements[at] {
            Statement::Text(head) => {
                let len = statements[at + 1..]
                    .iter()
                    .position(|s| matches!(s, Statement::Text(_)))
                    .map_or(statements.len() - at, |n| n + 1);
                let is_data =
                    |s: &&Statement<_>| matches!(s, Statement::Data { .. } | Statement::Globl { .. });
                let (rest, body): (Vec<_>, Vec<_>) = statements[at + 1..at + len].iter().partition(is_data);
                let (text, mut problems) = M::function(head, &body);
                errors.append(&mut problems);
                if let Some(t) = text {
                    if out.texts.iter().any(|o: &Text| o.name == t.name) {
                        errors.push(Error { pos: t.pos, text: format!("symbol {} redeclared", t.name.sym) });
                    }
                    out.texts.push(t);
                }
                for s in rest {
                    data(s, &mut datas, &mut order, &mut errors);
                }
                at += len;
            }
            Statement::Data { .. } | Statement::Globl { .. } => {
                data(&statements[at], &mut datas, &mut order, &mut errors);
                at += 1;
            }
            Statement::Label(pos, _) | Statement::Inst(Inst { pos, .. }) | Statement::Align { pos, .. } => {
                errors.push(Error {
                    pos: *pos,
                    text: "instruction outside of a function: TEXT is missing".into(),
                });
                at += 1;
            }
            Statement::FuncData { .. } | Statement::PcData { .. } => at += 1,
        }
    }
    for (name, declared) in order {
        let Some(d) = datas.remove(&name) else { continue };
        if !declared {
            errors.push(Error { pos: d.pos, text: format!("DATA {} without GLOBL", name.sym) });
            continue;
        }
        if d.bytes.len() as u64 > d.size {
            let text = format!("DATA {}: value beyond the size of {} bytes", name.sym, d.size);
            errors.push(Error { pos: d.pos, text });
        } else if d.flags & (flag::NOPTR | flag::RODATA) == 0 && d.size >= 8 {
            let text = format!("missing Go type information for global symbol {}: size {}", name.sym, d.size);
            errors.push(Error { pos: d.pos, text });
        }
        out.datas.push(d);
    }
    if errors.is_empty() { Ok(out) } else { Err(errors) }
}

fn data<O>(
    s: &Statement<O>,
    datas: &mut FxHashMap<Name, Data>,
    order: &mut Vec<(Name, bool)>,
    errors: &mut Vec<Error>,
) {
    let fresh =
        |name: Name, pos: Pos| Data { name, pos, flags: 0, size: 0, bytes: Vec::new(), relocs: Vec::new() };
    match s {
        Statement::Globl { pos, name, flags, size } => {
            let d = datas.entry(*name).or_insert_with(|| fresh(*name, *pos));
            match order.iter_mut().find(|o| o.0 == *name) {
                Some((_, true)) => {
                    errors.push(Error { pos: *pos, text: format!("duplicate GLOBL {}", name.sym) });
                }
                Some(o) => o.1 = true,
                None => order.push((*name, true)),
            }
            d.flags = *flags;
            d.size = *size;
            d.pos = *pos;
        }
        Statement::Data { pos, name, off, size, value } => {
            let d = datas.entry(*name).or_insert_with(|| fresh(*name, *pos));
            if !order.iter().any(|o| o.0 == *name) {
                order.push((*name, false));
            }
            if *off < d.bytes.len() as u64 {
                errors.push(Error { pos: *pos, text: format!("overlapping DATA entry for {}", name.sym) });
                return;
            }
            if *off > 64 << 20 {
                errors.push(Error { pos: *pos, text: format!("DATA {}: offset {off} too large", name.sym) });
                return;
            }
            d.bytes.resize(*off as usize, 0);
            let end = *off as usize + *size as usize;
            match value {
                Value::Int(v) => d.bytes.extend_from_slice(&v.to_le_bytes()[..*size as usize]),
                Value::Float(v) if *size == 4 => d.bytes.extend_from_slice(&(*v as f32).to_le_bytes()),
                Value::Float(v) => d.bytes.extend_from_slice(&v.to_le_bytes()),
                Value::Str(s) => d.bytes.extend_from_slice(s),
                Value::Addr(to, disp) => d.relocs.push(Reloc {
                    at: *off as u32,
                    kind: RelocKind::Abs64,
                    target: Target::Name(*to),
                    addend: *disp,
                }),
                _ => {}
            }
            d.bytes.resize(end, 0);
        }
        _ => {}
    }
}

/// A call in the code.
struct CallSite {
    piece: usize,
    target: Option<Name>,
    results: bool,
    /// It is a jump out of the function.
    jump: bool,
}

/// A jump whose goal is not known yet.
struct Open {
    piece: usize,
    pos: Pos,
    goal: Goal,
    /// Number of the statement.
    from: usize,
}

/// A function in the making: pieces `P` of code, whose sizes may depend on where things are.
pub struct Body<P> {
    /// In the order of the code.
    pub pieces: Vec<P>,
    /// Position of each piece.
    pub pos: Vec<Pos>,
    /// What is wrong.
    pub errors: Vec<Error>,
    /// SP is written in ways that cannot be followed.
    pub sp_write: bool,
    /// There is a stack check.
    pub checks_stack: bool,
    /// `NO_LOCAL_POINTERS` was seen.
    no_local_pointers: bool,
    /// Bytes from SP behind the prologue up to the return address, and those of them that the machine keeps for itself.
    pub frame: i64,
    /// See there.
    pub saved: i64,
    /// Bytes between SP and the return address here.
    depth: i64,
    max_depth: i64,
    /// Changes of `depth`: from this piece on.
    sp: Vec<(usize, i64)>,
    calls: Vec<CallSite>,
    results: bool,
    align: u32,
    open: Vec<Open>,
    /// Pieces at which statements begin, for `n(PC)`.
    starts: Vec<usize>,
}

/// Code, relocations, and where each piece begins (with the end as the last).
pub type Laid = (Vec<u8>, Vec<Reloc>, Vec<u32>);

impl<P> Default for Body<P> {
    fn default() -> Self {
        Body {
            pieces: Vec::new(),
            pos: Vec::new(),
            errors: Vec::new(),
            sp_write: false,
            checks_stack: false,
            no_local_pointers: false,
            frame: 0,
            saved: 0,
            depth: 0,
            max_depth: 0,
            sp: Vec::new(),
            calls: Vec::new(),
            results: false,
            align: 1,
            open: Vec::new(),
            starts: Vec::new(),
        }
    }
}

impl<P> Body<P> {
    /// Puts a piece behind the others.
    pub fn push(&mut self, pos: Pos, p: P) {
        self.pieces.push(p);
        self.pos.push(pos);
    }
    /// At most one error a line counts.
    pub fn error(&mut self, pos: Pos, text: impl Into<String>) {
        if self.errors.last().is_none_or(|e| e.pos != pos) {
            self.errors.push(Error { pos, text: text.into() });
        }
    }
    /// Bytes between SP and the return address here.
    pub fn depth(&self) -> i64 {
        self.depth
    }
    /// From here on there are so many.
    pub fn set_depth(&mut self, depth: i64) {
        self.depth = depth;
        self.max_depth = self.max_depth.max(depth);
        self.sp.push((self.pieces.len(), depth));
    }
    /// The prologue ends here, and there is a frame, of which the machine keeps `saved` bytes for itself.
    pub fn enter(&mut self, frame: i64, saved: i64) {
        (self.frame, self.saved) = (frame, saved);
        self.set_depth(frame);
        self.sp.clear();
    }
    /// The next piece is a call of `target`, or a jump out of the function.
    pub fn call(&mut self, target: Option<Name>, jump: bool) {
        self.calls.push(CallSite { piece: self.pieces.len(), target, results: self.results, jump });
    }
    /// The next piece leads to `goal`.
    pub fn goes_to(&mut self, pos: Pos, goal: &Goal) {
        let from = self.starts.len().saturating_sub(1);
        self.open.push(Open { piece: self.pieces.len(), pos, goal: goal.clone(), from });
    }

    /// Goes through a function's statements. `align` makes the piece of a PCALIGN, `inst` those of an instruction, `aim` tells a
    /// piece where it leads.
    pub fn walk<O>(
        &mut self,
        body: &[&Statement<O>],
        align: fn(u32) -> P,
        mut inst: impl FnMut(&mut Self, &Inst<O>),
        aim: fn(&mut P, usize),
    ) {
        let mut labels: FxHashMap<&str, usize> = FxHashMap::default();
        for s in body {
            match s {
                Statement::Label(pos, l) => {
                    if labels.insert(l, self.pieces.len()).is_some() {
                        self.error(*pos, format!("label {l:?} multiply defined"));
                    }
                    continue;
                }
                _ => self.starts.push(self.pieces.len()),
            }
            match s {
                Statement::FuncData { index: 1, name } if name.sym == *"no_pointers_stackmap" => {
                    self.no_local_pointers = true;
                }
                Statement::PcData { index: 1, value } => self.results = *value == 1,
                Statement::Align { pos, bytes } => {
                    self.align = self.align.max(*bytes as u32);
                    self.push(*pos, align(*bytes as u32));
                }
                Statement::Inst(i) => inst(self, i),
                _ => {}
            }
        }
        for Open { piece, pos, goal, from } in std::mem::take(&mut self.open) {
            let to = match &goal {
                Goal::Label(l) => labels.get(&**l).copied(),
                Goal::Pc(n) => {
                    let at = (from as i64).checked_add(*n).and_then(|i| usize::try_from(i).ok());
                    at.and_then(|i| self.starts.get(i).copied())
                }
            };
            match (to, self.pieces.get_mut(piece), goal) {
                (Some(to), Some(p), _) => aim(p, to),
                (_, _, Goal::Label(l)) => self.error(pos, format!("branch to undefined label {l:?}")),
                _ => self.error(pos, "branch out of the function"),
            }
        }
    }

    /// The function, whose code is `laid`.
    pub fn text(self, head: &Head, flags: u32, destroys: Option<Registers>, laid: Laid) -> Text {
        let (code, relocs, offsets) = laid;
        let mut lines: Vec<(u32, Pos)> = Vec::new();
        for (p, at) in self.pos.iter().zip(&offsets) {
            if lines.last().is_none_or(|l| l.1 != *p) {
                lines.push((*at, *p));
            }
        }
        let calls = self.calls.iter().map(|c| Call {
            ret: if c.jump { 0 } else { offsets[c.piece + 1] },
            target: c.target,
            results: c.results,
        });
        Text {
            name: head.name,
            pos: head.pos,
            flags,
            frame: self.frame as u32,
            args: head.args,
            code,
            relocs,
            lines,
            calls: calls.collect(),
            destroys,
            sp: self.sp.iter().map(|&(p, d)| (offsets[p], d.max(0) as u32)).collect(),
            depth: self.max_depth as u32,
            sp_write: self.sp_write,
            checks_stack: self.checks_stack,
            align: self.align,
            locals_known: self.no_local_pointers || self.max_depth == self.saved,
        }
    }
}
