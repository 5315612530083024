//! `oxigo test`: the test files of a package, and the program that runs what they declare. Files of the package's own
//! name join the package, wherever it is imported from; files of `NAME_test` make up a package beside it; a generated
//! main package hands both packages' functions to `testing.MainStart`, as `go test` does.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use syntax::ast::{Decl, ExprKind, File, FuncDecl};
use syntax::{Options, pos};

use super::{Config, Place};
use crate::cover;

/// Files that are made for a package's tests: their main function, and what knows of coverage.
const MAIN: &str = "_testmain.go";
const COVER: &str = "_cover.go";

/// Whether the file of a package is one of those.
pub(super) fn is_made(place: &Place, name: &str) -> bool {
    place.std && place.path.ends_with(".test") && [MAIN, COVER].contains(&name)
}

/// A package under test.
pub struct Tested {
    pub package: Place,
    /// Has the package any files, with those of its tests?
    pub is_there: bool,
    /// Test files that belong to the package itself.
    pub internal: Vec<PathBuf>,
    /// The package of the files that see only what is exported.
    pub external: Option<Place>,
    pub main: Place,
    /// Packages that the program imports to report on them.
    pub covered: Vec<Place>,
}

impl Tested {
    /// The test files as packages of their own.
    pub fn test_places(&self) -> Vec<Place> {
        let internal = Place { files: Some(self.internal.clone()), ..self.package.clone() };
        [Some(internal), self.external.clone()].into_iter().flatten().collect()
    }

    /// What an import means if this is the package under test; `None` is what it always means.
    pub(super) fn resolve(&self, path: &str, importer: &Place) -> Option<Place> {
        let external = self.external.as_ref();
        let is_main = importer.path == self.main.path;
        if path == self.package.path && (is_main || external.is_some_and(|e| e.path == importer.path)) {
            return Some(self.package.clone());
        }
        let covered = || self.covered.iter().find(|c| is_main && c.path == path);
        external.filter(|e| is_main && e.path == path).or_else(covered).cloned()
    }
}

/// A function that `testing` runs.
struct Function {
    /// Name of the package in the generated file.
    package: &'static str,
    name: String,
    /// What an example prints, and whether the order of lines matters.
    output: Option<(String, bool)>,
}

#[derive(Default)]
struct Found {
    tests: Vec<Function>,
    benchmarks: Vec<Function>,
    fuzz_targets: Vec<Function>,
    examples: Vec<Function>,
    test_main: Option<&'static str>,
    used: [bool; 2],
}

const PACKAGES: [&str; 2] = ["_test", "_xtest"];

/// Finds the tests of `package` and writes the program that runs them into `dir`; `None` if there are no test files.
pub fn prepare(config: &Config, package: Place, dir: &Path) -> Result<Option<Tested>, String> {
    if config.overlay.replacement(&package.path).is_some() {
        return Err(format!("not supported: tests of {}, which is Oxigo's own", package.path));
    }
    let mut internal = Vec::new();
    let mut external = Vec::new();
    let mut found = Found::default();
    for path in test_files(config, &package)? {
        let text = std::fs::read(&path).map_err(|e| format!("{}: {e}", config.display_plain(&path)))?;
        let rules = config.context.of(&package.path, package.std);
        let holds = rules.text_matches(&text).map_err(|e| format!("{}: {e}", config.display_plain(&path)))?;
        if !holds || super::files::imports_c(&text) {
            continue;
        }
        let source = pos::add_file_at(&config.display(&path), &path.display().to_string(), text);
        // Errors are reported when the file is loaded with its package.
        let (file, _) = syntax::parse(source, Options { std: package.std, runtime: false });
        let Some(file) = file else {
            internal.push(path);
            continue;
        };
        let outside = file.package.name.as_str().ends_with("_test");
        collect(&file, usize::from(outside), &mut found);
        if outside { external.push(path) } else { internal.push(path) }
    }
    if internal.is_empty() && external.is_empty() {
        return Ok(None);
    }
    let external = (!external.is_empty()).then(|| Place {
        path: format!("{}_test", package.path),
        files: Some(external),
        ..package.clone()
    });
    let file = dir.join(MAIN);
    let is_there = !internal.is_empty() || super::files::has_buildable(config, &package, false);
    std::fs::write(&file, main_text(&package, is_there, &found))
        .map_err(|e| format!("cannot write {}: {e}", file.display()))?;
    let mut files = vec![file];
    let mut covered = Vec::new();
    if let Some(cover) = &config.cover {
        let file = dir.join(COVER);
        let (linked, named) = cover::linked(config, cover, &package, is_there);
        std::fs::write(&file, cover::main_file(config, cover, &linked, &named))
            .map_err(|e| format!("cannot write {}: {e}", file.display()))?;
        files.push(file);
        covered = linked;
    }
    let main = Place {
        path: format!("{}.test", package.path),
        dir: dir.to_path_buf(),
        // It imports a package that is internal to the library.
        std: true,
        files: Some(files),
        go_version: None,
    };
    Ok(Some(Tested { package, is_there, internal, external, main, covered }))
}

