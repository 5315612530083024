//! What encoding does not share with the rest of the family.
use super::regs::*;
use super::{Amd64, disasm};
use crate::isa::x86::X86;
use crate::isa::x86::encode::bytes::*;
use crate::mach::Decoded;
use crate::mach::buf::{Buf, Label};
use crate::regalloc::Reg;

impl X86 for Amd64 {
    fn read_g(b: &mut Buf<Self>, dst: Reg) {
        b.op(0, true, &[0x8b], dst.hw(), &RmE::R(G.hw()), false, &[])
    }
    /// From X15.
    fn store_zero(b: &mut Buf<Self>, m: &Mem, bytes: u8) {
        let m = RmE::M(m.clone());
        match bytes {
            16 => b.op(0, false, &[0x0f, 0x11], X15.hw(), &m, false, &[]),
            8 => b.op(P66, false, &[0x0f, 0xd6], X15.hw(), &m, false, &[]),
            _ => b.op(PF3, false, &[0x0f, 0x11], X15.hw(), &m, false, &[]),
        }
    }
    fn table(b: &mut Buf<Self>, dst: Reg, table: Label) -> i32 {
        let m = RmE::M(Mem { base: MBase::Label(table), index: None, disp: 0 });
        b.op(0, true, &[0x8d], dst.hw(), &m, false, &[]);
        0
    }
    fn register(r: Reg, bytes: u8) -> String {
        name(r, bytes)
    }
    fn decode(code: &[u8], at: usize) -> Option<Decoded> {
        disasm::decode(code, at)
    }
}
