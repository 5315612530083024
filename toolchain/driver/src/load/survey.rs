//! What is in a package's folder, as `oxigo list` tells it: every file in its category, and what they import. Nothing is refused here:
//! what is wrong is told beside the rest.

use syntax::ast::{Decl, File};
use syntax::{Options, Pos, Sym, names, pos};

use super::{Config, Place, embed, resolve};
use crate::regular;

/// The Go files of one kind: those of the package, of its tests, of the tests beside it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub files: Vec<String>,
    /// Each once, sorted, with the place of the first import.
    pub imports: Vec<(Sym, Pos)>,
    pub embed_patterns: Vec<String>,
    pub embed_files: Vec<String>,
}

/// A package's folder.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    pub name: String,
    /// The first sentence of its documentation.
    pub doc: String,
    /// By kind, as above.
    pub sources: [Sources; 3],
    pub ignored: Vec<String>,
    pub ignored_others: Vec<String>,
    /// Files of other languages by their extension.
    pub others: Vec<(&'static str, String)>,
    /// What is wrong with the files, with its place as it is shown.
    pub errors: Vec<(String, String)>,
}

/// Extensions that a package's folder may hold beside Go's.
pub const OTHERS: &[&str] =
    &["c", "cc", "cpp", "cxx", "m", "h", "hh", "hpp", "hxx", "f", "F", "for", "f90", "s", "S", "sx", "syso"];

/// Looks through a package's folder, or at the files that it was said to be.
pub fn survey(config: &Config, place: &Place) -> Survey {
    let mut found = Survey::default();
    let names: Vec<String> = match &place.files {
        Some(files) => {
            files.iter().filter_map(|f| Some(f.file_name()?.to_string_lossy().into_owned())).collect()
        }
        None => {
            let entries =
                std::fs::read_dir(&place.dir).map(|d| d.flatten().collect::<Vec<_>>()).unwrap_or_default();
            let files = entries.iter().filter(|e| !e.path().is_dir());
            let mut names: Vec<String> =
                files.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        }
    };
    for name in names.iter().filter(|n| !n.starts_with(['_', '.'])) {
        let extension = name.rsplit_once('.').map_or("", |e| e.1);
        if extension == "go" {
            go_file(config, place, name, &mut found);
        } else if let Some(extension) = OTHERS.iter().find(|e| **e == extension) {
            other_file(config, place, name, extension, &mut found);
        }
    }
    for sources in &mut found.sources {
        sources.imports.sort_by_key(|i| i.0.as_str());
        sources.imports.dedup_by_key(|i| i.0);
        for list in [&mut sources.embed_patterns, &mut sources.embed_files] {
            list.sort();
            list.dedup();
        }
    }
    let nothing = found.sources.iter().all(|s| s.files.is_empty());
    if nothing && found.errors.is_empty() {
        let dir = place.dir.display();
        let text = match found.ignored.is_empty() {
            true => format!("no Go files in {dir}"),
            false => format!("build constraints exclude all Go files in {dir}"),
        };
        found.errors.push((String::new(), text));
    }
    found
}

fn matches(config: &Config, place: &Place, name: &str, text: &[u8], found: &mut Survey) -> bool {
    let rules = config.context.of(&place.path, place.std);
    // `_test` says which package a Go file is of, and nothing of other files.
    let stem = name.replacen("_test.", ".", 1);
    if place.files.is_none() && !rules.name_matches(&stem) {
        return false;
    }
    rules.text_matches(text).unwrap_or_else(|e| {
        found.errors.push((String::new(), format!("{}: {e}", config.display_plain(&place.dir.join(name)))));
        false
    })
}

fn other_file(config: &Config, place: &Place, name: &str, extension: &'static str, found: &mut Survey) {
    let text = match extension {
        "syso" => Vec::new(),
        _ => regular::read(&place.dir.join(name)).unwrap_or_default(),
    };
    match matches(config, place, name, &text, found) {
        true => found.others.push((extension, name.into())),
        false => found.ignored_others.push(name.into()),
    }
}

