//! Tests of the encoder: instruction forms over registers, widths, addresses and immediates against LLVM's disassembler.
use super::Riscv64;
use super::encode::words::Jump;
use super::inst::*;
use super::regs::{FAR, LINK, SP, TMP, ZERO, name};
use crate::mach::buf::Buf;
use crate::mach::cases::{self, ARGS, Cases};
use crate::mach::frame::Frame;
use crate::mach::inst::{Any, CallInfo, SwitchInfo, Target};
use crate::mach::{Case, Encode, Frames};
use crate::regalloc::Reg;
use ir::{Func, FuncId, SigId};
use syntax::{Pos, Sym};

fn x(n: u8) -> Reg {
    Reg::int(n)
}
fn f(n: u8) -> Reg {
    Reg::float(n)
}
fn some() -> impl Iterator<Item = Reg> {
    [6, 7, 8, 9, 15, 16, 24, 30].into_iter().map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    [0, 3, 8, 15, 16, 31].into_iter().map(Reg::float)
}

#[test]
fn riscv64_integer_arithmetic() {
    use AluOp::*;
    let mut t = Cases::<Riscv64>::default();
    let ops = [
        (Add, "add"),
        (Sub, "sub"),
        (Sll, "sll"),
        (Slt, "slt"),
        (Sltu, "sltu"),
        (Xor, "xor"),
        (Srl, "srl"),
        (Sra, "sra"),
        (Or, "or"),
        (And, "and"),
        (Mul, "mul"),
        (Mulh, "mulh"),
        (Mulhu, "mulhu"),
        (Div, "div"),
        (Divu, "divu"),
        (Rem, "rem"),
        (Remu, "remu"),
    ];
    for (op, text) in ops {
        let half = matches!(op, Add | Sub | Sll | Srl | Sra | Mul | Div | Divu | Rem | Remu);
        for (dst, a) in some().zip(some().skip(1)) {
            let (b, d, n) = (x(28), name(dst), name(a));
            t.add(Inst::Alu { op, sz: Sz::X, dst, a, b: Src::R(b) }, format!("{text} {d}, {n}, x28"));
            if half {
                t.add(Inst::Alu { op, sz: Sz::W, dst, a, b: Src::R(b) }, format!("{text}w {d}, {n}, x28"));
            }
            match op {
                Add | Xor | Or | And => {
                    for i in [5, 2047, -2048] {
                        t.add(
                            Inst::Alu { op, sz: Sz::X, dst, a, b: Src::I(i) },
                            format!("{text}i {d}, {n}, {i}"),
                        );
                    }
                }
                Slt | Sltu => {
                    let text = if op == Slt { "slti" } else { "sltiu" };
                    t.add(Inst::Alu { op, sz: Sz::X, dst, a, b: Src::I(-7) }, format!("{text} {d}, {n}, -7"));
                }
                Sll | Srl | Sra => {
                    let (long, short) = (Src::I(63), Src::I(31));
                    t.add(Inst::Alu { op, sz: Sz::X, dst, a, b: long }, format!("{text}i {d}, {n}, 63"));
                    t.add(Inst::Alu { op, sz: Sz::W, dst, a, b: short }, format!("{text}iw {d}, {n}, 31"));
                }
                _ => {}
            }
        }
    }
    let (dst, a) = (x(9), x(18));
    t.add(Inst::Alu { op: Add, sz: Sz::W, dst, a, b: Src::I(-5) }, "addiw x9, x18, -5");
    t.add(Inst::Alu { op: Add, sz: Sz::W, dst, a, b: Src::I(0) }, "sext.w x9, x18");
    t.add(Inst::Alu { op: Sltu, sz: Sz::X, dst, a, b: Src::I(1) }, "seqz x9, x18");
    t.add(Inst::Alu { op: Sltu, sz: Sz::X, dst, a: ZERO, b: Src::R(a) }, "snez x9, x18");
    t.add(Inst::Alu { op: Sub, sz: Sz::X, dst, a: ZERO, b: Src::R(a) }, "neg x9, x18");
    t.add(Any::Move { dst, src: a }, "mv x9, x18");
    t.check();
}

