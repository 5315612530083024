//! `oxigo build`: programs to executables, other packages to nothing but their errors.

use std::path::{Path, PathBuf};

use super::target::target;
use super::{Failure, OK, config, load, places};
use crate::cli::{Invocation, Options};
use crate::godebug;
use crate::load::Place;
use crate::pipeline::{self, Goal, Timings};
use crate::runtime_lib;

/// Does `-o` name a folder, which may have to be made?
fn is_folder(out: &Path) -> bool {
    out.is_dir() || out.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// Makes the folder that a file is written into.
pub(super) fn make_folder(file: &Path) -> Result<(), Failure> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .map_err(|e| Failure::build(format!("oxigo: mkdir {}: {e}", folder.display()))),
        _ => Ok(()),
    }
}

/// Runs the command.
pub(super) fn build(i: &Invocation) -> Result<u8, Failure> {
    let target = target(&i.options)?;
    if i.options.host_object && !runtime_lib::has_host(&target) {
        return Err(Failure::build(format!("oxigo: not supported: --host-object for {target}")));
    }
    let config = config(&i.options, &target)?;
    let places = places(&config, &i.targets)?;
    let into = |place: &Place| match &i.options.output {
        Some(out) if is_folder(out) => out.join(object_output(&i.options, place)),
        Some(out) => out.clone(),
        None => object_output(&i.options, place),
    };
    let Some(out) = i.options.output.as_ref().filter(|out| places.len() > 1 || is_folder(out)) else {
        compile(i, places, i.options.host_object, &into)?;
        return Ok(OK);
    };
    if !is_folder(out) && out != Path::new("/dev/null") {
        let text = format!("oxigo: cannot write multiple packages to non-directory {}", out.display());
        return Err(Failure::build(text));
    }
    // All must be right before the first program is written.
    let mut timings = Timings::new(&i.options);
    let program = load(&config, &i.options, places.clone(), &mut timings)?;
    let is_main = |r: &usize| program.packages[*r].name == syntax::names::MAIN;
    let mains: Vec<Place> =
        places.iter().zip(&program.roots).filter(|(_, r)| is_main(r)).map(|(p, _)| p.clone()).collect();
    if mains.is_empty() {
        return Err(Failure::build("oxigo: no main packages to build"));
    }
    pipeline::run(&config, &target, &i.options, program, Goal::CheckPrograms, &mut timings)
        .map_err(Failure::build)?;
    for place in mains {
        compile(i, vec![place], false, &into)?;
    }
    Ok(OK)
}

/// The executable's name if the user gives none.
pub(super) fn default_output(place: &Place) -> PathBuf {
    let name = match &place.files {
        Some(files) => files[0].file_stem().unwrap_or_default().to_string_lossy().to_string(),
        None => {
            let mut parts = place.path.trim_end_matches('/').rsplit('/');
            let last = parts.next().unwrap_or("main");
            let is_version =
                last.len() > 1 && last.starts_with('v') && last[1..].bytes().all(|b| b.is_ascii_digit());
            if is_version { parts.next().unwrap_or(last).into() } else { last.into() }
        }
    };
    PathBuf::from(name)
}

/// The same for an object.
fn object_output(options: &Options, place: &Place) -> PathBuf {
    let name = default_output(place);
    if options.host_object { name.with_extension("o") } else { name }
}

/// Compiles one program, or checks packages; `output` is decided when the package is known to be a program.
pub(super) fn compile(
    i: &Invocation,
    places: Vec<Place>,
    program_only: bool,
    output: &dyn Fn(&Place) -> PathBuf,
) -> Result<Option<PathBuf>, Failure> {
    let target = target(&i.options)?;
    let mut config = config(&i.options, &target)?;
    let mut timings = Timings::new(&i.options);
    let place = places[0].clone();
    let many = places.len() > 1;
    config.godebug = godebug::defaults(&config.goroot, &config.modules, &config.godebug_lines(&place))
        .map_err(Failure::build)?;
    let program = load(&config, &i.options, places, &mut timings)?;
    let is_main = program.roots.iter().any(|&r| program.packages[r].name == syntax::names::MAIN);
    if program_only && (!is_main || many) {
        let path = &program.packages[program.roots[0]].path;
        return Err(Failure::build(format!("package {path} is not a main package")));
    }
    let out = output(&place);
    if is_main && !many {
        make_folder(&out)?;
    }
    // As in Go, packages that are no program are compiled for their errors only.
    let goal = if is_main && !many { Goal::Executable(out.clone()) } else { Goal::CheckPrograms };
    let built = matches!(goal, Goal::Executable(_));
    let result = pipeline::run(&config, &target, &i.options, program, goal, &mut timings);
    timings.print();
    result.map_err(Failure::build)?;
    Ok(built.then_some(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_names() {
        let place = |path: &str| Place {
            path: path.into(),
            dir: "/".into(),
            std: false,
            files: None,
            go_version: None,
        };
        assert_eq!(default_output(&place("a.b/c/d")), PathBuf::from("d"));
        assert_eq!(default_output(&place("a.b/c/v2")), PathBuf::from("c"));
        let files = Place { files: Some(vec!["/x/y.go".into()]), ..place("command-line-arguments") };
        assert_eq!(default_output(&files), PathBuf::from("y"));
    }
}
