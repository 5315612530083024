//! Tests of the encoder: what differs from registers of 8 bytes (names of bytes, symbols' addresses, thread-local storage, tables) in
//! full, the rest over registers, addresses and immediates, against LLVM's disassembler.
use super::I386;
use super::regs;
use crate::fixup::FixupTarget;
use crate::isa::x86::inst::*;
use crate::isa::x86::{AX, BX, CX, DI, DX, SI};
use crate::mach::buf::Label;
use crate::mach::cases;
use crate::mach::emit::{Cold, Emit, Source};
use crate::mach::frame::Frame;
use crate::mach::inst::{Any, CallInfo, SwitchInfo, Target};
use crate::mach::{Encode, Frames};
use crate::regalloc::Reg;
use ir::{Func, FuncId, SigId, SymRef};
use syntax::{Pos, Sym};

/// What is written, and the texts of the machine instructions that it stands for, separated by `; `, jumps without their targets.
#[derive(Default)]
struct Cases {
    codes: Vec<Vec<u8>>,
    wants: Vec<(String, String)>,
}

/// The size of the test frame's outgoing arguments: where its first spill slot is.
const SPILLS: i32 = 16;
const SIZES: [Sz; 3] = [Sz::B, Sz::W, Sz::D];
const IMMS: [i32; 10] = [0, 1, -1, 127, 128, -128, -129, 0x1234, i32::MAX, i32::MIN];
const ALU: [(AluOp, &str); 7] = [
    (AluOp::Add, "add"),
    (AluOp::Or, "or"),
    (AluOp::Adc, "adc"),
    (AluOp::Sbb, "sbb"),
    (AluOp::And, "and"),
    (AluOp::Sub, "sub"),
    (AluOp::Xor, "xor"),
];

impl Cases {
    fn add(&mut self, inst: impl Into<Any<Inst>>, want: impl Into<String>) {
        let inst = inst.into();
        self.written(&format!("{inst:?}"), want, |e, _| e.inst(&inst));
    }
    /// What `write` writes, between the labels of two blocks; it gets a third, behind them.
    fn written(&mut self, what: &str, want: impl Into<String>, write: impl FnOnce(&mut Emit<I386>, Label)) {
        let func = Func::new(Sym::new("t"), SigId(0), &[], Pos::NONE);
        let frame = Frame::new::<I386>(&func, &[], &[], SPILLS as u32, 4, true);
        let mut e: Emit<I386> = Emit::new(&frame);
        e.next_block = 2;
        e.blocks = (0..2).map(|_| e.buf.label()).collect();
        let (first, second, third) = (e.blocks[0], e.blocks[1], e.buf.label());
        e.buf.bind(first);
        write(&mut e, third);
        e.buf.bind(second);
        e.buf.bind(third);
        for (cold, _) in std::mem::take(&mut e.colds) {
            let (Cold::Poll { at, .. } | Cold::Bounds { at, .. } | Cold::Barrier { at, .. }) = cold;
            e.buf.bind(at);
        }
        self.codes.push(e.buf.finish().code);
        self.wants.push((what.into(), want.into()));
    }
    /// An instruction on bytes: of `operands`, in the order of ModRM, those without a name change places with BX or DX, whichever is
    /// none of them. `text` gets what names registers meanwhile.
    fn bytes(
        &mut self,
        inst: Inst,
        operands: &[Reg],
        text: impl FnOnce(&dyn Fn(Reg) -> Reg, &dyn Fn(&Addr) -> String) -> String,
    ) {
        let mut swaps: Vec<(Reg, Reg)> = Vec::new();
        for &r in operands.iter().filter(|r| r.hw() >= 4) {
            let free = |b: &Reg| !operands.contains(b) && swaps.iter().all(|s| s.1 != *b);
            if swaps.iter().all(|s| s.0 != r) {
                let to = [BX, DX].into_iter().find(free).expect("one of them");
                swaps.push((r, to));
            }
        }
        let now = |r: Reg| match swaps.iter().find(|s| s.0 == r || s.1 == r) {
            Some(s) if s.0 == r => s.1,
            Some(s) => s.0,
            None => r,
        };
        let moved = |a: &Addr| {
            let base = match a.base {
                Base::Reg(r) => Base::Reg(now(r)),
                b => b,
            };
            address(&Addr { base, index: a.index.map(|(r, s)| (now(r), s)), disp: a.disp })
        };
        let around: Vec<String> =
            swaps.iter().map(|(a, b)| format!("xchg {}, {}", regs::name(*b, 4), regs::name(*a, 4))).collect();
        let all: Vec<String> =
            around.iter().cloned().chain([text(&now, &moved)]).chain(around.clone()).collect();
        self.add(inst, all.join("; "));
    }
    fn check(self) {
        let pieces: Vec<&[u8]> = self.codes.iter().map(|c| &c[..]).collect();
        let texts = cases::texts::<I386>(&pieces);
        let plain = |one: &str| match one.split_once(' ') {
            Some((name, to)) if (name.starts_with('j') || name == "call") && to.parse::<i64>().is_ok() => {
                name.to_string()
            }
            _ => one.to_string(),
        };
        let all: Vec<String> =
            texts.iter().map(|t| t.split("; ").map(plain).collect::<Vec<_>>().join("; ")).collect();
        let wrong: Vec<String> = self
            .wants
            .iter()
            .zip(&all)
            .filter(|((_, want), have)| want != *have)
            .map(|((what, want), have)| format!("{what}: meant {want:?}, LLVM says {have:?}"))
            .collect();
        let shown: Vec<&str> = wrong.iter().take(30).map(String::as_str).collect();
        assert!(wrong.is_empty(), "{} wrong of {}:\n{}", wrong.len(), all.len(), shown.join("\n"));
    }
}

