//! What programs do with devices: the PLIC's lines, and addresses as they are.

use super::{PLIC, open, store};

const END: usize = 96;

pub fn let_in(line: usize) -> bool {
    let known = (1..END).contains(&line);
    if known {
        open(line);
    }
    known
}

pub fn mask(line: usize) {
    store(PLIC + 4 * line, 0u32);
}

/// All but where pointers are nil.
pub fn reach(at: usize, size: usize) -> bool {
    at >= 0x1000 && at.checked_add(size).is_some()
}

/// There are no ports.
pub fn port(_: usize, _: usize, _: Option<u32>) -> Option<u32> {
    None
}
