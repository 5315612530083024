//! Calls of built-in functions. Their arguments' nodes have the final types; there are no signatures for them.
use super::{
    call::Call,
    expr::Kind,
    operand::{OpMode, Operand, Src},
};
use crate::{
    checker::Checker,
    constant::ConstValue,
    info::{Selection, SelectionKind},
    intern::*,
    lookup::{Found, Lookup},
    object::*,
    query::Cause,
    table::*,
};
use std::cmp::Ordering;
use syntax::{ast::ExprKind, print::expr_string};

/// A built-in function's name, as a call of it is written.
pub fn name(b: Builtin) -> &'static str {
    use Builtin::*;
    match b {
        Append => "append",
        Cap => "cap",
        Clear => "clear",
        Close => "close",
        Complex => "complex",
        Copy => "copy",
        Delete => "delete",
        Imag => "imag",
        Len => "len",
        Make => "make",
        Max => "max",
        Min => "min",
        New => "new",
        Panic => "panic",
        Print => "print",
        Println => "println",
        Real => "real",
        Recover => "recover",
        Add => "unsafe.Add",
        Alignof => "unsafe.Alignof",
        Offsetof => "unsafe.Offsetof",
        Sizeof => "unsafe.Sizeof",
        Slice => "unsafe.Slice",
        SliceData => "unsafe.SliceData",
        String => "unsafe.String",
        StringData => "unsafe.StringData",
    }
}

/// The name as messages have it.
fn short(b: Builtin) -> &'static str {
    let n = name(b);
    n.strip_prefix("unsafe.").unwrap_or(n)
}

/// What calls may be used as.
pub(crate) fn kind(b: Builtin) -> Kind {
    use Builtin::*;
    match b {
        Clear | Close | Copy | Delete | Panic | Print | Println | Recover => Kind::Statement,
        _ => Kind::Expression,
    }
}

/// Least number of arguments, and whether there may be more.
fn arity(b: Builtin) -> (usize, bool) {
    use Builtin::*;
    match b {
        Append | Make | Max | Min => (1, true),
        Print | Println => (0, true),
        Recover => (0, false),
        Complex | Copy | Delete | Add | Slice | String => (2, false),
        _ => (1, false),
    }
}

impl Checker {
    /// The result of a call, or None after an error.
    pub(crate) fn builtin(&mut self, call: Call, id: Builtin) -> Option<Operand> {
        if call.dots && id != Builtin::Append {
            let msg = format!("invalid operation: invalid use of ... with built-in {}", short(id));
            self.error(call.e.start_pos(), msg);
            self.use_exprs(call.args);
            return None;
        }
        let had_call = self.env.has_call;
        let measuring = matches!(id, Builtin::Len | Builtin::Cap);
        if measuring {
            self.env.has_call = false;
        }
        let r = self.builtin_args(call, id);
        if measuring {
            self.env.has_call = had_call;
        }
        r
    }

