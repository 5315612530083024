//! `oxigo list`: packages, in the form of `go list`.
//!
//! - `graph`: packages and what they import; `value`: what is told of one, as JSON; `template`: `-f`

mod graph;
mod template;
mod value;

use std::path::PathBuf;

use graph::{Fault, Graph, Node};
use template::Template;
use value::Value;

use super::target::any;
use super::{FAILED, Failure, OK, config, forward};
use crate::cli::{Invocation, ListOptions};
use crate::load::{Config, OTHERS, Survey};
use crate::module::Module;
use crate::report::visible;

/// Runs the command; `args` are its arguments as they came.
pub(super) fn list(i: &Invocation, args: &[String]) -> Result<u8, Failure> {
    let options = &i.options.list;
    if options.modules {
        // Of modules Go's own command tells.
        return forward::run("list", args);
    }
    let (target, foreign) = any(&i.options)?;
    let mut config = Config { testing: true, ..config(&i.options, &target)? };
    config.context = foreign.unwrap_or(config.context);
    let form = options.format.as_deref().unwrap_or("{{.ImportPath}}");
    let form = Template::parse(form).map_err(|e| Failure::build(format!("template: main:1: {e}")))?;
    let mut graph = Graph::new(&config, options.find);
    let named = named(&mut graph, &config, &i.targets);
    let mut roots = named.clone();
    if options.test {
        let cache = test_mains();
        for &id in &named {
            let folder = cache.join(graph.nodes[id].path.replace('/', "!"));
            let added = graph.tests(id, &folder);
            roots.extend(added);
        }
    }
    let shown = if options.deps { graph.in_order(&roots) } else { roots.clone() };
    let mut status = OK;
    if !options.errors {
        let wrong = |id: &usize| graph.nodes[*id].error.is_some();
        let reached = roots.iter().flat_map(|&r| [vec![r], graph.deps(r)].concat());
        let mut faulty: Vec<usize> = reached.filter(wrong).collect();
        faulty.dedup();
        let mut said: Vec<String> = Vec::new();
        for fault in faulty.iter().filter_map(|&id| graph.nodes[id].error.as_ref()) {
            let text = match fault.pos.as_str() {
                "" => fault.text.clone(),
                pos => format!("{pos}: {}", fault.text),
            };
            if !said.contains(&text) {
                eprintln!("{}", visible(&text));
                said.push(text);
            }
        }
        if !said.is_empty() {
            status = FAILED;
        }
    }
    let context = context(&config);
    for id in shown {
        let node = &graph.nodes[id];
        if status != OK && node.error.is_some() {
            continue;
        }
        let value = package(&config, &graph, options, id, roots.contains(&id));
        match &options.json {
            Some(fields) => println!("{}", picked(value, fields).json(0)),
            None => {
                let text = form.apply(&value, &context);
                let text = text.map_err(|e| Failure::build(format!("template: main:1: {e}")))?;
                // As in Go: a line each, but no empty ones.
                match text.is_empty() || text.ends_with('\n') {
                    true => print!("{text}"),
                    false => println!("{text}"),
                }
            }
        }
    }
    Ok(status)
}

/// The packages that the patterns name.
fn named(graph: &mut Graph, config: &Config, targets: &[String]) -> Vec<usize> {
    let mut out = Vec::new();
    if !targets.is_empty() && targets.iter().all(|t| t.ends_with(".go")) {
        match config.files_package(targets) {
            Ok(place) => out.push(graph.add(place)),
            Err(text) => out.push(graph.add_missing("command-line-arguments", String::new(), text)),
        }
        return out;
    }
    let here = [".".to_string()];
    for pattern in if targets.is_empty() { &here } else { targets } {
        let ids = match config.expand(pattern) {
            Ok(places) => places.into_iter().map(|p| graph.add(p)).collect(),
            // A pattern that nothing matches is only warned of.
            Err(_) if pattern.contains("...") => {
                eprintln!("oxigo: warning: {pattern:?} matched no packages");
                Vec::new()
            }
            Err(text) => vec![graph.add_missing(pattern, String::new(), text)],
        };
        for id in ids {
            graph.nodes[id].matches.push(pattern.clone());
            if !out.contains(&id) {
                out.push(id);
            }
        }
    }
    out
}

