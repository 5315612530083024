//! A 16550, the serial line of most machines, wherever its registers are.

/// How its registers are read and written, by their numbers.
pub struct Uart {
    pub get: fn(usize) -> u8,
    pub set: fn(usize, u8),
}

impl Uart {
    /// Without interrupts, 115200 baud, 8 bits, with its queues.
    pub fn init(&self) {
        for (register, v) in [(1, 0), (3, 0x80), (0, 1), (1, 0), (3, 3), (2, 0xc7), (4, 0xb)] {
            (self.set)(register, v);
        }
    }
    pub fn write(&self, text: &[u8]) {
        for &b in text {
            while (self.get)(5) & 0x20 == 0 {}
            (self.set)(0, b);
        }
    }
    /// What has come in; how much.
    pub fn read(&self, into: &mut [u8]) -> usize {
        let mut n = 0;
        while n < into.len() && (self.get)(5) & 1 != 0 {
            into[n] = (self.get)(0);
            n += 1;
        }
        n
    }
}
