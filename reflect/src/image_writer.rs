//! Writers of the tables that [`crate::image`] reads. The compiler gathers a program's functions and writes them at once: what is
//! referred to most gets the shortest references, and names are sorted.

use crate::image::facts::{Callee, Has, LineRow};
use crate::image::funcs::FuncRow;
use crate::image::texts::{BLOCK, LONGEST};
use crate::image::{FuncFlags, OpenDefers};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// Appends an unsigned varint.
pub fn put_uvarint(out: &mut Vec<u8>, mut v: u32) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// Zigzag coding of a signed number.
pub const fn zigzag(v: i32) -> u32 {
    ((v << 1) ^ (v >> 31)) as u32
}

fn put_signed(out: &mut Vec<u8>, v: u32) {
    put_uvarint(out, zigzag(v as i32));
}

/// A function. Names, files and callees are numbers that [`Tables`] gave, and so are maps.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Offset of its code in the text.
    pub entry: u32,
    /// Bytes of code.
    pub size: u32,
    /// Bytes of frame.
    pub frame: u32,
    /// Bytes of stack arguments and results.
    pub args: u32,
    /// Properties.
    pub flags: FuncFlags,
    /// Its name.
    pub name: u32,
    /// Its file.
    pub file: u32,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// Where its defer-return point is; 0: nowhere.
    pub deferreturn: u32,
    /// Open-coded defers.
    pub open_defers: Option<OpenDefers>,
    /// (code offset, bytes from SP to the return address) where SP moves; with `FuncFlags::SP_TABLE`.
    pub sp: Vec<(u32, u32)>,
    /// Argument registers with pointers.
    pub arg_reg_ptrs: u16,
    /// Map of the stack arguments.
    pub args_map: Option<u32>,
    /// Safepoints and their maps, ascending.
    pub points: Vec<(u32, u32)>,
    /// Stack objects, ascending: offset, size, map.
    pub objects: Vec<(u32, u32, u32)>,
    /// Line rows, ascending.
    pub rows: Vec<LineRow>,
    /// Inlined calls.
    pub calls: Vec<Inlined>,
}

/// An inlined call: `callee` is one of [`Tables::callee`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Inlined {
    /// The function that was inlined.
    pub callee: u32,
    /// As in [`crate::image::InlinedCall`].
    pub call_file: u32,
    /// As in [`crate::image::InlinedCall`].
    pub call_line: u32,
    /// As in [`crate::image::InlinedCall`].
    pub parent: u32,
    /// As in [`crate::image::InlinedCall`].
    pub marker: u32,
}

/// Things by content, numbered as they come, and how often each was asked for.
#[derive(Debug)]
struct Interned<T> {
    numbers: BTreeMap<T, u32>,
    uses: Vec<u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Interned { numbers: BTreeMap::new(), uses: Vec::new() }
    }
}

impl<T: Ord> Interned<T> {
    fn add(&mut self, thing: T) -> u32 {
        let n = *self.numbers.entry(thing).or_insert_with(|| {
            self.uses.push(0);
            self.uses.len() as u32 - 1
        });
        self.uses[n as usize] += 1;
        n
    }
    /// Writes all, most used ones first; gives the offset of each.
    fn write(&self, out: &mut Vec<u8>, mut one: impl FnMut(&mut Vec<u8>, &T)) -> Vec<u32> {
        let mut order: Vec<(&T, u32)> = self.numbers.iter().map(|(t, &n)| (t, n)).collect();
        order.sort_by_key(|&(_, n)| (core::cmp::Reverse(self.uses[n as usize]), n));
        let mut offsets = vec![0; self.uses.len()];
        for (thing, n) in order {
            offsets[n as usize] = out.len() as u32;
            one(out, thing);
        }
        offsets
    }
}

/// Gathers functions.
#[derive(Debug, Default)]
pub struct Tables {
    functions: Vec<Function>,
    texts: Interned<Vec<u8>>,
    maps: Interned<(u32, Vec<u8>)>,
    callees: Interned<Callee>,
}

/// The tables as bytes; `index` and `rows` are to be written in the target's byte order.
#[derive(Debug, Default)]
pub struct Blobs {
    /// `Image::funcs`, and the row that ends it.
    pub rows: Vec<FuncRow>,
    /// `Image::stackmaps`.
    pub stackmaps: Vec<u8>,
    /// `Image::pclines`.
    pub pclines: Vec<u8>,
    /// `Image::texts`.
    pub texts: Vec<u8>,
    /// `Image::text_index`.
    pub index: Vec<u32>,
}

