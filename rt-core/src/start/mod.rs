//! From the kernel's entry to the main goroutine.

use crate::base::image::{self, Shared, the_image};
use crate::base::stopped::Stopped;
use crate::base::{env, lock, print};
use crate::gc::roots::{self, DataRange};
use crate::gc::{self, Config};
use crate::hooks;
use crate::os;
use crate::sched::proc;
use crate::sched::signal;
use crate::sched::*;
use crate::sync::timer;
use crate::task::g::*;
use crate::task::hook;
use crate::task::stack;
use crate::task::traceback;
use crate::task::unwind;
#[cfg(not(feature = "host"))]
use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering::*};
use reflect::image::{MAGIC, Roots};

/// Takes them over, and gives the collector its side of the contract.
unsafe fn set_shared(v: &Shared) {
    // SAFETY: the main goroutine's first action: nothing else runs, and collections are not enabled yet.
    unsafe {
        image::set_shared(v);
        gc::set_world(hooks::memory::world(), v.write_barrier as *mut u32);
        gc::set_idle_hook(wakep);
    }
}

fn is_on(v: Option<&[u8]>) -> bool {
    v.is_some_and(|v| !v.is_empty() && v != b"0")
}

/// GOGC, GOMEMLIMIT and the stress switches.
fn config() -> Config {
    let mut c = Config::default();
    if let Some(v) = env::var(b"GOGC") {
        if v == b"off" {
            c.gogc = -1;
        } else if let Some(n) = env::integer(v) {
            c.gogc = n.clamp(-1, i32::MAX as i64) as i32;
        }
    }
    if let Some(v) = env::var(b"GOMEMLIMIT")
        && !matches!(v, b"" | b"off")
    {
        let Some(n) = env::byte_count(v) else {
            print::str("GOMEMLIMIT=");
            print::bytes(v);
            print::str("\nfatal error: malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`\n");
            os::exit(2)
        };
        c.memory_limit = n;
    }
    c.stress = is_on(env::var(b"OXIGO_GCSTRESS"));
    c.verify = is_on(env::var(b"OXIGO_GCVERIFY"));
    if os::THREADS {
        c.workers = (env::ncpu() / 4).max((env::ncpu() > 1) as usize).min(8) as u32;
    }
    if is_on(env::var(b"OXIGO_LOCKSTAT")) {
        lock::count();
    }
    stack::set_stress(is_on(env::var(b"OXIGO_STACKSTRESS")));
    traceback::set_level(env::var(b"GOTRACEBACK").unwrap_or(b""));
    c
}

unsafe fn add_roots(r: &Roots) {
    // SAFETY: the image's own ranges; no collection has begun.
    unsafe {
        if r.end > r.start {
            roots::add(DataRange {
                base: r.start as usize,
                len: (r.end - r.start) as usize,
                mask: r.bitmap as usize as *const u8,
            });
        }
    }
}

/// Called by `_start` on the initial stack.
#[cfg(not(feature = "host"))]
#[unsafe(no_mangle)]
unsafe extern "C" fn oxigo_rt_start(argc: isize, argv: *const *const u8) -> ! {
    // SAFETY: the kernel's first thread, on its first stack; the environment is behind the arguments.
    unsafe {
        #[cfg(feature = "pie")]
        os::relocate(argv.offset(argc + 1));
        let m = boot(argc, argv, &raw const argc as usize);
        rt_arch::rt_mstart((*m).g0.cast(), main_thread, m.cast())
    }
}

/// Everything up to the first goroutine; `here` is near the top of the calling thread's stack. Gives the thread's record;
/// it holds a P.
pub(crate) unsafe fn boot(argc: isize, argv: *const *const u8, here: usize) -> *mut M {
    // SAFETY: one thread, and nothing else of the runtime has run.
    unsafe {
        env::set_args(argc, argv);
        timer::init();
        #[cfg(not(feature = "host"))]
        if !os::open_standard() {
            print::str("runtime: could not open /dev/null as a standard descriptor\n");
            os::exit(2);
        }
        os::init(env::args().2);
        env::count_cpus();
        let img = the_image();
        if img.magic != MAGIC {
            print::str("oxigo: the program's tables are of another version than the runtime\n");
            os::exit(2);
        }
        gc::init(config());
        unwind::init();
        // The initial stack is g0's. Its size is the system's affair; all that counts is its top.
        let m = proc::make_m(here - (256 << 10), here);
        #[cfg(not(feature = "host"))]
        os::set_tls((*m).tls);
        rt_arch::rt_setg((*m).g0.cast());
        print::set_throw(traceback::throw);
        signal::init_thread(m);
        (*m).tid.store(os::thread_id(), Relaxed);
        signal::init();
        add_roots(&img.data);
        add_roots(&img.bss);
        let mut n = env::ncpu();
        if let Some((v, [])) = env::var(b"GOMAXPROCS").and_then(env::number)
            && v > 0
        {
            n = v as usize;
        }
        // SAFETY: nothing runs yet.
        procs::resize(n.min(most_procs()), &Stopped::new());
        for i in (0..SCHED.nprocs.load(Relaxed)).rev() {
            let p = SCHED.p(i);
            if i == 0 {
                acquire_p(m, p);
            } else {
                (*p).status.store(pstatus::IDLE, Relaxed);
                let l = SCHED.lock.lock();
                pidle_put(p, &l);
            }
        }
        m
    }
}

/// The closure of `runtime.main`.
static MAIN: AtomicUsize = AtomicUsize::new(0);

/// The func value of `runtime.main`.
pub(crate) unsafe fn main_closure() -> usize {
    // SAFETY: the image's own table.
    unsafe {
        let entry = the_image().func_named(b"runtime.main");
        let Some(entry) = entry else { print::throw("no runtime.main in the program") };
        MAIN.store(unwind::entry(entry), Relaxed);
        MAIN.as_ptr() as usize
    }
}

#[cfg(not(feature = "host"))]
unsafe extern "C" fn main_thread(m: *mut c_void) {
    // SAFETY: the first thread, with its record and a P.
    unsafe {
        let m = m as *mut M;
        let g = proc::create_g(main_closure(), core::ptr::null_mut(), 0);
        G::change(g, Status::Dead, Status::Runnable);
        runq_put((*m).p, g, true);
        go_on(Next::Search)
    }
}

/// The Go side is ready: other threads may run from here on, and collections happen.
unsafe fn started() {
    // SAFETY: once, by the main goroutine.
    unsafe {
        proc::start_background(config().workers);
        gc::enable();
        SCHED.main_started.store(1, SeqCst);
    }
}

hook! { fn "runtime.setShared"(v: *const Shared) leaf { set_shared(&*v) }}
hook! { fn "runtime.schedinit"() safepoint { started() }}
