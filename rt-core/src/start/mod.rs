//! From the kernel's entry to the main goroutine.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    reason = "one thread, before anything else runs"
)]

use crate::base::lock::Global;
use crate::base::print;
use crate::gc;
use crate::gc::roots::{self, DataRange};
use crate::hooks;
use crate::mem::{self, Config};
use crate::os;
use crate::sched::proc;
use crate::sched::signal;
use crate::sched::*;
use crate::task::g::*;
use crate::task::stack;
use crate::task::traceback;
use crate::task::unwind::{self, the_image};
#[cfg(not(feature = "host"))]
use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering::*};
use reflect::image::{MAGIC, Roots};

/// The overlay's `sharedVars`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Shared {
    pub write_barrier: usize,
    pub sigpanic: usize,
    pub goexit_resume: usize,
    pub mem_profile_rate: usize,
}

static SHARED: Global<Shared> =
    Global::new(Shared { write_barrier: 0, sigpanic: 0, goexit_resume: 0, mem_profile_rate: 0 });
static ARGC: AtomicUsize = AtomicUsize::new(0);
static ARGV: AtomicUsize = AtomicUsize::new(0);
static NCPU: AtomicUsize = AtomicUsize::new(1);

/// Addresses of the Go side.
pub fn shared() -> &'static Shared {
    // SAFETY: written once by the main goroutine's first action.
    unsafe { &*SHARED.get() }
}

/// Takes them over, and gives the collector its side of the contract.
pub unsafe fn set_shared(v: &Shared) {
    *SHARED.get() = *v;
    gc::set_world(hooks::memory::world(), v.write_barrier as *mut u32);
    gc::set_idle_hook(|| unsafe { wakep() });
}

/// argc, argv, envp.
pub unsafe fn args() -> (isize, *const *const u8, *const *const u8) {
    let argc = ARGC.load(Relaxed);
    let argv = ARGV.load(Relaxed) as *const *const u8;
    (argc as isize, argv, if argv.is_null() { argv } else { argv.add(argc + 1) })
}

/// CPUs the process may use.
pub fn ncpu() -> usize {
    NCPU.load(Relaxed)
}

unsafe fn cstr<'a>(p: *const u8) -> &'a [u8] {
    let mut n = 0;
    while *p.add(n) != 0 {
        n += 1;
    }
    core::slice::from_raw_parts(p, n)
}

/// An environment variable.
unsafe fn env<'a>(key: &[u8]) -> Option<&'a [u8]> {
    let (_, _, mut e) = args();
    while !e.is_null() && !(*e).is_null() {
        if let Some(rest) = cstr(*e).strip_prefix(key)
            && rest.first() == Some(&b'=')
        {
            return Some(&rest[1..]);
        }
        e = e.add(1);
    }
    None
}

fn number(b: &[u8]) -> Option<(i64, &[u8])> {
    let mut n = 0i64;
    let mut i = 0;
    while i < b.len() && b[i].is_ascii_digit() {
        n = n.checked_mul(10)?.checked_add((b[i] - b'0') as i64)?;
        i += 1;
    }
    (i > 0).then(|| (n, &b[i..]))
}

/// The whole text as a number.
fn integer(b: &[u8]) -> Option<i64> {
    let (sign, digits) = match b.strip_prefix(b"-") {
        Some(rest) => (-1, rest),
        None => (1, b),
    };
    number(digits).and_then(|(n, rest)| rest.is_empty().then_some(sign * n))
}

/// A number of bytes as GOMEMLIMIT has it: with a unit or without. What is too much is as much as there can be.
fn byte_count(b: &[u8]) -> Option<i64> {
    let (n, unit) = number(b)?;
    let shift = match unit {
        b"" | b"B" => 0,
        b"KiB" => 10,
        b"MiB" => 20,
        b"GiB" => 30,
        b"TiB" => 40,
        _ => return None,
    };
    Some(n.saturating_mul(1 << shift))
}

fn is_on(v: Option<&[u8]>) -> bool {
    v.is_some_and(|v| !v.is_empty() && v != b"0")
}

