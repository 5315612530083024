//! What a terminal shows beyond Go's text: colours, the line that an error is about, what a long build is at.
#![cfg(target_os = "linux")]

mod support;

use std::process::Command;

use support::{Scratch, oxigo};

const FAULTY: &str = "package main\n\nfunc main() {\n\tprintln(\"\u{202e}\", nothing)\n}\n";

/// What `script`, which gives a command a terminal, was shown by it. `None`: there is no `script` here.
fn shown(dir: &Scratch, args: &str, env: &[(&str, &str)]) -> Option<String> {
    let oxigo = oxigo().get_program().to_string_lossy().into_owned();
    let mut command = Command::new("script");
    command.args(["-qefc", &format!("'{oxigo}' {args}"), "/dev/null"]).current_dir(&dir.0);
    command.env_remove("NO_COLOR").env("TERM", "xterm").envs(env.iter().copied());
    Some(String::from_utf8_lossy(&command.output().ok()?.stdout).into_owned())
}

#[test]
fn errors_on_terminals_and_in_pipes() {
    let dir = Scratch::new("terminal");
    std::fs::write(dir.path("a.go"), FAULTY).unwrap();
    let gos = "# command-line-arguments\n./a.go:4:17: undefined: nothing\n";
    let piped = oxigo().args(["build", "a.go"]).current_dir(&dir.0).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&piped.stderr), gos);
    let Some(plain) = shown(&dir, "build a.go", &[("NO_COLOR", "1")]) else { return };
    let line = "4 | \tprintln(\"\\u202e\", nothing)\n  | \t                  ^\n";
    assert_eq!(plain.replace('\r', ""), format!("{gos}{line}"));
    let coloured = shown(&dir, "build a.go", &[]).unwrap();
    assert!(
        coloured.contains("\x1b[1m./a.go:4:17: \x1b[0m\x1b[31mundefined: nothing\x1b[0m"),
        "{coloured:?}"
    );
    assert_eq!(shown(&dir, "build a.go", &[("TERM", "dumb")]).unwrap().replace('\r', ""), gos);
}

#[test]
fn long_builds_tell_what_they_are_at() {
    let dir = Scratch::new("terminal-build");
    let program = "package main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\"\", nil) }\n";
    std::fs::write(dir.path("a.go"), program).unwrap();
    let Some(text) = shown(&dir, "build a.go", &[]) else { return };
    // A machine may be so fast that there is nothing to tell; what is told is wiped out.
    let said = text.contains("oxigo: compiling (") || text.is_empty();
    assert!(said && (text.is_empty() || text.ends_with("\x1b[2K")), "{text:?}");
    let piped = oxigo().args(["build", "a.go"]).current_dir(&dir.0).output().unwrap();
    assert!(piped.status.success() && piped.stderr.is_empty() && piped.stdout.is_empty());
}
