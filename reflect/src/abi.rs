//! Which register or stack slot does each receiver, parameter and result of a function take?
//!
//! The algorithm is Go's: a value goes into registers whole or not at all. [`Assigner`] is its state and needs no
//! allocation: it hands out the steps of one value at a time. [`AbiSeq`] and [`AbiDesc`] (feature `alloc`) gather
//! them for a whole function. The compiler asks about its own types, the runtime about descriptors in memory:
//! both are [`TypeView`]s. With a budget of zero registers the result is exactly ABI0.
//!
//! ```text
//!   func f(a int8, s string, m [2]int, x float64) (r []byte)      amd64, ABIInternal
//!
//!   value  steps                                                  stack
//!   a      {int, off 0, size 1, AX}
//!   s      {pointer, off 0, size 8, BX} {int, off 8, size 8, CX}
//!   m      {stack, off 0, size 16, stack offset 0}                0..16
//!   x      {float, off 0, size 8, X0}
//!   r      {pointer, 0, 8, AX} {int, 8, 8, BX} {int, 16, 8, CX}   results count registers anew
//! ```

use crate::kind::Kind;

/// What the assignment needs to know about a type. `Copy`, since both implementers are handles.
#[allow(clippy::len_without_is_empty, reason = "the length of an array type")]
pub trait TypeView: Copy {
    /// The kind.
    fn kind(self) -> Kind;
    /// Size in bytes.
    fn size(self) -> u64;
    /// Alignment in bytes.
    fn align(self) -> u64;
    /// The element type of an array.
    fn elem(self) -> Self;
    /// The length of an array.
    fn len(self) -> u64;
    /// The number of fields of a struct.
    fn num_fields(self) -> usize;
    /// Type and byte offset of a struct's field `i`.
    fn field(self, i: usize) -> (Self, u64);

    /// Whether an interface's data word holds the value itself: it is exactly one pointer.
    fn is_direct_iface(self, ptr_size: u64) -> bool {
        self.size() == ptr_size && self.has_pointers()
    }

    /// Whether any word of a value may hold a pointer.
    fn has_pointers(self) -> bool {
        match self.kind() {
            Kind::Array => self.len() > 0 && self.elem().has_pointers(),
            Kind::Struct => (0..self.num_fields()).any(|i| self.field(i).0.has_pointers()),
            k => k.is_pointer_shaped() || matches!(k, Kind::String | Kind::Interface | Kind::Slice),
        }
    }

    /// Calls `f` with the byte offset, from `base` on, of each word that the collector must treat as a pointer.
    /// Both words of an interface count.
    fn pointer_words(self, ptr_size: u64, base: u64, f: &mut dyn FnMut(u64)) {
        match self.kind() {
            Kind::Interface => {
                f(base);
                f(base + ptr_size);
            }
            Kind::String | Kind::Slice => f(base),
            k if k.is_pointer_shaped() => f(base),
            Kind::Array => {
                let elem = self.elem();
                if self.len() > 0 && elem.has_pointers() {
                    for i in 0..self.len() {
                        elem.pointer_words(ptr_size, base + i * elem.size(), f);
                    }
                }
            }
            Kind::Struct => {
                for i in 0..self.num_fields() {
                    let (t, off) = self.field(i);
                    t.pointer_words(ptr_size, base + off, f);
                }
            }
            _ => {}
        }
    }
}

/// How many registers an ABI may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegBudget {
    /// Bytes in a pointer.
    pub ptr_size: u8,
    /// Integer registers.
    pub ints: u8,
    /// Float registers.
    pub floats: u8,
    /// Widest float that a float register takes; 0 also with software floats.
    pub float_size: u8,
}

/// Where one part of a value is while it is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum StepKind {
    /// Not filled in.
    #[default]
    Bad,
    /// In memory, the whole value.
    Stack,
    /// In an int register.
    IntReg,
    /// In an int register, and the collector must see it.
    Pointer,
    /// In a float register.
    FloatReg,
}

/// Copy `size` bytes at `offset` of a value in memory to or from one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AbiStep {
    /// The kind of place.
    pub kind: StepKind,
    /// Index of the register among the ABI's int or float registers, for the register kinds.
    pub reg: u8,
    /// Offset of the part in the value. 0 for a stack step, which always covers a whole value.
    pub offset: u64,
    /// Size of the part in bytes.
    pub size: u64,
    /// Offset in the argument area, for a stack step.
    pub stack_offset: u64,
}

