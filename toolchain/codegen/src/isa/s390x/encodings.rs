//! Tests of the encoder: instruction forms over registers, widths, addresses and immediates against LLVM's disassembler.
use super::S390x;
use super::encode::words::{ADDRESS, CALL, FIXUPS, Jump};
use super::inst::*;
use super::regs::{ACC, FAR, LINK, SP, name};
use crate::mach::buf::Buf;
use crate::mach::cases::{self, ARGS, Cases};
use crate::mach::frame::Frame;
use crate::mach::inst::{Any, CallInfo, SwitchInfo, Target};
use crate::mach::{Case, Encode, Frames};
use crate::regalloc::Reg;
use ir::{Func, FuncId, SigId};
use syntax::{Pos, Sym};

fn r(n: u8) -> Reg {
    Reg::int(n)
}
fn f(n: u8) -> Reg {
    Reg::float(n)
}
fn some() -> impl Iterator<Item = Reg> {
    [2, 5, 9, 10, 11, 12].into_iter().map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    [0, 3, 8, 15, 6].into_iter().map(Reg::float)
}

#[test]
fn s390x_integer_arithmetic() {
    use AluOp::*;
    let mut t = Cases::<S390x>::default();
    let second = r(7);
    for (dst, a) in some().zip(some().skip(1)) {
        let (d, n) = (name(dst), name(a));
        for (op, text) in [(Add, "agrk"), (Sub, "sgrk"), (And, "ngrk"), (Or, "ogrk"), (Xor, "xgrk")] {
            t.add(Inst::Alu { op, dst, a, b: Src::R(second) }, format!("{text} {d}, {n}, %r7"));
        }
        t.add(Inst::Alu { op: Add, dst, a, b: Src::I(100) }, format!("la {d}, 100({n})"));
        t.add(Inst::Alu { op: Add, dst, a, b: Src::I(-1) }, format!("lay {d}, -1({n})"));
        let far = format!("lgfi %r1, 524288; la {d}, 0(%r1,{n})");
        t.add(Inst::Alu { op: Add, dst, a, b: Src::I(1 << 19) }, far);
        t.add(Inst::Alu { op: Xor, dst, a, b: Src::I(-1) }, format!("lghi %r0, -1; xgrk {d}, {n}, %r0"));
        t.add(Inst::Neg { dst, a }, format!("lcgr {d}, {n}"));
        t.add(Inst::Mul { dst, a: dst, b: Src::R(a) }, format!("msgr {d}, {n}"));
        t.add(Inst::Mul { dst, a: dst, b: Src::I(-7) }, format!("mghi {d}, -7"));
        t.add(Inst::Mul { dst, a: dst, b: Src::I(1 << 20) }, format!("msgfi {d}, 1048576"));
        let wide = Inst::MulWide { hi: dst, lo: r(8), a, b: second };
        t.add(wide, format!("lgr %r1, {n}; mlgr %r0, %r7; lgr {d}, %r0; lgr %r8, %r1"));
        let wide = Inst::DivWide { quot: dst, rem: r(8), hi: r(6), lo: a, d: second };
        let want = format!("lgr %r0, %r6; lgr %r1, {n}; dlgr %r0, %r7; lgr {d}, %r1; lgr %r8, %r0");
        t.add(wide, want);
        for (op, x, w) in [
            (ShOp::Shl, "sllg", "sllg"),
            (ShOp::Shr, "srlg", "srlk"),
            (ShOp::Sar, "srag", "srak"),
            (ShOp::Rol, "rllg", "rll"),
        ] {
            for (sz, text) in [(Sz::X, x), (Sz::W, w)] {
                t.add(Inst::Shift { op, sz, dst, a, n: Src::R(second) }, format!("{text} {d}, {n}, 0(%r7)"));
                t.add(Inst::Shift { op, sz, dst, a, n: Src::I(31) }, format!("{text} {d}, {n}, 31"));
            }
        }
        for (bytes, signed, unsigned) in [(1, "lgbr", "llgcr"), (2, "lghr", "llghr"), (4, "lgfr", "llgfr")] {
            t.add(Inst::Extend { signed: true, bytes, dst, a }, format!("{signed} {d}, {n}"));
            t.add(Inst::Extend { signed: false, bytes, dst, a }, format!("{unsigned} {d}, {n}"));
        }
        t.add(Inst::Bits { dst, a, from: 29, to: 60, by: 3 }, format!("risbgnz {d}, {n}, 29, 60, 3"));
        t.add(Inst::Clz { sz: Sz::X, dst, a }, format!("flogr %r0, {n}; aghik {d}, %r0, 0"));
        let half = format!("llgfr %r1, {n}; flogr %r0, %r1; aghik {d}, %r0, -32");
        t.add(Inst::Clz { sz: Sz::W, dst, a }, half);
        t.add(Inst::Bswap { sz: Sz::X, dst, a }, format!("lrvgr {d}, {n}"));
        t.add(Inst::Bswap { sz: Sz::W, dst, a }, format!("lrvr {d}, {n}"));
        t.add(Any::Move { dst, src: a }, format!("lgr {d}, {n}"));
    }
    let (dst, a, b) = (r(2), r(3), r(4));
    let div = |signed, sz, rem| Inst::Div { signed, sz, rem, dst, a, b };
    t.add(
        div(true, Sz::X, false),
        "lgr %r1, %r3; cgijlh %r4, -1, 0x16; lcgr %r1, %r1; lghi %r0, 0; j 0x1a; dsgr %r0, %r4; lgr %r2, %r1",
    );
    t.add(div(true, Sz::W, true), "lgfr %r1, %r3; dsgfr %r0, %r4; lgr %r2, %r0");
    t.add(div(false, Sz::X, true), "lgr %r1, %r3; lghi %r0, 0; dlgr %r0, %r4; lgr %r2, %r0");
    t.add(div(false, Sz::W, false), "lgr %r1, %r3; lghi %r0, 0; dlr %r0, %r4; lgr %r2, %r1");
    let carry = |sub, c| Inst::Carry { sub, sum: r(5), carry: r(6), a, b, c };
    let end = |mask: &str| format!("lghi %r6, 0; locghi{mask} %r6, 1; lgr %r5, %r0");
    t.add(carry(false, None), format!("lgr %r0, %r3; algr %r0, %r4; {}", end("nle")));
    t.add(carry(true, None), format!("lgr %r0, %r3; slgr %r0, %r4; {}", end("le")));
    let want = format!("alghsik %r0, %r7, -1; lgr %r0, %r3; alcgr %r0, %r4; {}", end("nle"));
    t.add(carry(false, Some(second)), want);
    let want = format!("lghi %r0, 0; slgr %r0, %r7; lgr %r0, %r3; slbgr %r0, %r4; {}", end("le"));
    t.add(carry(true, Some(second)), want);
    t.check();
}

