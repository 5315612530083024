//! What is legal computes the same: every operation on values at the edges, and random functions, for every shape of machine, with all
//! operations and with none.
use super::*;
use crate::interp::{Interp, Stop};
use crate::{FuncId, Program, parse, verify};
use reflect::arch::Ops;
use std::fmt::Write;

/// Machines to try: each shape as it is, with few operations, and with none nor a page that faults; and the real ones.
fn targets() -> Vec<Target> {
    let poor = |t: Target| Target { ops: Ops::NONE, nil_page: 0, ..t };
    // Those with words of 8 bytes divide.
    let divides = |t: Target| Target { ops: Ops { divide: t.word == 8, ..t.ops }, ..t };
    let some = |t: Target| Target { ops: Ops { clz: true, divide: true, ..Ops::NONE }, ..t };
    let mut all: Vec<Target> =
        Target::SHAPES.into_iter().flat_map(|t| [t, divides(poor(t)), some(t)]).collect();
    for t in reflect::arch::ALL.iter().map(Target::of) {
        if !all.contains(&t) {
            all.push(t);
        }
    }
    all
}

/// Declarations of all helpers, from `f{first}` and `sig{first}` on.
fn helpers(first: usize) -> String {
    let mut text = String::new();
    for (k, (name, _)) in HELPERS.iter().enumerate() {
        let n = first + k;
        let sig = match *name {
            n if n.starts_with("int32") || n.starts_with("uint32") => "(i32, i32) -> (i32)",
            n if n.ends_with("div") || n.ends_with("mod") => "(i64, i64) -> (i64)",
            n if n.ends_with("tofloat64") => "(i64) -> (f64)",
            n if n.ends_with("tofloat32") => "(i64) -> (f32)",
            n if n.starts_with("float64") => "(f64) -> (i64)",
            "atomicLoad64" => "(ptr) -> (i64)",
            "atomicStore64" => "(ptr, i64) -> ()",
            "atomicCas64" => "(ptr, i64, i64) -> (i8)",
            "panicmem" => "() -> ()",
            _ => "(ptr, i64) -> (i64)",
        };
        let _ = writeln!(text, "sig{n} = go {sig}\nfunc f{n} \"runtime.{name}\" sig{n} hook \"{name}\"\nend");
    }
    text
}

/// The helpers' meaning, in halves.
fn native(i: &mut Interp, symbol: &str, args: &[u64]) -> Result<Vec<u64>, Stop> {
    let t = i.target();
    let wide = |at: usize| {
        let (lo, hi) = if t.big_endian { (args[at + 1], args[at]) } else { (args[at], args[at + 1]) };
        (hi & 0xffff_ffff) << 32 | lo & 0xffff_ffff
    };
    let halves = |n: u64| split(t, n);
    let (sx, sy) = (|a: usize| wide(a) as i64, |a: usize| args[a] as u32 as i32);
    Ok(match symbol {
        "int64div" => halves(sx(0).wrapping_div(sx(2)) as u64),
        "int64mod" => halves(sx(0).wrapping_rem(sx(2)) as u64),
        "uint64div" => halves(wide(0) / wide(2)),
        "uint64mod" => halves(wide(0) % wide(2)),
        "int32div" => vec![sy(0).wrapping_div(sy(1)) as u32 as u64],
        "int32mod" => vec![sy(0).wrapping_rem(sy(1)) as u32 as u64],
        "uint32div" => vec![args[0] as u32 as u64 / args[1] as u32 as u64],
        "uint32mod" => vec![args[0] as u32 as u64 % args[1] as u32 as u64],
        "int64tofloat64" => vec![(sx(0) as f64).to_bits()],
        "uint64tofloat64" => vec![(wide(0) as f64).to_bits()],
        "int64tofloat32" => vec![(sx(0) as f32).to_bits() as u64],
        "uint64tofloat32" => vec![(wide(0) as f32).to_bits() as u64],
        "float64toint64" => {
            let x = f64::from_bits(args[0]).trunc();
            let fits = (-9223372036854775808.0..9223372036854775808.0).contains(&x);
            halves(if fits { x as i64 as u64 } else { 1 << 63 })
        }
        "float64touint64" => halves(f64::from_bits(args[0]) as u64),
        "atomicLoad64" => halves(i.load(args[0], Ty::I64)?),
        "atomicStore64" => {
            i.store(args[0], wide(1), Ty::I64)?;
            Vec::new()
        }
        "atomicCas64" => {
            let same = i.load(args[0], Ty::I64)? == wide(1);
            if same {
                i.store(args[0], wide(3), Ty::I64)?;
            }
            vec![same as u64]
        }
        "panicmem" => return Err(Stop::Fault),
        rmw => {
            let old = i.load(args[0], Ty::I64)?;
            let new = match rmw {
                "atomicAdd64" => old.wrapping_add(wide(1)),
                "atomicAnd64" => old & wide(1),
                "atomicOr64" => old | wide(1),
                _ => wide(1),
            };
            i.store(args[0], new, Ty::I64)?;
            halves(if rmw == "atomicAdd64" { new } else { old })
        }
    })
}

