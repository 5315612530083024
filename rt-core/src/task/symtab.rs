//! From addresses to functions, files and lines, inlined calls included; Callers.

use crate::base::image::the_image;
use crate::task::current::{curg, getm};
use crate::task::g::G;
use crate::task::hook;
use crate::task::sites::Site;
use crate::task::state::Status;
use crate::task::unwind::{self, Func, Unwinder};
use reflect::image::{self, FuncEntry, FuncFlags, InlinedCall};

/// One logical frame: a function, or a call inlined into it.
#[derive(Clone, Copy)]
pub struct Logical {
    pub name: &'static [u8],
    pub file: &'static [u8],
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
            file: b"<assembly>",
            line: 0,
            start_line: 0,
            flags: f.flags(),
            more: false,
            outer_pc: 0,
        });
    };
    // SAFETY: the image is the program's own.
    unsafe {
        let img = the_image();
        let tables = img.pclines();
        let row = image::line_at(tables, e, (pc - e.entry as usize) as u32);
        let (mut file, mut line, mut index) = (row.file, row.line, row.inline);
        for _ in 0..depth {
            if index == 0 {
                return None;
            }
            let c: InlinedCall = image::inlined_call(tables, e, index - 1)?;
            (file, line, index) = (c.call_file, c.call_line, c.parent);
        }
        if index == 0 {
            return Some(Logical {
                name: img.func_name(e),
                file: img.file_name(file),
                line,
                start_line: e.start_line,
                flags: e.flags,
                more: false,
                outer_pc: 0,
            });
        }
        let c = image::inlined_call(tables, e, index - 1)?;
        Some(Logical {
            name: image::string(img.strings(), c.name),
            file: img.file_name(file),
            line,
            start_line: c.start_line,
            flags: c.flags,
            more: true,
            outer_pc: e.entry as usize + c.marker as usize,
        })
    }
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

/// The overlay's `pcInfo`.
#[repr(C)]
pub struct PcInfo {
    name: Str,
    file: Str,
    line: isize,
    start_line: isize,
    entry: usize,
    func: usize,
    more: bool,
    wrapper: bool,
}

hook! { fn "runtime.pcLookup"(pc: usize, depth: isize, out: *mut PcInfo) -> bool, leaf {
    match unwind::find_func(pc).and_then(|f| logical(&f, pc, depth as usize).map(|l| (f, l))) {
        None => false,
        Some((f, l)) => {
            let func = match f {
                Func::Go(e) => e as *const FuncEntry as usize,
                Func::Asm(_) => 0,
            };
            out.write(PcInfo {
                name: Str::new(l.name),
                file: Str::new(l.file),
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

hook! { fn "runtime.fnLookup"(f: *const FuncEntry, out: *mut PcInfo) leaf {
    let img = the_image();
    let r = img.funcs.ptr as usize..(img.funcs.ptr as usize + img.funcs.len as usize * size_of::<FuncEntry>());
    if r.contains(&(f as usize)) {
        let e = &*f;
        out.write(PcInfo {
            name: Str::new(img.func_name(e)),
            file: Str::new(img.file_name(e.file)),
            line: e.start_line as isize,
            start_line: e.start_line as isize,
            entry: e.entry as usize,
            func: f as usize,
            more: false,
            wrapper: e.flags.contains(FuncFlags::WRAPPER),
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