/// What a sequence of instructions leaves in its register, by its text.
fn value(text: &str) -> i64 {
    let mut v = 0i64;
    for one in text.split("; ") {
        let (op, rest) = one.split_once(' ').expect("operands");
        let n: i64 = rest.rsplit(", ").next().and_then(|n| n.parse().ok()).expect("a number");
        v = match op {
            "lghi" | "lgfi" | "llilf" => n,
            "llihf" => n << 32,
            "iilf" => v >> 32 << 32 | n,
            _ => panic!("{text}"),
        };
    }
    v
}

#[test]
fn s390x_constants() {
    let mut all: Vec<i64> = vec![0, 1, -1, 42, 0x7fff, 0x8000, -0x8000, -0x8001, 0x7fff_ffff];
    all.extend([-0x8000_0000, 0x8000_0000, 0xffff_ffff, i64::MAX, i64::MIN, 0x1234_5678_9abc_def0, 1 << 47]);
    all.extend([0x5555_5555_5555_5555, -0x1234_5678, 0x7fff_ffff_ffff_f800, 1 << 32, -(1 << 32)]);
    let mut codes = Vec::new();
    for &v in &all {
        let mut b: Buf<S390x> = Buf::default();
        b.imm(r(6), v);
        codes.push(b.finish().code);
    }
    let pieces: Vec<&[u8]> = codes.iter().map(|c| &c[..]).collect();
    for ((text, v), code) in cases::texts::<S390x>(&pieces).iter().zip(&all).zip(&codes) {
        assert_eq!(value(text), *v, "{v:#x}: {text}");
        assert!(code.len() <= if i32::try_from(*v).is_ok() { 6 } else { 12 }, "{text}");
    }
}

