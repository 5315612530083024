//! Tests of the encoder: every instruction form over registers, sizes, addressing modes and immediates. What was meant
//! (spelt out here from the instruction, not from its bytes), LLVM's disassembler, and our listing must agree.
use super::regs::{self, AX, X15};
use super::{Amd64, disasm};
use crate::fixup::FixupTarget;
use crate::isa::x86::encode::bytes::*;
use crate::isa::x86::inst::*;
use crate::isa::x86::{CX, DX};
use crate::llvm;
use crate::mach::buf::Buf;
use crate::mach::emit::{Cold, Emit};
use crate::mach::frame::Frame;
use crate::mach::inst::{Any, CallInfo, SwitchInfo, Target};
use crate::regalloc::Reg;
use ir::op::Rounding;
use ir::{Func, FuncId, SigId, SymRef};
use syntax::{Pos, Sym};

/// An instruction and the texts of the machine instructions that it stands for; jumps without their targets.
struct Case {
    inst: Any<Inst>,
    want: Vec<String>,
}

const SIZES: [Sz; 4] = [Sz::B, Sz::W, Sz::D, Sz::Q];
const WIDE: [Sz; 2] = [Sz::D, Sz::Q];
const SCALARS: [Fw; 2] = [Fw::F32, Fw::F64];
const CONDS: [Cond; 16] = {
    use Cond::*;
    [O, No, B, Ae, E, Ne, Be, A, S, Ns, P, Np, L, Ge, Le, G]
};
const ALU: [(AluOp, &str); 7] = [
    (AluOp::Add, "add"),
    (AluOp::Or, "or"),
    (AluOp::Adc, "adc"),
    (AluOp::Sbb, "sbb"),
    (AluOp::And, "and"),
    (AluOp::Sub, "sub"),
    (AluOp::Xor, "xor"),
];
const DISPS: [i32; 9] = [0, 1, -1, 127, 128, -128, -129, i32::MAX, i32::MIN];
const IMMS: [i32; 12] = [0, 1, -1, 2, 127, 128, -128, -129, 255, 0x1234, i32::MAX, i32::MIN];
/// The size of the test frame's outgoing arguments: where its first spill slot is.
const SPILLS: i32 = 16;

fn ints() -> impl Iterator<Item = Reg> {
    (0..16).map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    (0..16).map(Reg::float)
}
/// One register of each kind that is special in some encoding, and two that are not.
fn some() -> impl Iterator<Item = Reg> {
    [0, 3, 4, 5, 7, 8, 12, 13, 15].into_iter().map(Reg::int)
}
fn suffix(cc: Cond) -> &'static str {
    ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"][cc as usize]
}
fn w(x: Fw) -> (&'static str, u8) {
    match x {
        Fw::F32 => ("ss", 4),
        Fw::F64 => ("sd", 8),
        Fw::X => ("ps", 16),
    }
}

/// All addressing modes.
fn all_modes() -> Vec<Addr> {
    let mut out = Vec::new();
    for base in ints() {
        for disp in DISPS {
            out.push(Addr::reg(base, disp));
            for index in ints().filter(|r| r.hw() != 4) {
                out.extend((0..4).map(|s| Addr { index: Some((index, s)), ..Addr::reg(base, disp) }));
            }
        }
    }
    out
}
/// The modes with corner cases in their encoding.
fn some_modes() -> Vec<Addr> {
    let bases = [0, 4, 5, 12, 13, 15].map(Reg::int);
    let mut out = vec![Addr::new(Base::OutArg, 8), Addr::new(Base::Pool(1, 8), 0)];
    out.push(Addr::new(Base::Sym(SymRef::Func(FuncId(0))), 8));
    for b in bases {
        out.extend([0, 8, -129].map(|d| Addr::reg(b, d)));
        out.push(Addr { index: Some((Reg::int(12), 3)), ..Addr::reg(b, 0) });
        out.push(Addr { index: Some((Reg::int(5), 0)), ..Addr::reg(b, 1000) });
    }
    out
}

