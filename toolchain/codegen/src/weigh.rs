//! Of what does an executable consist, and what keeps a symbol in it?
use crate::CompiledFuncs;
use crate::reach::Reached;
use ir::{Program, Section, SymRef};
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// Names and bytes of what the object has beside functions and data.
pub type Extra = Vec<(&'static str, usize)>;

/// The kinds of a package's bytes: code, data that is only read, variables with a value. Others take no room in the file.
const KINDS: [&str; 3] = ["code", "read-only", "data"];

/// The bytes of each package, most first; below them tables, which belong to all. Type descriptors count to `type:`, strings to `go:`.
pub fn sizes(program: &Program, funcs: &CompiledFuncs, reached: &Reached, extra: &Extra) -> String {
    let mut packages: FxHashMap<&str, [usize; KINDS.len()]> = FxHashMap::default();
    for (id, c) in funcs.iter_enumerated() {
        if let Some(c) = c {
            packages.entry(package(program.funcs[id].name.as_str())).or_default()[0] += c.code.len();
        }
    }
    for (id, d) in program.datas.iter_enumerated() {
        let kind = match d.section {
            Section::Rodata | Section::Types => 1,
            Section::Data => 2,
            Section::Bss | Section::Extern => continue,
        };
        if reached.has(SymRef::Data(id)) {
            packages.entry(package(d.name.as_str())).or_default()[kind] += d.size as usize;
        }
    }
    let mut rows: Vec<(&str, [usize; KINDS.len()])> = packages.into_iter().collect();
    rows.sort_by_key(|(name, row)| (std::cmp::Reverse(row.iter().sum::<usize>()), *name));
    let sums = rows.iter().fold([0; KINDS.len()], |sums, (_, row)| std::array::from_fn(|i| sums[i] + row[i]));
    rows.push(("all packages", sums));
    let mut out = format!("{:>10}{:>11}{:>10}  of\n", KINDS[0], KINDS[1], KINDS[2]);
    for (name, [code, read, data]) in rows {
        let _ = writeln!(out, "{code:>10}{read:>11}{data:>10}  {name}");
    }
    for (name, bytes) in extra {
        let _ = writeln!(out, "{:>10}{bytes:>11}{:>10}  {name}", "", "");
    }
    out
}

/// The package of a symbol.
fn package(name: &str) -> &str {
    if let Some(group) = ["type:", "go:"].into_iter().find(|g| name.starts_with(g)) {
        return group;
    }
    // Type arguments have paths of their own.
    let plain = &name[..name.find('[').unwrap_or(name.len())];
    let from = plain.rfind('/').map_or(0, |i| i + 1);
    &name[..plain[from..].find('.').map_or(plain.len(), |i| from + i)]
}

/// The chain from each symbol of this name to what the program starts with; an error if the program has none.
pub fn why(program: &Program, reached: &Reached, symbol: &str) -> Result<String, String> {
    let name = |s: SymRef| match s {
        SymRef::Func(f) => program.funcs[f].name,
        SymRef::Data(d) => program.datas[d].name,
    };
    let all = program.funcs.ids().map(SymRef::Func).chain(program.datas.ids().map(SymRef::Data));
    let named: Vec<SymRef> = all.filter(|&s| name(s).as_str() == symbol).collect();
    if named.is_empty() {
        return Err(format!("--why {symbol}: no package of the program mentions that symbol"));
    }
    let mut out = String::new();
    for mut at in named {
        let Some(mut from) = reached.from(at) else { continue };
        let _ = writeln!(out, "{symbol}");
        while from != at {
            let _ = writeln!(out, "  is needed by {}", name(from));
            at = from;
            from = reached.from(at).expect("what leads somewhere is reached");
        }
        out.push_str("  which is where the program starts\n");
    }
    if out.is_empty() {
        return Err(format!("--why {symbol}: it is not in the executable"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn packages_of_symbols() {
        for (name, want) in [
            ("fmt.Println", "fmt"),
            ("encoding/json.(*decodeState).value", "encoding/json"),
            ("slices.SortFunc[[]net/http.pattern,net/http.pattern]", "slices"),
            ("type:*net/http.Server", "type:"),
            ("go:string.26", "go:"),
            ("memhash", "memhash"),
        ] {
            assert_eq!(package(name), want);
        }
    }
}
