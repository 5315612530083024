//! One package: its files are chosen and parsed, and its imports resolved.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::{Decl, File};
use syntax::{Options, Pos, Sym, names, pos};

use super::resolve::resolve;
use super::{Config, Import, Parsed, Place, define, embed, embed_values, host, tests};
use crate::cover::{Cover, Instrumented};
use crate::overlay::apply_patches;
use crate::regular;
use crate::report::Diagnostic;

/// A chosen file, before it is parsed.
pub(super) struct Source {
    /// As positions show it.
    pub(super) display: String,
    /// Where it is, or would be.
    path: String,
    /// Where it was read.
    file: Option<PathBuf>,
    pub(super) text: Vec<u8>,
}

/// What a directory holds.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) sources: Vec<Source>,
    assembly: Vec<Source>,
    /// Go files that are left out by constraints, and test files.
    excluded: usize,
    tests: usize,
    errors: Vec<String>,
}

fn read(config: &Config, place: &Place, path: &Path) -> Result<Source, String> {
    let text = regular::read(path).map_err(|e| format!("{}: {e}", config.display_plain(path)))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let known = match () {
        // As with the go command: the folder has another name each time.
        () if tests::is_made(place, &name) => name.to_string(),
        () if config.trim_path => format!("{}/{name}", place.path),
        () => path.display().to_string(),
    };
    Ok(Source { display: config.display(path), path: known, file: Some(path.to_path_buf()), text })
}

/// Does a file import "C"? Such files are left out, as Go does where cgo is switched off.
pub(super) fn imports_c(text: &[u8]) -> bool {
    // Few files hold these characters at all.
    if !text.windows(3).any(|w| matches!(w, b"\"C\"" | b"`C`")) {
        return false;
    }
    let source = pos::add_file("", text.to_vec());
    let (file, _) = syntax::parse(source, Options::default());
    let decls = file.iter().flat_map(|f| &f.decls);
    decls.into_iter().any(|d| matches!(d, Decl::Import(i) if i.path == names::C))
}

/// The files of a directory that belong to the build, sorted by name.
pub(super) fn list(config: &Config, place: &Place) -> Listing {
    let mut listing = Listing::default();
    if let Some(files) = &place.files {
        for path in files {
            match read(config, place, path) {
                Ok(source) => listing.sources.push(source),
                Err(e) => listing.errors.push(e),
            }
        }
        return listing;
    }
    let mut names: Vec<String> = match std::fs::read_dir(&place.dir) {
        Ok(entries) => entries.flatten().map(|e| e.file_name().to_string_lossy().to_string()).collect(),
        Err(e) => {
            listing.errors.push(format!("open {}: {e}", place.dir.display()));
            return listing;
        }
    };
    names.sort();
    let rules = config.context.of(&place.path, place.std);
    for name in names {
        let go = name.ends_with(".go");
        // `_test` says nothing of an assembly file.
        let plain = name.strip_suffix("_test.s").map(|n| format!("{n}.s"));
        if name.starts_with(['_', '.']) || !(go || name.ends_with(".s")) {
            continue;
        }
        if name.ends_with("_test.go") {
            listing.tests += 1;
            continue;
        }
        if !rules.name_matches(plain.as_ref().unwrap_or(&name)) {
            listing.excluded += usize::from(go);
            continue;
        }
        let path = place.dir.join(&name);
        if !path.is_file() {
            continue;
        }
        let source = match read(config, place, &path) {
            Ok(source) => source,
            Err(e) => {
                listing.errors.push(e);
                continue;
            }
        };
        match rules.text_matches(&source.text) {
            Ok(true) if go && imports_c(&source.text) => listing.excluded += 1,
            Ok(true) if go => listing.sources.push(source),
            Ok(true) => listing.assembly.push(source),
            Ok(false) => listing.excluded += usize::from(go),
            Err(e) => listing.errors.push(format!("{}: {e}", config.display_plain(&path))),
        }
    }
    for path in config.tested.iter().filter(|t| t.package.path == place.path).flat_map(|t| &t.internal) {
        match read(config, place, path) {
            Ok(source) => listing.sources.push(source),
            Err(e) => listing.errors.push(e),
        }
    }
    listing
}

