//! Where counters go: at the head of every stretch of statements that run one after another, as Go's cover tool divides a function
//! (conditions with `&&` are one stretch). Positions are those of the file as it is written.

use syntax::Pos;
use syntax::ast::*;
use syntax::walk::{Visitor, walk_decl, walk_expr};

use super::tokens::Tokens;
use super::{Function, Unit};

/// What is inserted at an offset.
pub(super) struct Edit {
    pub at: usize,
    pub what: What,
}

pub(super) enum What {
    Text(&'static str),
    /// The counter with this number in the file.
    Counter(usize),
}

pub(super) struct Found {
    pub edits: Vec<Edit>,
    pub functions: Vec<Function>,
}

/// All functions of a file.
pub(super) fn find(file: &File, text: &[u8]) -> Found {
    let found = Found { edits: Vec::new(), functions: Vec::new() };
    let mut f = Finder { base: file.source.base, tokens: Tokens::new(text), found, inside: false, count: 0 };
    for decl in &file.decls {
        match decl {
            Decl::Func(d) => f.function(d),
            other => walk_decl(&mut f, other),
        }
    }
    f.found
}

struct Finder {
    base: u32,
    tokens: Tokens,
    found: Found,
    /// In a function: literals are part of it.
    inside: bool,
    count: usize,
}

/// Literals in expressions have statements.
impl Visitor for Finder {
    fn expr(&mut self, x: &Expr) -> bool {
        let ExprKind::FuncLit(literal) = &x.kind else { return true };
        if self.inside {
            self.block(&literal.body);
        } else {
            let (line, column) = self.tokens.position(self.offset(x.pos));
            self.named(x.pos, format!("func.L{line}.C{column}"), true, &literal.body);
        }
        false
    }
}

/// Finds the first function literal: where its body begins.
struct Literal(Option<Pos>);

impl Visitor for Literal {
    fn expr(&mut self, x: &Expr) -> bool {
        if let (None, ExprKind::FuncLit(literal)) = (self.0, &x.kind) {
            self.0 = Some(literal.body.pos);
        }
        self.0.is_none()
    }
}

fn literal_in(s: &Stmt) -> Option<Pos> {
    let mut literal = Literal(None);
    syntax::walk::walk_stmt(&mut literal, s);
    literal.0
}

fn literal_in_expr(x: &Expr) -> Option<Pos> {
    let mut literal = Literal(None);
    walk_expr(&mut literal, x);
    literal.0
}

/// Where an expression begins.
fn leftmost(x: &Expr) -> Pos {
    x.first_operand().map_or_else(|| x.start_pos(), leftmost)
}

/// Where a statement begins.
fn begin(s: &Stmt) -> Pos {
    match &s.kind {
        StmtKind::Expr(x)
        | StmtKind::Send { chan: x, .. }
        | StmtKind::IncDec { x, .. }
        | StmtKind::OpAssign { lhs: x, .. } => leftmost(x),
        StmtKind::Assign { lhs, .. } | StmtKind::Define { lhs, .. } => lhs.first().map_or(s.pos, leftmost),
        StmtKind::Labeled { label, .. } => label.pos,
        _ => s.pos,
    }
}

/// Where the stretch that a statement ends does end, if it ends one: the body that control goes to, or a literal's.
fn boundary(s: &Stmt) -> Option<Pos> {
    let literal = |parts: [Option<Pos>; 3]| parts.into_iter().flatten().next();
    let of = |s: &Option<Stmt>| s.as_ref().and_then(literal_in);
    let of_expr = |x: &Option<Expr>| x.as_ref().and_then(literal_in_expr);
    Some(match &s.kind {
        StmtKind::Block(b) => b.pos,
        StmtKind::If(i) => literal([of(&i.init), literal_in_expr(&i.cond), None]).unwrap_or(i.then.pos),
        StmtKind::For(l) => literal([of(&l.init), of_expr(&l.cond), of(&l.post)]).unwrap_or(l.body.pos),
        StmtKind::Range(r) => literal_in_expr(&r.x).unwrap_or(r.body.pos),
        StmtKind::Switch(w) => literal([of(&w.init), of_expr(&w.tag), None]).unwrap_or(w.lbrace),
        StmtKind::TypeSwitch(w) => of(&w.init).unwrap_or(w.lbrace),
        StmtKind::Labeled { stmt, .. } => return boundary(stmt),
        _ => return literal_in(s),
    })
}

fn ends_stretch(s: &Stmt) -> bool {
    match &s.kind {
        StmtKind::Block(_)
        | StmtKind::Branch { .. }
        | StmtKind::For(_)
        | StmtKind::If(_)
        | StmtKind::Labeled { .. }
        | StmtKind::Range(_)
        | StmtKind::Switch(_)
        | StmtKind::Select { .. }
        | StmtKind::TypeSwitch(_) => true,
        StmtKind::Expr(Expr { kind: ExprKind::Call { fun, args, .. }, .. })
            if args.len() == 1 && fun.as_ident().is_some_and(|n| n.as_str() == "panic") =>
        {
            true
        }
        _ => literal_in(s).is_some(),
    }
}

/// Loops and switches stay with their label.
fn keeps_label(s: &Stmt) -> bool {
    use StmtKind::*;
    matches!(s.kind, For(_) | Range(_) | Switch(_) | Select { .. } | TypeSwitch(_))
}

impl Finder {
    fn offset(&self, pos: Pos) -> usize {
        (pos.0 - self.base) as usize
    }