impl AbiStep {
    /// Whether the step uses an int register.
    pub fn is_int(&self) -> bool {
        matches!(self.kind, StepKind::IntReg | StepKind::Pointer)
    }
}

/// The most steps a single value can take: every register of an architecture.
pub const MAX_STEPS: usize = 32;

/// Steps of one value.
#[derive(Clone, Copy, Debug)]
pub struct ValueSteps {
    steps: [AbiStep; MAX_STEPS],
    len: usize,
}

impl ValueSteps {
    const fn new() -> ValueSteps {
        const BAD: AbiStep = AbiStep { kind: StepKind::Bad, reg: 0, offset: 0, size: 0, stack_offset: 0 };
        ValueSteps { steps: [BAD; MAX_STEPS], len: 0 }
    }

    /// The steps in order. Empty for a value of size 0.
    pub fn as_slice(&self) -> &[AbiStep] {
        &self.steps[..self.len]
    }

    /// The stack step, if the value is passed on the stack.
    pub fn stack(&self) -> Option<&AbiStep> {
        self.as_slice().first().filter(|s| s.kind == StepKind::Stack)
    }

    fn push(&mut self, step: AbiStep) {
        self.steps[self.len] = step;
        self.len += 1;
    }
}

/// Rounds `n` up to a multiple of `align`, a power of two.
pub const fn align_up(n: u64, align: u64) -> u64 {
    (n + align - 1) & !(align - 1)
}

/// The state of an assignment: what is used so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assigner {
    budget: RegBudget,
    /// Bytes of stack used.
    pub stack_bytes: u64,
    /// Int registers used.
    pub iregs: u8,
    /// Float registers used.
    pub fregs: u8,
}

impl Assigner {
    /// Nothing used; stack offsets start at `stack_start`.
    pub const fn new(budget: RegBudget, stack_start: u64) -> Assigner {
        Assigner { budget, stack_bytes: stack_start, iregs: 0, fregs: 0 }
    }

    /// Places a value of type `t`.
    pub fn add<T: TypeView>(&mut self, t: T) -> ValueSteps {
        let mut steps = ValueSteps::new();
        if t.size() == 0 {
            // No step, but alignment as on a stack, so that zero registers give exactly ABI0.
            self.stack_bytes = align_up(self.stack_bytes, t.align());
            return steps;
        }
        let before = *self;
        if !self.reg_assign(t, 0, &mut steps) {
            *self = before;
            steps.len = 0;
            self.stack_assign(t.size(), t.align(), &mut steps);
        }
        steps
    }

    /// Places the receiver of a method called through an interface: always one word. The second result says
    /// whether it is a pointer.
    pub fn add_receiver<T: TypeView>(&mut self, recv: T) -> (ValueSteps, bool) {
        let mut steps = ValueSteps::new();
        let word = self.budget.ptr_size as u64;
        let is_ptr = !recv.is_direct_iface(word) || recv.has_pointers();
        if !self.ints(0, word, if is_ptr { &[true] } else { &[false] }, &mut steps) {
            self.stack_assign(word, word, &mut steps);
        }
        (steps, is_ptr)
    }

    /// Whether `t` at `offset` fits into registers. On failure the caller takes everything back.
    fn reg_assign<T: TypeView>(&mut self, t: T, offset: u64, out: &mut ValueSteps) -> bool {
        let word = self.budget.ptr_size as u64;
        match t.kind() {
            Kind::Pointer | Kind::UnsafePointer | Kind::Chan | Kind::Map | Kind::Func => {
                self.ints(offset, word, &[true], out)
            }
            Kind::Int64 | Kind::Uint64 if word == 4 => self.ints(offset, 4, &[false, false], out),
            Kind::Bool
            | Kind::Int
            | Kind::Int8
            | Kind::Int16
            | Kind::Int32
            | Kind::Int64
            | Kind::Uint
            | Kind::Uint8
            | Kind::Uint16
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Uintptr => self.ints(offset, t.size(), &[false], out),
            Kind::Float32 | Kind::Float64 => self.floats(offset, t.size(), 1, out),
            Kind::Complex64 => self.floats(offset, 4, 2, out),
            Kind::Complex128 => self.floats(offset, 8, 2, out),
            Kind::String => self.ints(offset, word, &[true, false], out),
            Kind::Interface => self.ints(offset, word, &[false, true], out),
            Kind::Slice => self.ints(offset, word, &[true, false, false], out),
            Kind::Array => match t.len() {
                0 => true,
                1 => self.reg_assign(t.elem(), offset, out),
                _ => false,
            },
            Kind::Struct => (0..t.num_fields()).all(|i| {
                let (ft, off) = t.field(i);
                self.reg_assign(ft, offset + off, out)
            }),
            Kind::Invalid => false,
        }
    }

