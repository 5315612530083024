//! How do tokens become a tree? A recursive-descent parser with one token of lookahead, after the grammar and with the
//! messages and the error recovery of cmd/compile/internal/syntax (parser.go), whose function names it keeps.
//!
//! - `mod`: entry point, state, errors, lists
//! - `pragma`: `//go:` and `//line` comments
//! - `decl`, `types`, `expr`, `stmt`: the grammar
//!
//! The parser recurses as deep as the source nests, up to `MAX_DEPTH`: callers run it on a stack of [`STACK_SIZE`].

mod decl;
mod expr;
mod pragma;
mod stmt;
mod types;

use std::sync::Arc;

use crate::ast::*;
use crate::branches::check_branches;
use crate::pos::{Pos, SourceFile};
use crate::scanner::{Scanner, source_errors};
use crate::sym::{Sym, names};
use crate::token::Token;
use pragma::Pending;

/// A message about a place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub pos: Pos,
    pub message: String,
}

impl Error {
    /// Is the grammar violated? Other errors (bad literals, labels, misplaced directives) leave a tree that can be
    /// checked further.
    pub fn is_syntax(&self) -> bool {
        self.message.starts_with("syntax error")
    }
}

/// What the parser must know about a file beyond its text.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options {
    /// The file belongs to the standard library.
    pub std: bool,
    /// The file belongs to the runtime, which may use its own directives.
    pub runtime: bool,
}

/// Nesting of expressions, types and statements beyond which a file is refused.
pub const MAX_DEPTH: u32 = 10_000;

/// Stack that a thread needs to parse any file, and to walk its tree.
pub const STACK_SIZE: usize = 512 << 20;

/// Parses a file. Without a usable package clause there is no tree. Errors come in the order of the text, at most one
/// syntax error per line.
pub fn parse(source: Arc<SourceFile>, options: Options) -> (Option<File>, Vec<Error>) {
    let mut early = Vec::new();
    let clean = source_errors(&source.text, &mut early);
    let text: &[u8] = clean.as_deref().unwrap_or(&source.text);
    let mut parser = Parser {
        source: &source,
        scanner: Scanner::new(text),
        base: source.base,
        options,
        errors: Vec::new(),
        next_id: 0,
        depth: 0,
        fnest: 0,
        xnest: 0,
        groups: 0,
        top: true,
        go_version: None,
        pending: Pending::default(),
        linknames: Vec::new(),
        late_errors: Vec::new(),
        tag_errors: Vec::new(),
        pragma_errors: 0,
        debug_settings: Vec::new(),
        cgo_directives: Vec::new(),
    };
    parser.next();
    let file = parser.file();
    let mut errors = std::mem::take(&mut parser.errors);
    if !errors.iter().any(|e| e.message.starts_with("syntax error")) {
        errors.append(&mut parser.tag_errors);
    }
    errors.extend(early.into_iter().map(|(offset, message)| Error { pos: source.pos(offset), message }));
    (file, tidy(&source, errors))
}

/// Of several syntax errors in a row that are about one line, and of equal other messages in a row, the first one
/// is kept, as Go's compiler has it.
fn tidy(source: &SourceFile, errors: Vec<Error>) -> Vec<Error> {
    let mut kept: Vec<Error> = Vec::new();
    let mut syntax_line = 0;
    let mut other: Option<(u32, String)> = None;
    for e in errors {
        let line = source.line_col(e.pos.0 - source.base).0;
        if e.message.starts_with("syntax error") {
            if std::mem::replace(&mut syntax_line, line) == line {
                continue;
            }
        } else {
            let this = Some((line, e.message.clone()));
            if other == this {
                continue;
            }
            other = this;
        }
        kept.push(e);
    }
    kept
}

