//! Functions that are kept between builds: they are found in programs whose numbers are others, and not found where anything that
//! their code depends on is different.
use ir::FuncId;
use oxigo_codegen::isa::Compiled;
use oxigo_codegen::{Key, Options, Store, Tally, compile_functions, kept};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, atomic::Ordering};

/// A store in memory; content itself is the key, by a number.
#[derive(Debug, Default)]
struct Memory {
    contents: Mutex<Vec<Vec<u8>>>,
    entries: Mutex<HashMap<Key, Vec<Vec<u8>>>>,
}

impl Store for Memory {
    fn key(&self, content: &[u8]) -> Key {
        let mut all = self.contents.lock().unwrap();
        let n = all.iter().position(|c| c == content).unwrap_or_else(|| {
            all.push(content.to_vec());
            all.len() - 1
        });
        let mut key = [0; 32];
        key[..8].copy_from_slice(&n.to_le_bytes());
        key
    }
    fn find(&self, key: &Key, take: &mut dyn FnMut(&[u8]) -> bool) {
        let all = self.entries.lock().unwrap().get(key).cloned().unwrap_or_default();
        let _ = all.iter().any(|e| take(e));
    }
    fn add(&self, key: Key, entry: Vec<u8>) {
        self.entries.lock().unwrap().entry(key).or_default().push(entry);
    }
}

/// The function `p.f` of a program and how many functions were found.
fn compile(text: &str, store: Option<&Arc<Memory>>, change: impl Fn(&mut Options)) -> (Compiled, usize) {
    let mut p = ir::parse::program(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let passes = ir::passes::Options::default();
    ir::passes::whole(&mut p, &ir::passes::Options { no_inline: true, ..passes.clone() });
    let tally = Arc::new(Tally::default());
    let store = store.map(|s| s.clone() as Arc<dyn Store>);
    let mut options = Options {
        passes: Some(passes),
        store,
        tally: tally.clone(),
        check: true,
        threads: 1,
        ..Options::default()
    };
    change(&mut options);
    let mut all = compile_functions(&p, &options).unwrap_or_else(|e| panic!("{e:?}"));
    let f = p.funcs.iter_enumerated().find(|f| f.1.name.as_str() == "p.f").expect("it is there").0;
    (all[f].take().expect("it has code"), tally.hits.load(Ordering::Relaxed))
}

/// What others see of it.
fn shown(c: &Compiled) -> String {
    format!("{c:?}")
}

/// A program around `p.f`, which asks for what a table has, checks a bound, makes an object, calls, and is called with `first` others
/// before it.
fn program(first: usize, table: &str, body: &str) -> String {
    let others: String = (0..first)
        .map(|n| {
            format!(
                "func f{n} \"p.other{n}\" sig0 noinline\nb0(v0: i64):\nv1: i64 = iconst {n}\nret v1\nend\n"
            )
        })
        .collect();
    let (f, g, new, panic) = (first, first + 1, first + 2, first + 3);
    let datas: String =
        (0..first).map(|n| format!("data d{n} \"p.before{n}\" data align 8 size 8\nend\n")).collect();
    let (d, typ, var) = (first, first + 1, first + 2);
    format!(
        "sig0 = go (i64) -> (i64)\nsig1 = go (ptr) -> (ptr)\nsig2 = go (i64, i64) -> ()\nsig3 = go (ptr, i64) -> (ptr)\n\
         {datas}data d{d} \"p.table\" {table}\n\
         data d{typ} \"type:p.T\" types align 8 size 8\nend\n\
         data d{var} \"p.var\" bss align 8 size 8\nend\n\
         {others}\
         func f{f} \"p.f\" sig0 noinline\nb0(v0: i64):\nv1: ptr = sym d{d} + 0\nv2: i64 = load v1 + 8\n\
         v3: i64 = add v2, v0\nv4: i64 = call f{g} sig0(v3)\n{body}\nret v4\nend\n\
         func f{g} \"p.g\" sig0 noinline\nb0(v0: i64):\nret v0\nend\n\
         func f{new} \"runtime.newNoscan\" sig3 noinline\nb0(v0: ptr, v1: i64):\nret v0\nend\n\
         func f{panic} \"runtime.goPanicIndex\" sig2 noinline\nb0(v0: i64, v1: i64):\nunreachable\nend\n"
    )
}

const TABLE: &str = "rodata align 8 size 16\nbytes 01000000000000000700000000000000\nend";

#[test]
fn found_whatever_the_numbers_are() {
    let store = Arc::new(Memory::default());
    let (made, hits) = compile(&program(0, TABLE, ""), Some(&store), |_| {});
    assert_eq!(hits, 0);
    let (again, hits) = compile(&program(0, TABLE, ""), Some(&store), |_| {});
    assert_eq!((shown(&again), hits), (shown(&made), 4));
    for first in [1, 5, 40] {
        let text = program(first, TABLE, "");
        let (found, hits) = compile(&text, Some(&store), |o| o.distrust = true);
        let (fresh, _) = compile(&text, None, |_| {});
        assert_eq!(shown(&found), shown(&fresh));
        assert!(hits >= 4, "{hits}");
    }
}

#[test]
fn not_found_where_an_answer_differs() {
    let store = Arc::new(Memory::default());
    let (seven, _) = compile(&program(0, TABLE, ""), Some(&store), |_| {});
    let others = [
        "rodata align 8 size 16\nbytes 01000000000000000800000000000000\nend",
        "data align 8 size 16\nbytes 01000000000000000700000000000000\nend",
    ];
    for table in others {
        let (found, hits) = compile(&program(0, table, ""), Some(&store), |_| {});
        let (fresh, _) = compile(&program(0, table, ""), None, |_| {});
        assert_eq!(shown(&found), shown(&fresh), "{table}");
        assert_ne!(found.code, seven.code);
        assert_eq!(hits, 3, "{table}");
    }
    // Each of them is kept beside the others.
    for table in others.iter().chain([&TABLE]) {
        let (found, hits) = compile(&program(0, table, ""), Some(&store), |o| o.distrust = true);
        assert_eq!((shown(&found), hits), (shown(&compile(&program(0, table, ""), None, |_| {}).0), 4));
    }
    // A load behind the end gives as little as one of a variable.
    let short = "rodata align 8 size 8\nbytes 0100000000000000\nend";
    assert_eq!(compile(&program(0, short, ""), Some(&store), |o| o.distrust = true).1, 4);
    // What nobody asked for may differ.
    let same = "rodata align 8 size 16\nbytes 02000000000000000700000000000000\nend";
    assert_eq!(compile(&program(0, same, ""), Some(&store), |o| o.distrust = true).1, 4);
}

#[test]
fn not_found_with_other_options() {
    let store = Arc::new(Memory::default());
    let text = program(0, TABLE, "");
    compile(&text, Some(&store), |_| {});
    let no_gvn = |o: &mut Options| o.passes.as_mut().unwrap().without = vec!["gvn"];
    assert_eq!(compile(&text, Some(&store), no_gvn).1, 0);
    assert_eq!(compile(&text, Some(&store), |o| o.passes.as_mut().unwrap().no_opt = true).1, 0);
    assert_eq!(compile(&text, Some(&store), |o| o.debug_info = Some("p".into())).1, 0);
    assert_eq!(compile(&text, Some(&store), |o| o.check = false).1, 0);
    assert_eq!(compile(&text, Some(&store), |o| o.passes.as_mut().unwrap().limit = Some(1)).1, 0);
    assert_eq!(compile(&text, Some(&store), |_| {}).1, 4);
}

/// Bodies of all sorts: what is found is what is made.
#[test]
fn bodies() {
    let store = Arc::new(Memory::default());
    let bodies = [
        "v5: ptr = new d1 size 16 align 8 ptrs 00 \"x\"\nescape v5\nstore v5, v0 + 0",
        "boundscheck.index.s8 v0, v3",
        "v5: ptr = sym d2 + 0\nstore v5, v0 + 0",
        "v5: f64 = fconst 0x400921fb54442d18\nv6: ptr = sym d2 + 0\nstore v6, v5 + 0",
    ];
    let parses = |b: &str| ir::parse::program(&program(0, TABLE, b)).is_ok();
    let bodies: Vec<&str> = bodies.into_iter().filter(|b| parses(b)).collect();
    assert!(bodies.len() >= 2, "{:?}", ir::parse::program(&program(0, TABLE, bodies[0])).err());
    let mut codes = Vec::new();
    for body in &bodies {
        let (made, _) = compile(&program(0, TABLE, body), Some(&store), |_| {});
        let (found, hits) = compile(&program(0, TABLE, body), Some(&store), |o| o.distrust = true);
        assert_eq!((shown(&found), hits), (shown(&made), 4), "{body}");
        codes.push(made.code);
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), bodies.len());
}

