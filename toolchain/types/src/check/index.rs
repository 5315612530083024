//! Index and slice expressions.
use super::{
    expr::E,
    operand::{OpMode, Operand, Src},
};
use crate::{checker::Checker, object::ObjId, table::*};
use syntax::ast::Expr;

impl Checker {
    /// `x[indices]`; the bool says that it is an instantiation of a generic function, which is left to do.
    pub(crate) fn index_expr(&mut self, e: E, xe: E, indices: &'static [Expr]) -> (Operand, bool) {
        let mut x = self.expr_or_type(xe, true);
        match x.mode {
            OpMode::Invalid => {
                self.use_exprs(indices);
                return (x, false);
            }
            OpMode::Type => {
                x.ty = self.var_type(e);
                x.generic = ObjId::NONE;
                if x.ty.0 == 0 {
                    x.invalidate();
                }
                return (x, false);
            }
            OpMode::Value if self.table.as_signature(x.ty).is_some_and(|s| !s.tparams.is_empty()) => {
                return (x, true);
            }
            OpMode::Builtin | OpMode::NoValue => {
                let msg = format!("cannot index {}", self.op_str(&x));
                self.error(e.pos, msg);
                self.use_exprs(indices);
                x.invalidate();
                return (x, false);
            }
            _ => {}
        }
        self.non_generic(None, &mut x);
        if !x.valid() || !self.is_complete(x.ty) {
            x.invalidate();
            return (x, false);
        }
        let mut length = None;
        let mut valid = true;
        let constant = x.is_const().then(|| x.val.str_len()).flatten();
        match self.table.under(x.ty) {
            Type::Basic(Basic::String | Basic::UntypedString) => {
                length = constant;
                if self.table.is_untyped(x.ty) {
                    // The operand is indexed as a string whatever becomes of the result.
                    let t = basic(Basic::String);
                    self.update_operand_type(&x, t, true);
                }
                x.mode = OpMode::Value;
                x.ty = basic(Basic::Uint8);
            }
            Type::Array(elem, n) => {
                length = Some(*n);
                if x.mode != OpMode::Var {
                    x.mode = OpMode::Value;
                }
                x.ty = *elem;
            }
            Type::Pointer(p) => {
                if !self.is_complete(*p) {
                    x.invalidate();
                    return (x, false);
                }
                match self.table.under(*p) {
                    Type::Array(elem, n) => {
                        length = Some(*n);
                        x.mode = OpMode::Var;
                        x.ty = *elem;
                    }
                    _ => valid = false,
                }
            }
            Type::Slice(elem) => {
                x.mode = OpMode::Var;
                x.ty = *elem;
            }
            Type::Map(key, elem) => {
                self.map_index(e, &mut x, indices, *key, *elem);
                return (x, false);
            }
            Type::Interface(_) if self.table.is_type_param(x.ty) => match self.param_index(&x) {
                Some((Some(key), elem, ..)) => {
                    self.map_index(e, &mut x, indices, key, elem);
                    return (x, false);
                }
                Some((None, elem, len, mode)) => {
                    length = len;
                    x.mode = mode;
                    x.ty = elem;
                }
                None => valid = false,
            },
            Type::Basic(Basic::Invalid) => {
                self.use_exprs(indices);
                x.invalidate();
                return (x, false);
            }
            _ => valid = false,
        }
        if !valid {
            let msg = format!("cannot index {}", self.op_str(&x));
            self.error(e.pos, msg);
            self.use_exprs(indices);
            x.invalidate();
            return (x, false);
        }
        let Some(index) = self.single_index(indices) else {
            x.invalidate();
            return (x, false);
        };
        self.index(index, length);
        x.src = Src::Expr(e);
        (x, false)
    }

    fn map_index(&mut self, e: E, x: &mut Operand, indices: &'static [Expr], key: TypeId, elem: TypeId) {
        let Some(index) = self.single_index(indices) else {
            x.invalidate();
            return;
        };
        let mut k = self.generic_expr(index, None);
        self.assignment(&mut k, Some(key), "map index".into());
        x.mode = OpMode::MapIndex;
        x.ty = elem;
        x.src = Src::Expr(e);
    }

    /// Indexing a value of a type parameter: map key type, element type, length, mode.
    fn param_index(&self, x: &Operand) -> Option<(Option<TypeId>, TypeId, Option<u64>, OpMode)> {
        let terms = self.table.type_set(x.ty).terms.as_ref()?;
        let mut result: Option<(Option<TypeId>, TypeId, Option<u64>)> = None;
        let mut mode = OpMode::Var;
        for term in terms {
            let (key, elem, len) = match self.table.under(term.ty) {
                Type::Basic(Basic::String) => {
                    mode = OpMode::Value;
                    (None, basic(Basic::Uint8), None)
                }
                Type::Array(elem, n) => {
                    if x.mode != OpMode::Var {
                        mode = OpMode::Value;
                    }
                    (None, *elem, Some(*n))
                }
                Type::Pointer(p) => match self.table.under(*p) {
                    Type::Array(elem, n) => (None, *elem, Some(*n)),
                    _ => return None,
                },
                Type::Slice(elem) => (None, *elem, None),
                Type::Map(key, elem) => (Some(*key), *elem, None),
                _ => return None,
            };
            result = Some(match result {
                None => (key, elem, len),
                Some((k, e, l)) => {
                    let same_key = match (k, key) {
                        (None, None) => true,
                        (Some(a), Some(b)) => self.table.identical(a, b),
                        _ => false,
                    };
                    if !same_key || !self.table.identical(e, elem) {
                        return None;
                    }
                    let shortest = match (l, len) {
                        (Some(a), Some(b)) => Some(a.min(b)),
                        (a, b) => a.or(b),
                    };
                    (k, e, shortest)
                }
            });
        }
        result.map(|(k, e, l)| (k, e, l, mode))
    }

