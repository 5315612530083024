//! Programs without an operating system, and who is outside of their machine: `tests/boards/served.go` serves this program through a
//! port that qemu forwards, and fetches from it; `console.go` reads what this one writes; `oxigo test` runs the tests of `tested`. `device` uses
//! devices, by the package `oxigo/machine`; `busy` is a server under load, and its client; `cores.go` runs on machines with several cores.
mod support;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{Case, Column, Scratch};

/// Requests of one connection.
const REQUESTS: usize = 100;
/// Of a busy client, as it is told.
const BUSY_REQUESTS: &str = "10000";

/// Machines that have all there is: guard pages below the runtime's stacks, and whose network is put under load.
const FIRST: [&str; 3] = ["amd64", "arm64", "riscv64"];

type Test = fn(Column) -> Result<(), String>;

fn main() {
    let tests: [(&str, Test); 8] = [
        ("network::rest::served", |c| built(c, "served.go", served)),
        ("network::rest::busy", |c| built(c, "busy/machine.go", busy)),
        ("console::rest::read", |c| built(c, "console.go", read)),
        ("console::rest::tested", tested),
        ("devices::rest::device", device),
        ("cores::rest::parallel", |c| built(c, "cores.go", parallel)),
        ("cores::rest::stress", |c| built(c, "cores.go", stress)),
        ("cores::rest::ends", |c| built(c, "cores.go", ends)),
    ];
    let columns = Column::all().into_iter().filter(|c| c.0.is_bare());
    // Programs reach devices where the runtime does.
    let has = |c: Column, name: &str| match name {
        "network::rest::busy" => FIRST.contains(&c.0.arch.name),
        name if name.starts_with("cores") => oxigo_driver::runtime_lib::CORES.contains(&c.0.arch.name),
        name => name.starts_with("console") || c.has_network(),
    };
    let cases = columns.flat_map(|c| {
        tests.into_iter().filter(move |t| has(c, t.0)).map(move |(name, test)| Case {
            name: format!("{}::{name}", c.prefix()),
            run: Box::new(move || if c.ready() { test(c) } else { Ok(()) }),
        })
    });
    support::main(cases.collect())
}

/// A machine, which ends with the test.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A connection to the program, which serves one request after another.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn new(port: u16) -> Result<Connection, String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())?;
        stream.set_read_timeout(Some(Duration::from_secs(120))).map_err(|e| e.to_string())?;
        Ok(Connection(BufReader::new(stream)))
    }

    /// The answer's body.
    fn ask(&mut self, path: &str, body: &[u8]) -> Result<String, String> {
        self.try_ask(path, body).map_err(|e| format!("{path}: {e}"))
    }

    fn try_ask(&mut self, path: &str, body: &[u8]) -> std::io::Result<String> {
        let method = if body.is_empty() { "GET" } else { "POST" };
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: guest\r\nContent-Length: {}\r\n\r\n", body.len());
        self.0.get_mut().write_all(head.as_bytes())?;
        self.0.get_mut().write_all(body)?;
        let (mut status, mut length, mut chunked) = (String::new(), 0, false);
        self.0.read_line(&mut status)?;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            length = line.strip_prefix("content-length: ").and_then(|n| n.parse().ok()).unwrap_or(length);
            chunked |= line == "transfer-encoding: chunked";
        }
        let mut text = Vec::new();
        while chunked || text.is_empty() {
            if chunked {
                length = usize::from_str_radix(&self.line()?, 16).map_err(std::io::Error::other)?;
            }
            let from = text.len();
            text.resize(from + length, 0);
            self.0.read_exact(&mut text[from..])?;
            if chunked {
                self.line()?;
            }
            if length == 0 || !chunked {
                break;
            }
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        if status.starts_with("HTTP/1.1 200") { Ok(text) } else { Ok(format!("{status}{text}")) }
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        Ok(line.trim_end().to_string())
    }
}

