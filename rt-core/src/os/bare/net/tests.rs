//! Against itself: by the machine's own link, and two of them over a wire.

use super::*;
use crate::os::system::abi::socket::{DGRAM, STREAM};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(1_000_000_000) };
    /// Frames on their way, to either side.
    static WIRE: [RefCell<VecDeque<Vec<u8>>>; 2] = const { [const { RefCell::new(VecDeque::new()) }; 2] };
    /// Every so many frames one is lost; 0: none.
    static LOST: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

fn map(size: usize) -> *mut u8 {
    // Aligned as pages are.
    let layout = std::alloc::Layout::from_size_align(size.next_multiple_of(4096), 4096).unwrap();
    unsafe { std::alloc::alloc_zeroed(layout) }
}

fn idle(until: u64) {
    CLOCK.set(until.clamp(CLOCK.get(), CLOCK.get() + 1_000_000));
}

fn random(to: &mut [u8]) -> bool {
    to.fill(7);
    true
}

const SYSTEM: System = System { map, clock: || CLOCK.get(), idle, random, told: || b"" };
const NONE: Nic = Nic { open: || None, receive: |_| 0, send: |_| true };

fn send(to: usize, frame: &[u8]) -> bool {
    let (every, n) = LOST.get();
    LOST.set((every, n + 1));
    if every == 0 || !(n + 1).is_multiple_of(every) {
        WIRE.with(|w| w[to].borrow_mut().push_back(frame.to_vec()));
    }
    true
}

fn receive(at: usize, to: &mut [u8]) -> usize {
    let Some(frame) = WIRE.with(|w| w[at].borrow_mut().pop_front()) else { return 0 };
    to[..frame.len()].copy_from_slice(&frame);
    frame.len()
}

const ENDS: [Nic; 2] = [
    Nic { open: || Some([2, 0, 0, 0, 0, 1]), receive: |b| receive(0, b), send: |b| send(1, b) },
    Nic { open: || Some([2, 0, 0, 0, 0, 2]), receive: |b| receive(1, b), send: |b| send(0, b) },
];

fn alone() -> Box<Net> {
    let mut net = Box::new(Net::new(SYSTEM));
    net.open(NONE).unwrap();
    net
}

