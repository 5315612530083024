//! Bytes of instructions by format, and what fills them in later.
//!
//! Formats are named as the machine's manual does, without what tells variants apart: `rx` has a register and an address, `rs`
//! two registers and a distance from a base, `ri` a register and 16 bits, `ril` 32; the letter y means 20 bits of distance.
use crate::fixup::{FixupKind, FixupTarget};
use crate::isa::s390x::S390x;
use crate::isa::s390x::inst::*;
use crate::isa::s390x::regs::*;
use crate::mach::Form;
use crate::mach::buf::Buf;
use crate::regalloc::Reg;
use object::elf;

/// What decides a jump's bytes: condition codes that something before it has set, or integers that it compares itself (the
/// immediates are those of [`compares`]). The last is no jump: the address of a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Jump {
    On(u8),
    Compare(Test),
    Address(Reg),
}

/// Kinds of fixups: calls and jumps to anywhere, addresses, both as distances in halfwords; the place of g as a distance from
/// the thread's, 8 bytes.
pub const CALL: u8 = 0;
pub const ADDRESS: u8 = 1;
pub const TPOFF: u8 = 2;
pub const FIXUPS: &[FixupKind] = &[
    FixupKind { elf: elf::R_390_PLT32DBL.0, patch: Some(put), range: REACH, call: true, pair: None },
    FixupKind { elf: elf::R_390_PC32DBL.0, patch: Some(put), range: REACH, call: false, pair: None },
    FixupKind { elf: elf::R_390_TLS_LE64.0, patch: None, range: 0..=0, call: false, pair: None },
];
/// How far 32 bits of halfwords reach.
const REACH: std::ops::RangeInclusive<i64> = -(1 << 32)..=(1 << 32) - 2;
/// Such a field stands behind the opcode, and counts from there.
const FIELD: i64 = 2;

fn put(code: &mut [u8], distance: i64) {
    debug_assert!(distance % 2 == 0, "instructions refer to even addresses");
    code[..4].copy_from_slice(&((distance / 2) as i32).to_be_bytes());
}

/// The distances that all instructions with 20 bits have, and that those with 12 have.
pub fn fits20(i: i64) -> bool {
    (-(1 << 19)..1 << 19).contains(&i)
}
pub fn fits12(i: i64) -> bool {
    (0..1 << 12).contains(&i)
}
pub fn fits16(i: i64) -> bool {
    i == i as i16 as i64
}

fn pair(high: u8, low: u8) -> u8 {
    high << 4 | low
}
/// The bits that name a register in an operation.
fn hw(r: Reg) -> u8 {
    r.hw()
}

/// A place in memory that an instruction can name: base, index, distance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mem {
    pub base: Reg,
    pub index: Option<Reg>,
    pub disp: i64,
}

impl Mem {
    pub fn new(base: Reg, disp: i64) -> Mem {
        Mem { base, index: None, disp }
    }
}

/// Opcodes of an access: with 12 bits of distance, if there is such a form, and with 20.
struct Access {
    short: Option<u8>,
    long: u16,
}

fn opcodes(load: bool, cell: Cell) -> Access {
    let (short, long) = match (load, cell) {
        (true, Cell::U(1)) => (None, 0xe390),
        (true, Cell::U(2)) => (None, 0xe391),
        (true, Cell::U(4)) => (None, 0xe316),
        (true, Cell::S(1)) => (None, 0xe377),
        (true, Cell::S(2)) => (None, 0xe315),
        (true, Cell::S(4)) => (None, 0xe314),
        (true, Cell::F(4)) => (Some(0x78), 0xed64),
        (true, Cell::F(_)) => (Some(0x68), 0xed65),
        (true, _) => (None, 0xe304),
        (false, Cell::F(4)) => (Some(0x70), 0xed66),
        (false, Cell::F(_)) => (Some(0x60), 0xed67),
        (false, cell) => match cell.bytes() {
            1 => (Some(0x42), 0xe372),
            2 => (Some(0x40), 0xe370),
            4 => (Some(0x50), 0xe350),
            _ => (None, 0xe324),
        },
    };
    Access { short, long }
}

