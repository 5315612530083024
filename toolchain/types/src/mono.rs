//! Do all instantiations of a program come to an end? `func f[T any]() { f[[]T]() }` needs an instance for every depth.
//!
//! A graph has a vertex for each type parameter and an edge from P to Q where Q is bound to a type that mentions P: of weight 0 if
//! that type is P itself, 1 if it wraps P. Instances are without end exactly if there is a cycle of positive weight.
use crate::{intern::for_each_child, table::*};
use rustc_hash::FxHashMap;
use syntax::Pos;

struct Vertex {
    tparam: TypeParamId,
    /// Greatest weight of a path that ends here, its number of edges, and its last edge.
    weight: u32,
    len: usize,
    last: Option<usize>,
}

struct Edge {
    from: usize,
    to: usize,
    weight: u32,
    pos: Pos,
    ty: TypeId,
}

/// The graph of one package (instantiations across packages lead into packages that do not lead back).
#[derive(Default)]
pub struct Mono {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    index: FxHashMap<TypeParamId, usize>,
    /// A method's own names for its receiver's type parameters stand for those of the type.
    canon: FxHashMap<TypeParamId, TypeParamId>,
}

/// One step of a cycle: this parameter is instantiated as that type, there.
#[derive(Clone, Copy, Debug)]
pub struct MonoStep {
    /// The parameter.
    pub tparam: TypeParamId,
    /// Its argument, which mentions the parameter of the next step.
    pub ty: TypeId,
    /// Where.
    pub pos: Pos,
}

impl Mono {
    /// A method names its receiver's type parameters `own`; the type itself names them `origin`.
    pub fn record_receiver(&mut self, own: &[TypeParamId], origin: &[TypeParamId]) {
        self.canon.extend(own.iter().copied().zip(origin.iter().copied()));
    }

    /// An instantiation at `pos`.
    pub fn record(&mut self, tt: &TypeTable, pos: Pos, tparams: &[TypeParamId], args: &[TypeId]) {
        for (&p, &arg) in tparams.iter().zip(args) {
            if !tt.has_type_params(arg) {
                continue;
            }
            let to = self.vertex(p);
            self.flow(tt, to, arg, arg, pos);
        }
    }

    fn vertex(&mut self, p: TypeParamId) -> usize {
        let p = self.canon.get(&p).copied().unwrap_or(p);
        *self.index.entry(p).or_insert_with(|| {
            self.vertices.push(Vertex { tparam: p, weight: 0, len: 0, last: None });
            self.vertices.len() - 1
        })
    }

    fn flow(&mut self, tt: &TypeTable, to: usize, arg: TypeId, part: TypeId, pos: Pos) {
        if !tt.has_type_params(part) {
            return;
        }
        match tt.get(part) {
            Type::TypeParam(p) => {
                let from = self.vertex(*p);
                let weight = u32::from(part != arg);
                if weight > 0 || from != to {
                    self.edges.push(Edge { from, to, weight, pos, ty: arg });
                }
            }
            ty => for_each_child(ty, |c| self.flow(tt, to, arg, c, pos)),
        }
    }

    /// A cycle, if there is one. To be reported as "instantiation cycle" at the first step's parameter, then a line
    /// "P instantiated as T" for each step.
    pub fn find_cycle(&mut self) -> Option<Vec<MonoStep>> {
        loop {
            let mut again = false;
            for i in 0..self.edges.len() {
                let e = &self.edges[i];
                let (w, len) = (self.vertices[e.from].weight + e.weight, self.vertices[e.from].len + 1);
                if w <= self.vertices[e.to].weight {
                    continue;
                }
                let to = e.to;
                self.vertices[to].last = Some(i);
                self.vertices[to].len = len;
                // A path of as many edges as there are vertices visits one twice.
                if len >= self.vertices.len() {
                    return Some(self.cycle_before(to));
                }
                self.vertices[to].weight = w;
                again = true;
            }
            if !again {
                return None;
            }
        }
    }

    fn cycle_before(&self, mut v: usize) -> Vec<MonoStep> {
        let mut path: Vec<usize> = Vec::new();
        while !path.contains(&v) {
            path.push(v);
            let Some(e) = self.vertices[v].last else { break };
            v = self.edges[e].from;
        }
        let start = path.iter().position(|&x| x == v).unwrap_or(0);
        path[start..]
            .iter()
            .rev()
            .filter_map(|&v| {
                let e = &self.edges[self.vertices[v].last?];
                Some(MonoStep { tparam: self.vertices[v].tparam, ty: e.ty, pos: e.pos })
            })
            .collect()
    }
}
