//! Where arguments and results of functions live, as `oxigo abi` tells it: a table, or JSON. The places are those that the compiler
//! uses: both ask `reflect::abi`.

use reflect::abi::{AbiDesc, AbiStep, StepKind, assign};
use reflect::arch::Arch;
use syntax::ast::{Decl, Field, FuncDecl};
use types::checker::Checker;
use types::layout::View;
use types::object::{FuncObj, ObjKind, Object};
use types::table::{PkgId, Type, TypeId};

use crate::commands::Target;
use crate::json::quote;
use crate::report::visible;

/// What is asked.
pub struct Request {
    /// `F`, `T.M` or `(*T).M`; none: all functions of the package.
    pub func: Option<String>,
    pub json: bool,
}

/// An argument or a result.
struct Value {
    /// What it is called, empty if it has no name.
    name: String,
    ty: String,
    size: u64,
    steps: Vec<AbiStep>,
}

struct Func {
    name: String,
    signature: String,
    abi0: bool,
    desc: AbiDesc,
    params: Vec<Value>,
    results: Vec<Value>,
}

/// Describes the functions of a package. `assembly`: functions that it declares without a body are assembly, ABI0.
pub fn describe(
    checker: &Checker,
    pkg: PkgId,
    assembly: bool,
    target: &Target,
    request: &Request,
) -> Result<String, String> {
    let d = Describer { checker, pkg, assembly, arch: target.arch };
    let funcs = match &request.func {
        Some(name) => vec![d.named(name)?],
        None => d.all(),
    };
    Ok(match request.json {
        true => json(&funcs, target),
        false => funcs.iter().map(|f| table(f, target)).collect::<Vec<_>>().join("\n"),
    })
}

struct Describer<'a> {
    checker: &'a Checker,
    pkg: PkgId,
    assembly: bool,
    arch: &'static Arch,
}

impl<'a> Describer<'a> {
    /// The package's functions and methods with their declarations, in the order of the sources.
    fn declared(&self) -> impl Iterator<Item = (&'a Object, &'a FuncObj, &'a FuncDecl)> {
        let (checker, data) = (self.checker, self.checker.pkg(self.pkg));
        let mut found: Vec<_> = (data.funcs.iter().chain(&data.methods))
            .filter_map(|&f| {
                let object = checker.obj(f);
                let ObjKind::Func(func) = &object.kind else { return None };
                let (file, index) = func.decl?;
                match &checker.file(file).decls[index as usize] {
                    Decl::Func(decl) => Some((object, func, &**decl)),
                    _ => None,
                }
            })
            .collect();
        found.sort_by_key(|(_, _, decl)| decl.pos);
        found.into_iter()
    }

    /// All that are not generic: those are compiled for each instance.
    fn all(&self) -> Vec<Func> {
        let plain = self.declared().filter(|(_, f, _)| f.tparams.is_empty() && f.recv_tparams.is_empty());
        plain.filter_map(|(object, func, decl)| self.func(object, func, decl, false)).collect()
    }

    fn named(&self, name: &str) -> Result<Func, String> {
        let path = self.checker.pkg(self.pkg).info.path;
        // What a value can do a pointer to it can, too: a function with a pointer for its receiver.
        let of_pointer = name.strip_prefix("(*").and_then(|n| n.split_once(")."));
        let of_value = of_pointer.map(|(of, method)| format!("{of}.{method}"));
        for (object, func, decl) in self.declared() {
            let own = self.name(object, func);
            let wrapped = of_value.as_ref() == Some(&own);
            if own != name && !wrapped {
                continue;
            }
            if !func.tparams.is_empty() || !func.recv_tparams.is_empty() {
                return Err(format!("{name} of {path} is generic: each instance has its own places"));
            }
            return self
                .func(object, func, decl, wrapped)
                .ok_or_else(|| format!("{name} of {path} has errors"));
        }
        Err(format!("no function {name} in {path} (methods are written T.M and (*T).M)"))
    }

