//! Tests of the encoder: instruction forms over registers, widths, addresses and immediates against LLVM's disassembler.
use super::Arm;
use super::encode::words::{Jump, put_branch};
use super::inst::*;
use super::regs::{self, FAR, TMP};
use crate::mach::buf::Buf;
use crate::mach::cases::{self, ARGS, Cases};
use crate::mach::inst::{Any, CallInfo, SwitchInfo, Target};
use crate::mach::{Case, Encode, Frames};
use crate::regalloc::Reg;
use ir::{FuncId, SymRef};

fn r(n: u8) -> Reg {
    Reg::int(n)
}
fn f(n: u8) -> Reg {
    Reg::float(n)
}
fn name(r: Reg) -> String {
    regs::name(r)
}
fn some() -> impl Iterator<Item = Reg> {
    [0, 1, 4, 7, 8, 11, 14].into_iter().map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    [0, 3, 8, 15].into_iter().map(Reg::float)
}
/// A float register's name in a width.
fn wide(w: Fw, r: Reg) -> String {
    if w == Fw::D { format!("d{}", r.hw()) } else { format!("s{}", 2 * r.hw()) }
}
fn suffix(w: Fw) -> &'static str {
    if w == Fw::D { "f64" } else { "f32" }
}

#[test]
fn arm_integer_arithmetic() {
    use AluOp::*;
    let mut t = Cases::<Arm>::default();
    let names = [
        (And, "and"),
        (Eor, "eor"),
        (Sub, "sub"),
        (Rsb, "rsb"),
        (Add, "add"),
        (Adc, "adc"),
        (Sbc, "sbc"),
        (Orr, "orr"),
        (Bic, "bic"),
    ];
    for (op, text) in names {
        for (flags, s) in [(false, ""), (true, "s")] {
            for (dst, a) in some().zip(some().skip(1)) {
                let (d, n) = (name(dst), name(a));
                t.add(Inst::Alu { op, flags, dst, a, b: Src::R(r(9)) }, format!("{text}{s} {d}, {n}, r9"));
                for (shift, how) in
                    [(Shift::Lsl, "lsl"), (Shift::Lsr, "lsr"), (Shift::Asr, "asr"), (Shift::Ror, "ror")]
                {
                    let b = Src::S(r(9), shift, 13);
                    t.add(Inst::Alu { op, flags, dst, a, b }, format!("{text}{s} {d}, {n}, r9, {how} #13"));
                }
                for i in [1u32, 255, 0x3fc, 0xff00, 0x00ab_0000] {
                    t.add(
                        Inst::Alu { op, flags, dst, a, b: Src::I(i) },
                        format!("{text}{s} {d}, {n}, #{}", i as i32),
                    );
                }
            }
        }
    }
    for (op, text) in [(TestOp::Tst, "tst"), (TestOp::Cmp, "cmp"), (TestOp::Cmn, "cmn")] {
        t.add(Inst::Test { op, a: r(4), b: Src::R(r(5)) }, format!("{text} r4, r5"));
        t.add(Inst::Test { op, a: r(4), b: Src::I(0xff0) }, format!("{text} r4, #4080"));
        t.add(Inst::Test { op, a: r(4), b: Src::S(r(5), Shift::Asr, 31) }, format!("{text} r4, r5, asr #31"));
    }
    let (dst, a, b, acc) = (r(1), r(4), r(5), r(8));
    t.add(Inst::Mul { dst, a, b }, "mul r1, r4, r5");
    t.add(Inst::Mac { sub: false, dst, a, b, acc }, "mla r1, r4, r5, r8");
    t.add(Inst::Mac { sub: true, dst, a, b, acc }, "mls r1, r4, r5, r8");
    t.add(Inst::MulWide { hi: r(2), lo: dst, a, b }, "umull r1, r2, r4, r5");
    t.add(Inst::MulHigh { dst, a, b }, "smmul r1, r4, r5");
    for (op, text) in [
        (Op2::Clz, "clz"),
        (Op2::Rbit, "rbit"),
        (Op2::Rev, "rev"),
        (Op2::Sxtb, "sxtb"),
        (Op2::Sxth, "sxth"),
        (Op2::Uxtb, "uxtb"),
        (Op2::Uxth, "uxth"),
    ] {
        some().for_each(|a| t.add(Inst::Op2 { op, dst, a }, format!("{text} r1, {}", name(a))));
    }
    t.add(Inst::Mov { not: true, dst, b: Src::R(a) }, "mvn r1, r4");
    t.add(Inst::Mov { not: false, dst, b: Src::S(a, Shift::Lsl, 3) }, "lsl r1, r4, #3");
    t.add(Inst::Mov { not: false, dst, b: Src::S(a, Shift::Ror, 31) }, "ror r1, r4, #31");
    t.add(Inst::Shift { shift: Shift::Ror, bounded: true, dst, a, n: b }, "ror r1, r4, r5");
    t.add(
        Inst::Shift { shift: Shift::Lsl, bounded: false, dst, a, n: b },
        "cmp r5, #255; lslls r1, r4, r5; movhi r1, #0",
    );
    t.add(
        Inst::Shift { shift: Shift::Asr, bounded: false, dst, a, n: b },
        "cmp r5, #255; asrls r1, r4, r5; asrhi r1, r4, #31",
    );
    for cc in Cond::ALL {
        let text = format!("{cc:?}").to_lowercase();
        t.add(Inst::Cset { cc, dst }, format!("mov r1, #0; mov{text} r1, #1"));
        t.add(Inst::Choose { cc, dst, b: dst, a }, format!("mov{text} r1, r4"));
        t.add(Inst::Choose { cc, dst: f(3), b: f(3), a: f(12) }, format!("vmov{text}.f64 d3, d12"));
    }
    t.check();
}

