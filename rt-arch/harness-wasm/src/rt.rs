//! The least a runtime can be: g0, goroutines, growing stacks, walks over stacks.

pub use crate::base::{check, fail, mark, release};
use crate::os;
pub use crate::os::{map, unmap};
use core::ffi::c_void;
use core::mem::offset_of;
use core::ptr::{addr_of_mut, null_mut};
use oxigo_reflect::image::FuncFlags;
use oxigo_reflect::word::{Wide, Word};
use oxigo_rt_arch as arch;
use oxigo_rt_arch::{AsmFunc, ReflectCallMove, layout, pc};

const WORD: usize = size_of::<Word>();

/// A goroutine as layout.h describes it.
#[repr(C)]
pub struct G {
    stack_lo: Word,
    stack_hi: Word,
    stackguard0: Word,
    m: Wide<*mut M>,
    panic: Word,
    defer: Word,
    sched_sp: Word,
    sched_pc: Word,
    sched_ctxt: Word,
    more_pc: Word,
    more_entry: Word,
}

#[repr(C)]
pub struct M {
    g0: Wide<*mut G>,
    curg: Wide<*mut G>,
    gsignal: Word,
    tls: Word,
    /// Its first word is the address of the cache with the write barrier's buffer.
    p: Wide<*mut Wide<*mut u64>>,
}

const _: () = {
    assert!(offset_of!(G, stackguard0) == layout::G_STACKGUARD0 && offset_of!(G, m) == layout::G_M);
    assert!(
        offset_of!(G, sched_sp) == layout::G_SCHED_SP && offset_of!(G, sched_ctxt) == layout::G_SCHED_CTXT
    );
    assert!(offset_of!(G, more_pc) == layout::G_MORE_PC && offset_of!(G, more_entry) == layout::G_MORE_ENTRY);
    assert!(size_of::<G>() == layout::G_ASM_END);
    assert!(offset_of!(M, gsignal) == layout::M_GSIGNAL && offset_of!(M, p) == layout::M_P);
};

const fn new_g() -> G {
    // SAFETY: all fields are integers or raw pointers.
    unsafe { core::mem::zeroed() }
}

static mut G0: G = new_g();
/// The goroutine that `run` has started last and that has not ended.
static mut CURRENT: *mut G = null_mut();
static mut THREAD: M = M {
    g0: Wide::new(null_mut()),
    curg: Wide::new(null_mut()),
    gsignal: 0,
    tls: 0,
    p: Wide::new(null_mut()),
};

/// How often the stack was copied, how often only wasm's own stack was unwound, and how often a loop polled.
pub static mut GROWTHS: usize = 0;
pub static mut UNWINDS: usize = 0;
pub static mut POLLS: usize = 0;
/// Copy the stack to a fresh place at every hook that asks for it.
pub static mut MOVE_ALWAYS: bool = false;
/// The goroutine may ask for more than MAX_STACK, which ends it; how often that happened.
pub static mut EXPECT_OVERFLOW: bool = false;
pub static mut OVERFLOWS: usize = 0;
/// The stack may not grow beyond this.
pub static mut MAX_STACK: usize = 256 << 20;

/// A guard above all stacks.
const PREEMPT: Word = 0xffff_ffff_ffff_fade;

/// The one thread. First of all.
pub fn init() {
    // SAFETY: nothing else runs.
    unsafe {
        let (g0, m) = (addr_of_mut!(G0), addr_of_mut!(THREAD));
        (*m).g0 = Wide::new(g0);
        (*g0).m = Wide::new(m);
    }
}

/// Sets the P's cache, with the buffer of the write barrier.
pub unsafe fn set_cache(p: *mut Wide<*mut u64>) {
    // SAFETY: one thread.
    unsafe { (*addr_of_mut!(THREAD)).p = Wide::new(p) }
}

/// The words of a reflectcall, as th_gocall passes them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Block {
    pub typ: usize,
    pub func: *const c_void,
    pub stack_args: *mut u8,
    pub args_size: usize,
    pub ret_offset: usize,
    pub frame_size: usize,
    pub regs: *mut u8,
}

unsafe extern "C" {
    fn th_gocall(point: u32) -> u32;
}

/// The closure of code without variables.
pub fn closure(code: arch::Code) -> [Word; 1] {
    [pc(code as usize, 0)]
}

/// What th_gocall's goroutines start with.
pub struct Start([Word; 2]);

impl Start {
    pub fn new(block: &Block) -> Start {
        Start([pc(th_gocall as *const () as usize, 0), &raw const *block as usize as Word])
    }
}

