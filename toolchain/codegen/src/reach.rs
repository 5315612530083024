//! What of a program gets into its executable: what its start and its initialisers lead to, by the code as it came out.
//!
//! Lowering makes what sources mention. Inlining, branches that are never taken and loads of constants leave functions and data
//! behind that nothing refers to any more, with all that only they refer to.
//!
//! The image's lists of itabs and of types keep nothing: they help to find what the program has. An itab that is missing there is made when
//! somebody asks for it, and so is a type.
use crate::fixup::FixupTarget;
use crate::{CompiledFuncs, Options, fips};
use ir::func::{Body, Term};
use ir::native::NativeTarget;
use ir::op::Callee;
use ir::{DataId, Func, FuncId, IndexVec, Op, Program, RelocKind, SymRef};
use syntax::Sym;

/// Where a program without an embedder starts.
const START: &str = "runtime.main";

/// What is reached, and what it was first reached from; roots are reached from themselves.
pub struct Reached {
    /// Functions.
    pub funcs: IndexVec<FuncId, Option<SymRef>>,
    /// Data.
    pub datas: IndexVec<DataId, Option<SymRef>>,
}

impl Reached {
    /// All of a program, as if everything were a root.
    fn all(program: &Program) -> Reached {
        Reached {
            funcs: program.funcs.ids().map(|f| Some(SymRef::Func(f))).collect::<Vec<_>>().into(),
            datas: program.datas.ids().map(|d| Some(SymRef::Data(d))).collect::<Vec<_>>().into(),
        }
    }
    /// Whether a symbol is reached.
    pub fn has(&self, s: SymRef) -> bool {
        self.from(s).is_some()
    }
    /// What leads to a symbol; itself, if it is a root.
    pub fn from(&self, s: SymRef) -> Option<SymRef> {
        match s {
            SymRef::Func(f) => self.funcs[f],
            SymRef::Data(d) => self.datas[d],
        }
    }
}

/// Follows what code and data refer to.
pub fn reach(program: &Program, funcs: &CompiledFuncs, options: &Options) -> Reached {
    let Some(start) = start(program, options) else { return Reached::all(program) };
    let mut walk = Walk::new(program);
    walk.roots(start);
    let checked = program.datas.iter_enumerated().find(|(_, d)| d.name.as_str() == fips::INFO);
    for d in program.edges.into_iter().flatten().chain(checked.map(|(id, _)| id)) {
        walk.take(SymRef::Data(d), SymRef::Data(d));
    }
    walk.follow(|f, take| {
        let targets = funcs[f].iter().flat_map(|c| &c.fixups).map(|x| &x.target);
        targets.for_each(|t| {
            if let FixupTarget::Sym(to) = t {
                take(*to)
            }
        });
    });
    walk.reached
}

/// The functions that code may be wanted of, as far as can be told before there is any. What passes still to come call by name counts.
pub fn candidates(program: &Program, options: &Options) -> Reached {
    let Some(start) = start(program, options) else { return Reached::all(program) };
    let mut walk = Walk::new(program);
    walk.roots(start);
    // What somebody wants to see is made, and left out of the executable if nothing leads there.
    let told = program.funcs.iter_enumerated().filter(|(_, f)| options.tells(f)).map(|(id, _)| id);
    told.for_each(|f| walk.take(SymRef::Func(f), SymRef::Func(f)));
    program.by_name.values().for_each(|&f| walk.take(SymRef::Func(f), SymRef::Func(f)));
    walk.follow(|f, take| references(&program.funcs[f], take));
    walk.reached
}

/// Where the program starts; none if anything may be asked for by its name.
fn start(program: &Program, options: &Options) -> Option<FuncId> {
    program.by_name.get(&Sym::new(START)).copied().filter(|_| !options.whole)
}

/// What a function refers to.
fn references(f: &Func, take: &mut dyn FnMut(SymRef)) {
    if let Body::Native(native) = &f.body {
        let called = native.calls.iter().filter_map(|c| c.target.as_ref());
        for t in native.relocs.iter().map(|r| &r.target).chain(called) {
            if let NativeTarget::Sym(to) = t {
                take(*to);
            }
        }
    }
    for block in f.blocks.iter() {
        for &i in &block.insts {
            match f.insts[i].op {
                Op::Call { callee: Callee::Static(c), .. } => take(SymRef::Func(c)),
                Op::Sym(s, _) => take(s),
                Op::New { typ, .. }
                | Op::MemCopy { typ: Some(typ), .. }
                | Op::MemZero { typ: Some(typ), .. } => {
                    take(SymRef::Data(typ));
                }
                _ => {}
            }
        }
        if let Term::TailCall { callee: Callee::Static(c), .. } = block.term {
            take(SymRef::Func(c));
        }
    }
}

