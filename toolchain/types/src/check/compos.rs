//! Composite literals.
use super::{
    expr::E,
    operand::{OpMode, Operand, Src},
};
use crate::{
    checker::Checker,
    constant::ConstValue,
    info::{Mode, Selection, SelectionKind},
    lookup::{Found, Lookup},
    object::ObjId,
    table::*,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use syntax::{
    Pos, Sym,
    ast::{Expr, ExprKind},
    print::expr_string,
};

/// A constant as a key of a map.
#[derive(PartialEq, Eq, Hash)]
enum ConstKey {
    Bool(bool),
    Int(i64),
    Bits(u64, u64),
    Str(Arc<[u8]>),
    Text(String),
}

fn const_key(v: &ConstValue) -> Option<ConstKey> {
    Some(match v {
        ConstValue::Unknown => return None,
        ConstValue::Bool(b) => ConstKey::Bool(*b),
        ConstValue::Str(s) => ConstKey::Str(s.bytes().clone()),
        ConstValue::Int(v) => ConstKey::Int(*v),
        ConstValue::BigInt(v) => ConstKey::Text(v.to_string()),
        ConstValue::Rat(_) | ConstValue::Float(_) => ConstKey::Bits(v.to_f64().to_bits(), 0),
        ConstValue::Complex(c) => ConstKey::Bits(c.0.to_f64().to_bits(), c.1.to_f64().to_bits()),
    })
}

impl Checker {
    pub(crate) fn composite_lit(
        &mut self,
        e: E,
        ty: Option<E>,
        elems: &'static [Expr],
        rbrace: Pos,
        hint: Option<TypeId>,
    ) -> Operand {
        let mut x = Operand::invalid(e);
        let mut open_array = None;
        let mut typ = TypeId::default();
        let mut base = typ;
        match (ty, hint) {
            (Some(t), _) => match &t.kind {
                ExprKind::ArrayType { len: None, elem } => {
                    open_array = Some((t, self.var_type(elem)));
                }
                _ => {
                    typ = self.typ(t);
                    base = typ;
                }
            },
            (None, Some(hint)) if hint.0 == 0 => {}
            (None, Some(hint)) => {
                typ = hint;
                base = match self.table.core_type(hint).map(|u| self.table.get(u)) {
                    Some(Type::Pointer(p)) => *p,
                    _ => hint,
                };
            }
            (None, None) => {
                self.error(e.start_pos(), "missing type in composite literal");
            }
        }
        self.complete_pending();
        if let Some((t, elem)) = open_array {
            let n = self.indexed_elems(elems, elem, None);
            typ = self.table.array(elem, n);
            self.record_type(t.id, typ);
            x.mode = OpMode::Value;
            x.ty = typ;
            return x;
        }
        if !self.is_complete(base) {
            return x;
        }
        let core = self.table.core_type(base);
        match core.map(|u| self.table.get(u)) {
            Some(Type::Struct(fields)) => {
                self.struct_lit(elems, rbrace, core.unwrap_or_default(), base, fields)
            }
            Some(Type::Array(elem, len)) => {
                self.indexed_elems(elems, *elem, Some(*len));
            }
            Some(Type::Slice(elem)) => {
                self.indexed_elems(elems, *elem, None);
            }
            Some(Type::Map(key, elem)) => self.map_lit(elems, *key, *elem),
            other => {
                for elem in elems {
                    self.use_expr(elem);
                }
                if base.0 != 0 && !matches!(other, Some(Type::Basic(Basic::Invalid))) {
                    let what = if ty.is_none() { " element" } else { "" };
                    let cause = if core.is_none() { " (no common underlying type)" } else { "" };
                    let t = self.ts(typ);
                    self.error(e.start_pos(), format!("invalid composite literal{what} type {t}{cause}"));
                    return x;
                }
            }
        }
        x.mode = OpMode::Value;
        x.ty = typ;
        if typ.0 == 0 {
            x.invalidate();
        }
        x
    }

    fn struct_lit(
        &mut self,
        elems: &'static [Expr],
        rbrace: Pos,
        under: TypeId,
        base: TypeId,
        fields: &'static [Field],
    ) {
        let Some(first) = elems.first() else { return };
        if matches!(first.kind, ExprKind::KeyValue { .. }) {
            return self.keyed_struct_lit(elems, under, base, fields);
        }
        let pkg = self.env.file.pkg;
        let hidden = |f: &Field| !f.name.is_exported() && f.pkg != pkg;
        for (i, elem) in elems.iter().enumerate() {
            if let ExprKind::KeyValue { .. } = elem.kind {
                self.error(elem.start_pos(), "mixture of field:value and value elements in struct literal");
                self.use_expr(elem);
                continue;
            }
            let hint = None;
            let mut x = self.generic_expr(elem, hint);
            let Some(field) = fields.get(i) else {
                let t = self.ts(base);
                self.error(elem.start_pos(), format!("too many values in struct literal of type {t}"));
                break;
            };
            if hidden(field) {
                let (name, t) = (field.name.as_str(), self.ts(base));
                let msg =
                    format!("implicit assignment to unexported field {name} in struct literal of type {t}");
                self.error(elem.start_pos(), msg);
                continue;
            }
            self.assignment(&mut x, Some(field.ty), "struct literal".into());
        }
        if elems.len() < fields.len() {
            let hint = if fields.iter().any(hidden) {
                " (type has unexported fields - use key:value pairs)"
            } else {
                ""
            };
            let t = self.ts(base);
            self.error(rbrace, format!("too few values in struct literal of type {t}{hint}"));
        }
    }

    fn keyed_struct_lit(
        &mut self,
        elems: &'static [Expr],
        under: TypeId,
        base: TypeId,
        fields: &'static [Field],
    ) {
        let pkg = self.env.file.pkg;
        // Paths of the fields that have values, with their names.
        let mut visited: Vec<(Vec<u32>, Sym)> = Vec::with_capacity(elems.len());
        for elem in elems {
            let ExprKind::KeyValue { key, value } = &elem.kind else {
                self.error(elem.start_pos(), "mixture of field:value and value elements in struct literal");
                self.use_expr(elem);
                continue;
            };
            let mut x = self.generic_expr(value, None);
            let ExprKind::Ident(name) = key.kind else {
                let k = expr_string(key);
                self.error(elem.start_pos(), format!("invalid field name {k} in struct literal"));
                continue;
            };
            let own = fields.iter().position(|f| f.name == name && (f.pkg == pkg || name.is_exported()));
            let (path, ty) = match own {
                Some(i) if !name.is_blank() => (vec![i as u32], fields[i].ty),
                _ => match self.promoted_key(key, name, under, base) {
                    Some(found) => found,
                    None => continue,
                },
            };
            let selection = Selection {
                kind: SelectionKind::Field,
                recv: base,
                path: path.clone(),
                method: ObjId::NONE,
                indirect: false,
            };
            let info = self.info();
            info.selections.insert(key.id, selection);
            let node = &mut info.nodes[key.id.index()];
            node.ty = ty;
            node.mode = Mode::Var;
            self.assignment(&mut x, Some(ty), "struct literal".into());
            let n = name.as_str();
            let clash = visited.iter().find(|(p, _)| {
                let len = p.len().min(path.len());
                p[..len] == path[..len]
            });
            if let Some((p, alt)) = clash {
                let alt = alt.as_str();
                let msg = match p.len().cmp(&path.len()) {
                    std::cmp::Ordering::Equal => format!("duplicate field name {n} in struct literal"),
                    std::cmp::Ordering::Less => {
                        format!("cannot specify promoted field {n} and enclosing embedded field {alt}")
                    }
                    std::cmp::Ordering::Greater => {
                        format!("cannot specify embedded field {n} and enclosed promoted field {alt}")
                    }
                };
                self.error(elem.start_pos(), msg);
            } else {
                visited.push((path, name));
            }
        }
    }

    /// A field of an embedded struct as a key (since go1.27).
    fn promoted_key(&mut self, key: E, name: Sym, under: TypeId, base: TypeId) -> Option<(Vec<u32>, TypeId)> {
        let pkg = self.env.file.pkg;
        let n = name.as_str();
        match self.table.lookup_field_or_method(under, false, pkg, name) {
            Lookup::Found(s) if s.kind == Found::Field => {
                if s.path.len() > 1 && !self.allows(27) {
                    let what = format!(
                        "use of promoted field {} in struct literal of type {}",
                        self.field_path(under, &s.path),
                        self.ts(base)
                    );
                    self.version_error(key.start_pos(), 27, &what);
                    return None;
                }
                if s.indirect {
                    let msg = format!("invalid implicit pointer indirection to reach {n}");
                    self.error(key.start_pos(), msg);
                    return None;
                }
                Some((s.path, s.ty))
            }
            Lookup::Found(_) | Lookup::PointerReceiver(_) => {
                self.error(key.start_pos(), format!("{n} is not a field"));
                None
            }
            _ => {
                let msg = self.lookup_error(base, under, name, true);
                self.error(key.start_pos(), msg);
                None
            }
        }
    }

    /// `A.B.f` for a path of fields.
    fn field_path(&self, ty: TypeId, path: &[u32]) -> String {
        let mut names = Vec::new();
        let mut ty = ty;
        for &i in path {
            let ty_base = self.table.pointer_elem(ty).unwrap_or(ty);
            let Some(f) = self.table.as_struct(ty_base).and_then(|f| f.get(i as usize)) else { break };
            names.push(f.name.as_str());
            ty = f.ty;
        }
        names.join(".")
    }

    fn map_lit(&mut self, elems: &'static [Expr], key_type: TypeId, elem_type: TypeId) {
        let by_type = self.table.is_nonparam_interface(key_type);
        let mut visited: FxHashSet<(ConstKey, TypeId)> = FxHashSet::default();
        for elem in elems {
            let ExprKind::KeyValue { key, value } = &elem.kind else {
                self.error(elem.start_pos(), "missing key in map literal");
                self.use_expr(elem);
                continue;
            };
            let mut x = self.generic_expr(key, Some(key_type));
            self.assignment(&mut x, Some(key_type), "map literal".into());
            if !x.valid() {
                self.use_expr(value);
                continue;
            }
            if x.is_const()
                && let Some(k) = const_key(&x.val)
            {
                let t = if by_type { self.table.canon(x.ty) } else { TypeId::default() };
                if !visited.insert((k, t)) {
                    let v = self.const_str(&x.val, x.ty);
                    self.error(x.pos(), format!("duplicate key {v} in map literal"));
                    continue;
                }
            }
            let mut v = self.generic_expr(value, Some(elem_type));
            self.assignment(&mut v, Some(elem_type), "map literal".into());
        }
    }

    /// Elements of an array or slice literal; returns its length.
    fn indexed_elems(&mut self, elems: &'static [Expr], ty: TypeId, len: Option<u64>) -> u64 {
        // Only keys can make an index come twice.
        let keyed = elems.iter().any(|e| matches!(e.kind, ExprKind::KeyValue { .. }));
        let mut visited: FxHashSet<u64> = FxHashSet::default();
        let (mut index, mut max) = (0u64, 0u64);
        for elem in elems {
            let mut valid = false;
            let mut value = elem;
            if let ExprKind::KeyValue { key, value: v } = &elem.kind {
                let (t, i) = self.index(key, len);
                if let Some(i) = i {
                    index = i;
                    valid = true;
                } else if t.0 != 0 {
                    let k = expr_string(key);
                    self.error(elem.start_pos(), format!("index {k} must be integer constant"));
                }
                value = v;
            } else if let Some(len) = len
                && index >= len
            {
                self.error(elem.start_pos(), format!("index {index} is out of bounds (>= {len})"));
            } else {
                valid = true;
            }
            if valid && keyed && !visited.insert(index) {
                self.error(elem.start_pos(), format!("duplicate index {index} in array or slice literal"));
            }
            index += 1;
            max = max.max(index);
            let mut x = self.generic_expr(value, Some(ty));
            self.assignment(&mut x, Some(ty), "array or slice literal".into());
        }
        max
    }

    /// An index: its type (invalid after an error) and, if it is constant and within bounds, its value.
    pub(crate) fn index(&mut self, e: E, max: Option<u64>) -> (TypeId, Option<u64>) {
        let mut x = self.expr(None, e);
        if !self.valid_index(&mut x, "index", false) {
            return (TypeId::default(), None);
        }
        if !x.is_const() {
            return (x.ty, None);
        }
        let Some(v) = x.val.as_u64() else { return (TypeId::default(), None) };
        if let Some(max) = max
            && v >= max
        {
            let s = self.const_str(&x.val, x.ty);
            self.error(x.pos(), format!("invalid argument: index {s} out of bounds [0:{max}]"));
            return (TypeId::default(), None);
        }
        (x.ty, Some(v))
    }

    /// Is it an integer that may index, or be a length?
    pub(crate) fn valid_index(&mut self, x: &mut Operand, what: &str, allow_negative: bool) -> bool {
        if !x.valid() {
            return false;
        }
        self.convert_untyped(x, basic(Basic::Int));
        if !x.valid() {
            return false;
        }
        if !self.table.all_integer(x.ty) {
            if self.table.underlying(x.ty).0 != 0 {
                let msg = format!("invalid argument: {what} {} must be integer", self.op_str(x));
                self.error(x.pos(), msg);
            }
            return false;
        }
        if x.is_const() {
            if x.val.is_unknown() {
                return false;
            }
            if !allow_negative && x.val.sign() < 0 {
                let msg = format!("invalid argument: {what} {} must not be negative", self.op_str(x));
                self.error(x.pos(), msg);
                return false;
            }
            if x.val.representable(Basic::Int, self.word).is_none() {
                let msg = format!("invalid argument: {what} {} overflows int", self.op_str(x));
                self.error(x.pos(), msg);
                return false;
            }
        }
        true
    }

    /// Cases that were seen in a switch: value, types and where.
    pub(crate) fn case_seen(&self, seen: &mut CaseValues, x: &Operand) -> Option<Pos> {
        let key = const_key(&x.val)?;
        // Bools may come twice.
        if matches!(key, ConstKey::Bool(_)) {
            return None;
        }
        let ty = self.table.canon(x.ty);
        match seen.0.entry((key, ty)) {
            std::collections::hash_map::Entry::Occupied(o) => Some(*o.get()),
            std::collections::hash_map::Entry::Vacant(v) => {
                v.insert(x.expr().map_or(x.pos(), |e| e.pos));
                None
            }
        }
    }
}

/// Constants that were cases of a switch.
#[derive(Default)]
pub(crate) struct CaseValues(FxHashMap<(ConstKey, TypeId), Pos>);

impl Operand {
    /// A value of a type, for messages about `e`.
    pub(crate) fn of(ty: TypeId, e: E) -> Operand {
        Operand::value(ty, Src::Expr(e))
    }
}
