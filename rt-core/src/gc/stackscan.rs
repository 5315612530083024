//! Walking a goroutine's stack: its frames, and in each the slots that hold pointers.
//!
//! The walker serves the collector (mark what a slot points to), the stack copier (adjust slots) and
//! tracebacks (frames only). It reads the image's tables; `init` gives it those once.
//!
//! Which words of a frame hold pointers:
//! - compiled functions: the stack map of the call they stand in, at its return address;
//! - frames stopped by a fault (their callee is the signal panic): the map of the deferreturn call,
//!   since only that runs in them again; without deferred calls nothing does, and nothing is kept;
//! - a loop's poll: the map also names registers, which lie in the frame of the callee
//!   (`SAVES_REGS`);
//! - assembly: the fixed words that its row names;
//! - incoming stack arguments: the callee's argument map, for reflection's stubs the map in the
//!   closure;
//! - a goroutine that waits in morestack stands at the entry of a function that has no frame yet;
//!   its argument registers lie in the g.

use super::state;
use crate::heap::meta;
use crate::print;
use crate::sync::Global;
use core::sync::atomic::Ordering::*;
use reflect::arch::Arch;
use reflect::image::{self, AsmFunc, FuncEntry, FuncFlags, Image, PtrMap};

const PTR: usize = size_of::<usize>();

/// The image's tables, as the walker uses them. Written once by `init`.
struct Tables {
    image: *const Image,
    funcs: &'static [FuncEntry],
    maps: &'static [u32],
    /// Assembly functions, sorted by entry.
    asm: &'static [AsmFunc],
    resume: usize,
    sigpanic: usize,
}

static TABLES: Global<Tables> =
    Global::new(Tables { image: core::ptr::null(), funcs: &[], maps: &[], asm: &[], resume: 0, sigpanic: 0 });

fn tables() -> &'static Tables {
    // SAFETY: written once, before there is a goroutine.
    unsafe { &*TABLES.get() }
}

/// Gives the walker its tables: the image, the assembly's functions (in any order), the address of
/// `rt_morestack_resume`, and that of the function that compiled code seems to call at a fault
/// (0: none yet, see `set_sigpanic`).
///
/// # Safety
/// Once, before there is a goroutine; all of it is valid for the life of the program.
pub unsafe fn init(image: &'static Image, asm: &[AsmFunc], resume: usize, sigpanic: usize) {
    let n = asm.len();
    let copy = meta::persistent(size_of::<AsmFunc>() * n.max(1), 8) as *mut AsmFunc;
    // SAFETY: room for all rows; the image is the running program's.
    unsafe {
        copy.copy_from_nonoverlapping(asm.as_ptr(), n);
        let sorted = core::slice::from_raw_parts_mut(copy, n);
        sorted.sort_unstable_by_key(|f| f.entry);
        *TABLES.get() =
            Tables { image, funcs: image.funcs(), maps: image.stackmaps(), asm: sorted, resume, sigpanic };
    }
}

/// Sets the address of the signal panic's entry.
///
/// # Safety
/// Before a fault can happen.
pub unsafe fn set_sigpanic(entry: usize) {
    // SAFETY: the caller's promise.
    unsafe { (*TABLES.get()).sigpanic = entry };
}

