//! Coverage for `test -fuzz`: the places where control can come from a condition, a loop, a switch or a call are marked, and get a byte each
//! later. The fuzzer in the test program (internal/fuzz) reads and clears them, from one variable of its own to another: the first has all the
//! bytes, the second stands at their end.
use crate::fx::Fx;
use crate::program::Prog;
use ir::{Block, Op};
use rustc_hash::FxHashSet;
use syntax::Sym;
use types::checker::Checker;
use types::object::ObjId;
use types::table::PkgId;

const READER: &str = "internal/fuzz";

/// What is counted.
#[derive(Default)]
pub(crate) struct Edges {
    packages: FxHashSet<PkgId>,
    /// The reader's variables.
    ends: Option<[ObjId; 2]>,
}

impl Edges {
    /// Of no package, where the reader has no such variables: not in the program, or not for this machine.
    pub fn new(ck: &Checker, packages: &[PkgId]) -> Edges {
        let reader = ck.pkgs.iter().find(|p| p.info.path.as_str() == READER);
        let var = |name| reader.and_then(|p| p.scope.get(&Sym::new(name)).copied());
        let ends = var("_counters").zip(var("_ecounters")).map(|(first, last)| [first, last]);
        Edges { packages: ends.iter().flat_map(|_| packages).copied().collect(), ends }
    }
}

impl Prog<'_> {
    /// Tells where the counters are. They end where they begin, where nothing is counted.
    pub(crate) fn finish_edges(&mut self) {
        let Some(ends) = self.edges.ends else { return };
        if !self.edges.packages.is_empty() || ends.iter().any(|v| self.var_data.contains_key(v)) {
            self.prog.edges = Some(ends.map(|v| self.var(v)));
        }
    }
}

impl Fx<'_, '_> {
    /// Whether ways through this function's source are counted.
    pub fn counts_edges(&self) -> bool {
        self.p.edges.packages.contains(&self.env.file.pkg)
    }
    /// Of a function from source.
    pub fn mark_uncounted(&mut self) {
        self.s.f.flags.uncounted = !self.p.edges.packages.is_empty() && !self.counts_edges();
    }
    /// Marks that control comes here.
    pub fn edge(&mut self) {
        if self.counts_edges() && !self.s.dead() {
            self.ins0(Op::Edge, &[]);
        }
    }

    /// Where a switch goes with what no clause is for: to its end, by a way that is counted. `default`: the clause for that, if there is one.
    pub fn no_clause(&mut self, default: Option<Block>, exit: Block) -> Block {
        match default {
            Some(default) => default,
            None if self.counts_edges() => self.s.block(),
            None => exit,
        }
    }
    /// Makes the code of a way that [`Fx::no_clause`] gave.
    pub fn end_no_clause(&mut self, default: Option<Block>, none: Block, exit: Block) {
        if default.is_none() && none != exit {
            self.s.start_sealed(none);
            self.edge();
            self.s.jump(exit);
        }
    }
}