impl Buf<S390x> {
    /// Two registers in two bytes.
    pub fn rr(&mut self, op: u8, a: u8, b: u8) {
        self.bytes(&[op, pair(a, b)])
    }
    /// Two registers in four.
    pub fn rre(&mut self, op: u16, a: Reg, b: Reg) {
        self.rrf(op, 0, 0, a, b)
    }
    /// With two more fields.
    pub fn rrf(&mut self, op: u16, third: u8, fourth: u8, a: Reg, b: Reg) {
        let [h, l] = op.to_be_bytes();
        self.bytes(&[h, l, pair(third, fourth), pair(hw(a), hw(b))])
    }
    /// `op` has the opcode's last digit.
    pub fn ri(&mut self, op: u16, a: u8, imm: i64) {
        let [_, h, l] = [0, (op >> 4) as u8, op as u8 & 15];
        let imm = (imm as u16).to_be_bytes();
        self.bytes(&[h, pair(a, l), imm[0], imm[1]])
    }
    /// A register and 32 bits.
    pub fn ril(&mut self, op: u16, a: u8, imm: i64) {
        let (h, l) = ((op >> 4) as u8, op as u8 & 15);
        self.bytes(&[h, pair(a, l)]);
        self.bytes(&(imm as u32).to_be_bytes());
    }
    /// Two registers and 16 bits.
    pub fn rie(&mut self, op: u16, a: u8, b: u8, imm: i64) {
        let ([h, l], imm) = (op.to_be_bytes(), (imm as u16).to_be_bytes());
        self.bytes(&[h, pair(a, b), imm[0], imm[1], 0, l])
    }
    pub fn rx(&mut self, op: u8, a: u8, m: Mem) {
        debug_assert!(fits12(m.disp));
        let [h, l] = (m.disp as u16).to_be_bytes();
        self.bytes(&[op, pair(a, m.index.map_or(0, hw)), pair(hw(m.base), h), l])
    }
    /// The same with 20 bits of distance, of which the upper 8 come last.
    fn far(&mut self, op: u16, a: u8, b: u8, base: Reg, disp: i64) {
        debug_assert!(fits20(disp));
        let ([h, l], disp) = (op.to_be_bytes(), disp as u32);
        self.bytes(&[
            h,
            pair(a, b),
            pair(hw(base), (disp >> 8) as u8 & 15),
            disp as u8,
            (disp >> 12) as u8,
            l,
        ])
    }
    pub fn rxy(&mut self, op: u16, a: u8, m: Mem) {
        self.far(op, a, m.index.map_or(0, hw), m.base, m.disp)
    }
    pub fn rsy(&mut self, op: u16, a: Reg, b: Reg, base: Reg, disp: i64) {
        self.far(op, hw(a), hw(b), base, disp)
    }
    /// Up to 256 bytes at `to`, and at `from`.
    pub fn ss(&mut self, op: u8, bytes: u32, to: Mem, from: Mem) {
        debug_assert!((1..=256).contains(&bytes) && fits12(to.disp) && fits12(from.disp));
        let (t, f) = ((to.disp as u16).to_be_bytes(), (from.disp as u16).to_be_bytes());
        self.bytes(&[op, (bytes - 1) as u8, pair(hw(to.base), t[0]), t[1], pair(hw(from.base), f[0]), f[1]])
    }

