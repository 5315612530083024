//! The build context: target and tags, and whether a file belongs to a build (by its name and its `//go:build`
//! line).

use rustc_hash::FxHashSet;
use syntax::buildtag;

/// GOOS values that a file name may end in.
const KNOWN_OS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// GOARCH values that a file name may end in.
const KNOWN_ARCH: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

const UNIX: &[&str] = &["aix", "android", "darwin", "linux", "freebsd", "netbsd", "openbsd", "solaris"];

/// Set for every build: pure Go instead of assembly, and what Go's own build sets by default.
const FIXED_TAGS: &[&str] = &[
    "gc",
    "purego",
    "math_big_pure_go",
    "goexperiment.dwarf5",
    "goexperiment.jsonv2",
    "goexperiment.greenteagc",
    "goexperiment.randomizedheapbase64",
    "goexperiment.sizespecializedmalloc",
];

/// Set where Go itself passes arguments in registers.
const REGISTER_TAGS: &[&str] = &["goexperiment.regabiwrappers", "goexperiment.regabiargs"];

/// Highest `go1.N` tag.
const GO_MINOR: u32 = 27;

/// Packages whose assembly is left out by choosing their files as for an architecture that has none.
const MASKED: &[&str] = &["internal/bytealg", "math", "hash/crc32"];

/// Target and tags of a build.
#[derive(Clone, Debug)]
pub struct Context {
    pub goos: String,
    pub goarch: String,
    tags: FxHashSet<String>,
}

impl Context {
    pub fn new(goos: &str, goarch: &str, user_tags: &[String]) -> Context {
        let mut tags: FxHashSet<String> = FIXED_TAGS.iter().map(|t| t.to_string()).collect();
        if reflect::Arch::by_name(goarch).is_none_or(|a| a.go_has_registers()) {
            tags.extend(REGISTER_TAGS.iter().map(|t| t.to_string()));
        }
        tags.extend((1..=GO_MINOR).map(|n| format!("go1.{n}")));
        tags.extend(user_tags.iter().cloned());
        // On bare metal the library's Linux files are compiled; the runtime answers their system calls.
        let goos = if goos == "none" { "linux" } else { goos };
        tags.insert(goos.to_string());
        if UNIX.contains(&goos) {
            tags.insert("unix".into());
        }
        Context { goos: goos.into(), goarch: goarch.into(), tags }
    }

    fn arch_for(&self, package: &str) -> &str {
        if MASKED.contains(&package) { "noarch" } else { &self.goarch }
    }

    fn has_tag(&self, tag: &str, arch: &str) -> bool {
        tag == arch || self.tags.contains(tag)
    }

    /// Does the name of a file of `package` fit? (`x_linux.go`, `x_linux_arm64.go`; never `_test.go`.)
    pub fn name_matches(&self, package: &str, name: &str) -> bool {
        let arch = self.arch_for(package);
        let stem = name.split('.').next().unwrap_or("");
        let Some((_, suffix)) = stem.split_once('_') else { return true };
        let parts: Vec<&str> = suffix.split('_').collect();
        match parts.as_slice() {
            [.., "test"] => false,
            [.., os, cpu] if KNOWN_OS.contains(os) && KNOWN_ARCH.contains(cpu) => {
                self.has_tag(os, arch) && *cpu == arch
            }
            [.., last] if KNOWN_OS.contains(last) || KNOWN_ARCH.contains(last) => self.has_tag(last, arch),
            _ => true,
        }
    }

    /// Does the `//go:build` line of a file of `package` hold? An error is the constraint's.
    pub fn text_matches(&self, package: &str, text: &[u8]) -> Result<bool, String> {
        let Some(line) = build_line(text)? else { return Ok(true) };
        let arch = self.arch_for(package);
        let expr = buildtag::parse(line).map_err(|e| format!("parsing //go:build line: {e}"))?;
        Ok(expr.eval(&|tag| self.has_tag(tag, arch)))
    }
}

/// The `//go:build` line in front of the package clause.
fn build_line(text: &[u8]) -> Result<Option<&str>, String> {
    let mut found = None;
    let mut in_comment = false;
    'lines: for line in text.split(|&b| b == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else { break };
        let mut rest = line.trim().trim_start_matches('\u{FEFF}');
        if !in_comment && buildtag::is_build_line(rest) {
            if found.is_some() {
                return Err("multiple //go:build comments".into());
            }
            found = Some(rest);
            continue;
        }
        while !rest.is_empty() {
            if in_comment {
                let Some((_, behind)) = rest.split_once("*/") else { continue 'lines };
                in_comment = false;
                rest = behind.trim();
            } else if rest.starts_with("//") {
                continue 'lines;
            } else if let Some(behind) = rest.strip_prefix("/*") {
                in_comment = true;
                rest = behind;
            } else {
                break 'lines;
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names() {
        let c = Context::new("linux", "amd64", &[]);
        for (name, want) in [
            ("x.go", true),
            ("x_linux.go", true),
            ("x_windows.go", false),
            ("x_amd64.go", true),
            ("x_arm64.go", false),
            ("x_linux_amd64.go", true),
            ("x_windows_amd64.go", false),
            ("linux.go", true),
            ("windows.go", true),
            ("x_unix.go", true),
            ("x_test.go", false),
            ("x_linux_test.go", false),
            ("zgoos_windows.go", false),
        ] {
            assert_eq!(c.name_matches("p", name), want, "{name}");
        }
        assert!(!c.name_matches("math", "x_amd64.go"));
    }

    #[test]
    fn build_lines() {
        let c = Context::new("linux", "amd64", &["mine".into()]);
        for (text, want) in [
            ("package p", true),
            ("//go:build windows\n\npackage p", false),
            ("// x\n\n/* y */ //go:build windows\n//go:build unix && mine\npackage p", true),
            ("package p\n//go:build windows\n", true),
            ("/*\n//go:build windows\n*/\npackage p", true),
            ("//go:build go1.27 && !go1.28 && !cgo && purego\npackage p", true),
        ] {
            assert_eq!(c.text_matches("p", text.as_bytes()), Ok(want), "{text}");
        }
        assert_eq!(c.text_matches("math", b"//go:build !amd64 && !arm64\npackage math"), Ok(true));
        assert!(c.text_matches("p", b"//go:build a b\npackage p").is_err());
        assert!(c.text_matches("p", b"//go:build a\n//go:build b\npackage p").is_err());
    }
}
