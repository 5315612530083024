//! Labels and jumps of a function body: misplaced break, continue and fallthrough; undefined, unused and duplicate
//! labels; goto over variable declarations and into blocks. Function literals are checked on their own when the
//! parser has read them.

use rustc_hash::FxHashMap;

use crate::ast::*;
use crate::parser::Error;
use crate::pos::Pos;
use crate::print::expr_list_string;
use crate::sym::Sym;

/// Checks the jumps of one body.
pub fn check_branches(body: &Block, errors: &mut Vec<Error>) {
    let mut c = Checker { errors, labels: FxHashMap::default(), order: Vec::new(), blocks: Vec::new() };
    let forward = c.block(None, Targets::default(), None, body.pos, &body.stmts);
    for goto in forward {
        let name = goto.name;
        let message = match c.labels.get_mut(&name) {
            Some(label) => {
                label.used = true;
                let start = c.blocks[label.block].start;
                format!("goto {name} jumps into block starting at {start}")
            }
            None => format!("label {name} not defined"),
        };
        c.error(goto.pos, message);
    }
    for name in std::mem::take(&mut c.order) {
        let label = &c.labels[&name];
        if !label.used {
            let pos = label.pos;
            c.error(pos, format!("label {name} defined and not used"));
        }
    }
}

/// Index into `Checker::blocks`.
type BlockIndex = usize;

struct BlockInfo {
    parent: Option<BlockIndex>,
    start: Pos,
    /// The label of the statement that the block belongs to.
    label: Option<NodeId>,
}

/// What a labelled statement is, as far as break and continue care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Loop,
    Breakable,
    Other,
}

struct Label {
    block: BlockIndex,
    pos: Pos,
    id: NodeId,
    target: Target,
    used: bool,
}

/// A goto whose label was not seen yet.
#[derive(Clone, Copy)]
struct Goto {
    id: NodeId,
    pos: Pos,
    name: Sym,
}

/// What unlabelled jumps refer to.
#[derive(Clone, Copy, Default)]
struct Targets {
    breaks: bool,
    continues: bool,
    type_switch: bool,
    /// In a clause of a switch: its index and the number of clauses. Lost in nested blocks.
    clause: Option<(usize, usize)>,
}

struct Checker<'a> {
    errors: &'a mut Vec<Error>,
    labels: FxHashMap<Sym, Label>,
    order: Vec<Sym>,
    blocks: Vec<BlockInfo>,
}

fn target_of(stmt: &Stmt) -> Target {
    match stmt.kind {
        StmtKind::For(_) | StmtKind::Range(_) => Target::Loop,
        StmtKind::Switch(_) | StmtKind::TypeSwitch(_) | StmtKind::Select { .. } => Target::Breakable,
        _ => Target::Other,
    }
}

/// A variable declaration that gotos must not jump over, and the gotos that were pending when it was met.
#[derive(Default)]
struct VarSeen {
    at: Option<(Pos, String)>,
    pending: Vec<NodeId>,
}

