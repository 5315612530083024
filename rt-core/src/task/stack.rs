//! Goroutine stacks: memory for them, growth by copying, shrinking.
//!
//! Stacks have power-of-two sizes from 2 KiB. Small ones are pieces of larger blocks (`mem::blocks`);
//! from 32 KiB on each is a block of the heap's manual pages. A stack is
//! copied to its new place as it is; then everything that holds an address in it is adjusted: the
//! pointer slots that the compiler's maps name, saved argument registers, defer records, panics,
//! waiting channel operations, and the goroutine's own notes.
//!
//! Under stress (`OXIGO_STACKSTRESS=1`) the guard of every goroutine is above every SP for good, so that each prologue
//! check and each poll comes here. The stack moves, what it left is filled with a pattern that is no address and kept
//! from use for a while, and the function goes on behind its check: the code that follows the call of morestack leads there.

use crate::base::lock::{Global, Shared};
use crate::base::pool::Kept;
use crate::base::print;
use crate::mem;
use crate::mem::blocks::Blocks;
use crate::protocol::claim::Held;
use crate::task::current::getm;
use crate::task::g::*;
use crate::task::hook;
use crate::task::unwind;
use core::ptr::copy_nonoverlapping;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use rt_arch::layout;

/// The smallest stack.
pub const MIN: usize = 2048;
/// Stacks of this size and more are blocks of their own.
const BIG: usize = 32 << 10;

/// Stacks of 2 to 16 KiB.
static SMALL: [Blocks; STACK_ORDERS] = {
    let mut all = [const { Blocks::new("stacks", 0, MIN, BIG) }; STACK_ORDERS];
    let mut order = 1;
    while order < STACK_ORDERS {
        all[order] = Blocks::new("stacks", 0, MIN << order, BIG);
        order += 1;
    }
    all
};
/// Bytes of the largest stack allowed.
static MAX: AtomicUsize = AtomicUsize::new(1_000_000_000);
static STRESS: AtomicBool = AtomicBool::new(false);

/// Whether each check shall move the stack (OXIGO_STACKSTRESS=1).
#[inline]
pub fn stress() -> bool {
    STRESS.load(Relaxed)
}

/// Sets the stress mode.
pub fn set_stress(on: bool) {
    STRESS.store(on, Relaxed);
}

hook! { fn "runtime/debug.setMaxStack"(n: isize) -> isize, leaf { MAX.swap(n.max(0) as usize, Relaxed) as isize }}

/// Gives a goroutine a stack of `size` bytes.
///
/// # Safety
/// The goroutine has no stack and is the caller's.
pub unsafe fn alloc(g: *mut G, size: usize) {
    // SAFETY: a new stack is nobody else's.
    unsafe {
        let lo = take(size);
        (*g).stack_lo = lo;
        (*g).stack_hi = lo + size;
    }
}

unsafe fn take(size: usize) -> usize {
    // SAFETY: the P is the calling thread's.
    let p = unsafe {
        if size >= BIG {
            mem::alloc_manual(size)
        } else {
            let order = order(size);
            SMALL[order].take(kept(order), most(order))
        }
    };
    if p.is_null() {
        print::throw("out of memory (stack allocation)");
    }
    p as usize
}

/// The pool of a small size.
fn order(size: usize) -> usize {
    (size / MIN).trailing_zeros() as usize
}

/// How many stacks a P keeps: 64 KiB of each size, since goroutines that grow leave one of each behind.
fn most(order: usize) -> usize {
    32 >> order
}

/// What the calling thread's P keeps.
fn kept(order: usize) -> Option<&'static mut Kept> {
    // SAFETY: a P is used by the thread that runs it alone; Ps are never freed.
    unsafe { (*getm()).p.as_mut().map(|p| &mut p.stacks[order]) }
}

/// Under its lock: what stress keeps from use, oldest at `next`.
struct Left {
    stacks: [(usize, usize); 64],
    next: usize,
}

static LEFT: Global<Left> = Global::new(Left { stacks: [(0, 0); 64], next: 0 });
static LEFT_LOCK: Shared = Shared::new("left stacks");
/// Larger stacks are given back at once.
const KEPT_MAX: usize = 64 << 10;
/// Fills left stacks: not canonical as an address, large as a length, and not what Go programs compute with.
const FILL: u8 = 0x9b;