fn ints() -> impl Iterator<Item = Reg> {
    (0..8).filter(|&n| n != 4).map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    (0..8).map(Reg::float)
}
/// All addressing modes.
fn modes() -> Vec<Addr> {
    let mut out = vec![Addr::new(Base::OutArg, 8), Addr::new(Base::Pool(1, 8), 0)];
    out.push(Addr::new(Base::Sym(SymRef::Func(FuncId(0))), 8));
    for base in (0..8).map(Reg::int) {
        for disp in [0, 1, -1, 127, 128, -128, -129, i32::MAX, i32::MIN] {
            out.push(Addr::reg(base, disp));
            for index in ints() {
                out.extend((0..4).map(|s| Addr { index: Some((index, s)), ..Addr::reg(base, disp) }));
            }
        }
    }
    out
}
/// The modes with corner cases in their encoding.
fn some_modes() -> Vec<Addr> {
    let mut out = vec![Addr::new(Base::OutArg, 8), Addr::new(Base::Sym(SymRef::Func(FuncId(0))), 8)];
    for b in [0, 3, 4, 5, 6].map(Reg::int) {
        out.extend([0, 8, -129].map(|d| Addr::reg(b, d)));
        out.push(Addr { index: Some((DI, 3)), ..Addr::reg(b, 0) });
        out.push(Addr { index: Some((BX, 0)), ..Addr::reg(b, 1000) });
    }
    out
}
fn address(a: &Addr) -> String {
    let (base, disp) = match a.base {
        Base::Reg(r) => (regs::name(r, 4), a.disp),
        Base::OutArg => ("esp".into(), a.disp),
        // The linker adds where it is.
        Base::Sym(_) | Base::Pool(..) => return format!("[{}]", a.disp),
        _ => panic!("not in these tests"),
    };
    let mut s = format!("[{base}");
    if let Some((x, shift)) = a.index {
        let scale = if shift == 0 { String::new() } else { format!("{}*", 1 << shift) };
        s += &format!(" + {scale}{}", regs::name(x, 4));
    }
    match disp {
        0 => s + "]",
        d if d < 0 => s + &format!(" - {}]", -(d as i64)),
        d => s + &format!(" + {d}]"),
    }
}
fn pointer(bytes: u8) -> &'static str {
    match bytes {
        1 => "byte ptr ",
        2 => "word ptr ",
        4 => "dword ptr ",
        8 => "qword ptr ",
        _ => "xmmword ptr ",
    }
}
fn mem(a: &Addr, bytes: u8) -> String {
    format!("{}{}", pointer(bytes), address(a))
}
fn reg(r: Reg, bytes: u8) -> String {
    match r.is_spill() {
        true => mem(&Addr::new(Base::OutArg, SPILLS + 4 * r.index() as i32), bytes),
        false => regs::name(r, bytes),
    }
}
fn rm(x: &Rm, bytes: u8) -> String {
    match x {
        Rm::R(r) => reg(*r, bytes),
        Rm::M(a) => mem(a, bytes),
    }
}
/// An immediate as wide as the operation; LLVM shows short ones as sign-extended.
fn imm(i: i32, sz: Sz) -> String {
    match sz {
        Sz::B => (i as i8).to_string(),
        Sz::W => (i as u16).to_string(),
        _ => (i as u32).to_string(),
    }
}
fn alu_imm(i: i32, sz: Sz) -> String {
    if i8::try_from(i).is_ok() { i.to_string() } else { imm(i, sz) }
}

