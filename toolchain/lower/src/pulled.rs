//! Declarations without body. What defines their symbol may have other arguments or results than they say: programs reach into the
//! library and the runtime by `//go:linkname`, where nothing but the symbol is compared. Such a declaration gets a function in between,
//! which hands on what stands in the same place, integers and pointers counted apart from floats, and zeros for what is not there
//! (where Go has what the registers happen to hold).
use crate::fx::Fx;
use crate::program::{Prog, Work};
use ir::op::Callee;
use ir::{Func, FuncFlags, FuncId, SigId, Ty, Value};
use smallvec::SmallVec;
use syntax::Sym;
use types::object::ObjId;

impl Prog<'_> {
    /// What a call of a declaration without body calls, where `f` defines its symbol.
    pub(crate) fn pulled(&mut self, obj: ObjId, symbol: Sym, f: FuncId) -> FuncId {
        let (declared, defined) = (self.decl_sig(obj, &[]), self.prog.funcs[f].sig);
        if self.alike(declared, defined) {
            return f;
        }
        let pos = self.ck.table.obj(obj).pos;
        let whole = |s: SigId| {
            let s = &self.prog.sigs[s];
            s.params.iter().chain(&s.results).all(|p| p.leaves.is_some())
        };
        if !whole(declared) || !whole(defined) {
            self.error(pos, format!("{symbol} is declared here with other arguments or results than it has"));
            return f;
        }
        let name = self.func_name(obj, &[]);
        let between = self.new_func(&name, declared, pos);
        self.prog.funcs[between].flags = FuncFlags { wrapper: true, ..FuncFlags::default() };
        self.enqueue(between, Work::Gen(Box::new(move |p, id| p.pulled_body(id, f, defined))));
        between
    }

    /// Whether calls by one signature may call what has the other: the same values, a pointer being as good as a number.
    pub(crate) fn alike(&self, a: SigId, b: SigId) -> bool {
        let word = self.prog.target.word_ty();
        let plain =
            |tys: Vec<Ty>| tys.into_iter().map(|t| if t == Ty::Ptr { word } else { t }).collect::<Vec<_>>();
        let (x, y) = (&self.prog.sigs[a], &self.prog.sigs[b]);
        a == b
            || plain(x.arg_tys()) == plain(y.arg_tys())
                && plain(x.ret_tys()) == plain(y.ret_tys())
                && x.params.iter().map(|p| &p.loc).eq(y.params.iter().map(|p| &p.loc))
                && x.results.iter().map(|p| &p.loc).eq(y.results.iter().map(|p| &p.loc))
    }

    fn pulled_body(&mut self, id: FuncId, target: FuncId, sig: SigId) -> Func {
        let (wanted, results) =
            (self.prog.sigs[sig].arg_tys(), self.prog.sigs[self.prog.funcs[id].sig].ret_tys());
        let mut fx = Fx::synthetic(self, id);
        fx.s.pos = fx.p.prog.funcs[id].pos;
        let params = fx.params();
        let args = in_place(&mut fx, &params, &wanted);
        let given = fx.call_raw(Callee::Static(target), sig, &args);
        if !fx.s.dead() {
            let given = in_place(&mut fx, &given, &results);
            fx.s.ret(&given);
        }
        fx.s.finish()
    }
}

/// Values of the wanted kinds from those at hand.
fn in_place(fx: &mut Fx, have: &[Value], want: &[Ty]) -> SmallVec<[Value; 8]> {
    let (floats, others): (Vec<Value>, Vec<Value>) = have.iter().partition(|&&v| fx.s.f.ty(v).is_float());
    let (mut floats, mut others) = (floats.into_iter(), others.into_iter());
    let word = fx.word_ty();
    let one = |&ty: &Ty| match ty.is_float() {
        true => floats.next().filter(|&v| fx.s.f.ty(v) == ty).unwrap_or_else(|| fx.s.zero(ty)),
        false => {
            let Some(mut v) = others.next() else { return fx.s.zero(ty) };
            if fx.s.f.ty(v) == ty {
                return v;
            }
            if fx.s.f.ty(v) == Ty::Ptr {
                v = fx.bitcast(v, word);
            }
            let number = if ty == Ty::Ptr { word } else { ty };
            v = fx.resize(v, number, false);
            if ty == Ty::Ptr { fx.bitcast(v, Ty::Ptr) } else { v }
        }
    };
    want.iter().map(one).collect()
}
