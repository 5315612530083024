//! Folders and what is in them.

use super::blocks::{BLOCK, Blocks, Contents};
use super::empty;
use crate::os::system::abi::errno::*;
use core::ptr::null_mut;

type Result<T> = core::result::Result<T, isize>;

/// The longest name.
const NAME: usize = 255;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    File,
    Folder,
    /// `/dev/null`.
    Null,
}

/// A file or folder.
pub struct Node {
    pub kind: Kind,
    /// Nothing can be written to it, or made in it.
    pub fixed: bool,
    /// Permissions, for those who look.
    pub mode: u32,
    /// Its number.
    pub number: u64,
    /// When it was written to: nanoseconds since 1970.
    pub changed: u64,
    /// How often it is open.
    pub opened: u32,
    pub contents: Contents,
    /// The folder it is in; its own the root's, none if it was removed.
    pub parent: *mut Node,
    /// A folder's first, and the next in the same one.
    pub first: *mut Node,
    pub next: *mut Node,
    length: u8,
    name: [u8; NAME],
}

impl Node {
    pub fn name(&self) -> &[u8] {
        &self.name[..self.length as usize]
    }

    /// What is in a folder, in turn.
    pub fn entries(&self) -> Entries {
        Entries(self.first)
    }
}

/// Over the nodes of a folder.
pub struct Entries(*mut Node);

impl Iterator for Entries {
    type Item = *mut Node;
    fn next(&mut self) -> Option<*mut Node> {
        let node = self.0;
        // SAFETY: nodes of a tree that does not change meanwhile.
        self.0 = unsafe { node.as_ref() }?.next;
        Some(node)
    }
}

/// All nodes, from the root.
pub struct Tree {
    pub root: *mut Node,
    pub blocks: Blocks,
    pub clock: fn() -> u64,
    /// Records of nodes that are gone.
    free: *mut Node,
    made: u64,
}

/// The mode of a folder, in an archive.
const FOLDER: u32 = 0o40000;

impl Tree {
    pub const fn new(blocks: Blocks, clock: fn() -> u64) -> Tree {
        Tree { root: null_mut(), blocks, clock, free: null_mut(), made: 0 }
    }

    /// Makes the root, what is in the archive, `/dev/null` and the writable `/tmp`. An entry of the archive is the length of its path
    /// (4 bytes), its mode (4), its size (8), all little-endian, then path and contents; folders come before what is in them.
    pub fn unpack(&mut self, mut archive: &'static [u8]) -> Result<()> {
        self.root = self.node(null_mut(), b"", Kind::Folder, 0o755)?;
        while let Some((path, mode, contents)) = entry(&mut archive) {
            let kind = if mode & FOLDER != 0 { Kind::Folder } else { Kind::File };
            let node = self.place(path, kind, mode & 0o777)?;
            // SAFETY: a node of the tree.
            unsafe {
                (*node).contents = Contents::Fixed(contents);
                (*node).fixed = true;
            }
        }
        for (path, kind, mode, fixed) in [
            ("dev", Kind::Folder, 0o755, true),
            ("dev/null", Kind::Null, 0o666, false),
            ("tmp", Kind::Folder, 0o777, false),
        ] {
            let node = self.place(path.as_bytes(), kind, mode)?;
            // SAFETY: a node of the tree.
            unsafe { (*node).fixed = fixed };
        }
        // SAFETY: the root's node; nothing is made in it from here on.
        unsafe { (*self.root).fixed = true };
        Ok(())
    }

    /// What is at a path already, and then none, or a node that cannot be written, with these contents.
    pub fn provide(&mut self, path: &[u8], kind: Kind, contents: &'static [u8]) -> Result<*mut Node> {
        if self.find(self.root, path).is_ok() {
            return Ok(null_mut());
        }
        let node = self.place(path, kind, if kind == Kind::Folder { 0o755 } else { 0o644 })?;
        // SAFETY: a node of the tree.
        unsafe {
            (*node).contents = Contents::Fixed(contents);
            (*node).fixed = true;
        }
        Ok(node)
    }

    /// What is at a path already, or a new node there.
    fn place(&mut self, path: &[u8], kind: Kind, mode: u32) -> Result<*mut Node> {
        match self.find(self.root, path) {
            Ok(node) => Ok(node),
            Err(_) => {
                let (folder, name) = self.parent(self.root, path)?;
                self.node(folder, name, kind, mode)
            }
        }
    }