    /// A load (then `load`) or store.
    pub fn access(&mut self, load: bool, cell: Cell, t: Reg, m: Mem) {
        match opcodes(load, cell) {
            Access { short: Some(op), .. } if fits12(m.disp) => self.rx(op, hw(t), m),
            Access { long, .. } => self.rxy(long, hw(t), m),
        }
    }
    /// An address; the condition code stays.
    pub fn la(&mut self, d: Reg, m: Mem) {
        match m {
            Mem { base, index: None, disp: 0 } => self.mv(d, base),
            _ if fits12(m.disp) => self.rx(0x41, hw(d), m),
            _ => self.rxy(0xe371, hw(d), m),
        }
    }
    /// A number of 16 bits.
    pub fn store_imm(&mut self, bytes: u8, m: Mem, imm: i16) {
        debug_assert!(m.index.is_none() && fits12(m.disp));
        let ([h, l], [ih, il]) = ((m.disp as u16).to_be_bytes(), imm.to_be_bytes());
        let at = pair(hw(m.base), h);
        let op = match bytes {
            1 => return self.bytes(&[0x92, il, at, l]),
            2 => 0x44,
            4 => 0x4c,
            _ => 0x48,
        };
        self.bytes(&[0xe5, op, at, l, ih, il])
    }
    pub fn mv(&mut self, d: Reg, a: Reg) {
        if d != a {
            self.rre(0xb904, d, a)
        }
    }
    /// A constant; the condition code stays.
    pub fn imm(&mut self, d: Reg, imm: i64) {
        let (d, high) = (hw(d), imm >> 32);
        if fits16(imm) {
            self.ri(0xa79, d, imm)
        } else if imm == imm as i32 as i64 {
            self.ril(0xc01, d, imm)
        } else if high == 0 {
            self.ril(0xc0f, d, imm)
        } else {
            self.ril(0xc0e, d, high);
            if imm as u32 != 0 {
                self.ril(0xc09, d, imm);
            }
        }
    }
    /// d = a + by, with what is not too far; the condition code stays.
    pub fn add_imm(&mut self, d: Reg, a: Reg, by: i64) {
        if fits20(by) {
            return self.la(d, Mem::new(a, by));
        }
        self.imm(FAR, by);
        self.la(d, Mem { base: a, index: Some(FAR), disp: 0 });
    }
    pub fn alu(&mut self, op: AluOp, d: Reg, a: Reg, b: Src) {
        let b = match b {
            Src::R(b) => b,
            Src::I(i) if op == AluOp::Add => return self.add_imm(d, a, i),
            Src::I(i) => {
                self.imm(ACC, i);
                ACC
            }
        };
        self.rrf(0xb900 | op as u16, hw(b), 0, d, a)
    }
    pub fn shift(&mut self, op: ShOp, sz: Sz, d: Reg, a: Reg, n: Src) {
        let op = match (op, sz) {
            (ShOp::Shl, _) => 0xeb0d,
            (ShOp::Shr, Sz::X) => 0xeb0c,
            (ShOp::Shr, Sz::W) => 0xebde,
            (ShOp::Sar, Sz::X) => 0xeb0a,
            (ShOp::Sar, Sz::W) => 0xebdc,
            (ShOp::Rol, Sz::X) => 0xeb1c,
            (ShOp::Rol, Sz::W) => 0xeb1d,
        };
        // The count is the end of an address.
        match n {
            Src::R(n) => self.rsy(op, d, a, n, 0),
            Src::I(n) => self.rsy(op, d, a, ACC, n),
        }
    }
    pub fn bits(&mut self, d: Reg, a: Reg, from: u8, to: u8, by: u8) {
        self.bytes(&[0xec, pair(hw(d), hw(a)), from, to | 0x80, by, 0x59])
    }
    pub fn extend(&mut self, signed: bool, bytes: u8, d: Reg, a: Reg) {
        let op = match (signed, bytes) {
            (true, 1) => 0xb906,
            (true, 2) => 0xb907,
            (true, _) => 0xb914,
            (false, 1) => 0xb984,
            (false, 2) => 0xb985,
            (false, _) => 0xb916,
        };
        self.rre(op, d, a)
    }
    /// Sets the condition code.
    pub fn compare(&mut self, what: What) {
        match what {
            What::Int { signed, sz, a, b: Src::R(b) } => match (sz, signed) {
                (Sz::X, true) => self.rre(0xb920, a, b),
                (Sz::X, false) => self.rre(0xb921, a, b),
                (Sz::W, true) => self.rr(0x19, hw(a), hw(b)),
                (Sz::W, false) => self.rr(0x15, hw(a), hw(b)),
            },
            What::Int { signed: true, sz, a, b: Src::I(i) } if fits16(i) => {
                self.ri(if sz == Sz::X { 0xa7f } else { 0xa7e }, hw(a), i)
            }
            What::Int { signed, sz, a, b: Src::I(i) } => {
                let op = match (sz, signed) {
                    (Sz::X, true) => 0xc2c,
                    (Sz::W, true) => 0xc2d,
                    (Sz::X, false) => 0xc2e,
                    (Sz::W, false) => 0xc2f,
                };
                self.ril(op, hw(a), i)
            }
            What::Float { w: Fw::S, a, b } => self.rre(0xb309, a, b),
            What::Float { w: Fw::D, a, b } => self.rre(0xb319, a, b),
            What::Byte { a } => self.ri(0xa71, hw(a), 0xff),
        }
    }
    /// A number of 16 bits where the condition code fits, else `d` stays.
    pub fn imm_on(&mut self, mask: u8, d: Reg, imm: i64) {
        self.rie(0xec46, hw(d), mask, imm)
    }
    /// A register likewise.
    pub fn mv_on(&mut self, mask: u8, d: Reg, a: Reg) {
        self.rrf(0xb9e2, mask, 0, d, a)
    }
    /// 0 or 1 by the condition code.
    pub fn truth(&mut self, mask: u8, d: Reg) {
        self.imm(d, 0);
        self.imm_on(mask, d, 1);
    }
    /// Compares `old` with memory and stores `new` if it is there; else `old` becomes what is.
    pub fn cas(&mut self, bytes: u8, old: Reg, new: Reg, addr: Reg) {
        match bytes {
            8 => self.rsy(0xeb30, old, new, addr, 0),
            _ => self.rx(0xba, hw(old), Mem { base: addr, index: Some(new), disp: 0 }),
        }
    }
    /// An instruction with a distance to a symbol in halfwords.
    fn symbol(&mut self, op: u16, a: u8, kind: u8, target: FixupTarget, addend: i64) {
        let (h, l) = ((op >> 4) as u8, op as u8 & 15);
        self.bytes(&[h, pair(a, l)]);
        self.fixup(kind, target, addend + FIELD);
        self.bytes(&[0; 4]);
    }
    /// A symbol's address, rounded down to an even one; the rest is what comes back.
    pub fn address(&mut self, d: Reg, target: FixupTarget, addend: i64) -> i64 {
        let odd = addend & 1;
        self.symbol(0xc00, hw(d), ADDRESS, target, addend - odd);
        odd
    }
    pub fn call_symbol(&mut self, target: FixupTarget) {
        self.symbol(0xc05, hw(LINK), CALL, target, 0)
    }
    pub fn jump_symbol(&mut self, target: FixupTarget) {
        self.symbol(0xc04, mask::ALWAYS, CALL, target, 0)
    }
    pub fn call_register(&mut self, to: Reg) {
        self.rr(0x0d, hw(LINK), hw(to))
    }
    pub fn jump_register(&mut self, to: Reg) {
        self.rr(0x07, mask::ALWAYS, hw(to))
    }
    /// Everything before it is done before anything behind it.
    pub fn fence(&mut self) {
        self.rr(0x07, 14, 0)
    }
    /// One less in `count`, and again from `label`, which is less than 64 KiB back, if that is not 0.
    pub fn count_down(&mut self, count: Reg, from: u32) {
        let distance = from as i64 - self.here() as i64;
        debug_assert!((-(1 << 16)..0).contains(&distance));
        self.ri(0xa77, hw(count), distance / 2)
    }
    /// Loads a word that each thread has: two registers of their own have the thread's address, and the distance from it stands
    /// behind a jump across it.
    pub fn load_thread(&mut self, d: Reg, target: FixupTarget) {
        let second = Reg::int(1);
        self.rre(0xb24f, d, ACC);
        self.shift(ShOp::Shl, Sz::X, d, d, Src::I(32));
        self.rre(0xb24f, d, second);
        self.ri(0xa75, hw(FAR), 6);
        self.fixup(TPOFF, target, 0);
        self.bytes(&[0; 8]);
        self.rxy(0xe308, hw(d), Mem::new(FAR, 0));
        self.access(true, Cell::U(8), d, Mem::new(d, 0));
    }
}