fn split(t: Target, n: u64) -> Vec<u64> {
    let (lo, hi) = (n & 0xffff_ffff, n >> 32);
    if t.big_endian { vec![hi, lo] } else { vec![lo, hi] }
}

/// A program before and after the pass.
struct Both {
    text: String,
    before: Program,
    after: Program,
}

impl Both {
    fn new(t: Target, text: String) -> Both {
        let own = text.matches("\nfunc ").count();
        let text = text + &helpers(own);
        let before = parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        verify::program(&before).unwrap_or_else(|e| panic!("{e:#?}\n{text}"));
        let mut after = before.clone();
        if needed(before.target) {
            program(&mut after, &Default::default());
        }
        verify::program(&after).unwrap_or_else(|e| panic!("{e:#?}\n{after}"));
        Both { text, before, after }
    }
    /// Runs `f0` of both, which must say the same.
    fn compare(&self, args: &[u64]) {
        let t = self.before.target;
        let sig = &self.before.sigs[self.before.funcs[FuncId(0)].sig];
        let flat = |tys: &[Ty], values: &[u64]| -> Vec<u64> {
            let one = |(&ty, &v): (&Ty, &u64)| match ty {
                Ty::I64 if has_halves(t) => split(t, v),
                ty => vec![t.zext(v as i64, ty)],
            };
            tys.iter().zip(values).flat_map(one).collect()
        };
        let want = Interp::new(&self.before, 10_000).with_natives(native).call(FuncId(0), args, 0);
        let want = want.map(|r| flat(&sig.ret_tys(), &r));
        let args = flat(&sig.param_tys(), args);
        let have = Interp::new(&self.after, 1_000_000).with_natives(native).call(FuncId(0), &args, 0);
        if want == Err(Stop::Steps) {
            return;
        }
        let tys = self.after.sigs[self.after.funcs[FuncId(0)].sig].ret_tys();
        let masked =
            have.map(|r| r.iter().zip(&tys).map(|(&v, &ty)| t.zext(v as i64, ty)).collect::<Vec<_>>());
        assert_eq!(masked, want, "{t:?}: f0({args:x?})\n{}\n{}", self.text, self.after.funcs[FuncId(0)]);
    }
}

const INTS: [&str; 4] = ["i8", "i16", "i32", "i64"];

/// An operation: its text with `{0}`, `{1}`, `{2}` for operands; their kinds and the result's.
struct Spec {
    text: String,
    args: Vec<&'static str>,
    result: &'static str,
}

fn specs() -> Vec<Spec> {
    let mut out = Vec::new();
    let mut add = |text: String, args: &[&'static str], result| {
        out.push(Spec { text, args: args.to_vec(), result });
    };
    for (n, ty) in INTS.into_iter().enumerate() {
        for op in ["add", "sub", "mul", "and", "or", "xor", "sdiv", "udiv", "srem", "urem"] {
            add(format!("{op} {{0}}, {{1}}"), &[ty, ty], ty);
        }
        for op in ["shl", "lshr", "ashr", "rotl"] {
            INTS.iter().for_each(|count| add(format!("{op} {{0}}, {{1}}"), &[ty, count], ty));
        }
        for op in
            ["neg", "not", "clz", "ctz", "popcnt", "bswap"].into_iter().filter(|&op| op != "bswap" || n > 0)
        {
            add(format!("{op} {{0}}"), &[ty], ty);
        }
        for cc in ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"] {
            add(format!("icmp.{cc} {{0}}, {{1}}"), &[ty, ty], "i8");
        }
        for wider in &INTS[n + 1..] {
            add("sext {0}".into(), &[ty], wider);
            add("zext {0}".into(), &[ty], wider);
            add("trunc {0}".into(), &[wider], ty);
        }
        add("select {0}, {1}, {2}".into(), &["bool", ty, ty], ty);
    }
    for float in ["f32", "f64"] {
        add("sitof {0}".into(), &["i32"], float);
        add("sitof {0}".into(), &["i64"], float);
        add("uitof {0}".into(), &["i64"], float);
        add("ftosi {0}".into(), &[float], "i32");
        add("ftosi {0}".into(), &[float], "i64");
        add("ftoui {0}".into(), &[float], "i64");
    }
    for (int, float) in [("i32", "f32"), ("i64", "f64")] {
        add("bitcast {0}".into(), &[int], float);
        add("bitcast {0}".into(), &[float], int);
    }
    out
}

