//! How one function becomes machine code: the stages, and the walk over the allocated instructions that writes code,
//! stack maps and line rows.
use super::buf::Buf;
use super::copies::{Copies, Ends};
use super::emit::{Cold, Emit, routine};
use super::frame::{Frame, STACK_SMALL};
use super::homes::{self, Home};
use super::inst::{Any, Inst, Kind};
use super::select::{self, Selected};
use super::slots::{self, Accesses, SlotLiveness};
use super::{Encode, Frames, Machine, Rules, call, graph, hook, lazy, listing, regs, split};
use crate::isa::{Compiled, Env, Line, Safepoint};
use crate::mistake::Mistake;
use crate::regalloc::{self, Is, Move, Problem, Reg, Solution};
use crate::replay::{Replay, Safe, Words};
use crate::{park, prep};
use ir::func::Body;
use ir::{EntityId, Func, SymRef};
use reflect::image::OpenDefers;
use rustc_hash::FxHashMap;
use syntax::Pos;

/// What a thread keeps between functions.
pub struct Worker {
    env: regalloc::Env,
    context: regalloc::Context,
    all: Vec<Reg>,
}

impl Worker {
    /// For functions of this machine.
    pub fn new<M: Machine>() -> Worker {
        let all = regs::allocatable(M::ROW, M::RESERVED, M::MORE_FLOATS);
        let (first, others): (Vec<Reg>, Vec<Reg>) = all.iter().partition(|&&r| M::preferred(r));
        Worker { env: regalloc::Env::new(&first, &others), context: regalloc::Context::default(), all }
    }
}

/// Compiles a function; `None` if it has no code of ours.
pub fn compile<M: Rules + Frames>(env: &Env, func: Func, w: &mut Worker) -> Result<Option<Compiled>, String> {
    Ok(Some(match &func.body {
        Body::Asm { .. } => return Ok(None),
        Body::Native(n) => crate::isa::native::compiled(env.view.sig(func.sig), n, M::WORD, &M::NATIVE),
        Body::Hook { symbol } => hook::stub::<M>(env, &func, symbol),
        Body::Ssa => compile_ssa::<M>(env, func, w)?,
    }))
}

fn compile_ssa<M: Rules + Frames>(env: &Env, func: Func, w: &mut Worker) -> Result<Compiled, String> {
    let (compiled, notes) = compile_noted::<M>(env, func, w)?;
    notes.map_or(Ok(()), |n| n.check())?;
    Ok(compiled)
}

/// With [`crate::Options::check`] there are notes, which have not been checked.
pub(crate) fn compile_noted<M: Rules + Frames>(
    env: &Env,
    mut f: Func,
    w: &mut Worker,
) -> Result<(Compiled, Option<Notes>), String> {
    prep::legalize(&mut f, &env.view);
    park::park(&mut f, M::WORD);
    env.record(&f, "legalize", || env.view.text(&f));
    let sig = env.view.sig(f.sig);
    let params = call::place_params(&mut f, sig);
    let mut sel = select::select::<M>(env, &f, params);
    if let Some((mask, slots, _)) = f.open_defers {
        sel.slots_used[mask.index()] = true;
        sel.slots_used[slots.index()] = true;
    }
    if sel.calls {
        let unlikely = prep::unlikely(&f);
        let graph = graph::Graph::new(&sel);
        let lazy = lazy::choose(&sel, &graph, &|b| unlikely.get(b as usize).is_some_and(|&u| u));
        let loops = split::split_at_loops(&mut sel, &graph, &lazy.lazy, &w.all);
        lazy::split_at_lazy_calls(&mut sel, &graph, &lazy, &loops);
    }
    env.record(&f, "machine", || env.view.debug_text(listing::machine(&f, &sel)));
    let solution = allocate(env, &mut sel, w, M::WORD)?;
    let mut own = sel.slots_used.clone();
    sel.incoming.iter().for_each(|i| own[i.0.index()] = false);
    let accesses = Accesses::new(&f, &mut sel, M::WORD);
    let mut zeroed = accesses.unwritten();
    f.slots.iter().zip(&mut zeroed).for_each(|(s, z)| *z |= s.zeroed);
    let frame = Frame::new::<M>(&f, &own, &zeroed, sel.out_args, solution.spill_slots, sel.calls);
    let frame = frame.with_incoming(&sel.incoming).with_homes(homes::find(&mut sel, &solution));
    if frame.size >= 1 << 30 {
        return Err("stack frame too large (>1GB)".into());
    }
    let mut notes = env.check.then(|| start_notes(&sel));
    let compiled = emit_function::<M>(env, &f, &mut sel, &solution, &frame, &accesses, &mut notes)?;
    Ok((compiled, notes))
}

