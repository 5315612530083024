//! The packages that a list tells of, with what they import, and the variants of packages that tests are compiled with.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::load::{Config, Place, Survey, prepare_tests, resolve_import, shown, survey};

/// A package, or a variant of one for a test.
pub(super) struct Node {
    /// With the test that a variant is for in brackets.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) survey: Survey,
    /// Whose test a variant is for.
    pub(super) for_test: Option<String>,
    /// Names of the Go files that make it up, whole where they are elsewhere.
    pub(super) files: Vec<String>,
    /// Import paths as written, and the packages that they mean.
    pub(super) imports: Vec<(String, usize)>,
    /// What it needs that no file imports.
    pub(super) needs: Vec<usize>,
    pub(super) error: Option<Fault>,
    /// Patterns that name it.
    pub(super) matches: Vec<String>,
}

/// What is wrong with a package, and where.
#[derive(Clone)]
pub(super) struct Fault {
    pub(super) stack: Vec<String>,
    pub(super) pos: String,
    pub(super) text: String,
}

pub(super) struct Graph<'a> {
    config: &'a Config,
    pub(super) nodes: Vec<Node>,
    index: FxHashMap<String, usize>,
    /// Packages are told apart only: nothing is imported.
    pub(super) find: bool,
    /// The packages that lead to the one that is added.
    stack: Vec<String>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(config: &'a Config, find: bool) -> Graph<'a> {
        Graph { config, nodes: Vec::new(), index: FxHashMap::default(), find, stack: Vec::new() }
    }

    fn push(&mut self, node: Node) -> usize {
        self.index.insert(node.path.clone(), self.nodes.len());
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds a package, and what it imports.
    pub(super) fn add(&mut self, place: Place) -> usize {
        if let Some(&known) = self.index.get(&place.path) {
            return known;
        }
        let survey = survey(self.config, &place);
        self.stack.push(place.path.clone());
        let fault =
            |e: &(String, String)| Fault { stack: self.stack.clone(), pos: e.0.clone(), text: e.1.clone() };
        let node = Node {
            path: place.path.clone(),
            name: survey.name.clone(),
            files: survey.sources[0].files.clone(),
            error: survey.errors.first().map(fault),
            place: place.clone(),
            survey,
            for_test: None,
            imports: Vec::new(),
            needs: Vec::new(),
            matches: Vec::new(),
        };
        let id = self.push(node);
        if !self.find {
            self.nodes[id].imports = self.imports(id, 0);
            if self.nodes[id].name == "main" {
                self.nodes[id].needs = self.named("runtime");
            }
        }
        self.stack.pop();
        id
    }

    /// A package that cannot be found.
    pub(super) fn add_missing(&mut self, path: &str, pos: String, text: String) -> usize {
        if let Some(&known) = self.index.get(path) {
            return known;
        }
        let stack = self.stack.iter().cloned().chain([path.to_string()]).collect();
        let place = Place { path: path.into(), dir: "".into(), std: false, files: None, go_version: None };
        self.push(Node {
            path: path.into(),
            name: String::new(),
            place,
            survey: Survey::default(),
            for_test: None,
            files: Vec::new(),
            imports: Vec::new(),
            needs: Vec::new(),
            error: Some(Fault { stack, pos, text }),
            matches: Vec::new(),
        })
    }

    /// What the files of a kind import.
    fn imports(&mut self, id: usize, kind: usize) -> Vec<(String, usize)> {
        let place = self.nodes[id].place.clone();
        let written = self.nodes[id].survey.sources[kind].imports.clone();
        let mut out = Vec::new();
        for (path, pos) in written {
            let target = match resolve_import(self.config, path.as_str(), &place) {
                Ok(target) => self.add(target),
                // Internal packages are there, but not for everybody: that is the importer's fault.
                Err(text) if text.starts_with("use of internal") => {
                    let fault = Fault { stack: self.stack.clone(), pos: shown(pos), text };
                    self.nodes[id].error.get_or_insert(fault);
                    continue;
                }
                Err(text) => self.add_missing(path.as_str(), shown(pos), text),
            };
            out.push((path.to_string(), target));
        }
        out
    }

    fn named(&mut self, path: &str) -> Vec<usize> {
        let importer =
            Place { path: "main".into(), dir: "".into(), std: true, files: None, go_version: None };
        resolve_import(self.config, path, &importer).ok().map(|p| self.add(p)).into_iter().collect()
    }

    /// All that a package imports, itself left out, sorted by path.
    pub(super) fn deps(&self, id: usize) -> Vec<usize> {
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        let mut queue = vec![id];
        while let Some(at) = queue.pop() {
            let node = &self.nodes[at];
            queue.extend(
                node.imports
                    .iter()
                    .map(|i| i.1)
                    .chain(node.needs.iter().copied())
                    .filter(|&t| seen.insert(t)),
            );
        }
        seen.remove(&id);
        let mut list: Vec<usize> = seen.into_iter().collect();
        list.sort_by(|&a, &b| self.nodes[a].path.cmp(&self.nodes[b].path));
        list
    }

    /// The packages and all that they import, what is imported first.
    pub(super) fn in_order(&self, roots: &[usize]) -> Vec<usize> {
        fn visit(graph: &Graph, id: usize, seen: &mut FxHashSet<usize>, out: &mut Vec<usize>) {
            if !seen.insert(id) {
                return;
            }
            let node = &graph.nodes[id];
            for target in node.imports.iter().map(|i| i.1).chain(node.needs.iter().copied()) {
                visit(graph, target, seen, out);
            }
            out.push(id);
        }
        let (mut seen, mut out) = (FxHashSet::default(), Vec::new());
        roots.iter().for_each(|&r| visit(self, r, &mut seen, &mut out));
        out
    }

    /// The program of a package's tests, the package with its test files, and the one beside it; `folder` is for the program's file.
    pub(super) fn tests(&mut self, id: usize, folder: &Path) -> Vec<usize> {
        let own = self.nodes[id].path.clone();
        let has = |g: &Self, kind: usize| !g.nodes[id].survey.sources[kind].files.is_empty();
        if !has(self, 1) && !has(self, 2) {
            return Vec::new();
        }
        let variant = |path: &str| format!("{path} [{own}.test]");
        self.stack = vec![own.clone()];
        let mut added = Vec::new();
        let inside = has(self, 1).then(|| {
            let more = self.imports(id, 1);
            let mut imports: BTreeMap<String, usize> = self.nodes[id].imports.iter().cloned().collect();
            imports.extend(more);
            self.variant(id, variant(&own), [0, 1], imports.into_iter().collect())
        });
        let package = inside.unwrap_or(id);
        let beside = has(self, 2).then(|| {
            let imports = self.imports(id, 2);
            let beside = self.variant(id, variant(&format!("{own}_test")), [2, 2], imports);
            self.nodes[beside].name += "_test";
            beside
        });
        let main = self.main(id, &own, folder, package, beside);
        added.push(main);
        added.extend(inside.into_iter().chain(beside));
        if inside.is_some() {
            self.replace(id, package, &own, main);
        }
        self.stack.clear();
        added
    }

    fn variant(
        &mut self,
        of: usize,
        path: String,
        kinds: [usize; 2],
        imports: Vec<(String, usize)>,
    ) -> usize {
        let base = &self.nodes[of];
        let kinds = if kinds[0] == kinds[1] { &kinds[..1] } else { &kinds[..] };
        let files = kinds.iter().flat_map(|&k| base.survey.sources[k].files.clone()).collect();
        let for_test = path.rsplit_once(" [").map(|p| p.1.trim_end_matches(".test]").to_string());
        let node = Node {
            path,
            name: base.name.clone(),
            place: base.place.clone(),
            survey: base.survey.clone(),
            for_test,
            files,
            imports,
            needs: Vec::new(),
            error: base.error.clone().filter(|_| kinds[0] != 2),
            matches: Vec::new(),
        };
        self.push(node)
    }

    fn main(&mut self, id: usize, own: &str, folder: &Path, package: usize, beside: Option<usize>) -> usize {
        let base = &self.nodes[id];
        let (place, error) = (base.place.clone(), base.error.clone());
        let mut files = Vec::new();
        let made = std::fs::create_dir_all(folder).map_err(|e| e.to_string());
        if made.and_then(|()| prepare_tests(self.config, place.clone(), folder)).is_ok_and(|t| t.is_some()) {
            files.push(folder.join("_testmain.go").display().to_string());
        }
        let mut imports = Vec::new();
        for path in ["os", "reflect", "testing", "testing/internal/testdeps"] {
            let target = self.named(path);
            imports.extend(target.into_iter().map(|t| (path.to_string(), t)));
        }
        imports.push((own.to_string(), package));
        imports.extend(beside.map(|b| (format!("{own}_test"), b)));
        let needs = self.named("runtime");
        self.push(Node {
            path: format!("{own}.test"),
            name: "main".into(),
            place,
            survey: Survey::default(),
            for_test: Some(own.to_string()),
            files,
            imports,
            needs,
            error,
            matches: Vec::new(),
        })
    }

    /// What a test's program reaches, and imports the package under test, gets a variant that imports the one with the test files.
    fn replace(&mut self, plain: usize, tested: usize, own: &str, main: usize) {
        let reached: Vec<usize> = self.in_order(&[main]);
        let mut map: FxHashMap<usize, usize> = [(plain, tested)].into_iter().collect();
        for id in reached {
            let targets: Vec<usize> = self.nodes[id].imports.iter().map(|i| i.1).collect();
            if id == tested || id == plain || !targets.iter().any(|t| map.contains_key(t)) {
                continue;
            }
            let imports: Vec<(String, usize)> = self.nodes[id]
                .imports
                .iter()
                .map(|(path, t)| (path.clone(), *map.get(t).unwrap_or(t)))
                .collect();
            if self.nodes[id].for_test.as_deref() == Some(own) {
                self.nodes[id].imports = imports;
            } else {
                let path = format!("{} [{own}.test]", self.nodes[id].path);
                let copy = self.variant(id, path, [0, 0], imports);
                map.insert(id, copy);
            }
        }
    }
}
