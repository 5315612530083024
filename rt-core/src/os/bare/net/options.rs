//! What a socket can be asked, and told. Names and numbers are Linux's.

use super::socket::State;
use super::*;
use crate::os::system::abi::socket as so;
use smoltcp::time::Duration;

/// Levels.
const IP: usize = 0;
const TCP: usize = 6;

mod tcp_option {
    pub const NODELAY: usize = 1;
    pub const KEEPIDLE: usize = 4;
    pub const KEEPINTVL: usize = 5;
    pub const KEEPCNT: usize = 6;
    pub const USER_TIMEOUT: usize = 18;
}
use tcp_option as to;

/// The family of addresses.
pub const INET: usize = 2;

impl Net {
    /// The number that an option has.
    pub fn option(&mut self, d: usize, level: usize, name: usize) -> Result<i32> {
        let s = self.descriptor(d)?.socket;
        self.look(s);
        let socket = self.get(d)?;
        let datagrams = socket.datagrams();
        Ok(match (level, name) {
            (so::LEVEL, so::ERROR) => core::mem::take(&mut socket.error).unsigned_abs() as i32,
            (so::LEVEL, so::TYPE) => (if datagrams { so::DGRAM } else { so::STREAM }) as i32,
            (so::LEVEL, so::DOMAIN) => INET as i32,
            (so::LEVEL, so::PROTOCOL) => {
                if datagrams {
                    17
                } else {
                    6
                }
            }
            (so::LEVEL, so::ACCEPTCONN) => matches!(socket.state, State::Listening(_)) as i32,
            (so::LEVEL, so::SNDBUF | so::RCVBUF) => match socket.state {
                State::Stream(stream) => self.tcp(stream.conn).send_capacity() as i32,
                _ => 1 << 16,
            },
            (TCP, to::NODELAY) => match socket.state {
                State::Stream(stream) => !self.tcp(stream.conn).nagle_enabled() as i32,
                _ => 0,
            },
            _ => return Err(ENOPROTOOPT),
        })
    }

    /// Sets one. What only says how much, how often or who else may is taken and has no effect.
    pub fn set_option(&mut self, d: usize, level: usize, name: usize, value: &[u8]) -> Result<()> {
        let number = |i: usize| Some(i32::from_ne_bytes(value.get(4 * i..4 * i + 4)?.try_into().ok()?));
        let first = number(0).ok_or(EINVAL)?;
        let socket = self.get(d)?;
        let stream = match socket.state {
            State::Stream(stream) => Some(stream.conn),
            _ => None,
        };
        match (level, name) {
            (so::LEVEL, so::LINGER) => socket.resets = first != 0 && number(1) == Some(0),
            (so::LEVEL, so::KEEPALIVE) if first == 0 => {
                if let Some(conn) = stream {
                    self.tcp(conn).set_keep_alive(None);
                }
            }
            (TCP, to::KEEPIDLE) => {
                if let Some(conn) = stream {
                    self.tcp(conn).set_keep_alive(Some(Duration::from_secs(first.max(1) as u64)));
                }
            }
            (TCP, to::NODELAY) => {
                if let Some(conn) = stream {
                    self.tcp(conn).set_nagle_enabled(first == 0);
                }
            }
            (
                so::LEVEL,
                so::REUSEADDR | so::REUSEPORT | so::BROADCAST | so::SNDBUF | so::RCVBUF | so::KEEPALIVE,
            )
            | (TCP, to::KEEPINTVL | to::KEEPCNT | to::USER_TIMEOUT) => {}
            (IP, _) => return Err(ENOPROTOOPT),
            _ => return Err(ENOPROTOOPT),
        }
        Ok(())
    }
}
