//! Moves: between registers, of constants and addresses, loads and stores with all addressing modes, pairs. Offsets that do not fit are
//! split or added to R27, and at last loaded from behind the function.
use super::bits::add_imm;
use super::constant;
use super::{Code, Encoded, Literal, Problem, TMP, refused};
use crate::arm64::operand::{Base, Class, Index, Mem, Operand, RSP, Reg, ZR};
use crate::{Name, Reloc, RelocKind, Target};

/// Which address an access leaves in the base register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Indexing {
    /// None.
    Offset,
    /// Its own, and takes it: `.W`.
    Pre,
    /// The sum, having taken the base: `.P`.
    Post,
}

/// A load: what a register's move is called, with log2 of its bytes, the class of the register, and the instruction with an unscaled offset.
struct Access {
    name: &'static str,
    size: u32,
    class: Class,
    load: u32,
}

const fn access(name: &'static str, size: u32, class: Class, load: u32) -> Access {
    Access { name, size, class, load }
}

const ACCESSES: &[Access] = &[
    access("MOVD", 3, Class::R, 0xf840_0000),
    access("MOVW", 2, Class::R, 0xb880_0000),
    access("MOVWU", 2, Class::R, 0xb840_0000),
    access("MOVH", 1, Class::R, 0x7880_0000),
    access("MOVHU", 1, Class::R, 0x7840_0000),
    access("MOVB", 0, Class::R, 0x3880_0000),
    access("MOVBU", 0, Class::R, 0x3840_0000),
    access("FMOVS", 2, Class::F, 0xbc40_0000),
    access("FMOVD", 3, Class::F, 0xfc40_0000),
    access("FMOVQ", 4, Class::F, 0x3cc0_0000),
    access("VMOVS", 2, Class::V, 0xbc40_0000),
    access("VMOVD", 3, Class::V, 0xfc40_0000),
    access("VMOVQ", 4, Class::V, 0x3cc0_0000),
];

impl Access {
    fn store(&self) -> u32 {
        self.load & !(if self.size == 4 { 1 << 22 } else { 3 << 22 })
    }
    fn of(&self, load: bool) -> u32 {
        if load { self.load } else { self.store() }
    }
}

/// A pair's move: log2 of the bytes of one, class, load, and the instruction with an offset.
const PAIRS: &[(&str, u32, Class, bool, u32)] = &[
    ("LDP", 3, Class::R, true, 0xa940_0000),
    ("LDPW", 2, Class::R, true, 0x2940_0000),
    ("LDPSW", 2, Class::R, true, 0x6940_0000),
    ("STP", 3, Class::R, false, 0xa900_0000),
    ("STPW", 2, Class::R, false, 0x2900_0000),
    ("FLDPS", 2, Class::F, true, 0x2d40_0000),
    ("FLDPD", 3, Class::F, true, 0x6d40_0000),
    ("FLDPQ", 4, Class::F, true, 0xad40_0000),
    ("FSTPS", 2, Class::F, false, 0x2d00_0000),
    ("FSTPD", 3, Class::F, false, 0x6d00_0000),
    ("FSTPQ", 4, Class::F, false, 0xad00_0000),
];

/// ADD and SUB of 64 bits.
const ADD: u32 = 0x8b00_0000;
const SUB: u32 = 0xcb00_0000;
/// `add rd, rn, rm, uxtx`, in which 31 is RSP.
const ADD_EXTENDED: u32 = 0x8b20_6000;
/// `adrp r0, 0`.
const ADRP: u32 = 0x9000_0000;

/// The base register of an address without index and offset.
pub fn bare(m: &Mem) -> Option<u32> {
    match *m {
        Mem { base: Base::Reg(n), index: None, disp: 0 } => Some(u32::from(n & 31)),
        _ => None,
    }
}

