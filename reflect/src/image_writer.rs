//! Writers of the blobs that [`crate::image`] reads. The compiler gathers each blob once per program.

use crate::image::{InlinedCall, LineRow, OpenDefers, StackObject};
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

/// The strings blob and the file table.
#[derive(Debug)]
pub struct Strings {
    /// The blob.
    pub bytes: Vec<u8>,
    /// `files`: offsets of file names.
    pub files: Vec<u32>,
    interned: BTreeMap<Vec<u8>, u32>,
    file_index: BTreeMap<u32, u32>,
}

impl Default for Strings {
    fn default() -> Self {
        Strings {
            bytes: vec![0; 4],
            files: Vec::new(),
            interned: BTreeMap::new(),
            file_index: BTreeMap::new(),
        }
    }
}

impl Strings {
    /// The offset of `s`, which is written once.
    pub fn add(&mut self, s: &[u8]) -> u32 {
        if let Some(&off) = self.interned.get(s) {
            return off;
        }
        let off = self.bytes.len() as u32;
        put_uvarint(&mut self.bytes, s.len() as u32);
        self.bytes.extend_from_slice(s);
        self.interned.insert(s.to_vec(), off);
        off
    }

    /// The index of file `name` in the file table.
    pub fn file(&mut self, name: &[u8]) -> u32 {
        let off = self.add(name);
        *self.file_index.entry(off).or_insert_with(|| {
            self.files.push(off);
            self.files.len() as u32 - 1
        })
    }
}

/// The blob of line tables and inline trees.
#[derive(Debug)]
pub struct Lines {
    /// The blob.
    pub bytes: Vec<u8>,
}

impl Default for Lines {
    fn default() -> Self {
        Lines { bytes: vec![0; 4] }
    }
}

impl Lines {
    /// Writes the rows (ascending pcs) of a function in `file` from `start_line`; returns `FuncEntry::pcline`.
    /// Rows that change nothing are left out.
    pub fn add(&mut self, file: u32, start_line: u32, rows: &[LineRow]) -> u32 {
        let (mut body, mut n) = (Vec::new(), 0);
        let mut last = LineRow { pc: 0, file, line: start_line, inline: 0 };
        for r in rows {
            if n > 0 && (r.file, r.line, r.inline) == (last.file, last.line, last.inline) {
                continue;
            }
            let more = r.file != last.file || r.inline != last.inline;
            put_uvarint(&mut body, (r.pc - last.pc) << 1 | more as u32);
            put_uvarint(&mut body, zigzag(r.line.wrapping_sub(last.line) as i32));
            if more {
                put_uvarint(&mut body, zigzag(r.file.wrapping_sub(last.file) as i32));
                put_uvarint(&mut body, r.inline);
            }
            last = *r;
            n += 1;
        }
        let off = self.bytes.len() as u32;
        put_uvarint(&mut self.bytes, n);
        self.bytes.append(&mut body);
        off
    }

    /// Writes an inline tree; returns `FuncEntry::inline_tree`, 0 for no calls.
    pub fn add_inline_tree(&mut self, calls: &[InlinedCall]) -> u32 {
        if calls.is_empty() {
            return 0;
        }
        let off = self.bytes.len() as u32;
        put_uvarint(&mut self.bytes, calls.len() as u32);
        for c in calls {
            for v in [c.name, c.flags.bits(), c.start_line, c.call_file, c.call_line, c.parent, c.marker] {
                put_uvarint(&mut self.bytes, v);
            }
        }
        off
    }
}

/// The blob of stack maps, as words; write them in the target's byte order.
#[derive(Debug)]
pub struct StackMaps {
    /// The blob.
    pub words: Vec<u32>,
    maps: BTreeMap<Vec<u32>, u32>,
}

impl Default for StackMaps {
    fn default() -> Self {
        StackMaps { words: vec![0], maps: BTreeMap::new() }
    }
}

impl StackMaps {
    /// Writes a map of the given registers and pointer words (any order); equal maps share one copy. Returns its
    /// offset. Use it for `FuncEntry::args_map` too, where 0 may stand for "no pointers".
    pub fn add_map(&mut self, regs: u32, ptr_words: impl IntoIterator<Item = u32>) -> u32 {
        let mut m = vec![regs, 0];
        for i in ptr_words {
            let k = 2 + i as usize / 32;
            if m.len() <= k {
                m.resize(k + 1, 0);
            }
            m[k] |= 1 << (i % 32);
            m[1] = m[1].max(i + 1);
        }
        if let Some(&off) = self.maps.get(&m) {
            return off;
        }
        let off = self.push(&m);
        self.maps.insert(m, off);
        off
    }

    /// Writes a function's table of (pc, map offset) and its stack objects, both of which must ascend; returns
    /// `FuncEntry::stackmaps`.
    pub fn add_table(&mut self, rows: &[(u32, u32)], objects: &[StackObject]) -> u32 {
        if rows.is_empty() {
            return 0;
        }
        debug_assert!(rows.is_sorted_by(|a, b| a.0 < b.0));
        debug_assert!(objects.is_sorted_by(|a, b| a.offset + a.size <= b.offset));
        let at = if objects.is_empty() {
            0
        } else {
            let mut list = vec![objects.len() as u32];
            list.extend(objects.iter().flat_map(|o| [o.offset, o.size, o.map]));
            self.push(&list)
        };
        let mut t = vec![at, rows.len() as u32];
        t.extend(rows.iter().flat_map(|&(pc, map)| [pc, map]));
        self.push(&t)
    }

