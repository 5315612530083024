//! What the file-driven test binaries share: the part of libtest's command line that nextest speaks, and running programs.
#![allow(dead_code, reason = "each test binary uses its part")]
use oxigo_driver::commands::{Target, runs_by_itself, starter, status, status_line};
use reflect::arch::Arch;
use std::{
    io::Read,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// A test: a name that begins with the GOARCH it runs on, and what to do.
pub struct Case {
    /// Name.
    pub name: String,
    /// The test; an error is its report.
    pub run: Box<dyn Fn() -> Result<(), String>>,
}

/// The main function of a file-driven test binary.
pub fn main(cases: Vec<Case>) -> ! {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|a| a == flag);
    if has("--list") {
        if !has("--ignored") {
            cases.iter().for_each(|c| println!("{}: test", c.name));
        }
        std::process::exit(0);
    }
    let filters: Vec<&String> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let wanted = |c: &Case| match (filters.is_empty(), has("--exact")) {
        (true, _) => true,
        (false, true) => filters.iter().any(|f| **f == c.name),
        (false, false) => filters.iter().any(|f| c.name.contains(f.as_str())),
    };
    let (mut passed, mut failed) = (0, 0);
    for case in cases.iter().filter(|c| wanted(c)) {
        match (case.run)() {
            Ok(()) => {
                println!("test {} ... ok", case.name);
                passed += 1;
            }
            Err(report) => {
                println!("test {} ... FAILED\n{report}", case.name);
                failed += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    std::process::exit((failed > 0) as i32)
}

/// How a program ended.
#[derive(Debug)]
pub struct Outcome {
    /// Standard output and standard error as they came.
    pub output: String,
    /// Exit status, or 128 + signal.
    pub status: i32,
    /// It was stopped after the time limit.
    pub timed_out: bool,
}

/// Sends a signal to a process, or to a group (`-ID`), by the shell's own `kill`: the smallest Debian has no other.
pub fn signal(name: &str, process: &str) -> bool {
    Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\"", name, process])
        .status()
        .is_ok_and(|s| s.success())
}

/// Runs a program with a time limit; both output streams end up in one text, as Go's test driver does it.
pub fn run(command: &mut Command, limit: Duration) -> Result<Outcome, String> {
    let (mut read, write) = std::io::pipe().map_err(|e| e.to_string())?;
    let copy = write.try_clone().map_err(|e| e.to_string())?;
    command.stdin(Stdio::null()).stdout(write).stderr(copy).process_group(0);
    let mut child = command.spawn().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut part = [0; 65536];
        while let Ok(n) = read.read(&mut part) {
            if n == 0 {
                break;
            }
            // A program that floods its output is cut off, not stored.
            if bytes.len() < 16 << 20 {
                bytes.extend_from_slice(&part[..n]);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let start = Instant::now();
    let mut timed_out = false;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            break status;
        }
        if start.elapsed() > limit && !timed_out {
            timed_out = true;
            let group = format!("-{}", child.id());
            signal("KILL", &group);
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    use std::os::unix::process::ExitStatusExt;
    let status = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    Ok(Outcome { output: reader.join().map_err(|_| "reader died")?, status, timed_out })
}

/// What programs are made for and run on here.
#[derive(Clone, Copy)]
pub struct Column(pub Target);

impl Column {
    /// All of them, this machine first.
    pub fn all() -> Vec<Column> {
        let mut columns: Vec<Column> = Target::all().map(Column).collect();
        columns.sort_by_key(|c| !c.is_native());
        columns
    }

    /// Its programs run without an emulator.
    pub fn is_native(self) -> bool {
        !self.0.is_bare() && self.0.arch.name == Arch::host().name
    }

    /// What cases' names begin with.
    pub fn prefix(self) -> String {
        format!("{}::{}", self.0.arch.name, self.0.os)
    }

    /// Whether the `i`-th case is its turn, when the emulated machines take every n-th case among themselves.
    pub fn has_turn(self, i: usize, n: usize) -> bool {
        let emulated: Vec<Column> = Column::all().into_iter().filter(|c| !c.is_native()).collect();
        let mine = emulated.iter().position(|c| c.prefix() == self.prefix());
        i.is_multiple_of(n) && mine == Some(i / n % emulated.len().max(1))
    }

    /// Each CI run has a part of the emulated machines' cases, however many machines there are: of every n-th case one
    /// machine's, for a start at the `i`-th.
    pub fn group(self, i: usize) -> &'static str {
        match self.is_native() {
            true => "",
            false if self.has_turn(i, SAMPLE) => "sample::",
            false => "rest::",
        }
    }

    /// Whether its programs can be built and run here; else the case is skipped, or fails with OXIGO_MATRIX=all.
    pub fn ready(self) -> bool {
        if self.is_native() {
            return true;
        }
        let out = oxigo().arg("targets").output().expect("the command runs");
        let text = String::from_utf8_lossy(&out.stdout);
        let own = self.0.to_string();
        let line = text.lines().find(|l| l.split(' ').next() == Some(own.as_str())).unwrap_or(own.as_str());
        let ready = line == own;
        assert!(ready || std::env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "{line}");
        if !ready {
            eprintln!("not run: {line}");
        }
        ready
    }

    /// `oxigo build` for the machine.
    pub fn build(self) -> Command {
        let mut command = oxigo();
        command.arg("build");
        if !self.is_native() {
            command.arg("--target").arg(self.0.to_string());
        }
        command
    }

    /// How long a build may take: an emulated machine's first one builds its runtime.
    pub fn build_limit(self) -> Duration {
        Duration::from_secs(if self.is_native() { 120 } else { 600 })
    }

    /// Runs what `start` gave, for at most as many seconds as a program may run here.
    pub fn run(self, command: &mut Command, seconds: u64) -> Result<Outcome, String> {
        let limit = Duration::from_secs(if self.is_native() { seconds } else { seconds * 4 });
        let line = status_line(command);
        let ran = run(command, limit)?;
        Ok(Outcome { status: status(&self.0, line.as_deref(), ran.status), ..ran })
    }

    /// The command that starts a program; `ready` has said that there is one.
    pub fn start(self, exe: &Path, args: &[String], env: &[(String, String)]) -> Command {
        starter(&self.0, exe, args, env, None).unwrap_or_else(|e| panic!("{}", e.1))
    }
}

impl Column {
    /// Whether it can have a network device.
    pub fn has_network(self) -> bool {
        oxigo_driver::runtime_lib::VIRTIO.iter().any(|(goarch, ..)| *goarch == self.0.arch.name)
    }

    /// The same on a machine with a network device.
    #[allow(dead_code, reason = "one of the tests does")]
    pub fn start_with_network(self, exe: &Path, ports: &str) -> Command {
        starter(&self.0, exe, &[], &[], Some(ports)).unwrap_or_else(|e| panic!("{}", e.1))
    }
}

/// Every n-th case is run on one of the emulated machines by each CI run.
const SAMPLE: usize = 7;

/// Lines of a file of `ci/conformance` that say something.
pub fn list(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ci/conformance").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).map(String::from).collect()
}

/// Cases that are impossible there (`ci/conformance/qemu.txt`): `TARGET CASE: WHY`; `*` means all targets but those whose programs this
/// machine runs by itself.
pub fn beyond_qemu(column: Column, case: &str, list: &[String]) -> bool {
    let own = [column.0.os, column.0.arch.name];
    let emulated = !runs_by_itself(&column.0);
    let names = |l: &String| {
        let (target, rest) = l.split_once(' ').unwrap_or_else(|| panic!("qemu.txt: {l:?}"));
        let (name, _) = rest.split_once(": ").unwrap_or_else(|| panic!("qemu.txt: no reason in {l:?}"));
        name == case && target.split('/').zip(own).all(|(part, own)| part == own || part == "*" && emulated)
    };
    !column.is_native() && list.iter().any(names)
}

/// The `oxigo` command under test. It has no cache: each test has the compiler's own checks look at all that it compiles, and none depends
/// on what ran before.
pub fn oxigo() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oxigo"));
    command.env("OXIGO_CACHE", "off");
    command
}

/// A folder for one test's files, removed when it is dropped.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// A new empty folder.
    pub fn new(name: &str) -> Scratch {
        let name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let dir = std::env::temp_dir().join(format!("oxigo-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).expect("the temporary folder is writable");
        Scratch(dir)
    }
    /// A path inside.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The files with this extension in a folder, sorted.
pub fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(dir)
        .map(|d| {
            d.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == extension)).collect()
        })
        .unwrap_or_default();
    out.sort();
    out
}

/// Where two texts differ first, for reports.
pub fn difference(expected: &str, got: &str) -> String {
    let (e, g): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), got.lines().collect());
    let at = e.iter().zip(&g).position(|(a, b)| a != b).unwrap_or(e.len().min(g.len()));
    let show =
        |lines: &[&str]| lines.iter().skip(at).take(12).map(|l| format!("    {l}\n")).collect::<String>();
    format!("first difference in line {}\n  expected:\n{}  got:\n{}", at + 1, show(&e), show(&g))
}