/// Runs a goroutine with a stack of `stack` bytes that makes the call. In a hook: the goroutine that waits there goes on
/// waiting.
pub fn run(block: &Block, stack: usize) {
    let start = Start::new(block);
    let mut g = new_g();
    // SAFETY: goroutine and stack live until it ends.
    unsafe {
        let before = CURRENT;
        CURRENT = &raw mut g;
        new_goroutine(CURRENT, &start, stack);
        resume(CURRENT);
        free_goroutine(CURRENT);
        CURRENT = before;
    }
}

/// Makes `g` a goroutine that is ready to start.
pub unsafe fn new_goroutine(g: *mut G, start: &Start, stack: usize) {
    let lo = map(stack);
    // SAFETY: the caller's g is no goroutine, or one that has ended.
    unsafe {
        *g = new_g();
        (*g).stack_lo = lo as Word;
        (*g).stack_hi = (lo + stack) as Word;
        (*g).m = Wide::new(addr_of_mut!(THREAD));
        (*g).sched_sp = (lo + stack - 64) as Word;
        (*g).sched_pc = pc(arch::rt_gostart as *const () as usize, 0);
        (*g).sched_ctxt = start.0.as_ptr() as usize as Word;
        // As a runtime asks a goroutine for its processor: the first check comes to morestack.
        (*g).stackguard0 = PREEMPT;
    }
}

pub unsafe fn free_goroutine(g: *mut G) {
    // SAFETY: it has ended.
    unsafe { unmap((*g).stack_lo as usize, ((*g).stack_hi - (*g).stack_lo) as usize) }
}

/// Runs `g`, and whom it or others name, until one ends or parks.
pub unsafe fn resume(g: *mut G) {
    unsafe extern "C" fn start(g: *mut c_void) {
        // SAFETY: on g0.
        unsafe { arch::rt_gogo(g) }
    }
    // SAFETY: g waits in its sched.
    unsafe { arch::rt_on_g0(addr_of_mut!(G0).cast(), start, g.cast()) }
}

