//! Vet's checks before tests: `go vet` of the installed Go, side by side with compiling, one call for all packages of the library
//! and one for all others. Where there is no Go, or it cannot tell (a package that it cannot load or compile, a target that is none of its own),
//! nothing is said: what is wrong with a package is then the compiler's to say.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::forward;
use super::target::Target;
use crate::cli::{Checks, Invocation};
use crate::json;
use crate::load::{Config, Place};

/// What vet says of a package or of the package of its external tests, `NAME_test`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub path: String,
    /// `file:line:column: text`, a line each.
    pub text: String,
}

/// What vet says, which may come later.
pub(super) struct Vet(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    units: Vec<Unit>,
    /// Packages of which all was said; and whether that is so of all.
    known: HashSet<String>,
    ended: bool,
    /// The command that runs.
    child: Option<Child>,
    /// Nobody waits any longer.
    dropped: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Vet {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.dropped = true;
        if let Some(child) = &mut state.child {
            let _ = child.kill();
        }
    }
}

impl Vet {
    /// Begins to check packages.
    pub(super) fn start(i: &Invocation, config: &Config, target: &Target, places: &[Place]) -> Vet {
        let shared = Arc::new(Shared::default());
        let calls = match i.options.dry_run || target.is_bare() || !config.dir_packages.is_empty() {
            true => Vec::new(),
            false => calls(i, target, places),
        };
        let cwd = config.cwd.clone();
        let (own, shown) = (shared.clone(), i.options.commands);
        std::thread::spawn(move || {
            for call in calls {
                call.run(&own, &cwd, shown);
            }
            own.state().ended = true;
            own.changed.notify_all();
        });
        Vet(shared)
    }

    /// What the command that started us writes to our standard input with [`Vet::write`].
    pub(super) fn of_parent() -> Vet {
        let shared = Arc::new(Shared::default());
        let own = shared.clone();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = std::io::stdin().read_to_string(&mut text);
            let mut state = own.state();
            for line in text.split_inclusive('\n') {
                match (line.strip_prefix('\t'), state.units.last_mut()) {
                    (Some(line), Some(unit)) => unit.text += line,
                    _ => state.units.push(Unit { path: line.trim_end().into(), text: String::new() }),
                }
            }
            state.ended = true;
            own.changed.notify_all();
        });
        Vet(shared)
    }

    /// Tells another process what is said of a package.
    pub(super) fn write(&self, path: &str, mut to: impl Write) {
        for unit in self.of(path) {
            let lines: String = unit.text.split_inclusive('\n').map(|l| format!("\t{l}")).collect();
            // Who does not read it any longer has failed already.
            let _ = to.write_all(format!("{}\n{lines}", unit.path).as_bytes());
        }
    }

    /// Waits for what is said of a package and of that of its external tests.
    pub(super) fn of(&self, path: &str) -> Vec<Unit> {
        let mut state = self.0.state();
        while !state.ended && !state.known.contains(path) {
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let is_of = |unit: &&Unit| unit.path == path || unit.path.strip_suffix("_test") == Some(path);
        let mut units: Vec<Unit> = state.units.iter().filter(is_of).cloned().collect();
        units.sort_by_key(|u| u.path.len());
        units
    }
}

