//! What -coverpkg means: of the packages that match its patterns, those that a tested package or its tests import, however far away.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::load::{Config, Place, resolve_import, survey};

/// Import paths of what the patterns select, and the patterns that select nothing.
pub fn select(
    config: &Config,
    tested: &[Place],
    patterns: &[String],
) -> Result<(Vec<Place>, Vec<String>), String> {
    let mut wanted: Vec<(usize, Place)> = Vec::new();
    for (n, pattern) in patterns.iter().enumerate() {
        wanted.extend(config.expand(pattern)?.into_iter().map(|p| (n, p)));
    }
    let std = wanted.iter().any(|w| w.1.std);
    let reached = reached(config, tested, std);
    let mut found: FxHashMap<&str, &Place> = FxHashMap::default();
    let mut matched = vec![false; patterns.len()];
    for (n, place) in &wanted {
        let is_main = reached.get(&place.path).is_some_and(|name| name == "main");
        let is_tested = tested.iter().any(|t| t.path == place.path);
        // Packages of the overlay are not what their tests are about; a second main package cannot be linked.
        let usable = config.overlay.replacement(&place.path).is_none() && (!is_main || is_tested);
        if reached.contains_key(&place.path) && usable {
            found.insert(&place.path, place);
            matched[*n] = true;
        }
    }
    let mut found: Vec<Place> = found.into_values().cloned().collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let unmatched = patterns.iter().zip(matched).filter(|p| !p.1).map(|p| p.0.clone()).collect();
    Ok((found, unmatched))
}

/// The packages of this list of import paths.
pub fn names(config: &Config, list: &str) -> Result<Vec<Place>, String> {
    let mut out = Vec::new();
    for path in list.split(',').filter(|p| !p.is_empty()) {
        out.extend(config.expand(path)?);
    }
    Ok(out)
}

/// All that tests of these packages import, with the packages' names; the library's only if it is asked for.
fn reached(config: &Config, tested: &[Place], std: bool) -> FxHashMap<String, String> {
    let roots: FxHashSet<&str> = tested.iter().map(|t| t.path.as_str()).collect();
    let mut names: FxHashMap<String, String> = FxHashMap::default();
    let mut pending: Vec<Place> = tested.to_vec();
    while let Some(place) = pending.pop() {
        if names.contains_key(&place.path) {
            continue;
        }
        let found = survey(config, &place);
        names.insert(place.path.clone(), found.name.clone());
        let kinds = if roots.contains(place.path.as_str()) { 3 } else { 1 };
        for (path, _) in found.sources[..kinds].iter().flat_map(|s| &s.imports) {
            match resolve_import(config, path.as_str(), &place) {
                Ok(target) if std || !target.std => pending.push(target),
                _ => {}
            }
        }
    }
    names
}
