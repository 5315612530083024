//! Functions: the frame, what the assembler adds in front and at returns, jumps.
//!
//! ```text
//!   | arguments, results       | <- FP
//!   | caller's saved link      |
//!   | for the saved R29        |   8 or 16 bytes
//!   | locals ($framesize)      |   x-8(SP) is the highest word of them
//!   | saved link               | <- RSP
//!   | saved R29                |   until a callee has its frame there
//! ```
//!
//! A function without locals that calls none has no frame. `FP` and the `SP` of named locals count from where RSP is behind the prologue.
use super::destroyed;
use super::encode::{Code, Problem, encode};
use super::layout::{B, Field, Piece, layout};
use super::operand::{Base, Class, Mem, Operand, RSP, Reg, shown};
use super::table;
use crate::func::Body;
use crate::parse::{Head, Inst, Statement};
use crate::{Error, Name, Registers, Reloc, RelocKind, Target, Text, flag};
use syntax::{Pos, Sym};

/// Bytes below the guard that a small frame may use.
const STACK_SMALL: i64 = 128;
/// Frames from here on may wrap around zero.
const STACK_BIG: i64 = 4096;
/// `g.stackguard0`'s offset.
const STACK_GUARD: i64 = 16;
/// Frames up to here are made by the store of the link register.
const FRAME_SHORT: i64 = 0xf0;
/// Registers: for what is between the instructions of a prologue, of the frame, of g, of the return address.
const R3: u8 = 3;
const R16: u8 = 16;
const R17: u8 = 17;
const R20: u8 = 20;
const R27: u8 = 27;
const G: u8 = 28;
const FP: u8 = 29;
const LINK: u8 = 30;

/// Branches to and through: with and without the link.
const BL: u32 = 0x9400_0000;
const BR: u32 = 0xd61f_0000;
const BLR: u32 = 0xd63f_0000;
const RET: u32 = 0xd65f_0000;
const B_COND: u32 = 0x5400_0000;

/// A function in the making; of its frame the machine keeps the link, and R29's place.
type Builder = Body<Piece>;

fn reg(num: u8) -> Operand {
    Operand::Reg(Reg { class: Class::R, num })
}
fn pair(a: u8, b: u8) -> Operand {
    Operand::Pair(Reg { class: Class::R, num: a }, Reg { class: Class::R, num: b })
}
fn mem(base: u8, disp: i64) -> Operand {
    Operand::Mem(Mem { base: Base::Reg(base), index: None, disp })
}

impl Builder {
    /// An instruction of our own making.
    fn emit(&mut self, pos: Pos, name: &str, args: &[Operand]) {
        match encode(name, args) {
            Ok(c) => self.push(pos, Piece::code(c)),
            Err(e) => self.error(pos, format!("internal error: {name}: {e:?}")),
        }
    }
    fn external(&mut self, pos: Pos, word: u32, to: Name, addend: i64) {
        let reloc = Reloc { at: 0, kind: RelocKind::Call, target: Target::Name(to), addend };
        let code = Code { words: vec![word], relocs: vec![reloc], literal: None };
        self.push(pos, Piece::Code { code, ends: word == B });
    }
    /// A branch whose target is told later.
    fn branch(&mut self, pos: Pos, word: u32, field: Field) {
        self.push(pos, Piece::Branch { word, field, to: 0, far: false });
    }
}

/// Whether a function calls others.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    leaf: bool,
    total: i64,
}