/// What a sequence of instructions leaves in its register, by its text.
fn value(text: &str) -> i64 {
    let mut v = 0i64;
    for one in text.split("; ") {
        let (op, rest) = one.split_once(' ').expect("operands");
        let last = rest.rsplit(", ").next().expect("one operand");
        let n: i64 = match last.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).expect("hex"),
            None => last.parse().expect("a number"),
        };
        v = match op {
            "li" => n,
            "lui" => (n << 12) as i32 as i64,
            "addi" => v.wrapping_add(n),
            "addiw" => v.wrapping_add(n) as i32 as i64,
            "slli" => v << n,
            _ => panic!("{text}"),
        };
    }
    v
}

#[test]
fn riscv64_constants() {
    let mut all: Vec<i64> =
        vec![0, 1, -1, 42, 2047, 2048, -2048, -2049, 0x7fff_f7ff, 0x7fff_f800, 0x7fff_ffff];
    all.extend([-0x8000_0000, 0x8000_0000, 0xffff_ffff, i64::MAX, i64::MIN, 0x1234_5678_9abc_def0, 1 << 47]);
    all.extend([0x5555_5555_5555_5555, -0x1234_5678, 0x7fff_ffff_ffff_f800, -0x7ff, 0x0fff_ffff_ffff_ffff]);
    let mut codes = Vec::new();
    for &v in &all {
        let mut b: Buf<Riscv64> = Buf::default();
        b.imm(x(6), v);
        codes.push(b.finish().code);
    }
    let pieces: Vec<&[u8]> = codes.iter().map(|c| &c[..]).collect();
    for ((text, v), code) in cases::texts::<Riscv64>(&pieces).iter().zip(&all).zip(&codes) {
        assert_eq!(value(text), *v, "{v:#x}: {text}");
        assert!(code.len() <= if i32::try_from(*v).is_ok() { 8 } else { 32 }, "{text}");
    }
}

