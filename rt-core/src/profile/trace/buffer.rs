//! Batches of a trace as they are written, and the queue in which they wait for the reader.

use crate::base::print::throw;
use crate::os;
use core::ptr::null_mut;

/// Most bytes of a batch behind its header, as in Go (`tracev2.MaxBatchSize`), and of a header.
pub const MOST: usize = 64 << 10;
const HEADER: usize = 64;
/// Most bytes of a number.
pub const NUMBER: usize = 10;

/// A piece of memory for one batch; used again, never given back.
#[repr(C)]
pub struct Chunk {
    next: *mut Chunk,
    /// Bytes written.
    pub len: usize,
    /// Where the batch's size goes, and the time of its last event.
    size_at: usize,
    pub time: u64,
    pub data: [u8; HEADER + MOST],
}

impl Chunk {
    pub fn byte(&mut self, b: u8) {
        self.data[self.len] = b;
        self.len += 1;
    }

    pub fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.byte(n as u8 | 0x80);
            n >>= 7;
        }
        self.byte(n as u8);
    }

    pub fn bytes(&mut self, b: &[u8]) {
        self.data[self.len..self.len + b.len()].copy_from_slice(b);
        self.len += b.len();
    }

    /// Whether so many bytes more are too many.
    pub fn full(&self, more: usize) -> bool {
        self.len + more > MOST
    }

    /// Begins a batch: of what kind, of which generation and thread, and from when on.
    pub fn begin(&mut self, event: u8, generation: u64, thread: u64, time: u64) {
        self.len = 0;
        self.byte(event);
        self.number(generation);
        self.number(thread);
        self.number(time);
        self.size_at = self.len;
        self.len += NUMBER;
        self.time = time;
    }

    /// Ends it: its size takes a number's whole room.
    fn end(&mut self) {
        let mut size = self.len - self.size_at - NUMBER;
        for i in 0..NUMBER {
            let more = if i == NUMBER - 1 { 0 } else { 0x80 };
            self.data[self.size_at + i] = (size & 0x7f) as u8 | more;
            size >>= 7;
        }
    }
}

/// Chunks that wait for the reader, oldest first, and free ones.
pub struct Queue {
    head: *mut Chunk,
    tail: *mut Chunk,
    free: *mut Chunk,
    /// How many were queued, and taken, since the program began.
    pub queued: u64,
    pub taken: u64,
}

impl Queue {
    pub const fn new() -> Queue {
        Queue { head: null_mut(), tail: null_mut(), free: null_mut(), queued: 0, taken: 0 }
    }

    /// An empty chunk.
    pub fn chunk(&mut self) -> *mut Chunk {
        let c = self.free;
        // SAFETY: chunks are mapped, and in one place only.
        unsafe {
            if !c.is_null() {
                self.free = (*c).next;
                return c;
            }
        }
        let c = os::map(size_of::<Chunk>()) as *mut Chunk;
        if c.is_null() {
            throw("runtime: cannot allocate memory");
        }
        c
    }

    /// Queues a chunk as it is.
    pub fn put(&mut self, c: *mut Chunk) {
        // SAFETY: the chunk is the caller's.
        unsafe {
            (*c).next = null_mut();
            if self.head.is_null() {
                self.head = c;
            } else {
                (*self.tail).next = c;
            }
            self.tail = c;
            self.queued += 1;
        }
    }

    /// Ends a batch and queues it.
    pub fn put_batch(&mut self, c: *mut Chunk) {
        // SAFETY: the chunk is the caller's.
        unsafe { (*c).end() };
        self.put(c);
    }

    pub fn is_empty(&self) -> bool {
        self.head.is_null()
    }

    /// Copies the oldest chunk, for which there is room.
    ///
    /// # Safety
    /// Room for the largest.
    pub unsafe fn take(&mut self, to: *mut u8) -> usize {
        let c = self.head;
        if c.is_null() {
            return 0;
        }
        // SAFETY: the caller's promise; the chunk is the queue's.
        unsafe {
            self.head = (*c).next;
            to.copy_from_nonoverlapping((*c).data.as_ptr(), (*c).len);
            (*c).next = self.free;
            self.free = c;
            self.taken += 1;
            (*c).len
        }
    }
}
