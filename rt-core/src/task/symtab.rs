//! From addresses to functions, files and lines, inlined calls included; Callers.

use crate::base::image::the_image;
use crate::base::layout::shared_record;
use crate::mem::meta;
use crate::task::current::{curg, getm};
use crate::task::g::G;
use crate::task::hook;
use crate::task::sites::Site;
use crate::task::state::Status;
use crate::task::unwind::{self, Func, Unwinder};
use core::sync::atomic::{AtomicUsize, Ordering::*};
use reflect::image::{self, FuncFlags, FuncRow, InlinedCall};

/// A name of a function or of a file.
#[derive(Clone, Copy)]
pub enum Text {
    /// One of the image's, by number.
    Number(u32),
    /// As it is.
    Bytes(&'static [u8]),
}

/// Address of an array with a word for each of the image's texts: where it was kept, or 0.
static KEPT: AtomicUsize = AtomicUsize::new(0);

impl Text {
    /// Calls `f` with the text. It takes no lock and no memory but the stack's.
    pub fn with<R>(self, f: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            // SAFETY: the image is the program's own.
            Text::Number(n) => unsafe { the_image().texts() }.with(n, f),
            Text::Bytes(b) => f(b),
        }
    }

    /// The text, for good: it is put together once, and stays.
    pub fn keep(self) -> Str {
        let n = match self {
            Text::Number(n) => n as usize,
            Text::Bytes(b) => return Str::new(b),
        };
        const WORD: usize = size_of::<usize>();
        // SAFETY: the image is the program's own; the array has a word for each text, and words lead to a length and so many
        // bytes that nobody writes any more.
        unsafe {
            let all = the_image().text_index.len as usize * image::texts::BLOCK;
            if KEPT.load(Acquire) == 0 {
                let array = meta::persistent(all * WORD, WORD) as usize;
                // Who comes second leaves its array behind.
                let _ = KEPT.compare_exchange(0, array, AcqRel, Acquire);
            }
            let Some(slot) = (n < all).then(|| &*(KEPT.load(Acquire) as *const AtomicUsize).add(n)) else {
                return Str::new(b"");
            };
            if slot.load(Acquire) == 0 {
                let copy = self.with(|text| {
                    let copy = meta::persistent(WORD + text.len(), WORD);
                    copy.cast::<usize>().write(text.len());
                    copy.add(WORD).copy_from(text.as_ptr(), text.len());
                    copy as usize
                });
                let _ = slot.compare_exchange(0, copy, AcqRel, Acquire);
            }
            let copy = slot.load(Acquire) as *const u8;
            Str { ptr: copy.add(WORD), len: copy.cast::<usize>().read() }
        }
    }
}

/// One logical frame: a function, or a call inlined into it.
#[derive(Clone, Copy)]
pub struct Logical {
    pub name: Text,
    pub file: Text,
    pub line: u32,
    pub start_line: u32,
    pub flags: FuncFlags,
    /// An outer frame follows.
    pub more: bool,
    /// With `more`: the address at which that frame is, the instruction's own.
    pub outer_pc: usize,
}

/// Logical frame `depth` (0: innermost) at code address `pc`, which is the instruction's own.
pub fn logical(f: &Func, pc: usize, depth: usize) -> Option<Logical> {
    let Func::Go(e) = f else {
        return (depth == 0).then(|| Logical {
            name: f.name(),
            file: Text::Bytes(b"<assembly>"),
            line: 0,
            start_line: 0,
            flags: f.flags(),
            more: false,
            outer_pc: 0,
        });
    };
    // SAFETY: the image is the program's own.
    let tables = unsafe { the_image().pclines() };
    let x = unwind::facts(e);
    let row = image::line_at(tables, &x, (pc - f.entry()) as u32);
    let (mut file, mut line, mut index) = (row.file, row.line, row.inline);
    for _ in 0..depth {
        if index == 0 {
            return None;
        }
        let c: InlinedCall = image::inlined_call(tables, &x, index - 1)?;
        (file, line, index) = (c.call_file, c.call_line, c.parent);
    }
    let file = Text::Number(file);
    if index == 0 {
        return Some(Logical {
            name: Text::Number(x.name),
            file,
            line,
            start_line: x.start_line,
            flags: f.flags(),
            more: false,
            outer_pc: 0,
        });
    }
    let c = image::inlined_call(tables, &x, index - 1)?;
    Some(Logical {
        name: Text::Number(c.callee.name),
        file,
        line,
        start_line: c.callee.start_line,
        flags: c.callee.flags,
        more: true,
        outer_pc: f.entry() + c.marker as usize,
    })
}

/// A Go string.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Str {
    pub ptr: *const u8,
    pub len: usize,
}