/// Assembles one function.
pub fn function(head: &Head, body: &[&Statement<Operand>]) -> (Option<Text>, Vec<Error>) {
    let Head { pos, name, mut flags, frame, .. } = *head;
    let mut b = Builder::default();
    // An old way to say NOFRAME.
    if frame == -8 {
        flags |= flag::NOFRAME;
    } else if frame < 0 {
        b.error(pos, format!("negative frame size {frame} - did you mean NOFRAME?"));
    }
    let locals = frame.max(0);
    if flags & flag::NOFRAME != 0 && locals != 0 {
        b.error(pos, format!("NOFRAME functions must have a frame size of 0, not {locals}"));
    }
    let insts = || {
        body.iter().filter_map(|s| match s {
            Statement::Inst(i) => Some(i),
            _ => None,
        })
    };
    let calls = insts().any(|i| matches!(&*i.name, "BL" | "CALL"));
    if !calls && locals == 0 {
        flags |= flag::NOFRAME;
    }
    // What is odd in words of 8 bytes has one for R29, what is even has two.
    let total = match (flags & flag::NOFRAME, locals % 16) {
        (0, 8) => locals + 24,
        (0, 0) => locals + 16,
        (0, _) => {
            b.error(pos, format!("unaligned frame size {locals} - must be 16 aligned"));
            0
        }
        _ => 0,
    };
    let shape = Shape { leaf: !calls || total == 0, total };
    if shape.leaf && total < STACK_SMALL {
        flags |= flag::NOSPLIT;
    }
    let check = flags & flag::NOSPLIT == 0;
    b.checks_stack = check;
    let mut grow = Vec::new();
    if check && name.internal {
        b.error(pos, format!("not supported: stack check in {}<ABIInternal>", name.sym));
    } else if check {
        stack_check(&mut b, pos, total, &mut grow);
    }
    if total != 0 {
        prologue(&mut b, pos, total);
    }
    b.enter(total, total - locals);
    b.walk(body, Piece::Align, |b, i| instruction(b, i, shape), Piece::aim);
    if check {
        let at = b.pieces.len();
        b.emit(pos, "MOVD", &[reg(LINK), reg(R3)]);
        let needs_context = flags & flag::NEEDCTXT != 0;
        let morestack = if needs_context { "runtime.morestack" } else { "runtime.morestack_noctxt" };
        b.external(pos, BL, Name { sym: Sym::new(morestack), local: false, internal: false }, 0);
        b.branch(pos, B, Field::Always);
        grow.into_iter().for_each(|g| b.pieces[g].aim(at));
    }
    if !b.errors.is_empty() {
        return (None, b.errors);
    }
    match layout(&mut b) {
        Ok(laid) => {
            let own = Registers { general: if total > FRAME_SHORT { 1 << R20 } else { 0 }, vector: 0 };
            let destroys = insts().try_fold(own, |all, i| Some(all.with(destroyed::by(i)?)));
            (Some(b.text(head, flags, destroys, laid)), Vec::new())
        }
        Err(e) => (None, vec![e]),
    }
}

/// Compares RSP with the guard, as Go's prologues do; branches whose target is the call of morestack go into `grow`.
fn stack_check(b: &mut Builder, pos: Pos, total: i64, grow: &mut Vec<usize>) {
    let mut jump = |b: &mut Builder, cc: u32| {
        grow.push(b.pieces.len());
        b.branch(pos, B_COND | cc, Field::Condition);
    };
    b.emit(pos, "MOVD", &[mem(G, STACK_GUARD), reg(R16)]);
    if total <= STACK_SMALL {
        b.emit(pos, "CMP", &[reg(R16), reg(RSP)]);
    } else {
        let name = if total <= STACK_BIG { "SUB" } else { "SUBS" };
        b.emit(pos, name, &[Operand::Imm(total - STACK_SMALL), reg(RSP), reg(R17)]);
        if total > STACK_BIG {
            jump(b, 3);
        }
        b.emit(pos, "CMP", &[reg(R16), reg(R17)]);
    }
    jump(b, 9);
}