#[test]
fn addresses_moves_and_constants() {
    let mut t = Cases::default();
    for (i, addr) in modes().into_iter().enumerate() {
        let r = Reg::int([0, 1, 2, 3, 5, 6, 7][i % 7]);
        t.add(Inst::Lea { dst: r, addr, sz: Sz::D }, format!("lea {}, {}", reg(r, 4), address(&addr)));
        let store = Inst::Store { sz: Sz::D, addr, src: Rmi::R(r) };
        t.add(store, format!("mov {}, {}", mem(&addr, 4), reg(r, 4)));
        let x = Reg::float(i as u8 & 7);
        for (w, name, n) in [(Fw::F32, "movss", 4), (Fw::F64, "movsd", 8), (Fw::X, "movups", 16)] {
            t.add(Inst::FLoad { w, dst: x, addr }, format!("{name} {}, {}", reg(x, 16), mem(&addr, n)));
            t.add(Inst::FStore { w, addr, src: x }, format!("{name} {}, {}", mem(&addr, n), reg(x, 16)));
        }
    }
    let spill = Reg::spill(2, false);
    for dst in ints() {
        for src in ints().filter(|s| *s != dst) {
            t.add(Any::Move { dst, src }, format!("mov {}, {}", reg(dst, 4), reg(src, 4)));
        }
        t.add(Any::Move { dst, src: spill }, format!("mov {}, {}", reg(dst, 4), reg(spill, 4)));
        t.add(Any::Stash { dst: spill, src: dst }, format!("mov {}, {}", reg(spill, 4), reg(dst, 4)));
        t.add(Inst::Imm { dst, imm: 0 }, format!("xor {0}, {0}", reg(dst, 4)));
        for v in [1, -1, i32::MAX as i64, i32::MIN as i64, u32::MAX as i64] {
            t.add(Inst::Imm { dst, imm: v }, format!("mov {}, {}", reg(dst, 4), v as u32));
        }
        t.add(Inst::ReadG { dst }, format!("mov {}, dword ptr gs:[0]", reg(dst, 4)));
    }
    let float = Reg::spill(1, true);
    for dst in floats() {
        for src in floats().filter(|s| *s != dst) {
            t.add(Any::Move { dst, src }, format!("movaps {}, {}", reg(dst, 16), reg(src, 16)));
        }
        t.add(Any::Move { dst, src: float }, format!("movsd {}, {}", reg(dst, 16), reg(float, 8)));
        t.add(Any::Stash { dst: float, src: dst }, format!("movsd {}, {}", reg(float, 8), reg(dst, 16)));
        t.add(Inst::FZero { dst }, format!("xorps {0}, {0}", reg(dst, 16)));
    }
    t.check();
}

