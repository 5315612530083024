//! Selection of everything that follows the calling convention: entry, return, calls, tail calls.
use super::addr::{Addr, Base};
use super::inst::{Any, CallInfo, Target};
use super::select::{Place, Select};
use super::{Rules, leaves, regs};
use crate::regalloc::Reg;
use ir::op::Callee;
use ir::sig::{Part, PartLoc, RegStep};
use ir::{Block, EntityId, Func, InstData, Op, Sig, SigId, Slot, SlotData, Ty, Value};

/// Parameters that live in memory.
pub struct MemoryParams {
    /// Their addresses.
    pub places: Vec<(Value, Place)>,
    /// The slots that are not in the frame: where in the area of incoming arguments each one is.
    pub incoming: Vec<(Slot, u32)>,
}

/// Gives every memory parameter a slot: one that names its own stack words, or one that the entry spills registers to.
pub fn place_params(f: &mut Func, sig: &Sig) -> MemoryParams {
    let mut places = Vec::new();
    let mut incoming = Vec::new();
    let mut n = 0;
    for p in &sig.params {
        let value = f.blocks[Block(0)].params.get(n).copied();
        n += p.value_count();
        if p.leaves.is_some() {
            continue;
        }
        let Some(value) = value else { continue };
        let slot = f.slots.push(SlotData {
            size: p.size,
            align: p.align,
            ptrs: std::sync::Arc::new(p.ptrs.clone()),
            zeroed: false,
            name: syntax::Sym::new("param"),
        });
        if let PartLoc::Stack(off) = p.loc {
            incoming.push((slot, off));
        }
        places.push((value, Place { base: Base::Slot(slot), disp: 0 }));
    }
    MemoryParams { places, incoming }
}

impl<'a, M: Rules> Select<'a, M> {
    /// The register of a step.
    fn step_reg(s: &RegStep) -> Reg {
        regs::arg(M::ROW, s.reg, s.ty.is_float())
    }
    /// Where stack arguments come in.
    fn in_arg(off: u32) -> Addr {
        Addr::new(Base::InArg, off as i32)
    }

    /// Defines the parameters. (Written last, as the function's beginning.)
    pub fn entry(&mut self) {
        let params = self.f.blocks[Block(0)].params.clone();
        let sig = self.sig;
        let mut defs = Vec::new();
        let mut after = Vec::new();
        let mut n = 0;
        for p in &sig.params {
            let values = &params[n..n + p.value_count()];
            n += p.value_count();
            match (&p.leaves, &p.loc) {
                (Some(leaves), PartLoc::Regs(steps)) => {
                    for (&v, (leaf, step)) in values.iter().zip(leaves.iter().zip(steps)) {
                        debug_assert_eq!(leaf.1, step.offset);
                        if self.needed[v.index()] {
                            defs.push((self.out_reg(v), Self::step_reg(step)));
                        }
                    }
                }
                (Some(leaves), PartLoc::Stack(off)) => {
                    for (&v, leaf) in values.iter().zip(leaves) {
                        if self.needed[v.index()] {
                            // Assembly may expect its words as it left them.
                            if !sig.abi0 && (leaf.0 == Ty::Ptr || leaf.0 == Ty::int(M::WORD)) {
                                self.stack_params.push((self.out_reg(v), off + leaf.1));
                            }
                            after.push((self.out_reg(v), leaf.0, Self::in_arg(off + leaf.1), true));
                        }
                    }
                }
                (None, PartLoc::Regs(steps)) => {
                    let Some(place) = self.place(values[0]) else { continue };
                    let Base::Slot(slot) = place.base else { continue };
                    // Scanned whether read or not, unless nothing names it.
                    if !self.slots_used[slot.index()] {
                        continue;
                    }
                    for s in steps {
                        let r = self.temp_of(s.ty);
                        defs.push((r, Self::step_reg(s)));
                        after.push((r, s.ty, Addr::new(place.base, s.offset as i32), false));
                    }
                }
                (None, PartLoc::Stack(_)) => {}
            }
        }
        let context = regs::context(M::ROW);
        for i in self.f.insts.iter() {
            if matches!(i.op, Op::GetClosure) && self.needed[i.results[0].index()] {
                let r = self.out_reg(i.results[0]);
                if !defs.iter().any(|d| d.0 == r) {
                    if let Some(&(first, _)) = defs.iter().find(|d| d.1 == context) {
                        // A second reader gets a copy.
                        self.mov(r, first);
                    } else {
                        defs.push((r, context));
                    }
                    self.context = true;
                }
            }
        }
        let copies = std::mem::take(&mut self.cur);
        self.put(Any::Args(defs));
        self.cur.extend(copies);
        // Stores first: they free registers.
        after.sort_by_key(|a| a.3);
        for (r, ty, addr, is_load) in after {
            if is_load { M::load(self, r, ty, addr) } else { M::store_reg(self, r, ty, addr) }
        }
    }

