//! The file and its declarations.

use super::pragma::Accepts;
use super::types::FuncContext;
use super::{Parser, expr_ident, ident_expr, unparen};
use crate::ast::*;
use crate::literal::unquote;
use crate::pos::Pos;
use crate::sym::{Sym, names};
use crate::token::Token;

const DECL_STARTS: &[Token] = &[Token::Import, Token::Const, Token::Type, Token::Var, Token::Func];

/// The number of a parenthesised group and of the specification within it.
#[derive(Clone, Copy)]
pub(super) struct Spec {
    group: u32,
    index: u32,
}

impl Parser<'_> {
    pub(super) fn file(&mut self) -> Option<File> {
        let pos = self.pos();
        self.top = false;
        if !self.got(Token::Package) {
            self.syntax_error("package statement must be first");
            return None;
        }
        self.take_pragma(Accepts::Build);
        let package = self.name();
        self.want(Token::Semi);
        if self.errors.len() > self.pragma_errors {
            return None;
        }
        let mut decls: Vec<Decl> = Vec::new();
        let mut previous = Token::Import;
        while !self.at(Token::Eof) {
            if self.at(Token::Import) && previous != Token::Import {
                self.syntax_error("imports must appear before other declarations");
            }
            previous = self.tok();
            match self.tok() {
                Token::Import | Token::Const | Token::Type | Token::Var => self.group(&mut decls),
                Token::Func => {
                    self.next();
                    let f = self.func_decl();
                    decls.push(Decl::Func(Box::new(f)));
                }
                _ => {
                    let no_body = matches!(decls.last(), Some(Decl::Func(f)) if f.body.is_none());
                    if self.at(Token::Lbrace) && no_body {
                        self.syntax_error("unexpected semicolon or newline before {");
                    } else {
                        self.syntax_error("non-declaration statement outside function body");
                    }
                    self.advance(DECL_STARTS);
                    continue;
                }
            }
            // Before the semicolon is consumed: directives behind it belong to the next declaration.
            self.clear_pragma();
            if !self.at(Token::Eof) && !self.got(Token::Semi) {
                self.syntax_error("after top level declaration");
                self.advance(DECL_STARTS);
            }
        }
        self.clear_pragma();
        self.check_imports_of_directives(&decls);
        Some(File {
            source: self.source.clone(),
            pos,
            package,
            decls,
            linknames: std::mem::take(&mut self.linknames),
            late_errors: std::mem::take(&mut self.late_errors),
            go_version: self.go_version,
            debug_settings: std::mem::take(&mut self.debug_settings),
            cgo_directives: std::mem::take(&mut self.cgo_directives),
            node_count: self.next_id,
            eof: self.pos(),
        })
    }

    /// Some directives demand an import, as a sign that the file means it.
    fn check_imports_of_directives(&mut self, decls: &[Decl]) {
        let imports = |path: &str| decls.iter().any(|d| matches!(d, Decl::Import(i) if i.path == path));
        if !self.linknames.is_empty() && !imports("unsafe") {
            for l in std::mem::take(&mut self.linknames) {
                let directive = if l.std { "go:linknamestd" } else { "go:linkname" };
                let text = format!("//{directive} only allowed in Go files that import \"unsafe\"");
                self.late_error(l.pos, text);
            }
        }
        let embed = imports("embed");
        for d in decls {
            if let Decl::Var(v) = d {
                self.check_embed(v, embed, false);
            }
        }
    }

    fn check_embed(&mut self, v: &VarDecl, imported: bool, within_func: bool) {
        let Some(first) = v.embeds.first() else { return };
        let message = if !imported {
            "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)"
        } else if v.names.len() > 1 {
            "go:embed cannot apply to multiple vars"
        } else if !v.values.is_empty() {
            "go:embed cannot apply to var with initializer"
        } else if v.ty.is_none() {
            "go:embed cannot apply to var without type"
        } else if within_func {
            "go:embed cannot apply to var inside func"
        } else {
            return;
        };
        self.late_error(first.pos, message);
    }

    /// A declaration that may be parenthesised, from its keyword on.
    fn group(&mut self, decls: &mut Vec<Decl>) {
        let keyword = self.tok();
        let keyword_pos = self.pos();
        self.next();
        let mut constants = Vec::new();
        let grouped = self.at(Token::Lparen);
        if grouped {
            self.groups += 1;
            let group = self.groups;
            let mut index = 0;
            self.clear_pragma();
            self.next();
            self.list("grouped declaration", Token::Semi, Token::Rparen, |p| {
                p.spec(keyword, Spec { group, index }, &mut constants, decls);
                index += 1;
                false
            });
        } else {
            self.spec(keyword, Spec { group: 0, index: 0 }, &mut constants, decls);
        }
        if keyword == Token::Const {
            decls.push(Decl::Const(ConstGroup { pos: keyword_pos, grouped, specs: constants }));
        }
    }

    fn spec(&mut self, keyword: Token, spec: Spec, constants: &mut Vec<ConstSpec>, decls: &mut Vec<Decl>) {
        match keyword {
            Token::Import => {
                let d = self.import_decl();
                decls.push(Decl::Import(d));
            }
            Token::Const => {
                let d = self.const_spec(spec, constants);
                constants.push(d);
            }
            Token::Type => {
                let d = self.type_decl(spec);
                decls.push(Decl::Type(Box::new(d)));
            }
            _ => {
                let d = self.var_decl();
                decls.push(Decl::Var(Box::new(d)));
            }
        }
    }

    fn import_decl(&mut self) -> ImportDecl {
        let pos = self.pos();
        self.take_pragma(Accepts::Nothing);
        let name = match self.tok() {
            Token::Name => Some(self.name()),
            Token::Dot => {
                let dot = self.ident(pos, names::DOT);
                self.next();
                Some(dot)
            }
            _ => None,
        };
        let path_pos = self.pos();
        let mut path = names::EMPTY;
        let mut bad = true;
        match self.literal_or_none().map(|e| e.kind) {
            None => {
                self.syntax_error("missing import path");
                self.advance(&[Token::Semi, Token::Rparen]);
            }
            Some(ExprKind::BasicLit { bad: true, .. }) => {}
            Some(ExprKind::BasicLit { kind: LitKind::String, text, .. }) => {
                let value = unquote(text.as_str()).unwrap_or_default();
                path = Sym::new(&String::from_utf8_lossy(&value));
                bad = false;
            }
            Some(_) => self.syntax_error_at(path_pos, "import path must be a string"),
        }
        ImportDecl { id: self.id(), pos, name, path, bad, path_pos }
    }

    fn const_spec(&mut self, spec: Spec, before: &[ConstSpec]) -> ConstSpec {
        let pos = self.pos();
        self.take_pragma(Accepts::Nothing);
        let first = self.name();
        let names = self.name_list(first);
        let mut ty = None;
        let mut values = Vec::new();
        if !matches!(self.tok(), Token::Eof | Token::Semi | Token::Rparen) {
            ty = self.type_or_none();
            if self.got_assign() {
                values = self.expr_list();
            }
        }
        let mut inherit = None;
        if ty.is_none() && values.is_empty() {
            inherit = before.iter().rposition(|s| s.inherit.is_none()).map(|i| i as u32);
        }
        ConstSpec { id: self.id(), pos, names, ty, values, iota: spec.index, inherit }
    }

    fn type_decl(&mut self, spec: Spec) -> TypeDecl {
        let pos = self.pos();
        let (pragma, _) = self.take_pragma(Accepts::Nothing);
        let name = self.name();
        let mut type_params = Vec::new();
        let mut alias = false;
        let ty;
        if self.at(Token::Lbrack) {
            let lbrack = self.pos();
            self.next();
            match self.tok() {
                // An array length or a type parameter list. A bound that begins with "[" would not parse as an
                // expression, and a length that is an index expression is never constant.
                Token::Name => {
                    let mut x = ident_expr(self.name());
                    if !self.at(Token::Lbrack) {
                        self.xnest += 1;
                        let operand = self.primary_expr_from(x);
                        x = self.binary_expr_from(operand, 0);
                        self.xnest -= 1;
                    }
                    let force = self.at(Token::Comma);
                    match extract_name(x, force) {
                        Ok((param, bound)) if bound.is_some() || !self.at(Token::Rbrack) => {
                            type_params = self.param_list(Some((param, bound)), Token::Rbrack, true, false);
                            alias = self.got_assign();
                            ty = self.type_or_none();
                        }
                        Ok((param, _)) => ty = Some(self.array_type(lbrack, Some(ident_expr(param)))),
                        Err(x) => ty = Some(self.array_type(lbrack, Some(x))),
                    }
                }
                Token::Rbrack => {
                    self.next();
                    ty = Some(self.slice_type(lbrack));
                }
                _ => ty = Some(self.array_type(lbrack, None)),
            }
        } else {
            alias = self.got_assign();
            ty = self.type_or_none();
        }
        let ty = ty.unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("in type declaration");
            self.advance(&[Token::Semi, Token::Rparen]);
            bad
        });
        TypeDecl { id: self.id(), pos, name, type_params, alias, ty, pragma, group: spec.group }
    }

    fn var_decl(&mut self) -> VarDecl {
        let pos = self.pos();
        let (pragma, embeds) = self.take_pragma(Accepts::Embeds);
        let first = self.name();
        let names = self.name_list(first);
        let mut ty = None;
        let mut values = Vec::new();
        if self.got_assign() {
            values = self.expr_list();
        } else {
            ty = Some(self.type_());
            if self.got_assign() {
                values = self.expr_list();
            }
        }
        VarDecl { id: self.id(), pos, names, ty, values, pragma, embeds }
    }

    /// Behind the keyword.
    fn func_decl(&mut self) -> FuncDecl {
        let pos = self.pos();
        let (pragma, _) = self.take_pragma(Accepts::Functions);
        let mut recv = None;
        let has_recv = self.got(Token::Lparen);
        if has_recv {
            let mut fields = self.param_list(None, Token::Rparen, false, false);
            let count: usize = fields.iter().map(|f| f.names.len().max(1)).sum();
            match count {
                0 => self.error("method has no receiver"),
                1 => {}
                _ => self.error("method has multiple receivers"),
            }
            if count > 0 {
                let mut field = fields.swap_remove(0);
                field.names.truncate(1);
                recv = Some(field);
            }
        }
        let (name, ty);
        if self.at(Token::Name) {
            name = self.name();
            ty = self.func_type(FuncContext::Declaration);
        } else {
            let here = self.pos();
            name = self.ident(here, names::BLANK);
            ty = self.empty_func_type(here);
            self.syntax_error(if has_recv { "expected name" } else { "expected name or (" });
            self.advance(&[Token::Lbrace, Token::Semi]);
        }
        let body = self.at(Token::Lbrace).then(|| self.func_body());
        FuncDecl { id: self.id(), pos, recv, name, ty, body, pragma }
    }

    pub(super) fn empty_func_type(&mut self, pos: Pos) -> FuncType {
        FuncType { id: self.id(), pos, type_params: Vec::new(), params: Vec::new(), results: Vec::new() }
    }

    pub(super) fn func_body(&mut self) -> Block {
        self.fnest += 1;
        let errors = self.errors.len();
        let body = self.block("");
        self.fnest -= 1;
        self.check_body_branches(&body, errors);
        body
    }

    pub(super) fn decl_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let mut decls = Vec::new();
        self.group(&mut decls);
        for d in &decls {
            if let Decl::Var(v) = d {
                self.check_embed(v, true, true);
            }
        }
        self.stmt_node(pos, StmtKind::Decl(decls))
    }
}

