//! The hypervisor: its calls, terminals, and the functions (RTAS) that the device tree names.

use crate::tree;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The hypervisor's calls.
const GET_TERM_CHAR: usize = 0x54;
const PUT_TERM_CHAR: usize = 0x58;
pub const CEDE: usize = 0xe0;
const RTAS: usize = 0xf000;
/// The first terminal; the second one takes the status.
const CONSOLE: usize = 0x7100_0000;
pub const STATUS: usize = 0x7100_0001;

unsafe extern "C" {
    fn oxigo_board_call(n: usize, a: usize, b: usize, c: usize, d: usize, results: *mut [u64; 3]) -> isize;
}

/// Where the device tree is, which names RTAS's functions.
pub static TREE: AtomicUsize = AtomicUsize::new(0);

/// A call of the hypervisor: its status and its first results.
pub fn call(n: usize, args: [usize; 4]) -> (isize, [u64; 3]) {
    let (mut results, [a, b, c, d]) = ([0; 3], args);
    // SAFETY: a call that writes no memory but what its block is for.
    (unsafe { oxigo_board_call(n, a, b, c, d, &raw mut results) }, results)
}

/// Calls RTAS: its first results.
pub fn rtas<const RESULTS: usize>(name: &str, args: &[u32]) -> [u32; RESULTS] {
    let token = tree::number(TREE.load(Relaxed), "/rtas", name).unwrap_or(0);
    let mut block = [0u32; 16];
    let head = [token, args.len() as u32, RESULTS as u32];
    for (to, from) in block.iter_mut().zip(head.iter().chain(args)) {
        *to = from.to_be();
    }
    call(RTAS, [block.as_mut_ptr() as usize, 0, 0, 0]);
    core::array::from_fn(|i| u32::from_be(block[head.len() + args.len() + i]))
}

/// Writes to a terminal.
pub fn put(terminal: usize, text: &[u8]) {
    for part in text.chunks(16) {
        let mut bytes = [0; 16];
        bytes[..part.len()].copy_from_slice(part);
        let word = |i: usize| usize::from_be_bytes(core::array::from_fn(|k| bytes[8 * i + k]));
        // Busy while it is not 0.
        while call(PUT_TERM_CHAR, [terminal, part.len(), word(0), word(1)]).0 > 0 {}
    }
}

pub fn write(text: &[u8]) {
    put(CONSOLE, text);
}

pub fn read(into: &mut [u8]) -> usize {
    let mut n = 0;
    while into.len() - n >= 16 {
        let (_, [count, low, high]) = call(GET_TERM_CHAR, [CONSOLE, 0, 0, 0]);
        let count = (count as usize).min(16);
        if count == 0 {
            break;
        }
        let words = [low.to_be_bytes(), high.to_be_bytes()];
        into[n..n + count].copy_from_slice(&words.as_flattened()[..count]);
        n += count;
    }
    n
}