fn test_files(config: &Config, package: &Place) -> Result<Vec<PathBuf>, String> {
    let entries =
        std::fs::read_dir(&package.dir).map_err(|e| format!("open {}: {e}", package.dir.display()))?;
    let rules = config.context.of(&package.path, package.std);
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().to_string()).collect();
    names.retain(|name| {
        let stem = name.strip_suffix("_test.go").filter(|_| !name.starts_with(['_', '.']));
        stem.is_some_and(|stem| rules.name_matches(&format!("{stem}.go")))
    });
    names.sort();
    Ok(names.into_iter().map(|n| package.dir.join(n)).collect())
}

/// `Test`, `TestX` and `Test_x`, but not `Testing`.
fn has_prefix(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with(|c: char| c.is_lowercase()))
}

/// Does the function take one `*T`, where T is written as `name` or `pkg.name`?
fn takes(f: &FuncDecl, name: &str) -> bool {
    let [param] = &f.ty.params[..] else { return false };
    if !f.ty.results.is_empty() || !f.ty.type_params.is_empty() || param.names.len() > 1 {
        return false;
    }
    let ExprKind::Star(pointee) = &param.ty.kind else { return false };
    match &pointee.kind {
        ExprKind::Ident(n) => n.as_str() == name,
        ExprKind::Selector { sel, .. } => sel.name.as_str() == name,
        _ => false,
    }
}

fn collect(file: &File, package: usize, found: &mut Found) {
    for decl in &file.decls {
        let Decl::Func(f) = decl else { continue };
        if f.recv.is_some() {
            continue;
        }
        let name = f.name.name.as_str();
        let function = |output| Function { package: PACKAGES[package], name: name.to_string(), output };
        if name == "TestMain" && takes(f, "M") {
            found.test_main = Some(PACKAGES[package]);
        } else if has_prefix(name, "Test") && takes(f, "T") {
            found.tests.push(function(None));
        } else if has_prefix(name, "Benchmark") && takes(f, "B") {
            found.benchmarks.push(function(None));
        } else if has_prefix(name, "Fuzz") && takes(f, "F") {
            found.fuzz_targets.push(function(None));
        } else if has_prefix(name, "Example") && f.ty.params.is_empty() && f.ty.results.is_empty() {
            // Examples that say nothing about their output are compiled, not run.
            let Some(output) = example_output(file, f) else { continue };
            found.examples.push(function(Some(output)));
        } else {
            continue;
        }
        found.used[package] = true;
    }
}

/// The `// Output:` comment at the end of an example, and whether its lines may come in any order.
fn example_output(file: &File, f: &FuncDecl) -> Option<(String, bool)> {
    let body = f.body.as_ref()?;
    let base = file.source.base;
    let text = &file.source.text[(body.pos.0 - base) as usize..(body.rbrace.0 - base) as usize];
    let text = String::from_utf8_lossy(text);
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().rev() {
        let line = line.trim();
        match line.strip_prefix("//") {
            Some(comment) => lines.push(comment),
            None if line.is_empty() && lines.is_empty() => {}
            None => break,
        }
    }
    lines.reverse();
    let comment = lines.join("\n");
    let rest = comment.trim_start();
    let lower = rest.to_ascii_lowercase();
    let unordered = lower.starts_with("unordered output:");
    let skip = if unordered { "unordered output:".len() } else { "output:".len() };
    if !unordered && !lower.starts_with("output:") {
        return None;
    }
    // One blank in front of each line belongs to the comment.
    let output: Vec<&str> = rest[skip..].lines().map(|l| l.strip_prefix(' ').unwrap_or(l)).collect();
    Some((output.join("\n"), unordered))
}

