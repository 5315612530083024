//! The Rust text for a program: its types, functions and methods.

use std::collections::HashSet;
use std::fmt::Write;

use crate::api::{Api, Defined, Func, Typ};
use crate::names;
use crate::rust::{Refused, Shape, Types, parenthesised};

/// A module's text.
pub struct Bindings {
    pub text: String,
    /// Functions and methods without a Rust one, with the reason.
    pub refused: Vec<String>,
}

/// Writes the bindings for a program.
pub fn bindings(name: &str, api: &Api) -> Bindings {
    let types = Types::new(api);
    let mut out =
        Bindings { text: format!("// Go's {name}, written by oxigo-build.\n"), refused: Vec::new() };
    let mut sorted: Vec<&Defined> = api.types.iter().collect();
    sorted.sort_by_key(|d| &d.name);
    for d in sorted {
        define(&types, d, &mut out.text);
        let own = |f: &&Func| receiver(f).is_some_and(|(of, _)| of == d.name);
        methods(&types, d, &api.funcs.iter().filter(own).collect::<Vec<_>>(), &mut out);
    }
    let mut taken = HashSet::new();
    for f in api.funcs.iter().filter(|f| f.recv.is_none()) {
        let written = function(&types, f, None, &f.export, &mut taken);
        add(written, &f.export, &mut out);
    }
    out.text = format!(
        "// Go's {name}, written by oxigo-build.\npub use bindings::*;\n\n\
         #[allow(dead_code, non_camel_case_types, clippy::all, reason = \"who includes this does not have to use all of it\")]\n\
         mod bindings {{\n{}}}\n",
        out.text
    );
    out
}

fn add(written: Result<String, Refused>, name: &str, out: &mut Bindings) {
    match written {
        Ok(text) => out.text += &text,
        Err(why) => out.refused.push(format!("{name}: not supported: {why}")),
    }
}

/// The type that a method is of, and whether its receiver is a pointer.
fn receiver(f: &Func) -> Option<(&str, bool)> {
    match f.recv.as_ref()? {
        Typ::Named(n) => Some((n, false)),
        Typ::Pointer(t) => match &**t {
            Typ::Named(n) => Some((n, true)),
            _ => None,
        },
        _ => None,
    }
}

/// A defined type.
fn define(types: &Types<'_>, d: &Defined, out: &mut String) {
    let (name, whole) = (names::typ(&d.name), Typ::Named(d.name.clone()));
    let mut derives = vec!["Clone", "Debug", "PartialEq"];
    if types.is_copy(&whole) {
        derives.push("Copy");
    }
    if types.has_default(&whole) {
        derives.push("Default");
    }
    let derive = |more: &[&str]| format!("#[derive({})]", [&derives, more].concat().join(", "));
    let ok = "the shape says that there is a type";
    match (types.shape(&d.name), &d.typ) {
        (Shape::Struct, Typ::Struct(fields)) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(f, t)| format!("{}: {}", names::snake(f), types.owned(t).expect(ok)))
                .collect();
            let public: String = fields.iter().map(|f| format!("    pub {f},\n")).collect();
            write!(
                out,
                "\n/// Go's `{}`.\n{}\n#[repr(C)]\npub struct {name} {{\n{public}}}\n\
                 oxigo_host::mirror_struct!({name} {{ {} }});\n",
                d.name,
                derive(&[]),
                fields.join(", ")
            )
        }
        (Shape::Tuple, under) => {
            let number = matches!(under, Typ::Basic(b) if b != "string" && !b.starts_with("float"));
            let more: &[&str] = if number { &["Eq", "Hash", "PartialOrd", "Ord"] } else { &[] };
            let owned = types.owned(under).expect(ok);
            let constants: String = d
                .constants
                .iter()
                .map(|(c, value)| {
                    format!(
                        "    /// Go's `{c}`.\n    pub const {}: {name} = {name}({value});\n",
                        names::constant(c)
                    )
                })
                .collect();
            let constants = match constants.is_empty() || !number {
                true => String::new(),
                false => format!("impl {name} {{\n{constants}}}\n"),
            };
            write!(
                out,
                "\n/// Go's `{}`.\n{}\n#[repr(transparent)]\npub struct {name}(pub {owned});\n\
                 oxigo_host::mirror_defined!({name}({owned}));\n{constants}",
                d.name,
                derive(more)
            )
        }
        (Shape::Alias, under) => match types.owned(under) {
            Ok(owned) => write!(out, "\n/// Go's `{}`.\npub type {name} = {owned};\n", d.name),
            Err(_) => Ok(()),
        },
        _ => Ok(()),
    }
    .expect("a string takes all");
    let Some(handle) = types.handle(&d.name) else { return };
    let (of, new) = match types.shape(&d.name) {
        // Types of the main package are exported.
        Shape::Struct if !d.name.contains(['.', '[']) && d.name.starts_with(char::is_uppercase) => (
            name.clone(),
            format!(
                "impl {handle} {{\n    /// A new variable of Go's.\n    \
                 pub fn new(value: &{name}) -> Result<{handle}, oxigo_host::GoError> {{\n        \
                 oxigo_host::Ref::named({:?}, value).map({handle})\n    }}\n}}\n",
                d.name
            ),
        ),
        Shape::Struct => (name.clone(), String::new()),
        _ => ("()".into(), String::new()),
    };
    let access = match types.shape(&d.name) {
        Shape::Struct => format!(
            "impl std::ops::Deref for {handle} {{\n    type Target = oxigo_host::Ref<{name}>;\n    \
             fn deref(&self) -> &Self::Target {{\n        &self.0\n    }}\n}}\n"
        ),
        _ => format!(
            "impl {handle} {{\n    /// Whether it is nil.\n    pub fn is_nil(&self) -> bool {{\n        \
             self.0.is_nil()\n    }}\n}}\n"
        ),
    };
    write!(
        out,
        "\n/// Go's `*{}`.\n#[derive(Clone, Debug, PartialEq)]\n#[repr(transparent)]\n\
         pub struct {handle}(oxigo_host::Ref<{of}>);\noxigo_host::mirror_defined!({handle}(oxigo_host::Ref<{of}>));\n\
         {new}{access}",
        d.name
    )
    .expect("a string takes all");
}

