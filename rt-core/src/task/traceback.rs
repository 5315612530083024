//! Printing goroutines' stacks, and dying: fatal errors, panics that nobody recovered.
//!
//! The form is Go's:
//! ```text
//! goroutine 1 [chan receive, 2 minutes]:
//! main.f(...)
//!     /home/me/x.go:12 +0x1d
//! created by main.main in goroutine 1
//!     /home/me/x.go:5 +0x35
//! ```
//! Arguments are not shown, only whether there are any: no table says where they are.

use crate::os;
use crate::task::current::getm;
use crate::task::g::*;
use crate::task::hook;
use crate::task::stackscan;
use crate::task::symtab::{Str, logical};
use crate::task::unwind::{self, Frame, Unwinder};
use core::sync::atomic::{AtomicI32, AtomicU32, Ordering::*};
use reflect::image::FuncFlags;

/// Where reports of the program's end go beside standard error; negative: nowhere.
static CRASH_OUTPUT: AtomicI32 = AtomicI32::new(-1);

hook! { fn "runtime.setCrashOutput"(fd: usize) leaf { CRASH_OUTPUT.store(fd as i32, Relaxed) }}

fn write_all(fd: i32, mut b: &[u8]) {
    while !b.is_empty() {
        let n = os::write(fd, b);
        if n <= 0 {
            return;
        }
        b = &b[n as usize..];
    }
}

/// Where text goes: standard error (and where else crashes are reported), or a buffer (runtime.Stack).
pub struct Out {
    buf: *mut u8,
    cap: usize,
    len: usize,
}

impl Out {
    /// Standard error.
    pub const fn stderr() -> Out {
        Out { buf: core::ptr::null_mut(), cap: 0, len: 0 }
    }
    /// A buffer; what does not fit is left out.
    ///
    /// # Safety
    /// There are so many bytes at `buf`, not null, for as long as this is used.
    pub const unsafe fn to(buf: *mut u8, cap: usize) -> Out {
        Out { buf, cap, len: 0 }
    }
    /// How much the buffer holds.
    pub const fn written(&self) -> usize {
        self.len
    }
    /// Bytes.
    pub fn bytes(&mut self, b: &[u8]) {
        if self.buf.is_null() {
            let crash = CRASH_OUTPUT.load(Relaxed);
            if crash >= 0 {
                write_all(crash, b);
            }
            return write_all(2, b);
        }
        let n = b.len().min(self.cap - self.len);
        // SAFETY: the buffer has `cap` bytes.
        unsafe { self.buf.add(self.len).copy_from_nonoverlapping(b.as_ptr(), n) };
        self.len += n;
    }
    /// Text.
    pub fn str(&mut self, s: &str) {
        self.bytes(s.as_bytes())
    }
    /// A number.
    pub fn dec(&mut self, mut n: u64) {
        let mut b = [0u8; 20];
        let mut i = b.len();
        loop {
            i -= 1;
            b[i] = b'0' + (n % 10) as u8;
            n /= 10;
            if n == 0 {
                break;
            }
        }
        self.bytes(&b[i..])
    }
    /// A number, hexadecimal with 0x.
    pub fn hex(&mut self, mut n: u64) {
        let mut b = [0u8; 18];
        let mut i = b.len();
        loop {
            i -= 1;
            b[i] = b"0123456789abcdef"[(n & 15) as usize];
            n >>= 4;
            if n == 0 {
                break;
            }
        }
        b[i - 1] = b'x';
        b[i - 2] = b'0';
        self.bytes(&b[i - 2..])
    }
}

// ---- GOTRACEBACK

/// 0 none, 1 single, 2 all, 3 system, 4 crash.
static LEVEL: AtomicU32 = AtomicU32::new(1);

/// Sets the level by its name; unknown ones count as single.
pub fn set_level(name: &[u8]) {
    let level = match name {
        b"none" | b"0" => 0,
        b"single" | b"" => 1,
        b"all" | b"1" => 2,
        b"system" | b"2" => 3,
        b"crash" => 4,
        _ => 1,
    };
    LEVEL.store(level, Relaxed);
}