struct Walk<'a> {
    program: &'a Program,
    reached: Reached,
    todo: Vec<SymRef>,
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program) -> Walk<'a> {
        let funcs = IndexVec::from(vec![None; program.funcs.len()]);
        let datas = IndexVec::from(vec![None; program.datas.len()]);
        Walk { program, reached: Reached { funcs, datas }, todo: Vec::new() }
    }
    /// What runs first.
    fn roots(&mut self, start: FuncId) {
        let info = &self.program.image;
        for f in [start].into_iter().chain(info.main).chain(info.inits.iter().copied()) {
            self.take(SymRef::Func(f), SymRef::Func(f));
        }
    }
    fn take(&mut self, to: SymRef, from: SymRef) {
        let entry = match to {
            SymRef::Func(f) => &mut self.reached.funcs[f],
            SymRef::Data(d) => &mut self.reached.datas[d],
        };
        if entry.is_none() {
            *entry = Some(from);
            self.todo.push(to);
        }
    }
    /// To the end. `references` tells what a function refers to.
    fn follow(&mut self, references: impl Fn(FuncId, &mut dyn FnMut(SymRef))) {
        let program = self.program;
        while let Some(from) = self.todo.pop() {
            match from {
                SymRef::Func(f) => {
                    references(f, &mut |to| self.take(to, from));
                    let called = program.asm_calls.get(&f).into_iter().flatten();
                    called.for_each(|&to| self.take(SymRef::Func(to), from));
                }
                SymRef::Data(d) => {
                    let relocs = program.datas[d].relocs.iter();
                    let strong = relocs.filter(|r| r.kind != RelocKind::TypesOff32IfThere);
                    strong.for_each(|r| self.take(r.target, from));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile_functions;

    /// main calls f1 and mentions d0, which refers to f2 and, if it is there, to d1; f3 and d2 are left over.
    const TEXT: &str = "sig0 = go () -> ()\n\
        data d0 \"table\" types align 8 size 16\n  reloc 0 abs f2 + 0\n  reloc 8 typesoff32ifthere d1 + 0\nend\n\
        data d1 \"pointer\" types align 8 size 8\nend\n\
        data d2 \"nobody's\" data align 8 size 8\n  reloc 0 abs f3 + 0\nend\n\
        func f0 \"runtime.main\" sig0\nb0:\n  v0: ptr = sym d0 + 0\n  store v0, v0 + 0\n  call f1 sig0()\n  ret\nend\n\
        func f1 \"p.f\" sig0\nb0:\n  ret\nend\n\
        func f2 \"p.g\" sig0\nb0:\n  ret\nend\n\
        func f3 \"p.h\" sig0\nb0:\n  ret\nend\n";

    #[test]
    fn what_nothing_leads_to_is_left_out() {
        let program = ir::parse::program(TEXT).unwrap_or_else(|e| panic!("{e}"));
        let options = Options::default();
        let funcs = compile_functions(&program, &options).unwrap_or_else(|e| panic!("{e:?}"));
        let r = reach(&program, &funcs, &options);
        let funcs_in: Vec<bool> = program.funcs.ids().map(|f| r.has(SymRef::Func(f))).collect();
        let datas_in: Vec<bool> = program.datas.ids().map(|d| r.has(SymRef::Data(d))).collect();
        assert_eq!(
            (&funcs_in[..], &datas_in[..]),
            (&[true, true, true, false][..], &[true, false, false][..])
        );
        assert_eq!(r.from(SymRef::Func(FuncId(2))), Some(SymRef::Data(DataId(0))));
        assert_eq!(r.from(SymRef::Func(FuncId(0))), Some(SymRef::Func(FuncId(0))));
        let whole = Options { whole: true, ..options };
        assert!(reach(&program, &funcs, &whole).has(SymRef::Func(FuncId(3))));
    }
}
