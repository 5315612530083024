//! Every row of the tables against Go's own assembler: the same lines through both, byte for byte. So are all assembly files of an
//! installed Go that need nothing generated. Without an installed Go (`$GOROOT`, or `go` in the path) the tests pass unrun.
mod amd64;
mod arm64;

use oxigo_asm as asm;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An installed Go, and the machine that its assembler is asked for.
struct Go {
    root: PathBuf,
    machine: &'static asm::Machine,
}

/// A function's name and bytes, and whether it is its file's alone.
type Function = (String, Vec<u8>, bool);

impl Go {
    fn installed(goarch: &str) -> Option<Go> {
        let from_env = std::env::var_os("GOROOT").map(PathBuf::from).filter(|p| p.join("VERSION").is_file());
        let root = from_env.or_else(|| {
            let out = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
            Some(PathBuf::from(String::from_utf8(out.stdout).ok()?.trim())).filter(|p| p.is_absolute())
        })?;
        // The encodings of another version may differ.
        let version = std::fs::read_to_string(root.join("VERSION")).ok()?;
        let go = Go { root, machine: asm::machine_of(goarch).expect("it is one of ours") };
        (version.starts_with("go1.27") && go.tool().is_file()).then_some(go)
    }

    fn tool(&self) -> PathBuf {
        self.root.join("pkg/tool/linux_amd64/asm")
    }

    fn defines(&self) -> Vec<String> {
        let named = ["GOOS_linux".to_string(), format!("GOARCH_{}", self.machine.name)];
        named.into_iter().chain(self.machine.defines.iter().map(|d| d.to_string())).collect()
    }

    /// Functions' bytes by name as Go's assembler lists them, and its messages.
    fn theirs(&self, file: &Path) -> (BTreeMap<String, Vec<u8>>, String) {
        let dir = file.parent().expect("it is in a folder");
        let name = format!("oxigo-asm-{}-{}.o", self.machine.name, std::process::id());
        let object = std::env::temp_dir().join(name);
        let out = Command::new(self.tool())
            .args(["-S", "-e", "-p", "main"])
            .args(self.defines().iter().flat_map(|d| ["-D", d]))
            .arg("-I")
            .arg(self.root.join("pkg/include"))
            .arg("-I")
            .arg(dir)
            .arg("-o")
            .arg(&object)
            .arg(file)
            .env("GOROOT", &self.root)
            .env("GOOS", "linux")
            .env("GOARCH", self.machine.name)
            .output()
            .expect("Go's assembler runs");
        let _ = std::fs::remove_file(&object);
        let mut funcs: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut current = None;
        for line in String::from_utf8_lossy(&out.stdout).lines() {
            if !line.starts_with('\t') {
                current = line.split_once(" STEXT").map(|(name, _)| name.to_string());
                if let Some(name) = &current {
                    funcs.insert(name.clone(), Vec::new());
                }
            } else if let (Some(name), Some((_, rest))) =
                (&current, line.strip_prefix("\t0x").and_then(|l| l.split_once(' ')))
            {
                // Bytes of a dump: pairs of digits up to a double space; listing lines have a decimal offset there.
                let bytes: Option<Vec<u8>> = rest
                    .split("  ")
                    .next()
                    .unwrap_or_default()
                    .split(' ')
                    .map(|b| (b.len() == 2).then(|| u8::from_str_radix(b, 16).ok()).flatten())
                    .collect();
                if let (Some(mut bytes), Some(f)) = (bytes, funcs.get_mut(name)) {
                    f.append(&mut bytes);
                }
            }
        }
        (funcs, String::from_utf8_lossy(&out.stderr).into_owned())
    }

    fn ours(&self, file: &Path) -> Result<Vec<Function>, Vec<String>> {
        let include = |name: &str, from: &syntax::SourceFile| {
            let beside = Path::new(&from.path).with_file_name(name);
            let path = if beside.is_file() { beside } else { self.root.join("pkg/include").join(name) };
            Some(syntax::pos::add_file(&path.display().to_string(), std::fs::read(&path).ok()?))
        };
        let text = std::fs::read(file).expect("the file can be read");
        let source = syntax::pos::add_file(&file.display().to_string(), text);
        asm::hide_columns(&source);
        let defines = self.defines();
        let options = asm::Options {
            machine: self.machine,
            prefix: "main",
            defines: &defines.iter().map(String::as_str).collect::<Vec<_>>(),
            include: &include,
            selectors: false,
        };
        match asm::assemble(&source, &options) {
            Ok(o) => {
                Ok(o.texts.into_iter().map(|t| (t.name.sym.to_string(), t.code, t.name.local)).collect())
            }
            Err(e) => Err(e.iter().map(|e| format!("{}: {}", e.pos, e.text)).collect()),
        }
    }
}