fn go_file(config: &Config, place: &Place, name: &str, found: &mut Survey) {
    let path = place.dir.join(name);
    let text = match regular::read(&path) {
        Ok(text) => text,
        Err(e) => return found.errors.push((String::new(), format!("{}: {e}", config.display_plain(&path)))),
    };
    if !matches(config, place, name, &text, found) || super::files::imports_c(&text) {
        return found.ignored.push(name.into());
    }
    let source = pos::add_file_at(&config.display(&path), &path.display().to_string(), text);
    let (file, errors) = syntax::parse(source, Options { std: place.std, runtime: place.std });
    // What Go's list command would say too: the clauses in front, not the rest of the file.
    let Some(file) = file else {
        let errors = errors.iter().take(1).map(|e| (shown(e.pos), e.message.clone()));
        found.errors.extend(errors);
        return found.sources[0].files.push(name.into());
    };
    let package = file.package.name.as_str();
    let is_test = name.ends_with("_test.go") && place.files.is_none();
    let kind = match (is_test, package.ends_with("_test")) {
        (true, true) => 2,
        (true, false) => 1,
        _ => 0,
    };
    let own = if kind == 2 { package.trim_end_matches("_test") } else { package };
    if found.name.is_empty() || kind == 0 && found.sources[0].files.is_empty() {
        found.name = own.to_string();
    } else if found.name != own && kind == 0 {
        let first = found.sources[0].files.first().cloned().unwrap_or_default();
        let text =
            format!("found packages {} ({first}) and {own} ({name}) in {}", found.name, place.dir.display());
        found.errors.push((String::new(), text));
    }
    if kind == 0 && found.doc.is_empty() {
        found.doc = doc(&file);
    }
    let sources = &mut found.sources[kind];
    sources.files.push(name.into());
    for decl in &file.decls {
        match decl {
            Decl::Import(i) if !i.bad && i.path != names::C => sources.imports.push((i.path, i.path_pos)),
            Decl::Var(v) => {
                for e in &v.embeds {
                    sources.embed_patterns.extend(e.patterns.iter().cloned());
                    match embed::resolve(&place.dir, &e.patterns) {
                        Ok(files) => sources.embed_files.extend(files.into_iter().map(|f| f.name)),
                        Err(text) => found.errors.push((shown(e.pos.offset("go:embed ".len() as u32)), text)),
                    }
                }
            }
            _ => {}
        }
    }
}

/// A position as the go command shows it.
pub fn shown(pos: Pos) -> String {
    let text = pos.position().to_string();
    text.strip_prefix("./").unwrap_or(&text).to_string()
}

/// The first sentence of the comment in front of the package clause.
fn doc(file: &File) -> String {
    let head = (file.package.pos.0 - file.source.base) as usize;
    let text = String::from_utf8_lossy(&file.source.text[..head.min(file.source.text.len())]).into_owned();
    // The clause's word stands between comment and name.
    let text = text.trim_end().strip_suffix("package").unwrap_or(&text);
    let Some(text) = text.strip_suffix('\n') else { return String::new() };
    let comment = if let Some(body) = text.trim_end().strip_suffix("*/").filter(|_| text.ends_with("*/")) {
        body.rsplit_once("/*").map_or(String::new(), |b| b.1.to_string())
    } else {
        let lines = text.rsplit('\n').take_while(|l| l.starts_with("//"));
        let mut lines: Vec<&str> = lines.filter(|l| !l.starts_with("//go:")).map(|l| &l[2..]).collect();
        lines.reverse();
        lines.join("\n")
    };
    let words: Vec<&str> = comment.trim().split("\n\n").next().unwrap_or("").split_whitespace().collect();
    let text = words.join(" ");
    let end = text.match_indices(". ").map(|m| m.0 + 1).find(|&end| {
        // An initial does not end a sentence.
        let word = text[..end - 1].rsplit(' ').next().unwrap_or("");
        !(word.len() == 1 && word.starts_with(char::is_uppercase))
    });
    let text = &text[..end.unwrap_or(text.len())];
    let lower = text.to_lowercase();
    if ["copyright", "all rights", "author"].iter().any(|p| lower.starts_with(p)) {
        String::new()
    } else {
        text.into()
    }
}

/// The package that an import means in a package.
pub fn resolve_import(config: &Config, path: &str, importer: &Place) -> Result<Place, String> {
    resolve::resolve(config, path, importer)
}
