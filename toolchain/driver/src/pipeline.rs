//! The phases from loaded packages to an executable, in order, with what each took.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use codegen::mistake::Mistake;
use ir::passes::trace::Trace;
use rustc_hash::{FxHashMap, FxHashSet};
use types::checker::{Checker, PackageInput};
use types::table::PkgId;

use crate::cache::{self, Cache};
use crate::cli::Options;
use crate::commands::Target;
use crate::load::{Config, Package, Program};
use crate::report::{Diagnostic, render, visible};
use crate::terminal::Line;
use crate::{abi, assemble, buildinfo, dump, explain, fuzz, host_api, late, link, pgo, runtime_lib};

/// Packages that every program has, imported or not.
pub const NEEDED_PACKAGES: &[&str] = &["runtime"];

/// What a run of the pipeline is for.
pub enum Goal {
    /// Errors only.
    Check,
    /// Errors only, those of roots that would be no program too.
    CheckPrograms,
    /// Where the arguments of the first root's functions live, on standard output.
    Abi(abi::Request),
    /// An executable with this name.
    Executable(PathBuf),
}

/// A phase as the user is told of it.
fn doing(phase: &str) -> &'static str {
    match phase {
        "load" => "reading packages",
        "check" => "checking",
        "runtime" => "getting the runtime ready",
        "link" => "linking",
        _ => "compiling",
    }
}

/// How long phases took, and remarks about them.
pub struct Timings {
    enabled: bool,
    /// Who waits at a terminal is told what is done.
    tells: bool,
    start: Instant,
    rows: Vec<(&'static str, Duration)>,
    notes: Vec<String>,
}

impl Timings {
    pub fn new(options: &Options) -> Timings {
        // Commands and remarks that are printed meanwhile tell enough.
        let tells = !options.commands && !options.asm && options.explain == 0;
        Timings { enabled: options.time, tells, start: Instant::now(), rows: Vec::new(), notes: Vec::new() }
    }

    /// Runs and measures a phase.
    pub fn phase<T>(&mut self, name: &'static str, f: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let line = self.tells.then(|| Line::new(doing(name), self.start));
        let result = f();
        drop(line);
        self.rows.push((name, start.elapsed()));
        result
    }