/// Registers without a name for their low byte change places for as long as an instruction takes.
#[test]
fn bytes_of_every_register() {
    let mut t = Cases::default();
    for x in ints() {
        for y in ints() {
            let kinds = [(Ext::Z(Sz::B), "movzx"), (Ext::SD(Sz::B), "movsx")];
            for (kind, name) in kinds {
                let inst = Inst::Ext { kind, dst: y, src: Rm::R(x) };
                if x.hw() >= 4 && y.hw() < 4 {
                    let (d, s) = (reg(y, 4), reg(x, 4));
                    t.add(inst, format!("mov {d}, {s}; {name} {d}, {}", reg(y, 1)));
                } else {
                    t.bytes(inst, &[x], |now, _| format!("{name} {}, {}", reg(now(y), 4), reg(now(x), 1)));
                }
            }
            let cmp = Inst::Cmp { sz: Sz::B, a: Rm::R(x), b: Rmi::R(y) };
            t.bytes(cmp, &[x, y], |now, _| format!("cmp {}, {}", reg(now(x), 1), reg(now(y), 1)));
            let test = Inst::Test { sz: Sz::B, a: x, b: Rmi::R(y) };
            t.bytes(test, &[y, x], |now, _| format!("test {}, {}", reg(now(x), 1), reg(now(y), 1)));
        }
        for (cc, name) in [(Cond::E, "sete"), (Cond::B, "setb"), (Cond::G, "setg")] {
            t.bytes(Inst::Setcc { cc, dst: x }, &[x], |now, _| format!("{name} {}", reg(now(x), 1)));
        }
        for i in [1, -1, 100] {
            let cmp = Inst::Cmp { sz: Sz::B, a: Rm::R(x), b: Rmi::I(i) };
            t.bytes(cmp, &[x], |now, _| format!("cmp {}, {i}", reg(now(x), 1)));
            let test = Inst::Test { sz: Sz::B, a: x, b: Rmi::I(i) };
            t.bytes(test, &[x], |now, _| format!("test {}, {i}", reg(now(x), 1)));
        }
        let rol = Inst::ShI { op: ShOp::Rol, sz: Sz::B, dst: x, a: x, n: 3 };
        t.bytes(rol, &[x], |now, _| format!("rol {}, 3", reg(now(x), 1)));
        if x != CX {
            let rol = Inst::ShC { op: ShOp::Rol, sz: Sz::B, dst: x, a: x, count: CX };
            t.bytes(rol, &[x], |now, _| format!("rol {}, cl", reg(now(x), 1)));
        }
        for addr in some_modes() {
            let at = |moved: &dyn Fn(&Addr) -> String| format!("byte ptr {}", moved(&addr));
            let src = Rmi::R(x);
            t.bytes(Inst::Store { sz: Sz::B, addr, src }, &[x], |now, moved| {
                format!("mov {}, {}", at(moved), reg(now(x), 1))
            });
            for (op, name) in ALU {
                t.bytes(Inst::AluM { op, sz: Sz::B, addr, src }, &[x], |now, moved| {
                    format!("{name} {}, {}", at(moved), reg(now(x), 1))
                });
                t.bytes(Inst::LockAlu { op, sz: Sz::B, addr, src }, &[x], |now, moved| {
                    format!("lock {name} {}, {}", at(moved), reg(now(x), 1))
                });
            }
            t.bytes(Inst::Cmp { sz: Sz::B, a: Rm::M(addr), b: src }, &[x], |now, moved| {
                format!("cmp {}, {}", at(moved), reg(now(x), 1))
            });
            t.bytes(Inst::Xchg { sz: Sz::B, addr, dst: x, src: x }, &[x], |now, moved| {
                format!("xchg {}, {}", at(moved), reg(now(x), 1))
            });
            t.bytes(Inst::Xadd { sz: Sz::B, addr, dst: x, src: x }, &[x], |now, moved| {
                format!("lock xadd {}, {}", at(moved), reg(now(x), 1))
            });
            t.bytes(Inst::CmpXchg { sz: Sz::B, addr, old: AX, new: x, dst: AX }, &[x], |now, moved| {
                format!("lock cmpxchg {}, {}", at(moved), reg(now(x), 1))
            });
        }
    }
    t.add(Inst::SetFeq { ne: false, dst: CX, temp: AX }, "setnp al; sete cl; and ecx, eax");
    t.add(
        Inst::SetFeq { ne: true, dst: SI, temp: DI },
        "xchg ebx, edi; setp bl; xchg ebx, edi; xchg ebx, esi; setne bl; xchg ebx, esi; or esi, edi",
    );
    t.check();
}

