//! Division by constants as multiplication (Granlund and Montgomery).

/// For 32-bit `x`: `x / d` is the upper half of the 128-bit product of `x` and this. `d` is no power of two.
pub fn unsigned32(d: u32) -> u64 {
    u64::MAX / d as u64 + 1
}

/// Multiplier, whether `x` must be added to the upper half of the product (a 65-bit multiplier), and the shift.
pub fn unsigned64(d: u64) -> (u64, bool, u8) {
    unsigned(d, 64)
}

/// The same for numbers of `bits` bits.
pub fn unsigned(d: u64, bits: u32) -> (u64, bool, u8) {
    let s = 64 - (d - 1).leading_zeros();
    // One bit less is enough if its error is small.
    let less = ceil_shifted(bits + s - 1, d);
    let error = less * d as u128 - (1u128 << (bits + s - 1));
    if error <= 1 << (s - 1) {
        return (less as u64, false, (s - 1) as u8);
    }
    // Its top bit is what is added.
    (ceil_shifted(bits + s, d) as u64 & u64::MAX >> (64 - bits), true, s as u8)
}

/// ceil(2^n / d)
fn ceil_shifted(n: u32, d: u64) -> u128 {
    if n == 128 {
        // 2^128 does not fit; d is no power of two, so that the ceiling is the floor plus one.
        return u128::MAX / d as u128 + 1;
    }
    (1u128 << n).div_ceil(d as u128)
}

/// Multiplier (as an unsigned number of `bits` bits) and the shift after the upper half was taken.
pub fn signed(d: u64, bits: u32) -> (u64, u8) {
    let s = 64 - (d - 1).leading_zeros();
    ((1u128 << (bits - 1 + s)).div_ceil(d as u128) as u64, (s - 1) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIVISORS: [u64; 16] =
        [3, 5, 6, 7, 9, 10, 11, 12, 25, 100, 641, 1000, 10007, 1_000_000_007, 0x7fff_ffff, 0xffff_fffb];
    const VALUES: [u64; 13] = [
        0,
        1,
        2,
        9,
        10,
        99,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0x7fff_ffff_ffff_ffff,
        0x8000_0000_0000_0000,
        u64::MAX - 1,
        u64::MAX,
    ];

    #[test]
    fn unsigned() {
        for d in DIVISORS.into_iter().chain([u64::MAX, u64::MAX - 2, (1 << 63) + 1]) {
            for v in VALUES {
                for x in [v, v / d * d, (v / d * d).wrapping_sub(1)] {
                    let (m, add, s) = unsigned64(d);
                    let hi = ((x as u128 * m as u128) >> 64) as u64;
                    let q = if add { (((x - hi) >> 1) + hi) >> (s - 1) } else { hi >> s };
                    assert_eq!(q, x / d, "{x} / {d}");
                    if let (Ok(x), Ok(d)) = (u32::try_from(x), u32::try_from(d)) {
                        assert_eq!(((x as u128 * unsigned32(d) as u128) >> 64) as u32, x / d, "{x} / {d}");
                    }
                }
            }
        }
    }

    #[test]
    fn unsigned_32() {
        for d in DIVISORS.into_iter().chain([u32::MAX as u64 - 1, (1 << 31) + 1]) {
            let (m, add, s) = super::unsigned(d, 32);
            for v in VALUES.into_iter().filter_map(|v| u32::try_from(v).ok()) {
                let d = d as u32;
                for x in [v, v / d * d, (v / d * d).wrapping_sub(1)] {
                    let hi = ((x as u64 * m) >> 32) as u32;
                    let q = if add { (((x - hi) >> 1) + hi) >> (s - 1) } else { hi >> s };
                    assert_eq!(q, x / d, "{x} / {d}");
                }
            }
        }
    }

    #[test]
    fn signed_64() {
        for d in DIVISORS {
            for v in VALUES {
                let (m, s) = signed(d, 64);
                let x = v as i64;
                let hi = ((x as i128 * m as i64 as i128) >> 64) as i64;
                let q = (hi.wrapping_add(x) >> s) - (x >> 63);
                assert_eq!(q, x / d as i64, "{x} / {d}");
            }
        }
    }

    #[test]
    fn signed_32() {
        for d in DIVISORS {
            let Ok(d) = i32::try_from(d) else { continue };
            for v in VALUES {
                let (m, s) = signed(d as u64, 32);
                let x = v as i32;
                let q = ((x as i64).wrapping_mul(m as i64) >> (32 + s)) as i32 - (x >> 31);
                assert_eq!(q, x / d, "{x} / {d}");
            }
        }
    }
}
