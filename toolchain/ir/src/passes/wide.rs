//! Wide accesses: bytes that are read one by one and put together into a number are one load, with its bytes turned around where their order
//! is not the machine's; bytes of a number, or constant ones, that are written one after the other are one store.
//!
//! A load takes the place of the last operation that puts the bytes together, and a store that of the last byte's. In between nothing may
//! write, or for stores also read, call or stop: nobody can tell that it did not happen byte by byte. Checks of bounds and of nil stay where
//! they are, in front. The machine must not ask for alignment.
use super::effects::{Effect, effect};
use super::writer::Writer;
use super::{bounds, simplify};
use crate::analysis::bits;
use crate::{Block, Func, Inst, Op, Target, Ty, Value, ValueDef, View};
use rustc_hash::{FxHashMap, FxHashSet};

/// The most bytes that may be put together.
const MOST: usize = 8;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    let t = view.target();
    if t.unaligned && candidate(f) {
        loads(t, f);
        stores(t, f);
        f.apply_aliases();
    }
}

/// The pass before inlining: functions that do such things and little else become small. Their checks of bounds, which the first one decides,
/// would be in the way.
pub fn early(view: &View, f: &mut Func) {
    if view.target().unaligned && candidate(f) {
        bounds::run(view, f);
        simplify::run(view, f);
        run(view, f);
    }
}

/// Whether a block reads, or writes, two bytes beside each other.
fn candidate(f: &Func) -> bool {
    f.blocks.iter().any(|b| {
        let mut seen = FxHashSet::default();
        b.insts.iter().any(|&i| {
            let d = &f.insts[i];
            let (off, store) = match d.op {
                Op::Load { off } if is_byte_load(f, i) => (off, false),
                Op::Store { off, .. } if is_byte_store(f, i) => (off, true),
                _ => return false,
            };
            let (root, at) = root(f, d.args[0]);
            let at = at + off as i64;
            seen.insert((store, root, at));
            seen.contains(&(store, root, at - 1)) || seen.contains(&(store, root, at + 1))
        })
    })
}

/// An address without the constant that it ends in, and that constant: `p + (i + 3)` is `p`, `i`, 3.
type Root = (Value, Option<Value>);

fn root(f: &Func, address: Value) -> (Root, i64) {
    let address = f.resolve(address);
    let Some(d) = f.def_inst(address).filter(|d| d.op == Op::PtrAdd) else { return ((address, None), 0) };
    let (p, x) = (f.resolve(d.args[0]), f.resolve(d.args[1]));
    if let Some(c) = f.as_const(x) {
        return ((p, None), c);
    }
    if let Some(sum) = f.def_inst(x).filter(|d| d.op == Op::Add)
        && let Some(c) = f.as_const(sum.args[1])
    {
        return ((p, Some(f.resolve(sum.args[0]))), c);
    }
    ((p, Some(x)), 0)
}

/// A byte at a place.
#[derive(Clone, Copy)]
struct Byte {
    /// The access.
    inst: Inst,
    root: Root,
    at: i64,
    /// Where the byte stands in the number: the bits below it.
    shift: u32,
}

/// How the places of some bytes in memory and in a number go together.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// The first one is the lowest.
    Little,
    Big,
}

/// The largest number of bytes from `bytes[0]` on, which are sorted by place, that are one piece of a number.
fn piece(bytes: &[Byte]) -> Option<(usize, Order)> {
    let first = bytes[0];
    let follows = |k: usize, order: Order| {
        let b = bytes[k];
        let step = if order == Order::Little { 8 * k as i64 } else { -8 * k as i64 };
        b.root == first.root && b.at == first.at + k as i64 && b.shift as i64 == first.shift as i64 + step
    };
    [8, 4, 2].into_iter().find_map(|n| {
        let whole = |order| n <= bytes.len() && (1..n).all(|k| follows(k, order));
        [Order::Little, Order::Big].into_iter().find(|&o| whole(o)).map(|o| (n, o))
    })
}

/// Turns a number's bytes around if they come in the other order.
fn ordered(w: &mut Writer, v: Value, order: Order) -> Value {
    let ty = w.f.ty(v);
    if (order == Order::Big) == w.t.big_endian { v } else { w.ins(Op::Bswap, &[v], ty) }
}

// ---- loads