    fn ints(&mut self, offset: u64, size: u64, is_ptr: &[bool], out: &mut ValueSteps) -> bool {
        if self.iregs as usize + is_ptr.len() > self.budget.ints as usize {
            return false;
        }
        for (i, &p) in is_ptr.iter().enumerate() {
            let kind = if p { StepKind::Pointer } else { StepKind::IntReg };
            out.push(AbiStep {
                kind,
                reg: self.iregs,
                offset: offset + i as u64 * size,
                size,
                stack_offset: 0,
            });
            self.iregs += 1;
        }
        true
    }

    fn floats(&mut self, offset: u64, size: u64, n: u64, out: &mut ValueSteps) -> bool {
        if self.fregs as u64 + n > self.budget.floats as u64 || (self.budget.float_size as u64) < size {
            return false;
        }
        for i in 0..n {
            let kind = StepKind::FloatReg;
            out.push(AbiStep { kind, reg: self.fregs, offset: offset + i * size, size, stack_offset: 0 });
            self.fregs += 1;
        }
        true
    }

    fn stack_assign(&mut self, size: u64, align: u64, out: &mut ValueSteps) {
        self.stack_bytes = align_up(self.stack_bytes, align);
        out.push(AbiStep { kind: StepKind::Stack, reg: 0, offset: 0, size, stack_offset: self.stack_bytes });
        self.stack_bytes += size;
    }
}

#[cfg(feature = "alloc")]
pub use desc::{AbiDesc, AbiSeq, assign};

#[cfg(feature = "alloc")]
mod desc {
    use super::*;
    use alloc::vec::Vec;

    /// The steps of a sequence of values.
    #[derive(Clone, PartialEq, Eq, Debug, Default)]
    pub struct AbiSeq {
        /// Steps, grouped by value.
        pub steps: Vec<AbiStep>,
        /// Index of each value's first step.
        pub value_start: Vec<u32>,
        /// Bytes of stack used by the values themselves.
        pub stack_bytes: u64,
        /// Int registers used.
        pub iregs: u8,
        /// Float registers used.
        pub fregs: u8,
    }

    impl AbiSeq {
        /// The steps of value `i`: none if its size is 0, one stack step, or register steps.
        pub fn value(&self, i: usize) -> &[AbiStep] {
            let start = self.value_start[i] as usize;
            let end = self.value_start.get(i + 1).map_or(self.steps.len(), |&e| e as usize);
            &self.steps[start..end]
        }

        /// The number of values.
        pub fn len(&self) -> usize {
            self.value_start.len()
        }

        /// Whether there are no values.
        pub fn is_empty(&self) -> bool {
            self.value_start.is_empty()
        }

        /// The stack offset of value `i`, if it is passed on the stack.
        pub fn stack_offset(&self, i: usize) -> Option<u64> {
            self.value(i).first().filter(|s| s.kind == StepKind::Stack).map(|s| s.stack_offset)
        }

        fn push(&mut self, steps: &ValueSteps) {
            self.value_start.push(self.steps.len() as u32);
            self.steps.extend_from_slice(steps.as_slice());
        }

        fn finish(&mut self, state: &Assigner, stack_start: u64) {
            self.stack_bytes = state.stack_bytes - stack_start;
            self.iregs = state.iregs;
            self.fregs = state.fregs;
        }
    }

