//! Which words of stack objects hold live pointers at each safepoint.
//!
//! A word is live where some path from there reads it, or takes its object's address, before it is written. An address that
//! was taken is a pointer like any other from there on: it is in a register or spill slot, which the maps name, and
//! the collector finds the object through it (the stack objects of its record). So the maps name what code reads by the frame's
//! own addresses, and no more.
//!
//! Parameters that the caller has put into memory are such objects too, in the caller's frame.
//!
//! Where each way from the entry writes all pointers of an object before anything reads it or takes its address, no map names what was in the
//! frame before, and the prologue does not zero the object.
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
    /// Bytes in a word.
    word: u32,
    /// First bit of each slot, and the number of its bits.
    of: Vec<(u32, u32)>,
    /// The slot that each bit belongs to, and the words of it that the bit stands for.
    words: Vec<(Slot, Vec<u32>)>,
}

impl Numbers {
    fn new(f: &Func, used: &[bool], word: u32) -> Numbers {
        let pointers = |s: &ir::SlotData| s.ptrs.count();
        let total: usize =
            f.slots.iter_enumerated().filter(|x| used[x.0.index()]).map(|x| pointers(x.1)).sum();
        let mut n = Numbers { word, of: vec![(0, 0); f.slots.len()], words: Vec::new() };
        for (s, d) in f.slots.iter_enumerated() {
            if !used[s.index()] || pointers(d) == 0 {
                continue;
            }
            let words = d.ptrs.iter().map(|w| w as u32);
            let first = n.words.len();
            if d.ptrs.len() as u32 <= MAX_WORDS && total <= MAX_BITS {
                n.words.extend(words.map(|w| (s, vec![w])));
            } else {
                n.words.push((s, words.collect()));
            }
            n.of[s.index()] = (first as u32, (n.words.len() - first) as u32);
        }
        n
    }
    /// The bits of a slot.
    fn bits(&self, s: Slot) -> std::ops::Range<u32> {
        let (first, n) = self.of[s.index()];
        first..first + n
    }
    /// The bits that a store of `bytes` bytes at `disp` overwrites.
    fn overwritten(&self, s: Slot, disp: i32, bytes: u32) -> std::ops::Range<u32> {
        let covered = |bit: u32| match self.words[bit as usize].1[..] {
            [w] => covers(self.word, w, disp as i64, bytes),
            _ => false,
        };
        let mut bits = self.bits(s).filter(|&b| covered(b));
        match bits.next() {
            Some(a) => a..bits.next_back().unwrap_or(a) + 1,
            None => 0..0,
        }
    }
}

/// Whether `bytes` bytes from `from` on are all of a word of `size` bytes.
fn covers(size: u32, word: u32, from: i64, bytes: u32) -> bool {
    let size = size as i64;
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
        let words = pointer_words(f, frame, s).filter(|&w| covers(frame.word(), w, from, bytes));
        return (words.collect(), true);
    }
    let mut words = Vec::new();
    inst.slots(|s| words.extend(pointer_words(f, frame, s)));
    (words, false)
}

/// What a function does with its objects.
pub struct Accesses {
    n: Numbers,
    /// Number of each block in the allocation's order.
    number: Vec<usize>,
    /// By that number.
    events: Vec<Vec<Event>>,
    /// Slots whose addresses are taken.
    taken: Vec<bool>,
    /// What is live where blocks begin.
    solved: Backward,
    /// What recovery needs, anywhere.
    recovery: Bits,
}

impl Accesses {
    /// Goes through the code. `word`: bytes in one.
    pub fn new<I: Inst>(f: &Func, sel: &mut Selected<I>, word: u32) -> Accesses {
        let n = Numbers::new(f, &sel.slots_used, word);
        let mut number = vec![usize::MAX; sel.blocks.len()];
        sel.rpo.iter().enumerate().for_each(|(i, &b)| number[b as usize] = i);
        let recovery = dataflow::bits(n.words.len());
        let taken = vec![false; f.slots.len()];
        let mut out =
            Accesses { n, number, events: Vec::new(), taken, solved: Backward::default(), recovery };
        if out.n.words.is_empty() {
            return out;
        }
        let mut count = 0;
        for &b in &sel.rpo {
            let mut list = Vec::new();
            for (inst, _) in &mut sel.blocks[b as usize].insts {
                // A call reads its operands before the collector may run.
                if let Some((s, disp, bytes)) = stored(inst) {
                    let bits = out.n.overwritten(s, disp, bytes);
                    if !bits.is_empty() {
                        list.push(Event::Write(bits));
                    }
                } else {
                    let lea = matches!(inst.kind(), Kind::Address(..));
                    inst.slots(|s| {
                        out.taken[s.index()] |= lea;
                        if !out.n.bits(s).is_empty() {
                            list.push(Event::Read(s));
                        }
                    });
                }
                if inst.is_safepoint() {
                    list.push(Event::Safepoint(count));
                }
                count += 1;
            }
            out.events.push(list);
        }
        out.solved = Backward::solve(
            out.n.words.len(),
            sel.rpo.len(),
            |i| out.succs(sel, i),
            |i, live| out.events[i].iter().rev().for_each(|e| out.back(live, e)),
        );
        if let Some(d) = sel.defer_return {
            out.recovery.copy_from_slice(out.solved.at_start(out.number[d as usize]));
        }
        if let Some((_, closures, _)) = f.open_defers {
            out.n.bits(closures).for_each(|b| dataflow::set(&mut out.recovery, b as usize));
        }
        out
    }

