//! What must be assembly, per architecture, and its Rust face.
//!
//! Each folder `ARCH/` holds the same files:
//! - `switch.S`: goroutine stacks and the thread's stack; how compiled code calls Rust hooks
//! - `morestack.S`: growing stacks, polls
//! - `spill.S`, `call.S`, `makefunc.S`: argument registers in memory, calls and func values made by reflection
//! - `barrier.S`: the write barrier, as the collector wants it while it marks
//! - `mem.S`, `cmem.S`: memory routines with Go's ABI and with C's (feature `mem`)
//! - `signal.S`: threads, signals, system calls; `entry.S`: the process entry (feature `start`)
//! - `misc.S`: the machine's small functions of Go packages
//!
//! wasm has the same functions with its own convention (`wasm/isa.h`): pcs are table indices and resume points ([`pc`]),
//! and what never returns elsewhere takes a note and returns, to be obeyed when its caller has returned too.
//!
//! `include/layout.h` says what assembly knows of the runtime's records; the build script prints the offsets of those that Go code has
//! too from reflect's table of records, spill sequences and the reflectcall family from its table of architectures.
//!
//! The runtime defines, with the C ABI, what the assembly calls: see [`hooks`].
#![no_std]
#![deny(missing_docs)]

#[cfg(not(target_arch = "wasm32"))]
use core::ffi::c_void;

/// Constants of `include/layout.h` and the headers it includes for this target, made by bindgen: offsets in `g` and `m`, stack guard
/// sizes.
#[allow(missing_docs, reason = "layout.h says what each is")]
pub mod layout {
    include!(concat!(env!("OUT_DIR"), "/layout.rs"));
}

#[cfg(target_arch = "wasm32")]
mod wasm;
pub use reflect::image::AsmFunc;
#[cfg(target_arch = "wasm32")]
pub use wasm::*;

/// The C function of a hook: it gets the address of the stub's argument area.
pub type Hook = unsafe extern "C" fn(area: *mut u8);

/// What the runtime must define (`#[no_mangle] extern "C"`), by name and signature.
///
/// | function | called |
/// |---|---|
/// | `oxigo_rt_start(argc: isize, argv: *const *const u8) -> !` | by `_start`, on the initial stack |
/// | `rt_newstack(g: *mut G) -> !` | by morestack, on g0; must store `g.more.entry` and `rt_gogo(g)` |
/// | `rt_morestack_bad(pc: usize) -> !` | morestack on g0 or the signal stack |
/// | `rt_poll(area: *mut u8)` | a parking hook: a loop noticed the guard |
/// | `rt_goexit1(area: *mut u8)` | a parking hook: a goroutine's function has returned |
/// | `rt_reflectcallmove(block: *mut ReflectCallMove)` | a leaf hook: results of a reflectcall |
/// | `rt_gc_write_barrier(area: *mut u8)` | a leaf hook: {cache, address, size}, see `gcWriteBarrier` |
/// | `rt_badreflectcall(area: *mut u8)` | a hook: a frame over 1 GiB |
/// | `rt_rustfunc(area: *mut u8)` | a leaf hook: a Rust closure called as a Go func (pass on to `reflect::func::rust_func_hook`; may be left undefined) |
/// | `rt_sighandler(sig: i32, info: *mut u8, ctx: *mut u8, g: *mut G)` | on the signal stack |
pub mod hooks {}

/// What `rt_reflectcallmove` gets: copy `size` bytes of stack results from `src` (a frame) to `dst` with write
/// barriers as `typ` asks (null: none), then `Ptrs[i] = Ints[i]` for each bit in ReturnIsPtr of `regs`.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct ReflectCallMove {
    /// Type of the whole argument frame, or null.
    pub typ: *const c_void,
    /// Where the results go.
    pub dst: *mut u8,
    /// Where the callee left them.
    pub src: *const u8,
    /// Bytes to copy.
    pub size: usize,
    /// The RegArgs.
    pub regs: *mut u8,
}

#[cfg(not(target_arch = "wasm32"))]
unsafe extern "C" {
    /// Continues goroutine `g` at its `sched`. On g0 only.
    pub fn rt_gogo(g: *mut c_void) -> !;
    /// Makes the current stack that of `g0` and runs `f(arg)`, which must not return.
    pub fn rt_mstart(g0: *mut c_void, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) -> !;
    /// As [`rt_mstart`], but returns when `f` does or when [`rt_on_g0_return`] is called.
    pub fn rt_on_g0(g0: *mut c_void, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void);
    /// Ends the [`rt_on_g0`] of `g0` from anywhere below it.
    pub fn rt_on_g0_return(g0: *mut c_void) -> !;
    /// The thread-local g.
    pub fn rt_getg() -> *mut c_void;
    /// Sets the thread-local g.
    pub fn rt_setg(g: *mut c_void);
    /// Start of a new goroutine: `sched = {stack top, rt_gostart, closure}`. Only its address is used from Rust.
    pub fn rt_gostart();
    /// Where a goroutine goes on that waited in morestack. Only its address is used from Rust.
    pub fn rt_morestack_resume();
    /// Only its address is used from Rust.
    pub fn rt_hookcall();
    /// The kernel's entry to signal handling. Only its address is used from Rust.
    pub fn rt_sigtramp();
    /// The return from a signal handler. Only its address is used from Rust.
    pub fn rt_sigreturn();
    /// A raw system call: the result, or -errno.
    pub fn rt_syscall6(n: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, a6: usize) -> isize;
    /// The code of func values made of Rust closures. Only its address is used from Rust.
    pub fn oxigo_rustfunc_stub();
    /// Starts a thread: tid, or -errno.
    pub fn rt_clone(
        flags: usize,
        stack_top: *mut u8,
        parent_tid: *mut u32,
        child_tid: *mut u32,
        tls: *mut u8,
        f: unsafe extern "C" fn(*mut c_void),
        arg: *mut c_void,
    ) -> isize;
    /// Unmaps the thread's stack (if `size` is not 0) and ends the thread.
    pub fn rt_exit_thread(stack: *mut u8, size: usize) -> !;
    /// Sets the thread pointer: 0, or -errno.
    pub fn rt_set_tls(base: *mut u8) -> isize;
}

