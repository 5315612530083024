//! Walking a goroutine's stack: frames, and the pointer slots in them.
//!
//! A walk starts where the goroutine stands: in a stub that called a hook, in morestack (the function
//! is at its entry then: no frame yet), in a system call, or new. Frames come from the image's
//! function table and, for assembly, from rt-arch's.

use crate::base::image::{shared, the_image};
use crate::base::print::{self, throw};
use crate::machine;
use crate::mem::meta;
use crate::task::g::{G, Status};
use crate::task::symtab::Text;
use core::sync::atomic::{AtomicUsize, Ordering::*};
use reflect::arch::HOST_INT_ARGS;
use reflect::image::{self, FuncFacts, FuncFlags, FuncRow, OpenDefers};
use rt_arch::{AsmFunc, layout};

const WORD: usize = size_of::<usize>();

/// A function that a frame belongs to.
#[derive(Clone, Copy)]
pub enum Func {
    /// Compiled.
    Go(&'static FuncRow),
    /// Assembly.
    Asm(&'static AsmFunc),
}

impl Func {
    /// Its flags.
    #[inline]
    pub fn flags(&self) -> FuncFlags {
        match self {
            Func::Go(f) => f.flags(records()),
            Func::Asm(f) => f.flags,
        }
    }
    /// First instruction.
    #[inline]
    pub fn entry(&self) -> usize {
        match self {
            Func::Go(f) => entry(f),
            Func::Asm(f) => f.entry as usize,
        }
    }
    /// Bytes of frame.
    #[inline]
    pub fn frame(&self) -> usize {
        match self {
            Func::Go(f) => f.frame(records()) as usize,
            Func::Asm(f) => f.frame as usize,
        }
    }
    /// Its name.
    pub fn name(&self) -> Text {
        match self {
            Func::Go(f) => Text::Number(facts(f).name),
            Func::Asm(f) => {
                let p = f.name as usize as *const u8;
                let mut n = 0;
                // SAFETY: names of assembly end with a zero byte.
                unsafe {
                    while *p.add(n) != 0 {
                        n += 1;
                    }
                    Text::Bytes(core::slice::from_raw_parts(p, n))
                }
            }
        }
    }
}

/// Records of functions, and stack maps.
#[inline]
fn records() -> &'static [u8] {
    // SAFETY: the image is the program's own.
    unsafe { the_image().stackmaps() }
}

/// The first instruction of a compiled function.
#[inline]
pub fn entry(f: &FuncRow) -> usize {
    the_image().text as usize + f.entry as usize
}

/// What else is known of a compiled function.
pub fn facts(f: &FuncRow) -> FuncFacts {
    // SAFETY: the image is the program's own.
    FuncFacts::read(unsafe { the_image().pclines() }, f.facts(records()))
}

/// Whether a compiled function has an instruction at this address.
#[inline]
fn has(f: &'static FuncRow, pc: usize) -> bool {
    // SAFETY: behind each row stands another one.
    let next = unsafe { &*(&raw const *f).add(1) };
    pc.wrapping_sub(entry(f)) < (next.entry - f.entry) as usize
}

// Assembly functions sorted by entry: address and number of pointers to rows, made at start.
static ASM: AtomicUsize = AtomicUsize::new(0);
static NASM: AtomicUsize = AtomicUsize::new(0);

// For each piece of 2^BUCKET bytes of Go text, the last function that begins at or before its start;
// the functions of a piece are those from there up to the next piece's, inclusive.
static INDEX: AtomicUsize = AtomicUsize::new(0);
const BUCKET: u32 = 8;

fn index_functions() {
    let image = the_image();
    // SAFETY: the image is the program's own.
    let funcs = unsafe { image.functions() };
    let n = ((image.text_end - image.text) >> BUCKET) as usize + 2;
    let p = meta::persistent(n * 4, 4) as *mut u32;
    let mut f = 0;
    for b in 0..n {
        let start = (b as u64) << BUCKET;
        while f + 1 < funcs.len() && u64::from(funcs[f + 1].entry) <= start {
            f += 1;
        }
        // SAFETY: room for n numbers.
        unsafe { p.add(b).write(f as u32) };
    }
    INDEX.store(p as usize, Release);
}

/// Sorts the assembly functions and indexes the compiled ones; once at start.
pub fn init() {
    index_functions();
    let rows = rt_arch::asm_funcs();
    let p = meta::persistent(rows.len() * WORD + WORD, WORD) as *mut &'static AsmFunc;
    // They are some ninety: a sort for any number would be 4 kB of every program.
    for (i, row) in rows.iter().enumerate() {
        let mut at = i;
        // SAFETY: fresh memory with room for all rows, of which the first `i` are there.
        unsafe {
            while at > 0 && (*p.add(at - 1)).entry > row.entry {
                p.add(at).write(p.add(at - 1).read());
                at -= 1;
            }
            p.add(at).write(row);
        }
    }
    NASM.store(rows.len(), Relaxed);
    ASM.store(p as usize, Release);
}

/// The function around an address.
pub fn find_func(pc: usize) -> Option<Func> {
    let image = the_image();
    // SAFETY: the image is the program's own.
    let functions = unsafe { image.functions() };
    let at = (pc as u64).wrapping_sub(image.text);
    let index = INDEX.load(Acquire) as *const u32;
    if at < image.text_end - image.text && !index.is_null() {
        // SAFETY: `init` wrote a number for each bucket, and one for the end.
        let (lo, hi) = unsafe {
            let b = (at >> BUCKET) as usize;
            (*index.add(b) as usize, (*index.add(b + 1) as usize + 1).min(functions.len()))
        };
        return image::find_func(functions, lo..hi, at as u32).map(|i| Func::Go(&functions[i]));
    }
    let p = ASM.load(Acquire) as *const &'static AsmFunc;
    if p.is_null() {
        return None;
    }
    // SAFETY: `init` wrote that many rows.
    let asm = unsafe { core::slice::from_raw_parts(p, NASM.load(Relaxed)) };
    let i = asm.partition_point(|f| f.entry <= pc as u64).checked_sub(1)?;
    (pc as u64 - asm[i].entry < asm[i].size as u64).then_some(Func::Asm(asm[i]))
}

/// A frame.
#[derive(Clone, Copy)]
pub struct Frame {
    pub func: Func,
    /// Where the function goes on: a return address, or the faulting instruction.
    pub pc: usize,
    /// SP in the function's body.
    pub sp: usize,
    /// SP before the call.
    pub cfa: usize,
    /// Its return address, if the function has no frame to keep it in.
    lr: usize,
    /// Stopped before its first instruction.
    pub at_entry: bool,
    /// Stopped by a fault: `pc` is the instruction itself.
    pub fault: bool,
    /// The callee saved all registers there (a poll).
    pub regs: usize,
}

impl Frame {
    /// Where its stack arguments begin.
    pub fn args(&self) -> usize {
        self.cfa + machine::ARGS
    }