    fn builtin_args(&mut self, call: Call, id: Builtin) -> Option<Operand> {
        let mut args = Vec::new();
        let nargs = if matches!(id, Builtin::Make | Builtin::New | Builtin::Offsetof) {
            call.args.len()
        } else {
            args = self.expr_list(call.args);
            if args.iter().any(|a| !a.valid()) {
                return None;
            }
            args.len()
        };
        let (least, variadic) = arity(id);
        let how = if nargs < least {
            "not enough"
        } else if !variadic && nargs > least {
            "too many"
        } else {
            ""
        };
        if !how.is_empty() {
            let es = expr_string(call.e);
            let msg =
                format!("invalid operation: {how} arguments for {es} (expected {least}, found {nargs})");
            self.error(call.e.start_pos(), msg);
            return None;
        }
        let mut x = args.first().cloned().unwrap_or_default();
        match id {
            Builtin::Append => self.append(call, args),
            Builtin::Cap | Builtin::Len => self.length(x, id),
            Builtin::Clear => {
                self.need_version(call.fun.start_pos(), 21, "clear");
                let t = &self.table;
                let ok = t.under_is(x.ty, |u| {
                    u.is_some_and(|u| matches!(t.get(u), Type::Map(..) | Type::Slice(_)))
                });
                if !ok {
                    let msg = format!(
                        "invalid argument: cannot clear {}: argument must be (or constrained by) map or slice",
                        self.op_str(&x)
                    );
                    self.error(x.pos(), msg);
                    return None;
                }
                no_value(x)
            }
            Builtin::Close => {
                let t = &self.table;
                let mut recv_only = false;
                let ok = t.under_is(x.ty, |u| match u.map(|u| t.get(u)) {
                    Some(Type::Chan(ChanDir::Recv, _)) => {
                        recv_only = true;
                        false
                    }
                    Some(Type::Chan(..)) => true,
                    _ => false,
                });
                if !ok {
                    let what = if recv_only { "receive-only channel" } else { "non-channel" };
                    let msg = format!("invalid operation: cannot close {what} {}", self.op_str(&x));
                    self.error(x.pos(), msg);
                    return None;
                }
                no_value(x)
            }
            Builtin::Complex => {
                let y = args.swap_remove(1);
                self.complex(call, x, y)
            }
            Builtin::Copy => {
                let y = args.swap_remove(1);
                self.copy(x, y)
            }
            Builtin::Delete => {
                let key = args.swap_remove(1);
                self.delete(x, key)
            }
            Builtin::Imag | Builtin::Real => self.complex_part(x, id),
            Builtin::Make => self.make(call),
            Builtin::Max | Builtin::Min => self.min_max(call, args, id),
            Builtin::New => self.new_value(call),
            Builtin::Panic => {
                self.assignment(&mut x, Some(EMPTY_INTERFACE), "argument to panic".into());
                if !x.valid() {
                    return None;
                }
                no_value(x)
            }
            Builtin::Print | Builtin::Println => {
                for a in &mut args {
                    let ctx = if id == Builtin::Print {
                        "argument to built-in print"
                    } else {
                        "argument to built-in println"
                    };
                    self.assignment(a, None, ctx.into());
                    if !a.valid() {
                        return None;
                    }
                }
                no_value(x)
            }
            Builtin::Recover => Some(Operand::value(EMPTY_INTERFACE, Src::None)),
            _ => self.unsafe_builtin(call, id, x, args),
        }
    }

    /// The element type of a slice; reports what is none.
    fn slice_elem(&mut self, x: &Operand) -> Result<TypeId, String> {
        let terms: Vec<TypeId> = match &self.table.type_set(x.ty).terms {
            _ if !self.table.is_type_param(x.ty) => vec![x.ty],
            Some(terms) => terms.iter().map(|t| t.ty).collect(),
            None => Vec::new(),
        };
        let mut elem: Option<TypeId> = None;
        let not_slice = |c: &Checker| {
            if x.is_nil() {
                "argument must be a slice; have untyped nil".to_string()
            } else {
                format!("argument must be a slice; have {}", c.op_str(x))
            }
        };
        for t in terms {
            let Type::Slice(e) = self.table.under(t) else { return Err(not_slice(self)) };
            match elem {
                None => elem = Some(*e),
                Some(f) if !self.table.identical(f, *e) => {
                    return Err(format!(
                        "mismatched slice element types {} and {} in {}",
                        self.ts(f),
                        self.ts(*e),
                        self.op_str(x)
                    ));
                }
                _ => {}
            }
        }
        elem.ok_or_else(|| not_slice(self))
    }

    /// Is `t` a string or a slice of bytes, or a type parameter for such? And is there a string among them?
    fn bytes_or_string(&self, t: TypeId) -> (bool, bool) {
        let mut has_string = false;
        let ok = self.table.under_is(t, |u| {
            let Some(u) = u else { return false };
            match self.table.get(u) {
                Type::Slice(e) => self.table.identical(*e, basic(Basic::Uint8)),
                Type::Basic(Basic::String | Basic::UntypedString) => {
                    has_string = true;
                    true
                }
                _ => false,
            }
        });
        (ok, has_string)
    }