/// Answers one request; its first line.
fn answer(server: TcpListener) -> std::io::Result<String> {
    let mut stream = BufReader::new(server.accept()?.0);
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let mut line = String::new();
    while stream.read_line(&mut line)? > 2 {
        line.clear();
    }
    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhost")?;
    Ok(first.trim_end().to_string())
}

/// Builds a test's program, a file of `tests/boards`, and hands it on.
fn built(column: Column, source: &str, test: fn(Column, &Path) -> Result<(), String>) -> Result<(), String> {
    let scratch = Scratch::new(source);
    let exe = scratch.path("a.out");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boards").join(source);
    let built = support::run(column.build().arg("-o").arg(&exe).arg(source), column.build_limit())?;
    if built.status != 0 {
        return Err(built.output);
    }
    test(column, &exe)
}

/// Tests run in the machine: with their flags, with the package's files where they begin, and their status and output come here.
fn tested(column: Column) -> Result<(), String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boards/tested");
    let run = |flags: &[&str], status: i32, wanted: &[&str], unwanted: &str| {
        let mut command = support::oxigo();
        command.arg("test").arg(format!("--target={}", column.0)).args(flags).current_dir(&package);
        let outcome = support::run(&mut command, column.build_limit())?;
        let said = |want: &&&str| outcome.output.contains(**want);
        match (outcome.status == status, wanted.iter().find(|w| !said(w)), said(&&unwanted)) {
            (true, None, false) => Ok(()),
            _ => Err(format!("{flags:?}: status {}: {}", outcome.status, outcome.output)),
        }
    };
    run(
        &["-v", "-run=Files|Word|Pipe|Example", "-bench=.", "-benchtime=10x", "-args", "-word=two words"],
        0,
        &[
            "--- PASS: TestFiles",
            "--- PASS: TestWord",
            "--- PASS: TestPipe",
            "--- PASS: Example",
            "BenchmarkLoop",
            "\nok  \t",
        ],
        "TestFails",
    )?;
    run(
        &["-run=Fails"],
        1,
        &["--- FAIL: TestFails", "wrong by 7", "exit status 1\nFAIL\texample.com/tested"],
        "TestFiles",
    )?;
    run(&["-run=Panics"], 1, &["panic: enough", "exit status 2\nFAIL\texample.com/tested"], "TestFiles")
}

/// Devices by their registers and interrupts. A program for a system is refused.
fn device(column: Column) -> Result<(), String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boards/device");
    let scratch = Scratch::new("device");
    let exe = scratch.path("a.out");
    let build = |mut command: Command| {
        support::run(command.arg("-o").arg(&exe).current_dir(&package), column.build_limit())
    };
    let mut hosted = support::oxigo();
    hosted.arg("build").arg(format!("--target=linux/{}", column.0.arch.name));
    let refused = build(hosted)?;
    if refused.status != 1 || !refused.output.contains("oxigo/machine is for machines without") {
        return Err(refused.output);
    }
    let built = build(column.build())?;
    if built.status != 0 {
        return Err(built.output);
    }
    if FIRST.contains(&column.0.arch.name) {
        for (stack, said) in
            [("runtime", "the runtime's own stack"), ("interrupt", "the stack of exceptions")]
        {
            let ran = column.run(&mut column.start(&exe, &[stack.into()], &[]), 60)?;
            if ran.status != 2 || !ran.output.starts_with(&format!("fatal error: {said}")) {
                return Err(format!("overflow of {stack}: status {}: {}", ran.status, ran.output));
            }
        }
    }
    let ran = column.run(&mut column.start(&exe, &[], &[]), 60)?;
    match (ran.status, ran.output.as_str()) {
        (0, "calendar\ninterrupt\nrefused\nstorm\ndone\n") => Ok(()),
        _ => Err(format!("status {}: {}", ran.status, ran.output)),
    }
}

