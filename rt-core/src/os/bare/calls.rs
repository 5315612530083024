//! The system calls of Linux that Go's library makes, answered without a kernel. Their numbers are the machine's under Linux, for
//! whose files the library is compiled. There is a console, as descriptors 0 to 2, files (`files`), pipes and sockets (`sockets`); no
//! processes: what is not here does not exist (ENOSYS).

use super::abi::{self, FILE_CALLS, FileCall, Stat, nr};
use super::console::{INPUT_FLAGS, LAST, O_RDWR};
use super::files::Files;
use super::files::blocks::Contents;
use super::files::tree::{Kind, Node};
use super::sockets::{self, What, network};
use super::{CALLS, core, exit, hold, map, random, read, walltime, write};
use super::{lines, pipes};
use crate::os::system::abi::errno::*;
use ::core::cell::UnsafeCell;

/// Commands of fcntl, which files and sockets know.
pub(super) mod fcntl {
    pub const F_DUPFD: usize = 0;
    pub const F_GETFD: usize = 1;
    pub const F_SETFD: usize = 2;
    pub const F_GETFL: usize = 3;
    pub const F_SETFL: usize = 4;
    pub const F_DUPFD_CLOEXEC: usize = 1030;
}
use fcntl::*;

const AT_REMOVEDIR: usize = 0x200;
const AT_EMPTY_PATH: usize = 0x1000;
const S_IFCHR: u32 = 0o020000;
const S_IFDIR: u32 = 0o040000;
const S_IFREG: u32 = 0o100000;
const SECOND: u64 = 1_000_000_000;

/// The process that the program believes to be.
const PID: isize = 1;

struct One(UnsafeCell<Files>);
// SAFETY: used under `CALLS`.
unsafe impl Sync for One {}

static FILES: One = One(UnsafeCell::new(Files::new(map, walltime)));

unsafe extern "C" {
    /// What `--embed-files` has put into the program; nothing lies between them without that. The linker's script names them.
    static oxigo_files_start: u8;
    static oxigo_files_end: u8;
}

/// Answers a call as the kernel does: a result, or -errno.
///
/// # Safety
/// The arguments are the call's: addresses lead to as many bytes as it says.
pub unsafe fn call(number: usize, args: [usize; 6]) -> isize {
    let [a, b, c, ..] = args;
    match number {
        // SAFETY: the caller's promise.
        nr::READ if a <= LAST => read(a as i32, unsafe { bytes(b, c) }),
        // SAFETY: as above; nothing is written there.
        nr::WRITE if a <= LAST => write(a as i32, unsafe { bytes(b, c) }),
        nr::GETPID => PID,
        nr::GETTID => PID + core() as isize,
        nr::EXIT_GROUP => exit(a as i32),
        _ => {
            let _held = hold(&CALLS);
            // SAFETY: the caller's promise; the lock is held.
            unsafe { answer(number, args) }
        }
    }
}

/// Answers a call that may not be answered beside others.
///
/// # Safety
/// As `call`, under `CALLS`.
unsafe fn answer(number: usize, args: [usize; 6]) -> isize {
    let [a, b, c, ..] = args;
    match number {
        nr::FCNTL if a <= LAST => match b {
            F_GETFL if a == 0 => INPUT_FLAGS,
            F_GETFL => O_RDWR,
            F_GETFD | F_SETFD | F_SETFL => 0,
            _ => EINVAL,
        },
        // SAFETY: the caller's promise.
        nr::GETRANDOM => match random(unsafe { bytes(a, b) }) {
            true => b as isize,
            false => EIO,
        },
        nr::READ | nr::WRITE | nr::FCNTL if pipes::has(a) => match number {
            // SAFETY: the caller's promise.
            nr::READ => pipes::read(a, unsafe { bytes(b, c) }).map(|n| n as isize),
            // SAFETY: the caller's promise.
            nr::WRITE => pipes::write(a, unsafe { bytes(b, c) }).map(|n| n as isize),
            _ => pipes::fcntl(a, b),
        }
        .unwrap_or_else(|e| e),
        nr::READ | nr::WRITE | nr::FCNTL if lines::has(a) => match number {
            // SAFETY: the caller's promise.
            nr::READ => lines::read(a, unsafe { bytes(b, c) }).map(|n| n as isize),
            nr::WRITE => Err(EBADF),
            _ => lines::fcntl(a, b),
        }
        .unwrap_or_else(|e| e),
        // SAFETY: the caller's promise.
        nr::READ | nr::WRITE | nr::FCNTL if a >= sockets::FIRST => unsafe {
            let what = match number {
                nr::READ => What::Read,
                nr::WRITE => What::Write,
                _ => What::Fcntl,
            };
            (network().call)(what, args).unwrap_or_else(|e| e)
        },
        // SAFETY: the caller's promise; see `FILES`.
        _ => unsafe { on_files(number, args).unwrap_or_else(|e| e) },
    }
}

