//! From allocated instructions to words: one arm for each instruction of [`super::inst`].
pub mod words;

use super::Arm64;
use super::inst::*;
use super::regs::*;
use crate::fixup::FixupTarget;
use crate::mach::buf::{Buf, Label};
use crate::mach::emit::{Emit, Source};
use crate::mach::inst::{SwitchInfo, Target};
use crate::mach::{Case, Encode, Form};
use crate::regalloc::{Move, Reg};
use ir::SymRef;
use words::*;

type Emitter<'a> = Emit<'a, Arm64>;

impl Emitter<'_> {
    /// Base register, index and distance of an address. Symbols' addresses come into FAR.
    fn place(&mut self, a: &Addr) -> (u8, Option<(u8, u8)>, i64) {
        let index = a.index.map(|(r, s)| (r.hw(), s));
        let sp = |off: u32| (SP.hw(), index, off as i64 + a.disp as i64);
        match a.base {
            Base::Reg(r) => (r.hw(), index, a.disp as i64),
            Base::Slot(s) => sp(self.frame.slot_offset(s)),
            Base::InArg => sp(self.frame.in_args()),
            Base::OutArg => sp(self.frame.out_args()),
            Base::Sym(s) => self.symbol(FixupTarget::Sym(s), a.disp),
            Base::Pool(bits, size) => self.symbol(FixupTarget::Pool(bits, size), a.disp),
        }
    }
    fn symbol(&mut self, target: FixupTarget, disp: i32) -> (u8, Option<(u8, u8)>, i64) {
        self.buf.address(FAR.hw(), target, disp as i64);
        (FAR.hw(), None, 0)
    }
    pub fn access(&mut self, load: bool, cell: Cell, t: u8, a: &Addr) {
        let (base, index, disp) = self.place(a);
        self.buf.access(load, cell, t, base, index, disp);
    }
    /// An address in a register.
    pub fn lea(&mut self, dst: Reg, a: &Addr) {
        if let Base::Sym(s) = a.base {
            return self.buf.address(dst.hw(), FixupTarget::Sym(s), a.disp as i64);
        }
        let (base, index, disp) = self.place(a);
        match index {
            None => self.buf.add_imm(dst.hw(), base, disp),
            Some((x, shift)) => {
                let shift = (shift as u32) << 10;
                self.buf.rr(0x8b20_6000 | shift | (x as u32) << 16, FAR.hw(), base);
                self.buf.add_imm(dst.hw(), FAR.hw(), disp);
            }
        }
    }
    pub fn jump_if(&mut self, t: Test, to: Label) {
        self.buf.branch(Jump::Test(t), to)
    }
    pub fn cmp(&mut self, sz: Sz, a: Reg, b: &Src) {
        let (op, b) = match *b {
            Src::I(i @ ..0) => (AluOp::Adds, Src::I(-i)),
            b => (AluOp::Subs, b),
        };
        self.buf.alu(op, sz, ZERO, a.hw(), &b)
    }
    fn own(&mut self, inst: &Inst) {
        let b = &mut self.buf;
        match inst {
            Inst::Imm { dst, imm } => b.imm(dst.hw(), *imm),
            Inst::Lea { dst, addr } => self.lea(*dst, addr),
            Inst::Load { cell, dst, addr } => self.access(true, *cell, dst.hw(), addr),
            Inst::Store { cell, addr, src } => self.access(false, *cell, src.hw(), addr),
            Inst::StoreZero { bytes: 16, addr } => {
                self.access(false, Cell::U(8), ZERO, addr);
                self.access(false, Cell::U(8), ZERO, &addr.offset(8));
            }
            Inst::StoreZero { bytes, addr } => self.access(false, Cell::U(*bytes), ZERO, addr),
            Inst::Alu { op, sz, dst, a, b: second } => b.alu(*op, *sz, dst.hw(), a.hw(), second),
            Inst::FromZero { op, sz, dst, b: second } => b.alu(*op, *sz, dst.hw(), ZERO, &Src::R(*second)),
            Inst::Cmp { sz, a, b } => self.cmp(*sz, *a, b),
            Inst::Tst { sz, a, b: second } => b.alu(AluOp::Ands, *sz, ZERO, a.hw(), second),
            Inst::Op3 { op, sz, dst, a, b: second } => b.op3(*op, *sz, dst.hw(), a.hw(), second.hw()),
            Inst::Mac { sub, sz, dst, a, b: second, acc } => {
                b.mac(*sub, *sz, dst.hw(), a.hw(), second.hw(), acc.hw())
            }
            Inst::Bfm { signed, sz, dst, a, immr, imms } => {
                b.bfm(*signed, *sz, dst.hw(), a.hw(), *immr, *imms)
            }
            Inst::RorI { sz, dst, a, n } => b.ror(*sz, dst.hw(), a.hw(), *n),
            Inst::Op2 { op, sz, dst, a } => b.op2(*op, *sz, dst.hw(), a.hw()),
            Inst::Csel { cc, sz, dst, a, b: second } => b.csel(*cc, *sz, dst.hw(), a.hw(), second.hw()),
            Inst::Cset { cc, dst } => b.cset(*cc, dst.hw()),
            Inst::Popcnt { dst, a, t } => {
                b.cross(0x7_0000, Sz::X, Fw::D, t.hw(), a.hw());
                b.rr(0x0e20_5800, t.hw(), t.hw());
                b.rr(0x0e31_b800, t.hw(), t.hw());
                b.cross(0x6_0000, Sz::W, Fw::S, dst.hw(), t.hw());
            }
            Inst::F3 { op, w, dst, a, b: second } => b.f3(*op, *w, dst.hw(), a.hw(), second.hw()),
            Inst::F2 { op, w, dst, a } => b.f2(*op, *w, dst.hw(), a.hw()),
            Inst::FMac { sub, neg, w, dst, a, b: second, acc } => {
                b.fmac(*sub, *neg, *w, [dst, a, second, acc].map(|r| r.hw()))
            }
            Inst::FCmp { w, a, b: second } => b.fcmp(*w, a.hw(), second.hw()),
            Inst::FCsel { cc, w, dst, a, b: second } => b.fcsel(*cc, *w, dst.hw(), a.hw(), second.hw()),
            Inst::FZero { dst } => b.rr(0x2f00_e400, dst.hw(), 0),
            Inst::FCvt { w, dst, a } => b.fcvt(*w, dst.hw(), a.hw()),
            Inst::IntToF { signed, sz, w, dst, a } => {
                b.cross(if *signed { 0x2_0000 } else { 0x3_0000 }, *sz, *w, dst.hw(), a.hw())
            }
            Inst::FToInt { signed, sz, w, dst, a } => {
                b.cross(if *signed { 0x18_0000 } else { 0x19_0000 }, *sz, *w, dst.hw(), a.hw())
            }
            Inst::GToF { sz, dst, a } => b.cross(0x7_0000, *sz, width(*sz), dst.hw(), a.hw()),
            Inst::FToG { sz, dst, a } => b.cross(0x6_0000, *sz, width(*sz), dst.hw(), a.hw()),
            Inst::Br { test, then, els } => {
                self.branch(Jump::Test(*test), Jump::Test(invert(*test)), *then, *els)
            }
            Inst::Bounds(info) => self.bounds(info),
            Inst::LoadAcquire { bytes, dst, addr } => b.ordered(0x08df_fc00, *bytes, 0, dst.hw(), addr.hw()),
            Inst::StoreRelease { bytes, addr, src } => b.ordered(0x089f_fc00, *bytes, 0, src.hw(), addr.hw()),
            Inst::Rmw { op, bytes, dst, addr, src, new } => {
                let again = b.label();
                b.bind(again);
                b.ordered(0x085f_fc00, *bytes, 0, dst.hw(), addr.hw());
                let value = match op {
                    RmwOp::Xchg => src.hw(),
                    RmwOp::Add | RmwOp::And | RmwOp::Or => {
                        let op = [AluOp::Add, AluOp::And, AluOp::Orr][*op as usize];
                        b.alu(op, Sz::X, new.hw(), dst.hw(), &Src::R(*src));
                        new.hw()
                    }
                };
                b.ordered(0x0800_fc00, *bytes, TMP.hw(), value, addr.hw());
                self.jump_if(Test::Zero(Sz::W, TMP, true), again);
            }
            Inst::Cas { bytes, addr, old, new, found } => self.cas(*bytes, *addr, *old, *new, *found),
            Inst::Words { dst, src, count, t: [to, from, n, word] } => {
                let copy = |b: &mut Buf<Arm64>, to: &Reg, from: Reg| {
                    b.alu(AluOp::Orr, Sz::X, to.hw(), ZERO, &Src::R(from));
                };
                copy(b, to, *dst);
                src.iter().for_each(|s| copy(b, from, *s));
                copy(b, n, *count);
                let again = b.label();
                b.bind(again);
                // ldr word, [from], 8; str word, [to], 8
                let word = match src {
                    Some(_) => {
                        b.rr(0xf840_8400, word.hw(), from.hw());
                        word.hw()
                    }
                    None => ZERO,
                };
                b.rr(0xf800_8400, word, to.hw());
                b.alu(AluOp::Sub, Sz::X, n.hw(), n.hw(), &Src::I(1));
                self.jump_if(Test::Zero(Sz::X, *n, true), again);
            }
            Inst::Probe { addr } => self.access(true, Cell::U(1), ZERO, addr),
            Inst::ReadG { dst } => Arm64::mov(self, Move { from: G, to: *dst }),
            Inst::Yield => b.word(0xd503_203f),
            Inst::Break => b.word(0xd420_0000),
        }
    }
    /// Flags tell whether the old value was found. A narrow one is compared without what its register has above it.
    fn cas(&mut self, bytes: u8, addr: Reg, old: Reg, new: Reg, found: Reg) {
        let (again, done) = (self.buf.label(), self.buf.label());
        self.buf.bind(again);
        self.buf.ordered(0x085f_fc00, bytes, 0, found.hw(), addr.hw());
        match bytes {
            8 => self.cmp(Sz::X, found, &Src::R(old)),
            4 => self.cmp(Sz::W, found, &Src::R(old)),
            // cmp found, old, uxtb or uxth
            n => self.buf.rr(0x6b20_0000 | (n as u32 / 2) << 13 | (old.hw() as u32) << 16, ZERO, found.hw()),
        }
        self.jump_if(Test::Cc(Cond::Ne), done);
        self.buf.ordered(0x0800_fc00, bytes, TMP.hw(), new.hw(), addr.hw());
        self.jump_if(Test::Zero(Sz::W, TMP, true), again);
        self.buf.bind(done);
    }
    fn bounds(&mut self, info: &BoundsInfo) {
        let source = |x: &Src| match x {
            Src::R(r) | Src::S(r, ..) => Source::Place(*r),
            Src::I(i) => Source::Imm(*i),
        };
        let (first, second) = if info.swapped { (&info.len, &info.idx) } else { (&info.idx, &info.len) };
        if let Src::R(r) = first {
            self.cmp(Sz::X, *r, second);
        }
        let at = self.bounds_failure(source(&info.idx), source(&info.len), info.panic);
        self.jump_if(Test::Cc(info.fail), at);
    }
}

