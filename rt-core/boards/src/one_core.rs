//! A machine of which one core is used.

/// How many there are.
pub fn cores(_firmware: usize) -> usize {
    1
}

pub fn core() -> usize {
    0
}

/// There is no other.
pub fn start(_core: usize) -> bool {
    false
}

/// It is awake.
pub fn signal(_core: usize) {}

/// No other comes here.
pub fn begin(_core: usize) {}
