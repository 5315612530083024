//! Interned names. A `Sym` is a number that stands for a string: equal strings have equal numbers in the whole
//! process. Strings live for ever (a compiler run ends soon), so `as_str` needs no lock.
//!
//! Ids below `FIXED` name the entries of the table of well-known names, whose constants stand in [`names`]; the rest
//! carry their shard in the low bits and the index within the shard above them.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{LazyLock, Mutex};

use rustc_hash::{FxHashMap, FxHasher};

const SHARD_BITS: u32 = 4;
const SHARDS: usize = 1 << SHARD_BITS;
const FIXED: u32 = 4096;
/// Segment `k` of a shard holds `FIRST_SEGMENT << k` strings.
const FIRST_SEGMENT: u32 = 512;
const SEGMENTS: usize = 20;

/// An interned string.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sym(pub u32);

struct Shard {
    map: Mutex<(FxHashMap<&'static str, u32>, u32)>,
    segments: [AtomicPtr<&'static str>; SEGMENTS],
}

struct Interner {
    shards: [Shard; SHARDS],
    hasher: BuildHasherDefault<FxHasher>,
}

static INTERNER: LazyLock<Interner> = LazyLock::new(|| {
    let interner = Interner {
        shards: std::array::from_fn(|_| Shard {
            map: Mutex::default(),
            segments: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
        }),
        hasher: BuildHasherDefault::default(),
    };
    for (i, &text) in names::TABLE.iter().enumerate() {
        let shard = &interner.shards[interner.shard_of(text)];
        let old = shard.map.lock().unwrap().0.insert(text, i as u32);
        debug_assert!(old.is_none(), "the table of names holds {text:?} twice");
    }
    interner
});

/// Segment number and offset within it of the string with index `i` of a shard.
fn segment_of(i: u32) -> (usize, usize) {
    let n = i / FIRST_SEGMENT + 1;
    let k = n.ilog2();
    (k as usize, (i - FIRST_SEGMENT * ((1 << k) - 1)) as usize)
}

impl Interner {
    fn shard_of(&self, text: &str) -> usize {
        // The map uses the hash's upper bits for its tags and lower bits for the bucket: take some from the middle.
        (self.hasher.hash_one(text) >> 40) as usize % SHARDS
    }
}

impl Sym {
    /// Interns `text`.
    pub fn new(text: &str) -> Sym {
        let interner = &*INTERNER;
        let number = interner.shard_of(text);
        let shard = &interner.shards[number];
        let mut guard = shard.map.lock().unwrap();
        if let Some(&id) = guard.0.get(text) {
            return Sym(id);
        }
        let index = guard.1;
        let (segment, offset) = segment_of(index);
        let mut base = shard.segments[segment].load(Ordering::Acquire);
        if base.is_null() {
            let block: Box<[&'static str]> = vec![""; (FIRST_SEGMENT << segment) as usize].into();
            base = Box::leak(block).as_mut_ptr();
            shard.segments[segment].store(base, Ordering::Release);
        }
        let text: &'static str = Box::leak(Box::from(text));
        // SAFETY: `offset` is below the segment's length, the slot's index was not given to anyone yet (so no
        // reader), and the shard's lock keeps other writers out.
        unsafe { base.add(offset).write(text) };
        let id = FIXED + ((index << SHARD_BITS) | number as u32);
        guard.0.insert(text, id);
        guard.1 += 1;
        Sym(id)
    }

    /// The string.
    pub fn as_str(self) -> &'static str {
        if self.0 < FIXED {
            return names::TABLE[self.0 as usize];
        }
        let id = self.0 - FIXED;
        let (segment, offset) = segment_of(id >> SHARD_BITS);
        let shard = &INTERNER.shards[id as usize % SHARDS];
        let base = shard.segments[segment].load(Ordering::Acquire);
        assert!(!base.is_null(), "symbol number {id} was never given out");
        // SAFETY: whoever holds this id got it after the slot was written under the shard's lock, over some
        // synchronising channel; the offset is within the segment, and slots are written once.
        unsafe { *base.add(offset) }
    }

    pub fn is_empty(self) -> bool {
        self == names::EMPTY
    }

    /// Is this the blank identifier `_`?
    pub fn is_blank(self) -> bool {
        self == names::BLANK
    }

    /// Does the name begin with an upper-case letter, so that other packages may use it?
    pub fn is_exported(self) -> bool {
        self.as_str()
            .chars()
            .next()
            .is_some_and(|c| if c.is_ascii() { c.is_ascii_uppercase() } else { crate::unicode::is_upper(c) })
    }
}

impl fmt::Display for Sym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Sym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl From<&str> for Sym {
    fn from(text: &str) -> Sym {
        Sym::new(text)
    }
}

impl PartialEq<str> for Sym {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Sym {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

/// Names that the compiler itself mentions, as constants.
#[rustfmt::skip]
pub mod names {
    use super::Sym;

    macro_rules! table {
        ($($name:ident $text:literal)*) => {
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)] // only numbers the constants below
            #[repr(u32)]
            enum Index { $($name),* }
            $(#[doc = concat!("`", $text, "`")] pub const $name: Sym = Sym(Index::$name as u32);)*
            pub(super) static TABLE: &[&str] = &[$($text),*];
        };
    }

    table! {
        EMPTY "" BLANK "_"
        BOOL "bool" INT "int" INT8 "int8" INT16 "int16" INT32 "int32" INT64 "int64"
        UINT "uint" UINT8 "uint8" UINT16 "uint16" UINT32 "uint32" UINT64 "uint64" UINTPTR "uintptr"
        FLOAT32 "float32" FLOAT64 "float64" COMPLEX64 "complex64" COMPLEX128 "complex128"
        STRING "string" BYTE "byte" RUNE "rune" ERROR "error" ANY "any" COMPARABLE "comparable"
        TRUE "true" FALSE "false" NIL "nil" IOTA "iota"
        APPEND "append" CAP "cap" CLEAR "clear" CLOSE "close" COMPLEX "complex" COPY "copy" DELETE "delete"
        IMAG "imag" LEN "len" MAKE "make" MAX "max" MIN "min" NEW "new" PANIC "panic" PRINT "print"
        PRINTLN "println" REAL "real" RECOVER "recover"
        UNSAFE "unsafe" POINTER "Pointer" SIZEOF "Sizeof" ALIGNOF "Alignof" OFFSETOF "Offsetof"
        UNSAFE_ADD "Add" UNSAFE_SLICE "Slice" UNSAFE_SLICE_DATA "SliceData" UNSAFE_STRING "String"
        UNSAFE_STRING_DATA "StringData"
        MAIN "main" INIT "init" DOT "." C "C" ERROR_METHOD "Error" RUNTIME "runtime" EMBED "embed"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_have_equal_syms() {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(|| (0..20000).map(|i| Sym::new(&format!("n{i}"))).collect::<Vec<_>>())
            })
            .collect();
        let results: Vec<Vec<Sym>> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        for syms in &results {
            assert_eq!(syms, &results[0]);
        }
        for (i, sym) in results[0].iter().enumerate() {
            assert_eq!(sym.as_str(), format!("n{i}"));
        }
        assert_eq!(Sym::new("string"), names::STRING);
        assert_eq!(names::RECOVER.as_str(), "recover");
        assert_eq!(Sym::new(""), Sym::default());
    }

    #[test]
    fn exported() {
        assert!(Sym::new("Abc").is_exported() && Sym::new("Äb").is_exported());
        assert!(
            !Sym::new("abc").is_exported() && !Sym::new("_A").is_exported() && !Sym::new("日").is_exported()
        );
    }
}
