//! Go code in a program of Rust: the program links an object that `oxigo build --host-object` wrote, starts the
//! runtime with [`Host::start`], and calls exported functions by name through the crate `reflect`.
//!
//! A thread of the host has a goroutine of its own, which waits in `rt_goidle` while Rust runs. As far as the scheduler
//! knows it is in a system call then: collections and other goroutines do not wait for it. A call takes a P, goes to the
//! goroutine's stack (`rt_gocall`), and gives the P back. The goroutine is wired to its thread, so that a callee may park.
//!
//! Go calls Rust closures through `oxigo_rustfunc_stub`: they run on the thread's stack, the goroutine is in a system call
//! meanwhile, and wired to the thread, so that they can call Go in turn.

use crate::base::image::the_image;
use crate::base::lock::{Global, Mutex};
use crate::gc;
use crate::os::{AT_PAGESZ, AT_SYSINFO_EHDR};
use crate::sched::embedder::{self, Embedder};
use crate::sched::proc;
use crate::sched::signal;
use crate::sched::{enter_syscall, exit_syscall, getm, resume_locked, stop_locked_m};
use crate::start;
use crate::task::g::*;
use crate::task::unwind::{self, Unwinder};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::Cell;
use core::ffi::{c_char, c_ulong, c_void};
use core::panic::AssertUnwindSafe;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::*};
use reflect::func::{CallSizes, Func, FuncType, Panic, Runtime, StubArea, rust_func_hook};
use reflect::image::FuncFlags;
use reflect::raw::UsedRegs;
use reflect::regs::MAX_REG_ARGS_WORDS;
use reflect::rtype::{self, TypeRef};
use reflect::types::Type;
use std::panic::catch_unwind;

/// The Go side of the program, started.
#[derive(Clone, Copy, Debug)]
pub struct Host(());

/// 0: not started; 1: starting; 2: started.
static STATE: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" {
    static environ: *const *const c_char;
    fn getauxval(key: c_ulong) -> c_ulong;
    fn pthread_create(
        thread: *mut usize,
        attributes: *const c_void,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        arg: *mut c_void,
    ) -> i32;
    fn pthread_detach(thread: usize) -> i32;
}

impl Host {
    /// Starts the Go side: its runtime and its packages' initialisers, on the calling thread. Later calls, from any
    /// thread, wait for the first.
    pub fn start() -> Host {
        if STATE.compare_exchange(0, 1, AcqRel, Acquire).is_ok() {
            // SAFETY: once, before anything else of the runtime is used.
            unsafe { boot() };
            STATE.store(2, Release);
        }
        while STATE.load(Acquire) != 2 {
            crate::os::yield_now();
        }
        Host(())
    }

    /// The exported function `name` of the main package.
    ///
    /// Methods have the names that Go writes them with, `Type.Name` or `(*Type).Name`, and the receiver as first parameter.
    pub fn func(&self, name: &str) -> Option<Func> {
        let e = exported(name)?;
        // SAFETY: the compiler told us a func value, which is static data, and its type.
        unsafe {
            let typ = Type::linked(TypeRef::new(e.typ as *const rtype::Type)).signature()?;
            Some(Func::from_closure(typ, e.func as *const c_void))
        }
    }

    /// The type of pointers to the exported type `name` of the main package.
    pub fn pointer_type(&self, name: &str) -> Option<Type> {
        let e = exported(&alloc::format!("type {name}"))?;
        // SAFETY: the compiler told us such a pointer.
        Some(Type::linked(unsafe { TypeRef::new(e.typ as *const rtype::Type) }))
    }

    /// The names of the exported functions and methods.
    pub fn names(&self) -> Vec<String> {
        let _l = EXPORTS_LOCK.lock();
        // SAFETY: under the lock. What the runtime serves with has names of its own package, and types say so.
        unsafe {
            let all = (*EXPORTS.get()).iter().map(|e| e.name.clone());
            all.filter(|n| !n.starts_with("runtime.") && !n.starts_with("type ")).collect()
        }
    }

    /// A function by its link name (`strings.ToUpper`), exported or not, if the program has it.
    ///
    /// # Safety
    /// It has that type, and is no closure that wants a context.
    pub unsafe fn symbol(&self, name: &str, typ: FuncType) -> Option<Func> {
        let image = the_image();
        // SAFETY: the image is the program's own.
        let entry = unsafe { image.func_named(name.as_bytes())? };
        let closure = Box::leak(Box::new(unwind::entry(entry)));
        // SAFETY: the caller's promise.
        Some(unsafe { Func::from_closure(typ, (&raw const *closure).cast()) })
    }