impl Tables {
    /// A number for a name or a file.
    pub fn text(&mut self, s: &[u8]) -> u32 {
        if let Some(&n) = self.texts.numbers.get(s) {
            return n;
        }
        self.texts.add(s.to_vec())
    }

    /// A number for a map of the given registers and pointer words (any order).
    pub fn map(&mut self, regs: u32, ptr_words: impl IntoIterator<Item = u32>) -> u32 {
        let mut bits: Vec<u8> = Vec::new();
        for i in ptr_words {
            let k = i as usize / 8;
            if bits.len() <= k {
                bits.resize(k + 1, 0);
            }
            bits[k] |= 1 << (i % 8);
        }
        self.maps.add((regs, bits))
    }

    /// A number for a function that is inlined somewhere.
    pub fn callee(&mut self, callee: Callee) -> u32 {
        self.callees.add(callee)
    }

    /// Adds a function; they come in the order of their addresses.
    pub fn add(&mut self, f: Function) {
        debug_assert!(self.functions.last().is_none_or(|l| l.entry < f.entry));
        debug_assert!(f.points.is_sorted_by(|a, b| a.0 < b.0));
        debug_assert!(f.objects.is_sorted_by(|a, b| a.0 + a.1 <= b.0));
        self.functions.push(f);
    }

    /// Writes everything, for a text of so many bytes.
    pub fn finish(&self, text_len: u32) -> Blobs {
        let mut out = Blobs { stackmaps: vec![0], pclines: vec![0], ..Blobs::default() };
        let texts = self.write_texts(&mut out);
        let maps = self.maps.write(&mut out.stackmaps, |out, (regs, bits)| {
            put_uvarint(out, *regs);
            put_uvarint(out, bits.len() as u32);
            out.extend_from_slice(bits);
        });
        // A map without any pointer needs no bytes.
        let none = self.maps.numbers.get(&(0, Vec::new())).copied();
        let map = |n: u32| if Some(n) == none { 0 } else { maps[n as usize] };
        let callees = self.callees.write(&mut out.pclines, |out, c| {
            for v in [texts[c.name as usize], c.flags.bits(), texts[c.file as usize], c.start_line] {
                put_uvarint(out, v);
            }
        });
        let mut known = vec![Callee::default(); callees.len()];
        self.callees.numbers.iter().for_each(|(c, &n)| known[n as usize] = *c);
        for f in &self.functions {
            let facts = out.pclines.len() as u32;
            put_facts(&mut out.pclines, f, &texts, &map, &callees, &known);
            let (row, long) = FuncRow::new(f.entry, out.stackmaps.len() as u32, f.frame, f.flags);
            out.rows.push(row);
            if long {
                put_uvarint(&mut out.stackmaps, f.frame);
                put_uvarint(&mut out.stackmaps, f.flags.bits());
            }
            put_record(&mut out.stackmaps, f, facts, &map);
        }
        out.rows.push(FuncRow { entry: text_len, ..FuncRow::default() });
        out
    }

    /// Gives the final number of each text.
    fn write_texts(&self, out: &mut Blobs) -> Vec<u32> {
        let mut finals = vec![0; self.texts.uses.len()];
        let mut last: &[u8] = &[];
        for (i, (text, &n)) in self.texts.numbers.iter().enumerate() {
            finals[n as usize] = i as u32;
            if i % BLOCK == 0 {
                out.index.push(out.texts.len() as u32);
                last = &[];
            }
            let most = if text.len() > LONGEST { 0 } else { LONGEST.min(last.len()) };
            let shared = text.iter().zip(&last[..most]).take_while(|(a, b)| a == b).count();
            put_uvarint(&mut out.texts, shared as u32);
            put_uvarint(&mut out.texts, (text.len() - shared) as u32);
            out.texts.extend_from_slice(&text[shared..]);
            last = text;
        }
        finals
    }
}

fn put_record(out: &mut Vec<u8>, f: &Function, facts: u32, map: &dyn Fn(u32) -> u32) {
    put_uvarint(out, facts);
    put_uvarint(out, (f.points.len() as u32) << 1 | u32::from(!f.objects.is_empty()));
    if !f.objects.is_empty() {
        let (mut objects, mut end) = (Vec::new(), 0);
        for &(offset, size, m) in &f.objects {
            for v in [offset - end, size, map(m)] {
                put_uvarint(&mut objects, v);
            }
            end = offset + size;
        }
        put_uvarint(out, objects.len() as u32);
        out.append(&mut objects);
    }
    let mut last = 0;
    for &(pc, m) in &f.points {
        put_uvarint(out, pc - last);
        put_uvarint(out, map(m));
        last = pc;
    }
}

