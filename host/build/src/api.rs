//! What `oxigo build --host-api` says of a program, read.

use crate::json::Json;

/// A program as its host sees it.
#[derive(Debug)]
pub struct Api {
    pub folders: Vec<String>,
    pub files: Vec<String>,
    pub funcs: Vec<Func>,
    pub types: Vec<Defined>,
}

/// An exported function or method.
#[derive(Debug)]
pub struct Func {
    pub name: String,
    /// The name that the host knows it by.
    pub export: String,
    pub recv: Option<Typ>,
    pub params: Vec<(String, Typ)>,
    pub results: Vec<Typ>,
    pub variadic: bool,
}

/// A defined type.
#[derive(Debug)]
pub struct Defined {
    pub name: String,
    /// What is underneath.
    pub typ: Typ,
    /// Constants of it, with their values.
    pub constants: Vec<(String, i128)>,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Typ {
    /// `int`, `string`, ...
    Basic(String),
    Error,
    Named(String),
    Pointer(Box<Typ>),
    Slice(Box<Typ>),
    Array(i128, Box<Typ>),
    Map(Box<Typ>, Box<Typ>),
    Chan(Box<Typ>),
    Func(Vec<Typ>, Vec<Typ>),
    Struct(Vec<(String, Typ)>),
    /// As Go writes it.
    Other(String),
}

impl Api {
    /// None if it is something else, as another version of the command may write.
    pub fn read(text: &str) -> Option<Api> {
        let json = Json::parse(text)?;
        Some(Api {
            folders: all(json.get("folders")?, string)?,
            files: all(json.get("files")?, string)?,
            funcs: all(json.get("funcs")?, func)?,
            types: all(json.get("types")?, defined)?,
        })
    }
}

fn all<T>(list: &Json, item: impl Fn(&Json) -> Option<T>) -> Option<Vec<T>> {
    list.list()?.iter().map(item).collect()
}

fn string(j: &Json) -> Option<String> {
    j.text().map(String::from)
}

fn func(j: &Json) -> Option<Func> {
    Some(Func {
        name: string(j.get("name")?)?,
        export: string(j.get("export")?)?,
        recv: match j.get("recv") {
            Some(t) => Some(typ(t)?),
            None => None,
        },
        params: all(j.get("params")?, field)?,
        results: all(j.get("results")?, typ)?,
        variadic: j.get("variadic")? == &Json::Bool(true),
    })
}

fn field(j: &Json) -> Option<(String, Typ)> {
    match j.list()? {
        [name, t] => Some((string(name)?, typ(t)?)),
        _ => None,
    }
}

fn defined(j: &Json) -> Option<Defined> {
    let constant = |c: &Json| match c.list()? {
        [name, Json::Number(n)] => Some((string(name)?, *n)),
        _ => None,
    };
    Some(Defined {
        name: string(j.get("name")?)?,
        typ: typ(j.get("type")?)?,
        constants: all(j.get("constants")?, constant)?,
    })
}

fn typ(j: &Json) -> Option<Typ> {
    if let Some(word) = j.text() {
        return Some(match word {
            "error" => Typ::Error,
            "any" => Typ::Other(word.into()),
            _ => Typ::Basic(word.into()),
        });
    }
    let boxed = |j: &Json| typ(j).map(Box::new);
    let parts = j.list()?;
    Some(match (parts.first()?.text()?, &parts[1..]) {
        ("named", [name]) => Typ::Named(string(name)?),
        ("pointer", [t]) => Typ::Pointer(boxed(t)?),
        ("slice", [t]) => Typ::Slice(boxed(t)?),
        ("array", [Json::Number(n), t]) => Typ::Array(*n, boxed(t)?),
        ("map", [k, t]) => Typ::Map(boxed(k)?, boxed(t)?),
        ("chan", [_, t]) => Typ::Chan(boxed(t)?),
        ("func", [params, results, _]) => Typ::Func(all(params, typ)?, all(results, typ)?),
        ("struct", [fields]) => Typ::Struct(all(fields, field)?),
        ("other", [text]) => Typ::Other(string(text)?),
        _ => return None,
    })
}