    fn single_index(&mut self, indices: &'static [Expr]) -> Option<E> {
        if let Some(second) = indices.get(1) {
            self.error(second.start_pos(), "invalid operation: more than one index");
        }
        indices.first()
    }

    pub(crate) fn slice_expr(
        &mut self,
        e: E,
        xe: E,
        index: &'static [Option<Box<Expr>>; 3],
        full: bool,
    ) -> Operand {
        let mut x = self.expr(None, xe);
        if !x.valid() {
            for i in index.iter().flatten() {
                self.use_expr(i);
            }
            return x;
        }
        let Some(core) = self.slice_core(&x) else {
            x.invalidate();
            return x;
        };
        let mut valid = false;
        let mut length = None;
        match self.table.get(core) {
            Type::Basic(Basic::String | Basic::UntypedString) => {
                if full {
                    let pos = index[2].as_ref().map_or(e.start_pos(), |i| i.start_pos());
                    self.error(pos, "invalid operation: 3-index slice of string");
                    x.invalidate();
                    return x;
                }
                valid = true;
                if x.is_const() {
                    length = x.val.str_len();
                }
                if self.table.is_untyped(x.ty) {
                    let t = basic(Basic::String);
                    self.update_operand_type(&x, t, true);
                    x.ty = t;
                }
            }
            Type::Array(elem, n) => {
                valid = true;
                length = Some(*n);
                if x.mode != OpMode::Var {
                    let msg = format!("cannot slice unaddressable value {}", self.op_str(&x));
                    self.error(x.pos(), msg);
                    x.invalidate();
                    return x;
                }
                self.mark_address_taken(xe);
                x.ty = self.table.slice(*elem);
            }
            Type::Pointer(p) => {
                if !self.is_complete(*p) {
                    x.invalidate();
                    return x;
                }
                if let Type::Array(elem, n) = self.table.under(*p) {
                    valid = true;
                    length = Some(*n);
                    x.ty = self.table.slice(*elem);
                }
            }
            Type::Slice(_) => valid = true,
            Type::Basic(Basic::Invalid) => {
                x.invalidate();
                return x;
            }
            _ => {}
        }
        if !valid {
            let msg = format!("cannot slice {}", self.op_str(&x));
            self.error(x.pos(), msg);
            x.invalidate();
            return x;
        }
        x.mode = OpMode::Value;
        if full && (index[1].is_none() || index[2].is_none()) {
            // The parser said so.
            x.invalidate();
            return x;
        }
        let mut values = [None; 3];
        for (i, slot) in index.iter().enumerate() {
            values[i] = match slot {
                Some(ie) => self.index(ie, length.map(|n| n + 1)).1,
                None if i == 0 => Some(0),
                None => length,
            };
        }
        'outer: for i in 0..2 {
            let Some(a) = values[i].filter(|&a| a > 0) else { continue };
            for j in i + 1..3 {
                if let (Some(b), Some(ie)) = (values[j], &index[j])
                    && b < a
                {
                    self.error(ie.start_pos(), format!("invalid slice indices: {b} < {a}"));
                    break 'outer;
                }
            }
        }
        x
    }

    /// The type that slicing goes by; reports why there is none.
    fn slice_core(&mut self, x: &Operand) -> Option<TypeId> {
        if !self.table.is_type_param(x.ty) {
            return Some(self.table.underlying(x.ty));
        }
        let Some(terms) = &self.table.type_set(x.ty).terms else {
            let msg = format!("cannot slice {}: no specific type in {}", self.op_str(x), self.ts(x.ty));
            self.error(x.pos(), msg);
            return None;
        };
        let mut common: Option<(TypeId, TypeId)> = None;
        let mut has_string = false;
        for term in terms {
            let mut u = self.table.underlying(term.ty);
            if self.table.is_string(u) {
                u = crate::intern::BYTES;
                has_string = true;
            }
            match common {
                None => common = Some((term.ty, u)),
                Some((ct, cu)) if !self.table.identical(cu, u) => {
                    let msg = format!(
                        "cannot slice {}: {} and {} have different underlying types",
                        self.op_str(x),
                        self.ts(ct),
                        self.ts(term.ty)
                    );
                    self.error(x.pos(), msg);
                    return None;
                }
                _ => {}
            }
        }
        if has_string {
            return Some(basic(Basic::String));
        }
        common.map(|c| c.1)
    }
}
