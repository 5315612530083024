//! Tests of encoders: what is written, against LLVM's disassembler.
use super::emit::{Cold, Emit};
use super::frame::Frame;
use super::inst::Any;
use super::{Encode, Form, Frames, Machine};
use crate::llvm;
use ir::{Func, SigId};
use syntax::{Pos, Sym};

/// The size of the test frame's outgoing arguments: where its first spill slot is.
pub const ARGS: u32 = 16;

/// What LLVM reads in pieces of the machine's code; instructions of one piece are separated by `; `.
pub fn texts<M: Machine>(pieces: &[impl AsRef<[u8]>]) -> Vec<String> {
    let pieces: Vec<&[u8]> = pieces.iter().map(|p| p.as_ref()).collect();
    llvm::disassemble_for(M::ROW.name, &pieces)
}

/// A jump over a distance in the shortest form that reaches: the form's number, and what LLVM reads.
pub fn jump<M: Encode>(jump: M::Branch, distance: i64) -> (usize, String) {
    let forms = M::forms(jump);
    let form = forms.iter().rposition(|f| f.1.contains(&distance)).expect("the longest reaches");
    let mut code = Vec::new();
    M::write_branch(jump, form, distance, &mut code);
    assert_eq!(code.len(), forms[form].0 as usize);
    (form, texts::<M>(&[code]).remove(0))
}

/// Distances at and `step` beyond the ends of what the shorter forms of a jump reach, with `more`.
pub fn distances<M: Encode>(jump: M::Branch, step: i64, more: &[i64]) -> Vec<i64> {
    let ends = |f: &Form| [*f.1.end(), *f.1.start(), f.1.end() + step, f.1.start() - step];
    M::forms(jump)[1..].iter().flat_map(ends).chain(more.iter().copied()).collect()
}

/// What is written, and the texts of the machine instructions that it stands for, separated by `; `.
pub struct Cases<M> {
    codes: Vec<Vec<u8>>,
    wants: Vec<(String, String)>,
    machine: std::marker::PhantomData<M>,
}

impl<M> Default for Cases<M> {
    fn default() -> Cases<M> {
        Cases { codes: Vec::new(), wants: Vec::new(), machine: std::marker::PhantomData }
    }
}

impl<M: Encode + Frames> Cases<M> {
    /// An instruction.
    pub fn add(&mut self, inst: impl Into<Any<M::Inst>>, want: impl Into<String>) {
        let inst = inst.into();
        self.written(&format!("{inst:?}"), want, |e| e.inst(&inst));
    }
    /// What `write` writes, between the labels of two blocks; cold code begins behind it.
    pub fn written(&mut self, what: &str, want: impl Into<String>, write: impl FnOnce(&mut Emit<M>)) {
        let func = Func::new(Sym::new("t"), SigId(0), &[], Pos::NONE);
        let frame = Frame::new::<M>(&func, &[], &[], ARGS, 4, true);
        let mut e: Emit<M> = Emit::new(&frame);
        e.next_block = 2;
        e.blocks = (0..2).map(|_| e.buf.label()).collect();
        let (first, second) = (e.blocks[0], e.blocks[1]);
        e.buf.bind(first);
        write(&mut e);
        e.buf.bind(second);
        for (cold, _) in std::mem::take(&mut e.colds) {
            let (Cold::Poll { at, .. } | Cold::Bounds { at, .. } | Cold::Barrier { at, .. }) = cold;
            e.buf.bind(at);
        }
        self.codes.push(e.buf.finish().code);
        self.wants.push((what.into(), want.into()));
    }
    /// Fails, with the first ones, if LLVM reads anything else. `same(want, have)`.
    pub fn check_by(self, same: impl Fn(&str, &str) -> bool) {
        let texts = texts::<M>(&self.codes);
        assert_eq!(texts.len(), self.wants.len());
        let wrong: Vec<String> = (self.wants.iter().zip(&texts))
            .filter(|((_, want), have)| !same(want, have))
            .map(|((what, want), have)| format!("{what}: meant {want:?}, LLVM says {have:?}"))
            .collect();
        let shown: Vec<&str> = wrong.iter().take(30).map(String::as_str).collect();
        assert!(wrong.is_empty(), "{} wrong of {}:\n{}", wrong.len(), texts.len(), shown.join("\n"));
    }
    /// The same, to the letter.
    pub fn check(self) {
        self.check_by(|want, have| want == have)
    }
}