fn size_name(bytes: u8) -> &'static str {
    match bytes {
        1 => "byte",
        2 => "word",
        4 => "dword",
        8 => "qword",
        _ => "xmmword",
    }
}
/// An address; RIP-relative ones are written before the linker knows the distance.
fn address(a: &Addr) -> String {
    let (base, disp) = match a.base {
        Base::Reg(r) => (regs::name(r, 8), a.disp),
        Base::OutArg => ("rsp".into(), a.disp),
        Base::Sym(_) | Base::Pool(..) => return "[rip]".into(),
        _ => panic!("not in these tests"),
    };
    let mut s = format!("[{base}");
    if let Some((x, shift)) = a.index {
        let scale = if shift == 0 { String::new() } else { format!("{}*", 1 << shift) };
        s += &format!(" + {scale}{}", regs::name(x, 8));
    }
    match disp {
        0 => s + "]",
        d if d < 0 => s + &format!(" - {}]", -(d as i64)),
        d => s + &format!(" + {d}]"),
    }
}
fn mem(a: &Addr, bytes: u8) -> String {
    format!("{} ptr {}", size_name(bytes), address(a))
}
fn reg(r: Reg, bytes: u8) -> String {
    if r.is_spill() {
        return mem(&Addr::new(Base::OutArg, SPILLS + 8 * r.index() as i32), bytes);
    }
    regs::name(r, bytes)
}
fn rm(x: &Rm, bytes: u8) -> String {
    match x {
        Rm::R(r) => reg(*r, bytes),
        Rm::M(a) => mem(a, bytes),
    }
}
/// An immediate that is as wide as the operation, or sign-extended to 64 bits.
fn imm(i: i32, sz: Sz) -> String {
    match sz {
        Sz::B => (i as i8).to_string(),
        Sz::W => (i as u16).to_string(),
        Sz::D => (i as u32).to_string(),
        Sz::Q => i.to_string(),
    }
}
/// An immediate of arithmetic, which is short if it can be: LLVM shows then that it is sign-extended.
fn alu_imm(i: i32, sz: Sz) -> String {
    if i8::try_from(i).is_ok() { i.to_string() } else { imm(i, sz) }
}
fn rmi(x: &Rmi, sz: Sz) -> String {
    match x {
        Rmi::R(r) => reg(*r, sz.bytes()),
        Rmi::M(a) => mem(a, sz.bytes()),
        Rmi::I(i) => alu_imm(*i, sz),
    }
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, inst: impl Into<Any<Inst>>, want: &[String]) {
        self.0.push(Case { inst: inst.into(), want: want.to_vec() });
    }
    fn one(&mut self, inst: impl Into<Any<Inst>>, want: String) {
        self.0.push(Case { inst: inst.into(), want: vec![want] });
    }
    fn text(&mut self, inst: impl Into<Any<Inst>>, want: &str) {
        self.0.push(Case { inst: inst.into(), want: want.split("; ").map(String::from).collect() });
    }
    /// Emits all, and compares.
    fn check(self) {
        let mut func = Func::new(Sym::new("t"), SigId(0), &[], Pos::NONE);
        func.name = Sym::new("t");
        let frame = Frame::new::<Amd64>(&func, &[], &[], SPILLS as u32, 4, true);
        let mut pieces: Vec<Vec<u8>> = Vec::new();
        let mut expected: Vec<(String, String)> = Vec::new();
        let mut wrong = Vec::new();
        for c in &self.0 {
            let mut e: Emit<Amd64> = Emit::new(&frame);
            e.next_block = 2;
            e.blocks = (0..2).map(|_| e.buf.label()).collect();
            let (first, second) = (e.blocks[0], e.blocks[1]);
            e.buf.bind(first);
            e.inst(&c.inst);
            e.buf.bind(second);
            for (cold, _) in std::mem::take(&mut e.colds) {
                let (Cold::Poll { at, .. } | Cold::Bounds { at, .. } | Cold::Barrier { at, .. }) = cold;
                e.buf.bind(at);
            }
            let done = e.buf.finish();
            // One piece for each machine instruction, as our listing counts its bytes.
            let (mut at, mut n) = (0, 0);
            while at < done.code.len() {
                let Some(d) = disasm::decode(&done.code, at) else {
                    wrong.push(format!("{:?}: the listing does not know {:02x?}", c.inst, &done.code[at..]));
                    break;
                };
                // Distances to symbols hold nothing yet.
                let fixed = done.fixups.iter().any(|r| (at..at + d.len).contains(&(r.at as usize)));
                let ours = match d.branch {
                    Some(by) if !fixed => format!("{} {by}", d.text),
                    Some(_) => format!("{} 0", d.text),
                    None => d.text.clone(),
                };
                let meant = c.want.get(n).cloned().unwrap_or_default();
                let ours_meant = if d.branch.is_some() { d.text.clone() } else { ours.clone() };
                if ours_meant != meant {
                    wrong.push(format!("{:?}: meant {meant:?}, the listing says {ours_meant:?}", c.inst));
                }
                pieces.push(done.code[at..at + d.len].to_vec());
                expected.push((ours, format!("{:?}", c.inst)));
                at += d.len;
                n += 1;
            }
            if n != c.want.len() {
                wrong.push(format!("{:?}: {n} instructions instead of {:?}", c.inst, c.want));
            }
        }
        let pieces: Vec<&[u8]> = pieces.iter().map(|p| &p[..]).collect();
        for (i, llvm) in llvm::disassemble(&pieces).iter().enumerate() {
            let (ours, inst) = &expected[i];
            if llvm != ours {
                wrong.push(format!(
                    "{inst}: {:02x?} is {llvm:?} for LLVM, {ours:?} in the listing",
                    pieces[i]
                ));
            }
        }
        let shown = wrong.iter().take(30).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} wrong of {}:\n{shown}", wrong.len(), self.0.len());
    }
}

