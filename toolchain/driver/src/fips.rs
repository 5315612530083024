//! The sum by which Go's cryptographic module checks itself (`GODEBUG=fips140=on`), written into a linked executable.
//!
//! The program brings a record that says what is covered (`codegen::fips`); the linker has filled its addresses in. What
//! `crypto/internal/fips140/check` reads from memory at start are the file's bytes: nothing is relocated then.
use std::path::Path;

use codegen::fips::{MAGIC, PIECES, SUM};

use crate::sha256::hmac;

/// The beginning of what is summed.
const TITLE: &[u8] = b"go fips object v1\n";

/// An ELF executable's bytes, and how it writes numbers.
struct Image<'a> {
    bytes: &'a [u8],
    wide: bool,
    big: bool,
}

impl Image<'_> {
    fn number(&self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let fold = |n: u64, b: &u8| n << 8 | u64::from(*b);
        Some(if self.big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) })
    }
    fn word(&self, at: usize) -> Option<u64> {
        self.number(at, self.size())
    }
    fn size(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }
    /// Where in the file an address is that is loaded from there.
    fn offset(&self, address: u64) -> Option<usize> {
        let [table, entry, count] = if self.wide { [32, 54, 56] } else { [28, 42, 44] };
        let (table, entry) = (self.word(table)? as usize, self.number(entry, 2)? as usize);
        // Fields of a program header: offset, address, length in the file.
        let fields = if self.wide { [8, 16, 32] } else { [4, 8, 16] };
        for i in 0..self.number(count, 2)? as usize {
            let header = table + i * entry;
            let [offset, start, len] = fields.map(|f| self.word(header + f));
            // PT_LOAD. An end counts too.
            if self.number(header, 4)? == 1 && (start?..=start? + len?).contains(&address) {
                return Some((offset? + (address - start?)) as usize);
            }
        }
        None
    }
}

/// Where the sum goes in a linked file, and the sum.
fn sum(bytes: &[u8]) -> Option<(usize, [u8; SUM])> {
    let image = Image { bytes, wide: *bytes.get(4)? == 2, big: *bytes.get(5)? == 2 };
    let head = MAGIC.len() + SUM;
    // The same bytes may stand elsewhere, but there no address of their own follows.
    let at = (0..bytes.len()).step_by(16).find(|&at| {
        bytes[at..].starts_with(MAGIC) && image.word(at + head).and_then(|a| image.offset(a)) == Some(at)
    })?;
    let mut parts = vec![TITLE.to_vec()];
    for i in 0..PIECES {
        let field = at + head + (1 + 2 * i) * image.size();
        let (start, end) = (image.word(field)?, image.word(field + image.size())?);
        let from = image.offset(start)?;
        parts.push((end - start).to_be_bytes().to_vec());
        parts.push(bytes.get(from..from + (end - start) as usize)?.to_vec());
    }
    Some((at + MAGIC.len(), hmac(&[0; 32], parts.iter().map(Vec::as_slice))))
}

/// Writes the sum into an executable. Where no code reads the record (with the tag `purego` the module does not check itself), the linker
/// has left it out.
pub fn seal(file: &Path) -> Result<(), String> {
    let failed = |e| format!("cannot write the checksum into {}: {e}", file.display());
    let mut bytes = std::fs::read(file).map_err(failed)?;
    let Some((at, sum)) = sum(&bytes) else { return Ok(()) };
    bytes[at..at + SUM].copy_from_slice(&sum);
    std::fs::write(file, bytes).map_err(failed)
}