    /// Returns.
    pub fn ret(&mut self, args: &'a [Value]) {
        let sig = self.sig;
        let mut uses = Vec::new();
        let mut n = 0;
        // Stack results are stored before registers are loaded: copies need registers of their own.
        for pass in 0..2 {
            n = 0;
            for p in &sig.results {
                let values = &args[n..n + p.value_count()];
                n += p.value_count();
                let on_stack = matches!(p.loc, PartLoc::Stack(_));
                if on_stack != (pass == 0) {
                    continue;
                }
                self.pass_part(p, values, Base::InArg, &mut uses);
            }
        }
        debug_assert_eq!(n, args.len());
        self.put(Any::Ret(uses));
    }

    /// Puts a part where the convention wants it. `area`: what stack offsets count from.
    fn pass_part(&mut self, p: &Part, values: &[Value], area: Base, uses: &mut Vec<(Reg, Reg)>) {
        match (&p.leaves, &p.loc) {
            (Some(_), PartLoc::Regs(steps)) => {
                for (&v, s) in values.iter().zip(steps) {
                    let r = self.reg(v);
                    uses.push((r, Self::step_reg(s)));
                }
            }
            (Some(leaves), PartLoc::Stack(off)) => {
                for (&v, leaf) in values.iter().zip(leaves) {
                    M::store(self, v, Addr::new(area, (off + leaf.1) as i32));
                }
            }
            (None, PartLoc::Regs(steps)) => {
                if steps.is_empty() {
                    return;
                }
                let from = M::addr(self, values[0], 0);
                for s in steps {
                    let r = self.temp_of(s.ty);
                    M::load(self, r, s.ty, from.offset(s.offset as i32));
                    uses.push((r, Self::step_reg(s)));
                }
            }
            (None, PartLoc::Stack(off)) => {
                let to = Addr::new(area, *off as i32);
                let from = M::addr(self, values[0], 0);
                match from.base {
                    // A tail call passes on what is in place.
                    Base::Slot(slot) if area == Base::InArg && self.in_area(from) == Some(to) => {
                        self.put(Any::KeepSlot { slot })
                    }
                    _ => self.copy(to, from, p.size, p.align),
                }
            }
        }
    }

    /// What an incoming slot's address is, counted from the area of incoming arguments.
    fn in_area(&self, a: Addr) -> Option<Addr> {
        let &(_, off) = self.incoming.iter().find(|x| a.base == Base::Slot(x.0))?;
        Some(Addr { base: Base::InArg, ..a.offset(off as i32) })
    }

    /// Passes all arguments: stack first, then registers.
    fn pass_args(&mut self, sig: &Sig, args: &[Value], area: Base, uses: &mut Vec<(Reg, Reg)>) {
        for pass in 0..2 {
            let mut n = 0;
            for p in &sig.params {
                let values = &args[n..n + p.value_count()];
                n += p.value_count();
                if matches!(p.loc, PartLoc::Stack(_)) == (pass == 0) {
                    self.pass_part(p, values, area, uses);
                }
            }
        }
    }