    /// The ABI of one function signature.
    ///
    /// ```text
    ///   argument area, from the caller's SP (above the fixed frame) upward:
    ///   0                stack_call_args_size   ret_offset                args_size
    ///   | stack arguments | padding to a word    | stack results | padding |
    /// ```
    ///
    /// Each step says which bytes of a value go where:
    ///
    /// ```
    /// use oxigo_reflect::abi::StepKind;
    /// use oxigo_reflect::{func::FuncType, types::Type};
    /// let t = FuncType::new([Type::string(), Type::uint8().array(3)], [Type::float64()]);
    /// let d = t.abi();
    /// # if cfg!(target_arch = "x86_64") {
    /// let text = d.param(0); // pointer and length, in two registers
    /// assert_eq!((text[0].kind, text[0].reg, text[0].offset), (StepKind::Pointer, 0, 0));
    /// assert_eq!((text[1].kind, text[1].reg, text[1].offset), (StepKind::IntReg, 1, 8));
    /// assert_eq!(d.result(0)[0].kind, StepKind::FloatReg);
    /// # }
    /// let bytes = d.param(1); // an array longer than one element goes to the stack
    /// assert_eq!((bytes.len(), bytes[0].kind, bytes[0].size), (1, StepKind::Stack, 3));
    /// ```
    #[derive(Clone, PartialEq, Eq, Debug, Default)]
    pub struct AbiDesc {
        /// Receiver (if any, value 0) and parameters.
        pub call: AbiSeq,
        /// Results; their stack offsets are counted from the start of the argument area.
        pub ret: AbiSeq,
        /// Whether value 0 of `call` is an interface method's receiver.
        pub has_receiver: bool,
        /// Bytes of stack arguments.
        pub stack_call_args_size: u64,
        /// Where stack results start.
        pub ret_offset: u64,
        /// Bytes of the argument area, arguments and results, rounded up to a word.
        pub args_size: u64,
        /// Bytes a frame needed to spill all register parameters.
        pub spill: u64,
        /// A bit for each int register that carries a pointer parameter.
        pub in_reg_ptrs: u32,
        /// A bit for each int register that carries a pointer result.
        pub out_reg_ptrs: u32,
        /// A bit for each word of the argument area (results included) that is a pointer; the low bit of the
        /// first byte is the first word.
        pub stack_ptrs: Vec<u8>,
    }

    impl AbiDesc {
        /// The steps of parameter `i`, not counting a receiver.
        pub fn param(&self, i: usize) -> &[AbiStep] {
            self.call.value(i + self.has_receiver as usize)
        }

        /// The steps of result `i`.
        pub fn result(&self, i: usize) -> &[AbiStep] {
            self.ret.value(i)
        }

        /// Whether word `i` of the argument area is a pointer.
        pub fn stack_ptr(&self, i: usize) -> bool {
            self.stack_ptrs.get(i / 8).is_some_and(|b| b >> (i % 8) & 1 != 0)
        }
    }

    /// Describes a function: `params` and `results` in order, `recv` for a method as an interface calls it (one
    /// word). A method called directly has its receiver as its first parameter instead.
    pub fn assign<T: TypeView>(params: &[T], results: &[T], recv: Option<T>, budget: RegBudget) -> AbiDesc {
        let word = budget.ptr_size as u64;
        let mut d = AbiDesc { has_receiver: recv.is_some(), ..AbiDesc::default() };
        let mut state = Assigner::new(budget, 0);
        if let Some(t) = recv {
            let (steps, is_ptr) = state.add_receiver(t);
            match steps.stack() {
                Some(s) if is_ptr => set_bit(&mut d.stack_ptrs, s.stack_offset / word),
                Some(_) => {}
                None => {
                    d.spill += word;
                    d.in_reg_ptrs |= reg_ptrs(&steps);
                }
            }
            d.call.push(&steps);
        }
        for &t in params {
            let steps = state.add(t);
            match steps.stack() {
                Some(s) => {
                    t.pointer_words(word, s.stack_offset, &mut |o| set_bit(&mut d.stack_ptrs, o / word))
                }
                None => {
                    d.spill = align_up(d.spill, t.align()) + t.size();
                    d.in_reg_ptrs |= reg_ptrs(&steps);
                }
            }
            d.call.push(&steps);
        }
        d.call.finish(&state, 0);
        d.spill = align_up(d.spill, word);
        d.stack_call_args_size = d.call.stack_bytes;
        d.ret_offset = align_up(d.call.stack_bytes, word);

        let mut state = Assigner::new(budget, d.ret_offset);
        for &t in results {
            let steps = state.add(t);
            match steps.stack() {
                Some(s) => {
                    t.pointer_words(word, s.stack_offset, &mut |o| set_bit(&mut d.stack_ptrs, o / word))
                }
                None => d.out_reg_ptrs |= reg_ptrs(&steps),
            }
            d.ret.push(&steps);
        }
        d.ret.finish(&state, d.ret_offset);
        d.args_size = align_up(state.stack_bytes, word);
        d
    }

    fn reg_ptrs(steps: &ValueSteps) -> u32 {
        steps.as_slice().iter().filter(|s| s.kind == StepKind::Pointer).fold(0, |m, s| m | 1 << s.reg)
    }

    fn set_bit(bits: &mut Vec<u8>, i: u64) {
        let byte = i as usize / 8;
        if bits.len() <= byte {
            bits.resize(byte + 1, 0);
        }
        bits[byte] |= 1 << (i % 8);
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
