//! What is kept of a function for other builds: its code with its tables, and what was asked of the program while it was made, in the
//! function's own numbers ([`ir::alone`]).
//!
//! Numbers are written in as few groups of 7 bits as they need, enums as a number that stands for the variant. What is read may be
//! anything: it gives an error, or something that [`is_sound`] and [`outward`] look through.
use crate::fixup::{Fixup, FixupTarget};
use crate::isa::{Calls, Compiled, Line, Safepoint, StackObject};
use crate::mach::Cfi;
use ir::alone::Names;
use ir::native::Registers;
use ir::view::{Answer, Question};
use ir::{DataId, FuncId, Section, SigId, SymRef};
use reflect::image::OpenDefers;
use std::borrow::Cow;
use syntax::Pos;

/// Questions with their answers.
pub type Log = Vec<(Question, Answer)>;

/// Something that is written and read.
trait Form: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(from: &mut &[u8]) -> Option<Self>;
}

impl Form for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut n = *self;
        while n >= 0x80 {
            out.push(n as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
    }
    fn get(from: &mut &[u8]) -> Option<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = u8::get(from)?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }
}
impl Form for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }
    fn get(from: &mut &[u8]) -> Option<u8> {
        let (first, rest) = from.split_first()?;
        *from = rest;
        Some(*first)
    }
}
impl Form for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        u64::from(*self).put(out);
    }
    fn get(from: &mut &[u8]) -> Option<u32> {
        u64::get(from)?.try_into().ok()
    }
}
impl Form for i64 {
    fn put(&self, out: &mut Vec<u8>) {
        ((*self << 1) ^ (*self >> 63)).cast_unsigned().put(out);
    }
    fn get(from: &mut &[u8]) -> Option<i64> {
        let n = u64::get(from)?;
        Some((n >> 1).cast_signed() ^ -(n & 1).cast_signed())
    }
}
impl Form for bool {
    fn put(&self, out: &mut Vec<u8>) {
        u8::from(*self).put(out);
    }
    fn get(from: &mut &[u8]) -> Option<bool> {
        match u8::get(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}
impl Form for Pos {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn get(from: &mut &[u8]) -> Option<Pos> {
        u32::get(from).map(Pos)
    }
}
/// So many bytes.
fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let n = usize::try_from(u64::get(from)?).ok()?;
    let (bytes, rest) = from.split_at_checked(n)?;
    *from = rest;
    Some(bytes)
}
fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    (bytes.len() as u64).put(out);
    out.extend_from_slice(bytes);
}
impl Form for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self.as_bytes(), out);
    }
    fn get(from: &mut &[u8]) -> Option<String> {
        String::from_utf8(take(from)?.to_vec()).ok()
    }
}
impl Form for Box<[u8]> {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self, out);
    }
    fn get(from: &mut &[u8]) -> Option<Box<[u8]>> {
        take(from).map(Box::from)
    }
}
impl<T: Form> Form for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|x| x.put(out));
    }
    fn get(from: &mut &[u8]) -> Option<Vec<T>> {
        let n = usize::try_from(u64::get(from)?).ok()?;
        // Each takes a byte at least.
        let mut all = Vec::with_capacity(n.min(from.len()));
        for _ in 0..n {
            all.push(T::get(from)?);
        }
        Some(all)
    }
}
impl<T: Form> Form for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|x| x.put(out));
    }
    fn get(from: &mut &[u8]) -> Option<Option<T>> {
        Some(if bool::get(from)? { Some(T::get(from)?) } else { None })
    }
}
impl<A: Form, B: Form> Form for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn get(from: &mut &[u8]) -> Option<(A, B)> {
        Some((A::get(from)?, B::get(from)?))
    }
}

/// Numbers of things.
macro_rules! ids {
    ($($name:ident)*) => {$(
        impl Form for $name {
            fn put(&self, out: &mut Vec<u8>) { self.0.put(out); }
            fn get(from: &mut &[u8]) -> Option<$name> { u32::get(from).map($name) }
        }
    )*};
}
ids! { FuncId DataId SigId }

/// Structs, field by field: none can be left out.
macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Form for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let $name { $($field),* } = self;
                $($field.put(out);)*
            }
            fn get(from: &mut &[u8]) -> Option<$name> {
                $(let $field = Form::get(from)?;)*
                Some($name { $($field),* })
            }
        }
    )*};
}
structs! {
    Safepoint { pc, regs, words }
    StackObject { offset, size, words }
    Line { pc, pos, inl }
    Fixup { at, kind, target, addend }
    OpenDefers { mask, slots, count }
    Registers { ints, floats }
}