/// Has the directory any file for this build? (Patterns skip those without.) `tests`: test files count too.
pub(super) fn has_buildable(config: &Config, place: &Place, tests: bool) -> bool {
    let any = |l: Listing| !l.sources.is_empty() || tests && l.tests > 0;
    config.overlay.replacement(&place.path).is_some() || any(list(config, place))
}

fn overlay_sources(config: &Config, kind: &str, package: &str, texts: &[(String, Vec<u8>)]) -> Vec<Source> {
    let rules = config.context.of(package, true);
    let included = texts
        .iter()
        .filter(|(name, text)| rules.name_matches(name) && rules.text_matches(text).unwrap_or(true));
    included
        .map(|(name, text)| {
            let path = format!("{}/{kind}/{package}/{name}", config.overlay.prefix);
            Source { display: path.clone(), path, file: None, text: text.clone() }
        })
        .collect()
}

struct Files {
    files: Vec<File>,
    errors: Vec<Diagnostic>,
}

fn parse_all(sources: Vec<Source>, std: bool, out: &mut Files) {
    for s in sources {
        let source = pos::add_file_at(&s.display, &s.path, s.text);
        let (file, errors) = syntax::parse(source, Options { std, runtime: std });
        out.errors.extend(errors.into_iter().map(Diagnostic::from));
        out.files.extend(file);
    }
}

/// The package's own files, not those of its tests, with counters.
fn instrumented(config: &Config, cover: &Cover, place: &Place, sources: Vec<Source>) -> Vec<Source> {
    let tests = config.tested.iter().filter(|t| t.package.path == place.path).flat_map(|t| &t.internal);
    let tests: FxHashSet<&Path> = tests.map(PathBuf::as_path).collect();
    let mut all = Instrumented::new(cover.mode, place);
    let mut name = None;
    let mut out = Vec::new();
    for s in sources {
        let is_test = s.file.as_deref().is_some_and(|f| tests.contains(f));
        name = name.or_else(|| package_clause(&s.text));
        let text = match &s.file {
            Some(file) if !is_test => all.file(file, s.text),
            _ => s.text,
        };
        out.push(Source { text, ..s });
    }
    if let Some(name) = name {
        let path = format!("{}/cover/{}.go", config.overlay.prefix, place.path);
        out.push(Source { display: path.clone(), path, file: None, text: all.declarations(&name) });
    }
    out
}

/// The name in a file's package clause.
fn package_clause(text: &[u8]) -> Option<String> {
    let source = pos::add_file("", text.to_vec());
    Some(syntax::parse(source, Options::default()).0?.package.name.to_string())
}

/// Names and texts of the files that a package is made of.
pub fn package_sources(config: &Config, place: &Place) -> Vec<(PathBuf, Vec<u8>)> {
    list(config, place).sources.into_iter().filter_map(|s| Some((s.file?, s.text))).collect()
}