/// The instruction, if it is of these.
pub fn encode(name: &str, index: Indexing, args: &[Operand]) -> Option<Encoded> {
    if let Some(&(_, size, class, load, word)) = PAIRS.iter().find(|p| p.0 == name) {
        let (pair, mem) = match args {
            [Operand::Mem(m), Operand::Pair(a, b)] if load => ((a, b), m),
            [Operand::Pair(a, b), Operand::Mem(m)] if !load => ((a, b), m),
            _ => return Some(Err(Problem::Operands)),
        };
        if [pair.0, pair.1].iter().any(|r| r.class != class || r.num == RSP) {
            return Some(refused("invalid register pair"));
        }
        if load && pair.0 == pair.1 {
            return Some(refused("constrained unpredictable behavior"));
        }
        let rest = u32::from(pair.1.num) << 10 | u32::from(pair.0.num);
        let used = [pair.0.num, pair.1.num];
        return Some(pair_at(word | rest, size, class, used, index, mem, load));
    }
    let a = ACCESSES.iter().find(|a| a.name == name)?;
    let fits = |r: &Reg| r.class == a.class && r.num != RSP;
    match args {
        [Operand::Mem(m), Operand::Reg(r)] if fits(r) => Some(single(a, true, r.num, m, index)),
        [Operand::Reg(r), Operand::Mem(m)] if fits(r) && a.class != Class::V => {
            Some(single(a, false, r.num, m, index))
        }
        _ if index != Indexing::Offset => Some(Err(Problem::Operands)),
        [Operand::Addr(m), Operand::Reg(Reg { class: Class::R, num })] if name == "MOVD" => {
            Some(address(m, *num))
        }
        [Operand::Imm(v), Operand::Reg(Reg { class: Class::R, num })] if matches!(name, "MOVD" | "MOVW") => {
            Some(move_constant(*v, name == "MOVD", *num))
        }
        [Operand::Float(v), Operand::Reg(r)] if a.class == Class::F && fits(r) => float(a, *v, r.num),
        [Operand::Imm(v), Operand::Reg(r)] if matches!(name, "VMOVS" | "VMOVD") && fits(r) => {
            let bits = if a.size == 2 { u64::from(*v as u32) } else { *v as u64 };
            Some(Ok(pooled(a, u128::from(bits), r.num)))
        }
        [Operand::Imm(low), Operand::Imm(high), Operand::Reg(r)] if name == "VMOVQ" && fits(r) => {
            Some(Ok(pooled(a, u128::from(*high as u64) << 64 | u128::from(*low as u64), r.num)))
        }
        [Operand::Reg(from), Operand::Reg(to)] if a.class == Class::R => between(name, from, to),
        _ => None,
    }
}

fn move_constant(v: i64, wide: bool, to: u8) -> Encoded {
    let one = constant::one(v, wide, to);
    // Only ORR, whose constant is a bit mask, writes RSP.
    if to == RSP && one.is_none_or(|w| w & 0x1f80_0000 != 0x1200_0000) {
        return Err(Problem::Operands);
    }
    Ok(Code::of(&constant::load(v, wide, to)))
}

/// Moves between general registers.
fn between(name: &str, from: &Reg, to: &Reg) -> Option<Encoded> {
    if from.class != Class::R || to.class != Class::R {
        return None;
    }
    let (n, d) = (u32::from(from.num & 31), u32::from(to.num & 31));
    let has_sp = from.num == RSP || to.num == RSP;
    if has_sp && (name != "MOVD" || from.num == ZR || to.num == ZR) {
        return Some(Err(Problem::Operands));
    }
    let extended = |word: u32| word | n << 5 | d;
    // ZR is the same in any width.
    let word = match name {
        "MOVD" if has_sp => extended(0x9100_0000),
        "MOVD" => 0xaa00_03e0 | n << 16 | d,
        _ if from.num == ZR => 0x2a00_03e0 | n << 16 | d,
        "MOVW" => extended(0x9340_7c00),
        "MOVWU" => 0x2a00_03e0 | n << 16 | d,
        "MOVH" => extended(0x9340_3c00),
        "MOVHU" => extended(0xd340_3c00),
        "MOVB" => extended(0x9340_1c00),
        _ => extended(0xd340_1c00),
    };
    Some(Ok(Code::of(&[word])))
}

/// A float: in the instruction, as ZR, or in read-only memory.
fn float(a: &Access, v: f64, to: u8) -> Option<Encoded> {
    let double = a.size == 3;
    if a.size == 4 {
        return None;
    }
    if let Some(bits) = constant::float(v) {
        return Some(Ok(Code::of(&[0x1e20_1000 | u32::from(double) << 22 | bits << 13 | u32::from(to)])));
    }
    let bits = if double { v.to_bits() } else { u64::from((v as f32).to_bits()) };
    if bits == 0 {
        let word = if double { 0x9e67_0000 } else { 0x1e27_0000 };
        return Some(Ok(Code::of(&[word | u32::from(ZR) << 5 | u32::from(to)])));
    }
    Some(Ok(pooled(a, u128::from(bits), to)))
}

/// A load of a constant from read-only memory.
fn pooled(a: &Access, bits: u128, to: u8) -> Code {
    let aligned = a.class == Class::F;
    at_symbol(a.load | u32::from(to), a.size, aligned, Target::Const(bits, 1 << a.size), 0)
}