struct Parser<'a> {
    source: &'a Arc<SourceFile>,
    scanner: Scanner<'a>,
    base: u32,
    options: Options,
    errors: Vec<Error>,
    next_id: u32,
    /// Nesting of the recursion.
    depth: u32,
    /// Nesting of functions; only within one, statement keywords stop error recovery.
    fnest: u32,
    /// Nesting of expressions; negative in the header of a control clause, where `{` begins no composite literal.
    xnest: i32,
    /// Parenthesised declarations so far.
    groups: u32,
    /// Before the package clause.
    top: bool,
    go_version: Option<Sym>,
    pending: Pending,
    linknames: Vec<Linkname>,
    late_errors: Vec<(Pos, String)>,
    /// Bad tags of fields, which only matter in a grammatical file.
    tag_errors: Vec<Error>,
    /// How many of the errors are about directives, and so none of the grammar.
    pragma_errors: usize,
    debug_settings: Vec<(Pos, Sym)>,
    cgo_directives: Vec<(Pos, Sym)>,
}

/// Tokens that begin a statement: good places to go on after an error.
const STOP_SET: u64 = Token::Break.bit()
    | Token::Const.bit()
    | Token::Continue.bit()
    | Token::Defer.bit()
    | Token::Fallthrough.bit()
    | Token::For.bit()
    | Token::Go.bit()
    | Token::Goto.bit()
    | Token::If.bit()
    | Token::Return.bit()
    | Token::Select.bit()
    | Token::Switch.bit()
    | Token::Type.bit()
    | Token::Var.bit();

impl<'a> Parser<'a> {
    fn next(&mut self) {
        self.scanner.next();
        if !self.scanner.errors.is_empty() {
            for (offset, message) in std::mem::take(&mut self.scanner.errors) {
                self.error_at(Pos(self.base + offset as u32), message);
            }
        }
        if !self.scanner.directives.is_empty() {
            for directive in std::mem::take(&mut self.scanner.directives) {
                self.directive(directive);
            }
        }
    }

    fn tok(&self) -> Token {
        self.scanner.tok
    }

    fn at(&self, tok: Token) -> bool {
        self.scanner.tok == tok
    }

    fn got(&mut self, tok: Token) -> bool {
        let yes = self.scanner.tok == tok;
        if yes {
            self.next();
        }
        yes
    }

    fn want(&mut self, tok: Token) {
        if !self.got(tok) {
            self.syntax_error(&format!("expected {}", tok.describe()));
            self.advance(&[]);
        }
    }

    /// `=`, or `:=` with a complaint.
    fn got_assign(&mut self) -> bool {
        match self.tok() {
            Token::Define => self.syntax_error("expected ="),
            Token::Assign => {}
            _ => return false,
        }
        self.next();
        true
    }

    fn pos(&self) -> Pos {
        Pos(self.base + self.scanner.start as u32)
    }

    fn id(&mut self) -> NodeId {
        let id = NodeId(self.next_id);
        self.next_id += 1;
        id
    }

    fn expr_node(&mut self, pos: Pos, kind: ExprKind) -> Expr {
        Expr { id: self.id(), pos, kind }
    }

    fn stmt_node(&mut self, pos: Pos, kind: StmtKind) -> Stmt {
        Stmt { id: self.id(), pos, kind }
    }

    fn bad_expr(&mut self) -> Expr {
        let pos = self.pos();
        self.expr_node(pos, ExprKind::Bad)
    }

    fn error_at(&mut self, pos: Pos, message: impl Into<String>) {
        self.errors.push(Error { pos, message: message.into() });
    }

    fn late_error(&mut self, pos: Pos, message: impl Into<String>) {
        self.late_errors.push((pos, message.into()));
    }

    fn error(&mut self, message: impl Into<String>) {
        self.error_at(self.pos(), message);
    }

    fn syntax_error(&mut self, message: &str) {
        self.syntax_error_at(self.pos(), message);
    }

