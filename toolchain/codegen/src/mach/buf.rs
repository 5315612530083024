//! The code buffer: labels, jumps in the shortest form that reaches, marks that move along.
//!
//! Jumps are written in their longest form; [`Buf::finish`] shortens those that reach with less and moves everything that
//! counts from code offsets along.
use super::{Encode, Form, Machine};
use crate::fixup::{Fixup, FixupTarget};

/// A place in the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(pub u32);

struct Jump<B> {
    /// Offset of its first byte.
    at: u32,
    kind: B,
    target: Label,
    /// Index into its forms.
    form: usize,
}

/// A code buffer.
pub struct Buf<M: Machine> {
    code: Vec<u8>,
    labels: Vec<u32>,
    jumps: Vec<Jump<M::Branch>>,
    /// 4-byte fields with the distance from their end to a label.
    label_refs: Vec<(u32, Label)>,
    /// 4-byte fields with the distance from a table (second) to a label.
    table_refs: Vec<(u32, Label, Label)>,
    fixups: Vec<Fixup>,
    /// Code offsets that callers want moved along: stack maps, lines.
    marks: Vec<u32>,
}

impl<M: Machine> Default for Buf<M> {
    fn default() -> Self {
        Buf {
            code: Vec::new(),
            labels: Vec::new(),
            jumps: Vec::new(),
            label_refs: Vec::new(),
            table_refs: Vec::new(),
            fixups: Vec::new(),
            marks: Vec::new(),
        }
    }
}

/// What [`Buf::finish`] makes.
pub struct Finished {
    /// The code.
    pub code: Vec<u8>,
    /// What waits for addresses.
    pub fixups: Vec<Fixup>,
    /// Final offsets of marks.
    pub marks: Vec<u32>,
    /// Final offsets of labels.
    pub labels: Vec<u32>,
}

impl<M: Machine> Buf<M> {
    /// Offset of what comes next.
    pub fn here(&self) -> u32 {
        self.code.len() as u32
    }
    /// A new label.
    pub fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }
    /// The label is here.
    pub fn bind(&mut self, l: Label) {
        debug_assert_eq!(self.labels[l.0 as usize], u32::MAX);
        self.labels[l.0 as usize] = self.here();
    }
    /// Remembers the current offset; returns its number in `marks`.
    pub fn mark(&mut self) -> u32 {
        self.marks.push(self.here());
        self.marks.len() as u32 - 1
    }
    /// Appends a byte.
    pub fn byte(&mut self, b: u8) {
        self.code.push(b)
    }
    /// Appends bytes.
    pub fn bytes(&mut self, b: &[u8]) {
        self.code.extend_from_slice(b)
    }
    /// The linker, or who puts the text together, fills something in here.
    pub fn fixup(&mut self, kind: u8, target: FixupTarget, addend: i64) {
        self.fixups.push(Fixup { at: self.here(), kind, target, addend });
    }
    /// Appends a 4-byte field with the distance from its end to a label.
    pub fn label_field(&mut self, l: Label) {
        self.label_refs.push((self.here(), l));
        self.bytes(&[0; 4]);
    }
    /// A jump-table entry: distance from `table` to `target`.
    pub fn table_entry(&mut self, table: Label, target: Label) {
        self.table_refs.push((self.here(), table, target));
        self.bytes(&[0; 4]);
    }
}

impl<M: Encode> Buf<M> {
    /// A jump.
    pub fn branch(&mut self, kind: M::Branch, target: Label) {
        self.jumps.push(Jump { at: self.here(), kind, target, form: 0 });
        let (len, _) = M::forms(kind)[0];
        self.code.resize(self.code.len() + len as usize, 0);
    }
    /// A jump without condition.
    pub fn jmp(&mut self, target: Label) {
        self.branch(M::JUMP, target)
    }

    /// Shortens jumps, writes all distances, and returns the code's pieces in final offsets.
    pub fn finish(mut self) -> Finished {
        let len = |j: &Jump<M::Branch>, form: usize| M::forms(j.kind)[form].0;
        // Bytes saved by all jumps before number i; grows as jumps become short.
        let mut saved = vec![0u32; self.jumps.len() + 1];
        let starts: Vec<u32> = self.jumps.iter().map(|j| j.at).collect();
        let map = |saved: &[u32], at: u32| at - saved[starts.partition_point(|&s| s < at)];
        for _ in 0..4 {
            let mut changed = false;
            for j in &mut self.jumps {
                let start = map(&saved, j.at);
                let distance = map(&saved, self.labels[j.target.0 as usize]) as i64 - start as i64;
                let forms: &[Form] = M::forms(j.kind);
                // Distances only shrink further, so the decision stays right.
                for form in (j.form + 1..forms.len()).rev() {
                    let moved = if distance > 0 { (forms[j.form].0 - forms[form].0) as i64 } else { 0 };
                    if forms[form].1.contains(&(distance - moved)) {
                        j.form = form;
                        changed = true;
                        break;
                    }
                }
            }
            if !changed {
                break;
            }
            for (i, j) in self.jumps.iter().enumerate() {
                saved[i + 1] = saved[i] + len(j, 0) - len(j, j.form);
            }
        }
        let mut code = Vec::with_capacity(self.code.len());
        let mut from = 0;
        for j in &self.jumps {
            code.extend_from_slice(&self.code[from..j.at as usize]);
            let distance = map(&saved, self.labels[j.target.0 as usize]) as i64 - code.len() as i64;
            debug_assert!(M::forms(j.kind)[j.form].1.contains(&distance), "{:?} over {distance}", j.kind);
            M::write_branch(j.kind, j.form, distance, &mut code);
            from = (j.at + len(j, 0)) as usize;
        }
        code.extend_from_slice(&self.code[from..]);
        let mut put = |at: u32, v: i32| {
            let bytes = if M::ROW.big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
            code[at as usize..at as usize + 4].copy_from_slice(&bytes)
        };
        for &(at, l) in &self.label_refs {
            let (at, to) = (map(&saved, at), map(&saved, self.labels[l.0 as usize]));
            put(at, to as i32 - at as i32 - 4);
        }
        for &(at, table, l) in &self.table_refs {
            let table = map(&saved, self.labels[table.0 as usize]);
            put(map(&saved, at), map(&saved, self.labels[l.0 as usize]) as i32 - table as i32);
        }
        for r in &mut self.fixups {
            r.at = map(&saved, r.at);
        }
        for m in &mut self.marks {
            *m = map(&saved, *m);
        }
        let labels = self.labels.iter().map(|&l| if l == u32::MAX { l } else { map(&saved, l) }).collect();
        Finished { code, fixups: self.fixups, marks: self.marks, labels }
    }
}