#[test]
fn s390x_loads_and_stores() {
    let mut t = Cases::<S390x>::default();
    // With 12 bits of distance, where there is such a form, and with 20.
    let cells = [
        (Cell::U(1), "llgc", "llgc", "stc", "stcy"),
        (Cell::U(2), "llgh", "llgh", "sth", "sthy"),
        (Cell::U(4), "llgf", "llgf", "st", "sty"),
        (Cell::U(8), "lg", "lg", "stg", "stg"),
        (Cell::S(1), "lgb", "lgb", "stc", "stcy"),
        (Cell::S(2), "lgh", "lgh", "sth", "sthy"),
        (Cell::S(4), "lgf", "lgf", "st", "sty"),
        (Cell::S(8), "lg", "lg", "stg", "stg"),
        (Cell::F(4), "le", "ley", "ste", "stey"),
        (Cell::F(8), "ld", "ldy", "std", "stdy"),
    ];
    let base = r(8);
    for (cell, load, load_far, store, store_far) in cells {
        let x = if matches!(cell, Cell::F(_)) { f(7) } else { r(7) };
        let text = name(x);
        for (near, far, is_load) in [(load, load_far, true), (store, store_far, false)] {
            let mut add = |addr: Addr, want: String| match is_load {
                true => t.add(Inst::Load { cell, dst: x, addr }, want),
                false => t.add(Inst::Store { cell, addr, src: x }, want),
            };
            for disp in [0, 8, 4095] {
                add(Addr::reg(base, disp), format!("{near} {text}, {disp}(%r8)"));
            }
            for disp in [-1, 4096, 524287, -524288] {
                add(Addr::reg(base, disp), format!("{far} {text}, {disp}(%r8)"));
            }
            // Too far: the distance comes into a register first.
            for disp in [524288, -524289, i32::MIN] {
                add(Addr::reg(base, disp), format!("lgfi %r1, {disp}; {near} {text}, 0(%r1,%r8)"));
            }
            let indexed = |disp| Addr { base: Base::Reg(base), index: Some((r(9), 0)), disp };
            add(indexed(16), format!("{near} {text}, 16(%r9,%r8)"));
            add(
                indexed(1 << 20),
                format!("lgfi %r1, 1048576; la %r1, 0(%r9,%r1); {near} {text}, 0(%r1,%r8)"),
            );
        }
    }
    let x = r(6);
    t.add(Inst::Load { cell: Cell::U(8), dst: x, addr: Addr::new(Base::OutArg, 8) }, "lg %r6, 16(%r15)");
    t.add(Inst::Lea { dst: x, addr: Addr::new(Base::OutArg, 8) }, "la %r6, 16(%r15)");
    t.add(Inst::Lea { dst: x, addr: Addr::reg(base, 0) }, "lgr %r6, %r8");
    t.add(Inst::Probe { addr: Addr::reg(base, 0) }, "llgc %r0, 0(%r8)");
    for (bytes, text) in [(1, "mvi"), (2, "mvhhi"), (4, "mvhi"), (8, "mvghi")] {
        let imm = if bytes == 1 { 7 } else { -7 };
        t.add(Inst::StoreImm { bytes, addr: Addr::reg(base, 8), imm }, format!("{text} 8(%r8), {imm}"));
        let far = format!("lay %r1, -8(%r8); {text} 0(%r1), {imm}");
        t.add(Inst::StoreImm { bytes, addr: Addr::reg(base, -8), imm }, far);
    }
    // Symbols' addresses wait for the linker; odd ones are one more than even ones.
    let pool = Addr::new(Base::Pool(1, 8), 0);
    t.add(Inst::Lea { dst: x, addr: pool }, "larl %r6, 0x0");
    t.add(Inst::Lea { dst: x, addr: pool.offset(3) }, "larl %r6, 0x0; la %r6, 1(%r6)");
    t.add(Inst::Load { cell: Cell::F(8), dst: f(1), addr: pool }, "larl %r1, 0x0; ld %f1, 0(%r1)");
    let odd = Inst::Store { cell: Cell::U(1), addr: pool.offset(1), src: x };
    t.add(odd, "larl %r1, 0x0; stc %r6, 1(%r1)");
    // The first spill slot stands above the saved link register and the arguments.
    let (s, at) = (Reg::spill(0, false), ARGS + 8);
    t.add(Any::Move { dst: s, src: x }, format!("stg %r6, {at}(%r15)"));
    t.add(Any::Move { dst: x, src: s }, format!("lg %r6, {at}(%r15)"));
    t.add(Any::Move { dst: f(1), src: f(14) }, "ldr %f1, %f14");
    t.add(Inst::ReadG { dst: x }, "lgr %r6, %r13");
    let block = |dst, src, bytes| Inst::Block { dst, src, bytes, t: [r(10), r(11)] };
    let (to, from) = (Addr::reg(base, 8), Addr::reg(r(9), 16));
    t.add(block(to, Some(from), 40), "mvc 8(40,%r8), 16(%r9)");
    t.add(
        block(to, None, 256),
        "la %r10, 8(%r8); lghi %r0, 1; xc 0(256,%r10), 0(%r10); la %r10, 256(%r10); brctg %r0, 0x8",
    );
    t.add(block(to, None, 248), "xc 8(248,%r8), 8(%r8)");
    t.add(
        block(to.offset(-16), Some(pool), 40),
        "lay %r10, -8(%r8); larl %r1, 0x6; lgr %r11, %r1; mvc 0(40,%r10), 0(%r11)",
    );
    t.add(
        block(to, Some(from), 520),
        "la %r10, 8(%r8); la %r11, 16(%r9); lghi %r0, 2; mvc 0(256,%r10), 0(%r11); la %r10, 256(%r10); \
         la %r11, 256(%r11); brctg %r0, 0xc; mvc 0(8,%r10), 0(%r11)",
    );
    t.check();
}