    /// A new node in a folder.
    fn node(&mut self, folder: *mut Node, name: &[u8], kind: Kind, mode: u32) -> Result<*mut Node> {
        if name.len() > NAME {
            return Err(ENAMETOOLONG);
        }
        // SAFETY: blocks are cut into records, which are nobody else's; the folder is one of the tree.
        unsafe {
            if self.free.is_null() {
                let block = self.blocks.take().ok_or(ENOSPC)?.cast::<Node>();
                for i in 0..BLOCK / size_of::<Node>() {
                    (*block.add(i)).next = self.free;
                    self.free = block.add(i);
                }
            }
            let node = self.free;
            self.free = (*node).next;
            self.made += 1;
            let mut text = [0; NAME];
            text[..name.len()].copy_from_slice(name);
            node.write(Node {
                kind,
                fixed: false,
                mode,
                number: self.made,
                changed: (self.clock)(),
                opened: 0,
                contents: empty(kind),
                parent: if folder.is_null() { node } else { folder },
                first: null_mut(),
                next: null_mut(),
                length: name.len() as u8,
                name: text,
            });
            if let Some(folder) = folder.as_mut() {
                // At the end: folders are read in the order in which things were made, also while more are.
                let mut link = &raw mut folder.first;
                while !(*link).is_null() {
                    link = &raw mut (**link).next;
                }
                *link = node;
                folder.changed = (self.clock)();
            }
            Ok(node)
        }
    }

    /// The node at a path.
    pub fn find(&self, folder: *mut Node, path: &[u8]) -> Result<*mut Node> {
        if path.is_empty() {
            return Err(ENOENT);
        }
        let mut node = if path[0] == b'/' { self.root } else { folder };
        for part in path.split(|b| *b == b'/') {
            // SAFETY: nodes of the tree.
            unsafe {
                if (*node).kind != Kind::Folder {
                    return Err(ENOTDIR);
                }
                node = match part {
                    b"" | b"." => node,
                    b".." => (*node).parent,
                    _ => (*node).entries().find(|n| (**n).name() == part).ok_or(ENOENT)?,
                };
                if node.is_null() {
                    return Err(ENOENT);
                }
            }
        }
        Ok(node)
    }

