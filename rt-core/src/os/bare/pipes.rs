//! Pipes: bytes from one descriptor to another, within the program. Ends never block a call: the poller waits for them.

use super::abi::{FileCall, Stat, errno::*, open::NONBLOCK};
use super::calls::fcntl::*;
use super::files;
use super::map;
use core::cell::UnsafeCell;

/// How many pipes there can be at a time, and how much each holds.
const MOST: usize = 128;
const ROOM: usize = 1 << 16;
/// Descriptors of ends: those of pipe i are 2 * i and 2 * i + 1 from here on, the first is read.
const FIRST: usize = files::END;
/// They are below.
pub const END: usize = FIRST + 2 * MOST;
const READS: usize = 0;
const WRITES: usize = 1;
const S_IFIFO: u32 = 0o010000;

type Result<T> = core::result::Result<T, isize>;

#[derive(Clone, Copy)]
struct Pipe {
    /// Memory of its own, once it was first used.
    bytes: *mut u8,
    begin: usize,
    length: usize,
    open: [bool; 2],
    /// What the poller was told of each end; 0: it does not watch.
    watched: [usize; 2],
    /// Whether the poller has told, and nobody was told to come again since. (All pipes are zero at first, and take no room in the
    /// program's file.)
    told: [bool; 2],
}

struct One(UnsafeCell<[Pipe; MOST]>);
// SAFETY: used under `CALLS`.
unsafe impl Sync for One {}

const NONE: Pipe = Pipe {
    bytes: core::ptr::null_mut(),
    begin: 0,
    length: 0,
    open: [false; 2],
    watched: [0; 2],
    told: [false; 2],
};
static PIPES: One = One(UnsafeCell::new([NONE; MOST]));

#[allow(clippy::mut_from_ref, reason = "see `One`: each function here lets it go before another one runs")]
fn pipes() -> &'static mut [Pipe; MOST] {
    // SAFETY: see `One`.
    unsafe { &mut *PIPES.0.get() }
}

/// Whether a descriptor is, or could be, a pipe's end.
pub fn has(fd: usize) -> bool {
    (FIRST..END).contains(&fd)
}

/// The pipe of an open end, and which end it is.
fn end(fd: usize) -> Result<(&'static mut Pipe, usize)> {
    let (i, side) = ((fd - FIRST) / 2, (fd - FIRST) % 2);
    let pipe = &mut pipes()[i];
    if pipe.open[side] { Ok((pipe, side)) } else { Err(EBADF) }
}

/// A new pipe: its ends.
pub fn open() -> Result<[i32; 2]> {
    let free = pipes().iter().position(|p| p.open == [false; 2]).ok_or(EMFILE)?;
    let pipe = &mut pipes()[free];
    let bytes = if pipe.bytes.is_null() { map(ROOM) } else { pipe.bytes };
    if bytes.is_null() {
        return Err(EMFILE);
    }
    *pipe = Pipe { bytes, open: [true; 2], ..NONE };
    Ok([READS, WRITES].map(|side| (FIRST + 2 * free + side) as i32))
}

impl Pipe {
    /// Whether an end can go on, if only to learn that nobody is at the other one.
    fn is_ready(&self, side: usize) -> bool {
        !self.open[1 - side] || if side == READS { self.length > 0 } else { self.length < ROOM }
    }
}

/// Reads what is there; nothing, if nobody can write any more.
pub fn read(fd: usize, to: &mut [u8]) -> Result<usize> {
    let (pipe, side) = end(fd)?;
    match (side, pipe.length, pipe.open[WRITES]) {
        (WRITES, ..) => return Err(EBADF),
        (_, 0, true) => {
            pipe.told[READS] = false;
            return Err(EAGAIN);
        }
        _ => {}
    }
    let n = to.len().min(pipe.length);
    for (i, to) in to[..n].iter_mut().enumerate() {
        // SAFETY: within the pipe's memory, which has been written there.
        *to = unsafe { *pipe.bytes.add((pipe.begin + i) % ROOM) };
    }
    (pipe.begin, pipe.length) = ((pipe.begin + n) % ROOM, pipe.length - n);
    Ok(n)
}

/// Writes as much as there is room for.
pub fn write(fd: usize, from: &[u8]) -> Result<usize> {
    let (pipe, side) = end(fd)?;
    match (side, pipe.length, pipe.open[READS]) {
        (READS, ..) => return Err(EBADF),
        (_, _, false) => return Err(EPIPE),
        (_, ROOM, _) => {
            pipe.told[WRITES] = false;
            return Err(EAGAIN);
        }
        _ => {}
    }
    let n = from.len().min(ROOM - pipe.length);
    for (i, from) in from[..n].iter().enumerate() {
        // SAFETY: within the pipe's memory.
        unsafe { *pipe.bytes.add((pipe.begin + pipe.length + i) % ROOM) = *from };
    }
    pipe.length += n;
    // The rest is for later.
    pipe.told[WRITES] &= n >= from.len();
    Ok(n)
}

/// What fcntl says of an end.
pub fn fcntl(fd: usize, command: usize) -> Result<isize> {
    let (_, side) = end(fd)?;
    match command {
        F_GETFL => Ok((side | NONBLOCK) as isize),
        F_GETFD | F_SETFD | F_SETFL => Ok(0),
        _ => Err(EINVAL),
    }
}

/// Other calls about an end.
///
/// # Safety
/// `b` is the call's second argument.
pub unsafe fn call(call: FileCall, fd: usize, b: usize) -> Result<isize> {
    let (pipe, side) = end(fd)?;
    match call {
        FileCall::Close => {
            pipe.open[side] = false;
            pipe.watched[side] = 0;
            // Who waits at the other end learns of it.
            pipe.told[1 - side] = false;
            Ok(0)
        }
        FileCall::Fstat => {
            let s = Stat { mode: S_IFIFO | 0o600, nlink: 1, ino: fd as u64, ..Stat::default() };
            // SAFETY: the caller has room for a record.
            unsafe { (b as *mut Stat).write_unaligned(s) };
            Ok(0)
        }
        FileCall::Lseek | FileCall::Llseek | FileCall::Pread | FileCall::Pwrite => Err(ESPIPE),
        FileCall::Ioctl => Err(ENOTTY),
        _ => Err(EINVAL),
    }
}

/// Watches an end; 0: no more.
pub fn watch(fd: usize, data: usize) -> Result<()> {
    let (pipe, side) = end(fd)?;
    (pipe.watched[side], pipe.told[side]) = (data, false);
    Ok(())
}

/// The next watched end from a place on with news: what `watch` was told, whether it is the one that is read, and the place behind it.
pub fn news(from: usize) -> Option<(usize, bool, usize)> {
    for at in from..2 * MOST {
        let (pipe, side) = (&mut pipes()[at / 2], at % 2);
        if pipe.open[side] && pipe.watched[side] != 0 && !pipe.told[side] && pipe.is_ready(side) {
            pipe.told[side] = true;
            return Some((pipe.watched[side], side == READS, at + 1));
        }
    }
    None
}