#[test]
fn s390x_atomics() {
    let mut t = Cases::<S390x>::default();
    let (dst, addr, src) = (r(6), r(8), r(9));
    t.add(Inst::Fence, "bnor 0");
    for (op, text) in [(AmoOp::Add, "laa"), (AmoOp::And, "lan"), (AmoOp::Or, "lao")] {
        t.add(Inst::Amo { op, bytes: 4, dst, addr, src }, format!("{text} %r6, %r9, 0(%r8)"));
        t.add(Inst::Amo { op, bytes: 8, dst, addr, src }, format!("{text}g %r6, %r9, 0(%r8)"));
    }
    t.add(
        Inst::Swap { bytes: 8, dst, addr, src },
        "lg %r0, 0(%r8); csg %r0, %r9, 0(%r8); jlh 0x6; lgr %r6, %r0",
    );
    t.add(
        Inst::Swap { bytes: 4, dst, addr, src },
        "llgf %r0, 0(%r8); cs %r0, %r9, 0(%r8); jlh 0x6; lgr %r6, %r0",
    );
    let (old, new, mask) = (r(10), r(11), r(12));
    t.add(
        Inst::Cas { bytes: 8, addr, old, new, mask: None, dst },
        "lgr %r0, %r10; csg %r0, %r11, 0(%r8); lghi %r6, 0; locghie %r6, 1",
    );
    t.add(
        Inst::Cas { bytes: 4, addr, old, new, mask: Some(mask), dst },
        "llgf %r0, 0(%r8); ngrk %r1, %r0, %r12; clrjlh %r1, %r10, 0x20; xgrk %r1, %r1, %r0; \
         ogrk %r1, %r1, %r11; cs %r0, %r1, 0(%r8); jlh 0x6; ngrk %r1, %r0, %r12; clr %r1, %r10; \
         lghi %r6, 0; locghie %r6, 1",
    );
    t.add(
        Inst::Part { op: PartOp::Swap, addr, src, mask, dst },
        "llgf %r0, 0(%r8); xgrk %r1, %r0, %r9; ngrk %r1, %r1, %r12; xgrk %r1, %r1, %r0; cs %r0, %r1, 0(%r8); \
         jlh 0x6; lgr %r6, %r0",
    );
    t.add(
        Inst::Part { op: PartOp::Add, addr, src, mask, dst },
        "llgf %r0, 0(%r8); agrk %r1, %r0, %r9; xgrk %r1, %r1, %r0; ngrk %r1, %r1, %r12; xgrk %r1, %r1, %r0; \
         cs %r0, %r1, 0(%r8); jlh 0x6; lgr %r6, %r0",
    );
    t.add(Inst::Pause, "nopr %r0");
    t.check();
}