#[test]
fn addressing_modes() {
    let mut t = Cases::default();
    for (i, addr) in all_modes().into_iter().enumerate() {
        let dst = Reg::int(i as u8 & 15);
        t.one(Inst::Lea { dst, addr, sz: Sz::Q }, format!("lea {}, {}", reg(dst, 8), address(&addr)));
        let src = Reg::int((i / 3) as u8 & 15);
        t.one(
            Inst::Store { sz: Sz::Q, addr, src: Rmi::R(src) },
            format!("mov {}, {}", mem(&addr, 8), reg(src, 8)),
        );
        let x = Reg::float((i / 5) as u8 & 15);
        t.one(Inst::FLoad { w: Fw::F64, dst: x, addr }, format!("movsd {}, {}", reg(x, 16), mem(&addr, 8)));
    }
    t.check();
}

#[test]
fn moves() {
    let mut t = Cases::default();
    let spill = |n| Reg::spill(n, false);
    for dst in ints() {
        for src in ints().filter(|s| *s != dst) {
            t.one(Any::Move { dst, src }, format!("mov {}, {}", reg(dst, 8), reg(src, 8)));
        }
        t.one(Any::Move { dst, src: spill(1) }, format!("mov {}, {}", reg(dst, 8), reg(spill(1), 8)));
        t.one(Any::Stash { dst: spill(2), src: dst }, format!("mov {}, {}", reg(spill(2), 8), reg(dst, 8)));
        t.one(Any::Move { dst: spill(2), src: dst }, format!("mov {}, {}", reg(spill(2), 8), reg(dst, 8)));
        for v in [0, 1, i32::MAX as i64, i32::MIN as i64, -1, u32::MAX as i64, 1 << 32, i64::MAX, i64::MIN] {
            let want = if v == 0 {
                format!("xor {0}, {0}", reg(dst, 4))
            } else if u32::try_from(v).is_ok() {
                format!("mov {}, {v}", reg(dst, 4))
            } else if i32::try_from(v).is_ok() {
                format!("mov {}, {v}", reg(dst, 8))
            } else {
                format!("movabs {}, {v}", reg(dst, 8))
            };
            t.one(Inst::Imm { dst, imm: v }, want);
        }
    }
    for dst in floats() {
        for src in floats().filter(|s| *s != dst) {
            t.one(Any::Move { dst, src }, format!("movaps {}, {}", reg(dst, 16), reg(src, 16)));
        }
        let s = Reg::spill(3, true);
        t.one(Any::Move { dst, src: s }, format!("movsd {}, {}", reg(dst, 16), reg(s, 8)));
        t.one(Any::Move { dst: s, src: dst }, format!("movsd {}, {}", reg(s, 8), reg(dst, 16)));
        t.one(Inst::FZero { dst }, format!("xorps {0}, {0}", reg(dst, 16)));
    }
    t.check();
}

