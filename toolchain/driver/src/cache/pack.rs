//! A pack: what one build kept, in a file that is written once, under another name, and then only read.
//!
//! ```text
//!   entries    each the first 16 bytes of its hash, and what was kept
//!   index      rows in the order of their keys: 16 bytes of the key, place and length of the entry (8 and 4 bytes, low byte first)
//!   footer     number of rows, 4 bytes; the format's name
//! ```
//!
//! Nothing of a pack is trusted: what an index row leads to counts if the hash of the whole key and of what was kept is there. So a file that is
//! torn, damaged or no pack at all has nothing, or less.
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use codegen::Key;

const NAME: &[u8; 12] = b"oxigo-pack-1";
const FOOTER: usize = 4 + NAME.len();
const HASH: usize = 16;
const ROW: usize = HASH + 8 + 4;

/// The compiler and the format, which every hash is made with.
pub type Context = [u8; 32];

/// An entry's hash.
fn hash(context: &Context, key: &Key, kept: &[u8]) -> [u8; HASH] {
    let mut hasher = blake3::Hasher::new_keyed(context);
    hasher.update(key).update(kept);
    hasher.finalize().as_bytes()[..HASH].try_into().expect("it is longer")
}

/// A pack that is read.
#[derive(Debug)]
pub struct Pack {
    file: File,
    pub path: PathBuf,
    pub size: u64,
    /// When it was last of use.
    pub used: Option<SystemTime>,
    index: Vec<u8>,
}

impl Pack {
    /// Opens a file, if it is a pack.
    pub fn open(path: &Path) -> Option<Pack> {
        let file = File::open(path).ok()?;
        let meta = file.metadata().ok().filter(|m| m.is_file())?;
        let footer_at = meta.len().checked_sub(FOOTER as u64)?;
        let mut footer = [0; FOOTER];
        file.read_exact_at(&mut footer, footer_at).ok()?;
        let (count, name) = footer.split_first_chunk::<4>()?;
        let bytes = u32::from_le_bytes(*count) as usize * ROW;
        let index_at = footer_at.checked_sub(bytes as u64).filter(|_| name == NAME)?;
        let mut index = vec![0; bytes];
        file.read_exact_at(&mut index, index_at).ok()?;
        Some(Pack { file, path: path.into(), size: meta.len(), used: meta.modified().ok(), index })
    }
    fn row(&self, n: usize) -> &[u8] {
        &self.index[n * ROW..][..ROW]
    }
    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.index.len() / ROW
    }
    /// What was kept under a key, one after the other, until `take` says that it took one.
    pub fn find(&self, context: &Context, key: &Key, take: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.row(middle)[..HASH] < key[..HASH] { low = middle + 1 } else { high = middle }
        }
        (low..self.len()).take_while(|&n| self.row(n)[..HASH] == key[..HASH]).any(|n| {
            self.entry(n).is_some_and(|e| e[..HASH] == hash(context, key, &e[HASH..]) && take(&e[HASH..]))
        })
    }
    /// An entry with its hash, which may not be right.
    fn entry(&self, n: usize) -> Option<Vec<u8>> {
        let row = self.row(n);
        let at = u64::from_le_bytes(row[HASH..HASH + 8].try_into().ok()?);
        let len = u32::from_le_bytes(row[HASH + 8..].try_into().ok()?) as usize;
        if len < HASH || at.checked_add(len as u64)? > self.size {
            return None;
        }
        let mut entry = vec![0; len];
        self.file.read_exact_at(&mut entry, at).ok()?;
        Some(entry)
    }
    /// Says that it was of use.
    pub fn touch(&self) {
        let age = self.used.and_then(|m| m.elapsed().ok());
        // An hour more or less decides nothing.
        if age.is_some_and(|age| age.as_secs() > 3600) {
            let _ = self.file.set_modified(SystemTime::now());
        }
    }
}

/// A pack in the making.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    rows: Vec<[u8; ROW]>,
}

impl Writer {
    /// Adds what is to be kept.
    pub fn add(&mut self, context: &Context, key: &Key, kept: &[u8]) {
        let hash = hash(context, key, kept);
        self.row(&key[..HASH], HASH + kept.len());
        self.bytes.extend_from_slice(&hash);
        self.bytes.extend_from_slice(kept);
    }
    fn row(&mut self, key: &[u8], len: usize) {
        // What is too long for a row is found by nobody.
        let Ok(len) = u32::try_from(len) else { return };
        let mut row = [0; ROW];
        row[..HASH].copy_from_slice(key);
        row[HASH..HASH + 8].copy_from_slice(&(self.bytes.len() as u64).to_le_bytes());
        row[HASH + 8..].copy_from_slice(&len.to_le_bytes());
        self.rows.push(row);
    }
    /// Takes over what another pack has. Its hashes are not looked at: who reads them does that.
    pub fn merge(&mut self, pack: &Pack) {
        for n in 0..pack.len() {
            if let Some(entry) = pack.entry(n) {
                self.row(&pack.row(n)[..HASH], entry.len());
                self.bytes.extend_from_slice(&entry);
            }
        }
    }
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        (self.bytes.len() + self.rows.len() * ROW + FOOTER) as u64
    }
    /// Writes the file, which nobody sees before it is whole.
    pub fn write(mut self, to: &Path, unfinished: &Path) -> std::io::Result<()> {
        self.rows.sort_unstable();
        // Builds beside this one may have kept the same.
        let bytes = &self.bytes;
        let entry = |row: &[u8; ROW]| {
            let at = u64::from_le_bytes(row[HASH..HASH + 8].try_into().expect("8 bytes")) as usize;
            &bytes[at..at + HASH]
        };
        self.rows.dedup_by(|b, a| a[..HASH] == b[..HASH] && entry(a) == entry(b));
        let mut tail = self.rows.concat();
        tail.extend((self.rows.len() as u32).to_le_bytes());
        tail.extend(NAME);
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(unfinished)?;
        let written = file.write_all(&self.bytes).and_then(|()| file.write_all(&tail));
        let named = written.and_then(|()| std::fs::rename(unfinished, to));
        if named.is_err() {
            let _ = std::fs::remove_file(unfinished);
        }
        named
    }
}
