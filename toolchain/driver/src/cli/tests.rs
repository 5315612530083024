//! What command lines mean, and what is wrong with some.

use super::*;

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| s.to_string()).collect()
}

fn parsed(list: &[&str], grammar: Grammar) -> Result<Invocation, String> {
    parse(&strings(list), grammar)
}

#[test]
fn flags() {
    let i = parsed(&["-o", "x", "--time", "--tags=a,b", "--work=false", "./p"], Grammar::Build).unwrap();
    assert_eq!(i.options.output.unwrap().to_str(), Some("x"));
    assert!(i.options.time && !i.options.work);
    assert_eq!(i.options.tags, ["a", "b"]);
    assert_eq!(i.targets, ["./p"]);
    assert_eq!(i.flags, ["-o", "x", "--time", "--tags=a,b", "--work=false"]);
    let i = parsed(&["./p", "-ldflags", "-s -X 'm.a=b c' -X=m.d=", "-race=false"], Grammar::Build).unwrap();
    let define = |k: &str, v: &str| (k.to_string(), v.to_string());
    assert_eq!(i.options.defines, [define("m.a", "b c"), define("m.d", "")]);
    assert!(i.options.strip);
    let pgo = |flag: &str| parsed(&[flag, "./p"], Grammar::Build).unwrap().options.pgo;
    assert_eq!(pgo("-pgo=auto"), Pgo::Auto);
    assert_eq!(pgo("-pgo=off"), Pgo::Off);
    assert_eq!(pgo("-pgo=x.pprof"), Pgo::File("x.pprof".into()));
    // What Oxigo does anyway.
    parsed(&["-modcacherw", "-compiler=gc", "-overlay=", "./p"], Grammar::Build).unwrap();
}

#[test]
fn faults() {
    let error = |list: &[&str]| parsed(list, Grammar::Build).unwrap_err();
    assert_eq!(error(&["-trimpaht"]), "flag provided but not defined: -trimpaht (did you mean -trimpath?)");
    assert_eq!(error(&["--nope"]), "flag provided but not defined: -nope");
    assert_eq!(error(&["-o"]), "flag needs an argument: -o");
    assert_eq!(error(&["-p", "x"]), "invalid value \"x\" for flag -p: parse error");
    assert_eq!(error(&["-race"]), "not supported: -race");
    assert_eq!(error(&["-buildmode=plugin"]), "not supported: -buildmode=plugin");
    assert_eq!(error(&["-gcflags=all=-N -d=ssa"]), "not supported: -gcflags=-d=ssa");
    assert_eq!(error(&["-v=maybe"]), "invalid boolean value \"maybe\" for -v: parse error");
    assert_eq!(distance("kitten", "sitting"), 3);
}

#[test]
fn program_arguments() {
    let i = parsed(&["-s", "a.go", "b.go", "-x", "y"], Grammar::Run).unwrap();
    assert_eq!((i.targets, i.args), (strings(&["a.go", "b.go"]), strings(&["-x", "y"])));
    let i = parsed(&["./p", "q"], Grammar::Run).unwrap();
    assert_eq!((i.targets, i.args), (strings(&["./p"]), strings(&["q"])));
}

#[test]
fn test_arguments() {
    let i =
        parsed(&["-run", "A|B", "./p", "./q", "-v", "-count=2", "-tags", "x", "-mine", "y"], Grammar::Test)
            .unwrap();
    assert_eq!(i.targets, ["./p", "./q"]);
    assert_eq!(i.options.test.flags, ["-test.run=A|B", "-test.v=true", "-test.count=2"]);
    assert!(i.options.test.verbose);
    assert_eq!(i.options.tags, ["x"]);
    assert_eq!(i.args, ["-mine", "y"]);
    let i = parsed(&["./p", "-c", "-args", "-run", "x"], Grammar::Test).unwrap();
    assert!(i.options.test.compile && i.options.test.flags.is_empty());
    assert_eq!(i.args, ["-run", "x"]);
    assert!(parsed(&["-cover"], Grammar::Test).unwrap().options.test.cover);
    assert_eq!(parsed(&["-cover"], Grammar::Build).unwrap_err(), "not supported: -cover");
}
