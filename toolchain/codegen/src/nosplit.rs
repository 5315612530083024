//! The whole-program stack check: functions that make no check of their own must fit, together with what they call,
//! into the stack that is reserved below the guard.
use crate::CompiledFuncs;
use crate::isa::{Calls, MachineInfo};
use ir::{EntityId, FuncId, Program};

/// Bytes below the guard for chains of functions without a check: the guard's distance from the stack's end less what
/// small frames use without asking.
const LIMIT: i64 = 1024 - 128;

struct Checker<'a> {
    program: &'a Program,
    funcs: &'a CompiledFuncs,
    machine: &'a MachineInfo,
    /// Bytes needed from a function's entry on; `None`: not known yet.
    need: Vec<Option<i64>>,
    active: Vec<bool>,
    recursive: Vec<Vec<FuncId>>,
}

impl Checker<'_> {
    /// What a call pushes. With a link register its callee saves it, in a frame that counts as a whole.
    fn pushed(&self) -> i64 {
        let row = self.machine.row;
        if row.link.is_some() { 0 } else { row.ptr_size as i64 }
    }
    /// What a call of a function that checks needs: the return address, and that of the call of morestack.
    fn checked(&self) -> i64 {
        2 * self.pushed()
    }
    fn assembly(&self, name: &str) -> i64 {
        self.pushed() + (self.machine.assembly)(name) as i64
    }
    fn callee(&mut self, c: &Calls, stack: &mut Vec<FuncId>) -> i64 {
        match c {
            Calls::Func(f) => match &self.funcs[*f] {
                None => self.assembly(self.program.funcs[*f].name.as_str()),
                Some(c) if c.checks_stack => self.checked(),
                Some(_) => self.pushed() + self.need(*f, stack),
            },
            Calls::Ext(name) => self.assembly(name),
            Calls::Indirect => self.checked(),
        }
    }
    fn need(&mut self, f: FuncId, stack: &mut Vec<FuncId>) -> i64 {
        if let Some(n) = self.need[f.index()] {
            return n;
        }
        if std::mem::replace(&mut self.active[f.index()], true) {
            let at = stack.iter().position(|&g| g == f).unwrap_or(0);
            self.recursive.push(stack[at..].to_vec());
            return 0;
        }
        stack.push(f);
        let (frame, calls) = match &self.funcs[f] {
            Some(c) => ((c.frame + c.pushed) as i64, c.calls.clone()),
            None => (0, Vec::new()),
        };
        let deepest = calls.iter().map(|c| self.callee(c, stack)).max().unwrap_or(0);
        stack.pop();
        self.active[f.index()] = false;
        let n = frame + deepest;
        self.need[f.index()] = Some(n);
        n
    }
    /// The chain that needs most, as Go's linker prints it.
    fn explain(&mut self, f: FuncId) -> String {
        let mut left = LIMIT;
        let mut s = format!("{}: nosplit stack over {LIMIT} byte limit", self.program.funcs[f].name);
        let mut at = f;
        // Round a cycle once.
        let mut seen = vec![f];
        while let Some(c) = &self.funcs[at] {
            let grows = c.frame + c.pushed;
            left -= grows as i64;
            s +=
                &format!("\n    {}\n        grows {} bytes, {left} left", self.program.funcs[at].name, grows);
            let calls = c.calls.clone();
            let next = calls.into_iter().max_by_key(|c| self.callee(c, &mut Vec::new()));
            match next {
                Some(Calls::Func(g)) if self.funcs[g].as_ref().is_some_and(|c| !c.checks_stack) => {
                    left -= self.pushed();
                    s += ", calls";
                    at = g;
                    if seen.contains(&g) {
                        s += &format!("\n    {} again", self.program.funcs[g].name);
                        break;
                    }
                    seen.push(g);
                }
                Some(Calls::Func(g)) => {
                    s += &format!(", calls\n    {}", self.program.funcs[g].name);
                    break;
                }
                Some(Calls::Ext(name)) => {
                    s += &format!(", calls\n    {name}");
                    break;
                }
                Some(Calls::Indirect) => {
                    s += ", calls indirectly";
                    break;
                }
                None => break,
            }
        }
        s
    }
}

/// Checks every function that is marked nosplit.
pub fn check(program: &Program, funcs: &CompiledFuncs, machine: &MachineInfo) -> Result<(), Vec<String>> {
    let mut c = Checker {
        program,
        funcs,
        machine,
        need: vec![None; funcs.len()],
        active: vec![false; funcs.len()],
        recursive: Vec::new(),
    };
    let mut errors = Vec::new();
    for (id, f) in funcs.iter_enumerated() {
        if f.as_ref().is_some_and(|f| !f.checks_stack) && program.funcs[id].flags.nosplit {
            let need = c.need(id, &mut Vec::new());
            for cycle in std::mem::take(&mut c.recursive) {
                let names: Vec<&str> = cycle.iter().map(|&f| program.funcs[f].name.as_str()).collect();
                errors.push(format!("nosplit stack overflow: infinite cycle: {}", names.join(" calls ")));
            }
            if need > LIMIT {
                let e = c.explain(id);
                errors.push(e);
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
