//! Comments with a meaning: `//line` and `/*line*/` move positions, `//go:` lines wait here for the declaration that
//! follows. Which directive may stand where, and the texts, are those of cmd/compile/internal/noder.

use super::Parser;
use crate::ast::{Embed, Linkname, Pragma};
use crate::buildtag;
use crate::literal::unquote;
use crate::pos::{LineDirective, Pos};
use crate::scanner::Directive;
use crate::sym::Sym;

/// Directives that no declaration has taken yet.
#[derive(Default)]
pub(super) struct Pending {
    flags: Vec<(Pragma, Pos)>,
    embeds: Vec<Embed>,
}

/// Directive, its flags (with those it implies).
const FLAGS: &[(&str, Pragma)] = &[
    ("go:build", Pragma::BUILD),
    ("go:noescape", Pragma::NOESCAPE),
    ("go:norace", Pragma::NORACE),
    ("go:nosplit", Pragma::NOSPLIT.union(Pragma::NOCHECKPTR)),
    ("go:noinline", Pragma::NOINLINE),
    ("go:nocheckptr", Pragma::NOCHECKPTR),
    ("go:systemstack", Pragma::SYSTEMSTACK),
    ("go:nowritebarrier", Pragma::NOWRITEBARRIER),
    ("go:nowritebarrierrec", Pragma::NOWRITEBARRIERREC.union(Pragma::NOWRITEBARRIER)),
    ("go:yeswritebarrierrec", Pragma::YESWRITEBARRIERREC),
    ("go:cgo_unsafe_args", Pragma::CGO_UNSAFE_ARGS.union(Pragma::NOCHECKPTR)),
    ("go:uintptrkeepalive", Pragma::UINTPTRKEEPALIVE),
    ("go:uintptrescapes", Pragma::UINTPTRESCAPES.union(Pragma::UINTPTRKEEPALIVE)),
    ("go:registerparams", Pragma::REGISTERPARAMS),
];

const ONLY_RUNTIME: Pragma = Pragma::SYSTEMSTACK
    .union(Pragma::NOWRITEBARRIER)
    .union(Pragma::NOWRITEBARRIERREC)
    .union(Pragma::YESWRITEBARRIERREC);

/// Directives without flags that the standard library may use.
const STD_ALSO: &[&str] = &[
    "go:cgo_export_static",
    "go:cgo_export_dynamic",
    "go:cgo_import_static",
    "go:cgo_import_dynamic",
    "go:cgo_ldflag",
    "go:cgo_dynamic_linker",
    "go:embed",
    "go:fix",
    "go:generate",
    "go:build",
    "go:debug",
];

/// What a kind of declaration may carry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepts {
    Nothing,
    /// A package clause: build constraints.
    Build,
    Functions,
    Embeds,
}

impl<'a> Parser<'a> {
    pub(super) fn directive(&mut self, d: Directive) {
        let src: &'a [u8] = self.scanner.src;
        let comment = std::str::from_utf8(&src[d.start..d.end]).unwrap_or("");
        let line_comment = comment.starts_with("//");
        let text = if line_comment {
            comment[2..].strip_suffix('\r').unwrap_or(&comment[2..])
        } else {
            &comment[2..comment.len() - 2]
        };
        if let Some(spec) = text.strip_prefix("line ") {
            let line_start = d.start == 0 || src[d.start - 1] == b'\n';
            if line_start || !line_comment {
                let next = if line_comment { d.end + 1 } else { d.end };
                self.line_directive(spec, d.start + 7, next);
            }
        } else if line_comment {
            let before = self.errors.len();
            self.go_directive(text, Pos(self.base + d.start as u32 + 2), d.blank);
            self.pragma_errors += self.errors.len() - before;
        }
    }