#[test]
fn riscv64_loads_and_stores() {
    let mut t = Cases::<Riscv64>::default();
    let cells = [
        (Cell::U(1), "lbu"),
        (Cell::U(2), "lhu"),
        (Cell::U(4), "lwu"),
        (Cell::U(8), "ld"),
        (Cell::S(1), "lb"),
        (Cell::S(2), "lh"),
        (Cell::S(4), "lw"),
        (Cell::S(8), "ld"),
        (Cell::F(4), "flw"),
        (Cell::F(8), "fld"),
    ];
    let base = x(8);
    for (cell, load) in cells {
        let r = if matches!(cell, Cell::F(_)) { f(7) } else { x(7) };
        let text = name(r);
        let store = load.replace('l', "s").replace('u', "");
        for (op, is_load) in [(load, true), (&store, false)] {
            let mut add = |disp: i32, want: String| {
                let addr = Addr::reg(base, disp);
                match is_load {
                    true => t.add(Inst::Load { cell, dst: r, addr }, want),
                    false => t.add(Inst::Store { cell, addr, src: r }, want),
                }
            };
            for disp in [0, 8, 2047, -2048] {
                add(disp, format!("{op} {text}, {disp}(x8)"));
            }
            // Too far: the upper part of the distance comes into a register first.
            add(0x12_3456, format!("lui x31, 291; add x31, x31, x8; {op} {text}, 1110(x31)"));
            add(-0x12_3456, format!("lui x31, 1048285; add x31, x31, x8; {op} {text}, -1110(x31)"));
            add(
                0x7fff_ff00,
                format!("lui x31, 524288; addiw x31, x31, -256; add x31, x31, x8; {op} {text}, 0(x31)"),
            );
        }
    }
    let r = x(6);
    t.add(Inst::Load { cell: Cell::U(8), dst: r, addr: Addr::new(Base::OutArg, 8) }, "ld x6, 16(x2)");
    t.add(Inst::Lea { dst: r, addr: Addr::new(Base::OutArg, 8) }, "addi x6, x2, 16");
    t.add(Inst::Lea { dst: r, addr: Addr::reg(base, 4096) }, "lui x5, 1; add x6, x8, x5");
    t.add(Inst::Store { cell: Cell::U(8), addr: Addr::reg(base, 8), src: ZERO }, "sd x0, 8(x8)");
    t.add(Inst::Probe { addr: Addr::reg(base, 0) }, "lbu x0, 0(x8)");
    // Symbols' addresses, in two parts that wait for the linker.
    let pool = Addr::new(Base::Pool(1, 8), 0);
    t.add(Inst::Lea { dst: r, addr: pool }, "auipc x6, 0; mv x6, x6");
    t.add(Inst::Load { cell: Cell::F(8), dst: f(1), addr: pool }, "auipc x31, 0; fld f1, 0(x31)");
    t.add(Inst::Store { cell: Cell::U(4), addr: pool, src: r }, "auipc x31, 0; sw x6, 0(x31)");
    // The first spill slot stands above the saved link register and the arguments.
    let (s, at) = (Reg::spill(0, false), ARGS + 8);
    t.add(Any::Move { dst: s, src: r }, format!("sd x6, {at}(x2)"));
    t.add(Any::Move { dst: r, src: s }, format!("ld x6, {at}(x2)"));
    t.add(Any::Move { dst: f(1), src: f(30) }, "fmv.d f1, f30");
    t.add(Inst::ReadG { dst: r }, "mv x6, x27");
    t.add(Inst::FixedRegs, "lui x27, 0; add x27, x27, x4; ld x27, 0(x27)");
    t.check();
}

#[test]
fn riscv64_atomics() {
    let mut t = Cases::<Riscv64>::default();
    let (dst, addr, src) = (x(6), x(8), x(9));
    let cell = Cell::S(4);
    t.add(Inst::LoadAtomic { cell, dst, addr }, "fence rw, rw; lw x6, 0(x8); fence r, rw");
    t.add(Inst::StoreAtomic { bytes: 8, addr, src }, "fence rw, w; sd x9, 0(x8)");
    for (op, text) in
        [(AmoOp::Add, "amoadd"), (AmoOp::Swap, "amoswap"), (AmoOp::And, "amoand"), (AmoOp::Or, "amoor")]
    {
        t.add(Inst::Amo { op, bytes: 4, dst, addr, src }, format!("{text}.w.aqrl x6, x9, (x8)"));
        t.add(Inst::Amo { op, bytes: 8, dst, addr, src }, format!("{text}.d.aqrl x6, x9, (x8)"));
    }
    let (old, new, found) = (x(10), x(11), x(6));
    t.add(
        Inst::Cas { bytes: 8, addr, old, new, mask: None, t: None, found },
        "lr.d.aqrl x6, (x8); bne x6, x10, 12; sc.d.rl x5, x11, (x8); bnez x5, -12",
    );
    t.add(
        Inst::Cas { bytes: 4, addr, old, new, mask: Some(x(12)), t: Some(x(13)), found },
        "lr.w.aqrl x6, (x8); and x5, x6, x12; xor x13, x6, x5; or x13, x13, x11; bne x5, x10, 12; \
         sc.w.rl x5, x13, (x8); bnez x5, -24",
    );
    let (mask, tmp) = (x(12), x(13));
    t.add(
        Inst::Part { op: PartOp::Swap, addr, src, mask, dst, t: tmp },
        "lr.w.aqrl x6, (x8); xor x13, x6, x9; and x13, x13, x12; xor x13, x13, x6; sc.w.rl x5, x13, (x8); \
         bnez x5, -20",
    );
    t.add(
        Inst::Part { op: PartOp::Add, addr, src, mask, dst, t: tmp },
        "lr.w.aqrl x6, (x8); add x13, x6, x9; xor x13, x6, x13; and x13, x13, x12; xor x13, x13, x6; \
         sc.w.rl x5, x13, (x8); bnez x5, -24",
    );
    t.add(Inst::Pause, "fence w, 0");
    t.add(Inst::Break, "ebreak");
    t.add(
        Inst::Words { dst: x(8), src: Some(x(9)), count: x(10), t: [x(11), x(12), x(13), x(14)] },
        "mv x11, x8; mv x12, x9; mv x13, x10; ld x14, 0(x12); addi x12, x12, 8; sd x14, 0(x11); \
         addi x11, x11, 8; addi x13, x13, -1; bnez x13, -20",
    );
    t.check();
}

