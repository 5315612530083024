//! What a descriptor leads to. Two descriptors may lead to one socket; the last that is closed ends it.

use super::udp::Datagrams;
use super::*;

/// A descriptor, and who waits for it.
#[derive(Clone, Copy)]
pub struct Descriptor {
    pub socket: usize,
    /// What the poller was told; 0: it does not watch it.
    pub watched: usize,
    /// Whether being ready to be read, and to be written, is news: somebody was told that it is not.
    pub armed: [bool; 2],
}

/// A listener.
#[derive(Clone, Copy)]
pub struct Listener {
    pub backlog: usize,
}

/// A connection, or one that is about to be.
#[derive(Clone, Copy)]
pub struct Stream {
    pub conn: usize,
    pub peer: SocketAddrV4,
    pub connecting: bool,
    /// Reading, writing was ended from here.
    pub shut: [bool; 2],
}

#[derive(Clone, Copy)]
pub enum State {
    /// Of a connection or a listener.
    Fresh,
    Listening(Listener),
    Stream(Stream),
    Datagrams(Datagrams),
}

pub struct Socket {
    pub state: State,
    /// What it was bound to, or was given.
    pub local: Option<SocketAddrV4>,
    /// Linux's, of the descriptor.
    pub flags: usize,
    /// An error that nobody was told of.
    pub error: isize,
    /// Its closing ends a connection at once.
    pub resets: bool,
    descriptors: u32,
}

impl Socket {
    pub fn datagrams(&self) -> bool {
        matches!(self.state, State::Datagrams(_))
    }
}

impl Net {
    fn install(&mut self, state: State, local: Option<SocketAddrV4>, flags: usize) -> Result<usize> {
        let socket = Socket { state, local, flags, error: 0, resets: false, descriptors: 1 };
        let socket = put(&mut self.sockets, &mut self.top[1], socket).ok_or(EMFILE)?;
        let descriptor = Descriptor { socket, watched: 0, armed: [true; 2] };
        match put(&mut self.descriptors, &mut self.top[0], descriptor) {
            Some(d) => Ok(d),
            None => {
                self.sockets[socket] = None;
                Err(EMFILE)
            }
        }
    }

    /// A new socket.
    pub fn socket(&mut self, datagrams: bool, flags: usize) -> Result<usize> {
        let state = if datagrams { State::Datagrams(Datagrams::NONE) } else { State::Fresh };
        self.install(state, None, flags)
    }

    pub fn descriptor(&mut self, d: usize) -> Result<&mut Descriptor> {
        self.descriptors.get_mut(d).and_then(Option::as_mut).ok_or(EBADF)
    }

    /// The socket of a descriptor.
    pub fn get(&mut self, d: usize) -> Result<&mut Socket> {
        let socket = self.descriptor(d)?.socket;
        Ok(self.sockets[socket].as_mut().expect("descriptors lead to sockets"))
    }

    /// The same socket under another number.
    pub fn duplicate(&mut self, d: usize) -> Result<usize> {
        let socket = self.descriptor(d)?.socket;
        let new = Descriptor { socket, watched: 0, armed: [true; 2] };
        let new = put(&mut self.descriptors, &mut self.top[0], new).ok_or(EMFILE)?;
        self.get(d)?.descriptors += 1;
        Ok(new)
    }

    pub fn close(&mut self, d: usize) -> Result<()> {
        let s = self.descriptor(d)?.socket;
        let socket = self.get(d)?;
        socket.descriptors -= 1;
        let (last, state, resets) = (socket.descriptors == 0, socket.state, socket.resets);
        self.descriptors[d] = None;
        if !last {
            return Ok(());
        }
        match state {
            State::Fresh => {}
            State::Listening(_) => self.stop_listening(s),
            State::Stream(stream) => self.let_go(stream.conn, resets),
            State::Datagrams(datagrams) => self.drop_datagrams(datagrams),
        }
        self.sockets[s] = None;
        self.poll();
        Ok(())
    }