#[test]
fn extensions_loads_and_stores() {
    let mut t = Cases::default();
    let kinds: Vec<(Ext, &str, u8, u8)> = vec![
        (Ext::Z(Sz::B), "movzx", 4, 1),
        (Ext::Z(Sz::W), "movzx", 4, 2),
        (Ext::Z(Sz::D), "mov", 4, 4),
        (Ext::Z(Sz::Q), "mov", 8, 8),
        (Ext::SD(Sz::B), "movsx", 4, 1),
        (Ext::SD(Sz::W), "movsx", 4, 2),
        (Ext::SD(Sz::D), "mov", 4, 4),
        (Ext::SQ(Sz::B), "movsx", 8, 1),
        (Ext::SQ(Sz::W), "movsx", 8, 2),
        (Ext::SQ(Sz::D), "movsxd", 8, 4),
        (Ext::SQ(Sz::Q), "mov", 8, 8),
    ];
    for &(kind, name, to, from) in &kinds {
        for dst in ints() {
            for src in ints().map(Rm::R).chain([Rm::R(Reg::spill(0, false))]) {
                t.one(Inst::Ext { kind, dst, src }, format!("{name} {}, {}", reg(dst, to), rm(&src, from)));
            }
        }
        for addr in some_modes() {
            for dst in some() {
                let src = Rm::M(addr);
                t.one(Inst::Ext { kind, dst, src }, format!("{name} {}, {}", reg(dst, to), rm(&src, from)));
            }
        }
    }
    for addr in some_modes() {
        for sz in SIZES {
            for src in ints() {
                t.one(
                    Inst::Store { sz, addr, src: Rmi::R(src) },
                    format!("mov {}, {}", mem(&addr, sz.bytes()), reg(src, sz.bytes())),
                );
            }
            for i in IMMS {
                t.one(
                    Inst::Store { sz, addr, src: Rmi::I(i) },
                    format!("mov {}, {}", mem(&addr, sz.bytes()), imm(i, sz)),
                );
            }
        }
        for fw in [Fw::F32, Fw::F64, Fw::X] {
            let (s, bytes) = w(fw);
            let name = if fw == Fw::X { "movups".to_string() } else { format!("mov{s}") };
            for x in floats() {
                let (m, x16) = (mem(&addr, bytes), reg(x, 16));
                t.one(Inst::FLoad { w: fw, dst: x, addr }, format!("{name} {x16}, {m}"));
                t.one(Inst::FStore { w: fw, addr, src: x }, format!("{name} {m}, {x16}"));
            }
        }
        for (bytes, name) in [(16, "movups"), (8, "movq"), (4, "movss")] {
            t.one(Inst::StoreZero { bytes, addr }, format!("{name} {}, {}", mem(&addr, bytes), reg(X15, 16)));
        }
        t.one(Inst::Probe { addr }, format!("test {}, al", mem(&addr, 1)));
        for sz in WIDE {
            let dst = Reg::int(9);
            let want = format!("lea {}, {}", reg(dst, sz.bytes()), address(&addr));
            t.one(Inst::Lea { dst, addr, sz }, want);
        }
    }
    t.check();
}

#[test]
fn arithmetic() {
    let mut t = Cases::default();
    let a = AX;
    for (op, name) in ALU {
        for sz in SIZES {
            let n = sz.bytes();
            for dst in ints() {
                for b in ints().map(Rmi::R) {
                    t.one(
                        Inst::Alu { op, sz, dst, a, b },
                        format!("{name} {}, {}", reg(dst, n), rmi(&b, sz)),
                    );
                }
                for i in IMMS {
                    let want = match i {
                        1 | -1 if op == AluOp::Add && sz != Sz::B => {
                            format!("{} {}", if i == 1 { "inc" } else { "dec" }, reg(dst, n))
                        }
                        _ if sz == Sz::B => format!("{name} {}, {}", reg(dst, n), imm(i, sz)),
                        _ => format!("{name} {}, {}", reg(dst, n), alu_imm(i, sz)),
                    };
                    t.one(Inst::Alu { op, sz, dst, a, b: Rmi::I(i) }, want);
                }
            }
            for addr in some_modes() {
                let b = Rmi::M(addr);
                for dst in some() {
                    t.one(
                        Inst::Alu { op, sz, dst, a, b },
                        format!("{name} {}, {}", reg(dst, n), rmi(&b, sz)),
                    );
                    let want = format!("{name} {}, {}", mem(&addr, n), reg(dst, n));
                    let src = Rmi::R(dst);
                    t.one(Inst::LockAlu { op, sz, addr, src }, format!("lock {want}"));
                    t.one(Inst::AluM { op, sz, addr, src }, want);
                }
                for i in IMMS {
                    let text = if sz == Sz::B { imm(i, sz) } else { alu_imm(i, sz) };
                    let want = format!("{name} {}, {text}", mem(&addr, n));
                    t.one(Inst::AluM { op, sz, addr, src: Rmi::I(i) }, want);
                }
            }
            let b = Rmi::R(Reg::spill(1, false));
            t.one(Inst::Alu { op, sz, dst: CX, a, b }, format!("{name} {}, {}", reg(CX, n), rmi(&b, sz)));
        }
    }
    t.check();
}