/// What a sequence of moves leaves in its register, by its text.
fn value(text: &str) -> u32 {
    let mut v = 0;
    for one in text.split("; ") {
        let (op, rest) = one.split_once(' ').expect("operands");
        let number: i64 = rest.rsplit_once('#').expect("a number").1.parse().expect("decimal");
        match op {
            "mov" | "movw" => v = number as u32,
            "mvn" => v = !(number as u32),
            "movt" => v = v & 0xffff | (number as u32) << 16,
            _ => panic!("{text}"),
        }
    }
    v
}

#[test]
fn arm_constants() {
    let all: Vec<u32> = (0..32)
        .flat_map(|n| [1u32, 0xff, 0x101, 0x1234, 0x8001_0000].map(|v| v.rotate_left(n)))
        .flat_map(|v| [v, !v, v.wrapping_neg()])
        .chain([0, 0xffff, 0x1_0000, 0x1234_5678])
        .collect();
    let codes: Vec<Vec<u8>> = all
        .iter()
        .map(|&v| {
            let mut b: Buf<Arm> = Buf::default();
            b.imm(r(5), v);
            b.finish().code
        })
        .collect();
    let pieces: Vec<&[u8]> = codes.iter().map(|c| &c[..]).collect();
    for ((text, &v), code) in cases::texts::<Arm>(&pieces).iter().zip(&all).zip(&codes) {
        assert_eq!(value(text), v, "{text}");
        assert!(code.len() <= 8 && (code.len() == 4 || v > 0xffff), "{text} for {v:#x}");
    }
}

