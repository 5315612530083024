//! The whole-program stack check: functions that make no check of their own must fit, together with what they call,
//! into the stack that is reserved below the guard.
use crate::CompiledFuncs;
use crate::isa::Calls;
use ir::{EntityId, FuncId, Program};

/// Bytes below the guard for chains of functions without a check: the guard's distance from the stack's end less what
/// small frames use without asking.
const LIMIT: i64 = 1024 - 128;
/// What a call of a function that checks needs: the return address, and that of the call of morestack.
const CHECKED: i64 = 16;

/// Stack that assembly needs below its return address.
fn assembly(name: &str) -> i64 {
    match name {
        "runtime.poll_slow" => 384 + 8,
        "runtime.gcWriteBarrier" => 40,
        _ => 16,
    }
}

struct Checker<'a> {
    program: &'a Program,
    funcs: &'a CompiledFuncs,
    /// Bytes needed from a function's entry on; `None`: not known yet.
    need: Vec<Option<i64>>,
    active: Vec<bool>,
    recursive: Vec<Vec<FuncId>>,
}

impl Checker<'_> {
    fn callee(&mut self, c: &Calls, stack: &mut Vec<FuncId>) -> i64 {
        match c {
            Calls::Func(f) => match &self.funcs[*f] {
                None => 8 + assembly(self.program.funcs[*f].name.as_str()),
                Some(c) if c.checks_stack => CHECKED,
                Some(_) => 8 + self.need(*f, stack),
            },
            Calls::Ext(name) => 8 + assembly(name),
            Calls::Indirect => CHECKED,
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
                    left -= 8;
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
pub fn check(program: &Program, funcs: &CompiledFuncs) -> Result<(), Vec<String>> {
    let mut c = Checker {
        program,
        funcs,
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
