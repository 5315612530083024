//! What passes write instructions with, at the place of one that they replace.
use super::legalize::Helpers;
use crate::op::{Callee, Cc};
use crate::{Func, Inst, InstData, Op, Target, Ty, Value};
use smallvec::SmallVec;

/// The instructions of one block, as they come to be.
pub(super) struct Writer<'a> {
    pub f: &'a mut Func,
    pub t: Target,
    pub out: Vec<Inst>,
    pub pos: syntax::Pos,
    pub inl: u32,
    helpers: Option<&'a Helpers<'a>>,
}

impl<'a> Writer<'a> {
    pub fn new(t: Target, f: &'a mut Func) -> Writer<'a> {
        Writer { f, t, out: Vec::new(), pos: syntax::Pos::NONE, inl: 0, helpers: None }
    }
    /// One that calls functions of the runtime, too.
    pub fn with(t: Target, helpers: &'a Helpers<'a>, f: &'a mut Func) -> Writer<'a> {
        Writer { helpers: Some(helpers), ..Writer::new(t, f) }
    }
    /// What is written from now on stands for `d`.
    pub fn at(&mut self, d: &InstData) {
        (self.pos, self.inl) = (d.pos, d.inl);
    }
    pub fn insn(&mut self, op: Op, args: &[Value], tys: &[Ty]) -> SmallVec<[Value; 1]> {
        let i = self.f.make_inst(op, args, tys, self.pos);
        self.f.insts[i].inl = self.inl;
        self.out.push(i);
        self.f.insts[i].results.clone()
    }
    pub fn ins(&mut self, op: Op, args: &[Value], ty: Ty) -> Value {
        self.insn(op, args, &[ty])[0]
    }
    /// An operation on kinds that the first operand has, too.
    pub fn bin(&mut self, op: Op, x: Value, y: Value) -> Value {
        let ty = self.f.ty(x);
        self.ins(op, &[x, y], ty)
    }
    pub fn konst(&mut self, ty: Ty, n: i64) -> Value {
        let n = self.t.sext(n, ty);
        self.ins(Op::Iconst(n), &[], ty)
    }
    /// An operation with a constant on the right.
    pub fn imm(&mut self, op: Op, x: Value, n: i64) -> Value {
        let n = self.konst(self.f.ty(x), n);
        self.bin(op, x, n)
    }
    /// A comparison with a constant.
    pub fn icmp_imm(&mut self, cc: Cc, x: Value, n: i64) -> Value {
        let n = self.konst(self.f.ty(x), n);
        self.ins(Op::Icmp(cc), &[x, n], Ty::I8)
    }
    pub fn select(&mut self, cond: Value, yes: Value, no: Value) -> Value {
        let ty = self.f.ty(yes);
        self.ins(Op::Select, &[cond, yes, no], ty)
    }
    /// A wider integer, or the value itself.
    pub fn extend(&mut self, v: Value, ty: Ty, signed: bool) -> Value {
        if self.f.ty(v) == ty {
            return v;
        }
        self.ins(if signed { Op::Sext } else { Op::Zext }, &[v], ty)
    }
    /// A call of a helper with operands that are legal already.
    pub fn call(&mut self, name: &'static str, args: &[Value], results: &[Ty]) -> SmallVec<[Value; 1]> {
        let (id, sig) = self.helpers.expect("a writer with helpers").get(name);
        self.insn(Op::Call { callee: Callee::Static(id), sig }, args, results)
    }
}
