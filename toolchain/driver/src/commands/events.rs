//! `oxigo test -json`: what a test program prints, as events in the form of `go test -json`. The program runs with
//! `-test.v=test2json`: it marks the lines of package testing with a byte of their own, which nothing else in a line begins with.

use std::io::Write;

use crate::json::quote;
use crate::time;

const MARK: u8 = 0x16;
/// Around what t.Error says.
const ERROR: u8 = 0x0f;
const ERROR_END: char = '\x0e';

/// Lines that begin a change, behind the mark: the action, and whether events tell it.
const CHANGES: &[(&str, &str)] = &[
    ("=== RUN   ", "run"),
    ("=== PAUSE ", "pause"),
    ("=== CONT  ", "cont"),
    ("=== NAME  ", ""),
    ("=== ATTR  ", "attr"),
];

/// Reports of a test's end, behind four blanks for each test around it.
const REPORTS: &[(&str, &str)] =
    &[("--- PASS: ", "pass"), ("--- FAIL: ", "fail"), ("--- SKIP: ", "skip"), ("--- BENCH: ", "bench")];

/// The events of one package.
pub(super) struct Events<W: Write> {
    out: W,
    package: String,
    /// The test that output is of.
    test: String,
    /// Tests whose end was told, but whose output may go on: action, name, seconds.
    ended: Vec<(&'static str, String, String)>,
    /// The lines of an error have not ended.
    in_error: bool,
    /// Bytes of a line that has not ended.
    open: Vec<u8>,
    /// Times are left out (in tests).
    timeless: bool,
}

impl<W: Write> Events<W> {
    pub(super) fn new(out: W, package: &str) -> Events<W> {
        let (package, test) = (package.to_string(), String::new());
        Events { out, package, test, ended: Vec::new(), in_error: false, open: Vec::new(), timeless: false }
    }

    /// An event with fields that are JSON already.
    fn event(&mut self, action: &str, test: &str, fields: &[(&str, String)]) {
        let time = if self.timeless { String::new() } else { format!("\"Time\":\"{}\",", time::now()) };
        let mut line = format!("{{{time}\"Action\":\"{action}\",\"Package\":{}", quote(&self.package));
        if !test.is_empty() {
            line += &format!(",\"Test\":{}", quote(test));
        }
        fields.iter().for_each(|(name, value)| line += &format!(",\"{name}\":{value}"));
        let _ = writeln!(self.out, "{line}}}");
    }

    pub(super) fn start(&mut self) {
        self.event("start", "", &[]);
    }

    /// Packages could not be built: what was said of each, and the line that tests end with.
    pub(super) fn build_failed(&mut self, said: &[(String, String)], line: &str) {
        for (import, text) in said {
            let import = quote(import);
            for text in text.split_inclusive('\n') {
                let text = if text.ends_with('\n') { text.to_string() } else { format!("{text}\n") };
                let fields = format!("\"Action\":\"build-output\",\"Output\":{}", quote(&text));
                let _ = writeln!(self.out, "{{\"ImportPath\":{import},{fields}}}");
            }
            let _ = writeln!(self.out, "{{\"ImportPath\":{import},\"Action\":\"build-fail\"}}");
        }
        self.start();
        self.output_of("frame", line);
        let last = said.last().map(|(import, _)| ("FailedBuild", quote(import)));
        let fields: Vec<_> = [("Elapsed", "0".to_string())].into_iter().chain(last).collect();
        self.event("fail", "", &fields);
    }

    /// A line of the command's own.
    pub(super) fn output(&mut self, text: &str) {
        self.output_of("", text);
    }

    /// A line of a kind.
    fn output_of(&mut self, kind: &str, text: &str) {
        let test = self.test.clone();
        let fields = [("Output", quote(text)), ("OutputType", quote(kind))];
        self.event("output", &test, if kind.is_empty() { &fields[..1] } else { &fields });
    }

    /// What the program printed.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.open.extend_from_slice(bytes);
        while let Some(end) = self.open.iter().position(|&b| b == b'\n') {
            let rest = self.open.split_off(end + 1);
            let line = std::mem::replace(&mut self.open, rest);
            self.line(&line);
        }
    }

    /// The program has ended: what remains is told, then how the package ended.
    pub(super) fn end(&mut self, line: &str, action: &str, seconds: f64) {
        let open = std::mem::take(&mut self.open);
        if !open.is_empty() {
            self.line(&open);
        }
        self.flush(0);
        self.test.clear();
        self.output_of(if action == "fail" { "frame" } else { "" }, line);
        self.event(action, "", &[("Elapsed", number(seconds))]);
    }

