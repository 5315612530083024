//! The network device: a queue of buffers that wait for frames, one of frames to send.

use super::queue::Queue;
use super::{INTERRUPT, NET, begin, find, go};
use core::cell::UnsafeCell;
use core::sync::atomic::Ordering::Relaxed;
use rt_core::os::Nic;

/// The device has an address of its own.
const MAC: u64 = 1 << 5;
/// What stands before a frame: all zero, since nothing is left to the device.
const HEAD: usize = 12;
const BUFFER: usize = 2048;
/// How many of them each queue has.
const SIZE: usize = 32;

#[repr(C)]
struct Device {
    receive: Queue<SIZE>,
    send: Queue<SIZE>,
    received: [[u8; BUFFER]; SIZE],
    sent: [[u8; BUFFER]; SIZE],
    /// How many frames were ever sent, up to the queue's size: their buffers come back before they are used again.
    begun: usize,
}

struct One(UnsafeCell<Device>);
// SAFETY: there is one core, and only hooks and the poller use it, which are not interrupted for each other.
unsafe impl Sync for One {}

static DEVICE: One = One(UnsafeCell::new(Device {
    receive: Queue::NEW,
    send: Queue::NEW,
    received: [[0; BUFFER]; SIZE],
    sent: [[0; BUFFER]; SIZE],
    begun: 0,
}));

/// What programs with sockets link.
#[unsafe(no_mangle)]
static oxigo_board_nic: Nic = Nic { open, receive, send };

fn device() -> *mut Device {
    DEVICE.0.get()
}

fn open() -> Option<[u8; 6]> {
    let transport = find(NET)?;
    // SAFETY: see `One`.
    let d = unsafe { &mut *device() };
    if !begin(&transport, MAC) || !d.receive.begin(&transport, 0, false) || !d.send.begin(&transport, 1, true)
    {
        return None;
    }
    for i in 0..SIZE {
        d.receive.give(i, d.received[i].as_mut_ptr() as usize, BUFFER, true);
    }
    INTERRUPT.store(transport.interrupts(), Relaxed);
    go(&transport);
    d.receive.ring();
    Some(core::array::from_fn(|i| transport.config(i)))
}

fn receive(to: &mut [u8]) -> usize {
    // SAFETY: see `One`.
    let d = unsafe { &mut *device() };
    let Some((i, n)) = d.receive.take() else { return 0 };
    let frame = d.received[i].get(HEAD..n).unwrap_or(&[]);
    let length = frame.len().min(to.len());
    to[..length].copy_from_slice(&frame[..length]);
    d.receive.give(i, d.received[i].as_mut_ptr() as usize, BUFFER, true);
    d.receive.ring();
    length
}

fn send(frame: &[u8]) -> bool {
    // SAFETY: see `One`.
    let d = unsafe { &mut *device() };
    let i = match d.send.take() {
        Some((i, _)) => i,
        None if d.begun < SIZE => {
            d.begun += 1;
            d.begun - 1
        }
        None => return false,
    };
    let Some(to) = d.sent[i].get_mut(HEAD..HEAD + frame.len()) else { return false };
    to.copy_from_slice(frame);
    d.send.give(i, d.sent[i].as_ptr() as usize, HEAD + frame.len(), false);
    d.send.ring();
    true
}