    fn append(&mut self, call: Call, mut args: Vec<Operand>) -> Option<Operand> {
        let mut x = args[0].clone();
        let elem = match self.slice_elem(&x) {
            Ok(e) => e,
            Err(why) => {
                if x.ty.0 != 0 && self.table.underlying(x.ty).0 != 0 {
                    self.error(x.pos(), format!("invalid append: {why}"));
                }
                return None;
            }
        };
        let mut done = false;
        if args.len() == 2 && call.dots && self.assignable(&x, BYTES, &mut Cause::none()) {
            let y = &mut args[1];
            let (ok, has_string) = self.bytes_or_string(y.ty);
            if ok && has_string {
                if self.table.is_untyped(y.ty) {
                    self.convert_untyped(y, basic(Basic::String));
                }
                done = true;
            }
        }
        if !done {
            let variadic = self.table.slice(elem);
            let sig = self.table.func(vec![x.ty, variadic], Vec::new(), true);
            self.arguments(call, sig, Vec::new(), &[], args, Vec::new(), &None);
        }
        x.mode = OpMode::Value;
        x.val = ConstValue::Unknown;
        Some(x)
    }

    fn length(&mut self, mut x: Operand, id: Builtin) -> Option<Operand> {
        let len = id == Builtin::Len;
        let t = &self.table;
        let mut mode = OpMode::Invalid;
        let mut val = ConstValue::Unknown;
        match t.get(self.array_behind(t.underlying(x.ty))) {
            Type::Basic(Basic::String | Basic::UntypedString) if len => {
                if let (true, Some(len)) = (x.is_const(), x.val.str_len()) {
                    mode = OpMode::Const;
                    val = len.into();
                } else {
                    mode = OpMode::Value;
                }
            }
            Type::Array(_, n) => {
                mode = OpMode::Value;
                if !self.env.has_call {
                    mode = OpMode::Const;
                    val = (*n).into();
                }
            }
            Type::Slice(_) | Type::Chan(..) => mode = OpMode::Value,
            Type::Map(..) if len => mode = OpMode::Value,
            Type::Interface(_) if t.is_type_param(x.ty) => {
                let ok = t.under_is(x.ty, |u| {
                    let Some(u) = u else { return false };
                    match t.get(self.array_behind(u)) {
                        Type::Basic(Basic::String) | Type::Map(..) => len,
                        Type::Array(..) | Type::Slice(_) | Type::Chan(..) => true,
                        _ => false,
                    }
                });
                if ok {
                    mode = OpMode::Value;
                }
            }
            _ => {}
        }
        if mode == OpMode::Invalid {
            if !self.is_complete(x.ty) {
                return None;
            }
            if self.table.underlying(x.ty).0 != 0 {
                let msg = format!("invalid argument: {} for built-in {}", self.op_str(&x), name(id));
                self.error(x.pos(), msg);
            }
            return None;
        }
        if self.table.is_untyped(x.ty) {
            self.update_operand_type(&x, basic(Basic::String), true);
        }
        x.mode = mode;
        x.ty = basic(Basic::Int);
        x.val = val;
        Some(x)
    }

    /// The array that a pointer points to; other types as they are.
    pub(crate) fn array_behind(&self, t: TypeId) -> TypeId {
        if let Type::Pointer(p) = self.table.get(t) {
            let u = self.table.underlying(*p);
            if matches!(self.table.get(u), Type::Array(..)) {
                return u;
            }
        }
        t
    }

