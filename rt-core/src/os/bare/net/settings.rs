//! The device's address: asked for by DHCP, or what the program was told (`OXIGO_NET=10.0.0.2/24,10.0.0.1,9.9.9.9`: address, router,
//! name servers). The router and the servers may be missing.

use super::*;
use core::str::{FromStr, from_utf8};
use smoltcp::socket::dhcpv4::{self, Event};
use smoltcp::wire::Ipv4Cidr;

/// How long, in nanoseconds, who needs the device waits for its address.
const PATIENCE: u64 = 5_000_000_000;
/// Name servers that are noted.
const SERVERS: usize = 3;
/// The longest text for `/etc/resolv.conf`: a line for each.
const TEXT: usize = SERVERS * "nameserver 255.255.255.255\n".len();

pub struct Settings {
    /// The stack's socket that asks.
    dhcp: Option<SocketHandle>,
    /// Until when the address is waited for; 0: not any more.
    until: u64,
    text: [u8; TEXT],
    length: usize,
}

impl Settings {
    pub const NONE: Settings = Settings { dhcp: None, until: 0, text: [0; TEXT], length: 0 };

    /// What `/etc/resolv.conf` would say.
    pub fn resolver(&self) -> &[u8] {
        &self.text[..self.length]
    }

    fn set_servers(&mut self, servers: impl Iterator<Item = Ipv4Addr>) {
        self.length = 0;
        for server in servers.take(SERVERS) {
            self.add(b"nameserver ");
            for (i, n) in server.octets().into_iter().enumerate() {
                if i > 0 {
                    self.add(b".");
                }
                let digits = [n / 100, n / 10 % 10, n % 10].map(|d| d + b'0');
                let skip = if n >= 100 {
                    0
                } else if n >= 10 {
                    1
                } else {
                    2
                };
                self.add(&digits[skip..]);
            }
            self.add(b"\n");
        }
    }

    fn add(&mut self, text: &[u8]) {
        self.text[self.length..][..text.len()].copy_from_slice(text);
        self.length += text.len();
    }
}

fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    from_utf8(text).ok()?.parse().ok()
}

/// An address and how many of its bits are the network's.
fn network(text: &[u8]) -> Option<Ipv4Cidr> {
    let slash = text.iter().position(|b| *b == b'/')?;
    let bits = parse::<u8>(&text[slash + 1..]).filter(|b| *b <= 32)?;
    Some(Ipv4Cidr::new(parse(&text[..slash])?, bits))
}

impl Net {
    /// Gives the device its address as told, or asks for one.
    pub fn begin_settings(&mut self) {
        let told = (self.system.told)();
        let mut words = told.split(|b| *b == b',');
        if let Some(own) = words.next().and_then(network) {
            self.set(own, words.next().and_then(parse));
            self.settings.set_servers(words.filter_map(parse));
            return;
        }
        self.settings.dhcp = self.link(DEVICE).add(dhcpv4::Socket::new());
        self.settings.until = (self.system.clock)().saturating_add(PATIENCE);
        self.poll();
    }

    fn set(&mut self, own: Ipv4Cidr, router: Option<Ipv4Addr>) {
        let interface = &mut self.link(DEVICE).interface;
        interface.update_ip_addrs(|a| {
            a.clear();
            a.push(IpCidr::Ipv4(own)).expect("room for one");
        });
        match router {
            Some(router) => drop(interface.routes_mut().add_default_ipv4_route(router)),
            None => drop(interface.routes_mut().remove_default_ipv4_route()),
        }
        // What this machine sends to that address stays in it.
        self.link(LOOP).interface.update_ip_addrs(|a| {
            a.truncate(1);
            a.push(IpCidr::Ipv4(Ipv4Cidr::new(own.address(), 32))).expect("room for two");
        });
    }

    /// Takes over what was answered.
    pub fn follow_settings(&mut self) {
        let Some(handle) = self.settings.dhcp else { return };
        match self.link(DEVICE).set.get_mut::<dhcpv4::Socket>(handle).poll() {
            Some(Event::Configured(c)) => {
                let (own, router, servers) = (c.address, c.router, c.dns_servers.clone());
                self.set(own, router);
                self.settings.set_servers(servers.into_iter());
                self.settings.until = 0;
            }
            // It is no longer ours, if it ever was.
            Some(Event::Deconfigured) => {
                let interface = &mut self.link(DEVICE).interface;
                interface.update_ip_addrs(|a| a.clear());
                interface.routes_mut().remove_default_ipv4_route();
                self.link(LOOP).interface.update_ip_addrs(|a| a.truncate(1));
            }
            _ => {}
        }
    }

    /// Waits for the device's address, if it is about to come. Other goroutines wait too: it is once in a program's life.
    pub fn settle(&mut self) {
        while self.settings.until > (self.system.clock)() {
            self.poll();
            if self.settings.until != 0 {
                let next = self.next().min(self.settings.until);
                (self.system.idle)(next);
            }
        }
        self.settings.until = 0;
    }

    /// What `/etc/resolv.conf` says, once it is known.
    pub fn resolver(&mut self) -> &[u8] {
        self.settle();
        self.settings.resolver()
    }
}