#[test]
fn arm_memory() {
    let mut t = Cases::<Arm>::default();
    let (base, x) = (r(2), r(6));
    for (cell, text, far) in [
        (Cell::U(1), "ldrb r6", 4095),
        (Cell::U(2), "ldrh r6", 255),
        (Cell::U(4), "ldr r6", 4095),
        (Cell::S(1), "ldrsb r6", 255),
        (Cell::S(2), "ldrsh r6", 255),
        (Cell::F(4), "vldr s12", 1020),
        (Cell::F(8), "vldr d6", 1020),
    ] {
        let dst = if matches!(cell, Cell::F(_)) { f(6) } else { x };
        let step = far + if far == 1020 { 4 } else { 1 };
        for disp in [0, 4, far, -4, -far] {
            let place = if disp == 0 { "[r2]".to_string() } else { format!("[r2, #{disp}]") };
            let addr = Addr::reg(base, disp);
            t.add(Inst::Load { cell, dst, addr }, format!("{text}, {place}"));
            if !matches!(cell, Cell::S(_)) {
                let text = text.replace("ld", "st");
                t.add(Inst::Store { cell, addr, src: dst }, format!("{text}, {place}"));
            }
        }
        // Too far: a part of the distance, or all of it, comes into a register first.
        let place = "[r12]";
        t.add(
            Inst::Load { cell, dst, addr: Addr::reg(base, step) },
            format!("add r12, r2, #{step}; {text}, {place}"),
        );
        t.add(
            Inst::Load { cell, dst, addr: Addr::reg(base, -step) },
            format!("sub r12, r2, #{step}; {text}, {place}"),
        );
        t.add(
            Inst::Load { cell, dst, addr: Addr::reg(base, 0x1234_5000) },
            format!("movw r12, #20480; movt r12, #4660; add r12, r2, r12; {text}, {place}"),
        );
        let addr = Addr { index: Some((r(8), 2)), ..Addr::reg(base, 0) };
        let want = match cell {
            Cell::U(1 | 4) => format!("{text}, [r2, r8, lsl #2]"),
            _ => format!("add r12, r2, r8, lsl #2; {text}, {place}"),
        };
        t.add(Inst::Load { cell, dst, addr }, want);
        let addr = Addr { index: Some((r(8), 0)), ..Addr::reg(base, 0) };
        let want = match cell {
            Cell::F(_) => format!("add r12, r2, r8; {text}, {place}"),
            _ => format!("{text}, [r2, r8]"),
        };
        t.add(Inst::Load { cell, dst, addr }, want);
        let addr = Addr { index: Some((r(8), 0)), ..Addr::reg(base, 8) };
        t.add(Inst::Load { cell, dst, addr }, format!("add r12, r2, r8; {text}, [r12, #8]"));
    }
    t.add(
        Inst::Load { cell: Cell::F(8), dst: f(1), addr: Addr::reg(base, 2) },
        "add r12, r2, #2; vldr d1, [r12]",
    );
    t.add(Inst::Load { cell: Cell::U(4), dst: x, addr: Addr::new(Base::OutArg, 8) }, "ldr r6, [sp, #12]");
    let addr = Addr { index: Some((r(8), 3)), ..Addr::reg(base, 0) };
    t.add(Inst::Lea { dst: x, addr }, "add r6, r2, r8, lsl #3");
    t.add(Inst::Lea { dst: x, addr: addr.offset(16) }, "add r12, r2, r8, lsl #3; add r6, r12, #16");
    t.add(Inst::Lea { dst: x, addr: Addr::reg(base, 0x1234) }, "add r6, r2, #4096; add r6, r6, #564");
    t.add(Inst::Lea { dst: x, addr: Addr::reg(base, -0x1234) }, "sub r6, r2, #4096; sub r6, r6, #564");
    t.add(
        Inst::Lea { dst: x, addr: Addr::reg(base, 0x12_3456) },
        "movw r6, #13398; movt r6, #18; add r6, r2, r6",
    );
    t.add(
        Inst::Lea { dst: x, addr: Addr::reg(x, 0x12_3456) },
        "movw r3, #13398; movt r3, #18; add r6, r6, r3",
    );
    let sym = |disp| Addr::new(Base::Sym(SymRef::Func(FuncId(0))), disp);
    // The linker adds to what the fields have.
    t.add(Inst::Lea { dst: x, addr: sym(0) }, "movw r6, #0; movt r6, #0");
    t.add(Inst::Lea { dst: x, addr: sym(8) }, "movw r6, #8; movt r6, #8");
    t.add(Inst::Lea { dst: x, addr: sym(-8) }, "movw r6, #65528; movt r6, #65528");
    t.add(Inst::Lea { dst: x, addr: sym(0x8000) }, "movw r6, #0; movt r6, #0; add r6, r6, #32768");
    t.add(Inst::Load { cell: Cell::U(4), dst: x, addr: sym(8) }, "movw r12, #8; movt r12, #8; ldr r6, [r12]");
    t.add(
        Inst::StoreZero { bytes: 8, addr: Addr::reg(base, 0) },
        "mov r9, #0; str r9, [r2]; str r9, [r2, #4]",
    );
    t.add(Inst::StoreZero { bytes: 2, addr: Addr::reg(base, 0) }, "mov r9, #0; strh r9, [r2]");
    t.add(Inst::Probe { addr: Addr::reg(base, 0) }, "ldrb r3, [r2]");
    // The first spill slot stands above the saved link register and the arguments.
    let spill = ARGS + 4;
    let s = Reg::spill(0, false);
    t.add(Any::Move { dst: s, src: x }, format!("str r6, [sp, #{spill}]"));
    t.add(Any::Move { dst: x, src: s }, format!("ldr r6, [sp, #{spill}]"));
    t.add(Any::Move { dst: Reg::spill(1, true), src: f(4) }, format!("vstr d4, [sp, #{}]", spill + 4));
    t.add(Any::Move { dst: x, src: base }, "mov r6, r2");
    t.add(Any::Move { dst: f(1), src: f(14) }, "vmov.f64 d1, d14");
    t.add(Inst::LoadAcquire { bytes: 4, dst: x, addr: base }, "ldr r6, [r2]; dmb ish");
    t.add(Inst::StoreOrdered { bytes: 1, src: x, addr: base }, "dmb ish; strb r6, [r2]; dmb ish");
    let (dst, src, new) = (r(0), r(1), r(4));
    t.add(
        Inst::Rmw { op: RmwOp::Add, bytes: 4, dst, addr: base, src, new },
        "dmb ish; ldrex r0, [r2]; add r4, r0, r1; strex r3, r4, [r2]; cmp r3, #0; bne #-24; dmb ish",
    );
    t.add(
        Inst::Rmw { op: RmwOp::Xchg, bytes: 1, dst, addr: base, src, new },
        "dmb ish; ldrexb r0, [r2]; strexb r3, r1, [r2]; cmp r3, #0; bne #-20; dmb ish",
    );
    t.add(
        Inst::Cas { bytes: 1, addr: base, old: src, new, found: dst },
        "uxtb r9, r1; dmb ish; ldrexb r0, [r2]; cmp r0, r9; bne #8; strexb r3, r4, [r2]; cmp r3, #0; bne #-28; dmb ish",
    );
    let words = |src| Inst::Words { dst: r(0), src, count: r(2), t: [r(4), r(5), r(6)] };
    t.add(
        words(Some(r(1))),
        "mov r4, r0; mov r5, r1; mov r6, r2; ldr r3, [r5], #4; str r3, [r4], #4; subs r6, r6, #1; bne #-20",
    );
    t.add(words(None), "mov r4, r0; mov r3, #0; mov r6, r2; str r3, [r4], #4; subs r6, r6, #1; bne #-16");
    t.check();
}

