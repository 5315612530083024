//! Instruction words, and what fills them in later.
use crate::fixup::{FixupKind, FixupTarget, Pair};
use crate::isa::mips::Mips;
use crate::isa::mips::inst::*;
use crate::isa::mips::regs::*;
use crate::mach::Form;
use crate::mach::buf::Buf;
use crate::regalloc::Reg;
use object::elf;

/// What a jump asks of registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond {
    Eq(Reg, Reg),
    Ne(Reg, Reg),
    /// At most 0.
    Lez(Reg),
    Gtz(Reg),
    Ltz(Reg),
    Gez(Reg),
    /// What the last comparison of floats came to.
    Flag(bool),
}

impl Cond {
    pub fn invert(self) -> Cond {
        use Cond::*;
        match self {
            Eq(a, b) => Ne(a, b),
            Ne(a, b) => Eq(a, b),
            Lez(a) => Gtz(a),
            Gtz(a) => Lez(a),
            Ltz(a) => Gez(a),
            Gez(a) => Ltz(a),
            Flag(is) => Flag(!is),
        }
    }
    fn word(self) -> u32 {
        match self {
            Cond::Eq(a, b) => i_type(0x04, b, a, 0),
            Cond::Ne(a, b) => i_type(0x05, b, a, 0),
            Cond::Lez(a) => i_type(0x06, ZERO, a, 0),
            Cond::Gtz(a) => i_type(0x07, ZERO, a, 0),
            Cond::Ltz(a) => i_type(0x01, ZERO, a, 0),
            Cond::Gez(a) => i_type(0x01, Reg::int(1), a, 0),
            Cond::Flag(is) => 0x4500_0000 | u32::from(is) << 16,
        }
    }
}

/// What decides a jump's bytes. The last is no jump: the address of a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Jump {
    If(Cond),
    Address(Reg),
}
pub const ALWAYS: Jump = Jump::If(Cond::Eq(ZERO, ZERO));

/// Kinds of fixups: calls and jumps within the same 256 MB, which only the linker knows; addresses in two instructions, of which
/// the second is an addition or an access; the place of g as a distance from the thread's.
pub const CALL: u8 = 0;
pub const ADDRESS: u8 = 1;
pub const TPOFF: u8 = 2;
pub const FIXUPS: &[FixupKind] = &[
    FixupKind { elf: elf::R_MIPS_26.0, patch: None, range: 0..=0, call: true, pair: None },
    pair(elf::R_MIPS_HI16.0, Pair { at: 4, elf: elf::R_MIPS_LO16.0, anchored: false }),
    // An addition stands between the two.
    pair(elf::R_MIPS_TLS_TPREL_HI16.0, Pair { at: 8, elf: elf::R_MIPS_TLS_TPREL_LO16.0, anchored: false }),
];
const fn pair(elf: u32, low: Pair) -> FixupKind {
    FixupKind { elf, patch: None, range: 0..=0, call: false, pair: Some(low) }
}

const SPECIAL2: u32 = 0x1c << 26;
const SPECIAL3: u32 = 0x1f << 26;
const COP1: u32 = 0x11 << 26;
/// In a shift's word: it rotates.
const ROTATES: u32 = 1 << 21;

fn i_type(op: u32, t: Reg, s: Reg, imm: i64) -> u32 {
    debug_assert!(fits16(imm) || (0..0x1_0000).contains(&imm));
    op << 26 | (s.hw() as u32) << 21 | (t.hw() as u32) << 16 | imm as u32 & 0xffff
}
/// Result, operands, and the opcode with the function.
fn r_type(op: u32, d: Reg, s: Reg, t: Reg) -> u32 {
    op | (s.hw() as u32) << 21 | (t.hw() as u32) << 16 | (d.hw() as u32) << 11
}
fn sa(n: u32) -> u32 {
    n << 6
}
fn fmt(w: Fw) -> u32 {
    if w == Fw::D { 0x11 << 21 } else { 0x10 << 21 }
}
/// A number in 32 bits as what lui makes, and the signed 16 bits that are missing.
pub fn halves(v: i64) -> (i64, i64) {
    let low = v as i16 as i64;
    (v.wrapping_sub(low) >> 16 & 0xffff, low)
}