fn prologue(b: &mut Builder, pos: Pos, total: i64) {
    if total > FRAME_SHORT {
        b.emit(pos, "SUB", &[Operand::Imm(total), reg(RSP), reg(R20)]);
        b.emit(pos, "STP", &[pair(FP, LINK), mem(R20, -8)]);
        b.emit(pos, "MOVD", &[reg(R20), reg(RSP)]);
    } else {
        b.emit(pos, "MOVD.W", &[reg(LINK), mem(RSP, -total)]);
        b.emit(pos, "MOVD", &[reg(FP), mem(RSP, -8)]);
    }
    b.emit(pos, "SUB", &[Operand::Imm(8), reg(RSP), reg(FP)]);
}

/// What comes in front of a return.
fn leave(b: &mut Builder, pos: Pos, shape: Shape) {
    let total = shape.total;
    if total == 0 {
        return;
    }
    if shape.leaf {
        b.emit(pos, "ADD", &[Operand::Imm(total - 8), reg(RSP), reg(FP)]);
        b.emit(pos, "ADD", &[Operand::Imm(total), reg(RSP)]);
    } else if total <= FRAME_SHORT {
        b.emit(pos, "MOVD", &[mem(RSP, -8), reg(FP)]);
        b.emit(pos, "MOVD.P", &[mem(RSP, total), reg(LINK)]);
    } else {
        b.emit(pos, "LDP", &[mem(RSP, -8), pair(FP, LINK)]);
        if total < 1 << 12 {
            b.emit(pos, "ADD", &[Operand::Imm(total), reg(RSP)]);
        } else {
            b.emit(pos, "MOVD", &[Operand::Imm(total), reg(R27)]);
            b.emit(pos, "ADD", &[reg(R27), reg(RSP)]);
        }
    }
}

