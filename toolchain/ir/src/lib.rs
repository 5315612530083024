//! The intermediate representation: one SSA data structure from the builder (`lower`) to emission
//! (`codegen`), its text form, its verifier and the machine-independent passes.
//!
//! Reading order: [`ty`] (scalar kinds), [`target`] (what differs between machines), [`sig`] (how a call passes values), [`op`] (operations),
//! [`func`] (functions), [`program`] (the whole image: functions, data, signatures).
//!
//! Invariants
//! - Values are scalars ([`ty::Ty`]). Strings, slices, interfaces and small structs are several values
//!   (their *leaves* in memory order); everything else lives in memory and is passed by address.
//! - `Ty::Ptr` is what the collector sees. A `Ptr` is nil, or points into or just at a heap object, a stack
//!   object of this goroutine, or data that never moves. It may be live across safepoints.
//! - No pass keeps a derived pointer that may have left its object live across a safepoint.
pub mod alone;
pub mod analysis;
pub mod entity;
pub mod func;
pub mod interp;
pub mod magic;
pub mod native;
pub mod op;
pub mod parse;
pub mod passes;
pub mod print;
pub mod profile;
pub mod program;
pub mod ptrmap;
pub mod sig;
pub mod target;
pub mod ty;
pub mod verify;
pub mod view;

pub use entity::{EntityId, IndexVec};
pub use func::{
    Block, BlockCall, BlockData, Func, FuncFlags, Inst, InstData, Slot, SlotData, Term, Value, ValueData,
    ValueDef,
};
pub use op::Op;
pub use program::{Data, DataId, FuncId, Program, Reloc, RelocKind, Section, SymRef};
pub use ptrmap::PtrMap;
pub use sig::{Part, PartLoc, RegStep, Sig, SigId};
pub use target::Target;
pub use ty::Ty;
pub use view::View;
