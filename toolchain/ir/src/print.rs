//! The text form: prints programs and functions. [`crate::parse`] reads it back; printing again gives the same text.
//!
//! ```text
//! target word 8 unaligned
//! sig0 = sig args 0 ret 0 area 0
//!   param flat(i64+0) size 8 align 8 ptrs 0 regs(i64+0=0)
//!   result mem size 24 align 8 ptrs 101 stack(0)
//! end
//! data d0 "name" rodata align 8 size 16
//!   bytes 0001ff
//!   reloc 8 abs d1 + 0
//!   ptrs 01
//! end
//! func f0 "pkg.name" sig0 nosplit @12
//!   slot s0 size 16 align 8 ptrs 10 "x"
//! b0(v0: i64):
//!   v1: i64 = add v0, v0 @40 ^1
//!   br v2, b1(v1), b2 likely
//! b1(v3: i64): cold
//!   ret v3
//! end
//! ```
//!
//! Of a target, `big` and `unaligned` are said where they hold, and behind `lacks` which operations it has not (`all`: any of them;
//! `nil_page`: accesses through nil do not fault). `word` as a kind is the target's integer of that size.
//! `@n` is a position, `^n` the inlined call an instruction came from.
use crate::func::{Body, Term};
use crate::op::{Asked, AtomicOp, BoundsKind, Callee, Cc, Fcc, Rounding};
use crate::ptrmap::PtrMap;
use crate::sig::{Part, PartLoc};
use crate::{
    Block, BlockCall, Data, DataId, Func, FuncId, Op, Program, RelocKind, Section, Sig, SigId, SymRef, Value,
};
use std::fmt::{self, Display, Write};
use syntax::Pos;

/// Operations whose text is only a name.
pub(crate) const SIMPLE: &[(&str, Op)] = &[
    ("add", Op::Add),
    ("sub", Op::Sub),
    ("mul", Op::Mul),
    ("sdiv", Op::SDiv),
    ("udiv", Op::UDiv),
    ("srem", Op::SRem),
    ("urem", Op::URem),
    ("and", Op::And),
    ("or", Op::Or),
    ("xor", Op::Xor),
    ("shl", Op::Shl(false)),
    ("shl.bounded", Op::Shl(true)),
    ("lshr", Op::LShr(false)),
    ("lshr.bounded", Op::LShr(true)),
    ("ashr", Op::AShr(false)),
    ("ashr.bounded", Op::AShr(true)),
    ("rotl", Op::RotL),
    ("neg", Op::Neg),
    ("not", Op::Not),
    ("clz", Op::Clz),
    ("ctz", Op::Ctz),
    ("popcnt", Op::Popcnt),
    ("bswap", Op::Bswap),
    ("umulwide", Op::UMulWide),
    ("smulhi", Op::SMulHi),
    ("udivwide", Op::UDivWide),
    ("addcarry", Op::AddCarry),
    ("subborrow", Op::SubBorrow),
    ("fadd", Op::FAdd),
    ("fsub", Op::FSub),
    ("fmul", Op::FMul),
    ("fdiv", Op::FDiv),
    ("fneg", Op::FNeg),
    ("fabs", Op::FAbs),
    ("fsqrt", Op::FSqrt),
    ("fcopysign", Op::FCopysign),
    ("fround", Op::FRound),
    ("fma", Op::Fma),
    ("asked.popcnt", Op::Asked(Asked::Popcnt)),
    ("asked.fma", Op::Asked(Asked::Fma)),
    ("asked.even", Op::Asked(Asked::Round(Rounding::Even))),
    ("asked.down", Op::Asked(Asked::Round(Rounding::Down))),
    ("asked.up", Op::Asked(Asked::Round(Rounding::Up))),
    ("asked.zero", Op::Asked(Asked::Round(Rounding::Zero))),
    ("sext", Op::Sext),
    ("zext", Op::Zext),
    ("trunc", Op::Trunc),
    ("sitof", Op::SiToF),
    ("uitof", Op::UiToF),
    ("ftosi", Op::FToSi),
    ("ftoui", Op::FToUi),
    ("fcvt", Op::FCvt),
    ("bitcast", Op::Bitcast),
    ("icmp.eq", Op::Icmp(Cc::Eq)),
    ("icmp.ne", Op::Icmp(Cc::Ne)),
    ("icmp.slt", Op::Icmp(Cc::Slt)),
    ("icmp.sle", Op::Icmp(Cc::Sle)),
    ("icmp.sgt", Op::Icmp(Cc::Sgt)),
    ("icmp.sge", Op::Icmp(Cc::Sge)),
    ("icmp.ult", Op::Icmp(Cc::Ult)),
    ("icmp.ule", Op::Icmp(Cc::Ule)),
    ("icmp.ugt", Op::Icmp(Cc::Ugt)),
    ("icmp.uge", Op::Icmp(Cc::Uge)),
    ("fcmp.eq", Op::Fcmp(Fcc::Eq)),
    ("fcmp.ne", Op::Fcmp(Fcc::Ne)),
    ("fcmp.lt", Op::Fcmp(Fcc::Lt)),
    ("fcmp.le", Op::Fcmp(Fcc::Le)),
    ("fcmp.gt", Op::Fcmp(Fcc::Gt)),
    ("fcmp.ge", Op::Fcmp(Fcc::Ge)),
    ("select", Op::Select),
    ("ptradd", Op::PtrAdd),
    ("nilcheck", Op::NilCheck),
    ("atomicload", Op::AtomicLoad),
    ("atomicstore", Op::AtomicStore),
    ("atomicadd", Op::AtomicRmw(AtomicOp::Add)),
    ("atomicand", Op::AtomicRmw(AtomicOp::And)),
    ("atomicor", Op::AtomicRmw(AtomicOp::Or)),
    ("atomicxchg", Op::AtomicRmw(AtomicOp::Xchg)),
    ("atomiccas", Op::AtomicCas),
    ("poll", Op::Poll),
    ("keepalive", Op::KeepAlive),
    ("escape", Op::Escape),
    ("edge", Op::Edge),
    ("getg", Op::GetG),
    ("getclosure", Op::GetClosure),
    ("getcallerpc", Op::GetCallerPc),
    ("getcallersp", Op::GetCallerSp),
    ("spinhint", Op::SpinHint),
    ("breakpoint", Op::Breakpoint),
];