    /// Where it returns to.
    ///
    /// # Safety
    /// The frame is one of a goroutine that stands still.
    unsafe fn return_address(&self) -> usize {
        // Where SP has moved on, the link register is where SP was behind the prologue.
        let sp = if self.func.flags().contains(FuncFlags::SP_TABLE) && !self.at_entry {
            self.cfa - self.func.frame()
        } else {
            self.sp
        };
        match machine::return_slot(sp, self.cfa) {
            // SAFETY: the frame's own word.
            Some(slot) if !self.at_entry || !machine::LINK => unsafe { *(slot as *const usize) },
            _ => self.lr,
        }
    }

    /// An address in the instruction that the frame is at.
    pub fn look_pc(&self) -> usize {
        if self.fault || self.at_entry { self.pc } else { self.pc - 1 }
    }
}

/// A walk. The next frame is in `frame`; None at the end.
pub struct Unwinder {
    pub frame: Option<Frame>,
    g: *const G,
    /// In a signal handler: the walk stays within the stack's bounds, and what is unknown ends it.
    quiet: bool,
}

fn make(pc: usize, sp: usize, at_entry: bool, fault: bool, regs: usize) -> Option<Frame> {
    Some(make_in(find_func(pc)?, pc, sp, at_entry, fault, regs))
}

/// The link register that morestack has noted, where there is one.
unsafe fn more_link(g: *const G) -> usize {
    const INDEX: usize = (layout::G_MORE_LR - layout::G_MORE_REGS) / WORD;
    // SAFETY: the caller's goroutine.
    unsafe { (*g).more_regs.get(INDEX).copied().unwrap_or(0) }
}

// Inlined, or the frame would be copied from where it has just been written, in wider pieces, for which processors wait.
#[inline(always)]
fn make_in(func: Func, pc: usize, sp: usize, at_entry: bool, fault: bool, regs: usize) -> Frame {
    let frame = match func {
        Func::Go(e) if func.flags().contains(FuncFlags::SP_TABLE) => {
            let at = (pc - entry(e)) as u32 - u32::from(!fault && !at_entry);
            // SAFETY: the image is the program's own.
            let tables = unsafe { the_image().pclines() };
            image::frame_at(tables, &facts(e), e.frame(records()), at) as usize
        }
        _ => func.frame(),
    };
    let cfa = machine::sp_before(sp, if at_entry { 0 } else { frame });
    Frame { func, pc, sp, cfa, lr: 0, at_entry, fault, regs }
}

impl Unwinder {
    /// From where `g`, which doesn't run, stands.
    ///
    /// # Safety
    /// The goroutine doesn't run during the walk, or is the caller's own in a hook.
    pub unsafe fn new(g: *const G) -> Unwinder {
        // SAFETY: the caller's promise.
        unsafe {
            let (pc, sp) = ((*g).sched_pc, (*g).sched_sp);
            if (*g).status() == Status::Syscall {
                return Unwinder::at(g, (*g).syscall_pc, (*g).syscall_sp);
            }
            if pc == rt_arch::rt_morestack_resume as *const () as usize {
                let entry = find_func((*g).more_pc).map_or(0, |f| f.entry());
                let mut frame = make(entry, sp, true, false, 0);
                if let Some(f) = &mut frame {
                    f.lr = more_link(g);
                }
                return Unwinder { frame, g, quiet: false };
            }
            if pc == rt_arch::rt_gostart as *const () as usize {
                // New: nothing on its stack yet; its closure is in sched.ctxt.
                return Unwinder { frame: None, g, quiet: false };
            }
            Unwinder { frame: make(pc, sp, false, false, 0), g, quiet: false }
        }
    }

