//! A wire with the stack's interface on it, and the sockets that use it.

use super::memory::Memory;
use super::wire::Wire;
use smoltcp::iface::{
    Config, Interface, PollIngressSingleResult, PollResult, SocketHandle, SocketSet, SocketStorage,
};
use smoltcp::socket::AnySocket;
use smoltcp::time::Instant;
use smoltcp::wire::HardwareAddress;

/// How many sockets can be on a link.
const SLOTS: usize = 512;

pub struct Link {
    pub interface: Interface,
    pub set: SocketSet<'static>,
    pub wire: Wire,
    used: usize,
}

impl Link {
    /// None if memory is out.
    pub fn new(
        mut wire: Wire,
        address: HardwareAddress,
        seed: u64,
        now: Instant,
        memory: &mut Memory,
    ) -> Option<Link> {
        let mut config = Config::new(address);
        config.random_seed = seed;
        let interface = Interface::new(config, &mut wire, now);
        let slots =
            memory.take(SLOTS * size_of::<SocketStorage<'static>>())?.cast::<SocketStorage<'static>>();
        // SAFETY: room for so many, aligned to a page, nobody else's; each is written before it is used.
        let slots = unsafe {
            for i in 0..SLOTS {
                slots.add(i).write(SocketStorage::EMPTY);
            }
            core::slice::from_raw_parts_mut(slots, SLOTS)
        };
        Some(Link { interface, set: SocketSet::new(slots), wire, used: 0 })
    }

    /// Adds a socket; none if there is no room.
    pub fn add(&mut self, socket: impl AnySocket<'static>) -> Option<SocketHandle> {
        if self.used == SLOTS {
            return None;
        }
        self.used += 1;
        Some(self.set.add(socket))
    }

    pub fn remove(&mut self, handle: SocketHandle) {
        self.used -= 1;
        self.set.remove(handle);
    }

    /// Takes the next frame that has come in; whether there was one.
    pub fn take_in(&mut self, now: Instant) -> bool {
        let r = self.interface.poll_ingress_single(now, &mut self.wire, &mut self.set);
        r != PollIngressSingleResult::None
    }

    /// Sends what waits; whether there was something.
    pub fn send(&mut self, now: Instant) -> bool {
        self.interface.poll_maintenance(now);
        self.interface.poll_egress(now, &mut self.wire, &mut self.set) != PollResult::None
    }
}
