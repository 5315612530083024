//! The order of evaluation where the language leaves it open: `f(x, g())`, where g changes x. Go's own compiler goes through
//! the operands of a call, an assignment or a literal twice: first, from left to right, it carries out calls and receives and
//! some other operations ([`Fx::in_turn`]: `len`, slicing, `&&`, …) and keeps their results; then it evaluates what is left, reads of
//! variables and memory among it. Programs that depend on it get the same here.
//!
//! When a list of operands needs it, what comes first is carried out ahead and noted under the nodes' numbers; evaluating the
//! operands then finds it there. Elsewhere one walk from left to right does both.
use crate::fx::{Fx, VarLoc};
use crate::tyq::K;
use crate::value::Val;
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::{BinaryOp, Expr, ExprKind, NodeId, UnaryOp};
use types::info::{Mode, SelectionKind};
use types::object::{Builtin, ObjId, ObjKind};
use types::table::TypeId;

/// An operand, with the type that it is converted to in its place.
pub type Operand<'a> = (&'a Expr, Option<TypeId>);

/// What is known of a function's expressions.
#[derive(Default)]
pub struct Order {
    /// Results of what was carried out ahead.
    ahead: FxHashMap<NodeId, Vec<Val>>,
    /// Operands whose calls have been carried out ahead, with those of the expression around them.
    done: FxHashSet<NodeId>,
    /// Answers of `acts` and `waits`, so that deep expressions are not walked at every level.
    acts: FxHashMap<NodeId, bool>,
    waits: FxHashMap<NodeId, bool>,
}

impl Order {
    /// Whether nothing is noted.
    pub fn is_empty(&self) -> bool {
        self.ahead.is_empty()
    }
    /// Whether the expression was evaluated ahead.
    pub fn has(&self, e: &Expr) -> bool {
        self.ahead.contains_key(&e.id)
    }
}