/// A call of `go vet`.
struct Call {
    flags: Vec<String>,
    /// Import paths, or files.
    targets: Vec<String>,
    env: [(&'static str, String); 4],
}

fn calls(i: &Invocation, target: &Target, places: &[Place]) -> Vec<Call> {
    let o = &i.options;
    let env = [
        ("GOOS", target.os.to_string()),
        ("GOARCH", target.arch.name.to_string()),
        ("CGO_ENABLED", "0".into()),
        ("GOPROXY", "off".into()),
    ];
    let call = |std: bool| -> Option<Call> {
        let checks: &Checks = &o.test.vet;
        let mut flags = checks.flags(std)?;
        flags.push("-json".into());
        flags.extend((!o.tags.is_empty()).then(|| format!("-tags={}", o.tags.join(","))));
        flags.extend(o.modules.mode.as_ref().map(|m| format!("-mod={m}")));
        flags.extend(o.modules.file.as_ref().map(|f| format!("-modfile={}", f.display())));
        flags.extend((o.jobs > 0).then(|| format!("-p={}", o.jobs)));
        let targets: Vec<String> = match places {
            [one] if one.files.is_some() && !std => i.targets.clone(),
            _ => places.iter().filter(|p| p.std == std).map(|p| p.path.clone()).collect(),
        };
        // What begins like a flag is no import path.
        let targets: Vec<String> = targets.into_iter().filter(|t| !t.starts_with('-')).collect();
        (!targets.is_empty()).then_some(Call { flags, targets, env: env.clone() })
    };
    [false, true].into_iter().filter_map(call).collect()
}

impl Call {
    /// Makes the call, and if nothing can be said since one of several packages cannot be loaded, one for each.
    fn run(&self, shared: &Shared, cwd: &Path, shown: bool) {
        let said = self.of(shared, &self.targets, cwd, shown);
        if said || self.targets.len() == 1 || self.targets.iter().any(|t| t.ends_with(".go")) {
            return;
        }
        for target in &self.targets {
            self.of(shared, std::slice::from_ref(target), cwd, shown);
            shared.state().known.insert(target.clone());
            shared.changed.notify_all();
        }
    }

    /// One call; whether anything was said.
    fn of(&self, shared: &Shared, targets: &[String], cwd: &Path, shown: bool) -> bool {
        let args: Vec<&str> =
            ["vet"].into_iter().chain(self.flags.iter().chain(targets).map(String::as_str)).collect();
        let Ok(mut command) = forward::command(&args) else { return true };
        command.envs(self.env.iter().map(|(k, v)| (k, v))).current_dir(cwd).env("PWD", cwd);
        if shown {
            eprintln!("{}", line(&command));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut output = {
            let mut state = shared.state();
            if state.dropped {
                return true;
            }
            let Ok(mut child) = command.spawn() else { return true };
            let output = child.stdout.take();
            state.child = Some(child);
            output.expect("it is piped")
        };
        let mut text = String::new();
        let _ = output.read_to_string(&mut text);
        let mut state = shared.state();
        let status = state.child.take().map(|mut child| child.wait());
        state.units.extend(units(&text, cwd));
        !text.is_empty() || status.is_some_and(|s| s.is_ok_and(|s| s.success()))
    }
}

/// A command as `-x` shows it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|w| w.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// What `go vet -json` says: an object for each package, with lists of findings by the checks' names.
fn units(text: &str, cwd: &Path) -> Vec<Unit> {
    let mut out = Vec::new();
    for value in json::values(text) {
        for (path, checks) in value.fields() {
            let findings = checks.fields().iter().flat_map(|(_, list)| list.items());
            let lines: String = findings
                .filter_map(|f| {
                    let message = f.field("message")?.text()?;
                    Some(format!("{}: {message}\n", place(f.field("posn")?.text()?, cwd)))
                })
                .collect();
            if !lines.is_empty() {
                out.push(Unit { path: path.clone(), text: lines });
            }
        }
    }
    out
}

/// `file:line:column` with the file's name as errors have it.
fn place(posn: &str, cwd: &Path) -> String {
    let mut parts = posn.rsplitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(column), Some(line), Some(file)) => {
            format!("{}:{line}:{column}", crate::load::display(cwd, Path::new(file)))
        }
        _ => posn.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings() {
        let text = r#"{}
{
	"m/p": {
		"printf": [
			{"posn": "/w/p/p.go:5:3", "end": "/w/p/p.go:5:4", "message": "bad <x>"},
			{"posn": "/w/a.go:7:1", "message": "worse", "suggested_fixes": [{"message": "no", "edits": []}]}
		],
		"tests": {"error": "none"}
	}
}
{"m/q_test": {"tests": [{"posn": "/else/q.go:1:2", "message": "q"}]}}
"#;
        let unit = |path: &str, text: &str| Unit { path: path.into(), text: text.into() };
        let want = [
            unit("m/p", "p/p.go:5:3: bad <x>\n./a.go:7:1: worse\n"),
            unit("m/q_test", "/else/q.go:1:2: q\n"),
        ];
        assert_eq!(units(text, Path::new("/w")), want);
    }
}
