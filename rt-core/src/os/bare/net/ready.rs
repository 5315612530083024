//! Which descriptors can go on. Being ready is told once, and again when somebody was told in between that it is not (EAGAIN).

use super::socket::State;
use super::*;

/// A watched descriptor that can be read, or written.
#[derive(Clone, Copy)]
pub struct Ready {
    /// What `watch` was told.
    pub data: usize,
    pub readable: bool,
    pub writable: bool,
}

impl Net {
    /// Watches a descriptor.
    pub fn watch(&mut self, d: usize, data: usize) -> Result<()> {
        let descriptor = self.descriptor(d)?;
        descriptor.watched = data;
        descriptor.armed = [true; 2];
        Ok(())
    }

    /// Whether it can be read, and written, without waiting.
    fn is_ready(&mut self, socket: usize) -> [bool; 2] {
        self.look(socket);
        match self.sockets[socket].as_ref().map(|s| s.state) {
            Some(State::Listening(_)) => [self.waiting(socket).is_some(), false],
            Some(State::Datagrams(d)) => {
                let failed = self.sockets[socket].as_ref().is_some_and(|s| s.error != 0);
                [failed || self.has_datagram(&d).is_some(), self.has_room(&d)]
            }
            Some(State::Stream(s)) if s.connecting => [false; 2],
            Some(State::Stream(s)) => {
                let socket = self.tcp(s.conn);
                [
                    s.shut[0] || socket.can_recv() || !socket.may_recv(),
                    s.shut[1] || socket.can_send() || !socket.may_send(),
                ]
            }
            // A connection that did not come to be.
            Some(State::Fresh) => [self.sockets[socket].as_ref().is_some_and(|s| s.error != 0); 2],
            None => [false; 2],
        }
    }

    /// The next descriptor from a place on with news, and the place behind it.
    pub fn news(&mut self, from: usize) -> Option<(Ready, usize)> {
        for d in from..self.top[0] {
            let Some(Descriptor { socket, watched: data @ 1.., armed }) = self.descriptors[d] else {
                continue;
            };
            if armed == [false; 2] {
                continue;
            }
            let ready = self.is_ready(socket);
            let [readable, writable] = [0, 1].map(|i| ready[i] && armed[i]);
            if readable || writable {
                let armed = [0, 1].map(|i| armed[i] && !ready[i]);
                self.descriptors[d] = Some(Descriptor { socket, watched: data, armed });
                return Some((Ready { data, readable, writable }, d + 1));
            }
        }
        None
    }
}