impl<'p, 'a> Fx<'p, 'a> {
    /// Carries out what comes first in operands, if one in front of a call reads what the call may change.
    pub fn calls_first(&mut self, list: &[&'a Expr]) {
        let list: Vec<Operand<'a>> = list.iter().map(|&e| (e, None)).collect();
        self.operands_first(&[], &list);
    }
    /// As `calls_first`, for operands that become values of these types.
    pub fn calls_first_as(&mut self, list: &'a [Expr], to: &[TypeId]) {
        let to = to.iter().map(|&t| Some(t)).chain(std::iter::repeat(None));
        let list: Vec<Operand<'a>> = list.iter().zip(to).collect();
        self.operands_first(&[], &list);
    }
    /// As `calls_first`, for an assignment: of `lhs` only what decides on the places counts.
    pub fn operands_first(&mut self, lhs: &[&'a Expr], list: &[Operand<'a>]) {
        self.operands_first_of(false, lhs, list);
    }
    /// As `operands_first`; `reads`: what the operands belong to reads memory before it uses them.
    pub fn operands_first_of(&mut self, reads: bool, lhs: &[&'a Expr], list: &[Operand<'a>]) {
        let done = list.iter().fold(!list.is_empty(), |all, o| self.order.done.remove(&o.0.id) && all);
        let Some(last) = list.iter().rposition(|o| self.acts(o.0)) else { return };
        let waits = |s: &mut Self| {
            reads || lhs.iter().any(|e| s.place_waits(e)) || list[..last].iter().any(|o| s.waits_as(o.0, o.1))
        };
        if !done && waits(self) {
            lhs.iter().for_each(|e| self.hoist(e));
            for &(e, to) in &list[..=last] {
                self.hoist_as(e, to);
                self.order.done.remove(&e.id);
            }
        }
    }
    /// As `calls_first`, for the elements of a literal of type `t`.
    pub fn elements_first(&mut self, e: &'a Expr, t: TypeId) {
        let list = self.elements(e, t);
        self.operands_first(&[], &list);
    }
    /// The elements of a literal, with their types.
    fn elements(&mut self, e: &'a Expr, t: TypeId) -> Vec<Operand<'a>> {
        let ExprKind::CompositeLit { elems, .. } = &e.kind else { return Vec::new() };
        match self.p.kind(t) {
            K::Struct => self.lit_fields(e, t).into_iter().map(|f| (f.value, Some(f.ty))).collect(),
            K::Array(el, _) | K::Slice(el) => {
                let el = self.ty(el);
                let value = |x: &'a Expr| match &x.kind {
                    ExprKind::KeyValue { value, .. } => &**value,
                    _ => x,
                };
                elems.iter().map(|x| (value(x), Some(el))).collect()
            }
            K::Ptr(el) => {
                let el = self.ty(el);
                self.elements(e, el)
            }
            _ => Vec::new(),
        }
    }
    /// The results of what was carried out ahead.
    pub fn take_ahead(&mut self, e: &Expr) -> Option<Vec<Val>> {
        if self.order.ahead.is_empty() { None } else { self.order.ahead.remove(&e.id) }
    }

    fn is_value(&self, e: &Expr) -> bool {
        !matches!(self.mode(e), Mode::Const | Mode::Type | Mode::Nil)
    }
    /// The operand and the target of a conversion.
    fn conversion_of(&self, e: &'a Expr) -> Option<(&'a Expr, TypeId)> {
        match &e.kind {
            ExprKind::Call { fun, args, .. } if self.mode(fun) == Mode::Type => {
                Some((&args[0], self.ty_of(fun)))
            }
            _ => None,
        }
    }

    /// Whether Go's compiler carries out the operation (none of its parts) when the operands' turn comes, before it reads
    /// variables.
    fn in_turn(&mut self, e: &'a Expr) -> bool {
        match &e.kind {
            ExprKind::Call { fun, .. } => {
                if let Some((x, to)) = self.conversion_of(e) {
                    return matches!(self.p.kind(to), K::Slice(_)) && self.p.kind(self.ty_of(x)) == K::Str;
                }
                use Builtin::*;
                !matches!(self.builtin_of(fun), Some(Add | Slice | SliceData | String | StringData))
            }
            ExprKind::Unary { op: UnaryOp::Recv, .. }
            | ExprKind::Binary { op: BinaryOp::AndAnd | BinaryOp::OrOr, .. }
            | ExprKind::Slice { .. } => true,
            ExprKind::TypeAssert { .. } => {
                let t = self.ty_of(e);
                self.p.is_iface(t) || !self.p.is_direct(t)
            }
            ExprKind::CompositeLit { elems, .. } => {
                let t = self.ty_of(e);
                matches!(self.p.kind(t), K::Map(..)) && !elems.is_empty()
            }
            // The bytes that the key is made of are read together with the map.
            ExprKind::Index { x, indices } => {
                matches!(self.p.kind(self.ty_of(x)), K::Map(..)) && self.is_text_of_bytes(&indices[0])
            }
            _ => false,
        }
    }
    /// Whether nothing in `e` is carried out in turn: it is evaluated as late as the reads of memory in it.
    pub fn is_late(&mut self, e: &'a Expr) -> bool {
        if !self.is_value(e) {
            return true;
        }
        !self.in_turn(e)
            && match &e.kind {
                ExprKind::Ident(_) => true,
                ExprKind::Paren(x)
                | ExprKind::Star(x)
                | ExprKind::Unary { x, .. }
                | ExprKind::TypeAssert { x, .. } => self.is_late(x),
                ExprKind::Selector { x, .. } => self.selection(e.id).is_none() || self.is_late(x),
                ExprKind::Binary { x, y, .. } => self.is_late(x) && self.is_late(y),
                ExprKind::Index { x, indices } => self.is_late(x) && indices.iter().all(|i| self.is_late(i)),
                ExprKind::Call { .. } => match self.conversion_of(e) {
                    Some((x, _)) => self.is_late(x),
                    None => false,
                },
                _ => false,
            }
    }
    fn is_text_of_bytes(&mut self, e: &'a Expr) -> bool {
        let e = e.unparen();
        match &e.kind {
            ExprKind::CompositeLit { .. } => {
                let t = self.ty_of(e);
                self.elements(e, t).into_iter().any(|x| self.is_text_of_bytes(x.0))
            }
            _ => self.conversion_of(e).is_some_and(|(x, to)| {
                let bytes =
                    |k| matches!(k, K::Slice(el) if matches!(self.p.kind(el), K::Int { size: 1, .. }));
                self.p.kind(to) == K::Str && self.is_value(x) && bytes(self.p.kind(self.ty_of(x)))
            }),
        }
    }
    /// Does Go's compiler hand values of this type to the conversion to an interface by their address?
    fn boxed_from_memory(&mut self, t: TypeId) -> bool {
        let part = self.sole_part(t);
        if matches!(self.p.kind(part), K::Str | K::Slice(_)) {
            return false;
        }
        let (size, align, ptrs) = (self.p.size_of(t), u64::from(self.p.align_of(t)), self.p.has_ptrs(t));
        // Aligned as an integer of its size, which 8 bytes are by less on machines with words of 4.
        let integer = matches!(size, 2 | 4 | 8) && align == size.min(u64::from(self.p.prog.target.word));
        !integer || ptrs
    }
    /// The only field of the only field, and so on.
    fn sole_part(&self, mut t: TypeId) -> TypeId {
        loop {
            t = match self.p.kind(t) {
                K::Struct if self.p.fields(t).len() == 1 => self.ty(self.p.fields(t)[0].ty),
                K::Array(el, 1) => self.ty(el),
                _ => return t,
            }
        }
    }
    /// Whether an expression is a place: what wants its address then reads it where it is, and late.
    fn is_place(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Paren(x) => self.is_place(x),
            ExprKind::Ident(_) | ExprKind::Star(_) => true,
            ExprKind::Index { x, .. } => match self.p.kind(self.ty_of(x)) {
                K::Array(..) => self.is_place(x),
                K::Slice(_) | K::Ptr(_) => true,
                _ => false,
            },
            ExprKind::Selector { x, .. } => match self.selection(e.id) {
                Some(s) => s.kind == SelectionKind::Field && (s.indirect || self.is_place(x)),
                None => true,
            },
            _ => false,
        }
    }
    /// What a use of the value `e` does to it: converted to an interface, compared, or as a map's key it may be copied at once.
    fn copied_as(&mut self, e: &'a Expr, to: Option<TypeId>) -> bool {
        let from = self.ty_of(e);
        let boxes =
            to.is_some_and(|t| self.p.is_iface(t) && !self.p.is_iface(from) && self.boxed_from_memory(from));
        boxes && self.is_value(e) && !self.is_place(e)
    }
    fn copied_key(&mut self, k: &'a Expr, map: TypeId) -> bool {
        let K::Map(key, elem) = self.p.kind(map) else { return false };
        let (key, elem) = (self.ty(key), self.ty(elem));
        if !self.is_value(k) || self.key_is_word(key, elem) {
            return false;
        }
        // Keys that are words in memory are copied in any case.
        let word = matches!(self.p.size_of(key), 4 | 8) && self.p.size_of(elem) <= crate::map::MAX_FAST_ELEM;
        let word = word && self.p.is_plain_memory(key);
        word || !self.is_place(k) || self.p.is_iface(key) != self.p.is_iface(self.ty_of(k))
    }
    /// The operands of a comparison, with the types they are compared as, and whether as memory.
    fn compared(&mut self, x: &'a Expr, y: &'a Expr) -> ([Operand<'a>; 2], bool) {
        let (tx, ty) = (self.ty_of(x), self.ty_of(y));
        let as_other = |s: &Self, own: TypeId, other: TypeId| {
            s.p.is_iface(other).then_some(other).filter(|_| !s.p.is_iface(own))
        };
        let (ax, ay) = (as_other(self, tx, ty), as_other(self, ty, tx));
        let memory = ax.is_none() && ay.is_none() && matches!(self.p.kind(tx), K::Struct | K::Array(..));
        ([(x, ax), (y, ay)], memory)
    }

    /// The receiver of an interface's method is read in turn if it is converted to the interface there: Go's compiler takes the
    /// concrete method, and asserts the type.
    pub fn known_receiver_first(&mut self, x: &'a Expr) {
        let x = x.unparen();
        if let Some((of, to)) = self.conversion_of(x)
            && self.p.is_iface(to)
            && !self.p.is_iface(self.ty_of(of))
            && self.is_value(of)
            && !self.p.is_direct(self.ty_of(of))
        {
            self.carry_out(x);
        }
    }
    /// Carries out what comes first in an operand.
    fn hoist_as(&mut self, e: &'a Expr, to: Option<TypeId>) {
        if self.copied_as(e, to) { self.carry_out(e) } else { self.hoist(e) }
    }
    /// Evaluates an expression ahead, unless that was done.
    fn carry_out(&mut self, e: &'a Expr) {
        let e = e.unparen();
        if !self.is_value(e) || self.order.has(e) {
            return;
        }
        let tys = self.tuple_types(e);
        let vals = match &e.kind {
            ExprKind::Call { .. } => self.call(e, None),
            _ => vec![self.expr(e)],
        };
        let vals = vals.into_iter().zip(tys).map(|(v, t)| self.settle(t, v)).collect();
        self.order.ahead.insert(e.id, vals);
    }
    fn hoist(&mut self, e: &'a Expr) {
        // What is there already was evaluated with its parts.
        if !self.is_value(e) || self.order.has(e) {
            return;
        }
        self.order.done.insert(e.id);
        if self.in_turn(e) {
            return self.carry_out(e);
        }
        match &e.kind {
            ExprKind::Call { args, .. } => match self.conversion_of(e) {
                Some((x, to)) => self.hoist_as(x, Some(to)),
                None => args.iter().for_each(|a| self.hoist(a)),
            },
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Unary { x, .. } => self.hoist(x),
            ExprKind::Selector { x, .. } if self.selection(e.id).is_some() => self.hoist(x),
            ExprKind::TypeAssert { x, .. } => self.hoist(x),
            ExprKind::Binary { op, x, y } if op.is_comparison() => {
                let (operands, memory) = self.compared(x, y);
                for (x, to) in operands {
                    if memory && !self.is_place(x) { self.carry_out(x) } else { self.hoist_as(x, to) }
                }
            }
            ExprKind::Binary { x, y, .. } => {
                self.hoist(x);
                self.hoist(y);
            }
            ExprKind::Index { x, indices } => {
                self.hoist(x);
                let t = self.ty_of(x);
                for i in indices {
                    if self.copied_key(i, t) { self.carry_out(i) } else { self.hoist(i) }
                }
            }
            ExprKind::CompositeLit { .. } => {
                let t = self.ty_of(e);
                for (x, to) in self.elements(e, t) {
                    self.hoist_as(x, to);
                }
            }
            _ => {}
        }
    }

    /// The last operand that [`Fx::acts`]: values in memory in front of it are copied.
    pub fn last_acting(&mut self, list: &'a [Expr]) -> Option<usize> {
        list.iter().rposition(|e| self.acts(e))
    }
    /// Whether evaluating `e` may run other code of the program, or writes memory itself.
    pub fn acts(&mut self, e: &'a Expr) -> bool {
        if !self.is_value(e) {
            return false;
        }
        if let Some(&known) = self.order.acts.get(&e.id) {
            return known;
        }
        let acts = match &e.kind {
            ExprKind::Call { fun, args, .. } => {
                let pure = self.mode(fun) == Mode::Type
                    || self.builtin_of(fun).is_some_and(|b| !matches!(b, Builtin::Append | Builtin::Copy));
                !pure || args.iter().any(|a| self.acts(a))
            }
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::TypeAssert { x, .. } => self.acts(x),
            ExprKind::Selector { x, .. } => self.selection(e.id).is_some() && self.acts(x),
            ExprKind::Unary { op, x } => *op == UnaryOp::Recv || self.acts(x),
            ExprKind::Binary { x, y, .. } => self.acts(x) || self.acts(y),
            ExprKind::Index { x, indices } => self.acts(x) || indices.iter().any(|i| self.acts(i)),
            ExprKind::Slice { x, index, .. } => self.acts(x) || index.iter().flatten().any(|i| self.acts(i)),
            ExprKind::CompositeLit { elems, .. } => elems.iter().any(|x| match &x.kind {
                ExprKind::KeyValue { key, value } => self.acts(value) || self.acts_as_key(key),
                _ => self.acts(x),
            }),
            _ => return false,
        };
        self.order.acts.insert(e.id, acts);
        acts
    }
    /// The name of a field is no value.
    fn acts_as_key(&mut self, key: &'a Expr) -> bool {
        !matches!(key.kind, ExprKind::Ident(_)) && self.acts(key)
    }

    fn is_memory_var(&mut self, obj: ObjId) -> bool {
        matches!(self.p.ck.table.obj(obj).kind, ObjKind::Var(_))
            && (self.is_global(obj) || matches!(self.var_loc(obj), VarLoc::Ptr(..)))
    }
    fn waits_as(&mut self, e: &'a Expr, to: Option<TypeId>) -> bool {
        !self.copied_as(e, to) && self.waits(e)
    }
    /// Whether a part of `e` that is not carried out in turn may differ after a call: it reads memory, or may panic.
    fn waits(&mut self, e: &'a Expr) -> bool {
        if !self.is_value(e) {
            return false;
        }
        if let Some(&known) = self.order.waits.get(&e.id) {
            return known;
        }
        let waits = !self.in_turn(e) && self.waits_itself(e);
        self.order.waits.insert(e.id, waits);
        waits
    }
    fn waits_itself(&mut self, e: &'a Expr) -> bool {
        match &e.kind {
            ExprKind::Ident(_) => {
                let obj = self.info(e.id).obj;
                obj != ObjId::NONE && self.is_memory_var(obj)
            }
            ExprKind::Paren(x) => self.waits(x),
            ExprKind::Unary { op: UnaryOp::Addr, x } => self.place_waits(x),
            ExprKind::Unary { x, .. } => self.waits(x),
            ExprKind::Binary { op, x, y } if op.is_comparison() => {
                let (operands, memory) = self.compared(x, y);
                let dynamic = operands.iter().any(|o| self.p.is_iface(self.ty_of(o.0)));
                dynamic
                    || operands
                        .into_iter()
                        .any(|(x, to)| (!memory || self.is_place(x)) && self.waits_as(x, to))
            }
            ExprKind::Binary { op, x, y } => {
                let panics = matches!(op, BinaryOp::Div | BinaryOp::Rem) || op.is_shift();
                (panics && self.constant(y).is_none()) || self.waits(x) || self.waits(y)
            }
            ExprKind::Star(_) | ExprKind::TypeAssert { .. } => true,
            ExprKind::Index { x, indices } => match self.p.kind(self.ty_of(x)) {
                K::Array(..) if self.constant(&indices[0]).is_some() => self.waits(x),
                K::Array(..) | K::Str | K::Slice(_) | K::Map(..) | K::Ptr(_) => true,
                _ => false,
            },
            ExprKind::Selector { x, sel } => match self.selection(e.id) {
                Some(s) if s.kind == SelectionKind::Field => s.indirect || self.waits(x),
                Some(s) => match s.kind {
                    SelectionKind::MethodVal => s.indirect || self.waits(x),
                    SelectionKind::InterfaceMethodVal => true,
                    _ => false,
                },
                None => {
                    let obj = self.obj(sel.id);
                    obj != ObjId::NONE && self.is_memory_var(obj)
                }
            },
            ExprKind::Call { args, .. } => match self.conversion_of(e) {
                Some((x, to)) => {
                    let checked =
                        matches!(self.p.kind(self.ty_of(x)), K::Slice(_)) && self.p.kind(to) != K::Str;
                    (checked && !matches!(self.p.kind(to), K::Slice(_))) || self.waits_as(x, Some(to))
                }
                None => matches!(args.len(), 2) || args.iter().any(|a| self.waits(a)),
            },
            ExprKind::CompositeLit { .. } => {
                let t = self.ty_of(e);
                self.elements(e, t).into_iter().any(|(x, to)| self.waits_as(x, to))
            }
            _ => false,
        }
    }
    /// Does finding the place of `e` read memory that a call may write, or may it panic?
    fn place_waits(&mut self, e: &'a Expr) -> bool {
        match &e.kind {
            ExprKind::Paren(x) => self.place_waits(x),
            ExprKind::Star(x) => self.waits(x),
            ExprKind::Index { x, indices } => {
                let array = matches!(self.p.kind(self.ty_of(x)), K::Array(..));
                let base = if array { self.place_waits(x) } else { self.waits(x) };
                base || indices.iter().any(|i| self.waits(i))
            }
            ExprKind::Selector { x, .. } => match self.selection(e.id) {
                Some(s) if s.indirect => self.waits(x),
                Some(_) => self.place_waits(x),
                None => false,
            },
            ExprKind::CompositeLit { .. } => self.waits(e),
            _ => false,
        }
    }
}
