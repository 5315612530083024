//! Calling Go functions from Rust, and Rust closures from Go.
//!
//! A call takes the ABI's steps: each part of an argument goes to its place in the register image or the stack
//! frame, the runtime makes the call on a goroutine's stack, and the results' parts are gathered the same way.

use crate::abi::{AbiDesc, StepKind, assign};
use crate::arch::Arch;
use crate::held::Node;
use crate::kind::Kind;
use crate::plan::Plan;
pub use crate::raw::{CallSizes, UsedRegs};
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
    /// 8-byte words of stack arguments and results; too many for any buffer if the frame is larger than allowed.
    frame_words: usize,
    /// The same, but too many also if there are pointers: what a call needs that is made without ceremony.
    quick_words: usize,
    sizes: CallSizes,
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

    /// A signature of a function with another budget of registers, as ABI0 has. Panics if the machine has fewer, or if
    /// all values together are larger than the address space.
    pub fn with_budget(
        params: Vec<Type>,
        results: Vec<Type>,
        variadic: bool,
        budget: crate::RegBudget,
    ) -> FuncType {
        let most = Arch::host().abi_internal();
        assert!(budget.ints <= most.ints && budget.floats <= most.floats, "more registers than there are");
        let total =
            params.iter().chain(&results).try_fold(0u64, |n, t| n.checked_add(t.size())?.checked_add(16));
        assert!(total.is_some_and(|n| n <= isize::MAX as u64), "function type too large");
        fn views(types: &[Type]) -> Vec<View<'_>> {
            types.iter().map(Type::view).collect()
        }
        let desc = assign(&views(&params), &views(&results), None, budget);
        let (mut arguments, mut returns) = (Plan::default(), Plan::default());
        params.iter().enumerate().for_each(|(i, t)| arguments.add(t, desc.param(i), false));
        results.iter().enumerate().for_each(|(i, t)| returns.add(t, desc.result(i), true));
        let fits = desc.args_size <= MAX_FRAME;
        let frame_words = if fits { (desc.args_size as usize).div_ceil(8) } else { usize::MAX };
        let pointers = desc.in_reg_ptrs | desc.out_reg_ptrs != 0 || !desc.stack_ptrs.is_empty();
        let ((ints, floats), (result_ints, result_floats)) = (arguments.registers(), returns.registers());
        let used = UsedRegs { ints, floats, result_ints, result_floats };
        let sizes = CallSizes::new(desc.args_size as u32, desc.ret_offset as u32, used);
        FuncType(Arc::new(Signature {
            params,
            results,
            variadic,
            desc,
            arguments,
            returns,
            frame_words,
            quick_words: if pointers { usize::MAX } else { frame_words },
            sizes,
        }))
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

/// What a Go runtime offers to Rust callers.
///
/// # Safety
/// `reflectcall` calls as Go's would; `rust_func_stub` is the code address that [`make_func`] closures need.
pub unsafe trait Runtime {
    /// Makes the call on a goroutine's stack and returns when it has returned or panicked.
    ///
    /// # Safety
    /// `func` is the address of a closure; `buffer` (see [`crate::raw`]) holds arguments as its code expects them, has
    /// room for its results, and is initialised.
    unsafe fn reflectcall(
        &self,
        func: *const c_void,
        buffer: *mut u8,
        sizes: &CallSizes,
    ) -> Result<(), Panic>;

    /// The address of `oxigo_rustfunc_stub`.
    fn rust_func_stub(&self) -> usize;
}

/// A runtime without Go: it calls the func values that [`make_func`] has made with it, and no others. For examples, tests
/// and checkers.
#[derive(Debug, Clone, Copy)]
pub struct Loopback;

/// The code of Loopback's closures. It never runs there; should another runtime be given one, the program ends, on
/// whatever stack it is.
extern "C" fn loopback_code() -> ! {
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    // SAFETY: ends the program.
    unsafe {
        core::arch::asm!("ud2", options(noreturn))
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "x86")))]
    loop {
        core::hint::spin_loop();
    }
}

/// One address: a function may have several.
static LOOPBACK_CODE: extern "C" fn() -> ! = loopback_code;

