//! `switch` statements.
use super::{
    compos::CaseValues,
    expr::E,
    operand::{OpMode, Operand, Src},
};
use crate::{checker::Checker, constant::ConstValue, object::*, table::*};
use rustc_hash::FxHashMap;
use syntax::{
    Pos,
    ast::{self, BinaryOp, ExprKind},
};

impl Checker {
    fn multiple_defaults(&mut self, clauses: &'static [ast::CaseClause]) {
        let mut first: Option<Pos> = None;
        for c in clauses.iter().filter(|c| c.is_default) {
            match first {
                Some(at) => self.error(c.pos, format!("multiple defaults (first at {at})")),
                None => first = Some(c.pos),
            }
        }
    }

    pub(crate) fn switch_stmt(&mut self, s: &'static ast::SwitchStmt) {
        self.open_scope();
        if let Some(init) = &s.init {
            self.stmt(init);
        }
        let mut x = match &s.tag {
            Some(tag) => {
                let mut x = self.expr(None, tag);
                self.assignment(&mut x, None, "switch expression".into());
                if x.valid() && !self.table.comparable(x.ty) && !self.table.has_nil(x.ty) {
                    if self.table.underlying(x.ty).0 != 0 {
                        let (xs, t) = (self.op_str(&x), self.ts(x.ty));
                        self.error(x.pos(), format!("cannot switch on {xs} ({t} is not comparable)"));
                    }
                    x.invalidate();
                }
                x
            }
            None => {
                let pos = s.clauses.first().map_or(s.rbrace, |c| c.pos);
                Operand {
                    mode: OpMode::Const,
                    ty: basic(Basic::Bool),
                    val: ConstValue::Bool(true),
                    src: Src::Name(pos, "true".into()),
                    ..Operand::default()
                }
            }
        };
        self.multiple_defaults(&s.clauses);
        let mut seen = CaseValues::default();
        for c in &s.clauses {
            for e in &c.cases {
                self.case_value(&mut x, e, &mut seen);
            }
            self.open_scope();
            self.stmts(&c.body);
            self.close_scope();
        }
        self.close_scope();
    }

    fn case_value(&mut self, x: &mut Operand, e: E, seen: &mut CaseValues) {
        let mut v = self.expr(None, e);
        if !x.valid() || !v.valid() {
            return;
        }
        self.convert_untyped(&mut v, x.ty);
        if !v.valid() {
            return;
        }
        let mut result = v.clone();
        self.comparison(&mut result, x, BinaryOp::Eq, true);
        if !result.valid() || v.mode != OpMode::Const {
            return;
        }
        if let Some(at) = self.case_seen(seen, &v) {
            let vs = self.op_str(&v);
            self.error(v.pos(), format!("duplicate case {vs} in expression switch\n\t{at}: previous case"));
        }
    }

    pub(crate) fn type_switch_stmt(&mut self, s: &'static ast::TypeSwitchStmt) {
        self.open_scope();
        if let Some(init) = &s.init {
            self.stmt(init);
        }
        let mut bind = s.bind.as_ref();
        if let Some(b) = bind
            && b.name.is_blank()
        {
            self.soft_error(b.pos, "no new variable on left side of :=");
            bind = None;
        }
        let x = self.expr(None, &s.x);
        let mut subject = None;
        if x.valid() {
            if self.table.is_type_param(x.ty) {
                let msg = format!("cannot use type switch on type parameter value {}", self.op_str(&x));
                self.error(x.pos(), msg);
            } else if self.table.is_interface(x.ty) {
                subject = Some(x);
            } else if self.table.underlying(x.ty).0 != 0 {
                let msg = format!("{} is not an interface", self.op_str(&x));
                self.error(x.pos(), msg);
            }
        }
        self.multiple_defaults(&s.clauses);
        let mut seen: FxHashMap<Option<TypeId>, Pos> = FxHashMap::default();
        let mut vars = Vec::new();
        for c in &s.clauses {
            let ty = self.case_types(subject.as_ref(), &c.cases, &mut seen);
            self.open_scope();
            if let Some(b) = bind {
                let obj = self.new_local(b.name, b.pos, ty);
                // Unused ones are reported together.
                self.declare(obj);
                self.record_obj(c.id, obj);
                let node = self.node(c.id);
                node.ty = ty;
                vars.push(obj);
            }
            self.stmts(&c.body);
            if let Some(&obj) = vars.last()
                && bind.is_some()
            {
                let st = self.st(obj);
                st.used_in_switch = st.used;
                st.used = true;
            }
            self.close_scope();
        }
        if let Some(b) = bind {
            let used = vars.iter().any(|&v| self.st(v).used_in_switch);
            if !used {
                self.soft_error(b.pos, format!("{} declared and not used", b.name.as_str()));
            }
        }
        self.close_scope();
    }

    /// The types of a clause; returns the type that the variable has in it.
    fn case_types(
        &mut self,
        x: Option<&Operand>,
        cases: &'static [ast::Expr],
        seen: &mut FxHashMap<Option<TypeId>, Pos>,
    ) -> TypeId {
        let mut last: Option<TypeId> = None;
        for e in cases {
            if self.is_nil(e) {
                last = None;
                self.expr(None, e);
            } else {
                let t = self.var_type(e);
                self.complete_pending();
                last = Some(t);
                if t.0 == 0 {
                    continue;
                }
            }
            let key = last.map(|t| self.table.canon(t));
            if let Some(&at) = seen.get(&key) {
                let t = last.map_or("nil".into(), |t| self.ts(t));
                self.error(
                    e.start_pos(),
                    format!("duplicate case {t} in type switch\n\t{at}: previous case"),
                );
                continue;
            }
            seen.insert(key, e.start_pos());
            if let (Some(x), Some(t)) = (x, last) {
                self.type_assertion(e, x, t, true);
            }
        }
        match last {
            Some(t) if cases.len() == 1 => t,
            _ => x.map_or(TypeId::default(), |x| x.ty),
        }
    }

    fn is_nil(&self, e: E) -> bool {
        match e.unparen().kind {
            ExprKind::Ident(name) => {
                self.lookup(name).is_some_and(|o| matches!(self.obj(o).kind, ObjKind::Nil))
            }
            _ => false,
        }
    }
}
