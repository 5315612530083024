//! Which words of stack objects hold live pointers at each safepoint.
//!
//! A word is live where some path from there reads it, or takes its object's address, before it is written. An address that
//! was taken is a pointer like any other from there on: it is in a register or spill slot, which the maps name, and
//! the collector finds the object through it (the stack objects of its record). So the maps name what code reads by the frame's
//! own addresses, and no more.
//!
//! Parameters that the caller has put into memory are such objects too, in the caller's frame.
//!
//! Where recovery may resume, what its code reads is live everywhere.
use super::addr::{Addr, Base};
use super::dataflow::{self, Backward, Bits};
use super::frame::Frame;
use super::inst::{Any, Inst, Kind};
use super::select::Selected;
use crate::isa::StackObject;
use ir::{EntityId, Func, Slot};
use rustc_hash::FxHashMap;

/// Objects with more words than this are live or dead as a whole.
const MAX_WORDS: u32 = 64;
/// With more words than this in all, all objects are.
const MAX_BITS: usize = 2048;

/// What was found out.
#[derive(Default)]
pub struct SlotLiveness {
    /// By the number of a safepoint's instruction in the allocation's order: live words of the frame.
    pub at: FxHashMap<usize, Vec<u32>>,
    /// What is live where recovery resumes.
    pub recovery: Vec<u32>,
    /// Objects that pointers may point to.
    pub objects: Vec<StackObject>,
}

/// What happens to a bit, in program order.
enum Event {
    Read(Slot),
    /// Bits that are overwritten.
    Write(std::ops::Range<u32>),
    /// Number of the instruction.
    Safepoint(usize),
}

/// Bits of objects: one for each pointer word, or one for all of them.
struct Numbers {
    /// First bit of each slot, and the number of its bits.
    of: Vec<(u32, u32)>,
    /// The words of the frame that each bit stands for.
    words: Vec<Vec<u32>>,
}

impl Numbers {
    fn new(f: &Func, used: &[bool], frame: &Frame) -> Numbers {
        let pointers = |s: &ir::SlotData| s.ptrs.count();
        let total: usize =
            f.slots.iter_enumerated().filter(|x| used[x.0.index()]).map(|x| pointers(x.1)).sum();
        let mut n = Numbers { of: vec![(0, 0); f.slots.len()], words: Vec::new() };
        for (s, d) in f.slots.iter_enumerated() {
            if !used[s.index()] || pointers(d) == 0 {
                continue;
            }
            let at = frame.slot_offset(s) / frame.word();
            let words = d.ptrs.iter().map(|w| at + w as u32);
            let first = n.words.len();
            if d.ptrs.len() as u32 <= MAX_WORDS && total <= MAX_BITS {
                n.words.extend(words.map(|w| vec![w]));
            } else {
                n.words.push(words.collect());
            }
            n.of[s.index()] = (first as u32, (n.words.len() - first) as u32);
        }
        n
    }
    /// The bits that a store of `bytes` bytes at `disp` overwrites.
    fn overwritten(&self, frame: &Frame, s: Slot, disp: i32, bytes: u32) -> std::ops::Range<u32> {
        let (first, n) = self.of[s.index()];
        let from = frame.slot_offset(s) as i64 + disp as i64;
        let covered = |bit: u32| match self.words[bit as usize][..] {
            [w] => covers(frame, w, from, bytes),
            _ => false,
        };
        let mut bits = (first..first + n).filter(|&b| covered(b));
        match bits.next() {
            Some(a) => a..bits.next_back().unwrap_or(a) + 1,
            None => 0..0,
        }
    }
}

/// Whether `bytes` bytes from `from` on are all of a word.
fn covers(frame: &Frame, word: u32, from: i64, bytes: u32) -> bool {
    let size = frame.word() as i64;
    word as i64 * size >= from && (word as i64 + 1) * size <= from + bytes as i64
}

/// The object that an instruction stores to and does nothing else with, and the range of bytes.
fn stored<I: Inst>(inst: &Any<I>) -> Option<(Slot, i32, u32)> {
    match inst.kind() {
        Kind::Store(&Addr { base: Base::Slot(s), index: None, disp }, bytes) => Some((s, disp, bytes)),
        _ => None,
    }
}

/// Words of the frame that hold an object's pointers.
pub fn pointer_words(f: &Func, frame: &Frame, s: Slot) -> impl Iterator<Item = u32> {
    let at = frame.slot_offset(s) / frame.word();
    f.slots[s].ptrs.iter().map(move |w| at + w as u32)
}

