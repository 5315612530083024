//! Instruction words, and what fills them in later.
use crate::fixup::{FixupKind, FixupTarget, Pair, Veneer};
use crate::isa::ppc64::Ppc64;
use crate::isa::ppc64::inst::*;
use crate::isa::ppc64::regs::*;
use crate::mach::Form;
use crate::mach::buf::Buf;
use crate::regalloc::Reg;
use object::elf;

/// What decides a jump's bytes. The last is no jump: the address of a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Jump {
    Always,
    /// If the bit of CR0 is so.
    If(Bit, bool),
    /// If CTR, less by 1, is not zero. Never far.
    Count,
    Address(Reg),
}

/// Kinds of fixups: calls and jumps out of the function; addresses in two instructions, of which the second is an addition or an
/// access, perhaps one whose distance is a multiple of 4; the place of g as a distance from the thread's.
pub const CALL: u8 = 0;
pub const ADDRESS: u8 = 1;
pub const ADDRESS_WORD: u8 = 2;
pub const TPOFF: u8 = 3;

const fn kinds(patch: fn(&mut [u8], i64)) -> [FixupKind; 4] {
    let high = elf::R_PPC64_ADDR16_HA.0;
    [
        FixupKind { elf: elf::R_PPC64_REL24.0, patch: Some(patch), range: NEAR, call: true, pair: None },
        pair(high, elf::R_PPC64_ADDR16_LO.0),
        pair(high, elf::R_PPC64_ADDR16_LO_DS.0),
        pair(elf::R_PPC64_TPREL16_HA.0, elf::R_PPC64_TPREL16_LO_DS.0),
    ]
}
const fn pair(elf: u32, low: u32) -> FixupKind {
    let low = Pair { at: 4, elf: low, anchored: false };
    FixupKind { elf, patch: None, range: 0..=0, call: false, pair: Some(low) }
}
static LITTLE: [FixupKind; 4] = kinds(put_call::<false>);
static BIG: [FixupKind; 4] = kinds(put_call::<true>);
/// The kinds of a byte order.
pub const fn fixups(big: bool) -> &'static [FixupKind] {
    if big { &BIG } else { &LITTLE }
}

/// lis, addi, mtctr and bctr, all through FAR.
const VENEER: [u32; 4] = [lis(FAR), d_form(14, FAR.hw(), FAR.hw(), 0), mtctr(FAR), 0x4e80_0420];
static LITTLE_VENEER: [u8; 16] = veneer_bytes(false);
static BIG_VENEER: [u8; 16] = veneer_bytes(true);
const fn veneer_bytes(big: bool) -> [u8; 16] {
    let (mut all, mut i) = ([0; 16], 0);
    while i < 16 {
        let bytes = if big { VENEER[i / 4].to_be_bytes() } else { VENEER[i / 4].to_le_bytes() };
        all[i] = bytes[i % 4];
        i += 1;
    }
    all
}
/// A jump through a register, for calls over more than 32 MB.
pub const fn veneer(big: bool) -> Veneer {
    let code: &[u8] = if big { &BIG_VENEER } else { &LITTLE_VENEER };
    Veneer { code, at: half(big), kind: ADDRESS }
}
/// Where the low 16 bits of a word are.
const fn half(big: bool) -> u32 {
    if big { 2 } else { 0 }
}

/// How far b and bl reach.
const NEAR: std::ops::RangeInclusive<i64> = -(1 << 25)..=(1 << 25) - 4;

fn to_bytes(big: bool, w: u32) -> [u8; 4] {
    if big { w.to_be_bytes() } else { w.to_le_bytes() }
}
fn put_call<const BIG: bool>(code: &mut [u8], distance: i64) {
    let have = [code[0], code[1], code[2], code[3]];
    let word = if BIG { u32::from_be_bytes(have) } else { u32::from_le_bytes(have) };
    code[..4].copy_from_slice(&to_bytes(BIG, word & !0x03ff_fffc | near(distance)));
}