/// Gives a stack back of which the words from `used` on were in use.
unsafe fn give(lo: usize, size: usize, used: usize) {
    // SAFETY: the caller gives up memory of `take`'s; what is kept, under the lock.
    unsafe {
        if !stress() {
            return give_now(lo, size);
        }
        let from = if size <= KEPT_MAX { lo } else { used };
        core::ptr::write_bytes(from as *mut u8, FILL, lo + size - from);
        if size > KEPT_MAX {
            return give_now(lo, size);
        }
        let (old, old_size) = {
            let _l = LEFT_LOCK.lock();
            let left = &mut *LEFT.get();
            let i = left.next;
            left.next = (i + 1) % left.stacks.len();
            core::mem::replace(&mut left.stacks[i], (lo, size))
        };
        if old != 0 {
            give_now(old, old_size);
        }
    }
}

unsafe fn give_now(lo: usize, size: usize) {
    // SAFETY: the caller gives up memory of `take`'s.
    unsafe {
        if size >= BIG {
            mem::free_manual(lo as *mut u8);
            return;
        }
        let order = order(size);
        SMALL[order].give(kept(order), most(order), lo as *mut u8);
    }
}

/// Gives memory back of which nobody has needed a stack since the last call.
pub fn give_back() {
    SMALL.iter().for_each(Blocks::give_back);
}

/// Takes a dead goroutine's stack away.
///
/// # Safety
/// The goroutine is dead and the caller's; nobody stands on the stack.
pub unsafe fn release(g: *mut G) {
    // SAFETY: the stack was made by `alloc`, and nobody uses it any more.
    unsafe {
        give((*g).stack_lo, (*g).stack_hi - (*g).stack_lo, (*g).stack_lo);
        (*g).stack_lo = 0;
        (*g).stack_hi = 0;
    }
}

/// Moves a stack to a new one of `size` bytes. The goroutine doesn't run; no Rust frame holds an
/// address in its stack.
///
/// # Safety
/// The goroutine does not run, no Rust frame holds an address in its stack, and `size` has room for what it uses.
pub unsafe fn copy(g: *mut G, size: usize) {
    // SAFETY: the stack and the records that hang off the goroutine are the caller's meanwhile. Maps name the words that hold
    // addresses, and each of these words is adjusted once.
    unsafe {
        let (lo, hi) = ((*g).stack_lo, (*g).stack_hi);
        let new_lo = take(size);
        let new_hi = new_lo + size;
        let delta = new_hi.wrapping_sub(hi);
        let used = hi - (*g).sched_sp;
        copy_nonoverlapping((*g).sched_sp as *const u8, (new_hi - used) as *mut u8, used);
        let inside = |v: usize| v >= lo && v < hi;
        // SP values may equal the top.
        let moved = |v: usize| if v >= lo && v <= hi { v.wrapping_add(delta) } else { v };
        let fix = |slot: *mut usize| {
            // Slots in the stack are fixed in the copy; the walk reads the original.
            let a = slot as usize;
            let slot = if inside(a) { a.wrapping_add(delta) as *mut usize } else { slot };
            if inside(*slot) {
                *slot = (*slot).wrapping_add(delta);
            }
        };
        unwind::each_slot(g, fix);
        // Defer records: the list's head, and each record's frame. Links and closures in records on
        // the stack are pointer slots as well; an address is adjusted once, since the stacks don't overlap.
        fix((&raw mut (*g).defer).cast());
        let mut d = (*g).defer;
        while !d.is_null() {
            (*d).sp = moved((*d).sp);
            for slot in [&raw mut (*d).func, (&raw mut (*d).link).cast()] {
                if inside(*slot) {
                    *slot = (*slot).wrapping_add(delta);
                }
            }
            d = (*d).link;
        }
        let mut p = (*g).panic;
        while !p.is_null() {
            (*p).start_sp = moved((*p).start_sp);
            (*p).sp = moved((*p).sp);
            (*p).bits = moved((*p).bits);
            (*p).slots = moved((*p).slots);
            p = (*p).link;
        }
        let mut s = (*g).waiting;
        while !s.is_null() {
            (*s).elem =
                if inside((*s).elem as usize) { moved((*s).elem as usize) as *mut u8 } else { (*s).elem };
            s = (*s).waitlink;
        }
        (*g).open_sp = moved((*g).open_sp);
        (*g).open_bits = moved((*g).open_bits);
        (*g).open_slots = moved((*g).open_slots);
        (*g).hook_args = moved((*g).hook_args);
        (*g).syscall_sp = moved((*g).syscall_sp);
        (*g).sched_sp = new_hi - used;
        (*g).stack_lo = new_lo;
        (*g).stack_hi = new_hi;
        let guard = (*g).stackguard0.load(Relaxed);
        if guard != POISON {
            // Fails if a request has come meanwhile, which stays.
            let _ = (*g).stackguard0.compare_exchange(guard, (*g).normal_guard(), Relaxed, Relaxed);
        }
        give(lo, hi - lo, hi - used);
    }
}

