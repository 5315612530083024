//! Instruction words, and what fills them in later.
use crate::fixup::{FixupKind, FixupTarget, Pair, Veneer};
use crate::isa::arm64::Arm64;
use crate::isa::arm64::inst::*;
use crate::isa::arm64::regs::*;
use crate::mach::Form;
use crate::mach::buf::Buf;
use crate::regalloc::Reg;
use object::elf;

/// What decides a jump's bytes. The last is no jump: the address of a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Jump {
    Always,
    Test(Test),
    Adr(Reg),
}

/// Kinds of fixups: calls and jumps; addresses by page and offset in two instructions; the place of g, likewise.
pub const CALL: u8 = 0;
pub const PAGE: u8 = 1;
pub const TPOFF: u8 = 2;
pub const JUMP: u8 = 3;
/// The page in one instruction and the offset in an access of 1, 2, 4 or 8 bytes, as assembly has it.
pub const ACCESS: &[u8] = &[4, 5, 6, 7];
pub const FIXUPS: &[FixupKind] = &[
    branch(elf::R_AARCH64_CALL26.0),
    pair(elf::R_AARCH64_ADR_PREL_PG_HI21.0, elf::R_AARCH64_ADD_ABS_LO12_NC.0),
    pair(elf::R_AARCH64_TLSLE_ADD_TPREL_HI12.0, elf::R_AARCH64_TLSLE_ADD_TPREL_LO12_NC.0),
    branch(elf::R_AARCH64_JUMP26.0),
    pair(elf::R_AARCH64_ADR_PREL_PG_HI21.0, elf::R_AARCH64_LDST8_ABS_LO12_NC.0),
    pair(elf::R_AARCH64_ADR_PREL_PG_HI21.0, elf::R_AARCH64_LDST16_ABS_LO12_NC.0),
    pair(elf::R_AARCH64_ADR_PREL_PG_HI21.0, elf::R_AARCH64_LDST32_ABS_LO12_NC.0),
    pair(elf::R_AARCH64_ADR_PREL_PG_HI21.0, elf::R_AARCH64_LDST64_ABS_LO12_NC.0),
];
const REACH: i64 = 1 << 27;

const fn branch(elf: u32) -> FixupKind {
    FixupKind { elf, patch: Some(put26), range: -REACH..=REACH - 4, call: true, pair: None }
}
const fn pair(elf: u32, low: u32) -> FixupKind {
    let pair = Some(Pair { at: 4, elf: low, anchored: false });
    FixupKind { elf, patch: None, range: 0..=0, call: false, pair }
}
fn put26(code: &mut [u8], distance: i64) {
    let word = u32::from_le_bytes([code[0], code[1], code[2], code[3]]) & 0xfc00_0000;
    code[..4].copy_from_slice(&(word | field(distance >> 2, 26, 0)).to_le_bytes());
}

/// adrp x16; add x16, x16; br x16.
pub const VENEER: Veneer =
    Veneer { code: &[0x10, 0, 0, 0x90, 0x10, 2, 0, 0x91, 0, 2, 0x1f, 0xd6], at: 0, kind: PAGE };

/// The low bits of a number as a field of an instruction.
pub fn field(v: i64, bits: u32, at: u32) -> u32 {
    ((v as u32) & (u32::MAX >> (32 - bits))) << at
}
fn sf(sz: Sz) -> u32 {
    (sz as u32) << 31
}
fn ftype(w: Fw) -> u32 {
    (w as u32) << 22
}

/// N, immr and imms of a bit mask, if it is one: a run of ones, rotated, in equal elements.
pub fn bit_mask(imm: i64, sz: Sz) -> Option<u32> {
    let imm = match sz {
        Sz::X => imm as u64,
        Sz::W => (imm as u32 as u64) << 32 | imm as u32 as u64,
    };
    if imm == 0 || imm == u64::MAX {
        return None;
    }
    let mut size = 64;
    while size > 2 {
        let half = size / 2;
        let mask = (1u64 << half) - 1;
        if imm & mask != imm >> half & mask {
            break;
        }
        size = half;
    }
    let mask = u64::MAX >> (64 - size);
    let element = imm & mask;
    let ones = element.count_ones();
    // By how much a run at the bottom was rotated to the right.
    let rotated = |r: u32| {
        let run = (1u64 << ones) - 1;
        if r == 0 { run } else { (run >> r | run << (size - r)) & mask }
    };
    let immr = (0..size).find(|&r| rotated(r) == element)?;
    let n = u32::from(size == 64);
    let imms = (!(2 * size - 1) & 0x3f) | (ones - 1);
    Some(n << 22 | immr << 16 | (imms & 0x3f) << 10)
}

