//! What the process was started with: arguments, environment, processors; and the numbers that variables hold.

use crate::os;
use core::sync::atomic::{AtomicUsize, Ordering::*};

static ARGC: AtomicUsize = AtomicUsize::new(0);
static ARGV: AtomicUsize = AtomicUsize::new(0);
static NCPU: AtomicUsize = AtomicUsize::new(1);

/// Notes the vectors that the process was started with; `argv` may be null.
///
/// # Safety
/// `argc` strings, a null, the environment's strings, a null; they stay. Nothing else of the runtime has run.
pub unsafe fn set_args(argc: isize, argv: *const *const u8) {
    ARGC.store(argc as usize, Relaxed);
    ARGV.store(argv as usize, Relaxed);
}

/// argc, argv, envp.
pub fn args() -> (isize, *const *const u8, *const *const u8) {
    let argc = ARGC.load(Relaxed);
    let argv = ARGV.load(Relaxed) as *const *const u8;
    // SAFETY: the environment begins behind the null that ends the arguments.
    let envp = if argv.is_null() { argv } else { unsafe { argv.add(argc + 1) } };
    (argc as isize, argv, envp)
}

/// Asks the system how many CPUs the process may use.
pub fn count_cpus() {
    NCPU.store(os::ncpu(), Relaxed);
}

/// CPUs the process may use.
pub fn ncpu() -> usize {
    NCPU.load(Relaxed)
}

unsafe fn cstr<'a>(p: *const u8) -> &'a [u8] {
    // SAFETY: the caller has it from the kernel: bytes up to a zero.
    unsafe {
        let mut n = 0;
        while *p.add(n) != 0 {
            n += 1;
        }
        core::slice::from_raw_parts(p, n)
    }
}

/// An environment variable.
pub fn var<'a>(key: &[u8]) -> Option<&'a [u8]> {
    let (_, _, mut e) = args();
    // SAFETY: the environment is strings up to a null, and stays.
    unsafe {
        while !e.is_null() && !(*e).is_null() {
            if let Some(rest) = cstr(*e).strip_prefix(key)
                && rest.first() == Some(&b'=')
            {
                return Some(&rest[1..]);
            }
            e = e.add(1);
        }
    }
    None
}

/// Digits at the beginning as a number, and what follows.
pub fn number(b: &[u8]) -> Option<(i64, &[u8])> {
    let mut n = 0i64;
    let mut i = 0;
    while i < b.len() && b[i].is_ascii_digit() {
        n = n.checked_mul(10)?.checked_add((b[i] - b'0') as i64)?;
        i += 1;
    }
    (i > 0).then(|| (n, &b[i..]))
}

/// The whole text as a number.
pub fn integer(b: &[u8]) -> Option<i64> {
    let (sign, digits) = match b.strip_prefix(b"-") {
        Some(rest) => (-1, rest),
        None => (1, b),
    };
    number(digits).and_then(|(n, rest)| rest.is_empty().then_some(sign * n))
}

/// A number of bytes as GOMEMLIMIT has it: with a unit or without. What is too much is as much as there can be.
pub fn byte_count(b: &[u8]) -> Option<i64> {
    let (n, unit) = number(b)?;
    let shift = match unit {
        b"" | b"B" => 0,
        b"KiB" => 10,
        b"MiB" => 20,
        b"GiB" => 30,
        b"TiB" => 40,
        _ => return None,
    };
    Some(n.saturating_mul(1 << shift))
}

#[cfg(test)]
mod tests {
    use super::{byte_count, integer};

    #[test]
    fn byte_counts() {
        for (text, want) in [
            ("0", Some(0)),
            ("12B", Some(12)),
            ("3KiB", Some(3072)),
            ("2MiB", Some(2 << 20)),
            ("1GiB", Some(1 << 30)),
            ("9TiB", Some(9 << 40)),
            ("99999999999TiB", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("", None),
            ("B", None),
            ("KiB", None),
            ("-1", None),
            ("1KB", None),
            ("1K", None),
            ("1 MiB", None),
            ("1MiBs", None),
        ] {
            assert_eq!(byte_count(text.as_bytes()), want, "{text}");
        }
        assert_eq!(
            (integer(b"-7"), integer(b"7"), integer(b"7%"), integer(b"-")),
            (Some(-7), Some(7), None, None)
        );
    }
}
