//! The object file: layout of text and data, relocations, symbols.
//!
//! One section each for Go text, type data, read-only data, data and bss. Calls between functions are resolved here;
//! only references to the runtime archive are left to the linker, beside addresses.
use crate::fixup::{Fixup, FixupTarget};
use crate::image;
use crate::isa::{Compiled, MachineInfo};
use crate::mistake::Mistake;
use crate::reach::Reached;
use crate::text::{self, Call, Layout, Piece};
use crate::{CompiledFuncs, Options, dwarf, fips, weigh};
use ::object::write::{Object, Relocation, SectionId, Symbol, SymbolId, SymbolSection};
use ::object::{
    BinaryFormat, Endianness, FileFlags, RelocationFlags, SectionFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope, elf,
};
use ir::func::Body;
use ir::{DataId, FuncId, IndexVec, Program, PtrMap, RelocKind, Section, SymRef};
use reflect::image::{FuncRow, IMAGE_SYMBOL, Image, MAGIC};
use reflect::image_writer::Blobs;
use rustc_hash::FxHashMap;
use std::ops::Range;

const FUNC_ALIGN: u64 = 16;
/// Functions with loops start where the machine fetches from.
const LOOPS_ALIGN: u64 = 32;

/// Where a symbol is: section and offset, or outside.
#[derive(Clone, Copy)]
enum Home {
    In(SectionId, u64),
    Out(SymbolId),
}

struct Writer<'a> {
    program: &'a Program,
    reached: &'a Reached,
    machine: &'static MachineInfo,
    /// What relocates g's place, if not as a thread's.
    absolute_g: Option<u32>,
    mistake: Option<Mistake>,
    obj: Object<'static>,
    text: SectionId,
    types: SectionId,
    rodata: SectionId,
    data: SectionId,
    bss: SectionId,
    fips: SectionId,
    func_home: IndexVec<FuncId, Option<u64>>,
    /// Index in the function table.
    func_index: IndexVec<FuncId, u32>,
    data_home: IndexVec<DataId, Option<(SectionId, u64)>>,
    externs: FxHashMap<String, SymbolId>,
    section_symbols: FxHashMap<SectionId, SymbolId>,
    /// Symbols without a name for places in sections.
    anchors: FxHashMap<(SectionId, u64), SymbolId>,
    /// Funcvals made for initialisers and main.
    funcvals: FxHashMap<FuncId, u64>,
    /// Where the pieces are that the cryptographic module checks, if the program does that.
    checked: Option<[Range<u64>; fips::PIECES]>,
    ro: Vec<u8>,
    ro_relocs: Vec<(u64, SymRefOr, i64)>,
}

