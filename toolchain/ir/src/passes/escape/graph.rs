//! The graph of locations, and how an address names one of them.
use crate::{Func, Op, Ty, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// The node of everything that outlives the function.
pub const HEAP: usize = 0;

/// Nodes, in this order: the heap, results, what parameters point to, slots, parameters, the closure context, objects, values, and words of objects, slots and the context.
/// A slot's or an object's node is its contents; the context's is its address. What a parameter points to is a place that is written here; who
/// reads it reads the parameter with a dereference, and the caller, who may know the place, joins both.
pub struct Graph {
    /// In-edges: source node, dereferences.
    pub edges: Vec<Vec<(usize, i32)>>,
    pub results: usize,
    pub behind: usize,
    pub slots: usize,
    pub params: usize,
    pub context: usize,
    pub values: usize,
    pub objects: FxHashMap<Value, usize>,
    /// A parameter in memory is its own address: the node of what is there.
    pub memory_params: FxHashMap<Value, usize>,
    /// The others, by number.
    pub flat_params: FxHashMap<Value, usize>,
    /// Words of an object, a slot or the context that are read or written at a known offset, one by one: a pointer in one of them does not
    /// flow where only another is read.
    pub words: FxHashMap<(usize, i64), usize>,
    /// Objects and slots that are also written in other ways: each of their words may be that.
    pub blurred: FxHashSet<usize>,
}

/// An address by its base: an object or slot of this frame or a parameter in memory, or a value; and how far from there, if known.
pub enum Base {
    Object(usize, Option<i64>),
    Value(Value, Option<i64>),
}

impl Graph {
    pub fn base(&self, f: &Func, mut v: Value) -> Base {
        let mut off = Some(0i64);
        loop {
            v = f.resolve(v);
            if let Some(&o) = self.objects.get(&v).or_else(|| self.memory_params.get(&v)) {
                return Base::Object(o, off);
            }
            match f.def_inst(v) {
                Some(d) => match d.op {
                    Op::PtrAdd => {
                        off = off.and_then(|o| o.checked_add(f.as_const(d.args[1])?));
                        v = d.args[0];
                    }
                    Op::SlotAddr(s, at) => {
                        return Base::Object(self.slots + s.0 as usize, off.map(|o| o + i64::from(at)));
                    }
                    _ => return Base::Value(v, off),
                },
                None => return Base::Value(v, off),
            }
        }
    }

    pub fn node(&self, v: Value) -> usize {
        self.values + v.0 as usize
    }

    /// Gives a node to each word that is read or written as a pointer at a known offset.
    pub fn find_words(&mut self, f: &Func) {
        for &i in f.blocks.iter().flat_map(|b| &b.insts) {
            let d = &f.insts[i];
            let (at, pointer) = match d.op {
                Op::Load { off } => (off, d.results[0]),
                Op::Store { off, .. } => (off, d.args[1]),
                _ => continue,
            };
            if f.ty(pointer) != Ty::Ptr {
                continue;
            }
            if let Some(word) = self.word(f, d.args[0], at)
                && !self.words.contains_key(&word)
            {
                self.words.insert(word, self.edges.len());
                self.edges.push(Vec::new());
            }
        }
    }

    /// The word that is at an address, by its home: an object, a slot or the context.
    fn word(&self, f: &Func, address: Value, at: i32) -> Option<(usize, i64)> {
        let (home, off) = match self.base(f, address) {
            Base::Object(o, off) if !(self.params..self.context).contains(&o) => (o, off),
            Base::Value(v, off) if f.def_inst(v).is_some_and(|d| matches!(d.op, Op::GetClosure)) => {
                (self.context, off)
            }
            _ => return None,
        };
        Some((home, off?.checked_add(i64::from(at))?))
    }

    pub fn is_context(&self, f: &Func, address: Value) -> bool {
        matches!(self.word(f, address, 0), Some((home, _)) if home == self.context)
    }

    /// The node of that word.
    pub fn word_at(&self, f: &Func, address: Value, at: i32) -> Option<usize> {
        self.words.get(&self.word(f, address, at)?).copied()
    }

    /// What an object or slot holds is what its words hold, and they hold what else is written there.
    pub fn join_words(&mut self) {
        for (&(home, _), &word) in self.words.iter().filter(|w| w.0.0 != self.context) {
            self.edges[home].push((word, 0));
            if self.blurred.contains(&home) {
                self.edges[word].push((home, 0));
            }
        }
    }

    /// Minimal dereferences from every location that flows to `root`.
    pub fn walk(&self, root: usize, dist: &mut [i32], reached: &mut Vec<usize>) {
        for &n in reached.iter() {
            dist[n] = i32::MAX;
        }
        reached.clear();
        dist[root] = 0;
        reached.push(root);
        let mut work = vec![root];
        while let Some(at) = work.pop() {
            let d = dist[at].max(0);
            for &(src, e) in &self.edges[at] {
                let new = d + e;
                if new < dist[src] {
                    if dist[src] == i32::MAX {
                        reached.push(src);
                    }
                    dist[src] = new;
                    work.push(src);
                }
            }
        }
    }
}