    /// Calls.
    pub fn call(&mut self, d: &'a InstData, callee: Callee, sig: SigId) {
        let sig = self.env.view.sig(sig);
        self.calls = true;
        self.out_args = self.out_args.max(sig.area_size);
        let mut uses = Vec::new();
        let mut args = &d.args[..];
        let code = match callee {
            Callee::Static(_) => None,
            _ => {
                let first = args[0];
                args = &args[1..];
                Some(first)
            }
        };
        self.pass_args(sig, args, Base::OutArg, &mut uses);
        let params: usize = sig.params.iter().map(Part::value_count).sum();
        let mut addresses = args[params..].iter().copied();
        let target = match (callee, code) {
            (Callee::Static(f), _) => Target::Func(f),
            (Callee::Closure, Some(c)) => {
                let r = self.reg(c);
                uses.push((r, regs::context(M::ROW)));
                Target::Closure
            }
            (_, Some(c)) => {
                // Loads fold only while nothing was stored for this call.
                let fold = sig.args_size == 0;
                M::callee(self, c, fold)
            }
            _ => unreachable!("a call without callee"),
        };
        let mut defs = Vec::new();
        let mut stack = Vec::new();
        let mut memory = Vec::new();
        let mut results = d.results.iter().copied();
        for p in &sig.results {
            match (&p.leaves, &p.loc) {
                (Some(_), PartLoc::Regs(steps)) => {
                    for s in steps {
                        let v = results.next().expect("a result for each leaf");
                        defs.push((self.out_reg(v), Self::step_reg(s)));
                    }
                }
                (Some(leaves), PartLoc::Stack(off)) => {
                    for leaf in leaves {
                        let v = results.next().expect("a result for each leaf");
                        if self.needed[v.index()] {
                            stack.push((
                                self.out_reg(v),
                                leaf.0,
                                Addr::new(Base::OutArg, (off + leaf.1) as i32),
                            ));
                        }
                    }
                }
                (None, loc) => {
                    let to = addresses.next().expect("an address for each memory result");
                    match loc {
                        PartLoc::Regs(steps) => {
                            for s in steps {
                                let r = self.temp_of(s.ty);
                                defs.push((r, Self::step_reg(s)));
                                memory.push((to, r, *s));
                            }
                        }
                        PartLoc::Stack(off) => {
                            memory.push((to, Reg::int(0), RegStep { ty: Ty::I8, offset: *off, reg: 0xff }))
                        }
                    }
                }
            }
        }
        let leaf = match target {
            Target::Func(f) => leaves::destroyed(&self.env.view, f),
            _ => None,
        };
        let unfixed = leaf.as_ref().is_none_or(|l| l.iter().any(|r| regs::fixed(M::ROW).any(|f| f == *r)));
        let call = Box::new(CallInfo { target, uses, defs });
        self.put(match leaf {
            Some(destroyed) => Any::LeafCall(call, destroyed),
            None => Any::Call(call),
        });
        if sig.abi0 && unfixed {
            M::fixed_regs(self);
        }
        // Registers first: copies may need some.
        let sizes: Vec<(u32, u32, u32)> = sig
            .results
            .iter()
            .filter_map(|p| match p.loc {
                PartLoc::Stack(off) if p.leaves.is_none() => Some((off, p.size, p.align)),
                _ => None,
            })
            .collect();
        for (to, r, s) in memory.iter().filter(|m| m.2.reg != 0xff) {
            let addr = M::addr(self, *to, s.offset as i32);
            M::store_reg(self, *r, s.ty, addr);
        }
        for (r, ty, addr) in stack {
            M::load(self, r, ty, addr);
        }
        for (to, _, s) in memory.iter().filter(|m| m.2.reg == 0xff) {
            let (size, align) = sizes.iter().find(|x| x.0 == s.offset).map_or((0, 1), |x| (x.1, x.2));
            let addr = M::addr(self, *to, 0);
            self.copy(addr, Addr::new(Base::OutArg, s.offset as i32), size, align);
        }
    }

    /// Calls in place of returning.
    pub fn tail_call(&mut self, callee: Callee, sig: SigId, args: &'a [Value]) {
        let sig = self.env.view.sig(sig);
        let mut uses = Vec::new();
        let mut args = args;
        let target = match callee {
            Callee::Static(f) => Target::Func(f),
            Callee::Closure => {
                let r = self.reg(args[0]);
                uses.push((r, regs::context(M::ROW)));
                Target::Closure
            }
            Callee::Code => {
                let r = self.reg(args[0]);
                let at = regs::scratch::<M>();
                uses.push((r, at));
                Target::Fixed(at)
            }
        };
        if !matches!(callee, Callee::Static(_)) {
            args = &args[1..];
        }
        self.pass_args(sig, args, Base::InArg, &mut uses);
        self.put(Any::TailCall(Box::new(CallInfo { target, uses, defs: Vec::new() })));
    }
}