/// Lists and parses a package and resolves its imports.
pub(super) fn parse_package(config: &Config, place: Place) -> Parsed {
    let mut fatal: Vec<(Pos, String)> = Vec::new();
    let mut out = Files { files: Vec::new(), errors: Vec::new() };
    let replaced = if place.std { config.overlay.replacement(&place.path) } else { None };
    // Where there is assembly, empty too, functions may lack a body: the linker knows what defines them.
    let mut bodyless = place.std;
    let mut assembly = Vec::new();
    if let Some(texts) = replaced {
        parse_all(overlay_sources(config, "replace", &place.path, texts), true, &mut out);
    } else {
        let listing = list(config, &place);
        fatal.extend(listing.errors.iter().map(|e| (Pos::NONE, e.clone())));
        // Packages may have tests alone, all of them outside.
        let tests_alone =
            listing.tests > 0 && config.tested.as_ref().is_some_and(|t| t.package.path == place.path);
        if listing.sources.is_empty() && fatal.is_empty() && !tests_alone {
            fatal.push((Pos::NONE, nothing_to_build(&place, &listing)));
        }
        bodyless |= !listing.assembly.is_empty();
        if !place.std || config.context.uses_assembly(&place.path) {
            for s in listing.assembly {
                let source = pos::add_file_at(&s.display, &s.path, s.text);
                asm::hide_columns(&source);
                if config.context.assembles() {
                    assembly.push(source);
                } else if !asm::is_empty(&source) {
                    let text = format!("not supported: assembly for {}", config.context.goarch);
                    out.errors.push(Diagnostic::new(source.pos(0), text));
                }
            }
        }
        let sources = match config.cover.as_ref().filter(|c| c.has(&place.path)) {
            Some(cover) => instrumented(config, cover, &place, listing.sources),
            None => listing.sources,
        };
        parse_all(sources, place.std, &mut out);
    }
    if place.std {
        let patches = config.overlay.patches(&place.path);
        if !patches.is_empty() {
            let mut patch = Files { files: Vec::new(), errors: Vec::new() };
            parse_all(overlay_sources(config, "patch", &place.path, patches), true, &mut patch);
            apply_patches(&mut out.files, &patch.files);
            out.files.append(&mut patch.files);
            out.errors.append(&mut patch.errors);
        }
    }
    let name = package_name(config, &place, &out.files, &mut fatal);
    if !config.defines.is_empty() {
        let path = if name == names::MAIN { "main" } else { &place.path };
        define::apply(&mut out.files, path, &config.defines);
    }
    if config.host_object && name == names::MAIN && !place.std {
        host::export(&mut out.files);
    }
    let imports = imports(config, &place, &out.files, &mut out.errors);
    let mut embeds = FxHashMap::default();
    for file in &out.files {
        for decl in &file.decls {
            if let Decl::Var(v) = decl {
                for e in &v.embeds {
                    match embed::resolve(&place.dir, &e.patterns) {
                        Ok(files) => drop(embeds.insert(e.pos, files)),
                        Err(text) => fatal.push((e.pos.offset("go:embed ".len() as u32), text)),
                    }
                }
            }
        }
    }
    if !embeds.is_empty() {
        embed_values::apply(&mut out.files, &embeds, &mut out.errors);
    }
    Parsed { place, name, files: out.files, imports, errors: out.errors, fatal, bodyless, assembly }
}

fn nothing_to_build(place: &Place, listing: &Listing) -> String {
    let dir = place.dir.display();
    if listing.excluded > 0 {
        format!("package {}: build constraints exclude all Go files in {dir}", place.path)
    } else if listing.tests > 0 {
        format!("{}: no non-test Go files in {dir}", place.path)
    } else {
        format!("no Go files in {dir}")
    }
}

fn file_name(config: &Config, file: &File) -> String {
    let path = config.display_plain(Path::new(&file.source.path));
    path.rsplit('/').next().unwrap_or("").to_string()
}

fn package_name(config: &Config, place: &Place, files: &[File], fatal: &mut Vec<(Pos, String)>) -> Sym {
    let Some(first) = files.first() else { return names::BLANK };
    if let Some(other) = files.iter().find(|f| f.package.name != first.package.name) {
        let text = format!(
            "found packages {} ({}) and {} ({}) in {}",
            first.package.name,
            file_name(config, first),
            other.package.name,
            file_name(config, other),
            place.dir.display()
        );
        fatal.push((Pos::NONE, text));
    }
    first.package.name
}

fn imports(config: &Config, place: &Place, files: &[File], errors: &mut Vec<Diagnostic>) -> Vec<Import> {
    let mut found: FxHashMap<Sym, usize> = FxHashMap::default();
    let mut out: Vec<Import> = Vec::new();
    for file in files {
        for decl in &file.decls {
            let Decl::Import(import) = decl else { continue };
            let path = import.path;
            if import.bad || path == names::UNSAFE || found.contains_key(&path) {
                continue;
            }
            if types::checker::bad_import_path(path.as_str()).is_some() {
                continue;
            }
            if path == names::C {
                errors.push(Diagnostic::new(import.path_pos, "not supported: cgo (import \"C\")"));
                continue;
            }
            found.insert(path, out.len());
            let target = resolve(config, path.as_str(), place);
            out.push(Import { path, pos: import.pos, target });
        }
    }
    out
}