/// Numbers that are made of bytes: for each operation that is the last of some, what it joins.
fn loads(t: Target, f: &mut Func) {
    let mut uses: FxHashMap<Value, u32> = FxHashMap::default();
    let mut joined: FxHashSet<Value> = FxHashSet::default();
    for block in f.blocks.iter() {
        for &i in &block.insts {
            let d = &f.insts[i];
            let joins = is_join(&d.op).then(|| f.ty(d.results[0]));
            for &a in &d.args {
                let a = f.resolve(a);
                *uses.entry(a).or_default() += 1;
                if joins.is_some() && f.def_inst(a).is_some_and(|inner| inner.op == d.op) {
                    joined.insert(a);
                }
            }
        }
        block.term.for_each_arg(|v| *uses.entry(f.resolve(v)).or_default() += 1);
    }
    for b in f.blocks.ids() {
        let has_bytes = f.blocks[b].insts.iter().filter(|&&i| is_byte_load(f, i)).nth(1).is_some();
        if has_bytes {
            join_loads(t, f, b, &uses, &joined);
        }
    }
}

fn is_byte_load(f: &Func, i: Inst) -> bool {
    matches!(f.insts[i].op, Op::Load { .. }) && f.ty(f.insts[i].results[0]) == Ty::I8
}

/// Operations that put together what has no bit in common.
fn is_join(op: &Op) -> bool {
    matches!(op, Op::Or | Op::Xor | Op::Add)
}

fn join_loads(t: Target, f: &mut Func, b: Block, uses: &FxHashMap<Value, u32>, joined: &FxHashSet<Value>) {
    let old = std::mem::take(&mut f.blocks[b].insts);
    // Where each byte is read, and after how many writes.
    let mut writes = 0;
    let mut read_after: FxHashMap<Inst, u32> = FxHashMap::default();
    let mut w = Writer::new(t, f);
    for i in old {
        let d = w.f.insts[i].clone();
        match effect(&d.op) {
            Effect::Write | Effect::Any => writes += 1,
            _ if is_byte_load(w.f, i) => {
                read_after.insert(i, writes);
            }
            _ => {}
        }
        let last = is_join(&d.op)
            && !w.f.ty(d.results[0]).is_float()
            && !(joined.contains(&d.results[0]) && uses.get(&d.results[0]) == Some(&1));
        if last {
            w.at(&d);
            let alive = |i: Inst| read_after.get(&i) == Some(&writes);
            if let Some(v) = join(&mut w, d.results[0], &d.op, uses, &alive) {
                w.f.alias(d.results[0], v);
                continue;
            }
        }
        w.out.push(i);
    }
    let new = w.out;
    f.blocks[b].insts = new;
}

/// What a chain of the operation joins, as wide loads where that can be; `None` if none can.
fn join(
    w: &mut Writer,
    v: Value,
    op: &Op,
    uses: &FxHashMap<Value, u32>,
    alive: &dyn Fn(Inst) -> bool,
) -> Option<Value> {
    let ty = w.f.ty(v);
    let (mut bytes, mut others) = (Vec::new(), Vec::new());
    let mut work = vec![v];
    while let Some(x) = work.pop() {
        let x = w.f.resolve(x);
        if (x == v || uses.get(&x) == Some(&1)) && w.f.def_inst(x).is_some_and(|d| d.op == *op) {
            work.extend(w.f.def_inst(x).into_iter().flat_map(|d| d.args.iter().rev().copied()));
            if work.len() + bytes.len() + others.len() > 4 * MOST {
                return None;
            }
        } else if let Some(b) = byte_read(w.f, x, uses).filter(|b| alive(b.inst)) {
            bytes.push((b, x));
        } else {
            others.push(x);
        }
    }
    if bytes.len() < 2 {
        return None;
    }
    // No two share a bit, or a sum would carry.
    let mut taken = 0u64;
    for (b, _) in &bytes {
        let mask = 0xff << b.shift;
        if taken & mask != 0 {
            return None;
        }
        taken |= mask;
    }
    bytes.sort_by_key(|(b, _)| (b.root, b.at));
    let plain: Vec<Byte> = bytes.iter().map(|b| b.0).collect();
    let mut parts: Vec<Value> = Vec::new();
    let mut k = 0;
    let mut found = false;
    while k < plain.len() {
        let Some((n, order)) = piece(&plain[k..]).filter(|&(n, _)| n as u32 * 8 <= ty.int_bits()) else {
            parts.push(bytes[k].1);
            k += 1;
            continue;
        };
        let first = w.f.insts[plain[k].inst].clone();
        let wide = Ty::int(n as u32);
        let v = w.ins(first.op, &first.args, wide);
        let v = ordered(w, v, order);
        let v = w.extend(v, ty, false);
        let lowest = plain[k..k + n].iter().map(|b| b.shift).min().expect("at least two");
        parts.push(if lowest == 0 { v } else { w.imm(Op::Shl(true), v, lowest as i64) });
        found = true;
        k += n;
    }
    if !found {
        return None;
    }
    let mut all = parts.into_iter().chain(others);
    let first = all.next()?;
    Some(all.fold(first, |sum, x| w.bin(op.clone(), sum, x)))
}

