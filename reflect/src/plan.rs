//! The moves of a call, flattened once per signature: which bytes of which value go where in the call's buffer.
//!
//! The buffer is the register image, MAX_REG_ARGS_WORDS 8-byte words, and then the stack frame. Moves of 8 bytes, by far
//! the most, have a list of their own that is worked off without decisions; each move also checks its value's type, since
//! the value is at hand.

use crate::abi::{AbiStep, StepKind};
use crate::arch::{Arch, Float32InReg};
use crate::regs::{MAX_REG_ARGS_WORDS, float32_from_reg, float32_to_reg};
use crate::types::Type;
use crate::value::Value;
use alloc::vec::Vec;

/// 8 bytes between `offset` in the value whose type is `id`, and `at` in the buffer.
#[derive(Clone, Copy, Debug)]
struct WordMove {
    id: usize,
    /// Byte offset of the reference to the value, or of the value itself, in the slice of arguments or results.
    slot: u16,
    offset: u16,
    at: u32,
}

/// `size` bytes, and any distance.
#[derive(Clone, Copy, Debug)]
struct Move {
    id: usize,
    slot: u32,
    offset: u32,
    at: u32,
    /// Bytes, or FLOAT32.
    size: u32,
}

/// A float32 that a register holds in another form.
const FLOAT32: u32 = u32::MAX;

/// All moves of the arguments, or of the results, of a signature.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    words: Vec<WordMove>,
    others: Vec<Move>,
    /// The identities of the values' types.
    ids: Vec<usize>,
    registers: (u8, u8),
}

impl Plan {
    /// Adds the next value.
    pub fn add(&mut self, typ: &Type, steps: &[AbiStep], results: bool) {
        let arch = Arch::host();
        let (word, l) = (arch.ptr_size as u32, arch.reg_args());
        let stride = if results { size_of::<Value>() } else { size_of::<&Value>() };
        let (id, slot) = (typ.id(), (self.ids.len() * stride) as u32);
        self.ids.push(id);
        if steps.is_empty() {
            // For the check alone.
            self.others.push(Move { id, slot, offset: 0, at: 0, size: 0 });
        }
        for s in steps {
            let reg = s.reg as u32;
            let at = match s.kind {
                StepKind::Stack => 8 * MAX_REG_ARGS_WORDS as u32 + s.stack_offset as u32,
                StepKind::FloatReg => {
                    self.registers.1 = self.registers.1.max(s.reg + 1);
                    l.floats + 8 * reg
                }
                StepKind::IntReg | StepKind::Pointer => {
                    self.registers.0 = self.registers.0.max(s.reg + 1);
                    // A narrow integer stands at the end of its slot on big-endian machines.
                    reg * word + if arch.big_endian { word - (s.size as u32).min(word) } else { 0 }
                }
                StepKind::Bad => continue,
            };
            let other_form = arch.big_endian || arch.float32 != Float32InReg::Low;
            let (size, step) = match (s.size, s.kind) {
                (4, StepKind::FloatReg) if other_form => (FLOAT32, 4),
                (n, StepKind::Stack) if n % 8 == 0 && n <= 128 => (8, 8),
                // Narrow parts move with the bytes behind them: a register's upper bits mean nothing, a result's next
                // part comes later, and values have a word of padding.
                (n, StepKind::IntReg | StepKind::FloatReg) if n < 8 && !arch.big_endian && word == 8 => {
                    (8, n as u32)
                }
                (n, _) => (n as u32, n as u32),
            };
            // Small stack values go word by word.
            for k in 0..(s.size as u32 / step).max(1) {
                let (offset, at) = (s.offset as u32 + k * step, at + k * step);
                match (u16::try_from(slot), u16::try_from(offset)) {
                    (Ok(slot), Ok(offset)) if size == 8 => self.words.push(WordMove { id, slot, offset, at }),
                    _ => self.others.push(Move { id, slot, offset, at, size }),
                }
            }
        }
    }

    /// How many integer and float registers the moves name, counted from the first.
    pub fn registers(&self) -> (u8, u8) {
        self.registers
    }

    /// How many values there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether the values have the very types of the plan, by identity.
    #[inline(always)]
    pub fn same(&self, values: &[Value]) -> bool {
        if values.len() != self.ids.len() {
            return false;
        }
        let (mut id, mut v) = (self.ids.as_ptr(), values.as_ptr());
        // SAFETY: as many values as types.
        unsafe {
            let end = id.add(values.len());
            while id != end {
                if *id != (*v).type_id() {
                    return false;
                }
                (id, v) = (id.add(1), v.add(1));
            }
        }
        true
    }

