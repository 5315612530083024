//! Type switches.
use crate::fx::{Fx, Target};
use crate::value::{Addr, Val};
use ir::op::Cc;
use ir::{Block, Ty, Value};
use smallvec::smallvec;
use std::collections::BTreeMap;
use syntax::ast::{Expr, TypeSwitchStmt};
use syntax::{Pos, Sym};
use types::info::Mode;
use types::object::ObjId;
use types::table::TypeId;

/// So many types other than interfaces in a row are worth a search among their hashes.
const MIN_SEARCH: usize = 16;
/// Where a descriptor has its type's hash, in words.
const HASH: u64 = 2;

/// A type, where it leads, and where it stands.
type Case = (TypeId, Block, Pos);

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
        let all: Vec<(usize, &'a Expr)> =
            w.clauses.iter().enumerate().flat_map(|(i, c)| c.cases.iter().map(move |e| (i, e))).collect();
        let mut rest = &all[..];
        while let Some(&(i, e)) = rest.first() {
            let one = |&(i, e): &(usize, &'a Expr)| Some((self.concrete(e)?, bodies[i], e.start_pos()));
            let many: Vec<Case> = rest.iter().map_while(one).collect();
            if many.len() >= MIN_SEARCH {
                rest = &rest[many.len()..];
                self.search_type(typ, many);
                continue;
            }
            // Not many: one after the other.
            for case in &many {
                self.is_type(typ, *case);
            }
            rest = &rest[many.len()..];
            if !many.is_empty() {
                continue;
            }
            rest = &rest[1..];
            self.s.pos = e.start_pos();
            let next = self.s.block();
            let hit = if self.mode(e) == Mode::Nil {
                self.icmp_imm(Cc::Eq, typ, 0)
            } else {
                let t = self.ty_of(e);
                let (word, ok) = self.assert_type_word(typ, t);
                if w.clauses[i].cases.len() == 1 {
                    let var = self.s.var(self.word_ty());
                    self.s.write(var, word);
                    words[i] = Some(var);
                }
                ok
            };
            self.s.br(hit, bodies[i], next);
            self.s.start_sealed(next);
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
    /// A case's type, if it is one and no interface.
    fn concrete(&self, e: &Expr) -> Option<TypeId> {
        let t = (self.mode(e) != Mode::Nil).then(|| self.ty_of(e))?;
        (!self.p.is_iface(t)).then_some(t)
    }
    /// Goes to the case's body if the type is this one.
    fn is_type(&mut self, typ: Value, (t, body, pos): Case) {
        self.s.pos = pos;
        let d = self.p.rtype_mem(t);
        let want = self.data_word(d);
        let hit = self.icmp(Cc::Eq, typ, want);
        let next = self.s.block();
        self.s.br(hit, body, next);
        self.s.start_sealed(next);
    }
    /// The same for many of them: first by the type's hash.
    fn search_type(&mut self, typ: Value, cases: Vec<Case>) {
        let mut groups: BTreeMap<i64, Vec<Case>> = BTreeMap::new();
        for c in cases {
            groups.entry(self.p.type_hash(c.0) as i32 as i64).or_default().push(c);
        }
        let (look, after) = (self.s.block(), self.s.block());
        let nil = self.icmp_imm(Cc::Eq, typ, 0);
        self.s.br(nil, after, look);
        self.s.start_sealed(look);
        let descriptor = self.bitcast(typ, Ty::Ptr);
        let hash = self.load(Ty::I32, Addr::new(descriptor).plus(HASH * self.p.word as u64));
        let starts: Vec<(i64, Block)> = groups.keys().map(|&h| (h, self.s.block())).collect();
        self.s.switch(hash, &starts, after);
        for ((_, start), group) in starts.into_iter().zip(groups.into_values()) {
            self.s.start_sealed(start);
            group.into_iter().for_each(|c| self.is_type(typ, c));
            self.s.jump(after);
        }
        self.s.start_sealed(after);
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
