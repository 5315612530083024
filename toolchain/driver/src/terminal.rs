//! What only a terminal shows: what a long build is at, and errors with the lines that they are about. In a pipe or a file nothing of this
//! stands: there, errors are Go's text.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::visible;

/// Shorter builds say nothing.
const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(200);

/// Is standard error a terminal that can move its cursor?
fn is_terminal() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
}

/// Colours are wanted (<https://no-color.org>).
fn has_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// A line that tells what is done, while it is done and after some patience.
pub struct Line {
    ended: Option<Sender<()>>,
    shows: Option<JoinHandle<()>>,
}

impl Line {
    /// `start`: since when the user waits.
    pub fn new(what: &'static str, start: Instant) -> Line {
        let (ended, end) = mpsc::channel::<()>();
        let show = move || {
            // What is printed at once has the line for itself.
            let wait = PATIENCE.saturating_sub(start.elapsed()).max(TICK);
            if end.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let style = ProgressStyle::with_template("oxigo: {msg} ({elapsed})").expect("it is one");
            let bar = ProgressBar::new_spinner().with_style(style).with_message(what);
            let bar = bar.with_elapsed(start.elapsed());
            bar.enable_steady_tick(TICK);
            let _ = end.recv();
            bar.finish_and_clear();
        };
        let shows = is_terminal().then(|| std::thread::Builder::new().spawn(show).ok()).flatten();
        Line { ended: Some(ended), shows }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.ended = None;
        if let Some(thread) = self.shows.take() {
            let _ = thread.join();
        }
    }
}

/// Prints what is wrong, on standard error.
pub fn tell(text: &str) {
    match is_terminal() {
        true => eprint!("{}", with_lines(text, has_colours())),
        false => eprint!("{}", visible(text)),
    }
}

/// Longer lines of sources are not shown: their marks would be beside what they mean.
const LONGEST: usize = 200;

/// Errors, each with its line under it and a mark where it is.
fn with_lines(text: &str, colours: bool) -> String {
    let paint = |text: &str, code: &str| match colours {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_string(),
    };
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(place) = Place::of(line) else {
            let heading = line.starts_with("# ");
            let line = visible(line);
            let _ = writeln!(out, "{}", if heading { paint(&line, "1") } else { line.into() });
            continue;
        };
        let (at, said) = line.split_at(place.end);
        let _ = writeln!(out, "{}{}", paint(&visible(at), "1"), paint(&visible(said), "31"));
        while let Some(more) = lines.next_if(|l| l.starts_with('\t')) {
            let _ = writeln!(out, "{}", visible(more));
        }
        if let Some((source, mark)) = place.line() {
            let number = place.line.to_string();
            let _ = writeln!(out, "{} {source}", paint(&format!("{number} |"), "34"));
            if let Some(mark) = mark {
                let bar = format!("{:1$} |", "", number.len());
                let _ = writeln!(out, "{} {mark}{}", paint(&bar, "34"), paint("^", "1;31"));
            }
        }
    }
    out
}

/// Where an error is: `file:line:column: ` or `file:line: `, up to `end`.
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: Option<usize>,
    end: usize,
}

impl<'a> Place<'a> {
    fn of(text: &'a str) -> Option<Place<'a>> {
        let dot = [".go:", ".s:"].iter().find_map(|e| text.find(e).map(|at| at + e.len()))?;
        let head = &text[dot..][..text[dot..].find(": ")?];
        let (line, column) = head.split_once(':').map_or((head, None), |(line, column)| (line, Some(column)));
        Some(Place {
            file: &text[..dot - 1],
            line: line.parse().ok()?,
            column: column.map(|c| c.parse()).transpose().ok()?,
            end: dot + head.len() + 2,
        })
    }

    /// The line as it stands in the file, and what is before the mark under it.
    fn line(&self) -> Option<(String, Option<String>)> {
        // A name from a `//line` may be of anything.
        let text =
            std::fs::metadata(self.file).is_ok_and(|m| m.is_file()).then(|| std::fs::read(self.file))?;
        let text = text.ok()?;
        let line = text.split(|&b| b == b'\n').nth(self.line.checked_sub(1)?)?;
        let line = std::str::from_utf8(line).ok()?.trim_end();
        if line.is_empty() || line.len() > LONGEST {
            return None;
        }
        let before = self.column.and_then(|c| line.get(..c.checked_sub(1)?));
        let blank = |c: char| if c == '\t' { c } else { ' ' };
        Some((visible(line).into(), before.map(|b| visible(b).chars().map(blank).collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn errors_with_their_lines() {
        let scratch = Scratch::new("test", false).unwrap();
        let file = scratch.path().join("a.go");
        std::fs::write(&file, "package a\n\n\tvar é\x1b[2J = x // é\n").unwrap();
        let file = file.display();
        let errors = format!(
            "# a\n{file}:3:15: undefined: x\n\thave ()\n{file}:9:1: far\n{file}:3: no column\nnone.go:1:1: e\nother: \x1b\n"
        );
        let plain = format!(
            "# a\n{file}:3:15: undefined: x\n\thave ()\n3 | \tvar é\\x1b[2J = x // é\n  | \t               ^\n{file}:9:1: far\n\
             {file}:3: no column\n3 | \tvar é\\x1b[2J = x // é\nnone.go:1:1: e\nother: \\x1b\n"
        );
        assert_eq!(with_lines(&errors, false), plain);
        let coloured = with_lines(&errors, true);
        let start = format!(
            "\x1b[1m# a\x1b[0m\n\x1b[1m{file}:3:15: \x1b[0m\x1b[31mundefined: x\x1b[0m\n\thave ()\n\x1b[34m3 |\x1b[0m"
        );
        assert!(coloured.starts_with(&start), "{coloured:?}");
        assert!(coloured.ends_with("other: \\x1b\n"));
    }
}
