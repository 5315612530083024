//! Calls about sockets as Linux has them: addresses, messages and options of its layout, over [`net`](super::net). Programs without
//! sockets have none of it: the linker's script says which of the two lists of functions `oxigo_network` is.

use super::abi::{
    FileCall, Stat,
    open::NONBLOCK,
    socket::{DGRAM, STREAM},
};
use super::calls::fcntl::*;
use super::net::options::INET;
use super::net::ready::Ready;
use super::net::wire::Nic;
use super::net::{Net, Result, System};
use super::{idle_for_devices, map, nanotime, random};
use crate::os::system::abi::errno::*;
use core::cell::UnsafeCell;
use core::net::{Ipv4Addr, SocketAddrV4};

/// A call about a descriptor that may be a socket's.
#[derive(Clone, Copy)]
pub enum What {
    Read,
    Write,
    Fcntl,
    Other(FileCall),
}

/// The first descriptor of a socket: files and pipes have those below.
pub const FIRST: usize = super::lines::END;

/// What the rest of the runtime asks of sockets.
pub struct Network {
    /// Answers a call.
    pub call: unsafe fn(What, [usize; 6]) -> Result<isize>,
    /// Moves what is to be moved.
    pub poll: fn(),
    /// When it wants to be asked again at the latest.
    pub next: fn() -> u64,
    /// Watches a descriptor; 0: no more.
    pub watch: fn(usize, usize) -> Result<()>,
    /// The next watched descriptor with news, from a place on.
    pub news: fn(usize) -> Option<(Ready, usize)>,
    /// What `/etc/resolv.conf` says if no such file has come with the program.
    pub resolver: fn() -> &'static [u8],
    /// Whether the program has sockets.
    pub is_there: bool,
}

#[unsafe(no_mangle)]
static oxigo_network_off: Network = Network {
    call: |_, _| Err(ENOSYS),
    poll: || {},
    next: || u64::MAX,
    watch: |_, _| Err(EBADF),
    news: |_| None,
    resolver: || &[],
    is_there: false,
};

#[unsafe(no_mangle)]
static oxigo_network_on: Network = Network {
    call,
    poll: || net().poll(),
    next: || if net().is_open() { net().next() } else { u64::MAX },
    watch: |fd, data| net().watch(fd.wrapping_sub(FIRST), data),
    news: |from| net().news(from),
    resolver: || {
        let net = net();
        if net.open(nic()).is_ok() { net.resolver() } else { &[] }
    },
    is_there: true,
};

#[allow(improper_ctypes, reason = "it is one of the two above")]
unsafe extern "C" {
    static oxigo_network: Network;
}

/// The one of the two that the program has.
pub fn network() -> &'static Network {
    // SAFETY: the linker's script gives it one of the statics above.
    unsafe { &oxigo_network }
}

struct One(UnsafeCell<Net>);
// SAFETY: used under `CALLS`.
unsafe impl Sync for One {}

static NET: One =
    One(UnsafeCell::new(Net::new(System { map, clock: nanotime, idle: idle_for_devices, random, told })));

#[allow(clippy::mut_from_ref, reason = "see `One`: each function here lets it go before another one runs")]
fn net() -> &'static mut Net {
    // SAFETY: see `One`.
    unsafe { &mut *NET.0.get() }
}

/// The variable that says how the device is set.
fn told() -> &'static [u8] {
    super::variable(b"OXIGO_NET=").unwrap_or(b"")
}

#[allow(improper_ctypes, reason = "the board's crate defines it, in Rust")]
unsafe extern "C" {
    /// The board's network device: by this name, so that programs without sockets do not have its driver.
    static oxigo_board_nic: Nic;
}

fn nic() -> Nic {
    // SAFETY: a constant of the board's.
    unsafe { oxigo_board_nic }
}

const O_RDWR: usize = 2;
/// Of a socket's kind: closed by exec, does not block.
const KIND_FLAGS: usize = 0x8_0000 | NONBLOCK;
const MSG_PEEK: usize = 2;
const MSG_TRUNC: i32 = 0x20;
const S_IFSOCK: u32 = 0o140000;

/// An address of IPv4: `struct sockaddr_in`.
#[repr(C)]
struct Name {
    family: u16,
    port: [u8; 2],
    ip: [u8; 4],
    zero: [u8; 8],
}

/// `struct msghdr` and `struct iovec`.
#[repr(C)]
struct Message {
    name: usize,
    name_length: u32,
    parts: usize,
    count: usize,
    control: usize,
    control_length: usize,
    flags: i32,
}

