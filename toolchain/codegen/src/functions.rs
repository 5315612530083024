//! All functions of a program, each by itself, several at a time: the passes that it still needs, and its code. What a function
//! becomes is kept for other builds, and taken from what they kept ([`kept`]).
use crate::isa::{self, Compiled, Env, MachineInfo, Wanted};
use crate::mach::compile::Worker;
use crate::{CompiledFuncs, Options, kept, reach};
use ir::alone::{Alone, Digest, Names};
use ir::func::Body;
use ir::passes::{self, finish};
use ir::{DataId, Func, FuncId, IndexVec, Program, SymRef, View};
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where results are kept between builds. What it gives back is what was added for the same content, or an error of nobody's making: it
/// checks that by itself.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// The key of a function's content.
    fn key(&self, content: &[u8]) -> Key;
    /// Calls `take` with what is kept under a key, until it says that it took one.
    fn find(&self, key: &Key, take: &mut dyn FnMut(&[u8]) -> bool);
    /// Keeps something.
    fn add(&self, key: Key, entry: Vec<u8>);
}

/// A hash that nobody finds another content for.
pub type Key = [u8; 32];

/// What a compilation takes from a store, and what it had to make.
#[derive(Default, Debug)]
pub struct Tally {
    /// Functions whose code was there.
    pub hits: AtomicUsize,
    /// Functions that were made and kept.
    pub misses: AtomicUsize,
    /// Functions that cannot stand alone.
    pub apart: AtomicUsize,
}

/// Compiles all functions that the program may need, several at a time.
pub fn compile_functions(program: &Program, options: &Options) -> Result<CompiledFuncs, Vec<String>> {
    const CHUNK: usize = 16;
    let machine = isa::machine(program, options.arch).map_err(|e| vec![e])?;
    let write_barrier = View::new(program).write_barrier();
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(2, |n| n.get()),
        n => n,
    };
    let next = AtomicUsize::new(0);
    let total = program.funcs.len();
    let wanted = reach::candidates(program, options);
    let work = || {
        let mut maker = Maker { program, options, machine, write_barrier, worker: (machine.worker)() };
        let mut done = Vec::new();
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            if from >= total {
                return done;
            }
            for i in from..(from + CHUNK).min(total) {
                let id = FuncId(i as u32);
                if !wanted.has(SymRef::Func(id)) {
                    continue;
                }
                let result = maker
                    .function(id)
                    .map_err(|e| format!("internal compiler error: {}: {e}", program.funcs[id].name));
                done.push((id, result));
            }
        }
    };
    let parts = std::thread::scope(|s| {
        let spawned = |_| {
            let thread = std::thread::Builder::new().stack_size(ir::passes::STACK_SIZE);
            thread.spawn_scoped(s, work).expect("the system has threads")
        };
        let all: Vec<_> = (0..threads).map(spawned).collect();
        let mut parts = Vec::new();
        for t in all {
            match t.join() {
                Ok(p) => parts.push(p),
                Err(e) => std::panic::resume_unwind(e),
            }
        }
        parts
    });
    let mut all: CompiledFuncs = IndexVec::new();
    all.resize(total, None);
    let mut errors = Vec::new();
    for (id, result) in parts.into_iter().flatten() {
        match result {
            Ok(c) => all[id] = c,
            Err(e) => errors.push(e),
        }
    }
    if errors.is_empty() {
        Ok(all)
    } else {
        errors.sort();
        Err(errors)
    }
}

/// What a thread makes functions with.
struct Maker<'a> {
    program: &'a Program,
    options: &'a Options,
    machine: &'static MachineInfo,
    write_barrier: Option<DataId>,
    worker: Worker,
}

