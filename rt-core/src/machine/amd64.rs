//! amd64.

/// Makes system call `n`; the result is the kernel's, with errors as small negative numbers.
///
/// # Safety
/// The kernel does what the arguments say; they must uphold whatever memory safety that needs.
#[cfg(not(feature = "bare"))]
#[inline]
pub unsafe fn syscall6(n: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> isize {
    let r: isize;
    // SAFETY: the clobbers are those of the `syscall` instruction; the rest is the caller's.
    unsafe {
        core::arch::asm!("syscall", inlateout("rax") n as isize => r, in("rdi") a, in("rsi") b, in("rdx") c,
            in("r10") d, in("r8") e, in("r9") f, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    r
}

/// Asks the cache for the line of an address, which need not be valid.
#[inline(always)] // one instruction
pub fn prefetch(addr: usize) {
    // SAFETY: a hint, without effect on the program; SSE is part of the baseline.
    unsafe { core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(addr as *const i8) }
}

/// Bytes between SP and the return address at an instruction of compiled code, if it is one at which the frame is being made or
/// taken down; otherwise None. A frame is made by `push rbp; mov rbp, rsp; sub rsp, n` and taken down by `add rsp, n; pop rbp; ret`.
///
/// # Safety
/// `pc` is an instruction of the compiled function at `entry`.
pub unsafe fn frame_so_far(entry: usize, pc: usize) -> Option<usize> {
    const WORD: usize = 8;
    // SAFETY: code is readable, and functions are followed by others or by padding.
    unsafe {
        let byte = |at: usize| *(at as *const u8);
        match byte(pc) {
            0xc3 => return Some(0),
            0x5d if byte(pc + 1) == 0xc3 => return Some(WORD),
            _ => {}
        }
        const PUSH: [u8; 4] = [0x55, 0x48, 0x89, 0xe5];
        // The check of the stack comes before.
        let push = (entry..entry + 48).find(|&at| (0..4).all(|i| byte(at + i) == PUSH[i]))?;
        let sub = push + 4;
        if pc <= push {
            Some(0)
        } else if pc < sub
            || pc == sub && byte(sub) == 0x48 && matches!(byte(sub + 1), 0x81 | 0x83) && byte(sub + 2) == 0xec
        {
            Some(WORD)
        } else {
            None
        }
    }
}