/// The field of b and bl.
fn near(distance: i64) -> u32 {
    distance as u32 & 0x03ff_fffc
}
/// A number in 32 bits as what addis adds, shifted, and the signed 16 bits that are missing.
pub fn halves(v: i64) -> (i64, i64) {
    let low = v as i16 as i64;
    ((v - low) >> 16, low)
}

const fn d_form(op: u32, t: u8, a: u8, imm: i64) -> u32 {
    op << 26 | (t as u32) << 21 | (a as u32) << 16 | (imm as u32 & 0xffff)
}
/// Opcode 31 and most others with three registers, by the bits of the extended opcode, in place.
const fn x_form(op: u32, t: u8, a: u8, b: u8) -> u32 {
    op | (t as u32) << 21 | (a as u32) << 16 | (b as u32) << 11
}
/// The extended opcode of opcode 31.
const fn x31(xo: u32) -> u32 {
    31 << 26 | xo << 1
}
const fn lis(d: Reg) -> u32 {
    d_form(15, d.hw(), 0, 0)
}
const fn mtctr(r: Reg) -> u32 {
    x_form(x31(467), r.hw(), 9, 0)
}
/// rldicl, rldicr and rldcl: 64 bits to the left by `by`, then cleared up to (or behind) bit `end`.
fn md_form(xo: u32, d: Reg, a: Reg, by: u32, end: u32) -> u32 {
    let end = (end & 31) << 6 | end >> 5 << 5;
    x_form(30 << 26 | xo << 2, a.hw(), d.hw(), (by & 31) as u8) | end | by >> 5 << 1
}

/// Whether the distance of such an access is a multiple of 4.
fn by_words(load: bool, cell: Cell) -> bool {
    match cell {
        Cell::U(8) | Cell::S(8) => true,
        Cell::S(4) => load,
        _ => false,
    }
}
/// Opcode with a distance, and the extended opcode with an index; and the low bits of the first.
fn access_op(load: bool, cell: Cell) -> (u32, u32, u32) {
    match (load, cell) {
        (true, Cell::U(1) | Cell::S(1)) => (34, 87, 0),
        (true, Cell::U(2)) => (40, 279, 0),
        (true, Cell::S(2)) => (42, 343, 0),
        (true, Cell::U(4)) => (32, 23, 0),
        (true, Cell::S(4)) => (58, 341, 2),
        (true, Cell::U(_) | Cell::S(_)) => (58, 21, 0),
        (true, Cell::F(4)) => (48, 535, 0),
        (true, Cell::F(_)) => (50, 599, 0),
        (false, Cell::U(1) | Cell::S(1)) => (38, 215, 0),
        (false, Cell::U(2) | Cell::S(2)) => (44, 407, 0),
        (false, Cell::U(4) | Cell::S(4)) => (36, 151, 0),
        (false, Cell::U(_) | Cell::S(_)) => (62, 149, 0),
        (false, Cell::F(4)) => (52, 663, 0),
        (false, Cell::F(_)) => (54, 727, 0),
    }
}

