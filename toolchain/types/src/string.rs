//! How types print: in messages, in reflection's strings, and in link names.
use crate::{
    object::{ObjId, ObjKind, Object},
    table::*,
};
use std::fmt::Write;
use syntax::Sym;

/// The three spellings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Compiler messages, as seen from a package: its own names unqualified, others by package name; `byte`, `rune`, `any`.
    Message(PkgId),
    /// `reflect.Type.String`: package names; full paths inside brackets.
    Reflect,
    /// Link names: full import paths everywhere. Identical types have equal, different types different strings.
    Link,
}

/// Bytes of a link name that is spelled in full.
const LONGEST: usize = 4096;

/// Messages that spell import paths in full have this for the package they are about.
const NOWHERE: PkgId = PkgId(u32::MAX);

impl TypeTable {
    /// A type as messages in package `from` spell it.
    pub fn type_string(&self, t: TypeId, from: PkgId) -> String {
        self.spell(t, Style::Message(from))
    }
    /// A type as `reflect.Type.String` spells it: `main.Pair[int,encoding/json.Number]`.
    pub fn reflect_string(&self, t: TypeId) -> String {
        self.spell(self.canon(t), Style::Reflect)
    }
    /// A type's unique name: import paths in full. Of one with more than [`LONGEST`] bytes, its beginning and a hash of it: symbols are
    /// kept in many places, and a type of a thousand levels has as many names of its length.
    pub fn link_string(&self, t: TypeId) -> String {
        let mut name = self.spell(self.canon(t), Style::Link);
        if name.len() > LONGEST {
            let hash = blake3::hash(name.as_bytes()).to_hex();
            name.truncate(name.floor_char_boundary(LONGEST - hash.len()));
            name.push_str(&hash);
        }
        name
    }
    fn spell(&self, t: TypeId, style: Style) -> String {
        let mut w = Writer { tt: self, out: String::new(), style };
        w.ty(t);
        w.out
    }
    /// A predeclared name was mentioned: messages that follow spell the type as it was spelled last, which is nearly always how
    /// the declaration that they are about spells it.
    pub fn note_spelling(&self, obj: &Object) {
        if let ObjKind::TypeName { alias, .. } = obj.kind {
            if obj.ty == basic(Basic::Uint8) && !self.spell_fixed.get().0 {
                self.spell_byte.set(alias);
            } else if obj.ty == basic(Basic::Int32) && !self.spell_fixed.get().1 {
                self.spell_rune.set(alias);
            }
        }
    }
    /// A function type, or several results, with these names of parameters and results.
    pub fn named_params_string(&self, t: TypeId, names: &[Sym], from: PkgId) -> String {
        let mut w = Writer { tt: self, out: String::new(), style: Style::Message(from) };
        match self.get(t) {
            Type::Func(sig) => {
                w.s("func");
                w.signature_with(sig, names);
            }
            Type::Tuple(elems) => {
                let sig = Signature {
                    params: elems.clone(),
                    results: Vec::new(),
                    variadic: false,
                    tparams: Vec::new(),
                };
                w.signature_with(&sig, names);
            }
            _ => w.ty(t),
        }
        w.out
    }
    /// A list of types, comma-separated.
    pub fn types_string(&self, ts: &[TypeId], from: PkgId) -> String {
        ts.iter().map(|&t| self.type_string(t, from)).collect::<Vec<_>>().join(", ")
    }
    /// `name(params) results`, as in "have M(int)\n\t\twant M()".
    pub fn method_string(&self, name: Sym, sig: TypeId, from: PkgId) -> String {
        let mut w = Writer { tt: self, out: name.as_str().to_owned(), style: Style::Message(from) };
        if let Type::Func(sig) = self.get(sig) {
            w.signature(sig);
        }
        w.out
    }
    /// A type parameter list, `[P any, Q ~int]`.
    pub fn tparams_string(&self, list: &[TypeParamId], from: PkgId) -> String {
        let mut w = Writer { tt: self, out: String::new(), style: Style::Message(from) };
        w.tparam_list(list);
        w.out
    }
    /// The terms of a type set, `int | ~main.T`: messages have their packages in full.
    pub fn terms_string(&self, terms: &[UnionTerm]) -> String {
        let mut w = Writer { tt: self, out: String::new(), style: Style::Message(NOWHERE) };
        w.terms(terms);
        w.out
    }
    /// Whether the universe has this name.
    fn is_predeclared(&self, name: &str) -> bool {
        // Predeclared objects come first, and have no position.
        let mut objs = self.objs.iter().take_while(|o| o.pos.is_none());
        objs.any(|o| o.pkg.0 == 0 && o.name.as_str() == name)
    }
    /// Name of a type parameter.
    pub fn tparam_name(&self, p: TypeParamId) -> Sym {
        self.obj(self.tparam_info(p).obj).name
    }
    /// Name of a defined type.
    pub fn named_name(&self, n: NamedId) -> Sym {
        self.obj(self.named_info(n).obj).name
    }
    /// Package of a defined type.
    pub fn named_pkg(&self, n: NamedId) -> PkgId {
        self.obj(self.named_info(n).obj).pkg
    }
    /// An import path.
    pub fn pkg_path(&self, p: PkgId) -> &'static str {
        self.pkgs[p.0 as usize].path.as_str()
    }
    /// A package's name.
    pub fn pkg_name(&self, p: PkgId) -> &'static str {
        self.pkgs[p.0 as usize].name.as_str()
    }
    /// `pkg.Name` of an object, as messages in `from` have it.
    pub fn qualified(&self, obj: ObjId, from: PkgId) -> String {
        let o = self.obj(obj);
        if o.pkg.0 == 0 || o.pkg == from {
            return o.name.as_str().to_owned();
        }
        format!("{}.{}", self.message_pkg(o.pkg, from), o.name.as_str())
    }
    /// A package as messages in `from` call it: by name, or by its path in quotes if others have the same name.
    fn message_pkg(&self, pkg: PkgId, from: PkgId) -> String {
        let info = &self.pkgs[pkg.0 as usize];
        if from == NOWHERE {
            return info.path.as_str().to_owned();
        }
        if self.ambiguous.get(&from).is_some_and(|a| a.contains(&info.name)) {
            return quote(info.path.as_str());
        }
        info.name.as_str().to_owned()
    }
}

