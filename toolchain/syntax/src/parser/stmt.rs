//! Statements.

use super::{Parser, expr_ident, unparen};
use crate::ast::*;
use crate::pos::Pos;
use crate::print::{emphasize, expr_list_string, expr_string};
use crate::sym::names;
use crate::token::{Op, Token};

/// A simple statement as control clauses see it.
enum Simple {
    Stmt(Stmt),
    Range { pos: Pos, lhs: Vec<Expr>, define: bool, x: Expr },
}

/// `init; cond; post` of a control clause, or a range clause in `init`.
#[derive(Default)]
struct Header {
    init: Option<Simple>,
    cond: Option<Expr>,
    post: Option<Stmt>,
}

impl Header {
    fn init_stmt(&mut self) -> Option<Stmt> {
        match self.init.take() {
            Some(Simple::Stmt(s)) => Some(s),
            _ => None,
        }
    }
}

impl Parser<'_> {
    fn simple_stmt(&mut self, keyword: Option<Token>) -> Simple {
        if keyword == Some(Token::For) && self.at(Token::Range) {
            return self.range_clause(Vec::new(), false);
        }
        let lhs = self.expr_list();
        self.simple_stmt_from(lhs, keyword)
    }

    fn range_clause(&mut self, lhs: Vec<Expr>, define: bool) -> Simple {
        let pos = self.pos();
        self.next();
        let x = self.expr();
        Simple::Range { pos, lhs, define, x }
    }

    /// Behind the expressions that the statement begins with.
    fn simple_stmt_from(&mut self, mut lhs: Vec<Expr>, keyword: Option<Token>) -> Simple {
        let pos = self.pos();
        let stmt = match self.tok() {
            Token::Assign | Token::Define => {
                let define = self.at(Token::Define);
                self.next();
                if keyword == Some(Token::For) && self.at(Token::Range) {
                    return self.range_clause(lhs, define);
                }
                let mut rhs = self.expr_list();
                // switch name := x.(type)
                if keyword == Some(Token::Switch)
                    && define
                    && lhs.len() == 1
                    && rhs.len() == 1
                    && let (Some(name), ExprKind::TypeSwitchGuard { bind, .. }) =
                        (expr_ident(&lhs[0]), &mut rhs[0].kind)
                {
                    *bind = Some(name);
                    let guard = rhs.remove(0);
                    return Simple::Stmt(self.stmt_node(guard.pos, StmtKind::Expr(guard)));
                }
                let kind = if define { StmtKind::Define { lhs, rhs } } else { StmtKind::Assign { lhs, rhs } };
                self.stmt_node(pos, kind)
            }
            _ if lhs.len() > 1 => {
                self.syntax_error("expected := or = or comma");
                self.advance(&[Token::Semi, Token::Rbrace]);
                let x = lhs.swap_remove(0);
                self.stmt_node(x.pos, StmtKind::Expr(x))
            }
            Token::AssignOp => {
                let op = self.scanner.op;
                self.next();
                let rhs = self.expr();
                let lhs = lhs.swap_remove(0);
                match op {
                    Op::Binary(op) => self.stmt_node(pos, StmtKind::OpAssign { op, lhs, rhs }),
                    _ => self.stmt_node(pos, StmtKind::Empty),
                }
            }
            Token::IncOp => {
                let inc = self.scanner.op == Op::Binary(BinaryOp::Add);
                self.next();
                self.stmt_node(pos, StmtKind::IncDec { x: lhs.swap_remove(0), inc })
            }
            Token::Arrow => {
                self.next();
                let value = self.expr();
                self.stmt_node(pos, StmtKind::Send { chan: lhs.swap_remove(0), value })
            }
            _ => {
                let x = lhs.swap_remove(0);
                self.stmt_node(x.pos, StmtKind::Expr(x))
            }
        };
        Simple::Stmt(stmt)
    }

    /// A simple statement where no range clause can be.
    fn plain_stmt(&mut self, lhs: Option<Vec<Expr>>) -> Stmt {
        let lhs = lhs.unwrap_or_else(|| self.expr_list());
        match self.simple_stmt_from(lhs, None) {
            Simple::Stmt(s) => s,
            Simple::Range { pos, .. } => self.stmt_node(pos, StmtKind::Empty),
        }
    }

    /// At the colon.
    fn labeled_stmt(&mut self, label: Ident) -> Option<Stmt> {
        let pos = self.pos();
        self.want(Token::Colon);
        let stmt = if self.at(Token::Rbrace) {
            let here = self.pos();
            self.stmt_node(here, StmtKind::Empty)
        } else {
            match self.stmt_or_none() {
                Some(stmt) => stmt,
                None => {
                    self.syntax_error_at(pos, "missing statement after label");
                    return None;
                }
            }
        };
        Some(self.stmt_node(pos, StmtKind::Labeled { label, stmt: Box::new(stmt) }))
    }

    /// `context` names what the block belongs to, unless the parser is known to be at the brace.
    pub(super) fn block(&mut self, context: &str) -> Block {
        let pos = self.pos();
        if !self.got(Token::Lbrace) {
            self.syntax_error(&format!("expected {{ after {context}"));
            self.advance(&[Token::Name, Token::Rbrace]);
            let rbrace = self.pos();
            if self.got(Token::Rbrace) {
                return Block { id: self.id(), pos, stmts: Vec::new(), rbrace };
            }
        }
        let stmts = self.stmt_list();
        let rbrace = self.pos();
        self.want(Token::Rbrace);
        Block { id: self.id(), pos, stmts, rbrace }
    }

    fn header(&mut self, keyword: Token) -> Header {
        self.want(keyword);
        let mut header = Header::default();
        if self.at(Token::Lbrace) {
            if keyword == Token::If {
                self.syntax_error("missing condition in if statement");
                header.cond = Some(self.bad_expr());
            }
            return header;
        }
        let outer = std::mem::replace(&mut self.xnest, -1);
        if !self.at(Token::Semi) {
            if self.got(Token::Var) {
                let text = format!("var declaration not allowed in {} initializer", keyword.as_str());
                self.syntax_error(&text);
            }
            header.init = Some(self.simple_stmt(Some(keyword)));
            if matches!(header.init, Some(Simple::Range { .. })) {
                self.xnest = outer;
                return header;
            }
        }
        let mut cond = None;
        let mut semi: Option<(Pos, &str)> = None;
        if self.at(Token::Lbrace) {
            cond = header.init.take();
        } else {
            if self.at(Token::Semi) {
                semi = Some((self.pos(), self.scanner.lit));
                self.next();
            } else {
                self.want(Token::Lbrace);
                if !self.at(Token::Lbrace) {
                    self.advance(&[Token::Lbrace, Token::Rbrace]);
                }
            }
            if keyword != Token::For {
                if !self.at(Token::Lbrace) {
                    cond = Some(self.simple_stmt(Some(keyword)));
                }
            } else if self.at(Token::Lbrace) {
                self.syntax_error("expected for loop condition");
            } else {
                if !self.at(Token::Semi) {
                    cond = Some(self.simple_stmt(None));
                }
                self.want(Token::Semi);
                if !self.at(Token::Lbrace) {
                    let post = self.plain_stmt(None);
                    if matches!(post.kind, StmtKind::Define { .. }) {
                        self.syntax_error_at(post.pos, "cannot declare in post statement of for loop");
                    }
                    header.post = Some(post);
                }
            }
        }
        match cond {
            None => {
                if let (Token::If, Some((pos, lit))) = (keyword, semi) {
                    if lit != "semicolon" {
                        self.syntax_error_at(pos, &format!("unexpected {lit}, expected {{ after if clause"));
                    } else {
                        self.syntax_error_at(pos, "missing condition in if statement");
                    }
                    header.cond = Some(self.expr_node(pos, ExprKind::Bad));
                }
            }
            Some(Simple::Stmt(Stmt { kind: StmtKind::Expr(x), .. })) => header.cond = Some(x),
            Some(other) => {
                let (pos, text) = describe(&other);
                self.syntax_error_at(pos, &format!("cannot use {text} as value"));
                if keyword == Token::If {
                    header.cond = Some(self.expr_node(pos, ExprKind::Bad));
                }
            }
        }
        self.xnest = outer;
        header
    }

    fn if_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let mut header = self.header(Token::If);
        let init = header.init_stmt();
        let cond = header.cond.unwrap_or_else(|| self.bad_expr());
        let then = self.block("if clause");
        let mut els = None;
        if self.got(Token::Else) {
            match self.tok() {
                Token::If => els = Some(self.nested(Self::if_stmt)),
                Token::Lbrace => {
                    let here = self.pos();
                    let block = self.block("");
                    els = Some(self.stmt_node(here, StmtKind::Block(block)));
                }
                _ => {
                    self.syntax_error("else must be followed by if or statement block");
                    self.advance(&[Token::Name, Token::Rbrace]);
                }
            }
        }
        self.stmt_node(pos, StmtKind::If(Box::new(IfStmt { init, cond, then, els })))
    }

    fn for_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let mut header = self.header(Token::For);
        let body = self.block("for clause");
        let kind = match header.init.take() {
            Some(Simple::Range { pos, lhs, define, x }) => {
                StmtKind::Range(Box::new(RangeStmt { pos, lhs, define, x, body }))
            }
            init => {
                header.init = init;
                let init = header.init_stmt();
                StmtKind::For(Box::new(ForStmt { init, cond: header.cond, post: header.post, body }))
            }
        };
        self.stmt_node(pos, kind)
    }

    fn switch_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let mut header = self.header(Token::Switch);
        let init = header.init_stmt();
        let lbrace = self.pos();
        self.open_clauses("missing { after switch clause");
        let mut clauses = Vec::new();
        while !matches!(self.tok(), Token::Eof | Token::Rbrace) {
            clauses.push(self.case_clause());
        }
        let rbrace = self.pos();
        self.want(Token::Rbrace);
        let kind = match header.cond {
            Some(Expr { pos: guard_pos, kind: ExprKind::TypeSwitchGuard { bind, x }, .. }) => {
                let x = *x;
                StmtKind::TypeSwitch(Box::new(TypeSwitchStmt {
                    init,
                    bind,
                    x,
                    guard_pos,
                    clauses,
                    lbrace,
                    rbrace,
                }))
            }
            tag => StmtKind::Switch(Box::new(SwitchStmt { init, tag, clauses, lbrace, rbrace })),
        };
        self.stmt_node(pos, kind)
    }

    fn open_clauses(&mut self, message: &str) {
        if !self.got(Token::Lbrace) {
            self.syntax_error(message);
            self.advance(&[Token::Case, Token::Default, Token::Rbrace]);
        }
    }

    fn no_clause(&mut self) {
        self.syntax_error("expected case or default or }");
        self.advance(&[Token::Colon, Token::Case, Token::Default, Token::Rbrace]);
    }

    fn case_clause(&mut self) -> CaseClause {
        let pos = self.pos();
        let mut cases = Vec::new();
        match self.tok() {
            Token::Case => {
                self.next();
                cases = self.expr_list();
            }
            Token::Default => self.next(),
            _ => self.no_clause(),
        }
        let colon = self.pos();
        self.want(Token::Colon);
        let body = self.stmt_list();
        CaseClause { id: self.id(), pos, is_default: cases.is_empty(), cases, colon, body }
    }

    fn select_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        self.want(Token::Select);
        self.open_clauses("missing { after select clause");
        let mut clauses = Vec::new();
        while !matches!(self.tok(), Token::Eof | Token::Rbrace) {
            clauses.push(self.comm_clause());
        }
        let rbrace = self.pos();
        self.want(Token::Rbrace);
        self.stmt_node(pos, StmtKind::Select { clauses, rbrace })
    }

    fn comm_clause(&mut self) -> CommClause {
        let pos = self.pos();
        let mut comm = None;
        match self.tok() {
            Token::Case => {
                self.next();
                comm = Some(Box::new(self.plain_stmt(None)));
            }
            Token::Default => self.next(),
            _ => self.no_clause(),
        }
        let colon = self.pos();
        self.want(Token::Colon);
        let body = self.stmt_list();
        CommClause { id: self.id(), pos, comm, colon, body }
    }

    /// `go` or `defer`.
    fn call_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let keyword = self.tok();
        self.next();
        let parens = self.at(Token::Lparen);
        let mut x = self.nested(|p| p.primary_expr(parens));
        if matches!(x.kind, ExprKind::Paren(_)) {
            let text = format!("expression in {} must not be parenthesized", keyword.as_str());
            self.error_at(x.pos, text);
            x = unparen(x);
        }
        let kind = if keyword == Token::Go { StmtKind::Go(x) } else { StmtKind::Defer(x) };
        self.stmt_node(pos, kind)
    }

    fn branch_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let (kind, takes_label) = match self.tok() {
            Token::Break => (BranchKind::Break, self.next_is_name()),
            Token::Continue => (BranchKind::Continue, self.next_is_name()),
            Token::Goto => {
                self.next();
                (BranchKind::Goto, true)
            }
            _ => {
                self.next();
                (BranchKind::Fallthrough, false)
            }
        };
        let label = takes_label.then(|| self.name());
        self.stmt_node(pos, StmtKind::Branch { kind, label })
    }

    fn next_is_name(&mut self) -> bool {
        self.next();
        self.at(Token::Name)
    }

    fn stmt_or_none(&mut self) -> Option<Stmt> {
        self.nested(Self::stmt_or_none_here)
    }

    fn stmt_or_none_here(&mut self) -> Option<Stmt> {
        if self.at(Token::Name) {
            self.clear_pragma();
            let lhs = self.expr_list();
            if let ([x], Token::Colon) = (lhs.as_slice(), self.tok())
                && let Some(label) = expr_ident(x)
            {
                return self.labeled_stmt(label);
            }
            return Some(self.plain_stmt(Some(lhs)));
        }
        if matches!(self.tok(), Token::Var | Token::Const | Token::Type) {
            return Some(self.decl_stmt());
        }
        self.clear_pragma();
        let pos = self.pos();
        let stmt = match self.tok() {
            Token::Lbrace => {
                let block = self.block("");
                self.stmt_node(pos, StmtKind::Block(block))
            }
            Token::Operator => match self.scanner.op {
                Op::Not | Op::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::And | BinaryOp::Xor) => {
                    self.plain_stmt(None)
                }
                _ => return None,
            },
            Token::Star
            | Token::Literal
            | Token::Func
            | Token::Lparen
            | Token::Lbrack
            | Token::Struct
            | Token::Map
            | Token::Chan
            | Token::Interface
            | Token::Arrow => self.plain_stmt(None),
            Token::For => self.for_stmt(),
            Token::Switch => self.switch_stmt(),
            Token::Select => self.select_stmt(),
            Token::If => self.if_stmt(),
            Token::Fallthrough | Token::Break | Token::Continue | Token::Goto => self.branch_stmt(),
            Token::Go | Token::Defer => self.call_stmt(),
            Token::Return => {
                self.next();
                let none = matches!(self.tok(), Token::Semi | Token::Rbrace);
                let results = if none { Vec::new() } else { self.expr_list() };
                self.stmt_node(pos, StmtKind::Return(results))
            }
            Token::Semi => self.stmt_node(pos, StmtKind::Empty),
            _ => return None,
        };
        Some(stmt)
    }

    fn stmt_list(&mut self) -> Vec<Stmt> {
        let mut list = Vec::new();
        while !matches!(self.tok(), Token::Eof | Token::Rbrace | Token::Case | Token::Default) {
            let stmt = self.stmt_or_none();
            self.clear_pragma();
            let Some(stmt) = stmt else { break };
            list.push(stmt);
            if !self.got(Token::Semi) && !self.at(Token::Rbrace) {
                self.syntax_error("at end of statement");
                self.advance(&[Token::Semi, Token::Rbrace, Token::Case, Token::Default]);
                self.got(Token::Semi);
            }
        }
        list
    }
}

/// Position and text of a statement that stands where a value should.
fn describe(simple: &Simple) -> (Pos, String) {
    let Simple::Stmt(s) = simple else {
        let Simple::Range { pos, x, .. } = simple else { return (Pos::NONE, String::new()) };
        return (*pos, format!("range {}", expr_string(x)));
    };
    let text = match &s.kind {
        // A common error is to write = for ==.
        StmtKind::Assign { lhs, rhs } => format!("assignment {} = {}", emphasize(lhs), emphasize(rhs)),
        StmtKind::Define { lhs, rhs } => format!("{} := {}", expr_list_string(lhs), expr_list_string(rhs)),
        StmtKind::OpAssign { op, lhs, rhs } => format!("{} {op}= {}", expr_string(lhs), expr_string(rhs)),
        StmtKind::IncDec { x, inc } => format!("{}{}", expr_string(x), if *inc { "++" } else { "--" }),
        StmtKind::Send { chan, value } => format!("{} <- {}", expr_string(chan), expr_string(value)),
        _ => names::BLANK.to_string(),
    };
    (s.pos, text)
}