    /// Values to the buffer. With `CHECK` it gives up, false, with part of the buffer written, as soon as a value has not
    /// the very type of the plan.
    ///
    /// The loops here are written with pointers, and what few signatures have is elsewhere: calls that take no more than
    /// ten times a direct one have no instruction to spare, nor has a build that hardly optimises.
    ///
    /// # Safety
    /// There are as many values as the plan has; without `CHECK` their types have the layout of the plan's; the
    /// buffer has the size that the signature says.
    #[inline(always)]
    pub unsafe fn scatter<const CHECK: bool>(&self, values: &[&Value], buffer: *mut u8) -> bool {
        let values = values.as_ptr();
        let mut m = self.words.as_ptr();
        // SAFETY: as many values as the plan has; the steps stay within the value and the buffer.
        unsafe {
            let end = m.add(self.words.len());
            while m != end {
                let v: &Value = *values.byte_add((*m).slot as usize);
                if CHECK && (*m).id != v.type_id() {
                    return false;
                }
                copy::<8>(v.data().add((*m).offset as usize), buffer.add((*m).at as usize));
                m = m.add(1);
            }
            self.others.is_empty() || self.scatter_others(values, buffer, CHECK)
        }
    }

    /// # Safety
    /// As for [`Plan::scatter`].
    #[inline(never)]
    unsafe fn scatter_others(&self, values: *const &Value, buffer: *mut u8, check: bool) -> bool {
        for m in &self.others {
            // SAFETY: as in `scatter`.
            unsafe {
                let v: &Value = *values.byte_add(m.slot as usize);
                if check && m.id != v.type_id() {
                    return false;
                }
                m.scatter(v.data().add(m.offset as usize), buffer.add(m.at as usize));
            }
        }
        true
    }

    /// The buffer to values.
    ///
    /// # Safety
    /// As for [`Plan::scatter`], and all values have the types of the plan.
    #[inline(always)]
    pub unsafe fn gather(&self, values: &mut [Value], buffer: *const u8) {
        let values = values.as_mut_ptr();
        let mut m = self.words.as_ptr();
        // SAFETY: as in `scatter`.
        unsafe {
            let end = m.add(self.words.len());
            while m != end {
                let to = (*values.byte_add((*m).slot as usize)).data_mut();
                copy::<8>(buffer.add((*m).at as usize), to.add((*m).offset as usize));
                m = m.add(1);
            }
            if !self.others.is_empty() {
                self.gather_others(values, buffer);
            }
        }
    }

    /// # Safety
    /// As for [`Plan::gather`].
    #[inline(never)]
    unsafe fn gather_others(&self, values: *mut Value, buffer: *const u8) {
        for m in &self.others {
            // SAFETY: as in `scatter`.
            unsafe {
                let to = (*values.byte_add(m.slot as usize)).data_mut().add(m.offset as usize);
                m.gather(buffer.add(m.at as usize), to);
            }
        }
    }
}

impl Move {
    /// # Safety
    /// Both sides are large enough.
    #[inline]
    unsafe fn scatter(&self, from: *const u8, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.size {
                1 => copy::<1>(from, to),
                2 => copy::<2>(from, to),
                4 => copy::<4>(from, to),
                FLOAT32 => {
                    let form = float32_to_reg(from.cast::<[u8; 4]>().read(), Arch::host().float32);
                    to.cast::<[u8; 8]>().write(form);
                }
                n => core::ptr::copy_nonoverlapping(from, to, n as usize),
            }
        }
    }

    /// # Safety
    /// Both sides are large enough.
    #[inline]
    unsafe fn gather(&self, from: *const u8, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.size {
                1 => copy::<1>(from, to),
                2 => copy::<2>(from, to),
                4 => copy::<4>(from, to),
                FLOAT32 => {
                    let slot = from.cast::<[u8; 8]>().read();
                    to.cast::<[u8; 4]>().write(float32_from_reg(slot, Arch::host().float32));
                }
                n => core::ptr::copy_nonoverlapping(from, to, n as usize),
            }
        }
    }
}

/// A few bytes without a call of memcpy.
#[inline(always)]
unsafe fn copy<const N: usize>(from: *const u8, to: *mut u8) {
    // SAFETY: as the callers know.
    unsafe { to.cast::<[u8; N]>().write(from.cast::<[u8; N]>().read()) }
}
