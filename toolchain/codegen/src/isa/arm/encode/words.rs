//! Instruction words, and what fills them in later.
use crate::fixup::{FixupKind, FixupTarget, Pair, Veneer};
use crate::isa::arm::Arm;
use crate::isa::arm::inst::*;
use crate::isa::arm::regs::*;
use crate::mach::Form;
use crate::mach::buf::Buf;
use crate::regalloc::Reg;
use object::elf;

/// What decides a jump's bytes. The last is no jump: the address of a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Jump {
    If(Cond),
    Address(Reg),
}

/// Kinds of fixups: calls and jumps; addresses by halves in two instructions; a word with the place of g.
pub const CALL: u8 = 0;
pub const ADDRESS: u8 = 1;
pub const TPOFF: u8 = 2;
pub const JUMP: u8 = 3;
pub const FIXUPS: &[FixupKind] = &[
    branch(elf::R_ARM_CALL.0),
    FixupKind {
        pair: Some(Pair { at: 4, elf: elf::R_ARM_MOVT_ABS.0, anchored: false }),
        ..word(elf::R_ARM_MOVW_ABS_NC.0)
    },
    word(elf::R_ARM_TLS_LE32.0),
    branch(elf::R_ARM_JUMP24.0),
];
const REACH: i64 = 1 << 25;
/// What is relative to the program counter counts from two instructions on.
const AHEAD: i64 = 8;

const fn word(elf: u32) -> FixupKind {
    FixupKind { elf, patch: None, range: 0..=0, call: false, pair: None }
}
const fn branch(elf: u32) -> FixupKind {
    FixupKind {
        elf,
        patch: Some(put_branch),
        range: AHEAD - REACH..=AHEAD + REACH - 4,
        call: true,
        pair: None,
    }
}
pub fn put_branch(code: &mut [u8], distance: i64) {
    let word = u32::from_le_bytes([code[0], code[1], code[2], code[3]]) & 0xff00_0000;
    code[..4].copy_from_slice(&(word | field24(distance)).to_le_bytes());
}
/// A jump's field for a distance from its start.
fn field24(distance: i64) -> u32 {
    ((distance - AHEAD) >> 2) as u32 & 0x00ff_ffff
}

/// movw r12; movt r12; bx r12.
pub const VENEER: Veneer =
    Veneer { code: &[0, 0xc0, 0, 0xe3, 0, 0xc0, 0x40, 0xe3, 0x1c, 0xff, 0x2f, 0xe1], at: 0, kind: ADDRESS };

fn condition(cc: Cond) -> u32 {
    (cc as u32) << 28
}
fn rd(r: Reg) -> u32 {
    (r.hw() as u32) << 12
}
fn rn(r: Reg) -> u32 {
    (r.hw() as u32) << 16
}
fn rs(r: Reg) -> u32 {
    (r.hw() as u32) << 8
}
fn rm(r: Reg) -> u32 {
    r.hw() as u32
}
/// In instructions on floats of 8 bytes.
fn double(w: Fw) -> u32 {
    (w as u32) << 8
}
/// 16 bits in the field of a move.
fn half(v: u32) -> u32 {
    (v & 0xf000) << 4 | v & 0xfff
}
/// A second operand in data processing.
fn second(b: Src) -> u32 {
    match b {
        Src::R(r) => rm(r),
        Src::S(r, shift, by) => {
            debug_assert!((1..32).contains(&by));
            rm(r) | (shift as u32) << 5 | (by as u32) << 7
        }
        Src::I(i) => 1 << 25 | modified(i).expect("rules ask before"),
    }
}
/// How far from a register accesses reach, one more.
fn span(cell: Cell) -> i64 {
    match cell {
        Cell::U(1 | 4) => 1 << 12,
        Cell::F(_) => 1 << 10,
        _ => 1 << 8,
    }
}