    /// Gives it an address; port 0: any that is free.
    pub fn bind(&mut self, d: usize, to: SocketAddrV4) -> Result<()> {
        if self.get(d)?.local.is_some() {
            return Err(EINVAL);
        }
        if !to.ip().is_unspecified() && !to.ip().is_loopback() {
            self.settle();
        }
        if !self.is_own(*to.ip()) {
            return Err(EADDRNOTAVAIL);
        }
        let datagrams = self.get(d)?.datagrams();
        let port = if to.port() == 0 { self.free_port(datagrams)? } else { to.port() };
        let overlaps = |l: SocketAddrV4| {
            l.port() == port && (l.ip() == to.ip() || l.ip().is_unspecified() || to.ip().is_unspecified())
        };
        // Connections keep their listener's port.
        let holds = |s: &Socket| {
            s.datagrams() == datagrams
                && !matches!(s.state, State::Stream(_))
                && s.local.is_some_and(overlaps)
        };
        if self.sockets[..self.top[1]].iter().flatten().any(holds) {
            return Err(EADDRINUSE);
        }
        let local = SocketAddrV4::new(*to.ip(), port);
        if datagrams {
            self.bind_datagrams(d, local)?;
        }
        self.get(d)?.local = Some(local);
        Ok(())
    }

    pub fn listen(&mut self, d: usize, backlog: usize) -> Result<()> {
        if self.get(d)?.local.is_none() {
            self.bind(d, SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0))?;
        }
        let backlog = backlog.clamp(1, MOST / 4);
        let socket = self.get(d)?;
        match &mut socket.state {
            State::Fresh => socket.state = State::Listening(Listener { backlog }),
            State::Listening(l) => l.backlog = backlog,
            State::Stream(_) => return Err(EINVAL),
            State::Datagrams(_) => return Err(EOPNOTSUPP),
        }
        self.listen_on();
        Ok(())
    }

    /// A descriptor for the next connection, and its peer.
    pub fn accept(&mut self, d: usize, flags: usize) -> Result<(usize, SocketAddrV4)> {
        let State::Listening(_) = self.get(d)?.state else { return Err(EINVAL) };
        let listener = self.descriptor(d)?.socket;
        loop {
            let Some(conn) = self.waiting(listener) else {
                self.descriptor(d)?.armed[0] = true;
                return Err(EAGAIN);
            };
            let socket = self.tcp(conn);
            let (Some(local), Some(peer)) = (socket.local_endpoint(), socket.remote_endpoint()) else {
                // It is gone already.
                self.let_go(conn, true);
                continue;
            };
            let (local, peer) = (address(local), address(peer));
            let stream = Stream { conn, peer, connecting: false, shut: [false; 2] };
            let new = self.install(State::Stream(stream), Some(local), flags)?;
            self.accepted(conn);
            return Ok((new, peer));
        }
    }

    /// Begins a connection (then EINPROGRESS), or says who datagrams go to and come from.
    pub fn connect(&mut self, d: usize, peer: SocketAddrV4) -> Result<()> {
        // Nobody's address is this machine's.
        let ip = if peer.ip().is_unspecified() { Ipv4Addr::LOCALHOST } else { *peer.ip() };
        let peer = SocketAddrV4::new(ip, peer.port());
        match self.get(d)?.state {
            State::Datagrams(_) => self.connect_datagrams(d, peer),
            State::Listening(_) => Err(EISCONN),
            State::Stream(s) if s.connecting => Err(EALREADY),
            State::Stream(_) => Err(EISCONN),
            State::Fresh => {
                let local = self.get(d)?.local;
                let conn = self.begin(local, peer)?;
                let own = self.tcp(conn).local_endpoint().map(address);
                let stream = Stream { conn, peer, connecting: true, shut: [false; 2] };
                let socket = self.get(d)?;
                socket.state = State::Stream(stream);
                socket.local = own.or(local);
                self.descriptor(d)?.armed = [true; 2];
                Err(EINPROGRESS)
            }
        }
    }

    /// Looks whether a connection that was begun has come to be. If not, the socket is a new one again, with an error.
    pub fn look(&mut self, socket: usize) {
        let Some(Socket { state: State::Stream(stream @ Stream { connecting: true, .. }), .. }) =
            self.sockets[socket]
        else {
            return;
        };
        let error = match self.begun(stream.conn) {
            Err(EINPROGRESS) => return,
            Ok(()) => 0,
            Err(e) => {
                self.let_go(stream.conn, true);
                e
            }
        };
        if let Some(s) = &mut self.sockets[socket] {
            s.error = error;
            s.state = match error {
                0 => State::Stream(Stream { connecting: false, ..stream }),
                _ => State::Fresh,
            };
        }
    }

    /// The connection of a descriptor.
    fn stream(&mut self, d: usize) -> Result<Stream> {
        let s = self.descriptor(d)?.socket;
        self.look(s);
        match self.get(d)?.state {
            State::Stream(s) if s.connecting => Err(EAGAIN),
            State::Stream(s) => Ok(s),
            _ => match core::mem::take(&mut self.get(d)?.error) {
                0 => Err(ENOTCONN),
                e => Err(e),
            },
        }
    }

    /// Reads; the address it came from, of datagrams. `peek`: it stays there too.
    pub fn read(&mut self, d: usize, to: &mut [u8], peek: bool) -> Result<(usize, Option<SocketAddrV4>)> {
        let r = match self.get(d)?.state {
            State::Datagrams(datagrams) => match self.receive_datagram(&datagrams, to, peek) {
                Ok((n, from)) => Ok((n, Some(from))),
                Err(e) => Err(match core::mem::take(&mut self.get(d)?.error) {
                    0 => e,
                    told => told,
                }),
            },
            _ => self.stream(d).and_then(|s| self.receive(&s, to, peek)).map(|n| (n, None)),
        };
        if r == Err(EAGAIN) {
            self.descriptor(d)?.armed[0] = true;
        }
        r
    }

    /// Writes, a datagram to an address or to the one that it is connected to.
    pub fn write(&mut self, d: usize, from: &[u8], to: Option<SocketAddrV4>) -> Result<usize> {
        let r = match self.get(d)?.state {
            State::Datagrams(_) => self.send_datagram(d, from, to),
            _ => self.stream(d).and_then(|s| self.transmit(&s, from)),
        };
        if r == Err(EAGAIN) {
            self.descriptor(d)?.armed[1] = true;
        }
        r
    }

    /// Ends reading (0), writing (1) or both (2).
    pub fn shutdown(&mut self, d: usize, how: usize) -> Result<()> {
        if how > 2 {
            return Err(EINVAL);
        }
        if self.get(d)?.datagrams() {
            return Err(ENOTCONN);
        }
        if let State::Listening(_) = self.get(d)?.state {
            return Err(ENOTCONN);
        }
        let stream = self.stream(d)?;
        if how != 0 {
            self.tcp(stream.conn).close();
        }
        if let State::Stream(s) = &mut self.get(d)?.state {
            s.shut = [s.shut[0] || how != 1, s.shut[1] || how != 0];
        }
        self.descriptor(d)?.armed = [true; 2];
        self.poll();
        Ok(())
    }

    /// This end's address; nobody's if it has none.
    pub fn name(&mut self, d: usize) -> Result<SocketAddrV4> {
        Ok(self.get(d)?.local.unwrap_or(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0)))
    }

    /// The other end's.
    pub fn peer(&mut self, d: usize) -> Result<SocketAddrV4> {
        let s = self.descriptor(d)?.socket;
        self.look(s);
        match self.get(d)?.state {
            State::Stream(s) if !s.connecting => Ok(s.peer),
            State::Datagrams(Datagrams { peer: Some(peer), .. }) => Ok(peer),
            _ => Err(ENOTCONN),
        }
    }
}
