//! Datagrams. A socket that is bound to all addresses has one of the stack's on each link.

use super::socket::State;
use super::wire::{ETHERNET, LOOP_MTU};
use super::*;
use smoltcp::phy::PacketMeta;
use smoltcp::socket::udp::{self, PacketBuffer, PacketMetadata, SendError, UdpMetadata};
use smoltcp::wire::IpListenEndpoint;

/// Bytes and datagrams that wait to be read, and to be sent.
const BUFFER: usize = 64 * 1024;
const DATAGRAMS: usize = 64;
/// Behind the bytes come their lengths and addresses.
const RUN: usize = BUFFER + DATAGRAMS * size_of::<PacketMetadata>();
/// Bytes before a datagram: of IP's head and UDP's, and of Ethernet's.
const HEAD: usize = 28;
const LINK_HEAD: usize = 14;

#[derive(Clone, Copy)]
pub struct Datagrams {
    /// By link, with the buffers.
    ends: [Option<(SocketHandle, [*mut u8; 2])>; 2],
    pub peer: Option<SocketAddrV4>,
}

impl Datagrams {
    pub const NONE: Datagrams = Datagrams { ends: [None; 2], peer: None };

    fn handles(self) -> impl Iterator<Item = Place> {
        self.ends.into_iter().enumerate().filter_map(|(link, e)| Some(Place { link, handle: e?.0 }))
    }
}

