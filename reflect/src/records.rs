//! Records that the Go code of the runtime, its Rust and its assembly share, written once.
//!
//! The macro [`record!`](crate::record) has the rows. From them come
//! - Rust's structs: rt-core hands the rows to a macro of its own, which adds the fields that are Rust's alone;
//! - Go's (feature `alloc`): `go_source` prints a file of package runtime for a machine, which the driver adds to the overlay;
//! - the offsets that assembly uses: rt-arch's build script prints them from [`RECORDS`].

mod table;

use crate::arch::{Arch, same};
use crate::heap::SPAN_CLASSES;

/// A record as Go and assembly see it.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// Go's name of the type.
    pub name: &'static str,
    /// What it is, a line each.
    pub doc: &'static [&'static str],
    /// The fields in their order.
    pub fields: &'static [Field],
}

/// A field of a [`Record`].
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Go's declaration: name and type.
    pub go: &'static str,
    /// What assembly calls its offset, if it knows the field.
    pub asm: Option<&'static str>,
    /// What it is, a line each.
    pub doc: &'static [&'static str],
}

macro_rules! data {
    ({} $(#[doc = $about:literal])* $name:literal
        { $($(#[doc = $doc:literal])* $vis:vis $field:ident: $t:ty = $go:literal $(as $asm:ident)?;)* }
    ) => {
        Record {
            name: $name,
            doc: &[$($about),*],
            fields: &[$(Field { go: $go, asm: data!(@asm $($asm)?), doc: &[$($doc),*] }),*],
        }
    };
    (@asm) => { None };
    (@asm $asm:ident) => { Some(stringify!($asm)) };
}

/// All of them.
pub const RECORDS: [Record; 19] = [
    crate::record!(g => data {}),
    crate::record!(m => data {}),
    crate::record!(p => data {}),
    crate::record!(bubble => data {}),
    crate::record!(defer => data {}),
    crate::record!(panic => data {}),
    crate::record!(hchan => data {}),
    crate::record!(scase => data {}),
    crate::record!(timer => data {}),
    crate::record!(due => data {}),
    crate::record!(coro => data {}),
    crate::record!(slot => data {}),
    crate::record!(wbbuf => data {}),
    crate::record!(mcache => data {}),
    crate::record!(finalizer => data {}),
    crate::record!(pcinfo => data {}),
    crate::record!(itab => data {}),
    crate::record!(shared => data {}),
    crate::record!(metrics => data {}),
];

impl Record {
    /// The record that Go calls `name`.
    pub const fn named(name: &str) -> Record {
        match Record::find(name.as_bytes()) {
            Some(record) => record,
            None => panic!("no record has this name"),
        }
    }

    const fn find(name: &[u8]) -> Option<Record> {
        let mut i = 0;
        while i < RECORDS.len() {
            if same(RECORDS[i].name.as_bytes(), name) {
                return Some(RECORDS[i]);
            }
            i += 1;
        }
        None
    }

    /// Where field `i` lies on a machine, by Go's rules.
    pub const fn offset(&self, i: usize, arch: &Arch) -> usize {
        let (mut at, mut k) = (0usize, 0);
        loop {
            at = at.next_multiple_of(self.fields[k].align(arch));
            if k == i {
                return at;
            }
            at += self.fields[k].size(arch);
            k += 1;
        }
    }

    /// Where the field lies that Go calls `name`.
    pub const fn offset_of(&self, name: &str, arch: &Arch) -> usize {
        let mut i = 0;
        while i < self.fields.len() {
            if same(self.fields[i].parts().0, name.as_bytes()) {
                return self.offset(i, arch);
            }
            i += 1;
        }
        panic!("no field has this name")
    }

    /// Bytes of the whole record.
    pub const fn size(&self, arch: &Arch) -> usize {
        let last = self.fields.len() - 1;
        (self.offset(last, arch) + self.fields[last].size(arch)).next_multiple_of(self.align(arch))
    }

    /// What its address is a multiple of.
    pub const fn align(&self, arch: &Arch) -> usize {
        let (mut i, mut most) = (0, 1);
        while i < self.fields.len() {
            let align = self.fields[i].align(arch);
            most = if align > most { align } else { most };
            i += 1;
        }
        most
    }
}

impl Field {
    /// Its bytes on a machine.
    pub const fn size(&self, arch: &Arch) -> usize {
        size_of_type(self.parts().1, arch)
    }

    /// What its offset is a multiple of.
    pub const fn align(&self, arch: &Arch) -> usize {
        align_of_type(self.parts().1, arch)
    }

    /// Name and type in Go.
    const fn parts(&self) -> (&'static [u8], &'static [u8]) {
        split(self.go.as_bytes(), b' ')
    }
}

/// What stands before and behind the first `mark`.
const fn split(text: &[u8], mark: u8) -> (&[u8], &[u8]) {
    let mut i = 0;
    while text[i] != mark {
        i += 1;
    }
    (text.split_at(i).0, text.split_at(i + 1).1)
}

/// Go's types without parts, and how many bytes they have, or words.
const BYTES: [(&str, usize); 10] = [
    ("bool", 1),
    ("byte", 1),
    ("uint8", 1),
    ("uint16", 2),
    ("int16", 2),
    ("uint32", 4),
    ("int32", 4),
    ("uint64", 8),
    ("int64", 8),
    ("float64", 8),
];
const WORDS: [(&str, usize); 6] =
    [("uintptr", 1), ("unsafe.Pointer", 1), ("uint", 1), ("int", 1), ("string", 2), ("any", 2)];

const fn look_up(table: &[(&str, usize)], name: &[u8]) -> Option<usize> {
    let mut i = 0;
    while i < table.len() {
        if same(table[i].0.as_bytes(), name) {
            return Some(table[i].1);
        }
        i += 1;
    }
    None
}

/// Pointers and functions.
const fn is_address(ty: &[u8]) -> bool {
    ty[0] == b'*' || ty.len() > 5 && same(ty.split_at(5).0, b"func(")
}

const fn size_of_type(ty: &[u8], arch: &Arch) -> usize {
    let word = arch.ptr_size as usize;
    if is_address(ty) {
        word
    } else if ty[0] == b'[' {
        let (count, element) = split(ty.split_at(1).1, b']');
        number(count, arch) * size_of_type(element, arch)
    } else if let Some(bytes) = look_up(&BYTES, ty) {
        bytes
    } else if let Some(words) = look_up(&WORDS, ty) {
        words * word
    } else {
        match Record::find(ty) {
            Some(record) => record.size(arch),
            None => panic!("a type that is not known here"),
        }
    }
}

const fn align_of_type(ty: &[u8], arch: &Arch) -> usize {
    if is_address(ty) || look_up(&WORDS, ty).is_some() {
        arch.ptr_size as usize
    } else if ty[0] == b'[' {
        align_of_type(split(ty, b']').1, arch)
    } else if let Some(bytes) = look_up(&BYTES, ty) {
        if bytes > arch.max_align as usize { arch.max_align as usize } else { bytes }
    } else {
        match Record::find(ty) {
            Some(record) => record.align(arch),
            None => panic!("a type that is not known here"),
        }
    }
}

/// The number in an array's type.
const fn number(text: &[u8], arch: &Arch) -> usize {
    let (named, mut i) = (numbers(arch), 0);
    while i < named.len() {
        if same(text, named[i].0.as_bytes()) {
            return named[i].1;
        }
        i += 1;
    }
    let (mut n, mut i) = (0, 0);
    while i < text.len() {
        assert!(text[i].is_ascii_digit(), "a number that is not known here");
        n = 10 * n + (text[i] - b'0') as usize;
        i += 1;
    }
    n
}

/// Durations under 2^`MIN_DURATION` ns and those from 2^`MAX_DURATION` ns on are counted together; each power of two between them in
/// so many parts.
pub const MIN_DURATION: usize = 8;
/// See [`MIN_DURATION`].
pub const MAX_DURATION: usize = 47;
/// See [`MIN_DURATION`].
pub const DURATION_PARTS: usize = 4;
/// Counts of a histogram: durations below 0 first, those from 2^`MAX_DURATION` ns on last.
pub const DURATION_COUNTS: usize = (MAX_DURATION - MIN_DURATION + 1) * DURATION_PARTS + 2;

/// Go's names of numbers that depend on the machine or stand elsewhere.
const fn numbers(arch: &Arch) -> [(&'static str, usize); 7] {
    [
        ("moreRegWords", arch.more_words() as usize),
        ("spanClasses", SPAN_CLASSES),
        ("sizeClasses", SPAN_CLASSES / 2),
        ("minDuration", MIN_DURATION),
        ("maxDuration", MAX_DURATION),
        ("durationParts", DURATION_PARTS),
        ("durationCounts", DURATION_COUNTS),
    ]
}

/// A file of package runtime: the records as a machine has them.
#[cfg(feature = "alloc")]
pub fn go_source(records: &[Record], arch: &Arch) -> alloc::string::String {
    use core::fmt::Write as _;
    let mut text = alloc::string::String::from("package runtime\n\nimport \"unsafe\"\n\nconst (\n");
    for (name, n) in numbers(arch) {
        let _ = writeln!(text, "\t{name} = {n}");
    }
    text += ")\n";
    for record in records {
        text.push('\n');
        record.doc.iter().for_each(|line| text.extend(["//", line, "\n"]));
        let _ = writeln!(text, "type {} struct {{", record.name);
        for field in record.fields {
            field.doc.iter().for_each(|line| text.extend(["\t//", line, "\n"]));
            text.extend(["\t", field.go, "\n"]);
        }
        text += "}\n";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(record: &str, arch: &str) -> alloc::vec::Vec<usize> {
        let (record, arch) = (Record::named(record), Arch::by_name(arch).unwrap());
        (0..record.fields.len()).map(|i| record.offset(i, arch)).collect()
    }

    #[test]
    fn fields_lie_where_go_puts_them() {
        assert_eq!(offsets("mcacheSlot", "amd64"), [0, 8, 16, 20, 24]);
        assert_eq!(offsets("mcacheSlot", "386"), [0, 8, 12, 16, 20]);
        assert_eq!(offsets("timerRecord", "arm64"), [0, 8, 16, 24, 32, 40, 48, 56, 64, 72]);
        // No field is aligned to more than a word.
        assert_eq!(offsets("timerRecord", "mips"), [0, 4, 8, 16, 24, 32, 36, 40, 44, 48]);
        let wasm = Arch::by_name("wasm").unwrap();
        assert_eq!(Record::named("mcache").offset_of("small", wasm), 6 * 8 + 512 + 512 * 8);
        assert_eq!(Record::named("_panic").size(wasm), 11 * 8);
    }

    #[test]
    fn saved_registers_end_at_a_multiple_of_8() {
        for arch in &crate::arch::ALL {
            let g = Record::named("g");
            let (regs, end) = (g.offset_of("moreregs", arch), g.offset_of("goid", arch));
            assert_eq!(end % 8, 0, "{}", arch.name);
            assert_eq!(end - regs, (arch.more_words() * arch.ptr_size as u32) as usize, "{}", arch.name);
        }
    }

    #[test]
    fn go_gets_all_records() {
        let text = go_source(&RECORDS, Arch::by_name("386").unwrap());
        assert!(text.contains("\nconst (\n\tmoreRegWords = 1\n"), "{text}");
        assert!(text.contains(
            "\n// A case of a select.\ntype scase struct {\n\tc *hchan\n\telem unsafe.Pointer\n}\n"
        ));
        assert!(RECORDS.iter().all(|r| text.contains(&alloc::format!("\ntype {} struct {{\n", r.name))));
    }

    #[test]
    fn a_field_that_moves_moves_for_all() {
        let arch = Arch::by_name("arm").unwrap();
        let slot = Record::named("mcacheSlot");
        let [free, base, rest @ ..] = slot.fields else { panic!() };
        let fields = [&[*base, *free], rest].concat();
        let moved = Record { fields: fields.leak(), ..slot };
        assert_eq!([moved.offset_of("base", arch), moved.offset_of("free", arch)], [0, 4]);
        let text = go_source(&[moved], arch);
        assert!(text.find("base uintptr") < text.find("free uint64"), "{text}");
    }
}
