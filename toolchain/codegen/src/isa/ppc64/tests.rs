//! The replay of stack maps sees planted faults.
use super::Ppc64;
use crate::isa::Env;
use crate::mach::compile::{Notes, Worker, compile_noted};
use crate::{Helpers, Options};

/// Two pointers and a number live across a call, a loop that polls with a pointer live, and a stack object.
const PROGRAM: &str = "\
sig0 = go (ptr, ptr, i64) -> (i64, ptr)
sig1 = go (i64) -> (i64)
sig2 = go (ptr, i64) -> (i64)
func f0 \"across\" sig0
  slot s0 size 16 align 8 ptrs 10 \"s\"
b0(v0: ptr, v1: ptr, v2: i64):
  v3: ptr = slotaddr s0 + 0
  memzero v3 size 16
  v4: i64 = call f1 sig1(v2)
  v5: i64 = load v0 + 8
  v6: i64 = load v1 + 8
  v7: i64 = add v4, v5
  v8: i64 = add v7, v6
  v9: i64 = call f1 sig1(v8)
  v10: i64 = add v9, v2
  v11: i64 = load v3 + 8
  v12: i64 = add v10, v11
  ret v12, v1
end
func f1 \"callee\" sig1
b0(v0: i64):
  ret v0
end
func f2 \"loop\" sig2
b0(v0: ptr, v1: i64):
  v2: i64 = iconst 0
  jump b1(v1, v2)
b1(v3: i64, v4: i64):
  v5: i64 = load v0 + 8
  v6: i64 = add v4, v5
  v7: i64 = iconst -1
  v8: i64 = add v3, v7
  poll
  v9: i8 = icmp.eq v8, v2
  br v9, b2, b1(v8, v6)
b2:
  ret v6
end
";

fn noted(name: &str) -> Notes {
    let program = ir::parse::program(PROGRAM).unwrap_or_else(|e| panic!("{e}"));
    ir::verify::program(&program).unwrap_or_else(|e| panic!("{e:#?}"));
    let options = Options { check: true, ..Options::default() };
    let env = Env { program: &program, options: &options, helpers: &Helpers::find(&program) };
    let (_, func) = program.funcs.iter_enumerated().find(|f| f.1.name.as_str() == name).expect("its name");
    let (_, notes) =
        compile_noted::<Ppc64<false>>(&env, func, &mut Worker::new::<Ppc64<false>>()).expect("it compiles");
    notes.expect("notes were asked for")
}

fn refused(notes: &Notes, why: &[&str]) {
    let e = notes.check().expect_err("the fault is seen");
    assert!(why.iter().any(|w| e.contains(w)), "{e:?} instead of {why:?}");
}

#[test]
fn ppc64_replay_accepts_what_is_emitted() {
    for name in ["across", "callee", "loop"] {
        noted(name).check().unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn ppc64_replay_sees_each_slot_missing_from_a_map() {
    let whole = noted("across");
    let mut dropped = 0;
    for m in 0..whole.maps.len() {
        for w in 0..whole.maps[m].words.len() {
            let mut n = noted("across");
            n.maps[m].words.remove(w);
            refused(&n, &["lacks", "of a stack object", "which holds no pointer"]);
            // Nor does it rest on the allocator's word for what is live.
            n.replay.forget_live();
            if n.spills.contains(&whole.maps[m].words[w]) {
                refused(&n, &["is read from"]);
            } else {
                refused(&n, &["of a stack object", "which holds no pointer"]);
            }
            dropped += 1;
        }
    }
    assert!(dropped >= 5, "two pointers and the object at the first call, one and the object at the second");
}

#[test]
fn ppc64_replay_sees_each_move_missing() {
    let moves = noted("across").replay.moves();
    assert!(moves >= 4, "spills and reloads");
    for i in 0..moves {
        let mut n = noted("across");
        n.replay.drop_move(i);
        refused(&n, &["is read from", "is not in"]);
    }
}

#[test]
fn ppc64_replay_sees_words_that_are_no_pointers() {
    let mut n = noted("across");
    let frame_end = n.spills.end.max(n.objects[0] + 1) + 1;
    n.maps[0].words.push(frame_end);
    refused(&n, &["which is no pointer's"]);
    // The number that is live across the calls has a slot as well.
    let mut n = noted("across");
    let taken = n.maps[0].words.clone();
    let other = n.spills.clone().find(|w| !taken.contains(w)).expect("the number's slot");
    n.maps[0].words.push(other);
    refused(&n, &["which holds no pointer"]);
}

#[test]
fn ppc64_replay_sees_a_poll_without_its_registers() {
    let mut n = noted("loop");
    assert_eq!(n.maps.len(), 1);
    assert!(n.maps[0].regs != 0 || !n.maps[0].words.is_empty(), "the pointer is somewhere");
    n.maps[0].regs = 0;
    n.maps[0].words.clear();
    // Whichever comes first: the block's reads, or its poll.
    refused(&n, &["lacks", "is read from"]);
    n.replay.forget_live();
    refused(&n, &["is read from"]);
    let mut n = noted("loop");
    // A register that holds a number.
    let number = (0..4).find(|r| n.maps[0].regs >> r & 1 == 0).expect("not all of them");
    n.maps[0].regs |= 1 << number;
    refused(&n, &["which holds no pointer"]);
}
