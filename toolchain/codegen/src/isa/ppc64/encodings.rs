//! Tests of the encoder: instruction forms over registers, widths, addresses and immediates against LLVM's disassembler, in both byte
//! orders.
use super::Ppc64;
use super::encode::words::Jump;
use super::inst::*;
use super::regs::{FAR, SP, TMP, ZERO, name};
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
    [3, 7, 8, 10, 14, 17, 20, 29].into_iter().map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    [1, 3, 8, 13, 16, 31].into_iter().map(Reg::float)
}

/// Tests of both byte orders.
macro_rules! both {
    ($($(#[$doc:meta])* fn $name:ident($t:ident, $big:ident) $body:block)*) => {$(
        $(#[$doc])*
        #[test]
        fn $name() {
            fn of<const $big: bool>() {
                let mut $t = Cases::<Ppc64<$big>>::default();
                $body
                $t.check();
            }
            of::<false>();
            of::<true>();
        }
    )*};
}

both! {
    fn ppc64_integer_arithmetic(t, BIG) {
        use AluOp::*;
        let ops = [
            (Add, "add", "add"),
            (Mul, "mullw", "mulld"),
            (Mulh, "", "mulhd"),
            (Mulhu, "", "mulhdu"),
            (Div, "divw", "divd"),
            (Divu, "divwu", "divdu"),
            (And, "and", "and"),
            (Andc, "andc", "andc"),
            (Or, "or", "or"),
            (Xor, "xor", "xor"),
            (Shl, "slw", "sld"),
            (Shr, "srw", "srd"),
            (Sar, "sraw", "srad"),
            (Rot, "rotlw", "rotld"),
        ];
        for (dst, a) in some().zip(some().skip(1)) {
            let (b, d, n) = (x(28), name(dst), name(a));
            for (op, word, double) in ops {
                for (sz, text) in [(Sz::W, word), (Sz::X, double)].into_iter().filter(|o| !o.1.is_empty()) {
                    t.add(Inst::Alu { op, sz, dst, a, b: Src::R(b) }, format!("{text} {d}, {n}, 28"));
                }
            }
            let sz = Sz::X;
            t.add(Inst::Alu { op: Sub, sz, dst, a, b: Src::R(b) }, format!("sub {d}, {n}, 28"));
            let imms = [
                (Add, 32767, "addi", 32767),
                (Add, -32768, "addi", -32768),
                (Add, 0x7fff_0000, "addis", 0x7fff),
                (Add, -0x8000_0000, "addis", -0x8000),
                (Mul, -7, "mulli", -7),
                (And, 0xfff1, "andi.", 0xfff1),
                (And, 0xfff1_0000, "andis.", 0xfff1),
                (Or, 0x8000, "ori", 0x8000),
                (Or, 0x8000_0000, "oris", 0x8000),
                (Xor, 5, "xori", 5),
                (Xor, 0x5_0000, "xoris", 5),
                (Shl, 63, "sldi", 63),
                (Shl, 31, "sldi", 31),
                (Shr, 63, "rldicl", 63),
                (Shr, 1, "rldicl", 1),
                (Sar, 63, "sradi", 63),
                (Sar, 5, "sradi", 5),
                (Rot, 33, "rotldi", 33),
            ];
            for (op, i, text, shown) in imms {
                let shown = match op {
                    Shr => format!("{}, {i}", 64 - i),
                    _ => format!("{shown}"),
                };
                t.add(Inst::Alu { op, sz, dst, a, b: Src::I(i) }, format!("{text} {d}, {n}, {shown}"));
            }
            let sz = Sz::W;
            t.add(Inst::Alu { op: Shl, sz, dst, a, b: Src::I(5) }, format!("slwi {d}, {n}, 5"));
            t.add(Inst::Alu { op: Shr, sz, dst, a, b: Src::I(31) }, format!("srwi {d}, {n}, 31"));
            t.add(Inst::Alu { op: Sar, sz, dst, a, b: Src::I(31) }, format!("srawi {d}, {n}, 31"));
            t.add(Inst::Alu { op: Rot, sz, dst, a, b: Src::I(7) }, format!("rotlwi {d}, {n}, 7"));
            let one = [
                (Op2::Neg, "neg", "neg"),
                (Op2::Clz, "cntlzw", "cntlzd"),
                (Op2::Popcnt, "popcntw", "popcntd"),
                (Op2::Sext(1), "extsb", "extsb"),
                (Op2::Sext(2), "extsh", "extsh"),
                (Op2::Sext(4), "extsw", "extsw"),
            ];
            for (op, word, double) in one {
                t.add(Inst::Op2 { op, sz: Sz::W, dst, a }, format!("{word} {d}, {n}"));
                t.add(Inst::Op2 { op, sz: Sz::X, dst, a }, format!("{double} {d}, {n}"));
            }
            t.add(Inst::Op2 { op: Op2::Not, sz, dst, a }, format!("not {d}, {n}"));
            t.add(Inst::Bits { dst, a, left: 0, keep: 32 }, format!("clrldi {d}, {n}, 32"));
            t.add(Inst::Bits { dst, a, left: 0, keep: 8 }, format!("clrldi {d}, {n}, 56"));
            t.add(Inst::Bits { dst, a, left: 40, keep: 24 }, format!("rldicl {d}, {n}, 40, 40"));
            t.add(Any::Move { dst, src: a }, format!("mr {d}, {n}"));
        }
        let (dst, out, a, b) = (x(7), x(8), x(9), x(10));
        let carry = |sub, carry| Inst::Carry { sub, dst, out, a, b, carry };
        t.add(carry(false, None), "addc 7, 9, 10; addze 8, 0");
        t.add(carry(false, Some(x(4))), "addic 31, 4, -1; adde 7, 9, 10; addze 8, 0");
        t.add(carry(true, None), "subc 7, 9, 10; subfe 8, 0, 0; neg 8, 8");
        t.add(carry(true, Some(x(4))), "subfic 31, 4, 0; subfe 7, 10, 9; subfe 8, 0, 0; neg 8, 8");
    }

    fn ppc64_loads_and_stores(t, BIG) {
        let cells = [
            (Cell::U(1), "lbz", "stb"),
            (Cell::U(2), "lhz", "sth"),
            (Cell::U(4), "lwz", "stw"),
            (Cell::U(8), "ld", "std"),
            (Cell::S(2), "lha", "sth"),
            (Cell::S(4), "lwa", "stw"),
            (Cell::S(8), "ld", "std"),
            (Cell::F(4), "lfs", "stfs"),
            (Cell::F(8), "lfd", "stfd"),
        ];
        let base = x(8);
        for (cell, load, store) in cells {
            let r = if matches!(cell, Cell::F(_)) { f(7) } else { x(7) };
            for (op, is_load) in [(load, true), (store, false)] {
                let mut add = |disp: i32, want: String| {
                    let addr = Addr::reg(base, disp);
                    match is_load {
                        true => t.add(Inst::Load { cell, dst: r, addr }, want),
                        false => t.add(Inst::Store { cell, addr, src: r }, want),
                    }
                };
                for disp in [0, 8, 32764, -32768] {
                    add(disp, format!("{op} 7, {disp}(8)"));
                }
                // Doublewords have distances of whole words only.
                match op {
                    "ld" | "std" | "lwa" => add(13, format!("li 31, 13; {op}x 7, 8, 31")),
                    _ => add(13, format!("{op} 7, 13(8)")),
                }
                // Too far: the upper part of the distance comes into a register first.
                add(0x12_3450, format!("addis 31, 8, 18; {op} 7, 13392(31)"));
                add(-0x12_3450, format!("addis 31, 8, -18; {op} 7, -13392(31)"));
                add(0x7fff_ff00, format!("lis 31, 32767; ori 31, 31, 65280; {op}x 7, 8, 31"));
            }
        }
        let r = x(6);
        let byte = Cell::S(1);
        t.add(Inst::Load { cell: byte, dst: r, addr: Addr::reg(base, 3) }, "lbz 6, 3(8); extsb 6, 6");
        t.add(Inst::Load { cell: Cell::U(8), dst: r, addr: Addr::new(Base::OutArg, 8) }, "ld 6, 40(1)");
        t.add(Inst::Lea { dst: r, addr: Addr::new(Base::OutArg, 8) }, "addi 6, 1, 40");
        t.add(Inst::Lea { dst: r, addr: Addr::reg(base, 0x1_8000) }, "addis 6, 8, 2; addi 6, 6, -32768");
        t.add(Inst::Lea { dst: r, addr: Addr::reg(base, 0x1_0000) }, "addis 6, 8, 1");
        t.add(Inst::Store { cell: Cell::U(8), addr: Addr::reg(base, 8), src: ZERO }, "std 0, 8(8)");
        t.add(Inst::Probe { addr: Addr::reg(base, 0) }, "lbz 31, 0(8)");
        // Symbols' addresses, in two parts that wait for the linker.
        let pool = Addr::new(Base::Pool(1, 8), 0);
        t.add(Inst::Lea { dst: r, addr: pool }, "lis 6, 0; addi 6, 6, 0");
        t.add(Inst::Load { cell: Cell::F(8), dst: f(1), addr: pool }, "lis 31, 0; lfd 1, 0(31)");
        t.add(Inst::Load { cell: Cell::U(8), dst: x(9), addr: pool }, "lis 31, 0; ld 9, 0(31)");
        let symbol = Addr::new(Base::Sym(ir::SymRef::Func(FuncId(0))), 4);
        t.add(Inst::Store { cell: Cell::U(4), addr: symbol, src: r }, "lis 31, 0; stw 6, 0(31)");
        // Nobody knows how it is aligned.
        t.add(Inst::Load { cell: Cell::U(8), dst: r, addr: symbol }, "lis 31, 0; addi 31, 31, 0; ld 6, 0(31)");
        // The first spill slot stands above the fixed part and the arguments.
        let (s, at) = (Reg::spill(0, false), ARGS + 32);
        t.add(Any::Move { dst: s, src: r }, format!("std 6, {at}(1)"));
        t.add(Any::Move { dst: r, src: s }, format!("ld 6, {at}(1)"));
        let s = Reg::spill(0, true);
        t.add(Any::Move { dst: s, src: f(6) }, format!("stfd 6, {at}(1)"));
        t.add(Any::Move { dst: f(6), src: s }, format!("lfd 6, {at}(1)"));
        t.add(Any::Move { dst: f(1), src: f(30) }, "fmr 1, 30");
        t.add(Inst::ReadG { dst: r }, "mr 6, 30");
        t.add(Inst::FixedRegs, "li 0, 0; addis 30, 13, 0; ld 30, 0(30)");
    }

    fn ppc64_atomics(t, BIG) {
        let (old, new, addr, src) = (x(6), x(7), x(8), x(9));
        let cell = Cell::U(4);
        t.add(
            Inst::LoadAtomic { cell, dst: x(6), addr },
            "sync; lwz 6, 0(8); cmpd 6, 6; bf 2, .+4; isync",
        );
        t.add(Inst::StoreAtomic { bytes: 8, addr, src }, "sync; std 9, 0(8)");
        for (op, text) in [(RmwOp::Add, "add"), (RmwOp::And, "and"), (RmwOp::Or, "or")] {
            for (bytes, w) in [(1, "b"), (2, "h"), (4, "w"), (8, "d")] {
                let want =
                    format!("sync; l{w}arx 6, 0, 8; {text} 7, 6, 9; st{w}cx. 7, 0, 8; bf 2, .-12; isync");
                t.add(Inst::Rmw { op, bytes, old, new, addr, src }, want);
            }
        }
        t.add(
            Inst::Rmw { op: RmwOp::Swap, bytes: 8, old, new, addr, src },
            "sync; ldarx 6, 0, 8; stdcx. 9, 0, 8; bf 2, .-8; isync",
        );
        for (bytes, w, c) in [(1, "b", "w"), (4, "w", "w"), (8, "d", "d")] {
            t.add(
                Inst::Cas { bytes, addr, old: x(9), new: x(10), found: x(6), dst: x(7) },
                format!(
                    "sync; l{w}arx 6, 0, 8; cmpl{c} 6, 9; bf 2, .+12; st{w}cx. 10, 0, 8; bf 2, .-16; isync; \
                     li 7, 1; iseleq 7, 7, 0"
                ),
            );
        }
        t.add(Inst::Pause, "mr 27, 27");
        t.add(Inst::Break, "trap");
        t.add(
            Inst::Words { dst: x(8), src: Some(x(9)), count: 20, t: [x(11), x(12), x(14)] },
            "li 14, 20; mtctr 14; mr 11, 8; mr 12, 9; ld 14, 0(12); addi 12, 12, 8; std 14, 0(11); \
             addi 11, 11, 8; bdnz .-16",
        );
        t.add(
            Inst::Words { dst: x(8), src: None, count: 20, t: [x(11), x(12), x(14)] },
            "li 14, 20; mtctr 14; mr 11, 8; std 0, 0(11); addi 11, 11, 8; bdnz .-8",
        );
    }

    fn ppc64_floats(t, BIG) {
        for (w, s) in [(Fw::S, "s"), (Fw::D, "")] {
            for ((dst, a), b) in floats().zip(floats().skip(1)).zip(floats().skip(2)) {
                let (d, p, q) = (name(dst), name(a), name(b));
                for (op, text) in [(FOp::Add, "fadd"), (FOp::Sub, "fsub"), (FOp::Mul, "fmul"), (FOp::Div, "fdiv")]
                {
                    t.add(Inst::F3 { op, w, dst, a, b }, format!("{text}{s} {d}, {p}, {q}"));
                }
                let acc = f(17);
                t.add(Inst::FMac { sub: false, w, dst, a, b, acc }, format!("fmadd{s} {d}, {p}, {q}, 17"));
                t.add(Inst::FMac { sub: true, w, dst, a, b, acc }, format!("fmsub{s} {d}, {p}, {q}, 17"));
                t.add(Inst::F3 { op: FOp::Copysign, w, dst, a, b }, format!("fcpsgn {d}, {p}, {q}"));
                t.add(Inst::F2 { op: FOp2::Sqrt, w, dst, a }, format!("fsqrt{s} {d}, {p}"));
                for (op, text) in [(FOp2::Neg, "fneg"), (FOp2::Abs, "fabs"), (FOp2::Round, "frsp")] {
                    t.add(Inst::F2 { op, w, dst, a }, format!("{text} {d}, {p}"));
                }
                for (sz, signed, to, op) in [
                    (Sz::W, true, "mtfprwa", "fcfid"),
                    (Sz::W, false, "mtfprwz", "fcfidu"),
                    (Sz::X, true, "mtfprd", "fcfid"),
                    (Sz::X, false, "mtfprd", "fcfidu"),
                ] {
                    t.add(
                        Inst::IntToF { signed, sz, w, dst, a: x(11) },
                        format!("{to} 0, 11; {op}{s} {d}, 0"),
                    );
                }
                t.add(Inst::FToInt { sz: Sz::W, dst: x(11), a }, format!("fctiwz 0, {p}; mffprd 11, 0"));
                t.add(Inst::FToInt { sz: Sz::X, dst: x(11), a }, format!("fctidz 0, {p}; mffprd 11, 0"));
            }
        }
        let (dst, a) = (f(20), x(9));
        t.add(Inst::GToF { w: Fw::D, dst, a }, "mtfprd 20, 9");
        t.add(Inst::GToF { w: Fw::D, dst, a: ZERO }, "mtfprd 20, 0");
        t.add(Inst::GToF { w: Fw::S, dst, a }, "sldi 21, 9, 32; mtfprd 0, 21; xscvspdpn 20, 0");
        t.add(Inst::FToG { w: Fw::D, dst: x(9), a: f(20) }, "mffprd 9, 20");
        t.add(Inst::FToG { w: Fw::S, dst: x(9), a: f(20) }, "xscvdpspn 0, 20; mffprd 9, 0; rldicl 9, 9, 32, 32");
    }

    fn ppc64_jumps_and_calls(t, BIG) {
        let call = |target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
        t.add(Any::Call(call(Target::Func(FuncId(0)))), "bl .+0");
        t.add(Any::Call(call(Target::Ext("f"))), "bl .+0");
        t.add(Any::Call(call(Target::Closure)), "ld 31, 0(11); mtctr 31; bctrl");
        t.add(Any::Call(call(Target::Reg(x(9)))), "mtctr 9; bctrl");
        let leave = "ld 31, 0(1); mtlr 31; addi 1, 1, 80";
        t.add(Any::TailCall(call(Target::Func(FuncId(0)))), format!("{leave}; b .+0"));
        t.add(Any::TailCall(call(Target::Fixed(x(7)))), format!("{leave}; mtctr 7; bctr"));
        t.add(Any::Ret(Vec::new()), format!("{leave}; blr"));
        // No instruction.
        t.add(Any::Trap, "");
        let (a, b) = (x(9), Src::R(x(10)));
        let signed = How::Signed(Sz::X);
        for (bit, text, isel) in [(Bit::Lt, "0", "isellt"), (Bit::Gt, "1", "iselgt"), (Bit::Eq, "2", "iseleq")] {
            for (want, op) in [(true, "bt"), (false, "bf")] {
                t.add(
                    Inst::Br { test: Test::new(signed, a, b, bit, want), then: 0, els: 1 },
                    format!("cmpd 9, 10; {op} {text}, .-4; b .+4"),
                );
            }
            let (dst, other) = (x(11), x(12));
            let choose = |want| Inst::Choose { test: Test::new(signed, a, b, bit, want), dst, a, b: other };
            t.add(choose(true), format!("cmpd 9, 10; {isel} 11, 9, 12"));
            t.add(choose(false), format!("cmpd 9, 10; {isel} 11, 12, 9"));
            let set = |want| Inst::Set { test: Test::new(signed, a, b, bit, want), dst };
            t.add(set(true), format!("cmpd 9, 10; li 11, 1; {isel} 11, 11, 0"));
            t.add(set(false), format!("cmpd 9, 10; li 11, 1; {isel} 11, 0, 11"));
        }
        for (how, b, text) in [
            (How::Signed(Sz::W), b, "cmpw 9, 10"),
            (How::Unsigned(Sz::W), b, "cmplw 9, 10"),
            (How::Unsigned(Sz::X), b, "cmpld 9, 10"),
            (How::Signed(Sz::W), Src::I(-5), "cmpwi 9, -5"),
            (How::Signed(Sz::X), Src::I(-5), "cmpdi 9, -5"),
            (How::Unsigned(Sz::W), Src::I(65535), "cmplwi 9, 65535"),
            (How::Unsigned(Sz::X), Src::I(65535), "cmpldi 9, 65535"),
        ] {
            let test = Test::new(how, a, b, Bit::Eq, true);
            t.add(Inst::Set { test, dst: x(3) }, format!("{text}; li 3, 1; iseleq 3, 3, 0"));
        }
        let float = Test::new(How::Float, f(1), Src::R(f(2)), Bit::Lt, true);
        t.add(Inst::FChoose { test: float, dst: f(3), a: f(3), b: f(4) }, "fcmpu 0, 1, 2; bt 0, .+8; fmr 3, 4");
        let test = Test { or: Some(Bit::Eq), ..float };
        t.add(Inst::Br { test, then: 0, els: 1 }, "fcmpu 0, 1, 2; cror 0, 0, 2; bt 0, .-8; b .+4");
        let bounds =
            |idx, len, inclusive| Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic: FuncId(0) }));
        t.add(bounds(Src::R(a), b, false), "cmpld 9, 10; bf 0, .+4");
        t.add(bounds(Src::R(a), b, true), "cmpld 9, 10; bt 1, .+4");
        t.add(bounds(Src::I(3), b, false), "cmpldi 10, 3; bf 1, .+4");
        t.add(bounds(Src::I(3), b, true), "cmpldi 10, 3; bt 0, .+4");
        t.add(bounds(Src::R(a), Src::I(16), true), "cmpldi 9, 16; bt 1, .+4");
        t.add(bounds(Src::I(3), Src::I(16), false), "li 21, 3; cmpldi 21, 16; bf 0, .+4");
        let switch = SwitchInfo { value: x(9), bytes: 4, cases: Vec::new(), default: 1, temps: [x(10), x(11)] };
        t.written("case", "cmpwi 9, 7; bt 2, .+16; lis 10, 1; cmpw 9, 10; bf 0, .+4", |e| {
            let to = e.blocks[1];
            Ppc64::case(e, &switch, 7, Case::Equal, to);
            Ppc64::case(e, &switch, 0x1_0000, Case::AtLeast, to);
        });
        let table = "li 11, -5; add 10, 9, 11; clrldi 10, 10, 32; li 11, 20; cmpld 10, 11; bt 1, .+48; mflr 31; \
                     bcl 20, 31, .+4; mflr 11; mtlr 31; addis 11, 11, 0; addi 11, 11, 36; sldi 10, 10, 2; \
                     lwax 10, 11, 10; add 10, 10, 11; mtctr 10; bctr";
        t.written("table", table, |e| {
            let to = e.blocks[1];
            Ppc64::jump_table(e, &switch, 5, 20, to, to);
        });
        t.written("nop", "nop", |e| Ppc64::nop(&mut e.buf));
    }

    fn ppc64_frames(t, BIG) {
        let func = Func::new(Sym::new("t"), SigId(0), &[], Pos::NONE);
        assert_eq!(Frame::new::<Ppc64<BIG>>(&func, &[], &[], ARGS, 4, true).size, 80);
        t.written("prologue", "mflr 31; stdu 31, -80(1)", Ppc64::prologue);
        t.written("far", "lis 21, -2; stdux 31, 1, 21", |e| e.buf.store_update(FAR, SP, -0x2_0000));
        let guard = 8 * reflect::image::G_STACKGUARD0_WORD;
        t.written("small", format!("ld 31, {guard}(30); cmpld 1, 31; bf 1, .+4"), |e| {
            let to = e.blocks[1];
            Ppc64::stack_check(e, 64, to);
        });
        t.written("large", format!("addi 21, 1, -1000; ld 31, {guard}(30); cmpld 21, 31; bf 1, .+4"), |e| {
            let to = e.blocks[1];
            Ppc64::stack_check(e, 1000 + reflect::image::STACK_SMALL, to);
        });
        let want =
            format!("addis 21, 1, -1; cmpld 1, 21; bt 0, .+16; ld 31, {guard}(30); cmpld 21, 31; bf 1, .+4");
        t.written("huge", want, |e| {
            let to = e.blocks[1];
            Ppc64::stack_check(e, 0x10000 + reflect::image::STACK_SMALL, to);
        });
        t.written("grow", "mflr 21; bl .+0; b .+4", |e| {
            let to = e.blocks[1];
            Ppc64::grow_stack(e, "f", to);
        });
        t.written("poll", format!("ld 31, {guard}(30); cmpld 1, 31; bf 1, .+4"), |e| {
            let to = e.blocks[1];
            Ppc64::poll(e, to);
        });
        let barrier = "addi 21, 8, 8; lbz 31, 0(21); addi 1, 1, -16; std 20, 0(1); std 22, 8(1); mr 20, 21; \
                       li 22, 8; bl .+0; ld 20, 0(1); ld 22, 8(1); addi 1, 1, 16";
        t.written("barrier", barrier, |e| Ppc64::barrier_call(e, &Addr::reg(x(8), 8), 8));
        let veneer = <Ppc64<BIG> as crate::mach::Machine>::VENEER.expect("calls reach 32 MB");
        t.written("veneer", "lis 31, 0; addi 31, 31, 0; mtctr 31; bctr", |e| e.buf.bytes(veneer.code));
    }
}