    fn succs<'a, I: Inst>(&'a self, sel: &'a Selected<I>, i: usize) -> impl Iterator<Item = usize> + 'a {
        sel.blocks[sel.rpo[i] as usize].succs.iter().map(|&s| self.number[s as usize])
    }

    /// What holds in front of an event, by what holds behind it.
    fn back(&self, live: &mut [u64], e: &Event) {
        let (range, on) = match e {
            Event::Read(s) => (self.n.bits(*s), true),
            Event::Write(bits) => (bits.clone(), false),
            Event::Safepoint(_) => return,
        };
        let change = if on { dataflow::set } else { dataflow::clear };
        range.for_each(|b| change(live, b as usize));
    }
    /// The slots that maps may name before they are written: those of which something is live at the entry, or anywhere.
    pub fn unwritten(&self) -> Vec<bool> {
        let mut out = vec![false; self.taken.len()];
        if !self.n.words.is_empty() {
            let mut early = self.recovery.clone();
            dataflow::join(&mut early, self.solved.at_start(0));
            dataflow::ones(&early).for_each(|b| out[self.n.words[b].0.index()] = true);
        }
        out
    }
}

/// The analysis.
pub fn live<I: Inst>(f: &Func, sel: &Selected<I>, frame: &Frame, accesses: &Accesses) -> SlotLiveness {
    let mut out = SlotLiveness::default();
    let n = &accesses.n;
    if n.words.is_empty() {
        return out;
    }
    let words_of = |live: &[u64]| -> Vec<u32> {
        let words = |b: usize| {
            let (s, words) = &n.words[b];
            words.iter().map(|w| frame.slot_offset(*s) / frame.word() + w)
        };
        dataflow::ones(live).flat_map(words).collect()
    };
    out.recovery = words_of(&accesses.recovery);
    let mut live = dataflow::bits(n.words.len());
    for (i, events) in accesses.events.iter().enumerate() {
        accesses.solved.at_end(accesses.succs(sel, i), &mut live);
        for e in events.iter().rev() {
            accesses.back(&mut live, e);
            if let Event::Safepoint(k) = e {
                let mut all = live.clone();
                dataflow::join(&mut all, &accesses.recovery);
                out.at.insert(*k, words_of(&all));
            }
        }
    }
    for (s, d) in f.slots.iter_enumerated() {
        if accesses.taken[s.index()] && !n.bits(s).is_empty() {
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
    fn what_is_stored_first_is_not_zeroed() {
        // A store of xmm15, which is zero.
        let zeroes = |body: &str| compile(body).code.windows(3).any(|b| b == [0x44, 0x0f, 0x11]);
        let body = |first: &str, second: &str| {
            format!(
                "  slot s0 size 16 align 8 ptrs 11 \"x\"
                 b0:
                   v0: ptr = call f2 sig0()
                   v1: ptr = slotaddr s0 + 0
                   v2: word = iconst 0
                   v3: i8 = icmp.eq v0, v4
                   {first}
                   {second}
                   call f1 sig1(v1)
                   ret v0"
            )
            .replace("v2: word = iconst 0", "v4: ptr = iconst 0")
        };
        let (low, high) = ("store v1, v0 + 0", "store v1, v0 + 8");
        assert!(!zeroes(&body(low, high)));
        assert!(zeroes(&body(low, "")));
        // On one way only.
        let way = "br v3, b1, b2\nb1:\nstore v1, v0 + 8\njump b2\nb2:";
        assert!(zeroes(&body(low, way)));
        // Its address is given away before.
        assert!(zeroes(&body("call f1 sig1(v1)", &format!("{low}\n{high}"))));
    }

    #[test]
    fn parameters_on_the_stack_have_their_spill_slots_there() {
        let text =
            "sig0 = go (i64, i64, i64, i64, i64, i64, i64, i64, i64, ptr) -> (ptr)\nsig1 = go () -> ()\n\
             func f0 \"p.f\" sig0\n\
             b0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: i64, v7: i64, v8: i64, v9: ptr):
               call f1 sig1()
               call f1 sig1()
               ret v9\nend\n\
             func f1 \"p.g\" sig1 noinline\nb0:\n  ret\nend\n";
        let p = ir::parse::program(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let options = Options { check: true, ..Options::default() };
        let mut all = compile_functions(&p, &options).unwrap_or_else(|e| panic!("{e:?}"));
        let c = all[ir::FuncId(0)].take().expect("it has a body");
        // Behind the return address; nothing is loaded or stored before the calls.
        assert_eq!(maps(&c), [[c.frame / 8 + 1], [c.frame / 8 + 1]]);
        let stores = c.code.windows(2).filter(|b| b[0] == 0x48 && b[1] == 0x89).count();
        assert_eq!(stores, 1, "mov rbp, rsp: {:x?}", c.code);
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