#[test]
fn s390x_floats() {
    let mut t = Cases::<S390x>::default();
    for (w, s, m) in [(Fw::S, "e", "ee"), (Fw::D, "d", "d")] {
        for ((dst, a), b) in floats().zip(floats().skip(1)).zip(floats().skip(2)) {
            let (d, p, q) = (name(dst), name(a), name(b));
            for (op, text) in [(FOp::Add, "a"), (FOp::Sub, "s"), (FOp::Div, "d")] {
                t.add(Inst::F3 { op, w, dst, a: dst, b }, format!("{text}{s}br {d}, {q}"));
            }
            t.add(Inst::F3 { op: FOp::Mul, w, dst, a: dst, b }, format!("m{m}br {d}, {q}"));
            let fused = |sub| Inst::FMac { sub, w, dst, acc: dst, a, b };
            t.add(fused(false), format!("ma{s}br {d}, {p}, {q}"));
            t.add(fused(true), format!("ms{s}br {d}, {p}, {q}"));
            t.add(Inst::F1 { op: FOne::Sqrt, w, dst, a }, format!("sq{s}br {d}, {p}"));
            t.add(Inst::F1 { op: FOne::Neg, w, dst, a }, format!("lcdfr {d}, {p}"));
            t.add(Inst::F1 { op: FOne::Abs, w, dst, a }, format!("lpdfr {d}, {p}"));
            t.add(Inst::FCopysign { dst, a, sign: b }, format!("cpsdr {d}, {q}, {p}"));
            let test = Test { what: What::Float { w, a, b }, mask: mask::NE | mask::UNORDERED };
            t.add(Inst::Truth { test, dst: r(9) }, format!("c{s}br {p}, {q}; lghi %r9, 0; locghine %r9, 1"));
            for (sz, signed, i) in
                [(Sz::W, true, "f"), (Sz::X, true, "g"), (Sz::W, false, "lf"), (Sz::X, false, "lg")]
            {
                let modes = if signed { "" } else { "0, " };
                let last = if signed { "" } else { ", 0" };
                let want = format!("c{s}{i}br {d}, {modes}%r11{last}");
                t.add(Inst::IntToF { signed, sz, w, dst, a: r(11) }, want);
                let want = format!("c{i}{s}br %r11, 5, {p}{last}");
                t.add(Inst::FToInt { signed, sz, w, dst: r(11), a }, want);
            }
        }
    }
    t.add(Inst::GToF { w: Fw::S, dst: f(10), a: r(9) }, "sllg %r0, %r9, 32; ldgr %f10, %r0");
    t.add(Inst::GToF { w: Fw::D, dst: f(10), a: r(9) }, "ldgr %f10, %r9");
    t.add(Inst::FToG { w: Fw::S, dst: r(9), a: f(10) }, "lgdr %r0, %f10; srlg %r9, %r0, 32");
    t.add(Inst::FToG { w: Fw::D, dst: r(9), a: f(10) }, "lgdr %r9, %f10");
    t.add(Inst::FZero { dst: f(10) }, "lzdr %f10");
    t.add(Inst::FCvt { w: Fw::S, dst: f(10), a: f(11) }, "ldebr %f10, %f11");
    t.add(Inst::FCvt { w: Fw::D, dst: f(10), a: f(11) }, "ledbr %f10, %f11");
    t.check();
}