    /// What a phase tells about its parts.
    pub fn parts(&mut self, phase: &str, times: &[(&'static str, Duration)]) {
        self.note(|| {
            let parts: Vec<String> = times
                .iter()
                .map(|(name, time)| format!("{name} {:.1} ms", time.as_secs_f64() * 1e3))
                .collect();
            format!("{phase}: {}", parts.join(", "))
        });
    }

    pub fn note(&mut self, text: impl FnOnce() -> String) {
        if self.enabled {
            self.notes.push(text());
        }
    }

    /// Prints the table, if it was asked for.
    pub fn print(&self) {
        if !self.enabled {
            return;
        }
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        for (name, time) in &self.rows {
            eprintln!("{name:<10} {:9.1} ms", ms(*time));
        }
        eprintln!("{:<10} {:9.1} ms", "total", ms(self.start.elapsed()));
        for note in &self.notes {
            eprintln!("{note}");
        }
    }
}

/// The errors of all packages under their headings, or nothing if there are none. Packages of the library come last:
/// errors there follow from ours.
fn errors_text(program: &Program, all: bool) -> String {
    // Packages come after those they import. Where one of these has errors, Go does not compile the importer.
    let mut broken = vec![false; program.packages.len()];
    let mut packages: Vec<&Package> = Vec::new();
    for (i, p) in program.packages.iter().enumerate() {
        broken[i] = p.imports.iter().any(|&(_, target)| broken[target]);
        if !p.errors.is_empty() && !broken[i] {
            packages.push(p);
        }
        broken[i] |= !p.errors.is_empty();
    }
    packages.sort_by_key(|p| p.std);
    packages.iter().map(|p| format!("# {}\n{}", p.path, render(&p.errors, all))).collect()
}

/// Hands all packages to a checker. Packages of the checker are numbered from 2 in our order.
fn checker(target: &Target, program: &Program) -> (Checker, Vec<PkgId>) {
    let mut checker = Checker::new();
    checker.word = u32::from(target.arch.ptr_size);
    let mut ids: Vec<PkgId> = Vec::with_capacity(program.packages.len());
    for p in &program.packages {
        let imports = p.imports.iter().map(|&(path, i)| (path, ids[i])).collect();
        let minor = p.go_version.as_deref().and_then(|v| v.strip_prefix("go1.")?.parse().ok());
        ids.push(checker.add_package(PackageInput {
            path: p.link_path,
            name: p.name,
            files: p.files.clone(),
            imports,
            in_goroot: p.std,
            go_version: minor,
        }));
    }
    (checker, ids)
}

/// Distributes the checker's errors over the packages whose files they are in.
fn add_errors(errors: Vec<types::checker::Diagnostic>, program: &mut Program) {
    let mut package_of: FxHashMap<u32, usize> = FxHashMap::default();
    for (i, p) in program.packages.iter().enumerate() {
        package_of.extend(p.files.iter().map(|f| (f.source.base, i)));
        package_of.extend(p.assembly.iter().map(|f| (f.base, i)));
    }
    for e in errors {
        let file = syntax::pos::file_of(e.pos).map(|f| f.base);
        let index =
            file.and_then(|base| package_of.get(&base).copied()).unwrap_or(program.packages.len() - 1);
        program.packages[index].errors.push(Diagnostic::new(e.pos, e.msg));
    }
}

/// Checks the user's packages and the roots in full. Bodies in other packages are checked when they are compiled.
fn check<'a>(config: &'a Config, target: &Target, program: &mut Program) -> Checked<'a> {
    let (mut checker, ids) = checker(target, program);
    for (i, p) in program.packages.iter().enumerate() {
        if (!p.std || program.roots.contains(&i)) && !p.has_syntax_errors() {
            checker.check_package(ids[i]);
        }
    }
    add_errors(checker.errors(), program);
    let assembler = assemble::Assembler::new(config, &ids, program);
    let assembly = assembler.all(&mut checker, program);
    let budget = target.arch.abi_internal();
    // What another package declares wrongly has no size.
    let sound = program.packages.iter().all(|p| p.errors.is_empty());
    for (p, &id) in program.packages.iter_mut().zip(&ids) {
        if p.errors.is_empty() && !p.std {
            p.errors = late::check(p, &assembly.defined);
            if sound {
                let too_large = types::limits::check(&checker, id, budget);
                p.errors.extend(too_large.into_iter().map(|e| Diagnostic::new(e.pos, e.msg)));
            }
        }
    }
    Checked { checker, ids, assembly: assembly.objects, assembler }
}

/// What checking leaves.
struct Checked<'a> {
    checker: Checker,
    /// The checker's numbers of our packages.
    ids: Vec<PkgId>,
    /// The contents of the assembly files outside GOROOT.
    assembly: Vec<asm::Object>,
    /// Has those of GOROOT.
    assembler: assemble::Assembler<'a>,
}