hook! { fn "runtime.setTracebackLevel"(s: Str) leaf { set_level(s.bytes()) }}

fn system_frames() -> bool {
    LEVEL.load(Relaxed) >= 3
}

// ---- frames

/// Whether users want to see a function: everything but the runtime's unexported ones.
fn visible(name: &[u8], flags: FuncFlags, first: bool) -> bool {
    if system_frames() {
        return true;
    }
    if flags.contains(FuncFlags::WRAPPER) || flags.contains(FuncFlags::DEFERRETURN) {
        return false;
    }
    if name == b"runtime.gopanic" {
        return !first;
    }
    match name.strip_prefix(b"runtime.") {
        None => name.contains(&b'.'),
        Some(rest) => rest.first().is_some_and(|c| c.is_ascii_uppercase()) && !rest.contains(&b'.'),
    }
}

fn print_frame(out: &mut Out, f: &Frame, first: &mut bool) {
    let pc = f.look_pc();
    let mut depth = 0;
    while let Some(l) = logical(&f.func, pc, depth) {
        depth += 1;
        if l.name.with(|name| visible(name, l.flags, *first)) {
            *first = false;
            l.name.with(|name| print_name(out, name));
            out.str(if l.flags.contains(FuncFlags::NO_ARGS) && !l.more { "()\n\t" } else { "(...)\n\t" });
            l.file.with(|file| out.bytes(file));
            out.str(":");
            out.dec(l.line as u64);
            if !l.more && f.pc > f.func.entry() {
                out.str(" +");
                out.hex((f.pc - f.func.entry()) as u64);
            }
            out.str("\n");
        }
        if !l.more {
            break;
        }
    }
}

fn print_name(out: &mut Out, name: &[u8]) {
    if name == b"runtime.gopanic" {
        return out.str("panic");
    }
    out.bytes(name)
}

/// Most frames printed from each end.
const FRAMES: usize = 50;

unsafe fn print_frames(out: &mut Out, mut u: Unwinder, g: *const G) {
    // SAFETY: the walk is the caller's to go on with; numbers of a record that is never freed.
    unsafe {
        let mut first = true;
        let mut n = 0;
        let mut tail = [None::<Frame>; FRAMES];
        while let Some(f) = u.frame {
            if n < FRAMES {
                print_frame(out, &f, &mut first);
            } else {
                tail[n % FRAMES] = Some(f);
            }
            n += 1;
            u.step();
        }
        if n > FRAMES {
            if n > 2 * FRAMES {
                out.str("...");
                out.dec((n - 2 * FRAMES) as u64);
                out.str(" frames elided...\n");
            }
            let from = if n > 2 * FRAMES { n - FRAMES } else { FRAMES };
            for i in from..n {
                if let Some(f) = &tail[i % FRAMES] {
                    print_frame(out, f, &mut first);
                }
            }
        }
        if (*g).gopc != 0
            && (*g).goid != 1
            && let Some(f) = unwind::find_func((*g).gopc)
            && let Some(l) = logical(&f, (*g).gopc - 1, 0)
            && l.name.with(|name| visible(name, FuncFlags::empty(), false))
        {
            out.str("created by ");
            l.name.with(|name| print_name(out, name));
            out.str(" in goroutine ");
            out.dec((*g).parent);
            out.str("\n\t");
            l.file.with(|file| out.bytes(file));
            out.str(":");
            out.dec(l.line as u64);
            out.str(" +");
            out.hex(((*g).gopc - f.entry()) as u64);
            out.str("\n");
        }
    }
}

