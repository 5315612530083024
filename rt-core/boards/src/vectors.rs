//! Arguments and environment, as a kernel lays them out for a process.
//!
//! The command line has words with spaces between them: the environment, `--`, the arguments. `%XX` is any byte.

use core::mem::size_of;
use core::ptr::null;

/// What the program is called; the machine knows no name.
const NAME: &[u8] = b"program";

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| *b == b' ').filter(|w| !w.is_empty())
}

/// Memory that is given out from below.
struct Low(usize);

impl Low {
    unsafe fn put<T>(&mut self, v: T) {
        // SAFETY: the caller's memory, which begins at a multiple of a word and has room.
        unsafe { (self.0 as *mut T).write(v) };
        self.0 += size_of::<T>();
    }

    /// A word of the line and a zero; where.
    unsafe fn string(&mut self, word: &[u8]) -> *const u8 {
        let at = self.0 as *const u8;
        let digit = |i: usize| word.get(i).and_then(|b| char::from(*b).to_digit(16));
        let mut i = 0;
        while i < word.len() {
            let escaped = if word[i] == b'%' { digit(i + 1).zip(digit(i + 2)) } else { None };
            // SAFETY: as `put`.
            unsafe { self.put(escaped.map_or(word[i], |(high, low)| (high * 16 + low) as u8)) };
            i += if escaped.is_some() { 3 } else { 1 };
        }
        // SAFETY: as `put`.
        unsafe { self.put(0u8) };
        at
    }
}

/// Lays the vectors out from `low` on: how many arguments, where, and where memory is free behind them.
///
/// # Safety
/// The memory is nobody's.
pub unsafe fn lay_out(line: &[u8], low: usize) -> (isize, *const *const u8, usize) {
    let environment = words(line).take_while(|w| *w != b"--");
    let arguments = || words(line).skip_while(|w| *w != b"--").skip(1);
    let argc = 1 + arguments().count();
    let argv = low.next_multiple_of(16);
    // Behind both lists a null, and behind them the end of a vector of pairs.
    let count = argc + 1 + environment.count() + 1 + 2;
    let mut strings = Low(argv + count * size_of::<usize>());
    let mut pointers = Low(argv);
    // SAFETY: pointers and strings do not overlap.
    unsafe {
        pointers.put(strings.string(NAME));
        for word in arguments() {
            pointers.put(strings.string(word));
        }
        pointers.put(null::<u8>());
        for word in words(line).take_while(|w| *w != b"--") {
            pointers.put(strings.string(word));
        }
        pointers.put([null::<u8>(); 3]);
    }
    (argc as isize, argv as *const *const u8, strings.0)
}