/// Runs the phases; an error is the text for the user.
pub fn run(
    config: &Config,
    target: &Target,
    options: &Options,
    mut program: Program,
    goal: Goal,
    timings: &mut Timings,
) -> Result<(), String> {
    // Packages with a broken grammar are not worth checking, and neither is what imports them.
    let broken = program.packages.iter().any(Package::has_syntax_errors);
    let checked =
        if broken { None } else { Some(timings.phase("check", || check(config, target, &mut program))) };
    let text = errors_text(&program, options.all_errors);
    if !text.is_empty() {
        return Err(text);
    }
    if let (Goal::Abi(request), Some(checked)) = (&goal, &checked) {
        let root = program.roots[0];
        let assembly = !program.packages[root].assembly.is_empty();
        let told = abi::describe(&checked.checker, checked.ids[root], assembly, target, request);
        print!("{}", told.map_err(|e| format!("oxigo abi: {e}"))?);
    }
    if matches!(goal, Goal::CheckPrograms) {
        let roots = program.roots.iter().map(|&r| &program.packages[r]);
        let mains = roots.filter(|p| p.name == syntax::names::MAIN);
        let without: Vec<String> = mains.filter_map(|p| late::needs_main(p).err()).collect();
        if !without.is_empty() {
            return Err(without.join("\n"));
        }
    }
    let (Goal::Executable(output), Some(mut checked)) = (goal, checked) else {
        // The process ends soon: taking the trees apart would only cost time.
        std::mem::forget(program);
        return Ok(());
    };
    link::check_output(&output)?;
    if let Some(file) = &options.host_api {
        let main = checked.ids[program.roots[0]];
        written(file, host_api::describe(&checked.checker, main, &program, target).as_bytes())?;
    }
    let hooks = Some(runtime_lib::hook_names(target));
    let mut ir = lower(target, options, hooks, &mut program, &mut checked, timings)?;
    ir.notes.iter().for_each(|n| eprintln!("{}", visible(n)));
    let trace = (!options.dump_ssa.is_empty()).then(|| Arc::new(Trace::new(options.dump_ssa.clone())));
    timings.note(|| format!("{} functions, {} data symbols", ir.funcs.len(), ir.datas.len()));
    if let Some(last) = options.pass_limit.and_then(|n| n.checked_sub(1))
        && let Some(f) = ir.funcs.get(ir::FuncId(last as u32))
    {
        eprintln!("pass-limit: the last function is {}", visible(f.name.as_str()));
    }
    let mut passes = pass_options(options, &trace);
    let pgo = pgo::file(config, options, &program);
    if let Some(file) = &pgo {
        let profile = timings.phase("profile", || pgo::read(file))?;
        passes.profile = (!profile.is_empty()).then(|| Arc::new(profile));
    }
    let report = timings.phase("optimise", || ir::passes::whole(&mut ir, &passes));
    timings.parts("optimise", &report.times);
    if options.explain > 0 {
        eprint!("{}", visible(&explain::render_remarks(&program, &report.remarks, options.explain)));
    }
    let frames = late::frames(&ir, &passes);
    if !frames.is_empty() {
        add_errors(frames, &mut program);
        return Err(errors_text(&program, options.all_errors));
    }
    let mut codegen = codegen_options(config, options, &program, trace.clone(), target);
    if !target.is_bare() && !options.host_object {
        codegen.modinfo = buildinfo::marked(config, target, options, &program, pgo.as_deref());
    }
    codegen.passes = Some(passes);
    let cache = if options.anew { Err("-a asks for none".into()) } else { Cache::open() };
    let cache = match cache {
        Ok(cache) => Some(Arc::new(cache)),
        Err(why) => {
            timings.note(|| format!("cache: none, as {why}"));
            None
        }
    };
    codegen.store = cache.clone().map(|c| c as Arc<dyn codegen::Store>);
    codegen.distrust = cache::is_distrusted();
    let object = timings.phase("codegen", || codegen::compile_program(&ir, &codegen));
    let object = object.map_err(|errors| errors.join("\n"))?;
    timings.parts("codegen", &object.times);
    if let Some(cache) = cache {
        // What cannot be written is made again next time.
        let written = timings.phase("keep", || cache.finish());
        timings.note(|| {
            let count = |n: &AtomicUsize| n.load(Ordering::Relaxed);
            let codegen::Tally { hits, misses, apart } = &*codegen.tally;
            let (hits, misses, apart) = (count(hits), count(misses), count(apart));
            let why = written.err().map_or(String::new(), |e| format!(", not kept: {e}"));
            format!("cache: {hits} functions found, {misses} made{why}, {apart} that cannot be kept")
        });
    }
    print!("{}", visible(&object.listing));
    print!("{}", visible(&object.told));
    if let Some(trace) = trace {
        dump::write(&trace.stages(), &options.dump_ssa, &ir)?;
    }
    if options.host_object {
        let written = written(&output, &object.bytes);
        std::mem::forget((program, checked, ir));
        return written;
    }
    // The program's own code is next to nothing beside the archive: find it while nothing else is left to do.
    let runtime = match &options.runtime_lib {
        Some(archive) => archive.clone(),
        None => timings.phase("runtime", || runtime_lib::find(target, options))?,
    };
    // Every socket comes from one of these, which may be part of each other.
    let sockets = ir.funcs.iter().any(|f| matches!(f.name.as_str(), "syscall.Socket" | "syscall.socket"));
    let checksum = codegen::fips::is_checked(&ir, &codegen);
    let needs = link::Needs { sockets, checksum };
    let linked =
        timings.phase("link", || link::link(target, options, &object.bytes, &runtime, &output, &needs));
    std::mem::forget((program, checked, ir));
    linked
}

fn written(file: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(file, bytes).map_err(|e| format!("cannot write {}: {e}", file.display()))
}

