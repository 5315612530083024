//! Rust types for Go types.

use std::collections::HashMap;

use crate::api::{Api, Typ};
use crate::names;

/// Why a type has none.
pub type Refused = String;

/// What a defined type becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A struct whose fields Rust sees: copied.
    Struct,
    /// A struct that Go's package keeps to itself: a handle for pointers to it.
    Opaque,
    /// A tuple struct around the underlying type.
    Tuple,
    /// Another name for a map, channel, func or pointer.
    Alias,
    /// Nothing.
    None,
}

/// The types of a program.
pub struct Types<'a> {
    api: &'a Api,
    shapes: HashMap<&'a str, Shape>,
}

/// Go's basic types that have one in Rust.
const BASIC: &[(&str, &str)] = &[
    ("bool", "bool"),
    ("int", "isize"),
    ("int8", "i8"),
    ("int16", "i16"),
    ("int32", "i32"),
    ("rune", "i32"),
    ("int64", "i64"),
    ("uint", "usize"),
    ("uint8", "u8"),
    ("byte", "u8"),
    ("uint16", "u16"),
    ("uint32", "u32"),
    ("uint64", "u64"),
    ("uintptr", "usize"),
    ("float32", "f32"),
    ("float64", "f64"),
    ("string", "String"),
];

impl<'a> Types<'a> {
    pub fn new(api: &'a Api) -> Types<'a> {
        let mut types = Types { api, shapes: HashMap::new() };
        for d in &api.types {
            // Two packages' types of one name: the first has it.
            let taken = types.shapes.keys().any(|n| names::typ(n) == names::typ(&d.name));
            let shape = match &d.typ {
                _ if taken => Shape::None,
                Typ::Struct(_) => Shape::Struct,
                Typ::Basic(_) | Typ::Slice(_) | Typ::Array(..) => Shape::Tuple,
                Typ::Map(..) | Typ::Chan(_) | Typ::Func(..) | Typ::Pointer(_) => Shape::Alias,
                _ => Shape::None,
            };
            types.shapes.insert(&d.name, shape);
        }
        // Structs are opaque whose fields Rust cannot see; so are those that have such a struct in them.
        loop {
            let visible = |types: &Types<'_>, fields: &[(String, Typ)]| {
                fields.iter().all(|(name, t)| {
                    name.starts_with(char::is_uppercase) && types.owned(t).is_ok() && !types.has_func(t)
                })
            };
            let changed = api.types.iter().find(|d| match &d.typ {
                Typ::Struct(fields) => types.shape(&d.name) == Shape::Struct && !visible(&types, fields),
                t => types.shape(&d.name) != Shape::None && types.owned(t).is_err(),
            });
            let Some(d) = changed else { break };
            let shape = if types.shape(&d.name) == Shape::Struct { Shape::Opaque } else { Shape::None };
            types.shapes.insert(&d.name, shape);
        }
        types
    }

    pub fn shape(&self, name: &str) -> Shape {
        self.shapes.get(name).copied().unwrap_or(Shape::None)
    }

