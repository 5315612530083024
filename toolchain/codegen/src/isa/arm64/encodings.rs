//! Tests of the encoder: instruction forms over registers, widths, addresses and immediates against LLVM's disassembler.
use super::Arm64;
use super::encode::words::{Jump, bit_mask};
use super::inst::*;
use super::regs::{self, FAR, SP, TMP};
use crate::mach::buf::Buf;
use crate::mach::cases::{self, ARGS, Cases};
use crate::mach::inst::{Any, CallInfo, Target};
use crate::regalloc::Reg;
use ir::FuncId;

const BOTH: [Sz; 2] = [Sz::W, Sz::X];

fn bytes(sz: Sz) -> u8 {
    if sz == Sz::X { 8 } else { 4 }
}
fn reg(r: Reg, sz: Sz) -> String {
    regs::name(r, bytes(sz))
}
fn some() -> impl Iterator<Item = Reg> {
    [0, 1, 7, 8, 15, 18, 25, 30].into_iter().map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    [0, 3, 8, 15, 16, 31].into_iter().map(Reg::float)
}

#[test]
fn arm64_integer_arithmetic() {
    use AluOp::*;
    let mut t = Cases::<Arm64>::default();
    let names = [
        (Add, "add"),
        (Sub, "sub"),
        (Adds, "adds"),
        (Subs, "subs"),
        (And, "and"),
        (Orr, "orr"),
        (Eor, "eor"),
        (Ands, "ands"),
        (Bic, "bic"),
        (Orn, "orn"),
    ];
    for sz in BOTH {
        for (op, name) in names {
            for (dst, a) in some().zip(some().skip(1)) {
                let m = Reg::int(9);
                let (d, n, r) = (reg(dst, sz), reg(a, sz), reg(m, sz));
                t.add(Inst::Alu { op, sz, dst, a, b: Src::R(m) }, format!("{name} {d}, {n}, {r}"));
                for (shift, how) in [(Shift::Lsl, "lsl"), (Shift::Lsr, "lsr"), (Shift::Asr, "asr")] {
                    let b = Src::S(m, shift, 13);
                    t.add(Inst::Alu { op, sz, dst, a, b }, format!("{name} {d}, {n}, {r}, {how} #13"));
                }
                if matches!(op, Add | Sub | Adds | Subs) {
                    for i in [1, 5, 4095] {
                        t.add(Inst::Alu { op, sz, dst, a, b: Src::I(i) }, format!("{name} {d}, {n}, #{i}"));
                    }
                    let b = Src::I(0x123_000);
                    t.add(Inst::Alu { op, sz, dst, a, b }, format!("{name} {d}, {n}, #291, lsl #12"));
                } else if !matches!(op, Bic | Orn) {
                    for i in [1i64, 0xff, 0x0f0f_0f0f, 0x7fff_fffe] {
                        if bit_mask(i, sz).is_some() {
                            let b = Src::I(i);
                            t.add(Inst::Alu { op, sz, dst, a, b }, format!("{name} {d}, {n}, #{i:#x}"));
                        }
                    }
                }
            }
        }
        let (dst, a, b, acc) = (Reg::int(3), Reg::int(4), Reg::int(5), Reg::int(20));
        let (d, x, y, z) = (reg(dst, sz), reg(a, sz), reg(b, sz), reg(acc, sz));
        for (op, name) in [
            (Op3::Mul, "mul"),
            (Op3::Mneg, "mneg"),
            (Op3::UDiv, "udiv"),
            (Op3::SDiv, "sdiv"),
            (Op3::Lsl, "lsl"),
            (Op3::Lsr, "lsr"),
            (Op3::Asr, "asr"),
            (Op3::Ror, "ror"),
            (Op3::Adcs, "adcs"),
            (Op3::Sbcs, "sbcs"),
        ] {
            t.add(Inst::Op3 { op, sz, dst, a, b }, format!("{name} {d}, {x}, {y}"));
        }
        for (sub, name) in [(false, "madd"), (true, "msub")] {
            t.add(Inst::Mac { sub, sz, dst, a, b, acc }, format!("{name} {d}, {x}, {y}, {z}"));
        }
        for (op, name) in [(Op2::Rbit, "rbit"), (Op2::Rev16, "rev16"), (Op2::Rev, "rev"), (Op2::Clz, "clz")] {
            t.add(Inst::Op2 { op, sz, dst, a }, format!("{name} {d}, {x}"));
        }
        t.add(Inst::FromZero { op: Sub, sz, dst, b }, format!("neg {d}, {y}"));
        t.add(Inst::FromZero { op: Orn, sz, dst, b }, format!("mvn {d}, {y}"));
        t.add(Inst::Cmp { sz, a, b: Src::R(b) }, format!("cmp {x}, {y}"));
        t.add(Inst::Cmp { sz, a, b: Src::I(-7) }, format!("cmn {x}, #7"));
        t.add(Inst::Tst { sz, a, b: Src::I(0xff) }, format!("tst {x}, #0xff"));
        t.add(Inst::RorI { sz, dst, a, n: 9 }, format!("ror {d}, {x}, #9"));
        let top = if sz == Sz::X { 63 } else { 31 };
        t.add(Inst::Bfm { signed: false, sz, dst, a, immr: 5, imms: top }, format!("lsr {d}, {x}, #5"));
        t.add(Inst::Bfm { signed: true, sz, dst, a, immr: 5, imms: top }, format!("asr {d}, {x}, #5"));
        t.add(
            Inst::Bfm { signed: false, sz, dst, a, immr: top - 2, imms: top - 3 },
            format!("lsl {d}, {x}, #3"),
        );
        for cc in Cond::ALL {
            let name = format!("{cc:?}").to_lowercase();
            t.add(Inst::Csel { cc, sz, dst, a, b }, format!("csel {d}, {x}, {y}, {name}"));
            t.add(Inst::Cset { cc, dst }, format!("cset {}, {name}", reg(dst, Sz::W)));
        }
    }
    let (dst, a, b) = (Reg::int(3), Reg::int(4), Reg::int(5));
    t.add(Inst::Op3 { op: Op3::SMulh, sz: Sz::X, dst, a, b }, "smulh x3, x4, x5");
    t.add(Inst::Op3 { op: Op3::UMulh, sz: Sz::X, dst, a, b }, "umulh x3, x4, x5");
    t.add(Inst::Bfm { signed: true, sz: Sz::X, dst, a, immr: 0, imms: 31 }, "sxtw x3, w4");
    t.add(Inst::Bfm { signed: false, sz: Sz::W, dst, a, immr: 0, imms: 7 }, "uxtb w3, w4");
    t.check();
}