/// A byte that is read, extended and shifted, each for this use alone.
fn byte_read(f: &Func, v: Value, uses: &FxHashMap<Value, u32>) -> Option<Byte> {
    let once = |v: Value| uses.get(&f.resolve(v)) == Some(&1);
    let (mut v, mut shift) = (f.resolve(v), 0u64);
    let width = f.ty(v).int_bits() as u64;
    if let Some(d) = f.def_inst(v).filter(|d| matches!(d.op, Op::Shl(_))) {
        shift = f.as_const(d.args[1]).filter(|n| (0..width as i64).contains(n))? as u64;
        if !once(v) {
            return None;
        }
        v = f.resolve(d.args[0]);
    }
    let d = f.def_inst(v).filter(|d| d.op == Op::Zext)?;
    if !once(v) || shift % 8 != 0 {
        return None;
    }
    let x = f.resolve(d.args[0]);
    let ValueDef::Inst(inst, 0) = f.values[x].def else { return None };
    let d = &f.insts[inst];
    let Op::Load { off } = d.op else { return None };
    if f.ty(x) != Ty::I8 || !once(x) {
        return None;
    }
    let (root, at) = root(f, d.args[0]);
    Some(Byte { inst, root, at: at + off as i64, shift: shift as u32 })
}

// ---- stores

/// What is written to a place.
#[derive(Clone, Copy, PartialEq)]
enum Written {
    /// Bits of a number, from a bit on.
    Part(Value),
    Constant(u8),
}

fn stores(t: Target, f: &mut Func) {
    for b in f.blocks.ids() {
        let many = f.blocks[b].insts.iter().filter(|&&i| is_byte_store(f, i)).nth(1).is_some();
        if !many {
            continue;
        }
        let old = std::mem::take(&mut f.blocks[b].insts);
        let mut w = Writer::new(t, f);
        let mut run: Vec<(Byte, Written)> = Vec::new();
        for i in old {
            if is_byte_store(w.f, i) {
                let d = &w.f.insts[i];
                let Op::Store { off, .. } = d.op else { unreachable!("it is a store") };
                let (root, at) = root(w.f, d.args[0]);
                let (what, shift) = written(w.f, d.args[1]);
                let byte = Byte { inst: i, root, at: at + off as i64, shift };
                // Another object, or a place twice: what was written comes first.
                if run.iter().any(|(b, _)| b.root != root || b.at == byte.at) {
                    flush(&mut w, &mut run);
                }
                run.push((byte, what));
                continue;
            }
            if effect(&w.f.insts[i].op) != Effect::Pure {
                flush(&mut w, &mut run);
            }
            w.out.push(i);
        }
        flush(&mut w, &mut run);
        let new = w.out;
        f.blocks[b].insts = new;
    }
}

fn is_byte_store(f: &Func, i: Inst) -> bool {
    matches!(f.insts[i].op, Op::Store { .. }) && f.ty(f.insts[i].args[1]) == Ty::I8
}

/// The number that a byte is a part of, and where it stands there.
fn written(f: &Func, v: Value) -> (Written, u32) {
    let v = f.resolve(v);
    if let Some(c) = f.as_const(v) {
        return (Written::Constant(c as u8), 0);
    }
    let Some(d) = f.def_inst(v).filter(|d| d.op == Op::Trunc) else { return (Written::Part(v), 0) };
    let whole = f.resolve(d.args[0]);
    if let Some(s) = f.def_inst(whole).filter(|d| matches!(d.op, Op::LShr(_) | Op::AShr(_)))
        && let Some(n) = f.as_const(s.args[1])
        && (0..f.ty(whole).int_bits() as i64 - 7).contains(&n)
        && n % 8 == 0
    {
        return (Written::Part(f.resolve(s.args[0])), n as u32);
    }
    (Written::Part(whole), 0)
}