    /// `F`, `T.M`, `(*T).M`.
    fn name(&self, object: &Object, func: &FuncObj) -> String {
        let own = object.name.as_str();
        let Some(recv) = func.recv else { return own.into() };
        let table = &self.checker.table;
        let of = table.type_string(table.pointer_elem(recv).unwrap_or(recv), self.pkg);
        // Without type parameters.
        let of = of.split('[').next().unwrap_or_default();
        if func.ptr_recv { format!("(*{of}).{own}") } else { format!("{of}.{own}") }
    }

    fn func(&self, object: &Object, func: &FuncObj, decl: &FuncDecl, wrapped: bool) -> Option<Func> {
        let table = &self.checker.table;
        let Type::Func(sig) = table.get(object.ty) else { return None };
        let recv = func.recv.map(|t| if wrapped { table.pointer(t) } else { t });
        let abi0 = self.assembly && decl.body.is_none();
        let budget = if abi0 { self.arch.abi0() } else { self.arch.abi_internal() };
        let types: Vec<TypeId> = recv.into_iter().chain(sig.params.iter().copied()).collect();
        let view = |&ty: &TypeId| View { tt: table, ty, word: self.arch.ptr_size };
        let (params, results): (Vec<_>, Vec<_>) =
            (types.iter().map(view).collect(), sig.results.iter().map(view).collect());
        let desc = assign(&params, &results, None, budget);
        let values =
            |types: &[TypeId], names: Vec<String>, of: &dyn Fn(usize) -> Vec<AbiStep>| -> Vec<Value> {
                let value = |(i, &t): (usize, &TypeId)| Value {
                    name: names.get(i).cloned().unwrap_or_default(),
                    ty: table.type_string(t, self.pkg),
                    size: table.size_of(t, self.arch.ptr_size),
                    steps: of(i),
                };
                types.iter().enumerate().map(value).collect()
            };
        let of_recv = decl.recv.iter().flat_map(|f| names(std::slice::from_ref(f)));
        let in_names: Vec<String> = of_recv.chain(names(&decl.ty.params)).collect();
        let params = values(&types, in_names, &|i| desc.call.value(i).to_vec());
        let results =
            values(&sig.results, names(&decl.ty.results).collect(), &|i| desc.ret.value(i).to_vec());
        let mut name = self.name(object, func);
        if wrapped {
            name = name.split_once('.').map_or(name.clone(), |(of, method)| format!("(*{of}).{method}"));
        }
        let signature = signature(&params[usize::from(recv.is_some())..], &results, sig.variadic);
        Some(Func { name, signature, abi0, desc, params, results })
    }
}

/// The names of parameters, empty for those that have none.
fn names(fields: &[Field]) -> impl Iterator<Item = String> {
    fields.iter().flat_map(|f| match f.names.is_empty() {
        true => vec![String::new()],
        false => f.names.iter().map(|n| n.name.as_str().to_string()).collect(),
    })
}

/// Parameters and results as a declaration has them.
fn signature(params: &[Value], results: &[Value], variadic: bool) -> String {
    let one = |v: &Value, rest: bool| {
        let ty = match v.ty.strip_prefix("[]") {
            Some(elem) if rest => format!("...{elem}"),
            _ => v.ty.clone(),
        };
        if v.name.is_empty() { ty } else { format!("{} {ty}", v.name) }
    };
    let last = params.len().wrapping_sub(1);
    let list: Vec<String> = params.iter().enumerate().map(|(i, v)| one(v, variadic && i == last)).collect();
    let out: Vec<String> = results.iter().map(|v| one(v, false)).collect();
    let results = match results {
        [] => String::new(),
        [single] if single.name.is_empty() => format!(" {}", out[0]),
        _ => format!(" ({})", out.join(", ")),
    };
    format!("({}){results}", list.join(", "))
}

impl Func {
    fn abi(&self) -> &'static str {
        if self.abi0 { "ABI0" } else { "ABIInternal" }
    }
}

/// The register of a step, or none.
fn register(step: &AbiStep, arch: &Arch) -> Option<&'static str> {
    let list = match step.kind {
        StepKind::IntReg | StepKind::Pointer => arch.int_args,
        StepKind::FloatReg => arch.float_args,
        StepKind::Stack | StepKind::Bad => return None,
    };
    list.get(step.reg as usize).map(|r| r.go)
}

