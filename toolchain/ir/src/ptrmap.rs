//! Which words of a piece of memory hold pointers: a bit a word, as types of millions of words have maps too.

/// A bit for each word; words beyond the last bit hold none.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PtrMap {
    bits: Vec<u64>,
    len: usize,
}

impl PtrMap {
    /// A map of `len` words without pointers.
    pub fn new(len: usize) -> PtrMap {
        PtrMap { bits: vec![0; len.div_ceil(64)], len }
    }
    /// A map of `len` words that all hold pointers.
    pub fn full(len: usize) -> PtrMap {
        (0..len).map(|_| true).collect()
    }
    /// Number of words.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether it covers no word.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Whether any word holds a pointer.
    pub fn any(&self) -> bool {
        self.bits.iter().any(|&b| b != 0)
    }
    /// Number of words that hold a pointer.
    pub fn count(&self) -> usize {
        self.bits.iter().map(|b| b.count_ones() as usize).sum()
    }
    /// Whether word `i` holds a pointer.
    pub fn get(&self, i: usize) -> bool {
        i < self.len && self.bits[i / 64] >> (i % 64) & 1 != 0
    }
    /// Word `i` holds a pointer.
    pub fn set(&mut self, i: usize) {
        assert!(i < self.len, "word {i} of {}", self.len);
        self.bits[i / 64] |= 1 << (i % 64);
    }
    /// The words that hold pointers, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.bits.iter().enumerate().flat_map(|(k, &word)| {
            let rest = |b: &u64| Some(b & (b - 1)).filter(|&b| b != 0);
            std::iter::successors(Some(word).filter(|&b| b != 0), rest)
                .map(move |b| k * 64 + b.trailing_zeros() as usize)
        })
    }
    /// The first words alone.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.len = len;
            self.bits.truncate(len.div_ceil(64));
            if let Some(last) = self.bits.last_mut().filter(|_| !len.is_multiple_of(64)) {
                *last &= (1 << (len % 64)) - 1;
            }
        }
    }
    /// What the `unit` words at `at` hold, the `all` words there hold again and again. Behind the first `unit` words there were none.
    pub fn repeat(&mut self, at: usize, unit: usize, all: usize) {
        let mut done = unit;
        while done < all {
            let n = done.min(all - done);
            self.merge_within(at + done, at, n);
            done += n;
        }
    }
    /// Adds the pointers of `other`, which begins at word `at`.
    pub fn merge(&mut self, at: usize, other: &PtrMap) {
        self.len = self.len.max(at + other.len);
        self.bits.resize(self.len.div_ceil(64), 0);
        for (k, &word) in other.bits.iter().enumerate() {
            self.or(at + k * 64, word);
        }
    }
    /// The bits as bytes, the least significant first.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.bits.iter().flat_map(|b| b.to_le_bytes()).take(self.len.div_ceil(8))
    }

    fn merge_within(&mut self, to: usize, from: usize, n: usize) {
        for k in (0..n).step_by(64) {
            let word = self.window(from + k);
            let left = n - k;
            self.or(to + k, if left < 64 { word & ((1 << left) - 1) } else { word });
        }
    }
    /// The 64 bits from `at` on.
    fn window(&self, at: usize) -> u64 {
        let (k, shift) = (at / 64, at % 64);
        let bits = |k: usize| self.bits.get(k).copied().unwrap_or(0);
        bits(k) >> shift | if shift == 0 { 0 } else { bits(k + 1) << (64 - shift) }
    }
    fn or(&mut self, at: usize, word: u64) {
        let (k, shift) = (at / 64, at % 64);
        if word << shift != 0 {
            self.bits[k] |= word << shift;
        }
        if shift != 0 && word >> (64 - shift) != 0 {
            self.bits[k + 1] |= word >> (64 - shift);
        }
    }
}

impl FromIterator<bool> for PtrMap {
    fn from_iter<I: IntoIterator<Item = bool>>(words: I) -> PtrMap {
        let mut map = PtrMap::default();
        for holds in words {
            if map.len % 64 == 0 {
                map.bits.push(0);
            }
            map.len += 1;
            if holds {
                map.set(map.len - 1);
            }
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::PtrMap;

    fn text(m: &PtrMap) -> String {
        (0..m.len()).map(|i| if m.get(i) { '1' } else { '0' }).collect()
    }
    fn map(text: &str) -> PtrMap {
        text.chars().map(|c| c == '1').collect()
    }

    #[test]
    fn repeats_and_merges_at_any_bit() {
        for unit in ["1", "01", "110", "0010000000000001", &"011".repeat(30)] {
            for at in [0, 1, 63, 64, 65, 130] {
                for times in [1, 2, 3, 7, 64, 100] {
                    let want = "0".repeat(at) + &unit.repeat(times);
                    let mut m = PtrMap::new(want.len());
                    map(unit).iter().for_each(|i| m.set(at + i));
                    m.repeat(at, unit.len(), unit.len() * times);
                    assert_eq!(text(&m), want);
                    assert_eq!(m.count(), want.matches('1').count());
                    assert!(m.iter().eq(want.match_indices('1').map(|x| x.0)));
                    let mut merged = map("1");
                    merged.merge(at + 1, &map(&unit.repeat(times)));
                    assert_eq!(text(&merged), format!("1{want}"));
                }
            }
        }
    }

    #[test]
    fn is_cut_to_a_length() {
        let mut m = map(&"1".repeat(200));
        m.truncate(70);
        assert_eq!((m.len(), m.count(), m.get(70)), (70, 70, false));
        assert_eq!(m, map(&"1".repeat(70)));
        assert_eq!(m.bytes().collect::<Vec<_>>(), [255, 255, 255, 255, 255, 255, 255, 255, 63]);
    }
}