impl<const BIG: bool> Buf<Ppc64<BIG>> {
    pub fn word(&mut self, w: u32) {
        self.bytes(&to_bytes(BIG, w))
    }
    /// A word whose low half waits for the linker.
    fn half_fixup(&mut self, kind: u8, target: FixupTarget, addend: i64, w: u32) {
        let (bytes, at) = (to_bytes(BIG, w), half(BIG) as usize);
        self.bytes(&bytes[..at]);
        self.fixup(kind, target, addend);
        self.bytes(&bytes[at..]);
    }
    pub fn x(&mut self, op: u32, t: Reg, a: Reg, b: Reg) {
        self.word(x_form(op, t.hw(), a.hw(), b.hw()))
    }
    pub fn alu(&mut self, op: AluOp, sz: Sz, d: Reg, a: Reg, b: Src) {
        let double = sz == Sz::X;
        let b = match b {
            Src::I(i) => return self.alu_imm(op, sz, d, a, i),
            Src::R(b) => b,
        };
        let pick = |w: u32, d: u32| x31(if double { d } else { w });
        match op {
            AluOp::Add => self.x(x31(266), d, a, b),
            AluOp::Sub => self.x(x31(40), d, b, a),
            AluOp::Mul => self.x(pick(235, 233), d, a, b),
            AluOp::Mulh => self.x(x31(73), d, a, b),
            AluOp::Mulhu => self.x(x31(9), d, a, b),
            AluOp::Div => self.x(pick(491, 489), d, a, b),
            AluOp::Divu => self.x(pick(459, 457), d, a, b),
            AluOp::And => self.x(x31(28), a, d, b),
            AluOp::Andc => self.x(x31(60), a, d, b),
            AluOp::Or => self.x(x31(444), a, d, b),
            AluOp::Xor => self.x(x31(316), a, d, b),
            AluOp::Shl => self.x(pick(24, 27), a, d, b),
            AluOp::Shr => self.x(pick(536, 539), a, d, b),
            AluOp::Sar => self.x(pick(792, 794), a, d, b),
            AluOp::Rot if double => self.x(30 << 26 | 8 << 1, a, d, b),
            AluOp::Rot => self.x(23 << 26 | 31 << 1, a, d, b),
        }
    }
    fn alu_imm(&mut self, op: AluOp, sz: Sz, d: Reg, a: Reg, i: i64) {
        let (n, double) = (i as u32, sz == Sz::X);
        match op {
            AluOp::Shl if double => return self.word(md_form(1, d, a, n, 63 - n)),
            AluOp::Shl => return self.word(x_form(21 << 26 | (31 - n) << 1, a.hw(), d.hw(), n as u8)),
            AluOp::Shr if double => return self.bits(d, a, (64 - n) % 64, 64 - n),
            AluOp::Shr => {
                let left = ((32 - n) % 32) as u8;
                return self.word(x_form(21 << 26 | n << 6 | 31 << 1, a.hw(), d.hw(), left));
            }
            AluOp::Sar if double => {
                return self.word(x_form(31 << 26 | 413 << 2, a.hw(), d.hw(), (n & 31) as u8) | n >> 5 << 1);
            }
            AluOp::Sar => return self.word(x_form(x31(824), a.hw(), d.hw(), n as u8)),
            AluOp::Rot if double => return self.bits(d, a, n, 64),
            AluOp::Rot => return self.word(x_form(21 << 26 | 31 << 1, a.hw(), d.hw(), n as u8)),
            _ => {}
        }
        // What the upper 16 bits hold has the next opcode.
        debug_assert!(op.takes(i), "{op:?} {i}");
        let low = if op == AluOp::Add || op == AluOp::Mul { fits16(i) } else { fits_u16(i) };
        let (up, i) = if low { (0, i) } else { (1, i >> 16) };
        self.word(match op {
            AluOp::Mul => d_form(7, d.hw(), a.hw(), i),
            AluOp::Add => d_form(14 + up, d.hw(), a.hw(), i),
            AluOp::And => d_form(28 + up, a.hw(), d.hw(), i),
            AluOp::Or => d_form(24 + up, a.hw(), d.hw(), i),
            _ => d_form(26 + up, a.hw(), d.hw(), i),
        })
    }
    pub fn op2(&mut self, op: Op2, sz: Sz, d: Reg, a: Reg) {
        let pick = |w: u32, d: u32| x31(if sz == Sz::X { d } else { w });
        match op {
            Op2::Neg => self.x(x31(104), d, a, ZERO),
            Op2::Not => self.x(x31(124), a, d, a),
            Op2::Clz => self.x(pick(26, 58), a, d, ZERO),
            Op2::Popcnt => self.x(pick(378, 506), a, d, ZERO),
            Op2::Sext(1) => self.x(x31(954), a, d, ZERO),
            Op2::Sext(2) => self.x(x31(922), a, d, ZERO),
            Op2::Sext(_) => self.x(x31(986), a, d, ZERO),
        }
    }
    pub fn bits(&mut self, d: Reg, a: Reg, left: u32, keep: u32) {
        self.word(md_form(0, d, a, left, 64 - keep))
    }
    pub fn mv(&mut self, d: Reg, a: Reg) {
        self.x(x31(444), a, d, a)
    }
    /// A constant: 16 bits, two halves of 32, and the upper 32 of 64 by the same way.
    pub fn imm(&mut self, d: Reg, imm: i64) {
        if fits16(imm) {
            return self.word(d_form(14, d.hw(), 0, imm));
        }
        let low = |b: &mut Self| {
            if imm & 0xffff != 0 {
                b.alu(AluOp::Or, Sz::X, d, d, Src::I(imm & 0xffff));
            }
        };
        if imm == imm as i32 as i64 {
            self.word(d_form(15, d.hw(), 0, imm >> 16));
            return low(self);
        }
        if imm == imm as u32 as i64 {
            self.imm(d, imm as i32 as i64);
            return self.bits(d, d, 0, 32);
        }
        let zeros = imm.trailing_zeros();
        if fits16(imm >> zeros) {
            self.imm(d, imm >> zeros);
            return self.alu(AluOp::Shl, Sz::X, d, d, Src::I(zeros as i64));
        }
        self.imm(d, imm >> 32);
        self.alu(AluOp::Shl, Sz::X, d, d, Src::I(32));
        if imm & 0xffff_0000 != 0 {
            self.alu(AluOp::Or, Sz::X, d, d, Src::I(imm & 0xffff_0000));
        }
        low(self);
    }
    /// d = a + by. Distances of more than 32 bits go through TMP.
    pub fn add_imm(&mut self, d: Reg, a: Reg, by: i64) {
        let (high, low) = halves(by);
        if !fits16(high) {
            self.imm(TMP, by);
            return self.alu(AluOp::Add, Sz::X, d, a, Src::R(TMP));
        }
        let mut from = a;
        if high != 0 {
            self.word(d_form(15, d.hw(), from.hw(), high));
            from = d;
        }
        if low != 0 || high == 0 {
            self.word(d_form(14, d.hw(), from.hw(), low));
        }
    }
    /// A load (then `load`) or store at a distance that fits.
    pub fn near(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        let (op, _, bits) = access_op(load, cell);
        self.word(d_form(op, t.hw(), base.hw(), disp) | bits);
        self.after_load(load, cell, t);
    }
    /// At the sum of two registers, of which the first is not R0.
    pub fn indexed(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, index: Reg) {
        self.x(x31(access_op(load, cell).1), t, base, index);
        self.after_load(load, cell, t);
    }
    /// Only signed bytes have no load of their own.
    fn after_load(&mut self, load: bool, cell: Cell, t: Reg) {
        if load && cell == Cell::S(1) {
            self.op2(Op2::Sext(1), Sz::X, t, t);
        }
    }
    /// At any distance: what is too far for the instruction goes to FAR.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        let (high, low) = halves(disp);
        if by_words(load, cell) && low % 4 != 0 || !fits16(high) {
            self.imm(FAR, disp);
            return self.indexed(load, cell, t, base, FAR);
        }
        if high == 0 {
            return self.near(load, cell, t, base, low);
        }
        self.word(d_form(15, FAR.hw(), base.hw(), high));
        self.near(load, cell, t, FAR, low);
    }
    /// A symbol's address.
    pub fn address(&mut self, d: Reg, target: FixupTarget, addend: i64) {
        self.half_fixup(ADDRESS, target, addend, lis(d));
        self.word(d_form(14, d.hw(), d.hw(), 0));
    }
    /// A load or store at a symbol; `aligned`: its address is known to be a multiple of 4.
    pub fn access_symbol(
        &mut self,
        load: bool,
        cell: Cell,
        t: Reg,
        target: FixupTarget,
        addend: i64,
        aligned: bool,
    ) {
        let words = by_words(load, cell);
        if words && !aligned {
            self.address(FAR, target, addend);
        } else {
            self.half_fixup(if words { ADDRESS_WORD } else { ADDRESS }, target, addend, lis(FAR));
        }
        self.near(load, cell, t, FAR, 0);
    }
    /// Loads a word that each thread has.
    pub fn load_thread(&mut self, d: Reg, target: FixupTarget) {
        self.half_fixup(TPOFF, target, 0, d_form(15, d.hw(), THREAD.hw(), 0));
        self.near(true, Cell::U(8), d, d, 0);
    }
    /// A jump or (then `link`) call to the address in a register.
    pub fn jump_register(&mut self, link: bool, to: Reg) {
        self.word(mtctr(to));
        self.word(0x4e80_0420 | u32::from(link));
    }
    /// A jump to a symbol.
    pub fn jump_symbol(&mut self, link: bool, target: FixupTarget) {
        self.fixup(CALL, target, 0);
        self.word(18 << 26 | u32::from(link));
    }
    pub fn from_link(&mut self, d: Reg) {
        self.word(x_form(x31(339), d.hw(), 8, 0))
    }
    pub fn to_link(&mut self, r: Reg) {
        self.word(x_form(x31(467), r.hw(), 8, 0))
    }
    pub fn to_count(&mut self, r: Reg) {
        self.word(mtctr(r))
    }
    /// Stores t where the base is going to be: so far below, which is a multiple of 4.
    pub fn store_update(&mut self, t: Reg, base: Reg, by: i64) {
        match fits16(by) {
            true => self.word(d_form(62, t.hw(), base.hw(), by) | 1),
            false => {
                self.imm(TMP, by);
                self.x(x31(181), t, base, TMP);
            }
        }
    }
    /// Sets CR0.
    pub fn compare(&mut self, t: &Test) {
        let wide = |sz: Sz| u8::from(sz == Sz::X);
        match (t.how, t.b) {
            (How::Signed(sz), Src::R(b)) => self.word(x_form(x31(0), wide(sz), t.a.hw(), b.hw())),
            (How::Unsigned(sz), Src::R(b)) => self.word(x_form(x31(32), wide(sz), t.a.hw(), b.hw())),
            (How::Signed(sz), Src::I(i)) => self.word(d_form(11, wide(sz), t.a.hw(), i)),
            (How::Unsigned(sz), Src::I(i)) => self.word(d_form(10, wide(sz), t.a.hw(), i)),
            (How::Float, Src::R(b)) => self.word(x_form(63 << 26, 0, t.a.hw(), b.hw())),
            (How::Float, Src::I(_)) => unreachable!("floats are compared with registers"),
        }
        if let Some(or) = t.or {
            // cror
            self.word(x_form(19 << 26 | 449 << 1, t.bit as u8, t.bit as u8, or as u8));
        }
    }
    /// d = a if the bit is set, else b.
    pub fn isel(&mut self, d: Reg, a: Reg, b: Reg, bit: Bit) {
        self.x(31 << 26 | (bit as u32) << 6 | 15 << 1, d, a, b)
    }
    pub fn f3(&mut self, op: FOp, w: Fw, d: Reg, a: Reg, b: Reg) {
        let prefix = if w == Fw::S { 59 << 26 } else { 63 << 26 };
        match op {
            FOp::Add => self.x(prefix | 21 << 1, d, a, b),
            FOp::Sub => self.x(prefix | 20 << 1, d, a, b),
            FOp::Mul => self.x(prefix | 25 << 1 | (b.hw() as u32) << 6, d, a, Reg::float(0)),
            FOp::Div => self.x(prefix | 18 << 1, d, a, b),
            FOp::Copysign => self.x(63 << 26 | 8 << 1, d, a, b),
        }
    }
    /// Two factors, and what is added to (or subtracted from) their product.
    pub fn fmac(&mut self, sub: bool, w: Fw, d: Reg, [a, b, acc]: [Reg; 3]) {
        let prefix = if w == Fw::S { 59 << 26 } else { 63 << 26 };
        let op = if sub { 28 } else { 29 };
        self.x(prefix | op << 1 | (b.hw() as u32) << 6, d, a, acc)
    }
    /// Operations on one float: opcode 63 (or 59) with this extended one.
    pub fn f2(&mut self, w: Fw, xo: u32, d: Reg, a: Reg) {
        let prefix = if w == Fw::S { 59 << 26 } else { 63 << 26 };
        self.x(prefix | xo << 1, d, Reg::float(0), a)
    }
    /// An integer register's bits in a float one: all, the low 32 with sign, the low 32.
    pub fn to_float(&mut self, xo: u32, f: Reg, g: Reg) {
        self.x(x31(xo), f, g, ZERO)
    }
    pub fn to_int(&mut self, g: Reg, f: Reg) {
        self.x(x31(51), f, g, ZERO)
    }
    /// Between a double and the bits of a single in the upper half of a register.
    pub fn single(&mut self, to_bits: bool, d: Reg, a: Reg) {
        let xo = if to_bits { 267 } else { 331 };
        self.x(60 << 26 | xo << 2, d, Reg::float(0), a)
    }
    /// Loads and remembers the place.
    pub fn load_reserved(&mut self, bytes: u8, d: Reg, addr: Reg) {
        let xo = [52, 116, 20, 84][bytes.trailing_zeros() as usize];
        self.x(x31(xo), d, ZERO, addr)
    }
    /// Stores if nobody else has since; "equal" tells.
    pub fn store_conditional(&mut self, bytes: u8, src: Reg, addr: Reg) {
        let xo = [694, 726, 150, 214][bytes.trailing_zeros() as usize];
        self.x(x31(xo) | 1, src, ZERO, addr)
    }
    /// All accesses before it come before all behind it.
    pub fn sync(&mut self) {
        self.word(x31(598))
    }
    /// Nothing behind it begins before branches before it are decided.
    pub fn isync(&mut self) {
        self.word(19 << 26 | 150 << 1)
    }
}