/// Splits an expression that could be an array length into a type parameter's name and its bound: `P *E`, `P (E)` and
/// unions that begin like that. Only if the bound can be nothing but a type, or with `force`. A plain name has no
/// bound. Otherwise the expression comes back.
fn extract_name(x: Expr, force: bool) -> Result<(Ident, Option<Expr>), Expr> {
    if let Some(name) = expr_ident(&x) {
        return Ok((name, None));
    }
    if !splits(&x, force) {
        return Err(x);
    }
    let Expr { id, pos, kind } = x;
    match kind {
        ExprKind::Binary { op: BinaryOp::Mul, x: name, y } => {
            let name = expr_ident(&name).expect("checked by splits");
            Ok((name, Some(Expr { id, pos, kind: ExprKind::Star(y) })))
        }
        ExprKind::Binary { op, x: left, y } => {
            let (name, left) = extract_name(*left, true)?;
            let left = Box::new(left.expect("checked by splits"));
            Ok((name, Some(Expr { id, pos, kind: ExprKind::Binary { op, x: left, y } })))
        }
        ExprKind::Call { fun, mut args, .. } => {
            let name = expr_ident(&fun).expect("checked by splits");
            Ok((name, args.pop().map(unparen)))
        }
        kind => Err(Expr { id, pos, kind }),
    }
}

