//! What walks for `runtime.Callers`, profiles and `recover` ask of each address: is the function one that nobody is shown, and is it inlined into
//! another? The answer stands in tables that are read from a function's beginning on. The same calls are met again and again, so each thread
//! remembers some answers (Go remembers what it reads of its tables likewise).

use crate::task::symtab::logical;
use crate::task::unwind::Func;
use reflect::image::FuncFlags;

/// What a walk needs to know of the innermost logical frame at an address.
#[derive(Clone, Copy)]
pub struct Site {
    pub flags: FuncFlags,
    /// The address that stands for the frame it is inlined into; 0: into none.
    pub outer: usize,
}

impl Site {
    /// What the tables say of an instruction of `f`.
    pub fn read(f: &Func, pc: usize) -> Option<Site> {
        let l = logical(f, pc, 0)?;
        Some(Site { flags: l.flags, outer: if l.more { l.outer_pc } else { 0 } })
    }

    /// A wrapper or the like, which walks do not show.
    pub fn hidden(&self) -> bool {
        self.flags.intersects(FuncFlags::WRAPPER.union(FuncFlags::DEFERRETURN))
    }
}

const KEPT: usize = 64;

/// Answers by address, each in the one place it can have. All zeroes is empty: nothing is at address 0.
#[repr(C)]
pub struct Sites([(usize, Site); KEPT]);

impl Sites {
    /// What the tables say of an instruction of `f`. Not in a signal handler, which may have interrupted just this.
    pub fn at(&mut self, f: &Func, pc: usize) -> Option<Site> {
        let place = &mut self.0[(pc ^ (pc / KEPT)) % KEPT];
        if place.0 != pc {
            *place = (pc, Site::read(f, pc)?);
        }
        Some(place.1)
    }
}