pub(crate) const BOUNDS: &[(&str, BoundsKind)] = &[
    ("index", BoundsKind::Index),
    ("slicealen", BoundsKind::SliceAlen),
    ("sliceacap", BoundsKind::SliceAcap),
    ("sliceb", BoundsKind::SliceB),
    ("slice3alen", BoundsKind::Slice3Alen),
    ("slice3acap", BoundsKind::Slice3Acap),
    ("slice3b", BoundsKind::Slice3B),
    ("slice3c", BoundsKind::Slice3C),
    ("convert", BoundsKind::Convert),
];

pub(crate) const SECTIONS: &[(&str, Section)] = &[
    ("rodata", Section::Rodata),
    ("types", Section::Types),
    ("data", Section::Data),
    ("bss", Section::Bss),
    ("extern", Section::Extern),
];

pub(crate) const RELOCS: &[(&str, RelocKind)] = &[
    ("abs", RelocKind::Abs),
    ("typesoff32", RelocKind::TypesOff32),
    ("typesoff32ifthere", RelocKind::TypesOff32IfThere),
    ("funcindex32", RelocKind::FuncIndex32),
];

/// Accessor of a flag.
type Flag = fn(&mut crate::FuncFlags) -> &mut bool;
pub(crate) const FLAGS: &[(&str, Flag)] = &[
    ("nosplit", |f| &mut f.nosplit),
    ("wrapper", |f| &mut f.wrapper),
    ("abiwrapper", |f| &mut f.abiwrapper),
    ("noinline", |f| &mut f.noinline),
    ("has_defer", |f| &mut f.has_defer),
    ("has_recover", |f| &mut f.has_recover),
    ("systemstack", |f| &mut f.systemstack),
    ("topframe", |f| &mut f.topframe),
    ("deferreturn", |f| &mut f.deferreturn),
    ("uintptrescapes", |f| &mut f.uintptrescapes),
    ("uncounted", |f| &mut f.uncounted),
    ("noescape", |f| &mut f.noescape),
    ("noreturn", |f| &mut f.noreturn),
];

/// A quoted name.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// Pointer flags as digits; `0` if there is none.
struct Bits<'a>(&'a PtrMap);