    /// From a frame that is known.
    pub fn at(g: *const G, pc: usize, sp: usize) -> Unwinder {
        Unwinder { frame: make(pc, sp, false, false, 0), g, quiet: false }
    }

    /// From a faulting instruction.
    pub fn at_fault(g: *const G, pc: usize, sp: usize) -> Unwinder {
        Unwinder { frame: make(pc, sp, false, true, 0), g, quiet: false }
    }

    /// In a signal handler: from the instruction that a goroutine was interrupted at, whose frame may be in the making. None if
    /// nothing is known there.
    ///
    /// # Safety
    /// The goroutine is the interrupted thread's.
    pub unsafe fn interrupted(g: *const G, pc: usize, sp: usize, lr: usize) -> Option<Unwinder> {
        let func = find_func(pc)?;
        // SAFETY: within the stack's bounds; the code is readable.
        unsafe {
            let mut frame = make_in(func, pc, sp, false, true, 0);
            frame.lr = lr;
            let made = frame.cfa - machine::sp_before(sp, 0);
            let now = match func {
                Func::Go(_) => machine::frame_so_far(func.entry(), pc).unwrap_or(made),
                Func::Asm(_) => made,
            };
            // What the code says; failing that, other states that a function passes through.
            let known = [now, made, 0, WORD].into_iter().find(|&n| {
                frame.cfa = machine::sp_before(sp, n);
                let in_stack =
                    |at: usize| at.is_multiple_of(WORD) && at >= (*g).stack_lo && at < (*g).stack_hi;
                machine::return_slot(sp, frame.cfa).is_none_or(in_stack)
                    && frame.cfa <= (*g).stack_hi
                    && find_func(frame.return_address()).is_some()
            })?;
            frame.cfa = machine::sp_before(sp, known);
            Some(Unwinder { frame: Some(frame), g, quiet: true })
        }
    }

    /// In a signal handler that found the thread on its own stack: from where the goroutine left its stack.
    ///
    /// # Safety
    /// As `interrupted`.
    pub unsafe fn new_quiet(g: *const G) -> Option<Unwinder> {
        // SAFETY: only numbers of the record are read, and frames within the stack's bounds.
        unsafe {
            let mut u = Unwinder::new(g);
            let f = u.frame?;
            u.quiet = true;
            (f.sp >= (*g).stack_lo && f.cfa <= (*g).stack_hi).then_some(u)
        }
    }

