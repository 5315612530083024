//! Connections. The stack's socket for one is found by its record, which says whose it is: a descriptor's, a listener's as long as
//! nobody has accepted it, or nobody's any more while it comes to its end.

use super::socket::{Listener, State, Stream};
use super::*;
use smoltcp::socket::tcp::{self, RecvError};
use smoltcp::time::Duration;

pub use smoltcp::socket::tcp::State as Phase;

/// Bytes that wait to be read, and to be sent, of a connection.
const BUFFER: usize = 32 * 1024;
/// How long a peer that does not answer is asked for: a connection, and more of one.
const CONNECT: Duration = Duration::from_secs(127);
const SILENCE: Duration = Duration::from_secs(900);
/// How long, in nanoseconds, a closed connection's peer has to close it too.
const LINGER: u64 = 60_000_000_000;
/// How many connections at their end are kept to answer what comes late.
const LATE: usize = 64;

/// Whose a connection is.
#[derive(Clone, Copy, PartialEq)]
pub enum Owner {
    Descriptor,
    /// The listener's number.
    Listener(usize),
    /// Closed then.
    Nobody(u64),
}

pub struct Conn {
    pub place: Place,
    buffers: [*mut u8; 2],
    pub owner: Owner,
    order: u64,
    /// When it was made, in nanoseconds.
    began: u64,
}

