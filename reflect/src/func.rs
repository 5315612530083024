//! Calling Go functions from Rust, and Rust closures from Go.
//!
//! A call takes the ABI's steps: each part of an argument goes to its place in the register image or the stack
//! frame, the runtime makes the call on a goroutine's stack, and the results' parts are gathered the same way.

use crate::abi::{AbiDesc, StepKind, assign};
use crate::arch::{Arch, HOST_INT_ARGS, HOST_REG_ARGS};
use crate::held::Node;
use crate::plan::Plan;
use crate::regs::{MAX_REG_ARGS_WORDS, RegArgs};
use crate::types::{Type, View};
use crate::value::Value;
use crate::word::{Wide, Word, code_word};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;

/// A signature with its ABI.
///
/// ```
/// use oxigo_reflect::{func::FuncType, types::Type};
/// let t = FuncType::new([Type::int(), Type::string()], [Type::bool()]);
/// assert_eq!(t.to_string(), "func(int, string) bool");
/// println!("{:?}", t.abi().param(1)); // the steps of the string
/// ```
#[derive(Clone)]
pub struct FuncType(Arc<Signature>);

struct Signature {
    params: Vec<Type>,
    results: Vec<Type>,
    variadic: bool,
    desc: AbiDesc,
    arguments: Plan,
    returns: Plan,
}

impl FuncType {
    /// A signature.
    pub fn new(params: impl IntoIterator<Item = Type>, results: impl IntoIterator<Item = Type>) -> FuncType {
        FuncType::with_variadic(params.into_iter().collect(), results.into_iter().collect(), false)
    }

    /// A signature, perhaps variadic: its last parameter, a slice, is written `...T`. Callers pass the slice.
    pub fn with_variadic(params: Vec<Type>, results: Vec<Type>, variadic: bool) -> FuncType {
        FuncType::with_budget(params, results, variadic, Arch::host().abi_internal())
    }

    /// A signature of a function with another budget of registers, as ABI0 has.
    pub fn with_budget(
        params: Vec<Type>,
        results: Vec<Type>,
        variadic: bool,
        budget: crate::RegBudget,
    ) -> FuncType {
        fn views(types: &[Type]) -> Vec<View<'_>> {
            types.iter().map(Type::view).collect()
        }
        let desc = assign(&views(&params), &views(&results), None, budget);
        let (mut arguments, mut returns) = (Plan::default(), Plan::default());
        (0..params.len()).for_each(|i| arguments.add(i, desc.param(i), false));
        (0..results.len()).for_each(|i| returns.add(i, desc.result(i), true));
        FuncType(Arc::new(Signature { params, results, variadic, desc, arguments, returns }))
    }

    /// Parameter types.
    pub fn params(&self) -> &[Type] {
        &self.0.params
    }

    /// Result types.
    pub fn results(&self) -> &[Type] {
        &self.0.results
    }

    /// Whether the last parameter is `...T`.
    pub fn is_variadic(&self) -> bool {
        self.0.variadic
    }

    /// Where everything is passed.
    pub fn abi(&self) -> &AbiDesc {
        &self.0.desc
    }

    /// Whether both have the same parameters and results.
    pub fn same(&self, other: &FuncType) -> bool {
        let list = |a: &[Type], b: &[Type]| a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.same(y));
        Arc::ptr_eq(&self.0, &other.0)
            || self.0.variadic == other.0.variadic
                && list(self.params(), other.params())
                && list(self.results(), other.results())
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, ts: &[Type], variadic: bool| {
            for (i, t) in ts.iter().enumerate() {
                let sep = if i > 0 { ", " } else { "" };
                match t.elem() {
                    Some(e) if variadic && i + 1 == ts.len() => write!(f, "{sep}...{e}")?,
                    _ => write!(f, "{sep}{t}")?,
                }
            }
            Ok(())
        };
        f.write_str("func(")?;
        list(f, self.params(), self.0.variadic)?;
        f.write_str(")")?;
        match self.results() {
            [] => Ok(()),
            [t] => write!(f, " {t}"),
            ts => {
                f.write_str(" (")?;
                list(f, ts, false)?;
                f.write_str(")")
            }
        }
    }
}