#[test]
fn comparisons() {
    let mut t = Cases::default();
    for sz in SIZES {
        let n = sz.bytes();
        let text = |i: i32| if sz == Sz::B { imm(i, sz) } else { alu_imm(i, sz) };
        for x in ints() {
            for y in ints() {
                let want = format!("{}, {}", reg(x, n), reg(y, n));
                t.one(Inst::Cmp { sz, a: Rm::R(x), b: Rmi::R(y) }, format!("cmp {want}"));
                t.one(Inst::Test { sz, a: x, b: Rmi::R(y) }, format!("test {want}"));
            }
            for i in IMMS {
                let want = match i {
                    0 => format!("test {0}, {0}", reg(x, n)),
                    _ => format!("cmp {}, {}", reg(x, n), text(i)),
                };
                t.one(Inst::Cmp { sz, a: Rm::R(x), b: Rmi::I(i) }, want);
                t.one(Inst::Test { sz, a: x, b: Rmi::I(i) }, format!("test {}, {}", reg(x, n), imm(i, sz)));
            }
        }
        for addr in some_modes() {
            for x in some() {
                let (m, r) = (mem(&addr, n), reg(x, n));
                t.one(Inst::Cmp { sz, a: Rm::R(x), b: Rmi::M(addr) }, format!("cmp {r}, {m}"));
                t.one(Inst::Cmp { sz, a: Rm::M(addr), b: Rmi::R(x) }, format!("cmp {m}, {r}"));
            }
            for i in IMMS {
                let want = format!("cmp {}, {}", mem(&addr, n), text(i));
                t.one(Inst::Cmp { sz, a: Rm::M(addr), b: Rmi::I(i) }, want);
            }
        }
        let s = Reg::spill(3, false);
        t.one(Inst::Cmp { sz, a: Rm::R(s), b: Rmi::I(0) }, format!("cmp {}, 0", reg(s, n)));
        t.one(Inst::Cmp { sz, a: Rm::R(s), b: Rmi::R(CX) }, format!("cmp {}, {}", reg(s, n), reg(CX, n)));
        t.one(Inst::Test { sz, a: s, b: Rmi::I(64) }, format!("test {}, 64", reg(s, n)));
        for fail in [Cond::Ae, Cond::A] {
            let info = |idx, len, swapped| {
                Inst::Bounds(Box::new(BoundsInfo { idx, len, fail, swapped, panic: FuncId(0) }))
            };
            let (x, y) = (Rmi::R(CX), Rmi::M(Addr::reg(Reg::int(12), 8)));
            let j = format!("j{}", suffix(fail));
            t.add(info(x, y, false), &["cmp rcx, qword ptr [r12 + 8]".into(), j.clone()]);
            t.add(info(x, y, true), &["cmp qword ptr [r12 + 8], rcx".into(), j]);
        }
    }
    for cc in CONDS {
        for r in ints() {
            t.one(Inst::Setcc { cc, dst: r }, format!("set{} {}", suffix(cc), reg(r, 1)));
            for sz in WIDE {
                let (dst, n) = (Reg::int(r.hw() ^ 5), sz.bytes());
                for b in [Rm::R(r), Rm::M(Addr::reg(r, 16))] {
                    let want = format!("cmov{} {}, {}", suffix(cc), reg(dst, n), rm(&b, n));
                    t.one(Inst::Cmov { cc, sz, dst, a: dst, b }, want);
                }
            }
        }
        let want = [format!("j{}", suffix(cc)), "jmp".into()];
        t.add(Inst::Jcc { cc, then: 0, els: 1 }, &want);
        let (x, y) = (Reg::float(3), Reg::float(12));
        let want = [format!("j{}", suffix(cc.invert())), "movaps xmm3, xmm12".into()];
        t.add(Inst::FSel { cc, dst: x, a: x, b: y }, &want);
    }
    t.check();
}