    fn under(&self, name: &str) -> Option<&'a Typ> {
        self.api.types.iter().find(|d| d.name == name).map(|d| &d.typ)
    }

    /// Funcs cannot be compared, nor printed.
    fn has_func(&self, t: &Typ) -> bool {
        match t {
            Typ::Func(..) => true,
            Typ::Named(n) => self.shape(n) == Shape::Alias && self.under(n).is_some_and(|t| self.has_func(t)),
            Typ::Slice(t) | Typ::Array(_, t) => self.has_func(t),
            _ => false,
        }
    }

    /// The type that owns its value.
    pub fn owned(&self, t: &Typ) -> Result<String, Refused> {
        let generic = |name: &str, parts: &[&Typ]| {
            let parts: Result<Vec<_>, _> = parts.iter().map(|t| self.owned(t)).collect();
            Ok(format!("oxigo_host::{name}<{}>", parts?.join(", ")))
        };
        match t {
            Typ::Basic(name) => match BASIC.iter().find(|b| b.0 == name) {
                Some((_, rust)) => Ok(rust.to_string()),
                None => Err(name.clone()),
            },
            Typ::Error => Ok("oxigo_host::ErrorValue".into()),
            Typ::Named(name) => match self.shape(name) {
                Shape::Struct | Shape::Tuple | Shape::Alias => Ok(names::typ(name)),
                Shape::Opaque => Err(format!("{name}, which Rust has by pointer only")),
                Shape::None => Err(name.clone()),
            },
            Typ::Pointer(t) => match &**t {
                Typ::Named(name) if self.handle(name).is_some() => Ok(self.handle(name).unwrap_or_default()),
                t => generic("Ref", &[t]),
            },
            Typ::Slice(t) => Ok(format!("Vec<{}>", self.owned(t)?)),
            Typ::Array(n, t) => Ok(format!("[{}; {n}]", self.owned(t)?)),
            Typ::Map(k, t) => generic("Map", &[k, t]),
            Typ::Chan(t) => generic("Chan", &[t]),
            Typ::Func(params, results) => {
                let (params, results) = (self.tuple(params)?, self.tuple(results)?);
                Ok(format!("oxigo_host::GoFunc<{params}, {results}>"))
            }
            Typ::Struct(fields) if fields.is_empty() => Ok("()".into()),
            Typ::Struct(_) => Err("a struct type without a name".into()),
            Typ::Other(text) => Err(text.clone()),
        }
    }

    /// Types as a tuple.
    pub fn tuple(&self, types: &[Typ]) -> Result<String, Refused> {
        let all: Result<Vec<_>, _> = types.iter().map(|t| self.owned(t)).collect();
        Ok(parenthesised(&all?))
    }

    /// The handle for pointers to a struct.
    pub fn handle(&self, name: &str) -> Option<String> {
        match self.shape(name) {
            Shape::Struct => Some(format!("{}Ref", names::typ(name))),
            Shape::Opaque => Some(names::typ(name)),
            _ => None,
        }
    }

    /// The type of a parameter.
    pub fn param(&self, t: &Typ) -> Result<String, Refused> {
        let owned = self.owned(t)?;
        Ok(match t {
            Typ::Basic(b) if b == "string" => "&str".into(),
            Typ::Basic(_) => owned,
            Typ::Error => "Option<&dyn std::fmt::Display>".into(),
            Typ::Slice(e) if **e == Typ::Basic("string".into()) => "&[impl oxigo_host::GoStr]".into(),
            Typ::Slice(e) => format!("&[{}]", self.owned(e)?),
            Typ::Map(k, v) => format!("&impl oxigo_host::MapArg<{}, {}>", self.owned(k)?, self.owned(v)?),
            Typ::Func(params, results) => self.closure(params, results)?,
            Typ::Named(n) => match (self.shape(n), self.under(n)) {
                (Shape::Alias, Some(t)) => self.param(t)?,
                (Shape::Tuple, Some(Typ::Basic(b))) if b != "string" => owned,
                _ => format!("&{owned}"),
            },
            _ => format!("&{owned}"),
        })
    }

    /// The type of closures of Rust's that Go takes as a func.
    fn closure(&self, params: &[Typ], results: &[Typ]) -> Result<String, Refused> {
        let params: Result<Vec<_>, _> = params.iter().map(|t| self.owned(t)).collect();
        let values = results.strip_suffix(&[Typ::Error]).unwrap_or(results);
        let mut result = self.results(values)?;
        if values.len() != results.len() {
            if let Some(t) = values.iter().find(|t| !self.has_default(t)) {
                return Err(format!("a func that returns an error beside {t:?}"));
            }
            result = format!("Result<{result}, Box<dyn std::error::Error>>");
        }
        let result = if result == "()" { String::new() } else { format!(" -> {result}") };
        Ok(format!("impl Fn({}){result} + Send + Sync + 'static", params?.join(", ")))
    }

    /// What a Rust function returns for these results: nothing, one, or a tuple.
    pub fn results(&self, types: &[Typ]) -> Result<String, Refused> {
        match types {
            [one] => self.owned(one),
            all => self.tuple(all),
        }
    }

    /// The argument that a parameter becomes.
    pub fn argument(&self, name: &str, t: &Typ) -> String {
        match t {
            Typ::Error => format!("oxigo_host::ErrorValue({name}.map(|e| e.to_string()))"),
            Typ::Named(n) if self.shape(n) == Shape::Alias => {
                self.under(n).map_or(name.into(), |t| self.argument(name, t))
            }
            Typ::Func(params, results) => {
                let args: Vec<String> = (0..params.len()).map(|i| format!("a{i}")).collect();
                let (tuple, args) = (parenthesised(&args), args.join(", "));
                let body = match &results[..] {
                    [Typ::Error] => {
                        format!("(oxigo_host::ErrorValue({name}({args}).err().map(|e| e.to_string())),)")
                    }
                    [values @ .., Typ::Error] => {
                        let names: Vec<String> = (0..values.len()).map(|i| format!("r{i}")).collect();
                        let names = names.join(", ");
                        let pattern = if values.len() == 1 { names.clone() } else { format!("({names})") };
                        format!(
                            "match {name}({args}) {{ Ok({pattern}) => ({names}, Default::default()), \
                             Err(e) => ({}oxigo_host::ErrorValue::new(&e)) }}",
                            "Default::default(), ".repeat(values.len())
                        )
                    }
                    [_] => format!("({name}({args}),)"),
                    _ => format!("{name}({args})"),
                };
                format!(
                    "oxigo_host::GoFunc::new(move |{tuple}: {}| {body})",
                    self.tuple(params).unwrap_or_default()
                )
            }
            _ => name.into(),
        }
    }

    /// Whether the Rust type has a default.
    pub fn has_default(&self, t: &Typ) -> bool {
        match t {
            Typ::Basic(_) | Typ::Slice(_) | Typ::Error => true,
            Typ::Array(n, t) => *n <= 32 && self.has_default(t),
            Typ::Named(n) => match (self.shape(n), self.under(n)) {
                (Shape::Tuple, Some(t)) => self.has_default(t),
                (Shape::Struct, Some(Typ::Struct(fields))) => fields.iter().all(|f| self.has_default(&f.1)),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the Rust type is `Copy`.
    pub fn is_copy(&self, t: &Typ) -> bool {
        match t {
            Typ::Basic(b) => b != "string",
            Typ::Array(_, t) => self.is_copy(t),
            Typ::Named(n) => match (self.shape(n), self.under(n)) {
                (Shape::Tuple, Some(t)) => self.is_copy(t),
                (Shape::Struct, Some(Typ::Struct(fields))) => fields.iter().all(|f| self.is_copy(&f.1)),
                _ => false,
            },
            _ => false,
        }
    }
}

/// A tuple of these parts.
pub fn parenthesised(parts: &[String]) -> String {
    match parts {
        [one] => format!("({one},)"),
        all => format!("({})", all.join(", ")),
    }
}