#[test]
fn riscv64_floats() {
    let mut t = Cases::<Riscv64>::default();
    for (w, s) in [(Fw::S, "s"), (Fw::D, "d")] {
        for ((dst, a), b) in floats().zip(floats().skip(1)).zip(floats().skip(2)) {
            let (d, p, q) = (name(dst), name(a), name(b));
            for (op, text) in [
                (FOp::Add, "fadd"),
                (FOp::Sub, "fsub"),
                (FOp::Mul, "fmul"),
                (FOp::Div, "fdiv"),
                (FOp::Sgnj, "fsgnj"),
                (FOp::Sgnjn, "fsgnjn"),
                (FOp::Sgnjx, "fsgnjx"),
            ] {
                t.add(Inst::F3 { op, w, dst, a, b }, format!("{text}.{s} {d}, {p}, {q}"));
            }
            for (op, text) in [
                (MacOp::Add, "fmadd"),
                (MacOp::Sub, "fmsub"),
                (MacOp::NegSub, "fnmsub"),
                (MacOp::NegAdd, "fnmadd"),
            ] {
                t.add(Inst::FMac { op, w, dst, a, b, c: f(27) }, format!("{text}.{s} {d}, {p}, {q}, f27"));
            }
            t.add(Inst::FSqrt { w, dst, a }, format!("fsqrt.{s} {d}, {p}"));
            for (op, text) in [(FCmp::Eq, "feq"), (FCmp::Lt, "flt"), (FCmp::Le, "fle")] {
                t.add(Inst::FCmp { op, w, dst: x(9), a, b }, format!("{text}.{s} x9, {p}, {q}"));
            }
            for (sz, signed, i) in
                [(Sz::W, true, "w"), (Sz::W, false, "wu"), (Sz::X, true, "l"), (Sz::X, false, "lu")]
            {
                let g = x(11);
                t.add(Inst::IntToF { signed, sz, w, dst, a: g }, format!("fcvt.{s}.{i} {d}, x11"));
                t.add(Inst::FToInt { signed, sz, w, dst: g, a }, format!("fcvt.{i}.{s} x11, {p}, rtz"));
            }
        }
        let m = if w == Fw::S { "w" } else { "d" };
        t.add(Inst::GToF { w, dst: f(20), a: x(9) }, format!("fmv.{m}.x f20, x9"));
        t.add(Inst::FToG { w, dst: x(9), a: f(20) }, format!("fmv.x.{m} x9, f20"));
    }
    t.add(Inst::GToF { w: Fw::D, dst: f(20), a: ZERO }, "fmv.d.x f20, x0");
    t.add(Inst::FCvt { w: Fw::S, dst: f(20), a: f(21) }, "fcvt.d.s f20, f21");
    t.add(Inst::FCvt { w: Fw::D, dst: f(20), a: f(21) }, "fcvt.s.d f20, f21");
    t.check();
}

