//! Link names, spelled as gc spells them.
use crate::program::Prog;
use syntax::Sym;
use types::object::{ObjId, ObjKind};
use types::table::{PkgId, Type, TypeId};

/// An import path as symbols show it: dots in the last element and unusual bytes are escaped.
pub fn path_to_prefix(path: &str) -> String {
    let slash = path.rfind('/').map_or(0, |i| i + 1);
    let mut out = String::with_capacity(path.len());
    for (i, b) in path.bytes().enumerate() {
        if b <= b' ' || b == b'%' || b == b'"' || b >= 0x7f || (b == b'.' && i >= slash) {
            out.push_str(&format!("%{b:02x}"));
        } else {
            out.push(b as char);
        }
    }
    out
}

impl<'a> Prog<'a> {
    /// A package's part of symbol names.
    pub fn pkg_prefix(&self, pkg: PkgId) -> String {
        path_to_prefix(self.ck.table.pkg_path(pkg))
    }

    /// `[int,string]`, or nothing.
    fn args_str(&self, args: &[TypeId]) -> String {
        if args.is_empty() {
            return String::new();
        }
        let list: Vec<String> = args.iter().map(|&t| self.ck.table.link_string(t)).collect();
        format!("[{}]", list.join(","))
    }

    /// The link name of a declared function or method under type arguments (the receiver's first).
    pub fn func_name(&self, obj: ObjId, args: &[TypeId]) -> String {
        let o = self.ck.table.obj(obj);
        let ObjKind::Func(f) = &o.kind else { panic!("{} is no function", o.name) };
        let prefix = self.pkg_prefix(o.pkg);
        let n_recv = f.recv_tparams.len();
        match f.recv {
            None => format!("{prefix}.{}{}", o.name, self.args_str(args)),
            Some(r) => {
                let (star, named) = match self.get(r) {
                    &Type::Pointer(e) => (true, e),
                    _ => (false, r),
                };
                let base = match self.get(named) {
                    Type::Named(id, _) => self.ck.table.named_name(*id).to_string(),
                    _ => self.ck.table.link_string(named),
                };
                let (ra, ma) = args.split_at(n_recv.min(args.len()));
                let base = format!("{base}{}", self.args_str(ra));
                let recv = if star { format!("(*{base})") } else { base };
                format!("{prefix}.{recv}.{}{}", o.name, self.args_str(ma))
            }
        }
    }

    /// The link name of a package variable.
    pub fn var_name(&self, obj: ObjId) -> String {
        let o = self.ck.table.obj(obj);
        format!("{}.{}", self.pkg_prefix(o.pkg), o.name)
    }

    /// The symbol of a method of any type as gc names it: `pkg.(*T).M`, `pkg.T.M`, `struct{…}.M`.
    pub fn method_name(&self, recv: TypeId, name: Sym) -> String {
        match self.get(recv) {
            &Type::Pointer(e) => {
                let s = self.ck.table.link_string(e);
                match s.rfind('.') {
                    Some(_) if matches!(self.get(e), Type::Named(..)) => {
                        let (pkg, base) = split_qualified(&s);
                        format!("{pkg}.(*{base}).{name}")
                    }
                    _ => format!("(*{s}).{name}"),
                }
            }
            _ => format!("{}.{name}", self.ck.table.link_string(recv)),
        }
    }
}

/// Splits `a/b.T[c/d.U]` into `a/b` and `T[c/d.U]`.
fn split_qualified(s: &str) -> (&str, &str) {
    let head = &s[..s.find('[').unwrap_or(s.len())];
    match head.rfind('.') {
        Some(i) => (&s[..i], &s[i + 1..]),
        None => ("", s),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_in_the_last_element_only() {
        assert_eq!(path_to_prefix("gopkg.in/yaml.v3"), "gopkg.in/yaml%2ev3");
        assert_eq!(path_to_prefix("example.com/a b/c"), "example.com/a%20b/c");
        assert_eq!(path_to_prefix("math/rand"), "math/rand");
        assert_eq!(split_qualified("a.b/c.T[d.e/f.U]"), ("a.b/c", "T[d.e/f.U]"));
    }
}