const CONDITIONS: [(u8, &str, &str); 6] = [
    (mask::EQ, "e", "lh"),
    (mask::NE, "lh", "e"),
    (mask::LT, "l", "he"),
    (mask::LE, "le", "h"),
    (mask::GT, "h", "le"),
    (mask::GE, "he", "l"),
];

#[test]
fn s390x_jumps_and_calls() {
    let mut t = Cases::<S390x>::default();
    let call = |target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
    t.add(Any::Call(call(Target::Func(FuncId(0)))), "brasl %r14, 0x0");
    t.add(Any::Call(call(Target::Ext("f"))), "brasl %r14, 0x0");
    t.add(Any::Call(call(Target::Closure)), "lg %r1, 0(%r12); basr %r14, %r1");
    t.add(Any::Call(call(Target::Reg(r(9)))), "basr %r14, %r9");
    let leave = "lg %r14, 0(%r15); la %r15, 56(%r15)";
    t.add(Any::TailCall(call(Target::Func(FuncId(0)))), format!("{leave}; jg 0xa"));
    t.add(Any::TailCall(call(Target::Fixed(r(7)))), format!("{leave}; br %r7"));
    t.add(Any::Ret(Vec::new()), format!("{leave}; br %r14"));
    // What no disassembler takes for an instruction.
    t.add(Any::Trap, "");
    let (a, b) = (r(9), r(10));
    for (mask, text, opposite) in CONDITIONS {
        for (sz, x) in [(Sz::X, "g"), (Sz::W, "")] {
            for (signed, l) in [(true, ""), (false, "l")] {
                let what = |b| What::Int { signed, sz, a, b };
                let br = |b| Inst::Br { test: Test { what: what(b), mask }, then: 0, els: 1 };
                t.add(br(Src::R(b)), format!("c{l}{x}rj{text} %r9, %r10, 0x0; j 0xa"));
                t.add(br(Src::I(100)), format!("c{l}{x}ij{text} %r9, 100, 0x0; j 0xa"));
                let (fi, at) =
                    if signed { (format!("c{x}hi"), "0xc") } else { (format!("c{l}{x}fi"), "0xe") };
                t.add(br(Src::I(1000)), format!("{fi} %r9, 1000; j{text} 0x0; j {at}"));
                let test = Test { what: what(Src::R(b)), mask };
                let compare = match (sz, signed) {
                    (Sz::X, true) => "cgr",
                    (Sz::X, false) => "clgr",
                    (Sz::W, true) => "cr",
                    (Sz::W, false) => "clr",
                };
                let choose = |b| Inst::Choose { test, dst: r(11), a: r(11), b };
                let compare = format!("{compare} %r9, %r10");
                t.add(choose(Src::R(r(12))), format!("{compare}; locgr{opposite} %r11, %r12"));
                t.add(choose(Src::I(-5)), format!("{compare}; locghi{opposite} %r11, -5"));
                t.add(Inst::Truth { test, dst: a }, format!("{compare}; lghi %r9, 0; locghi{text} %r9, 1"));
            }
        }
    }
    let (test, byte) = (Test::signed(mask::NE, a, Src::R(b)), What::Byte { a });
    t.add(Inst::Choose { test, dst: f(1), a: f(1), b: Src::R(f(2)) }, "cgrjlh %r9, %r10, 0x8; ldr %f1, %f2");
    let test = Test { what: byte, mask: mask::NE | mask::UNORDERED };
    t.add(Inst::Br { test, then: 1, els: 0 }, "tmll %r9, 255; jne 0xc; j 0x0");
    let bounds =
        |idx, len, inclusive| Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic: FuncId(0) }));
    t.add(bounds(Src::R(a), Src::R(b), false), "clgrjhe %r9, %r10, 0x6");
    t.add(bounds(Src::R(a), Src::R(b), true), "clgrjh %r9, %r10, 0x6");
    t.add(bounds(Src::I(3), Src::R(b), false), "clgijle %r10, 3, 0x6");
    t.add(bounds(Src::I(3), Src::R(b), true), "clgijl %r10, 3, 0x6");
    t.add(bounds(Src::R(a), Src::I(1 << 16), true), "clgfi %r9, 65536; jh 0xa");
    t.add(bounds(Src::I(3), Src::I(2), false), "lghi %r1, 3; clgijhe %r1, 2, 0xa");
    let switch = SwitchInfo { value: a, bytes: 8, cases: Vec::new(), default: 1, temps: [r(10), r(11)] };
    t.written("case", "cgije %r9, 7, 0x14; cgfi %r9, 100000; jhe 0x14; nopr %r0; nopr %r0", |e| {
        let to = e.blocks[1];
        S390x::case(e, &switch, 7, Case::Equal, to);
        S390x::case(e, &switch, 100_000, Case::AtLeast, to);
        S390x::nop(&mut e.buf);
        S390x::nop(&mut e.buf);
    });
    let far = "llihf %r1, 16; cgrje %r9, %r1, 0xc";
    t.written("case", far, |e| {
        let to = e.blocks[1];
        S390x::case(e, &switch, 1 << 36, Case::Equal, to);
    });
    let table = "lay %r10, -5(%r9); clgijh %r10, 20, 0x24; larl %r11, 0x24; sllg %r10, %r10, 2; \
                 lgf %r10, 0(%r11,%r10); la %r10, 0(%r11,%r10); br %r10";
    t.written("table", table, |e| {
        let to = e.blocks[1];
        S390x::jump_table(e, &switch, 5, 20, to, to);
    });
    t.check();
}

