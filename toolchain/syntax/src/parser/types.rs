//! Types, parameter lists and signatures.

use super::{Error, Parser, ident_expr};
use crate::ast::*;
use crate::literal::unquote;
use crate::pos::Pos;
use crate::sym::names;
use crate::token::{Op, Token};

/// Where a signature stands; type parameters are accepted in declarations only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FuncContext {
    Declaration,
    Type,
    InterfaceMethod,
}

/// A parameter as it is read, before it is known whether a single name is a parameter's name or its type.
struct Param {
    pos: Pos,
    name: Option<Ident>,
    ty: Option<Expr>,
}

const OR: Op = Op::Binary(BinaryOp::Or);

impl Parser<'_> {
    pub(super) fn type_(&mut self) -> Expr {
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("expected type");
            use Token::*;
            self.advance(&[Comma, Colon, Semi, Rparen, Rbrack, Rbrace]);
            bad
        })
    }

    pub(super) fn type_or_none(&mut self) -> Option<Expr> {
        let pos = self.pos();
        let ty = match self.tok() {
            Token::Star => self.nested(|p| {
                p.next();
                let elem = p.type_();
                p.expr_node(pos, ExprKind::Star(Box::new(elem)))
            }),
            Token::Arrow => self.nested(|p| {
                p.next();
                p.want(Token::Chan);
                let elem = Box::new(p.chan_elem());
                p.expr_node(pos, ExprKind::ChanType { dir: ChanDir::Recv, elem })
            }),
            Token::Func => self.nested(|p| {
                p.next();
                let ty = p.func_type(FuncContext::Type);
                p.expr_node(ty.pos, ExprKind::FuncType(Box::new(ty)))
            }),
            Token::Lbrack => self.nested(|p| {
                p.next();
                if p.got(Token::Rbrack) { p.slice_type(pos) } else { p.array_type(pos, None) }
            }),
            Token::Chan => self.nested(|p| {
                p.next();
                let dir = if p.got(Token::Arrow) { ChanDir::Send } else { ChanDir::Both };
                let elem = Box::new(p.chan_elem());
                p.expr_node(pos, ExprKind::ChanType { dir, elem })
            }),
            Token::Map => self.nested(|p| {
                p.next();
                p.want(Token::Lbrack);
                let key = Box::new(p.type_());
                p.want(Token::Rbrack);
                let value = Box::new(p.type_());
                p.expr_node(pos, ExprKind::MapType { key, value })
            }),
            Token::Struct => self.nested(Self::struct_type),
            Token::Interface => self.nested(Self::interface_type),
            Token::Name => self.nested(|p| p.qualified_name(None)),
            Token::Lparen => self.nested(|p| {
                p.next();
                let ty = p.type_();
                p.want(Token::Rparen);
                ty
            }),
            _ => return None,
        };
        Some(ty)
    }

    fn type_instance(&mut self, x: Expr) -> Expr {
        let pos = self.pos();
        self.want(Token::Lbrack);
        let indices = if self.at(Token::Rbrack) {
            self.syntax_error("expected type argument list");
            vec![self.bad_expr()]
        } else {
            self.type_list(true).0
        };
        self.want(Token::Rbrack);
        self.expr_node(pos, ExprKind::Index { x: Box::new(x), indices })
    }

    /// From the type parameters or the opening parenthesis on.
    pub(super) fn func_type(&mut self, context: FuncContext) -> FuncType {
        let pos = self.pos();
        let mut type_params = Vec::new();
        if self.got(Token::Lbrack) {
            match context {
                FuncContext::Declaration => {}
                FuncContext::Type => self.syntax_error_at(pos, "function type must have no type parameters"),
                FuncContext::InterfaceMethod => {
                    self.syntax_error_at(pos, "interface method must have no type parameters")
                }
            }
            if self.at(Token::Rbrack) {
                self.syntax_error("empty type parameter list");
                self.next();
            } else {
                type_params = self.param_list(None, Token::Rbrack, true, false);
            }
        }
        self.want(Token::Lparen);
        let params = self.param_list(None, Token::Rparen, false, true);
        let results = self.func_result();
        if context != FuncContext::Declaration {
            type_params.clear();
        }
        FuncType { id: self.id(), pos, type_params, params, results }
    }

    fn func_result(&mut self) -> Vec<Field> {
        if self.got(Token::Lparen) {
            return self.param_list(None, Token::Rparen, false, false);
        }
        let pos = self.pos();
        match self.type_or_none() {
            Some(ty) => vec![Field { id: self.id(), pos, names: Vec::new(), ty }],
            None => Vec::new(),
        }
    }

    /// Behind `[`, or behind the length.
    pub(super) fn array_type(&mut self, pos: Pos, mut len: Option<Expr>) -> Expr {
        if len.is_none() && !self.got(Token::DotDotDot) {
            self.xnest += 1;
            len = Some(self.expr());
            self.xnest -= 1;
        }
        if self.at(Token::Comma) {
            self.syntax_error("unexpected comma; expected ]");
            self.next();
        }
        self.want(Token::Rbrack);
        let elem = Box::new(self.type_());
        self.expr_node(pos, ExprKind::ArrayType { len: len.map(Box::new), elem })
    }

    /// Behind `[]`.
    pub(super) fn slice_type(&mut self, pos: Pos) -> Expr {
        let elem = Box::new(self.type_());
        self.expr_node(pos, ExprKind::SliceType(elem))
    }

    fn chan_elem(&mut self) -> Expr {
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("missing channel element type");
            bad
        })
    }

    fn struct_type(&mut self) -> Expr {
        let pos = self.pos();
        self.want(Token::Struct);
        self.want(Token::Lbrace);
        let mut fields = Vec::new();
        self.list("struct type", Token::Semi, Token::Rbrace, |p| {
            p.field_decl(&mut fields);
            false
        });
        self.expr_node(pos, ExprKind::StructType(fields))
    }

    fn field_decl(&mut self, fields: &mut Vec<StructField>) {
        let pos = self.pos();
        let (names, ty) = match self.tok() {
            Token::Name => {
                let name = self.name();
                if matches!(self.tok(), Token::Dot | Token::Literal | Token::Semi | Token::Rbrace) {
                    (Vec::new(), self.qualified_name(Some(name)))
                } else {
                    let names = self.name_list(name);
                    if names.len() == 1 && self.at(Token::Lbrack) {
                        // `T [n]E`, or an embedded instance `T[P1, P2]`.
                        let (ty, embedded) = self.array_or_type_args(name);
                        (if embedded { Vec::new() } else { names }, ty)
                    } else {
                        (names, self.type_())
                    }
                }
            }
            Token::Star => {
                self.next();
                let parens = self.at(Token::Lparen);
                if parens {
                    self.syntax_error("cannot parenthesize embedded type");
                    self.next();
                }
                let elem = self.qualified_name(None);
                if parens {
                    self.got(Token::Rparen);
                }
                (Vec::new(), self.expr_node(pos, ExprKind::Star(Box::new(elem))))
            }
            Token::Lparen => {
                self.syntax_error("cannot parenthesize embedded type");
                self.next();
                let star = self.pos();
                let ty = if self.got(Token::Star) {
                    let elem = self.qualified_name(None);
                    self.expr_node(star, ExprKind::Star(Box::new(elem)))
                } else {
                    self.qualified_name(None)
                };
                self.got(Token::Rparen);
                (Vec::new(), ty)
            }
            _ => {
                self.syntax_error("expected field name or embedded type");
                return self.advance(&[Token::Semi, Token::Rbrace]);
            }
        };
        let tag = self.tag();
        fields.push(StructField { id: self.id(), pos, names, ty, tag });
    }

    fn tag(&mut self) -> Option<Tag> {
        let literal = self.literal_or_none()?;
        let ExprKind::BasicLit { kind, text, bad } = literal.kind else { return None };
        // As in Go, a character will do.
        if !matches!(kind, LitKind::String | LitKind::Char) {
            let message = format!("invalid syntax tree: incorrect tag syntax: {:?}", text.as_str());
            self.tag_errors.push(Error { pos: literal.pos, message });
            return None;
        }
        if bad {
            return None;
        }
        Some(Tag { pos: literal.pos, value: unquote(text.as_str())?.into() })
    }

    /// At `[` behind a name: an array or slice type that belongs to the name, or (true) an instance of the name.
    fn array_or_type_args(&mut self, name: Ident) -> (Expr, bool) {
        let pos = self.pos();
        self.want(Token::Lbrack);
        if self.got(Token::Rbrack) {
            return (self.slice_type(pos), false);
        }
        let (mut indices, comma) = self.type_list(false);
        self.want(Token::Rbrack);
        if !comma && let Some(elem) = self.type_or_none() {
            let len = indices.pop().map(Box::new);
            return (self.expr_node(pos, ExprKind::ArrayType { len, elem: Box::new(elem) }), false);
        }
        let x = Box::new(ident_expr(name));
        (self.expr_node(pos, ExprKind::Index { x, indices }), true)
    }

    fn interface_type(&mut self) -> Expr {
        let pos = self.pos();
        self.want(Token::Interface);
        self.want(Token::Lbrace);
        let mut elems = Vec::new();
        self.list("interface type", Token::Semi, Token::Rbrace, |p| {
            let first = if p.at(Token::Name) {
                match p.method_or_type() {
                    Ok((name, ty)) => {
                        elems.push(InterfaceElem::Method { id: p.id(), name, ty });
                        return false;
                    }
                    Err(ty) => Some(ty),
                }
            } else {
                None
            };
            let ty = p.embedded_elem(first);
            elems.push(InterfaceElem::Embed { id: p.id(), ty });
            false
        });
        self.expr_node(pos, ExprKind::InterfaceType(elems))
    }

    /// `name(params) results`, or the type that begins with the name.
    fn method_or_type(&mut self) -> Result<(Ident, FuncType), Expr> {
        let name = self.name();
        match self.tok() {
            Token::Lparen => Ok((name, self.func_type(FuncContext::InterfaceMethod))),
            Token::Lbrack => {
                let lbrack = self.pos();
                self.next();
                if self.at(Token::Rbrack) {
                    let pos = self.pos();
                    self.next();
                    if self.at(Token::Lparen) {
                        self.error_at(pos, "empty type parameter list");
                        return Ok((name, self.func_type(FuncContext::InterfaceMethod)));
                    }
                    self.error_at(pos, "empty type argument list");
                    return Err(ident_expr(name));
                }
                // A list of type arguments looks like a parameter list that has types only.
                let list = self.param_list(None, Token::Rbrack, false, false);
                if list.first().is_some_and(|f| !f.names.is_empty()) {
                    let ty = self.func_type(FuncContext::InterfaceMethod);
                    self.error_at(lbrack, "interface method must have no type parameters");
                    return Ok((name, ty));
                }
                if list.is_empty() {
                    if self.at(Token::Lparen) {
                        return Ok((name, self.func_type(FuncContext::InterfaceMethod)));
                    }
                    return Err(ident_expr(name));
                }
                let x = Box::new(ident_expr(name));
                let indices = list.into_iter().map(|f| f.ty).collect();
                Err(self.expr_node(lbrack, ExprKind::Index { x, indices }))
            }
            _ => Err(self.qualified_name(Some(name))),
        }
    }

    fn at_operator(&self, op: Op) -> bool {
        self.at(Token::Operator) && self.scanner.op == op
    }

    /// A union of terms; the first may have been read.
    fn embedded_elem(&mut self, first: Option<Expr>) -> Expr {
        let mut x = first.unwrap_or_else(|| self.embedded_term());
        while self.at_operator(OR) {
            let pos = self.pos();
            self.next();
            let y = Box::new(self.embedded_term());
            x = self.expr_node(pos, ExprKind::Binary { op: BinaryOp::Or, x: Box::new(x), y });
        }
        x
    }

    fn embedded_term(&mut self) -> Expr {
        if self.at_operator(Op::Tilde) {
            let pos = self.pos();
            self.next();
            let x = Box::new(self.type_());
            return self.expr_node(pos, ExprKind::Unary { op: UnaryOp::Tilde, x });
        }
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("expected ~ term or type");
            use Token::*;
            self.advance(&[Operator, Semi, Rparen, Rbrack, Rbrace]);
            bad
        })
    }

    /// One entry of a parameter list. Terms and unions are accepted in type parameter lists.
    fn param(&mut self, first: Option<Ident>, close: Token) -> Option<Param> {
        let terms = close == Token::Rbrack;
        let pos = first.map_or(self.pos(), |n| n.pos);
        let mut name = first;
        if first.is_none() && terms && self.at_operator(Op::Tilde) {
            let ty = Some(self.embedded_elem(None));
            return Some(Param { pos, name, ty });
        }
        if first.is_some() || self.at(Token::Name) {
            let ident = first.unwrap_or_else(|| self.name());
            let (mut ty, is_type) = match self.tok() {
                Token::Lbrack => {
                    let (ty, instance) = self.array_or_type_args(ident);
                    (Some(ty), instance)
                }
                Token::Dot => (Some(self.qualified_name(Some(ident))), true),
                Token::Operator if terms && self.at_operator(OR) => (Some(ident_expr(ident)), true),
                _ => (None, false),
            };
            name = if is_type { None } else { Some(ident) };
            if ty.is_some() {
                if terms && self.at_operator(OR) {
                    ty = Some(self.embedded_elem(ty));
                }
                return Some(Param { pos, name, ty });
            }
        }
        if self.at(Token::DotDotDot) {
            let dots = self.pos();
            self.next();
            let ty = match self.type_or_none() {
                Some(elem) => self.expr_node(dots, ExprKind::Ellipsis(Box::new(elem))),
                None => {
                    let bad = self.bad_expr();
                    self.syntax_error("... is missing type");
                    bad
                }
            };
            return Some(Param { pos, name, ty: Some(ty) });
        }
        let mut ty = if terms && self.at_operator(Op::Tilde) {
            Some(self.embedded_elem(None))
        } else {
            self.type_or_none()
        };
        if terms && ty.is_some() && self.at_operator(OR) {
            ty = Some(self.embedded_elem(ty));
        }
        if name.is_some() || ty.is_some() {
            return Some(Param { pos, name, ty });
        }
        self.syntax_error(&format!("expected {}", close.describe()));
        self.advance(&[Token::Comma, close]);
        None
    }

    /// Behind the opening bracket, or behind the first name (and its type). In the result either all have names or
    /// none has.
    pub(super) fn param_list(
        &mut self,
        first: Option<(Ident, Option<Expr>)>,
        close: Token,
        require_names: bool,
        variadic: bool,
    ) -> Vec<Field> {
        let mut list: Vec<Param> = Vec::new();
        let mut first = match first {
            Some((name, Some(ty))) if self.at(close) => {
                self.next();
                return vec![Field { id: self.id(), pos: name.pos, names: vec![name], ty }];
            }
            other => other,
        };
        let end = self.list("parameter list", Token::Comma, close, |p| {
            let param = match first.take() {
                Some((name, Some(ty))) => Some(Param { pos: name.pos, name: Some(name), ty: Some(ty) }),
                Some((name, None)) => p.param(Some(name), close),
                None => p.param(None, close),
            };
            list.extend(param);
            false
        });
        if list.is_empty() {
            return Vec::new();
        }
        let named = list.iter().filter(|p| p.name.is_some() && p.ty.is_some()).count();
        let typed = list.iter().filter(|p| p.ty.is_some()).count();
        if named == 0 && !require_names {
            for p in &mut list {
                if let Some(name) = p.name.take() {
                    p.ty = Some(ident_expr(name));
                }
            }
        } else if named != list.len() {
            self.name_all(&mut list, named == typed, require_names, end);
        }
        let mut fields = self.group_params(list);
        self.check_dots(&mut fields, variadic);
        fields
    }

    /// Some parameters have names, or must: reports those without name or type.
    fn name_all(&mut self, list: &mut [Param], only_types_missing: bool, require_names: bool, end: Pos) {
        let mut error = None;
        let mut have_type = false;
        let count = list.len();
        for p in list.iter_mut().rev() {
            if let Some(ty) = &p.ty {
                have_type = true;
                if p.name.is_none() {
                    let pos = ty.start_pos();
                    error = Some(pos);
                    p.name = Some(self.ident(pos, names::BLANK));
                }
            } else if !have_type {
                // Behind it no type follows that it could share.
                let pos = p.name.map_or(p.pos, |n| n.pos);
                error = Some(pos);
                p.ty = Some(self.expr_node(pos, ExprKind::Bad));
            }
        }
        let Some(pos) = error else { return };
        let (pos, message) = match (only_types_missing, require_names) {
            (true, true) => (end, "missing type constraint"),
            (true, false) => (end, "missing parameter type"),
            (false, true) if count == 1 => (pos, "missing type parameter name or invalid array length"),
            (false, true) => (pos, "missing type parameter name"),
            (false, false) => (pos, "missing parameter name"),
        };
        self.syntax_error_at(pos, message);
    }

    /// Names without a type share that of the next one that has it.
    fn group_params(&mut self, list: Vec<Param>) -> Vec<Field> {
        let mut fields = Vec::with_capacity(list.len());
        let mut names: Vec<Ident> = Vec::new();
        let mut start = None;
        for p in list {
            start.get_or_insert(p.pos);
            names.extend(p.name);
            if let Some(ty) = p.ty {
                let pos = start.take().unwrap_or(p.pos);
                fields.push(Field { id: self.id(), pos, names: std::mem::take(&mut names), ty });
            }
        }
        fields
    }

    /// `...` may stand with the last parameter only (and not at all in results and receivers).
    fn check_dots(&mut self, fields: &mut [Field], variadic: bool) {
        let mut reported = false;
        let count = fields.len();
        for (i, f) in fields.iter_mut().enumerate() {
            let allowed = variadic && i + 1 == count && f.names.len() <= 1;
            if allowed || !matches!(f.ty.kind, ExprKind::Ellipsis(_)) {
                continue;
            }
            if !reported {
                reported = true;
                let text =
                    if variadic { "can only use ... with final parameter" } else { "invalid use of ..." };
                self.error_at(f.ty.pos, text);
            }
            if let ExprKind::Ellipsis(elem) = std::mem::replace(&mut f.ty.kind, ExprKind::Bad) {
                f.ty = *elem;
            }
        }
    }

    /// `name`, `pkg.name`, with type arguments; the first name may have been read.
    pub(super) fn qualified_name(&mut self, name: Option<Ident>) -> Expr {
        let mut x = match name {
            Some(name) => ident_expr(name),
            None if self.at(Token::Name) => ident_expr(self.name()),
            None => {
                let pos = self.pos();
                let blank = self.ident(pos, names::BLANK);
                self.syntax_error("expected name");
                self.advance(&[Token::Dot, Token::Semi, Token::Rbrace]);
                ident_expr(blank)
            }
        };
        if self.at(Token::Dot) {
            let pos = self.pos();
            self.next();
            let sel = self.name();
            x = self.expr_node(pos, ExprKind::Selector { x: Box::new(x), sel });
        }
        if self.at(Token::Lbrack) {
            x = self.type_instance(x);
        }
        x
    }

    /// A list of types, whether there was a comma. Unless `strict`, the first may be any expression.
    pub(super) fn type_list(&mut self, strict: bool) -> (Vec<Expr>, bool) {
        self.xnest += 1;
        let mut list = vec![if strict { self.type_() } else { self.expr() }];
        let mut comma = false;
        while self.got(Token::Comma) {
            comma = true;
            match self.type_or_none() {
                Some(ty) => list.push(ty),
                None => break,
            }
        }
        self.xnest -= 1;
        (list, comma)
    }
}
