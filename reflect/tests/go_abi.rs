//! Is the table right, and not only consistent? For random signatures this compares where reflect puts every part of
//! every parameter and result with where Go 1.27's own compiler puts it, on each architecture; with ABI0's offsets
//! where Go has no argument registers.
//!
//! For each signature the test compiles a call with package variables as arguments and a call whose results go to
//! package variables, reads the listing (`go tool compile -S`), follows the moves from variables to registers and
//! outgoing stack and from result registers and stack to variables, and compares byte by byte. Instructions it does
//! not know make a place unknown; signatures with unknown places don't count, and at least 300 must count.

use oxigo_reflect::abi::{StepKind, align_up, assign};
use oxigo_reflect::arch::{ALL, Arch};
use oxigo_reflect::{Kind, RegBudget, TypeView};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "go_abi/wasm.rs"]
mod stack_machine;

const SIGNATURES: usize = 400;

#[derive(Debug)]
struct Ty {
    kind: Kind,
    size: u64,
    align: u64,
    elem: Option<&'static Ty>,
    len: u64,
    fields: Vec<(&'static Ty, u64)>,
    text: String,
}

impl TypeView for &'static Ty {
    fn kind(self) -> Kind {
        self.kind
    }
    fn size(self) -> u64 {
        self.size
    }
    fn align(self) -> u64 {
        self.align
    }
    fn elem(self) -> Self {
        self.elem.unwrap()
    }
    fn len(self) -> u64 {
        self.len
    }
    fn num_fields(self) -> usize {
        self.fields.len()
    }
    fn field(self, i: usize) -> (Self, u64) {
        self.fields[i]
    }
}

struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

fn random_type(r: &mut Rng, a: &Arch, depth: u32) -> &'static Ty {
    let (p, max) = (a.ptr_size as u64, a.max_align as u64);
    let t = match if depth == 0 { 9 } else { r.below(10) } {
        0 => {
            let elem = random_type(r, a, depth - 1);
            let len = [0, 1, 1, 1, 2][r.below(5) as usize];
            Ty {
                kind: Kind::Array,
                size: elem.size * len,
                align: elem.align,
                elem: Some(elem),
                len,
                fields: vec![],
                text: format!("[{len}]{}", elem.text),
            }
        }
        1..=3 => {
            let (mut off, mut align, mut fields, mut text, mut last) =
                (0, 1, vec![], "struct {".to_string(), 1);
            for i in 0..r.below(4) {
                let t = random_type(r, a, depth - 1);
                off = align_up(off, t.align);
                fields.push((t, off));
                let _ = write!(text, " f{i} {};", t.text);
                off += t.size;
                align = align.max(t.align);
                last = t.size;
            }
            if off > 0 && last == 0 {
                off += 1;
            }
            Ty {
                kind: Kind::Struct,
                size: align_up(off, align),
                align,
                elem: None,
                len: 0,
                fields,
                text: text + " }",
            }
        }
        _ => {
            let (kind, size, align, text) = [
                (Kind::Bool, 1, 1, "bool"),
                (Kind::Int8, 1, 1, "int8"),
                (Kind::Uint16, 2, 2, "uint16"),
                (Kind::Int32, 4, 4, "int32"),
                (Kind::Int64, 8, max, "int64"),
                (Kind::Uint64, 8, max, "uint64"),
                (Kind::Int, p, p, "int"),
                (Kind::Float32, 4, 4, "float32"),
                (Kind::Float64, 8, max, "float64"),
                (Kind::Complex64, 8, 4, "complex64"),
                (Kind::Complex128, 16, max, "complex128"),
                (Kind::Pointer, p, p, "*int"),
                (Kind::Chan, p, p, "chan int"),
                (Kind::Map, p, p, "map[int]int"),
                (Kind::Func, p, p, "func()"),
                (Kind::String, 2 * p, p, "string"),
                (Kind::Interface, 2 * p, p, "any"),
                (Kind::Slice, 3 * p, p, "[]int"),
            ][r.below(18) as usize];
            Ty { kind, size, align, elem: None, len: 0, fields: vec![], text: text.into() }
        }
    };
    // Go copies larger values by loops or calls.
    if t.size > if p == 4 { 16 } else { 48 } { random_type(r, a, 0) } else { Box::leak(Box::new(t)) }
}

