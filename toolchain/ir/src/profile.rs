//! What a profile of an earlier run says of calls: behind which of them most time was spent.
//!
//! A call is known by the function that it stands in, as tracebacks show it, by the number of lines from that function's first, and by the
//! function that was called: all that a profile in pprof's format has, and what stays when lines above the function come and go.
use crate::{Func, Inst};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use syntax::{Pos, Sym};

/// Calls are hot until these hundredths of all weight are behind hot ones.
const HOT: u64 = 99;

/// A function's name as Go shows it: `p.F[...]` for every instance of `p.F`, `p.init` for each initialiser of variables of p. What
/// calls these, and p's `init`s, is a part of the runtime in Go.
pub fn shown(name: &str) -> Cow<'_, str> {
    if name.ends_with(".init.all") {
        return Cow::Borrowed("runtime.doInit1");
    }
    if let Some((package, number)) = name.rsplit_once(".init.var")
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        return Cow::Owned(format!("{package}.init"));
    }
    match (name.find('['), name.rfind(']')) {
        (Some(from), Some(to)) if from < to => {
            Cow::Owned(format!("{}[...]{}", &name[..from], &name[to + 1..]))
        }
        _ => Cow::Borrowed(name),
    }
}

/// Where a call stands: the function's shown name, and lines from its first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Site {
    /// The function's name.
    pub caller: Sym,
    /// Lines from the function's first one. Less than nothing where a `//line` says so.
    pub line: i32,
}

/// The hot calls.
#[derive(Debug, Default, PartialEq)]
pub struct Profile {
    /// The functions called at a place, the hottest first.
    calls: FxHashMap<Site, Vec<(Sym, u64)>>,
}

impl Profile {
    /// Of all calls that were seen, the site, the callee's shown name, and its weight, those that count. A call may be there several times.
    pub fn new(seen: impl IntoIterator<Item = (Site, Sym, u64)>) -> Profile {
        let mut sums: FxHashMap<(Site, Sym), u64> = FxHashMap::default();
        for (site, callee, weight) in seen {
            let sum = sums.entry((site, callee)).or_default();
            *sum = sum.saturating_add(weight);
        }
        let mut all: Vec<((Site, Sym), u64)> = sums.into_iter().filter(|s| s.1 > 0).collect();
        let key = |&((site, callee), weight): &((Site, Sym), u64)| {
            (std::cmp::Reverse(weight), site.caller.as_str(), site.line, callee.as_str())
        };
        all.sort_by(|a, b| key(a).cmp(&key(b)));
        let total: u128 = all.iter().map(|c| u128::from(c.1)).sum();
        let mut before: u128 = 0;
        let mut calls: FxHashMap<Site, Vec<(Sym, u64)>> = FxHashMap::default();
        for ((site, callee), weight) in all {
            if before * 100 >= total * u128::from(HOT) {
                break;
            }
            before += u128::from(weight);
            calls.entry(site).or_default().push((callee, weight));
        }
        Profile { calls }
    }

    /// Whether nothing is hot.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Whether it is hot that an instruction of `f` calls the function with this shown name.
    pub fn is_hot(&self, f: &Func, call: Inst, callee: Sym) -> bool {
        self.callees(f, call).iter().any(|c| c.0 == callee)
    }

    /// What was called most, if it was hot, by an instruction of `f`: the shown name.
    pub fn hottest(&self, f: &Func, call: Inst) -> Option<Sym> {
        self.callees(f, call).first().map(|c| c.0)
    }

    fn callees(&self, f: &Func, call: Inst) -> &[(Sym, u64)] {
        site(f, call).and_then(|s| self.calls.get(&s)).map_or(&[], |c| c)
    }
}

/// Where a call stands for a profile. Wrappers are not in it: what they call is called where they are.
fn site(f: &Func, call: Inst) -> Option<Site> {
    let d = &f.insts[call];
    let (mut pos, mut inl) = (d.pos, d.inl);
    let at = |name: Sym, start: Pos, pos: Pos| {
        let line = i64::from(pos.full_position().line) - i64::from(start.full_position().line);
        Some(Site { caller: Sym::new(&shown(name.as_str())), line: i32::try_from(line).ok()? })
    };
    while inl != 0 {
        let c = &f.inlined[inl as usize - 1];
        if !c.wrapper {
            return at(c.name, c.start, pos);
        }
        (pos, inl) = (c.call_pos, c.parent);
    }
    if f.flags.wrapper || f.flags.abiwrapper { None } else { at(f.name, f.pos, pos) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_nine_of_a_hundred() {
        let site = |name: &str, line| Site { caller: Sym::new(name), line };
        let call = |name, line, callee: &str, weight| (site(name, line), Sym::new(callee), weight);
        let p = Profile::new([
            call("a", 1, "f", 30),
            call("a", 1, "g", 60),
            call("b", 2, "f", 9),
            call("c", 3, "f", 1),
            call("a", 1, "f", 0),
        ]);
        let names = |s| p.calls.get(&s).map(|c: &Vec<_>| c.iter().map(|c| c.0.as_str()).collect::<Vec<_>>());
        assert_eq!(names(site("a", 1)), Some(vec!["g", "f"]));
        assert_eq!(names(site("b", 2)), Some(vec!["f"]));
        assert_eq!(names(site("c", 3)), None);
        assert!(Profile::new([]).is_empty() && Profile::new([call("a", 1, "f", 0)]).is_empty());
    }

    #[test]
    fn names() {
        assert_eq!(shown("p.F[int].func1"), "p.F[...].func1");
        assert_eq!(shown("p.init.var12"), "p.init");
        assert_eq!(shown("p.(*T).M"), "p.(*T).M");
    }
}
