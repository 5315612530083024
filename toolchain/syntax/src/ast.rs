//! The syntax tree: what the parser makes and everything behind it reads.
//!
//! Conventions
//! - Every expression, identifier and statement has a [`NodeId`], dense within its file: side tables are vectors of
//!   `File::node_count` entries. Other nodes carry an id where a later phase keeps something for them (scopes, fields,
//!   clauses, specs).
//! - `pos` is where Go's compiler sees the node: binary expressions and assignments at their operator, selectors and
//!   type assertions at the dot, calls at `(`, index and slice expressions at `[`, composite literals at `{`,
//!   `key: value` at the colon, everything else at its start. [`Expr::start_pos`] gives the leftmost position, which
//!   is where Go's type checker reports an error about an expression.
//! - Parentheses are kept (`ExprKind::Paren`); `unparen` looks through them.
//! - Names declared together (`a, b int`) share one type expression: [`Field::names`].

use std::sync::Arc;

use crate::pos::{Pos, SourceFile};
use crate::sym::Sym;

/// Number of a node within its file, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One parsed source file.
#[derive(Debug)]
pub struct File {
    pub source: Arc<SourceFile>,
    /// The `package` keyword.
    pub pos: Pos,
    pub package: Ident,
    pub decls: Vec<Decl>,
    /// `//go:linkname` lines, in order.
    pub linknames: Vec<Linkname>,
    /// What is wrong with directives; to be reported if nothing else is wrong.
    pub late_errors: Vec<(Pos, String)>,
    /// The language version that a `//go:build` line asks for (`go1.21`), if any.
    pub go_version: Option<Sym>,
    /// `//go:debug` lines.
    pub debug_settings: Vec<(Pos, Sym)>,
    /// `//go:cgo_*` lines (only the standard library may have them).
    pub cgo_directives: Vec<(Pos, Sym)>,
    /// Number of `NodeId`s given out.
    pub node_count: u32,
    pub eof: Pos,
}

impl std::fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SourceFile({})", self.name)
    }
}

/// A name where it is declared or selected. Uses in expressions are `ExprKind::Ident`.
#[derive(Clone, Copy, Debug)]
pub struct Ident {
    pub id: NodeId,
    pub pos: Pos,
    pub name: Sym,
}

/// `//go:linkname local [remote]`; `std` for `//go:linknamestd`, which only the standard library may pull.
#[derive(Clone, Copy, Debug)]
pub struct Linkname {
    pub pos: Pos,
    pub local: Sym,
    pub remote: Option<Sym>,
    pub std: bool,
}

bitflags::bitflags! {
    /// `//go:` directives in front of a declaration.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct Pragma: u32 {
        const NOINLINE = 1 << 0;
        const NOSPLIT = 1 << 1;
        const NOESCAPE = 1 << 2;
        const NORACE = 1 << 3;
        const NOCHECKPTR = 1 << 4;
        const SYSTEMSTACK = 1 << 5;
        const NOWRITEBARRIER = 1 << 6;
        const NOWRITEBARRIERREC = 1 << 7;
        const YESWRITEBARRIERREC = 1 << 8;
        const UINTPTRESCAPES = 1 << 9;
        const UINTPTRKEEPALIVE = 1 << 10;
        const REGISTERPARAMS = 1 << 11;
        const NOTINHEAP = 1 << 12;
        const CGO_UNSAFE_ARGS = 1 << 13;
        const FIX = 1 << 14;
        const WASMIMPORT = 1 << 15;
        const WASMEXPORT = 1 << 16;
        const BUILD = 1 << 17;
    }
}

#[derive(Debug)]
pub enum Decl {
    Import(ImportDecl),
    Const(ConstGroup),
    Type(Box<TypeDecl>),
    Var(Box<VarDecl>),
    Func(Box<FuncDecl>),
}

/// `import [name] "path"`.
#[derive(Debug)]
pub struct ImportDecl {
    pub id: NodeId,
    pub pos: Pos,
    /// A name, `.` or `_`.
    pub name: Option<Ident>,
    /// The unquoted path; empty if there is none.
    pub path: Sym,
    /// There is no path, or it is no string: this was reported.
    pub bad: bool,
    pub path_pos: Pos,
}

/// `const ( … )`, or one spec.
#[derive(Debug)]
pub struct ConstGroup {
    pub pos: Pos,
    pub grouped: bool,
    pub specs: Vec<ConstSpec>,
}

