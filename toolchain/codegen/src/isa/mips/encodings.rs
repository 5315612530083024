//! Tests of the encoder: instruction forms over registers, widths, addresses and immediates against LLVM's disassembler, in both
//! orders of bytes.
use super::Mips;
use super::encode::words::{self, Cond, Jump};
use super::inst::*;
use super::regs::{TMP, ZERO, name};
use crate::mach::buf::Buf;
use crate::mach::cases::{self, ARGS, Cases};
use crate::mach::inst::{Any, CallInfo, SwitchInfo, Target};
use crate::mach::{Case, Encode, Frames};
use crate::regalloc::Reg;
use ir::FuncId;

type Wide<const BIG: bool> = Mips<true, BIG>;
type Narrow<const BIG: bool> = Mips<false, BIG>;

fn r(n: u8) -> Reg {
    Reg::int(n)
}
fn f(n: u8) -> Reg {
    Reg::float(n)
}
fn some() -> impl Iterator<Item = Reg> {
    [4, 7, 8, 11, 12, 16, 21, 23].into_iter().map(Reg::int)
}
fn floats() -> impl Iterator<Item = Reg> {
    [0, 2, 8, 14, 16, 28].into_iter().map(Reg::float)
}

/// Arithmetic of one width: its operations' names.
fn arithmetic<const WIDE: bool, const BIG: bool>(sz: Sz) {
    use AluOp::*;
    let mut t = Cases::<Mips<WIDE, BIG>>::default();
    let d = sz == Sz::X;
    let pick = |w: &'static str, l: &'static str| if d { l } else { w };
    let mut ops = vec![
        (Add, pick("addu", "daddu")),
        (Sub, pick("subu", "dsubu")),
        (And, "and"),
        (Or, "or"),
        (Xor, "xor"),
        (Nor, "nor"),
        (Slt, "slt"),
        (Sltu, "sltu"),
        (Shl, pick("sllv", "dsllv")),
        (Shr, pick("srlv", "dsrlv")),
        (Sar, pick("srav", "dsrav")),
        (Rot, pick("rotrv", "drotrv")),
    ];
    if !d {
        ops.push((Mul, "mul"));
    }
    for (op, text) in ops {
        for (dst, a) in some().zip(some().skip(1)) {
            let (x, y) = (name(dst), name(a));
            t.add(Inst::Alu { op, sz, dst, a, b: Src::R(r(5)) }, format!("{text} {x}, {y}, $5"));
            let imm = text.trim_end_matches('u');
            match op {
                Add => {
                    for i in [5, 0x7fff, -0x8000] {
                        t.add(Inst::Alu { op, sz, dst, a, b: Src::I(i) }, format!("{imm}iu {x}, {y}, {i}"));
                    }
                }
                Slt | Sltu => {
                    let text = if op == Slt { "slti" } else { "sltiu" };
                    t.add(Inst::Alu { op, sz, dst, a, b: Src::I(-7) }, format!("{text} {x}, {y}, -7"));
                }
                And | Or | Xor => {
                    for i in [1, 0xffff] {
                        t.add(Inst::Alu { op, sz, dst, a, b: Src::I(i) }, format!("{text}i {x}, {y}, {i}"));
                    }
                }
                Shl | Shr | Sar | Rot => {
                    let text = text.trim_end_matches('v');
                    for i in [1, 31] {
                        t.add(Inst::Alu { op, sz, dst, a, b: Src::I(i) }, format!("{text} {x}, {y}, {i}"));
                    }
                    if d {
                        for i in [32, 63] {
                            let want = format!("{text}32 {x}, {y}, {}", i - 32);
                            t.add(Inst::Alu { op, sz, dst, a, b: Src::I(i) }, want);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let (a, b) = (r(8), r(9));
    for (op, text) in [
        (PairOp::Mul, pick("mult", "dmult")),
        (PairOp::Mulu, pick("multu", "dmultu")),
        (PairOp::Div, pick("div", "ddiv")),
        (PairOp::Divu, pick("divu", "ddivu")),
    ] {
        let zero = if op == PairOp::Div || op == PairOp::Divu { "$zero, " } else { "" };
        let (hi, lo) = (Some(r(4)), Some(r(5)));
        t.add(Inst::Pair { op, sz, hi, lo, a, b }, format!("{text} {zero}$8, $9; mfhi $4; mflo $5"));
        t.add(Inst::Pair { op, sz, hi: None, lo, a, b }, format!("{text} {zero}$8, $9; mflo $5"));
    }
    let dst = r(4);
    t.add(Inst::Op2 { op: Op2::Clz, sz, dst, a }, format!("{} $4, $8", pick("clz", "dclz")));
    t.add(Inst::Op2 { op: Op2::Swap2, sz, dst, a }, format!("{} $4, $8", pick("wsbh", "dsbh")));
    if d {
        t.add(Inst::Op2 { op: Op2::Halves, sz, dst, a }, "dshd $4, $8");
    }
    t.add(Inst::Op2 { op: Op2::Sext(1), sz: Sz::W, dst, a }, "seb $4, $8");
    t.add(Inst::Op2 { op: Op2::Sext(2), sz: Sz::W, dst, a }, "seh $4, $8");
    t.add(Inst::Bits { dst, a, keep: 8 }, "andi $4, $8, 255");
    t.add(Inst::Bits { dst, a, keep: 16 }, "andi $4, $8, 65535");
    let ext = if WIDE { "dext" } else { "ext" };
    t.add(Inst::Bits { dst, a, keep: 17 }, format!("{ext} $4, $8, 0, 17"));
    t.add(Inst::Bits { dst, a, keep: 31 }, format!("{ext} $4, $8, 0, 31"));
    if WIDE {
        t.add(Inst::Bits { dst, a, keep: 32 }, "dext $4, $8, 0, 32");
        t.add(Inst::Bits { dst, a, keep: 33 }, "dext $4, $8, 0, 33");
        t.add(Inst::Bits { dst, a, keep: 63 }, "dext $4, $8, 0, 63");
    }
    t.add(Any::Move { dst, src: a }, "move $4, $8");
    t.check();
}

#[test]
fn mips_integer_arithmetic() {
    arithmetic::<false, false>(Sz::W);
    arithmetic::<false, true>(Sz::W);
    arithmetic::<true, false>(Sz::W);
    arithmetic::<true, false>(Sz::X);
    arithmetic::<true, true>(Sz::X);
}

/// What a sequence of instructions leaves in its register, by its text.
fn value(text: &str) -> i64 {
    let mut v = 0i64;
    for one in text.split("; ") {
        let (op, rest) = one.split_once(' ').expect("operands");
        let last = rest.rsplit(", ").next().expect("one operand");
        let n: i64 = last.parse().expect("a number");
        v = match op {
            "addiu" | "daddiu" => n,
            "lui" => (n << 16) as i32 as i64,
            "ori" if rest.contains("$zero") => n,
            "ori" => v | n,
            "dsll" => v << n,
            "dsll32" => v << (n + 32),
            _ => panic!("{text}"),
        };
    }
    v
}

fn constants<const WIDE: bool, const BIG: bool>() {
    let mut all: Vec<i64> =
        vec![0, 1, -1, 42, 0x7fff, 0x8000, -0x8000, -0x8001, 0xffff, 0x1_0000, 0x7fff_ffff];
    all.extend([-0x8000_0000, -0x1234_5678, 0x1234_0000, -0x1_0000]);
    if WIDE {
        all.extend([0x8000_0000, 0xffff_ffff, i64::MAX, i64::MIN, 0x1234_5678_9abc_def0, 1 << 47]);
        all.extend([0x5555_5555_5555_5555, 0x7fff_ffff_ffff_8000, 0x0fff_ffff_ffff_ffff, -0x1234_5678_0000]);
    }
    let mut codes = Vec::new();
    for &v in &all {
        let mut b: Buf<Mips<WIDE, BIG>> = Buf::default();
        b.imm(r(6), v);
        codes.push(b.finish().code);
    }
    let pieces: Vec<&[u8]> = codes.iter().map(|c| &c[..]).collect();
    let texts = cases::texts::<Mips<WIDE, BIG>>(&pieces);
    for ((text, v), code) in texts.iter().zip(&all).zip(&codes) {
        assert_eq!(value(text), *v, "{v:#x}: {text}");
        assert!(code.len() <= if i32::try_from(*v).is_ok() { 8 } else { 24 }, "{text}");
    }
}

#[test]
fn mips_constants() {
    constants::<false, false>();
    constants::<false, true>();
    constants::<true, false>();
    constants::<true, true>();
}

fn memory<const WIDE: bool, const BIG: bool>() {
    let mut t = Cases::<Mips<WIDE, BIG>>::default();
    let add = if WIDE { "daddu" } else { "addu" };
    let (word, lw, sw) = if WIDE { (8, "ld", "sd") } else { (4, "lw", "sw") };
    let mut cells = vec![
        (Cell::U(1), "lbu", "sb"),
        (Cell::U(2), "lhu", "sh"),
        (Cell::U(4), if WIDE { "lwu" } else { "lw" }, "sw"),
        (Cell::S(1), "lb", "sb"),
        (Cell::S(2), "lh", "sh"),
        (Cell::S(4), "lw", "sw"),
        (Cell::F(4), "lwc1", "swc1"),
    ];
    if WIDE {
        cells.extend([(Cell::U(8), "ld", "sd"), (Cell::S(8), "ld", "sd"), (Cell::F(8), "ldc1", "sdc1")]);
    }
    let base = r(8);
    for (cell, load, store) in cells {
        let x = if matches!(cell, Cell::F(_)) { f(6) } else { r(7) };
        let text = name(x);
        for (op, is_load) in [(load, true), (store, false)] {
            let mut add_case = |disp: i32, want: String| {
                let addr = Addr::reg(base, disp);
                match is_load {
                    true => t.add(Inst::Load { cell, dst: x, addr }, want),
                    false => t.add(Inst::Store { cell, addr, src: x }, want),
                }
            };
            for disp in [0, 8, 0x7ff0, -0x8000] {
                add_case(disp, format!("{op} {text}, {disp}($8)"));
            }
            // Too far: the upper part of the distance comes into a register first.
            add_case(0x12_3456, format!("lui $25, 18; {add} $25, $25, $8; {op} {text}, 13398($25)"));
            add_case(-0x12_3456, format!("lui $25, 65518; {add} $25, $25, $8; {op} {text}, -13398($25)"));
            let last =
                format!("lui $25, 32767; ori $25, $25, 65280; {add} $25, $25, $8; {op} {text}, 0($25)");
            add_case(0x7fff_ff00, last);
        }
    }
    if !WIDE {
        let (low, high) = if BIG { (4, 0) } else { (0, 4) };
        let pair = format!("c1 $f6, {}($8); ", 16 + low);
        let other = format!("c1 $f7, {}($8)", 16 + high);
        let (cell, addr) = (Cell::F(8), Addr::reg(base, 16));
        t.add(Inst::Load { cell, dst: f(6), addr }, format!("lw{pair}lw{other}"));
        t.add(Inst::Store { cell, src: f(6), addr }, format!("sw{pair}sw{other}"));
    }
    let x = r(6);
    let mut both = vec![(4, "lwl", "lwr", "swl", "swr")];
    if WIDE {
        both.push((8, "ldl", "ldr", "sdl", "sdr"));
    }
    for (bytes, ll, lr, sl, sr) in both {
        let last = bytes as i32 - 1;
        let (most, least) = if BIG { (0, last) } else { (last, 0) };
        let (to, from) = (Addr::reg(r(9), 8), Addr::reg(r(8), 0));
        let want = format!(
            "{ll} $3, {most}($8); {lr} $3, {least}($8); {sl} $3, {}($9); {sr} $3, {}($9)",
            most + 8,
            least + 8
        );
        t.add(Inst::Copy { bytes, to, from }, want);
        let want = format!("{sl} $zero, {}($9); {sr} $zero, {}($9)", most + 8, least + 8);
        t.add(Inst::Clear { bytes, to }, want);
    }
    let (to, from) = (Addr::reg(r(9), 3), Addr::reg(r(8), 1));
    t.add(Inst::Copy { bytes: 1, to, from }, "lbu $3, 1($8); sb $3, 3($9)");
    t.add(Inst::Clear { bytes: 1, to }, "sb $zero, 3($9)");
    let out = Addr::new(Base::OutArg, 8);
    t.add(Inst::Load { cell: Cell::S(4), dst: x, addr: out }, format!("lw $6, {}($sp)", 8 + word));
    let addiu = if WIDE { "daddiu" } else { "addiu" };
    t.add(Inst::Lea { dst: x, addr: out }, format!("{addiu} $6, $sp, {}", 8 + word));
    t.add(Inst::Lea { dst: x, addr: Addr::reg(base, 0x1_0000) }, format!("lui $25, 1; {add} $6, $8, $25"));
    t.add(Inst::Store { cell: Cell::U(4), addr: Addr::reg(base, 8), src: ZERO }, "sw $zero, 8($8)");
    t.add(Inst::Probe { addr: Addr::reg(base, 0) }, "lbu $zero, 0($8)");
    // Symbols' addresses, in two parts that wait for the linker.
    let pool = Addr::new(Base::Pool(1, 4), 0);
    t.add(Inst::Lea { dst: x, addr: pool }, format!("lui $6, 0; {addiu} $6, $6, 0"));
    t.add(Inst::Load { cell: Cell::F(4), dst: f(2), addr: pool }, "lui $25, 0; lwc1 $f2, 0($25)");
    t.add(Inst::Store { cell: Cell::U(4), addr: pool, src: x }, "lui $25, 0; sw $6, 0($25)");
    // Of the 32-bit machines they hold the distance from the symbol.
    let (high, low) = if WIDE { (0, 0) } else { (2, -0x7ff0) };
    let far = Addr::new(Base::Pool(1, 4), 0x1_8010);
    t.add(Inst::Lea { dst: x, addr: far }, format!("lui $6, {high}; {addiu} $6, $6, {low}"));
    // The first spill slot stands above the saved link register and the arguments.
    let (s, at) = (Reg::spill(0, false), ARGS + word);
    t.add(Any::Move { dst: s, src: x }, format!("{sw} $6, {at}($sp)"));
    t.add(Any::Move { dst: x, src: s }, format!("{lw} $6, {at}($sp)"));
    t.add(Any::Move { dst: f(2), src: f(28) }, "mov.d $f2, $f28");
    t.add(Inst::ReadG { dst: x }, "move $6, $fp");
    t.add(Inst::FixedRegs, format!(".set push; .set mips32r2; rdhwr $3, $29; .set pop; lui $fp, 0; {add} $fp, $fp, $3; {lw} $fp, 0($fp)"));
    t.check();
}

#[test]
fn mips_loads_and_stores() {
    memory::<false, false>();
    memory::<false, true>();
    memory::<true, false>();
    memory::<true, true>();
}

fn atomics<const WIDE: bool, const BIG: bool>() {
    let mut t = Cases::<Mips<WIDE, BIG>>::default();
    let (dst, addr, src) = (r(4), r(8), r(9));
    t.add(Inst::LoadAtomic { cell: Cell::S(4), dst, addr }, "sync; lw $4, 0($8); sync");
    t.add(Inst::StoreAtomic { bytes: 4, addr, src }, "sync; sw $9, 0($8); sync");
    let (old, new, mask) = (r(4), r(5), r(10));
    for bytes in if WIDE { &[4, 8][..] } else { &[4] } {
        let (ll, sc, add) = if *bytes == 8 { ("lld", "scd", "daddu") } else { ("ll", "sc", "addu") };
        for (op, text) in [
            (RmwOp::Swap, "move $5, $9".to_string()),
            (RmwOp::Add, format!("{add} $5, $4, $9")),
            (RmwOp::And, "and $5, $4, $9".into()),
            (RmwOp::Or, "or $5, $4, $9".into()),
        ] {
            t.add(
                Inst::Rmw { op, bytes: *bytes, old, new, addr, src, mask: None },
                format!("sync; {ll} $4, 0($8); {text}; move $3, $5; {sc} $3, 0($8); beqz $3, -16; nop; sync"),
            );
        }
        t.add(
            Inst::Cas { bytes: *bytes, addr, old: r(10), new: r(11), mask: None, found: r(4), dst: r(5) },
            format!(
                "sync; {ll} $4, 0($8); bne $4, $10, 24; nop; move $3, $11; {sc} $3, 0($8); beqz $3, -20; nop; \
                 xor $5, $4, $10; sltiu $5, $5, 1; sync"
            ),
        );
    }
    t.add(
        Inst::Rmw { op: RmwOp::Add, bytes: 4, old, new, addr, src, mask: Some(mask) },
        "sync; ll $4, 0($8); addu $5, $4, $9; xor $3, $4, $5; and $3, $3, $10; xor $3, $3, $4; sc $3, 0($8); \
         beqz $3, -24; nop; sync",
    );
    t.add(
        Inst::Cas { bytes: 4, addr, old: r(10), new: r(11), mask: Some(r(12)), found: r(4), dst: r(5) },
        "sync; ll $4, 0($8); and $5, $4, $12; bne $5, $10, 28; nop; xor $3, $4, $5; or $3, $3, $11; sc $3, 0($8); \
         beqz $3, -28; nop; xor $5, $5, $10; sltiu $5, $5, 1; sync",
    );
    t.add(Inst::Pause, "nop");
    t.add(Inst::Break, "break");
    let (lw, sw, addiu, size) = if WIDE { ("ld", "sd", "daddiu", 8) } else { ("lw", "sw", "addiu", 4) };
    let words = |src, aligned| Inst::Words { dst: r(8), src, bytes: 800, aligned, t: [r(11), r(12), r(13)] };
    t.add(
        words(Some(r(9)), true),
        format!(
            "move $11, $8; move $12, $9; {addiu} $13, $8, 800; {lw} $3, 0($12); {addiu} $12, $12, {size}; \
             {sw} $3, 0($11); {addiu} $11, $11, {size}; bne $11, $13, -16; nop"
        ),
    );
    let (left, right) = if WIDE { ("sdl", "sdr") } else { ("swl", "swr") };
    let (most, least) = if BIG { (0, size - 1) } else { (size - 1, 0) };
    t.add(
        words(None, false),
        format!(
            "move $11, $8; {addiu} $13, $8, 800; {left} $zero, {most}($11); {right} $zero, {least}($11); \
             {addiu} $11, $11, {size}; bne $11, $13, -12; nop"
        ),
    );
    t.check();
}

#[test]
fn mips_atomics() {
    atomics::<false, false>();
    atomics::<false, true>();
    atomics::<true, false>();
    atomics::<true, true>();
}

fn float_forms<const WIDE: bool, const BIG: bool>() {
    let mut t = Cases::<Mips<WIDE, BIG>>::default();
    for (w, s) in [(Fw::S, "s"), (Fw::D, "d")] {
        for ((dst, a), b) in floats().zip(floats().skip(1)).zip(floats().skip(2)) {
            let (d, p, q) = (name(dst), name(a), name(b));
            for (op, text) in [(FOp::Add, "add"), (FOp::Sub, "sub"), (FOp::Mul, "mul"), (FOp::Div, "div")] {
                t.add(Inst::F3 { op, w, dst, a, b }, format!("{text}.{s} {d}, {p}, {q}"));
            }
            for (op, text) in
                [(FOp2::Sqrt, "sqrt"), (FOp2::Abs, "abs"), (FOp2::Mov, "mov"), (FOp2::Neg, "neg")]
            {
                t.add(Inst::F2 { op, w, dst, a }, format!("{text}.{s} {d}, {p}"));
            }
            for (cmp, text) in [(FCmp::Eq, "eq"), (FCmp::Lt, "olt"), (FCmp::Le, "ole")] {
                for want in [true, false] {
                    let test = Test::Float { cmp, w, a, b, want };
                    let m = if want { "movf" } else { "movt" };
                    let li = if WIDE { "daddiu" } else { "addiu" };
                    let compare = format!("c.{text}.{s} {p}, {q}");
                    t.add(
                        Inst::Set { test, dst: r(4) },
                        format!("{li} $4, $zero, 1; {compare}; {m} $4, $zero, $fcc0"),
                    );
                    let branch = if want { "bc1t" } else { "bc1f" };
                    t.add(
                        Inst::Br { test, then: 0, els: 1 },
                        format!("{compare}; {branch} -4; nop; b 8; nop"),
                    );
                    let m = if want { "movt" } else { "movf" };
                    let (dst, a) = (f(20), f(22));
                    t.add(
                        Inst::Choose { test, dst, a, b: dst },
                        format!("{compare}; {m}.d $f20, $f22, $fcc0"),
                    );
                }
            }
            let g = r(11);
            let (to, from) = ("mtc1 $11, $f30", "mfc1 $11, $f30");
            t.add(Inst::IntToF { sz: Sz::W, w, dst, a: g }, format!("{to}; cvt.{s}.w {d}, $f30"));
            t.add(Inst::FToInt { sz: Sz::W, w, dst: g, a }, format!("trunc.w.{s} $f30, {p}; {from}"));
            if WIDE {
                t.add(Inst::IntToF { sz: Sz::X, w, dst, a: g }, format!("d{to}; cvt.{s}.l {d}, $f30"));
                t.add(Inst::FToInt { sz: Sz::X, w, dst: g, a }, format!("trunc.l.{s} $f30, {p}; d{from}"));
            }
        }
    }
    t.add(Inst::GToF { w: Fw::S, dst: f(20), a: r(9) }, "mtc1 $9, $f20");
    t.add(Inst::FToG { w: Fw::S, dst: r(9), a: f(20) }, "mfc1 $9, $f20");
    let (w, dst, a, b) = (Fw::D, f(20), f(22), f(24));
    if WIDE {
        t.add(Inst::GToF { w, dst, a: r(9) }, "dmtc1 $9, $f20");
        t.add(Inst::FToG { w, dst: r(9), a: dst }, "dmfc1 $9, $f20");
        t.add(
            Inst::Copysign { w, dst, a, b },
            "dmfc1 $3, $f22; dmfc1 $24, $f24; dsrl32 $24, $24, 31; dins $3, $24, 63, 1; dmtc1 $3, $f20",
        );
    } else {
        t.add(Inst::GToF { w, dst, a: ZERO }, "mtc1 $zero, $f20; mtc1 $zero, $f21");
        t.add(
            Inst::Copysign { w, dst, a, b },
            "mfc1 $3, $f23; mfc1 $24, $f25; srl $24, $24, 31; ins $3, $24, 31, 1; mov.d $f20, $f22; mtc1 $3, $f21",
        );
    }
    t.add(
        Inst::Copysign { w: Fw::S, dst, a, b },
        "mfc1 $3, $f22; mfc1 $24, $f24; srl $24, $24, 31; ins $3, $24, 31, 1; mtc1 $3, $f20",
    );
    t.add(Inst::FCvt { w: Fw::S, dst, a }, "cvt.d.s $f20, $f22");
    t.add(Inst::FCvt { w: Fw::D, dst, a }, "cvt.s.d $f20, $f22");
    t.check();
}

#[test]
fn mips_floats() {
    float_forms::<false, false>();
    float_forms::<false, true>();
    float_forms::<true, false>();
    float_forms::<true, true>();
}

fn jumps<const WIDE: bool, const BIG: bool>() {
    let mut t = Cases::<Mips<WIDE, BIG>>::default();
    let (lw, addiu, add, sll) =
        if WIDE { ("ld", "daddiu", "daddu", "dsll") } else { ("lw", "addiu", "addu", "sll") };
    let call = |target| Box::new(CallInfo { target, uses: Vec::new(), defs: Vec::new() });
    t.add(Any::Call(call(Target::Func(FuncId(0)))), "jal 0; nop");
    t.add(Any::Call(call(Target::Ext("f"))), "jal 0; nop");
    t.add(Any::Call(call(Target::Closure)), format!("{lw} $25, 0($22); jalr $25; nop"));
    t.add(Any::Call(call(Target::Reg(r(9)))), "jalr $9; nop");
    let size = if WIDE { 56 } else { 40 };
    let leave = format!("{lw} $ra, 0($sp); {addiu} $sp, $sp, {size}");
    t.add(Any::TailCall(call(Target::Func(FuncId(0)))), format!("{leave}; j 0; nop"));
    t.add(Any::TailCall(call(Target::Fixed(r(7)))), format!("{leave}; jr $7; nop"));
    t.add(Any::Ret(Vec::new()), format!("{leave}; jr $ra; nop"));
    t.add(Any::Trap, "teq $zero, $zero");
    let (a, b) = (r(9), r(10));
    for cmp in Cmp::ALL {
        let less = match cmp {
            Cmp::Lt | Cmp::Ge => "slt",
            _ => "sltu",
        };
        let (compare, taken) = match cmp {
            Cmp::Eq => (String::new(), "beq $9, $10"),
            Cmp::Ne => (String::new(), "bne $9, $10"),
            Cmp::Lt | Cmp::Ltu => (format!("{less} $3, $9, $10; "), "bnez $3"),
            Cmp::Ge | Cmp::Geu => (format!("{less} $3, $9, $10; "), "beqz $3"),
        };
        let back = if compare.is_empty() { 0 } else { -4 };
        let test = Test::new(cmp, a, b);
        t.add(Inst::Br { test, then: 0, els: 1 }, format!("{compare}{taken}, {back}; nop; b 8; nop"));
        let m = match cmp {
            Cmp::Eq | Cmp::Ge | Cmp::Geu => "movz",
            _ => "movn",
        };
        let compare = if compare.is_empty() {
            "xor $3, $9, $10".into()
        } else {
            compare.trim_end_matches("; ").to_string()
        };
        let (dst, x) = (r(11), r(12));
        t.add(Inst::Choose { test, dst, a: x, b: dst }, format!("{compare}; {m} $11, $12, $3"));
        let (dst, x) = (f(2), f(4));
        t.add(Inst::Choose { test, dst, a: x, b: dst }, format!("{compare}; {m}.d $f2, $f4, $3"));
        if back != 0 {
            let test = Test::Int { cmp, a, b: Src::I(-5) };
            let imm = if less == "slt" { "slti" } else { "sltiu" };
            let want = format!("{imm} $3, $9, -5; {taken}, -4; nop; b 8; nop");
            t.add(Inst::Br { test, then: 0, els: 1 }, want);
        }
    }
    for (cmp, x, y, text) in [
        (Cmp::Eq, a, ZERO, "beqz $9"),
        (Cmp::Ne, a, ZERO, "bnez $9"),
        (Cmp::Lt, a, ZERO, "bltz $9"),
        (Cmp::Ge, a, ZERO, "bgez $9"),
        (Cmp::Lt, ZERO, b, "bgtz $10"),
        (Cmp::Ge, ZERO, b, "blez $10"),
    ] {
        let test = Test::new(cmp, x, y);
        t.add(Inst::Br { test, then: 0, els: 1 }, format!("{text}, 0; nop; b 8; nop"));
    }
    let test = Test::new(Cmp::Ne, a, ZERO);
    t.add(Inst::Choose { test, dst: r(11), a: ZERO, b: r(11) }, "movn $11, $zero, $9");
    let bounds =
        |idx, len, inclusive| Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic: FuncId(0) }));
    t.add(bounds(Src::R(a), Src::R(b), false), "sltu $3, $9, $10; beqz $3, 8; nop");
    t.add(bounds(Src::R(a), Src::R(b), true), "sltu $3, $10, $9; bnez $3, 8; nop");
    t.add(bounds(Src::R(a), Src::I(16), false), "sltiu $3, $9, 16; beqz $3, 8; nop");
    t.add(
        bounds(Src::I(3), Src::R(b), false),
        format!("{addiu} $3, $zero, 3; sltu $3, $3, $10; beqz $3, 8; nop"),
    );
    t.add(bounds(Src::I(3), Src::R(b), true), "sltiu $3, $10, 3; bnez $3, 8; nop");
    let switch = SwitchInfo { value: r(9), bytes: 4, cases: Vec::new(), default: 1, temps: [r(10), r(11)] };
    let want = format!(
        "{addiu} $10, $zero, 7; beq $9, $10, 28; nop; slti $3, $9, 5; beqz $3, 16; nop; bgez $9, 8; nop"
    );
    t.written("case", want, |e| {
        let to = e.blocks[1];
        Mips::<WIDE, BIG>::case(e, &switch, 7, Case::Equal, to);
        Mips::<WIDE, BIG>::case(e, &switch, 5, Case::AtLeast, to);
        Mips::<WIDE, BIG>::case(e, &switch, 0, Case::AtLeast, to);
    });
    let table = format!(
        "{addiu} $10, $9, -5; {addiu} $11, $zero, 20; sltu $3, $11, $10; bnez $3, 56; nop; move $1, $ra; bal 8; \
         lui $11, 0; {addiu} $11, $11, 36; {add} $11, $11, $ra; move $ra, $1; {sll} $10, $10, 2; \
         {add} $10, $10, $11; lw $10, 0($10); {add} $10, $10, $11; jr $10; nop"
    );
    t.written("table", table, |e| {
        let to = e.blocks[1];
        Mips::<WIDE, BIG>::jump_table(e, &switch, 5, 20, to, to);
    });
    t.check();
}

#[test]
fn mips_jumps_and_calls() {
    jumps::<false, false>();
    jumps::<false, true>();
    jumps::<true, false>();
    jumps::<true, true>();
}

fn frames<const WIDE: bool, const BIG: bool>() {
    let mut t = Cases::<Mips<WIDE, BIG>>::default();
    let (word, lw, sw, addiu, add) =
        if WIDE { (8, "ld", "sd", "daddiu", "daddu") } else { (4, "lw", "sw", "addiu", "addu") };
    let size = if WIDE { 56 } else { 40 };
    t.written(
        "prologue",
        format!("{addiu} $sp, $sp, -{size}; {sw} $ra, 0($sp)"),
        Mips::<WIDE, BIG>::prologue,
    );
    let guard = format!("{lw} $25, {}($fp)", word * reflect::image::G_STACKGUARD0_WORD);
    t.written("small", format!("{guard}; sltu $3, $25, $sp; beqz $3, 8; nop"), |e| {
        let to = e.blocks[1];
        Mips::<WIDE, BIG>::stack_check(e, 64, to);
    });
    let want = format!("{addiu} $24, $sp, -1000; {guard}; sltu $3, $25, $24; beqz $3, 8; nop");
    t.written("large", want, |e| {
        let to = e.blocks[1];
        Mips::<WIDE, BIG>::stack_check(e, 1000 + reflect::image::STACK_SMALL, to);
    });
    let want = format!(
        "lui $25, 65535; {add} $24, $sp, $25; sltu $3, $sp, $24; bnez $3, 24; nop; {guard}; sltu $3, $25, $24; \
         beqz $3, 8; nop"
    );
    t.written("huge", want, |e| {
        let to = e.blocks[1];
        Mips::<WIDE, BIG>::stack_check(e, 0x10000 + reflect::image::STACK_SMALL, to);
    });
    t.written("poll", format!("{guard}; sltu $3, $25, $sp; beqz $3, 8; nop"), |e| {
        let to = e.blocks[1];
        Mips::<WIDE, BIG>::poll(e, to);
    });
    t.written("grow", "move $3, $ra; jal 0; nop; b 8; nop", |e| {
        let to = e.blocks[1];
        Mips::<WIDE, BIG>::grow_stack(e, "runtime.morestack", to);
    });
    let barrier = format!(
        "{addiu} $3, $8, 8; lbu $zero, 0($3); {addiu} $sp, $sp, -8; {sw} $23, 0($sp); move $23, $3; \
         {addiu} $24, $zero, 8; jal 0; nop; {lw} $23, 0($sp); {addiu} $sp, $sp, 8"
    );
    t.written("barrier", barrier, |e| Mips::<WIDE, BIG>::barrier_call(e, &Addr::reg(r(8), 8), 8));
    t.check();
}

#[test]
fn mips_frames() {
    frames::<false, false>();
    frames::<false, true>();
    frames::<true, false>();
    frames::<true, true>();
}

/// Jumps and addresses of labels near and beyond their short forms reach their labels.
fn far<M: Encode<Branch = Jump>>() {
    let branch = Jump::If(Cond::Ne(r(9), r(10)));
    let (addiu, add) = if M::ROW.ptr_size == 8 { ("daddiu", "daddu") } else { ("addiu", "addu") };
    for jump in [words::ALWAYS, branch, Jump::If(Cond::Flag(true)), Jump::Address(TMP)] {
        let forms = M::forms(jump);
        for distance in cases::distances::<M>(jump, 4, &[(1 << 24) + 0xffc, -(1 << 24) - 8, 1 << 29]) {
            let (form, text) = cases::jump::<M>(jump, distance);
            let place = |r: &str, by: i64| {
                let (by, low) = (by - 12, (by - 12) as i16 as i64);
                let high = (by - low) >> 16 & 0xffff;
                format!("move $1, $ra; bal 8; lui {r}, {high}; {addiu} {r}, {r}, {low}; {add} {r}, {r}, $ra")
            };
            // LLVM counts from the instruction.
            let want = match (jump, forms.len() - form) {
                (Jump::Address(_), _) => format!("{}; move $ra, $1", place("$3", distance)),
                (words::ALWAYS, 1) => format!("b {distance}; nop"),
                (words::ALWAYS, _) => format!("{}; jr $25; move $ra, $1", place("$25", distance)),
                (Jump::If(Cond::Flag(_)), 1) => format!("bc1t {distance}; nop"),
                (Jump::If(Cond::Flag(_)), _) => {
                    format!("bc1f 36; nop; {}; jr $25; move $ra, $1", place("$25", distance - 8))
                }
                (Jump::If(_), 1) => format!("bne $9, $10, {distance}; nop"),
                (Jump::If(_), _) => {
                    format!("beq $9, $10, 36; nop; {}; jr $25; move $ra, $1", place("$25", distance - 8))
                }
            };
            assert_eq!(text, want);
        }
    }
}

#[test]
fn mips_far_jumps() {
    far::<Narrow<false>>();
    far::<Narrow<true>>();
    far::<Wide<false>>();
    far::<Wide<true>>();
}