/// Does `extract_name` find a name and a bound?
fn splits(x: &Expr, force: bool) -> bool {
    match &x.kind {
        ExprKind::Binary { op: BinaryOp::Mul, x, y } => x.as_ident().is_some() && (force || is_type_elem(y)),
        ExprKind::Binary { op: BinaryOp::Or, x, y } => {
            x.as_ident().is_none() && splits(x, force || is_type_elem(y))
        }
        ExprKind::Call { fun, args, ellipsis: None, .. } => {
            fun.as_ident().is_some() && args.len() == 1 && (force || is_type_elem(&args[0]))
        }
        _ => false,
    }
}

/// Can this only be a type, never a value?
fn is_type_elem(x: &Expr) -> bool {
    match &x.kind {
        ExprKind::ArrayType { .. }
        | ExprKind::StructType(_)
        | ExprKind::FuncType(_)
        | ExprKind::InterfaceType(_)
        | ExprKind::SliceType(_)
        | ExprKind::MapType { .. }
        | ExprKind::ChanType { .. } => true,
        ExprKind::Binary { x, y, .. } => is_type_elem(x) || is_type_elem(y),
        ExprKind::Unary { op, x } => *op == UnaryOp::Tilde || is_type_elem(x),
        ExprKind::Star(x) | ExprKind::Paren(x) => is_type_elem(x),
        _ => false,
    }
}
