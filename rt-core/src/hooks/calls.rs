//! The library's system calls where there is no kernel: `os::call` answers them.

use crate::os;
use crate::task::hook;

/// A result as the kernel gives it, in Go's form: r1, r2, errno.
fn results(r: isize) -> (usize, usize, usize) {
    if r < 0 { (usize::MAX, 0, -r as usize) } else { (r as usize, 0, 0) }
}

hook! { fn "internal/runtime/syscall/linux.Syscall6"(nr: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, a6: usize)
-> (r1: usize, r2: usize, errno: usize) leaf { results(os::call(nr, [a1, a2, a3, a4, a5, a6])) }}
hook! { fn "syscall.rawSyscallNoError"(nr: usize, a1: usize, a2: usize, a3: usize) -> (r1: usize, r2: usize) leaf {
    (os::call(nr, [a1, a2, a3, 0, 0, 0]) as usize, 0)
}}
hook! { fn "syscall.rawVforkSyscall"(nr: usize, a1: usize, a2: usize, a3: usize) -> (r1: usize, errno: usize) leaf {
    (usize::MAX, os::ENOSYS)
}}