#[test]
fn arithmetic() {
    let mut t = Cases::default();
    for sz in [Sz::W, Sz::D] {
        let n = sz.bytes();
        for (op, name) in ALU {
            for dst in ints() {
                for b in ints() {
                    let inst = Inst::Alu { op, sz, dst, a: dst, b: Rmi::R(b) };
                    t.add(inst, format!("{name} {}, {}", reg(dst, n), reg(b, n)));
                }
                for i in IMMS {
                    let want = match i {
                        1 if op == AluOp::Add => format!("inc {}", reg(dst, n)),
                        -1 if op == AluOp::Add => format!("dec {}", reg(dst, n)),
                        _ => format!("{name} {}, {}", reg(dst, n), alu_imm(i, sz)),
                    };
                    t.add(Inst::Alu { op, sz, dst, a: dst, b: Rmi::I(i) }, want);
                }
            }
            for addr in some_modes() {
                let (m, r) = (mem(&addr, n), reg(SI, n));
                t.add(Inst::Alu { op, sz, dst: SI, a: SI, b: Rmi::M(addr) }, format!("{name} {r}, {m}"));
                t.add(Inst::AluM { op, sz, addr, src: Rmi::R(SI) }, format!("{name} {m}, {r}"));
                t.add(Inst::LockAlu { op, sz, addr, src: Rmi::R(SI) }, format!("lock {name} {m}, {r}"));
                for i in IMMS {
                    let want = format!("{name} {m}, {}", alu_imm(i, sz));
                    t.add(Inst::AluM { op, sz, addr, src: Rmi::I(i) }, want.clone());
                    t.add(Inst::LockAlu { op, sz, addr, src: Rmi::I(i) }, format!("lock {want}"));
                }
            }
        }
        for x in ints() {
            for y in ints() {
                let want = format!("{}, {}", reg(x, n), reg(y, n));
                t.add(Inst::Cmp { sz, a: Rm::R(x), b: Rmi::R(y) }, format!("cmp {want}"));
                t.add(Inst::Test { sz, a: x, b: Rmi::R(y) }, format!("test {want}"));
            }
            for op in [(UnOp::Not, "not"), (UnOp::Neg, "neg")] {
                t.add(Inst::Un { op: op.0, sz, dst: x, a: x }, format!("{} {}", op.1, reg(x, n)));
            }
            for (op, name) in [(ShOp::Rol, "rol"), (ShOp::Shl, "shl"), (ShOp::Shr, "shr"), (ShOp::Sar, "sar")]
            {
                t.add(Inst::ShI { op, sz, dst: x, a: x, n: 1 }, format!("{name} {}", reg(x, n)));
                t.add(Inst::ShI { op, sz, dst: x, a: x, n: 9 }, format!("{name} {}, 9", reg(x, n)));
                t.add(Inst::ShC { op, sz, dst: x, a: x, count: CX }, format!("{name} {}, cl", reg(x, n)));
            }
        }
    }
    let sz = Sz::D;
    let sources =
        || ints().map(Rm::R).chain(some_modes().into_iter().map(Rm::M)).chain([Rm::R(Reg::spill(2, false))]);
    for dst in ints() {
        let d = reg(dst, 4);
        t.add(Inst::Un { op: UnOp::Bswap, sz, dst, a: dst }, format!("bswap {d}"));
        t.add(Inst::CarryMask { sz, dst }, format!("sbb {d}, {d}"));
        for b in sources() {
            let s = rm(&b, 4);
            t.add(Inst::Imul { sz, dst, a: dst, b }, format!("imul {d}, {s}"));
            t.add(Inst::Scan { rev: false, sz, dst, src: b }, format!("bsf {d}, {s}"));
            t.add(Inst::Scan { rev: true, sz, dst, src: b }, format!("bsr {d}, {s}"));
            t.add(Inst::Cmov { cc: Cond::E, sz, dst, a: dst, b }, format!("cmove {d}, {s}"));
            for i in [3, 127, 128, -129, i32::MAX] {
                t.add(Inst::ImulI { sz, dst, a: b, imm: i }, format!("imul {d}, {s}, {}", alu_imm(i, sz)));
            }
            t.add(Inst::Ext { kind: Ext::Z(Sz::W), dst, src: b }, format!("movzx {d}, {}", rm(&b, 2)));
            t.add(Inst::Ext { kind: Ext::SD(Sz::W), dst, src: b }, format!("movsx {d}, {}", rm(&b, 2)));
            t.add(Inst::Ext { kind: Ext::Z(Sz::D), dst, src: b }, format!("mov {d}, {s}"));
        }
        if !matches!(dst.hw(), 0 | 2) {
            let div = |signed, check| Inst::Div { signed, sz, quot: AX, rem: DX, a: AX, d: dst, check };
            t.add(div(false, false), format!("xor edx, edx; div {d}"));
            t.add(div(true, true), format!("cmp {d}, -1; jne; neg eax; xor edx, edx; jmp; cdq; idiv {d}"));
            t.add(Inst::DivWide { quot: AX, rem: DX, hi: DX, lo: AX, d: dst }, format!("div {d}"));
        }
    }
    for b in sources() {
        for (signed, name) in [(true, "imul"), (false, "mul")] {
            t.add(Inst::MulWide { signed, hi: DX, lo: AX, a: AX, b }, format!("{name} {}", rm(&b, 4)));
        }
    }
    t.check();
}