fn two() -> [Box<Net>; 2] {
    let told: [fn() -> &'static [u8]; 2] = [|| b"10.0.0.1/24,10.0.0.254,10.0.0.3", || b"10.0.0.2/24"];
    [0, 1].map(|i| {
        let mut net = Box::new(Net::new(System { told: told[i], ..SYSTEM }));
        net.open(ENDS[i]).unwrap();
        net
    })
}

fn at(text: &str) -> SocketAddrV4 {
    text.parse().unwrap()
}

/// Lets time pass for both.
fn step(nets: &mut [Box<Net>]) {
    nets.iter_mut().for_each(|n| n.poll());
    let next = nets.iter_mut().map(|n| n.next()).min().unwrap();
    idle(next.max(CLOCK.get() + 10_000));
}

fn listener(net: &mut Net, text: &str) -> usize {
    let l = net.socket(false, 0).unwrap();
    net.bind(l, at(text)).unwrap();
    net.listen(l, 128).unwrap();
    l
}

/// A connection's two ends on one machine.
fn pair(net: &mut Net, l: usize) -> (usize, usize) {
    let c = net.socket(false, 0).unwrap();
    let to = net.name(l).unwrap();
    assert_eq!(net.connect(c, to), Err(EINPROGRESS));
    net.poll();
    assert_eq!(net.option(c, 1, 4), Ok(0));
    let (s, peer) = net.accept(l, 0).unwrap();
    assert_eq!((net.name(c), net.peer(s)), (Ok(peer), Ok(peer)));
    (c, s)
}

fn news(net: &mut Net) -> Vec<(usize, bool, bool)> {
    let (mut all, mut from) = (Vec::new(), 0);
    while let Some((r, next)) = net.news(from) {
        all.push((r.data, r.readable, r.writable));
        from = next;
    }
    all
}

#[test]
fn a_connection_with_itself() {
    let mut net = alone();
    let l = listener(&mut net, "127.0.0.1:80");
    assert_eq!(net.accept(l, 0), Err(EAGAIN));
    let (c, s) = pair(&mut net, l);
    assert_eq!(net.peer(c), Ok(at("127.0.0.1:80")));
    assert_eq!(net.write(c, b"hello", None), Ok(5));
    let mut b = [0; 16];
    assert_eq!(net.read(s, &mut b, true), Ok((5, None)));
    assert_eq!(net.read(s, &mut b[..2], false), Ok((2, None)));
    assert_eq!((net.read(s, &mut b, false), &b[..3]), (Ok((3, None)), &b"llo"[..]));
    assert_eq!(net.read(s, &mut b, false), Err(EAGAIN));
    net.shutdown(c, 1).unwrap();
    assert_eq!(net.write(c, b"x", None), Err(EPIPE));
    assert_eq!(net.read(s, &mut b, false), Ok((0, None)));
    assert_eq!(net.write(s, b"answer", None), Ok(6));
    net.close(s).unwrap();
    assert_eq!(net.read(c, &mut b, false), Ok((6, None)));
    assert_eq!(net.read(c, &mut b, false), Ok((0, None)));
    net.close(c).unwrap();
    assert_eq!(net.close(c), Err(EBADF));
}

#[test]
fn nobody_there() {
    let mut net = alone();
    let c = net.socket(false, 0).unwrap();
    net.watch(c, 1).unwrap();
    assert_eq!(net.connect(c, at("127.0.0.1:81")), Err(EINPROGRESS));
    net.poll();
    assert_eq!(news(&mut net), [(1, true, true)]);
    assert_eq!(net.peer(c), Err(ENOTCONN));
    assert_eq!(net.option(c, 1, 4), Ok(-ECONNREFUSED as i32));
    assert_eq!(net.option(c, 1, 4), Ok(0));
    assert_eq!(net.connect(c, at("10.0.0.1:81")), Err(ENETDOWN));
    assert_eq!(net.bind(c, at("10.0.0.1:81")), Err(EADDRNOTAVAIL));
    let u = net.socket(true, 0).unwrap();
    assert_eq!(net.write(u, b"x", Some(at("10.0.0.1:81"))), Err(ENETDOWN));
    assert_eq!(net.write(u, b"x", None), Err(EDESTADDRREQ));
    net.connect(u, at("127.0.0.1:53")).unwrap();
    assert_eq!(net.write(u, b"x", None), Ok(1));
    assert_eq!(net.read(u, &mut [0; 9], false), Err(ECONNREFUSED));
    assert_eq!(net.read(u, &mut [0; 9], false), Err(EAGAIN));
}

#[test]
fn addresses_are_taken_once() {
    let mut net = alone();
    let l = listener(&mut net, "0.0.0.0:80");
    let other = net.socket(false, 0).unwrap();
    assert_eq!(net.bind(other, at("127.0.0.1:80")), Err(EADDRINUSE));
    let u = net.socket(true, 0).unwrap();
    assert_eq!(net.bind(u, at("127.0.0.1:80")), Ok(()));
    let (_, s) = pair(&mut net, l);
    net.close(l).unwrap();
    // The connection that it has accepted stays, and does not keep the port.
    listener(&mut net, "0.0.0.0:80");
    assert!(net.peer(s).is_ok());
    let any = listener(&mut net, "0.0.0.0:0");
    assert!(net.name(any).unwrap().port() >= EPHEMERAL);
}

#[test]
fn more_than_one_waits() {
    let mut net = alone();
    let l = listener(&mut net, "127.0.0.1:80");
    let clients: Vec<_> = (0..40)
        .map(|_| {
            let c = net.socket(false, 0).unwrap();
            assert_eq!(net.connect(c, at("127.0.0.1:80")), Err(EINPROGRESS));
            c
        })
        .collect();
    net.poll();
    for c in clients {
        let own = net.name(c).unwrap();
        assert_eq!(net.accept(l, 0).unwrap().1, own);
    }
    assert_eq!(net.accept(l, 0), Err(EAGAIN));
    // Beyond the backlog there is nobody.
    net.listen(l, 1).unwrap();
    let (a, b) = (net.socket(false, 0).unwrap(), net.socket(false, 0).unwrap());
    for c in [a, b] {
        assert_eq!(net.connect(c, at("127.0.0.1:80")), Err(EINPROGRESS));
    }
    net.poll();
    assert_eq!([net.option(a, 1, 4), net.option(b, 1, 4)], [Ok(0), Ok(0)]);
    let c = net.socket(false, 0).unwrap();
    assert_eq!(net.connect(c, at("127.0.0.1:80")), Err(EINPROGRESS));
    assert_eq!(net.option(c, 1, 4), Ok(-ECONNREFUSED as i32));
}

#[test]
fn many_connections_leave_nothing() {
    let mut net = alone();
    let l = listener(&mut net, "127.0.0.1:80");
    for _ in 0..3000 {
        let (c, s) = pair(&mut net, l);
        net.close(c).unwrap();
        net.close(s).unwrap();
        idle(CLOCK.get() + 1000);
    }
    let open: Vec<_> = (0..).map_while(|_| net.socket(false, 0).ok()).collect();
    assert_eq!(open.len(), MOST - 1);
    open.into_iter().for_each(|d| net.close(d).unwrap());
    // Who came late has been answered long enough.
    CLOCK.set(CLOCK.get() + 100_000_000_000);
    net.poll();
    let left = net.conns.iter().flatten().count();
    assert_eq!(left, 1, "the listener's");
}

#[test]
fn datagrams() {
    let mut net = alone();
    let [a, b, c] = [(); 3].map(|()| net.socket(true, 0).unwrap());
    net.bind(a, at("127.0.0.1:53")).unwrap();
    net.bind(c, at("127.0.0.1:54")).unwrap();
    assert_eq!(net.write(b, b"one", Some(at("127.0.0.1:53"))), Ok(3));
    assert_eq!(net.write(b, b"", Some(at("127.0.0.1:53"))), Ok(0));
    let from = SocketAddrV4::new(Ipv4Addr::LOCALHOST, net.name(b).unwrap().port());
    let mut to = [0; 16384];
    assert_eq!(net.read(a, &mut to[..2], false), Ok((2, Some(from))));
    assert_eq!(net.read(a, &mut to, false), Ok((0, Some(from))));
    assert_eq!(net.read(a, &mut to, false), Err(EAGAIN));
    // Connected, it hears one.
    net.connect(b, at("127.0.0.1:53")).unwrap();
    assert_eq!(net.write(c, b"other", Some(from)), Ok(5));
    assert_eq!(net.read(b, &mut to, false), Err(EAGAIN));
    assert_eq!(net.write(a, &[9; 16000], Some(from)), Ok(16000));
    assert_eq!(net.read(b, &mut to, false), Ok((16000, Some(at("127.0.0.1:53")))));
    assert_eq!(net.write(b, &[9; 17000], None), Err(EMSGSIZE));
    assert_eq!((net.option(b, 1, 3), net.option(a, 0, 8)), (Ok(DGRAM as i32), Err(ENOPROTOOPT)));
    let _ = [a, b, c].map(|d| net.close(d).unwrap());
}

#[test]
fn news_is_told_once() {
    let mut net = alone();
    let l = listener(&mut net, "127.0.0.1:80");
    net.watch(l, 100).unwrap();
    assert_eq!(news(&mut net), []);
    let (c, s) = pair(&mut net, l);
    net.watch(s, 200).unwrap();
    assert_eq!(net.accept(l, 0), Err(EAGAIN));
    assert_eq!(news(&mut net), [(200, false, true)]);
    assert_eq!(news(&mut net), []);
    let mut b = [0; 4];
    assert_eq!(net.read(s, &mut b, false), Err(EAGAIN));
    net.write(c, b"x", None).unwrap();
    assert_eq!(news(&mut net), [(200, true, false)]);
    assert_eq!(news(&mut net), []);
    // The same socket by another number has its own.
    let d = net.duplicate(s).unwrap();
    net.watch(d, 300).unwrap();
    assert_eq!(news(&mut net), [(300, true, true)]);
    net.close(s).unwrap();
    assert_eq!(net.read(d, &mut b, false), Ok((1, None)));
    assert_eq!((net.option(d, 1, 3), net.read(d, &mut b, false)), (Ok(STREAM as i32), Err(EAGAIN)));
    net.close(c).unwrap();
    assert_eq!(news(&mut net), [(300, true, false)]);
}

/// Sends `n` bytes from one machine to the other in pieces of all sizes.
fn carry(nets: &mut [Box<Net>; 2], from: usize, to: usize, n: usize) {
    let byte = |i: usize| (i * 31 + i / 251) as u8;
    let (mut sent, mut got, mut seed) = (0, 0, 1usize);
    let mut part = vec![0; 20000];
    let deadline = CLOCK.get() + 600_000_000_000;
    while got < n {
        assert!(CLOCK.get() < deadline, "{sent} sent, {got} came");
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let size = (seed >> 33) % part.len() + 1;
        let piece: Vec<u8> = (sent..n.min(sent + size)).map(byte).collect();
        match nets[0].write(from, &piece, None) {
            Ok(k) => sent += k,
            e => assert!(e == Err(EAGAIN)),
        }
        step(nets);
        match nets[1].read(to, &mut part[..size], false) {
            Ok((k, _)) => {
                assert!(part[..k].iter().enumerate().all(|(i, b)| *b == byte(got + i)));
                got += k;
            }
            e => assert!(e == Err(EAGAIN), "{e:?}"),
        }
    }
}

#[test]
fn over_a_wire() {
    let mut nets = two();
    assert_eq!(nets[0].resolver(), b"nameserver 10.0.0.3\n");
    let l = listener(&mut nets[1], "0.0.0.0:80");
    let c = nets[0].socket(false, 0).unwrap();
    assert_eq!(nets[0].connect(c, at("10.0.0.2:80")), Err(EINPROGRESS));
    (0..10).for_each(|_| step(&mut nets));
    let (s, peer) = nets[1].accept(l, 0).unwrap();
    assert_eq!((*peer.ip(), nets[1].name(s)), (Ipv4Addr::new(10, 0, 0, 1), Ok(at("10.0.0.2:80"))));
    carry(&mut nets, c, s, 1 << 20);
    LOST.set((20, 0));
    carry(&mut nets, c, s, 1 << 18);
    LOST.set((0, 0));
    // A socket that was reset says so, after what came before.
    nets[0].set_option(c, 1, 13, &[1, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    nets[0].close(c).unwrap();
    (0..10).for_each(|_| step(&mut nets));
    assert_eq!(nets[1].read(s, &mut [0; 9], false), Err(ECONNRESET));
    assert_eq!(nets[1].write(s, b"x", None), Err(EPIPE));
    // Its own address does not leave the machine, and is served.
    let own = nets[1].socket(false, 0).unwrap();
    assert_eq!(nets[1].connect(own, at("10.0.0.2:80")), Err(EINPROGRESS));
    assert_eq!(nets[1].accept(l, 0).map(|a| *a.1.ip()), Ok(Ipv4Addr::new(10, 0, 0, 2)));
}

#[test]
fn nobody_answers() {
    let mut nets = two();
    let [a, b, c] = [(); 3].map(|()| nets[0].socket(false, 0).unwrap());
    assert_eq!(nets[0].connect(a, at("10.0.0.77:80")), Err(EINPROGRESS));
    assert_eq!(nets[1].socket(false, 0).and_then(|d| nets[1].connect(d, at("8.8.8.8:80"))), Err(ENETUNREACH));
    assert_eq!(nets[0].connect(b, at("8.8.8.8:80")), Err(EINPROGRESS));
    assert_eq!(nets[0].connect(c, at("10.0.0.2:80")), Err(EINPROGRESS));
    // The stack asks for one neighbour a second.
    (0..5000).for_each(|_| step(&mut nets));
    assert_eq!(nets[0].option(c, 1, 4), Ok(-ECONNREFUSED as i32));
    assert_eq!(nets[0].peer(a), Err(ENOTCONN));
    while nets[0].option(a, 1, 4) == Ok(0) && CLOCK.get() < 300_000_000_000 {
        CLOCK.set(CLOCK.get() + 100_000_000);
        nets.iter_mut().for_each(|n| n.poll());
    }
    assert!(CLOCK.get() < 300_000_000_000);
}

#[test]
fn an_address_that_never_comes() {
    let mut net = Box::new(Net::new(SYSTEM));
    net.open(ENDS[0]).unwrap();
    let asked = WIRE.with(|w| w[1].borrow().len());
    assert!(asked > 0, "DHCP asks at once");
    let before = CLOCK.get();
    let c = net.socket(false, 0).unwrap();
    assert_eq!(net.connect(c, at("10.0.0.2:80")), Err(ENETUNREACH));
    assert!(CLOCK.get() - before >= 5_000_000_000);
    let l = listener(&mut net, "127.0.0.1:80");
    pair(&mut net, l);
}