    /// The folder that the last name of a path is in, and that name.
    fn parent<'a>(&self, folder: *mut Node, path: &'a [u8]) -> Result<(*mut Node, &'a [u8])> {
        let end = path.iter().rposition(|b| *b != b'/').map_or(0, |i| i + 1);
        let path = &path[..end];
        let cut = path.iter().rposition(|b| *b == b'/');
        let name = &path[cut.map_or(0, |i| i + 1)..];
        let folder = match cut {
            None => folder,
            Some(0) => self.root,
            Some(i) => self.find(folder, &path[..i])?,
        };
        match name {
            b"" => Err(EEXIST),
            b"." | b".." => Err(EINVAL),
            _ => Ok((folder, name)),
        }
    }

    /// Makes a node where none is.
    pub fn make(&mut self, folder: *mut Node, path: &[u8], kind: Kind, mode: u32) -> Result<*mut Node> {
        if self.find(folder, path).is_ok() {
            return Err(EEXIST);
        }
        let (folder, name) = self.parent(folder, path)?;
        // SAFETY: a node of the tree.
        unsafe {
            if (*folder).kind != Kind::Folder {
                return Err(ENOTDIR);
            }
            if (*folder).fixed {
                return Err(EROFS);
            }
            if (*folder).parent.is_null() {
                return Err(ENOENT);
            }
        }
        self.node(folder, name, kind, mode & 0o777)
    }

    /// Cuts a file, or extends it.
    pub fn resize(&mut self, node: *mut Node, size: usize) -> Result<()> {
        // SAFETY: a node of the tree, or an open one.
        let node = unsafe { &mut *node };
        match node.kind {
            Kind::Folder => Err(EISDIR),
            Kind::Null => Ok(()),
            Kind::File if node.fixed => Err(EROFS),
            Kind::File => {
                node.changed = (self.clock)();
                node.contents.resize(size, &mut self.blocks)
            }
        }
    }

    /// Takes a node out of its folder.
    unsafe fn unlink(&mut self, node: *mut Node) {
        // SAFETY: a node of the tree but the root.
        unsafe {
            let folder = (*node).parent;
            let mut link = &raw mut (*folder).first;
            while *link != node {
                link = &raw mut (**link).next;
            }
            *link = (*node).next;
            (*node).next = null_mut();
            (*node).parent = null_mut();
            (*folder).changed = (self.clock)();
        }
    }

    /// May a node be taken away?
    fn movable(&self, node: *mut Node) -> Result<()> {
        // SAFETY: nodes of the tree.
        unsafe { if node == self.root || (*(*node).parent).fixed { Err(EROFS) } else { Ok(()) } }
    }

    /// Removes a file, or an empty folder; `is_folder` says which it is to be.
    pub fn remove(&mut self, folder: *mut Node, path: &[u8], is_folder: bool) -> Result<()> {
        let node = self.find(folder, path)?;
        // SAFETY: a node of the tree.
        unsafe {
            match ((*node).kind == Kind::Folder, is_folder) {
                (true, false) => return Err(EISDIR),
                (false, true) => return Err(ENOTDIR),
                _ => {}
            }
            self.movable(node)?;
            if !(*node).first.is_null() {
                return Err(ENOTEMPTY);
            }
            self.unlink(node);
        }
        self.drop_if_gone(node);
        Ok(())
    }

    /// Moves a node to another path, whose file, or empty folder, gives way.
    pub fn rename(&mut self, from: (*mut Node, &[u8]), to: (*mut Node, &[u8])) -> Result<()> {
        let node = self.find(from.0, from.1)?;
        self.movable(node)?;
        let (folder, name) = self.parent(to.0, to.1)?;
        if name.len() > NAME {
            return Err(ENAMETOOLONG);
        }
        // SAFETY: nodes of the tree.
        unsafe {
            if (*folder).fixed {
                return Err(EROFS);
            }
            // Not into itself.
            let mut above = folder;
            while above != self.root {
                if above == node {
                    return Err(EINVAL);
                }
                above = (*above).parent;
            }
            if let Ok(old) = self.find(to.0, to.1) {
                if old == node {
                    return Ok(());
                }
                let is_folder = (*node).kind == Kind::Folder;
                if is_folder != ((*old).kind == Kind::Folder) {
                    return Err(if is_folder { ENOTDIR } else { EISDIR });
                }
                self.remove(to.0, to.1, is_folder)?;
            }
            self.unlink(node);
            (&mut (*node).name)[..name.len()].copy_from_slice(name);
            (*node).length = name.len() as u8;
            (*node).parent = folder;
            (*node).next = (*folder).first;
            (*folder).first = node;
        }
        Ok(())
    }

    /// Gives back the memory of a node that is in no folder and not open.
    pub fn drop_if_gone(&mut self, node: *mut Node) {
        // SAFETY: a node that nobody refers to any more if it is neither.
        unsafe {
            if !(*node).parent.is_null() || (*node).opened != 0 {
                return;
            }
            if (*node).kind == Kind::File {
                // To nothing: cannot fail.
                let _ = (*node).contents.resize(0, &mut self.blocks);
            }
            (*node).next = self.free;
            self.free = node;
        }
    }

    /// The path of a folder, written from the end of `to` backwards; where it begins.
    pub fn path(&self, node: *mut Node, to: &mut [u8]) -> Result<usize> {
        let mut at = to.len();
        let mut put = |text: &[u8]| {
            at = at.checked_sub(text.len()).ok_or(ERANGE)?;
            to[at..at + text.len()].copy_from_slice(text);
            Ok(at)
        };
        if node == self.root {
            return put(b"/");
        }
        let (mut node, mut begin) = (node, Err(ENOENT));
        // SAFETY: nodes of the tree; the root is its own parent.
        unsafe {
            while node != self.root {
                if (*node).parent.is_null() {
                    return Err(ENOENT);
                }
                put((*node).name())?;
                begin = put(b"/");
                node = (*node).parent;
            }
        }
        begin
    }
}

/// The next entry of an archive.
fn entry<'a>(archive: &mut &'a [u8]) -> Option<(&'a [u8], u32, &'a [u8])> {
    let (head, rest) = archive.split_first_chunk::<16>()?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (path, rest) = rest.split_at_checked(number(0) as usize)?;
    let size = usize::try_from(u64::from(number(8)) | u64::from(number(12)) << 32).ok()?;
    let (contents, rest) = rest.split_at_checked(size)?;
    *archive = rest;
    (!path.is_empty()).then_some((path, number(4), contents))
}