/// What a sequence of moves leaves in its register, by its text.
fn value(text: &str) -> i64 {
    let mut v = 0u64;
    for one in text.split("; ") {
        let (op, rest) = one.split_once(' ').expect("operands");
        let parts: Vec<&str> = rest.split(", ").collect();
        let number = |s: &str| {
            let s = s.trim_start_matches('#');
            match s.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16).expect("hex"),
                None => s.parse::<i64>().expect("a number") as u64,
            }
        };
        let shift = parts.get(2).map_or(0, |s| number(s.trim_start_matches("lsl ")));
        match op {
            "mov" | "orr" => v = number(parts[parts.len() - 1]),
            "movk" => v = v & !(0xffff << shift) | number(parts[1]) << shift,
            "movz" => v = number(parts[1]) << shift,
            "movn" => v = !(number(parts[1]) << shift),
            _ => panic!("{text}"),
        }
    }
    v as i64
}

#[test]
fn arm64_constants() {
    let mut all: Vec<i64> =
        vec![0, 1, -1, 42, -42, 0xffff, 0x1_0000, -0x1_0000, i64::MAX, i64::MIN, 0x5555_5555_5555_5555];
    all.extend([
        0x1234_5678_9abc_def0,
        -0x1234_5678,
        0xffff_0000_ffff,
        0x7fff_0000_0000,
        0xffff_ffff,
        1 << 47,
    ]);
    let mut codes = Vec::new();
    for &v in &all {
        let mut b: Buf<Arm64> = Buf::default();
        b.imm(5, v);
        codes.push(b.finish().code);
    }
    let pieces: Vec<&[u8]> = codes.iter().map(|c| &c[..]).collect();
    for ((text, v), code) in cases::texts::<Arm64>(&pieces).iter().zip(&all).zip(&codes) {
        assert_eq!(value(text), *v, "{v:#x}: {text}");
        assert!(code.len() <= 16);
    }
}

