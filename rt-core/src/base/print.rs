//! Printing to standard error without formatting machinery, and dying.

use crate::os;
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// Prints text.
pub fn str(s: &str) {
    os::write(2, s.as_bytes());
}

/// Prints a number.
pub fn dec(mut n: u64) {
    let mut b = [0u8; 20];
    let mut i = b.len();
    loop {
        i -= 1;
        b[i] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    os::write(2, &b[i..]);
}

/// Prints a number in hexadecimal, with 0x.
pub fn hex(mut n: u64) {
    let mut b = [0u8; 18];
    let mut i = b.len();
    loop {
        i -= 1;
        b[i] = b"0123456789abcdef"[(n & 15) as usize];
        n >>= 4;
        if n == 0 {
            break;
        }
    }
    b[i - 1] = b'x';
    b[i - 2] = b'0';
    os::write(2, &b[i - 2..]);
}

/// `fn(&str) -> !` that ends the program with a traceback; 0 until the scheduler sets it.
static THROW: AtomicUsize = AtomicUsize::new(0);

/// Registers what a fatal error does after the scheduler is up (tracebacks). It must print
/// `fatal error: MSG` itself and not return.
pub fn set_throw(f: fn(&str) -> !) {
    THROW.store(f as usize, Release);
}

/// Ends the program with Go's `fatal error: MSG` and exit status 2.
#[cold]
pub fn throw(msg: &str) -> ! {
    let f = THROW.load(Acquire);
    if f != 0 {
        // SAFETY: only `set_throw` stores here, always a function of this type.
        let f: fn(&str) -> ! = unsafe { core::mem::transmute(f) };
        f(msg)
    }
    #[cfg(test)]
    panic!("fatal error: {msg}");
    #[cfg(not(test))]
    {
        str("fatal error: ");
        str(msg);
        str("\n");
        os::exit(2)
    }
}

/// Prints bytes.
pub fn bytes(b: &[u8]) {
    os::write(2, b);
}