/// What the replay of the stack maps needs.
pub(crate) struct Notes {
    pub(crate) replay: Replay,
    /// Number of each block in allocation order.
    number: Vec<usize>,
    pointer: Vec<bool>,
    /// The maps in the order in which the replay numbers them.
    pub(crate) maps: Vec<Safepoint>,
    pub(crate) spills: std::ops::Range<u32>,
    /// Words that are spill slots beside these.
    homes: Vec<(u32, usize)>,
    /// Words of pointers in stack objects, those of them that hold some at entry, and those that recovery reads.
    pub(crate) objects: Vec<u32>,
    entry: Vec<u32>,
    recovery: Vec<u32>,
}

impl Notes {
    /// Words that are spill slots.
    #[cfg(test)]
    pub(crate) fn spill_words(&self) -> impl Iterator<Item = u32> + '_ {
        let moved = |w: &u32| self.homes.iter().any(|h| h.1 == (w - self.spills.start) as usize);
        self.spills.clone().filter(move |w| !moved(w)).chain(self.homes.iter().map(|h| h.0))
    }
    pub(crate) fn check(&self) -> Result<(), String> {
        let words = Words {
            spills: self.spills.clone(),
            homes: &self.homes,
            objects: &self.objects,
            entry: &self.entry,
            recovery: &self.recovery,
        };
        self.replay.check(&self.pointer, &self.maps, &words)
    }
}

fn start_notes<I: Inst>(sel: &Selected<I>) -> Notes {
    let mut replay = Replay::default();
    let mut number = vec![usize::MAX; sel.blocks.len()];
    for (i, &b) in sel.rpo.iter().enumerate() {
        number[b as usize] = i;
    }
    for &b in &sel.rpo {
        let block = &sel.blocks[b as usize];
        replay.block(&block.params, block.succs.iter().map(|&s| number[s as usize]).collect(), &block.args);
    }
    if let Some(d) = sel.defer_return {
        replay.set_recovery(number[d as usize]);
    }
    // Addresses of the frame move as pointers do, whatever they are called.
    let mut pointer = sel.pointer.clone();
    for &b in &sel.rpo {
        for (inst, _) in &sel.blocks[b as usize].insts {
            if let Kind::Address(dst, addr) = inst.kind()
                && addr.base.in_frame()
            {
                pointer[dst.index()] = true;
            }
        }
    }
    Notes {
        replay,
        number,
        pointer,
        maps: Vec::new(),
        spills: 0..0,
        homes: Vec::new(),
        objects: Vec::new(),
        entry: Vec::new(),
        recovery: Vec::new(),
    }
}