#[test]
fn shifts_multiplications_and_bits() {
    let mut t = Cases::default();
    for (op, name) in [(ShOp::Rol, "rol"), (ShOp::Shl, "shl"), (ShOp::Shr, "shr"), (ShOp::Sar, "sar")] {
        for sz in SIZES {
            for dst in ints() {
                let r = reg(dst, sz.bytes());
                t.one(Inst::ShI { op, sz, dst, a: dst, n: 1 }, format!("{name} {r}"));
                for n in [2, 7, 31, 63] {
                    t.one(Inst::ShI { op, sz, dst, a: dst, n }, format!("{name} {r}, {n}"));
                }
                t.one(Inst::ShC { op, sz, dst, a: dst, count: CX }, format!("{name} {r}, cl"));
            }
        }
    }
    for sz in SIZES {
        for dst in ints() {
            let r = reg(dst, sz.bytes());
            t.one(Inst::Un { op: UnOp::Not, sz, dst, a: dst }, format!("not {r}"));
            t.one(Inst::Un { op: UnOp::Neg, sz, dst, a: dst }, format!("neg {r}"));
        }
    }
    let sources =
        || ints().map(Rm::R).chain(some_modes().into_iter().map(Rm::M)).chain([Rm::R(Reg::spill(2, false))]);
    for sz in WIDE {
        let n = sz.bytes();
        for dst in ints() {
            let d = reg(dst, n);
            t.one(Inst::Un { op: UnOp::Bswap, sz, dst, a: dst }, format!("bswap {d}"));
            t.one(Inst::CarryMask { sz, dst }, format!("sbb {d}, {d}"));
            for src in ints() {
                t.one(Inst::Popcnt { sz, dst, src }, format!("popcnt {d}, {}", reg(src, n)));
            }
            for b in sources() {
                let s = rm(&b, n);
                t.one(Inst::Imul { sz, dst, a: dst, b }, format!("imul {d}, {s}"));
                t.one(Inst::Scan { rev: false, sz, dst, src: b }, format!("bsf {d}, {s}"));
                t.one(Inst::Scan { rev: true, sz, dst, src: b }, format!("bsr {d}, {s}"));
                for i in [3, 127, 128, -128, -129, i32::MAX] {
                    t.one(
                        Inst::ImulI { sz, dst, a: b, imm: i },
                        format!("imul {d}, {s}, {}", alu_imm(i, sz)),
                    );
                }
            }
        }
        for d in ints().filter(|r| !matches!(r.hw(), 0 | 2)) {
            let (r, ax, dx) = (reg(d, n), reg(AX, n), "xor edx, edx".to_string());
            let extend = if sz == Sz::Q { "cqo" } else { "cdq" }.to_string();
            let div = |signed, check| Inst::Div { signed, sz, quot: AX, rem: DX, a: AX, d, check };
            t.add(div(false, false), &[dx.clone(), format!("div {r}")]);
            t.add(div(true, false), &[extend.clone(), format!("idiv {r}")]);
            let checked = [format!("cmp {r}, -1"), "jne".into(), format!("neg {ax}"), dx, "jmp".into()];
            t.add(div(true, true), &[&checked[..], &[extend, format!("idiv {r}")]].concat());
        }
    }
    for b in sources() {
        let s = rm(&b, 8);
        for (signed, name) in [(true, "imul"), (false, "mul")] {
            t.one(Inst::MulWide { signed, hi: DX, lo: AX, a: AX, b }, format!("{name} {s}"));
        }
    }
    for d in ints() {
        let want = format!("div {}", reg(d, 8));
        t.one(Inst::DivWide { quot: AX, rem: DX, hi: DX, lo: AX, d }, want);
    }
    t.check();
}

