//! `--dump-ssa PASS:FUNC`: a function's code after a pass as text, or (`html:FUNC`) a page with all passes side by side.

use std::fmt::Write;

use crate::report::visible;
use ir::passes::trace::{Stage, Trace};
use ir::{DataId, FuncId, Program};
use syntax::Pos;

/// The stages' names, in order.
fn stages() -> Vec<&'static str> {
    [ir::passes::names(), codegen::STAGES.to_vec()].concat()
}

/// Reads `PASS:FUNC`.
pub fn request(text: &str) -> Result<(String, String), String> {
    let (pass, func) = text.split_once(':').ok_or("it is PASS:FUNC, for instance gvn:main.main")?;
    if pass != "*" && pass != "html" && !stages().contains(&pass) {
        return Err(format!("no pass is named {pass}: there are {}, * and html", stages().join(", ")));
    }
    Ok((pass.to_string(), func.to_string()))
}

/// Prints what was recorded, and writes the pages.
pub fn write(recorded: &[Stage], wanted: &[(String, String)], program: &Program) -> Result<(), String> {
    for w in wanted {
        if !recorded.iter().any(|s| Trace::matches(w, s.func, s.pass)) {
            let missing = missing(w, program);
            eprintln!("oxigo: --dump-ssa {}:{}: {missing}", w.0, w.1);
        }
    }
    for of_func in recorded.chunk_by(|a, b| a.func == b.func) {
        let mut page: Vec<(&'static str, String)> = Vec::new();
        for s in of_func {
            let text = if s.pass == "asm" { s.text.clone() } else { readable(program, &s.text) };
            if wanted.iter().any(|w| w.0 != "html" && Trace::matches(w, s.func, s.pass)) {
                match s.pass {
                    "asm" => print!("{}", visible(&text)),
                    _ => println!("# {} after {}\n{}", s.func, s.pass, visible(&text)),
                }
            }
            page.push((s.pass, text));
        }
        let func = of_func[0].func;
        if wanted.iter().any(|w| w.0 == "html" && Trace::matches(w, func, "html")) {
            let name: String =
                func.as_str().replace(|c: char| !c.is_alphanumeric() && c != '.' && c != '-', "_");
            let file = format!("{name}.html");
            let pos = program.funcs.iter().find(|f| f.name == func).map_or(Pos::NONE, |f| f.pos);
            // A page takes an older one's place: what is written does not end up where a link points.
            let _ = std::fs::remove_file(&file);
            std::fs::write(&file, html(func.as_str(), pos, &page))
                .map_err(|e| format!("cannot write {file}: {e}"))?;
            println!("dumped SSA for {func} to ./{file}");
        }
    }
    Ok(())
}

/// Why nothing was recorded.
fn missing(wanted: &(String, String), program: &Program) -> String {
    let name = wanted.1.trim_end_matches('*');
    if program.funcs.iter().any(|f| f.name.as_str() == name) {
        return "this function does not pass there".into();
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut like: Vec<&str> = program
        .funcs
        .iter()
        .map(|f| f.name.as_str())
        .filter(|f| f.rsplit('.').next() == Some(last))
        .collect();
    like.sort_unstable();
    like.truncate(8);
    match like.is_empty() {
        true => "the program has no such function".into(),
        false => format!("the program has no such function; it has {}", like.join(", ")),
    }
}

/// Replaces positions by lines, and appends names to the numbers of functions and data.
fn readable(program: &Program, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for line in text.lines() {
        // Words with a quote in front are names already.
        let mut rest = line;
        while let Some(at) = rest.find(|c: char| c == '@' || c.is_ascii_alphabetic() || c == '"') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with('"') {
                let end = rest[1..].find('"').map_or(rest.len(), |e| e + 2);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            let end = rest[1..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .map_or(rest.len(), |e| e + 1);
            let (word, tail) = rest.split_at(end);
            // `v1: f64` has a kind, no function.
            let kind = out.ends_with(": ");
            out.push_str(word);
            match (word.as_bytes()[0], word[1..].parse::<u32>()) {
                (b'@', Ok(pos)) => {
                    out.truncate(out.len() - word.len());
                    let _ = write!(out, "@{}", Pos(pos).position().line);
                }
                (b'f', Ok(n)) if !kind && (n as usize) < program.funcs.len() => {
                    let _ = write!(out, "<{}>", program.funcs[FuncId(n)].name);
                }
                (b'd', Ok(n)) if (n as usize) < program.datas.len() => {
                    let _ = write!(out, "<{}>", program.datas[DataId(n)].name);
                }
                _ => {}
            }
            rest = tail;
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

/// The function's lines in its file, with their numbers: up to the brace that closes its first line's indentation.
fn source(pos: Pos) -> String {
    let Some(file) = syntax::pos::file_of(pos) else { return String::new() };
    let (first, _) = file.line_col(pos.0 - file.base);
    let text = String::from_utf8_lossy(&file.text);
    let mut out = format!("{}\n", file.name);
    let mut indent = None;
    for (i, line) in text.lines().enumerate().skip(first as usize - 1).take(1000) {
        let _ = writeln!(out, "{:5}  {line}", i + 1);
        let blank = &line[..line.len() - line.trim_start().len()];
        let own = *indent.get_or_insert(blank);
        if i + 1 > first as usize && blank == own && line.trim_start().starts_with('}') {
            break;
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// One line with its values, blocks and lines marked for the script.
fn markup(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric() || c == '@' || c == '_') {
        out.push_str(&escape(&rest[..at]));
        rest = &rest[at..];
        let end =
            rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(rest.len(), |e| e + 1);
        let (word, tail) = rest.split_at(end);
        let number = word.len() > 1 && word[1..].bytes().all(|b| b.is_ascii_digit());
        match word.as_bytes()[0] {
            b'v' | b'b' | b'@' if number => {
                let class = word.replace('@', "l");
                let _ = write!(out, "<i class=\"{class}\">{word}</i>");
            }
            _ => out.push_str(&escape(word)),
        }
        rest = tail;
    }
    out + &escape(rest)
}

/// The page: a column for the source, one for each stage; what differs from the stage before is marked.
fn html(name: &str, pos: Pos, stages: &[(&'static str, String)]) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>{0}</title>\n<style>\n{STYLE}</style>\n<h1>{0}</h1>\n\
         <p>A click on a value, a block or a line number marks it everywhere; on a heading, folds the column. Bars at \
         the left stand beside lines that the pass before did not have.</p>\n<div id=\"all\">\n",
        escape(name)
    );
    let mut column = |title: &str, folded: bool, lines: &mut dyn Iterator<Item = (bool, String)>| {
        let class = if folded { " class=\"folded\"" } else { "" };
        let _ = write!(page, "<section{class}><h2>{title}</h2><pre>");
        for (new, line) in lines {
            let tag = if new { "b" } else { "s" };
            let _ = writeln!(page, "<{tag}>{line}</{tag}>");
        }
        page.push_str("</pre></section>\n");
    };
    let source = source(pos);
    column(
        "source",
        false,
        &mut source.lines().map(|l| {
            let number = l.trim_start().split(' ').next().filter(|n| n.parse::<u32>().is_ok());
            let line = match number {
                Some(n) => escape(l).replacen(n, &format!("<i class=\"l{n}\">{n}</i>"), 1),
                None => escape(l),
            };
            (false, line)
        }),
    );
    let mut before: Option<&str> = None;
    for (title, text) in stages {
        let assembly = matches!(*title, "machine" | "asm");
        let old: std::collections::HashSet<&str> =
            before.filter(|_| !assembly).map(|b| b.lines().collect()).unwrap_or_default();
        let same = before == Some(text);
        let title = if same { format!("{title} (no change)") } else { title.to_string() };
        column(&title, same, &mut text.lines().map(|l| (!old.is_empty() && !old.contains(l), markup(l))));
        before = Some(text);
    }
    page + "</div>\n<script>\n" + SCRIPT + "</script>\n"
}

const STYLE: &str = "\
body { font-family: sans-serif; font-size: 14px; }
#all { display: flex; align-items: flex-start; }
section { border: 1px solid #bbb; margin-right: 4px; min-width: 2em; }
h2 { font-size: 14px; margin: 0; padding: 4px; background: #eee; cursor: pointer; position: sticky; top: 0; }
.folded h2 { writing-mode: vertical-rl; }
.folded pre { display: none; }
pre { margin: 4px; font-size: 12px; line-height: 1.35; }
pre b, pre s { display: block; font-weight: normal; text-decoration: none; padding-left: 4px; height: 1.35em; }
pre b { border-left: 3px solid #4a90d9; padding-left: 1px; }
i { font-style: normal; cursor: pointer; }
i:hover { text-decoration: underline; }
";

const SCRIPT: &str = "\
const colours = ['#ffe08a', '#a8e6a1', '#9fd3ff', '#f7b2d9', '#d9c2ff', '#ffc29b', '#b7efe2', '#dcdcdc'];
const marked = new Map();
document.addEventListener('click', e => {
  if (e.target.tagName === 'H2') e.target.parentNode.classList.toggle('folded');
  if (e.target.tagName !== 'I') return;
  const name = e.target.className;
  let colour = '';
  if (marked.has(name)) marked.delete(name);
  else {
    colour = colours.find(c => ![...marked.values()].includes(c)) || colours[0];
    marked.set(name, colour);
  }
  for (const x of document.getElementsByClassName(name)) x.style.background = colour;
});
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        assert_eq!(request("gvn:main.f"), Ok(("gvn".into(), "main.f".into())));
        assert_eq!(request("html:a/b.(*T).M*").map(|r| r.1), Ok("a/b.(*T).M*".into()));
        assert!(request("main.f").is_err());
        assert!(request("nosuch:main.f").unwrap_err().contains("early-simplify, "));
    }

    #[test]
    fn pages_mark_values_and_changes() {
        let stages =
            [("build", "b0(v0):\n  v1 = add v0, v0 @3\n".into()), ("gvn", "b0(v0):\n  ret v0 @3\n".into())];
        let page = html("main.<f>", Pos::NONE, &stages);
        assert!(page.contains("<h1>main.&lt;f&gt;</h1>"));
        assert!(page.contains("<s><i class=\"b0\">b0</i>(<i class=\"v0\">v0</i>):</s>"));
        assert!(page.contains("<b>  ret <i class=\"v0\">v0</i> <i class=\"l3\">@3</i></b>"));
    }
}