/// The methods of a type: those with value receivers are of the type and of its handle, others of the handle.
fn methods(types: &Types<'_>, d: &Defined, funcs: &[&Func], out: &mut Bindings) {
    let own = matches!(types.shape(&d.name), Shape::Struct | Shape::Tuple).then(|| names::typ(&d.name));
    let handle = types.handle(&d.name);
    let (mut of_value, mut of_pointer) = (String::new(), String::new());
    let (mut taken_value, mut taken_pointer) = (HashSet::new(), HashSet::new());
    if handle.is_some() {
        taken_pointer.extend(["new".to_string(), "is_nil".into(), "get".into(), "set".into()]);
    }
    for f in funcs {
        let pointer = receiver(f).is_some_and(|r| r.1);
        let mut written = Err("methods of this type".to_string());
        if own.is_some() && !pointer {
            written = function(types, f, Some(false), &f.export, &mut taken_value);
            of_value += written.as_deref().unwrap_or("");
        }
        if handle.is_some() {
            let export = format!("(*{}).{}", d.name, f.name);
            written = function(types, f, Some(true), &export, &mut taken_pointer);
            of_pointer += written.as_deref().unwrap_or("");
        }
        if let Err(why) = written {
            out.refused.push(format!("{}: not supported: {why}", f.export));
        }
    }
    for (name, text) in [(own, of_value), (handle, of_pointer)] {
        if let Some(name) = name.filter(|_| !text.is_empty()) {
            writeln!(out.text, "impl {name} {{{text}}}").expect("a string takes all");
        }
    }
}

/// A function, or a method (`recv`: of a handle).
fn function(
    types: &Types<'_>,
    f: &Func,
    recv: Option<bool>,
    export: &str,
    taken: &mut HashSet<String>,
) -> Result<String, Refused> {
    let name = names::snake(&f.name);
    let (mut params, mut args) = (Vec::new(), Vec::new());
    if recv.is_some() {
        params.push("&self".to_string());
        args.push("self".to_string());
    }
    let mut used = HashSet::new();
    for (i, (param, t)) in f.params.iter().enumerate() {
        let mut own = names::snake(param);
        if own == "_" || !used.insert(own.clone()) {
            own = format!("arg{i}");
        }
        let typ = types.param(t).map_err(|e| format!("parameter of type {e}"))?;
        params.push(format!("{own}: {typ}"));
        args.push(types.argument(&own, t));
    }
    if args.len() > MOST {
        return Err(format!("more than {MOST} parameters"));
    }
    let (values, fails) = match f.results.strip_suffix(&[Typ::Error]) {
        Some(values) => (values, true),
        None => (&f.results[..], false),
    };
    let result = |e| format!("result of type {e}");
    let returned = types.results(values).map_err(result)?;
    let raw = types.tuple(&f.results).map_err(result)?;
    if !taken.insert(name.clone()) {
        return Err(format!("the Rust name {name} is taken"));
    }
    let all: Vec<String> = (0..values.len()).map(|i| format!("r{i}")).collect();
    let mut pattern = all.clone();
    let mut check = "";
    if fails {
        pattern.push("error".into());
        check = "    error.into_result()?;\n";
    }
    let value = if let [one] = &all[..] { one.clone() } else { parenthesised(&all) };
    let variadic = if f.variadic { ", which is variadic" } else { "" };
    Ok(format!(
        "\n/// Go's `{}`{variadic}.\npub fn {name}({}) -> Result<{returned}, oxigo_host::GoError> {{\n    \
         let {} = oxigo_host::call!({export:?}, {} => {raw})?;\n{check}    Ok({value})\n}}\n",
        f.export,
        params.join(", "),
        parenthesised(&pattern),
        parenthesised(&args),
    ))
}

/// Parameters, the receiver included, that a call may have.
const MOST: usize = 12;