#[test]
fn arm64_loads_and_stores() {
    let mut t = Cases::<Arm64>::default();
    let cells: [(Cell, &str, &str, u8); 10] = [
        (Cell::U(1), "ldr", "b", 4),
        (Cell::U(2), "ldr", "h", 4),
        (Cell::U(4), "ldr", "", 4),
        (Cell::U(8), "ldr", "", 8),
        (Cell::SX(1), "ldrs", "b", 8),
        (Cell::SW(2), "ldrs", "h", 4),
        (Cell::SX(4), "ldrs", "w", 8),
        (Cell::F(4), "ldr", "", 4),
        (Cell::F(8), "ldr", "", 8),
        (Cell::F(16), "ldr", "", 16),
    ];
    let (base, x) = (Reg::int(2), Reg::int(6));
    for (cell, name, suffix, width) in cells {
        let r = if matches!(cell, Cell::F(_)) { Reg::float(7) } else { Reg::int(7) };
        let (text, n) = (regs::name(r, width), cell.bytes() as i32);
        let far = name.replace("ldr", "ldur");
        for (disp, name) in [(0, name), (n, name), (4095 * n, name), (-1, &far), (-256, &far)] {
            let place = if disp == 0 { "[x2]".to_string() } else { format!("[x2, #{disp}]") };
            t.add(
                Inst::Load { cell, dst: r, addr: Addr::reg(base, disp) },
                format!("{name}{suffix} {text}, {place}"),
            );
        }
        let addr = Addr { index: Some((x, n.trailing_zeros() as u8)), ..Addr::reg(base, 0) };
        let scaled = match n {
            1 => "[x2, x6]".to_string(),
            n => format!("[x2, x6, lsl #{}]", n.trailing_zeros()),
        };
        t.add(Inst::Load { cell, dst: r, addr }, format!("{name}{suffix} {text}, {scaled}"));
        if !matches!(cell, Cell::SX(_) | Cell::SW(_)) {
            let name = name.replace("ld", "st");
            let addr = Addr::reg(base, n);
            t.add(Inst::Store { cell, addr, src: r }, format!("{name}{suffix} {text}, [x2, #{n}]"));
            // Too far: the address comes into a register first.
            let addr = Addr::reg(base, 0x12_3456 & !15);
            let want =
                format!("add x16, x2, #291, lsl #12; add x16, x16, #1104; {name}{suffix} {text}, [x16]");
            t.add(Inst::Store { cell, addr, src: r }, want);
        }
    }
    t.add(Inst::Load { cell: Cell::U(8), dst: x, addr: Addr::new(Base::OutArg, 8) }, "ldr x6, [sp, #16]");
    t.add(Inst::Lea { dst: x, addr: Addr::new(Base::OutArg, 8) }, "add x6, sp, #16");
    t.add(Inst::StoreZero { bytes: 16, addr: Addr::reg(base, 0) }, "str xzr, [x2]; str xzr, [x2, #8]");
    t.add(Inst::Probe { addr: Addr::reg(base, 0) }, "ldrb wzr, [x2]");
    // The first spill slot stands above the saved link register and the arguments.
    let spill = ARGS + 8;
    let s = Reg::spill(0, false);
    t.add(Any::Move { dst: s, src: x }, format!("str x6, [sp, #{spill}]"));
    t.add(Any::Move { dst: x, src: s }, format!("ldr x6, [sp, #{spill}]"));
    t.add(Any::Move { dst: x, src: base }, "mov x6, x2");
    t.add(Any::Move { dst: Reg::float(1), src: Reg::float(30) }, "fmov d1, d30");
    t.add(Inst::LoadAcquire { bytes: 4, dst: x, addr: base }, "ldar w6, [x2]");
    t.add(Inst::StoreRelease { bytes: 8, src: x, addr: base }, "stlr x6, [x2]");
    let (dst, src, new) = (Reg::int(0), Reg::int(1), Reg::int(3));
    t.add(
        Inst::Rmw { op: RmwOp::Add, bytes: 8, dst, addr: base, src, new },
        "ldaxr x0, [x2]; add x3, x0, x1; stlxr w17, x3, [x2]; cbnz w17, #-12",
    );
    t.add(
        Inst::Cas { bytes: 1, addr: base, old: src, new, found: dst },
        "ldaxrb w0, [x2]; cmp w0, w1, uxtb; b.ne #12; stlxrb w17, w3, [x2]; cbnz w17, #-16",
    );
    t.check();
}

