//! What inlining and escape analysis tell for `-m`. The texts are the driver's: it has the source.
use crate::{Func, FuncId, Inst, Program};
use syntax::{Pos, Sym};

/// A remark at a place in the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// Where it is shown: inlined code counts as standing at the outermost call.
    pub pos: Pos,
    /// What it says.
    pub what: What,
}

/// A remark's content.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Calls of this function may be inlined.
    CanInline {
        /// Its name.
        func: Sym,
        /// What its body costs.
        cost: u32,
    },
    /// A call was.
    Inlined {
        /// Of what.
        callee: Sym,
    },
    /// An object that has an address.
    Object {
        /// A variable's name, or what kind of expression makes it.
        name: Sym,
        /// It is on the heap.
        escapes: bool,
        /// The expression, or the name's declaration.
        origin: Pos,
    },
    /// Where a parameter's pointers go.
    Param {
        /// The function's position.
        func: Pos,
        /// Number of the parameter; a receiver counts as the first.
        index: usize,
        /// Its flow.
        flow: Flow,
    },
}

/// How often a parameter is dereferenced, at least, on the way to the heap and to results (by number).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Flow {
    /// To the heap.
    pub heap: Option<i32>,
    /// To results.
    pub results: Vec<(usize, i32)>,
}

impl Flow {
    fn note(slot: &mut Option<i32>, derefs: i32) {
        let derefs = derefs.max(0);
        *slot = Some(slot.map_or(derefs, |old| old.min(derefs)));
    }
}

/// The flow of one IR parameter: dereferences to the heap, and to operands of `ret`.
pub type WordFlow<'a> = (Option<i32>, &'a [(usize, i32)]);

/// Puts flows of single words together to flows of parameters with pointers. `words`: for each IR parameter the flow to
/// the heap and to the operands of `ret`.
pub fn params(program: &Program, f: &Func, words: &[WordFlow]) -> Vec<Remark> {
    let sig = &program.sigs[f.sig];
    let result_of: Vec<usize> =
        sig.results.iter().enumerate().flat_map(|(i, r)| vec![i; r.value_count()]).collect();
    let mut word = 0;
    let mut out = Vec::new();
    for (index, p) in sig.params.iter().enumerate() {
        let mut heap = None;
        let mut results: Vec<Option<i32>> = vec![None; sig.results.len()];
        for (to_heap, to_results) in words.iter().skip(word).take(p.value_count()) {
            if let Some(d) = to_heap {
                Flow::note(&mut heap, *d);
            }
            for &(operand, d) in *to_results {
                if let Some(&r) = result_of.get(operand) {
                    Flow::note(&mut results[r], d);
                }
            }
        }
        word += p.value_count();
        if p.ptrs.any() {
            let results = results.iter().enumerate().filter_map(|(i, d)| Some((i, (*d)?))).collect();
            out.push(Remark {
                pos: f.pos,
                what: What::Param { func: f.pos, index, flow: Flow { heap, results } },
            });
        }
    }
    out
}

/// Functions that stand for an expression of the language.
fn is_helper(name: Sym) -> bool {
    let name = name.as_str();
    name.strip_prefix("runtime.").is_some_and(|n| n.starts_with(char::is_lowercase))
        || name.starts_with("internal/runtime/")
}

/// A remark about an object that an instruction makes.
pub fn object(f: &Func, inst: Inst, name: Sym, escapes: bool) -> Remark {
    let data = &f.insts[inst];
    let (mut pos, mut origin, mut name, mut inside) = (data.pos, data.pos, name, true);
    let mut at = data.inl;
    while at != 0 {
        let call = &f.inlined[at as usize - 1];
        pos = call.call_pos;
        inside &= is_helper(call.name);
        if inside {
            origin = pos;
            name = Sym::new("call");
        }
        at = call.parent;
    }
    Remark { pos, what: What::Object { name, escapes, origin } }
}

/// Whether a function makes the object that an expression of the language stands for: those that lowering calls for `make`
/// with a variable size, maps, and conversions and concatenations of strings.
pub fn makes_object(program: &Program, callee: FuncId) -> bool {
    const MAKERS: &[&str] =
        &["makeslice", "makemap", "concatstring", "slicebytetostring", "stringtoslice", "slicerunetostring"];
    let name = program.funcs[callee].name.as_str();
    name.strip_prefix("runtime.").is_some_and(|n| MAKERS.iter().any(|m| n.starts_with(m)))
}
