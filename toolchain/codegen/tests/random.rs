//! Random programs: generated code and the interpreter must agree. `RANDOM_SEED` and `RANDOM_COUNT` choose more.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod support;

use ir::interp::{Interp, Stop};
use std::fmt::Write;
use support::Loaded;

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
    fn number(&mut self) -> i64 {
        match self.below(8) {
            0 => self.below(4) as i64,
            1 => -1 - self.below(3) as i64,
            2 => self.below(300) as i64,
            3 => 1 << self.below(63),
            4 => (1 << self.below(63)) - 1,
            5 => self.next() as i32 as i64,
            6 => i64::MIN,
            _ => self.next() as i64,
        }
    }
    fn float(&mut self) -> f64 {
        *self.pick(&[
            0.0,
            -0.0,
            1.0,
            -1.5,
            1e10,
            -3.7e18,
            1.2e19,
            1e300,
            f64::NAN,
            f64::INFINITY,
            0.1,
            123456.789,
        ])
    }
}

const INTS: [&str; 4] = ["i8", "i16", "i32", "i64"];

/// Writes one function as text.
struct Gen<'a> {
    rng: &'a mut Rng,
    text: String,
    next: usize,
    /// Values in scope: name, kind.
    scope: Vec<(String, &'static str)>,
    depth: usize,
    blocks: usize,
    slots: usize,
    /// Signatures of functions that may be called: id, parameters, results.
    callable: Vec<(usize, Vec<&'static str>, Vec<&'static str>)>,
}