/// Writes the bytes that wait: in pieces where that can be, else one by one in their order.
fn flush(w: &mut Writer, run: &mut Vec<(Byte, Written)>) {
    let mut sorted = run.clone();
    sorted.sort_by_key(|(b, _)| b.at);
    let mut pieces: Vec<(usize, usize, Order)> = Vec::new();
    let mut k = 0;
    while k < sorted.len() {
        match together(w.f, &sorted[k..]) {
            Some((n, order)) => {
                pieces.push((k, n, order));
                k += n;
            }
            None => k += 1,
        }
    }
    let gone: FxHashSet<Inst> =
        pieces.iter().flat_map(|&(k, n, _)| sorted[k..k + n].iter().map(|(b, _)| b.inst)).collect();
    w.out.extend(run.iter().map(|(b, _)| b.inst).filter(|i| !gone.contains(i)));
    run.clear();
    for (k, n, order) in pieces {
        let part = &sorted[k..k + n];
        let first = w.f.insts[part[0].0.inst].clone();
        w.at(&first);
        let wide = Ty::int(n as u32);
        let value = match part[0].1 {
            Written::Constant(_) => {
                let mut bytes = [0; MOST];
                for (to, (_, from)) in bytes.iter_mut().zip(part) {
                    let Written::Constant(c) = from else { unreachable!("all are constant") };
                    *to = *c;
                }
                let n = w.t.get(&bytes[..n]);
                w.konst(wide, n as i64)
            }
            Written::Part(whole) => {
                let lowest = part.iter().map(|(b, _)| b.shift).min().expect("at least two");
                let v = if lowest == 0 { whole } else { w.imm(Op::LShr(true), whole, lowest as i64) };
                let v = if w.f.ty(v) == wide { v } else { w.ins(Op::Trunc, &[v], wide) };
                ordered(w, v, order)
            }
        };
        w.insn(first.op, &[first.args[0], value], &[]);
    }
}

/// How many stores, which are sorted by place, are one: of parts of one number, or of constants.
fn together(f: &Func, stores: &[(Byte, Written)]) -> Option<(usize, Order)> {
    if let Written::Constant(_) = stores[0].1 {
        let next = |k: usize| {
            matches!(stores[k].1, Written::Constant(_)) && stores[k].0.at == stores[0].0.at + k as i64
        };
        return [8, 4, 2]
            .into_iter()
            .find(|&n| n <= stores.len() && (1..n).all(next))
            .map(|n| (n, Order::Little));
    }
    let same = stores.iter().take_while(|s| s.1 == stores[0].1).count();
    let bytes: Vec<Byte> = stores[..same].iter().map(|s| s.0).collect();
    let Written::Part(whole) = stores[0].1 else { unreachable!("constants are done") };
    let (n, order) = piece(&bytes)?;
    // (A value of a byte is one itself.)
    (n as u32 * 8 <= f.ty(whole).int_bits() && bits::all(f.ty(whole)) > 0xff).then_some((n, order))
}

#[cfg(test)]
mod tests {
    use super::super::simplify;
    use crate::{Func, FuncId, Op, Program, Target, Ty, interp::Interp};