/// Hands the instructions to the allocator.
fn allocate<I: Inst>(
    env: &Env,
    sel: &mut Selected<I>,
    w: &mut Worker,
    word: u32,
) -> Result<Solution, String> {
    let mut number = vec![u32::MAX; sel.blocks.len()];
    debug_assert_eq!(sel.order.len(), sel.rpo.len());
    for (i, &b) in sel.rpo.iter().enumerate() {
        number[b as usize] = i as u32;
    }
    let mut p = Problem::new(std::mem::take(&mut sel.pointer), word);
    for &b in &sel.rpo {
        let block = &mut sel.blocks[b as usize];
        for (inst, _) in &mut block.insts {
            let clobbers: Vec<Reg> = match inst {
                Any::Call(c) => w.all.iter().copied().filter(|r| !c.defs.iter().any(|d| d.1 == *r)).collect(),
                Any::LeafCall(c, destroyed) => {
                    let lost = |r: &Reg| destroyed.contains(r) && !c.defs.iter().any(|d| d.1 == *r);
                    w.all.iter().copied().filter(lost).collect()
                }
                _ => Vec::new(),
            };
            let copy = matches!(inst, Any::Move { .. });
            let is = Is { flow: inst.flow(), safepoint: inst.is_safepoint(), copy };
            p.inst(is, &clobbers, |v| inst.operands(v));
        }
        let succs: Vec<usize> = block.succs.iter().map(|&s| number[s as usize] as usize).collect();
        p.end_block(&block.params, &succs, &block.args);
    }
    let solution = regalloc::allocate(&mut p, &w.env, &mut w.context, env.check);
    sel.pointer = p.pointers();
    solution
}

/// A move of the allocator's, unless both places hold the same.
fn mov<M: Rules + Frames>(e: &mut Emit<M>, copies: &mut Copies, notes: &mut Option<Notes>, m: Move) {
    let home = { e.new_homes.iter() }.position(|h| m.to.is_spill() && h.slot == m.to.index());
    if let Some(home) = home.map(|n| e.new_homes.remove(n)) {
        // The first value that is there came in there.
        if let Some(notes) = notes {
            notes.replay.moved(m);
        }
        if !home.unread {
            copies.moved(m);
        } else if let Some(notes) = notes {
            notes.replay.lost(m.from);
        }
        return;
    }
    let Some(m) = copies.moved(m) else { return };
    e.mov(m);
    if let Some(notes) = notes {
        notes.replay.moved(m);
    }
}

/// Blocks that only jump on, and where to.
fn forwarding<I: Inst>(sel: &Selected<I>, solution: &Solution) -> Vec<u32> {
    let mut to: Vec<u32> = (0..sel.blocks.len() as u32).collect();
    let mut n = 0;
    for &b in &sel.rpo {
        let block = &sel.blocks[b as usize];
        if let [(Any::Jump(t), _)] = block.insts[..]
            && b != sel.rpo[0]
            && !solution.has_moves(n)
        {
            to[b as usize] = t;
        }
        n += block.insts.len();
    }
    for b in 0..to.len() {
        let (mut t, mut steps) = (to[b], 0);
        while to[t as usize] != t && steps < 100 {
            t = to[t as usize];
            steps += 1;
        }
        to[b] = if steps < 100 { t } else { b as u32 };
    }
    to
}

/// Writes a marker for each inlined call that the line table leads to: a place where only the calls around it are. Calls from
/// one line share theirs.
fn place_markers<M: Encode>(
    buf: &mut Buf<M>,
    f: &Func,
    sources: &mut Vec<(Pos, u32)>,
    lines: &mut Vec<(u32, usize)>,
) -> Vec<Option<u32>> {
    let mut markers = vec![None; f.inlined.len()];
    if markers.is_empty() {
        return markers;
    }
    let mut needed = vec![false; f.inlined.len()];
    for &(_, line) in lines.iter() {
        let mut at = sources.get(line).map_or(0, |l| l.1) as usize;
        while at != 0 && !std::mem::replace(&mut needed[at - 1], true) {
            at = f.inlined[at - 1].parent as usize;
        }
    }
    let mut placed: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    for (i, call) in f.inlined.iter().enumerate().filter(|c| needed[c.0]) {
        let mark = *placed.entry((call.parent, call.call_pos.0)).or_insert_with(|| {
            let mark = buf.mark();
            M::marker(buf);
            lines.push((mark, sources.len()));
            sources.push((call.call_pos, call.parent));
            mark
        });
        markers[i] = Some(mark);
    }
    markers
}