// SAFETY: a closure of another runtime is refused; our own get what the stub would hand over.
unsafe impl Runtime for Loopback {
    unsafe fn reflectcall(&self, func: *const c_void, buffer: *mut u8, _: &CallSizes) -> Result<(), Panic> {
        // SAFETY: a closure begins with a code word; with this one it is ours.
        unsafe {
            if func.cast::<Word>().read() != code_word(self.rust_func_stub()) {
                return Err(Panic { message: "not a function of this runtime".into() });
            }
            let mut valid = 0u8;
            let mut area = StubArea {
                ctxt: Wide::new(func),
                frame: Wide::new(buffer.add(crate::raw::BUFFER_STACK)),
                ret_valid: Wide::new(&mut valid),
                regs: Wide::new(buffer),
            };
            let area = &raw mut area;
            rust_func_hook(area, || area);
        }
        Ok(())
    }
    fn rust_func_stub(&self) -> usize {
        LOOPBACK_CODE as *const () as usize
    }
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
#[repr(C)]
pub struct CallBuffer<const WORDS: usize> {
    regs: [u64; MAX_REG_ARGS_WORDS],
    // Right behind the registers: the plans count both from one address.
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
///
/// ```
/// use oxigo_reflect::func::{CallError, FuncType, Loopback, make_func};
/// use oxigo_reflect::{types::Type, value::Value};
/// let typ = FuncType::new([Type::int(), Type::int()], [Type::int()]);
/// let add = make_func(&Loopback, typ, |args| {
///     let sum = args.iter().filter_map(Value::as_int).sum::<i64>();
///     vec![Value::int(sum as isize)]
/// });
/// let (a, b) = (Value::int(3), Value::int(4));
/// assert_eq!(add.call(&Loopback, &[&a, &b]).unwrap()[0].as_int(), Some(7));
/// assert_eq!(add.call(&Loopback, &[&a]).unwrap_err(), CallError::ArgumentCount { want: 2, got: 1 });
/// ```
#[derive(Clone, Debug)]
pub struct Func {
    typ: FuncType,
    closure: *const c_void,
    /// Keeps a closure of Go's alive.
    _held: Option<Arc<Value>>,
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
        Func { typ, closure, _held: None }
    }

    /// The function in a value of a func type, as a call may return; None for other types. A nil function is one whose
    /// calls fail.
    pub fn from_value(v: Value) -> Option<Func> {
        let typ = v.typ().signature().filter(|_| v.typ().kind() == Kind::Func)?;
        // SAFETY: a func value is a pointer wide.
        let closure = unsafe { v.data().cast::<Wide<usize>>().read() }.get();
        let closure = core::ptr::with_exposed_provenance(closure);
        Some(Func { typ, closure, _held: Some(Arc::new(v)) })
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
        unsafe {
            Value::from_bytes(
                &Type::func(&self.typ),
                &(self.closure.expose_provenance() as Word).to_ne_bytes(),
            )
        }
    }

    /// Calls the function.
    pub fn call(&self, rt: &impl Runtime, args: &[&Value]) -> Result<Vec<Value>, CallError> {
        self.check_args(args)?;
        let mut results: Vec<Value> = self.typ.results().iter().map(Value::zero).collect();
        let words = self.typ.0.frame_words;
        let mut buffer = vec![0u64; MAX_REG_ARGS_WORDS + words];
        self.call_checked(rt, args, &mut results, buffer.as_mut_ptr().cast(), words)?;
        Ok(results)
    }

    /// Calls the function without allocating: `results` are values of the result types, which are overwritten.
    ///
    /// ```
    /// # use oxigo_reflect::func::{CallBuffer, FuncType, Loopback, make_func};
    /// # use oxigo_reflect::{types::Type, value::Value};
    /// # let typ = FuncType::new([Type::float64()], [Type::float64()]);
    /// # let half = make_func(&Loopback, typ, |a| vec![Value::float64(a[0].as_float().unwrap() / 2.0)]);
    /// let mut results = [Value::float64(0.0)];
    /// let mut buffer = CallBuffer::<0>::new(); // nothing on the stack
    /// half.call_into(&Loopback, &[&Value::float64(5.0)], &mut results, &mut buffer)?;
    /// assert_eq!(results[0].as_float(), Some(2.5));
    /// # Ok::<(), oxigo_reflect::func::CallError>(())
    /// ```
    #[inline]
    pub fn call_into<const WORDS: usize>(
        &self,
        rt: &impl Runtime,
        args: &[&Value],
        results: &mut [Value],
        buffer: &mut CallBuffer<WORDS>,
    ) -> Result<(), CallError> {
        let s = &*self.typ.0;
        let buffer = (&raw mut *buffer).cast::<u8>();
        // The very same descriptors in the right number, and no pointers: nothing more to ask.
        if !self.closure.is_null()
            && s.quick_words <= WORDS
            && args.len() == s.arguments.len()
            && s.returns.same(results)
            // SAFETY: as many values as there are parameters, accepted only if the types are the plan's; a CallBuffer is
            // the registers and then the frame.
            && unsafe { s.arguments.scatter::<true>(args, buffer) }
        {
            // SAFETY: the arguments are in the buffer, and the results have the right types.
            return unsafe { self.go(rt, results, buffer) }.map_err(CallError::Panic);
        }
        self.call_checked(rt, args, results, buffer, WORDS)
    }

