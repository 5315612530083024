//! Instruction words, and what fills them in later.
use crate::fixup::{FixupKind, FixupTarget, Pair};
use crate::isa::riscv64::Riscv64;
use crate::isa::riscv64::inst::*;
use crate::isa::riscv64::regs::*;
use crate::mach::Form;
use crate::mach::buf::Buf;
use crate::regalloc::Reg;
use object::elf;

/// What decides a jump's bytes. The last is no jump: the address of a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Jump {
    Always,
    Test(Test),
    Address(Reg),
}

/// Kinds of fixups, each in two instructions: calls and jumps to anywhere; addresses, of which an addition or a load has the low
/// part, or a store; the place of g as a distance from the thread's.
pub const CALL: u8 = 0;
pub const ADDRESS: u8 = 1;
pub const ADDRESS_STORE: u8 = 2;
pub const TPOFF: u8 = 3;
pub const FIXUPS: &[FixupKind] = &[
    FixupKind {
        elf: elf::R_RISCV_CALL_PLT.0,
        patch: Some(put_call),
        range: FAR_REACH,
        call: true,
        pair: None,
    },
    pair(elf::R_RISCV_PCREL_HI20.0, Pair { at: 4, elf: elf::R_RISCV_PCREL_LO12_I.0, anchored: true }),
    pair(elf::R_RISCV_PCREL_HI20.0, Pair { at: 4, elf: elf::R_RISCV_PCREL_LO12_S.0, anchored: true }),
    // An addition stands between the two.
    pair(elf::R_RISCV_TPREL_HI20.0, Pair { at: 8, elf: elf::R_RISCV_TPREL_LO12_I.0, anchored: false }),
];
/// How far auipc and 12 bits reach.
const FAR_REACH: std::ops::RangeInclusive<i64> = i32::MIN as i64 - 0x800..=i32::MAX as i64 - 0x800;

const fn pair(elf: u32, low: Pair) -> FixupKind {
    FixupKind { elf, patch: None, range: 0..=0, call: false, pair: Some(low) }
}
/// The distance in the fields of auipc and jalr.
fn put_call(code: &mut [u8], distance: i64) {
    let (high, low) = halves(distance);
    for (at, bits, field) in [(0, 0xfff, high), (4, 0x000f_ffff, (low as u32) << 20)] {
        let word = u32::from_le_bytes([code[at], code[at + 1], code[at + 2], code[at + 3]]);
        code[at..at + 4].copy_from_slice(&(word & bits | field).to_le_bytes());
    }
}

/// A number in 32 bits as what lui or auipc adds, in place, and the signed 12 bits that are missing.
pub fn halves(v: i64) -> (u32, i64) {
    let low = v << 52 >> 52;
    ((v - low) as u32, low)
}

const OP: u32 = 0x33;
const OP_IMM: u32 = 0x13;
const OP_FP: u32 = 0x53;
const AUIPC: u32 = 0x17;
const LUI: u32 = 0x37;
const JAL: u32 = 0x6f;
const JALR: u32 = 0x67;

fn r_type(op: u32, d: u8, a: u8, b: u8) -> u32 {
    op | (d as u32) << 7 | (a as u32) << 15 | (b as u32) << 20
}
fn i_type(op: u32, d: u8, a: u8, imm: i64) -> u32 {
    debug_assert!(fits12(imm));
    op | (d as u32) << 7 | (a as u32) << 15 | (imm as u32) << 20
}
/// In the 32-bit forms' opcodes.
fn sz_bit(sz: Sz) -> u32 {
    if sz == Sz::W { 8 } else { 0 }
}
fn fmt(w: Fw) -> u32 {
    (w as u32) << 25
}