    /// Writes the (code offset, bytes from SP to the return address) of a function in which SP moves; returns
    /// `FuncEntry::open_defers`, for `FuncFlags::SP_TABLE`.
    pub fn add_sp_table(&mut self, rows: &[(u32, u32)]) -> u32 {
        if rows.is_empty() {
            return 0;
        }
        let mut t = vec![rows.len() as u32];
        t.extend(rows.iter().flat_map(|&(pc, depth)| [pc, depth]));
        self.push(&t)
    }

    /// Writes where open-coded defers are; returns `FuncEntry::open_defers`.
    pub fn add_open_defers(&mut self, d: OpenDefers) -> u32 {
        self.push(&[d.mask, d.slots, d.count])
    }

    fn push(&mut self, words: &[u32]) -> u32 {
        let off = self.words.len() as u32 * 4;
        self.words.extend_from_slice(words);
        off
    }

    /// The blob in the target's byte order.
    pub fn to_bytes(&self, big_endian: bool) -> Vec<u8> {
        self.words.iter().flat_map(|w| if big_endian { w.to_be_bytes() } else { w.to_le_bytes() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::*;

    #[test]
    fn lines_and_inlining_round_trip() {
        let (mut s, mut l) = (Strings::default(), Lines::default());
        let (a, b) = (s.file(b"/src/a.go"), s.file(b"/src/b.go"));
        assert_eq!((a, b, s.file(b"/src/a.go")), (0, 1, 0));
        let rows = [
            LineRow { pc: 0, file: a, line: 10, inline: 0 },
            LineRow { pc: 4, file: a, line: 10, inline: 0 },
            LineRow { pc: 9, file: b, line: 3, inline: 1 },
            LineRow { pc: 200, file: a, line: 8, inline: 0 },
        ];
        let mut f = FuncEntry { file: a, start_line: 9, size: 300, ..FuncEntry::default() };
        f.pcline = l.add(a, 9, &rows);
        let call = InlinedCall {
            name: s.add(b"b.f"),
            call_file: a,
            call_line: 11,
            start_line: 2,
            marker: 298,
            ..Default::default()
        };
        f.inline_tree = l.add_inline_tree(&[call]);
        for (pc, line, file, inline) in
            [(0, 10, a, 0), (8, 10, a, 0), (9, 3, b, 1), (199, 3, b, 1), (250, 8, a, 0)]
        {
            let r = line_at(&l.bytes, &f, pc);
            assert_eq!((r.line, r.file, r.inline), (line, file, inline), "pc {pc}");
        }
        let c = inlined_call(&l.bytes, &f, 0).unwrap();
        assert_eq!((c, string(&s.bytes, c.name)), (call, &b"b.f"[..]));
        assert_eq!(inlined_call(&l.bytes, &f, 1), None);
        assert_eq!(string(&s.bytes, s.files[1]), b"/src/b.go");
    }

    #[test]
    fn stack_maps_round_trip() {
        let mut m = StackMaps::default();
        let one = m.add_map(0, [3, 40]);
        let two = m.add_map(1 << 3, []);
        assert_eq!(m.add_map(0, [40, 3]), one);
        let objects =
            [StackObject { offset: 8, size: 24, map: one }, StackObject { offset: 32, size: 8, map: two }];
        let f = FuncEntry {
            stackmaps: m.add_table(&[(5, one), (17, two), (30, one)], &objects),
            ..FuncEntry::default()
        };
        let map = stack_map(&m.words, &f, 30).unwrap();
        assert_eq!(map.iter().collect::<Vec<_>>(), [3, 40]);
        assert!(map.get(40) && !map.get(4) && !map.get(41) && !map.get(1000));
        assert_eq!(stack_map(&m.words, &f, 17).unwrap().regs, 8);
        assert_eq!(stack_objects(&m.words, &f).collect::<Vec<_>>(), objects);
        assert_eq!(stack_objects(&m.words, &FuncEntry::default()).count(), 0);
        assert!(stack_map(&m.words, &f, 6).is_none() && stack_map(&m.words, &f, 31).is_none());
        let d = OpenDefers { mask: 15, slots: 24, count: 3 };
        let sp = m.add_sp_table(&[(4, 16), (9, 8)]);
        let moves = FuncEntry { open_defers: sp, flags: FuncFlags::SP_TABLE, frame: 8, ..f };
        assert_eq!([3, 4, 8, 9].map(|pc| frame_at(&m.words, &moves, pc)), [8, 16, 16, 8]);
        assert_eq!(open_defers(&m.words, &moves), None);
        let f = FuncEntry { open_defers: m.add_open_defers(d), ..f };
        assert_eq!(open_defers(&m.words, &f), Some(d));
    }

    #[test]
    fn functions_are_found_by_address() {
        let f = |entry, size| FuncEntry { entry, size, ..FuncEntry::default() };
        let t = [f(100, 10), f(112, 20)];
        let at = |pc| find_func(&t, pc).map(|(i, _)| i);
        assert_eq!(
            [at(99), at(100), at(109), at(110), at(131), at(132)],
            [None, Some(0), Some(0), None, Some(1), None]
        );
    }
}