/// The guard of a goroutine that goes on at its sched, at the entry of a function with such a frame: what the function is
/// allowed, and a chunk of wasm's own stack below it.
unsafe fn set_guard(g: *mut G, frame: u64) {
    // SAFETY: the goroutine waits.
    unsafe {
        let chunk = (*g).sched_sp.saturating_sub(frame + layout::STACK_CHUNK as u64);
        (*g).stackguard0 = chunk.max((*g).stack_lo + layout::STACK_GUARD as u64);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_goexit1(_area: *mut u8) {
    // SAFETY: called on g0, within rt_on_g0.
    unsafe { arch::rt_on_g0_return(addr_of_mut!(G0).cast()) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_newstack(g: *mut G) {
    // SAFETY: g waits in morestack.
    unsafe {
        check(arch::rt_getg() == addr_of_mut!(G0).cast(), "g is g0 while Rust runs");
        let f = find((*g).more_pc);
        (*g).more_entry = f.entry;
        let frame = f.frame as u64;
        let wanted = (*g).stack_hi - (*g).sched_sp + frame + layout::STACK_GUARD as u64 + 1;
        let mut size = (*g).stack_hi - (*g).stack_lo;
        if wanted < size {
            UNWINDS += 1;
        } else {
            while size <= wanted {
                size *= 2;
            }
            if size > MAX_STACK as u64 {
                check(EXPECT_OVERFLOW, "stack overflow");
                OVERFLOWS += 1;
                return rt_goexit1(null_mut());
            }
            copy_stack(g, size as usize);
        }
        set_guard(g, frame);
        arch::rt_gogo(g.cast())
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_poll(_area: *mut u8) {
    // SAFETY: counting; moving the stack of a goroutine that waits in a hook.
    unsafe {
        POLLS += 1;
        move_stack();
    }
}

/// How far the last move_stack moved the stack.
static mut MOVED_BY: Word = 0;

/// Where the stack address `p` is after the last move_stack.
pub unsafe fn moved(p: usize) -> usize {
    // SAFETY: one thread.
    unsafe { p.wrapping_add(MOVED_BY as usize) }
}

/// With MOVE_ALWAYS, moves the waiting goroutine's stack to new memory and fills the old with rubbish.
pub unsafe fn move_stack() {
    // SAFETY: called in a hook.
    unsafe {
        MOVED_BY = 0;
        if MOVE_ALWAYS {
            let g = CURRENT;
            let before = (*g).stack_hi;
            copy_stack(g, (before - (*g).stack_lo) as usize);
            set_guard(g, 0);
            MOVED_BY = (*g).stack_hi.wrapping_sub(before);
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_morestack_bad(index: usize) -> ! {
    fail(format_args!("morestack on g0, function {index}"))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_badreflectcall(_area: *mut u8) {
    // SAFETY: counting, then leaving the goroutine as goexit would.
    unsafe {
        crate::tests::BAD_CALLS += 1;
        rt_goexit1(null_mut())
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_reflectcallmove(b: *mut ReflectCallMove) {
    // SAFETY: the block that callN built.
    unsafe { core::ptr::copy((*b).src.get(), (*b).dst.get(), (*b).size.get()) }
}

/// The row of the function that contains `pc`.
pub fn find(pc: u64) -> &'static AsmFunc {
    match arch::asm_funcs().iter().find(|f| pc >= f.entry && pc < f.entry + f.size as u64) {
        Some(f) => f,
        None => fail(format_args!("no function at {pc:#x}")),
    }
}

/// Shows every word of `g`'s stack and sched that the tables name as a pointer.
pub unsafe fn walk(g: *mut G, visit: &dyn Fn(*mut u64)) {
    // SAFETY: g is not running, and every frame on its stack is described by a row.
    unsafe {
        visit(&raw mut (*g).sched_ctxt);
        let mut sp = (*g).sched_sp as usize;
        let mut at = (*g).sched_pc;
        let mut frame = 0;
        // Without argument registers the bits mean words of stack arguments, at the caller's SP.
        let args = |f: &AsmFunc, sp: usize| {
            for i in (0..32).filter(|i| f.arg_reg_ptrs >> i & 1 != 0) {
                visit((sp + i * WORD) as *mut u64);
            }
        };
        if at == pc(arch::rt_morestack_resume as *const () as usize, 0) {
            // Standing at its entry, without a frame.
            args(find((*g).more_entry), sp + WORD);
            at = *(sp as *const u64);
            sp += WORD;
        }
        loop {
            let f = find(at);
            frame += 1;
            for i in 0..f.ptrs_words as usize {
                visit((sp + f.ptrs_offset as usize + i * WORD) as *mut u64);
            }
            let above = sp + f.frame as usize + WORD;
            if f.flags.contains(FuncFlags::REFLECT_STUB) {
                visit(sp as *mut u64);
                crate::collect::stub_args(*(sp as *const u64), above, visit);
            }
            if f.flags.contains(FuncFlags::TOPFRAME) {
                break;
            }
            at = *((above - WORD) as *const u64);
            sp = above;
            args(f, sp);
        }
        check(frame > 0, "frames");
    }
}

/// Copies g's stack to `size` bytes elsewhere and adjusts the pointers into it that the tables name.
unsafe fn copy_stack(g: *mut G, size: usize) {
    // SAFETY: g waits; `walk` finds all pointers into its stack.
    unsafe {
        GROWTHS += 1;
        let (lo, hi) = ((*g).stack_lo, (*g).stack_hi);
        let new = map(size) as u64;
        let used = hi - (*g).sched_sp;
        let new_hi = new + size as u64;
        let delta = new_hi.wrapping_sub(hi);
        core::ptr::copy_nonoverlapping(
            (*g).sched_sp as usize as *const u8,
            (new_hi - used) as usize as *mut u8,
            used as usize,
        );
        (*g).stack_lo = new;
        (*g).stack_hi = new_hi;
        (*g).sched_sp = (*g).sched_sp.wrapping_add(delta);
        walk(g, &|p| {
            if *p >= lo && *p < hi {
                *p = (*p).wrapping_add(delta);
            }
        });
        core::ptr::write_bytes(lo as usize as *mut u8, 0xdb, (hi - lo) as usize);
        unmap(lo as usize, (hi - lo) as usize);
    }
}

/// The goroutine of `run`.
pub fn current() -> *mut G {
    // SAFETY: one thread.
    unsafe { CURRENT }
}

/// An address in its stack as a distance from the end, or back.
pub unsafe fn from_end(g: *mut G, x: usize) -> usize {
    // SAFETY: a goroutine.
    unsafe { ((*g).stack_hi as usize).wrapping_sub(x) }
}

/// How much memory the program has had.
pub fn memory() -> usize {
    // SAFETY: one thread.
    unsafe { os::MEMORY }
}

pub const fn g() -> G {
    new_g()
}
