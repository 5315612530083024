//! The whole image: functions, data, signatures.
use crate::{Func, IndexVec, Inst, Sig, SigId, Target};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use syntax::Sym;

crate::entity! {
    /// A function of the program.
    FuncId = "f";
    /// A data symbol of the program.
    DataId = "d";
}

/// A symbol of the image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum SymRef {
    Func(FuncId),
    Data(DataId),
}

/// Where a data symbol lives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Section {
    /// Read-only bytes without relocations to be applied at run time (static executables: all are applied by the linker).
    Rodata,
    /// Type descriptors, names and itabs: one section, laid out by us; NameOff/TypeOff count from its start.
    Types,
    /// Initialised variables.
    Data,
    /// Zero variables (`bytes` is empty, `size` counts).
    Bss,
    /// Not ours: a symbol of the runtime archive.
    Extern,
}

/// What a relocation stores.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RelocKind {
    /// Absolute address, a word.
    Abs,
    /// 32-bit offset of a symbol in `Section::Types` from that section's start (NameOff, TypeOff).
    TypesOff32,
    /// The same, and 0 if nothing else needs the symbol.
    TypesOff32IfThere,
    /// 32-bit index of a function in the function table (TextOff); -1 stands for a pruned method.
    FuncIndex32,
}

/// A relocation of a data symbol.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reloc {
    /// Byte offset in the data.
    pub off: u32,
    /// Kind.
    pub kind: RelocKind,
    /// Target.
    pub target: SymRef,
    /// Added to the target's address.
    pub addend: i64,
}

/// A data symbol.
#[derive(Clone, Debug)]
pub struct Data {
    /// Link name.
    pub name: Sym,
    /// Where.
    pub section: Section,
    /// Alignment.
    pub align: u32,
    /// Size; `bytes` may be shorter, the rest is zero.
    pub size: u64,
    /// Contents.
    pub bytes: Vec<u8>,
    /// Relocations.
    pub relocs: Vec<Reloc>,
    /// For Data and Bss: which words hold pointers (may be shorter than the data: rest has none).
    pub ptrs: crate::PtrMap,
}

/// What the image header (reflect::image) needs beside the symbols themselves.
#[derive(Clone, Debug, Default)]
pub struct ImageInfo {
    /// Initialisation functions in order: of every variable and `init` of each package (each a Go func()).
    pub inits: Vec<FuncId>,
    /// `main.main`.
    pub main: Option<FuncId>,
    /// Compiled types for reflection's look-ups, sorted by their string (descriptors).
    pub typelinks: Vec<DataId>,
    /// Static itabs.
    pub itabs: Vec<DataId>,
}

/// A load of a method's code from an itab, and the functions that it can give.
pub type KnownCode = (Inst, Arc<[FuncId]>);

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The machine it is for.
    pub target: Target,
    /// Functions.
    pub funcs: IndexVec<FuncId, Func>,
    /// Data.
    pub datas: IndexVec<DataId, Data>,
    /// Signatures.
    pub sigs: IndexVec<SigId, Sig>,
    /// While functions are not legal yet though `sigs` are: signatures as such functions have them ([`crate::passes::legalize`]).
    pub whole_sigs: Option<IndexVec<SigId, Sig>>,
    /// Signatures by content.
    pub sig_ids: FxHashMap<Sig, SigId>,
    /// Functions that passes and codegen call by name (runtime.newobject, runtime.goPanicIndex, …), by link name.
    pub by_name: FxHashMap<Sym, FuncId>,
    /// What functions in the runtime's assembly call.
    pub asm_calls: FxHashMap<FuncId, Vec<FuncId>>,
    /// The image header's lists.
    pub image: ImageInfo,
    /// Loads of a method's code from an itab that can only give one of these functions, by the function that loads.
    pub known_code: FxHashMap<FuncId, Vec<KnownCode>>,
    /// The packages of symbols whose names do not say it: assembly's static ones.
    pub packages: FxHashMap<SymRef, Sym>,
    /// Variables that never change once code runs that reads them: what the runtime finds out about the machine.
    pub settled: FxHashSet<DataId>,
    /// The counters of a fuzzer, and a symbol without bytes of its own that stands where they end.
    pub edges: Option<[DataId; 2]>,
    /// What the user asked to be told while the program was built.
    pub notes: Vec<String>,
}

impl Program {
    /// An empty program for a machine.
    pub fn new(target: Target) -> Program {
        Program {
            target,
            funcs: IndexVec::new(),
            datas: IndexVec::new(),
            sigs: IndexVec::new(),
            whole_sigs: None,
            sig_ids: FxHashMap::default(),
            by_name: FxHashMap::default(),
            asm_calls: FxHashMap::default(),
            image: ImageInfo::default(),
            known_code: FxHashMap::default(),
            packages: FxHashMap::default(),
            settled: FxHashSet::default(),
            edges: None,
            notes: Vec::new(),
        }
    }
    /// The code of a func value without captures.
    pub fn func_value(&self, data: DataId) -> Option<FuncId> {
        let d = &self.datas[data];
        match d.relocs[..] {
            [Reloc { off: 0, target: SymRef::Func(c), addend: 0, .. }]
                if d.section == Section::Rodata && d.size == self.target.word as u64 =>
            {
                Some(c)
            }
            _ => None,
        }
    }
    /// Interns a signature.
    pub fn sig(&mut self, sig: Sig) -> SigId {
        if let Some(&id) = self.sig_ids.get(&sig) {
            return id;
        }
        let id = self.sigs.push(sig.clone());
        self.sig_ids.insert(sig, id);
        id
    }
}