impl fmt::Debug for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The words of a reflectcall.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct RawCall {
    /// Type of the stack arguments, for write barriers; null: none needed.
    pub typ: *const c_void,
    /// The closure.
    pub func: *const c_void,
    /// Stack arguments and results.
    pub stack_args: *mut u8,
    /// Bytes of both.
    pub args_size: u32,
    /// Where results start.
    pub ret_offset: u32,
    /// Bytes of frame that the callee needs.
    pub frame_size: u32,
    /// The RegArgs.
    pub regs: *mut u8,
}

/// What a Go runtime offers to Rust callers.
///
/// # Safety
/// `reflectcall` calls as Go's would; `rust_func_stub` is the code address that [`make_func`] closures need.
pub unsafe trait Runtime {
    /// Makes the call on a goroutine's stack and returns when it has returned or panicked.
    ///
    /// # Safety
    /// The words describe a call that the callee expects.
    unsafe fn reflectcall(&self, call: &RawCall) -> Result<(), Panic>;

    /// The address of `oxigo_rustfunc_stub`.
    fn rust_func_stub(&self) -> usize;
}

/// A Go panic that reached the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    /// What Go prints after `panic: `.
    pub message: String,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// Too few or too many arguments.
    ArgumentCount {
        /// Parameters.
        want: usize,
        /// Arguments.
        got: usize,
    },
    /// An argument has the wrong type.
    ArgumentType {
        /// Its index.
        index: usize,
        /// The parameter's type, as text.
        want: String,
        /// The argument's type.
        got: String,
    },
    /// A result buffer has the wrong type or the number of buffers is wrong.
    ResultType {
        /// Its index.
        index: usize,
    },
    /// The function is nil.
    NilFunc,
    /// Arguments and results on the stack exceed 1 GiB, or the buffer given for them.
    FrameTooLarge,
    /// The function panicked.
    Panic(Panic),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::ArgumentCount { want, got } => {
                let few = if got < want { "few" } else { "many" };
                write!(f, "call with too {few} input arguments: {got}, want {want}")
            }
            CallError::ArgumentType { index, want, got } => {
                write!(f, "call using {got} as type {want} (argument {index})")
            }
            CallError::ResultType { index } => write!(f, "result buffer {index} does not fit"),
            CallError::NilFunc => f.write_str("call of nil function"),
            CallError::FrameTooLarge => f.write_str("call frame too large"),
            CallError::Panic(p) => write!(f, "panic: {}", p.message),
        }
    }
}

impl core::error::Error for CallError {}

/// The largest frame of the callN family.
pub const MAX_FRAME: u64 = 1 << 30;

/// Buffers of a call: the register image and up to `WORDS` 8-byte words of stack arguments and results.
#[derive(Debug)]
pub struct CallBuffer<const WORDS: usize> {
    regs: [u64; MAX_REG_ARGS_WORDS],
    frame: [u64; WORDS],
}

impl<const WORDS: usize> CallBuffer<WORDS> {
    /// Empty buffers.
    pub const fn new() -> Self {
        CallBuffer { regs: [0; MAX_REG_ARGS_WORDS], frame: [0; WORDS] }
    }
}

impl<const WORDS: usize> Default for CallBuffer<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

/// A callable Go func value.
#[derive(Clone, Debug)]
pub struct Func {
    typ: FuncType,
    closure: *const c_void,
}

// SAFETY: func values are shared freely between goroutines.
unsafe impl Send for Func {}
// SAFETY: as above.
unsafe impl Sync for Func {}

impl Func {
    /// The func value `closure`: the address of a word that holds a code address, followed by what the code wants.
    ///
    /// # Safety
    /// The code there has the type's signature and ABI, lives on, and the closure stays valid and reachable.
    pub unsafe fn from_closure(typ: FuncType, closure: *const c_void) -> Func {
        Func { typ, closure }
    }

    /// The signature.
    pub fn typ(&self) -> &FuncType {
        &self.typ
    }

    /// The func value.
    pub fn as_ptr(&self) -> *const c_void {
        self.closure
    }

    /// The func value as an argument for another call.
    pub fn to_value(&self) -> Value {
        // SAFETY: a func value of that type.
        unsafe { Value::from_bytes(&Type::func(&self.typ), &(self.closure as Word).to_ne_bytes()) }
    }

    /// Calls the function.
    pub fn call(&self, rt: &impl Runtime, args: &[&Value]) -> Result<Vec<Value>, CallError> {
        let d = self.typ.abi();
        let mut results: Vec<Value> = self.typ.results().iter().map(Value::zero).collect();
        let mut regs = [0; MAX_REG_ARGS_WORDS];
        self.check(args, &results)?;
        let mut frame = vec![0; (d.args_size as usize).div_ceil(8)];
        self.go(rt, args, &mut results, &mut regs, &mut frame)?;
        Ok(results)
    }