/// What the program says while nobody writes, and then.
fn read(column: Column, exe: &Path) -> Result<(), String> {
    let mut start = column.start(exe, &[], &[]);
    let line = oxigo_driver::commands::status_line(&start);
    let child = start.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
    let mut machine = Machine(child);
    let mut input = machine.0.stdin.take().ok_or("no console")?;
    let mut console = BufReader::new(machine.0.stdout.take().ok_or("no console")?);
    let mut expect = |want: &str| -> Result<(), String> {
        let mut line = String::new();
        console.read_line(&mut line).map_err(|e| e.to_string())?;
        if line.trim_end() == want { Ok(()) } else { Err(format!("{line:?}, not {want:?}")) }
    };
    for i in 0..5 {
        expect(&format!("tick {i}"))?;
    }
    for (line, want) in [("one", "read one"), ("two", "read two"), ("end", "bye")] {
        writeln!(input, "{line}").map_err(|e| e.to_string())?;
        expect(want)?;
    }
    match ended(column, machine, line.as_deref())? {
        0 => Ok(()),
        n => Err(format!("status {n}")),
    }
}

/// A port that is free now.
fn free() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
    Ok(listener.map_err(|e| e.to_string())?.port())
}

/// Starts a machine with a network, and waits until its program is ready: the machine, its console, and what its status is known by.
#[allow(clippy::type_complexity, reason = "used at once")]
fn started(
    column: Column,
    exe: &Path,
    ports: &str,
) -> Result<(Machine, BufReader<std::process::ChildStdout>, Option<std::path::PathBuf>), String> {
    let mut start: Command = column.start_with_network(exe, ports);
    let line = oxigo_driver::commands::status_line(&start);
    let child = start.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
    let mut machine = Machine(child);
    let mut console = BufReader::new(machine.0.stdout.take().ok_or("no console")?);
    let mut said = String::new();
    while !said.starts_with("ready") {
        said.clear();
        if console.read_line(&mut said).map_err(|e| e.to_string())? == 0 {
            return Err("it ended before it was ready".into());
        }
    }
    Ok((machine, console, line))
}

/// The machine's status, after all that its console says.
fn ended(column: Column, mut machine: Machine, line: Option<&Path>) -> Result<i32, String> {
    let status = machine.0.wait().map_err(|e| e.to_string())?.code().unwrap_or(-1);
    Ok(oxigo_driver::commands::status(&column.0, line, status))
}

/// 10,000 requests of a program here, `client.go`.
fn busy(column: Column, exe: &Path) -> Result<(), String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boards/busy/client.go");
    let scratch = Scratch::new("client");
    let client = scratch.path("client");
    let built = support::run(
        support::oxigo().arg("build").arg("-o").arg(&client).arg(here),
        Duration::from_secs(120),
    )?;
    if built.status != 0 {
        return Err(built.output);
    }
    let (plain, secret) = (free()?, free()?);
    let (machine, mut console, line) = started(column, exe, &format!("{plain}:8080,{secret}:8443"))?;
    let ports = [plain.to_string(), secret.to_string()];
    let asked = support::run(Command::new(client).args(ports).arg(BUSY_REQUESTS), Duration::from_secs(300))?;
    if asked.status != 0 {
        return Err(asked.output);
    }
    let mut rest = String::new();
    console.read_to_string(&mut rest).map_err(|e| e.to_string())?;
    match ended(column, machine, line.as_deref())? {
        0 => Ok(()),
        status => Err(format!("status {status}: {rest}")),
    }
}