impl Spec {
    fn divides(&self) -> bool {
        ["sdiv", "udiv", "srem", "urem"].iter().any(|op| self.text.starts_with(op))
    }
    fn shifts(&self) -> bool {
        ["shl", "lshr", "ashr"].iter().any(|op| self.text.starts_with(op))
    }
    /// Whether the operation is about such an operand.
    fn takes(&self, at: usize, n: u64) -> bool {
        let float = match self.args[at] {
            "f32" => f32::from_bits(n as u32) as f64,
            "f64" => f64::from_bits(n),
            "bool" => return n < 2,
            _ => return !(at == 1 && self.divides() && zero(self.args[1], n)),
        };
        // Out of range every machine has its own answer.
        match (self.text.as_str(), self.result) {
            ("ftoui {0}", _) => (0.0..18446744073709551616.0).contains(&float),
            ("ftosi {0}", "i32") => (-2147483648.0..2147483648.0).contains(&float),
            ("ftosi {0}", _) => (-9223372036854775808.0..9223372036854775808.0).contains(&float),
            _ => true,
        }
    }
    fn with(&self, operands: &[String]) -> String {
        let mut text = self.text.clone();
        operands.iter().enumerate().for_each(|(k, v)| text = text.replace(&format!("{{{k}}}"), v));
        text
    }
}

fn kind(name: &str) -> Ty {
    match name {
        "bool" | "i8" => Ty::I8,
        "i16" => Ty::I16,
        "i32" => Ty::I32,
        "i64" => Ty::I64,
        "f32" => Ty::F32,
        _ => Ty::F64,
    }
}
fn zero(name: &str, n: u64) -> bool {
    Target::SHAPES[0].zext(n as i64, kind(name)) == 0
}

/// Values at the edges of a kind.
fn edges(name: &str) -> Vec<u64> {
    let floats = [0.0, 1.0, -1.0, 0.5, 1.5, -2.5, 255.0, 65536.0, 2147483647.0, 4294967295.0, 4294967296.0];
    let large =
        [9007199254740993.0, 9223371487098961920.0, 9223372036854775808.0, 1.8446742974197924e19, -9.2e18];
    match name {
        "f64" => floats.into_iter().chain(large).map(f64::to_bits).collect(),
        "f32" => floats.into_iter().chain(large).map(|x: f64| (x as f32).to_bits() as u64).collect(),
        _ => {
            let bits = 8 * kind(name).size(8);
            let mut out = vec![0, 1, 2, 7, 10, 31, 32, 33, 63, 64, 100, u64::MAX, u64::MAX - 1];
            for k in [bits / 2, bits - 1] {
                out.extend([(1 << k) - 1, 1 << k, (1 << k) + 1]);
            }
            out.extend([
                0x0123_4567_89ab_cdef,
                0x8000_0000,
                0xffff_ffff,
                0x1_0000_0000,
                0xfedc_ba98_7654_3210,
            ]);
            out.iter_mut().for_each(|n| *n &= u64::MAX >> (64 - bits));
            out.sort_unstable();
            out.dedup();
            out
        }
    }
}

fn shown(name: &str) -> &str {
    if name == "bool" { "i8" } else { name }
}