/// Name of a basic type.
pub fn basic_name(b: Basic) -> &'static str {
    use Basic::*;
    match b {
        Invalid => "invalid type",
        Bool => "bool",
        Int => "int",
        Int8 => "int8",
        Int16 => "int16",
        Int32 => "int32",
        Int64 => "int64",
        Uint => "uint",
        Uint8 => "uint8",
        Uint16 => "uint16",
        Uint32 => "uint32",
        Uint64 => "uint64",
        Uintptr => "uintptr",
        Float32 => "float32",
        Float64 => "float64",
        Complex64 => "complex64",
        Complex128 => "complex128",
        String => "string",
        UnsafePointer => "unsafe.Pointer",
        UntypedBool => "untyped bool",
        UntypedInt => "untyped int",
        UntypedRune => "untyped rune",
        UntypedFloat => "untyped float",
        UntypedComplex => "untyped complex",
        UntypedString => "untyped string",
        UntypedNil => "untyped nil",
    }
}

struct Writer<'a> {
    tt: &'a TypeTable,
    out: String,
    style: Style,
}

impl Writer<'_> {
    fn message(&self) -> bool {
        matches!(self.style, Style::Message(_))
    }

    fn s(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn list(&mut self, ts: &[TypeId], sep: &str) {
        for (i, &t) in ts.iter().enumerate() {
            if i > 0 {
                self.s(sep);
            }
            self.ty(t);
        }
    }

    fn pkg_prefix(&mut self, pkg: PkgId) {
        if pkg.0 == 0 {
            return;
        }
        match self.style {
            Style::Message(from) if from == pkg => return,
            Style::Message(from) => {
                let name = self.tt.message_pkg(pkg, from);
                self.s(&name);
            }
            Style::Link => self.s(self.tt.pkg_path(pkg)),
            _ => self.s(self.tt.pkg_name(pkg)),
        }
        self.s(".");
    }

    fn ty(&mut self, t: TypeId) {
        match self.tt.get(t) {
            Type::Basic(b) => {
                let name = match b {
                    Basic::Uint8 if self.message() && self.tt.spell_byte.get() => "byte",
                    Basic::Int32 if self.message() && self.tt.spell_rune.get() => "rune",
                    b => basic_name(*b),
                };
                self.s(name);
            }
            Type::Pointer(e) => {
                self.s("*");
                self.ty(*e);
            }
            Type::Slice(e) => {
                self.s("[]");
                self.ty(*e);
            }
            Type::Array(e, n) => {
                let _ = write!(self.out, "[{n}]");
                self.ty(*e);
            }
            Type::Map(k, e) => {
                self.s("map[");
                self.ty(*k);
                self.s("]");
                self.ty(*e);
            }
            Type::Chan(dir, e) => {
                let parens = *dir == ChanDir::Both && matches!(self.tt.get(*e), Type::Chan(ChanDir::Recv, _));
                self.s(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                });
                if parens {
                    self.s("(");
                }
                self.ty(*e);
                if parens {
                    self.s(")");
                }
            }
            Type::Struct(fields) => self.strukt(fields),
            Type::Func(sig) => {
                self.s("func");
                let names = self.tt.param_names.get(&t).filter(|_| self.message());
                self.signature_with(sig, names.map_or(&[], |n| n));
            }
            Type::Interface(i) => self.interface(i),
            Type::Named(id, args) => self.named(*id, args),
            Type::TypeParam(p) => {
                let name = self.tt.tparam_name(*p).as_str();
                self.s(name);
                if self.style == Style::Link {
                    let _ = write!(self.out, "·p{}", p.0);
                }
                if self.message() && self.tt.is_predeclared(name) {
                    let pos = self.tt.tparam_info(*p).pos;
                    let _ = write!(self.out, " /* with {name} declared at {pos} */");
                }
            }
            Type::Tuple(elems) => {
                self.s("(");
                self.list(elems, ", ");
                self.s(")");
            }
            Type::Union(terms) => self.terms(terms),
        }
    }

    fn terms(&mut self, terms: &[UnionTerm]) {
        for (i, t) in terms.iter().enumerate() {
            if i > 0 {
                self.s(" | ");
            }
            if t.tilde {
                self.s("~");
            }
            self.ty(t.ty);
        }
    }

    fn strukt(&mut self, fields: &[Field]) {
        let message = self.message();
        self.s(if message { "struct{" } else { "struct {" });
        for (i, f) in fields.iter().enumerate() {
            self.s(match (i, message) {
                (0, true) => "",
                (0, false) => " ",
                _ => "; ",
            });
            let hidden = self.style == Style::Link && !f.name.is_exported();
            if hidden {
                self.pkg_prefix(f.pkg);
            }
            if !f.embedded {
                self.s(f.name.as_str());
                self.s(" ");
            } else if hidden {
                // Embedded unexported names of different packages are different fields, even if the type is `int`.
                self.s(" ");
            }
            self.ty(f.ty);
            if !f.tag.is_empty() {
                self.s(" ");
                self.out.push_str(&quote(f.tag.as_str()));
            }
        }
        self.s(if message || fields.is_empty() { "}" } else { " }" });
    }

    fn interface(&mut self, i: &Interface) {
        let message = self.message();
        if message && i.implicit {
            if i.methods.is_empty() && i.embeds.is_empty() {
                self.s("any");
                return;
            }
            if i.methods.is_empty() && i.embeds.len() == 1 {
                self.ty(i.embeds[0]);
                return;
            }
        }
        let (open, close) = match (message, i.methods.is_empty() && i.embeds.is_empty() && !i.comparable) {
            (true, _) => ("interface{", "}"),
            (false, true) => ("interface {", "}"),
            (false, false) => ("interface { ", " }"),
        };
        self.s(open);
        let mut first = true;
        let mut sep = |w: &mut Self| {
            if !std::mem::take(&mut first) {
                w.s("; ");
            }
        };
        for m in &i.methods {
            sep(self);
            if !message && !m.name.is_exported() {
                self.pkg_prefix(m.pkg);
            }
            self.s(m.name.as_str());
            if let Type::Func(sig) = self.tt.get(m.sig) {
                self.signature(sig);
            }
        }
        if i.comparable {
            sep(self);
            self.s("comparable");
        }
        for &e in &i.embeds {
            sep(self);
            self.ty(e);
        }
        self.s(close);
    }

    fn signature(&mut self, sig: &Signature) {
        self.signature_with(sig, &[]);
    }

    /// With names of parameters and results in front of their types (those that have one).
    fn signature_with(&mut self, sig: &Signature, names: &[Sym]) {
        let name = |w: &mut Self, i: usize| {
            if let Some(n) = names.get(i).filter(|n| !n.is_empty()) {
                w.s(n.as_str());
                w.s(" ");
            }
        };
        let count = sig.params.len();
        if !sig.tparams.is_empty() {
            self.tparam_list(&sig.tparams);
        }
        self.s("(");
        for (i, &p) in sig.params.iter().enumerate() {
            if i > 0 {
                self.s(", ");
            }
            name(self, i);
            match self.tt.get(p) {
                Type::Slice(e) if sig.variadic && i + 1 == sig.params.len() => {
                    self.s("...");
                    self.ty(*e);
                }
                // append([]byte, string...) has a string here.
                _ if sig.variadic && i + 1 == sig.params.len() => {
                    self.ty(p);
                    self.s("...");
                }
                _ => self.ty(p),
            }
        }
        self.s(")");
        match &sig.results[..] {
            [] => {}
            [one] if names.get(count).is_none_or(|n| n.is_empty()) => {
                self.s(" ");
                self.ty(*one);
            }
            many => {
                self.s(" (");
                for (i, &t) in many.iter().enumerate() {
                    if i > 0 {
                        self.s(", ");
                    }
                    name(self, count + i);
                    self.ty(t);
                }
                self.s(")");
            }
        }
    }

    fn tparam_list(&mut self, list: &[TypeParamId]) {
        self.s("[");
        let mut prev = None;
        for (i, &p) in list.iter().enumerate() {
            let bound = self.tt.tparam_info(p).bound;
            if i > 0 {
                // A run of parameters with one constraint prints it once.
                if prev.is_some_and(|b| b != bound) {
                    self.s(" ");
                    self.ty(prev.unwrap());
                }
                self.s(", ");
            }
            prev = Some(bound);
            self.s(self.tt.tparam_name(p).as_str());
        }
        if let Some(b) = prev.filter(|b| b.0 != 0) {
            self.s(" ");
            self.ty(b);
        }
        self.s("]");
    }

    fn named(&mut self, id: NamedId, args: &[TypeId]) {
        let info = self.tt.named_info(id);
        let obj = self.tt.obj(info.obj);
        self.pkg_prefix(obj.pkg);
        if self.style == Style::Link
            && let Some((func, n)) = info.local
        {
            // Local types: the function's name and a number tell equal names apart.
            let f = self.tt.obj(func);
            if let ObjKind::Func(fo) = &f.kind
                && let Some(recv) = fo.recv
                && let Some((r, _)) = self.tt.as_named(self.tt.deref(recv).0)
            {
                self.s(self.tt.named_name(r).as_str());
                self.s(".");
            }
            self.s(f.name.as_str());
            self.s(".");
            self.s(obj.name.as_str());
            let _ = write!(self.out, "·{}", n + 1);
        } else {
            self.s(obj.name.as_str());
        }
        if self.message() {
            let own = info.own_tparams.min(args.len());
            if own == 0 {
                return;
            }
            self.s("[");
            self.list(&args[..own], ", ");
            self.s("]");
            return;
        }
        if args.is_empty() {
            return;
        }
        let outer = self.style;
        self.style = Style::Link;
        self.s("[");
        let own = info.own_tparams.min(args.len());
        if args.len() > own {
            self.list(&args[own..], ",");
            if own > 0 {
                self.s(";");
            }
        }
        self.list(&args[..own], ",");
        self.s("]");
        self.style = outer;
    }
}

/// A string as Go's `strconv.Quote` has it.
pub fn quote(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