    fn complex(&mut self, call: Call, mut x: Operand, mut y: Operand) -> Option<Operand> {
        match (self.table.is_untyped(x.ty), self.table.is_untyped(y.ty)) {
            (false, false) => {}
            (true, false) => self.convert_untyped(&mut x, y.ty),
            (false, true) => self.convert_untyped(&mut y, x.ty),
            (true, true) => {
                if x.is_const() && y.is_const() {
                    for o in [&mut x, &mut y] {
                        if self.table.is_numeric(o.ty) && o.val.imag().sign() == 0 {
                            o.ty = basic(Basic::UntypedFloat);
                            o.val = o.val.real();
                        }
                    }
                } else {
                    self.convert_untyped(&mut x, basic(Basic::Float64));
                    self.convert_untyped(&mut y, basic(Basic::Float64));
                }
            }
        }
        if !x.valid() || !y.valid() {
            return None;
        }
        if !self.table.identical(x.ty, y.ty) {
            let (es, xt, yt) = (expr_string(call.e), self.ts(x.ty), self.ts(y.ty));
            self.error(x.pos(), format!("invalid operation: {es} (mismatched types {xt} and {yt})"));
            return None;
        }
        let result = match self.table.as_basic(x.ty) {
            Some(Basic::Float32) => Basic::Complex64,
            Some(Basic::Float64) => Basic::Complex128,
            Some(Basic::UntypedFloat) => Basic::UntypedComplex,
            _ => {
                if self.param_parts(&x, Builtin::Complex) {
                    return None;
                }
                let msg = format!(
                    "invalid argument: arguments have type {}, expected floating-point",
                    self.ts(x.ty)
                );
                self.error(x.pos(), msg);
                return None;
            }
        };
        if x.is_const() && y.is_const() {
            x.val = ConstValue::complex(x.val.real(), y.val.real());
        } else {
            x.mode = OpMode::Value;
        }
        x.ty = basic(result);
        Some(x)
    }

    /// Complex built-ins do not take type parameters; says so.
    fn param_parts(&mut self, x: &Operand, id: Builtin) -> bool {
        if !self.table.is_type_param(x.ty) {
            return false;
        }
        let ok = match id {
            Builtin::Complex => self.table.all_float(x.ty),
            _ => self.table.all_complex(x.ty),
        };
        if ok {
            let msg = format!(
                "{} not supported as argument to built-in {} for go1.18 (see go.dev/issue/50937)",
                self.op_str(x),
                name(id)
            );
            self.soft_error(x.pos(), msg);
        }
        ok
    }

    fn complex_part(&mut self, mut x: Operand, id: Builtin) -> Option<Operand> {
        if self.table.is_untyped(x.ty) {
            if x.is_const() {
                if self.table.is_numeric(x.ty) {
                    x.ty = basic(Basic::UntypedComplex);
                }
            } else {
                self.convert_untyped(&mut x, basic(Basic::Complex128));
                if !x.valid() {
                    return None;
                }
            }
        }
        let result = match self.table.as_basic(x.ty) {
            Some(Basic::Complex64) => Basic::Float32,
            Some(Basic::Complex128) => Basic::Float64,
            Some(Basic::UntypedComplex) => Basic::UntypedFloat,
            _ => {
                if self.param_parts(&x, id) {
                    return None;
                }
                let msg =
                    format!("invalid argument: argument has type {}, expected complex type", self.ts(x.ty));
                self.error(x.pos(), msg);
                return None;
            }
        };
        if x.is_const() {
            x.val = if id == Builtin::Real { x.val.real() } else { x.val.imag() };
        } else {
            x.mode = OpMode::Value;
        }
        x.ty = basic(result);
        Some(x)
    }

    fn copy(&mut self, mut x: Operand, mut y: Operand) -> Option<Operand> {
        let dst = match self.slice_elem(&x) {
            Ok(e) => e,
            Err(why) => {
                self.error(x.pos(), format!("invalid copy: {why}"));
                return None;
            }
        };
        let special = self.assignable(&x, BYTES, &mut Cause::none()) && self.bytes_or_string(y.ty).0;
        if !special {
            let src = match self.slice_elem(&y) {
                Ok(e) => e,
                Err(why) => {
                    if !self.table.all_string(y.ty) {
                        self.error(y.pos(), format!("invalid copy: {why}"));
                        return None;
                    }
                    basic(Basic::Uint8)
                }
            };
            if !self.table.identical(dst, src) {
                let msg = format!(
                    "invalid copy: arguments {} and {} have different element types {} and {}",
                    self.op_str(&x),
                    self.op_str(&y),
                    self.ts(dst),
                    self.ts(src)
                );
                self.error(x.pos(), msg);
                return None;
            }
        }
        if self.table.is_untyped(y.ty) {
            self.convert_untyped(&mut y, basic(Basic::String));
        }
        x.mode = OpMode::Value;
        x.ty = basic(Basic::Int);
        Some(x)
    }

