//! Standard output and standard error. Where nobody reads any more what is written (`oxigo list std | head -1`), the command ends by the
//! signal that a process gets for it, as the go command does. The standard library's macros panic there, since it ignores the signal.

use std::fmt::Arguments;
use std::io::{ErrorKind, Result, Write, stderr, stdout};

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use crate::scratch;

macro_rules! print {
    ($($text:tt)*) => { $crate::output::out(format_args!($($text)*)) };
}

macro_rules! println {
    ($($text:tt)*) => { $crate::output::out(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprint {
    ($($text:tt)*) => { $crate::output::err(format_args!($($text)*)) };
}

macro_rules! eprintln {
    ($($text:tt)*) => { $crate::output::err(format_args!("{}\n", format_args!($($text)*))) };
}

pub fn out(text: Arguments) {
    check(stdout().write_fmt(text));
}

pub fn err(text: Arguments) {
    check(stderr().write_fmt(text));
}

/// A full disk, say, is no reason to end, as it is none for the go command.
fn check(written: Result<()>) {
    if written.is_err_and(|e| e.kind() == ErrorKind::BrokenPipe) {
        let _last = scratch::remove_all();
        let _ = emulate_default_handler(SIGPIPE);
    }
}