impl Str {
    /// Over static bytes.
    pub fn new(b: &'static [u8]) -> Str {
        Str { ptr: b.as_ptr(), len: b.len() }
    }
    /// The bytes.
    ///
    /// # Safety
    /// The string is alive.
    pub unsafe fn bytes<'a>(&self) -> &'a [u8] {
        // SAFETY: the caller's promise.
        unsafe {
            if self.len == 0 {
                return &[];
            }
            core::slice::from_raw_parts(self.ptr, self.len)
        }
    }
}

reflect::record! { pcinfo => shared_record { pub struct PcInfo {}} }

hook! { fn "runtime.pcLookup"(pc: usize, depth: isize, out: *mut PcInfo) -> bool, leaf {
    match unwind::find_func(pc).and_then(|f| logical(&f, pc, depth as usize).map(|l| (f, l))) {
        None => false,
        Some((f, l)) => {
            let func = match f {
                Func::Go(e) => &raw const *e as usize,
                Func::Asm(_) => 0,
            };
            out.write(PcInfo {
                name: l.name.keep(),
                file: l.file.keep(),
                line: l.line as isize,
                start_line: l.start_line as isize,
                entry: f.entry(),
                func,
                more: l.more,
                wrapper: l.flags.contains(FuncFlags::WRAPPER) || l.flags.contains(FuncFlags::DEFERRETURN),
            });
            true
        }
    }
}}

hook! { fn "runtime.fnLookup"(f: *const FuncRow, out: *mut PcInfo) leaf {
    let img = the_image();
    let index = (f as usize).wrapping_sub(img.funcs.ptr as usize) / size_of::<FuncRow>();
    if let Some(e) = img.functions().get(index) {
        let x = unwind::facts(e);
        out.write(PcInfo {
            name: Text::Number(x.name).keep(),
            file: Text::Number(x.file).keep(),
            line: x.start_line as isize,
            start_line: x.start_line as isize,
            entry: unwind::entry(e),
            func: f as usize,
            more: false,
            wrapper: Func::Go(e).flags().contains(FuncFlags::WRAPPER),
        });
    }
}}

/// An address for each logical frame of the goroutine, innermost first, without the first `skip`; wrappers don't count,
/// nor does the stub of the hook that the goroutine is in. A return address, or for calls inlined into a frame what
/// stands for one.
///
/// # Safety
/// The goroutine does not run, or is the caller's own in a hook.
pub unsafe fn callers(g: *mut G, skip: usize, out: &mut [usize]) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        let mut u = Unwinder::new(g);
        if u.frame.is_some_and(|f| !f.at_entry) && (*g).status() != Status::Syscall {
            u.step();
        }
        // The thread's own, and no signal's: nobody else looks at it meanwhile.
        let sites = &mut (*getm()).sites;
        logical_frames(&mut u, skip, out, |f, pc| sites.at(f, pc))
    }
}

/// The same from a frame on, in a signal handler: the walk ends where it leaves known ground.
///
/// # Safety
/// As `Unwinder::interrupted`.
pub unsafe fn callers_quiet(u: &mut Unwinder, out: &mut [usize]) -> usize {
    // SAFETY: the caller's promise.
    unsafe { logical_frames(u, 0, out, Site::read) }
}

unsafe fn logical_frames(
    u: &mut Unwinder,
    mut skip: usize,
    out: &mut [usize],
    mut site: impl FnMut(&Func, usize) -> Option<Site>,
) -> usize {
    // SAFETY: `u` is a walk that the caller may go on with.
    unsafe {
        let mut n = 0;
        'walk: while let Some(f) = u.frame {
            let mut pc = f.look_pc();
            while let Some(l) = site(&f.func, pc) {
                if n == out.len() {
                    break 'walk;
                }
                if l.hidden() {
                    // Invisible.
                } else if skip > 0 {
                    skip -= 1;
                } else {
                    // A caller subtracts one to get at the instruction; a faulting one is at pc itself.
                    out[n] = pc + 1;
                    n += 1;
                }
                if l.outer == 0 {
                    break;
                }
                pc = l.outer;
            }
            u.step();
        }
        n
    }
}

hook! { fn "runtime.inlinedInto"(pc: usize, pcs: *mut usize, max: isize) -> isize, leaf {
    // For a return address: those of the frames that its call is inlined into, as `callers` gives them.
    let (mut n, mut at) = (0, pc.wrapping_sub(1));
    if let Some(f) = unwind::find_func(at) {
        while let Some(l) = Site::read(&f, at)
            && l.outer != 0
            && n < max
        {
            at = l.outer;
            if Site::read(&f, at).is_some_and(|o| !o.hidden()) {
                pcs.offset(n).write(at + 1);
                n += 1;
            }
        }
    }
    n
}}

hook! { fn "runtime.callers"(skip: isize, pcs: *mut usize, n: isize) -> isize, leaf {
    // `skip` 0 is the caller: runtime.Callers or Caller.
    let out = core::slice::from_raw_parts_mut(pcs, n as usize);
    callers(curg(), skip.max(0) as usize, out) as isize
}}