/// An access to a symbol, by way of R27: with two instructions if the address is known to be a multiple of what is accessed.
fn at_symbol(word: u32, size: u32, aligned: bool, target: Target, addend: i64) -> Code {
    let access = word | 1 << 24 | u32::from(TMP) << 5;
    let page = ADRP | u32::from(TMP);
    if aligned && size < 4 && addend & ((1 << size) - 1) == 0 {
        let reloc = Reloc { at: 0, kind: RelocKind::Access(size as u8), target, addend };
        return Code { words: vec![page, access], relocs: vec![reloc], literal: None };
    }
    let mut code = page_address(TMP, target, addend);
    code.words.push(access);
    code
}

/// The address of a symbol.
fn page_address(to: u8, target: Target, addend: i64) -> Code {
    let words = vec![ADRP | u32::from(to), add_imm(ADD, 0, to, to)];
    Code { words, relocs: vec![Reloc { at: 0, kind: RelocKind::Address, target, addend }], literal: None }
}

fn symbol(m: &Mem) -> Option<Name> {
    match m.base {
        Base::Sym(n) => Some(n),
        _ => None,
    }
}

/// Loads and stores of one register.
fn single(a: &Access, load: bool, t: u8, m: &Mem, index: Indexing) -> Encoded {
    let word = a.of(load) | u32::from(t);
    if let Some(name) = symbol(m) {
        if index != Indexing::Offset {
            return Err(Problem::Operands);
        }
        if !load && t == TMP && a.class == Class::R {
            return refused("cannot use REGTMP as source");
        }
        return Ok(at_symbol(word, a.size, a.class != Class::V, Target::Name(name), m.disp));
    }
    let Base::Reg(n) = m.base else { return Err(Problem::Operands) };
    if a.class == Class::V {
        return Err(Problem::Operands);
    }
    let base = u32::from(n & 31) << 5;
    if let Some(x) = m.index {
        if index != Indexing::Offset || m.disp != 0 {
            return Err(Problem::Operands);
        }
        return indexed(a, word | base, x);
    }
    if index != Indexing::Offset {
        if n != RSP && n == t && a.class == Class::R {
            return refused("constrained unpredictable behavior");
        }
        if !(-256..256).contains(&m.disp) {
            return refused("offset out of range [-256,255]");
        }
        let form = if index == Indexing::Pre { 3 << 10 } else { 1 << 10 };
        return Ok(Code::of(&[word | form | (m.disp as u32 & 0x1ff) << 12 | base]));
    }
    let v = m.disp;
    let unit = 1i64 << a.size;
    if v >= 0 && v % unit == 0 && v >> a.size <= 0xfff {
        return Ok(Code::of(&[word | 1 << 24 | ((v >> a.size) as u32) << 10 | base]));
    }
    if (-256..256).contains(&v) {
        return Ok(Code::of(&[word | (v as u32 & 0x1ff) << 12 | base]));
    }
    let at_tmp = word | 1 << 24 | u32::from(TMP) << 5;
    if (-0xfff..=0xfff).contains(&v) {
        return Ok(Code::of(&[near(v, n), at_tmp]));
    }
    if let Some((high, low)) = split(v, a.size) {
        return Ok(Code::of(&[add_imm(ADD, high, n, TMP), at_tmp | low << 10]));
    }
    if n == TMP || t == TMP && a.class == Class::R {
        return refused("REGTMP used in large offset access");
    }
    let by_register = word | 1 << 21 | 0x6800 | u32::from(TMP) << 16 | base;
    far(v, vec![by_register])
}

/// `[base, index]`.
fn indexed(a: &Access, word: u32, x: Index) -> Encoded {
    if x.amount != 0 && u32::from(x.amount) != a.size || a.size == 4 && x.ext.is_some() {
        return refused("invalid index shift amount");
    }
    let option = x.ext.unwrap_or(3);
    let scaled = u32::from(x.amount != 0) << 12;
    Ok(Code::of(&[word | 1 << 21 | 0x800 | u32::from(option) << 13 | scaled | u32::from(x.reg) << 16]))
}

/// R27 = base + a distance of 12 bits.
fn near(v: i64, n: u8) -> u32 {
    add_imm(if v < 0 { SUB } else { ADD }, v.unsigned_abs() as u32, n, TMP)
}

/// R27 = a literal, and what uses it.
fn far(v: i64, rest: Vec<u32>) -> Encoded {
    if i32::try_from(v).is_err() {
        return refused("offset out of range");
    }
    let wide = v < 0;
    let load = if wide { 0x5800_0000 } else { 0x1800_0000 };
    let mut words = vec![load | u32::from(TMP)];
    words.extend(rest);
    Ok(Code { words, relocs: Vec::new(), literal: Some(Literal { value: v, wide }) })
}