#[test]
fn s390x_frames() {
    let mut t = Cases::<S390x>::default();
    let func = Func::new(Sym::new("t"), SigId(0), &[], Pos::NONE);
    assert_eq!(Frame::new::<S390x>(&func, &[], &[], ARGS, 4, true).size, 56);
    t.written("prologue", "lay %r15, -56(%r15); stg %r14, 0(%r15)", S390x::prologue);
    let guard = 8 * reflect::image::G_STACKGUARD0_WORD;
    t.written("small", format!("clg %r15, {guard}(%r13); jle 0xa"), |e| {
        let to = e.blocks[1];
        S390x::stack_check(e, 64, to);
    });
    t.written("large", format!("lay %r1, -1000(%r15); clg %r1, {guard}(%r13); jle 0x10"), |e| {
        let to = e.blocks[1];
        S390x::stack_check(e, 1000 + reflect::image::STACK_SMALL, to);
    });
    let huge = format!(
        "lgfi %r1, -1048576; la %r1, 0(%r1,%r15); clgrjl %r15, %r1, 0x1a; clg %r1, {guard}(%r13); jle 0x1a"
    );
    t.written("huge", huge, |e| {
        let to = e.blocks[1];
        S390x::stack_check(e, 0x10_0000 + reflect::image::STACK_SMALL, to);
    });
    t.written("poll", format!("clg %r15, {guard}(%r13); jle 0xa"), |e| {
        let to = e.blocks[1];
        S390x::poll(e, to);
    });
    let flag = crate::fixup::FixupTarget::Ext("flag".into());
    t.written("check", "larl %r1, 0x0; cli 0(%r1), 0; jlh 0xe", |e| {
        let to = e.blocks[1];
        S390x::barrier_check(e, flag, to);
    });
    let barrier = "la %r1, 8(%r8); llgc %r0, 0(%r1); lay %r15, -16(%r15); stg %r10, 0(%r15); stg %r11, 8(%r15); \
                   lgr %r10, %r1; lghi %r11, 8; brasl %r14, 0x24; lg %r10, 0(%r15); lg %r11, 8(%r15); \
                   la %r15, 16(%r15)";
    t.written("barrier", barrier, |e| S390x::barrier_call(e, &Addr::reg(r(8), 8), 8));
    t.written("zero", "xc 4000(8,%r15), 4000(%r15)", |e| S390x::sp_zero(e, 4000));
    t.written("zero", "lay %r1, 5000(%r15); xc 0(8,%r1), 0(%r1)", |e| S390x::sp_zero(e, 5000));
    let more = "lgr %r1, %r14; brasl %r14, 0x4; j 0xe";
    t.written("more", more, |e| {
        let to = e.blocks[1];
        S390x::grow_stack(e, "more", to);
    });
    t.check();
}