unsafe fn print_header(out: &mut Out, g: *const G, running: bool) {
    // SAFETY: numbers of a record that is never freed: what another thread changes meanwhile is printed old or new.
    unsafe {
        out.str("goroutine ");
        out.dec((*g).goid);
        out.str(" [");
        let st = (*g).status();
        out.str(match st {
            _ if running => "running",
            Status::Runnable => "runnable",
            Status::Running => "running",
            Status::Syscall => "syscall",
            Status::Waiting => match WAIT_TEXT[(*g).wait_reason as usize] {
                "" => "waiting",
                t => t,
            },
            Status::Dead => "dead",
            _ => "idle",
        });
        if (*g).durable {
            out.str(" (durable)");
        }
        if st == Status::Waiting && !running && (*g).wait_since != 0 {
            let minutes = os::nanotime().saturating_sub((*g).wait_since) / 60_000_000_000;
            if minutes >= 1 {
                out.str(", ");
                out.dec(minutes);
                out.str(" minutes");
            }
        }
        if !(*g).lockedm.is_null() {
            out.str(", locked to thread");
        }
        let bubble = (*g).bubble_id();
        if bubble != 0 {
            out.str(", synctest bubble ");
            out.dec(bubble as u64);
        }
        out.str("]:\n");
    }
}

/// One goroutine, which doesn't run or stands in a hook of this thread.
///
/// # Safety
/// The goroutine does not run, or is the caller's own in a hook.
pub unsafe fn print_g(out: &mut Out, g: *mut G, running: bool) {
    // SAFETY: the caller's promise; one that turns out to be running is not walked.
    unsafe {
        print_header(out, g, running);
        let mut u = Unwinder::new(g);
        if running && u.frame.is_some_and(|f| !f.at_entry) {
            // The hook's own stub.
            u.step();
        }
        if (*g).status() == Status::Running && !running {
            out.str("\tgoroutine running on other thread; stack unavailable\n");
            return;
        }
        print_frames(out, u, g);
    }
}

/// All but `me`.
///
/// # Safety
/// The other goroutines stand still, or the program is about to end.
pub unsafe fn print_others(out: &mut Out, me: *mut G) {
    // SAFETY: the caller's promise.
    unsafe { print_some(out, me, |_| true) }
}

unsafe fn print_some(out: &mut Out, me: *mut G, wanted: impl Fn(*mut G) -> bool) {
    // SAFETY: as `print_others`.
    unsafe {
        for i in 0..ALLGS.len() {
            let g = ALLGS.get(i);
            if g == me || (*g).status() == Status::Dead || ((*g).system && !system_frames()) || !wanted(g) {
                continue;
            }
            out.str("\n");
            // A marker may be moving its stack; who died of one must not wait for it.
            let held = (!dying()).then(|| stackscan::hold(g));
            print_g(out, g, false);
            drop(held);
        }
    }
}

// ---- dying

/// Threads that are about to end the program.
static DYING: AtomicU32 = AtomicU32::new(0);

/// Whether the program is ending.
pub fn dying() -> bool {
    DYING.load(Relaxed) != 0
}

/// Only one thread reports; the others wait for the end.
unsafe fn begin_dying() {
    // SAFETY: the calling thread's record.
    unsafe {
        let m = getm();
        (*m).dying += 1;
        if (*m).dying > 2 {
            os::exit(5);
        }
        if (*m).dying == 1 && DYING.fetch_add(1, SeqCst) != 0 {
            loop {
                let nap = AtomicU32::new(0);
                os::futex_wait(&nap, 0, -1);
            }
        }
    }
}

fn end() -> ! {
    if LEVEL.load(Relaxed) == 4 {
        os::die_of(os::sig::ABRT);
    }
    os::exit(2)
}

/// `fatal error: MSG`, the goroutines, exit status 2. `user`: the program's own fault, so that the
/// runtime's frames are of no interest.
pub fn fatal_error(msg: &str, user: bool) -> ! {
    fatal_bytes(msg.as_bytes(), user)
}

/// The fault that the goroutine met, if it did.
unsafe fn print_signal(out: &mut Out, g: *const G) {
    // SAFETY: numbers of a record that is never freed.
    unsafe {
        if (*g).sig != 0 {
            out.str("[signal ");
            out.str(os::signal_name((*g).sig));
            out.str(" code=");
            out.hex((*g).sigcode0 as u64);
            out.str(" addr=");
            out.hex((*g).sigcode1 as u64);
            out.str(" pc=");
            out.hex((*g).sigpc as u64);
            out.str("]\n");
        }
    }
}

