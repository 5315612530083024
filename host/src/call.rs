//! An exported Go function, and how it is called.
//!
//! Where every argument and result is a number that one register holds, a call writes these registers' words, and that is all
//! (the *quick* way): the compiler of Rust knows which words they are, and the ABI's own algorithm is asked once whether that is
//! so. Other calls copy value by value, as the ABI's steps say; what they copy is shown to the collector meanwhile.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::{addr_of, addr_of_mut};
use std::sync::OnceLock;

use reflect::abi::{AbiStep, StepKind};
use reflect::arch::{Arch, Float32InReg};
use reflect::func::{CallError, CallSizes, Func, FuncType, Runtime, UsedRegs};
use reflect::held::Node;
use reflect::raw::BUFFER_STACK;
use reflect::regs::{MAX_REG_ARGS_WORDS, RegArgs};
use reflect::types::Type;
use rt_core::host::Host;

use crate::GoError;
use crate::mirror::{FromGo, Place, ToGo};

/// An exported function of the Go program.
#[derive(Debug)]
pub struct Export {
    name: &'static str,
    target: OnceLock<Target>,
}

/// Calls an exported function: its name, the arguments and the types of the results, both as tuples. Gives a `Result` of the
/// results.
///
/// ```ignore
/// let (sum,) = oxigo_host::call!("Add", (3isize, 4isize) => (isize,))?;
/// ```
///
/// # Panics
/// If the program has no such function, or with other types: bindings and program are of different builds.
#[macro_export]
macro_rules! call {
    ($name:literal, $args:expr => $results:ty) => {{
        static EXPORT: $crate::call::Export = $crate::call::Export::new($name);
        let args = $args;
        // SAFETY: no other call uses it, and this one has the same types each time.
        let results: ::core::result::Result<$results, $crate::GoError> = unsafe { EXPORT.call(&args) };
        results
    }};
}

impl Export {
    /// The function `name`, which is looked for when it is first called.
    pub const fn new(name: &'static str) -> Self {
        Export { name, target: OnceLock::new() }
    }

    /// Calls the function.
    ///
    /// # Safety
    /// All calls have the same types, but for lifetimes and for types with the same `Raw`.
    ///
    /// # Panics
    /// As documented for [`call!`](crate::call!).
    #[inline]
    pub unsafe fn call<A: Args, R: Results>(&self, args: &A) -> Result<R, GoError> {
        let target = match self.target.get() {
            Some(target) => target,
            None => self.find::<A, R>(),
        };
        // SAFETY: found with these types.
        unsafe { target.call(args) }
    }

    #[cold]
    fn find<A: Args, R: Results>(&self) -> &Target {
        self.target.get_or_init(|| {
            let name = self.name;
            let func = Host::start().func(name).unwrap_or_else(|| panic!("the Go program has no {name}"));
            Target::new::<A, R>(&func).unwrap_or_else(|| {
                panic!("the bindings are of another Go program: there {name} is a {}", func.typ())
            })
        })
    }
}

/// A function, looked at.
#[derive(Debug)]
pub(crate) struct Target {
    host: Host,
    closure: *const c_void,
    typ: FuncType,
    sizes: CallSizes,
    /// Whether the quick way's registers are those of the ABI.
    quick: bool,
    /// Where the image has float registers.
    floats: usize,
}

// SAFETY: func values are shared freely between threads.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

impl Target {
    /// None if the function has other types.
    pub(crate) fn new<A: Args, R: Results>(func: &Func) -> Option<Target> {
        let typ = func.typ();
        if !A::fit(typ.params()) || !R::fit(typ.results()) {
            return None;
        }
        let (arch, abi) = (Arch::host(), typ.abi());
        let params: Vec<&[AbiStep]> = (0..typ.params().len()).map(|i| abi.param(i)).collect();
        let results: Vec<&[AbiStep]> = (0..typ.results().len()).map(|i| abi.result(i)).collect();
        let ((ints, floats), (result_ints, result_floats)) = (used(&params), used(&results));
        let sizes = CallSizes::new(
            abi.args_size as u32,
            abi.ret_offset as u32,
            UsedRegs { ints, floats, result_ints, result_floats },
        );
        let words = arch.ptr_size == 8 && !arch.big_endian && arch.float32 == Float32InReg::Low;
        Some(Target {
            host: Host::start(),
            closure: func.as_ptr(),
            typ: typ.clone(),
            sizes,
            quick: words && in_order(A::PLACES, &params) && in_order(R::PLACES, &results),
            floats: arch.reg_args().floats as usize,
        })
    }

