//! What is told of coverage: by the test program, in whose file package internal/coverage/cformat of the library writes Go's formats, and of
//! packages without tests.

use std::fmt::Write;

use super::{Cover, Function, Instrumented, variables};
use crate::load::{Config, Place, package_sources, quote, survey};

/// The packages that the test program of `tested` imports to report on them, and those that it can only name: main packages without tests.
pub fn linked(config: &Config, cover: &Cover, tested: &Place, is_there: bool) -> (Vec<Place>, Vec<Place>) {
    let (mut linked, mut named) = (Vec::new(), Vec::new());
    for p in &cover.packages {
        if p.path == tested.path {
            linked.extend(is_there.then(|| p.clone()));
            continue;
        }
        let found = survey(config, p);
        let [_, inside, beside] = &found.sources;
        if found.name != "main" {
            linked.push(p.clone());
        } else if inside.files.is_empty() && beside.files.is_empty() {
            named.push(p.clone());
        }
    }
    (linked, named)
}

/// The file of the test program that reports.
pub fn main_file(config: &Config, cover: &Cover, linked: &[Place], named: &[Place]) -> String {
    let mut s = String::from(
        "package main\n\nimport (\n\t\"internal/coverage\"\n\t\"internal/coverage/cformat\"\n\t\"io\"\n\t\"os\"\n\t\"strconv\"\n\t\
         \"strings\"\n\t\"testing/internal/testdeps\"\n",
    );
    for (n, p) in linked.iter().enumerate() {
        let _ = writeln!(s, "\t_cover{n} {}", quote(&p.path));
    }
    s.push_str(")\n\nvar covered = []struct {\n\tpath, units string\n\tcounters []uint32\n}{\n");
    for (n, p) in linked.iter().enumerate() {
        let [counters, units] = variables(&p.path);
        let _ = writeln!(s, "\t{{{}, _cover{n}.{units}, _cover{n}.{counters}[:]}},", quote(&p.path));
    }
    for p in named {
        let table = quote(&units(config, cover, p).table());
        let _ = writeln!(s, "\t{{{}, {table}, nil}},", quote(&p.path));
    }
    let patterns = match cover.patterns.is_empty() {
        true => String::new(),
        false => format!(" in {}", cover.patterns.join(", ")),
    };
    let _ = write!(
        s,
        "}}\n\nfunc init() {{\n\ttestdeps.CoverMode = \"{}\"\n\ttestdeps.Covered = {}\n{REPORT}",
        cover.mode.as_str(),
        quote(&patterns)
    );
    s
}

/// The end of that file: `covered` holds the packages.
const REPORT: &str = r#"	testdeps.CoverSnapshotFunc = executed
	testdeps.CoverProcessTestDirFunc = report
	testdeps.CoverMarkProfileEmittedFunc = func(bool) {}
}

// executed is the part of counters that are not 0.
func executed() float64 {
	all, some := 0, 0
	for _, p := range covered {
		all += len(p.counters)
		for _, n := range p.counters {
			if n != 0 {
				some++
			}
		}
	}
	return float64(some) / float64(max(all, 1))
}

func report(_, file, mode, packages string, w io.Writer, selected []string) error {
	f := cformat.NewFormatter(coverage.ParseCounterMode(mode))
	for _, p := range covered {
		f.SetPackage(p.path)
		var fields []string
		counters := p.counters
		for line := range strings.Lines(p.units) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "f\t") {
				fields = strings.Split(line, "\t")
				continue
			}
			var numbers [5]uint32
			for i, text := range strings.Fields(line) {
				n, _ := strconv.ParseUint(text, 10, 32)
				numbers[i] = uint32(n)
			}
			unit := coverage.CoverableUnit{
				StLine: numbers[0], StCol: numbers[1], EnLine: numbers[2], EnCol: numbers[3], NxStmts: numbers[4],
			}
			var count uint32
			if len(counters) > 0 {
				count, counters = counters[0], counters[1:]
			}
			f.AddUnit(fields[1], fields[2], fields[3] == "true", unit, count)
		}
	}
	if err := f.EmitPercent(w, selected, packages, true, true); err != nil || file == "" {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := f.EmitTextual(selected, out); err != nil {
		return err
	}
	return out.Close()
}
"#;

fn units(config: &Config, cover: &Cover, place: &Place) -> Instrumented {
    let mut all = Instrumented::new(cover.mode, place);
    for (path, text) in package_sources(config, place) {
        all.file(&path, text);
    }
    all
}

/// What a profile says of a package whose code did not run at all; `None` if there is nothing to run in it.
pub fn without_tests(config: &Config, place: &Place, cover: &Cover) -> Option<String> {
    let all = units(config, cover, place);
    let mut lines: Vec<(&Function, &super::Unit)> =
        all.functions.iter().flat_map(|f| f.units.iter().map(move |u| (f, u))).collect();
    lines.sort_by_key(|(f, u)| (&f.file, u.start.0, u.end.0, u.start.1, u.end.1, u.statements));
    let mut out = format!("mode: {}\n", cover.mode.as_str());
    for (f, u) in &lines {
        let (start, end) = (u.start, u.end);
        let _ = writeln!(out, "{}:{}.{},{}.{} {} 0", f.file, start.0, start.1, end.0, end.1, u.statements);
    }
    (!all.functions.is_empty()).then_some(out)
}