type Signature = (Vec<&'static Ty>, Vec<&'static Ty>);

fn source(sigs: &[Signature]) -> String {
    let mut s = "package p\n".to_string();
    for (i, (params, results)) in sigs.iter().enumerate() {
        let join = |v: Vec<String>| v.join(", ");
        for (j, t) in params.iter().enumerate() {
            let _ = writeln!(s, "var g{i}_{j} {}", t.text);
        }
        for (j, t) in results.iter().enumerate() {
            let _ = writeln!(s, "var h{i}_{j} {}", t.text);
        }
        let decl = join(params.iter().enumerate().map(|(j, t)| format!("p{j} {}", t.text)).collect());
        let args = join((0..params.len()).map(|j| format!("g{i}_{j}")).collect());
        let _ = writeln!(s, "//go:noinline\nfunc f{i}({decl}) {{}}\nfunc c{i}() {{ f{i}({args}) }}");
        let decl = join(results.iter().enumerate().map(|(j, t)| format!("r{j} {}", t.text)).collect());
        let vars = join((0..results.len()).map(|j| format!("h{i}_{j}")).collect());
        let eq = if results.is_empty() { "" } else { " = " };
        let _ = writeln!(
            s,
            "//go:noinline\nfunc r{i}() ({decl}) {{ return }}\nfunc d{i}() {{ {vars}{eq}r{i}() }}"
        );
    }
    s
}

/// Where a byte comes from.
#[derive(Clone, PartialEq, Debug)]
enum Byte {
    /// Byte of a package variable.
    Var(String, i64),
    /// Byte of a register as a call left it, in memory order of what is stored from it.
    Reg(String),
    /// Byte of the outgoing area as a call left it.
    Stack(i64),
    Unknown,
}

/// What a register holds.
#[derive(Clone, Debug)]
enum Val {
    Bytes(Vec<Byte>),
    Address(String, i64),
    Const(i64),
    /// Untouched since the last call.
    Returned(String),
}

/// Follows moves.
#[derive(Default)]
struct Machine {
    regs: HashMap<String, Val>,
    memory: HashMap<(String, i64), Byte>,
    returned: bool,
    /// wasm's operands.
    operands: Vec<Val>,
}

/// `name+off(BASE)`: the name of a memory area and the offset in it.
fn place(m: &Machine, sp: &str, operand: &str) -> Option<(String, i64)> {
    let (head, base) = operand.strip_suffix(')')?.split_once('(')?;
    if base.contains('(') {
        return None;
    }
    let number = |s: &str| if s.is_empty() { Some(0) } else { s.parse::<i64>().ok() };
    if let Some(off) = number(head) {
        return match base {
            b if b == sp => Some(("SP".into(), off)),
            b => match m.regs.get(b)? {
                Val::Address(area, at) => Some((area.clone(), at + off)),
                _ => None,
            },
        };
    }
    let at = head.rfind(['+', '-']).filter(|&i| i > 0 && head[i + 1..].parse::<i64>().is_ok());
    let (name, off) = match at {
        Some(i) => (&head[..i], head[i..].parse::<i64>().ok()?),
        None => (head, 0),
    };
    Some((name.into(), off))
}

impl Machine {
    fn load(&self, area: &str, off: i64, size: i64) -> Val {
        let byte = |o: i64| match self.memory.get(&(area.to_string(), o)) {
            Some(b) => b.clone(),
            None if area == "SP" => {
                if self.returned {
                    Byte::Stack(o)
                } else {
                    Byte::Unknown
                }
            }
            None if area.starts_with("p.g") => Byte::Var(area.to_string(), o),
            None => Byte::Unknown,
        };
        Val::Bytes((off..off + size).map(byte).collect())
    }