    /// Calls the function.
    ///
    /// # Safety
    /// `A` and `R` are those that the target was made with.
    #[inline]
    pub(crate) unsafe fn call<A: Args, R: Results>(&self, args: &A) -> Result<R, GoError> {
        if !const { all_numbers(A::PLACES) && all_numbers(R::PLACES) } || !self.quick {
            // Arguments and results that hold pointers: nothing is collected between the moment they are allocated or returned and that
            // in which they are where the collector sees them.
            return if const { A::POINTERS || R::POINTERS } {
                // SAFETY: the caller's promise.
                self.host.hold(|| unsafe { self.call_by_steps(args) })
            } else {
                // SAFETY: the caller's promise.
                unsafe { self.call_by_steps(args) }
            };
        }
        let mut regs = MaybeUninit::<[u64; MAX_REG_ARGS_WORDS]>::uninit();
        let at = regs.as_mut_ptr().cast::<u64>();
        // SAFETY: the registers are those of the ABI; the call's assembly moves words, whatever is in those that are no arguments.
        unsafe {
            let floats = at.byte_add(self.floats);
            args.put(at, floats);
            match self.host.reflectcall(self.closure, at.cast(), &self.sizes) {
                Ok(()) => Ok(R::take(at, floats)),
                Err(p) => Err(GoError::Panic(p.message)),
            }
        }
    }

    /// # Safety
    /// As for `call`; the thread is in `Host::hold` if there are pointers.
    #[inline(never)]
    unsafe fn call_by_steps<A: Args, R: Results>(&self, args: &A) -> Result<R, GoError> {
        let words = MAX_REG_ARGS_WORDS + (self.sizes.args_size as usize).div_ceil(8);
        if self.closure.is_null() {
            return Err(GoError::Call(CallError::NilFunc));
        }
        // Zero: the collector may see it before anything is there.
        let mut values = Shown::<A::Raws, R::Raws>::new(words);
        // SAFETY: types fit, and so do sizes; values and buffer are shown to the collector until the results are copied.
        unsafe {
            let (raws, results, buffer) = values.parts();
            args.write(raws, self.typ.params())?;
            let mut moves = Moves { buffer, store: true };
            A::each(raws, &mut |i, value| moves.run(self.typ.abi().param(i), value));
            self.host
                .reflectcall(self.closure, buffer, &self.sizes)
                .map_err(|p| GoError::Panic(p.message))?;
            moves.store = false;
            R::each(results, &mut |i, value| moves.run(self.typ.abi().result(i), value));
            R::read(results, self.typ.results())
        }
    }
}

/// How many integer and float registers the steps name, counted from the first.
fn used(values: &[&[AbiStep]]) -> (u8, u8) {
    let last = |float: bool| {
        let of_kind = |s: &&AbiStep| if float { s.kind == StepKind::FloatReg } else { s.is_int() };
        values.iter().flat_map(|v| v.iter()).filter(of_kind).map(|s| s.reg + 1).max().unwrap_or(0)
    };
    (last(false), last(true))
}

/// Whether values are in the registers of their kinds, one after the other.
fn in_order(places: &[Place], values: &[&[AbiStep]]) -> bool {
    let (mut ints, mut floats) = (0, 0);
    places.len() == values.len()
        && places.iter().zip(values).all(|(place, steps)| {
            let [step] = steps else { return false };
            let next = match place {
                Place::Int if step.is_int() => &mut ints,
                Place::Float if step.kind == StepKind::FloatReg => &mut floats,
                _ => return false,
            };
            *next += 1;
            step.reg + 1 == *next
        })
}