#[test]
fn arm64_floats() {
    let mut t = Cases::<Arm64>::default();
    for (w, letter) in [(Fw::S, "s"), (Fw::D, "d")] {
        let name = |r: Reg| format!("{letter}{}", r.hw());
        for ((dst, a), b) in floats().zip(floats().skip(1)).zip(floats().skip(2)) {
            let (d, x, y) = (name(dst), name(a), name(b));
            for (op, text) in [
                (FOp3::Add, "fadd"),
                (FOp3::Sub, "fsub"),
                (FOp3::Mul, "fmul"),
                (FOp3::Div, "fdiv"),
                (FOp3::Nmul, "fnmul"),
            ] {
                t.add(Inst::F3 { op, w, dst, a, b }, format!("{text} {d}, {x}, {y}"));
            }
            for (op, text) in [(FOp2::Abs, "fabs"), (FOp2::Neg, "fneg"), (FOp2::Sqrt, "fsqrt")] {
                t.add(Inst::F2 { op, w, dst, a }, format!("{text} {d}, {x}"));
            }
            for (sub, neg, text) in [
                (false, false, "fmadd"),
                (true, false, "fmsub"),
                (false, true, "fnmadd"),
                (true, true, "fnmsub"),
            ] {
                t.add(Inst::FMac { sub, neg, w, dst, a, b, acc: dst }, format!("{text} {d}, {x}, {y}, {d}"));
            }
            t.add(Inst::FCmp { w, a, b }, format!("fcmp {x}, {y}"));
            t.add(Inst::FCsel { cc: Cond::Mi, w, dst, a, b }, format!("fcsel {d}, {x}, {y}, mi"));
            for sz in BOTH {
                let g = Reg::int(11);
                let r = reg(g, sz);
                t.add(Inst::IntToF { signed: true, sz, w, dst, a: g }, format!("scvtf {d}, {r}"));
                t.add(Inst::IntToF { signed: false, sz, w, dst, a: g }, format!("ucvtf {d}, {r}"));
                t.add(Inst::FToInt { signed: true, sz, w, dst: g, a }, format!("fcvtzs {r}, {x}"));
                t.add(Inst::FToInt { signed: false, sz, w, dst: g, a }, format!("fcvtzu {r}, {x}"));
            }
        }
    }
    let (f, g) = (Reg::float(20), Reg::int(9));
    t.add(Inst::FCvt { w: Fw::S, dst: f, a: f }, "fcvt d20, s20");
    t.add(Inst::FCvt { w: Fw::D, dst: f, a: f }, "fcvt s20, d20");
    t.add(Inst::GToF { sz: Sz::X, dst: f, a: g }, "fmov d20, x9");
    t.add(Inst::FToG { sz: Sz::W, dst: g, a: f }, "fmov w9, s20");
    t.add(Inst::FZero { dst: f }, "movi d20, #0000000000000000");
    t.add(
        Inst::Popcnt { dst: g, a: g, t: f },
        "fmov d20, x9; cnt v20.8b, v20.8b; addv b20, v20.8b; fmov w9, s20",
    );
    t.check();
}

#[test]
fn arm64_jumps_and_calls() {
    let mut t = Cases::<Arm64>::default();
    let call = |target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
    t.add(Any::Call(call(Target::Func(FuncId(0)))), "bl #0");
    t.add(Any::Call(call(Target::Closure)), "ldr x16, [x26]; blr x16");
    t.add(Any::Call(call(Target::Reg(Reg::int(9)))), "blr x9");
    t.add(Any::TailCall(call(Target::Func(FuncId(0)))), "ldr x30, [sp], #64; b #0");
    t.add(Any::Ret(Vec::new()), "ldr x30, [sp], #64; ret");
    t.add(Any::Trap, "udf #0");
    let r = Reg::int(9);
    for (test, text) in [
        (Test::Cc(Cond::Lt), "b.lt #0"),
        (Test::Zero(Sz::X, r, false), "cbz x9, #0"),
        (Test::Zero(Sz::W, r, true), "cbnz w9, #0"),
        (Test::Bit(r, 33, true), "tbnz x9, #33, #0"),
        (Test::Bit(r, 3, false), "tbz w9, #3, #0"),
    ] {
        t.add(Inst::Br { test, then: 0, els: 1 }, format!("{text}; b #4"));
    }
    t.add(Inst::Yield, "yield");
    t.add(Inst::Break, "brk #0");
    t.check();
}

/// Jumps and addresses of labels near and beyond their short form reach their labels.
#[test]
fn arm64_far_jumps() {
    let jumps = [Jump::Test(Test::Cc(Cond::Ne)), Jump::Test(Test::Bit(Reg::int(1), 2, true)), Jump::Adr(TMP)];
    for jump in jumps {
        for distance in cases::distances::<Arm64>(jump, 4, &[-(1 << 24)]) {
            let distance = distance & !3;
            let (form, text) = cases::jump::<Arm64>(jump, distance);
            let want = match (jump, form) {
                (Jump::Test(Test::Cc(_)), 1) => format!("b.ne #{distance}"),
                (Jump::Test(Test::Cc(_)), _) => format!("b.eq #8; b #{}", distance - 4),
                (Jump::Test(_), 1) => format!("tbnz w1, #2, #{distance}"),
                (Jump::Test(_), _) => format!("tbz w1, #2, #8; b #{}", distance - 4),
                (_, 1) => format!("adr x17, #{distance}"),
                _ => continue,
            };
            assert_eq!(text, want);
        }
    }
    assert!(FAR != TMP && SP.hw() == 31);
}
