//! Signals by their usual numbers.
#![allow(missing_docs, reason = "the names are the system's")]

pub const HUP: u32 = 1;
pub const INT: u32 = 2;
pub const QUIT: u32 = 3;
pub const ILL: u32 = 4;
pub const TRAP: u32 = 5;
pub const ABRT: u32 = 6;
pub const BUS: u32 = 7;
pub const FPE: u32 = 8;
pub const KILL: u32 = 9;
pub const USR1: u32 = 10;
pub const SEGV: u32 = 11;
pub const USR2: u32 = 12;
pub const PIPE: u32 = 13;
pub const ALRM: u32 = 14;
pub const TERM: u32 = 15;
/// A fault of the machine's own kind, and its name.
pub const MACHINE: u32 = 16;
pub const MACHINE_NAME: &str = "SIGSTKFLT: stack fault";
pub const CHLD: u32 = 17;
pub const CONT: u32 = 18;
pub const STOP: u32 = 19;
pub const TSTP: u32 = 20;
pub const TTIN: u32 = 21;
pub const TTOU: u32 = 22;
pub const URG: u32 = 23;
pub const XCPU: u32 = 24;
pub const XFSZ: u32 = 25;
pub const VTALRM: u32 = 26;
pub const PROF: u32 = 27;
pub const WINCH: u32 = 28;
pub const IO: u32 = 29;
pub const PWR: u32 = 30;
pub const SYS: u32 = 31;
/// Signals are numbered up to here.
pub const COUNT: u32 = 64;
