//! Programs of our own: each file in tests/programs holds a Go program and what it must do; a folder with a go.mod is one program,
//! whose main.go says what it must do.
//!
//! Directives, in comments at the head of the file:
//! - `// exit N`: the exit status (default 0)
//! - `// only GOARCH GOARCH`: for these machines alone (their assembly is in the source); `// only N-bit`: for machines with such words
//! - `// only none`: without an operating system alone
//! - `// env NAME=VALUE`, `// args A B`, `// limit SECONDS`, `// ulimit -v KB`
//! - `// flags A B`: of `oxigo build`
//! - `// build-fails`: `oxigo build` must exit with status 1 and print the expected lines
//!
//! What follows `/* output` in the last comment is the expected output, exactly; lines of `/* output contains` must each
//! appear; without either, output is not compared.
mod support;
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use support::{Case, Column, Scratch};

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut files = support::files(&dir, "go");
    let folders =
        std::fs::read_dir(&dir).map(|d| d.flatten().map(|e| e.path()).collect()).unwrap_or_default();
    let mut modules: Vec<PathBuf> = folders;
    modules.retain(|m| m.join("go.mod").is_file());
    modules.sort();
    files.extend(modules);
    let beyond = support::list("qemu.txt");
    let mut cases = Vec::new();
    for column in Column::all() {
        let runs = |path: &&PathBuf| {
            !support::beyond_qemu(column, &stem(path), &beyond)
                && only(path).is_none_or(|o| {
                    let width = format!("{}-bit", 8 * column.0.arch.ptr_size);
                    let own = [column.0.arch.name, column.0.os, &width];
                    o.split(' ').any(|word| own.contains(&word))
                })
        };
        for (i, path) in files.iter().filter(runs).enumerate() {
            let (name, path) = (stem(path), path.clone());
            cases.push(Case {
                name: format!("{}::programs::{}{name}", column.prefix(), column.group(i)),
                run: Box::new(move || run_program(column, &path)),
            });
        }
    }
    support::main(cases)
}

/// The file that says what a program must do.
fn main_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("main.go") } else { path.to_path_buf() }
}

/// The only machines or system of a program, or the only width of words.
fn only(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(main_file(path)).ok()?;
    let mut head = text.lines().take_while(|l| !l.starts_with("package "));
    head.find_map(|l| l.strip_prefix("// only ")).map(String::from)
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("it has an extension").to_string_lossy().into_owned()
}

#[derive(Default)]
struct Expectation {
    exit: i32,
    env: Vec<(String, String)>,
    args: Vec<String>,
    flags: Vec<String>,
    limit: Option<u64>,
    ulimit: Option<String>,
    build_fails: bool,
    exact: Option<String>,
    contains: Vec<String>,
}

fn parse(text: &str) -> Result<Expectation, String> {
    let mut e = Expectation::default();
    for line in text.lines().take_while(|l| !l.starts_with("package ")) {
        let Some(line) = line.strip_prefix("// ") else { continue };
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "exit" => e.exit = rest.parse().map_err(|_| format!("bad exit {rest:?}"))?,
            "env" => e.env.extend(rest.split_once('=').map(|(k, v)| (k.to_string(), v.to_string()))),
            "args" => e.args = rest.split_whitespace().map(String::from).collect(),
            "flags" => e.flags = rest.split_whitespace().map(String::from).collect(),
            "limit" => e.limit = rest.parse().ok(),
            "ulimit" => e.ulimit = Some(rest.to_string()),
            "build-fails" => e.build_fails = true,
            _ => {}
        }
    }
    if let Some(at) = text.rfind("/* output") {
        let rest = &text[at + "/* output".len()..];
        let end = rest.rfind("*/").ok_or("the output comment has no end")?;
        match rest[..end].strip_prefix(" contains\n") {
            Some(lines) => e.contains = lines.lines().map(String::from).collect(),
            None => e.exact = Some(rest[..end].strip_prefix('\n').unwrap_or(&rest[..end]).to_string()),
        }
    }
    Ok(e)
}

fn run_program(column: Column, path: &Path) -> Result<(), String> {
    if !column.ready() {
        return Ok(());
    }
    let module = path.is_dir();
    let text = std::fs::read_to_string(main_file(path)).map_err(|e| e.to_string())?;
    let expect = parse(&text)?;
    let scratch = Scratch::new(&path.to_string_lossy());
    let exe = scratch.path("a.out");
    let name = path.file_name().expect("a file");
    let mut build = column.build();
    build.arg("-o").arg(&exe).args(&expect.flags);
    match module {
        true => build.arg(".").current_dir(path),
        false => build.arg(name).current_dir(path.parent().expect("in a folder")),
    };
    let built = support::run(&mut build, column.build_limit())?;
    if expect.build_fails {
        if built.status != 1 {
            return Err(format!("oxigo build: exit status {}, want 1\n{}", built.status, built.output));
        }
        return compare(&expect, &built.output);
    }
    if built.status != 0 || built.timed_out {
        return Err(format!("oxigo build: exit status {}\n{}", built.status, built.output));
    }
    let start = column.start(&exe, &expect.args, &expect.env);
    let mut command = match &expect.ulimit {
        Some(limit) => {
            let mut c = Command::new("sh");
            c.arg("-c").arg(format!("ulimit {limit} && exec \"$0\" \"$@\""));
            c.arg(start.get_program()).args(start.get_args());
            c.envs(start.get_envs().filter_map(|(k, v)| Some((k, v?))));
            c
        }
        None => start,
    };
    let ran = column.run(&mut command, expect.limit.unwrap_or(60))?;
    if ran.timed_out || ran.status != expect.exit {
        let lines: Vec<&str> = ran.output.lines().take(60).collect();
        let why = if ran.timed_out {
            "timed out".into()
        } else {
            format!("exit status {}, want {}", ran.status, expect.exit)
        };
        return Err(format!("{why}\n{}", lines.join("\n")));
    }
    compare(&expect, &ran.output)
}

fn compare(expect: &Expectation, output: &str) -> Result<(), String> {
    if let Some(exact) = &expect.exact
        && exact != output
    {
        return Err(support::difference(exact, output));
    }
    let mut rest = output;
    for line in &expect.contains {
        match rest.find(line.as_str()) {
            Some(at) => rest = &rest[at + line.len()..],
            None => return Err(format!("the output lacks (in order): {line:?}\n{output}")),
        }
    }
    Ok(())
}