/// A function that may have a frame.
#[derive(Clone, Copy)]
pub enum Func {
    /// Compiled.
    Go(&'static FuncEntry),
    /// Written in assembly.
    Asm(&'static AsmFunc),
}

impl Func {
    /// Its properties.
    pub fn flags(self) -> FuncFlags {
        match self {
            Func::Go(f) => f.flags,
            Func::Asm(f) => f.flags,
        }
    }

    /// First instruction.
    pub fn entry(self) -> usize {
        match self {
            Func::Go(f) => f.entry as usize,
            Func::Asm(f) => f.entry as usize,
        }
    }

    fn frame(self) -> usize {
        match self {
            Func::Go(f) => f.frame as usize,
            Func::Asm(f) => f.frame as usize,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static [u8] {
        // SAFETY: the running image; assembly names end with a zero byte.
        unsafe {
            match self {
                Func::Go(f) => (*tables().image).func_name(f),
                Func::Asm(f) => core::ffi::CStr::from_ptr(f.name as usize as *const _).to_bytes(),
            }
        }
    }
}

/// The function that contains a code address.
pub fn find_func(pc: usize) -> Option<Func> {
    let t = tables();
    if let Some((_, f)) = image::find_func(t.funcs, pc as u64) {
        return Some(Func::Go(f));
    }
    let i = t.asm.partition_point(|f| f.entry <= pc as u64).checked_sub(1)?;
    let f = &t.asm[i];
    (pc as u64 - f.entry < f.size as u64).then_some(Func::Asm(f))
}

/// Where a goroutine stands: its `sched`, and what morestack left.
#[derive(Clone, Copy)]
pub struct Start {
    /// `sched.sp` and `sched.pc`.
    pub sp: usize,
    pub pc: usize,
    /// Address of the word `sched.ctxt`.
    pub ctxt: usize,
    /// `more.pc`, and the address of `more.regs`; they count if pc is `rt_morestack_resume`.
    pub more_pc: usize,
    pub more_regs: usize,
}

/// A frame of a stack.
#[derive(Clone, Copy)]
pub struct Frame {
    /// Its function.
    pub func: Func,
    /// Where it stands: the return address of its call, the faulting instruction, or its entry.
    pub pc: usize,
    /// SP of the frame.
    pub sp: usize,
    /// SP just before the call of the function: where its stack arguments begin (above the fixed
    /// part of a frame on link register machines).
    pub cfa: usize,
    /// At its entry, without a frame yet.
    pub at_entry: bool,
    /// Stopped by a fault, not in a call.
    pub faulted: bool,
    /// The function called and its SP, if a frame lies below.
    pub callee: Option<(Func, usize)>,
}

/// The frames of a stack, innermost first.
pub struct Frames {
    next: Option<Frame>,
}

fn pushed_pc() -> bool {
    Arch::host().link.is_none()
}

fn load(addr: usize) -> usize {
    // SAFETY: words of a stack that doesn't run.
    unsafe { *(addr as *const usize) }
}

impl Frame {
    fn new(func: Func, pc: usize, sp: usize, at_entry: bool, callee: Option<Frame>) -> Frame {
        let size = if at_entry { 0 } else { func.frame() };
        let cfa = sp + size + if pushed_pc() { PTR } else { 0 };
        let faulted = callee.is_some_and(|c| c.func.entry() == tables().sigpanic);
        Frame { func, pc, sp, cfa, at_entry, faulted, callee: callee.map(|c| (c.func, c.sp)) }
    }

    /// Where the function returns to.
    pub fn return_pc(&self) -> usize {
        if pushed_pc() { load(self.cfa - PTR) } else { load(self.sp) }
    }
}

impl Frames {
    /// The frames of a goroutine that stands at `s`. It doesn't run, and its stack doesn't move.
    pub fn new(s: &Start) -> Frames {
        let t = tables();
        if s.pc == t.resume && t.resume != 0 {
            let next = find_func(s.more_pc).map(|f| Frame::new(f, f.entry(), s.sp, true, None));
            return Frames { next };
        }
        Frames { next: find_func(s.pc).map(|f| Frame::new(f, s.pc, s.sp, false, None)) }
    }

    /// The frames from a given one on: it stands at `pc` with `sp`, in a call if not `faulted`.
    pub fn at(pc: usize, sp: usize, faulted: bool) -> Frames {
        let mut next = find_func(pc).map(|f| Frame::new(f, pc, sp, false, None));
        if let Some(f) = &mut next {
            f.faulted = faulted;
        }
        Frames { next }
    }
}

impl Iterator for Frames {
    type Item = Frame;
    fn next(&mut self) -> Option<Frame> {
        let f = self.next?;
        self.next = None;
        if !f.func.flags().has(FuncFlags::TOPFRAME) {
            let pc = f.return_pc();
            self.next = match find_func(pc) {
                Some(func) => Some(Frame::new(func, pc, f.cfa, false, Some(f))),
                None => unknown(&f, pc),
            };
        }
        Some(f)
    }
}

#[cold]
fn unknown(f: &Frame, pc: usize) -> ! {
    print::str("runtime: stack walk: no function at return address ");
    print::hex(pc as u64);
    print::str(" of ");
    crate::os::write(2, f.func.name());
    print::str("\n");
    print::throw("unknown caller pc")
}

fn each_bit(map: &PtrMap, base: usize, f: &mut dyn FnMut(usize)) {
    for w in map.iter() {
        f(base + w as usize * PTR);
    }
}

/// The first stack map of a function after code offset `pc`: of the call that begins there.
fn map_after(maps: &'static [u32], f: &FuncEntry, pc: u32) -> Option<PtrMap<'static>> {
    let t = maps.get(f.stackmaps as usize / 4..)?;
    let rows = t.get(1..1 + 2 * *t.first()? as usize)?;
    let row = rows.chunks_exact(2).find(|r| r[0] > pc)?;
    image::stack_map(maps, f, row[0])
}

fn frame_map(t: &Tables, fr: &Frame, f: &'static FuncEntry) -> Option<PtrMap<'static>> {
    if f.stackmaps == 0 || fr.at_entry {
        return None;
    }
    if fr.faulted {
        return if f.deferreturn != 0 { map_after(t.maps, f, f.deferreturn) } else { None };
    }
    let off = (fr.pc as u64 - f.entry) as u32;
    let m = image::stack_map(t.maps, f, off);
    if m.is_none() && state().verify.load(Relaxed) {
        print::str("runtime: no stack map at ");
        print::hex(fr.pc as u64);
        print::str(" in ");
        crate::os::write(2, fr.func.name());
        print::str("\n");
        print::throw("missing stack map");
    }
    m
}

/// Calls `f` with the address of each word of one frame that holds a pointer, incoming stack
/// arguments included.
pub fn frame_slots(fr: &Frame, f: &mut dyn FnMut(usize)) {
    let t = tables();
    let args = fr.cfa + if pushed_pc() { 0 } else { Arch::host().min_frame as usize };
    match fr.func {
        Func::Go(func) => {
            if let Some(m) = frame_map(t, fr, func) {
                each_bit(&m, fr.sp, f);
                if let (true, Some((Func::Asm(a), sp))) = (m.regs != 0, fr.callee) {
                    if a.flags.has(FuncFlags::SAVES_REGS) {
                        let mut regs = m.regs;
                        while regs != 0 {
                            f(sp + a.regs_offset as usize + regs.trailing_zeros() as usize * PTR);
                            regs &= regs - 1;
                        }
                    }
                }
            }
            if let Some(m) = PtrMap::at(t.maps, func.args_map) {
                each_bit(&m, args, f);
            }
        }
        Func::Asm(a) => {
            for w in 0..a.ptrs_words as usize {
                f(fr.sp + a.ptrs_offset as usize + w * PTR);
            }
            if a.flags.has(FuncFlags::REFLECT_STUB) {
                f(fr.sp);
                stub_args(load(fr.sp), load(fr.sp + 2 * PTR) & 0xff != 0, args, f);
            }
        }
    }
}

/// The arguments of a function made by reflection: the closure is {code, *{count, bits}, bytes of
/// arguments}; results count once they are valid.
fn stub_args(closure: usize, results: bool, args: usize, f: &mut dyn FnMut(usize)) {
    if closure == 0 {
        return;
    }
    let map = load(closure + PTR);
    // SAFETY: reflect's closures have this layout; the bit vector is {u32 count, pointer to bytes}.
    unsafe {
        let mut n = *(map as *const u32) as usize;
        let bits = load(map + PTR) as *const u8;
        if !results {
            n = n.min(load(closure + 2 * PTR) / PTR);
        }
        for i in 0..n {
            if *bits.add(i / 8) >> (i % 8) & 1 != 0 {
                f(args + i * PTR);
            }
        }
    }
}

/// Calls `f` with the address of every word of a goroutine's stack, and of its saved registers, that
/// holds a pointer. The goroutine doesn't run. Words may hold nil, stack addresses or pointers to
/// data as well.
pub fn for_each_frame_pointer_slot(s: &Start, f: &mut dyn FnMut(usize)) {
    if s.ctxt != 0 {
        f(s.ctxt);
    }
    for fr in Frames::new(s) {
        if fr.at_entry {
            let mut regs = match fr.func {
                Func::Go(e) => e.arg_reg_ptrs as u32,
                Func::Asm(a) => a.arg_reg_ptrs,
            };
            while regs != 0 {
                f(s.more_regs + regs.trailing_zeros() as usize * PTR);
                regs &= regs - 1;
            }
        }
        frame_slots(&fr, f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reflect::image::Range;

    /// Three functions at 1000, 2000 and 3000, and a top frame in assembly at 4000; frames by hand.
    #[test]
    fn frames_and_slots() {
        let _g = crate::gc::testing::lock();
        let maps: &'static [u32] = Box::leak(Box::new([
            0, // offset 0 means none
            0,
            3,
            0b101, // 4: words 0 and 2
            1 << 3 | 1,
            2,
            0b10, // 16: word 1, registers 0 and 3
            0,
            2,
            0b10, // 28: an argument map
            1,
            0x10,
            4, // 40: table of f
            2,
            0x20,
            16,
            0x40,
            4, // 52: table of g
        ]));
        let go = |entry, frame, stackmaps, args_map| FuncEntry {
            entry,
            size: 0x100,
            frame,
            stackmaps,
            args_map,
            ..FuncEntry::default()
        };
        let mut f = go(0x1000, 32, 40, 28);
        f.arg_reg_ptrs = 0b110;
        let mut g = go(0x2000, 16, 52, 0);
        g.deferreturn = 0x3b;
        let funcs: &'static [FuncEntry] = Box::leak(Box::new([f, g]));
        let asm = [
            AsmFunc { entry: 0x4000, size: 16, flags: FuncFlags::TOPFRAME, ..AsmFunc::default() },
            AsmFunc {
                entry: 0x3000,
                size: 16,
                frame: 48,
                flags: FuncFlags::SAVES_REGS,
                regs_offset: 8,
                ..AsmFunc::default()
            },
            AsmFunc {
                entry: 0x5000,
                size: 16,
                frame: 8,
                ptrs_offset: 0,
                ptrs_words: 1,
                ..AsmFunc::default()
            },
        ];
        let image: &'static Image = Box::leak(Box::new(Image {
            funcs: Range { ptr: funcs.as_ptr() as u64, len: 2 },
            stackmaps: Range { ptr: maps.as_ptr() as u64, len: maps.len() as u64 * 4 },
            ..Image::default()
        }));
        unsafe { init(image, &asm, 0x9999, 0x5000) };
        let mut st = vec![0usize; 40];
        let base = st.as_ptr() as usize;
        let walk = |start: Start| {
            let mut v = vec![];
            for_each_frame_pointer_slot(&start, &mut |a| v.push((a as isize - base as isize) / 8));
            v
        };
        // poll (words 0..6, return 6) from g at 0x20 (words 7..9, return 9) from f at 0x10 (10..14).
        (st[6], st[9], st[14]) = (0x2020, 0x1010, 0x4004);
        let s = Start { sp: base, pc: 0x3004, ctxt: 0, more_pc: 0, more_regs: 0 };
        // g: word 1, registers 0 and 3 in poll's frame; f: words 0 and 2, argument word 1.
        assert_eq!(walk(s), [8, 1, 4, 10, 12, 16]);
        // A fault in g: its map is that of the deferreturn call (words 0 and 2 of it).
        (st[1], st[4], st[9]) = (0x2007, 0x1010, 0x4004);
        assert_eq!(walk(Start { pc: 0x5003, ..s }), [0, 2, 4, 5, 7, 11]);
        // Waiting in morestack at f's entry: argument registers 1 and 2, stack argument, no frame.
        st[0] = 0x4004;
        let more = base + 20 * 8;
        assert_eq!(
            walk(Start { pc: 0x9999, more_pc: 0x1005, more_regs: more, ctxt: base + 30 * 8, ..s }),
            [30, 21, 22, 2]
        );
    }
}