/// Two parts of an offset: one for an addition (12 bits, shifted or not), and 12 bits in units of what is accessed.
fn split(v: i64, size: u32) -> Option<(u32, u32)> {
    if !(0..=0xff_f000 + (0xfff << size)).contains(&v) {
        return None;
    }
    let high = (v - (0xfff << size)).max(v & ((1 << size) - 1));
    if high <= 0xfff && (v - high) >> size <= 0xfff {
        return Some((high as u32, ((v - high) >> size) as u32));
    }
    let mut low = v >> size & 0xfff;
    let mut high = v - (low << size);
    if high > 0xff_f000 {
        high = 0xff_f000;
        low = (v - high) >> size;
    }
    (high & !0xff_f000 == 0 && high + (low << size) == v).then_some((high as u32, low as u32))
}

/// Loads and stores of two registers; `word` holds them.
fn pair_at(
    word: u32,
    size: u32,
    class: Class,
    used: [u8; 2],
    index: Indexing,
    m: &Mem,
    load: bool,
) -> Encoded {
    let uses = |r: u8| class == Class::R && used.contains(&r);
    if let Some(name) = symbol(m) {
        if index != Indexing::Offset {
            return Err(Problem::Operands);
        }
        if !load && uses(TMP) {
            return refused("cannot use REGTMP as source");
        }
        let mut code = page_address(TMP, Target::Name(name), m.disp);
        code.words.push(word | u32::from(TMP) << 5);
        return Ok(code);
    }
    let (Base::Reg(n), None) = (m.base, m.index) else { return Err(Problem::Operands) };
    let unit = 1i64 << size;
    let v = m.disp;
    let fits = v % unit == 0 && (-64..64).contains(&(v / unit));
    if index != Indexing::Offset {
        if n != RSP && uses(n) {
            return refused("constrained unpredictable behavior");
        }
        if !fits {
            return refused("invalid offset");
        }
    }
    if fits {
        let form = match index {
            Indexing::Offset => 0,
            Indexing::Pre => 1 << 23,
            Indexing::Post => 3 << 23,
        };
        let imm = ((v / unit) as u32 & 0x7f) << 15;
        return Ok(Code::of(&[(word ^ form) | imm | u32::from(n & 31) << 5]));
    }
    if !load && uses(TMP) {
        return refused("REGTMP used in large offset access");
    }
    let at_tmp = word | u32::from(TMP) << 5;
    if (-0xfff..=0xfff).contains(&v) {
        return Ok(Code::of(&[near(v, n), at_tmp]));
    }
    if n == TMP {
        return refused("REGTMP used in large offset access");
    }
    if let Some((high, low)) = split(v, 0) {
        return Ok(Code::of(&[add_imm(ADD, low, n, TMP), add_imm(ADD, high, TMP, TMP), at_tmp]));
    }
    let sum = ADD_EXTENDED | u32::from(TMP) << 16 | u32::from(n & 31) << 5 | u32::from(TMP);
    far(v, vec![sum, at_tmp])
}

/// `MOVD $address, register`.
fn address(m: &Mem, to: u8) -> Encoded {
    if let Some(name) = symbol(m) {
        if to >= ZR {
            return Err(Problem::Operands);
        }
        return Ok(page_address(to, Target::Name(name), m.disp));
    }
    let (Base::Reg(n), None) = (m.base, m.index) else { return Err(Problem::Operands) };
    if to == ZR {
        return Err(Problem::Operands);
    }
    let v = m.disp;
    let fits = |v: i64| (0..=0xfff).contains(&v) || v & 0xfff == 0 && (0..=0xfff).contains(&(v >> 12));
    if fits(v) || fits(-v) {
        let op = if v < 0 { SUB } else { ADD };
        return Ok(Code::of(&[add_imm(op, v.unsigned_abs() as u32, n, to)]));
    }
    if (0..=0xff_ffff).contains(&v) {
        let v = v as u32;
        return Ok(Code::of(&[add_imm(ADD, v & 0xff_f000, n, to), add_imm(ADD, v & 0xfff, to, to)]));
    }
    if n == TMP {
        return refused("REGTMP used in a large offset");
    }
    // The literal of an address always has 8 bytes.
    let sum = ADD_EXTENDED | u32::from(TMP) << 16 | u32::from(n & 31) << 5 | u32::from(to & 31);
    let literal = Some(Literal { value: v, wide: true });
    Ok(Code { words: vec![0x5800_0000 | u32::from(TMP), sum], relocs: Vec::new(), literal })
}