fn fatal_bytes(msg: &[u8], _user: bool) -> ! {
    // SAFETY: on a system stack of a thread of ours.
    unsafe {
        begin_dying();
        let mut out = Out::stderr();
        out.str("fatal error: ");
        out.bytes(msg);
        out.str("\n");
        let m = getm();
        let g = (*m).curg.get();
        if !g.is_null() {
            print_signal(&mut out, g);
        }
        if (*m).dying == 1 && LEVEL.load(Relaxed) > 0 {
            if g.is_null() {
                print_others(&mut out, g);
            } else {
                out.str("\n");
                print_g(&mut out, g, true);
                print_others(&mut out, g);
            }
        }
        end()
    }
}

/// What `print::throw` does once the scheduler is up.
pub fn throw(msg: &str) -> ! {
    fatal_error(msg, false)
}

hook! { fn "runtime.throw"(s: Str) safepoint { fatal_bytes(s.bytes(), false) }}
hook! { fn "runtime.fatal"(s: Str) safepoint { fatal_bytes(s.bytes(), true) }}
hook! { fn "internal/runtime/cgroup.throw"(s: Str) safepoint { fatal_bytes(s.bytes(), false) }}

/// The end of a panic that nobody recovered; its text is printed. `bubble`: the panic says that this bubble is
/// deadlocked; its goroutines are of interest.
///
/// # Safety
/// The calling thread's goroutine, in a hook.
pub unsafe fn die_of_panic(g: *mut G, bubble: u32) -> ! {
    // SAFETY: the program ends here: other goroutines may still run, and their stacks are read as they are.
    unsafe {
        begin_dying();
        let mut out = Out::stderr();
        print_signal(&mut out, g);
        let level = LEVEL.load(Relaxed);
        if level > 0 {
            out.str("\n");
            print_header(&mut out, g, true);
            // From the caller of the innermost gopanic on.
            let mut u = Unwinder::new(g);
            u.step();
            if !system_frames() {
                u.step();
            }
            print_frames(&mut out, u, g);
            if level > 1 {
                print_others(&mut out, g);
            } else if bubble != 0 {
                print_some(&mut out, g, |other| (*other).bubble_id() == bubble);
            }
        }
        end()
    }
}

/// The report of a signal that ends the program.
///
/// # Safety
/// In the handler; `g` is the interrupted thread's.
pub unsafe fn die_of_signal(sig: u32, code: usize, addr: usize, pc: usize, sp: usize, g: *mut G) -> ! {
    // SAFETY: the program ends here: other goroutines may still run, and their stacks are read as they are.
    unsafe {
        begin_dying();
        let mut out = Out::stderr();
        out.str(os::signal_name(sig));
        out.str("\nPC=");
        out.hex(pc as u64);
        out.str(" m=");
        out.dec((*getm()).id);
        out.str(" sigcode=");
        out.dec(code as u64);
        out.str(" addr=");
        out.hex(addr as u64);
        out.str("\n\n");
        if LEVEL.load(Relaxed) > 0 {
            let m = getm();
            let cur = if (*m).curg.get().is_null() { g } else { (*m).curg.get() };
            if !cur.is_null() && cur != (*m).g0 && cur != (*m).gsignal {
                print_header(&mut out, cur, true);
                let u = if cur == g { Unwinder::at_fault(cur, pc, sp) } else { Unwinder::new(cur) };
                print_frames(&mut out, u, cur);
            }
            print_others(&mut out, cur);
        }
        if LEVEL.load(Relaxed) == 4 {
            os::die_of(os::sig::ABRT);
        }
        os::exit(2)
    }
}

/// main.main has returned: lets panics that are being reported end the program instead.
pub fn wait_for_panics() {
    if dying() {
        loop {
            let nap = AtomicU32::new(0);
            os::futex_wait(&nap, 0, -1);
        }
    }
}