    fn delete(&mut self, x: Operand, mut key: Operand) -> Option<Operand> {
        let t = &self.table;
        let mut found: Option<TypeId> = None;
        let mut different = false;
        let ok = t.under_is(x.ty, |u| {
            let Some(Type::Map(k, _)) = u.map(|u| t.get(u)) else { return false };
            different = found.is_some_and(|f| !t.identical(f, *k));
            found = Some(*k);
            !different
        });
        let Some(k) = found.filter(|_| ok) else {
            let msg = if different {
                format!("invalid argument: maps of {} must have identical key types", self.op_str(&x))
            } else {
                format!("invalid argument: {} is not a map", self.op_str(&x))
            };
            self.error(x.pos(), msg);
            return None;
        };
        self.assignment(&mut key, Some(k), "argument to delete".into());
        if !key.valid() {
            return None;
        }
        no_value(x)
    }

    fn make(&mut self, call: Call) -> Option<Operand> {
        let arg = &call.args[0];
        let t = self.var_type(arg);
        self.complete_pending();
        if t.0 == 0 {
            for a in &call.args[1..] {
                self.use_expr(a);
            }
            return None;
        }
        let mut cause = Cause::new(self.env.file.pkg);
        let table = &self.table;
        let fits = |u: TypeId| matches!(table.get(u), Type::Slice(_) | Type::Map(..) | Type::Chan(..));
        let mut none = false;
        let all = table.under_is(t, |u| {
            none |= u.is_none();
            u.is_some_and(fits)
        });
        let core = if all { table.common_under(t, &mut cause) } else { None };
        let Some(core) = core else {
            if table.underlying(t).0 == 0 {
                return None;
            }
            let why = if none {
                "no specific type".into()
            } else if !all {
                "type must be slice, map, or channel".to_string()
            } else {
                cause.text
            };
            let a = expr_string(arg);
            self.error(arg.start_pos(), format!("invalid argument: cannot make {a}: {why}"));
            for a in &call.args[1..] {
                self.use_expr(a);
            }
            return None;
        };
        let least = if matches!(self.table.get(core), Type::Slice(_)) { 2 } else { 1 };
        let n = call.args.len();
        if n < least || least + 1 < n {
            let es = expr_string(call.e);
            let msg =
                format!("invalid operation: {es} expects {least} or {} arguments; found {n}", least + 1);
            self.error(call.e.start_pos(), msg);
            return None;
        }
        let sizes: Vec<Option<u64>> = call.args[1..].iter().map(|a| self.index(a, None).1).collect();
        if let [Some(len), Some(cap)] = sizes[..]
            && len > cap
        {
            let msg = "invalid argument: length and capacity swapped";
            self.error(call.args[1].start_pos(), msg);
        }
        Some(Operand::value(t, Src::None))
    }

    fn min_max(&mut self, call: Call, args: Vec<Operand>, id: Builtin) -> Option<Operand> {
        self.need_version(call.fun.start_pos(), 21, &format!("built-in {}", name(id)));
        let mut x = args[0].clone();
        for (i, a) in args.iter().enumerate() {
            let mut a = a.clone();
            if !self.table.all_ordered(a.ty) {
                if self.table.underlying(a.ty).0 != 0 {
                    let msg = format!("invalid argument: {} cannot be ordered", self.op_str(&a));
                    self.error(a.pos(), msg);
                }
                return None;
            }
            if i == 0 {
                continue;
            }
            self.match_types(&mut x, &mut a);
            if !x.valid() {
                return None;
            }
            if !self.table.identical(x.ty, a.ty) {
                let msg = format!(
                    "invalid argument: mismatched types {} (previous argument) and {} (type of {})",
                    self.ts(x.ty),
                    self.ts(a.ty),
                    a.text()
                );
                self.error(a.pos(), msg);
                return None;
            }
            if x.is_const() && a.is_const() {
                let wanted = if id == Builtin::Max { Ordering::Greater } else { Ordering::Less };
                if a.val.compare(&x.val) == Some(wanted) {
                    x = a;
                }
            } else {
                x.mode = OpMode::Value;
            }
        }
        if !x.is_const() {
            x.mode = OpMode::Value;
            let ctx =
                if id == Builtin::Max { "argument to built-in max" } else { "argument to built-in min" };
            self.assignment(&mut x, Some(EMPTY_INTERFACE), ctx.into());
            if !x.valid() {
                return None;
            }
        }
        for a in &args {
            self.update_operand_type(a, x.ty, true);
        }
        Some(x)
    }

