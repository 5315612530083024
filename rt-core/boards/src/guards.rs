//! The stacks of the runtime and of exceptions: for each core two of them, which `boot.S` lays out, in pieces of 64 KiB. The first page of a
//! piece is not there: who runs over the end of a stack faults, instead of writing over what lies below.

use crate::board;

unsafe extern "C" {
    static oxigo_board_stacks: [u8; 0];
    static oxigo_board_stacks_end: [u8; 0];
}

/// Of a stack, with its guard.
pub const PIECE: usize = 64 << 10;
const PAGE: usize = 4096;

fn start() -> usize {
    &raw const oxigo_board_stacks as usize
}

/// Where the guards are: those of exceptions' stacks and, behind each, of the core's own.
#[allow(dead_code, reason = "a machine may take them away before there is Rust")]
pub fn all() -> impl Iterator<Item = usize> {
    (start()..&raw const oxigo_board_stacks_end as usize).step_by(PIECE)
}

/// A core's own stack: from where to where.
pub fn stack(core: usize) -> (usize, usize) {
    let low = start() + (2 * core + 1) * PIECE;
    (low + PAGE, low + PIECE)
}

/// Tells that a stack has overflowed and ends the machine, if that is why an address could not be used.
pub fn look(address: usize) {
    let at = address.wrapping_sub(start());
    let is_there = address < &raw const oxigo_board_stacks_end as usize;
    if !is_there || at % PIECE >= PAGE {
        return;
    }
    let text: &[u8] = match at / PIECE % 2 {
        0 => b"fatal error: the stack of exceptions and interrupts has overflowed\n",
        _ => b"fatal error: the runtime's own stack has overflowed\n",
    };
    board::write(text);
    board::exit(2)
}
