//! Functions: the frame, what the assembler adds in front and at returns, the way of SP, jumps.
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
use super::encode::{Code, Problem, encode};
use super::layout::{Jump, Piece, layout};
use super::operand::{Base, Class, Mem, Operand, Reg, SP, register_name};
use super::{destroyed, table};
use crate::func::Body;
use crate::operand::Goal;
use crate::parse::{Head, Inst, Statement};
use crate::{Error, Name, Registers, Reloc, RelocKind, Target, Text, flag};
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

/// A function in the making; of its frame the machine keeps the saved BP.
type Builder = Body<Piece>;

impl Builder {
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

/// Assembles one function.
pub fn function(head: &Head, body: &[&Statement<Operand>]) -> (Option<Text>, Vec<Error>) {
    let Head { pos, name, mut flags, frame, .. } = *head;
    let locals = frame.max(0);
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
    let mut b = Builder::default();
    b.checks_stack = check;
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
    b.enter(total, bp);
    b.walk(body, Piece::Align, instruction, Piece::aim);
    if check {
        let at = b.pieces.len();
        let needs_context = flags & flag::NEEDCTXT != 0;
        let morestack = if needs_context { "runtime.morestack" } else { "runtime.morestack_noctxt" };
        b.external(pos, &[0xe8], Name { sym: Sym::new(morestack), local: false, internal: false }, 0);
        b.push(pos, Piece::Jump { opcode: Jump::Always, to: 0, short: true });
        grow.into_iter().for_each(|g| b.pieces[g].aim(at));
    }
    if !b.errors.is_empty() {
        return (None, b.errors);
    }
    match layout(&mut b) {
        Ok(laid) => {
            let destroys = insts().try_fold(Registers::default(), |all, i| Some(all.with(destroyed::by(i)?)));
            (Some(b.text(head, flags, destroys, laid)), Vec::new())
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
fn instruction(b: &mut Builder, i: &Inst<Operand>) {
    let pos = i.pos;
    let mut args: Vec<Operand> = i.args.clone();
    for a in &mut args {
        if let Operand::Mem(m) | Operand::Addr(m) = a {
            let by = match m.base {
                Base::Arg => b.depth() + 8,
                Base::Auto => b.depth() - b.saved,
                _ => continue,
            };
            m.disp = m.disp.saturating_add(by);
            m.base = Base::Reg(SP);
        }
    }
    let name = &*i.name;
    if let Some(cc) = table::condition(name) {
        return conditional(b, i, Jump::If(cc));
    }
    match (name, &args[..]) {
        ("JCXZL", _) => conditional(b, i, Jump::Byte(0xe3, true)),
        ("JCXZQ", _) => conditional(b, i, Jump::Byte(0xe3, false)),
        ("LOOP", _) => conditional(b, i, Jump::Byte(0xe2, false)),
        ("LOOPEQ", _) => conditional(b, i, Jump::Byte(0xe1, false)),
        ("LOOPNE", _) => conditional(b, i, Jump::Byte(0xe0, false)),
        ("RET", []) => {
            leave(b, pos);
            b.push(pos, Piece::Code(Code::of(&[0xc3])));
        }
        ("RET", [Operand::Mem(Mem { base: Base::Sym(to), index: None, disp })]) => {
            leave(b, pos);
            b.call(Some(*to), true);
            b.external(pos, &[0xe9], *to, *disp);
        }
        ("JMP", [Operand::Goal(goal)]) => {
            b.goes_to(pos, goal);
            b.push(pos, Piece::Jump { opcode: Jump::Always, to: 0, short: true });
        }
        ("CALL" | "JMP", [Operand::Mem(Mem { base: Base::Sym(to), index: None, disp })]) => {
            let jump = name == "JMP";
            b.call(Some(*to), jump);
            b.external(pos, if jump { &[0xe9] } else { &[0xe8] }, *to, *disp);
        }
        ("CALL" | "JMP", [target @ (Operand::Reg(_) | Operand::Mem(_))]) => {
            let jump = name == "JMP";
            match indirect(target, if jump { 4 } else { 2 }) {
                Some(c) => {
                    b.call(None, jump);
                    b.push(pos, Piece::Code(c));
                }
                None => invalid(b, i),
            }
        }
        ("CALL", [Operand::Goal(Goal::Label(l))]) => {
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
            b.set_depth(b.depth() + n);
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
                    c.relocs.iter_mut().for_each(|r| r.target = Target::Const(bits.into(), size));
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
                b.set_depth(b.depth() + by);
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

fn conditional(b: &mut Builder, i: &Inst<Operand>, opcode: Jump) {
    match &i.args[..] {
        [Operand::Goal(goal)] => {
            b.goes_to(i.pos, goal);
            b.push(i.pos, Piece::Jump { opcode, to: 0, short: true });
        }
        _ => invalid(b, i),
    }
}

/// What comes in front of a return.
fn leave(b: &mut Builder, pos: Pos) {
    if b.depth() != b.frame {
        b.error(pos, "unbalanced PUSH/POP");
    }
    b.adjust_sp(pos, b.saved - b.frame);
    if b.saved != 0 {
        b.emit(pos, "POPQ", &[reg(BP)]);
    }
}

fn plain(b: &mut Builder, i: &Inst<Operand>, name: &str, args: &[Operand]) {
    match encode(name, args) {
        Ok(c) => b.push(i.pos, Piece::Code(c)),
        Err(Problem::Operands) => invalid(b, i),
        Err(Problem::Text(t)) => b.error(i.pos, format!("{}: {t}", shown(i))),
    }
}

fn invalid(b: &mut Builder, i: &Inst<Operand>) {
    let special = |o: &Operand| matches!(o, Operand::Reg(Reg { class: Class::Other, .. }));
    let text = if i.args.iter().any(special) {
        format!("not supported: instruction {} with these registers", i.name)
    } else {
        format!("invalid instruction: {}", shown(i))
    };
    b.error(i.pos, text);
}

/// An instruction as messages show it.
fn shown(i: &Inst<Operand>) -> String {
    let mem = |m: &Mem| {
        let disp = if m.disp == 0 { String::new() } else { m.disp.to_string() };
        let index = m.index.map_or(String::new(), |(x, s)| format!("({}*{s})", register_name(x)));
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
        Operand::Goal(Goal::Label(l)) => l.to_string(),
        Operand::Goal(Goal::Pc(n)) => format!("{n}(PC)"),
    };
    let args: Vec<String> = i.args.iter().map(operand).collect();
    format!("{} {}", i.name, args.join(", ")).trim_end().to_string()
}