    fn new_value(&mut self, call: Call) -> Option<Operand> {
        let arg = &call.args[0];
        let mut x = self.expr_or_type(arg, false);
        match x.mode {
            OpMode::Invalid => return None,
            OpMode::Builtin => {
                let msg = format!("{} must be called", self.op_str(&x));
                self.error(x.pos(), msg);
                return None;
            }
            OpMode::Type => {
                self.valid_var_type(arg, x.ty);
                if x.ty.0 == 0 {
                    return None;
                }
            }
            _ => {
                if self.table.is_untyped(x.ty) {
                    self.assignment(&mut x, None, "argument to new".into());
                    if !x.valid() {
                        return None;
                    }
                }
                self.need_version(call.fun.start_pos(), 26, &format!("new({})", expr_string(arg)));
            }
        }
        let t = self.table.pointer(x.ty);
        Some(Operand::value(t, Src::None))
    }

    fn unsafe_builtin(
        &mut self,
        call: Call,
        id: Builtin,
        mut x: Operand,
        mut args: Vec<Operand>,
    ) -> Option<Operand> {
        let at = call.fun.start_pos();
        let uintptr = basic(Basic::Uintptr);
        match id {
            Builtin::Add => {
                self.need_version(at, 17, "unsafe.Add");
                self.assignment(&mut x, Some(basic(Basic::UnsafePointer)), "argument to unsafe.Add".into());
                if !x.valid() || !self.valid_index(&mut args[1], "length", true) {
                    return None;
                }
                Some(Operand::value(basic(Basic::UnsafePointer), Src::None))
            }
            Builtin::Alignof | Builtin::Sizeof => {
                let ctx = if id == Builtin::Sizeof {
                    "argument to unsafe.Sizeof"
                } else {
                    "argument to unsafe.Alignof"
                };
                self.assignment(&mut x, None, ctx.into());
                if !x.valid() || !self.is_complete(x.ty) {
                    return None;
                }
                if !self.constant_size(x.ty)? {
                    x.mode = OpMode::Value;
                } else {
                    let word = self.word as u8;
                    let n = if id == Builtin::Sizeof {
                        self.table.size_of(x.ty, word)
                    } else {
                        self.table.align_of(x.ty, word)
                    };
                    if n > i64::MAX as u64 {
                        let msg = format!("{} is too large", self.op_str(&x));
                        self.error(x.pos(), msg);
                        return None;
                    }
                    x.mode = OpMode::Const;
                    x.val = n.into();
                }
                x.ty = uintptr;
                Some(x)
            }
            Builtin::Offsetof => self.offset_of(call),
            Builtin::Slice => {
                self.need_version(at, 17, "unsafe.Slice");
                let core = self.table.core_type(x.ty);
                let Some(Type::Pointer(base)) = core.map(|u| self.table.get(u)) else {
                    let msg = format!("invalid argument: {} is not a pointer", self.op_str(&x));
                    self.error(x.pos(), msg);
                    return None;
                };
                if !self.valid_index(&mut args[1], "length", false) {
                    return None;
                }
                Some(Operand::value(self.table.slice(*base), Src::None))
            }
            Builtin::SliceData => {
                self.need_version(at, 20, "unsafe.SliceData");
                let core = self.table.core_type(x.ty);
                let Some(Type::Slice(elem)) = core.map(|u| self.table.get(u)) else {
                    let msg = format!("invalid argument: {} is not a slice", self.op_str(&x));
                    self.error(x.pos(), msg);
                    return None;
                };
                Some(Operand::value(self.table.pointer(*elem), Src::None))
            }
            Builtin::String => {
                self.need_version(at, 20, "unsafe.String");
                let ptr = self.table.pointer(basic(Basic::Uint8));
                self.assignment(&mut x, Some(ptr), "argument to unsafe.String".into());
                if !x.valid() || !self.valid_index(&mut args[1], "length", false) {
                    return None;
                }
                Some(Operand::value(basic(Basic::String), Src::None))
            }
            Builtin::StringData => {
                self.need_version(at, 20, "unsafe.StringData");
                self.assignment(&mut x, Some(basic(Basic::String)), "argument to unsafe.StringData".into());
                if !x.valid() {
                    return None;
                }
                Some(Operand::value(self.table.pointer(basic(Basic::Uint8)), Src::None))
            }
            _ => None,
        }
    }