    /// Runs `f` while the thread keeps a P: calls in it cost less, but collections wait for the next call, or for the end.
    pub fn hold<R>(&self, f: impl FnOnce() -> R) -> R {
        // SAFETY: the thread's own goroutine, which waits.
        unsafe {
            if !HELD.get().is_null() {
                return f();
            }
            let (m, g) = thread();
            /// Leaves also if `f` unwinds.
            struct Leave(*mut M, *mut G);
            impl Drop for Leave {
                fn drop(&mut self) {
                    HELD.set(null_mut());
                    // SAFETY: entered below.
                    unsafe { leave(self.0, self.1) }
                }
            }
            enter(m, g);
            let _leave = Leave(m, g);
            HELD.set(g);
            f()
        }
    }

    /// Collects garbage, twice, so that what was reachable from a finalizer only is gone as well.
    pub fn collect(&self) {
        for _ in 0..2 {
            // SAFETY: the thread holds a P. In between it has none: whoever collects may need it.
            while !self.hold(|| unsafe { gc::collect((*(*getm()).p).cache) }) {
                crate::os::yield_now();
            }
        }
    }
}

// SAFETY: rt_gocall calls as Go would; the goroutine is the thread's own and waits.
unsafe impl Runtime for Host {
    #[inline]
    unsafe fn reflectcall(
        &self,
        func: *const c_void,
        buffer: *mut u8,
        sizes: &CallSizes,
    ) -> Result<(), Panic> {
        // SAFETY: the caller's promise; the goroutine is the thread's own, or the one whose closure runs, and waits for this call.
        unsafe {
            let held = HELD.get();
            if !held.is_null() {
                return call(held, func, buffer, sizes);
            }
            let (m, g) = thread();
            enter(m, g);
            let result = call(g, func, buffer, sizes);
            leave(m, g);
            result
        }
    }

    fn rust_func_stub(&self) -> usize {
        rt_arch::oxigo_rustfunc_stub as *const () as usize
    }
}

std::thread_local! {
    /// The thread's goroutine, while Rust code in [`Host::hold`] runs or what that calls in Go: who it is need not be looked for.
    static HELD: Cell<*mut G> = const { Cell::new(null_mut()) };
}

/// A call while the thread has a P.
#[inline(always)]
unsafe fn call(g: *mut G, func: *const c_void, buffer: *mut u8, sizes: &CallSizes) -> Result<(), Panic> {
    // SAFETY: as for `reflectcall`.
    unsafe {
        (*g).host_calls += 1;
        let ok = rt_arch::gocall(g.cast(), func, buffer, sizes);
        (*g).host_calls -= 1;
        if ok { Ok(()) } else { Err(taken(g)) }
    }
}

/// The calling thread and its goroutine: the one in whose Rust closure we are, or the thread's own.
#[inline]
unsafe fn thread() -> (*mut M, *mut G) {
    // SAFETY: g, if there is one, names a live record with its thread.
    unsafe {
        let g0 = rt_arch::rt_getg() as *mut G;
        let m = if g0.is_null() { attach() } else { (*g0).m };
        (m, (*m).curg.get())
    }
}

/// Makes a thread of the host known.
#[cold]
unsafe fn attach() -> *mut M {
    // SAFETY: the record is new, and this thread's from here on.
    unsafe {
        let here = &raw const STATE as usize;
        let m = proc::make_m(here, here);
        rt_arch::rt_setg((*m).g0.cast());
        signal::init_thread(m);
        let g = new_goroutine(m);
        // As if it had given its P away.
        (*g).syscall_pc = (*g).sched_pc;
        (*g).syscall_sp = (*g).sched_sp;
        crate::sched::SCHED.in_transit.fetch_add(1, SeqCst);
        G::change(g, Status::Dead, Status::Syscall);
        m
    }
}

/// A goroutine that waits for calls, wired to the thread.
unsafe fn new_goroutine(m: *mut M) -> *mut G {
    // SAFETY: the record is new; it runs nothing but calls that this thread makes.
    unsafe {
        let g = proc::create_g(start::main_closure(), null_mut(), 0);
        (*g).sched_pc = rt_arch::rt_goidle as *const () as usize + 2;
        (*g).sched_ctxt = 0;
        (*g).m = m;
        (*g).lockedm = m;
        (*m).lockedg = g;
        (*m).locked_ext = 1;
        (*m).curg.set(g);
        g
    }
}

