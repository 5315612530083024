//! The moves of a call, flattened once per signature: which bytes of which value go where in the buffers.

use crate::abi::{AbiStep, StepKind};
use crate::arch::{Arch, Float32InReg};
use crate::regs::{float32_from_reg, float32_to_reg};
use alloc::vec::Vec;

/// Where the other end of a move is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// The register image.
    Regs,
    /// The register image, a float32 in the architecture's form.
    Float32,
    /// The stack frame.
    Frame,
}

/// Copy `size` bytes at `offset` of value `value` to or from `at` of its place.
#[derive(Clone, Copy, Debug)]
struct Move {
    value: u32,
    place: Place,
    size: u32,
    offset: u32,
    at: u32,
}

/// All moves of the arguments, or of the results, of a signature.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    moves: Vec<Move>,
}

impl Plan {
    /// Adds the moves of value number `value`. Pointers go to `Ints` and `Ptrs` before a call and come from `Ptrs`
    /// after it.
    pub fn add(&mut self, value: usize, steps: &[AbiStep], results: bool) {
        let arch = Arch::host();
        let (word, l) = (arch.ptr_size as u32, arch.reg_args());
        for s in steps {
            let narrow = if arch.big_endian { word - (s.size as u32).min(word) } else { 0 };
            let m = Move {
                value: value as u32,
                place: Place::Regs,
                size: s.size as u32,
                offset: s.offset as u32,
                at: s.reg as u32 * word + narrow,
            };
            match s.kind {
                StepKind::Stack => {
                    self.moves.push(Move { place: Place::Frame, at: s.stack_offset as u32, ..m })
                }
                StepKind::FloatReg => {
                    let place = if s.size == 4 { Place::Float32 } else { Place::Regs };
                    self.moves.push(Move { place, at: l.floats + 8 * s.reg as u32, ..m });
                }
                StepKind::IntReg => self.moves.push(m),
                StepKind::Pointer => {
                    if !results {
                        self.moves.push(m);
                    }
                    self.moves.push(Move { at: l.ptrs + s.reg as u32 * word, ..m });
                }
                StepKind::Bad => {}
            }
        }
    }

    /// Values to buffers.
    ///
    /// # Safety
    /// `value(i)` is the address of a readable value of the i-th type; the buffers have the sizes that the signature
    /// and the architecture say.
    pub unsafe fn scatter(&self, value: impl Fn(usize) -> *const u8, regs: *mut u8, frame: *mut u8) {
        for m in &self.moves {
            // SAFETY: the steps stay within the value and the buffers, as the caller promises.
            unsafe {
                let from = value(m.value as usize).add(m.offset as usize);
                match m.place {
                    Place::Regs => copy(from, regs.add(m.at as usize), m.size),
                    Place::Frame => copy(from, frame.add(m.at as usize), m.size),
                    Place::Float32 => {
                        let form = float32_to_reg(from.cast::<[u8; 4]>().read(), form());
                        regs.add(m.at as usize).cast::<[u8; 8]>().write(form);
                    }
                }
            }
        }
    }

    /// Buffers to values.
    ///
    /// # Safety
    /// As for [`Plan::scatter`], with writable values.
    pub unsafe fn gather(&self, mut value: impl FnMut(usize) -> *mut u8, regs: *const u8, frame: *const u8) {
        for m in &self.moves {
            // SAFETY: as in `scatter`.
            unsafe {
                let to = value(m.value as usize).add(m.offset as usize);
                match m.place {
                    Place::Regs => copy(regs.add(m.at as usize), to, m.size),
                    Place::Frame => copy(frame.add(m.at as usize), to, m.size),
                    Place::Float32 => {
                        let slot = regs.add(m.at as usize).cast::<[u8; 8]>().read();
                        to.cast::<[u8; 4]>().write(float32_from_reg(slot, form()));
                    }
                }
            }
        }
    }
}

fn form() -> Float32InReg {
    Arch::host().float32
}

/// Words without a call of memcpy.
#[inline]
unsafe fn copy(from: *const u8, to: *mut u8, size: u32) {
    // SAFETY: as the callers know.
    unsafe {
        match size {
            8 => to.cast::<[u8; 8]>().write(from.cast::<[u8; 8]>().read()),
            4 => to.cast::<[u8; 4]>().write(from.cast::<[u8; 4]>().read()),
            n => core::ptr::copy_nonoverlapping(from, to, n as usize),
        }
    }
}