/// Where the programs of tests are written: tools expect them in the go command's cache.
fn test_mains() -> PathBuf {
    let env = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let cache = env("XDG_CACHE_HOME").unwrap_or_else(|| env("HOME").unwrap_or_default().join(".cache"));
    env("GOCACHE").unwrap_or_else(|| cache.join("go-build")).join("oxigo-testmain")
}

/// The fields that were asked for; all if none were named.
fn picked(value: Value, fields: &[String]) -> Value {
    match value {
        Value::Struct(all) if !fields.is_empty() => {
            Value::Struct(all.into_iter().filter(|f| fields.iter().any(|name| name == f.0)).collect())
        }
        value => value,
    }
}

/// What the template function `context` gives.
fn context(config: &Config) -> Value {
    let text = |s: &str| Value::Text(s.to_string());
    let tags = config.context.release_tags();
    Value::Struct(vec![
        ("GOARCH", text(&config.context.goarch)),
        ("GOOS", text(&config.context.goos)),
        ("GOROOT", Value::Text(config.goroot.display().to_string())),
        ("GOPATH", Value::Text(std::env::var("GOPATH").unwrap_or_default())),
        ("CgoEnabled", Value::Bool(false)),
        ("UseAllFiles", Value::Bool(false)),
        ("Compiler", text("gc")),
        ("BuildTags", Value::texts(&config.context.user_tags)),
        ("ToolTags", Value::List(vec![])),
        ("ReleaseTags", Value::texts(tags)),
        ("InstallSuffix", text("")),
    ])
}

fn module(m: &Module) -> Value {
    let text = |s: &str| Value::Text(s.to_string());
    let go_mod = m.dir.join("go.mod");
    let dir = Value::Text(m.dir.display().to_string());
    let go_mod = Value::Text(if go_mod.is_file() { go_mod.display().to_string() } else { String::new() });
    let version = text(m.version.as_deref().unwrap_or(""));
    let go = text(m.go_version.as_deref().unwrap_or("").trim_start_matches("go"));
    let replace = match &m.replaced {
        Some((path, v)) => Value::Struct(vec![
            ("Path", text(path)),
            ("Version", text(v.as_deref().unwrap_or(""))),
            ("Dir", dir.clone()),
            ("GoMod", go_mod.clone()),
            ("GoVersion", go.clone()),
        ]),
        None => Value::Nil,
    };
    Value::Struct(vec![
        ("Path", text(&m.path)),
        ("Version", version),
        ("Replace", replace),
        ("Main", Value::Bool(m.main)),
        ("Dir", dir),
        ("GoMod", go_mod),
        ("GoVersion", go),
    ])
}

fn fault(f: &Fault) -> Value {
    Value::Struct(vec![
        ("ImportStack", Value::texts(&f.stack)),
        ("Pos", Value::Text(f.pos.clone())),
        ("Err", Value::Text(f.text.clone())),
    ])
}

/// Files of other languages with one of these extensions.
fn others(survey: &Survey, extensions: &[&str]) -> Value {
    debug_assert!(extensions.iter().all(|e| OTHERS.contains(e)));
    Value::texts(survey.others.iter().filter(|o| extensions.contains(&o.0)).map(|o| &o.1))
}