impl Display for Bits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("-");
        }
        (0..self.0.len()).try_for_each(|i| f.write_char(if self.0.get(i) { '1' } else { '0' }))
    }
}

impl Display for SymRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SymRef::Func(id) => id.fmt(f),
            SymRef::Data(id) => id.fmt(f),
        }
    }
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, items: impl IntoIterator<Item = T>) -> fmt::Result {
    for (i, x) in items.into_iter().enumerate() {
        write!(f, "{}{x}", if i == 0 { "" } else { ", " })?;
    }
    Ok(())
}

fn pos(f: &mut fmt::Formatter<'_>, pos: Pos) -> fmt::Result {
    if pos.is_some() { write!(f, " @{}", pos.0) } else { Ok(()) }
}

/// A signature with its id.
struct SigText<'a>(SigId, &'a Sig);

impl Display for SigText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.1;
        let abi0 = if s.abi0 { " abi0" } else { "" };
        writeln!(f, "{} = sig args {} ret {} area {}{abi0}", self.0, s.args_size, s.ret_offset, s.area_size)?;
        let parts = s.params.iter().map(|p| ("param", p)).chain(s.results.iter().map(|p| ("result", p)));
        for (what, p) in parts {
            let Part { leaves, size, align, ptrs, loc } = p;
            write!(f, "  {what} ")?;
            match leaves {
                Some(l) => {
                    f.write_str("flat(")?;
                    list(f, l.iter().map(|l| format!("{}+{}", l.0.name(), l.1)))?;
                    f.write_str(")")?;
                }
                None => f.write_str("mem")?,
            }
            write!(f, " size {size} align {align} ptrs {} ", Bits(ptrs))?;
            match loc {
                PartLoc::Regs(steps) => {
                    f.write_str("regs(")?;
                    list(f, steps.iter().map(|s| format!("{}+{}={}", s.ty.name(), s.offset, s.reg)))?;
                    writeln!(f, ")")?;
                }
                PartLoc::Stack(off) => writeln!(f, "stack({off})")?,
            }
        }
        writeln!(f, "end")
    }
}

fn name_of<T: PartialEq + Copy>(table: &[(&'static str, T)], x: T) -> &'static str {
    table.iter().find(|e| e.1 == x).map_or("?", |e| e.0)
}

/// A data symbol with its id.
struct DataText<'a>(DataId, &'a Data);

impl Display for DataText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let d = self.1;
        let section = name_of(SECTIONS, d.section);
        writeln!(
            f,
            "data {} {} {section} align {} size {}",
            self.0,
            Quoted(d.name.as_str()),
            d.align,
            d.size
        )?;
        for chunk in d.bytes.chunks(32) {
            f.write_str("  bytes ")?;
            chunk.iter().try_for_each(|b| write!(f, "{b:02x}"))?;
            writeln!(f)?;
        }
        for r in &d.relocs {
            writeln!(f, "  reloc {} {} {} + {}", r.off, name_of(RELOCS, r.kind), r.target, r.addend)?;
        }
        if !d.ptrs.is_empty() {
            writeln!(f, "  ptrs {}", Bits(&d.ptrs))?;
        }
        writeln!(f, "end")
    }
}

impl Display for BlockCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)?;
        if !self.args.is_empty() {
            f.write_str("(")?;
            list(f, &self.args)?;
            f.write_str(")")?;
        }
        Ok(())
    }
}

fn call(f: &mut fmt::Formatter<'_>, callee: Callee, sig: SigId, args: &[Value]) -> fmt::Result {
    match callee {
        Callee::Static(id) => id.fmt(f)?,
        Callee::Closure => f.write_str("closure")?,
        Callee::Code => f.write_str("code")?,
    }
    write!(f, " {sig}(")?;
    list(f, args)?;
    f.write_str(")")
}