impl<const WIDE: bool, const BIG: bool> Buf<Mips<WIDE, BIG>> {
    /// The width of a register.
    pub const SZ: Sz = if WIDE { Sz::X } else { Sz::W };
    pub const WORD: Cell = if WIDE { Cell::U(8) } else { Cell::U(4) };

    pub fn word(&mut self, w: u32) {
        self.bytes(&if BIG { w.to_be_bytes() } else { w.to_le_bytes() })
    }
    pub fn nop(&mut self) {
        self.word(0)
    }
    pub fn alu(&mut self, op: AluOp, sz: Sz, d: Reg, a: Reg, b: Src) {
        let double = sz == Sz::X;
        let b = match b {
            Src::I(i) => return self.alu_imm(op, sz, d, a, i),
            Src::R(b) => b,
        };
        let more = |by: u32| op as u32 + if double { by } else { 0 };
        self.word(match op {
            AluOp::Add | AluOp::Sub => r_type(more(0x0c), d, a, b),
            AluOp::Shl | AluOp::Shr | AluOp::Sar | AluOp::Rot => r_type(more(0x10), d, b, a),
            AluOp::Mul => r_type(SPECIAL2 | op as u32, d, a, b),
            _ => r_type(op as u32, d, a, b),
        })
    }
    fn alu_imm(&mut self, op: AluOp, sz: Sz, d: Reg, a: Reg, i: i64) {
        debug_assert!(op.takes(i), "{op:?} {i}");
        let (n, double) = (i as u32, sz == Sz::X);
        let mut shift = |bits: u32, op: u32| {
            let op = op + if double { 0x38 } else { 0 } + if double && n >= 32 { 4 } else { 0 };
            self.word(r_type(bits | op | sa(n & 31), d, ZERO, a))
        };
        let op = match op {
            AluOp::Shl => return shift(0, 0),
            AluOp::Shr => return shift(0, 2),
            AluOp::Sar => return shift(0, 3),
            AluOp::Rot => return shift(ROTATES, 2),
            AluOp::Add if double => 0x19,
            AluOp::Add => 0x09,
            AluOp::Slt => 0x0a,
            AluOp::Sltu => 0x0b,
            AluOp::And => 0x0c,
            AluOp::Or => 0x0d,
            _ => 0x0e,
        };
        self.word(i_type(op, d, a, i))
    }
    /// The same on whole registers.
    pub fn whole(&mut self, op: AluOp, d: Reg, a: Reg, b: Src) {
        self.alu(op, Self::SZ, d, a, b)
    }
    pub fn mv(&mut self, d: Reg, a: Reg) {
        self.alu(AluOp::Or, Sz::W, d, a, Src::R(ZERO))
    }
    pub fn op2(&mut self, op: Op2, sz: Sz, d: Reg, a: Reg) {
        let double = sz == Sz::X;
        let bytes = SPECIAL3 | if double { 0x24 } else { 0x20 };
        self.word(match op {
            Op2::Clz => r_type(SPECIAL2 | if double { 0x24 } else { 0x20 }, d, a, d),
            Op2::Sext(1) => r_type(SPECIAL3 | 0x20 | sa(0x10), d, ZERO, a),
            Op2::Sext(_) => r_type(SPECIAL3 | 0x20 | sa(0x18), d, ZERO, a),
            Op2::Swap2 => r_type(bytes | sa(2), d, ZERO, a),
            Op2::Halves => r_type(bytes | sa(5), d, ZERO, a),
        })
    }
    /// Keeps so many low bits, fewer than there are.
    pub fn bits(&mut self, d: Reg, a: Reg, keep: u32) {
        self.word(match keep {
            ..=16 => i_type(0x0c, d, a, (1 << keep) - 1),
            17..=31 if !WIDE => r_type(SPECIAL3, Reg::int(keep as u8 - 1), a, d),
            17..=32 => r_type(SPECIAL3 | 3, Reg::int(keep as u8 - 1), a, d),
            _ => r_type(SPECIAL3 | 1, Reg::int(keep as u8 - 33), a, d),
        })
    }
    /// Puts a low bit where the sign is, of a register or of its lower half.
    pub fn put_sign(&mut self, sz: Sz, d: Reg, bit: Reg) {
        self.word(match sz {
            Sz::W => r_type(SPECIAL3 | 0x04 | sa(31), Reg::int(31), bit, d),
            Sz::X => r_type(SPECIAL3 | 0x06 | sa(31), Reg::int(31), bit, d),
        })
    }
    /// Multiplies or divides into HI and LO, and fetches what is wanted.
    pub fn pair(&mut self, op: PairOp, sz: Sz, hi: Option<Reg>, lo: Option<Reg>, a: Reg, b: Reg) {
        let double = if sz == Sz::X { 4 } else { 0 };
        self.word(r_type(op as u32 + double, ZERO, a, b));
        hi.iter().for_each(|&d| self.word(r_type(0x10, d, ZERO, ZERO)));
        lo.iter().for_each(|&d| self.word(r_type(0x12, d, ZERO, ZERO)));
    }
    fn lui(&mut self, d: Reg, high: i64) {
        self.word(i_type(0x0f, d, ZERO, high & 0xffff))
    }
    /// A constant: 16 bits, two halves of 32, or by pieces from the top.
    pub fn imm(&mut self, d: Reg, imm: i64) {
        let imm = if WIDE { imm } else { imm as i32 as i64 };
        let low = imm & 0xffff;
        if fits16(imm) {
            return self.whole(AluOp::Add, d, ZERO, Src::I(imm));
        }
        if imm == low {
            return self.whole(AluOp::Or, d, ZERO, Src::I(low));
        }
        if imm == imm as i32 as i64 {
            self.lui(d, imm >> 16);
        } else {
            let zeros = imm.trailing_zeros() as i64;
            let by = if zeros >= 16 { zeros } else { 16 };
            self.imm(d, imm >> by);
            self.alu(AluOp::Shl, Sz::X, d, d, Src::I(by));
        }
        if low != 0 {
            self.whole(AluOp::Or, d, d, Src::I(low));
        }
    }
    /// d = a + by. Far distances go through FAR.
    pub fn add_imm(&mut self, d: Reg, a: Reg, by: i64) {
        if fits16(by) {
            return self.whole(AluOp::Add, d, a, Src::I(by));
        }
        self.imm(FAR, by);
        self.whole(AluOp::Add, d, a, Src::R(FAR));
    }
    /// A load (then `load`) or store at a distance that fits.
    pub fn near(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        let op = match (load, cell) {
            (true, Cell::S(1)) => 0x20,
            (true, Cell::S(2)) => 0x21,
            (true, Cell::S(4)) => 0x23,
            (true, Cell::U(1)) => 0x24,
            (true, Cell::U(2)) => 0x25,
            (true, Cell::U(4)) if WIDE => 0x27,
            (true, Cell::U(4)) => 0x23,
            (true, Cell::U(_) | Cell::S(_)) => 0x37,
            (false, Cell::U(1) | Cell::S(1)) => 0x28,
            (false, Cell::U(2) | Cell::S(2)) => 0x29,
            (false, Cell::U(4) | Cell::S(4)) => 0x2b,
            (false, Cell::U(_) | Cell::S(_)) => 0x3f,
            (true, Cell::F(8)) if WIDE => 0x35,
            (false, Cell::F(8)) if WIDE => 0x3d,
            (load, Cell::F(n)) => {
                // Of two registers that hold 8 bytes the even one has the low half. Memory may be aligned for words only.
                let op = if load { 0x31 } else { 0x39 };
                let low = if BIG && n == 8 { 4 } else { 0 };
                self.word(i_type(op, t, base, disp + low));
                if n == 8 {
                    self.word(i_type(op, Reg::float(t.hw() + 1), base, disp + 4 - low));
                }
                return;
            }
        };
        self.word(i_type(op, t, base, disp))
    }
    /// Whether [`Self::near`] is one instruction.
    fn is_single(cell: Cell) -> bool {
        WIDE || cell != Cell::F(8)
    }
    /// Brings the base nearer if something of 8 bytes there is too far for instructions: what does not fit goes to FAR.
    pub fn reach(&mut self, base: Reg, disp: i64) -> (Reg, i64) {
        if fits16(disp) && fits16(disp + 7) {
            return (base, disp);
        }
        let (high, mut low) = halves(disp);
        if i32::try_from(disp.wrapping_sub(low)).is_err() || !fits16(low + 7) {
            // Rounded up it would be negative.
            self.imm(FAR, disp);
            low = 0;
        } else {
            self.lui(FAR, high);
        }
        self.whole(AluOp::Add, FAR, FAR, Src::R(base));
        (FAR, low)
    }
    /// At any distance.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        let (base, disp) = self.reach(base, disp);
        self.near(load, cell, t, base, disp)
    }
    /// So many bytes (4 or 8) that need not be aligned: two instructions that take what is theirs of the words around.
    pub fn unaligned(&mut self, load: bool, bytes: u8, t: Reg, base: Reg, disp: i64) {
        let (left, right) = match (load, bytes) {
            (true, 4) => (0x22, 0x26),
            (false, 4) => (0x2a, 0x2e),
            (true, _) => (0x1a, 0x1b),
            (false, _) => (0x2c, 0x2d),
        };
        let last = bytes as i64 - 1;
        let (most, least) = if BIG { (0, last) } else { (last, 0) };
        self.word(i_type(left, t, base, disp + most));
        self.word(i_type(right, t, base, disp + least));
    }
    /// The upper part of a symbol's address. What follows (behind `between` others) has the lower one.
    fn upper(&mut self, d: Reg, kind: u8, target: FixupTarget, addend: i64) -> i64 {
        self.fixup(kind, target, addend);
        // Files of the 32-bit machines have the addend in the fields.
        let (high, low) = if WIDE { (0, 0) } else { halves(addend) };
        self.lui(d, high);
        low
    }
    /// A symbol's address.
    pub fn address(&mut self, d: Reg, target: FixupTarget, addend: i64) {
        let low = self.upper(d, ADDRESS, target, addend);
        self.whole(AluOp::Add, d, d, Src::I(low));
    }
    /// A load or store at a symbol.
    pub fn access_symbol(&mut self, load: bool, cell: Cell, t: Reg, target: FixupTarget, addend: i64) {
        if !Self::is_single(cell) {
            self.address(FAR, target, addend);
            return self.near(load, cell, t, FAR, 0);
        }
        let low = self.upper(FAR, ADDRESS, target, addend);
        self.near(load, cell, t, FAR, low);
    }
    /// Loads a word that each thread has. Kernels that must do rdhwr themselves know it with this register best.
    pub fn load_thread(&mut self, d: Reg, target: FixupTarget) {
        self.word(r_type(SPECIAL3 | 0x3b, Reg::int(29), ZERO, TMP));
        self.upper(d, TPOFF, target, 0);
        self.whole(AluOp::Add, d, d, Src::R(TMP));
        self.near(true, Self::WORD, d, d, 0);
    }
    /// A jump or (then `link`) call to the address in a register.
    pub fn jump_register(&mut self, link: bool, to: Reg) {
        self.word(if link { r_type(0x09, LINK, to, ZERO) } else { r_type(0x08, ZERO, to, ZERO) });
        self.nop();
    }
    /// To a symbol.
    pub fn jump_symbol(&mut self, link: bool, target: FixupTarget) {
        self.fixup(CALL, target, 0);
        self.word(if link { 0x03 } else { 0x02 } << 26);
        self.nop();
    }
    fn cop(&mut self, op: u32, d: Reg, a: Reg, b: Reg) {
        self.word(COP1 | op | (b.hw() as u32) << 16 | (a.hw() as u32) << 11 | sa(d.hw() as u32))
    }
    pub fn f3(&mut self, op: FOp, w: Fw, d: Reg, a: Reg, b: Reg) {
        self.cop(fmt(w) | op as u32, d, a, b)
    }
    /// Operations on one float and conversions, by function bits.
    pub fn f2(&mut self, op: u32, w: Fw, d: Reg, a: Reg) {
        self.cop(fmt(w) | op, d, a, Reg::float(0))
    }
    /// From an integer of this width in a float register.
    pub fn from_int(&mut self, sz: Sz, w: Fw, d: Reg, a: Reg) {
        let from = if sz == Sz::W { 0x14 << 21 } else { 0x15 << 21 };
        self.cop(from | 0x20 | w as u32, d, a, Reg::float(0))
    }
    pub fn fcmp(&mut self, op: FCmp, w: Fw, a: Reg, b: Reg) {
        self.cop(fmt(w) | op as u32, Reg::float(0), a, b)
    }
    /// Bits between an integer register and a float one, of 4 or 8 bytes.
    pub fn to_float(&mut self, sz: Sz, f: Reg, g: Reg) {
        let op = if sz == Sz::W { 4 << 21 } else { 5 << 21 };
        self.word(r_type(COP1 | op, f, ZERO, g))
    }
    pub fn to_int(&mut self, sz: Sz, g: Reg, f: Reg) {
        let op = if sz == Sz::W { 0 } else { 1 << 21 };
        self.word(r_type(COP1 | op, f, ZERO, g))
    }
    /// d = a if the register is 0 (then `zero`) or is not.
    pub fn move_if(&mut self, zero: bool, d: Reg, a: Reg, c: Reg) {
        self.word(match d.is_float() {
            false => r_type(if zero { 0x0a } else { 0x0b }, d, a, c),
            true => {
                let op = COP1 | fmt(Fw::D) | if zero { 0x12 } else { 0x13 };
                op | (c.hw() as u32) << 16 | (a.hw() as u32) << 11 | sa(d.hw() as u32)
            }
        })
    }
    /// d = a if the last comparison of floats came to this.
    pub fn move_if_flag(&mut self, is: bool, d: Reg, a: Reg) {
        let is = u32::from(is) << 16;
        self.word(match d.is_float() {
            false => r_type(0x01 | is, d, a, ZERO),
            true => COP1 | fmt(Fw::D) | 0x11 | is | (a.hw() as u32) << 11 | sa(d.hw() as u32),
        })
    }
    /// Loads 4 or 8 bytes and remembers the place.
    pub fn load_linked(&mut self, bytes: u8, d: Reg, addr: Reg) {
        self.word(i_type(if bytes == 4 { 0x30 } else { 0x34 }, d, addr, 0))
    }
    /// Stores if nobody else has since; the register becomes 0 if somebody has.
    pub fn store_conditional(&mut self, bytes: u8, src: Reg, addr: Reg) {
        self.word(i_type(if bytes == 4 { 0x38 } else { 0x3c }, src, addr, 0))
    }
    /// All accesses before it come before all behind it.
    pub fn sync(&mut self) {
        self.word(0x0f)
    }
}