impl Buf<Arm64> {
    pub fn word(&mut self, w: u32) {
        self.bytes(&w.to_le_bytes())
    }
    fn rrr(&mut self, op: u32, d: u8, n: u8, m: u8) {
        self.word(op | (m as u32) << 16 | (n as u32) << 5 | d as u32)
    }
    pub fn rr(&mut self, op: u32, d: u8, n: u8) {
        self.rrr(op, d, n, 0)
    }
    /// Arithmetic; as an operand number 31 is zero, but SP where the operand is an immediate.
    pub fn alu(&mut self, op: AluOp, sz: Sz, d: u8, n: u8, b: &Src) {
        use AluOp::*;
        let logic = matches!(op, And | Orr | Eor | Bic | Orn | Ands);
        let shifted = match op {
            Add => 0x0b00_0000,
            Sub => 0x4b00_0000,
            Adds => 0x2b00_0000,
            Subs => 0x6b00_0000,
            And => 0x0a00_0000,
            Orr => 0x2a00_0000,
            Eor => 0x4a00_0000,
            Ands => 0x6a00_0000,
            Bic => 0x0a20_0000,
            Orn => 0x2a20_0000,
        } | sf(sz);
        match *b {
            Src::R(m) => self.rrr(shifted, d, n, m.hw()),
            Src::S(m, shift, by) => {
                self.rrr(shifted | (shift as u32) << 22 | (by as u32) << 10, d, n, m.hw())
            }
            Src::I(i) if logic => {
                let base = shifted & !0x1f00_0000 | 0x1200_0000;
                let mask = bit_mask(i, sz).expect("rules ask before");
                self.rr(base | mask, d, n)
            }
            Src::I(i) => {
                let base = shifted & !0x1f00_0000 | 0x1100_0000;
                let (i, high) = if i & 0xfff == i { (i, 0) } else { (i >> 12, 1 << 22) };
                self.rr(base | high | field(i, 12, 10), d, n)
            }
        }
    }
    /// The same with SP as first operand, or destination, and another register.
    pub fn alu_sp(&mut self, op: AluOp, d: u8, n: u8, m: u8) {
        let base = match op {
            AluOp::Add => 0x8b20_6000,
            AluOp::Sub => 0xcb20_6000,
            _ => 0xeb20_6000,
        };
        self.rrr(base, d, n, m)
    }
    pub fn op3(&mut self, op: Op3, sz: Sz, d: u8, a: u8, b: u8) {
        self.rrr(op as u32 | sf(sz), d, a, b)
    }
    pub fn mac(&mut self, sub: bool, sz: Sz, d: u8, a: u8, b: u8, acc: u8) {
        let op = 0x1b00_0000 | sf(sz) | u32::from(sub) << 15 | (acc as u32) << 10;
        self.rrr(op, d, a, b)
    }
    pub fn bfm(&mut self, signed: bool, sz: Sz, d: u8, a: u8, immr: u8, imms: u8) {
        let op = if signed { 0x1300_0000 } else { 0x5300_0000 } | sf(sz) | (sz as u32) << 22;
        self.rr(op | (immr as u32) << 16 | (imms as u32) << 10, d, a)
    }
    pub fn ror(&mut self, sz: Sz, d: u8, a: u8, n: u8) {
        self.rrr(0x1380_0000 | sf(sz) | (sz as u32) << 22 | (n as u32) << 10, d, a, a)
    }
    pub fn op2(&mut self, op: Op2, sz: Sz, d: u8, a: u8) {
        let whole = if op == Op2::Rev && sz == Sz::X { 1 << 10 } else { 0 };
        self.rr(op as u32 | sf(sz) | whole, d, a)
    }
    pub fn csel(&mut self, cc: Cond, sz: Sz, d: u8, a: u8, b: u8) {
        self.rrr(0x1a80_0000 | sf(sz) | (cc as u32) << 12, d, a, b)
    }
    pub fn cset(&mut self, cc: Cond, d: u8) {
        self.rrr(0x1a80_0400 | (cc.invert() as u32) << 12, d, ZERO, ZERO)
    }
    pub fn f3(&mut self, op: FOp3, w: Fw, d: u8, a: u8, b: u8) {
        self.rrr(0x1e20_0000 | op as u32 | ftype(w), d, a, b)
    }
    pub fn f2(&mut self, op: FOp2, w: Fw, d: u8, a: u8) {
        self.rr(0x1e20_0000 | op as u32 | ftype(w), d, a)
    }
    pub fn fmac(&mut self, sub: bool, neg: bool, w: Fw, [d, a, b, acc]: [u8; 4]) {
        let flags = u32::from(neg) << 21 | u32::from(sub) << 15;
        self.rrr(0x1f00_0000 | flags | ftype(w) | (acc as u32) << 10, d, a, b)
    }
    pub fn fmov(&mut self, d: u8, a: u8) {
        self.rr(0x1e60_4000, d, a)
    }
    pub fn fcmp(&mut self, w: Fw, a: u8, b: u8) {
        self.rrr(0x1e20_2000 | ftype(w), 0, a, b)
    }
    pub fn fcsel(&mut self, cc: Cond, w: Fw, d: u8, a: u8, b: u8) {
        self.rrr(0x1e20_0c00 | ftype(w) | (cc as u32) << 12, d, a, b)
    }
    pub fn fcvt(&mut self, w: Fw, d: u8, a: u8) {
        self.rr(if w == Fw::S { 0x1e22_c000 } else { 0x1e62_4000 }, d, a)
    }
    /// Conversions and moves between the classes; `op`: their bits below the types.
    pub fn cross(&mut self, op: u32, sz: Sz, w: Fw, d: u8, a: u8) {
        self.rr(0x1e20_0000 | op | sf(sz) | ftype(w), d, a)
    }
    /// An address in FAR, which the linker fills in.
    pub fn address(&mut self, d: u8, target: FixupTarget, addend: i64) {
        self.fixup(PAGE, target, addend);
        self.rr(0x9000_0000, d, 0);
        self.rr(0x9100_0000, d, d);
    }
    /// A constant: the shortest of a bit mask and moves of 16 bits each.
    pub fn imm(&mut self, d: u8, imm: i64) {
        let part = |i: u32| (imm as u64 >> (16 * i)) & 0xffff;
        let others = |than: u64| (0..4).filter(|&i| part(i) != than).count();
        let (ones, zeros) = (others(0xffff), others(0));
        if ones.min(zeros) > 1
            && let Some(mask) = bit_mask(imm, Sz::X)
        {
            return self.rr(0xb200_0000 | mask, d, ZERO);
        }
        let (first, fill) = if ones < zeros { (0x9280_0000u32, 0xffff) } else { (0xd280_0000, 0) };
        let mut started = false;
        for i in 0..4 {
            if part(i) == fill && (started || i != 3) {
                continue;
            }
            let (op, v) = match std::mem::replace(&mut started, true) {
                true => (0xf280_0000, part(i)),
                false => (first, part(i) ^ fill),
            };
            // All parts are filler: one instruction for the lowest.
            let i = if part(i) == fill { 0 } else { i };
            self.rr(op | i << 21 | field(v as i64, 16, 5), d, 0);
        }
    }
    /// d = n + by; both may be SP. Far distances go through TMP.
    pub fn add_imm(&mut self, d: u8, n: u8, by: i64) {
        let (op, size) = if by < 0 { (AluOp::Sub, -by) } else { (AluOp::Add, by) };
        match size {
            0..=0xfff => self.alu(op, Sz::X, d, n, &Src::I(size)),
            0x1000..=0xff_ffff => {
                self.alu(op, Sz::X, d, n, &Src::I(size & !0xfff));
                if size & 0xfff != 0 {
                    self.alu(op, Sz::X, d, d, &Src::I(size & 0xfff));
                }
            }
            _ => {
                self.imm(TMP.hw(), by);
                self.alu_sp(AluOp::Add, d, n, TMP.hw());
            }
        }
    }
    /// A load (then `load`) or store. `base` may be SP; far offsets go through FAR.
    pub fn access(&mut self, load: bool, cell: Cell, t: u8, base: u8, index: Option<(u8, u8)>, disp: i64) {
        let bytes = cell.bytes();
        let scale = bytes.trailing_zeros();
        let (size, kind) = match cell {
            Cell::U(_) => (scale, u32::from(load)),
            Cell::SX(_) => (scale, 2),
            Cell::SW(_) => (scale, 3),
            Cell::F(16) => (0, 2 + u32::from(load)),
            Cell::F(_) => (scale, u32::from(load)),
        };
        let float = u32::from(matches!(cell, Cell::F(_))) << 26;
        let op = size << 30 | float | kind << 22;
        if let Some((x, shift)) = index {
            if disp == 0 && (shift == 0 || shift as u32 == scale) {
                let scaled = u32::from(shift != 0) << 12;
                return self.rrr(op | 0x3820_6800 | scaled, t, base, x);
            }
            self.rrr(0x8b20_6000 | (shift as u32) << 10, FAR.hw(), base, x);
            return self.access(load, cell, t, FAR.hw(), None, disp);
        }
        if disp >= 0 && disp % bytes as i64 == 0 && disp >> scale < 4096 {
            return self.rr(op | 0x3900_0000 | field(disp >> scale, 12, 10), t, base);
        }
        if (-256..256).contains(&disp) {
            return self.rr(op | 0x3800_0000 | field(disp, 9, 12), t, base);
        }
        self.add_imm(FAR.hw(), base, disp);
        self.rr(op | 0x3900_0000, t, FAR.hw())
    }
    /// Two words, or their loads: `op` says which, and how SP moves.
    pub fn two(&mut self, op: u32, t: u8, t2: u8, base: u8, disp: i64) {
        self.rr(op | field(disp / 8, 7, 15) | (t2 as u32) << 10, t, base)
    }
    /// Exclusive and ordered accesses; `op` without the size.
    pub fn ordered(&mut self, op: u32, bytes: u8, status: u8, t: u8, addr: u8) {
        self.rrr(op | bytes.trailing_zeros() << 30, t, addr, status)
    }
}