/// The program that starts at the first root's `main`, as the builder makes it.
fn lower(
    target: &Target,
    options: &Options,
    hooks: Option<FxHashSet<String>>,
    program: &mut Program,
    checked: &mut Checked,
    timings: &mut Timings,
) -> Result<ir::Program, String> {
    let root = program.roots[0];
    late::needs_main(&program.packages[root])?;
    let main = checked.ids[root];
    let assembly = std::mem::take(&mut checked.assembly);
    let library: Option<&dyn lower::natives::Library> = Some(&checked.assembler);
    let lowered = timings.phase("lower", || {
        let everything = options.debug.iter().any(|d| d == "everything");
        let whole_main = options.explain > 0 || options.asm;
        let wrappers = lower::natives::WrapperOptions {
            enabled: !options.no_abiwrap,
            limit: options.abiwrap_limit,
            notes: options.debug.iter().any(|d| d == "abiwrap"),
        };
        let counted = match options.test.fuzzes() {
            true => fuzz::counted(program, &checked.ids),
            false => Vec::new(),
        };
        let options = lower::Options {
            arch: target.arch,
            hooks,
            natives: assembly,
            library,
            wrappers,
            everything,
            whole_main,
            open: options.host_object,
            counted: &counted,
        };
        lower::lower_program(&mut checked.checker, main, &options)
    });
    lowered.map_err(|errors| {
        add_errors(errors, program);
        errors_text(program, options.all_errors)
    })
}

fn pass_options(options: &Options, trace: &Option<Arc<Trace>>) -> ir::passes::Options {
    let has = |name: &str| options.debug.iter().any(|d| d == name);
    ir::passes::Options {
        remarks: options.explain > 0,
        no_inline: has("noinline"),
        no_opt: has("noopt"),
        without: options.without_passes.clone(),
        limit: options.pass_limit,
        profile: None,
        trace: trace.clone(),
    }
}

/// The positions that belong to the packages of the command line.
fn root_files(program: &Program) -> Vec<std::ops::Range<u32>> {
    let files = program.roots.iter().flat_map(|&r| &program.packages[r].files);
    files.map(|f| f.source.base..f.source.base + f.source.text.len() as u32).collect()
}

/// `--debug mistake-NAME`, in compilers that are being tested.
fn mistake(options: &Options) -> Option<Mistake> {
    let mut asked = options.debug.iter().filter_map(|d| Mistake::named(d.strip_prefix("mistake-")?));
    asked.next().filter(|_| cfg!(debug_assertions))
}