/// One line of constants. A line with neither type nor values repeats those of `specs[inherit]` (with its own iota).
#[derive(Debug)]
pub struct ConstSpec {
    pub id: NodeId,
    pub pos: Pos,
    pub names: Vec<Ident>,
    pub ty: Option<Expr>,
    pub values: Vec<Expr>,
    pub iota: u32,
    pub inherit: Option<u32>,
}

impl ConstGroup {
    /// The type and the values that count for a spec: its own, or those it repeats.
    pub fn effective(&self, spec: usize) -> (Option<&Expr>, &[Expr]) {
        let own = &self.specs[spec];
        let from = own.inherit.map_or(own, |i| &self.specs[i as usize]);
        (from.ty.as_ref(), &from.values)
    }
}

/// `type name[params] [=] T`.
#[derive(Debug)]
pub struct TypeDecl {
    pub id: NodeId,
    pub pos: Pos,
    pub name: Ident,
    pub type_params: Vec<Field>,
    pub alias: bool,
    pub ty: Expr,
    pub pragma: Pragma,
    /// The number of the parenthesised group within the file; 0 outside.
    pub group: u32,
}

/// `var names [T] [= values]`.
#[derive(Debug)]
pub struct VarDecl {
    pub id: NodeId,
    pub pos: Pos,
    pub names: Vec<Ident>,
    pub ty: Option<Expr>,
    pub values: Vec<Expr>,
    pub pragma: Pragma,
    pub embeds: Vec<Embed>,
}

/// One `//go:embed` line.
#[derive(Debug, Clone)]
pub struct Embed {
    pub pos: Pos,
    pub patterns: Vec<String>,
}

#[derive(Debug)]
pub struct FuncDecl {
    pub id: NodeId,
    pub pos: Pos,
    pub recv: Option<Field>,
    pub name: Ident,
    /// Type parameters of the function or (Go 1.27) of the method are in here.
    pub ty: FuncType,
    pub body: Option<Block>,
    pub pragma: Pragma,
}

/// `func[type_params](params) results`, without the keyword's meaning. The id is that of the scope that holds the
/// parameters.
#[derive(Debug)]
pub struct FuncType {
    pub id: NodeId,
    pub pos: Pos,
    pub type_params: Vec<Field>,
    pub params: Vec<Field>,
    pub results: Vec<Field>,
}

/// Parameters, results, type parameters or a receiver that share one type; `names` is empty for an unnamed one.
/// A variadic parameter's type is `ExprKind::Ellipsis`.
#[derive(Debug)]
pub struct Field {
    pub id: NodeId,
    pub pos: Pos,
    pub names: Vec<Ident>,
    pub ty: Expr,
}

/// Fields of a struct. An embedded field has no names; its name follows from its type.
#[derive(Debug)]
pub struct StructField {
    pub id: NodeId,
    pub pos: Pos,
    pub names: Vec<Ident>,
    pub ty: Expr,
    /// The tag's value, unquoted.
    pub tag: Option<Tag>,
}

#[derive(Debug, Clone)]
pub struct Tag {
    pub pos: Pos,
    pub value: Box<[u8]>,
}

/// A method or an embedded element of an interface.
#[derive(Debug)]
pub enum InterfaceElem {
    Method {
        id: NodeId,
        name: Ident,
        ty: FuncType,
    },
    /// A type, `~T`, or a union of these (`Binary(Or, …)`, `Unary(Tilde, …)`).
    Embed {
        id: NodeId,
        ty: Expr,
    },
}

#[derive(Debug)]
pub struct Expr {
    pub id: NodeId,
    pub pos: Pos,
    pub kind: ExprKind,
}

