//! Moving the parts of values between memory and the image of the argument registers (`internal/abi.RegArgs`).
//!
//! ```text
//!   | Ints: a word each | Floats: 8 bytes each | Ptrs: a word each | ReturnIsPtr: a bit each |
//!   0                   floats                 ptrs                return_is_ptr             size
//! ```
//!
//! A slot holds what the register holds: on big-endian machines a narrow integer stands at the end of its slot, and
//! a float32 has the architecture's form ([`Float32InReg`]).

use crate::abi::{AbiStep, StepKind};
use crate::arch::{Arch, Float32InReg, RegArgsLayout};

/// The largest RegArgs of any architecture, in 8-byte words: a buffer of this size serves all.
pub const MAX_REG_ARGS_WORDS: usize = 16 + 16 + 16 + 1;

/// The image of all argument registers.
#[derive(Debug)]
pub struct RegArgs<'a> {
    bytes: &'a mut [u8],
    layout: RegArgsLayout,
    arch: &'static Arch,
}

impl<'a> RegArgs<'a> {
    /// A view of `bytes`, at least `arch.reg_args().size` of them, word-aligned if assembly is to use them.
    pub fn new(bytes: &'a mut [u8], arch: &'static Arch) -> RegArgs<'a> {
        let layout = arch.reg_args();
        assert!(bytes.len() >= layout.size as usize);
        RegArgs { bytes, layout, arch }
    }

    /// Zeroes everything.
    pub fn clear(&mut self) {
        self.bytes[..self.layout.size as usize].fill(0);
    }

    /// Says which int registers will hold pointers when the callee returns.
    pub fn set_return_ptrs(&mut self, bits: u32) {
        let at = self.layout.return_is_ptr as usize;
        for i in 0..self.arch.int_args.len().div_ceil(8) {
            self.bytes[at + i] = (bits >> (8 * i)) as u8;
        }
    }

    /// Writes one part of a value, `part.len() == step.size`, to its register. Pointers go to `Ptrs` too.
    pub fn store(&mut self, step: &AbiStep, part: &[u8]) {
        match step.kind {
            StepKind::IntReg | StepKind::Pointer => {
                let at = self.int_slot(step);
                copy_part(&mut self.bytes[at..at + part.len()], part);
                if step.kind == StepKind::Pointer {
                    let at = self.ptr_slot(step);
                    copy_part(&mut self.bytes[at..at + part.len()], part);
                }
            }
            StepKind::FloatReg => {
                let at = self.layout.floats as usize + 8 * step.reg as usize;
                let slot = &mut self.bytes[at..at + 8];
                match <[u8; 4]>::try_from(part) {
                    Ok(f32_bytes) => slot.copy_from_slice(&float32_to_reg(f32_bytes, self.arch.float32)),
                    Err(_) => copy_part(slot, part),
                }
            }
            StepKind::Stack | StepKind::Bad => {}
        }
    }

    /// Reads one part of a value from its register; a pointer from `Ptrs` if `from_ptrs`, where the collector
    /// keeps it up to date.
    pub fn load(&self, step: &AbiStep, part: &mut [u8], from_ptrs: bool) {
        match step.kind {
            StepKind::Pointer if from_ptrs => {
                let at = self.ptr_slot(step);
                copy_part(part, &self.bytes[at..at + part.len()]);
            }
            StepKind::IntReg | StepKind::Pointer => {
                let at = self.int_slot(step);
                copy_part(part, &self.bytes[at..at + part.len()]);
            }
            StepKind::FloatReg => {
                let at = self.layout.floats as usize + 8 * step.reg as usize;
                let slot: [u8; 8] = self.bytes[at..at + 8].try_into().unwrap_or_default();
                if part.len() == 4 {
                    part.copy_from_slice(&float32_from_reg(slot, self.arch.float32));
                } else {
                    part.copy_from_slice(&slot);
                }
            }
            StepKind::Stack | StepKind::Bad => {}
        }
    }

    fn int_slot(&self, step: &AbiStep) -> usize {
        let word = self.arch.ptr_size as usize;
        let pad = if self.arch.big_endian { word - step.size as usize } else { 0 };
        step.reg as usize * word + pad
    }

    fn ptr_slot(&self, step: &AbiStep) -> usize {
        self.layout.ptrs as usize + step.reg as usize * self.arch.ptr_size as usize
    }
}

/// Copies a part of equal length; words without a call of memcpy.
#[inline]
pub(crate) fn copy_part(to: &mut [u8], from: &[u8]) {
    match (<&mut [u8; 8]>::try_from(&mut *to), <&[u8; 8]>::try_from(from)) {
        (Ok(to), Ok(from)) => *to = *from,
        _ => match (<&mut [u8; 4]>::try_from(&mut *to), <&[u8; 4]>::try_from(from)) {
            (Ok(to), Ok(from)) => *to = *from,
            _ => to.copy_from_slice(from),
        },
    }
}

/// A float32 as the architecture keeps it in a register.
pub fn float32_to_reg(bytes: [u8; 4], form: Float32InReg) -> [u8; 8] {
    let bits = u32::from_ne_bytes(bytes);
    let wide = match form {
        Float32InReg::Low => bits as u64,
        Float32InReg::NanBoxed => bits as u64 | 0xffff_ffff << 32,
        Float32InReg::High => (bits as u64) << 32,
        Float32InReg::Widened => (f32::from_bits(bits) as f64).to_bits(),
    };
    wide.to_ne_bytes()
}

/// The float32 in a register.
pub fn float32_from_reg(slot: [u8; 8], form: Float32InReg) -> [u8; 4] {
    let wide = u64::from_ne_bytes(slot);
    let bits = match form {
        Float32InReg::Low | Float32InReg::NanBoxed => wide as u32,
        Float32InReg::High => (wide >> 32) as u32,
        Float32InReg::Widened => (f64::from_bits(wide) as f32).to_bits(),
    };
    bits.to_ne_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_return_from_their_registers() {
        let arch = Arch::host();
        let mut mem = [0u64; MAX_REG_ARGS_WORDS];
        // SAFETY: plain memory of that size.
        let bytes =
            unsafe { core::slice::from_raw_parts_mut(mem.as_mut_ptr().cast::<u8>(), size_of_val(&mem)) };
        let mut r = RegArgs::new(bytes, arch);
        let step = |kind, reg, size| AbiStep { kind, reg, size, ..AbiStep::default() };
        if arch.int_args.is_empty() {
            return;
        }
        r.store(&step(StepKind::IntReg, 1, 2), &[1, 2]);
        r.store(&step(StepKind::FloatReg, 3, 4), &1.5f32.to_ne_bytes());
        let (mut a, mut f) = ([0; 2], [0; 4]);
        r.load(&step(StepKind::IntReg, 1, 2), &mut a, false);
        r.load(&step(StepKind::FloatReg, 3, 4), &mut f, false);
        assert_eq!((a, f), ([1, 2], 1.5f32.to_ne_bytes()));
        assert!(!r.bytes[..8].iter().any(|&b| b != 0));
    }

    #[test]
    fn float32_forms() {
        for form in [Float32InReg::Low, Float32InReg::Widened, Float32InReg::NanBoxed, Float32InReg::High] {
            let x = (-2.75f32).to_ne_bytes();
            assert_eq!(float32_from_reg(float32_to_reg(x, form), form), x);
        }
        assert_eq!(
            u64::from_ne_bytes(float32_to_reg(1f32.to_ne_bytes(), Float32InReg::Widened)),
            1f64.to_bits()
        );
    }
}