    fn function(&mut self, d: &FuncDecl) {
        let name = d.name.name.as_str();
        let Some(body) = d.body.as_ref().filter(|_| name != "_") else { return };
        let receiver = d.recv.as_ref().and_then(|r| match &r.ty.kind {
            ExprKind::Star(x) => x.as_ident().map(|n| format!("*{n}.")),
            _ => r.ty.as_ident().map(|n| format!("{n}.")),
        });
        self.named(d.pos, receiver.unwrap_or_default() + name, false, body);
    }

    fn named(&mut self, pos: Pos, name: String, literal: bool, body: &Block) {
        // A `//line` in front names the file; lines are counted as they are.
        let file = pos.position().file.as_str().rsplit('/').next().unwrap_or_default().to_string();
        self.found.functions.push(Function { file, name, literal, units: Vec::new() });
        self.inside = true;
        self.block(body);
        self.inside = false;
    }

    fn insert(&mut self, at: usize, what: What) {
        self.found.edits.push(Edit { at, what });
    }

    fn counter(&mut self, at: usize, (start, end): (usize, usize), statements: usize) {
        let unit = Unit { start: self.tokens.position(start), end: self.tokens.position(end), statements };
        self.found.functions.last_mut().expect("a block is in a function").units.push(unit);
        self.insert(at, What::Counter(self.count));
        self.count += 1;
    }

    fn block(&mut self, b: &Block) {
        let at = self.offset(b.pos);
        self.braces(at, b);
    }

    /// A block whose brace counts as being at `lbrace`.
    fn braces(&mut self, lbrace: usize, b: &Block) {
        let rbrace = self.offset(b.rbrace);
        let list: Vec<&Stmt> = b.stmts.iter().collect();
        self.counters(lbrace, lbrace + 1, rbrace + 1, rbrace, list, true);
        b.stmts.iter().for_each(|s| self.statement(s));
    }

    fn clause(&mut self, colon: Pos, body: &[Stmt], limit: usize) {
        let at = self.offset(colon) + 1;
        let end = if body.is_empty() { at } else { self.tokens.end_before(limit) };
        self.counters(at, at, end, limit, body.iter().collect(), false);
    }

    fn opt(&mut self, s: &Option<Stmt>) {
        if let Some(s) = s {
            self.statement(s);
        }
    }

    /// What is in a statement.
    fn statement(&mut self, s: &Stmt) {
        match &s.kind {
            StmtKind::Block(b) => self.block(b),
            StmtKind::Labeled { stmt, .. } => self.statement(stmt),
            StmtKind::If(i) => self.if_statement(i),
            StmtKind::For(l) => {
                self.opt(&l.init);
                if let Some(x) = &l.cond {
                    walk_expr(self, x);
                }
                self.opt(&l.post);
                self.block(&l.body);
            }
            StmtKind::Range(r) => {
                r.lhs.iter().for_each(|x| walk_expr(self, x));
                walk_expr(self, &r.x);
                self.block(&r.body);
            }
            StmtKind::Switch(w) => {
                self.opt(&w.init);
                if let Some(x) = &w.tag {
                    walk_expr(self, x);
                }
                self.cases(&w.clauses, w.rbrace);
            }
            StmtKind::TypeSwitch(w) => {
                self.opt(&w.init);
                walk_expr(self, &w.x);
                self.cases(&w.clauses, w.rbrace);
            }
            StmtKind::Select { clauses, rbrace } => {
                for (n, c) in clauses.iter().enumerate() {
                    let limit = self.offset(clauses.get(n + 1).map_or(*rbrace, |next| next.pos));
                    self.clause(c.colon, &c.body, limit);
                }
                for c in clauses {
                    if let Some(comm) = &c.comm {
                        self.statement(comm);
                    }
                    c.body.iter().for_each(|s| self.statement(s));
                }
            }
            _ => {
                // The walk asks about the statement itself first.
                let mut parts = Parts(self);
                syntax::walk::walk_stmt(&mut parts, s);
            }
        }
    }

    fn cases(&mut self, clauses: &[CaseClause], rbrace: Pos) {
        for (n, c) in clauses.iter().enumerate() {
            let limit = self.offset(clauses.get(n + 1).map_or(rbrace, |next| next.pos));
            self.clause(c.colon, &c.body, limit);
        }
        for c in clauses {
            c.cases.iter().for_each(|x| walk_expr(self, x));
            c.body.iter().for_each(|s| self.statement(s));
        }
    }

