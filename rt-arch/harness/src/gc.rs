//! A heap of objects for the pointers among random values, and its collector: what no table names as a pointer dies.

use crate::rt::{G, each_pointer};

const OBJECTS: usize = 4096;
/// Whether the object at this address is alive.
static mut ALIVE: [u64; OBJECTS] = [0; OBJECTS];
static mut NEXT: usize = 0;
pub static mut COLLECTIONS: usize = 0;

fn address(i: usize) -> usize {
    (&raw mut ALIVE).cast::<u64>() as usize + 8 * i
}

fn index(p: usize) -> Option<usize> {
    (p.wrapping_sub(address(0)) < 8 * OBJECTS).then(|| (p - address(0)) / 8)
}

/// Forgets all objects.
pub fn reset() {
    // SAFETY: one thread.
    unsafe { NEXT = 0 }
}

/// A new object's address.
pub fn alloc() -> usize {
    // SAFETY: one thread.
    unsafe {
        let i = NEXT % OBJECTS;
        NEXT += 1;
        ALIVE[i] = 1;
        address(i)
    }
}

/// Whether the object at `p` has outlived all collections.
pub fn alive(p: usize) -> bool {
    // SAFETY: one thread.
    index(p).is_some_and(|i| unsafe { ALIVE[i] == 1 })
}

/// Ends the life of every object that no pointer of the waiting `g` reaches.
pub unsafe fn collect(g: *mut G) {
    // SAFETY: one thread; every frame is described.
    unsafe {
        COLLECTIONS += 1;
        each_pointer(g, None, &mut |p| {
            if let Some(i) = index(*p) {
                ALIVE[i] |= 2;
            }
        });
        for a in (&mut *(&raw mut ALIVE)).iter_mut() {
            *a = *a >> 1 & *a;
        }
    }
}