const fn all_numbers(places: &[Place]) -> bool {
    let mut i = 0;
    while i < places.len() {
        if matches!(places[i], Place::Other) {
            return false;
        }
        i += 1;
    }
    true
}

/// Moves between values and a call's buffer.
struct Moves {
    buffer: *mut u8,
    /// To the buffer; from it otherwise.
    store: bool,
}

impl Moves {
    /// # Safety
    /// The steps are those of the value, and the buffer is that of the call.
    unsafe fn run(&mut self, steps: &[AbiStep], value: *mut u8) {
        let arch = Arch::host();
        for s in steps {
            // SAFETY: each part is within the value, and its place within the buffer.
            unsafe {
                let part = value.add(s.offset as usize);
                if s.kind == StepKind::Stack {
                    let at = self.buffer.add(BUFFER_STACK + s.stack_offset as usize);
                    let (from, to) = if self.store { (part, at) } else { (at, part) };
                    to.copy_from_nonoverlapping(from, s.size as usize);
                    continue;
                }
                let image = std::slice::from_raw_parts_mut(self.buffer, arch.reg_args().size as usize);
                let mut image = RegArgs::new(image, arch);
                let part = std::slice::from_raw_parts_mut(part, s.size as usize);
                if self.store { image.store(s, part) } else { image.load(s, part, false) }
            }
        }
    }
}

/// Arguments, results and a buffer in zeroed memory that the collector looks at.
pub(crate) struct Shown<A, R> {
    node: Box<Node>,
    words: Vec<u64>,
    types: PhantomData<(A, R)>,
}

impl<A, R> Shown<A, R> {
    const ARGS: usize = size_of::<A>().div_ceil(8);
    const RESULTS: usize = size_of::<R>().div_ceil(8);

    /// With a buffer of so many words.
    pub(crate) fn new(buffer: usize) -> Self {
        const { assert!(align_of::<A>() <= 8 && align_of::<R>() <= 8) };
        let mut words = vec![0u64; Self::ARGS + Self::RESULTS + buffer];
        let mut node = Box::new(Node::new());
        let shown = words.len() * (8 / size_of::<usize>());
        // SAFETY: both are on the heap and stay there until `drop` takes the node out.
        unsafe { Node::enter(&mut *node, words.as_mut_ptr().cast(), shown) };
        Shown { node, words, types: PhantomData }
    }

    /// Arguments, results, buffer.
    pub(crate) fn parts(&mut self) -> (*mut A, *mut R, *mut u8) {
        let at = self.words.as_mut_ptr();
        // SAFETY: there are that many words.
        unsafe { (at.cast(), at.add(Self::ARGS).cast(), at.add(Self::ARGS + Self::RESULTS).cast()) }
    }
}

impl<A, R> Drop for Shown<A, R> {
    fn drop(&mut self) {
        // SAFETY: `new` has entered it.
        unsafe { Node::leave(&mut *self.node) };
    }
}

/// Arguments of a call: tuples of types that Go takes.
///
/// # Safety
/// Each method treats element after element of the tuple.
pub unsafe trait Args {
    /// The values as Go has them.
    type Raws;
    /// Whether one may hold pointers.
    const POINTERS: bool;
    /// Where each is passed.
    const PLACES: &'static [Place];
    /// Whether they are what a function with these parameters takes.
    fn fit(types: &[Type]) -> bool;
    /// Writes them to the registers' words.
    ///
    /// # Safety
    /// The places are all numbers; there is a word for each.
    unsafe fn put(&self, ints: *mut u64, floats: *mut u64);
    /// Writes them as Go has them.
    ///
    /// # Safety
    /// As for [`ToGo::to_go`].
    unsafe fn write(&self, to: *mut Self::Raws, types: &[Type]) -> Result<(), GoError>;
    /// Shows the address of each.
    ///
    /// # Safety
    /// There is memory for all.
    unsafe fn each(raws: *mut Self::Raws, f: &mut dyn FnMut(usize, *mut u8));
}

