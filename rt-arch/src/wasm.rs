//! The assembly's face on wasm. Addresses of functions are indices in the table of functions; pcs are [`pc`]s.
//!
//! Rust's frames cannot be thrown away here. So [`rt_gogo`] and [`rt_on_g0_return`] return: the hook, or the function
//! given to [`rt_on_g0`], that has called one returns too, and then it happens.

use core::ffi::c_void;
use reflect::word::Wide;

/// The pc of resume point `point` of the function at `index` of the table. Point 0 is the entry: the code word of
/// closures.
pub const fn pc(index: usize, point: u16) -> u64 {
    (index as u64) << 16 | point as u64
}

/// A function of Go's convention: enters at a point, returns whether the stack unwinds.
pub type Code = unsafe extern "C" fn(point: u32) -> u32;

/// What `rt_reflectcallmove` gets: copy `size` bytes of stack results from `src` (a frame) to `dst` with write
/// barriers as `typ` asks (null: none). There are no registers.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct ReflectCallMove {
    /// Type of the whole argument frame, or null.
    pub typ: Wide<*const c_void>,
    /// Where the results go.
    pub dst: Wide<*mut u8>,
    /// Where the callee left them.
    pub src: Wide<*const u8>,
    /// Bytes to copy.
    pub size: Wide<usize>,
    /// The RegArgs, of no bytes.
    pub regs: Wide<*mut u8>,
}

unsafe extern "C" {
    /// Goroutine `g` is next, at its `sched`. On g0 only.
    pub fn rt_gogo(g: *mut c_void);
    /// [`rt_on_g0`] for a thread that is never done.
    pub fn rt_mstart(g0: *mut c_void, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) -> !;
    /// Runs `f(arg)` on g0, then the goroutines that [`rt_gogo`] names, until [`rt_on_g0_return`] is called instead.
    pub fn rt_on_g0(g0: *mut c_void, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void);
    /// Ends the innermost [`rt_on_g0`].
    pub fn rt_on_g0_return(g0: *mut c_void);
    /// The instance's g.
    pub fn rt_getg() -> *mut c_void;
    /// Sets the instance's g.
    pub fn rt_setg(g: *mut c_void);
    /// Start of a new goroutine: `sched = {stack top, pc(rt_gostart, 0), closure}`.
    pub fn rt_gostart(point: u32) -> u32;
    /// Where a goroutine goes on that waited in morestack. Only its address is used from Rust.
    pub fn rt_morestack_resume(point: u32) -> u32;
    /// The code of func values made of Rust closures. Only its address is used from Rust.
    pub fn oxigo_rustfunc_stub(point: u32) -> u32;
}
