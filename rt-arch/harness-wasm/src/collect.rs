//! A collection while a function made by reflection runs: what its pointer arguments lead to is found through the map in
//! the closure, and only through it.

use crate::rt::{self, G, fail};
use core::cell::Cell;
use core::ptr::addr_of_mut;
use oxigo_reflect::word::{Wide, Word};

/// What the closures of makeFuncStub begin with.
#[repr(C)]
pub struct MakeFunc {
    pub code: Word,
    pub stack: Wide<*const BitVector>,
    pub arg_len: Word,
    pub reg_ptrs: [u8; 8],
}

/// Go's `reflect.bitVector`.
#[repr(C)]
pub struct BitVector {
    pub n: u32,
    pub data: Wide<*const u8>,
    pub len: Word,
    pub cap: Word,
}

/// Shows the pointers among the stack arguments of a stub with this closure.
pub unsafe fn stub_args(closure: u64, args: usize, visit: &dyn Fn(*mut u64)) {
    // SAFETY: the stub's frame holds its closure, whose code put it there; its map, if any, is as `MakeFunc` says.
    unsafe {
        let map = (*(closure as usize as *const MakeFunc)).stack.get();
        if map.is_null() {
            return;
        }
        let words = ((*map).n as usize).min((*map).len as usize * 8);
        for i in 0..words {
            if *(*map).data.get().add(i / 8) >> (i % 8) & 1 != 0 {
                visit((args + 8 * i) as *mut u64);
            }
        }
    }
}

const CELLS: usize = 256;
const ALIVE: u64 = 0x600d_f00d_600d_f00d;
const DEAD: u64 = 0xdead_beef_dead_beef;

/// A heap of cells, the next one to give, and how many cells collections have swept.
static mut HEAP: [u64; CELLS] = [DEAD; CELLS];
static mut NEXT: usize = 0;
pub static mut SWEPT: usize = 0;
pub static mut COLLECTIONS: usize = 0;

/// A new cell's address.
pub fn cell() -> usize {
    // SAFETY: one thread.
    unsafe {
        let p = addr_of_mut!(HEAP).cast::<u64>().add(NEXT % CELLS);
        NEXT += 1;
        *p = ALIVE;
        p as usize
    }
}

/// Whether the cell has survived.
pub fn is_alive(p: usize) -> bool {
    // SAFETY: an address from `cell`.
    unsafe { *(p as *const u64) == ALIVE }
}

/// Frees all cells that `g`'s stack does not lead to.
pub unsafe fn collect(g: *mut G) {
    let marks = [const { Cell::new(false) }; CELLS];
    // SAFETY: g waits in a hook.
    unsafe {
        let heap = addr_of_mut!(HEAP).cast::<u64>();
        let start = heap as usize as u64;
        rt::walk(g, &|p| {
            if *p >= start && *p < start + 8 * CELLS as u64 {
                marks[(*p - start) as usize / 8].set(true);
            }
        });
        for (i, mark) in marks.iter().enumerate() {
            if !mark.get() && *heap.add(i) == ALIVE {
                *heap.add(i) = DEAD;
                SWEPT += 1;
            }
        }
        COLLECTIONS += 1;
    }
}

/// Ends the program if one of the cells has been freed.
pub fn check_alive(cells: &[usize]) {
    for (i, p) in cells.iter().enumerate() {
        if !is_alive(*p) {
            fail(format_args!("the collector freed what pointer argument {i} leads to"));
        }
    }
}