    /// `filename:line` or `filename:line:col`; `at` is the offset of the text, `next` that of what it describes.
    fn line_directive(&mut self, text: &str, at: usize, next: usize) {
        let Some((rest, last)) = text.rsplit_once(':') else { return };
        let here = |offset: usize, p: &Parser| Pos(p.base + (at + offset) as u32);
        let last_at = rest.len() + 1;
        let valid = |s: &str| s.parse::<u64>().ok().filter(|_| s.bytes().all(|b| b.is_ascii_digit()));
        const MAX: u64 = 1 << 30;
        let Some(last_number) = valid(last) else {
            self.error_at(here(last_at, self), format!("invalid line number: {last}"));
            return;
        };
        let with_column = rest.rsplit_once(':').and_then(|(f, l)| Some((f, valid(l)?)));
        let (filename, line, line_text, line_at, col) = match with_column {
            Some((filename, line)) => {
                if last_number == 0 || last_number > MAX {
                    self.error_at(here(last_at, self), format!("invalid column number: {last}"));
                    return;
                }
                (
                    filename,
                    line,
                    &text[filename.len() + 1..rest.len()],
                    filename.len() + 1,
                    last_number as u32,
                )
            }
            None => (rest, last_number, last, last_at, 0),
        };
        if line == 0 || line > MAX {
            self.error_at(here(line_at, self), format!("invalid line number: {line_text}"));
            return;
        }
        let file = if filename.is_empty() && col != 0 {
            Pos(self.base + at as u32).position().file
        } else if filename.is_empty() || filename.starts_with('/') {
            Sym::new(&clean(filename))
        } else {
            let own = self.source.name.as_str();
            match own.rsplit_once('/') {
                Some((dir, _)) => Sym::new(&clean(&format!("{dir}/{filename}"))),
                None => Sym::new(&clean(filename)),
            }
        };
        self.source.add_directive(LineDirective { offset: next as u32, file, line: line as u32, col });
    }

    fn go_directive(&mut self, text: &str, pos: Pos, blank: bool) {
        let verb = text.split(' ').next().unwrap_or("");
        if verb == "go:build"
            && self.top
            && let Ok(expr) = buildtag::parse(&format!("//{text}"))
        {
            self.go_version = expr.go_version().map(|v| Sym::new(&v));
        }
        if !blank {
            self.error_at(pos, "misplaced compiler directive");
            return;
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        match verb {
            "go:linkname" | "go:linknamestd" if text.len() > verb.len() => {
                if !(2..=3).contains(&fields.len()) {
                    self.error_at(pos, format!("usage: //{} localname [linkname]", fields[0]));
                    return;
                }
                self.linknames.push(Linkname {
                    pos,
                    local: Sym::new(fields[1]),
                    remote: fields.get(2).map(|f| Sym::new(f)),
                    std: verb == "go:linknamestd",
                });
            }
            "go:wasmimport" | "go:wasmexport" if text.len() > verb.len() => {
                let (count, usage) = if verb == "go:wasmimport" {
                    (3, "usage: //go:wasmimport importmodule importname")
                } else {
                    (2, "usage: //go:wasmexport exportname")
                };
                if fields.len() != count {
                    self.error_at(pos, usage);
                }
            }
            "go:embed" => {
                let patterns = parse_embed(&text["go:embed".len()..]).unwrap_or_else(|message| {
                    self.error_at(pos, message);
                    Vec::new()
                });
                if patterns.is_empty() {
                    self.error_at(pos, "usage: //go:embed pattern...");
                    return;
                }
                self.pending.embeds.push(Embed { pos, patterns });
            }
            _ => self.flag_directive(verb, text, pos),
        }
    }

    fn flag_directive(&mut self, verb: &str, text: &str, pos: Pos) {
        if verb.starts_with("go:cgo_") {
            // The one that anybody may write: a symbol of a shared library, with all its parts.
            let import_of_library = verb == "go:cgo_import_dynamic" && text.split(' ').count() >= 4;
            if !self.options.std && !import_of_library {
                self.error_at(pos, format!("//{text} only allowed in cgo-generated code"));
            }
            self.cgo_directives.push((pos, Sym::new(text)));
        }
        if let ("go:debug", Some(setting)) = (verb, text.strip_prefix("go:debug ")) {
            self.debug_settings.push((pos, Sym::new(setting.trim())));
        }
        let flag = FLAGS.iter().find(|f| f.0 == verb).map_or(Pragma::empty(), |f| f.1);
        if !self.options.runtime && flag.intersects(ONLY_RUNTIME) {
            self.error_at(pos, format!("//{verb} only allowed in runtime"));
        }
        if flag == Pragma::UINTPTRKEEPALIVE && !self.options.std {
            self.error_at(pos, format!("//{verb} is only allowed in the standard library"));
        }
        if flag.is_empty() && self.options.std && !STD_ALSO.contains(&verb) {
            self.error_at(pos, format!("//{verb} is not allowed in the standard library"));
        }
        self.pending.flags.push((flag, pos));
    }

    /// The directives in front of a declaration. Those that it does not accept are errors of a program that has no others.
    pub(super) fn take_pragma(&mut self, accepts: Accepts) -> (Pragma, Vec<Embed>) {
        if self.pending.flags.is_empty() && self.pending.embeds.is_empty() {
            return (Pragma::empty(), Vec::new());
        }
        let pending = std::mem::take(&mut self.pending);
        let mut flags = Pragma::empty();
        for (flag, pos) in pending.flags {
            let allowed = match accepts {
                Accepts::Functions => Pragma::all() - Pragma::BUILD,
                Accepts::Build => Pragma::BUILD,
                Accepts::Nothing | Accepts::Embeds => Pragma::empty(),
            };
            if allowed.contains(flag) {
                flags |= flag;
            } else {
                self.late_error(pos, "misplaced compiler directive");
            }
        }
        if accepts == Accepts::Embeds {
            return (flags, pending.embeds);
        }
        for embed in &pending.embeds {
            self.late_error(embed.pos, "misplaced go:embed directive");
        }
        (flags, Vec::new())
    }

    /// Reports directives that stand where no declaration can take them.
    pub(super) fn clear_pragma(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let before = self.errors.len();
        for (flag, pos) in pending.flags {
            if !flag.is_empty() {
                self.error_at(pos, "misplaced compiler directive");
            }
        }
        for embed in &pending.embeds {
            self.error_at(embed.pos, "misplaced go:embed directive");
        }
        self.pragma_errors += self.errors.len() - before;
    }
}

/// Removes `.`, `..` and double slashes, as Go's filepath.Clean does.
fn clean(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".into(),
        (false, false) => parts.join("/"),
    }
}

