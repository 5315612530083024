//! What calls about files and sockets are told, and how they fail, on most machines. Where there is no kernel the runtime answers such
//! calls in these numbers (`os/bare`).
#![allow(missing_docs, reason = "the kernel's names")]
#![allow(dead_code, reason = "who has a kernel needs few of them")]

/// Why a call failed, negative as the kernel answers.
pub mod errno {
    pub const ENOENT: isize = -2;
    pub const EIO: isize = -5;
    pub const EBADF: isize = -9;
    pub const EAGAIN: isize = -11;
    pub const EFAULT: isize = -14;
    pub const EBUSY: isize = -16;
    pub const EEXIST: isize = -17;
    pub const ENOTDIR: isize = -20;
    pub const EISDIR: isize = -21;
    pub const EINVAL: isize = -22;
    pub const EMFILE: isize = -24;
    pub const ENOTTY: isize = -25;
    pub const EFBIG: isize = -27;
    pub const ENOSPC: isize = -28;
    pub const ESPIPE: isize = -29;
    pub const EROFS: isize = -30;
    pub const EPIPE: isize = -32;
    pub const ERANGE: isize = -34;
    pub const ENAMETOOLONG: isize = -36;
    pub const ENOSYS: isize = -38;
    pub const ENOTEMPTY: isize = -39;
    pub const ENOTSOCK: isize = -88;
    pub const EDESTADDRREQ: isize = -89;
    pub const EMSGSIZE: isize = -90;
    pub const ENOPROTOOPT: isize = -92;
    pub const EPROTONOSUPPORT: isize = -93;
    pub const EOPNOTSUPP: isize = -95;
    pub const EAFNOSUPPORT: isize = -97;
    pub const EADDRINUSE: isize = -98;
    pub const EADDRNOTAVAIL: isize = -99;
    pub const ENETDOWN: isize = -100;
    pub const ENETUNREACH: isize = -101;
    pub const ECONNRESET: isize = -104;
    pub const ENOBUFS: isize = -105;
    pub const EISCONN: isize = -106;
    pub const ENOTCONN: isize = -107;
    pub const ETIMEDOUT: isize = -110;
    pub const ECONNREFUSED: isize = -111;
    pub const EALREADY: isize = -114;
    pub const EINPROGRESS: isize = -115;
}

/// How a file is opened.
pub mod open {
    pub const ACCESS: usize = 3;
    pub const WRONLY: usize = 1;
    pub const RDWR: usize = 2;
    pub const CREAT: usize = 0o100;
    pub const EXCL: usize = 0o200;
    pub const TRUNC: usize = 0o1000;
    pub const APPEND: usize = 0o2000;
    pub const NONBLOCK: usize = 0o4000;
}

/// Kinds of sockets, and the options of all of them with their level.
pub mod socket {
    pub const STREAM: usize = 1;
    pub const DGRAM: usize = 2;
    pub const LEVEL: usize = 1;
    pub const REUSEADDR: usize = 2;
    pub const TYPE: usize = 3;
    pub const ERROR: usize = 4;
    pub const BROADCAST: usize = 6;
    pub const SNDBUF: usize = 7;
    pub const RCVBUF: usize = 8;
    pub const KEEPALIVE: usize = 9;
    pub const LINGER: usize = 13;
    pub const REUSEPORT: usize = 15;
    pub const ACCEPTCONN: usize = 30;
    pub const PROTOCOL: usize = 38;
    pub const DOMAIN: usize = 39;
}
