//! What encoding does not share with the rest of the family: g is in thread-local storage, no register is always zero, code does not
//! know where it is.
use super::I386;
use super::regs::name;
use crate::fixup::FixupTarget;
use crate::isa::x86::X86;
use crate::isa::x86::encode::bytes::*;
use crate::mach::buf::{Buf, Label};
use crate::regalloc::Reg;

impl X86 for I386 {
    fn read_g(b: &mut Buf<Self>, dst: Reg) {
        // mov dst, gs:[oxigo_tls_g@ntpoff]
        b.bytes(&[0x65, 0x8b, dst.hw() << 3 | 5]);
        b.fixup(TPOFF, FixupTarget::TlsG, 0);
        b.field(0);
    }
    fn store_zero(b: &mut Buf<Self>, m: &Mem, bytes: u8) {
        for at in (0..bytes as i32).step_by(4) {
            let piece = Mem { disp: m.disp + at, ..m.clone() };
            b.op(0, false, &[0xc7], 0, &RmE::M(piece), false, &[0; 4]);
        }
    }
    /// By the return address of a call of the next instruction.
    fn table(b: &mut Buf<Self>, dst: Reg, table: Label) -> i32 {
        b.bytes(&[0xe8, 0, 0, 0, 0]);
        b.byte(0x58 | dst.hw());
        // The field counts from its own end, which is that far behind the return address.
        b.bytes(&[0x8d, 0x80 | dst.hw() << 3 | dst.hw()]);
        b.label_field(table);
        1 + 2 + 4
    }
    fn register(r: Reg, bytes: u8) -> String {
        name(r, bytes)
    }
}
