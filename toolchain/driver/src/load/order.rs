//! Puts parsed packages in order: reports what is missing and import cycles, and sorts dependencies first. Among
//! packages that are ready, the one with the smallest import path comes first, which is the order in which Go
//! initialises packages; what the runtime needs comes before all others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::{Pos, Sym, names};

use super::{Config, LoadErrors, Package, Parsed, Program};

/// An error with its position, without the `./` that Go's compiler, but not `go build`, puts in front.
fn located(pos: Pos, text: &str) -> String {
    if pos.is_none() {
        return text.to_string();
    }
    let position = pos.position().to_string();
    format!("{}: {text}", position.strip_prefix("./").unwrap_or(&position))
}

/// How the importers lead to a package, for errors in packages that the user did not name.
struct Importers(Vec<Option<(usize, Pos)>>);

impl Importers {
    fn chain(&self, packages: &[Parsed], mut at: usize) -> Vec<usize> {
        let mut chain = vec![at];
        while let Some((from, _)) = self.0[at] {
            chain.push(from);
            at = from;
            if chain.len() > packages.len() {
                break;
            }
        }
        chain.reverse();
        chain
    }
}

pub(super) fn finish(
    config: &Config,
    packages: Vec<Parsed>,
    known: &FxHashMap<String, usize>,
    roots: Vec<usize>,
) -> Result<Program, LoadErrors> {
    let targets: Vec<Vec<usize>> = packages
        .iter()
        .map(|p| p.imports.iter().filter_map(|i| Some(known[&i.target.as_ref().ok()?.path])).collect())
        .collect();
    // A program under test is a package like any other.
    let tested = config.tested.as_ref().map(|t| t.package.path.as_str());
    let errors = problems(&packages, &targets, known, &roots, tested);
    if !errors.is_empty() {
        return Err(errors);
    }
    let order = match sort(&packages, &targets, known, &roots) {
        Ok(order) => order,
        Err(cycle) => return Err(vec![cycle_text(&packages, &cycle)]),
    };
    let mut position = vec![0; packages.len()];
    for (new, &old) in order.iter().enumerate() {
        position[old] = new;
    }
    let mut slots: Vec<Option<Parsed>> = packages.into_iter().map(Some).collect();
    let packages = order
        .iter()
        .map(|&old| {
            let p = slots[old].take().expect("each package once");
            let imports = p
                .imports
                .iter()
                .filter_map(|i| Some((i.path, position[known[&i.target.as_ref().ok()?.path]])))
                .collect();
            let is_program = p.name == names::MAIN && tested != Some(p.place.path.as_str());
            let link_path = if is_program { names::MAIN } else { Sym::new(&p.place.path) };
            Package {
                link_path,
                name: p.name,
                dir: p.place.dir,
                std: p.place.std,
                files: p.files.into_iter().map(Arc::new).collect(),
                imports,
                go_version: p.place.go_version,
                bodyless: p.bodyless,
                assembly: p.assembly,
                errors: p.errors,
                path: p.place.path,
            }
        })
        .collect();
    Ok(Program { packages, roots: roots.into_iter().map(|r| position[r]).collect() })
}

/// What `go build` reports before it compiles anything.
fn problems(
    packages: &[Parsed],
    targets: &[Vec<usize>],
    known: &FxHashMap<String, usize>,
    roots: &[usize],
    tested: Option<&str>,
) -> LoadErrors {
    let mut importers = Importers(vec![None; packages.len()]);
    let mut seen = vec![false; packages.len()];
    let mut queue: Vec<usize> = roots.to_vec();
    roots.iter().for_each(|&r| seen[r] = true);
    let mut at = 0;
    while at < queue.len() {
        let p = queue[at];
        for import in &packages[p].imports {
            let Ok(target) = &import.target else { continue };
            let t = known[&target.path];
            if !seen[t] {
                seen[t] = true;
                importers.0[t] = Some((p, import.pos));
                queue.push(t);
            }
        }
        at += 1;
    }
    let mut errors = Vec::new();
    for (i, p) in packages.iter().enumerate() {
        for (pos, text) in &p.fatal {
            let chain = importers.chain(packages, i);
            if pos.is_none() && chain.len() > 1 && text.starts_with("package ") {
                // go build tells who wanted a package that cannot be built.
                let mut line = format!("package {}", packages[chain[0]].place.path);
                for &step in &chain[1..] {
                    line.push_str(&format!("\n\timports {}", packages[step].place.path));
                }
                let reason = text.split_once(": ").map_or(text.as_str(), |(_, r)| r);
                errors.push(format!("{line}: {reason}"));
            } else {
                errors.push(located(*pos, text));
            }
        }
        for (import, &target) in p.imports.iter().filter(|i| i.target.is_ok()).zip(&targets[i]) {
            if packages[target].name == names::MAIN && tested != Some(packages[target].place.path.as_str()) {
                let text =
                    format!("import {:?} is a program, not an importable package", import.path.as_str());
                errors.push(located(import.pos, &text));
            }
        }
        for import in &p.imports {
            let Err(text) = &import.target else { continue };
            if text.starts_with("use of internal") {
                errors.push(format!("package {}\n\t{}", p.place.path, located(import.pos, text)));
            } else {
                errors.push(located(import.pos, text));
            }
        }
    }
    errors
}

/// Dependency order, or the packages of a cycle, the first one again at the end.
fn sort(
    packages: &[Parsed],
    targets: &[Vec<usize>],
    known: &FxHashMap<String, usize>,
    roots: &[usize],
) -> Result<Vec<usize>, Vec<usize>> {
    let count = packages.len();
    let mut first = vec![false; count];
    let mut stack: Vec<usize> = known.get("runtime").copied().into_iter().collect();
    while let Some(p) = stack.pop() {
        if !std::mem::replace(&mut first[p], true) {
            stack.extend(&targets[p]);
        }
    }
    let mut missing: Vec<usize> = targets.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (p, list) in targets.iter().enumerate() {
        list.iter().for_each(|&t| users[t].push(p));
    }
    let key = |p: usize| Reverse((!first[p], packages[p].place.path.as_str(), p));
    let mut ready: BinaryHeap<_> = (0..count).filter(|&p| missing[p] == 0).map(key).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse((_, _, p))) = ready.pop() {
        order.push(p);
        for &user in &users[p] {
            missing[user] -= 1;
            if missing[user] == 0 {
                ready.push(key(user));
            }
        }
    }
    if order.len() == count {
        return Ok(order);
    }
    // What is left has an unsorted dependency each: following these, as from a package that was named, ends in a cycle.
    let mut path: Vec<usize> = Vec::new();
    let mut at = roots.iter().copied().chain(0..count).find(|&p| missing[p] > 0).unwrap_or(0);
    loop {
        let again = path.contains(&at);
        path.push(at);
        if again {
            return Err(path);
        }
        at = targets[at].iter().copied().find(|&t| missing[t] > 0).unwrap_or(at);
    }
}

fn cycle_text(packages: &[Parsed], cycle: &[usize]) -> String {
    let mut text = format!("package {}", packages[cycle[0]].place.path);
    for pair in cycle.windows(2) {
        let target = &packages[pair[1]].place.path;
        let import =
            packages[pair[0]].imports.iter().find(|i| i.target.as_ref().is_ok_and(|t| t.path == *target));
        let file = import.map(|i| i.pos.position().file.as_str()).unwrap_or_default();
        text.push_str(&format!("\n\timports {target} from {}", file.rsplit('/').next().unwrap_or(file)));
    }
    text + ": import cycle not allowed"
}