impl Buf<Arm> {
    pub fn word(&mut self, w: u32) {
        self.bytes(&w.to_le_bytes())
    }
    /// An instruction that is always executed; `w` has the bits below the condition.
    pub fn always(&mut self, w: u32) {
        self.word(condition(Cond::Al) | w)
    }
    pub fn alu(&mut self, op: AluOp, flags: bool, d: Reg, a: Reg, b: Src) {
        self.always((op as u32) << 21 | u32::from(flags) << 20 | rd(d) | rn(a) | second(b))
    }
    /// A move of a second operand or its opposite, under a condition.
    pub fn mov_if(&mut self, cc: Cond, not: bool, d: Reg, b: Src) {
        self.word(condition(cc) | if not { 0x01e0_0000 } else { 0x01a0_0000 } | rd(d) | second(b))
    }
    pub fn mov(&mut self, d: Reg, a: Reg) {
        self.mov_if(Cond::Al, false, d, Src::R(a))
    }
    pub fn test(&mut self, op: TestOp, a: Reg, b: Src) {
        self.always(1 << 20 | (op as u32) << 21 | rn(a) | second(b))
    }
    /// A shift by a register, under a condition.
    pub fn shift_if(&mut self, cc: Cond, shift: Shift, d: Reg, a: Reg, n: Reg) {
        self.word(condition(cc) | 0x01a0_0010 | (shift as u32) << 5 | rd(d) | rs(n) | rm(a))
    }
    pub fn mul(&mut self, d: Reg, a: Reg, b: Reg) {
        self.always(0x90 | rn(d) | rs(b) | rm(a))
    }
    pub fn mac(&mut self, sub: bool, d: Reg, a: Reg, b: Reg, acc: Reg) {
        self.always(0x0020_0090 | u32::from(sub) << 22 | rn(d) | rd(acc) | rs(b) | rm(a))
    }
    pub fn mul_wide(&mut self, hi: Reg, lo: Reg, a: Reg, b: Reg) {
        self.always(0x0080_0090 | rn(hi) | rd(lo) | rs(b) | rm(a))
    }
    pub fn mul_high(&mut self, d: Reg, a: Reg, b: Reg) {
        self.always(0x0750_f010 | rn(d) | rs(b) | rm(a))
    }
    pub fn op2(&mut self, op: Op2, d: Reg, a: Reg) {
        self.always(op as u32 | rd(d) | rm(a))
    }
    /// Bit 31 of `d` becomes bit 0 of `a`.
    pub fn put_sign(&mut self, d: Reg, a: Reg) {
        self.always(0x07df_0f90 | rd(d) | rm(a))
    }
    /// A constant.
    pub fn imm(&mut self, d: Reg, v: u32) {
        if modified(v).is_some() {
            return self.mov_if(Cond::Al, false, d, Src::I(v));
        }
        if modified(!v).is_some() {
            return self.mov_if(Cond::Al, true, d, Src::I(!v));
        }
        self.halves(d, v, v >> 16, v > 0xffff);
    }
    /// movw and perhaps movt.
    fn halves(&mut self, d: Reg, low: u32, high: u32, both: bool) {
        self.always(0x0300_0000 | rd(d) | half(low));
        if both {
            self.always(0x0340_0000 | rd(d) | half(high));
        }
    }
    /// d = a + by. What two instructions do not hold goes through `d`, or through TMP if that is read, too.
    pub fn add_imm(&mut self, d: Reg, a: Reg, by: i64) {
        let (by, less) = (by as u32, (by as u32).wrapping_neg());
        if by == 0 {
            return if d == a {
            } else {
                self.mov(d, a)
            };
        }
        for (op, v) in [(AluOp::Add, by), (AluOp::Sub, less)] {
            if modified(v).is_some() {
                return self.alu(op, false, d, a, Src::I(v));
            }
            let low = v & 0xff << (v.trailing_zeros() & !1);
            if modified(v - low).is_some() {
                self.alu(op, false, d, a, Src::I(v - low));
                return self.alu(op, false, d, d, Src::I(low));
            }
        }
        let t = if d == a || d == SP { TMP } else { d };
        self.imm(t, by);
        self.alu(AluOp::Add, false, d, a, Src::R(t));
    }
    /// A load (then `load`) or store at a distance that fits.
    fn near(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        let (size, op) = (disp.unsigned_abs() as u32, u32::from(disp >= 0) << 23 | u32::from(load) << 20);
        let op = op | rn(base) | rd(t);
        self.always(match cell {
            Cell::U(n @ (1 | 4)) => 0x0500_0000 | u32::from(n == 1) << 22 | op | size,
            Cell::F(n) => 0x0d00_0a00 | u32::from(n == 8) << 8 | op | size >> 2,
            _ => 0x0140_0090 | small(cell) | op | (size & 0xf0) << 4 | size & 0xf,
        })
    }
    /// At any distance: what is too far for the instruction goes to FAR.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        let span = span(cell);
        let odd = matches!(cell, Cell::F(_)) && disp % 4 != 0;
        if disp.abs() < span && !odd {
            return self.near(load, cell, t, base, disp);
        }
        let low = if odd { 0 } else { disp % span };
        self.add_imm(FAR, base, disp - low);
        self.near(load, cell, t, FAR, low);
    }
    /// With an index, scaled.
    pub fn access_indexed(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, index: (Reg, u8), disp: i64) {
        let (x, shift) = index;
        let op = 1 << 23 | u32::from(load) << 20 | rn(base) | rd(t) | rm(x);
        match cell {
            Cell::U(n @ (1 | 4)) if disp == 0 => {
                self.always(0x0700_0000 | u32::from(n == 1) << 22 | (shift as u32) << 7 | op)
            }
            Cell::U(_) | Cell::S(_) if disp == 0 && shift == 0 => self.always(0x0100_0090 | small(cell) | op),
            _ => {
                self.add_scaled(FAR, base, index);
                self.access(load, cell, t, FAR, disp);
            }
        }
    }
    pub fn add_scaled(&mut self, d: Reg, base: Reg, (x, shift): (Reg, u8)) {
        let b = if shift == 0 { Src::R(x) } else { Src::S(x, Shift::Lsl, shift) };
        self.alu(AluOp::Add, false, d, base, b);
    }
    /// A word at an address that is then moved on to the next.
    pub fn next_word(&mut self, load: bool, t: Reg, at: Reg) {
        self.always(0x0480_0004 | u32::from(load) << 20 | rn(at) | rd(t))
    }
    /// The link register, when SP moves by the frame's size.
    pub fn push_link(&mut self, size: u32) {
        self.always(0x0520_0000 | rn(SP) | rd(LINK) | size)
    }
    pub fn pop_link(&mut self, size: u32) {
        self.always(0x0490_0000 | rn(SP) | rd(LINK) | size)
    }
    /// A symbol's address. The fields have the addend.
    pub fn address(&mut self, d: Reg, target: FixupTarget, addend: i64) {
        let near = i16::try_from(addend).is_ok();
        let field = if near { addend } else { 0 };
        self.fixup(ADDRESS, target, field);
        self.halves(d, field as u32, field as u32, true);
        if !near {
            self.add_imm(d, d, addend);
        }
    }
    /// A jump or (then `link`) call.
    pub fn jump_symbol(&mut self, link: bool, target: FixupTarget) {
        self.fixup(if link { CALL } else { JUMP }, target, 0);
        self.always(0x0a00_0000 | u32::from(link) << 24 | field24(0))
    }
    pub fn jump_register(&mut self, link: bool, to: Reg) {
        self.always(0x012f_ff10 | u32::from(link) << 5 | rm(to))
    }
    /// G from where the thread keeps it, whose distance from the thread pointer stands between the instructions.
    pub fn load_g(&mut self) {
        self.near(true, Cell::U(4), TMP, PC, 0);
        self.always(0x0a00_0000 | field24(8));
        self.fixup(TPOFF, FixupTarget::TlsG, 0);
        self.word(0);
        self.always(0x0e1d_0f70 | rd(FAR));
        self.access_indexed(true, Cell::U(4), G, FAR, (TMP, 0), 0);
    }
    pub fn f3(&mut self, op: FOp3, w: Fw, d: Reg, a: Reg, b: Reg) {
        self.always(op as u32 | double(w) | rd(d) | rn(a) | rm(b))
    }
    /// Operations on one float, under a condition.
    pub fn f2_if(&mut self, cc: Cond, op: u32, w: Fw, d: Reg, a: Reg) {
        self.word(condition(cc) | op | double(w) | rd(d) | rm(a))
    }
    pub fn f2(&mut self, op: u32, w: Fw, d: Reg, a: Reg) {
        self.f2_if(Cond::Al, op, w, d, a)
    }
    /// A comparison whose flags are the processor's in the end.
    pub fn fcmp(&mut self, w: Fw, a: Reg, b: Reg) {
        self.f2(0x0eb4_0a40, w, a, b);
        self.always(0x0ef1_fa10);
    }
    /// The word of a float register, which may be the upper one, from a register or (then `get`) to it.
    pub fn float_word(&mut self, get: bool, f: Reg, upper: bool, r: Reg) {
        self.always(0x0e00_0a10 | u32::from(get) << 20 | rn(f) | u32::from(upper) << 7 | rd(r))
    }
    /// Both words, equal.
    pub fn float_words(&mut self, f: Reg, r: Reg) {
        self.always(0x0c40_0b10 | rn(r) | rd(r) | rm(f))
    }
    pub fn load_exclusive(&mut self, bytes: u8, t: Reg, addr: Reg) {
        self.always(0x0190_0f9f | u32::from(bytes == 1) << 22 | rn(addr) | rd(t))
    }
    /// `failed` becomes 0 if it was stored.
    pub fn store_exclusive(&mut self, bytes: u8, failed: Reg, addr: Reg, src: Reg) {
        self.always(0x0180_0f90 | u32::from(bytes == 1) << 22 | rn(addr) | rd(failed) | rm(src))
    }
    /// No access before it comes behind it.
    pub fn fence(&mut self) {
        self.word(0xf57f_f05b)
    }
}