#[derive(Debug)]
pub enum ExprKind {
    /// What the parser could not make sense of; an error was reported.
    Bad,
    Ident(Sym),
    /// The text as it is written; `bad` if an error was reported for it.
    BasicLit {
        kind: LitKind,
        text: Sym,
        bad: bool,
    },
    /// `T{…}`; without `T` inside another literal.
    CompositeLit {
        ty: Option<Box<Expr>>,
        elems: Vec<Expr>,
        rbrace: Pos,
    },
    /// An element of a composite literal.
    KeyValue {
        key: Box<Expr>,
        value: Box<Expr>,
    },
    FuncLit(Box<FuncLit>),
    Paren(Box<Expr>),
    Selector {
        x: Box<Expr>,
        sel: Ident,
    },
    /// `x[i]`, or an instantiation `x[T1, T2]`.
    Index {
        x: Box<Expr>,
        indices: Vec<Expr>,
    },
    /// `x[i:j]`, `x[i:j:k]` (`full`).
    Slice {
        x: Box<Expr>,
        index: [Option<Box<Expr>>; 3],
        full: bool,
    },
    /// `x.(T)`.
    TypeAssert {
        x: Box<Expr>,
        ty: Box<Expr>,
    },
    /// `x.(type)` outside a type switch, for the checker to report.
    TypeSwitchGuard {
        bind: Option<Ident>,
        x: Box<Expr>,
    },
    /// `ellipsis` is the position of `...` behind the last argument.
    Call {
        fun: Box<Expr>,
        args: Vec<Expr>,
        ellipsis: Option<Pos>,
        rparen: Pos,
    },
    /// `*x`: a dereference or a pointer type.
    Star(Box<Expr>),
    Unary {
        op: UnaryOp,
        x: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        x: Box<Expr>,
        y: Box<Expr>,
    },
    /// `[len]elem`; `[...]elem` without `len`.
    ArrayType {
        len: Option<Box<Expr>>,
        elem: Box<Expr>,
    },
    SliceType(Box<Expr>),
    StructType(Vec<StructField>),
    FuncType(Box<FuncType>),
    InterfaceType(Vec<InterfaceElem>),
    MapType {
        key: Box<Expr>,
        value: Box<Expr>,
    },
    ChanType {
        dir: ChanDir,
        elem: Box<Expr>,
    },
    /// `...T` as the type of a last parameter.
    Ellipsis(Box<Expr>),
}

#[derive(Debug)]
pub struct FuncLit {
    pub ty: FuncType,
    pub body: Block,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LitKind {
    Int,
    Float,
    Imag,
    Char,
    String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Recv,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Neg,
    /// `!`
    Not,
    /// `^`
    BitNot,
    /// `&`
    Addr,
    /// `<-`
    Recv,
    /// `~`, in constraints
    Tilde,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    OrOr,
    AndAnd,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Or,
    Xor,
    Mul,
    Div,
    Rem,
    And,
    AndNot,
    Shl,
    Shr,
}

/// `{ … }`; the id is the scope's.
#[derive(Debug)]
pub struct Block {
    pub id: NodeId,
    /// The opening brace.
    pub pos: Pos,
    pub stmts: Vec<Stmt>,
    pub rbrace: Pos,
}

#[derive(Debug)]
pub struct Stmt {
    pub id: NodeId,
    pub pos: Pos,
    pub kind: StmtKind,
}

/// Statements with a scope of their own (`If`, `For`, `Range`, `Switch`, `TypeSwitch`) use the statement's id for the
/// scope of their init statement; blocks and clauses have their own.
#[derive(Debug)]
pub enum StmtKind {
    /// Also what is left of a statement with syntax errors.
    Empty,
    Block(Block),
    Expr(Expr),
    Send {
        chan: Expr,
        value: Expr,
    },
    IncDec {
        x: Expr,
        inc: bool,
    },
    /// `lhs = rhs`
    Assign {
        lhs: Vec<Expr>,
        rhs: Vec<Expr>,
    },
    /// `lhs := rhs`; whether a left side declares is for the checker. Sides that are no names were reported.
    Define {
        lhs: Vec<Expr>,
        rhs: Vec<Expr>,
    },
    /// `lhs op= rhs`
    OpAssign {
        op: BinaryOp,
        lhs: Expr,
        rhs: Expr,
    },
    Go(Expr),
    Defer(Expr),
    Return(Vec<Expr>),
    Branch {
        kind: BranchKind,
        label: Option<Ident>,
    },
    Labeled {
        label: Ident,
        stmt: Box<Stmt>,
    },
    If(Box<IfStmt>),
    Switch(Box<SwitchStmt>),
    TypeSwitch(Box<TypeSwitchStmt>),
    Select {
        clauses: Vec<CommClause>,
        rbrace: Pos,
    },
    For(Box<ForStmt>),
    Range(Box<RangeStmt>),
    Decl(Vec<Decl>),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BranchKind {
    Break,
    Continue,
    Goto,
    Fallthrough,
}

#[derive(Debug)]
pub struct IfStmt {
    pub init: Option<Stmt>,
    pub cond: Expr,
    pub then: Block,
    /// An `If` or a `Block`.
    pub els: Option<Stmt>,
}

#[derive(Debug)]
pub struct SwitchStmt {
    pub init: Option<Stmt>,
    pub tag: Option<Expr>,
    pub clauses: Vec<CaseClause>,
    /// The opening brace.
    pub lbrace: Pos,
    pub rbrace: Pos,
}

/// `switch init; [bind :=] x.(type) { … }`
#[derive(Debug)]
pub struct TypeSwitchStmt {
    pub init: Option<Stmt>,
    pub bind: Option<Ident>,
    pub x: Expr,
    /// The guard as a whole: where `x.(type)` stands.
    pub guard_pos: Pos,
    pub clauses: Vec<CaseClause>,
    pub lbrace: Pos,
    pub rbrace: Pos,
}

/// `case a, b:` or `default:`; the id is the clause's scope and, in a type switch, its implicitly declared variable.
#[derive(Debug)]
pub struct CaseClause {
    pub id: NodeId,
    pub pos: Pos,
    /// Empty for `default` (see `is_default`).
    pub cases: Vec<Expr>,
    pub is_default: bool,
    pub colon: Pos,
    pub body: Vec<Stmt>,
}

/// A clause of `select`; without `comm` it is `default`. The id is the clause's scope.
#[derive(Debug)]
pub struct CommClause {
    pub id: NodeId,
    pub pos: Pos,
    /// A send, an expression `<-c`, or an assignment or definition from `<-c`.
    pub comm: Option<Box<Stmt>>,
    pub colon: Pos,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct ForStmt {
    pub init: Option<Stmt>,
    pub cond: Option<Expr>,
    pub post: Option<Stmt>,
    pub body: Block,
}

/// `for [lhs =|:=] range x { … }`. More than two on the left is for the checker to report.
#[derive(Debug)]
pub struct RangeStmt {
    /// The keyword `range`.
    pub pos: Pos,
    pub lhs: Vec<Expr>,
    pub define: bool,
    pub x: Expr,
    pub body: Block,
}

impl UnaryOp {
    pub fn as_str(self) -> &'static str {
        match self {
            UnaryOp::Plus => "+",
            UnaryOp::Neg => "-",
            UnaryOp::Not => "!",
            UnaryOp::BitNot => "^",
            UnaryOp::Addr => "&",
            UnaryOp::Recv => "<-",
            UnaryOp::Tilde => "~",
        }
    }
}

impl BinaryOp {
    pub fn as_str(self) -> &'static str {
        use BinaryOp::*;
        match self {
            OrOr => "||",
            AndAnd => "&&",
            Eq => "==",
            Ne => "!=",
            Lt => "<",
            Le => "<=",
            Gt => ">",
            Ge => ">=",
            Add => "+",
            Sub => "-",
            Or => "|",
            Xor => "^",
            Mul => "*",
            Div => "/",
            Rem => "%",
            And => "&",
            AndNot => "&^",
            Shl => "<<",
            Shr => ">>",
        }
    }