/// What a sequence of instructions leaves in its register, by its text.
fn value(text: &str) -> i64 {
    let mut v = 0i64;
    for one in text.split("; ") {
        let (op, rest) = one.split_once(' ').expect("operands");
        let n: i64 = rest.rsplit(", ").next().and_then(|n| n.parse().ok()).expect("a number");
        v = match op {
            "li" => n,
            "lis" => n << 16,
            "ori" => v | n,
            "oris" => v | n << 16,
            "sldi" => v << n,
            "clrldi" => (v as u64 & u64::MAX >> n) as i64,
            _ => panic!("{text}"),
        };
    }
    v
}

#[test]
fn ppc64_constants() {
    let mut all: Vec<i64> = vec![0, 1, -1, 42, 32767, 32768, -32768, -32769, 0x7fff_0000, 0x7fff_ffff];
    all.extend([-0x8000_0000, 0x8000_0000, 0xffff_ffff, i64::MAX, i64::MIN, 0x1234_5678_9abc_def0, 1 << 47]);
    all.extend([
        0x5555_5555_5555_5555,
        -0x1234_5678,
        0x7fff_ffff_ffff_0000,
        0x0fff_ffff_0000_ffff,
        0xffff << 20,
    ]);
    let mut codes = Vec::new();
    for &v in &all {
        let mut b: Buf<Ppc64<false>> = Buf::default();
        b.imm(x(6), v);
        codes.push(b.finish().code);
    }
    for ((text, v), code) in cases::texts::<Ppc64<false>>(&codes).iter().zip(&all).zip(&codes) {
        assert_eq!(value(text), *v, "{v:#x}: {text}");
        assert!(code.len() <= if i32::try_from(*v).is_ok() { 8 } else { 20 }, "{text}");
    }
}