fn emit_function<M: Rules + Frames>(
    env: &Env,
    f: &Func,
    sel: &mut Selected<M::Inst>,
    solution: &Solution,
    frame: &Frame,
    accesses: &Accesses,
    notes: &mut Option<Notes>,
) -> Result<Compiled, String> {
    let forward = forwarding(sel, solution);
    let mut e: Emit<M> = Emit::new(frame);
    e.buf.too_far = env.mistake == Some(Mistake::Shift);
    e.wb_flag = env.view.write_barrier().map(SymRef::Data);
    e.blocks = (0..sel.blocks.len()).map(|_| e.buf.label()).collect();
    e.new_homes = frame.homes().to_vec();
    let mut slots: SlotLiveness = slots::live(f, sel, frame, accesses);
    let word = |r: Reg| frame.spill_offset(r.index()) / frame.word();
    let mut object_words: Vec<u32> = (0..f.slots.len())
        .filter(|&s| sel.slots_used[s])
        .flat_map(|s| slots::pointer_words(f, frame, ir::Slot::new(s)))
        .collect();
    object_words.sort_unstable();

    let body = e.buf.label();
    let grow = e.buf.label();
    if env.view.sig(f.sig).abi0 {
        // Called from assembly.
        M::load_fixed(&mut e);
    }
    let check = !f.flags.nosplit && (sel.calls || frame.to_return_address() > STACK_SMALL);
    if check {
        M::stack_check(&mut e, frame.to_return_address(), grow);
    }
    e.buf.bind(body);
    M::prologue(&mut e);

    // Marks in the code with what they are for.
    let mut safepoints: Vec<(u32, u32, Vec<u32>)> = Vec::new();
    let mut lines: Vec<(u32, usize)> = Vec::new();
    let listed = env.positions;
    let mut positions: Vec<(u32, usize)> = Vec::new();
    let mut ends = Ends::new(sel, &forward);
    // Number of each block's first instruction in the allocation's order.
    let mut first = vec![0; sel.blocks.len()];
    let mut total = 0;
    for &b in &sel.rpo {
        first[b as usize] = total;
        total += sel.blocks[b as usize].insts.len();
    }
    let order = sel.order.clone();
    let shown: Vec<u32> = order.iter().copied().filter(|&b| forward[b as usize] == b).collect();
    let mut previous = None;
    let mut next_shown = shown.iter().skip(1).copied().chain([u32::MAX]);
    let inner = if M::JUMP_WINDOW > 0 { graph::inner_loops(sel) } else { vec![None; sel.blocks.len()] };
    // The inner loop that is being written: its header, where it began, and whether that was there. Elsewhere are its cold blocks.
    let mut open: Option<(u32, u32, bool)> = None;
    let close = |open: Option<(u32, u32, bool)>, buf: &mut Buf<M>| {
        open.filter(|o| o.2).into_iter().for_each(|o| buf.inner_loop(o.1));
    };
    for &b in &order {
        if forward[b as usize] != b {
            continue;
        }
        let label = e.blocks[b as usize];
        if let Some(previous) = previous.replace(label) {
            e.buf.turn(previous, label);
        }
        if open.map(|o| o.0) != inner[b as usize] {
            close(open, &mut e.buf);
            open = inner[b as usize].map(|h| (h, e.buf.here(), false));
        }
        if let Some((header, _, there)) = &mut open {
            *there |= *header == b;
        }
        let n = first[b as usize];
        let mut moves = solution.cursor(n);
        e.next_block = next_shown.next().unwrap_or(u32::MAX);
        if sel.defer_return.is_some_and(|d| forward[d as usize] == b) {
            // Keeps the place apart from the return address of a call before it, which has another map.
            M::nop(&mut e.buf);
        }
        e.buf.bind(label);
        let mut copies = ends.begin(b);
        let count = sel.blocks[b as usize].insts.len();
        if let Some(notes) = notes {
            notes.replay.begin(notes.number[b as usize]);
        }
        for (k, n) in (n..n + count).enumerate() {
            moves.before(n, |m| mov(&mut e, &mut copies, notes, m));
            let (inst, line) = &mut sel.blocks[b as usize].insts[k];
            let mut live: Vec<Reg> = solution.apply(n, |v| inst.operands(v)).collect();
            copies.read(|v| inst.operands(v));
            let copied = match inst {
                Any::Move { dst, src } | Any::Stash { dst, src } => Some(Move { from: *src, to: *dst }),
                _ => None,
            };
            if let (Some(notes), Some(m)) = (notes.as_mut(), copied) {
                notes.replay.copied(solution.values(n), m);
            } else if let Some(notes) = notes {
                let destroyed = if let Any::LeafCall(_, d) = inst { d.clone() } else { Vec::new() };
                let at = match inst {
                    Any::Call(_) => Safe::Call(safepoints.len()),
                    Any::LeafCall(..) => Safe::Leaf(&destroyed),
                    Any::Poll { .. } => Safe::Poll,
                    _ => Safe::No,
                };
                let (words, write) = slots::object_access(f, frame, inst);
                if !words.is_empty() {
                    notes.replay.object(words.into_iter(), write);
                }
                notes.replay.inst(solution.values(n), &live, at, |v| inst.operands(v));
            }
            inst.targets(&mut |t| *t = forward[*t as usize]);
            e.line = *line as usize;
            let new_line = lines.last().is_none_or(|l| l.1 != e.line);
            if new_line && inst.may_stop() && sel.lines[e.line].0.is_some() {
                lines.push((e.buf.mark(), e.line));
            }
            if listed && positions.last().is_none_or(|p| p.1 != e.line) {
                positions.push((e.buf.mark(), e.line));
            }
            if e.new_homes.iter().any(|h| h.unread && h.load == n) {
                // It comes to its slot without this.
            } else if let Some(m) = copied {
                copies.moved(m).into_iter().for_each(|m| e.mov(m));
            } else if let &mut Any::Poll { temp } = inst {
                copies.close(&mut live);
                let regs = live.iter().filter(|r| r.is_phys()).fold(0, |m, r| m | 1 << r.hw());
                let mut words: Vec<u32> = live.iter().filter(|r| r.is_spill()).map(|&r| word(r)).collect();
                words.extend(slots.at.remove(&n).unwrap_or_default());
                e.poll(temp, regs, words);
            } else {
                e.inst(inst);
            }
            if let Any::Call(_) = inst {
                if let Some(r) = live.iter().find(|r| !r.is_spill()) {
                    return Err(format!("a live pointer is in {r:?} across a call"));
                }
                let mut words: Vec<u32> = live.iter().map(|&r| word(r)).collect();
                words.extend(slots.at.remove(&n).unwrap_or_default());
                safepoints.push((e.buf.mark(), 0, words));
                copies.clear();
            } else if copied.is_none() {
                inst.uses_and_defs(|_| {}, |r| copies.write(r));
            }
            if let Any::LeafCall(_, destroyed) = inst {
                destroyed.iter().for_each(|&r| copies.write(r));
                // Whoever finds it in a call is looking for what happens after a fault.
                safepoints.push((e.buf.mark(), 0, slots.recovery.clone()));
            }
            moves.after(n, |m| mov(&mut e, &mut copies, notes, m));
        }
        ends.end(b, copies);
        if let Some(notes) = notes {
            notes.replay.end(notes.number[b as usize]);
        }
    }
    close(open, &mut e.buf);
    // Cold code.
    let loops = e.buf.has_loops() || e.colds.iter().any(|c| matches!(c.0, Cold::Poll { .. }));
    let mut polls = 0;
    for (cold, line) in std::mem::take(&mut e.colds) {
        if sel.lines[line].0.is_some() {
            lines.push((e.buf.mark(), line));
        }
        if listed {
            positions.push((e.buf.mark(), line));
        }
        let is_poll = matches!(cold, Cold::Poll { .. });
        e.cold(cold, |e, pointers| {
            if let Some(notes) = notes
                && is_poll
            {
                notes.replay.poll_map(polls, safepoints.len());
                polls += 1;
            }
            let (regs, words) = pointers.unwrap_or_else(|| (0, slots.recovery.clone()));
            safepoints.push((e.buf.mark(), regs, words));
        });
    }
    if check {
        lines.push((e.buf.mark(), usize::MAX));
        positions.push((e.buf.mark(), usize::MAX));
        e.buf.bind(grow);
        let name = if sel.context { routine::MORESTACK } else { routine::MORESTACK_NOCTXT };
        M::grow_stack(&mut e, name, body);
    }
    let markers = place_markers(&mut e.buf, f, &mut sel.lines, &mut lines);
    let tables = e.write_tables();
    let blocks = std::mem::take(&mut e.blocks);
    let calls = std::mem::take(&mut e.calls);
    let cfi = std::mem::take(&mut e.cfi);
    let done = e.buf.finish();
    let deferreturn =
        sel.defer_return.map_or(0, |d| done.labels[blocks[forward[d as usize] as usize].0 as usize]);
    let mut points: Vec<Safepoint> = safepoints
        .into_iter()
        .map(|(mark, regs, words)| Safepoint { pc: done.marks[mark as usize], regs, words })
        .collect();
    if let Some(notes) = notes {
        notes.maps = points.clone();
        notes.spills = frame.spill_words(solution.spill_slots);
        let home = |h: &Home| (frame.spill_offset(h.slot) / frame.word(), h.slot);
        notes.homes = frame.homes().iter().map(home).collect();
        let at_entry = |&w: &u32| {
            let at = w * frame.word();
            at >= frame.to_caller() || (frame.zero.0..frame.zero.1).contains(&at)
        };
        notes.entry = object_words.iter().copied().filter(at_entry).collect();
        notes.objects = object_words;
        notes.recovery = slots.recovery.clone();
    }
    if env.mistake == Some(Mistake::Map) {
        points.iter_mut().filter(|p| !p.words.is_empty()).for_each(|p| _ = p.words.remove(0));
    }
    if sel.defer_return.is_some() {
        points.push(Safepoint { pc: deferreturn, regs: 0, words: slots.recovery });
    }
    points.sort_unstable_by_key(|p| p.pc);
    let row = |(mark, line): (u32, usize)| {
        let (pos, inl) = sel.lines.get(line).copied().unwrap_or((f.pos, 0));
        Line { pc: done.marks[mark as usize], pos, inl }
    };
    let open_defers = f.open_defers.map(|(mask, slots, count)| OpenDefers {
        mask: frame.slot_offset(mask),
        slots: frame.slot_offset(slots),
        count,
    });
    Ok(Compiled {
        code: done.code,
        fixups: done.fixups,
        frame: frame.to_return_address(),
        safepoints: points,
        objects: slots.objects,
        markers: markers.iter().map(|m| m.map_or(0, |m| done.marks[m as usize])).collect(),
        lines: lines.into_iter().map(row).collect(),
        positions: positions.into_iter().map(row).collect(),
        cfi: cfi.into_iter().map(|(m, c)| (done.marks[m as usize], c)).collect(),
        tables: tables.iter().map(|t| done.labels[t.0 as usize]).collect(),
        deferreturn,
        open_defers,
        checks_stack: check,
        loops,
        calls,
        listing: String::new(),
        ..Compiled::default()
    })
}