    fn offset_of(&mut self, call: Call) -> Option<Operand> {
        let arg = &call.args[0];
        let sel_expr = arg.unparen();
        let ExprKind::Selector { x: xe, sel } = &sel_expr.kind else {
            let a = expr_string(arg);
            self.error(arg.start_pos(), format!("invalid argument: {a} is not a selector expression"));
            self.use_expr(arg);
            return None;
        };
        let mut x = self.expr(None, xe);
        if !x.valid() {
            return None;
        }
        let base = match self.table.under(x.ty) {
            Type::Pointer(p) if self.table.as_struct(*p).is_some() => *p,
            _ => x.ty,
        };
        let name = sel.name;
        let n = name.as_str();
        let s = match self.table.lookup_field_or_method(base, false, self.env.file.pkg, name) {
            Lookup::Found(s) if s.kind == Found::Field => s,
            Lookup::Found(_) | Lookup::PointerReceiver(_) => {
                let a = expr_string(arg);
                self.error(arg.start_pos(), format!("invalid argument: {a} is a method value"));
                return None;
            }
            _ => {
                let t = self.ts(base);
                self.error(x.pos(), format!("invalid argument: {t} has no single field {n}"));
                return None;
            }
        };
        if s.indirect {
            let t = self.ts(base);
            let msg = format!("invalid argument: field {n} is embedded via a pointer in {t}");
            self.error(x.pos(), msg);
            return None;
        }
        let mode = if x.mode == OpMode::Var { OpMode::Var } else { OpMode::Value };
        let selected = Operand { mode, ty: s.ty, src: Src::Expr(sel_expr), ..Operand::default() };
        self.record(&selected);
        let path = s.path.clone();
        let selection = Selection {
            kind: SelectionKind::Field,
            recv: base,
            path: s.path,
            method: ObjId::NONE,
            indirect: false,
        };
        self.info().selections.insert(sel_expr.id, selection);
        if !self.constant_size(base)? {
            x.mode = OpMode::Value;
        } else {
            let offset = self.offset_in(base, &path);
            if offset > i64::MAX as u64 {
                let msg = format!("{} is too large", self.op_str(&x));
                self.error(x.pos(), msg);
                return None;
            }
            x.mode = OpMode::Const;
            x.val = offset.into();
        }
        x.ty = basic(Basic::Uintptr);
        Some(x)
    }

    fn offset_in(&self, base: TypeId, path: &[u32]) -> u64 {
        let word = self.word as u8;
        let mut ty = base;
        let mut offset = 0;
        for &i in path {
            let layout = self.table.layout(ty, word);
            offset = layout.offsets.get(i as usize).map_or(offset, |&o| o.saturating_add(offset));
            let Some(f) = self.table.as_struct(ty).and_then(|f| f.get(i as usize)) else { break };
            ty = f.ty;
        }
        offset
    }
}

fn no_value(mut x: Operand) -> Option<Operand> {
    x.mode = OpMode::NoValue;
    x.ty = EMPTY_TUPLE;
    Some(x)
}