impl Gen<'_> {
    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("v{}", self.next - 1)
    }
    fn def(&mut self, ty: &'static str, op: &str) -> String {
        let v = self.fresh();
        let _ = writeln!(self.text, "  {v}: {ty} = {op}");
        self.scope.push((v.clone(), ty));
        v
    }
    fn value(&mut self, ty: &'static str) -> String {
        let fit: Vec<usize> = (0..self.scope.len()).filter(|&i| self.scope[i].1 == ty).collect();
        if fit.is_empty() || self.rng.below(5) == 0 {
            let op = match ty {
                "f64" => format!("fconst {:#x}", self.rng.float().to_bits()),
                "f32" => format!("fconst {:#x}", (self.rng.float() as f32).to_bits()),
                "ptr" => {
                    let s = self.rng.below(self.slots);
                    format!("slotaddr s{s} + {}", 8 * self.rng.below(4))
                }
                "i8" => format!("iconst {}", self.rng.number() as i8),
                "i16" => format!("iconst {}", self.rng.number() as i16),
                "i32" => format!("iconst {}", self.rng.number() as i32),
                _ => format!("iconst {}", self.rng.number()),
            };
            return self.def(ty, &op);
        }
        // Recent values more often.
        let n = fit.len();
        let i = if self.rng.below(2) == 0 { n - 1 - self.rng.below(n.min(4)) } else { self.rng.below(n) };
        self.scope[fit[i]].0.clone()
    }
    fn int(&mut self) -> &'static str {
        INTS[[3, 3, 3, 2, 2, 1, 0][self.rng.below(7)]]
    }

    fn op(&mut self) {
        let ty = self.int();
        match self.rng.below(30) {
            0..=7 => {
                let op = *self.rng.pick(&["add", "sub", "mul", "and", "or", "xor", "add", "sub"]);
                let (a, b) = (self.value(ty), self.value(ty));
                self.def(ty, &format!("{op} {a}, {b}"));
            }
            8 => {
                let op = *self.rng.pick(&["sdiv", "udiv", "srem", "urem"]);
                let a = self.value(ty);
                let b = if self.rng.below(2) == 0 {
                    let c = match ty {
                        "i8" => self.rng.number() as i8 as i64,
                        "i16" => self.rng.number() as i16 as i64,
                        "i32" => self.rng.number() as i32 as i64,
                        _ => self.rng.number(),
                    };
                    self.def(ty, &format!("iconst {}", if c == 0 { 7 } else { c }))
                } else {
                    let b = self.value(ty);
                    let one = self.def(ty, "iconst 1");
                    self.def(ty, &format!("or {b}, {one}"))
                };
                self.def(ty, &format!("{op} {a}, {b}"));
            }
            9..=10 => {
                let op = *self.rng.pick(&["shl", "lshr", "ashr", "rotl"]);
                let count = self.int();
                let (a, b) = (self.value(ty), self.value(count));
                self.def(ty, &format!("{op} {a}, {b}"));
            }
            11 => {
                let op = *self.rng.pick(&["shl.bounded", "lshr.bounded", "ashr.bounded"]);
                let bits = 8 << INTS.iter().position(|t| *t == ty).unwrap();
                let (a, b) = (self.value(ty), self.value(ty));
                let m = self.def(ty, &format!("iconst {}", bits - 1));
                let n = self.def(ty, &format!("and {b}, {m}"));
                self.def(ty, &format!("{op} {a}, {n}"));
            }
            12 => {
                let op = *self.rng.pick(&["neg", "not", "clz", "ctz", "popcnt", "bswap"]);
                let ty = if op == "bswap" && ty == "i8" { "i64" } else { ty };
                let a = self.value(ty);
                self.def(ty, &format!("{op} {a}"));
            }
            13..=14 => {
                let (a, b) = (self.rng.below(4), self.rng.below(4));
                if a != b {
                    let v = self.value(INTS[a]);
                    let op = if a > b { "trunc" } else { *self.rng.pick(&["sext", "zext"]) };
                    self.def(INTS[b], &format!("{op} {v}"));
                }
            }
            15..=16 => {
                let cc =
                    *self.rng.pick(&["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"]);
                let (a, b) = (self.value(ty), self.value(ty));
                let c = self.def("i8", &format!("icmp.{cc} {a}, {b}"));
                if self.rng.below(2) == 0 {
                    let t = self.any();
                    if t != "ptr" {
                        let (x, y) = (self.value(t), self.value(t));
                        self.def(t, &format!("select {c}, {x}, {y}"));
                    }
                }
            }
            17 => {
                let cc = *self.rng.pick(&["eq", "ne", "lt", "le", "gt", "ge"]);
                let t = *self.rng.pick(&["f64", "f32"]);
                let (a, b) = (self.value(t), self.value(t));
                let c = self.def("i8", &format!("fcmp.{cc} {a}, {b}"));
                let t = *self.rng.pick(&["f64", "i64"]);
                let (x, y) = (self.value(t), self.value(t));
                self.def(t, &format!("select {c}, {x}, {y}"));
            }
            18..=19 => {
                let t = *self.rng.pick(&["f64", "f64", "f32"]);
                let op = *self.rng.pick(&["fadd", "fsub", "fmul", "fdiv", "fcopysign"]);
                let (a, b) = (self.value(t), self.value(t));
                self.def(t, &format!("{op} {a}, {b}"));
            }
            20 => {
                let t = *self.rng.pick(&["f64", "f32"]);
                let op = *self.rng.pick(&["fneg", "fabs", "fsqrt"]);
                let a = self.value(t);
                self.def(t, &format!("{op} {a}"));
            }
            21 => {
                let (to, op, from) = *self.rng.pick(&[
                    ("f64", "sitof", "i64"),
                    ("f64", "sitof", "i32"),
                    ("f32", "sitof", "i64"),
                    ("f64", "uitof", "i64"),
                    ("f32", "uitof", "i64"),
                    ("i64", "ftosi", "f64"),
                    ("i32", "ftosi", "f64"),
                    ("i64", "ftosi", "f32"),
                    ("i64", "ftoui", "f64"),
                    ("i64", "ftoui", "f32"),
                    ("f32", "fcvt", "f64"),
                    ("f64", "fcvt", "f32"),
                ]);
                let a = self.value(from);
                self.def(to, &format!("{op} {a}"));
            }
            22..=23 => {
                let p = self.address();
                let t = self.any();
                if t != "ptr" {
                    let off = self.rng.below(8);
                    self.def(t, &format!("load {p} + {}", off));
                }
            }
            24..=25 => {
                let p = self.address();
                let t = self.any();
                if t != "ptr" {
                    let v = self.value(t);
                    let off = self.rng.below(8);
                    let _ = writeln!(self.text, "  store {p}, {v} + {off}");
                }
            }
            26 => {
                let (a, b, c) = (self.value("i64"), self.value("i64"), self.value("i64"));
                let one = self.def("i64", "iconst 1");
                let carry = self.def("i64", &format!("and {c}, {one}"));
                let (x, y) = (self.fresh(), self.fresh());
                let op = match self.rng.below(3) {
                    0 => format!("umulwide {a}, {b}"),
                    1 => format!("addcarry {a}, {b}, {carry}"),
                    _ => format!("subborrow {a}, {b}, {carry}"),
                };
                let _ = writeln!(self.text, "  {x}: i64, {y}: i64 = {op}");
                self.scope.extend([(x, "i64"), (y, "i64")]);
            }
            27 => {
                let (s, t) = (self.rng.below(self.slots), self.rng.below(self.slots));
                if s != t {
                    let (a, b) = (
                        self.def("ptr", &format!("slotaddr s{s} + 0")),
                        self.def("ptr", &format!("slotaddr s{t} + 8")),
                    );
                    let size = 1 + self.rng.below(56);
                    let op = if self.rng.below(3) == 0 {
                        format!("memzero {a}")
                    } else {
                        format!("memcopy {a}, {b}")
                    };
                    let _ = writeln!(self.text, "  {op} size {size}");
                }
            }
            28 => {
                let s = self.rng.below(self.slots);
                let off = 8 * self.rng.below(4);
                let p = self.def("ptr", &format!("slotaddr s{s} + {off}"));
                let t = *self.rng.pick(&["i64", "i32"]);
                let op = *self.rng.pick(&["atomicadd", "atomicand", "atomicor", "atomicxchg"]);
                let v = self.value(t);
                self.def(t, &format!("{op} {p}, {v}"));
            }
            _ => self.call(),
        }
    }
    fn any(&mut self) -> &'static str {
        const SCALARS: [&str; 7] = ["i64", "i64", "i32", "i8", "i16", "f64", "f32"];
        SCALARS[self.rng.below(SCALARS.len())]
    }
    /// An address with at least 16 bytes behind it in its slot (slots have 64).
    fn address(&mut self) -> String {
        let s = self.rng.below(self.slots);
        let off = self.rng.below(9);
        let p = self.def("ptr", &format!("slotaddr s{s} + {off}"));
        if self.rng.below(2) == 0 {
            let i = self.value("i64");
            let m = self.def("i64", "iconst 3");
            let k = self.def("i64", &format!("and {i}, {m}"));
            let n = self.rng.below(4);
            let sh = self.def("i64", &format!("iconst {n}"));
            let k = self.def("i64", &format!("shl.bounded {k}, {sh}"));
            return self.def("ptr", &format!("ptradd {p}, {k}"));
        }
        p
    }
    fn call(&mut self) {
        if self.callable.is_empty() || self.depth > 1 {
            return;
        }
        let (id, params, results) = self.rng.pick(&self.callable).clone();
        let args: Vec<String> = params.iter().map(|t| self.value(t)).collect();
        let names: Vec<String> = results.iter().map(|_| self.fresh()).collect();
        let typed: Vec<String> = names.iter().zip(&results).map(|(n, t)| format!("{n}: {t}")).collect();
        let _ = writeln!(self.text, "  {} = call f{id} sig{id}({})", typed.join(", "), args.join(", "));
        self.scope.extend(names.into_iter().zip(results));
    }

    fn block(&mut self) -> usize {
        self.blocks += 1;
        self.blocks - 1
    }

    /// A sequence of operations and nested control flow. Blocks are numbered as they are written, so text of nested
    /// parts goes in order.
    fn body(&mut self, ops: usize) {
        for _ in 0..ops {
            self.op();
            if self.depth < 3 && self.rng.below(12) == 0 {
                if self.rng.below(2) == 0 { self.branch() } else { self.counted_loop() }
            }
        }
    }
    fn open(&mut self, name: &str) {
        let n = self.block();
        // Forward references were written as @name@; now the number is known.
        self.text = self.text.replace(&format!("@{name}@"), &format!("b{n}"));
        let _ = write!(self.text, "b{n}");
    }
    fn branch(&mut self) {
        let c = self.value("i8");
        let t = *self.rng.pick(&["i64", "f64", "i32"]);
        let tag = self.fresh();
        let (yes, no, join) = (format!("y{tag}"), format!("n{tag}"), format!("j{tag}"));
        let out = self.value(t);
        let direct = self.rng.below(2) == 0;
        if direct {
            let _ = writeln!(self.text, "  br {c}, @{yes}@, @{join}@({out})");
        } else {
            let _ = writeln!(self.text, "  br {c}, @{yes}@, @{no}@");
        }
        self.depth += 1;
        for side in [&yes, &no].into_iter().take(2 - direct as usize) {
            let saved = self.scope.len();
            self.open(side);
            let _ = writeln!(self.text, ":");
            let ops = self.rng.below(6);
            self.body(ops);
            let v = self.value(t);
            let _ = writeln!(self.text, "  jump @{join}@({v})");
            self.scope.truncate(saved);
        }
        self.depth -= 1;
        let p = self.fresh();
        self.open(&join);
        let _ = writeln!(self.text, "({p}: {t}):");
        self.scope.push((p, t));
    }
    fn counted_loop(&mut self) {
        let tag = self.fresh();
        let (head, body, exit) = (format!("h{tag}"), format!("l{tag}"), format!("e{tag}"));
        let zero = self.def("i64", "iconst 0");
        let t = *self.rng.pick(&["i64", "f64", "i32"]);
        let first = self.value(t);
        let _ = writeln!(self.text, "  jump @{head}@({zero}, {first})");
        let (i, acc) = (self.fresh(), self.fresh());
        let before = self.text.len();
        self.open(&head);
        let number = self.text[before.saturating_sub(12)..].rsplit('b').next().unwrap().to_string();
        let _ = writeln!(self.text, "({i}: i64, {acc}: {t}):");
        let limit = 1 + self.rng.below(4);
        let saved = self.scope.len();
        self.scope.push((i.clone(), "i64"));
        self.scope.push((acc.clone(), t));
        if self.rng.below(3) == 0 {
            let _ = writeln!(self.text, "  poll");
        }
        let n = self.def("i64", &format!("iconst {limit}"));
        let c = self.def("i8", &format!("icmp.slt {i}, {n}"));
        let _ = writeln!(self.text, "  br {c}, @{body}@, @{exit}@");
        let inner = self.scope.len();
        self.open(&body);
        let _ = writeln!(self.text, ":");
        self.depth += 1;
        let ops = 1 + self.rng.below(6);
        self.body(ops);
        self.depth -= 1;
        let one = self.def("i64", "iconst 1");
        let j = self.def("i64", &format!("add {i}, {one}"));
        let v = self.value(t);
        let _ = writeln!(self.text, "  jump b{number}({j}, {v})");
        self.scope.truncate(inner);
        self.open(&exit);
        let _ = writeln!(self.text, ":");
        let _ = saved;
    }
}