/// The address at a place.
unsafe fn address(at: usize, length: usize) -> Result<SocketAddrV4> {
    if length < 2 || at == 0 {
        return Err(EINVAL);
    }
    // SAFETY: the caller's promise: so many bytes.
    unsafe {
        if (at as *const u16).read_unaligned() as usize != INET {
            return Err(EAFNOSUPPORT);
        }
        if length < size_of::<Name>() {
            return Err(EINVAL);
        }
        let name = (at as *const Name).read_unaligned();
        Ok(SocketAddrV4::new(Ipv4Addr::from(name.ip), u16::from_be_bytes(name.port)))
    }
}

/// Writes an address where there is room for so many bytes; how many it has.
unsafe fn tell(a: SocketAddrV4, at: usize, room: usize) -> u32 {
    let name = Name { family: INET as u16, port: a.port().to_be_bytes(), ip: a.ip().octets(), zero: [0; 8] };
    let n = room.min(size_of::<Name>());
    // SAFETY: the caller's promise.
    unsafe { (at as *mut u8).copy_from_nonoverlapping((&raw const name).cast(), n) };
    size_of::<Name>() as u32
}

/// The same where a word says how much room there is, and takes how many bytes it has.
unsafe fn tell_length(a: SocketAddrV4, at: usize, length: usize) {
    if at != 0 && length != 0 {
        // SAFETY: the caller's promise.
        unsafe { *(length as *mut u32) = tell(a, at, *(length as *const u32) as usize) };
    }
}

unsafe fn bytes<'a>(at: usize, n: usize) -> &'a mut [u8] {
    if n == 0 {
        return &mut [];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts_mut(at as *mut u8, n) }
}

/// The parts of a message.
unsafe fn parts<'a>(at: usize, n: usize) -> impl Iterator<Item = &'a mut [u8]> {
    // SAFETY: the caller's promise: an array of addresses and lengths.
    (0..n).map(move |i| unsafe {
        let [at, n] = *(at as *const [usize; 2]).add(i);
        bytes(at, n)
    })
}

/// Answers a call about sockets.
unsafe fn call(what: What, args: [usize; 6]) -> Result<isize> {
    let net = net();
    let [a, b, c, d, e, f] = args;
    let s = a.wrapping_sub(FIRST);
    if let What::Other(call) = what
        && a < FIRST
        && !matches!(call, FileCall::Socket | FileCall::Socketpair)
    {
        return Err(if call as u8 == FileCall::Writev as u8 { ENOSYS } else { ENOTSOCK });
    }
    // SAFETY: the caller's promise.
    unsafe {
        Ok(match what {
            What::Read => net.read(s, bytes(b, c), false)?.0 as isize,
            What::Write => net.write(s, bytes(b, c), None)? as isize,
            What::Fcntl => match b {
                F_GETFL => (O_RDWR | net.get(s)?.flags) as isize,
                F_SETFL => {
                    net.get(s)?.flags = c & NONBLOCK;
                    0
                }
                F_GETFD | F_SETFD => net.get(s).map(|_| 0)?,
                F_DUPFD | F_DUPFD_CLOEXEC => (net.duplicate(s)? + FIRST) as isize,
                _ => return Err(EINVAL),
            },
            What::Other(call) => match call {
                FileCall::Socket => new(net, a, b, c)?,
                // Linux has pairs of Unix sockets alone, which are not here.
                FileCall::Socketpair => return Err(if a == INET { EOPNOTSUPP } else { EAFNOSUPPORT }),
                FileCall::Bind => net.bind(s, address(b, c)?).map(|()| 0)?,
                FileCall::Listen => net.listen(s, b).map(|()| 0)?,
                FileCall::Accept => {
                    let (new, peer) = net.accept(s, d & NONBLOCK)?;
                    tell_length(peer, b, c);
                    (new + FIRST) as isize
                }
                FileCall::Connect => net.connect(s, address(b, c)?).map(|()| 0)?,
                FileCall::Getsockname => {
                    tell_length(net.name(s)?, b, c);
                    0
                }
                FileCall::Getpeername => {
                    tell_length(net.peer(s)?, b, c);
                    0
                }
                FileCall::Sendto => {
                    let to = if e == 0 { None } else { Some(address(e, f)?) };
                    net.write(s, bytes(b, c), to)? as isize
                }
                FileCall::Recvfrom => {
                    let (n, from) = net.read(s, bytes(b, c), d & MSG_PEEK != 0)?;
                    if let Some(from) = from {
                        tell_length(from, e, f);
                    }
                    n as isize
                }
                FileCall::Sendmsg => send_message(net, s, &*(b as *const Message))?,
                FileCall::Recvmsg => receive_message(net, s, &mut *(b as *mut Message), c)?,
                FileCall::Writev => gather(net, s, b, c, None)?,
                FileCall::Shutdown => net.shutdown(s, b).map(|()| 0)?,
                FileCall::Setsockopt => net.set_option(s, b, c, bytes(d, e)).map(|()| 0)?,
                FileCall::Getsockopt => {
                    let value = net.option(s, b, c)?;
                    let length = &mut *(e as *mut u32);
                    *length = (*length).min(4);
                    bytes(d, *length as usize).copy_from_slice(&value.to_ne_bytes()[..*length as usize]);
                    0
                }
                FileCall::Close => net.close(s).map(|()| 0)?,
                FileCall::Dup => (net.duplicate(s)? + FIRST) as isize,
                FileCall::Fstat => {
                    net.get(s)?;
                    let s = Stat { mode: S_IFSOCK | 0o777, nlink: 1, ino: a as u64, ..Stat::default() };
                    (b as *mut Stat).write_unaligned(s);
                    0
                }
                FileCall::Lseek | FileCall::Llseek | FileCall::Pread | FileCall::Pwrite => {
                    return net.get(s).and(Err(ESPIPE));
                }
                FileCall::Ioctl => return net.get(s).and(Err(ENOTTY)),
                _ => return net.get(s).and(Err(EINVAL)),
            },
        })
    }
}