#[test]
fn floats_and_conversions() {
    let mut t = Cases::default();
    for (n, dst) in floats().enumerate() {
        let (a, b) = (Reg::float(15 - n as u8), Reg::float((5 * n as u8 + 3) % 16));
        let want = format!("vfmadd231sd {}, {}, {}", reg(dst, 16), reg(a, 16), reg(b, 16));
        t.one(Inst::Fma { dst, c: dst, a, b }, want);
    }
    let arithmetic = [(FOp::Add, "add"), (FOp::Mul, "mul"), (FOp::Sub, "sub"), (FOp::Div, "div")];
    let logic = [(FOp::And, "andps"), (FOp::Or, "orps"), (FOp::Xor, "xorps")];
    for dst in floats() {
        let d = reg(dst, 16);
        for src in floats().map(Rm::R).chain(some_modes().into_iter().map(Rm::M)) {
            for fw in SCALARS {
                let ((s, n), b) = (w(fw), src);
                for (op, name) in arithmetic {
                    t.one(Inst::FAlu { op, w: fw, dst, a: dst, b }, format!("{name}{s} {d}, {}", rm(&b, n)));
                }
                for (how, n) in
                    [(Rounding::Even, 0), (Rounding::Down, 1), (Rounding::Up, 2), (Rounding::Zero, 3)]
                {
                    t.one(Inst::Round { how, dst, src }, format!("roundsd {d}, {}, {n}", rm(&b, 8)));
                }
                t.one(Inst::Sqrt { w: fw, dst, src }, format!("sqrt{s} {d}, {}", rm(&b, n)));
                let to = if fw == Fw::F64 { "ss" } else { "sd" };
                t.one(Inst::FCvt { w: fw, dst, src }, format!("cvt{s}2{to} {d}, {}", rm(&b, n)));
                t.one(Inst::FCmp { w: fw, a: dst, b }, format!("ucomi{s} {d}, {}", rm(&b, n)));
                for sz in WIDE {
                    let to = Reg::int(dst.hw());
                    let want = format!("cvtt{s}2si {}, {}", reg(to, sz.bytes()), rm(&b, n));
                    t.one(Inst::FToInt { sz, w: fw, dst: to, src }, want);
                }
            }
            for (op, name) in logic {
                let want = format!("{name} {d}, {}", rm(&src, 16));
                t.one(Inst::FAlu { op, w: Fw::X, dst, a: dst, b: src }, want);
            }
        }
        for src in ints().map(Rm::R).chain(some_modes().into_iter().map(Rm::M)) {
            for (fw, sz) in SCALARS.into_iter().flat_map(|f| WIDE.map(|s| (f, s))) {
                let want =
                    [format!("xorps {d}, {d}"), format!("cvtsi2{} {d}, {}", w(fw).0, rm(&src, sz.bytes()))];
                t.add(Inst::IntToF { sz, w: fw, dst, src }, &want);
            }
        }
        for g in ints() {
            for sz in WIDE {
                let (name, r) = (if sz == Sz::Q { "movq" } else { "movd" }, reg(g, sz.bytes()));
                t.one(Inst::GToX { sz, dst, src: g }, format!("{name} {d}, {r}"));
                t.one(Inst::XToG { sz, dst: g, src: dst }, format!("{name} {r}, {d}"));
            }
        }
    }
    let (x, y, s, t1, t2) = (Reg::float(2), Reg::float(9), Reg::int(8), Reg::int(3), Reg::int(13));
    t.text(
        Inst::UintToF { w: Fw::F32, dst: x, src: s, t1, t2 },
        "xorps xmm2, xmm2; test r8, r8; js; cvtsi2ss xmm2, r8; jmp; mov rbx, r8; mov r13, r8; shr rbx; \
         and r13d, 1; or rbx, r13; cvtsi2ss xmm2, rbx; addss xmm2, xmm2",
    );
    t.text(
        Inst::FToUint { w: Fw::F64, dst: s, src: y, t: x, t2: t1 },
        "cvttsd2si r8, xmm9; test r8, r8; jns; movaps xmm2, xmm9; subsd xmm2, qword ptr [rip]; \
         cvttsd2si rbx, xmm2; or r8, rbx",
    );
    for (dst, temp) in some().zip(some().skip(1)) {
        let (d, p) = (reg(dst, 1), reg(temp, 1));
        let (d4, p4) = (reg(dst, 4), reg(temp, 4));
        let want = [format!("setnp {p}"), format!("sete {d}"), format!("and {d4}, {p4}")];
        t.add(Inst::SetFeq { ne: false, dst, temp }, &want);
        let want = [format!("setp {p}"), format!("setne {d}"), format!("or {d4}, {p4}")];
        t.add(Inst::SetFeq { ne: true, dst, temp }, &want);
    }
    t.check();
}