/// Whatever is read gives an error or something that can be written: never a panic, nor memory without end.
#[test]
fn any_bytes_are_read() {
    let store = Arc::new(Memory::default());
    compile(&program(3, TABLE, "boundscheck.index.s8 v0, v3"), Some(&store), |o| {
        o.debug_info = Some("p".into())
    });
    let entries: Vec<Vec<u8>> = store.entries.lock().unwrap().values().flatten().cloned().collect();
    let mut state = 1u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let (mut read, mut refused) = (0, 0);
    for entry in &entries {
        let (log, code) = kept::decode(entry).expect("it is whole");
        assert_eq!(kept::encode(&log, &code), *entry);
        for _ in 0..20_000 {
            let mut bad = entry.clone();
            for _ in 0..=random(3) {
                let at = random(bad.len().max(1));
                match random(5) {
                    0 => bad[at] = random(256) as u8,
                    1 => bad[at] ^= 1 << random(8),
                    2 if bad.len() > 2 => drop(bad.remove(at)),
                    3 => bad.insert(at, random(256) as u8),
                    _ => bad.truncate(at.max(2)),
                }
            }
            match kept::decode(&bad) {
                Some((log, code)) => {
                    read += 1;
                    kept::encode(&log, &code);
                    kept::is_sound(&code, 4, 0);
                }
                None => refused += 1,
            }
        }
        // A length that nothing has.
        let mut huge = vec![0xff; 9];
        huge.push(1);
        huge.extend(entry);
        assert!(kept::decode(&huge).is_none());
    }
    assert!(read > 0 && refused > 1000, "{read} read, {refused} refused");
}

#[test]
fn names_are_not_of_the_key_but_the_functions_own() {
    let store = Arc::new(Memory::default());
    compile(&program(0, TABLE, ""), Some(&store), |_| {});
    let renamed = program(0, TABLE, "").replace("p.table", "q.list").replace("p.g", "q.h");
    let (found, hits) = compile(&renamed, Some(&store), |o| o.distrust = true);
    // All but the function that has another name now.
    assert_eq!(hits, 3);
    assert!(found.calls.contains(&oxigo_codegen::isa::Calls::Func(FuncId(1))));
}