/// GOGC, GOMEMLIMIT and the stress switches.
unsafe fn config() -> Config {
    let mut c = Config::default();
    if let Some(v) = env(b"GOGC") {
        if v == b"off" {
            c.gogc = -1;
        } else if let Some(n) = integer(v) {
            c.gogc = n.clamp(-1, i32::MAX as i64) as i32;
        }
    }
    if let Some(v) = env(b"GOMEMLIMIT")
        && !matches!(v, b"" | b"off")
    {
        let Some(n) = byte_count(v) else {
            print::str("GOMEMLIMIT=");
            print::bytes(v);
            print::str("\nfatal error: malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`\n");
            os::exit(2)
        };
        c.memory_limit = n;
    }
    c.stress = is_on(env(b"OXIGO_GCSTRESS"));
    c.verify = is_on(env(b"OXIGO_GCVERIFY"));
    c.workers = (ncpu() / 4).max((ncpu() > 1) as usize).min(8) as u32;
    stack::set_stress(is_on(env(b"OXIGO_STACKSTRESS")));
    traceback::set_level(env(b"GOTRACEBACK").unwrap_or(b""));
    c
}

unsafe fn add_roots(r: &Roots) {
    if r.end > r.start {
        roots::add(DataRange {
            base: r.start as usize,
            len: (r.end - r.start) as usize,
            mask: r.bitmap as usize as *const u8,
        });
    }
}

/// Called by `_start` on the initial stack.
#[cfg(not(feature = "host"))]
#[unsafe(no_mangle)]
unsafe extern "C" fn oxigo_rt_start(argc: isize, argv: *const *const u8) -> ! {
    let m = boot(argc, argv, &raw const argc as usize);
    rt_arch::rt_mstart((*m).g0.cast(), main_thread, m.cast())
}

/// Everything up to the first goroutine; `here` is near the top of the calling thread's stack. Gives the thread's record;
/// it holds a P.
pub(crate) unsafe fn boot(argc: isize, argv: *const *const u8, here: usize) -> *mut M {
    ARGC.store(argc as usize, Relaxed);
    ARGV.store(argv as usize, Relaxed);
    #[cfg(not(feature = "host"))]
    if !os::open_standard() {
        print::str("runtime: could not open /dev/null as a standard descriptor\n");
        os::exit(2);
    }
    os::init(args().2);
    NCPU.store(os::ncpu(), Relaxed);
    let img = the_image();
    if img.magic != MAGIC {
        print::str("oxigo: the program's tables are of another version than the runtime\n");
        os::exit(2);
    }
    mem::init(config());
    unwind::init();
    // The initial stack is g0's. Its size is the system's affair; all that counts is its top.
    let m = proc::make_m(here - (256 << 10), here);
    #[cfg(not(feature = "host"))]
    os::set_tls((*m).tls);
    rt_arch::rt_setg((*m).g0.cast());
    print::set_throw(traceback::throw);
    signal::init_thread(m);
    signal::init();
    add_roots(&img.data);
    add_roots(&img.bss);
    let mut n = ncpu();
    if let Some((v, [])) = env(b"GOMAXPROCS").and_then(number)
        && v > 0
    {
        n = v as usize;
    }
    proc::resize(n.min(MAX_PROCS));
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

/// The closure of `runtime.main`.
static MAIN: AtomicUsize = AtomicUsize::new(0);

/// The func value of `runtime.main`.
pub(crate) unsafe fn main_closure() -> usize {
    let img = the_image();
    let entry = img.funcs().iter().find(|f| img.func_name(f) == b"runtime.main");
    let Some(entry) = entry else { print::throw("no runtime.main in the program") };
    MAIN.store(entry.entry as usize, Relaxed);
    MAIN.as_ptr() as usize
}

#[cfg(not(feature = "host"))]
unsafe extern "C" fn main_thread(m: *mut c_void) {
    let m = m as *mut M;
    let g = proc::create_g(main_closure(), core::ptr::null_mut(), 0);
    (*g).set_status(status::RUNNABLE);
    runq_put((*m).p, g, true);
    schedule()
}

/// The Go side is ready: other threads may run from here on, and collections happen.
pub unsafe fn started() {
    proc::start_background(config().workers);
    gc::enable();
    SCHED.main_started.store(1, SeqCst);
}

#[cfg(test)]
mod tests {
    use super::{byte_count, integer};

    #[test]
    fn byte_counts() {
        for (text, want) in [
            ("0", Some(0)),
            ("12B", Some(12)),
            ("3KiB", Some(3072)),
            ("2MiB", Some(2 << 20)),
            ("1GiB", Some(1 << 30)),
            ("9TiB", Some(9 << 40)),
            ("99999999999TiB", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("", None),
            ("B", None),
            ("KiB", None),
            ("-1", None),
            ("1KB", None),
            ("1K", None),
            ("1 MiB", None),
            ("1MiBs", None),
        ] {
            assert_eq!(byte_count(text.as_bytes()), want, "{text}");
        }
        assert_eq!(
            (integer(b"-7"), integer(b"7"), integer(b"7%"), integer(b"-")),
            (Some(-7), Some(7), None, None)
        );
    }
}