/// `f0` that does one thing with its parameters, or with a constant as the second operand.
fn single(spec: &Spec, constant: Option<u64>) -> String {
    let params: Vec<&str> = spec.args.iter().map(|a| shown(a)).collect();
    let typed: Vec<String> = params.iter().enumerate().map(|(k, t)| format!("v{k}: {t}")).collect();
    let mut operands: Vec<String> = (0..params.len()).map(|k| format!("v{k}")).collect();
    let mut body = String::new();
    if let Some(c) = constant {
        let c = Target::SHAPES[0].sext(c as i64, kind(spec.args[1]));
        let _ = writeln!(body, "v9: {} = iconst {c}", params[1]);
        operands[1] = "v9".into();
    }
    format!(
        "sig0 = go ({}) -> ({})\nfunc f0 \"f\" sig0\nb0({}):\n{body}v10: {} = {}\nret v10\nend\n",
        params.join(", "),
        spec.result,
        typed.join(", "),
        spec.result,
        spec.with(&operands)
    )
}

#[test]
fn every_operation_at_the_edges() {
    for t in targets() {
        for spec in specs() {
            let both = Both::new(t, single(&spec, None));
            let first = edges(spec.args[0]);
            let second = spec.args.get(1).map_or(vec![0], |a| edges(a));
            for &a in first.iter().filter(|&&a| spec.takes(0, a)) {
                for &b in second.iter().filter(|&&b| spec.args.len() < 2 || spec.takes(1, b)) {
                    let all = [a, b, a ^ b ^ 0x55];
                    both.compare(&all[..spec.args.len()]);
                }
            }
        }
    }
}

#[test]
fn constants_on_the_right() {
    for t in targets() {
        for spec in specs()
            .iter()
            .filter(|s| s.args.len() == 2 && (s.divides() || s.shifts() || s.text.contains("icmp")))
        {
            if spec.shifts() && spec.args[1] != "i8" && spec.args[1] != "i64" {
                continue;
            }
            for c in edges(spec.args[1]).into_iter().filter(|&c| spec.takes(1, c)) {
                let both = Both::new(t, single(spec, Some(c)));
                edges(spec.args[0]).iter().for_each(|&a| both.compare(&[a, c]));
            }
        }
    }
}

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn number(&mut self, name: &str) -> u64 {
        if self.below(3) > 0 {
            let edges = edges(name);
            return edges[self.below(edges.len())];
        }
        self.next() & u64::MAX >> (64 - 8 * kind(name).size(8))
    }
}

/// Writes one function.
struct Gen<'a> {
    rng: &'a mut Rng,
    specs: &'a [Spec],
    text: String,
    next: usize,
    scope: Vec<(String, &'static str)>,
    blocks: usize,
}