/// A jump's forms: inverted over an unconditional one, or itself.
pub fn forms(b: Jump) -> &'static [Form] {
    const NEAR: i64 = 1 << 20;
    match b {
        Jump::Always => &[(4, -REACH..=REACH - 4)],
        Jump::Test(Test::Bit(..)) => &[(8, 4 - REACH..=REACH), (4, -(1 << 15)..=(1 << 15) - 4)],
        Jump::Test(_) => &[(8, 4 - REACH..=REACH), (4, -NEAR..=NEAR - 4)],
        Jump::Adr(_) => &[(16, i32::MIN as i64..=i32::MAX as i64), (4, -NEAR..=NEAR - 1)],
    }
}

/// Writes a jump.
pub fn jump(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
    let mut word = |w: u32| out.extend_from_slice(&w.to_le_bytes());
    let always = |by: i64| 0x1400_0000 | field(by >> 2, 26, 0);
    let test = |t: Test, by: i64| match t {
        Test::Cc(cc) => 0x5400_0000 | field(by >> 2, 19, 5) | cc as u32,
        Test::Zero(sz, r, not) => {
            0x3400_0000 | sf(sz) | u32::from(not) << 24 | field(by >> 2, 19, 5) | r.hw() as u32
        }
        Test::Bit(r, n, set) => {
            let bit = (n as u32 >> 5) << 31 | (n as u32 & 31) << 19;
            0x3600_0000 | bit | u32::from(set) << 24 | field(by >> 2, 14, 5) | r.hw() as u32
        }
    };
    match (b, form) {
        (Jump::Always, _) => word(always(distance)),
        (Jump::Test(t), 0) => {
            word(test(invert(t), 8));
            word(always(distance - 4));
        }
        (Jump::Test(t), _) => word(test(t, distance)),
        (Jump::Adr(r), 0) => {
            // The distance from the third instruction, low half and high half.
            let (r, by) = (r.hw() as u32, distance - 8);
            word(0xd280_0000 | field(by, 16, 5) | r);
            word(0xf2a0_0000 | field(by >> 16, 16, 5) | r);
            word(0x1000_0000 | TMP.hw() as u32);
            word(0x8b20_c000 | r << 16 | (TMP.hw() as u32) << 5 | r);
        }
        (Jump::Adr(r), _) => {
            word(0x1000_0000 | field(distance, 2, 29) | field(distance >> 2, 19, 5) | r.hw() as u32)
        }
    }
}

/// The opposite.
pub fn invert(t: Test) -> Test {
    match t {
        Test::Cc(cc) => Test::Cc(cc.invert()),
        Test::Zero(sz, r, not) => Test::Zero(sz, r, !not),
        Test::Bit(r, n, set) => Test::Bit(r, n, !set),
    }
}