/// Results of a call: tuples of types that Go values become.
///
/// # Safety
/// Each method treats element after element of the tuple.
pub unsafe trait Results: Sized {
    /// The values as Go has them.
    type Raws;
    /// Whether one may hold pointers.
    const POINTERS: bool;
    /// Where each is returned.
    const PLACES: &'static [Place];
    /// Whether they are what a function with these results returns.
    fn fit(types: &[Type]) -> bool;
    /// Reads them from the registers' words.
    ///
    /// # Safety
    /// The places are all numbers, and the words hold what the function returned.
    unsafe fn take(ints: *const u64, floats: *const u64) -> Self;
    /// Copies them.
    ///
    /// # Safety
    /// As for [`FromGo::from_go`].
    unsafe fn read(from: *const Self::Raws, types: &[Type]) -> Result<Self, GoError>;
    /// Shows the address of each.
    ///
    /// # Safety
    /// There is memory for all.
    unsafe fn each(raws: *mut Self::Raws, f: &mut dyn FnMut(usize, *mut u8));
}

/// The next word of a kind.
#[inline(always)]
unsafe fn next(place: Place, ints: &mut *mut u64, floats: &mut *mut u64) -> *mut u64 {
    let of_kind = if place == Place::Float { floats } else { ints };
    // SAFETY: there is a word for each value.
    unsafe {
        let at = *of_kind;
        *of_kind = at.add(1);
        at
    }
}

macro_rules! tuples {
    ($($len:literal: $($t:ident $i:tt),*;)*) => {$(
        #[allow(unused, clippy::unused_unit, reason = "all lengths share one body")]
        // SAFETY: element after element.
        unsafe impl<$($t: ToGo),*> Args for ($($t,)*) {
            type Raws = ($($t::Raw,)*);
            const POINTERS: bool = false $(|| $t::POINTERS)*;
            const PLACES: &'static [Place] = &[$($t::PLACE),*];
            fn fit(types: &[Type]) -> bool {
                types.len() == $len $(&& $t::fits(&types[$i]))*
            }
            #[inline(always)]
            unsafe fn put(&self, mut ints: *mut u64, mut floats: *mut u64) {
                // SAFETY: the caller's promise.
                unsafe { $(next($t::PLACE, &mut ints, &mut floats).write(self.$i.bits());)* }
            }
            unsafe fn write(&self, to: *mut Self::Raws, types: &[Type]) -> Result<(), GoError> {
                // SAFETY: the caller's promise.
                unsafe { $(self.$i.to_go(addr_of_mut!((*to).$i), &types[$i])?;)* }
                Ok(())
            }
            unsafe fn each(raws: *mut Self::Raws, f: &mut dyn FnMut(usize, *mut u8)) {
                // SAFETY: the caller's promise.
                unsafe { $(f($i, addr_of_mut!((*raws).$i).cast());)* }
            }
        }
        #[allow(unused, clippy::unused_unit, reason = "all lengths share one body")]
        // SAFETY: element after element.
        unsafe impl<$($t: FromGo),*> Results for ($($t,)*) {
            type Raws = ($($t::Raw,)*);
            const POINTERS: bool = false $(|| $t::POINTERS)*;
            const PLACES: &'static [Place] = &[$($t::PLACE),*];
            fn fit(types: &[Type]) -> bool {
                types.len() == $len $(&& $t::fits(&types[$i]))*
            }
            #[inline(always)]
            unsafe fn take(ints: *const u64, floats: *const u64) -> Self {
                let (mut ints, mut floats) = (ints.cast_mut(), floats.cast_mut());
                // SAFETY: the caller's promise.
                unsafe { ($($t::from_bits(next($t::PLACE, &mut ints, &mut floats).read()),)*) }
            }
            unsafe fn read(from: *const Self::Raws, types: &[Type]) -> Result<Self, GoError> {
                // SAFETY: the caller's promise.
                unsafe { Ok(($($t::from_go(addr_of!((*from).$i), &types[$i])?,)*)) }
            }
            unsafe fn each(raws: *mut Self::Raws, f: &mut dyn FnMut(usize, *mut u8)) {
                // SAFETY: the caller's promise.
                unsafe { $(f($i, addr_of_mut!((*raws).$i).cast());)* }
            }
        }
    )*};
}

tuples! {
    0: ;
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}