/// Enums, with a number for each variant.
macro_rules! enums {
    ($($name:ident { $($n:literal $variant:ident $(($($field:ident),*))?),* })*) => {$(
        impl Form for $name {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $($name::$variant $(($($field),*))? => {
                        out.push($n);
                        $($($field.put(out);)*)?
                    })*
                }
            }
            fn get(from: &mut &[u8]) -> Option<$name> {
                match u8::get(from)? {
                    $($n => {
                        $($(let $field = Form::get(from)?;)*)?
                        Some($name::$variant $(($($field),*))?)
                    })*
                    _ => None,
                }
            }
        }
    )*};
}
enums! {
    SymRef { 0 Func(f), 1 Data(d) }
    Section { 0 Rodata, 1 Types, 2 Data, 3 Bss, 4 Extern }
    Calls { 0 Func(f), 1 Ext(name), 2 Indirect }
    FixupTarget { 0 Sym(symbol), 1 Pool(bits, size), 2 Ext(name), 3 TlsG }
    Cfi {
        0 Cfa(r, off), 1 CfaOffset(off), 2 CfaRegister(r), 3 Saved(r, below), 4 Same(r), 5 Remember, 6 Restore
    }
    Question {
        0 Section(d), 1 ReadOnly(d, off, size), 2 Zero(d, off, size), 3 Load(d, off, size), 4 FuncValue(d),
        5 Helper(name), 6 Sig(f), 7 WriteBarrier, 8 Destroys(f), 9 Settled(d)
    }
    Answer {
        0 No, 1 Yes, 2 Section(section), 3 Bytes(n), 4 Address(symbol, addend), 5 Func(f), 6 Sig(sig, content),
        7 Data(d), 8 Registers(registers)
    }
}
impl Form for u128 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
    fn get(from: &mut &[u8]) -> Option<u128> {
        let (bytes, rest) = from.split_at_checked(16)?;
        *from = rest;
        Some(u128::from_le_bytes(bytes.try_into().ok()?))
    }
}
impl Form for Cow<'static, str> {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self.as_bytes(), out);
    }
    fn get(from: &mut &[u8]) -> Option<Cow<'static, str>> {
        String::get(from).map(Cow::Owned)
    }
}

/// Writes what is kept.
pub fn encode(log: &Log, c: &Compiled) -> Vec<u8> {
    let Compiled {
        code,
        fixups,
        frame,
        safepoints,
        objects,
        lines,
        markers,
        positions,
        cfi,
        tables,
        deferreturn,
        open_defers,
        checks_stack,
        loops,
        align,
        calls,
        listing: _,
        pushed,
        sp,
        native: _,
    } = c;
    let mut out = Vec::with_capacity(2 * code.len() + 256);
    log.put(&mut out);
    put_bytes(code, &mut out);
    fixups.put(&mut out);
    frame.put(&mut out);
    safepoints.put(&mut out);
    objects.put(&mut out);
    lines.put(&mut out);
    markers.put(&mut out);
    positions.put(&mut out);
    cfi.put(&mut out);
    tables.put(&mut out);
    deferreturn.put(&mut out);
    open_defers.put(&mut out);
    checks_stack.put(&mut out);
    loops.put(&mut out);
    align.put(&mut out);
    calls.put(&mut out);
    pushed.put(&mut out);
    sp.put(&mut out);
    out
}

/// Reads it.
pub fn decode(mut entry: &[u8]) -> Option<(Log, Compiled)> {
    let from = &mut entry;
    let log = Form::get(from)?;
    let compiled = Compiled {
        code: take(from)?.to_vec(),
        fixups: Form::get(from)?,
        frame: Form::get(from)?,
        safepoints: Form::get(from)?,
        objects: Form::get(from)?,
        lines: Form::get(from)?,
        markers: Form::get(from)?,
        positions: Form::get(from)?,
        cfi: Form::get(from)?,
        tables: Form::get(from)?,
        deferreturn: Form::get(from)?,
        open_defers: Form::get(from)?,
        checks_stack: Form::get(from)?,
        loops: Form::get(from)?,
        align: Form::get(from)?,
        calls: Form::get(from)?,
        listing: String::new(),
        pushed: Form::get(from)?,
        sp: Form::get(from)?,
        native: None,
    };
    from.is_empty().then_some((log, compiled))
}

/// Whether numbers into the function's own tables are within them.
pub fn is_sound(c: &Compiled, kinds: usize, inlined: usize) -> bool {
    let size = c.code.len();
    c.fixups.iter().all(|f| (f.at as usize) < size && usize::from(f.kind) < kinds)
        && c.lines.iter().chain(&c.positions).all(|l| l.inl as usize <= inlined)
        && c.markers.len() == inlined
}

/// Puts the program's symbols and positions in place of the function's own numbers, if these stand for something.
pub fn outward(mut c: Compiled, names: &Names) -> Option<Compiled> {
    for f in &mut c.fixups {
        if let FixupTarget::Sym(symbol) = &mut f.target {
            *symbol = names.symbol(*symbol)?;
        }
    }
    for call in &mut c.calls {
        if let Calls::Func(f) = call {
            *f = names.func(*f)?;
        }
    }
    for l in c.lines.iter_mut().chain(&mut c.positions) {
        l.pos = names.place(l.pos)?;
    }
    Some(c)
}
