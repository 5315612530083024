//! Interrupts of devices, for programs (Go's package `oxigo/machine`) and for Rust: a line that is listened to is a descriptor, which
//! the poller watches. In the interrupt a handler runs, which may only acknowledge, mask and wake; the goroutine that reads the
//! descriptor runs afterwards, as any other.

use super::abi::{FileCall, errno::*, open::NONBLOCK};
use super::calls::fcntl::*;
use super::{board, pipes};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*, fence};

/// How many lines may be listened to at a time.
const MOST: usize = 16;
const FIRST: usize = pipes::END;
/// Their descriptors are below.
pub const END: usize = FIRST + MOST;

type Result<T> = core::result::Result<T, isize>;

/// What runs in an interrupt. It may touch its device's registers and what is atomic, and call [`Line::mask`] and [`Line::wake`].
pub type Handler = fn(&Line);

/// A line that is listened to.
pub struct Line {
    /// Its number by the board's interrupt controller + 1; 0: nobody listens.
    number: AtomicUsize,
    /// The [`Handler`].
    handler: AtomicUsize,
    /// How often it has woken since it was read.
    came: AtomicU32,
    masked: AtomicBool,
    /// What the poller was told; 0: it does not watch.
    watched: AtomicUsize,
    /// Somebody was told to come again since the poller has told.
    armed: AtomicBool,
}

#[allow(clippy::declare_interior_mutable_const, reason = "the array's first contents")]
const NONE: Line = Line {
    number: AtomicUsize::new(0),
    handler: AtomicUsize::new(0),
    came: AtomicU32::new(0),
    masked: AtomicBool::new(false),
    watched: AtomicUsize::new(0),
    armed: AtomicBool::new(true),
};
static LINES: [Line; MOST] = [NONE; MOST];

impl Line {
    /// The board's number of it.
    pub fn number(&self) -> usize {
        self.number.load(Relaxed).wrapping_sub(1)
    }
    /// Keeps its interrupts out until the descriptor is read again. The flag is set last: who sees it lets them in, on any core.
    pub fn mask(&self) {
        (board().mask)(self.number());
        self.masked.store(true, Release);
    }
    /// The descriptor can be read. Who sees that sees the line masked, if it is, and lets it in with its next reading.
    pub fn wake(&self) {
        self.came.fetch_add(1, Release);
    }
}

/// What programs' interrupts do: the device asks on until the goroutine has seen to it, so the line is silent until it waits again.
pub fn mask_and_wake(line: &Line) {
    line.mask();
    line.wake();
}

/// Listens to a line: its descriptor.
pub fn listen(number: usize, handler: Handler) -> Result<usize> {
    if LINES.iter().any(|l| l.number.load(Relaxed) == number.wrapping_add(1)) {
        return Err(EBUSY);
    }
    let free = LINES.iter().position(|l| l.number.load(Relaxed) == 0).ok_or(EMFILE)?;
    let line = &LINES[free];
    line.handler.store(handler as usize, Relaxed);
    line.came.store(0, Relaxed);
    line.masked.store(false, Relaxed);
    line.watched.store(0, Relaxed);
    line.armed.store(true, Relaxed);
    // Last: from here on interrupts find it.
    line.number.store(number.wrapping_add(1), Release);
    if !(board().let_in)(number) {
        line.number.store(0, Relaxed);
        return Err(EINVAL);
    }
    Ok(FIRST + free)
}

/// An interrupt is being handled: its line does not serve another listener meanwhile.
static HANDLING: AtomicBool = AtomicBool::new(false);

/// An interrupt came by a line, in it; whether somebody listens. By one core at a time, the first.
pub fn interrupted(number: usize) -> bool {
    HANDLING.store(true, Relaxed);
    fence(SeqCst);
    let listened = handle(number);
    HANDLING.store(false, Release);
    listened
}

fn handle(number: usize) -> bool {
    let Some(line) = LINES.iter().find(|l| l.number.load(Acquire) == number.wrapping_add(1)) else {
        return false;
    };
    // SAFETY: `listen` has stored it before the number.
    let handler: Handler = unsafe { core::mem::transmute(line.handler.load(Relaxed)) };
    handler(line);
    true
}