/// Where Go's library looks for name servers.
const RESOLVER: &[u8] = b"etc/resolv.conf";

/// The files, with what programs with sockets look for if nothing of that name has come with them.
unsafe fn ready() -> Result<&'static mut Files, isize> {
    const HOSTS: &[u8] = b"127.0.0.1 localhost\n";
    // SAFETY: the caller's promise; see `FILES`.
    unsafe {
        let files = &mut *FILES.0.get();
        if files.here.is_null() {
            let (start, end) = (&raw const oxigo_files_start, &raw const oxigo_files_end);
            files.ready(::core::slice::from_raw_parts(start, end as usize - start as usize))?;
            if network().is_there {
                files.tree.provide(b"etc", Kind::Folder, &[])?;
                files.tree.provide(b"etc/hosts", Kind::File, HOSTS)?;
                files.resolver = files.tree.provide(RESOLVER, Kind::File, &[])?;
            }
        }
        Ok(files)
    }
}

/// Whether a call's first argument is a descriptor.
fn takes_descriptor(call: FileCall) -> bool {
    !matches!(
        call,
        FileCall::Chdir
            | FileCall::Getcwd
            | FileCall::Pipe2
            | FileCall::Truncate
            | FileCall::Stat
            | FileCall::Socket
    )
}

/// The argument of 64 bits that begins at the i-th, or behind it, in as many words as it takes: a place in a file, or its size. What no
/// file reaches is the greatest place, or a negative one.
fn wide(args: [usize; 6], i: usize) -> usize {
    if size_of::<usize>() == 8 {
        return args[i];
    }
    let i = if abi::flags::EVEN_PAIRS { i.next_multiple_of(2) } else { i };
    let (low, high) =
        if cfg!(target_endian = "big") { (args[i + 1], args[i]) } else { (args[i], args[i + 1]) };
    match (high as isize, low as isize) {
        (0, low) if low >= 0 => low as usize,
        (high, _) => (if high < 0 { isize::MIN } else { isize::MAX }) as usize,
    }
}

