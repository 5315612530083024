//! Atomics that every machine has: 64 bits (mips can't: a lock does it there).

#[cfg(target_has_atomic = "64")]
pub use core::sync::atomic::AtomicU64;
#[cfg(not(target_has_atomic = "64"))]
pub use locked::AtomicU64;

/// 64 bits under a lock. Not for signal handlers: they may have interrupted who holds it.
#[cfg(any(test, not(target_has_atomic = "64")))]
mod locked {
    use crate::base::lock::Mutex;
    use core::cell::UnsafeCell;
    use core::sync::atomic::Ordering;

    /// `core::sync::atomic::AtomicU64`, as far as it is used. Every operation is at least as strong as asked: the lock orders them
    /// all.
    #[repr(C, align(8))]
    pub struct AtomicU64 {
        value: UnsafeCell<u64>,
    }

    // SAFETY: the value is used under its lock only.
    unsafe impl Sync for AtomicU64 {}

    /// By address, so that one counter seldom waits for another.
    static LOCKS: [Mutex; 16] = [const { Mutex::new() }; 16];

    impl AtomicU64 {
        /// With a first value.
        pub const fn new(value: u64) -> AtomicU64 {
            AtomicU64 { value: UnsafeCell::new(value) }
        }

        fn with<R>(&self, f: impl FnOnce(&mut u64) -> R) -> R {
            let _l = LOCKS[self.value.get() as usize / 8 % LOCKS.len()].lock();
            // SAFETY: under the lock.
            f(unsafe { &mut *self.value.get() })
        }

        /// The value.
        pub fn load(&self, _: Ordering) -> u64 {
            self.with(|v| *v)
        }
        /// Sets it.
        pub fn store(&self, value: u64, _: Ordering) {
            self.with(|v| *v = value)
        }
        /// Sets it; the old one.
        pub fn swap(&self, value: u64, _: Ordering) -> u64 {
            self.with(|v| core::mem::replace(v, value))
        }
        /// Adds; the old one.
        pub fn fetch_add(&self, n: u64, _: Ordering) -> u64 {
            self.with(|v| core::mem::replace(v, v.wrapping_add(n)))
        }
        /// Subtracts; the old one.
        pub fn fetch_sub(&self, n: u64, _: Ordering) -> u64 {
            self.with(|v| core::mem::replace(v, v.wrapping_sub(n)))
        }
        /// The larger of both; the old one.
        pub fn fetch_max(&self, n: u64, _: Ordering) -> u64 {
            self.with(|v| core::mem::replace(v, (*v).max(n)))
        }
        /// Sets it if it is as expected; what it was.
        pub fn compare_exchange(&self, old: u64, new: u64, _: Ordering, _: Ordering) -> Result<u64, u64> {
            self.with(|v| if *v == old { Ok(core::mem::replace(v, new)) } else { Err(*v) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::locked;
    use core::sync::atomic::Ordering::*;

    #[test]
    fn locked_64_bits_lose_nothing() {
        static N: locked::AtomicU64 = locked::AtomicU64::new(u32::MAX as u64 - 1000);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for i in 0..5000 {
                        if i % 2 == 0 {
                            N.fetch_add(3, Relaxed);
                        } else {
                            let mut v = N.load(Relaxed);
                            while let Err(now) = N.compare_exchange(v, v + 3, AcqRel, Relaxed) {
                                v = now;
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(N.load(Relaxed), u32::MAX as u64 - 1000 + 4 * 5000 * 3);
        assert_eq!(N.fetch_max(5, Relaxed), N.swap(7, Relaxed));
        assert_eq!(N.fetch_sub(8, Relaxed), 7);
        N.store(N.load(Relaxed).wrapping_add(2), Relaxed);
        assert_eq!(N.load(Relaxed), 1);
    }
}