fn put_facts(
    out: &mut Vec<u8>,
    f: &Function,
    texts: &[u32],
    map: &dyn Fn(u32) -> u32,
    callees: &[u32],
    known: &[Callee],
) {
    for v in [f.size, texts[f.name as usize], texts[f.file as usize], f.start_line] {
        put_uvarint(out, v);
    }
    // Start line and file of a body: the function's own, or an inlined call's.
    let body = |n: u32| match n {
        0 => (f.start_line, f.file),
        n => {
            let c = known[f.calls[n as usize - 1].callee as usize];
            (c.start_line, c.file)
        }
    };
    let mixed = f.rows.iter().any(|r| r.file != body(r.inline).1)
        || f.calls.iter().any(|c| c.call_file != body(c.parent).1);
    let args_map = f.args_map.map_or(0, map);
    let mut tree = Vec::new();
    let mut marker = f.size;
    for c in &f.calls {
        put_uvarint(&mut tree, callees[c.callee as usize]);
        put_signed(&mut tree, c.call_line.wrapping_sub(body(c.parent).0));
        put_uvarint(&mut tree, c.parent);
        put_signed(&mut tree, c.marker.wrapping_sub(marker));
        marker = c.marker;
        if mixed {
            put_uvarint(&mut tree, texts[c.call_file as usize]);
        }
    }
    let parts = [
        (Has::ARGS, f.args != 0),
        (Has::ARGS_MAP, args_map != 0),
        (Has::DEFER_RETURN, f.deferreturn != 0),
        (Has::OPEN_DEFERS, f.open_defers.is_some()),
        (Has::SP_TABLE, !f.sp.is_empty()),
        (Has::ARG_REGS, f.arg_reg_ptrs != 0),
        (Has::TREE, !tree.is_empty()),
        (Has::MIXED, mixed),
    ];
    let has: Has = parts.into_iter().filter(|p| p.1).map(|p| p.0).collect();
    out.push(has.bits());
    let numbers = [(Has::ARGS, f.args), (Has::ARGS_MAP, args_map), (Has::DEFER_RETURN, f.deferreturn)];
    numbers.into_iter().filter(|n| has.contains(n.0)).for_each(|n| put_uvarint(out, n.1));
    if let Some(d) = f.open_defers {
        [d.mask, d.slots, d.count].into_iter().for_each(|v| put_uvarint(out, v));
    }
    if !f.sp.is_empty() {
        put_uvarint(out, f.sp.len() as u32);
        let mut last = 0;
        for &(pc, depth) in &f.sp {
            put_uvarint(out, pc - last);
            put_uvarint(out, depth);
            last = pc;
        }
    }
    if f.arg_reg_ptrs != 0 {
        put_uvarint(out, f.arg_reg_ptrs.into());
    }
    if !tree.is_empty() {
        put_uvarint(out, tree.len() as u32);
        out.append(&mut tree);
    }
    put_rows(out, f, texts, mixed, &body);
}

/// Rows that change nothing are left out.
fn put_rows(out: &mut Vec<u8>, f: &Function, texts: &[u32], mixed: bool, body: &dyn Fn(u32) -> (u32, u32)) {
    let (mut bytes, mut n) = (Vec::new(), 0);
    let mut last = LineRow { pc: 0, file: f.file, line: f.start_line, inline: 0 };
    let mut own = f.start_line;
    for r in &f.rows {
        if n > 0 && (r.file, r.line, r.inline) == (last.file, last.line, last.inline) {
            continue;
        }
        let other = r.inline != last.inline || r.file != last.file;
        put_uvarint(&mut bytes, (r.pc - last.pc) << 1 | u32::from(other));
        let from = match (other, r.inline) {
            (false, _) => last.line,
            (true, 0) => own,
            (true, i) => body(i).0,
        };
        if other {
            put_uvarint(&mut bytes, r.inline);
            if mixed {
                put_uvarint(&mut bytes, texts[r.file as usize]);
            }
        }
        put_signed(&mut bytes, r.line.wrapping_sub(from));
        if r.inline == 0 {
            own = r.line;
        }
        last = *r;
        n += 1;
    }
    put_uvarint(out, n);
    out.append(&mut bytes);
}

#[cfg(test)]
#[path = "image_tests.rs"]
mod tests;