impl Net {
    /// A connection's socket.
    pub fn tcp(&mut self, conn: usize) -> &mut tcp::Socket<'static> {
        let place = self.place(conn);
        self.link(place.link).set.get_mut(place.handle)
    }

    /// How far it is.
    pub fn phase(&self, conn: usize) -> Phase {
        let place = self.place(conn);
        let link = self.links[place.link].as_ref().expect("a link with a socket");
        link.set.get::<tcp::Socket>(place.handle).state()
    }

    fn place(&self, conn: usize) -> Place {
        self.conns[conn].as_ref().expect("a connection that is there").place
    }

    /// A new socket of the stack, with buffers.
    fn new_conn(&mut self, link: usize, owner: Owner) -> Result<usize> {
        if self.top[2] == MOST && self.conns.iter().all(Option::is_some) {
            self.evict(LATE / 2);
        }
        let receive = self.memory.bytes(BUFFER).ok_or(ENOBUFS)?;
        let send = self.memory.bytes(BUFFER).ok_or(ENOBUFS)?;
        let buffers = [receive.as_mut_ptr(), send.as_mut_ptr()];
        let mut socket = tcp::Socket::new(tcp::SocketBuffer::new(receive), tcp::SocketBuffer::new(send));
        socket.set_timeout(Some(SILENCE));
        self.order += 1;
        let (order, began) = (self.order, (self.system.clock)());
        if let Some(handle) = self.link(link).add(socket) {
            let conn = Conn { place: Place { link, handle }, buffers, owner, order, began };
            if let Some(i) = put(&mut self.conns, &mut self.top[2], conn) {
                return Ok(i);
            }
            self.link(link).remove(handle);
        }
        // SAFETY: the socket that had them is gone.
        let _ = buffers.map(|b| unsafe { self.memory.give(b, BUFFER) });
        Err(ENOBUFS)
    }

    fn drop_conn(&mut self, i: usize) {
        let Some(conn) = self.conns[i].take() else { return };
        self.link(conn.place.link).remove(conn.place.handle);
        // SAFETY: the socket that had them is gone.
        let _ = conn.buffers.map(|b| unsafe { self.memory.give(b, BUFFER) });
    }

    pub fn has_conn_at(&self, port: u16) -> bool {
        self.conns[..self.top[2]].iter().flatten().any(|c| {
            let link = self.links[c.place.link].as_ref().expect("a link with a socket");
            link.set.get::<tcp::Socket>(c.place.handle).local_endpoint().is_some_and(|l| l.port == port)
        })
    }

    /// Connections that have ended for a descriptor come to their end by themselves.
    pub fn let_go(&mut self, conn: usize, reset: bool) {
        let now = (self.system.clock)();
        let socket = self.tcp(conn);
        // Who did not read all learns that it was not read.
        if reset || socket.recv_queue() > 0 {
            socket.abort()
        } else {
            socket.close()
        }
        if let Some(c) = &mut self.conns[conn] {
            c.owner = Owner::Nobody(now);
        }
    }

    fn of_nobody(&self, i: usize) -> Option<u64> {
        match self.conns[i].as_ref()?.owner {
            Owner::Nobody(since) => Some(since),
            _ => None,
        }
    }

    /// Removes what has ended.
    pub fn sweep(&mut self) {
        let now = (self.system.clock)();
        let mut late = 0;
        for i in 0..self.top[2] {
            let Some(since) = self.of_nobody(i) else { continue };
            match self.phase(i) {
                Phase::Closed => self.drop_conn(i),
                Phase::TimeWait => late += 1,
                _ if since + LINGER < now => self.tcp(i).abort(),
                _ => {}
            }
        }
        self.evict(late.max(LATE) - LATE);
    }

    /// When connections must be looked at again.
    pub fn next_sweep(&self) -> u64 {
        let ends = (0..self.top[2]).filter_map(|i| self.of_nobody(i));
        ends.min().map_or(u64::MAX, |since| since + LINGER)
    }

    /// Removes the oldest ones that only wait for what may come late.
    fn evict(&mut self, n: usize) {
        for _ in 0..n {
            let oldest = (0..self.top[2])
                .filter(|&i| self.of_nobody(i).is_some() && self.phase(i) == Phase::TimeWait)
                .min_by_key(|&i| self.of_nobody(i));
            let Some(i) = oldest else { return };
            self.drop_conn(i);
        }
    }

    /// Each listener has a socket on each of its links that waits for the next peer, unless too many wait to be accepted.
    pub fn listen_on(&mut self) {
        for l in 0..self.top[1] {
            let Some(Socket {
                state: State::Listening(Listener { backlog, .. }), local: Some(local), ..
            }) = self.sockets[l]
            else {
                continue;
            };
            let mut open = [false; 2];
            let mut waiting = 0;
            for i in 0..self.top[2] {
                if !self.is_of(i, l) {
                    continue;
                }
                match self.phase(i) {
                    Phase::Listen => open[self.place(i).link] = true,
                    // It was given up before it came to be.
                    Phase::Closed => self.drop_conn(i),
                    _ => waiting += 1,
                }
            }
            for (link, wanted) in self.links_of(*local.ip()).into_iter().enumerate() {
                if !wanted || open[link] || waiting > backlog {
                    continue;
                }
                let Ok(i) = self.new_conn(link, Owner::Listener(l)) else { return };
                let ip = *local.ip();
                let addr = (!ip.is_unspecified()).then_some(IpAddress::Ipv4(ip));
                let at = smoltcp::wire::IpListenEndpoint { addr, port: local.port() };
                self.tcp(i).listen(at).expect("a new socket, and a port");
            }
        }
    }

    /// Whether a connection waits to be accepted by a listener, or will.
    fn is_of(&self, conn: usize, listener: usize) -> bool {
        self.conns[conn].as_ref().is_some_and(|c| c.owner == Owner::Listener(listener))
    }

    /// The connection of a listener that has waited longest.
    pub fn waiting(&self, listener: usize) -> Option<usize> {
        let there = |&i: &usize| {
            self.is_of(i, listener)
                && !matches!(self.phase(i), Phase::Listen | Phase::SynReceived | Phase::Closed)
        };
        (0..self.top[2]).filter(there).min_by_key(|&i| self.conns[i].as_ref().map(|c| c.order))
    }

    /// Gives a connection to a descriptor.
    pub fn accepted(&mut self, conn: usize) {
        if let Some(c) = &mut self.conns[conn] {
            c.owner = Owner::Descriptor;
        }
        self.listen_on();
    }

    /// Ends a listener's connections.
    pub fn stop_listening(&mut self, listener: usize) {
        for i in 0..self.top[2] {
            if self.is_of(i, listener) {
                let early = matches!(self.phase(i), Phase::Listen | Phase::SynReceived);
                if early { self.drop_conn(i) } else { self.let_go(i, true) }
            }
        }
    }

    /// Begins a connection.
    pub fn begin(&mut self, local: Option<SocketAddrV4>, peer: SocketAddrV4) -> Result<usize> {
        let (link, own) = self.route(*peer.ip())?;
        let port = match local.map(|l| l.port()) {
            Some(1..) => local.expect("it has a port").port(),
            _ => self.free_port(false)?,
        };
        let own = local.map(|l| *l.ip()).filter(|ip| !ip.is_unspecified()).unwrap_or(own);
        let i = self.new_conn(link, Owner::Descriptor)?;
        let place = self.place(i);
        let Link { interface, set, .. } = self.link(link);
        let socket = set.get_mut::<tcp::Socket>(place.handle);
        socket.set_timeout(Some(CONNECT));
        let begun =
            socket.connect(interface.context(), endpoint(peer), endpoint(SocketAddrV4::new(own, port)));
        if begun.is_err() {
            self.drop_conn(i);
            return Err(EADDRNOTAVAIL);
        }
        self.poll();
        Ok(i)
    }

    /// Whether a connection that was begun has come to be: not yet (EINPROGRESS), or not at all.
    pub fn begun(&mut self, conn: usize) -> Result<()> {
        let began = self.conns[conn].as_ref().map_or(0, |c| c.began);
        let old = began + CONNECT.total_micros() * 1000 <= (self.system.clock)();
        let socket = self.tcp(conn);
        match socket.state() {
            Phase::SynSent | Phase::SynReceived => Err(EINPROGRESS),
            // Who is there and does not want it says so at once.
            Phase::Closed => Err(if old { ETIMEDOUT } else { ECONNREFUSED }),
            _ => {
                socket.set_timeout(Some(SILENCE));
                Ok(())
            }
        }
    }

    /// What has come in, or leaves it there too.
    pub fn receive(&mut self, stream: &Stream, to: &mut [u8], peek: bool) -> Result<usize> {
        if stream.shut[0] || to.is_empty() {
            return Ok(0);
        }
        let socket = self.tcp(stream.conn);
        let got = match peek {
            true => socket.peek(to.len()).map(|b| {
                to[..b.len()].copy_from_slice(b);
                b.len()
            }),
            false => socket.recv_slice(to),
        };
        match got {
            Ok(0) => Err(EAGAIN),
            Ok(n) => {
                if !peek {
                    // The peer may be waiting for room.
                    self.poll();
                }
                Ok(n)
            }
            Err(RecvError::Finished) => Ok(0),
            Err(RecvError::InvalidState) => Err(ECONNRESET),
        }
    }

    /// Takes as much as there is room for.
    pub fn transmit(&mut self, stream: &Stream, from: &[u8]) -> Result<usize> {
        if stream.shut[1] {
            return Err(EPIPE);
        }
        match self.tcp(stream.conn).send_slice(from) {
            Ok(0) if !from.is_empty() => Err(EAGAIN),
            Ok(n) => {
                self.poll();
                Ok(n)
            }
            Err(_) => Err(EPIPE),
        }
    }
}