    /// To the caller.
    ///
    /// # Safety
    /// As `new`.
    pub unsafe fn step(&mut self) {
        let Some(f) = &self.frame else { return };
        if f.func.flags().contains(FuncFlags::TOPFRAME) {
            self.frame = None;
            return;
        }
        // SAFETY: the frame lies in the goroutine's stack, whose layout the tables describe.
        unsafe {
            let stack = (*self.g).stack_lo..(*self.g).stack_hi;
            if self.quiet && !(stack.contains(&(f.cfa - WORD)) && stack.contains(&f.sp)) {
                self.frame = None;
                return;
            }
            let ret = f.return_address();
            let mut regs = 0;
            if let Func::Asm(a) = f.func
                && a.flags.contains(FuncFlags::SAVES_REGS)
            {
                regs = f.sp + a.regs_offset as usize;
            }
            let fault = is_sigpanic(&f.func);
            // Where the fake call has saved the link register.
            let sp = f.cfa + if fault { machine::FAKED } else { 0 };
            let (from, cfa) = (f.pc, f.cfa);
            let func = match f.func {
                // Recursion needs no search.
                Func::Go(e) if has(e, ret) => Some(f.func),
                _ => find_func(ret),
            };
            self.frame = func.map(|func| make_in(func, ret, sp, false, fault, regs));
            if machine::LINK
                && fault
                && let Some(frame) = &mut self.frame
            {
                frame.lr = *(cfa as *const usize);
            }
            if self.frame.is_none() && ret != 0 && !self.quiet {
                print::str("runtime: unexpected return pc ");
                print::hex(ret as u64);
                print::str(" called from ");
                print::hex(from as u64);
                print::str("\n");
                if !(*self.g).m.is_null() && (*(*self.g).m).dying == 0 {
                    throw("unknown caller pc");
                }
            }
        }
    }