/// Halves the stack of a goroutine that uses less than a quarter of it.
///
/// # Safety
/// `g` waits, and is the one that is held.
pub unsafe fn shrink(g: *mut G, _: &Held) {
    // SAFETY: it does not run while it is held, and who would touch it waits; half the stack has room for what is used.
    unsafe {
        let size = (*g).stack_hi - (*g).stack_lo;
        let used = (*g).stack_hi - (*g).sched_sp + layout::STACK_GUARD;
        if size > MIN && used < size / 4 {
            copy(g, size / 2);
        }
    }
}

/// Sees to it that so many bytes are left for calls; the goroutine stands in a parking hook.
///
/// # Safety
/// The goroutine is the caller's, in a parking hook.
pub unsafe fn ensure(g: *mut G, bytes: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let size = (*g).stack_hi - (*g).stack_lo;
        let need = (*g).stack_hi - (*g).sched_sp + bytes + layout::STACK_GUARD;
        if need > size {
            copy(g, need.next_power_of_two());
        }
    }
}

/// Gives the function that waits in morestack the room it asks for, if it lacks any.
///
/// # Safety
/// The goroutine is the caller's, in morestack, called by the function.
pub unsafe fn make_room(g: *mut G, func: &unwind::Func) {
    // SAFETY: the caller's promise.
    unsafe {
        let size = (*g).stack_hi - (*g).stack_lo;
        if !fits(g, func) {
            if (*g).forking {
                print::throw("runtime: stack split between fork and exec");
            }
            let mut new = size * 2;
            let need = (*g).stack_hi - (*g).sched_sp + frame_of(func) + layout::STACK_GUARD * 2;
            while new < need {
                new *= 2;
            }
            if new > MAX.load(Relaxed) {
                overflow(g);
            }
            copy(g, new);
        } else {
            move_if_stressed(g);
        }
    }
}

/// Under stress: moves the stack, to one of the same size.
///
/// # Safety
/// The goroutine is the caller's, in a parking hook or morestack.
pub unsafe fn move_if_stressed(g: *mut G) {
    // SAFETY: the caller's promise; the size stays.
    unsafe {
        if stress() && !(*g).forking {
            copy(g, (*g).stack_hi - (*g).stack_lo);
        }
    }
}

/// Whether the function that waits in morestack has the stack it asks for. All that its check has found: SP was at or
/// below the guard, or SP - frame was.
unsafe fn fits(g: *mut G, f: &unwind::Func) -> bool {
    // SAFETY: the caller's goroutine.
    unsafe { (*g).sched_sp > (*g).real_guard() + frame_of(f) }
}

fn frame_of(f: &unwind::Func) -> usize {
    match f {
        unwind::Func::Go(_) => f.frame() + 64,
        unwind::Func::Asm(a) => a.frame as usize + 64,
    }
}

unsafe fn overflow(g: *mut G) -> ! {
    // SAFETY: the caller's goroutine.
    unsafe {
        print::str("runtime: goroutine stack exceeds ");
        print::dec(MAX.load(Relaxed) as u64);
        print::str("-byte limit\nruntime: sp=");
        print::hex((*g).sched_sp as u64);
        print::str(" stack=[");
        print::hex((*g).stack_lo as u64);
        print::str(", ");
        print::hex((*g).stack_hi as u64);
        print::str("]\n");
        print::throw("stack overflow")
    }
}
