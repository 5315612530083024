//! What is known of memory at a point of a walk over the dominator tree: the values at places, and which of them a write leaves.
//!
//! Nothing is searched and nothing copied, however large a function is. Each event has a number, and a value is known as long as
//! no event since may have changed it. Which may: a write through another address, unless both belong to different objects for
//! certain. So it is enough to remember the last write, and the last that was made through another address than that one;
//! of each object and of all memory. What a block changed is undone when its part of the tree is done.
use crate::{DataId, Func, Op, Slot, SymRef, Ty, Value};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// What an address belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Object {
    Slot(Slot),
    Data(DataId),
    New(Value),
}

/// The last writes to an object, or to all memory.
#[derive(Clone, Copy, Default, Debug)]
struct Writes {
    /// The address of the last write; `None`: none, or of unknown extent.
    through: Option<Value>,
    last: u32,
    /// The last write that was not through that address.
    other: u32,
}

impl Writes {
    fn note(&mut self, through: Option<Value>, now: u32) {
        if self.through != through || through.is_none() {
            self.other = self.last;
            self.through = through;
        }
        self.last = now;
    }
    /// The last write that a value at this address may not have outlived.
    fn against(&self, base: Value) -> u32 {
        if self.through == Some(base) { self.other } else { self.last }
    }
}

/// The part that is copied for each block.
#[derive(Clone, Copy, Default, Debug)]
struct State {
    /// Nothing older is known.
    floor: u32,
    all: Writes,
    /// The last write that may be to any object.
    anywhere: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    off: i32,
    ty: Ty,
    value: Value,
    size: u32,
    since: u32,
}

/// Eight bytes from an address on, by number: entries are found by where they begin.
type Cell = (Value, i32);
type Entries = SmallVec<[Entry; 2]>;

enum Undo {
    Cell(Cell, Option<Entries>),
    Object(Object, Option<Writes>),
}

/// What is known.
#[derive(Default)]
pub struct Memory {
    now: u32,
    state: State,
    cells: FxHashMap<Cell, Entries>,
    objects: FxHashMap<Object, Writes>,
    undo: Vec<Undo>,
}

/// Where to go back to.
pub struct Mark {
    state: State,
    undo: usize,
}

impl Memory {
    /// The present, for [`Memory::back`].
    pub fn mark(&self) -> Mark {
        Mark { state: self.state, undo: self.undo.len() }
    }
    /// Forgets all that happened since the mark was made.
    pub fn back(&mut self, mark: Mark) {
        for u in self.undo.drain(mark.undo..).rev() {
            match u {
                Undo::Cell(c, Some(old)) => drop(self.cells.insert(c, old)),
                Undo::Cell(c, None) => drop(self.cells.remove(&c)),
                Undo::Object(o, Some(old)) => drop(self.objects.insert(o, old)),
                Undo::Object(o, None) => drop(self.objects.remove(&o)),
            }
        }
        self.state = mark.state;
    }
    /// Nothing is known any more.
    pub fn clear(&mut self) {
        self.now += 1;
        self.state.floor = self.now;
    }
    /// The value at a place.
    pub fn get(&self, f: &Func, base: Value, off: i32, ty: Ty) -> Option<Value> {
        let found = self.cells.get(&(base, off >> 3))?.iter().find(|e| e.off == off && e.ty == ty)?;
        let limit = match object(f, base) {
            Some(o) => {
                let own = self.objects.get(&o).map_or(0, |w| w.against(base));
                own.max(self.state.anywhere)
            }
            None => self.state.all.against(base),
        };
        (found.since > limit.max(self.state.floor)).then_some(found.value)
    }
    /// A place of `size` bytes is known to hold a value: it was read.
    pub fn set(&mut self, base: Value, off: i32, size: u32, (ty, value): (Ty, Value)) {
        self.now += 1;
        let entry = Entry { off, ty, value, size, since: self.now };
        self.change((base, off >> 3), |entries| {
            entries.retain(|e| e.off != off || e.ty != ty);
            entries.push(entry);
        });
    }
    /// `size` bytes at a place are written with a value.
    pub fn store(&mut self, f: &Func, base: Value, off: i32, size: u32, known: (Ty, Value)) {
        self.write(f, base, Some(base));
        // What overlaps begins at most seven bytes before.
        let (lo, hi) = (off as i64, off as i64 + size as i64);
        for cell in (lo - 7) >> 3..=(hi - 1) >> 3 {
            let key = (base, cell as i32);
            if self.cells.contains_key(&key) {
                self.change(key, |entries| {
                    entries.retain(|e| e.off as i64 + e.size as i64 <= lo || e.off as i64 >= hi);
                });
            }
        }
        self.set(base, off, size, known);
    }
    /// Some memory of the object that `base` points into is written.
    pub fn overwrite(&mut self, f: &Func, base: Value) {
        self.write(f, base, None);
    }

    fn write(&mut self, f: &Func, base: Value, through: Option<Value>) {
        self.now += 1;
        self.state.all.note(through, self.now);
        match object(f, base) {
            Some(o) => {
                let old = self.objects.get(&o).copied();
                self.undo.push(Undo::Object(o, old));
                let mut writes = old.unwrap_or_default();
                writes.note(through, self.now);
                self.objects.insert(o, writes);
            }
            None => self.state.anywhere = self.now,
        }
    }
    fn change(&mut self, cell: Cell, by: impl FnOnce(&mut Entries)) {
        let entries = self.cells.entry(cell);
        let old = match &entries {
            std::collections::hash_map::Entry::Occupied(o) => Some(o.get().clone()),
            std::collections::hash_map::Entry::Vacant(_) => None,
        };
        by(entries.or_default());
        self.undo.push(Undo::Cell(cell, old));
    }
}

/// The object that an address is certain to belong to, apart from all others.
fn object(f: &Func, base: Value) -> Option<Object> {
    match f.def_inst(base)?.op {
        Op::SlotAddr(s, _) => Some(Object::Slot(s)),
        Op::Sym(SymRef::Data(d), _) => Some(Object::Data(d)),
        Op::New { .. } => Some(Object::New(base)),
        _ => None,
    }
}