impl Net {
    fn udp(&mut self, at: Place) -> &mut udp::Socket<'static> {
        self.link(at.link).set.get_mut(at.handle)
    }

    fn buffer(&mut self) -> Option<(*mut u8, PacketBuffer<'static>)> {
        let run = self.memory.take(RUN)?;
        // SAFETY: room for both, aligned to a page and 64 KiB behind it, nobody else's; records are written before they are used.
        unsafe {
            let records = run.add(BUFFER).cast::<PacketMetadata>();
            for i in 0..DATAGRAMS {
                records.add(i).write(PacketMetadata::EMPTY);
            }
            let records = core::slice::from_raw_parts_mut(records, DATAGRAMS);
            Some((run, PacketBuffer::new(records, core::slice::from_raw_parts_mut(run, BUFFER))))
        }
    }

    pub fn bind_datagrams(&mut self, d: usize, local: SocketAddrV4) -> Result<()> {
        let mut new = Datagrams::NONE;
        for (link, wanted) in self.links_of(*local.ip()).into_iter().enumerate() {
            if !wanted {
                continue;
            }
            let Some(end) = self.end(link, local) else {
                self.drop_datagrams(new);
                return Err(ENOBUFS);
            };
            new.ends[link] = Some(end);
        }
        if let State::Datagrams(datagrams) = &mut self.get(d)?.state {
            *datagrams = new;
        }
        Ok(())
    }

    fn end(&mut self, link: usize, local: SocketAddrV4) -> Option<(SocketHandle, [*mut u8; 2])> {
        let (receive, send) = (self.buffer(), self.buffer());
        let runs = [&receive, &send].map(|b| b.as_ref().map(|b| b.0));
        if let (Some((r, receive)), Some((s, send))) = (receive, send) {
            let mut socket = udp::Socket::new(receive, send);
            let ip = *local.ip();
            let addr = (!ip.is_unspecified()).then_some(IpAddress::Ipv4(ip));
            if socket.bind(IpListenEndpoint { addr, port: local.port() }).is_ok()
                && let Some(handle) = self.link(link).add(socket)
            {
                return Some((handle, [r, s]));
            }
        }
        // SAFETY: no socket has them.
        runs.into_iter().flatten().for_each(|b| unsafe { self.memory.give(b, RUN) });
        None
    }

    pub fn drop_datagrams(&mut self, datagrams: Datagrams) {
        // What was written leaves before the socket goes.
        self.poll();
        for (link, end) in datagrams.ends.into_iter().enumerate() {
            let Some((handle, buffers)) = end else { continue };
            self.link(link).remove(handle);
            // SAFETY: the socket that had them is gone.
            let _ = buffers.map(|b| unsafe { self.memory.give(b, RUN) });
        }
    }

    /// Binds it if nothing has.
    fn bound(&mut self, d: usize) -> Result<Datagrams> {
        if self.get(d)?.local.is_none() {
            self.bind(d, SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0))?;
        }
        match self.get(d)?.state {
            State::Datagrams(datagrams) => Ok(datagrams),
            _ => Err(EINVAL),
        }
    }

    pub fn connect_datagrams(&mut self, d: usize, peer: SocketAddrV4) -> Result<()> {
        let (_, own) = self.route(*peer.ip())?;
        self.bound(d)?;
        let socket = self.get(d)?;
        if let State::Datagrams(datagrams) = &mut socket.state {
            datagrams.peer = Some(peer);
        }
        // Who asks learns which of its addresses the peer will see.
        if let Some(local) = &mut socket.local
            && local.ip().is_unspecified()
        {
            *local = SocketAddrV4::new(own, local.port());
        }
        Ok(())
    }

    /// Whether one can be read, from the peer if there is one; others' are thrown away.
    pub fn has_datagram(&mut self, datagrams: &Datagrams) -> Option<Place> {
        for at in datagrams.handles() {
            while let Ok((_, from)) = self.udp(at).peek() {
                if datagrams.peer.is_none_or(|p| p == address(from.endpoint)) {
                    return Some(at);
                }
                let _ = self.udp(at).recv();
            }
        }
        None
    }

    pub fn has_room(&mut self, datagrams: &Datagrams) -> bool {
        datagrams.handles().all(|at| self.udp(at).can_send())
    }

    /// One datagram; what there is no room for is lost.
    pub fn receive_datagram(
        &mut self,
        of: &Datagrams,
        to: &mut [u8],
        peek: bool,
    ) -> Result<(usize, SocketAddrV4)> {
        let at = self.has_datagram(of).ok_or(EAGAIN)?;
        let socket = self.udp(at);
        let (bytes, from) = match peek {
            true => socket.peek().map(|(b, m)| (b, *m)),
            false => socket.recv(),
        }
        .map_err(|_| EAGAIN)?;
        let n = bytes.len().min(to.len());
        to[..n].copy_from_slice(&bytes[..n]);
        Ok((n, address(from.endpoint)))
    }

    /// Whether datagrams to one of this machine's addresses have a socket.
    fn hears(&self, ip: Ipv4Addr, port: u16) -> bool {
        self.sockets[..self.top[1]].iter().flatten().any(|s| {
            s.datagrams()
                && s.local.is_some_and(|l| l.port() == port && (l.ip().is_unspecified() || *l.ip() == ip))
        })
    }

    pub fn send_datagram(&mut self, d: usize, from: &[u8], to: Option<SocketAddrV4>) -> Result<usize> {
        let State::Datagrams(Datagrams { peer, .. }) = self.get(d)?.state else { return Err(EINVAL) };
        let to = to.or(peer).ok_or(EDESTADDRREQ)?;
        let ip = if to.ip().is_unspecified() { Ipv4Addr::LOCALHOST } else { *to.ip() };
        let (link, own) = self.route(ip)?;
        let most = if link == LOOP { LOOP_MTU - HEAD } else { ETHERNET - LINK_HEAD - HEAD };
        if from.len() > most {
            return Err(EMSGSIZE);
        }
        let datagrams = self.bound(d)?;
        // Bound to 127.0.0.1, nothing leads out.
        let at = datagrams.handles().find(|at| at.link == link).ok_or(EINVAL)?;
        let meta = UdpMetadata {
            endpoint: endpoint(SocketAddrV4::new(ip, to.port())),
            local_address: Some(IpAddress::Ipv4(own)),
            meta: PacketMeta::default(),
        };
        match self.udp(at).send_slice(from, meta) {
            Ok(()) => {
                // This machine would answer that nobody is there.
                if link == LOOP && peer.is_some() && !self.hears(ip, to.port()) {
                    self.get(d)?.error = ECONNREFUSED;
                }
                self.poll();
                Ok(from.len())
            }
            Err(SendError::BufferFull) => Err(EAGAIN),
            Err(SendError::Unaddressable) => Err(EINVAL),
        }
    }
}