static EMBEDDER: Embedder = Embedder { start_thread, end_call: catch };

unsafe fn boot() {
    // SAFETY: once, on the first thread; libc's environment stays.
    unsafe {
        embedder::set(&EMBEDDER);
        // argc is 0: no arguments, then the environment, and what counts of the auxiliary vector.
        let mut vector = vec![0usize];
        let mut e = environ;
        while !e.is_null() && !(*e).is_null() {
            vector.push(*e as usize);
            e = e.add(1);
        }
        let vdso = getauxval(AT_SYSINFO_EHDR as c_ulong) as usize;
        let page = getauxval(AT_PAGESZ as c_ulong) as usize;
        vector.extend([0, AT_SYSINFO_EHDR, vdso, AT_PAGESZ, page, 0, 0]);
        let vector: &'static [usize] = vector.leak();
        let m = start::boot(0, vector.as_ptr().cast(), &raw const vdso as usize);
        let g = new_goroutine(m);
        G::change(g, Status::Dead, Status::Running);
        let mut buffer = [0u64; MAX_REG_ARGS_WORDS];
        let sizes = CallSizes::new(0, 0, UsedRegs::default());
        rt_arch::gocall(g.cast(), start::main_closure() as *const c_void, buffer.as_mut_ptr().cast(), &sizes);
        leave(m, g);
    }
}

/// Gives the P away: Rust runs, and `g` waits where it is.
unsafe fn leave(m: *mut M, g: *mut G) {
    // SAFETY: the thread's own record and goroutine; it stands in rt_goidle or in a call of a closure.
    unsafe {
        enter_syscall(m, g, (*g).sched_pc, (*g).sched_sp);
    }
}

/// Takes a P, waiting for one if need be.
unsafe fn enter(m: *mut M, g: *mut G) {
    // SAFETY: as `leave`.
    unsafe {
        if exit_syscall(m, g) {
            return;
        }
        // Who finds the goroutine in the queue gives its thread a P.
        stop_locked_m(m);
        resume_locked(m);
    }
}

/// Go calls a Rust closure.
#[unsafe(no_mangle)]
unsafe extern "C" fn rt_rustfunc(area: *mut StubArea) {
    // SAFETY: the stub's area lies in the stack of the goroutine that called. That may move while Rust runs, so it is found again by
    // its distance from the stack's end.
    unsafe {
        let m = getm();
        let g = (*m).curg.get();
        (*m).locked_ext += 1;
        (*m).lockedg = g;
        (*g).lockedm = m;
        let from_end = (*g).stack_hi - area as usize;
        let held = HELD.replace(null_mut());
        leave(m, g);
        let mut entered = false;
        // A closure that is left by a panic leaves nothing behind that anybody looks at but the closure's own state.
        let result = catch_unwind(AssertUnwindSafe(|| {
            rust_func_hook(area, || {
                enter(m, g);
                entered = true;
                ((*g).stack_hi - from_end) as *mut StubArea
            });
        }));
        if !entered {
            enter(m, g);
        }
        HELD.set(held);
        (*m).locked_ext -= 1;
        if (*m).locked_ext == 0 {
            (*m).lockedg = null_mut();
            (*g).lockedm = null_mut();
        }
        if let Err(payload) = result {
            raise(g, payload)
        }
    }
}

/// Goes on in Go, in a call of `runtime.hostRaise` at the place where the closure was called: the panic is Go's now.
unsafe fn raise(g: *mut G, payload: Box<dyn Any + Send>) -> ! {
    let text = match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast_ref::<&str>().map_or("Box<dyn Any>", |t| *t).into(),
    };
    // SAFETY: the goroutine stands in the closure's stub, as in any call of a hook; the word below its SP was the return address of that
    // call, and is the same for the new one. It holds a P.
    unsafe {
        (*g).host_text = Box::into_raw(Box::new(text)) as usize;
        let function = exported("runtime.hostRaise").expect("the program has hostServices").func;
        (*g).sched_sp -= size_of::<usize>();
        ((*g).sched_sp as *mut usize).write((*g).sched_pc);
        (*g).sched_pc = *(function as *const usize);
        (*g).sched_ctxt = function;
        rt_arch::rt_gogo(g.cast())
    }
}