/// What a part of a value is.
fn kind(step: &AbiStep) -> &'static str {
    match step.kind {
        StepKind::Pointer => "pointer",
        StepKind::FloatReg => "float",
        StepKind::IntReg => "integer",
        StepKind::Stack | StepKind::Bad => "stack",
    }
}

fn table(f: &Func, target: &Target) -> String {
    let mut rows: Vec<[String; 4]> = Vec::new();
    for (what, values) in [("argument", &f.params), ("result", &f.results)] {
        for v in values {
            let name = if v.name.is_empty() { "_" } else { &v.name };
            if v.steps.is_empty() {
                rows.push([what.into(), name.into(), v.ty.clone(), "nowhere: no bytes".into()]);
            }
            for (i, s) in v.steps.iter().enumerate() {
                let end = s.offset + s.size;
                let place = match register(s, target.arch) {
                    Some(register) if v.steps.len() == 1 => format!("{register} ({})", kind(s)),
                    Some(register) => format!("{register} (bytes {}..{end}, {})", s.offset, kind(s)),
                    None => format!("stack {}..{}", s.stack_offset, s.stack_offset + s.size),
                };
                match i {
                    0 => rows.push([what.into(), name.into(), v.ty.clone(), place]),
                    _ => rows.push([String::new(), String::new(), String::new(), place]),
                }
            }
        }
    }
    let width = |column: usize| rows.iter().map(|r| r[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let mut out = format!("func {}{}    {target}, {}\n", f.name, f.signature, f.abi());
    for [what, name, ty, place] in &rows {
        out += &format!("  {what:<0$}  {name:<1$}  {ty:<2$}  {place}\n", widths[0], widths[1], widths[2]);
    }
    let d = &f.desc;
    out += &format!(
        "  stack: {} bytes, arguments 0..{}, results {}..{}; spill area: {} bytes\n",
        d.args_size,
        d.stack_call_args_size,
        d.ret_offset,
        d.ret_offset + d.ret.stack_bytes,
        d.spill
    );
    visible(&out).into_owned()
}

fn json(funcs: &[Func], target: &Target) -> String {
    let step = |s: &AbiStep| match register(s, target.arch) {
        Some(register) => format!(
            "{{\"Register\": {}, \"Kind\": {}, \"Offset\": {}, \"Size\": {}}}",
            quote(register),
            quote(kind(s)),
            s.offset,
            s.size
        ),
        None => format!("{{\"Stack\": {}, \"Offset\": {}, \"Size\": {}}}", s.stack_offset, s.offset, s.size),
    };
    let value = |v: &Value| {
        let steps: Vec<String> = v.steps.iter().map(step).collect();
        let (name, ty) = (quote(&v.name), quote(&v.ty));
        format!(
            "\t\t\t\t{{\"Name\": {name}, \"Type\": {ty}, \"Size\": {}, \"Parts\": [{}]}}",
            v.size,
            steps.join(", ")
        )
    };
    let values = |list: &[Value]| match list.is_empty() {
        true => "[]".to_string(),
        false => format!("[\n{}\n\t\t\t]", list.iter().map(value).collect::<Vec<_>>().join(",\n")),
    };
    let func = |f: &Func| {
        let d = &f.desc;
        format!(
            "\t\t{{\n\t\t\t\"Name\": {},\n\t\t\t\"Type\": {},\n\t\t\t\"ABI\": {},\n\t\t\t\"Args\": {},\n\t\t\t\"Results\": {},\n\
             \t\t\t\"StackArgsSize\": {},\n\t\t\t\"StackResultsOffset\": {},\n\t\t\t\"StackSize\": {},\n\t\t\t\"SpillSize\": {}\n\t\t}}",
            quote(&f.name),
            quote(&format!("func{}", f.signature)),
            quote(f.abi()),
            values(&f.params),
            values(&f.results),
            d.stack_call_args_size,
            d.ret_offset,
            d.args_size,
            d.spill
        )
    };
    let list: Vec<String> = funcs.iter().map(func).collect();
    let list = if list.is_empty() { "[]".into() } else { format!("[\n{}\n\t]", list.join(",\n")) };
    format!("{{\n\t\"Target\": {},\n\t\"Funcs\": {list}\n}}\n", quote(&target.to_string()))
}