fn program(seed: u64) -> String {
    let mut rng = Rng(seed);
    let kinds = ["i64", "i64", "i32", "i8", "f64", "f32", "i16"];
    let mut sigs = String::new();
    let mut funcs = String::new();
    let mut callable = Vec::new();
    for id in 0..3 {
        let few = 1 + rng.below(5);
        let params: Vec<&'static str> = (0..few).map(|_| *rng.pick(&kinds)).collect();
        // The last function is called from outside: registers only. Others may need the stack.
        let params: Vec<&'static str> = if id < 2 && rng.below(2) == 0 {
            params.into_iter().chain(["i64", "i32", "i64", "i64", "i8", "i64", "i64", "i64", "i64"]).collect()
        } else {
            params
        };
        let few = 1 + rng.below(3);
        let results: Vec<&'static str> = (0..few).map(|_| *rng.pick(&kinds)).collect();
        let _ = writeln!(sigs, "sig{id} = go ({}) -> ({})", params.join(", "), results.join(", "));
        let slots = 3;
        let mut g = Gen {
            rng: &mut rng,
            text: String::new(),
            next: 0,
            scope: Vec::new(),
            depth: 0,
            blocks: 0,
            slots,
            callable: callable.clone(),
        };
        let _ = writeln!(g.text, "func f{id} \"f{id}\" sig{id}");
        for s in 0..slots {
            let _ = writeln!(g.text, "  slot s{s} size 64 align 8 ptrs - \"s\"");
        }
        let names: Vec<String> = params.iter().map(|_| g.fresh()).collect();
        let typed: Vec<String> = names.iter().zip(&params).map(|(n, t)| format!("{n}: {t}")).collect();
        g.block();
        let _ = writeln!(g.text, "b0({}):", typed.join(", "));
        g.scope = names.into_iter().zip(params.iter().copied()).collect();
        for s in 0..slots {
            let p = g.def("ptr", &format!("slotaddr s{s} + 0"));
            let _ = writeln!(g.text, "  memzero {p} size 64");
        }
        let ops = 10 + g.rng.below(60);
        g.body(ops);
        let out: Vec<String> = results.iter().map(|t| g.value(t)).collect();
        let _ = writeln!(g.text, "  ret {}\nend", out.join(", "));
        funcs += &g.text;
        callable.push((id, params, results));
    }
    sigs + &funcs
}

