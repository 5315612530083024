//! Type switches.
use crate::fx::{Fx, Target};
use crate::value::Val;
use ir::op::Cc;
use ir::{Block, Value};
use smallvec::smallvec;
use syntax::Sym;
use syntax::ast::TypeSwitchStmt;
use types::info::Mode;
use types::object::ObjId;

impl<'p, 'a> Fx<'p, 'a> {
    /// `switch init; v := x.(type) { … }`
    pub fn type_switch(&mut self, w: &'a TypeSwitchStmt, label: Option<Sym>) {
        if let Some(init) = &w.init {
            self.stmt(init);
        }
        let from = self.ty_of(&w.x);
        let v = self.expr(&w.x);
        self.s.pos = w.guard_pos;
        let typ = self.dynamic_type(&v, from);
        let exit = self.s.block();
        let bodies: Vec<Block> = w.clauses.iter().map(|_| self.s.block()).collect();
        let own = w.clauses.iter().position(|c| c.is_default).map(|i| bodies[i]);
        let default = self.no_clause(own, exit);
        // First words of interfaces found by single-type clauses.
        let mut words: Vec<Option<u32>> = vec![None; w.clauses.len()];
        for (i, c) in w.clauses.iter().enumerate() {
            for e in &c.cases {
                self.s.pos = e.start_pos();
                let next = self.s.block();
                let hit = if self.mode(e) == Mode::Nil {
                    self.icmp_imm(Cc::Eq, typ, 0)
                } else {
                    let t = self.ty_of(e);
                    if self.p.is_iface(t) {
                        let (word, ok) = self.assert_type_word(typ, t);
                        if c.cases.len() == 1 {
                            let var = self.s.var(self.word_ty());
                            self.s.write(var, word);
                            words[i] = Some(var);
                        }
                        ok
                    } else {
                        let d = self.p.rtype_mem(t);
                        let want = self.data_word(d);
                        self.icmp(Cc::Eq, typ, want)
                    }
                };
                self.s.br(hit, bodies[i], next);
                self.s.start_sealed(next);
            }
        }
        self.s.jump(default);
        self.end_no_clause(own, default, exit);
        self.targets.push(Target { label, brk: exit, cont: None });
        for (i, c) in w.clauses.iter().enumerate() {
            self.s.start_sealed(bodies[i]);
            let obj = self.info(c.id).obj;
            if obj != ObjId::NONE && w.bind.is_some() {
                self.s.pos = c.pos;
                let single = match &c.cases[..] {
                    [only] if self.mode(only) != Mode::Nil => Some(self.ty_of(only)),
                    _ => None,
                };
                let (val, t) = match single {
                    None => (v.clone(), from),
                    Some(t) if self.p.is_iface(t) => {
                        let word = self.s.read(words[i].expect("set by the case"));
                        (Val::Flat(smallvec![word, v.leaf(1)]), t)
                    }
                    Some(t) => (self.iface_data(v.leaf(1), t), t),
                };
                self.declare(obj, t, &val);
            }
            self.stmts(&c.body);
            self.s.jump(exit);
        }
        self.targets.pop();
        self.s.start_sealed(exit);
    }
    /// The first word of an interface `t` for a dynamic type (0 for none), and whether that implements it.
    fn assert_type_word(&mut self, typ: Value, t: types::table::TypeId) -> (Value, Value) {
        let word = if self.p.iface_methods(t).is_empty() {
            typ
        } else {
            let nil = self.icmp_imm(Cc::Eq, typ, 0);
            self.if_else(nil, |s| smallvec![s.word(0)], |s| smallvec![s.table_for(typ, t, true)])[0]
        };
        let ok = self.icmp_imm(Cc::Ne, word, 0);
        (word, ok)
    }
}
