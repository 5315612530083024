//! The build context: target and tags, and whether a file belongs to a build (by its name and its `//go:build`
//! or `// +build` lines).

use rustc_hash::FxHashSet;
use syntax::buildtag;

use crate::variant;

/// GOOS values that a file name may end in, and whether they have the tag `unix`.
const KNOWN_OS: &[(&str, bool)] = &[
    ("aix", true),
    ("android", true),
    ("darwin", true),
    ("dragonfly", true),
    ("freebsd", true),
    ("hurd", true),
    ("illumos", true),
    ("ios", true),
    ("js", false),
    ("linux", true),
    ("nacl", false),
    ("netbsd", true),
    ("openbsd", true),
    ("plan9", false),
    ("solaris", true),
    ("wasip1", false),
    ("windows", false),
    ("zos", false),
];

fn is_os(name: &str) -> bool {
    KNOWN_OS.iter().any(|(os, _)| *os == name)
}

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

/// What is for the second is for the first too.
const KINDS: &[(&str, &str)] = &[("android", "linux"), ("illumos", "solaris"), ("ios", "darwin")];

/// Set for GOROOT's packages only, where there is no assembler for the machine: pure Go instead of assembly.
const LIBRARY_TAGS: &[&str] = &["purego", "math_big_pure_go"];

/// Set for every build, as Go's own build sets them.
const FIXED_TAGS: &[&str] = &[
    "gc",
    "goexperiment.dwarf5",
    "goexperiment.jsonv2",
    "goexperiment.greenteagc",
    "goexperiment.randomizedheapbase64",
    "goexperiment.sizespecializedmalloc",
];

/// Set where Go itself passes arguments in registers.
const REGISTER_TAGS: &[&str] = &["goexperiment.regabiwrappers", "goexperiment.regabiargs"];

/// Set where there is no operating system.
const BARE_TAG: &str = "baremetal";

/// Highest `go1.N` tag.
const GO_MINOR: u32 = 27;

/// Packages whose assembly is left out then by choosing their files as for an architecture that has none: they know no such tag.
const MASKED: &[&str] = &["internal/bytealg", "math", "hash/crc32"];

/// Packages of GOROOT whose assembly is never used, and why.
const REPLACED: &[(&str, &str)] = &[
    ("internal/cpu", "the runtime's assembly has these functions, on every machine"),
    ("internal/runtime/atomic", "operations of the compiler"),
    ("internal/runtime/syscall/linux", "the runtime's: on bare metal system calls are answered, not made"),
    ("reflect", "the runtime's: its frames have maps of their own"),
    ("sync/atomic", "operations of the compiler"),
    ("syscall", "the runtime's: forks, and the kernel's clock"),
];

/// Target and tags of a build.
#[derive(Clone, Debug)]
pub struct Context {
    pub goos: String,
    pub goarch: String,
    /// Those of the command line.
    pub user_tags: Vec<String>,
    tags: FxHashSet<String>,
}

impl Context {
    pub fn new(goos: &str, goarch: &str, user_tags: &[String]) -> Context {
        let mut tags: FxHashSet<String> = FIXED_TAGS.iter().map(|t| t.to_string()).collect();
        if reflect::Arch::by_name(goarch).is_none_or(|a| a.go_has_registers()) {
            tags.extend(REGISTER_TAGS.iter().map(|t| t.to_string()));
        }
        tags.extend(variant::tags(goarch));
        tags.extend((1..=GO_MINOR).map(|n| format!("go1.{n}")));
        tags.extend(user_tags.iter().cloned());
        // On bare metal the library's Linux files are compiled; the runtime answers their system calls.
        let bare = goos == "none";
        if bare {
            tags.insert(BARE_TAG.into());
        }
        let goos = if bare { "linux" } else { goos };
        tags.insert(goos.to_string());
        tags.extend(KINDS.iter().filter(|k| k.0 == goos).map(|k| k.1.to_string()));
        if KNOWN_OS.contains(&(goos, true)) {
            tags.insert("unix".into());
        }
        Context { goos: goos.into(), goarch: goarch.into(), user_tags: user_tags.to_vec(), tags }
    }

    /// Whether the target has no operating system.
    pub fn is_bare(&self) -> bool {
        self.tags.contains(BARE_TAG)
    }

    /// The tags of Go's releases up to the one that is compiled.
    pub fn release_tags(&self) -> impl Iterator<Item = String> {
        (1..=GO_MINOR).map(|n| format!("go1.{n}"))
    }

    /// How a package's files are chosen. Those of `std` packages are chosen without assembly where there is no assembler.
    pub fn of<'a>(&'a self, package: &'a str, std: bool) -> FileRules<'a> {
        let pure = std && !self.assembles();
        let masked = pure && MASKED.contains(&package);
        FileRules { context: self, arch: if masked { "noarch" } else { &self.goarch }, pure }
    }

    /// Is there an assembler for the machine? Without a system, what comes back from assembly must still have g, or find it by an address.
    pub fn assembles(&self) -> bool {
        let finds_g = || {
            let mut all = codegen::isa::offered();
            all.any(|m| m.row.name == self.goarch && (m.keeps_g || m.absolute_g.is_some()))
        };
        asm::machine_of(&self.goarch).is_some() && (!self.is_bare() || finds_g())
    }

    /// Is the assembly of a package of GOROOT used?
    pub fn uses_assembly(&self, package: &str) -> bool {
        self.assembles() && !REPLACED.iter().any(|r| r.0 == package)
    }
}

