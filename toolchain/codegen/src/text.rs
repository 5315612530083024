//! The layout of the text: functions one behind the other, and between them islands of veneers where calls would not reach.
//!
//! Nothing of this happens in programs whose whole text a call reaches across. In larger ones functions form groups of a
//! quarter of that reach; behind each group stand the veneers that its calls need, one for each target.
use rustc_hash::FxHashMap;

/// A function's code.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Bytes.
    pub size: u64,
    /// Alignment of its start.
    pub align: u64,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The piece that it is in.
    pub from: usize,
    /// Its offset there.
    pub at: u64,
    /// Number of what it calls; equal ones may share a veneer.
    pub target: usize,
    /// The piece that this is; `None`: somewhere else.
    pub to: Option<usize>,
}

/// Where everything is.
#[derive(Debug, Default)]
pub struct Layout {
    /// Start of each piece.
    pub starts: Vec<u64>,
    /// Veneers: offset, and the target's number.
    pub veneers: Vec<(u64, usize)>,
    /// For calls through a veneer, by piece and offset: where it is.
    pub via: FxHashMap<(usize, u64), u64>,
    /// Bytes in all.
    pub len: u64,
}

/// Lays pieces out in order. `reach`: how far calls go; `veneer`: bytes of one.
pub fn layout(pieces: &[Piece], calls: &[Call], reach: u64, veneer: u64) -> Layout {
    let plain = place(pieces, &[], veneer);
    // Half of it is left for what the linker puts beside this text.
    if plain.len <= reach / 2 || calls.is_empty() {
        return plain;
    }
    let mut islands: Vec<Island> = Vec::new();
    let mut group = vec![0; pieces.len()];
    let mut from = 0;
    for (i, &start) in plain.starts.iter().enumerate() {
        if start + pieces[i].size - from > reach / 4 && i > 0 && start > from {
            islands.push(Island { behind: i - 1, targets: Vec::new() });
            from = start;
        }
        group[i] = islands.len();
    }
    if let Some(last) = pieces.len().checked_sub(1) {
        islands.push(Island { behind: last, targets: Vec::new() });
    }
    let mut far = Vec::new();
    for c in calls {
        let here = plain.starts[c.from] + c.at;
        // Islands move pieces apart, but by far less than the other half.
        if c.to.is_some_and(|t| plain.starts[t].abs_diff(here) <= reach / 2) {
            continue;
        }
        let targets = &mut islands[group[c.from]].targets;
        if !targets.contains(&c.target) {
            targets.push(c.target);
        }
        far.push((group[c.from], c));
    }
    let mut out = place(pieces, &islands, veneer);
    let first: Vec<usize> = islands
        .iter()
        .scan(0, |n, i| {
            *n += i.targets.len();
            Some(*n - i.targets.len())
        })
        .collect();
    for (g, c) in far {
        let n = islands[g].targets.iter().position(|&t| t == c.target).expect("it was added");
        out.via.insert((c.from, c.at), out.veneers[first[g] + n].0);
    }
    out
}

struct Island {
    /// The piece that it follows.
    behind: usize,
    targets: Vec<usize>,
}

fn place(pieces: &[Piece], islands: &[Island], veneer: u64) -> Layout {
    let mut out = Layout::default();
    let mut islands = islands.iter().peekable();
    for (i, p) in pieces.iter().enumerate() {
        out.len = out.len.next_multiple_of(p.align);
        out.starts.push(out.len);
        out.len += p.size;
        if let Some(island) = islands.next_if(|x| x.behind == i) {
            out.len = out.len.next_multiple_of(16);
            for &t in &island.targets {
                out.veneers.push((out.len, t));
                out.len += veneer;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 400 functions of 500,000 bytes, which call a near one, one at the other end, and one outside, with a reach of 128 MB.
    #[test]
    fn every_call_reaches_its_target_or_a_veneer() {
        const REACH: u64 = 128 << 20;
        let pieces = [Piece { size: 500_000, align: 16 }; 400];
        let call = |from: usize, n: u64, to: Option<usize>| Call {
            from,
            at: 499_000 * (n % 2) + 4 * n,
            target: to.unwrap_or(1000),
            to,
        };
        let calls: Vec<Call> = (0..400)
            .flat_map(|f| {
                [call(f, 0, Some(f ^ 1)), call(f, 1, Some(399 - f)), call(f, 2, None), call(f, 3, None)]
            })
            .collect();
        let l = layout(&pieces, &calls, REACH, 12);
        assert!(l.len > 200_000_000 && !l.veneers.is_empty());
        let mut through = 0;
        for c in &calls {
            let here = l.starts[c.from] + c.at;
            let to = match l.via.get(&(c.from, c.at)) {
                Some(&v) => {
                    through += 1;
                    assert!(l.veneers.contains(&(v, c.target)), "{c:?}");
                    v
                }
                None => l.starts[c.to.expect("what is outside goes through a veneer")],
            };
            assert!(here.abs_diff(to) < REACH, "{c:?}: {here} to {to}");
        }
        assert!((800..1200).contains(&through), "{through}");
        // One for each target in a group.
        assert!(l.veneers.len() < through, "{} veneers", l.veneers.len());
        // Nothing lies within another.
        let mut spans: Vec<(u64, u64)> = l.starts.iter().map(|&s| (s, s + 500_000)).collect();
        spans.extend(l.veneers.iter().map(|v| (v.0, v.0 + 12)));
        spans.sort_unstable();
        assert!(spans.windows(2).all(|w| w[0].1 <= w[1].0));
    }

    #[test]
    fn small_texts_have_no_veneers() {
        let pieces = [Piece { size: 100, align: 32 }; 3];
        let calls = [Call { from: 0, at: 5, target: 7, to: None }];
        let l = layout(&pieces, &calls, 1 << 20, 12);
        assert_eq!((l.starts, l.veneers.len(), l.via.len(), l.len), (vec![0, 128, 256], 0, 0, 356));
    }
}