    fn if_statement(&mut self, i: &IfStmt) {
        self.opt(&i.init);
        walk_expr(self, &i.cond);
        self.block(&i.then);
        let Some(els) = &i.els else { return };
        // `else if` becomes `else { if … }`, so that there is a place for a counter; a block gets another around it.
        let behind = self.tokens.next(self.offset(i.then.rbrace) + 1) + "else".len();
        let end = end_of_else(els).map_or(behind, |p| self.offset(p) + 1);
        self.insert(behind, What::Text("{"));
        self.insert(end, What::Text("}"));
        match &els.kind {
            StmtKind::Block(b) => self.braces(behind, b),
            _ => {
                self.counters(behind, behind + 1, end + 1, end, vec![els], true);
                self.statement(els);
            }
        }
    }

    /// Counters for the statements of a list. `start`, `head`: where the first stretch begins, and its counter goes; `end`: where the block
    /// ends; `limit`: what follows the last statement.
    fn counters(
        &mut self,
        start: usize,
        head: usize,
        end: usize,
        limit: usize,
        list: Vec<&Stmt>,
        to_brace: bool,
    ) {
        let (mut start, mut head, mut to_brace) = (start, head, to_brace);
        if list.is_empty() {
            let part = self.tokens.code(head, end)[0];
            return self.counter(part.0, part, 0);
        }
        // A label by itself is a statement.
        let mut pieces: Vec<Piece> = Vec::new();
        for (n, s) in list.iter().enumerate() {
            let next = list.get(n + 1).map_or(limit, |s| self.offset(begin(s)));
            let (from, to) = (self.offset(begin(s)), self.tokens.end_before(next));
            match &s.kind {
                StmtKind::Labeled { stmt, .. } if !keeps_label(stmt) => {
                    let inner = self.offset(begin(stmt));
                    pieces.push(Piece { from, to: inner, stretch: Some(from) });
                    let stretch = self.stretch(stmt, to);
                    pieces.push(Piece { from: inner, to, stretch });
                }
                _ => pieces.push(Piece { from, to, stretch: self.stretch(s, to) }),
            }
        }
        let mut rest = &pieces[..];
        while !rest.is_empty() {
            let last = rest.iter().position(|p| p.stretch.is_some());
            let mut stop = match last {
                Some(n) => rest[n].stretch.unwrap_or(end),
                None => rest[rest.len() - 1].to,
            };
            to_brace &= last.is_none();
            if to_brace {
                stop = end;
            }
            let (these, others) = rest.split_at(last.map_or(rest.len(), |n| n + 1));
            if start != stop {
                self.stretch_counters(start, stop, head, these);
            }
            rest = others;
            if let Some(next) = rest.first() {
                (start, head) = (next.from, next.from);
            }
        }
    }

    /// Where the stretch ends that a statement ends, if it ends one.
    fn stretch(&self, s: &Stmt, end: usize) -> Option<usize> {
        if !ends_stretch(s) {
            return None;
        }
        if let StmtKind::Select { .. } = &s.kind {
            // The brace behind the keyword.
            return Some(self.tokens.next(self.offset(s.pos) + 1));
        }
        if let StmtKind::Labeled { stmt, .. } = &s.kind {
            return self.stretch(stmt, end);
        }
        Some(boundary(s).map_or(end, |p| self.offset(p)))
    }

    fn stretch_counters(&mut self, start: usize, stop: usize, head: usize, pieces: &[Piece]) {
        let mut merged: Vec<((usize, usize), usize)> = Vec::new();
        for part in self.tokens.code(start, stop) {
            let before = |at: usize| pieces.partition_point(|p| p.from < at);
            let (first, last) = (before(part.0), before(part.1));
            let cut = first > 0 && part.0 < pieces[first - 1].to;
            match merged.last_mut() {
                // No counter can be within a statement.
                Some(previous) if cut => {
                    previous.0.1 = part.1;
                    previous.1 += last - first;
                }
                _ => merged.push((part, last - first)),
            }
        }
        for (n, (part, statements)) in merged.into_iter().enumerate() {
            self.counter(if n == 0 { head } else { part.0 }, part, statements);
        }
    }
}

/// A statement of a list: its ends, and where the stretch stops that it ends.
struct Piece {
    from: usize,
    to: usize,
    stretch: Option<usize>,
}

/// The brace at the end of a chain of `else if`.
fn end_of_else(s: &Stmt) -> Option<Pos> {
    match &s.kind {
        StmtKind::Block(b) => Some(b.rbrace),
        StmtKind::If(i) => i.els.as_ref().map_or(Some(i.then.rbrace), end_of_else),
        _ => None,
    }
}

/// Literals in a statement that has no statements of its own.
struct Parts<'a>(&'a mut Finder);

impl Visitor for Parts<'_> {
    fn expr(&mut self, x: &Expr) -> bool {
        self.0.expr(x)
    }
}
