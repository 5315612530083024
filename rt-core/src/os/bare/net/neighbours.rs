//! Asks for the hardware address of who a connection goes to. The stack does so too, but for one address a second: peers that do not
//! answer would keep others waiting.

use super::*;
use smoltcp::phy::{Device, TxToken};
use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, EthernetFrame, EthernetProtocol, EthernetRepr};

/// How long, in nanoseconds, the last question is not asked again.
const AGAIN: u64 = 1_000_000_000;

/// The last question, and when.
pub struct Asked(Option<(Ipv4Addr, u64)>);

impl Asked {
    pub const NONE: Asked = Asked(None);
}

impl Net {
    /// Asks for an address on the device's network, or for the router that leads to it. The stack notes the answer.
    pub fn ask(&mut self, to: Ipv4Addr) {
        let (time, now, asked) = ((self.system.clock)(), self.now(), self.asked.0);
        let Some(Link { interface, wire, .. }) = &mut self.links[DEVICE] else { return };
        let near = interface.ip_addrs().iter().any(|c| c.contains_addr(&IpAddress::Ipv4(to)));
        let router = interface.routes().get_default_ipv4_route().map(|r| r.via_router);
        let next = match router {
            Some(IpAddress::Ipv4(router)) if !near => router,
            _ => to,
        };
        let HardwareAddress::Ethernet(own) = interface.hardware_addr() else { return };
        let Some(own_ip) = interface.ipv4_addr().filter(|_| !to.is_broadcast()) else { return };
        if asked.is_some_and(|(ip, at)| ip == next && time < at + AGAIN) {
            return;
        }
        let question = ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr: own,
            source_protocol_addr: own_ip,
            target_hardware_addr: EthernetAddress::BROADCAST,
            target_protocol_addr: next,
        };
        let head = EthernetRepr {
            src_addr: own,
            dst_addr: EthernetAddress::BROADCAST,
            ethertype: EthernetProtocol::Arp,
        };
        if let Some(room) = wire.transmit(now) {
            room.consume(head.buffer_len() + question.buffer_len(), |bytes| {
                let mut frame = EthernetFrame::new_unchecked(bytes);
                head.emit(&mut frame);
                question.emit(&mut ArpPacket::new_unchecked(frame.payload_mut()));
            });
        }
        self.asked = Asked(Some((next, time)));
    }
}