impl Checker<'_> {
    fn error(&mut self, pos: Pos, message: String) {
        self.errors.push(Error { pos, message });
    }

    fn is_within(&self, mut block: BlockIndex, outer: BlockIndex) -> bool {
        while block != outer {
            match self.blocks[block].parent {
                Some(parent) => block = parent,
                None => return false,
            }
        }
        true
    }

    /// The target of the labelled statement around `block`; `None` if there is no such label, `Some(Other)` if it
    /// labels no enclosing statement.
    fn enclosing(&mut self, block: BlockIndex, name: Sym) -> Option<Target> {
        let label = self.labels.get_mut(&name)?;
        label.used = true;
        let (id, target) = (label.id, label.target);
        let mut at = Some(block);
        while let Some(b) = at {
            if self.blocks[b].label == Some(id) {
                return Some(target);
            }
            at = self.blocks[b].parent;
        }
        Some(Target::Other)
    }

    /// Checks a block and gives the gotos that found no label in it.
    fn block(
        &mut self,
        parent: Option<BlockIndex>,
        targets: Targets,
        label: Option<NodeId>,
        start: Pos,
        stmts: &[Stmt],
    ) -> Vec<Goto> {
        let block = self.blocks.len();
        self.blocks.push(BlockInfo { parent, start, label });
        let mut forward: Vec<Goto> = Vec::new();
        let mut seen = VarSeen::default();
        let count = stmts.iter().rposition(|s| !matches!(s.kind, StmtKind::Empty)).map_or(0, |i| i + 1);
        for (i, stmt) in stmts[..count].iter().enumerate() {
            let mut stmt = stmt;
            let mut label = None;
            while let StmtKind::Labeled { label: name, stmt: inner } = &stmt.kind {
                if !name.name.is_blank() {
                    self.declare(block, name, inner);
                    self.resolve(name.name, &mut forward, &seen);
                    label = Some(name.id);
                }
                stmt = inner;
            }
            self.stmt(block, targets, label, stmt, i + 1 == count, &mut forward, &mut seen);
        }
        forward
    }

    fn declare(&mut self, block: BlockIndex, name: &Ident, stmt: &Stmt) {
        if let Some(old) = self.labels.get(&name.name) {
            let message = format!("label {} already defined at {}", name.name, old.pos);
            self.error(name.pos, message);
            return;
        }
        let label = Label { block, pos: name.pos, id: name.id, target: target_of(stmt), used: false };
        self.labels.insert(name.name, label);
        self.order.push(name.name);
    }

    /// A label ends the search of the gotos that name it.
    fn resolve(&mut self, name: Sym, forward: &mut Vec<Goto>, seen: &VarSeen) {
        let mut errors = Vec::new();
        let label = self.labels.get_mut(&name);
        let mut used = false;
        forward.retain(|goto| {
            if goto.name != name {
                return true;
            }
            used = true;
            if let (Some((pos, text)), true) = (&seen.at, seen.pending.contains(&goto.id)) {
                errors.push((goto.pos, format!("goto {name} jumps over declaration of {text} at {pos}")));
            }
            false
        });
        if let Some(label) = label {
            label.used |= used;
        }
        for (pos, message) in errors {
            self.error(pos, message);
        }
    }

    #[allow(clippy::too_many_arguments)] // the state of one block's scan
    fn stmt(
        &mut self,
        block: BlockIndex,
        targets: Targets,
        label: Option<NodeId>,
        stmt: &Stmt,
        last: bool,
        forward: &mut Vec<Goto>,
        seen: &mut VarSeen,
    ) {
        let nested = Targets { clause: None, ..targets };
        let mut inner = |c: &mut Self, targets: Targets, start: Pos, stmts: &[Stmt]| {
            forward.extend(c.block(Some(block), targets, label, start, stmts));
        };
        match &stmt.kind {
            StmtKind::Decl(decls) => {
                if let Some(v) = decls.iter().find_map(|d| if let Decl::Var(v) = d { Some(v) } else { None })
                {
                    seen.at = Some((v.pos, v.names[0].name.to_string()));
                    seen.pending = forward.iter().map(|g| g.id).collect();
                }
            }
            StmtKind::Define { lhs, .. } => {
                seen.at = Some((stmt.pos, expr_list_string(lhs)));
                seen.pending = forward.iter().map(|g| g.id).collect();
            }
            StmtKind::Branch { kind, label: None } => self.plain_branch(*kind, stmt.pos, targets, last),
            StmtKind::Branch { kind, label: Some(name) } => {
                forward.extend(self.labelled_branch(*kind, name, stmt.id, block));
            }
            StmtKind::Block(b) => inner(self, nested, b.pos, &b.stmts),
            StmtKind::If(s) => {
                inner(self, nested, s.then.pos, &s.then.stmts);
                if let Some(els) = &s.els {
                    inner(self, nested, els.pos, std::slice::from_ref(els));
                }
            }
            StmtKind::For(f) => {
                let targets = Targets { breaks: true, continues: true, ..Targets::default() };
                inner(self, targets, f.body.pos, &f.body.stmts);
            }
            StmtKind::Range(r) => {
                let targets = Targets { breaks: true, continues: true, ..Targets::default() };
                inner(self, targets, r.body.pos, &r.body.stmts);
            }
            StmtKind::Switch(s) => {
                for (i, c) in s.clauses.iter().enumerate() {
                    let clause = Some((i, s.clauses.len()));
                    let targets = Targets { breaks: true, type_switch: false, clause, ..targets };
                    inner(self, targets, c.pos, &c.body);
                }
            }
            StmtKind::TypeSwitch(s) => {
                for c in &s.clauses {
                    let targets = Targets { breaks: true, type_switch: true, clause: None, ..targets };
                    inner(self, targets, c.pos, &c.body);
                }
            }
            StmtKind::Select { clauses, .. } => {
                for c in clauses {
                    let targets = Targets { breaks: true, type_switch: false, clause: None, ..targets };
                    inner(self, targets, c.pos, &c.body);
                }
            }
            _ => {}
        }
    }

    fn plain_branch(&mut self, kind: BranchKind, pos: Pos, targets: Targets, last: bool) {
        let message = match kind {
            BranchKind::Break if !targets.breaks => "break is not in a loop, switch, or select",
            BranchKind::Continue if !targets.continues => "continue is not in a loop",
            BranchKind::Fallthrough if targets.type_switch => "cannot fallthrough in type switch",
            BranchKind::Fallthrough => match targets.clause {
                Some((i, n)) if last && i + 1 == n => "cannot fallthrough final case in switch",
                Some(_) if last => return,
                _ => "fallthrough statement out of place",
            },
            _ => return,
        };
        self.error(pos, message.into());
    }

    fn labelled_branch(
        &mut self,
        kind: BranchKind,
        label: &Ident,
        id: NodeId,
        block: BlockIndex,
    ) -> Option<Goto> {
        let name = label.name;
        let (word, needs_loop) = match kind {
            BranchKind::Break => ("break", false),
            BranchKind::Continue => ("continue", true),
            BranchKind::Fallthrough => return None,
            BranchKind::Goto => {
                if let Some(l) = self.labels.get_mut(&name) {
                    l.used = true;
                    let target = l.block;
                    if self.is_within(block, target) {
                        return None;
                    }
                }
                return Some(Goto { id, pos: label.pos, name });
            }
        };
        match self.enclosing(block, name) {
            None => self.error(label.pos, format!("{word} label not defined: {name}")),
            Some(Target::Loop) => {}
            Some(Target::Breakable) if !needs_loop => {}
            Some(_) => self.error(label.pos, format!("invalid {word} label {name}")),
        }
        None
    }
}
