//! SHA-256 and HMAC over it (FIPS 180-4, RFC 2104): for the sum that Go's cryptographic module checks itself by.

const BLOCK: usize = 64;

/// The first bits of the square roots (8) and cube roots (64) of the first primes, after the point.
fn root_bits(prime: u64, cube: bool) -> u32 {
    // The root times 2^32, by bisection: below 2^35, so its cube fits into 128 bits.
    let (mut low, mut high) = (0u128, 1u128 << 36);
    while high - low > 1 {
        let mid = (low + high) / 2;
        let small = match cube {
            true => mid * mid * mid <= u128::from(prime) << 96,
            false => mid * mid <= u128::from(prime) << 64,
        };
        if small { low = mid } else { high = mid }
    }
    low as u32
}

fn primes() -> impl Iterator<Item = u64> {
    (2u64..).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0))
}

/// A sum in the making.
#[derive(Clone)]
pub struct Sha256 {
    constants: [u32; 64],
    state: [u32; 8],
    block: Vec<u8>,
    bytes: u64,
}

impl Default for Sha256 {
    fn default() -> Sha256 {
        let (mut constants, mut state) = ([0; 64], [0; 8]);
        constants.iter_mut().zip(primes()).for_each(|(k, p)| *k = root_bits(p, true));
        state.iter_mut().zip(primes()).for_each(|(h, p)| *h = root_bits(p, false));
        Sha256 { constants, state, block: Vec::with_capacity(BLOCK), bytes: 0 }
    }
}

impl Sha256 {
    /// More data.
    pub fn update(&mut self, mut data: &[u8]) {
        self.bytes += data.len() as u64;
        while !data.is_empty() {
            let (now, rest) = data.split_at(data.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            data = rest;
            if self.block.len() == BLOCK {
                self.compress();
                self.block.clear();
            }
        }
    }

    fn compress(&mut self) {
        let mut w = [0u32; 64];
        for (w, bytes) in w.iter_mut().zip(self.block.as_chunks::<4>().0) {
            *w = u32::from_be_bytes(*bytes);
        }
        for i in 16..64 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ a >> 3;
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ b >> 10;
            w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = self.state;
        for (w, k) in w.iter().zip(&self.constants) {
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let t1 = h.wrapping_add(s1).wrapping_add(e & f ^ !e & g).wrapping_add(*k).wrapping_add(*w);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let t2 = s0.wrapping_add(a & b ^ a & c ^ b & c);
            (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t1), c, b, a, t1.wrapping_add(t2));
        }
        for (s, v) in self.state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *s = s.wrapping_add(v);
        }
    }

    /// The sum.
    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.bytes * 8;
        self.update(&[0x80]);
        while self.block.len() != BLOCK - 8 {
            self.update(&[0]);
        }
        self.update(&bits.to_be_bytes());
        let mut sum = [0; 32];
        sum.as_chunks_mut::<4>().0.iter_mut().zip(self.state).for_each(|(b, s)| *b = s.to_be_bytes());
        sum
    }
}

/// HMAC-SHA256 of the parts one behind the other, with a key of at most a block.
pub fn hmac<'a>(key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let padded = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        let mut hash = Sha256::default();
        hash.update(&block);
        hash
    };
    let mut inner = padded(0x36);
    parts.into_iter().for_each(|part| inner.update(part));
    let mut outer = padded(0x5c);
    outer.update(&inner.finish());
    outer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(sum: [u8; 32]) -> String {
        sum.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn sums_of_the_standards() {
        let sum = |data: &[u8]| {
            let mut h = Sha256::default();
            data.chunks(37).for_each(|part| h.update(part));
            hex(h.finish())
        };
        assert_eq!(sum(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(sum(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let million = vec![b'a'; 1_000_000];
        assert_eq!(sum(&million), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    /// RFC 4231, test cases 1 and 2.
    #[test]
    fn hmac_of_the_standard() {
        let sum = hmac(&[0x0b; 20], [b"Hi ".as_slice(), b"There"]);
        assert_eq!(hex(sum), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let sum = hmac(b"Jefe", [b"what do ya want for nothing?".as_slice()]);
        assert_eq!(hex(sum), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