/// Jumps and addresses of labels near and beyond their short forms reach their labels.
#[test]
fn s390x_far_jumps() {
    let (a, b) = (r(9), r(10));
    let compare =
        |sz, signed, b| Jump::Compare(Test { what: What::Int { signed, sz, a, b }, mask: mask::NE });
    let jumps = [
        (Jump::On(mask::ALWAYS), "", "jg ", "j "),
        (Jump::On(mask::GE), "", "jghe ", "jhe "),
        (Jump::Address(r(2)), "", "larl %r2, ", ""),
        (compare(Sz::X, true, Src::R(b)), "cgr %r9, %r10; ", "jglh ", "cgrjlh %r9, %r10, "),
        (compare(Sz::W, false, Src::R(b)), "clr %r9, %r10; ", "jglh ", "clrjlh %r9, %r10, "),
        (compare(Sz::W, true, Src::I(-3)), "chi %r9, -3; ", "jglh ", "cijlh %r9, -3, "),
        (compare(Sz::X, false, Src::I(200)), "clgfi %r9, 200; ", "jglh ", "clgijlh %r9, 200, "),
    ];
    for (jump, before, long, short) in jumps {
        for distance in cases::distances::<S390x>(jump, 2, &[1 << 24, -(1 << 24), 1 << 31]) {
            let (form, text) = cases::jump::<S390x>(jump, distance);
            let want = match form {
                0 => format!("{before}{long}{:#x}", distance),
                _ => format!("{short}{distance:#x}"),
            };
            assert_eq!(text, want);
        }
    }
    assert!(FAR.hw() == ACC.hw() + 1 && SP.hw() == 15 && LINK.hw() == 14);
}

/// A call's field takes every distance in its range, and counts from the opcode before it.
#[test]
fn s390x_calls_are_filled_in() {
    for kind in [CALL, ADDRESS].map(|k| &FIXUPS[k as usize]) {
        for distance in [0, 2, -2, 0x7ffe, 0x1_0000, -0x1234_5678, *kind.range.start(), *kind.range.end()] {
            let mut code = [0; 4];
            assert!(kind.fill(&mut code, distance));
            assert_eq!(i32::from_be_bytes(code) as i64 * 2, distance);
        }
        assert!(!kind.fill(&mut [0; 4], kind.range.end() + 2));
    }
    let mut b: Buf<S390x> = Buf::default();
    b.call_symbol(crate::fixup::FixupTarget::Ext("f".into()));
    let fixups = b.finish().fixups;
    assert_eq!((fixups[0].at, fixups[0].addend), (2, 2));
}