/// The pointer words of objects that an instruction reads, or (then `true`) those that it writes in full. For the replay of
/// the maps.
pub fn object_access<I: Inst>(f: &Func, frame: &Frame, inst: &mut Any<I>) -> (Vec<u32>, bool) {
    if let Some((s, disp, bytes)) = stored(inst) {
        let from = frame.slot_offset(s) as i64 + disp as i64;
        let words = pointer_words(f, frame, s).filter(|&w| covers(frame, w, from, bytes));
        return (words.collect(), true);
    }
    let mut words = Vec::new();
    inst.slots(|s| words.extend(pointer_words(f, frame, s)));
    (words, false)
}

/// The analysis.
pub fn live<I: Inst>(f: &Func, sel: &mut Selected<I>, frame: &Frame) -> SlotLiveness {
    let mut out = SlotLiveness::default();
    let n = Numbers::new(f, &sel.slots_used, frame);
    if n.words.is_empty() {
        return out;
    }
    let mut taken = vec![false; f.slots.len()];
    let mut events: Vec<Vec<Event>> = Vec::with_capacity(sel.rpo.len());
    let mut number = vec![usize::MAX; sel.blocks.len()];
    let mut count = 0;
    for (i, &b) in sel.rpo.iter().enumerate() {
        number[b as usize] = i;
        let mut list = Vec::new();
        for (inst, _) in &mut sel.blocks[b as usize].insts {
            // A call reads its operands before the collector may run.
            if let Some((s, disp, bytes)) = stored(inst) {
                let bits = n.overwritten(frame, s, disp, bytes);
                if !bits.is_empty() {
                    list.push(Event::Write(bits));
                }
            } else {
                let lea = matches!(inst.kind(), Kind::Address(..));
                inst.slots(|s| {
                    taken[s.index()] |= lea;
                    if n.of[s.index()].1 > 0 {
                        list.push(Event::Read(s));
                    }
                });
            }
            if inst.is_safepoint() {
                list.push(Event::Safepoint(count));
            }
            count += 1;
        }
        events.push(list);
    }

    let step = |live: &mut [u64], e: &Event| {
        let (range, on) = match e {
            Event::Read(s) => {
                let (first, count) = n.of[s.index()];
                (first..first + count, true)
            }
            Event::Write(bits) => (bits.clone(), false),
            Event::Safepoint(_) => return,
        };
        let change = if on { dataflow::set } else { dataflow::clear };
        range.for_each(|b| change(live, b as usize));
    };
    let succs = |i: usize| {
        let succs = sel.blocks[sel.rpo[i] as usize].succs.iter();
        succs.map(|&s| number[s as usize])
    };
    let solved = Backward::solve(n.words.len(), sel.rpo.len(), succs, |i, live| {
        events[i].iter().rev().for_each(|e| step(live, e));
    });
    let words_of = |live: &[u64]| -> Vec<u32> {
        dataflow::ones(live).flat_map(|b| n.words[b].iter().copied()).collect()
    };
    // What recovery needs, anywhere.
    let mut recovery: Bits = dataflow::bits(n.words.len());
    if let Some(d) = sel.defer_return {
        recovery.copy_from_slice(solved.at_start(number[d as usize]));
    }
    if let Some((_, closures, _)) = f.open_defers {
        step(&mut recovery, &Event::Read(closures));
    }
    out.recovery = words_of(&recovery);
    let mut live = dataflow::bits(n.words.len());
    for (i, events) in events.iter().enumerate() {
        solved.at_end(succs(i), &mut live);
        for e in events.iter().rev() {
            step(&mut live, e);
            if let Event::Safepoint(k) = e {
                let mut all = live.clone();
                dataflow::join(&mut all, &recovery);
                out.at.insert(*k, words_of(&all));
            }
        }
    }
    for (s, d) in f.slots.iter_enumerated() {
        if taken[s.index()] && n.of[s.index()].1 > 0 {
            let words = d.ptrs.iter().map(|w| w as u32).collect();
            out.objects.push(StackObject { offset: frame.slot_offset(s), size: d.size, words });
        }
    }
    out.objects.sort_unstable_by_key(|o| o.offset);
    out
}

#[cfg(test)]
mod tests {
    use crate::isa::Compiled;
    use crate::{Options, compile_functions};

