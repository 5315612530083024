//! Expressions.

use super::types::FuncContext;
use super::{Parser, ident_expr, unparen};
use crate::ast::*;
use crate::print::expr_string;
use crate::token::{Op, Token};

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> Expr {
        self.binary_expr(0)
    }

    fn binary_expr(&mut self, prec: u8) -> Expr {
        let x = self.unary_expr();
        self.binary_expr_from(x, prec)
    }

    /// Operators that bind tighter than `prec`, behind the operand `x`.
    pub(super) fn binary_expr_from(&mut self, mut x: Expr, prec: u8) -> Expr {
        while let (Token::Operator | Token::Star, Op::Binary(op)) = (self.tok(), self.scanner.op) {
            if op.precedence() <= prec {
                break;
            }
            let pos = self.pos();
            self.next();
            let y = self.binary_expr(op.precedence());
            x = self.expr_node(pos, ExprKind::Binary { op, x: Box::new(x), y: Box::new(y) });
        }
        x
    }

    pub(super) fn unary_expr(&mut self) -> Expr {
        let pos = self.pos();
        let unary = match (self.tok(), self.scanner.op) {
            (Token::Star, _) => {
                return self.nested(|p| {
                    p.next();
                    let x = Box::new(p.unary_expr());
                    p.expr_node(pos, ExprKind::Star(x))
                });
            }
            (Token::Operator, Op::Binary(BinaryOp::Add)) => UnaryOp::Plus,
            (Token::Operator, Op::Binary(BinaryOp::Sub)) => UnaryOp::Neg,
            (Token::Operator, Op::Binary(BinaryOp::Xor)) => UnaryOp::BitNot,
            (Token::Operator, Op::Binary(BinaryOp::And)) => UnaryOp::Addr,
            (Token::Operator, Op::Not) => UnaryOp::Not,
            (Token::Operator, Op::Tilde) => UnaryOp::Tilde,
            (Token::Arrow, _) => {
                return self.nested(|p| {
                    p.next();
                    let x = p.unary_expr();
                    p.receive(pos, x)
                });
            }
            _ => return self.nested(|p| p.primary_expr(true)),
        };
        self.nested(|p| {
            p.next();
            let mut x = p.unary_expr();
            if unary == UnaryOp::Addr {
                x = unparen(x);
            }
            p.expr_node(pos, ExprKind::Unary { op: unary, x: Box::new(x) })
        })
    }

    /// `<-x` is a receive operation, unless `x` turned out to be a channel type: then the arrow belongs to its first
    /// `chan` (`<-chan T`), and an arrow of that to the next (`<-(chan <- chan T)` is `<-chan (<-chan T)`).
    fn receive(&mut self, pos: crate::Pos, mut x: Expr) -> Expr {
        if !matches!(x.kind, ExprKind::ChanType { .. }) {
            return self.expr_node(pos, ExprKind::Unary { op: UnaryOp::Recv, x: Box::new(x) });
        }
        let mut t = &mut x;
        let mut error = None;
        let mut next_arrow = true;
        while next_arrow {
            if !matches!(t.kind, ExprKind::ChanType { .. }) {
                error = Some(format!("unexpected {}, expected chan", expr_string(t)));
            }
            let ExprKind::ChanType { dir, elem } = &mut t.kind else { break };
            if *dir == ChanDir::Recv {
                error = Some("unexpected <-, expected chan".into());
            }
            next_arrow = *dir == ChanDir::Send;
            *dir = ChanDir::Recv;
            t = elem;
        }
        if let Some(message) = error {
            self.syntax_error(&message);
        }
        x
    }

    fn operand(&mut self, mut keep_parens: bool) -> Expr {
        let pos = self.pos();
        match self.tok() {
            Token::Name => ident_expr(self.name()),
            Token::Literal => self.literal_or_none().expect("at a literal"),
            Token::Lparen => {
                self.next();
                self.xnest += 1;
                let x = self.expr();
                self.xnest -= 1;
                self.want(Token::Rparen);
                // A parenthesised type in front of a composite literal's brace is an error to report.
                keep_parens |= self.at(Token::Lbrace);
                if keep_parens { self.expr_node(pos, ExprKind::Paren(Box::new(x))) } else { x }
            }
            Token::Func => {
                self.next();
                let ty = self.func_type(FuncContext::Type);
                if !self.at(Token::Lbrace) {
                    return self.expr_node(ty.pos, ExprKind::FuncType(Box::new(ty)));
                }
                self.xnest += 1;
                let body = self.func_body();
                self.xnest -= 1;
                self.expr_node(pos, ExprKind::FuncLit(Box::new(FuncLit { ty, body })))
            }
            Token::Lbrack | Token::Chan | Token::Map | Token::Struct | Token::Interface => self.type_(),
            _ => {
                let bad = self.bad_expr();
                self.syntax_error("expected expression");
                self.advance(&[Token::Rparen, Token::Rbrack, Token::Rbrace]);
                bad
            }
        }
    }

    pub(super) fn primary_expr(&mut self, keep_parens: bool) -> Expr {
        let x = self.operand(keep_parens);
        self.primary_expr_from(x)
    }

    /// Selectors, indices, calls and literal values behind the operand `x`.
    pub(super) fn primary_expr_from(&mut self, mut x: Expr) -> Expr {
        loop {
            let pos = self.pos();
            match self.tok() {
                Token::Dot => {
                    self.next();
                    match self.tok() {
                        Token::Name => {
                            let sel = self.name();
                            x = self.expr_node(pos, ExprKind::Selector { x: Box::new(x), sel });
                        }
                        Token::Lparen => {
                            self.next();
                            let kind = if self.got(Token::Type) {
                                ExprKind::TypeSwitchGuard { bind: None, x: Box::new(x) }
                            } else {
                                let ty = Box::new(self.type_());
                                ExprKind::TypeAssert { x: Box::new(x), ty }
                            };
                            x = self.expr_node(pos, kind);
                            self.want(Token::Rparen);
                        }
                        _ => {
                            self.syntax_error("expected name or (");
                            self.advance(&[Token::Semi, Token::Rparen]);
                        }
                    }
                }
                Token::Lbrack => x = self.index_or_slice(x),
                Token::Lparen => {
                    self.next();
                    let mut args = Vec::new();
                    let mut ellipsis = None;
                    self.xnest += 1;
                    let rparen = self.list("argument list", Token::Comma, Token::Rparen, |p| {
                        args.push(p.expr());
                        let dots = p.pos();
                        ellipsis = p.got(Token::DotDotDot).then_some(dots);
                        ellipsis.is_some()
                    });
                    self.xnest -= 1;
                    x = self.expr_node(pos, ExprKind::Call { fun: Box::new(x), args, ellipsis, rparen });
                }
                Token::Lbrace => {
                    let t = x.unparen();
                    let literal = match &t.kind {
                        ExprKind::Ident(_) | ExprKind::Selector { .. } => self.xnest >= 0,
                        ExprKind::Index { .. } => self.xnest >= 0 && !is_value(t),
                        ExprKind::ArrayType { .. }
                        | ExprKind::SliceType(_)
                        | ExprKind::StructType(_)
                        | ExprKind::MapType { .. } => true,
                        _ => false,
                    };
                    if !literal {
                        return x;
                    }
                    if matches!(x.kind, ExprKind::Paren(_)) {
                        self.syntax_error("cannot parenthesize type in composite literal");
                    }
                    x = self.composite_literal(Some(x));
                }
                _ => return x,
            }
        }
    }

    fn index_or_slice(&mut self, x: Expr) -> Expr {
        let pos = self.pos();
        self.next();
        let x = Box::new(x);
        let mut first = None;
        if !self.at(Token::Colon) {
            let (mut indices, comma) = if self.at(Token::Rbrack) {
                self.syntax_error("expected operand");
                (vec![self.bad_expr()], false)
            } else {
                self.type_list(false)
            };
            if comma || self.at(Token::Rbrack) {
                self.want(Token::Rbrack);
                return self.expr_node(pos, ExprKind::Index { x, indices });
            }
            first = indices.pop().map(Box::new);
        }
        if !self.got(Token::Colon) {
            self.syntax_error("expected comma, : or ]");
            self.advance(&[Token::Comma, Token::Colon, Token::Rbrack]);
        }
        self.xnest += 1;
        let mut index = [first, None, None];
        let mut full = false;
        if !matches!(self.tok(), Token::Colon | Token::Rbrack) {
            index[1] = Some(Box::new(self.expr()));
        }
        if self.at(Token::Colon) {
            full = true;
            if index[1].is_none() {
                self.error("middle index required in 3-index slice");
                index[1] = Some(Box::new(self.bad_expr()));
            }
            self.next();
            index[2] = Some(Box::new(if self.at(Token::Rbrack) {
                self.error("final index required in 3-index slice");
                self.bad_expr()
            } else {
                self.expr()
            }));
        }
        self.xnest -= 1;
        self.want(Token::Rbrack);
        self.expr_node(pos, ExprKind::Slice { x, index, full })
    }

    fn element(&mut self) -> Expr {
        if self.at(Token::Lbrace) { self.nested(|p| p.composite_literal(None)) } else { self.expr() }
    }

    fn composite_literal(&mut self, ty: Option<Expr>) -> Expr {
        let pos = self.pos();
        let mut elems = Vec::new();
        self.xnest += 1;
        self.want(Token::Lbrace);
        let rbrace = self.list("composite literal", Token::Comma, Token::Rbrace, |p| {
            let mut e = p.element();
            if p.at(Token::Colon) {
                let colon = p.pos();
                p.next();
                let value = Box::new(p.element());
                e = p.expr_node(colon, ExprKind::KeyValue { key: Box::new(e), value });
            }
            elems.push(e);
            false
        });
        self.xnest -= 1;
        self.expr_node(pos, ExprKind::CompositeLit { ty: ty.map(Box::new), elems, rbrace })
    }

    pub(super) fn expr_list(&mut self) -> Vec<Expr> {
        let mut list = vec![self.expr()];
        while self.got(Token::Comma) {
            list.push(self.expr());
        }
        list
    }
}

/// Can this only be a value, never a type?
fn is_value(x: &Expr) -> bool {
    match &x.kind {
        ExprKind::BasicLit { .. }
        | ExprKind::CompositeLit { .. }
        | ExprKind::FuncLit(_)
        | ExprKind::Slice { .. }
        | ExprKind::TypeAssert { .. }
        | ExprKind::TypeSwitchGuard { .. }
        | ExprKind::Call { .. }
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. } => true,
        ExprKind::Paren(x) => is_value(x),
        ExprKind::Index { x, indices } => is_value(x) || indices.len() == 1 && is_value(&indices[0]),
        _ => false,
    }
}