/// Whether a descriptor is, or could be, a line.
pub fn has(fd: usize) -> bool {
    (FIRST..END).contains(&fd)
}

fn line(fd: usize) -> Result<&'static Line> {
    Some(&LINES[fd - FIRST]).filter(|l| l.number.load(Relaxed) != 0).ok_or(EBADF)
}

/// Reads how often it has woken, a word of 4 bytes, and lets it in again if there is nothing to read.
pub fn read(fd: usize, to: &mut [u8]) -> Result<usize> {
    let line = line(fd)?;
    let to = to.get_mut(..4).ok_or(EINVAL)?;
    match line.came.swap(0, Acquire) {
        0 => {
            line.armed.store(true, Relaxed);
            if line.masked.swap(false, Acquire) {
                (board().let_in)(line.number());
            }
            Err(EAGAIN)
        }
        n => {
            to.copy_from_slice(&n.to_ne_bytes());
            Ok(4)
        }
    }
}

/// What fcntl says.
pub fn fcntl(fd: usize, command: usize) -> Result<isize> {
    line(fd)?;
    match command {
        F_GETFL => Ok(NONBLOCK as isize),
        F_GETFD | F_SETFD | F_SETFL => Ok(0),
        _ => Err(EINVAL),
    }
}

/// Other calls about a line.
pub fn call(call: FileCall, fd: usize) -> Result<isize> {
    let line = line(fd)?;
    match call {
        FileCall::Close => {
            (board().mask)(line.number());
            line.number.store(0, Relaxed);
            fence(SeqCst);
            while HANDLING.load(Acquire) {
                core::hint::spin_loop();
            }
            Ok(0)
        }
        FileCall::Ioctl => Err(ENOTTY),
        _ => Err(EINVAL),
    }
}

/// Watches a line; 0: no more.
pub fn watch(fd: usize, data: usize) -> Result<()> {
    let line = line(fd)?;
    line.watched.store(data, Relaxed);
    line.armed.store(true, Relaxed);
    Ok(())
}

/// The next watched line from a place on with news: what `watch` was told, and the place behind it.
pub fn news(from: usize) -> Option<(usize, usize)> {
    for (at, line) in LINES.iter().enumerate().skip(from) {
        let watched = line.watched.load(Relaxed);
        let has_news = line.number.load(Relaxed) != 0 && watched != 0 && line.came.load(Relaxed) != 0;
        if has_news && line.armed.swap(false, Relaxed) {
            return Some((watched, at + 1));
        }
    }
    None
}

/// Runs over the end of the stack: tests see that its guard tells.
#[inline(never)]
fn deeper(n: usize) -> usize {
    let room = [n; 64];
    // It never gets so far.
    if core::hint::black_box(&room)[0] == usize::MAX {
        return n;
    }
    deeper(n + 1) + core::hint::black_box(room[n % 64])
}

/// The first of the numbers by which Go's package asks, which no kernel has.
const CALLS: usize = 0xf_0000;

/// Answers the package `oxigo/machine`.
///
/// # Safety
/// The arguments are the call's: the third of a port's is the place of 4 bytes.
pub unsafe fn asked(number: usize, [a, b, c, ..]: [usize; 6]) -> Option<Result<isize>> {
    let port = |value| {
        // SAFETY: the caller's promise.
        let place = unsafe { &mut *(c as *mut u32) };
        let value = if value { Some(*place) } else { None };
        *place = (board().port)(a, b, value).ok_or(ENOSYS)?;
        Ok(0)
    };
    Some(match number.wrapping_sub(CALLS) {
        0 => listen(a, mask_and_wake).map(|fd| fd as isize),
        1 => (board().reach)(a, b).then_some(0).ok_or(EFAULT),
        2 => port(false),
        3 => port(true),
        4 if a == 0 => Ok(deeper(0) as isize),
        4 => listen(a, |_| _ = deeper(0)).map(|fd| fd as isize),
        _ => return None,
    })
}