    /// A message that begins with `in`, `at`, `after` or `expected` is completed with the token at hand.
    fn syntax_error_at(&mut self, pos: Pos, message: &str) {
        if self.at(Token::Eof) && !self.errors.is_empty() {
            return;
        }
        let message = if ["in ", "at ", "after "].iter().any(|p| message.starts_with(p)) {
            format!(" {message}")
        } else if message.starts_with("expected ") {
            format!(", {message}")
        } else {
            return self.error_at(pos, format!("syntax error: {message}"));
        };
        let s = &self.scanner;
        let token = match s.tok {
            Token::Name => format!("name {}", s.lit),
            Token::Semi => s.lit.to_string(),
            Token::Literal => format!("literal {}", s.lit),
            Token::Operator => s.op.as_str().to_string(),
            Token::AssignOp => format!("{}=", s.op.as_str()),
            Token::IncOp => s.op.as_str().repeat(2),
            tok => tok.describe(),
        };
        self.error_at(pos, format!("syntax error: unexpected {token}{message}"));
    }

    /// Skips to one of `follow` or, within a function, to a keyword that begins a statement; with an empty `follow`,
    /// skips one token.
    fn advance(&mut self, follow: &[Token]) {
        let mut set = Token::Eof.bit();
        if !follow.is_empty() {
            if self.fnest > 0 {
                set |= STOP_SET;
            }
            for tok in follow {
                set |= tok.bit();
            }
        }
        while set & self.tok().bit() == 0 {
            self.next();
            if follow.is_empty() {
                break;
            }
        }
    }

    /// Runs `f` one level deeper. Too deep nesting ends the file.
    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH && !self.at(Token::Eof) {
            self.error(format!("not supported: nesting deeper than {MAX_DEPTH} levels"));
            self.scanner.stop();
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// A list of elements with separators, up to and including `close`. `f` returns true to end the list. The result
    /// is the position of the closing token.
    fn list(&mut self, context: &str, sep: Token, close: Token, mut f: impl FnMut(&mut Self) -> bool) -> Pos {
        let mut done = false;
        while !self.at(Token::Eof) && !self.at(close) && !done {
            done = f(self);
            if !self.got(sep) && !self.at(close) {
                let (sep, end) = (sep.describe(), close.describe());
                self.syntax_error(&format!("in {context}; possibly missing {sep} or {end}"));
                self.advance(&[Token::Rparen, Token::Rbrack, Token::Rbrace]);
                if !self.at(close) {
                    return self.pos();
                }
            }
        }
        let pos = self.pos();
        self.want(close);
        pos
    }

    fn ident(&mut self, pos: Pos, name: Sym) -> Ident {
        Ident { id: self.id(), pos, name }
    }

    fn name(&mut self) -> Ident {
        let pos = self.pos();
        if self.at(Token::Name) {
            let name = Sym::new(self.scanner.lit);
            self.next();
            return self.ident(pos, name);
        }
        self.syntax_error("expected name");
        self.advance(&[]);
        self.ident(pos, names::BLANK)
    }

    fn name_list(&mut self, first: Ident) -> Vec<Ident> {
        let mut list = vec![first];
        while self.got(Token::Comma) {
            list.push(self.name());
        }
        list
    }

    fn literal_or_none(&mut self) -> Option<Expr> {
        if !self.at(Token::Literal) {
            return None;
        }
        let pos = self.pos();
        let s = &self.scanner;
        let kind = ExprKind::BasicLit { kind: s.kind, text: Sym::new(s.lit), bad: s.bad };
        self.next();
        Some(self.expr_node(pos, kind))
    }

    fn check_body_branches(&mut self, body: &Block, errors_before: usize) {
        if self.errors.len() == errors_before {
            check_branches(body, &mut self.errors);
        }
    }
}

/// An identifier as an expression; it keeps its id.
fn ident_expr(ident: Ident) -> Expr {
    Expr { id: ident.id, pos: ident.pos, kind: ExprKind::Ident(ident.name) }
}

/// The reverse of `ident_expr`.
fn expr_ident(expr: &Expr) -> Option<Ident> {
    Some(Ident { id: expr.id, pos: expr.pos, name: expr.as_ident()? })
}

fn unparen(mut x: Expr) -> Expr {
    while let ExprKind::Paren(inner) = x.kind {
        x = *inner;
    }
    x
}