/// An instruction without its results.
pub(crate) fn op(f: &mut fmt::Formatter<'_>, op: &Op, args: &[Value]) -> fmt::Result {
    if let Some((name, _)) = SIMPLE.iter().find(|s| s.1 == *op) {
        f.write_str(name)?;
        f.write_str(if args.is_empty() { "" } else { " " })?;
        return list(f, args);
    }
    // The alignment is that of the size, unless it is told.
    let area = |f: &mut fmt::Formatter<'_>, size: u32, align: u8| match align == Op::align_of_area(size, 8) {
        true => write!(f, " size {size}"),
        false => write!(f, " size {size} align {align}"),
    };
    let typed = |f: &mut fmt::Formatter<'_>, typ: &Option<DataId>| match typ {
        Some(t) => write!(f, " typ {t}"),
        None => Ok(()),
    };
    match op {
        Op::Iconst(c) => write!(f, "iconst {c}"),
        Op::Fconst(bits) => write!(f, "fconst {bits:#x}"),
        Op::Sym(s, off) => write!(f, "sym {s} + {off}"),
        Op::SlotAddr(s, off) => write!(f, "slotaddr {s} + {off}"),
        Op::Load { off } => {
            f.write_str("load ")?;
            list(f, args)?;
            write!(f, " + {off}")
        }
        Op::Store { off, wb } => {
            f.write_str("store ")?;
            list(f, args)?;
            write!(f, " + {off}{}", if *wb { " wb" } else { "" })
        }
        Op::MemCopy { size, align, typ } => {
            f.write_str("memcopy ")?;
            list(f, args)?;
            area(f, *size, *align)?;
            typed(f, typ)
        }
        Op::MemZero { size, align, typ } => {
            f.write_str("memzero ")?;
            list(f, args)?;
            area(f, *size, *align)?;
            typed(f, typ)
        }
        Op::WriteBarrier { off, size } => {
            f.write_str("writebarrier ")?;
            list(f, args)?;
            write!(f, " + {off} size {size}")
        }
        Op::New { typ, size, align, ptrs, name } => {
            write!(f, "new {typ} size {size} align {align} ptrs {} {}", Bits(ptrs), Quoted(name.as_str()))
        }
        Op::Call { callee, sig } => {
            f.write_str("call ")?;
            call(f, *callee, *sig, args)
        }
        Op::BoundsCheck { kind, signed, unit } => {
            let sign = if *signed { "s" } else { "u" };
            write!(f, "boundscheck.{}.{sign}{unit} ", name_of(BOUNDS, *kind))?;
            list(f, args)
        }
        other => write!(f, "?{other:?}"),
    }
}

fn term(f: &mut fmt::Formatter<'_>, t: &Term) -> fmt::Result {
    match t {
        Term::None => f.write_str("none"),
        Term::Jump(to) => write!(f, "jump {to}"),
        Term::Br { cond, then, els, likely } => {
            write!(f, "br {cond}, {then}, {els}")?;
            f.write_str(match likely {
                Some(true) => " likely",
                Some(false) => " unlikely",
                None => "",
            })
        }
        Term::Switch { value, cases, default } => {
            write!(f, "switch {value}, {default} [")?;
            list(f, cases.iter().map(|(v, b)| format!("{v}: {b}")))?;
            f.write_str("]")
        }
        Term::Ret(args) => {
            f.write_str(if args.is_empty() { "ret" } else { "ret " })?;
            list(f, args)
        }
        Term::TailCall { callee, sig, args } => {
            f.write_str("tailcall ")?;
            call(f, *callee, *sig, args)
        }
        Term::Unreachable => f.write_str("unreachable"),
    }
}

/// A function with its id.
struct FuncText<'a>(Option<FuncId>, &'a Func);

impl Display for FuncText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let func = self.1;
        f.write_str("func ")?;
        if let Some(id) = self.0 {
            write!(f, "{id} ")?;
        }
        write!(f, "{} {}", Quoted(func.name.as_str()), func.sig)?;
        let mut flags = func.flags;
        for (name, get) in FLAGS {
            if *get(&mut flags) {
                write!(f, " {name}")?;
            }
        }
        match &func.body {
            Body::Ssa => {}
            Body::Hook { symbol } => write!(f, " hook {}", Quoted(symbol))?,
            Body::Asm { symbol } => write!(f, " asm {}", Quoted(symbol))?,
            Body::Native(n) => write!(f, " native {}", n.code.len())?,
        }
        pos(f, func.pos)?;
        writeln!(f)?;
        for (id, s) in func.slots.iter_enumerated() {
            let zeroed = if s.zeroed { " zeroed" } else { "" };
            let name = Quoted(s.name.as_str());
            writeln!(
                f,
                "  slot {id} size {} align {} ptrs {}{zeroed} {name}",
                s.size,
                s.align,
                Bits(&s.ptrs)
            )?;
        }
        for i in &func.inlined {
            let name = Quoted(i.name.as_str());
            let wrapper = if i.wrapper { " wrapper" } else { "" };
            writeln!(f, "  inlined {} {name} @{} @{}{wrapper}", i.parent, i.start.0, i.call_pos.0)?;
        }
        if let Some(b) = func.defer_return {
            writeln!(f, "  defer_return {b}")?;
        }
        if let Some((mask, slots, n)) = func.open_defers {
            writeln!(f, "  open_defers {mask} {slots} {n}")?;
        }
        for (v, unit) in &func.lengths {
            writeln!(f, "  length {v} unit {unit}")?;
        }
        if matches!(func.body, Body::Ssa) {
            for b in func.blocks.ids() {
                self.block(f, b)?;
            }
        }
        writeln!(f, "end")
    }
}

