//! What `runtime/metrics` reads of times: sums, and histograms of durations. Each is written beside something that costs far more.

use crate::base::atomic::AtomicU64;
use core::sync::atomic::Ordering::*;
use reflect::records::{DURATION_COUNTS, DURATION_PARTS, MAX_DURATION, MIN_DURATION};

/// Nanoseconds that threads have spent, and counts, since the program began.
pub struct Sums {
    /// Marking: by who allocates, by the collector's own threads or for `runtime.GC`, by processors that have nothing else to do.
    pub assist: AtomicU64,
    pub dedicated: AtomicU64,
    pub idle_mark: AtomicU64,
    /// What of `dedicated` was the collector's threads', which hold no processor.
    pub workers: AtomicU64,
    /// All processors, while the collector stops the world.
    pub pause: AtomicU64,
    /// Processors without work.
    pub idle: AtomicU64,
    /// Giving memory back: because the program asked, and beside it.
    pub scavenge_assist: AtomicU64,
    pub scavenge_background: AtomicU64,
    /// Goroutines waiting for a sync.Mutex or RWMutex.
    pub mutex_wait: AtomicU64,
    /// Calls queued since the program began.
    pub finalizers_queued: AtomicU64,
    pub cleanups_queued: AtomicU64,
}

/// The sums.
pub static SUMS: Sums = Sums {
    assist: AtomicU64::new(0),
    dedicated: AtomicU64::new(0),
    idle_mark: AtomicU64::new(0),
    workers: AtomicU64::new(0),
    pause: AtomicU64::new(0),
    idle: AtomicU64::new(0),
    scavenge_assist: AtomicU64::new(0),
    scavenge_background: AtomicU64::new(0),
    mutex_wait: AtomicU64::new(0),
    finalizers_queued: AtomicU64::new(0),
    cleanups_queued: AtomicU64::new(0),
};

/// Counts of a histogram.
pub const COUNTS: usize = DURATION_COUNTS;
/// Durations are told apart by their highest bits: the exponent, and so many more.
const SUB: u32 = DURATION_PARTS.ilog2();
const MIN: u32 = MIN_DURATION as u32;
const MAX: u32 = MAX_DURATION as u32;

/// How many durations there were of each length: powers of two, each in quarters, as Go divides them.
pub struct Histogram([AtomicU64; COUNTS]);

impl Histogram {
    /// Without counts.
    pub const fn new() -> Histogram {
        Histogram([const { AtomicU64::new(0) }; COUNTS])
    }

    /// One more duration.
    pub fn record(&self, ns: i64) {
        self.0[slot(ns)].fetch_add(1, Relaxed);
    }

    /// The counts. (A value: records that Go has too are packed where Go's words are narrower, and have no fields to refer to.)
    pub fn read(&self) -> [u64; COUNTS] {
        core::array::from_fn(|i| self.0[i].load(Relaxed))
    }
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram::new()
    }
}

fn slot(ns: i64) -> usize {
    let Ok(ns) = u64::try_from(ns) else { return 0 };
    let top = (u64::BITS - ns.leading_zeros()).max(MIN);
    if top > MAX {
        return COUNTS - 1;
    }
    // The first row has what has no bit from MIN on; further ones are of twice the length each.
    let (row, shift) = if ns >> MIN == 0 { (0, MIN - SUB) } else { (top - MIN, top - 1 - SUB) };
    1 + ((row << SUB) as usize) + (ns >> shift) as usize % (1 << SUB)
}

/// From ready to running, of one goroutine in eight times.
pub static LATENCY: Histogram = Histogram::new();
/// Stopping the world: until it stands, and until it goes on; for the collector, and for others.
pub static STOPPING: [Histogram; 2] = [const { Histogram::new() }; 2];
pub static STOPPED: [Histogram; 2] = [const { Histogram::new() }; 2];

#[cfg(test)]
mod tests {
    use super::*;

    /// Lower bounds, as Go's `timeHistogramMetricsBuckets` has them: 0, 64, 128, 192, then each power from 256 on in quarters.
    #[test]
    fn slots_are_those_of_go() {
        assert_eq!((slot(-1), slot(0), slot(63), slot(64), slot(255)), (0, 1, 1, 2, 4));
        let mut at = 5;
        for power in MIN..MAX {
            for quarter in 0..4u64 {
                let low = (1u64 << power) + (quarter << (power - SUB));
                assert_eq!(slot(low as i64), at, "{low}");
                assert_eq!(slot(low as i64 - 1), at - 1, "{low}");
                at += 1;
            }
        }
        assert_eq!(at, COUNTS - 1);
        assert_eq!(slot(1 << MAX), at);
        assert_eq!(slot(i64::MAX), at);
    }
}