/// Calls about files, by their numbers.
unsafe fn on_files(number: usize, args: [usize; 6]) -> Result<isize, isize> {
    // SAFETY: the caller's promise; see `FILES`.
    unsafe {
        let files = ready()?;
        let [a, b, c, ..] = args;
        match number {
            nr::READ => return Ok(files.read(a, None, bytes(b, c))? as isize),
            nr::WRITE => return Ok(files.write(a, None, bytes(b, c))? as isize),
            nr::FCNTL => {
                return match b {
                    F_GETFL => Ok(files.get(a)?.flags as isize),
                    F_GETFD | F_SETFD | F_SETFL => files.get(a).map(|_| 0),
                    F_DUPFD | F_DUPFD_CLOEXEC => Ok(files.duplicate(a)? as isize),
                    _ => Err(EINVAL),
                };
            }
            _ => {}
        }
        if let Some(answer) = lines::asked(number, args) {
            return answer;
        }
        let mut call = FILE_CALLS.iter().find(|(n, _)| *n == number).ok_or(ENOSYS)?.1;
        let mut args = args;
        if matches!(call, FileCall::Socketcall) {
            call = FileCall::of_socketcall(a).ok_or(ENOSYS)?;
            args = *(b as *const [usize; 6]);
        }
        if matches!(call, FileCall::Fcntl) {
            return Ok(answer(nr::FCNTL, args));
        }
        let [a, b, c, d, e, _] = args;
        if takes_descriptor(call) && !call.is_of_sockets() && pipes::has(a) {
            return pipes::call(call, a, b);
        }
        if takes_descriptor(call) && !call.is_of_sockets() && lines::has(a) {
            return lines::call(call, a);
        }
        // The working directory's descriptor is negative.
        if call.is_of_sockets() || (takes_descriptor(call) && a as i32 >= sockets::FIRST as i32) {
            return (network().call)(What::Other(call), args);
        }
        if a <= LAST
            && let Some(answer) = on_console(call, a, b)
        {
            return answer;
        }
        match call {
            FileCall::Openat => {
                let folder = files.folder(a)?;
                let fd = files.openat(folder, text(b), c, d as u32)?;
                let node = files.get(fd)?.node;
                if node == files.resolver {
                    // What is known by now.
                    (*node).contents = Contents::Fixed((network().resolver)());
                }
                Ok(fd as isize)
            }
            FileCall::Close => files.close(a).map(|()| 0),
            FileCall::Dup => Ok(files.duplicate(a)? as isize),
            FileCall::Pread => Ok(files.read(a, Some(wide(args, 3)), bytes(b, c))? as isize),
            FileCall::Pwrite => Ok(files.write(a, Some(wide(args, 3)), bytes(b, c))? as isize),
            FileCall::Lseek => Ok(files.seek(a, b as isize as i64, c)? as isize),
            FileCall::Llseek => {
                let by = (b as u64) << 32 | c as u64;
                *(d as *mut i64) = files.seek(a, by as i64, e)? as i64;
                Ok(0)
            }
            FileCall::Ftruncate => files.truncate(a, wide(args, 1)).map(|()| 0),
            FileCall::Truncate => {
                let node = files.tree.find(files.here, text(a))?;
                files.tree.resize(node, wide(args, 1)).map(|()| 0)
            }
            FileCall::Fsync => files.get(a).map(|_| 0),
            FileCall::Ioctl => files.get(a).and(Err(ENOTTY)),
            FileCall::Fstat => {
                let node = files.get(a)?.node;
                tell(&*node, b);
                Ok(0)
            }
            FileCall::Stat => {
                let node = files.tree.find(files.here, text(a))?;
                tell(&*node, b);
                Ok(0)
            }
            FileCall::Fstatat => {
                let node = at(files, a, b, d)?;
                tell(&*node, c);
                Ok(0)
            }
            FileCall::Faccessat | FileCall::Readlinkat => {
                let node = at(files, a, b, 0)?;
                match call {
                    // W_OK
                    FileCall::Faccessat if c & 2 != 0 && (*node).fixed => Err(EROFS),
                    FileCall::Faccessat => Ok(0),
                    _ => Err(EINVAL),
                }
            }
            FileCall::Fchmod => {
                let node = files.get(a)?.node;
                change_mode(&mut *node, b)
            }
            FileCall::Fchmodat => {
                let node = at(files, a, b, 0)?;
                change_mode(&mut *node, c)
            }
            FileCall::Utimensat => {
                let node = &mut *at(files, a, b, if b == 0 { AT_EMPTY_PATH } else { 0 })?;
                if node.fixed {
                    return Err(EROFS);
                }
                node.changed = match (c as *const [[isize; 2]; 2]).as_ref() {
                    Some([_, [s, ns]]) => *s as u64 * SECOND + *ns as u64,
                    None => walltime(),
                };
                Ok(0)
            }
            FileCall::Mkdirat => {
                let folder = files.folder(a)?;
                files.tree.make(folder, text(b), Kind::Folder, c as u32).map(|_| 0)
            }
            FileCall::Unlinkat => {
                let folder = files.folder(a)?;
                files.tree.remove(folder, text(b), c & AT_REMOVEDIR != 0).map(|()| 0)
            }
            FileCall::Renameat => {
                let (from, to) = (files.folder(a)?, files.folder(c)?);
                files.tree.rename((from, text(b)), (to, text(d))).map(|()| 0)
            }
            FileCall::Chdir => {
                let node = files.tree.find(files.here, text(a))?;
                if (*node).kind != Kind::Folder {
                    return Err(ENOTDIR);
                }
                // It stays, whatever becomes of its name.
                (*node).opened += 1;
                files.here = node;
                Ok(0)
            }
            FileCall::Getcwd => {
                let to = bytes(a, b);
                let (last, rest) = to.split_last_mut().ok_or(ERANGE)?;
                *last = 0;
                let begin = files.tree.path(files.here, rest)?;
                to.copy_within(begin.., 0);
                Ok((b - begin) as isize)
            }
            FileCall::Pipe2 => {
                *(a as *mut [i32; 2]) = pipes::open()?;
                Ok(0)
            }
            // Not between these, as Linux says it: the library copies by itself then.
            FileCall::Splice => Err(EINVAL),
            FileCall::Getdents => list(files, a, bytes(b, c)),
            // Sockets' calls have gone there.
            _ => Err(ENOSYS),
        }
    }
}