impl FuncText<'_> {
    fn block(&self, f: &mut fmt::Formatter<'_>, b: Block) -> fmt::Result {
        let func = self.1;
        let d = &func.blocks[b];
        if matches!(d.term, Term::None) && d.insts.is_empty() && d.params.is_empty() && !d.cold {
            return writeln!(f, "{b}: removed");
        }
        b.fmt(f)?;
        let typed = |v: &Value| format!("{v}: {}", func.ty(*v).name());
        if !d.params.is_empty() {
            f.write_str("(")?;
            list(f, d.params.iter().map(typed))?;
            f.write_str(")")?;
        }
        let (cold, counted) = (if d.cold { " cold" } else { "" }, if d.counted { " counted" } else { "" });
        writeln!(f, ":{cold}{counted}")?;
        for &i in &d.insts {
            let inst = &func.insts[i];
            f.write_str("  ")?;
            if !inst.results.is_empty() {
                list(f, inst.results.iter().map(typed))?;
                f.write_str(" = ")?;
            }
            let args: Vec<Value> = inst.args.iter().map(|&v| func.resolve(v)).collect();
            op(f, &inst.op, &args)?;
            pos(f, inst.pos)?;
            if inst.inl != 0 {
                write!(f, " ^{}", inst.inl)?;
            }
            writeln!(f)?;
        }
        f.write_str("  ")?;
        let mut t = d.term.clone();
        t.for_each_arg_mut(|v| *v = func.resolve(*v));
        term(f, &t)?;
        pos(f, d.term_pos)?;
        writeln!(f)
    }
}

impl Display for Func {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        FuncText(None, self).fmt(f)
    }
}

impl Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.target;
        let said = |holds: bool, word| if holds { word } else { "" };
        let (big, unaligned) = (said(t.big_endian, " big"), said(t.unaligned, " unaligned"));
        write!(f, "target word {}{big}{unaligned}", t.word)?;
        if let Some((name, _)) = crate::target::FUSED.iter().find(|f| f.1 == t.fused) {
            write!(f, " fuses {name}")?;
        }
        let mut ops = t.ops;
        let lacking = crate::target::OPS.iter().filter(|(_, flag)| !*flag(&mut ops)).map(|o| o.0);
        let lacking: Vec<&str> = (t.nil_page == 0).then_some("nil_page").into_iter().chain(lacking).collect();
        if !lacking.is_empty() {
            write!(f, " lacks {}", lacking.join(" "))?;
        }
        writeln!(f)?;
        for (id, s) in self.sigs.iter_enumerated() {
            SigText(id, s).fmt(f)?;
        }
        for (id, d) in self.datas.iter_enumerated() {
            DataText(id, d).fmt(f)?;
        }
        for (id, func) in self.funcs.iter_enumerated() {
            FuncText(Some(id), func).fmt(f)?;
        }
        if let Some(main) = self.image.main {
            writeln!(f, "main {main}")?;
        }
        for i in &self.image.inits {
            writeln!(f, "init {i}")?;
        }
        let mut settled: Vec<_> = self.settled.iter().collect();
        settled.sort_unstable();
        for d in settled {
            writeln!(f, "settled {d}")?;
        }
        for d in &self.image.typelinks {
            writeln!(f, "typelink {d}")?;
        }
        for d in &self.image.itabs {
            writeln!(f, "itab {d}")?;
        }
        Ok(())
    }
}