/// One instruction of the source.
fn instruction(b: &mut Builder, i: &Inst<Operand>, shape: Shape) {
    let pos = i.pos;
    let mut args: Vec<Operand> = i.args.clone();
    for a in &mut args {
        if let Operand::Mem(m) | Operand::Addr(m) = a {
            // Locals lie above the saved link, if there is one.
            let by = match m.base {
                Base::Arg => shape.total + 8,
                Base::Auto if shape.total == 0 => 0,
                Base::Auto => shape.total - b.saved + 8,
                _ => continue,
            };
            m.disp = m.disp.saturating_add(by);
            m.base = Base::Reg(RSP);
        }
    }
    let name = &*i.name;
    if let Some(cc) = table::condition(name) {
        return match &args[..] {
            [Operand::Goal(goal)] => {
                b.goes_to(pos, goal);
                b.branch(pos, B_COND | cc, Field::Condition);
            }
            _ => invalid(b, i),
        };
    }
    let general = |o: &Operand| match o {
        Operand::Reg(Reg { class: Class::R, num }) if *num != RSP => Some(u32::from(*num)),
        _ => None,
    };
    // What an indirect jump goes through.
    let through = |o: &Operand| match o {
        Operand::Mem(m) => super::encode::base_of(m),
        o => general(o),
    };
    match (name, &args[..]) {
        ("RET", []) => {
            leave(b, pos, shape);
            ending(b, pos, RET | u32::from(LINK) << 5);
        }
        ("RET", [Operand::Mem(Mem { base: Base::Sym(to), index: None, disp })]) => {
            leave(b, pos, shape);
            b.call(Some(*to), true);
            b.external(pos, B, *to, *disp);
        }
        ("RET", [r]) => match through(r) {
            Some(n) => {
                leave(b, pos, shape);
                ending(b, pos, RET | n << 5);
            }
            None => invalid(b, i),
        },
        ("B" | "JMP", [Operand::Goal(goal)]) => {
            b.goes_to(pos, goal);
            b.branch(pos, B, Field::Always);
        }
        ("BL" | "CALL", [Operand::Goal(goal)]) => {
            b.goes_to(pos, goal);
            b.call(None, false);
            b.branch(pos, BL, Field::Always);
        }
        ("BL" | "CALL" | "B" | "JMP", [Operand::Mem(Mem { base: Base::Sym(to), index: None, disp })]) => {
            let jump = matches!(name, "B" | "JMP");
            b.call(Some(*to), jump);
            b.external(pos, if jump { B } else { BL }, *to, *disp);
        }
        ("BL" | "CALL" | "B" | "JMP", [target]) => {
            let jump = matches!(name, "B" | "JMP");
            match through(target) {
                Some(n) => {
                    b.call(None, jump);
                    if jump {
                        ending(b, pos, BR | n << 5);
                    } else {
                        b.push(pos, Piece::code(Code::of(&[BLR | n << 5])));
                    }
                }
                None => invalid(b, i),
            }
        }
        ("CBZ" | "CBZW" | "CBNZ" | "CBNZW", [r, Operand::Goal(goal)]) => match general(r) {
            Some(n) => {
                let word = if name.starts_with("CBN") { 0x3500_0000 } else { 0x3400_0000 };
                let wide = if name.ends_with('W') { 0 } else { 1 << 31 };
                b.goes_to(pos, goal);
                b.branch(pos, word | wide | n, Field::Condition);
            }
            None => invalid(b, i),
        },
        ("TBZ" | "TBNZ", [Operand::Imm(bit @ 0..=63), r, Operand::Goal(goal)]) => match general(r) {
            Some(n) => {
                let word = if name == "TBNZ" { 0x3700_0000 } else { 0x3600_0000 };
                let bit = *bit as u32;
                b.goes_to(pos, goal);
                b.branch(pos, word | (bit >> 5) << 31 | (bit & 31) << 19 | n, Field::Bit);
            }
            None => invalid(b, i),
        },
        ("ADR", [Operand::Goal(goal), r]) => match general(r) {
            Some(n) => {
                b.goes_to(pos, goal);
                b.branch(pos, 0x1000_0000 | n, Field::Address);
            }
            None => invalid(b, i),
        },
        ("NOP", _) => {}
        ("ERET", []) => ending(b, pos, 0xd69f_03e0),
        ("WORD", [Operand::Imm(v)]) if i32::try_from(*v).is_ok() || u32::try_from(*v).is_ok() => {
            b.push(pos, Piece::code(Code::of(&[*v as u32])));
        }
        ("DWORD", [Operand::Imm(v)]) => {
            b.push(pos, Piece::code(Code::of(&[*v as u32, (*v >> 32) as u32])));
        }
        ("WORD" | "DWORD", [Operand::Addr(_)]) => {
            b.error(pos, format!("not supported: an address in {name}"));
        }
        _ => {
            match encode(name, &args) {
                Ok(c) => b.push(pos, Piece::code(c)),
                Err(Problem::Operands) => return invalid(b, i),
                Err(Problem::Text(t)) => return b.error(pos, format!("{}: {t}", line(i))),
            }
            match (name, &args[..]) {
                ("ADD" | "SUB", [Operand::Imm(v), .., Operand::Reg(r)])
                    if *r == SP && v.unsigned_abs() < 1 << 30 =>
                {
                    b.set_depth(if name == "ADD" { b.depth() - v } else { b.depth() + v });
                }
                (_, [_, .., Operand::Reg(r)]) if *r == SP && !name.starts_with("CM") => b.sp_write = true,
                _ => {}
            }
        }
    }
}

const SP: Reg = Reg { class: Class::R, num: RSP };

/// An instruction behind which nothing goes on.
fn ending(b: &mut Builder, pos: Pos, word: u32) {
    b.push(pos, Piece::Code { code: Code::of(&[word]), ends: true });
}

fn invalid(b: &mut Builder, i: &Inst<Operand>) {
    b.error(i.pos, format!("invalid instruction: {}", line(i)));
}

/// An instruction as messages show it.
fn line(i: &Inst<Operand>) -> String {
    let args: Vec<String> = i.args.iter().map(shown).collect();
    format!("{} {}", i.name, args.join(", ")).trim_end().to_string()
}