impl Buf<Riscv64> {
    pub fn word(&mut self, w: u32) {
        self.bytes(&w.to_le_bytes())
    }
    pub fn alu(&mut self, op: AluOp, sz: Sz, d: Reg, a: Reg, b: Src) {
        let (d, a, bits) = (d.hw(), a.hw(), op as u32);
        let (funct3, funct7) = ((bits & 7) << 12, (bits >> 3) << 25);
        self.word(match b {
            Src::R(b) => r_type(OP | sz_bit(sz) | funct3 | funct7, d, a, b.hw()),
            // The upper bits of a shift's field tell which it is.
            Src::I(i) => i_type(OP_IMM | sz_bit(sz) | funct3, d, a, i) | funct7,
        })
    }
    pub fn mv(&mut self, d: Reg, a: Reg) {
        self.alu(AluOp::Add, Sz::X, d, a, Src::I(0))
    }
    /// A constant: the upper 20 of 32 bits and the lower 12, or by pieces of 12 bits from the top.
    pub fn imm(&mut self, d: Reg, imm: i64) {
        if imm == imm as i32 as i64 {
            let (high, low) = halves(imm);
            if high == 0 {
                return self.alu(AluOp::Add, Sz::X, d, ZERO, Src::I(low));
            }
            self.word(LUI | high | (d.hw() as u32) << 7);
            if low != 0 {
                // In 32 bits, where 2^31 and more have come out negative.
                self.alu(AluOp::Add, Sz::W, d, d, Src::I(low));
            }
            return;
        }
        let low = imm << 52 >> 52;
        let rest = imm.wrapping_sub(low);
        let zeros = rest.trailing_zeros() as i64;
        self.imm(d, rest >> zeros);
        self.alu(AluOp::Sll, Sz::X, d, d, Src::I(zeros));
        if low != 0 {
            self.alu(AluOp::Add, Sz::X, d, d, Src::I(low));
        }
    }
    /// d = a + by. Far distances go through TMP.
    pub fn add_imm(&mut self, d: Reg, a: Reg, by: i64) {
        if fits12(by) {
            return self.alu(AluOp::Add, Sz::X, d, a, Src::I(by));
        }
        self.imm(TMP, by);
        self.alu(AluOp::Add, Sz::X, d, a, Src::R(TMP));
    }
    /// A load (then `load`) or store at a distance that fits.
    pub fn near(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        let size = cell.bytes().trailing_zeros();
        let (float, unsigned) = match cell {
            Cell::F(_) => (4, 0),
            Cell::U(n) if load && n < 8 => (0, 4),
            _ => (0, 0),
        };
        let op = (size | unsigned) << 12 | float;
        self.word(match load {
            true => i_type(0x03 | op, t.hw(), base.hw(), disp),
            false => {
                let low = (disp as u32 & 0x1f) << 7 | (disp as u32 >> 5) << 25;
                r_type(0x23 | op | low, 0, base.hw(), t.hw())
            }
        })
    }
    /// At any distance: what is too far for the instruction goes to FAR.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, base: Reg, disp: i64) {
        if fits12(disp) {
            return self.near(load, cell, t, base, disp);
        }
        let (high, mut low) = halves(disp);
        if i32::try_from(disp - low).is_err() {
            // Rounded up it would be negative.
            self.imm(FAR, disp);
            low = 0;
        } else {
            self.word(LUI | high | (FAR.hw() as u32) << 7);
        }
        self.alu(AluOp::Add, Sz::X, FAR, FAR, Src::R(base));
        self.near(load, cell, t, FAR, low);
    }
    /// The upper part of a symbol's address, relative to here. What follows has the lower one.
    fn upper(&mut self, d: Reg, kind: u8, target: FixupTarget, addend: i64) {
        self.fixup(kind, target, addend);
        self.word(AUIPC | (d.hw() as u32) << 7);
    }
    /// A symbol's address.
    pub fn address(&mut self, d: Reg, target: FixupTarget, addend: i64) {
        self.upper(d, ADDRESS, target, addend);
        self.alu(AluOp::Add, Sz::X, d, d, Src::I(0));
    }
    /// A load or store at a symbol.
    pub fn access_symbol(&mut self, load: bool, cell: Cell, t: Reg, target: FixupTarget, addend: i64) {
        self.upper(FAR, if load { ADDRESS } else { ADDRESS_STORE }, target, addend);
        self.near(load, cell, t, FAR, 0);
    }
    /// Loads a word that each thread has.
    pub fn load_thread(&mut self, d: Reg, target: FixupTarget) {
        self.fixup(TPOFF, target, 0);
        self.word(LUI | (d.hw() as u32) << 7);
        self.alu(AluOp::Add, Sz::X, d, d, Src::R(THREAD));
        self.near(true, Cell::U(8), d, d, 0);
    }
    /// A jump to the address in a register; the return address goes to `link`.
    pub fn jump_register(&mut self, link: Reg, to: Reg) {
        self.word(i_type(JALR, link.hw(), to.hw(), 0))
    }
    /// A jump to a symbol anywhere.
    pub fn jump_symbol(&mut self, link: Reg, target: FixupTarget) {
        let through = if link == ZERO { FAR } else { link };
        self.upper(through, CALL, target, 0);
        self.jump_register(link, through);
    }
    pub fn f3(&mut self, op: FOp, w: Fw, d: Reg, a: Reg, b: Reg) {
        self.word(r_type(OP_FP | op as u32 | fmt(w), d.hw(), a.hw(), b.hw()))
    }
    pub fn fmac(&mut self, op: MacOp, w: Fw, d: Reg, a: Reg, b: Reg, c: Reg) {
        let rounds = 0x7000;
        self.word(r_type(op as u32 | rounds | fmt(w) | (c.hw() as u32) << 27, d.hw(), a.hw(), b.hw()))
    }
    /// Operations on one float and conversions: `op` has the bits beside the width, `by` what stands for a second operand.
    pub fn f2(&mut self, op: u32, w: Fw, d: Reg, a: Reg, by: u8) {
        self.word(r_type(OP_FP | op | fmt(w), d.hw(), a.hw(), by))
    }
    pub fn fcmp(&mut self, op: FCmp, w: Fw, d: Reg, a: Reg, b: Reg) {
        self.word(r_type(OP_FP | 0xa000_0000 | (op as u32) << 12 | fmt(w), d.hw(), a.hw(), b.hw()))
    }
    /// Read-modify-write, and the two halves of one, by its five bits; `order`: 2 if nothing behind it comes before, 1 if nothing
    /// before it comes behind.
    pub fn atomic(&mut self, op: u32, order: u32, bytes: u8, d: Reg, addr: Reg, src: Reg) {
        let size = bytes.trailing_zeros() << 12;
        self.word(r_type(0x2f | op << 27 | order << 25 | size, d.hw(), addr.hw(), src.hw()))
    }
    pub fn load_reserved(&mut self, bytes: u8, d: Reg, addr: Reg) {
        self.atomic(2, 3, bytes, d, addr, ZERO)
    }
    /// `failed` becomes 0 if it was stored.
    pub fn store_conditional(&mut self, bytes: u8, failed: Reg, addr: Reg, src: Reg) {
        self.atomic(3, 1, bytes, failed, addr, src)
    }
    /// Accesses before it of these kinds come before those behind it: 2 is a load, 1 a store.
    pub fn fence(&mut self, before: u32, behind: u32) {
        self.word(0x0f | before << 24 | behind << 20)
    }
}

