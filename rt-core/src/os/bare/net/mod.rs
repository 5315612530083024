//! Sockets where there is no system: TCP and UDP over IPv4, by the crate smoltcp, on two links: the machine itself (127.0.0.1)
//! and the board's network device, if it has one.
//!
//! - [`memory`]: where buffers come from; [`wire`], [`link`]: what packets go through
//! - [`tcp`]: connections and who they belong to; [`udp`]: datagrams; [`socket`]: what a descriptor leads to
//! - [`settings`]: the device's address, by DHCP or as the program was told; [`neighbours`]: who is on its network
//! - [`ready`]: which descriptors can go on; [`options`]: what can be asked and set
//!
//! It knows no board and no numbers of system calls, and is tested against itself on the host. It is used by one core, under no
//! lock: every call is one hook, and the stack moves in calls and in the poller, never in an interrupt.

pub mod link;
pub mod memory;
pub mod neighbours;
pub mod options;
pub mod ready;
pub mod settings;
pub mod socket;
pub mod tcp;
#[cfg(test)]
mod tests;
pub mod udp;
pub mod wire;

use crate::os::system::abi::errno::*;
use core::net::{Ipv4Addr, SocketAddrV4};
use link::Link;
use memory::Memory;
use neighbours::Asked;
use settings::Settings;
use smoltcp::iface::SocketHandle;
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, IpEndpoint};
use socket::{Descriptor, Socket};
use tcp::Conn;
use wire::{Nic, Wire};

pub type Result<T> = core::result::Result<T, isize>;

/// The links.
pub const LOOP: usize = 0;
pub const DEVICE: usize = 1;
/// How many sockets, descriptors of them and connections there can be.
pub const MOST: usize = 512;
/// The first port that a socket gets that did not ask for one.
const EPHEMERAL: u16 = 49152;

/// What the machine does for the stack.
#[derive(Clone, Copy)]
pub struct System {
    pub map: fn(usize) -> *mut u8,
    /// Nanoseconds.
    pub clock: fn() -> u64,
    /// Waits for an interrupt, at most until the clock shows so much.
    pub idle: fn(u64),
    pub random: fn(&mut [u8]) -> bool,
    /// How the device is set, as the program was told; empty: by DHCP.
    pub told: fn() -> &'static [u8],
}

/// Everything.
pub struct Net {
    system: System,
    memory: Memory,
    links: [Option<Link>; 2],
    settings: Settings,
    asked: Asked,
    descriptors: [Option<Descriptor>; MOST],
    sockets: [Option<Socket>; MOST],
    conns: [Option<Conn>; MOST],
    /// All used ones of the three lists are below.
    top: [usize; 3],
    port: u16,
    /// Counts connections, for their order.
    order: u64,
}

impl Net {
    pub const fn new(system: System) -> Net {
        Net {
            system,
            memory: Memory::new(system.map),
            links: [None, None],
            settings: Settings::NONE,
            asked: Asked::NONE,
            descriptors: [const { None }; MOST],
            sockets: [const { None }; MOST],
            conns: [const { None }; MOST],
            top: [0; 3],
            port: 0,
            order: 0,
        }
    }

    fn now(&self) -> Instant {
        Instant::from_micros((self.system.clock)() as i64 / 1000)
    }

    /// Whether anything was ever asked of it.
    pub fn is_open(&self) -> bool {
        self.links[LOOP].is_some()
    }

    /// Makes the links, the first time.
    pub fn open(&mut self, nic: Nic) -> Result<()> {
        if self.is_open() {
            return Ok(());
        }
        let mut seed = [0; 10];
        if !(self.system.random)(&mut seed) {
            // Without a source of chance, the time since the start: ports and sequence numbers can be guessed.
            seed[..8].copy_from_slice(&(self.system.clock)().to_le_bytes());
        }
        let number = u64::from_le_bytes(seed[..8].try_into().expect("8 bytes"));
        self.port = u16::from_le_bytes([seed[8], seed[9]]) % (u16::MAX - EPHEMERAL);
        let now = self.now();
        let wire = Wire::ring(&mut self.memory).ok_or(ENOBUFS)?;
        let mut link = Link::new(wire, HardwareAddress::Ip, number, now, &mut self.memory).ok_or(ENOBUFS)?;
        let own = IpCidr::new(IpAddress::v4(127, 0, 0, 1), 8);
        link.interface.update_ip_addrs(|a| a.push(own).expect("room for one"));
        self.links[LOOP] = Some(link);
        if let Some(mac) = (nic.open)() {
            let wire = Wire::nic(nic, &mut self.memory).ok_or(ENOBUFS)?;
            let address = HardwareAddress::Ethernet(EthernetAddress(mac));
            let link = Link::new(wire, address, number, now, &mut self.memory).ok_or(ENOBUFS)?;
            self.links[DEVICE] = Some(link);
            self.begin_settings();
        }
        Ok(())
    }