#[test]
fn arm_floats() {
    let mut t = Cases::<Arm>::default();
    for w in [Fw::S, Fw::D] {
        let s = suffix(w);
        for ((dst, a), b) in floats().zip(floats().skip(1)).zip(floats().skip(2)) {
            let (d, x, y) = (wide(w, dst), wide(w, a), wide(w, b));
            for (op, text) in
                [(FOp3::Add, "vadd"), (FOp3::Sub, "vsub"), (FOp3::Mul, "vmul"), (FOp3::Div, "vdiv")]
            {
                t.add(Inst::F3 { op, w, dst, a, b }, format!("{text}.{s} {d}, {x}, {y}"));
            }
            for (op, text) in
                [(FOp2::Mov, "vmov"), (FOp2::Abs, "vabs"), (FOp2::Neg, "vneg"), (FOp2::Sqrt, "vsqrt")]
            {
                t.add(Inst::F2 { op, w, dst, a }, format!("{text}.{s} {d}, {x}"));
            }
            t.add(Inst::FCmp { w, a, b }, format!("vcmp.{s} {x}, {y}; vmrs APSR_nzcv, fpscr"));
            t.add(Inst::IntToF { w, dst, a: r(8) }, format!("vmov s30, r8; vcvt.{s}.s32 {d}, s30"));
            for (signed, kind) in [(true, "s32"), (false, "u32")] {
                let text = format!("vcvt.{kind}.{s} s30, {x}; vmov r8, s30");
                t.add(Inst::FToInt { signed, w, dst: r(8), a }, text);
            }
        }
    }
    t.add(Inst::FCvt { w: Fw::S, dst: f(9), a: f(3) }, "vcvt.f64.f32 d9, s6");
    t.add(Inst::FCvt { w: Fw::D, dst: f(9), a: f(3) }, "vcvt.f32.f64 s18, d3");
    t.add(Inst::GToF { dst: f(9), a: r(8) }, "vmov s18, r8");
    t.add(Inst::FToG { dst: r(8), a: f(9) }, "vmov r8, s18");
    t.add(Inst::FZero { dst: f(9) }, "mov r3, #0; vmov d9, r3, r3");
    t.add(
        Inst::Copysign { w: Fw::D, dst: f(1), a: f(2), b: f(3) },
        "vmov r3, s5; vmov r9, s7; lsr r9, r9, #31; bfi r3, r9, #31, #1; vmov.f64 d1, d2; vmov s3, r3",
    );
    t.add(
        Inst::Copysign { w: Fw::S, dst: f(2), a: f(2), b: f(3) },
        "vmov r3, s4; vmov r9, s6; lsr r9, r9, #31; bfi r3, r9, #31, #1; vmov s4, r3",
    );
    t.check();
}

