//! Moves of the allocator's that do nothing.
use super::code::{Code, Event, Held, NONE, Place, REGS, backward};
use crate::mach::dataflow::{self, Backward};
use regalloc2::OperandKind;

/// Which of the allocator's moves do nothing: what they move is there already, or nobody reads the register.
pub(super) fn idle(code: &Code) -> Vec<bool> {
    let mut idle = vec![false; code.out.edits.len()];
    for b in 0..code.blocks() {
        let mut held = Held::new();
        for &event in code.block(b) {
            let copy = match event {
                Event::Move(n) => Some(code.edit(n)),
                Event::Inst(i) => code.copy(i).map(|(from, to)| (code.place(from), code.place(to))),
            };
            match (event, copy) {
                (_, Some((from, to))) => {
                    let source = held.source(from);
                    let known = match to {
                        Place::Slot(s) => source == s,
                        Place::Reg(r) => source != NONE && held.0[r] == source,
                    };
                    if let Event::Move(n) = event {
                        idle[n] = known;
                    }
                    if !known {
                        if let Place::Slot(s) = to {
                            held.forget(s);
                        }
                        held.moved(from, to);
                    }
                }
                (Event::Inst(i), None) => {
                    held.inst(code, i);
                    for o in code.operands(i).filter(|&o| code.kind(o).0 == OperandKind::Def) {
                        if let Place::Slot(s) = code.place(o) {
                            held.forget(s);
                        }
                    }
                }
                (Event::Move(_), None) => unreachable!("a move copies"),
            }
        }
    }
    let register = |p: Place| if let Place::Reg(r) = p { Some(r) } else { None };
    let of_operand = |o: usize| register(code.place(o));
    let step = |b: usize, live: &mut [u64], idle: &mut [bool], last: bool| {
        for &event in code.block(b).iter().rev() {
            match event {
                Event::Move(n) if idle[n] => {}
                Event::Move(n) => {
                    let (from, to) = code.edit(n);
                    if let Place::Reg(r) = to {
                        if !dataflow::bit(live, r) {
                            idle[n] = last;
                            continue;
                        }
                        dataflow::clear(live, r);
                    }
                    register(from).into_iter().for_each(|r| dataflow::set(live, r));
                }
                Event::Inst(i) => backward(code, i, live, &of_operand, |_, _| {}),
            }
        }
    };
    let solved =
        Backward::solve(REGS, code.blocks(), |b| code.succs(b), |b, live| step(b, live, &mut idle, false));
    let mut live = dataflow::bits(REGS);
    for b in 0..code.blocks() {
        solved.at_end(code.succs(b), &mut live);
        step(b, &mut live, &mut idle, true);
    }
    idle
}