/// Whether a jump can compare so.
pub fn compares(what: What) -> bool {
    match what {
        What::Int { b: Src::R(_), .. } => true,
        What::Int { signed: true, b: Src::I(i), .. } => i == i as i8 as i64,
        What::Int { signed: false, b: Src::I(i), .. } => i == i as u8 as i64,
        _ => false,
    }
}

/// A jump's forms: 32 bits of halfwords behind a comparison, 16.
pub fn forms(b: Jump) -> &'static [Form] {
    const NEAR: std::ops::RangeInclusive<i64> = -(1 << 16)..=(1 << 16) - 2;
    const FAR: std::ops::RangeInclusive<i64> = -(1 << 32) + 16..=(1 << 32) - 2;
    match b {
        Jump::On(_) => &[(6, FAR), (4, NEAR)],
        Jump::Address(_) => &[(6, FAR)],
        Jump::Compare(t) => match t.what {
            What::Int { sz: Sz::W, b: Src::R(_), .. } => &[(8, FAR), (6, NEAR)],
            What::Int { signed: false, b: Src::I(_), .. } => &[(12, FAR), (6, NEAR)],
            _ => &[(10, FAR), (6, NEAR)],
        },
    }
}

/// Writes a jump.
pub fn jump(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
    let mut code: Buf<S390x> = Buf::default();
    match (b, form) {
        (Jump::On(mask), 0) => code.ril(0xc04, mask, distance / 2),
        (Jump::On(mask), _) => code.ri(0xa74, mask, distance / 2),
        (Jump::Address(r), _) => code.ril(0xc00, hw(r), distance / 2),
        (Jump::Compare(t), 0) => {
            code.compare(t.what);
            let gone = code.here() as i64;
            code.ril(0xc04, t.mask, (distance - gone) / 2);
        }
        (Jump::Compare(t), _) => {
            let What::Int { signed, sz, a, b } = t.what else { unreachable!("only integers") };
            let by = ((distance / 2) as i16).to_be_bytes();
            // Two opcodes for each width; those of immediates lie beside.
            let op = match (sz, b) {
                (Sz::X, Src::R(_)) => 0x64,
                (Sz::W, Src::R(_)) => 0x76,
                (Sz::X, Src::I(_)) => 0x7c,
                (Sz::W, Src::I(_)) => 0x7e,
            } | u8::from(!signed);
            match b {
                Src::R(b) => code.bytes(&[0xec, pair(hw(a), hw(b)), by[0], by[1], t.mask << 4, op]),
                Src::I(i) => code.bytes(&[0xec, pair(hw(a), t.mask), by[0], by[1], i as u8, op]),
            }
        }
    }
    out.extend(code.finish().code)
}