    /// Bytes that are read and written one by one when the pass is done, of a function of a number that has a slot `s0` of 16 bytes at v1.
    fn left(body: &str) -> (usize, usize) {
        let of = |t| left_for(Target { unaligned: true, ..t }, body);
        let all: Vec<_> = Target::SHAPES.into_iter().map(of).collect();
        assert!(all.iter().all(|n| *n == all[0]), "{all:?}");
        all[0]
    }
    fn left_for(t: Target, body: &str) -> (usize, usize) {
        let text = format!(
            "sig0 = go (i64) -> (i64)\nfunc f0 \"f\" sig0\nslot s0 size 16 align 8 ptrs - \"x\"\n\
             b0(v0: i64):\nv1: ptr = slotaddr s0 + 0\nv2: i64 = iconst 8\nv3: i64 = iconst 16\nv4: i64 = iconst 24\n\
             v5: i64 = lshr v0, v2\nv6: i64 = lshr v0, v3\nv7: i64 = lshr v0, v4\n\
             v10: i8 = trunc v0\nv11: i8 = trunc v5\nv12: i8 = trunc v6\nv13: i8 = trunc v7\n{body}\nend\n"
        );
        let mut p: Program = crate::parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let call = |p: &Program| {
            [0x0123_4567_89ab_cdef, u64::MAX, 0x8040_2010_0804_0201]
                .map(|n| Interp::new(p, 1000).call(FuncId(0), &[n], 0))
        };
        let before = call(&p);
        let mut f = p.funcs[FuncId(0)].clone();
        for pass in [super::run, simplify::run] {
            pass(&crate::View::new(&p), &mut f);
            f.apply_aliases();
            crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        }
        p.funcs[FuncId(0)] = f.clone();
        assert_eq!(before, call(&p), "{f}");
        let count = |which: fn(&Func, &crate::InstData) -> bool| {
            f.blocks.iter().flat_map(|b| &b.insts).filter(|&&i| which(&f, &f.insts[i])).count()
        };
        (
            count(|f, d| matches!(d.op, Op::Load { .. }) && f.ty(d.results[0]) == Ty::I8),
            count(|f, d| matches!(d.op, Op::Store { .. }) && f.ty(d.args[1]) == Ty::I8),
        )
    }
    /// Four bytes of v0, of which the first is the lowest or the highest.
    fn stored(little: bool) -> String {
        let store = |(k, v): (usize, i32)| format!("store v1, v{v} + {k}\n");
        match little {
            true => [10, 11, 12, 13].into_iter().enumerate().map(store).collect(),
            false => [13, 12, 11, 10].into_iter().enumerate().map(store).collect(),
        }
    }
    /// Four bytes that are read and put together by `op`, with something between the second and the third.
    fn read(op: &str, shifts: [u32; 4], between: &str) -> String {
        let mut s = String::new();
        for (k, n) in shifts.into_iter().enumerate() {
            if k == 2 {
                s += between;
            }
            let v = 20 + 10 * k;
            s += &format!(
                "v{v}: i8 = load v1 + {k}\nv{}: i64 = zext v{v}\nv{}: i64 = iconst {n}\n",
                v + 1,
                v + 2
            );
            s += &format!("v{}: i64 = shl v{}, v{}\n", v + 3, v + 1, v + 2);
        }
        s + &format!("v60: i64 = {op} v23, v33\nv61: i64 = {op} v60, v43\nv62: i64 = {op} v61, v53\nret v62")
    }

    #[test]
    fn bytes_in_both_orders() {
        for little in [true, false] {
            for op in ["or", "add", "xor"] {
                for shifts in [[0, 8, 16, 24], [24, 16, 8, 0], [8, 16, 24, 32], [56, 48, 40, 32]] {
                    assert_eq!(left(&(stored(little) + &read(op, shifts, ""))), (0, 0), "{op} {shifts:?}");
                }
            }
        }
    }

    #[test]
    fn in_no_order_they_stay() {
        // Two in the middle have one, the other one.
        assert_eq!(left(&(stored(true) + &read("or", [0, 16, 8, 24], ""))), (2, 0));
        assert_eq!(left(&(stored(true) + &read("or", [0, 16, 32, 48], ""))), (4, 0));
        assert_eq!(left(&(stored(true) + &read("or", [0, 4, 8, 12], ""))), (4, 0));
        // Bytes on top of each other.
        assert_eq!(left(&(stored(true) + &read("add", [0, 8, 8, 16], ""))), (4, 0));
        assert_eq!(left(&read("or", [0, 8, 8, 16], "")), (4, 0));
    }

    #[test]
    fn what_is_written_in_between_counts() {
        let body = stored(true) + &read("or", [0, 8, 16, 24], "store v1, v10 + 9\n");
        // The third and the fourth are two at least.
        assert_eq!(left(&body), (2, 1));
        let check = "nilcheck v1\n";
        assert_eq!(left(&(stored(true) + &read("or", [0, 8, 16, 24], check))), (0, 0));
    }

    #[test]
    fn constants_and_what_stops_stores() {
        let bytes = "v20: i8 = iconst 65\nv21: i8 = iconst 66\n";
        let whole = "v30: i64 = load v1 + 0\nret v30";
        assert_eq!(left(&format!("{bytes}store v1, v21 + 1\nstore v1, v20 + 0\n{whole}")), (0, 0));
        assert_eq!(
            left(&format!("{bytes}store v1, v21 + 1\nnilcheck v1\nstore v1, v20 + 0\n{whole}")),
            (0, 2)
        );
        // The second time counts.
        assert_eq!(
            left(&format!("{bytes}store v1, v20 + 0\nstore v1, v21 + 0\nstore v1, v20 + 1\n{whole}")),
            (0, 1)
        );
        assert_eq!(
            left(&format!("{bytes}store v1, v20 + 0\nv22: i8 = load v1 + 0\nstore v1, v22 + 1\n{whole}")),
            (1, 2)
        );
    }

    #[test]
    fn where_alignment_is_asked_for_they_stay() {
        let t = Target { unaligned: false, ..Target::SHAPES[0] };
        assert_eq!(left_for(t, &(stored(true) + &read("or", [0, 8, 16, 24], ""))), (4, 4));
    }
}