/// All fields of a package.
fn package(config: &Config, graph: &Graph, options: &ListOptions, id: usize, is_root: bool) -> Value {
    let node: &Node = &graph.nodes[id];
    let (survey, place) = (&node.survey, &node.place);
    let text = |s: &str| Value::Text(s.to_string());
    let module_of = (!place.std).then(|| config.modules.of_dir(&place.dir)).flatten();
    let root = match module_of {
        _ if place.std => config.goroot.display().to_string(),
        Some(m) => m.dir.display().to_string(),
        None => String::new(),
    };
    let target_of = |i: &(String, usize)| graph.nodes[i.1].path.clone();
    // In the order in which they are written, which is not always that of what they mean.
    let imports: Vec<String> = node.imports.iter().map(target_of).collect();
    let mut mapped: Vec<(String, Value)> = node
        .imports
        .iter()
        .filter(|i| target_of(i) != i.0)
        .map(|i| (i.0.clone(), Value::Text(target_of(i))))
        .collect();
    mapped.sort_by(|a, b| a.0.cmp(&b.0));
    let deps = if options.find { Vec::new() } else { graph.deps(id) };
    let deps_errors: Vec<Value> =
        deps.iter().filter_map(|&d| graph.nodes[d].error.as_ref()).map(fault).collect();
    let incomplete = node.error.is_some() || !deps_errors.is_empty();
    let [_, test, beside] = &survey.sources;
    let written = |list: &[(syntax::Sym, syntax::Pos)]| {
        let meant = |path: &str| match path.split('/').next().is_some_and(|first| first.contains('.')) {
            true if place.std => format!("vendor/{path}"),
            _ => path.to_string(),
        };
        let mut paths: Vec<String> = list.iter().map(|i| meant(i.0.as_str())).collect();
        paths.sort();
        Value::texts(paths)
    };
    let is_variant = node.for_test.is_some();
    let own = &survey.sources[0];
    let plain = |list: &[String]| if is_variant { Value::List(vec![]) } else { Value::texts(list) };
    let dir = if node.error.is_some() && place.dir.as_os_str().is_empty() {
        String::new()
    } else {
        place.dir.display().to_string()
    };
    let error = node.error.as_ref().map_or(Value::Nil, fault);
    Value::Struct(vec![
        ("Dir", Value::Text(dir)),
        ("ImportPath", text(&node.path)),
        ("ImportComment", text("")),
        ("Name", text(&node.name)),
        ("Doc", text(&survey.doc)),
        ("Target", text("")),
        ("Shlib", text("")),
        ("Root", Value::Text(root)),
        ("ConflictDir", text("")),
        ("ForTest", text(node.for_test.as_deref().unwrap_or(""))),
        ("Export", text("")),
        ("BuildID", text("")),
        ("Module", module_of.map_or(Value::Nil, module)),
        ("Match", Value::texts(&node.matches)),
        ("Goroot", Value::Bool(place.std)),
        ("Standard", Value::Bool(place.std)),
        ("DepOnly", Value::Bool(!is_root)),
        ("BinaryOnly", Value::Bool(false)),
        ("Incomplete", Value::Bool(incomplete)),
        ("Stale", Value::Bool(false)),
        ("StaleReason", text("")),
        ("GoFiles", Value::texts(&node.files)),
        ("CgoFiles", Value::List(vec![])),
        (
            "CompiledGoFiles",
            if options.compiled && node.path != "unsafe" {
                Value::texts(&node.files)
            } else {
                Value::List(vec![])
            },
        ),
        ("IgnoredGoFiles", plain(&survey.ignored)),
        ("InvalidGoFiles", Value::List(vec![])),
        ("IgnoredOtherFiles", plain(&survey.ignored_others)),
        ("CFiles", others(survey, &["c"])),
        ("CXXFiles", others(survey, &["cc", "cpp", "cxx"])),
        ("MFiles", others(survey, &["m"])),
        ("HFiles", others(survey, &["h", "hh", "hpp", "hxx"])),
        ("FFiles", others(survey, &["f", "F", "for", "f90"])),
        ("SFiles", others(survey, &["s", "S", "sx"])),
        ("SwigFiles", Value::List(vec![])),
        ("SwigCXXFiles", Value::List(vec![])),
        ("SysoFiles", others(survey, &["syso"])),
        ("EmbedPatterns", Value::texts(&own.embed_patterns)),
        ("EmbedFiles", Value::texts(&own.embed_files)),
        ("Imports", Value::texts(imports)),
        ("ImportMap", Value::Map(mapped)),
        ("Deps", Value::texts(deps.iter().map(|&d| &graph.nodes[d].path))),
        ("Error", error),
        ("DepsErrors", Value::List(deps_errors)),
        ("TestGoFiles", plain(&test.files)),
        ("TestImports", if is_variant { Value::List(vec![]) } else { written(&test.imports) }),
        ("TestEmbedPatterns", plain(&test.embed_patterns)),
        ("TestEmbedFiles", plain(&test.embed_files)),
        ("XTestGoFiles", plain(&beside.files)),
        ("XTestImports", if is_variant { Value::List(vec![]) } else { written(&beside.imports) }),
        ("XTestEmbedPatterns", plain(&beside.embed_patterns)),
        ("XTestEmbedFiles", plain(&beside.embed_files)),
    ])
}
