//! What programs do with devices: the PLIC's lines, and addresses as they are.

use super::{PLIC_ENABLED, load, open, store};

const END: usize = 96;

pub fn let_in(line: usize) -> bool {
    let known = (1..END).contains(&line);
    if known {
        open(line);
    }
    known
}

pub fn mask(line: usize) {
    let enabled = PLIC_ENABLED + 4 * (line / 32);
    store(enabled, load::<u32>(enabled) & !(1 << (line % 32)));
}

/// All but where pointers are nil.
pub fn reach(at: usize, size: usize) -> bool {
    at >= 0x1000 && at.checked_add(size).is_some()
}

/// There are no ports.
pub fn port(_: usize, _: usize, _: Option<u32>) -> Option<u32> {
    None
}
