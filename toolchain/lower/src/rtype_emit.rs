//! The bytes of type descriptors: Go 1.27's internal/abi, word for word.
//!
//! ```text
//!   common      Size PtrBytes Hash:4 TFlag:1 Align:1 FieldAlign:1 Kind:1 Equal GCData Str:4 PtrToThis:4
//!   by kind     Array: Elem Slice Len            Chan: Elem Dir             Func: InCount:2 OutCount:2 (variadic: top bit)
//!               Interface: PkgPath Methods[]     Map: Key Elem Group Hasher GroupSize KeysOff KeyStride ElemsOff ElemStride
//!               Pointer, Slice: Elem                  ElemOff Flags:4       Struct: PkgPath Fields[]
//!   uncommon    PkgPath:4 Mcount:2 Xcount:2 Moff:4 _:4        (if the type has a name or methods)
//!   data        Func: parameter and result types   Interface: {Name:4 Typ:4}…   Struct: {Name Typ Offset}…
//!   methods     {Name:4 Mtyp:4 Ifn:4 Tfn:4}…
//! ```
//! A name is a byte of flags (1 exported, 2 tag follows, 4 package follows, 8 embedded), a varint length and the bytes; then tag
//! length and tag; then the NameOff of the package path.
use crate::program::Prog;
use crate::rtype::{Emit, has_name};
use ir::{DataId, Reloc, RelocKind, Section, SymRef};
use reflect::rtype::TFlag;
use syntax::Sym;
use types::intern::{UNIVERSE, UNSAFE};
use types::table::{Basic, ChanDir, Field, PkgId, Type, TypeId, basic};

/// Pointer masks longer than this many words are built by the runtime when they are needed.
const MAX_MASK_WORDS: u64 = 128;
/// Slots in a group of a map.
const GROUP_SLOTS: u64 = 8;
/// Keys and elements larger than this are stored indirectly.
const MAX_INLINE: u64 = 128;

/// Size of the common part.
pub(crate) fn common_size(word: u32) -> usize {
    4 * word as usize + 16
}

/// Writes the descriptor of `t`.
pub(crate) fn emit(p: &mut Prog<'_>, t: TypeId) {
    let d = p.rtype_if_any(t).expect("asked for");
    let word = p.word as usize;
    let mut e = Emit::new(p.prog.target);
    let under = p.under_get(t);
    let iface = matches!(under, Type::Interface(_));
    let methods = if iface { Vec::new() } else { p.table_methods(t) };
    let uncommon = has_name(p, t) || !methods.is_empty();
    common(p, t, uncommon, &mut e);

    // Size of what stands between the uncommon part and the methods.
    let extra = match under {
        Type::Func(s) => (s.params.len() + s.results.len()) * word,
        Type::Interface(_) => p.iface_methods(t).len() * 8,
        Type::Struct(f) => f.len() * 3 * word,
        _ => 0,
    };
    let uncommon_size = if uncommon { 16 } else { 0 };
    let slice = |e: &mut Emit, n: usize| {
        let at = e.len() + 3 * word + uncommon_size;
        e.ptr_at((n > 0).then_some(SymRef::Data(d)), at as i64);
        e.word(n as u64);
        e.word(n as u64);
    };
    match under {
        Type::Basic(_) => {}
        &Type::Pointer(elem) | &Type::Slice(elem) => e.data(p.rtype_mem(elem)),
        &Type::Array(elem, n) => {
            e.data(p.rtype_mem(elem));
            let s = p.ck.table.slice(elem);
            e.data(p.rtype_mem(s));
            e.word(n);
        }
        &Type::Chan(dir, elem) => {
            e.data(p.rtype_mem(elem));
            e.word(match dir {
                ChanDir::Recv => 1,
                ChanDir::Send => 2,
                ChanDir::Both => 3,
            });
        }
        Type::Func(s) => {
            e.u16(s.params.len() as u16);
            e.u16(s.results.len() as u16 | if s.variadic { 1 << 15 } else { 0 });
            e.align(word);
        }
        Type::Interface(_) => {
            let own = own_pkg(p, t);
            let path = own.map(|pkg| pkg_name(p, pkg));
            e.ptr(path.map(SymRef::Data));
            slice(&mut e, p.iface_methods(t).len());
        }
        &Type::Map(k, v) => map(p, k, v, &mut e),
        Type::Struct(fields) => {
            let pkg = fields.iter().find(|f| !f.name.is_exported()).map(|f| f.pkg).filter(|&p| p != UNIVERSE);
            let path = pkg.map(|pkg| pkg_name(p, pkg));
            e.ptr(path.map(SymRef::Data));
            slice(&mut e, fields.len());
        }
        other => panic!("descriptor of {other:?}"),
    }
    e.align(word);
    if uncommon {
        let pkg = uncommon_pkg(p, t);
        let path = pkg.map(|pkg| pkg_name(p, pkg));
        e.off32(path);
        e.u16(methods.len() as u16);
        e.u16(methods.iter().filter(|m| m.name.is_exported()).count() as u16);
        e.u32((uncommon_size + extra) as u32);
        e.u32(0);
    }
    match under {
        Type::Func(s) => {
            for &x in s.params.iter().chain(&s.results) {
                e.data(p.rtype_mem(x));
            }
        }
        Type::Interface(_) => {
            let own = own_pkg(p, t);
            for m in p.iface_methods(t) {
                let pkg = (!m.name.is_exported() && Some(m.pkg) != own).then_some(m.pkg);
                let n = name(p, m.name.as_str(), "", pkg, m.name.is_exported(), false);
                e.off32(Some(n));
                e.off32(Some(p.rtype_mem(m.sig)));
            }
        }
        Type::Struct(fields) => {
            let offsets = &p.ck.table.layout(t, p.word as u8).offsets;
            for (f, &off) in fields.iter().zip(offsets) {
                e.data(name(p, f.name.as_str(), f.tag.as_str(), None, f.name.is_exported(), f.embedded));
                e.data(p.rtype_mem(f.ty));
                e.word(off);
            }
        }
        _ => {}
    }
    if !methods.is_empty() {
        p.rtypes.tables.insert(t, e.len() as u32);
        let own = uncommon_pkg(p, t);
        for m in &methods {
            let pkg = (!m.name.is_exported() && Some(m.pkg) != own).then_some(m.pkg);
            let n = name(p, m.name.as_str(), "", pkg, m.name.is_exported(), false);
            e.off32(Some(n));
            e.u32(0);
            e.u32(u32::MAX);
            e.u32(u32::MAX);
        }
    }
    e.finish(p, d);
}

