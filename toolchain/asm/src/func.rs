//! Functions: the frame, what the assembler adds in front and at returns, the way of SP, jumps, and the rest of a file.
//!
//! ```text
//!   | arguments, results       | <- FP
//!   | return address           |
//!   | saved BP                 |   if there is a frame or a call, unless NOFRAME
//!   | locals ($framesize)      |   x-8(SP) is the highest word of them
//!   | what is pushed           | <- hardware SP
//! ```
//!
//! `FP` and the `SP` of named locals count from fixed places: an offset grows with every PUSH in front of it in the text.
use crate::destroyed::{self, Registers};
use crate::encode::{Code, Problem, encode};
use crate::operand::{Base, Class, Mem, Operand, Reg, SP, register_name};
use crate::parse::{Inst, Statement};
use crate::{Call, Data, Error, Name, Object, Reloc, RelocKind, Target, Text, flag, table};
use rustc_hash::FxHashMap;
use syntax::{Pos, Sym};

/// Bytes below the guard that a small frame may use.
const STACK_SMALL: i64 = 128;
/// Frames from here on may wrap around zero.
const STACK_BIG: i64 = 4096;
/// `g.stackguard0`'s offset.
const STACK_GUARD: i64 = 16;
const G: u8 = 14;
const R12: u8 = 12;
const BP: u8 = 5;

/// A piece of a function whose size may depend on where things are.
enum Piece {
    Code(Code),
    /// To piece `to`, or a symbol; `None` condition: always.
    Jump {
        opcode: Jump,
        to: usize,
        short: bool,
    },
    Align(u32),
}

#[derive(Clone, Copy)]
enum Jump {
    Always,
    If(u8),
    /// LOOP, JCXZ: one byte of distance, with these opcode bytes.
    Byte(u8, bool),
}