    fn bytes(&self, reg: &str, size: i64) -> Vec<Byte> {
        let reg = whole(reg);
        match self.regs.get(reg) {
            Some(Val::Bytes(b)) if b.len() as i64 == size => b.clone(),
            Some(Val::Returned(r)) => vec![Byte::Reg(whole(r).into()); size as usize],
            None if self.returned => vec![Byte::Reg(reg.into()); size as usize],
            _ => vec![Byte::Unknown; size as usize],
        }
    }

    fn store(&mut self, area: &str, off: i64, bytes: Vec<Byte>) {
        for (i, b) in bytes.into_iter().enumerate() {
            self.memory.insert((area.into(), off + i as i64), b);
        }
    }
}

/// The register of which x86's `reg` is the low byte.
fn whole(reg: &str) -> &str {
    match reg {
        "AL" => "AX",
        "BL" => "BX",
        "CL" => "CX",
        "DL" => "DX",
        "SIB" | "DIB" => &reg[..2],
        r if r.starts_with('R') && r.ends_with('B') => &r[..r.len() - 1],
        r => r,
    }
}

/// Bytes that a move of this name moves, per register.
fn width(op: &str, family: &str) -> Option<i64> {
    Some(match (family, op) {
        ("amd64" | "386", "MOVUPS") => 16,
        ("amd64" | "386", "MOVQ" | "MOVSD") => 8,
        ("amd64" | "386", "MOVL" | "MOVSS" | "MOVLQSX" | "MOVLQZX") => 4,
        ("amd64" | "386", "MOVW" | "MOVWLZX" | "MOVWLSX" | "MOVWQSX" | "MOVWQZX") => 2,
        ("amd64" | "386", "MOVB" | "MOVBLZX" | "MOVBLSX" | "MOVBQSX" | "MOVBQZX") => 1,
        (_, "MOVH" | "MOVHU" | "MOVHZ") => 2,
        (_, "MOVB" | "MOVBU" | "MOVBZ") => 1,
        (
            _,
            "MOVW" | "MOVWU" | "MOVWZ" | "FMOVS" | "MOVF" | "LDPW" | "LDPSW" | "STPW" | "FLDPS" | "FSTPS",
        ) => 4,
        (_, "MOVD" | "FMOVD" | "MOVV" | "LDP" | "STP" | "FLDPD" | "FSTPD") => 8,
        ("riscv64", "MOV") => 8,
        ("arm64", "FLDPQ" | "FSTPQ" | "FMOVQ") => 16,
        ("ppc64", "LXVD2X" | "STXVD2X" | "LXV" | "STXV") => 16,
        _ => return None,
    })
}