#[test]
fn arm_jumps_and_calls() {
    let mut t = Cases::<Arm>::default();
    let call = |target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
    // The field has what the linker is to add: the distance that the program counter is ahead.
    t.add(Any::Call(call(Target::Func(FuncId(0)))), "bl #-8");
    t.add(Any::Call(call(Target::Closure)), "ldr r12, [r7]; blx r12");
    t.add(Any::Call(call(Target::Reg(r(8)))), "blx r8");
    t.add(Any::Call(call(Target::Mem(Addr::reg(r(2), 4)))), "ldr r12, [r2, #4]; blx r12");
    // The frame: four spill slots, the arguments, the link register.
    t.add(Any::TailCall(call(Target::Func(FuncId(0)))), "ldr lr, [sp], #36; b #-8");
    t.add(Any::TailCall(call(Target::Fixed(r(11)))), "ldr lr, [sp], #36; bx r11");
    t.add(Any::Ret(Vec::new()), "ldr lr, [sp], #36; bx lr");
    t.add(Any::Trap, "udf #0");
    for cc in Cond::ALL {
        let text = format!("{cc:?}").to_lowercase();
        t.add(Inst::Br { cc, then: 0, els: 1 }, format!("b{text} #-8; b #-4"));
    }
    t.add(Inst::Yield, "yield");
    t.add(Inst::Break, "bkpt #0");
    t.add(Inst::ReadG { dst: r(5) }, "mov r5, r10");
    t.add(
        Inst::FixedRegs,
        "ldr r3, [pc]; b #0; andeq r0, r0, r0; mrc p15, #0, r12, c13, c0, #3; ldr r10, [r12, r3]",
    );
    let bounds = |idx, len, fail, swapped| {
        Inst::Bounds(Box::new(BoundsInfo { idx, len, fail, swapped, panic: FuncId(0) }))
    };
    t.add(bounds(Src::R(r(1)), Src::R(r(2)), Cond::Hs, false), "cmp r1, r2; bhs #-4");
    t.add(bounds(Src::I(3), Src::R(r(2)), Cond::Ls, true), "cmp r2, #3; bls #-4");
    t.written("nop", "nop", |e| Arm::nop(&mut e.buf));
    t.check();
}

