//! The least a runtime can be: g0, one goroutine, growing stacks, a bump allocator, output.

pub use crate::base::{check, fail, mark, println, release};
pub use crate::os::*;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::ptr::{addr_of_mut, null_mut};
use oxigo_reflect::arch::Arch;
use oxigo_reflect::image::FuncFlags;
use oxigo_rt_arch as arch;
use oxigo_rt_arch::{AsmFunc, ReflectCallMove, layout};

const WORD: usize = size_of::<usize>();

/// The types that reflect's records name, as the least runtime has them.
type AtomicUsize = usize;
type Shown<T> = *mut T;
type Rng = [u64; 2];
type P = ();
type Panic = ();
type Defer = ();
type Bubble = ();
const REG_WORDS: usize = Arch::host().more_words() as usize;

macro_rules! fields {
    (
        { $vis:vis struct $name:ident; } $(#[doc = $about:literal])* $go_name:literal
        { $($(#[doc = $doc:literal])* $fvis:vis $field:ident: $t:ty = $go:literal $(as $asm:ident)?;)* }
    ) => {
        $(#[doc = $about])*
        #[repr(C)]
        $vis struct $name {
            $($field: $t,)*
        }
    };
}
oxigo_reflect::record! { g => fields { pub struct G; } }
oxigo_reflect::record! { m => fields { struct M; } }

const fn new_g() -> G {
    // SAFETY: all fields are integers or raw pointers.
    unsafe { core::mem::zeroed() }
}

static mut G0: G = new_g();
static mut GSIGNAL: G = new_g();
static mut CUR: G = new_g();
// SAFETY: all fields are integers or raw pointers.
static mut THREAD: M = unsafe { core::mem::zeroed() };

/// How often the stack was copied, and how often a loop polled.
pub static mut GROWTHS: usize = 0;
pub static mut POLLS: usize = 0;
/// Copy the stack to a fresh place at every hook that may park.
pub static mut MOVE_ALWAYS: bool = false;
/// The goroutine may ask for more than MAX_STACK, which ends it; how often that happened.
pub static mut EXPECT_OVERFLOW: bool = false;
pub static mut OVERFLOWS: usize = 0;
/// The stack may not grow beyond this.
pub static mut MAX_STACK: usize = 256 << 20;

#[cfg(not(feature = "bare"))]
static mut TLS: [u64; 8192] = [0; 8192];

/// The one thread. First of all.
pub fn init() {
    // SAFETY: nothing else runs.
    unsafe {
        let (g0, m) = (addr_of_mut!(G0), addr_of_mut!(THREAD));
        (*m).g0 = g0;
        (*m).gsignal = addr_of_mut!(GSIGNAL);
        (*g0).m = m;
    }
}

/// Sets the thread's P, whose first word is the address of the cache with the write barrier's buffer.
///
/// # Safety
/// Nothing runs on the goroutine.
pub unsafe fn set_cache(p: *mut usize) {
    // SAFETY: one thread.
    unsafe { (*addr_of_mut!(THREAD)).p = p.cast() }
}

/// Called by `_start`.
#[cfg(not(feature = "bare"))]
#[unsafe(no_mangle)]
unsafe extern "C" fn oxigo_rt_start(argc: isize, argv: *const *const u8) -> ! {
    // SAFETY: one thread; the kernel's argument block.
    unsafe {
        // Whatever the TLS layout of the architecture, the variable lies within this block.
        let tp = addr_of_mut!(TLS).cast::<u64>().add(4096);
        *tp = tp as u64;
        arch::rt_set_tls(tp.cast());
        init();
        let args: Vec<&[u8]> = (1..argc as usize)
            .map(|i| {
                let s = *argv.add(i);
                let mut n = 0;
                while *s.add(n) != 0 {
                    n += 1;
                }
                core::slice::from_raw_parts(s, n)
            })
            .collect();
        let ok = crate::tests::main(&args);
        exit(if ok { 0 } else { 1 })
    }
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
    fn th_gocall();
}

/// Runs a goroutine with a stack of `stack` bytes that makes the call.
pub fn run(block: &Block, stack: usize) {
    #[repr(C)]
    struct Closure(unsafe extern "C" fn(), *const Block);
    let closure = Closure(th_gocall, block);
    // SAFETY: one goroutine at a time, whose stack lives until it ends.
    unsafe {
        let g = new_goroutine((&raw const closure).cast(), stack);
        arch::rt_on_g0(g0().cast(), start, g.cast());
        unmap((*g).stack_lo, (*g).stack_hi - (*g).stack_lo);
    }
}

pub fn g0() -> *mut G {
    addr_of_mut!(G0)
}

/// Whether an address is in the stack of `g`.
///
/// # Safety
/// One thread.
#[cfg(not(feature = "bare"))]
pub unsafe fn in_stack(g: *mut G, at: usize) -> bool {
    // SAFETY: the one thread's.
    unsafe { at >= (*g).stack_lo && at < (*g).stack_hi }
}

/// The one goroutine.
pub fn cur() -> *mut G {
    addr_of_mut!(CUR)
}

/// The one goroutine, ready to start with `closure`.
pub unsafe fn new_goroutine(closure: *const c_void, stack: usize) -> *mut G {
    // SAFETY: the one before has ended.
    unsafe {
        let g = addr_of_mut!(CUR);
        let lo = map(stack);
        (*g).stack_lo = lo;
        (*g).stack_hi = lo + stack;
        (*g).stackguard0 = lo + layout::STACK_GUARD;
        (*g).m = addr_of_mut!(THREAD);
        (*g).sched_sp = lo + stack - 64;
        (*g).sched_pc = arch::rt_gostart as *const () as usize;
        (*g).sched_ctxt = closure as usize;
        (*(*g).m).curg = g;
        g
    }
}

/// The goroutine.
pub fn current() -> *mut G {
    addr_of_mut!(CUR)
}

/// An address in its stack as a distance from the end, or back.
pub unsafe fn from_end(g: *mut G, x: usize) -> usize {
    // SAFETY: a goroutine.
    unsafe { (*g).stack_hi.wrapping_sub(x) }
}

/// Where it waits: pc, and SP as a distance from the end.
#[cfg(target_arch = "x86_64")]
pub unsafe fn waits_at(g: *mut G) -> (usize, usize) {
    // SAFETY: a goroutine.
    unsafe { ((*g).sched_pc, (*g).stack_hi - (*g).sched_sp) }
}

/// Gives its stack back.
#[cfg(target_arch = "x86_64")]
pub unsafe fn discard(g: *mut G) {
    // SAFETY: it is done.
    unsafe { unmap((*g).stack_lo, (*g).stack_hi - (*g).stack_lo) }
}

/// Lets a new goroutine wait to be called from outside instead.
#[cfg(target_arch = "x86_64")]
pub unsafe fn idle(g: *mut G) {
    // SAFETY: the caller's g has not started; the pc is one behind a call in rt_goidle.
    unsafe {
        (*g).sched_pc = arch::rt_goidle as *const () as usize + 2;
        (*g).sched_ctxt = 0;
    }
}

unsafe extern "C" fn start(g: *mut c_void) {
    // SAFETY: on g0.
    unsafe { arch::rt_gogo(g) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_goexit1(_area: *mut u8) {
    // SAFETY: called on g0, below rt_on_g0.
    unsafe { arch::rt_on_g0_return(addr_of_mut!(G0).cast()) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_newstack(g: *mut G) -> ! {
    // SAFETY: g waits in morestack.
    unsafe {
        check(arch::rt_getg() == addr_of_mut!(G0).cast(), "TLS names g0 while Rust runs");
        let f = find((*g).more_pc);
        (*g).more_entry = f.entry as usize;
        let size = ((*g).stack_hi - (*g).stack_lo) * 2;
        if size > MAX_STACK {
            check(EXPECT_OVERFLOW, "stack overflow");
            OVERFLOWS += 1;
            rt_goexit1(null_mut());
        }
        copy_stack(g, size, Some(f));
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
static mut MOVED_BY: usize = 0;

/// Where the stack address `p` is after the last move_stack.
pub unsafe fn moved(p: usize) -> usize {
    // SAFETY: one thread.
    unsafe { p.wrapping_add(MOVED_BY) }
}

/// With MOVE_ALWAYS, moves the waiting goroutine's stack to new memory and fills the old with rubbish.
pub unsafe fn move_stack() {
    // SAFETY: called in a parking hook.
    unsafe {
        if MOVE_ALWAYS {
            let g = addr_of_mut!(CUR);
            let before = (*g).stack_hi;
            copy_stack(g, before - (*g).stack_lo, None);
            MOVED_BY = (*g).stack_hi.wrapping_sub(before);
        } else {
            MOVED_BY = 0;
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_morestack_bad(pc: usize) -> ! {
    fail(format_args!("morestack on g0, pc {pc:#x}"))
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
    unsafe {
        let b = &*b;
        core::ptr::copy(b.src, b.dst, b.size);
        let l = Arch::host().reg_args();
        for i in 0..Arch::host().int_args.len() {
            if *b.regs.add(l.return_is_ptr as usize + i / 8) >> (i % 8) & 1 != 0 {
                let from = b.regs.cast::<usize>().add(i);
                b.regs.add(l.ptrs as usize).cast::<usize>().add(i).write(*from);
            }
        }
    }
}

#[unsafe(no_mangle)]
#[cfg(not(feature = "bare"))]
unsafe extern "C" fn rt_sighandler(sig: i32, info: *const abi::SigInfo, ctx: *mut abi::Context, g: *mut G) {
    // SAFETY: called by the kernel, by way of rt_sigtramp.
    unsafe { crate::signals::on_signal(sig as u32, &*info, &mut *ctx, g) }
}

/// The row of the function that contains `pc`.
pub fn find(pc: usize) -> &'static AsmFunc {
    match arch::asm_funcs().iter().find(|f| pc as u64 >= f.entry && (pc as u64) < f.entry + f.size as u64) {
        Some(f) => f,
        None => fail(format_args!("no function at {pc:#x}")),
    }
}

/// Copies g's stack to `size` bytes elsewhere and adjusts the pointers into it that the tables name.
unsafe fn copy_stack(g: *mut G, size: usize, at_entry: Option<&AsmFunc>) {
    // SAFETY: g is not running, and every frame on its stack is described by a row.
    unsafe {
        GROWTHS += 1;
        let (lo, hi) = ((*g).stack_lo, (*g).stack_hi);
        let new = map(size);
        let used = hi - (*g).sched_sp;
        let (new_hi, delta) = (new + size, (new + size).wrapping_sub(hi));
        core::ptr::copy_nonoverlapping((*g).sched_sp as *const u8, (new_hi - used) as *mut u8, used);
        (*g).stack_lo = new;
        (*g).stack_hi = new_hi;
        (*g).stackguard0 = new + layout::STACK_GUARD;
        (*g).sched_sp = (*g).sched_sp.wrapping_add(delta);
        each_pointer(g, at_entry, &mut |p| {
            if *p >= lo && *p < hi {
                *p = (*p).wrapping_add(delta);
            }
        });
        core::ptr::write_bytes(lo as *mut u8, 0xdb, if at_entry.is_some() { 0 } else { hi - lo });
        unmap(lo, hi - lo);
    }
}

/// Calls `visit` with the address of each pointer that the tables name: on the stack of the waiting `g`, and among the
/// registers saved in it if it stands at the entry of a function.
pub unsafe fn each_pointer(g: *mut G, at_entry: Option<&AsmFunc>, visit: &mut dyn FnMut(*mut usize)) {
    // SAFETY: every frame is described by a row, as the caller knows.
    unsafe {
        let mut sp = (*g).sched_sp;
        let mut pc;
        let link = Arch::host().link.is_some();
        let fixed = Arch::host().min_frame as usize;
        // Without argument registers the bits mean words of stack arguments, at the caller's SP.
        let stack_args = |f: &AsmFunc, sp: usize, visit: &mut dyn FnMut(*mut usize)| {
            for i in (0..32).filter(|i| Arch::host().int_args.is_empty() && f.arg_reg_ptrs >> i & 1 != 0) {
                visit((sp + fixed + i * WORD) as *mut usize);
            }
        };
        match at_entry {
            Some(f) => {
                // Standing at its entry: registers in the g, no frame.
                for i in 0..Arch::host().int_args.len() {
                    if f.arg_reg_ptrs >> i & 1 != 0 {
                        visit((&raw mut (*g).more_regs).cast::<usize>().add(i));
                    }
                }
                visit(&raw mut (*g).sched_ctxt);
                if link {
                    pc = (*g).more_entry_lr();
                } else {
                    pc = *(sp as *const usize);
                    sp += WORD;
                }
                stack_args(f, sp, visit);
            }
            None => pc = (*g).sched_pc,
        }
        loop {
            let f = find(pc);
            let low = sp;
            for i in 0..f.ptrs_words as usize {
                visit((sp + f.ptrs_offset as usize + i * WORD) as *mut usize);
            }
            if f.flags.contains(FuncFlags::TOPFRAME) {
                break;
            }
            if link {
                pc = *(sp as *const usize);
                sp += f.frame as usize;
            } else {
                sp += f.frame as usize;
                pc = *(sp as *const usize);
                sp += WORD;
            }
            if f.flags.contains(FuncFlags::REFLECT_STUB) {
                // The closure's slot, and four words above it the byte that says whether results are there.
                let slot = (low + fixed) as *mut usize;
                visit(slot);
                let done = *slot.add(4).cast::<u8>() != 0;
                (*(*slot as *const MakeFunc)).each_stack_pointer(sp + fixed, done, visit);
            }
            stack_args(f, sp, visit);
        }
    }
}

/// What the closure of makeFuncStub begins with.
#[repr(C)]
pub struct MakeFunc {
    pub code: unsafe extern "C" fn(),
    /// Which words of the stack arguments and results are pointers.
    pub stack: *const BitVector,
    pub arg_len: usize,
    pub reg_ptrs: [u8; 8],
}

/// Go's `reflect.bitVector`, as far as a stack walk reads it.
#[repr(C)]
pub struct BitVector {
    pub n: u32,
    pub data: *const u8,
}

impl MakeFunc {
    /// The pointers in the argument area at `args`; results only if they are there.
    unsafe fn each_stack_pointer(&self, args: usize, done: bool, visit: &mut dyn FnMut(*mut usize)) {
        if self.stack.is_null() {
            return;
        }
        // SAFETY: a map as long as it says.
        unsafe {
            let map = &*self.stack;
            let words = if done { map.n as usize } else { (map.n as usize).min(self.arg_len / WORD) };
            for i in (0..words).filter(|i| *map.data.add(i / 8) >> (i % 8) & 1 != 0) {
                visit((args + i * WORD) as *mut usize);
            }
        }
    }
}

impl G {
    /// The return address of a function that waits in morestack on a machine with a link register: the word above
    /// the registers.
    fn more_entry_lr(&self) -> usize {
        let at = (layout::G_MORE_LR - layout::G_MORE_REGS) / WORD;
        *self.more_regs.get(at).expect("a link register")
    }
}
