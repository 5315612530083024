//! The system calls of Linux that Go's library makes, answered without a kernel. Their numbers are the machine's under Linux, for
//! whose files the library is compiled. There is a console, as descriptors 0 to 2, and no files, processes or sockets: what is
//! not here does not exist (ENOSYS).

use super::{ENOSYS, exit, random, read, write};

#[path = "../linux/abi/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs, reason = "only numbers are of use without a kernel")]
mod abi;
use abi::nr;

const ENOENT: isize = -2;
const EIO: isize = -5;
const EBADF: isize = -9;
const EINVAL: isize = -22;
const F_GETFL: usize = 3;
const O_RDWR: isize = 2;

/// The process that the program believes to be.
const PID: isize = 1;

/// Descriptors up to here are the console.
const LAST: usize = 2;

/// Answers a call as the kernel does: a result, or -errno.
///
/// # Safety
/// The arguments are the call's: addresses lead to as many bytes as it says.
pub unsafe fn call(number: usize, args: [usize; 6]) -> isize {
    let [a, b, c, ..] = args;
    match number {
        nr::READ | nr::WRITE if a > LAST => EBADF,
        // SAFETY: the caller's promise.
        nr::READ => read(a as i32, unsafe { bytes(b, c) }),
        // SAFETY: as above; nothing is written there.
        nr::WRITE => write(a as i32, unsafe { bytes(b, c) }),
        nr::FCNTL if a > LAST => EBADF,
        nr::FCNTL if b == F_GETFL => O_RDWR,
        nr::FCNTL => EINVAL,
        nr::OPENAT => ENOENT,
        // SAFETY: the caller's promise.
        nr::GETRANDOM => match random(unsafe { bytes(a, b) }) {
            true => b as isize,
            false => EIO,
        },
        nr::GETPID | nr::GETTID => PID,
        nr::EXIT_GROUP => exit(a as i32),
        _ => -(ENOSYS as isize),
    }
}

unsafe fn bytes<'a>(at: usize, n: usize) -> &'a mut [u8] {
    if n == 0 {
        return &mut [];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts_mut(at as *mut u8, n) }
}
