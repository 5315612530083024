//! The same on mips and mips64, where many numbers are their own.
#![allow(missing_docs, reason = "the kernel's names")]
#![allow(dead_code, reason = "who has a kernel needs few of them")]

use super::names;

/// Why a call failed, negative as the kernel answers.
pub mod errno {
    pub use super::names::errno::*;
    pub const ENAMETOOLONG: isize = -78;
    pub const ENOSYS: isize = -89;
    pub const ENOTEMPTY: isize = -93;
    pub const ENOTSOCK: isize = -95;
    pub const EDESTADDRREQ: isize = -96;
    pub const EMSGSIZE: isize = -97;
    pub const ENOPROTOOPT: isize = -99;
    pub const EPROTONOSUPPORT: isize = -120;
    pub const EOPNOTSUPP: isize = -122;
    pub const EAFNOSUPPORT: isize = -124;
    pub const EADDRINUSE: isize = -125;
    pub const EADDRNOTAVAIL: isize = -126;
    pub const ENETDOWN: isize = -127;
    pub const ENETUNREACH: isize = -128;
    pub const ECONNRESET: isize = -131;
    pub const ENOBUFS: isize = -132;
    pub const EISCONN: isize = -133;
    pub const ENOTCONN: isize = -134;
    pub const ETIMEDOUT: isize = -145;
    pub const ECONNREFUSED: isize = -146;
    pub const EALREADY: isize = -149;
    pub const EINPROGRESS: isize = -150;
}

/// How a file is opened.
pub mod open {
    pub use super::names::open::*;
    pub const CREAT: usize = 0x100;
    pub const EXCL: usize = 0x400;
    pub const APPEND: usize = 0x8;
    pub const NONBLOCK: usize = 0x80;
}

/// Kinds of sockets, and the options of all of them with their level.
pub mod socket {
    pub const STREAM: usize = 2;
    pub const DGRAM: usize = 1;
    pub const LEVEL: usize = 0xffff;
    pub const REUSEADDR: usize = 4;
    pub const TYPE: usize = 0x1008;
    pub const ERROR: usize = 0x1007;
    pub const BROADCAST: usize = 0x20;
    pub const SNDBUF: usize = 0x1001;
    pub const RCVBUF: usize = 0x1002;
    pub const KEEPALIVE: usize = 8;
    pub const LINGER: usize = 0x80;
    pub const REUSEPORT: usize = 0x200;
    pub const ACCEPTCONN: usize = 0x1009;
    pub const PROTOCOL: usize = 0x1028;
    pub const DOMAIN: usize = 0x1029;
}