#[test]
fn arm_switches_and_frames() {
    let mut t = Cases::<Arm>::default();
    let info = SwitchInfo { value: r(1), bytes: 4, cases: Vec::new(), default: 0, temps: [r(4), r(5)] };
    for (case, text) in [(7, "cmp r1, #7"), (-7, "cmn r1, #7"), (0x1234, "movw r4, #4660; cmp r1, r4")] {
        t.written("a case", format!("{text}; beq #-4"), |e| {
            let to = e.blocks[1];
            Arm::case(e, &info, case, Case::Equal, to)
        });
    }
    t.written(
        "a table",
        "sub r4, r1, #3; cmp r4, #20; bhi #20; movw r5, #8; movt r5, #0; add r5, r5, pc; ldr r4, [r5, r4, lsl #2]; \
         add r4, r4, r5; bx r4",
        |e| {
            let to = e.blocks[1];
            Arm::jump_table(e, &info, 3, 20, to, to)
        },
    );
    let grow = |t: &mut Cases<Arm>, size, want: &str| {
        t.written("a check", want, |e| {
            let to = e.blocks[1];
            Arm::stack_check(e, size, to)
        })
    };
    grow(&mut t, 64, "ldr r12, [r10, #8]; cmp sp, r12; bls #-4");
    grow(&mut t, 1024, "mov r9, #896; subs r3, sp, r9; ldr r12, [r10, #8]; cmp r3, r12; bls #-4");
    grow(
        &mut t,
        0x1_0000,
        "movw r9, #65408; subs r3, sp, r9; blo #8; ldr r12, [r10, #8]; cmp r3, r12; bls #-4",
    );
    t.written("a frame", "str lr, [sp, #-36]!", Arm::prologue);
    t.written("morestack", "mov r3, lr; bl #-8; b #-4", |e| {
        let to = e.blocks[1];
        Arm::grow_stack(e, "runtime.morestack", to)
    });
    t.written(
        "a barrier's check",
        "movw r12, #0; movt r12, #0; ldrb r12, [r12]; cmp r12, #0; bne #-4",
        |e| {
            let to = e.blocks[1];
            Arm::barrier_check(e, crate::fixup::FixupTarget::Ext("f".into()), to)
        },
    );
    t.written(
        "a barrier",
        "add r3, r2, #8; ldrb r12, [r3]; sub sp, sp, #8; str r11, [sp]; mov r11, r3; mov r9, #4; bl #-8; \
         ldr r11, [sp]; add sp, sp, #8",
        |e| Arm::barrier_call(e, &Addr::reg(r(2), 8), 4),
    );
    t.check();
}

/// Addresses of labels, and calls that are filled in, near and far.
#[test]
fn arm_distances() {
    let mut code = Vec::new();
    Arm::write_branch(Jump::Address(r(4)), 0, 0x12_3456, &mut code);
    let mut all = vec![code];
    for distance in [-(1i64 << 25) + 8, (1 << 25) + 4, 0x100] {
        let mut code = 0xebff_fffe_u32.to_le_bytes().to_vec();
        put_branch(&mut code, distance);
        all.push(code);
    }
    let pieces: Vec<&[u8]> = all.iter().map(|c| &c[..]).collect();
    let texts = cases::texts::<Arm>(&pieces);
    assert_eq!(texts[0], "movw r4, #13382; movt r4, #18; add r4, r4, pc");
    assert_eq!(texts[1..], ["bl #-33554432", "bl #33554428", "bl #248"]);
    assert!(FAR != TMP);
}