#[test]
fn riscv64_jumps_and_calls() {
    let mut t = Cases::<Riscv64>::default();
    let call = |target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
    t.add(Any::Call(call(Target::Func(FuncId(0)))), "auipc x1, 0; jalr x1");
    t.add(Any::Call(call(Target::Ext("f"))), "auipc x1, 0; jalr x1");
    t.add(Any::Call(call(Target::Closure)), "ld x31, 0(x26); jalr x31");
    t.add(Any::Call(call(Target::Reg(x(9)))), "jalr x9");
    let leave = "ld x1, 0(x2); addi x2, x2, 56";
    t.add(Any::TailCall(call(Target::Func(FuncId(0)))), format!("{leave}; auipc x31, 0; jr x31"));
    t.add(Any::TailCall(call(Target::Fixed(x(7)))), format!("{leave}; jr x7"));
    t.add(Any::Ret(Vec::new()), format!("{leave}; ret"));
    t.add(Any::Trap, "unimp");
    let (a, b) = (x(9), x(10));
    for cmp in Cmp::ALL {
        let text = format!("{cmp:?}").to_lowercase();
        t.add(Inst::Br { test: Test::new(cmp, a, b), then: 0, els: 1 }, format!("b{text} x9, x10, 0; j 4"));
        let (dst, other) = (x(11), x(12));
        let want = format!("b{text} x9, x10, 8; mv x11, x12");
        t.add(Inst::Choose { test: Test::new(cmp, a, b), dst, a: dst, b: other }, want);
    }
    t.add(
        Inst::Choose { test: Test::new(Cmp::Ne, a, ZERO), dst: f(1), a: f(1), b: f(2) },
        "bnez x9, 8; fmv.d f1, f2",
    );
    let bounds =
        |idx, len, inclusive| Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic: FuncId(0) }));
    t.add(bounds(Src::R(a), Src::R(b), false), "bgeu x9, x10, 4");
    t.add(bounds(Src::R(a), Src::R(b), true), "bltu x10, x9, 4");
    t.add(bounds(Src::I(0), Src::R(b), false), "bgeu x0, x10, 4");
    t.add(bounds(Src::I(3), Src::R(b), false), "li x5, 3; bgeu x5, x10, 4");
    t.add(bounds(Src::R(a), Src::I(16), true), "li x31, 16; bltu x31, x9, 4");
    let switch = SwitchInfo { value: x(9), bytes: 8, cases: Vec::new(), default: 1, temps: [x(10), x(11)] };
    t.written("case", "li x10, 7; beq x9, x10, 8; bgez x9, 4", |e| {
        let to = e.blocks[1];
        Riscv64::case(e, &switch, 7, Case::Equal, to);
        Riscv64::case(e, &switch, 0, Case::AtLeast, to);
    });
    let table = "addi x10, x9, -5; li x11, 20; bltu x11, x10, 32; auipc x11, 0; addi x11, x11, 28; \
                 slli x10, x10, 2; add x10, x10, x11; lw x10, 0(x10); add x10, x10, x11; jr x10";
    t.written("table", table, |e| {
        let to = e.blocks[1];
        Riscv64::jump_table(e, &switch, 5, 20, to, to);
    });
    t.check();
}