/// Puts a file's statements together.
pub fn object(statements: &[Statement]) -> Result<Object, Vec<Error>> {
    let mut out = Object::default();
    let mut errors = Vec::new();
    let mut datas: FxHashMap<Name, Data> = FxHashMap::default();
    let mut order: Vec<(Name, bool)> = Vec::new();
    let mut at = 0;
    while at < statements.len() {
        match &statements[at] {
            Statement::Text { .. } => {
                let len = statements[at + 1..]
                    .iter()
                    .position(|s| matches!(s, Statement::Text { .. }))
                    .map_or(statements.len() - at, |n| n + 1);
                let (body, rest): (Vec<&Statement>, Vec<&Statement>) = statements[at..at + len]
                    .iter()
                    .partition(|s| !matches!(s, Statement::Data { .. } | Statement::Globl { .. }));
                let (text, mut problems) = function(&body);
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

fn data(
    s: &Statement,
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
                Operand::Imm(v) => d.bytes.extend_from_slice(&v.to_le_bytes()[..*size as usize]),
                Operand::Float(v) if *size == 4 => d.bytes.extend_from_slice(&(*v as f32).to_le_bytes()),
                Operand::Float(v) => d.bytes.extend_from_slice(&v.to_le_bytes()),
                Operand::Str(s) => d.bytes.extend_from_slice(s),
                Operand::Addr(Mem { base: Base::Sym(to), disp, .. }) => d.relocs.push(Reloc {
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

struct Builder {
    pieces: Vec<Piece>,
    /// Position of each piece.
    pos: Vec<Pos>,
    errors: Vec<Error>,
    /// Bytes between hardware SP and the return address here.
    depth: i64,
    /// `depth` behind the prologue, and how much of it is the saved BP.
    frame: i64,
    bp: i64,
    max_depth: i64,
    /// Changes of `depth`: from this piece on.
    sp: Vec<(usize, i64)>,
    /// Calls: the piece, callee, whether results are initialised.
    calls: Vec<(usize, Option<Name>, bool, bool)>,
    sp_write: bool,
    results: bool,
}

impl Builder {
    fn push(&mut self, pos: Pos, p: Piece) {
        self.pieces.push(p);
        self.pos.push(pos);
    }
    fn error(&mut self, pos: Pos, text: impl Into<String>) {
        if self.errors.last().is_none_or(|e| e.pos != pos) {
            self.errors.push(Error { pos, text: text.into() });
        }
    }
    fn set_depth(&mut self, depth: i64) {
        self.depth = depth;
        self.max_depth = self.max_depth.max(depth);
        self.sp.push((self.pieces.len(), depth));
    }
    /// An instruction of our own making.
    fn emit(&mut self, pos: Pos, name: &str, args: &[Operand]) {
        match encode(name, args) {
            Ok(c) => self.push(pos, Piece::Code(c)),
            Err(e) => self.error(pos, format!("internal error: {name}: {e:?}")),
        }
    }
    /// ADDQ or SUBQ to SP: `by` bytes more are in use.
    fn adjust_sp(&mut self, pos: Pos, by: i64) {
        let sp = reg(SP);
        match by {
            0 => {}
            // -128 has a shorter form than 128.
            128 => self.emit(pos, "ADDQ", &[Operand::Imm(-128), sp]),
            -128 => self.emit(pos, "SUBQ", &[Operand::Imm(-128), sp]),
            1.. => self.emit(pos, "SUBQ", &[Operand::Imm(by), sp]),
            _ => self.emit(pos, "ADDQ", &[Operand::Imm(-by), sp]),
        }
    }
    fn external(&mut self, pos: Pos, opcode: &[u8], to: Name, addend: i64) {
        let mut bytes = opcode.to_vec();
        let at = bytes.len() as u32;
        bytes.extend_from_slice(&[0; 4]);
        let reloc = Reloc { at, kind: RelocKind::Call, target: Target::Name(to), addend: addend - 4 };
        self.push(pos, Piece::Code(Code { bytes, relocs: vec![reloc] }));
    }
}

fn reg(num: u8) -> Operand {
    Operand::Reg(Reg { class: Class::G, num })
}
fn mem(base: u8, disp: i64) -> Operand {
    Operand::Mem(Mem { base: Base::Reg(base), index: None, disp })
}

/// Assembles one function: the TEXT statement and what follows it.
fn function(body: &[&Statement]) -> (Option<Text>, Vec<Error>) {
    let Some(Statement::Text { pos, name, flags, frame, args }) = body.first() else {
        return (None, Vec::new());
    };
    let (pos, mut flags) = (*pos, *flags);
    let body = &body[1..];
    let locals = (*frame).max(0);
    let insts = || {
        body.iter().filter_map(|s| match s {
            Statement::Inst(i) => Some(i),
            _ => None,
        })
    };
    let has_call = insts().any(|i| &*i.name == "CALL");
    let saves_bp = flags & flag::NOFRAME == 0 && (locals != 0 || has_call);
    let bp = if saves_bp { 8 } else { 0 };
    let total = locals + bp;
    let leaf = total < STACK_SMALL && !has_call;
    let check = flags & flag::NOSPLIT == 0 && !leaf;
    if leaf {
        flags |= flag::NOSPLIT;
    }
    let mut b = Builder {
        pieces: Vec::new(),
        pos: Vec::new(),
        errors: Vec::new(),
        depth: 0,
        frame: total,
        bp,
        max_depth: 0,
        sp: Vec::new(),
        calls: Vec::new(),
        sp_write: false,
        results: false,
    };
    if total % 8 != 0 {
        b.error(pos, format!("unaligned stack size {total}"));
    }
    // Jumps to the call of morestack: their target is known at the end.
    let mut grow = Vec::new();
    if check && name.internal {
        b.error(pos, format!("not supported: stack check in {}<ABIInternal>", name.sym));
    } else if check {
        stack_check(&mut b, pos, total, &mut grow);
    }
    if saves_bp {
        b.emit(pos, "PUSHQ", &[reg(BP)]);
        b.emit(pos, "MOVQ", &[reg(SP), reg(BP)]);
    }
    b.adjust_sp(pos, locals);
    b.set_depth(total);
    b.sp.clear();

    // Pieces at which statements begin, for labels and n(PC).
    let mut labels: FxHashMap<&str, usize> = FxHashMap::default();
    let mut starts: Vec<usize> = Vec::new();
    let mut fixes: Vec<(usize, Pos, Operand, usize)> = Vec::new();
    let mut no_local_pointers = false;
    for s in body {
        match s {
            Statement::Label(pos, l) => {
                if labels.insert(l, b.pieces.len()).is_some() {
                    b.error(*pos, format!("label {l:?} multiply defined"));
                }
                continue;
            }
            _ => starts.push(b.pieces.len()),
        }
        match s {
            Statement::FuncData { index: 1, name } if name.sym == *"no_pointers_stackmap" => {
                no_local_pointers = true;
            }
            Statement::PcData { index: 1, value } => b.results = *value == 1,
            Statement::Align { pos, bytes } => b.push(*pos, Piece::Align(*bytes as u32)),
            Statement::Inst(i) => instruction(&mut b, i, locals, starts.len() - 1, &mut fixes),
            _ => {}
        }
    }
    for (piece, pos, target, from) in fixes {
        let to = match &target {
            Operand::Label(l) => labels.get(&**l).copied(),
            Operand::Pc(n) => usize::try_from(from as i64 + n).ok().and_then(|i| starts.get(i).copied()),
            _ => None,
        };
        match (to, &mut b.pieces[piece]) {
            (Some(t), Piece::Jump { to, .. }) => *to = t,
            (None, _) => match target {
                Operand::Label(l) => b.error(pos, format!("branch to undefined label {l:?}")),
                _ => b.error(pos, "branch out of the function"),
            },
            _ => {}
        }
    }
    if check {
        let at = b.pieces.len();
        let needs_context = flags & flag::NEEDCTXT != 0;
        let morestack = if needs_context { "runtime.morestack" } else { "runtime.morestack_noctxt" };
        b.external(pos, &[0xe8], Name { sym: Sym::new(morestack), local: false, internal: false }, 0);
        b.push(pos, Piece::Jump { opcode: Jump::Always, to: 0, short: true });
        for g in grow {
            if let Piece::Jump { to, .. } = &mut b.pieces[g] {
                *to = at;
            }
        }
    }
    if !b.errors.is_empty() {
        return (None, b.errors);
    }
    let locals_known = no_local_pointers || b.max_depth == b.bp;
    match layout(&mut b) {
        Ok((code, relocs, offsets)) => {
            let calls = b.calls.iter().map(|&(p, target, results, jump)| Call {
                ret: if jump { 0 } else { offsets[p + 1] },
                target,
                results,
            });
            let mut lines: Vec<(u32, Pos)> = Vec::new();
            for (p, at) in b.pos.iter().zip(&offsets) {
                if lines.last().is_none_or(|l| l.1 != *p) {
                    lines.push((*at, *p));
                }
            }
            let text = Text {
                name: *name,
                pos,
                flags,
                frame: total as u32,
                args: *args,
                code,
                relocs,
                lines,
                calls: calls.collect(),
                destroys: insts().try_fold(Registers::default(), |all, i| Some(all.with(destroyed::by(i)?))),
                sp: b.sp.iter().map(|&(p, d)| (offsets[p], d.max(0) as u32)).collect(),
                depth: b.max_depth as u32,
                sp_write: b.sp_write,
                checks_stack: check,
                align: b
                    .pieces
                    .iter()
                    .map(|p| if let Piece::Align(a) = p { *a } else { 1 })
                    .max()
                    .unwrap_or(1),
                locals_known,
            };
            (Some(text), b.errors)
        }
        Err(e) => (None, vec![e]),
    }
}

/// Compares SP with the guard, as Go's prologues do; jumps whose target is the call of morestack go into `grow`.
fn stack_check(b: &mut Builder, pos: Pos, total: i64, grow: &mut Vec<usize>) {
    let g = Operand::Mem(Mem { base: Base::Tls, index: None, disp: 0 });
    b.emit(pos, "MOVQ", &[g, reg(G)]);
    let guard = mem(G, STACK_GUARD);
    let mut jump = |b: &mut Builder, cc: u8| {
        grow.push(b.pieces.len());
        b.push(pos, Piece::Jump { opcode: Jump::If(cc), to: 0, short: true });
    };
    if total <= STACK_SMALL {
        b.emit(pos, "CMPQ", &[reg(SP), guard]);
    } else if total <= STACK_BIG {
        b.emit(pos, "LEAQ", &[mem(SP, -(total - STACK_SMALL)), reg(R12)]);
        b.emit(pos, "CMPQ", &[reg(R12), guard]);
    } else {
        b.emit(pos, "MOVQ", &[reg(SP), reg(R12)]);
        b.emit(pos, "SUBQ", &[Operand::Imm(total - STACK_SMALL), reg(R12)]);
        jump(b, 2);
        b.emit(pos, "CMPQ", &[reg(R12), guard]);
    }
    jump(b, 6);
}

/// One instruction of the source.
fn instruction(
    b: &mut Builder,
    i: &Inst,
    locals: i64,
    number: usize,
    fixes: &mut Vec<(usize, Pos, Operand, usize)>,
) {
    let pos = i.pos;
    let mut args: Vec<Operand> = i.args.clone();
    for a in &mut args {
        if let Operand::Mem(m) | Operand::Addr(m) = a {
            let by = match m.base {
                Base::Arg => b.depth + 8,
                Base::Auto => b.depth - b.bp,
                _ => continue,
            };
            m.disp = m.disp.saturating_add(by);
            m.base = Base::Reg(SP);
        }
    }
    let name = &*i.name;
    if let Some(cc) = table::condition(name) {
        return conditional(b, i, Jump::If(cc), number, fixes);
    }
    match (name, &args[..]) {
        ("JCXZL", _) => conditional(b, i, Jump::Byte(0xe3, true), number, fixes),
        ("JCXZQ", _) => conditional(b, i, Jump::Byte(0xe3, false), number, fixes),
        ("LOOP", _) => conditional(b, i, Jump::Byte(0xe2, false), number, fixes),
        ("LOOPEQ", _) => conditional(b, i, Jump::Byte(0xe1, false), number, fixes),
        ("LOOPNE", _) => conditional(b, i, Jump::Byte(0xe0, false), number, fixes),
        ("RET", []) => {
            leave(b, pos, locals);
            b.push(pos, Piece::Code(Code::of(&[0xc3])));
        }
        ("RET", [Operand::Mem(Mem { base: Base::Sym(to), index: None, disp })]) => {
            leave(b, pos, locals);
            b.calls.push((b.pieces.len(), Some(*to), b.results, true));
            b.external(pos, &[0xe9], *to, *disp);
        }
        ("JMP", [Operand::Label(_) | Operand::Pc(_)]) => {
            fixes.push((b.pieces.len(), pos, args[0].clone(), number));
            b.push(pos, Piece::Jump { opcode: Jump::Always, to: 0, short: true });
        }
        ("CALL" | "JMP", [Operand::Mem(Mem { base: Base::Sym(to), index: None, disp })]) => {
            let jump = name == "JMP";
            b.calls.push((b.pieces.len(), Some(*to), b.results, jump));
            b.external(pos, if jump { &[0xe9] } else { &[0xe8] }, *to, *disp);
        }
        ("CALL" | "JMP", [target @ (Operand::Reg(_) | Operand::Mem(_))]) => {
            let jump = name == "JMP";
            match indirect(target, if jump { 4 } else { 2 }) {
                Some(c) => {
                    b.calls.push((b.pieces.len(), None, b.results, jump));
                    b.push(pos, Piece::Code(c));
                }
                None => invalid(b, i),
            }
        }
        ("CALL", [Operand::Label(l)]) => {
            b.error(pos, format!("illegal or missing addressing mode for symbol {l}"));
        }
        ("NOP", _) => {}
        ("UNDEF", []) => b.push(pos, Piece::Code(Code::of(&[0x0f, 0x0b]))),
        ("LOCK", []) => b.push(pos, Piece::Code(Code::of(&[0xf0]))),
        ("REP", []) => b.push(pos, Piece::Code(Code::of(&[0xf3]))),
        ("REPN", []) => b.push(pos, Piece::Code(Code::of(&[0xf2]))),
        ("INT", [Operand::Imm(n @ 0..=255)]) => b.push(pos, Piece::Code(Code::of(&[0xcd, *n as u8]))),
        ("BYTE" | "WORD" | "LONG" | "QUAD", [Operand::Imm(v)]) => {
            let len = [("BYTE", 1), ("WORD", 2), ("LONG", 4), ("QUAD", 8)];
            let n = len.iter().find(|l| l.0 == name).map_or(1, |l| l.1);
            b.push(pos, Piece::Code(Code::of(&v.to_le_bytes()[..n])));
        }
        // A second operand says what everybody knows.
        ("ADJSP", [Operand::Imm(n)] | [Operand::Imm(n), Operand::Reg(_)]) if n.unsigned_abs() < 1 << 30 => {
            b.adjust_sp(pos, *n);
            b.set_depth(b.depth + n);
        }
        // The thread pointer is a part of every address that uses it.
        ("MOVQ" | "MOVL", [Operand::Reg(Reg { class: Class::Tls, .. }), Operand::Reg(_)]) => {}
        ("MOVQ" | "MOVL" | "MOVD", [Operand::Addr(m), to @ Operand::Reg(_)]) => {
            let lea = if name == "MOVL" { "LEAL" } else { "LEAQ" };
            plain(b, i, lea, &[Operand::Mem(*m), to.clone()]);
        }
        (_, [Operand::Float(v), Operand::Reg(Reg { class: Class::X, .. }), ..]) => {
            let (bits, size) = match (name.ends_with("SS"), name.ends_with("SD")) {
                (true, _) => ((*v as f32).to_bits() as u64, 4),
                (_, true) => (v.to_bits(), 8),
                _ => return invalid(b, i),
            };
            if matches!(name, "MOVSS" | "MOVSD") && bits == 0 {
                return plain(b, i, "XORPS", &[args[1].clone(), args[1].clone()]);
            }
            // Any symbol gives the right form; the constant takes its place.
            let stand_in = Name { sym: Sym::new("$"), local: true, internal: false };
            args[0] = Operand::Mem(Mem { base: Base::Sym(stand_in), index: None, disp: 0 });
            match encode(name, &args) {
                Ok(mut c) => {
                    c.relocs.iter_mut().for_each(|r| r.target = Target::Const(bits, size));
                    b.push(pos, Piece::Code(c));
                }
                Err(_) => invalid(b, i),
            }
        }
        _ => {
            // The last operand of a comparison may be written without the dollar.
            if let ("CMPPS" | "CMPPD" | "CMPSS" | "CMPSD", [.., last]) = (name, &mut args[..])
                && let Operand::Mem(Mem { base: Base::None, index: None, disp }) = last
            {
                *last = Operand::Imm(*disp);
            }
            plain(b, i, name, &args);
            let by = match name {
                "PUSHQ" | "PUSHFQ" => 8,
                "PUSHW" => 2,
                "POPQ" | "POPFQ" => -8,
                "POPW" => -2,
                _ => 0,
            };
            if by != 0 {
                b.set_depth(b.depth + by);
            } else if let Some(Operand::Reg(Reg { class: Class::G, num: SP })) = args.last()
                && !name.starts_with("CMP")
                && !name.starts_with("TEST")
            {
                b.sp_write = true;
            }
        }
    }
}

/// `call` or `jmp` through a register or memory.
fn indirect(target: &Operand, digit: u8) -> Option<Code> {
    // PUSHQ of memory is FF /6; the digit is the only difference, and a register takes the long form.
    match target {
        Operand::Reg(r) if r.class == Class::G => {
            let mut bytes = if r.num >= 8 { vec![0x41] } else { Vec::new() };
            bytes.extend_from_slice(&[0xff, 0xc0 | digit << 3 | r.num & 7]);
            Some(Code { bytes, relocs: Vec::new() })
        }
        Operand::Mem(_) => {
            let mut c = encode("PUSHQ", std::slice::from_ref(target)).ok()?;
            let opcode = c.bytes.iter().position(|&b| b == 0xff)?;
            let modrm = c.bytes.get_mut(opcode + 1)?;
            *modrm = *modrm & 0xc7 | digit << 3;
            Some(c)
        }
        _ => None,
    }
}

fn conditional(
    b: &mut Builder,
    i: &Inst,
    opcode: Jump,
    number: usize,
    fixes: &mut Vec<(usize, Pos, Operand, usize)>,
) {
    match &i.args[..] {
        [target @ (Operand::Label(_) | Operand::Pc(_))] => {
            fixes.push((b.pieces.len(), i.pos, target.clone(), number));
            b.push(i.pos, Piece::Jump { opcode, to: 0, short: true });
        }
        _ => invalid(b, i),
    }
}

/// What comes in front of a return.
fn leave(b: &mut Builder, pos: Pos, locals: i64) {
    if b.depth != b.frame {
        b.error(pos, "unbalanced PUSH/POP");
    }
    b.adjust_sp(pos, -locals);
    if b.bp != 0 {
        b.emit(pos, "POPQ", &[reg(BP)]);
    }
}

fn plain(b: &mut Builder, i: &Inst, name: &str, args: &[Operand]) {
    match encode(name, args) {
        Ok(c) => b.push(i.pos, Piece::Code(c)),
        Err(Problem::Operands) => invalid(b, i),
        Err(Problem::Text(t)) => b.error(i.pos, format!("{}: {t}", shown(i))),
    }
}

fn invalid(b: &mut Builder, i: &Inst) {
    let special = |o: &Operand| matches!(o, Operand::Reg(Reg { class: Class::Other, .. }));
    let text = if i.args.iter().any(special) {
        format!("not supported: instruction {} with these registers", i.name)
    } else {
        format!("invalid instruction: {}", shown(i))
    };
    b.error(i.pos, text);
}

/// An instruction as messages show it.
fn shown(i: &Inst) -> String {
    let mem = |m: &Mem| {
        let disp = if m.disp == 0 { String::new() } else { m.disp.to_string() };
        let index = m.index.map_or(String::new(), |(x, s)| {
            format!("({}*{s})", register_name(Reg { class: Class::G, num: x }))
        });
        let sign = if m.disp >= 0 { "+" } else { "" };
        match m.base {
            Base::None => format!("{disp}{index}"),
            Base::Reg(r) => format!("{disp}({}){index}", register_name(Reg { class: Class::G, num: r })),
            Base::Sym(n) if m.disp == 0 => format!("{}(SB){index}", n.sym),
            Base::Sym(n) => format!("{}{sign}{}(SB){index}", n.sym, m.disp),
            Base::Arg => format!("{}(FP){index}", m.disp),
            Base::Auto => format!("{}(SP){index}", m.disp),
            Base::Tls => format!("{disp}(TLS)"),
        }
    };
    let operand = |o: &Operand| match o {
        Operand::Reg(r) => register_name(*r),
        Operand::Imm(v) => format!("${v}"),
        Operand::Float(v) => format!("$({v})"),
        Operand::Str(s) => format!("${:?}", String::from_utf8_lossy(s)),
        Operand::Mem(m) => mem(m),
        Operand::Addr(m) => format!("${}", mem(m)),
        Operand::Label(l) => l.to_string(),
        Operand::Pc(n) => format!("{n}(PC)"),
    };
    let args: Vec<String> = i.args.iter().map(operand).collect();
    format!("{} {}", i.name, args.join(", ")).trim_end().to_string()
}

/// The standard forms of a no-operation of 1 to 9 bytes.
const NOPS: [&[u8]; 9] = [
    &[0x90],
    &[0x66, 0x90],
    &[0x0f, 0x1f, 0x00],
    &[0x0f, 0x1f, 0x40, 0],
    &[0x0f, 0x1f, 0x44, 0, 0],
    &[0x66, 0x0f, 0x1f, 0x44, 0, 0],
    &[0x0f, 0x1f, 0x80, 0, 0, 0, 0],
    &[0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
    &[0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
];

/// Code, relocations, and where each piece begins (with the end as the last).
type Laid = (Vec<u8>, Vec<Reloc>, Vec<u32>);

/// Makes jumps long that do not reach, until all do.
fn layout(b: &mut Builder) -> Result<Laid, Error> {
    let mut offsets = vec![0u32; b.pieces.len() + 1];
    loop {
        let mut at = 0u32;
        for (n, p) in b.pieces.iter().enumerate() {
            offsets[n] = at;
            at += match p {
                Piece::Code(c) => c.bytes.len() as u32,
                Piece::Align(a) => at.next_multiple_of(*a) - at,
                Piece::Jump { opcode, short, .. } => match (opcode, short) {
                    (Jump::Byte(_, prefix), _) => 2 + u32::from(*prefix),
                    (_, true) => 2,
                    (Jump::Always, _) => 5,
                    (Jump::If(_), _) => 6,
                },
            };
        }
        offsets[b.pieces.len()] = at;
        let mut changed = false;
        for n in 0..b.pieces.len() {
            if let Piece::Jump { opcode, to, short } = &mut b.pieces[n]
                && *short
            {
                let d = offsets[*to] as i64 - offsets[n + 1] as i64;
                if i8::try_from(d).is_err() {
                    if matches!(opcode, Jump::Byte(..)) {
                        return Err(Error { pos: b.pos[n], text: "branch too far".into() });
                    }
                    *short = false;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let mut code = Vec::with_capacity(offsets[b.pieces.len()] as usize);
    let mut relocs = Vec::new();
    for (n, p) in b.pieces.iter().enumerate() {
        match p {
            Piece::Code(c) => {
                relocs.extend(c.relocs.iter().map(|r| Reloc { at: r.at + offsets[n], ..*r }));
                code.extend_from_slice(&c.bytes);
            }
            Piece::Align(_) => {
                let mut left = (offsets[n + 1] - offsets[n]) as usize;
                while left > 0 {
                    let len = left.min(NOPS.len());
                    code.extend_from_slice(NOPS[len - 1]);
                    left -= len;
                }
            }
            Piece::Jump { opcode, to, short } => {
                let d = offsets[*to] as i64 - offsets[n + 1] as i64;
                match (opcode, short) {
                    (Jump::Byte(op, prefix), _) => {
                        if *prefix {
                            code.push(0x67);
                        }
                        code.extend_from_slice(&[*op, d as u8]);
                    }
                    (Jump::Always, true) => code.extend_from_slice(&[0xeb, d as u8]),
                    (Jump::If(cc), true) => code.extend_from_slice(&[0x70 | cc, d as u8]),
                    (Jump::Always, false) => code.push(0xe9),
                    (Jump::If(cc), false) => code.extend_from_slice(&[0x0f, 0x80 | cc]),
                }
                if !short {
                    code.extend_from_slice(&(d as i32).to_le_bytes());
                }
            }
        }
    }
    Ok((code, relocs, offsets))
}