/// What compiled code and the interpreter make of `f2(args)`, if they differ.
fn difference(text: &str, args: &[u64]) -> Option<(Vec<u64>, Vec<u64>)> {
    let program = ir::parse::program(text).ok()?;
    ir::verify::program(&program).ok()?;
    let want = Interp::new(&program, 1_000_000).call(ir::FuncId(2), args, 0).ok()?;
    let loaded = Loaded::new(program, &Default::default());
    let id = loaded.find("f2");
    let (have, _) = loaded.call_polled(id, args, false);
    let same = |((h, w), t): ((&u64, &u64), &ir::Ty)| match t {
        // Which NaN is not specified.
        ir::Ty::F64 => h == w || f64::from_bits(*h).is_nan() && f64::from_bits(*w).is_nan(),
        ir::Ty::F32 => h == w || f32::from_bits(*h as u32).is_nan() && f32::from_bits(*w as u32).is_nan(),
        _ => h == w,
    };
    let tys = loaded.program.sigs[loaded.program.funcs[id].sig].result_tys();
    if have.iter().zip(&want).zip(&tys).all(same) { None } else { Some((have, want)) }
}

/// Replaces instructions by constants, or drops them, while the difference stays.
fn reduce(text: String, args: &[u64]) -> String {
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    loop {
        let before = lines.clone();
        for i in (0..lines.len()).rev() {
            let line = lines[i].clone();
            let smaller: Vec<String> = match line.split_once(" = ") {
                Some((def, op)) if line.starts_with("  v") && !def.contains(',') => {
                    let zero = if def.contains(": f") { "fconst 0x0" } else { "iconst 0" };
                    if def.contains("ptr") || op == zero {
                        vec![String::new()]
                    } else {
                        vec![String::new(), format!("{def} = {zero}")]
                    }
                }
                None if line.ends_with("size 64") => continue,
                None if line.starts_with("  store")
                    || line.starts_with("  mem")
                    || line.starts_with("  poll") =>
                {
                    vec![String::new()]
                }
                _ => continue,
            };
            for s in smaller {
                lines[i] = s;
                if difference(&lines.join("\n"), args).is_some() {
                    break;
                }
                lines[i] = line.clone();
            }
        }
        lines.retain(|l| !l.is_empty());
        if lines == before {
            return lines.join("\n");
        }
    }
}

