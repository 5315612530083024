//! What Go's runtime does for values of Rust's (`hostServices` in toolchain/overlay): functions whose arguments and results are
//! words in integer registers.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

use reflect::abi::{AbiStep, StepKind};
use reflect::func::{CallSizes, Func, Runtime, UsedRegs};
use reflect::regs::MAX_REG_ARGS_WORDS;
use reflect::types::Type;
use rt_core::host::Host;

use crate::GoError;

/// A function with so many words of arguments and results.
pub(crate) struct Service<const ARGS: usize, const RESULTS: usize> {
    name: &'static str,
    target: OnceLock<(Host, Func, CallSizes)>,
}

macro_rules! services {
    ($($name:ident $go:literal $args:literal $results:literal;)*) => {
        $(pub(crate) static $name: Service<$args, $results> =
            Service { name: concat!("runtime.host", $go), target: OnceLock::new() };)*
    };
}

services! {
    NEW "New" 2 1;
    BYTES "Bytes" 2 1;
    STORE "Store" 3 0;
    ERROR_TEXT "ErrorText" 2 2;
    ERROR "Error" 2 2;
    MAP_LEN "MapLen" 1 1;
    MAP_GET "MapGet" 4 1;
    MAP_SET "MapSet" 4 0;
    MAP_DELETE "MapDelete" 3 0;
    MAP_ENTRIES "MapEntries" 5 1;
    MAP_MAKE "MapMake" 2 1;
    CHAN_LEN "ChanLen" 1 1;
    CHAN_SEND "ChanSend" 3 1;
    CHAN_RECEIVE "ChanReceive" 3 2;
    CHAN_CLOSE "ChanClose" 1 0;
}

impl<const ARGS: usize, const RESULTS: usize> Service<ARGS, RESULTS> {
    /// Calls it. Addresses are not shown to the collector: what they lead to is Rust's, or the caller shows it. Of a bool, the word's
    /// lowest byte counts.
    pub(crate) fn call(&self, args: [usize; ARGS]) -> Result<[usize; RESULTS], GoError> {
        let (host, func, sizes) = self.target.get_or_init(|| find(self.name, ARGS, RESULTS));
        let mut regs = MaybeUninit::<[u64; MAX_REG_ARGS_WORDS]>::uninit();
        let at = regs.as_mut_ptr().cast::<usize>();
        // SAFETY: the registers are the first integer ones, as `find` has seen; their image begins with a word for each.
        unsafe {
            at.cast::<[usize; ARGS]>().write(args);
            host.reflectcall(func.as_ptr(), at.cast(), sizes).map_err(|p| GoError::Panic(p.message))?;
            Ok(at.cast::<[usize; RESULTS]>().read())
        }
    }
}

#[cold]
fn find(name: &str, args: usize, results: usize) -> (Host, Func, CallSizes) {
    let host = Host::start();
    let func = host.func(name).unwrap_or_else(|| panic!("the Go program has no {name}"));
    let abi = func.typ().abi();
    let params = (0..func.typ().params().len()).flat_map(|i| abi.param(i));
    let returned = (0..func.typ().results().len()).flat_map(|i| abi.result(i));
    let words = |steps: &mut dyn Iterator<Item = &AbiStep>| {
        steps.enumerate().fold(0, |n, (i, s)| {
            assert!(s.kind != StepKind::Stack && s.is_int() && s.reg as usize == i, "{name}: registers");
            n + 1
        })
    };
    assert_eq!((words(&mut params.into_iter()), words(&mut returned.into_iter())), (args, results), "{name}");
    let used = UsedRegs { ints: args as u8, floats: 0, result_ints: results as u8, result_floats: 0 };
    let sizes = CallSizes::new(abi.args_size as u32, abi.ret_offset as u32, used);
    (host, func, sizes)
}

/// The address of a type's descriptor in the Go program.
pub(crate) fn descriptor(typ: &Type) -> usize {
    typ.descriptor().expect("types of exported functions are the program's").as_ptr().expose_provenance()
}

/// A copy of bytes without pointers, in Go's memory.
pub(crate) fn copy(from: *const u8, len: usize) -> Result<*const u8, GoError> {
    if len == 0 {
        return Ok(std::ptr::null());
    }
    let [to] = BYTES.call([from.expose_provenance(), len])?;
    Ok(std::ptr::with_exposed_provenance(to))
}

/// Zero values of a type, in Go's memory.
pub(crate) fn new(typ: &Type, n: usize) -> Result<*mut u8, GoError> {
    if n == 0 {
        return Ok(std::ptr::null_mut());
    }
    let [to] = NEW.call([descriptor(typ), n])?;
    Ok(std::ptr::with_exposed_provenance_mut(to))
}