    /// Calls the function without allocating: `results` are values of the result types, which are overwritten.
    pub fn call_into<const WORDS: usize>(
        &self,
        rt: &impl Runtime,
        args: &[&Value],
        results: &mut [Value],
        buffer: &mut CallBuffer<WORDS>,
    ) -> Result<(), CallError> {
        self.check(args, results)?;
        if self.typ.abi().args_size > 8 * WORDS as u64 {
            return Err(CallError::FrameTooLarge);
        }
        self.go(rt, args, results, &mut buffer.regs, &mut buffer.frame)
    }

    fn check(&self, args: &[&Value], results: &[Value]) -> Result<(), CallError> {
        if self.closure.is_null() {
            return Err(CallError::NilFunc);
        }
        let (want, got) = (self.typ.params().len(), args.len());
        if want != got {
            return Err(CallError::ArgumentCount { want, got });
        }
        for (index, (t, v)) in self.typ.params().iter().zip(args).enumerate() {
            if !t.same(v.typ()) {
                let (want, got) = (t.to_string(), v.typ().to_string());
                return Err(CallError::ArgumentType { index, want, got });
            }
        }
        let types = self.typ.results();
        if types.len() != results.len() {
            return Err(CallError::ResultType { index: types.len().min(results.len()) });
        }
        for (index, (t, v)) in types.iter().zip(results).enumerate() {
            if !t.same(v.typ()) {
                return Err(CallError::ResultType { index });
            }
        }
        if self.typ.abi().args_size > MAX_FRAME {
            return Err(CallError::FrameTooLarge);
        }
        Ok(())
    }

    /// The call, with everything checked and a large enough frame.
    fn go(
        &self,
        rt: &impl Runtime,
        args: &[&Value],
        results: &mut [Value],
        regs: &mut [u64; MAX_REG_ARGS_WORDS],
        frame: &mut [u64],
    ) -> Result<(), CallError> {
        let d = self.typ.abi();
        // What an earlier call left in the buffers does no harm: the collector looks at them conservatively, and only
        // while a call with pointers is on its way.
        let mut nodes = (Node::new(), Node::new());
        let pointers = d.in_reg_ptrs | d.out_reg_ptrs != 0 || !d.stack_ptrs.is_empty();
        let per = 8 / size_of::<usize>();
        if pointers {
            // SAFETY: the nodes and buffers stay in place until they leave the list below.
            unsafe {
                Node::enter(&mut nodes.0, regs.as_ptr().cast(), regs.len() * per);
                Node::enter(&mut nodes.1, frame.as_ptr().cast(), frame.len() * per);
            }
        }
        let (regs_ptr, frame_ptr) = (regs.as_mut_ptr().cast::<u8>(), frame.as_mut_ptr().cast::<u8>());
        // SAFETY: both buffers are initialised and large enough, and the values have the types of the signature.
        let called = unsafe {
            self.typ.0.arguments.scatter(|i| args[i].data(), regs_ptr, frame_ptr);
            // ReturnIsPtr is an array of bytes, at most two of them.
            let bits = regs_ptr.add(HOST_REG_ARGS.return_is_ptr as usize);
            for k in 0..HOST_INT_ARGS.div_ceil(8) {
                bits.add(k).write((d.out_reg_ptrs >> (8 * k)) as u8);
            }
            rt.reflectcall(&RawCall {
                typ: core::ptr::null(),
                func: self.closure,
                stack_args: frame_ptr,
                args_size: d.args_size as u32,
                ret_offset: d.ret_offset as u32,
                frame_size: d.args_size as u32,
                regs: regs_ptr,
            })
        };
        if called.is_ok() {
            // SAFETY: as above; the callee has written its results.
            unsafe { self.typ.0.returns.gather(|i| results[i].data_mut(), regs_ptr, frame_ptr) };
        }
        if pointers {
            // SAFETY: entered above.
            unsafe {
                Node::leave(&mut nodes.0);
                Node::leave(&mut nodes.1);
            }
        }
        called.map_err(CallError::Panic)
    }
}

fn scatter(steps: &[crate::abi::AbiStep], value: &[u8], regs: &mut RegArgs<'_>, frame: &mut [u8]) {
    for s in steps {
        let part = &value[s.offset as usize..(s.offset + s.size) as usize];
        match s.kind {
            StepKind::Stack => {
                let at = s.stack_offset as usize;
                frame[at..at + part.len()].copy_from_slice(part);
            }
            _ => regs.store(s, part),
        }
    }
}