/// Runs one line.
fn step(m: &mut Machine, a: &Arch, sp: &str, op: &str, operands: &str) {
    let pair: Vec<&str>;
    let ops: Vec<&str> =
        if let (Some(open), true) = (operands.find('('), op.contains("DP") || op.contains("STP")) {
            // A register pair: LDP mem, (a, b) or STP (a, b), mem.
            pair = if operands.starts_with('(') {
                let end = operands.find(')').unwrap_or(open);
                vec![&operands[..=end], operands[end + 1..].trim_start_matches(", ")]
            } else {
                operands.splitn(2, ", ").collect()
            };
            pair
        } else {
            operands.split(", ").collect()
        };
    if op == "MVC" && ops.len() == 3 {
        let n = ops[0].trim_start_matches('$').parse::<i64>().unwrap_or(0);
        match (place(m, sp, ops[1]), place(m, sp, ops[2])) {
            (Some((from, x)), Some((to, y))) => {
                if let Val::Bytes(b) = m.load(&from, x, n) {
                    m.store(&to, y, b);
                }
            }
            (_, Some((to, y))) => m.store(&to, y, vec![Byte::Unknown; n as usize]),
            _ => {}
        }
        return;
    }
    let [src, dst] = ops[..] else {
        if let Some(last) = ops.last() {
            m.regs.insert(last.to_string(), Val::Bytes(vec![]));
        }
        return;
    };
    let regs_of = |s: &str| -> Vec<String> {
        s.trim_start_matches('(').trim_end_matches(')').split(", ").map(String::from).collect()
    };
    let Some(size) = width(op, a.family) else {
        let address = if op == "LEAQ" || op == "LEAL" { place(m, sp, src) } else { None };
        if let Some((area, off)) = address {
            m.regs.insert(dst.into(), Val::Address(area, off));
            return;
        }
        if place(m, sp, dst).is_none() && !op.starts_with('C') && !op.starts_with('T') {
            m.regs.insert(dst.into(), Val::Bytes(vec![]));
        }
        return;
    };
    // Vector moves of ppc64 add two registers.
    let indexed = |m: &Machine, s: &str| -> Option<(String, i64)> {
        let (x, y) = s.strip_prefix('(')?.strip_suffix(')')?.split_once(")(")?;
        match (m.regs.get(x), m.regs.get(y)) {
            (Some(Val::Address(n, o)), _) if y == "R0" => Some((n.clone(), *o)),
            (_, Some(Val::Address(n, o))) if x == "R0" => Some((n.clone(), *o)),
            (Some(Val::Address(n, o)), Some(Val::Const(c)))
            | (Some(Val::Const(c)), Some(Val::Address(n, o))) => Some((n.clone(), o + c)),
            (Some(Val::Const(c)), None) if y == sp => Some(("SP".into(), *c)),
            (None, Some(Val::Const(c))) if x == sp => Some(("SP".into(), *c)),
            _ => None,
        }
    };
    let memory = |m: &Machine, s: &str| place(m, sp, s).or_else(|| indexed(m, s));
    let is_pair = op.contains("DP") || op.contains("STP");
    if let Some(imm) = src.strip_prefix('$') {
        let v = match (imm.parse::<i64>(), place(m, sp, imm)) {
            (Ok(n), _) => Val::Const(n),
            (_, Some((area, off))) => Val::Address(area, off),
            _ => Val::Bytes(vec![]),
        };
        match memory(m, dst) {
            Some((area, off)) => m.store(&area, off, vec![Byte::Unknown; size as usize]),
            None => drop(m.regs.insert(dst.into(), v)),
        }
    } else if is_pair && dst.starts_with('(') {
        let from = memory(m, src);
        for (k, reg) in regs_of(dst).into_iter().enumerate() {
            let v = from.as_ref().map_or(Val::Bytes(vec![]), |(n, o)| m.load(n, o + k as i64 * size, size));
            m.regs.insert(reg, v);
        }
    } else if is_pair {
        if let Some((area, off)) = memory(m, dst) {
            for (k, reg) in regs_of(src).iter().enumerate() {
                let b = m.bytes(reg, size);
                m.store(&area, off + k as i64 * size, b);
            }
        }
    } else if src.contains('(') {
        let v = memory(m, src).map_or(Val::Bytes(vec![]), |(n, o)| m.load(&n, o, size));
        m.regs.insert(dst.into(), v);
    } else if dst.contains('(') {
        if let Some((area, off)) = memory(m, dst) {
            let b = m.bytes(src, size);
            m.store(&area, off, b);
        }
    } else {
        let v = match m.regs.get(src) {
            Some(v) => v.clone(),
            None if src == sp => Val::Address("SP".into(), 0),
            None if m.returned => Val::Returned(src.into()),
            None => Val::Bytes(vec![]),
        };
        m.regs.insert(dst.into(), v);
    }
}

#[derive(PartialEq, Debug)]
enum Outcome {
    Same,
    Unknown,
    Differs(String),
}

/// What Go uses.
fn budget(a: &Arch) -> RegBudget {
    if a.go_has_registers() { a.abi_internal() } else { a.abi0() }
}

