//! Random numbers: wyrand over a state of 128 bits, seeded by the kernel. Each thread has one (`M::rng`), which the overlay
//! steps in the same way.

use crate::base::layout::go_layout;
use crate::os;

go_layout! {
    /// The state of a generator; the overlay's `m.rng`.
    pub struct Rng([u64; 2]);
}

impl Rng {
    /// Seeds it.
    pub fn seed(&mut self) {
        let mut bytes = [0; 16];
        self.0 = if os::random(&mut bytes) {
            let n = u128::from_ne_bytes(bytes);
            [n as u64, (n >> 64) as u64]
        } else {
            [os::nanotime() ^ core::ptr::from_ref(self) as u64, os::walltime().rotate_left(32)]
        };
    }

    /// The next number.
    #[inline]
    pub fn draw(&mut self) -> u64 {
        let mut s = self.0;
        s[0] = s[0].wrapping_add(0xa076_1d64_78bd_642f);
        let t = u128::from(s[0]) * (u128::from(s[0] ^ s[1]) | 1);
        let r = (t >> 64) as u64 ^ t as u64;
        s[1] = s[1].rotate_left(23).wrapping_add(r);
        self.0 = s;
        r
    }
}
