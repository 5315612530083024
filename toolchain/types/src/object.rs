//! Objects: what identifiers denote.
use crate::{
    constant::ConstValue,
    table::{PkgId, TypeId, TypeParamId},
};
use syntax::{Pos, Sym};

/// An object: an index into the program's object table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct ObjId(pub u32);

impl ObjId {
    /// Stands for "no object" in dense tables.
    pub const NONE: ObjId = ObjId(0);
}

/// Where an object's declaration is: package, file of the package, and which declaration (the checker's business).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileRef {
    /// Package.
    pub pkg: PkgId,
    /// Index of the file in the package.
    pub file: u32,
}

/// An object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Name (`_` for blank).
    pub name: Sym,
    /// Package; `PkgId(0)` for predeclared names.
    pub pkg: PkgId,
    /// Position of the name.
    pub pos: Pos,
    /// Type (invalid for packages, builtins, labels).
    pub ty: TypeId,
    /// The kind and what belongs to it.
    pub kind: ObjKind,
}

/// Kinds of objects.
#[derive(Clone, Debug)]
pub enum ObjKind {
    /// An import; `used` is the checker's.
    PkgName { imported: PkgId },
    /// A constant.
    Const(ConstValue),
    /// A type name; `alias`: declared with `=` (then `ty` may be any type; `tparams` of a generic alias).
    TypeName { alias: bool, tparams: Vec<TypeParamId> },
    /// A variable.
    Var(VarObj),
    /// A function or method.
    Func(FuncObj),
    /// A label.
    Label,
    /// `append`, `len`, …, and those of package unsafe.
    Builtin(Builtin),
    /// `nil`
    Nil,
}

/// A variable, parameter, result or struct field.
#[derive(Clone, Debug)]
pub struct VarObj {
    /// Declared at package level.
    pub global: bool,
    /// Parameter, receiver or result.
    pub param: bool,
    /// A function literal inside the declaring function uses it.
    pub captured: bool,
    /// Its address is taken: `&x`, `x.f` of array sliced, method call with pointer receiver.
    pub addr_taken: bool,
    /// Assigned after its declaration (so a closure cannot capture it by value).
    pub reassigned: bool,
    /// `//go:embed` patterns, `//go:linkname` target: see `info::PkgData`.
    pub file: Option<FileRef>,
}

/// A function, method, or interface method.
#[derive(Clone, Debug)]
pub struct FuncObj {
    /// Where the declaration is: file and index into `syntax::ast::File::decls`. None for interface methods and imported builtins.
    pub decl: Option<(FileRef, u32)>,
    /// Method: receiver's type (`T` or `*T`, `Type::Named` with its own type parameters as declared on the receiver).
    pub recv: Option<TypeId>,
    /// Method: whether the receiver is a pointer, known from the syntax when the method is collected (before its signature is).
    pub ptr_recv: bool,
    /// The receiver's type parameters as this declaration names them (bound in order to the origin's), for methods of generic types.
    pub recv_tparams: Vec<TypeParamId>,
    /// Own type parameters (functions; and methods, since 1.27).
    pub tparams: Vec<TypeParamId>,
}

/// Built-in functions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are Go's")]
pub enum Builtin {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    Add,
    Alignof,
    Offsetof,
    Sizeof,
    Slice,
    SliceData,
    String,
    StringData,
}