/// The context as one package sees it.
#[derive(Clone, Copy)]
pub struct FileRules<'a> {
    context: &'a Context,
    arch: &'a str,
    /// Pure Go is wanted.
    pure: bool,
}

impl FileRules<'_> {
    fn has_tag(&self, tag: &str) -> bool {
        tag == self.arch || self.context.tags.contains(tag) || self.pure && LIBRARY_TAGS.contains(&tag)
    }

    /// Does the name of a file fit? (`x_linux.go`, `x_linux_arm64.go`; never `_test.go`.)
    pub fn name_matches(&self, name: &str) -> bool {
        let stem = name.split('.').next().unwrap_or("");
        let Some((_, suffix)) = stem.split_once('_') else { return true };
        let parts: Vec<&str> = suffix.split('_').collect();
        match parts.as_slice() {
            [.., "test"] => false,
            [.., os, cpu] if is_os(os) && KNOWN_ARCH.contains(cpu) => self.has_tag(os) && *cpu == self.arch,
            [.., last] if is_os(last) || KNOWN_ARCH.contains(last) => self.has_tag(last),
            _ => true,
        }
    }

    /// Do the constraints in a file's text hold? An error is the constraint's.
    pub fn text_matches(&self, text: &[u8]) -> Result<bool, String> {
        let header = header(text)?;
        let holds = |c: &buildtag::Constraint| c.eval(&|tag| self.has_tag(tag));
        match header.build_line {
            Some(line) => {
                let expr = buildtag::parse(line).map_err(|e| format!("parsing //go:build line: {e}"))?;
                Ok(holds(&expr))
            }
            None => Ok(header.plus_lines.into_iter().filter_map(buildtag::parse_plus).all(|c| holds(&c))),
        }
    }
}

/// The lines in front of the package clause that constrain a file.
#[derive(Default)]
struct Header<'a> {
    /// The `//go:build` line, which rules out all others.
    build_line: Option<&'a str>,
    /// The `// +build` lines among the leading comments that a blank line follows.
    plus_lines: Vec<&'a str>,
}

fn header(text: &[u8]) -> Result<Header<'_>, String> {
    let mut header = Header::default();
    // `// +build` lines since the last blank one.
    let mut open: Vec<&str> = Vec::new();
    let (mut in_comment, mut leading) = (false, true);
    'lines: for line in text.split(|&b| b == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else { break };
        let mut rest = line.trim().trim_start_matches('\u{FEFF}');
        if leading {
            match rest {
                "" => header.plus_lines.append(&mut open),
                _ if buildtag::is_plus_line(rest) => open.push(rest),
                _ => leading = rest.starts_with("//"),
            }
        }
        if !in_comment && buildtag::is_build_line(rest) {
            if header.build_line.is_some() {
                return Err("multiple //go:build comments".into());
            }
            header.build_line = Some(rest);
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
    Ok(header)
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
            assert_eq!(c.of("p", false).name_matches(name), want, "{name}");
        }
        assert!(c.of("math", true).name_matches("x_amd64.go"));
        // No assembler: no assembly in GOROOT.
        let c = Context::new("linux", "riscv64", &[]);
        assert!(!c.of("math", true).name_matches("x_riscv64.go"));
        assert!(c.of("math", false).name_matches("x_riscv64.go"));
        let assembles = |os, arch| Context::new(os, arch, &[]).assembles();
        assert!(assembles("linux", "arm64") && assembles("none", "amd64") && assembles("none", "arm64"));
    }

    #[test]
    fn other_systems() {
        let c = Context::new("ios", "arm64", &[]);
        let fits = |name| c.of("p", false).name_matches(name);
        assert!(fits("x_ios.go") && fits("x_darwin.go") && fits("x_darwin_arm64.go") && !fits("x_linux.go"));
        let unix = b"//go:build unix && !linux\npackage p";
        for (os, want) in [("dragonfly", true), ("android", false), ("windows", false), ("illumos", true)] {
            assert_eq!(Context::new(os, "amd64", &[]).of("p", false).text_matches(unix), Ok(want), "{os}");
        }
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
            ("//go:build go1.27 && !go1.28 && !cgo && !purego && amd64.v1 && !amd64.v2\npackage p", true),
            // The old form: only in front of a blank line, and not beside the new one.
            ("// +build ignore\n\npackage p", false),
            ("// +build ignore\npackage p", true),
            ("// x\n//+build linux,!amd64 mine\n// +build !windows\n\n// y\n\npackage p", true),
            ("// +build linux\n// +build windows\n\npackage p", false),
            ("// +build !linux\n\n//go:build linux\n\npackage p", true),
            ("/* x */\n// +build ignore\n\npackage p", true),
            ("package p\n\n// +build ignore\n\n", true),
        ] {
            assert_eq!(c.of("p", false).text_matches(text.as_bytes()), Ok(want), "{text}");
        }
        let math = b"//go:build !amd64 && !arm64\npackage math";
        let pure = b"//go:build purego\npackage x";
        assert_eq!(c.of("math", true).text_matches(math), Ok(false));
        assert_eq!(c.of("crypto/x", true).text_matches(pure), Ok(false));
        let other = Context::new("linux", "riscv64", &[]);
        assert_eq!(other.of("math", true).text_matches(math), Ok(true));
        assert_eq!(other.of("crypto/x", true).text_matches(pure), Ok(true));
        assert_eq!(other.of("crypto/x", false).text_matches(pure), Ok(false));
        assert!(c.of("p", false).text_matches(b"//go:build a b\npackage p").is_err());
        assert!(c.of("p", false).text_matches(b"//go:build a\n//go:build b\npackage p").is_err());
    }
}