unsafe extern "C" {
    #[link_name = "__start_oxigo_asmfuncs"]
    static ASM_FUNCS_START: [AsmFunc; 0];
    #[link_name = "__stop_oxigo_asmfuncs"]
    static ASM_FUNCS_END: [AsmFunc; 0];
}

/// Calls a Go function from the thread's own stack on that of goroutine `g`, and returns when it does: true, or false
/// if the goroutine was sent on to [`rt_gocall_caught`].
///
/// `g.sched` says where the goroutine waits meanwhile, in a hook or in [`rt_goidle`]; the callee may grow the stack, call
/// hooks and park, as long as `g` comes back to this thread.
///
/// # Safety
/// `g` is the thread's goroutine and stands still; the thread-local g is its thread's g0; closure, buffer and sizes are
/// those of a call that the callee expects (`reflect::func::Runtime::reflectcall`).
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub unsafe fn gocall(
    g: *mut c_void,
    func: *const c_void,
    buffer: *mut u8,
    sizes: *const reflect::raw::CallSizes,
) -> bool {
    let failed: u32;
    // SAFETY: the caller's promise. Compiled code keeps no register; rt_gocall keeps BX and BP, which Rust wants kept.
    unsafe {
        core::arch::asm!(
            "call rt_gocall",
            inout("r14") g => _,
            inout("rdx") func => _,
            inout("r12") buffer => _,
            inout("r13") sizes => _,
            lateout("eax") failed,
            out("r15") _,
            clobber_abi("C"),
        );
    }
    failed == 0
}

#[cfg(target_arch = "x86_64")]
unsafe extern "C" {
    /// Where a goroutine waits that exists only to be called from outside: `sched = {stack top, rt_goidle}`. Only its
    /// address is used from Rust.
    pub fn rt_goidle();
    /// Where a goroutine goes on whose callee has panicked, with SP at the top word of `rt_gocall`'s frame. Only its
    /// address is used from Rust.
    pub fn rt_gocall_caught();
}

/// The table of the functions written in assembly, in no particular order.
pub fn asm_funcs() -> &'static [AsmFunc] {
    // SAFETY: the linker bounds the section, which holds rows only, written by the END macro of asm.h.
    unsafe {
        let start = (&raw const ASM_FUNCS_START).cast::<AsmFunc>();
        let end = (&raw const ASM_FUNCS_END).cast::<AsmFunc>();
        core::slice::from_raw_parts(start, end.offset_from_unsigned(start))
    }
}

// What assembly reads in layout.h and in the printed regs.h is what Rust has.
const _: () = {
    use core::mem::offset_of;
    use layout::*;
    use reflect::image::FuncFlags as F;
    const fn is(c: usize, f: F) -> bool {
        c == f.bits() as usize
    }
    assert!(is(FL_WRAPPER, F::WRAPPER) && is(FL_NOSPLIT, F::NOSPLIT) && is(FL_TOPFRAME, F::TOPFRAME));
    assert!(is(FL_ASM, F::ASM) && is(FL_SPWRITE, F::SPWRITE) && is(FL_MORESTACK, F::MORESTACK));
    assert!(is(FL_SYSTEMSTACK, F::SYSTEMSTACK) && is(FL_SAVES_REGS, F::SAVES_REGS));
    assert!(is(FL_REFLECT_STUB, F::REFLECT_STUB) && is(FL_HOST_CALL, F::HOST_CALL));

    use reflect::image;
    assert!(STACK_SMALL == image::STACK_SMALL as usize);

    type Rcm = ReflectCallMove;
    assert!(offset_of!(Rcm, typ) == RCM_TYPE && offset_of!(Rcm, dst) == RCM_DST);
    assert!(offset_of!(Rcm, src) == RCM_SRC && offset_of!(Rcm, size) == RCM_SIZE);
    assert!(offset_of!(Rcm, regs) == RCM_REGS && size_of::<Rcm>() == RCM_END);

    let regs = reflect::arch::HOST_REG_ARGS;
    assert!(WORD == size_of::<reflect::word::Word>() && NUM_INT_ARGS == reflect::arch::HOST_INT_ARGS);
    assert!(REGS_SIZE == regs.ptrs as usize && REGARGS_PTRS == regs.ptrs as usize);
    assert!(REGARGS_RETURN_IS_PTR == regs.return_is_ptr as usize && REGARGS_SIZE == regs.size as usize);

    use reflect::raw::CallSizes as C;
    assert!(offset_of!(C, args_size) == CS_ARGS && offset_of!(C, ret_offset) == CS_RET);
    assert!(offset_of!(C, frame_size) == CS_FRAME && offset_of!(C, used) == CS_USED);
    assert!(offset_of!(C, extra) == CS_EXTRA && reflect::raw::BUFFER_STACK == BUFFER_STACK);
    use reflect::raw::extra as X;
    assert!(X::ARGS as usize == EXTRA_ARGS && X::FLOAT_ARGS as usize == EXTRA_FLOAT_ARGS);
    assert!(X::RESULTS as usize == EXTRA_RESULTS && X::FLOAT_RESULTS as usize == EXTRA_FLOAT_RESULTS);
};