/// A jump's forms: through a register, by the jump's own 21 bits, by a branch's 13.
pub fn forms(b: Jump) -> &'static [Form] {
    const JUMP: i64 = 1 << 20;
    const BRANCH: i64 = 1 << 12;
    const FAR: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64 - 0x1000;
    match b {
        Jump::Always => &[(8, FAR), (4, -JUMP..=JUMP - 2)],
        Jump::Test(_) => &[(12, FAR), (8, 4 - JUMP..=JUMP + 2), (4, -BRANCH..=BRANCH - 2)],
        Jump::Address(_) => &[(8, FAR)],
    }
}

/// Writes a jump.
pub fn jump(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
    let mut word = |w: u32| out.extend_from_slice(&w.to_le_bytes());
    let bits = |v: i64, from: u32, n: u32, to: u32| ((v as u32 >> from) & ((1 << n) - 1)) << to;
    let near =
        |by: i64| JAL | bits(by, 12, 8, 12) | bits(by, 11, 1, 20) | bits(by, 1, 10, 21) | bits(by, 20, 1, 31);
    let test = |t: Test, by: i64| {
        let to = bits(by, 11, 1, 7) | bits(by, 1, 4, 8) | bits(by, 5, 6, 25) | bits(by, 12, 1, 31);
        r_type(0x63 | (t.cmp as u32) << 12 | to, 0, t.a.hw(), t.b.hw())
    };
    let far = |r: Reg, by: i64| {
        let (high, low) = halves(by);
        (AUIPC | high | (r.hw() as u32) << 7, low)
    };
    let through_far = |by: i64| {
        let (upper, low) = far(FAR, by);
        [upper, i_type(JALR, 0, FAR.hw(), low)]
    };
    match (b, form) {
        (Jump::Always, 0) => through_far(distance).into_iter().for_each(word),
        (Jump::Always, _) => word(near(distance)),
        (Jump::Test(t), 0) => {
            word(test(t.invert(), 12));
            through_far(distance - 4).into_iter().for_each(word);
        }
        (Jump::Test(t), 1) => {
            word(test(t.invert(), 8));
            word(near(distance - 4));
        }
        (Jump::Test(t), _) => word(test(t, distance)),
        (Jump::Address(r), _) => {
            let (upper, low) = far(r, distance);
            word(upper);
            word(i_type(OP_IMM, r.hw(), r.hw(), low));
        }
    }
}