impl Gen<'_> {
    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("v{}", self.next)
    }
    fn def(&mut self, ty: &'static str, op: &str) -> String {
        let v = self.fresh();
        let _ = writeln!(self.text, "{v}: {} = {op}", shown(ty));
        self.scope.push((v.clone(), ty));
        v
    }
    fn value(&mut self, ty: &'static str) -> String {
        let of_kind: Vec<&String> =
            self.scope.iter().rev().filter(|v| v.1 == ty).map(|v| &v.0).take(6).collect();
        if !of_kind.is_empty() && self.rng.below(5) > 0 {
            return of_kind[self.rng.below(of_kind.len())].clone();
        }
        let n = self.rng.number(ty);
        match ty {
            "f32" | "f64" => self.def(ty, &format!("fconst {n:#x}")),
            "bool" => self.def(ty, &format!("iconst {}", n & 1)),
            _ => self.def(ty, &format!("iconst {}", Target::SHAPES[0].sext(n as i64, kind(ty)))),
        }
    }
    fn op(&mut self) {
        let spec = &self.specs[self.rng.below(self.specs.len())];
        // Conversions of what may be out of range are not asked of compiled programs.
        if spec.text.starts_with("fto") {
            return self.memory();
        }
        let mut args: Vec<String> = spec.args.iter().map(|ty| self.value(ty)).collect();
        if spec.divides() {
            let one = self.def(spec.args[1], "iconst 1");
            args[1] = self.def(spec.args[1], &format!("or {}, {one}", args[1]));
        }
        let mut text = spec.with(&args);
        if spec.shifts() && self.rng.below(2) == 0 {
            let last = 8 * kind(spec.args[0]).size(8) - 1;
            let last = self.def(spec.args[1], &format!("iconst {last}"));
            args[1] = self.def(spec.args[1], &format!("and {}, {last}", args[1]));
            text = spec.with(&args).replacen(' ', ".bounded ", 1);
        }
        let result = if spec.text.starts_with("icmp") { "bool" } else { spec.result };
        self.def(result, &text);
    }
    /// A store and a load through a slot.
    fn memory(&mut self) {
        let kinds = ["i8", "i16", "i32", "i64", "f32", "f64"];
        let (stored, loaded) = (kinds[self.rng.below(4)], kinds[self.rng.below(4)]);
        let v = self.value(stored);
        let p = self.fresh();
        let _ = writeln!(self.text, "{p}: ptr = slotaddr s0 + {}", 8 * self.rng.below(3));
        let _ = writeln!(self.text, "nilcheck {p}\nstore {p}, {v} + 0");
        match self.rng.below(4) {
            0 => {
                let v = self.value("i64");
                let op = ["atomicadd", "atomicand", "atomicor", "atomicxchg"][self.rng.below(4)];
                self.def("i64", &format!("{op} {p}, {v}"));
            }
            1 => {
                let (v, w) = (self.value("i64"), self.value("i64"));
                self.def("bool", &format!("atomiccas {p}, {v}, {w}"));
                self.def("i64", &format!("atomicload {p}"));
                let _ = writeln!(self.text, "atomicstore {p}, {v}");
            }
            _ => {}
        }
        self.def(loaded, &format!("load {p} + {}", 8 - kind(loaded).size(8)));
    }
    fn block(&mut self, params: &[&'static str]) -> String {
        self.blocks += 1;
        let names: Vec<String> = params.iter().map(|_| self.fresh()).collect();
        let typed: Vec<String> =
            names.iter().zip(params).map(|(n, t)| format!("{n}: {}", shown(t))).collect();
        let list = if typed.is_empty() { String::new() } else { format!("({})", typed.join(", ")) };
        let _ = writeln!(self.text, "b{}{list}:", self.blocks - 1);
        self.scope.extend(names.into_iter().zip(params.iter().copied()));
        format!("b{}", self.blocks - 1)
    }
    fn ops(&mut self, n: usize) {
        for _ in 0..n {
            if self.rng.below(6) == 0 { self.memory() } else { self.op() }
        }
    }
    fn list(&mut self, kinds: &[&'static str]) -> String {
        kinds.iter().map(|k| self.value(k)).collect::<Vec<_>>().join(", ")
    }
}

/// A function with two branches that join, a call, a loop, and a switch.
fn random(seed: u64, specs: &[Spec]) -> String {
    let mut rng = Rng(seed);
    let kinds = ["i8", "i16", "i32", "i64", "f32", "f64", "i64", "i32"];
    let some =
        |rng: &mut Rng| -> Vec<&'static str> { (0..1 + rng.below(3)).map(|_| kinds[rng.below(8)]).collect() };
    let (params, joined, called) = (some(&mut rng), some(&mut rng), some(&mut rng));
    let mut g = Gen { rng: &mut rng, specs, text: String::new(), next: 0, scope: Vec::new(), blocks: 0 };
    g.block(&params);
    let head = std::mem::take(&mut g.text);
    let _ = writeln!(g.text, "v9000: ptr = slotaddr s0 + 0\nmemzero v9000 size 24");
    g.ops(8);
    let (cond, outer) = (g.value("bool"), g.scope.len());
    let _ = writeln!(g.text, "br {cond}, b1, b2");
    for _ in 0..2 {
        g.block(&[]);
        g.ops(6);
        let list = g.list(&joined);
        let _ = writeln!(g.text, "jump b3({list})");
        g.scope.truncate(outer);
    }
    g.block(&joined);
    let args = g.list(&called);
    let r = g.fresh();
    let s = g.fresh();
    let _ = writeln!(g.text, "{r}: i64, {s}: {} = call f1 sig1({args})", called[0]);
    g.scope.extend([(r, "i64"), (s, called[0])]);
    g.ops(6);
    let start = g.value("i64");
    let _ = writeln!(g.text, "v9001: i64 = iconst 3\nv9002: i64 = and {start}, v9001\njump b4(v9002)");
    // It counts up to 4 from below.
    let outer = g.scope.len();
    g.blocks = 5;
    let _ = writeln!(g.text, "b4(v9003: i64):");
    g.scope.push(("v9003".into(), "i64"));
    g.ops(4);
    let _ = writeln!(
        g.text,
        "v9004: i64 = iconst 1\nv9005: i64 = add v9003, v9004\nv9006: i64 = iconst 4\nv9007: i8 = icmp.slt v9005, v9006\n\
         br v9007, b4(v9005), b5"
    );
    g.scope.truncate(outer);
    g.block(&[]);
    let on = ["i8", "i16", "i32", "i64"][g.rng.below(4)];
    let v = g.value(on);
    let mut cases: Vec<i64> =
        (0..5).map(|_| Target::SHAPES[0].sext(g.rng.number(on) as i64, kind(on))).collect();
    cases.sort_unstable();
    cases.dedup();
    let list: Vec<String> = cases.iter().enumerate().map(|(k, c)| format!("{c}: b{}", 6 + k % 2)).collect();
    let _ = writeln!(g.text, "switch {v}, b8 [{}]", list.join(", "));
    let outer = g.scope.len();
    for _ in 0..3 {
        g.block(&[]);
        g.ops(3);
        let list = g.list(&["i64", "i32", "i64", "f64"]);
        let _ = writeln!(g.text, "ret {list}");
        g.scope.truncate(outer);
    }
    let typed: Vec<String> = called.iter().enumerate().map(|(k, t)| format!("v{k}: {t}")).collect();
    format!(
        "sig0 = go ({}) -> (i64, i32, i64, f64)\nsig1 = go ({}) -> (i64, {})\nfunc f0 \"f\" sig0\n\
         slot s0 size 24 align 4 ptrs - \"s\"\n{head}{}end\n\
         func f1 \"g\" sig1 noinline\nb0({}):\nv9: i64 = iconst 81985529216486895\nret v9, v0\nend\n",
        params_of(&head).join(", "),
        called.join(", "),
        called[0],
        g.text,
        typed.join(", ")
    )
}
/// The kinds of the entry block's parameters.
fn params_of(head: &str) -> Vec<&str> {
    let list = head.trim().trim_start_matches("b0(").trim_end_matches("):");
    list.split(", ").filter_map(|p| p.split_once(": ")).map(|p| p.1).collect()
}

#[test]
fn random_functions() {
    let count = std::env::var("LEGALIZE_COUNT").map_or(60, |v| v.parse().expect("a number"));
    let specs = specs();
    for seed in 0..count {
        let text = random(seed, &specs);
        for t in targets() {
            let both = Both::new(t, text.clone());
            let mut rng = Rng(seed ^ 0x5555);
            let tys = both.before.sigs[both.before.funcs[FuncId(0)].sig].param_tys();
            for _ in 0..6 {
                let args: Vec<u64> = tys.iter().map(|ty| rng.number(ty.name())).collect();
                both.compare(&args);
            }
        }
    }
}

/// The text of `f0` after the pass.
fn text_after(target: &str, text: &str) -> String {
    let both = Both::new(Target::SHAPES[0], format!("target {target}\n{text}"));
    both.after.funcs[FuncId(0)].to_string()
}

#[test]
fn a_sum_and_its_memory() {
    let text = "sig0 = go (ptr, i64) -> (i64)\nfunc f0 \"f\" sig0\nb0(v0: ptr, v1: i64):\nnilcheck v0\n\
                v2: i64 = load v0 + 8\nv3: i64 = add v2, v1\nstore v0, v3 + 0\nret v3\nend\n";
    let little = text_after("word 4", text);
    let big = text_after("word 4 big", text);
    for (text, lo, hi) in [(&little, 8, 12), (&big, 12, 8)] {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let at = |what: &str| {
            lines.iter().position(|l| l.contains(what)).unwrap_or_else(|| panic!("no {what:?} in\n{text}"))
        };
        let name = |at: usize| lines[at].split(':').next().unwrap_or("");
        let (low, high) = (name(at(&format!("load v0 + {lo}"))), name(at(&format!("load v0 + {hi}"))));
        let first = at(&format!("addcarry {low}, "));
        let second = at(&format!("addcarry {high}, "));
        assert!(first < second, "{text}");
        let carry = lines[first].split(": ").nth(1).and_then(|t| t.split(", ").nth(1)).unwrap_or("");
        assert!(lines[second].ends_with(&format!(", {carry}")), "{text}");
        assert!(!text.contains("i64"), "{text}");
    }
}

#[test]
fn what_a_machine_lacks() {
    let unary = |op: &str| {
        format!(
            "sig0 = go (i32) -> (i32)\nfunc f0 \"f\" sig0\nb0(v0: i32):\nv1: i32 = {op} v0\nret v1\nend\n"
        )
    };
    assert!(text_after("word 8", &unary("popcnt")).contains("popcnt"));
    let expanded = text_after("word 8 lacks popcount", &unary("popcnt"));
    assert!(!expanded.contains("popcnt") && expanded.contains("mul"), "{expanded}");
    let zeros = text_after("word 8 lacks ctz", &unary("ctz"));
    assert!(zeros.contains("popcnt") && !zeros.contains("ctz"), "{zeros}");
    let check = "sig0 = go (ptr) -> (i32)\nfunc f0 \"f\" sig0\nb0(v0: ptr):\nnilcheck v0\nv1: i32 = load v0 + 0\nret v1\nend\n";
    let explicit = text_after("word 4 lacks nil_page", check);
    assert!(
        explicit.contains("icmp.eq v0") && explicit.contains("unlikely") && !explicit.contains("nilcheck"),
        "{explicit}"
    );
    let divide = "sig0 = go (i32) -> (i32)\nfunc f0 \"f\" sig0\nb0(v0: i32):\nv1: i32 = iconst 10\nv2: i32 = udiv v0, v1\nret v2\nend\n";
    assert!(text_after("word 4", divide).contains("udiv"));
    assert!(text_after("word 4 lacks const_div", divide).contains("umulwide"));
}

/// A divisor that is constant once the load is gone.
#[test]
fn a_divisor_from_memory() {
    let text = "sig0 = go (i16, ptr) -> (i16)\nfunc f0 \"f\" sig0\nb0(v0: i16, v1: ptr):\nv2: i16 = iconst 10\nstore v1, v2 + 0\n\
                v3: i16 = load v1 + 0\nv4: i16 = urem v0, v3\nv5: i16 = sdiv v4, v3\nret v5\nend\n";
    assert!(text_after("word 8", text).contains("urem"));
    for target in ["word 8 lacks const_div", "word 8 lacks const_div narrow"] {
        let after = text_after(target, text);
        assert!(!after.contains("urem") && !after.contains("sdiv"), "{target}\n{after}");
    }
}

/// A function of three floats that ends in the sum of two lines.
fn sum(lines: &str) -> String {
    format!(
        "sig0 = go (f64, f64, f64) -> (f64)\nfunc f0 \"f\" sig0\nb0(v0: f64, v1: f64, v2: f64):\n{lines}ret v5\nend\n"
    )
}

#[test]
fn products_are_fused_where_go_fuses_them() {
    let two = sum("v3: f64 = fmul v0, v1\nv4: f64 = fmul v1, v2\nv5: f64 = fadd v3, v4\n");
    assert!(text_after("word 8 fuses left", &two).contains("fma v0, v1, v4"));
    assert!(text_after("word 8 fuses right", &two).contains("fma v1, v2, v3"));
    assert!(!text_after("word 8 lacks ctz", &two).contains("fma"));
    let subtracted = sum("v3: f64 = fmul v0, v1\nv5: f64 = fsub v2, v3\n");
    assert!(!text_after("word 8 fuses left", &subtracted).contains("fma"));
    assert!(text_after("word 8 fuses right", &subtracted).contains("fma"));
    let marked = sum("v3: f64 = fmul v0, v1\nv4: f64 = fround v3\nv5: f64 = fadd v4, v2\n");
    let text = text_after("word 8 fuses right", &marked);
    assert!(text.contains("fadd v3, v2") && !text.contains("fround"), "{text}");
    let opposite = sum("v3: f64 = fmul v0, v1\nv4: f64 = fneg v3\nv5: f64 = fadd v2, v4\n");
    assert!(!text_after("word 8 fuses right", &opposite).contains("fma"));
    assert!(text_after("word 8 fuses right_or_negated", &opposite).contains("fma"));
}

#[test]
fn off_where_nothing_is_missing() {
    assert!(!needed(Target::SHAPES[0]) && !needed(Target::SHAPES[1]));
    assert!(needed(Target::SHAPES[2]));
    let amd64 = reflect::Arch::by_name("amd64").map(Target::of);
    assert!(amd64.is_some_and(|t| !needed(t)));
}