#[test]
fn floats_and_conversions() {
    let mut t = Cases::default();
    let sources = || floats().map(Rm::R).chain(some_modes().into_iter().map(Rm::M));
    for dst in floats() {
        let d = reg(dst, 16);
        for (w, s, n) in [(Fw::F32, "ss", 4), (Fw::F64, "sd", 8)] {
            for b in sources() {
                let from = rm(&b, n);
                for (op, name) in [(FOp::Add, "add"), (FOp::Mul, "mul"), (FOp::Sub, "sub"), (FOp::Div, "div")]
                {
                    t.add(Inst::FAlu { op, w, dst, a: dst, b }, format!("{name}{s} {d}, {from}"));
                }
                t.add(Inst::Sqrt { w, dst, src: b }, format!("sqrt{s} {d}, {from}"));
                let to = if w == Fw::F64 { "ss" } else { "sd" };
                t.add(Inst::FCvt { w, dst, src: b }, format!("cvt{s}2{to} {d}, {from}"));
                t.add(Inst::FCmp { w, a: dst, b }, format!("ucomi{s} {d}, {from}"));
                let int = Inst::FToInt { sz: Sz::D, w, dst: SI, src: b };
                t.add(int, format!("cvtt{s}2si esi, {from}"));
            }
            for src in ints().map(Rm::R).chain(some_modes().into_iter().map(Rm::M)) {
                let inst = Inst::IntToF { sz: Sz::D, w, dst, src };
                t.add(inst, format!("xorps {d}, {d}; cvtsi2{s} {d}, {}", rm(&src, 4)));
            }
        }
        for (op, name) in [(FOp::And, "andps"), (FOp::Or, "orps"), (FOp::Xor, "xorps")] {
            for b in sources() {
                t.add(Inst::FAlu { op, w: Fw::X, dst, a: dst, b }, format!("{name} {d}, {}", rm(&b, 16)));
            }
        }
        for (w, store, load) in [(Fw::F32, "movss dword", "dword"), (Fw::F64, "movsd qword", "qword")] {
            let uint = Inst::FToUint { w, dst: BX, src: dst, t: dst, t2: CX };
            t.add(
                uint,
                format!(
                    "sub esp, 8; {store} ptr [esp], {d}; fld {load} ptr [esp]; fldcw word ptr [0]; \
                     fistp qword ptr [esp]; fldcw word ptr [0]; mov ebx, dword ptr [esp]; add esp, 8"
                ),
            );
        }
        for g in ints() {
            t.add(Inst::GToX { sz: Sz::D, dst, src: g }, format!("movd {d}, {}", reg(g, 4)));
            t.add(Inst::XToG { sz: Sz::D, dst: g, src: dst }, format!("movd {}, {d}", reg(g, 4)));
        }
    }
    t.check();
}