/// Copies the text that `raise` has left to `n` bytes, if there are that many, which is the end of it; its length.
pub(super) unsafe fn panic_text(g: *mut G, to: *mut u8, n: usize) -> usize {
    // SAFETY: `raise` has left a box there; the caller's bytes.
    unsafe {
        let Some(text) = ((*g).host_text as *const String).as_ref() else { return 0 };
        let len = text.len();
        if !to.is_null() && len == n {
            to.copy_from_nonoverlapping(text.as_ptr(), n);
            drop(Box::from_raw(core::mem::take(&mut (*g).host_text) as *mut String));
        }
        len
    }
}

/// Ends the host's call that `g` is in, with a panic's text; in a hook.
///
/// # Safety
/// In a hook of that goroutine, which is in a host's call.
pub unsafe fn catch(g: *mut G, text: &str) -> ! {
    // SAFETY: the goroutine is the caller's; frames below the call are left for good.
    unsafe {
        let mut u = Unwinder::new(g);
        let frame = loop {
            match u.frame {
                Some(f) if f.func.flags().contains(FuncFlags::HOST_CALL) => break f,
                Some(_) => u.step(),
                None => crate::base::print::throw("a panic in a host's call outside of one"),
            }
        };
        // Panics that were under way below the frame are over, and so are deferred calls.
        while !(*g).panic.is_null() && (*(*g).panic).start_sp < frame.sp {
            (*g).panic = (*(*g).panic).link;
        }
        while !(*g).defer.is_null() && (*(*g).defer).sp < frame.sp {
            (*g).defer = (*(*g).defer).link;
        }
        (*g).sig = 0;
        (*g).open_sp = 0;
        (*g).host_text = Box::into_raw(Box::new(text.to_string())) as usize;
        // The word below g.sched.pc, which is the frame's return address.
        (*g).sched_sp = frame.cfa - 2 * size_of::<usize>();
        (*g).sched_pc = rt_arch::rt_gocall_caught as *const () as usize;
        (*g).sched_ctxt = 0;
        rt_arch::rt_gogo(g.cast())
    }
}

/// The text that `catch` has left.
#[cold]
unsafe fn taken(g: *mut G) -> Panic {
    // SAFETY: `catch` has left a box there, or nothing.
    unsafe {
        let text = core::mem::take(&mut (*g).host_text) as *mut String;
        Panic { message: if text.is_null() { String::new() } else { *Box::from_raw(text) } }
    }
}

#[derive(Clone)]
struct Export {
    name: String,
    typ: usize,
    func: usize,
}

/// Under the lock.
static EXPORTS: Global<Vec<Export>> = Global::new(Vec::new());
static EXPORTS_LOCK: Mutex = Mutex::new();

fn exported(name: &str) -> Option<Export> {
    let _l = EXPORTS_LOCK.lock();
    // SAFETY: under the lock.
    unsafe { (*EXPORTS.get()).iter().find(|e| e.name == name).cloned() }
}

/// Notes a function of the main package: the words of the interface value that holds it.
///
/// # Safety
/// The compiler told the type and a func value.
pub unsafe fn export(name: &[u8], typ: usize, func: usize) {
    // SAFETY: under the lock.
    unsafe {
        let _l = EXPORTS_LOCK.lock();
        let name = String::from_utf8_lossy(name).into_owned();
        (*EXPORTS.get()).push(Export { name, typ, func });
    }
}

/// A thread for the runtime, made by libc: Rust closures that it runs may use all of std.
unsafe fn start_thread(m: *mut M, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) -> bool {
    // SAFETY: the box is the new thread's alone; if there is no thread, it is still ours.
    unsafe {
        struct Start(*mut M, unsafe extern "C" fn(*mut c_void), *mut c_void);
        extern "C" fn run(start: *mut c_void) -> *mut c_void {
            // SAFETY: made below, for us alone.
            unsafe {
                let Start(m, f, arg) = *Box::from_raw(start.cast::<Start>());
                let here = &raw const start as usize;
                (*(*m).g0).stack_lo = here - (256 << 10);
                (*(*m).g0).stack_hi = here;
                rt_arch::rt_setg((*m).g0.cast());
                signal::mask_for_faults();
                f(arg);
            }
            null_mut()
        }
        let start = Box::into_raw(Box::new(Start(m, f, arg)));
        let mut thread = 0;
        if pthread_create(&mut thread, core::ptr::null(), run, start.cast()) != 0 {
            drop(Box::from_raw(start));
            return false;
        }
        pthread_detach(thread);
        true
    }
}