/// The beginning of a closure whose code is a reflect stub, as a stack walk reads it (Go's `makeFuncCtxt`).
#[repr(C)]
struct RustClosure {
    code: Word,
    stack: Wide<*const BitVector>,
    arg_len: Word,
    reg_ptrs: [u8; 8],
    // Unknown to assembly and to the stack walk:
    typ: FuncType,
    body: Box<Body>,
    bits: BitVector,
}

type Body = dyn Fn(&[Value]) -> Vec<Value> + Send + Sync;

/// Go's `reflect.bitVector`.
#[repr(C)]
struct BitVector {
    n: u32,
    data: Wide<*const u8>,
    len: Word,
    cap: Word,
}

/// Makes a Go func value of a Rust closure. Go may keep it as long as it likes, so it is never freed.
///
/// The closure runs on the system stack of the calling goroutine's thread. It must return values of the result
/// types; anything else ends the program.
pub fn make_func(
    rt: &impl Runtime,
    typ: FuncType,
    body: impl Fn(&[Value]) -> Vec<Value> + Send + Sync + 'static,
) -> Func {
    let d = typ.abi();
    let ptr_bits: &'static [u8] = d.stack_ptrs.clone().leak();
    let mut reg_ptrs = [0; 8];
    reg_ptrs[..4].copy_from_slice(&d.in_reg_ptrs.to_le_bytes());
    let c = Box::leak(Box::new(RustClosure {
        code: code_word(rt.rust_func_stub()),
        stack: Wide::new(core::ptr::null()),
        arg_len: d.stack_call_args_size as Word,
        reg_ptrs,
        typ: typ.clone(),
        body: Box::new(body),
        bits: BitVector {
            n: 8 * ptr_bits.len() as u32,
            data: Wide::new(ptr_bits.as_ptr()),
            len: ptr_bits.len() as Word,
            cap: ptr_bits.len() as Word,
        },
    }));
    c.stack = Wide::new(&raw const c.bits);
    Func { typ, closure: (&raw const *c).cast() }
}

/// What `oxigo_rustfunc_stub` hands over: the closure, the stack arguments, the result-valid flag, the RegArgs.
#[derive(Debug)]
#[repr(C)]
pub struct StubArea {
    ctxt: Wide<*const c_void>,
    frame: Wide<*mut u8>,
    ret_valid: Wide<*mut u8>,
    regs: Wide<*mut u8>,
}

/// The hook of [`make_func`]'s closures; the runtime passes it on from its `rt_rustfunc`.
///
/// # Safety
/// `area` comes from the stub, and the goroutine's stack does not move during the call.
pub unsafe fn rust_func_hook(area: *mut StubArea) {
    // SAFETY: as the caller promises; the stub's closure is ours.
    unsafe {
        let a = &*area;
        let c = &*a.ctxt.get().cast::<RustClosure>();
        let d = c.typ.abi();
        let arch = Arch::host();
        let size = arch.reg_args().size as usize;
        let frame = core::slice::from_raw_parts_mut(a.frame.get(), d.args_size as usize);
        let mut image = RegArgs::new(core::slice::from_raw_parts_mut(a.regs.get(), size), arch);
        let recv = d.has_receiver as usize;
        let args: Vec<Value> = c
            .typ
            .params()
            .iter()
            .enumerate()
            .map(|(i, t)| {
                let mut v = Value::zero(t);
                for s in d.call.value(i + recv) {
                    let part = &mut v.bytes_mut()[s.offset as usize..(s.offset + s.size) as usize];
                    match s.kind {
                        StepKind::Stack => {
                            let at = s.stack_offset as usize;
                            part.copy_from_slice(&frame[at..at + part.len()]);
                        }
                        _ => image.load(s, part, false),
                    }
                }
                v
            })
            .collect();
        let results = (c.body)(&args);
        let want = c.typ.results();
        let fits = results.len() == want.len() && results.iter().zip(want).all(|(v, t)| t.same(v.typ()));
        assert!(fits, "a Rust function called from Go returned {results:?} for {}", c.typ);
        image.clear();
        for (i, v) in results.iter().enumerate() {
            scatter(d.result(i), v.bytes(), &mut image, frame);
        }
        *a.ret_valid.get() = 1;
    }
}