fn width(sz: Sz) -> Fw {
    if sz == Sz::X { Fw::D } else { Fw::S }
}

impl Encode for Arm64 {
    const JUMP: Jump = Jump::Always;
    const PAD: &'static [u8] = &[0; 4];

    fn inst(e: &mut Emitter, i: &Inst) {
        e.own(i)
    }
    fn mov(e: &mut Emitter, m: Move) {
        let (from, to) = (m.from, m.to);
        let cell = if from.is_float() { Cell::F(8) } else { Cell::U(8) };
        match (from.is_spill(), to.is_spill()) {
            (true, _) => {
                let off = e.frame.spill_offset(from.index()) as i64;
                e.buf.access(true, cell, to.hw(), SP.hw(), None, off)
            }
            (_, true) => {
                let off = e.frame.spill_offset(to.index()) as i64;
                e.buf.access(false, cell, from.hw(), SP.hw(), None, off)
            }
            _ if from.is_float() => e.buf.fmov(to.hw(), from.hw()),
            _ => e.buf.alu(AluOp::Orr, Sz::X, to.hw(), ZERO, &Src::R(from)),
        }
    }
    fn imm(e: &mut Emitter, dst: Reg, imm: i64) {
        e.buf.imm(dst.hw(), imm)
    }
    fn load_word(e: &mut Emitter, dst: Reg, addr: &Addr) {
        e.access(true, Cell::U(8), dst.hw(), addr)
    }
    fn call(e: &mut Emitter, t: &Target, jump: bool) {
        let link = u32::from(!jump);
        let through = match t {
            Target::Func(_) | Target::Ext(_) => {
                let target = match t {
                    Target::Func(f) => FixupTarget::Sym(SymRef::Func(*f)),
                    Target::Ext(name) => FixupTarget::Ext(name.to_string()),
                    _ => unreachable!(),
                };
                e.buf.fixup(if jump { JUMP } else { CALL }, target, 0);
                return e.buf.word(0x1400_0000 | link << 31);
            }
            Target::Closure => {
                e.buf.access(true, Cell::U(8), FAR.hw(), CTXT.hw(), None, 0);
                FAR
            }
            Target::Mem(a) => {
                e.access(true, Cell::U(8), FAR.hw(), a);
                FAR
            }
            Target::Reg(r) | Target::Place(r) | Target::Fixed(r) => *r,
        };
        e.buf.rr(0xd61f_0000 | link << 21, 0, through.hw())
    }
    fn trap(e: &mut Emitter) {
        e.buf.word(0)
    }
    fn case(e: &mut Emitter, s: &SwitchInfo, case: i64, test: Case, to: Label) {
        let sz = if s.bytes == 8 { Sz::X } else { Sz::W };
        if (-4095..4096).contains(&case) {
            e.cmp(sz, s.value, &Src::I(case));
        } else {
            e.buf.imm(s.temps[0].hw(), case);
            e.cmp(sz, s.value, &Src::R(s.temps[0]));
        }
        e.jump_if(Test::Cc(if test == Case::Equal { Cond::Eq } else { Cond::Ge }), to);
    }
    fn jump_table(e: &mut Emitter, s: &SwitchInfo, low: i64, span: u32, default: Label, table: Label) {
        let ([t, t2], sz) = (s.temps, if s.bytes == 8 { Sz::X } else { Sz::W });
        // The index: value - low in the switch's width, zero-extended.
        e.buf.imm(t2.hw(), low);
        e.buf.alu(AluOp::Sub, sz, t.hw(), s.value.hw(), &Src::R(t2));
        e.buf.imm(t2.hw(), span as i64);
        e.cmp(sz, t, &Src::R(t2));
        e.jump_if(Test::Cc(Cond::Hi), default);
        e.buf.branch(Jump::Adr(t2), table);
        e.buf.access(true, Cell::SX(4), t.hw(), t2.hw(), Some((t.hw(), 2)), 0);
        e.buf.alu(AluOp::Add, Sz::X, t.hw(), t.hw(), &Src::R(t2));
        e.buf.rr(0xd61f_0000, 0, t.hw());
    }
    fn forms(b: Jump) -> &'static [Form] {
        words::forms(b)
    }
    fn write_branch(b: Jump, form: usize, distance: i64, out: &mut Vec<u8>) {
        words::jump(b, form, distance, out)
    }
    fn marker(b: &mut Buf<Self>) {
        b.word(0);
        b.word(0)
    }
    fn nop(b: &mut Buf<Self>) {
        b.word(0xd503_201f)
    }
    fn name(r: Reg) -> String {
        name(r, 8)
    }
}
