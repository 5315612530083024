//! What builds keep for the next ones: the code of functions, by all that it depends on ([`codegen::functions`]).
//!
//! It is in `$OXIGO_CACHE`, or `oxigo` in the user's folder for caches; `OXIGO_CACHE=off` goes without. Only a folder that is ours and that nobody else may
//! enter counts. Below `functions`, each compiler has a folder of packs ([`pack`]); a build adds one with what it made, a pack is never
//! changed. When there are many small ones, a build writes theirs into its own and removes them. Beyond [`LIMIT`] those go that were of no use
//! for longest. Whatever fails here is no error: there is less to be found, that is all.
//!
//! The hash is BLAKE3. A build of somebody's sources puts into the folder what later builds of other sources take out: nobody may be able
//! to write a function that has the key of another one, and a fast hash that is not made for that would let them.
mod identity;
mod pack;
#[cfg(test)]
mod tests;

use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use codegen::{Key, Store};
use pack::{Context, Pack, Writer};

/// Bytes that the packs of all compilers may have.
pub const LIMIT: u64 = 1 << 30;
/// So many packs of a compiler are not looked through: small ones become one.
const MANY: usize = 12;
/// The size up to which packs are small.
const SMALL: u64 = 8 << 20;
/// What is not finished after so long never will be.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// The folder, which may not be there; `None`: there shall be none.
pub fn folder() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let dir = match set("OXIGO_CACHE") {
        Some(dir) => Some(dir).filter(|d| d.as_os_str() != "off"),
        None => set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache"))).map(|d| d.join("oxigo")),
    };
    dir.filter(|d| d.is_absolute())
}

/// Whether somebody wants what is found to be made as well, and compared.
pub fn is_distrusted() -> bool {
    std::env::var_os("OXIGO_CACHE_CHECK").is_some_and(|v| !v.is_empty())
}

/// Makes the folder, or sees that it is ours alone.
fn own(dir: &Path) -> Result<(), String> {
    let _ = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    let meta = std::fs::symlink_metadata(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let me = std::fs::metadata("/proc/self").map_err(|e| format!("/proc/self: {e}"))?.uid();
    match meta {
        m if !m.is_dir() => Err(format!("{} is no folder", dir.display())),
        m if m.uid() != me => Err(format!("{} is somebody else's", dir.display())),
        m if m.permissions().mode() & 0o077 != 0 => Err(format!("others may enter {}", dir.display())),
        _ => Ok(()),
    }
}

/// What is kept for one compiler.
#[derive(Debug)]
pub struct Cache {
    context: Context,
    /// Has the folders of all compilers.
    all: PathBuf,
    /// The compiler's.
    dir: PathBuf,
    limit: u64,
    packs: Vec<(Pack, AtomicBool)>,
    fresh: Mutex<Writer>,
}

impl Cache {
    /// The cache of this compiler; an error says why there is none.
    pub fn open() -> Result<Cache, String> {
        let dir = folder().ok_or("it is off")?;
        let identity = identity::of_compiler().ok_or("the compiler cannot be read")?;
        Cache::within(&dir, &identity, LIMIT)
    }
    fn within(dir: &Path, identity: &[u8], limit: u64) -> Result<Cache, String> {
        own(dir)?;
        let all = dir.join("functions");
        let context = blake3::derive_key("oxigo functions 1", identity);
        let name: String = context[..8].iter().map(|b| format!("{b:02x}")).collect();
        let dir = all.join(name);
        let packs = files(&dir).filter(|f| f.extension().is_some_and(|e| e == "pack"));
        let mut packs: Vec<Pack> = packs.filter_map(|f| Pack::open(&f)).collect();
        // What was of use last will be again.
        packs.sort_by_key(|p| std::cmp::Reverse(p.used));
        let packs = packs.into_iter().map(|p| (p, AtomicBool::new(false))).collect();
        Ok(Cache { context, all, dir, limit, packs, fresh: Mutex::default() })
    }
    /// Writes what was made, and makes room.
    pub fn finish(&self) -> std::io::Result<()> {
        self.packs.iter().filter(|p| p.1.load(Ordering::Relaxed)).for_each(|p| p.0.touch());
        let mut fresh = std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner));
        if fresh.is_empty() || fresh.size() > self.limit {
            return Ok(());
        }
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let mut old = Vec::new();
        if self.packs.len() >= MANY {
            for (pack, _) in self.packs.iter().filter(|p| p.0.size <= SMALL) {
                fresh.merge(pack);
                old.push(&pack.path);
            }
        }
        let name = crate::scratch::unguessable();
        let unfinished = self.dir.join(format!("{name:016x}.unfinished"));
        fresh.write(&self.dir.join(format!("{name:016x}.pack")), &unfinished)?;
        old.into_iter().for_each(|p| drop(std::fs::remove_file(p)));
        self.make_room();
        Ok(())
    }
    /// Removes what was of no use for longest.
    fn make_room(&self) {
        let mut packs = Vec::new();
        for dir in files(&self.all) {
            for file in files(&dir) {
                let Ok(meta) = std::fs::symlink_metadata(&file) else { continue };
                let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let finished = file.extension().is_some_and(|e| e == "pack");
                if !finished && used.elapsed().is_ok_and(|age| age > ABANDONED) {
                    let _ = std::fs::remove_file(&file);
                }
                packs.extend(finished.then_some((used, meta.len(), file)));
            }
        }
        let mut total: u64 = packs.iter().map(|p| p.1).sum();
        if total <= self.limit {
            return;
        }
        packs.sort();
        // Room for a few builds, so that not each of them has to make some.
        for (_, size, file) in packs {
            if total <= self.limit / 8 * 7 {
                break;
            }
            let _ = std::fs::remove_file(&file);
            // Only empty ones go.
            let _ = file.parent().map(std::fs::remove_dir);
            total -= size;
        }
    }
}

impl Store for Cache {
    fn key(&self, content: &[u8]) -> Key {
        *blake3::keyed_hash(&self.context, content).as_bytes()
    }
    fn find(&self, key: &Key, take: &mut dyn FnMut(&[u8]) -> bool) {
        for (pack, used) in &self.packs {
            if pack.find(&self.context, key, take) {
                used.store(true, Ordering::Relaxed);
                break;
            }
        }
    }
    fn add(&self, key: Key, entry: Vec<u8>) {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.add(&self.context, &key, &entry);
    }
}

fn files(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path())
}

/// Empties the cache.
pub fn clean() -> Result<(), String> {
    let Some(dir) = folder().filter(|d| d.exists()) else { return Ok(()) };
    own(&dir)?;
    let all = dir.join("functions");
    match std::fs::remove_dir_all(&all) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {e}", all.display())),
        _ => Ok(()),
    }
}