    /// With pointers, with types that agree by structure only, or with something wrong.
    #[inline(never)]
    fn call_checked(
        &self,
        rt: &impl Runtime,
        args: &[&Value],
        results: &mut [Value],
        buffer: *mut u8,
        words: usize,
    ) -> Result<(), CallError> {
        self.check(args, results)?;
        let s = &*self.typ.0;
        if s.frame_words > words {
            return Err(CallError::FrameTooLarge);
        }
        // What an earlier call left in the buffer does no harm: the collector looks at it conservatively, and only
        // while a call with pointers is on its way.
        let mut node = Node::new();
        let pointers = s.quick_words != s.frame_words;
        if pointers {
            let words = (MAX_REG_ARGS_WORDS + s.frame_words) * (8 / size_of::<usize>());
            // SAFETY: node and buffer stay in place until it leaves the list below.
            unsafe { Node::enter(&mut node, buffer.cast(), words) };
        }
        // SAFETY: types and sizes are checked.
        let called = unsafe {
            s.arguments.scatter::<false>(args, buffer);
            self.go(rt, results, buffer)
        };
        if pointers {
            // SAFETY: entered above.
            unsafe { Node::leave(&mut node) };
        }
        called.map_err(CallError::Panic)
    }

    #[cold]
    fn check_args(&self, args: &[&Value]) -> Result<(), CallError> {
        if self.closure.is_null() {
            return Err(CallError::NilFunc);
        }
        if self.typ.0.frame_words == usize::MAX {
            return Err(CallError::FrameTooLarge);
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
        Ok(())
    }

    #[cold]
    fn check(&self, args: &[&Value], results: &[Value]) -> Result<(), CallError> {
        self.check_args(args)?;
        let types = self.typ.results();
        if types.len() != results.len() {
            return Err(CallError::ResultType { index: types.len().min(results.len()) });
        }
        for (index, (t, v)) in types.iter().zip(results).enumerate() {
            if !t.same(v.typ()) {
                return Err(CallError::ResultType { index });
            }
        }
        Ok(())
    }

    /// The call, with the arguments in the buffer.
    ///
    /// # Safety
    /// Arguments and results have the types of the signature; `buffer` has MAX_REG_ARGS_WORDS initialised words of 8
    /// bytes and then the signature's `frame_words`.
    #[inline(always)]
    unsafe fn go(&self, rt: &impl Runtime, results: &mut [Value], buffer: *mut u8) -> Result<(), Panic> {
        let s = &*self.typ.0;
        // SAFETY: the caller's promise. ReturnIsPtr stays zero: pointers are taken from Ints, which the collector sees
        // as well.
        unsafe {
            rt.reflectcall(self.closure, buffer, &s.sizes)?;
            s.returns.gather(results, buffer);
        }
        Ok(())
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
    Func { typ, closure: (&raw const *c).cast(), _held: None }
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
/// `area` comes from the stub; `now` gives its address after the closure has run, which may have called Go functions
/// that made the goroutine's stack move.
pub unsafe fn rust_func_hook(area: *mut StubArea, now: impl FnOnce() -> *mut StubArea) {
    // SAFETY: as the caller promises; the stub's closure is ours.
    unsafe {
        let a = &*area;
        let c = &*a.ctxt.get().cast::<RustClosure>();
        let d = c.typ.abi();
        let arch = Arch::host();
        let size = arch.reg_args().size as usize;
        let frame = core::slice::from_raw_parts(a.frame.get(), d.args_size as usize);
        let image = RegArgs::new(core::slice::from_raw_parts_mut(a.regs.get(), size), arch);
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
        let a = &*now();
        let frame = core::slice::from_raw_parts_mut(a.frame.get(), d.args_size as usize);
        let mut image = RegArgs::new(core::slice::from_raw_parts_mut(a.regs.get(), size), arch);
        image.clear();
        for (i, v) in results.iter().enumerate() {
            scatter(d.result(i), v.bytes(), &mut image, frame);
        }
        *a.ret_valid.get() = 1;
    }
}
