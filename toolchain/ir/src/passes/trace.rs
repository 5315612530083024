//! Recording functions as the passes leave them, for `--dump-ssa`.
use std::sync::Mutex;
use syntax::Sym;

/// What shall be recorded, and what was. Passes run in several threads; the stages of one function are in order.
#[derive(Debug, Default)]
pub struct Trace {
    wanted: Vec<(String, String)>,
    stages: Mutex<Vec<Stage>>,
}

/// A function after a pass.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Link name.
    pub func: Sym,
    /// The pass.
    pub pass: &'static str,
    /// IR in its text form, machine instructions or a listing.
    pub text: String,
}

impl Trace {
    /// Records functions after passes: pairs of names, as [`Trace::matches`] understands them.
    pub fn new(wanted: Vec<(String, String)>) -> Trace {
        Trace { wanted, stages: Mutex::default() }
    }
    /// Whether a request means this function after this pass. `*` stands for all passes and, at the end of a function's
    /// name, for any rest; `html` wants all passes.
    pub fn matches(wanted: &(String, String), func: Sym, pass: &str) -> bool {
        let (p, f) = wanted;
        (p == pass || p == "*" || p == "html")
            && match f.strip_suffix('*') {
                Some(prefix) => func.as_str().starts_with(prefix),
                None => func.as_str() == f,
            }
    }
    /// Whether anybody wants this function after this pass.
    pub fn wants(&self, func: Sym, pass: &str) -> bool {
        self.wanted.iter().any(|w| Trace::matches(w, func, pass))
    }
    /// Records a stage if it is wanted.
    pub fn record(&self, func: Sym, pass: &'static str, text: impl FnOnce() -> String) {
        if self.wants(func, pass) {
            let stage = Stage { func, pass, text: text() };
            self.stages.lock().unwrap_or_else(|e| e.into_inner()).push(stage);
        }
    }
    /// What was recorded, functions in the order of their names.
    pub fn stages(&self) -> Vec<Stage> {
        let mut stages = self.stages.lock().unwrap_or_else(|e| e.into_inner()).clone();
        stages.sort_by_key(|s| s.func.as_str());
        stages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let trace = Trace::new(vec![("gvn".into(), "main.f".into()), ("html".into(), "a/b.(*T).*".into())]);
        let wants = |f: &str, p: &str| trace.wants(Sym::new(f), p);
        assert!(wants("main.f", "gvn") && wants("a/b.(*T).M", "licm"));
        assert!(!wants("main.f", "gvn2") && !wants("main.f2", "gvn") && !wants("a/b.T.M", "gvn"));
        trace.record(Sym::new("main.f"), "gvn", || "x".into());
        trace.record(Sym::new("main.g"), "gvn", || unreachable!("not wanted"));
        assert_eq!(trace.stages().len(), 1);
    }
}
