//! The replay of stack maps sees planted faults, for every machine: its folder's `tests.rs` says `planted!(ITS TYPE);`.
use super::compile::{Notes, Worker, compile_noted};
use super::{Frames, Rules};
use crate::isa::{Env, Wanted};

/// Two pointers and a number live across a call, a loop that polls with a pointer live, and a stack object; with the machine's
/// words, of ONE and TWO of their sizes.
const PROGRAM: &str = r#"
target word ONEORDER
sig0 = go (ptr, ptr, WORD) -> (WORD, ptr)
sig1 = go (WORD) -> (WORD)
sig2 = go (ptr, WORD) -> (WORD)
func f0 "across" sig0
  slot s0 size TWO align ONE ptrs 10 "s"
b0(v0: ptr, v1: ptr, v2: WORD):
  v3: ptr = slotaddr s0 + 0
  memzero v3 size TWO
  v4: WORD = call f1 sig1(v2)
  v5: WORD = load v0 + ONE
  v6: WORD = load v1 + ONE
  v7: WORD = add v4, v5
  v8: WORD = add v7, v6
  v9: WORD = call f1 sig1(v8)
  v10: WORD = add v9, v2
  v11: WORD = load v3 + ONE
  v12: WORD = add v10, v11
  ret v12, v1
end
func f1 "callee" sig1
b0(v0: WORD):
  ret v0
end
func f2 "loop" sig2
b0(v0: ptr, v1: WORD):
  v2: WORD = iconst 0
  jump b1(v1, v2)
b1(v3: WORD, v4: WORD):
  v5: WORD = load v0 + ONE
  v6: WORD = add v4, v5
  v7: WORD = iconst -1
  v8: WORD = add v3, v7
  poll
  v9: i8 = icmp.eq v8, v2
  br v9, b2, b1(v8, v6)
b2:
  ret v6
end
"#;

fn noted<M: Rules + Frames>(name: &str) -> Notes {
    let word = M::ROW.ptr_size;
    let text = PROGRAM
        .replace("ORDER", if M::ROW.big_endian { " big" } else { "" })
        .replace("WORD", if word == 8 { "i64" } else { "i32" })
        .replace("ONE", &word.to_string())
        .replace("TWO", &(2 * word).to_string());
    let program = ir::parse::program_of(M::ROW, &text).unwrap_or_else(|e| panic!("{e}"));
    ir::verify::program(&program).unwrap_or_else(|e| panic!("{e:#?}"));
    let wanted = Wanted { check: true, ..Wanted::default() };
    let env = Env::new(ir::View::new(&program), wanted, None);
    let (_, func) = program.funcs.iter_enumerated().find(|f| f.1.name.as_str() == name).expect("its name");
    let (_, notes) = compile_noted::<M>(&env, func.clone(), &mut Worker::new::<M>()).expect("it compiles");
    notes.expect("notes were asked for")
}

fn refused(notes: &Notes, why: &[&str]) {
    let e = notes.check().expect_err("the fault is seen");
    assert!(why.iter().any(|w| e.contains(w)), "{e:?} instead of {why:?}");
}

/// What is compiled passes.
pub fn accepts_what_is_emitted<M: Rules + Frames>() {
    for name in ["across", "callee", "loop"] {
        noted::<M>(name).check().unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

/// A map without one of its words does not.
pub fn sees_each_slot_missing_from_a_map<M: Rules + Frames>() {
    let whole = noted::<M>("across");
    let mut dropped = 0;
    for m in 0..whole.maps.len() {
        for w in 0..whole.maps[m].words.len() {
            let mut n = noted::<M>("across");
            n.maps[m].words.remove(w);
            refused(&n, &["lacks", "of a stack object", "which holds no pointer"]);
            // Nor does it rest on the allocator's word for what is live.
            n.replay.forget_live();
            if n.spill_words().any(|s| s == whole.maps[m].words[w]) {
                refused(&n, &["is read from"]);
            } else {
                refused(&n, &["of a stack object", "which holds no pointer"]);
            }
            dropped += 1;
        }
    }
    assert!(dropped >= 5, "two pointers and the object at the first call, one and the object at the second");
}

/// Nor does code without a spill or reload.
pub fn sees_each_move_missing<M: Rules + Frames>() {
    let moves = noted::<M>("across").replay.moves();
    assert!(moves >= 4, "spills and reloads");
    for i in 0..moves {
        let mut n = noted::<M>("across");
        n.replay.drop_move(i);
        refused(&n, &["is read from", "is not in"]);
    }
}

/// Nor a map with words that hold no pointer.
pub fn sees_words_that_are_no_pointers<M: Rules + Frames>() {
    let mut n = noted::<M>("across");
    let frame_end = n.spill_words().chain([n.objects[0]]).max().expect("a word") + 2;
    n.maps[0].words.push(frame_end);
    refused(&n, &["which is no pointer's"]);
    // The number that is live across the calls has a slot as well.
    let mut n = noted::<M>("across");
    let taken = n.maps[0].words.clone();
    let other = n.spill_words().find(|w| !taken.contains(w)).expect("the number's slot");
    n.maps[0].words.push(other);
    refused(&n, &["which holds no pointer"]);
}

/// Nor a poll whose registers are not told, or one too many.
pub fn sees_a_poll_without_its_registers<M: Rules + Frames>() {
    let mut n = noted::<M>("loop");
    assert_eq!(n.maps.len(), 1);
    assert!(n.maps[0].regs != 0 || !n.maps[0].words.is_empty(), "the pointer is somewhere");
    n.maps[0].regs = 0;
    n.maps[0].words.clear();
    // Whichever comes first: the block's reads, or its poll.
    refused(&n, &["lacks", "is read from"]);
    n.replay.forget_live();
    refused(&n, &["is read from"]);
    let mut n = noted::<M>("loop");
    // A register that holds a number.
    let number = (0..4).find(|r| n.maps[0].regs >> r & 1 == 0).expect("not all of them");
    n.maps[0].regs |= 1 << number;
    refused(&n, &["which holds no pointer"]);
}

/// The tests for a machine.
macro_rules! planted {
    ($machine:ty) => {
        $crate::mach::planted::planted!($machine: accepts_what_is_emitted sees_each_slot_missing_from_a_map sees_each_move_missing sees_words_that_are_no_pointers sees_a_poll_without_its_registers);
    };
    ($machine:ty: $($name:ident)*) => {
        $(#[test]
        fn $name() {
            $crate::mach::planted::$name::<$machine>();
        })*
    };
}
pub(crate) use planted;