#[test]
fn calls_jumps_atomics_and_the_rest() {
    let mut t = Cases::default();
    let call = |target: Target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
    t.add(Any::Call(call(Target::Func(FuncId(0)))), "call");
    t.add(Any::Call(call(Target::Closure)), "call dword ptr [edx]");
    let leave = format!("add esp, {}", SPILLS + 16);
    t.add(Any::TailCall(call(Target::Func(FuncId(0)))), format!("{leave}; jmp"));
    t.add(Any::Ret(Vec::new()), format!("{leave}; ret"));
    for r in ints() {
        t.add(Any::Call(call(Target::Fixed(r))), format!("call {}", reg(r, 4)));
        t.add(Any::TailCall(call(Target::Fixed(r))), format!("{leave}; jmp {}", reg(r, 4)));
    }
    for addr in some_modes() {
        t.add(Any::Call(call(Target::Mem(addr))), format!("call {}", mem(&addr, 4)));
        t.add(Inst::Probe { addr }, format!("test {}, al", mem(&addr, 1)));
        let zero = |at: i32| format!("mov {}, 0", mem(&addr.offset(at), 4));
        t.add(Inst::StoreZero { bytes: 4, addr }, zero(0));
        t.add(Inst::StoreZero { bytes: 8, addr }, format!("{}; {}", zero(0), zero(4)));
        for sz in SIZES {
            for i in [0, 1, -1, 0x1234] {
                let want = format!("mov {}, {}", mem(&addr, sz.bytes()), imm(i, sz));
                t.add(Inst::Store { sz, addr, src: Rmi::I(i) }, want);
            }
        }
        for sz in [Sz::W, Sz::D] {
            let (m, r) = (mem(&addr, sz.bytes()), reg(CX, sz.bytes()));
            t.add(Inst::Xchg { sz, addr, dst: CX, src: CX }, format!("xchg {m}, {r}"));
            t.add(Inst::Xadd { sz, addr, dst: CX, src: CX }, format!("lock xadd {m}, {r}"));
            t.add(Inst::CmpXchg { sz, addr, old: AX, new: CX, dst: AX }, format!("lock cmpxchg {m}, {r}"));
        }
        let m = mem(&addr, 4);
        t.add(
            Inst::AtomicLoop { op: AluOp::And, sz: Sz::D, addr, src: DX, dst: AX, temp: CX },
            format!("mov eax, {m}; mov ecx, eax; and ecx, edx; lock cmpxchg {m}, ecx; jne"),
        );
    }
    t.add(Any::Barrier { addr: Addr::reg(BX, 0), size: 4 }, "cmp byte ptr [0], 0; jne");
    t.add(Inst::Jcc { cc: Cond::Le, then: 0, els: 1 }, "jle; jmp");
    t.add(Inst::JccFeq { then: 0, els: 1 }, "jne; jp; jmp");
    let movs = Inst::RepMovs { dst: DI, src: SI, count: CX, t: [DI, SI, CX] };
    t.add(movs, "rep movsd dword ptr es:[edi], dword ptr [esi]");
    let stos = Inst::RepStos { dst: DI, zero: AX, count: CX, t: [DI, CX] };
    t.add(stos, "rep stosd dword ptr es:[edi], eax");
    t.add(Any::Trap, "ud2");
    t.add(Inst::Int3, "int3");
    t.add(Inst::Pause, "pause");
    let switch = SwitchInfo { value: SI, bytes: 4, cases: vec![(5, 0)], default: 1, temps: [AX, DI] };
    t.add(Any::Switch(Box::new(switch.clone())), "cmp esi, 5; je; jmp");
    // The table is behind the code: so far behind the field's end, and that behind the return address.
    t.written(
        "jump table",
        "mov eax, esi; sub eax, 2; cmp eax, 9; ja; call; pop edi; lea edi, [edi + 10]; mov eax, dword ptr [edi + 4*eax + 7]; \
         lea eax, [edi + eax + 7]; jmp eax",
        |e, table| {
            let default = e.blocks[1];
            I386::jump_table(e, &switch, 2, 9, default, table)
        },
    );
    t.check();
}

