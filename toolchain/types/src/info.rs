//! What the checker finds out about syntax nodes: dense tables by `NodeId`, one set a file, filled lazily as bodies are checked.
use crate::{constant::ConstValue, object::ObjId, table::TypeId};
use rustc_hash::FxHashMap;
use syntax::ast::NodeId;

/// What an expression denotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Not checked (yet), or invalid.
    #[default]
    None,
    /// A call without value.
    NoValue,
    /// A built-in function.
    Builtin,
    /// A type.
    Type,
    /// A constant; its value is in `FileInfo::consts`.
    Const,
    /// An addressable variable.
    Var,
    /// A map index expression: assignable, not addressable; may be used with comma-ok.
    MapIndex,
    /// A value.
    Value,
    /// `nil` (its type is the one it got by context).
    Nil,
    /// A value that may be used with comma-ok: type assertion, receive.
    CommaOk,
}

/// One node.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeInfo {
    /// Type (final: untyped constants and nils have the type their context gave them; in a comma-ok use still the single value's type).
    pub ty: TypeId,
    /// For identifiers: the object used or defined. For a case clause of a type switch: its implicit variable.
    pub obj: ObjId,
    /// Mode.
    pub mode: Mode,
    /// A comma-ok use (`v, ok = m[k]`, `x.(T)`, `<-c`).
    pub comma_ok: bool,
    /// The checker's: the untyped left operand of a shift that is not constant, so that its type must become an integer type.
    pub shift_lhs: bool,
}

/// How a selector expression `x.f` was resolved (not for qualified identifiers: there the selector's identifier has the object).
#[derive(Clone, Debug)]
pub struct Selection {
    /// What was selected.
    pub kind: SelectionKind,
    /// Type of x (for a method expression: the type T).
    pub recv: TypeId,
    /// Field indices through embedded fields; the last one is the field's, or, for methods, the path to the embedded receiver
    /// (without the method).
    pub path: Vec<u32>,
    /// The method: the concrete method's function object, or NONE for interface methods (then look up by name) and fields.
    pub method: ObjId,
    /// Whether some pointer is followed on the way.
    pub indirect: bool,
}

/// Kinds of selections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are Go's")]
pub enum SelectionKind {
    Field,
    MethodVal,
    MethodExpr,
    InterfaceMethodVal,
    InterfaceMethodExpr,
}

/// All about one file.
#[derive(Default)]
pub struct FileInfo {
    /// By node.
    pub nodes: Vec<NodeInfo>,
    /// Values of constant expressions.
    pub consts: FxHashMap<NodeId, ConstValue>,
    /// Selector expressions.
    pub selections: FxHashMap<NodeId, Selection>,
    /// Instantiated uses of generic functions and methods: by the identifier's node (of `f` in `f[int]`, `f(x)`, `p.f[int]`, `x.m[int]`), the type arguments.
    pub instances: FxHashMap<NodeId, Vec<TypeId>>,
}