#[test]
fn random_programs() {
    let number = |name: &str, default: u64| std::env::var(name).map_or(default, |v| v.parse().unwrap());
    let (first, count) = (number("RANDOM_SEED", 1), number("RANDOM_COUNT", 150));
    for seed in first..first + count {
        if std::env::var_os("RANDOM_TRACE").is_some() {
            eprintln!("seed {seed}");
        }
        let text = program(seed);
        let program = ir::parse::program(&text).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{text}"));
        ir::verify::program(&program).unwrap_or_else(|e| panic!("seed {seed}: {e:#?}\n{text}"));
        match Interp::new(&program, 1_000_000).call(ir::FuncId(0), &[0; 14], 0) {
            Ok(_) | Err(Stop::Steps) => {}
            Err(e) => panic!("seed {seed}: {e:?}\n{text}"),
        }
        // What cannot run here is at least allocated, written, and held against its stack maps.
        for m in oxigo_codegen::isa::MACHINES.iter().filter(|m| m.row.ptr_size == 8) {
            let mut program =
                ir::parse::program_of(m.row, &text).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
            if ir::passes::legalize::needed(program.target) {
                ir::passes::legalize::program(&mut program, &Default::default());
            }
            let options = oxigo_codegen::Options { check: true, arch: Some(m.row), ..Default::default() };
            if let Err(e) = oxigo_codegen::compile_functions(&program, &options) {
                panic!("seed {seed}: {}: {e:?}\n{text}", m.row.name);
            }
        }
        let mut rng = Rng(seed ^ 0x1234_5678);
        for _ in 0..3 {
            let args: Vec<u64> = program.sigs[ir::SigId(2)]
                .param_tys()
                .iter()
                .map(|t| match t {
                    ir::Ty::F64 => rng.float().to_bits(),
                    ir::Ty::F32 => (rng.float() as f32).to_bits() as u64,
                    t => rng.number() as u64 & (u64::MAX >> (64 - 8 * t.size(8))),
                })
                .collect();
            if difference(&text, &args).is_some() {
                let text = reduce(text, &args);
                let (have, want) = difference(&text, &args).unwrap_or_default();
                panic!("seed {seed}: f2({args:x?}) = {have:x?}, the interpreter says {want:x?}\n{text}");
            }
        }
    }
}
