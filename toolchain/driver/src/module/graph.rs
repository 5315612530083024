//! Which version of each module? The highest that any requirement asks for (minimal version selection). Since go 1.17 a `go.mod`
//! names all that its module's packages need, so that the requirements behind it are pruned; older files are followed to the end.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashSet;

use super::gomod::GoMod;
use super::version;

/// The first language version whose `go.mod` files are complete.
const PRUNED_SINCE: u32 = 17;

fn is_pruned(file: &GoMod) -> bool {
    file.go.as_deref().and_then(version::minor).is_some_and(|minor| minor >= PRUNED_SINCE)
}

/// The selected versions by module path, without the main modules. `read` gives the `go.mod` of a version, if it can be had.
pub fn select(
    mains: &[&GoMod],
    read: &mut dyn FnMut(&str, &str) -> Option<GoMod>,
) -> BTreeMap<String, String> {
    let mut selected: BTreeMap<String, String> = BTreeMap::new();
    let is_main = |path: &str| mains.iter().any(|m| m.path == path);
    let excluded =
        |path: &str, v: &str| mains.iter().any(|m| m.exclude.iter().any(|(p, e)| p == path && e == v));
    // A module version, and whether all below it counts, whatever its own file says.
    let mut queue: VecDeque<(String, String, bool)> = VecDeque::new();
    let mut seen: FxHashSet<(String, String, bool)> = FxHashSet::default();
    let mut require = |path: &str, v: &str| {
        if is_main(path) || excluded(path, v) {
            return false;
        }
        let best = selected.entry(path.to_string()).or_insert_with(|| v.to_string());
        if version::compare(v, best).is_gt() {
            *best = v.to_string();
        }
        true
    };
    for main in mains {
        for (path, v) in &main.require {
            if require(path, v) {
                queue.push_back((path.clone(), v.clone(), !is_pruned(main)));
            }
        }
    }
    while let Some(job) = queue.pop_front() {
        if !seen.insert(job.clone()) {
            continue;
        }
        let (path, v, whole) = job;
        let Some(file) = read(&path, &v) else { continue };
        let whole = whole || !is_pruned(&file);
        for (path, v) in &file.require {
            if require(path, v) && whole {
                queue.push_back((path.clone(), v.clone(), true));
            }
        }
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::gomod::parse;
    use std::path::Path;

    /// Selects for a main module; the others are `path@version: go requirements`.
    fn selection(main: &str, others: &[(&str, &str)]) -> String {
        let file = |text: &str| parse(&text.replace(';', "\n"), Path::new("")).0;
        let main = file(main);
        let mut read =
            |path: &str, v: &str| others.iter().find(|o| o.0 == format!("{path}@{v}")).map(|o| file(o.1));
        let chosen = select(&[&main], &mut read);
        chosen.iter().map(|(p, v)| format!("{p}@{v}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn highest_version() {
        let others = [
            ("b@v1.0.0", "go 1.16;require d v1.1.0"),
            ("c@v1.0.0", "go 1.16;require d v1.2.0;require m v9.0.0"),
            ("d@v1.1.0", "go 1.16;require e v1.9.0"),
            ("d@v1.2.0", "go 1.16"),
        ];
        let main = "module m;go 1.16;require b v1.0.0;require c v1.0.0";
        assert_eq!(selection(main, &others), "b@v1.0.0 c@v1.0.0 d@v1.2.0 e@v1.9.0");
        let excluding = format!("{main};exclude d v1.2.0");
        assert_eq!(selection(&excluding, &others), "b@v1.0.0 c@v1.0.0 d@v1.1.0 e@v1.9.0");
    }

    #[test]
    fn pruning() {
        let others = [
            ("new@v1.0.0", "go 1.17;require d v1.0.0"),
            ("old@v1.0.0", "go 1.16;require f v1.0.0"),
            ("d@v1.0.0", "go 1.17;require hidden v1.0.0"),
            ("f@v1.0.0", "go 1.17;require g v1.0.0"),
        ];
        let main = "module m;go 1.27;require new v1.0.0;require old v1.0.0";
        let want = "d@v1.0.0 f@v1.0.0 g@v1.0.0 new@v1.0.0 old@v1.0.0";
        assert_eq!(selection(main, &others), want);
        let old = main.replace("1.27", "1.16");
        assert_eq!(selection(&old, &others), want.replace("new", "hidden@v1.0.0 new"));
    }
}