/// What tells loads and stores of half-words and of signs apart.
fn small(cell: Cell) -> u32 {
    match cell {
        Cell::S(1) => 0x40,
        Cell::S(_) => 0x60,
        _ => 0x20,
    }
}

/// A jump has one form; an address is a distance, and three instructions.
pub fn forms(b: Jump) -> &'static [Form] {
    match b {
        Jump::If(_) => &[(4, AHEAD - REACH..=AHEAD + REACH - 4)],
        Jump::Address(_) => &[(12, i32::MIN as i64..=i32::MAX as i64)],
    }
}

/// Writes a jump.
pub fn jump(b: Jump, distance: i64, out: &mut Vec<u8>) {
    let mut word = |w: u32| out.extend_from_slice(&w.to_le_bytes());
    match b {
        Jump::If(cc) => word(condition(cc) | 0x0a00_0000 | field24(distance)),
        Jump::Address(r) => {
            // From the third instruction.
            let by = (distance - 8 - AHEAD) as u32;
            word(condition(Cond::Al) | 0x0300_0000 | rd(r) | half(by));
            word(condition(Cond::Al) | 0x0340_0000 | rd(r) | half(by >> 16));
            word(condition(Cond::Al) | (AluOp::Add as u32) << 21 | rd(r) | rn(r) | rm(PC));
        }
    }
}