    fn link(&mut self, i: usize) -> &mut Link {
        self.links[i].as_mut().expect("sockets are only on links that are there")
    }

    /// The device's address, once it has one.
    pub fn address(&self) -> Option<Ipv4Addr> {
        self.links[DEVICE].as_ref()?.interface.ipv4_addr()
    }

    /// The link that leads to an address, and the address of this machine on it. The device's is waited for if it is about to come.
    fn route(&mut self, to: Ipv4Addr) -> Result<(usize, Ipv4Addr)> {
        if to.is_loopback() {
            return Ok((LOOP, Ipv4Addr::LOCALHOST));
        }
        if self.links[DEVICE].is_none() {
            return Err(ENETDOWN);
        }
        self.settle();
        let own = self.address().ok_or(ENETUNREACH)?;
        if to == own {
            return Ok((LOOP, own));
        }
        let interface = &self.link(DEVICE).interface;
        let near = interface.ip_addrs().iter().any(|c| c.contains_addr(&IpAddress::Ipv4(to)));
        let far = interface.routes().get_default_ipv4_route().is_some();
        if !(near || far || to.is_broadcast()) {
            return Err(ENETUNREACH);
        }
        self.ask(to);
        Ok((DEVICE, own))
    }

    /// The links that a socket with this address is on.
    fn links_of(&self, own: Ipv4Addr) -> [bool; 2] {
        let device = self.links[DEVICE].is_some() && !own.is_loopback();
        // What is sent to the device's own address does not leave the machine.
        [true, device]
    }

    /// Whether a socket may be bound to an address.
    fn is_own(&self, address: Ipv4Addr) -> bool {
        address.is_unspecified() || address == Ipv4Addr::LOCALHOST || Some(address) == self.address()
    }

    /// Moves everything: what has come in, what is to go, what has ended.
    pub fn poll(&mut self) {
        /// Frames at a time: goroutines want to run too.
        const MOST_AT_A_TIME: usize = 256;
        if !self.is_open() {
            return;
        }
        let mut left = MOST_AT_A_TIME;
        loop {
            let now = self.now();
            let mut moved = false;
            for i in [LOOP, DEVICE] {
                while let Some(link) = &mut self.links[i]
                    && left > 0
                    && link.take_in(now)
                {
                    moved = true;
                    left -= 1;
                    // The next frame may ask for another connection.
                    self.listen_on();
                }
                if let Some(link) = &mut self.links[i] {
                    moved |= link.send(now);
                }
            }
            if !moved || left == 0 {
                break;
            }
        }
        self.follow_settings();
        self.sweep();
    }

    /// When it must be polled at the latest, in nanoseconds.
    pub fn next(&mut self) -> u64 {
        let now = self.now();
        let mut next = self.next_sweep();
        for link in self.links.iter_mut().flatten() {
            if link.wire.holds_frames() {
                return 0;
            }
            if let Some(at) = link.interface.poll_at(now, &link.set) {
                next = next.min(at.total_micros().max(0) as u64 * 1000);
            }
        }
        next
    }

    /// A port that nobody uses.
    fn free_port(&mut self, datagrams: bool) -> Result<u16> {
        for _ in EPHEMERAL..=u16::MAX {
            self.port = (self.port + 1) % (u16::MAX - EPHEMERAL);
            let port = EPHEMERAL + self.port;
            let socket = |s: &Socket| s.datagrams() == datagrams && s.local.is_some_and(|l| l.port() == port);
            if !self.sockets.iter().flatten().any(socket) && (datagrams || !self.has_conn_at(port)) {
                return Ok(port);
            }
        }
        Err(EADDRINUSE)
    }
}

/// An address as the stack has it.
fn endpoint(a: SocketAddrV4) -> IpEndpoint {
    IpEndpoint::new(IpAddress::Ipv4(*a.ip()), a.port())
}

/// An address as descriptors have it.
fn address(e: IpEndpoint) -> SocketAddrV4 {
    let IpAddress::Ipv4(ip) = e.addr;
    SocketAddrV4::new(ip, e.port)
}

/// A socket of the stack: which link it is on.
#[derive(Clone, Copy, PartialEq)]
pub struct Place {
    pub link: usize,
    pub handle: SocketHandle,
}

/// Puts something into the first free place of a list, whose used ones are below `top`.
fn put<T>(list: &mut [Option<T>], top: &mut usize, what: T) -> Option<usize> {
    let i = list.iter().position(Option::is_none)?;
    list[i] = Some(what);
    *top = (*top).max(i + 1);
    Some(i)
}
