//! Names of functions and of files, sorted, each written as what differs from the one before.
//!
//! ```text
//!   index:  u32 offset of every [`BLOCK`]th text
//!   text:   uvarint bytes shared with the one before (0 at the start of a block), uvarint bytes of the rest, the rest
//! ```
//!
//! A text of more than [`LONGEST`] bytes shares nothing, so that a buffer of that size is enough for all others.
use super::uvarint;

/// Texts between two offsets of the index.
pub const BLOCK: usize = 16;
/// Most bytes of a text that shares some.
pub const LONGEST: usize = 255;

/// The table.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// Where blocks begin.
    pub index: &'a [u32],
    /// The texts.
    pub bytes: &'a [u8],
}

impl Texts<'_> {
    /// Calls `f` with text number `n`; an empty one if there is no such.
    pub fn with<R>(&self, n: u32, f: impl FnOnce(&[u8]) -> R) -> R {
        let mut buffer = [0u8; LONGEST];
        let Some(&from) = self.index.get(n as usize / BLOCK) else { return f(&[]) };
        let mut at = from as usize;
        for left in (0..=n as usize % BLOCK).rev() {
            let shared = uvarint(self.bytes, &mut at) as usize;
            let len = uvarint(self.bytes, &mut at) as usize;
            let Some(rest) = self.bytes.get(at..at + len) else { return f(&[]) };
            at += len;
            if left == 0 && shared == 0 {
                return f(rest);
            }
            // The next one may share what fits.
            let kept = rest.len().min(LONGEST.saturating_sub(shared));
            let Some(into) = buffer.get_mut(shared..shared + kept) else { return f(&[]) };
            into.copy_from_slice(&rest[..kept]);
            if left == 0 {
                return f(&buffer[..shared + kept]);
            }
        }
        f(&[])
    }
}