#[test]
fn frames() {
    let mut t = Cases::default();
    t.written("small check", "mov ecx, dword ptr gs:[0]; cmp esp, dword ptr [ecx + 8]; jbe", |e, to| {
        I386::stack_check(e, 64, to)
    });
    t.written(
        "large check",
        "lea eax, [esp - 99872]; cmp eax, esp; ja; mov ecx, dword ptr gs:[0]; cmp eax, dword ptr [ecx + 8]; jbe",
        |e, to| I386::stack_check(e, 100_000, to),
    );
    t.written("poll", "mov ebp, dword ptr gs:[0]; cmp esp, dword ptr [ebp + 8]; jbe", |e, to| {
        I386::poll_with(e, Reg::int(5), to)
    });
    t.written(
        "barrier",
        "test byte ptr [esp + 24], al; push edi; push esi; lea edi, [esp + 32]; mov esi, 8; call; pop esi; pop edi",
        |e, _| I386::barrier_call(e, &Addr::new(Base::OutArg, 24), 8),
    );
    t.written("arguments in registers", "mov dword ptr [esp], esi; mov dword ptr [esp + 4], eax", |e, _| {
        I386::stack_args(e, &Source::Place(SI), &Source::Place(AX))
    });
    t.written(
        "arguments elsewhere",
        "mov ecx, dword ptr [esp + 20]; mov dword ptr [esp], ecx; mov ecx, dword ptr [eax + 4]; mov dword ptr [esp + 4], ecx",
        |e, _| I386::stack_args(e, &Source::Place(Reg::spill(1, false)), &Source::Mem(Addr::reg(AX, 4))),
    );
    t.written("hook", "lea edi, [esp + 8]; mov eax, 0; call", |e, _| I386::hook_call(e, "f", 8));
    t.written("flag", "cmp byte ptr [0], 0; jne", |e, to| {
        I386::barrier_check(e, FixupTarget::Ext("flag".into()), to)
    });
    t.written("zero", "mov dword ptr [esp + 12], 0", |e, _| I386::sp_zero(e, 12));
    t.check();
}