fn common(p: &mut Prog<'_>, t: TypeId, uncommon: bool, e: &mut Emit) {
    let layout = p.ck.table.layout(t, p.word as u8);
    let named = has_name(p, t);
    let mut flags = TFlag::empty();
    let mut set = |cond: bool, flag: TFlag| flags.set(flag, cond);
    set(uncommon, TFlag::UNCOMMON);
    set(named, TFlag::NAMED);
    let group = p.is_map_group(t);
    set(!group && p.is_plain_memory(t) && p.ck.table.comparable(t), TFlag::REGULAR_MEMORY);
    set(p.ck.table.is_direct_iface(t, p.word as u8), TFlag::DIRECT_IFACE);
    let words = layout.ptr_bytes / p.word as u64;
    set(words > MAX_MASK_WORDS, TFlag::GC_MASK_ON_DEMAND);
    let mut text = p.ck.table.reflect_string(t);
    let exported = match p.get(t) {
        Type::Named(id, _) => p.ck.table.named_name(*id).is_exported(),
        Type::Pointer(x) => match p.get(*x) {
            Type::Named(id, _) => p.ck.table.named_name(*id).is_exported(),
            _ => false,
        },
        _ => false,
    };
    // Sharing the string of *T.
    set(!text.starts_with('*'), TFlag::EXTRA_STAR);
    if !text.starts_with('*') {
        text.insert(0, '*');
    }

    let equal = if group { None } else { p.eq_funcval(t) };
    let mask = if words == 0 {
        None
    } else if words > MAX_MASK_WORDS {
        // A word for the address of the mask that the runtime builds.
        let name = format!("go:gcmask.{}", p.ck.table.link_string(t));
        let d = p.data(&name, Section::Bss, p.word, Vec::new());
        p.prog.datas[d].size = p.word as u64;
        Some(d)
    } else {
        Some(mask(p, t))
    };
    e.word(layout.size);
    e.word(layout.ptr_bytes);
    e.u32(p.type_hash(t));
    e.u8(flags.bits());
    e.u8(layout.align as u8);
    e.u8(layout.align as u8);
    e.u8(p.ck.table.kind_of(t) as u8);
    e.ptr(equal.map(SymRef::Data));
    e.ptr(mask.map(SymRef::Data));
    let n = name(p, &text, "", None, exported, false);
    e.off32(Some(n));
    // PtrToThis is filled in when all types are known.
    e.u32(0);
    debug_assert_eq!(e.len(), common_size(p.word));
}

/// The pointer mask of a type, one bit a word, least significant bit first; shared by all types with the same one.
fn mask(p: &mut Prog<'_>, t: TypeId) -> DataId {
    let mut bits: Vec<u8> = p.ptr_map(t).bytes().collect();
    bits.resize(bits.len().next_multiple_of(p.word as usize), 0);
    if let Some(&d) = p.rtypes.masks.get(&bits) {
        return d;
    }
    let name = format!("runtime.gcbits.{}", bits.iter().map(|b| format!("{b:02x}")).collect::<String>());
    let d = p.data(&name, Section::Rodata, p.word, bits.clone());
    p.rtypes.masks.insert(bits, d);
    d
}