/// A new socket: only of TCP and UDP over IPv4.
fn new(net: &mut Net, family: usize, kind: usize, protocol: usize) -> Result<isize> {
    if family != INET {
        return Err(EAFNOSUPPORT);
    }
    let datagrams = match (kind & !KIND_FLAGS, protocol) {
        (STREAM, 0 | 6) => false,
        (DGRAM, 0 | 17) => true,
        _ => return Err(EPROTONOSUPPORT),
    };
    net.open(nic())?;
    Ok((net.socket(datagrams, kind & NONBLOCK)? + FIRST) as isize)
}

/// Sends parts one behind the other, as far as there is room; a datagram as a whole.
unsafe fn gather(net: &mut Net, s: usize, at: usize, n: usize, to: Option<SocketAddrV4>) -> Result<isize> {
    // SAFETY: the caller's promise.
    let parts = unsafe { parts(at, n) };
    if net.get(s)?.datagrams() {
        let mut whole = [0; 2048];
        let mut length = 0;
        for part in parts {
            // Where there is no more than one, it needs no other place.
            if n == 1 {
                return Ok(net.write(s, part, to)? as isize);
            }
            whole.get_mut(length..length + part.len()).ok_or(EMSGSIZE)?.copy_from_slice(part);
            length += part.len();
        }
        return Ok(net.write(s, &whole[..length], to)? as isize);
    }
    let mut done = 0;
    for part in parts.filter(|p| !p.is_empty()) {
        match net.write(s, part, None) {
            Ok(k) => {
                done += k;
                if k < part.len() {
                    break;
                }
            }
            Err(_) if done > 0 => break,
            Err(e) => return Err(e),
        }
    }
    Ok(done as isize)
}

unsafe fn send_message(net: &mut Net, s: usize, m: &Message) -> Result<isize> {
    // SAFETY: the caller's promise.
    unsafe {
        let to = if m.name == 0 { None } else { Some(address(m.name, m.name_length as usize)?) };
        gather(net, s, m.parts, m.count, to)
    }
}

/// Reads into the first part that has room: what else there is of a stream stays, a datagram's rest is lost.
unsafe fn receive_message(net: &mut Net, s: usize, m: &mut Message, flags: usize) -> Result<isize> {
    // SAFETY: the caller's promise.
    unsafe {
        let part = parts(m.parts, m.count).find(|p| !p.is_empty()).unwrap_or(&mut []);
        let room = part.len();
        let (n, from) = net.read(s, part, flags & MSG_PEEK != 0)?;
        m.name_length = match from {
            Some(from) if m.name != 0 => tell(from, m.name, m.name_length as usize),
            _ => 0,
        };
        m.control_length = 0;
        m.flags = if from.is_some() && n > room { MSG_TRUNC } else { 0 };
        Ok(n as isize)
    }
}