/// Where the arguments stand at a call, against the steps.
fn check_call(m: &Machine, a: &Arch, i: usize, params: &[&'static Ty]) -> Outcome {
    let d = assign(params, &[], None, budget(a));
    let mut outcome = Outcome::Same;
    for (j, t) in params.iter().enumerate() {
        let var = format!("p.g{i}_{j}");
        for s in d.param(j) {
            let got = match s.kind {
                StepKind::Stack => {
                    match m.load("SP", (s.stack_offset + a.min_frame as u64) as i64, s.size as i64) {
                        Val::Bytes(b) => b,
                        _ => vec![],
                    }
                }
                StepKind::FloatReg => m.bytes(a.float_args[s.reg as usize].go, s.size as i64),
                _ => m.bytes(a.int_args[s.reg as usize].go, s.size as i64),
            };
            for (k, b) in got.iter().enumerate() {
                let want = Byte::Var(var.clone(), s.offset as i64 + k as i64);
                if *b == Byte::Unknown || !matters(t, s.offset + k as u64) {
                    if matters(t, s.offset + k as u64) {
                        outcome = Outcome::Unknown;
                    }
                } else if *b != want {
                    return Outcome::Differs(format!("parameter {j} {}: {s:?} holds {b:?}", t.text));
                }
            }
        }
    }
    outcome
}

/// Whether byte `off` of a value is no padding.
fn matters(t: &'static Ty, off: u64) -> bool {
    match t.kind {
        Kind::Struct => t.fields.iter().any(|(f, o)| off >= *o && off < o + f.size && matters(f, off - o)),
        Kind::Array => t.elem.is_some_and(|e| e.size > 0 && matters(e, off % e.size)),
        _ => true,
    }
}

fn check_results(m: &Machine, a: &Arch, i: usize, results: &[&'static Ty]) -> Outcome {
    // The function has no parameters, so results start at the bottom.
    let d = assign(&[], results, None, budget(a));
    let mut outcome = Outcome::Same;
    for (j, t) in results.iter().enumerate() {
        let var = format!("p.h{i}_{j}");
        for s in d.result(j) {
            for k in (0..s.size).filter(|k| matters(t, s.offset + k)) {
                let want = match s.kind {
                    StepKind::Stack => Byte::Stack((s.stack_offset + a.min_frame as u64 + k) as i64),
                    StepKind::FloatReg => Byte::Reg(a.float_args[s.reg as usize].go.into()),
                    _ => Byte::Reg(a.int_args[s.reg as usize].go.into()),
                };
                match m.memory.get(&(var.clone(), (s.offset + k) as i64)) {
                    Some(b) if *b == want => {}
                    None | Some(Byte::Unknown) => outcome = Outcome::Unknown,
                    Some(b) => {
                        return Outcome::Differs(format!("result {j} {}: {s:?} comes from {b:?}", t.text));
                    }
                }
            }
        }
    }
    outcome
}

fn go() -> Option<PathBuf> {
    let home = std::env::var("HOME").unwrap_or_default();
    let pinned = std::env::var("OXIGO_HOME").unwrap_or(format!("{home}/.local/share/oxigo"));
    let roots = [std::env::var("GOROOT").unwrap_or_default(), format!("{pinned}/go1.27.3")];
    let version = |go: &Path| {
        let out = Command::new(go).arg("version").output().ok()?;
        String::from_utf8_lossy(&out.stdout).contains("go1.27").then(|| go.to_path_buf())
    };
    roots.iter().map(|r| Path::new(r).join("bin/go")).chain([PathBuf::from("go")]).find_map(|g| version(&g))
}

fn compare(name: &str) {
    let Some(go) = go() else {
        assert!(std::env::var("OXIGO_MATRIX").as_deref() != Ok("all"), "no Go 1.27");
        eprintln!("{name}: not compared; ci/setup installs Go 1.27");
        return;
    };
    let a = Arch::by_name(name).unwrap();
    let mut r = Rng(0x9e37_79b9_7f4a_7c15 ^ name.len() as u64);
    let sigs: Vec<Signature> = (0..SIGNATURES)
        .map(|_| {
            let mut list = |n| (0..r.below(n)).map(|_| random_type(&mut r, a, 2)).collect::<Vec<_>>();
            let n = list(8);
            (n, list(5))
        })
        .collect();
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("go-abi-{name}"));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("x.go"), source(&sigs)).unwrap();
    let out = Command::new(&go)
        .current_dir(&dir)
        .env("GOARCH", name)
        .env("GOOS", if a.family == "wasm" { "wasip1" } else { "linux" })
        .env_remove("GOFLAGS")
        .args(["tool", "compile", "-p", "p", "-wb=false", "-S", "-o", "x.o", "x.go"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let listing = String::from_utf8_lossy(&out.stdout);
    let sp = match a.family {
        "arm64" => "RSP",
        "ppc64" => "R1",
        "s390x" => "R15",
        "arm" => "R13",
        "mips" | "mips64" => "R29",
        _ => "SP",
    };
    let (mut m, mut same, mut unknown, mut current) = (Machine::default(), 0, 0, String::new());
    let mut verdicts: HashMap<usize, Vec<Outcome>> = HashMap::new();
    for line in listing.lines() {
        if line.contains(" STEXT ") {
            current = line.split(' ').next().unwrap_or("").into();
            m = Machine::default();
            continue;
        }
        let mut cols = line.split('\t').skip(2);
        let (Some(op), operands) = (cols.next(), cols.next().unwrap_or("")) else { continue };
        let index = |prefix: &str| current.strip_prefix(prefix).and_then(|s| s.parse::<usize>().ok());
        const CALLS: [&str; 4] = ["CALL", "JAL", "BL", "Call"];
        if CALLS.contains(&op) && operands.contains("p.f") {
            if let Some(i) = index("p.c") {
                if a.family == "wasm" {
                    m.count_from_arguments();
                }
                verdicts.entry(i).or_default().push(check_call(&m, a, i, &sigs[i].0));
                m = Machine::default();
            }
            continue;
        }
        if CALLS.contains(&op) && operands.contains("p.r") && index("p.d").is_some() {
            m = Machine { returned: true, ..Machine::default() };
            continue;
        }
        // A return ends what follows the call.
        let ret = op == "RET"
            || op == "Return"
            || (op == "JMP" && operands == "R14")
            || (op.starts_with("MOVW.P") && operands.ends_with("R15"))
            || (op == "JMP" && (operands.contains("LR") || operands.contains("(R14)")))
            || (op == "JMP" && operands.contains("(R31)"))
            || (op == "JALR" && operands == "X0, X1")
            || (op == "BR" && operands.contains("R14"));
        if ret {
            if let Some(i) = index("p.d").filter(|_| m.returned) {
                verdicts.entry(i).or_default().push(check_results(&m, a, i, &sigs[i].1));
                m = Machine::default();
            }
            continue;
        }
        if ["TEXT", "FUNCDATA", "PCDATA"].contains(&op) {
            continue;
        }
        if a.family == "wasm" {
            stack_machine::step(&mut m, op, operands);
        } else {
            step(&mut m, a, sp, op, operands);
        }
    }
    for (i, v) in &verdicts {
        for o in v {
            if let Outcome::Differs(why) = o {
                let list =
                    |v: &[&'static Ty]| v.iter().map(|t| t.text.clone()).collect::<Vec<_>>().join(", ");
                panic!("{name}: f{i}({}) ({}): {why}", list(&sigs[*i].0), list(&sigs[*i].1));
            }
        }
        if v.len() == 2 && v.iter().all(|o| *o == Outcome::Same) {
            same += 1;
        } else {
            unknown += 1;
        }
    }
    println!(
        "{name}: {same} signatures as Go places them, {unknown} not followed, {} not seen",
        SIGNATURES - verdicts.len()
    );
    assert!(same >= 300, "{name}: only {same} signatures could be compared");
}

macro_rules! columns {
    ($($module:ident $name:literal)*) => {
        $(mod $module {
            #[test]
            fn as_go_places_them() {
                crate::compare($name);
            }
        })*
        const COLUMNS: &[&str] = &[$($name),*];
    };
}

columns! {
    amd64 "amd64" i386 "386" arm "arm" arm64 "arm64" mips "mips" mipsle "mipsle" mips64 "mips64" mips64le "mips64le"
    ppc64 "ppc64" ppc64le "ppc64le" riscv64 "riscv64" s390x "s390x" wasm "wasm"
}

#[test]
fn every_row_is_compared() {
    assert!(ALL.iter().all(|a| COLUMNS.contains(&a.name)));
}