impl<'a> Maker<'a> {
    fn function(&mut self, id: FuncId) -> Result<Option<Compiled>, String> {
        let f = &self.program.funcs[id];
        let alone = match (&self.options.passes, &f.body) {
            (Some(passes), Body::Ssa) => Alone::new(f).map(|alone| (passes, alone)),
            _ => None,
        };
        let mut compiled = match alone {
            Some((passes, alone)) => Some(self.alone(id, passes, alone)?),
            None => self.in_place(id, f.clone())?,
        };
        if let Some(c) = &mut compiled
            && self.options.tells(f)
        {
            let listing = (self.machine.list)(&self.view().legal(), f, c);
            self.options.trace.iter().for_each(|t| t.record(f.name, "asm", || listing.clone()));
            if self.options.lists(f) {
                c.listing = listing;
            }
        }
        Ok(compiled)
    }
    fn view(&self) -> View<'a> {
        View::knowing(self.program, self.write_barrier)
    }
    /// All that the code depends on beside the function itself and what is asked meanwhile.
    fn wanted(&self, f: &Func) -> Wanted {
        let positions = self.options.debug_info.is_some() || self.options.tells(f);
        Wanted { check: self.options.check, positions, mistake: self.options.mistake }
    }
    fn compile(&mut self, id: FuncId, view: View, f: Func) -> Result<Option<Compiled>, String> {
        let wanted = self.wanted(&self.program.funcs[id]);
        let env = Env::new(view, wanted, self.options.trace.as_deref());
        (self.machine.compile)(&env, f, &mut self.worker)
    }
    /// With the program's numbers.
    fn in_place(&mut self, id: FuncId, mut f: Func) -> Result<Option<Compiled>, String> {
        let view = self.view();
        if let (Some(passes), Body::Ssa) = (&self.options.passes, &f.body) {
            finish(view, &mut f, id, passes);
            self.options.tally.apart.fetch_add(1, Ordering::Relaxed);
        }
        self.compile(id, view.legal(), f)
    }
    /// With the function's own numbers: from the store, if it is there.
    fn alone(&mut self, id: FuncId, passes: &passes::Options, alone: Alone) -> Result<Compiled, String> {
        // What somebody wants to see is made, and so is what stops on the way.
        let asked = !self.options.listing.is_empty() || self.options.trace.is_some();
        let told = asked || passes.trace.is_some() || passes.limit.is_some();
        let Some(store) = self.options.store.clone().filter(|_| !told) else {
            let (made, names) = self.make(id, passes, alone)?;
            return outward(made, &names);
        };
        let key = store.key(&self.content(id, passes, &alone));
        let mut found = None;
        store.find(&key, &mut |entry| {
            found = self.recall(entry, &alone);
            found.is_some()
        });
        let tally = &self.options.tally;
        if let Some((found, entry)) = found {
            tally.hits.fetch_add(1, Ordering::Relaxed);
            if self.options.distrust {
                let again = Alone::new(&self.program.funcs[id]).expect("it did stand alone");
                let (made, names) = self.make(id, passes, again)?;
                if kept::encode(&names.log(), &made) != entry {
                    return Err("what was kept is not what is made now".into());
                }
            }
            return Ok(found);
        }
        tally.misses.fetch_add(1, Ordering::Relaxed);
        let (made, names) = self.make(id, passes, alone)?;
        store.add(key, kept::encode(&names.log(), &made));
        outward(made, &names)
    }
    /// What the key is made of.
    fn content(&self, id: FuncId, passes: &passes::Options, alone: &Alone) -> Vec<u8> {
        let mut content = alone.digest(self.program);
        // Each field counts, or keeps functions out of the store, or is about passes over the whole program.
        let passes::Options { remarks: _, no_inline: _, no_opt, without, limit: _, profile: _, trace: _ } =
            passes;
        let mut rest = Digest::default();
        (self.machine.row.name, no_opt, without, self.wanted(&self.program.funcs[id])).hash(&mut rest);
        content.extend(rest.0);
        content
    }
    /// The passes, and code, in the function's own numbers.
    fn make(
        &mut self,
        id: FuncId,
        passes: &passes::Options,
        alone: Alone,
    ) -> Result<(Compiled, Names), String> {
        let Alone { mut func, names } = alone;
        let view = self.view().of(&names);
        finish(view, &mut func, id, passes);
        let made = self.compile(id, view.legal(), func)?.expect("it has a body");
        Ok((made, names))
    }
    /// What an entry gives, if it is whole and the program answers what was asked as it did.
    fn recall(&self, entry: &[u8], alone: &Alone) -> Option<(Compiled, Vec<u8>)> {
        let (log, code) = kept::decode(entry)?;
        let mark = alone.names.mark();
        let inlined = alone.func.inlined.len();
        let fits = kept::is_sound(&code, self.machine.fixups.len(), inlined);
        if !fits || !alone.names.replay(&self.view(), &log) {
            alone.names.rewind(mark);
            return None;
        }
        let found = kept::outward(code, &alone.names);
        if found.is_none() {
            alone.names.rewind(mark);
        }
        Some((found?, if self.options.distrust { entry.to_vec() } else { Vec::new() }))
    }
}

/// In the program's numbers.
fn outward(c: Compiled, names: &Names) -> Result<Compiled, String> {
    kept::outward(c, names).ok_or_else(|| "code for something else".into())
}