#[test]
fn riscv64_frames() {
    let mut t = Cases::<Riscv64>::default();
    let func = Func::new(Sym::new("t"), SigId(0), &[], Pos::NONE);
    assert_eq!(Frame::new::<Riscv64>(&func, &[], &[], ARGS, 4, true).size, 56);
    t.written("prologue", "addi x2, x2, -56; sd x1, 0(x2)", Riscv64::prologue);
    let guard = 8 * reflect::image::G_STACKGUARD0_WORD;
    t.written("small", format!("ld x31, {guard}(x27); bgeu x31, x2, 4"), |e| {
        let to = e.blocks[1];
        Riscv64::stack_check(e, 64, to);
    });
    t.written("large", format!("addi x5, x2, -1000; ld x31, {guard}(x27); bgeu x31, x5, 4"), |e| {
        let to = e.blocks[1];
        Riscv64::stack_check(e, 1000 + reflect::image::STACK_SMALL, to);
    });
    let want =
        format!("lui x5, 1048560; add x5, x2, x5; bltu x2, x5, 12; ld x31, {guard}(x27); bgeu x31, x5, 4");
    t.written("huge", want, |e| {
        let to = e.blocks[1];
        Riscv64::stack_check(e, 0x10000 + reflect::image::STACK_SMALL, to);
    });
    t.written("poll", format!("ld x31, {guard}(x27); bgeu x31, x2, 4"), |e| {
        let to = e.blocks[1];
        Riscv64::poll(e, to);
    });
    let barrier = "addi x5, x8, 8; lbu x0, 0(x5); addi x2, x2, -16; sd x25, 0(x2); sd x7, 8(x2); mv x25, x5; \
                   li x7, 8; auipc x1, 0; jalr x1; ld x25, 0(x2); ld x7, 8(x2); addi x2, x2, 16";
    t.written("barrier", barrier, |e| Riscv64::barrier_call(e, &Addr::reg(x(8), 8), 8));
    t.check();
}

/// Jumps and addresses of labels near and beyond their short forms reach their labels.
#[test]
fn riscv64_far_jumps() {
    let test = Jump::Test(Test::new(Cmp::Ne, x(9), x(10)));
    for jump in [Jump::Always, test, Jump::Address(TMP)] {
        let forms = Riscv64::forms(jump);
        for distance in cases::distances::<Riscv64>(jump, 2, &[(1 << 24) + 0xffc, -(1 << 24) - 8, 1 << 30]) {
            let (form, text) = cases::jump::<Riscv64>(jump, distance);
            let far = |by: i64| {
                let low = by << 52 >> 52;
                ((by - low) >> 12 & 0xf_ffff, low)
            };
            let jr = |low: i64| if low == 0 { "jr x31".to_string() } else { format!("jr {low}(x31)") };
            let want = match (jump, forms.len() - form) {
                (Jump::Always, 1) => format!("j {distance}"),
                (Jump::Always, _) => {
                    let (high, low) = far(distance);
                    format!("auipc x31, {high}; {}", jr(low))
                }
                (Jump::Test(_), 1) => format!("bne x9, x10, {distance}"),
                (Jump::Test(_), 2) => format!("beq x9, x10, 8; j {}", distance - 4),
                (Jump::Test(_), _) => {
                    let (high, low) = far(distance - 4);
                    format!("beq x9, x10, 12; auipc x31, {high}; {}", jr(low))
                }
                (Jump::Address(_), _) => {
                    let (high, low) = far(distance);
                    let add = if low == 0 { "mv x5, x5".into() } else { format!("addi x5, x5, {low}") };
                    format!("auipc x5, {high}; {add}")
                }
            };
            assert_eq!(text, want);
        }
    }
    assert!(FAR != TMP && SP.hw() == 2 && LINK.hw() == 1);
}

/// A call's field takes every distance in its range.
#[test]
fn riscv64_calls_are_filled_in() {
    let kind = &super::encode::words::FIXUPS[super::encode::words::CALL as usize];
    for distance in [0, 4, -4, 0x7ff, 0x800, 0xfff_f800, -0x1234_5678, *kind.range.start(), *kind.range.end()]
    {
        let mut code = [0x97, 0, 0, 0, 0xe7, 0x80, 0, 0];
        assert!(kind.fill(&mut code, distance));
        let words = [0, 4].map(|at| i32::from_le_bytes([code[at], code[at + 1], code[at + 2], code[at + 3]]));
        assert_eq!((words[0] & 0xfff, words[1] & 0xf_ffff), (0x97, 0x80e7));
        let reached = (words[0] & !0xfff) as i64 + (words[1] >> 20) as i64;
        assert_eq!(reached, distance);
    }
    assert!(!kind.fill(&mut [0; 8], kind.range.end() + 1));
}
