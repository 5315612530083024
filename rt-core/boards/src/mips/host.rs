//! The host, which the emulator lets programs call (MIPS's Unified Hosting Interface): arguments, randomness, and the end.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicIsize, Ordering::Relaxed};

/// Operations.
const EXIT: usize = 1;
const OPEN: usize = 2;
const READ: usize = 4;
const ARGUMENTS: usize = 9;
const ARGUMENT_LENGTH: usize = 10;
const ARGUMENT: usize = 11;

unsafe extern "C" {
    fn oxigo_board_host(operation: usize, a: usize, b: usize, c: usize) -> isize;
}

fn call(operation: usize, a: usize, b: usize, c: usize) -> isize {
    // SAFETY: addresses among the arguments lead to what the operation wants.
    unsafe { oxigo_board_host(operation, a, b, c) }
}

struct Line(UnsafeCell<[u8; 1 << 16]>);
// SAFETY: there is one core, and `command_line` is called once.
unsafe impl Sync for Line {}

/// What the program is to be told, which the host gives word by word: the firmware's own list has no more than 256 bytes of it.
pub fn command_line(_environment: usize) -> &'static [u8] {
    static LINE: Line = Line(UnsafeCell::new([0; 1 << 16]));
    // SAFETY: see `Line`.
    let line = unsafe { &mut *LINE.0.get() };
    let mut used = 0;
    for i in 1..call(ARGUMENTS, 0, 0, 0).max(1) as usize {
        let n = call(ARGUMENT_LENGTH, i, 0, 0) as usize;
        if used + n + 1 > line.len() {
            super::write(b"arguments and environment take more than 64 KiB\n");
            exit(2);
        }
        call(ARGUMENT, i, line[used..].as_mut_ptr() as usize, 0);
        // Instead of its zero.
        line[used + n] = b' ';
        used += n + 1;
    }
    &line[..used]
}

/// The host's.
pub fn random(into: &mut [u8]) -> bool {
    static SOURCE: AtomicIsize = AtomicIsize::new(-1);
    if SOURCE.load(Relaxed) < 0 {
        SOURCE.store(call(OPEN, c"/dev/urandom".as_ptr() as usize, 0, 0), Relaxed);
    }
    let source = SOURCE.load(Relaxed);
    source >= 0 && call(READ, source as usize, into.as_mut_ptr() as usize, into.len()) == into.len() as isize
}

pub fn exit(status: i32) -> ! {
    loop {
        call(EXIT, status as u8 as usize, 0, 0);
    }
}