fn main_text(package: &Place, is_there: bool, found: &Found) -> String {
    let mut s =
        String::from("package main\n\nimport (\n\t\"os\"\n\t\"testing\"\n\t\"testing/internal/testdeps\"\n");
    if found.test_main.is_some() {
        s.push_str("\t\"reflect\"\n");
    }
    for (i, suffix) in ["", "_test"].into_iter().enumerate() {
        let name = if found.used[i] { PACKAGES[i] } else { "_" };
        if i == 0 && is_there || found.used[i] {
            let _ = writeln!(s, "\t{name} \"{}{suffix}\"", package.path);
        }
    }
    s.push_str(")\n\n");
    let lists = [
        ("tests", "InternalTest", &found.tests),
        ("benchmarks", "InternalBenchmark", &found.benchmarks),
        ("fuzzTargets", "InternalFuzzTarget", &found.fuzz_targets),
        ("examples", "InternalExample", &found.examples),
    ];
    for (variable, kind, functions) in lists {
        let _ = writeln!(s, "var {variable} = []testing.{kind}{{");
        for f in functions {
            let _ = write!(s, "\t{{\"{}\", {}.{}", f.name, f.package, f.name);
            if let Some((output, unordered)) = &f.output {
                let _ = write!(s, ", {}, {unordered}", quote(output));
            }
            s.push_str("},\n");
        }
        s.push_str("}\n\n");
    }
    let _ = writeln!(s, "func main() {{\n\ttestdeps.ImportPath = \"{}\"", package.path);
    s.push_str("\tm := testing.MainStart(testdeps.TestDeps{}, tests, benchmarks, fuzzTargets, examples)\n");
    match found.test_main {
        Some(package) => {
            let _ = writeln!(s, "\t{package}.TestMain(m)");
            s.push_str("\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName(\"exitCode\").Int()))\n}\n");
        }
        None => s.push_str("\tos.Exit(m.Run())\n}\n"),
    }
    s
}

/// A Go string literal.
pub fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for b in text.bytes() {
        match b {
            b'"' | b'\\' => out.extend(['\\', b as char]),
            b' '..=b'~' => out.push(b as char),
            _ => drop(write!(out, "\\x{b:02x}")),
        }
    }
    out + "\""
}

#[cfg(test)]
mod unit {
    use super::*;

    fn parse(text: &str) -> File {
        let source = pos::add_file("x_test.go", text.as_bytes().to_vec());
        syntax::parse(source, Options { std: false, runtime: false }).0.unwrap()
    }

    #[test]
    fn finds_what_testing_runs() {
        let file = parse(
            "package p\nfunc TestA(t *testing.T) {}\nfunc Testing(t *testing.T) {}\nfunc TestB(t testing.T) {}\n\
             func BenchmarkC(b *T.B) {}\nfunc ExampleD() {\n\tf()\n\t// Output:\n\t// a \"b\"\n\t//  c\n}\n\
             func ExampleE() { f() }\nfunc TestMain(m *testing.M) {}\n\
             func ExampleG() {\n\t// Unordered output: x\n\t// y\n}\n",
        );
        let mut found = Found::default();
        collect(&file, 1, &mut found);
        let names = |list: &[Function]| list.iter().map(|f| f.name.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(names(&found.tests), "TestA");
        assert_eq!(names(&found.benchmarks), "BenchmarkC");
        assert_eq!(names(&found.examples), "ExampleD ExampleG");
        assert_eq!(found.examples[0].output, Some(("\na \"b\"\n c".into(), false)));
        assert_eq!(found.examples[1].output, Some(("x\ny".into(), true)));
        assert_eq!(found.test_main, Some("_xtest"));
        assert_eq!(quote("a\"\n"), "\"a\\\"\\x0a\"");
    }
}