    /// The frame, then a step: for loops.
    ///
    /// # Safety
    /// As `new`.
    pub unsafe fn advance(&mut self) -> Option<Frame> {
        let f = self.frame;
        // SAFETY: the caller's promise.
        unsafe { self.step() };
        f
    }
}

fn is_sigpanic(f: &Func) -> bool {
    f.entry() == shared().sigpanic && f.entry() != 0
}

/// The open-coded defers of a frame's function.
pub fn open_defers(f: &Func) -> Option<OpenDefers> {
    match f {
        Func::Go(e) => facts(e).open_defers,
        Func::Asm(_) => None,
    }
}

/// Calls `visit` with the address of each slot that may hold a pointer on the goroutine's stack and in its register save
/// area: live ones, some of them several times, and all in stack objects, where dead ones may hold anything.
///
/// # Safety
/// As `Unwinder::new`; a running goroutine must stand in a hook of the calling thread.
#[allow(clippy::redundant_closure, reason = "the closure is inlined, a reference to `visit` is called")]
pub unsafe fn each_slot(g: *mut G, visit: impl Fn(*mut usize)) {
    // SAFETY: slots come from the compiler's tables.
    unsafe {
        let maps = the_image().stackmaps();
        each_slot_and_object(
            g,
            |slot| visit(slot),
            |sp, o| {
                if let Some(map) = image::PtrMap::at(maps, o.map) {
                    let base = (sp + o.offset as usize) as *mut usize;
                    map.iter().for_each(|w| visit(base.add(w as usize)));
                }
            },
        )
    }
}

/// Calls `visit` with the address of each slot that holds a live pointer (or nil) by itself, and `object` with each object
/// that is alive if a live pointer leads to it, and its frame's SP. Objects come in ascending order.
///
/// # Safety
/// As `each_slot`.
pub unsafe fn each_slot_and_object(
    g: *mut G,
    mut visit: impl FnMut(*mut usize),
    mut object: impl FnMut(usize, image::StackObject),
) {
    // SAFETY: slots come from the compiler's tables.
    unsafe {
        let maps = the_image().stackmaps();
        let mut u = Unwinder::new(g);
        // The map of the last call met: recursion meets the same one again and again.
        let mut last: (usize, Option<image::PtrMap>) = (0, None);
        let mut points = (core::ptr::null(), image::Points::default());
        if (*g).sched_ctxt != 0 {
            visit(&raw mut (*g).sched_ctxt);
        }
        while let Some(f) = u.frame {
            match f.func {
                Func::Go(e) => {
                    if f.at_entry {
                        let mut bits = facts(e).arg_reg_ptrs;
                        while bits != 0 {
                            let i = bits.trailing_zeros() as usize;
                            visit(&raw mut (*g).more_regs[i]);
                            bits &= bits - 1;
                        }
                    } else {
                        if !f.fault && e.flags(maps).intersects(UNSCANNABLE) {
                            unscannable(&f);
                        }
                        let off = (f.pc - entry(e)) as u32;
                        if !core::ptr::eq(points.0, e) {
                            points = (e, e.points(maps));
                        }
                        let map = if f.fault {
                            fault_map(maps, e)
                        } else if last.0 == f.pc {
                            last.1
                        } else {
                            last = (f.pc, points.1.map(off));
                            last.1
                        };
                        points.1.objects().for_each(|o| object(f.sp, o));
                        // No row: no pointers at this call.
                        if let Some(map) = map {
                            for w in map.iter() {
                                visit((f.sp + w as usize * WORD) as *mut usize);
                            }
                            if f.regs != 0 {
                                let mut bits = map.regs;
                                while bits != 0 {
                                    let i = bits.trailing_zeros() as usize;
                                    visit((f.regs + i * WORD) as *mut usize);
                                    bits &= bits - 1;
                                }
                            }
                        }
                    }
                    // Safepoints name what is still alive of the arguments, in functions that are not the user's assembly.
                    let all = f.at_entry || e.flags(maps).contains(FuncFlags::ASM);
                    if all && let Some(map) = image::PtrMap::at(maps, facts(e).args_map) {
                        for w in map.iter() {
                            visit((f.args() + w as usize * WORD) as *mut usize);
                        }
                    }
                }
                Func::Asm(a) => {
                    // Without argument registers the bits mean words of stack arguments.
                    let on_stack = HOST_INT_ARGS == 0;
                    if on_stack || f.at_entry {
                        let mut bits = a.arg_reg_ptrs;
                        while bits != 0 {
                            let i = bits.trailing_zeros() as usize;
                            match on_stack {
                                true => visit((f.args() + i * WORD) as *mut usize),
                                false => visit(&raw mut (*g).more_regs[i]),
                            }
                            bits &= bits - 1;
                        }
                    }
                    if !f.at_entry {
                        for w in 0..a.ptrs_words as usize {
                            visit((f.sp + a.ptrs_offset as usize + w * WORD) as *mut usize);
                        }
                        if a.flags.contains(FuncFlags::REFLECT_STUB) {
                            // Results on the stack are values once the stub's flag, four words up, says so.
                            let slot = f.sp + machine::ARGS;
                            visit(slot as *mut usize);
                            let done = *((slot + 4 * WORD) as *const u8) != 0;
                            reflect_args(*(slot as *const usize), f.args(), done, &mut visit);
                        }
                    }
                }
            }
            u.step();
        }
    }
}

/// Properties of assembly whose frames tell nothing about pointers.
const UNSCANNABLE: FuncFlags =
    FuncFlags::UNTYPED_LOCALS.union(FuncFlags::UNTYPED_ARGS).union(FuncFlags::SPWRITE);

/// The user's assembly called Go code from a frame that cannot be scanned: Go's message.
#[cold]
fn unscannable(f: &Frame) -> ! {
    let flags = f.func.flags();
    print::str("runtime: frame ");
    f.func.name().with(print::bytes);
    if flags.contains(FuncFlags::UNTYPED_LOCALS) {
        print::str(" untyped locals\n");
    } else if flags.contains(FuncFlags::UNTYPED_ARGS) {
        print::str(" untyped args\n");
    } else {
        print::str(" writes SP\n");
    }
    throw("missing stackmap")
}

/// After a fault only what the deferreturn point needs is alive.
fn fault_map<'a>(maps: &'a [u8], e: &FuncRow) -> Option<image::PtrMap<'a>> {
    let from = facts(e).deferreturn;
    // The first call from there on is deferreturn's.
    if from == 0 { None } else { e.points(maps).map_after(from) }
}

/// The incoming stack arguments of a function value made by reflection: the closure is
/// {code, *bitVector{n int32, data *byte}, size of the arguments, ...}.
unsafe fn reflect_args(closure: usize, args: usize, done: bool, visit: &mut dyn FnMut(*mut usize)) {
    // SAFETY: reflect's makeFuncCtxt.
    unsafe {
        if closure == 0 {
            return;
        }
        let bv = *((closure + WORD) as *const usize);
        if bv == 0 {
            return;
        }
        // The third word of the closure is the size of the arguments.
        let words = *((closure + 2 * WORD) as *const usize) / WORD;
        let n = (*(bv as *const i32) as usize).min(if done { usize::MAX } else { words });
        let data = *((bv + WORD) as *const *const u8);
        for i in 0..n {
            if *data.add(i / 8) >> (i % 8) & 1 != 0 {
                visit((args + i * WORD) as *mut usize);
            }
        }
    }
}