/// Bytes of what goes anywhere: the place is learned from a call of the next instruction but one.
const FAR_JUMP: u32 = 28;
/// And of a branch over it.
const OVER: u32 = 8;

/// A jump's forms: through a register, by a branch's 16 bits. All with what is executed behind them.
pub fn forms(b: Jump) -> &'static [Form] {
    const SHORT: std::ops::RangeInclusive<i64> = -0x1_fffc..=0x2_0000;
    const FAR: std::ops::RangeInclusive<i64> = i32::MIN as i64 / 2..=i32::MAX as i64 / 2;
    match b {
        ALWAYS => &[(FAR_JUMP, FAR), (8, SHORT)],
        Jump::If(_) => &[(OVER + FAR_JUMP, FAR), (8, SHORT)],
        Jump::Address(_) => &[(24, FAR)],
    }
}

/// Writes a jump.
pub fn jump(wide: bool, big: bool, b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
    let mut word = |w: u32| out.extend_from_slice(&if big { w.to_be_bytes() } else { w.to_le_bytes() });
    let add = if wide { 0x2d } else { 0x21 };
    let branch = |c: Cond, by: i64| c.word() | ((by - 4) >> 2) as u32 & 0xffff;
    // The link register keeps what it has; functions without a frame still need it.
    let place = |r: Reg, by: i64| {
        let (high, low) = halves(by - 12);
        [
            r_type(0x25, KEEP, LINK, ZERO),
            0x0411_0001,
            i_type(0x0f, r, ZERO, high),
            i_type(if wide { 0x19 } else { 0x09 }, r, r, low),
            r_type(add, r, r, LINK),
        ]
    };
    let back = r_type(0x25, LINK, KEEP, ZERO);
    match (b, form) {
        (Jump::If(c), 1) => {
            word(branch(c, distance));
            word(0);
        }
        (Jump::If(c), _) => {
            let mut by = distance;
            if b != ALWAYS {
                word(branch(c.invert(), (OVER + FAR_JUMP) as i64));
                word(0);
                by -= OVER as i64;
            }
            place(FAR, by).into_iter().for_each(&mut word);
            word(r_type(0x08, ZERO, FAR, ZERO));
            word(back);
        }
        (Jump::Address(r), _) => {
            place(r, distance).into_iter().for_each(&mut word);
            word(back);
        }
    }
}
