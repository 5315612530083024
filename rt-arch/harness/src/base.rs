//! What every harness stands on: output, failure, and a heap for Rust.

use crate::os::{exit, puts};
use core::alloc::{GlobalAlloc, Layout};
use core::fmt::{self, Write};
use core::ptr::{addr_of_mut, null_mut};

struct Out;
impl Write for Out {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        puts(s);
        Ok(())
    }
}

pub fn println(args: fmt::Arguments) {
    let _ = Out.write_fmt(args);
    let _ = Out.write_str("\n");
}

pub fn fail(args: fmt::Arguments) -> ! {
    println(format_args!("FAIL: {args}"));
    exit(1)
}

pub fn check(ok: bool, what: &str) {
    if !ok {
        fail(format_args!("{what}"));
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    fail(format_args!("{info}"))
}

/// Never frees; the tests are short. `mark` and `release` bound a round.
struct Bump;
static mut HEAP: [u64; 1 << 20] = [0; 1 << 20];
static mut USED: usize = 0;

pub fn mark() -> usize {
    // SAFETY: one thread.
    unsafe { USED }
}

/// Forgets everything allocated since `mark`.
pub unsafe fn release(mark: usize) {
    // SAFETY: the caller holds nothing newer.
    unsafe { USED = mark }
}

// SAFETY: hands out disjoint pieces of a static array.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, l: Layout) -> *mut u8 {
        // SAFETY: one thread.
        unsafe {
            let at = USED.next_multiple_of(l.align().max(8));
            if at + l.size() > size_of::<[u64; 1 << 20]>() {
                return null_mut();
            }
            USED = at + l.size();
            addr_of_mut!(HEAP).cast::<u8>().add(at)
        }
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOC: Bump = Bump;

/// The prebuilt core names it, though nothing unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// As above: named by the prebuilt alloc, never called with panic = abort.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    fail(format_args!("unwinding"))
}