/// A jump's forms: over another one, by b's 26 bits, by bc's 16.
pub fn forms(b: Jump) -> &'static [Form] {
    const SHORT: std::ops::RangeInclusive<i64> = -0x8000..=0x7ffc;
    const OVER: std::ops::RangeInclusive<i64> = -(1 << 25) + 4..=(1 << 25);
    match b {
        Jump::Always => &[(4, NEAR)],
        Jump::If(..) => &[(8, OVER), (4, SHORT)],
        Jump::Count => &[(4, SHORT)],
        Jump::Address(_) => &[(24, i32::MIN as i64 / 2..=i32::MAX as i64 / 2)],
    }
}

/// Writes a jump.
pub fn jump(big: bool, b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
    let mut word = |w: u32| out.extend_from_slice(&to_bytes(big, w));
    let branch = |how: u8, bit: u8, by: i64| x_form(16 << 26, how, bit, 0) | by as u32 & 0xfffc;
    let condition = |bit: Bit, want: bool, by: i64| branch(if want { 12 } else { 4 }, bit as u8, by);
    match (b, form) {
        (Jump::Always, _) => word(18 << 26 | near(distance)),
        (Jump::If(bit, want), 0) => {
            word(condition(bit, !want, 8));
            word(18 << 26 | near(distance - 4));
        }
        (Jump::If(bit, want), _) => word(condition(bit, want, distance)),
        (Jump::Count, _) => word(branch(16, 0, distance)),
        (Jump::Address(r), _) => {
            // Only a call tells where it is; functions without a frame still need the link register.
            let (high, low) = halves(distance - 8);
            word(x_form(x31(339), FAR.hw(), 8, 0));
            word(branch(20, 31, 4) | 1);
            word(x_form(x31(339), r.hw(), 8, 0));
            word(x_form(x31(467), FAR.hw(), 8, 0));
            word(d_form(15, r.hw(), r.hw(), high));
            word(d_form(14, r.hw(), r.hw(), low));
        }
    }
}