/// Target of a relocation that this file makes.
#[derive(Clone, Copy)]
enum SymRefOr {
    Sym(SymRef),
    Section(SectionId),
    /// The runtime's.
    Runtime(&'static str),
}

/// Writes the object.
pub fn write(
    program: &Program,
    funcs: &CompiledFuncs,
    reached: &Reached,
    options: &Options,
    machine: &'static MachineInfo,
) -> Result<(Vec<u8>, weigh::Extra), Vec<String>> {
    let endianness = if program.target.big_endian { Endianness::Big } else { Endianness::Little };
    let mut obj = Object::new(BinaryFormat::Elf, machine.elf.architecture, endianness);
    let e_flags = machine.row.tools.elf_flags;
    obj.flags =
        FileFlags::Elf { os_abi: elf::ELFOSABI_NONE, abi_version: 0, e_flags: elf::FileFlags(e_flags) };
    let mut section = |name: &str, kind| obj.add_section(Vec::new(), name.as_bytes().to_vec(), kind);
    let text = section(".text.go", SectionKind::Text);
    let (types, rodata) = match options.movable {
        false => (".rodata.go.types", ".rodata.go"),
        true => (".data.rel.ro.go.types", ".data.rel.ro.go"),
    };
    let constant = if options.movable { SectionKind::ReadOnlyDataWithRel } else { SectionKind::ReadOnlyData };
    let types = section(types, constant);
    let rodata = section(rodata, constant);
    let data = section(".data.go", SectionKind::Data);
    let bss = section(".bss.go", SectionKind::UninitializedData);
    let checked = fips::is_checked(program, options);
    let fips = if checked { section(fips::SECTION, SectionKind::Data) } else { data };
    // Marks the stack as not executable.
    section(".note.GNU-stack", SectionKind::Note);
    let mut w = Writer {
        program,
        reached,
        machine,
        absolute_g: machine.absolute_g.filter(|_| options.bare),
        mistake: options.mistake,
        obj,
        text,
        types,
        rodata,
        data,
        bss,
        fips,
        func_home: IndexVec::new(),
        func_index: IndexVec::new(),
        data_home: IndexVec::new(),
        externs: FxHashMap::default(),
        section_symbols: FxHashMap::default(),
        anchors: FxHashMap::default(),
        funcvals: FxHashMap::default(),
        checked: checked.then(Default::default),
        ro: Vec::new(),
        ro_relocs: Vec::new(),
    };
    w.func_home.resize(program.funcs.len(), None);
    w.func_index.resize(program.funcs.len(), u32::MAX);
    w.data_home.resize(program.datas.len(), None);
    let (mut code, order, layout) = w.layout_text(funcs);
    let sizes = w.layout_data();
    w.fill_text(&mut code, funcs, &order, &layout);
    let text_len = code.len() as u64;
    w.obj.append_section_data(text, &code, LOOPS_ALIGN);
    w.fill_data(&sizes);
    w.fips_info();
    let tables = image::tables(program, funcs, &order, text_len);
    w.write_image(&tables, text_len, &sizes, options);
    w.symbols(funcs, &order);
    w.build_info(options);
    if let Some(name) = &options.debug_info {
        w.debug_info(funcs, &order, text_len, name, &options.version);
    }
    let extra = vec![
        ("function table", tables.rows.len() * size_of::<FuncRow>()),
        ("records of functions, stack maps", tables.stackmaps.len()),
        ("lines, inlined calls", tables.pclines.len()),
        ("names of functions and files", tables.texts.len() + 4 * tables.index.len()),
    ];
    Ok((w.obj.write().map_err(|e| vec![e.to_string()])?, extra))
}

/// The text's layout, and what its calls through veneers go to, by number.
struct Far {
    layout: Layout,
    targets: Vec<FixupTarget>,
}

/// Contents and pointer words of the data sections.
struct DataSizes {
    types: u64,
    data: u64,
    bss: u64,
    /// Up to here there are pointers.
    data_scanned: u64,
    bss_scanned: u64,
    data_ptrs: PtrMap,
    bss_ptrs: PtrMap,
}

/// A bit for each word of a section of `size` bytes.
fn ptr_bits(ptrs: &PtrMap, size: u64, word: usize) -> Vec<u8> {
    let mut bits: Vec<u8> = ptrs.bytes().collect();
    bits.resize(size.div_ceil(8 * word as u64) as usize, 0);
    bits
}

fn align_to(v: &mut Vec<u8>, align: u64, fill: u8) {
    let n = (v.len() as u64).next_multiple_of(align.max(1));
    v.resize(n as usize, fill);
}

impl Writer<'_> {
    fn layout_text(&mut self, funcs: &CompiledFuncs) -> (Vec<u8>, Vec<(FuncId, u64)>, Far) {
        let mut ids: Vec<FuncId> =
            funcs.iter_enumerated().filter(|(_, c)| c.is_some()).map(|(id, _)| id).collect();
        if self.checked.is_some() {
            ids.sort_by_key(|&id| fips::covers(self.program, id));
        }
        let have = || ids.iter().filter_map(|&id| Some((id, funcs[id].as_ref()?)));
        let align = |c: &Compiled| u64::from(c.align).max(if c.loops { LOOPS_ALIGN } else { FUNC_ALIGN });
        let pieces: Vec<Piece> =
            have().map(|(_, c)| Piece { size: c.code.len() as u64, align: align(c) }).collect();
        have().enumerate().for_each(|(n, (id, _))| self.func_index[id] = n as u32);
        let (calls, targets) = match self.machine.veneer {
            Some(_) => self.calls(have().map(|(_, c)| c)),
            None => Default::default(),
        };
        let reach =
            self.machine.fixups.iter().filter(|k| k.call).map(|k| k.reach()).min().unwrap_or(u64::MAX);
        let size = self.machine.veneer.map_or(0, |v| v.code.len() as u64);
        let layout = text::layout(&pieces, &calls, reach, size);

        let mut code = Vec::with_capacity(layout.len as usize + LOOPS_ALIGN as usize);
        let pad = |code: &mut Vec<u8>, to: u64| {
            let pad = self.machine.pad.iter().copied().cycle();
            code.extend(pad.take(to as usize - code.len()));
        };
        let mut veneers = layout.veneers.iter().peekable();
        let mut order = Vec::new();
        for ((id, c), &start) in have().zip(&layout.starts) {
            while let Some((at, _)) = veneers.next_if(|v| v.0 < start) {
                pad(&mut code, *at);
                code.extend(self.machine.veneer.iter().flat_map(|v| v.code));
            }
            pad(&mut code, start);
            code.extend_from_slice(&c.code);
            order.push((id, start));
        }
        for (at, _) in veneers {
            pad(&mut code, *at);
            code.extend(self.machine.veneer.iter().flat_map(|v| v.code));
        }
        let end = (code.len() as u64).next_multiple_of(FUNC_ALIGN);
        pad(&mut code, end);
        order.iter().for_each(|&(id, start)| self.func_home[id] = Some(start));
        if let Some(pieces) = &mut self.checked
            && let Some(first) = order.iter().find(|&&(id, _)| fips::covers(self.program, id))
        {
            pieces[0] = first.1..end;
        }
        (code, order, Far { layout, targets })
    }
    /// All calls, with what they call by number.
    fn calls<'c>(&self, funcs: impl Iterator<Item = &'c Compiled>) -> (Vec<Call>, Vec<FixupTarget>) {
        let (mut calls, mut targets) = (Vec::new(), Vec::new());
        let mut numbers: FxHashMap<&FixupTarget, usize> = FxHashMap::default();
        for (from, c) in funcs.enumerate() {
            for f in c.fixups.iter().filter(|f| self.machine.fixups[f.kind as usize].call) {
                let to = match f.target {
                    FixupTarget::Sym(SymRef::Func(f)) => Some(self.func_index[f]).filter(|&i| i != u32::MAX),
                    _ => None,
                };
                let target = *numbers.entry(&f.target).or_insert_with(|| {
                    targets.push(f.target.clone());
                    targets.len() - 1
                });
                calls.push(Call { from, at: f.at as u64, target, to: to.map(|t| t as usize) });
            }
        }
        (calls, targets)
    }

    fn external(&mut self, name: &str) -> SymbolId {
        if let Some(&s) = self.externs.get(name) {
            return s;
        }
        let s = self.obj.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind: SymbolKind::Unknown,
            scope: SymbolScope::Unknown,
            weak: false,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        });
        self.externs.insert(name.to_string(), s);
        s
    }
    /// The thread-local variable of the runtime that holds g.
    fn tls_g(&mut self) -> SymbolId {
        const NAME: &str = "oxigo_tls_g";
        if let Some(&s) = self.externs.get(NAME) {
            return s;
        }
        let s = self.external(NAME);
        if self.absolute_g.is_none() {
            self.obj.symbol_mut(s).kind = SymbolKind::Tls;
        }
        s
    }
    fn section_symbol(&mut self, s: SectionId) -> SymbolId {
        if let Some(&id) = self.section_symbols.get(&s) {
            return id;
        }
        let id = self.obj.section_symbol(s);
        self.section_symbols.insert(s, id);
        id
    }
    fn home(&mut self, s: SymRef) -> Home {
        match s {
            SymRef::Func(f) => match self.func_home[f] {
                Some(off) => Home::In(self.text, off),
                None => {
                    let func = &self.program.funcs[f];
                    let name = match &func.body {
                        Body::Asm { symbol } => symbol.clone(),
                        _ => func.name.as_str().to_string(),
                    };
                    Home::Out(self.external(&name))
                }
            },
            SymRef::Data(d) => match self.data_home[d] {
                Some((s, off)) => Home::In(s, off),
                None => Home::Out(self.external(self.program.datas[d].name.as_str())),
            },
        }
    }
    /// Files of machines with words of 4 bytes keep a relocation's addend in the field (REL).
    fn addends_in_fields(&self) -> bool {
        self.program.target.word == 4
    }
    fn relocate(&mut self, section: SectionId, offset: u64, home: Home, addend: i64, r_type: u32) {
        let (symbol, addend) = match home {
            Home::In(s, off) => (self.section_symbol(s), off as i64 + addend),
            Home::Out(s) => (s, addend),
        };
        let flags = RelocationFlags::Elf { r_type: elf::RelocationType(r_type) };
        self.obj
            .add_relocation(section, Relocation { offset, symbol, addend, flags })
            .expect("ELF takes every relocation type");
    }

    fn fill_text(&mut self, code: &mut [u8], funcs: &CompiledFuncs, order: &[(FuncId, u64)], far: &Far) {
        let mut pool: FxHashMap<(u128, u8), u64> = FxHashMap::default();
        for (piece, &(id, start)) in order.iter().enumerate() {
            let Some(c) = &funcs[id] else { continue };
            for f in &c.fixups {
                let via = far.layout.via.get(&(piece, f.at as u64)).copied();
                self.fill(code, start + f.at as u64, f, via, &mut pool);
            }
        }
        let Some(veneer) = self.machine.veneer else { return };
        for &(at, target) in &far.layout.veneers {
            let target = far.targets[target].clone();
            let f = Fixup { at: veneer.at, kind: veneer.kind, target, addend: 0 };
            self.fill(code, at + veneer.at as u64, &f, None, &mut pool);
        }
    }
    /// Fills a field in or leaves it to the linker, which also says so when something is out of reach. `via`: the veneer that
    /// it goes through.
    fn fill(
        &mut self,
        code: &mut [u8],
        at: u64,
        f: &Fixup,
        via: Option<u64>,
        pool: &mut FxHashMap<(u128, u8), u64>,
    ) {
        let kind = &self.machine.fixups[f.kind as usize];
        let home = match (&f.target, via) {
            (_, Some(veneer)) => Home::In(self.text, veneer),
            (FixupTarget::Sym(s), _) => self.home(*s),
            (FixupTarget::Ext(name), _) => Home::Out(self.external(name)),
            (FixupTarget::TlsG, _) => Home::Out(self.tls_g()),
            (&FixupTarget::Pool(bits, size), _) => Home::In(self.rodata, self.constant(bits, size, pool)),
        };
        let by = (self.mistake == Some(Mistake::Shift)) as u32;
        if let Home::In(s, to) = home
            && s == self.text
            && kind.fill(&mut code[at as usize..], (to as i64 + f.addend - at as i64) << by)
        {
            return;
        }
        // Where the field has the addend it is there already, and has no room for the place in a section.
        let (home, addend) = match (self.addends_in_fields(), home) {
            (false, home) => (home, f.addend),
            (true, Home::In(s, off)) => (Home::Out(self.anchor(s, off)), 0),
            (true, home) => (home, 0),
        };
        let elf = match (&f.target, self.absolute_g) {
            (FixupTarget::TlsG, Some(absolute)) => absolute,
            _ => kind.elf,
        };
        self.relocate(self.text, at, home, addend, elf);
        let Some(pair) = kind.pair else { return };
        let (home, addend) = match pair.anchored {
            true => (Home::Out(self.anchor(self.text, at)), 0),
            false => (home, addend),
        };
        self.relocate(self.text, at + pair.at as u64, home, addend, pair.elf);
    }
    /// A symbol for a place in a section.
    fn anchor(&mut self, section: SectionId, at: u64) -> SymbolId {
        if let Some(&symbol) = self.anchors.get(&(section, at)) {
            return symbol;
        }
        let symbol = self.obj.add_symbol(Symbol {
            name: Vec::new(),
            value: at,
            size: 0,
            kind: SymbolKind::Label,
            scope: SymbolScope::Compilation,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
        self.anchors.insert((section, at), symbol);
        symbol
    }
    /// The place of a constant.
    fn constant(&mut self, bits: u128, size: u8, pool: &mut FxHashMap<(u128, u8), u64>) -> u64 {
        let (ro, big) = (&mut self.ro, self.program.target.big_endian);
        *pool.entry((bits, size)).or_insert_with(|| {
            align_to(ro, size as u64, 0);
            let at = ro.len() as u64;
            match big {
                true => ro.extend_from_slice(&bits.to_be_bytes()[16 - size as usize..]),
                false => ro.extend_from_slice(&bits.to_le_bytes()[..size as usize]),
            }
            at
        })
    }

    /// Gives every data symbol a place.
    fn layout_data(&mut self) -> DataSizes {
        let mut sizes = DataSizes {
            types: 0,
            data: 0,
            bss: 0,
            data_scanned: 0,
            bss_scanned: 0,
            data_ptrs: PtrMap::default(),
            bss_ptrs: PtrMap::default(),
        };
        let mut ro = 0u64;
        let word = self.program.target.word as usize;
        // Offset 0 of the types means "none".
        sizes.types = 8;
        let mut ids: Vec<DataId> =
            self.program.datas.ids().filter(|&d| self.reached.has(SymRef::Data(d))).collect();
        if self.checked.is_some() {
            let section = self.fips;
            for id in ids.extract_if(.., |&mut id| self.program.datas[id].name.as_str() == fips::INFO) {
                self.data_home[id] = Some((section, 0));
            }
        }
        // Those with pointers first: the collector looks at the sections up to the last of them. A cryptographic module's are by themselves.
        let checked = self.checked.is_some();
        ids.sort_by_key(|&id| {
            let piece = if checked { fips::piece(self.program, id) } else { None };
            (piece.unwrap_or(fips::PIECES), !self.program.datas[id].ptrs.any())
        });
        for id in ids {
            let d = &self.program.datas[id];
            let (section, end) = match d.section {
                Section::Rodata => (self.rodata, &mut ro),
                Section::Types => (self.types, &mut sizes.types),
                Section::Data => (self.data, &mut sizes.data),
                Section::Bss => (self.bss, &mut sizes.bss),
                Section::Extern => continue,
            };
            let off = end.next_multiple_of(self.machine.data_align.max(d.align as u64));
            // A symbol of size 0 gets a byte, so that its address is its own and inside the section.
            *end = off + d.size.max(1);
            self.data_home[id] = Some((section, off));
            if let Some(pieces) = &mut self.checked
                && let Some(n) = fips::piece(self.program, id)
            {
                fips::take_in(&mut pieces[n], off..off + d.size.max(1));
            }
            let ptrs = match d.section {
                Section::Data => &mut sizes.data_ptrs,
                Section::Bss => &mut sizes.bss_ptrs,
                _ => continue,
            };
            if d.ptrs.any() {
                ptrs.merge(off as usize / word, &d.ptrs);
                let scanned =
                    if d.section == Section::Data { &mut sizes.data_scanned } else { &mut sizes.bss_scanned };
                *scanned = (off + d.size).next_multiple_of(8);
            }
        }
        if let Some([counters, end]) = self.program.edges {
            let size = self.program.datas[counters].size;
            self.data_home[end] = self.data_home[counters].map(|(section, off)| (section, off + size));
        }
        self.ro = vec![0; ro as usize];
        sizes.data = sizes.data.next_multiple_of(8);
        sizes.bss = sizes.bss.next_multiple_of(8);
        sizes
    }

    fn fill_data(&mut self, sizes: &DataSizes) {
        let mut types = vec![0u8; sizes.types as usize];
        let mut data = vec![0u8; sizes.data as usize];
        let program = self.program;
        // Those in data that is written to the file before: addends may have to go there.
        let mut addresses = Vec::new();
        for (id, d) in program.datas.iter_enumerated() {
            let Some((section, off)) = self.data_home[id] else { continue };
            let bytes = match d.section {
                Section::Rodata => &mut self.ro,
                Section::Types => &mut types,
                Section::Data => &mut data,
                Section::Bss | Section::Extern => continue,
            };
            let at = off as usize;
            bytes[at..at + d.bytes.len()].copy_from_slice(&d.bytes);
            for r in &d.relocs {
                let field = at + r.off as usize;
                let fixed = match (r.kind, r.target) {
                    (RelocKind::TypesOff32 | RelocKind::TypesOff32IfThere, SymRef::Data(t)) => {
                        self.data_home[t].map_or(0, |h| h.1) as i64 + r.addend
                    }
                    (RelocKind::FuncIndex32, SymRef::Func(f)) => self.func_index[f] as i32 as i64,
                    (RelocKind::Abs, target) => {
                        addresses.push((section, field as u64, target, r.addend));
                        continue;
                    }
                    (kind, target) => unreachable!("{kind:?} of {target:?} in {}", d.name),
                };
                let bytes = match d.section {
                    Section::Rodata => &mut self.ro,
                    Section::Types => &mut types,
                    _ => &mut data,
                };
                program.target.put(&mut bytes[field..field + 4], fixed as u64);
            }
        }
        self.obj.append_section_data(self.types, &types, 64);
        self.obj.append_section_data(self.data, &data, 64);
        self.obj.append_section_bss(self.bss, sizes.bss, 64);
        for (section, field, target, addend) in addresses {
            if section == self.rodata {
                self.ro_relocs.push((field, SymRefOr::Sym(target), addend));
                continue;
            }
            let home = self.home(target);
            self.relocate(section, field, home, addend, self.machine.elf.address);
        }
    }

    /// The record of what the cryptographic module checks, still without the sum.
    fn fips_info(&mut self) {
        let Some(pieces) = self.checked.take() else { return };
        let word = self.program.target.word as usize;
        let section = self.fips;
        let mut bytes = fips::MAGIC.to_vec();
        let head = (bytes.len() + fips::SUM) as u64;
        bytes.resize(head as usize + (1 + 2 * fips::PIECES) * word, 0);
        self.obj.append_section_data(section, &bytes, 16);
        let sections = [self.text, self.rodata, self.data, self.data];
        let ends = pieces.iter().zip(sections).flat_map(|(p, s)| [(s, p.start), (s, p.end)]);
        for (n, (to, off)) in [(section, 0)].into_iter().chain(ends).enumerate() {
            let at = head + (n * word) as u64;
            self.relocate(section, at, Home::In(to, off), 0, self.machine.elf.address);
        }
    }

    // ---- the image's tables, all in the read-only section

    fn ro_blob(&mut self, bytes: &[u8], align: u64) -> u64 {
        align_to(&mut self.ro, align, 0);
        let off = self.ro.len() as u64;
        self.ro.extend_from_slice(bytes);
        off
    }
    /// A number in the read-only section.
    fn ro_number(&mut self, v: u64, bytes: usize) {
        let at = self.ro.len();
        self.ro.resize(at + bytes, 0);
        self.program.target.put(&mut self.ro[at..], v);
    }
    /// A field of the image's tables, 8 bytes everywhere, to be filled with an address.
    fn ro_address(&mut self, target: SymRefOr, addend: i64) {
        let high = 8 - self.program.target.word as usize;
        let (before, after) = if self.program.target.big_endian { (high, 0) } else { (0, high) };
        self.ro_number(0, before);
        self.ro_word(target, addend);
        self.ro_number(0, after);
    }
    /// A word in the read-only section, to be filled with an address.
    fn ro_word(&mut self, target: SymRefOr, addend: i64) {
        self.ro_relocs.push((self.ro.len() as u64, target, addend));
        self.ro_number(0, self.program.target.word as usize);
    }
    /// The func value of a function without captures.
    fn funcval(&mut self, f: FuncId) -> u64 {
        if let Some(&off) = self.funcvals.get(&f) {
            return off;
        }
        align_to(&mut self.ro, 8, 0);
        let off = self.ro.len() as u64;
        self.ro_word(SymRefOr::Sym(SymRef::Func(f)), 0);
        self.funcvals.insert(f, off);
        off
    }
    fn data_list(&mut self, list: &[DataId]) -> u64 {
        align_to(&mut self.ro, 8, 0);
        let off = self.ro.len() as u64;
        for &d in list {
            self.ro_word(SymRefOr::Sym(SymRef::Data(d)), 0);
        }
        off
    }
    /// Those of a list that are in the image.
    fn there(&self, list: &[DataId]) -> Vec<DataId> {
        list.iter().copied().filter(|&d| self.reached.has(SymRef::Data(d))).collect()
    }

    fn write_image(&mut self, t: &Blobs, text_len: u64, sizes: &DataSizes, options: &Options) {
        let info = &self.program.image;
        let texts = self.ro_blob(&t.texts, 1);
        let index = self.ro_blob(&[], 4);
        t.index.iter().for_each(|&at| self.ro_number(at.into(), 4));
        let lines = self.ro_blob(&t.pclines, 1);
        let maps = self.ro_blob(&t.stackmaps, 1);
        let data_bits = self
            .ro_blob(&ptr_bits(&sizes.data_ptrs, sizes.data_scanned, self.program.target.word as usize), 8);
        let bss_bits =
            self.ro_blob(&ptr_bits(&sizes.bss_ptrs, sizes.bss_scanned, self.program.target.word as usize), 8);
        let version = self.ro_blob(options.version.as_bytes(), 1);
        let modinfo = self.ro_blob(&options.modinfo, 1);
        let godebug = self.ro_blob(options.godebug.as_bytes(), 1);
        let (listed_itabs, listed_types) = (self.there(&info.itabs), self.there(&info.typelinks));
        let itabs = self.data_list(&listed_itabs);
        let typelinks = self.data_list(&listed_types);
        let main = info.main.map(|f| self.funcval(f));
        let inits: Vec<u64> = info.inits.iter().map(|&f| self.funcval(f)).collect();
        align_to(&mut self.ro, 8, 0);
        let inits_off = self.ro.len() as u64;
        for &i in &inits {
            self.ro_word(SymRefOr::Section(self.rodata), i as i64);
        }
        // The function table.
        let table = self.ro_blob(&[], 4);
        for row in &t.rows {
            self.ro_number(row.entry.into(), 4);
            self.ro_number(row.record.into(), 4);
            self.ro_number(row.short_frame.into(), 2);
            self.ro_number(row.short_flags.into(), 2);
        }

        // The header: words in the order of `Image`'s fields.
        align_to(&mut self.ro, 8, 0);
        let header = self.ro.len() as u64;
        let (text, rodata, types, data, bss) = (self.text, self.rodata, self.types, self.data, self.bss);
        self.ro_number(MAGIC, 8);
        self.ro_address(SymRefOr::Section(text), 0);
        self.ro_address(SymRefOr::Section(text), text_len as i64);
        let range = |w: &mut Self, section: SectionId, off: u64, len: u64| {
            w.ro_address(SymRefOr::Section(section), off as i64);
            w.ro_number(len, 8);
        };
        range(self, rodata, table, t.rows.len() as u64 - 1);
        range(self, rodata, texts, t.texts.len() as u64);
        range(self, rodata, index, t.index.len() as u64);
        range(self, rodata, lines, t.pclines.len() as u64);
        range(self, rodata, maps, t.stackmaps.len() as u64);
        range(self, types, 0, sizes.types);
        range(self, rodata, itabs, listed_itabs.len() as u64);
        range(self, rodata, typelinks, listed_types.len() as u64);
        for (section, len, bits) in
            [(data, sizes.data_scanned, data_bits), (bss, sizes.bss_scanned, bss_bits)]
        {
            self.ro_address(SymRefOr::Section(section), 0);
            self.ro_address(SymRefOr::Section(section), len as i64);
            self.ro_address(SymRefOr::Section(rodata), bits as i64);
        }
        match main {
            Some(off) => self.ro_address(SymRefOr::Section(rodata), off as i64),
            None => self.ro.extend_from_slice(&[0; 8]),
        }
        range(self, rodata, inits_off, inits.len() as u64);
        range(self, rodata, version, options.version.len() as u64);
        range(self, rodata, modinfo, options.modinfo.len() as u64);
        range(self, rodata, godebug, options.godebug.len() as u64);
        self.ro.extend_from_slice(&[0; 8]);
        // Who can read the memory profile pays for it.
        let profile =
            |f: &ir::Func| matches!(&f.body, Body::Hook { symbol } if symbol == "runtime.memProfileCopy");
        match self.program.funcs.iter_enumerated().any(|(id, f)| self.func_home[id].is_some() && profile(f)) {
            true => self.ro_address(SymRefOr::Runtime("rt_memprofile"), 0),
            false => self.ro.extend_from_slice(&[0; 8]),
        }
        debug_assert_eq!(self.ro.len() as u64 - header, size_of::<Image>() as u64);

        let ro = std::mem::take(&mut self.ro);
        self.obj.append_section_data(self.rodata, &ro, 64);
        for (at, target, addend) in std::mem::take(&mut self.ro_relocs) {
            let home = match target {
                SymRefOr::Sym(s) => self.home(s),
                SymRefOr::Section(s) => Home::In(s, 0),
                SymRefOr::Runtime(name) => Home::Out(self.external(name)),
            };
            self.relocate(self.rodata, at, home, addend, self.machine.elf.address);
        }
        self.define(IMAGE_SYMBOL.into(), SymbolKind::Data, rodata, header, size_of::<Image>() as u64, true);
    }

    fn define(
        &mut self,
        name: String,
        kind: SymbolKind,
        section: SectionId,
        value: u64,
        size: u64,
        global: bool,
    ) {
        self.obj.add_symbol(Symbol {
            name: name.into_bytes(),
            value,
            size,
            kind,
            scope: if global { SymbolScope::Linkage } else { SymbolScope::Compilation },
            // The runtime's archive may have the same function, for machines without an assembler: both stay, and nobody
            // refers to ours by its name.
            weak: global && kind == SymbolKind::Text,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
    }

    /// What `go version -m` and package debug/buildinfo find in the file: a magic number, 2 for what follows inline, and two strings
    /// behind their lengths, as Go's linker writes them.
    fn build_info(&mut self, options: &Options) {
        if options.modinfo.is_empty() {
            return;
        }
        let mut bytes = b"\xff Go buildinf:\x00\x02".to_vec();
        bytes.resize(32, 0);
        for text in [options.version.as_bytes(), &options.modinfo] {
            let mut length = text.len();
            while length >= 0x80 {
                bytes.push(length as u8 | 0x80);
                length >>= 7;
            }
            bytes.push(length as u8);
            bytes.extend_from_slice(text);
        }
        let id = self.obj.add_section(Vec::new(), b".go.buildinfo".to_vec(), SectionKind::ReadOnlyData);
        let sh_flags = elf::SHF_ALLOC | elf::SHF_GNU_RETAIN;
        self.obj.section_mut(id).flags = SectionFlags::Elf { sh_type: elf::SHT_PROGBITS, sh_flags };
        self.obj.append_section_data(id, &bytes, 16);
    }

    /// The debug sections.
    fn debug_info(
        &mut self,
        funcs: &CompiledFuncs,
        order: &[(FuncId, u64)],
        text_len: u64,
        name: &str,
        go: &str,
    ) {
        let producer = format!("Oxigo {} ({go})", env!("CARGO_PKG_VERSION"));
        let s = dwarf::sections(self.program, self.machine, funcs, order, text_len, name, &producer);
        let flags =
            SectionFlags::Elf { sh_type: self.machine.debug_sections, sh_flags: elf::SectionFlags(0) };
        let mut add = |name: &str| {
            let id = self.obj.add_section(Vec::new(), name.as_bytes().to_vec(), SectionKind::Debug);
            self.obj.section_mut(id).flags = flags;
            id
        };
        let (abbrev, info) = (add(".debug_abbrev"), add(".debug_info"));
        let (line, frame) = (add(".debug_line"), add(".debug_frame"));
        for (section, blob) in [(abbrev, s.abbrev), (info, s.info), (line, s.line), (frame, s.frame)] {
            self.obj.append_section_data(section, &blob.bytes, if section == frame { 8 } else { 1 });
            for (at, target, addend) in blob.fields {
                let to = match target {
                    dwarf::Target::Text => self.text,
                    dwarf::Target::Abbrev => abbrev,
                    dwarf::Target::Line => line,
                    dwarf::Target::Frame => frame,
                };
                let elf = &self.machine.elf;
                let r_type = if target == dwarf::Target::Text { elf.address } else { elf.half };
                self.relocate(section, at, Home::In(to, addend), 0, r_type);
            }
        }
    }

    /// Names for the linker and for tools. A name that stands for several things is local.
    fn symbols(&mut self, funcs: &CompiledFuncs, order: &[(FuncId, u64)]) {
        let program = self.program;
        // Where both ABIs have a function of one name, that of ABI0 is told apart.
        let abi0 = |id: FuncId| program.sigs[program.funcs[id].sig].abi0;
        let mut twins: FxHashMap<syntax::Sym, u8> = FxHashMap::default();
        for &(id, _) in order {
            *twins.entry(program.funcs[id].name).or_default() |= 1 << u8::from(abi0(id));
        }
        let text_name = |id: FuncId| {
            let name = program.funcs[id].name;
            if abi0(id) && twins[&name] == 3 { syntax::Sym::new(&format!("{name}.abi0")) } else { name }
        };
        let mut seen: FxHashMap<syntax::Sym, u32> = FxHashMap::default();
        for &(id, _) in order {
            *seen.entry(text_name(id)).or_default() += 1;
        }
        for d in program.datas.iter() {
            *seen.entry(d.name).or_default() += 1;
        }
        for &(id, at) in order {
            let name = text_name(id);
            let size = funcs[id].as_ref().map_or(0, |c| c.code.len() as u64);
            let global = seen[&name] == 1 && !self.externs.contains_key(name.as_str());
            self.define(name.as_str().into(), SymbolKind::Text, self.text, at, size, global);
        }
        for (id, d) in program.datas.iter_enumerated() {
            let Some((section, at)) = self.data_home[id] else { continue };
            let variable = matches!(d.section, Section::Data | Section::Bss);
            if variable {
                let global = seen[&d.name] == 1 && !self.externs.contains_key(d.name.as_str());
                self.define(d.name.as_str().into(), SymbolKind::Data, section, at, d.size, global);
            }
        }
    }
}