fn varint(out: &mut Vec<u8>, mut n: usize) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// A name's data, shared by all equal ones.
fn name(
    p: &mut Prog<'_>,
    text: &str,
    tag: &str,
    pkg: Option<PkgId>,
    exported: bool,
    embedded: bool,
) -> DataId {
    let flags = u8::from(exported)
        | u8::from(!tag.is_empty()) << 1
        | u8::from(pkg.is_some()) << 2
        | u8::from(embedded) << 3;
    let mut bytes = vec![flags];
    varint(&mut bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
    if !tag.is_empty() {
        varint(&mut bytes, tag.len());
        bytes.extend_from_slice(tag.as_bytes());
    }
    let mut key = bytes.clone();
    if let Some(pkg) = pkg {
        key.extend_from_slice(&pkg.0.to_le_bytes());
    }
    if let Some(&d) = p.rtypes.names.get(&key) {
        return d;
    }
    let path = pkg.map(|pkg| pkg_name(p, pkg));
    let at = bytes.len() as u32;
    if path.is_some() {
        bytes.extend_from_slice(&[0; 4]);
    }
    let label = format!("type:.namedata.{text}{}", if exported { "." } else { "-" });
    let d = p.data(&label, Section::Types, 1, bytes);
    if let Some(path) = path {
        let target = SymRef::Data(path);
        p.prog.datas[d].relocs.push(Reloc { off: at, kind: RelocKind::TypesOff32, target, addend: 0 });
    }
    p.rtypes.names.insert(key, d);
    d
}

/// An import path as a name.
fn pkg_name(p: &mut Prog<'_>, pkg: PkgId) -> DataId {
    let path = p.ck.table.pkg_path(pkg);
    name(p, path, "", None, false, false)
}

/// The package of a defined type; none for predeclared ones.
fn own_pkg(p: &Prog<'_>, t: TypeId) -> Option<PkgId> {
    match p.get(t) {
        Type::Named(id, _) => Some(p.ck.table.named_pkg(*id)).filter(|&p| p != UNIVERSE),
        _ => None,
    }
}

/// The package that a type's uncommon part names: its own, or its element's.
fn uncommon_pkg(p: &Prog<'_>, t: TypeId) -> Option<PkgId> {
    match p.get(t) {
        &Type::Array(e, _) | &Type::Slice(e) | &Type::Pointer(e) | &Type::Chan(_, e) => own_pkg(p, e),
        Type::Basic(Basic::UnsafePointer) => Some(UNSAFE),
        _ => own_pkg(p, t),
    }
}

fn map(p: &mut Prog<'_>, k: TypeId, v: TypeId, e: &mut Emit) {
    let group = p.map_group(k, v);
    let slots = p.fields(group)[1].ty;
    let Type::Array(slot, _) = *p.get(slots) else { unreachable!("slots are an array") };
    let keys_off = p.field_offset(group, 1);
    let elem_off = p.field_offset(slot, 1);
    let stride = p.size_of(slot);
    e.data(p.rtype_mem(k));
    e.data(p.rtype_mem(v));
    e.data(p.rtype_mem(group));
    e.data(p.hash_funcval(k));
    e.word(p.size_of(group));
    e.word(keys_off);
    e.word(stride);
    e.word(keys_off + elem_off);
    e.word(stride);
    e.word(elem_off);
    let flags = u32::from(p.needs_key_update(k))
        | u32::from(p.hash_may_panic(k)) << 1
        | u32::from(p.size_of(k) > MAX_INLINE) << 2
        | u32::from(p.size_of(v) > MAX_INLINE) << 3;
    e.u32(flags);
}

impl<'a> Prog<'a> {
    /// The type of a group of a `map[k]v`: control word and slots. Its fields belong to no package that a program can name.
    pub fn map_group(&mut self, k: TypeId, v: TypeId) -> TypeId {
        let m = self.ck.table.map(k, v);
        if let Some(&g) = self.rtypes.groups.get(&m) {
            return g;
        }
        let inline = |p: &Prog<'_>, t| if p.size_of(t) > MAX_INLINE { p.ptr_to(t) } else { t };
        let (key, elem) = (inline(self, k), inline(self, v));
        let field = |name: &str, ty| Field {
            name: Sym::new(name),
            pkg: UNIVERSE,
            ty,
            embedded: false,
            tag: Sym::default(),
        };
        let slot = self.ck.table.strukt(vec![field("key", key), field("elem", elem)]);
        let slots = self.ck.table.array(slot, GROUP_SLOTS);
        let group = self.ck.table.strukt(vec![field("ctrl", basic(Basic::Uint64)), field("slots", slots)]);
        self.rtypes.groups.insert(m, group);
        group
    }

    /// Whether equal keys may differ in bytes that matter: then assigning to an existing key writes the key too.
    fn needs_key_update(&self, t: TypeId) -> bool {
        match self.under_get(t) {
            Type::Basic(b) => matches!(
                b,
                Basic::Float32 | Basic::Float64 | Basic::Complex64 | Basic::Complex128 | Basic::String
            ),
            Type::Interface(_) => true,
            Type::Array(e, _) => self.needs_key_update(*e),
            Type::Struct(f) => f.iter().any(|f| self.needs_key_update(f.ty)),
            _ => false,
        }
    }

    fn hash_may_panic(&self, t: TypeId) -> bool {
        match self.under_get(t) {
            Type::Interface(_) => true,
            Type::Array(e, _) => self.hash_may_panic(*e),
            Type::Struct(f) => f.iter().any(|f| self.hash_may_panic(f.ty)),
            _ => false,
        }
    }
}
