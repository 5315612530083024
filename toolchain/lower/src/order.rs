//! The order of evaluation where the language leaves it open: `f(x, g())`, where g changes x. As with Go's own compiler,
//! calls and receives come first, from left to right, and what only reads variables and memory comes after them.
//!
//! When a list of operands needs it, its calls are carried out ahead and their results noted under the calls' nodes;
//! evaluating the operands then finds them there.
use crate::fx::{Fx, VarLoc};
use crate::tyq::K;
use crate::value::Val;
use syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use types::info::{Mode, SelectionKind};
use types::object::{ObjId, ObjKind};
use types::table::TypeId;

impl<'p, 'a> Fx<'p, 'a> {
    /// Carries out the calls in operands, if an operand in front of one reads what the call may change.
    pub fn calls_first(&mut self, list: &[&'a Expr]) {
        self.calls_before_reads(&[], list);
    }
    /// As `calls_first`, for arguments that become values of these types.
    pub fn argument_calls_first(&mut self, args: &[&'a Expr], to: &[TypeId]) {
        let Some(last) = args.iter().rposition(|e| self.has_call(e)) else { return };
        if args[..last].iter().any(|e| self.reads_memory(e)) {
            for (e, &t) in args[..=last].iter().zip(to) {
                self.hoist_as(e, t);
            }
        }
    }
    /// As `calls_first`, for an assignment: of `lhs` only what decides on the places counts.
    pub fn calls_before_reads(&mut self, lhs: &[&'a Expr], list: &[&'a Expr]) {
        let Some(last) = list.iter().rposition(|e| self.has_call(e)) else { return };
        let reads =
            lhs.iter().any(|e| self.place_reads(e)) || list[..last].iter().any(|e| self.reads_memory(e));
        if reads {
            lhs.iter().for_each(|e| self.hoist(e));
            list[..=last].iter().for_each(|e| self.hoist(e));
        }
    }
    /// As `calls_first`, for the elements of a literal.
    pub fn element_calls_first(&mut self, elems: &'a [Expr]) {
        let values: Vec<&'a Expr> = elems
            .iter()
            .map(|x| match &x.kind {
                ExprKind::KeyValue { value, .. } => value,
                _ => x,
            })
            .collect();
        self.calls_first(&values);
    }
    /// The results of a call that was carried out ahead.
    pub fn take_hoisted(&mut self, e: &Expr) -> Option<Vec<Val>> {
        if self.hoisted.is_empty() { None } else { self.hoisted.remove(&e.id) }
    }

    /// An operand that becomes an interface value is copied in its turn, unless a word or a slice holds it.
    fn hoist_as(&mut self, e: &'a Expr, to: TypeId) {
        let from = self.ty_of(e);
        let value = !matches!(self.mode(e), Mode::Const | Mode::Type | Mode::Nil);
        if value && self.p.is_iface(to) && !self.p.is_iface(from) && self.boxed_from_memory(from) {
            if self.has_call(e) || self.reads_memory(e) {
                let v = self.expr(e);
                let v = self.settle(from, v);
                self.hoisted.insert(e.id, vec![v]);
            }
        } else {
            self.hoist(e);
        }
    }
    /// Does Go's compiler hand values of this type to the conversion by their address?
    fn boxed_from_memory(&mut self, t: TypeId) -> bool {
        if self.p.is_direct(t) || matches!(self.p.kind(t), K::Str | K::Slice(_)) {
            return false;
        }
        let (size, align, ptrs) = (self.p.size_of(t), u64::from(self.p.align_of(t)), self.p.has_ptrs(t));
        !(size == align && matches!(size, 2 | 4 | 8) && !ptrs)
    }
    fn hoist(&mut self, e: &'a Expr) {
        if let ExprKind::Call { fun, args, .. } = &e.kind
            && self.mode(fun) == Mode::Type
            && let [arg] = &args[..]
        {
            let to = self.ty_of(fun);
            return self.hoist_as(arg, to);
        }
        if !self.has_call(e) {
            return;
        }
        match &e.kind {
            ExprKind::Call { fun, args, .. } => {
                if self.builtin_of(fun).is_some() {
                    return args.iter().for_each(|a| self.hoist(a));
                }
                let tys = self.tuple_types(e);
                let vals = self.call(e, None);
                let vals = vals.into_iter().zip(tys).map(|(v, t)| self.settle(t, v)).collect();
                self.hoisted.insert(e.id, vals);
            }
            ExprKind::Unary { op: UnaryOp::Recv, .. }
            | ExprKind::Binary { op: BinaryOp::AndAnd | BinaryOp::OrOr, .. } => {
                let v = self.expr(e);
                let t = self.ty_of(e);
                let v = self.settle(t, v);
                self.hoisted.insert(e.id, vec![v]);
            }
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Unary { x, .. } => self.hoist(x),
            ExprKind::Selector { x, .. } | ExprKind::TypeAssert { x, .. } => self.hoist(x),
            ExprKind::Binary { x, y, .. } => {
                self.hoist(x);
                self.hoist(y);
            }
            ExprKind::Index { x, indices } => {
                self.hoist(x);
                indices.iter().for_each(|i| self.hoist(i));
            }
            ExprKind::Slice { x, index, .. } => {
                self.hoist(x);
                index.iter().flatten().for_each(|i| self.hoist(i));
            }
            ExprKind::CompositeLit { elems, .. } => {
                for x in elems {
                    match &x.kind {
                        ExprKind::KeyValue { value, .. } => self.hoist(value),
                        _ => self.hoist(x),
                    }
                }
            }
            _ => {}
        }
    }

    fn is_memory_var(&mut self, obj: ObjId) -> bool {
        matches!(self.p.ck.table.obj(obj).kind, ObjKind::Var(_))
            && (self.is_global(obj) || matches!(self.var_loc(obj), VarLoc::Ptr(..)))
    }

    /// Does evaluating `e`, its calls aside, read memory that a call may write?
    fn reads_memory(&mut self, e: &Expr) -> bool {
        if matches!(self.mode(e), Mode::Const | Mode::Type | Mode::Nil) {
            return false;
        }
        match &e.kind {
            ExprKind::Ident(_) => {
                let obj = self.info(e.id).obj;
                obj != ObjId::NONE && self.is_memory_var(obj)
            }
            ExprKind::Paren(x) | ExprKind::TypeAssert { x, .. } => self.reads_memory(x),
            ExprKind::Unary { op: UnaryOp::Addr, x } => self.place_reads(x),
            ExprKind::Unary { op, x } => *op != UnaryOp::Recv && self.reads_memory(x),
            ExprKind::Binary { op: BinaryOp::AndAnd | BinaryOp::OrOr, x, y } => {
                !self.has_call(e) && (self.reads_memory(x) || self.reads_memory(y))
            }
            ExprKind::Binary { x, y, .. } => self.reads_memory(x) || self.reads_memory(y),
            ExprKind::Star(_) => true,
            ExprKind::Index { x, indices } => match self.p.kind(self.ty_of(x)) {
                K::Array(..) | K::Str => self.reads_memory(x) || indices.iter().any(|i| self.reads_memory(i)),
                K::Slice(_) | K::Map(..) | K::Ptr(_) => true,
                _ => false,
            },
            ExprKind::Slice { x, index, .. } => {
                self.reads_memory(x) || index.iter().flatten().any(|i| self.reads_memory(i))
            }
            ExprKind::Selector { x, sel } => match self.selection(e.id) {
                Some(s) if s.kind == SelectionKind::Field => s.indirect || self.reads_memory(x),
                Some(s) => s.kind == SelectionKind::MethodVal && self.reads_memory(x),
                None => {
                    let obj = self.obj(sel.id);
                    obj != ObjId::NONE && self.is_memory_var(obj)
                }
            },
            ExprKind::Call { fun, args, .. } => {
                let inline = self.mode(fun) == Mode::Type || self.builtin_of(fun).is_some();
                inline && args.iter().any(|a| self.reads_memory(a))
            }
            ExprKind::CompositeLit { elems, .. } => elems.iter().any(|x| match &x.kind {
                ExprKind::KeyValue { value, .. } => self.reads_memory(value),
                _ => self.reads_memory(x),
            }),
            _ => false,
        }
    }
    /// Does finding the place of `e` read memory that a call may write?
    fn place_reads(&mut self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Paren(x) => self.place_reads(x),
            ExprKind::Star(x) => self.reads_memory(x),
            ExprKind::Index { x, indices } => {
                let array = matches!(self.p.kind(self.ty_of(x)), K::Array(..));
                let base = if array { self.place_reads(x) } else { self.reads_memory(x) };
                base || indices.iter().any(|i| self.reads_memory(i))
            }
            ExprKind::Selector { x, .. } => match self.selection(e.id) {
                Some(s) if s.indirect => self.reads_memory(x),
                Some(_) => self.place_reads(x),
                None => false,
            },
            ExprKind::CompositeLit { .. } => self.reads_memory(e),
            _ => false,
        }
    }
}