/// Jumps near and beyond their short forms reach their labels, and so does an address.
#[test]
fn ppc64_far_jumps() {
    let test = Jump::If(Bit::Eq, true);
    let texts_of = |jump, distance| cases::jump::<Ppc64<true>>(jump, distance).1;
    assert_eq!(texts_of(Jump::Always, -(1 << 25)), "b .-33554432");
    assert_eq!(texts_of(Jump::Always, (1 << 25) - 4), "b .+33554428");
    assert_eq!(texts_of(test, 0x7ffc), "bt 2, .+32764");
    assert_eq!(texts_of(test, -0x8000), "bt 2, .-32768");
    assert_eq!(texts_of(test, 0x8000), "bf 2, .+8; b .+32764");
    assert_eq!(texts_of(test, -0x8004), "bf 2, .+8; b .-32776");
    assert_eq!(texts_of(test, 1 << 25), "bf 2, .+8; b .+33554428");
    let far = "mflr 31; bcl 20, 31, .+4; mflr 21; mtlr 31; addis 21, 21, 2; addi 21, 21, -32764";
    assert_eq!(texts_of(Jump::Address(TMP), 0x1_800c), far);
}

/// A call's distance goes into its word, in either byte order.
#[test]
fn ppc64_calls_are_patched() {
    fn of<const BIG: bool>() {
        let kind = &<Ppc64<BIG> as crate::mach::Machine>::FIXUPS[super::encode::words::CALL as usize];
        let mut b: Buf<Ppc64<BIG>> = Buf::default();
        b.jump_symbol(true, crate::fixup::FixupTarget::Ext("f".into()));
        let mut code = b.finish().code;
        assert!(kind.fill(&mut code, -0x12_3454) && !kind.fill(&mut code, 1 << 25));
        assert_eq!(cases::texts::<Ppc64<BIG>>(&[code]), ["bl .-1193044"]);
    }
    of::<false>();
    of::<true>();
}