    /// 1 (`||`) to 5 (`*`).
    pub fn precedence(self) -> u8 {
        use BinaryOp::*;
        match self {
            OrOr => 1,
            AndAnd => 2,
            Eq | Ne | Lt | Le | Gt | Ge => 3,
            Add | Sub | Or | Xor => 4,
            Mul | Div | Rem | And | AndNot | Shl | Shr => 5,
        }
    }

    pub fn is_comparison(self) -> bool {
        self.precedence() == 3
    }

    pub fn is_shift(self) -> bool {
        matches!(self, BinaryOp::Shl | BinaryOp::Shr)
    }
}

impl std::fmt::Display for UnaryOp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for BinaryOp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Expr {
    /// Looks through parentheses.
    pub fn unparen(&self) -> &Expr {
        let mut e = self;
        while let ExprKind::Paren(x) = &e.kind {
            e = x;
        }
        e
    }

    /// The name, if this is a plain identifier.
    pub fn as_ident(&self) -> Option<Sym> {
        match self.kind {
            ExprKind::Ident(name) => Some(name),
            _ => None,
        }
    }

    /// The operand that an expression begins with.
    pub fn first_operand(&self) -> Option<&Expr> {
        match &self.kind {
            ExprKind::Slice { x, .. }
            | ExprKind::CompositeLit { ty: Some(x), .. }
            | ExprKind::KeyValue { key: x, .. }
            | ExprKind::Selector { x, .. }
            | ExprKind::Index { x, .. }
            | ExprKind::TypeAssert { x, .. }
            | ExprKind::TypeSwitchGuard { x, bind: None }
            | ExprKind::Call { fun: x, .. }
            | ExprKind::Binary { x, .. } => Some(x),
            _ => None,
        }
    }
    /// The leftmost position: where Go's type checker reports errors about the expression. (As there, a slice
    /// expression counts from its bracket.)
    pub fn start_pos(&self) -> Pos {
        let mut e = self;
        loop {
            e = match (&e.kind, e.first_operand()) {
                (ExprKind::TypeSwitchGuard { bind: Some(name), .. }, _) => return name.pos,
                (ExprKind::Slice { .. }, _) | (_, None) => return e.pos,
                (_, Some(x)) => x,
            }
        }
    }
}