#[test]
fn calls_jumps_atomics_and_the_rest() {
    let mut t = Cases::default();
    let call = |target: Target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
    t.text(Any::Call(call(Target::Func(FuncId(0)))), "call");
    t.text(Any::Call(call(Target::Closure)), "call qword ptr [rdx]");
    let leave = format!("add rsp, {}; pop rbp", SPILLS + 32);
    t.text(Any::TailCall(call(Target::Func(FuncId(0)))), &format!("{leave}; jmp"));
    t.text(Any::Ret(Vec::new()), &format!("{leave}; ret"));
    for r in ints() {
        t.one(Any::Call(call(Target::Fixed(r))), format!("call {}", reg(r, 8)));
        t.text(Any::TailCall(call(Target::Fixed(r))), &format!("{leave}; jmp {}", reg(r, 8)));
        t.one(Inst::ReadG { dst: r }, format!("mov {}, r14", reg(r, 8)));
    }
    for addr in some_modes() {
        let m = Rm::M(addr);
        t.one(Any::Call(call(Target::Mem(addr))), format!("call {}", rm(&m, 8)));
        for sz in SIZES {
            let n = sz.bytes();
            for x in ints() {
                let (m, r) = (mem(&addr, n), reg(x, n));
                t.one(Inst::Xchg { sz, addr, dst: x, src: x }, format!("xchg {m}, {r}"));
                t.one(Inst::Xadd { sz, addr, dst: x, src: x }, format!("lock xadd {m}, {r}"));
                let c = Inst::CmpXchg { sz, addr, old: AX, new: x, dst: AX };
                t.one(c, format!("lock cmpxchg {m}, {r}"));
            }
            let (src, temp, m, r) = (Reg::int(6), Reg::int(11), mem(&addr, n), reg(Reg::int(11), n));
            for (op, name) in [(AluOp::And, "and"), (AluOp::Or, "or")] {
                let want = [
                    format!("mov {}, {m}", reg(AX, n)),
                    "mov r11, rax".into(),
                    format!("{name} r11, rsi"),
                    format!("lock cmpxchg {m}, {r}"),
                    "jne".into(),
                ];
                t.add(Inst::AtomicLoop { op, sz, addr, src, dst: AX, temp }, &want);
            }
        }
    }
    let flag = Addr::reg(Reg::int(3), 0);
    t.text(Any::Barrier { addr: flag, size: 8 }, "cmp byte ptr [rip], 0; jne");
    t.text(Any::Jump(0), "jmp");
    t.text(Any::EntryJump { then: 0, other: 1 }, "jmp");
    t.text(Inst::JccFeq { then: 0, els: 1 }, "jne; jp; jmp");
    let r = Reg::int;
    t.text(
        Inst::RepMovs { dst: r(7), src: r(6), count: CX, t: [r(7), r(6), CX] },
        "rep movsq qword ptr es:[rdi], qword ptr [rsi]",
    );
    t.text(
        Inst::RepStos { dst: r(7), zero: AX, count: CX, t: [r(7), CX] },
        "rep stosq qword ptr es:[rdi], rax",
    );
    t.text(
        Inst::ZeroLoop { end: r(8), bytes: 192, index: CX },
        "mov rcx, -192; movups xmmword ptr [r8 + rcx], xmm15; movups xmmword ptr [r8 + rcx + 16], xmm15; \
         movups xmmword ptr [r8 + rcx + 32], xmm15; movups xmmword ptr [r8 + rcx + 48], xmm15; add rcx, 64; jne",
    );
    t.text(Any::Trap, "ud2");
    t.text(Inst::Int3, "int3");
    t.text(Inst::Pause, "pause");
    let switch = |cases: Vec<(i64, u32)>| {
        let value = r(12);
        Any::Switch(Box::new(SwitchInfo { value, bytes: 8, cases, default: 1, temps: [r(8), r(3)] }))
    };
    t.text(
        switch(vec![(5, 0), (1 << 40, 0)]),
        "cmp r12, 5; je; movabs r8, 1099511627776; cmp r12, r8; je; jmp",
    );
    t.check();
}

/// Jumps over every distance near the limit of the short form, forwards and backwards, reach their labels, and those
/// that can be short are.
#[test]
fn jumps_reach_their_labels() {
    for gap in (0..8).chain(118..140).chain([1000]) {
        for cc in [None, Some(Cond::Ne)] {
            for backwards in [false, true] {
                let mut b: Buf<Amd64> = Buf::default();
                let to = b.label();
                let jump = |b: &mut Buf<Amd64>| match cc {
                    Some(cc) => b.jcc(cc, to),
                    None => b.jmp(to),
                };
                if backwards {
                    b.bind(to);
                } else {
                    jump(&mut b);
                }
                (0..gap).for_each(|_| b.byte(0x90));
                if backwards {
                    jump(&mut b);
                } else {
                    b.bind(to);
                }
                b.byte(0x90);
                let done = b.finish();
                let at = if backwards { gap as usize } else { 0 };
                let d = disasm::decode(&done.code, at).expect("a jump");
                let reached = at as i64 + d.len as i64 + d.branch.expect("a distance") as i64;
                assert_eq!(reached, done.labels[to.0 as usize] as i64, "gap {gap} {cc:?} {backwards}");
                let distance = if backwards { gap + 2 } else { gap };
                let fits = distance <= if backwards { 128 } else { 127 };
                assert_eq!(d.len == 2, fits, "gap {gap} {cc:?} backwards {backwards}");
            }
        }
    }
}

/// What the linker fills in counts from the instruction's end, immediates included.
#[test]
fn relocations_count_from_the_end() {
    let mut b: Buf<Amd64> = Buf::default();
    let target = || RmE::M(Mem { base: MBase::Sym(FixupTarget::Ext("x".into())), index: None, disp: 24 });
    b.alu_imm(7, Sz::B, &target(), 1);
    b.alu_imm(0, Sz::D, &target(), 1000);
    b.op(0, true, &[0x8b], 9, &target(), false, &[]);
    let done = b.finish();
    let mut at = 0;
    for r in &done.fixups {
        let d = disasm::decode(&done.code, at).expect("an instruction");
        at += d.len;
        assert_eq!(r.addend + at as i64 - r.at as i64, 24);
    }
    assert_eq!((at, done.fixups.len()), (done.code.len(), 3));
}
