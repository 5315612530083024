//! Sets of bits, sets that are joined, and the one solver of backward problems over a function's blocks.

/// A row of bits.
pub type Bits = Vec<u64>;

/// Room for `n` bits.
pub fn bits(n: usize) -> Bits {
    vec![0; n.div_ceil(64)]
}
/// Whether bit `i` is set.
pub fn bit(bits: &[u64], i: usize) -> bool {
    bits[i / 64] >> (i % 64) & 1 != 0
}
/// Sets bit `i`.
pub fn set(bits: &mut [u64], i: usize) {
    bits[i / 64] |= 1 << (i % 64);
}
/// Clears bit `i`.
pub fn clear(bits: &mut [u64], i: usize) {
    bits[i / 64] &= !(1 << (i % 64));
}
/// Adds what is in `more`.
pub fn join(bits: &mut [u64], more: &[u64]) {
    bits.iter_mut().zip(more).for_each(|(b, m)| *b |= m);
}
/// The set bits, ascending.
pub fn ones(bits: &[u64]) -> impl Iterator<Item = usize> {
    bits.iter().enumerate().flat_map(|(w, &word)| {
        std::iter::successors((word != 0).then_some(word), |b| Some(b & (b - 1)).filter(|&b| b != 0))
            .map(move |b| w * 64 + b.trailing_zeros() as usize)
    })
}

/// What holds where blocks begin.
#[derive(Default)]
pub struct Backward {
    row: usize,
    starts: Vec<u64>,
}

impl Backward {
    /// What holds at the start of a block.
    pub fn at_start(&self, block: usize) -> &[u64] {
        &self.starts[block * self.row..(block + 1) * self.row]
    }
    /// Fills `out` with what holds at the end of a block: at the start of one of its successors.
    pub fn at_end(&self, succs: impl IntoIterator<Item = usize>, out: &mut [u64]) {
        out.fill(0);
        succs.into_iter().for_each(|s| join(out, self.at_start(s)));
    }
    /// Solves a problem of `n` bits. `step` turns what holds at the end of a block into what holds at its start; blocks are
    /// numbered so that most edges lead to higher numbers.
    pub fn solve<S: IntoIterator<Item = usize>>(
        n: usize,
        blocks: usize,
        succs: impl Fn(usize) -> S,
        mut step: impl FnMut(usize, &mut [u64]),
    ) -> Backward {
        let row = n.div_ceil(64);
        let mut out = Backward { row, starts: vec![0; blocks * row] };
        let mut now = bits(n);
        let mut changed = true;
        while changed {
            changed = false;
            for b in (0..blocks).rev() {
                out.at_end(succs(b), &mut now);
                step(b, &mut now);
                let old = &mut out.starts[b * row..(b + 1) * row];
                if *old != now[..] {
                    old.copy_from_slice(&now);
                    changed = true;
                }
            }
        }
        out
    }
}

/// Sets of numbers that are joined (union and find, with paths that are halved).
pub struct Sets(Vec<u32>);

impl Sets {
    /// Each of the numbers below `n` by itself.
    pub fn new(n: usize) -> Sets {
        Sets((0..n as u32).collect())
    }
    /// How many numbers there are.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// The next number, by itself.
    pub fn one_more(&mut self) -> u32 {
        self.0.push(self.0.len() as u32);
        self.0.len() as u32 - 1
    }
    /// The one that stands for a number's set.
    pub fn head(&mut self, n: u32) -> u32 {
        let mut at = n as usize;
        while self.0[at] as usize != at {
            self.0[at] = self.0[self.0[at] as usize];
            at = self.0[at] as usize;
        }
        at as u32
    }
    /// Makes one set of two; `b`'s head stands for it.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.head(a), self.head(b));
        self.0[a as usize] = b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the second block of a loop reads lives all the way round, and not behind it.
    #[test]
    fn round_a_loop() {
        let succs: [&[usize]; 4] = [&[1], &[2, 3], &[1], &[]];
        let out = Backward::solve(
            70,
            4,
            |b| succs[b].iter().copied(),
            |b, live| match b {
                0 => clear(live, 69),
                2 => set(live, 69),
                _ => {}
            },
        );
        let live: Vec<bool> = (0..4).map(|b| bit(out.at_start(b), 69)).collect();
        assert_eq!(live, [false, true, true, false]);
        assert_eq!(ones(out.at_start(1)).collect::<Vec<_>>(), [69]);
    }
}