#[test]
fn flags_that_are_not_defined() {
    let before = [
        (
            "amd64",
            ["JMP 0(PC)", "JNE 0(PC)", "CALL AX", "RET", "NOP", "JMP 0(PC); RET", "JMP 0(PC); PCALIGN $16"],
        ),
        ("arm64", ["B 0(PC)", "BNE 0(PC)", "CBZ R1, 0(PC)", "BL (R1)", "RET", "NOP", "B 0(PC); RET"]),
    ];
    for (goarch, before) in before {
        let Some(go) = Go::installed(goarch) else { return };
        for (i, last) in before.iter().enumerate() {
            let name = format!("oxigo-asm-flags-{goarch}-{}-{i}.s", std::process::id());
            let file = std::env::temp_dir().join(name);
            let text = format!("TEXT ·f(SB), 4, $0-0\n\t{last}\nTEXT ·g(SB), NOSPLIT, $128-0\n\tRET\n");
            std::fs::write(&file, text).expect("the temporary folder is writable");
            let ((theirs, messages), ours) = (go.theirs(&file), go.ours(&file));
            std::fs::remove_file(&file).expect("it was written");
            match ours {
                Ok(ours) => {
                    let ours: BTreeMap<_, _> = ours.into_iter().map(|f| (f.0, f.1)).collect();
                    assert_eq!((ours, messages), (theirs, String::new()), "{last}");
                }
                Err(e) => assert!(messages.contains("symbol NOSPLIT"), "{last}: {e:?}, Go: {messages}"),
            }
        }
    }
}

/// All of Go's own files for the machine through both assemblers.
fn files(go: &Go, at_least: usize) {
    let mut files = Vec::new();
    assembly_files(&go.root.join("src"), &format!("_{}.s", go.machine.name), &mut files);
    let (mut funcs, mut bad) = (0, Vec::new());
    for file in files {
        let (theirs, messages) = go.theirs(&file);
        // Packages of the runtime may do more, and some files need headers that the compiler writes.
        if !messages.is_empty() {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("text");
        let outline: Vec<String> =
            asm::outline(&text, "main").into_iter().filter(|o| o.1).map(|o| o.0.to_string()).collect();
        match go.ours(&file) {
            Ok(list) if list.iter().any(|f| !f.2 && !outline.contains(&f.0)) => {
                bad.push(format!("{}: {outline:?} is not what the file defines", file.display()));
            }
            Err(e) => bad.push(format!("{}: {e:?}", file.display())),
            Ok(list) => {
                for (name, code, _) in list {
                    funcs += 1;
                    if theirs.get(&name) != Some(&code) {
                        bad.push(format!("{}: {name} differs", file.display()));
                    }
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(funcs > at_least, "{funcs} functions");
}

fn assembly_files(dir: &Path, suffix: &str, out: &mut Vec<PathBuf>) {
    for e in std::fs::read_dir(dir).expect("a folder").flatten() {
        let (path, name) = (e.path(), e.file_name().to_string_lossy().into_owned());
        if path.is_dir() && name != "testdata" && name != "cmd" {
            assembly_files(&path, suffix, out);
        } else if name.ends_with(suffix) {
            out.push(path);
        }
    }
}

/// Each line as a function of its own through both assemblers.
fn compare(go: &Go, name: &str, lines: &[String]) {
    compare_in(go, name, "NOSPLIT|NOFRAME, $0", lines);
}

/// The same, in functions of these flags and sizes.
fn compare_in(go: &Go, name: &str, head: &str, lines: &[String]) {
    let file = format!("oxigo-asm-{name}-{}-{}.s", go.machine.name, std::process::id());
    let file = std::env::temp_dir().join(file);
    let mut text = String::from("#include \"textflag.h\"\nDATA x<>+0(SB)/8, $1\nGLOBL x<>(SB), NOPTR, $16\n");
    for (i, l) in lines.iter().enumerate() {
        text += &format!("TEXT ·f{i}(SB), {head}\n\t{l}\n");
    }
    std::fs::write(&file, text).expect("the temporary folder is writable");
    let (theirs, messages) = go.theirs(&file);
    let ours = go.ours(&file);
    std::fs::remove_file(&file).expect("it was written");
    let ours =
        ours.unwrap_or_else(|e| panic!("{} errors of ours:\n{}", e.len(), e[..e.len().min(40)].join("\n")));
    let mut listed: Vec<&str> = messages.lines().collect();
    listed.dedup();
    listed.truncate(60);
    assert!(messages.is_empty(), "Go's assembler says:\n{}", listed.join("\n"));
    let mut bad = Vec::new();
    for (name, code, _) in &ours {
        let line = &lines[name["main.f".len()..].parse::<usize>().expect("a number")];
        if theirs.get(name) != Some(code) {
            bad.push(format!("{line}\n  Go   {:02x?}\n  ours {code:02x?}", theirs.get(name)));
        }
    }
    assert!(
        bad.is_empty(),
        "{} of {} differ:\n{}",
        bad.len(),
        ours.len(),
        bad[..bad.len().min(400)].join("\n")
    );
    assert_eq!(ours.len(), lines.len());
}