    /// Tells the ends of tests that are this deep or deeper, the innermost first.
    fn flush(&mut self, depth: usize) {
        while self.ended.len() > depth {
            if let Some((action, name, seconds)) = self.ended.pop() {
                self.event(action, &name, &[("Elapsed", seconds)]);
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        // What stands in front of a mark is output without an end of line.
        if let Some(at) = line.iter().position(|&b| b == MARK || b == ERROR).filter(|&at| at > 0) {
            self.output(&String::from_utf8_lossy(&line[..at]));
            return self.line(&line[at..]);
        }
        let text = String::from_utf8_lossy(line.get(1..).unwrap_or_default());
        match line[0] {
            MARK => self.marked(&text),
            ERROR => {
                self.in_error = true;
                self.error("error", &text);
            }
            _ if self.in_error => self.error("error-continue", &String::from_utf8_lossy(line)),
            _ => self.output(&String::from_utf8_lossy(line)),
        }
    }

    fn error(&mut self, kind: &str, text: &str) {
        self.in_error = !text.contains(ERROR_END);
        self.output_of(kind, &text.replace(ERROR_END, ""));
    }

    fn marked(&mut self, text: &str) {
        let body = text.trim_start_matches(' ');
        let depth = (text.len() - body.len()) / 4;
        if let Some((prefix, action)) = REPORTS.iter().find(|r| body.starts_with(r.0)) {
            let rest = body[prefix.len()..].trim_end();
            let (name, took) = rest.rsplit_once(" (").unwrap_or((rest, "0.00s)"));
            let seconds = took.trim_end_matches("s)").parse().unwrap_or(0.0);
            // A report on the outside ends those on the inside.
            self.flush(depth);
            self.test = name.to_string();
            self.output_of("frame", text);
            self.ended.push((action, name.to_string(), number(seconds)));
            return;
        }
        self.flush(0);
        let Some((prefix, action)) = CHANGES.iter().find(|c| body.starts_with(c.0)) else {
            // How all of it ended.
            self.test.clear();
            return self.output_of("frame", text);
        };
        let rest = body[prefix.len()..].trim_end();
        let (name, pair) =
            if *action == "attr" { rest.split_once(' ').unwrap_or((rest, "")) } else { (rest, "") };
        self.test = name.to_string();
        if action.is_empty() {
            // Only whose output follows: the line itself is nobody's.
            return;
        }
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let fields = [("Key", quote(key)), ("Value", quote(value))];
        // The line that tells of a pause is the last before it.
        if *action == "pause" {
            self.output_of("frame", text);
        }
        self.event(action, name, if pair.is_empty() { &[] } else { &fields });
        if *action != "pause" {
            self.output_of("frame", text);
        }
    }
}

/// Seconds as JSON has them: no zeros behind the point that say nothing.
fn number(seconds: f64) -> String {
    let text = format!("{seconds:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text as package testing of Go 1.27 writes it, and the events that Go's own converter makes of it.
    #[test]
    fn nested_tests() {
        let mut out = Vec::new();
        let mut events = Events::new(&mut out, "m/p");
        events.timeless = true;
        events.start();
        events.write(
            b"\x16=== RUN   TestA\n\x16=== RUN   TestA/x\nsaid\x16=== PAUSE TestA/x\n\x16=== NAME  TestA\nmo",
        );
        events.write(b"re <\n\x16=== ATTR  TestA k v w\n\x16=== CONT  TestA/x\n    why\n\x16--- SKIP: TestA/x (0.00s)\n");
        events.write(
            b"\x16=== NAME  TestA\npar\x0f    a.go:1: no\n        more\x0e\n\x16--- FAIL: TestA (0.25s)\n",
        );
        events.write(b"\x16=== NAME  \n\x16FAIL\n");
        events.end("FAIL\tm/p\t0.300s\n", "fail", 0.3);
        let want = r#"{"Action":"start","Package":"m/p"}
{"Action":"run","Package":"m/p","Test":"TestA"}
{"Action":"output","Package":"m/p","Test":"TestA","Output":"=== RUN   TestA\n","OutputType":"frame"}
{"Action":"run","Package":"m/p","Test":"TestA/x"}
{"Action":"output","Package":"m/p","Test":"TestA/x","Output":"=== RUN   TestA/x\n","OutputType":"frame"}
{"Action":"output","Package":"m/p","Test":"TestA/x","Output":"said"}
{"Action":"output","Package":"m/p","Test":"TestA/x","Output":"=== PAUSE TestA/x\n","OutputType":"frame"}
{"Action":"pause","Package":"m/p","Test":"TestA/x"}
{"Action":"output","Package":"m/p","Test":"TestA","Output":"more \u003c\n"}
{"Action":"attr","Package":"m/p","Test":"TestA","Key":"k","Value":"v w"}
{"Action":"output","Package":"m/p","Test":"TestA","Output":"=== ATTR  TestA k v w\n","OutputType":"frame"}
{"Action":"cont","Package":"m/p","Test":"TestA/x"}
{"Action":"output","Package":"m/p","Test":"TestA/x","Output":"=== CONT  TestA/x\n","OutputType":"frame"}
{"Action":"output","Package":"m/p","Test":"TestA/x","Output":"    why\n"}
{"Action":"output","Package":"m/p","Test":"TestA/x","Output":"--- SKIP: TestA/x (0.00s)\n","OutputType":"frame"}
{"Action":"skip","Package":"m/p","Test":"TestA/x","Elapsed":0}
{"Action":"output","Package":"m/p","Test":"TestA","Output":"par"}
{"Action":"output","Package":"m/p","Test":"TestA","Output":"    a.go:1: no\n","OutputType":"error"}
{"Action":"output","Package":"m/p","Test":"TestA","Output":"        more\n","OutputType":"error-continue"}
{"Action":"output","Package":"m/p","Test":"TestA","Output":"--- FAIL: TestA (0.25s)\n","OutputType":"frame"}
{"Action":"fail","Package":"m/p","Test":"TestA","Elapsed":0.25}
{"Action":"output","Package":"m/p","Output":"FAIL\n","OutputType":"frame"}
{"Action":"output","Package":"m/p","Output":"FAIL\tm/p\t0.300s\n","OutputType":"frame"}
{"Action":"fail","Package":"m/p","Elapsed":0.3}
"#;
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }
}