fn codegen_options(
    config: &Config,
    options: &Options,
    program: &Program,
    trace: Option<Arc<Trace>>,
    target: &Target,
) -> codegen::Options {
    let version = std::fs::read_to_string(config.goroot.join("VERSION")).unwrap_or_default();
    codegen::Options {
        check: cfg!(debug_assertions),
        listing: if options.asm { root_files(program) } else { Vec::new() },
        trace,
        arch: Some(target.arch),
        bare: target.is_bare(),
        movable: options.pie || options.host_object,
        whole: options.host_object,
        sizes: options.sizes,
        why: options.why.clone(),
        debug_info: (!options.strip && !options.no_debug_info)
            .then(|| program.packages[program.roots[0]].path.to_string()),
        threads: options.jobs,
        version: version.lines().next().unwrap_or(crate::goroot::GO_VERSION).to_string(),
        godebug: config.godebug.clone(),
        mistake: mistake(options),
        ..codegen::Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reaches a good part of the library: text, numbers of all sizes, reflection, goroutines, time, files.
    const PROGRAM: &str = r#"package main

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"math/big"
	"os"
	"regexp"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type shape struct {
	Name  string
	Area  float64
	Count uint64
	Small int8
}

func main() {
	list := []shape{{"a", math.Sqrt(2), 1 << 40, -1}, {"b", 2, 3, 4}}
	sort.Slice(list, func(i, j int) bool { return list[i].Area < list[j].Area })
	text, err := json.Marshal(list)
	fmt.Println(string(text), err, crc32.ChecksumIEEE(text))
	var wg sync.WaitGroup
	var n atomic.Int64
	for i := range 4 {
		wg.Go(func() { n.Add(int64(i)) })
	}
	wg.Wait()
	x := new(big.Int).Exp(big.NewInt(3), big.NewInt(n.Load()), nil)
	fmt.Println(x, regexp.MustCompile(`a+`).FindString("baa"), time.Duration(n.Load()))
	fmt.Fprintln(os.Stderr, strings.Repeat("x", 3))
}
"#;

    /// What is passed in registers is passed as `reflect` says: each value of legal code in the register of one step.
    fn leaves_are_steps(ir: &ir::Program) {
        for (id, sig) in ir.sigs.iter_enumerated() {
            for part in sig.params.iter().chain(&sig.results) {
                let (Some(leaves), ir::PartLoc::Regs(steps)) = (&part.leaves, &part.loc) else { continue };
                let shape = |ty: ir::Ty, off: u32| (off, ir.target.size(ty), ty.is_float());
                let leaves: Vec<_> = leaves.iter().map(|l| shape(l.0, l.1)).collect();
                let steps: Vec<_> = steps.iter().map(|s| shape(s.ty, s.offset)).collect();
                assert_eq!(leaves, steps, "{id}: {sig:?}");
            }
        }
    }

    /// Functions that stand for operations do not call themselves, on whatever way.
    fn helpers_stand_alone(ir: &ir::Program) {
        use ir::{Op, op::Callee};
        let called = |f: ir::FuncId| {
            let f = &ir.funcs[f];
            let insts = f.blocks.iter().flat_map(|b| &b.insts);
            insts.filter_map(|&i| match f.insts[i].op {
                Op::Call { callee: Callee::Static(id), .. } if !ir.funcs[id].flags.noreturn => Some(id),
                _ => None,
            })
        };
        for (name, needed) in ir::passes::legalize::HELPERS {
            let found = ir.by_name.get(&syntax::Sym::new(&format!("runtime.{name}"))).copied();
            assert!(found.is_some() || !needed(ir.target), "no runtime.{name}");
            let Some(start) = found.filter(|_| *name != "panicmem") else { continue };
            let mut seen = vec![start];
            let mut next = 0;
            while next < seen.len() {
                for f in called(seen[next]) {
                    assert!(f != start, "{name} calls itself");
                    if !seen.contains(&f) && ir.funcs[f].name.as_str() != "runtime.panicUnalignedWide" {
                        seen.push(f);
                    }
                }
                next += 1;
            }
        }
    }

    /// The program passes the verifier behind the builder and behind each pass.
    fn lowers_for(goarch: &'static str) {
        let work = move || {
            let dir = std::env::temp_dir().join(format!("oxigo-lower-{goarch}-{}", std::process::id()));
            std::fs::create_dir_all(&dir).expect("a temporary directory");
            let file = dir.join("main.go");
            std::fs::write(&file, PROGRAM).expect("its file");
            let arch = reflect::Arch::by_name(goarch).expect("a row");
            let target = Target { os: "linux", arch };
            let options = Options::default();
            let config = crate::commands::config(&options, &target).expect("a Go library");
            let place = config.files_package(&[file.display().to_string()]).expect("a package");
            let loaded = crate::load::load(&config, vec![place], NEEDED_PACKAGES);
            std::fs::remove_dir_all(&dir).expect("it is ours");
            let mut program = loaded.unwrap_or_else(|e| panic!("{}", e.join("\n")));
            let mut checked = check(&config, &target, &mut program);
            assert_eq!(errors_text(&program, true), "");
            let mut timings = Timings::new(&Options::default());
            // Assembly is left for those who make its replacements.
            let ir = lower(&target, &options, None, &mut program, &mut checked, &mut timings);
            let mut ir = ir.unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(ir.target, ir::Target::of(arch));
            ir::verify::program(&ir).unwrap_or_else(|e| panic!("{}", e.join("\n")));
            ir::passes::run(&mut ir, &pass_options(&options, &None));
            ir::verify::program(&ir).unwrap_or_else(|e| panic!("{}", e.join("\n")));
            leaves_are_steps(&ir);
            helpers_stand_alone(&ir);
        };
        let thread = std::thread::Builder::new().stack_size(syntax::STACK_SIZE).spawn(work);
        thread.expect("the system has threads").join().unwrap_or_else(|e| std::panic::resume_unwind(e));
    }

    #[test]
    fn lowers_for_386() {
        lowers_for("386");
    }
    #[test]
    fn lowers_for_arm() {
        lowers_for("arm");
    }
    #[test]
    fn lowers_for_mips() {
        lowers_for("mips");
    }
    #[test]
    fn lowers_for_s390x() {
        lowers_for("s390x");
    }
}