/// What the console says to such calls, if they are about a descriptor.
unsafe fn on_console(call: FileCall, fd: usize, b: usize) -> Option<Result<isize, isize>> {
    match call {
        FileCall::Fstat => {
            let s = Stat { mode: S_IFCHR | 0o620, nlink: 1, ino: fd as u64, ..Stat::default() };
            // SAFETY: the caller has room for a record.
            unsafe { (b as *mut Stat).write_unaligned(s) };
            Some(Ok(0))
        }
        FileCall::Lseek | FileCall::Llseek | FileCall::Pread | FileCall::Pwrite => Some(Err(ESPIPE)),
        FileCall::Close | FileCall::Fsync => Some(Ok(0)),
        FileCall::Ioctl => Some(Err(ENOTTY)),
        _ => None,
    }
}

/// The node that a descriptor and a path name.
unsafe fn at(files: &mut Files, fd: usize, path: usize, flags: usize) -> Result<*mut Node, isize> {
    // SAFETY: the call's arguments.
    let path = if path == 0 { &[] } else { unsafe { text(path) } };
    if path.is_empty() && flags & AT_EMPTY_PATH != 0 {
        return files.folder(fd);
    }
    let folder = files.folder(fd)?;
    files.tree.find(folder, path)
}

fn kind_mode(kind: Kind) -> u32 {
    match kind {
        Kind::File => S_IFREG,
        Kind::Folder => S_IFDIR,
        Kind::Null => S_IFCHR,
    }
}

/// Writes what is known of a node.
unsafe fn tell(node: &Node, to: usize) {
    let size = node.contents.size() as i64;
    let time = [(node.changed / SECOND) as _, (node.changed % SECOND) as _];
    let s = Stat {
        dev: 1,
        ino: node.number,
        mode: kind_mode(node.kind) | node.mode,
        nlink: 1,
        size,
        blksize: super::files::blocks::BLOCK as _,
        blocks: (size + 511) / 512,
        times: [time; 3],
        ..Stat::default()
    };
    // SAFETY: the call's argument: room for a record.
    unsafe { (to as *mut Stat).write_unaligned(s) };
}

fn change_mode(node: &mut Node, mode: usize) -> Result<isize, isize> {
    if node.fixed {
        return Err(EROFS);
    }
    node.mode = mode as u32 & 0o777;
    Ok(0)
}

/// The entries of an open folder that were not read yet, as many as there is room for: number, place, length, kind, name.
unsafe fn list(files: &mut Files, fd: usize, to: &mut [u8]) -> Result<isize, isize> {
    const HEAD: usize = 19;
    let open = files.get(fd)?;
    // SAFETY: open files' nodes stay, and nobody changes the tree meanwhile.
    let folder = unsafe { &*open.node };
    if folder.kind != Kind::Folder {
        return Err(ENOTDIR);
    }
    let mut used = 0;
    for node in folder.entries().skip(open.at) {
        // SAFETY: as above.
        let node = unsafe { &*node };
        let length = (HEAD + node.name().len() + 1).next_multiple_of(8);
        let Some(record) = to.get_mut(used..used + length) else {
            // EINVAL: not even room for one.
            return if used == 0 { Err(EINVAL) } else { Ok(used as isize) };
        };
        open.at += 1;
        record.fill(0);
        record[..8].copy_from_slice(&node.number.to_ne_bytes());
        record[8..16].copy_from_slice(&(open.at as u64).to_ne_bytes());
        record[16..18].copy_from_slice(&(length as u16).to_ne_bytes());
        record[18] = (kind_mode(node.kind) >> 12) as u8;
        record[HEAD..HEAD + node.name().len()].copy_from_slice(node.name());
        used += length;
    }
    Ok(used as isize)
}

unsafe fn bytes<'a>(at: usize, n: usize) -> &'a mut [u8] {
    if n == 0 {
        return &mut [];
    }
    // SAFETY: the caller's promise.
    unsafe { ::core::slice::from_raw_parts_mut(at as *mut u8, n) }
}

/// A path, up to its end.
unsafe fn text<'a>(at: usize) -> &'a [u8] {
    // SAFETY: the caller's promise: a zero follows.
    unsafe { ::core::ffi::CStr::from_ptr(at as *const ::core::ffi::c_char).to_bytes() }
}