fn served(column: Column, exe: &Path) -> Result<(), String> {
    let free = free()?;
    let (machine, mut console, line) = started(column, exe, &format!("{free}:8080"))?;
    let mut c = Connection::new(free)?;
    for i in 0..REQUESTS {
        let said = c.ask("/hello", b"")?;
        if said != "hello from guest" {
            return Err(format!("request {i}: {said:?}"));
        }
    }
    let mut other = Connection::new(free)?;
    let large = c.ask("/large", b"")?;
    if large != "large ".repeat(200_000) {
        return Err(format!("{} bytes came", large.len()));
    }
    let mut expect = |path: &str, body: &[u8], want: &str| match other.ask(path, body)? {
        said if said == want => Ok(()),
        said => Err(format!("{path}: {said:?}, not {want:?}")),
    };
    expect("/length", &vec![b'x'; 1 << 20], "1048576")?;
    expect("/resolver", b"", "nameserver 10.0.2.3\n")?;
    expect("/secret", b"", "TLS 0x304")?;
    let server = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    let own = server.local_addr().map_err(|e| e.to_string())?.port();
    let answered = std::thread::spawn(move || answer(server));
    expect(&format!("/fetch?from=10.0.2.2:{own}"), b"", "host")?;
    let asked = answered.join().map_err(|_| "the server died")?.map_err(|e| e.to_string())?;
    if asked != "GET /there HTTP/1.1" {
        return Err(asked);
    }
    expect("/quit", b"", "bye")?;
    drop((c, other));
    let mut rest = String::new();
    console.read_to_string(&mut rest).map_err(|e| e.to_string())?;
    let status = ended(column, machine, line.as_deref())?;
    if status != 0 || !rest.contains("Server closed") {
        Err(format!("status {status}: {rest}"))
    } else {
        Ok(())
    }
}

/// The program on a machine with so many cores: its status, and what it said.
fn on_cores(column: Column, exe: &Path, cores: usize, args: &[&str]) -> Result<(i32, String), String> {
    let args: Vec<String> = args.iter().map(|a| a.to_string()).collect();
    let env = [("OXIGO_SMP".to_string(), cores.to_string())];
    let ran = column.run(&mut column.start(exe, &args, &env), 60)?;
    Ok((ran.status, ran.output))
}

/// Goroutines run at the same time, on all cores that there are.
fn parallel(column: Column, exe: &Path) -> Result<(), String> {
    for cores in [2, 4] {
        let wanted = format!("cores differ: true\nall are used: {cores} {cores}\nin parallel: true\n");
        let ran = on_cores(column, exe, cores, &["spin"])?;
        if ran != (0, wanted) {
            return Err(format!("{cores} cores: {ran:?}"));
        }
    }
    Ok(())
}

/// Everything at once while GOMAXPROCS changes, in machine after machine.
fn stress(column: Column, exe: &Path) -> Result<(), String> {
    for (boot, cores) in [2, 3, 4, 8].into_iter().cycle().take(16).enumerate() {
        let ran = on_cores(column, exe, cores, &["stress", "10"])?;
        if ran != (0, "done\n".to_string()) {
            return Err(format!("boot {boot}, {cores} cores: {ran:?}"));
        }
    }
    Ok(())
}

/// However a program ends, and on whichever core.
fn ends(column: Column, exe: &Path) -> Result<(), String> {
    for (how, status, said) in [
        ("deadlock", 2, "fatal error: all goroutines are asleep - deadlock!\n"),
        ("exit", 7, ""),
        ("recover", 0, "<nil>\n<nil>\n"),
        ("panic", 2, "panic: runtime error: invalid memory address or nil pointer dereference\n"),
        ("overflow", 2, "fatal error: the runtime's own stack has overflowed\n"),
        ("memory", 2, "fatal error: runtime: out of memory\n"),
    ] {
        let ran = on_cores(column, exe, 2, &[how])?;
        if ran.0 != status || !ran.1.starts_with(said) {
            return Err(format!("{how}: {ran:?}"));
        }
    }
    let refused = std::panic::catch_unwind(|| column.start(exe, &[], &[("OXIGO_SMP".into(), "9".into())]));
    match refused {
        Err(_) => Ok(()),
        Ok(_) => Err("9 cores were not refused".into()),
    }
}
