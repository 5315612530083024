//! Interrupt lines, and what programs do with devices.

use super::port::{alone, in16, in32, inb, out16, out32, outb};

/// The clock's line, and that of the second controller.
const OURS: [usize; 2] = [0, 2];

/// Lets the interrupts of a line in, and of the second controller, which it may belong to.
pub fn open(line: usize) {
    const SECOND: u8 = 1 << 2;
    alone(|| match line {
        0..8 => outb(0x21, inb(0x21) & !(1 << line)),
        _ => {
            outb(0x21, inb(0x21) & !SECOND);
            outb(0xa1, inb(0xa1) & !(1 << (line & 7)));
        }
    })
}

pub fn let_in(line: usize) -> bool {
    let known = line < 16 && !OURS.contains(&line);
    if known {
        open(line);
    }
    known
}

pub fn mask(line: usize) {
    let controller = if line < 8 { 0x21 } else { 0xa1 };
    alone(|| outb(controller, inb(controller) | 1 << (line & 7)))
}

/// The first 4 GiB are mapped, but not where pointers are nil.
pub fn reach(at: usize, size: usize) -> bool {
    at >= 0x1000 && at.checked_add(size).is_some_and(|end| end as u64 <= 1 << 32)
}

pub fn port(port: usize, width: usize, value: Option<u32>) -> Option<u32> {
    let port = port as u16;
    match (width, value) {
        (1, None) => return Some(inb(port).into()),
        (1, Some(v)) => outb(port, v as u8),
        (4, None) => return Some(in32(port)),
        (4, Some(v)) => out32(port, v),
        (2, None) => return Some(in16(port).into()),
        (2, Some(v)) => out16(port, v as u16),
        _ => return None,
    }
    value
}
