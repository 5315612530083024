//! What do runtime/pprof's profiles count, and where?
//!
//! - [`bucket`]: tables from stacks to counts, outside the heap.
//! - [`mem`]: the memory profile; [`lock`]: waiting; [`cpu`]: processor time.
//! - [`heapdump`]: all of the heap. [`trace`]: execution traces.
//!
//! A program pays only for what it can ask for. Whether it can read a memory profile is known when it is linked:
//! the image's word `memprofile` is the address of [`mem::rt_memprofile`] then, otherwise 0, and the linker leaves the profile's
//! code out. The other profiles are reached through addresses that are stored when they are switched on.

pub mod bucket;
pub mod cpu;
pub mod heapdump;
pub mod lock;
pub mod mem;
pub mod trace;

/// Natural logarithm of a positive, normal number, to about nine digits.
fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exp = (bits >> 52) as i64 - 1023;
    let mut m = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    if m > core::f64::consts::SQRT_2 {
        m /= 2.0;
        exp += 1;
    }
    // ln m = 2 artanh s, and |s| < 0.172.
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0))));
    exp as f64 * core::f64::consts::LN_2 + 2.0 * s * series
}

/// How far it is to the next event of a process that has one every `mean` units, `random` being 64 random bits.
pub fn exponential(mean: f64, random: u64) -> f64 {
    // In (0, 1].
    let u = ((random >> 11) + 1) as f64 / (1u64 << 53) as f64;
    -ln(u) * mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm() {
        for x in [1e-16, 0.001, 0.25, 0.5, 0.7, 0.999, 1.0, 1.4, 1.5, 2.0, 10.0, 1e9] {
            let d = (ln(x) - f64::ln(x)).abs();
            assert!(d < 1e-8 * f64::ln(x).abs().max(1.0), "ln {x} is off by {d}");
        }
    }

    #[test]
    fn mean_distance() {
        let mut s = 1u64;
        let n = 100_000;
        let mut sum = 0.0;
        for _ in 0..n {
            s ^= s << 13;
            s ^= s >> 7;
            s ^= s << 17;
            sum += exponential(512.0, s);
        }
        let mean = sum / n as f64;
        assert!((mean - 512.0).abs() < 10.0, "{mean}");
    }
}