    /// Compiles function `p.f` with this body; `f1` takes a pointer, `f2` nothing and gives a pointer.
    fn compile(body: &str) -> Compiled {
        let text = format!(
            "sig0 = go () -> (ptr)\nsig1 = go (ptr) -> ()\n\
             func f0 \"p.f\" sig0\n{body}\nend\n\
             func f1 \"p.use\" sig1 noinline\nb0(v0: ptr):\n  ret\nend\n\
             func f2 \"p.make\" sig0 noinline\nb0:\n  v0: ptr = iconst 0\n  ret v0\nend\n"
        );
        let p = ir::parse::program(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let mut all = compile_functions(&p, &Options::default()).unwrap_or_else(|e| panic!("{e:?}"));
        all[ir::FuncId(0)].take().expect("it has a body")
    }
    fn maps(c: &Compiled) -> Vec<Vec<u32>> {
        c.safepoints.iter().map(|s| s.words.clone()).collect()
    }

    #[test]
    fn words_live_from_store_to_load() {
        let c = compile(
            "  slot s0 size 24 align 8 ptrs 101 \"x\"
             b0:
               v0: ptr = call f2 sig0()
               v1: ptr = slotaddr s0 + 0
               store v1, v0 + 16
               v2: ptr = call f2 sig0()
               store v1, v2 + 0
               v3: ptr = call f2 sig0()
               v4: ptr = load v1 + 16
               v5: ptr = call f2 sig0()
               ret v4",
        );
        // Reading one word counts as reading the object, whose first word is stored in between.
        let m = maps(&c);
        let [ref before, ref one, ref both, ref after] = m[..] else { panic!("{m:?}") };
        let x = both[0];
        assert_eq!((before.len(), &one[..], &both[..]), (0, &[x + 2][..], &[x, x + 2][..]));
        // Then the value that was read is in a spill slot.
        assert!(after.len() == 1 && !both.contains(&after[0]), "{m:?}");
        assert!(c.objects.is_empty());
    }

    #[test]
    fn a_taken_address_is_a_pointer() {
        let c = compile(
            "  slot s0 size 16 align 8 ptrs 01 \"x\"
             b0:
               v0: ptr = slotaddr s0 + 0
               memzero v0 size 16
               call f1 sig1(v0)
               v1: ptr = call f2 sig0()
               ret v1",
        );
        // The callee has the pointer; here nothing is read any more.
        assert_eq!(maps(&c), [vec![], vec![]] as [Vec<u32>; 2]);
        let o = &c.objects[..];
        assert!(matches!(o, [o] if o.size == 16 && o.words == [1]), "{o:?}");
    }

    #[test]
    fn parameters_on_the_stack_live_until_they_are_read() {
        let text = "sig0 = go () -> (ptr)\n\
             sig1 = sig args 16 ret 16 area 16\n  param mem size 16 align 8 ptrs 11 stack(0)\nend\n\
             func f0 \"p.f\" sig1\n\
             b0(v0: ptr):
               v1: ptr = call f1 sig0()
               v2: ptr = load v0 + 8
               store v0, v1 + 0
               v3: ptr = call f1 sig0()
               v4: ptr = load v0 + 0
               store v4, v2 + 0
               v5: ptr = call f1 sig0()
               ret\nend\n\
             func f1 \"p.make\" sig0 noinline\nb0:\n  v0: ptr = iconst 0\n  ret v0\nend\n";
        let p = ir::parse::program(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let options = Options { check: true, ..Options::default() };
        let mut all = compile_functions(&p, &options).unwrap_or_else(|e| panic!("{e:?}"));
        let c = all[ir::FuncId(0)].take().expect("it has a body");
        let own = c.frame / 8 + 1;
        let incoming = |w: &&u32| **w >= own;
        let m: Vec<Vec<u32>> =
            maps(&c).iter().map(|w| w.iter().filter(incoming).map(|w| w - own).collect()).collect();
        // Reading one word counts as reading both.
        assert_eq!(m, [vec![0, 1], vec![0, 1], vec![]] as [Vec<u32>; 3]);
    }

    #[test]
    fn what_recovery_reads_lives_everywhere() {
        let c = compile(
            "  slot s0 size 8 align 8 ptrs 1 \"r\"
               slot s1 size 8 align 8 ptrs 1 \"other\"
               defer_return b1
             b0:
               v0: ptr = call f2 sig0()
               v1: ptr = slotaddr s0 + 0
               store v1, v0 + 0
               v2: ptr = slotaddr s1 + 0
               store v2, v0 + 0
               v3: ptr = call f2 sig0()
               v4: ptr = load v2 + 0
               ret v4
             b1: cold
               v5: ptr = slotaddr s0 + 0
               v6: ptr = load v5 + 0
               ret v6",
        );
        let m = maps(&c);
        let lens: Vec<usize> = m.iter().map(Vec::len).collect();
        assert_eq!(lens, [1, 2, 1], "{m:?}");
        assert!(m.iter().all(|w| w.contains(&m[0][0])), "{m:?}");
    }
}
