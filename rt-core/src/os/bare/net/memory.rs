//! Memory of sockets: runs of a power of two bytes, kept for the next of that size.

use core::ptr::null_mut;

/// The smallest run: a page.
const LEAST: u32 = 12;
/// How many sizes there are: up to 1 MiB.
const SIZES: usize = 9;

/// Where runs come from, and go back to: the system gets none of them back.
pub struct Memory {
    map: fn(usize) -> *mut u8,
    /// Free ones by size, linked by their first word.
    free: [*mut *mut u8; SIZES],
}

fn class(size: usize) -> usize {
    (size.next_power_of_two().trailing_zeros().max(LEAST) - LEAST) as usize
}

impl Memory {
    pub const fn new(map: fn(usize) -> *mut u8) -> Memory {
        Memory { map, free: [null_mut(); SIZES] }
    }

    /// At least so many bytes, with anything in them; none if memory is out.
    pub fn take(&mut self, size: usize) -> Option<*mut u8> {
        let list = self.free.get_mut(class(size))?;
        if list.is_null() {
            let run = (self.map)(1 << (class(size) as u32 + LEAST));
            return (!run.is_null()).then_some(run);
        }
        let run = *list;
        // SAFETY: a free run, whose first word is the next one's address.
        *list = unsafe { *run }.cast();
        Some(run.cast())
    }

    /// Bytes for as long as they are not given back.
    pub fn bytes(&mut self, size: usize) -> Option<&'static mut [u8]> {
        let run = self.take(size)?;
        // SAFETY: the run has so many bytes, which are nobody else's; the system gave them as zeroes, or they were a socket's.
        Some(unsafe { core::slice::from_raw_parts_mut(run, size) })
    }

    /// Takes back what `take` gave for the same size.
    ///
    /// # Safety
    /// Nobody uses it any more.
    pub unsafe fn give(&mut self, run: *mut u8, size: usize) {
        let list = &mut self.free[class(size)];
        // SAFETY: the caller's promise.
        unsafe { *run.cast::<*mut u8>() = list.cast() };
        *list = run.cast();
    }
}
