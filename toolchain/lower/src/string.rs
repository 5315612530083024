//! Concatenation of strings.
use crate::fx::Fx;
use crate::tyq::K;
use crate::value::{Addr, Val};
use syntax::ast::{BinaryOp, Expr, ExprKind};
use types::info::Mode;
use types::table::{Basic, basic};

impl<'p, 'a> Fx<'p, 'a> {
    /// `a + b + c…`: all operands at once.
    pub fn concat(&mut self, e: &'a Expr) -> Val {
        let mut list = Vec::new();
        self.flatten(e, &mut list);
        self.calls_first(&list);
        let copies =
            list.iter().any(|x| self.constant(x).is_some_and(|c| c.str_len().is_some_and(|len| len > 0)));
        // Neighbouring constants are one.
        let mut vals: Vec<Val> = Vec::new();
        let mut pending: Option<Vec<u8>> = None;
        for x in list {
            if let (Mode::Const, Some(c)) = (self.mode(x), self.constant(x)) {
                pending.get_or_insert_default().extend_from_slice(c.as_bytes().unwrap_or_default());
                continue;
            }
            if let Some(bytes) = pending.take().filter(|b| !b.is_empty()) {
                vals.push(self.str_val(&bytes));
            }
            // Where a constant is there too, the result is always a copy.
            let v = if copies { self.passing_string(x, basic(Basic::String)) } else { self.expr(x) };
            vals.push(v);
        }
        if let Some(bytes) = pending.filter(|b| !b.is_empty()) {
            vals.push(self.str_val(&bytes));
        }
        self.s.pos = e.pos;
        self.concat_vals(&vals)
    }
    fn flatten(&self, e: &'a Expr, out: &mut Vec<&'a Expr>) {
        match &e.kind {
            ExprKind::Paren(x) => self.flatten(x, out),
            ExprKind::Binary { op: BinaryOp::Add, x, y }
                if self.mode(e) != Mode::Const && self.p.kind(self.ty_of(e)) == K::Str =>
            {
                self.flatten(x, out);
                self.flatten(y, out);
            }
            _ => out.push(e),
        }
    }
    /// Concatenates string values.
    pub fn concat_vals(&mut self, vals: &[Val]) -> Val {
        match vals {
            [] => return self.str_val(b""),
            [only] => return only.clone(),
            _ => {}
        }
        let buf = self.temp_buffer(Basic::Uint8);
        match vals.len() {
            n @ 2..=5 => {
                let mut args = vec![buf];
                vals.iter().for_each(|v| args.extend_from_slice(v.leaves()));
                let name = ["concatstring2", "concatstring3", "concatstring4", "concatstring5"][n - 2];
                Val::Flat(self.rt(name, &args).into_iter().collect())
            }
            n => {
                let string = basic(Basic::String);
                let arr = self.p.ck.table.array(string, n as u64);
                let a = self.temp(arr);
                let size = self.p.size_of(string);
                for (i, v) in vals.iter().enumerate() {
                    self.store_val(string, a.plus(i as u64 * size), v);
                }
                let ptr = self.addr_value(Addr { ..a });
                let len = self.word(n as i64);
                Val::Flat(self.rt("concatstrings", &[buf, ptr, len, len]).into_iter().collect())
            }
        }
    }
}
