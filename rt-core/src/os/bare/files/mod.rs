//! Files where there is no disk: what came with the program, read-only, and a folder of the program's own in memory, `/tmp`.
//!
//! The tree knows no system call ([`super::calls`] does), and no machine. It is used by one core, under no lock: every call is
//! one hook.

pub mod blocks;
#[cfg(test)]
mod tests;
pub mod tree;

use crate::os::system::abi::errno::*;
use crate::os::system::abi::open;
use blocks::{Blocks, Contents};
use tree::{Kind, Node, Tree};

/// Descriptors of the console come before.
const FIRST: usize = 3;
/// How many files can be open.
const OPEN: usize = 256;
/// The descriptors of files are below.
pub const END: usize = FIRST + OPEN;

/// An open file.
#[derive(Clone, Copy)]
pub struct Open {
    pub node: *mut Node,
    /// Where the next read or write is; in a folder how many entries were read.
    pub at: usize,
    pub flags: usize,
}

/// The files and who has them open.
pub struct Files {
    pub tree: Tree,
    open: [Option<Open>; OPEN],
    /// The working directory.
    pub here: *mut Node,
    /// What says where name servers are, if it has not come with the program.
    pub resolver: *mut Node,
}

type Result<T> = core::result::Result<T, isize>;

impl Files {
    /// None yet: over memory of `map`, with times by `clock`, in nanoseconds since 1970.
    pub const fn new(map: fn(usize) -> *mut u8, clock: fn() -> u64) -> Files {
        Files {
            tree: Tree::new(Blocks::new(map), clock),
            open: [None; OPEN],
            here: core::ptr::null_mut(),
            resolver: core::ptr::null_mut(),
        }
    }

    /// Builds the tree, the first time.
    pub fn ready(&mut self, archive: &'static [u8]) -> Result<()> {
        if self.here.is_null() {
            self.tree.unpack(archive)?;
            self.here = self.tree.root;
        }
        Ok(())
    }

    /// The open file of a descriptor.
    pub fn get(&mut self, fd: usize) -> Result<&mut Open> {
        self.open.get_mut(fd.wrapping_sub(FIRST)).and_then(Option::as_mut).ok_or(EBADF)
    }

    /// The folder that a path is relative to: the working directory's descriptor is negative.
    pub fn folder(&mut self, fd: usize) -> Result<*mut Node> {
        if (fd as i32) < 0 { Ok(self.here) } else { Ok(self.get(fd)?.node) }
    }

    fn install(&mut self, open: Open) -> Result<usize> {
        let slot = self.open.iter().position(Option::is_none).ok_or(EMFILE)?;
        self.open[slot] = Some(open);
        // SAFETY: nodes stay while they are in the tree or open.
        unsafe { (*open.node).opened += 1 };
        Ok(slot + FIRST)
    }

    /// Opens, and makes if asked for.
    pub fn openat(&mut self, folder: *mut Node, path: &[u8], flags: usize, mode: u32) -> Result<usize> {
        let writes = flags & open::ACCESS != 0;
        let node = match self.tree.find(folder, path) {
            Ok(_) if flags & open::CREAT != 0 && flags & open::EXCL != 0 => return Err(EEXIST),
            Ok(node) => node,
            Err(ENOENT) if flags & open::CREAT != 0 => self.tree.make(folder, path, Kind::File, mode)?,
            Err(e) => return Err(e),
        };
        // SAFETY: a node of the tree.
        let (kind, fixed) = unsafe { ((*node).kind, (*node).fixed) };
        if writes && kind == Kind::Folder {
            return Err(EISDIR);
        }
        if writes && fixed {
            return Err(EROFS);
        }
        if flags & open::TRUNC != 0 && writes {
            self.tree.resize(node, 0)?;
        }
        self.install(Open { node, at: 0, flags })
    }

    /// The same open file under another number.
    pub fn duplicate(&mut self, fd: usize) -> Result<usize> {
        let open = *self.get(fd)?;
        self.install(open)
    }

    pub fn close(&mut self, fd: usize) -> Result<()> {
        let node = self.get(fd)?.node;
        self.open[fd - FIRST] = None;
        // SAFETY: counted when it was opened.
        unsafe { (*node).opened -= 1 };
        self.tree.drop_if_gone(node);
        Ok(())
    }

    /// Reads at a place, or where the last read ended.
    pub fn read(&mut self, fd: usize, at: Option<usize>, to: &mut [u8]) -> Result<usize> {
        let open = self.get(fd)?;
        // SAFETY: open files' nodes stay.
        let node = unsafe { &mut *open.node };
        if open.flags & open::ACCESS == open::WRONLY {
            return Err(EBADF);
        }
        match node.kind {
            Kind::Folder => Err(EISDIR),
            Kind::Null => Ok(0),
            Kind::File => {
                let n = node.contents.read(at.unwrap_or(open.at), to);
                if at.is_none() {
                    open.at += n;
                }
                Ok(n)
            }
        }
    }

    /// Writes at a place, or where the last write ended; at the end of a file that is opened for that.
    pub fn write(&mut self, fd: usize, at: Option<usize>, from: &[u8]) -> Result<usize> {
        let open = *self.get(fd)?;
        if open.flags & open::ACCESS == 0 {
            return Err(EBADF);
        }
        // SAFETY: open files' nodes stay.
        let node = unsafe { &mut *open.node };
        if node.kind == Kind::Null {
            return Ok(from.len());
        }
        let place = match at {
            _ if open.flags & open::APPEND != 0 => node.contents.size(),
            at => at.unwrap_or(open.at),
        };
        let n = node.contents.write(place, from, &mut self.tree.blocks)?;
        node.changed = (self.tree.clock)();
        if at.is_none() {
            self.get(fd)?.at = place + n;
        }
        Ok(n)
    }

    /// Moves to a place from the beginning (0), from where it is (1), from the end (2).
    pub fn seek(&mut self, fd: usize, by: i64, whence: usize) -> Result<usize> {
        let open = self.get(fd)?;
        // SAFETY: open files' nodes stay.
        let size = unsafe { (*open.node).contents.size() };
        let from = match whence {
            0 => 0,
            1 => open.at,
            2 => size,
            _ => return Err(EINVAL),
        };
        let to = (from as i64).checked_add(by).filter(|to| *to >= 0).ok_or(EINVAL)?;
        open.at = usize::try_from(to).map_err(|_| EINVAL)?;
        Ok(open.at)
    }

    /// Cuts an open file, or extends it.
    pub fn truncate(&mut self, fd: usize, size: usize) -> Result<()> {
        let open = *self.get(fd)?;
        if open.flags & open::ACCESS == 0 {
            return Err(EINVAL);
        }
        self.tree.resize(open.node, size)
    }
}

/// The contents of a new node.
pub(crate) fn empty(kind: Kind) -> Contents {
    match kind {
        Kind::File => Contents::EMPTY,
        _ => Contents::Fixed(&[]),
    }
}
