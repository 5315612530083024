//! IR signatures from Go's: representation of each parameter and result, and its place by the ABI.
use crate::program::Prog;
use ir::{Part, PartLoc, RegStep, Sig, SigId, Ty};
use reflect::abi::{Assigner, StepKind, ValueSteps, align_up};
use types::layout::View;
use types::table::TypeId;

impl<'a> Prog<'a> {
    /// The signature of a function with these parameters (a receiver first) and results.
    pub fn sig(&mut self, params: &[TypeId], results: &[TypeId]) -> SigId {
        self.sig_abi(params, results, false)
    }

    /// The same for either ABI.
    pub fn sig_abi(&mut self, params: &[TypeId], results: &[TypeId], abi0: bool) -> SigId {
        let key = (params.to_vec(), results.to_vec(), abi0);
        if let Some(&s) = self.sig_cache.get(&key) {
            return s;
        }
        let budget = if abi0 { self.arch.abi0() } else { self.arch.abi_internal() };
        let word = self.word as u64;
        let mut call = Assigner::new(budget, 0);
        let params: Vec<Part> = params.iter().map(|&t| self.part(t, &mut call)).collect();
        let ret_offset = align_up(call.stack_bytes, word);
        let mut ret = Assigner::new(budget, ret_offset);
        let results: Vec<Part> = results.iter().map(|&t| self.part(t, &mut ret)).collect();
        let sig = Sig {
            params,
            results,
            args_size: call.stack_bytes as u32,
            ret_offset: ret_offset as u32,
            area_size: align_up(ret.stack_bytes, word) as u32,
            abi0,
        };
        let id = self.prog.sig(sig);
        self.sig_cache.insert(key, id);
        id
    }

    fn part(&mut self, t: TypeId, at: &mut Assigner) -> Part {
        let c = self.cls(t);
        let steps = at.add(View { tt: &self.ck.table, ty: t, word: self.word as u8 });
        Part {
            leaves: c.leaves.clone(),
            size: c.size as u32,
            align: c.align,
            ptrs: (*self.ptr_map(t)).clone(),
            loc: place(&steps),
        }
    }

    /// The signature of a func type, with a receiver of type `recv` in front.
    pub fn sig_of_type(&mut self, recv: Option<TypeId>, func: TypeId) -> SigId {
        let s = self.signature(func);
        let params: Vec<TypeId> = recv.into_iter().chain(s.params.iter().copied()).collect();
        self.sig(&params, &s.results)
    }
}

fn place(steps: &ValueSteps) -> PartLoc {
    if let Some(s) = steps.stack() {
        return PartLoc::Stack(s.stack_offset as u32);
    }
    let step = |s: &reflect::abi::AbiStep| RegStep {
        ty: match s.kind {
            StepKind::Pointer => Ty::Ptr,
            StepKind::FloatReg if s.size == 4 => Ty::F32,
            StepKind::FloatReg => Ty::F64,
            _ => Ty::int(s.size as u32),
        },
        offset: s.offset as u32,
        reg: s.reg,
    };
    PartLoc::Regs(steps.as_slice().iter().map(step).collect())
}
