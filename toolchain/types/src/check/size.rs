//! Is a type's size a constant? Not if it depends on type parameters, or on itself.
use super::delayed::Nested;
use crate::{checker::Checker, table::*};
use syntax::Pos;

/// What is known of a type's size.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sized {
    Known,
    /// The type contains itself, which is reported where it is declared.
    Endless,
    Invalid,
}

impl Checker {
    /// Does a type's size depend on type arguments?
    fn has_var_size(&self, t: TypeId) -> bool {
        match self.table.get(t) {
            Type::TypeParam(_) => true,
            Type::Named(..) => self.table.has_type_params(t) && self.has_var_size(self.table.underlying(t)),
            Type::Array(e, _) => self.has_var_size(*e),
            Type::Struct(fields) => fields.iter().any(|f| self.has_var_size(f.ty)),
            _ => false,
        }
    }

    /// Is a type's size known, with that of everything it contains?
    fn sized(&mut self, t: TypeId) -> Sized {
        self.sized_in(t, &mut Vec::new())
    }

    fn sized_in(&mut self, t: TypeId, active: &mut Vec<TypeId>) -> Sized {
        match self.table.get(t) {
            Type::Basic(Basic::Invalid) => Sized::Invalid,
            Type::Named(..) => {
                if self.size_cycle(t, active) {
                    return Sized::Endless;
                }
                let u = self.table.underlying(t);
                if u.0 == 0 {
                    return Sized::Invalid;
                }
                active.push(t);
                let size = self.sized_in(u, active);
                active.pop();
                size
            }
            Type::Array(e, _) => self.sized_in(*e, active),
            Type::Struct(fields) => {
                fields.iter().map(|f| self.sized_in(f.ty, active)).max().unwrap_or(Sized::Known)
            }
            _ => Sized::Known,
        }
    }

    /// Reports a type whose size depends on itself: it is being declared, or contains itself.
    fn size_cycle(&mut self, t: TypeId, active: &[TypeId]) -> bool {
        let from = self.env.file.pkg;
        let mut steps: Vec<(Pos, String)> = Vec::new();
        let declared = |t: TypeId| self.table.as_named(t).filter(|(_, args)| args.is_empty());
        let obj = declared(t).map(|(n, _)| self.table.named_info(n).obj);
        if let Some(start) = self.path.iter().position(|&o| Some(o) == obj) {
            let open = &self.path[start..];
            steps.extend(open.iter().map(|&o| (self.obj(o).pos, self.table.qualified(o, from))));
            steps.extend(active.iter().map(|&a| self.nested_name(Nested { ty: a, declared: false })));
        } else if let Some(start) = active.iter().position(|&a| a == t) {
            let nested = active[start..].iter();
            steps.extend(nested.map(|&a| self.nested_name(Nested { ty: a, declared: false })));
        } else {
            return false;
        }
        let first = (0..steps.len()).min_by_key(|&i| steps[i].0).unwrap_or(0);
        self.cycle_error_of(true, &steps, first);
        true
    }

    /// Is a type's size a constant? (Nothing, if it is the size of something invalid.)
    pub(crate) fn constant_size(&mut self, t: TypeId) -> Option<bool> {
        match self.sized(t) {
            Sized::Invalid => None,
            Sized::Endless => Some(false),
            Sized::Known => Some(!self.has_var_size(t)),
        }
    }
}