/// The patterns of a `//go:embed` line: words, or quoted strings.
fn parse_embed(text: &str) -> Result<Vec<String>, String> {
    let mut list = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let invalid = |s: &str| format!("invalid quoted string in //go:embed: {s}");
        let (pattern, end) = match rest.as_bytes()[0] {
            b'`' => {
                let end = rest[1..].find('`').ok_or_else(|| invalid(rest))? + 1;
                (rest[1..end].to_string(), end + 1)
            }
            b'"' => {
                let bytes = rest.as_bytes();
                let mut end = 1;
                while end < bytes.len() && bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                if end >= bytes.len() {
                    return Err(invalid(rest));
                }
                let value = unquote(&rest[..=end]).and_then(|v| String::from_utf8(v).ok());
                (value.ok_or_else(|| invalid(&rest[..=end]))?, end + 1)
            }
            _ => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (rest[..end].to_string(), end)
            }
        };
        rest = &rest[end..];
        if rest.chars().next().is_some_and(|c| !c.is_whitespace()) {
            return Err(invalid(rest));
        }
        list.push(pattern);
        rest = rest.trim_start();
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embed_patterns() {
        assert_eq!(parse_embed(" a b/*.txt \"c d\" `e`").unwrap(), ["a", "b/*.txt", "c d", "e"]);
        assert!(parse_embed(" \"a").is_err());
        assert!(parse_embed(" `a`b").is_err());
    }

    #[test]
    fn clean_paths() {
        for (path, want) in
            [("a/./b/../c", "a/c"), ("../x", "../x"), ("/../x//y", "/x/y"), ("a/..", "."), ("", "")]
        {
            assert_eq!(clean(path), want);
        }
    }
}
